//! A roll call of the whole province that never was: every division of Fujian has answered, is late, silent, excused … by its place in the
//! table. A file of the test and of the example alike (`#[path]`).

use avow_collector::document::roll_call::{Category, Depth, Direction, Mode, Record, Result, Row};
use avow_shared::divisions::{Division, Divisions};
use avow_shared::place::Level;

/// 2026-11-27 08:00:00 in China.
pub(crate) const CALLED_MS: u64 = 1_795_737_600_000;
/// Five minutes later.
pub(crate) const MADE_MS: u64 = CALLED_MS + 300_000;

/// The record of so many of the divisions, in the order of their codes.
pub(crate) fn record(most: usize) -> Record {
    let divisions = Divisions::fujian();
    let rows: Vec<Row> =
        divisions.list().iter().take(most).enumerate().map(|(at, division)| row(at, division, &divisions)).collect();
    let excused = rows.iter().filter(|row| row.result == Result::Excused).count();
    Record {
        id: "闽应急点名〔2026〕1127号".to_owned(),
        direction: Direction::Outbound,
        category: Category::Duty,
        caller: "福建省应急管理厅".to_owned(),
        basis: Some("《福建省应急视频会议系统值班点名办法》第七条".to_owned()),
        scope: "全省五级会场".to_owned(),
        system: Some("应急指挥视频会议系统".to_owned()),
        depth: Depth::Ready,
        forecast: None,
        received_at_ms: CALLED_MS,
        closed: None,
        deadline_s: 180,
        expected: u32::try_from(rows.len()).unwrap_or(u32::MAX),
        excused: u32::try_from(excused).unwrap_or(u32::MAX),
        rows,
        notice: "全省总体应答情况良好。请未按时应答单位查明原因，于三日内完成整改并复测。\n请各设区市应急管理局督促所辖单位落实值班值守要求。"
            .to_owned(),
        operator: Some("陈建国".to_owned()),
        confirmed_by: None,
    }
}

fn row(at: usize, division: &Division, divisions: &Divisions) -> Row {
    let named = |level| {
        let code = division.code.at(level);
        let is_level = division.code.level() >= level;
        is_level.then(|| divisions.get(code)).flatten().map(|found| found.name.clone()).unwrap_or_default()
    };
    let (result, reason, blamed) = ending(at);
    let mode = match result {
        Result::Silent | Result::Excused | Result::Uncounted => None,
        Result::Backup => Some(if at.is_multiple_of(2) { Mode::Backup } else { Mode::Telephone }),
        _ if at.is_multiple_of(3) => Some(Mode::Person),
        _ => Some(Mode::Automatic),
    };
    let elapsed_ms =
        mode.map(|_| if result == Result::Late { 190_000 + at as u64 } else { 2_300 + (at as u64 * 37) % 9_000 });
    let after = |part: u64| elapsed_ms.map(|elapsed| CALLED_MS + elapsed * part / 10);
    Row {
        unit: format!("{}{}", division.name, if division.code.level() <= Level::County { "应急管理局" } else { "" }),
        venue: Some(if division.code.level() <= Level::County { "指挥大厅" } else { "会商室" }.to_owned()),
        city: named(Level::City),
        county: named(Level::County),
        result,
        mode,
        via_page: false,
        afterwards: false,
        heard_at_ms: after(1),
        ready_at_ms: after(8),
        answered_at_ms: after(10),
        elapsed_ms,
        person: matches!(mode, Some(Mode::Person | Mode::Telephone)).then(|| "林晓".to_owned()),
        video: mode.map(|_| result != Result::NoPicture),
        audio: mode.map(|_| result != Result::NoSound),
        reason: reason.map(str::to_owned),
        remark: None,
        is_faulty: matches!(result, Result::NoSound | Result::NoPicture | Result::Neither),
        is_untested: false,
        is_excused_afterwards: false,
        retries: if result == Result::OnTime { 0 } else { 3 },
        blamed: blamed.map(str::to_owned),
        is_proven: false,
        proof: None,
    }
}

fn ending(at: usize) -> (Result, Option<&'static str>, Option<&'static str>) {
    match at % 211 {
        7 => (Result::Silent, Some("专线中断，县级汇聚节点以下均无响应"), Some("县级政务外网专线")),
        50 => (Result::Silent, Some("终端断电"), Some("供电")),
        91 => (Result::Silent, None, None),
        120 => (Result::Late, Some("终端重启后入会"), Some("会议终端")),
        150 => (Result::NoSound, Some("发言席话筒无信号"), Some("发言席话筒")),
        170 => (Result::NoPicture, Some("摄像机无应答"), Some("摄像机")),
        190 => (Result::Backup, Some("主用系统登录失败"), Some("主用会议系统")),
        200 => (Result::Excused, Some("正在会议中"), None),
        _ => (Result::OnTime, None, None),
    }
}
