//! Forms of the disk that were written before, and what they are today.

use std::collections::{BTreeMap, BTreeSet};

use avow_shared::id::VenueId;
use avow_shared::place::PlaceCode;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};

use super::disk::{FIRST, unpack};
use crate::inspection::{self, Line, Missed, NotBegun, Tally, When, Work};

/// The version of plans and of heads before they said a group.
pub(super) const SECOND: u8 = 2;
/// The version of heads before their sums had 部分检测.
const THIRD: u8 = 3;

/// What was ordered, before it said by which group.
#[derive(Serialize, Deserialize)]
struct Ordered {
    title: Box<str>,
    plan: Option<u64>,
    meeting: Option<u64>,
    work: Work,
    operator: Box<str>,
    basis: Box<str>,
    by_calendar: bool,
    given_ms: UnixMs,
    until_ms: UnixMs,
}

impl From<Ordered> for inspection::Ordered {
    fn from(old: Ordered) -> Self {
        let Ordered { title, plan, meeting, work, operator, basis, by_calendar, given_ms, until_ms } = old;
        Self { title, plan, meeting, work, group: None, operator, basis, by_calendar, given_ms, until_ms }
    }
}

/// The head of a run: of version 1, whose sums have no 待填报, of version 2, or of version 3, which says a group.
#[derive(Serialize, Deserialize)]
struct Head<O, S> {
    id: u64,
    ordered: O,
    state: inspection::State,
    revision: u64,
    all: S,
    cities: BTreeMap<PlaceCode, S>,
    counties: BTreeMap<PlaceCode, S>,
    records: u32,
    parts: Vec<VenueId>,
    log: Vec<Line>,
}

/// The sums of version 1.
type FirstSums = [u32; 21];
/// Those of versions 2 and 3.
type Sums = [u32; 22];

/// A head of an earlier version, with the sums of then: before 4, 部分检测 is among 正常 or 整改后正常, and in version 1 待填报 among 未检. What cannot be counted
/// anew keeps them.
pub(super) fn head(value: &[u8]) -> Option<inspection::Head> {
    let third = || unpack::<Head<inspection::Ordered, Sums>>(THIRD, value).map(|old| today(old, tally));
    let second = || unpack::<Head<Ordered, Sums>>(SECOND, value).map(|old| today(old, tally));
    let first = || unpack::<Head<Ordered, FirstSums>>(FIRST, value).map(|old| today(old, first_tally));
    third().or_else(second).or_else(first)
}

fn today<O: Into<inspection::Ordered>, S>(old: Head<O, S>, tally: impl Fn(S) -> Tally) -> inspection::Head {
    let Head { id, ordered, state, revision, all, cities, counties, records, parts, log } = old;
    let sums = |of: BTreeMap<PlaceCode, S>| of.into_iter().map(|(at, sum)| (at, tally(sum))).collect();
    let (all, cities, counties) = (tally(all), sums(cities), sums(counties));
    inspection::Head { id, ordered: ordered.into(), state, revision, all, cities, counties, records, parts, log }
}

fn first_tally(of: FirstSums) -> Tally {
    let [venues, excused, open, untested, abnormal, rest @ ..] = of;
    let mut sums = [0; 22];
    sums[..5].copy_from_slice(&[venues, excused, open, untested, abnormal]);
    sums[6..].copy_from_slice(&rest);
    tally(sums)
}

fn tally(of: Sums) -> Tally {
    let [venues, excused, open, untested, abnormal, unfilled, fixed, normal, degraded, partial, rest @ ..] = of;
    let [items, items_open, items_untested, items_normal, items_degraded, items_abnormal, items_unknown, rest @ ..] =
        rest;
    let [filled, filling, reviewing, returned, submitted] = rest;
    Tally {
        venues,
        excused,
        open,
        untested,
        abnormal,
        unfilled,
        incomplete: 0,
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

/// A plan: of version 1, in which of a slot that was missed nobody knows why, or of version 2.
#[derive(Serialize, Deserialize)]
struct Plan<M> {
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
    missed: Vec<M>,
}

/// A plan of versions 1 or 2, which follows nobody.
pub(super) fn plan(value: &[u8]) -> Option<inspection::Plan> {
    let untold = |slot_ms| Missed { slot_ms, why: NotBegun::Untold };
    let second = unpack::<Plan<Missed>>(SECOND, value).map(|old| plan_of(old, |missed| missed));
    second.or_else(|| unpack::<Plan<UnixMs>>(FIRST, value).map(|old| plan_of(old, untold)))
}

fn plan_of<M>(old: Plan<M>, told: impl Fn(M) -> Missed) -> inspection::Plan {
    let Plan { title, work, when, enabled, operator, basis, created_ms, updated_ms, upto_ms, meetings, missed } = old;
    let missed = missed.into_iter().map(told).collect();
    let follows = None;
    inspection::Plan {
        title,
        work,
        when,
        enabled,
        operator,
        basis,
        created_ms,
        updated_ms,
        upto_ms,
        meetings,
        missed,
        follows,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::disk::{self, FIRST, HEAD, key, pack, unpack};
    use super::super::recount::Recount;
    use super::*;
    use crate::inspection::{Found, ItemResult, ItemState};
    use crate::store::{Batch, Store};

    #[test]
    fn a_head_of_yesterday_is_counted_as_today_and_written_so() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), crate::store::Use::SMALL).expect("opens");
        let mut run = inspection::run_for_tests(2);
        // One waits for a person alone, and nothing was tested at the other.
        Arc::make_mut(&mut run.records[0]).items.clear();
        run.cancel(run.ordered.given_ms + 1);
        let head = inspection::Head::of(&run);
        assert_eq!((head.all.unfilled, head.all.untested), (1, 1));
        let mut batch = Batch::new();
        disk::put(&mut batch, &run, &head, 0);
        // As it was counted: two untested.
        let mut sums: FirstSums = [0; 21];
        (sums[0], sums[3]) = (2, 2);
        let inspection::Head { id, ordered, state, revision, records, parts, log, .. } = head.clone();
        let ordered = yesterday(ordered);
        let (cities, counties) = (BTreeMap::new(), BTreeMap::new());
        let old = Head { id, ordered, state, revision, all: sums, cities, counties, records, parts, log };
        batch.put(&key(HEAD, id), &pack(FIRST, &old));
        store.commit(batch).expect("is written");
        let (mut read, old) = disk::heads(&store).expect("are read");
        assert_eq!(
            (read[&id].all.untested, old.as_slice()),
            (2, [id].as_slice()),
            "as it was counted, and to be counted"
        );
        assert!(Recount::of(old).go_on(&store, &mut read).expect("counts"));
        assert_eq!(read.get(&id).map(Arc::as_ref), Some(&head));
        let written = store.get(&key(HEAD, id)).expect("reads").expect("is there");
        assert_eq!((written[0], disk::heads(&store).expect("are read")), (4, (read, Vec::new())));
    }

    #[test]
    fn a_head_of_yesterday_whose_records_cannot_be_read_keeps_its_sums_and_is_not_written_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), crate::store::Use::SMALL).expect("opens");
        let mut run = inspection::run_for_tests(2);
        run.cancel(run.ordered.given_ms + 1);
        let head = inspection::Head::of(&run);
        let inspection::Head { id, ordered, state, revision, records, parts, log, .. } = head;
        let ordered = yesterday(ordered);
        let mut all: FirstSums = [0; 21];
        (all[0], all[3], all[20]) = (2, 2, 1);
        let place: PlaceCode = "3501".parse().expect("a place");
        let (cities, counties) = (BTreeMap::from([(place, all)]), BTreeMap::new());
        let old = Head { id, ordered, state, revision, all, cities, counties, records, parts, log };
        let mut batch = Batch::new();
        batch.put(&key(HEAD, id), &pack(FIRST, &old));
        store.commit(batch).expect("is written");
        let (mut read, old) = disk::heads(&store).expect("are read");
        assert!(!Recount::of(old).go_on(&store, &mut read).expect("counts"));
        let kept = inspection::Tally { venues: 2, untested: 2, submitted: 1, ..inspection::Tally::default() };
        assert_eq!(read.get(&id).map(|head| (head.all, head.cities.get(&place).copied())), Some((kept, Some(kept))));
        assert_eq!(store.get(&key(HEAD, id)).expect("reads").expect("is there")[0], FIRST);
    }

    #[test]
    fn a_plan_of_yesterday_keeps_its_slots() {
        let ordered = inspection::run_for_tests(2).ordered;
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
            missed: vec![7 as UnixMs, 8],
        };
        let plan = plan(&pack(FIRST, &old)).expect("is read");
        let missed: Vec<_> = plan.missed.iter().map(|missed| (missed.slot_ms, &missed.why)).collect();
        assert_eq!(missed, [(7, &NotBegun::Untold), (8, &NotBegun::Untold)]);
        assert_eq!((plan.upto_ms, plan.meetings, plan.work), (3, BTreeSet::from([9]), ordered.work));
        assert!(unpack::<inspection::Plan>(3, &pack(FIRST, &old)).is_none(), "versions are told apart");
        let missed = plan.missed;
        let Plan { title, work, when, enabled, operator, basis, created_ms, updated_ms, upto_ms, meetings, .. } = old;
        let second = Plan {
            title,
            work,
            when,
            enabled,
            operator,
            basis,
            created_ms,
            updated_ms,
            upto_ms,
            meetings,
            missed: missed.clone(),
        };
        let plan = super::plan(&pack(SECOND, &second)).expect("is read");
        assert_eq!((plan.missed, plan.follows, plan.upto_ms), (missed, None, 3));
    }

    #[test]
    fn heads_of_earlier_versions_keep_what_they_say_and_rooms_of_which_nothing_is_known_are_normal_no_more() {
        for version in [SECOND, THIRD] {
            let folder = tempfile::tempdir().expect("a folder");
            let store = Store::open(folder.path(), crate::store::Use::SMALL).expect("opens");
            let mut run = inspection::run_for_tests(2);
            run.ordered.work.manual.clear();
            run.ordered.group = (version == THIRD).then(|| crate::scope::Named { id: 7, name: "重点会场".into() });
            // One is sound, of the other a line is, and of the camera nothing can be said.
            for (nth, record) in run.records.iter_mut().enumerate() {
                for (at, item) in Arc::make_mut(record).items.iter_mut().enumerate() {
                    let result = if (nth, at) == (1, 1) { ItemResult::Unknown } else { ItemResult::Normal };
                    let detail = "".into();
                    let found = Found { at_ms: 1, result, finding: None, measured: None, detail, evidence: None };
                    item.state = ItemState::Found(Box::new(found));
                }
            }
            run.cancel(run.ordered.given_ms + 1);
            let head = inspection::Head::of(&run);
            assert_eq!((head.all.normal, head.all.incomplete, head.all.partial), (1, 1, 1));
            assert_eq!((head.all.rate(), head.all.coverage()), (Some(1.0), Some(0.5)));
            let mut batch = Batch::new();
            disk::put(&mut batch, &run, &head, 0);
            let mut all: Sums = [0; 22];
            (all[0], all[7]) = (2, 2);
            let inspection::Head { id, ordered, state, revision, records, parts, log, .. } = head.clone();
            let (cities, counties) = (BTreeMap::new(), BTreeMap::new());
            if version == THIRD {
                let old = Head { id, ordered, state, revision, all, cities, counties, records, parts, log };
                batch.put(&key(HEAD, id), &pack(version, &old));
            } else {
                let ordered = yesterday(ordered);
                let old = Head { id, ordered, state, revision, all, cities, counties, records, parts, log };
                batch.put(&key(HEAD, id), &pack(version, &old));
            }
            store.commit(batch).expect("is written");
            let (mut read, old) = disk::heads(&store).expect("are read");
            let then = inspection::Tally { venues: 2, normal: 2, ..inspection::Tally::default() };
            assert_eq!((read[&id].all, &read[&id].ordered, old.as_slice()), (then, &head.ordered, [id].as_slice()));
            assert!(Recount::of(old).go_on(&store, &mut read).expect("counts"));
            assert_eq!(read.get(&id).map(Arc::as_ref), Some(&head));
        }
    }

    fn yesterday(ordered: inspection::Ordered) -> Ordered {
        let inspection::Ordered {
            title,
            plan,
            meeting,
            work,
            operator,
            basis,
            by_calendar,
            given_ms,
            until_ms,
            group: _,
        } = ordered;
        Ordered { title, plan, meeting, work, operator, basis, by_calendar, given_ms, until_ms }
    }
}
