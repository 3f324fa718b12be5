//! `GET /assurance/{id}/report`: 重保日报 of a day, or the summary of a response that is over.

mod runs;

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::time::UnixMs;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response as Answer;
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::Shared;
use super::super::documents::DocumentItem;
use super::super::form::{self, Form, Name};
use super::super::problem::{Problem, ProblemDetails};
use super::super::rectify::names;
use super::super::said::text;
use super::super::sealing::{self, DocumentEditions, NewSeal};
use super::{number, place_name};
use crate::assurance::{MAX_NAME_CHARS, Response, Terms};
use crate::calendar::{DAY_MS, UTC8_MS, civil, days};
use crate::document::Document;
use crate::document::assurance::{Called, CalledSums, Drifts, Facts, Matter, Of, report_of_assurance, told};
use crate::document::text::placed;
use crate::inspection::Tally;
use crate::province::{Class, View};
use crate::rectify::{State as Stage, Where};
use crate::roll_call::Head as Call;
use crate::schedules::{Outcome, Slot};

const MAX_REASON_CHARS: usize = 200;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Asked {
    /// The day in China, `2026-11-27`; the summary of all of it when not said, once it is over.
    day: Option<String>,
    /// `html`, `xlsx` or `docx`; a text for a word processor when not said.
    #[param(inline)]
    form: Option<Form>,
}

/// 重保日报 of a day of a response, or without a day its closing summary: as of now, or once it was signed off, the newest edition as it
/// was signed. 409: it is not over yet.
#[utoipa::path(get, path = "/assurance/{id}/report", tag = "assurance", params(("id" = u64, Path,), Asked),
    responses((status = 200, description = "the file", content_type = "application/octet-stream"),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn report(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Answer, Problem> {
    let id = number(&id)?;
    let form = asked.form.unwrap_or(Form::Docx);
    // What was signed outlives the response that it is of.
    let title = shared.books.assurance.load().response(id).map_or_else(|| id.to_string(), |one| one.title.to_string());
    let (ascii, chinese) = match &asked.day {
        Some(day) => (format!("assurance-{id}-{day}"), format!("重保日报-{title}-{day}")),
        None => (format!("assurance-{id}"), format!("重保总结-{title}")),
    };
    let name = Name { ascii, chinese };
    if let Some(answer) = sealing::signed(&shared, &subject(id, asked.day.as_deref()), form, &name).await? {
        return Ok(answer);
    }
    let about = asked_for(&shared, id, asked.day.as_deref()).await?;
    form::file(form, name, move || Ok(document(&shared, &about))).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct OfDay {
    /// The day in China, `2026-11-27`; the summary when not said.
    day: Option<String>,
}

/// The report of a day of a response, or without a day its summary, is signed off: sealed with HQ's key in every form and never changed
/// again. With a reason it is the edition that takes the place of the newest. 409: it was signed off already, says the same, or is not over.
#[utoipa::path(post, path = "/assurance/{id}/report/sign", tag = "assurance", request_body = NewSeal,
    params(("id" = u64, Path,), OfDay),
    responses((status = 200, body = DocumentItem), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn sign(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(of_day): Query<OfDay>,
    Json(new): Json<NewSeal>,
) -> Result<Json<DocumentItem>, Problem> {
    let (id, at_ms) = (number(&id)?, shared.now_ms());
    let by = text("by", &new.by, 1, MAX_NAME_CHARS)?;
    let reason = new.reason.as_deref().map(|reason| text("reason", reason, 1, MAX_REASON_CHARS)).transpose()?;
    let about = asked_for(&shared, id, of_day.day.as_deref()).await?;
    if about.period.1 > at_ms && !about.response.is_over(at_ms) {
        return Err(Problem::new(StatusCode::CONFLICT, "the day is not over yet: its report is signed after it"));
    }
    let (at, who) = (Arc::clone(&shared), by.clone());
    let make = move || Ok(document(&at, &about).approved(&who, at_ms));
    sealing::sign(&shared, subject(id, of_day.day.as_deref()), (by, at_ms), reason, make).await.map(Json)
}

/// The editions of the report of a day of a response, or of its summary.
#[utoipa::path(get, path = "/assurance/{id}/report/editions", tag = "assurance", params(("id" = u64, Path,), OfDay),
    responses((status = 200, body = DocumentEditions),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn editions(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(of_day): Query<OfDay>,
) -> Result<Json<DocumentEditions>, Problem> {
    Ok(Json(sealing::editions(&shared, &subject(number(&id)?, of_day.day.as_deref()))))
}

/// Under which subject the archive has a report.
fn subject(id: u64, day: Option<&str>) -> String {
    day.map_or_else(|| format!("assurance/{id}"), |day| format!("assurance/{id}/{day}"))
}

/// What a report is about.
struct About {
    id: u64,
    response: Arc<Response>,
    /// What was in force then.
    terms: Terms,
    of: Of,
    period: (UnixMs, UnixMs),
    /// The sums of runs in the places of the response, by run.
    runs: BTreeMap<u64, Tally>,
}

impl About {
    fn is_in(&self, at_ms: UnixMs) -> bool {
        (self.period.0..self.period.1).contains(&at_ms)
    }
}

async fn asked_for(shared: &Shared, id: u64, day: Option<&str>) -> Result<About, Problem> {
    let response = shared.books.assurance.load().response(id).cloned();
    let nothing = || Problem::not_found(format!("there is no response {id}"));
    let response = response.ok_or_else(nothing)?;
    let (of, period) = period(&response, day, shared.now_ms())?;
    let terms = told(&response, of, period).ok_or_else(nothing)?;
    let mut about = About { id, response, terms, of, period, runs: BTreeMap::new() };
    about.runs = runs::sums(shared, &about.terms, |at_ms| (period.0..period.1).contains(&at_ms)).await;
    Ok(about)
}

fn period(response: &Response, day: Option<&str>, now: UnixMs) -> Result<(Of, (UnixMs, UnixMs)), Problem> {
    let from = response.terms().map_or(0, |terms| terms.from_ms);
    let over = response.over_ms().filter(|over| *over <= now);
    let Some(day) = day else {
        let conflict =
            || Problem::new(StatusCode::CONFLICT, "the response is not over yet: its summary comes after it");
        // Its last step is its end, and belongs to it.
        return over.map(|over| (Of::Whole, (from.min(first(response)), over + 1))).ok_or_else(conflict);
    };
    let wrong = || Problem::bad("day: a day such as 2026-11-27 on which the response was in force is expected");
    let start = day_start(day).ok_or_else(wrong)?;
    let end = start + DAY_MS;
    if start > now || end <= from || over.is_some_and(|over| over < start) {
        return Err(wrong());
    }
    Ok((Of::Day, (start, end)))
}

fn first(response: &Response) -> UnixMs {
    response.history.first().map_or(0, |step| step.at_ms)
}

/// The first moment of a day in China; none for what is no day.
fn day_start(text: &str) -> Option<UnixMs> {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return None };
    let is_written = year.len() == 4 && month.len() == 2 && day.len() == 2;
    let (year, month, day): (u64, u64, u64) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    if !is_written || year < 1971 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let since_1970 = days(year, month, day);
    // The 30th of February is no day.
    (civil(since_1970) == (year, month, day)).then_some(since_1970 * DAY_MS - UTC8_MS)
}

fn document(shared: &Shared, about: &About) -> Document {
    let (view, now) = (shared.view.load_full(), shared.now_ms());
    let all = shared.books.assurance.load_full();
    let (terms, period) = (&about.terms, about.period);
    let covered: Vec<_> = view.venues().filter(|venue| terms.covers(venue.id.place)).collect();
    let concerns = |subject: Where| match subject {
        Where::Venue(venue) => terms.covers(venue.place),
        Where::Place(place) => terms.covers(place) || terms.lie_within(place),
    };
    let matters = shared.books.rectify.load_full();
    let matters = matters.iter().filter(|(_, record)| {
        let closed = (record.state() == Stage::Closed).then(|| record.touched_ms());
        concerns(record.subject) && record.opened_ms() < period.1 && closed.is_none_or(|at| at >= period.0)
    });
    let approvals = all.approvals().filter(|(_, one)| one.was_on_within(period) && concerns(one.subject));
    let warnings = shared.books.warnings.load_full();
    let drifting = warnings.rooms.iter().filter(|(venue, _)| terms.covers(venue.place));
    let mut drifts: Vec<Drifts> = drifting.flat_map(|(_, room)| &room.warnings).map(|one| drift(&view, one)).collect();
    drifts.sort_by(|one, other| (one.crosses_ms, &one.name).cmp(&(other.crosses_ms, &other.name)));
    let facts = Facts {
        of: about.of,
        period,
        response: &about.response,
        terms,
        rule: all.rules.of(terms.level),
        name: &|place| place_name(&view, place),
        venues: covered.len(),
        classes: Class::ALL
            .map(|class| (class.chinese(), covered.iter().filter(|venue| venue.class() == Some(class)).count()))
            .into(),
        calls: calls(shared, about.id, |at_ms| about.is_in(at_ms)),
        runs: runs::listed(shared, &about.runs),
        matters: matters
            .map(|(_, record)| Matter { name: placed_name(&view, record.subject), record: Arc::clone(record) })
            .collect(),
        approvals: approvals.map(|(_, one)| (placed_name(&view, one.subject), Arc::clone(one))).collect(),
        drifts,
        are_drifts_whole: warnings.complete_ms.is_some(),
    };
    report_of_assurance(&facts, now)
}

fn placed_name(view: &View, subject: Where) -> String {
    let (name, place) = names(view, subject);
    placed(place.as_deref().unwrap_or_default(), &name)
}

fn drift(view: &View, one: &crate::warning::Warning) -> Drifts {
    let unit = one.unit.symbol();
    let value = if unit.is_empty() { one.value.to_string() } else { format!("{}（{unit}）", one.value) };
    Drifts { name: names(view, Where::Venue(one.venue)).0, value, crosses_ms: one.crosses_ms }
}

/// What the response's schedule came to: calls by their records, and times at which nobody was called.
fn calls(shared: &Shared, response: u64, is_in: impl Fn(UnixMs) -> bool) -> Vec<Called> {
    let schedules = shared.books.schedules.load();
    let Some((schedule, ordered)) = schedules.of_response(response) else { return Vec::new() };
    let (heads, held, now_ms) = (shared.books.roll_calls.load(), shared.view.load(), shared.now_ms());
    let is_its = |head: &&Arc<Call>| head.asked.origin.schedule.as_ref().is_some_and(|of| of.id == schedule);
    let called = heads.newest().filter(is_its).filter(|head| is_in(head.asked.given_ms)).map(|head| {
        // What is written down of a call that is open is how it began.
        let tally = held.calls.get(head.id).map_or(head.tally, |call| call.tally(now_ms));
        let sums = CalledSums {
            expected: tally.expected,
            excused: tally.excused + tally.in_meeting + tally.uncounted,
            on_time: tally.whole,
            late: tally.late,
            silent: tally.silent + tally.waiting + tally.heard,
        };
        Called { at_ms: head.asked.given_ms, sums: Some(sums), why: String::new() }
    });
    let missed = ordered.slots.iter().filter(|slot| is_in(slot.at_ms)).filter_map(|Slot { at_ms, outcome }| {
        let why = match outcome {
            Outcome::Called(_) => return None,
            Outcome::Missed => "采集端未运行".to_owned(),
            Outcome::Failed(why) => why.to_string(),
        };
        Some(Called { at_ms: *at_ms, sums: None, why })
    });
    let mut all: Vec<Called> = called.chain(missed).collect();
    all.sort_by_key(|call| call.at_ms);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_china_and_what_is_no_day_is_none() {
        assert_eq!(day_start("2026-11-27"), Some(1_795_708_800_000));
        for wrong in ["2026-02-30", "2026-11-31", "2026-13-01", "2026-1-01", "2026-11", "x", "0000-01-01", ""] {
            assert_eq!(day_start(wrong), None, "{wrong}");
        }
    }
}
