//! What a half of a run says of the other end, and which configurations make sense.

use avow_shared::mouth_to_ear::{LipSync, Part, Running, SHOWS, Signal};
use avow_shared::outcome::Verdict;
use avow_shared::time::WallTime;

use super::judgement::{RULES, judged};
use super::*;

fn venue(text: &str) -> VenueId {
    text.parse().expect("a venue")
}

fn signal(whose: &str, run: u32, level: i16) -> Signal {
    Signal { venue: venue(whose), run, sequence: 0, at_us: 1, level, snr: 180 }
}

const OTHER: &str = "350103-01";
const OWN: &str = "350102-01";
const SMOOTH: Running = Running { frames: 400, missing: 0, repeated: 0, longest_still_ms: 40, rate: 25_000 };

/// A half in which all is well.
fn well() -> Part {
    Part {
        order: 0x1_0000_0007,
        venue: venue(OWN),
        other: venue(OTHER),
        probe: "across".parse().expect("a probe"),
        began: WallTime::default(),
        spoke_us: Some(1),
        heard: vec![signal(OTHER, 7, -300)],
        seen: vec![signal(OTHER, 7, 800)],
        lip_sync: Some(LipSync { early_us: 20_000, error_us: 22_000 }),
        picture: Some(SMOOTH),
        shows: false,
    }
}

#[track_caller]
fn check(change: impl FnOnce(&mut Part), expected: Verdict, words: &str) {
    let mut part = well();
    change(&mut part);
    let found = judged(&RULES, part, &[], true);
    assert_eq!(found.verdict, expected, "{}", found.detail);
    assert!(found.detail.contains(words), "{}", found.detail);
}

#[test]
fn who_is_heard_and_seen_is_judged_first() {
    let fail = Verdict::fail;
    check(
        |_| (),
        Verdict::Pass,
        "听到 350103-01，-30.0 dBFS，信噪比 18 dB；画面 25.0 帧/秒，缺 0 帧，最长停顿 0.0 秒；声音超前 20±22 ms",
    );
    check(|part| part.heard.clear(), fail("across.silent"), "听不到 350103-01");
    check(|part| part.heard = vec![signal(OWN, 7, -300)], fail("across.echo-only"), "只听到本会场自己的声音");
    check(
        |part| part.heard = vec![signal("350104-01", 7, -300)],
        fail("across.other-venue"),
        "听到的是 350104-01，不是",
    );
    check(|part| part.heard = vec![signal(OTHER, 6, -300)], fail("across.other-venue"), "另一次测试");
    check(|part| part.seen = vec![signal("350104-01", 7, 800)], fail("across.other-picture"), "看到的是 350104-01");
    check(|part| part.seen = vec![signal(OWN, 7, 800)], fail("across.own-picture"), "自己的画面");
    let unseen = |part: &mut Part| {
        part.seen.clear();
        part.lip_sync = None;
    };
    check(unseen, Verdict::Pass, "；对方不放画面");
    check(
        |part| {
            unseen(part);
            part.heard[0].sequence = 1 | SHOWS;
        },
        fail("across.no-picture"),
        "看不到对方画面",
    );
    let silent = |part: &mut Part| {
        unseen(part);
        part.heard.clear();
    };
    check(silent, fail("across.silent"), "听不到 350103-01；也看不到画面");
}

#[test]
fn lip_sync_stillness_and_level_have_their_limits() {
    let early = |early_us: i32| move |part: &mut Part| part.lip_sync = Some(LipSync { early_us, error_us: 1 });
    let lips = "across.lip-sync";
    check(early(45_000), Verdict::Pass, "声音超前 45");
    check(early(46_000), Verdict::degraded(lips), "声音超前 46");
    check(early(91_000), Verdict::fail(lips), "声音超前 91");
    check(early(-125_000), Verdict::Pass, "声音滞后 125");
    check(early(-126_000), Verdict::degraded(lips), "声音滞后 126");
    check(early(-186_000), Verdict::fail(lips), "声音滞后 186");
    let still = |ms: u32| move |part: &mut Part| part.picture = Some(Running { longest_still_ms: ms, ..SMOOTH });
    check(still(501), Verdict::degraded("across.frozen"), "最长停顿 0.5 秒");
    check(still(2_040), Verdict::fail("across.frozen"), "最长停顿 2.0 秒");
    check(|part| part.heard[0].level = -500, Verdict::degraded("across.faint"), "-50.0 dBFS");
    check(|part| part.heard[0].snr = -20, Verdict::fail("across.faint"), "信噪比 -2 dB");
}

#[test]
fn a_run_in_which_nobody_looks_is_about_sound_alone_and_what_went_wrong_here_is_said() {
    let part = Part { seen: vec![], picture: None, lip_sync: None, ..well() };
    let found = judged(&RULES, part, &["放音失败：x".to_owned()], false);
    assert_eq!((found.verdict, found.values.len()), (Verdict::Pass, 2));
    assert!(found.detail.ends_with("；放音失败：x"), "{}", found.detail);
    assert!(found.part.is_some_and(|part| part.picture.is_none()));
}

#[test]
fn own_sound_in_what_is_heard_is_echo() {
    let mut part = well();
    part.heard.push(signal(OWN, 7, -512));
    let found = judged(&RULES, part, &[], true);
    let echo = found.values.iter().find(|value| value.name.as_str() == "echo_level").expect("a value");
    assert!((echo.number + 51.2).abs() < 1e-9);
}

fn parsed(text: &str) -> Result<Setup, BadSetup> {
    Setup::parse(text.parse().expect("a table"))
}

#[test]
fn a_configuration_says_where_sound_and_picture_go_and_come_from() {
    let setup =
        parsed("play='pulse:spk'\nlisten='alsa:plughw:1'\nreference='pulse:spk.monitor'\ntravel_m=8").expect("good");
    assert!(matches!(setup.listen, Ear::Apart(Sound::Alsa(_))) && setup.look.is_none());
    assert!((setup.travel_m - 8.0).abs() < 1e-9 && (setup.level_dbfs + 20.0).abs() < 1e-9);
    let shared =
        parsed("play='pulse:spk'\nlisten='rtsp://h/x'\nlook='rtsp://h/x'\nshow='fbdev:/dev/fb0'").expect("good");
    assert!(matches!(shared.listen, Ear::InPicture));
    let apart = parsed("play='pulse:spk'\nlisten='pulse:mic'\nlook='v4l2:/dev/video0'").expect("good");
    assert!(matches!(apart.listen, Ear::Apart(_)) && apart.look.is_some());
    for (wrong, key) in [
        ("listen='pulse:mic'", "play"),
        ("play='rtsp://h/x'\nlisten='pulse:mic'", "play"),
        ("play='pulse:spk'", "listen"),
        ("play='pulse:spk'\nlisten='x'", "listen"),
        ("play='pulse:spk'\nlisten='v4l2:/dev/video0'\nlook='v4l2:/dev/video0'", "listen"),
        ("play='pulse:spk'\nlisten='pulse:mic'\nshow='x'", "show"),
        ("play='pulse:spk'\nlisten='pulse:mic'\nlook='x'", "look"),
        ("play='pulse:spk'\nlisten='pulse:mic'\nlevel_dbfs=0", "level_dbfs"),
        ("play='pulse:spk'\nlisten='pulse:mic'\ntravel_m=-1", "travel_m"),
        ("play='pulse:spk'\nlisten='pulse:mic'\nloud=1", "loud"),
        ("play='pulse:spk'\nlisten='pulse:mic'\nlimits={ far_sill = { good = 1 } }", "limits"),
    ] {
        let said = parsed(wrong).expect_err(wrong).to_string();
        assert!(said.contains(key), "{wrong}: {said}");
    }
}
