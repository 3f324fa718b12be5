//! `GET /venues/{id}`: everything about one venue: devices, chains, newest outcomes, what is to blame.

use std::sync::Arc;

use avow_shared::blame::Blame;
use avow_shared::id::{ProbeId, StageId, ValueName, VenueId};
use avow_shared::outcome::{Evidence, Verdict};
use avow_shared::stages;
use avow_shared::venue::{Chain as DeclaredChain, Limit, Probe, Role, Venue as Declared};
use axum::Json;
use axum::extract::{Path, State};

use super::Shared;
use super::device::devices;
use super::dto::{
    AgentEvent, BlameAnswer, Chain, EvidenceRef, Measured, Outcome, Proof, Stage, Upstream, VenueAgent, VenueAnswer,
    VenueMeeting, VenueResponse,
};
use super::problem::{Problem, ProblemDetails};
use super::references::references;
use super::systems::backups;
use super::{mouth_to_ear, places, venues};
use crate::meetings::Meeting;
use crate::province::{Class, Newest, Told, Tree, Venue, View, clock_words, stale_after_ms, when};

/// One venue: its agent, devices, chains, newest outcomes, and what is to blame.
#[utoipa::path(get, path = "/venues/{id}", tag = "venues", params(("id" = String, Path,)),
    responses((status = 200, body = VenueAnswer), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn get_venue(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<Json<VenueAnswer>, Problem> {
    let work = move || {
        let view = shared.view.load_full();
        let venue = find(&view, &id)?;
        Ok(Json(answer(&shared, &view, &venue)))
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| Problem::internal(&error))?
}

/// The venue with this id, when it exists.
pub(super) fn find(view: &View, id: &str) -> Result<Arc<Venue>, Problem> {
    let id: VenueId = id.parse().map_err(|error: avow_shared::id::BadName| Problem::bad(error.to_string()))?;
    let exists = |venue: &&Arc<Venue>| venue.entry.is_some() || venue.described.is_some();
    view.venue(id).filter(exists).cloned().ok_or_else(|| Problem::not_found(format!("there is no venue {id}")))
}

fn answer(shared: &Shared, view: &View, venue: &Venue) -> VenueAnswer {
    let declared = venue.described.as_ref().and_then(|described| described.read());
    let blamed = declared.as_ref().and_then(|declared| stages::blamed(declared, said_by(venue)));
    let now_ms = shared.now_ms();
    VenueAnswer {
        now_ms,
        revision: view.revision,
        venue: venues::row(view, venue),
        path: places::path(&view.tree, venue.at),
        agent: agent(venue, now_ms),
        devices: declared.as_ref().map(|declared| devices(view, venue, declared, now_ms)).unwrap_or_default(),
        chains: declared.iter().flat_map(|d| d.chains.iter().map(|c| chain(venue, d, c, blamed.as_ref()))).collect(),
        backups: backups(venue),
        outcomes: outcomes(shared, view, venue, now_ms),
        references: declared.as_ref().map(|declared| references(shared, venue, declared)).unwrap_or_default(),
        events: events(view, venue),
        upstream: upstream(view, venue),
        mouth_to_ear: mouth_to_ear::can(venue),
        meeting: shared.books.meetings.load().of(venue.id, &view.tree, now_ms).map(meeting),
        response: response(shared, &view.tree, venue.id, now_ms),
        blame: blamed.and_then(blame_answer),
    }
}

/// Asked only of a silent venue.
fn upstream(view: &View, venue: &Venue) -> Option<Upstream> {
    venue.class().filter(|class| *class == Class::Silent)?;
    let at = places::behind(view, &places::blamed(view), venue)?;
    Some(Upstream { place: places::reference(&view.tree, at), venues: view.counts(at).silent })
}

fn meeting(meeting: &Meeting) -> VenueMeeting {
    let Meeting { title, from_ms, to_ms, .. } = meeting;
    let (covers_from_ms, covers_to_ms) = meeting.covers();
    VenueMeeting { title: title.to_string(), from_ms: *from_ms, to_ms: *to_ms, covers_from_ms, covers_to_ms }
}

/// What of heightened assurance concerns it.
fn response(shared: &Shared, tree: &Tree, venue: VenueId, now_ms: u64) -> Option<VenueResponse> {
    let all = shared.books.assurance.load();
    let (id, followed) = all.followed(venue.place, tree, now_ms)?;
    let level = followed.terms()?.level;
    Some(VenueResponse {
        id,
        title: followed.title.to_string(),
        level,
        check_every_s: all.rules.of(level).check_every_s,
        frozen: all.frozen(venue, tree, now_ms).is_some(),
    })
}

fn agent(venue: &Venue, now_ms: u64) -> Option<VenueAgent> {
    let link = venue.link?;
    let (clock, clock_error_ms) = clock_words(link.clock);
    Some(VenueAgent {
        id: link.agent.to_string(),
        connected: link.connected,
        last_signed_ms: Some(link.last_ms),
        clock: clock.to_owned(),
        clock_error_ms,
        canary_seen_ms: venue.canary.map(|canary| canary.seen_ms),
        canary_took_ms: venue.canary.and_then(|canary| canary.took_ms()),
        stopped: venue.is_stopped(now_ms),
        version: venue.described.as_ref().map(|described| described.software.to_string()),
    })
}

fn events(view: &View, venue: &Venue) -> Vec<AgentEvent> {
    let one = |told: Told| AgentEvent {
        at_ms: told.at_ms,
        received_ms: told.received_ms,
        code: told.code.to_string(),
        text: told.text.to_string(),
    };
    venue.link.map(|link| view.events.of(link.agent)).unwrap_or_default().into_iter().map(one).collect()
}

fn blame_answer(blame: Blame<ProbeId, StageId>) -> Option<BlameAnswer> {
    match blame {
        Blame::Nothing => None,
        Blame::Explained { explanations, separate_by } => Some(BlameAnswer {
            explanations: explanations.iter().map(|set| set.iter().map(ToString::to_string).collect()).collect(),
            separating_probe: separate_by.map(|probe| probe.to_string()),
            contradictory: Vec::new(),
        }),
        Blame::Contradictory { probes } => Some(BlameAnswer {
            explanations: Vec::new(),
            separating_probe: None,
            contradictory: probes.iter().map(ToString::to_string).collect(),
        }),
    }
}

fn chain(venue: &Venue, declared: &Declared, chain: &DeclaredChain, blamed: Option<&Blame<ProbeId, StageId>>) -> Chain {
    let accused = stages::accused(blamed);
    let stages = chain.stages.iter().map(|stage| {
        let blamed = accused.contains(&stage.id);
        Stage {
            id: stage.id.to_string(),
            name: stage.name.to_string(),
            device: stage.device.as_ref().map(ToString::to_string),
            verdict: stages::word(declared, said_by(venue), &stage.id, blamed).map(ToOwned::to_owned),
            blamed,
        }
    });
    Chain {
        id: chain.id.to_string(),
        name: chain.name.to_string(),
        role: if chain.role == Role::Main { "main" } else { "backup" }.to_owned(),
        stages: stages.collect(),
        last_proven_ms: last_proven_ms(venue, declared, chain),
    }
}

/// The newest verdict of each probe.
fn said_by<'a>(venue: &'a Venue) -> impl Fn(&ProbeId) -> Option<&'a Verdict> {
    |probe| venue.newest(probe).map(|newest| &newest.verdict)
}

fn covering<'a>(venue: &'a Venue, declared: &'a Declared, stage: &'a StageId) -> impl Iterator<Item = &'a Arc<Newest>> {
    declared.probes.iter().filter(|probe| probe.covers.contains(stage)).filter_map(|probe| venue.newest(&probe.id))
}

/// The oldest among the last proofs of its stages that anything covers.
fn last_proven_ms(venue: &Venue, declared: &Declared, chain: &DeclaredChain) -> Option<u64> {
    let tested = |stage: &StageId| declared.probes.iter().any(|probe| probe.covers.contains(stage));
    let tested: Vec<_> = chain.stages.iter().map(|stage| &stage.id).filter(|stage| tested(stage)).collect();
    let last = |stage: &&StageId| covering(venue, declared, stage).map(|newest| newest.passed_ms).max().unwrap_or(0);
    tested.iter().map(last).min().filter(|ms| *ms > 0)
}

fn outcomes(shared: &Shared, view: &View, venue: &Venue, now_ms: u64) -> Vec<Outcome> {
    let Some(described) = &venue.described else { return Vec::new() };
    let held = |probe: &Probe| venue.newest(&probe.id).map(|newest| (probe.clone(), Arc::clone(newest)));
    let all = described.probes.iter().filter_map(held);
    all.map(|(probe, newest)| outcome(shared, &probe, &newest, is_stale(view, &probe, &newest, now_ms))).collect()
}

/// Whether the newest outcome of a probe is too old to be believed.
pub(super) fn is_stale(view: &View, probe: &Probe, newest: &Newest, now_ms: u64) -> bool {
    let age_ms = now_ms.saturating_sub(newest.received_ms);
    probe.interval_s > 0 && age_ms > stale_after_ms(probe.interval_s, &view.rules)
}

fn outcome(shared: &Shared, probe: &Probe, newest: &Newest, stale: bool) -> Outcome {
    let why = if let Verdict::Unknown { why } = &newest.verdict { Some(why.word().to_owned()) } else { None };
    Outcome {
        probe: probe.id.to_string(),
        name: probe.name.to_string(),
        kind: probe.kind.to_string(),
        verdict: newest.verdict.word().to_owned(),
        finding: newest.verdict.finding().map(ToString::to_string),
        why,
        detail: (!newest.detail.is_empty()).then(|| newest.detail.to_string()),
        at_ms: when(newest.at, newest.received_ms),
        received_ms: newest.received_ms,
        stale,
        interval_s: probe.interval_s,
        required: probe.required,
        covers: probe.covers.iter().map(ToString::to_string).collect(),
        values: values(probe, newest),
        evidence: evidence(shared, &newest.evidence),
        proof: newest.proof.as_deref().map(|proof| Proof {
            at_ms: when(proof.at, proof.received_ms),
            verdict: proof.verdict.word().to_owned(),
            finding: proof.verdict.finding().map(ToString::to_string),
            evidence: evidence(shared, &proof.evidence),
        }),
    }
}

fn values(probe: &Probe, newest: &Newest) -> Vec<Measured> {
    let pairs = newest.schema.iter().zip(newest.numbers.iter());
    pairs
        .map(|((name, unit), number)| Measured {
            name: name.to_string(),
            unit: unit.symbol().to_owned(),
            number: number.is_finite().then_some(*number),
            limit: limit_of(&probe.limits, name),
        })
        .collect()
}

/// A value may have a limit on either side.
fn limit_of(limits: &[Limit], name: &ValueName) -> Option<String> {
    let both: Vec<_> = limits.iter().filter(|limit| limit.value == *name).map(Limit::text).collect();
    (!both.is_empty()).then(|| both.join(" "))
}

pub(super) fn evidence(shared: &Shared, evidence: &[Evidence]) -> Vec<EvidenceRef> {
    let one = |evidence: &Evidence| EvidenceRef {
        hash: evidence.hash.to_string(),
        media_type: evidence.kind.media_type().to_owned(),
        size: evidence.size,
        available: shared.evidence.has(evidence.hash),
    };
    evidence.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use avow_shared::venue::Side;

    use super::*;

    #[test]
    fn both_limits_of_a_value_stand_beside_it() {
        let name = |name: &str| -> ValueName { name.parse().expect("a value") };
        let limit = |value: &str, side, good| Limit { value: name(value), side, good, tolerable: None };
        let limits = [
            limit("luma_mean", Side::AtMost, 220.0),
            limit("luma_mean", Side::AtLeast, 30.0),
            limit("luma_sd", Side::AtLeast, 25.0),
        ];
        assert_eq!(limit_of(&limits, &name("luma_mean")).as_deref(), Some("≤220 ≥30"));
        assert_eq!(limit_of(&limits, &name("luma_sd")).as_deref(), Some("≥25"));
        assert_eq!(limit_of(&limits, &name("fps")), None);
    }
}
