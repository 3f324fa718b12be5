//! The record of a roll call: what people write about it, and its editions that were signed off.

use std::sync::Arc;

use avow_shared::order::OrderNumber;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::documents::DocumentItem;
use super::super::problem::{Problem, ProblemDetails};
use super::super::sealing::{self, DocumentEditions};
use super::list::Papers;
use super::{Head, RollCallItem, Shared, called, item, line, number};
use crate::command::Command;
use crate::document::roll_call::report_of_roll_call;
use crate::roll_call::{Kind, MAX_NOTICE_CHARS, Note};

/// 通报意见 and kind, in the place of what was written.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNotice {
    /// At most 1000 characters, on as many lines as are wanted.
    pub notice: String,
    /// Why it was called; not said: as it was.
    #[serde(default)]
    pub kind: Option<Kind>,
    /// Who writes it, at most 64 characters.
    #[serde(default)]
    pub by: String,
}

/// Somebody signs the record off.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSignOff {
    /// 确认人, 1 to 64 characters.
    pub by: String,
    /// 通报意见; not said: as it was written.
    #[serde(default)]
    pub notice: Option<String>,
    /// Why it was called; not said: as it was.
    #[serde(default)]
    pub kind: Option<Kind>,
    /// Of a correction: what was wrong in the edition before, 1 to 200 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Under which subject the archive has the record of a call.
pub(in crate::api) fn subject(id: OrderNumber) -> String {
    format!("roll-call/{id}")
}

/// What was written about a call.
pub(super) fn note(shared: &Shared, id: OrderNumber) -> Option<Arc<Note>> {
    shared.books.notes.load().get(&id).map(Arc::clone)
}

/// Writes 通报意见 and kind. 409: the record was signed off; see `sign` for a correction.
#[utoipa::path(put, path = "/roll-calls/{id}/notice", tag = "roll calls", request_body = NewNotice,
    params(("id" = u64, Path,)),
    responses((status = 200, body = RollCallItem),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn write_notice(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Json(new): Json<NewNotice>,
) -> Result<Json<RollCallItem>, Problem> {
    let id = number(&id)?;
    if shared.documents.now().editions(&subject(id)).next().is_some() {
        return Err(conflict("this record was signed off; sign a correction with its reason"));
    }
    let head = shared.books.roll_calls.load().get(id).cloned();
    let head = head.ok_or_else(|| Problem::not_found(format!("there is no roll call {id}")))?;
    let before = note(&shared, id);
    let kind = new.kind.unwrap_or_else(|| before.map_or(head.asked.kind, |note| note.kind));
    let by = line("by", &new.by, 0, 64)?;
    let note = Note { kind, notice: notice(&new.notice)?, by, at_ms: shared.now_ms() };
    shared.ask(|reply| Command::NoteCall { id, note, reply }).await?;
    let call = called(&shared, id).await?;
    Ok(Json(item(&Head::with(&call, call.tally(shared.now_ms())), &Papers::now(&shared))))
}

/// Signs the record of a call that is over off: it is sealed with HQ's key in every form and never changed again. With a reason it is
/// the edition that takes the place of the newest. 409: it is still open, was signed off already, or says the same.
#[utoipa::path(post, path = "/roll-calls/{id}/sign", tag = "roll calls", request_body = NewSignOff,
    params(("id" = u64, Path,)),
    responses((status = 200, body = DocumentItem),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn sign(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Json(new): Json<NewSignOff>,
) -> Result<Json<DocumentItem>, Problem> {
    let id = number(&id)?;
    let by = line("by", &new.by, 1, 64)?;
    let reason = new.reason.as_deref().map(|reason| line("reason", reason, 1, 200)).transpose()?;
    let call = called(&shared, id).await?;
    if call.is_open() {
        return Err(conflict("this roll call is still open: answers may come"));
    }
    let before = note(&shared, id);
    let written = |note: &Arc<Note>| note.notice.clone();
    let note = Note {
        kind: new.kind.unwrap_or_else(|| before.as_ref().map_or(call.asked.kind, |note| note.kind)),
        notice: match &new.notice {
            Some(text) => notice(text)?,
            None => before.as_ref().map(written).unwrap_or_default(),
        },
        by: by.clone(),
        at_ms: shared.now_ms(),
    };
    let (view, signed, caller) = (shared.view.load_full(), note.clone(), shared.caller.clone());
    let make = move || {
        let mut record = call.record(&view, Some(&signed), &caller, signed.at_ms);
        record.confirmed_by = Some(signed.by.to_string());
        report_of_roll_call(&record, signed.at_ms).map_err(|error| Problem::internal(&error))
    };
    let item = sealing::sign(&shared, subject(id), (by, note.at_ms), reason, make).await?;
    // What is signed is in the archive; the draft follows it, so that lists show the same words.
    shared.ask(|reply| Command::NoteCall { id, note, reply }).await?;
    Ok(Json(item))
}

/// The editions of the record of a call.
#[utoipa::path(get, path = "/roll-calls/{id}/editions", tag = "roll calls", params(("id" = u64, Path,)),
    responses((status = 200, body = DocumentEditions),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn editions(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<Json<DocumentEditions>, Problem> {
    Ok(Json(sealing::editions(&shared, &subject(number(&id)?))))
}

fn conflict(detail: &str) -> Problem {
    Problem::new(StatusCode::CONFLICT, detail)
}

fn notice(text: &str) -> Result<Box<str>, Problem> {
    let text = text.trim().replace("\r\n", "\n");
    let is_text = text.chars().all(|c| c == '\n' || !c.is_control());
    if !is_text || text.chars().count() > MAX_NOTICE_CHARS {
        return Err(Problem::bad(format!("notice: at most {MAX_NOTICE_CHARS} characters of text are expected")));
    }
    Ok(text.into())
}
