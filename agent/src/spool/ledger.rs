//! The ledger of numbers: which were given out, which are held, and how each of the others ended. Pure.
//!
//! A number is used only after the block that it lies in was flushed. So whoever reads the ledger after any stop knows
//! the highest number that can have been used; what is neither held nor dropped nor acknowledged below that is void.

use avow_shared::account::MAX_DECLARED_RANGES;
use avow_shared::id::{SpoolId, VenueId};
use avow_shared::ranges::{Range, RangeSet};
use avow_shared::time::WallTime;
use avow_shared::wire::Header;
use serde::{Deserialize, Serialize};

/// How many numbers are reserved at once.
pub const BLOCK: u64 = 1_000;
/// When so few are left, the next block is reserved.
const LOW: u64 = 250;
/// Old declarations are forgotten beyond so many.
const MAX_OLD_DECLARED: usize = 256;

/// The ledger as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// The spool.
    pub spool: SpoolId,
    /// No number above this was used.
    pub reserved: u64,
    /// What HQ says has an end.
    pub acked: RangeSet,
    /// What HQ has ever said has an end; more than `acked` when HQ was restored from a backup.
    pub ever: RangeSet,
    /// What a full spool gave up.
    pub dropped: RangeSet,
    /// What was never used, or was lost before it was flushed.
    pub void: RangeSet,
}

/// The ledger of one spool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    meta: Meta,
    next: u64,
    held: RangeSet,
    kept: RangeSet,
}

/// What an acknowledgement changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Acked {
    /// These have an end now and had none before.
    pub ended: RangeSet,
    /// These had one, HQ knows nothing of it any more, and they are still here: to be sent again.
    pub again: RangeSet,
    /// HQ knows less than it did: it was restored from a backup, and has lost also what is no longer here.
    pub fell_back: bool,
}

impl Ledger {
    /// The ledger of a new spool; the first block is still to be reserved.
    #[must_use]
    pub const fn begin(spool: SpoolId) -> Self {
        let none = RangeSet::new;
        let meta = Meta { spool, reserved: 0, acked: none(), ever: none(), dropped: none(), void: none() };
        Self { meta, next: 1, held: none(), kept: none() }
    }

    /// The ledger after a stop, clean or not; `on_disk` are the numbers whose reports are there.
    #[must_use]
    pub fn resume(mut meta: Meta, on_disk: &RangeSet) -> Self {
        let used: RangeSet = Range::new(1, meta.reserved).into_iter().collect();
        meta.ever.extend(&meta.acked);
        let lost = used.minus(on_disk).minus(&meta.dropped).minus(&meta.ever);
        meta.void.extend(&lost);
        let held = on_disk.minus(&meta.acked).minus(&meta.dropped);
        let kept = on_disk.minus(&held);
        Self { next: meta.reserved + 1, meta, held, kept }
    }

    /// The spool.
    #[must_use]
    pub const fn spool(&self) -> SpoolId {
        self.meta.spool
    }

    /// The highest number given out.
    #[must_use]
    pub const fn produced(&self) -> u64 {
        self.next - 1
    }

    /// The numbers without an end.
    #[must_use]
    pub const fn held(&self) -> &RangeSet {
        &self.held
    }

    /// Acknowledged numbers that are still here.
    #[must_use]
    pub const fn kept(&self) -> &RangeSet {
        &self.kept
    }

    /// What was dropped, as far as it is remembered.
    #[must_use]
    pub const fn dropped(&self) -> &RangeSet {
        &self.meta.dropped
    }

    /// What is void, as far as it is remembered.
    #[must_use]
    pub const fn void(&self) -> &RangeSet {
        &self.meta.void
    }

    /// Every number up to here has an end at HQ.
    #[must_use]
    pub fn upto(&self) -> u64 {
        self.meta.acked.complete_upto()
    }

    /// The next number, held from now on; none until a block is reserved.
    pub fn take(&mut self) -> Option<u64> {
        let number = self.next;
        (number <= self.meta.reserved).then(|| {
            self.next += 1;
            self.held.insert(number);
            number
        })
    }

    /// Whether another block should be reserved soon.
    #[must_use]
    pub const fn wants_block(&self) -> bool {
        self.meta.reserved + 1 < self.next + LOW
    }

    /// The ledger to be stored: with another block when one is wanted.
    #[must_use]
    pub fn to_store(&self) -> Meta {
        let reserved = if self.wants_block() { self.produced() + BLOCK } else { self.meta.reserved };
        Meta { reserved, ..self.meta.clone() }
    }

    /// The ledger to be stored at a clean stop: what was reserved and not used is given back.
    #[must_use]
    pub fn to_store_at_stop(&self) -> Meta {
        Meta { reserved: self.produced(), ..self.meta.clone() }
    }

    /// Numbers up to `reserved` are flushed as reserved; less than before gives the rest back.
    pub fn reserved(&mut self, reserved: u64) {
        self.meta.reserved = reserved.max(self.produced());
    }

    /// Gives numbers up for good.
    pub fn give_up(&mut self, numbers: &RangeSet) {
        let held = numbers.minus(&numbers.minus(&self.held));
        self.held = self.held.minus(&held);
        self.meta.dropped.extend(&held);
    }

    /// Acknowledged numbers whose reports are not here any more.
    pub fn forget(&mut self, numbers: &RangeSet) {
        self.kept = self.kept.minus(numbers);
    }

    /// Whether HQ knows numbers that this ledger never gave out: the disk is older than it was, an image put back or a
    /// log that lost its tail. The numbers cannot be used a second time then.
    #[must_use]
    pub fn is_behind(&self, upto: u64, more: &[Range]) -> bool {
        more.iter().map(|range| range.last).fold(upto, u64::max) > self.produced()
    }

    /// Takes in what HQ says of this spool: every number of `1..=upto` and of `more` has an end.
    pub fn ack(&mut self, upto: u64, more: &[Range]) -> Acked {
        let most = self.produced();
        let said = Range::new(1, upto).into_iter().chain(more.iter().copied());
        let said: RangeSet = said.filter_map(|range| Range::new(range.first, range.last.min(most))).collect();
        let fell_back = said.complete_upto() < self.upto();
        let again = if fell_back { self.kept.minus(&said) } else { RangeSet::new() };
        if fell_back {
            self.meta.acked = RangeSet::new();
        }
        self.meta.acked.extend(&said);
        self.meta.ever.extend(&said);
        let ended = self.held.minus(&self.held.minus(&said));
        self.held = self.held.minus(&ended);
        self.held.extend(&again);
        self.kept.extend(&ended);
        self.kept = self.kept.minus(&again);
        self.forget_old_declarations();
        Acked { ended, again, fell_back }
    }

    /// What every message says of the numbers.
    #[must_use]
    pub fn header(&self, venue: VenueId, sent_at: WallTime) -> Header {
        let declared = |set: &RangeSet| set.above(self.upto(), MAX_DECLARED_RANGES);
        Header {
            venue,
            spool: self.meta.spool,
            first: 1,
            last: 0,
            produced: self.produced(),
            held_from: self.held.ranges().first().map_or(self.next, |range| range.first),
            dropped: declared(&self.meta.dropped),
            void: declared(&self.meta.void),
            sent_at,
        }
    }

    /// Some are remembered after HQ has passed them, for an HQ that is restored from a backup.
    fn forget_old_declarations(&mut self) {
        let upto = self.upto();
        for set in [&mut self.meta.dropped, &mut self.meta.void] {
            while set.ranges().len() > MAX_OLD_DECLARED && set.ranges()[0].last <= upto {
                let oldest = set.ranges()[0];
                set.remove_range(oldest);
                self.meta.ever.insert_range(oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use avow_shared::account::Account;
    use proptest::prelude::*;

    use super::*;

    const VENUE: &str = "350102001-01";

    fn set(ranges: &[(u64, u64)]) -> RangeSet {
        ranges.iter().map(|&(first, last)| Range { first, last }).collect()
    }

    fn begun(numbers: u64) -> Ledger {
        let mut ledger = Ledger::begin(SpoolId([1; 16]));
        assert_eq!(ledger.take(), None, "nothing before a block is flushed");
        ledger.reserved(ledger.to_store().reserved);
        assert_eq!((0..numbers).filter_map(|_| ledger.take()).count() as u64, numbers);
        ledger
    }

    #[test]
    fn an_unclean_stop_skips_to_the_next_block_and_declares_the_rest_void() {
        let stored = begun(3).to_store();
        let ledger = Ledger::resume(stored, &set(&[(1, 2)]));
        assert_eq!((ledger.produced(), ledger.held()), (1_000, &set(&[(1, 2)])));
        let header = ledger.header(VENUE.parse().expect("a venue"), WallTime::default());
        assert_eq!((header.held_from, header.void), (1, vec![Range { first: 3, last: 1_000 }]));
    }

    #[test]
    fn a_clean_stop_gives_back_what_was_reserved() {
        let stored = begun(3).to_store_at_stop();
        let mut ledger = Ledger::resume(stored, &set(&[(1, 3)]));
        assert!(ledger.void().is_empty() && ledger.take().is_none());
        ledger.reserved(ledger.to_store().reserved);
        assert_eq!(ledger.take(), Some(4));
    }

    #[test]
    fn a_restored_hq_gets_again_what_is_still_here() {
        let mut ledger = begun(10);
        assert_eq!(ledger.ack(10, &[]).ended, set(&[(1, 10)]));
        ledger.forget(&set(&[(1, 4)]));
        let acked = ledger.ack(2, &[Range { first: 9, last: 9 }]);
        assert_eq!(acked, Acked { ended: RangeSet::new(), again: set(&[(5, 8), (10, 10)]), fell_back: true });
        assert!(!ledger.ack(2, &[]).fell_back, "it is said once");
        assert_eq!((ledger.upto(), ledger.held()), (2, &set(&[(5, 8), (10, 10)])));
        let again = Ledger::resume(ledger.to_store_at_stop(), &set(&[(5, 10)]));
        assert!(again.void().is_empty(), "what an HQ once had is a gap, not void");
    }

    #[test]
    fn an_ack_beyond_what_was_produced_ends_nothing_later() {
        let mut ledger = begun(2);
        ledger.ack(u64::MAX, &[]);
        assert_eq!(ledger.take(), Some(3));
        assert_eq!((ledger.upto(), ledger.held()), (2, &set(&[(3, 3)])));
    }

    /// What can happen to an agent and its disk.
    #[derive(Clone, Debug)]
    enum Step {
        Produce(u8),
        Flush,
        Send { skip: u8, take: u8 },
        Drop(u8),
        Crash,
        Stop,
    }

    fn any_step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (1u8..40).prop_map(Step::Produce),
            2 => Just(Step::Flush),
            3 => (0u8..20, 1u8..40).prop_map(|(skip, take)| Step::Send { skip, take }),
            1 => (1u8..10).prop_map(Step::Drop),
            1 => Just(Step::Crash),
            1 => Just(Step::Stop),
        ]
    }

    /// An agent, its disk and an HQ.
    struct World {
        ledger: Ledger,
        disk: (Meta, RangeSet),
        hq: Account,
    }

    impl World {
        fn new() -> Self {
            let ledger = Ledger::begin(SpoolId([1; 16]));
            Self { disk: (ledger.to_store_at_stop(), RangeSet::new()), ledger, hq: Account::default() }
        }

        fn flush(&mut self) {
            let meta = self.ledger.to_store();
            let mut reports = self.ledger.held().clone();
            reports.extend(self.ledger.kept());
            self.ledger.reserved(meta.reserved);
            self.disk = (meta, reports);
        }

        fn send(&mut self, numbers: &RangeSet) {
            let header = self.ledger.header(VENUE.parse().expect("a venue"), WallTime::default());
            self.hq.declare(header.produced, &header.dropped, &header.void);
            self.hq.store(numbers);
            let (upto, more) = self.hq.ack();
            self.ledger.ack(upto, &more);
        }

        fn step(&mut self, step: &Step) {
            match *step {
                Step::Produce(n) => {
                    let short = (0..n).filter(|_| self.ledger.take().is_none()).count();
                    if short > 0 {
                        self.flush();
                    }
                }
                Step::Flush => self.flush(),
                Step::Send { skip, take } => {
                    let numbers = self.ledger.held().iter().skip(skip.into()).take(take.into()).collect();
                    self.send(&numbers);
                }
                Step::Drop(n) => {
                    let oldest = self.ledger.held().iter().take(n.into()).collect();
                    self.ledger.give_up(&oldest);
                }
                Step::Crash => self.ledger = Ledger::resume(self.disk.0.clone(), &self.disk.1),
                Step::Stop => {
                    self.flush();
                    let meta = self.ledger.to_store_at_stop();
                    self.ledger = Ledger::resume(meta, &self.disk.1);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn after_any_crashes_every_number_has_exactly_one_end(steps in prop::collection::vec(any_step(), 1..60)) {
            let mut world = World::new();
            for step in &steps {
                world.step(step);
                prop_assert!(world.ledger.held().minus(world.hq.stored()).count() <= world.ledger.produced());
            }
            for _ in 0..100 {
                let all = world.ledger.held().clone();
                world.send(&all);
            }
            let totals = world.hq.totals();
            prop_assert_eq!(totals.produced, world.ledger.produced());
            prop_assert_eq!(totals.missing, 0);
            prop_assert!(world.ledger.held().is_empty());
        }
    }
}
