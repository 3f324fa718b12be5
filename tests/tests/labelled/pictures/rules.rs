//! Every rule of the picture probe against a labelled set of drawn halls: what is honest raises no alarm, what is planted is found from its
//! stated strength on. The tables are what the test holds; it prints what it measured. `AVOW_WHOLE_SET` makes the sets six times as large.

use avow_agent::ffmpeg::Mark;
use avow_agent::probe::picture::{Look, Setup};
use avow_agent::probe::{Found, Work};
use avow_tests::sim::dress::{BLUE, Dress, RED, WRITING, bars, card};
use avow_tests::sim::hall::{Dice, Hall, Sight};

use super::{figure, finding, said};

/// The whole set, or what every change must pass.
fn each(part: u32) -> u32 {
    if std::env::var_os("AVOW_WHOLE_SET").is_some() { part * 6 } else { part }
}

fn setup(keys: &str) -> Setup {
    let table = format!("source='v4l2:/dev/video0'\n{keys}").parse().expect("a table");
    match Work::parse("picture", table) {
        Ok(Work::Picture(setup)) => setup,
        other => panic!("{keys}: {other:?}"),
    }
}

fn overlay() -> String {
    format!("overlay={WRITING:?}")
}

fn looked(frames: &[Vec<u8>], keys: &str) -> Found {
    let mut look = Look::default();
    let mark = |n: usize| Mark { time_s: n as f64 * 0.04, width: 1920, height: 1080 };
    frames.iter().for_each(|frame| look.take(frame));
    look.found(&setup(keys), &(0..frames.len()).map(mark).collect::<Vec<_>>())
}

/// A day as it comes.
fn day(pair: u32) -> (Sight, Dress) {
    let mut dice = Dice::new(pair.wrapping_mul(977) ^ 0xda7);
    let people = (0..pair % 3).map(|_| (dice.within(0.05, 0.95), dice.within(0.25, 0.6))).collect();
    let sight = Sight {
        light: dice.within(0.6, 1.3),
        slant: dice.within(-0.5, 0.5),
        haze: dice.within(0.0, 10.0),
        lamps: dice.within(0.0, 1.0),
        people,
        slide: pair,
        noise: dice.within(0.8, 5.0),
        quality: None,
        moment: pair,
        ..Sight::default()
    };
    let gain = |dice: &mut Dice| dice.within(0.96, 1.04);
    let gains = [gain(&mut dice), gain(&mut dice), gain(&mut dice)];
    let seats = if pair.is_multiple_of(2) { RED } else { BLUE };
    (sight, Dress { gains, seats, ..Dress::default() })
}

/// What is honest: its name, and what it makes of a day.
type Honest = (&'static str, fn(&mut Sight, &mut Dress, &mut Dice));

const HONEST: &[Honest] = &[
    ("a day", |_, _, _| {}),
    ("an evening", |sight, _, dice| (sight.lamps, sight.light) = (1.0, dice.within(0.45, 0.6))),
    ("an empty hall at night", |sight, dress, dice| {
        (sight.light, sight.lamps, sight.haze) = (dice.within(0.03, 0.09), 0.0, dice.within(0.0, 4.0));
        (sight.noise, dress.sign) = (dice.within(0.6, 2.0), true);
        sight.people.clear();
    }),
    ("a hall at night, gain up", |sight, dress, dice| {
        (sight.light, sight.lamps, sight.noise) = (dice.within(0.15, 0.3), 0.1, dice.within(4.0, 8.0));
        dress.sign = true;
    }),
    ("red light on the stage", |_, dress, dice| dress.stage = Some(([1.5, 0.35, 0.3], dice.within(0.3, 0.8)))),
    ("blue light on the stage", |_, dress, dice| dress.stage = Some(([0.3, 0.4, 1.5], dice.within(0.3, 0.8)))),
    ("a dark hall before a projector", |sight, _, dice| (sight.light, sight.lamps) = (dice.within(0.3, 0.4), 1.0)),
    ("snow outside", |_, dress, dice| dress.window = dice.within(0.15, 0.45)),
    ("a blue curtain", |_, dress, dice| dress.curtain = Some((dice.within(0.3, 0.8), BLUE))),
    ("a red curtain", |_, dress, dice| dress.curtain = Some((dice.within(0.3, 0.8), RED))),
    ("a lamp is switched", |_, dress, dice| {
        dress.switched = Some((dice.within(3.0, 9.0) as usize, dice.within(0.6, 1.3)));
    }),
    ("many walk", |sight, _, dice| {
        sight.people = (0..8).map(|_| (dice.within(0.0, 1.0), dice.within(0.3, 0.8))).collect();
    }),
];

#[test]
fn what_is_honest_raises_no_alarm() {
    let halls: Vec<Hall> = (0..3).map(|n| Hall::new(300 + n)).collect();
    let mut alarms = Vec::new();
    for (at, (name, change)) in HONEST.iter().enumerate() {
        let count = each(if *name == "many walk" { 2 } else { 6 });
        let mut most: Vec<(&str, f64)> =
            ["card", "bars", "cast", "noise", "flicker", "banding"].map(|name| (name, 0.0)).into();
        let mut dark = 0;
        for n in 0..count {
            let (mut sight, mut dress) = day(at as u32 * 1_000 + n);
            change(&mut sight, &mut dress, &mut Dice::new(n.wrapping_mul(7_001) ^ at as u32));
            let found = looked(&dress.frames(&halls[n as usize % 3], &sight, 12), "");
            for (name, value) in &mut most {
                *value = value.max(figure(&found, name).unwrap_or(0.0));
            }
            // At night it is dark, and that may be said.
            let is_dim = matches!(finding(&found), "picture.dark" | "picture.flat") && sight.light < 0.4;
            dark += u32::from(is_dim);
            if !is_dim && !finding(&found).is_empty() {
                alarms.push(format!("{name}: {}", said(&found)));
            }
        }
        println!("{name:32} {count:>3} halls, {dark} called dark, at most: {most:.1?}");
    }
    assert!(alarms.is_empty(), "{alarms:#?}");
}

/// A fault of a strength: frames, and the keys of the probe.
type Plant = fn(f32, u32, &Hall) -> (Vec<Vec<u8>>, String);

struct Planted {
    name: &'static str,
    finding: &'static str,
    plant: Plant,
    /// Each strength with the per cent that must be found; 0 promises nothing.
    strengths: &'static [(f32, usize)],
}

fn dressed(n: u32, hall: &Hall, count: usize, change: impl Fn(&mut Sight, &mut Dress)) -> (Vec<Vec<u8>>, String) {
    let (mut sight, mut dress) = day(n + 50_000);
    change(&mut sight, &mut dress);
    (dress.frames(hall, &sight, count), String::new())
}

const CARDS: [(u8, u8, u8); 4] = [(41, 240, 110), (29, 200, 120), (110, 166, 60), (70, 170, 190)];

fn planted_card(part: f32, n: u32, _: &Hall) -> (Vec<Vec<u8>>, String) {
    ((0..2).map(|at| card(CARDS[n as usize % 4], part, n * 2 + at)).collect(), String::new())
}

fn planted_bars(caption: f32, n: u32, _: &Hall) -> (Vec<Vec<u8>>, String) {
    let (count, part) = if n.is_multiple_of(2) { (8, 1.0) } else { (7, 0.75) };
    ((0..2).map(|at| bars(count, part, caption, 3.0, n * 2 + at)).collect(), String::new())
}

fn planted_cast(by: f32, n: u32, hall: &Hall) -> (Vec<Vec<u8>>, String) {
    let gains = [
        [1.0 + by, 1.0, 1.0 - by],
        [1.0 - by, 1.0, 1.0 + by],
        [1.0 - by / 2.0, 1.0 + by / 2.0, 1.0 - by],
        [1.0 + by, 1.0 - by, 1.0 + by / 2.0],
    ];
    dressed(n, hall, 2, |_, dress| dress.gains = gains[n as usize % 4])
}

fn planted_noise(noise: f32, n: u32, hall: &Hall) -> (Vec<Vec<u8>>, String) {
    dressed(n, hall, 2, |sight, _| sight.noise = noise)
}

fn planted_flicker(per_cent: f32, n: u32, hall: &Hall) -> (Vec<Vec<u8>>, String) {
    let turns = [0.33, 0.2, 0.41][n as usize % 3];
    dressed(n, hall, 12, |_, dress| dress.flicker = (per_cent / 100.0, turns))
}

fn planted_bands(per_cent: f32, n: u32, hall: &Hall) -> (Vec<Vec<u8>>, String) {
    let (bands, turns) = [(2.0, 0.33), (3.5, -0.2), (6.0, 0.1)][n as usize % 3];
    dressed(n, hall, 12, |_, dress| dress.bands = (per_cent / 100.0, bands, turns))
}

fn planted_overlay(share: f32, n: u32, hall: &Hall) -> (Vec<Vec<u8>>, String) {
    let (frames, _) = dressed(n, hall, 2, |_, dress| dress.writing = share);
    (frames, overlay())
}

fn planted_black(luma: f32, n: u32, _: &Hall) -> (Vec<Vec<u8>>, String) {
    let mut dice = Dice::new(n);
    let mut frame = || {
        let mut frame: Vec<u8> = (0..640 * 360).map(|_| (luma + dice.within(-2.0, 2.0)).max(0.0) as u8).collect();
        frame.resize(640 * 540, 128);
        frame
    };
    ((0..2).map(|_| frame()).collect(), String::new())
}

fn planted_stop(_: f32, n: u32, hall: &Hall) -> (Vec<Vec<u8>>, String) {
    let (frames, _) = dressed(n, hall, 1, |_, _| {});
    (vec![frames[0].clone(); 12], String::new())
}

const FAULTS: &[Planted] = &[
    Planted {
        name: "black, luma",
        finding: "picture.black",
        plant: planted_black,
        strengths: &[(0.0, 99), (8.0, 99), (14.0, 99), (20.0, 0)],
    },
    Planted { name: "stopped", finding: "picture.frozen", plant: planted_stop, strengths: &[(1.0, 99)] },
    Planted {
        name: "card, part that is written on",
        finding: "picture.no-signal-card",
        plant: planted_card,
        strengths: &[(0.0, 99), (0.05, 99), (0.12, 99), (0.3, 0)],
    },
    Planted {
        name: "bars, part under a caption",
        finding: "picture.bars",
        plant: planted_bars,
        strengths: &[(0.0, 99), (0.25, 99), (0.5, 99), (0.8, 0)],
    },
    Planted {
        name: "cast, gain of a colour",
        finding: "picture.cast",
        plant: planted_cast,
        strengths: &[(0.1, 0), (0.2, 0), (0.3, 99), (0.45, 99)],
    },
    Planted {
        name: "noise, luma",
        finding: "picture.noise",
        plant: planted_noise,
        strengths: &[(8.0, 0), (13.0, 99), (20.0, 99), (30.0, 99)],
    },
    Planted {
        name: "flicker, per cent",
        finding: "picture.flicker",
        plant: planted_flicker,
        strengths: &[(1.0, 0), (3.0, 99), (8.0, 99)],
    },
    Planted {
        name: "bands, per cent",
        finding: "picture.banding",
        plant: planted_bands,
        strengths: &[(1.0, 0), (2.5, 0), (4.0, 99), (8.0, 99)],
    },
    Planted {
        name: "overlay, strokes that are left",
        finding: "picture.overlay-missing",
        plant: planted_overlay,
        strengths: &[(0.0, 99), (0.3, 0)],
    },
];

#[test]
fn planted_faults_are_found_from_their_stated_strength_on() {
    let halls: Vec<Hall> = (0..3).map(|n| Hall::new(400 + n)).collect();
    let mut missed = Vec::new();
    for fault in FAULTS {
        for (strength, least) in fault.strengths {
            let count = each(12);
            let mut others = Vec::new();
            for n in 0..count {
                let (frames, keys) = (fault.plant)(*strength, n, &halls[n as usize % 3]);
                let found = looked(&frames, &keys);
                if finding(&found) != fault.finding {
                    others.push(said(&found));
                }
            }
            let percent = 100 * (count as usize - others.len()) / count as usize;
            println!(
                "{:32} {strength:>5} {:26} found {percent:>3} % of {count}, promised {least}",
                fault.name, fault.finding
            );
            if percent < *least {
                missed.push((fault.name, strength, others));
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn an_overlay_that_is_there_is_seen_in_any_light() {
    let hall = Hall::new(500);
    for n in 0..each(6) {
        let (mut sight, mut dress) = day(n + 70_000);
        (dress.writing, sight.light) = (1.0, [0.5, 1.0, 1.5][n as usize % 3]);
        let found = looked(&dress.frames(&hall, &sight, 2), &overlay());
        println!("an overlay: edges {:?}", figure(&found, "overlay_edges"));
        assert_eq!(finding(&found), "", "{} {:?}", found.detail, found.values);
    }
}
