//! How long an operator waits for an inspection that is open over a whole province, while the province reports.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::bench::row::{Row, Target, percentile};
use crate::http::Client;
use crate::scene::Scene;
use crate::wait;

/// Requests of each kind, one after the other on one connection.
const REQUESTS: usize = 100;
const LIMIT_MS: f64 = 100.0;
/// Each form of the report of the whole province.
const REPORT_S: f64 = 10.0;
const FORMS: [&str; 3] = ["html", "xlsx", "docx"];
/// So many venues of the run are tested before anything is measured: an empty run is no load.
const TESTED: u64 = 1_000;
const TESTED_WITHIN: Duration = Duration::from_secs(120);
const PAGE: usize = 500;

/// The pages and the report of a run of the whole province, and what it is compared with: one that ended before it. Both are cancelled in the end.
pub(crate) fn measure(scene: &mut Scene) -> Result<Vec<Row>> {
    let mut client = scene.client();
    let before = begun(scene, &mut client)?;
    end(&mut client, &before)?;
    let run = begun(scene, &mut client)?;
    let answer = client.json(&run)?;
    let venues = answer["run"]["tally"]["venues"].as_u64().context("the run has no sums")?;
    let page = format!("{run}/venues?limit={PAGE}");
    let (last, since) =
        (format!("{page}&offset={}", venues.saturating_sub(PAGE as u64)), since_of(&mut client, &page)?);
    let against = before.rsplit('/').next().unwrap_or_default();
    let compared = format!("{run}/compare?with={against}&limit={PAGE}");
    let links = format!("{run}/links?level=village");
    let kinds = [
        ("inspections/runs", "/api/v1/inspections/runs"),
        ("inspections/runs/{id}", &run),
        ("inspections/runs/{id}/venues", &page),
        ("inspections/runs/{id}/venues, the last", &last),
        ("inspections/runs/{id}/venues?since=", &since),
        ("inspections/runs/{id}/compare", &compared),
        ("inspections/runs/{id}/links", &links),
    ];
    let mut rows = Vec::new();
    for (what, path) in kinds {
        rows.push(asked(scene, &mut client, what, path)?);
    }
    for form in FORMS {
        rows.push(reported(scene, &mut client, &run, form)?);
    }
    end(&mut client, &run)?;
    Ok(rows)
}

/// A run of everything, once enough of it was tested; where it is.
fn begun(scene: &mut Scene, client: &mut Client) -> Result<String> {
    let work = json!({ "kind": "daily", "places": ["35"], "confirmed": true, "window_min": 60,
        "spread": { "at_once": 2_000, "per_county": 200 } });
    let answer = client.post("/api/v1/inspections/runs", &json!({ "operator": "bench", "work": work }))?;
    let said = String::from_utf8_lossy(&answer.body);
    ensure!(answer.status == 202, "POST inspections/runs: status {}: {said}", answer.status);
    let item: Value = serde_json::from_slice(&answer.body)?;
    let run = format!("/api/v1/inspections/runs/{}", item["id"]);
    let venues = item["tally"]["venues"].as_u64().context("the run has no sums")?;
    wait::until("venues that were tested", TESTED_WITHIN, || {
        scene.still_runs()?;
        let open = client.json(&run)?["run"]["tally"]["open"].as_u64().context("the run has no sums")?;
        Ok((venues.saturating_sub(open) >= TESTED.min(venues / 2)).then_some(()))
    })?;
    Ok(run)
}

fn end(client: &mut Client, run: &str) -> Result<()> {
    let answer = client.post(&format!("{run}/deeds"), &json!({ "person": "bench", "deed": "cancel" }))?;
    ensure!(answer.status == 200, "POST {run}/deeds: status {}", answer.status);
    Ok(())
}

/// Where to ask for what came after a page.
fn since_of(client: &mut Client, page: &str) -> Result<String> {
    let answer = client.json(page)?;
    let number = |key: &str| answer[key].as_u64().with_context(|| format!("the page has no {key}"));
    Ok(format!("{page}&since={}&epoch={}", number("revision")?, number("epoch_ms")?))
}

fn asked(scene: &mut Scene, client: &mut Client, what: &str, path: &str) -> Result<Row> {
    scene.still_runs()?;
    let (mut times_ms, mut bytes) = (Vec::new(), 0);
    for _ in 0..REQUESTS {
        let asked = Instant::now();
        let answer = client.get(path)?;
        times_ms.push(asked.elapsed().as_secs_f64() * 1_000.0);
        ensure!(
            answer.status == 200,
            "GET {path}: status {}: {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
        bytes = bytes.max(answer.body.len());
    }
    let p99 = percentile(&mut times_ms, 0.99).context("nothing was asked")?;
    let note = format!("beside the load; {REQUESTS} requests, up to {bytes} bytes");
    Ok(Row::new(format!("GET {what}, p99"), p99, "ms", Target::AtMost(LIMIT_MS)).note(note))
}

fn reported(scene: &mut Scene, client: &mut Client, run: &str, form: &str) -> Result<Row> {
    scene.still_runs()?;
    let asked = Instant::now();
    let answer = client.get(&format!("{run}/report?form={form}"))?;
    let took_s = asked.elapsed().as_secs_f64();
    ensure!(answer.status == 200, "GET {run}/report: status {}", answer.status);
    let note = format!("beside the load; {} bytes", answer.body.len());
    Ok(Row::new(format!("report of an inspection as {form}"), took_s, "s", Target::AtMost(REPORT_S)).note(note))
}
