//! The picture probe end to end, through real encoders: whose picture it is, what has become of its view, and that a watch keeps nothing.

use std::path::{Path, PathBuf};
use std::time::Duration;

use avow_agent::ffmpeg::{self, Show};
use avow_agent::probe::preset::store::Store;
use avow_agent::probe::{Context, Found, Work, run};
use avow_agent::sight::code::{Payload, encode};
use avow_shared::interlock::Disturbance;
use avow_shared::outcome::{EvidenceKind, Verdict};
use avow_tests::sim::dress::{Dress, card};
use avow_tests::sim::hall::{Dice, HEIGHT, Hall, Sight, WIDTH};
use avow_tests::sim::reel::film;
use avow_tests::sim::screen::Screen;

use super::{context, figure, finding, said};

const OWN: &str = "350102001-01";

async fn probed(source: &Path, keys: &str, context: &Context) -> Found {
    let table = format!("source='file:{}'\n{keys}", source.display()).parse().expect("a table");
    let Ok(Work::Picture(setup)) = Work::parse("picture", table) else { panic!("{keys}") };
    let whose = format!("{OWN}/picture-front").parse().expect("a name");
    run(&Work::Picture(setup.of_probe(whose)), context).await
}

/// A camera's film of a scene: each frame has its own noise.
fn filmed(path: &Path, frames: Vec<Vec<u8>>) -> PathBuf {
    let encoder = ["-c:v", "libx264", "-preset", "veryfast", "-b:v", "512k", "-g", "10"];
    film(path, frames, &encoder).expect("ffmpeg is needed: apt-get install ffmpeg");
    path.to_owned()
}

fn payload(venue: &str) -> Payload {
    Payload { run: 0, venue: venue.parse().expect("a venue"), sequence: 0 }
}

#[tokio::test]
async fn a_camera_that_sees_the_wall_proves_what_it_shows() {
    const SHOWN: (usize, usize) = (1280, 720);
    let folder = tempfile::tempdir().expect("a folder");
    let slide: Vec<u8> = (0..SHOWN.0 * SHOWN.1).map(|n| if n / SHOWN.0 % 90 < 30 { 60 } else { 230 }).collect();
    for (name, shown, verdict, words) in [
        ("own", encode(payload(OWN), SHOWN.0, SHOWN.1), Verdict::Pass, "画面来自本会场"),
        (
            "other",
            encode(payload("350103-02"), SHOWN.0, SHOWN.1),
            Verdict::fail("picture.other-venue"),
            "画面来自 350103-02",
        ),
        ("slide", slide, Verdict::degraded("display.unproven"), "未看到 350102001-01 的会场码"),
    ] {
        let mut frames = Hall::new(800).pictures(&Sight { quality: None, ..Sight::default() }, 12);
        let screen = Screen::at(330.0, 150.0, 230.0).askew(0.04, &mut Dice::new(3));
        for (n, frame) in frames.iter_mut().enumerate() {
            screen.shine(frame, &shown, SHOWN, &mut Dice::new(n as u32));
        }
        let path = filmed(&folder.path().join(format!("{name}.mp4")), frames);
        for keys in ["code=true", "expect='350102001-01'"] {
            let found = probed(&path, &format!("frames=10\n{keys}"), &context(folder.path())).await;
            assert_eq!(found.verdict, verdict, "{name}: {}", said(&found));
            assert!(found.detail.starts_with(words), "{name}: {}", found.detail);
            assert_eq!(figure(&found, "code_size").is_some(), name != "slide", "{}", said(&found));
        }
    }
}

#[tokio::test]
async fn a_clip_for_the_wall_shows_the_code_and_a_picture_does_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let luma = encode(payload(OWN), 1920, 1080);
    for (name, seconds) in [("code.png", 0), ("code.mp4", 2), ("code.y4m", 1)] {
        let out = folder.path().join(name);
        let show = Show { luma: &luma, width: 1920, height: 1080, seconds, out: &out };
        let complaint =
            ffmpeg::show(&show, Duration::from_secs(60)).await.expect("ffmpeg is needed: apt-get install ffmpeg");
        assert_eq!(complaint, "", "{name}");
        let found = probed(&out, "frames=5\nexpect_still=true\ncode=true", &context(folder.path())).await;
        assert!(found.detail.starts_with("画面来自本会场"), "{name}: {}", said(&found));
    }
    let nowhere = folder.path().join("nowhere/code.png");
    let show = Show { luma: &luma, width: 1920, height: 1080, seconds: 0, out: &nowhere };
    let complaint = ffmpeg::show(&show, Duration::from_secs(60)).await.expect("ffmpeg");
    assert!(complaint.contains("ffmpeg: "), "{complaint}");
}

#[tokio::test]
async fn a_view_is_compared_with_its_reference_once_that_was_learnt() {
    let folder = tempfile::tempdir().expect("a folder");
    let hall = Hall::new(810);
    let seen = |name: &str, sight: Sight| {
        let frames = Dress::default().frames(&hall, &Sight { quality: None, ..sight }, 12);
        filmed(&folder.path().join(format!("{name}.mp4")), frames)
    };
    let as_it_is = seen("as-it-is", Sight::default());
    let state = context(folder.path());
    let keys = "frames=10\nreference=true";
    let found = probed(&as_it_is, keys, &state).await;
    assert!(found.verdict == Verdict::Pass && found.detail.contains("没有参考"), "{}", said(&found));
    let store = Store::of(&state.state_dir);
    store.want(&format!("{OWN}/picture-front").parse().expect("a name")).expect("a wish");
    let black = filmed(&folder.path().join("black.mp4"), vec![vec![0; WIDTH * HEIGHT]; 12]);
    let found = probed(&black, keys, &state).await;
    assert!(finding(&found) == "picture.black" && found.detail.contains("参考未学习"), "{}", said(&found));
    let found = probed(&as_it_is, keys, &state).await;
    assert!(found.detail.contains("参考已保存：第 1 版"), "{}", said(&found));
    assert!(store.untold().is_empty(), "HQ keeps references of presets alone");
    for (name, sight, expected) in [
        ("evening", Sight { light: 0.7, lamps: 0.5, moment: 1, slide: 9, ..Sight::default() }, Verdict::Pass),
        ("moved", Sight { right: 25.0, moment: 2, ..Sight::default() }, Verdict::degraded("picture.shifted")),
        ("turned", Sight { right: 110.0, moment: 3, ..Sight::default() }, Verdict::fail("picture.shifted")),
        ("soft", Sight { blur: 2.0, moment: 4, ..Sight::default() }, Verdict::degraded("picture.blurred")),
        (
            "half covered",
            Sight { cover: Some((0.4, 0, 60)), moment: 5, ..Sight::default() },
            Verdict::degraded("picture.occluded"),
        ),
        (
            "covered",
            Sight { cover: Some((0.7, 1, 110)), moment: 6, ..Sight::default() },
            Verdict::fail("picture.occluded"),
        ),
    ] {
        let found = probed(&seen(name, sight), keys, &state).await;
        assert_eq!(found.verdict, expected, "{name}: {}", said(&found));
    }
    let found =
        probed(&as_it_is, "frames=10\nreference=true\nlimits={view_shift={good=0.0001, tolerable=64}}", &state).await;
    assert!(figure(&found, "view_shift").is_some_and(|shift| shift < 1.0), "{}", said(&found));
}

#[tokio::test]
async fn a_watch_disturbs_nobody_and_keeps_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let watch = |source: &str| {
        let table = format!("source='{source}'\nwatch=true\nframes=10").parse().expect("a table");
        Work::parse("picture", table).expect("a picture")
    };
    assert_eq!(watch("rtsp://192.0.2.1/live").disturbance(), Disturbance::None);
    assert_eq!(watch("rtsp://192.0.2.1/live").limits().len(), 1, "only the card's");
    for refused in ["source='v4l2:/dev/video0'\nwatch=true", "source='rtsp://h/x'\nwatch=true\ncode=true"] {
        assert!(Work::parse("picture", refused.parse().expect("a table")).is_err(), "{refused}");
    }
    let hall = Hall::new(820);
    let scene = |sight: Sight| Dress::default().frames(&hall, &Sight { quality: None, ..sight }, 12);
    for (name, frames, expected) in [
        ("hall", scene(Sight::default()), Verdict::Pass),
        ("noisy", scene(Sight { noise: 40.0, ..Sight::default() }), Verdict::Pass),
        ("dim", scene(Sight { light: 0.2, lamps: 0.0, ..Sight::default() }), Verdict::Pass),
        ("black", vec![vec![0; WIDTH * HEIGHT]; 12], Verdict::fail("picture.black")),
        ("card", vec![card((41, 240, 110), 0.05, 1); 12], Verdict::fail("picture.no-signal-card")),
    ] {
        let path = filmed(&folder.path().join(format!("{name}.mp4")), frames);
        let found = run(&watch(&format!("file:{}", path.display())), &context(folder.path())).await;
        assert_eq!(found.verdict, expected, "{name}: {}", said(&found));
        assert!(found.exhibits.is_empty() && figure(&found, "luma_mean").is_some(), "{name}: values alone");
    }
    let stopped = folder.path().join("stopped.mp4");
    let encoder =
        ["-c:v", "libx264", "-preset", "veryfast", "-crf", "28", "-g", "10", "-keyint_min", "10", "-sc_threshold", "0"];
    film(&stopped, vec![scene(Sight::default()).remove(0); 80], &encoder).expect("a film");
    for (source, expected) in [
        (format!("file:{}", stopped.display()), "picture.frozen"),
        ("file:/nowhere/film.mp4".to_owned(), "picture.no-signal"),
    ] {
        let found = run(&watch(&source), &context(folder.path())).await;
        assert_eq!(finding(&found), expected, "{}", said(&found));
        assert!(found.exhibits.is_empty(), "{source}");
    }
    // What does not only watch keeps its evidence, as before.
    let table = "source='file:/nowhere/film.mp4'".parse().expect("a table");
    let found = run(&Work::parse("picture", table).expect("a picture"), &context(folder.path())).await;
    assert_eq!(found.exhibits.first().map(|exhibit| exhibit.kind), Some(EvidenceKind::Transcript));
}
