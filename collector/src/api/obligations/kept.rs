//! `POST /joint-tests` and what becomes of one: kept, proposed by a run, confirmed, corrected, withdrawn.

use std::sync::Arc;

use avow_shared::time::UnixMs;
use axum::Json;
use axum::extract::{Path, State};

use super::super::problem::{Problem, ProblemDetails};
use super::super::said::text;
use super::super::{Shared, mouth_to_ear};
use super::dto::{self, JointTestItem, NewConfirmation, NewJointTest, NewWithdrawal, TestSheet};
use super::{name, network, subject};
use crate::command::Command;
use crate::obligations::{
    Change, Changed, Conclusion, Confirmation, Correct, JointTest, MAX_NAME_CHARS, MAX_NOTE_CHARS, Said, Sheet,
    Subject, Withdrawal,
};
use crate::province::View;

/// Keeps a joint test. It counts once persons at both ends have confirmed it.
#[utoipa::path(post, path = "/joint-tests", tag = "obligations", request_body = NewJointTest,
    responses((status = 200, body = JointTestItem), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn add_test(
    State(shared): State<Arc<Shared>>,
    Json(new): Json<NewJointTest>,
) -> Result<Json<JointTestItem>, Problem> {
    let (now, view) = (shared.now_ms(), shared.view.load_full());
    let subject = subject(&view, &new.subject)?;
    if let Some(run) = new.run {
        return change(&shared, Change::Add(proposed(&shared, &view, subject, run, &new)?)).await;
    }
    let end = |who: &Option<NewConfirmation>| who.as_ref().map(|who| confirmation(who, now)).transpose();
    let said = Said {
        kind: new.kind,
        at_ms: new.at_ms.unwrap_or(now),
        note: text("note", new.note.as_deref().unwrap_or_default(), 0, MAX_NOTE_CHARS)?,
        sheet: new.sheet.as_ref().map(|said| sheet(&view, subject, said)).transpose()?,
    };
    let test = JointTest { near: end(&new.near)?, far: end(&new.far)?, ..JointTest::new(subject, said) };
    change(&shared, Change::Add(test)).await
}

/// What a run of two venues that went well proposes: its pictures and sounds both ways, from the other end as ours.
fn proposed(
    shared: &Shared,
    view: &View,
    subject: Subject,
    run: u64,
    new: &NewJointTest,
) -> Result<JointTest, Problem> {
    if new.near.is_some() || new.far.is_some() || new.sheet.is_some() || new.at_ms.is_some() {
        return Err(Problem::bad("run: near, far, at_ms and sheet are those of the run"));
    }
    let (marks, at_ms, other) = mouth_to_ear::proposal(shared, view, run, subject)?;
    let note = match new.note.as_deref().filter(|note| !note.trim().is_empty()) {
        Some(note) => text("note", note, 0, MAX_NOTE_CHARS)?,
        None => format!("会场互测 {run}：与 {other} 双向音视频正常").into(),
    };
    let sheet = Sheet {
        system: Box::default(),
        network: network(view, subject).unwrap_or_default().into(),
        joined_ms: None,
        marks,
        problem: Box::default(),
        handling: Box::default(),
        conclusion: Conclusion::Normal,
    };
    let said = Said { kind: new.kind, at_ms, note, sheet: Some(sheet) };
    Ok(JointTest { run: Some(run), ..JointTest::new(subject, said) })
}

/// Fills the form of a test in or corrects it. Until both ends have confirmed it the change stands at once, and takes back what another had
/// confirmed; what both have confirmed stays in force until both have confirmed the correction too.
#[utoipa::path(post, path = "/joint-tests/{id}/correct", tag = "obligations", params(("id" = u64, Path,)),
    request_body = dto::TestCorrecting,
    responses((status = 200, body = JointTestItem), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn correct_test(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Json(wanted): Json<dto::TestCorrecting>,
) -> Result<Json<JointTestItem>, Problem> {
    let (id, now, view) = (number(&id)?, shared.now_ms(), shared.view.load_full());
    let before = shared.books.obligations.load().get(id).cloned();
    let before = before.ok_or_else(|| Problem::not_found(format!("there is no joint test {id}")))?;
    let last = before.newest();
    let by = confirmation(&NewConfirmation { person: wanted.person, telephone: wanted.telephone }, now)?;
    let said = Said {
        kind: wanted.kind.unwrap_or(last.kind),
        at_ms: wanted.at_ms.unwrap_or(last.at_ms),
        note: wanted.note.map_or(Ok(last.note), |note| text("note", &note, 0, MAX_NOTE_CHARS))?,
        sheet: match &wanted.sheet {
            Some(said) => Some(sheet(&view, before.subject, said)?),
            None => last.sheet,
        },
    };
    let reason = text("reason", wanted.reason.as_deref().unwrap_or_default(), 0, MAX_NOTE_CHARS)?;
    let changed = Changed { person: by.person.clone(), reason, at_ms: now };
    let correct = Correct { said, by: changed, confirms: wanted.end.map(|end| (end, by)) };
    change(&shared, Change::Correct(id, correct)).await
}

/// The person at an end says that the test was made.
#[utoipa::path(post, path = "/joint-tests/{id}/confirm", tag = "obligations", params(("id" = u64, Path,)),
    request_body = dto::EndConfirmation,
    responses((status = 200, body = JointTestItem), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn confirm_test(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Json(said): Json<dto::EndConfirmation>,
) -> Result<Json<JointTestItem>, Problem> {
    let by = confirmation(&NewConfirmation { person: said.person, telephone: said.telephone }, shared.now_ms())?;
    change(&shared, Change::Confirm(number(&id)?, said.end, by)).await
}

/// The test does not count: it stays, with who says so and why.
#[utoipa::path(post, path = "/joint-tests/{id}/withdraw", tag = "obligations", params(("id" = u64, Path,)),
    request_body = NewWithdrawal,
    responses((status = 200, body = JointTestItem), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn withdraw_test(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Json(said): Json<NewWithdrawal>,
) -> Result<Json<JointTestItem>, Problem> {
    let person = text("person", &said.person, 1, MAX_NAME_CHARS)?;
    let reason = text("reason", &said.reason, 1, MAX_NOTE_CHARS)?;
    let withdrawal = Withdrawal { person, reason, at_ms: shared.now_ms() };
    change(&shared, Change::Withdraw(number(&id)?, withdrawal)).await
}

async fn change(shared: &Shared, change: Change) -> Result<Json<JointTestItem>, Problem> {
    let id = shared.ask(|reply| Command::Oblige { change, reply }).await?;
    let obligations = shared.books.obligations.load_full();
    let kept = id.and_then(|id| Some((id, obligations.get(id)?)));
    let (id, test) = kept.ok_or_else(|| Problem::not_found("there is no such joint test any more"))?;
    Ok(Json(JointTestItem::of(id, test, name(&shared.view.load(), test.subject))))
}

/// A form; a network that is not said is that of the register.
fn sheet(view: &View, subject: Subject, said: &TestSheet) -> Result<Sheet, Problem> {
    let network_said = text("sheet.network", &said.network, 0, MAX_NAME_CHARS)?;
    Ok(Sheet {
        system: text("sheet.system", &said.system, 0, MAX_NAME_CHARS)?,
        network: if network_said.is_empty() { network(view, subject).unwrap_or_default().into() } else { network_said },
        joined_ms: said.joined_ms,
        marks: said.marks,
        problem: text("sheet.problem", &said.problem, 0, MAX_NOTE_CHARS)?,
        handling: text("sheet.handling", &said.handling, 0, MAX_NOTE_CHARS)?,
        conclusion: said.conclusion,
    })
}

fn number(text: &str) -> Result<u64, Problem> {
    text.parse().map_err(|_| Problem::bad(format!("'{text}': the number of a joint test is expected")))
}

fn confirmation(who: &NewConfirmation, at_ms: UnixMs) -> Result<Confirmation, Problem> {
    let telephone = who.telephone.as_deref().unwrap_or_default();
    let telephone = text("telephone", telephone, 0, MAX_NAME_CHARS)?;
    Ok(Confirmation {
        person: text("person", &who.person, 1, MAX_NAME_CHARS)?,
        telephone: Some(telephone).filter(|number| !number.is_empty()),
        at_ms,
        by_link: false,
    })
}
