//! Flash, lip sync and freeze, by films and a stream whose faults are known: what the agent's own half of a run says of them.

use std::path::Path;

use avow_agent::agent::What;
use avow_agent::clock::Now;
use avow_agent::config::Config;
use avow_agent::exercises::{context, execute};
use avow_agent::probe::Found;
use avow_agent::probe::mouth_to_ear::Turn;
use avow_agent::sound::marker::Payload;
use avow_shared::mouth_to_ear::{Part, SHOWS};
use avow_shared::outcome::Verdict;
use avow_tests::rig::Folder;

use super::reel::{FLASH_AT, FRAME_MS, H264, H265, Reel, rtp};

const HERE: &str = "350102001-01";
const THERE: &str = "350103001-01";
const ORDER: u64 = 0x1_0000_0007;

fn payload(venue: &str) -> Payload {
    Payload { run: 7, venue: venue.parse().expect("a venue"), sequence: 1 | SHOWS }
}

fn smooth() -> Vec<u16> {
    (0..225).collect()
}

/// What this venue makes of what arrives there, sound and picture in one.
async fn half(folder: &Folder, from: &str) -> Found {
    apart(folder, from, from).await
}

async fn apart(folder: &Folder, listen: &str, look: &str) -> Found {
    let text = format!(
        "[agent]\nplace = \"350102001\"\n[hq]\nbroker = \"mqtt://127.0.0.1:1883\"\nhttp = \"http://127.0.0.1:1\"\n\
         [[venue]]\nid = \"{HERE}\"\nname = \"指挥大厅\"\n[[venue.probe]]\nid = \"across\"\nname = \"双会场互测\"\n\
         kind = \"mouth-to-ear\"\nplay = \"file:{}\"\nlisten = \"{listen}\"\nlook = \"{look}\"\n",
        folder.file("said.wav").display()
    );
    let config = Config::parse(&text, Path::new("agent.toml")).expect("a good configuration");
    let [here, there] = [HERE, THERE].map(|venue| venue.parse().expect("a venue"));
    let what = What::MouthToEar(Turn { order: ORDER, venue: here, other: there, place: 0 });
    execute(&config.exercises[0], what, &context(folder.path(), what, Now::default())).await
}

async fn of_film(folder: &Folder, reel: &Reel) -> (Found, Part) {
    let film = reel.film(folder, "film");
    told(half(folder, &format!("file:{}", film.display())).await)
}

#[track_caller]
fn told(found: Found) -> (Found, Part) {
    let part = *found.part.clone().unwrap_or_else(|| panic!("no part: {}", found.detail));
    (found, part)
}

#[track_caller]
fn is_early(part: &Part, expected_ms: i32, within_ms: i32) {
    let sync = part.lip_sync.unwrap_or_else(|| panic!("both were there: {part:?}"));
    let off = sync.early_us - expected_ms * 1_000;
    assert!(off.abs() <= within_ms * 1_000, "{expected_ms} ms was planted, found {sync:?}");
    assert!(off.unsigned_abs() <= sync.error_us, "and what is said of the error holds: {sync:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lip_sync_that_was_planted_is_found_through_low_rate_encoders() {
    for (early_ms, encoded, verdict) in [
        (120, H264, Verdict::fail("across.lip-sync")),
        (-250, H264, Verdict::fail("across.lip-sync")),
        (-40, H265, Verdict::Pass),
        (60, H265, Verdict::degraded("across.lip-sync")),
    ] {
        let folder = Folder::new();
        let reel = Reel { payload: payload(THERE), numbers: smooth(), early_ms, encoded };
        let (found, part) = of_film(&folder, &reel).await;
        is_early(&part, i32::try_from(early_ms).expect("small"), 12);
        assert_eq!(found.verdict, verdict, "{}", found.detail);
        let running = part.picture.expect("somebody looked");
        assert_eq!((running.missing, running.repeated), (0, 0), "{running:?}");
        assert!((24_900..=25_100).contains(&running.rate) && running.longest_still_ms <= 41, "{running:?}");
        assert_eq!((part.heard[0].venue, part.seen[0].venue), (part.other, part.other));
        assert_eq!(part.spoke_us, None, "a film says nothing of when it arrived");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frames_that_a_line_leaves_out_are_counted_and_the_flash_among_them_is_found_all_the_same() {
    let folder = Folder::new();
    // Every ninth frame is shown twice instead of the one after it; the first that is lit is among those that are gone.
    let hold = |number: u16| if number % 9 == FLASH_AT % 9 { number - 1 } else { number };
    let numbers: Vec<u16> = (0..225).map(hold).collect();
    let gone = u32::from((FLASH_AT % 9..225).step_by(9).count() as u16);
    let reel = Reel { payload: payload(THERE), numbers, early_ms: 20, encoded: H264 };
    let (found, part) = of_film(&folder, &reel).await;
    let running = part.picture.expect("somebody looked");
    assert_eq!((running.missing, running.repeated), (gone, gone), "{running:?}");
    assert!((79..=81).contains(&running.longest_still_ms), "{running:?}");
    is_early(&part, 20, 12);
    assert_eq!(found.verdict, Verdict::Pass, "{}", found.detail);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_that_stands_for_two_seconds_is_told_with_its_seconds() {
    let folder = Folder::new();
    let mut numbers = smooth();
    numbers[130..180].fill(129);
    let reel = Reel { payload: payload(THERE), numbers, early_ms: 0, encoded: H264 };
    let (found, part) = of_film(&folder, &reel).await;
    let running = part.picture.expect("somebody looked");
    let still = i64::from(running.longest_still_ms);
    assert!((still - (2_000 + FRAME_MS)).abs() <= 1, "{running:?}");
    assert_eq!((running.missing, running.repeated), (50, 50), "{running:?}");
    assert_eq!(found.verdict, Verdict::fail("across.frozen"), "{}", found.detail);
    is_early(&part, 0, 12);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_venues_film_is_named_by_its_sound_and_its_picture() {
    let folder = Folder::new();
    let reel = Reel { payload: payload("350104001-02"), numbers: smooth(), early_ms: 0, encoded: H264 };
    let (found, part) = of_film(&folder, &reel).await;
    assert_eq!(found.verdict, Verdict::fail("across.other-venue"), "{}", found.detail);
    assert!(
        found.detail.contains("听到的是 350104001-02") && found.detail.contains("看到的是 350104001-02"),
        "{}",
        found.detail
    );
    assert_eq!(part.lip_sync, None, "nobody's lips are judged by another's sound");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sees_nothing_still_hears_and_two_files_share_their_beginning() {
    let folder = Folder::new();
    let reel = Reel { payload: payload(THERE), numbers: smooth(), early_ms: 30, encoded: H264 };
    let film = format!("file:{}", reel.film(&folder, "film").display());
    let (found, part) = told(apart(&folder, &film, "file:/no/such/film.mkv").await);
    assert_eq!(found.verdict, Verdict::fail("across.no-picture"), "{}", found.detail);
    assert!(found.detail.contains("听到 350103001-01") && found.detail.contains("收不到画面"), "{}", found.detail);
    assert_eq!((part.heard.len(), part.picture.map(|running| running.frames)), (1, Some(0)));
    let (_, part) = told(apart(&folder, &film, &film.replace("file:", "file://")).await);
    is_early(&part, 30, 12);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_a_stream_of_rtp_sound_and_picture_keep_the_offset_that_they_were_sent_with() {
    let _seats = crate::SEATS.lock().await;
    let folder = Folder::new();
    let numbers: Vec<u16> = (0..375).collect();
    let reel = Reel { payload: payload(THERE), numbers, early_ms: -80, encoded: H264 };
    let film = reel.film(&folder, "sent");
    let stream = rtp(&folder, "stream", Some(&film));
    let (found, part) = told(half(&folder, &format!("sdp:{}", stream.description().display())).await);
    // Sound and picture are sent by two clocks that RTCP joins.
    is_early(&part, -80, 24);
    let running = part.picture.expect("somebody looked");
    assert!(running.frames > 250 && running.missing <= 3, "{running:?}");
    assert!((24_500..=25_500).contains(&running.rate), "{running:?}");
    assert_eq!(found.verdict, Verdict::Pass, "{}", found.detail);
}
