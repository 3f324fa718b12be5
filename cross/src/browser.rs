//! The console in a real browser: simulated venues of every county and one real agent
//! whose picture turns black while the browser looks on. What the browser does and asserts is written in `collector/web/e2e/console.mjs`;
//! before that, in `presets.mjs`, `across.mjs`, `obligations.mjs`, `inspect.mjs`, `assure.mjs`, `roll_call.mjs`, `desk.mjs` and `looks.mjs`, a hand at a camera,
//! runs of two venues, who owes joint tests, inspections with what follows from them, roll calls, and how every page looks, whose every answer is written there too;
//! then, in `day.mjs`, an operator's day against the same collector, after what is measured; last, in `beside.mjs`, the console while a backlog is sent.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::bench::{api, roll_call};
use crate::demo::agent_config::{self, Case};
use crate::folders::{Folders, search_path};
use crate::process::{self, Output};
use crate::programs::Fleet;
use crate::scene::Scene;
use crate::temp::TempFolder;

/// Every place of the province.
pub(crate) const PROVINCE: u32 = 18_762;
/// First connection of all, first report of all; the browser need not wait for stragglers.
pub(crate) const PROVINCE_WITHIN: Duration = Duration::from_secs(300);

/// Three times what the bench allows.
const ANSWERED_WITHIN_S: f64 = 30.0;

/// So long were the boxes cut off beside whose backlog the console is looked at: what they have takes longer to come in than the look.
const BEHIND_S: u32 = 4 * 3_600;

/// Where the planted fault lies there is no other: what the map shows is that one.
const WELL: &[&str] = &["3501"];

/// Runs the scripts; pictures of the pages stay in `<target>/cross-kept/browser`.
pub(crate) fn run(folders: &Folders) -> Result<()> {
    let temp = TempFolder::new("browser-presets")?;
    let names = [
        "presets.mjs",
        "across.mjs",
        "obligations.mjs",
        "inspect.mjs",
        "assure.mjs",
        "roll_call.mjs",
        "desk.mjs",
        "looks.mjs",
    ];
    for name in names {
        process::run(&mut script(folders, name, temp.path())?, Output::Shown)?;
    }
    let mut scene = Scene::start(folders, "browser", TempFolder::new("browser")?)?;
    // The agent looks at a good picture until the script lays the black one over it.
    let film = scene.film("film.avi", agent_config::TEST_CARD)?;
    let black = scene.film("black.avi", agent_config::BLACK)?;
    let case = Case::Picture { film: &film };
    scene.add_agent("agent-picture", &agent_config::agent_config(0, &case, scene.ports))?;
    let without = &agent_config::VENUES[..1];
    let fleet = Fleet { venues: PROVINCE - 1, without, well: WELL, as_measured: true, ..Fleet::USUAL };
    scene.add_fleet(&fleet)?;
    // The browser looks on from the first minute, while thousands of venues are judged for the first time.
    scene.until_heard(u64::from(PROVINCE) * 99 / 100, PROVINCE_WITHIN)?;

    let mut command = script(folders, "console.mjs", scene.folder())?;
    command.env("AVOW_URL", scene.url()).env("AVOW_FAULT_VENUE", agent_config::VENUES[0]).env("AVOW_LIMITS", "1");
    command.env("AVOW_FILM", &film).env("AVOW_FAULT_FILM", &black);
    process::run(&mut command, Output::Shown)?;
    scene.still_runs()?;
    answers_in_time(&mut scene)?;
    let mut command = script(folders, "day.mjs", scene.folder())?;
    command.env("AVOW_URL", scene.url()).env("AVOW_LIMITS", "1");
    process::run(&mut command, Output::Shown)?;
    scene.still_runs()?;
    roll_call::come_back(&mut scene, &Fleet { behind_s: BEHIND_S, ..fleet })?;
    let (_, told) = roll_call::beside(&mut scene, |scene| {
        let mut command = roll_call::onlooker(folders, scene);
        command.env("AVOW_SHOTS", folders.kept("browser")?).env("AVOW_LIMITS", "1");
        process::run(&mut command, Output::Shown)
    })?;
    println!("{told}");
    scene.still_runs()
}

fn script(folders: &Folders, name: &str, temp: &Path) -> Result<Command> {
    let mut command = Command::new("node");
    command.arg(folders.web().join("e2e").join(name)).current_dir(folders.web()).env("PATH", search_path());
    command.env("AVOW_SHOTS", folders.kept("browser")?).env("TMPDIR", temp);
    Ok(command)
}

/// Every kind of question that the console asks, while the province reports.
fn answers_in_time(scene: &mut Scene) -> Result<()> {
    let rows = api::measure(scene)?;
    let calls = roll_call::measure(scene)?;
    // Its target is the bench's: other work on a machine must not turn a build away.
    let answered_s = calls.held.value().unwrap_or(f64::INFINITY);
    ensure!(answered_s <= ANSWERED_WITHIN_S, "the province answered a roll call after {answered_s:.1} s");
    rows.iter().chain([&calls.held]).chain(&calls.told).for_each(|row| println!("{}", row.cells().join(" · ")));
    let late = rows.iter().filter(|row| row.ok() == Some(false)).count();
    ensure!(late == 0, "{late} of {} kinds of question and roll calls were answered too late", rows.len());
    Ok(())
}
