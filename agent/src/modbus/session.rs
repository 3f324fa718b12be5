//! One line, one question at a time: bytes in, bytes out, time as an argument. No port, no clock, no task.
//!
//! Over TCP an answer carries the number of its question, so that a late one is known. A serial line carries none: after a
//! question that was given up the line must be silent for as long as an answer may take, before the next is asked.

use std::time::Duration;

use super::codec::{Answer, Framing, Overheard, Question, Taken, overhear, take};

/// How a question ended badly.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Not a byte came.
    #[error("the device does not answer")]
    NoAnswer,
    /// Bytes came, but no answer.
    #[error("the device answers what was not asked")]
    WrongAnswer {
        /// What came last, at most 64 bytes.
        heard: Vec<u8>,
    },
    /// It says why not.
    #[error("the device gives exception {0}")]
    Exception(u8),
}

/// The most of what was heard that is kept.
const MOST_HEARD: usize = 64;

#[derive(Debug)]
enum State {
    Idle,
    /// Waits for silence before this is sent.
    Quiet {
        request: Question,
        until: Duration,
        latest: Duration,
    },
    Asked {
        request: Question,
        until: Duration,
    },
}

/// A session over one line.
#[derive(Debug)]
pub struct Session {
    framing: Framing,
    answer: Duration,
    number: u16,
    state: State,
    /// An answer may still come, until then.
    stale_until: Option<Duration>,
    unread: Vec<u8>,
    heard: Vec<u8>,
    /// Another master was heard at the line.
    has_company: bool,
    /// He has just asked what is asked here, or something alike: nobody knows whose the answers are.
    is_muddled: bool,
    transmit: Option<Vec<u8>>,
    result: Option<Result<Vec<u8>, Failure>>,
}

impl Session {
    /// A session that waits so long for an answer; `number` is that of its first question, best a random one.
    #[must_use]
    pub const fn new(framing: Framing, answer: Duration, number: u16) -> Self {
        Self {
            framing,
            answer,
            number,
            state: State::Idle,
            stale_until: None,
            unread: Vec::new(),
            heard: Vec::new(),
            has_company: false,
            is_muddled: false,
            transmit: None,
            result: None,
        }
    }

    /// Begins a question. One that still runs is given up.
    pub fn start(&mut self, request: impl Into<Question>, now: Duration) {
        let request = request.into();
        if matches!(self.state, State::Asked { .. }) {
            self.give_up(now);
        }
        self.result = None;
        self.heard.clear();
        match self.stale_until.filter(|until| *until > now && self.framing == Framing::Rtu) {
            // A line that is never silent is asked all the same, some time.
            Some(until) => self.state = State::Quiet { request, until, latest: until + self.answer },
            None => self.send(request, now),
        }
    }

    /// Bytes from the line.
    pub fn handle_bytes(&mut self, bytes: &[u8], now: Duration) {
        match self.state {
            // What comes now answers nothing that is still asked; the line must be silent once more.
            State::Quiet { request, latest, .. } => {
                self.state = State::Quiet { request, until: latest.min(now + self.answer / 4), latest };
            }
            State::Idle => {}
            State::Asked { request, .. } => {
                self.unread.extend_from_slice(bytes);
                self.hear(bytes);
                self.look(&request);
            }
        }
    }

    /// The moment of [`Self::poll_timeout`] has come.
    pub fn handle_timeout(&mut self, now: Duration) {
        match self.state {
            State::Quiet { request, until, .. } if now >= until => self.send(request, now),
            State::Asked { until, .. } if now >= until => {
                let heard = std::mem::take(&mut self.heard);
                self.give_up(now);
                self.end(Err(if heard.is_empty() { Failure::NoAnswer } else { Failure::WrongAnswer { heard } }));
            }
            _ => {}
        }
    }

    /// The next bytes for the line.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.transmit.take()
    }

    /// When [`Self::handle_timeout`] wants to be called; none when nothing runs.
    #[must_use]
    pub const fn poll_timeout(&self) -> Option<Duration> {
        match self.state {
            State::Idle => None,
            State::Quiet { until, .. } | State::Asked { until, .. } => Some(until),
        }
    }

    /// Whether another master was heard asking on the line.
    #[must_use]
    pub const fn has_company(&self) -> bool {
        self.has_company
    }

    /// How the question ended, once: the bytes that were read.
    pub fn poll_result(&mut self) -> Option<Result<Vec<u8>, Failure>> {
        self.result.take()
    }

    fn send(&mut self, request: Question, now: Duration) {
        self.number = self.number.wrapping_add(1);
        self.stale_until = None;
        self.is_muddled = false;
        if self.framing == Framing::Rtu {
            self.unread.clear();
        }
        self.transmit = Some(request.encode(self.framing, self.number));
        self.state = State::Asked { request, until: now + self.answer };
    }

    fn give_up(&mut self, now: Duration) {
        self.stale_until = Some(now + self.answer);
        if self.framing == Framing::Rtu {
            self.unread.clear();
        }
    }

    fn end(&mut self, result: Result<Vec<u8>, Failure>) {
        self.state = State::Idle;
        self.result = Some(result);
    }

    fn hear(&mut self, bytes: &[u8]) {
        self.heard.extend_from_slice(bytes);
        let spare = self.heard.len().saturating_sub(MOST_HEARD);
        self.heard.drain(..spare);
    }

    fn look(&mut self, request: &Question) {
        if self.framing == Framing::Rtu
            && let Some(Overheard { is_alike }) = overhear(request, &self.unread)
        {
            self.has_company = true;
            self.is_muddled |= is_alike;
        }
        if self.is_muddled {
            // It is asked again once the line is silent.
            return self.unread.clear();
        }
        loop {
            match take(self.framing, request, self.number, &mut self.unread) {
                Taken::More => return,
                Taken::Answer(Answer::Data(data)) => return self.end(Ok(data)),
                Taken::Answer(Answer::Exception(code)) => return self.end(Err(Failure::Exception(code))),
                // A late answer to an earlier question is no trouble of this one.
                Taken::Other { number: Some(number) } if number != self.number && self.is_earlier(number) => {
                    self.heard.clear();
                }
                Taken::Other { .. } => {}
                Taken::Nonsense => return self.unread.clear(),
            }
        }
    }

    /// One of the last questions of this session.
    const fn is_earlier(&self, number: u16) -> bool {
        self.number.wrapping_sub(number) <= 64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modbus::codec::{Request, Table};
    use crate::profile::bytes::crc16_modbus;

    const ONE: Request = Request { unit: 1, table: Table::Holding, at: 0, count: 1 };

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn session(framing: Framing) -> Session {
        Session::new(framing, at(1_000), u16::MAX - 1)
    }

    fn ask(session: &mut Session, now: Duration) -> Vec<u8> {
        session.start(ONE, now);
        session.poll_transmit().expect("a question")
    }

    /// What a device answers: the value of one register.
    fn answered(question: &[u8], value: u16) -> Vec<u8> {
        let body = [&[1, 3, 2][..], &value.to_be_bytes()].concat();
        if question.len() == 12 {
            [&question[..2], &[0, 0, 0, 5], &body].concat()
        } else {
            [&body[..], &crc16_modbus(&body)].concat()
        }
    }

    #[test]
    fn a_question_is_answered_in_any_pieces() {
        for framing in [Framing::Tcp, Framing::Rtu] {
            let mut session = session(framing);
            for round in 0..3 {
                let question = ask(&mut session, at(round));
                for byte in answered(&question, 5) {
                    assert_eq!(session.poll_result(), None);
                    session.handle_bytes(&[byte], at(round));
                }
                assert_eq!(session.poll_result(), Some(Ok(vec![0, 5])), "{framing:?}");
            }
        }
    }

    /// A question as it stands on a serial line.
    fn question(unit: u8, at: u16) -> Vec<u8> {
        Question::from(Request { unit, at, ..ONE }).encode(Framing::Rtu, 0)
    }

    #[test]
    fn another_master_is_heard_and_his_answer_is_not_ours() {
        let mut session = session(Framing::Rtu);
        let own = ask(&mut session, at(0));
        session.handle_bytes(&[question(1, 7), answered(&own, 99), answered(&own, 1)].concat(), at(1));
        assert_eq!(session.poll_result(), None, "one of the two is his");
        session.handle_timeout(at(1_000));
        assert!(matches!(session.poll_result(), Some(Err(_))) && session.has_company());
        session.start(ONE, at(1_000));
        session.handle_timeout(at(2_000));
        session.handle_bytes(&answered(&own, 1), at(2_001));
        assert_eq!(session.poll_result(), Some(Ok(vec![0, 1])), "the next question is unharmed");
    }

    #[test]
    fn what_another_unit_is_asked_does_not_hold_ours_up() {
        let mut session = session(Framing::Rtu);
        let own = ask(&mut session, at(0));
        let (asked, bytes) = (question(2, 7), answered(&own, 1));
        session.handle_bytes(&asked[..5], at(1));
        session.handle_bytes(&[&asked[5..], &bytes].concat(), at(2));
        assert!(session.has_company());
        assert_eq!(session.poll_result(), Some(Ok(vec![0, 1])));
    }

    #[test]
    fn an_adapter_that_gives_our_question_back_is_no_other_master() {
        let mut session = session(Framing::Rtu);
        let own = ask(&mut session, at(0));
        session.handle_bytes(&[own.clone(), answered(&own, 1)].concat(), at(1));
        assert_eq!((session.poll_result(), session.has_company()), (Some(Ok(vec![0, 1])), false));
    }

    #[test]
    fn a_late_answer_over_tcp_is_known_by_its_number() {
        let mut session = session(Framing::Tcp);
        let first = ask(&mut session, at(0));
        session.handle_timeout(at(1_000));
        assert_eq!(session.poll_result(), Some(Err(Failure::NoAnswer)));
        let second = ask(&mut session, at(1_000));
        session.handle_bytes(&answered(&first, 1), at(1_001));
        assert_eq!(session.poll_result(), None);
        session.handle_bytes(&answered(&second, 2), at(1_002));
        assert_eq!(session.poll_result(), Some(Ok(vec![0, 2])));
        let _ = ask(&mut session, at(1_003));
        session.handle_bytes(&answered(&second, 1), at(1_004));
        session.handle_timeout(at(2_003));
        assert_eq!(session.poll_result(), Some(Err(Failure::NoAnswer)), "a late answer is no answer, and no nonsense");
    }

    #[test]
    fn a_late_answer_on_a_serial_line_comes_before_the_next_question() {
        let mut session = session(Framing::Rtu);
        let first = ask(&mut session, at(0));
        session.handle_timeout(at(1_000));
        assert_eq!(session.poll_result(), Some(Err(Failure::NoAnswer)));
        session.start(ONE, at(1_000));
        assert_eq!((session.poll_transmit(), session.poll_timeout()), (None, Some(at(2_000))));
        session.handle_bytes(&answered(&first, 1), at(1_500));
        assert_eq!(session.poll_timeout(), Some(at(1_750)), "it has come: a little silence is enough");
        session.handle_timeout(at(1_750));
        let second = session.poll_transmit().expect("now");
        session.handle_bytes(&answered(&second, 2), at(1_800));
        assert_eq!(session.poll_result(), Some(Ok(vec![0, 2])));
    }

    #[test]
    fn a_line_that_is_never_silent_is_asked_some_time() {
        let mut session = session(Framing::Rtu);
        let _ = ask(&mut session, at(0));
        session.handle_timeout(at(1_000));
        session.start(ONE, at(1_000));
        let silent = (1_000..).step_by(100).find(|now| {
            session.handle_bytes(&[0x55], at(*now));
            session.handle_timeout(at(*now));
            session.poll_transmit().is_some()
        });
        assert_eq!(silent, Some(3_000));
    }

    #[test]
    fn garbage_is_told_and_the_next_question_is_unharmed() {
        for framing in [Framing::Tcp, Framing::Rtu] {
            for garbage in [&b"HTTP/1.1 400 Bad Request"[..], &[1, 3, 2, 0], &[0; 300]] {
                let mut session = session(framing);
                let question = ask(&mut session, at(0));
                session.handle_bytes(garbage, at(1));
                session.handle_timeout(at(1_000));
                let result = session.poll_result();
                assert!(
                    matches!(&result, Some(Err(Failure::WrongAnswer { heard })) if heard.len() <= 64),
                    "{result:?}"
                );
                assert!(question.len() >= 8);
                session.start(ONE, at(2_001));
                let question = session.poll_transmit().expect("the line was silent");
                // Over TCP half a frame stays in the way, as it must: the connection is of no more use.
                if framing == Framing::Rtu || garbage[0] == b'H' {
                    session.handle_bytes(&answered(&question, 3), at(2_002));
                    assert_eq!(session.poll_result(), Some(Ok(vec![0, 3])), "{framing:?} {garbage:?}");
                }
            }
        }
    }

    #[test]
    fn an_exception_is_told() {
        let mut session = session(Framing::Tcp);
        let question = ask(&mut session, at(0));
        session.handle_bytes(&[&question[..2], &[0, 0, 0, 3, 1, 0x83, 2]].concat(), at(1));
        assert_eq!(session.poll_result(), Some(Err(Failure::Exception(2))));
    }
}
