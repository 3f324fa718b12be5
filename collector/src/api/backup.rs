//! `POST /backup`, `POST /restore`: the whole server as one file.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use tokio_util::io::ReaderStream;

use super::Shared;
use super::dto::{Restored, RestoredSection};
use super::problem::{Problem, ProblemDetails};
use crate::backup;
use crate::command::Command;

/// Everything: keys, registry, state, journal, evidence, history. Keep it safe: it holds HQ's private key.
#[utoipa::path(post, path = "/backup", tag = "server",
    responses((status = 200, body = [u8], content_type = "application/octet-stream"),
        (status = "5XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn backup(State(shared): State<Arc<Shared>>) -> Result<Response, Problem> {
    let path = shared.ask(|reply| Command::Backup { reply }).await?;
    let file = tokio::fs::File::open(&path).await.map_err(|error| Problem::internal(&error))?;
    let length = file.metadata().await.map_err(|error| Problem::internal(&error))?.len();
    // The open file stays readable; its name is not needed any more.
    tokio::fs::remove_file(&path).await.map_err(|error| Problem::internal(&error))?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"avow.backup\"".to_owned()),
        // A packed file does not pack again.
        (header::CONTENT_ENCODING, "identity".to_owned()),
    ];
    Ok((headers, Body::from_stream(ReaderStream::new(file))).into_response())
}

/// Takes a backup in, on an empty server only; it then starts anew.
#[utoipa::path(post, path = "/restore", tag = "server",
    request_body(content = [u8], content_type = "application/octet-stream"),
    responses((status = 200, body = Restored), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn restore(State(shared): State<Arc<Shared>>, request: Request) -> Result<Json<Restored>, Problem> {
    let staged = shared.data.join(format!("restore.upload-{}", shared.now_ms()));
    let taken = take(&shared, request, staged.clone()).await;
    if taken.is_err() {
        // Nothing of a refused upload stays; when even that fails, the next start says so.
        let _ = tokio::fs::remove_file(&staged).await;
    }
    taken.map(Json)
}

async fn take(shared: &Shared, request: Request, staged: PathBuf) -> Result<Restored, Problem> {
    save(request, staged.clone()).await?;
    let checked = staged.clone();
    let sections = tokio::task::spawn_blocking(move || backup::check(&checked)).await;
    let sections = sections.map_err(|error| Problem::internal(&error))?;
    let sections = sections.map_err(|error| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))?;
    shared.ask(|reply| Command::Restore { staged, reply }).await?;
    let sections = sections.into_iter().map(|(name, bytes)| RestoredSection { name, bytes }).collect();
    Ok(Restored { restored: true, sections })
}

async fn save(request: Request, path: PathBuf) -> Result<(), Problem> {
    let mut file = std::fs::File::create(&path).map_err(|error| Problem::internal(&error))?;
    let mut stream = request.into_body().into_data_stream();
    while let Some(bytes) = stream.next().await {
        let bytes = bytes.map_err(|_| Problem::bad("the upload was cut"))?;
        let written = tokio::task::spawn_blocking(move || file.write_all(&bytes).map(|()| file)).await;
        file = written.map_err(|error| Problem::internal(&error))?.map_err(|error| Problem::internal(&error))?;
    }
    file.sync_all().map_err(|error| Problem::internal(&error))
}
