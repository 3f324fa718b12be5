//! From what a display said to a verdict, its line and its values. Pure.

use avow_shared::facts::Facts;
use avow_shared::outcome::Verdict;
use avow_shared::value::Value;
use avow_shared::venue::Grade;

use super::interview::{Open, Seen, Stop};
use super::{Setup, Sound, Wanted};
use crate::pjlink::codec::{Refusal, shown};
use crate::pjlink::display::{Part, Power, Severity, Signal};
use crate::pjlink::session::Failure;
use crate::probe::Found;
use crate::probe::measures::{
    DISPLAY_CLASS, ERRORS, FILTER_HOURS, LAMP_HOURS, PICTURE_MUTED, POWER_STATE, SIGNAL_HEIGHT, SIGNAL_WIDTH,
    SOUND_MUTED, WARNINGS,
};

/// The most of what was heard that a line for a person shows.
const MOST_SHOWN: usize = 40;

/// One thing that is not as it should be.
struct Problem {
    grade: Grade,
    finding: &'static str,
    words: String,
}

impl Problem {
    fn fails(finding: &'static str, words: impl Into<String>) -> Self {
        Self { grade: Grade::Fail, finding, words: words.into() }
    }

    fn degrades(finding: &'static str, words: impl Into<String>) -> Self {
        Self { grade: Grade::Degraded, finding, words: words.into() }
    }
}

/// The verdict on a display that said nothing of itself.
pub(super) fn stopped(setup: &Setup, stop: &Stop) -> Found {
    let (finding, why) = match stop {
        Stop::Closed => ("display.no-answer", "断开了连接：可能已被另一台控制器占用".to_owned()),
        Stop::Display(failure) => match failure {
            Failure::NoAnswer => {
                ("display.no-answer", format!("{} ms 内无应答：可能正忙于另一台控制器", setup.timeout_ms))
            }
            Failure::WrongAnswer { heard } => {
                let heard = shown(&heard[..heard.len().min(MOST_SHOWN)]);
                ("display.wrong-answer", format!("应答不符（{heard}）：请检查地址和端口"))
            }
            Failure::NoPassword => ("display.auth-refused", "要求密码：请配置 password_file".to_owned()),
            Failure::WrongPassword => {
                ("display.auth-refused", "拒绝密码：请核对 password_file 与设备的 PJLink 密码".to_owned())
            }
            Failure::Refused(Refusal::Failed) => ("display.fault", "报告自身故障（ERR4）".to_owned()),
            Failure::Refused(_) => return Found::missing(format!("{} 此刻不能说明电源状态，下次再问", setup.address)),
        },
    };
    Found::new(Verdict::fail(finding), format!("{} {why}", setup.address))
}

/// The verdict on a display that answered: the worst of its problems; of equals, the first.
pub(super) fn judged(setup: &Setup, seen: &Seen) -> Found {
    let problems = problems(setup, seen);
    let worst = problems.iter().rev().max_by_key(|problem| problem.grade);
    let verdict = match worst {
        None => Verdict::Pass,
        Some(Problem { grade: Grade::Fail, finding, .. }) => Verdict::fail(finding),
        Some(Problem { finding, .. }) => Verdict::degraded(finding),
    };
    let words: Vec<&str> = problems.iter().map(|problem| problem.words.as_str()).collect();
    let detail = [words.join("，"), state(seen), who(seen)];
    let detail: Vec<String> = detail.into_iter().filter(|part| !part.is_empty()).collect();
    Found::new(verdict, detail.join("；")).with_values(values(seen)).with_facts(facts(seen))
}

/// A display that is on says how it is set; of one in standby nothing of that holds. Which input it shows is what it is used
/// for, and no setting: whoever wants a certain one says so in the configuration.
fn facts(seen: &Seen) -> Facts {
    let plate = Facts {
        make: seen.maker.clone().unwrap_or_default(),
        model: seen.model.clone().unwrap_or_default(),
        serial: seen.serial.clone().unwrap_or_default(),
        // Class 1 has only 'other information', which may say anything.
        firmware: seen.software.clone().filter(|_| seen.class >= 2).unwrap_or_default(),
        ..Facts::default()
    };
    let on_off = |on: bool| if on { "on" } else { "off" };
    match seen.mute {
        Some(mute) => plate.with("picture_mute", on_off(mute.picture)).with("mute", on_off(mute.sound)),
        None => plate,
    }
}

fn problems(setup: &Setup, seen: &Seen) -> Vec<Problem> {
    let mut problems = Vec::new();
    if seen.has_failed {
        problems.push(Problem::fails("display.fault", "设备报告自身故障（ERR4）"));
    }
    if setup.wanted == Wanted::On && seen.power == Some(Power::Standby) {
        problems.push(Problem::fails("display.power-off", "待机，应为开机"));
    }
    problems.extend(seen.health.into_iter().flat_map(|health| health.parts().filter_map(at_fault)));
    problems.extend(wrong_input(setup, seen));
    if let Some(mute) = seen.mute {
        if mute.picture {
            problems.push(Problem::fails("display.picture-muted", "画面被遮断"));
        }
        if mute.sound && setup.sound == Sound::On {
            problems.push(Problem::degrades("display.sound-muted", "声音被静音"));
        }
    }
    problems.extend(worn_lamp(setup, seen));
    if seen.is_on() {
        problems.extend(left_open(seen));
    }
    problems
}

fn at_fault((part, severity): (Part, Severity)) -> Option<Problem> {
    let (finding, name) = match part {
        Part::Fan => ("display.fan", "风扇"),
        Part::Lamp => ("display.lamp", "光源"),
        Part::Temperature => ("display.temperature", "温度"),
        Part::Cover => ("display.cover", "机盖"),
        Part::Filter => ("display.filter", "滤网"),
        Part::Other => ("display.fault", "其他部件"),
    };
    match severity {
        Severity::Well => None,
        Severity::Warning => Some(Problem::degrades(finding, format!("{name}警告"))),
        Severity::Error => Some(Problem::fails(finding, format!("{name}故障"))),
    }
}

fn wrong_input(setup: &Setup, seen: &Seen) -> Option<Problem> {
    let (wanted, input) = setup.input.zip(seen.input).filter(|(wanted, input)| wanted != input)?;
    let has_none = !seen.inputs.is_empty() && !seen.inputs.contains(&wanted);
    let why = if has_none { "（设备没有此输入）" } else { "" };
    Some(Problem::fails("display.wrong-input", format!("输入为 {input}，应为 {wanted}{why}")))
}

/// Whether a lamp is to be replaced: then it is worth asking which one fits.
pub(super) fn wants_lamp(setup: &Setup, seen: &Seen) -> bool {
    let is_at_fault = |(part, severity): (Part, Severity)| part == Part::Lamp && severity > Severity::Well;
    seen.health.is_some_and(|health| health.parts().any(is_at_fault)) || worn_lamp(setup, seen).is_some()
}

fn worn_lamp(setup: &Setup, seen: &Seen) -> Option<Problem> {
    let hours = most_hours(seen)?;
    let rule = setup.rules().into_iter().find(|rule| rule.limit().judge(hours.into()) > Grade::Good)?;
    let fits = seen.lamp_models.as_deref().filter(|models| !models.is_empty());
    let fits = fits.map(|models| format!("，备件 {models}")).unwrap_or_default();
    Some(Problem::degrades(rule.finding, format!("光源已用 {hours} h，应不超过 {} h{fits}", rule.good)))
}

/// What is on and does not say how it is cannot be called well.
fn left_open(seen: &Seen) -> Option<Problem> {
    let names: Vec<&str> = seen.open.iter().map(|(name, _)| *name).collect();
    let names = names.join("、");
    let nonsense = seen.open.iter().any(|(_, open)| *open == Open::Nonsense);
    if names.is_empty() {
        None
    } else if nonsense {
        Some(Problem::degrades("display.wrong-answer", format!("{names} 的应答不符")))
    } else {
        Some(Problem::degrades("display.no-answer", format!("{names} 无应答")))
    }
}

fn most_hours(seen: &Seen) -> Option<u32> {
    seen.lamps.iter().map(|lamp| lamp.hours).max()
}

fn state(seen: &Seen) -> String {
    let power = match seen.power {
        Some(Power::Standby) => "待机",
        Some(Power::On) => "开机",
        Some(Power::Cooling) => "正在冷却",
        Some(Power::Warming) => "正在预热",
        None => "电源状态未知",
    };
    let input = seen.input.map(|input| match seen.input_name.as_deref().filter(|name| !name.is_empty()) {
        Some(name) => format!("输入 {input}（{name}）"),
        None => format!("输入 {input}"),
    });
    let signal = seen.signal.map(|signal| match signal {
        Signal::Absent => "无信号".to_owned(),
        Signal::Unknown => "信号格式未知".to_owned(),
        Signal::Size { width, height } => format!("{width}×{height}"),
    });
    let hours = most_hours(seen).map(|hours| format!("光源 {hours} h"));
    [Some(power.to_owned()), input, signal, hours].into_iter().flatten().collect::<Vec<_>>().join("，")
}

/// Maker, model, serial number and software as far as it says.
fn who(seen: &Seen) -> String {
    let said = |text: &Option<smol_str::SmolStr>| text.as_deref().filter(|text| !text.is_empty()).map(str::to_owned);
    let name = match (said(&seen.maker), said(&seen.model)) {
        (Some(maker), Some(model)) if model.starts_with(&maker) => model,
        (Some(maker), Some(model)) => format!("{maker} {model}"),
        (maker, model) => maker.or(model).unwrap_or_else(|| "型号未知".to_owned()),
    };
    let serial = said(&seen.serial).map(|serial| format!("序列号 {serial}"));
    let software = said(&seen.software).map(|software| format!("软件 {software}"));
    [Some(name), serial, software].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn values(seen: &Seen) -> Vec<Value> {
    let flag = |is: bool| f64::from(u8::from(is));
    let mut values = vec![DISPLAY_CLASS.of(seen.class.into())];
    values.extend(seen.power.map(|power| POWER_STATE.of(power.number().into())));
    if let Some(health) = seen.health {
        let count = |wanted| health.parts().map(|(_, severity)| flag(severity == wanted)).sum();
        values.extend([WARNINGS.of(count(Severity::Warning)), ERRORS.of(count(Severity::Error))]);
    }
    values.extend(most_hours(seen).map(|hours| LAMP_HOURS.of(hours.into())));
    values.extend(seen.filter_hours.map(|hours| FILTER_HOURS.of(hours.into())));
    if let Some(mute) = seen.mute {
        values.extend([PICTURE_MUTED.of(flag(mute.picture)), SOUND_MUTED.of(flag(mute.sound))]);
    }
    if let Some(Signal::Size { width, height }) = seen.signal {
        values.extend([SIGNAL_WIDTH.of(width.into()), SIGNAL_HEIGHT.of(height.into())]);
    }
    values
}
