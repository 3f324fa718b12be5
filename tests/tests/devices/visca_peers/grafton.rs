//! `grafton-visca`, a controller as we are one: the same command must become the same bytes, and the same bytes of a camera
//! must say the same to both. Its types know profiles, ranges and degrees; only what it writes and reads is used.

use avow_agent::visca::codec::{
    Address, Command, Data, Dial, Digits, Exposure, Focus, FocusMode, Frame, Inquiry, Pace, Pan, Refusal, Reply, Said,
    Step, Tilt, Version, WhiteBalance, Zoom, hex,
};
use grafton_visca::command::{
    BacklightCommand, BacklightInquiry, BlueGain, BlueGainInquiry, Brightness, BrightnessInquiry, ExposureCommand,
    ExposureMode, ExposureModeInquiry, FocusModeInquiry, FocusPositionInquiry, Gain, GainInquiry, InquiryData,
    InquiryKind, IrisInquiry, OnePushTriggerCommand, PanTiltPositionInquiry, PowerInquiry, PowerOn, PowerStandby,
    RedGain, RedGainInquiry, Response, Shutter, ShutterInquiry, VersionInquiry, WhiteBalanceCommand, WhiteBalanceMode,
    WhiteBalanceModeInquiry, ZoomPositionInquiry,
};
use grafton_visca::profiles::{SonyBRC300, SonyEVIH100};
use grafton_visca::request::builtin::{
    FocusDrive, FocusInfinity, FocusModeCommand, FocusStop, FocusTarget, FocusTrigger, IrisDirect, IrisDown, IrisReset,
    IrisUp, PanTiltAbsolute, PanTiltDrive, PanTiltHome, PanTiltRelative, PanTiltReset, PanTiltStop, PresetRecall,
    PresetReset, PresetSet, ZoomDrive, ZoomStop, ZoomTarget,
};
use grafton_visca::types::{
    BlueChannel, BrightnessLevel, FocusPosition, FocusSpeed, GainLevel, IrisLevel, PanSpeed, RedChannel, ShutterSpeed,
    TiltSpeed, ZoomPosition, ZoomSpeed,
};
use grafton_visca::units::Degrees;
use grafton_visca::{CameraId, PanTiltDirection, PresetNumber, ProfileSpec, Request, ViscaSocket};

use super::{aim, bytes, digits, encoded, pace, speed};

/// What it writes for the first camera of a line.
fn theirs(request: &impl Request) -> String {
    let mut buffer = [0; 16];
    let length = request.write_into(CameraId::CAMERA_1, &mut buffer).expect("it fits");
    hex(&buffer[..length])
}

#[track_caller]
fn same(ours: Command, request: &impl Request) {
    assert_eq!(encoded(ours), theirs(request), "{ours:?}");
}

fn speeds(pan: u8, tilt: u8) -> (PanSpeed, TiltSpeed) {
    (PanSpeed::new(pan).expect("a speed"), TiltSpeed::new(tilt).expect("a speed"))
}

#[test]
fn heads_are_turned_with_the_same_bytes() {
    for (pan, tilt, direction) in [
        (Pan::Still, Tilt::Up, PanTiltDirection::Up),
        (Pan::Still, Tilt::Down, PanTiltDirection::Down),
        (Pan::Left, Tilt::Still, PanTiltDirection::Left),
        (Pan::Right, Tilt::Still, PanTiltDirection::Right),
        (Pan::Left, Tilt::Up, PanTiltDirection::UpLeft),
        (Pan::Right, Tilt::Up, PanTiltDirection::UpRight),
        (Pan::Left, Tilt::Down, PanTiltDirection::DownLeft),
        (Pan::Right, Tilt::Down, PanTiltDirection::DownRight),
    ] {
        for (fast, slow) in [(1, 1), (0x18, 0x14), (7, 0x18)] {
            let (pan_speed, tilt_speed) = speeds(fast, slow);
            let drive = PanTiltDrive::new(direction, pan_speed, tilt_speed).expect("no stop");
            same(Command::Drive(pan, tilt, speed(fast, slow)), &drive);
        }
    }
    let (pan_speed, tilt_speed) = speeds(0x18, 0x14);
    same(Command::Drive(Pan::Still, Tilt::Still, speed(0x18, 0x14)), &PanTiltStop::new(pan_speed, tilt_speed));
    same(Command::Home, &PanTiltHome);
    same(Command::Reset, &PanTiltReset);
}

/// Its positions are degrees; the profile says how many steps each has.
#[test]
fn positions_are_written_with_the_same_digits() {
    let (pan_speed, tilt_speed) = speeds(0x18, 0x14);
    let profile = ProfileSpec::from_compile_time::<SonyEVIH100>().expect("a profile");
    // EVI-H100: 4080 steps (0FF0) are 90 degrees.
    for (pan, tilt, aim) in [
        (90.0, 45.0, aim(4080, 2040)),
        (-90.0, -15.0, aim(-4080, -680)),
        (0.0, 0.0, aim(0, 0)),
        (-1.5, 22.5, aim(-68, 1020)),
    ] {
        let (pan, tilt) = (Degrees(pan), Degrees(tilt));
        let absolute = PanTiltAbsolute::for_profile(pan, tilt, pan_speed, tilt_speed, &profile).expect("in range");
        same(Command::Absolute(aim, speed(0x18, 0x14)), &absolute);
        let relative = PanTiltRelative::for_profile(pan, tilt, pan_speed, tilt_speed, &profile).expect("in range");
        same(Command::Relative(aim, speed(0x18, 0x14)), &relative);
    }
}

/// Whatever a lens and a light do: each pair is the same command.
#[test]
fn lenses_and_light_are_set_with_the_same_bytes() {
    same(Command::Power(true), &PowerOn::new());
    same(Command::Power(false), &PowerStandby::new());
    same(Command::Zoom(Zoom::Stop), &ZoomStop);
    same(Command::Zoom(Zoom::Tele(Pace::STANDARD)), &ZoomDrive::Tele);
    same(Command::Zoom(Zoom::Wide(Pace::STANDARD)), &ZoomDrive::Wide);
    same(Command::Focus(Focus::Stop), &FocusStop);
    same(Command::Focus(Focus::Far(Pace::STANDARD)), &FocusDrive::Far);
    same(Command::Focus(Focus::Near(Pace::STANDARD)), &FocusDrive::Near);
    for level in 0..=7 {
        let (zoom, focus) = (ZoomSpeed::new(level).expect("a speed"), FocusSpeed::new(level).expect("a speed"));
        same(Command::Zoom(Zoom::Tele(pace(level))), &ZoomDrive::TeleVariable(zoom));
        same(Command::Zoom(Zoom::Wide(pace(level))), &ZoomDrive::WideVariable(zoom));
        same(Command::Focus(Focus::Far(pace(level))), &FocusDrive::FarVariable(focus));
        same(Command::Focus(Focus::Near(pace(level))), &FocusDrive::NearVariable(focus));
    }
    for position in [0, 1, 0x1234, 0x4000, 0x7fff] {
        same(Command::Zoom(Zoom::To(position)), &ZoomTarget::new(ZoomPosition::new(position).expect("in range")));
        same(Command::Focus(Focus::To(position)), &FocusTarget::new(FocusPosition::new(position)));
    }
    same(Command::Focus(Focus::Mode(FocusMode::Auto)), &FocusModeCommand::Auto);
    same(Command::Focus(Focus::Mode(FocusMode::Manual)), &FocusModeCommand::Manual);
    same(Command::Focus(Focus::Once), &FocusTrigger::OnePush);
    same(Command::Focus(Focus::Infinity), &FocusInfinity);
    for (ours, mode) in [
        (Exposure::FullAuto, ExposureMode::Auto),
        (Exposure::Manual, ExposureMode::Manual),
        (Exposure::ShutterPriority, ExposureMode::Shutter),
        (Exposure::IrisPriority, ExposureMode::Iris),
        (Exposure::Bright, ExposureMode::Bright),
    ] {
        same(Command::Exposure(ours), &ExposureCommand::new(mode));
    }
    for (ours, mode) in [
        (WhiteBalance::Auto, WhiteBalanceMode::Auto),
        (WhiteBalance::Indoor, WhiteBalanceMode::Indoor),
        (WhiteBalance::Outdoor, WhiteBalanceMode::Outdoor),
        (WhiteBalance::OnePush, WhiteBalanceMode::OnePush),
        (WhiteBalance::Manual, WhiteBalanceMode::Manual),
    ] {
        same(Command::WhiteBalance(ours), &WhiteBalanceCommand::new(mode));
    }
    same(Command::WhiteBalanceOnce, &OnePushTriggerCommand::new());
    same(Command::Backlight(true), &BacklightCommand::new(true));
    same(Command::Backlight(false), &BacklightCommand::new(false));
}

#[test]
fn dials_are_turned_with_the_same_bytes() {
    let turn = Command::Turn;
    same(turn(Dial::Iris, Step::Reset), &IrisReset::new());
    same(turn(Dial::Iris, Step::Up), &IrisUp::new());
    same(turn(Dial::Iris, Step::Down), &IrisDown::new());
    same(turn(Dial::Iris, Step::To(0x11)), &IrisDirect::new(IrisLevel::new(0x11).expect("in range")));
    same(turn(Dial::Shutter, Step::Reset), &Shutter::Reset);
    same(turn(Dial::Shutter, Step::Up), &Shutter::Up);
    same(turn(Dial::Shutter, Step::Down), &Shutter::Down);
    same(turn(Dial::Shutter, Step::To(0x15)), &Shutter::SetSpeed(ShutterSpeed::new(0x15)));
    same(turn(Dial::Gain, Step::Reset), &Gain::Reset);
    same(turn(Dial::Gain, Step::Up), &Gain::Up);
    same(turn(Dial::Gain, Step::Down), &Gain::Down);
    same(turn(Dial::Gain, Step::To(0x0f)), &Gain::SetValue(GainLevel::new(0x0f).expect("in range")));
    same(turn(Dial::Bright, Step::Reset), &Brightness::Reset);
    same(turn(Dial::Bright, Step::Up), &Brightness::Up);
    same(turn(Dial::Bright, Step::Down), &Brightness::Down);
    same(turn(Dial::Bright, Step::To(0x1f)), &Brightness::SetLevel(BrightnessLevel::new(0x1f)));
    same(turn(Dial::RedGain, Step::Reset), &RedGain::Reset);
    same(turn(Dial::RedGain, Step::Up), &RedGain::Up);
    same(turn(Dial::RedGain, Step::Down), &RedGain::Down);
    same(turn(Dial::RedGain, Step::To(0xa5)), &RedGain::SetValue(RedChannel::new(0xa5).expect("in range")));
    same(turn(Dial::BlueGain, Step::Reset), &BlueGain::Reset);
    same(turn(Dial::BlueGain, Step::Up), &BlueGain::Up);
    same(turn(Dial::BlueGain, Step::Down), &BlueGain::Down);
    same(turn(Dial::BlueGain, Step::To(0x5a)), &BlueGain::SetValue(BlueChannel::new(0x5a).expect("in range")));
}

#[test]
fn presets_are_named_with_the_same_bytes() {
    let profile = ProfileSpec::from_compile_time::<SonyEVIH100>().expect("a profile");
    for preset in 0..=127 {
        let number = PresetNumber::new(preset).expect("a number");
        same(Command::Store(preset), &PresetSet::new(number));
        same(Command::Forget(preset), &PresetReset::new(number));
        same(Command::Recall(preset), &PresetRecall::for_profile(number, &profile).expect("it has presets"));
    }
}

#[test]
fn questions_are_asked_with_the_same_bytes() {
    for (ours, theirs) in [
        (Inquiry::Version, theirs(&VersionInquiry)),
        (Inquiry::Power, theirs(&PowerInquiry)),
        (Inquiry::PanTilt, theirs(&PanTiltPositionInquiry)),
        (Inquiry::Zoom, theirs(&ZoomPositionInquiry)),
        (Inquiry::Focus, theirs(&FocusPositionInquiry)),
        (Inquiry::FocusMode, theirs(&FocusModeInquiry)),
        (Inquiry::Exposure, theirs(&ExposureModeInquiry)),
        (Inquiry::Dial(Dial::Iris), theirs(&IrisInquiry)),
        (Inquiry::Dial(Dial::Shutter), theirs(&ShutterInquiry)),
        (Inquiry::Dial(Dial::Gain), theirs(&GainInquiry)),
        (Inquiry::Dial(Dial::Bright), theirs(&BrightnessInquiry)),
        (Inquiry::Dial(Dial::RedGain), theirs(&RedGainInquiry)),
        (Inquiry::Dial(Dial::BlueGain), theirs(&BlueGainInquiry)),
        (Inquiry::Backlight, theirs(&BacklightInquiry)),
        (Inquiry::WhiteBalance, theirs(&WhiteBalanceModeInquiry)),
    ] {
        assert_eq!(encoded(ours), theirs, "{ours:?}");
    }
}

fn read(answer: &[u8], awaited: Option<Inquiry>) -> Option<Said> {
    match Reply::decode(&Frame::read(answer)?, awaited)? {
        Reply::From(Address::FIRST, said) => Some(said),
        _ => None,
    }
}

/// What it makes of an answer, in our words; none when it makes nothing of it.
fn their_data(answer: &[u8], kind: &InquiryKind) -> Option<Data> {
    let Response::Inquiry(data) = Response::parse_with_type(answer, kind).ok()? else { return None };
    our_words(data)
}

fn our_words(data: InquiryData) -> Option<Data> {
    let dial = |position: u8| Data::Dial(position.into());
    Some(match data {
        InquiryData::Version { info } => Data::Version(Version {
            vendor: info.vendor,
            model: info.model,
            rom: u16::try_from(info.rom_version).ok()?,
            sockets: info.max_socket,
        }),
        InquiryData::Power { on } => Data::Power(on),
        InquiryData::PanTiltPosition { pan, tilt } => Data::PanTilt(aim(pan, i16::try_from(tilt).ok()?)),
        InquiryData::ZoomPosition { position } => Data::Zoom(position),
        InquiryData::FocusPosition { position } => Data::Focus(position),
        InquiryData::FocusMode { mode } => Data::FocusMode(match u8::from(mode) {
            0x02 => FocusMode::Auto,
            0x03 => FocusMode::Manual,
            other => FocusMode::Other(other),
        }),
        InquiryData::ExposureMode { mode } => Data::Exposure(match mode {
            ExposureMode::Auto => Exposure::FullAuto,
            ExposureMode::Manual => Exposure::Manual,
            ExposureMode::Shutter => Exposure::ShutterPriority,
            ExposureMode::Iris => Exposure::IrisPriority,
            ExposureMode::Bright => Exposure::Bright,
        }),
        InquiryData::WhiteBalanceMode { mode } => Data::WhiteBalance(match mode {
            WhiteBalanceMode::Auto => WhiteBalance::Auto,
            WhiteBalanceMode::Indoor => WhiteBalance::Indoor,
            WhiteBalanceMode::Outdoor => WhiteBalance::Outdoor,
            WhiteBalanceMode::OnePush => WhiteBalance::OnePush,
            WhiteBalanceMode::Manual => WhiteBalance::Manual,
            WhiteBalanceMode::ATW => WhiteBalance::Other(0x04),
            WhiteBalanceMode::ColorTemperature => WhiteBalance::Other(0x20),
        }),
        InquiryData::Backlight { status } => Data::Backlight(status),
        InquiryData::Iris { position } | InquiryData::Shutter { position } | InquiryData::Brightness { position } => {
            dial(position)
        }
        InquiryData::Gain { gain } | InquiryData::RedChannel { gain } | InquiryData::BlueChannel { gain } => dial(gain),
        _ => return None,
    })
}

/// Every value that an answer may have, where there are few; edges where there are many.
#[test]
fn answers_say_the_same_to_both() {
    let bytes_of = |data: &str| bytes(&format!("90 50 {data} FF"));
    let both = |inquiry, kind: &InquiryKind, answer: &[u8]| {
        let ours = match read(answer, Some(inquiry)) {
            Some(Said::Answer(data)) => Some(data),
            _ => None,
        };
        (ours, their_data(answer, kind))
    };
    let edges = [0, 1, 0x0123, 0x4000, 0x7fff, 0x8000, 0xabcd, 0xffff];
    for (one, other) in edges.into_iter().zip(edges.into_iter().rev()) {
        for (inquiry, kind, data) in [
            (Inquiry::PanTilt, InquiryKind::PanTiltPosition, format!("{}{}", digits(one), digits(other))),
            (Inquiry::Zoom, InquiryKind::ZoomPosition, digits(one)),
            (Inquiry::Focus, InquiryKind::FocusPosition, digits(one)),
        ] {
            let (ours, theirs) = both(inquiry, &kind, &bytes_of(&data));
            assert!(ours.is_some(), "{inquiry:?} {data}");
            assert_eq!(ours, theirs, "{inquiry:?} {data}");
        }
    }
    for value in 0..=0xff {
        for (dial, kind) in [
            (Dial::Iris, InquiryKind::Iris),
            (Dial::Shutter, InquiryKind::Shutter),
            (Dial::Gain, InquiryKind::Gain),
            (Dial::Bright, InquiryKind::Brightness),
            (Dial::RedGain, InquiryKind::RedChannel),
            (Dial::BlueGain, InquiryKind::BlueChannel),
        ] {
            let (ours, theirs) = both(Inquiry::Dial(dial), &kind, &bytes_of(&digits(value)));
            assert_eq!((ours, theirs), (Some(Data::Dial(value)), Some(Data::Dial(value))), "{dial:?}");
        }
    }
    let version = "00 01 05 0D 01 85 02";
    let (ours, theirs) = both(Inquiry::Version, &InquiryKind::Version, &bytes_of(version));
    assert!(ours.is_some());
    assert_eq!(ours, theirs);
    for code in 0..0xffu8 {
        for (inquiry, kind) in [
            (Inquiry::Power, InquiryKind::Power),
            (Inquiry::Backlight, InquiryKind::Backlight),
            (Inquiry::FocusMode, InquiryKind::FocusMode),
            (Inquiry::Exposure, InquiryKind::ExposureMode),
            (Inquiry::WhiteBalance, InquiryKind::WhiteBalanceMode),
        ] {
            let (ours, theirs) = both(inquiry, &kind, &[0x90, 0x50, code, 0xff]);
            match (ours, theirs) {
                // A code that only one maker has: we keep it for what it is, the peer does not read it.
                (
                    Some(
                        Data::FocusMode(FocusMode::Other(_))
                        | Data::Exposure(Exposure::Other(_))
                        | Data::WhiteBalance(WhiteBalance::Other(_)),
                    ),
                    None,
                ) => {}
                (ours, theirs) => assert_eq!(ours, theirs, "{inquiry:?} {code:02x}"),
            }
        }
    }
}

/// Sony BRC-300 Command List p. 14: five digits of pan, which grow to the left.
#[test]
fn five_digits_say_the_same_to_both() {
    let five = |pan, tilt| super::Aim { pan, tilt, digits: Digits::Five };
    for (data, pan, tilt) in [
        ("00 08 0A 05 08 04 09 03 0D", 0x08a58, 0x493d),
        ("0F 07 05 0A 08 0E 07 09 06", -0x08a58, -0x186a),
        ("00 00 00 00 00 00 00 00 00", 0, 0),
        ("0F 0F 0F 0F 0F 0F 0F 0F 0F", -1, -1),
    ] {
        let answer = bytes(&format!("90 50 {data} FF"));
        let ours = read(&answer, Some(Inquiry::PanTilt));
        assert_eq!(ours, Some(Said::Answer(Data::PanTilt(five(pan, tilt)))), "{data}");
        let theirs = Response::parse_with_profile::<SonyBRC300>(&answer, &InquiryKind::PanTiltPosition);
        let theirs = match theirs {
            Ok(Response::Inquiry(InquiryData::PanTiltPosition { pan, tilt })) => (pan, tilt),
            other => panic!("{data}: {other:?}"),
        };
        assert_eq!(theirs, (pan, i32::from(tilt)), "{data}");
    }
    let profile = ProfileSpec::from_compile_time::<SonyBRC300>().expect("a profile");
    let (pan_speed, tilt_speed) = speeds(0x18, 0x18);
    let still = PanTiltAbsolute::for_profile(Degrees(0.0), Degrees(0.0), pan_speed, tilt_speed, &profile);
    same(Command::Absolute(five(0, 0), speed(0x18, 1)), &still.expect("in range"));
}

/// Everything that is no answer to a question. A camera has the sockets 1 and 2 (Sony SRG-300H Technical Manual p. 26), and
/// 0 for what has none; the peer knows no others, we take what a maker may have added.
#[test]
fn what_cameras_say_unasked_is_the_same_to_both() {
    for socket in 0..=2 {
        let ack = [0x90, 0x40 | socket, 0xff];
        assert_eq!(read(&ack, None), Some(Said::Ack(socket)));
        let theirs = Response::parse(&ack);
        assert!(
            matches!(theirs, Ok(Response::CmdAck { socket: theirs, .. }) if is_same(theirs, socket)),
            "{socket}: {theirs:?}"
        );
        let done = [0x90, 0x50 | socket, 0xff];
        assert_eq!(read(&done, None), Some(Said::Done(socket)));
        let theirs = Response::parse(&done);
        assert!(
            matches!(theirs, Ok(Response::Completion { socket: theirs, .. }) if is_same(theirs, socket)),
            "{socket}: {theirs:?}"
        );
    }
    let third = [0x90, 0x43, 0xff];
    assert_eq!(read(&third, None), Some(Said::Ack(3)));
    assert!(Response::parse(&third).is_err());
    for (code, refusal, words) in [
        (0x01, Refusal::Length, "length"),
        (0x02, Refusal::Syntax, "syntax"),
        (0x03, Refusal::BufferFull, "buffer"),
        (0x04, Refusal::Cancelled, "cancel"),
        (0x05, Refusal::NoSocket, "socket"),
        (0x41, Refusal::NotExecutable, "execut"),
    ] {
        let frame = [0x90, 0x61, code, 0xff];
        assert_eq!(read(&frame, None), Some(Said::Refused(1, refusal)));
        match Response::parse(&frame) {
            Ok(Response::Error(error)) => {
                let said = format!("{error} {error:?}").to_lowercase();
                assert!(said.contains(words), "{code:02x}: {said}");
            }
            other => panic!("{code:02x}: {other:?}"),
        }
    }
}

/// Its socket 0 is none.
fn is_same(theirs: Option<ViscaSocket>, socket: u8) -> bool {
    theirs.map_or(0, ViscaSocket::as_socket_number) == socket
}
