//! One-time links for all venues of a run where a person has still to fill something in, each with the day on which it is to be sent.

use std::collections::HashMap;
use std::sync::Arc;

use avow_shared::id::VenueId;
use avow_shared::place::{Level, PlaceCode};
use avow_shared::time::UnixMs;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::links::FILLED_WITHIN_MS;
use super::super::problem::{Problem, ProblemDetails};
use super::super::{Shared, line, places};
use super::plans::date;
use super::{inspection_run, number};
use crate::calendar::{DAY_MS, UTC8_MS};
use crate::command::Command;
use crate::inspection::{Kind, PER_DAY, Record, Run, turns};
use crate::links::{Change, Link, LinkState, Purpose, Token};
use crate::scope;

/// Of one county on one day.
const MOST_PER_DAY: u16 = 5_000;

/// Links that are to be made for many venues of an inspection.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLinks {
    /// Who makes them, 1 to 64 characters.
    pub by: String,
    /// Only at or below this place.
    #[serde(default)]
    pub place: Option<String>,
    /// Only rooms of this level: `village`, `township`, `county`, `city`, `province`.
    #[serde(default)]
    pub level: Option<String>,
    /// So many of one county are sent on a working day, at most 5000; 0: all today. When not said, 30, but all today in what goes before a meeting and
    /// in heightened assurance.
    #[serde(default)]
    pub per_day: Option<u16>,
}

/// The same without who, to ask what it would come to.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct WantedLinks {
    /// Only at or below this place.
    place: Option<String>,
    /// Only rooms of this level: `village`, `township`, `county`, `city`, `province`.
    level: Option<String>,
    /// So many of one county are sent on a working day; 0: all today.
    per_day: Option<u16>,
}

/// What making them would come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinksForecast {
    /// So many venues wait for a person.
    pub waiting: u32,
    /// So many of one county would be sent on a working day; 0: all today.
    pub per_day: u16,
    /// On so many days.
    pub days: u32,
    /// The first of them, such as `2026-11-27`; null: nobody waits.
    #[schema(required)]
    pub first: Option<String>,
    /// The last of them.
    #[schema(required)]
    pub last: Option<String>,
}

/// One of many links.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MadeLinkOf {
    /// On which day it is to be sent (China), such as `2026-11-27`; it works before as well.
    pub send_on: String,
    /// It can be used until then, once.
    pub until_ms: UnixMs,
    /// For which venue.
    pub venue: String,
    /// As people call it.
    pub name: String,
    /// The unit that uses it; may be empty.
    pub unit: String,
    /// Where the page is, behind this server's address: `/p/…`.
    pub path: String,
}

/// Links that were made; this is the only time that they are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MadeLinks {
    /// By the day on which they are to be sent, then by venue.
    pub items: Vec<MadeLinkOf>,
}

/// Makes a link for every venue of a run where something is still to be filled in by a person, as for one venue; those that there were for
/// them are taken back. Each says on which day it is to be sent, so that neither those who fill in nor those who help and review have all
/// of it at once; it works for a week from then on. 409: there is none, or there would be too many links.
#[utoipa::path(post, path = "/inspections/runs/{id}/links", tag = "inspections", request_body = NewLinks,
    params(("id" = u64, Path,)),
    responses((status = 200, body = MadeLinks),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn make_filling_links(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Json(new): Json<NewLinks>,
) -> Result<Json<MadeLinks>, Problem> {
    let (run, by) = (number(&id)?, line("by", &new.by, 1, 64)?);
    let wanted = WantedLinks { place: new.place, level: new.level, per_day: new.per_day };
    let whole = inspection_run(&shared, run).await?;
    let now = shared.now_ms();
    let (_, waiting) = turned(&shared, &whole, &wanted, now)?;
    if waiting.is_empty() {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "no venue of this run has manual items that are still to be filled in",
        ));
    }
    let mut random = vec![[0; 16]; waiting.len()];
    getrandom::fill(random.as_flattened_mut()).map_err(|error| Problem::internal(&error))?;
    let (mut links, mut items) = (Vec::with_capacity(waiting.len()), Vec::with_capacity(waiting.len()));
    for ((day, record), random) in waiting.into_iter().zip(random) {
        let (token, purpose) = (Token::new(random), Purpose::Inspection { run, venue: record.venue });
        let until_ms = now.max((day * DAY_MS).saturating_sub(UTC8_MS)) + FILLED_WITHIN_MS;
        links.push(Link::new(token, purpose, by.clone(), now, until_ms));
        items.push(MadeLinkOf {
            send_on: date(day),
            until_ms,
            venue: record.venue.to_string(),
            name: record.name.to_string(),
            unit: record.unit.to_string(),
            path: format!("/p/{}", token.spelled()),
        });
    }
    let change = Change::MakeAll(links);
    shared.ask(|reply| Command::Link { change, reply }).await?;
    Ok(Json(MadeLinks { items }))
}

/// For how many venues links would be made, and over how many days they would be sent.
#[utoipa::path(get, path = "/inspections/runs/{id}/links", tag = "inspections", params(("id" = u64, Path,), WantedLinks),
    responses((status = 200, body = LinksForecast),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn forecast_filling_links(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(wanted): Query<WantedLinks>,
) -> Result<Json<LinksForecast>, Problem> {
    let whole = inspection_run(&shared, number(&id)?).await?;
    let (per_day, waiting) = turned(&shared, &whole, &wanted, shared.now_ms())?;
    let days = waiting.chunk_by(|(one, _), (other, _)| one == other).count();
    let day = |of: Option<&Turn<'_>>| of.map(|(day, _)| date(*day));
    Ok(Json(LinksForecast {
        waiting: u32::try_from(waiting.len()).unwrap_or(u32::MAX),
        per_day: per_day.unwrap_or(0),
        days: u32::try_from(days).unwrap_or(u32::MAX),
        first: day(waiting.first()),
        last: day(waiting.last()),
    }))
}

/// A day, counted since 1970 in China, and a record that waits for a person on it.
type Turn<'a> = (u64, &'a Arc<Record>);

/// How many of a county on a day, and the records of `run` that wait for a person, each with its day.
fn turned<'a>(
    shared: &Shared,
    run: &'a Run,
    wanted: &WantedLinks,
    now: UnixMs,
) -> Result<(Option<u16>, Vec<Turn<'a>>), Problem> {
    let per_day = per_day(wanted.per_day, run)?;
    let level = wanted.level.as_deref().map(scope::level).transpose();
    let level: Option<Level> = level.map_err(|error| Problem::bad(format!("level: {error}")))?;
    let view = shared.view.load_full();
    let place = wanted.place.as_deref().map(|place| places::find(&view, place)).transpose()?;
    let asked = run.ordered.work.asked();
    let is_in = |venue: VenueId| {
        place.is_none_or(|place| view.venue(venue).is_some_and(|venue| view.tree.is_within(venue.at, place)))
    };
    let waits = |record: &&Arc<Record>| {
        record.can_be_handed_in()
            && (record.is_unfilled(asked) || asked > 0 && record.review.came_back())
            && level.is_none_or(|level| record.review.home == level)
            && is_in(record.venue)
    };
    let mut waiting: Vec<&Arc<Record>> = run.records.iter().filter(waits).collect();
    waiting.sort_unstable_by_key(|record| record.venue);
    let asked = asked_before(shared, run.id, &waiting, now);
    let counties = waiting.iter().map(|record| record.county);
    let days = turns(counties, per_day, &asked, now, &shared.books.working_days());
    let mut turned: Vec<_> = days.into_iter().zip(waiting).collect();
    turned.sort_by_key(|(day, _)| *day);
    Ok((per_day, turned))
}

/// How many of a county have a link of a day already, of another level or of another run: those of `waiting` are replaced.
fn asked_before(shared: &Shared, run: u64, waiting: &[&Arc<Record>], now: UnixMs) -> HashMap<(PlaceCode, u64), u32> {
    let (mut asked, view) = (HashMap::new(), shared.view.load_full());
    for link in shared.books.links.load().iter().filter(|link| link.state(now) == LinkState::Open) {
        let Purpose::Inspection { run: of, venue } = link.purpose else { continue };
        if of == run && waiting.binary_search_by_key(&venue, |record| record.venue).is_ok() {
            continue;
        }
        let day = (link.until_ms.saturating_sub(FILLED_WITHIN_MS) + UTC8_MS) / DAY_MS;
        let known = view.venue(venue).map(|room| view.tree.below_province(room.at, 2));
        let county = known.unwrap_or_else(|| venue.place.at(Level::County));
        *asked.entry((county, day)).or_default() += 1;
    }
    asked
}

/// How many of a county on a day; none: all today.
fn per_day(said: Option<u16>, run: &Run) -> Result<Option<u16>, Problem> {
    let is_urgent = run.ordered.meeting.is_some() || matches!(run.ordered.work.kind, Kind::Before | Kind::Assurance);
    match said {
        Some(0) => Ok(None),
        Some(said) if said > MOST_PER_DAY => Err(Problem::bad(format!("per_day: 0 to {MOST_PER_DAY} are expected"))),
        Some(said) => Ok(Some(said)),
        None => Ok((!is_urgent).then_some(PER_DAY)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_before_a_meeting_and_what_is_heightened_waits_for_nobody() {
        let mut run = crate::inspection::run_for_tests(2);
        let all_today = |run: &Run| per_day(None, run).is_ok_and(|per_day| per_day.is_none());
        let urgent =
            [Kind::Daily, Kind::Monthly, Kind::Yearly, Kind::Visit, Kind::Before, Kind::Assurance].map(|kind| {
                run.ordered.work.kind = kind;
                all_today(&run)
            });
        assert_eq!(urgent, [false, false, false, false, true, true]);
        run.ordered.work.kind = Kind::Daily;
        run.ordered.meeting = Some(7);
        assert!(all_today(&run));
        assert!(per_day(Some(5), &run).is_ok_and(|per_day| per_day == Some(5)), "whoever says it is heard");
    }
}
