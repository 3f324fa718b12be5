//! The session with a camera: answers that come late, twice, mixed up or never.

mod lanes;
mod numbered;
mod steering;

use proptest::prelude::*;

use super::super::codec::{Aim, Digits, Version, hex};
use super::*;

/// A session, its clock, and what it said.
struct Bench {
    session: Session,
    now: Duration,
}

const PAN_TILT: &str = "90 50 00 00 00 0A 00 00 00 05 FF";
const POWER: Inquiry = Inquiry::Power;

fn done<T>(answer: T) -> Option<(T, Result<Answer, Failure>)> {
    Some((answer, Ok(Answer::Done)))
}

fn aim(pan: i32, tilt: i16) -> Data {
    Data::PanTilt(Aim { pan, tilt, digits: Digits::Four })
}

impl Bench {
    fn fresh(wire: Wire) -> Self {
        Self { session: Session::new(Address::FIRST, wire, Timing::default()), now: Duration::ZERO }
    }

    /// A session at a serial line that is past addressing.
    fn ready() -> Self {
        let mut bench = Self::fresh(Wire::Serial);
        bench.inquire(POWER);
        assert_eq!(bench.sent(), "88 30 01 FF");
        bench.hear("88 30 02 FF");
        assert_eq!(bench.sent(), "88 01 00 01 FF");
        bench.hear("88 01 00 01 FF");
        assert_eq!(bench.sent(), "81 09 04 00 FF");
        bench.hear("90 50 02 FF");
        assert_eq!(bench.result(), Some(Ok(Answer::Data(Data::Power(true)))));
        bench
    }

    fn inquire(&mut self, inquiry: Inquiry) -> Ticket {
        self.session.inquire(inquiry, self.now)
    }

    fn command(&mut self, command: Command) -> Ticket {
        self.session.command(command, self.now)
    }

    fn sent(&mut self) -> String {
        let frames: Vec<String> =
            std::iter::from_fn(|| self.session.poll_transmit()).map(|bytes| hex(&bytes)).collect();
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
        self.session.poll_result().map(|(_, result)| result)
    }
}

#[test]
fn a_command_is_done_when_its_socket_completes() {
    let mut bench = Bench::ready();
    let ticket = bench.command(Command::Recall(3));
    assert_eq!(bench.sent(), "81 01 04 3F 02 03 FF");
    bench.hear("90 41 FF");
    assert_eq!(bench.result(), None, "an ACK is no completion");
    bench.hear("90 52 FF");
    assert_eq!(bench.result(), None, "another socket's completion is not ours");
    bench.hear("90 51 FF");
    assert_eq!(bench.session.poll_result(), done(ticket));
    assert_eq!(bench.session.poll_timeout(), None);
}

#[test]
fn a_completion_without_ack_completes_nothing() {
    let mut bench = Bench::ready();
    bench.command(Command::Home);
    bench.hear("90 51 FF 90 50 FF");
    assert_eq!(bench.result(), None);
}

#[test]
fn a_late_answer_never_answers_the_next_request() {
    let mut bench = Bench::ready();
    let first = bench.inquire(Inquiry::PanTilt);
    assert_eq!(bench.sent(), "81 09 06 12 FF");
    bench.session.cancel(first, bench.now);
    assert_eq!(bench.result(), Some(Err(Failure::Cancelled)));
    bench.inquire(Inquiry::PanTilt);
    assert_eq!(bench.sent(), "81 01 00 01 FF", "the fence comes first");
    bench.hear(PAN_TILT);
    assert_eq!(bench.result(), None, "this one answers the request that was given up");
    bench.hear("90 50 FF");
    assert_eq!(bench.sent(), "81 09 06 12 FF");
    assert_eq!(bench.result(), None);
    bench.hear("90 50 00 00 00 0B 00 00 00 06 FF");
    assert_eq!(bench.result(), Some(Ok(Answer::Data(aim(11, 6)))));
}

#[test]
fn a_request_without_answer_is_repeated_behind_a_fence() {
    let mut bench = Bench::ready();
    bench.inquire(POWER);
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
    bench.inquire(Inquiry::Zoom);
    bench.hear(PAN_TILT);
    bench.hear("90 50 02 FF");
    assert_eq!(bench.result(), None);
    bench.hear("90 50 01 02 03 04 FF");
    assert_eq!(bench.result(), Some(Ok(Answer::Data(Data::Zoom(0x1234)))));
}

#[test]
fn another_cameras_answer_is_not_believed_and_named_in_the_end() {
    let mut bench = Bench::fresh(Wire::Bare);
    bench.inquire(POWER);
    while bench.session.poll_timeout().is_some() {
        assert_eq!(bench.result(), None);
        bench.hear("A0 50 02 FF");
        bench.wait();
    }
    let heard = vec![0xa0, 0x50, 0x02, 0xff, 0xa0, 0x50, 0x02, 0xff, 0xa0, 0x50, 0x02, 0xff];
    let Some(Err(Failure::WrongAnswer { heard: said })) = bench.result() else { panic!("a wrong answer") };
    assert!(said.ends_with(&heard[..8]), "{said:?}");
}

#[test]
fn silence_ends_after_the_tries() {
    let (address, clear) = ("88 30 01 FF", "81 01 00 01 FF");
    for (wire, expected) in [
        (Wire::Serial, vec![address, address, address, clear, clear, clear]),
        (Wire::Bare, vec!["81 09 00 02 FF", clear, clear, clear]),
    ] {
        let mut bench = Bench::fresh(wire);
        bench.inquire(Inquiry::Version);
        let mut said = Vec::new();
        while bench.session.poll_timeout().is_some() {
            said.push(bench.sent());
            bench.wait();
        }
        assert_eq!(said, expected);
        assert_eq!(bench.result(), Some(Err(Failure::NoAnswer)));
    }
}

#[test]
fn noise_alone_is_a_wrong_answer() {
    for wire in [Wire::Serial, Wire::Bare, Wire::Numbered] {
        let mut bench = Bench::fresh(wire);
        bench.inquire(Inquiry::Version);
        while bench.session.poll_timeout().is_some() {
            bench.hear("3C 00");
            bench.wait();
        }
        assert!(matches!(bench.result(), Some(Err(Failure::WrongAnswer { .. }))), "{wire:?}");
    }
}

#[test]
fn an_earlier_camera_s_noise_is_not_blamed_on_silence() {
    let mut bench = Bench::ready();
    bench.hear("3C 00");
    bench.inquire(POWER);
    while bench.session.poll_timeout().is_some() {
        bench.wait();
    }
    assert_eq!(bench.result(), Some(Err(Failure::NoAnswer)));
}

#[test]
fn a_camera_that_ignores_addressing_is_asked_all_the_same() {
    let mut bench = Bench::fresh(Wire::Serial);
    bench.inquire(POWER);
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
fn the_seventh_of_a_chain_is_asked_under_its_number() {
    let seventh = Address::new(7).expect("1 to 7");
    let mut bench = Bench { session: Session::new(seventh, Wire::Serial, Timing::default()), now: Duration::ZERO };
    bench.inquire(POWER);
    bench.hear("88 30 08 FF 88 01 00 01 FF");
    assert_eq!(bench.sent(), "88 30 01 FF | 88 01 00 01 FF | 87 09 04 00 FF");
    bench.hear("E0 50 03 FF F0 50 02 FF");
    assert_eq!(bench.result(), Some(Ok(Answer::Data(Data::Power(true)))), "the sixth's answer is not ours");
}

#[test]
fn a_chain_that_is_too_short_is_said() {
    let third = Address::new(3).expect("1 to 7");
    let mut bench = Bench { session: Session::new(third, Wire::Serial, Timing::default()), now: Duration::ZERO };
    bench.inquire(POWER);
    bench.hear("88 30 03 FF");
    assert_eq!(bench.result(), Some(Err(Failure::NoSuchAddress { cameras: 2 })));
}

#[test]
fn a_full_buffer_is_waited_for_and_not_for_ever() {
    let mut bench = Bench::ready();
    bench.command(Command::Home);
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
fn not_executable_ends_at_once_and_leaves_the_line_as_it_was() {
    let mut bench = Bench::ready();
    bench.command(Command::Home);
    bench.sent();
    bench.hear("90 61 41 FF");
    assert_eq!(bench.result(), Some(Err(Failure::NotExecutable)));
    bench.inquire(POWER);
    assert_eq!(bench.sent(), "81 09 04 00 FF");
}

#[test]
fn a_syntax_error_may_be_noise_and_is_tried_again_thrice_in_all() {
    let mut bench = Bench::ready();
    bench.command(Command::Home);
    for _ in 0..2 {
        bench.sent();
        bench.hear("90 60 02 FF 90 50 FF");
    }
    assert_eq!(bench.result(), None);
    bench.hear("90 60 02 FF");
    assert_eq!(bench.result(), Some(Err(Failure::Syntax)));
}

#[test]
fn a_network_spoils_no_frame_so_that_a_syntax_error_is_final() {
    let mut bench = Bench::fresh(Wire::Bare);
    bench.command(Command::Home);
    assert_eq!(bench.sent(), "81 01 06 04 FF", "nobody was there before: no fence");
    bench.hear("90 60 02 FF");
    assert_eq!(bench.result(), Some(Err(Failure::Syntax)));
}

#[test]
fn a_restarted_camera_is_addressed_again_and_asked_again() {
    let mut bench = Bench::ready();
    bench.command(Command::Recall(1));
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
    bench.inquire(POWER);
    assert_eq!(bench.sent(), "88 30 01 FF");
}

#[test]
fn a_chain_that_changes_for_ever_ends_the_request() {
    let mut bench = Bench::fresh(Wire::Serial);
    bench.inquire(POWER);
    for _ in 0..10 {
        bench.hear("88 30 02 FF 90 38 FF");
    }
    assert_eq!(bench.result(), Some(Err(Failure::NoAnswer)));
}

#[test]
fn the_facts_of_a_camera_are_read() {
    let mut bench = Bench::ready();
    bench.inquire(Inquiry::Version);
    bench.hear("90 50 00 20 04 0E 01 85 02 FF");
    let version = Version { vendor: 0x20, model: 0x040e, rom: 0x0185, sockets: 2 };
    assert_eq!(bench.result(), Some(Ok(Answer::Data(Data::Version(version)))));
}

proptest! {
    /// Whatever the wire says, every request ends, once, and within bounded time.
    #[test]
    fn every_request_ends(
        wire in prop::sample::select(vec![Wire::Serial, Wire::Bare, Wire::Numbered]),
        noise in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..24), 0..40),
    ) {
        let mut bench = Bench::fresh(wire);
        let mut open = vec![bench.command(Command::Recall(2)), bench.inquire(POWER), bench.command(Command::Home)];
        let mut noise = noise.into_iter();
        for _ in 0..400 {
            if let Some(bytes) = noise.next() {
                bench.session.handle_bytes(&bytes, bench.now);
            }
            bench.sent();
            while let Some((ticket, _)) = bench.session.poll_result() {
                let at = open.iter().position(|one| *one == ticket);
                prop_assert!(at.is_some(), "ended twice");
                open.remove(at.unwrap_or(0));
            }
            if bench.session.poll_timeout().is_none() {
                break;
            }
            bench.wait();
        }
        prop_assert_eq!(bench.session.poll_timeout(), None);
        prop_assert!(open.is_empty() && bench.now < Duration::from_secs(120), "{:?} after {:?}", open, bench.now);
    }
}
