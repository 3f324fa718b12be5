//! A pseudo terminal that stands for a serial line; its slave is reached through a symlink.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::pty::openpty;
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use nix::unistd::ttyname;
use tokio::io::{AsyncRead, AsyncWrite, join};
use tokio::net::unix::pipe::{Receiver, Sender};

/// The device's end of a serial line, and the symlink to the other end; dropped, the symlink goes.
#[derive(Debug)]
pub struct Pty {
    path: PathBuf,
    master: OwnedFd,
    /// Kept open: a line without anybody at the other end is no error.
    _slave: OwnedFd,
}

impl Pty {
    /// Makes a raw line and the symlink `path` to its other end; an old symlink is replaced, anything else is not.
    ///
    /// # Errors
    /// When the system has no pseudo terminal or `path` cannot be made.
    pub fn at(path: &Path) -> io::Result<Self> {
        let pair = openpty(None, None)?;
        let mut raw = tcgetattr(&pair.slave)?;
        cfmakeraw(&mut raw);
        tcsetattr(&pair.slave, SetArg::TCSANOW, &raw)?;
        fcntl(&pair.master, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        if path.is_symlink() {
            std::fs::remove_file(path)?;
        }
        symlink(ttyname(&pair.slave)?, path)?;
        Ok(Self { path: path.to_owned(), master: pair.master, _slave: pair.slave })
    }

    /// The device's end as a stream.
    ///
    /// # Errors
    /// When the system refuses another handle.
    pub fn stream(&self) -> io::Result<impl AsyncRead + AsyncWrite + Unpin + Send + use<>> {
        // A terminal is read and written like a pipe; the check that it is one is left out.
        let reader = Receiver::from_owned_fd_unchecked(self.master.try_clone()?)?;
        let writer = Sender::from_owned_fd_unchecked(self.master.try_clone()?)?;
        Ok(join(reader, writer))
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        // It may have been removed by hand.
        let _ = std::fs::remove_file(&self.path);
    }
}
