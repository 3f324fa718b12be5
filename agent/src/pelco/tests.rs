//! Frames of both dialects: from the makers' tables, cut, and arbitrary bytes.

use proptest::prelude::*;

use super::*;

fn bytes(text: &str) -> Vec<u8> {
    text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).expect("hexadecimal")).collect()
}

fn to(number: u8) -> Address {
    Address::new(number).expect("not 0")
}

#[track_caller]
fn check(dialect: Dialect, address: u8, command: Command, manual: &str) {
    let whole = bytes(manual);
    assert_eq!(command.encode(dialect, to(address)), Some(whole.clone()));
    let frame = Frame { address: to(address), words: command.words(dialect) };
    assert_eq!(Frame::decode(dialect, &whole), Ok(frame));
    for cut in 0..whole.len() {
        assert_eq!(Frame::decode(dialect, &whole[..cut]), Err(Bad::Form), "{manual} cut at {cut}");
    }
    for at in 0..whole.len() {
        let mut spoilt = whole.clone();
        spoilt[at] ^= 0x10;
        assert!(Frame::decode(dialect, &spoilt).is_err(), "{manual} with another byte {at}");
    }
}

fn speed(speed: u8) -> Speed {
    Speed::new(speed).expect("0 to 64")
}

fn head(pan: Pan, tilt: Tilt) -> Command {
    Command::Move { pan, tilt, zoom: Travel::Still, focus: Travel::Still, iris: Travel::Still }
}

fn lens(zoom: Travel, focus: Travel, iris: Travel) -> Command {
    Command::Move { pan: Pan::Still, tilt: Tilt::Still, zoom, focus, iris }
}

/// MinRray UV850 manual p. 16 'Pelco-D Protocol'. The last byte is the sum of bytes 2 to 6; the table has no iris.
#[test]
fn d_is_as_in_the_makers_table() {
    let still = Travel::Still;
    check(Dialect::D, 1, Command::STOP, "FF 01 00 00 00 00 01");
    check(Dialect::D, 1, head(Pan::Still, Tilt::Up(speed(0x20))), "FF 01 00 08 00 20 29");
    check(Dialect::D, 1, head(Pan::Still, Tilt::Down(speed(0x20))), "FF 01 00 10 00 20 31");
    check(Dialect::D, 1, head(Pan::Left(speed(0x20)), Tilt::Still), "FF 01 00 04 20 00 25");
    check(Dialect::D, 1, head(Pan::Right(speed(0x40)), Tilt::Still), "FF 01 00 02 40 00 43");
    check(Dialect::D, 2, head(Pan::Left(speed(1)), Tilt::Up(speed(2))), "FF 02 00 0C 01 02 11");
    check(Dialect::D, 2, head(Pan::Right(speed(1)), Tilt::Down(speed(2))), "FF 02 00 12 01 02 17");
    check(Dialect::D, 1, lens(Travel::Out, still, still), "FF 01 00 20 00 00 21");
    check(Dialect::D, 1, lens(Travel::In, still, still), "FF 01 00 40 00 00 41");
    check(Dialect::D, 1, lens(still, Travel::Out, still), "FF 01 00 80 00 00 81");
    check(Dialect::D, 1, lens(still, Travel::In, still), "FF 01 01 00 00 00 02");
    check(Dialect::D, 1, lens(still, still, Travel::Out), "FF 01 02 00 00 00 03");
    check(Dialect::D, 1, lens(still, still, Travel::In), "FF 01 04 00 00 00 05");
    check(Dialect::D, 1, Command::Store(1), "FF 01 00 03 00 01 05");
    check(Dialect::D, 1, Command::Forget(1), "FF 01 00 05 00 01 07");
    check(Dialect::D, 1, Command::Recall(0x20), "FF 01 00 07 00 20 28");
    check(Dialect::D, 0xff, Command::Recall(0xff), "FF FF 00 07 00 FF 05");
}

/// Active Silicon Harrier manual p. 30 'Pelco-P Protocol Command List': the last byte is the exclusive or of bytes 1 to 7;
/// presets as in Pelco manual C466M-E p. 24. The table has no iris, and numbers its cameras as they are written.
#[test]
fn p_is_as_in_the_makers_table() {
    let still = Travel::Still;
    check(Dialect::P, 1, Command::STOP, "A0 00 00 00 00 00 AF 0F");
    check(Dialect::P, 1, head(Pan::Still, Tilt::Up(speed(0x20))), "A0 00 00 08 00 20 AF 27");
    check(Dialect::P, 1, head(Pan::Still, Tilt::Down(speed(0x20))), "A0 00 00 10 00 20 AF 3F");
    check(Dialect::P, 1, head(Pan::Left(speed(0x20)), Tilt::Still), "A0 00 00 04 20 00 AF 2B");
    check(Dialect::P, 2, head(Pan::Right(speed(0x40)), Tilt::Still), "A0 01 00 02 40 00 AF 4C");
    check(Dialect::P, 1, lens(Travel::Out, still, still), "A0 00 00 20 00 00 AF 2F");
    check(Dialect::P, 1, lens(Travel::In, still, still), "A0 00 00 40 00 00 AF 4F");
    check(Dialect::P, 1, lens(still, Travel::Out, still), "A0 00 01 00 00 00 AF 0E");
    check(Dialect::P, 1, lens(still, Travel::In, still), "A0 00 02 00 00 00 AF 0D");
    check(Dialect::P, 1, lens(still, still, Travel::Out), "A0 00 04 00 00 00 AF 0B");
    check(Dialect::P, 1, lens(still, still, Travel::In), "A0 00 08 00 00 00 AF 07");
    check(Dialect::P, 1, Command::Store(5), "A0 00 00 03 00 05 AF 09");
    check(Dialect::P, 1, Command::Forget(5), "A0 00 00 05 00 05 AF 0F");
    check(Dialect::P, 32, Command::Recall(5), "A0 1F 00 07 00 05 AF 12");
}

#[test]
fn what_no_receiver_has_cannot_be_said() {
    assert_eq!(Address::new(0), None);
    assert_eq!(Speed::new(0x41), None);
    assert_eq!(Command::STOP.encode(Dialect::P, to(33)), None);
    let turbo = head(Pan::Still, Tilt::Up(speed(0x40)));
    assert_eq!(turbo.words(Dialect::D), [0x00, 0x08, 0x00, 0x3f], "only a pan has turbo");
}

#[test]
fn a_frame_for_nobody_is_none() {
    assert_eq!(Frame::decode(Dialect::D, &bytes("FF 00 00 00 00 00 00")), Err(Bad::Form));
    assert_eq!(Frame::decode(Dialect::P, &bytes("A0 FF 00 00 00 00 AF F0")), Err(Bad::Form));
    assert_eq!(Frame::decode(Dialect::D, &bytes("FF 01 00 00 00 00 02")), Err(Bad::Checksum));
}

/// Pelco manual C466M-E p. 22: 'the transmitted check sum added to the alarm information'.
#[track_caller]
fn heard(said: &str, line: &str, alarms: &[u8]) {
    let mut ear = Ear::default();
    ear.said(&bytes(said));
    let expected: Vec<Answer> = alarms.iter().map(|alarms| Answer { from: to(1), alarms: *alarms }).collect();
    assert_eq!(ear.clone().hear(&bytes(line)), expected, "{line}");
    let one_by_one: Vec<Answer> = bytes(line).iter().flat_map(|byte| ear.hear(&[*byte])).collect();
    assert_eq!(one_by_one, expected, "{line} byte by byte");
}

#[test]
fn an_answer_is_heard_among_noise_and_echoes() {
    let recall = "FF 01 00 07 00 20 28";
    heard(recall, "FF 01 00 28", &[0]);
    heard(recall, "FF 01 81 A9", &[0x81]);
    heard(recall, "FF 01 FF 27", &[0xff]);
    heard(recall, &format!("{recall} FF 01 00 28"), &[0]);
    heard(recall, "00 FF FF 01 00 28 00", &[0]);
    for other in ["", recall, "FF 01 00 29", "FF 02 00 28", "FE 01 00 28", "FF 01 00", "FF 01 00 00 28"] {
        heard(recall, other, &[]);
    }
    heard("A0 00 00 07 00 20 AF 28", "FF 01 00 28", &[]);
    heard("FF 01 00 00 00 00 01", "FF 01 00 00 00 00 01", &[]);
    assert_eq!(Ear::default().hear(&bytes("FF 01 00 28")), [], "nobody was asked");
}

fn any_travel() -> impl Strategy<Value = Travel> {
    prop::sample::select(vec![Travel::Out, Travel::In, Travel::Still])
}

proptest! {
    /// A move never looks like a preset: those have an odd second byte.
    #[test]
    fn a_move_is_never_a_preset(
        turn in 0..=0x40u8, tilt in 0..=0x40u8, left in any::<bool>(), up in any::<bool>(),
        zoom in any_travel(), focus in any_travel(), iris in any_travel(), number in 1..=32u8,
    ) {
        let pan = if left { Pan::Left(speed(turn)) } else { Pan::Right(speed(turn)) };
        let tilt = if up { Tilt::Up(speed(tilt)) } else { Tilt::Down(speed(tilt)) };
        let command = Command::Move { pan, tilt, zoom, focus, iris };
        for dialect in [Dialect::D, Dialect::P] {
            let frame = command.encode(dialect, to(number)).expect("an address of both");
            let read = Frame::decode(dialect, &frame);
            prop_assert_eq!(read.map(|frame| (frame.address.number(), frame.words[1] & 1)), Ok((number, 0)));
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..12)) {
        for dialect in [Dialect::D, Dialect::P] {
            let _ = Frame::decode(dialect, &bytes);
        }
        let mut ear = Ear::default();
        ear.said(&bytes);
        let _ = (ear.hear(&bytes), ear.hear(&[0xff; 100]));
    }
}
