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
    if busy || terminal_silent {
        Disturbance::Line
    } else if quiet || !facts.listed {
        Disturbance::Picture
    } else {
        Disturbance::Motion
    }
}

/// Whether an exercise of `wanted` disturbance may run now.
///
/// A schedule never passes what the facts forbid. A person passes it by agreeing, except that nobody is asked for what
/// the facts allow below `Sound`.
#[must_use]
pub fn permit(wanted: Disturbance, origin: Origin, facts: &Facts) -> Permit {
    let allowed = greatest(facts);
    match origin {
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
        (any::<bool>(), state(), state(), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
            |(meeting, in_call, quiet, has_quiet_hours, has_terminal, listed)| Facts {
                meeting,
                in_call,
                quiet,
                has_quiet_hours,
                has_terminal,
                listed,
            },
        )
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
        fn a_terminal_that_is_asked_and_silent_or_in_a_call_leaves_only_the_line(facts in any_facts(), wanted in prop::sample::select(&ALL[2..])) {
            let silent = Facts { has_terminal: true, in_call: None, ..facts };
            let in_call = Facts { in_call: Some(true), ..facts };
            for facts in [silent, in_call] {
                prop_assert_eq!(permit(wanted, Origin::Schedule, &facts), Permit::Refused { allowed: Disturbance::Line });
            }
        }

        #[test]
        fn without_a_terminal_that_could_tell_a_free_room_keeps_its_pictures(facts in any_facts()) {
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
    fn a_missing_clock_or_meeting_list_does_not_block_a_picture() {
        let facts = Facts { has_quiet_hours: true, quiet: None, ..Facts::default() };
        assert_eq!(permit(Disturbance::Picture, Origin::Schedule, &facts), Permit::Granted);
    }

    #[test]
    fn a_silent_terminal_leaves_only_the_line() {
        let facts = Facts { has_terminal: true, in_call: None, listed: true, ..Facts::default() };
        assert_eq!(greatest(&facts), Disturbance::Line);
    }
}
