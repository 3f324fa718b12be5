//! The drill against a simulated matrix and a service that takes a known time to come over the backup: what it measures is
//! that time, and what was taken away is given back, whatever happens in between.

use std::path::Path;
use std::time::Duration;

use avow_agent::jitter::Dice;
use avow_agent::probe::switch::owed::all;
use avow_agent::probe::{Context, Found, Work, run};
use avow_shared::interlock::Disturbance;
use avow_shared::outcome::Verdict;
use avow_shared::wire::{Report, Signer};
use avow_tests::fleet::hq::{Hq, Manners};
use avow_tests::rig::{Folder, Process, program, wait_until};
use avow_tests::sim::matrix::{Faults, Matrix};
use avow_tests::sim::takeover::{Takes, service};

use crate::broker::{broker_at, free_port, runtime};
use crate::site;

const SOON: Duration = Duration::from_secs(30);
/// What this machine, with other tests beside, may add to what the beat cannot see.
const SLACK_S: f64 = 0.25;

fn context(state: &Path) -> Context {
    Context { may_move: true, state_dir: state.to_owned(), ..site::context() }
}

fn keys(matrix: &str, service: &str, more: &str) -> String {
    format!(
        "switch = {{ profile='extron-sis', address='{matrix}', sources=['2'], sink='1' }}\n\
         service = {{ kind='http', url='http://{service}/' }}\nanswer_ms = 1000\n{more}"
    )
}

fn work(keys: &str) -> Work {
    Work::parse("drill", keys.parse().expect("a table")).unwrap_or_else(|wrong| panic!("{keys}: {wrong}"))
}

const fn ms(ms: u64) -> Option<Duration> {
    Some(Duration::from_millis(ms))
}

/// Runs one drill; output 1 shows input 1 before and, when it could, after it.
async fn drilled(matrix: &Matrix, there: Option<Duration>, back: Option<Duration>, more: &str) -> (Found, usize) {
    let service = service(matrix.clone(), Takes { main: 1, there, back }).await.to_string();
    let (address, folder) = (matrix.on_tcp().await.to_string(), Folder::new());
    let found = run(&work(&keys(&address, &service, more)), &context(folder.path())).await;
    (found, all(folder.path()).len())
}

fn value(found: &Found, name: &str) -> f64 {
    let value = found.values.iter().find(|value| value.name.as_str() == name);
    value.unwrap_or_else(|| panic!("{name}: {found:?}")).number
}

fn matrix(faults: Faults) -> Matrix {
    Matrix::new(8, &[1], faults)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_seconds_are_those_that_the_backup_and_the_way_back_take() {
    let seed = 20_261_126u64;
    println!("seed {seed}");
    let mut dice = Dice::seeded(&seed.to_be_bytes());
    for _ in 0..3 {
        let (there, back) = (500 + dice.upto(2_500), 500 + dice.upto(1_500));
        let matrix = matrix(Faults::default());
        let (found, owed) = drilled(&matrix, ms(there), ms(back), "").await;
        assert_eq!((found.verdict.clone(), owed, matrix.ties()), (Verdict::Pass, 0, vec![1]), "{}", found.detail);
        assert_eq!(matrix.told(), [(2, 1), (1, 1)]);
        for (name, took) in [("interruption_s", there), ("return_s", back)] {
            let seconds = Duration::from_millis(took).as_secs_f64();
            let over = value(&found, name) - seconds;
            println!(
                "{name}: {seconds:.3} s, measured {over:+.3} s more, resolution {:.3} s",
                value(&found, "drill_resolution_s")
            );
            let most = value(&found, "drill_resolution_s") + SLACK_S;
            assert!((-0.01..most).contains(&over), "{name}: {seconds} s, measured {}", value(&found, name));
        }
        assert!((0.0..0.1 + SLACK_S).contains(&value(&found, "drill_resolution_s")), "{}", found.detail);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_takes_too_long_or_never_comes_is_a_finding_and_main_is_given_back() {
    let limits = "limits = { interruption_s = { good = 1, tolerable = 3 }, return_s = { good = 2, tolerable = 3 } }";
    for (what, there, back, expected, owed) in [
        ("slow", ms(2_000), ms(0), Verdict::degraded("drill.slow"), 0),
        ("never", None, ms(0), Verdict::fail("drill.no-takeover"), 0),
        ("main stays away", ms(0), None, Verdict::fail("drill.not-restored"), 0),
    ] {
        let matrix = matrix(Faults::default());
        let (found, left) = drilled(&matrix, there, back, limits).await;
        assert_eq!((found.verdict, left, matrix.ties()), (expected, owed, vec![1]), "{what}: {}", found.detail);
        assert!(!found.exhibits.is_empty(), "{what}: the bytes are the evidence");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_matrix_that_does_not_give_back_is_told_to_a_person_and_stays_owed() {
    let matrix = matrix(Faults { stuck_from: Some(2), ..Faults::default() });
    let (found, owed) = drilled(&matrix, ms(300), ms(0), "").await;
    assert_eq!((found.verdict, owed), (Verdict::fail("drill.not-restored"), 1), "{}", found.detail);
    assert!(found.detail.contains("立即人工切回"), "{}", found.detail);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_is_away_already_and_a_backup_that_does_not_answer_are_not_drilled() {
    let (gone, elsewhere) = (matrix(Faults::default()), matrix(Faults::default()));
    let dead = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound").port();
    let backup = format!("backup = {{ kind='line', method='tcp', to='127.0.0.1', port={dead} }}");
    let (found, _) = drilled(&gone, ms(0), ms(0), &backup).await;
    assert_eq!(found.verdict, Verdict::fail("drill.no-takeover"), "{}", found.detail);
    let keys = keys(&elsewhere.on_tcp().await.to_string(), &format!("127.0.0.1:{dead}"), "");
    let found = run(&work(&keys), &context(Folder::new().path())).await;
    assert!(matches!(found.verdict, Verdict::Unknown { .. }) && found.detail.contains("未切换"), "{}", found.detail);
    assert_eq!((gone.told(), elsewhere.told()), (vec![], vec![]));
}

#[test]
fn a_drill_interrupts_so_only_a_person_or_the_list_starts_it() {
    let work = work(&keys("h", "h", ""));
    assert_eq!((work.disturbance(), work.least_disturbance()), (Disturbance::Motion, Disturbance::Motion));
}

#[test]
fn who_is_killed_in_the_middle_of_a_drill_gives_main_back_at_the_next_start() {
    runtime().block_on(killed_in_the_middle());
}

async fn killed_in_the_middle() {
    let (folder, broker) = (Folder::new(), broker_at(free_port()));
    let keeps = Manners { keeps: true, ..Manners::default() };
    let hq = Hq::start(broker.port, Signer::from_seed(&[9; 32]), keeps);
    let matrix = matrix(Faults::default());
    let service = service(matrix.clone(), Takes { main: 1, there: None, back: ms(0) }).await.to_string();
    let keys = keys(&matrix.on_tcp().await.to_string(), &service, "");
    let config = folder.file("agent.toml");
    let text = format!(
        "[agent]\nplace = '350102001'\nstate = '{0}/state'\nsocket = '{0}/agent.sock'\n\
         [hq]\nbroker = 'mqtt://127.0.0.1:{1}'\nhttp = 'http://127.0.0.1:1'\n\
         [interlock]\nmay_disturb = ['350102001-01/drill']\n\
         [[venue]]\nid = '350102001-01'\nname = '指挥大厅'\n\
         [[venue.probe]]\nid = 'drill'\nname = '主备切换演练'\nkind = 'drill'\n{keys}",
        folder.path().display(),
        broker.port
    );
    std::fs::write(&config, text).expect("writes");
    let agent = || {
        let mut command = std::process::Command::new(program("avow-agent"));
        command.args(["run", "--config"]).arg(&config);
        Process::start(&folder, "agent", &command)
    };
    let mut first = agent();
    wait_until("the switch", SOON, async || (matrix.ties() == [2]).then_some(())).await;
    first.kill();
    assert_eq!((matrix.told(), all(&folder.file("state")).len()), (vec![(2, 1)], 1));
    let mut second = agent();
    wait_until("the way back", SOON, async || (matrix.ties() == [1]).then_some(())).await;
    let told = || {
        let books = hq.books.lock().expect("whole");
        let is_it =
            |report: &Report| matches!(report, Report::Event(event) if event.code.as_str() == "switch.interrupted");
        books.reports.values().any(|one| is_it(&one.report)).then_some(())
    };
    wait_until("the event", SOON, async || told()).await;
    second.kill();
}
