//! How long an operator waits for an answer while the province reports.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::bench::row::{Row, Target, percentile};
use crate::http::Client;
use crate::scene::Scene;

/// Requests of each kind, one after the other on one connection.
const REQUESTS: usize = 300;
/// No kind of request is measured for longer.
const LONGEST: Duration = Duration::from_secs(15);
const LIMIT_MS: f64 = 100.0;

pub(crate) fn measure(scene: &mut Scene) -> Result<Vec<Row>> {
    let mut client = scene.client();
    let venues = venues(&mut client)?;
    let histories = histories(&mut client, &venues)?;
    let details: Vec<String> = venues.iter().map(|id| format!("/api/v1/venues/{id}")).collect();
    let fixed = |path: &str| vec![format!("/api/v1/{path}")];
    let kinds = [
        ("places/35", fixed("places/35")),
        ("places/350102?depth=2", fixed("places/350102?depth=2")),
        // 鼓楼, the first letters of it, and the middle of a code: three ways to search.
        ("venues?q=", ["%E9%BC%93%E6%A5%BC", "gl", "0102"].map(|q| format!("/api/v1/venues?q={q}&limit=100")).to_vec()),
        ("venues/{id}", details),
        ("venues/{id}/history", histories),
        ("accounting", fixed("accounting")),
        (
            "obligations",
            ["county", "venue", "venue&q=gl&state=owed"].map(|of| format!("/api/v1/obligations?of={of}")).to_vec(),
        ),
        ("units/expected", fixed("units/expected")),
        (
            "agents",
            ["agents?limit=500", "agents?state=pending", "agents?offset=9000"].map(|q| format!("/api/v1/{q}")).to_vec(),
        ),
    ];
    kinds.iter().map(|(what, paths)| one(scene, &mut client, what, paths)).collect()
}

/// What else the console and the big screen ask for over the whole province.
pub(crate) fn more(scene: &mut Scene) -> Result<Vec<Row>> {
    let mut client = scene.client();
    let all = [
        "breakdown",
        "systems",
        "map",
        "names?codes=3501,350102,350102-01",
        "warnings?limit=500",
        "warnings/backups?limit=500",
        "frequent?limit=500",
        "assurance",
        "assurance/staff",
        "documents",
        "rectifications?limit=500",
        "joint-tests?limit=500",
        "inspections/runs",
        "inspections/plans",
        "inspections/calendar",
        "inbound",
        "inbound/summary",
        "units?limit=500",
        "groups",
        "roll-call-schedules",
        "meetings",
        "rules/changes",
        "mouth-to-ear",
        "health",
    ];
    let paths = all.map(|path| (path, vec![format!("/api/v1/{path}")]));
    paths.iter().map(|(what, paths)| one(scene, &mut client, what, paths)).collect()
}

fn one(scene: &mut Scene, client: &mut Client, what: &str, paths: &[String]) -> Result<Row> {
    scene.still_runs()?;
    let (start, mut times_ms, mut bytes) = (Instant::now(), Vec::new(), 0);
    for path in paths.iter().cycle().take(REQUESTS) {
        let asked = Instant::now();
        let answer = client.get(path)?;
        times_ms.push(asked.elapsed().as_secs_f64() * 1000.0);
        ensure!(answer.status == 200, "GET {path}: status {}", answer.status);
        bytes = bytes.max(answer.body.len());
        if start.elapsed() > LONGEST {
            break;
        }
    }
    let count = times_ms.len();
    let p99 = percentile(&mut times_ms, 0.99).with_context(|| format!("nothing to ask for {what}"))?;
    let note = format!("{count} requests, up to {bytes} bytes");
    Ok(Row::new(format!("GET {what}, p99"), p99, "ms", Target::AtMost(LIMIT_MS)).note(note))
}

fn venues(client: &mut Client) -> Result<Vec<String>> {
    let page = client.json("/api/v1/venues?place=35&sort=code&limit=200")?;
    let items = page["items"].as_array().context("venues has no items")?;
    Ok(items.iter().filter_map(|item| item["id"].as_str()).map(str::to_owned).collect())
}

/// Fifty venues' first probes, over whatever time is kept.
fn histories(client: &mut Client, venues: &[String]) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    for id in venues.iter().take(50) {
        let venue = client.json(&format!("/api/v1/venues/{id}"))?;
        if let Some(probe) = venue["outcomes"][0]["probe"].as_str() {
            paths.push(format!("/api/v1/venues/{id}/history?probe={probe}&resolution=raw"));
        }
    }
    Ok(paths)
}
