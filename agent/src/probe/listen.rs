//! The listen watch: what a source brings is listened to for some seconds, also during a meeting. It plays nothing, keeps nothing and
//! shows nothing: five numbers leave it. That people are quiet is no fault; that not one sample moves is.

use std::time::Duration;

use avow_shared::outcome::Verdict;
use serde::Deserialize;

use super::limits::{Overrides, Rule, judge};
use super::measures::{HEARD_CLIPPED, HEARD_HUM, HEARD_LEVEL, HEARD_PEAK, HEARD_STUCK};
use super::sound::{last, not_run, sound};
use super::{BadSetup, Found, within};
use crate::ffmpeg::sound::{Sound, record};
use crate::sound::hum::hum;
use crate::sound::level::Level;

/// The keys of a listen watch.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// What is listened to: `pulse:NAME`, `alsa:plughw:1`, `rtsp://…`, `file:path`.
    #[serde(deserialize_with = "sound")]
    pub source: Sound,
    /// For so many seconds, 1 to 30.
    #[serde(default = "three")]
    pub seconds: u64,
    /// Changes to the limits.
    #[serde(default)]
    pub limits: Overrides,
}

const fn three() -> u64 {
    3
}

/// Until the source opens, seconds.
const OPENS_S: u64 = 10;
const RATE: u32 = 16_000;

const RULES: [Rule; 3] = [
    Rule::at_most(HEARD_STUCK, 0.0, Some(0.0), "sound.dead"),
    Rule::at_most(HEARD_CLIPPED, 0.5, None, "sound.clipped"),
    Rule::at_most(HEARD_HUM, -45.0, None, "sound.hum"),
];

impl Setup {
    pub(super) fn check(&self) -> Result<(), BadSetup> {
        within("seconds", self.seconds, 1, 30)?;
        self.limits.check(&RULES)
    }

    pub(super) fn rules(&self) -> Vec<Rule> {
        self.limits.apply(&RULES)
    }

    pub(super) const fn longest(&self) -> Duration {
        Duration::from_secs(self.seconds + OPENS_S)
    }
}

pub(super) async fn run(setup: &Setup) -> Found {
    let heard = match record(&setup.source, RATE, setup.seconds as f64, setup.longest()).await {
        Err(error) => return Found::missing(not_run(&error)),
        Ok(heard) => heard,
    };
    if heard.samples.len() < RATE as usize / 2 {
        return Found::missing(format!("无法录音：{}", last(&heard.words, heard.timed_out)));
    }
    let rules = setup.rules();
    let samples = heard.samples;
    let work = move || judged(&rules, &samples);
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Found::missing("声音没有分析完"))
}

fn judged(rules: &[Rule], samples: &[f32]) -> Found {
    let level = Level::of(samples);
    let hum = hum(&samples[..samples.len().min(RATE as usize)], RATE);
    let mut values = vec![
        HEARD_LEVEL.of(level.rms_dbfs),
        HEARD_PEAK.of(level.peak_dbfs),
        HEARD_CLIPPED.of(level.clipped * 100.0),
        HEARD_STUCK.of(f64::from(u8::from(level.is_stuck))),
    ];
    values.extend(hum.map(|hum| HEARD_HUM.of(hum.level_dbfs)));
    let verdict = judge(rules, &values);
    let what = match verdict.finding().map(avow_shared::id::FindingCode::as_str) {
        None => "声音正常",
        Some("sound.dead") => "数字静音，没有任何信号",
        Some("sound.clipped") => "声音削波",
        _ => "有工频交流声",
    };
    debug_assert!(!matches!(verdict, Verdict::Unknown { .. }), "limits give no such verdict");
    let detail = format!("{what}，电平 {:.0} dBFS，峰值 {:.0} dBFS", level.rms_dbfs, level.peak_dbfs);
    Found::new(verdict, detail).with_values(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sample: impl Fn(usize) -> f32, verdict: &Verdict, said: &str) {
        let samples: Vec<f32> = (0..48_000).map(sample).collect();
        let found = judged(&RULES, &samples);
        assert_eq!(found.verdict, *verdict, "{}", found.detail);
        assert!(found.detail.contains(said) && found.exhibits.is_empty(), "{}", found.detail);
    }

    fn tone(hz: f32, n: usize) -> f32 {
        (std::f32::consts::TAU * hz * n as f32 / RATE as f32).sin()
    }

    #[test]
    fn only_what_never_moves_is_dead() {
        check(|_| 0.0, &Verdict::fail("sound.dead"), "数字静音");
        check(|_| 0.1, &Verdict::fail("sound.dead"), "数字静音");
        check(|n| (n % 7) as f32 / 32_768.0, &Verdict::Pass, "声音正常，电平 -79 dBFS");
        check(|n| 0.1 * tone(700.0, n), &Verdict::Pass, "电平 -23 dBFS，峰值 -20 dBFS");
    }

    #[test]
    fn clipping_and_hum_are_told() {
        check(|n| (2.0 * tone(300.0, n)).clamp(-1.0, 1.0), &Verdict::degraded("sound.clipped"), "削波");
        check(|n| 0.05 * tone(50.0, n), &Verdict::degraded("sound.hum"), "工频");
    }
}
