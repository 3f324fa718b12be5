//! HQ has two venues hear and see each other, and one of them is here.

use avow_shared::id::VenueId;
use avow_shared::mouth_to_ear::Part;
use avow_shared::wire::FACTS_SINCE;

use super::*;
use crate::probe::mouth_to_ear::Turn;

const TERMINAL: usize = 4;
const ACROSS: usize = 5;

fn config() -> String {
    format!(
        "{CONFIG}[[venue.probe]]\nid = \"terminal\"\nname = \"终端\"\nkind = \"device\"\nprofile = \"codec-http\"\n\
         address = \"10.0.0.9\"\ninterval_s = 600\n\
         [[venue.probe]]\nid = \"across\"\nname = \"双会场互测\"\nkind = \"mouth-to-ear\"\nplay = \"pulse:spk\"\n\
         listen = \"pulse:mic\"\n[[venue]]\nid = \"350102001-02\"\nname = \"二层会商室\"\n"
    )
}

fn world() -> World {
    world_of(&READS)
}

fn world_of(reads: &[u8]) -> World {
    let mut world = World::of(&config(), NOON_MS, ClockQuality::Free, false);
    world.connect_to(reads, 0);
    world.tick(2_500);
    world.end(TERMINAL, Found { in_call: Some(false), ..Found::new(Verdict::Pass, "") });
    world
}

fn venue(text: &str) -> VenueId {
    text.parse().expect("a venue")
}

const HERE: &str = "350102001-01";
const THERE: &str = "350103-01";

fn across(number: u64, venues: [&str; 2], confirmed: bool) -> Vec<u8> {
    order(number, Task::MouthToEar { venues: venues.map(venue), confirmed })
}

fn details(world: &World) -> Vec<(u64, AnswerResult, String)> {
    let answer = |report: &Report| match report {
        Report::Answer(answer) => Some((answer.order, answer.result, answer.detail.to_string())),
        _ => None,
    };
    world.sent.iter().filter_map(answer).collect()
}

fn found(turn: Turn) -> Found {
    let part = Part {
        order: turn.order,
        venue: turn.venue,
        other: turn.other,
        probe: "across".parse().expect("a probe"),
        began: WallTime::default(),
        spoke_us: Some(1),
        heard: vec![],
        seen: vec![],
        lip_sync: None,
        picture: None,
        shows: false,
    };
    Found { part: Some(Box::new(part)), ..Found::new(Verdict::fail("across.silent"), "听不到 350103-01") }
}

fn turn(world: &World) -> Option<Turn> {
    match world.what(ACROSS) {
        Some(What::MouthToEar(turn)) => Some(turn),
        None => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_venue_takes_its_part_in_its_turn_and_hq_hears_the_part_and_then_that_it_is_done() {
    for (number, venues, place) in [(5, [HERE, THERE], 0), (6, [THERE, HERE], 1)] {
        let mut world = world();
        world.receive(across(number, venues, true));
        let turn = turn(&world).expect("it begins at once");
        assert_eq!(turn, Turn { order: number, venue: venue(HERE), other: venue(THERE), place });
        assert!(details(&world).is_empty(), "and is not done before it has ended");
        world.end(ACROSS, found(turn));
        let told = |report: &Report| matches!(report, Report::MouthToEar(part) if part.order == number);
        let done = |report: &Report| matches!(report, Report::Answer(_));
        let (told, done) = (world.sent.iter().position(told), world.sent.iter().position(done));
        assert!(told.expect("a part") < done.expect("an answer"));
        assert_eq!(details(&world), [(number, AnswerResult::Done, "听不到 350103-01".to_owned())]);
        assert_eq!(world.verdicts("across"), [Verdict::fail("across.silent")], "a fault found is a test done");
    }
}

#[test]
fn who_is_not_here_both_of_whom_are_here_or_who_cannot_is_refused_in_words() {
    let mut world = world();
    let both = [HERE, "350102001-02"];
    world.receive(across(5, both, true));
    world.receive(across(6, [THERE, "350104-01"], true));
    world.receive(across(7, ["350102001-02", THERE], true));
    world.receive(across(8, [HERE, THERE], true));
    world.receive(across(9, [HERE, THERE], true));
    let said = details(&world);
    let check = |at: usize, words: &str| {
        assert!(said[at].1 == AnswerResult::Impossible && said[at].2.contains(words), "{:?}", said[at]);
    };
    check(0, "同一台测试终端");
    check(1, "没有这个会场");
    check(2, "没有配置双会场互测");
    check(3, "正忙");
    assert_eq!(said.len(), 4, "8 runs, and 9 comes too late");
}

#[test]
fn nobody_sounds_anything_unless_a_person_confirmed_it_and_against_a_meeting_that_is_told() {
    let mut world = world();
    world.receive(across(5, [HERE, THERE], false));
    assert_eq!(details(&world), [(5, AnswerResult::Impossible, "会议联锁：须先确认".to_owned())]);
    world.ask(Request::Meeting { on: true });
    world.receive(across(6, [HERE, THERE], false));
    assert_eq!(details(&world).last().map(|said| said.2.as_str()), Some("会议联锁：现在有会议"));
    assert!(turn(&world).is_none() && events(&world, "interlock.overridden").is_empty());
    assert_eq!(events(&world, "interlock.refused"), ["指挥大厅 双会场互测：现在有会议，未出声"]);
    world.receive(across(7, [HERE, THERE], true));
    assert!(turn(&world).is_some());
    assert_eq!(events(&world, "interlock.overridden"), ["指挥大厅 双会场互测：现在有会议，经确认仍出声"]);
}

fn proves(number: u64) -> Vec<u8> {
    order(number, Task::Prove { call: 1, venues: [THERE, HERE].map(venue) })
}

#[test]
fn a_roll_call_has_it_take_part_and_overrides_no_meeting() {
    let mut world = world();
    world.receive(proves(5));
    let turn = turn(&world).expect("it begins at once");
    assert_eq!((turn.order, turn.place), (5, 1));
    world.end(ACROSS, found(turn));
    assert_eq!(details(&world), [(5, AnswerResult::Done, "听不到 350103-01".to_owned())]);
    world.ask(Request::Meeting { on: true });
    world.receive(proves(6));
    assert_eq!(details(&world)[1..], [(6, AnswerResult::Impossible, "会议联锁：现在有会议".to_owned())]);
    assert!(self::turn(&world).is_none() && events(&world, "interlock.overridden").is_empty());
}

#[test]
fn a_roll_calls_run_that_waits_for_the_terminal_does_not_begin_once_that_is_in_a_call() {
    let mut world = world();
    world.tick(59_000);
    world.started.clear();
    world.receive(proves(5));
    assert!(turn(&world).is_none(), "the terminal's word is a minute old");
    world.end(TERMINAL, Found { in_call: Some(true), ..Found::new(Verdict::Pass, "") });
    assert!(turn(&world).is_none());
    assert_eq!(details(&world), [(5, AnswerResult::Impossible, "会议联锁".to_owned())]);
}

#[test]
fn in_a_quiet_room_a_confirmed_run_overrides_nothing() {
    let mut world = world();
    world.receive(across(5, [HERE, THERE], true));
    assert!(turn(&world).is_some() && events(&world, "interlock.overridden").is_empty());
    assert!(events(&world, "interlock.refused").is_empty());
}

#[test]
fn a_meeting_ends_a_run_and_hq_hears_why() {
    let mut world = world();
    world.receive(across(5, [HERE, THERE], true));
    world.ask(Request::Meeting { on: true });
    assert_eq!(world.cancelled.len(), 1);
    let ticket = world.cancelled[0];
    world.started.retain(|(running, ..)| *running != ticket);
    world.apply(Event::Ended { ticket, ended: Ended::Aborted, took_ms: 7 });
    assert_eq!(details(&world), [(5, AnswerResult::Impossible, "会议联锁".to_owned())]);
    assert!(!world.sent.iter().any(|report| matches!(report, Report::MouthToEar(_))));
}

#[test]
fn the_terminal_is_asked_while_it_sounds() {
    let mut world = world();
    world.tick(59_000);
    world.started.clear();
    world.receive(across(5, [HERE, THERE], true));
    world.tick(world.now.mono_ms + 600);
    assert!(world.what(TERMINAL).is_some(), "its word is a minute old");
}

#[test]
fn an_hq_that_does_not_read_parts_gets_the_answer_and_the_outcome() {
    let mut world = world_of(&[1, FACTS_SINCE]);
    world.receive(across(5, [HERE, THERE], true));
    let turn = turn(&world).expect("it runs");
    world.end(ACROSS, found(turn));
    assert_eq!((answers(&world), world.verdicts("across").len()), (vec![(5, AnswerResult::Done)], 1));
    assert!(!world.sent.iter().any(|report| matches!(report, Report::MouthToEar(_))));
}

#[test]
fn no_schedule_begins_one() {
    let mut world = World::of(&config(), NOON_MS, ClockQuality::Free, false);
    for _ in 0..20 {
        world.tick(world.now.mono_ms + 3_600_000);
        assert_eq!(world.what(ACROSS), None);
        world.started.clear();
    }
}
