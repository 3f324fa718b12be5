//! Whom a run asks now: in waves, bounded in all and over each county's line, never a box that is away, never in quiet hours. And what
//! becomes of what was asked. Pure.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use avow_shared::id::{AgentId, ProbeId, VenueId};
use avow_shared::order::{Answer, AnswerResult, INTERLOCKED, OrderNumber};
use avow_shared::outcome::Outcome;
use avow_shared::place::PlaceCode;
use avow_shared::time::{UnixMs, WallTime};

use super::record::{Asking, ItemState, Label, Record, Untested};
use super::run::{Run, State, ended, settle};
use crate::roll_call::{Nonce, Reached};

/// A box that got an order answers after so long, and so much longer for each probe: those that share a device run one after another.
const ANSWER_MS: u64 = 60_000;
const ANSWER_MS_A_PROBE: u64 = 30_000;
/// Answers go out before outcomes: so long behind an answer the outcomes are still waited for.
const BEHIND_MS: u64 = 30_000;
/// What the interlock refused is asked again after so long: a meeting ends, people leave.
const REFUSED_AGAIN_MS: u64 = 10 * 60_000;
/// After a silence or a refusal, and twice as long each time …
const AGAIN_MS: u64 = 60_000;
/// … up to so long.
const LONGEST_AGAIN_MS: u64 = 15 * 60_000;
/// Who was asked so often in vain is not asked any more.
const MOST_ASKED: u16 = 5;

/// Ask this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Whom.
    pub agent: AgentId,
    /// Which of its venues.
    pub venue: VenueId,
    /// Which of the venue's probes.
    pub probes: Vec<ProbeId>,
    /// The order's number.
    pub order: OrderNumber,
    /// After this it is not begun any more.
    pub expires_ms: UnixMs,
}

impl Run {
    /// The equipment that is in use for this run, of rooms that share theirs: `shared` names each by one of its rooms.
    pub fn in_use<'a>(&'a self, shared: &'a impl Fn(VenueId) -> Option<VenueId>) -> impl Iterator<Item = VenueId> + 'a {
        let out = self.records.iter().filter(|record| matches!(record.asking, Asking::Out { .. }));
        out.filter_map(|record| shared(record.venue))
    }

    /// Whether it takes up one of the places of runs that ask: it is not paused, and it waits for more than boxes that are away, the end of its
    /// quiet hours or of a freeze.
    pub fn asks(&self, reached: &impl Reached, now: UnixMs) -> bool {
        let is_quiet = self.ordered.work.quiet.is_some_and(|quiet| quiet.has(now));
        let is_there = |record: &Record| match record.asking {
            Asking::Waits { why: Some(Untested::Frozen), .. } => false,
            Asking::Waits { .. } => !is_quiet && record.agent.and_then(|agent| reached.nonce(agent)).is_some(),
            Asking::Out { .. } | Asking::Answered { .. } => true,
        };
        self.state == State::Running && self.records.iter().any(|record| !record.is_settled() && is_there(record))
    }

    /// Somebody calls a room that shares equipment with these (`yields` says so of a room): a call never waits. What was asked of them and
    /// is open is asked again behind the call. Says whether anything changed.
    pub fn give_way(&mut self, yields: impl Fn(VenueId) -> bool, now: UnixMs) -> bool {
        let before = self.revision;
        for at in 0..self.records.len() {
            let record = &self.records[at];
            let is_asked = matches!(record.asking, Asking::Out { .. } | Asking::Answered { .. });
            if !is_asked || record.is_settled() || !yields(record.venue) {
                continue;
            }
            self.edit(at, |record| {
                // It was not in vain, and costs none of the tries.
                record.asked = record.asked.saturating_sub(1);
                record.asking = Asking::Waits { from_ms: now, why: None };
                record.since_ms = record.since_ms.max(now);
                true
            });
        }
        self.revision != before
    }

    /// A test has ended whose room gives way to a call just now: with equipment that the call used it says nothing of the room. Says
    /// whether anything changed.
    pub fn pass_over(&mut self, outcome: &Outcome, sent_at: WallTime, received_ms: UnixMs) -> bool {
        let Some(at) = self.at(outcome.venue).filter(|_| self.is_open()) else { return false };
        let Some(at_ms) = ended(&self.records[at], outcome.at, sent_at, received_ms) else { return false };
        self.edit(at, |record| {
            let is_new = !record.is_settled() && record.since_ms <= at_ms;
            // Written down, so that a collector that reads it again passes it over as well.
            record.since_ms = if is_new { at_ms + 1 } else { record.since_ms };
            is_new
        })
    }

    /// Who is to be asked now, at most `most`; the caller sends it, or takes it back with [`Self::not_sent`]. `shared` says by one of them
    /// which rooms use the same equipment: of those one at a time is asked, and none while it is in use `elsewhere`, for another run or a call.
    /// `kept_out` says which tests of a box's room nobody orders now.
    pub fn ask_due(
        &mut self,
        now: UnixMs,
        (reached, shared, elsewhere, kept_out): (
            &impl Reached,
            &impl Fn(VenueId) -> Option<VenueId>,
            &HashSet<VenueId>,
            &impl Fn((AgentId, VenueId), &Label) -> bool,
        ),
        mut number: impl FnMut() -> OrderNumber,
        most: usize,
    ) -> Vec<Ask> {
        let is_quiet = self.ordered.work.quiet.is_some_and(|quiet| quiet.has(now));
        if self.state != State::Running || is_quiet || now >= self.ordered.until_ms {
            return Vec::new();
        }
        let spread = self.ordered.work.spread;
        let (mut out, mut of_county) = (0, HashMap::<PlaceCode, u16>::new());
        let mut in_use: HashSet<VenueId> = self.in_use(shared).chain(elsewhere.iter().copied()).collect();
        for record in self.records.iter().filter(|record| matches!(record.asking, Asking::Out { .. })) {
            out += 1;
            *of_county.entry(record.county).or_default() += 1;
        }
        let mut asks = Vec::new();
        for at in 0..self.records.len() {
            if asks.len() >= most || out >= spread.at_once {
                break;
            }
            let record = &self.records[at];
            let Asking::Waits { from_ms, why } = record.asking else { continue };
            if from_ms > now || record.is_settled() {
                continue;
            }
            let on_line = of_county.entry(record.county).or_default();
            let Some((agent, nonce)) = record.agent.and_then(|agent| Some((agent, reached.nonce(agent)?))) else {
                continue;
            };
            let equipment = shared(record.venue);
            if *on_line >= spread.per_county || equipment.is_some_and(|equipment| in_use.contains(&equipment)) {
                continue;
            }
            let venue = record.venue;
            let probes = self.open_probes(record, |label| kept_out((agent, venue), label));
            if probes.is_empty() {
                // Asked for as soon as it may be; said once, so that a freeze of a province writes nothing twice.
                if why != Some(Untested::Frozen) {
                    self.edit(at, |record| {
                        record.asking = Asking::Waits { from_ms: now, why: Some(Untested::Frozen) };
                        true
                    });
                }
                continue;
            }
            in_use.extend(equipment);
            *on_line += 1;
            out += 1;
            let order = number();
            let expires_ms = now + answer_ms(probes.len());
            asks.push(Ask { agent, venue, probes, order, expires_ms });
            self.edit(at, |record| {
                record.asked = record.asked.saturating_add(1);
                record.asking = Asking::Out { order, since_ms: now, nonce };
                true
            });
        }
        asks
    }

    fn open_probes(&self, record: &Record, is_out: impl Fn(&Label) -> bool) -> Vec<ProbeId> {
        let open = record.items.iter().filter(|item| item.state == ItemState::Open);
        let labels = open.filter_map(|item| self.labels.get(item.label as usize));
        labels.filter(|label| !is_out(label)).map(|label| label.probe.clone()).collect()
    }

    /// An order found no way out: it was never given.
    pub fn not_sent(&mut self, venue: VenueId, now: UnixMs) {
        if let Some(at) = self.at(venue) {
            self.edit(at, |record| {
                record.asked = record.asked.saturating_sub(1);
                record.asking = Asking::Waits { from_ms: now, why: None };
                true
            });
        }
    }

    /// What a box answered to an order; `venues` are those that it serves. Says whether the order was one of this run.
    pub fn answered(&mut self, venues: &[VenueId], answer: &Answer, now: UnixMs) -> bool {
        let is_it = |at: &usize| matches!(self.records[*at].asking, Asking::Out { order, .. } if order == answer.order);
        let Some(at) = venues.iter().filter_map(|venue| self.at(*venue)).find(is_it) else { return false };
        let is_interlocked = answer.detail.starts_with(INTERLOCKED);
        let why = match answer.result {
            _ if is_interlocked => Untested::Interlocked,
            AnswerResult::Done => Untested::NoAnswer,
            AnswerResult::Impossible => Untested::Refused,
        };
        self.edit(at, |record| {
            record.asking = Asking::Answered { at_ms: now, why };
            true
        })
    }

    /// A box said hello that serves these venues: what an earlier start of it was asked it does not know any more, and one that takes the
    /// place of another, or comes where none was, is asked from now on.
    pub fn hello(&mut self, agent: AgentId, venues: &[VenueId], nonce: Nonce, now: UnixMs) {
        for at in venues.iter().filter_map(|venue| self.at(*venue)).collect::<Vec<_>>() {
            if self.records[at].agent != Some(agent) {
                self.edit(at, |record| {
                    record.agent = Some(agent);
                    record.asked = 0;
                    record.asking = Asking::Waits { from_ms: now, why: None };
                    let unserved =
                        record.items.iter_mut().filter(|item| item.state == ItemState::Untested(Untested::NoBox));
                    unserved.for_each(|item| item.state = ItemState::Open);
                    true
                });
            } else if matches!(self.records[at].asking, Asking::Out { nonce: asked, .. } if asked != nonce) {
                self.edit(at, |record| {
                    record.asking = Asking::Waits { from_ms: now, why: Some(Untested::NoAnswer) };
                    true
                });
            }
        }
    }

    /// HQ began anew: whether an order of its earlier life arrived, nobody knows, and what is open is asked again.
    pub fn forget_asked(&mut self) {
        let from_ms = self.ordered.given_ms;
        for at in 0..self.records.len() {
            if !matches!(self.records[at].asking, Asking::Waits { .. }) {
                self.edit(at, |record| {
                    record.asking = Asking::Waits { from_ms, why: None };
                    true
                });
            }
        }
    }

    /// Time passes for what was asked. Says whether anything changed.
    pub fn look(&mut self, now: UnixMs, reached: &impl Reached) -> bool {
        if !self.is_open() {
            return false;
        }
        let before = self.revision;
        for at in 0..self.records.len() {
            let record = &self.records[at];
            let next = match record.asking {
                Asking::Waits { .. } => continue,
                Asking::Out { .. } | Asking::Answered { .. } if record.is_settled() => {
                    Some(Asking::Waits { from_ms: now, why: None })
                }
                Asking::Out { since_ms, nonce, .. } => {
                    let is_there = record.agent.and_then(|agent| reached.nonce(agent)) == Some(nonce);
                    let is_late = now >= since_ms + answer_ms(record.items.len());
                    let why = if is_there { Untested::NoAnswer } else { Untested::Away };
                    (is_late || !is_there).then(|| Asking::Waits { from_ms: later(record, why, now), why: Some(why) })
                }
                Asking::Answered { at_ms, why } => {
                    let is_over = now >= at_ms + BEHIND_MS;
                    is_over.then(|| Asking::Waits { from_ms: later(record, why, now), why: Some(why) })
                }
            };
            let Some(asking) = next else { continue };
            self.edit(at, |record| {
                record.asking = asking;
                // Who is away is waited for, and what is refused may be allowed later: only vain words end.
                if let Asking::Waits { why: Some(why @ (Untested::NoAnswer | Untested::Refused)), .. } = asking
                    && record.asked >= MOST_ASKED
                {
                    settle(record, why);
                }
                true
            });
        }
        self.revision != before
    }

    /// Whose tests have all ended and failed in part, and of whom nobody asked yet what explains it.
    pub fn unexplained(&self) -> impl Iterator<Item = &Arc<Record>> {
        let failed = |record: &&Arc<Record>| {
            record.blamed.is_none() && record.is_settled() && record.items.iter().any(|item| super::is_bad(&item.state))
        };
        self.records.iter().filter(failed)
    }
}

fn answer_ms(probes: usize) -> u64 {
    ANSWER_MS + ANSWER_MS_A_PROBE * probes as u64
}

fn later(record: &Record, why: Untested, now: UnixMs) -> UnixMs {
    let wait_ms = match why {
        Untested::Interlocked => REFUSED_AGAIN_MS,
        // It is asked as soon as it is back.
        Untested::Away => 0,
        _ => (AGAIN_MS << record.asked.saturating_sub(1).min(8)).min(LONGEST_AGAIN_MS),
    };
    now + wait_ms
}
