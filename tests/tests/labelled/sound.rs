//! The acoustic marker against noise, codecs, rooms, wrong clocks and against sound in which there is none. Everything is generated;
//! `AVOW_WHOLE_SET` in the environment listens to three hours of each kind of sound instead of twenty minutes.

use std::time::Duration;

use avow_agent::sound::marker::{Detector, Heard, LEVEL, Payload, Rate, encode};
use avow_tests::sim::sound::chance::false_accepts;
use avow_tests::sim::sound::noise::SpeechShaped;
use avow_tests::sim::sound::path::{Law, companded, in_room, levelled, rms, with_clock};
use avow_tests::sim::sound::{Kind, Random};

fn payload(random: &mut Random) -> Payload {
    let digits = [2, 4, 6, 9, 12][random.one_of(5)];
    let code: String = (0..digits).map(|_| char::from(b'0' + random.one_of(10) as u8)).collect();
    let venue = format!("{code}-{:02}", 1 + random.one_of(99)).parse().expect("a venue");
    Payload { run: random.next() as u32, venue, sequence: random.next() as u16 }
}

#[derive(Clone, Copy, Debug)]
enum Around {
    White,
    SpeechShaped,
}

/// Noise of an effective value.
fn noise(around: Around, seed: u64, count: usize, level: f32) -> Vec<f32> {
    let mut random = Random::new(seed);
    let mut noise: Vec<f32> = match around {
        Around::White => (0..count).map(|_| random.normal()).collect(),
        Around::SpeechShaped => SpeechShaped::new(seed).skip(100).take(count).collect(),
    };
    let gain = level / rms(&noise);
    noise.iter_mut().for_each(|sample| *sample *= gain);
    noise
}

/// A marker in noise at 8 kHz, somewhere in `count` samples.
fn scene(random: &mut Random, payload: Payload, around: Around, snr_db: f32, count: usize) -> Vec<f32> {
    let marker = encode(payload, Rate::Hz8000);
    let mut sound = noise(around, random.next(), count, LEVEL * 10_f32.powf(-snr_db / 20.0));
    let at = random.one_of(count - marker.len());
    add(&mut sound, &marker, at, 1.0);
    sound
}

fn add(sound: &mut [f32], marker: &[f32], at: usize, gain: f32) {
    sound[at..].iter_mut().zip(marker).for_each(|(sound, marker)| *sound += gain * marker);
}

/// How many of so many seeded trials end in the payload and nothing else; another payload is never heard.
#[track_caller]
fn found(seed: u64, trials: usize, mut sound: impl FnMut(&mut Random, Payload) -> Vec<f32>) -> usize {
    let mut detector = Detector::new(Rate::Hz8000);
    let one = |trial| {
        let mut random = Random::new(seed * 10_000 + trial as u64);
        let sent = payload(&mut random);
        let heard = detector.detect(&sound(&mut random, sent));
        assert!(
            heard.iter().all(|heard| heard.payload == sent),
            "seed {seed}, trial {trial}: {sent:?} is heard as {heard:?}"
        );
        heard.len() == 1
    };
    (0..trials).map(one).filter(|found| *found).count()
}

#[track_caller]
fn found_after_g711(seed: u64, around: Around, law: Law) {
    let found = found(seed, 200, |random, sent| {
        let mut sound = scene(random, sent, around, 0.0, 18_000);
        companded(&mut sound, law);
        sound
    });
    println!("{around:?} noise as loud as the marker, {law:?}-law: {found} of 200");
    assert!(found >= 198, "{found} of 200");
}

#[test]
fn markers_are_found_in_white_noise_as_loud_as_they_are_after_a_law() {
    found_after_g711(1, Around::White, Law::A);
}

#[test]
fn markers_are_found_in_white_noise_as_loud_as_they_are_after_mu_law() {
    found_after_g711(2, Around::White, Law::Mu);
}

#[test]
fn markers_are_found_in_noise_like_speech_as_loud_as_they_are_after_a_law() {
    found_after_g711(3, Around::SpeechShaped, Law::A);
}

#[test]
fn markers_are_found_in_noise_like_speech_as_loud_as_they_are_after_mu_law() {
    found_after_g711(4, Around::SpeechShaped, Law::Mu);
}

#[test]
fn markers_are_found_where_noise_is_louder_by_four_decibels() {
    let found = found(5, 50, |random, sent| scene(random, sent, Around::White, -4.0, 18_000));
    assert!(found >= 48, "{found} of 50");
}

#[test]
fn markers_are_found_by_a_clock_that_is_wrong() {
    for (seed, ppm) in [(6, 200.0), (7, -200.0)] {
        let found = found(seed, 25, |random, sent| {
            let mut sound = with_clock(&scene(random, sent, Around::White, 0.0, 18_000), ppm);
            companded(&mut sound, Law::A);
            sound
        });
        assert_eq!(found, 25, "{ppm} ppm");
    }
}

#[test]
fn markers_are_found_in_rooms() {
    for (seed, t60, reverberant, snr_db) in
        [(8, 0.3, 3.0, 3.0), (9, 0.6, 3.0, 3.0), (10, 1.2, 0.0, 6.0), (11, 1.2, 3.0, 10.0)]
    {
        let found = found(seed, 12, |random, sent| {
            let mut dry = vec![0.0; 20_000];
            add(&mut dry, &encode(sent, Rate::Hz8000), random.one_of(3_000), 1.0);
            let mut sound = in_room(&dry, t60, reverberant, random.next());
            let noise = noise(Around::SpeechShaped, random.next(), sound.len(), LEVEL * 10_f32.powf(-snr_db / 20.0));
            sound.iter_mut().zip(noise).for_each(|(sound, noise)| *sound += noise);
            companded(&mut sound, Law::A);
            sound
        });
        println!("reverberation {t60} s, {reverberant} dB over the direct sound: {found} of 12");
        assert_eq!(found, 12, "{t60} s");
    }
}

#[test]
fn markers_are_found_after_clipping_by_twelve_decibels() {
    let found = found(12, 25, |random, sent| {
        let sound = scene(random, sent, Around::SpeechShaped, 6.0, 18_000);
        let peak = sound.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        sound.iter().map(|sample| (4.0 * sample / peak).clamp(-1.0, 1.0)).collect()
    });
    assert_eq!(found, 25);
}

#[test]
fn markers_are_found_behind_a_gain_control_and_a_centre_clipper() {
    let found = found(13, 25, |random, sent| {
        let sound = scene(random, sent, Around::SpeechShaped, 6.0, 18_000);
        levelled(&sound, 0.5)
    });
    assert_eq!(found, 25);
}

#[test]
fn markers_are_found_between_clicks_and_bangs() {
    for (seed, count, length, level) in [(22, 12, 1, 20.0), (23, 4, 800, 1.5)] {
        let found = found(seed, 25, |random, sent| {
            let mut sound = scene(random, sent, Around::White, 0.0, 18_000);
            for _ in 0..count {
                let at = random.one_of(sound.len() - length);
                sound[at..at + length].iter_mut().for_each(|sample| *sample += level * random.normal());
            }
            sound
        });
        assert_eq!(found, 25, "{count} of {length} samples");
    }
}

#[test]
fn markers_are_found_beside_a_loud_tone() {
    let found = found(24, 25, |random, sent| {
        let mut sound = scene(random, sent, Around::White, 3.0, 18_000);
        let step = random.within(0.3, 2.5);
        sound.iter_mut().enumerate().for_each(|(n, sample)| *sample += 0.5 * (step * n as f32).sin());
        sound
    });
    assert_eq!(found, 25);
}

#[test]
fn markers_are_found_when_a_jitter_buffer_leaves_out_or_repeats_twenty_milliseconds() {
    for seed in [14, 15] {
        let found = found(seed, 20, |random, sent| {
            let mut sound = scene(random, sent, Around::White, 10.0, 18_000);
            let at = 6_000 + random.one_of(6_000);
            if seed == 14 {
                sound.drain(at..at + 160);
            } else {
                sound.splice(at..at, sound[at - 160..at].to_vec());
            }
            sound
        });
        assert_eq!(found, 20);
    }
}

#[test]
fn a_marker_of_which_a_quarter_is_missing_is_found_and_one_of_half_is_never_another() {
    let cut = |seed, part: f32| {
        found(seed, 40, |random, sent| {
            let marker = encode(sent, Rate::Hz8000);
            let mut sound = noise(Around::White, random.next(), 18_000, LEVEL * 0.4);
            let missing = (marker.len() as f32 * part) as usize;
            if random.unit() < 0.5 {
                add(&mut sound, &marker[missing..], 0, 1.0);
            } else {
                let at = sound.len() - (marker.len() - missing);
                add(&mut sound, &marker, at, 1.0);
            }
            sound
        })
    };
    assert_eq!(cut(16, 0.25), 40);
    let half = cut(17, 0.6);
    println!("of markers that lack more than half, {half} of 40 are still read");
}

#[test]
fn of_two_markers_at_once_the_louder_is_found_and_never_a_mixture() {
    let mut detector = Detector::new(Rate::Hz8000);
    let (mut louder, mut both) = (0, 0);
    for trial in 0..60 {
        let mut random = Random::new(180_000 + trial);
        let (one, other) = (payload(&mut random), payload(&mut random));
        let mut sound = noise(Around::SpeechShaped, random.next(), 32_000, LEVEL * 0.2);
        let gain = 10_f32.powf(-random.within(0.0, 9.0) / 20.0);
        let at = random.one_of(1_000);
        // A third begins at once, as two rooms do that are told the time.
        let after = if trial % 3 == 0 { random.one_of(40) } else { random.one_of(14_000) };
        add(&mut sound, &encode(one, Rate::Hz8000), at, 1.0);
        add(&mut sound, &encode(other, Rate::Hz8000), at + after, gain);
        let heard: Vec<Payload> = detector.detect(&sound).iter().map(|heard| heard.payload).collect();
        assert!(heard.iter().all(|heard| [one, other].contains(heard)), "trial {trial}: {heard:?}");
        louder += usize::from(heard.contains(&one));
        both += usize::from(heard.contains(&one) && heard.contains(&other));
        assert!(gain > 0.75 || heard.contains(&one), "trial {trial}: {after} samples later at {gain}: {heard:?}");
    }
    println!("of two at once the louder is heard in {louder} of 60, both in {both}");
    assert!(both >= 20, "{both}");
}

#[test]
fn every_extreme_comes_back_at_every_rate() {
    let venues = ["00-01", "99-99", "000000000000-01", "999999999999-99", "350102001003-07"];
    for (venue, rate) in venues.iter().flat_map(|venue| Rate::ALL.map(|rate| (venue, rate))) {
        for (run, sequence) in [(0, u16::MAX), (u32::MAX, 0)] {
            let sent = Payload { run, venue: venue.parse().expect("a venue"), sequence };
            let heard = Detector::new(rate).detect(&encode(sent, rate));
            assert_eq!(heard.iter().map(|heard| heard.payload).collect::<Vec<_>>(), [sent], "{rate}");
        }
    }
}

#[test]
fn a_rate_changes_nothing_but_the_number_of_samples() {
    let sent = payload(&mut Random::new(19));
    let mut detector = Detector::new(Rate::Hz16000);
    let twice: Vec<f32> = encode(sent, Rate::Hz48000).chunks(3).map(|three| three.iter().sum::<f32>() / 3.0).collect();
    let [heard] = detector.detect(&twice)[..] else { panic!("one marker") };
    assert_eq!(heard.payload, sent);
    assert!(heard.position.abs() <= 4, "{heard:?}");
}

#[test]
fn there_is_no_marker_in_speech_music_and_noise() {
    let seconds = if std::env::var_os("AVOW_WHOLE_SET").is_some() { 10_800 } else { 1_200 };
    for kind in Kind::ALL {
        let chance = false_accepts(kind, seconds, 20);
        println!("{kind:?}: {chance:?}, read by chance {:.1e} a second", chance.reads_per_second());
        assert_eq!(chance.accepted, 0, "{kind:?}");
        assert!(chance.reads_per_second() <= 1e-6, "{kind:?}: {chance:?}");
    }
}

#[test]
fn three_seconds_at_16_khz_take_this_much_of_a_processor() {
    let sent = payload(&mut Random::new(21));
    let mut sound = vec![0.0; 48_000];
    add(&mut sound, &encode(sent, Rate::Hz16000), 8_000, 1.0);
    let mut detector = Detector::new(Rate::Hz16000);
    let runs = 50;
    let before = processor_time();
    let heard: Vec<Vec<Heard>> = (0..runs).map(|_| detector.detect(&sound)).collect();
    let each = (processor_time() - before) / runs;
    println!("three seconds at 16 kHz: {:.2} ms", each.as_secs_f64() * 1_000.0);
    assert!(heard.iter().all(|run| *run == heard[0]) && heard[0][0].payload == sent, "each run hears the same");
}

/// The whole ten thousand are `cargo x bench sound`'s. A process of its own, because the tests beside this one use memory, too.
#[test]
fn analyses_leave_no_memory_behind() {
    let runs = if cfg!(debug_assertions) { "5" } else { "1000" };
    let sim = env!("CARGO_BIN_EXE_avow-sim");
    let output = std::process::Command::new(sim).args(["sound-cost", "--runs", runs]).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    println!("{said}");
    let cost: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert!(cost["grown_kib"].as_i64().is_some_and(|grown| grown <= 0), "{said}");
}

/// Of this thread.
fn processor_time() -> Duration {
    let time = nix::time::clock_gettime(nix::time::ClockId::CLOCK_THREAD_CPUTIME_ID).expect("the thread's clock");
    Duration::new(time.tv_sec().cast_unsigned(), u32::try_from(time.tv_nsec()).unwrap_or(0))
}
