//! The same of what is kept in order over weeks: 整改台账, 重保 and 联调.

use super::{FILE, FORM, HTTP, JSON, OUTPUT, Text};

pub(super) const TEXTS: [Text; 6] = [
    ("warnings", "查看趋势预警，据以立项整改", "avow-collector warnings [选项] [命令]", &[HTTP, JSON]),
    ("frequent", "查看高频会场，修改认定规则", "avow-collector frequent [选项] [命令]", &[HTTP, JSON]),
    (
        "joint-tests",
        "查看、登记、确认、更正联调，导出联调记录表",
        "avow-collector joint-tests [选项] [命令]",
        &[HTTP, JSON],
    ),
    (
        "obligations",
        "查看联调任务的完成情况",
        "avow-collector obligations [选项] [PLACE]",
        &[
            ("place", "地区编码（3501、350102 …）；不写则全省"),
            ("of", "按县还是按会场：county 或 venue；默认 county"),
            ("year", "年份；不写则为今年"),
            ("state", "只列有逾期（overdue）、待完成（owed）或已完成（done）周期的"),
            HTTP,
            JSON,
        ],
    ),
    ("rectify", "查看、登记或办理整改事项", "avow-collector rectify [选项] [命令]", &[HTTP, JSON]),
    ("assurance", "查看、启动或终止重保，审批封网期间的变更", "avow-collector assurance [选项] [命令]", &[HTTP, JSON]),
];

pub(super) const JOINT_TESTS: [Text; 9] = [
    (
        "list",
        "列出最近 500 次联调",
        "avow-collector joint-tests list [选项] [SUBJECT]",
        &[
            ("subject", "只列该县或会场的"),
            ("waiting", "只列等待确认的：confirmation 两端未都确认、尚未计入，correction 更正未都确认"),
        ],
    ),
    (
        "add",
        "登记刚完成的联调；两端均确认后计入",
        "avow-collector joint-tests add [选项] <SUBJECT>",
        &[
            ("subject", "县（350102）或会场（350102001-01）"),
            ("kind", "类别：monthly 月度、yearly 年度、meeting 会前、retest 复测；默认 monthly"),
            ("near", "本端调试人"),
            ("far", "对端调试人"),
            ("near_phone", "本端调试人电话"),
            ("far_phone", "对端调试人电话"),
            ("note", "情况"),
            ("conclusion", "结论：normal 正常、fixed 整改后正常、abnormal 异常；写了才登记联调表各项"),
            (
                "marks",
                "联调表一项及其结果，如 picture-out=normal；项：picture、sound、aux 各 -out（本端→对端）与 -in（对端→本端），presets 预置位，speaker 发言席，backup-near、backup-far 两端备份；结果：normal、fixed、abnormal、none 无、untested 未测",
            ),
            ("system", "会议系统"),
            ("network", "网络"),
            ("joined", "入会时间，如 2026-11-27T08:30"),
            ("problem", "问题"),
            ("handling", "处理"),
        ],
    ),
    (
        "propose",
        "由正常完成的会场互测提出联调，再由两端人员确认",
        "avow-collector joint-tests propose [选项] <RUN> <SUBJECT>",
        &[
            ("run", "会场互测的编号"),
            ("subject", "记为两个会场中哪一个的联调"),
            ("kind", "类别：monthly 月度、yearly 年度、meeting 会前、retest 复测；默认 monthly"),
        ],
    ),
    (
        "confirm",
        "确认联调或其更正的一端",
        "avow-collector joint-tests confirm [选项] --end <END> --by <BY> <ID>",
        &[("id", "联调编号"), ("end", "哪一端：near 本端、far 对端"), ("by", "调试人"), ("phone", "调试人电话")],
    ),
    (
        "link",
        "生成一次性链接，该端人员在手机上核对并确认",
        "avow-collector joint-tests link [选项] <ID>",
        &[("id", "联调编号"), ("end", "哪一端：near 本端、far 对端"), ("by", "生成人")],
    ),
    (
        "correct",
        "补填或更正联调表；两端已确认的，更正经两端再确认后生效",
        "avow-collector joint-tests correct [选项] --by <BY> <ID>",
        &[
            ("id", "联调编号"),
            ("by", "填写人"),
            ("reason", "更正原因；两端已确认时必填"),
            ("end", "同时确认填写人所在的一端：near 本端、far 对端"),
            ("phone", "填写人电话"),
            ("kind", "类别：monthly 月度、yearly 年度、meeting 会前、retest 复测；不写则不改"),
            ("at", "联调时间，如 2026-11-27T08:30"),
            ("note", "情况"),
            ("conclusion", "结论：normal 正常、fixed 整改后正常、abnormal 异常；写了则联调表各项整体替换"),
            (
                "marks",
                "联调表一项及其结果，如 picture-out=normal；项：picture、sound、aux 各 -out（本端→对端）与 -in（对端→本端），presets 预置位，speaker 发言席，backup-near、backup-far 两端备份；结果：normal、fixed、abnormal、none 无、untested 未测",
            ),
            ("system", "会议系统"),
            ("network", "网络；不写则取台账的网络域"),
            ("joined", "入会时间，如 2026-11-27T08:30"),
            ("problem", "问题"),
            ("handling", "处理"),
        ],
    ),
    (
        "withdraw",
        "撤销联调：记录保留，不再计入",
        "avow-collector joint-tests withdraw [选项] --by <BY> --reason <REASON> <ID>",
        &[("id", "联调编号"), ("by", "撤销人"), ("reason", "撤销原因")],
    ),
    (
        "sign",
        "签发已结束月份的联调记录表：封存后不再改动",
        "avow-collector joint-tests sign [选项] --by <BY> <MONTH>",
        &[("month", "月份，如 2026-11"), ("by", "签发人"), ("reason", "更正原因：上一版有何错误")],
    ),
    (
        "export",
        "把联调记录表写成文件；已签发月份的同时保存封签",
        "avow-collector joint-tests export [选项]",
        &[
            OUTPUT,
            FILE,
            FORM,
            ("subject", "只列该县或会场的"),
            ("month", "只列该月的，如 2026-11；已签发的按签发时的内容"),
        ],
    ),
];

pub(super) const WARNINGS: [Text; 2] = [
    (
        "list",
        "列出将要越限的指标，前 500 项",
        "avow-collector warnings list [选项] [PLACE]",
        &[("place", "只列该地区的（地区编码）")],
    ),
    (
        "rectify",
        "据一项预警立项整改",
        "avow-collector warnings rectify [选项] --person <PERSON> <VENUE> <PROBE> <VALUE>",
        &[
            ("venue", "会场编码"),
            ("probe", "检测项"),
            ("value", "指标"),
            ("unit", "责任单位；不写则为会场单位"),
            ("due", "整改期限（北京时间），如 2026-12-04T18:00；不写则为预计越限时间"),
            ("advice", "整改建议"),
            ("person", "立项人"),
        ],
    ),
];

pub(super) const FREQUENT: [Text; 3] = [
    ("changes", "列出认定规则的修改记录", "avow-collector frequent changes [选项]", &[]),
    (
        "list",
        "列出高频会场，前 500 个",
        "avow-collector frequent list [选项] [PLACE]",
        &[("place", "只列该地区的（地区编码）")],
    ),
    (
        "rule",
        "查看或修改认定规则",
        "avow-collector frequent rule [选项]",
        &[("faults", "故障次数"), ("days", "统计天数"), ("failed_tests", "联调异常次数"), ("person", "修改人")],
    ),
];

pub(super) const ASSURANCE: [Text; 10] = [
    ("list", "列出响应与审批", "avow-collector assurance list [选项]", &[]),
    (
        "start",
        "启动响应",
        "avow-collector assurance start [选项] --level <LEVEL> --place <CODE> --authority <AUTHORITY> --approver <APPROVER> --person <PERSON> <TITLE>",
        &[
            ("title", "名称"),
            ("level", "级别：i、ii、iii、iv，i 最高"),
            ("places", "范围：地区编码，含其下全部会场，可写多次"),
            ("authority", "发布机关"),
            ("document", "文号"),
            ("hazard", "灾种或事由"),
            ("to", "结束时间（北京时间），如 2026-11-30T18:00；不写则至终止为止"),
            ("freeze", "封网：未经批准不做变更与全频扫测"),
            ("approver", "封网审批人"),
            ("staff", "值守人员：姓名,电话,岗位，可写多次；不写则为该级别登记的人员"),
            ("person", "启动人"),
        ],
    ),
    (
        "end",
        "终止响应",
        "avow-collector assurance end [选项] --person <PERSON> <ID>",
        &[("id", "响应编号"), ("person", "终止人"), ("note", "原因或说明")],
    ),
    (
        "staff",
        "列出各级别值守人员，或登记一个级别的",
        "avow-collector assurance staff [选项]",
        &[
            ("level", "登记的级别：i、ii、iii、iv"),
            ("staff", "值守人员：姓名,电话,岗位，可写多次；不写则为无"),
            ("person", "登记人"),
        ],
    ),
    (
        "report",
        "把某日的重保日报或响应终止后的总结写成文件；已签发的同时保存封签",
        "avow-collector assurance report [选项] <ID>",
        &[("id", "响应编号"), ("day", "日期，如 2026-11-27；不写则为总结"), OUTPUT, FILE, FORM],
    ),
    (
        "sign",
        "签发某日的重保日报或总结：封存后不再改动",
        "avow-collector assurance sign [选项] --by <BY> <ID>",
        &[
            ("id", "响应编号"),
            ("day", "日期，如 2026-11-27；不写则为总结"),
            ("by", "签发人"),
            ("reason", "更正原因：上一版有何错误"),
        ],
    ),
    (
        "rules",
        "查看各级别的要求，或修改一个级别的",
        "avow-collector assurance rules [选项]",
        &[
            ("level", "修改的级别：i、ii、iii、iv"),
            ("check_every_s", "检查间隔，秒，30 至 86400；0 为持续"),
            ("roll_calls", "每日点名次数，最多 24"),
            ("depth", "点名深度：present 在线、ready 就绪"),
            ("extra_staff", "增派人数"),
            ("person", "修改人"),
        ],
    ),
    ("changes", "列出各级别要求的修改记录", "avow-collector assurance changes [选项]", &[]),
    (
        "revoke",
        "撤回一项变更审批",
        "avow-collector assurance revoke [选项] --person <PERSON> <ID>",
        &[("id", "审批编号"), ("person", "撤回人")],
    ),
    (
        "approve",
        "批准封网期间的一项变更",
        "avow-collector assurance approve [选项] --what <WHAT> --until <UNTIL> --person <PERSON> <SUBJECT>",
        &[
            ("subject", "地区或会场"),
            ("what", "变更事项"),
            ("until", "有效至（北京时间），如 2026-11-30T18:00，最长七天"),
            ("person", "批准人"),
            ("reason", "说明；非封网审批人批准的，写明由谁授权"),
        ],
    ),
];

const ID: (&str, &str) = ("id", "整改事项编号");
const PERSON: (&str, &str) = ("person", "办理人");
const NOTE: (&str, &str) = ("note", "原因或说明");
const STATE: (&str, &str) = ("state", "只列该状态：open 整改中、fixed 待复测、passed 待销号、closed 已销号");
const OVERDUE: (&str, &str) = ("overdue", "只列逾期的");
const PLACE: (&str, &str) = ("place", "只列该地区的（地区编码）");
const UNIT: (&str, &str) = ("unit", "只列该责任单位的");

pub(super) const RECTIFY: [Text; 8] = [
    ("list", "列出整改事项", "avow-collector rectify list [选项]", &[STATE, OVERDUE, PLACE, UNIT]),
    ("show", "查看一项及其全部记录", "avow-collector rectify show [选项] <ID>", &[ID]),
    (
        "open",
        "立项",
        "avow-collector rectify open [选项] --problem <PROBLEM> --unit <UNIT> --due <DUE> --person <PERSON> <SUBJECT>",
        &[
            ("subject", "地区或会场，如 350102 或 350102001-01"),
            ("problem", "问题"),
            ("advice", "整改建议"),
            ("unit", "责任单位"),
            ("due", "整改期限（北京时间），如 2026-12-04T18:00"),
            ("person", "立项人"),
        ],
    ),
    ("fix", "整改完成，待复测", "avow-collector rectify fix [选项] --person <PERSON> <ID>", &[ID, PERSON, NOTE]),
    (
        "retest",
        "复测",
        "avow-collector rectify retest [选项] --person <PERSON> <ID>",
        &[ID, PERSON, NOTE, ("failed", "复测不通过；不写则通过"), ("joint_test", "作为依据的联调编号")],
    ),
    (
        "close",
        "销号：复测通过，或写明原因",
        "avow-collector rectify close [选项] --person <PERSON> <ID>",
        &[ID, PERSON, NOTE],
    ),
    ("reopen", "重新打开", "avow-collector rectify reopen [选项] --person <PERSON> <ID>", &[ID, PERSON, NOTE]),
    (
        "export",
        "把台账写成文件",
        "avow-collector rectify export [选项]",
        &[OUTPUT, FILE, FORM, STATE, OVERDUE, PLACE, UNIT],
    ),
];
