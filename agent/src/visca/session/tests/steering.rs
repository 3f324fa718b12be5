//! Steering: at once, once, and a stop past everything.

use super::super::super::codec::{Pan, Speed, Tilt, Zoom};
use super::*;

fn left() -> Command {
    Command::Drive(Pan::Left, Tilt::Still, Speed::new(12, 10).expect("a speed"))
}

fn still() -> Command {
    Command::Drive(Pan::Still, Tilt::Still, Speed::new(24, 20).expect("a speed"))
}

const LEFT: &str = "81 01 06 01 0C 0A 01 03 FF";
const STILL: &str = "81 01 06 01 18 14 03 03 FF";

#[test]
fn steering_waits_for_no_other_command_and_ends_with_its_ack() {
    let mut bench = Bench::ready();
    let home = bench.command(Command::Home);
    bench.inquire(Inquiry::PanTilt);
    bench.sent();
    let moved = bench.session.steer(left(), bench.now);
    assert_eq!(bench.sent(), LEFT, "although an ACK and an answer are awaited");
    bench.hear("90 41 FF 90 42 FF");
    assert_eq!(bench.session.poll_result(), done(moved));
    bench.hear("90 52 FF 90 51 FF");
    assert_eq!(bench.session.poll_result(), done(home));
    assert_eq!(bench.result(), None, "an end is told once");
}

#[test]
fn a_motion_is_never_said_again_by_itself() {
    let mut bench = Bench::ready();
    let moved = bench.session.steer(left(), bench.now);
    bench.sent();
    bench.wait();
    assert_eq!(bench.session.poll_result(), Some((moved, Err(Failure::NoAnswer))));
    assert_eq!((bench.sent(), bench.session.poll_timeout()), (String::new(), None));
}

#[test]
fn a_stop_goes_out_at_once_however_doubtful_the_line_is() {
    let mut bench = Bench::fresh(Wire::Serial);
    bench.session.steer(left(), bench.now);
    assert_eq!(bench.sent(), "88 30 01 FF", "a motion waits for the line");
    bench.session.steer(Command::Zoom(Zoom::Stop), bench.now);
    let stopped = bench.session.halt(still(), bench.now);
    assert_eq!(bench.sent(), STILL, "a stop does not");
    assert_eq!(bench.result(), Some(Err(Failure::Cancelled)), "and the motion never begins");
    bench.hear("90 41 FF");
    assert_eq!(bench.session.poll_result(), done(stopped));
    bench.hear("88 30 02 FF 90 51 FF 88 01 00 01 FF");
    assert_eq!(bench.sent(), "88 01 00 01 FF | 81 01 04 07 00 FF", "what else waited goes on");
}

#[test]
fn a_stop_to_a_camera_that_lost_its_number_gives_it_one() {
    let mut bench = Bench::fresh(Wire::Serial);
    bench.session.halt(still(), bench.now);
    assert_eq!(bench.sent(), format!("{STILL} | 88 30 01 FF"));
    let mut bench = Bench::fresh(Wire::Numbered);
    bench.session.halt(still(), bench.now);
    let expected = "02 00 00 01 00 00 00 00 01 | 01 00 00 09 00 00 00 01 81 01 06 01 18 14 03 03 FF";
    assert_eq!(bench.sent(), expected, "the numbers begin anew before it");
}

#[test]
fn the_ack_of_the_motion_is_not_taken_for_that_of_the_stop() {
    let mut bench = Bench::ready();
    let moved = bench.session.steer(left(), bench.now);
    let stopped = bench.session.halt(still(), bench.now);
    assert_eq!(bench.sent(), format!("{LEFT} | {STILL}"));
    bench.hear("90 41 FF");
    assert_eq!((bench.session.poll_result(), bench.result()), (done(moved), None));
    bench.hear("90 42 FF");
    assert_eq!(bench.session.poll_result(), done(stopped));
}

#[test]
fn a_stop_passes_a_full_buffer_and_busy_sockets() {
    let mut bench = Bench::ready();
    bench.command(Command::Recall(1));
    bench.hear("90 41 FF");
    bench.command(Command::Recall(2));
    bench.hear("90 42 FF");
    bench.command(Command::Home);
    bench.sent();
    let stopped = bench.session.halt(still(), bench.now);
    assert_eq!(bench.sent(), STILL);
    bench.hear("90 60 03 FF");
    bench.wait();
    assert_eq!(bench.sent(), STILL, "a moment later again, before the command that waits");
    bench.hear("90 51 FF 90 41 FF");
    assert_eq!(bench.result(), Some(Ok(Answer::Done)), "the first recall");
    assert_eq!(bench.session.poll_result(), done(stopped));
}

#[test]
fn what_was_refused_for_a_full_buffer_is_over_with_the_next_word() {
    let mut bench = Bench::ready();
    let stopped = bench.session.halt(still(), bench.now);
    bench.hear("90 60 03 FF");
    let moved = bench.session.steer(left(), bench.now);
    assert_eq!(bench.sent(), format!("{STILL} | {LEFT}"));
    assert_eq!(bench.session.poll_result(), Some((stopped, Err(Failure::Cancelled))));
    bench.hear("90 60 03 FF");
    bench.session.halt(still(), bench.now);
    assert_eq!(bench.session.poll_result(), Some((moved, Err(Failure::Cancelled))));
    bench.hear("90 41 FF 90 51 FF");
    bench.session.handle_timeout(bench.now + Duration::from_secs(9));
    assert_eq!(bench.sent(), STILL, "the motion never comes back");
}

#[test]
fn a_line_that_answers_nothing_is_not_spoken_to_without_end() {
    let mut bench = Bench::ready();
    for _ in 0..=MAX_WAITING {
        bench.session.halt(still(), bench.now);
    }
    assert_eq!((bench.result(), bench.result()), (Some(Err(Failure::NoAnswer)), None));
}
