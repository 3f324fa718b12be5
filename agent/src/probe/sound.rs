//! The sound probe: a test signal goes through loudspeaker, air and microphone, and what comes back is measured against limits
//! and against what this room was like before. What is played and how each value is defined: `docs/sound.md`.
//!
//! Samples live as long as one run: nothing is written, and of what is reported only our own signal's shape leaves the box.

mod baseline;
mod curves;
mod judgement;

use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

use super::limits::{Overrides, Rule};
use super::measures::{
    SOUND_CLIPPED, SOUND_DELAY, SOUND_HUM, SOUND_LEVEL, SOUND_NOISE, SOUND_RESPONSE, SOUND_SNR, SOUND_T20, SOUND_THD_N,
};
use super::{BadSetup, Context, Exhibit, Found, within};
use crate::config::ProbeName;
use crate::ffmpeg;
use crate::ffmpeg::sound::{Exchange, Exchanged, Sound, exchange};
use crate::sound::marker::{Detector, Payload, Rate};
use crate::sound::room::{Signal, Strength, analyse, whisper_level};
use baseline::Baseline;
pub use baseline::forget;
use judgement::{Measured, judged};

/// The keys of a sound probe.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// Where the test is played: `pulse:NAME`, `alsa:plughw:1`, `file:path`.
    #[serde(deserialize_with = "sound")]
    pub play: Sound,
    /// Where it is heard: the same, or `rtsp://…`.
    #[serde(deserialize_with = "sound")]
    pub record: Sound,
    /// Where it is heard before the air, for the delay; a sink of PulseAudio has a monitor of its own.
    #[serde(default, deserialize_with = "maybe_sound")]
    pub reference: Option<Sound>,
    /// How much it does to the room.
    #[serde(default = "whisper", deserialize_with = "strength")]
    pub strength: Strength,
    /// Effective value of what is played, dB of full scale, −70 to −6; of a whisper the most that it may be.
    pub level_dbfs: Option<f64>,
    /// How much louder than the room's noise a whisper is where the microphone is, dB, −6 to 30.
    #[serde(default = "six")]
    pub above_noise_db: f64,
    /// The path turns sound round, and that is known to be so.
    #[serde(default)]
    pub inverted: bool,
    /// Seconds for the whole test, 10 to 120.
    #[serde(default = "thirty")]
    pub timeout_s: u64,
    /// Changes to the limits.
    #[serde(default)]
    pub limits: Overrides,
    /// Whose probe it is; set by who reads the configuration.
    #[serde(skip)]
    at: Option<ProbeName>,
}

const fn whisper() -> Strength {
    Strength::Whisper
}

const fn six() -> f64 {
    6.0
}

const fn thirty() -> u64 {
    30
}

pub(super) fn sound<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Sound, D::Error> {
    // The text may hold a password: it is not repeated.
    String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
}

fn maybe_sound<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Sound>, D::Error> {
    sound(deserializer).map(Some)
}

fn strength<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Strength, D::Error> {
    let text = String::deserialize(deserializer)?;
    let all = [Strength::Whisper, Strength::Short, Strength::Full];
    let unknown = || de::Error::custom(format!("expected 'whisper', 'short' or 'full', found '{text}'"));
    all.into_iter().find(|one| one.word() == text).ok_or_else(unknown)
}

/// Where each comes from: `docs/sound.md`.
const RULES: [Rule; 10] = [
    Rule::at_most(SOUND_CLIPPED, 0.1, Some(2.0), "sound.clipped"),
    Rule::at_least(SOUND_LEVEL, -55.0, None, "sound.faint"),
    Rule::at_least(SOUND_SNR, 15.0, Some(3.0), "sound.noise"),
    Rule::at_most(SOUND_NOISE, -40.0, None, "sound.noise"),
    Rule::at_most(SOUND_HUM, -60.0, Some(-30.0), "sound.hum"),
    Rule::at_most(SOUND_THD_N, 5.0, Some(20.0), "sound.distorted"),
    Rule::at_least(SOUND_RESPONSE, -18.0, None, "sound.response"),
    Rule::at_most(SOUND_T20, 1.0, Some(2.5), "sound.reverberant"),
    Rule::at_most(SOUND_DELAY, 150.0, Some(400.0), "sound.late"),
    // A path that is turned round by itself harms nobody; two of them that meet cancel each other.
    Rule::at_least(super::measures::SOUND_POLARITY, 0.0, None, "sound.polarity"),
];

/// What is heard before the test, and after it, seconds.
const QUIET_S: f64 = 1.0;
const TAIL_S: f64 = 1.6;

impl Setup {
    pub(super) fn check(&self) -> Result<(), BadSetup> {
        if !self.play.plays() {
            return Err(BadSetup::value("play", "pulse:NAME, alsa:NAME or file:path", "rtsp://…"));
        }
        if let Some(level) = self.level_dbfs.filter(|level| !(-70.0..=-6.0).contains(level)) {
            return Err(BadSetup::value("level_dbfs", "-70 to -6", level));
        }
        if !(-6.0..=30.0).contains(&self.above_noise_db) {
            return Err(BadSetup::value("above_noise_db", "-6 to 30", self.above_noise_db));
        }
        within("timeout_s", self.timeout_s, 10, 120)?;
        self.limits.check(&RULES)
    }

    /// The limits of this strength: a whisper is faint by intent.
    pub(super) fn rules(&self) -> Vec<Rule> {
        let mut rules = self.limits.apply(&RULES);
        let is_whisper = self.strength == Strength::Whisper;
        let has_no_say = |value: &str| {
            is_whisper && (value == SOUND_LEVEL.name || value == SOUND_SNR.name)
                || self.strength != Strength::Full && value == SOUND_THD_N.name
                || self.inverted && value == super::measures::SOUND_POLARITY.name
        };
        rules.retain(|rule| !has_no_say(rule.value));
        rules
    }

    /// Whose probe it is.
    pub(crate) fn belongs_to(&mut self, name: &ProbeName) {
        self.at = Some(name.clone());
    }

    pub(super) fn device_key(&self) -> String {
        format!("sound {:?}", self.record)
    }

    pub(super) const fn longest(&self) -> Duration {
        Duration::from_secs(self.timeout_s)
    }

    fn loudest_dbfs(&self) -> f64 {
        self.level_dbfs.unwrap_or(if self.strength == Strength::Whisper { -35.0 } else { -20.0 })
    }
}

pub(super) async fn run(setup: &Setup, context: &Context) -> Found {
    let Some(name) = &setup.at else { return Found::missing("不知道这是哪个会场的测试") };
    // Milliseconds as orders are numbered by: no other run of the room has this one.
    let payload = Payload { run: (context.wall.at_ms & 0xffff_ffff) as u32, venue: name.venue, sequence: 0 };
    let known = Baseline::read(&context.state_dir, name, setup.strength);
    let (strength, loudest) = (setup.strength, setup.loudest_dbfs());
    let Ok(mut signal) = tokio::task::spawn_blocking(move || Signal::new(strength, payload, loudest)).await else {
        return Found::missing("测试信号没有生成");
    };
    let exchanged = test(setup, &known, &mut signal).await;
    let exchanged = match exchanged {
        Err(error) => return Found::missing(not_run(&error)),
        Ok(exchanged) => exchanged,
    };
    if let Some(why) = incomplete(&exchanged, &signal) {
        return Found::missing(why);
    }
    let work = move || {
        let quiet = (QUIET_S * f64::from(strength.rate_hz())) as usize;
        let heard = analyse(&signal, &exchanged.heard.samples, quiet);
        let delay_s = heard.path.as_ref().and_then(|path| delay(&exchanged, path.at_s, payload, strength));
        Measured { heard, delay_s }
    };
    let Ok(measured) = tokio::task::spawn_blocking(work).await else { return Found::missing("声音没有分析完") };
    let found = judged(setup, &measured, &known);
    known.learn(&measured, &found.verdict, &context.state_dir, name, strength);
    let exhibit = measured.heard.path.as_ref().map(|path| Exhibit::curves(curves::json(path, &known)));
    found.with_exhibit(exhibit)
}

async fn test(setup: &Setup, known: &Baseline, signal: &mut Signal) -> Result<Exchanged, ffmpeg::Error> {
    let reference = setup.reference.clone().or_else(|| setup.play.monitor());
    let rate = setup.strength.rate_hz();
    let all = Exchange {
        sink: &setup.play,
        source: &setup.record,
        reference: reference.as_ref(),
        rate,
        quiet_s: QUIET_S,
        tail_s: TAIL_S,
    };
    let mut make = |quiet: &[f32]| {
        if setup.strength == Strength::Whisper {
            let level = whisper_level(quiet, rate, setup.above_noise_db, known.gain_db(), setup.loudest_dbfs());
            signal.play_at(level);
        }
        signal.samples.clone()
    };
    Box::pin(exchange(&all, setup.longest(), &mut make)).await
}

/// From the box's own output to the microphone, by the stamps of both; none when one of them has no stamp or no marker.
fn delay(exchanged: &Exchanged, at_s: f64, payload: Payload, strength: Strength) -> Option<f64> {
    let reference = exchanged.reference.as_ref()?;
    let rate = Rate::try_from(strength.rate_hz()).ok()?;
    let markers = Detector::new(rate).detect(&reference.samples);
    let first = markers.iter().find(|one| one.payload == payload)?;
    let played_s = reference.began_s? + first.position as f64 / f64::from(rate.hz());
    Some(exchanged.heard.began_s? + at_s - played_s)
}

/// Why ffmpeg could not be run.
pub(super) fn not_run(error: &ffmpeg::Error) -> String {
    match error {
        ffmpeg::Error::NotInstalled => "没有安装 ffmpeg：请执行 apt install ffmpeg".to_owned(),
        ffmpeg::Error::Io(error) => format!("ffmpeg 无法运行：{error}"),
    }
}

/// Why nothing can be said of a recording; none when it is whole.
fn incomplete(exchanged: &Exchanged, signal: &Signal) -> Option<String> {
    let Exchanged { heard, played, .. } = exchanged;
    let needed = (QUIET_S * f64::from(heard.rate)) as usize + signal.samples.len();
    if heard.samples.is_empty() {
        Some(format!("无法录音：{}", last(&heard.words, heard.timed_out)))
    } else if !played.whole {
        Some(format!("无法播放：{}", last(&played.words, played.timed_out)))
    } else if heard.samples.len() < needed {
        Some(format!("录音中断：{}", last(&heard.words, heard.timed_out)))
    } else {
        None
    }
}

/// What ffmpeg said last that says something.
pub(super) fn last(words: &[String], timed_out: bool) -> String {
    let said = words.iter().rev().find(|line| !line.starts_with(' '));
    let what = said.map_or("没有声音", String::as_str);
    let hint = if what.contains("busy") { "（设备被占用）" } else { "" };
    if timed_out { format!("超时，{what}{hint}") } else { format!("{what}{hint}") }
}

#[cfg(test)]
mod tests;
