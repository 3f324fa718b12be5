//! A roll call (视频点名): HQ asks, and each venue answers in phases: heard, working, done.
//!
//! *Present* is answered at once. For *ready* and *proven* a venue looks at its lines, cameras, picture and sound, as far as the
//! interlock lets it: a call never overrides a meeting. Pure; who is called and what counts is the collector's.

use serde::{Deserialize, Serialize};

use crate::hash::ContentHash;
use crate::id::{FindingCode, VenueId};
use crate::order::OrderNumber;
use crate::outcome::{Verdict, Why};
use crate::time::{UnixMs, WallTime};

/// The most venues that one call names; more are called by their places.
pub const MAX_CALLED: usize = 64;

/// The most venues that one call spares.
pub const MAX_SPARED: usize = 256;

/// How deep a call asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Depth {
    /// The box is alive, and its line to HQ works.
    Present,
    /// Beside that the cameras, the picture, and a short sound.
    Ready,
    /// Beside that a still picture and a run of sound and picture with HQ.
    Proven,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Which call: the number of the first order for it. One that asks an agent again that has begun anew has a number of its own.
    pub call: OrderNumber,
    /// How deep.
    pub depth: Depth,
    /// Which of the agent's venues, at most [`MAX_CALLED`]; none: all.
    pub venues: Vec<VenueId>,
    /// But not these, at most [`MAX_SPARED`]: they are excused, or not meant though they lie where the order goes, and are not disturbed.
    pub spared: Vec<VenueId>,
    /// HQ's time until which an answer is on time. Who has not looked at everything by then says what he knows.
    pub until_ms: UnixMs,
    /// Whether somebody at HQ agreed that cameras turn and a short sound is heard in rooms without a meeting.
    pub confirmed: bool,
}

/// What a venue tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Which call.
    pub call: OrderNumber,
    /// The venue.
    pub venue: VenueId,
    /// The box's clock.
    pub at: WallTime,
    /// How far it is.
    pub phase: Phase,
}

/// How far a venue is with a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// It has begun to look, at so many things.
    Heard {
        /// How many tests run.
        of: u8,
    },
    /// It has looked at some.
    Working {
        /// How many tests have ended.
        done: u8,
        /// How many run in all.
        of: u8,
    },
    /// Its answer. The first counts.
    Done(State),
}

/// How a venue is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// A meeting is on: what would disturb it was not tested.
    pub in_meeting: bool,
    /// Each aspect at most once, in their order. For *present* line and picture alone, as the box found them before it was asked; none of a
    /// box of an earlier version.
    pub aspects: Vec<(Aspect, Found)>,
    /// For *proven*: the still that was taken, which follows as evidence of its probe's outcome. None in a room in which somebody is or may be.
    pub still: Option<ContentHash>,
}

/// What a call looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aspect {
    /// The lines.
    Line,
    /// The cameras: they obey and look where they should.
    Camera,
    /// The picture.
    Picture,
    /// The sound.
    Sound,
    /// A still picture that a person can look at; for *proven* alone.
    Still,
}

impl Aspect {
    /// What *ready* looks at, in the order in which it is told.
    pub const READY: [Self; 4] = [Self::Line, Self::Camera, Self::Picture, Self::Sound];

    /// The word in API and record.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Camera => "camera",
            Self::Picture => "picture",
            Self::Sound => "sound",
            Self::Still => "still",
        }
    }
}

/// How an aspect is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Found {
    /// Not tested.
    Untested(Untested),
    /// As it should be.
    Good,
    /// It works, and something is wrong with it.
    Degraded(FindingCode),
    /// It does not work.
    Failed(FindingCode),
}

/// Why an aspect was not tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Untested {
    /// The venue has nothing that could test it.
    Absent,
    /// A meeting is on.
    Meeting,
    /// The interlock does not allow it for another reason.
    Refused,
    /// The time was up.
    Late,
    /// What the test needs is not there.
    Missing,
    /// Somebody is in the room, or may be: no picture of people is kept.
    Occupied,
    /// Nobody can tell whether somebody is in the room, and the venue did not agree to a picture of it.
    Unagreed,
}

impl Untested {
    /// The word in API and record.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Meeting => "meeting",
            Self::Refused => "refused",
            Self::Late => "late",
            Self::Missing => "missing",
            Self::Occupied => "occupied",
            Self::Unagreed => "unagreed",
        }
    }
}

impl Found {
    /// What a test's verdict says of its aspect; `in_meeting` tells why the interlock refused it.
    #[must_use]
    pub fn of(verdict: &Verdict, in_meeting: bool) -> Self {
        match verdict {
            Verdict::Pass => Self::Good,
            Verdict::Degraded { finding } => Self::Degraded(finding.clone()),
            Verdict::Fail { finding } => Self::Failed(finding.clone()),
            Verdict::Unknown { why } => Self::Untested(match why {
                Why::Interlocked { .. } if in_meeting => Untested::Meeting,
                Why::Interlocked { .. } | Why::Declined => Untested::Refused,
                Why::Deadline => Untested::Late,
                Why::Panicked | Why::Missing { .. } | Why::Behind { .. } => Untested::Missing,
            }),
        }
    }

    /// The worse of two tests of one aspect; what was not tested says nothing when something else was.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        if other.rank() > self.rank() { other } else { self }
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::Untested(Untested::Absent) => 0,
            Self::Untested(_) => 1,
            Self::Good => 2,
            Self::Degraded(_) => 3,
            Self::Failed(_) => 4,
        }
    }
}

impl State {
    /// From what the tests found, in whatever order; an aspect that none looks at is absent.
    #[must_use]
    pub fn of(in_meeting: bool, found: impl IntoIterator<Item = (Aspect, Found)>) -> Self {
        let mut aspects: Vec<(Aspect, Found)> =
            Aspect::READY.map(|aspect| (aspect, Found::Untested(Untested::Absent))).into();
        for (aspect, new) in found {
            if let Some((_, known)) = aspects.iter_mut().find(|(known, _)| *known == aspect) {
                let before = std::mem::replace(known, Found::Good);
                *known = before.worse(new);
            }
        }
        Self { in_meeting, aspects, still: None }
    }

    /// The same with the still that *proven* asks for, or why there is none.
    #[must_use]
    pub fn with_still(mut self, still: Result<ContentHash, Untested>) -> Self {
        self.aspects.push((Aspect::Still, still.map_or_else(Found::Untested, |_| Found::Good)));
        self.still = still.ok();
        self
    }

    /// How an aspect is; none when it was not asked for.
    #[must_use]
    pub fn aspect(&self, aspect: Aspect) -> Option<&Found> {
        self.aspects.iter().find(|(known, _)| *known == aspect).map(|(_, found)| found)
    }

    /// What a box that looks at nothing knows of its line and its picture, of tests that were over before it was asked.
    #[must_use]
    pub fn seen_before(in_meeting: bool, found: impl IntoIterator<Item = (Aspect, Found)>) -> Self {
        let mut state = Self::of(in_meeting, found);
        let is_known = |found: &Found| !matches!(found, Found::Untested(_));
        state.aspects.retain(|(aspect, found)| matches!(aspect, Aspect::Line | Aspect::Picture) && is_known(found));
        state
    }

    /// Whether it looked, and does not only tell what it had seen before: who looks names every aspect.
    #[must_use]
    pub fn has_looked(&self) -> bool {
        self.aspect(Aspect::Sound).is_some()
    }

    /// Whether something does not work.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.aspects.iter().any(|(_, found)| matches!(found, Found::Failed(_)))
    }
}

impl Call {
    /// Whether a venue of the agent's is to answer.
    #[must_use]
    pub fn means(&self, venue: VenueId) -> bool {
        (self.venues.is_empty() || self.venues.contains(&venue)) && !self.spared.contains(&venue)
    }

    /// Whether it keeps the bounds that it is documented with.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        self.venues.len() <= MAX_CALLED && self.spared.len() <= MAX_SPARED
    }
}

impl Told {
    /// Whether it keeps the bounds that it is documented with.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        match &self.phase {
            Phase::Heard { .. } => true,
            Phase::Working { done, of } => done <= of,
            Phase::Done(state) => {
                let is_shown = state.still.is_none() || state.aspect(Aspect::Still) == Some(&Found::Good);
                is_shown && state.aspects.windows(2).all(|pair| pair[0].0 < pair[1].0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> FindingCode {
        text.parse().expect("a finding")
    }

    #[test]
    fn the_worst_test_of_an_aspect_counts_and_what_was_not_tested_hides_nothing() {
        let black = || Found::Failed(code("picture.black"));
        let state = State::of(
            false,
            [
                (Aspect::Picture, Found::Good),
                (Aspect::Picture, black()),
                (Aspect::Picture, Found::Degraded(code("picture.noisy"))),
                (Aspect::Line, Found::Untested(Untested::Late)),
                (Aspect::Line, Found::Good),
                (Aspect::Sound, Found::Untested(Untested::Meeting)),
            ],
        );
        assert_eq!(state.aspect(Aspect::Picture), Some(&black()));
        assert_eq!(state.aspect(Aspect::Line), Some(&Found::Good));
        assert_eq!(state.aspect(Aspect::Sound), Some(&Found::Untested(Untested::Meeting)));
        assert_eq!(state.aspect(Aspect::Camera), Some(&Found::Untested(Untested::Absent)));
        assert!(state.has_failed() && !State::default().has_failed());
    }

    #[test]
    fn who_does_not_look_tells_what_he_knows_of_line_and_picture_and_nothing_else() {
        let found = [
            (Aspect::Line, Found::Good),
            (Aspect::Picture, Found::Untested(Untested::Late)),
            (Aspect::Camera, Found::Failed(code("camera.stuck"))),
            (Aspect::Sound, Found::Good),
        ];
        let state = State::seen_before(true, found);
        assert_eq!((state.in_meeting, state.aspects.as_slice()), (true, [(Aspect::Line, Found::Good)].as_slice()));
        assert!(!state.has_looked() && State::of(false, []).has_looked());
    }

    #[test]
    fn what_the_interlock_refused_is_told_from_what_was_too_late() {
        use crate::interlock::Disturbance;
        let refused = Why::Interlocked { wanted: Disturbance::Sound, allowed: Disturbance::Line };
        let of = |why: Why, in_meeting| Found::of(&Verdict::Unknown { why }, in_meeting);
        assert_eq!(of(refused.clone(), true), Found::Untested(Untested::Meeting));
        assert_eq!(of(refused, false), Found::Untested(Untested::Refused));
        assert_eq!(of(Why::Deadline, true), Found::Untested(Untested::Late));
        assert_eq!(of(Why::Panicked, false), Found::Untested(Untested::Missing));
    }

    #[test]
    fn a_still_is_told_or_why_there_is_none() {
        let told = |state| Told {
            call: 1,
            venue: "350102-01".parse().expect("a venue"),
            at: WallTime::default(),
            phase: Phase::Done(state),
        };
        let hash = ContentHash::of(b"a still");
        let shown = State::of(false, []).with_still(Ok(hash));
        assert_eq!((shown.still, shown.aspect(Aspect::Still)), (Some(hash), Some(&Found::Good)));
        let kept = State::of(false, []).with_still(Err(Untested::Occupied));
        assert_eq!((kept.still, kept.aspect(Aspect::Still)), (None, Some(&Found::Untested(Untested::Occupied))));
        assert!(told(shown).is_bounded() && told(kept.clone()).is_bounded());
        assert!(!told(State { still: Some(hash), ..kept }).is_bounded(), "a still of a room that shows none");
    }

    #[test]
    fn an_answer_names_each_aspect_once() {
        let told = |aspects| Told {
            call: 1,
            venue: "350102-01".parse().expect("a venue"),
            at: WallTime::default(),
            phase: Phase::Done(State { in_meeting: false, aspects, still: None }),
        };
        let twice = vec![(Aspect::Line, Found::Good), (Aspect::Line, Found::Good)];
        assert!(told(State::of(false, []).aspects).is_bounded() && !told(twice).is_bounded());
        let venue = || "350102-01".parse().expect("a venue");
        let call = |named, spared| Call {
            call: 1,
            depth: Depth::Ready,
            venues: vec![venue(); named],
            spared: vec![venue(); spared],
            until_ms: 1,
            confirmed: false,
        };
        assert!(call(MAX_CALLED, MAX_SPARED).is_bounded());
        assert!(!call(MAX_CALLED + 1, 0).is_bounded() && !call(0, MAX_SPARED + 1).is_bounded());
        assert!(call(0, 0).means(venue()) && call(1, 0).means(venue()) && !call(0, 1).means(venue()));
    }
}
