//! The optical code on a wall that a camera sees: askew, in bad light, out of focus and through H.264, and halls without one.

use std::ops::ControlFlow;
use std::time::Duration;

use avow_agent::ffmpeg::{Capture, Source, capture};
use avow_agent::sight::code::{Finder, Payload, Seen, encode};
use avow_tests::sim::hall::{Dice, HEIGHT, Hall, Sight, WIDTH};
use avow_tests::sim::reel::film;
use avow_tests::sim::screen::Screen;

/// What the wall is fed with.
const SHOWN: (usize, usize) = (1280, 720);

fn payload(n: u32) -> Payload {
    let venue = format!("{:09}-{:02}", n.wrapping_mul(7_919) % 1_000_000_000, n % 99 + 1);
    Payload { run: n.wrapping_mul(0x9e37_79b9), venue: venue.parse().expect("a venue"), sequence: n as u16 }
}

fn hall(n: u32) -> Vec<u8> {
    let sight = Sight { moment: n, light: [1.0, 0.4, 1.3][n as usize % 3], ..Sight::default() };
    Hall::new(700 + n % 3).pictures(&sight, 1).remove(0)
}

/// A hall whose wall shows a code.
fn picture(halls: &[Vec<u8>], n: u32, screen: &Screen) -> Vec<u8> {
    let mut picture = halls[n as usize % halls.len()].clone();
    let shown = encode(payload(n), SHOWN.0, SHOWN.1);
    screen.shine(&mut picture, &shown, SHOWN, &mut Dice::new(n));
    picture
}

/// How a wall may look: the name, and the screen with this much of the fault.
type Look = (&'static str, fn(f32, &mut Dice) -> Screen, &'static [(f32, usize)]);

/// The frame of the code is 0.79 of the wall: 203 pixels of wall are 160 of code, a quarter of the picture's width.
fn wall(dice: &mut Dice) -> Screen {
    Screen::at(dice.within(130.0, 510.0), dice.within(80.0, 280.0), 203.0)
}

/// Each with its strengths and the per cent that must be read.
const LOOKS: &[Look] = &[
    (
        "width of the code, pixels",
        |pixels, dice| Screen::at(320.0, 180.0, pixels / 0.7875).askew(0.01, dice),
        &[(100.0, 0), (120.0, 0), (140.0, 90), (160.0, 99), (240.0, 99), (400.0, 99)],
    ),
    (
        "corners askew by, parts of the width",
        |part, dice| wall(dice).askew(part, dice),
        &[(0.03, 99), (0.06, 99), (0.1, 0)],
    ),
    ("out of focus by, pixels", |blur, dice| Screen { blur, ..wall(dice) }, &[(1.0, 99), (1.8, 99), (2.6, 0)]),
    (
        "white above black, luma",
        |contrast, dice| Screen { black: 90.0, white: 90.0 + contrast, ..wall(dice) },
        &[(20.0, 0), (40.0, 99), (80.0, 99)],
    ),
    (
        "light from one side, luma",
        |slant, dice| Screen { slant, white: 180.0, ..wall(dice) },
        &[(60.0, 99), (120.0, 99)],
    ),
    ("noise, luma", |noise, dice| Screen { noise, ..wall(dice) }, &[(8.0, 99), (16.0, 99), (32.0, 0)]),
];

#[test]
fn a_code_is_read_from_a_quarter_of_the_width_on_in_any_bearable_look() {
    let halls: Vec<Vec<u8>> = (0..3).map(hall).collect();
    let mut finder = Finder::new();
    let mut missed = Vec::new();
    for (name, screen, strengths) in LOOKS {
        for (strength, least) in *strengths {
            const EACH: u32 = 12;
            let read = (0..EACH).filter(|n| {
                let mut dice = Dice::new(n.wrapping_mul(31) ^ strength.to_bits());
                let seen = finder.find(&picture(&halls, *n, &screen(*strength, &mut dice)), WIDTH, HEIGHT);
                assert!(seen.is_none_or(|seen| seen.payload == payload(*n)), "another code was read: {seen:?}");
                seen.is_some()
            });
            let percent = 100 * read.count() / EACH as usize;
            println!("{name:38} {strength:>6} read {percent:>3} % of {EACH}, promised {least}");
            if percent < *least {
                missed.push((name, strength, percent));
            }
        }
    }
    assert!(missed.is_empty(), "{missed:?}");
}

/// What is read of a film, frame by frame.
async fn read(path: &std::path::Path) -> Vec<Option<Seen>> {
    let (source, mut finder, mut seen) = (Source::File(path.to_owned()), Finder::new(), Vec::new());
    let all = Capture { source: &source, frames: 250, keys_only: false };
    let captured = capture(&all, Duration::from_secs(60), |frame| {
        seen.push(finder.find(&frame[..WIDTH * HEIGHT], WIDTH, HEIGHT));
        ControlFlow::Continue(())
    });
    captured.await.expect("ffmpeg is needed: apt-get install ffmpeg");
    seen
}

#[tokio::test]
async fn a_code_is_read_through_h264_at_a_low_rate() {
    const EACH: usize = 10;
    let folder = tempfile::tempdir().expect("a folder");
    let halls: Vec<Vec<u8>> = (0..3).map(hall).collect();
    for (kilobits, least) in [(96, 0), (192, 90), (384, 99)] {
        let path = folder.path().join(format!("{kilobits}.mp4"));
        let scene = |n: u32| picture(&halls, n, &wall(&mut Dice::new(n)).askew(0.03, &mut Dice::new(n + 99)));
        let frames = (0..6).flat_map(|n| std::iter::repeat_n(scene(n), EACH));
        let rate = format!("{kilobits}k");
        film(
            &path,
            frames,
            &["-c:v", "libx264", "-preset", "veryfast", "-b:v", &rate, "-maxrate", &rate, "-bufsize", &rate],
        )
        .expect("a film");
        let seen = read(&path).await;
        assert_eq!(seen.len(), 6 * EACH);
        // The last of each scene: the agent looks at the last frame of those that it takes, too.
        let scenes = seen.chunks(EACH).enumerate();
        let right = |(n, frames): &(usize, &[Option<Seen>])| {
            frames.iter().flatten().all(|seen| seen.payload == payload(*n as u32)) && frames[EACH - 1].is_some()
        };
        let percent = 100 * scenes.filter(right).count() / 6;
        let frames = seen.iter().flatten().count();
        println!("H.264 at {kilobits} kbit/s: {percent} % of scenes, {frames} of {} frames read", seen.len());
        assert!(percent >= least, "{kilobits} kbit/s: {percent} %");
    }
}

#[test]
fn halls_without_a_code_say_nothing() {
    let mut finder = Finder::new();
    for n in 0..12 {
        let sight = Sight { moment: n, noise: 1.0 + n as f32, slide: n, ..Sight::default() };
        for hall in [Hall::new(900 + n), Hall::elsewhere(900 + n)] {
            assert_eq!(finder.find(&hall.pictures(&sight, 1)[0], WIDTH, HEIGHT), None, "{n}");
        }
    }
}
