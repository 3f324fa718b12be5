//! How soon a whole province answers a roll call while it reports, and what the calls leave behind.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::bench::ingest;
use crate::bench::row::{Row, Target, percentile};
use crate::browser::PROVINCE;
use crate::folders::{Folders, search_path};
use crate::http::Client;
use crate::process::{self, Output};
use crate::programs::Fleet;
use crate::scene::Scene;
use crate::{procfs, wait};

const PRESENT_S: f64 = 10.0;
/// The longest time that a simulated venue looks, seconds: the fleet's usual.
const LOOKS_S: f64 = 6.0;
const BESIDE_S: f64 = 5.0;
/// A call that is not over by then is not measured.
const WITHIN: Duration = Duration::from_secs(60);
/// Eighteen thousand boxes that connect at once, with full spools.
const BEHIND_WITHIN: Duration = Duration::from_secs(300);
/// So long is looked whether a backlog is still sent.
const STILL: Duration = Duration::from_secs(4);
const BESIDE: &str = "while a day's backlog is sent";
/// What a person takes for one picture after the other.
const FRAME_MS: f64 = 100.0;
const REQUESTS: usize = 100;
const LIMIT_MS: f64 = 100.0;
/// Calls until as many are held in memory as ever are, the database's cache is full and buffers have the size that calls need.
const FIRST: usize = 20;
/// So long is looked what reports alone add.
const WITHOUT: Duration = Duration::from_secs(60);
/// As many as a bad week has.
const IN_A_ROW: usize = 50;
const MEBIBYTE: f64 = (1 << 20) as f64;
/// What a busy hour moves the memory by without any call, and the records that are kept in memory.
const LEFT_MIB: f64 = 64.0;

/// Both depths once, and how long the page of a call waits for its answers.
pub(crate) struct Measured {
    /// What every build is held to.
    pub(crate) held: Row,
    /// What is measured and not met yet, see `docs/plan.md`.
    pub(crate) told: [Row; 4],
}

pub(crate) fn measure(scene: &mut Scene) -> Result<Measured> {
    let (present, _) = called(scene, "present", PRESENT_S)?;
    let (ready, path) = called(scene, "ready", LOOKS_S + BESIDE_S)?;
    let mut client = scene.client();
    let mut last = json!({});
    let since = loop {
        let answer = client.json(&since_of(&path, &last))?;
        if answer["more"] != true {
            break since_of(&path, &answer);
        }
        last = answer;
    };
    let whole = asked(scene, &mut client, "roll-calls/{id}", &path)?;
    let news = asked(scene, &mut client, "roll-calls/{id}?since=", &since)?;
    let list = asked(scene, &mut client, "roll-calls", "/api/v1/roll-calls")?;
    Ok(Measured { held: present, told: [ready, whole, news, list] })
}

/// Where to ask for what came after an answer; after none: for everything.
fn since_of(path: &str, answer: &Value) -> String {
    match (&answer["revision"], &answer["epoch_ms"]) {
        (Value::Number(revision), Value::Number(epoch)) => format!("{path}?since={revision}&epoch={epoch}"),
        _ => path.to_owned(),
    }
}

/// A call over a province whose boxes were cut off for a day and are back, all of them with what they found meanwhile; then an operator's
/// browser, which looks at the overview and calls once more.
pub(crate) fn behind(folders: &Folders, scene: &mut Scene) -> Result<Vec<Row>> {
    come_back(scene, &Fleet { venues: PROVINCE, behind_s: 86_400, ..Fleet::USUAL })?;
    let (row, more) = beside(scene, |scene| Ok(called(scene, "ready", LOOKS_S + BESIDE_S)?.0))?;
    let mut rows = vec![row.during(BESIDE, &more)];
    let (seen, more) = beside(scene, |scene| looks(folders, scene))?;
    rows.extend(seen.into_iter().map(|row| row.during(BESIDE, &more)));
    Ok(rows)
}

/// `fleet` takes the place of the one that is there: its boxes were cut off and are back. They are connected and have made up what they were
/// cut off from, which takes this machine's cores for half a minute and a box none, and a part of what they have is in.
pub(crate) fn come_back(scene: &mut Scene, fleet: &Fleet<'_>) -> Result<()> {
    scene.drain_fleet()?;
    scene.add_fleet(fleet)?;
    let mut client = scene.client();
    let before = ingest::stored(&mut client)?;
    wait::until("a part of what the province has to send", BEHIND_WITHIN, || {
        scene.still_runs()?;
        Ok((ingest::stored(&mut client)? >= before + u64::from(PROVINCE) * 60).then_some(()))
    })
}

/// What `work` comes to while the backlog is sent, and how fast it was.
pub(crate) fn beside<T>(scene: &mut Scene, work: impl FnOnce(&mut Scene) -> Result<T>) -> Result<(T, String)> {
    let mut client = scene.client();
    let (began, before) = (Instant::now(), ingest::stored(&mut client)?);
    let done = work(scene)?;
    let (seconds, after) = (began.elapsed().as_secs_f64(), ingest::stored(&mut client)?);
    // It was not over before the work was.
    let still = wait::observe(STILL, || scene.still_runs())?.as_secs_f64();
    let more = (ingest::stored(&mut client)?.saturating_sub(after)) as f64 / still;
    ensure!(more > 1.5 * f64::from(PROVINCE) / 6.0, "{more:.0} reports a second in the end: no backlog is being sent");
    let a_second = after.saturating_sub(before) as f64 / seconds;
    Ok((done, format!("{a_second:.0} reports a second were stored meanwhile")))
}

/// A browser that looks at the console beside a backlog. It gives way to HQ, as one that has a machine of its own: here it draws on HQ's cores.
pub(crate) fn onlooker(folders: &Folders, scene: &Scene) -> Command {
    let mut command = Command::new("nice");
    command.args(["-n", "10", "node"]).arg(folders.web().join("e2e/beside.mjs")).current_dir(folders.web());
    command.env("PATH", search_path()).env("AVOW_URL", scene.url()).env("TMPDIR", scene.folder());
    command
}

/// What the browser says of its frames and clicks.
fn looks(folders: &Folders, scene: &mut Scene) -> Result<Vec<Row>> {
    let mut command = onlooker(folders, scene);
    command.env("AVOW_SHOTS", folders.kept("bench")?);
    let log = folders.kept("bench")?.join("beside.log");
    process::run(&mut command, Output::Logged(&log))?;
    scene.still_runs()?;
    let said = std::fs::read_to_string(&log).context("failed to read what the browser said")?;
    let seen = said.lines().find(|line| line.starts_with('{')).context("the browser said nothing")?;
    let seen: Value = serde_json::from_str(seen)?;
    let row = |key: &str, what: &str, unit, per_unit: f64, limit: f64| {
        let ms = seen[key].as_f64().with_context(|| format!("the browser did not say '{key}'"))?;
        let row = Row::new(format!("browser, {what}"), ms / per_unit, unit, Target::AtMost(limit));
        Ok::<_, anyhow::Error>(row.note("on the same cores"))
    };
    Ok(vec![
        row("overview", "from frame to frame of the overview, p95", "ms", 1.0, FRAME_MS)?,
        row("click", "from a click to the picture, median", "ms", 1.0, FRAME_MS)?,
        row("call", "from frame to frame of a call's wall while answers come, p95", "ms", 1.0, FRAME_MS)?,
        row("filled", "roll call 'ready', its wall is full", "s", 1_000.0, LOOKS_S + BESIDE_S)?,
    ])
}

/// Fifty calls of the province, one after the other.
pub(crate) fn in_a_row(scene: &mut Scene) -> Result<Row> {
    for _ in 0..FIRST {
        called(scene, "present", PRESENT_S)?;
    }
    let resident = |scene: &Scene| Ok::<_, anyhow::Error>(procfs::resident(scene.collector_pid()?)? as f64 / MEBIBYTE);
    let quiet = resident(scene)?;
    let observed = wait::observe(WITHOUT, || scene.still_runs())?;
    let before = resident(scene)?;
    let (began, mut slowest_s) = (Instant::now(), 0.0_f64);
    for _ in 0..IN_A_ROW {
        let (row, _) = called(scene, "present", PRESENT_S)?;
        slowest_s = slowest_s.max(row.value().unwrap_or(0.0));
    }
    let of_reports = (before - quiet).max(0.0) * began.elapsed().as_secs_f64() / observed.as_secs_f64();
    let all = resident(scene)? - before;
    let grown = all - of_reports;
    let note = format!(
        "{IN_A_ROW} calls of the whole province behind {FIRST}, the slowest {slowest_s:.1} s; {all:.0} MiB with what reports alone add in that \
         time, as measured without calls before"
    );
    Ok(Row::new("memory that roll calls leave behind", grown, "MiB", Target::AtMost(LEFT_MIB)).note(note))
}

/// One call of the province; where it is told of.
fn called(scene: &mut Scene, depth: &str, limit_s: f64) -> Result<(Row, String)> {
    let mut client = scene.client();
    let wanted = json!({ "depth": depth, "places": ["35"], "confirmed": true });
    let began = Instant::now();
    let answer = client.post("/api/v1/roll-calls", &wanted)?;
    let said = String::from_utf8_lossy(&answer.body);
    ensure!(answer.status == 202, "POST roll-calls: status {}: {said}", answer.status);
    let click_ms = began.elapsed().as_millis();
    let call: Value = serde_json::from_slice(&answer.body)?;
    let path = format!("/api/v1/roll-calls/{}", call["id"]);
    let (mut asked, mut last_ms, mut heard_ms) = (path.clone(), 0, 0);
    let over = wait::until("the answers of the province", WITHIN, || {
        scene.still_runs()?;
        let news = client.json(&asked)?;
        asked = since_of(&path, &news);
        let of = |key: &str| news["entries"].as_array().into_iter().flatten().filter_map(|one| one[key].as_u64()).max();
        last_ms = last_ms.max(of("answered_ms").unwrap_or(0));
        heard_ms = heard_ms.max(of("heard_ms").unwrap_or(0));
        let open = ["waiting", "heard"].map(|key| news["call"][key].as_u64().unwrap_or(0)).iter().sum::<u64>();
        Ok((open == 0 && news["more"] != true).then(|| news["call"].clone()))
    });
    let (over, shown_s) = (over?, began.elapsed().as_secs_f64());
    let number = |key: &str| over[key].as_u64().context("a sum is missing");
    let (expected, answered) = (number("expected")?, number("on_time")? + number("in_meeting")?);
    ensure!(answered == expected, "{answered} of {expected} answered");
    let heard = if heard_ms > 0 {
        format!(", the last heard it after {:.1} s", heard_ms as f64 / 1_000.0)
    } else {
        String::new()
    };
    let note = format!(
        "{expected} venues; stored after {:.1} s{heard}; the click was answered after {click_ms} ms",
        last_ms as f64 / 1_000.0
    );
    let row = Row::new(format!("roll call '{depth}', last answer shown"), shown_s, "s", Target::AtMost(limit_s));
    Ok((row.note(note), path))
}

fn asked(scene: &mut Scene, client: &mut Client, what: &str, path: &str) -> Result<Row> {
    scene.still_runs()?;
    let mut bytes = 0;
    let mut times_ms = Vec::new();
    for _ in 0..REQUESTS {
        let asked = Instant::now();
        let answer = client.get(path)?;
        times_ms.push(asked.elapsed().as_secs_f64() * 1_000.0);
        ensure!(answer.status == 200, "GET {path}: status {}", answer.status);
        bytes = answer.body.len();
    }
    let p99 = percentile(&mut times_ms, 0.99).context("nothing was asked")?;
    let note = format!("{REQUESTS} requests, up to {bytes} bytes");
    Ok(Row::new(format!("GET {what}, p99"), p99, "ms", Target::AtMost(LIMIT_MS)).note(note))
}
