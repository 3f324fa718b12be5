//! What went wrong in the words of the engineer at the box, and what he does next. The one place of such texts.
//!
//! It judges nothing but this: whether he wrote or started something wrong (64), or the box is in trouble (2).

use std::io::{Error as Io, ErrorKind};
use std::path::Path;

use smol_str::SmolStr;

use super::{Failed, problem};
use crate::agent::Disbelieved;
use crate::config::Misnamed;
use crate::probe::BadSetup;
use crate::profile::file;
use crate::words::{Language, reason};
use crate::{config, control, identity};

/// A start that failed.
pub(super) fn start(error: &anyhow::Error, language: Language) -> Failed {
    if let Some(error) = error.downcast_ref() {
        state(error, None, language)
    } else if let Some(error) = error.downcast_ref() {
        listening(error, language)
    } else {
        Failed::Trouble(format!("{error:#}"))
    }
}

/// A state folder that cannot be used; `silent` is the socket where its agent was looked for in vain.
pub(super) fn state(error: &identity::Error, silent: Option<&Path>, language: Language) -> Failed {
    match error {
        identity::Error::Locked(folder) => Failed::Wrong(locked(folder, silent, language)),
        identity::Error::Io { path, source } => {
            let (path, reason) = (path.display(), reason(source, language));
            let action = disk_action(source.kind(), language);
            Failed::Trouble(match language {
                Language::Chinese => format!("无法使用状态目录中的 {path}：{reason}。{action}"),
                Language::English => format!("failed to use {path} in the state folder: {reason}. {action}"),
            })
        }
        identity::Error::NoKey(path) => Failed::Trouble(match language {
            Language::Chinese => format!(
                "代理的密钥 {} 已损坏（应为 32 字节）：放回备份；没有备份就删除它，代理将以新身份运行，须由中心重新接纳",
                path.display()
            ),
            Language::English => format!(
                "the agent's key {} is damaged (expected 32 bytes): put back a copy; without one remove it, then it is a \
                 new agent that HQ has to accept",
                path.display()
            ),
        }),
    }
}

fn locked(folder: &Path, silent: Option<&Path>, language: Language) -> String {
    let folder = folder.display();
    match (language, silent.map(Path::display)) {
        (Language::Chinese, None) => format!(
            "状态目录 {folder} 已有另一代理在运行：用 avow-agent status 查看；要换成这一个，先 systemctl stop avow-agent"
        ),
        (Language::English, None) => format!(
            "another agent runs on this state folder ({folder}): see avow-agent status; to replace it, first systemctl \
             stop avow-agent"
        ),
        (Language::Chinese, Some(socket)) => {
            format!("状态目录 {folder} 有代理在运行，但在 {socket} 无应答：用 --socket 指明它的套接字")
        }
        (Language::English, Some(socket)) => format!(
            "an agent runs on this state folder ({folder}) but does not answer at {socket}: name its socket with --socket"
        ),
    }
}

fn listening(error: &control::Error, language: Language) -> Failed {
    match error {
        control::Error::InUse(path) => Failed::Wrong(match language {
            Language::Chinese => format!(
                "套接字 {} 已有另一代理在用：用 avow-agent status 查看它，或在配置中改 agent.socket",
                path.display()
            ),
            Language::English => format!(
                "another agent listens at {}: see avow-agent status, or change agent.socket in the configuration",
                path.display()
            ),
        }),
        control::Error::NotSocket(path) => Failed::Wrong(match language {
            Language::Chinese => {
                format!("{} 不是套接字，未改动它：检查 --socket 或配置中的 agent.socket", path.display())
            }
            Language::English => format!(
                "{} is no socket and was left as it is: check --socket, or agent.socket in the configuration",
                path.display()
            ),
        }),
        control::Error::Io { path, source } => {
            let (path, reason) = (path.display(), reason(source, language));
            let text = match language {
                Language::Chinese => {
                    format!("无法监听套接字 {path}：{reason}。检查 --socket 或配置中的 agent.socket 及其目录")
                }
                Language::English => format!(
                    "failed to listen at {path}: {reason}. Check --socket, or agent.socket in the configuration, and its folder"
                ),
            };
            match source.kind() {
                ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidInput => Failed::Wrong(text),
                _ => Failed::Trouble(text),
            }
        }
    }
}

/// An agent listens at `socket`, but could not be asked.
pub(super) fn call(socket: &Path, error: &Io, language: Language) -> Failed {
    let (socket, why) = (socket.display(), reason(error, language));
    let action = match error.kind() {
        ErrorKind::PermissionDenied => {
            language.pick("用 sudo 执行，或把用户加入 avow 组", "use sudo, or join the group avow")
        }
        ErrorKind::WouldBlock | ErrorKind::TimedOut => {
            return Failed::Trouble(match language {
                Language::Chinese => format!("代理在 {socket} 迟迟不应答：重启它（systemctl restart avow-agent）"),
                Language::English => {
                    format!("the agent at {socket} does not answer: restart it (systemctl restart avow-agent)")
                }
            });
        }
        _ => language
            .pick("再试一次，并看日志（journalctl -u avow-agent）", "try again and see journalctl -u avow-agent"),
    };
    Failed::Trouble(match language {
        Language::Chinese => format!("无法询问 {socket} 处的代理：{why}。{action}"),
        Language::English => format!("failed to ask the agent at {socket}: {why}. {action}"),
    })
}

/// Nobody listens at the socket that was named, and no configuration was.
pub(super) fn silence(socket: &Path, language: Language) -> Failed {
    let socket = socket.display();
    Failed::Trouble(match language {
        Language::Chinese => {
            format!(
                "{socket} 无代理应答：启动它（systemctl start avow-agent），或指明正确的 --socket；要查看它的文件，加上 --config"
            )
        }
        Language::English => format!(
            "no agent answers at {socket}: start it (systemctl start avow-agent) or name the right --socket; to read its \
             files, add --config"
        ),
    })
}

/// A name that means nothing here, or too much.
pub(super) fn misnamed(misnamed: &Misnamed, language: Language) -> Failed {
    let listed = |names: &[SmolStr]| names.join(language.pick("、", ", "));
    Failed::Wrong(match (misnamed, language) {
        (Misnamed::NoProbe { name, known }, Language::Chinese) => {
            format!("没有探测项 '{name}'，应为其中之一：{}", listed(known))
        }
        (Misnamed::NoProbe { name, known }, Language::English) => {
            format!("there is no probe '{name}', expected one of {}", listed(known))
        }
        (Misnamed::NoCamera { name, known }, Language::Chinese) if known.is_empty() => {
            format!("没有摄像机 '{name}'：配置中没有任何摄像机探测项")
        }
        (Misnamed::NoCamera { name, known }, Language::English) if known.is_empty() => {
            format!("there is no camera '{name}': none is configured")
        }
        (Misnamed::NoCamera { name, known }, Language::Chinese) => {
            format!("没有摄像机 '{name}'，应为其中之一：{}", listed(known))
        }
        (Misnamed::NoCamera { name, known }, Language::English) => {
            format!("there is no camera '{name}', expected one of {}", listed(known))
        }
        (Misnamed::SeveralCameras { name, fits }, Language::Chinese) => {
            format!("叫 '{name}' 的摄像机不止一台，请写全名：{}", listed(fits))
        }
        (Misnamed::SeveralCameras { name, fits }, Language::English) => {
            format!("'{name}' names several cameras, write one in full: {}", listed(fits))
        }
    })
}

/// An answer that is not taken for HQ's.
pub(super) fn disbelieved(why: &Disbelieved, language: Language) -> String {
    let Disbelieved::OtherKey { file, configured, .. } = why else {
        let text = language.pick(
            "核对代理与中心的版本（avow-agent version），并看日志（journalctl -u avow-agent）",
            "compare the versions of agent and HQ (avow-agent version), and see journalctl -u avow-agent",
        );
        return text.to_owned();
    };
    let file = file.display();
    match (language, configured) {
        (Language::Chinese, false) => format!(
            "向中心核对公钥（其 /api/v1/health 的 hq_key）：若是答复的公钥，说明中心已重建，删除 {file} 后执行 systemctl \
             reload avow-agent；若不是，说明连到了别处，检查 hq.broker，不要删除"
        ),
        (Language::Chinese, true) => format!(
            "向中心核对公钥（其 /api/v1/health 的 hq_key）：若是答复的公钥，说明中心已重建，把 {file} 中的 hq.key 改成它，再执行 \
             systemctl reload avow-agent；若不是，说明连到了别处，检查 hq.broker，不要改 hq.key"
        ),
        (Language::English, false) => format!(
            "compare with HQ (hq_key of its /api/v1/health): if it is the found key, HQ was set up anew: remove {file} and \
             systemctl reload avow-agent; if not, this is not HQ: check hq.broker and remove nothing"
        ),
        (Language::English, true) => format!(
            "compare with HQ (hq_key of its /api/v1/health): if it is the found key, HQ was set up anew: write it into {file} \
             as hq.key and systemctl reload avow-agent; if not, this is not HQ: check hq.broker and leave hq.key as it is"
        ),
    }
}

/// A spool that takes nothing; `trouble` is how the agent words it, with the system's own words at the end.
pub(super) fn spool(trouble: &str, language: Language) -> String {
    let code = trouble.rsplit_once("(os error ").and_then(|(_, code)| code.split(')').next()?.parse().ok());
    match (language, code.map(Io::from_raw_os_error)) {
        (Language::English, _) => trouble.to_owned(),
        (Language::Chinese, Some(error)) => format!(
            "缓存暂时写不进：{}。{}；期间的结果先留在内存",
            reason(&error, language),
            disk_action(error.kind(), language)
        ),
        (Language::Chinese, None) => format!("缓存暂时不可用：{trouble}"),
    }
}

/// A configuration that cannot be used.
pub(super) fn config(error: &config::Error, language: Language) -> Failed {
    let is_missing = |source: &Io| source.kind() == ErrorKind::NotFound;
    Failed::Wrong(match (error, language) {
        (config::Error::Read { path, source }, Language::Chinese) if is_missing(source) => {
            format!("没有配置文件 {}：用 --config 指明，如 --config /etc/avow/agent.toml", path.display())
        }
        (config::Error::Read { path, source }, Language::English) if is_missing(source) => {
            format!("there is no configuration {}: name it, e.g. --config /etc/avow/agent.toml", path.display())
        }
        (config::Error::Read { path, source }, _) => match language {
            Language::Chinese => format!("无法读取配置文件 {}：{}", path.display(), reason(source, language)),
            Language::English => format!("failed to read {}: {}", path.display(), reason(source, language)),
        },
        (config::Error::Syntax { path, detail }, Language::Chinese) => {
            format!("配置文件 {} 不是正确的 TOML，请改正下面指出的位置：{}", path.display(), detail.trim_end())
        }
        (config::Error::Key { path, wrong }, Language::Chinese) => {
            format!("配置文件 {} 的 {} 需要改正：{}", path.display(), wrong.path, problem::chinese(&wrong.problem))
        }
        (config::Error::Inconsistent { path, inconsistent }, Language::Chinese) => {
            format!("配置文件 {} 自相矛盾，需要改正：{}", path.display(), problem::inconsistent(inconsistent))
        }
        (other, Language::English) => other.to_string().trim_end().to_owned(),
    })
}

/// A profile that cannot be used.
pub(super) fn profile(error: &file::Error, language: Language) -> Failed {
    Failed::Wrong(match (error, language) {
        (_, Language::English) => error.to_string(),
        (file::Error::Read { path, kind, words }, Language::Chinese) => {
            let known = reason(&(*kind).into(), language);
            let is_known = known != Io::from(*kind).to_string();
            format!("无法读取描述文件 {path}：{}", if is_known { &known } else { words })
        }
        (file::Error::Wrong(wrong), Language::Chinese) => match wrong.split_once(": TOML parse error") {
            Some((path, at)) => format!("描述文件 {path} 不是正确的 TOML，请改正下面指出的位置：TOML parse error{at}"),
            None => format!("描述文件：{}", problem::chinese(wrong)),
        },
    })
}

/// What was written of a device makes no sense.
pub(super) fn setup(bad: &BadSetup, language: Language) -> Failed {
    Failed::Wrong(match (bad, language) {
        (_, Language::English) => bad.to_string(),
        (BadSetup::Value { key, expected, found }, Language::Chinese) => {
            format!("{key}，{}", problem::chinese(&format!("expected {expected}, found '{found}'")))
        }
        (bad, Language::Chinese) => problem::chinese(&bad.to_string()),
    })
}

/// A relay's name that means nothing here.
pub(super) fn no_relay(name: &str, known: &[&str], language: Language) -> Failed {
    Failed::Wrong(match (language, known) {
        (Language::Chinese, []) => format!("没有继电器 '{name}'：配置中没有任何继电器（[[venue.relay]]）"),
        (Language::English, []) => format!("there is no relay '{name}': none is configured ([[venue.relay]])"),
        (Language::Chinese, known) => format!("没有继电器 '{name}'，应为其中之一：{}", known.join("、")),
        (Language::English, known) => format!("there is no relay '{name}', expected one of {}", known.join(", ")),
    })
}

fn disk_action(kind: ErrorKind, language: Language) -> &'static str {
    match kind {
        ErrorKind::PermissionDenied => language.pick(
            "用 sudo 或服务的用户 avow 执行；若属主不对，用 chown -R avow 改正",
            "Use sudo or the service's user avow; where the owner is wrong, mend it with chown -R avow",
        ),
        ErrorKind::ReadOnlyFilesystem => language.pick(
            "检查存储卡或磁盘（dmesg），重新挂载为可写，或在配置中把 agent.state 改到可写的目录",
            "Check card or disk (dmesg) and mount it writable again, or set agent.state in the configuration elsewhere",
        ),
        ErrorKind::StorageFull => language.pick("清理磁盘（df -h）", "Make room (df -h)"),
        _ => language.pick("检查配置中的 agent.state", "Check agent.state in the configuration"),
    }
}
