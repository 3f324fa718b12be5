//! Our figures beside those of ffmpeg's own filters, on the same films. Where both judge the same thing they agree; where we know more
//! (an honest camera at night, an encoder that repeats what did not change) the difference is stated here. `blurdetect`: `preset_pictures`.

use std::path::{Path, PathBuf};

use avow_agent::probe::{Found, Work, run};
use avow_tests::sim::dress::Dress;
use avow_tests::sim::hall::{HEIGHT, Hall, Sight, WIDTH};
use avow_tests::sim::reel::{ffmpeg, film};

use super::{context, figure, finding, said};

/// Of a film in which an encoder settles.
const FRAMES: usize = 250;

/// What ffmpeg says of a film through a filter.
fn filtered(path: &Path, filter: &str) -> String {
    let output = ffmpeg()
        .args(["-hide_banner", "-nostdin", "-nostats", "-i"])
        .arg(path)
        .args(["-vf", filter, "-f", "null", "-"])
        .output()
        .expect("ffmpeg is needed: apt-get install ffmpeg");
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

fn filmed(folder: &Path, name: &str, frames: impl IntoIterator<Item = Vec<u8>>) -> PathBuf {
    let path = folder.join(format!("{name}.mp4"));
    let encoder = "-c:v libx264 -preset veryfast -crf 28 -g 25 -keyint_min 25 -sc_threshold 0";
    film(&path, frames, &encoder.split(' ').collect::<Vec<_>>()).expect("ffmpeg is needed: apt-get install ffmpeg");
    path
}

async fn looked(path: &Path) -> Found {
    let table = format!("source='file:{}'", path.display()).parse().expect("a table");
    run(&Work::parse("picture", table).expect("a picture"), &context(Path::new("/nowhere"))).await
}

fn scene(sight: Sight, dress: &Dress, count: usize) -> Vec<Vec<u8>> {
    dress.frames(&Hall::new(830), &Sight { quality: None, ..sight }, count)
}

#[tokio::test]
async fn the_mean_of_luma_is_that_of_signalstats() {
    let folder = tempfile::tempdir().expect("a folder");
    for light in [0.1, 0.4, 0.7, 1.0, 1.3] {
        let frames = scene(Sight { light, ..Sight::default() }, &Dress::default(), 12);
        let path = filmed(folder.path(), "light", frames);
        let text = filtered(
            &path,
            "scale=out_range=full,format=yuvj420p,signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-",
        );
        let all: Vec<f64> =
            text.split("YAVG=").skip(1).filter_map(|rest| rest.split_whitespace().next()?.parse().ok()).collect();
        let theirs = all.iter().sum::<f64>() / all.len() as f64;
        let ours = figure(&looked(&path).await, "luma_mean").expect("a figure");
        println!("light {light}: ours {ours:.2}, signalstats {theirs:.2}");
        assert!(all.len() == 12 && (ours - theirs).abs() < 1.0, "{ours} {theirs}");
    }
}

#[tokio::test]
async fn black_is_what_blackdetect_calls_black_but_for_a_hall_at_night() {
    let folder = tempfile::tempdir().expect("a folder");
    let even = |luma: u8| vec![vec![luma; WIDTH * HEIGHT]; 12];
    let night = Sight { light: 0.05, lamps: 0.0, noise: 0.8, ..Sight::default() };
    let sign = Dress { sign: true, ..Dress::default() };
    for (name, frames, theirs, ours) in [
        ("nothing", even(0), true, "picture.black"),
        ("nearly nothing", even(12), true, "picture.black"),
        ("dark grey", even(40), false, "picture.flat"),
        ("a hall", scene(Sight::default(), &Dress::default(), 12), false, ""),
        // An emergency exit's sign is a light: the camera sees.
        ("a hall at night", scene(night, &sign, 12), true, "picture.dark"),
    ] {
        let path = filmed(folder.path(), "black", frames);
        let says = filtered(&path, "blackdetect=d=0.2:pix_th=0.10:pic_th=0.98").contains("black_start");
        let found = looked(&path).await;
        println!("{name}: blackdetect {says}, ours '{}'", finding(&found));
        assert_eq!((says, finding(&found)), (theirs, ours), "{name}: {}", said(&found));
    }
}

#[tokio::test]
async fn frozen_is_what_freezedetect_calls_frozen_but_for_what_an_encoder_repeats() {
    let folder = tempfile::tempdir().expect("a folder");
    let still = Sight { noise: 1.5, ..Sight::default() };
    let stopped = vec![scene(still.clone(), &Dress::default(), 1).remove(0); FRAMES];
    let walking = Sight { people: vec![(0.2, 0.7), (0.6, 0.6), (0.8, 0.8)], ..Sight::default() };
    // Thirty-one frames again and again: key frames meet another one each time.
    let living: Vec<Vec<u8>> = scene(still, &Dress::default(), 31).into_iter().cycle().take(FRAMES).collect();
    for (name, frames, theirs, ours) in [
        ("stopped", stopped, true, "picture.frozen"),
        ("people walk", scene(walking, &Dress::default(), 25), false, ""),
        ("a still hall", living, true, ""),
    ] {
        let path = filmed(folder.path(), "freeze", frames);
        let says = filtered(&path, "freezedetect=n=-50dB:d=0.3").contains("freeze_start");
        let found = looked(&path).await;
        println!("{name}: freezedetect {says}, ours '{}', {:?}", finding(&found), figure(&found, "key_difference"));
        assert_eq!((says, finding(&found)), (theirs, ours), "{name}: {}", said(&found));
    }
}
