//! What the core orders boxes, and what it makes of what they say.

use avow_shared::id::VenueId;
use avow_shared::order::Task;
use avow_shared::outcome::Verdict;
use avow_shared::roll_call::{Aspect, Depth, Found, Phase, State, Told};
use avow_shared::wire::Report;

use super::world::{OneBox, World, probe};
use crate::assurance::{Act, Approval, Change, Level, Response, Step, Terms};
use crate::inspection::{Asking, ItemState, Kind, Ordered, Probes, Record, Spread, Untested, Work};
use crate::meetings::{Meeting, Whom};
use crate::rectify::Where;
use crate::roll_call::{Asked, Origin};
use crate::scope::{Except, Scope};

const HOUR: u64 = 3_600_000;

fn place(code: &str) -> avow_shared::place::PlaceCode {
    code.parse().expect("a place")
}

fn response(code: &str, freeze: bool, now: u64) -> Response {
    let terms = Terms { level: Level::Ii, places: vec![place(code)], from_ms: now, to_ms: None, freeze, staff: vec![] };
    let [title, hazard, authority, document, approver] = ["防台风", "", "省防指", "", "陈六"].map(Box::from);
    let start = Step { at_ms: now, person: "王五".into(), act: Act::Started, terms, note: "".into() };
    Response { title, hazard, authority, document, approver, history: vec![start] }
}

fn inspection(now: u64) -> Ordered {
    let work = Work {
        kind: Kind::Daily,
        scope: Scope { places: vec![place("35")], ..Scope::default() },
        probes: Probes::All,
        manual: vec![],
        confirmed: true,
        spread: Spread::default(),
        quiet: None,
        window_min: 60,
    };
    Ordered {
        title: "巡检".into(),
        plan: None,
        meeting: None,
        work,
        group: None,
        operator: "张三".into(),
        basis: "".into(),
        by_calendar: false,
        given_ms: now,
        until_ms: now + HOUR,
    }
}

fn record(world: &mut World, id: u64, venue: VenueId) -> Record {
    world.core.show_inspections();
    let runs = world.core.books.inspections.load_full();
    Record::clone(runs.open.get(&id).and_then(|run| run.record(venue)).expect("is in it"))
}

/// How many of its items were found.
fn found(record: &Record) -> usize {
    record.items.iter().filter(|item| matches!(item.state, ItemState::Found(_))).count()
}

#[test]
fn hq_orders_no_test_of_an_inspection_that_a_freeze_keeps_out_until_it_is_approved() {
    let mut world = World::new();
    world.import("350128,,35\n");
    let probes = vec![probe("line", "line", "rtt_avg"), probe("sweep", "sound", "sound_thd_n")];
    let mut here = world.stand(1, "350102001-01", probes.clone());
    // 平潭 lies in 福州 by code alone.
    let beside = world.stand(2, "350128001-01", probes);
    let start = Change::Start(response("3501", true, world.now));
    world.core.assure(start, world.now).expect("starts");
    let id = world.inspects(inspection(world.now));
    world.pass(1_000);
    assert_eq!(world.inspected(&here), [["line"]]);
    assert_eq!(world.inspected(&beside), [["line", "sweep"]], "nothing is frozen there");
    world.outcome(&mut here, "line", Verdict::Pass);
    // The box does not answer, and is asked for what is left when its time is over.
    (0..10).for_each(|_| world.pass(30_000));
    let open = record(&mut world, id, here.venue);
    assert_eq!((found(&open), world.inspected(&here).len()), (1, 0));
    assert!(matches!(open.asking, Asking::Waits { why: Some(Untested::Frozen), .. }), "{open:?}");
    let approval = Approval {
        subject: Where::Venue(here.venue),
        what: "更换功放".into(),
        person: "陈六".into(),
        reason: "".into(),
        given_ms: world.now,
        until_ms: world.now + HOUR,
        revoked: None,
    };
    world.core.assure(Change::Approve(approval), world.now).expect("is given");
    world.pass(1_000);
    assert_eq!(world.inspected(&here), [["sweep"]]);
}

#[test]
fn a_box_is_told_anew_of_meetings_and_responses_when_its_place_is_put_elsewhere() {
    let mut world = World::new();
    let pingtan = world.stand(1, "350128001-01", vec![]);
    let fuzhou = world.stand(2, "350102001-01", vec![]);
    world.core.assure(Change::Start(response("3501", true, world.now)), world.now).expect("starts");
    let (title, from_ms, to_ms) = ("会商".into(), world.now, world.now + HOUR);
    let meeting = Meeting { title, from_ms, to_ms, whom: Whom::Place(place("3501")) };
    world.core.add_meeting(meeting, world.now).expect("is kept");
    // What it was told last: windows of meetings, and spans of responses.
    let told = |world: &mut World, of: &OneBox| {
        world.pass(1_000);
        let (mut meetings, mut spans) = (None, None);
        for task in world.orders(of) {
            match task {
                Task::Meetings(list) => meetings = Some(list.windows.len()),
                Task::Assurance(list) => spans = Some(list.spans.len()),
                _ => {}
            }
        }
        meetings.zip(spans)
    };
    assert_eq!((told(&mut world, &pingtan), told(&mut world, &fuzhou)), (Some((1, 1)), Some((1, 1))));
    world.import("350128,,35\n");
    assert_eq!((told(&mut world, &pingtan), told(&mut world, &fuzhou)), (Some((0, 0)), None), "and nobody else");
    world.import("350128,平潭,35\n");
    assert_eq!(told(&mut world, &pingtan), None, "a name says nothing new");
    world.import("350128,,3501\n");
    assert_eq!(told(&mut world, &pingtan), Some((1, 1)));
}

fn call(venue: VenueId, depth: Depth, now: u64) -> Asked {
    Asked {
        title: "点名".into(),
        depth,
        confirmed: true,
        places: vec![],
        except: Except::default(),
        venues: vec![venue],
        units: vec![],
        kind: crate::roll_call::Kind::SpotCheck,
        origin: Origin::default(),
        operator: "张三".into(),
        basis: "".into(),
        system: "".into(),
        given_ms: now,
        until_ms: now + 180_000,
    }
}

/// Two rooms with one set of equipment, each with a box; the first is being inspected.
fn sharing() -> (World, OneBox, OneBox, u64) {
    let mut world = World::new();
    let probes = vec![probe("line", "line", "rtt_avg")];
    let one = world.stand(1, "350102001-01", probes.clone());
    let other = world.stand(2, "350102001-02", probes);
    world.import("350102001-01,甲,\n350102001-02,乙,\n");
    world.shares([&one, &other]);
    let id = world.inspects(inspection(world.now));
    world.pass(1_000);
    assert_eq!(
        (world.inspected(&one), world.inspected(&other)),
        (vec![vec!["line".to_owned()]], vec![]),
        "one at a time"
    );
    (world, one, other, id)
}

#[test]
fn a_roll_call_waits_for_no_inspection_of_who_shares_the_equipment_and_that_is_done_again() {
    let (mut world, mut one, mut other, id) = sharing();
    let called = call(other.venue, Depth::Ready, world.now);
    let number = world.core.begin_call(called, |_, _| ()).expect("is called").id;
    assert!(matches!(world.orders(&other)[..], [Task::Call(_)]), "at once");
    // A test that ends meanwhile, before and behind the next look.
    world.outcome(&mut one, "line", Verdict::fail("line.down"));
    assert_eq!(found(&record(&mut world, id, one.venue)), 0, "it says nothing of the room");
    world.pass(1_000);
    world.outcome(&mut one, "line", Verdict::Pass);
    let waits = record(&mut world, id, one.venue);
    assert!(found(&waits) == 0 && matches!(waits.asking, Asking::Waits { .. }) && waits.asked == 0, "{waits:?}");
    world.pass(30_000);
    assert_eq!((world.inspected(&one).len(), world.inspected(&other).len()), (0, 0));
    let state = State::of(false, [(Aspect::Line, Found::Good)]);
    let (venue, at) = (other.venue, world.clock());
    world.tell(&mut other, Report::Called(Told { call: number, venue, at, phase: Phase::Done(state) }));
    world.pass(1_000);
    assert_eq!(world.inspected(&one), [["line"]], "it is asked again");
    world.outcome(&mut one, "line", Verdict::Pass);
    assert_eq!(found(&record(&mut world, id, one.venue)), 1);
}

#[test]
fn a_call_that_looks_at_nothing_disturbs_no_inspection() {
    let (mut world, mut one, other, id) = sharing();
    world.core.begin_call(call(other.venue, Depth::Present, world.now), |_, _| ()).expect("is called");
    world.pass(1_000);
    world.outcome(&mut one, "line", Verdict::Pass);
    assert_eq!(found(&record(&mut world, id, one.venue)), 1);
}

#[test]
fn a_call_to_us_has_the_equipment_until_it_ends() {
    let (mut world, mut one, other, id) = sharing();
    let asked = crate::inbound::Asked {
        venue: other.venue,
        caller: "应急管理部".into(),
        kind: crate::inbound::Kind::Duty,
        basis: "".into(),
        operator: "".into(),
        key: None,
        deadline_ms: 180_000,
        confirmed: true,
    };
    let (number, _) = world.core.begin_inbound(asked, world.now).expect("begins");
    world.pass(1_000);
    assert!(world.orders(&other).iter().any(|task| matches!(task, Task::Check(_))));
    world.outcome(&mut one, "line", Verdict::Pass);
    assert_eq!((found(&record(&mut world, id, one.venue)), world.inspected(&one).len()), (0, 0));
    let by = crate::inbound::By::Person { name: "李四".into(), how: crate::inbound::How::Telephone };
    world.core.change_inbound(number, crate::inbound::Event::Answered(by), world.now).expect("is taken");
    world.pass(1_000);
    assert_eq!(world.inspected(&one).len(), 0, "the room is on the line");
    world.core.change_inbound(number, crate::inbound::Event::Close, world.now).expect("is taken");
    world.pass(1_000);
    assert_eq!(world.inspected(&one), [["line"]]);
}
