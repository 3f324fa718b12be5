//! The picture probe: a source shows a picture, not black, frozen, dark, bright or flat. One still is kept as evidence.
//!
//! Frozen is judged by key frames where a picture is compressed: between them an encoder repeats what did not change, so
//! that a still hall looks frozen while it is not. A re-encoder under tight rate control repeats a frozen picture with
//! changing quality; such a picture passes, and `key_difference` shows how close it is.

mod analysis;
pub(in crate::probe) mod still;

use std::ops::ControlFlow;
use std::time::Duration;

use avow_shared::outcome::Verdict;
use avow_shared::value::Value;
use serde::{Deserialize, Deserializer, de};

use super::limits::{Overrides, Rule};
use super::measures::{self, DIFFERENCE, FPS, KEY_DIFFERENCE, LUMA_MEAN, LUMA_SD};
use super::{BadSetup, Exhibit, Found, within};
use crate::ffmpeg::{self, Capture, End, FRAME, HEIGHT, Mark, Source, WIDTH};
use analysis::{Seen, Sequence, Stillness};

/// The keys of a picture probe.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// `v4l2:/dev/video0`, `rtsp://…`, `file:clip.mp4`.
    #[serde(deserialize_with = "source")]
    pub source: Source,
    /// How many frames are looked at, 5 to 250.
    #[serde(default = "twenty_five")]
    pub frames: usize,
    /// Seconds to wait for them, 2 to 60.
    #[serde(default = "fifteen")]
    pub timeout_s: u64,
    /// Seconds to wait for key frames when the picture seems to stand still, 2 to 120.
    #[serde(default = "twenty_five_s")]
    pub key_timeout_s: u64,
    /// The picture rightly stands still (a test pattern): it is never called frozen.
    #[serde(default)]
    pub expect_still: bool,
    /// Changes to the limits of `luma_low`, `luma_high`, `luma_sd` (luma of 8 bits).
    #[serde(default)]
    pub limits: Overrides,
}

const fn twenty_five() -> usize {
    25
}

const fn fifteen() -> u64 {
    15
}

const fn twenty_five_s() -> u64 {
    25
}

fn source<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Source, D::Error> {
    // The text may hold a password: it is not repeated.
    String::deserialize(deserializer)?.parse().map_err(|expected| de::Error::custom(format!("source: {expected}")))
}

/// CCTV practice: mean luma outside 30 to 220, or a deviation below 25, is suspicious.
const RULES: &[Rule] = &[
    Rule::at_most(LUMA_MEAN, 220.0, Some(250.0), "picture.bright").keyed("luma_high"),
    Rule::at_least(LUMA_MEAN, 30.0, None, "picture.dark").keyed("luma_low"),
    Rule::at_least(LUMA_SD, 25.0, Some(3.0), "picture.flat"),
];

/// How many key frames are looked at, at most.
const KEY_FRAMES: usize = 8;

impl Setup {
    /// A source, looked at as usual.
    #[must_use]
    pub fn of(source: Source) -> Self {
        Self {
            source,
            frames: twenty_five(),
            timeout_s: fifteen(),
            key_timeout_s: twenty_five_s(),
            expect_still: false,
            limits: Overrides::default(),
        }
    }

    pub(super) fn check(&self) -> Result<(), BadSetup> {
        within("frames", self.frames as u64, 5, 250)?;
        within("timeout_s", self.timeout_s, 2, 60)?;
        within("key_timeout_s", self.key_timeout_s, 2, 120)?;
        self.limits.check(RULES)
    }

    pub(super) fn rules(&self) -> Vec<Rule> {
        self.limits.apply(RULES)
    }

    pub(super) fn device_key(&self) -> Option<String> {
        match &self.source {
            Source::V4l2(device) => Some(device.display().to_string()),
            Source::Rtsp(_) | Source::File(_) | Source::Sdp(_) => None,
        }
    }

    pub(super) const fn longest(&self) -> Duration {
        Duration::from_secs(self.timeout_s + self.key_timeout_s)
    }
}

pub(super) async fn run(setup: &Setup) -> Found {
    let mut sequence = Sequence::default();
    let mut last = Vec::new();
    let all = Capture { source: &setup.source, frames: setup.frames, keys_only: false };
    let captured = ffmpeg::capture(&all, Duration::from_secs(setup.timeout_s), |frame| {
        sequence.take(&thinned(frame));
        last.clear();
        last.extend_from_slice(frame);
        ControlFlow::Continue(())
    });
    match captured.await {
        Err(error) => Found::missing(match error {
            ffmpeg::Error::NotInstalled => "没有安装 ffmpeg：请执行 apt install ffmpeg".to_owned(),
            ffmpeg::Error::Io(error) => format!("ffmpeg 无法运行：{error}"),
        }),
        Ok(end) if last.is_empty() => without_picture(setup, &end),
        Ok(end) => {
            let keys = key_frames(setup, &sequence).await;
            judged(setup, &sequence, &end.marks, &keys).with_exhibit(still::jpeg(&last).map(Exhibit::picture))
        }
    }
}

/// Every second pixel of every second line: 320×180. Neighbours say little more, noise is kept.
fn thinned(frame: &[u8]) -> Vec<u8> {
    let lines = frame[..WIDTH * HEIGHT].chunks_exact(WIDTH).step_by(2);
    lines.flat_map(|line| line.iter().step_by(2).copied()).collect()
}

/// The differences between key frames; asked for only when they decide.
async fn key_frames(setup: &Setup, sequence: &Sequence) -> Sequence {
    let mut keys = Sequence::default();
    if !setup.source.is_compressed() || setup.expect_still || sequence.moves() {
        return keys;
    }
    let capture = Capture { source: &setup.source, frames: KEY_FRAMES, keys_only: true };
    // Without key frames nothing is said about a frozen picture; the picture itself was seen.
    let longest = Duration::from_secs(setup.key_timeout_s);
    let on_frame = |frame: &[u8]| {
        keys.take(&thinned(frame));
        if keys.is_decided() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let _ = ffmpeg::capture(&capture, longest, on_frame).await;
    keys
}

fn judged(setup: &Setup, sequence: &Sequence, marks: &[Mark], keys: &Sequence) -> Found {
    let times: Vec<f64> = marks.iter().map(|mark| mark.time_s).collect();
    let stillness = match (setup.expect_still, setup.source.is_compressed()) {
        (true, _) => Stillness::Unknown,
        (false, true) => analysis::compressed_stillness(&times, keys),
        (false, false) => analysis::raw_stillness(&times, sequence),
    };
    let values = values(sequence, marks, keys);
    let seen = Seen { mean: sequence.mean(), deviation: sequence.deviation(), stillness };
    let verdict = analysis::judge(&seen, &setup.rules(), &values);
    Found::new(verdict.clone(), detail(&verdict, &seen, marks)).with_values(values)
}

fn values(sequence: &Sequence, marks: &[Mark], keys: &Sequence) -> Vec<Value> {
    let mut values = vec![
        LUMA_MEAN.of(sequence.mean()),
        LUMA_SD.of(sequence.deviation()),
        DIFFERENCE.of(sequence.usual_difference()),
    ];
    if let Some(mark) = marks.first() {
        values.push(measures::WIDTH.of(mark.width.into()));
        values.push(measures::HEIGHT.of(mark.height.into()));
    }
    values.extend(rate(marks).map(|rate| FPS.of(rate)));
    values.extend(keys.steadiest().map(|difference| KEY_DIFFERENCE.of(difference)));
    values
}

/// Frames a second by presentation times.
fn rate(marks: &[Mark]) -> Option<f64> {
    let span = marks.last()?.time_s - marks.first()?.time_s;
    (span > 0.0).then(|| (marks.len() - 1) as f64 / span)
}

fn detail(verdict: &Verdict, seen: &Seen, marks: &[Mark]) -> String {
    let what = match verdict.finding().map(avow_shared::id::FindingCode::as_str) {
        None => "画面正常",
        Some("picture.black") => "黑屏",
        Some("picture.frozen") => "画面冻结",
        Some("picture.dark") => "画面过暗",
        Some("picture.bright") => "画面过亮",
        _ => "画面没有层次",
    };
    let size = marks.first().map(|mark| format!("，{}×{}", mark.width, mark.height)).unwrap_or_default();
    format!("{what}，亮度 {:.0}，层次 {:.0}{size}", seen.mean, seen.deviation)
}

/// No frame came: what ffmpeg said last tells the room's fault from the box's.
fn without_picture(setup: &Setup, end: &End) -> Found {
    let words = end.words.join("\n");
    let says = |text: &str| words.contains(text);
    let device = setup.device_key().unwrap_or_default();
    if says("Device or resource busy") {
        return Found::missing(format!("{device} 被其他程序占用：请关闭占用它的程序"));
    }
    if says("Permission denied") && setup.device_key().is_some() {
        return Found::missing(format!("没有权限使用 {device}：请把运行用户加入 video 组"));
    }
    let why = if end.timed_out {
        format!("{} 秒内没有图像", setup.timeout_s)
    } else if says("401") || says("403") {
        "用户名或密码不对".to_owned()
    } else {
        end.words.iter().rev().find(|line| !line.starts_with(' ')).cloned().unwrap_or_default()
    };
    Found::new(Verdict::fail("picture.no-signal"), format!("没有图像：{why}"))
        .with_exhibit(Some(Exhibit::transcript(&words)))
}

const _: () = assert!(FRAME > WIDTH * HEIGHT, "a frame holds its luma");

#[cfg(test)]
mod tests;
