//! HQ calls the roll: what is looked at, how far it is, and the answer, which comes before the time is up.

use avow_shared::hash::ContentHash;
use avow_shared::id::VenueId;
use avow_shared::interlock::{Disturbance, Facts, Origin};
use avow_shared::order::Order;
use avow_shared::outcome::{EvidenceKind, Outcome};
use avow_shared::roll_call::{Aspect, Call, Depth, Found, Phase, State, Told, Untested};
use avow_shared::time::ClockQuality;
use avow_shared::wire::Report;

use super::{Agent, Asked, Code, Decision, Effect, For, MOST_WAITING, Run, What, Wish, decide};
use crate::calls::FRESH_MS;
use crate::clock::Now;
use crate::config::Exercise;

/// An answer leaves so long before the time is up: it has a line and a flush before it.
const BEFORE_MS: u64 = 3_000;
/// HQ hears at most so often how far a venue is.
const TELL_EVERY_MS: u64 = 5_000;
/// So many venues are called at once; more calls than anybody makes, whoever comes later answers with what is known at once.
const MOST_OPEN: usize = 64;
const NO_STILL: Result<ContentHash, Untested> = Err(Untested::Missing);

/// A venue that is called and has not answered.
#[derive(Debug)]
pub(super) struct Open {
    call: u64,
    depth: Depth,
    venue: VenueId,
    /// The runs that it waits for.
    party: u64,
    of: u8,
    /// What the interlock refused, and what has ended.
    found: Vec<(Aspect, Found)>,
    in_meeting: bool,
    /// The first still that was taken while nobody was in the room, as far as anybody can tell; why there is none.
    still: Result<ContentHash, Untested>,
    /// It answers then at the latest, monotonic milliseconds.
    until_ms: u64,
    told_ms: u64,
}

impl Agent {
    /// HQ calls this agent's venues.
    pub(super) fn called(&mut self, order: &Order, call: &Call, now: Now) {
        let within_ms = call.until_ms.saturating_sub(order.given_ms);
        let left_ms = match (self.reporter.hq_time(), now.wall.quality) {
            (Some(hq), _) => call.until_ms.saturating_sub(hq.at(now.mono_ms)).min(within_ms),
            (None, ClockQuality::Synced { .. }) => call.until_ms.saturating_sub(now.wall.at_ms).min(within_ms),
            // A clock that nobody sets and that stands outside of the call is wrong: by it there would be no time to look at anything.
            (None, ClockQuality::Free) if (order.given_ms..call.until_ms).contains(&now.wall.at_ms) => {
                call.until_ms - now.wall.at_ms
            }
            (None, ClockQuality::Free | ClockQuality::Unset) => within_ms,
        };
        let until_ms = now.mono_ms + left_ms.saturating_sub(BEFORE_MS);
        for venue in self.config.venues().into_iter().filter(|venue| call.means(*venue)) {
            let in_meeting = self.in_meeting(venue, now);
            if call.depth == Depth::Present {
                let state = State::seen_before(in_meeting, self.seen(venue));
                self.tell_phase(call.call, venue, Phase::Done(state), now);
            } else {
                self.look(call, venue, until_ms, in_meeting, now);
            }
        }
        self.answer_calls_due(now);
    }

    /// What the newest test of each aspect of a venue said, whenever that was.
    fn seen(&self, venue: VenueId) -> Vec<(Aspect, Found)> {
        let all = self.config.exercises.iter().zip(&self.last);
        let of_venue = all.filter(|(exercise, _)| exercise.name.venue == venue);
        of_venue
            .filter_map(|(exercise, last)| Some((exercise.work.aspect()?, Found::of(last.as_ref()?, false))))
            .collect()
    }

    fn look(&mut self, call: &Call, venue: VenueId, until_ms: u64, in_meeting: bool, now: Now) {
        let Call { call, depth, confirmed, .. } = *call;
        if self.roll_calls.iter().any(|open| open.call == call && open.venue == venue) {
            return;
        }
        let looks = |(at, exercise): (usize, &Exercise)| {
            let aspect = exercise.work.aspect().filter(|_| exercise.name.venue == venue)?;
            Some((at, aspect))
        };
        let chosen: Vec<(usize, Aspect)> = self.config.exercises.iter().enumerate().filter_map(looks).collect();
        if self.roll_calls.len() >= MOST_OPEN || self.waiting.len() + chosen.len() > MOST_WAITING {
            let busy = chosen.iter().map(|(_, aspect)| (*aspect, Found::Untested(Untested::Late)));
            let state = self.state(depth, venue, State::of(in_meeting, busy), NO_STILL, now);
            return self.tell_phase(call, venue, Phase::Done(state), now);
        }
        let mut found = Vec::new();
        let mut granted = Vec::new();
        for (at, aspect) in chosen {
            let exercise = &self.config.exercises[at];
            match decide(&exercise.work, Origin::Schedule, &called_facts(self.facts(exercise, now), confirmed)) {
                Decision::Go { may_move, .. } => granted.push((at, may_move && !self.is_in_hand(at, now))),
                Decision::Ask { wanted, allowed } | Decision::No { wanted, allowed } => {
                    tracing::info!(probe = %exercise.name.probe, ?wanted, ?allowed, "the interlock refused a roll call");
                    let why = if in_meeting { Untested::Meeting } else { Untested::Refused };
                    found.push((aspect, Found::Untested(why)));
                }
            }
        }
        if granted.is_empty() {
            let state = self.state(depth, venue, State::of(in_meeting, found), NO_STILL, now);
            return self.tell_phase(call, venue, Phase::Done(state), now);
        }
        let of = u8::try_from(granted.len()).unwrap_or(u8::MAX);
        let party = self.party(granted.len(), Asked::RollCall);
        for (at, may_move) in granted {
            self.comes_first(Wish {
                at,
                what: What::Probe { may_move },
                party,
                confirmed,
                told: true,
                called_ms: Some(now.mono_ms.saturating_sub(FRESH_MS)),
            });
        }
        let (still, told_ms) = (NO_STILL, now.mono_ms);
        self.roll_calls.push(Open { call, depth, venue, party, of, found, in_meeting, still, until_ms, told_ms });
        self.tell_phase(call, venue, Phase::Heard { of }, now);
    }

    /// A call waits for no inspection: what it wants stands before what one has not begun.
    pub(super) fn comes_first(&mut self, wish: Wish) {
        let is_inspection = |other: &Wish| self.is_of_inspection(other.party);
        let at = self.waiting.iter().position(is_inspection).unwrap_or(self.waiting.len());
        self.waiting.insert(at, wish);
    }

    /// What an inspection has begun at the device that a called room needs is given up, and HQ asks for it again. What switches is let
    /// end: it has something to put back.
    pub(super) fn make_way(&mut self, wish: &Wish, now: Now, effects: &mut Vec<Effect>) {
        let asked = self.parties.get(&wish.party).map(|party| party.asked);
        if !matches!(asked, Some(Asked::RollCall | Asked::Check(_))) {
            return;
        }
        let is_in_the_way = |run: &Run| {
            run.aborted.is_none()
                && matches!(run.what, What::Probe { .. })
                && matches!(run.whom, For::Errand(party) if self.is_of_inspection(party))
                && self.schedule.exclude_each_other(run.at, wish.at)
                && self.config.exercises[run.at].work.switches().is_none()
        };
        let tickets: Vec<u64> =
            self.running.iter().filter(|(_, run)| is_in_the_way(run)).map(|(ticket, _)| *ticket).collect();
        for ticket in tickets {
            let Some(run) = self.running.get(&ticket).copied() else { continue };
            let exercise = &self.config.exercises[run.at];
            let text = format!("{} {}：测试进行中遇点名，已让出设备，稍后补测", exercise.venue_title, exercise.title);
            tracing::info!(probe = %exercise.name.probe, "a call has ended a test of an inspection");
            self.happened(Code::TestAborted, &text, now);
            let aborted = Some((self.disturbance(&run), Disturbance::None));
            self.running.insert(ticket, Run { aborted, ..run });
            effects.push(Effect::Cancel { ticket });
        }
    }

    fn is_of_inspection(&self, party: u64) -> bool {
        self.parties.get(&party).is_some_and(|party| matches!(party.asked, Asked::Inspection(_)))
    }

    /// Whether a run that a roll call wants has to wait for what its room's terminals say; asks them.
    pub(super) fn waits_for_terminals(&mut self, wish: &Wish, now: Now, effects: &mut Vec<Effect>) -> bool {
        let Some(since_ms) = wish.called_ms else { return false };
        let exercise = &self.config.exercises[wish.at];
        let (disturbs, venue) = (exercise.work.disturbance() >= Disturbance::Sound, exercise.name.venue);
        disturbs && self.ask_terminals(venue, since_ms, now, effects)
    }

    /// One of the runs that a called venue waits for has ended.
    pub(super) fn call_run_ended(&mut self, party: u64, at: usize, outcome: &Outcome, left: usize, now: Now) {
        let Some(aspect) = self.config.exercises[at].work.aspect() else { return };
        let venue = self.config.exercises[at].name.venue;
        let in_meeting = self.in_meeting(venue, now);
        let kept_back = if in_meeting { Some(Untested::Meeting) } else { self.unseen(venue, now) };
        let Some(open) = self.roll_calls.iter_mut().find(|open| open.party == party) else { return };
        open.in_meeting |= in_meeting;
        let picture = outcome.evidence.iter().find(|one| one.kind == EvidenceKind::Picture);
        if let Some(picture) = picture.filter(|_| aspect == Aspect::Picture && open.still.is_err()) {
            open.still = kept_back.map_or(Ok(picture.hash), Err);
        }
        open.found.push((aspect, Found::of(&outcome.verdict, open.in_meeting)));
        if left > 0 && now.mono_ms >= open.told_ms + TELL_EVERY_MS {
            open.told_ms = now.mono_ms;
            let done = open.of.saturating_sub(u8::try_from(left).unwrap_or(u8::MAX));
            let (call, venue, phase) = (open.call, open.venue, Phase::Working { done, of: open.of });
            self.tell_phase(call, venue, phase, now);
        }
    }

    /// Answers for every called venue that has looked at everything, or whose time is up.
    pub(super) fn answer_calls_due(&mut self, now: Now) {
        let is_due = |open: &Open| open.until_ms <= now.mono_ms || !self.parties.contains_key(&open.party);
        let (due, open): (Vec<Open>, Vec<Open>) = std::mem::take(&mut self.roll_calls).into_iter().partition(is_due);
        self.roll_calls = open;
        for Open { call, depth, venue, party, mut found, in_meeting, still, .. } in due {
            self.parties.remove(&party);
            // What has not begun is not begun for nobody; what runs may end, and its outcome is a report of its own.
            let late = self.waiting.iter().filter(|wish| wish.party == party).map(|wish| wish.at);
            let running = self.running.values().filter(|run| run.whom == For::Errand(party)).map(|run| run.at);
            let late: Vec<usize> = late.chain(running).collect();
            let late = late.into_iter().filter_map(|at| self.config.exercises[at].work.aspect());
            found.extend(late.map(|aspect| (aspect, Found::Untested(Untested::Late))));
            self.waiting.retain(|wish| wish.party != party);
            let state = self.state(depth, venue, State::of(in_meeting, found), still, now);
            self.tell_phase(call, venue, Phase::Done(state), now);
        }
    }

    /// What is told of a room, with the still that *proven* asks for. Whoever came in since it was taken is spared, too: it is not told then.
    fn state(
        &self,
        depth: Depth,
        venue: VenueId,
        state: State,
        still: Result<ContentHash, Untested>,
        now: Now,
    ) -> State {
        if depth != Depth::Proven {
            return state;
        }
        let untested = match state.aspect(Aspect::Picture) {
            _ if state.in_meeting => Some(Untested::Meeting),
            Some(Found::Untested(why)) => Some(*why),
            _ => self.unseen(venue, now),
        };
        state.with_still(untested.map_or(still, Err))
    }

    /// Why no still of a room is shown: somebody may be in it, by its own sensors; without one that looks, unless the venue agreed.
    pub(super) fn unseen(&self, venue: VenueId, now: Now) -> Option<Untested> {
        if self.room_facts(venue, now).occupied {
            return Some(Untested::Occupied);
        }
        let may = self.occupancy.looks(venue) || self.config.still_agreed.contains(&venue);
        (!may).then_some(Untested::Unagreed)
    }

    /// When a called venue has to answer, monotonic milliseconds.
    pub(super) fn calls_wake_ms(&self) -> u64 {
        self.roll_calls.iter().map(|open| open.until_ms).min().unwrap_or(u64::MAX)
    }

    fn in_meeting(&self, venue: VenueId, now: Now) -> bool {
        let facts = self.room_facts(venue, now);
        facts.meeting || facts.in_call == Some(true)
    }

    fn tell_phase(&mut self, call: u64, venue: VenueId, phase: Phase, now: Now) {
        self.reporter.produce(Report::Called(Told { call, venue, at: now.wall, phase }), true, now);
    }
}

/// The facts as far as they bind a roll call: when somebody agreed that it is heard, neither the list of what the schedule may do nor
/// people in the room keep it, who are there for the call. A meeting does, whoever agreed.
pub(super) fn called_facts(facts: Facts, confirmed: bool) -> Facts {
    if confirmed { facts.for_person() } else { facts }
}
