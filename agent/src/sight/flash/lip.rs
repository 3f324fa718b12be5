//! Sound against picture, from when both arrived. ITU-R BT.1359-1; pure.

use avow_shared::mouth_to_ear::LipSync;

use super::Edge;

/// Sound needs so many microseconds for a metre of air (1/343 m/s, 20 °C).
pub const TRAVEL_US_PER_M: f64 = 2_915.0;
/// A sender who has not measured how far apart his two players are may be off by so much: what the start of a player was seen to
/// stray by on a quiet box.
pub const UNMEASURED_US: u32 = 150_000;
/// A marker's place is known to one hop of its detector.
pub const MARKER_US: u32 = 2_000;

/// How far the sound is early, by a flash that was seen and the marker that was heard, on one clock, microseconds. The sound's way
/// through `travel_m` metres of air is taken out. `clock_us`: how far apart the clocks of sound and picture may be here.
#[must_use]
pub fn sync(flash: &Edge, marker_us: i64, travel_m: f64, clock_us: u32) -> LipSync {
    let travel_us = (travel_m * TRAVEL_US_PER_M).round() as i64;
    let skew_us = flash.skew_us.unwrap_or(0);
    let early_us = flash.at_us.saturating_sub(marker_us).saturating_sub(skew_us).saturating_add(travel_us);
    let unmeasured_us = if flash.skew_us.is_none() { UNMEASURED_US } else { 0 };
    LipSync {
        early_us: i32::try_from(early_us).unwrap_or(if early_us < 0 { i32::MIN } else { i32::MAX }),
        error_us: flash.error_us.saturating_add(MARKER_US + unmeasured_us).saturating_add(clock_us),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_that_comes_first_is_early_and_air_and_skew_are_taken_out() {
        let edge = |at_us, skew_us| Edge { at_us, error_us: 20_000, skew_us };
        let early = |at_us, skew_us, marker_us, travel_m| sync(&edge(at_us, skew_us), marker_us, travel_m, 0);
        assert_eq!(early(1_120_000, Some(0), 1_000_000, 0.0), LipSync { early_us: 120_000, error_us: 22_000 });
        assert_eq!(early(1_000_000, Some(0), 1_250_000, 0.0).early_us, -250_000, "late sound is negative");
        assert_eq!(early(1_000_000, Some(0), 1_029_150, 10.0).early_us, 0, "ten metres of air");
        assert_eq!(early(1_080_000, Some(80_000), 1_000_000, 0.0).early_us, 0, "it left so late");
        assert_eq!(early(1_000_000, None, 1_000_000, 0.0).error_us, 172_000, "and who did not measure that says so");
        assert_eq!(early(i64::MAX, None, i64::MIN, 0.0).early_us, i32::MAX);
    }
}
