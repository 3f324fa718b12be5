//! Sound across a real call: two SIP terminals, RTP and G.711 over a line that is made long, uneven and lossy.

use std::time::Duration;

use avow_agent::ffmpeg::sound::{Sound, play};
use avow_agent::sound::marker::{Payload, Rate, encode};
use avow_tests::rig::{Between, Call, End, Folder, PulseAudio};

use super::rooms::{Rooms, number, probe};

/// What is imposed, one way.
const ONE_WAY_MS: u64 = 120;
/// Two packets of 20 ms, and what a sound server holds, may come to lie otherwise from call to call.
const CALLS_MS: f64 = 50.0;
/// A jitter buffer of two to four packets may hold two more when packets come unevenly and some never.
const BUFFER_MS: f64 = 40.0;

pub(super) fn ends() -> [End<'static>; 2] {
    [
        End { microphone: "first_out.monitor", loudspeaker: "first_in" },
        End { microphone: "second_out.monitor", loudspeaker: "second_in" },
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_line_adds_to_a_call_is_measured_each_way_and_around_with_two_of_a_hundred_packets_lost() {
    let folder = Folder::new();
    let server = PulseAudio::start(&folder, &["first_out", "first_in", "second_out", "second_in"], &[]).await;
    let probes = [probe("first_out", "first_in.monitor", ""), probe("second_out", "second_in.monitor", "")];
    let rooms = Rooms::open(&folder, &server, probes).await;
    let mut runs = Vec::new();
    let long = Between { delay_ms: ONE_WAY_MS, ..Between::default() };
    for line in [Between::default(), long, Between { jitter_ms: 10, loss_percent: 2, ..long }] {
        // Each its own call: a jitter buffer that was filled on a shorter line keeps what it has.
        let _call = Call::begin(&folder, &server, ends(), &line).await;
        runs.push(rooms.run().await);
    }
    for run in &runs {
        for way in [0, 1] {
            assert_eq!(run["ways"][way]["heard"], "right", "{run:#}");
            let level = number(run, way, "level_db");
            assert!((-26.0..=-16.0).contains(&level), "G.711 leaves the level: {level}");
        }
    }
    let around = |at: usize| runs[at]["round_trip_ms"].as_f64().expect("heard both ways");
    let delays = |at: usize| [0, 1].map(|way| number(&runs[at], way, "delay_ms"));
    let added = |at: usize| [0, 1].map(|way| delays(at)[way] - delays(0)[way]);
    println!("{:?}, around {}; added {:?}, and with jitter and loss {:?}", delays(0), around(0), added(1), added(2));
    let imposed = ONE_WAY_MS as f64;
    assert!(added(1).iter().all(|ms| (ms - imposed).abs() < CALLS_MS), "{:?}", added(1));
    let uneven = imposed - CALLS_MS..imposed + CALLS_MS + BUFFER_MS;
    assert!(added(2).iter().all(|ms| uneven.contains(ms)), "{:?}", added(2));
    for at in [1, 2] {
        let sum: f64 = added(at).iter().sum();
        assert!((around(at) - around(0) - sum).abs() < 0.5, "around, no clock counts: {} {}", around(at), around(0));
    }
    // One box's clock is the other's here: what a way took without the line is terminals and sound server.
    assert!(delays(0).iter().all(|delay| (20.0..600.0).contains(delay)), "{:?}", delays(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_patch_that_is_crossed_names_whom_one_hears_and_a_muted_line_nobody() {
    let folder = Folder::new();
    let sinks = ["first_out", "first_in", "second_out", "second_in", "elsewhere", "muted"];
    let server = PulseAudio::start(&folder, &sinks, &[]).await;
    // The first hears what a third venue says, the second nothing at all, though the call between them is on.
    let probes = [probe("first_out", "elsewhere.monitor", ""), probe("second_out", "muted.monitor", "")];
    let rooms = Rooms::open(&folder, &server, probes).await;
    let _call = Call::begin(&folder, &server, ends(), &Between::default()).await;
    let third = "350104001-02".parse().expect("a venue");
    let payload = Payload { run: 77, venue: third, sequence: 0 };
    let quiet = std::iter::repeat_n(0.0, 16_000 * 8);
    let said: Vec<f32> = quiet.chain(encode(payload, Rate::Hz16000)).collect();
    let sink: Sound = format!("pulse:elsewhere@{}", server.server()).parse().expect("a sink");
    let (run, played) = tokio::join!(rooms.run(), play(&sink, &said, 16_000, Duration::from_secs(60)));
    assert!(played.expect("ffmpeg runs").whole);
    let to = |way: usize| &run["ways"][way];
    assert_eq!((&to(1)["heard"], &to(1)["heard_venue"]), (&"other".into(), &"350104001-02".into()), "{run:#}");
    assert_eq!(to(0)["heard"], "nobody", "{run:#}");
    let codes: Vec<&str> = [0, 1].iter().filter_map(|way| to(*way)["findings"][0]["code"].as_str()).collect();
    assert_eq!(codes, ["across.silent", "across.other-venue"], "{run:#}");
}
