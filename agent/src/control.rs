//! The socket of a running agent: a line of JSON in, a line of JSON out. The side of the agent, and that of who asks.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream as Caller;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot};

use crate::agent::{Reply, Request};

/// The longest request.
const MOST_BYTES: u64 = 64 * 1024;
/// A caller says what he wants within so long.
const ASK_WITHIN: Duration = Duration::from_secs(5);
/// So many callers at once.
const MOST_CALLERS: usize = 8;

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
    /// When the socket cannot be made.
    pub fn listen(path: &Path, calls: mpsc::Sender<Call>) -> std::io::Result<Self> {
        if path.exists() && Caller::connect(path).is_err() {
            std::fs::remove_file(path)?;
        }
        let listener = UnixListener::bind(path)?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o660))?;
        let task = tokio::spawn(serve(listener, calls));
        Ok(Self { path: path.to_owned(), task })
    }
}

async fn serve(listener: UnixListener, calls: mpsc::Sender<Call>) {
    let places = std::sync::Arc::new(tokio::sync::Semaphore::new(MOST_CALLERS));
    loop {
        let Ok(place) = std::sync::Arc::clone(&places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let calls = calls.clone();
                tokio::spawn(async move {
                    if let Err(error) = answer(stream, calls).await {
                        tracing::debug!(%error, "a caller at the socket");
                    }
                    drop(place);
                });
            }
            // Out of files, for instance: those that are open will be closed.
            Err(error) => {
                tracing::warn!(%error, "the socket");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

async fn answer(stream: UnixStream, calls: mpsc::Sender<Call>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    let mut read = tokio::io::BufReader::new(read.take(MOST_BYTES));
    tokio::time::timeout(ASK_WITHIN, read.read_line(&mut line)).await??;
    let reply = match serde_json::from_str(&line) {
        Err(error) => Reply::Wrong { why: format!("no request: {error}") },
        Ok(request) => {
            let (reply, replied) = oneshot::channel();
            match calls.try_send(Call { request, reply }) {
                Err(_) => Reply::Busy {},
                Ok(()) => replied.await.unwrap_or(Reply::Busy {}),
            }
        }
    };
    let mut text = serde_json::to_vec(&reply)?;
    text.push(b'\n');
    write.write_all(&text).await
}

/// Asks the agent that listens at `path`; none when none does.
///
/// # Errors
/// When it stopped talking in the middle.
pub fn ask(path: &Path, request: &Request) -> std::io::Result<Option<Reply>> {
    let Ok(mut stream) = Caller::connect(path) else { return Ok(None) };
    let mut text = serde_json::to_vec(request)?;
    text.push(b'\n');
    stream.write_all(&text)?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    if line.is_empty() {
        return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof));
    }
    Ok(Some(serde_json::from_str(&line)?))
}
