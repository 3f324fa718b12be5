//! What a camera's words, or its silence, mean: verdict, detail, values.

use std::io;
use std::path::Path;

use avow_shared::camera::Command;
use avow_shared::facts::Facts;
use avow_shared::outcome::Verdict;
use avow_shared::value::Value;

use super::{Position, Setup, Sight};
use crate::camera::reach::Port;
use crate::camera::words::{Answer, Identity, Trouble};
use crate::pelco::Dialect;
use crate::probe::measures::{FOCUS, MODEL_ID, PAN, POWER, ROM, TILT, VENDOR_ID, ZOOM};
use crate::probe::{Found, no_rs485, onvif};
use crate::serial;
use crate::visca::codec::hex;
use crate::visca::port as visca;
use crate::visca::port::Unreached;
use crate::visca::session::Failure;
use crate::words::{Language, reason};

/// What the camera said of itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub(super) identity: Option<Answer>,
    pub(super) is_on: bool,
    pub(super) position: Option<Answer>,
    pub(super) settings: Option<Answer>,
    pub(super) sight: Sight,
}

impl Seen {
    pub(super) const fn identity(&self) -> Option<&Identity> {
        match &self.identity {
            Some(Answer::Identity(identity)) => Some(identity),
            _ => None,
        }
    }

    pub(super) const fn position(&self) -> Option<Position> {
        match self.position {
            Some(Answer::Position(position)) => Some(position),
            _ => None,
        }
    }
}

fn unopened(path: &Path, error: &serial::Error) -> Found {
    let port = path.display();
    Found::missing(match error {
        serial::Error::Taken { .. } => format!("串口 {port} 被其他程序占用：请关闭占用它的程序"),
        serial::Error::Open { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
            format!("没有权限使用串口 {port}：请把运行用户加入 dialout 组")
        }
        serial::Error::NoRs485 { source, .. } => no_rs485(port, source),
        serial::Error::Open { source, .. } => {
            format!("打不开串口 {port}（{}）：请检查串口线和转换器", reason(source, Language::Chinese))
        }
    })
}

/// A camera that the network does not reach is a fault of the venue; a name that nobody knows is one of the configuration.
fn unreached(port: &Port, error: &Unreached) -> Found {
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

pub(super) fn told(seen: Result<Seen, Trouble>, preset: Option<u8>, setup: &Setup) -> Found {
    let trouble = match seen {
        Ok(seen) if matches!(setup.port, Port::Pelco(..)) => return receiver(&seen, preset),
        Ok(seen) => return judged(&seen, preset, setup),
        Err(trouble) => trouble,
    };
    let port = &setup.port;
    match (&trouble, serial_path(port)) {
        (Trouble::Cannot, _) => Found::missing(format!("此协议（{}）没有这项功能", protocol(port))),
        (Trouble::Camera(failure), _) => failed(failure, port),
        (Trouble::Onvif(failure), _) => onvif::failed(&port.to_string(), failure),
        (Trouble::Serial(error), Some(path)) => unopened(path, error),
        (Trouble::Network(error), _) => unreached(port, error),
        (Trouble::Broke(error), Some(_)) => Found::missing(format!("串口中断（{error}）：请检查转换器是否松动")),
        (Trouble::Closed, Some(_)) => Found::missing("串口已断开：请检查转换器是否松动"),
        (Trouble::Broke(error), None) => broken(port, error),
        (Trouble::Closed, None) => hung_up(port),
        (Trouble::Serial(_) | Trouble::Full, _) => Found::missing("对摄像机的请求太多，请稍后再试"),
    }
}

/// What a protocol has no words for is nobody's fault: what to say of it, in Chinese and in English. `what` is the word of
/// the command line.
#[must_use]
pub fn lacks(setup: &Setup, what: &str) -> [String; 2] {
    let protocol = protocol(&setup.port);
    [
        format!("此协议（{protocol}）没有 {what}：请用摄像机自己的菜单、网页或遥控器"),
        format!("this protocol ({protocol}) has no {what}: use the camera's own menu, web page or remote control"),
    ]
}

const fn protocol(port: &Port) -> &'static str {
    match port {
        Port::Visca(_) => "VISCA",
        Port::Onvif(_) => "ONVIF",
        Port::Pelco(Dialect::D, _) => "Pelco-D",
        Port::Pelco(Dialect::P, _) => "Pelco-P",
    }
}

/// A command as the command line has it.
#[must_use]
pub fn spoken(command: Command) -> String {
    let word = match command {
        Command::Home => "home",
        Command::Recall(preset) => return format!("recall {preset}"),
        Command::Store(preset) => return format!("store {preset}"),
        Command::Clear(preset) => return format!("clear {preset}"),
        Command::Learn(preset) => return format!("learn {preset}"),
        Command::Go(_) => "go",
        Command::Turn { .. } => "turn",
        Command::Stop => "stop",
        Command::Focus(_) => "focus",
        Command::AutoExposure | Command::Exposure(_) => "exposure",
        Command::AutoWhite | Command::White(_) => "white",
        Command::Power(_) => "power",
        Command::Ask | Command::Wheel => "ask",
    };
    word.to_owned()
}

/// Who wanted it off judges by that, also when it was off before.
pub(super) fn switched_off(seen: &Seen) -> Found {
    let name = name_of(seen);
    let found = if seen.is_on {
        Found::new(Verdict::fail("camera.not-executable"), format!("{name}，已令其待机，但它仍开着"))
    } else {
        Found::new(Verdict::Pass, format!("{name}，已待机"))
    };
    found.with_values(values(seen)).with_facts(facts_of(seen))
}

fn serial_path(port: &Port) -> Option<&Path> {
    match port {
        Port::Visca(visca::Port::Serial(path)) | Port::Pelco(_, path) => Some(path),
        Port::Visca(visca::Port::Network(..)) | Port::Onvif(_) => None,
    }
}

/// A receiver that hears and does not answer: nothing can be said of it without the picture.
fn receiver(seen: &Seen, preset: Option<u8>) -> Found {
    let sent = preset.map_or_else(String::new, |preset| format!("，已令其转到预置位 {preset}"));
    match seen.identity() {
        Some(identity) => Found::new(Verdict::Pass, format!("{} 接收器有应答{sent}", identity.model)),
        None => Found::missing(format!("Pelco 摄像机只收不答{sent}：是否正常、是否到位，请看画面")),
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
    let is_serial = serial_path(port).is_some();
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

fn judged(seen: &Seen, preset: Option<u8>, setup: &Setup) -> Found {
    let (name, facts) = (name_of(seen), facts_of(seen));
    if !seen.is_on {
        return Found::new(Verdict::fail("camera.power-off"), format!("{name}，待机：摄像机未开机"))
            .with_values(values(seen))
            .with_facts(facts);
    }
    let place = describe(seen.position());
    let (verdict, detail) = match (preset, setup.expect, seen.position()) {
        (Some(preset), Some(expect), Some(position)) if position.distance(expect) > setup.tolerance.into() => {
            let off = position.distance(expect);
            (Verdict::degraded("camera.preset-off"), format!("{name}，预置位 {preset} 偏差 {off} 步（{place}）"))
        }
        (Some(preset), ..) => (Verdict::Pass, format!("{name}，已到预置位 {preset}（{place}）")),
        (None, ..) => (Verdict::Pass, format!("{name}，{place}{}", words_of(&seen.sight))),
    };
    Found::new(verdict, detail).with_values(values(seen)).with_facts(facts)
}

/// How it sees, for a person who asks: who was not asked where its focus stands reads the rest in the baseline.
fn words_of(sight: &Sight) -> String {
    let Some(steps) = sight.focus else { return String::new() };
    let focus =
        sight.focus_mode.as_ref().map_or_else(|| format!("，对焦 {steps}"), |mode| format!("，对焦 {mode} {steps}"));
    let more = [("曝光", &sight.exposure), ("白平衡", &sight.white)];
    let more = more.iter().filter_map(|(what, mode)| Some(format!(" {what} {}", mode.as_ref()?)));
    focus + &more.collect::<String>()
}

/// Where it stands, for a person.
pub(super) fn describe(position: Option<Position>) -> String {
    position.map_or_else(|| "位置未知".to_owned(), |p| format!("水平 {} 俯仰 {} 变倍 {}", p.pan, p.tilt, p.zoom))
}

/// Who it is, for a person.
pub(super) fn name_of(seen: &Seen) -> String {
    seen.identity().map_or_else(|| "型号未知".to_owned(), name)
}

/// Who it is and how it is set.
pub(super) fn facts_of(seen: &Seen) -> Facts {
    let plate = seen.identity().map(facts).unwrap_or_default();
    let Sight { focus_mode, exposure, white, .. } = &seen.sight;
    let modes = [("exposure", exposure), ("focus_mode", focus_mode), ("white_balance", white)];
    let modes = modes.into_iter().filter_map(|(name, word)| Some((name, word.as_ref()?)));
    let told = match &seen.settings {
        Some(Answer::Settings(settings)) => settings.as_slice(),
        _ => &[],
    };
    let all = told.iter().map(|(name, word)| (*name, word)).chain(modes);
    all.fold(plate, |facts, (name, word)| facts.with(name, word))
}

pub(super) fn values(seen: &Seen) -> Vec<Value> {
    let mut values = vec![POWER.of(f64::from(u8::from(seen.is_on)))];
    if let Some(Position { pan, tilt, zoom }) = seen.position() {
        values.extend([PAN.of(pan.into()), TILT.of(tilt.into()), ZOOM.of(zoom.into())]);
    }
    values.extend(seen.sight.focus.map(|steps| FOCUS.of(steps.into())));
    if let Some(numbers) = seen.identity().and_then(|identity| identity.numbers) {
        values.extend([
            VENDOR_ID.of(numbers.vendor.into()),
            MODEL_ID.of(numbers.model.into()),
            ROM.of(numbers.rom.into()),
        ]);
    }
    values
}

/// What the camera says of itself; a number that no manual explains stands as it is.
fn facts(identity: &Identity) -> Facts {
    let number = |text: &smol_str::SmolStr, of: fn(&crate::camera::words::Numbers) -> u16| match &identity.numbers {
        Some(numbers) if text.is_empty() => smol_str::format_smolstr!("{:04X}", of(numbers)),
        _ => text.clone(),
    };
    Facts {
        make: number(&identity.make, |numbers| numbers.vendor),
        model: number(&identity.model, |numbers| numbers.model),
        serial: identity.serial.clone(),
        firmware: identity.firmware.clone(),
        ..Facts::default()
    }
}

/// Maker, model and firmware, of which a VISCA camera may have numbers alone.
fn name(identity: &Identity) -> String {
    let number = |of: fn(&crate::camera::words::Numbers) -> u16| identity.numbers.as_ref().map(of);
    let maker = match number(|numbers| numbers.vendor) {
        Some(vendor) if identity.make.is_empty() => format!("厂商 {vendor:04X}"),
        _ => identity.make.to_string(),
    };
    let model = match number(|numbers| numbers.model) {
        Some(model) if identity.model.is_empty() => format!("型号 {model:04X}"),
        _ => identity.model.to_string(),
    };
    let firmware = if identity.firmware.is_empty() { String::new() } else { format!("固件 {}", identity.firmware) };
    let words = [maker, model, firmware];
    words.iter().filter(|word| !word.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" ")
}
