//! What one agent costs the box that it runs on: this machine and its lines once a minute, as in a township at night.

use std::time::Duration;

use anyhow::Result;

use crate::bench::row::{Row, Target};
use crate::demo::agent_config::{self, Case, VENUES};
use crate::folders::Folders;
use crate::scene::Scene;
use crate::temp::TempFolder;
use crate::{procfs, wait};

/// Past the first round of every probe, the enrolment and the first flush.
const WARM_UP: Duration = Duration::from_secs(70);
const WINDOW: Duration = Duration::from_secs(300);
const EVERY_S: u32 = 60;
const MEBIBYTE: f64 = (1 << 20) as f64;
const DAY_S: f64 = 86_400.0;

pub(crate) fn measure(folders: &Folders) -> Result<Vec<Row>> {
    // On the disk of the target folder: a file system in memory would show no writes.
    let temp = TempFolder::inside(&folders.kept("bench")?, "agent")?;
    let mut scene = Scene::start(folders, "bench", temp)?;
    let pid =
        scene.add_agent("agent", &agent_config::agent_config(0, &Case::Machine { every_s: EVERY_S }, scene.ports))?;
    until_it_reports(&mut scene)?;
    wait::observe(WARM_UP, || scene.still_runs())?;
    let (processor, written) = (procfs::processor(pid)?, procfs::written(pid)?);
    let span = wait::observe(WINDOW, || scene.still_runs())?.as_secs_f64();
    let share = (procfs::processor(pid)? - processor).as_secs_f64() / span * 100.0;
    let a_day = (procfs::written(pid)? - written) as f64 / span * DAY_S / MEBIBYTE;
    let resident = procfs::resident(pid)? as f64 / MEBIBYTE;
    scene.drain_agents()?;
    scene.stop_collector()?;
    let window = format!("over {span:.0} s, five probes every {EVERY_S} s");
    Ok(vec![
        Row::new("agent, resident memory", resident, "MiB", Target::AtMost(10.0)),
        Row::new("agent, share of one core", share, "%", Target::AtMost(0.2)).note(&window),
        Row::new("agent, written to flash", a_day, "MiB a day", Target::AtMost(20.0))
            .note(format!("{window}, extrapolated")),
    ])
}

fn until_it_reports(scene: &mut Scene) -> Result<()> {
    let mut client = scene.client();
    let path = format!("/api/v1/venues/{}", VENUES[0]);
    wait::until("the agent's first outcome", Duration::from_secs(30), || {
        scene.still_runs()?;
        let answer = client.get(&path)?;
        let venue: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let reported = venue["outcomes"].as_array().is_some_and(|outcomes| !outcomes.is_empty());
        Ok(reported.then_some(()))
    })
}
