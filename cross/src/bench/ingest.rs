//! How many reports a second end in the flushed journal, signed and verified, from 1 000 connections, and what that
//! costs the collector.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::bench::row::{Row, Target};
use crate::folders::Folders;
use crate::http::Client;
use crate::programs::Fleet;
use crate::scene::Scene;
use crate::temp::TempFolder;
use crate::{procfs, wait};

const VENUES: u32 = 1_000;
const FAULTS: &str = "share=0.01";
const ALL_CONNECTED_WITHIN: Duration = Duration::from_secs(60);
const WARM_UP: Duration = Duration::from_secs(5);
const WINDOW: Duration = Duration::from_secs(15);
/// One outcome holds so many measured values.
const VALUES_PER_REPORT: f64 = 8.0;

/// One way to send, offered faster than it must be taken.
struct Load {
    what: &'static str,
    report_every: &'static str,
    batch: u32,
    per_second: f64,
    /// Values per processor second of Zabbix 6.0 with PostgreSQL, measured in another run, and how many times that.
    zabbix: f64,
    times: f64,
}

const LOADS: [Load; 2] = [
    Load { what: "one a message", report_every: "0.06", batch: 1, per_second: 10_000.0, zabbix: 52_000.0, times: 2.0 },
    Load {
        what: "batches of 20",
        report_every: "0.16",
        batch: 20,
        per_second: 100_000.0,
        zabbix: 75_000.0,
        times: 10.0,
    },
];

pub(crate) fn measure(folders: &Folders) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for load in &LOADS {
        rows.extend(one(folders, load)?);
    }
    Ok(rows)
}

fn one(folders: &Folders, load: &Load) -> Result<Vec<Row>> {
    let temp = TempFolder::inside(&folders.kept("bench")?, "ingest")?;
    let mut scene = Scene::start(folders, "bench", temp)?;
    scene.add_fleet(&Fleet {
        venues: VENUES,
        report_every: load.report_every,
        batch: load.batch,
        faults: FAULTS,
        ..Fleet::USUAL
    })?;
    scene.until_heard(u64::from(VENUES), ALL_CONNECTED_WITHIN)?;
    wait::observe(WARM_UP, || scene.still_runs())?;
    let (pid, mut client) = (scene.collector_pid()?, scene.client());
    let (stored_before, processor_before) = (stored(&mut client)?, procfs::processor(pid)?);
    let span = wait::observe(WINDOW, || scene.still_runs())?.as_secs_f64();
    let reports = stored(&mut client)?.saturating_sub(stored_before) as f64;
    let processor = (procfs::processor(pid)? - processor_before).as_secs_f64();
    let values = reports * VALUES_PER_REPORT / processor.max(0.01);
    let offered = format!(
        "offered {:.0}/s from {VENUES} connections, over {span:.0} s",
        f64::from(VENUES * load.batch) / load.report_every.parse::<f64>()?
    );
    Ok(vec![
        Row::new(
            format!("durable ingest, {}", load.what),
            reports / span,
            "reports/s",
            Target::AtLeast(load.per_second),
        )
        .note(offered),
        Row::new(
            format!("values per processor second, {}", load.what),
            values,
            "values/s",
            Target::AtLeast(load.zabbix * load.times),
        )
        .note(format!(
            "{:.1} × Zabbix 6.0 with PostgreSQL ({:.0}, other run)",
            values / load.zabbix,
            load.zabbix
        )),
    ])
}

/// Reports that HQ holds.
pub(crate) fn stored(client: &mut Client) -> Result<u64> {
    let numbers = client.json("/api/v1/accounting")?;
    numbers["total"]["stored"].as_u64().context("the accounting has no total.stored")
}
