//! Disks that fail, fill and come back, and images that are put back.

use avow_shared::account::Account;
use avow_shared::time::WallTime;
use avow_shared::venue::Description;
use avow_shared::wire::Event;

use super::*;
use crate::spool::Spool;
use crate::spool::memory::Memory;

const LIMITS: Limits = Limits {
    disk_bytes: 20_000,
    memory_bytes: 2_000,
    keep_ms: 1_000_000,
    commit_every_ms: 60_000,
    settle_every_ms: 300_000,
};

/// A disk that can be made to fail.
#[derive(Default)]
struct Faulty {
    disk: Memory,
    /// What the disk says instead of doing it.
    fails: bool,
}

struct World {
    keeper: Keeper,
    disk: Faulty,
    now_ms: u64,
}

fn event(text: &str) -> Report {
    let code = "agent.started".parse().expect("a code");
    Report::Event(Event { at: WallTime::default(), code, text: text.into() })
}

fn description() -> Report {
    let (place, domain) = ("350102".parse().expect("a place"), avow_shared::venue::Domain::GovernmentExtranet);
    Report::Description(Description { place, domain, software: "test".into(), venues: vec![] })
}

fn routine() -> Report {
    Report::Outcome(avow_shared::outcome::Outcome {
        venue: "350102001-01".parse().expect("a venue"),
        probe: "p".parse().expect("a probe"),
        at: WallTime::default(),
        took_ms: 1,
        verdict: avow_shared::outcome::Verdict::Pass,
        detail: "x".repeat(60).into(),
        values: vec![],
        evidence: vec![],
    })
}

fn opened(fresh: u8) -> Opened {
    Opened { meta: None, chunks: vec![], fresh_id: SpoolId([fresh; 16]), set_aside: None }
}

impl World {
    fn new() -> Self {
        Self { keeper: Keeper::new(&opened(1), LIMITS, 0), disk: Faulty::default(), now_ms: 0 }
    }

    /// Lets the disk do what is due.
    fn work(&mut self) {
        while let Some(job) = self.keeper.poll_job(self.now_ms) {
            let done = match job {
                _ if self.disk.fails => {
                    Done::Failed(Error::Unavailable { path: "/spool".into(), detail: "No space left on device".into() })
                }
                Job::Commit(changes) => self.disk.disk.commit(&changes).map(|()| Done::Committed).expect("memory"),
                Job::Read(first) => Done::Read(self.disk.disk.read(first).expect("memory")),
            };
            self.keeper.done(done, self.now_ms);
        }
    }

    fn produce(&mut self, count: usize) {
        for _ in 0..count {
            self.keeper.produce(routine(), false, self.now_ms);
            self.work();
        }
    }

    fn later(&mut self, ms: u64) {
        self.now_ms += ms;
        self.work();
    }

    /// What HQ holds to be missing after it got everything that is held.
    fn missing(&self) -> u64 {
        let mut hq = Account::default();
        let ledger = self.keeper.ledger();
        loop {
            let header = ledger.header("350102001-01".parse().expect("a venue"), WallTime::default());
            hq.declare(header.produced, &header.dropped, &header.void);
            let before = hq.totals().missing;
            hq.store(ledger.held());
            hq.store(ledger.kept());
            if hq.totals().missing == before {
                return before;
            }
        }
    }
}

#[test]
fn routine_reports_wait_for_a_minute_and_urgent_ones_do_not() {
    let mut world = World::new();
    world.work();
    world.produce(3);
    assert_eq!(world.keeper.shelf.chunks().count(), 0);
    assert_eq!(world.keeper.wake_ms(), 60_000);
    world.later(60_000);
    assert_eq!(world.keeper.shelf.chunks().count(), 1);
    world.keeper.produce(event("urgent"), true, world.now_ms);
    world.work();
    assert_eq!(world.keeper.shelf.chunks().count(), 2);
}

#[test]
fn what_hq_has_waits_for_five_minutes_so_that_the_flash_lasts() {
    let mut world = World::new();
    world.work();
    let chunks = |world: &World| world.keeper.shelf.chunks().count();
    for minute in 1..=4u64 {
        world.produce(2);
        world.keeper.ack(2 * minute, &[], world.now_ms);
        world.later(60_000);
        assert_eq!(chunks(&world), 0, "minute {minute}");
    }
    world.produce(1);
    world.later(59_999);
    assert_eq!(chunks(&world), 0);
    world.later(1);
    assert_eq!(chunks(&world), 1, "one that HQ has not waits for a minute, the others go with it");
    world.keeper.ack(9, &[], world.now_ms);
    world.later(299_999);
    assert_eq!((chunks(&world), world.keeper.wake_ms()), (1, world.now_ms + 1));
    assert_eq!(world.missing(), 0);
}

#[test]
fn much_in_memory_is_written_before_it_is_too_much() {
    let mut world = World::new();
    world.work();
    for number in 1..=50 {
        world.produce(1);
        world.keeper.ack(number, &[], world.now_ms);
    }
    assert!(world.keeper.shelf.chunks().count() > 0);
    assert_eq!(world.keeper.counts().dropped, 0);
}

#[test]
fn a_full_disk_stops_nothing_and_what_finds_no_room_is_counted() {
    let mut world = World::new();
    world.work();
    world.disk.fails = true;
    world.keeper.produce(event("an answer"), true, 0);
    world.work();
    assert!(world.keeper.counts().trouble.contains("No space left"));
    world.produce(100);
    let counts = world.keeper.counts();
    assert!(counts.dropped > 0 && counts.held + counts.dropped == 101, "{counts:?}");
    assert!(world.keeper.shelf.fresh_bytes() <= LIMITS.memory_bytes);
    assert!(world.keeper.get(1).is_some(), "the answer stays, routine goes");
    world.disk.fails = false;
    world.later(60_000);
    assert_eq!((world.keeper.counts().trouble.as_str(), world.keeper.is_at_rest()), ("", true));
    assert_eq!(world.missing(), 0);
}

#[test]
fn a_disk_that_cannot_be_written_at_start_gives_no_numbers_until_it_can() {
    let mut world = World::new();
    world.disk.fails = true;
    world.produce(MAX_WAITING + 5);
    assert_eq!((world.keeper.counts().produced, world.keeper.counts().waiting), (0, MAX_WAITING as u64));
    world.disk.fails = false;
    world.later(LONGEST_REST_MS);
    let counts = world.keeper.counts();
    assert_eq!((counts.produced, counts.waiting), (MAX_WAITING as u64 + 5, 0), "every one is numbered: {counts:?}");
    assert!(counts.dropped >= 5 && counts.held > 0 && counts.held + counts.dropped == counts.produced, "{counts:?}");
    assert_eq!(world.missing(), 0);
}

#[test]
fn the_oldest_routine_reports_go_when_the_spool_is_full() {
    let mut world = World::new();
    world.work();
    world.keeper.produce(event("the description"), true, 0);
    world.work();
    for _ in 0..40 {
        world.produce(10);
        world.later(60_000);
    }
    let counts = world.keeper.counts();
    assert!(counts.bytes <= LIMITS.disk_bytes as u64 && counts.dropped > 0, "{counts:?}");
    assert_eq!(counts.produced, counts.held + counts.dropped);
    assert!(world.keeper.ledger().held().contains(1), "the description stays");
    assert_eq!(world.keeper.ledger().held().highest(), Some(counts.produced), "the newest stay");
    assert_eq!(world.missing(), 0);
}

#[test]
fn acknowledged_reports_are_kept_for_a_restored_hq_and_go_first_when_room_is_needed() {
    let mut world = World::new();
    world.work();
    world.produce(10);
    world.later(60_000);
    world.keeper.ack(10, &[], world.now_ms);
    let again = world.keeper.ack(4, &[], world.now_ms).again;
    assert_eq!(again.iter().collect::<Vec<_>>(), [5, 6, 7, 8, 9, 10]);
    world.keeper.want(7);
    world.work();
    assert!(world.keeper.get(7).is_some(), "read back from disk");
    world.keeper.ack(10, &[], world.now_ms);
    for _ in 0..18 {
        world.produce(15);
        world.keeper.produce(event("urgent"), true, world.now_ms);
        world.work();
    }
    let counts = world.keeper.counts();
    assert!(counts.kept == 0 && counts.bytes <= LIMITS.disk_bytes as u64, "{counts:?}");
    let mut world = World::new();
    world.work();
    world.produce(10);
    world.later(60_000);
    world.keeper.ack(10, &[], world.now_ms);
    world.later(60_000);
    assert_eq!(world.keeper.counts().kept, 10);
    world.now_ms += LIMITS.keep_ms;
    world.produce(1);
    world.later(60_000);
    assert_eq!(world.keeper.counts().kept, 10, "they go together, once an hour");
    world.now_ms += SWEEP_MS.min(LIMITS.keep_ms);
    world.produce(1);
    world.later(60_000);
    assert_eq!(world.keeper.counts().kept, 0, "a day is over");
}

#[test]
fn a_disk_image_that_was_put_back_never_uses_a_number_twice() {
    let mut world = World::new();
    world.work();
    world.produce(5);
    let image = Opened {
        meta: Some(postcard::to_allocvec(&world.keeper.ledger().to_store_at_stop()).expect("encodes")),
        ..opened(2)
    };
    let mut again = World { keeper: Keeper::new(&image, LIMITS, 0), ..World::new() };
    again.work();
    again.produce(3);
    assert!(!again.keeper.begin_anew_if_behind(8, &[], 0));
    assert!(again.keeper.begin_anew_if_behind(500, &[], 0), "HQ knows numbers that this disk never gave");
    again.work();
    assert_eq!(again.keeper.ledger().spool(), SpoolId([2; 16]));
    assert_eq!((again.keeper.counts().produced, again.keeper.counts().held), (3, 3), "what is in memory is kept");
}

#[test]
fn a_clean_stop_leaves_nothing_void() {
    let mut world = World::new();
    world.work();
    world.produce(7);
    world.keeper.stop();
    world.work();
    assert!(world.keeper.is_at_rest());
    let meta = world.keeper.ledger().to_store_at_stop();
    assert_eq!((meta.reserved, meta.void.count(), world.missing()), (7, 0, 0));
}

#[test]
fn a_disk_that_takes_nothing_for_long_costs_neither_the_description_nor_what_is_rare() {
    let mut world = World::new();
    world.disk.fails = true;
    world.keeper.produce(description(), true, 0);
    world.keeper.produce(event("started"), true, 0);
    world.produce(MAX_WAITING + 5);
    world.disk.fails = false;
    world.later(LONGEST_REST_MS);
    let is_there = |wanted: fn(&Report) -> bool| {
        let held = world.keeper.ledger().held().iter();
        held.filter_map(|number| world.keeper.get(number)).filter(|(report, _)| wanted(report)).count()
    };
    assert_eq!(is_there(|report| matches!(report, Report::Description(_))), 1);
    assert_eq!(is_there(|report| matches!(report, Report::Event(_))), 1);
    assert_eq!((world.keeper.counts().produced, world.missing()), (MAX_WAITING as u64 + 7, 0));
}

#[test]
fn of_what_is_not_routine_the_newest_description_goes_last() {
    let mut world = World::new();
    world.disk.fails = true;
    world.keeper.produce(event("an order's answer"), true, 0);
    world.keeper.produce(description(), true, 0);
    for _ in 0..MAX_WAITING + 5 {
        world.keeper.produce(event("a meeting"), true, 0);
    }
    world.disk.fails = false;
    world.later(LONGEST_REST_MS);
    assert_eq!(world.keeper.counts().produced, MAX_WAITING as u64 + 7);
    let held = world.keeper.ledger().held();
    let kept = held.iter().filter_map(|number| world.keeper.get(number));
    assert_eq!(kept.filter(|(report, _)| matches!(report, Report::Description(_))).count(), 1, "{held:?}");
}

#[test]
fn a_spool_that_is_begun_anew_counts_what_no_longer_finds_room_and_keeps_the_newest() {
    let mut world = World::new();
    world.work();
    world.disk.fails = true;
    world.produce(usize::try_from(crate::spool::ledger::BLOCK).expect("small") + MAX_WAITING - 1);
    world.keeper.produce(event("the newest"), true, world.now_ms);
    world.work();
    let fresh = world.keeper.shelf.fresh().count() as u64;
    assert!(fresh > 0 && world.keeper.counts().waiting == MAX_WAITING as u64, "{:?}", world.keeper.counts());

    world.later(LONGEST_REST_MS);
    world.keeper.work = Work::Committing { written: vec![], removed: vec![], reserved: 0 };
    assert!(world.keeper.done(Done::Failed(Error::BegunAnew(Box::new(opened(2)))), world.now_ms));
    assert_eq!(world.keeper.counts().waiting, MAX_WAITING as u64);
    world.disk = Faulty::default();
    world.later(LONGEST_REST_MS);
    let counts = world.keeper.counts();
    assert_eq!(counts.produced, MAX_WAITING as u64 + fresh, "every one has a number: {counts:?}");
    let newest = world.keeper.get(counts.produced).map(|(report, _)| report.clone());
    assert_eq!(newest, Some(event("the newest")));
    assert_eq!(world.missing(), 0);
}
