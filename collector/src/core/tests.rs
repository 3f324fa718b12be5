//! What people at HQ entered, across a restart of the whole core.

mod boxes;
mod inspect;
mod world;

use std::path::Path;
use std::sync::Arc;

use avow_shared::divisions::Divisions;
use tokio::sync::oneshot;

use crate::backup::under_way::Place;
use crate::broker::Setup as Broker;
use crate::calendar::Rule;
use crate::command::{Command, Refusal, Reply};
use crate::evidence::EvidenceStore;
use crate::groups::{self, Group};
use crate::history::{History, Limits};
use crate::hub::{self, Hub, Prover, Setup};
use crate::links::{self, Link, Purpose, Token};
use crate::obligations::{Change, Confirmation, End, JointTest, Rules, Said, Subject, TestKind};
use crate::province::Province;
use crate::roll_call::Note;
use crate::schedules::{self, Outcome, Plan, Schedules};
use crate::scope::{Scope, Whom};
use crate::store::{Batch, Store};
use crate::units::Rows;

pub(crate) fn start(data: &Path) -> Hub {
    let ears = hub::listen(Broker::Embedded(vec!["127.0.0.1:0".parse().expect("an address")])).expect("listens");
    let lock = hub::lock(data).expect("nobody else is here");
    let setup = Setup {
        data: data.to_owned(),
        accept_new: false,
        rules: crate::province::Rules::default(),
        prover: Prover::default(),
        history: Arc::new(History::open(&data.join("history"), Limits::default()).expect("a folder")),
        evidence: Arc::new(EvidenceStore::open(&data.join("evidence"), 1 << 20).expect("a folder")),
        documents: 1_000,
    };
    hub::start(setup, ears, lock).expect("starts")
}

async fn ask<T>(hub: &Hub, command: impl FnOnce(Reply<T>) -> Command) -> Result<T, Refusal> {
    let (reply, answer) = oneshot::channel();
    hub.commands.send(command(reply)).await.expect("the core hears");
    answer.await.expect("the core answers")
}

/// The core has looked at what is due since now.
async fn a_round(hub: &Hub) {
    let (before, beat) = (crate::clock::now_ms(), &hub.counters.pulse.beat_ms);
    loop {
        let has_begun = beat.load(std::sync::atomic::Ordering::Relaxed) > before;
        let none = ask(hub, |reply| Command::ReadCall { id: 1, reply }).await;
        assert!(matches!(none, Err(Refusal::NotFound(_))));
        if has_begun {
            // One thread: what answers has ended the round that had begun.
            return;
        }
    }
}

fn units(text: &str, dry_run: bool) -> impl FnOnce(Reply<crate::units::UnitsReport>) -> Command + use<> {
    let rows = Box::new(Rows::read(text.as_bytes()));
    move |reply| Command::ReplaceUnits { rows, dry_run, reply }
}

fn venues() -> impl FnOnce(Reply<crate::registry::ImportReport>) -> Command {
    let rows = Box::new(crate::registry::Rows::read("会场编码,名称\n350102001-01,指挥大厅\n".as_bytes()));
    |reply| Command::Import { rows, dry_run: false, reply }
}

/// A rule that was due a minute ago, today and every day before.
fn due_a_minute_ago(now: u64) -> Rule {
    use crate::calendar::{DAY_MS, Days, Minute, Times, UTC8_MS};
    let minutes = (now - 60_000 + UTC8_MS) % DAY_MS / 60_000;
    let part = |minutes: u64| u8::try_from(minutes).expect("of a day");
    let minute = Minute::new(part(minutes / 60), part(minutes % 60)).expect("a time");
    Rule { days: Days::Every, times: Times::At(vec![minute]) }
}

/// A schedule that was due a minute ago, kept while HQ is off since it was made, two days ago; its number.
fn scheduled(data: &Path, whom: Whom) -> u64 {
    let (now, store) =
        (crate::clock::now_ms(), Store::open(&data.join("hq"), crate::store::Use::SMALL).expect("opens"));
    let plan = Plan {
        name: "早点名".into(),
        rule: due_a_minute_ago(now),
        whom,
        depth: avow_shared::roll_call::Depth::Present,
        deadline_s: 180,
        confirmed: false,
        kind: crate::roll_call::Kind::Duty,
        operator: "王五".into(),
        basis: "".into(),
        paused: false,
    };
    let mut schedules = Schedules::default();
    let made = schedules.change(schedules::Change::Put(None, Box::new(plan)), now - 2 * crate::calendar::DAY_MS);
    let id = made.expect("is taken").expect("a number");
    let mut batch = Batch::new();
    super::kept::put(&mut batch, b"roll-call-schedule/", id, schedules.get(id).expect("is there").as_ref());
    store.commit(batch).expect("writes");
    id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schedule_that_finds_no_room_calls_as_soon_as_another_call_ends() {
    let data = tempfile::tempdir().expect("a folder");
    let hub = start(data.path());
    ask(&hub, venues()).await.expect("is taken");
    let mut open = Vec::new();
    for _ in 0..crate::roll_call::MOST_OPEN {
        let asked = by_hand(crate::clock::now_ms());
        open.push(ask(&hub, |reply| Command::BeginCall { asked, reply }).await.expect("begins").id);
    }
    hub.stop().await;
    let scope = Scope { places: vec!["35".parse().expect("a place")], ..Scope::default() };
    let id = scheduled(data.path(), Whom::These(scope));
    let hub = start(data.path());
    let called = |hub: &Hub| {
        let schedules = hub.books.schedules.load_full();
        let slots = &schedules.get(id).expect("is there").slots;
        slots.iter().map(|slot| slot.outcome.clone()).filter(|outcome| *outcome != Outcome::Missed).collect::<Vec<_>>()
    };
    // Schedules are looked at each second.
    let looked = std::time::Instant::now() + std::time::Duration::from_millis(2_500);
    while std::time::Instant::now() < looked {
        a_round(&hub).await;
    }
    assert_eq!((called(&hub), hub.books.roll_calls.load().len()), (vec![], open.len()), "it waits");
    let closed =
        crate::roll_call::Closed { by: "张三".into(), reason: "演示".into(), at_ms: crate::clock::now_ms() };
    let (word, first) = (crate::command::CallWord::Closed(closed), open[0]);
    ask(&hub, |reply| Command::ChangeCall { id: first, word, reply }).await.expect("ends");
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while called(&hub).is_empty() {
        a_round(&hub).await;
        assert!(std::time::Instant::now() < until, "nobody is called when there is room again");
    }
    assert!(matches!(called(&hub)[..], [Outcome::Called(_)]), "{:?}", called(&hub));
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schedule_calls_each_slot_once_whatever_happens_and_says_what_it_missed() {
    let data = tempfile::tempdir().expect("a folder");
    let hub = start(data.path());
    ask(&hub, venues()).await.expect("is taken");
    let scope = Scope { places: vec!["35".parse().expect("a place")], ..Scope::default() };
    let group = Group { name: "全省".into(), note: "".into(), scope, changed_ms: 1, changed_by: "".into() };
    let change = groups::Change::Put(None, group);
    let group = ask(&hub, |reply| Command::Group { change, reply }).await.expect("is taken").expect("a number");
    hub.stop().await;

    let id = scheduled(data.path(), Whom::Group(group));
    let mut seen = None;
    for _ in 0..2 {
        let hub = start(data.path());
        a_round(&hub).await;
        let (heads, schedules) = (hub.books.roll_calls.load_full(), hub.books.schedules.load_full());
        let head = heads.newest().next().expect("it was called");
        assert_eq!((heads.len(), head.asked.title.as_ref(), head.tally.expected), (1, "早点名", 1));
        let origin = &head.asked.origin;
        assert_eq!(origin.schedule.as_ref().map(|named| named.id), Some(id), "it says so");
        assert_eq!(origin.group.as_ref().map(|named| named.name.as_ref()), Some("全省"));
        let outcomes: Vec<_> =
            schedules.get(id).expect("is there").slots.iter().map(|slot| slot.outcome.clone()).collect();
        assert_eq!(outcomes, [Outcome::Missed, Outcome::Called(head.id)]);
        assert_eq!(*seen.get_or_insert(head.id), head.id, "never two for one slot");
        let change = groups::Change::Remove(group);
        let removed = ask(&hub, |reply| Command::Group { change, reply }).await;
        assert!(matches!(removed, Err(Refusal::Conflict(_))), "a schedule calls it");
        hub.stop().await;
    }
}

#[test]
fn a_call_that_is_open_stays_and_of_the_others_a_signed_one_goes_before_an_older_one_that_is_not() {
    use crate::document::{Block, Document, Level, Prose, Section};
    use crate::forget::{Gone, Loss, forget_calls};
    use crate::roll_call::{Call, Head, Heads};
    let data = tempfile::tempdir().expect("a folder");
    let hq = avow_shared::wire::Signer::from_seed(&[7; 32]);
    let documents = crate::documents::Documents::open(data.path(), hq).expect("opens");
    let said = Section::new(Level::First, "概况").with(Block::Paragraph(Prose::of("情况良好")));
    let report =
        Document {
            title: "报告".into(), heads: vec![], sections: vec![said], signatures: vec![], generated_at_ms: 1
        };
    documents.sign(&report, "roll-call/3", ("王五", 1), None).expect("is signed");
    let head = |id| {
        let ended_ms = (id > 1).then_some(9);
        Arc::new(Head { ended_ms, ..Head::of(&Call::new(id, by_hand(1), vec![])) })
    };
    let mut heads: Heads = (1..=4).map(head).collect();
    let gone = forget_calls(&mut heads, &documents.now(), 2);
    assert_eq!(gone, [Gone { id: 3, loss: Loss::Signed }, Gone { id: 2, loss: Loss::Unsigned }]);
    assert_eq!(heads.newest().map(|head| head.id).collect::<Vec<_>>(), [4, 1]);
    assert_eq!(forget_calls(&mut heads, &documents.now(), 2), []);
}

/// A place to restore into: what is staged there is none, so whoever is let in fails otherwise.
async fn restores(hub: &Hub, data: &Path) -> Result<(), Refusal> {
    let staged = data.join("somebody's backup");
    ask(hub, |reply| Command::Restore { staged, reply }).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_restored_over_what_people_entered() {
    let province = || Scope { places: vec!["35".parse().expect("a place")], ..Scope::default() };
    let group =
        Group { name: "全省".into(), note: "".into(), scope: province(), changed_ms: 1, changed_by: "".into() };
    let plan = Plan {
        name: "早点名".into(),
        rule: due_a_minute_ago(crate::clock::now_ms()),
        whom: Whom::These(province()),
        depth: avow_shared::roll_call::Depth::Present,
        deadline_s: 180,
        confirmed: false,
        kind: crate::roll_call::Kind::Duty,
        operator: "王五".into(),
        basis: "".into(),
        paused: true,
    };
    let often = crate::warning::frequent::OftenKept { changed: Some((1, "王五".into())), ..Default::default() };
    let now = crate::clock::now_ms();
    let link = Link::new(
        Token::new([9; 16]),
        Purpose::Inspection { run: 1, venue: "350102001-01".parse().expect("a venue") },
        "张三".into(),
        now,
        now + 3_600_000,
    );
    for at in 0..7 {
        let data = tempfile::tempdir().expect("a folder");
        let hub = start(data.path());
        let empty = restores(&hub, data.path()).await;
        assert!(!matches!(empty, Err(Refusal::Conflict(_))), "a new collector is empty: {empty:?}");
        match at {
            0 => {
                let change = groups::Change::Put(None, group.clone());
                ask(&hub, |reply| Command::Group { change, reply }).await.expect("is kept");
            }
            1 => {
                let change = schedules::Change::Put(None, Box::new(plan.clone()));
                ask(&hub, |reply| Command::Schedule { change, reply }).await.expect("is kept");
            }
            2 => {
                let kept = often.clone();
                ask(&hub, |reply| Command::Often { kept, reply }).await.expect("is kept");
            }
            5 => {
                let change = Change::Rules(Rules { venue: Some(6), ..Rules::default() });
                ask(&hub, |reply| Command::Oblige { change, reply }).await.expect("is kept");
            }
            6 => {
                let mut plans = crate::inspection::Plans::clone(&hub.books.plans.load());
                plans.templates.pop();
                hub.books.plans.store(Arc::new(plans));
            }
            3 => {
                let head = crate::roll_call::Head::of(&crate::roll_call::Call::new(1, by_hand(now), vec![]));
                hub.books.roll_calls.store(Arc::new([Arc::new(head)].into_iter().collect()));
            }
            _ => {
                hub.books.links.store(Arc::new(links::Links::new([link.clone()])));
            }
        }
        let refused = restores(&hub, data.path()).await;
        assert!(matches!(refused, Err(Refusal::Conflict(_))), "{at}: {refused:?}");
        hub.stop().await;
    }
}

/// A response of Ⅳ for the whole province, which began at that moment.
fn response(from_ms: u64) -> crate::assurance::Response {
    use crate::assurance::{Act, Level, Response, Step, Terms};
    let places = vec!["35".parse().expect("a place")];
    let terms = Terms { level: Level::Iv, places, from_ms, to_ms: None, freeze: false, staff: vec![] };
    let step = Step { at_ms: from_ms, person: "王五".into(), act: Act::Started, terms, note: "".into() };
    let [title, hazard, authority, document, approver] = ["防台风", "", "省防指", "", "陈六"].map(Box::from);
    Response { title, hazard, authority, document, approver, history: vec![step] }
}

/// Who is there in the whole province.
fn by_hand(given_ms: u64) -> crate::roll_call::Asked {
    crate::roll_call::Asked {
        title: "抽查".into(),
        depth: avow_shared::roll_call::Depth::Present,
        confirmed: false,
        places: vec!["35".parse().expect("a place")],
        except: crate::scope::Except::default(),
        venues: vec![],
        units: vec![],
        kind: crate::roll_call::Kind::SpotCheck,
        origin: crate::roll_call::Origin::default(),
        operator: "张三".into(),
        basis: "".into(),
        system: "".into(),
        given_ms,
        until_ms: given_ms + 180_000,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_response_calls_the_roll_by_the_clock_until_it_ends_and_across_a_restart() {
    use crate::assurance::chronicle::Came;
    use crate::assurance::{Act, Assurance, Change as Assure, Rules};
    let data = tempfile::tempdir().expect("a folder");
    let hub = start(data.path());
    ask(&hub, venues()).await.expect("is taken");
    hub.stop().await;

    // It calls every hour, and HQ was off since it began, two days ago.
    let (now, store) =
        (crate::clock::now_ms(), Store::open(&data.path().join("hq"), crate::store::Use::SMALL).expect("opens"));
    let began = now - 2 * crate::calendar::DAY_MS;
    let (mut all, mut schedules, mut rules) = (Assurance::default(), Schedules::default(), Rules::default());
    rules.0[3].roll_calls_a_day = 24;
    let tree = crate::province::tree_for_tests();
    all.change(Assure::Rules(rules, "王五".into()), tree, began).expect("is taken");
    let id = all.change(Assure::Start(response(began)), tree, began).expect("is taken").response.expect("a number");
    let ordered = schedules.follow(&all.calls(tree, began), |_| true, began).changed[0];
    let mut batch = Batch::new();
    batch.put(b"assurance", &super::kept::bytes_as(2, &rules));
    let kept = all.response(id).expect("is there").as_ref();
    batch.put(&super::kept::key(b"response/", id), &super::kept::bytes_as(2, kept));
    let kept = schedules.ordered(ordered).expect("is there").as_ref();
    super::kept::put(&mut batch, b"assurance-schedule/", ordered, kept);
    store.commit(batch).expect("writes");
    drop(store);

    let missed = |hub: &Hub| {
        let kept = hub.books.chronicle.load_full();
        kept.calls(id).filter(|(_, called)| called.came == Came::Missed).count()
    };
    let hub = start(data.path());
    while missed(&hub) == 0 {
        a_round(&hub).await;
    }
    let (heads, schedules) = (hub.books.roll_calls.load_full(), hub.books.schedules.load_full());
    let (found, schedule) = schedules.of_response(id).expect("is there");
    assert_eq!((found, schedule.slots.len(), schedules.iter().count()), (ordered, schedules::MOST_SLOTS, 0));
    // Just behind the hour the last of them is not too late yet.
    let called = schedule.slots.iter().filter(|slot| slot.outcome != Outcome::Missed).count();
    assert_eq!(called, heads.len(), "what was missed is not made up for");
    let names_it = |head: &Arc<crate::roll_call::Head>| {
        head.asked.origin.schedule.as_ref().is_some_and(|of| of.id == ordered) && head.tally.expected == 1
    };
    assert!(heads.newest().all(names_it));
    let expected = schedules::MOST_SLOTS - called;
    assert_eq!((missed(&hub), hub.books.chronicle.load().last_day(id)), (expected, None), "a report needs them longer");
    rules.0[3].extra_staff = 9;
    let change = Assure::Rules(rules, "赵六".into());
    ask(&hub, |reply| Command::Assure { change, reply }).await.expect("is taken");
    let rule = crate::warning::frequent::Often { faults: 4, ..Default::default() };
    let kept = crate::warning::frequent::OftenKept { rule, changed: Some((now, "赵六".into())) };
    ask(&hub, |reply| Command::Often { kept, reply }).await.expect("is taken");
    // A person calls by hand meanwhile, and ends the call.
    let asked = by_hand(crate::clock::now_ms());
    let by_hand = ask(&hub, |reply| Command::BeginCall { asked, reply }).await.expect("begins").id;
    let closed =
        crate::roll_call::Closed { by: "张三".into(), reason: "演示".into(), at_ms: crate::clock::now_ms() };
    let word = crate::command::CallWord::Closed(closed);
    ask(&hub, |reply| Command::ChangeCall { id: by_hand, word, reply }).await.expect("ends");
    let chronicle = hub.books.chronicle.load_full();
    assert_eq!(chronicle.call(id, by_hand).and_then(|called| called.by_hand.as_deref()), Some("张三"));

    let mut step = response(now).history.remove(0);
    (step.act, step.at_ms) = (Act::Ended, crate::clock::now_ms());
    ask(&hub, |reply| Command::Assure { change: Assure::Step(id, step), reply }).await.expect("ends");
    let state = |hub: &Hub| {
        let schedules = hub.books.schedules.load_full();
        let (_, schedule) = schedules.of_response(id).expect("stays with the response");
        (schedule.plan.paused, schedule.slots.len())
    };
    // Some rounds look at schedules.
    while !state(&hub).0 {
        a_round(&hub).await;
    }
    assert_eq!(state(&hub).1, schedules::MOST_SLOTS, "what it called stays");
    hub.stop().await;
    let hub = start(data.path());
    assert_eq!(state(&hub), (true, schedules::MOST_SLOTS));
    let day = hub.books.chronicle.load().last_day(id).cloned().expect("its last day ended with it");
    assert_eq!((day.venues, day.classes.iter().sum::<u32>(), day.rule.extra_staff, missed(&hub)), (1, 0, 9, expected));
    let rulings = hub.books.rulings.load_full();
    let said: Vec<_> = rulings.newest(None).flat_map(|one| &one.parts).map(|part| (&*part.name, &*part.is)).collect();
    assert_eq!(said, [("faults", "4"), ("iv.extra_staff", "9")]);
    hub.stop().await;
}

/// What a person said of it and how it ended is on disk; the snapshot of before has it open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_was_broken_off_stays_so_though_the_snapshot_is_older() {
    use crate::command::CallWord;
    use crate::roll_call::{Asked, Closed, Kind, Origin};
    let data = tempfile::tempdir().expect("a folder");
    let hub = start(data.path());
    ask(&hub, venues()).await.expect("is taken");
    let given_ms = crate::clock::now_ms();
    let asked = Asked {
        title: "抽查".into(),
        depth: avow_shared::roll_call::Depth::Present,
        confirmed: false,
        places: vec!["35".parse().expect("a place")],
        except: crate::scope::Except::default(),
        venues: vec![],
        units: vec![],
        kind: Kind::SpotCheck,
        origin: Origin::default(),
        operator: "".into(),
        basis: "".into(),
        system: "视频会议系统".into(),
        given_ms,
        until_ms: given_ms + 600_000,
    };
    let open = ask(&hub, |reply| Command::BeginCall { asked, reply }).await.expect("is called");
    let id = open.id;
    let mut province = Province::new(Divisions::fujian(), Arc::default(), crate::province::Rules::default());
    province.change_calls(|calls| calls.hold(open));
    let closed = Closed { by: "张三".into(), reason: "误发".into(), at_ms: given_ms + 5 };
    let word = CallWord::Closed(closed.clone());
    ask(&hub, |reply| Command::ChangeCall { id, word, reply }).await.expect("is open");
    hub.stop().await;
    crate::snapshot::write(&data.path().join("snapshot"), &province.freeze(), &[]).expect("is written");
    let hub = start(data.path());
    let call = ask(&hub, |reply| Command::ReadCall { id, reply }).await.expect("is there");
    assert_eq!((call.closed.as_ref(), call.is_open(), &*call.asked.system), (Some(&closed), false, "视频会议系统"));
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_notes_and_signed_documents_are_there_after_a_restart_and_in_a_backup() {
    let data = tempfile::tempdir().expect("a folder");
    let hub = start(data.path());
    ask(&hub, venues()).await.expect("is taken");
    let (now, venue) = (crate::clock::now_ms(), "350102001-01".parse().expect("a venue"));
    let asked = crate::roll_call::Asked {
        title: "抽查".into(),
        depth: avow_shared::roll_call::Depth::Present,
        confirmed: false,
        places: vec![],
        except: crate::scope::Except::default(),
        venues: vec![venue],
        units: vec![],
        kind: crate::roll_call::Kind::SpotCheck,
        origin: crate::roll_call::Origin::default(),
        operator: "".into(),
        basis: "".into(),
        system: "".into(),
        given_ms: now,
        until_ms: now + 60_000,
    };
    // 平潭 counts beside 福州, though its code says otherwise: who leaves 福州 out calls it. And levels are those of rooms.
    let rows = Box::new(crate::registry::Rows::read("会场编码,上级\n350128,35\n350128-01,\n".as_bytes()));
    ask(&hub, |reply| Command::Import { rows, dry_run: false, reply }).await.expect("is taken");
    let (fuzhou, level) = ("3501".parse().expect("a place"), avow_shared::place::Level::Township);
    for (places, levels, called) in [(vec![fuzhou], vec![], "350128-01"), (vec![], vec![level], "350102001-01")] {
        let (whole, except) = ("35".parse().expect("a place"), crate::scope::Except { places, levels });
        let asked = crate::roll_call::Asked { places: vec![whole], venues: vec![], except, ..asked.clone() };
        let call = ask(&hub, |reply| Command::BeginCall { asked, reply }).await.expect("is called");
        let rooms: Vec<_> = call.entries.iter().filter_map(|entry| entry.venue()).map(|id| id.to_string()).collect();
        assert_eq!(rooms, [called]);
    }
    let call = ask(&hub, |reply| Command::BeginCall { asked, reply }).await.expect("is called").id;
    let link = Link::new(Token::new([7; 16]), Purpose::RollCall { call, venue }, "张三".into(), now, now + 60_000);
    let (id, change) = (link.id(), links::Change::Make(link));
    ask(&hub, |reply| Command::Link { change, reply }).await.expect("is made");
    let word = || crate::roll_call::ByHand {
        at_ms: now,
        mode: crate::roll_call::Mode::Person,
        person: "李四".into(),
        telephone: "1".into(),
        via: crate::roll_call::Via::Page,
        operator: "".into(),
        picture: Some(true),
        sound: Some(true),
        note: "".into(),
    };
    ask(&hub, |reply| Command::AnswerByLink { id, word: word(), reply }).await.expect("is taken");
    let again = ask(&hub, |reply| Command::AnswerByLink { id, word: word(), reply }).await;
    assert!(matches!(again, Err(Refusal::Conflict(_))), "{again:?}");
    let told = ask(&hub, |reply| Command::ReadCall { id: call, reply }).await.expect("is there");
    let person = told
        .entry(&crate::roll_call::Whom::Room(venue))
        .and_then(|entry| entry.person().cloned())
        .expect("has answered");
    assert_eq!(
        (person.operator.as_ref(), person.via),
        ("张三", crate::roll_call::Via::Page),
        "who made the link asked"
    );
    let note = Note { kind: crate::roll_call::Kind::Duty, notice: "良好".into(), by: "王五".into(), at_ms: now };
    ask(&hub, |reply| Command::NoteCall { id: call, note: note.clone(), reply }).await.expect("is written");
    let nothing = ask(&hub, |reply| Command::NoteCall { id: 7, note, reply }).await;
    assert!(matches!(nothing, Err(Refusal::NotFound(_))));
    let record = told.record(&hub.view.load(), None, "省应急指挥中心", now);
    let document = crate::document::roll_call::report_of_roll_call(&record, now).expect("a report");
    let name = hub.documents.sign(&document, "roll-call/1", ("王五", now), None).expect("is signed");
    let before = (hub.books.links.load_full(), hub.books.notes.load_full());
    let turn = Place::default().take(now).expect("is free");
    let (mut file, turn) = ask(&hub, |reply| Command::Backup { turn, reply }).await.expect("is written");
    let backup = data.path().join("fetched");
    std::io::copy(&mut file, &mut std::fs::File::create(&backup).expect("is made")).expect("is fetched");
    drop(turn);
    hub.stop().await;

    // Restored twice: the second lies over what the first left, as after one that was broken off.
    let other = tempfile::tempdir().expect("a folder");
    for _ in 0..2 {
        crate::archive::restore(&backup, other.path()).expect("is restored");
    }
    for data in [data.path(), other.path()] {
        let hub = start(data);
        assert_eq!((hub.books.links.load_full(), hub.books.notes.load_full()), before);
        let checked = hub.documents.check(name).expect("is there");
        assert!(checked.own_key && checked.changed.is_empty(), "{checked:?}");
        let again = ask(&hub, |reply| Command::AnswerByLink { id, word: word(), reply }).await;
        assert!(matches!(again, Err(Refusal::Conflict(_))), "used once, whatever happens");
        hub.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_ends_when_whoever_asked_for_it_has_gone_and_the_next_may_begin() {
    let data = tempfile::tempdir().expect("a folder");
    for left in ["backup.0.tmp", "restore.upload-1"] {
        std::fs::write(data.path().join(left), "x").expect("writes");
    }
    let hub = start(data.path());
    let of_backups = || {
        let names = data.path().read_dir().expect("reads").flatten().map(|entry| entry.file_name());
        let names = names.map(|name| name.to_string_lossy().into_owned());
        names.filter(|name| name.starts_with("backup") || name.starts_with("restore")).collect::<Vec<_>>()
    };
    assert_eq!(of_backups(), [""; 0], "what a killed program left");
    // A piece of evidence without an end.
    let endless = data.path().join("evidence").join("aa").join("a".repeat(64));
    std::fs::create_dir_all(endless.parent().expect("a folder")).expect("is made");
    nix::unistd::mkfifo(&endless, nix::sys::stat::Mode::S_IRWXU).expect("is made");
    let place = Place::default();
    let (turn, (reply, answer)) = (place.take(7).expect("is free"), oneshot::channel());
    hub.commands.send(Command::Backup { turn, reply }).await.expect("the core hears");
    let far = place.clone();
    let writing = tokio::task::spawn_blocking(move || {
        use std::io::Write;
        let mut evidence = std::fs::OpenOptions::new().write(true).open(endless).expect("is read");
        evidence.write_all(&[7; 2 << 20]).expect("is read");
        let far = far.now().expect("is under way");
        assert!(far.bytes > 1 << 20 && far.about_bytes >= far.bytes && far.since_ms == 7, "{far:?}");
        drop(answer);
        // A pipe holds 64 KiB, and so much and more is on its way to the file.
        evidence.write_all(&[7; 8 << 20]).map_err(|error| error.kind())
    });
    assert_eq!(writing.await.expect("it ends"), Err(std::io::ErrorKind::BrokenPipe), "nobody wants more");
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let turn = loop {
        match place.take(8) {
            Some(turn) => break turn,
            None => assert!(std::time::Instant::now() < until, "the place is not free"),
        }
        a_round(&hub).await;
    };
    assert_eq!(of_backups(), [""; 0]);
    std::fs::remove_dir_all(data.path().join("evidence").join("aa")).expect("goes");
    let made = ask(&hub, |reply| Command::Backup { turn, reply }).await;
    assert!(made.is_ok_and(|(file, _)| file.metadata().is_ok_and(|known| known.len() > 0)));
    // Whoever sent a backup and has gone was told that nothing is changed.
    let staged = data.path().join("staged");
    std::fs::write(&staged, "x").expect("writes");
    let (reply, answer) = oneshot::channel();
    drop(answer);
    hub.commands.send(Command::Restore { staged: staged.clone(), reply }).await.expect("the core hears");
    a_round(&hub).await;
    assert!(staged.exists() && !hub.has_ended());
    hub.stop().await;
}

fn joint_test() -> Change {
    let by = |person: &str| Some(Confirmation { person: person.into(), telephone: None, at_ms: 0, by_link: false });
    let subject = Subject::County("350102".parse().expect("a county"));
    let said = Said { kind: TestKind::Monthly, at_ms: crate::clock::now_ms(), note: "".into(), sheet: None };
    Change::Add(JointTest { near: by("王五"), far: by("赵六"), ..JointTest::new(subject, said) })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn units_and_joint_tests_are_there_after_a_restart_and_no_backup_is_laid_over_them() {
    let data = tempfile::tempdir().expect("a folder");
    let hub = start(data.path());
    let tried = ask(&hub, units("unit,name,kind\na,甲,member\n", true)).await.expect("is tried");
    assert_eq!((tried.added, tried.revision, hub.books.units.load().len()), (1, 0, 0));
    ask(&hub, units("unit,name,kind\na,甲,member\nb,乙,upper\n", false)).await.expect("is taken");
    let wrong = ask(&hub, units("unit,name,kind\na,甲,office\n", false)).await.expect("is answered");
    assert_eq!((wrong.errors.len(), hub.books.units.load().len()), (1, 2));
    let rules = Change::Rules(Rules { county: Some(3), ..Rules::default() });
    for change in [joint_test(), rules] {
        ask(&hub, |reply| Command::Oblige { change, reply }).await.expect("is taken");
    }
    let before = (hub.books.units.load_full(), hub.books.obligations.load_full());
    hub.stop().await;

    let hub = start(data.path());
    assert_eq!((hub.books.units.load_full(), hub.books.obligations.load_full()), before);
    assert_eq!((before.0.revision, before.1.len(), before.1.rules.county), (1, 1, Some(3)));
    let staged = data.path().join("somebody's backup");
    let restored = ask(&hub, |reply| Command::Restore { staged, reply }).await;
    assert!(matches!(restored, Err(Refusal::Conflict(_))), "{restored:?}");
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_month_after_the_first_start_a_missed_month_is_overdue_unless_a_person_says_otherwise() {
    let folder = tempfile::tempdir().expect("a folder");
    let next = crate::calendar::Month::of(crate::clock::now_ms()).plus(1);
    let since = |hub: &Hub| hub.books.obligations.load().rules.since;
    let hub = start(folder.path());
    assert_eq!(since(&hub), Some(next));
    hub.stop().await;
    let hub = start(folder.path());
    assert_eq!(since(&hub), Some(next), "written, not reckoned anew");
    let change = Change::Rules(Rules { since: None, ..Rules::default() });
    ask(&hub, |reply| Command::Oblige { change, reply }).await.expect("taken");
    hub.stop().await;
    let hub = start(folder.path());
    assert_eq!(since(&hub), None, "a person's word");
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_is_used_up_with_the_confirmation_of_what_was_shown_or_not_at_all() {
    let data = tempfile::tempdir().expect("a folder");
    let hub = start(data.path());
    let Change::Add(test) = joint_test() else { unreachable!("it is kept") };
    let change = Change::Add(JointTest { far: None, ..test });
    let test = ask(&hub, |reply| Command::Oblige { change, reply }).await.expect("is kept").expect("a number");
    let now = crate::clock::now_ms();
    let link =
        Link::new(Token::new([8; 16]), Purpose::JointTest { test, end: End::Far }, "张三".into(), now, now + 60_000);
    let (id, change) = (link.id(), links::Change::Make(link));
    ask(&hub, |reply| Command::Link { change, reply }).await.expect("is made");
    let stands = hub.books.obligations.load().get(test).expect("is kept").newest();
    let who = |person: &str| Confirmation { person: person.into(), telephone: None, at_ms: now, by_link: true };
    let other = Box::new(Said { note: "别的".into(), ..stands.clone() });
    for (said, who) in [(other, who("李四")), (Box::new(stands.clone()), who("王五"))] {
        let refused = ask(&hub, |reply| Command::ConfirmByLink { id, said, who, reply }).await;
        assert!(matches!(refused, Err(Refusal::Conflict(_))), "{refused:?}");
        assert_eq!(hub.books.links.load().get(id).map(|link| link.used_ms), Some(None), "it can be used still");
    }
    let said = Box::new(stands);
    let confirm = |reply| Command::ConfirmByLink { id, said: said.clone(), who: who("李四"), reply };
    ask(&hub, confirm).await.expect("is confirmed");
    hub.stop().await;

    let hub = start(data.path());
    let kept = hub.books.obligations.load().get(test).cloned().expect("is kept");
    assert!(
        kept.counts()
            && kept.far.as_ref().is_some_and(|far| far.by_link)
            && kept.near.as_ref().is_some_and(|near| !near.by_link)
    );
    let again = ask(&hub, confirm).await;
    assert!(matches!(again, Err(Refusal::Conflict(_))), "used once: {again:?}");
    hub.stop().await;
}
