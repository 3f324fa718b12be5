//! The camera probe: a VISCA camera on a serial line answers, is on, and comes to its preset position.
//!
//! Without the interlock's grant it is asked only, never moved.

mod judgement;

use std::path::PathBuf;

use avow_shared::interlock::Disturbance;
use avow_shared::outcome::Verdict;
use embedded_io_async::{Read, Write};
use serde::Deserialize;

use super::{BadSetup, Exhibit, Found, within};
use crate::serial::Serial;
use crate::visca::codec::{Address, Data, Request};
use crate::visca::driver::{Driver, Error, Timer, TokioTimer};
use crate::visca::session::{Answer, Failure, Timing};
use judgement::{Seen, told, unopened};

/// The keys of a camera probe.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// The serial port, e.g. `/dev/ttyUSB0`.
    pub port: PathBuf,
    /// Bits a second: 9600 unless the camera's switches say 38400.
    #[serde(default = "baud")]
    pub baud: u32,
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

const fn baud() -> u32 {
    9600
}

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
    /// Left and right.
    pub pan: i16,
    /// Down and up.
    pub tilt: i16,
    /// 0 wide, 0x4000 usually full tele.
    pub zoom: u16,
}

impl Position {
    /// The greatest distance on any axis, steps.
    fn distance(self, other: Self) -> u32 {
        let pan = i32::from(self.pan).abs_diff(other.pan.into());
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
        within("baud", self.baud.into(), 1200, 115_200)?;
        match (self.expect, self.preset) {
            (Some(_), None) => Err(BadSetup::value("preset", "the preset that 'expect' describes", "nothing")),
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
    match Serial::open(&setup.port, setup.baud) {
        Err(error) => unopened(setup, &error),
        Ok(port) => examine_at(setup, port, preset).await,
    }
}

/// Carries out one command and says where the camera stands then.
pub async fn command(setup: &Setup, command: CameraCommand) -> Found {
    let request = match command {
        CameraCommand::Ask => None,
        CameraCommand::Home => Some(Request::Home),
        CameraCommand::Recall(preset) => Some(Request::Recall(preset)),
        CameraCommand::Store(preset) => Some(Request::Store(preset)),
    };
    // Only the preset that 'expect' describes can be judged.
    let preset = setup.preset.filter(|preset| command == CameraCommand::Recall(*preset));
    match Serial::open(&setup.port, setup.baud) {
        Ok(port) => converse(setup, port, request, preset).await,
        Err(error) => unopened(setup, &error),
    }
}

/// The probe at an opened port: generic, so that it is tested over a pipe.
pub async fn examine_at<P: Read + Write>(setup: &Setup, port: P, preset: Option<u8>) -> Found {
    converse(setup, port, preset.map(Request::Recall), preset).await
}

/// Asks who and where the camera is, in between has `request` carried out, and judges the position of `preset`.
async fn converse<P: Read + Write>(setup: &Setup, port: P, request: Option<Request>, preset: Option<u8>) -> Found {
    let mut driver = Driver::new(port, TokioTimer::default(), setup.address(), Timing::default());
    let seen = ask(&mut driver, request).await;
    let found = told(seen, preset, setup);
    let proof = (found.verdict != Verdict::Pass).then(|| Exhibit::transcript(driver.transcript()));
    found.with_exhibit(proof)
}

async fn ask<P: Read + Write, T: Timer>(
    driver: &mut Driver<P, T>,
    request: Option<Request>,
) -> Result<Seen, Error<P::Error>> {
    // A camera without version inquiry is still a camera.
    let version = match optional(driver.ask(Request::Version).await)? {
        Some(Answer::Data(Data::Version(version))) => Some(version),
        _ => None,
    };
    let is_on = !matches!(optional(driver.ask(Request::Power).await)?, Some(Answer::Data(Data::Power(false))));
    if !is_on {
        return Ok(Seen { version, is_on, position: None });
    }
    if let Some(request) = request {
        driver.ask(request).await?;
    }
    Ok(Seen { version, is_on, position: position(driver).await? })
}

async fn position<P: Read + Write, T: Timer>(driver: &mut Driver<P, T>) -> Result<Option<Position>, Error<P::Error>> {
    let stand = optional(driver.ask(Request::PanTilt).await)?;
    let zoom = optional(driver.ask(Request::Zoom).await)?;
    Ok(match (stand, zoom) {
        (Some(Answer::Data(Data::PanTilt { pan, tilt })), Some(Answer::Data(Data::Zoom(zoom)))) => {
            Some(Position { pan, tilt, zoom })
        }
        _ => None,
    })
}

/// 'I do not know this question' and 'not now' are no faults of a camera that is asked.
fn optional<E: std::error::Error>(answer: Result<Answer, Error<E>>) -> Result<Option<Answer>, Error<E>> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(Error::Camera(Failure::Syntax | Failure::NotExecutable)) => Ok(None),
        Err(error) => Err(error),
    }
}
