//! The one file that knows the serial port: opening it for nobody else, and speaking `embedded_io_async`.
//!
//! The lock is `flock` on the device itself: a second Avow, `picocom` and `minicom` respect it; a program that does not ask is
//! not kept out.

use std::fs::File;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};

use embedded_io_async::{ErrorType, Read, Write};
use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use serial2_tokio::rs4xx::Rs485Config;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

pub use crate::port::{PortError, Tokio};

/// Why a port cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not there, or may not be used.
    #[error("open the serial port {path}: {source}")]
    Open {
        /// The port.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// Another program holds it.
    #[error("lock the serial port {path}: another program holds it")]
    Taken {
        /// The port.
        path: String,
    },
    /// Its driver cannot turn a line of two wires round.
    #[error(
        "ask the serial port {path} for RS-485: {source} (it does not do RS-485 by itself: leave rs485 out where the adapter turns the line)"
    )]
    NoRs485 {
        /// The port.
        path: String,
        /// What the system says.
        source: io::Error,
    },
}

/// What is sent with each byte to notice that one was broken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Parity {
    /// Nothing.
    #[default]
    None,
    /// A bit that makes the ones even.
    Even,
    /// A bit that makes them odd.
    Odd,
}

/// Who turns a line of two wires from listening to speaking and back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wiring {
    /// Nobody need (RS-232, RS-422), or the adapter does by itself.
    #[default]
    Plain,
    /// The port's driver where it knows how, else the adapter.
    Rs485IfAble,
    /// The port's driver, which must know how.
    Rs485,
}

impl Wiring {
    /// As the key `rs485` says.
    #[must_use]
    pub const fn of(rs485: bool) -> Self {
        if rs485 { Self::Rs485 } else { Self::Plain }
    }
}

/// A serial port that nobody else holds, closed and released when dropped.
#[derive(Debug)]
pub struct Serial {
    port: Tokio<serial2_tokio::SerialPort>,
    _lock: Flock<File>,
}

impl Serial {
    /// Opens `path` with 8 data bits, no parity, one stop bit, no flow control, at `baud` bits a second.
    ///
    /// # Errors
    /// When it cannot be opened or another program holds it.
    pub fn open(path: &Path, baud: u32) -> Result<Self, Error> {
        Self::open_with(path, baud, Parity::None, Wiring::Plain)
    }

    /// Opens `path` like [`Self::open`], with a parity, and perhaps for a line of two wires: the driver holds RTS while it sends
    /// (half duplex).
    ///
    /// # Errors
    /// When it cannot be opened, another program holds it, or it was to do RS-485 and cannot.
    pub fn open_with(path: &Path, baud: u32, parity: Parity, wiring: Wiring) -> Result<Self, Error> {
        let name = || path.display().to_string();
        let open = |source| Error::Open { path: name(), source };
        let flags = nix::libc::O_NOCTTY | nix::libc::O_NONBLOCK;
        let file = File::options().read(true).write(true).custom_flags(flags).open(path).map_err(open)?;
        let lock = match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(lock) => lock,
            Err((_, Errno::EWOULDBLOCK)) => return Err(Error::Taken { path: name() }),
            Err((_, errno)) => return Err(open(errno.into())),
        };
        let settings = |mut settings: serial2_tokio::Settings| {
            settings.set_raw();
            settings.set_baud_rate(baud)?;
            settings.set_parity(match parity {
                Parity::None => serial2_tokio::Parity::None,
                Parity::Even => serial2_tokio::Parity::Even,
                Parity::Odd => serial2_tokio::Parity::Odd,
            });
            Ok(settings)
        };
        let port = serial2_tokio::SerialPort::open(path, settings).map_err(open)?;
        if wiring != Wiring::Plain {
            match port.set_rs4xx_mode(Rs485Config::new()) {
                Err(source) if wiring == Wiring::Rs485 => return Err(Error::NoRs485 { path: name(), source }),
                // Adapters that turn the line by themselves do not know the request, and need none.
                Ok(()) | Err(_) => {}
            }
        }
        // What an earlier program left unread is nobody's answer.
        port.discard_buffers().map_err(open)?;
        Ok(Self { port: Tokio(port), _lock: lock })
    }
}

impl AsyncRead for Serial {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.port.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Serial {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.port.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.port.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.port.0).poll_shutdown(cx)
    }
}

impl ErrorType for Serial {
    type Error = PortError;
}

impl Read for Serial {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, PortError> {
        self.port.read(buffer).await
    }
}

impl Write for Serial {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, PortError> {
        self.port.write(bytes).await
    }

    async fn flush(&mut self) -> Result<(), PortError> {
        self.port.flush().await
    }
}
