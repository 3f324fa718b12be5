//! `GET /documents`, `/documents/{name}`, `/documents/{name}/verify`: what was signed off, as it was signed off.

pub(super) mod whose;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use avow_shared::hash::{ContentHash, to_hex};
use avow_shared::place::PlaceCode;
use avow_shared::time::UnixMs;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::form::{self, Name};
use super::page::Page;
use super::problem::{Problem, ProblemDetails};
use super::{Shared, line};
use crate::document::archive::{self, Error, Room, Seal};

/// The longest text to look for, in characters.
const MAX_QUERY: usize = 64;

/// A document that was signed off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DocumentItem {
    /// Its name: the hash of its seal, 64 hexadecimal digits.
    pub name: String,
    /// What it is of, e.g. `roll-call/1790000000000`.
    pub subject: String,
    /// As it is called.
    pub title: String,
    /// From 1.
    pub edition: u32,
    /// Who signed it off.
    pub by: String,
    /// When.
    pub at_ms: UnixMs,
    /// The name of the edition that it takes the place of …
    #[schema(required)]
    pub corrects: Option<String>,
    /// … and what was wrong in that.
    #[schema(required)]
    pub reason: Option<String>,
}

/// Which documents are wanted.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedDocuments {
    /// Only of this kind: what stands before the slash of a subject, e.g. `roll-call`.
    kind: Option<String>,
    /// Only those of this, e.g. `roll-call/1790000000000`: its editions.
    subject: Option<String>,
    /// Only those about somebody at this place, as far as what they are of is still kept.
    place: Option<String>,
    /// Only those whose title, subject or signer holds this.
    q: Option<String>,
    /// Only those that were signed off at this time and later.
    from_ms: Option<UnixMs>,
    /// Only those that were signed off before this time.
    to_ms: Option<UnixMs>,
    /// Only those that no later edition takes the place of.
    newest: Option<bool>,
    /// How many to pass over.
    offset: Option<usize>,
    /// How many to give, at most 500; 100 when not said.
    limit: Option<usize>,
}

/// Documents that were signed off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DocumentList {
    /// How many there are of those that were asked for.
    pub total: usize,
    /// How many the archive holds in all …
    pub kept: usize,
    /// … and how many it can hold: one more is refused.
    pub most: usize,
    /// How much room there is for more.
    pub room: Room,
    /// Every kind that is in the archive, and how many there are of it.
    pub kinds: BTreeMap<String, usize>,
    /// The newest first.
    pub items: Vec<DocumentItem>,
}

/// All documents that were signed off, whatever they are of, the newest first.
#[utoipa::path(get, path = "/documents", tag = "documents", params(WantedDocuments),
    responses((status = 200, body = DocumentList),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn list_documents(
    State(shared): State<Arc<Shared>>,
    Query(wanted): Query<WantedDocuments>,
) -> Result<Json<DocumentList>, Problem> {
    let page = Page::new(wanted.offset, wanted.limit)?;
    let (from_ms, to_ms) = (wanted.from_ms.unwrap_or(0), wanted.to_ms.unwrap_or(UnixMs::MAX));
    if from_ms >= to_ms {
        return Err(Problem::bad("from_ms, to_ms: a time before another is expected"));
    }
    let q = line("q", wanted.q.as_deref().unwrap_or_default(), 0, MAX_QUERY)?;
    let place = wanted.place.as_deref().map(str::parse::<PlaceCode>).transpose();
    let place = place.map_err(|error| Problem::bad(format!("place: {error}")))?;
    let (archive, view) = (shared.documents.now(), shared.view.load());
    let ((kept, most, room), all) = (archive.room(), archive.list());
    let mut kinds = BTreeMap::<String, usize>::new();
    for (_, seal) in &all {
        *kinds.entry(kind(seal).to_owned()).or_default() += 1;
    }
    let replaced: HashSet<ContentHash> = all.iter().filter_map(|(_, seal)| Some(seal.corrects.as_ref()?.of)).collect();
    let says = |seal: &Seal| [&seal.title, &seal.subject, &seal.by].into_iter().any(|text| text.contains(&*q));
    let is_wanted = |(name, seal): &&(ContentHash, &Seal)| {
        wanted.kind.as_deref().is_none_or(|of| of == kind(seal))
            && wanted.subject.as_deref().is_none_or(|of| of == seal.subject)
            && (from_ms..to_ms).contains(&seal.at_ms)
            && !(wanted.newest == Some(true) && replaced.contains(name))
            && (q.is_empty() || says(seal))
            && place.is_none_or(|place| whose::is_about((&shared.books, &view.tree), &seal.subject, place))
    };
    let found: Vec<_> = all.iter().filter(is_wanted).collect();
    let items = page.of(&found).map(|(name, seal)| edition(*name, seal)).collect();
    Ok(Json(DocumentList { total: found.len(), kept, most, room, kinds, items }))
}

/// What stands before the slash of a subject.
fn kind(seal: &Seal) -> &str {
    seal.subject.split('/').next().unwrap_or_default()
}

/// Whether a document is as it was signed off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DocumentCheck {
    /// Its name.
    pub name: String,
    /// Every file is as it was signed off, and signed.
    pub intact: bool,
    /// The public key that signed it, hexadecimal; none when the signature is gone or wrong.
    #[schema(required)]
    pub key: Option<String>,
    /// Whether that is HQ's key of today.
    pub own_key: bool,
    /// Files that are not as they were signed off.
    pub changed: Vec<String>,
}

/// Which file of a document that was signed off is wanted.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum File {
    /// For screen and print.
    Html,
    /// A workbook.
    Xlsx,
    /// A text.
    Docx,
    /// Its facts, as JSON.
    Facts,
    /// Its signed seal, by which any of the others is checked without this server.
    Seal,
}

/// See [`File`].
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedFile {
    /// `html`, `xlsx`, `docx`, `facts` or `seal`.
    #[param(inline)]
    form: File,
}

/// A file of a document, as it was signed off. 409: what is on disk is not that any more.
#[utoipa::path(get, path = "/documents/{name}", tag = "documents", params(("name" = String, Path,), WantedFile),
    responses((status = 200, description = "the file", content_type = "application/octet-stream"),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn get_document(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    Query(wanted): Query<WantedFile>,
) -> Result<Response, Problem> {
    let name = hash(&name)?;
    let form = match wanted.form {
        File::Html => archive::Form::Html,
        File::Xlsx => archive::Form::Xlsx,
        File::Docx => archive::Form::Docx,
        File::Facts => archive::Form::Facts,
        File::Seal => {
            let archive = shared.documents.now();
            let read = move || archive.signed(name).map(|(_, bytes)| bytes).map_err(|error| refused(&error));
            let bytes = tokio::task::spawn_blocking(read).await.map_err(|error| Problem::internal(&error))??;
            let named = format!("attachment; filename=\"{}.seal\"", short(name));
            let headers =
                [(header::CONTENT_TYPE, "application/octet-stream".to_owned()), (header::CONTENT_DISPOSITION, named)];
            return Ok((headers, bytes).into_response());
        }
    };
    let bytes = read(&shared, name, form).await?;
    Ok(form::answer(form, &Name { ascii: short(name), chinese: short(name) }, bytes))
}

/// Checks every file of a document against its seal, and the seal against HQ's key.
#[utoipa::path(get, path = "/documents/{name}/verify", tag = "documents", params(("name" = String, Path,)),
    responses((status = 200, body = DocumentCheck),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn verify_document(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
) -> Result<Json<DocumentCheck>, Problem> {
    let name = hash(&name)?;
    let documents = Arc::clone(&shared.documents);
    let check = move || documents.check(name).map_err(|error| refused(&error));
    let checked = tokio::task::spawn_blocking(check).await.map_err(|error| Problem::internal(&error))??;
    Ok(Json(DocumentCheck {
        name: name.to_string(),
        intact: checked.changed.is_empty() && checked.key.is_some(),
        key: checked.key.map(|key| to_hex(&key.bytes())),
        own_key: checked.own_key,
        changed: checked.changed.into_iter().map(str::to_owned).collect(),
    }))
}

/// A document as lists tell of it.
pub(super) fn edition(name: ContentHash, seal: &Seal) -> DocumentItem {
    DocumentItem {
        name: name.to_string(),
        subject: seal.subject.clone(),
        title: seal.title.clone(),
        edition: seal.edition,
        by: seal.by.clone(),
        at_ms: seal.at_ms,
        corrects: seal.corrects.as_ref().map(|correction| correction.of.to_string()),
        reason: seal.corrects.as_ref().map(|correction| correction.reason.clone()),
    }
}

/// A file of a document that was signed off, checked.
pub(super) async fn read(shared: &Shared, name: ContentHash, form: archive::Form) -> Result<Vec<u8>, Problem> {
    let archive = shared.documents.now();
    let read = move || archive.read(name, form).map_err(|error| refused(&error));
    tokio::task::spawn_blocking(read).await.map_err(|error| Problem::internal(&error))?
}

/// What the archive says, as an answer.
pub(super) fn refused(error: &Error) -> Problem {
    match error {
        Error::Unknown(_) => Problem::not_found(error.to_string()),
        Error::Missing(_)
        | Error::Nothing
        | Error::Same(_)
        | Error::Corrected { .. }
        | Error::Changed { .. }
        | Error::Full(_) => Problem::new(StatusCode::CONFLICT, error.to_string()),
        Error::Io(error) => Problem::internal(error),
    }
}

fn hash(name: &str) -> Result<ContentHash, Problem> {
    name.parse().map_err(|error| Problem::bad(format!("name: {error}")))
}

/// The beginning of a name, for the name of a file.
fn short(name: ContentHash) -> String {
    format!("document-{}", to_hex(&name.0[..8]))
}
