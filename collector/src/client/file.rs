//! A document that the server writes, as a file.

use std::path::Path;

use super::Session;
use super::call::Failure;
use super::write;

impl Session {
    /// Saves the document at `path` (with its question, to which `form=` is added) in `file`; the form is the file's ending when not said.
    pub(super) async fn save_document(&self, path: &str, form: Option<&str>, file: &Path) -> Result<bool, Failure> {
        let ending = file.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase);
        let form = form.or(ending.as_deref()).filter(|form| ["html", "xlsx", "docx"].contains(form));
        let form =
            form.ok_or_else(|| Failure::Usage(format!("{}: --form html, xlsx or docx is expected", file.display())))?;
        let joint = if path.contains('?') { '&' } else { '?' };
        let response = self.server.get_response(&format!("{path}{joint}form={form}")).await?;
        let bytes = response.bytes().await.map_err(|error| Failure::Broken(error.to_string()))?;
        write(file, &bytes).await?;
        let told = serde_json::json!({ "file": file, "bytes": bytes.len() });
        self.tell(&told, || self.words.written(file, bytes.len() as u64))?;
        Ok(true)
    }
}
