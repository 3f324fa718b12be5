//! Why `serve` cannot run, in Chinese. What a person can do something about has a sentence; what the system says of it stays
//! in the system's words.

use crate::addresses::Error as Address;
use crate::broker::Error as Broker;
use crate::core::BootError;
use crate::hub::Error as Hub;
use crate::settings::Error as Settings;
use crate::store::Error as Store;

/// The whole of it in one line.
pub(super) fn chinese(error: &anyhow::Error) -> String {
    let known = error.chain().find_map(|cause| {
        let address = cause.downcast_ref().map(address);
        let settings = cause.downcast_ref().map(settings);
        let hub = cause.downcast_ref().and_then(hub);
        address.or(settings).or(hub).or_else(|| cause.downcast_ref().map(store))
    });
    known.unwrap_or_else(|| format!("无法运行：{error:#}"))
}

fn address(error: &Address) -> String {
    match error {
        Address::Public { option, address } => format!(
            "{option} {address}：尚无账号与加密，只在本机地址上服务。请用 127.0.0.1；仅在封闭的测试网内可加 --insecure-lan"
        ),
        Address::PublicBroker(broker) => format!(
            "--broker {broker}：尚无加密，只用本机上的消息服务器。请用 127.0.0.1；仅在封闭的测试网内可加 --insecure-lan"
        ),
        Address::NoBroker(broker) => format!("--broker {broker}：应写作 mqtt://主机:端口"),
        Address::Trusting { option, address } => {
            format!("--accept-new 与 {option} {address}：谁先来就信任谁，只能与本机地址同用")
        }
        Address::Taken { option, address, said } => taken(option, &address.to_string(), said),
    }
}

fn taken(option: &str, address: &str, said: &str) -> String {
    format!("无法监听 {option} {address}（端口是否已被其他程序占用？请换一个端口，或写 0 由系统选定）：{said}")
}

fn settings(error: &Settings) -> String {
    match error {
        Settings::Io { path, cause } => format!("无法读取配置文件 {}：{cause}", path.display()),
        Settings::Wrong { path, detail } => format!("配置文件 {} 有误：{detail}", path.display()),
    }
}

fn hub(error: &Hub) -> Option<String> {
    Some(match error {
        Hub::InUse(data) => format!("数据目录 {} 正被另一个平台程序使用：请先停止它，或换一个 --data", data.display()),
        Hub::Data { path, cause } | Hub::Boot(BootError::Io { path, cause }) => {
            format!("无法使用数据目录 {}：{cause}", path.display())
        }
        Hub::Broker(Broker::Listen { address, detail }) => taken("--mqtt", &address.to_string(), detail),
        Hub::Boot(BootError::Store(error)) => store(error),
        Hub::Documents(error) => format!("无法使用数据目录中已签发文件的 documents 目录：{error}"),
        Hub::Boot(BootError::Keeper(_)) => return None,
    })
}

fn store(error: &Store) -> String {
    match error {
        Store::Io { path, cause } => format!("无法使用数据库 {}：{cause}", path.display()),
        Store::Locked { path } => format!("数据库 {} 正被另一个程序使用", path.display()),
        Store::Damaged { path, detail } => format!("数据库 {} 无法读取：{detail}", path.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_can_mend_is_said_in_chinese_and_names_the_place() {
        let here = "127.0.0.1:80".parse().expect("an address");
        let io = || std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        let errors: [(anyhow::Error, &str); 5] = [
            (
                Address::Taken { option: "--http", address: here, said: "in use".to_owned() }.into(),
                "--http 127.0.0.1:80",
            ),
            (Hub::InUse("d".into()).into(), "数据目录 d"),
            (Hub::Broker(Broker::Listen { address: here, detail: "in use".to_owned() }).into(), "--mqtt 127.0.0.1:80"),
            (Settings::Io { path: "s.toml".into(), cause: io() }.into(), "s.toml"),
            (anyhow::Error::from(io()).context("take the waiting backup in"), "permission denied"),
        ];
        for (error, named) in errors {
            let said = chinese(&error.context("outer"));
            assert!(said.contains(named) && said.chars().any(|c| c > '\u{4e00}'), "{said}");
        }
    }
}
