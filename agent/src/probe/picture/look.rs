//! One look at a source: what its frames add up to, and what is said of it. Pure.

use avow_analysis::picture::beat::{Beat, Beats};
use avow_analysis::picture::colour::{self, Planes};
use avow_analysis::picture::sequence::{Sequence, Stillness, compressed_stillness, raw_stillness};
use avow_analysis::picture::{grain, thin};
use avow_shared::outcome::Verdict;
use avow_shared::value::Value;

use super::Setup;
use super::analysis::{self, Seen};
use crate::ffmpeg::{FRAME, HEIGHT, Mark, WIDTH};
use crate::probe::Found;
use crate::probe::measures::{
    self, BANDING, BARS, CARD, CAST, DIFFERENCE, FLICKER, FPS, KEY_DIFFERENCE, LUMA_MEAN, LUMA_SD, NOISE, OVERLAY_EDGES,
};

/// See the module. Its memory is used again by the next frame; it grows with none.
#[derive(Clone, Debug, Default)]
pub struct Look {
    all: Sequence,
    keys: Sequence,
    beat: Beat,
    last: Vec<u8>,
    thin: Vec<u8>,
}

impl Look {
    /// The next frame, [`FRAME`] bytes; what has another size is passed over.
    pub fn take(&mut self, frame: &[u8]) {
        if frame.len() == FRAME {
            thin(frame, &mut self.thin);
            self.all.take(&self.thin);
            self.beat.take(&self.thin);
            self.last.clear();
            self.last.extend_from_slice(frame);
        }
    }

    /// The next key frame, of those that were asked for when the others stood still.
    pub fn take_key(&mut self, frame: &[u8]) {
        if frame.len() == FRAME {
            thin(frame, &mut self.thin);
            self.keys.take(&self.thin);
        }
    }

    /// The newest frame; empty before the first.
    #[must_use]
    pub fn last(&self) -> &[u8] {
        &self.last
    }

    /// Whether something plainly moves.
    pub(super) fn moves(&self) -> bool {
        self.all.moves()
    }

    /// Whether more key frames would change nothing.
    pub(super) fn is_decided(&self) -> bool {
        self.keys.is_decided()
    }

    /// What is said of it. `marks` are those of the frames that were taken.
    #[must_use]
    pub fn found(&self, setup: &Setup, marks: &[Mark]) -> Found {
        if self.last.is_empty() {
            return Found::missing("没有图像");
        }
        let times: Vec<f64> = marks.iter().map(|mark| mark.time_s).collect();
        let stillness = match (setup.expect_still, setup.source.is_compressed()) {
            (true, _) => Stillness::Unknown,
            (false, true) => compressed_stillness(&times, &self.keys),
            (false, false) => raw_stillness(&times, &self.all),
        };
        let beats = self.beat.found().unwrap_or_default();
        let values = self.values(setup, marks, &beats);
        let (mean, deviation) = (self.all.mean(), self.all.deviation());
        let seen = Seen { mean, deviation, lights: self.all.lights(), stillness };
        let verdict = analysis::judge(&seen, &setup.rules(), &values);
        Found::new(verdict.clone(), detail(&verdict, &seen, &values, &beats, marks)).with_values(values)
    }

    fn values(&self, setup: &Setup, marks: &[Mark], beats: &Beats) -> Vec<Value> {
        let (luma, colours) = self.last.split_at(WIDTH * HEIGHT);
        let (blue, red) = colours.split_at(colours.len() / 2);
        let mut thinned = Vec::new();
        thin(&self.last, &mut thinned);
        let planes = Planes { luma: &thinned, blue, red };
        let mut values = vec![
            LUMA_MEAN.of(self.all.mean()),
            LUMA_SD.of(self.all.deviation()),
            DIFFERENCE.of(self.all.usual_difference()),
            CARD.of(colour::card(planes)),
            FLICKER.of(beats.flicker),
            BANDING.of(beats.banding),
        ];
        if let Some(mark) = marks.first() {
            values.push(measures::WIDTH.of(mark.width.into()));
            values.push(measures::HEIGHT.of(mark.height.into()));
        }
        values.extend(rate(marks).map(|rate| FPS.of(rate)));
        values.extend(self.keys.steadiest().map(|difference| KEY_DIFFERENCE.of(difference)));
        // A test pattern is what `expect_still` is for.
        values.extend((!setup.expect_still).then(|| BARS.of(colour::bars(planes))));
        values.extend(colour::cast(planes).map(|cast| CAST.of(cast)));
        values.extend(grain::noise(luma).map(|noise| NOISE.of(noise)));
        values.extend(setup.overlay.map(|region| OVERLAY_EDGES.of(region.edges(luma))));
        values
    }
}

/// Frames a second by presentation times.
fn rate(marks: &[Mark]) -> Option<f64> {
    let span = marks.last()?.time_s - marks.first()?.time_s;
    (span > 0.0).then(|| (marks.len() - 1) as f64 / span)
}

fn detail(verdict: &Verdict, seen: &Seen, values: &[Value], beats: &Beats, marks: &[Mark]) -> String {
    let of = |measure: measures::Measure| {
        let value = values.iter().find(|value| value.name.as_str() == measure.name);
        value.map_or(0.0, |value| value.number)
    };
    let what = match verdict.finding().map(avow_shared::id::FindingCode::as_str) {
        None => "画面正常".to_owned(),
        Some("picture.black") => "黑屏".to_owned(),
        Some("picture.frozen") => "画面冻结".to_owned(),
        Some("picture.dark") => "画面过暗".to_owned(),
        Some("picture.bright") => "画面过亮".to_owned(),
        Some("picture.no-signal-card") => format!("无信号底色画面，单色占 {:.0}%", of(CARD)),
        Some("picture.bars") => "彩条测试图".to_owned(),
        Some("picture.cast") => format!("画面偏色 {:.0}", of(CAST)),
        Some("picture.noise") => format!("画面噪点大，{:.0}", of(NOISE)),
        Some("picture.flicker") => format!("画面闪烁 {:.0}%", of(FLICKER)),
        Some("picture.banding") => format!("滚动横纹 {:.0}%，约 {:.0} 条", of(BANDING), beats.bands),
        Some("picture.overlay-missing") => "画面上应有的文字不见了".to_owned(),
        _ => "画面没有层次".to_owned(),
    };
    let size = marks.first().map(|mark| format!("，{}×{}", mark.width, mark.height)).unwrap_or_default();
    format!("{what}，亮度 {:.0}，层次 {:.0}{size}", seen.mean, seen.deviation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_a_second_come_from_presentation_times() {
        let mark = |time_s| Mark { time_s, width: 2, height: 2 };
        assert_eq!(rate(&[mark(1.0), mark(1.04), mark(1.08)]).map(f64::round), Some(25.0));
        assert_eq!((rate(&[mark(1.0)]), rate(&[])), (None, None));
    }

    #[test]
    fn what_is_no_frame_is_passed_over() {
        let mut look = Look::default();
        look.take(&[0; 5]);
        assert!(look.last().is_empty());
        let setup = Setup::of("file:x".parse().expect("a source"));
        assert_eq!(look.found(&setup, &[]).verdict.word(), "unknown");
    }
}
