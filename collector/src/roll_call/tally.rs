//! The sums of a roll call.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as MapEntry;

use avow_shared::id::UnitId;
use avow_shared::place::PlaceCode;
use avow_shared::roll_call::{Aspect, Depth, Found, State};
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Call, Entry, Mode, Standing};

/// What is wrong at a venue that answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// 有图无声.
    NoSound,
    /// 有声无图.
    NoPicture,
    /// 图声均异常.
    Neither,
    /// A line or a camera does not work; or, of a call that only asks who is there, what a box saw before it was asked.
    Other,
}

impl Fault {
    /// What box and person say; the person's word goes first, who saw and heard himself.
    #[must_use]
    pub fn of(entry: &Entry) -> Option<Self> {
        let state = entry.answer.as_ref().and_then(|answer| answer.state.as_ref());
        let has_failed = |aspect| matches!(state.and_then(|state| state.aspect(aspect)), Some(Found::Failed(_)));
        let person = entry.person();
        // Who was only asked whether he is there has not looked: what he saw before is a fault, but his answer has no picture that failed.
        let has_looked = state.is_none_or(State::has_looked);
        let has_failed_now = |aspect| has_looked && has_failed(aspect);
        let is_bad = |seen: Option<bool>, aspect| seen.map_or_else(|| has_failed_now(aspect), |good| !good);
        let across = match entry.across() {
            Some(Found::Failed(finding)) => Some(crosses_not(finding.as_str())),
            _ => None,
        };
        let crosses = |part| across == Some(part);
        let seen = person.and_then(|person| person.picture);
        let no_picture = is_bad(seen, Aspect::Picture) || seen.is_none() && crosses(Part::Picture);
        let heard = person.and_then(|person| person.sound);
        let no_sound = is_bad(heard, Aspect::Sound) || heard.is_none() && crosses(Part::Sound);
        match (no_picture, no_sound) {
            (true, true) => Some(Self::Neither),
            (true, false) => Some(Self::NoPicture),
            (false, true) => Some(Self::NoSound),
            (false, false) => {
                let before = !has_looked && seen.is_none() && has_failed(Aspect::Picture);
                let other = has_failed(Aspect::Line) || has_failed(Aspect::Camera) || crosses(Part::Other) || before;
                other.then_some(Self::Other)
            }
        }
    }
}

/// What a run of sound and picture did not bring over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Sound,
    Picture,
    Other,
}

fn crosses_not(finding: &str) -> Part {
    match finding {
        "across.silent" | "across.other-venue" | "across.echo-only" => Part::Sound,
        "across.no-picture" | "across.other-picture" | "across.own-picture" | "across.frozen" => Part::Picture,
        _ => Part::Other,
    }
}

/// How many stand how. `expected` is the sum of the eight standings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tally {
    /// 应点.
    pub expected: u32,
    /// 按时应答.
    pub on_time: u32,
    /// 超时应答.
    pub late: u32,
    /// 未应答.
    pub silent: u32,
    /// 待应答.
    pub waiting: u32,
    /// 已受理.
    pub heard: u32,
    /// 会议中.
    pub in_meeting: u32,
    /// 请假/免点.
    pub excused: u32,
    /// Of those that answered: something does not work.
    pub faulty: u32,
    /// Of those that answered: a person did.
    pub by_person: u32,
    /// Of those on time: with picture and sound, over the system that was called. What a report calls 按时应答.
    pub whole: u32,
    /// Heard and seen over a run with HQ, and not failed.
    pub proven: u32,
    /// Asked to be proven and *ready* at most, for want of time or of something else.
    pub fell_back: u32,
    /// 未计: had not answered when a person broke the call off.
    pub uncounted: u32,
    /// Of those that answered a call that tests: line, picture or sound was neither tested nor seen or heard by a person (未实测).
    pub untested: u32,
    /// 事后免点: excused after the deadline or the end, and counted as they stood.
    pub excused_afterwards: u32,
}

impl Tally {
    /// Counts one unit more.
    pub fn add(&mut self, call: &Call, standing: Standing, entry: &Entry) {
        self.expected += 1;
        *match standing {
            Standing::Silent => &mut self.silent,
            Standing::Waiting => &mut self.waiting,
            Standing::Heard => &mut self.heard,
            Standing::Uncounted => &mut self.uncounted,
            Standing::Late => &mut self.late,
            Standing::InMeeting => &mut self.in_meeting,
            Standing::Excused => &mut self.excused,
            Standing::OnTime => &mut self.on_time,
        } += 1;
        let answered = matches!(standing, Standing::OnTime | Standing::Late);
        let fault = if answered { Fault::of(entry) } else { None };
        self.faulty += u32::from(fault.is_some());
        self.by_person += u32::from(answered && entry.person().is_some());
        self.whole += u32::from(standing == Standing::OnTime && is_whole(entry, fault));
        self.proven += u32::from(matches!(entry.across(), Some(Found::Good | Found::Degraded(_))));
        self.fell_back += u32::from(entry.fell_back().is_some());
        self.untested += u32::from(answered && call.asked.depth > Depth::Present && entry.is_untested());
        self.excused_afterwards += u32::from(call.is_excused_afterwards(entry));
    }

    /// Who has to answer: 应点 − 免点, without those that a person did not wait for.
    #[must_use]
    pub const fn owed(&self) -> u32 {
        self.expected - self.excused - self.in_meeting - self.uncounted
    }

    /// 按时应答率: 按时应答 ÷ (应点 − 免点), 0 to 1, where 有图无声, 有声无图 and 备用方式应答 are results of their own; none when nobody has to
    /// answer.
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        (self.owed() > 0).then(|| f64::from(self.whole) / f64::from(self.owed()))
    }
}

impl std::iter::Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        tallies.fold(Self::default(), |one, other| Self {
            expected: one.expected + other.expected,
            on_time: one.on_time + other.on_time,
            late: one.late + other.late,
            silent: one.silent + other.silent,
            waiting: one.waiting + other.waiting,
            heard: one.heard + other.heard,
            in_meeting: one.in_meeting + other.in_meeting,
            excused: one.excused + other.excused,
            faulty: one.faulty + other.faulty,
            by_person: one.by_person + other.by_person,
            whole: one.whole + other.whole,
            proven: one.proven + other.proven,
            fell_back: one.fell_back + other.fell_back,
            uncounted: one.uncounted + other.uncounted,
            untested: one.untested + other.untested,
            excused_afterwards: one.excused_afterwards + other.excused_afterwards,
        })
    }
}

/// Whether an answer is one with picture and sound, over the system that was called.
fn is_whole(entry: &Entry, fault: Option<Fault>) -> bool {
    entry.mode() != Some(Mode::Backup) && matches!(fault, None | Some(Fault::Other))
}

impl Entry {
    /// Whether nobody knows of its line, its picture or its sound: not tested, and neither seen nor heard by a person.
    #[must_use]
    pub fn is_untested(&self) -> bool {
        let state = self.answer.as_ref().and_then(|answer| answer.state.as_ref());
        let is_tested = |aspect| {
            state.and_then(|state| state.aspect(aspect)).is_some_and(|found| !matches!(found, Found::Untested(_)))
        };
        let said = self.person().map(|person| (person.picture.is_some(), person.sound.is_some()));
        let (seen, heard) = said.unwrap_or_default();
        let is_known = (seen || is_tested(Aspect::Picture)) && (heard || is_tested(Aspect::Sound));
        // Whom somebody saw and heard has a line.
        !is_known || !(seen && heard || is_tested(Aspect::Line))
    }
}

impl Call {
    /// One for each unit: the best of its venues, and every venue that is its own unit.
    #[must_use]
    pub fn counted(&self, now: UnixMs) -> Vec<(Standing, &Entry)> {
        let mut counted: Vec<(Standing, &Entry)> = Vec::with_capacity(self.entries.len());
        let mut units: BTreeMap<&UnitId, usize> = BTreeMap::new();
        for entry in &self.entries {
            let one = (self.standing(entry, now), entry.as_ref());
            match entry.unit_id.as_ref().map(|unit| units.entry(unit)) {
                Some(MapEntry::Occupied(at)) => {
                    let best = &mut counted[*at.get()];
                    let rank = |(standing, entry): &(Standing, &Entry)| {
                        let fault = Fault::of(entry);
                        // One room with picture and sound is enough: what is wrong in the one beside it is not the unit's.
                        let is_proven = entry.across() == Some(&Found::Good);
                        // A room that is excused speaks for the unit only where no other was called.
                        (*standing != Standing::Excused, *standing, is_whole(entry, fault), fault.is_none(), is_proven)
                    };
                    if rank(&one) > rank(best) {
                        *best = one;
                    }
                    continue;
                }
                Some(MapEntry::Vacant(vacant)) => {
                    vacant.insert(counted.len());
                }
                None => {}
            }
            counted.push(one);
        }
        counted
    }

    /// The sums now, of units: all together, and of each city that has some.
    #[must_use]
    pub fn sums(&self, now: UnixMs) -> (Tally, BTreeMap<PlaceCode, Tally>) {
        let mut cities = BTreeMap::<PlaceCode, Tally>::new();
        for (standing, entry) in self.counted(now) {
            cities.entry(entry.city).or_default().add(self, standing, entry);
        }
        (cities.values().copied().sum(), cities)
    }

    /// The sums now, of units.
    #[must_use]
    pub fn tally(&self, now: UnixMs) -> Tally {
        self.sums(now).0
    }
}
