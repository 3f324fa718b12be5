//! What a camera's words, or its silence, mean: verdict, detail, values.

use std::io;
use std::path::Path;

use avow_shared::facts::Facts;
use avow_shared::outcome::Verdict;
use avow_shared::value::Value;

use super::{Position, Setup};
use crate::probe::Found;
use crate::probe::measures::{MODEL_ID, PAN, POWER, ROM, TILT, VENDOR_ID, ZOOM};
use crate::serial::{self, PortError};
use crate::visca::codec::{Version, hex};
use crate::visca::driver::Error;
use crate::visca::port::{Port, Unreached};
use crate::visca::session::Failure;

/// What the camera said of itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) version: Option<Version>,
    pub(super) is_on: bool,
    pub(super) position: Option<Position>,
}

pub(super) fn unopened(path: &Path, error: &serial::Error) -> Found {
    let port = path.display();
    Found::missing(match error {
        serial::Error::Taken { .. } => format!("串口 {port} 被其他程序占用：请关闭占用它的程序"),
        serial::Error::Open { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
            format!("没有权限使用串口 {port}：请把运行用户加入 dialout 组")
        }
        serial::Error::Open { source, .. } => format!("打不开串口 {port}（{source}）：请检查串口线和转换器"),
    })
}

/// A camera that the network does not reach is a fault of the venue; a name that nobody knows is one of the configuration.
pub(super) fn unreached(port: &Port, error: &Unreached) -> Found {
    match error {
        Unreached::Name { name, source } => {
            Found::missing(format!("解析不了摄像机地址 {name}（{source}）：请检查配置和域名服务"))
        }
        Unreached::Silent => {
            let detail = format!("连接 {port} 无回应：请检查摄像机供电、网线和地址");
            Found::new(Verdict::fail("camera.unreachable"), detail)
        }
        Unreached::Io(error) => broken(port, error),
    }
}

pub(super) fn told(seen: Result<Seen, Error<PortError>>, preset: Option<u8>, setup: &Setup) -> Found {
    match (seen, &setup.port) {
        (Ok(seen), _) => judged(seen, preset, setup),
        (Err(Error::Camera(failure)), port) => failed(&failure, port),
        (Err(Error::Port(error)), Port::Serial(_)) => {
            Found::missing(format!("串口中断（{error}）：请检查转换器是否松动"))
        }
        (Err(Error::Closed), Port::Serial(_)) => Found::missing("串口已断开：请检查转换器是否松动"),
        (Err(Error::Port(error)), port) => broken(port, &error.0),
        (Err(Error::Closed), port) => hung_up(port),
    }
}

/// What the network says instead of the camera.
fn broken(port: &Port, error: &io::Error) -> Found {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            let detail = format!("{port} 拒绝连接：请在摄像机上启用 VISCA 网络控制，核对端口");
            Found::new(Verdict::fail("camera.refused"), detail)
        }
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => hung_up(port),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable | io::ErrorKind::TimedOut => {
            let detail = format!("到不了 {port}（{error}）：请检查摄像机供电、网线和地址");
            Found::new(Verdict::fail("camera.unreachable"), detail)
        }
        _ => Found::missing(format!("{port} 的网络出错（{error}）：请检查本机网络")),
    }
}

fn hung_up(port: &Port) -> Found {
    let detail = format!("{port} 断开了连接：可能已有其他控制端，请先退出它");
    Found::new(Verdict::fail("camera.refused"), detail)
}

fn failed(failure: &Failure, port: &Port) -> Found {
    let is_serial = matches!(port, Port::Serial(_));
    let pick = |serial: &str, network: &str| if is_serial { serial.to_owned() } else { network.to_owned() };
    let (finding, detail) = match failure {
        Failure::NoAnswer => (
            "camera.no-answer",
            pick("摄像机无应答：请检查供电、串口线和地址", "摄像机无应答：请检查供电、网线、地址和协议"),
        ),
        Failure::NoSuchAddress { cameras } => ("camera.no-answer", format!("串口上只有 {cameras} 台摄像机")),
        Failure::WrongAnswer { heard } => {
            let what = pick("波特率和地址", "协议（visca-udp、visca-raw-udp、visca-tcp）和地址");
            ("camera.wrong-answer", format!("应答不符（{}）：请检查{what}", hex(heard)))
        }
        Failure::Syntax => ("camera.wrong-answer", "摄像机不认识该命令".to_owned()),
        Failure::NotExecutable => ("camera.not-executable", "摄像机此刻不能执行".to_owned()),
        Failure::Busy => ("camera.not-executable", "摄像机一直忙，命令未被接收".to_owned()),
        Failure::Cancelled => ("camera.not-executable", "命令被取消：可能有人在用遥控器".to_owned()),
        Failure::NotCompleted => ("camera.not-executable", "命令已接收，但始终未完成".to_owned()),
    };
    Found::new(Verdict::fail(finding), detail)
}

fn judged(seen: Seen, preset: Option<u8>, setup: &Setup) -> Found {
    let name = seen.version.map_or_else(|| "型号未知".to_owned(), name);
    let facts = seen.version.map(facts).unwrap_or_default();
    if !seen.is_on {
        return Found::new(Verdict::fail("camera.power-off"), format!("{name}，待机：摄像机未开机"))
            .with_values(values(&seen))
            .with_facts(facts);
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
    Found::new(verdict, detail).with_values(values(&seen)).with_facts(facts)
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

/// What the numbers of a version inquiry say; a number that no manual explains stands as it is.
fn facts(version: Version) -> Facts {
    Facts {
        make: maker(version.vendor).map_or_else(|| format!("{:04X}", version.vendor).into(), Into::into),
        model: model(version.model).map_or_else(|| format!("{:04X}", version.model).into(), Into::into),
        firmware: format!("{:04X}", version.rom).into(),
        ..Facts::default()
    }
}

/// The maker and model as far as the manuals tell, else the numbers.
fn name(version: Version) -> String {
    let make = maker(version.vendor).map_or_else(|| format!("厂商 {:04X}", version.vendor), str::to_owned);
    let model = model(version.model).map_or_else(|| format!("型号 {:04X}", version.model), str::to_owned);
    format!("{make} {model} 固件 {:04X}", version.rom)
}

const fn maker(vendor: u16) -> Option<&'static str> {
    match vendor {
        0x0001 | 0x0010 | 0x0020 => Some("Sony"),
        _ => None,
    }
}

/// Sony EVI-D70 p. 34, EVI-HD7V p. 22, BRC-Z700 p. 6.
const fn model(number: u16) -> Option<&'static str> {
    Some(match number {
        0x0402 => "EVI-D30",
        0x040d => "EVI-D100",
        0x040e => "EVI-D70",
        0x0504 => "EVI-HD1",
        0x0505 => "BRC-Z700",
        0x0508 => "EVI-HD7V",
        _ => return None,
    })
}
