//! The socket of a running agent: a request in, a reply out, both postcard up to the end of what is sent. The side of the agent, and
//! that of who asks: its own command line, which is the same program and speaks to nobody else.

use std::io::{self, Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::UnixStream as Caller;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot};

use crate::agent::{Reply, Request};

/// The longest request.
const MOST_BYTES: u64 = 64 * 1024;
/// A caller says what he wants within so long.
const ASK_WITHIN: Duration = Duration::from_secs(5);
/// So many callers at once.
const MOST_CALLERS: usize = 16;
/// An agent whose loop turns says at once what it knows; probes and cameras take the time that they take.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

const OTHER_VERSION: &str = "the running agent is of another version; restart it";

/// Why nobody can be heard at the socket.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A running agent has it.
    #[error("listen at {0}: another agent listens there")]
    InUse(PathBuf),
    /// Something else lies there, which is not ours to remove.
    #[error("listen at {0}: it is no socket")]
    NotSocket(PathBuf),
    /// The system.
    #[error("listen at {path}: {source}")]
    Io {
        /// The socket.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// A request and where its reply goes.
#[derive(Debug)]
pub struct Call {
    /// What is asked.
    pub request: Request,
    /// Takes the reply.
    pub reply: oneshot::Sender<Reply>,
}

/// The socket of a running agent; removed when it is dropped.
#[derive(Debug)]
pub struct Server {
    path: PathBuf,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
        // Somebody may have removed it before.
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Server {
    /// Listens at `path`, which owner and group may use. A socket that nobody listens at any more is replaced.
    ///
    /// # Errors
    /// When the socket cannot be made; what is no abandoned socket is never removed.
    pub fn listen(path: &Path, calls: mpsc::Sender<Call>) -> Result<Self, Error> {
        remove_abandoned(path)?;
        let bound = UnixListener::bind(path).and_then(|listener| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o660))?;
            Ok(listener)
        });
        let listener = bound.map_err(|source| Error::Io { path: path.to_owned(), source })?;
        let task = tokio::spawn(serve(listener, calls).boxed());
        Ok(Self { path: path.to_owned(), task })
    }
}

fn remove_abandoned(path: &Path) -> Result<(), Error> {
    // When it cannot even be looked at, the attempt to listen says why.
    let Ok(there) = std::fs::metadata(path) else { return Ok(()) };
    if !there.file_type().is_socket() {
        return Err(Error::NotSocket(path.to_owned()));
    }
    let removed = match Caller::connect(path) {
        Ok(_) => return Err(Error::InUse(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => std::fs::remove_file(path),
        Err(error) => Err(error),
    };
    removed.map_err(|source| Error::Io { path: path.to_owned(), source })
}

async fn serve(listener: UnixListener, calls: mpsc::Sender<Call>) {
    let places = std::sync::Arc::new(tokio::sync::Semaphore::new(MOST_CALLERS));
    loop {
        let Ok(place) = std::sync::Arc::clone(&places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let calls = calls.clone();
                tokio::spawn(
                    async move {
                        if let Err(error) = answer(stream, calls).await {
                            tracing::debug!(%error, "a caller at the socket");
                        }
                        drop(place);
                    }
                    .boxed(),
                );
            }
            // Out of files, for instance: those that are open will be closed.
            Err(error) => {
                tracing::warn!(%error, "the socket");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

async fn answer(stream: UnixStream, calls: mpsc::Sender<Call>) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut asked = Vec::new();
    tokio::time::timeout(ASK_WITHIN, read.take(MOST_BYTES).read_to_end(&mut asked)).await??;
    let reply = match postcard::from_bytes(&asked) {
        Err(error) => Reply::Wrong { why: format!("no request: {error}") },
        Ok(request) => {
            let (reply, replied) = oneshot::channel();
            match calls.try_send(Call { request, reply }) {
                Err(_) => Reply::Busy {},
                Ok(()) => replied.await.unwrap_or(Reply::Busy {}),
            }
        }
    };
    write.write_all(&postcard::to_allocvec(&reply).map_err(io::Error::other)?).await
}

/// Asks the agent that listens at `path`; none when none does.
///
/// # Errors
/// When it may not be asked, does not answer in time, or stops talking in the middle.
pub fn ask(path: &Path, request: &Request) -> io::Result<Option<Reply>> {
    let mut stream = match Caller::connect(path) {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    stream.set_read_timeout(patience(request))?;
    stream.write_all(&postcard::to_allocvec(request).map_err(io::Error::other)?)?;
    stream.shutdown(Shutdown::Write)?;
    let mut replied = Vec::new();
    stream.read_to_end(&mut replied)?;
    if replied.is_empty() {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
    }
    postcard::from_bytes(&replied).map(Some).map_err(|_| io::Error::other(OTHER_VERSION))
}

const fn patience(request: &Request) -> Option<Duration> {
    match request {
        Request::Status {}
        | Request::Meeting { .. }
        | Request::Steer { .. }
        | Request::Learn { .. }
        | Request::Baseline {} => Some(ANSWER_WITHIN),
        Request::Check { .. } | Request::Camera { .. } | Request::Relay { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listen(path: &Path) -> Result<Server, Error> {
        Server::listen(path, mpsc::channel(1).0)
    }

    #[tokio::test]
    async fn only_an_abandoned_socket_is_replaced() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("agent.sock");
        drop(std::os::unix::net::UnixListener::bind(&path).expect("binds"));
        let first = listen(&path).expect("nobody listened there");
        assert!(matches!(listen(&path), Err(Error::InUse(_))));
        assert!(Caller::connect(&path).is_ok(), "the first is still heard");
        drop(first);
        assert!(!path.exists());
        std::fs::write(&path, "precious").expect("writes");
        assert!(matches!(listen(&path), Err(Error::NotSocket(_))));
        assert_eq!(std::fs::read(&path).expect("still there"), b"precious");
    }

    #[test]
    fn who_may_not_ask_is_not_told_that_nobody_listens() {
        let dir = tempfile::tempdir().expect("a folder");
        let status = |name: &str| ask(&dir.path().join(name), &Request::Status {});
        assert!(matches!(status("nobody.sock"), Ok(None)));
        std::fs::write(dir.path().join("file"), "").expect("writes");
        assert!(status("file/agent.sock").is_err(), "what cannot be asked is not what does not run");
    }
}
