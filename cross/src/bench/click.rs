//! How long a click at HQ takes to the camera: from the request of the console to the bytes at a simulated camera, by way of
//! collector, broker, agent and a pseudo terminal. A real line adds its own: nine bytes take 9 ms at 9600 baud.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::{Value, json};

use crate::bench::inquiries::Socket;
use crate::bench::row::{Row, Target, percentile};
use crate::demo::agent_config::{self, Case, VENUES};
use crate::folders::Folders;
use crate::http::Client;
use crate::scene::{Scene, camera_log};
use crate::temp::TempFolder;
use crate::wait;

const CLICKS: usize = 200;
/// Between a press and its release, and between two presses: slower than the pace that HQ allows.
const HELD: Duration = Duration::from_millis(120);
/// VISCA: `Pan-tiltDrive`, and to the left at any speed.
const DRIVE: &str = "81010601";
const LEFT: &str = "0103ff";
const LIMIT_MS: f64 = 50.0;
/// Two medians of one machine differ by less.
const NOISE_MS: f64 = 1.0;

pub(crate) fn measure(folders: &Folders) -> Result<Vec<Row>> {
    let temp = TempFolder::inside(&folders.kept("bench")?, "click")?;
    let mut scene = Scene::start(folders, "bench", temp)?;
    let pty = scene.add_camera()?;
    let case = Case::Steered { pty: &pty };
    scene.add_agent("steered", &agent_config::agent_config(0, &case, scene.ports))?;
    let mut client = scene.client();
    let path = format!("/api/v1/venues/{}", VENUES[0]);
    wait::until("the camera's first outcome", Duration::from_secs(30), || {
        scene.still_runs()?;
        let venue: Value = serde_json::from_slice(&client.get(&path)?.body).unwrap_or_default();
        Ok(venue["outcomes"].as_array().is_some_and(|outcomes| !outcomes.is_empty()).then_some(()))
    })?;
    let path = format!("{path}/cameras/camera/steer");
    let quiet_us = clicks(&mut client, &path, &mut scene, CLICKS)?;
    let (socket, is_over) = (Socket::of(&scene, "steered")?, AtomicBool::new(false));
    let (polled_us, answers) = thread::scope(|scope| {
        let polling = scope.spawn(|| poll(&socket, &is_over));
        let clicked = clicks(&mut client, &path, &mut scene, CLICKS);
        is_over.store(true, Relaxed);
        let answers = polling.join().map_err(|_| anyhow!("the questions panicked"))??;
        Ok::<_, anyhow::Error>((clicked?, answers))
    })?;
    let drives_us = drives_us(&camera_log(&pty))?;
    scene.drain_agents()?;
    scene.stop_collector()?;
    let of = |clicks_us: &[u64]| {
        let delays_ms = delays_ms(clicks_us, &drives_us);
        ensure!(delays_ms.len() == CLICKS, "{} of {CLICKS} clicks reached the camera", delays_ms.len());
        Ok(delays_ms)
    };
    let (mut quiet_ms, mut polled_ms) = (of(&quiet_us)?, of(&polled_us)?);
    let median = percentile(&mut quiet_ms, 0.5).context("nobody clicked")?;
    let polled = percentile(&mut polled_ms, 0.5).context("nobody clicked")?;
    let p99 = percentile(&mut quiet_ms, 0.99).context("nobody clicked")?;
    let click = format!("{CLICKS} clicks beside the camera's probe, median {median:.1} ms; without the time on a wire");
    let delay = format!(
        "median {polled:.1} ms beside {answers} runs of the camera's probe without a pause, {median:.1} ms without; the command is on the \
         wire in the same turn (0 by the desk's test), what is left is the machine's"
    );
    Ok(vec![
        Row::new("click at HQ to byte at the camera, p99", p99, "ms", Target::AtMost(LIMIT_MS)).note(click),
        Row::new(
            "delay that polling adds to a command, median",
            (polled - median).max(0.0),
            "ms",
            Target::AtMost(NOISE_MS),
        )
        .note(delay),
    ])
}

/// So many presses and releases; when each press was asked for, Unix microseconds.
fn clicks(client: &mut Client, path: &str, scene: &mut Scene, count: usize) -> Result<Vec<u64>> {
    let press = |_| {
        let at_us = steer(client, path, -50)?;
        wait::observe(HELD, || Ok(()))?;
        steer(client, path, 0)?;
        wait::observe(HELD, || scene.still_runs())?;
        Ok(at_us)
    };
    (0..count).map(press).collect()
}

/// Runs the camera's probe again and again; says how often.
fn poll(socket: &Socket, is_over: &AtomicBool) -> Result<usize> {
    let mut answers = 0;
    while !is_over.load(Relaxed) {
        socket.probe()?;
        answers += 1;
    }
    Ok(answers)
}

/// When it was asked for, Unix microseconds.
fn steer(client: &mut Client, path: &str, pan: i32) -> Result<u64> {
    let at_us = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros())?;
    let answer = client.post(path, &json!({ "motion": { "pan": pan }, "lease_ms": 400 }))?;
    let said = String::from_utf8_lossy(&answer.body);
    ensure!(answer.status == 204, "POST {path}: status {}: {said}", answer.status);
    Ok(at_us)
}

/// When the camera was told to turn to the left.
fn drives_us(heard: &Path) -> Result<Vec<u64>> {
    let text = std::fs::read_to_string(heard).with_context(|| format!("failed to read {}", heard.display()))?;
    let told = text.lines().filter_map(|line| line.split_once(' '));
    let drives = told.filter(|(_, frame)| frame.starts_with(DRIVE) && frame.ends_with(LEFT));
    Ok(drives.filter_map(|(at_us, _)| at_us.parse().ok()).collect())
}

/// From each click to the first drive after it and before the next click.
fn delays_ms(clicks_us: &[u64], drives_us: &[u64]) -> Vec<f64> {
    let delay = |(at, click): (usize, &u64)| {
        let until = clicks_us.get(at + 1).copied().unwrap_or(u64::MAX);
        let drive = drives_us.iter().find(|drive| (*click..until).contains(drive))?;
        Some((drive - click) as f64 / 1_000.0)
    };
    clicks_us.iter().enumerate().filter_map(delay).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_counts_to_the_first_drive_that_is_its_own() {
        assert_eq!(delays_ms(&[1_000, 9_000, 20_000], &[500, 3_500, 4_000, 21_000]), [2.5, 1.0]);
    }
}
