//! An opened line to a camera: bytes both ways, whatever carries them.

use std::path::Path;
use std::pin::pin;
use std::sync::Arc;

use embedded_io_async::{Read as _, Write as _};
use futures_util::future::{Either, select};
use tokio::io::{AsyncRead, AsyncWrite};

use super::words::Trouble;
use crate::port::{PortError, Tokio};
use crate::serial::{Parity, Serial, Wiring};
use crate::visca::port::{Datagrams, Port, Transport};

/// A stream of bytes: a serial port, a connection, a pipe in tests.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// See the module.
pub enum Line {
    /// Bytes without borders.
    Stream(Tokio<Box<dyn Stream>>),
    /// One write is one datagram, and so is one read.
    Datagrams(Datagrams),
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Stream(_) => "Stream",
            Self::Datagrams(_) => "Datagrams",
        })
    }
}

/// What came of waiting at a line.
#[derive(Debug)]
pub enum Came {
    /// So many bytes stand in the buffer; none: the line ended.
    Bytes(usize),
    /// So many bytes went out.
    Written(usize),
}

impl Line {
    /// Any stream.
    pub fn stream(stream: impl Stream + 'static) -> Self {
        Self::Stream(Tokio(Box::new(stream)))
    }

    /// Opens the serial port at `path` for nobody else, or connects to a host.
    ///
    /// # Errors
    /// When the port cannot be used or the host not be reached.
    pub async fn open(port: &Port, baud: u32, wiring: Wiring) -> Result<Self, Trouble> {
        let network = |error| Trouble::Network(Arc::new(error));
        match port {
            Port::Serial(path) => Self::serial(path, baud, wiring),
            Port::Network(Transport::Stream, host) => host.connect().await.map(Self::stream_of).map_err(network),
            Port::Network(_, host) => host.datagrams().await.map(Self::Datagrams).map_err(network),
        }
    }

    /// Opens a serial port for nobody else.
    ///
    /// # Errors
    /// When it cannot be used.
    pub fn serial(path: &Path, baud: u32, wiring: Wiring) -> Result<Self, Trouble> {
        let port = Serial::open_with(path, baud, Parity::None, wiring);
        port.map(Self::stream).map_err(|error| Trouble::Serial(Arc::new(error)))
    }

    fn stream_of<T: Stream + 'static>(stream: Tokio<T>) -> Self {
        Self::stream(stream.0)
    }

    /// Writes (part of) `bytes`, or reads when there are none. May be dropped while it waits: nothing is lost then.
    ///
    /// # Errors
    /// When the line breaks.
    pub async fn turn(&mut self, bytes: &[u8], buffer: &mut [u8]) -> Result<Came, PortError> {
        match self {
            Self::Stream(stream) if bytes.is_empty() => stream.read(buffer).await.map(Came::Bytes),
            Self::Datagrams(datagrams) if bytes.is_empty() => datagrams.read(buffer).await.map(Came::Bytes),
            Self::Stream(stream) => {
                // A line whose other end does not take anything may still have something to say.
                let (mut reader, mut writer) = tokio::io::split(&mut stream.0);
                let reading = pin!(tokio::io::AsyncReadExt::read(&mut reader, buffer));
                let writing = pin!(tokio::io::AsyncWriteExt::write(&mut writer, bytes));
                match select(writing, reading).await {
                    Either::Left((written, _)) => Ok(Came::Written(written?)),
                    Either::Right((read, _)) => Ok(Came::Bytes(read?)),
                }
            }
            Self::Datagrams(datagrams) => datagrams.write(bytes).await.map(Came::Written),
        }
    }
}
