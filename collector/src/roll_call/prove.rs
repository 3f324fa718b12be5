//! *Proven*: to which venues HQ's ends are given, and how far each proof is. Pure.
//!
//! A run takes both ends for [`RUN_WITHIN_MS`] at most, so that a call's time has room for a number of runs that is known beforehand. Who
//! does not fit falls back to *ready* and says so; when an end of HQ's is free all the same, he is proven nevertheless.

use std::sync::Arc;

use avow_shared::id::{AgentId, VenueId};
use avow_shared::order::OrderNumber;
use avow_shared::roll_call::Found;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::came::Came;
use super::{Call, Calls, Entry, Whom};
use crate::hand::RUN_WITHIN_MS;

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
    /// The call was ended before.
    Ended,
    /// Nothing came over in either direction: the two were not in one conference, or nobody can tell.
    Apart,
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
    /// HQ's end did not take part in its run: it is *ready* at most, and that end is given to nobody more in this call.
    HqRefused {
        /// The run.
        run: OrderNumber,
        /// HQ's end.
        with: VenueId,
    },
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
        /// What came of it, the worse of both ways.
        found: Found,
    },
    /// A run is over in which nothing came over in either direction: it is *ready* at most.
    Apart {
        /// The run.
        run: OrderNumber,
        /// HQ's end.
        with: VenueId,
    },
}

/// The proof of a venue, and when it is its turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proving {
    /// Its turn among all of the call.
    pub turn: u32,
    /// How far it is.
    pub proof: Proof,
    /// Since when; none in a record of a time when that was not written down.
    pub at_ms: Option<UnixMs>,
}

/// A venue that speaks for HQ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HqEnd {
    /// The venue.
    pub venue: VenueId,
    /// Its box.
    pub agent: AgentId,
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
            Proof::HqRefused { .. } => Some(FellBack::HqRefused),
            Proof::Apart { .. } => Some(FellBack::Apart),
            Proof::Spare => Some(FellBack::NoSlot),
            _ => None,
        }
    }

    /// Whether a box has said that the venue is ready, and no meeting stands against a run.
    fn is_ready(&self) -> bool {
        let state = self.answer.as_ref().and_then(|answer| answer.state.as_ref());
        self.excused().is_none() && state.is_some_and(|state| !state.in_meeting)
    }

    fn prove(&mut self, proof: Proof, now: UnixMs) -> bool {
        match &mut self.proving {
            Some(proving) if proving.proof != proof => {
                (proving.proof, proving.at_ms) = (proof, Some(now));
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
            Proving { turn, proof: Proof::Planned, .. } => Some((false, *turn)),
            Proving { turn, proof: Proof::Spare, .. } => Some((true, *turn)),
            _ => None,
        };
        let ready = |entry: &Entry| entry.is_ready().then_some((rank(entry)?, entry.venue()?, entry.agent?));
        let mut waits: Vec<_> = self.entries.iter().filter_map(|entry| ready(entry)).collect();
        waits.sort_unstable();
        let by = |entry: &Arc<Entry>| match entry.proving.as_ref()?.proof {
            Proof::HqRefused { with, .. } => Some(with),
            _ => None,
        };
        let refused: Vec<VenueId> = self.entries.iter().filter_map(by).collect();
        let mut turns: Vec<Turn> = Vec::new();
        for (_, venue, agent) in waits {
            let Some(at) = free.iter().position(|end| !refused.contains(&end.venue)) else { break };
            // A box hears with one pair of ears.
            if turns.iter().any(|turn| turn.agent == agent) || !is_free(venue, agent) {
                continue;
            }
            turns.push(Turn { call: self.id, venue, agent, with: free.remove(at) });
        }
        turns
    }

    /// A person ended the call: nothing more comes of any proof.
    pub(super) fn give_up_proofs(&mut self, now: UnixMs) {
        for at in 0..self.entries.len() {
            if self.entries[at].is_proving() {
                self.edit(at, |entry| entry.prove(Proof::FellBack(FellBack::Ended), now));
            }
        }
    }

    /// What does not come to a run any more.
    fn fall_back(&mut self, now: UnixMs) -> bool {
        let has_time = fits(self.asked.until_ms, now);
        let mut changed = false;
        for at in 0..self.entries.len() {
            let entry = &self.entries[at];
            let waits = entry.proving.as_ref().is_some_and(|p| matches!(p.proof, Proof::Planned | Proof::Spare));
            let in_meeting = entry.answer.as_ref().and_then(|a| a.state.as_ref()).is_some_and(|s| s.in_meeting);
            let why = match (in_meeting, entry.excused().is_some(), has_time) {
                _ if !waits => continue,
                (true, ..) => FellBack::InMeeting,
                (false, true, _) => FellBack::NotReady,
                (false, false, true) => continue,
                (false, false, false) if entry.is_ready() => FellBack::NoSlot,
                (false, false, false) => FellBack::NotReady,
            };
            changed |= self.edit(at, |entry| entry.prove(Proof::FellBack(why), now));
        }
        changed
    }
}

impl Calls {
    /// Whether a call is open in which something is still to be proven.
    #[must_use]
    pub fn is_proving(&self) -> bool {
        self.0.values().any(|call| call.is_asking() && call.forecast.is_some())
    }

    /// Whose turn it is at ends of HQ's that are free. `is_free`: a venue and its box could begin a run.
    #[must_use]
    pub fn turns(&self, free: &[HqEnd], now: UnixMs, is_free: impl Fn(VenueId, AgentId) -> bool) -> Vec<Turn> {
        let mut free = free.to_vec();
        let open = self.0.values().filter(|call| call.is_asking() && call.forecast.is_some());
        open.flat_map(|call| call.next(&mut free, now, &is_free)).collect()
    }

    /// A run with `with` has begun for a venue at `now`. Says whether that is news.
    pub fn running(&mut self, id: OrderNumber, venue: VenueId, run: OrderNumber, with: VenueId, now: UnixMs) -> bool {
        self.change(id, &Whom::Room(venue), |entry| {
            let waits = entry.proving.as_ref().is_some_and(|p| matches!(p.proof, Proof::Planned | Proof::Spare));
            waits && entry.prove(Proof::Running { run, with }, now)
        })
    }

    /// The runs that calls wait for: call, venue, run.
    #[must_use]
    pub fn runs(&self) -> Vec<(OrderNumber, VenueId, OrderNumber)> {
        let of = |call: &Call| {
            let running = |entry: &Arc<Entry>| match &entry.proving.as_ref()?.proof {
                Proof::Running { run, .. } => Some((call.id, entry.venue()?, *run)),
                _ => None,
            };
            call.entries.iter().filter_map(running).collect::<Vec<_>>()
        };
        self.0.values().filter(|call| call.is_asking() && call.forecast.is_some()).flat_map(|call| of(call)).collect()
    }

    /// What came of a run. Says whether that is news.
    pub fn proved(&mut self, id: OrderNumber, venue: VenueId, came: Came, now: UnixMs) -> bool {
        self.change(id, &Whom::Room(venue), |entry| match entry.proving.as_ref().map(|proving| &proving.proof) {
            Some(Proof::Running { run, with }) => {
                let (run, with) = (*run, *with);
                let proof = match came {
                    Came::Found(found) => Proof::Ended { run, with, found },
                    Came::Apart => Proof::Apart { run, with },
                    Came::HqRefused => Proof::HqRefused { run, with },
                };
                entry.prove(proof, now)
            }
            _ => false,
        })
    }

    /// Time passes: who is not proven any more falls back. Says whether anybody did.
    pub fn fall_back(&mut self, now: UnixMs) -> bool {
        let open = self.0.values_mut().filter(|call| call.is_asking() && call.forecast.is_some());
        let waits = |call: &&mut Arc<Call>| call.entries.iter().any(|entry| entry.is_proving());
        open.filter(waits).fold(false, |changed, call| {
            // Looked at first on a copy: who reads the old state keeps it.
            let mut next = Call::clone(call);
            let is_news = next.fall_back(now);
            if is_news {
                *call = Arc::new(next);
            }
            changed | is_news
        })
    }
}
