//! Runs and plans as a person reads them in a terminal.

use super::super::findings;
use super::super::table::table;
use super::super::words::Words;
use crate::api::inspection::dto::InspectionList;
use crate::api::inspection::dto::{
    InspectionAnswer, InspectionItem, InspectionState, InspectionVenue, InspectionVenues, ProbeMode,
};
use crate::api::inspection::passing::InspectionPassed;
use crate::api::inspection::persons::{MadeLinkOf, MadeLinks};
use crate::api::inspection::plan_dto::{
    InspectionFollows, InspectionMissed, InspectionNotBegun, InspectionPlan, InspectionPlans, InspectionTemplate,
    InspectionTemplates, InspectionWhen,
};
use crate::calendar::{DAY_MS, UTC8_MS, civil};
use crate::inspection::{Conclusion, Kind, Unquiet, Untested};
use crate::registry::csv;

/// So many codes of a scope are shown.
const MOST_NAMED: usize = 3;

fn rate(rate: Option<f64>) -> String {
    rate.map_or_else(|| "—".to_owned(), |rate| format!("{:.1}%", rate * 100.0))
}

/// In the time of China.
fn moment(at_ms: u64) -> String {
    let local = at_ms + UTC8_MS;
    let (year, month, day) = civil(local / DAY_MS);
    let minute = local % DAY_MS / 60_000;
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", minute / 60, minute % 60)
}

const fn kind(words: Words, kind: Kind) -> &'static str {
    match kind {
        Kind::Daily => words.say("日常巡检", "daily"),
        Kind::Monthly => words.say("月度联调", "monthly"),
        Kind::Yearly => words.say("年度联调", "yearly"),
        Kind::Before => words.say("会前联调", "before a meeting"),
        Kind::Assurance => words.say("重保", "assurance"),
        Kind::Visit => words.say("上门", "visit"),
    }
}

const fn state(words: Words, state: InspectionState) -> &'static str {
    match state {
        InspectionState::Running => words.say("◐进行中", "running"),
        InspectionState::Paused => words.say("‖已暂停", "paused"),
        InspectionState::Ended => words.say("●已结束", "ended"),
    }
}

const fn conclusion(words: Words, conclusion: Conclusion) -> &'static str {
    match conclusion {
        Conclusion::Open => words.say("◐检测中", "open"),
        Conclusion::Untested => words.say("○未检", "untested"),
        Conclusion::Abnormal => words.say("■异常", "abnormal"),
        Conclusion::Unfilled => words.say("◔待填报", "to be filled in"),
        Conclusion::Incomplete => words.say("◑部分检测", "tested in part"),
        Conclusion::Fixed => words.say("●整改后正常", "put right"),
        Conclusion::Normal => words.say("●正常", "normal"),
        Conclusion::Excused => words.say("◇免检", "excused"),
    }
}

const fn untested(words: Words, why: Untested) -> &'static str {
    match why {
        Untested::NoBox => words.say("没有测试终端", "nobody serves it"),
        Untested::Away => words.say("测试终端离线", "its box is not connected"),
        Untested::Interlocked => words.say("会议联锁", "the interlock refused"),
        Untested::Refused => words.say("终端无法执行", "its box could not"),
        Untested::NoAnswer => words.say("终端无应答", "no answer"),
        Untested::NoTime => words.say("时限内未轮到", "its turn did not come"),
        Untested::Frozen => words.say("封网", "a change freeze"),
        Untested::Quiet => words.say("时限落在静默时段内", "its time was up in quiet hours"),
        Untested::Cancelled => words.say("已取消", "cancelled"),
    }
}

/// What is tested by which template.
pub(super) fn templates(words: Words, list: &InspectionTemplates) -> String {
    let row = |one: &InspectionTemplate| {
        let (work, key, title) = (&one.work, one.key.clone(), one.title.clone());
        let probes = match work.probe_mode {
            ProbeMode::All => words.say("全部", "all").to_owned(),
            ProbeMode::None => words.say("无", "none").to_owned(),
            ProbeMode::Kinds | ProbeMode::Ids => work.probe_list.join(" "),
        };
        vec![
            key,
            title,
            kind(words, work.kind).to_owned(),
            probes,
            work.manual.len().to_string(),
            work.window_min.to_string(),
        ]
    };
    let rows: Vec<_> = list.items.iter().map(row).collect();
    let heading = ["模板", "名称", "类别", "自动项", "人工项", "最长（分钟）"];
    let english = ["template", "title", "kind", "probes", "manual items", "minutes at most"];
    table(if words == Words::Chinese { &heading } else { &english }, &rows)
}

/// All runs.
pub(super) fn list(words: Words, list: &InspectionList) -> String {
    let row = |item: &InspectionItem| {
        vec![
            item.id.to_string(),
            item.title.clone(),
            kind(words, item.work.kind).to_owned(),
            state(words, item.state).to_owned(),
            moment(item.given_ms),
            item.tally.venues.to_string(),
            item.tally.abnormal.to_string(),
            item.tally.unfilled.to_string(),
            item.tally.incomplete.to_string(),
            item.tally.untested.to_string(),
            rate(item.rate),
        ]
    };
    let heading = ["编号", "名称", "类型", "状态", "开始", "应检", "异常", "待填报", "部分检测", "未检", "完好率"];
    let english =
        ["id", "title", "kind", "state", "began", "venues", "abnormal", "to fill in", "in part", "untested", "rate"];
    let rows = list.items.iter().map(row).collect::<Vec<_>>();
    table(if words == Words::Chinese { &heading } else { &english }, &rows) + &left(words, list.total, rows.len())
}

/// That there are more than are listed.
fn left(words: Words, total: usize, listed: usize) -> String {
    match (total.saturating_sub(listed), words) {
        (0, _) => String::new(),
        (more, Words::Chinese) => format!("另有 {more} 条未列出；--json 列出全部\n"),
        (more, Words::English) => format!("{more} more are not listed; --json lists all\n"),
    }
}

/// Links as a file that a spreadsheet opens, one venue a line.
pub(super) fn links(base: &str, made: &MadeLinks) -> String {
    let line = |link: &MadeLinkOf| {
        let (address, until) = (format!("{base}{}", link.path), moment(link.until_ms));
        let cells = [&link.send_on, &link.venue, &link.name, &link.unit, &address, &until];
        cells.map(|cell| csv::write(cell)).join(",") + "\r\n"
    };
    let heading = "发送日期,会场编码,会场,单位,链接,有效期至\r\n";
    // Without the mark a spreadsheet takes it for another encoding.
    format!("\u{feff}{heading}{}", made.items.iter().map(line).collect::<String>())
}

/// On how many days they are to be sent.
pub(super) fn sending(words: Words, made: &MadeLinks) -> String {
    let days = made.items.chunk_by(|one, other| one.send_on == other.send_on).count();
    let (count, last) = (made.items.len(), made.items.last().map_or("", |last| last.send_on.as_str()));
    match words {
        Words::Chinese => format!("{count} 个链接，分 {days} 天发送，最后一天 {last}"),
        Words::English => format!("{count} links, to be sent on {days} days, the last {last}"),
    }
}

/// How far it is.
pub(super) fn passing(words: Words, passed: u32, left: u32) -> String {
    match words {
        Words::Chinese => format!("已上报 {passed} 份，还有 {left} 份……"),
        Words::English => format!("{passed} passed on, {left} to go …"),
    }
}

/// What was passed on, and what stays.
pub(super) fn passed(words: Words, told: &InspectionPassed) -> String {
    let InspectionPassed { passed, lying, .. } = told;
    match words {
        Words::Chinese => format!("已上报 {passed} 份；待填报 {} 份，被退回 {} 份", lying.unfilled, lying.returned),
        Words::English => {
            format!("{passed} passed on; {} still to be filled in, {} returned", lying.unfilled, lying.returned)
        }
    }
}

fn not_begun(words: Words, missed: &InspectionMissed) -> String {
    let why = match missed.reason {
        InspectionNotBegun::Off => words.say("当时中心未运行", "HQ was off"),
        InspectionNotBegun::Untold => words.say("原因未记录", "the reason was not kept"),
        InspectionNotBegun::Full => words.say("同时进行的巡检已达上限", "as many runs were open as may be"),
        InspectionNotBegun::Nobody => words.say("范围内没有会场", "no venue in its scope"),
        InspectionNotBegun::NoPlace => words.say("范围中的地区不存在", "no such place"),
        InspectionNotBegun::NoVenue => words.say("范围中的会场不存在", "no such venue"),
        InspectionNotBegun::NoUnit => words.say("范围中的单位不存在", "no such unit"),
        InspectionNotBegun::NoGroup => words.say("所跟随的分组已删除", "the group that it follows was removed"),
        InspectionNotBegun::Disk => words.say("中心磁盘写入失败", "HQ could not write it down"),
    };
    let code = missed.code.as_ref().map(|code| format!(" {code}")).unwrap_or_default();
    format!("{} {why}{code}", moment(missed.at_ms))
}

/// Whom a plan means: the group that it follows with how many are in it now, or what it names.
fn scope(words: Words, plan: &InspectionPlan) -> String {
    let work = &plan.plan.work;
    match (&plan.follows, words) {
        (None, _) => {
            let all: Vec<&str> =
                [&work.places, &work.venues, &work.units].into_iter().flatten().map(String::as_str).collect();
            let more = if all.len() > MOST_NAMED { format!(" +{}", all.len() - MOST_NAMED) } else { String::new() };
            format!("{}{more}", all[..all.len().min(MOST_NAMED)].join(" "))
        }
        (Some(InspectionFollows { name, venues: Some(venues), .. }), Words::Chinese) => {
            format!("跟随分组“{name}”，现有 {venues} 个会场")
        }
        (Some(InspectionFollows { name, venues: Some(venues), .. }), Words::English) => {
            format!("follows group '{name}', {venues} venues now")
        }
        (Some(InspectionFollows { name, .. }), Words::Chinese) => format!("▲分组“{name}”已删除，到时不会开始"),
        (Some(InspectionFollows { name, .. }), Words::English) => {
            format!("▲group '{name}' was removed, nothing will begin")
        }
    }
}

/// All plans.
pub(super) fn plans(words: Words, plans: &InspectionPlans) -> String {
    let when = |when: &InspectionWhen| match when {
        InspectionWhen::ByHand => words.say("手动", "by hand"),
        InspectionWhen::Calendar(_) => words.say("按日历", "calendar"),
        InspectionWhen::BeforeMeetings(_) => words.say("会前", "before meetings"),
    };
    let rows: Vec<Vec<String>> = plans
        .items
        .iter()
        .map(|plan| {
            vec![
                plan.id.to_string(),
                plan.plan.title.clone(),
                kind(words, plan.plan.work.kind).to_owned(),
                when(&plan.plan.when).to_owned(),
                scope(words, plan),
                plan.next_ms.map_or_else(|| "—".to_owned(), moment),
                plan.plan.operator.clone(),
                plan.missed.last().map_or_else(|| "—".to_owned(), |missed| not_begun(words, missed)),
            ]
        })
        .collect();
    let heading = ["编号", "名称", "类型", "方式", "范围", "下次", "负责人", "最近未执行"];
    let english = ["id", "title", "kind", "when", "scope", "next", "operator", "last not begun"];
    let notes = plans.items.iter().filter_map(|plan| unquiet(words, plan)).collect::<String>();
    table(if words == Words::Chinese { &heading } else { &english }, &rows) + &notes
}

/// What is to be known of a plan's quiet hours.
fn unquiet(words: Words, plan: &InspectionPlan) -> Option<String> {
    let (id, to) = (plan.id, &plan.plan.work.quiet.as_ref()?.to);
    Some(match (plan.unquiet?, words) {
        (Unquiet::Later, Words::Chinese) => format!("▲ 计划 {id}：到期时间在静默时段内，{to} 起才检测，时限顺延\n"),
        (Unquiet::Later, Words::English) => {
            format!("▲ plan {id}: due in quiet hours; tests begin at {to}, and the window is longer by that\n")
        }
        (Unquiet::Never, Words::Chinese) => {
            format!("▲ 计划 {id}：静默时段可能占满会前的全部时间，会场将来不及检测：请提前更多，或缩短静默时段\n")
        }
        (Unquiet::Never, Words::English) => format!(
            "▲ plan {id}: quiet hours may take all the time before a meeting: begin earlier or make them shorter\n"
        ),
    })
}

/// That nobody is asked just now, and until when; empty outside quiet hours.
pub(super) fn quiet_now(words: Words, answer: &InspectionAnswer) -> String {
    let is_quiet = answer.forecast.is_some_and(|forecast| forecast.quiet);
    match (answer.run.work.quiet.as_ref().filter(|_| is_quiet), words) {
        (None, _) => String::new(),
        (Some(quiet), Words::Chinese) => format!("▲ 现在是静默时段：{} 起才检测，时限顺延\n", quiet.to),
        (Some(quiet), Words::English) => {
            format!("▲ quiet hours now: tests begin at {}, and the window is longer by that\n", quiet.to)
        }
    }
}

/// A run: sums, cities, what explains the failures, and the venues that are not as they should be.
pub(super) fn run(words: Words, answer: &InspectionAnswer, venues: &InspectionVenues) -> String {
    let (item, tally) = (&answer.run, &answer.run.tally);
    let mut text = match words {
        Words::Chinese => format!(
            "{} {}  {}\n应检 {}  实检 {}  正常 {}  整改后正常 {}  异常 {}  待填报 {}  部分检测 {}  未检 {}  检测中 {}  免检 {}  完好率 {}\n",
            item.id,
            item.title,
            state(words, item.state),
            tally.venues,
            tally.tested(),
            tally.normal,
            tally.fixed,
            tally.abnormal,
            tally.unfilled,
            tally.incomplete,
            tally.untested,
            tally.open,
            tally.excused,
            rate(item.rate)
        ),
        Words::English => format!(
            "{} {}  {}\nvenues {}  tested {}  normal {}  put right {}  abnormal {}  to be filled in {}  in part {}  untested {}  open {}  excused {}  rate {}\n",
            item.id,
            item.title,
            state(words, item.state),
            tally.venues,
            tally.tested(),
            tally.normal,
            tally.fixed,
            tally.abnormal,
            tally.unfilled,
            tally.incomplete,
            tally.untested,
            tally.open,
            tally.excused,
            rate(item.rate)
        ),
    };
    if let Some(group) = &item.group {
        text += &format!("{} {}\n", words.say("范围：分组", "scope: group"), group.name);
    }
    if let Some(forecast) = &answer.forecast {
        text += &format!("{} {}\n", words.say("预计完成", "will end about"), moment(forecast.end_ms));
    }
    text += &quiet_now(words, answer);
    let cities: Vec<Vec<String>> = answer
        .cities
        .iter()
        .map(|city| {
            let tally = &city.tally;
            let [tested, abnormal, unfilled] = [tally.tested(), tally.abnormal, tally.unfilled];
            let numbers = [tally.venues, tested, abnormal, unfilled, tally.incomplete, tally.untested, tally.partial];
            let mut row = vec![city.place.clone(), city.name.clone()];
            row.extend(numbers.map(|number| number.to_string()));
            row.push(rate(city.rate));
            row
        })
        .collect();
    let heading = ["编码", "地区", "应检", "实检", "异常", "待填报", "部分检测", "未检", "含未检项", "完好率"];
    let english =
        ["code", "place", "venues", "tested", "abnormal", "to fill in", "in part", "untested", "with gaps", "rate"];
    text += &table(if words == Words::Chinese { &heading } else { &english }, &cities);
    for group in &answer.blamed {
        let stages =
            if group.stages.is_empty() { words.say("未能定位", "nothing explains it") } else { &group.stages };
        text += &format!("{}：{stages} × {}\n", words.say("定位", "blamed"), group.venues);
    }
    let is_bad = |venue: &&InspectionVenue| !matches!(venue.conclusion, Conclusion::Normal | Conclusion::Excused);
    let rows: Vec<Vec<String>> = venues.items.iter().filter(is_bad).map(|venue| row(words, venue)).collect();
    if !rows.is_empty() {
        let heading = ["会场", "名称", "结论", "原因", "定位"];
        let english = ["venue", "name", "conclusion", "reason", "blamed"];
        text += &table(if words == Words::Chinese { &heading } else { &english }, &rows);
        // Those that need somebody come first: when the last one listed does, others may.
        let needs = venues.items.last().is_some_and(|venue| is_bad(&venue));
        text += &if needs { left(words, venues.total, venues.items.len()) } else { String::new() };
    }
    text
}

fn row(words: Words, venue: &InspectionVenue) -> Vec<String> {
    let bad = venue.bad.iter().map(|bad| match &bad.finding {
        Some(finding) => format!("{} {}", bad.name, findings::named(words, finding)),
        None => bad.name.clone(),
    });
    let missing = (venue.conclusion == Conclusion::Unfilled)
        .then(|| format!("{} {}/{}", words.say("人工项已填", "manual items filled in"), venue.filled, venue.manual));
    let bad: Vec<String> = bad.chain(missing).chain(venue.reason.map(|why| untested(words, why).to_owned())).collect();
    vec![
        venue.venue.clone(),
        venue.name.clone(),
        conclusion(words, venue.conclusion).to_owned(),
        bad.join(words.say("；", "; ")),
        venue.blamed.clone().unwrap_or_default(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_a_file_for_a_spreadsheet_without_formulas() {
        let item = MadeLinkOf {
            send_on: "2026-11-27".to_owned(),
            until_ms: 0,
            venue: "350102001-01".to_owned(),
            name: "=cmd()".to_owned(),
            unit: "应急局,二楼".to_owned(),
            path: "/p/ab".to_owned(),
        };
        let made = MadeLinks { items: vec![item] };
        assert_eq!(
            links("http://hq", &made),
            "\u{feff}发送日期,会场编码,会场,单位,链接,有效期至\r\n2026-11-27,350102001-01,'=cmd(),\"应急局,二楼\",http://hq/p/ab,1970-01-01 08:00\r\n"
        );
        assert_eq!(sending(Words::Chinese, &made), "1 个链接，分 1 天发送，最后一天 2026-11-27");
    }
}
