//! What is sent for each request, and how each answer is read: golden, cut, and arbitrary texts.

use std::fmt::Debug;

use proptest::prelude::*;

use super::super::codec::{Refusal, shown};
use super::*;

#[track_caller]
fn check<T: PartialEq + Debug>(request: &Request<T>, sent: &str, answers: &[(&str, Option<T>)]) {
    assert_eq!(shown(&request.command.encode(None)), format!("{sent}\\r"));
    for (answer, expected) in answers {
        assert_eq!(&request.read(answer), expected, "{sent} {answer}");
    }
}

fn input_of(text: &str) -> Input {
    Input::new(text).expect("an input")
}

fn health(digits: [u8; 6]) -> Option<Health> {
    Some(Health(digits.map(|digit| [Severity::Well, Severity::Warning, Severity::Error][usize::from(digit)])))
}

const fn lamp(hours: u32, is_lit: bool) -> Lamp {
    Lamp { hours, is_lit }
}

/// §4.1 to §4.14.
#[test]
fn class_1_is_asked_and_read_as_specified() {
    let mute = |picture, sound| Some(Mute { picture, sound });
    let powers = [Power::Standby, Power::On, Power::Cooling, Power::Warming];
    let powers = powers.map(|power| (["0", "1", "2", "3"][usize::from(power.number())], Some(power)));
    check(&POWER, "%1POWR ?", &[powers.as_slice(), &[("4", None), ("01", None), ("", None), ("OK", None)]].concat());
    check(&input(Class::One), "%1INPT ?", &[("31", Some(input_of("31"))), ("3", None), ("70", None), ("311", None)]);
    let mutes = [("11", mute(true, false)), ("21", mute(false, true)), ("31", mute(true, true))];
    check(&MUTE, "%1AVMT ?", &[mutes.as_slice(), &[("30", mute(false, false)), ("32", None), ("1", None)]].concat());
    let errors = [("000000", health([0; 6])), ("012000", health([0, 1, 2, 0, 0, 0]))];
    check(&HEALTH, "%1ERST ?", &[errors.as_slice(), &[("00000", None), ("0000000", None), ("000003", None)]].concat());
    let lamps = [
        ("0 0", Some(vec![lamp(0, false)])),
        ("99999 1", Some(vec![lamp(99_999, true)])),
        ("1000 1 50 0", Some(vec![lamp(1_000, true), lamp(50, false)])),
    ];
    let no_lamps =
        [("1000", None), ("1000 2", None), ("100000 1", None), ("1000 1 50", None), ("-1 1", None), ("", None)];
    check(&LAMPS, "%1LAMP ?", &[lamps.as_slice(), &no_lamps].concat());
    let both = Some(vec![input_of("11"), input_of("32")]);
    check(&inputs(Class::One), "%1INST ?", &[("11 32", both), ("", None), ("11 99", None)]);
    check(&NAME, "%1NAME ?", &[("Hall 2", Some("Hall 2".into())), ("", Some("".into()))]);
    check(&MAKER, "%1INF1 ?", &[(" EPSON\u{7} ", Some("EPSON".into()))]);
    check(&MODEL, "%1INF2 ?", &[("EB-PU1007W", Some("EB-PU1007W".into()))]);
    check(&OTHER, "%1INFO ?", &[("OK", Some("OK".into()))]);
    check(&CLASS, "%1CLSS ?", &[("1", Some(1)), ("2", Some(2)), ("Class 1", Some(1)), ("0", None), ("12", None)]);
}

/// §4.15 to §4.21, and class 2 of §4.4 and §4.9.
#[test]
fn class_2_is_asked_and_read_as_specified() {
    check(&SERIAL, "%2SNUM ?", &[("X2AB0C00123", Some("X2AB0C00123".into()))]);
    check(&SOFTWARE, "%2SVER ?", &[("1.02a", Some("1.02a".into()))]);
    check(&input_name(input_of("3A")), "%2INNM ?3A", &[("HDMI 10", Some("HDMI 10".into()))]);
    let size = |width, height| Some(Signal::Size { width, height });
    let sizes = [("1920x1080", size(1_920, 1_080)), ("1920 x 1200", size(1_920, 1_200))];
    let others =
        [("-", Some(Signal::Absent)), ("*", Some(Signal::Unknown)), ("1920", None), ("x", None), ("ax1", None)];
    check(&SIGNAL, "%2IRES ?", &[sizes.as_slice(), &others].concat());
    check(&RECOMMENDED, "%2RRES ?", &sizes);
    check(&FILTER, "%2FILT ?", &[("0", Some(0)), ("12345", Some(12_345)), ("123456", None), ("1h", None)]);
    check(&LAMP_MODELS, "%2RLMP ?", &[("LMP-1 LMP-2", Some("LMP-1 LMP-2".into()))]);
    let all = Some(["11", "3A", "6Z"].map(input_of).to_vec());
    check(&inputs(Class::Two), "%2INST ?", &[("11 3a 6Z", all)]);
    check(&input(Class::Two), "%2INPT ?", &[("6Z", Some(input_of("6Z"))), ("30", None)]);
}

/// §4.1, §4.3, §4.5.
#[test]
fn what_is_set_answers_ok() {
    let done = [("OK", Some(())), ("ok", Some(())), ("1", None), ("", None)];
    check(&switch(true), "%1POWR 1", &done);
    check(&switch(false), "%1POWR 0", &done);
    check(&take(Class::One, input_of("31")), "%1INPT 31", &done);
    check(&take(Class::Two, input_of("3a")), "%2INPT 3A", &done);
    let mute = |picture, sound| Mute { picture, sound };
    check(&hide(mute(true, false), true), "%1AVMT 11", &done);
    check(&hide(mute(false, true), false), "%1AVMT 20", &done);
    check(&hide(mute(true, true), true), "%1AVMT 31", &done);
}

/// A half of an answer is another answer at worst (`1234 1` of `1234 12 …`), never a panic; cut before its end by the line
/// alone, it does not get here at all.
#[test]
fn every_cut_of_every_answer_is_read_or_refused() {
    for answer in
        ["3", "31", "012000", "1000 1 50 0", "11 32 3A", "Class 2", "1920x1080", "12345", "LMP-1 LMP-2", "投影机"]
    {
        for (cut, _) in answer.char_indices() {
            let half = &answer[..cut];
            let _ = (POWER.read(half), MUTE.read(half), HEALTH.read(half), LAMPS.read(half), CLASS.read(half));
            let _ = (input(Class::Two).read(half), inputs(Class::Two).read(half), SIGNAL.read(half), FILTER.read(half));
        }
    }
    assert!((0..6).all(|cut| HEALTH.read(&"012000"[..cut]).is_none()), "what has a fixed length is whole or nothing");
}

#[test]
fn an_input_is_what_the_configuration_may_name() {
    assert_eq!("3a".parse::<Input>().map(|input| input.to_string()), Ok("3A".to_owned()));
    assert!(["", "3", "30", "71", "01", "HDMI1"].into_iter().all(|text| text.parse::<Input>().is_err()));
}

proptest! {
    #[test]
    fn arbitrary_texts_are_read_or_not(text in "\\PC{0,128}") {
        let _ = (POWER.read(&text), MUTE.read(&text), HEALTH.read(&text), CLASS.read(&text), Refusal::of(&text));
        let _ = (SIGNAL.read(&text), FILTER.read(&text), input(Class::Two).read(&text));
        prop_assert!(LAMPS.read(&text).is_none_or(|lamps| lamps.len() <= 64));
        prop_assert!(inputs(Class::Two).read(&text).is_none_or(|inputs| inputs.len() <= 64));
        let name = NAME.read(&text).expect("every text is a name");
        prop_assert!(!name.contains(char::is_control));
    }

    #[test]
    fn the_hours_of_many_lamps_are_read(lamps in prop::collection::vec((0u32..100_000, any::<bool>()), 1..16)) {
        let words: Vec<String> = lamps.iter().map(|(hours, lit)| format!("{hours} {}", u8::from(*lit))).collect();
        let expected: Vec<Lamp> = lamps.iter().map(|(hours, lit)| lamp(*hours, *lit)).collect();
        prop_assert_eq!(LAMPS.read(&words.join(" ")), Some(expected));
    }
}
