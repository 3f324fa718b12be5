//! Roll calls that prove, in the core: HQ's ends are given to venues that are ready, and what came of a run is on disk before it is in
//! force.

use std::collections::BTreeSet;

use avow_shared::id::{AgentId, VenueId};
use avow_shared::order::OrderNumber;
use avow_shared::time::UnixMs;

use super::{Core, Storing};
use crate::command::Refusal;
use crate::crossing::{KIND, Limits};
use crate::hand::{End, Wanted};
use crate::roll_call::{self, Asked, Calls, Came, Entry, Forecast, HqEnd};
use crate::scope::Meant;
use crate::store::Batch;

/// Who speaks for HQ, and what a run is judged by.
#[derive(Clone, Debug, Default)]
pub struct Prover {
    /// Venues; so many runs go at the same time as they have boxes.
    pub hq: Vec<VenueId>,
    /// The limits.
    pub limits: Limits,
}

const fn end(venue: VenueId, agent: AgentId) -> End {
    End { venue, agent, answer: None }
}

impl Core {
    /// Who would be called, and how many of them could be proven.
    pub(super) fn called(&self, asked: &Asked, id: OrderNumber) -> Result<(Vec<Entry>, Option<Forecast>), Refusal> {
        let mut entries = self.expected(asked)?;
        if entries.is_empty() {
            return Err(Refusal::NotFound("there is nobody in this scope who could be called".to_owned()));
        }
        let view = self.view.load();
        let is_able = |entry: &Entry| {
            let venue = entry.venue().and_then(|id| view.venue(id));
            venue.is_some_and(|venue| venue.has_kind(KIND)) && entry.agent.is_some_and(|agent| !self.hand.is_old(agent))
        };
        let forecast = roll_call::plan(&mut entries, id, asked, &self.hq_ends(), is_able);
        Ok((entries, forecast))
    }

    /// For whom a call would be that began now, and what it could prove.
    pub(super) fn forecast_call(&mut self, asked: &Asked) -> Result<(Meant, Option<Forecast>), Refusal> {
        self.show_news(asked.given_ms);
        let (entries, forecast) = self.called(asked, asked.given_ms)?;
        let of = |entry: &Entry| (entry.venue().map(|venue| venue.place), entry.excused().is_some());
        Ok((Meant::of(entries.iter().map(of)), forecast))
    }

    /// Of the venues that speak for HQ those whose box is there and can take part, one of each box.
    fn hq_ends(&self) -> Vec<HqEnd> {
        let view = self.view.load();
        let mut ends: Vec<HqEnd> = Vec::new();
        for id in &self.prover.hq {
            let Some(venue) = view.venue(*id).filter(|venue| venue.has_kind(KIND)) else { continue };
            let Some(agent) = venue.link.map(|link| link.agent) else { continue };
            let is_there = self.hand.boot_nonce(agent).is_some() && !self.hand.is_old(agent);
            if is_there && ends.iter().all(|end| end.agent != agent) {
                ends.push(HqEnd { venue: *id, agent });
            }
        }
        ends
    }

    /// What is due: runs that are over, venues that have no turn any more, and the next runs.
    pub(super) fn prove(&mut self, now: UnixMs) {
        if self.storing == Storing::Yes && self.province.calls().is_proving() {
            self.take_proofs(now);
            self.begin_proofs(now);
        }
    }

    fn take_proofs(&mut self, now: UnixMs) {
        let mut calls = Calls::clone(self.province.calls());
        let mut proved: BTreeSet<OrderNumber> = BTreeSet::new();
        for (id, venue, number) in calls.runs() {
            let came = match self.hand.run(number) {
                Some(run) => {
                    let part = |at: usize| self.province.crossings().part(number, run.ends[at].venue);
                    roll_call::came(&run, [part(0), part(1)], &self.prover.limits, now)
                }
                None => Some(Came::forgotten()),
            };
            if came.is_some_and(|came| calls.proved(id, venue, came, now)) {
                proved.insert(id);
            }
        }
        let fell_back = calls.fall_back(now);
        let written =
            proved.iter().filter_map(|id| calls.get(*id)).try_for_each(|call| self.put_record(call, Batch::new()));
        match written {
            Ok(()) if !proved.is_empty() || fell_back => self.province.change_calls(|known| *known = calls),
            Ok(()) => {}
            Err(error) => tracing::error!(%error, "what came of a run for a roll call cannot be written yet"),
        }
    }

    fn begin_proofs(&mut self, now: UnixMs) {
        let is_free = |venue: VenueId, agent: AgentId| self.hand.is_free(&end(venue, agent), now);
        let mut ends = self.hq_ends();
        ends.retain(|end| is_free(end.venue, end.agent));
        for turn in self.province.calls().turns(&ends, now, is_free) {
            let ends = [end(turn.with.venue, turn.with.agent), end(turn.venue, turn.agent)];
            match self.begin_run(ends, Wanted::Call(turn.call), now) {
                Ok(Ok(run)) => {
                    self.province.change_calls(|calls| calls.running(turn.call, turn.venue, run, turn.with.venue, now));
                }
                // It is tried again in the next round.
                Ok(Err(why)) => tracing::debug!(venue = %turn.venue, %why, "a run for a roll call did not begin"),
                Err(error) => tracing::error!(%error, "a run for a roll call cannot be written down yet"),
            }
        }
    }

    /// Runs for open calls that an earlier process began are waited for, and not begun anew.
    pub(super) fn resume_proofs(&mut self) {
        let open = self.province.calls().iter().filter(|call| call.is_open() && call.forecast.is_some());
        let runs: Vec<_> = open.flat_map(|call| self.hand.runs_of_call(call.id)).collect();
        for (number, run) in runs {
            let (with, venue) = (run.ends[0].venue, run.ends[1].venue);
            if let Some(call) = run.call {
                self.province.change_calls(|calls| calls.running(call, venue, number, with, run.given_ms));
            }
        }
    }
}
