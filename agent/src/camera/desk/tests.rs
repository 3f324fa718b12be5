//! The desk over a pipe, in paused time: what passes what, and what stops.

use avow_shared::camera::Position;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

use super::*;
use crate::camera::line::Line;
use crate::camera::visca::Visca;
use crate::visca::session::Wire;

const LEASE: Duration = Duration::from_millis(400);
const LEFT: Motion = Motion { pan: -100, ..Motion::STILL };
const LEFT_BYTES: &str = "81 01 06 01 18 01 01 03 FF";
const STILL_BYTES: &str = "81 01 06 01 18 14 03 03 FF";

/// The camera's end of a line: a test says what it says.
struct Wheel(DuplexStream);

fn desk() -> (Desk, Wheel) {
    let (ours, theirs) = tokio::io::duplex(256);
    (Desk::of(Backend::Visca(Visca::at(Line::stream(ours), Wire::Bare))), Wheel(theirs))
}

impl Wheel {
    /// The next frame; fails when none comes within a minute.
    async fn frame(&mut self) -> String {
        let mut frame = Vec::new();
        while frame.last() != Some(&0xff) {
            let byte = tokio::time::timeout(Duration::from_secs(90), self.0.read_u8()).await;
            frame.push(byte.expect("in time").expect("the line is there"));
        }
        crate::visca::codec::hex(&frame)
    }

    async fn say(&mut self, text: &str) {
        let bytes: Vec<u8> =
            text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).expect("hexadecimal")).collect();
        self.0.write_all(&bytes).await.expect("the line is there");
    }
}

#[tokio::test(start_paused = true)]
async fn a_command_is_on_the_wire_at_once_while_a_probe_waits_for_an_answer_that_never_comes() {
    let (desk, mut camera) = desk();
    let probe = desk.camera(1, Lane::Probe);
    for _ in 0..8 {
        let probe = probe.clone();
        tokio::spawn(async move { probe.ask(Question::Position).await });
    }
    assert_eq!(camera.frame().await, "81 09 06 12 FF");
    tokio::time::advance(Duration::from_millis(137)).await;
    let asked = Instant::now();
    let person = desk.camera(1, Lane::Person);
    let home = tokio::spawn(async move { person.command(Command::Home).await });
    assert_eq!(camera.frame().await, "81 01 06 04 FF");
    assert_eq!(asked.elapsed(), Duration::ZERO, "polling adds nothing");
    camera.say("90 41 FF 90 51 FF").await;
    home.await.expect("it ends").expect("the camera obeyed");
}

#[tokio::test(start_paused = true)]
async fn a_hand_that_is_gone_does_not_pan_on() {
    let (desk, mut camera) = desk();
    let began = Instant::now();
    drop(desk.steer(1, LEFT, LEASE));
    assert_eq!(camera.frame().await, LEFT_BYTES);
    camera.say("90 41 FF 90 51 FF").await;
    assert_eq!(camera.frame().await, STILL_BYTES);
    assert_eq!(began.elapsed(), LEASE);
    assert_eq!(camera.frame().await, STILL_BYTES, "said again, since the camera does not take it");
    camera.say("90 41 FF 90 51 FF").await;
    let later = tokio::time::timeout(Duration::from_secs(70), camera.0.read_u8()).await;
    assert!(later.is_err(), "and not again once it has");
}

#[tokio::test(start_paused = true)]
async fn a_button_that_is_held_keeps_the_camera_moving_without_a_word_more() {
    let (desk, mut camera) = desk();
    let person = desk.camera(1, Lane::Person);
    let hand = tokio::spawn(async move {
        for _ in 0..10 {
            person.steer(LEFT, LEASE).await.expect("the camera takes it");
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
        person.steer(Motion::STILL, LEASE).await.expect("the camera takes it");
        Instant::now()
    });
    let began = Instant::now();
    assert_eq!(camera.frame().await, LEFT_BYTES);
    camera.say("90 41 FF 90 51 FF").await;
    assert_eq!(camera.frame().await, STILL_BYTES);
    assert_eq!(began.elapsed(), Duration::from_millis(1_500), "at the word, not at the end of a lease");
    camera.say("90 42 FF 90 52 FF").await;
    hand.await.expect("it ends");
}

#[tokio::test(start_paused = true)]
async fn the_interlock_and_the_end_of_the_desk_stop_what_moves() {
    for ends in [false, true] {
        let (desk, mut camera) = desk();
        let began = Instant::now();
        drop(desk.steer(1, LEFT, LEASE));
        assert_eq!(camera.frame().await, LEFT_BYTES);
        camera.say("90 41 FF 90 51 FF").await;
        let (mut kept, mut left) = (None, None);
        if ends {
            left = Some(tokio::spawn(desk.close()));
        } else {
            desk.halt();
            kept = Some(desk);
        }
        assert_eq!((camera.frame().await, began.elapsed()), (STILL_BYTES.to_owned(), Duration::ZERO));
        camera.say("90 41 FF 90 51 FF").await;
        if let Some(left) = left {
            left.await.expect("it ends");
            assert!(camera.0.read_u8().await.is_err(), "the line is left");
        }
        drop(kept);
    }
}

#[tokio::test(start_paused = true)]
async fn a_desk_does_not_wait_for_ever_for_a_camera_that_takes_no_stop() {
    let (desk, mut camera) = desk();
    drop(desk.steer(1, LEFT, LEASE));
    camera.frame().await;
    let began = Instant::now();
    desk.close().await;
    assert_eq!(began.elapsed(), LAST_STOP);
}

#[tokio::test(start_paused = true)]
async fn a_line_that_is_lost_ends_what_waits() {
    let (desk, mut camera) = desk();
    let probe = desk.camera(1, Lane::Probe);
    let asked = tokio::spawn(async move { probe.ask(Question::Power).await });
    camera.frame().await;
    drop(camera);
    assert!(matches!(asked.await.expect("it ends"), Err(Trouble::Closed)));
}

#[tokio::test(start_paused = true)]
async fn what_needs_several_requests_is_answered_as_one() {
    let (desk, mut camera) = desk();
    let person = desk.camera(1, Lane::Person);
    let asked = tokio::spawn(async move { person.ask(Question::Position).await });
    assert_eq!(camera.frame().await, "81 09 06 12 FF");
    camera.say("90 50 00 00 06 04 0F 0F 0F 06 FF").await;
    assert_eq!(camera.frame().await, "81 09 04 47 FF");
    camera.say("90 50 00 03 0E 08 FF").await;
    let position = Position { pan: 100, tilt: -10, zoom: 1000 };
    assert_eq!(asked.await.expect("it ends").expect("an answer"), Answer::Position(position));
}

/// In real time, since connections are; the lease would run out later than the stop comes.
#[tokio::test]
async fn a_line_that_is_lost_in_the_middle_of_a_motion_is_opened_again_for_the_stop() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = format!("visca-tcp://{}", listener.local_addr().expect("an address")).parse().expect("a port");
    let desk = crate::camera::reach::Reach::Visca { port, baud: 9600, wiring: crate::serial::Wiring::Plain }.desk();
    drop(desk.steer(1, LEFT, LEASE));
    let (mut line, _) = listener.accept().await.expect("a connection");
    let mut frame = [0; 9];
    line.read_exact(&mut frame).await.expect("a frame");
    assert_eq!(crate::visca::codec::hex(&frame), LEFT_BYTES);
    let began = Instant::now();
    drop(line);
    let (mut line, _) = listener.accept().await.expect("another connection");
    line.read_exact(&mut frame).await.expect("a frame");
    assert_eq!(crate::visca::codec::hex(&frame), STILL_BYTES);
    assert!(began.elapsed() < LEASE, "not at the end of the lease, but when the line was lost");
}
