//! Our words and the frames that stand for them; the frames are those of the Sony EVI-D70 Technical Manual, 'Command List'.

use proptest::prelude::*;

use super::*;
use crate::visca::codec::{Address, hex};
use crate::visca::session::{Timing, Wire};

fn frames(job: Job) -> Vec<String> {
    let mut session = Session::new(Address::FIRST, Wire::Bare, Timing::default());
    let tickets = say(&mut session, job, Digits::Four, Duration::ZERO);
    let sent: Vec<String> = std::iter::from_fn(|| session.poll_transmit()).map(|bytes| hex(&bytes)).collect();
    assert!(tickets.len() >= sent.len(), "every frame's end is told");
    sent
}

#[track_caller]
fn check(job: Job, expected: &[&str]) {
    assert_eq!(frames(job), expected, "{job:?}");
}

#[test]
fn every_command_has_its_frame() {
    let told = |command, frame| check(Job::Do(command), &[frame]);
    told(Told::Home, "81 01 06 04 FF");
    told(Told::Recall(3), "81 01 04 3F 02 03 FF");
    told(Told::Store(0), "81 01 04 3F 01 00 FF");
    told(Told::Clear(127), "81 01 04 3F 00 7F FF");
    told(Told::Turn { pan: -1, tilt: 16 }, "81 01 06 03 18 14 0F 0F 0F 0F 00 00 01 00 FF");
    told(Told::Focus(Kept::Auto), "81 01 04 38 02 FF");
    told(Told::Focus(Kept::Manual), "81 01 04 38 03 FF");
    told(Told::Focus(Kept::Once), "81 01 04 18 01 FF");
    told(Told::AutoExposure, "81 01 04 39 00 FF");
    told(Told::AutoWhite, "81 01 04 35 00 FF");
    told(Told::Power(false), "81 01 04 00 03 FF");
    for (kept, code) in
        [(Shown::Auto, "00"), (Shown::Manual, "03"), (Shown::Shutter, "0A"), (Shown::Iris, "0B"), (Shown::Bright, "0D")]
    {
        check(Job::Do(Told::Exposure(kept)), &[&format!("81 01 04 39 {code} FF")]);
    }
    for (kept, code) in
        [(Balance::Auto, "00"), (Balance::Indoor, "01"), (Balance::Outdoor, "02"), (Balance::Manual, "05")]
    {
        check(Job::Do(Told::White(kept)), &[&format!("81 01 04 35 {code} FF")]);
    }
    // 'CAM_WB One Push Mode'; its trigger waits until the camera is in it.
    check(Job::Do(Told::White(Balance::OnePush)), &["81 01 04 35 03 FF"]);
    check(Job::Do(Told::Ask), &[]);
    check(Job::Do(Told::Stop), &["81 01 06 01 18 14 03 03 FF", "81 01 04 07 00 FF", "81 01 04 08 00 FF"]);
    let position = Position { pan: 100, tilt: -10, zoom: 0x4000 };
    check(Job::Do(Told::Go(position)), &["81 01 06 02 18 14 00 00 06 04 0F 0F 0F 06 FF"]);
}

#[test]
fn a_motion_is_said_of_the_axes_that_it_is_about() {
    let still = Motion::STILL;
    let head = Axes { head: true, ..Axes::default() };
    check(Job::Steer(Motion { pan: -100, tilt: 100, ..still }, head), &["81 01 06 01 18 14 01 01 FF"]);
    check(Job::Steer(Motion { pan: 1, ..still }, head), &["81 01 06 01 01 01 02 03 FF"]);
    check(Job::Steer(Motion { tilt: -50, ..still }, head), &["81 01 06 01 01 0A 03 02 FF"]);
    check(Job::Steer(Motion { zoom: 100, ..still }, head), &["81 01 06 01 18 14 03 03 FF"]);
    let both = Axes { zoom: true, ..head };
    let stops_first = ["81 01 06 01 18 14 03 03 FF", "81 01 04 07 30 FF"];
    check(Job::Steer(Motion { zoom: -1, ..still }, both), &stops_first);
    let lens = Axes { focus: true, ..Axes::default() };
    check(Job::Steer(Motion { focus: 100, ..still }, lens), &["81 01 04 38 03 FF", "81 01 04 08 27 FF"]);
    check(Job::Steer(Motion { focus: -30, ..still }, lens), &["81 01 04 38 03 FF", "81 01 04 08 32 FF"]);
}

proptest! {
    #[test]
    fn whatever_is_said_is_a_frame_that_a_camera_takes(pan: i8, tilt: i8, zoom: i8, focus: i8, head: bool, lens: bool) {
        let axes = Axes { head, zoom: lens, focus: lens };
        for frame in frames(Job::Steer(Motion { pan, tilt, zoom, focus }, axes)) {
            let bytes: Vec<u8> = frame.split(' ').map(|byte| u8::from_str_radix(byte, 16).expect("hexadecimal")).collect();
            prop_assert!(bytes.len() <= 9 && bytes.ends_with(&[0xff]));
            if let [0x81, 0x01, 0x06, 0x01, pan, tilt, ..] = *bytes {
                prop_assert!((1..=0x18).contains(&pan) && (1..=0x14).contains(&tilt), "{}", frame);
            }
        }
    }
}

#[test]
fn how_it_sees_is_asked_and_told_in_the_words_of_the_commands() {
    for (question, frame, data, word) in [
        (Question::FocusMode, "81 09 04 38 FF", Data::FocusMode(FocusMode::Manual), "manual"),
        (Question::FocusMode, "81 09 04 38 FF", Data::FocusMode(FocusMode::Other(4)), "04"),
        (Question::Exposure, "81 09 04 39 FF", Data::Exposure(Exposure::FullAuto), "auto"),
        (Question::Exposure, "81 09 04 39 FF", Data::Exposure(Exposure::IrisPriority), "iris"),
        (Question::Exposure, "81 09 04 39 FF", Data::Exposure(Exposure::Other(0x0e)), "0E"),
        (Question::White, "81 09 04 35 FF", Data::WhiteBalance(WhiteBalance::OnePush), "one-push"),
        (Question::White, "81 09 04 35 FF", Data::WhiteBalance(WhiteBalance::Other(4)), "04"),
    ] {
        check(Job::Ask(question), &[frame]);
        let answer = Heard { data: vec![data], trouble: None }.answer(Job::Ask(question)).expect("an answer");
        assert_eq!(answer, Answer::Mode(word.into()));
    }
    check(Job::Ask(Question::Focus), &["81 09 04 48 FF"]);
    let focus = Heard { data: vec![Data::Focus(0x2000)], trouble: None }.answer(Job::Ask(Question::Focus));
    assert_eq!(focus.expect("an answer"), Answer::Focus(0x2000));
}

#[test]
fn an_answer_that_is_not_to_the_question_is_a_wrong_one() {
    let heard = Heard { data: vec![Data::Power(true)], trouble: None };
    assert!(matches!(heard.answer(Job::Ask(Question::Position)), Err(Trouble::Camera(Failure::WrongAnswer { .. }))));
}
