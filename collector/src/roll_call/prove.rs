//! *Proven*: to which venues HQ's ends are given, in which order, and what came of each run of sound and picture. Pure.
//!
//! A run takes both ends for [`RUN_WITHIN_MS`] at most, so that a call's time has room for a number of runs that is known beforehand. Who
//! does not fit falls back to *ready* and says so; when an end of HQ's is free all the same, he is proven nevertheless.

use std::collections::BTreeMap;

use avow_shared::id::{AgentId, VenueId};
use avow_shared::mouth_to_ear::{Part, join};
use avow_shared::order::{AnswerResult, INTERLOCKED, OrderNumber};
use avow_shared::place::PlaceCode;
use avow_shared::roll_call::{Depth, Found, Untested};
use avow_shared::time::UnixMs;
use avow_shared::venue::Grade;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Asked, Call, Calls, Entry, Whom};
use crate::crossing::{Limits, findings};
use crate::hand::{RUN_WITHIN_MS, Run};

/// The first venues are ready so long after the call; before that no run begins.
const READY_WITHIN_MS: u64 = 10_000;

/// Why a venue is not proven but *ready* at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FellBack {
    /// No venue speaks for HQ, or none that does is there.
    NoHq,
    /// Nobody agreed that it is heard.
    Unconfirmed,
    /// It has nothing that could take part, or is HQ's own end.
    Unable,
    /// The time does not reach for it.
    NoSlot,
    /// It was not ready while there was time.
    NotReady,
    /// A meeting is on there.
    InMeeting,
    /// HQ's end could not take part.
    HqRefused,
}

/// How far the proof of a venue is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Proof {
    /// It is to have an end of HQ's when it is ready.
    Planned,
    /// It falls back for want of time, but has an end of HQ's that is free before the time is up.
    Spare,
    /// It is *ready* at most.
    FellBack(FellBack),
    /// A run is under way.
    Running {
        /// Its number.
        run: OrderNumber,
        /// HQ's end.
        with: VenueId,
    },
    /// A run is over.
    Ended {
        /// Its number.
        run: OrderNumber,
        /// HQ's end.
        with: VenueId,
        /// When HQ knew.
        at_ms: UnixMs,
        /// What came of it, the worse of both ways.
        found: Found,
    },
}

/// The proof of a venue, and when it is its turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proving {
    /// Its turn among all of the call.
    pub turn: u32,
    /// How far it is.
    pub proof: Proof,
}

/// A venue that speaks for HQ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HqEnd {
    /// The venue.
    pub venue: VenueId,
    /// Its box.
    pub agent: AgentId,
}

/// What a call can prove before its time is up, as it was known when it began.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Forecast {
    /// Venues that are called and have a box or a room: who is excused is not among them.
    pub called: u32,
    /// Of those: can take part in a run of sound and picture.
    pub able: u32,
    /// Of those: will be proven in time; everybody else falls back to *ready*.
    pub fits: u32,
    /// Runs that go at the same time: HQ's ends that are there.
    pub slots: u32,
    /// Runs that one end has time for, one after the other.
    pub rounds: u32,
    /// Seconds that one run takes at most.
    pub run_s: u32,
    /// Why nobody can be proven.
    #[schema(required)]
    pub why: Option<FellBack>,
}

/// An end of HQ's is given to a venue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// In which call.
    pub call: OrderNumber,
    /// To which venue.
    pub venue: VenueId,
    /// Its box.
    pub agent: AgentId,
    /// Which end.
    pub with: HqEnd,
}

/// Whether a run that begins now is over when the time is up.
const fn fits(until_ms: UnixMs, now: UnixMs) -> bool {
    now + RUN_WITHIN_MS <= until_ms
}

/// Who is planned to be proven and who falls back; for another depth nobody. `is_able`: can take part in a run.
pub fn plan(
    entries: &mut [Entry],
    id: OrderNumber,
    asked: &Asked,
    ends: &[HqEnd],
    is_able: impl Fn(&Entry) -> bool,
) -> Option<Forecast> {
    if asked.depth != Depth::Proven {
        return None;
    }
    let why = match ends {
        [] => Some(FellBack::NoHq),
        _ if !asked.confirmed => Some(FellBack::Unconfirmed),
        _ => None,
    };
    let called: Vec<usize> =
        (0..entries.len()).filter(|at| entries[*at].excused.is_none() && entries[*at].venue().is_some()).collect();
    let is_able = |entry: &Entry| is_able(entry) && !ends.iter().any(|end| entry.agent == Some(end.agent));
    let (able, unable): (Vec<usize>, Vec<usize>) = called.iter().copied().partition(|at| is_able(&entries[*at]));
    let run_ms = RUN_WITHIN_MS;
    let rounds = (asked.until_ms - asked.given_ms).saturating_sub(READY_WITHIN_MS) / run_ms;
    let room = if why.is_some() { 0 } else { rounds.saturating_mul(ends.len() as u64) };
    let number = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let forecast = Forecast {
        called: number(called.len() as u64),
        able: number(able.len() as u64),
        fits: number(room.min(able.len() as u64)),
        slots: number(ends.len() as u64),
        rounds: number(rounds),
        run_s: number(run_ms.div_ceil(1_000)),
        why,
    };
    for at in unable {
        let why = why.filter(|why| *why == FellBack::NoHq).unwrap_or(FellBack::Unable);
        entries[at].proving = Some(Proving { turn: u32::MAX, proof: Proof::FellBack(why) });
    }
    for (turn, at) in (0..).zip(in_turn(entries, able, id)) {
        let proof = match why {
            Some(why) => Proof::FellBack(why),
            None if turn < forecast.fits => Proof::Planned,
            None => Proof::Spare,
        };
        entries[at].proving = Some(Proving { turn, proof });
    }
    Some(forecast)
}

/// One of each city, then the next of each; within a city from another venue on in every call.
fn in_turn(entries: &[Entry], able: Vec<usize>, id: OrderNumber) -> Vec<usize> {
    let mut cities: BTreeMap<PlaceCode, Vec<usize>> = BTreeMap::new();
    able.into_iter().for_each(|at| cities.entry(entries[at].city).or_default().push(at));
    for venues in cities.values_mut() {
        venues.sort_unstable_by(|one, other| entries[*one].whom.cmp(&entries[*other].whom));
        let from = usize::try_from(id % venues.len().max(1) as u64).unwrap_or_default();
        venues.rotate_left(from);
    }
    let longest = cities.values().map(Vec::len).max().unwrap_or_default();
    (0..longest).flat_map(|nth| cities.values().filter_map(move |venues| venues.get(nth).copied())).collect()
}

impl Proof {
    /// Whether something may still come of it.
    #[must_use]
    pub const fn is_pending(&self) -> bool {
        matches!(self, Self::Planned | Self::Spare | Self::Running { .. })
    }
}

impl Entry {
    /// Whether its proof is waited for.
    pub(super) fn is_proving(&self) -> bool {
        self.proving.as_ref().is_some_and(|proving| proving.proof.is_pending())
    }

    /// What came of its run; none when there was none, or it is not over.
    #[must_use]
    pub fn across(&self) -> Option<&Found> {
        match &self.proving.as_ref()?.proof {
            Proof::Ended { found, .. } => Some(found),
            _ => None,
        }
    }

    /// Why it is *ready* at most; none when it is not asked for more, or may still be proven.
    #[must_use]
    pub fn fell_back(&self) -> Option<FellBack> {
        match &self.proving.as_ref()?.proof {
            Proof::FellBack(why) => Some(*why),
            Proof::Spare => Some(FellBack::NoSlot),
            _ => None,
        }
    }

    /// Whether a box has said that the venue is ready, and no meeting stands against a run.
    fn is_ready(&self) -> bool {
        let state = self.answer.as_ref().and_then(|answer| answer.state.as_ref());
        self.excused.is_none() && state.is_some_and(|state| !state.in_meeting)
    }

    fn prove(&mut self, proof: Proof) -> bool {
        match &mut self.proving {
            Some(proving) if proving.proof != proof => {
                proving.proof = proof;
                true
            }
            _ => false,
        }
    }
}

impl Call {
    /// Whose turn it is at the free ends: those that are planned, then those that fell back, each in its turn.
    fn next(&self, free: &mut Vec<HqEnd>, now: UnixMs, is_free: &impl Fn(VenueId, AgentId) -> bool) -> Vec<Turn> {
        if !fits(self.asked.until_ms, now) {
            return Vec::new();
        }
        let rank = |entry: &Entry| match entry.proving.as_ref()? {
            Proving { turn, proof: Proof::Planned } => Some((false, *turn)),
            Proving { turn, proof: Proof::Spare } => Some((true, *turn)),
            _ => None,
        };
        let ready = |entry: &Entry| entry.is_ready().then_some((rank(entry)?, entry.venue()?, entry.agent?));
        let mut waits: Vec<_> = self.entries.iter().filter_map(|entry| ready(entry)).collect();
        waits.sort_unstable();
        let mut turns: Vec<Turn> = Vec::new();
        for (_, venue, agent) in waits {
            if free.is_empty() {
                break;
            }
            // A box hears with one pair of ears.
            if turns.iter().any(|turn| turn.agent == agent) || !is_free(venue, agent) {
                continue;
            }
            let Some(with) = free.pop() else { break };
            turns.push(Turn { call: self.id, venue, agent, with });
        }
        turns
    }

    /// What does not come to a run any more.
    fn fall_back(&mut self, now: UnixMs) -> bool {
        let has_time = fits(self.asked.until_ms, now);
        let mut changed = false;
        for at in 0..self.entries.len() {
            let entry = &self.entries[at];
            let waits = entry.proving.as_ref().is_some_and(|p| matches!(p.proof, Proof::Planned | Proof::Spare));
            let in_meeting = entry.answer.as_ref().and_then(|a| a.state.as_ref()).is_some_and(|s| s.in_meeting);
            let why = match (in_meeting, entry.excused.is_some(), has_time) {
                _ if !waits => continue,
                (true, ..) => FellBack::InMeeting,
                (false, true, _) => FellBack::NotReady,
                (false, false, true) => continue,
                (false, false, false) if entry.is_ready() => FellBack::NoSlot,
                (false, false, false) => FellBack::NotReady,
            };
            changed |= self.edit(at, |entry| entry.prove(Proof::FellBack(why)));
        }
        changed
    }
}

impl Calls {
    /// Whether a call is open in which something is still to be proven.
    #[must_use]
    pub fn is_proving(&self) -> bool {
        self.0.values().any(|call| call.is_open() && call.forecast.is_some())
    }

    /// Whose turn it is at ends of HQ's that are free. `is_free`: a venue and its box could begin a run.
    #[must_use]
    pub fn turns(&self, free: &[HqEnd], now: UnixMs, is_free: impl Fn(VenueId, AgentId) -> bool) -> Vec<Turn> {
        let mut free: Vec<HqEnd> = free.iter().rev().copied().collect();
        let open = self.0.values().filter(|call| call.is_open() && call.forecast.is_some());
        open.flat_map(|call| call.next(&mut free, now, &is_free)).collect()
    }

    /// A run for a venue has begun. Says whether that is news.
    pub fn running(&mut self, id: OrderNumber, venue: VenueId, run: OrderNumber, with: VenueId) -> bool {
        self.change(id, &Whom::Room(venue), |entry| {
            let waits = entry.proving.as_ref().is_some_and(|p| matches!(p.proof, Proof::Planned | Proof::Spare));
            waits && entry.prove(Proof::Running { run, with })
        })
    }

    /// The runs that calls wait for: call, venue, run.
    #[must_use]
    pub fn runs(&self) -> Vec<(OrderNumber, VenueId, OrderNumber)> {
        let of = |call: &Call| {
            let running = |entry: &std::sync::Arc<Entry>| match &entry.proving.as_ref()?.proof {
                Proof::Running { run, .. } => Some((call.id, entry.venue()?, *run)),
                _ => None,
            };
            call.entries.iter().filter_map(running).collect::<Vec<_>>()
        };
        self.0.values().filter(|call| call.is_open() && call.forecast.is_some()).flat_map(|call| of(call)).collect()
    }

    /// What came of a run. Says whether that is news.
    pub fn proved(&mut self, id: OrderNumber, venue: VenueId, came: Came, now: UnixMs) -> bool {
        self.change(id, &Whom::Room(venue), |entry| match entry.proving.as_ref().map(|proving| &proving.proof) {
            Some(Proof::Running { run, with }) => {
                let (run, with) = (*run, *with);
                entry.prove(match came {
                    Came::Found(found) => Proof::Ended { run, with, at_ms: now, found },
                    Came::HqRefused => Proof::FellBack(FellBack::HqRefused),
                })
            }
            _ => false,
        })
    }

    /// Time passes: who is not proven any more falls back. Says whether anybody did.
    pub fn fall_back(&mut self, now: UnixMs) -> bool {
        let open = self.0.values_mut().filter(|call| call.is_open() && call.forecast.is_some());
        let waits = |call: &&mut std::sync::Arc<Call>| call.entries.iter().any(|entry| entry.is_proving());
        open.filter(waits).fold(false, |changed, call| {
            // Looked at first on a copy: who reads the old state keeps it.
            let mut next = Call::clone(call);
            let is_news = next.fall_back(now);
            if is_news {
                *call = std::sync::Arc::new(next);
            }
            changed | is_news
        })
    }
}

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// The worse of both ways, or why the venue did not take part.
    Found(Found),
    /// HQ's own end did not take part: nothing is known of the venue.
    HqRefused,
}

impl Came {
    /// So many runs came since that nobody remembers this one.
    #[must_use]
    pub const fn forgotten() -> Self {
        Self::Found(Found::Untested(Untested::Late))
    }
}

/// What came of a run of HQ's end, the first, with a venue; none while something may still come. `parts`: what each told.
#[must_use]
pub fn came(run: &Run, parts: [Option<&Part>; 2], limits: &Limits, now: UnixMs) -> Option<Came> {
    let refused =
        |at: usize| {
            run.ends[at].answer.as_ref().filter(|answer| answer.result == AnswerResult::Impossible).map(|answer| {
                if answer.detail.starts_with(INTERLOCKED) { Untested::Refused } else { Untested::Missing }
            })
        };
    if refused(0).is_some() {
        return Some(Came::HqRefused);
    }
    if let Some(why) = refused(1) {
        return Some(Came::Found(Found::Untested(why)));
    }
    if parts.contains(&None) && now.abs_diff(run.given_ms) < RUN_WITHIN_MS {
        return None;
    }
    Some(Came::Found(match parts {
        [Some(_), Some(_)] => judged(parts, limits),
        [None, _] => return Some(Came::HqRefused),
        [Some(_), None] => Found::Untested(Untested::Late),
    }))
}

fn judged(parts: [Option<&Part>; 2], limits: &Limits) -> Found {
    let crossing = join(parts[0], parts[1]);
    let found = crossing.ways.iter().flat_map(|way| findings(way, &crossing, limits));
    let found = found.filter_map(|finding| {
        let code = finding.code.parse().ok()?;
        Some(if finding.grade == Grade::Fail { Found::Failed(code) } else { Found::Degraded(code) })
    });
    found.fold(Found::Good, Found::worse)
}
