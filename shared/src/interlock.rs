//! A test never disturbs a meeting: the one question that every probe and every order passes.
//!
//! Pure: facts in, a decision out. Who gathers the facts, and when a person is asked, is the shell's matter.

use serde::{Deserialize, Serialize};

/// How much an exercise disturbs the room, least first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Disturbance {
    /// It only listens.
    #[default]
    None,
    /// It loads a line a little.
    Line,
    /// It takes a picture or occupies a video input.
    Picture,
    /// It is heard in the room.
    Sound,
    /// Something moves in the room.
    Motion,
}

/// Who wants the exercise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The agent's own schedule.
    Schedule,
    /// A person, who has been told what will happen in the room; `confirmed` says that he agreed.
    Person {
        /// Whether he agreed.
        confirmed: bool,
    },
}

/// What is known of HQ's meetings at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Meetings {
    /// HQ never told of any: an older one, or none at all.
    #[default]
    Never,
    /// The list is of this day, and the clock can tell what is in it.
    Known,
    /// The list is old, or no clock tells how old.
    Missing,
}

/// What is known about the room at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// `meeting on` was said on site, or HQ's list has a meeting now.
    pub meeting: bool,
    /// The terminal says that it is in a call; none when it does not answer or none is configured.
    pub in_call: Option<bool>,
    /// The time lies in the venue's quiet hours; none when the clock cannot tell.
    pub quiet: Option<bool>,
    /// Whether quiet hours are configured at all.
    pub has_quiet_hours: bool,
    /// Whether a terminal is configured, and asked, that could tell of a call.
    pub has_terminal: bool,
    /// The schedule may use this probe with `Sound` or `Motion`: it stands on the venue's list.
    pub listed: bool,
    /// What is known of HQ's meetings, whether one is on or not.
    pub meetings: Meetings,
    /// People are in the room, or who should tell does not.
    pub occupied: bool,
    /// 封网: HQ has ordered that nothing be changed here, without a named approval, and this would change something, or is a sweep
    /// that lasts and is loud. Whoever asks.
    pub frozen: bool,
}

impl Facts {
    /// As far as they concern what a person does with his own hand: the list, the people whom he may see, and an HQ that tells of
    /// no meetings bind the schedule and not him.
    #[must_use]
    pub fn for_person(self) -> Self {
        let meetings = if self.meetings == Meetings::Never { Meetings::Known } else { self.meetings };
        Self { listed: true, occupied: false, meetings, ..self }
    }

    /// As far as they concern a room that is called this moment, when somebody at HQ agreed to what is heard and seen of it: beside what binds
    /// no person, quiet hours do not stand. They keep tests from waking people; who is called at night has to answer.
    #[must_use]
    pub fn for_called_room(self) -> Self {
        Self { quiet: Some(false), ..self.for_person() }
    }

    /// As far as they concern setting right what a test changed: only what speaks against it, and no list that is old, keeps a room
    /// from getting back its picture.
    #[must_use]
    pub fn for_repair(self) -> Self {
        Self { meetings: Meetings::Known, frozen: false, ..self.for_person() }
    }
}

/// What the interlock says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permit {
    /// Go on.
    Granted,
    /// A person's order goes on against the facts: it must be logged.
    Overridden {
        /// What the facts would have allowed.
        allowed: Disturbance,
    },
    /// A person must be asked first.
    Ask {
        /// What the facts allow.
        allowed: Disturbance,
    },
    /// Not now.
    Refused {
        /// What the facts allow.
        allowed: Disturbance,
    },
}

/// The greatest disturbance that the facts of the moment allow the schedule.
#[must_use]
pub fn greatest(facts: &Facts) -> Disturbance {
    let busy = facts.meeting || facts.in_call == Some(true);
    let terminal_silent = facts.has_terminal && facts.in_call.is_none();
    let quiet = facts.has_quiet_hours && facts.quiet != Some(false);
    if facts.frozen {
        Disturbance::None
    } else if busy || terminal_silent || facts.meetings == Meetings::Missing {
        Disturbance::Line
    } else if quiet || facts.occupied || facts.meetings == Meetings::Never || !facts.listed {
        Disturbance::Picture
    } else {
        Disturbance::Motion
    }
}

/// Whether an exercise of `wanted` disturbance may run now.
///
/// A schedule never passes what the facts forbid. A person passes it by agreeing, except that nobody is asked for what
/// the facts allow below `Sound`. What is frozen nobody passes.
#[must_use]
pub fn permit(wanted: Disturbance, origin: Origin, facts: &Facts) -> Permit {
    let allowed = greatest(facts);
    match origin {
        // No confirmation is an approval: that is given at HQ, with a name.
        _ if facts.frozen => Permit::Refused { allowed },
        Origin::Schedule if wanted <= allowed => Permit::Granted,
        Origin::Schedule => Permit::Refused { allowed },
        Origin::Person { .. } if wanted <= allowed && wanted < Disturbance::Sound => Permit::Granted,
        Origin::Person { confirmed: false } => Permit::Ask { allowed },
        Origin::Person { confirmed: true } if wanted <= allowed => Permit::Granted,
        Origin::Person { confirmed: true } => Permit::Overridden { allowed },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Disturbance; 5] =
        [Disturbance::None, Disturbance::Line, Disturbance::Picture, Disturbance::Sound, Disturbance::Motion];

    fn any_facts() -> impl Strategy<Value = Facts> {
        let state = || prop_oneof![Just(None), Just(Some(true)), Just(Some(false))];
        let meetings = prop::sample::select(vec![Meetings::Never, Meetings::Known, Meetings::Missing]);
        (any::<bool>(), state(), state(), any::<bool>(), any::<bool>(), any::<bool>(), meetings, any::<bool>())
            .prop_map(|(meeting, in_call, quiet, has_quiet_hours, has_terminal, listed, meetings, occupied)| Facts {
                meeting,
                in_call,
                quiet,
                has_quiet_hours,
                has_terminal,
                listed,
                meetings,
                occupied,
                frozen: false,
            })
    }

    /// The same facts with one of them missing.
    fn without_one(facts: Facts) -> [Facts; 5] {
        [
            Facts { in_call: None, ..facts },
            Facts { quiet: None, ..facts },
            Facts { meetings: Meetings::Missing, ..facts },
            Facts { meetings: Meetings::Never, ..facts },
            // A sensor that is silent.
            Facts { occupied: true, ..facts },
        ]
    }

    /// The same facts with something more that is going on in the room.
    fn with_more(facts: Facts) -> [Facts; 4] {
        [
            Facts { meeting: true, ..facts },
            Facts { in_call: Some(true), ..facts },
            Facts { quiet: Some(true), ..facts },
            Facts { occupied: true, ..facts },
        ]
    }

    proptest! {
        #[test]
        fn a_schedule_never_disturbs_a_meeting(facts in any_facts(), wanted in prop::sample::select(&ALL[..])) {
            let permit = permit(wanted, Origin::Schedule, &facts);
            let busy = facts.meeting || facts.in_call == Some(true);
            if permit == Permit::Granted {
                prop_assert!(!busy || wanted <= Disturbance::Line);
                prop_assert!(wanted < Disturbance::Sound || facts.listed, "off by default");
                prop_assert!(wanted < Disturbance::Sound || !facts.has_quiet_hours || facts.quiet == Some(false));
            }
            let silent_or_granted = matches!(permit, Permit::Granted | Permit::Refused { .. });
            prop_assert!(silent_or_granted, "a schedule neither asks nor overrides");
        }

        #[test]
        fn what_is_frozen_nobody_does_but_who_puts_back_what_a_test_changed(facts in any_facts(), wanted in prop::sample::select(&ALL[..])) {
            let frozen = Facts { frozen: true, ..facts };
            let persons = [false, true].map(|confirmed| Origin::Person { confirmed });
            for origin in [Origin::Schedule, persons[0], persons[1]] {
                prop_assert_eq!(permit(wanted, origin, &frozen), Permit::Refused { allowed: Disturbance::None });
                let hand = permit(wanted, origin, &frozen.for_person());
                prop_assert_eq!(hand, Permit::Refused { allowed: Disturbance::None });
            }
            prop_assert_eq!(frozen.for_repair(), facts.for_repair());
        }

        #[test]
        fn a_terminal_that_is_asked_and_silent_or_in_a_call_leaves_only_the_line(facts in any_facts(), wanted in prop::sample::select(&ALL[2..])) {
            let silent = Facts { has_terminal: true, in_call: None, ..facts };
            let in_call = Facts { in_call: Some(true), ..facts };
            for facts in [silent, in_call] {
                prop_assert_eq!(permit(wanted, Origin::Schedule, &facts), Permit::Refused { allowed: Disturbance::Line });
            }
        }

        #[test]
        fn a_fact_that_is_missing_never_allows_more_than_one_that_is_known_and_quiet(facts in any_facts()) {
            let quiet = |facts: Facts| Facts {
                in_call: Some(false),
                quiet: Some(false),
                meetings: Meetings::Known,
                occupied: false,
                ..facts
            };
            for missing in without_one(quiet(facts)) {
                prop_assert!(greatest(&missing) <= greatest(&quiet(facts)), "{:?}", missing);
            }
        }

        #[test]
        fn whatever_begins_in_a_room_never_allows_more(facts in any_facts()) {
            for more in with_more(facts) {
                let hand = (greatest(&more.for_person()), greatest(&facts.for_person()));
                prop_assert!(greatest(&more) <= greatest(&facts) && hand.0 <= hand.1, "{:?}", more);
            }
        }

        #[test]
        fn meetings_that_nobody_can_tell_of_leave_only_the_line(facts in any_facts(), wanted in prop::sample::select(&ALL[2..])) {
            let missing = Facts { meetings: Meetings::Missing, ..facts };
            prop_assert_eq!(permit(wanted, Origin::Schedule, &missing), Permit::Refused { allowed: Disturbance::Line });
            prop_assert_eq!(greatest(&missing.for_person()), Disturbance::Line, "and a hand is asked about");
        }

        #[test]
        fn nothing_is_heard_or_moves_by_schedule_among_people_or_without_word_of_meetings(facts in any_facts(), wanted in prop::sample::select(&ALL[3..])) {
            for facts in [Facts { occupied: true, ..facts }, Facts { meetings: Meetings::Never, ..facts }] {
                let is_refused = matches!(permit(wanted, Origin::Schedule, &facts), Permit::Refused { .. });
                prop_assert!(is_refused);
            }
        }

        #[test]
        fn a_hand_and_a_repair_pass_no_meeting(facts in any_facts()) {
            let busy = facts.meeting || facts.in_call == Some(true) || facts.has_terminal && facts.in_call.is_none();
            for facts in [facts.for_person(), facts.for_called_room(), facts.for_repair()] {
                prop_assert!(!busy || greatest(&facts) == Disturbance::Line);
            }
        }

        #[test]
        fn without_a_terminal_that_could_tell_a_free_room_keeps_its_pictures(facts in any_facts()) {
            prop_assume!(facts.meetings != Meetings::Missing);
            let facts = Facts { meeting: false, in_call: None, has_terminal: false, ..facts };
            prop_assert_eq!(permit(Disturbance::Picture, Origin::Schedule, &facts), Permit::Granted);
        }

        #[test]
        fn listening_and_lines_are_always_allowed(facts in any_facts()) {
            prop_assert_eq!(permit(Disturbance::None, Origin::Schedule, &facts), Permit::Granted);
            prop_assert_eq!(permit(Disturbance::Line, Origin::Schedule, &facts), Permit::Granted);
        }

        #[test]
        fn a_person_is_asked_before_anything_is_heard_or_moves(facts in any_facts(), wanted in prop::sample::select(&ALL[3..])) {
            let asked = permit(wanted, Origin::Person { confirmed: false }, &facts);
            prop_assert_eq!(asked, Permit::Ask { allowed: greatest(&facts) });
            let agreed = permit(wanted, Origin::Person { confirmed: true }, &facts);
            let overridden = matches!(agreed, Permit::Overridden { .. });
            prop_assert_eq!(overridden, wanted > greatest(&facts), "what goes against the facts is marked for the log");
        }
    }

    #[test]
    fn a_called_room_is_tested_in_quiet_hours_and_in_nothing_else_that_stands_against_a_hand() {
        let free = Facts { meetings: Meetings::Known, has_quiet_hours: true, ..Facts::default() };
        for quiet in [Some(true), None] {
            let night = Facts { quiet, ..free };
            assert_eq!(greatest(&night.for_person()), Disturbance::Picture);
            assert_eq!(greatest(&night.for_called_room()), Disturbance::Motion);
            let against = [
                Facts { meeting: true, ..night },
                Facts { in_call: Some(true), ..night },
                Facts { has_terminal: true, in_call: None, ..night },
                Facts { meetings: Meetings::Missing, ..night },
            ];
            for facts in against {
                assert_eq!(greatest(&facts.for_called_room()), Disturbance::Line, "{facts:?}");
            }
            let frozen = Facts { frozen: true, ..night };
            assert_eq!(greatest(&frozen.for_called_room()), Disturbance::None);
        }
    }

    #[test]
    fn an_hq_that_never_told_of_meetings_blocks_no_picture() {
        let facts = Facts { has_quiet_hours: true, quiet: None, ..Facts::default() };
        assert_eq!(permit(Disturbance::Picture, Origin::Schedule, &facts), Permit::Granted);
    }

    #[test]
    fn a_silent_terminal_leaves_only_the_line() {
        let facts = Facts { has_terminal: true, in_call: None, listed: true, ..Facts::default() };
        assert_eq!(greatest(&facts), Disturbance::Line);
    }
}
