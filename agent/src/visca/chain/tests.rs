//! Several cameras at one line: what is said to all, and when.

use super::*;
use crate::visca::codec::{Command, Inquiry, Pan, Speed, Tilt, hex};

const POWER: Inquiry = Inquiry::Power;

struct Bench {
    chain: Chain,
    now: Duration,
}

impl Bench {
    fn fresh() -> Self {
        Self { chain: Chain::new(Wire::Serial), now: Duration::ZERO }
    }

    /// Two cameras at a line, the first of which was asked.
    fn opened() -> Self {
        let mut bench = Self::fresh();
        bench.ask(1);
        bench.hear("88 30 03 FF 88 01 00 01 FF 90 50 02 FF");
        assert_eq!(bench.sent(), "88 30 01 FF | 88 01 00 01 FF | 81 09 04 00 FF");
        assert!(matches!(bench.result(), Some((1, Ok(_)))));
        bench
    }

    /// The same; the first camera recalls a preset.
    fn moving() -> Self {
        let mut bench = Self::opened();
        bench.recall(1);
        bench.hear("90 41 FF");
        assert_eq!(bench.sent(), "81 01 04 3F 02 01 FF");
        bench
    }

    fn ask(&mut self, seat: u8) {
        self.chain.tell(seat, self.now, |session| session.inquire(POWER, self.now));
    }

    fn recall(&mut self, seat: u8) {
        self.chain.tell(seat, self.now, |session| session.command(Command::Recall(1), self.now));
    }

    fn sent(&mut self) -> String {
        let frames: Vec<String> = std::iter::from_fn(|| self.chain.poll_transmit()).map(|bytes| hex(&bytes)).collect();
        frames.join(" | ")
    }

    fn hear(&mut self, text: &str) {
        let bytes: Vec<u8> =
            text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).expect("hexadecimal")).collect();
        self.chain.handle_bytes(&bytes, self.now);
    }

    fn wait(&mut self) {
        self.now = self.chain.poll_timeout().expect("something is awaited");
        self.chain.handle_timeout(self.now);
    }

    fn result(&mut self) -> Option<(u8, Result<Answer, Failure>)> {
        self.chain.poll_result().map(|(seat, _, result)| (seat, result))
    }
}

#[test]
fn who_comes_to_an_open_line_clears_his_own_camera_alone() {
    let mut bench = Bench::moving();
    bench.ask(2);
    assert_eq!(bench.sent(), "82 01 00 01 FF");
    bench.hear("A0 50 FF");
    assert_eq!(bench.sent(), "82 09 04 00 FF");
    bench.hear("A0 50 02 FF 90 51 FF");
    assert_eq!(bench.result(), Some((1, Ok(Answer::Done))), "the recall ran on");
    assert!(matches!(bench.result(), Some((2, Ok(_)))));
}

#[test]
fn a_silent_neighbour_stops_nothing_and_talks_no_nonsense() {
    let mut bench = Bench::moving();
    bench.ask(1);
    bench.ask(2);
    let mut sent = bench.sent();
    bench.hear("90 50 02 FF");
    for _ in 0..3 {
        bench.wait();
        sent = sent + " | " + &bench.sent();
    }
    assert!(!sent.contains("88 "), "nothing is said to all: {sent}");
    let ended: Vec<_> = std::iter::from_fn(|| bench.result()).filter(|(seat, _)| *seat == 2).collect();
    assert_eq!(ended, [(2, Err(Failure::NoAnswer))], "the first camera's words are no wrong answer");
    bench.ask(2);
    assert_eq!(bench.sent(), "82 01 00 01 FF", "lost, it comes back by itself");
}

#[test]
fn a_silent_camera_is_looked_for_on_the_whole_line_when_nothing_moves() {
    let mut bench = Bench::opened();
    bench.ask(2);
    for _ in 0..3 {
        assert_eq!(bench.sent(), "82 01 00 01 FF");
        bench.wait();
    }
    assert_eq!(bench.result(), Some((2, Err(Failure::NoAnswer))));
    bench.ask(2);
    assert_eq!(bench.sent(), "88 30 01 FF", "it may have lost its number");
    bench.recall(1);
    bench.hear("88 30 03 FF");
    assert_eq!(bench.sent(), "81 01 04 3F 02 01 FF | 82 01 00 01 FF", "meanwhile a neighbour moves");
}

#[test]
fn a_clear_to_all_is_not_said_again_once_a_neighbour_moves() {
    let mut bench = Bench::opened();
    bench.ask(2);
    (0..3).for_each(|_| bench.wait());
    bench.sent();
    bench.ask(2);
    bench.hear("88 30 03 FF");
    assert_eq!(bench.sent(), "88 30 01 FF | 88 01 00 01 FF");
    bench.recall(1);
    bench.hear("90 41 FF");
    bench.wait();
    assert_eq!(bench.sent(), "81 01 04 3F 02 01 FF | 82 01 00 01 FF");
}

#[test]
fn a_neighbour_that_is_steered_is_not_stopped_by_a_clear_to_all() {
    let mut bench = Bench::opened();
    bench.ask(2);
    (0..3).for_each(|_| bench.wait());
    let now = bench.now;
    let drive = |pan| Command::Drive(pan, Tilt::Still, Speed::new(1, 1).expect("a speed"));
    bench.chain.tell(1, now, |session| session.steer(drive(Pan::Left), now));
    bench.hear("90 41 FF 90 51 FF");
    bench.sent();
    bench.ask(2);
    assert_eq!(bench.sent(), "82 01 00 01 FF");
    bench.chain.tell(1, now, |session| session.halt(drive(Pan::Still), now));
    bench.hear("90 41 FF 90 51 FF");
    bench.sent();
    bench.wait();
    assert_eq!(bench.sent(), "88 30 01 FF", "now it may");
}

#[test]
fn a_neighbour_that_restarts_leaves_alone_what_runs_and_is_numbered_after_it() {
    let mut bench = Bench::moving();
    bench.ask(2);
    bench.hear("A0 50 FF A0 50 02 FF");
    assert!(matches!(bench.result(), Some((2, Ok(_)))));
    bench.recall(2);
    bench.hear("A0 41 FF");
    bench.sent();
    bench.hear("A0 38 FF");
    for _ in 0..5 {
        assert_eq!(bench.sent(), "82 01 00 01 FF", "nothing to all while the first moves");
        bench.wait();
    }
    bench.sent();
    bench.hear("90 51 FF");
    assert_eq!(bench.result(), Some((1, Ok(Answer::Done))));
    bench.wait();
    assert_eq!(bench.sent(), "88 30 01 FF");
    bench.hear("88 30 03 FF 88 01 00 01 FF A0 41 FF A0 51 FF");
    assert_eq!(bench.sent(), "88 01 00 01 FF | 82 01 04 3F 02 01 FF");
    assert_eq!(bench.result(), Some((2, Ok(Answer::Done))));
    bench.ask(1);
    assert_eq!(bench.sent(), "81 01 00 01 FF", "the line was numbered for all");
}

#[test]
fn a_recall_that_was_cleared_by_somebody_else_never_ends_well() {
    for cleared in ["88 01 00 01 FF", "90 50 FF", "A0 38 FF"] {
        let mut bench = Bench::moving();
        bench.ask(2);
        bench.hear("A0 50 FF A0 50 02 FF");
        bench.sent();
        assert!(matches!(bench.result(), Some((2, Ok(_)))));
        bench.hear(cleared);
        bench.wait();
        assert_eq!(bench.sent(), "81 21 FF", "{cleared}: it is too long under way");
        bench.hear("90 61 05 FF");
        assert_eq!(bench.result(), Some((1, Err(Failure::NotCompleted))), "{cleared}");
    }
}

#[test]
fn who_comes_while_another_opens_the_line_waits_for_that() {
    let mut bench = Bench::fresh();
    (1..=7).for_each(|seat| bench.ask(seat));
    assert_eq!(bench.sent(), "88 30 01 FF", "the line is numbered once");
    bench.hear("88 30 08 FF");
    assert_eq!(bench.sent(), "88 01 00 01 FF");
    bench.hear("88 01 00 01 FF");
    let others: Vec<String> = (2..=7).map(|seat| format!("8{seat} 01 00 01 FF")).collect();
    assert_eq!(bench.sent(), format!("81 09 04 00 FF | {}", others.join(" | ")));
}

#[test]
fn who_stands_beyond_the_end_of_the_line_is_told_how_long_it_is() {
    let mut bench = Bench::opened();
    bench.ask(3);
    assert_eq!(bench.sent(), "88 30 01 FF");
    bench.hear("88 30 03 FF");
    assert_eq!(bench.result(), Some((3, Err(Failure::NoSuchAddress { cameras: 2 }))));
}
