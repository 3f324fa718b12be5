//! `GET /assurance/{id}/report`: 重保日报 of a day, or the summary of a response that is over.

mod calls;
mod rooms;
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
use crate::assurance::chronicle::{Chronicle, Day, Reach};
use crate::assurance::{MAX_NAME_CHARS, Response, Terms};
use crate::calendar::{DAY_MS, UTC8_MS, civil, days};
use crate::document::Document;
use crate::document::assurance::{Facts, Matter, Of, report_of_assurance, told};
use crate::document::text::placed;
use crate::inspection::Tally;
use crate::province::{Extent, View};
use crate::rectify::{State as Stage, Where};

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
    if about.goes_on(at_ms) {
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
    /// What lay in its places: of what is over as it was written down then.
    extent: Extent,
    /// Whether places held what their codes say, as they did before responses followed the tree.
    by_code: bool,
    /// The sums of runs in the places of the response, by run.
    runs: BTreeMap<u64, Tally>,
}

impl About {
    fn is_in(&self, at_ms: UnixMs) -> bool {
        (self.period.0..self.period.1).contains(&at_ms)
    }

    /// Whether it is told as of now.
    fn goes_on(&self, now: UnixMs) -> bool {
        self.period.1 > now && !self.response.is_over(now)
    }

    /// How it ended, as it was written down.
    fn day<'a>(&self, chronicle: &'a Chronicle) -> Option<&'a Arc<Day>> {
        match self.of {
            Of::Day => chronicle.day(self.id, self.period.0),
            Of::Whole => chronicle.last_day(self.id),
        }
    }
}

async fn asked_for(shared: &Shared, id: u64, day: Option<&str>) -> Result<About, Problem> {
    let response = shared.books.assurance.load().response(id).cloned();
    let nothing = || Problem::not_found(format!("there is no response {id}"));
    let response = response.ok_or_else(nothing)?;
    let (of, period) = period(&response, day, shared.now_ms())?;
    let tree = Arc::clone(&shared.view.load().tree);
    let terms = told(&response, of, period, &tree).ok_or_else(nothing)?;
    let mut about =
        About { id, extent: terms.extent(&tree), by_code: false, response, terms, of, period, runs: BTreeMap::new() };
    if !about.goes_on(shared.now_ms()) {
        match about.day(&shared.books.chronicle.load()).map(|day| day.reach.clone()) {
            Some(Some(Reach { then, ever })) => about.extent = if of == Of::Day { then } else { ever },
            Some(None) => (about.extent, about.by_code) = (Extent::by_code(&about.terms.places), true),
            // Nobody wrote down how it was.
            None => {}
        }
    }
    about.runs = runs::sums(shared, &about.extent, |at_ms| (period.0..period.1).contains(&at_ms)).await;
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
    let (terms, period, extent) = (&about.terms, about.period, &about.extent);
    let concerns = |subject: Where| match subject {
        Where::Venue(venue) => extent.has(venue.place),
        Where::Place(place) => extent.has(place) || extent.reaches_into(place),
    };
    let matters = shared.books.rectify.load_full();
    let matters = matters.iter().filter(|(_, record)| {
        // One that was closed in the period and opened again behind it was closed in it.
        let before = record.before(period.0);
        concerns(record.subject) && record.opened_ms() < period.1 && before.state() != Stage::Closed
    });
    let approvals = all.approvals().filter(|(_, one)| one.was_on_within(period) && concerns(one.subject));
    let (rooms, rule) = rooms::at_end(shared, &view, about, now);
    let facts = Facts {
        of: about.of,
        period,
        response: &about.response,
        terms,
        rule: rule.unwrap_or_else(|| all.rules.of(terms.level)),
        name: &|place| place_name(&view, place),
        rooms,
        calls: calls::listed(shared, &view, about),
        runs: runs::listed(shared, &about.runs),
        matters: matters
            .map(|(_, record)| {
                let name = placed_name(&view, record.subject);
                Matter { name, record: Arc::new(record.before(period.1)) }
            })
            .collect(),
        approvals: approvals.map(|(_, one)| (placed_name(&view, one.subject), Arc::clone(one))).collect(),
    };
    report_of_assurance(&facts, now)
}

fn placed_name(view: &View, subject: Where) -> String {
    let (name, place) = names(view, subject);
    placed(place.as_deref().unwrap_or_default(), &name)
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
