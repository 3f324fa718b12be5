//! The SNMP session against what comes late, twice, cut or from somebody else.
use std::time::Duration;

use super::*;
use crate::snmp::crypto::Proof;

const TIMING: Timing = Timing { answer: Duration::from_millis(1_000), tries: 2 };

fn at(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn uptime() -> Oid {
    Oid::new(&[1, 3, 6, 1, 2, 1, 1, 3, 0])
}

fn plain() -> Session {
    Session::new(Access::Community("secret".into()), TIMING, 1)
}

fn user() -> User {
    User { name: "avow".into(), auth: Some((Proof::Sha256, "password1".into())), privacy: Some("password2".into()) }
}

/// What an obedient device answers to a message of v2c.
fn answered(question: &[u8], ticks: u32) -> Vec<u8> {
    let pdu = read_community_message(question).expect("a question");
    let bindings = pdu.bindings.into_iter().map(|(name, _)| (name, Datum::Ticks(ticks))).collect();
    community_message("secret", &Pdu { kind: Kind::Response, bindings, ..pdu })
}

fn ask(session: &mut Session, now: Duration) -> Vec<u8> {
    session.start(Kind::Get, 0, &[uptime()], now);
    session.poll_transmit().expect("a question")
}

fn ticks(number: u32) -> Option<Result<Vec<(Oid, Datum)>, Failure>> {
    Some(Ok(vec![(uptime(), Datum::Ticks(number))]))
}

#[test]
fn a_question_is_answered() {
    let mut session = plain();
    let question = ask(&mut session, at(0));
    assert_eq!(session.poll_timeout(), Some(at(1_000)));
    session.handle_datagram(&answered(&question, 5), at(10));
    assert_eq!((session.poll_result(), session.poll_timeout()), (ticks(5), None));
}

#[test]
fn a_lost_question_is_sent_again_under_its_id_and_then_given_up() {
    let mut session = plain();
    let question = ask(&mut session, at(0));
    session.handle_timeout(at(999));
    assert_eq!(session.poll_transmit(), None, "too early");
    session.handle_timeout(at(1_000));
    assert_eq!(session.poll_transmit(), Some(question));
    session.handle_timeout(at(2_000));
    assert_eq!(session.poll_result(), Some(Err(Failure::NoAnswer { is_there: false })));
}

#[test]
fn a_late_answer_answers_nothing() {
    let mut session = plain();
    let first = ask(&mut session, at(0));
    session.handle_timeout(at(1_000));
    session.handle_timeout(at(2_000));
    assert!(session.poll_result().is_some());
    let second = ask(&mut session, at(2_000));
    assert_ne!(first, second);
    session.handle_datagram(&answered(&first, 1), at(2_001));
    assert_eq!(session.poll_result(), None);
    session.handle_datagram(&answered(&second, 2), at(2_002));
    assert_eq!(session.poll_result(), ticks(2));
}

#[test]
fn what_is_no_answer_is_passed_over_and_told_when_nothing_better_comes() {
    let question = |session: &mut Session| ask(session, at(0));
    let other = |question: &[u8], change: fn(Pdu) -> Pdu| {
        community_message("secret", &change(read_community_message(&answered(question, 1)).expect("an answer")))
    };
    let whole = |question: &[u8]| answered(question, 1);
    for wrong in [
        &(|question: &[u8]| other(question, |pdu| Pdu { id: pdu.id ^ 1, ..pdu })) as &dyn Fn(&[u8]) -> Vec<u8>,
        &|question| other(question, |pdu| Pdu { kind: Kind::Get, ..pdu }),
        &|question| other(question, |pdu| Pdu { bindings: vec![], ..pdu }),
        &|question| whole(question)[..20].to_vec(),
        &|question| question.to_vec(),
        &|_| b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
        &|_| vec![],
    ] {
        let mut session = plain();
        let asked = question(&mut session);
        let wrong = wrong(&asked);
        session.handle_datagram(&wrong, at(1));
        assert_eq!(session.poll_result(), None, "{wrong:?}");
        session.handle_datagram(&whole(&asked), at(2));
        assert_eq!(session.poll_result(), ticks(1), "the answer is not harmed by {wrong:?}");

        let asked = question(&mut session);
        session.handle_datagram(&wrong, at(1));
        session.handle_timeout(at(1_000));
        session.handle_timeout(at(2_000));
        assert!(matches!(session.poll_result(), Some(Err(Failure::WrongAnswer { .. }))), "{wrong:?} to {asked:?}");
    }
}

#[test]
fn an_error_of_the_device_is_told() {
    let mut session = plain();
    let asked = ask(&mut session, at(0));
    let pdu = read_community_message(&asked).expect("a question");
    let error = Pdu { kind: Kind::Response, status: 16, index: 1, ..pdu };
    session.handle_datagram(&community_message("secret", &error), at(1));
    assert_eq!(session.poll_result(), Some(Err(Failure::Status(16))));
}

/// An engine as RFC 3414 wants it, written apart from the session: it knows one user, and one time.
struct Device {
    stamp: Stamp,
    user: User,
}

impl Device {
    fn new() -> Self {
        Self { stamp: Stamp { engine: vec![0x80, 0, 0, 0, 5, 1], boots: 3, time: 1_000 }, user: user() }
    }

    fn keys(&self) -> Keys {
        Keys::of(&self.user, &self.stamp.engine)
    }

    fn report(&self, id: i32, which: u32, keys: &Keys) -> Vec<u8> {
        let name = Oid::new(&[1, 3, 6, 1, 6, 3, 15, 1, 1, which, 0]);
        let pdu = Pdu { kind: Kind::Report, id: 0, status: 0, index: 0, bindings: vec![(name, Datum::Counter32(1))] };
        usm::encode(id, &self.stamp, "", keys, 9, &pdu)
    }

    fn answer(&self, question: &[u8]) -> Vec<u8> {
        let nobody = Keys::default();
        // RFC 3414, section 3.2: the engine is looked at before the proof.
        let (said, engine) = said_by(question);
        if engine != self.stamp.engine {
            return self.report(said, 4, &nobody);
        }
        let which = match usm::decode(question, &self.keys()) {
            Ok(heard) if !heard.is_secret => return self.report(heard.id, 1, &nobody),
            Ok(heard) if heard.stamp.boots != self.stamp.boots || heard.stamp.time.abs_diff(self.stamp.time) > 150 => {
                return self.report(heard.id, 2, &Keys { privacy: None, ..self.keys() });
            }
            Ok(heard) => {
                let bindings = heard.pdu.bindings.into_iter().map(|(name, _)| (name, Datum::Ticks(7))).collect();
                let pdu = Pdu { kind: Kind::Response, bindings, ..heard.pdu };
                return usm::encode(heard.id, &self.stamp, "avow", &self.keys(), 10, &pdu);
            }
            Err(Bad::Proof) => 5,
            Err(_) => 6,
        };
        self.report(said, which, &nobody)
    }
}

/// Id and engine of a message, whatever its proof.
fn said_by(question: &[u8]) -> (i32, Vec<u8>) {
    use crate::snmp::ber::{OCTETS, Reader, SEQUENCE};
    let mut message = Reader::new(question).expect(SEQUENCE).expect("a message");
    message.int32().expect("a version");
    let id = message.expect(SEQUENCE).and_then(|mut header| header.int32()).expect("an id");
    let mut security = message.expect(OCTETS).and_then(|mut text| text.expect(SEQUENCE)).expect("parameters");
    (id, security.octets().expect("an engine").to_vec())
}

fn talk(session: &mut Session, device: &Device, now: Duration) -> Option<Result<Vec<(Oid, Datum)>, Failure>> {
    while let Some(question) = session.poll_transmit() {
        session.handle_datagram(&device.answer(&question), now);
    }
    session.poll_result()
}

#[test]
fn an_engine_is_discovered_once_and_then_asked() {
    let device = Device::new();
    let mut session = Session::new(Access::User(user()), TIMING, 2);
    session.start(Kind::Get, 0, &[uptime()], at(0));
    assert_eq!(talk(&mut session, &device, at(1)), ticks(7));
    session.start(Kind::Get, 0, &[uptime()], at(2));
    let question = session.poll_transmit().expect("a question");
    session.handle_datagram(&device.answer(&question), at(3));
    assert_eq!(session.poll_result(), ticks(7), "without another discovery");
}

#[test]
fn an_engine_that_has_restarted_is_asked_in_its_new_time() {
    let mut device = Device::new();
    let mut session = Session::new(Access::User(user()), TIMING, 3);
    session.start(Kind::Get, 0, &[uptime()], at(0));
    assert_eq!(talk(&mut session, &device, at(1)), ticks(7));
    (device.stamp.boots, device.stamp.time) = (4, 12);
    session.start(Kind::Get, 0, &[uptime()], at(2));
    assert_eq!(talk(&mut session, &device, at(3)), ticks(7));
    device.stamp.engine = vec![0x80, 0, 0, 0, 5, 2];
    session.start(Kind::Get, 0, &[uptime()], at(4));
    assert_eq!(talk(&mut session, &device, at(5)), ticks(7), "exchanged for another device");
}

#[test]
fn reports_become_words() {
    for (ours, refusal) in [
        (User { auth: Some((Proof::Sha256, "otherpassword".into())), ..user() }, Refusal::WrongPassword),
        (User { auth: Some((Proof::Sha1, "password1".into())), ..user() }, Refusal::WrongPassword),
        (User { privacy: Some("otherpassword".into()), ..user() }, Refusal::WrongSecret),
        (User { privacy: None, ..user() }, Refusal::Level),
    ] {
        let mut session = Session::new(Access::User(ours.clone()), TIMING, 4);
        session.start(Kind::Get, 0, &[uptime()], at(0));
        assert_eq!(talk(&mut session, &Device::new(), at(1)), Some(Err(Failure::Refused(refusal))), "{ours:?}");
    }
}

#[test]
fn a_time_that_is_never_right_ends() {
    let device = Device::new();
    let mut session = Session::new(Access::User(user()), TIMING, 5);
    session.start(Kind::Get, 0, &[uptime()], at(0));
    let discovery = session.poll_transmit().expect("a discovery");
    session.handle_datagram(&device.answer(&discovery), at(1));
    let keys = Keys { privacy: None, ..device.keys() };
    for round in 0..3 {
        let Some(question) = session.poll_transmit() else {
            assert_eq!((round, session.poll_result()), (2, Some(Err(Failure::Refused(Refusal::Time)))));
            return;
        };
        session.handle_datagram(&device.report(said_by(&question).0, 2, &keys), at(2));
    }
    panic!("it never ends");
}

#[test]
fn what_is_not_proven_or_old_is_not_believed() {
    let device = Device::new();
    let mut session = Session::new(Access::User(user()), TIMING, 6);
    session.start(Kind::Get, 0, &[uptime()], at(0));
    assert_eq!(talk(&mut session, &device, at(1)), ticks(7));
    session.start(Kind::Get, 0, &[uptime()], at(2));
    let question = session.poll_transmit().expect("a question");
    let heard = usm::decode(&question, &device.keys()).expect("ours");
    let lie = |user: &User, stamp: &Stamp| {
        let bindings = vec![(uptime(), Datum::Ticks(666))];
        let pdu = Pdu { kind: Kind::Response, bindings, ..heard.pdu.clone() };
        usm::encode(heard.id, stamp, "avow", &Keys::of(user, &device.stamp.engine), 11, &pdu)
    };
    for user in [
        User { auth: None, privacy: None, ..user() },
        User { privacy: None, ..user() },
        User { auth: Some((Proof::Sha256, "otherpassword".into())), ..user() },
    ] {
        session.handle_datagram(&lie(&user, &device.stamp), at(3));
        assert_eq!(session.poll_result(), None, "{user:?}");
    }
    let stamp = || device.stamp.clone();
    for old in [Stamp { time: 849, ..stamp() }, Stamp { boots: 2, ..stamp() }, Stamp { engine: vec![1; 6], ..stamp() }]
    {
        session.handle_datagram(&lie(&user(), &old), at(3));
    }
    assert_eq!(session.poll_result(), None, "older than what was heard");
    session.handle_datagram(&device.answer(&question), at(4));
    assert_eq!(session.poll_result(), ticks(7), "the true answer is still taken");
}

#[test]
fn a_device_that_is_known_and_falls_silent_is_told_apart() {
    let device = Device::new();
    let mut session = Session::new(Access::User(user()), TIMING, 7);
    session.start(Kind::Get, 0, &[uptime()], at(0));
    let discovery = session.poll_transmit().expect("a discovery");
    session.handle_datagram(&device.answer(&discovery), at(1));
    session.handle_timeout(at(1_001));
    session.handle_timeout(at(2_001));
    assert_eq!(session.poll_result(), Some(Err(Failure::NoAnswer { is_there: true })));
}
