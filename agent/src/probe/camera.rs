//! The camera probe: a VISCA camera on a serial line answers, is on, and comes to its preset position.
//!
//! Without the interlock's grant it is asked only, never moved.

use std::path::PathBuf;

use avow_shared::interlock::Disturbance;
use avow_shared::outcome::Verdict;
use avow_shared::value::Value;
use embedded_io_async::{Read, Write};
use serde::Deserialize;

use super::measures::{MODEL_ID, PAN, POWER, ROM, TILT, VENDOR_ID, ZOOM};
use super::{BadSetup, Exhibit, Found, within};
use crate::serial::{self, Serial};
use crate::visca::codec::{Address, Data, Request, Version};
use crate::visca::driver::{Driver, Error, Timer, TokioTimer};
use crate::visca::session::{Answer, Failure, Timing};

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

fn unopened(setup: &Setup, error: &serial::Error) -> Found {
    let port = setup.port.display();
    Found::missing(match error {
        serial::Error::Taken { .. } => format!("串口 {port} 被其他程序占用：请关闭占用它的程序"),
        serial::Error::Open { source, .. } if source.kind() == std::io::ErrorKind::PermissionDenied => {
            format!("没有权限使用串口 {port}：请把运行用户加入 dialout 组")
        }
        serial::Error::Open { source, .. } => format!("打不开串口 {port}（{source}）：请检查串口线和转换器"),
    })
}

/// What the camera said of itself.
#[derive(Clone, Copy, Debug)]
struct Seen {
    version: Option<Version>,
    is_on: bool,
    position: Option<Position>,
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

fn told<E: std::error::Error>(seen: Result<Seen, Error<E>>, preset: Option<u8>, setup: &Setup) -> Found {
    match seen {
        Ok(seen) => judged(seen, preset, setup),
        Err(Error::Camera(failure)) => failed(&failure),
        Err(Error::Port(error)) => Found::missing(format!("串口中断（{error}）：请检查转换器是否松动")),
        Err(Error::Closed) => Found::missing("串口已断开：请检查转换器是否松动"),
    }
}

fn failed(failure: &Failure) -> Found {
    let (finding, detail) = match failure {
        Failure::NoAnswer => ("camera.no-answer", "摄像机无应答：请检查供电、串口线和地址".to_owned()),
        Failure::NoSuchAddress { cameras } => ("camera.no-answer", format!("串口上只有 {cameras} 台摄像机")),
        Failure::WrongAnswer { heard } => {
            let heard = crate::visca::codec::hex(heard);
            ("camera.wrong-answer", format!("应答不符（{heard}）：请检查波特率和地址"))
        }
        Failure::Syntax => ("camera.wrong-answer", "摄像机不认识该命令".to_owned()),
        Failure::NotExecutable => ("camera.not-executable", "摄像机此刻不能执行".to_owned()),
        Failure::Busy => ("camera.not-executable", "摄像机一直忙，命令未被接收".to_owned()),
        Failure::NotCompleted => ("camera.not-executable", "命令已接收，但始终未完成".to_owned()),
    };
    Found::new(Verdict::fail(finding), detail)
}

fn judged(seen: Seen, preset: Option<u8>, setup: &Setup) -> Found {
    let name = seen.version.map_or_else(|| "型号未知".to_owned(), name);
    if !seen.is_on {
        return Found::new(Verdict::fail("camera.power-off"), format!("{name}，待机：摄像机未开机"))
            .with_values(values(&seen));
    }
    let place = seen
        .position
        .map_or_else(|| "位置未知".to_owned(), |p| format!("水平 {} 俯仰 {} 变倍 {}", p.pan, p.tilt, p.zoom));
    let (verdict, detail) = match (preset, setup.expect, seen.position) {
        (Some(preset), Some(expect), Some(position)) if position.distance(expect) > setup.tolerance.into() => {
            let off = position.distance(expect);
            (Verdict::degraded("camera.preset-off"), format!("{name}，预置位 {preset} 偏差 {off} 步（{place}）"))
        }
        (Some(preset), ..) => (Verdict::Pass, format!("{name}，已到预置位 {preset}（{place}）")),
        (None, ..) => (Verdict::Pass, format!("{name}，{place}")),
    };
    Found::new(verdict, detail).with_values(values(&seen))
}

fn values(seen: &Seen) -> Vec<Value> {
    let mut values = vec![POWER.of(f64::from(u8::from(seen.is_on)))];
    if let Some(Position { pan, tilt, zoom }) = seen.position {
        values.extend([PAN.of(pan.into()), TILT.of(tilt.into()), ZOOM.of(zoom.into())]);
    }
    if let Some(version) = seen.version {
        values.extend([
            VENDOR_ID.of(version.vendor.into()),
            MODEL_ID.of(version.model.into()),
            ROM.of(version.rom.into()),
        ]);
    }
    values
}

/// The maker and model as far as the manuals tell (Sony EVI-D70 p. 34, EVI-HD7V p. 22, BRC-Z700 p. 6), else the numbers.
fn name(version: Version) -> String {
    let maker = match version.vendor {
        0x0001 | 0x0010 | 0x0020 => "Sony".to_owned(),
        other => format!("厂商 {other:04X}"),
    };
    let model = match version.model {
        0x0402 => "EVI-D30",
        0x040d => "EVI-D100",
        0x040e => "EVI-D70",
        0x0504 => "EVI-HD1",
        0x0505 => "BRC-Z700",
        0x0508 => "EVI-HD7V",
        _ => return format!("{maker} 型号 {:04X} 固件 {:04X}", version.model, version.rom),
    };
    format!("{maker} {model} 固件 {:04X}", version.rom)
}
