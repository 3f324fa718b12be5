//! The command line in Chinese: every text that the derived one has in English, and the words that clap puts around them.

mod care;

use clap::{Arg, Command};

const EXAMPLES: &str = "示例：
  avow-collector serve --data ./data --accept-new     本机试用
  avow-collector status 3501                          福州市各县情况
  avow-collector import venues.csv --dry-run          先检查台账再导入
  avow-collector agents accept 5d97…43f2              接受新终端
  avow-collector mouth-to-ear 350102-01 350103-01     两个会场互相听得到、看得到吗
  avow-collector roll-call 3501 --depth ready --yes   点名福州市，3 分钟内应答
  avow-collector roll-call report 1795759200000 -o 点名.docx
  avow-collector documents verify 点名.docx           文件是否与签发时一致（不需要服务器）
  avow-collector inbound 350102001-01 --caller 应急部   对上点名：该会场能否应答
  avow-collector inspect run --place 3501 --wait      巡检福州市并等待结果
  avow-collector meetings add 调度会 2026-11-27T14:00 2026-11-27T16:00 3501

退出码： 0 完成且结果正常；
         1 结果有问题（有未按时应答、有异常或未检、导入有错、文件与签发时不一致），或 serve 无法运行；
         2 服务器拒绝：所要求的没有执行；
         64 用法或配置有误， 69 采集端连不上或未能完成， 74 文件读写失败，
         130 按 Ctrl-C 停止查看：已发起的继续进行";

const TEMPLATE: &str = "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";

/// Name, what it does, usage, and its arguments with their help.
type Text = (&'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);

const HTTP: (&str, &str) = ("http", "采集端地址，默认 http://127.0.0.1:8080");
const JSON: (&str, &str) = ("json", "标准输出只有 JSON");
/// Where a file goes: of all commands that write one.
const OUTPUT: (&str, &str) = ("output", "写入的文件；- 为标准输出");
const FILE: (&str, &str) = ("file", "写入的文件（旧写法）");
const FORM: (&str, &str) = ("form", "格式：html、xlsx 或 docx；不写则按文件扩展名，再不然为 docx");

const TEXTS: [Text; 16] = [
    (
        "serve",
        "运行采集端",
        "avow-collector serve [选项] --data <DIR>",
        &[
            ("data", "数据目录；没有则新建"),
            ("http", "控制台与接口的监听地址，默认 127.0.0.1:8080"),
            ("mqtt", "内置 MQTT 服务的监听地址，默认 127.0.0.1:1883；每个网络写一次"),
            ("broker", "改用外部 MQTT 服务，如 mqtt://127.0.0.1:1883"),
            ("stamp", "STAMP 反射端（RFC 8762）的监听地址，默认 127.0.0.1:8620"),
            ("config", "设置文件（TOML）"),
            ("accept_new", "首次出现的终端密钥直接接受（仅限本机试用）"),
            ("insecure_lan", "允许监听本机以外的地址：目前没有账号与加密"),
        ],
    ),
    (
        "import",
        "导入会场台账 CSV",
        "avow-collector import [选项] <FILE>",
        &[
            ("file", "CSV 文件，UTF-8 或 GB18030：会场编码,名称,单位,联系人,电话,上级,排除原因,双向"),
            ("dry_run", "只检查，不导入"),
            HTTP,
            JSON,
        ],
    ),
    (
        "export",
        "导出会场台账 CSV；不写文件则输出到标准输出",
        "avow-collector export [选项]",
        &[OUTPUT, FILE, HTTP, JSON],
    ),
    (
        "status",
        "查看地区或会场状态",
        "avow-collector status [选项] [PLACE]",
        &[("place", "地区编码（35、3501、350102 …）或会场（350102001-01）；不写则全省"), HTTP, JSON],
    ),
    (
        "systems",
        "按类别查看一个地区的备份",
        "avow-collector systems [选项] [PLACE]",
        &[("place", "地区编码（35、3501、350102 …）；不写则全省"), HTTP, JSON],
    ),
    ("agents", "查看、接受或拒绝终端密钥", "avow-collector agents [选项] [命令]", &[HTTP, JSON]),
    (
        "roll-call",
        "点名：谁在线、谁就绪、谁未应答",
        "avow-collector roll-call [选项] <CODE>... | <命令>",
        &[
            ("whom", "点名对象：地区编码（35、3501 …，含其下全部会场）或会场（350102-01），可写多个"),
            ("except", "不点这些地区"),
            ("levels", "只要这些级别的会场：province 省、city 市、county 县、township 乡镇、village 村"),
            ("units", "这些单位的会场"),
            ("group", "保存的分组，写名称或编号"),
            ("meeting", "参加这场会议的会场，写会议编号"),
            (
                "depth",
                "深度：present 在线（终端与线路应答），ready 就绪（先检测线路、摄像机、画面、声音），proven 实证（就绪之外另取画面，时限内能测的与省级会场互测声音和画面）；默认 present",
            ),
            ("deadline", "按时应答的时限，秒，10 至 3600；默认 180"),
            ("yes", "同意：无会议的会场内摄像机会转动，并播放约 2 秒的测试声"),
            ("kind", "类别：duty 值班点名，before-meeting 会前点名，spot-check 抽查，emergency 应急连线"),
            ("title", "名称"),
            ("operator", "点名员"),
            ("basis", "依据：文号、来电"),
            ("system", "会议系统"),
            HTTP,
            JSON,
        ],
    ),
    (
        "mouth-to-ear",
        "两个会场互测双向音视频",
        "avow-collector mouth-to-ear [选项] <FIRST> <SECOND>",
        &[
            ("first", "先发声的会场，如 350102-01"),
            ("second", "后发声的会场"),
            ("yes", "不再询问：两个会场都会听到约 2 秒的编码噪声"),
            HTTP,
            JSON,
        ],
    ),
    ("groups", "查看、保存或删除点名分组", "avow-collector groups [选项] [命令]", &[HTTP, JSON]),
    (
        "inbound",
        "对上点名：开始计时，检查会场，可应答时告知",
        "avow-collector inbound [选项] <VENUE>\n      avow-collector inbound [选项] <命令>",
        &[
            ("venue", "要应答的会场，如 350102001-01"),
            ("caller", "发起单位，默认 应急管理部"),
            ("kind", "类别：duty 值班点名，before-meeting 会前点名，spot-check 抽查，emergency 应急连线；默认 duty"),
            ("basis", "依据：文号、来电"),
            ("operator", "接报人"),
            ("deadline", "应答时限，秒，10 至 3600；默认 180"),
            ("quiet", "不转动摄像机、不发声（终端定时检测允许的除外）"),
            ("key", "同一编号只算一次点名"),
            HTTP,
            JSON,
        ],
    ),
    ("inspect", "巡检联调：发起、列出、查看，导出报告", "avow-collector inspect [选项] [命令]", &[HTTP, JSON]),
    ("meetings", "查看、登记或删除会议", "avow-collector meetings [选项] [命令]", &[HTTP, JSON]),
    ("units", "查看、导入或导出参会单位", "avow-collector units [选项] [命令]", &[HTTP, JSON]),
    ("documents", "查看、保存已签发的文件，或核验保存的文件", "avow-collector documents [选项] [命令]", &[HTTP, JSON]),
    (
        "backup",
        "在线备份全部数据",
        "avow-collector backup [选项] <FILE>",
        &[("file", "写入的文件；其中有中心的私钥，请妥善保管"), HTTP, JSON],
    ),
    (
        "restore",
        "把备份恢复到空的采集端",
        "avow-collector restore [选项] <FILE>",
        &[("file", "backup 写出的文件"), ("data", "不经运行中的采集端，直接恢复到这个空的数据目录"), HTTP, JSON],
    ),
];

const DECISIONS: [Text; 2] = [
    (
        "accept",
        "接受：今后存储它的上报",
        "avow-collector agents accept [选项] <ID>",
        &[("id", "密钥编号，32 位十六进制数字")],
    ),
    ("refuse", "拒绝", "avow-collector agents refuse [选项] <ID>", &[("id", "密钥编号，32 位十六进制数字")]),
];

const CALLS: [Text; 8] = [
    ("list", "列出最近的点名", "avow-collector roll-call list [选项]", &[("limit", "列出多少条，至多 500；默认 20")]),
    ("show", "查看一次点名的应答情况", "avow-collector roll-call show [选项] <ID>", &[("id", "点名编号")]),
    (
        "report",
        "保存点名报告；已签发的同时保存封签",
        "avow-collector roll-call report [选项] <ID>",
        &[("id", "点名编号"), OUTPUT, FILE, FORM],
    ),
    (
        "cancel",
        "提前结束一次点名：不再呼叫未应答的",
        "avow-collector roll-call cancel [选项] --by <BY> <ID>",
        &[("id", "点名编号"), ("by", "结束人"), ("reason", "原因；尚有会场能按时应答时必须写明")],
    ),
    (
        "sign",
        "确认并签发点名记录：加封后不再改动",
        "avow-collector roll-call sign [选项] --by <BY> <ID>",
        &[("id", "点名编号"), ("by", "确认人"), ("notice", "通报意见"), ("reason", "签发更正版：说明上一版何处有误")],
    ),
    ("verify", "用封签核验保存的报告，同 documents verify", "avow-collector roll-call verify [选项] <FILE>", &VERIFY),
    (
        "link",
        "生成一次性链接，会场人员用手机应答",
        "avow-collector roll-call link [选项] <ID> <VENUE>",
        &[("id", "点名编号"), ("venue", "会场，如 350102-01"), ("by", "生成人")],
    ),
    ("schedules", "查看、增加、暂停或删除定时点名", "avow-collector roll-call schedules [选项] [命令]", &[]),
];

const VERIFY: [(&str, &str); 3] = [
    ("file", "报告文件"),
    ("seal", "封签文件；不写则为 报告文件名.seal"),
    ("key", "中心公钥，64 位十六进制数字；不写则显示公钥供核对"),
];

const DOCUMENTS: [Text; 3] = [
    (
        "list",
        "列出最近签发的文件",
        "avow-collector documents list [选项] [SEARCH]",
        &[("search", "标题、对象或签发人中包含的文字；不写则全部"), ("limit", "列出多少份，至多 500；默认 20")],
    ),
    (
        "save",
        "保存一份已签发的文件，封签存于旁边",
        "avow-collector documents save [选项] <NAME>",
        &[("name", "文件名称，64 位十六进制数字，见 documents list"), OUTPUT, FILE, FORM],
    ),
    ("verify", "用封签核验保存的文件，不需要服务器", "avow-collector documents verify [选项] <FILE>", &VERIFY),
];

const SCHEDULES: [Text; 5] = [
    ("list", "列出全部", "avow-collector roll-call schedules list [选项]", &[]),
    (
        "add",
        "从现在起定时点名",
        "avow-collector roll-call schedules add [选项] --operator <OPERATOR> <NAME> <CODE>...",
        &[
            ("name", "名称"),
            ("whom", "点名对象：地区编码和会场"),
            ("except", "不点这些地区"),
            ("levels", "只要这些级别的会场：province 省、city 市、county 县、township 乡镇、village 村"),
            ("units", "这些单位的会场"),
            ("group", "保存的分组，写名称或编号"),
            ("days", "哪些天：every 每天，working 工作日，或星期几如 1,3,5（1 为星期一）；默认 every"),
            ("at", "时刻（北京时间），如 08:30，可写多次"),
            ("every_hours", "从零点起每隔几小时：1、2、3、4、6、8 或 12"),
            ("depth", "深度：present 在线，ready 就绪；默认 present"),
            ("deadline", "按时应答的时限，秒，10 至 3600；默认 180"),
            ("yes", "同意：每次点名时，无会议的会场内摄像机会转动，并播放约 2 秒的测试声"),
            ("operator", "点名员"),
            ("basis", "依据：文号、来电"),
        ],
    ),
    ("pause", "暂停", "avow-collector roll-call schedules pause [选项] <ID>", &[("id", "定时点名编号")]),
    ("resume", "恢复", "avow-collector roll-call schedules resume [选项] <ID>", &[("id", "定时点名编号")]),
    (
        "remove",
        "删除；已有的点名记录保留",
        "avow-collector roll-call schedules remove [选项] <ID>",
        &[("id", "定时点名编号")],
    ),
];

const GROUPS: [Text; 3] = [
    ("list", "列出全部", "avow-collector groups list [选项]", &[]),
    (
        "save",
        "保存分组；同名的被替换",
        "avow-collector groups save [选项] <NAME> <CODE>...",
        &[
            ("name", "名称"),
            ("whom", "范围：地区编码（含其下全部会场）和会场"),
            ("except", "不含这些地区"),
            ("levels", "只要这些级别的会场：province 省、city 市、county 县、township 乡镇、village 村"),
            ("units", "这些单位的会场"),
            ("note", "说明"),
            ("by", "保存人"),
        ],
    ),
    (
        "remove",
        "删除分组",
        "avow-collector groups remove [选项] <GROUP>",
        &[("group", "名称或编号"), ("confirmed", "有巡检联调计划跟随也删除；这些计划到时不再开始")],
    ),
];

const MEETINGS: [Text; 3] = [
    ("list", "列出全部", "avow-collector meetings list [选项]", &[]),
    (
        "add",
        "登记会议：会前 30 分钟至会后 15 分钟，各会场不做有干扰的测试",
        "avow-collector meetings add [选项] <TITLE> <FROM> <TO> <WHOM>...",
        &[
            ("title", "会议名称"),
            ("from", "开始时间（北京时间），如 2026-11-27T14:00"),
            ("to", "结束时间"),
            ("whom", "参加的会场（350102-01 …），或一个地区编码（其下全部会场）"),
        ],
    ),
    ("remove", "删除会议", "avow-collector meetings remove [选项] <ID>", &[("id", "会议编号")]),
];

const INBOUND: [Text; 6] = [
    ("list", "列出全部，新的在前", "avow-collector inbound list [选项]", &[]),
    ("show", "查看一次点名", "avow-collector inbound show [选项] <ID>", &[("id", "编号")]),
    (
        "answer",
        "登记已应答",
        "avow-collector inbound answer [选项] --by <NAME> <ID>",
        &[("id", "编号"), ("by", "应答人"), ("how", "方式：person 人工，telephone 电话，backup 备用；默认 person")],
    ),
    ("close", "结束：对方已挂断", "avow-collector inbound close [选项] <ID>", &[("id", "编号")]),
    (
        "report",
        "保存一次点名的报告；已签发的，附带封签",
        "avow-collector inbound report [选项] <ID>",
        &[("id", "编号"), OUTPUT, FILE, FORM],
    ),
    (
        "sign",
        "签发一次已结束的点名：记录封签归档，不再更改",
        "avow-collector inbound sign [选项] --by <BY> <ID>",
        &[("id", "编号"), ("by", "确认人"), ("reason", "更正时：上一版有什么错误")],
    ),
];

const INSPECT: [Text; 13] = [
    (
        "run",
        "按计划发起一次巡检，或按模板巡检指定地区、会场",
        "avow-collector inspect run [选项] [PLAN]",
        &[
            ("plan", "计划编号；不写则用 --place"),
            ("place", "不用计划：地区编码（3501，含其下全部会场）或会场（350102-01），可写多次"),
            ("except", "不检这些地区"),
            ("levels", "只要这些级别的会场：province 省、city 市、county 县、township 乡镇、village 村"),
            ("template", "用哪个模板，见 inspect templates；默认 daily（日常巡检）"),
            ("yes", "同意：无会议的会场内摄像机会转动，并有测试声"),
            ("window", "最长时间，分钟"),
            ("title", "名称"),
            ("operator", "发起人"),
            ("basis", "依据：文号、来电"),
            ("wait", "等到结束，显示进度与预计"),
        ],
    ),
    (
        "pass",
        "一次上报一个地区内停在某一级、已填报的全部记录",
        "avow-collector inspect pass [选项] --level <LEVEL> --by <BY> <ID>",
        &[
            ("id", "巡检编号"),
            ("level", "由哪一级上报：province、city、county、township、village"),
            ("place", "只限这个地区"),
            ("by", "上报人"),
        ],
    ),
    ("list", "列出保存的巡检，新的在前", "avow-collector inspect list [选项]", &[]),
    ("show", "查看一次巡检：汇总、各市、异常与未检", "avow-collector inspect show [选项] <ID>", &[("id", "巡检编号")]),
    (
        "sign",
        "认可一次已结束的巡检：报告封签归档，不再更改",
        "avow-collector inspect sign [选项] --by <BY> <ID>",
        &[
            ("id", "巡检编号"),
            ("by", "认可人"),
            ("unfinished", "仍有记录在填报或被退回时，也照此签发"),
            ("reason", "签发更正版：上一版有何错误"),
        ],
    ),
    (
        "links",
        "为人工项未填报齐全的会场各生成一个一次性填报链接，写成 CSV 表格",
        "avow-collector inspect links [选项] --by <BY> <ID>",
        &[
            ("id", "巡检编号"),
            ("by", "生成人"),
            ("place", "只限这个地区"),
            ("level", "只限这一级会场：province、city、county、township、village"),
            ("per_day", "每县每个工作日发送几个，0 为今天全部发送 [默认：30；会前和重保为今天全部]"),
            OUTPUT,
            FILE,
        ],
    ),
    (
        "report",
        "导出一次巡检的报告；已签发的导出最新版，封签存于旁边",
        "avow-collector inspect report [选项] <ID>",
        &[("id", "巡检编号"), OUTPUT, FILE, FORM],
    ),
    ("pause", "暂停：不再检测新的会场，直到恢复", "avow-collector inspect pause [选项] --person <PERSON> <ID>", &DEED),
    ("resume", "恢复已暂停的巡检", "avow-collector inspect resume [选项] --person <PERSON> <ID>", &DEED),
    ("cancel", "结束一次巡检；已检的保留", "avow-collector inspect cancel [选项] --person <PERSON> <ID>", &DEED),
    (
        "retry",
        "复测异常或未检的项目",
        "avow-collector inspect retry [选项] --person <PERSON> <ID> [VENUE]...",
        &[
            ("id", "巡检编号"),
            ("venues", "只复测这些会场；不写则为本次巡检的全部会场"),
            ("which", "复测哪些：failed 异常和劣化，untested 未检和无法判定，both 两者；默认 both"),
            ("person", "操作人"),
        ],
    ),
    ("plans", "列出巡检计划", "avow-collector inspect plans [选项]", &[]),
    ("templates", "列出模板，即 run --template 可用的", "avow-collector inspect templates [选项]", &[]),
];

const DEED: [(&str, &str); 2] = [("id", "巡检编号"), ("person", "操作人")];

const UNITS: [Text; 4] = [
    (
        "import",
        "用文件替换整个单位名录",
        "avow-collector units import [选项] <FILE>",
        &[
            (
                "file",
                "CSV 文件，UTF-8 或 GB18030：单位编码,单位名称,类别,上级单位,地区,会场,共用设备,联系人,电话,免点原因",
            ),
            ("dry_run", "只检查，不导入"),
        ],
    ),
    ("export", "导出单位名录 CSV；不写文件则输出到标准输出", "avow-collector units export [选项]", &[OUTPUT, FILE]),
    (
        "list",
        "列出单位",
        "avow-collector units list [选项] [SEARCH]",
        &[("search", "编码、名称、联系人或会场中包含的文字；不写则全部")],
    ),
    ("show", "查看一个单位", "avow-collector units show [选项] <UNIT>", &[("unit", "单位编码，如 350102-office")]),
];

pub(super) fn command(english: Command) -> Command {
    let command = put_around(english, "avow-collector [选项] <命令>")
        .about("省级采集端：存储、汇总并展示全省会场状态")
        .after_help(EXAMPLES)
        .mut_arg("help", |arg| arg.help("显示用法"))
        .mut_arg("version", |arg| arg.help("显示版本"));
    let command = TEXTS.into_iter().chain(care::TEXTS).fold(command, told);
    let command = command.mut_subcommand("roll-call", |calls| {
        let calls = CALLS.into_iter().fold(calls, told);
        calls.mut_subcommand("schedules", |schedules| SCHEDULES.into_iter().fold(schedules, told))
    });
    let command = command.mut_subcommand("groups", |groups| GROUPS.into_iter().fold(groups, told));
    let command = command.mut_subcommand("joint-tests", |tests| care::JOINT_TESTS.into_iter().fold(tests, told));
    let command = command.mut_subcommand("assurance", |assurance| care::ASSURANCE.into_iter().fold(assurance, told));
    let command = command.mut_subcommand("warnings", |warnings| care::WARNINGS.into_iter().fold(warnings, told));
    let command = command.mut_subcommand("frequent", |frequent| care::FREQUENT.into_iter().fold(frequent, told));
    let command = command.mut_subcommand("rectify", |rectify| care::RECTIFY.into_iter().fold(rectify, told));
    let command = command.mut_subcommand("meetings", |meetings| MEETINGS.into_iter().fold(meetings, told));
    let command = command.mut_subcommand("inbound", |inbound| INBOUND.into_iter().fold(inbound, told));
    let command = command.mut_subcommand("inspect", |inspect| INSPECT.into_iter().fold(inspect, told));
    let command = command.mut_subcommand("documents", |documents| DOCUMENTS.into_iter().fold(documents, told));
    let command = command.mut_subcommand("units", |units| UNITS.into_iter().fold(units, told));
    command.mut_subcommand("agents", |agents| DECISIONS.into_iter().fold(agents, told))
}

fn told(command: Command, (name, about, usage, arguments): Text) -> Command {
    command.mut_subcommand(name, |inner| {
        arguments
            .iter()
            .fold(put_around(inner, usage).about(about), |inner, (id, help)| inner.mut_arg(id, |arg| helped(arg, help)))
    })
}

/// With what may be written, and what stands there when nothing is, where the help does not say it itself.
fn helped(arg: Arg, help: &str) -> Arg {
    let may: Vec<String> = arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    let usual: Vec<_> = arg.get_default_values().iter().filter_map(|value| value.to_str()).collect();
    let mut help = help.to_owned();
    if arg.get_action().takes_values() {
        if may.iter().any(|value| !help.contains(value)) {
            help += &format!("；可写 {}", may.join("、"));
        }
        if usual.iter().any(|value| !value.is_empty()) && !help.contains("默认") {
            help += &format!("；默认 {}", usual.join("、"));
        }
    }
    arg.help(help)
}

/// Headings, and possible values and defaults without clap's words for them: the help says them.
fn put_around(command: Command, usage: &'static str) -> Command {
    let heading = |arg: Arg| if arg.is_positional() { arg.help_heading("参数") } else { arg.help_heading("选项") };
    command.help_template(TEMPLATE).override_usage(usage).subcommand_help_heading("命令").mut_args(|arg| {
        // Clap's own check of a development build: only what takes a value has a default to hide.
        let takes_value = arg.get_action().takes_values();
        heading(arg).hide_default_value(takes_value).hide_possible_values(takes_value)
    })
}
