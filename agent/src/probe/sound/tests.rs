//! What a test says of planted measurements.

use avow_shared::outcome::Verdict;

use super::*;
use crate::probe::Work;
use crate::sound::howl::Howl;
use crate::sound::hum::Hum;
use crate::sound::level::Level;
use crate::sound::room::{Heard, Path};

pub(super) fn path() -> Path {
    Path {
        at_s: 1.5,
        level_dbfs: -26.0,
        gain_db: -6.0,
        snr_db: 34.0,
        clipped: 0.0,
        quality: 0.9,
        polarity: Some(1.0),
        t20_s: Some(0.5),
        thd_n: None,
        response: vec![(500.0, -1.0), (1_000.0, 0.0), (2_000.0, -2.0)],
        waveform: (5.0, vec![0.1, 0.2]),
    }
}

pub(super) fn measured(path: Path) -> Measured {
    let noise = Level { rms_dbfs: -60.0, peak_dbfs: -48.0, clipped: 0.0, is_stuck: false };
    let heard = Heard { noise, all: noise, hum: None, howl: None, path: Some(path), others: Vec::new() };
    Measured { heard, delay_s: Some(0.05) }
}

fn setup(keys: &str) -> Setup {
    let text = format!("play='pulse:a'\nrecord='pulse:b'\n{keys}");
    match Work::parse("sound", text.parse().expect("a table")) {
        Ok(Work::Sound(setup)) => *setup,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn check(keys: &str, measured: &Measured, verdict: Verdict, said: &str) {
    let found = judged(&setup(keys), measured, &Baseline::default());
    assert_eq!(found.verdict, verdict, "{}", found.detail);
    assert!(found.detail.contains(said), "{said}: {}", found.detail);
}

#[test]
fn a_room_in_order_passes_and_says_what_was_measured() {
    let said = "电平 -26 dBFS，信噪比 34 dB，延时 50 ms，混响 0.50 s，本底噪声 -60 dBFS";
    for strength in ["whisper", "short", "full"] {
        check(&format!("strength='{strength}'"), &measured(path()), Verdict::Pass, said);
    }
}

#[test]
fn every_fault_has_its_finding() {
    let short = "strength='short'";
    let of = |change: fn(&mut Path)| {
        let mut path = path();
        change(&mut path);
        measured(path)
    };
    check(short, &of(|p| p.level_dbfs = -58.0), Verdict::degraded("sound.faint"), "电平 -58dB，应不低于 -55dB");
    check(short, &of(|p| p.snr_db = 10.0), Verdict::degraded("sound.noise"), "信噪比 10dB");
    check(short, &of(|p| p.snr_db = 2.0), Verdict::fail("sound.noise"), "信噪比 2dB");
    check(short, &of(|p| p.clipped = 0.01), Verdict::degraded("sound.clipped"), "削波 1%");
    check(short, &of(|p| p.polarity = Some(-1.0)), Verdict::degraded("sound.polarity"), "极性相反");
    check("strength='short'\ninverted=true", &of(|p| p.polarity = Some(-1.0)), Verdict::Pass, "");
    check(short, &of(|p| p.response[0].1 = -20.0), Verdict::degraded("sound.response"), "最弱频带 -20dB");
    check(short, &of(|p| p.t20_s = Some(1.4)), Verdict::degraded("sound.reverberant"), "混响 1.4s");
    check("strength='full'", &of(|p| p.thd_n = Some(0.08)), Verdict::degraded("sound.distorted"), "失真 8%");
    check("strength='whisper'", &of(|p| (p.level_dbfs, p.snr_db) = (-58.0, 3.0)), Verdict::Pass, "");

    let mut heard = measured(path());
    heard.delay_s = Some(0.3);
    check(short, &heard, Verdict::degraded("sound.late"), "延时 300ms");
    let mut heard = measured(path());
    heard.heard.hum = Some(Hum { level_dbfs: -45.0, stands_out_db: 20.0 });
    check(short, &heard, Verdict::degraded("sound.hum"), "工频交流声 -45dB");
    heard.heard.howl = Some(Howl { hz: 1_250.0, level_dbfs: -10.0 });
    check(short, &heard, Verdict::fail("sound.howl"), "啸叫 1250 Hz，工频交流声");
}

#[test]
fn silence_and_another_venues_sound_are_told_apart() {
    let mut heard = measured(path());
    heard.heard.path = None;
    check("strength='short'", &heard, Verdict::fail("sound.silent"), "没有听到测试声；本底噪声 -60 dBFS");
    check("", &heard, Verdict::fail("sound.silent"), "没有听到低声标记");
    heard.heard.all.is_stuck = true;
    check("", &heard, Verdict::fail("sound.silent"), "数字静音");
    let venue = "350102002-03".parse().expect("a venue");
    heard.heard.others = vec![Payload { run: 1, venue, sequence: 0 }];
    check("", &heard, Verdict::fail("sound.other-venue"), "听到的是 350102002-03 的声音");
}

#[test]
fn what_strays_from_the_baseline_is_its_own_finding() {
    let dir = tempfile::tempdir().expect("a folder");
    let name = ProbeName { venue: "350102001-01".parse().expect("a venue"), probe: "room".parse().expect("a probe") };
    let known = || Baseline::read(dir.path(), &name, Strength::Short);
    for _ in 0..3 {
        known().learn(&measured(path()), &Verdict::Pass, dir.path(), &name, Strength::Short);
    }
    let weaker = measured(Path { gain_db: -16.0, level_dbfs: -36.0, ..path() });
    let found = judged(&setup("strength='short'"), &weaker, &known());
    assert_eq!(found.verdict, Verdict::degraded("sound.baseline"));
    assert!(found.detail.starts_with("偏离基线：电平低 10 dB；"), "{}", found.detail);
}

#[test]
fn what_makes_no_sense_is_refused() {
    for keys in [
        "strength='loud'",
        "level_dbfs=-3.0",
        "above_noise_db=40.0",
        "timeout_s=5",
        "limits={sound_snr={good=1.0,tolerable=9.0}}",
        "limits={nothing={good=1.0}}",
    ] {
        let text = format!("play='pulse:a'\nrecord='pulse:b'\n{keys}");
        assert!(Work::parse("sound", text.parse().expect("a table")).is_err(), "{keys}");
    }
    let stream = "play='rtsp://h/x'\nrecord='pulse:b'".parse().expect("a table");
    assert!(Work::parse("sound", stream).is_err());
}
