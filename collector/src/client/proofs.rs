//! What is said of roll calls that prove, on the command line and in the report.

use avow_shared::roll_call::{Found, Untested};

use super::findings::named;
use super::words::Words;
use crate::api::roll_call::{LevelRooms, ScopeMeant};
use crate::document::text::of_level;
use crate::roll_call::{Entry, FellBack, Forecast, Proof};

/// How many rooms of which levels a call means.
pub(crate) fn meant(words: Words, meant: &ScopeMeant) -> String {
    let level = |of: &LevelRooms| match words {
        Words::Chinese => format!("{} {}", of_level(of.level), of.rooms),
        Words::English => format!("{} {}", of.level.word(), of.rooms),
    };
    let levels: Vec<String> = meant.levels.iter().map(level).collect();
    let (rooms, units, excused) = (meant.rooms, meant.units, meant.excused);
    match words {
        Words::Chinese => {
            let levels = if levels.is_empty() { String::new() } else { format!("（{}）", levels.join("、")) };
            let units = if units == 0 { String::new() } else { format!("，无会场单位 {units} 个") };
            let excused = if excused == 0 { String::new() } else { format!("，其中免点 {excused} 个") };
            format!("将点会场 {rooms} 个{levels}{units}{excused}")
        }
        Words::English => {
            let levels = if levels.is_empty() { String::new() } else { format!(" ({})", levels.join(", ")) };
            let units = if units == 0 { String::new() } else { format!(", {units} units without a room") };
            let excused =
                if excused == 0 { String::new() } else { format!(", {excused} of them left out by the registers") };
            format!("calls {rooms} rooms{levels}{units}{excused}")
        }
    }
}

/// Why a venue is *ready* at most.
pub(crate) const fn fell_back(words: Words, why: FellBack) -> &'static str {
    match why {
        FellBack::NoHq => words.say("无可用的省级测试会场", "no venue speaks for HQ"),
        FellBack::Unconfirmed => words.say("未确认可以出声", "nobody agreed that it is heard"),
        FellBack::Unable => words.say("该会场不能双会场互测", "it cannot take part in a run"),
        FellBack::NoSlot => words.say("时限内排不上", "the time does not reach for it"),
        FellBack::NotReady => words.say("未及时就绪", "it was not ready in time"),
        FellBack::InMeeting => words.say("会议中", "a meeting is on there"),
        FellBack::Ended => words.say("点名已提前结束", "the call was ended before"),
        FellBack::HqRefused => words.say("省级测试会场未能参加", "HQ's end could not take part"),
        FellBack::Apart => words.say(
            "双向均未收到声音和画面，可能未与省级测试会场同会",
            "nothing came over in either direction: perhaps it is not in one conference with HQ's end",
        ),
    }
}

/// What a call can prove.
pub(crate) fn forecast(words: Words, forecast: &Forecast) -> String {
    let Forecast { called, able, fits, slots, rounds, run_s, why } = forecast;
    let rest = called - fits;
    let why = why.map(|why| fell_back(words, why));
    match words {
        Words::Chinese => {
            let why = why.map_or_else(String::new, |why| format!("（{why}）"));
            format!(
                "预测：时限内可实证 {fits}/{called} 个{why}：具备条件 {able} 个，{slots} 路同时，每路 {rounds} 轮，每轮至多 {run_s} 秒；\
                 其余 {rest} 个退为就绪"
            )
        }
        Words::English => {
            let why = why.map_or_else(String::new, |why| format!(" ({why})"));
            format!(
                "forecast: {fits} of {called} can be proven in time{why}: {able} are able, {slots} at a time, {rounds} rounds of {run_s} s \
                 at most; {rest} fall back to ready"
            )
        }
    }
}

/// How far the proof of somebody is; none when it was not asked for.
pub(crate) fn proof(words: Words, entry: &Entry) -> Option<String> {
    Some(match &entry.proving.as_ref()?.proof {
        Proof::Planned => words.say("待实证", "has its turn later").to_owned(),
        Proof::Running { .. } => words.say("实证中", "under way").to_owned(),
        Proof::Spare => ready_only(words, FellBack::NoSlot),
        Proof::FellBack(why) => ready_only(words, *why),
        Proof::HqRefused { .. } => ready_only(words, FellBack::HqRefused),
        Proof::Apart { .. } => ready_only(words, FellBack::Apart),
        Proof::Ended { found, .. } => ended(words, found),
    })
}

fn ready_only(words: Words, why: FellBack) -> String {
    format!("{}{}", words.say("退为就绪：", "ready only: "), fell_back(words, why))
}

fn ended(words: Words, found: &Found) -> String {
    match found {
        Found::Good => words.say("通过", "proven").to_owned(),
        Found::Degraded(code) => {
            format!("{}{}", words.say("通过，有劣化：", "proven, degraded: "), named(words, code.as_str()))
        }
        Found::Failed(code) => format!("{}{}", words.say("不通过：", "failed: "), named(words, code.as_str())),
        Found::Untested(Untested::Refused | Untested::Meeting) => {
            words.say("未完成：会议联锁", "not done: the interlock refused it").to_owned()
        }
        Found::Untested(_) => words.say("未完成：该会场未参加", "not done: the venue took no part").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_a_call_means_is_said_by_level_with_what_the_registers_leave_out() {
        let places = ["35", "350102001", "350102002"].map(|place| place.parse().ok());
        let all = places.into_iter().map(|place| (place, false)).chain([(None, true)]);
        let told = ScopeMeant::of(&crate::scope::Meant::of(all));
        assert_eq!(meant(Words::Chinese, &told), "将点会场 3 个（省 1、乡镇 2），无会场单位 1 个，其中免点 1 个");
        let said = meant(Words::English, &told);
        assert!(said.starts_with("calls 3 rooms (province 1, township 2), 1 units without a room"), "{said}");
    }

    #[test]
    fn a_forecast_says_how_many_fit_and_why_none_does() {
        let some = Forecast { called: 90, able: 40, fits: 12, slots: 3, rounds: 4, run_s: 40, why: None };
        assert_eq!(
            forecast(Words::Chinese, &some),
            "预测：时限内可实证 12/90 个：具备条件 40 个，3 路同时，每路 4 轮，每轮至多 40 秒；其余 78 个退为就绪"
        );
        let none = Forecast { fits: 0, slots: 0, why: Some(FellBack::NoHq), ..some };
        let said = forecast(Words::English, &none);
        assert!(
            said.contains("0 of 90") && said.contains("no venue speaks for HQ") && said.contains("90 fall back"),
            "{said}"
        );
    }
}
