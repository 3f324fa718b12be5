//! `POST /backup`, `POST /restore`: the whole server as one file. `GET /backup`: how far it is.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::StreamExt;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::io::ReaderStream;

use super::Shared;
use super::dto::{BackupNow, BackupUnderWay, Restored, RestoredSection};
use super::problem::{Problem, ProblemDetails};
use crate::archive;
use crate::backup::under_way::{Step, Turn, while_wanted};
use crate::backup::{self, CHUNK};
use crate::command::Command;

/// So many pieces are read ahead of whoever fetches a backup.
const AHEAD: usize = 4;
/// Whoever takes or gives nothing for so long has gone, though his connection stands: he keeps the place, and the disk full.
const STALLED: Duration = Duration::from_secs(120);

/// Everything: keys, registry, state, journal, evidence, history. Keep it safe: it holds HQ's private key.
///
/// One at a time: 409 while another is made or fetched. The file is made first, which `GET /backup` follows, and sent then. Whoever closes the connection
/// ends it, and nothing of it stays.
#[utoipa::path(post, path = "/backup", tag = "server",
    responses((status = 200, body = [u8], content_type = "application/octet-stream"),
        (status = 409, body = ProblemDetails, content_type = "application/problem+json", description = "another is under way"),
        (status = "5XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn backup(State(shared): State<Arc<Shared>>) -> Result<Response, Problem> {
    let turn = shared.backups.take(shared.now_ms()).ok_or_else(|| {
        Problem::new(StatusCode::CONFLICT, "a backup is under way already; try again when it has ended")
    })?;
    let (file, turn) = shared.ask(|reply| Command::Backup { turn, reply }).await?;
    let length = file.metadata().map_err(|error| Problem::internal(&error))?.len();
    turn.sends(length);
    let (pieces, body) = mpsc::channel(AHEAD);
    tokio::spawn(send(turn, file, pieces));
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"avow.backup\"".to_owned()),
        // A packed file does not pack again.
        (header::CONTENT_ENCODING, "identity".to_owned()),
    ];
    Ok((headers, Body::from_stream(ReceiverStream::new(body))).into_response())
}

/// Until all is sent or nobody takes it; the file is closed before the turn is over, since it is the last that holds it.
async fn send(turn: Turn, file: File, to: mpsc::Sender<std::io::Result<Bytes>>) {
    let mut pieces = ReaderStream::with_capacity(tokio::fs::File::from_std(file), CHUNK);
    while let Some(piece) = pieces.next().await {
        let bytes = piece.as_ref().map_or(0, Bytes::len);
        match timeout(STALLED, to.send(piece)).await {
            Ok(Ok(())) => turn.passed(bytes),
            Ok(Err(_)) => return,
            Err(_) => {
                tracing::warn!("a backup was given up: whoever asked for it takes nothing of it");
                return;
            }
        }
    }
}

/// Whether a backup is made or fetched just now, since when, and how far it is. Asks nobody: the answer comes however busy the server is.
#[utoipa::path(get, path = "/backup", tag = "server", responses((status = 200, body = BackupNow)))]
pub(super) async fn get_backup(State(shared): State<Arc<Shared>>) -> Json<BackupNow> {
    let under_way = shared.backups.now().map(|far| BackupUnderWay {
        since_ms: far.since_ms,
        step: match far.step {
            Step::Writing => "writing",
            Step::Sending => "sending",
        }
        .to_owned(),
        bytes: far.bytes,
        about_bytes: far.about_bytes,
    });
    Json(BackupNow { now_ms: shared.now_ms(), under_way })
}

/// Takes a backup in, on an empty server only; it then starts anew.
///
/// One at a time: 409 while another comes in. Whoever closes the connection before the answer leaves the server as it was, unless it was taken just then.
#[utoipa::path(post, path = "/restore", tag = "server",
    request_body(content = [u8], content_type = "application/octet-stream"),
    responses((status = 200, body = Restored), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn restore(State(shared): State<Arc<Shared>>, request: Request) -> Result<Json<Restored>, Problem> {
    let turn = shared.restores.take(shared.now_ms()).ok_or_else(|| {
        Problem::new(StatusCode::CONFLICT, "a restore is under way already; try again when it has ended")
    })?;
    let upload = Upload::new(&shared.data, turn);
    save(request, &upload.path).await?;
    let checked = upload.path.clone();
    let sections = while_wanted(move |wanted| backup::check_while(&checked, |_| wanted())).await;
    let sections = sections.map_err(|error| Problem::internal(&error))?;
    let sections = sections.map_err(|error| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))?;
    let staged = upload.path.clone();
    shared.ask(|reply| Command::Restore { staged, reply }).await?;
    let sections = sections.into_iter().map(|(name, bytes)| RestoredSection { name, bytes }).collect();
    Ok(Json(Restored { restored: true, sections }))
}

/// What comes in. It is removed whatever happens, also when whoever sent it has gone and all of this is dropped; what was taken has another name by
/// then. The number keeps a later one from being taken for it.
struct Upload {
    path: PathBuf,
    /// Over when the file has gone.
    _turn: Turn,
}

impl Upload {
    fn new(data: &Path, turn: Turn) -> Self {
        Self { path: data.join(format!("{}{}", archive::UPLOAD, turn.no())), _turn: turn }
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        // When even that fails, the next start removes it.
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn save(request: Request, path: &Path) -> Result<(), Problem> {
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    let mut file = file.map_err(|error| Problem::internal(&error))?;
    let mut stream = request.into_body().into_data_stream();
    let cut = || Problem::bad("the upload was cut");
    while let Some(bytes) = timeout(STALLED, stream.next()).await.map_err(|_| cut())? {
        let bytes = bytes.map_err(|_| cut())?;
        let written = tokio::task::spawn_blocking(move || file.write_all(&bytes).map(|()| file)).await;
        file = written.map_err(|error| Problem::internal(&error))?.map_err(|error| Problem::internal(&error))?;
    }
    let synced = tokio::task::spawn_blocking(move || file.sync_all()).await;
    synced.map_err(|error| Problem::internal(&error))?.map_err(|error| Problem::internal(&error))
}
