//! `/inspections/plans`, `/inspections/templates`, `/inspections/days` and the calendar of a month.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use avow_shared::id::{ProbeId, UnitId};
use avow_shared::time::UnixMs;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::Shared;
use super::super::problem::{Problem, ProblemDetails};
use super::plan_dto::{
    CalendarDay, CalendarDayKind, CalendarRun, CalendarSlot, InspectionCalendar, InspectionFollows, InspectionMissed,
    InspectionNotBegun, InspectionPlan, InspectionPlans, InspectionTemplate, InspectionTemplates, InspectionWhen,
    NewInspectionPlan, WorkingYear, WorkingYearAnswer,
};
use super::{line, name, number, read, read_followed, read_work};
use crate::calendar::{DAY_MS, Month, UTC8_MS, civil, days};
use crate::command::{Command, Inspect};
use crate::inspection::{
    Around, DayKind, HALF_A_DAY_MIN, Head, Kind, LONGEST_LEAD_MIN, MAX_LINE_CHARS, MOST_DAYS, MOST_TEMPLATES, Missed,
    NotBegun, Plan, PlanChange, Plans, Template, When, Year, weekday,
};
use crate::scope::Named;
use crate::units::{Scoped, rooms, rooms_of};

/// So many entries of a day are told.
const MOST_A_DAY: usize = 50;
/// The shortest lead before a meeting, minutes: nothing may disturb in the last half hour.
const SHORTEST_LEAD_MIN: u32 = 60;
/// A plan's next time is looked for so far ahead.
const AHEAD_MS: u64 = 400 * DAY_MS;

/// The templates in force.
#[utoipa::path(get, path = "/inspections/templates", tag = "inspections", responses((status = 200, body = InspectionTemplates)))]
pub(in crate::api) async fn templates(State(shared): State<Arc<Shared>>) -> Json<InspectionTemplates> {
    let one = |template: &Template| InspectionTemplate {
        key: template.key.to_string(),
        title: template.title.to_string(),
        work: read::work(&template.work),
        lead_min: template.lead_min,
    };
    let plans = shared.books.plans.load();
    Json(InspectionTemplates { items: plans.templates.iter().map(one).collect(), unread: plans.unread.templates })
}

/// Puts other templates in the place of all.
#[utoipa::path(put, path = "/inspections/templates", tag = "inspections", request_body = InspectionTemplates,
    responses((status = 200, body = InspectionTemplates), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn put_templates(
    state: State<Arc<Shared>>,
    Json(wanted): Json<InspectionTemplates>,
) -> Result<Json<InspectionTemplates>, Problem> {
    if wanted.items.len() > MOST_TEMPLATES {
        return Err(Problem::bad(format!("items: at most {MOST_TEMPLATES} templates are expected")));
    }
    let (mut keys, tree) = (BTreeSet::new(), Arc::clone(&state.view.load().tree));
    let mut one = |template: &InspectionTemplate| {
        if template.key.parse::<ProbeId>().is_err() || !keys.insert(template.key.clone()) {
            return Err(Problem::bad(format!("key: '{}': a short name of its own is expected", template.key)));
        }
        let title = line("title", &template.title, MAX_LINE_CHARS)?;
        let work = read_work(&template.work, &tree)?;
        let is_lead = |lead: &u32| work.kind == Kind::Before && (SHORTEST_LEAD_MIN..=LONGEST_LEAD_MIN).contains(lead);
        if template.lead_min.is_some_and(|lead| !is_lead(&lead)) {
            return Err(Problem::bad(format!(
                "lead_min: {SHORTEST_LEAD_MIN} to {LONGEST_LEAD_MIN} minutes are expected, of what goes before a meeting"
            )));
        }
        // What goes before a meeting and does not say how long goes half a day before it.
        let lead_min = template.lead_min.or_else(|| (work.kind == Kind::Before).then_some(HALF_A_DAY_MIN));
        Ok(Template { key: template.key.as_str().into(), title, work, lead_min })
    };
    let templates = wanted.items.iter().map(&mut one).collect::<Result<_, _>>()?;
    let change = PlanChange::Templates(Some(templates));
    state.ask(|reply| Command::Inspect(Inspect::Plan { change, reply })).await?;
    Ok(templates_of(state).await)
}

/// Back to the built-in templates.
#[utoipa::path(delete, path = "/inspections/templates", tag = "inspections", responses((status = 204)))]
pub(in crate::api) async fn reset_templates(State(shared): State<Arc<Shared>>) -> Result<StatusCode, Problem> {
    let change = PlanChange::Templates(None);
    shared.ask(|reply| Command::Inspect(Inspect::Plan { change, reply })).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn templates_of(state: State<Arc<Shared>>) -> Json<InspectionTemplates> {
    templates(state).await
}

/// All plans.
#[utoipa::path(get, path = "/inspections/plans", tag = "inspections", responses((status = 200, body = InspectionPlans)))]
pub(in crate::api) async fn list_plans(State(shared): State<Arc<Shared>>) -> Json<InspectionPlans> {
    let plans = shared.books.plans.load_full();
    let followed = followed(&shared, plans.plans.values());
    let items = plans.plans.iter().map(|(id, plan)| told(&shared, &plans, (*id, plan), &followed)).collect();
    Json(InspectionPlans { now_ms: shared.now_ms(), items })
}

/// Makes a plan. 409: there are two hundred.
#[utoipa::path(post, path = "/inspections/plans", tag = "inspections", request_body = NewInspectionPlan,
    responses((status = 200, body = InspectionPlan), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn add_plan(
    State(shared): State<Arc<Shared>>,
    Json(new): Json<NewInspectionPlan>,
) -> Result<Json<InspectionPlan>, Problem> {
    put(&shared, None, &new).await
}

/// One plan.
#[utoipa::path(get, path = "/inspections/plans/{id}", tag = "inspections", params(("id" = u64, Path,)),
    responses((status = 200, body = InspectionPlan), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn get_plan(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<Json<InspectionPlan>, Problem> {
    one(&shared, number(&id)?)
}

/// Changes a plan: from now on it runs by what is said here.
#[utoipa::path(put, path = "/inspections/plans/{id}", tag = "inspections", request_body = NewInspectionPlan, params(("id" = u64, Path,)),
    responses((status = 200, body = InspectionPlan), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn put_plan(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Json(new): Json<NewInspectionPlan>,
) -> Result<Json<InspectionPlan>, Problem> {
    put(&shared, Some(number(&id)?), &new).await
}

/// Removes a plan; its runs stay.
#[utoipa::path(delete, path = "/inspections/plans/{id}", tag = "inspections", params(("id" = u64, Path,)),
    responses((status = 204), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn remove_plan(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let change = PlanChange::Remove(number(&id)?);
    shared.ask(|reply| Command::Inspect(Inspect::Plan { change, reply })).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn put(shared: &Shared, id: Option<u64>, new: &NewInspectionPlan) -> Result<Json<InspectionPlan>, Problem> {
    let when = match &new.when {
        InspectionWhen::ByHand => When::ByHand,
        InspectionWhen::Calendar(rule) => {
            rule.check().map_err(|error| Problem::bad(format!("when: {error}")))?;
            When::Calendar(rule.clone())
        }
        InspectionWhen::BeforeMeetings(lead_min) if (SHORTEST_LEAD_MIN..=LONGEST_LEAD_MIN).contains(lead_min) => {
            When::BeforeMeetings { lead_min: *lead_min }
        }
        InspectionWhen::BeforeMeetings(_) => {
            return Err(Problem::bad(format!(
                "when: {SHORTEST_LEAD_MIN} to {LONGEST_LEAD_MIN} minutes before a meeting are expected"
            )));
        }
    };
    let title = line("title", &new.title, MAX_LINE_CHARS)?;
    if title.is_empty() {
        return Err(Problem::bad("title: something is expected"));
    }
    let follows = new.group.map(|group| named(shared, id, group)).transpose()?;
    let plan = Box::new(Plan {
        title,
        work: if follows.is_some() {
            read_followed(&new.work)?
        } else {
            read_work(&new.work, &shared.view.load().tree)?
        },
        when,
        enabled: new.enabled,
        operator: name(&new.operator)?,
        basis: line("basis", &new.basis, MAX_LINE_CHARS)?,
        created_ms: 0,
        updated_ms: 0,
        upto_ms: 0,
        meetings: BTreeSet::new(),
        missed: Vec::new(),
        follows,
    });
    let change = PlanChange::Put(id, plan);
    let id = shared.ask(|reply| Command::Inspect(Inspect::Plan { change, reply })).await?;
    one(shared, id.unwrap_or_default())
}

fn one(shared: &Shared, id: u64) -> Result<Json<InspectionPlan>, Problem> {
    let plans = shared.books.plans.load_full();
    let plan = plans.plans.get(&id).ok_or_else(|| Problem::not_found(format!("there is no inspection plan {id}")))?;
    Ok(Json(told(shared, &plans, (id, plan), &followed(shared, [plan]))))
}

/// The group that a plan is to follow, with its name. One that the plan follows already may be gone: else nothing of it could be changed.
fn named(shared: &Shared, plan: Option<u64>, group: u64) -> Result<Named, Problem> {
    let known = shared.books.groups.load().get(group).map(|found| Named { id: group, name: found.name.clone() });
    let plans = shared.books.plans.load();
    let before = || plan.and_then(|id| plans.plans.get(&id)?.follows.clone()).filter(|named| named.id == group);
    known.or_else(before).ok_or_else(|| Problem::not_found(format!("there is no group {group}")))
}

/// How many venues a run of each group that is followed would have to test now.
fn followed<'a>(shared: &Shared, plans: impl IntoIterator<Item = &'a Arc<Plan>>) -> BTreeMap<u64, usize> {
    let (groups, register, view) = (shared.books.groups.load(), shared.books.units.load(), shared.view.load_full());
    let ids: BTreeSet<u64> = plans.into_iter().filter_map(|plan| plan.follows.as_ref().map(|named| named.id)).collect();
    let there = ids.iter().filter_map(|id| Some((*id, groups.get(*id)?)));
    let scopes: Vec<_> = there.map(|(id, group)| (id, Scoped::of(&group.scope, &register, &view.tree))).collect();
    let mut counts: BTreeMap<u64, usize> = scopes.iter().map(|(id, _)| (*id, 0)).collect();
    if !scopes.is_empty() {
        for room in rooms(&view).filter(|room| room.exclusion.is_none()) {
            let of = scopes.iter().filter(|(_, scope)| scope.has(&room));
            of.for_each(|(id, _)| *counts.entry(*id).or_default() += 1);
        }
    }
    counts
}

fn told(shared: &Shared, plans: &Plans, (id, plan): (u64, &Plan), followed: &BTreeMap<u64, usize>) -> InspectionPlan {
    let now = shared.now_ms();
    let (meetings, register, view) = (shared.books.meetings.load(), shared.books.units.load(), shared.view.load());
    let groups = shared.books.groups.load();
    let rooms = |unit: &UnitId| rooms_of(unit, &register, &view);
    let around = Around { meetings: &meetings, groups: &groups, rooms: &rooms, tree: &view.tree };
    let next = plans.slots(plan, &around, (now, now + AHEAD_MS), 1);
    let follows = plan.follows.as_ref().map(|named| InspectionFollows {
        id: named.id,
        name: groups.get(named.id).map_or(&named.name, |group| &group.name).to_string(),
        venues: followed.get(&named.id).copied(),
    });
    let runs = shared.books.inspections.load();
    InspectionPlan {
        id,
        plan: NewInspectionPlan {
            title: plan.title.to_string(),
            work: read::work(&plan.work),
            group: plan.follows.as_ref().map(|named| named.id),
            when: match &plan.when {
                When::ByHand => InspectionWhen::ByHand,
                When::Calendar(rule) => InspectionWhen::Calendar(rule.clone()),
                When::BeforeMeetings { lead_min } => InspectionWhen::BeforeMeetings(*lead_min),
            },
            enabled: plan.enabled,
            operator: plan.operator.to_string(),
            basis: plan.basis.to_string(),
        },
        follows,
        created_ms: plan.created_ms,
        updated_ms: plan.updated_ms,
        next_ms: next.first().copied(),
        unquiet: plan.unquiet(),
        last_run: runs.newest().find(|head| head.ordered.plan == Some(id)).map(|head| head.id),
        missed: plan.missed.iter().map(missed).collect(),
    }
}

fn missed(missed: &Missed) -> InspectionMissed {
    let (reason, code) = match &missed.why {
        NotBegun::Off => (InspectionNotBegun::Off, None),
        NotBegun::Untold => (InspectionNotBegun::Untold, None),
        NotBegun::Full => (InspectionNotBegun::Full, None),
        NotBegun::Nobody => (InspectionNotBegun::Nobody, None),
        NotBegun::NoPlace(code) => (InspectionNotBegun::NoPlace, Some(code.to_string())),
        NotBegun::NoVenue(code) => (InspectionNotBegun::NoVenue, Some(code.to_string())),
        NotBegun::NoUnit(code) => (InspectionNotBegun::NoUnit, Some(code.to_string())),
        NotBegun::Disk(_) => (InspectionNotBegun::Disk, None),
        NotBegun::NoGroup(name) => (InspectionNotBegun::NoGroup, Some(name.to_string())),
    };
    InspectionMissed { at_ms: missed.slot_ms, reason, code }
}

/// Working days of a year.
#[utoipa::path(get, path = "/inspections/days/{year}", tag = "inspections", params(("year" = u16, Path,)),
    responses((status = 200, body = WorkingYearAnswer), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn get_days(
    State(shared): State<Arc<Shared>>,
    Path(year): Path<String>,
) -> Result<Json<WorkingYearAnswer>, Problem> {
    let year = which_year(&year)?;
    let plans = shared.books.plans.load_full();
    let known = plans.days.0.get(&year);
    let dates = |days: &BTreeSet<u64>| days.iter().map(|day| date(*day)).collect();
    let days = known.map_or_else(
        || WorkingYear { source: String::new(), off: Vec::new(), work: Vec::new() },
        |of| WorkingYear { source: of.source.to_string(), off: dates(&of.off), work: dates(&of.work) },
    );
    Ok(Json(WorkingYearAnswer { year, known: known.is_some(), unread: plans.unread.days, days }))
}

/// Changes the working days of a year.
#[utoipa::path(put, path = "/inspections/days/{year}", tag = "inspections", request_body = WorkingYear, params(("year" = u16, Path,)),
    responses((status = 200, body = WorkingYearAnswer), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn put_days(
    state: State<Arc<Shared>>,
    Path(text): Path<String>,
    Json(wanted): Json<WorkingYear>,
) -> Result<Json<WorkingYearAnswer>, Problem> {
    let year = which_year(&text)?;
    if wanted.off.len() > MOST_DAYS || wanted.work.len() > MOST_DAYS {
        return Err(Problem::bad(format!("off, work: at most {MOST_DAYS} days are expected")));
    }
    let read = |days: &[String]| days.iter().map(|text| day_of(year, text)).collect::<Result<BTreeSet<u64>, _>>();
    let of = Year {
        source: line("source", &wanted.source, MAX_LINE_CHARS)?,
        off: read(&wanted.off)?,
        work: read(&wanted.work)?,
    };
    if of.off.intersection(&of.work).next().is_some() {
        return Err(Problem::bad("off, work: a day is one of them"));
    }
    let change = PlanChange::Year(year, of);
    state.ask(|reply| Command::Inspect(Inspect::Plan { change, reply })).await?;
    get_days(state, Path(text)).await
}

fn which_year(text: &str) -> Result<u16, Problem> {
    let year = text.parse().ok().filter(|year| Month::new(*year, 1).is_some());
    year.ok_or_else(|| Problem::bad("year: 1970 to 9999 is expected"))
}

fn day_of(year: u16, text: &str) -> Result<u64, Problem> {
    let mut parts = text.split('-').map(str::parse::<u64>);
    let read = match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(Ok(year)), Some(Ok(month)), Some(Ok(day)), None) if year >= 1970 => Some((year, month, day)),
        _ => None,
    };
    let day = read.map(|(year, month, day)| days(year, month, day)).filter(|day| date(*day) == text);
    day.filter(|day| civil(*day).0 == u64::from(year)).ok_or_else(|| {
        Problem::bad(format!(
            "'{}': a day of {year} such as {year}-10-01 is expected",
            text.chars().take(20).collect::<String>()
        ))
    })
}

/// A day as it is written: `2026-11-27`.
pub(super) fn date(day: u64) -> String {
    let (year, month, day) = civil(day);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Which month is wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct WantedMonth {
    /// `2026-11`; this one when not said.
    month: Option<String>,
}

/// A month: what ran and with which result, what will, and what was missed.
#[utoipa::path(get, path = "/inspections/calendar", tag = "inspections", params(WantedMonth),
    responses((status = 200, body = InspectionCalendar), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn calendar(
    State(shared): State<Arc<Shared>>,
    Query(wanted): Query<WantedMonth>,
) -> Result<Json<InspectionCalendar>, Problem> {
    let now = shared.now_ms();
    let month = match wanted.month.as_deref() {
        None => Month::of(now),
        Some(text) => text.parse().map_err(|error| Problem::bad(format!("month: {error}")))?,
    };
    let (from_ms, to_ms) = (month.start_ms(), month.plus(1).start_ms());
    let (plans, meetings) = (shared.books.plans.load_full(), shared.books.meetings.load_full());
    let first = day_number(from_ms);
    let mut days: Vec<CalendarDay> = (first..day_number(to_ms)).map(|day| blank(&plans, day)).collect();
    let runs = shared.books.inspections.load_full();
    // From the oldest: a day is told by time.
    for head in runs.heads.values().filter(|head| (from_ms..to_ms).contains(&head.ordered.given_ms)) {
        let day = days.get_mut((day_number(head.ordered.given_ms) - first) as usize);
        day.into_iter().filter(|day| day.runs.len() < MOST_A_DAY).for_each(|day| day.runs.push(ran(head)));
    }
    let (register, view, groups) = (shared.books.units.load(), shared.view.load(), shared.books.groups.load());
    let rooms = |unit: &UnitId| rooms_of(unit, &register, &view);
    let around = Around { meetings: &meetings, groups: &groups, rooms: &rooms, tree: &view.tree };
    let slot = |id: u64, plan: &Plan, at_ms, reason| CalendarSlot {
        plan: id,
        title: plan.title.to_string(),
        kind: plan.work.kind,
        at_ms,
        reason,
    };
    for (id, plan) in &plans.plans {
        let most = days.len() * MOST_A_DAY;
        for at_ms in plans.slots(plan, &around, (now.max(from_ms), to_ms - 1), most) {
            let day = days.get_mut((day_number(at_ms) - first) as usize);
            day.into_iter()
                .filter(|day| day.due.len() < MOST_A_DAY)
                .for_each(|day| day.due.push(slot(*id, plan, at_ms, None)));
        }
        for InspectionMissed { at_ms, reason, .. } in plan.missed.iter().map(missed) {
            let of_month = (from_ms..to_ms).contains(&at_ms);
            let day = of_month.then(|| days.get_mut((day_number(at_ms) - first) as usize)).flatten();
            day.into_iter().for_each(|day| day.missed.push(slot(*id, plan, at_ms, Some(reason))));
        }
    }
    days.iter_mut().for_each(|day| day.due.sort_by_key(|slot| slot.at_ms));
    Ok(Json(InspectionCalendar { month: month.to_string(), today: date(day_number(now)), days }))
}

const fn day_number(at_ms: UnixMs) -> u64 {
    at_ms.saturating_add(UTC8_MS) / DAY_MS
}

fn blank(plans: &Plans, day: u64) -> CalendarDay {
    let kind = match plans.days.kind(day) {
        DayKind::Work => CalendarDayKind::Work,
        DayKind::Weekend => CalendarDayKind::Weekend,
        DayKind::Holiday => CalendarDayKind::Holiday,
        DayKind::MakeUp => CalendarDayKind::Makeup,
    };
    let (runs, due, missed) = (Vec::new(), Vec::new(), Vec::new());
    CalendarDay { date: date(day), weekday: weekday(day), kind, runs, due, missed }
}

fn ran(head: &Head) -> CalendarRun {
    CalendarRun {
        id: head.id,
        title: head.ordered.title.to_string(),
        kind: head.ordered.work.kind,
        plan: head.ordered.plan,
        state: read::state(head),
        given_ms: head.ordered.given_ms,
        venues: head.all.venues,
        abnormal: head.all.abnormal,
        unfilled: head.all.unfilled,
        incomplete: head.all.incomplete,
        untested: head.all.untested,
        rate: head.all.rate(),
    }
}
