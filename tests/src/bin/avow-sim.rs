//! Simulated devices for tests, demonstrations and training: each runs until it is ended by SIGTERM or SIGINT.

use std::fs::File;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, anyhow};
use avow_tests::rig::Random;
use avow_tests::sim::camera::wire::{serve, serve_tcp, serve_udp, slowed};
use avow_tests::sim::cost::Cost;
use avow_tests::sim::pty::Pty;
use avow_tests::sim::{camera, cost, line, onvif, pelco, pjlink, sound};
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
    /// A VISCA camera on a serial line or a network.
    Camera {
        #[command(flatten)]
        at: At,
        /// Bits a second of its serial line; without, bytes take no time.
        #[arg(long, requires = "pty", value_parser = clap::value_parser!(u32).range(1..))]
        baud: Option<u32>,
        /// What it does wrong, e.g. `late_ms=1500`, `power_off=true`; may be given several times.
        #[arg(long = "fault", value_name = "NAME=VALUE")]
        faults: Vec<String>,
        /// A file for what it is told: a line each, Unix microseconds and the bytes in hexadecimal.
        #[arg(long, value_name = "FILE")]
        heard: Option<PathBuf>,
    },
    /// A long, uneven line that loses packets: what comes out of a netfilter queue, as root, in its own network namespace.
    Line {
        /// The queue's number.
        #[arg(long)]
        queue: u16,
        /// So long a packet is on its way, milliseconds.
        #[arg(long, default_value_t = 0)]
        delay_ms: u64,
        /// And up to so much more or less.
        #[arg(long, default_value_t = 0)]
        jitter_ms: u64,
        /// Of a hundred packets so many are lost.
        #[arg(long, default_value_t = 0)]
        loss_percent: u8,
        /// Chance that can be repeated.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// A network camera that speaks ONVIF.
    Onvif {
        /// Where it listens; with port 0 it says which it has taken.
        #[arg(long)]
        listen: SocketAddr,
        /// What it wants of who asks: `digest`, `digest-sha256`, `token`, `basic`, `nothing`.
        #[arg(long, default_value = "digest")]
        wants: String,
        /// The user whom it knows.
        #[arg(long, default_value = "admin")]
        user: String,
        /// His password.
        #[arg(long, default_value = "")]
        password: String,
        /// What it does wrong, e.g. `no_ptz=true`, `silent_at=GetProfiles`; may be given several times.
        #[arg(long = "fault", value_name = "NAME=VALUE")]
        faults: Vec<String>,
    },
    /// Receivers on a serial line that understand Pelco and say what they did.
    Pelco {
        /// Where the symlink to their serial port is made.
        #[arg(long)]
        pty: PathBuf,
        /// `d` or `p`.
        #[arg(long, default_value = "d")]
        dialect: String,
        /// What they do otherwise, e.g. `answers=true`, `echoes=true`; may be given several times.
        #[arg(long = "fault", value_name = "NAME=VALUE")]
        faults: Vec<String>,
    },
    /// No device: looks at a drawn picture so often and prints what that cost.
    Looks {
        /// How often.
        #[arg(value_parser = clap::value_parser!(u32).range(1..))]
        verdicts: u32,
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
    /// No device: what the analysis of a room's sound costs here, as JSON.
    SoundCost {
        /// How many analyses.
        #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..))]
        runs: u32,
    },
    /// No device: how near chance comes to a marker in sound without any, as JSON.
    SoundChance {
        /// `speech`, `music` or `noise`.
        #[arg(long)]
        kind: String,
        /// How much is listened to; whole half minutes.
        #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(60..))]
        seconds: u32,
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
    let device = Arguments::parse().device;
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        ended = live(device) => ended,
        _ = term.recv() => Ok(()),
        _ = int.recv() => Ok(()),
    }
}

/// Says where the device is, and lets it live.
async fn live(device: Device) -> anyhow::Result<()> {
    match device {
        Device::SoundCost { runs } => {
            println!("{}", serde_json::to_string(&sound::cost::cost(runs))?);
            Ok(())
        }
        Device::SoundChance { kind, seconds } => {
            let known = sound::Kind::ALL.into_iter().find(|known| format!("{known:?}").eq_ignore_ascii_case(&kind));
            let kind = known.ok_or_else(|| anyhow!("kind: no such sound '{kind}'"))?;
            let chance = sound::chance::false_accepts(kind, seconds, 1);
            let (reads_per_second, accepted, greatest) = (chance.reads_per_second(), chance.accepted, chance.greatest);
            println!(
                "{}",
                serde_json::json!({ "accepted": accepted, "greatest": greatest, "reads_per_second": reads_per_second })
            );
            Ok(())
        }
        Device::Camera { at, baud, faults: texts, heard } => {
            let mut faults = camera::Faults::default();
            texts.iter().try_for_each(|text| faults.set(text)).map_err(|why| anyhow!(why))?;
            let camera = camera::Camera::new(faults);
            camera_at(at, baud, if let Some(path) = heard { camera.with_ear(noted(&path)?) } else { camera }).await
        }
        Device::Line { queue, delay_ms, jitter_ms, loss_percent, seed } => {
            let (delay, jitter) = (Duration::from_millis(delay_ms), Duration::from_millis(jitter_ms));
            let imposed = line::Imposed { delay, jitter, loss_percent };
            let ready = || println!("ready {queue}");
            line::impose(queue, imposed, Random::from_seed(seed), ready).await.context("have the queue")
        }
        Device::Onvif { listen, wants, user, password, faults: texts } => {
            let wants = match wants.as_str() {
                "digest" => onvif::Wants::Digest,
                "digest-sha256" => onvif::Wants::DigestSha256,
                "token" => onvif::Wants::Token,
                "basic" => onvif::Wants::Basic,
                "nothing" => onvif::Wants::Nothing,
                other => return Err(anyhow!("wants: no such proof '{other}'")),
            };
            let mut faults = onvif::Faults::default();
            texts.iter().try_for_each(|text| faults.set(text)).map_err(|why| anyhow!(why))?;
            let listener = TcpListener::bind(listen).await.with_context(|| format!("listen at {listen}"))?;
            println!("ready {}", listener.local_addr()?);
            let camera = onvif::Camera::new(faults, wants, &user, &password);
            onvif::serve(listener, camera).await.context("serve the camera")
        }
        Device::Looks { verdicts } => {
            let Cost { verdict_ms, code_ms, grown_kib } = cost::measure(verdicts as usize)?;
            println!("{}", serde_json::json!({ "verdict_ms": verdict_ms, "code_ms": code_ms, "grown_kib": grown_kib }));
            Ok(())
        }
        Device::Pelco { pty, dialect, faults: texts } => {
            let mut faults = pelco::Faults::default();
            texts.iter().try_for_each(|text| faults.set(text)).map_err(|why| anyhow!(why))?;
            let receivers = pelco::Receivers::new(&dialect, faults).map_err(|why| anyhow!(why))?;
            let line = Pty::at(&pty).with_context(|| format!("make the serial line {}", pty.display()))?;
            println!("ready {}", pty.display());
            pelco::serve(line.stream()?, receivers).await.context("serve the receivers")
        }
        Device::Pjlink { listen, password, states, faults: texts } => {
            let (mut state, mut faults) = (pjlink::State::default(), pjlink::Faults::default());
            states.iter().try_for_each(|text| state.set(text)).map_err(|why| anyhow!(why))?;
            texts.iter().try_for_each(|text| faults.set(text)).map_err(|why| anyhow!(why))?;
            let listener = TcpListener::bind(listen).await.with_context(|| format!("listen at {listen}"))?;
            println!("ready {}", listener.local_addr()?);
            let projector = pjlink::Projector::new(state, faults, password);
            pjlink::serve(listener, projector).await.context("serve the projector")
        }
    }
}

/// An ear that writes down what it hears.
fn noted(path: &Path) -> anyhow::Result<camera::Ear> {
    let mut file = File::create(path).with_context(|| format!("write {}", path.display()))?;
    let (ear, mut heard) = tokio::sync::mpsc::channel::<(tokio::time::Instant, Vec<u8>)>(1_024);
    tokio::spawn(async move {
        while let Some((at, frame)) = heard.recv().await {
            let Ok(now) = SystemTime::now().duration_since(UNIX_EPOCH) else { continue };
            let at_us = now.saturating_sub(at.elapsed()).as_micros();
            if writeln!(file, "{at_us} {}", avow_shared::hash::to_hex(&frame)).is_err() {
                break;
            }
        }
    });
    Ok(ear)
}

async fn camera_at(at: At, baud: Option<u32>, mut camera: camera::Camera) -> anyhow::Result<()> {
    let ended = match at {
        At { pty: Some(path), .. } => {
            let line = Pty::at(&path).with_context(|| format!("make the serial line {}", path.display()))?;
            println!("ready {}", path.display());
            match baud {
                Some(baud) => serve(slowed(line.stream()?, baud), &mut camera).await,
                None => serve(line.stream()?, &mut camera).await,
            }
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
