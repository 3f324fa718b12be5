//! `backup`, `restore`: the whole server as one file, out of a running one and into an empty one.

use std::path::Path;

use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;

use super::call::Failure;
use super::{Session, call, offline};
use crate::api::dto::Restored;

impl Session {
    /// The file is there whole or not at all: it is checked before it gets its name.
    pub(super) async fn backup(&self, file: &Path) -> Result<bool, Failure> {
        let mut part = file.as_os_str().to_owned();
        part.push(".part");
        let part = Path::new(&part);
        let saved = self.save_backup(part).await;
        if saved.is_err() {
            // What is not whole is of no use; if it was never made, there is nothing to remove.
            let _ = tokio::fs::remove_file(part).await;
        }
        let bytes = saved?;
        let named = tokio::fs::rename(part, file).await;
        named.map_err(|source| Failure::File { path: file.to_owned(), source })?;
        self.tell(&serde_json::json!({ "file": file, "bytes": bytes }), || self.words.written(file, bytes))?;
        Ok(true)
    }

    async fn save_backup(&self, part: &Path) -> Result<u64, Failure> {
        let failed = |source| Failure::File { path: part.to_owned(), source };
        let response = self.server.post_response("backup", "application/octet-stream", Vec::new().into()).await?;
        let mut out = private_file(part).await.map_err(failed)?;
        let (mut stream, mut bytes) = (response.bytes_stream(), 0);
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|error| Failure::Broken(error.to_string()))?;
            bytes += chunk.len() as u64;
            out.write_all(&chunk).await.map_err(failed)?;
        }
        out.sync_all().await.map_err(failed)?;
        let path = part.to_owned();
        let checked = tokio::task::spawn_blocking(move || crate::backup::check(&path)).await;
        let checked = checked.map_err(|error| Failure::Broken(error.to_string()))?;
        checked.map(|_| bytes).map_err(|error| Failure::Broken(error.to_string()))
    }

    pub(super) async fn restore(&self, file: &Path) -> Result<bool, Failure> {
        let failed = |source| Failure::File { path: file.to_owned(), source };
        let opened = tokio::fs::File::open(file).await.map_err(failed)?;
        let body = reqwest::Body::wrap_stream(tokio_util::io::ReaderStream::new(opened));
        let response = self.server.post_response("restore", "application/octet-stream", body).await?;
        let restored: Restored = call::json(response).await?;
        self.tell(&restored, || self.words.restored(file))?;
        Ok(true)
    }

    pub(super) fn restore_into(&self, file: &Path, data: &Path) -> Result<bool, Failure> {
        let restored = offline::restore(file, data, self.words)?;
        self.tell(&restored, || self.words.restored_into(file, data))?;
        Ok(true)
    }
}

/// It will hold HQ's private key: nobody else reads it.
async fn private_file(path: &Path) -> std::io::Result<tokio::fs::File> {
    tokio::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path).await
}
