//! Plans that follow a saved group: who is in it is asked when a run begins, and a group that was removed begins nothing. Pure.

use super::plan::{NotBegun, Plan, RoomsOf};
use crate::groups::Groups;
use crate::meetings::Meetings;
use crate::province::Tree;
use crate::scope::{Named, Scope};

/// What plans are seen against.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// HQ's meetings.
    pub meetings: &'a Meetings,
    /// Saved groups.
    pub groups: &'a Groups,
    /// The rooms of a unit.
    pub rooms: &'a RoomsOf<'a>,
    /// The tree of places in force.
    pub tree: &'a Tree,
}

impl Plan {
    /// Whom it means now, and by which group.
    ///
    /// # Errors
    /// The group that it follows is gone.
    pub fn scope(&self, groups: &Groups) -> Result<(Scope, Option<Named>), NotBegun> {
        let Some(followed) = &self.follows else { return Ok((self.work.scope.clone(), None)) };
        let group = groups.get(followed.id).ok_or_else(|| NotBegun::NoGroup(followed.name.clone()))?;
        Ok((group.scope.clone(), Some(Named { id: followed.id, name: group.name.clone() })))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use avow_shared::id::{UnitId, VenueId};

    use super::super::plan::{Due, PlanChange, Plans, When};
    use super::super::tests::{NOW, venue, work};
    use super::super::{Missed, Spread};
    use super::*;
    use crate::calendar::{Days, Rule, Times};
    use crate::groups::{Change, Group};
    use crate::meetings::{Meeting, Whom};
    use crate::province::tree_for_tests;

    const HOUR: u64 = 3_600_000;

    fn group(name: &str, venues: Vec<VenueId>) -> Group {
        let scope = Scope { venues, ..Scope::default() };
        Group { name: name.into(), note: "".into(), scope, changed_ms: 1, changed_by: "".into() }
    }

    fn following(when: When, id: u64) -> Box<Plan> {
        Box::new(Plan {
            title: "重点会场".into(),
            work: work(Spread::default()),
            when,
            enabled: true,
            operator: "值班员".into(),
            basis: Box::default(),
            created_ms: 0,
            updated_ms: 0,
            upto_ms: 0,
            meetings: [].into(),
            missed: vec![],
            follows: Some(Named { id, name: "甲".into() }),
        })
    }

    fn told(plans: &Plans) -> Vec<Missed> {
        plans.plans.values().flat_map(|plan| plan.missed.clone()).collect()
    }

    fn whom(due: &[Due]) -> Vec<Option<(Vec<VenueId>, Box<str>)>> {
        let one = |due: &Due| {
            let ordered = due.begins.as_ref().ok()?;
            Some((ordered.work.scope.venues.clone(), ordered.group.as_ref()?.name.clone()))
        };
        due.iter().map(one).collect()
    }

    #[test]
    fn a_plan_means_who_is_in_its_group_when_it_begins_and_nobody_when_that_is_gone() {
        let (mut groups, meetings) = (Groups::default(), Meetings::default());
        let id = groups.change(Change::Put(None, group("甲", vec![venue(1)])), 7).expect("is taken").put.expect("one");
        let mut plans = Plans::default();
        let hourly =
            Rule { days: Days::Every, times: Times::Hours { every: 1, from: "00:00".parse().expect("a time") } };
        plans.change(PlanChange::Put(None, following(When::Calendar(hourly), id)), NOW).expect("is taken");
        let rooms = |_: &UnitId| Vec::new();
        let mut due = |groups: &Groups, now| {
            let around = Around { meetings: &meetings, groups, rooms: &rooms, tree: tree_for_tests() };
            (plans.due(&around, now), told(&plans))
        };
        let (begun, missed) = due(&groups, NOW + HOUR);
        assert_eq!((whom(&begun), missed), (vec![Some((vec![venue(1)], "甲".into()))], vec![]));
        groups.change(Change::Put(Some(id), group("乙", vec![venue(2), venue(3)])), 8).expect("is changed");
        let (begun, _) = due(&groups, NOW + 2 * HOUR);
        assert_eq!(whom(&begun), [Some((vec![venue(2), venue(3)], "乙".into()))], "as it is now");
        groups.change(Change::Remove(id), 9).expect("goes");
        let (begun, missed) = due(&groups, NOW + 3 * HOUR);
        let gone = Missed { slot_ms: NOW + 3 * HOUR, why: NotBegun::NoGroup("甲".into()) };
        assert_eq!((whom(&begun), missed), (vec![None], vec![gone]), "and is told once");
        let (begun, missed) = due(&groups, NOW + 3 * HOUR + 1_000);
        assert_eq!((begun.len(), missed.len()), (0, 1));
    }

    #[test]
    fn who_of_a_group_takes_part_in_a_meeting_is_tested_before_it() {
        let mut groups = Groups::default();
        let members = vec![venue(1), venue(2)];
        let id = groups.change(Change::Put(None, group("甲", members)), 7).expect("is taken").put.expect("one");
        let mut plans = Plans::default();
        let before = When::BeforeMeetings { lead_min: 720 };
        plans.change(PlanChange::Put(None, following(before, id)), NOW).expect("is taken");
        let rooms = |_: &UnitId| Vec::new();
        let mut meetings = Meetings::default();
        let mut meeting = |number, venues| {
            let (from_ms, whom) = (NOW + 13 * HOUR, Whom::Venues(venues));
            let meeting = Meeting { title: "会商".into(), from_ms, to_ms: from_ms + HOUR, whom };
            meetings.put(number, Arc::new(meeting));
            meetings.clone()
        };
        let (_, meetings) = (meeting(7, vec![venue(2), venue(3)]), meeting(8, vec![venue(3)]));
        let around = Around { meetings: &meetings, groups: &groups, rooms: &rooms, tree: tree_for_tests() };
        let plan = Arc::clone(plans.plans.values().next().expect("a plan"));
        assert_eq!(plans.slots(&plan, &around, (NOW, NOW + 24 * HOUR), 9), [NOW + HOUR], "others meet without them");
        let due = plans.due(&around, NOW + HOUR);
        assert_eq!(whom(&due), [Some((vec![venue(2)], "甲".into()))]);
        // Who would have taken part in the other nobody can tell without the group.
        let none = Groups::default();
        let around = Around { groups: &none, ..around };
        assert_eq!(plans.slots(&plan, &around, (NOW, NOW + 24 * HOUR), 9), [NOW + HOUR, NOW + HOUR]);
        let due = plans.due(&around, NOW + HOUR);
        assert_eq!((whom(&due), told(&plans).len()), (vec![None], 1));
        assert!(plans.due(&around, NOW + HOUR + 1).is_empty(), "told once");
    }
}
