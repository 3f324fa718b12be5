//! Hands at the wheel and commands from HQ: what passes, what is passed over, and what is never written.

use avow_shared::wire::{MAX_STEER_AGE_MS, Steer};

use super::*;

const LEFT: Motion = Motion { pan: -50, ..Motion::STILL };

fn held(motion: Motion, agreed: Option<bool>) -> Request {
    Request::Steer { name: "unlisted".into(), motion, lease_ms: 400, agreed }
}

fn steer(world: &World, sequence: u64) -> Steer {
    Steer {
        to: world.agent.reporter().id(),
        boot_nonce: [4; 16],
        sequence,
        hq_ms: world.now.wall.at_ms,
        venue: "350102001-01".parse().expect("a venue"),
        probe: "unlisted".parse().expect("a probe"),
        motion: LEFT,
        lease_ms: 300,
        confirmed: false,
    }
}

#[test]
fn a_hand_at_the_box_passes_the_interlock_with_every_renewal_and_a_stop_always() {
    let mut world = World::noon();
    world.ask(held(LEFT, None));
    assert_eq!(world.steered, [(UNLISTED, LEFT, 400)], "a free room needs no word");
    world.ask(Request::Meeting { on: true });
    assert_eq!(world.halted, 1, "what moves is stopped when a meeting begins");
    world.ask(held(LEFT, None));
    assert!(
        matches!(world.replies.pop(), Some(Reply::Ask(questions)) if questions[0].against == Some(Against::Meeting))
    );
    world.ask(held(LEFT, Some(false)));
    assert!(matches!(world.replies.pop(), Some(Reply::Checked(_))));
    world.ask(held(Motion::STILL, None));
    let moved: Vec<_> = world.steered.iter().filter(|(_, motion, _)| !motion.is_still()).collect();
    assert_eq!((moved.len(), world.steered.len()), (1, 3), "the refusal stops it too");
}

#[test]
fn what_a_person_confirms_into_a_meeting_is_told_once_while_he_holds_the_button() {
    let mut world = World::at(NOON_MS, ClockQuality::Free, true);
    world.connect();
    for step in 0..20 {
        world.now.mono_ms += 150;
        world.ask(held(LEFT, Some(true)));
        assert_eq!(world.steered.len(), step + 1);
    }
    assert_eq!(events(&world, "interlock.overridden").len(), 1);
}

#[test]
fn a_motion_or_a_lease_beyond_the_bounds_is_wrong() {
    let mut world = World::noon();
    for (motion, lease_ms) in [(Motion { pan: 101, ..LEFT }, 400), (LEFT, 0), (LEFT, 401)] {
        world.ask(Request::Steer { name: "unlisted".into(), motion, lease_ms, agreed: None });
        assert!(matches!(world.replies.pop(), Some(Reply::Wrong { .. })));
    }
    assert!(world.steered.is_empty());
}

#[test]
fn hq_steers_and_nothing_is_written_for_it() {
    let mut world = World::noon();
    world.connect();
    let produced = world.agent.reporter().keeper().ledger().produced();
    let remembered = world.remembered;
    for sequence in 1..100 {
        world.receive(steer(&world, sequence).seal(&hq()));
    }
    assert_eq!((world.steered.len(), world.steered[0]), (99, (UNLISTED, LEFT, 300)));
    assert_eq!(world.agent.reporter().keeper().ledger().produced(), produced, "no report");
    assert_eq!(world.remembered, remembered, "no memory");
}

/// Whether a message moves the camera at all.
#[track_caller]
fn check(world: &mut World, bytes: Vec<u8>, moves: bool) {
    let before = world.steered.len();
    world.receive(bytes);
    assert_eq!(world.steered.len() > before, moves);
}

#[test]
fn a_hand_that_is_old_repeated_foreign_or_of_another_start_is_not_felt() {
    let mut world = World::noon();
    world.connect();
    let good = steer(&world, 10);
    check(&mut world, good.seal(&hq()), true);
    check(&mut world, good.seal(&hq()), false);
    check(&mut world, Steer { sequence: 9, ..good.clone() }.seal(&hq()), false);
    check(&mut world, Steer { sequence: 11, boot_nonce: [5; 16], ..good.clone() }.seal(&hq()), false);
    check(&mut world, Steer { sequence: 11, to: AgentId([8; 16]), ..good.clone() }.seal(&hq()), false);
    check(&mut world, Steer { sequence: 11, ..good.clone() }.seal(&Signer::from_seed(&[1; 32])), false);
    let nowhere = "host".parse().expect("a probe");
    check(&mut world, Steer { sequence: 11, probe: nowhere, ..good.clone() }.seal(&hq()), false);
    world.now.mono_ms += MAX_STEER_AGE_MS + 1;
    world.now.wall.at_ms += MAX_STEER_AGE_MS + 1;
    check(&mut world, Steer { sequence: 12, ..good.clone() }.seal(&hq()), false);
    let hq_ms = good.hq_ms + 1;
    check(&mut world, Steer { sequence: 13, hq_ms, ..good.clone() }.seal(&hq()), true);
    let other = "listed".parse().expect("a probe");
    check(&mut world, Steer { sequence: 1, probe: other, hq_ms, ..good }.seal(&hq()), true);
}

#[test]
fn a_box_whose_clock_is_wrong_believes_what_hq_said_of_the_time() {
    let mut world = World::at(NIGHT_MS, ClockQuality::Free, false);
    world.now.wall.at_ms = NOON_MS;
    world.connect();
    world.now.wall.at_ms = NOON_MS + 3_600_000;
    let hand = Steer { hq_ms: NOON_MS, ..steer(&world, 1) };
    check(&mut world, hand.seal(&hq()), true);
}

#[test]
fn in_a_meeting_hq_moves_nothing_unless_it_confirms_and_is_told_why() {
    let mut world = World::at(NOON_MS, ClockQuality::Free, true);
    world.connect();
    for sequence in 1..20 {
        world.receive(steer(&world, sequence).seal(&hq()));
    }
    assert!(world.steered.iter().all(|(_, motion, _)| motion.is_still()));
    assert_eq!(events(&world, "camera.not-steered"), ["指挥大厅 全景：现在有会议，中心的操纵未执行"]);
    let stop = Steer { motion: Motion::STILL, ..steer(&world, 30) };
    check(&mut world, stop.seal(&hq()), true);
    let confirmed = Steer { confirmed: true, ..steer(&world, 31) };
    world.receive(confirmed.seal(&hq()));
    assert_eq!(world.steered.last(), Some(&(UNLISTED, LEFT, 300)));
}

#[test]
fn after_a_persons_hand_the_schedule_leaves_the_camera_where_it_is() {
    let mut world = World::noon();
    world.ask(Request::Steer { name: "listed".into(), motion: LEFT, lease_ms: 400, agreed: None });
    world.tick(3_000);
    assert_eq!(world.what(LISTED), Some(ASKED));
    world.end(LISTED, Found::new(Verdict::Pass, ""));
    world.tick(80_000);
    assert_eq!(world.what(LISTED), Some(MOVED), "a minute later it moves again");
}

fn told(world: &World) -> Vec<(u64, AnswerResult, String)> {
    let answer = |report: &Report| match report {
        Report::Answer(answer) => Some((answer.order, answer.result, answer.detail.to_string())),
        _ => None,
    };
    world.sent.iter().filter_map(answer).collect()
}

fn camera_order(number: u64, probe: &str, command: Command, confirmed: bool) -> Vec<u8> {
    let (venue, probe) = ("350102001-01".parse().expect("a venue"), probe.parse().expect("a probe"));
    order(number, Task::Camera { venue, probe, command, confirmed })
}

#[test]
fn an_order_to_a_camera_is_answered_with_what_the_camera_said() {
    let mut world = World::noon();
    world.connect();
    world.receive(camera_order(1, "unlisted", Command::Recall(3), false));
    world.receive(camera_order(1, "unlisted", Command::Recall(3), false));
    assert_eq!(world.started.len(), 1, "once");
    assert_eq!(world.what(UNLISTED), Some(What::Camera(Command::Recall(3))));
    world.end(UNLISTED, Found::new(Verdict::Pass, "水平 300"));
    world.receive(camera_order(2, "unlisted", Command::Home, false));
    world.end(UNLISTED, Found::new(Verdict::fail("camera.no-answer"), "摄像机无应答"));
    world.receive(camera_order(3, "host", Command::Home, false));
    let expected = [
        (1, AnswerResult::Done, "水平 300"),
        (2, AnswerResult::Impossible, "摄像机无应答"),
        (3, AnswerResult::Impossible, "没有这台摄像机"),
    ];
    assert_eq!(told(&world), expected.map(|(order, result, text)| (order, result, text.to_owned())));
}

#[test]
fn the_wheel_is_asked_for_like_a_motion_and_answered_like_a_question() {
    for (meeting, confirmed, refused) in [(false, false, false), (true, false, true), (true, true, false)] {
        let mut world = World::at(NOON_MS, ClockQuality::Free, meeting);
        world.connect();
        world.receive(camera_order(1, "unlisted", Command::Wheel, confirmed));
        let expected = if refused {
            (1, AnswerResult::Impossible, "会议联锁：现在有会议".to_owned())
        } else {
            assert_eq!(world.what(UNLISTED), Some(What::Camera(Command::Wheel)));
            world.end(UNLISTED, Found::new(Verdict::Pass, "水平 300"));
            (1, AnswerResult::Done, "水平 300".to_owned())
        };
        assert_eq!(told(&world), [expected], "meeting {meeting}, confirmed {confirmed}");
    }
}

#[test]
fn an_order_to_a_camera_passes_the_interlock() {
    let mut world = World::at(NOON_MS, ClockQuality::Free, true);
    world.connect();
    world.receive(camera_order(1, "unlisted", Command::Home, false));
    assert_eq!(told(&world), [(1, AnswerResult::Impossible, "会议联锁：现在有会议".to_owned())]);
    assert!(world.what(UNLISTED).is_none());
    assert_eq!(events(&world, "interlock.refused"), ["指挥大厅 全景：现在有会议，未转动"]);
    world.receive(camera_order(2, "unlisted", Command::Ask, false));
    assert_eq!(world.what(UNLISTED), Some(What::Camera(Command::Ask)));
    world.end(UNLISTED, Found::new(Verdict::Pass, ""));
    world.receive(camera_order(3, "unlisted", Command::Home, true));
    assert_eq!(world.what(UNLISTED), Some(What::Camera(Command::Home)));
    assert_eq!(events(&world, "interlock.overridden").len(), 1);
}

proptest! {
    // Each hand from HQ is signed and checked, which takes its time in a build for debugging.
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn whatever_hq_and_people_do_nothing_is_told_to_move_in_a_meeting_unconfirmed(
        hands in prop::collection::vec((-1i8..=1, any::<bool>(), any::<bool>(), 0u64..3_000), 1..20),
    ) {
        let mut world = World::noon();
        world.connect();
        let (mut meeting, mut sequence) = (false, 0);
        for (pan, confirmed, by_hq, later) in hands {
            world.tick(world.now.mono_ms + later);
            if later % 7 == 0 {
                meeting = !meeting;
                world.ask(Request::Meeting { on: meeting });
            }
            let motion = Motion { pan, ..Motion::STILL };
            let before = world.steered.len();
            if by_hq {
                sequence += 1;
                let hand = Steer { motion, confirmed, ..steer(&world, sequence) };
                world.receive(hand.seal(&hq()));
            } else {
                world.ask(held(motion, Some(confirmed)));
            }
            for (_, motion, _) in &world.steered[before..] {
                prop_assert!(motion.is_still() || !meeting || confirmed);
            }
        }
    }
}
