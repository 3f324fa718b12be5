//! 故障级别: how urgent it is that somebody acts, as an office ranks it. Pure; how much time each level leaves is the office's.

use avow_shared::place::Level;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::counts::Class;

/// The most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FaultLevel {
    /// 一级: in a meeting that is on, or the whole province at once.
    First,
    /// 二级: a city, or a main venue: one of the province's or of a city's own.
    Second,
    /// 三级: a venue.
    Third,
    /// 四级: nothing failed; what is advised.
    Fourth,
}

impl FaultLevel {
    /// The level of a venue's trouble. `own`: the level of the venue's place; `upstream`: that of the place whose line is to blame;
    /// `in_meeting`: whether it takes part in a meeting that is on.
    #[must_use]
    pub fn of(class: Class, own: Level, upstream: Option<Level>, in_meeting: bool) -> Self {
        if !matches!(class, Class::Fail | Class::Silent) {
            return Self::Fourth;
        }
        let widest = upstream.map_or(own, |line| line.min(own));
        match (in_meeting, upstream) {
            (true, _) | (_, Some(Level::Province)) => Self::First,
            _ if widest <= Level::City => Self::Second,
            _ => Self::Third,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(class: Class, own: Level, upstream: Option<Level>, in_meeting: bool, expected: FaultLevel) {
        assert_eq!(FaultLevel::of(class, own, upstream, in_meeting), expected);
    }

    #[test]
    fn a_meeting_comes_before_a_city_and_that_before_a_village() {
        check(Class::Fail, Level::Village, None, true, FaultLevel::First);
        check(Class::Silent, Level::Village, Some(Level::Province), false, FaultLevel::First);
        check(Class::Silent, Level::Village, Some(Level::City), false, FaultLevel::Second);
        check(Class::Fail, Level::City, None, false, FaultLevel::Second);
        check(Class::Fail, Level::Province, None, false, FaultLevel::Second);
        check(Class::Fail, Level::County, None, false, FaultLevel::Third);
        check(Class::Silent, Level::Village, Some(Level::County), false, FaultLevel::Third);
    }

    #[test]
    fn what_did_not_fail_is_advice_even_in_a_meeting() {
        for class in [Class::Stale, Class::Unknown, Class::Degraded] {
            check(class, Level::Province, None, true, FaultLevel::Fourth);
        }
    }
}
