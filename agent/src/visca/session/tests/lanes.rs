//! Several requests at once: both sockets, commands before polling, cancelling.

use super::*;

#[test]
fn a_command_passes_the_inquiries_and_waits_for_none() {
    let mut bench = Bench::ready();
    let asked = bench.inquire(Inquiry::PanTilt);
    bench.inquire(Inquiry::Zoom);
    let home = bench.command(Command::Home);
    assert_eq!(bench.sent(), "81 09 06 12 FF | 81 01 06 04 FF", "before the answer, and before the zoom");
    bench.hear(PAN_TILT);
    assert_eq!(bench.session.poll_result(), Some((asked, Ok(Answer::Data(aim(10, 5))))));
    bench.hear("90 41 FF");
    assert_eq!(bench.sent(), "81 09 04 47 FF", "polling goes on while the camera moves");
    bench.hear("90 51 FF");
    assert_eq!(bench.session.poll_result(), done(home));
}

#[test]
fn polling_that_gets_no_answer_does_not_hold_a_command_up() {
    let mut bench = Bench::ready();
    bench.inquire(Inquiry::PanTilt);
    bench.wait();
    assert_eq!(bench.sent(), "81 09 06 12 FF | 81 01 00 01 FF", "the fence is under way");
    let home = bench.command(Command::Home);
    assert_eq!(bench.sent(), "81 01 06 04 FF");
    bench.hear("90 41 FF");
    bench.wait();
    assert_eq!(bench.sent(), "", "a second IF_Clear would stop the move");
    bench.hear("90 51 FF");
    assert_eq!(bench.session.poll_result(), done(home));
    assert_eq!(bench.sent(), "81 01 00 01 FF", "now it may");
    bench.hear("90 50 FF");
    assert_eq!(bench.sent(), "81 09 06 12 FF");
}

#[test]
fn two_commands_run_and_the_third_waits() {
    let mut bench = Bench::ready();
    let first = bench.command(Command::Recall(1));
    let second = bench.command(Command::Focus(super::super::super::codec::Focus::Once));
    let third = bench.command(Command::Home);
    assert_eq!(bench.sent(), "81 01 04 3F 02 01 FF", "the second waits for the first ACK: whose would the next be?");
    bench.hear("90 41 FF");
    assert_eq!(bench.sent(), "81 01 04 18 01 FF");
    bench.hear("90 42 FF");
    assert_eq!(bench.sent(), "", "both sockets are taken");
    bench.hear("90 52 FF");
    assert_eq!(bench.session.poll_result(), done(second));
    assert_eq!(bench.sent(), "81 01 06 04 FF");
    bench.hear("90 42 FF 90 51 FF 90 52 FF");
    assert_eq!(bench.session.poll_result(), done(first));
    assert_eq!(bench.session.poll_result(), done(third));
}

#[test]
fn a_refusal_is_for_what_was_sent_first() {
    let mut bench = Bench::fresh(Wire::Bare);
    let asked = bench.inquire(Inquiry::Focus);
    let home = bench.command(Command::Home);
    bench.hear("90 60 02 FF 90 61 41 FF");
    assert_eq!(bench.session.poll_result(), Some((asked, Err(Failure::Syntax))));
    assert_eq!(bench.session.poll_result(), Some((home, Err(Failure::NotExecutable))));
}

#[test]
fn a_full_buffer_holds_up_commands_and_no_inquiry() {
    let mut bench = Bench::ready();
    bench.command(Command::Home);
    bench.command(Command::Recall(1));
    bench.sent();
    bench.hear("90 60 03 FF");
    bench.inquire(POWER);
    assert_eq!(bench.sent(), "81 09 04 00 FF");
    bench.hear("90 50 02 FF");
    bench.wait();
    assert_eq!(bench.sent(), "81 01 06 04 FF", "the first is still the first");
}

#[test]
fn a_command_that_runs_is_cancelled_by_its_socket() {
    let mut bench = Bench::ready();
    let ticket = bench.command(Command::Recall(1));
    bench.hear("90 42 FF");
    bench.sent();
    bench.session.cancel(ticket, bench.now);
    assert_eq!(bench.sent(), "81 22 FF");
    bench.hear("90 62 04 FF");
    assert_eq!(bench.session.poll_result(), Some((ticket, Err(Failure::Cancelled))));
    assert_eq!(bench.session.poll_timeout(), None);
}

#[test]
fn one_that_ended_before_it_could_be_cancelled_is_done() {
    let mut bench = Bench::ready();
    let ticket = bench.command(Command::Recall(1));
    bench.hear("90 41 FF");
    bench.session.cancel(ticket, bench.now);
    bench.hear("90 61 05 FF");
    assert_eq!(bench.session.poll_result(), done(ticket));
}

#[test]
fn a_move_that_never_ends_is_said_and_its_socket_freed() {
    let mut bench = Bench::ready();
    let ticket = bench.command(Command::Home);
    bench.hear("90 41 FF");
    bench.sent();
    bench.wait();
    assert_eq!(bench.sent(), "81 21 FF");
    bench.hear("90 61 04 FF");
    assert_eq!(bench.session.poll_result(), Some((ticket, Err(Failure::NotCompleted))));
}

#[test]
fn a_lost_completion_is_found_out() {
    let mut bench = Bench::ready();
    let ticket = bench.command(Command::Home);
    bench.hear("90 41 FF");
    bench.wait();
    bench.hear("90 61 05 FF");
    assert_eq!(bench.session.poll_result(), done(ticket), "no socket: it has ended");

    let first = bench.command(Command::Recall(1));
    bench.hear("90 41 FF");
    let second = bench.command(Command::Recall(2));
    bench.hear("90 41 FF");
    assert_eq!(bench.session.poll_result(), done(first), "its socket was given to the next");
    bench.hear("90 51 FF");
    assert_eq!(bench.session.poll_result(), done(second));
}

#[test]
fn a_camera_that_does_not_even_cancel_is_fenced_off() {
    let mut bench = Bench::ready();
    bench.command(Command::Home);
    bench.hear("90 41 FF");
    bench.wait();
    bench.wait();
    assert_eq!(bench.result(), Some(Err(Failure::NotCompleted)));
    bench.sent();
    let again = bench.command(Command::Home);
    bench.hear("90 51 FF");
    assert_eq!(bench.sent(), "81 01 00 01 FF", "the late completion of the first move stands before the fence");
    bench.hear("90 50 FF 90 41 FF");
    assert_eq!(bench.result(), None);
    bench.hear("90 51 FF");
    assert_eq!(bench.session.poll_result(), done(again));
}

#[test]
fn what_a_person_cancels_at_the_remote_control_is_said() {
    let mut bench = Bench::ready();
    bench.command(Command::Home);
    bench.hear("90 41 FF 90 61 04 FF");
    assert_eq!(bench.result(), Some(Err(Failure::Cancelled)));
}

#[test]
fn what_waits_can_be_taken_back_and_is_never_sent() {
    let mut bench = Bench::ready();
    bench.command(Command::Home);
    let second = bench.command(Command::Recall(2));
    bench.session.cancel(second, bench.now);
    assert_eq!(bench.session.poll_result(), Some((second, Err(Failure::Cancelled))));
    bench.hear("90 41 FF 90 51 FF");
    assert_eq!(bench.sent(), "81 01 06 04 FF");
}

#[test]
fn no_more_wait_than_may_wait() {
    let mut bench = Bench::ready();
    for _ in 0..=MAX_WAITING {
        bench.command(Command::Home);
    }
    assert_eq!(bench.result(), None, "one is sent, the others wait");
    let last = bench.command(Command::Home);
    assert_eq!(bench.session.poll_result(), Some((last, Err(Failure::Busy))));
}

#[test]
fn a_restart_says_everything_again() {
    let mut bench = Bench::ready();
    let first = bench.command(Command::Recall(1));
    bench.hear("90 41 FF");
    let second = bench.command(Command::Home);
    let asked = bench.inquire(POWER);
    bench.sent();
    bench.hear("90 38 FF 88 30 02 FF 88 01 00 01 FF 90 50 02 FF");
    bench.hear("90 41 FF 90 42 FF 90 51 FF 90 52 FF");
    let mut ended: Vec<_> = std::iter::from_fn(|| bench.session.poll_result()).collect();
    ended.sort_by_key(|(ticket, _)| ticket.0);
    let power = Ok(Answer::Data(Data::Power(true)));
    assert_eq!(ended, [(first, Ok(Answer::Done)), (second, Ok(Answer::Done)), (asked, power)]);
}

#[test]
fn an_ack_of_another_controller_completes_nothing_of_ours() {
    for (heard, said) in [
        ("90 41 FF 90 42 FF", ["90 51 FF", "90 52 FF"]),
        ("90 42 FF 90 41 FF", ["90 51 FF", "90 52 FF"]),
        ("90 41 FF 90 42 FF", ["90 52 FF", "90 51 FF"]),
    ] {
        let mut bench = Bench::ready();
        let ticket = bench.command(Command::Recall(1));
        bench.sent();
        bench.hear(heard);
        assert!(bench.session.has_company(), "two ACKs of one command");
        bench.hear(said[0]);
        assert_eq!(bench.result(), None, "{heard}: whose is it?");
        bench.hear(said[1]);
        assert_eq!(bench.session.poll_result(), done(ticket), "{heard}");
    }
}

#[test]
fn a_full_buffer_behind_two_acks_is_the_word_on_ours() {
    let mut bench = Bench::ready();
    let ticket = bench.command(Command::Recall(1));
    bench.sent();
    bench.hear("90 41 FF 90 42 FF 90 60 03 FF 90 51 FF 90 52 FF");
    assert_eq!(bench.result(), None);
    bench.wait();
    assert_eq!(bench.sent(), "81 01 04 3F 02 01 FF");
    bench.hear("90 41 FF 90 51 FF");
    assert_eq!(bench.session.poll_result(), done(ticket));
}

#[test]
fn what_arrives_twice_is_no_other_controller() {
    let mut bench = Bench::ready();
    bench.command(Command::Recall(1));
    bench.hear("90 41 FF 90 41 FF 90 51 FF 90 51 FF");
    assert_eq!(bench.result(), Some(Ok(Answer::Done)));
    let given_up = bench.command(Command::Home);
    bench.session.cancel(given_up, bench.now);
    bench.hear("90 41 FF");
    assert!(!bench.session.has_company(), "a late word is ours");
}
