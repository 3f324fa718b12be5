//! Roll calls as the API tells of them.

use avow_shared::place::PlaceCode;
use avow_shared::roll_call::{Depth, Found};
use avow_shared::time::UnixMs;

use super::super::groups::words;
use super::dto::{
    RollCallAspect, RollCallClosed, RollCallEntry, RollCallItem, RollCallNamed, RollCallPerson, RollCallProof,
    RollCallProofState, RollCallSaid, RollCallWordKind,
};
use super::list::Papers;
use crate::province::View;
use crate::roll_call::{ByHand, Call, Entry, Fault, FellBack, Head, Proof, Said, Standing};
use crate::scope::Named;

/// A call in a list.
pub(super) fn item(head: &Head, papers: &Papers) -> RollCallItem {
    let (note, newest) = (papers.note(head.id), papers.newest(head.id));
    let named = |named: &Option<Named>| named.as_ref().map(RollCallNamed::from);
    let Head { id, asked, forecast, complete_ms, ended_ms, closed, tally } = head;
    let codes = |places: &[PlaceCode]| places.iter().map(ToString::to_string).collect();
    RollCallItem {
        id: *id,
        title: asked.title.to_string(),
        depth: asked.depth.into(),
        confirmed: asked.confirmed,
        places: codes(&asked.places),
        except: codes(&asked.except.places),
        levels: words(&asked.except.levels),
        venues: asked.venues.iter().map(ToString::to_string).collect(),
        units: asked.units.iter().map(ToString::to_string).collect(),
        kind: note.map_or(asked.kind, |note| note.kind),
        group: named(&asked.origin.group),
        meeting: named(&asked.origin.meeting),
        schedule: named(&asked.origin.schedule),
        notice: note.map(|note| note.notice.to_string()).unwrap_or_default(),
        edition: newest.map_or(0, |seal| seal.edition),
        signed_by: newest.map(|seal| seal.by.clone()),
        signed_ms: newest.map(|seal| seal.at_ms),
        operator: asked.operator.to_string(),
        basis: asked.basis.to_string(),
        system: asked.system.to_string(),
        given_ms: asked.given_ms,
        until_ms: asked.until_ms,
        complete_ms: *complete_ms,
        ended_ms: *ended_ms,
        cancelled: head.is_broken_off(),
        closed: closed.as_ref().map(|closed| RollCallClosed {
            by: closed.by.to_string(),
            reason: closed.reason.to_string(),
            at_ms: closed.at_ms,
        }),
        forecast: forecast.clone(),
        tally: *tally,
        rate: tally.rate(),
    }
}

/// Somebody who is called.
pub(super) fn entry(call: &Call, entry: &Entry, view: &View, now_ms: UnixMs) -> RollCallEntry {
    let venue = entry.venue().and_then(|id| view.venue(id));
    let standing = call.standing(entry, now_ms);
    let since = |at_ms: UnixMs| at_ms.saturating_sub(call.asked.given_ms);
    let is_there = venue.and_then(|venue| venue.link).is_some_and(|link| link.connected);
    let is_open = matches!(standing, Standing::Silent | Standing::Waiting | Standing::Heard);
    let reason = is_open.then_some(match (entry.agent, is_there, entry.heard) {
        _ if entry.venue().is_none() => "no-room",
        (None, ..) => "no-box",
        (Some(_), _, Some(_)) => "unfinished",
        (Some(_), false, None) => "away",
        (Some(_), true, None) => "no-answer",
    });
    let state = entry.answer.as_ref().and_then(|answer| answer.state.as_ref());
    let aspect = |(aspect, found): (&str, &Found)| {
        let (state, finding) = match found {
            Found::Good => ("good", None),
            Found::Degraded(finding) => ("degraded", Some(finding.to_string())),
            Found::Failed(finding) => ("failed", Some(finding.to_string())),
            Found::Untested(why) => (why.word(), None),
        };
        RollCallAspect { aspect: aspect.to_owned(), state: state.to_owned(), finding }
    };
    let said_ms = entry.person_ms().unwrap_or_default();
    let person = |word: &ByHand| RollCallPerson {
        person: word.person.to_string(),
        telephone: word.telephone.to_string(),
        via: word.via,
        operator: word.operator.to_string(),
        picture: word.picture,
        sound: word.sound,
        note: word.note.to_string(),
        at_ms: since(said_ms),
        afterwards: call.is_afterwards(said_ms),
    };
    let is_answer = matches!(standing, Standing::OnTime | Standing::Late);
    let looked = state.iter().flat_map(|state| state.aspects.iter().map(|(aspect, found)| (aspect.word(), found)));
    let code = entry.venue().map(|id| id.to_string());
    let unknown = || code.clone().unwrap_or_else(|| entry.unit.to_string());
    RollCallEntry {
        name: venue.map_or_else(unknown, |venue| venue.name().to_string()),
        venue: code,
        unit: entry.unit.to_string(),
        unit_id: entry.unit_id.as_ref().map(ToString::to_string),
        city: entry.city.to_string(),
        standing,
        reason: reason.map(str::to_owned),
        mode: entry.mode(),
        fault: Fault::of(entry),
        heard_ms: entry.heard.map(|heard| since(heard.at_ms)),
        answered_ms: entry.answered_ms().map(since),
        done: entry.heard.map(|heard| heard.done),
        of: entry.heard.map(|heard| heard.of),
        aspects: looked.chain(entry.across().map(|found| ("across", found))).map(aspect).collect(),
        still: state.and_then(|state| state.still).map(|hash| hash.to_string()),
        proof: entry.proving.as_ref().map(|proving| proof(&proving.proof, proving.at_ms.map(since))),
        untested: is_answer && call.asked.depth > Depth::Present && entry.is_untested(),
        person: entry.person().map(person),
        excuse: entry.excused().map(|excuse| excuse.reason.to_string()),
        excused_by: entry.excused().map(|excuse| excuse.operator.to_string()),
        excused_afterwards: call.is_excused_afterwards(entry),
        excused_ms: entry.excused().map(|excuse| since(excuse.at_ms)),
        said: if entry.said.len() > 1 { entry.said.iter().map(|one| said(call, one)).collect() } else { Vec::new() },
        asked: entry.asked,
        before: entry.before.class,
        before_heard_ms: entry.before.heard_ms,
    }
}

fn said(call: &Call, said: &Said) -> RollCallSaid {
    let (what, text, operator) = match said {
        Said::Answered(word) => {
            let text =
                if word.note.is_empty() { word.person.to_string() } else { format!("{}：{}", word.person, word.note) };
            (RollCallWordKind::Answered, text, &word.operator)
        }
        Said::Unanswered(grounds) => (RollCallWordKind::Unanswered, grounds.reason.to_string(), &grounds.operator),
        Said::Excused(grounds) => (RollCallWordKind::Excused, grounds.reason.to_string(), &grounds.operator),
        Said::Unexcused(grounds) => (RollCallWordKind::Unexcused, grounds.reason.to_string(), &grounds.operator),
    };
    let at_ms = said.at_ms();
    RollCallSaid {
        what,
        at_ms: at_ms.saturating_sub(call.asked.given_ms),
        operator: operator.to_string(),
        text,
        afterwards: call.is_afterwards(at_ms),
    }
}

fn proof(proof: &Proof, at_ms: Option<u64>) -> RollCallProof {
    use RollCallProofState as State;
    let (state, why, run, with) = match proof {
        Proof::Planned => (State::Planned, None, None, None),
        Proof::Spare => (State::FellBack, Some(FellBack::NoSlot), None, None),
        Proof::FellBack(why) => (State::FellBack, Some(*why), None, None),
        Proof::HqRefused { run, with } => {
            (State::FellBack, Some(FellBack::HqRefused), Some(*run), Some(with.to_string()))
        }
        Proof::Apart { run, with } => (State::FellBack, Some(FellBack::Apart), Some(*run), Some(with.to_string())),
        Proof::Running { run, with } => (State::Running, None, Some(*run), Some(with.to_string())),
        Proof::Ended { run, with, .. } => (State::Ended, None, Some(*run), Some(with.to_string())),
    };
    RollCallProof { state, why, run, with, at_ms }
}
