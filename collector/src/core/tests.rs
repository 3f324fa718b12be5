//! What people at HQ entered, across a restart of the whole core.

mod inspect;

use std::path::Path;
use std::sync::Arc;

use tokio::sync::oneshot;

use crate::broker::Setup as Broker;
use crate::command::{Command, Refusal, Reply};
use crate::evidence::EvidenceStore;
use crate::history::{History, Limits};
use crate::hub::{self, Hub, Setup};
use crate::obligations::{Change, Confirmation, JointTest, Rules, Subject, TestKind};
use crate::units::Rows;

fn start(data: &Path) -> Hub {
    let ears = hub::listen(Broker::Embedded(vec!["127.0.0.1:0".parse().expect("an address")])).expect("listens");
    let lock = hub::lock(data).expect("nobody else is here");
    let setup = Setup {
        data: data.to_owned(),
        accept_new: false,
        rules: crate::province::Rules::default(),
        history: Arc::new(History::open(&data.join("history"), Limits::default()).expect("a folder")),
        evidence: Arc::new(EvidenceStore::open(&data.join("evidence"), 1 << 20).expect("a folder")),
    };
    hub::start(setup, ears, lock).expect("starts")
}

async fn ask<T>(hub: &Hub, command: impl FnOnce(Reply<T>) -> Command) -> Result<T, Refusal> {
    let (reply, answer) = oneshot::channel();
    hub.commands.send(command(reply)).await.expect("the core hears");
    answer.await.expect("the core answers")
}

fn units(text: &str, dry_run: bool) -> impl FnOnce(Reply<crate::units::UnitsReport>) -> Command + use<> {
    let rows = Box::new(Rows::read(text.as_bytes()));
    move |reply| Command::ReplaceUnits { rows, dry_run, reply }
}

fn joint_test() -> Change {
    let by = |person: &str| Some(Confirmation { person: person.into(), telephone: None, at_ms: 0 });
    Change::Add(JointTest {
        subject: Subject::County("350102".parse().expect("a county")),
        kind: TestKind::Monthly,
        at_ms: crate::clock::now_ms(),
        note: "".into(),
        near: by("王五"),
        far: by("赵六"),
        withdrawn: None,
    })
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
