//! Frames of VISCA: from the manuals, cut, and arbitrary bytes.

use proptest::prelude::*;

use super::*;

fn runs(bytes: &[u8]) -> Vec<Run> {
    let mut splitter = Splitter::default();
    bytes.iter().filter_map(|byte| splitter.push(*byte)).collect()
}

fn replies(bytes: &[u8], awaited: Option<Inquiry>) -> Vec<Option<Reply>> {
    runs(bytes).iter().map(|run| run.read(|frame| Reply::decode(frame, awaited))).collect()
}

fn bytes(text: &str) -> Vec<u8> {
    text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).expect("hexadecimal")).collect()
}

#[track_caller]
fn says(request: impl Into<Request>, manual: &str) {
    let frame = request.into().encode(Address::FIRST);
    assert_eq!(hex(frame.bytes()), manual);
    assert_eq!(Frame::read(&bytes(manual)), Some(frame));
}

/// A reply as the manual writes it, wherever the line cuts it.
#[track_caller]
fn reads(manual: &str, awaited: Option<Inquiry>, expected: Reply) {
    let frame = bytes(manual);
    assert_eq!(replies(&frame, awaited), [Some(expected)]);
    for cut in 0..frame.len() {
        let mut splitter = Splitter::default();
        let (head, tail) = frame.split_at(cut);
        assert!(head.iter().all(|byte| splitter.push(*byte).is_none()), "half a frame is no frame");
        let whole: Vec<Run> = tail.iter().filter_map(|byte| splitter.push(*byte)).collect();
        let read: Vec<_> = whole.iter().map(|run| run.read(|frame| Reply::decode(frame, awaited))).collect();
        assert_eq!(read, [Some(expected)], "{manual} cut at {cut}");
    }
}

const fn first(said: Said) -> Reply {
    Reply::From(Address::FIRST, said)
}

#[track_caller]
fn answers(inquiry: Inquiry, question: &str, answer: &str, expected: Data) {
    says(inquiry, question);
    reads(answer, Some(inquiry), first(Said::Answer(expected)));
    assert_eq!(replies(&bytes(answer), None), [None], "an answer that nobody awaits");
}

fn speed(pan: u8, tilt: u8) -> Speed {
    Speed::new(pan, tilt).expect("1 to 24")
}

const fn aim(pan: i32, tilt: i16, digits: Digits) -> Aim {
    Aim { pan, tilt, digits }
}

/// Sony EVI-D70 Technical Manual p. 34 'VISCA Device Setting Command'; SRG-300H Technical Manual p. 26 and 27 (cancel).
#[test]
fn what_concerns_the_line_is_as_in_the_manual() {
    says(Request::AddressSet, "88 30 01 FF");
    says(Request::ClearAll, "88 01 00 01 FF");
    says(Request::Clear, "81 01 00 01 FF");
    says(Request::Cancel(2), "81 22 FF");
}

/// Sony EVI-D70 Technical Manual p. 42 'EVI-D70/P Command List (4/4)'.
#[test]
fn heads_turn_as_in_the_manual_of_the_evi_d70() {
    let (slow, fast) = (speed(1, 1), speed(0x18, 0x17));
    for (pan, tilt, manual) in [
        (Pan::Still, Tilt::Up, "81 01 06 01 01 01 03 01 FF"),
        (Pan::Still, Tilt::Down, "81 01 06 01 01 01 03 02 FF"),
        (Pan::Left, Tilt::Still, "81 01 06 01 01 01 01 03 FF"),
        (Pan::Right, Tilt::Still, "81 01 06 01 01 01 02 03 FF"),
        (Pan::Left, Tilt::Up, "81 01 06 01 01 01 01 01 FF"),
        (Pan::Right, Tilt::Up, "81 01 06 01 01 01 02 01 FF"),
        (Pan::Left, Tilt::Down, "81 01 06 01 01 01 01 02 FF"),
        (Pan::Right, Tilt::Down, "81 01 06 01 01 01 02 02 FF"),
        (Pan::Still, Tilt::Still, "81 01 06 01 01 01 03 03 FF"),
    ] {
        says(Command::Drive(pan, tilt, slow), manual);
    }
    says(Command::Drive(Pan::Left, Tilt::Up, fast), "81 01 06 01 18 17 01 01 FF");
    // The ends that the page gives: pan F725 to 08DB, tilt FE70 to 04B0.
    let left = aim(-0x08db, 0x04b0, Digits::Four);
    let right = aim(0x08db, -0x0190, Digits::Four);
    says(Command::Absolute(left, fast), "81 01 06 02 18 17 0F 07 02 05 00 04 0B 00 FF");
    says(Command::Relative(right, slow), "81 01 06 03 01 01 00 08 0D 0B 0F 0E 07 00 FF");
    says(Command::Home, "81 01 06 04 FF");
    says(Command::Reset, "81 01 06 05 FF");
}

/// Sony BRC-H700 Command List p. 12: five digits of pan, one speed; the ends 08A58 (left) and F75A8 (right).
#[test]
fn heads_turn_as_in_the_manual_of_the_brc_h700() {
    let left = aim(0x08a58, 0x493d, Digits::Five);
    let right = aim(-0x08a58, -0x186a, Digits::Five);
    says(Command::Absolute(left, speed(0x18, 1)), "81 01 06 02 18 00 00 08 0A 05 08 04 09 03 0D FF");
    says(Command::Relative(right, speed(1, 1)), "81 01 06 03 01 00 0F 07 05 0A 08 0E 07 09 06 FF");
}

/// BZBGEAR BG-UPTZ-ND-12X manual p. 24 'VISCA Protocol Control Command' (power, zoom); Sony SRG-H40UH Command List p. 20 (focus).
#[test]
fn lenses_travel_as_in_the_manuals() {
    let level = |level| Pace::new(level).expect("0 to 7");
    says(Command::Power(true), "81 01 04 00 02 FF");
    says(Command::Power(false), "81 01 04 00 03 FF");
    says(Command::Zoom(Zoom::Stop), "81 01 04 07 00 FF");
    says(Command::Zoom(Zoom::Tele(Pace::STANDARD)), "81 01 04 07 02 FF");
    says(Command::Zoom(Zoom::Wide(Pace::STANDARD)), "81 01 04 07 03 FF");
    says(Command::Zoom(Zoom::Tele(level(7))), "81 01 04 07 27 FF");
    says(Command::Zoom(Zoom::Wide(level(0))), "81 01 04 07 30 FF");
    says(Command::Zoom(Zoom::To(0x4000)), "81 01 04 47 04 00 00 00 FF");
    says(Command::Focus(Focus::Stop), "81 01 04 08 00 FF");
    says(Command::Focus(Focus::Far(Pace::STANDARD)), "81 01 04 08 02 FF");
    says(Command::Focus(Focus::Near(Pace::STANDARD)), "81 01 04 08 03 FF");
    says(Command::Focus(Focus::Far(level(3))), "81 01 04 08 23 FF");
    says(Command::Focus(Focus::Near(level(7))), "81 01 04 08 37 FF");
    says(Command::Focus(Focus::To(0x1234)), "81 01 04 48 01 02 03 04 FF");
    says(Command::Focus(Focus::Mode(FocusMode::Auto)), "81 01 04 38 02 FF");
    says(Command::Focus(Focus::Mode(FocusMode::Manual)), "81 01 04 38 03 FF");
    says(Command::Focus(Focus::Once), "81 01 04 18 01 FF");
    says(Command::Focus(Focus::Infinity), "81 01 04 18 02 FF");
}

/// Sony SRG-300H Technical Manual, 'Command List' (CAM_AE to CAM_Bright); AVer PTZ310 User Manual p. 37 (gain, back light);
/// BG-UPTZ-ND-12X manual p. 24 (white balance, red gain).
#[test]
fn light_is_handled_as_in_the_manuals() {
    for (mode, manual) in [
        (Exposure::FullAuto, "81 01 04 39 00 FF"),
        (Exposure::Manual, "81 01 04 39 03 FF"),
        (Exposure::ShutterPriority, "81 01 04 39 0A FF"),
        (Exposure::IrisPriority, "81 01 04 39 0B FF"),
        (Exposure::Bright, "81 01 04 39 0D FF"),
    ] {
        says(Command::Exposure(mode), manual);
    }
    says(Command::Turn(Dial::Shutter, Step::Reset), "81 01 04 0A 00 FF");
    says(Command::Turn(Dial::Shutter, Step::To(0x15)), "81 01 04 4A 00 00 01 05 FF");
    says(Command::Turn(Dial::Iris, Step::Up), "81 01 04 0B 02 FF");
    says(Command::Turn(Dial::Iris, Step::To(0x11)), "81 01 04 4B 00 00 01 01 FF");
    says(Command::Turn(Dial::Gain, Step::Down), "81 01 04 0C 03 FF");
    says(Command::Turn(Dial::Gain, Step::To(0x0f)), "81 01 04 4C 00 00 00 0F FF");
    says(Command::Turn(Dial::Bright, Step::Up), "81 01 04 0D 02 FF");
    says(Command::Turn(Dial::RedGain, Step::Down), "81 01 04 03 03 FF");
    says(Command::Turn(Dial::RedGain, Step::To(0xa0)), "81 01 04 43 00 00 0A 00 FF");
    says(Command::Backlight(true), "81 01 04 33 02 FF");
    says(Command::Backlight(false), "81 01 04 33 03 FF");
    says(Command::WhiteBalance(WhiteBalance::OnePush), "81 01 04 35 03 FF");
    says(Command::WhiteBalanceOnce, "81 01 04 10 05 FF");
}

/// Sony EVI-D80/D90 Technical Manual p. 31 'Command List (3/3)'.
#[test]
fn presets_are_kept_as_in_the_manual() {
    says(Command::Forget(5), "81 01 04 3F 00 05 FF");
    says(Command::Store(3), "81 01 04 3F 01 03 FF");
    says(Command::Recall(5), "81 01 04 3F 02 05 FF");
}

/// EVI-D70 Technical Manual p. 34 (address, network change, IF_Clear) and p. 38 'VISCA Camera-Issued Messages'; SRG-300H
/// Technical Manual p. 27; `6Y 01`, message length: the same, 'Error messages'.
#[test]
fn what_cameras_say_is_as_in_the_manual() {
    reads("88 30 02 FF", None, Reply::Addressed { cameras: 1 });
    reads("88 30 08 FF", None, Reply::Addressed { cameras: 7 });
    reads("88 01 00 01 FF", None, Reply::ClearedAll);
    reads("90 38 FF", None, first(Said::NetworkChange));
    reads("90 41 FF", None, first(Said::Ack(1)));
    reads("90 52 FF", None, first(Said::Done(2)));
    reads("90 50 FF", None, first(Said::Done(0)));
    reads("90 60 01 FF", None, first(Said::Refused(0, Refusal::Length)));
    reads("90 60 02 FF", None, first(Said::Refused(0, Refusal::Syntax)));
    reads("90 60 03 FF", None, first(Said::Refused(0, Refusal::BufferFull)));
    reads("90 62 04 FF", None, first(Said::Refused(2, Refusal::Cancelled)));
    reads("90 62 05 FF", None, first(Said::Refused(2, Refusal::NoSocket)));
    reads("90 61 41 FF", None, first(Said::Refused(1, Refusal::NotExecutable)));
    let seventh = Address::new(7).expect("a seventh camera");
    reads("F0 41 FF", None, Reply::From(seventh, Said::Ack(1)));
}

/// Avonic CM70-IP manual p. 70 to 72 'Inquiry Commands'; Vaddio RoboSHOT manual p. 96 (gain, back light); Sony EVI-D80/D90
/// Technical Manual p. 33 (version, speed, position); BRC-300 Command List p. 14 (five digits).
#[test]
fn questions_and_answers_are_as_in_the_manuals() {
    let version = Version { vendor: 0x0001, model: 0x050d, rom: 0x0185, sockets: 2 };
    answers(Inquiry::Version, "81 09 00 02 FF", "90 50 00 01 05 0D 01 85 02 FF", Data::Version(version));
    answers(Inquiry::Power, "81 09 04 00 FF", "90 50 02 FF", Data::Power(true));
    answers(Inquiry::Power, "81 09 04 00 FF", "90 50 03 FF", Data::Power(false));
    let position = Data::PanTilt(aim(-0x05a0, 0x0140, Digits::Four));
    answers(Inquiry::PanTilt, "81 09 06 12 FF", "90 50 0F 0A 06 00 00 01 04 00 FF", position);
    let far_right = Data::PanTilt(aim(-0x08a58, 0x493d, Digits::Five));
    answers(Inquiry::PanTilt, "81 09 06 12 FF", "90 50 0F 07 05 0A 08 04 09 03 0D FF", far_right);
    answers(Inquiry::MaxSpeed, "81 09 06 11 FF", "90 50 18 17 FF", Data::MaxSpeed(speed(0x18, 0x17)));
    answers(Inquiry::Zoom, "81 09 04 47 FF", "90 50 04 00 00 00 FF", Data::Zoom(0x4000));
    answers(Inquiry::Focus, "81 09 04 48 FF", "90 50 01 0F 00 0A FF", Data::Focus(0x1f0a));
    for (code, mode) in [("02", FocusMode::Auto), ("03", FocusMode::Manual), ("04", FocusMode::Other(4))] {
        answers(Inquiry::FocusMode, "81 09 04 38 FF", &format!("90 50 {code} FF"), Data::FocusMode(mode));
    }
    for (code, mode) in [
        ("00", Exposure::FullAuto),
        ("03", Exposure::Manual),
        ("0A", Exposure::ShutterPriority),
        ("0B", Exposure::IrisPriority),
        ("0D", Exposure::Bright),
        ("0E", Exposure::Other(0x0e)),
    ] {
        answers(Inquiry::Exposure, "81 09 04 39 FF", &format!("90 50 {code} FF"), Data::Exposure(mode));
    }
    for (code, mode) in [
        ("00", WhiteBalance::Auto),
        ("01", WhiteBalance::Indoor),
        ("02", WhiteBalance::Outdoor),
        ("03", WhiteBalance::OnePush),
        ("05", WhiteBalance::Manual),
        ("04", WhiteBalance::Other(4)),
    ] {
        answers(Inquiry::WhiteBalance, "81 09 04 35 FF", &format!("90 50 {code} FF"), Data::WhiteBalance(mode));
    }
    for (dial, question) in [
        (Dial::RedGain, "81 09 04 43 FF"),
        (Dial::BlueGain, "81 09 04 44 FF"),
        (Dial::Shutter, "81 09 04 4A FF"),
        (Dial::Iris, "81 09 04 4B FF"),
        (Dial::Gain, "81 09 04 4C FF"),
        (Dial::Bright, "81 09 04 4D FF"),
    ] {
        answers(Inquiry::Dial(dial), question, "90 50 00 00 01 0A FF", Data::Dial(0x1a));
    }
    answers(Inquiry::Backlight, "81 09 04 33 FF", "90 50 03 FF", Data::Backlight(false));
    answers(Inquiry::Preset, "81 09 04 3F FF", "90 50 05 FF", Data::Preset(5));
}

#[test]
fn noise_and_lost_halves_before_a_frame_do_not_spoil_it() {
    let ack = Some(first(Said::Ack(1)));
    for text in [
        "00 7E 90 41 FF",
        "90 50 0F 90 41 FF",
        "85 99 90 41 FF",
        "90 50 90 41 FF",
        "11 22 33 44 55 66 77 11 22 33 44 55 66 77 11 22 90 41 FF",
    ] {
        for awaited in [None, Some(Inquiry::PanTilt), Some(Inquiry::Zoom), Some(Inquiry::Power)] {
            assert_eq!(replies(&bytes(text), awaited), [ack], "{text}");
        }
    }
    assert_eq!(replies(&bytes("FF FF 90 FF 90 41 FF"), None), [None, None, None, ack]);
}

#[test]
fn what_no_camera_says_is_no_reply() {
    for text in ["90 FF", "91 41 FF", "80 41 FF", "88 30 09 FF", "88 30 01 FF", "90 70 FF"] {
        assert_eq!(replies(&bytes(text), Some(Inquiry::Power)), [None], "{text}");
    }
    for (inquiry, text) in [
        (Inquiry::Power, "90 50 05 FF"),
        (Inquiry::Zoom, "90 50 10 00 00 00 FF"),
        (Inquiry::Zoom, "90 50 00 00 00 FF"),
        (Inquiry::PanTilt, "90 50 00 00 00 00 00 00 00 FF"),
        (Inquiry::PanTilt, "90 50 10 00 00 00 00 00 00 00 00 FF"),
        (Inquiry::MaxSpeed, "90 50 00 17 FF"),
        (Inquiry::Version, "90 50 00 01 05 0D 01 85 FF"),
        (Inquiry::FocusMode, "90 50 80 FF"),
    ] {
        assert_eq!(replies(&bytes(text), Some(inquiry)), [None], "{text}");
    }
}

#[test]
fn what_no_camera_takes_cannot_be_said() {
    assert_eq!(Speed::new(0, 1), None);
    assert_eq!(Speed::new(1, 0x19), None);
    assert_eq!(Speed::new(0x18, 0x18).map(Speed::each), Some((0x18, 0x18)));
    assert_eq!(Pace::new(8), None);
    assert_eq!((Address::new(0), Address::new(8)), (None, None));
}

fn any_command() -> impl Strategy<Value = Command> {
    let aim = (any::<i32>(), any::<i16>(), prop::sample::select(vec![Digits::Four, Digits::Five]))
        .prop_map(|(pan, tilt, digits)| Aim { pan, tilt, digits });
    let speed = (1..=0x18u8, 1..=0x18u8).prop_map(|(pan, tilt)| Speed::new(pan, tilt).expect("1 to 24"));
    prop_oneof![
        (aim.clone(), speed.clone()).prop_map(|(aim, speed)| Command::Absolute(aim, speed)),
        (aim, speed).prop_map(|(aim, speed)| Command::Relative(aim, speed)),
        any::<u8>().prop_map(Command::Recall),
        any::<u8>().prop_map(|code| Command::WhiteBalance(WhiteBalance::Other(code))),
        any::<u8>().prop_map(|to| Command::Turn(Dial::BlueGain, Step::To(to))),
        any::<u16>().prop_map(|to| Command::Zoom(Zoom::To(to))),
    ]
}

const INQUIRIES: [Inquiry; 8] = [
    Inquiry::Version,
    Inquiry::Power,
    Inquiry::PanTilt,
    Inquiry::MaxSpeed,
    Inquiry::Zoom,
    Inquiry::Exposure,
    Inquiry::Dial(Dial::Iris),
    Inquiry::Preset,
];

proptest! {
    /// Whatever the numbers are, a frame has 3 to 16 bytes and one end.
    #[test]
    fn every_command_is_one_frame(command in any_command(), to in 1..8u8) {
        let frame = Request::Command(command).encode(Address::new(to).expect("1 to 7"));
        prop_assert!((3..=MAX_FRAME).contains(&frame.bytes().len()));
        prop_assert_eq!(Frame::read(frame.bytes()), Some(frame));
    }

    /// What a camera says of itself can be told to it again.
    #[test]
    fn an_aim_is_sent_as_it_was_read(pan in -0x8_0000..0x8_0000i32, tilt in any::<i16>()) {
        let digits = if i16::try_from(pan).is_ok() { Digits::Four } else { Digits::Five };
        let sent = Aim { pan, tilt, digits };
        let frame = Request::Command(Command::Absolute(sent, speed(1, 1))).encode(Address::FIRST);
        let steps = &frame.bytes()[6..frame.bytes().len() - 1];
        let answer = [&[0x90, 0x50], steps, &[TERMINATOR]].concat();
        let expected = first(Said::Answer(Data::PanTilt(sent)));
        prop_assert_eq!(replies(&answer, Some(Inquiry::PanTilt)), [Some(expected)]);
    }

    #[test]
    fn arbitrary_bytes_never_panic_and_never_grow(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for run in runs(&bytes) {
            prop_assert!(run.bytes().len() < MAX_FRAME);
            for awaited in INQUIRIES {
                run.read(|frame| Reply::decode(frame, Some(awaited)));
            }
        }
        let _ = Frame::read(&bytes);
    }
}
