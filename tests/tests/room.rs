//! The sound of a room, by a real sound server: what is played is heard.

use std::time::Duration;

use avow_agent::ffmpeg::sound::{Exchange, Exchanged, Sound, exchange, play, record};
use avow_tests::rig::{Folder, PulseAudio};

const LONGEST: Duration = Duration::from_secs(60);

fn sound(text: &str, server: &PulseAudio) -> Sound {
    format!("pulse:{text}@{}", server.server()).parse().expect("a sound")
}

/// Half a second of 1 kHz at −6 dB.
fn tone() -> Vec<f32> {
    (0..8_000).map(|n| 0.5 * (std::f32::consts::TAU * n as f32 / 16.0).sin()).collect()
}

#[tokio::test]
async fn what_is_played_into_a_loudspeaker_is_heard_by_the_microphone_after_the_quiet() {
    let folder = Folder::new();
    let lines = [PulseAudio::air("speaker.monitor", "room")];
    let server = PulseAudio::start(&folder, &["speaker", "room"], &lines).await;
    let (sink, source) = (sound("speaker", &server), sound("room.monitor", &server));
    let before = std::time::SystemTime::now();
    let all = Exchange { sink: &sink, source: &source, reference: None, rate: 16_000, quiet_s: 0.5, tail_s: 0.5 };
    let mut quiet = None;
    let Exchanged { heard, played, .. } = exchange(&all, LONGEST, &mut |noise| {
        quiet = Some((noise.len(), noise.iter().all(|sample| *sample == 0.0)));
        tone()
    })
    .await
    .expect("ffmpeg runs");
    assert!(played.whole && !heard.timed_out, "{played:?} {:?}", heard.words);
    assert_eq!(quiet, Some((8_000, true)));
    let first = heard.samples.iter().position(|sample| sample.abs() > 0.1).expect("the tone is heard");
    let last = heard.samples.iter().rposition(|sample| sample.abs() > 0.1).expect("the tone is heard");
    assert!(first > 8_000 && (7_000..12_000).contains(&(last - first)), "{first} {last}");
    let began = heard.began_s.expect("PulseAudio stamps");
    let since = before.duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs_f64();
    assert!((-1.0..30.0).contains(&(began - since)), "by the wall: {began}, {since}");
}

#[tokio::test]
async fn at_its_deadline_a_recording_holds_what_was_heard_and_its_child_is_gone() {
    let folder = Folder::new();
    let server = PulseAudio::start(&folder, &["speaker"], &[]).await;
    let source = sound("speaker.monitor", &server);
    let heard = record(&source, 16_000, 3_600.0, Duration::from_secs(3)).await.expect("ffmpeg runs");
    assert!(heard.timed_out && heard.samples.len() > 1_600, "{} {:?}", heard.samples.len(), heard.words);
    let nobody = sound("nobody", &server);
    let played = play(&nobody, &tone(), 16_000, LONGEST).await.expect("ffmpeg runs");
    assert!(!played.whole && !played.timed_out, "{played:?}");
    assert_eq!(children(), Vec::<String>::new());
}

/// The states of this test's children called ffmpeg, those among them that nobody has reaped.
fn children() -> Vec<String> {
    let list = std::fs::read_to_string("/proc/thread-self/children").expect("a list of children");
    let stats = list.split_whitespace().filter_map(|id| std::fs::read_to_string(format!("/proc/{id}/stat")).ok());
    stats.filter(|stat| stat.contains("(ffmpeg)")).collect()
}
