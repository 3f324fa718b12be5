//! A call to us as it is told: its record, in the words of the contract.

use avow_shared::id::ProbeId;
use avow_shared::outcome::{Verdict, Why};
use avow_shared::time::UnixMs;

use super::{
    InboundAnswer, InboundBox, InboundEarlier, InboundFault, InboundItem, InboundRemedy, InboundReply, InboundState,
    InboundStep, InboundStepState, Shared, record,
};
use crate::document::archive::Archive;
use crate::inbound::{By, Call, End, Fault, How, Inbound, Progress, Remedy, Step, StepNo, What};
use crate::province::View;
use crate::roll_call::Mode;

pub(super) fn answer(shared: &Shared, inbound: &Inbound) -> InboundAnswer {
    let (now_ms, view) = (shared.now_ms(), shared.view.load_full());
    let readiness = inbound.call.readiness();
    let reach = match inbound.agent {
        None => InboundBox::NoBox,
        Some(agent) if shared.hand.boot_nonce(agent).is_none() => InboundBox::Away,
        Some(agent) if shared.hand.is_old(agent) => InboundBox::Old,
        Some(_) => InboundBox::Connected,
    };
    InboundAnswer {
        now_ms,
        call: item(inbound, &view, &shared.documents.now(), now_ms),
        reach,
        steps: inbound.steps().map(|of| step(of, inbound, &view)).collect(),
        open: readiness.open,
        unchecked: readiness.unchecked,
        faults: readiness.faults.iter().map(|one| fault(one, &inbound.call)).collect(),
    }
}

pub(super) fn item(inbound: &Inbound, view: &View, archive: &Archive, now_ms: UnixMs) -> InboundItem {
    let Inbound { id, kind, basis, operator, confirmed, call, revision, .. } = inbound;
    // What is written was so when the call came; of what an earlier version wrote it is as the registers have it now.
    let known = view.venue(call.venue).filter(|_| inbound.name.is_empty());
    let kept = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let name = kept(&inbound.name).or_else(|| known.map(|venue| venue.name().to_string()));
    let unit = kept(&inbound.unit).or_else(|| known.and_then(|venue| venue.unit()).map(|unit| unit.to_string()));
    let newest = archive.editions(&record::subject(*id)).next().map(|(_, seal)| seal);
    let since = |at_ms: UnixMs| at_ms.saturating_sub(call.received_ms);
    let (state, dropped) = match &call.end {
        None => (InboundState::Open, None),
        Some((_, End::OnTime)) => (InboundState::OnTime, None),
        Some((_, End::Late)) => (InboundState::Late, None),
        Some((_, End::Missed)) => (InboundState::Missed, None),
        Some((_, End::Dropped { person, reason })) => (InboundState::Dropped, Some((person, reason))),
    };
    let reply = |answer: &crate::inbound::Answer| {
        let (how, person) = match &answer.by {
            By::Automatic => (Mode::Auto, String::new()),
            By::Person { name, how: How::Manual } => (Mode::Person, name.to_string()),
            By::Person { name, how: How::Backup } => (Mode::Backup, name.to_string()),
            By::Person { name, how: How::Telephone } => (Mode::Telephone, name.to_string()),
        };
        InboundReply { how, person, after_ms: since(answer.at_ms), ready: answer.ready }
    };
    InboundItem {
        id: *id,
        revision: *revision,
        venue: call.venue.to_string(),
        name: name.unwrap_or_else(|| call.venue.to_string()),
        unit: unit.unwrap_or_default(),
        caller: call.caller.to_string(),
        kind: *kind,
        basis: basis.to_string(),
        operator: operator.to_string(),
        confirmed: *confirmed,
        received_ms: call.received_ms,
        until_ms: call.until_ms,
        left_ms: if call.end.is_some() { 0 } else { call.left_ms(now_ms) },
        overdue: call.overdue,
        state,
        ended_ms: call.end.as_ref().map(|(at_ms, _)| *at_ms),
        edition: newest.map_or(0, |seal| seal.edition),
        signed_by: newest.map(|seal| seal.by.clone()),
        ready: call.ready,
        first_ready_ms: call.first_ready.map(|(at_ms, _)| since(at_ms)),
        first_ready: call.first_ready.map(|(_, way)| way),
        answer: call.answer.as_ref().map(reply),
        dropped_by: dropped.map(|(person, _)| person.to_string()),
        dropped_why: dropped.map(|(_, reason)| reason.to_string()),
    }
}

fn step((no, step, progress): (StepNo, &Step, &Progress), inbound: &Inbound, view: &View) -> InboundStep {
    let (need, backup) = match step.what {
        What::Main(need) => (Some(need), false),
        What::Backup(need) => (need, true),
    };
    let received_ms = inbound.call.received_ms;
    let InboundEarlier { state, began_ms, ended_ms, took_ms, finding, why, detail, unasked, person } =
        came_to(progress, received_ms);
    InboundStep {
        step: no,
        need,
        backup,
        probe: step.probe.to_string(),
        name: probe_name(inbound, view, &step.probe),
        state,
        began_ms,
        ended_ms,
        took_ms,
        about_ms: step.about_ms,
        finding,
        why,
        detail,
        unasked,
        person,
        earlier: inbound.call.earlier(no).map(|progress| came_to(progress, received_ms)).collect(),
    }
}

/// How far a step is, or was, by times after the call.
fn came_to(progress: &Progress, received_ms: UnixMs) -> InboundEarlier {
    let since = |at_ms: UnixMs| Some(at_ms.saturating_sub(received_ms));
    let told = InboundEarlier {
        state: InboundStepState::Waiting,
        began_ms: None,
        ended_ms: None,
        took_ms: None,
        finding: None,
        why: None,
        detail: None,
        unasked: None,
        person: None,
    };
    match progress {
        Progress::Waiting => told,
        Progress::Running { since_ms } => {
            InboundEarlier { state: InboundStepState::Running, began_ms: since(*since_ms), ..told }
        }
        Progress::Unasked { at_ms, why } => {
            InboundEarlier { state: InboundStepState::Unasked, ended_ms: since(*at_ms), unasked: Some(*why), ..told }
        }
        Progress::Said { at_ms, person, works } => InboundEarlier {
            state: if *works { InboundStepState::Works } else { InboundStepState::Broken },
            ended_ms: since(*at_ms),
            person: Some(person.to_string()),
            ..told
        },
        Progress::Checked { took_ms, at_ms, verdict } => {
            let (why, detail) = match verdict {
                Verdict::Unknown { why: why @ (Why::Missing { what: text } | Why::Behind { cause: text }) } => {
                    (Some(why.word()), Some(text.to_string()))
                }
                Verdict::Unknown { why } => (Some(why.word()), None),
                Verdict::Pass | Verdict::Degraded { .. } | Verdict::Fail { .. } => (None, None),
            };
            InboundEarlier {
                state: match verdict {
                    Verdict::Pass => InboundStepState::Pass,
                    Verdict::Degraded { .. } => InboundStepState::Degraded,
                    Verdict::Fail { .. } => InboundStepState::Fail,
                    Verdict::Unknown { .. } => InboundStepState::Unknown,
                },
                began_ms: since(at_ms.saturating_sub(*took_ms)),
                ended_ms: since(*at_ms),
                took_ms: Some(*took_ms),
                finding: verdict.finding().map(ToString::to_string),
                why: why.map(str::to_owned),
                detail,
                ..told
            }
        }
    }
}

/// As the room's description calls a probe; by its id when it describes it no more.
fn probe_name(inbound: &Inbound, view: &View, probe: &ProbeId) -> String {
    let described = view.venue(inbound.call.venue).and_then(|venue| venue.described.as_ref());
    let named = described.and_then(|described| described.probe(probe)).map(|probe| probe.name.to_string());
    named.filter(|name| !name.is_empty()).unwrap_or_else(|| probe.to_string())
}

fn fault(fault: &Fault, call: &Call) -> InboundFault {
    let Fault { step, need, remedy } = fault;
    let (remedy, backup, unasked) = match remedy {
        Remedy::UseBackup(step) => (InboundRemedy::UseBackup, Some(*step), None),
        Remedy::Finding(_) => (InboundRemedy::Finding, None, None),
        Remedy::Box(why) => (InboundRemedy::Box, None, Some(*why)),
        Remedy::Look => (InboundRemedy::Look, None, None),
    };
    let finding = match call.steps.get(usize::from(*step)) {
        Some((_, Progress::Checked { verdict, .. })) => verdict.finding().map(ToString::to_string),
        _ => None,
    };
    InboundFault { step: *step, need: *need, remedy, backup, finding, unasked }
}
