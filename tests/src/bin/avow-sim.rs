//! Simulated devices for tests, demonstrations and training: each runs until it is ended by SIGTERM or SIGINT.

use std::path::PathBuf;

use anyhow::{Context, anyhow};
use avow_tests::sim::camera::{Camera, Faults, serve};
use avow_tests::sim::pty::Pty;
use clap::{Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};

/// Simulated devices.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    device: Device,
}

#[derive(Subcommand)]
enum Device {
    /// A VISCA camera on a serial line.
    Camera {
        /// Where the symlink to its serial port is made.
        #[arg(long)]
        pty: PathBuf,
        /// What it does wrong, e.g. `late_ms=1500`, `power_off=true`; may be given several times.
        #[arg(long = "fault", value_name = "NAME=VALUE")]
        faults: Vec<String>,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let Device::Camera { pty, faults: texts } = Arguments::parse().device;
    let mut faults = Faults::default();
    texts.iter().try_for_each(|text| faults.set(text)).map_err(|why| anyhow!(why))?;
    let line = Pty::at(&pty).with_context(|| format!("make the serial line {}", pty.display()))?;
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    println!("ready {}", pty.display());
    tokio::select! {
        ended = serve(line.stream()?, Camera::new(faults)) => ended.context("serve the camera"),
        _ = term.recv() => Ok(()),
        _ = int.recv() => Ok(()),
    }
}
