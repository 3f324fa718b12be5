//! `GET|POST /roll-call-schedules` and what becomes of one: roll calls by the clock.

pub mod dto;

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use self::dto::{NewPause, NewSchedule, ScheduleItem, ScheduleList, SlotItem, SlotOutcome};
use super::groups::{texts, words};
use super::problem::{Problem, ProblemDetails};
use super::roll_call::{DEADLINE_S, RollCallDepth, RollCallNamed};
use super::{Shared, line};
use crate::command::Command;
use crate::province::Tree;
use crate::refusals;
use crate::roll_call::Kind;
use crate::schedules::{Change, MAX_NAME_CHARS, Outcome, Plan, Schedule, Slot};
use crate::scope::{Scope, Whom};

/// All schedules.
#[utoipa::path(get, path = "/roll-call-schedules", tag = "roll calls", responses((status = 200, body = ScheduleList)))]
pub(super) async fn list_schedules(State(shared): State<Arc<Shared>>) -> Json<ScheduleList> {
    let schedules = shared.books.schedules.load_full();
    let mut items: Vec<ScheduleItem> = schedules.iter().map(|(id, schedule)| item(&shared, id, schedule)).collect();
    items.sort_by(|one, other| one.name.cmp(&other.name));
    Json(ScheduleList { now_ms: shared.now_ms(), items })
}

/// Has the roll called by the clock from now on. 409: another is called so, or there are 100.
#[utoipa::path(post, path = "/roll-call-schedules", tag = "roll calls", request_body = NewSchedule,
    responses((status = 200, body = ScheduleItem),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn add_schedule(
    State(shared): State<Arc<Shared>>,
    Json(new): Json<NewSchedule>,
) -> Result<Json<ScheduleItem>, Problem> {
    let change = Change::Put(None, checked(&new, &shared.view.load().tree)?);
    changed(&shared, change).await
}

/// Puts a schedule in the place of what it was; it is due by its new rule from now on.
#[utoipa::path(put, path = "/roll-call-schedules/{id}", tag = "roll calls", request_body = NewSchedule,
    params(("id" = u64, Path,)),
    responses((status = 200, body = ScheduleItem),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn change_schedule(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Json(new): Json<NewSchedule>,
) -> Result<Json<ScheduleItem>, Problem> {
    let change = Change::Put(Some(number(&id)?), checked(&new, &shared.view.load().tree)?);
    changed(&shared, change).await
}

/// Lets a schedule rest, or go on; what is due while it rests is skipped.
#[utoipa::path(post, path = "/roll-call-schedules/{id}/pause", tag = "roll calls", request_body = NewPause,
    params(("id" = u64, Path,)),
    responses((status = 200, body = ScheduleItem),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn pause_schedule(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Json(new): Json<NewPause>,
) -> Result<Json<ScheduleItem>, Problem> {
    let change = Change::Pause(number(&id)?, new.paused);
    changed(&shared, change).await
}

/// Forgets a schedule; what it called stays.
#[utoipa::path(delete, path = "/roll-call-schedules/{id}", tag = "roll calls", params(("id" = u64, Path,)),
    responses((status = 204), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn remove_schedule(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let change = Change::Remove(number(&id)?);
    shared.ask(|reply| Command::Schedule { change, reply }).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn changed(shared: &Shared, change: Change) -> Result<Json<ScheduleItem>, Problem> {
    let id = shared.ask(|reply| Command::Schedule { change, reply }).await?;
    let schedules = shared.books.schedules.load_full();
    let kept = id.and_then(|id| Some((id, schedules.get(id)?)));
    let (id, schedule) = kept.ok_or_else(|| Problem::not_found("there is no such schedule any more"))?;
    Ok(Json(item(shared, id, schedule)))
}

fn number(id: &str) -> Result<u64, Problem> {
    id.parse().map_err(|_| Problem::bad(format!("'{id}': the number of a schedule is expected")))
}

fn checked(new: &NewSchedule, tree: &Tree) -> Result<Box<Plan>, Problem> {
    if !DEADLINE_S.contains(&new.deadline_s) {
        return Err(Problem::bad("deadline_s: 10 to 3600 seconds are expected"));
    }
    let names_nobody =
        [&new.places, &new.except, &new.levels, &new.venues, &new.units].iter().all(|list| list.is_empty());
    let whom = match new.group {
        Some(group) if names_nobody => Whom::Group(group),
        None => Whom::These(
            Scope::read(&new.places, (&new.except, &new.levels), &new.venues, &new.units, tree)
                .map_err(Problem::bad)?,
        ),
        Some(_) => return Err(Problem::bad("one scope is expected: a group, or places, venues and units")),
    };
    new.rule.check().map_err(|error| Problem::bad(format!("rule: {error}")))?;
    Ok(Box::new(Plan {
        name: line("name", &new.name, 1, MAX_NAME_CHARS)?,
        rule: new.rule.clone(),
        whom,
        depth: new.depth.into(),
        deadline_s: new.deadline_s,
        confirmed: new.confirmed,
        kind: new.kind.unwrap_or(Kind::Duty),
        operator: line("operator", &new.operator, 1, 64)?,
        basis: line("basis", &new.basis, 0, 128)?,
        paused: new.paused,
    }))
}

fn item(shared: &Shared, id: u64, schedule: &Schedule) -> ScheduleItem {
    let plan = &schedule.plan;
    let none = Scope::default();
    let (group, scope) = match &plan.whom {
        Whom::These(scope) => (None, scope),
        Whom::Group(id) => {
            let name = shared.books.groups.load().get(*id).map(|group| group.name.to_string()).unwrap_or_default();
            (Some(RollCallNamed { id: *id, name }), &none)
        }
        // No schedule calls a meeting: it is over long before the next time.
        Whom::Meeting(_) => (None, &none),
    };
    ScheduleItem {
        id,
        name: plan.name.to_string(),
        rule: plan.rule.clone(),
        group,
        places: texts(&scope.places),
        except: texts(&scope.except.places),
        levels: words(&scope.except.levels),
        venues: texts(&scope.venues),
        units: texts(&scope.units),
        depth: RollCallDepth::from(plan.depth),
        deadline_s: plan.deadline_s,
        confirmed: plan.confirmed,
        kind: plan.kind,
        operator: plan.operator.to_string(),
        basis: plan.basis.to_string(),
        paused: plan.paused,
        next_ms: schedule.next_ms(shared.now_ms(), &shared.books.working_days()),
        changed_ms: schedule.changed_ms,
        slots: schedule.slots.iter().rev().map(slot).collect(),
    }
}

pub(super) fn slot(slot: &Slot) -> SlotItem {
    let (outcome, call, reason) = match &slot.outcome {
        Outcome::Called(call) => (SlotOutcome::Called, Some(*call), None),
        Outcome::Missed => (SlotOutcome::Missed, None, None),
        Outcome::Failed(reason) => (SlotOutcome::Failed, None, Some(reason.to_string())),
    };
    let reason_zh = reason.as_ref().map(|why| refusals::chinese(why, "roll-calls").unwrap_or_else(|| why.clone()));
    SlotItem { at_ms: slot.at_ms, outcome, call, reason, reason_zh }
}
