//! Simulated devices for tests, demonstrations and training: each runs until it is ended by SIGTERM or SIGINT.

use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use avow_tests::sim::pty::Pty;
use avow_tests::sim::{camera, pjlink};
use clap::{Parser, Subcommand};
use tokio::net::TcpListener;
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
    /// A projector that speaks PJLink.
    Pjlink {
        /// Where it listens, e.g. `127.0.0.1:4352`; with port 0 it says which it has taken.
        #[arg(long)]
        listen: SocketAddr,
        /// The password that it wants.
        #[arg(long)]
        password: Option<String>,
        /// What it is, e.g. `power=3`, `errors=010000`; may be given several times.
        #[arg(long = "state", value_name = "NAME=VALUE")]
        states: Vec<String>,
        /// What it does wrong, e.g. `silent=true`, `slow_ms=300`; may be given several times.
        #[arg(long = "fault", value_name = "NAME=VALUE")]
        faults: Vec<String>,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    match Arguments::parse().device {
        Device::Camera { pty, faults } => camera(&pty, &faults).await,
        Device::Pjlink { listen, password, states, faults } => pjlink(listen, password, &states, &faults).await,
    }
}

async fn camera(pty: &Path, texts: &[String]) -> anyhow::Result<()> {
    let mut faults = camera::Faults::default();
    texts.iter().try_for_each(|text| faults.set(text)).map_err(|why| anyhow!(why))?;
    let line = Pty::at(pty).with_context(|| format!("make the serial line {}", pty.display()))?;
    let serve = camera::serve(line.stream()?, camera::Camera::new(faults));
    until_ended(&pty.display().to_string(), async { serve.await.context("serve the camera") }).await
}

async fn pjlink(
    listen: SocketAddr,
    password: Option<String>,
    states: &[String],
    texts: &[String],
) -> anyhow::Result<()> {
    let (mut state, mut faults) = (pjlink::State::default(), pjlink::Faults::default());
    states.iter().try_for_each(|text| state.set(text)).map_err(|why| anyhow!(why))?;
    texts.iter().try_for_each(|text| faults.set(text)).map_err(|why| anyhow!(why))?;
    let listener = TcpListener::bind(listen).await.with_context(|| format!("listen at {listen}"))?;
    let address = listener.local_addr()?;
    let serve = pjlink::serve(listener, pjlink::Projector::new(state, faults, password));
    until_ended(&address.to_string(), async { serve.await.context("serve the projector") }).await
}

/// Says where the device is, and lets it live until a signal.
async fn until_ended(place: &str, device: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    println!("ready {place}");
    tokio::select! {
        ended = device => ended,
        _ = term.recv() => Ok(()),
        _ = int.recv() => Ok(()),
    }
}
