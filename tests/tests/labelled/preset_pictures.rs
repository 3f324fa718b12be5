//! The comparison behind a preset's proof against a labelled set of drawn halls: honest changes that must raise no alarm,
//! and planted faults of graded strength that must be found. The tables are what the test holds; it prints what it measured.

use std::io::Write as _;
use std::process::Stdio;

use avow_agent::probe::preset::compare::{Comparison, compare};
use avow_agent::probe::preset::judge::{RULES, Width, judge};
use avow_agent::probe::preset::raster::{Frames, Raster};
use avow_shared::outcome::Verdict;
use avow_tests::sim::hall::{Dice, HEIGHT, Hall, Sight, WIDTH};
use avow_tests::sim::reel::ffmpeg;

/// Frames of which a raster is made here; the agent takes more.
const FRAMES: usize = 4;
const HALLS: u32 = 6;

/// The whole set, when `AVOW_WHOLE_SET` is in the environment, or its first third: what every change must pass.
fn share(whole: u32) -> u32 {
    if std::env::var_os("AVOW_WHOLE_SET").is_some() { whole } else { whole / 3 }
}

fn raster(hall: &Hall, sight: &Sight) -> Raster {
    let mut frames = Frames::default();
    hall.pictures(sight, FRAMES).iter().for_each(|picture| frames.take(picture));
    frames.raster().expect("frames")
}

/// What honestly changes from one day to the next, all of it at once and more or less.
fn honest(pair: u32) -> Sight {
    let mut dice = Dice::new(pair.wrapping_mul(977));
    let people = (0..pair % 4).map(|_| (dice.within(0.05, 0.95), dice.within(0.25, 0.6))).collect();
    let is_evening = pair.is_multiple_of(3);
    Sight {
        light: if pair.is_multiple_of(5) { 0.5 } else { dice.within(0.55, 1.4) },
        slant: dice.within(-0.6, 0.6),
        haze: dice.within(0.0, 12.0),
        lamps: if is_evening { 1.0 } else { dice.within(0.0, 0.5) },
        people,
        chairs_moved: if pair.is_multiple_of(2) { dice.within(0.0, 1.0) } else { 0.0 },
        slide: dice.within(1.0, 1_000.0) as u32,
        noise: dice.within(1.0, 6.0),
        quality: Some(dice.within(35.0, 95.0) as u8),
        // What a head may miss, and a building may shake.
        right: dice.within(-2.0, 2.0),
        down: dice.within(-2.0, 2.0),
        moment: pair,
        ..Sight::default()
    }
}

fn compared(pairs: &[(u32, Sight)]) -> Vec<Comparison> {
    let halls: Vec<Hall> = (0..HALLS).map(|n| Hall::new(100 + n)).collect();
    let references: Vec<Raster> = halls.iter().map(|hall| raster(hall, &Sight::default())).collect();
    let one = |(hall, sight): &(u32, Sight)| {
        let at = (hall % HALLS) as usize;
        compare(&references[at], &raster(&halls[at], sight))
    };
    // Two halves side by side: it is all arithmetic.
    let (first, second) = pairs.split_at(pairs.len() / 2);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| first.iter().map(one).collect::<Vec<_>>());
        let second: Vec<_> = second.iter().map(one).collect();
        let mut all = other.join().expect("a half");
        all.extend(second);
        all
    })
}

fn verdict(seen: &Comparison) -> Verdict {
    judge(seen, None, Some(Width { degrees: 60.0, is_about: false }), RULES).verdict
}

#[test]
fn what_honestly_changes_raises_no_alarm() {
    let pairs: Vec<(u32, Sight)> = (0..share(240)).map(|pair| (pair, honest(pair))).collect();
    let seen = compared(&pairs);
    let alarms: Vec<_> = seen.iter().zip(&pairs).filter(|(seen, _)| verdict(seen) != Verdict::Pass).collect();
    let of = |value: fn(&Comparison) -> f32| {
        let all = seen.iter().map(value);
        all.fold((f32::MAX, f32::MIN), |(least, most), value| (least.min(value), most.max(value)))
    };
    println!("honest pairs: {}, alarms: {}", pairs.len(), alarms.len());
    println!("shift {:?}", of(|c| c.distance().unwrap_or(f32::MAX)));
    println!("sharpness {:?}", of(|c| c.sharpness.unwrap_or(1.0)));
    println!("brightness {:?}", of(|c| c.brightness));
    println!("blocked {:?}, agreement {:?}", of(|c| c.blocked), of(|c| c.agreement));
    assert!(alarms.is_empty(), "{alarms:#?}");
    // And none is near: the limits leave room for halls that nobody has drawn.
    assert!(of(|c| c.distance().unwrap_or(f32::MAX)).1 < 6.0);
}

/// A planted fault of one strength, with an honest day around it.
struct Planted {
    name: &'static str,
    strength: f32,
    finding: &'static str,
    plant: fn(&mut Sight, f32, u32),
    /// Per cent that must be found.
    least: usize,
}

/// Of each fault at each strength.
const PAIRS: u32 = 36;

const fn planted(
    name: &'static str,
    strength: f32,
    finding: &'static str,
    plant: fn(&mut Sight, f32, u32),
    least: usize,
) -> Planted {
    Planted { name, strength, finding, plant, least }
}

/// A direction that follows from the pair.
fn turn(sight: &mut Sight, pixels: f32, pair: u32) {
    let angle = pair as f32 * 2.4;
    sight.right += pixels * angle.cos();
    // The seats below and the ceiling above end: nobody tilts a camera so far that it sees neither.
    sight.down += (pixels * angle.sin()).clamp(-120.0, 120.0);
}

fn cover(sight: &mut Sight, part: f32, pair: u32) {
    // What is dark and covered by something dark is called dark.
    sight.light = sight.light.max(0.8);
    sight.cover = Some((part, (pair % 5) as u8, [15, 60, 120, 190][(pair / 5 % 4) as usize]));
}

fn darken(sight: &mut Sight, light: f32, _: u32) {
    (sight.light, sight.haze, sight.lamps) = (light, 0.0, 0.0);
}

/// Found at the named strength and beyond: these are the promises.
const FAULTS: &[Planted] = &[
    planted("moved, pixels", 10.0, "camera.preset-moved", turn, 0),
    planted("moved, pixels", 16.0, "camera.preset-moved", turn, 99),
    planted("moved, pixels", 40.0, "camera.preset-moved", turn, 99),
    planted("moved, pixels", 120.0, "camera.preset-moved", turn, 99),
    planted("moved, pixels", 180.0, "camera.preset-moved", turn, 99),
    planted("zoomed", 1.08, "camera.preset-moved", |sight, zoom, _| sight.zoom = zoom, 99),
    planted("zoomed", 0.9, "camera.preset-moved", |sight, zoom, _| sight.zoom = zoom, 99),
    planted("zoomed", 1.25, "camera.preset-moved", |sight, zoom, _| sight.zoom = zoom, 99),
    planted("covered, part", 0.15, "camera.preset-blocked", cover, 0),
    planted("covered, part", 0.27, "camera.preset-blocked", cover, 90),
    planted("covered, part", 0.4, "camera.preset-blocked", cover, 99),
    planted("covered, part", 0.7, "camera.preset-blocked", cover, 99),
    planted("blurred, pixels", 0.6, "camera.preset-blurred", |sight, blur, _| sight.blur = blur, 0),
    planted("blurred, pixels", 1.2, "camera.preset-blurred", |sight, blur, _| sight.blur = blur, 99),
    planted("blurred, pixels", 3.0, "camera.preset-blurred", |sight, blur, _| sight.blur = blur, 99),
    planted("blurred, pixels", 6.0, "camera.preset-blurred", |sight, blur, _| sight.blur = blur, 99),
    planted("dark, part of the light", 0.3, "camera.preset-dark", darken, 99),
    planted("dark, part of the light", 0.1, "camera.preset-dark", darken, 99),
    planted("dark, part of the light", 0.01, "camera.preset-dark", darken, 99),
];

#[test]
fn planted_faults_are_found_from_their_stated_strength_on() {
    let (mut pairs, each) = (Vec::new(), share(PAIRS));
    for fault in FAULTS {
        for pair in 0..each {
            let mut sight = honest(pair + 1_000);
            (fault.plant)(&mut sight, fault.strength, pair);
            pairs.push((pair, sight));
        }
    }
    let seen = compared(&pairs);
    let mut missed = Vec::new();
    for (fault, seen) in FAULTS.iter().zip(seen.chunks(each as usize)) {
        let found =
            seen.iter().filter(|seen| verdict(seen).finding().is_some_and(|code| code.as_str() == fault.finding));
        let percent = 100 * found.count() / seen.len();
        println!(
            "{:24} {:>6} {:22} found {percent:>3} % of {each}, promised {}",
            fault.name, fault.strength, fault.finding, fault.least
        );
        if percent < fault.least {
            let others: Vec<_> = seen.iter().map(|seen| (verdict(seen), seen.clone())).collect();
            missed.push(format!("{} {}: {percent} %\n{others:#?}", fault.name, fault.strength));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn the_shift_is_that_which_was_planted() {
    let mut pairs = Vec::new();
    for pair in 0..share(42) {
        let mut sight = honest(pair + 2_000);
        turn(&mut sight, 3.0 + pair as f32 * 3.7, pair);
        pairs.push((pair, sight));
    }
    for (seen, (_, sight)) in compared(&pairs).iter().zip(&pairs) {
        let (x, y) = seen.shift.unwrap_or_else(|| panic!("{sight:?} {seen:?}"));
        // What the camera turns to the right moves to the left.
        let error = (x + sight.right).hypot(y + sight.down);
        assert!(error < 1.0, "off by {error} pixels: {sight:?} {seen:?}");
    }
}

#[test]
fn another_scene_is_not_taken_for_the_same() {
    let hall = Hall::new(100);
    let reference = raster(&hall, &Sight::default());
    for pair in 0..share(24) {
        let elsewhere = Hall::elsewhere(500 + pair);
        let seen = compare(&reference, &raster(&elsewhere, &honest(pair + 3_000)));
        assert_eq!(verdict(&seen), Verdict::fail("camera.preset-other-scene"), "{pair}: {seen:?}");
    }
}

#[test]
fn a_camera_turned_by_half_its_view_does_not_look_right() {
    let halls: Vec<(u32, Sight)> = (0..share(24))
        .map(|pair: u32| {
            let right = if pair.is_multiple_of(2) { 300.0 + 10.0 * pair as f32 } else { -300.0 - 10.0 * pair as f32 };
            (pair, Sight { right, ..honest(pair + 4_000) })
        })
        .collect();
    for (seen, (pair, sight)) in compared(&halls).iter().zip(&halls) {
        let verdict = verdict(seen);
        let findings = ["camera.preset-moved", "camera.preset-other-scene"];
        let is_found = matches!(&verdict, Verdict::Fail { finding } if findings.contains(&finding.as_str()));
        assert!(is_found, "{pair} {sight:?}: {verdict:?} {seen:?}");
    }
}

#[test]
fn the_noise_of_a_dim_hall_is_not_taken_for_detail() {
    let hall = Hall::new(100);
    let reference = raster(&hall, &Sight::default());
    let dim = Sight { blur: 2.0, light: 0.6, noise: 10.0, quality: None, moment: 1, ..Sight::default() };
    let seen = compare(&reference, &raster(&hall, &dim));
    assert!(seen.sharpness.is_some_and(|ratio| ratio < 0.05), "{seen:?}");
}

/// ffmpeg's own measure of blur (after Marziliano, 2002): the greater, the more blurred.
fn blurdetect(picture: &[u8]) -> f64 {
    let mut child = ffmpeg()
        .args(["-hide_banner", "-loglevel", "info", "-f", "rawvideo", "-pix_fmt", "gray", "-s"])
        .arg(format!("{WIDTH}x{HEIGHT}"))
        .args(["-i", "pipe:0", "-vf", "blurdetect=block_width=32:block_height=32:block_pct=80,metadata=print:file=-"])
        .args(["-f", "null", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("ffmpeg is needed: apt-get install ffmpeg");
    child.stdin.take().expect("a pipe").write_all(picture).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let number = text.split("lavfi.blur=").nth(1).and_then(|rest| rest.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{text}"))
}

#[test]
fn the_blur_number_falls_where_that_of_ffmpeg_rises() {
    let hall = Hall::new(100);
    let reference = raster(&hall, &Sight::default());
    let mut before: Option<(f64, f32)> = None;
    for blur in [0.0, 0.8, 1.6, 2.6, 4.0] {
        let sight = Sight { blur, moment: 1, ..Sight::default() };
        let theirs = blurdetect(&hall.pictures(&sight, 1)[0]);
        let ours = compare(&reference, &raster(&hall, &sight)).sharpness.expect("the same scene");
        println!("blur {blur}: ffmpeg {theirs:.2}, sharpness ratio {ours:.3}");
        if let Some((their_last, our_last)) = before {
            assert!(theirs > their_last && ours < our_last, "{blur}: {their_last} → {theirs}, {our_last} → {ours}");
        }
        before = Some((theirs, ours));
    }
}
