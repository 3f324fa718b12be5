//! `GET /warnings`, `GET /warnings/backups`, `GET /frequent`: what will go wrong, and what goes wrong often.

pub mod dto;

use std::collections::HashMap;
use std::sync::Arc;

use avow_shared::backup::State as PathState;
use avow_shared::id::VenueId;
use avow_shared::time::UnixMs;
use avow_shared::venue::Side;
use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use utoipa::IntoParams;

use self::dto::{
    BackupWarning, BackupWarnings, FrequentItem, FrequentList, FrequentRule, LimitKind, WarningItem, WarningList,
};
use super::Shared;
use super::page::Page;
use super::places::find;
use super::problem::{Problem, ProblemDetails};
use super::rectify::names;
use super::said::query;
use crate::calendar::DAY_MS;
use crate::province::{View, matches};
use crate::rectify::{Origin, Where};
use crate::warning::Warning;

/// Without a wish, the province.
const ROOT: &str = "35";
/// 高频会场, when nothing else is asked: three faults in 90 days, or two joint tests.
const RULE: FrequentRule = FrequentRule { faults: 3, days: 90, failed_tests: 2 };

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// Only what lies at or below this place.
    place: Option<String>,
    /// Only of this value: `rtt_avg`.
    value: Option<String>,
    /// Only backup paths in this state: `failing`, `overdue`, `never` or `unexercised`.
    state: Option<String>,
    /// Words that all must be found in name, code, pinyin or initials.
    q: Option<String>,
    /// How many to pass over.
    offset: Option<usize>,
    /// How many to give, at most 500; 100 when not said.
    limit: Option<usize>,
    /// Of venues that fail often: so many faults, 1 to 100; 3 when not said …
    faults: Option<u16>,
    /// … in so many days, 1 to 90; 90 when not said …
    days: Option<u16>,
    /// … or so many failed joint tests, 1 to 100; 2 when not said.
    failed_tests: Option<u16>,
}

/// Which venues are meant.
fn whom<'a>(view: &'a View, asked: &Asked) -> Result<impl Fn(VenueId) -> bool + 'a, Problem> {
    let scope = find(view, asked.place.as_deref().unwrap_or(ROOT))?;
    let words = query(asked.q.as_deref())?;
    Ok(move |id: VenueId| {
        let Some(venue) = view.venue(id) else { return false };
        view.tree.is_within(venue.at, scope) && (words.is_empty() || matches(&venue.search, &words))
    })
}

/// Values that drift towards their limit, one page.
#[utoipa::path(get, path = "/warnings", tag = "warnings", params(Asked),
    responses((status = 200, body = WarningList), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Query(asked): Query<Asked>,
) -> Result<Json<WarningList>, Problem> {
    let (view, all, now_ms) = (shared.view.load_full(), shared.books.warnings.load_full(), shared.now_ms());
    let page = Page::new(asked.offset, asked.limit)?;
    let is_meant = whom(&view, &asked)?;
    let is_it = |warning: &&Warning| asked.value.as_deref().is_none_or(|value| warning.value.as_str() == value);
    let rooms = all.rooms.iter().filter(|(venue, _)| is_meant(**venue));
    let mut found: Vec<&Warning> = rooms.flat_map(|(_, room)| &room.warnings).filter(is_it).collect();
    found.sort_by(|a, b| (a.crosses_ms, a.venue, &a.probe, &a.value).cmp(&(b.crosses_ms, b.venue, &b.probe, &b.value)));
    Ok(Json(WarningList {
        now_ms,
        computed_ms: all.complete_ms,
        since_ms: all.since_ms,
        total: found.len(),
        items: page.of(&found).map(|warning| item(&view, warning, now_ms)).collect(),
    }))
}

fn item(view: &View, warning: &Warning, now_ms: UnixMs) -> WarningItem {
    let (name, place) = names(view, Where::Venue(warning.venue));
    let described = view.venue(warning.venue).and_then(|venue| venue.described.clone());
    let probe_name =
        described.and_then(|described| described.probe(&warning.probe).map(|probe| probe.name.to_string()));
    let (limit, side) = warning.limit;
    #[expect(clippy::cast_precision_loss, reason = "at most 90 days of milliseconds")]
    let days_left = warning.crosses_ms.saturating_sub(now_ms) as f64 / DAY_MS as f64;
    WarningItem {
        venue: warning.venue.to_string(),
        name,
        place,
        probe: warning.probe.to_string(),
        probe_name: probe_name.unwrap_or_else(|| warning.probe.to_string()),
        value: warning.value.to_string(),
        unit: warning.unit.symbol().to_owned(),
        limit,
        limit_kind: if side == Side::AtMost { LimitKind::Max } else { LimitKind::Min },
        fails: warning.fails,
        now: warning.now,
        slope_per_day: warning.per_day,
        crosses_ms: warning.crosses_ms,
        days_left,
        points: warning.points.len(),
        confidence: warning.tau,
        series: warning.points.clone(),
    }
}

/// Backup paths that were not proven lately, one page.
#[utoipa::path(get, path = "/warnings/backups", tag = "warnings", params(Asked),
    responses((status = 200, body = BackupWarnings), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn backups(
    State(shared): State<Arc<Shared>>,
    Query(asked): Query<Asked>,
) -> Result<Json<BackupWarnings>, Problem> {
    let view = shared.view.load_full();
    let page = Page::new(asked.offset, asked.limit)?;
    let is_meant = whom(&view, &asked)?;
    let is_it = |state: PathState| {
        state != PathState::Proven && asked.state.as_deref().is_none_or(|wanted| state.word() == wanted)
    };
    let venues = view.venues().filter(|venue| is_meant(venue.id));
    let paths = venues.flat_map(|venue| venue.backups().map(move |(path, standing)| (venue, path, standing)));
    let mut found: Vec<_> = paths.filter(|(_, _, standing)| is_it(standing.state)).collect();
    found.sort_by_key(|(venue, _, standing)| (standing.state, standing.proven_ms, venue.id));
    let items = page.of(&found).map(|(venue, path, standing)| {
        let (name, place) = names(&view, Where::Venue(venue.id));
        BackupWarning {
            venue: venue.id.to_string(),
            name,
            place,
            kind: path.kind.word().to_owned(),
            title: path.name.to_string(),
            state: standing.state.word().to_owned(),
            last_proven_ms: standing.proven_ms,
            due_ms: standing.due_ms,
        }
    });
    let items = items.collect();
    Ok(Json(BackupWarnings { now_ms: shared.now_ms(), total: found.len(), items }))
}

fn rule(asked: &Asked) -> Result<FrequentRule, Problem> {
    let rule = FrequentRule {
        faults: asked.faults.unwrap_or(RULE.faults),
        days: asked.days.unwrap_or(RULE.days),
        failed_tests: asked.failed_tests.unwrap_or(RULE.failed_tests),
    };
    let counts = [rule.faults, rule.failed_tests].iter().all(|count| (1..=100).contains(count));
    if counts && (1..=90).contains(&rule.days) {
        return Ok(rule);
    }
    Err(Problem::bad("faults, failed_tests: 1 to 100, and days: 1 to 90 are expected"))
}

/// Venues that fail often (高频会场), one page.
#[utoipa::path(get, path = "/frequent", tag = "warnings", params(Asked),
    responses((status = 200, body = FrequentList), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn frequent(
    State(shared): State<Arc<Shared>>,
    Query(asked): Query<Asked>,
) -> Result<Json<FrequentList>, Problem> {
    let (view, all, now_ms) = (shared.view.load_full(), shared.books.warnings.load_full(), shared.now_ms());
    let page = Page::new(asked.offset, asked.limit)?;
    let rule = rule(&asked)?;
    let is_meant = whom(&view, &asked)?;
    let since = now_ms.saturating_sub(u64::from(rule.days) * DAY_MS);
    let mut counted: HashMap<VenueId, (Vec<UnixMs>, Vec<UnixMs>)> = HashMap::new();
    for (venue, room) in &all.rooms {
        let began: Vec<UnixMs> = room.faults.iter().copied().filter(|at_ms| *at_ms >= since).collect();
        if !began.is_empty() {
            counted.entry(*venue).or_default().0 = began;
        }
    }
    for (_, matter) in shared.books.rectify.load().iter().filter(|(_, matter)| matter.opened_ms() >= since) {
        if let (Where::Venue(venue), Origin::JointTest(_)) = (matter.subject, matter.origin) {
            counted.entry(venue).or_default().1.push(matter.opened_ms());
        }
    }
    let fails = |(faults, tests): &(Vec<UnixMs>, Vec<UnixMs>)| {
        faults.len() >= usize::from(rule.faults) || tests.len() >= usize::from(rule.failed_tests)
    };
    let mut found: Vec<_> = counted.into_iter().filter(|(venue, counts)| fails(counts) && is_meant(*venue)).collect();
    found.sort_by_key(|(venue, (faults, tests))| (std::cmp::Reverse((faults.len(), tests.len())), *venue));
    let item = |(venue, (faults, tests)): &(VenueId, (Vec<UnixMs>, Vec<UnixMs>))| {
        let (name, place) = names(&view, Where::Venue(*venue));
        FrequentItem {
            venue: venue.to_string(),
            name,
            place,
            faults: faults.len(),
            failed_tests: tests.len(),
            last_ms: faults.iter().chain(tests).copied().max(),
            began: faults.clone(),
        }
    };
    let items = page.of(&found).map(item).collect();
    let (computed_ms, since_ms) = (all.complete_ms, all.since_ms);
    Ok(Json(FrequentList { now_ms, rule, computed_ms, since_ms, total: found.len(), items }))
}
