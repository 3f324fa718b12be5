//! The hours of the day in which a reading is judged: a hall is dark at night, and a door may stand open at noon.

use serde::{Deserialize, Deserializer, de};

use super::Context;
use crate::config::Quiet;
use avow_shared::time::ClockQuality;

/// Hours of the day in UTC+8; none: always.
#[derive(Clone, Debug, Default)]
pub struct Hours(Vec<Quiet>);

/// How a moment stands to the hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// What is found counts.
    Within,
    /// It does not.
    Beside,
    /// The box does not know the time.
    Unknown,
}

impl Hours {
    /// Where the moment lies.
    #[must_use]
    pub fn moment(&self, context: &Context) -> Moment {
        if self.0.is_empty() {
            return Moment::Within;
        }
        let minute = crate::config::minute_of_day(context.wall.at_ms);
        match context.wall.quality {
            ClockQuality::Unset => Moment::Unknown,
            _ if self.0.iter().any(|hours| hours.contains(minute)) => Moment::Within,
            _ => Moment::Beside,
        }
    }
}

impl<'de> Deserialize<'de> for Hours {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        let hours = texts.iter().map(|text| text.parse().map_err(|wrong| de::Error::custom(format!("hours: {wrong}"))));
        hours.collect::<Result<_, _>>().map(Self)
    }
}
