//! Lines of PJLink: the specification's own examples, cut, too long, and arbitrary bytes.

use proptest::prelude::*;

use super::*;

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut splitter = Splitter::default();
    bytes.iter().filter_map(|byte| splitter.push(*byte)).collect()
}

fn locked(random: &str) -> Option<Greeting> {
    Some(Greeting::Locked { random: random.into() })
}

fn response(class: u8, body: &[u8; 4], parameter: &str) -> Option<Response> {
    Some(Response { class, body: *body, parameter: parameter.into() })
}

/// §5.1, the example of the specification: random number 498e4a67, password JBMIAProjectorLink.
#[test]
fn the_digest_is_that_of_the_specification() {
    let password = Password::new("JBMIAProjectorLink").expect("a password");
    let digest = Digest::of("498e4a67", &password);
    let ask = Command { class: Class::One, body: *b"POWR", parameter: "1".into() };
    let line = ask.encode(Some(&digest));
    assert_eq!(shown(&line), "5d8409bc1c3fa39749434aa3a5c38682%1POWR 1\\r");
    assert_eq!(shown(&ask.encode(None)), "%1POWR 1\\r");
    assert_eq!(format!("{password:?} {digest:?}"), "Password Digest", "neither reaches a log");
}

#[test]
fn greetings_are_read_as_they_are_written() {
    for (line, expected) in [
        ("PJLINK 0", Some(Greeting::Open)),
        ("PJLINK 1 498e4a67", locked("498e4a67")),
        ("PJLINK ERRA", Some(Greeting::Refused)),
        ("pjlink erra", Some(Greeting::Refused)),
        ("PJLINK 0 ", Some(Greeting::Open)),
        ("PJLINK", None),
        ("PJLINK 1", None),
        ("PJLINK 1 49 8e", None),
        ("PJLINK 1 \u{fffd}", None),
        ("PJLINK 2 498e4a67", None),
        ("SSH-2.0-OpenSSH_9.2", None),
        ("%1POWR=0", None),
    ] {
        assert_eq!(Greeting::read(line.as_bytes()), expected, "{line}");
    }
}

#[test]
fn responses_are_read_as_they_are_written() {
    for (line, expected) in [
        ("%1POWR=0", response(b'1', b"POWR", "0")),
        ("%1powr=1", response(b'1', b"POWR", "1")),
        ("%2INNM=DVI-D", response(b'2', b"INNM", "DVI-D")),
        ("%1INFO=", response(b'1', b"INFO", "")),
        ("%1NAME=50 % = half", response(b'1', b"NAME", "50 % = half")),
        ("%1NAME=投影", response(b'1', b"NAME", "投影")),
        ("%1POWR 0", None),
        ("%POWR=0", None),
        ("#1POWR=0", None),
        (" %1POWR=0", None),
        ("%0POWR=0", None),
        ("%1POW=0", None),
        ("%1POW =0", None),
        ("%1POWR", None),
        ("", None),
    ] {
        assert_eq!(Response::read(line.as_bytes()), expected, "{line}");
    }
    let latin = Response::read(b"%1NAME=S\xe4le").expect("a response");
    assert_eq!(latin.parameter, "S\u{fffd}le");
}

/// §2.2.
#[test]
fn error_codes_are_four_and_nothing_else_is_one() {
    let codes = ["ERR1", "ERR2", "err3", "ERR4", "ERR5", "ERR", "ERR11", "OK", ""].map(Refusal::of);
    use Refusal::{Failed, NotNow, OutOfParameter, Undefined};
    let expected = [Some(Undefined), Some(OutOfParameter), Some(NotNow), Some(Failed), None, None, None, None, None];
    assert_eq!(codes, expected);
}

#[test]
fn only_its_own_response_answers_a_command() {
    let serial = Command { class: Class::Two, body: *b"SNUM", parameter: "?".into() };
    for (line, answers) in [
        ("%2SNUM=A1", true),
        ("%2snum=A1", true),
        ("%1SNUM=A1", false),
        ("%1SNUM=ERR1", true),
        ("%2SVER=1.0", false),
        ("%2SVER=ERR1", false),
    ] {
        assert_eq!(Response::read(line.as_bytes()).expect("a response").answers(&serial), answers, "{line}");
    }
}

#[test]
fn a_line_of_136_bytes_is_the_longest() {
    let longest = [b"%1NAME=", vec![b'x'; 128].as_slice(), b"\r"].concat();
    assert_eq!(longest.len(), MAX_LINE);
    let read = Response::read(&lines(&longest)[0]).expect("a response");
    assert_eq!(read.parameter.len(), 128);
    let longer = [b"%1NAME=", vec![b'x'; 129].as_slice(), b"\r%1POWR=1\r"].concat();
    let lines = lines(&longer);
    assert_eq!(lines.iter().map(|line| Response::read(line)).collect::<Vec<_>>(), [None, response(b'1', b"POWR", "1")]);
}

#[test]
fn empty_lines_and_line_feeds_are_nothing() {
    assert_eq!(lines(b"\r\r\n%1POWR=1\r\n\r%1POWR=0\r\n"), [b"%1POWR=1", b"%1POWR=0"]);
}

/// Wherever a stream is cut, nothing is read before its CR, and nothing else after it.
#[test]
fn a_line_is_whole_or_nothing() {
    for line in ["PJLINK 0\r", "PJLINK 1 498e4a67\r", "PJLINK ERRA\r", "%1LAMP=1234 1 50 0\r", "%2IRES=1920x1080\r"] {
        for cut in 0..line.len() {
            assert_eq!(lines(&line.as_bytes()[..cut]), Vec::<Vec<u8>>::new(), "{line} {cut}");
            let mut splitter = Splitter::default();
            let both = [&line.as_bytes()[..cut], &line.as_bytes()[cut..]];
            let found: Vec<_> = both.concat().iter().filter_map(|byte| splitter.push(*byte)).collect();
            assert_eq!(found, [&line.as_bytes()[..line.len() - 1]]);
        }
    }
}

#[test]
fn a_password_is_one_line_of_64_bytes_at_most() {
    let long = "x".repeat(65);
    let fit = ["p", "JBMIAProjectorLink", "密码", &long[..64]];
    assert!(fit.into_iter().all(|text| Password::new(text).is_some()));
    assert!(["", "a\rb", "a\n", long.as_str()].into_iter().all(|text| Password::new(text).is_none()));
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_read_or_not_but_never_kept(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let mut splitter = Splitter::default();
        for byte in bytes {
            if let Some(line) = splitter.push(byte) {
                prop_assert!(line.len() <= MAX_LINE);
                let (greeting, response) = (Greeting::read(&line), Response::read(&line));
                prop_assert!(greeting.is_none() || response.is_none(), "a line is one thing");
            }
            prop_assert!(splitter.tail().len() <= MAX_LINE);
        }
    }

    #[test]
    fn what_is_written_is_read(parameter in "[ -~]{0,128}") {
        let line = format!("%1NAME={parameter}\r");
        let read = lines(line.as_bytes());
        prop_assert_eq!(read.len(), 1);
        prop_assert_eq!(Response::read(&read[0]), response(b'1', b"NAME", &parameter));
    }
}
