//! The camera probe: a VISCA camera, on a serial line or a network, answers, is on, and comes to its preset position.
//!
//! Without the interlock's grant it is asked only, never moved.

mod judgement;

use avow_shared::interlock::Disturbance;
use avow_shared::outcome::Verdict;
use embedded_io_async::{Read, Write};
use serde::{Deserialize, Deserializer, de};

use super::{BadSetup, Exhibit, Found, within};
use crate::serial::{PortError, Serial};
use crate::visca::codec::{Address, Command, Data, Inquiry};
use crate::visca::driver::{Driver, Error, Timer, TokioTimer};
use crate::visca::port::{Port, Transport};
use crate::visca::session::{Failure, Session, Timing, Wire};
use judgement::{Seen, told, unopened, unreached};

/// The keys of a camera probe.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// The serial port, e.g. `/dev/ttyUSB0`, or the host: `visca-udp://…`, `visca-tcp://…`, `visca-raw-udp://…`.
    #[serde(deserialize_with = "port")]
    pub port: Port,
    /// Bits a second of a serial port: 9600 unless the camera's switches say 38400.
    pub baud: Option<u32>,
    /// The camera's number in its chain, 1 to 7.
    #[serde(default = "first")]
    pub address: u8,
    /// The preset that is recalled, 0 to 127, when something may move; none: the camera is only asked.
    pub preset: Option<u8>,
    /// Where the preset lies.
    pub expect: Option<Position>,
    /// Steps of pan, tilt or zoom that may be missing from `expect`.
    #[serde(default = "tolerance")]
    pub tolerance: u16,
}

fn port<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Port, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(|expected| de::Error::custom(format!("port: {expected}")))
}

const USUAL_BAUD: u32 = 9600;

const fn first() -> u8 {
    1
}

const fn tolerance() -> u16 {
    16
}

/// A camera's position in its own steps; right, up and tele are positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// Left and right; cameras with long heads count to 20 bits.
    pub pan: i32,
    /// Down and up.
    pub tilt: i16,
    /// 0 wide, 0x4000 usually full tele.
    pub zoom: u16,
}

impl Position {
    /// The greatest distance on any axis, steps.
    fn distance(self, other: Self) -> u32 {
        let pan = self.pan.abs_diff(other.pan);
        let tilt = i32::from(self.tilt).abs_diff(other.tilt.into());
        pan.max(tilt).max(self.zoom.abs_diff(other.zoom).into())
    }
}

/// What a person or HQ can ask of a camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CameraCommand {
    /// Go to the home position.
    Home,
    /// Go to a preset, 0 to 127.
    Recall(u8),
    /// Keep the present position as a preset, 0 to 127.
    Store(u8),
    /// Say version, power and position; nothing moves.
    Ask,
}

impl CameraCommand {
    /// What it does to the room. A question is neither seen nor heard, nor is a position that is stored: it changes what a
    /// later recall does, and that one is asked about.
    #[must_use]
    pub const fn disturbance(self) -> Disturbance {
        match self {
            Self::Home | Self::Recall(_) => Disturbance::Motion,
            Self::Store(_) | Self::Ask => Disturbance::None,
        }
    }
}

impl Setup {
    pub(super) fn check(&self) -> Result<(), BadSetup> {
        within("address", self.address.into(), 1, 7)?;
        within("preset", self.preset.unwrap_or(0).into(), 0, 127)?;
        within("baud", self.baud.unwrap_or(USUAL_BAUD).into(), 1200, 115_200)?;
        match (&self.port, self.baud, self.address) {
            (Port::Network(..), Some(baud), _) => {
                Err(BadSetup::value("baud", "nothing, a network has no speed of a line", baud))
            }
            // BRC-X400 Command List p. 13: the address is locked to 1.
            (Port::Network(Transport::Numbered, _), _, address @ 2..) => {
                Err(BadSetup::value("address", "1, the only one of visca-udp://", address))
            }
            _ if self.expect.is_some() && self.preset.is_none() => {
                Err(BadSetup::value("preset", "the preset that 'expect' describes", "nothing"))
            }
            _ => Ok(()),
        }
    }

    /// Checked to be 1 to 7.
    fn address(&self) -> Address {
        Address::new(self.address).unwrap_or(Address::FIRST)
    }
}

pub(super) async fn run(setup: &Setup, may_move: bool) -> Found {
    let preset = setup.preset.filter(|_| may_move);
    converse(setup, preset.map(Command::Recall), preset).await
}

/// Carries out one command and says where the camera stands then.
pub async fn command(setup: &Setup, command: CameraCommand) -> Found {
    let order = match command {
        CameraCommand::Ask => None,
        CameraCommand::Home => Some(Command::Home),
        CameraCommand::Recall(preset) => Some(Command::Recall(preset)),
        CameraCommand::Store(preset) => Some(Command::Store(preset)),
    };
    // Only the preset that 'expect' describes can be judged.
    let preset = setup.preset.filter(|preset| command == CameraCommand::Recall(*preset));
    converse(setup, order, preset).await
}

/// The probe at an opened port: generic, so that it is tested over a pipe.
pub async fn examine_at<P>(setup: &Setup, port: P, wire: Wire, preset: Option<u8>) -> Found
where
    P: Read<Error = PortError> + Write,
{
    converse_at(setup, port, wire, preset.map(Command::Recall), preset).await
}

async fn converse(setup: &Setup, order: Option<Command>, preset: Option<u8>) -> Found {
    match &setup.port {
        Port::Serial(path) => match Serial::open(path, setup.baud.unwrap_or(USUAL_BAUD)) {
            Ok(port) => converse_at(setup, port, Wire::Serial, order, preset).await,
            Err(error) => unopened(path, &error),
        },
        Port::Network(Transport::Stream, host) => match host.connect().await {
            Ok(port) => converse_at(setup, port, Wire::Bare, order, preset).await,
            Err(error) => unreached(&setup.port, &error),
        },
        Port::Network(transport, host) => match host.datagrams().await {
            Ok(port) => converse_at(setup, port, transport.wire(), order, preset).await,
            Err(error) => unreached(&setup.port, &error),
        },
    }
}

/// Asks who and where the camera is, in between has `order` carried out, and judges the position of `preset`.
async fn converse_at<P>(setup: &Setup, port: P, wire: Wire, order: Option<Command>, preset: Option<u8>) -> Found
where
    P: Read<Error = PortError> + Write,
{
    let session = Session::new(setup.address(), wire, Timing::default());
    let mut driver = Driver::new(port, TokioTimer::default(), session);
    let seen = ask(&mut driver, order).await;
    let found = told(seen, preset, setup);
    let proof = (found.verdict != Verdict::Pass).then(|| Exhibit::transcript(driver.transcript()));
    found.with_exhibit(proof)
}

async fn ask<P: Read + Write, T: Timer>(
    driver: &mut Driver<P, T>,
    order: Option<Command>,
) -> Result<Seen, Error<P::Error>> {
    // A camera without version inquiry is still a camera.
    let version = match optional(driver.inquire(Inquiry::Version).await)? {
        Some(Data::Version(version)) => Some(version),
        _ => None,
    };
    let is_on = !matches!(optional(driver.inquire(Inquiry::Power).await)?, Some(Data::Power(false)));
    if !is_on {
        return Ok(Seen { version, is_on, position: None });
    }
    if let Some(order) = order {
        driver.command(order).await?;
    }
    Ok(Seen { version, is_on, position: position(driver).await? })
}

async fn position<P: Read + Write, T: Timer>(driver: &mut Driver<P, T>) -> Result<Option<Position>, Error<P::Error>> {
    let head = optional(driver.inquire(Inquiry::PanTilt).await)?;
    let zoom = optional(driver.inquire(Inquiry::Zoom).await)?;
    Ok(match (head, zoom) {
        (Some(Data::PanTilt(aim)), Some(Data::Zoom(zoom))) => Some(Position { pan: aim.pan, tilt: aim.tilt, zoom }),
        _ => None,
    })
}

/// 'I do not know this question' and 'not now' are no faults of a camera that is asked.
fn optional<E: std::error::Error>(answer: Result<Data, Error<E>>) -> Result<Option<Data>, Error<E>> {
    match answer {
        Ok(data) => Ok(Some(data)),
        Err(Error::Camera(Failure::Syntax | Failure::NotExecutable)) => Ok(None),
        Err(error) => Err(error),
    }
}
