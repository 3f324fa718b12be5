//! The whole agent as a value: what it starts, what it refuses, what it reports.

use std::path::Path;

use avow_shared::camera::Motion;
use avow_shared::facts::{DeviceFacts, Facts as Said};
use avow_shared::id::AgentId;
use avow_shared::meeting::{MeetingList, Window};
use avow_shared::order::Scope;
use avow_shared::time::{ClockQuality, EARLIEST_MS, WallTime};
use avow_shared::wire::{Frame, READS, Signer, UpBody, VERSION, Welcome, decode_up};
use proptest::prelude::*;

use super::*;
use crate::assurance::Kept;
use crate::mqtt::LineEvent;
use crate::probe::Found;
use crate::reporter::Identity;
use crate::spool::keeper::{Done, Job, Limits};
use crate::spool::memory::Memory as NoDisk;
use crate::spool::{Spool as _, random_id};
use crate::uplink::Pin;

mod abort;
mod across;
mod assurance;
mod canary;
mod check;
mod clock;
mod histories;
mod inspect;
mod meetings;
mod roll_call;
mod slots;
mod switches;
mod terminal;
mod terms;
mod wheel;

const CONFIG: &str = r#"
[agent]
place = "350102001"
[hq]
broker = "mqtt://127.0.0.1:1883"
http = "http://127.0.0.1:1"
[interlock]
quiet = ["22:00-07:00"]
may_disturb = ["350102001-01/listed"]
[[venue]]
id = "350102001-01"
name = "指挥大厅"
[[venue.probe]]
id = "host"
name = "本机"
kind = "host"
interval_s = 10
[[venue.probe]]
id = "picture"
name = "画面"
kind = "picture"
source = "file:/nonexistent.mp4"
interval_s = 10
[[venue.probe]]
id = "listed"
name = "主席台"
kind = "camera"
port = "/dev/ttyUSB0"
preset = 1
interval_s = 10
[[venue.probe]]
id = "unlisted"
name = "全景"
kind = "camera"
port = "/dev/ttyUSB1"
preset = 1
interval_s = 10
"#;
const HOST: usize = 0;
const PICTURE: usize = 1;
const LISTED: usize = 2;
const UNLISTED: usize = 3;
/// 2026-01-01 12:00 in Beijing, and 23:00.
const NOON_MS: u64 = EARLIEST_MS + 4 * 3_600_000;
const NIGHT_MS: u64 = EARLIEST_MS + 15 * 3_600_000;

fn hq() -> Signer {
    Signer::from_seed(&[9; 32])
}

/// HQ's list of just now, with nothing in it.
fn no_meetings(at_ms: u64, quality: ClockQuality) -> hq_meetings::Kept {
    let list = MeetingList { as_of_ms: at_ms, windows: vec![] };
    hq_meetings::Kept { list, received: WallTime { at_ms, quality }, on: vec![] }
}

/// An agent, its memory for a disk, and what it did.
struct World {
    agent: Agent,
    disk: NoDisk,
    now: Now,
    started: Vec<(u64, usize, What)>,
    sent: Vec<Report>,
    replies: Vec<Reply>,
    wanted: Vec<ContentHash>,
    steered: Vec<(usize, Motion, u16)>,
    halted: usize,
    cancelled: Vec<u64>,
    remembered: usize,
    /// What it wants to be told after a restart.
    past: Past,
    offers: usize,
    cycles: Vec<usize>,
    /// How often it wanted noted that it lives on with what HQ told.
    lived: usize,
}

impl World {
    fn at(wall_ms: u64, quality: ClockQuality, meeting: bool) -> Self {
        Self::of(CONFIG, wall_ms, quality, meeting)
    }

    fn of(config: &str, wall_ms: u64, quality: ClockQuality, meeting: bool) -> Self {
        Self::after(
            Past { meeting, meetings: Some(no_meetings(wall_ms, quality)), ..Past::default() },
            config,
            wall_ms,
            quality,
        )
    }

    /// With what an earlier run remembered.
    fn after(past: Past, config: &str, wall_ms: u64, quality: ClockQuality) -> Self {
        let config = Arc::new(Config::parse(config, Path::new("agent.toml")).expect("good"));
        let (disk, opened) = NoDisk::begin(random_id());
        let now = Now { mono_ms: 0, wall: WallTime { at_ms: wall_ms, quality } };
        let signer = Signer::from_seed(&[3; 32]);
        let me = Identity {
            signer,
            place: config.place(),
            venues: config.venues(),
            software: "test".into(),
            boot_nonce: [4; 16],
        };
        let reporter = Reporter::new(me, Pin::Key(hq().public()), &opened, Limits::BOX, now);
        let meetings = past.meetings.clone();
        let agent = Agent::new(config, reporter, past, now);
        Self {
            agent,
            disk,
            now,
            started: vec![],
            sent: vec![],
            replies: vec![],
            wanted: vec![],
            past: Past { meetings, ..Past::default() },
            steered: vec![],
            halted: 0,
            cancelled: vec![],
            remembered: 0,
            offers: 0,
            cycles: vec![],
            lived: 0,
        }
    }

    fn noon() -> Self {
        Self::at(NOON_MS, ClockQuality::Free, false)
    }

    fn apply(&mut self, event: Event) {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            for effect in self.agent.apply(event, self.now) {
                match effect {
                    Effect::Reporter(reporter::Effect::Spool(job)) => {
                        events.push_back(Event::Reporter(reporter::Event::Spooled(self.work(&job))));
                    }
                    Effect::Reporter(reporter::Effect::Publish { bytes, .. }) => {
                        self.note(&bytes);
                        events.push_back(Event::Reporter(reporter::Event::Line(LineEvent::Taken)));
                    }
                    Effect::Run { ticket, at, what } => self.started.push((ticket, at, what)),
                    Effect::Reply { reply, .. } => self.replies.push(reply),
                    Effect::Evidence(Errand::Wanted(hashes)) => self.wanted.extend(hashes),
                    Effect::Evidence(Errand::Offer) => self.offers += 1,
                    Effect::Steer { at, motion, lease_ms, .. } => self.steered.push((at, motion, lease_ms)),
                    Effect::Cancel { ticket } => self.cancelled.push(ticket),
                    Effect::Halt => self.halted += 1,
                    Effect::Cycle { relay, .. } => self.cycles.push(relay),
                    Effect::Remember(memory) => {
                        self.remembered += 1;
                        match memory {
                            Memory::Plates(plates) => self.past.plates = plates,
                            Memory::Baseline(baseline) => self.past.baseline = baseline,
                            Memory::Meetings(kept) => self.past.meetings = kept,
                            Memory::Assurance(list) => self.past.assurance = Kept::Told { list, lived_ms: 0 },
                            Memory::Lived => self.lived += 1,
                            Memory::Slots(kept) => self.past.slots = kept,
                            _ => {}
                        }
                    }
                    Effect::Reporter(_) | Effect::Evidence(_) | Effect::Time(_) => {}
                }
            }
        }
    }

    fn work(&mut self, job: &Job) -> Done {
        match job {
            Job::Commit(changes) => self.disk.commit(changes).map_or_else(Done::Failed, |()| Done::Committed),
            Job::Read(first) => self.disk.read(*first).map_or_else(Done::Failed, Done::Read),
        }
    }

    fn note(&mut self, bytes: &[u8]) {
        let frame = Frame::parse(bytes).expect("a frame");
        let up = decode_up(frame.kind, frame.unverified_payload()).expect("an envelope");
        if let Ok(UpBody::Reports(reports)) = up.body {
            self.sent.extend(reports.into_iter().map(|numbered| numbered.report));
        }
    }

    fn receive(&mut self, bytes: Vec<u8>) {
        self.apply(Event::Reporter(reporter::Event::Line(LineEvent::Received(bytes.into()))));
    }

    fn connect(&mut self) {
        self.connect_to(&READS, 0);
    }

    /// To an HQ that reads these versions and holds every number up to `upto`.
    fn connect_to(&mut self, reads: &[u8], upto: u64) {
        self.apply(Event::Reporter(reporter::Event::Line(LineEvent::Up)));
        self.welcomed(&hq(), reads, upto);
    }

    fn welcomed_by(&mut self, hq: &Signer) {
        self.welcomed(hq, &READS, 0);
    }

    fn welcomed(&mut self, hq: &Signer, reads: &[u8], upto: u64) {
        let ack = self.ack(upto);
        let welcome = Welcome {
            to: ack.to,
            boot_nonce: [4; 16],
            hq_ms: self.now.wall.at_ms,
            standing: Standing::Accepted,
            reads: reads.to_vec(),
            window: 1_000,
            ack,
        };
        self.receive(welcome.seal(hq));
    }

    fn status(&mut self) -> Status {
        self.ask(Request::Status {});
        let Some(Reply::Status(status)) = self.replies.pop() else { panic!("it answers") };
        *status
    }

    fn restarted(&self) -> Self {
        Self::after(self.past.clone(), CONFIG, NOON_MS, ClockQuality::Free)
    }

    fn ack(&self, upto: u64) -> avow_shared::wire::Ack {
        let spool = self.agent.reporter().keeper().ledger().spool();
        avow_shared::wire::Ack {
            to: self.agent.reporter().id(),
            spool,
            issued_ms: self.now.wall.at_ms,
            upto,
            more: vec![],
        }
    }

    fn tick(&mut self, mono_ms: u64) {
        self.now.mono_ms = mono_ms;
        self.apply(Event::Reporter(reporter::Event::Tick));
    }

    fn ask(&mut self, request: Request) {
        self.apply(Event::Asked { caller: 1, request });
    }

    fn end(&mut self, at: usize, found: Found) {
        let position = self.started.iter().position(|(_, started, _)| *started == at).expect("it was started");
        let (ticket, ..) = self.started.remove(position);
        self.apply(Event::Ended { ticket, ended: Ended::Found(found), took_ms: 5 });
    }

    /// A run of the listed camera that reads this off it.
    fn reads(&mut self, facts: &Said) {
        let due = (0..60).find(|_| {
            self.tick(self.now.mono_ms + 1_000);
            self.what(LISTED).is_some()
        });
        assert!(due.is_some(), "it runs every ten seconds");
        self.end(LISTED, Found::new(Verdict::Pass, "well").with_facts(facts.clone()));
        let produced = self.agent.reporter().keeper().ledger().produced();
        self.receive(self.ack(produced).seal(&hq()));
    }

    fn facts(&self) -> Vec<Said> {
        let of = |report: &Report| match report {
            Report::Facts(said) => Some(said.facts.clone()),
            _ => None,
        };
        self.sent.iter().filter_map(of).collect()
    }

    /// The lines of events about devices.
    fn changes(&self) -> Vec<String> {
        let of = |report: &Report| match report {
            Report::Event(event) if event.code.as_str().starts_with("device.") => {
                Some(format!("{} {}", event.code, event.text))
            }
            _ => None,
        };
        self.sent.iter().filter_map(of).collect()
    }

    fn what(&self, at: usize) -> Option<What> {
        self.started.iter().find(|(_, started, _)| *started == at).map(|(_, _, what)| *what)
    }

    fn verdicts(&self, probe: &str) -> Vec<Verdict> {
        let outcome = |report: &Report| match report {
            Report::Outcome(outcome) if outcome.probe.as_str() == probe => Some(outcome.verdict.clone()),
            _ => None,
        };
        self.sent.iter().filter_map(outcome).collect()
    }
}

const ASKED: What = What::Probe { may_move: false };
const MOVED: What = What::Probe { may_move: true };

#[test]
fn it_says_what_it_serves_before_anything_else() {
    let mut world = World::noon();
    world.connect();
    assert!(matches!(world.sent[0], Report::Description(_)));
    assert!(matches!(&world.sent[1], Report::Event(event) if event.code.as_str() == "agent.started"));
}

/// Facts of a device, as an HQ that reads version 2 gets them.
fn said() -> Report {
    Report::Facts(DeviceFacts {
        venue: "350102001-01".parse().expect("a venue"),
        probe: "listed".parse().expect("a probe"),
        device: "listed".parse().expect("a device"),
        facts: Said { firmware: "1.05".into(), ..Said::default() },
        seen_at: WallTime::default(),
    })
}

#[test]
fn what_only_a_newer_hq_reads_ends_as_dropped_at_an_older_one_and_the_rest_goes_on() {
    let mut world = World::noon();
    let now = world.now;
    world.agent.reporter.produce(said(), true, now);
    world.agent.happened(Code::MeetingOn, "", now);
    world.connect_to(&[VERSION], 0);
    let codes: Vec<_> = world.sent.iter().map(Report::version).collect();
    assert_eq!(codes, [1, 1, 1], "description, start and event arrive; facts are not sent");
    let ledger = world.agent.reporter().keeper().ledger();
    assert_eq!(ledger.dropped().count(), 1, "their number has an end");
    assert_eq!(ledger.held().count(), 3);
    world.receive(world.ack(4).seal(&hq()));
    assert!(world.agent.reporter().is_drained());
    world.tick(120_000);
    assert_eq!(world.sent.iter().filter(|report| report.version() > 1).count(), 0);
}

#[test]
fn what_a_newer_hq_reads_is_sent_to_it_in_its_version() {
    let mut world = World::noon();
    let now = world.now;
    world.agent.reporter.produce(said(), true, now);
    world.connect_to(&READS, 0);
    assert_eq!(world.sent.iter().filter(|report| **report == said()).count(), 1);
    assert_eq!(world.agent.reporter().keeper().ledger().dropped().count(), 0);
}

fn runs(firmware: &str) -> Said {
    Said { make: "Sony".into(), serial: "123".into(), firmware: firmware.into(), ..Said::default() }
}

#[test]
fn a_device_that_changes_is_told_once_with_old_and_new_and_survives_a_restart() {
    let mut world = World::noon();
    world.connect();
    world.reads(&runs("1.05"));
    world.reads(&runs("1.05"));
    world.reads(&runs(""));
    assert_eq!(world.facts(), [runs("1.05")]);
    world.reads(&runs("1.06"));
    assert_eq!(world.facts(), [runs("1.05"), runs("1.06")], "a change goes out at once");
    let seen = "device.seen 主席台：首次读到，厂商 Sony，序列号 123，固件 1.05";
    let changed = "device.firmware-changed 主席台：固件自行变化，固件 1.05 → 1.06";
    assert_eq!(world.changes(), [seen, changed]);

    let mut again = world.restarted();
    again.connect();
    assert_eq!(again.facts(), [runs("1.06")], "HQ is told at a start");
    again.reads(&runs("1.06"));
    assert_eq!((again.changes(), again.facts().len()), (vec![], 1), "and nothing twice");
    again.reads(&Said { serial: "124".into(), ..runs("1.06") });
    assert_eq!(again.changes(), ["device.replaced 主席台：设备已更换，序列号 123 → 124"]);
}

#[test]
fn an_hq_that_does_not_hear_of_devices_gets_the_events_alone_and_later_the_newest_facts() {
    let mut world = World::noon();
    world.connect_to(&[VERSION], 0);
    world.reads(&runs("1.05"));
    world.reads(&runs("1.06"));
    assert_eq!((world.facts(), world.changes().len()), (vec![], 2));
    let produced = world.agent.reporter().keeper().ledger().produced();
    world.connect_to(&READS, produced);
    assert_eq!(world.facts(), [runs("1.06")]);
    assert_eq!(world.agent.reporter().keeper().ledger().dropped().count(), 0, "no number was spent before");
}

const SWITCHES: &str = r#"
[agent]
place = "350102001"
[hq]
broker = "mqtt://127.0.0.1:1883"
http = "http://127.0.0.1:1"
[interlock]
may_disturb = ["350102001-01/listed"]
[[venue]]
id = "350102001-01"
name = "指挥大厅"
[[venue.probe]]
id = "listed"
name = "矩阵切换"
kind = "switch"
profile = "extron-sis"
address = "10.0.0.1"
sources = ["2"]
sink = "1"
interval_s = 10
[[venue.probe]]
id = "unlisted"
name = "大屏切换"
kind = "switch"
profile = "extron-sis"
address = "10.0.0.2"
sources = ["2"]
sink = "1"
interval_s = 10
"#;

#[test]
fn a_schedule_switches_only_what_is_listed_and_nothing_during_a_meeting() {
    for (meeting, listed) in [(false, Some(MOVED)), (true, None)] {
        let mut world = World::of(SWITCHES, NOON_MS, ClockQuality::Free, meeting);
        world.connect();
        world.tick(3_000);
        world.tick(6_000);
        assert_eq!((world.what(0), world.what(1)), (listed, None), "meeting: {meeting}");
        let allowed = if meeting { Disturbance::Line } else { Disturbance::Picture };
        let why = Why::Interlocked { wanted: Disturbance::Motion, allowed };
        assert_eq!(world.verdicts("unlisted").first(), Some(&Verdict::Unknown { why }));
    }
}

#[test]
fn a_deadline_that_leaves_no_time_to_put_back_what_was_there_is_refused() {
    let short = SWITCHES.replace("interval_s = 10", "interval_s = 10\ndeadline_s = 5");
    let wrong = Config::parse(&short, Path::new("agent.toml")).expect_err("too short").to_string();
    assert!(wrong.contains("venue[0].probe[0].deadline_s") && wrong.contains("put back"), "{wrong}");
}

#[test]
fn a_setting_that_drifts_from_the_baseline_is_a_finding_until_it_is_learnt() {
    let set = |gain: &str| runs("1.05").with("gain_db", gain);
    let mut world = World::noon();
    world.connect();
    world.reads(&set("-6"));
    world.ask(Request::Learn { probes: vec!["350102001-01/listed".into()] });
    let Some(Reply::Baseline(accepted)) = world.replies.pop() else { panic!("it answers") };
    assert_eq!((accepted.learnt, accepted.drifts.len()), (1, 0));
    let mut world = world.restarted();
    world.connect();
    world.reads(&set("-6"));
    world.reads(&set("0"));
    assert_eq!(world.verdicts("listed"), [Verdict::Pass, Verdict::degraded("device.settings-drift")]);
    world.ask(Request::Baseline {});
    let Some(Reply::Baseline(accepted)) = world.replies.pop() else { panic!("it answers") };
    assert_eq!(accepted.drifts[0].line(), "增益 (dB) 应为 -6，现为 0");
    world.ask(Request::Learn { probes: vec!["350102001-01/listed".into()] });
    world.reads(&set("0"));
    assert_eq!(world.verdicts("listed").pop(), Some(Verdict::Pass));
    assert_eq!(world.past.baseline.versions().len(), 2);
}

#[test]
fn a_restored_hq_is_told_again_what_it_serves_though_nothing_of_then_is_kept() {
    let mut world = World::noon();
    world.connect();
    let produced = world.agent.reporter().keeper().ledger().produced();
    world.receive(world.ack(produced).seal(&hq()));
    world.tick(301_000);
    assert_eq!(world.agent.reporter().counts().kept, produced);
    world.tick(26 * 3_600_000);
    world.end(HOST, Found::new(Verdict::Pass, ""));
    world.tick(26 * 3_600_000 + 61_000);
    assert_eq!(world.agent.reporter().counts().kept, 0, "more than a day has passed");
    world.sent.clear();
    world.receive(world.ack(0).seal(&hq()));
    world.receive(world.ack(0).seal(&hq()));
    world.tick(26 * 3_600_000 + 61_001);
    let told = world.sent.iter().filter(|report| matches!(report, Report::Description(_))).count();
    assert_eq!(told, 1, "{:?}", world.sent);
}

#[test]
fn only_a_listed_camera_moves_by_schedule_and_the_other_is_asked() {
    let mut world = World::noon();
    world.tick(3_000);
    assert_eq!([HOST, PICTURE, LISTED, UNLISTED].map(|at| world.what(at)), [MOVED, MOVED, MOVED, ASKED].map(Some));
}

#[test]
fn in_quiet_hours_in_a_meeting_and_without_a_clock_nothing_moves() {
    let listed = |wall_ms, quality, meeting| {
        let mut world = World::at(wall_ms, quality, meeting);
        world.tick(3_000);
        (world.what(LISTED), world.what(PICTURE))
    };
    assert_eq!(listed(NIGHT_MS, ClockQuality::Free, false), (Some(ASKED), Some(MOVED)));
    assert_eq!(listed(NOON_MS, ClockQuality::Free, true), (Some(ASKED), None));
    assert_eq!(listed(5_000, ClockQuality::Unset, false), (Some(ASKED), None));
}

#[test]
fn a_refusal_of_the_interlock_is_reported() {
    let mut world = World::at(NOON_MS, ClockQuality::Free, true);
    world.connect();
    world.tick(3_000);
    let why = Why::Interlocked { wanted: Disturbance::Picture, allowed: Disturbance::Line };
    assert_eq!(world.verdicts("picture"), [Verdict::Unknown { why }]);
}

#[test]
fn a_panic_and_a_deadline_are_reported_as_unknown() {
    let mut world = World::noon();
    world.connect();
    world.tick(3_000);
    for (at, ended) in [(HOST, Ended::Panicked), (PICTURE, Ended::Deadline)] {
        let (ticket, ..) = *world.started.iter().find(|(_, started, _)| *started == at).expect("started");
        world.apply(Event::Ended { ticket, ended, took_ms: 1 });
    }
    assert_eq!(world.verdicts("host"), [Verdict::Unknown { why: Why::Panicked }]);
    assert_eq!(world.verdicts("picture"), [Verdict::Unknown { why: Why::Deadline }]);
}

#[test]
fn a_person_is_asked_before_a_camera_moves_and_heard_when_he_declines() {
    let mut world = World::noon();
    let check = |agreed: &[(&str, bool)]| Request::Check {
        probes: vec!["listed".into()],
        agreed: agreed.iter().map(|(probe, said)| ((*probe).into(), *said)).collect(),
    };
    world.ask(check(&[]));
    let Some(Reply::Ask(questions)) = world.replies.pop() else { panic!("it asks") };
    assert_eq!((questions[0].wanted, world.what(LISTED)), (Disturbance::Motion, None));
    world.ask(check(&[("350102001-01/listed", false)]));
    let Some(Reply::Checked(outcomes)) = world.replies.pop() else { panic!("it answers") };
    assert_eq!(outcomes[0].verdict, Verdict::Unknown { why: Why::Declined });
    world.ask(check(&[("350102001-01/listed", true)]));
    assert_eq!(world.what(LISTED), Some(MOVED));
    world.end(LISTED, Found::new(Verdict::Pass, "到位"));
    assert!(matches!(world.replies.pop(), Some(Reply::Checked(outcomes)) if outcomes[0].verdict == Verdict::Pass));
}

fn camera(command: Command, agreed: Option<bool>) -> Request {
    Request::Camera { name: "unlisted".into(), command, agreed }
}

fn events(world: &World, code: &str) -> Vec<String> {
    let text = |report: &Report| match report {
        Report::Event(event) if event.code.as_str() == code => Some(event.text.to_string()),
        _ => None,
    };
    world.sent.iter().filter_map(text).collect()
}

#[test]
fn an_event_with_a_long_line_is_shortened_to_what_hq_takes() {
    let mut world = World::noon();
    world.agent.happened(Code::RelayFailed, &"故障".repeat(150), world.now);
    world.connect();
    let told = events(&world, "relay.failed");
    assert_eq!(told.first().map(|text| text.chars().count()), Some(MAX_DETAIL_CHARS));
    assert!(world.sent.iter().all(Report::is_believable));
}

#[test]
fn a_camera_is_not_commanded_into_a_meeting_unless_a_person_confirms_and_that_is_logged() {
    for (wall_ms, meeting, why) in [(NOON_MS, true, Against::Meeting), (NIGHT_MS, false, Against::QuietHours)] {
        let mut world = World::at(wall_ms, ClockQuality::Free, meeting);
        world.connect();
        for command in [Command::Home, Command::Recall(3)] {
            world.ask(camera(command, None));
            let Some(Reply::Ask(questions)) = world.replies.pop() else { panic!("it asks about {command:?}") };
            assert_eq!((questions[0].wanted, questions[0].against), (Disturbance::Motion, Some(why)));
            world.ask(camera(command, Some(false)));
            let Some(Reply::Checked(outcomes)) = world.replies.pop() else { panic!("it answers") };
            assert_eq!(outcomes[0].verdict, Verdict::Unknown { why: Why::Declined });
        }
        assert_eq!((world.what(UNLISTED), events(&world, "interlock.overridden").len()), (None, 0));
        let refused = format!("指挥大厅 全景：{}，未转动", why.words(crate::words::Language::Chinese));
        assert_eq!(events(&world, "interlock.refused"), [refused.as_str(); 2], "once for each command");
        world.ask(camera(Command::Recall(3), Some(true)));
        assert_eq!(world.what(UNLISTED), Some(What::Camera(Command::Recall(3))));
        let expected = format!("指挥大厅 全景：{}，经确认仍转动", why.words(crate::words::Language::Chinese));
        assert_eq!(events(&world, "interlock.overridden"), [expected]);
    }
}

#[test]
fn a_free_room_needs_no_word_and_what_does_not_move_never_does() {
    let mut world = World::noon();
    world.connect();
    world.ask(camera(Command::Home, None));
    assert_eq!(world.what(UNLISTED), Some(What::Camera(Command::Home)), "the list binds the schedule alone");
    for command in [Command::Store(4), Command::Ask] {
        let mut world = World::at(NIGHT_MS, ClockQuality::Free, true);
        world.connect();
        world.ask(camera(command, None));
        assert_eq!(world.what(UNLISTED), Some(What::Camera(command)));
        assert!(events(&world, "interlock.overridden").is_empty());
    }
    assert!(events(&world, "interlock.overridden").is_empty() && events(&world, "interlock.refused").is_empty());
}

#[test]
fn a_check_of_nothing_is_answered_at_once() {
    let without = CONFIG.split("[[venue.probe]]").next().expect("a head").replace("\"350102001-01/listed\"", "");
    let mut world = World::of(&without, NOON_MS, ClockQuality::Free, false);
    world.ask(Request::Check { probes: vec![], agreed: BTreeMap::new() });
    assert_eq!(world.replies.pop(), Some(Reply::Checked(vec![])));
}

#[test]
fn a_check_is_told_in_the_order_of_the_configuration() {
    let mut world = World::noon();
    world.ask(Request::Check { probes: vec!["picture".into(), "host".into()], agreed: BTreeMap::new() });
    world.end(PICTURE, Found::new(Verdict::Pass, ""));
    world.end(HOST, Found::new(Verdict::Pass, ""));
    let Some(Reply::Checked(outcomes)) = world.replies.pop() else { panic!("it answers") };
    assert_eq!(outcomes.iter().map(|outcome| outcome.probe.as_str()).collect::<Vec<_>>(), ["host", "picture"]);
}

#[test]
fn a_terminal_that_nobody_asks_does_not_count_as_silent() {
    let terminal = "[[venue.device]]\nid = \"terminal\"\nname = \"终端\"\nkind = \"terminal\"\n[[venue.probe]]";
    let mut world = World::of(&CONFIG.replacen("[[venue.probe]]", terminal, 1), NOON_MS, ClockQuality::Free, false);
    world.tick(3_000);
    assert_eq!([PICTURE, LISTED].map(|at| world.what(at)), [Some(MOVED), Some(MOVED)]);
}

#[test]
fn what_was_overridden_while_it_did_not_run_is_reported() {
    let mut world = World::noon();
    world.agent.was_overridden(NIGHT_MS, "主席台：现在有会议，经确认仍转动", world.now);
    world.connect();
    assert_eq!(events(&world, "interlock.overridden"), ["主席台：现在有会议，经确认仍转动"]);
}

#[test]
fn a_persons_command_does_not_wait_for_a_probe_of_its_camera_and_two_probes_never_meet() {
    let twice = CONFIG.replace("port = \"/dev/ttyUSB1\"", "port = \"/dev/ttyUSB0\"");
    let mut world = World::of(&twice, NOON_MS, ClockQuality::Free, false);
    world.tick(3_000);
    let probes = |world: &World| world.started.iter().filter(|(.., what)| matches!(what, What::Probe { .. })).count();
    assert_eq!(probes(&world), 3, "host, picture and one of the two cameras of the line");
    world.ask(Request::Camera { name: "listed".into(), command: Command::Home, agreed: None });
    assert_eq!(world.started.last().map(|(_, at, what)| (*at, *what)), Some((LISTED, What::Camera(Command::Home))));
    world.tick(30_000);
    assert_eq!(probes(&world), 3, "the other probe waits for the first");
    let (ticket, ..) = world.started.pop().expect("the command");
    world.apply(Event::Ended { ticket, ended: Ended::Found(Found::new(Verdict::Pass, "")), took_ms: 5 });
    assert!(matches!(world.replies.pop(), Some(Reply::Checked(_))));
}

fn order(number: u64, task: Task) -> Vec<u8> {
    let scope = Scope::Places { within: vec!["35".parse().expect("a place")], except: vec![] };
    Order { number, given_ms: NOON_MS, expires_ms: NOON_MS + 60_000, scope, task }.seal(&hq())
}

fn answers(world: &World) -> Vec<(u64, AnswerResult)> {
    let answer = |report: &Report| match report {
        Report::Answer(answer) => Some((answer.order, answer.result)),
        _ => None,
    };
    world.sent.iter().filter_map(answer).collect()
}

#[test]
fn orders_are_obeyed_once_and_answered_when_done() {
    let mut world = World::noon();
    world.connect();
    world.receive(order(1, Task::RollCall));
    world.receive(order(1, Task::RollCall));
    assert_eq!(answers(&world), [(1, AnswerResult::Done)]);
    let venue = "350102001-01".parse().expect("a venue");
    let probes = vec!["host".parse().expect("a probe")];
    world.receive(order(2, Task::Probe { venue, probes, confirmed: false }));
    assert_eq!((world.what(HOST), answers(&world).len()), (Some(MOVED), 1));
    world.end(HOST, Found::new(Verdict::Pass, ""));
    assert_eq!(answers(&world)[1..], [(2, AnswerResult::Done)]);
    let nobody = vec!["nothing".parse().expect("a probe")];
    world.receive(order(3, Task::Probe { venue, probes: nobody, confirmed: false }));
    assert_eq!(answers(&world)[2..], [(3, AnswerResult::Impossible)]);
    let forged = Signer::from_seed(&[1; 32]);
    let scope = Scope::Agents(vec![world.agent.reporter().id()]);
    let task = Task::RollCall;
    world.receive(Order { number: 4, given_ms: NOON_MS, expires_ms: u64::MAX, scope, task }.seal(&forged));
    assert_eq!(answers(&world).len(), 3);
}

#[test]
fn evidence_is_wanted_only_when_its_report_is_stored() {
    let mut world = World::noon();
    world.connect();
    world.tick(3_000);
    let exhibit = crate::probe::Exhibit::transcript("what was seen");
    let hash = ContentHash::of(&exhibit.bytes);
    world.end(PICTURE, Found::new(Verdict::fail("picture.black"), "").with_exhibit(Some(exhibit)));
    assert!(world.wanted.is_empty());
    assert_eq!(world.offers, 1, "what lay there when HQ accepted it");
    let produced = world.agent.reporter().keeper().ledger().produced();
    world.receive(world.ack(produced).seal(&hq()));
    assert_eq!(world.wanted, [hash]);
}

#[test]
fn after_a_stop_nothing_begins() {
    let mut world = World::noon();
    world.agent.stop();
    world.tick(60_000);
    assert!(world.started.is_empty() && world.agent.is_at_rest());
}

proptest! {
    #[test]
    fn whatever_happens_a_schedule_moves_nothing_unlisted_or_during_a_meeting(
        steps in prop::collection::vec((0u8..4, 1u64..20_000), 1..60),
        hour in 0u64..24,
    ) {
        let mut world = World::at(EARLIEST_MS + hour * 3_600_000, ClockQuality::Free, false);
        let mut meeting = false;
        let mut seen = 0;
        for (what, later) in steps {
            match what {
                0 => world.tick(world.now.mono_ms + later),
                1 => {
                    meeting = !meeting;
                    world.ask(Request::Meeting { on: meeting });
                }
                2 if !world.started.is_empty() => {
                    let (ticket, ..) = world.started.remove(0);
                    seen = world.started.len().min(seen);
                    world.apply(Event::Ended { ticket, ended: Ended::Deadline, took_ms: 1 });
                }
                _ => world.now.wall.at_ms += later * 100,
            }
            let quiet = !(7..22).contains(&((world.now.wall.at_ms / 3_600_000 + 8) % 24));
            for (_, at, what) in &world.started[seen..] {
                let moves = *what == MOVED && [LISTED, UNLISTED].contains(at);
                prop_assert!(!moves || (*at == LISTED && !meeting && !quiet));
                prop_assert!(*at != PICTURE || !meeting);
            }
            seen = world.started.len();
        }
    }
}

#[test]
fn a_meeting_that_begins_while_a_wish_waits_for_its_device_stops_it_unless_confirmed() {
    for (probe, at, agreed) in [("picture", PICTURE, None), ("listed", LISTED, Some(true))] {
        let mut world = World::noon();
        world.connect();
        world.tick(3_000);
        assert_eq!(world.what(at), Some(MOVED), "the schedule has the device");
        let agreed: BTreeMap<_, _> =
            agreed.map(|said| (format!("350102001-01/{probe}").into(), said)).into_iter().collect();
        let is_confirmed = !agreed.is_empty();
        world.ask(Request::Check { probes: vec![probe.into()], agreed });
        world.ask(Request::Meeting { on: true });
        assert_eq!(world.replies.iter().filter(|reply| **reply == Reply::Done {}).count(), 1);
        world.end(at, Found::new(Verdict::Pass, ""));
        assert_eq!(world.what(at), is_confirmed.then_some(MOVED), "{probe}");
        if is_confirmed {
            assert_eq!(events(&world, "interlock.overridden").len(), 1, "against the meeting, and that is told once");
        } else {
            let Some(Reply::Checked(outcomes)) = world.replies.pop() else { panic!("it answers") };
            let (wanted, allowed) = (Disturbance::Picture, Disturbance::Line);
            assert_eq!(outcomes[0].verdict, Verdict::Unknown { why: Why::Interlocked { wanted, allowed } });
            assert_eq!(events(&world, "interlock.refused").len(), 1);
        }
    }
}

#[test]
fn an_hq_with_another_key_is_not_believed_and_status_says_which_key_and_where_the_trusted_one_stands() {
    let other = Signer::from_seed(&[8; 32]);
    let key = |signer: &Signer| avow_shared::hash::to_hex(&signer.public().bytes());
    let configured = CONFIG.replacen("[hq]\n", &format!("[hq]\nkey = \"{}\"\n", key(&hq())), 1);
    for (config, file, configured) in [(CONFIG, "./state/hq.key", false), (&configured, "agent.toml", true)] {
        let mut world = World::of(config, NOON_MS, ClockQuality::Free, false);
        world.apply(Event::Reporter(reporter::Event::Line(LineEvent::Up)));
        assert_eq!(world.status().disbelieved, None, "nobody has answered yet");
        world.welcomed_by(&other);
        let (trusted, found, file) = (key(&hq()), key(&other), file.into());
        let expected = Some(Disbelieved::OtherKey { trusted, found, file, configured });
        let status = world.status();
        assert_eq!((status.connected, status.standing, &status.disbelieved), (true, None, &expected));
        world.receive(world.ack(0).seal(&other));
        assert!(matches!(world.status().disbelieved, Some(Disbelieved::OtherKey { .. })), "an ack says less");
        world.welcomed_by(&hq());
        assert_eq!((world.status().standing, world.status().disbelieved), (Some(Standing::Accepted), None));
        world.receive(world.ack(0).seal(&other));
        assert_eq!(world.status().disbelieved, None, "HQ is there, whoever else speaks");
    }
}
/// The usual box, with a relay that acts by itself when the picture fails for two minutes.
fn with_relay() -> World {
    const RELAY: &str = r#"
[[venue.device]]
id = "camera"
name = "摄像机"
kind = "camera"
[[venue.relay]]
id = "power"
name = "摄像机电源"
line = "gpio:3"
off_level = "high"
powers = "camera"
at_most_a_day = 1
after = { probe = "picture", failing_minutes = 2 }
"#;
    World::of(&format!("{CONFIG}{RELAY}"), NOON_MS, ClockQuality::Free, false)
}

impl World {
    fn cycle_asked(&mut self) -> Option<Reply> {
        self.replies.clear();
        self.apply(Event::Asked { caller: 7, request: Request::Relay { name: "camera".into() } });
        self.replies.pop()
    }

    fn fails_for_minutes(&mut self, minutes: u64) {
        let until = self.now.mono_ms + minutes * 60_000;
        while self.now.mono_ms < until {
            self.now.mono_ms += 10_000;
            self.now.wall.at_ms += 10_000;
            self.apply(Event::Reporter(reporter::Event::Tick));
            for (ticket, at, _) in std::mem::take(&mut self.started) {
                let verdict = if at == PICTURE { Verdict::fail("picture.no-signal") } else { Verdict::Pass };
                let ended = Ended::Found(Found::new(verdict, ""));
                self.apply(Event::Ended { ticket, ended, took_ms: 1 });
            }
        }
    }
}

#[test]
fn a_person_cycles_a_relay_except_during_a_meeting_and_hears_when_power_is_back() {
    let mut world = with_relay();
    world.apply(Event::Asked { caller: 1, request: Request::Meeting { on: true } });
    let refused = Reply::Refused { why: crate::relay::Refusal::Room { allowed: Disturbance::Line } };
    assert_eq!((world.cycle_asked(), world.cycles.len()), (Some(refused), 0));
    world.apply(Event::Asked { caller: 1, request: Request::Meeting { on: false } });
    assert_eq!((world.cycle_asked(), world.cycles.clone()), (None, vec![0]), "he waits for its end");
    assert_eq!(world.cycle_asked(), Some(Reply::Refused { why: crate::relay::Refusal::Running }));
    world.replies.clear();
    world.apply(Event::Cycled { relay: 0, ended: Ok(()) });
    assert_eq!(world.replies, [Reply::Cycled { failed: None, left: 0 }]);
    let spent = Reply::Refused { why: crate::relay::Refusal::Spent { at_most_a_day: 1 } };
    assert_eq!((world.cycle_asked(), world.cycles.len()), (Some(spent), 1));
}

#[test]
fn a_probe_that_fails_for_long_enough_cycles_its_relay_once_a_day_and_not_in_a_meeting() {
    let mut world = with_relay();
    world.fails_for_minutes(1);
    assert!(world.cycles.is_empty());
    world.fails_for_minutes(3);
    assert_eq!(world.cycles, [0]);
    world.apply(Event::Cycled { relay: 0, ended: Ok(()) });
    world.fails_for_minutes(30);
    assert_eq!(world.cycles, [0], "once a day");

    let mut world = with_relay();
    world.apply(Event::Asked { caller: 1, request: Request::Meeting { on: true } });
    world.fails_for_minutes(30);
    assert!(world.cycles.is_empty());
}
