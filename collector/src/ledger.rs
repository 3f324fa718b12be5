//! The accounts of all spools: which numbers are new, which have an end, and when an ack is due. Pure.

use std::collections::{HashMap, VecDeque};

use avow_shared::account::Account;
use avow_shared::id::{AgentId, SpoolId, VenueId};
use avow_shared::ranges::{Range, RangeSet};
use avow_shared::time::UnixMs;
use avow_shared::wire::{Ack, Header};
use serde::{Deserialize, Serialize};

use crate::command::Ends;

/// One ack a spool a second, unless half a window waits for it; each has room among those of a second.
const ACK_EVERY_MS: u64 = 1_000;
/// So many acks a second. What comes faster waits, and one tells of several reports: each costs a signature, its check and two ways
/// through a socket, which is what a roll call of 18 762 venues on two cores is short of.
const ACKS_PER_S: u64 = 2_000;
/// None waits longer; an agent sends again after fifteen seconds.
const ACK_LATEST_MS: u64 = 8_000;
/// A thousandth of an ack.
const ACK: u64 = 1_000;
/// So many reports of all boxes may be on their way at once: what a province of boxes that were cut off for a day sends together, and
/// what an answer to a roll call has before it.
const ON_THEIR_WAY: usize = 300_000;
/// What one box may have on its way: enough for a burst of its own …
const WINDOW_LEAST: usize = 16;
/// … and for one that is nearly alone, more than it can make in a second.
const WINDOW_MOST: usize = 1_000;
/// The most spools of one agent: a box that is re-imaged every day for years stays below.
const MOST_SPOOLS: usize = 1_000;

/// Whose numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SpoolKey {
    /// The agent.
    pub agent: AgentId,
    /// Its spool.
    pub spool: SpoolId,
}

/// What is written into snapshots: one line a spool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Whose.
    pub key: SpoolKey,
    /// Where acks go.
    pub venue: VenueId,
    /// The ends of its numbers.
    pub account: Account,
    /// Numbers that the journal holds twice: always 0.
    pub duplicates: u64,
}

#[derive(Clone, Debug)]
struct Entry {
    venue: VenueId,
    account: Account,
    duplicates: u64,
    last_ack_ms: UnixMs,
    unacked: u64,
    is_due: bool,
}

impl Entry {
    fn ends(&self) -> Ends {
        Ends::new(self.account.totals(), self.duplicates)
    }
}

/// The accounts.
#[derive(Debug, Default)]
pub struct Ledger {
    spools: HashMap<SpoolKey, Entry>,
    per_agent: HashMap<AgentId, usize>,
    /// Acks that are wanted later.
    due: VecDeque<(UnixMs, SpoolKey)>,
    /// Acks that are wanted now, and since when.
    ready: VecDeque<(UnixMs, SpoolKey)>,
    /// Acks that may be sent by now, in thousandths, and when that was reckoned.
    room: u64,
    reckoned_ms: UnixMs,
}

/// What is to be done with an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Its numbers that HQ did not hold.
    pub accepted: RangeSet,
    /// Its numbers that end as refused, for the first time.
    pub refused: RangeSet,
    /// Whether the journal must hold it before anything is acknowledged.
    pub to_journal: bool,
}

/// How an account was before a group of envelopes, to be put back when the group could not be written.
#[derive(Debug, Default)]
pub struct Undo(HashMap<SpoolKey, Option<Account>>);

impl Ledger {
    /// How many unacknowledged reports one agent may have on their way, of which a backlog takes half: the more agents there are, the
    /// fewer. With the acks of a second this is the pace at which a province's backlog comes.
    #[must_use]
    pub fn window(&self) -> u32 {
        let each = ON_THEIR_WAY / self.per_agent.len().max(1);
        u32::try_from(each.clamp(WINDOW_LEAST, WINDOW_MOST)).unwrap_or(u32::MAX)
    }

    /// Takes an envelope in: `good` are its believable numbers, `bad` the others. None when the agent has too many spools.
    pub fn decide(
        &mut self,
        key: SpoolKey,
        header: &Header,
        good: &RangeSet,
        bad: &RangeSet,
        undo: &mut Undo,
    ) -> Option<Decision> {
        let known = self.spools.get(&key).map(|entry| entry.account.clone());
        if known.is_none() && self.per_agent.get(&key.agent).is_some_and(|spools| *spools >= MOST_SPOOLS) {
            return None;
        }
        undo.0.entry(key).or_insert(known);
        let account = &mut self.entry(key, header.venue).account;
        let declared = account.declare(header.produced, &header.dropped, &header.void);
        let accepted = account.fresh(good);
        account.store(&accepted);
        let refused = account.newly_refused(bad);
        account.refuse(&refused);
        let to_journal = declared || !accepted.is_empty() || !refused.is_empty();
        Some(Decision { accepted, refused, to_journal })
    }

    /// Puts everything back as it was before the group.
    pub fn undo(&mut self, undo: Undo) {
        for (key, account) in undo.0 {
            match (account, self.spools.get_mut(&key)) {
                (Some(account), Some(entry)) => entry.account = account,
                _ => self.forget(key),
            }
        }
    }

    fn forget(&mut self, key: SpoolKey) {
        if self.spools.remove(&key).is_some() {
            self.per_agent.entry(key.agent).and_modify(|spools| *spools -= 1);
        }
    }

    fn entry(&mut self, key: SpoolKey, venue: VenueId) -> &mut Entry {
        let per_agent = &mut self.per_agent;
        let entry = self.spools.entry(key).or_insert_with(|| {
            *per_agent.entry(key.agent).or_default() += 1;
            let account = Account::default();
            Entry { venue, account, duplicates: 0, last_ack_ms: 0, unacked: 0, is_due: false }
        });
        entry.venue = venue;
        entry
    }

    /// Takes in an entry of the journal when it is read back. Numbers that an earlier entry holds are duplicates.
    pub fn replay(&mut self, key: SpoolKey, header: &Header, accepted: &[Range], refused: &[Range]) -> RangeSet {
        let (accepted, refused): (RangeSet, RangeSet) = (ranges(accepted), ranges(refused));
        let entry = self.entry(key, header.venue);
        entry.account.declare(header.produced, &header.dropped, &header.void);
        let fresh = entry.account.fresh(&accepted);
        entry.duplicates += accepted.count() - fresh.count();
        entry.account.store(&fresh);
        entry.account.refuse(&refused);
        fresh
    }

    /// Notes that an envelope of the spool wants an ack, with `reports` of it counting against the window.
    pub fn want_ack(&mut self, key: SpoolKey, reports: u64, now_ms: UnixMs) {
        let half_window = u64::from(self.window() / 2);
        let Some(entry) = self.spools.get_mut(&key) else { return };
        let was_half = entry.unacked >= half_window;
        entry.unacked += reports;
        // A clock that was set back must not keep acks waiting.
        let at = (entry.last_ack_ms + ACK_EVERY_MS).clamp(now_ms, now_ms + ACK_EVERY_MS);
        let was_due = std::mem::replace(&mut entry.is_due, true);
        match (entry.unacked >= half_window && !was_half, was_due) {
            (true, _) => self.ready.push_back((now_ms, key)),
            (false, true) => {}
            (false, false) if at <= now_ms => self.ready.push_back((at, key)),
            (false, false) => self.due.push_back((at, key)),
        }
    }

    /// The acks that are due and have room; those that wait longest first.
    pub fn due_acks(&mut self, now_ms: UnixMs) -> Vec<(VenueId, Ack)> {
        let passed_ms = now_ms.abs_diff(self.reckoned_ms).min(1_000);
        self.room = (self.room + passed_ms * ACKS_PER_S).min(ACKS_PER_S * ACK);
        self.reckoned_ms = now_ms;
        while let Some((at, key)) = self.due.front().copied() {
            if at > now_ms && at <= now_ms + ACK_EVERY_MS {
                break;
            }
            self.due.pop_front();
            self.ready.push_back((at.min(now_ms), key));
        }
        let mut acks = Vec::new();
        while let Some((at, key)) = self.ready.front().copied() {
            if self.room < ACK && at <= now_ms && at + ACK_LATEST_MS > now_ms {
                break;
            }
            self.ready.pop_front();
            if self.spools.get(&key).is_some_and(|entry| entry.is_due) {
                self.room = self.room.saturating_sub(ACK);
                acks.extend(self.ack(key, now_ms));
            }
        }
        acks
    }

    /// The ack of one spool as of now, for a welcome or because it is due.
    pub fn ack(&mut self, key: SpoolKey, now_ms: UnixMs) -> Option<(VenueId, Ack)> {
        let entry = self.spools.get_mut(&key)?;
        entry.last_ack_ms = now_ms;
        entry.unacked = 0;
        entry.is_due = false;
        let (upto, more) = entry.account.ack();
        Some((entry.venue, Ack { to: key.agent, spool: key.spool, issued_ms: now_ms, upto, more }))
    }

    /// The ends of one spool's numbers.
    #[must_use]
    pub fn ends(&self, key: SpoolKey) -> Option<Ends> {
        self.spools.get(&key).map(Entry::ends)
    }

    /// The ends of every spool's numbers.
    pub fn all_ends(&self) -> impl Iterator<Item = (SpoolKey, Ends)> {
        self.spools.iter().map(|(key, entry)| (*key, entry.ends()))
    }

    /// For a snapshot.
    #[must_use]
    pub fn freeze(&self) -> Vec<Line> {
        let line = |(key, entry): (&SpoolKey, &Entry)| Line {
            key: *key,
            venue: entry.venue,
            account: entry.account.clone(),
            duplicates: entry.duplicates,
        };
        self.spools.iter().map(line).collect()
    }

    /// From a snapshot.
    pub fn thaw(&mut self, lines: Vec<Line>) {
        for line in lines {
            let entry = self.entry(line.key, line.venue);
            entry.account = line.account;
            entry.duplicates = line.duplicates;
        }
    }
}

fn ranges(ranges: &[Range]) -> RangeSet {
    ranges.iter().copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use avow_shared::time::WallTime;

    const KEY: SpoolKey = SpoolKey { agent: AgentId([1; 16]), spool: SpoolId([2; 16]) };

    fn header(produced: u64, void: Vec<Range>) -> Header {
        Header {
            venue: "350102-01".parse().expect("a venue"),
            spool: KEY.spool,
            first: 1,
            last: 0,
            produced,
            held_from: 1,
            dropped: vec![],
            void,
            sent_at: WallTime::default(),
        }
    }

    fn numbers(first: u64, last: u64) -> RangeSet {
        ranges(&[Range { first, last }])
    }

    fn decide(ledger: &mut Ledger, produced: u64, good: &RangeSet, bad: &RangeSet) -> Decision {
        ledger.decide(KEY, &header(produced, vec![]), good, bad, &mut Undo::default()).expect("few spools")
    }

    #[test]
    fn a_number_is_accepted_once() {
        let mut ledger = Ledger::default();
        let none = RangeSet::new();
        assert_eq!(decide(&mut ledger, 5, &numbers(1, 5), &none).accepted, numbers(1, 5));
        let again = decide(&mut ledger, 8, &numbers(4, 8), &none);
        assert_eq!(again.accepted, numbers(6, 8));
        assert!(!decide(&mut ledger, 8, &numbers(1, 8), &none).to_journal);
    }

    #[test]
    fn what_could_not_be_written_was_never_taken() {
        let mut ledger = Ledger::default();
        let (none, mut undo) = (RangeSet::new(), Undo::default());
        decide(&mut ledger, 3, &numbers(1, 3), &none);
        ledger.decide(KEY, &header(9, vec![]), &numbers(4, 6), &numbers(7, 9), &mut undo);
        ledger.decide(KEY, &header(12, vec![]), &numbers(10, 12), &none, &mut undo);
        let other = SpoolKey { spool: SpoolId([9; 16]), ..KEY };
        ledger.decide(other, &header(1, vec![]), &numbers(1, 1), &none, &mut undo);
        ledger.undo(undo);
        let ends: Vec<_> = ledger.all_ends().map(|(key, ends)| (key, ends.stored, ends.produced)).collect();
        assert_eq!(ends, [(KEY, 3, 3)]);
        assert_eq!(decide(&mut ledger, 6, &numbers(4, 6), &none).accepted, numbers(4, 6));
    }

    #[test]
    fn a_declaration_alone_goes_into_the_journal_before_it_is_acknowledged() {
        let mut ledger = Ledger::default();
        let void = vec![Range { first: 1, last: 9 }];
        let none = RangeSet::new();
        let decision = ledger.decide(KEY, &header(9, void.clone()), &none, &none, &mut Undo::default()).expect("taken");
        assert!(decision.to_journal);
        let again = ledger.decide(KEY, &header(9, void), &none, &none, &mut Undo::default()).expect("taken");
        assert!(!again.to_journal);
    }

    #[test]
    fn acks_come_once_a_second_or_at_half_a_window() {
        let mut ledger = Ledger::default();
        let none = RangeSet::new();
        decide(&mut ledger, 1, &numbers(1, 1), &none);
        ledger.want_ack(KEY, 1, 5_000);
        assert_eq!(ledger.due_acks(5_000).len(), 1, "the first at once");
        ledger.want_ack(KEY, 1, 5_100);
        ledger.want_ack(KEY, 1, 5_200);
        assert_eq!(ledger.due_acks(5_900).len(), 0);
        assert_eq!(ledger.due_acks(6_000).len(), 1);
        ledger.want_ack(KEY, 499, 6_100);
        assert_eq!(ledger.due_acks(6_100).len(), 0, "a second and half a window are not over");
        ledger.want_ack(KEY, 1, 6_100);
        assert_eq!(ledger.due_acks(6_100).len(), 1, "half a window does not wait");
        assert_eq!(ledger.due_acks(9_000).len(), 0);
    }

    #[test]
    fn in_a_burst_acks_wait_for_each_other_and_then_tell_of_more() {
        let mut ledger = Ledger::default();
        let key = |n: u16| SpoolKey { agent: AgentId([(n >> 8) as u8; 16]), spool: SpoolId([n as u8; 16]) };
        let report = |ledger: &mut Ledger, n: u16, number: u64, now_ms: UnixMs| {
            let good = numbers(number, number);
            let header = header(number, vec![]);
            ledger.decide(key(n), &header, &good, &RangeSet::new(), &mut Undo::default()).expect("taken");
            ledger.want_ack(key(n), 1, now_ms);
        };
        (0..6_000).for_each(|n| report(&mut ledger, n, 1, 10_000));
        assert_eq!(ledger.due_acks(10_000).len(), 2_000, "a second's worth at once");
        assert_eq!(ledger.due_acks(10_001).len(), 2, "then as they find room");
        report(&mut ledger, 5_999, 2, 10_002);
        let rest: Vec<_> = (1..=40).flat_map(|step| ledger.due_acks(10_001 + step * 50)).collect();
        assert_eq!(rest.len(), 3_998);
        let last = rest.iter().find(|(_, ack)| ack.spool == key(5_999).spool && ack.to == key(5_999).agent);
        assert_eq!(last.map(|(_, ack)| ack.upto), Some(2), "one for both");
        (0..30_000).for_each(|n| report(&mut ledger, n, 3, 20_000));
        let sent: usize = (0..80).map(|step| ledger.due_acks(20_000 + step * 100).len()).sum();
        assert_eq!(
            (sent, ledger.due_acks(28_000).len()),
            (2_000 + 79 * 200, 12_200),
            "none waits longer than eight seconds"
        );
    }

    #[test]
    fn the_more_boxes_there_are_the_less_of_a_backlog_comes_at_once() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.window(), 1_000);
        for agent in 0..18_762_u32 {
            let mut id = [0; 16];
            id[..4].copy_from_slice(&agent.to_be_bytes());
            ledger.entry(SpoolKey { agent: AgentId(id), ..KEY }, header(1, vec![]).venue);
        }
        assert_eq!(ledger.window(), 16);
        // Half a window of each waits, and as many acks as have room let the next half come.
        let keys: Vec<SpoolKey> = ledger.all_ends().map(|(key, _)| key).collect();
        keys.iter().for_each(|key| ledger.want_ack(*key, 8, 10_000));
        keys.iter().for_each(|key| ledger.want_ack(*key, 1, 10_000));
        assert_eq!(ledger.due_acks(10_000).len(), 2_000);
        let sent: usize = (1..10).map(|step| ledger.due_acks(10_000 + step * 100).len()).sum();
        assert_eq!(sent, 9 * 200);
    }

    #[test]
    fn a_clock_set_back_does_not_keep_acks_waiting() {
        let mut ledger = Ledger::default();
        decide(&mut ledger, 1, &numbers(1, 1), &RangeSet::new());
        ledger.want_ack(KEY, 1, 1_000_000);
        ledger.due_acks(1_000_000);
        ledger.want_ack(KEY, 1, 5_000);
        assert_eq!(ledger.due_acks(6_000).len(), 1);
    }

    #[test]
    fn a_journal_that_holds_a_number_twice_says_so() {
        let mut ledger = Ledger::default();
        let range = [Range { first: 1, last: 4 }];
        assert_eq!(ledger.replay(KEY, &header(4, vec![]), &range, &[]).count(), 4);
        assert_eq!(ledger.replay(KEY, &header(4, vec![]), &range, &[]).count(), 0);
        assert_eq!(ledger.ends(KEY).map(|ends| ends.duplicates), Some(4));
    }

    #[test]
    fn a_snapshot_keeps_every_end() {
        let mut ledger = Ledger::default();
        ledger.decide(
            KEY,
            &header(9, vec![Range { first: 1, last: 2 }]),
            &numbers(3, 5),
            &numbers(6, 6),
            &mut Undo::default(),
        );
        let mut thawed = Ledger::default();
        thawed.thaw(ledger.freeze());
        assert!(thawed.ends(KEY).is_some_and(|ends| ends.stored == 3 && ends.refused == 1));
        assert_eq!(thawed.ends(KEY), ledger.ends(KEY));
    }
}
