//! `GET /warnings`, `POST /warnings/rectify`, `GET /warnings/backups`, `GET /frequent`, `GET|PUT /frequent/rule`: what will go wrong, and what goes wrong often.

pub mod dto;

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
    BackupWarning, BackupWarnings, FrequentItem, FrequentList, FrequentRule, KeptFrequentRule, LimitKind,
    NewFrequentRule, RectifyWarning, RuleChange, RuleChanges, WarningItem, WarningList,
};
use super::Shared;
use super::page::Page;
use super::places::find;
use super::problem::{Problem, ProblemDetails};
use super::rectify::dto::{NewRectify, RectifyAnswer, Source, SourceKind};
use super::rectify::{names, open};
use super::said::{query, text};
use crate::calendar::DAY_MS;
use crate::command::Command;
use crate::document::Value;
use crate::document::measured::name_of;
use crate::document::value::Precision;
use crate::province::{View, matches};
use crate::rectify::{MAX_NAME_CHARS, MAX_TEXT_CHARS, Where};
use crate::rulings::Kind;
use crate::warning::Warning;
use crate::warning::frequent::{Counted, Often, OftenKept, often};

/// Without a wish, the province.
const ROOT: &str = "35";

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
    /// Of venues that fail often: so many faults, 1 to 100; by the rule that is kept when not said …
    faults: Option<u16>,
    /// … in so many days, 1 to 90; likewise …
    days: Option<u16>,
    /// … or so many failed joint tests, 1 to 100; likewise.
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
    let rooms: Vec<_> = all.rooms.iter().filter(|(venue, _)| is_meant(**venue)).collect();
    let left_out = rooms.iter().map(|(_, room)| room.left_out).sum();
    let rooms = rooms.into_iter();
    let mut found: Vec<&Warning> = rooms.flat_map(|(_, room)| &room.warnings).filter(is_it).collect();
    found.sort_by(|a, b| (a.crosses_ms, a.venue, &a.probe, &a.value).cmp(&(b.crosses_ms, b.venue, &b.probe, &b.value)));
    Ok(Json(WarningList {
        now_ms,
        computed_ms: all.complete_ms,
        since_ms: all.since_ms,
        total: found.len(),
        left_out,
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

/// The rule that is kept, but for what is asked for otherwise.
fn rule(kept: Often, asked: &Asked) -> Result<Often, Problem> {
    let rule = Often {
        faults: asked.faults.unwrap_or(kept.faults),
        days: asked.days.unwrap_or(kept.days),
        failed_tests: asked.failed_tests.unwrap_or(kept.failed_tests),
    };
    rule.check().map_err(Problem::bad)?;
    Ok(rule)
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
    let rule = rule(shared.books.often.load().rule, &asked)?;
    let is_meant = whom(&view, &asked)?;
    let (obligations, matters) = (shared.books.obligations.load_full(), shared.books.rectify.load_full());
    let mut found = often(&rule, (&all, &obligations, &matters), now_ms);
    found.retain(|(venue, _)| is_meant(*venue));
    let item = |(venue, Counted { faults, tests }): &(VenueId, Counted)| {
        let (name, place) = names(&view, Where::Venue(*venue));
        FrequentItem {
            venue: venue.to_string(),
            name,
            place,
            faults: faults.len(),
            failed_tests: tests.len(),
            last_ms: faults.iter().chain(tests.values()).copied().max(),
            began: faults.clone(),
            tests: tests.keys().copied().collect(),
        }
    };
    let items = page.of(&found).map(item).collect();
    let (computed_ms, since_ms) = (all.complete_ms, all.since_ms);
    let rule = FrequentRule::of(&rule);
    Ok(Json(FrequentList { now_ms, rule, computed_ms, since_ms, total: found.len(), items }))
}

/// When a venue counts as one that fails often, unless something else is asked for.
#[utoipa::path(get, path = "/frequent/rule", tag = "warnings", responses((status = 200, body = KeptFrequentRule)))]
pub(super) async fn get_rule(State(shared): State<Arc<Shared>>) -> Json<KeptFrequentRule> {
    Json(KeptFrequentRule::of(&shared.books.often.load()))
}

/// Has another rule in force.
#[utoipa::path(put, path = "/frequent/rule", tag = "warnings", request_body = NewFrequentRule,
    responses((status = 200, body = KeptFrequentRule), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn put_rule(
    State(shared): State<Arc<Shared>>,
    Json(wanted): Json<NewFrequentRule>,
) -> Result<Json<KeptFrequentRule>, Problem> {
    let NewFrequentRule { faults, days, failed_tests, person } = wanted;
    let person = text("person", &person, 1, MAX_NAME_CHARS)?;
    let rule = Often { faults, days, failed_tests };
    let kept = OftenKept { rule, changed: Some((shared.now_ms(), person)) };
    let answer = KeptFrequentRule::of(&kept);
    shared.ask(|reply| Command::Often { kept, reply }).await?;
    Ok(Json(answer))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct AskedRulings {
    /// Only of these rules.
    #[param(inline)]
    kind: Option<Kind>,
    /// How many to pass over.
    offset: Option<usize>,
    /// How many to give, at most 500; 100 when not said.
    limit: Option<usize>,
}

/// Who changed which rule when, the newest first, one page; the last 500 changes are kept.
#[utoipa::path(get, path = "/rules/changes", tag = "warnings", params(AskedRulings),
    responses((status = 200, body = RuleChanges), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn rule_changes(
    State(shared): State<Arc<Shared>>,
    Query(asked): Query<AskedRulings>,
) -> Result<Json<RuleChanges>, Problem> {
    let (page, all) = (Page::new(asked.offset, asked.limit)?, shared.books.rulings.load_full());
    let found: Vec<_> = all.newest(asked.kind).collect();
    let items = page.of(&found).map(|ruling| RuleChange::of(ruling)).collect();
    Ok(Json(RuleChanges { now_ms: shared.now_ms(), total: found.len(), items }))
}

/// Opens a matter of the 整改台账 from a warning. 404: there is no such warning any more; 409: one of the venue and probe is open.
#[utoipa::path(post, path = "/warnings/rectify", tag = "warnings", request_body = RectifyWarning,
    responses((status = 200, body = RectifyAnswer), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn rectify_warning(
    State(shared): State<Arc<Shared>>,
    Json(of): Json<RectifyWarning>,
) -> Result<Json<RectifyAnswer>, Problem> {
    let (view, all, now_ms) = (shared.view.load_full(), shared.books.warnings.load_full(), shared.now_ms());
    let venue: VenueId = of.venue.parse().map_err(|_| Problem::bad("venue: such as 350102001-01 is expected"))?;
    let is_it = |one: &&Warning| one.probe.as_str() == of.probe && one.value.as_str() == of.value;
    let warning = all.rooms.get(&venue).and_then(|room| room.warnings.iter().find(is_it));
    let warning = warning.ok_or_else(|| Problem::not_found("there is no such warning, or not any more"))?;
    let item = item(&view, warning, now_ms);
    // To be put right before it happens; a day at least.
    let due_ms = of.due_ms.unwrap_or_else(|| warning.crosses_ms.max(now_ms + DAY_MS));
    let (limit, unit) = (if item.limit_kind == LimitKind::Max { "上限" } else { "下限" }, &item.unit);
    let problem = format!(
        "预警：{} {} 现为 {:.1} {unit}，每日变化 {:+.2}，预计 {} 到达{limit} {} {unit}",
        item.probe_name,
        name_of(&item.value),
        item.now,
        item.slope_per_day,
        Value::At { ms: warning.crosses_ms, to: Precision::Day },
        item.limit,
    );
    let registered = view.venue(venue).and_then(|known| known.entry.as_ref()?.unit.as_deref().map(str::to_owned));
    let new = NewRectify {
        subject: of.venue,
        item: Some(of.probe),
        problem: problem.chars().take(MAX_TEXT_CHARS).collect(),
        advice: of.advice,
        unit: of.unit.or(registered).unwrap_or(item.name),
        due_ms,
        person: of.person,
        origin: Some(Source { kind: SourceKind::Warning, id: None }),
        note: None,
    };
    open(State(shared), Json(new)).await
}
