//! Simulated devices for tests, demonstrations and training: each runs until it is ended by SIGTERM or SIGINT.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, anyhow};
use avow_tests::sim::camera::wire::{serve, serve_tcp, serve_udp};
use avow_tests::sim::camera::{Camera, Faults};
use avow_tests::sim::pty::Pty;
use clap::{Args, Parser, Subcommand};
use tokio::net::{TcpListener, UdpSocket};
use tokio::signal::unix::{SignalKind, signal};

/// Simulated devices.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    device: Device,
}

#[derive(Subcommand)]
enum Device {
    /// A VISCA camera on a serial line or a network; says `ready` with its path or address.
    Camera {
        #[command(flatten)]
        at: At,
        /// What it does wrong, e.g. `late_ms=1500`, `power_off=true`, `loses=2,5`; may be given several times.
        #[arg(long = "fault", value_name = "NAME=VALUE")]
        faults: Vec<String>,
    },
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct At {
    /// Where the symlink to its serial port is made.
    #[arg(long)]
    pty: Option<PathBuf>,
    /// Where it listens to datagrams, numbered (VISCA over IP) and bare; port 0 takes any.
    #[arg(long, value_name = "ADDR")]
    udp: Option<SocketAddr>,
    /// Where it listens to connections; port 0 takes any.
    #[arg(long, value_name = "ADDR")]
    tcp: Option<SocketAddr>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let Device::Camera { at, faults: texts } = Arguments::parse().device;
    let mut faults = Faults::default();
    texts.iter().try_for_each(|text| faults.set(text)).map_err(|why| anyhow!(why))?;
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        ended = live(at, Camera::new(faults)) => ended,
        _ = term.recv() => Ok(()),
        _ = int.recv() => Ok(()),
    }
}

async fn live(at: At, mut camera: Camera) -> anyhow::Result<()> {
    let ended = match at {
        At { pty: Some(path), .. } => {
            let line = Pty::at(&path).with_context(|| format!("make the serial line {}", path.display()))?;
            println!("ready {}", path.display());
            serve(line.stream()?, &mut camera).await
        }
        At { udp: Some(address), .. } => {
            let socket = UdpSocket::bind(address).await.with_context(|| format!("listen at udp {address}"))?;
            println!("ready {}", socket.local_addr()?);
            serve_udp(socket, &mut camera).await
        }
        At { tcp: Some(address), .. } => {
            let listener = TcpListener::bind(address).await.with_context(|| format!("listen at tcp {address}"))?;
            println!("ready {}", listener.local_addr()?);
            serve_tcp(listener, &mut camera).await
        }
        At { .. } => return Err(anyhow!("expected one of --pty, --udp, --tcp")),
    };
    ended.context("serve the camera")
}
