//! The interlock's facts, and what they mean for one exercise. Pure.

use avow_shared::camera::Command;
use avow_shared::interlock::{Disturbance, Facts, Meetings, Origin, Permit, greatest, permit};
use avow_shared::time::{ClockQuality, WallTime};
use serde::{Deserialize, Serialize};

use crate::calls::Word;
use crate::config::{Config, Exercise};
use crate::probe::Work;
use crate::words::Language;

/// What an exercise may do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Run.
    Go {
        /// A camera may be moved.
        may_move: bool,
        /// A person's order goes on against the facts, which allow only this.
        against: Option<Disturbance>,
    },
    /// A person must be asked first.
    Ask {
        /// What it would do.
        wanted: Disturbance,
        /// What the facts allow.
        allowed: Disturbance,
    },
    /// Not now.
    No {
        /// What it would do.
        wanted: Disturbance,
        /// What the facts allow.
        allowed: Disturbance,
    },
}

/// Why the facts forbid something, for the person who is asked and for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Against {
    /// 封网: nothing may be changed without a named approval.
    Frozen,
    /// A meeting was announced, or the terminal is in a call.
    Meeting,
    /// The terminal does not say whether it is in a call.
    TerminalSilent,
    /// HQ's list of meetings is old, or no clock tells what is on.
    MeetingsUnknown,
    /// Quiet hours, or the clock cannot tell.
    QuietHours,
    /// People are in the room, or who should tell does not.
    Occupied,
    /// It is not on the list of what the schedule may do.
    NotListed,
    /// HQ never told of its meetings.
    NoMeetings,
}

impl Against {
    /// In words.
    #[must_use]
    pub const fn words(self, language: Language) -> &'static str {
        match self {
            Self::Frozen => language.pick(
                "封网期间，须经中心批准",
                "nothing may be changed now without an approval that HQ has given by name",
            ),
            Self::Meeting => language.pick("现在有会议", "a meeting is on"),
            Self::TerminalSilent => {
                language.pick("终端未说明是否在会", "the terminal does not say whether it is in a call")
            }
            Self::MeetingsUnknown => language.pick(
                "中心会议表已过期，或本机时钟未校准，无法确定是否有会议",
                "HQ's list of meetings is old or the clock is not set: nobody can tell whether a meeting is on",
            ),
            Self::Occupied => {
                language.pick("会场内有人或人员探测无应答", "people are in the room, or the sensor is silent")
            }
            Self::NoMeetings => language.pick("中心从未下发会议表", "HQ never told of its meetings"),
            Self::QuietHours => language.pick("现在是静默时段", "these are quiet hours"),
            Self::NotListed => language.pick("不在允许名单内", "it is not on the list of what may disturb"),
        }
    }
}

/// What people, HQ and a sensor say of a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// A meeting is on: somebody on site said so, or HQ.
    pub meeting: bool,
    /// What is known of HQ's meetings.
    pub meetings: Meetings,
    /// People are there, or may be.
    pub occupied: bool,
}

/// What is known about the room of an exercise.
///
/// A terminal counts when a probe asks it, not when the description merely lists it: a venue with one that nobody asks
/// would else lose its pictures for good.
#[must_use]
pub fn facts(config: &Config, exercise: &Exercise, told: Told, calls: Word, wall: WallTime) -> Facts {
    Facts { listed: exercise.listed, ..room_facts(config, told, calls, wall) }
}

/// What is known about the room, whatever is to be done there.
#[must_use]
pub fn room_facts(config: &Config, told: Told, calls: Word, wall: WallTime) -> Facts {
    let minute = crate::config::minute_of_day(wall.at_ms);
    let is_quiet = config.quiet.iter().any(|hours| hours.contains(minute));
    let Told { meeting, meetings, occupied } = told;
    Facts {
        meeting,
        meetings,
        occupied,
        in_call: calls.in_call,
        quiet: (wall.quality != ClockQuality::Unset).then_some(is_quiet),
        has_quiet_hours: !config.quiet.is_empty(),
        has_terminal: calls.has_terminal,
        listed: false,
        frozen: false,
    }
}

/// What stands against something that the facts do not allow; none when they do.
#[must_use]
pub fn against(wanted: Disturbance, facts: &Facts) -> Option<Against> {
    if facts.frozen {
        Some(Against::Frozen)
    } else if wanted <= greatest(facts) {
        None
    } else if facts.meeting || facts.in_call == Some(true) {
        Some(Against::Meeting)
    } else if facts.has_terminal && facts.in_call.is_none() {
        Some(Against::TerminalSilent)
    } else if facts.meetings == Meetings::Missing {
        Some(Against::MeetingsUnknown)
    } else if facts.has_quiet_hours && facts.quiet != Some(false) {
        Some(Against::QuietHours)
    } else if facts.occupied {
        Some(Against::Occupied)
    } else if facts.listed {
        Some(Against::NoMeetings)
    } else {
        Some(Against::NotListed)
    }
}

/// The log's line for something that a person confirmed although the facts forbid it.
#[must_use]
pub fn overridden(exercise: &Exercise, wanted: Disturbance, facts: &Facts) -> String {
    let against = against(wanted, facts).map_or("", |against| against.words(Language::Chinese));
    format!("{} {}：{against}，经确认仍{}", exercise.venue_title, exercise.title, doing(exercise, wanted))
}

/// The log's line for something that a person or HQ wanted and the facts forbid; none when they do not.
#[must_use]
pub fn refused(exercise: &Exercise, wanted: Disturbance, facts: &Facts) -> Option<String> {
    let against = against(wanted, facts)?.words(Language::Chinese);
    Some(format!("{} {}：{against}，未{}", exercise.venue_title, exercise.title, doing(exercise, wanted)))
}

fn doing(exercise: &Exercise, wanted: Disturbance) -> &'static str {
    match wanted {
        Disturbance::Motion if exercise.work.switches().is_some() => "切换",
        Disturbance::Motion => "转动",
        Disturbance::Sound => "出声",
        Disturbance::None | Disturbance::Line | Disturbance::Picture => "执行",
    }
}

/// Asks the interlock about a person's command to a camera. Who types `home` has said himself that the camera is to move:
/// he is asked only when the facts forbid it. The list binds the schedule, not him.
#[must_use]
pub fn decide_command(command: Command, agreed: bool, facts: &Facts) -> Decision {
    decide_person(command.disturbance(), agreed, facts)
}

/// Asks the interlock about something that a person does to a device with his own hand.
#[must_use]
pub fn decide_person(wanted: Disturbance, agreed: bool, facts: &Facts) -> Decision {
    let facts = person_facts(*facts);
    let confirmed = agreed || wanted <= greatest(&facts);
    match permit(wanted, Origin::Person { confirmed }, &facts) {
        Permit::Granted => Decision::Go { may_move: true, against: None },
        Permit::Overridden { allowed } => Decision::Go { may_move: true, against: Some(allowed) },
        Permit::Ask { allowed } => Decision::Ask { wanted, allowed },
        Permit::Refused { allowed } => Decision::No { wanted, allowed },
    }
}

/// The facts as far as they concern a person's command to a device.
#[must_use]
pub fn person_facts(facts: Facts) -> Facts {
    facts.for_person()
}

/// Asks the interlock. What may not move is still asked, when that alone is allowed and nobody orders more.
#[must_use]
pub fn decide(work: &Work, origin: Origin, facts: &Facts) -> Decision {
    let wanted = work.disturbance();
    match permit(wanted, origin, facts) {
        Permit::Granted => Decision::Go { may_move: true, against: None },
        Permit::Overridden { allowed } => Decision::Go { may_move: true, against: Some(allowed) },
        Permit::Ask { allowed } => Decision::Ask { wanted, allowed },
        Permit::Refused { allowed } => match permit(work.least_disturbance(), origin, facts) {
            Permit::Granted => Decision::Go { may_move: false, against: None },
            _ => Decision::No { wanted, allowed },
        },
    }
}
