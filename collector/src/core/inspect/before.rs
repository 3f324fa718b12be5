//! Forms of the disk that were written before, and what they are today.

use std::collections::{BTreeMap, BTreeSet};

use avow_shared::id::VenueId;
use avow_shared::place::PlaceCode;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};

use crate::inspection::{self, Line, Missed, NotBegun, Ordered, Sums, When, Work};

/// The head of a run, version 1: its sums have no 待填报.
#[derive(Serialize, Deserialize)]
pub(super) struct Head {
    id: u64,
    ordered: Ordered,
    state: inspection::State,
    revision: u64,
    all: [u32; 21],
    cities: BTreeMap<PlaceCode, [u32; 21]>,
    counties: BTreeMap<PlaceCode, [u32; 21]>,
    records: u32,
    parts: Vec<VenueId>,
    log: Vec<Line>,
}

impl From<Head> for inspection::Head {
    /// Without sums, which are to be made of the records.
    fn from(old: Head) -> Self {
        let Head { id, ordered, state, revision, records, parts, log, .. } = old;
        let (all, cities, counties) = (inspection::Tally::default(), Sums::new(), Sums::new());
        Self { id, ordered, state, revision, all, cities, counties, records, parts, log }
    }
}

/// A plan, version 1: of a slot that was missed nobody knows why.
#[derive(Serialize, Deserialize)]
pub(super) struct Plan {
    title: Box<str>,
    work: Work,
    when: When,
    enabled: bool,
    operator: Box<str>,
    basis: Box<str>,
    created_ms: UnixMs,
    updated_ms: UnixMs,
    upto_ms: UnixMs,
    meetings: BTreeSet<u64>,
    missed: Vec<UnixMs>,
}

impl From<Plan> for inspection::Plan {
    fn from(old: Plan) -> Self {
        let Plan { title, work, when, enabled, operator, basis, created_ms, updated_ms, upto_ms, meetings, missed } =
            old;
        let missed = missed.into_iter().map(|slot_ms| Missed { slot_ms, why: NotBegun::Untold }).collect();
        Self { title, work, when, enabled, operator, basis, created_ms, updated_ms, upto_ms, meetings, missed }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::disk::{self, FIRST, HEAD, key, pack, unpack};
    use super::*;
    use crate::store::{Batch, Store};

    #[test]
    fn a_head_of_yesterday_is_counted_as_today_and_written_so() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), 1 << 20).expect("opens");
        let mut run = inspection::run_for_tests();
        // One waits for a person alone, and nothing was tested at the other.
        Arc::make_mut(&mut run.records[0]).items.clear();
        run.cancel(run.ordered.given_ms + 1);
        let head = inspection::Head::of(&run);
        assert_eq!((head.all.unfilled, head.all.untested), (1, 1));
        let mut batch = Batch::new();
        disk::put(&mut batch, &run, &head, 0);
        // As it was counted: two untested.
        let mut sums = [0; 21];
        (sums[0], sums[3]) = (2, 2);
        let inspection::Head { id, ordered, state, revision, records, parts, log, .. } = head.clone();
        let (cities, counties) = (BTreeMap::new(), BTreeMap::new());
        let old = Head { id, ordered, state, revision, all: sums, cities, counties, records, parts, log };
        batch.put(&key(HEAD, id), &pack(FIRST, &old));
        store.commit(batch).expect("is written");
        let read = disk::heads(&store).expect("are read");
        assert_eq!(read.get(&id).map(Arc::as_ref), Some(&head));
        let written = store.get(&key(HEAD, id)).expect("reads").expect("is there");
        assert_eq!((written[0], disk::heads(&store).expect("are read")), (2, read));
    }

    #[test]
    fn a_plan_of_yesterday_keeps_its_slots() {
        let ordered = inspection::run_for_tests().ordered;
        let old = Plan {
            title: "每日".into(),
            work: ordered.work.clone(),
            when: When::BeforeMeetings { lead_min: 720 },
            enabled: true,
            operator: "张三".into(),
            basis: "".into(),
            created_ms: 1,
            updated_ms: 2,
            upto_ms: 3,
            meetings: BTreeSet::from([9]),
            missed: vec![7, 8],
        };
        let plan = inspection::Plan::from(unpack::<Plan>(FIRST, &pack(FIRST, &old)).expect("is read"));
        let missed: Vec<_> = plan.missed.iter().map(|missed| (missed.slot_ms, &missed.why)).collect();
        assert_eq!(missed, [(7, &NotBegun::Untold), (8, &NotBegun::Untold)]);
        assert_eq!((plan.upto_ms, plan.meetings, plan.work), (3, BTreeSet::from([9]), ordered.work));
        assert!(unpack::<inspection::Plan>(2, &pack(FIRST, &old)).is_none(), "versions are told apart");
    }
}
