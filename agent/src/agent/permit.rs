//! The interlock's facts, and what they mean for one exercise. Pure.

use avow_shared::interlock::{Disturbance, Facts, Origin, Permit, permit};
use avow_shared::time::{ClockQuality, WallTime};

use crate::config::{Config, Exercise};
use crate::probe::Work;

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

/// China has one time zone and no summer time.
const UTC_PLUS_8_MS: u64 = 8 * 60 * 60 * 1_000;

/// What is known about the room of an exercise.
#[must_use]
pub fn facts(config: &Config, exercise: &Exercise, meeting: bool, wall: WallTime) -> Facts {
    let minute = u16::try_from((wall.at_ms + UTC_PLUS_8_MS) / 60_000 % (24 * 60)).unwrap_or(0);
    let is_quiet = config.quiet.iter().any(|hours| hours.contains(minute));
    Facts {
        meeting,
        in_call: None,
        quiet: (wall.quality != ClockQuality::Unset).then_some(is_quiet),
        has_quiet_hours: !config.quiet.is_empty(),
        has_terminal: false,
        listed: exercise.listed,
    }
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
