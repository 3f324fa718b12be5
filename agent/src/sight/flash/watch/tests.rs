//! Films whose frames, flash and faults are known, against what is made of them.

use proptest::prelude::*;

use super::super::{Pattern, Plan};
use super::*;

const PLAN: Plan = Plan { flash_at: 100, lit: 12, over_at: 250, skew_ms: Some(0) };
const FRAME_US: i64 = 40_000;

/// Frames of the plan as somebody sees them: which, and when, microseconds; what is marked so cannot be read.
fn watched(frames: &[(u16, i64, bool)]) -> Watched {
    let glance = |(number, _, is_read): &(u16, i64, bool)| {
        let (stamp, is_lit) = PLAN.frame(*number);
        Glance { stamp: is_read.then_some(stamp), ground: if is_lit { 1.0 } else { 0.0 } }
    };
    let codes = vec![(payload(), 0, 0.8)];
    let watch = Watch { glances: frames.iter().map(glance).collect(), codes, ..Watch::default() };
    watch.end(&frames.iter().map(|(_, at_us, _)| *at_us).collect::<Vec<_>>())
}

fn payload() -> Payload {
    Payload { run: 7, venue: "350102001-01".parse().expect("a venue"), sequence: 0 }
}

fn smooth(numbers: impl Iterator<Item = u16>) -> Vec<(u16, i64, bool)> {
    numbers.map(|number| (number, i64::from(number) * FRAME_US + 1_000_000, true)).collect()
}

#[test]
fn a_pattern_that_runs_well_is_told_as_such() {
    let seen = watched(&smooth(0..250));
    let running = Running { frames: 250, missing: 0, repeated: 0, longest_still_ms: 40, rate: 25_000 };
    assert_eq!(seen.running, Some(running));
    assert_eq!(seen.edge, Some(Edge { at_us: 5_000_000, error_us: 20_000, skew_us: Some(0) }));
    assert_eq!((seen.unread, seen.codes.len()), (0, 1));
}

#[test]
fn two_seconds_without_a_new_frame_are_two_seconds_whether_frames_come_or_not() {
    let mut held = smooth(0..80);
    held.extend((1..=50).map(|n| (79, 1_000_000 + (79 + n) * FRAME_US, true)));
    held.extend((130..250).map(|n| (n, i64::from(n) * FRAME_US + 1_000_000, true)));
    let seen = watched(&held).running.expect("it ran");
    assert_eq!((seen.longest_still_ms, seen.repeated, seen.missing), (2_040, 50, 50));
    held.retain(|(number, at_us, _)| *number != 79 || *at_us == 1_000_000 + 79 * FRAME_US);
    let seen = watched(&held).running.expect("it ran");
    assert_eq!((seen.longest_still_ms, seen.repeated, seen.missing), (2_040, 0, 50));
    let mut ends = smooth(0..100);
    ends.extend((1..=75).map(|n| (99, 1_000_000 + (99 + n) * FRAME_US, true)));
    assert_eq!(watched(&ends).running.expect("it ran").longest_still_ms, 3_000, "it never went on");
}

#[test]
fn what_stands_still_when_the_run_is_over_may() {
    let mut frames = smooth(0..260);
    frames.extend((1..=200).map(|n| (259, 1_000_000 + (259 + n) * FRAME_US, true)));
    let seen = watched(&frames).running.expect("it ran");
    assert_eq!((seen.frames, seen.longest_still_ms, seen.repeated), (250, 40, 0));
}

#[test]
fn a_picture_twice_as_fast_repeats_and_one_half_as_fast_leaves_out() {
    let twice: Vec<_> = (0..500_i64).map(|n| ((n / 2) as u16, n * FRAME_US / 2, true)).collect();
    let seen = watched(&twice).running.expect("it ran");
    assert_eq!((seen.repeated, seen.missing), (250, 0));
    assert!((24_900..=25_100).contains(&seen.rate), "{}", seen.rate);
    let half = watched(&smooth((0..250).step_by(2))).running.expect("it ran");
    assert_eq!((half.repeated, half.missing, half.rate), (0, 124, 12_500));
}

#[test]
fn numbers_begin_again_and_those_out_of_turn_are_not_missing() {
    let numbers = |all: &[u16]| {
        let stamp = |number: u16| Stamp { number, flash: Flash::Far, skew_ms: None };
        let stamps: Vec<_> = (0..).zip(all).map(|(n, number)| (n * FRAME_US, stamp(*number))).collect();
        running(&stamps).map(|running| (running.missing, running.repeated))
    };
    assert_eq!(numbers(&[4_094, 4_095, 0, 1, 3]), Some((1, 0)));
    assert_eq!(numbers(&[5, 7, 6, 8, 9]), Some((0, 0)));
    assert_eq!(numbers(&[500, 501, 2, 3]), Some((0, 0)), "somebody began anew");
    assert_eq!(numbers(&[]), None);
}

#[test]
fn a_flash_of_which_no_frame_can_be_read_is_still_a_flash() {
    let mut frames = smooth(0..250);
    frames.iter_mut().for_each(|frame| frame.2 = false);
    let edge = watched(&frames).edge.expect("an edge");
    assert_eq!((edge.at_us, edge.error_us, edge.skew_us), (5_000_000, 40_000, None));
    frames.truncate(90);
    assert_eq!(watched(&frames).edge, None);
}

#[test]
fn what_the_sender_has_measured_by_the_end_counts() {
    let frames = smooth(0..240);
    let glance = |(number, ..): &(u16, i64, bool)| {
        let skew_ms = (*number > 180).then_some(-73);
        let (stamp, _) = Plan { skew_ms, ..PLAN }.frame(*number);
        Glance { stamp: Some(stamp), ground: 0.0 }
    };
    let watch = Watch { glances: frames.iter().map(glance).collect(), ..Watch::default() };
    let seen = watch.end(&frames.iter().map(|(_, at_us, _)| *at_us).collect::<Vec<_>>());
    assert_eq!(seen.edge.and_then(|edge| edge.skew_us), Some(-73_000));
}

proptest! {
    /// Dropped, repeated and late frames are counted, and the flash is where it was within what is said of the error.
    #[test]
    fn planted_faults_are_counted_and_the_flash_is_found(
        offset_us in -300_000_i64..=300_000,
        drops in prop::collection::btree_set(1_u16..240, 0..40),
        doubles in prop::collection::btree_set(1_u16..240, 0..40),
        jitter in prop::collection::vec(-8_000_i64..=8_000, 250),
    ) {
        let mut frames = Vec::new();
        for number in 0..245_u16 {
            let at_us = 4_000_000 + i64::from(number) * FRAME_US + offset_us + jitter[usize::from(number)];
            if !drops.contains(&number) {
                frames.push((number, at_us, true));
                if doubles.contains(&number) {
                    frames.push((number, at_us + FRAME_US / 3, true));
                }
            }
        }
        let seen = watched(&frames);
        let running = seen.running.expect("it ran");
        prop_assert_eq!(running.missing as usize, drops.len());
        prop_assert_eq!(running.repeated as usize, doubles.difference(&drops).count());
        let edge = seen.edge.expect("an edge");
        let off = edge.at_us - (8_000_000 + offset_us);
        prop_assert!(off.unsigned_abs() <= 8_000, "{} of {}", off, edge.error_us);
        prop_assert!(u64::from(edge.error_us) >= off.unsigned_abs() && edge.error_us <= 30_000, "{}", edge.error_us);
    }
}

/// What a line makes of a frame: smaller and somewhere else, blurred, darker, with noise.
fn arrived(plane: &[u8], (x, y, scale): (f32, f32, f32), noise: u32) -> Vec<u8> {
    let mut state = 9_u32;
    let mut dice = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % (2 * noise + 1)
    };
    let at = |x: f32, y: f32| match (x >= 0.0 && y >= 0.0).then_some((x as usize, y as usize)) {
        Some((x, y)) if x < WIDTH && y < HEIGHT => f32::from(plane[y * WIDTH + x]),
        _ => 90.0,
    };
    let blurred = |n: usize| {
        let (left, top) = (((n % WIDTH) as f32 - x) / scale, ((n / WIDTH) as f32 - y) / scale);
        let around = [(-1.5, -1.5), (1.5, -1.5), (0.0, 0.0), (-1.5, 1.5), (1.5, 1.5)];
        around.into_iter().map(|(by, down)| at(left + by, top + down)).sum::<f32>() / 5.0
    };
    (0..WIDTH * HEIGHT)
        .map(|n| (blurred(n) * 0.7 + 20.0 + dice() as f32 - noise as f32).clamp(0.0, 255.0) as u8)
        .collect()
}

#[test]
fn a_pattern_is_read_in_a_part_of_the_picture_blurred_dim_and_noisy() {
    let mut pattern = Pattern::new(payload());
    for place in [(0.0, 0.0, 1.0), (200.0, 100.0, 0.6), (-8.0, -6.0, 1.03)] {
        let mut watch = Watch::default();
        let numbers = [96, 97, 98, 99, 100, 101, 102];
        for number in numbers {
            let (stamp, is_lit) = PLAN.frame(number);
            watch.take(&arrived(pattern.draw(stamp, is_lit), place, 12));
        }
        let seen = watch.end(&numbers.map(|number| i64::from(number) * FRAME_US));
        assert_eq!(seen.running.map(|running| (running.frames, running.missing)), Some((7, 0)), "{place:?}");
        assert_eq!(seen.edge.map(|edge| edge.at_us), Some(4_000_000), "{place:?}");
        assert_eq!(
            seen.codes.first().map(|code| (code.payload, code.at_us)),
            Some((payload(), 96 * FRAME_US)),
            "{place:?}"
        );
    }
}

#[test]
fn what_is_no_pattern_has_not_run() {
    let mut watch = Watch::default();
    (0..3).for_each(|_| watch.take(&[90; WIDTH * HEIGHT]));
    watch.take(&[0; 7]);
    assert_eq!(watch.glances.len(), 3);
    assert_eq!(watch.end(&[0, 40_000, 80_000]), Watched::default());
}
