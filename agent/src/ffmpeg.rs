//! The one module that spawns ffmpeg: arguments as data, frames and samples through a pipe, the last words kept as a reason.
//!
//! ffmpeg moves samples, the judgement is ours. When the times of frames matter, presentation times from `showinfo` are used:
//! when a frame comes out of the pipe says nothing. A dropped capture kills its child, and there are never more than [`SEATS`]
//! of them. A password in an RTSP address is visible to local users in the process list while ffmpeg runs; nothing that leaves
//! this module holds it.

pub mod film;
mod log;
mod picture;
pub mod screen;
mod show;
pub mod sound;

use std::io;
use std::process::Stdio;

use tokio::process::{Child, Command};
use tokio::sync::{Semaphore, SemaphorePermit};

pub use log::Mark;
pub use picture::{Capture, End, FRAME, HEIGHT, Source, WIDTH, capture};
pub use show::{Show, show};

/// So many children at once, in the whole process: each may take 140 MB. A run of two venues needs five, and a picture probe beside it
/// one.
pub const SEATS: usize = 6;

static FREE: Semaphore = Semaphore::const_new(SEATS);

/// The right to `count` children, held as long as they live; waits its turn. The semaphore is never closed.
async fn seat(count: u32) -> Option<SemaphorePermit<'static>> {
    FREE.acquire_many(count).await.ok()
}

/// Why no capture was made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// ffmpeg is not installed.
    #[error("run ffmpeg: it is not installed")]
    NotInstalled,
    /// It could not be started or read.
    #[error("run ffmpeg: {0}")]
    Io(#[from] io::Error),
}

fn spawn(program: &str, arguments: &[String], input: Stdio) -> Result<Child, Error> {
    Command::new(program)
        .args(arguments)
        .stdin(input)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(not_installed)
}

fn not_installed(error: io::Error) -> Error {
    if error.kind() == io::ErrorKind::NotFound { Error::NotInstalled } else { Error::Io(error) }
}

/// `text` with what may be `user:password@` in an address replaced by `***@`. A password may hold a `/` that nobody escaped,
/// so everything up to the last `@` goes, even where it was a path.
#[must_use]
pub fn redact(text: &str) -> String {
    let mut parts = text.split("://");
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find([' ', '\'', '"']).unwrap_or(part.len());
        let (address, rest) = part.split_at(end);
        let host = address.rsplit_once('@').map(|(_, host)| format!("***@{host}"));
        clean.push_str("://");
        clean.push_str(host.as_deref().unwrap_or(address));
        clean.push_str(rest);
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_program_that_is_not_installed_is_told_apart() {
        let spawned = spawn("avow-no-such-program", &[], Stdio::null());
        assert!(matches!(spawned, Err(Error::NotInstalled)));
    }
}
