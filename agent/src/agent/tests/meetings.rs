//! HQ's meetings in the whole agent: what it refuses, what it ends, what it tells and remembers.

use avow_shared::interlock::Meetings as Word;

use super::*;

const MINUTE_MS: u64 = 60_000;
const INTERLOCKED: Verdict =
    Verdict::Unknown { why: Why::Interlocked { wanted: Disturbance::Picture, allowed: Disturbance::Line } };

impl World {
    /// HQ's list of now, with these windows, in milliseconds from now.
    pub(super) fn listed(&mut self, windows: &[(u64, u64)]) {
        let hq_ms = NOON_MS + self.now.mono_ms;
        let window = |(from, to): &(u64, u64)| Window { venue: None, from_ms: hq_ms + from, to_ms: hq_ms + to };
        let list = MeetingList { as_of_ms: hq_ms, windows: windows.iter().map(window).collect() };
        self.told_list(list);
    }

    pub(super) fn told_list(&mut self, list: MeetingList) {
        let scope = Scope::Agents(vec![self.agent.reporter().id()]);
        // As late as may be: a list is no order that expires.
        let order = Order { number: 1, given_ms: 1, expires_ms: 2, scope, task: Task::Meetings(list) };
        self.receive(order.seal(&hq()));
    }

    /// Time goes on, by both clocks.
    pub(super) fn pass(&mut self, ms: u64) {
        self.now.wall.at_ms += ms;
        self.tick(self.now.mono_ms + ms);
    }

    fn pictures(&mut self) -> Option<Verdict> {
        for _ in 0..12 {
            self.pass(1_000);
            while let Some(at) = self.started.first().map(|(_, at, _)| *at) {
                self.end(at, Found::new(Verdict::Pass, ""));
            }
        }
        self.agent.last[PICTURE].clone()
    }
}

fn world() -> World {
    let mut world = World::noon();
    world.connect();
    // What comes now is newer than what it was told in its earlier life.
    world.pass(1);
    world
}

fn codes(world: &World) -> Vec<String> {
    let of = |report: &Report| match report {
        Report::Event(event) if event.code.as_str().starts_with("meeting.") => Some(event.code.to_string()),
        _ => None,
    };
    let mut codes: Vec<String> = world.sent.iter().filter_map(of).collect();
    // Nobody acknowledges here: what was sent is sent again.
    codes.dedup();
    codes
}

#[test]
fn a_meeting_of_hqs_refuses_pictures_ends_with_its_window_and_is_told_once() {
    let mut world = world();
    assert_eq!(world.pictures(), Some(Verdict::Pass));
    world.listed(&[(MINUTE_MS, 2 * MINUTE_MS)]);
    assert_eq!((world.pictures(), codes(&world).len()), (Some(Verdict::Pass), 0));
    world.pass(MINUTE_MS);
    assert_eq!((world.pictures(), world.halted), (Some(INTERLOCKED), 1));
    assert_eq!(codes(&world), ["meeting.began"]);
    world.pass(MINUTE_MS);
    assert_eq!(world.pictures(), Some(Verdict::Pass));
    assert_eq!(codes(&world), ["meeting.began", "meeting.ended"]);
}

#[test]
fn watches_go_on_during_a_meeting_and_in_a_call() {
    let watches = "[[venue.probe]]\nid = \"far-end\"\nname = \"远端声音\"\nkind = \"listen\"\nsource = \"pulse:far\"\n\
                   interval_s = 2\n[[venue.probe]]\nid = \"alive\"\nname = \"画面\"\nkind = \"picture\"\nwatch = true\n\
                   source = \"rtsp://10.0.0.9/live\"\ninterval_s = 2\n[[venue.probe]]\nid = \"terminal\"\nname = \"终端\"\n\
                   kind = \"device\"\nprofile = \"codec-http\"\naddress = \"10.0.0.9\"\ninterval_s = 2\n";
    let [far_end, alive, terminal] = [4, 5, 6];
    let mut world = World::of(&format!("{CONFIG}{watches}"), NOON_MS, ClockQuality::Free, false);
    world.connect();
    world.listed(&[(0, 60 * MINUTE_MS)]);
    let mut ran = Vec::new();
    for _ in 0..30 {
        world.pass(1_000);
        while let Some(at) = world.started.first().map(|(_, at, _)| *at) {
            ran.push(at);
            let in_call = (at == terminal).then_some(true);
            world.end(at, Found { in_call, ..Found::new(Verdict::Pass, "") });
        }
    }
    let times = |of: usize| ran.iter().filter(|at| **at == of).count();
    assert!([far_end, alive, terminal].iter().all(|at| times(*at) > 5), "{ran:?}");
    assert_eq!(times(PICTURE), 0, "what occupies an input does not");
}

#[test]
fn it_is_awake_when_a_meeting_begins_and_ends_a_test_then() {
    let mut world = world();
    world.tick(3_000);
    assert_eq!(world.what(LISTED), Some(MOVED));
    world.listed(&[(500, MINUTE_MS)]);
    let ticket = world.started.iter().find(|(_, at, _)| *at == LISTED).expect("runs").0;
    while world.cancelled.is_empty() {
        let wake = world.agent.wake_ms(world.now);
        assert!(wake <= 3_500 && wake > world.now.mono_ms, "{wake}");
        world.tick(wake);
    }
    assert_eq!(world.cancelled, [ticket]);
}

#[test]
fn a_list_that_has_a_meeting_now_ends_a_test_at_once_and_one_that_has_none_any_more_frees_the_room() {
    let mut world = world();
    world.tick(3_000);
    world.listed(&[(0, MINUTE_MS)]);
    assert_eq!((world.cancelled.len(), codes(&world)), (1, vec!["meeting.began".to_owned()]));
    world.pass(10);
    world.listed(&[]);
    assert_eq!(codes(&world), ["meeting.began", "meeting.ended"]);
    assert_eq!(world.pictures(), Some(Verdict::Pass));
}

#[test]
fn what_was_refused_before_hq_told_of_meetings_runs_as_soon_as_it_has() {
    let daily = SWITCHES.replace("interval_s = 10", "interval_s = 86400");
    let mut world = World::after(Past::default(), &daily, NOON_MS, ClockQuality::Free);
    world.tick(3_000);
    assert_eq!((world.what(0), &world.agent.last[0].is_some()), (None, &true), "it was refused");
    world.connect();
    world.pass(1_000);
    assert_eq!(world.what(0), None, "a welcome alone says nothing of meetings");
    world.listed(&[]);
    world.pass(1);
    assert_eq!(world.what(0), Some(MOVED));
}

#[test]
fn a_list_outlives_a_restart_and_what_was_told_is_not_told_again() {
    let mut world = world();
    world.listed(&[(0, MINUTE_MS)]);
    let kept = world.past.meetings.clone().expect("remembered");
    assert_eq!((kept.list.windows.len(), kept.on.len()), (1, 1));
    let mut again = World::after(world.past.clone(), CONFIG, NOON_MS + 5, ClockQuality::Free);
    assert_eq!(again.status().hq_meetings.len(), 1);
    assert_eq!(again.pictures(), Some(INTERLOCKED), "before HQ is reached");
    again.connect();
    assert!(codes(&again).is_empty());
}

#[test]
fn a_list_of_yesterday_leaves_only_the_line_until_a_new_one_comes() {
    let mut world = world();
    world.listed(&[]);
    world.pass(24 * 60 * MINUTE_MS);
    assert_eq!(world.pictures(), Some(INTERLOCKED));
    assert_eq!(world.status().list_age_ms.map(|age| age / MINUTE_MS), Some(24 * 60));
    world.listed(&[]);
    assert_eq!(world.pictures(), Some(Verdict::Pass));
}

#[test]
fn who_was_never_told_of_meetings_takes_pictures_and_moves_nothing_by_schedule_but_a_hand_may() {
    let mut world = World::after(Past::default(), CONFIG, NOON_MS, ClockQuality::Free);
    world.tick(3_000);
    assert_eq!([PICTURE, LISTED].map(|at| world.what(at)), [MOVED, ASKED].map(Some));
    world.ask(Request::Camera { name: "listed".into(), command: Command::Home, agreed: None });
    assert!(world.replies.is_empty() && world.what(LISTED).is_some(), "he is not asked: {:?}", world.replies);
}

#[test]
fn an_hq_that_does_not_know_of_meetings_any_more_is_one_that_never_told() {
    let mut world = World::noon();
    world.connect_to(&[1, 2, 3], 0);
    assert_eq!(world.past.meetings, None);
    let facts = world.agent.room_facts("350102001-01".parse().expect("a venue"), world.now);
    assert_eq!(facts.meetings, Word::Never);
}

#[test]
fn what_is_not_meant_for_this_agent_or_older_than_what_it_knows_is_passed_over() {
    let mut world = world();
    world.listed(&[]);
    let on = Window { venue: None, from_ms: 0, to_ms: u64::MAX };
    world.told_list(MeetingList { as_of_ms: NOON_MS - 1, windows: vec![on] });
    let list = MeetingList { as_of_ms: NOON_MS + 1, windows: vec![on] };
    let scope = Scope::Agents(vec![AgentId([7; 16])]);
    let order = Order { number: 9, given_ms: 1, expires_ms: 2, scope, task: Task::Meetings(list) };
    world.receive(order.seal(&hq()));
    assert!(codes(&world).is_empty());
}

#[test]
fn people_in_the_room_or_a_silent_sensor_keep_what_is_heard_or_moves_from_it() {
    let pir = "[[venue.probe]]\nid = \"pir\"\nname = \"人体\"\nkind = \"input\"\nline = \"gpio:3\"\nnormal = \"low\"\n\
               interval_s = 10\n";
    let config = format!("{CONFIG}{pir}").replace("[interlock]\n", "[interlock]\noccupancy = [\"350102001-01/pir\"]\n");
    let mut world = World::of(&config, NOON_MS, ClockQuality::Free, false);
    world.connect();
    let level = |high: f64| Found::new(Verdict::Pass, "").with_values(vec![probe::measures::INPUT_LEVEL.of(high)]);
    let mut run = |found: Found| {
        for _ in 0..30 {
            world.pass(1_000);
            while let Some(at) = world.started.iter().map(|(_, at, _)| *at).find(|at| *at != LISTED) {
                world.end(at, if at == 4 { found.clone() } else { Found::new(Verdict::Pass, "") });
            }
            let what = world.what(LISTED);
            if what.is_some() {
                world.end(LISTED, Found::new(Verdict::Pass, ""));
                return what;
            }
        }
        None
    };
    // With the second run the sensor has surely said what it says now.
    for (found, expected) in [(level(1.0), ASKED), (level(0.0), MOVED), (Found::missing(""), ASKED)] {
        run(found.clone());
        assert_eq!(run(found), Some(expected));
    }
}
