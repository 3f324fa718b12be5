//! Plans: what is inspected when. Pure: the calendar, HQ's meetings and the time go in; what begins now and what was missed come out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use avow_shared::id::{UnitId, VenueId};
use avow_shared::place::PlaceCode;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::days::OfficialDays;
use super::follow::Around;
use super::order::{Kind, Ordered, Work};
use super::template::{Template, built_in};
use crate::calendar::{Minute, Rule, Times};
use crate::groups::Groups;
use crate::meetings::{BEFORE_MS, Meeting, Whom};
use crate::scope::{Named, Scope};

/// The most plans.
pub const MOST_PLANS: usize = 200;
/// So many runs may be open at once.
pub const MOST_OPEN: usize = 8;
/// What was dealt with for later than this was so by a clock that has been set back since.
const AHEAD_MS: u64 = 3_600_000;
/// A slot that is late by more than this was missed: HQ was off. It is not made up.
const LATE_MS: u64 = 10 * 60_000;
/// In the last minutes before a meeting nothing may disturb it.
#[expect(clippy::cast_possible_truncation, reason = "half an hour")]
const BEFORE_MIN: u32 = (BEFORE_MS / 60_000) as u32;
/// The longest lead before a meeting, minutes.
pub const LONGEST_LEAD_MIN: u32 = 7 * 1_440;

/// When a plan runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum When {
    /// When a person begins it.
    ByHand,
    /// By the calendar.
    Calendar(Rule),
    /// So long before each of HQ's meetings, of those who take part and lie in the plan's scope.
    BeforeMeetings {
        /// Minutes.
        lead_min: u32,
    },
}

/// What quiet hours do to a plan that begins by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unquiet {
    /// It is due in them: its tests begin behind them, and its window is longer by that.
    Later,
    /// They may take all of the time before a meeting: nobody may be tested.
    Never,
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What people call it.
    pub title: Box<str>,
    /// What is done.
    pub work: Work,
    /// When.
    pub when: When,
    /// Whether the calendar begins it.
    pub enabled: bool,
    /// Who answers for it.
    pub operator: Box<str>,
    /// On whose word.
    pub basis: Box<str>,
    /// When it was made.
    pub created_ms: UnixMs,
    /// When a person last changed it.
    pub updated_ms: UnixMs,
    /// Slots up to here are dealt with.
    pub upto_ms: UnixMs,
    /// Meetings that are dealt with.
    pub meetings: BTreeSet<u64>,
    /// The newest slots that began no run, the oldest first, at most 32.
    pub missed: Vec<Missed>,
    /// The saved group that it follows, with its name when the plan was kept: who is in it is asked when a run begins, and the scope of
    /// `work` names nobody.
    pub follows: Option<Named>,
}

/// A slot that began no run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// Which.
    pub slot_ms: UnixMs,
    /// Why.
    pub why: NotBegun,
}

/// Why no run begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum NotBegun {
    /// HQ was off when it was due.
    #[error("HQ was off when it was due")]
    Off,
    /// It was missed before reasons were kept.
    #[error("it was missed")]
    Untold,
    /// There is no room.
    #[error("{MOST_OPEN} inspection runs are open already; end one of them first")]
    Full,
    /// Its scope has no room.
    #[error("there is no venue in this scope that could be inspected")]
    Nobody,
    /// Its scope names a place that does not exist.
    #[error("there is no place {0}")]
    NoPlace(PlaceCode),
    /// The same of a venue.
    #[error("there is no venue {0}")]
    NoVenue(VenueId),
    /// The same of a unit.
    #[error("there is no unit {0}")]
    NoUnit(UnitId),
    /// It could not be written down.
    #[error("it cannot be written: {0}")]
    Disk(Box<str>),
    /// The group that it follows was removed; its name when it was followed.
    #[error("the group '{0}' that it follows was removed")]
    NoGroup(Box<str>),
}

/// The rooms of a unit that HQ knows.
pub type RoomsOf<'a> = dyn Fn(&UnitId) -> Vec<VenueId> + 'a;

/// What was on disk and could not be read: the built-in is in force in its place, until somebody writes it anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// Templates.
    pub templates: bool,
    /// Working days.
    pub days: bool,
}

/// So many slots that began no run are told of a plan.
const MOST_MISSED: usize = 32;

/// What the calendar wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Of which plan.
    pub plan: u64,
    /// For which time.
    pub slot_ms: UnixMs,
    /// What begins, or why nothing does; the plan tells of that already.
    pub begins: Result<Box<Ordered>, NotBegun>,
}

/// All plans, the templates, and the calendar of working days.
#[derive(Clone, Debug, PartialEq)]
pub struct Plans {
    /// By number.
    pub plans: BTreeMap<u64, Arc<Plan>>,
    /// The templates in force.
    pub templates: Vec<Template>,
    /// Working days.
    pub days: OfficialDays,
    /// What of them could not be read.
    pub unread: Unread,
}

impl Default for Plans {
    fn default() -> Self {
        Self { plans: BTreeMap::new(), templates: built_in(), days: OfficialDays::default(), unread: Unread::default() }
    }
}

/// A change by a person.
#[derive(Clone, Debug)]
pub enum PlanChange {
    /// A new one, or another in the place of one.
    Put(Option<u64>, Box<Plan>),
    /// One less.
    Remove(u64),
    /// Other templates; none: the built-in ones.
    Templates(Option<Vec<Template>>),
    /// Another year of working days.
    Year(u16, super::days::Year),
}

/// Why a change is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPlan {
    /// It does not exist.
    #[error("there is no inspection plan {0}")]
    Nothing(u64),
    /// There is no room.
    #[error("there are {MOST_PLANS} plans already; remove one first")]
    Full,
}

impl Plans {
    /// Makes a change; the number of the plan that is new or changed.
    ///
    /// # Errors
    /// Why not; nothing has changed then.
    pub fn change(&mut self, change: PlanChange, now: UnixMs) -> Result<Option<u64>, NoPlan> {
        match change {
            PlanChange::Put(None, _) if self.plans.len() >= MOST_PLANS => Err(NoPlan::Full),
            PlanChange::Put(None, plan) => {
                let id = self.plans.last_key_value().map_or(now, |(last, _)| now.max(last + 1));
                self.plans.insert(id, Arc::new(Plan { created_ms: now, updated_ms: now, upto_ms: now, ..*plan }));
                Ok(Some(id))
            }
            PlanChange::Put(Some(id), plan) => {
                let Plan { created_ms, meetings, missed, .. } =
                    Plan::clone(self.plans.get(&id).ok_or(NoPlan::Nothing(id))?);
                // What lay before the change is no slot of the new rule.
                let plan = Plan { created_ms, updated_ms: now, upto_ms: now, meetings, missed, ..*plan };
                self.plans.insert(id, Arc::new(plan));
                Ok(Some(id))
            }
            PlanChange::Remove(id) => self.plans.remove(&id).map(|_| None).ok_or(NoPlan::Nothing(id)),
            PlanChange::Templates(templates) => {
                self.templates = templates.unwrap_or_else(built_in);
                self.unread.templates = false;
                Ok(None)
            }
            PlanChange::Year(of, year) => {
                self.days.0.insert(of, year);
                self.unread.days = false;
                if self.days.0.len() > super::days::MOST_YEARS {
                    self.days.0.pop_first();
                }
                Ok(None)
            }
        }
    }

    /// What is due; each slot once, and of each plan one at most. The caller writes the plan down together with what begins, so that a
    /// restart begins nothing twice and forgets nothing.
    pub fn due(&mut self, around: &Around<'_>, now: UnixMs) -> Vec<Due> {
        let mut due = Vec::new();
        for (id, plan) in self.plans.iter_mut().filter(|(_, plan)| plan.enabled) {
            match plan.when.clone() {
                When::ByHand => {}
                When::Calendar(rule) => {
                    // A clock that ran ahead for a while dealt with what has not come yet: that comes all the same.
                    let is_ahead = plan.upto_ms > now + AHEAD_MS;
                    let upto_ms = if is_ahead { now.saturating_sub(LATE_MS) } else { plan.upto_ms };
                    if let Some(slot_ms) = rule.next(upto_ms, &self.days).filter(|slot_ms| *slot_ms <= now) {
                        let plan = Arc::make_mut(plan);
                        plan.upto_ms = slot_ms;
                        let is_missed = now > slot_ms + LATE_MS;
                        let begins = if is_missed { Err(NotBegun::Off) } else { plan.ordered(*id, around.groups, now) };
                        due.push(plan.due(*id, slot_ms, begins));
                    }
                }
                When::BeforeMeetings { lead_min } => {
                    let meetings = around.meetings;
                    let wanted = before(plan, lead_min, around, now);
                    let is_gone = plan.meetings.iter().any(|known| meetings.iter().all(|(id, _)| id != *known));
                    if wanted.is_empty() && !is_gone {
                        continue;
                    }
                    let plan = Arc::make_mut(plan);
                    plan.meetings.retain(|known| meetings.iter().any(|(id, _)| id == *known));
                    for (number, slot_ms, whom, meeting) in wanted.into_iter().take(1) {
                        plan.meetings.insert(number);
                        let begins = whom.map(|(scope, group)| {
                            let ordered = plan.ordered_of(*id, (scope, group), now);
                            let title = format!("{}：{}", plan.title, meeting.title).into();
                            let until_ms = ordered.until_ms.min(meeting.covers().0);
                            Ordered { title, meeting: Some(number), until_ms, ..ordered }
                        });
                        due.push(plan.due(*id, slot_ms, begins));
                    }
                }
            }
        }
        due
    }

    /// The plans that follow a saved group.
    pub fn following(&self, group: u64) -> impl Iterator<Item = (u64, &Arc<Plan>)> {
        let follows = move |plan: &Plan| plan.follows.as_ref().is_some_and(|named| named.id == group);
        self.plans.iter().map(|(id, plan)| (*id, plan)).filter(move |(_, plan)| follows(plan))
    }

    /// What was due could not begin: it is told with the reason.
    pub fn missed(&mut self, id: u64, slot_ms: UnixMs, why: NotBegun) {
        if let Some(plan) = self.plans.get_mut(&id) {
            Arc::make_mut(plan).miss(slot_ms, why);
        }
    }

    /// When a plan runs between two moments, at most `most` times.
    #[must_use]
    pub fn slots(
        &self,
        plan: &Plan,
        around: &Around<'_>,
        (from_ms, to_ms): (UnixMs, UnixMs),
        most: usize,
    ) -> Vec<UnixMs> {
        match &plan.when {
            _ if !plan.enabled => Vec::new(),
            When::ByHand => Vec::new(),
            When::Calendar(rule) => rule.between(from_ms.saturating_sub(1), to_ms, most, &self.days),
            When::BeforeMeetings { lead_min } => {
                let slot = |meeting: &Meeting| meeting.from_ms.saturating_sub(u64::from(*lead_min) * 60_000);
                let timely = around.meetings.iter().filter(|(_, meeting)| (from_ms..=to_ms).contains(&slot(meeting)));
                // Of a group that is gone nobody knows who takes part: every meeting's slot comes, and will say so.
                let scope = plan.scope(around.groups).ok().map(|(scope, _)| scope);
                let takes_part = |meeting: &Meeting| {
                    scope.as_ref().is_none_or(|scope| of_meeting(scope, &meeting.whom, around).is_some())
                };
                let of_scope = timely.filter(|(_, meeting)| takes_part(meeting));
                let mut slots: Vec<UnixMs> = of_scope.map(|(_, meeting)| slot(meeting)).collect();
                slots.sort_unstable();
                slots.truncate(most);
                slots
            }
        }
    }
}

impl Plan {
    /// What its quiet hours do to when it runs; none when nothing, or when a person begins it.
    #[must_use]
    pub fn unquiet(&self) -> Option<Unquiet> {
        let quiet = self.work.quiet?;
        match &self.when {
            When::ByHand => None,
            // In the last of it nothing may disturb the meeting.
            When::BeforeMeetings { lead_min } => {
                let free_min = lead_min.saturating_sub(BEFORE_MIN);
                (free_min <= u32::from(quiet.length_min())).then_some(Unquiet::Never)
            }
            When::Calendar(Rule { times: Times::At(times), .. }) => {
                let is_quiet = |minute: &Minute| quiet.has_minute(minute.of_day());
                times.iter().any(is_quiet).then_some(Unquiet::Later)
            }
            // Every few hours: some of its times lie outside them.
            When::Calendar(_) => None,
        }
    }

    fn miss(&mut self, slot_ms: UnixMs, why: NotBegun) {
        self.missed.push(Missed { slot_ms, why });
        let over = self.missed.len().saturating_sub(MOST_MISSED);
        self.missed.drain(..over);
    }

    /// What comes of a slot; that nothing begins is noted.
    fn due(&mut self, id: u64, slot_ms: UnixMs, begins: Result<Ordered, NotBegun>) -> Due {
        if let Err(why) = &begins {
            self.miss(slot_ms, why.clone());
        }
        Due { plan: id, slot_ms, begins: begins.map(Box::new) }
    }

    /// What a run of it orders.
    ///
    /// # Errors
    /// The group that it follows is gone.
    pub fn ordered(&self, id: u64, groups: &Groups, now: UnixMs) -> Result<Ordered, NotBegun> {
        Ok(self.ordered_of(id, self.scope(groups)?, now))
    }

    fn ordered_of(&self, id: u64, (scope, group): (Scope, Option<Named>), now: UnixMs) -> Ordered {
        Ordered {
            title: self.title.clone(),
            plan: Some(id),
            meeting: None,
            work: Work { scope, ..self.work.clone() },
            group,
            operator: self.operator.clone(),
            basis: self.basis.clone(),
            by_calendar: true,
            given_ms: now,
            until_ms: self.work.until_ms(now),
        }
    }

    /// Whether it is one that goes before meetings.
    #[must_use]
    pub const fn is_before(&self) -> bool {
        matches!(self.work.kind, Kind::Before)
    }
}

/// Meetings whose time has come: the lead has begun, and there is time left before nothing may disturb any more. One that is entered
/// late is tested at once.
fn before<'a>(plan: &Plan, lead_min: u32, around: &Around<'a>, now: UnixMs) -> Vec<Wanted<'a>> {
    let found = plan.scope(around.groups);
    let due = around.meetings.iter().filter_map(|(number, meeting)| {
        let slot_ms = meeting.from_ms.saturating_sub(u64::from(lead_min) * 60_000);
        let is_due =
            slot_ms <= now && now < meeting.from_ms.saturating_sub(BEFORE_MS) && !plan.meetings.contains(&number);
        let whom = match is_due.then_some(found.as_ref())? {
            Ok((scope, group)) => Ok((of_meeting(scope, &meeting.whom, around)?, group.clone())),
            Err(why) => Err(why.clone()),
        };
        Some((number, slot_ms, whom, meeting))
    });
    due.collect()
}

/// A meeting, its slot, who is tested before it and by which group, or why nobody is.
type Wanted<'a> = (u64, UnixMs, Result<(Scope, Option<Named>), NotBegun>, &'a Arc<Meeting>);

/// Who of a scope takes part in a meeting; none when nobody. A meeting knows venues and no units: of a unit its rooms take part.
fn of_meeting(scope: &Scope, whom: &Whom, Around { rooms, tree, .. }: &Around<'_>) -> Option<Scope> {
    let within = |code: PlaceCode| scope.places.iter().any(|place| tree.lies_in(code, *place));
    let of_units: BTreeSet<VenueId> = scope.units.iter().flat_map(rooms).collect();
    let found = match whom {
        Whom::Venues(venues) => {
            let is_in = |venue: &VenueId| {
                let is_excepted = scope.except.has(venue.place, tree);
                scope.venues.contains(venue) || of_units.contains(venue) || (within(venue.place) && !is_excepted)
            };
            Scope { venues: venues.iter().copied().filter(is_in).collect(), ..Scope::default() }
        }
        Whom::Place(place) => {
            let own = scope.places.iter().copied();
            let places =
                if within(*place) { vec![*place] } else { own.filter(|own| tree.lies_in(*own, *place)).collect() };
            let named: BTreeSet<VenueId> = scope.venues.iter().copied().chain(of_units).collect();
            Scope {
                places,
                except: scope.except.clone(),
                venues: named.into_iter().filter(|venue| tree.lies_in(venue.place, *place)).collect(),
                units: Vec::new(),
            }
        }
    };
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{NOW, venue, work};
    use super::super::{Probes, Quiet, Spread};
    use super::*;
    use crate::calendar::Days;
    use crate::meetings::Meetings;
    use crate::province::tree_for_tests;
    use crate::scope::Except;

    const HOUR: u64 = 3_600_000;

    fn plan(when: When) -> Box<Plan> {
        let scope = Scope { places: vec!["3501".parse().expect("a place")], ..Scope::default() };
        let work = Work { scope, probes: Probes::All, ..work(Spread::default()) };
        Box::new(Plan {
            title: "日常巡检".into(),
            work,
            when,
            enabled: true,
            operator: "值班员".into(),
            basis: Box::default(),
            created_ms: 0,
            updated_ms: 0,
            upto_ms: 0,
            meetings: BTreeSet::new(),
            missed: vec![],
            follows: None,
        })
    }

    /// Every place is where its code says, but for 平潭.
    fn around<'a>(meetings: &'a Meetings, rooms: &'a RoomsOf<'a>) -> Around<'a> {
        static NONE: std::sync::LazyLock<Groups> = std::sync::LazyLock::new(Groups::default);
        Around { meetings, groups: &NONE, rooms, tree: tree_for_tests() }
    }

    fn nobody(_: &UnitId) -> Vec<VenueId> {
        Vec::new()
    }

    fn daily() -> When {
        // Noon is NOW: one in the afternoon.
        When::Calendar(Rule { days: Days::Working, times: Times::At(vec!["13:00".parse().expect("a time")]) })
    }

    #[test]
    fn a_plan_says_what_its_quiet_hours_do_to_it() {
        let at = |time: &str| {
            When::Calendar(Rule { days: Days::Every, times: Times::At(vec![time.parse().expect("a time")]) })
        };
        let every = Times::Hours { every: 6, from: "02:00".parse().expect("a time") };
        let night = Quiet { from: 22 * 60, to: 6 * 60 };
        for (when, quiet, said) in [
            (at("02:00"), Some(night), Some(Unquiet::Later)),
            (at("22:00"), Some(night), Some(Unquiet::Later)),
            (at("06:00"), Some(night), None),
            (at("02:00"), None, None),
            (When::Calendar(Rule { days: Days::Every, times: every }), Some(night), None),
            (When::ByHand, Some(night), None),
            (When::BeforeMeetings { lead_min: 720 }, Some(night), None),
            (When::BeforeMeetings { lead_min: 510 }, Some(night), Some(Unquiet::Never)),
            (When::BeforeMeetings { lead_min: 20 }, Some(night), Some(Unquiet::Never)),
        ] {
            let mut plan = plan(when.clone());
            plan.work.quiet = quiet;
            assert_eq!(plan.unquiet(), said, "{when:?}");
        }
    }

    #[test]
    fn a_slot_is_begun_once_and_one_that_was_missed_is_told_and_not_made_up() {
        let (mut plans, none) = (Plans::default(), Meetings::default());
        let id = plans.change(PlanChange::Put(None, plan(daily())), NOW).expect("is taken").expect("a number");
        assert!(plans.due(&around(&none, &nobody), NOW + HOUR - 1).is_empty());
        let due = plans.due(&around(&none, &nobody), NOW + HOUR + 1_000);
        assert_eq!((due.len(), due[0].plan, due[0].slot_ms), (1, id, NOW + HOUR));
        let ordered = due[0].begins.as_ref().expect("it begins");
        assert_eq!((ordered.plan, ordered.by_calendar, ordered.until_ms), (Some(id), true, NOW + 2 * HOUR + 1_000));
        // As a restart finds it on disk.
        let mut again = plans.clone();
        assert!(again.due(&around(&none, &nobody), NOW + HOUR + 2_000).is_empty(), "not twice");
        // NOW is a Friday: the next slot is on Monday, when HQ is off.
        let monday = NOW + 3 * 24 * HOUR + HOUR;
        let late = again.due(&around(&none, &nobody), monday + 2 * HOUR);
        assert_eq!((late.len(), late[0].slot_ms, late[0].begins.is_err()), (1, monday, true));
        assert_eq!(again.plans[&id].missed, [Missed { slot_ms: monday, why: NotBegun::Off }]);
        assert_eq!(again.slots(&again.plans[&id], &around(&none, &nobody), (NOW, NOW + 6 * 24 * HOUR), 99).len(), 4);
        // HQ's clock ran ahead for a while: what it dealt with then comes all the same, once.
        let mut ahead = plans;
        assert_eq!(ahead.due(&around(&none, &nobody), NOW + 5 * 24 * HOUR + HOUR).len(), 1);
        let begins = |due: Vec<Due>| due.iter().map(|due| due.begins.is_ok()).collect::<Vec<_>>();
        while !ahead.due(&around(&none, &nobody), NOW + 5 * 24 * HOUR + HOUR).is_empty() {}
        assert_eq!(begins(ahead.due(&around(&none, &nobody), monday + 1)), [true]);
        assert_eq!(begins(ahead.due(&around(&none, &nobody), monday + 2)), [] as [bool; 0]);
    }

    #[test]
    fn a_meeting_is_tested_before_it_by_those_who_take_part_and_never_into_it() {
        let mut plans = Plans::default();
        let mut long = plan(When::BeforeMeetings { lead_min: 720 });
        long.work.window_min = 300;
        let id = plans.change(PlanChange::Put(None, long), NOW);
        let id = id.expect("is taken").expect("a number");
        let mut meetings = Meetings::default();
        let meeting =
            |from_ms, whom| Arc::new(Meeting { title: "防汛会商".into(), from_ms, to_ms: from_ms + HOUR, whom });
        let elsewhere = "350200001-01".parse().expect("a venue");
        meetings.put(7, meeting(NOW + 13 * HOUR, Whom::Venues(vec![venue(1), elsewhere])));
        meetings.put(8, meeting(NOW + 2 * HOUR, Whom::Place("35".parse().expect("a place"))));
        meetings.put(9, meeting(NOW + HOUR / 4, Whom::Place("35".parse().expect("a place"))));
        meetings.put(10, meeting(NOW + 2 * HOUR, Whom::Place("3502".parse().expect("a place"))));
        let due = plans.due(&around(&meetings, &nobody), NOW);
        assert_eq!(due.len(), 1, "one is entered late and begins at once, one is too near, one is of others: {due:?}");
        let ordered = due[0].begins.as_ref().expect("it begins");
        assert_eq!((ordered.meeting, ordered.work.scope.places.len()), (Some(8), 1));
        assert_eq!(ordered.until_ms, NOW + 2 * HOUR - BEFORE_MS, "the window ends when nothing may disturb any more");
        assert!(plans.due(&around(&meetings, &nobody), NOW + 1).is_empty());
        let due = plans.due(&around(&meetings, &nobody), NOW + HOUR);
        assert_eq!(due[0].begins.as_ref().ok().map(|ordered| ordered.work.scope.venues.clone()), Some(vec![venue(1)]));
        meetings.put(11, meeting(NOW + 2 * HOUR, Whom::Venues(vec![venue(1)])));
        meetings.put(12, meeting(NOW + 2 * HOUR, Whom::Venues(vec![venue(1)])));
        let each =
            [plans.due(&around(&meetings, &nobody), NOW + HOUR), plans.due(&around(&meetings, &nobody), NOW + HOUR)];
        assert_eq!(each.map(|due| due.len()), [1, 1], "one after the other, so that each is written down with its run");
        meetings.remove(11);
        meetings.remove(12);
        meetings.remove(8);
        plans.due(&around(&meetings, &nobody), NOW + HOUR);
        assert_eq!(plans.plans[&id].meetings, BTreeSet::from([7]), "what is gone is forgotten");
    }

    #[test]
    fn the_rooms_of_a_unit_are_tested_before_a_meeting_in_which_they_take_part() {
        let unit: UnitId = "shuili".parse().expect("a unit");
        let rooms = |id: &UnitId| if *id == unit { vec![venue(1), venue(2)] } else { Vec::new() };
        let scope = Scope { units: vec![unit.clone()], ..Scope::default() };
        let county = venue(1).place.parent().expect("a county");
        for (whom, expected) in [
            (Whom::Venues(vec![venue(1), venue(3)]), Some(vec![venue(1)])),
            (Whom::Venues(vec![venue(3)]), None),
            (Whom::Place(county), Some(vec![venue(1)])),
            (Whom::Place("35".parse().expect("a place")), Some(vec![venue(1), venue(2)])),
            (Whom::Place("3502".parse().expect("a place")), None),
        ] {
            let expected = expected.map(|venues| Scope { venues, ..Scope::default() });
            assert_eq!(of_meeting(&scope, &whom, &around(&Meetings::default(), &rooms)), expected, "{whom:?}");
        }
        // By the plan: the meeting begins a run of them, and the calendar tells of it.
        let mut plans = Plans::default();
        let mut of_unit = plan(When::BeforeMeetings { lead_min: 720 });
        of_unit.work.scope = scope;
        let id = plans.change(PlanChange::Put(None, of_unit), NOW).expect("is taken").expect("a number");
        let mut meetings = Meetings::default();
        let (from_ms, whom) = (NOW + 13 * HOUR, Whom::Venues(vec![venue(2)]));
        meetings.put(7, Arc::new(Meeting { title: "会商".into(), from_ms, to_ms: from_ms + HOUR, whom }));
        let told = plans.slots(&plans.plans[&id], &around(&meetings, &rooms), (NOW, NOW + 24 * HOUR), 9);
        assert_eq!(told, [NOW + HOUR]);
        let due = plans.due(&around(&meetings, &rooms), NOW + HOUR);
        assert_eq!(due[0].begins.as_ref().ok().map(|ordered| ordered.work.scope.venues.clone()), Some(vec![venue(2)]));
    }

    #[test]
    fn who_counts_elsewhere_than_his_code_says_takes_part_where_he_counts() {
        let pingtan: VenueId = "350128-01".parse().expect("a venue");
        let place = |code: &str| code.parse::<PlaceCode>().expect("a place");
        let whom = Whom::Venues(vec![pingtan]);
        for (places, except, takes_part) in
            [(vec!["35"], vec![], true), (vec!["3501"], vec![], false), (vec!["35"], vec!["3501"], true)]
        {
            let except = Except { places: except.into_iter().map(place).collect(), ..Except::default() };
            let scope = Scope { places: places.into_iter().map(place).collect(), except, ..Scope::default() };
            assert_eq!(
                of_meeting(&scope, &whom, &around(&Meetings::default(), &nobody)).is_some(),
                takes_part,
                "{scope:?}"
            );
        }
    }

    #[test]
    fn plans_are_bounded_changed_and_removed() {
        let mut plans = Plans::default();
        for n in 0..MOST_PLANS as u64 {
            plans.change(PlanChange::Put(None, plan(When::ByHand)), n).expect("there is room");
        }
        assert_eq!(plans.change(PlanChange::Put(None, plan(daily())), NOW), Err(NoPlan::Full));
        let first = *plans.plans.first_key_value().expect("some").0;
        assert_eq!(plans.change(PlanChange::Put(Some(first), plan(daily())), NOW), Ok(Some(first)));
        assert_eq!(plans.plans[&first].upto_ms, NOW);
        assert_eq!(plans.change(PlanChange::Remove(first), NOW), Ok(None));
        assert_eq!(plans.change(PlanChange::Remove(first), NOW), Err(NoPlan::Nothing(first)));
    }
}
