//! Our numbers against ffmpeg's own filters on the same file, and markers through its codecs.

use std::time::Duration;

use avow_agent::ffmpeg::sound::{Sound, play, record};
use avow_agent::sound::level::Level;
use avow_agent::sound::marker::{Detector, LEVEL, Rate};
use avow_tests::rig::Folder;
use avow_tests::sim::reel::ffmpeg;
use avow_tests::sim::sound::Random;
use avow_tests::sim::sound::voice::Voices;

use super::{LONGEST, marker};

/// What ffmpeg says to standard error when it does this.
fn run(words: &[&str]) -> String {
    let output = ffmpeg().args(["-hide_banner", "-nostdin", "-nostats", "-y"]).args(words).output();
    let output = output.expect("ffmpeg is needed: apt-get install ffmpeg");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

/// The number behind the last `key` that a filter says.
#[track_caller]
fn number(said: &str, key: &str) -> f64 {
    let (_, rest) = said.rsplit_once(key).unwrap_or_else(|| panic!("no {key}: {said}"));
    rest.split_whitespace().next().and_then(|word| word.parse().ok()).unwrap_or_else(|| panic!("{key}: {rest}"))
}

#[tokio::test]
async fn levels_are_those_of_astats_volumedetect_and_ebur128() {
    let folder = Folder::new();
    let path = folder.file("sound.wav");
    let name = path.to_str().expect("a path");
    let file: Sound = format!("file:{name}").parse().expect("a sound");
    let speech: Vec<f32> = Voices::new(3).take(8 * 8_000).map(|sample| 0.5 * sample).collect();
    let mut random = Random::new(1);
    let noise: Vec<f32> = (0..64_000).map(|_| 0.02 * random.normal()).collect();
    let tone: Vec<f32> =
        (0..64_000).map(|n| 0.3 * (std::f32::consts::TAU * 997.0 * n as f32 / 8_000.0).sin()).collect();
    for (samples, is_tone) in [(speech, false), (noise, false), (tone, true)] {
        assert!(play(&file, &samples, 8_000, LONGEST).await.expect("ffmpeg runs").whole);
        let heard = record(&file, 8_000, 60.0, LONGEST).await.expect("ffmpeg runs");
        assert_eq!(heard.samples.len(), samples.len());
        let ours = Level::of(&heard.samples);
        let said = run(&["-i", name, "-af", "astats=measure_perchannel=none,volumedetect", "-f", "null", "-"]);
        let near = |ours: f64, theirs: f64| assert!((ours - theirs).abs() < 0.11, "{ours}, {theirs}: {said}");
        near(ours.rms_dbfs, number(&said, "RMS level dB:"));
        near(ours.peak_dbfs, number(&said, "Peak level dB:"));
        near(ours.rms_dbfs, number(&said, "mean_volume:"));
        near(ours.peak_dbfs, number(&said, "max_volume:"));
        if is_tone {
            // At 997 Hz the weighting of ITU-R BS.1770 takes nothing away and gives nothing.
            let said = run(&["-i", name, "-af", "ebur128", "-f", "null", "-"]);
            assert!((ours.rms_dbfs - number(&said, "I:")).abs() < 0.2, "{ours:?}: {said}");
        }
    }
}

#[tokio::test]
async fn markers_pass_opus_at_12_to_24_kilobits_in_99_of_100() {
    let folder = Folder::new();
    let (plain, coded) = (folder.file("plain.wav"), folder.file("coded.opus"));
    let (plain, coded) = (plain.to_str().expect("a path"), coded.to_str().expect("a path"));
    let mut random = Random::new(9);
    let one = |n: usize| [marker(&format!("350102001-{:02}", n + 1), Rate::Hz16000, LEVEL), vec![0.0; 4_000]].concat();
    let mut all: Vec<f32> = (0..40).flat_map(one).collect();
    // As loud in the room as 14 dB below the marker.
    all.iter_mut().for_each(|sample| *sample += 0.2 * LEVEL * random.normal());
    let file: Sound = format!("file:{plain}").parse().expect("a sound");
    assert!(play(&file, &all, 16_000, LONGEST).await.expect("ffmpeg runs").whole);
    let mut found = 0;
    for rate in ["12k", "16k", "24k"] {
        run(&["-i", plain, "-c:a", "libopus", "-application", "voip", "-b:a", rate, coded]);
        let file: Sound = format!("file:{coded}").parse().expect("a sound");
        let heard = record(&file, 16_000, 600.0, Duration::from_secs(120)).await.expect("ffmpeg runs");
        let markers = Detector::new(Rate::Hz16000).detect(&heard.samples);
        let rooms: Vec<u8> = markers.iter().map(|one| one.payload.venue.room).collect();
        found += (1..=40).filter(|room| rooms.contains(room)).count();
        assert!(markers.len() <= 40, "none twice");
    }
    assert!(found * 100 >= 120 * 99, "{found} of 120");
}
