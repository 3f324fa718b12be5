//! Keeps reports until HQ has stored them: gives numbers, decides when what is written, what is dropped when there is no
//! room, and what is still kept for an HQ that is restored from a backup. Pure: jobs go out, their results come back.

use std::collections::{BTreeSet, VecDeque};

use avow_shared::id::SpoolId;
use avow_shared::ranges::{Range, RangeSet};
use avow_shared::wire::Report;

use super::ledger::{Acked, Ledger, Meta};
use super::shelf::{self, Shelf};
use super::{Changes, Error, Opened};

/// The bounds of a spool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of reports on disk.
    pub disk_bytes: usize,
    /// Bytes of reports in memory that are on no disk, and as many again that are.
    pub memory_bytes: usize,
    /// How long acknowledged reports are kept.
    pub keep_ms: u64,
    /// How long a routine report that HQ has not may wait before it is written.
    pub commit_every_ms: u64,
    /// How long everything else may: what HQ has is written only for an HQ that is restored, and wears the flash as much.
    pub settle_every_ms: u64,
}

impl Limits {
    /// A box with a disk: 32 MB, a day, a minute, five minutes.
    pub const BOX: Self = Self {
        disk_bytes: 32 << 20,
        memory_bytes: 512 << 10,
        keep_ms: 24 * 60 * 60 * 1_000,
        commit_every_ms: 60_000,
        settle_every_ms: 300_000,
    };
    /// One of thousands in a process, without a disk.
    pub const SIMULATED: Self = Self {
        disk_bytes: 256 << 10,
        memory_bytes: 64 << 10,
        keep_ms: 0,
        commit_every_ms: 60_000,
        settle_every_ms: 60_000,
    };
}

/// Something for the spool to do; one at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Job {
    /// Write.
    Commit(Changes),
    /// Read the chunk that begins with this number.
    Read(u64),
}

/// What became of the job.
#[derive(Debug)]
pub enum Done {
    /// It is on disk.
    Committed,
    /// What was read; none when there is no such chunk.
    Read(Option<Vec<u8>>),
    /// It could not be done.
    Failed(Error),
}

/// How the spool does, for a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Counts {
    /// The highest number given out.
    pub produced: u64,
    /// Without an end.
    pub held: u64,
    /// Acknowledged and still kept.
    pub kept: u64,
    /// Given up, as far as remembered.
    pub dropped: u64,
    /// Void, as far as remembered.
    pub void: u64,
    /// HQ confirmed every number up to here.
    pub acked_upto: u64,
    /// Without a number, because the disk is in trouble.
    pub waiting: u64,
    /// On disk.
    pub bytes: u64,
    /// Why the disk cannot be written, empty when it can.
    pub trouble: String,
}

#[derive(Debug)]
enum Work {
    Idle,
    Committing {
        written: Vec<(Range, usize)>,
        removed: Vec<u64>,
        reserved: u64,
    },
    Reading {
        first: u64,
    },
    /// Under way for numbers that nobody uses any more.
    Stale,
    Resting {
        until_ms: u64,
    },
}

/// The most reports that wait for a number.
const MAX_WAITING: usize = 1_000;
/// Reports that are not routine are passed over when room is made, up to so many.
const MAX_PINNED: usize = 64;
/// What is old enough goes together, once in so long: each removal wears the flash.
const SWEEP_MS: u64 = 60 * 60 * 1_000;
const FIRST_REST_MS: u64 = 2_000;
const LONGEST_REST_MS: u64 = 60_000;

/// See the module.
#[derive(Debug)]
pub struct Keeper {
    ledger: Ledger,
    spare_id: SpoolId,
    shelf: Shelf,
    limits: Limits,
    waiting: VecDeque<Report>,
    lost_waiting: u64,
    numbered: Vec<u64>,
    pinned: BTreeSet<u64>,
    /// The newest one: HQ gets it only at a start, so that it stays when other reports have to go.
    description: Option<u64>,
    wanted: BTreeSet<u64>,
    to_remove: BTreeSet<u64>,
    work: Work,
    /// Since when something is in memory alone.
    dirty_since_ms: Option<u64>,
    /// Since when at the latest a report is in memory alone that HQ has not.
    unsent_since_ms: Option<u64>,
    urgent: bool,
    stopping: bool,
    rest_ms: u64,
    trouble: String,
}

impl Keeper {
    /// Begins with what the spool held.
    #[must_use]
    pub fn new(opened: &Opened, limits: Limits, now_ms: u64) -> Self {
        let (ledger, shelf) = resume(opened, now_ms);
        Self {
            ledger,
            spare_id: opened.fresh_id,
            shelf,
            limits,
            waiting: VecDeque::new(),
            lost_waiting: 0,
            numbered: Vec::new(),
            pinned: BTreeSet::new(),
            description: None,
            wanted: BTreeSet::new(),
            to_remove: BTreeSet::new(),
            work: Work::Idle,
            dirty_since_ms: None,
            unsent_since_ms: None,
            urgent: false,
            stopping: false,
            rest_ms: FIRST_REST_MS,
            trouble: String::new(),
        }
    }

    /// The numbers.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Takes a report; an urgent one is written at once.
    pub fn produce(&mut self, report: Report, is_urgent: bool, now_ms: u64) {
        self.waiting.push_back(report);
        self.bound_waiting();
        self.urgent |= is_urgent;
        self.dirty_since_ms.get_or_insert(now_ms);
        self.unsent_since_ms.get_or_insert(now_ms);
        self.admit();
    }

    /// The reports that got a number since the last call.
    pub fn take_numbered(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.numbered)
    }

    /// A report in memory, and its length.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<(&Report, usize)> {
        self.shelf.get(number)
    }

    /// Asks for a report that is not in memory.
    pub fn want(&mut self, number: u64) {
        self.wanted.extend(self.shelf.chunk_of(number));
    }

    /// A report is on its way: when it is on disk, memory need not hold it.
    pub fn sent(&mut self, number: u64) {
        self.shelf.release(number);
    }

    /// Gives reports up that HQ cannot read: their numbers end as *dropped*, so that nobody waits for them.
    pub fn give_up(&mut self, numbers: &RangeSet, now_ms: u64) {
        for number in numbers.iter() {
            self.pinned.remove(&number);
            self.shelf.discard(number);
        }
        self.ledger.give_up(numbers);
        self.dirty_since_ms.get_or_insert(now_ms);
    }

    /// Takes in what HQ says of this spool.
    pub fn ack(&mut self, upto: u64, more: &[Range], now_ms: u64) -> Acked {
        let acked = self.ledger.ack(upto, more);
        for number in acked.ended.iter() {
            self.pinned.remove(&number);
            if self.limits.keep_ms == 0 { self.shelf.discard(number) } else { self.shelf.release(number) }
        }
        if !acked.ended.is_empty() || !acked.again.is_empty() {
            self.dirty_since_ms.get_or_insert(now_ms);
        }
        if self.ledger.held().is_empty() && self.waiting.is_empty() {
            self.unsent_since_ms = None;
        }
        acked
    }

    /// Begins a new spool when HQ knows numbers that this one never gave out; says whether it did.
    pub fn begin_anew_if_behind(&mut self, upto: u64, more: &[Range], now_ms: u64) -> bool {
        let is_behind = self.ledger.is_behind(upto, more) && self.spare_id != self.ledger.spool();
        if is_behind {
            let firsts: Vec<u64> = self.shelf.chunks().map(|(range, _)| range.first).collect();
            let fresh = Opened { meta: None, chunks: vec![], fresh_id: self.spare_id, set_aside: None };
            self.begin_anew(&fresh, now_ms);
            self.to_remove.extend(firsts);
            self.dirty_since_ms = Some(now_ms);
            // What is being written belongs to the old numbers; it is written over by what comes next.
            self.work = match self.work {
                Work::Committing { .. } | Work::Reading { .. } | Work::Stale => Work::Stale,
                Work::Idle | Work::Resting { .. } => Work::Idle,
            };
        }
        is_behind
    }

    /// From now on nothing is produced: everything is written, and unused numbers are given back.
    pub const fn stop(&mut self) {
        self.stopping = true;
        self.urgent = true;
    }

    /// Whether everything is written.
    #[must_use]
    pub const fn is_at_rest(&self) -> bool {
        matches!(self.work, Work::Idle | Work::Resting { .. }) && !self.urgent
    }

    /// The next job, if there is one and none is under way.
    pub fn poll_job(&mut self, now_ms: u64) -> Option<Job> {
        match self.work {
            Work::Committing { .. } | Work::Reading { .. } | Work::Stale => return None,
            Work::Resting { until_ms } if until_ms > now_ms => return None,
            Work::Resting { .. } | Work::Idle => self.work = Work::Idle,
        }
        if self.must_commit(now_ms) {
            return Some(Job::Commit(self.commit(now_ms)));
        }
        let first = self.wanted.pop_first()?;
        self.work = Work::Reading { first };
        Some(Job::Read(first))
    }

    /// When [`Keeper::poll_job`] should be asked again, if nothing else happens.
    #[must_use]
    pub fn wake_ms(&self) -> u64 {
        let due = self.due_ms();
        match self.work {
            Work::Resting { until_ms } => until_ms,
            Work::Idle if self.urgent => 0,
            Work::Idle => due,
            Work::Committing { .. } | Work::Reading { .. } | Work::Stale => u64::MAX,
        }
    }

    /// Takes in what became of the job. Says whether a new spool was begun.
    pub fn done(&mut self, done: Done, now_ms: u64) -> bool {
        match (std::mem::replace(&mut self.work, Work::Idle), done) {
            (Work::Committing { written, removed, reserved }, Done::Committed) => {
                self.committed(&written, &removed, reserved, now_ms);
            }
            (Work::Reading { first }, Done::Read(chunk)) => self.read(first, chunk.as_deref()),
            (_, Done::Failed(Error::BegunAnew(opened))) => {
                self.spare_id = opened.fresh_id;
                self.begin_anew(&opened, now_ms);
                return true;
            }
            (_, Done::Failed(error)) => self.rest(error.to_string(), now_ms),
            (_, Done::Committed | Done::Read(_)) => {}
        }
        false
    }

    /// How it does.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts {
            produced: self.ledger.produced(),
            held: self.ledger.held().count(),
            kept: self.ledger.kept().count(),
            dropped: self.ledger.dropped().count(),
            void: self.ledger.void().count(),
            acked_upto: self.ledger.upto(),
            waiting: self.waiting.len() as u64,
            bytes: self.shelf.chunk_bytes() as u64,
            trouble: self.trouble.clone(),
        }
    }

    fn must_commit(&self, now_ms: u64) -> bool {
        let is_much = self.shelf.fresh_bytes() > self.limits.memory_bytes / 2;
        self.urgent || is_much || self.due_ms() <= now_ms || (self.ledger.wants_block() && !self.stopping)
    }

    /// When what is in memory alone is written.
    fn due_ms(&self) -> u64 {
        let after = |since: Option<u64>, wait_ms| since.map_or(u64::MAX, |since| since + wait_ms);
        let Limits { commit_every_ms, settle_every_ms, .. } = self.limits;
        after(self.unsent_since_ms, commit_every_ms).min(after(self.dirty_since_ms, settle_every_ms))
    }

    fn admit(&mut self) {
        self.number_waiting();
        self.bound_memory();
    }

    /// Gives numbers to what waits for one, as far as they are reserved.
    fn number_waiting(&mut self) {
        while self.lost_waiting > 0 {
            let Some(number) = self.ledger.take() else { return };
            self.ledger.give_up(&[number].into_iter().collect());
            self.lost_waiting -= 1;
        }
        while !self.waiting.is_empty() {
            let Some(number) = self.ledger.take() else { return };
            let Some(report) = self.waiting.pop_front() else { return };
            match report {
                Report::Outcome(_) | Report::Facts(_) => {}
                Report::Description(_) => {
                    self.description = Some(number);
                    self.pin(number);
                }
                Report::Answer(_)
                | Report::Event(_)
                | Report::Reference(_)
                | Report::MouthToEar(_)
                | Report::Terms(_)
                | Report::Called(_)
                | Report::Checked(_) => self.pin(number),
            }
            self.shelf.add(number, report);
            self.numbered.push(number);
        }
    }

    /// What finds no room among those that wait is counted: the oldest routine report, the newest description last.
    fn bound_waiting(&mut self) {
        while self.waiting.len() > MAX_WAITING {
            let is_description = |report: &Report| matches!(report, Report::Description(_));
            let described = self.waiting.iter().rposition(is_description);
            let routine = self.waiting.iter().position(|report| matches!(report, Report::Outcome(_)));
            let at = routine.unwrap_or(usize::from(described == Some(0)));
            self.waiting.remove(at);
            self.lost_waiting += 1;
        }
    }

    fn pin(&mut self, number: u64) {
        self.pinned.insert(number);
        if self.pinned.len() > MAX_PINNED {
            let others = self.pinned.iter().copied().find(|number| Some(*number) != self.description);
            others.map(|oldest| self.pinned.remove(&oldest));
        }
    }

    /// What is fresh stays within its bound even when the disk does not take it.
    fn bound_memory(&mut self) {
        while self.shelf.fresh_bytes() > self.limits.memory_bytes {
            let oldest = self.shelf.fresh().find(|number| !self.pinned.contains(number));
            let Some(number) = oldest.or_else(|| self.shelf.fresh().next()) else { break };
            self.shelf.discard(number);
            self.ledger.give_up(&[number].into_iter().collect());
        }
    }

    fn commit(&mut self, now_ms: u64) -> Changes {
        self.make_room(now_ms);
        let put = self.shelf.to_write();
        let removed: Vec<u64> = self.to_remove.iter().copied().collect();
        let is_rewritten = |first: &&u64| !put.iter().any(|(range, _)| range.first == **first);
        let remove = removed.iter().filter(is_rewritten).copied().collect();
        let meta = if self.stopping { self.ledger.to_store_at_stop() } else { self.ledger.to_store() };
        let written = put.iter().map(|(range, bytes)| (*range, bytes.len())).collect();
        self.work = Work::Committing { written, removed, reserved: meta.reserved };
        self.urgent = false;
        (self.dirty_since_ms, self.unsent_since_ms) = (None, None);
        Changes { put, remove, meta: encode(&meta) }
    }

    /// Lets go what is old enough, then what is acknowledged, then the oldest routine reports.
    fn make_room(&mut self, now_ms: u64) {
        let ended: Vec<(Range, u64)> = self.shelf.chunks().filter(|(range, _)| !self.is_needed(*range)).collect();
        let is_old = |made_ms: u64, grace_ms: u64| made_ms + self.limits.keep_ms + grace_ms <= now_ms;
        let sweeps = ended.iter().any(|(_, made_ms)| is_old(*made_ms, SWEEP_MS.min(self.limits.keep_ms)));
        let old: Vec<bool> = ended.iter().map(|(_, made_ms)| sweeps && is_old(*made_ms, 0)).collect();
        for ((range, _), old) in ended.into_iter().zip(old) {
            if old || self.is_over() {
                self.remove_chunk(range);
            }
        }
        while self.is_over() {
            let Some(range) = self.oldest_to_drop() else { break };
            self.remove_chunk(range);
        }
    }

    fn oldest_to_drop(&self) -> Option<Range> {
        let is_routine = |range: &Range| self.pinned.range(range.first..=range.last).next().is_none();
        let chunks = || self.shelf.chunks().map(|(range, _)| range);
        chunks().find(is_routine).or_else(|| chunks().next())
    }

    fn is_over(&self) -> bool {
        self.shelf.chunk_bytes() + self.shelf.fresh_bytes() > self.limits.disk_bytes
    }

    fn is_needed(&self, range: Range) -> bool {
        let next_held = self.ledger.held().above(range.first.saturating_sub(1), 1);
        next_held.first().is_some_and(|held| held.first <= range.last)
    }

    fn remove_chunk(&mut self, range: Range) {
        let numbers: RangeSet = [range].into_iter().collect();
        self.shelf.remove_chunk(range.first);
        self.ledger.give_up(&numbers);
        self.ledger.forget(&numbers);
        self.to_remove.insert(range.first);
    }

    fn committed(&mut self, written: &[(Range, usize)], removed: &[u64], reserved: u64, now_ms: u64) {
        self.trouble.clear();
        self.rest_ms = FIRST_REST_MS;
        self.shelf.written(written, now_ms);
        self.shelf.trim(self.limits.memory_bytes);
        self.ledger.reserved(reserved);
        removed.iter().for_each(|first| {
            self.to_remove.remove(first);
        });
        if !self.stopping {
            self.admit();
        }
    }

    fn read(&mut self, first: u64, chunk: Option<&[u8]>) {
        match chunk.and_then(shelf::decode) {
            Some(reports) => self.shelf.loaded(reports, self.ledger.held()),
            // What cannot be read any more is given up, so that its numbers have an end.
            None => {
                if let Some(range) = self.shelf.remove_chunk(first) {
                    let lost: RangeSet = [range].into_iter().collect();
                    self.ledger.give_up(&lost);
                    self.to_remove.insert(first);
                }
            }
        }
        self.shelf.trim(self.limits.memory_bytes);
    }

    fn begin_anew(&mut self, opened: &Opened, now_ms: u64) {
        let reports = self.shelf.take_all();
        (self.ledger, self.shelf) = resume(opened, now_ms);
        self.pinned.clear();
        self.description = None;
        self.wanted.clear();
        self.to_remove.clear();
        self.numbered.clear();
        self.urgent = true;
        for report in reports.into_iter().rev() {
            self.waiting.push_front(report);
        }
        self.bound_waiting();
    }

    fn rest(&mut self, trouble: String, now_ms: u64) {
        self.trouble = trouble;
        (self.dirty_since_ms, self.unsent_since_ms) = (Some(now_ms), Some(now_ms));
        self.work = Work::Resting { until_ms: now_ms + self.rest_ms };
        self.rest_ms = (self.rest_ms * 2).min(LONGEST_REST_MS);
        self.urgent = self.urgent || self.stopping || !self.waiting.is_empty();
    }
}

fn resume(opened: &Opened, now_ms: u64) -> (Ledger, Shelf) {
    let on_disk: RangeSet = opened.chunks.iter().map(|(range, _)| *range).collect();
    let meta = opened.meta.as_deref().and_then(|bytes| postcard::from_bytes::<Meta>(bytes).ok());
    match meta {
        Some(meta) => (Ledger::resume(meta, &on_disk), Shelf::resume(&opened.chunks, now_ms)),
        None => (Ledger::begin(opened.fresh_id), Shelf::default()),
    }
}

fn encode(meta: &Meta) -> Vec<u8> {
    // Encoding into memory fails for no ledger: every length is known.
    postcard::to_allocvec(meta).unwrap_or_default()
}

#[cfg(test)]
mod tests;
