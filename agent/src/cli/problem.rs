//! What is wrong with a key of the configuration, in Chinese. The readers of keys say it in English, in a few forms
//! ('expected …, found …'): the forms are put into Chinese here, and what is expected where it is a known phrase. Names,
//! keys and examples stay as they are written; so does a phrase that nobody has put here yet.

use avow_shared::venue::Inconsistent;

/// Sentences that stand for themselves.
const WHOLE: [(&str, &str); 4] = [
    (
        "expected HQ's public key in hexadecimal: only a broker on this machine is trusted at first use",
        "应填中心的公钥（64 位十六进制，见中心的 /api/v1/health）：只有中心在本机时可以不填",
    ),
    ("expected an Ed25519 public key, 64 hexadecimal digits", "应为 Ed25519 公钥，64 位十六进制数字"),
    (
        "mqtts:// comes with a later version, expected mqtt://host:port",
        "本版本还不支持 mqtts://，应为 mqtt://主机:端口",
    ),
    (
        "expected 1 to 64 of a-z 0-9 . _ - beginning with a letter or digit",
        "应为 1 到 64 个 a-z 0-9 . _ -，以字母或数字开头",
    ),
];

/// What is expected.
const PHRASES: &[(&str, &str)] = &[
    ("a text", "文字（加引号）"),
    ("a string", "文字（加引号）"),
    ("a number", "数字"),
    ("true or false", "true 或 false"),
    ("a boolean", "true 或 false"),
    ("a table", "一个表"),
    ("a list of texts", "文字的列表，如 [\"…\"]"),
    ("a list of tables", "表的列表，写作 [[…]]"),
    ("a sequence", "列表，如 [ … ]"),
    ("u8", "0 到 255 的整数"),
    ("u16", "0 到 65535 的整数"),
    ("u32", "不小于 0 的整数"),
    ("u64", "不小于 0 的整数"),
    ("usize", "不小于 0 的整数"),
    ("f32", "数字"),
    ("f64", "数字"),
    ("i64", "整数"),
    ("at least one [[venue]]", "至少一个 [[venue]]"),
    ("a probe of this file", "本文件中的探测项"),
    ("a device of this venue", "本会场的设备"),
    ("http://host:port", "http://主机:端口"),
    ("mqtt://host:port", "mqtt://主机:端口"),
    ("http:// or https://", "http:// 或 https://"),
    ("codes of 100 to 599", "100 到 599 的状态码"),
    ("at least one code", "至少一个状态码"),
    ("an address or a name, without scheme and port", "地址或主机名，不带协议和端口"),
    ("a port number for method = \"tcp\"", "端口号（method = \"tcp\" 时必填）"),
    ("no port for method = \"ping\"", "不填端口（method = \"ping\" 时）"),
    ("nothing, a network has no speed of a line", "不填：网络没有串口速率"),
    ("1, the only one of visca-udp://", "1，visca-udp:// 只有这一个地址"),
    ("the preset that 'expect' describes", "'expect' 所对应的预置位"),
    ("host or host:port", "主机或 主机:端口"),
    ("host, host:port, or a serial port like /dev/ttyUSB0", "主机、主机:端口，或串口（如 /dev/ttyUSB0）"),
    (
        "a serial port like /dev/ttyUSB0, or host:port of a serial server",
        "串口（如 /dev/ttyUSB0），或串口服务器的 主机:端口",
    ),
    (
        crate::visca::port::EXPECTED,
        "串口（如 /dev/ttyUSB0）、visca-udp://主机、visca-tcp://主机、visca-raw-udp://主机（端口不是 52381、5678、1259 时写 :端口）、onvif://主机、pelco-d:/dev/ttyUSB1 或 pelco-p:/dev/ttyUSB1",
    ),
    ("1, the version of the form of this file", "1，即描述文件格式的版本"),
    ("1 to 32 [[request]] and at most 8 [[login]]", "1 到 32 个 [[request]]，至多 8 个 [[login]]"),
    ("one of 'end', 'length' and 'idle_ms'", "'end'、'length'、'idle_ms' 三者之一"),
    ("a group (?<source>…)", "有分组 (?<source>…)"),
    ("either 'send' (text) or 'send_hex'", "'send'（文字）与 'send_hex' 二者之一"),
    (
        "either 'group' (of 'expect') or 'at' (an offset in bytes)",
        "'group'（expect 的分组）与 'at'（字节位置）二者之一",
    ),
    (
        "'at_most' with 'fail_above' beyond it, or 'at_least' with 'fail_below' beyond it",
        "'at_most' 与更大的 'fail_above'，或 'at_least' 与更小的 'fail_below'",
    ),
    ("a group of 'expect'", "'expect' 中的分组"),
    ("the words that are right", "正常时的词"),
    ("the words of no call", "不在通话时的词"),
    ("two hexadecimal digits after \\x", "\\x 后的两位十六进制数字"),
    ("\\r, \\n, \\t, \\e, \\\\ or \\xHH", "\\r、\\n、\\t、\\e、\\\\ 或 \\xHH"),
    ("pairs of hexadecimal digits", "成对的十六进制数字"),
];

/// Beginnings of what is expected; the rest follows.
const BEGINNINGS: [(&str, &str); 8] = [
    ("one of ", "其中之一："),
    ("a file ….toml or one of ", "文件 ….toml，或自带的其中之一："),
    ("a regular expression: ", "正则表达式："),
    ("a group ", "有分组 "),
    ("hours like ", "时段，如 "),
    ("venue/probe like ", "会场/探测项，如 "),
    ("limits of ", "这些限值之一："),
    ("<division code>-<two digits>, e.g. ", "行政区划代码-两位序号，如 "),
];

/// A key's problem.
pub(super) fn chinese(problem: &str) -> String {
    if let Some((_, whole)) = WHOLE.iter().find(|(english, _)| *english == problem) {
        return (*whole).to_owned();
    }
    if let Some(key) = problem.strip_prefix("missing field ") {
        return format!("缺少 {key}");
    }
    if let Some((text, what)) = problem.split_once(" is not a ") {
        let what = if what.starts_with("division code") { "行政区划代码（如 350102001）" } else { what };
        return format!("{text} 不是{what}");
    }
    let (before, rest) = problem.split_once("expected ").map_or((problem, None), |(before, rest)| (before, Some(rest)));
    let before = read(before.trim_end_matches([' ', ',', ':']));
    let Some(rest) = rest else { return before };
    let (wanted, found) = rest.split_once(", found ").map_or((rest, None), |(wanted, found)| (wanted, Some(found)));
    let found = match found {
        None => String::new(),
        Some("nothing" | "none") => "，没有填写".to_owned(),
        Some("several") => "，写了不止一个".to_owned(),
        Some(found) => format!(
            "，现为 {}",
            found.replace("(exactly one network, a box never joins two)", "（一台机器只接一个网络）")
        ),
    };
    let before = if before.is_empty() { before } else { format!("{before}，") };
    format!("{before}应为{}{found}", wanted_chinese(wanted))
}

/// What was read, before what is expected.
fn read(before: &str) -> String {
    const READ: [(&str, &str); 5] = [
        ("there is no such key", "没有这个键"),
        ("unknown field ", "没有这个键："),
        ("unknown variant ", "没有这个值："),
        ("invalid type: ", "类型不对："),
        ("invalid value: ", "值不对："),
    ];
    let known = READ.iter().find_map(|(english, chinese)| Some((chinese, before.strip_prefix(english)?)));
    known.map_or_else(|| before.to_owned(), |(chinese, rest)| format!("{chinese}{}", kinds(rest)))
}

/// Serde's words for what it found.
fn kinds(found: &str) -> String {
    const KINDS: [(&str, &str); 6] = [
        ("string ", "文字 "),
        ("integer ", "整数 "),
        ("floating point ", "小数 "),
        ("boolean ", "布尔值 "),
        ("sequence", "列表"),
        ("map", "表"),
    ];
    let known = KINDS.iter().find_map(|(english, chinese)| Some((chinese, found.strip_prefix(english)?)));
    known.map_or_else(|| found.to_owned(), |(chinese, rest)| format!("{chinese}{rest}"))
}

fn wanted_chinese(wanted: &str) -> String {
    if let Some((_, phrase)) = PHRASES.iter().find(|(english, _)| *english == wanted) {
        return (*phrase).to_owned();
    }
    if let Some(rest) = wanted.strip_prefix("a whole number from ") {
        return format!(" {} 的整数", rest.replace(" to ", " 到 "));
    }
    let known = BEGINNINGS.iter().find_map(|(english, chinese)| Some((chinese, wanted.strip_prefix(english)?)));
    match (known, wanted.split_once(" to ")) {
        (Some((chinese, rest)), _) => format!("{chinese}{rest}"),
        (None, Some((from, to))) if [from, to].iter().all(|end| end.parse::<f64>().is_ok()) => {
            format!(" {from} 到 {to}")
        }
        _ => format!(" {wanted}"),
    }
}

/// A description that contradicts itself.
pub(super) fn inconsistent(inconsistent: &Inconsistent) -> String {
    match inconsistent {
        Inconsistent::TooMany { what, found, most } => format!("{} 有 {found} 个，最多 {most} 个", thing(what)),
        Inconsistent::Twice { what, id } => format!("{} '{id}' 出现了两次", thing(what)),
        Inconsistent::Elsewhere { venue, place } => format!("会场 {venue} 不在本机所属的 {place}"),
        Inconsistent::Dangling { venue, who, what, id } => {
            let (kind, name) = who.split_once(' ').unwrap_or((who, ""));
            format!("会场 {venue} 中，{} {name} 引用的{} '{id}' 不存在", thing(kind), thing(what))
        }
        Inconsistent::LongText(text) => format!("文字过长：'{text}…'"),
    }
}

fn thing(what: &str) -> &str {
    match what.trim_end_matches('s') {
        "venue" => "会场",
        "device" => "设备",
        "chain" => "链路",
        "stage" => "环节",
        "covered stage" => "覆盖的环节",
        "probe" => "探测项",
        "limit" => "限值",
        _ => what,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Failed, advice};
    use super::*;
    use crate::config::Config;
    use crate::words::Language;

    #[test]
    fn a_problem_is_said_in_chinese_with_the_names_as_they_are_written() {
        for (english, expected) in [
            ("expected a text, found nothing", "应为文字（加引号），没有填写"),
            ("expected a text, found 350102001", "应为文字（加引号），现为 350102001"),
            ("expected a whole number from 1 to 86400, found -1", "应为 1 到 86400 的整数，现为 -1"),
            ("expected 0 to 127, found '200'", "应为 0 到 127，现为 '200'"),
            ("there is no such key, expected one of place, domain", "没有这个键，应为其中之一：place, domain"),
            (
                "unknown field `presett`, expected one of `port`, `preset`",
                "没有这个键：`presett`，应为其中之一：`port`, `preset`",
            ),
            ("missing field `port`", "缺少 `port`"),
            ("invalid type: string \"many\", expected u32", "类型不对：文字 \"many\"，应为不小于 0 的整数"),
            ("'3501020' is not a division code", "'3501020' 不是行政区划代码（如 350102001）"),
            ("expected hours like '22:00-07:00', found '22-7'", "应为时段，如 '22:00-07:00'，现为 '22-7'"),
            ("expected something new, found 'old'", "应为 something new，现为 'old'"),
        ] {
            assert_eq!(chinese(english), expected);
        }
    }
    /// What the engineer reads when `from` in the shipped example reads `to`.
    fn said(from: &str, to: &str) -> String {
        let example = include_str!("../../agent.example.toml");
        assert!(example.contains(from), "{from}");
        let error = Config::parse(&example.replacen(from, to, 1), Path::new("agent.toml")).expect_err(to);
        match advice::config(&error, Language::Chinese) {
            Failed::Wrong(text) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_refusal_of_the_example_reads_as_chinese() {
        let english = ["expected", "found", "unknown", "missing", "invalid", "no such", "twice", "refer to", "serves"];
        for (from, to) in [
            ("place = ", "plaec = "),
            ("place = \"350102001\"", "place = 350102001"),
            ("place = \"350102001\"", "place = \"3501020\""),
            ("[[venue]]\n", "[[venue]]\ntwo_way = 1\n"),
            ("[[venue]]\nid = \"350102001-01\"", "[[venue]]\nid = \"350102001\""),
            ("[[venue]]\nid = \"350102001-01\"", "[[venue]]\nid = \"350103001-01\""),
            ("kind = \"line\"", "kind = \"lien\""),
            ("kind = \"line\"", "kind = \"line\"\ncuont = 1"),
            ("kind = \"line\"", "kind = \"line\"\ncount = 0"),
            ("kind = \"line\"", "kind = \"line\"\ncount = \"many\""),
            ("kind = \"line\"", "kind = \"line\"\nmethod = \"carrier\""),
            ("kind = \"line\"", "kind = \"line\"\ninterval_s = -1"),
            ("[hq]\n", "[hq]\nkey = \"12\"\n"),
            ("[hq]\n", "[[hq]]\n"),
            ("broker = \"mqtt://", "broker = \"mqtts://"),
            ("http = \"http://", "http = \"ftp://"),
            ("127.0.0.1:1883", "10.0.0.1:1883"),
        ] {
            let said = said(from, to);
            for word in english {
                assert!(!said.contains(word), "'{word}' in {said}");
            }
        }
    }
}
