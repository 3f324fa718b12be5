//! The session with a display: locked, silent, late, half, too long, and out of its mind.

use proptest::prelude::*;

use super::super::codec::Class;
use super::*;

/// A session, its clock, and what it said.
struct Bench {
    session: Session,
    now: Duration,
}

impl Bench {
    fn fresh(password: &str) -> Self {
        Self { session: Session::new(Password::new(password), Timing::default()), now: Duration::ZERO }
    }

    /// A session past its greeting and its first question.
    fn ready() -> Self {
        let mut bench = Self::fresh("");
        bench.hear("PJLINK 0\r");
        assert_eq!(bench.answer("POWR", "%1POWR=1\r"), Ok("1".into()));
        bench
    }

    fn start(&mut self, body: &str) {
        let body = body.as_bytes().try_into().expect("four letters");
        self.session.start(Command { class: Class::One, body, parameter: "?".into() }, self.now);
    }

    fn sent(&mut self) -> String {
        self.session.poll_transmit().map(|line| shown(&line)).unwrap_or_default()
    }

    fn hear(&mut self, text: &str) {
        self.session.handle_bytes(text.as_bytes(), self.now);
    }

    fn wait(&mut self) {
        self.now = self.session.poll_timeout().expect("something is awaited");
        self.session.handle_timeout(self.now);
    }

    fn result(&mut self) -> Option<Result<SmolStr, Failure>> {
        self.session.poll_result()
    }

    /// A whole question: what came of it when `heard` is all that is heard.
    fn answer(&mut self, body: &str, heard: &str) -> Result<SmolStr, Failure> {
        self.start(body);
        assert_eq!(self.sent(), format!("%1{body} ?\\r"));
        self.hear(heard);
        self.result().unwrap_or_else(|| {
            self.wait();
            self.result().expect("its time is over")
        })
    }
}

fn wrong(heard: &str) -> Result<SmolStr, Failure> {
    Err(Failure::WrongAnswer { heard: heard.as_bytes().to_vec() })
}

#[test]
fn nothing_is_said_before_the_greeting() {
    let mut bench = Bench::fresh("");
    bench.start("POWR");
    assert_eq!(bench.sent(), "");
    bench.hear("PJLINK");
    assert_eq!(bench.sent(), "");
    bench.hear(" 0\r");
    assert_eq!(bench.sent(), "%1POWR ?\\r");
    bench.hear("%1POWR=3\r");
    assert_eq!(bench.result(), Some(Ok("3".into())));
    assert_eq!(bench.session.poll_timeout(), None);
}

#[test]
fn the_first_command_alone_proves_the_password() {
    let mut bench = Bench::fresh("JBMIAProjectorLink");
    bench.hear("PJLINK 1 498e4a67\r");
    bench.start("POWR");
    assert_eq!(bench.sent(), "5d8409bc1c3fa39749434aa3a5c38682%1POWR ?\\r");
    bench.hear("%1POWR=1\r");
    assert_eq!(bench.result(), Some(Ok("1".into())));
    assert_eq!(bench.answer("ERST", "%1ERST=000000\r"), Ok("000000".into()));
}

#[test]
fn a_password_that_is_not_wanted_is_not_told() {
    let mut bench = Bench::fresh("secret");
    bench.hear("PJLINK 0\r");
    assert_eq!(bench.answer("POWR", "%1POWR=1\r"), Ok("1".into()));
}

#[test]
fn a_display_that_will_never_answer_is_not_asked_again() {
    for (password, greeting, said, failure) in [
        ("", "PJLINK 1 498e4a67\r", "", Failure::NoPassword),
        ("wrong", "PJLINK 1 498e4a67\r", "PJLINK ERRA\r", Failure::WrongPassword),
        ("wrong", "PJLINK ERRA\r", "", Failure::WrongPassword),
        ("", "SSH-2.0-x\r", "", Failure::WrongAnswer { heard: b"SSH-2.0-x".to_vec() }),
    ] {
        let mut bench = Bench::fresh(password);
        bench.start("POWR");
        bench.hear(greeting);
        bench.sent();
        bench.hear(said);
        assert_eq!(bench.result(), Some(Err(failure.clone())), "{greeting}");
        bench.start("ERST");
        assert_eq!((bench.sent(), bench.result()), (String::new(), Some(Err(failure))), "{greeting}");
    }
}

#[test]
fn silence_before_the_greeting_ends_everything() {
    for (heard, failure) in [("", Failure::NoAnswer), ("PJLI", Failure::WrongAnswer { heard: b"PJLI".to_vec() })] {
        let mut bench = Bench::fresh("");
        bench.start("POWR");
        bench.hear(heard);
        bench.wait();
        assert_eq!(bench.result(), Some(Err(failure.clone())));
        bench.start("POWR");
        assert_eq!(bench.result(), Some(Err(failure)), "at once");
    }
}

#[test]
fn what_is_no_answer_is_said_and_the_next_command_is_unharmed() {
    let long = format!("%1NAME={}\r", "x".repeat(129));
    for heard in ["#1NAME=x\r", "%1NAM=x\r", "%1NAME x\r", "%1POWR=1\r", "%2NAME=x\r", "\u{0}\u{1}\r", &long] {
        let mut bench = Bench::ready();
        let expected = heard.trim_end_matches('\r');
        assert_eq!(bench.answer("NAME", heard), wrong(&expected[..expected.len().min(MAX_LINE)]), "{heard:?}");
        assert_eq!(bench.answer("ERST", "%1ERST=000000\r"), Ok("000000".into()), "{heard:?}");
    }
}

#[test]
fn noise_does_not_hide_the_answer_behind_it() {
    let mut bench = Bench::ready();
    assert_eq!(bench.answer("ERST", "%1POWR=1\r\r\nwhat?\r%1ERST=000000\r"), Ok("000000".into()));
}

#[test]
fn error_codes_end_a_command_at_once() {
    let mut bench = Bench::ready();
    let refused = |refusal| Err(Failure::Refused(refusal));
    assert_eq!(bench.answer("LAMP", "%1LAMP=ERR1\r"), refused(Refusal::Undefined));
    assert_eq!(bench.answer("INPT", "%1INPT=ERR2\r"), refused(Refusal::OutOfParameter));
    assert_eq!(bench.answer("AVMT", "%1AVMT=ERR3\r"), refused(Refusal::NotNow));
    assert_eq!(bench.answer("ERST", "%1ERST=ERR4\r"), refused(Refusal::Failed));
    assert_eq!(bench.answer("POWR", "%1POWR=1\r"), Ok("1".into()));
}

/// Every cut: the half is said, the late rest harms nothing, and the same question is answered again.
#[test]
fn half_a_line_harms_nothing_wherever_it_is_cut() {
    let whole = "%1LAMP=1234 1 50 0\r";
    for cut in 1..whole.len() {
        let mut bench = Bench::ready();
        let (half, rest) = whole.split_at(cut);
        assert_eq!(bench.answer("LAMP", half), wrong(half), "{cut}");
        assert_eq!(bench.answer("ERST", &format!("{rest}%1ERST=000000\r")), Ok("000000".into()), "{cut}");
        assert_eq!(bench.answer("LAMP", whole), Ok("1234 1 50 0".into()), "{cut}");
    }
}

#[test]
fn a_late_answer_answers_neither_the_next_question_nor_the_same_again() {
    let mut bench = Bench::ready();
    assert_eq!(bench.answer("INPT", ""), Err(Failure::NoAnswer));
    assert_eq!(bench.answer("ERST", "%1INPT=11\r%1ERST=000000\r"), Ok("000000".into()));
    assert_eq!(bench.answer("INPT", ""), Err(Failure::NoAnswer));
    assert_eq!(bench.answer("INPT", "%1INPT=11\r%1INPT=31\r"), Ok("31".into()), "the first is the late one");
    bench.start("INPT");
    bench.start("AVMT");
    bench.hear("%1INPT=31\r");
    assert_eq!(bench.result(), None, "what was given up is not answered");
    bench.hear("%1AVMT=30\r");
    assert_eq!(bench.result(), Some(Ok("30".into())));
}

#[test]
fn what_nobody_asked_for_is_dropped() {
    let mut bench = Bench::ready();
    bench.hear("%1ERST=222222\rPJLINK 0\r");
    assert_eq!(bench.answer("ERST", "%1ERST=000000\r"), Ok("000000".into()));
}

proptest! {
    /// Whatever a display says, every command ends in time, and no more than a line is kept of it.
    #[test]
    fn every_command_ends_and_memory_is_bounded(noise in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..400), 0..40)) {
        let mut bench = Bench::fresh("x");
        let begun = bench.now;
        let bodies = ["POWR", "ERST", "LAMP", "INPT", "AVMT", "POWR", "NAME"];
        let mut noise = noise.into_iter();
        for body in bodies {
            bench.start(body);
            for bytes in noise.by_ref().take(6) {
                bench.session.handle_bytes(&bytes, bench.now);
            }
            bench.sent();
            if bench.session.poll_timeout().is_some() {
                bench.wait();
            }
            let result = bench.result().expect("an end");
            if let Err(Failure::WrongAnswer { heard }) = result {
                prop_assert!(heard.len() <= MAX_LINE);
            }
            prop_assert!(bench.session.splitter.tail().len() <= MAX_LINE && bench.session.stale.len() <= bodies.len());
        }
        prop_assert!(bench.now - begun <= Timing::default().answer * 7);
    }

    /// A response in pieces is the same response.
    #[test]
    fn an_answer_may_come_in_any_pieces(cuts in prop::collection::vec(0usize..24, 0..6)) {
        let mut bench = Bench::ready();
        bench.start("LAMP");
        let whole = b"%1LAMP=1234 1 50 0\r";
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(whole.len())).chain([0, whole.len()]).collect();
        cuts.sort_unstable();
        for pair in cuts.windows(2) {
            bench.session.handle_bytes(&whole[pair[0]..pair[1]], bench.now);
        }
        prop_assert_eq!(bench.result(), Some(Ok("1234 1 50 0".into())));
    }
}
