//! From how a UPS is to a verdict, its line and its values. Pure.

use std::time::Duration;

use avow_shared::facts::Facts;
use avow_shared::outcome::Verdict;
use avow_shared::value::Value;
use avow_shared::venue::{Grade, Side};

use super::status::{Feed, Status};
use crate::probe::Found;
use crate::probe::limits::Rule;
use crate::probe::measures::{
    BATTERY_PROVEN, BATTERY_TEMPERATURE, BATTERY_VOLTAGE, CHARGE, INPUT_VOLTAGE, ON_BATTERY, RUNTIME, UPS_LOAD,
};
use crate::probe::problem::{Problem, line, verdict};

/// The verdict on a UPS that has answered; `proven`: how long ago it came back from its battery.
pub(super) fn judged(rules: &[Rule], status: &Status, proven: Option<Duration>) -> Found {
    let mut problems = of_state(status);
    let values = values(status, proven);
    problems.extend(rules.iter().filter_map(|rule| beyond(rule, status, &values)));
    let verdict = match (status.feeds, verdict(&problems)) {
        // It has just been plugged in; what nobody knows is no pass.
        (None, Verdict::Pass) => return Found::missing("UPS 尚未说明供电状态，下次再问").with_values(values),
        (_, verdict) => verdict,
    };
    let detail = line(&problems, &[state(status, proven), who(status)]);
    Found::new(verdict, detail).with_values(values).with_facts(facts(status))
}

fn facts(status: &Status) -> Facts {
    let said = |text: &Option<String>| text.as_ref().map(Into::into).unwrap_or_default();
    Facts {
        make: said(&status.make),
        model: said(&status.model),
        serial: said(&status.serial),
        firmware: said(&status.firmware),
        ..Facts::default()
    }
}

fn of_state(status: &Status) -> Vec<Problem> {
    let is_on_battery = status.feeds == Some(Feed::Battery);
    let left = status.runtime_s.map(|seconds| format!("，约剩 {} 分钟", (seconds / 60.0).floor())).unwrap_or_default();
    let problem = |is: bool, problem: Problem| is.then_some(problem);
    let low = if status.feeds == Some(Feed::Mains) {
        Problem::degrades("ups.low-battery", "电池未充足")
    } else {
        Problem::fails("ups.low-battery", format!("电池将尽{}", if is_on_battery { left.as_str() } else { "" }))
    };
    let found = [
        problem(status.is_low, low),
        problem(status.is_going, Problem::fails("ups.low-battery", "即将关机")),
        problem(status.feeds == Some(Feed::Nothing), Problem::fails("ups.off", "没有输出")),
        problem(status.is_overloaded, Problem::fails("ups.overload", "过载")),
        problem(is_on_battery && !status.is_testing, Problem::degrades("ups.on-battery", format!("电池供电{left}"))),
        problem(status.feeds == Some(Feed::Bypass), Problem::degrades("ups.bypass", "旁路供电，停电即断")),
        problem(status.is_worn, Problem::degrades("ups.replace-battery", "电池应更换")),
        problem(!status.alarms.is_empty(), Problem::degrades("ups.fault", status.alarms.join("，"))),
    ];
    found.into_iter().flatten().collect()
}

/// The mains are not judged while they are away: that is said already.
fn beyond(rule: &Rule, status: &Status, values: &[Value]) -> Option<Problem> {
    if rule.value == INPUT_VOLTAGE.name && status.feeds != Some(Feed::Mains) {
        return None;
    }
    let value = values.iter().find(|value| value.name.as_str() == rule.value)?;
    let grade = rule.limit().judge(value.number);
    let name = match rule.value {
        name if name == CHARGE.name => "电量",
        name if name == RUNTIME.name => "续航分钟",
        name if name == UPS_LOAD.name => "负载",
        name if name == BATTERY_TEMPERATURE.name => "电池温度",
        _ => "市电电压",
    };
    let bound = if rule.side == Side::AtMost { "不超过" } else { "不低于" };
    let unit = value.unit.symbol();
    let words = format!("{name} {}{unit}，应{bound} {}{unit}", value.number, rule.good);
    (grade > Grade::Good).then_some(Problem { grade, finding: rule.finding, words })
}

fn values(status: &Status, proven: Option<Duration>) -> Vec<Value> {
    let flag = |is: bool| f64::from(u8::from(is));
    let values = [
        status.is_on_battery().map(|is| ON_BATTERY.of(flag(is))),
        status.charge.map(|per_cent| CHARGE.of(per_cent)),
        status.runtime_s.map(|seconds| RUNTIME.of(seconds / 60.0)),
        status.load.map(|per_cent| UPS_LOAD.of(per_cent)),
        status.input_voltage.map(|volts| INPUT_VOLTAGE.of(volts)),
        status.battery_voltage.map(|volts| BATTERY_VOLTAGE.of(volts)),
        status.battery_temperature.map(|degrees| BATTERY_TEMPERATURE.of(degrees)),
        proven.map(|ago| BATTERY_PROVEN.of(ago.as_secs_f64() / 3_600.0)),
    ];
    values.into_iter().flatten().collect()
}

fn state(status: &Status, proven: Option<Duration>) -> String {
    let feeds = match status.feeds {
        Some(Feed::Mains) => "市电供电",
        Some(Feed::Battery) if status.is_testing => "电池自检",
        Some(Feed::Battery) => "电池供电",
        Some(Feed::Bypass) => "旁路",
        Some(Feed::Nothing) => "无输出",
        None => "供电状态未知",
    };
    let parts = [
        Some(feeds.to_owned()),
        status.charge.map(|charge| format!("电量 {charge}%")),
        status.runtime_s.map(|seconds| format!("续航 {} 分钟", (seconds / 60.0).floor())),
        status.load.map(|load| format!("负载 {load}%")),
        status.input_voltage.map(|volts| format!("市电 {volts} V")),
        proven.map(|ago| match ago.as_secs() / 3_600 {
            hours @ 0..48 => format!("{hours} 小时前经电池供电并恢复"),
            hours => format!("{} 天前经电池供电并恢复", hours / 24),
        }),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("，")
}

/// Maker, model, serial number and firmware as far as it says.
fn who(status: &Status) -> String {
    let name = match (&status.make, &status.model) {
        (Some(make), Some(model)) if model.starts_with(make.as_str()) => Some(model.clone()),
        (Some(make), Some(model)) => Some(format!("{make} {model}")),
        (make, model) => make.clone().or_else(|| model.clone()),
    };
    let serial = status.serial.as_ref().map(|serial| format!("序列号 {serial}"));
    let firmware = status.firmware.as_ref().map(|firmware| format!("固件 {firmware}"));
    [name, serial, firmware].into_iter().flatten().collect::<Vec<_>>().join(" ")
}
