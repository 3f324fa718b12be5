//! Over numbered datagrams: SRG-300H Technical Manual p. 31, BRC-X400 Command List p. 12.

use super::*;

const RESET: &str = "02 00 00 01 00 00 00 00 01";
const RESET_DONE: &str = "02 01 00 01 00 00 00 00 01";

/// A session whose numbers have begun.
fn begun() -> Bench {
    let mut bench = Bench::fresh(Wire::Numbered);
    bench.inquire(POWER);
    assert_eq!(bench.sent(), RESET);
    bench.hear(RESET_DONE);
    assert_eq!(bench.sent(), "01 10 00 05 00 00 00 01 81 09 04 00 FF");
    bench.hear("01 11 00 04 00 00 00 01 90 50 02 FF");
    assert_eq!(bench.result(), Some(Ok(Answer::Data(Data::Power(true)))));
    bench
}

#[test]
fn a_command_is_followed_by_its_number() {
    let mut bench = begun();
    let ticket = bench.command(Command::Home);
    assert_eq!(bench.sent(), "01 00 00 05 00 00 00 02 81 01 06 04 FF");
    bench.hear("01 11 00 03 00 00 00 02 90 41 FF");
    bench.hear("01 11 00 03 00 00 00 01 90 51 FF");
    assert_eq!(bench.result(), None, "the completion of an earlier command");
    bench.hear("01 11 00 03 00 00 00 02 90 51 FF");
    assert_eq!(bench.session.poll_result(), done(ticket));
}

#[test]
fn an_answer_under_another_number_answers_nothing() {
    let mut bench = begun();
    bench.inquire(POWER);
    bench.hear("01 11 00 04 00 00 00 01 90 50 02 FF");
    assert_eq!(bench.result(), None, "the duplicate of the first answer");
    bench.hear("01 11 00 04 00 00 00 02 A0 50 02 FF");
    assert_eq!(bench.result(), None, "another address");
    bench.hear("01 11 00 04 00 00 00 02 90 50 03 FF");
    assert_eq!(bench.result(), Some(Ok(Answer::Data(Data::Power(false)))));
    bench.hear("01 11 00 04 00 00 00 02 90 50 03 FF");
    assert_eq!(bench.result(), None, "once");
}

#[test]
fn what_is_not_answered_is_said_again_under_the_same_number() {
    let mut bench = begun();
    bench.command(Command::Home);
    let said = bench.sent();
    bench.wait();
    assert_eq!(bench.sent(), said);
    bench.hear("01 11 00 03 00 00 00 02 90 41 FF");
    bench.hear("01 11 00 03 00 00 00 02 90 51 FF");
    assert_eq!(bench.result(), Some(Ok(Answer::Done)));
    bench.command(Command::Home);
    assert_eq!(bench.sent(), "01 00 00 05 00 00 00 03 81 01 06 04 FF");
}

/// 'Lost: ACK message. Received for retransmission: ERROR (abnormality in the sequence number). The command has been
/// performed; if only the ACK is lost, the completion returns.'
#[test]
fn a_command_whose_ack_was_lost_is_not_done_twice() {
    let mut bench = begun();
    let ticket = bench.command(Command::Home);
    bench.sent();
    bench.wait();
    bench.sent();
    bench.hear("02 01 00 02 00 00 00 02 0F 01");
    assert_eq!((bench.sent().as_str(), bench.result()), ("", None));
    bench.hear("01 11 00 03 00 00 00 02 90 51 FF");
    assert_eq!(bench.session.poll_result(), done(ticket));
}

#[test]
fn a_completion_tells_that_the_command_was_taken() {
    let mut bench = begun();
    let ticket = bench.command(Command::Home);
    bench.hear("01 11 00 03 00 00 00 02 90 51 FF");
    assert_eq!(bench.session.poll_result(), done(ticket));
}

/// 'Lost: reply to the inquiry. … retransmit by updating the sequence number.'
#[test]
fn an_inquiry_whose_answer_was_lost_is_asked_under_a_new_number() {
    let mut bench = begun();
    bench.inquire(POWER);
    bench.sent();
    bench.wait();
    bench.sent();
    bench.hear("02 01 00 02 00 00 00 02 0F 01");
    assert_eq!(bench.sent(), "01 10 00 05 00 00 00 03 81 09 04 00 FF");
    bench.hear("01 11 00 04 00 00 00 03 90 50 03 FF");
    assert_eq!(bench.result(), Some(Ok(Answer::Data(Data::Power(false)))));
}

#[test]
fn a_camera_that_counts_otherwise_begins_anew() {
    let mut bench = begun();
    bench.inquire(POWER);
    bench.sent();
    bench.hear("02 01 00 02 00 00 00 02 0F 01");
    assert_eq!(bench.sent(), RESET);
    bench.hear(RESET_DONE);
    assert_eq!(bench.sent(), "01 10 00 05 00 00 00 01 81 09 04 00 FF");
}

#[test]
fn a_camera_that_never_likes_the_number_ends_the_request() {
    let mut bench = begun();
    bench.inquire(POWER);
    let mut said = bench.sent();
    for _ in 0..10 {
        let number = said.split(' ').skip(4).take(4).collect::<Vec<_>>().join(" ");
        bench.hear(&format!("02 01 00 02 {number} 0F 01"));
        bench.hear(RESET_DONE);
        said = bench.sent().rsplit(" | ").next().unwrap_or_default().to_owned();
    }
    assert!(matches!(bench.result(), Some(Err(Failure::WrongAnswer { .. }))));
}

#[test]
fn a_camera_without_reset_is_asked_all_the_same() {
    let mut bench = Bench::fresh(Wire::Numbered);
    bench.inquire(POWER);
    for _ in 0..3 {
        assert_eq!(bench.sent(), RESET);
        bench.wait();
    }
    assert_eq!(bench.sent(), "01 10 00 05 00 00 00 01 81 09 04 00 FF");
}

#[test]
fn a_kind_of_datagram_that_the_camera_does_not_know_is_a_syntax_error() {
    let mut bench = begun();
    bench.inquire(POWER);
    bench.hear("02 01 00 02 00 00 00 02 0F 02");
    assert_eq!(bench.result(), Some(Err(Failure::Syntax)));
}

#[test]
fn a_full_buffer_is_tried_again_under_a_new_number() {
    let mut bench = begun();
    bench.command(Command::Home);
    bench.sent();
    bench.hear("01 11 00 04 00 00 00 02 90 60 03 FF");
    bench.wait();
    assert_eq!(bench.sent(), "01 00 00 05 00 00 00 03 81 01 06 04 FF");
}

#[test]
fn a_move_that_never_ends_is_cancelled_under_a_number_of_its_own() {
    let mut bench = begun();
    let ticket = bench.command(Command::Home);
    bench.hear("01 11 00 03 00 00 00 02 90 41 FF");
    bench.sent();
    bench.wait();
    assert_eq!(bench.sent(), "01 00 00 03 00 00 00 03 81 21 FF");
    bench.hear("01 11 00 04 00 00 00 03 90 61 04 FF");
    assert_eq!(bench.session.poll_result(), Some((ticket, Err(Failure::NotCompleted))));
}

/// There is no chain behind an address of its own (p. 26: 'Not available for VISCA over IP').
#[test]
fn a_network_change_changes_nothing() {
    let mut bench = begun();
    bench.inquire(POWER);
    bench.sent();
    bench.hear("01 11 00 03 00 00 00 02 90 38 FF");
    assert_eq!((bench.sent().as_str(), bench.result()), ("", None));
    bench.hear("01 11 00 04 00 00 00 02 90 50 02 FF");
    assert_eq!(bench.result(), Some(Ok(Answer::Data(Data::Power(true)))));
}
