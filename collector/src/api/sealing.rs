//! A document of the office is signed off: sealed with HQ's key in every form, kept, and handed out as it was signed from then on. One way
//! for every kind of document; its maker says what it is about (the subject) and what it says.

use avow_shared::time::UnixMs;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::documents::{self, DocumentItem, edition, refused};
use super::form::{self, Form, Name};
use super::problem::Problem;
use crate::document::Document;

/// Somebody signs a document off.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSeal {
    /// Who, 1 to 64 characters.
    pub by: String,
    /// Of a correction: what was wrong in the edition before, 1 to 200 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

/// The editions of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DocumentEditions {
    /// The newest first; none: it was not signed off.
    pub items: Vec<DocumentItem>,
}

/// Signs what `make` makes about `subject` off, by whom and when: its first edition, or with a reason the one that takes the place of the
/// newest. 409: it was signed off already, was not yet, or says the same.
pub(super) async fn sign(
    shared: &Shared,
    subject: String,
    (by, at_ms): (Box<str>, UnixMs),
    reason: Option<Box<str>>,
    make: impl FnOnce() -> Result<Document, Problem> + Send + 'static,
) -> Result<DocumentItem, Problem> {
    let conflict = |detail| Err(Problem::new(StatusCode::CONFLICT, detail));
    match (shared.documents.now().editions(&subject).next().is_some(), &reason) {
        (true, None) => return conflict("this record was signed off; a correction needs a reason"),
        (false, Some(_)) => return conflict("this record was not signed off yet: there is nothing to correct"),
        _ => {}
    }
    let documents = std::sync::Arc::clone(&shared.documents);
    let seal = move || {
        let sealed = documents.sign(&make()?, &subject, (&by, at_ms), reason.as_deref());
        sealed.map_err(|error| refused(&error))
    };
    let name = tokio::task::spawn_blocking(seal).await.map_err(|error| Problem::internal(&error))??;
    let archive = shared.documents.now();
    Ok(edition(name, archive.seal(name).map_err(|error| refused(&error))?))
}

/// All editions about `subject`.
pub(super) fn editions(shared: &Shared, subject: &str) -> DocumentEditions {
    let archive = shared.documents.now();
    DocumentEditions { items: archive.editions(subject).map(|(name, seal)| edition(name, seal)).collect() }
}

/// The newest edition about `subject` as it was signed, whether what it is of is still kept or not; none while it was not signed off.
pub(super) async fn signed(
    shared: &Shared,
    subject: &str,
    form: Form,
    file: &Name,
) -> Result<Option<Response>, Problem> {
    let newest = shared.documents.now().editions(subject).next().map(|(name, _)| name);
    let Some(name) = newest else { return Ok(None) };
    let form = form.kept();
    Ok(Some(form::answer(form, file, documents::read(shared, name, form).await?)))
}
