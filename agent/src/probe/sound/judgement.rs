//! From what was heard of a test to a verdict, its line and its values. Pure.

use avow_shared::outcome::Verdict;
use avow_shared::value::Value;
use avow_shared::venue::{Grade, Side};

use super::baseline::Baseline;
use super::{Setup, Strength};
use crate::probe::Found;
use crate::probe::limits::Rule;
use crate::probe::measures::{
    Measure, SOUND_CLIPPED, SOUND_DELAY, SOUND_GAIN, SOUND_HOWL, SOUND_HUM, SOUND_LEVEL, SOUND_NOISE, SOUND_POLARITY,
    SOUND_QUALITY, SOUND_RESPONSE, SOUND_SNR, SOUND_T20, SOUND_THD_N,
};
use crate::probe::problem::{Problem, line, verdict};
use crate::sound::room::Heard;

/// What was heard, and when.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    pub(super) heard: Heard,
    /// From the box's own output to the microphone, seconds.
    pub(super) delay_s: Option<f64>,
}

/// The verdict on a test.
pub(super) fn judged(setup: &Setup, measured: &Measured, known: &Baseline) -> Found {
    let heard = &measured.heard;
    let values = values(measured);
    let mut problems = Vec::new();
    if let Some(other) = heard.others.first() {
        problems.push(Problem::fails("sound.other-venue", format!("听到的是 {} 的声音，线路可能接错", other.venue)));
    }
    if heard.path.is_none() {
        let why = match (heard.all.is_stuck, setup.strength) {
            (true, _) => "录到的是数字静音",
            (false, Strength::Whisper) => "没有听到低声标记",
            (false, _) => "没有听到测试声",
        };
        problems.push(Problem::fails("sound.silent", why));
    }
    if let Some(howl) = &heard.howl {
        problems.push(Problem::fails("sound.howl", format!("啸叫 {:.0} Hz", howl.hz)));
    }
    let by_limits = setup.rules();
    problems.extend(by_limits.iter().filter_map(|rule| beyond(rule, &values)));
    if let Some(path) = &heard.path {
        let drifts = known.drifts(path, measured.delay_s);
        if !drifts.is_empty() {
            problems.push(Problem::degrades("sound.baseline", format!("偏离基线：{}", drifts.join("，"))));
        }
    }
    let verdict: Verdict = verdict(&problems);
    let detail = line(&problems, &[state(measured)]);
    Found::new(verdict, detail).with_values(values)
}

fn beyond(rule: &Rule, values: &[Value]) -> Option<Problem> {
    let value = values.iter().find(|value| value.name.as_str() == rule.value)?;
    let grade = rule.limit().judge(value.number);
    if grade == Grade::Good {
        return None;
    }
    let name = NAMES.iter().find(|(measure, _)| measure.name == rule.value).map_or("", |(_, name)| *name);
    let words = if rule.value == SOUND_POLARITY.name {
        "极性相反".to_owned()
    } else {
        let bound = if rule.side == Side::AtMost { "不超过" } else { "不低于" };
        let unit = value.unit.symbol();
        format!("{name} {}{unit}，应{bound} {}{unit}", value.number, rule.good)
    };
    Some(Problem { grade, finding: rule.finding, words })
}

const NAMES: [(Measure, &str); 9] = [
    (SOUND_CLIPPED, "削波"),
    (SOUND_LEVEL, "电平"),
    (SOUND_SNR, "信噪比"),
    (SOUND_NOISE, "本底噪声"),
    (SOUND_HUM, "工频交流声"),
    (SOUND_THD_N, "失真"),
    (SOUND_RESPONSE, "最弱频带"),
    (SOUND_T20, "混响"),
    (SOUND_DELAY, "延时"),
];

fn values(measured: &Measured) -> Vec<Value> {
    let Measured { heard, delay_s } = measured;
    let mut values = vec![SOUND_NOISE.of(heard.noise.rms_dbfs)];
    values.extend(heard.hum.map(|hum| SOUND_HUM.of(hum.level_dbfs)));
    values.extend(heard.howl.map(|howl| SOUND_HOWL.of(howl.hz)));
    let Some(path) = &heard.path else { return values };
    values.push(SOUND_LEVEL.of(path.level_dbfs));
    values.push(SOUND_GAIN.of(path.gain_db));
    values.push(SOUND_SNR.of(path.snr_db));
    values.push(SOUND_CLIPPED.of(path.clipped * 100.0));
    values.push(SOUND_QUALITY.of(path.quality));
    values.extend(delay_s.map(|delay| SOUND_DELAY.of(delay * 1_000.0)));
    values.extend(path.polarity.map(|polarity| SOUND_POLARITY.of(polarity)));
    values.extend(path.t20_s.map(|t20| SOUND_T20.of(t20)));
    values.extend(path.thd_n.map(|ratio| SOUND_THD_N.of(ratio * 100.0)));
    let weakest = path.response.iter().map(|(_, db)| *db).reduce(f64::min);
    values.extend(weakest.map(|db| SOUND_RESPONSE.of(db)));
    values
}

fn state(measured: &Measured) -> String {
    let Measured { heard, delay_s } = measured;
    let noise = format!("本底噪声 {:.0} dBFS", heard.noise.rms_dbfs);
    let Some(path) = &heard.path else { return noise };
    let parts = [
        Some(format!("电平 {:.0} dBFS", path.level_dbfs)),
        Some(format!("信噪比 {:.0} dB", path.snr_db)),
        delay_s.map(|delay| format!("延时 {:.0} ms", delay * 1_000.0)),
        path.t20_s.map(|t20| format!("混响 {t20:.2} s")),
        path.thd_n.map(|ratio| format!("失真 {:.1}%", ratio * 100.0)),
        Some(noise),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("，")
}
