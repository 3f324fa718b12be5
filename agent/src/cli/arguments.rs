//! What can be written on the command line, with its help in both languages.

use clap::{Arg, ArgAction, Command, value_parser};
use std::path::PathBuf;

use super::chinese;
use crate::words::Language;

mod camera;

pub(super) use camera::{DIRECTIONS, EXPOSURES, WHITES};

/// The whole command line, in the language of the terminal.
#[must_use]
pub fn command(language: Language) -> Command {
    match language {
        Language::Chinese => chinese::command(described(language)),
        Language::English => described(language),
    }
}

fn described(language: Language) -> Command {
    let say = |chinese: &'static str, english: &'static str| language.pick(chinese, english).to_owned();
    Command::new("avow-agent")
        .version(env!("CARGO_PKG_VERSION"))
        .about(say(
            "视频会议保障平台：会场代理，测试会场音视频链路并上报",
            "Avow: tests the AV chain of a venue and reports",
        ))
        .after_help(say(EXAMPLES[0], EXAMPLES[1]))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .args(flags(language))
        .subcommands([
            Command::new("run").about(say("运行：按计划测试并上报", "test and report, until stopped")),
            check(language),
            camera::camera(language),
            baseline(language),
            relay(language),
            chain(language),
            Command::new("status")
                .about(say("状态：中心、时钟、缓存、最近确认", "how it does: HQ, clock, spool, last ack"))
                .arg(json(language)),
            meeting(language),
            profile(language),
            code(language),
            Command::new("version").about(say("版本", "the version")),
        ])
        .args(places(language))
}

const EXAMPLES: [&str; 2] = [
    "示例：
  avow-agent check --config agent.toml          全部测试一次，打印结果表
  avow-agent check line-extranet camera-front   只测这两项
  avow-agent run --config agent.toml            投入运行
  avow-agent camera camera-front recall 1       摄像机转到预置位 1
  avow-agent camera camera-front move left      摄像机向左转半秒
  avow-agent baseline learn                     验收：记下各设备的设置，之后有变即报
  avow-agent relay terminal cycle               给死机的设备断电重启
  avow-agent meeting on                         现场开会：停止一切有干扰的测试
  avow-agent chain --check                      测一遍，画出链路，指出故障在哪一段
  avow-agent status                             中心连通了吗，积压多少

退出码：0 正常或劣化，1 故障，2 无法判定，64 用法或配置有误",
    "Examples:
  avow-agent check --config agent.toml          test everything once and print a table
  avow-agent check line-extranet camera-front   only these two
  avow-agent run --config agent.toml            go to work
  avow-agent camera camera-front recall 1       move the camera to preset 1
  avow-agent camera camera-front move left      turn it to the left for half a second
  avow-agent baseline learn                     acceptance: from now on a changed setting is a finding
  avow-agent relay terminal cycle               cut the power of a device that hangs, and give it back
  avow-agent meeting on                         a meeting begins: nothing disturbs the room
  avow-agent chain --check                      test, draw the chains, and name what is to blame
  avow-agent status                             is HQ reached, how much waits

Exit codes: 0 pass or degraded, 1 fail, 2 cannot tell, 64 wrong usage or configuration",
];

fn places(language: Language) -> [Arg; 2] {
    let path = |name: &'static str, value: &'static str| {
        Arg::new(name).long(name).value_name(value).value_parser(value_parser!(PathBuf)).global(true)
    };
    [
        path("config", "FILE")
            .help(language.pick("配置文件，默认 ./agent.toml", "the configuration, ./agent.toml by default")),
        path("socket", "PATH").help(language.pick("运行中代理的套接字", "the running agent's socket")),
    ]
}

/// In place of clap's own, whose help is English.
fn flags(language: Language) -> [Arg; 2] {
    let flag = |name: &'static str, short, action| Arg::new(name).short(short).long(name).action(action);
    [
        flag("help", 'h', ArgAction::Help).global(true).help(language.pick("显示用法", "say what can be written")),
        flag("version", 'V', ArgAction::Version).help(language.pick("显示版本", "say the version")),
    ]
}

fn json(language: Language) -> Arg {
    let help = language.pick("只输出 JSON", "JSON alone on standard output");
    Arg::new("json").long("json").action(ArgAction::SetTrue).help(help)
}

fn yes(language: Language) -> Arg {
    let help = language.pick("不再询问：允许出声和动作", "do not ask: things may sound and move");
    Arg::new("yes").long("yes").action(ArgAction::SetTrue).help(help)
}

fn check(language: Language) -> Command {
    Command::new("check")
        .about(language.pick("立即测试一次，打印结果", "run probes once and print what they find"))
        .arg(json(language))
        .arg(yes(language))
        .arg(Arg::new("learn").long("learn").action(ArgAction::SetTrue).requires("probe").help(language.pick(
            "把画面探测项现在的画面记为参考（须 reference = true）",
            "what a picture probe sees now is its reference (it needs reference = true)",
        )))
        .arg(Arg::new("probe").value_name("PROBE").num_args(0..).help(
            language.pick("探测项，如 line-extranet；不写则全部", "probes, e.g. line-extranet; all when none is named"),
        ))
}

fn chain(language: Language) -> Command {
    let first = language.pick("先全部测试一次", "test everything first");
    Command::new("chain")
        .about(
            language
                .pick("链路图：各环节的状态，故障在哪一段", "the chains: how each stage does, and which is to blame"),
        )
        .arg(Arg::new("check").long("check").action(ArgAction::SetTrue).help(first))
        .arg(yes(language))
        .arg(json(language))
}

fn code(language: Language) -> Command {
    let pixels = |name: &'static str, usual: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("PIXELS")
            .default_value(usual)
            .value_parser(value_parser!(u32).range(26..=7680))
    };
    Command::new("code")
        .about(
            language.pick(
                "生成会场码图片或视频，供大屏、信号源显示",
                "write a venue's optical code as a picture or a clip",
            ),
        )
        .arg(
            Arg::new("venue")
                .long("venue")
                .value_name("VENUE")
                .required(true)
                .value_parser(value_parser!(avow_shared::id::VenueId))
                .help(language.pick("会场编号，如 350102001-01", "the venue, e.g. 350102001-01")),
        )
        .arg(
            Arg::new("out")
                .long("out")
                .value_name("FILE")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help(language.pick("写入的文件：….png、….mp4、….y4m", "the file: ….png, ….mp4, ….y4m")),
        )
        .arg(pixels("width", "1920").help(language.pick("宽", "how wide")))
        .arg(pixels("height", "1080").help(language.pick("高", "how high")))
        .arg(
            Arg::new("seconds")
                .long("seconds")
                .value_name("SECONDS")
                .default_value("0")
                .value_parser(value_parser!(u32).range(0..=60))
                .help(language.pick("视频时长，0 为单张图片", "how long a clip lasts, 0 is one picture")),
        )
}

fn baseline(language: Language) -> Command {
    let device = Arg::new("device")
        .value_name("DEVICE")
        .num_args(0..)
        .help(language.pick("设备或探测项；不写则全部", "devices, or probes about them; all when none is named"));
    Command::new("baseline")
        .about(language.pick("设置基线：验收时记下，之后比对", "how devices are set: accept it, compare with it"))
        .arg(json(language).global(true))
        .subcommand_required(true)
        .disable_help_subcommand(true)
        .subcommands([
            Command::new("learn")
                .about(language.pick("读取设备当前设置并接受为基线", "read how devices are set now and accept it"))
                .arg(device),
            Command::new("show").about(language.pick("显示基线", "show what was accepted")),
            Command::new("diff").about(language.pick("与基线不同之处，有则退出码 1", "what differs; exit code 1 then")),
        ])
}

fn relay(language: Language) -> Command {
    Command::new("relay")
        .about(language.pick("让继电器断电重启一台设备", "cut a device's power for a while by its relay"))
        .arg(json(language).global(true))
        .arg(
            Arg::new("name")
                .value_name("NAME")
                .required(true)
                .help(language.pick("继电器或它供电的设备", "a relay, or the device that it powers")),
        )
        .subcommand_required(true)
        .disable_help_subcommand(true)
        .subcommand(Command::new("cycle").about(language.pick(
            "断电，几秒后恢复；会议中不执行，每天次数有限",
            "take the power and give it back; never during a meeting, and only so often a day",
        )))
}

const PROFILES: [&str; 2] = [
    "示例：
  avow-agent profile show extron-sis > mine.toml     复制自带的一个来修改
  avow-agent profile try mine.toml 192.168.1.30      经网络或串口服务器，端口可写作 主机:端口
  avow-agent profile try mine.toml /dev/ttyUSB1      同一个设备接在串口上

每个键的含义、默认值和范围：docs/profiles.md
退出码：0 正常或劣化，1 故障，2 无法判定，64 用法或描述文件有误",
    "Examples:
  avow-agent profile show extron-sis > mine.toml     copy a shipped one to change it
  avow-agent profile try mine.toml 192.168.1.30      over the network or a serial server, also host:port
  avow-agent profile try mine.toml /dev/ttyUSB1      the same device at a serial port

What each key means, its default and its limits: docs/profiles.md
Exit codes: 0 pass or degraded, 1 fail, 2 cannot tell, 64 wrong usage or profile",
];

fn profile(language: Language) -> Command {
    let text = |name: &'static str, value: &'static str| Arg::new(name).value_name(value);
    Command::new("profile")
        .about(language.pick(
            "设备描述文件：列出、显示自带的，或对设备试用",
            "text profiles: those shipped, or try one on a device",
        ))
        .after_help(language.pick(PROFILES[0], PROFILES[1]))
        .disable_help_subcommand(true)
        .subcommands([
            Command::new("list").about(language.pick("列出自带的描述文件", "the profiles that come with the program")),
            Command::new("show")
                .about(language.pick("显示自带的描述文件，供复制修改", "print one of them, to be copied and changed"))
                .arg(
                    text("profile", "NAME")
                        .required(true)
                        .help(language.pick("自带的名字，见 list", "the name of one that is shipped, see 'list'")),
                ),
            Command::new("try")
                .about(language.pick("对一台设备试用，显示往来字节", "ask a device and show the bytes both ways"))
                .arg(
                    text("profile", "FILE").required(true).help(
                        language.pick(
                            "描述文件（….toml）或自带的名字",
                            "a file ….toml, or the name of one that is shipped",
                        ),
                    ),
                )
                .arg(text("address", "ADDRESS").required(true).help(
                    language.pick("串口（路径），或 主机、主机:端口", "a serial port (a path), or host, or host:port"),
                ))
                .arg(text("user", "USER").long("user").help(language.pick("登录用户名", "the user of a login")))
                .arg(
                    text("password-file", "FILE")
                        .long("password-file")
                        .value_parser(value_parser!(PathBuf))
                        .help(language.pick("口令文件，取第一行", "a file whose first line is the password")),
                )
                .arg(
                    text("baud", "N")
                        .long("baud")
                        .value_parser(value_parser!(u32))
                        .help(language.pick("串口速率", "bits a second of the serial port")),
                ),
        ])
}

fn meeting(language: Language) -> Command {
    Command::new("meeting")
        .about(language.pick("告知现场会议开始或结束", "say that a meeting begins or ends in the room"))
        .arg(
            Arg::new("state")
                .value_name("on|off")
                .required(true)
                .value_parser(["on", "off"])
                .help(language.pick("on 开始，off 结束", "on: it begins, off: it ends")),
        )
}

#[cfg(test)]
mod tests {
    use clap::error::ErrorKind;

    use super::super::complaint;
    use super::*;

    fn is_chinese(text: &str) -> bool {
        text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
    }

    /// Each command of the tree by its whole name, with its help as it is printed.
    fn each(command: &mut Command, above: &str, check: &mut dyn FnMut(&str, &Command, &str)) {
        let name = format!("{above} {}", command.get_name());
        let help = command.render_long_help().to_string();
        check(name.trim(), command, &help);
        command.get_subcommands_mut().for_each(|inner| each(inner, &name, check));
    }

    fn built(language: Language) -> Command {
        let mut command = command(language);
        command.build();
        command
    }

    #[test]
    fn the_command_line_makes_sense_in_both_languages() {
        command(Language::Chinese).debug_assert();
        command(Language::English).debug_assert();
    }

    #[test]
    fn every_command_and_every_argument_is_explained_and_in_one_language() {
        const OF_CLAP: [&str; 9] =
            ["Usage", "Options", "Arguments", "Commands", "Print", "OPTIONS", "COMMAND", "possible values", "default:"];
        each(&mut built(Language::Chinese), "", &mut |name, command, help| {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            assert!(is_chinese(&about), "{name} has no Chinese: '{about}'");
            for arg in command.get_arguments() {
                let said = arg.get_help().map(ToString::to_string).unwrap_or_default();
                assert!(is_chinese(&said), "{} of {name} has no Chinese: '{said}'", arg.get_id());
            }
            for word in OF_CLAP {
                assert!(!help.contains(word), "'{word}' in the help of {name}:\n{help}");
            }
        });
        each(&mut built(Language::English), "", &mut |name, command, help| {
            assert!(!is_chinese(help), "Chinese in the English help of {name}:\n{help}");
            for arg in command.get_arguments() {
                assert!(arg.get_help().is_some(), "{} of {name} has no help", arg.get_id());
            }
        });
    }

    #[test]
    fn the_usage_says_what_has_to_be_written_where() {
        let mut usages = std::collections::BTreeMap::new();
        each(&mut built(Language::Chinese), "", &mut |name, _, help| {
            let usage = help.lines().find_map(|line| line.strip_prefix("用法：")).unwrap_or_default();
            usages.insert(name.to_owned(), usage.to_owned());
            let places: Vec<usize> =
                ["\n  <FILE> ", "\n  <ADDRESS> "].iter().filter_map(|arg| help.find(arg)).collect();
            assert!(places.is_sorted(), "in the order in which they are written:\n{help}");
        });
        for (name, expected) in [
            ("avow-agent", "avow-agent [选项] <命令>"),
            ("avow-agent check", "avow-agent check [选项] [PROBE]…"),
            ("avow-agent camera", "avow-agent camera [选项] <NAME> <命令>"),
            ("avow-agent camera recall", "avow-agent camera <NAME> recall [选项] <N>"),
            ("avow-agent meeting", "avow-agent meeting [选项] <on|off>"),
        ] {
            assert_eq!(usages.get(name).map(String::as_str), Some(expected), "{name}: {usages:?}");
        }
    }

    #[test]
    fn a_wrong_line_is_named_in_chinese() {
        let check = |line: &str, said: &str, help: &str| {
            let words = std::iter::once("avow-agent").chain(line.split_whitespace());
            let error = command(Language::Chinese).try_get_matches_from(words).expect_err("it makes no sense");
            assert!(error.use_stderr() && error.kind() != ErrorKind::DisplayHelp, "{line}: {error}");
            let words = line.split_whitespace().map(str::to_owned);
            let text = complaint::text(&error, &complaint::meant(&command(Language::Chinese), words), |_| None);
            assert!(text.contains(said) && text.ends_with(&format!("{help} --help")), "{line}: {text}");
            let english = ["error", "invalid", "not in", "required", "Usage"];
            assert!(english.iter().all(|word| !text.contains(word)), "{line}: {text}");
        };
        check("staus", "是否指 status", "见 avow-agent");
        check("camera front recall 200", "应为 0 到 127", "见 avow-agent camera NAME recall");
        check("camera front recall one", "应为整数", "见 avow-agent camera NAME recall");
        check("camera front recall", "缺少 <N>", "见 avow-agent camera NAME recall");
        check("camera front dance", "不认识 'dance'", "见 avow-agent camera");
        check("camera", "应为其中之一：home, recall, store", "见 avow-agent camera");
        check("meeting maybe", "应为其中之一：on, off", "见 avow-agent meeting");
        check("meeting", "缺少 <on|off>", "见 avow-agent meeting");
        check("check --jason", "是否指 --json", "见 avow-agent check");
        check("profile try mine.toml", "缺少 <ADDRESS>", "见 avow-agent profile try");
        check("check --json --json", "--json", "见 avow-agent check");
        check("run --config", "--config <FILE> 需要一个值", "见 avow-agent run");
        check("check --json=yes", "--json", "见 avow-agent check");
    }
}
