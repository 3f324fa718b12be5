//! `GET|POST /assurance` and what becomes of a response, of rules and of approvals: 重保 and 封网.

pub mod dto;
pub(super) mod report;

use std::collections::HashSet;
use std::sync::Arc;

use avow_shared::id::VenueId;
use avow_shared::place::PlaceCode;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use self::dto::{
    Adjustment, ApprovalItem, AssuranceAnswer, AssuranceRules, AssuranceStaff, AssuredPlace, Ending, LevelStaff,
    NewApproval, NewAssuranceRules, NewAssuranceStaff, NewResponse, ResponseCalls, ResponseItem, ResponseState,
    ResponseStep, StaffItem,
};
use super::Shared;
use super::groups::texts;
use super::places::find;
use super::problem::{Problem, ProblemDetails};
use super::rectify::{names, subject};
use super::said::text;
use super::schedules::slot;
use crate::assurance::{
    Act, Approval, Assurance, Change, Level, MAX_NAME_CHARS, MAX_TEXT_CHARS, MOST_PLACES, MOST_STAFF, Response, Roster,
    Rule, Rules, Staff, Step, Terms, Written,
};
use crate::calendar::{DAY_MS, Times};
use crate::command::Command;
use crate::province::View;
use crate::scope::{Scope, Whom};

/// So long what is over is listed.
const LISTED_MS: u64 = 90 * DAY_MS;

/// Who would change something in a room now is told by which response he may not, and who may approve it.
pub(super) fn thawed(shared: &Shared, venue: VenueId) -> Result<(), Problem> {
    let all = shared.books.assurance.load();
    let Some((id, response)) = all.frozen(venue, &shared.view.load().tree, shared.now_ms()) else { return Ok(()) };
    let level = response.terms().map_or("", |terms| terms.level.roman());
    let Response { title, approver, .. } = response.as_ref();
    let detail =
        format!("封网: {title} ({level}, response {id}) forbids changes in {venue}; {approver} may approve one");
    Err(Problem::new(StatusCode::CONFLICT, detail))
}

/// Heightened assurance as it stands.
#[utoipa::path(get, path = "/assurance", tag = "assurance", responses((status = 200, body = AssuranceAnswer)))]
pub(super) async fn get(State(shared): State<Arc<Shared>>) -> Json<AssuranceAnswer> {
    let (view, all, now_ms) = (shared.view.load_full(), shared.books.assurance.load_full(), shared.now_ms());
    let since = now_ms.saturating_sub(LISTED_MS);
    let listed = all.responses().filter(|(_, response)| response.over_ms().is_none_or(|over| over > since));
    let mut responses: Vec<ResponseItem> =
        listed.filter_map(|(id, response)| item(&shared, &view, &all, (id, response))).collect();
    responses.sort_by_key(|item| {
        let newest = u64::MAX - item.from_ms;
        match item.state {
            ResponseState::On => (item.state, item.level as u64, newest),
            ResponseState::Ahead => (item.state, item.from_ms, 0),
            ResponseState::Ended => (item.state, newest, 0),
        }
    });
    let approvals = all.approvals().rev().filter(|(_, approval)| approval.given_ms > since);
    Json(AssuranceAnswer {
        now_ms,
        in_force: responses.iter().filter(|item| item.state == ResponseState::On).map(|item| item.level).min(),
        places: places(&view, &all, now_ms),
        approvals: approvals.map(|(id, approval)| approved(&view, id, approval, now_ms)).collect(),
        rules: AssuranceRules::of(&all.rules),
        responses,
    })
}

fn place_name(view: &View, place: PlaceCode) -> String {
    let name = |at| {
        let full = view.tree.full_name(at);
        if full.is_empty() { view.tree.place(at).name.to_string() } else { full }
    };
    view.tree.index(place).map_or_else(|| place.to_string(), name)
}

fn places(view: &View, all: &Assurance, now_ms: u64) -> Vec<AssuredPlace> {
    let on = all.responses().filter(|(_, response)| response.is_on(now_ms));
    let mut named: Vec<PlaceCode> =
        on.filter_map(|(_, response)| response.terms()).flat_map(|terms| terms.places.clone()).collect();
    named.sort_unstable();
    named.dedup();
    let freezes = |place: PlaceCode| {
        all.responses().any(|(_, response)| {
            response.is_on(now_ms)
                && response.covers(place, &view.tree)
                && response.terms().is_some_and(|terms| terms.freeze)
        })
    };
    let of = |place: &PlaceCode| {
        let (response, followed) = all.followed(*place, &view.tree, now_ms)?;
        let (level, freeze) = (followed.terms()?.level, freezes(*place));
        Some(AssuredPlace { place: place.to_string(), name: place_name(view, *place), level, response, freeze })
    };
    named.iter().filter_map(of).collect()
}

fn item(shared: &Shared, view: &View, all: &Assurance, (id, response): (u64, &Response)) -> Option<ResponseItem> {
    let now_ms = shared.now_ms();
    let terms = response.terms()?;
    let rule = all.rules.of(terms.level);
    let state = match (response.is_over(now_ms), response.is_on(now_ms)) {
        (true, _) => ResponseState::Ended,
        (false, true) => ResponseState::On,
        (false, false) => ResponseState::Ahead,
    };
    let step = |step: &Step| ResponseStep {
        at_ms: step.at_ms,
        person: step.person.to_string(),
        act: step.act,
        level: step.terms.level,
        places: step.terms.places.iter().map(ToString::to_string).collect(),
        to_ms: step.terms.to_ms,
        freeze: step.terms.freeze,
        staff: step.terms.staff.len(),
        note: step.note.to_string(),
    };
    let (mut venues, mut untold) = (0, 0);
    // Places of one response may lie in each other: each venue counts once. Of what is over nobody asks, and there may be a thousand.
    if state != ResponseState::Ended {
        let old = if terms.freeze { shared.hand.old() } else { HashSet::new() };
        let extent = terms.extent(&view.tree);
        for venue in view.venues().filter(|venue| extent.has(venue.id.place)) {
            venues += 1;
            untold += usize::from(venue.link.is_some_and(|link| old.contains(&link.agent)));
        }
    }
    Some(ResponseItem {
        id,
        title: response.title.to_string(),
        hazard: response.hazard.to_string(),
        level: terms.level,
        authority: response.authority.to_string(),
        document: response.document.to_string(),
        places: terms.places.iter().map(ToString::to_string).collect(),
        names: terms.places.iter().map(|place| place_name(view, *place)).collect(),
        from_ms: terms.from_ms,
        to_ms: terms.to_ms,
        ended_ms: response.ended_ms(),
        state,
        freeze: terms.freeze,
        approver: response.approver.to_string(),
        check_every_s: rule.check_every_s,
        roll_calls_a_day: rule.roll_calls_a_day,
        depth: rule.depth.into(),
        extra_staff: rule.extra_staff,
        staff: terms.staff.iter().map(StaffItem::of).collect(),
        staff_missing: usize::from(rule.extra_staff).saturating_sub(terms.staff.len()),
        roll_calls: calls(shared, id),
        venues,
        untold,
        history: response.history.iter().map(step).collect(),
    })
}

/// The roll calls that a response orders, and what became of the last.
fn calls(shared: &Shared, response: u64) -> Option<ResponseCalls> {
    let all = shared.books.schedules.load();
    let (schedule, ordered) = all.of_response(response)?;
    let plan = &ordered.plan;
    let none = Scope::default();
    let scope = if let Whom::These(scope) = &plan.whom { scope } else { &none };
    let times = if let Times::At(times) = &plan.rule.times { times.as_slice() } else { &[] };
    Some(ResponseCalls {
        schedule,
        times: times.iter().map(ToString::to_string).collect(),
        places: texts(&scope.places),
        except: texts(&scope.except.places),
        next_ms: ordered.next_ms(shared.now_ms(), &shared.books.working_days()),
        slots: ordered.slots.iter().rev().map(slot).collect(),
    })
}

fn approved(view: &View, id: u64, approval: &Approval, now_ms: u64) -> ApprovalItem {
    ApprovalItem {
        id,
        subject: approval.subject.to_string(),
        name: names(view, approval.subject).0,
        what: approval.what.to_string(),
        person: approval.person.to_string(),
        reason: approval.reason.to_string(),
        given_ms: approval.given_ms,
        until_ms: approval.until_ms,
        revoked_ms: approval.revoked.as_ref().map(|(at_ms, _)| *at_ms),
        revoked_by: approval.revoked.as_ref().map(|(_, person)| person.to_string()),
        on: approval.is_on(now_ms),
    }
}

async fn change(shared: &Shared, change: Change) -> Result<Written, Problem> {
    shared.ask(|reply| Command::Assure { change, reply }).await
}

async fn changed(shared: &Shared, of: Change) -> Result<Json<ResponseItem>, Problem> {
    let written = change(shared, of).await?;
    let (view, all) = (shared.view.load_full(), shared.books.assurance.load_full());
    let kept = written.response.and_then(|id| item(shared, &view, &all, (id, all.response(id)?)));
    kept.map(Json).ok_or_else(|| Problem::not_found("there is no such response any more"))
}

fn codes(view: &View, places: &[String]) -> Result<Vec<PlaceCode>, Problem> {
    if places.len() > MOST_PLACES {
        return Err(Problem::bad(format!("places: at most {MOST_PLACES} are expected")));
    }
    let code = |place: &String| find(view, place).map(|at| view.tree.place(at).code);
    let mut codes = places.iter().map(code).collect::<Result<Vec<_>, _>>()?;
    codes.sort_unstable();
    codes.dedup();
    Ok(codes)
}

/// A response begins: its places are watched more closely, and with a freeze nothing is changed there.
#[utoipa::path(post, path = "/assurance", tag = "assurance", request_body = NewResponse,
    responses((status = 200, body = ResponseItem), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn start(
    State(shared): State<Arc<Shared>>,
    Json(new): Json<NewResponse>,
) -> Result<Json<ResponseItem>, Problem> {
    let now = shared.now_ms();
    let called_in = || shared.books.assurance.load().roster.of(new.level).clone();
    let name = |what: &str, said: &str, least| text(what, said, least, MAX_NAME_CHARS);
    let terms = Terms {
        level: new.level,
        places: codes(&shared.view.load(), &new.places)?,
        from_ms: new.from_ms.unwrap_or(now),
        to_ms: new.to_ms,
        freeze: new.freeze,
        staff: new.staff.as_deref().map_or_else(|| Ok(called_in()), staff)?,
    };
    let note = text("note", new.note.as_deref().unwrap_or_default(), 0, MAX_TEXT_CHARS)?;
    let response = Response {
        title: name("title", &new.title, 1)?,
        hazard: name("hazard", new.hazard.as_deref().unwrap_or_default(), 0)?,
        authority: name("authority", &new.authority, 1)?,
        document: name("document", new.document.as_deref().unwrap_or_default(), 0)?,
        approver: name("approver", &new.approver, 1)?,
        history: vec![Step { at_ms: now, person: name("person", &new.person, 1)?, act: Act::Started, terms, note }],
    };
    changed(&shared, Change::Start(response)).await
}

fn staff(said: &[StaffItem]) -> Result<Vec<Staff>, Problem> {
    if said.len() > MOST_STAFF {
        return Err(Problem::bad(format!("staff: at most {MOST_STAFF} people are expected")));
    }
    let one = |staff: &StaffItem| {
        Ok(Staff {
            name: text("staff.name", &staff.name, 1, MAX_NAME_CHARS)?,
            telephone: text("staff.telephone", &staff.telephone, 0, MAX_NAME_CHARS)?,
            post: text("staff.post", &staff.post, 0, MAX_NAME_CHARS)?,
        })
    };
    said.iter().map(one).collect()
}

/// Who is called in by level.
#[utoipa::path(get, path = "/assurance/staff", tag = "assurance", responses((status = 200, body = AssuranceStaff)))]
pub(super) async fn get_staff(State(shared): State<Arc<Shared>>) -> Json<AssuranceStaff> {
    Json(AssuranceStaff::of(&shared.books.assurance.load().roster))
}

/// Has other people called in by level.
#[utoipa::path(put, path = "/assurance/staff", tag = "assurance", request_body = NewAssuranceStaff,
    responses((status = 200, body = AssuranceStaff), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn put_staff(
    State(shared): State<Arc<Shared>>,
    Json(wanted): Json<NewAssuranceStaff>,
) -> Result<Json<AssuranceStaff>, Problem> {
    let named: Vec<Level> = wanted.levels.iter().map(|of| of.level).collect();
    if named != Level::ALL {
        return Err(Problem::bad("levels: i, ii, iii and iv are expected, in this order"));
    }
    let person = text("person", &wanted.person, 1, MAX_NAME_CHARS)?;
    let mut roster = Roster { changed: Some((shared.now_ms(), person)), ..Roster::default() };
    for (of, LevelStaff { staff: said, .. }) in roster.levels.iter_mut().zip(&wanted.levels) {
        *of = staff(said)?;
    }
    change(&shared, Change::Roster(roster.clone())).await?;
    Ok(Json(AssuranceStaff::of(&roster)))
}

fn terms_of(shared: &Shared, id: u64) -> Result<Terms, Problem> {
    let all = shared.books.assurance.load();
    let terms = all.response(id).and_then(|response| response.terms().cloned());
    terms.ok_or_else(|| Problem::not_found(format!("there is no response {id}")))
}

fn number(text: &str) -> Result<u64, Problem> {
    text.parse().map_err(|_| Problem::bad(format!("'{text}': a number is expected")))
}

/// Its level, places, end or freeze change from now on.
#[utoipa::path(post, path = "/assurance/{id}/adjust", tag = "assurance", params(("id" = u64, Path,)),
    request_body = Adjustment,
    responses((status = 200, body = ResponseItem), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn adjust(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Json(said): Json<Adjustment>,
) -> Result<Json<ResponseItem>, Problem> {
    let id = number(&id)?;
    let was = terms_of(&shared, id)?;
    // Another level calls other people in, unless it is said who.
    let level = said.level.filter(|level| *level != was.level);
    let called_in = || match level {
        Some(level) => shared.books.assurance.load().roster.of(level).clone(),
        None => was.staff.clone(),
    };
    let places = said.places.as_deref().map(|places| codes(&shared.view.load(), places)).transpose()?;
    let terms = Terms {
        level: said.level.unwrap_or(was.level),
        places: places.unwrap_or_else(|| was.places.clone()),
        from_ms: was.from_ms,
        to_ms: if said.open_end { None } else { said.to_ms.or(was.to_ms) },
        freeze: said.freeze.unwrap_or(was.freeze),
        staff: said.staff.as_deref().map_or_else(|| Ok(called_in()), staff)?,
    };
    let person = text("person", &said.person, 1, MAX_NAME_CHARS)?;
    let note = text("note", &said.note, 1, MAX_TEXT_CHARS)?;
    let step = Step { at_ms: shared.now_ms(), person, act: Act::Adjusted, terms, note };
    changed(&shared, Change::Step(id, step)).await
}

/// It is over.
#[utoipa::path(post, path = "/assurance/{id}/end", tag = "assurance", params(("id" = u64, Path,)), request_body = Ending,
    responses((status = 200, body = ResponseItem), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn end(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Json(said): Json<Ending>,
) -> Result<Json<ResponseItem>, Problem> {
    let id = number(&id)?;
    let terms = terms_of(&shared, id)?;
    let person = text("person", &said.person, 1, MAX_NAME_CHARS)?;
    let note = text("note", said.note.as_deref().unwrap_or_default(), 0, MAX_TEXT_CHARS)?;
    let step = Step { at_ms: shared.now_ms(), person, act: Act::Ended, terms, note };
    changed(&shared, Change::Step(id, step)).await
}

/// What each level asks for.
#[utoipa::path(get, path = "/assurance/rules", tag = "assurance", responses((status = 200, body = AssuranceRules)))]
pub(super) async fn get_rules(State(shared): State<Arc<Shared>>) -> Json<AssuranceRules> {
    Json(AssuranceRules::of(&shared.books.assurance.load().rules))
}

/// Has levels ask for something else.
#[utoipa::path(put, path = "/assurance/rules", tag = "assurance", request_body = NewAssuranceRules,
    responses((status = 200, body = AssuranceRules), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn put_rules(
    State(shared): State<Arc<Shared>>,
    Json(wanted): Json<NewAssuranceRules>,
) -> Result<Json<AssuranceRules>, Problem> {
    let mut rules = Rules::default();
    let named: Vec<Level> = wanted.levels.iter().map(|rule| rule.level).collect();
    if named != Level::ALL {
        return Err(Problem::bad("levels: i, ii, iii and iv are expected, in this order"));
    }
    for (rule, wanted) in rules.0.iter_mut().zip(&wanted.levels) {
        let (check_every_s, roll_calls_a_day) = (wanted.check_every_s, wanted.roll_calls_a_day);
        *rule = Rule { check_every_s, roll_calls_a_day, depth: wanted.depth.into(), extra_staff: wanted.extra_staff };
    }
    let person = text("person", &wanted.person, 1, MAX_NAME_CHARS)?;
    change(&shared, Change::Rules(rules, person)).await?;
    Ok(Json(AssuranceRules::of(&rules)))
}

/// A person approves that something be changed although nothing may be.
#[utoipa::path(post, path = "/assurance/approvals", tag = "assurance", request_body = NewApproval,
    responses((status = 200, body = ApprovalItem), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn approve(
    State(shared): State<Arc<Shared>>,
    Json(new): Json<NewApproval>,
) -> Result<Json<ApprovalItem>, Problem> {
    let subject = subject(&new.subject)?;
    find(&shared.view.load(), &subject.place().to_string())?;
    let approval = Approval {
        subject,
        what: text("what", &new.what, 1, MAX_TEXT_CHARS)?,
        person: text("person", &new.person, 1, MAX_NAME_CHARS)?,
        reason: text("reason", new.reason.as_deref().unwrap_or_default(), 0, MAX_TEXT_CHARS)?,
        given_ms: shared.now_ms(),
        until_ms: new.until_ms,
        revoked: None,
    };
    approval_changed(&shared, Change::Approve(approval)).await
}

/// And takes that back.
#[utoipa::path(post, path = "/assurance/approvals/{id}/revoke", tag = "assurance", params(("id" = u64, Path,)),
    request_body = Ending,
    responses((status = 200, body = ApprovalItem), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn revoke(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Json(said): Json<Ending>,
) -> Result<Json<ApprovalItem>, Problem> {
    let person = text("person", &said.person, 1, MAX_NAME_CHARS)?;
    approval_changed(&shared, Change::Revoke(number(&id)?, person)).await
}

async fn approval_changed(shared: &Shared, of: Change) -> Result<Json<ApprovalItem>, Problem> {
    let written = change(shared, of).await?;
    let (view, all) = (shared.view.load_full(), shared.books.assurance.load_full());
    let kept = written.approval.and_then(|id| Some(approved(&view, id, all.approval(id)?, shared.now_ms())));
    kept.map(Json).ok_or_else(|| Problem::not_found("there is no such approval any more"))
}
