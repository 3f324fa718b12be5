//! From a reading to a verdict, its line and its values. Pure.

use avow_shared::outcome::Verdict;
use avow_shared::time::ClockQuality;
use avow_shared::value::Value;

use super::{Reading, Setup, Wanted};
use crate::probe::hours::Moment;
use crate::probe::limits::judge;
use crate::probe::measures::{
    AIR_TEMPERATURE, CRADLE_CURRENT, CRADLE_STATE, CRADLE_VOLTAGE, HUMIDITY, ILLUMINANCE, RTC_ERROR,
};
use crate::probe::{Context, Found};
use crate::sensor::cradle::State;
use crate::sensor::{Supply, ds3231, sht3x};

/// China's hours before UTC, seconds.
const UTC_PLUS_8_S: f64 = 8.0 * 3_600.0;

/// The verdict on a reading.
pub(super) fn judged(setup: &Setup, context: &Context, reading: Reading) -> Found {
    let (verdict, detail, values) = match reading {
        Reading::Cradle { supply, state } => {
            (cradle(setup.wanted.unwrap_or_default(), state), cradle_words(supply, state), cradle_values(supply, state))
        }
        Reading::Lux(lux) => limited(setup, format!("照度 {lux:.0} lx"), vec![ILLUMINANCE.of(lux)]),
        Reading::Air(sht3x::Air { celsius, humidity }) => limited(
            setup,
            format!("{celsius:.1} °C，湿度 {humidity:.0} %"),
            vec![AIR_TEMPERATURE.of(celsius), HUMIDITY.of(humidity)],
        ),
        Reading::Clock(reading) => return clock(setup, context, reading),
    };
    let found = match setup.hours.moment(context) {
        Moment::Within => Found::new(verdict, detail),
        // A battery that is not charged will be missing later: it counts at any hour.
        Moment::Beside if verdict.finding().is_some_and(|finding| finding.as_str() == "sensor.charge-stopped") => {
            Found::new(verdict, detail)
        }
        Moment::Beside if verdict == Verdict::Pass => Found::new(verdict, detail),
        Moment::Beside => Found::new(Verdict::Pass, format!("{detail}（不在考核时段）")),
        Moment::Unknown => Found::missing(format!("{detail}；本机时钟未校准，不知是否在考核时段")),
    };
    found.with_values(values)
}

fn limited(setup: &Setup, detail: String, values: Vec<Value>) -> (Verdict, String, Vec<Value>) {
    let rules = setup.rules();
    let verdict = judge(&rules, &values);
    let finding = verdict.finding().map(ToString::to_string);
    let limit = rules.iter().find(|rule| finding.as_deref() == Some(rule.finding)).map(|rule| rule.limit().text());
    let detail = limit.map_or(detail.clone(), |limit| format!("{detail}，应 {limit}"));
    (verdict, detail, values)
}

fn cradle(wanted: Wanted, state: State) -> Verdict {
    match (state, wanted) {
        (State::Stopped, _) => Verdict::degraded("sensor.charge-stopped"),
        (State::Empty, Wanted::Device | Wanted::Full) => Verdict::fail("sensor.cradle-empty"),
        (State::Charging, Wanted::Full) => Verdict::degraded("sensor.not-full"),
        (State::Empty, Wanted::Any) | (State::Charging, Wanted::Any | Wanted::Device) | (State::Full, _) => {
            Verdict::Pass
        }
    }
}

fn cradle_words(Supply { amperes, volts }: Supply, state: State) -> String {
    let state = match state {
        State::Empty => "充电座空",
        State::Charging => "正在充电",
        State::Full => "已充满",
        State::Stopped => "未充满却已停止充电",
    };
    format!("{state}，{:.0} mA，{volts:.2} V", amperes * 1_000.0)
}

fn cradle_values(Supply { amperes, volts }: Supply, state: State) -> Vec<Value> {
    let state = match state {
        State::Empty => 0.0,
        State::Charging => 1.0,
        State::Full => 2.0,
        State::Stopped => 3.0,
    };
    vec![CRADLE_CURRENT.of(amperes), CRADLE_VOLTAGE.of(volts), CRADLE_STATE.of(state)]
}

/// Two clocks that agree are both believed; where they do not, the disciplined one is right. A box without a time of its
/// own cannot judge another's.
fn clock(setup: &Setup, context: &Context, reading: ds3231::Reading) -> Found {
    if reading.stopped {
        let detail = "时钟芯片曾停振：电池没电或未安装，断电后本机不知时间";
        return Found::new(Verdict::degraded("sensor.clock-battery"), detail);
    }
    if context.wall.quality == ClockQuality::Unset {
        return Found::missing("时钟芯片在走，本机时钟未校准，无从比较：检查校时服务");
    }
    #[expect(clippy::cast_precision_loss, reason = "seconds of this century")]
    let error = reading.unix_s as f64 - context.wall.at_ms as f64 / 1_000.0;
    let (verdict, detail, values) =
        limited(setup, format!("时钟芯片与本机相差 {:.0} s", error.abs()), vec![RTC_ERROR.of(error.abs())]);
    let slack = setup.rules().first().map_or(0.0, |rule| rule.good);
    let is_local = (error - UTC_PLUS_8_S).abs() <= slack;
    let detail = if is_local {
        format!("{detail}：它存的似乎是北京时间，应存 UTC（hwclock --systohc --utc）")
    } else {
        detail
    };
    Found::new(verdict, detail).with_values(values)
}
