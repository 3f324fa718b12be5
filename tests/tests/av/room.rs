//! The sound of a room, by a real sound server and the agent's own command: what is planted is found.

mod numbers;
mod quality;

use std::time::Duration;

use avow_agent::ffmpeg::SEATS;
use avow_agent::ffmpeg::sound::{Exchange, Exchanged, Sound, exchange, play, record};
use avow_agent::sound::marker::{Detector, LEVEL, Payload, Rate, encode};
use avow_tests::rig::{Folder, PulseAudio, Said, check_in, wait_until};
use avow_tests::sim::sound::Random;

/// The tests of this program share the six seats of ffmpeg and wait for each other.
const LONGEST: Duration = Duration::from_secs(300);
const SHORT: &str = "strength = \"short\"";

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
    let Exchanged { heard, played, .. } = Box::pin(exchange(&all, LONGEST, &mut |noise| {
        quiet = Some((noise.len(), noise.iter().all(|sample| *sample == 0.0)));
        tone()
    }))
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

#[tokio::test]
async fn a_recording_that_nobody_waits_for_leaves_no_child_and_there_are_never_more_than_the_seats() {
    let _seats = crate::SEATS.lock().await;
    let folder = Folder::new();
    let server = PulseAudio::start(&folder, &["speaker"], &[]).await;
    let source = sound("speaker.monitor", &server);
    let one = || record(&source, 16_000, 3_600.0, LONGEST);
    let many = async { tokio::join!(one(), one(), one(), one(), one(), one()) };
    let mut most = 0;
    let all_seats = wait_until("as many children as seats", LONGEST, async || {
        most = most.max(children().len());
        (most >= SEATS).then_some(())
    });
    tokio::select! {
        _ = Box::pin(many) => panic!("an hour has passed"),
        () = all_seats => {}
    }
    assert_eq!(most, SEATS);
    wait_until("the end of them all", LONGEST, async || children().is_empty().then_some(())).await;
}

/// A loudspeaker, a microphone that hears it through `air`, and what the agent says of them.
async fn check(sinks: &[&str], air: &[String], keys: &str, times: usize) -> Vec<Said> {
    let folder = Folder::new();
    let server = PulseAudio::start(&folder, sinks, air).await;
    let keys = format!("play = \"pulse:speaker\"\nrecord = \"pulse:room.monitor\"\n{keys}");
    let address = server.server();
    let run = move || (0..times).map(|_| check_in(&folder, "sound", &keys, &[("PULSE_SERVER", &address)])).collect();
    tokio::task::spawn_blocking(run).await.expect("the checks end")
}

fn air() -> String {
    PulseAudio::air("speaker.monitor", "room")
}

/// The loudspeaker is a filter of LADSPA in front of another.
fn filter(plugin: &str, label: &str, control: &str) -> [String; 2] {
    [PulseAudio::filter("speaker", "cone", plugin, label, control), PulseAudio::air("cone.monitor", "room")]
}

#[tokio::test]
async fn a_room_in_order_passes_with_every_strength() {
    for (strength, level) in [("whisper", -35.0), ("short", -20.0), ("full", -20.0)] {
        let said = check(&["speaker", "room"], &[air()], &format!("strength = \"{strength}\""), 1).await;
        said[0].is(0, None, "延时");
        let number = |name| said[0].number(name).unwrap_or(f64::NAN);
        assert!((number("sound_level") - level).abs() < 1.0, "{}", said[0].row);
        assert!(number("sound_gain").abs() < 1.0 && number("sound_polarity") > 0.0, "{}", said[0].row);
        // The loopback is asked for 20 ms; what a busy machine adds is bounded by the limit.
        assert!((5.0..150.0).contains(&number("sound_delay")), "{}", said[0].row);
        assert!(number("sound_quality") > 0.85 && number("sound_response").abs() < 3.0, "{}", said[0].row);
        assert!(strength != "full" || number("sound_thd_n") < 1.0, "{}", said[0].row);
    }
}

#[tokio::test]
async fn a_dead_cable_is_silence() {
    for strength in ["whisper", "short"] {
        let said = check(&["speaker", "room"], &[], &format!("strength = \"{strength}\""), 1).await;
        said[0].is(1, Some("sound.silent"), "数字静音");
    }
}

#[tokio::test]
async fn a_wire_that_is_turned_round_a_filter_a_gain_too_high_and_one_too_low_are_found() {
    for (plugin, label, control, keys, finding, said) in [
        ("inv_1429", "inv", "", SHORT, "sound.polarity", "极性相反"),
        ("lowpass_iir_1891", "lowpass_iir", "800,2", SHORT, "sound.response", "最弱频带"),
        ("amp_1181", "amp", "30", SHORT, "sound.clipped", "削波"),
        ("amp_1181", "amp", "-40", SHORT, "sound.faint", "电平"),
    ] {
        let found = check(&["cone", "room"], &filter(plugin, label, control), keys, 1).await;
        assert_eq!(found[0].finding(), Some(finding), "{plugin}: {}", found[0].row);
        assert!(found[0].detail().contains(said), "{plugin}: {}", found[0].row);
    }
}

#[tokio::test]
async fn three_good_runs_are_the_rooms_baseline_and_what_strays_from_it_is_told() {
    let folder = Folder::new();
    let server = PulseAudio::start(&folder, &["cone", "room"], &filter("amp_1181", "amp", "-3")).await;
    let weaker = PulseAudio::start(&folder, &["cone", "room"], &filter("amp_1181", "amp", "-12")).await;
    let run = move || {
        let keys = format!("play = \"pulse:speaker\"\nrecord = \"pulse:room.monitor\"\n{SHORT}");
        let said = |server: &PulseAudio| check_in(&folder, "sound", &keys, &[("PULSE_SERVER", &server.server())]);
        for _ in 0..3 {
            said(&server).is(0, None, "电平 -23 dBFS");
        }
        said(&weaker).is(0, Some("sound.baseline"), "偏离基线：电平低 9 dB");
        said(&server).is(0, None, "电平");
        // Two files were left by all that: what was learnt, and nothing of the sound.
        let left: Vec<_> = std::fs::read_dir(folder.file("state/sound")).expect("a folder").flatten().collect();
        assert_eq!(left.len(), 1, "{left:?}");
        assert!(left[0].metadata().is_ok_and(|file| file.len() < 1_000));
    };
    tokio::task::spawn_blocking(run).await.expect("the checks end");
}

#[tokio::test]
async fn the_same_through_alsa() {
    let folder = Folder::new();
    let server = PulseAudio::start(&folder, &["speaker", "room"], &[air()]).await;
    let pcm = |name: &str, device: &str| {
        format!("pcm.{name} {{ type pulse server \"{}\" device {device} }}\n", server.server())
    };
    let conf = folder.file("asound.conf");
    let text = pcm("out", "speaker") + &pcm("in", "room.monitor");
    std::fs::write(&conf, format!("</usr/share/alsa/alsa.conf>\n{text}")).expect("writes");
    let conf = conf.to_str().expect("a path").to_owned();
    let run = move || {
        let said = |kind: &str, keys: &str| check_in(&folder, kind, keys, &[("ALSA_CONFIG_PATH", &conf)]);
        let found = said("sound", &format!("play = \"alsa:out\"\nrecord = \"alsa:in\"\n{SHORT}"));
        found.is(0, None, "电平 -20 dBFS");
        said("listen", "source = \"alsa:in\"\nseconds = 1").is(1, Some("sound.dead"), "数字静音");
        drop(server);
    };
    tokio::task::spawn_blocking(run).await.expect("the checks end");
}

fn marker(venue: &str, rate: Rate, level: f32) -> Vec<f32> {
    let payload = Payload { run: 7, venue: venue.parse().expect("a venue"), sequence: 0 };
    encode(payload, rate).iter().map(|sample| sample * level / LEVEL).collect()
}

#[tokio::test]
async fn a_line_that_brings_another_venues_sound_says_whose() {
    let folder = Folder::new();
    // The microphone's line is patched to the room next door; the loudspeaker is heard by nobody.
    let server =
        PulseAudio::start(&folder, &["speaker", "next", "room"], &[PulseAudio::air("next.monitor", "room")]).await;
    let next = sound("next", &server);
    let theirs = marker("350102002-03", Rate::Hz16000, 0.1).repeat(20);
    let keys = format!("play = \"pulse:speaker\"\nrecord = \"pulse:room.monitor\"\n{SHORT}");
    let address = server.server();
    let run = move || check_in(&folder, "sound", &keys, &[("PULSE_SERVER", &address)]);
    tokio::select! {
        played = play(&next, &theirs, 16_000, LONGEST) => panic!("{played:?}"),
        said = tokio::task::spawn_blocking(run) => {
            said.expect("the check ends").is(1, Some("sound.other-venue"), "听到的是 350102002-03 的声音");
        }
    }
}

#[tokio::test]
async fn an_echo_canceller_lets_whisper_and_short_through_n_of_n() {
    let folder = Folder::new();
    let canceller = "load-module module-echo-cancel source_name=clean sink_name=far source_master=room.monitor \
                     sink_master=speaker aec_method=webrtc rate=16000 channels=1";
    let server = PulseAudio::start(&folder, &["speaker", "room"], &[canceller.to_owned()]).await;
    let (mouth, clean) = (sound("room", &server), sound("clean", &server));
    let mut random = Random::new(5);
    // Markers like speech, and others 6 dB above the noise.
    for (level, noise) in [(0.1, 0.000_3), (0.01, 0.005)] {
        let all = [vec![0.0; 16_000], marker("350102001-01", Rate::Hz16000, level)].concat().repeat(8);
        let samples: Vec<f32> = all.iter().map(|sample| sample + noise * random.normal()).collect();
        let all = Exchange { sink: &mouth, source: &clean, reference: None, rate: 16_000, quiet_s: 0.5, tail_s: 1.0 };
        let mut make = |_: &[f32]| samples.clone();
        let Exchanged { heard, .. } = Box::pin(exchange(&all, LONGEST, &mut make)).await.expect("ffmpeg runs");
        let found = Detector::new(Rate::Hz16000).detect(&heard.samples).len();
        assert_eq!(found, 8, "at {level} in {noise}");
    }
}
