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
    /// With the sums of then, in which 待填报 is among 未检: what cannot be counted anew keeps them.
    fn from(old: Head) -> Self {
        let Head { id, ordered, state, revision, all, cities, counties, records, parts, log } = old;
        let sums = |of: BTreeMap<PlaceCode, [u32; 21]>| of.into_iter().map(|(at, sum)| (at, tally(sum))).collect();
        let (all, cities, counties): (_, Sums, Sums) = (tally(all), sums(cities), sums(counties));
        Self { id, ordered, state, revision, all, cities, counties, records, parts, log }
    }
}

fn tally(of: [u32; 21]) -> inspection::Tally {
    let [venues, excused, open, untested, abnormal, fixed, normal, degraded, partial, rest @ ..] = of;
    let [items, items_open, items_untested, items_normal, items_degraded, items_abnormal, items_unknown, rest @ ..] =
        rest;
    let [filled, filling, reviewing, returned, submitted] = rest;
    inspection::Tally {
        venues,
        excused,
        open,
        untested,
        abnormal,
        unfilled: 0,
        fixed,
        normal,
        degraded,
        partial,
        items,
        items_open,
        items_untested,
        items_normal,
        items_degraded,
        items_abnormal,
        items_unknown,
        filled,
        filling,
        reviewing,
        returned,
        submitted,
    }
}

/// A template, version 1: it does not say how long before a meeting it goes.
#[derive(Serialize, Deserialize)]
pub(super) struct Template {
    key: Box<str>,
    title: Box<str>,
    work: Work,
}

impl From<Template> for inspection::Template {
    fn from(Template { key, title, work }: Template) -> Self {
        let lead_min = if &*key == "before-day" { inspection::A_DAY_MIN } else { inspection::HALF_A_DAY_MIN };
        let lead_min = (work.kind == inspection::Kind::Before).then_some(lead_min);
        Self { key, title, work, lead_min }
    }
}

#[cfg(test)]
impl From<inspection::Template> for Template {
    fn from(inspection::Template { key, title, work, .. }: inspection::Template) -> Self {
        Self { key, title, work }
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
    fn a_head_of_yesterday_whose_records_cannot_be_read_keeps_its_sums_and_is_not_written_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), 1 << 20).expect("opens");
        let head = inspection::Head::of(&inspection::run_for_tests());
        let inspection::Head { id, ordered, state, revision, records, parts, log, .. } = head;
        let mut all = [0; 21];
        (all[0], all[3], all[20]) = (2, 2, 1);
        let place: PlaceCode = "3501".parse().expect("a place");
        let (cities, counties) = (BTreeMap::from([(place, all)]), BTreeMap::new());
        let old = Head { id, ordered, state, revision, all, cities, counties, records, parts, log };
        let mut batch = Batch::new();
        batch.put(&key(HEAD, id), &pack(FIRST, &old));
        store.commit(batch).expect("is written");
        let read = disk::heads(&store).expect("are read");
        let kept = inspection::Tally { venues: 2, untested: 2, submitted: 1, ..inspection::Tally::default() };
        assert_eq!(read.get(&id).map(|head| (head.all, head.cities.get(&place).copied())), Some((kept, Some(kept))));
        assert_eq!(store.get(&key(HEAD, id)).expect("reads").expect("is there")[0], FIRST);
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
