//! The arguments of `camera`.

use avow_shared::camera::{Exposure, White};
use clap::{Arg, Command, value_parser};

use super::{json, yes};
use crate::words::Language;

/// Where a head turns: the words, and pan and tilt.
pub(in crate::cli) const DIRECTIONS: [(&str, i8, i8); 8] = [
    ("left", -1, 0),
    ("right", 1, 0),
    ("up", 0, 1),
    ("down", 0, -1),
    ("up-left", -1, 1),
    ("up-right", 1, 1),
    ("down-left", -1, -1),
    ("down-right", 1, -1),
];

/// How an exposure is found.
pub(in crate::cli) const EXPOSURES: [(&str, Exposure); 5] = [
    ("auto", Exposure::Auto),
    ("manual", Exposure::Manual),
    ("shutter", Exposure::Shutter),
    ("iris", Exposure::Iris),
    ("bright", Exposure::Bright),
];

/// What is taken for white.
pub(in crate::cli) const WHITES: [(&str, White); 5] = [
    ("auto", White::Auto),
    ("indoor", White::Indoor),
    ("outdoor", White::Outdoor),
    ("one-push", White::OnePush),
    ("manual", White::Manual),
];

const EXAMPLES: [&str; 2] = [
    "示例：
  avow-agent camera camera-front ask                      它是谁，开机了吗，对着哪里，对焦、曝光、白平衡
  avow-agent camera camera-front move left                向左转半秒
  avow-agent camera camera-front move up --speed 20 --for 2000   慢速上抬两秒
  avow-agent camera camera-front turn -20 0               从现在的位置再向左 20 步
  avow-agent camera camera-front zoom tele --for 1000     拉近一秒
  avow-agent camera camera-front focus near --for 300     手动对焦；之后用 focus auto 恢复
  avow-agent camera camera-front white one-push           以现在对着的白色为白
  avow-agent camera camera-front store 3                  把当前位置存为预置位 3
  avow-agent camera camera-front learn 3                  预置位 3 应当是现在这样，今后与之比对
  avow-agent camera camera-front watch                    位置一变就打印，Ctrl-C 结束

代理在运行时一切经由代理：探测正在询问摄像机时，命令也立即发出；
命令中断、代理停止或开始会议，摄像机最多再动 0.4 秒。代理未运行时由本命令直接操作。
退出码：0 正常或劣化，1 故障，2 无法判定，64 用法或配置有误",
    "Examples:
  avow-agent camera camera-front ask                      who is it, is it on, where does it look, and how
  avow-agent camera camera-front move left                to the left for half a second
  avow-agent camera camera-front move up --speed 20 --for 2000   slowly up for two seconds
  avow-agent camera camera-front turn -20 0               20 steps further to the left
  avow-agent camera camera-front zoom tele --for 1000     nearer for a second
  avow-agent camera camera-front focus near --for 300     by hand; 'focus auto' gives it back to the camera
  avow-agent camera camera-front white one-push           white is what it looks at now
  avow-agent camera camera-front store 3                  keep where it looks as preset 3
  avow-agent camera camera-front learn 3                  preset 3 shall show what it shows now
  avow-agent camera camera-front watch                    say where it looks whenever that changes, until Ctrl-C

While an agent runs everything goes through it: at once, also when a probe is asking the camera; and when the command is
interrupted, the agent stopped or a meeting begins, the camera moves on for 0.4 s at most. Without one the command does it.
Exit codes: 0 pass or degraded, 1 fail, 2 cannot tell, 64 wrong usage or configuration",
];

pub(super) fn camera(language: Language) -> Command {
    let name = language.pick("摄像机探测项或设备名", "a camera probe, or the device that it is about");
    Command::new("camera")
        .about(language.pick("控制摄像机", "command a camera"))
        .after_help(language.pick(EXAMPLES[0], EXAMPLES[1]))
        .arg(json(language).global(true))
        .arg(yes(language).global(true))
        .arg(Arg::new("name").value_name("NAME").required(true).help(name))
        .subcommand_required(true)
        .disable_help_subcommand(true)
        .subcommands(positions(language))
        .subcommands(motions(language))
        .subcommands(settings(language))
        .subcommands([
            Command::new("ask").about(language.pick(
                "询问型号、电源、位置、对焦、曝光和白平衡",
                "say model, power, position, focus, exposure and white",
            )),
            Command::new("watch").about(language.pick("持续查看位置和电源", "say position and power as they change")),
        ])
}

fn positions(language: Language) -> Vec<Command> {
    let preset = || {
        Arg::new("preset")
            .value_name("N")
            .required(true)
            .value_parser(value_parser!(u8).range(0..=127))
            .help(language.pick("预置位 0 到 127", "preset 0 to 127"))
    };
    let steps = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).value_name(value).required(true).allow_negative_numbers(true).help(help)
    };
    let (pan, tilt) = (|| value_parser!(i32).range(-0x8_0000..=0x7_ffff), || value_parser!(i16));
    let right = language.pick("水平，步；右为正", "steps to the right");
    let up = language.pick("垂直，步；上为正", "steps upwards");
    vec![
        Command::new("home").about(language.pick("回到原位", "to the home position")),
        Command::new("recall").about(language.pick("转到预置位", "to a preset")).arg(preset()),
        Command::new("store")
            .about(language.pick("把当前位置存为预置位", "keep the position as a preset"))
            .arg(preset()),
        Command::new("learn")
            .about(language.pick(
                "学习预置位：转到该位，记下位置和画面，作为今后比对的参考",
                "go to a preset; position and picture there are the reference of its proof",
            ))
            .arg(preset()),
        Command::new("clear").about(language.pick("删除预置位", "forget a preset")).arg(preset()),
        Command::new("go")
            .about(language.pick("转到 ask 所示的位置", "to a position as 'ask' says it"))
            .arg(steps("pan", "PAN", right).value_parser(pan()))
            .arg(steps("tilt", "TILT", up).value_parser(tilt()))
            .arg(
                steps("zoom", "ZOOM", language.pick("变焦，步；0 为最广", "steps of zoom, 0 is wide"))
                    .value_parser(value_parser!(u16)),
            ),
        Command::new("turn")
            .about(language.pick("从现在的位置转这么多步", "by so many steps from where it looks"))
            .arg(steps("pan", "PAN", right).value_parser(pan()))
            .arg(steps("tilt", "TILT", up).value_parser(tilt())),
    ]
}

fn motions(language: Language) -> Vec<Command> {
    let speed = || {
        Arg::new("speed")
            .long("speed")
            .value_name("N")
            .value_parser(value_parser!(i8).range(1..=100))
            .default_value("50")
            .help(language.pick("速度，最快的百分之几", "hundredths of the greatest speed"))
    };
    let time = || {
        Arg::new("for")
            .long("for")
            .value_name("MS")
            .value_parser(value_parser!(u32).range(1..=60_000))
            .default_value("500")
            .help(language.pick("持续毫秒数", "for so many milliseconds"))
    };
    let how = language.pick("方向或方式", "which way, or how");
    let moving = |name: &'static str, about: [&'static str; 2], words: Vec<&'static str>| {
        let word = Arg::new("word").value_name("HOW").required(true).value_parser(words).help(how);
        Command::new(name).about(language.pick(about[0], about[1])).arg(word).arg(speed()).arg(time())
    };
    vec![
        moving("move", ["转动一会儿", "turn for a moment"], DIRECTIONS.map(|(word, ..)| word).to_vec()),
        moving("zoom", ["变倍一会儿", "zoom for a moment"], vec!["tele", "wide"]),
        moving(
            "focus",
            ["手动对焦一会儿，或交给摄像机", "focus by hand for a moment, or leave it to the camera"],
            vec!["near", "far", "auto", "manual", "once"],
        ),
        Command::new("stop").about(language.pick("立即停止一切运动", "stop whatever moves")),
    ]
}

fn settings(language: Language) -> Vec<Command> {
    let kept = |name: &'static str, about: [&'static str; 2], modes: Vec<&'static str>, help: [&'static str; 2]| {
        let word = Arg::new("word").value_name("MODE").required(true).value_parser(modes);
        Command::new(name).about(language.pick(about[0], about[1])).arg(word.help(language.pick(help[0], help[1])))
    };
    let state = Arg::new("word").value_name("on|off").required(true).value_parser(["on", "off"]);
    vec![
        kept(
            "exposure",
            ["曝光方式", "how the exposure is found"],
            EXPOSURES.map(|(word, _)| word).to_vec(),
            [
                "自动、手动、快门优先、光圈优先、亮度",
                "by itself, by hand, with the shutter, the iris or a brightness as set",
            ],
        ),
        kept(
            "white",
            ["白平衡方式", "what is taken for white"],
            WHITES.map(|(word, _)| word).to_vec(),
            [
                "自动、室内、室外、以现在的画面为白、手动",
                "by itself, lamps, daylight, what it looks at now, or by hand",
            ],
        ),
        Command::new("power")
            .about(language.pick("开机或待机", "on, or standby"))
            .arg(state.help(language.pick("on 开机，off 待机", "on, or off for standby"))),
    ]
}
