//! What the client says, in Chinese or English by `LANG`; Chinese when nothing is said.

use std::path::Path;

use super::call::Failure;
use crate::fact::AgentState;
use crate::province::Class;

/// The language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Words {
    Chinese,
    English,
}

impl Words {
    /// As `LC_ALL`, `LC_MESSAGES` or `LANG` say: English when they name a language that is not Chinese.
    pub(super) fn of_environment() -> Self {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
        Self::of(set.into_iter().find(|value| !value.is_empty()).as_deref())
    }

    fn of(locale: Option<&str>) -> Self {
        let plain = |locale: &str| matches!(locale.split('.').next(), Some("C" | "POSIX"));
        match locale {
            Some(locale) if !locale.starts_with("zh") && !plain(locale) => Self::English,
            _ => Self::Chinese,
        }
    }

    /// One of two.
    pub(super) fn say<'a>(self, chinese: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::Chinese => chinese,
            Self::English => english,
        }
    }

    pub(super) fn class(self, class: Class) -> &'static str {
        match class {
            Class::Silent => self.say("○失联", "silent"),
            Class::Fail => self.say("■故障", "fail"),
            Class::Stale => self.say("◌数据陈旧", "stale"),
            Class::Unknown => self.say("◆无法判定", "unknown"),
            Class::Degraded => self.say("▲劣化", "degraded"),
            Class::Pass => self.say("●正常", "pass"),
        }
    }

    pub(super) fn state(self, state: AgentState) -> &'static str {
        match state {
            AgentState::Accepted => self.say("已接受", "accepted"),
            AgentState::Pending => self.say("待确认", "pending"),
            AgentState::Refused => self.say("已拒绝", "refused"),
            AgentState::Conflict => self.say("冲突", "conflict"),
        }
    }

    pub(super) fn written(self, file: &Path, bytes: u64) -> String {
        let file = file.display();
        match self {
            Self::Chinese => format!("已写入 {file}（{bytes} 字节）"),
            Self::English => format!("wrote {file} ({bytes} bytes)"),
        }
    }

    pub(super) fn restored(self, file: &Path) -> String {
        let file = file.display();
        match self {
            Self::Chinese => format!("已从 {file} 恢复，服务正在重新启动"),
            Self::English => format!("restored from {file}; the server is starting again"),
        }
    }

    /// What went wrong and what to do next.
    pub(super) fn failure(self, failure: &Failure, http: &str) -> String {
        match (self, failure) {
            (_, Failure::Usage(what)) => what.clone(),
            (Self::Chinese, Failure::Unreachable(why)) => {
                format!("无法连接 {http}：{why}\n请确认 avow-collector serve 正在运行，或用 --http 指定地址")
            }
            (Self::English, Failure::Unreachable(why)) => {
                format!("cannot reach {http}: {why}\nis avow-collector serve running? name its address with --http")
            }
            (Self::Chinese, Failure::Refused { status, detail }) => format!("服务器拒绝（{status}）：{detail}"),
            (Self::English, Failure::Refused { status, detail }) => format!("the server refused ({status}): {detail}"),
            (Self::Chinese, Failure::Broken(why)) => format!("服务器未能完成：{why}\n请查看服务器日志后重试"),
            (Self::English, Failure::Broken(why)) => format!("the server failed: {why}\nsee its log, then try again"),
            (Self::Chinese, Failure::File { path, source }) => format!("无法读写 {}：{source}", path.display()),
            (Self::English, Failure::File { path, source }) => format!("cannot use {}: {source}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_comes_first() {
        for locale in [None, Some("zh_CN.UTF-8"), Some("C"), Some("C.UTF-8"), Some("POSIX")] {
            assert_eq!(Words::of(locale), Words::Chinese, "{locale:?}");
        }
        assert_eq!(Words::of(Some("en_US.UTF-8")), Words::English);
    }
}
