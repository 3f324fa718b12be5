//! The session with a camera: answers that come late, twice, mixed up or never.

use proptest::prelude::*;

use super::super::codec::{Version, hex};
use super::*;

/// A session, its clock, and what it said.
struct Bench {
    session: Session,
    now: Duration,
}

const PAN_TILT: &str = "90 50 00 00 00 0A 00 00 00 05 FF";

impl Bench {
    fn fresh() -> Self {
        Self { session: Session::new(Address::FIRST, Timing::default()), now: Duration::ZERO }
    }

    /// A session that is past addressing.
    fn ready() -> Self {
        let mut bench = Self::fresh();
        bench.start(Request::Power);
        assert_eq!(bench.sent(), "88 30 01 FF");
        bench.hear("88 30 02 FF");
        assert_eq!(bench.sent(), "88 01 00 01 FF");
        bench.hear("88 01 00 01 FF");
        assert_eq!(bench.sent(), "81 09 04 00 FF");
        bench.hear("90 50 02 FF");
        assert_eq!(bench.result(), Some(Ok(Answer::Data(Data::Power(true)))));
        bench
    }

    fn start(&mut self, request: Request) {
        self.session.start(request, self.now);
    }

    fn sent(&mut self) -> String {
        let frames: Vec<String> =
            std::iter::from_fn(|| self.session.poll_transmit()).map(|frame| hex(frame.bytes())).collect();
        frames.join(" | ")
    }

    fn hear(&mut self, text: &str) {
        let bytes: Vec<u8> =
            text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).expect("hexadecimal")).collect();
        self.session.handle_bytes(&bytes, self.now);
    }

    fn wait(&mut self) {
        self.now = self.session.poll_timeout().expect("something is awaited");
        self.session.handle_timeout(self.now);
    }

    fn result(&mut self) -> Option<Result<Answer, Failure>> {
        self.session.poll_result()
    }
}

#[test]
fn a_command_is_done_when_its_socket_completes() {
    let mut bench = Bench::ready();
    bench.start(Request::Recall(3));
    assert_eq!(bench.sent(), "81 01 04 3F 02 03 FF");
    bench.hear("90 41 FF");
    assert_eq!(bench.result(), None, "an ACK is no completion");
    bench.hear("90 52 FF");
    assert_eq!(bench.result(), None, "another socket's completion is not ours");
    bench.hear("90 51 FF");
    assert_eq!(bench.result(), Some(Ok(Answer::Done)));
    assert_eq!(bench.session.poll_timeout(), None);
}

#[test]
fn a_completion_without_ack_completes_nothing() {
    let mut bench = Bench::ready();
    bench.start(Request::Home);
    bench.hear("90 51 FF 90 50 FF");
    assert_eq!(bench.result(), None);
}

#[test]
fn a_late_answer_never_answers_the_next_request() {
    let mut bench = Bench::ready();
    bench.start(Request::PanTilt);
    assert_eq!(bench.sent(), "81 09 06 12 FF");
    bench.start(Request::PanTilt);
    assert_eq!(bench.sent(), "81 01 00 01 FF", "the fence comes first");
    bench.hear(PAN_TILT);
    assert_eq!(bench.result(), None, "this one answers the request that was given up");
    bench.hear("90 50 FF");
    assert_eq!(bench.sent(), "81 09 06 12 FF");
    assert_eq!(bench.result(), None);
    bench.hear("90 50 00 00 00 0B 00 00 00 06 FF");
    assert_eq!(bench.result(), Some(Ok(Answer::Data(Data::PanTilt { pan: 11, tilt: 6 }))));
}

#[test]
fn a_request_without_answer_is_repeated_behind_a_fence() {
    let mut bench = Bench::ready();
    bench.start(Request::Power);
    bench.sent();
    bench.wait();
    assert_eq!(bench.sent(), "81 01 00 01 FF");
    bench.hear("90 50 02 FF 90 50 FF");
    assert_eq!(bench.sent(), "81 09 04 00 FF");
    bench.hear("90 50 03 FF");
    assert_eq!(bench.result(), Some(Ok(Answer::Data(Data::Power(false)))), "not the late 'on'");
}

#[test]
fn an_answer_of_another_inquiry_does_not_answer() {
    let mut bench = Bench::ready();
    bench.start(Request::Zoom);
    bench.hear(PAN_TILT);
    bench.hear("90 50 02 FF");
    assert_eq!(bench.result(), None);
    bench.hear("90 50 01 02 03 04 FF");
    assert_eq!(bench.result(), Some(Ok(Answer::Data(Data::Zoom(0x1234)))));
}

#[test]
fn another_cameras_answer_is_not_believed_and_named_in_the_end() {
    let mut bench = Bench::ready();
    bench.start(Request::Power);
    for _ in 0..3 {
        bench.hear("A0 50 02 FF");
        assert_eq!(bench.result(), None);
        bench.wait();
    }
    let heard = vec![0xa0, 0x50, 0x02, 0xff, 0xa0, 0x50, 0x02, 0xff, 0xa0, 0x50, 0x02, 0xff];
    assert_eq!(bench.result(), Some(Err(Failure::WrongAnswer { heard })));
}

#[test]
fn silence_ends_after_the_tries() {
    let mut bench = Bench::fresh();
    bench.start(Request::Version);
    let mut said = Vec::new();
    while bench.session.poll_timeout().is_some() {
        said.push(bench.sent());
        bench.wait();
    }
    let (address, clear) = ("88 30 01 FF", "81 01 00 01 FF");
    assert_eq!(said, [address, address, address, clear, clear, clear]);
    assert_eq!(bench.result(), Some(Err(Failure::NoAnswer)));
}

#[test]
fn noise_alone_is_a_wrong_answer() {
    let mut bench = Bench::fresh();
    bench.start(Request::Version);
    while bench.session.poll_timeout().is_some() {
        bench.hear("3C 00");
        bench.wait();
    }
    assert!(matches!(bench.result(), Some(Err(Failure::WrongAnswer { .. }))));
}

#[test]
fn a_camera_that_ignores_addressing_is_asked_all_the_same() {
    let mut bench = Bench::fresh();
    bench.start(Request::Power);
    for _ in 0..3 {
        assert_eq!(bench.sent(), "88 30 01 FF");
        bench.wait();
    }
    assert_eq!(bench.sent(), "81 01 00 01 FF");
    bench.hear("90 50 FF");
    assert_eq!(bench.sent(), "81 09 04 00 FF");
    bench.hear("90 50 02 FF");
    assert_eq!(bench.result(), Some(Ok(Answer::Data(Data::Power(true)))));
}

#[test]
fn a_chain_that_is_too_short_is_said() {
    let third = Address::new(3).expect("1 to 7");
    let mut bench = Bench { session: Session::new(third, Timing::default()), now: Duration::ZERO };
    bench.start(Request::Power);
    bench.hear("88 30 03 FF");
    assert_eq!(bench.result(), Some(Err(Failure::NoSuchAddress { cameras: 2 })));
}

#[test]
fn a_full_buffer_is_waited_for_and_not_for_ever() {
    let mut bench = Bench::ready();
    bench.start(Request::Home);
    bench.sent();
    bench.hear("90 60 03 FF");
    assert_eq!((bench.sent().as_str(), bench.result()), ("", None));
    bench.wait();
    assert_eq!(bench.sent(), "81 01 06 04 FF");
    let begun = bench.now;
    while bench.session.poll_timeout().is_some() {
        bench.hear("90 60 03 FF");
        if bench.session.poll_timeout().is_some() {
            bench.wait();
        }
    }
    assert_eq!(bench.result(), Some(Err(Failure::Busy)));
    assert!(bench.now - begun <= Timing::default().busy);
}

#[test]
fn not_executable_ends_at_once_and_the_line_is_cleared_after_it() {
    let mut bench = Bench::ready();
    bench.start(Request::Home);
    bench.sent();
    bench.hear("90 61 41 FF");
    assert_eq!(bench.result(), Some(Err(Failure::NotExecutable)));
    bench.start(Request::Power);
    assert_eq!(bench.sent(), "81 01 00 01 FF");
}

#[test]
fn a_syntax_error_may_be_noise_and_is_tried_again_thrice_in_all() {
    let mut bench = Bench::ready();
    bench.start(Request::Home);
    for _ in 0..2 {
        bench.sent();
        bench.hear("90 60 02 FF 90 50 FF");
    }
    assert_eq!(bench.result(), None);
    bench.hear("90 60 02 FF");
    assert_eq!(bench.result(), Some(Err(Failure::Syntax)));
}

#[test]
fn a_restarted_camera_is_addressed_again_and_asked_again() {
    let mut bench = Bench::ready();
    bench.start(Request::Recall(1));
    bench.hear("90 41 FF");
    bench.sent();
    bench.hear("90 38 FF");
    assert_eq!(bench.sent(), "88 30 01 FF");
    bench.hear("88 30 02 FF 88 01 00 01 FF");
    assert_eq!(bench.sent(), "88 01 00 01 FF | 81 01 04 3F 02 01 FF");
    bench.hear("90 51 FF");
    assert_eq!(bench.result(), None, "the restarted camera has not taken it yet");
    bench.hear("90 42 FF 90 52 FF");
    assert_eq!(bench.result(), Some(Ok(Answer::Done)));
}

#[test]
fn a_change_of_the_chain_between_two_requests_is_remembered() {
    let mut bench = Bench::ready();
    bench.hear("A0 38 FF");
    bench.start(Request::Power);
    assert_eq!(bench.sent(), "88 30 01 FF");
}

#[test]
fn a_move_that_never_ends_is_said() {
    let mut bench = Bench::ready();
    bench.start(Request::Home);
    bench.hear("90 41 FF");
    bench.wait();
    assert_eq!(bench.result(), Some(Err(Failure::NotCompleted)));
    bench.start(Request::Home);
    bench.hear("90 51 FF 90 50 FF 90 41 FF");
    assert_eq!(bench.result(), None, "the late completion of the first move stands before the fence");
}

#[test]
fn the_facts_of_a_camera_are_read() {
    let mut bench = Bench::ready();
    bench.start(Request::Version);
    bench.hear("90 50 00 20 04 0E 01 85 02 FF");
    let version = Version { vendor: 0x20, model: 0x040e, rom: 0x0185, sockets: 2 };
    assert_eq!(bench.result(), Some(Ok(Answer::Data(Data::Version(version)))));
}

proptest! {
    /// Whatever the line says, every request ends, and within bounded time.
    #[test]
    fn every_request_ends(noise in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..24), 0..40)) {
        let mut bench = Bench::fresh();
        bench.start(Request::Recall(2));
        let mut noise = noise.into_iter();
        for _ in 0..400 {
            if let Some(bytes) = noise.next() {
                bench.session.handle_bytes(&bytes, bench.now);
            }
            bench.sent();
            if bench.session.poll_timeout().is_none() {
                break;
            }
            bench.wait();
        }
        prop_assert_eq!(bench.session.poll_timeout(), None);
        prop_assert!(bench.result().is_some());
    }
}
