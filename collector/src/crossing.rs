//! What is thought of a run of two venues: which values are beyond which limits. Pure.

use avow_shared::mouth_to_ear::{Crossing, Way, Whom};
use avow_shared::venue::{Grade, Limit, Side};
use serde::Deserialize;

/// The kind of probe that takes part in a run.
pub const KIND: &str = "mouth-to-ear";

/// The limits that a run is judged by, as an operator may set them.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Mouth to ear, milliseconds: good and tolerable (ITU-T G.114: 150 and 400).
    pub delay_ms: [f64; 2],
    /// Sound early against the picture, milliseconds: good and tolerable (ITU-R BT.1359-1: +45 and +90).
    pub early_ms: [f64; 2],
    /// Sound late, milliseconds, as positive numbers (ITU-R BT.1359-1: 125 and 185).
    pub late_ms: [f64; 2],
    /// The longest time without a new frame, milliseconds: half a second is seen, two seconds are a picture that stands.
    pub still_ms: [f64; 2],
    /// Sound that comes back, decibels against the sound of the other end: above -30 it is noticed, above -10 nobody can speak.
    pub echo_db: [f64; 2],
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            delay_ms: [150.0, 400.0],
            early_ms: [45.0, 90.0],
            late_ms: [125.0, 185.0],
            still_ms: [500.0, 2_000.0],
            echo_db: [-30.0, -10.0],
        }
    }
}

impl Limits {
    /// What is wrong with them, if anything.
    #[must_use]
    pub fn wrong(&self) -> Option<String> {
        let Self { delay_ms, early_ms, late_ms, still_ms, echo_db } = *self;
        let all = [
            ("delay_ms", delay_ms, 1.0, 10_000.0),
            ("early_ms", early_ms, 1.0, 2_000.0),
            ("late_ms", late_ms, 1.0, 2_000.0),
            ("still_ms", still_ms, 40.0, 20_000.0),
            ("echo_db", echo_db, -90.0, 20.0),
        ];
        let is_wrong = |[good, tolerable]: [f64; 2], least, most| {
            !(least..=most).contains(&good) || !(good..=most).contains(&tolerable)
        };
        let (key, [good, tolerable], least, most) =
            all.into_iter().find(|(_, pair, least, most)| is_wrong(*pair, *least, *most))?;
        Some(format!(
            "{key} = [{good}, {tolerable}]: expected what is good and, not below it, what is tolerable, {least} to {most}"
        ))
    }
}

/// Something that is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A stable code.
    pub code: &'static str,
    /// Never good.
    pub grade: Grade,
}

/// What is wrong on one way, the worst first. A delay counts by half of the round trip where a clock is not believed.
#[must_use]
pub fn findings(way: &Way, crossing: &Crossing, limits: &Limits) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut add = |code, grade| {
        if grade != Grade::Good {
            found.push(Finding { code, grade });
        }
    };
    add(heard(way.heard), grade_of(way.heard));
    if let Some(seen) = way.seen {
        add(shown(seen), grade_of(seen));
    }
    if let Some(delay_ms) = delay_ms(way, crossing) {
        add("across.delay", at_most(delay_ms, limits.delay_ms));
    }
    if let Some(sync) = way.lip_sync {
        let early_ms = f64::from(sync.early_us) / 1_000.0;
        let bounds = if early_ms >= 0.0 { limits.early_ms } else { limits.late_ms };
        add("across.lip-sync", at_most(early_ms.abs(), bounds));
    }
    if let Some(picture) = way.picture.filter(|_| way.seen == Some(Whom::Right)) {
        add("across.frozen", at_most(f64::from(picture.longest_still_ms), limits.still_ms));
    }
    if let Some(echo) = way.echo {
        add("across.echo", at_most(f64::from(echo) / 10.0, limits.echo_db));
    }
    found.sort_by_key(|finding| std::cmp::Reverse(finding.grade));
    found
}

/// Milliseconds that count: the delay itself when both clocks are disciplined, else half of the round trip.
#[must_use]
pub fn delay_ms(way: &Way, crossing: &Crossing) -> Option<f64> {
    match way.delay {
        Some(delay) if delay.error_ms.is_some() => Some(delay.us as f64 / 1_000.0),
        _ => crossing.round_trip_us.map(|us| us as f64 / 2_000.0),
    }
}

fn at_most(number: f64, [good, tolerable]: [f64; 2]) -> Grade {
    let value = "x".parse().expect("a literal name");
    Limit { value, side: Side::AtMost, good, tolerable: Some(tolerable) }.judge(number)
}

const fn grade_of(whom: Whom) -> Grade {
    match whom {
        Whom::Right => Grade::Good,
        Whom::Other(_) | Whom::Itself | Whom::Nobody => Grade::Fail,
    }
}

const fn heard(whom: Whom) -> &'static str {
    match whom {
        Whom::Other(_) => "across.other-venue",
        Whom::Itself => "across.echo-only",
        Whom::Right | Whom::Nobody => "across.silent",
    }
}

const fn shown(whom: Whom) -> &'static str {
    match whom {
        Whom::Other(_) => "across.other-picture",
        Whom::Itself => "across.own-picture",
        Whom::Right | Whom::Nobody => "across.no-picture",
    }
}

#[cfg(test)]
mod tests {
    use avow_shared::mouth_to_ear::{Delay, LipSync, Running};

    use super::*;

    const WAY: Way = Way {
        heard: Whom::Right,
        seen: None,
        delay: None,
        level: None,
        snr: None,
        echo: None,
        lip_sync: None,
        picture: None,
    };

    #[track_caller]
    fn check(way: Way, round_trip_us: Option<i64>, expected: &[(&str, Grade)]) {
        let crossing = Crossing { ways: [way, WAY], round_trip_us };
        let found: Vec<_> =
            findings(&way, &crossing, &Limits::default()).iter().map(|finding| (finding.code, finding.grade)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn who_is_heard_and_seen_counts_most() {
        let other = "350104-01".parse().expect("a venue");
        check(WAY, None, &[]);
        check(Way { heard: Whom::Nobody, ..WAY }, None, &[("across.silent", Grade::Fail)]);
        check(Way { heard: Whom::Other(other), ..WAY }, None, &[("across.other-venue", Grade::Fail)]);
        check(Way { heard: Whom::Itself, ..WAY }, None, &[("across.echo-only", Grade::Fail)]);
        check(Way { seen: Some(Whom::Other(other)), ..WAY }, None, &[("across.other-picture", Grade::Fail)]);
        check(Way { seen: Some(Whom::Nobody), ..WAY }, None, &[("across.no-picture", Grade::Fail)]);
        check(Way { seen: Some(Whom::Itself), ..WAY }, None, &[("across.own-picture", Grade::Fail)]);
        let echo = Way { heard: Whom::Nobody, echo: Some(-200), ..WAY };
        check(echo, None, &[("across.silent", Grade::Fail), ("across.echo", Grade::Degraded)]);
    }

    #[test]
    fn a_delay_counts_by_clocks_that_are_believed_and_else_by_half_the_round_trip() {
        let delayed = |us, error_ms| Way { delay: Some(Delay { us, error_ms }), ..WAY };
        check(delayed(150_000, Some(5)), Some(900_000), &[]);
        check(delayed(150_100, Some(5)), None, &[("across.delay", Grade::Degraded)]);
        check(delayed(400_100, Some(5)), None, &[("across.delay", Grade::Fail)]);
        check(delayed(9_000_000, None), Some(300_000), &[]);
        check(delayed(0, None), Some(300_002), &[("across.delay", Grade::Degraded)]);
        check(delayed(9_000_000, None), None, &[]);
    }

    #[test]
    fn sound_may_be_late_longer_than_early() {
        let sync = |early_us| Way { lip_sync: Some(LipSync { early_us, error_us: 0 }), ..WAY };
        for (early_us, expected) in [
            (45_000, None),
            (45_100, Some(Grade::Degraded)),
            (90_100, Some(Grade::Fail)),
            (-125_000, None),
            (-125_100, Some(Grade::Degraded)),
            (-185_100, Some(Grade::Fail)),
        ] {
            let expected: Vec<_> = expected.map(|grade| ("across.lip-sync", grade)).into_iter().collect();
            check(sync(early_us), None, &expected);
        }
    }

    #[test]
    fn a_picture_that_stands_is_told_when_it_is_the_right_one() {
        let running =
            |longest_still_ms| Running { frames: 400, missing: 0, repeated: 0, longest_still_ms, rate: 25_000 };
        let way = |seen, still| Way { seen: Some(seen), picture: Some(running(still)), ..WAY };
        check(way(Whom::Right, 500), None, &[]);
        check(way(Whom::Right, 501), None, &[("across.frozen", Grade::Degraded)]);
        check(way(Whom::Right, 2_001), None, &[("across.frozen", Grade::Fail)]);
        check(way(Whom::Nobody, 20_000), None, &[("across.no-picture", Grade::Fail)]);
    }
}
