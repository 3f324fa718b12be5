//! What it means that a camera with ONVIF does not do what it was asked: the same for whoever asked it.

use avow_shared::facts::Facts;
use avow_shared::outcome::Verdict;

use super::Found;
use crate::onvif::client::{Failure, without_secrets};
use crate::onvif::door::Locked;
use crate::onvif::reply::Information;
use crate::onvif::soap::Kind;

/// Who a camera says that it is.
pub(super) fn facts(who: &Information) -> Facts {
    let Information { maker, model, firmware, serial } = who;
    let [make, model, firmware, serial] = [maker, model, firmware, serial].map(|text| text.as_str().into());
    Facts { make, model, firmware, serial, ..Facts::default() }
}

/// Tells a failure of the camera at `port`.
pub(super) fn failed(port: &str, failure: &Failure) -> Found {
    let finding = |code: &'static str, detail: String| Found::new(Verdict::fail(code), without_secrets(&detail));
    match failure {
        Failure::Here(why) => Found::missing(why),
        Failure::Name { name, source } => {
            Found::missing(format!("解析不了摄像机地址 {name}（{source}）：请检查配置和域名服务"))
        }
        Failure::Unreached(why) => {
            finding("camera.unreachable", format!("到不了 {port}（{why}）：请检查摄像机供电、网线和地址"))
        }
        Failure::Refused => finding("camera.refused", format!("{port} 拒绝连接：请在摄像机上启用 ONVIF，核对端口")),
        Failure::HungUp(why) => {
            finding("camera.wrong-answer", format!("{port} 应答中途断开（{why}）：请重启摄像机，升级其固件"))
        }
        Failure::Silent => {
            finding("camera.no-answer", format!("{port} 无应答：请检查供电、网线和地址，必要时重启摄像机"))
        }
        Failure::Locked(locked) => finding("camera.login", told(locked)),
        Failure::Fault(fault) => {
            let why = match fault.kind {
                Kind::Unsupported => "摄像机没有这项功能",
                Kind::NoSuch => "摄像机没有这个预置位或配置",
                Kind::NotAuthorized => "该用户无权这样做",
                Kind::Other => "摄像机拒绝执行",
            };
            let words = if fault.words.is_empty() { String::new() } else { format!("（{}）", fault.words) };
            finding("camera.not-executable", format!("{why}{words}"))
        }
        Failure::NoPreset(number) => {
            finding("camera.not-executable", format!("摄像机没有预置位 {number}：请先对准并保存"))
        }
        Failure::Status(status) => {
            finding("camera.wrong-answer", format!("{port} 不像 ONVIF（HTTP {status}）：请启用 ONVIF，核对端口"))
        }
        Failure::TooLong => finding("camera.wrong-answer", format!("{port} 的应答没有尽头：请重启摄像机，升级其固件")),
        Failure::WrongAnswer(heard) => {
            finding("camera.wrong-answer", format!("{port} 应答不符（{heard}）：请核对端口，升级摄像机固件"))
        }
    }
}

fn told(locked: &Locked) -> String {
    match locked {
        Locked::NoUser => "摄像机要求登录：请配置 user 和 password_file（摄像机的 ONVIF 用户）".to_owned(),
        Locked::WrongUser => "摄像机不接受用户名或密码：请核对 user、password_file 和摄像机的 ONVIF 用户".to_owned(),
        Locked::Schemes(schemes) => {
            let schemes = if schemes.is_empty() { "未知" } else { schemes };
            format!("摄像机只接受明文登录（{schemes}），为保密不予发送：请在摄像机上启用 Digest")
        }
    }
}
