//! What the client says, in Chinese or English.

use std::borrow::Cow;
use std::path::Path;

use super::call::Failure;
use crate::fact::AgentState;
use crate::province::Class;
use crate::refusals;

/// The language of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// 中文.
    Chinese,
    /// English.
    English,
}

impl Words {
    /// As the first of `LC_ALL`, `LC_MESSAGES` and `LANG` says that is set (POSIX, 8.2): English when it begins with `en`,
    /// else Chinese. The agent's command line follows the same rule.
    #[must_use]
    pub fn of_environment() -> Self {
        Self::of(|name| std::env::var(name).ok())
    }

    fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable).find(|value| !value.is_empty());
        if set.is_some_and(|value| value.starts_with("en")) { Self::English } else { Self::Chinese }
    }

    /// The one of two texts that is in this language.
    #[must_use]
    pub const fn say<'a>(self, chinese: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::Chinese => chinese,
            Self::English => english,
        }
    }

    pub(crate) fn class(self, class: Class) -> &'static str {
        match class {
            Class::Silent => self.say("○失联", "silent"),
            Class::Fail => self.say("■故障", "fail"),
            Class::Stale => self.say("◌数据陈旧", "stale"),
            Class::Unknown => self.say("◆无法判定", "unknown"),
            Class::Degraded => self.say("▲劣化", "degraded"),
            Class::Pass => self.say("●正常", "pass"),
        }
    }

    /// The state of a backup path, by its word in the API; one of a later server as it is.
    pub(super) fn backup_state(self, state: &str) -> &str {
        match state {
            "failing" => self.say("■故障", "failing"),
            "overdue" => self.say("◌逾期", "overdue"),
            "never" => self.say("○从未验证", "never"),
            "unexercised" => self.say("◆无探测", "unexercised"),
            "proven" => self.say("●已验证", "proven"),
            other => other,
        }
    }

    /// What a backup path stands in for, likewise.
    pub(super) fn backup_kind(self, kind: &str) -> &str {
        match kind {
            "line" => self.say("线路", "line"),
            "terminal" => self.say("终端", "terminal"),
            "microphone" => self.say("话筒", "microphone"),
            "platform" => self.say("平台", "platform"),
            "ups" => self.say("不间断电源", "UPS"),
            "other" => self.say("其他设备", "other"),
            other => other,
        }
    }

    /// An age in its largest unit.
    pub(super) fn ago(self, ms: u64) -> String {
        let minutes = ms / 60_000;
        let (number, chinese, english) = match minutes {
            0..60 => (minutes, "分钟前", "min ago"),
            60..2_880 => (minutes / 60, "小时前", "h ago"),
            _ => (minutes / 1_440, "天前", "d ago"),
        };
        format!("{number} {}", self.say(chinese, english))
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

    pub(super) fn restored_into(self, file: &Path, data: &Path) -> String {
        let (file, data) = (file.display(), data.display());
        match self {
            Self::Chinese => format!("已从 {file} 恢复到 {data}"),
            Self::English => format!("restored from {file} into {data}"),
        }
    }

    pub(super) fn in_use(self, data: &Path) -> String {
        let data = data.display();
        match self {
            Self::Chinese => format!("{data} 已有采集端数据；请恢复到空目录"),
            Self::English => format!("{data} already holds a collector's data; restore into an empty folder"),
        }
    }

    /// Bytes, as a person compares them.
    pub(super) fn size(bytes: u64) -> String {
        match bytes {
            0..1_000_000 => format!("{} kB", bytes / 1_000),
            1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
            _ => format!("{:.2} GB", bytes as f64 / 1e9),
        }
    }

    /// What goes on when somebody no longer watches it: each line a way to go on, with the server where it is not the usual one.
    pub(super) fn goes_on(self, what: &str, http: &str, next: &[(&str, String)]) -> String {
        let server = if http == super::args::USUAL { String::new() } else { format!(" --http {http}") };
        let lines = next.iter().map(|(why, command)| format!("\n{why}avow-collector {command}{server}"));
        format!("{what}{}", lines.collect::<String>())
    }

    /// What went wrong and what to do next.
    pub(super) fn failure(self, failure: &Failure, http: &str) -> String {
        match (self, failure) {
            (Self::Chinese, Failure::Usage(what)) => format!("用法有误：{}", told(what)),
            (Self::English, Failure::Usage(what)) => format!("wrong usage: {what}"),
            (Self::Chinese, Failure::Impossible(what)) => told(what).into_owned(),
            (_, Failure::Impossible(what) | Failure::Left(what)) => what.clone(),
            (Self::Chinese, Failure::Unreachable(why)) => {
                format!("无法连接 {http}：{why}\n请确认 avow-collector serve 正在运行，或用 --http 指定地址")
            }
            (Self::English, Failure::Unreachable(why)) => {
                format!("cannot reach {http}: {why}\nis avow-collector serve running? name its address with --http")
            }
            (Self::Chinese, Failure::Refused { status, detail }) => format!("服务器拒绝（{status}）：{}", told(detail)),
            (Self::English, Failure::Refused { status, detail }) => format!("the server refused ({status}): {detail}"),
            (Self::Chinese, Failure::Broken(why)) => format!("服务器未能完成：{why}\n请查看服务器日志后重试"),
            (Self::English, Failure::Broken(why)) => format!("the server failed: {why}\nsee its log, then try again"),
            (Self::Chinese, Failure::File { path, source }) => format!("无法读写 {}：{source}", path.display()),
            (Self::English, Failure::File { path, source }) => format!("cannot use {}: {source}", path.display()),
        }
    }
}

/// What this program itself says no with; some of it is in Chinese already.
fn told(what: &str) -> Cow<'_, str> {
    refusals::chinese(what, "").map_or(Cow::Borrowed(what), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(set: &[(&str, &str)], expected: Words) {
        let variable = |name: &str| set.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned());
        assert_eq!(Words::of(variable), expected, "{set:?}");
    }

    #[test]
    fn chinese_comes_first() {
        check(&[], Words::Chinese);
        for locale in ["zh_CN.UTF-8", "C", "C.UTF-8", "POSIX", "de_DE.UTF-8", ""] {
            check(&[("LANG", locale)], Words::Chinese);
        }
        check(&[("LANG", "en_US.UTF-8")], Words::English);
    }

    #[test]
    fn the_first_variable_that_is_set_decides() {
        check(&[("LC_ALL", "en_US.UTF-8"), ("LC_MESSAGES", "zh_CN"), ("LANG", "zh_CN")], Words::English);
        check(&[("LC_MESSAGES", "en_GB"), ("LANG", "zh_CN")], Words::English);
        check(&[("LC_ALL", ""), ("LC_MESSAGES", "zh_CN"), ("LANG", "en_US")], Words::Chinese);
        check(&[("LC_ALL", "C"), ("LC_MESSAGES", "en_US"), ("LANG", "en_US")], Words::Chinese);
    }
}
