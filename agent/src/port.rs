//! A port as drivers of devices see it: a stream of bytes, monotonic time, and the transcript of what went over the line.
//!
//! Not here: which port it is, and what the bytes mean.

use std::fmt::Write as _;
use std::future::Future;
use std::io;
use std::time::Duration;

use embedded_io_async::{ErrorKind, ErrorType, Read, Write};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Any tokio stream as an `embedded_io_async` port.
#[derive(Debug)]
pub struct Tokio<T>(pub T);

/// What the system says of a port.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct PortError(#[from] pub io::Error);

impl embedded_io_async::Error for PortError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

impl<T> ErrorType for Tokio<T> {
    type Error = PortError;
}

impl<T: AsyncRead + Unpin> Read for Tokio<T> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, PortError> {
        Ok(self.0.read(buffer).await?)
    }
}

impl<T: AsyncWrite + Unpin> Write for Tokio<T> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, PortError> {
        Ok(self.0.write(bytes).await?)
    }

    async fn flush(&mut self) -> Result<(), PortError> {
        Ok(self.0.flush().await?)
    }
}

/// Monotonic time.
pub trait Timer {
    /// Since an arbitrary moment.
    fn now(&self) -> Duration;
    /// Ends when `now` has reached `moment`.
    fn until(&self, moment: Duration) -> impl Future<Output = ()>;
}

/// Tokio's clock, which tests can pause.
#[derive(Clone, Copy, Debug)]
pub struct TokioTimer(tokio::time::Instant);

impl Default for TokioTimer {
    fn default() -> Self {
        Self(tokio::time::Instant::now())
    }
}

impl Timer for TokioTimer {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn until(&self, moment: Duration) -> impl Future<Output = ()> {
        tokio::time::sleep_until(self.0 + moment)
    }
}

/// The longest transcript in bytes; the end is kept.
const MAX_TRANSCRIPT: usize = 8 * 1024;

/// What went over the line, as text for a person: `+0.120 → 81 09 00 02 FF`.
#[derive(Clone, Debug, Default)]
pub struct Transcript(String);

impl Transcript {
    /// Notes what was sent (`→`) or heard (`←`) at a moment.
    pub fn note(&mut self, at: Duration, direction: char, text: &str) {
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "+{:.3} {direction} {text}", at.as_secs_f64());
        while self.0.len() > MAX_TRANSCRIPT {
            let line = self.0.find('\n').map_or(self.0.len(), |end| end + 1);
            self.0.drain(..line);
        }
    }

    /// All that is kept of it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transcript_keeps_its_end_in_whole_lines() {
        let mut transcript = Transcript::default();
        for second in 0..5_000 {
            transcript.note(Duration::from_secs(second), '→', "81 09 00 02 FF");
        }
        let text = transcript.text();
        assert!(text.len() <= MAX_TRANSCRIPT && text.len() > MAX_TRANSCRIPT - 100);
        assert!(text.starts_with('+') && text.ends_with("+4999.000 → 81 09 00 02 FF\n"), "{text}");
    }
}
