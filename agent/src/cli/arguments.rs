//! What can be written on the command line, with its help in both languages.

use clap::{Arg, ArgAction, Command, value_parser};
use std::path::PathBuf;

use crate::words::Language;

mod camera;

pub(super) use camera::DIRECTIONS;

/// The whole command line, in the language of the terminal.
#[must_use]
pub fn command(language: Language) -> Command {
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
        .subcommand_help_heading(match language {
            Language::Chinese => "命令",
            Language::English => "Commands",
        })
        .subcommands([
            Command::new("run").about(say("运行：按计划测试并上报", "test and report, until stopped")),
            check(language),
            camera::camera(language),
            baseline(language),
            Command::new("status")
                .about(say("状态：中心、时钟、缓存、最近确认", "how it does: HQ, clock, spool, last ack"))
                .arg(json(language)),
            meeting(language),
            profile(language),
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
  avow-agent baseline learn                     验收：记下各设备的设置，之后有变即报
  avow-agent camera camera-front move left      摄像机向左转半秒
  avow-agent meeting on                         现场开会：停止一切有干扰的测试
  avow-agent status                             中心连通了吗，积压多少

退出码：0 正常或劣化，1 故障，2 无法判定，64 用法或配置有误",
    "Examples:
  avow-agent check --config agent.toml          test everything once and print a table
  avow-agent check line-extranet camera-front   only these two
  avow-agent run --config agent.toml            go to work
  avow-agent camera camera-front recall 1       move the camera to preset 1
  avow-agent baseline learn                     acceptance: from now on a changed setting is a finding
  avow-agent camera camera-front move left      turn it to the left for half a second
  avow-agent meeting on                         a meeting begins: nothing disturbs the room
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
        .arg(Arg::new("probe").value_name("PROBE").num_args(0..).help(
            language.pick("探测项，如 line-extranet；不写则全部", "probes, e.g. line-extranet; all when none is named"),
        ))
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

fn profile(language: Language) -> Command {
    let text = |name: &'static str, value: &'static str| Arg::new(name).value_name(value);
    Command::new("profile")
        .about(
            language
                .pick("设备描述文件：列出自带的，或对设备试用", "text profiles: those shipped, or try one on a device"),
        )
        .disable_help_subcommand(true)
        .subcommands([
            Command::new("list").about(language.pick("列出自带的描述文件", "the profiles that come with the program")),
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
                .arg(
                    text("address", "ADDRESS")
                        .required(true)
                        .help(language.pick("串口，或 主机、主机:端口", "a serial port, or host, or host:port")),
                )
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
        .arg(Arg::new("state").value_name("on|off").required(true).value_parser(["on", "off"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_makes_sense_in_both_languages() {
        command(Language::Chinese).debug_assert();
        command(Language::English).debug_assert();
    }
}
