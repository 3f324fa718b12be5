//! The picture probe: what its configuration may say, what an ending of ffmpeg means, and how frames are taken in.

use super::*;

fn setup(text: &str) -> Setup {
    let setup: Setup = toml::from_str(text).expect("a setup");
    setup.check().expect("a checked setup");
    setup
}

fn end(words: &[&str], timed_out: bool) -> End {
    End { marks: Vec::new(), words: words.iter().map(|&word| word.to_owned()).collect(), timed_out }
}

#[test]
fn a_device_that_is_busy_or_forbidden_is_a_matter_of_the_box() {
    let setup = setup("source='v4l2:/dev/video0'");
    for words in ["/dev/video0: Device or resource busy", "/dev/video0: Permission denied"] {
        let found = without_picture(&setup, &end(&[words], false));
        assert_eq!(found.verdict.word(), "unknown", "{words}");
        assert!(found.detail.contains("/dev/video0"), "{}", found.detail);
    }
}

#[test]
fn a_device_that_is_gone_and_a_stream_that_is_silent_are_matters_of_the_room() {
    let device =
        without_picture(&setup("source='v4l2:/dev/video9'"), &end(&["/dev/video9: No such file or directory"], false));
    assert_eq!(device.verdict, Verdict::fail("picture.no-signal"));
    assert_eq!(device.detail, "没有图像：/dev/video9: No such file or directory");
    let silent = without_picture(&setup("source='rtsp://h/x'"), &end(&[], true));
    assert_eq!(
        (silent.verdict, silent.detail.as_str()),
        (Verdict::fail("picture.no-signal"), "没有图像：15 秒内没有图像")
    );
}

#[test]
fn a_bad_source_is_refused_without_repeating_it() {
    let error = toml::from_str::<Setup>("source='http://admin:geheim@h'").expect_err("no source");
    assert!(!error.message().contains("geheim") && error.message().contains("source"), "{error}");
}

#[test]
fn an_overlay_beyond_the_picture_is_refused() {
    let check = |text: &str| toml::from_str::<Setup>(text).expect("a setup").check();
    assert!(check("source='file:x'\noverlay=[20, 860, 400, 110]").is_ok());
    let error = check("source='file:x'\noverlay=[700, 860, 400, 110]").expect_err("too far to the right");
    assert!(error.to_string().starts_with("overlay: expected left, top"), "{error}");
}
