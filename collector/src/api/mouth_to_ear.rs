//! Runs of two venues, mouth to ear and camera to screen: `POST /mouth-to-ear` begins one, `GET` tells of them.

mod dto;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use avow_shared::id::VenueId;
use avow_shared::mouth_to_ear::{Part, Running, Way, Whom, join};
use avow_shared::order::{Answer, AnswerResult, OrderNumber};
use avow_shared::time::UnixMs;
use avow_shared::venue::Grade;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

pub use dto::{
    MouthToEarEnd, MouthToEarFinding, MouthToEarLimits, MouthToEarList, MouthToEarOrder, MouthToEarPicture,
    MouthToEarProposal, MouthToEarRun, MouthToEarWay,
};

use super::camera::refused;
use super::problem::{Problem, ProblemDetails};
use super::{Shared, venue};
use crate::command::Command;
use crate::crossing::{KIND, Limits, delay_ms, findings};
use crate::fact::AgentState;
use crate::hand::{End, Fate, NotSent, RUN_WITHIN_MS, Run};
use crate::obligations::{JointTest, Mark, Marks, Subject};
use crate::province::{Venue, View};

/// The most runs that one question gets.
const MOST_ROWS: usize = 100;
const ROWS: usize = 20;

/// Which runs are wanted.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// Only those of this venue.
    venue: Option<String>,
    /// At most so many, 1 to 100; 20 when not said.
    limit: Option<usize>,
}

/// Has two venues hear and see each other once: 20 s, in which each sounds a burst of coded noise of two seconds. 409: an agent is
/// not connected, or one of the two takes part in another run; 403: HQ has not accepted a key.
#[utoipa::path(post, path = "/mouth-to-ear", tag = "venues", request_body = MouthToEarOrder,
    responses((status = 202, body = MouthToEarRun),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn begin(
    State(shared): State<Arc<Shared>>,
    Json(order): Json<MouthToEarOrder>,
) -> Result<(StatusCode, Json<MouthToEarRun>), Problem> {
    let view = shared.view.load_full();
    let ends = [end(&shared, &view, &order.first)?, end(&shared, &view, &order.second)?];
    if ends[0].venue == ends[1].venue {
        return Err(Problem::bad("two different venues are expected"));
    }
    if ends[0].agent == ends[1].agent {
        return Err(Problem::bad(
            "both venues are served by one box, which has one pair of ears: choose a venue elsewhere",
        ));
    }
    let confirmed = order.confirmed;
    let number = shared.ask(|reply| Command::BeginRun { ends, confirmed, reply }).await??;
    let run = run(&shared, &view, number, &[]).ok_or_else(|| Problem::not_found("the run is gone"))?;
    Ok((StatusCode::ACCEPTED, Json(run)))
}

/// One run.
#[utoipa::path(get, path = "/mouth-to-ear/{number}", tag = "venues", params(("number" = u64, Path,)),
    responses((status = 200, body = MouthToEarRun), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn get_run(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<OrderNumber>,
) -> Result<Json<MouthToEarRun>, Problem> {
    let view = shared.view.load_full();
    run(&shared, &view, number, &proposed(&shared))
        .map(Json)
        .ok_or_else(|| Problem::not_found(format!("there is no run {number}")))
}

/// The newest runs, of all or of one venue.
#[utoipa::path(get, path = "/mouth-to-ear", tag = "venues", params(Wanted),
    responses((status = 200, body = MouthToEarList), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn list_runs(
    State(shared): State<Arc<Shared>>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<MouthToEarList>, Problem> {
    let view = shared.view.load_full();
    let venue = wanted.venue.as_deref().map(|id| venue::find(&view, id)).transpose()?.map(|venue| venue.id);
    let limit = wanted.limit.unwrap_or(ROWS);
    if !(1..=MOST_ROWS).contains(&limit) {
        return Err(Problem::bad(format!("limit: 1 to {MOST_ROWS} is expected, found {limit}")));
    }
    let mut numbers = shared.hand.runs(venue);
    numbers.extend(view.crossings.numbers(venue));
    numbers.sort_unstable_by_key(|number| std::cmp::Reverse(*number));
    numbers.dedup();
    let known = proposed(&shared);
    let items = numbers.into_iter().filter_map(|number| run(&shared, &view, number, &known)).take(limit).collect();
    Ok(Json(MouthToEarList { now_ms: shared.now_ms(), limits: shared.across.into(), items }))
}

/// Whether a venue's box can take part.
pub(super) fn can(venue: &Venue) -> bool {
    venue.has_kind(KIND)
}

/// An end of a run that is to begin.
fn end(shared: &Shared, view: &View, id: &str) -> Result<End, Problem> {
    let venue = venue::find(view, id)?;
    if !can(&venue) {
        return Err(Problem::not_found(format!("venue {id} has no probe of the kind {KIND}")));
    }
    let away = || Problem::from(NotSent::Away);
    let agent = venue.link.ok_or_else(away)?.agent;
    match shared.books.agents.read().get(&agent).map(|seen| seen.agent.state) {
        Some(AgentState::Accepted) => Ok(End { venue: venue.id, agent, answer: None }),
        Some(_) => Err(Problem::new(StatusCode::FORBIDDEN, "HQ has not accepted the key of the venue's agent")),
        None => Err(away()),
    }
}

/// Joint tests that runs proposed and nobody withdrew.
fn proposed(shared: &Shared) -> Vec<(u64, Arc<JointTest>)> {
    let obligations = shared.books.obligations.load();
    let kept = obligations.iter().filter(|(_, test)| test.run.is_some() && test.withdrawn.is_none());
    kept.map(|(id, test)| (id, Arc::clone(test))).collect()
}

/// What a run says for a joint test of one of its ends: the points of the form, when it was, and the other end's name.
pub(super) fn proposal(
    shared: &Shared,
    view: &View,
    number: OrderNumber,
    of: Subject,
) -> Result<(Marks, UnixMs, String), Problem> {
    let run = run(shared, view, number, &[]).ok_or_else(|| Problem::not_found(format!("there is no run {number}")))?;
    let at = run.ends.iter().position(|end| end.venue == of.to_string());
    let far = at.ok_or_else(|| Problem::bad("subject: one of the two venues of the run is expected"))?;
    if !run.proposes {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "this run is not over or did not go well: it proposes no joint test",
        ));
    }
    let name = run.ends[1 - far].name.clone();
    Ok((points(&run, far), run.at_ms, name))
}

/// What a run saw and heard, as the form has it: the end `far` is theirs, the other ours.
fn points(run: &MouthToEarRun, far: usize) -> Marks {
    let normal = |whom: Option<&str>| if whom == Some("right") { Mark::Normal } else { Mark::Untested };
    let (out, back) = (&run.ways[1 - far], &run.ways[far]);
    Marks {
        picture_out: normal(out.seen.as_deref()),
        sound_out: normal(out.heard.as_deref()),
        picture_in: normal(back.seen.as_deref()),
        sound_in: normal(back.heard.as_deref()),
        ..Marks::default()
    }
}

fn run(shared: &Shared, view: &View, number: OrderNumber, proposed: &[(u64, Arc<JointTest>)]) -> Option<MouthToEarRun> {
    let begun = shared.hand.run(number);
    let venues = match (&begun, view.crossings.any(number)) {
        (Some(run), _) => run.ends.each_ref().map(|end| end.venue),
        // Which of the two spoke first nobody says any more: the one whose marker counts as the first, if it is known.
        (None, Some(part)) => in_order(part),
        (None, None) => return None,
    };
    let parts = venues.map(|venue| view.crossings.part(number, venue));
    let now_ms = shared.now_ms();
    let is_open = begun.as_ref().is_some_and(|run| run.is_open(now_ms) || is_underway(run, parts, now_ms));
    let at_ms = begun.as_ref().map_or(number, |run| run.given_ms);
    let name = |venue| name(view, venue);
    let own = proposed.iter().filter(|(_, test)| test.run == Some(number));
    let joint_tests =
        own.map(|(id, test)| MouthToEarProposal { id: *id, subject: test.subject.to_string(), counts: test.counts() });
    let told = told(venues, parts, begun.as_ref(), &shared.across, name, (number, at_ms), is_open);
    Some(MouthToEarRun { joint_tests: joint_tests.collect(), ..told })
}

/// What an end told is stored before its answer, and shown a moment after it.
fn is_underway(run: &Run, parts: [Option<&Part>; 2], now_ms: UnixMs) -> bool {
    let is_done = |end: &End| end.answer.as_ref().is_some_and(|answer| answer.result == AnswerResult::Done);
    let waits = run.ends.iter().zip(parts).any(|(end, part)| is_done(end) && part.is_none());
    waits && now_ms < run.given_ms + RUN_WITHIN_MS
}

/// Sequences are given by the order of speaking.
fn in_order(part: &Part) -> [VenueId; 2] {
    let own = |signal: &&avow_shared::mouth_to_ear::Signal| signal.run == part.run();
    let first = part.heard.iter().filter(own).find(|signal| signal.is_first()).map(|signal| signal.venue);
    if first == Some(part.other) { [part.other, part.venue] } else { [part.venue, part.other] }
}

fn name(view: &View, id: VenueId) -> String {
    view.venue(id).map_or_else(|| id.to_string(), |venue| venue.name().to_string())
}

fn told(
    venues: [VenueId; 2],
    parts: [Option<&Part>; 2],
    begun: Option<&Run>,
    limits: &Limits,
    name: impl Fn(VenueId) -> String,
    (number, at_ms): (OrderNumber, UnixMs),
    is_open: bool,
) -> MouthToEarRun {
    let crossing = join(parts[0], parts[1]);
    let one_way = |from: usize, to: usize| {
        let way = &crossing.ways[from];
        let found = if parts[to].is_some() { findings(way, &crossing, limits) } else { Vec::new() };
        let judged = delay_ms(way, &crossing).map(tenth);
        let found = found.into_iter().map(|finding| MouthToEarFinding {
            code: finding.code.to_owned(),
            verdict: if finding.grade == Grade::Fail { "fail" } else { "degraded" }.to_owned(),
        });
        told_way([venues[from], venues[to]], way, parts[to].is_some(), judged, found.collect())
    };
    let ways = [one_way(0, 1), one_way(1, 0)];
    let told_end = |at: usize| {
        let answer = begun.and_then(|run| run.ends[at].answer.as_ref());
        let (answer, detail) = answer.map_or((None, None), answered);
        MouthToEarEnd {
            venue: venues[at].to_string(),
            name: name(venues[at]),
            answer,
            detail,
            told: parts[at].is_some(),
        }
    };
    let ends = [told_end(0), told_end(1)];
    let is_silent = ends.iter().any(|end| !end.told && end.answer.is_none());
    let verdict = verdict(&ways).to_owned();
    MouthToEarRun {
        number,
        at_ms,
        until_ms: is_open.then_some(at_ms + RUN_WITHIN_MS),
        proposes: !is_open && verdict == "pass",
        joint_tests: Vec::new(),
        verdict,
        ends,
        ways,
        round_trip_ms: crossing.round_trip_us.map(ms),
        interrupted: is_silent && begun.is_some_and(|run| run.fate == Fate::Interrupted),
    }
}

fn told_way(
    [from, to]: [VenueId; 2],
    way: &Way,
    is_told: bool,
    judged_delay_ms: Option<f64>,
    findings: Vec<MouthToEarFinding>,
) -> MouthToEarWay {
    let heard = is_told.then_some(way.heard);
    let decibels = |tenths: i16| f64::from(tenths) / 10.0;
    MouthToEarWay {
        from: from.to_string(),
        to: to.to_string(),
        heard: heard.map(|whom| word(whom).to_owned()),
        heard_venue: heard.and_then(other),
        seen: way.seen.map(|whom| word(whom).to_owned()),
        seen_venue: way.seen.and_then(other),
        delay_ms: way.delay.map(|delay| ms(delay.us)),
        delay_error_ms: way.delay.and_then(|delay| delay.error_ms),
        judged_delay_ms,
        level_db: way.level.map(decibels),
        snr_db: way.snr.map(decibels),
        echo_db: way.echo.map(decibels),
        lip_sync_ms: way.lip_sync.map(|sync| ms(sync.early_us.into())),
        lip_sync_error_ms: way.lip_sync.map(|sync| ms(sync.error_us.into())),
        picture: way.picture.map(picture),
        findings,
    }
}

fn picture(running: Running) -> MouthToEarPicture {
    let Running { frames, missing, repeated, longest_still_ms, rate } = running;
    MouthToEarPicture { frames, missing, repeated, longest_still_ms, fps: f64::from(rate) / 1_000.0 }
}

/// Of both ways: a failure before a suspicion, and nothing is well of which one way is not known.
fn verdict(ways: &[MouthToEarWay; 2]) -> &'static str {
    let worst = |word: &str| ways.iter().flat_map(|way| &way.findings).any(|finding| finding.verdict == word);
    if worst("fail") {
        "fail"
    } else if ways.iter().any(|way| way.heard.is_none()) {
        "unknown"
    } else if worst("degraded") {
        "degraded"
    } else {
        "pass"
    }
}

fn answered(answer: &Answer) -> (Option<String>, Option<String>) {
    let (word, detail) = match (answer.result, refused(answer)) {
        (AnswerResult::Done, _) => ("done", answer.detail.as_str()),
        (AnswerResult::Impossible, Some(why)) => ("interlocked", why),
        (AnswerResult::Impossible, None) => ("impossible", answer.detail.as_str()),
    };
    (Some(word.to_owned()), (!detail.is_empty()).then(|| detail.to_owned()))
}

const fn word(whom: Whom) -> &'static str {
    match whom {
        Whom::Right => "right",
        Whom::Other(_) => "other",
        Whom::Itself => "itself",
        Whom::Nobody => "nobody",
    }
}

fn other(whom: Whom) -> Option<String> {
    match whom {
        Whom::Other(venue) => Some(venue.to_string()),
        Whom::Right | Whom::Itself | Whom::Nobody => None,
    }
}

/// Milliseconds, to a tenth.
fn ms(us: i64) -> f64 {
    tenth(us as f64 / 1_000.0)
}

fn tenth(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}
