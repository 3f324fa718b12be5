//! The whole province on this machine: 18 762 connections and 3 127 reports a second. Answer times, memory, how
//! soon a fault is painted, and how
//! soon the picture is whole again after a kill.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::Value;

use crate::bench::row::{Row, Target};
use crate::bench::{api, inspection, latency, roll_call, stuck};
use crate::browser::{PROVINCE, PROVINCE_WITHIN};
use crate::folders::Folders;
use crate::programs::Fleet;
use crate::scene::{Scene, heard};
use crate::temp::TempFolder;
use crate::{procfs, wait};

const MEBIBYTE: f64 = (1 << 20) as f64;
/// Under load, before anything is measured: history has begun, first snapshots are written.
const WARM_UP: Duration = Duration::from_secs(60);
/// Ten times a usual night: enough changes to measure how soon they show.
const FAULTS: &str = "share=0.01";
const RESTART_WITHIN: Duration = Duration::from_secs(60);

pub(crate) fn measure(folders: &Folders) -> Result<Vec<Row>> {
    let temp = TempFolder::inside(&folders.kept("bench")?, "province")?;
    let mut scene = Scene::start(folders, "bench", temp)?;
    let log = scene.folder().join("fleet.jsonl");
    scene.add_fleet(&Fleet { venues: PROVINCE, faults: FAULTS, log: Some(&log), ..Fleet::USUAL })?;
    let start = Instant::now();
    scene.until_heard(u64::from(PROVINCE), PROVINCE_WITHIN)?;
    let gathered = start.elapsed().as_secs_f64();
    wait::observe(WARM_UP, || scene.still_runs())?;
    let mut rows = vec![
        Row::new("first report of every venue", gathered, "s", Target::None)
            .note(format!("{PROVINCE} venues, from the start of the fleet")),
    ];
    rows.extend(api::measure(&mut scene)?);
    rows.extend(api::more(&mut scene)?);
    let calls = roll_call::measure(&mut scene)?;
    rows.push(calls.held);
    rows.extend(calls.told);
    rows.extend(inspection::measure(&mut scene)?);
    rows.push(latency::measure(folders, &mut scene, &log)?);
    rows.push(stuck::measure(&mut scene, &log)?);
    rows.push(roll_call::in_a_row(&mut scene)?);
    rows.push(memory(&scene, "18 762 plain connections inside", 1.2 * 1024.0, start)?);
    rows.push(restart(&mut scene)?);
    rows.extend(roll_call::behind(folders, &mut scene)?);
    drop(scene);
    rows.push(beside_a_broker(folders)?);
    Ok(rows)
}

fn memory(scene: &Scene, what: &str, limit_mib: f64, since: Instant) -> Result<Row> {
    let resident = procfs::resident(scene.collector_pid()?)? as f64 / MEBIBYTE;
    let note = format!("after {:.0} s of load", since.elapsed().as_secs_f64());
    let what = format!("collector, resident memory, {what}");
    Ok(Row::new(what, resident, "MiB", Target::AtMost(limit_mib)).note(note))
}

/// The same province through Mosquitto.
fn beside_a_broker(folders: &Folders) -> Result<Row> {
    let temp = TempFolder::inside(&folders.kept("bench")?, "province")?;
    let mut scene = Scene::start_beside_mosquitto(folders, "bench", temp)?;
    scene.add_fleet(&Fleet { venues: PROVINCE, faults: FAULTS, ..Fleet::USUAL })?;
    let start = Instant::now();
    scene.until_heard(u64::from(PROVINCE) * 99 / 100, PROVINCE_WITHIN)?;
    wait::observe(WARM_UP, || scene.still_runs())?;
    memory(&scene, "external broker", 400.0, start)
}

/// From the start of the new process to the picture of before: as many venues, at most 1 % of them in another class.
/// The fleet goes on and connects again meanwhile.
fn restart(scene: &mut Scene) -> Result<Row> {
    let before = scene.client().json("/api/v1/places/35")?;
    scene.kill_collector();
    let start = Instant::now();
    scene.start_collector()?;
    let mut client = scene.client();
    wait::until("the picture of before", RESTART_WITHIN, || {
        let healthy = client.json("/api/v1/health")?["status"] == "ok";
        Ok((healthy && is_same(&before, &client.json("/api/v1/places/35")?)).then_some(()))
    })?;
    Ok(Row::new("restart after a kill, to the full picture", start.elapsed().as_secs_f64(), "s", Target::AtMost(5.0)))
}

fn is_same(before: &Value, now: &Value) -> bool {
    let count = |place: &Value, class: &str| place["counts"][class].as_u64().unwrap_or(0);
    let allowed = count(before, "venues") / 100;
    let moved = |class| count(before, class).abs_diff(count(now, class));
    moved("venues") == 0
        && heard(before).abs_diff(heard(now)) <= allowed
        && ["fail", "degraded", "pass", "unknown"].into_iter().all(|class| moved(class) <= allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_picture_is_the_same_within_one_in_a_hundred() {
        let place = |venues: u64, pass: u64, silent: u64| json!({ "counts": { "venues": venues, "pass": pass, "silent": silent } });
        let before = place(1000, 1000, 0);
        for (now, expected) in [
            (place(1000, 1000, 0), true),
            (place(1000, 990, 10), true),
            (place(1000, 989, 11), false),
            (place(999, 999, 0), false),
            (json!({}), false),
        ] {
            assert_eq!(is_same(&before, &now), expected, "{now}");
        }
    }
}
