//! From sound to the markers in it.

use super::Rate;
use super::cells::{Cells, FRAME, FRAMES};
use super::encoder::FADE;
use super::front::Front;
use super::payload::Payload;
use super::pilots::{HOP, HOPS, Pilots, SPAN};
use super::reader::Reader;
use super::spectrum::Spectrum;

/// Pilots that agree by so many deviations of chance are read. `docs/marker.md` says what chance makes of it.
pub const THRESHOLD: f32 = 8.0;

/// No other place within so many hops may agree better: half a frame on each side.
const ASIDE: usize = HOPS / 2;
/// Two markers of the same payload nearer than this are one, samples at 8 kHz.
const SAME: i64 = FRAME as i64;
/// Samples of a marker without its fades, at 8 kHz.
const BODY: usize = FRAMES * FRAME;
/// Samples that are kept at 8 kHz; at least [`BODY`] and what comes until its place is known to be the best.
const KEPT: usize = 16_384 + 512;
/// How often the kept samples are moved to the front.
const ROOM: usize = 2 * KEPT;
/// Silence at the end of a recording, samples at 8 kHz, so that a marker is still found when it is cut by as much.
const AFTER: usize = 6_400;

const _: () = assert!(KEPT >= BODY + (ASIDE + 2) * HOP + FRAME);

/// A marker that was heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heard {
    /// What it says.
    pub payload: Payload,
    /// Where it begins, samples since the first; negative when its beginning is missing.
    pub position: i64,
    /// The agreement of pilots in deviations of chance, above [`THRESHOLD`].
    pub pilots: f32,
    /// The mean agreement of all that it is made of: 1 is perfect, 0 chance.
    pub score: f32,
    /// The marker's own effective value, dB of full scale, a sample of 1 being 0 dB.
    pub level_dbfs: f32,
    /// The marker against everything else between 344 and 3328 Hz, echoes and reverberation among it; above 15 dB little is sure.
    pub snr_db: f32,
}

/// Finds markers. Its memory is taken once: 0.9 MB.
#[derive(Clone, Debug)]
pub struct Detector {
    rate: Rate,
    front: Front,
    spectrum: Spectrum,
    pilots: Pilots,
    reader: Reader,
    /// Samples at 8 kHz; the first of them is the `dropped`th.
    samples: Vec<f32>,
    dropped: usize,
    hops: usize,
    /// The agreements at the newest places, oldest first.
    agreements: [f32; 2 * ASIDE + 1],
    best: f32,
    body: Vec<f32>,
    /// The last that were heard, so that none is told twice.
    told: [Option<(Payload, i64)>; 4],
}

impl Detector {
    /// For sound of a rate.
    #[must_use]
    pub fn new(rate: Rate) -> Self {
        let cells = Cells::new();
        Self {
            rate,
            front: Front::new(rate),
            spectrum: Spectrum::new(),
            pilots: Pilots::new(&cells),
            reader: Reader::new(cells),
            samples: Vec::with_capacity(ROOM),
            dropped: 0,
            hops: 0,
            agreements: [0.0; 2 * ASIDE + 1],
            best: 0.0,
            body: vec![0.0; BODY],
            told: [None; 4],
        }
    }

    /// The markers in a whole recording, in the order of their beginnings; one that is cut at an end may be among them.
    pub fn detect(&mut self, samples: &[f32]) -> Vec<Heard> {
        self.reset();
        let mut heard = Vec::new();
        self.listen(samples, |one| heard.push(one));
        self.finish(|one| heard.push(one));
        heard
    }

    /// Goes on with the next samples of a sound without end; `heard` gets each marker once it is over.
    pub fn listen(&mut self, samples: &[f32], mut heard: impl FnMut(Heard)) {
        for sample in samples {
            let Some(sample) = self.front.take(*sample) else { continue };
            if self.samples.len() == ROOM {
                self.samples.drain(..ROOM - KEPT);
                self.dropped += ROOM - KEPT;
            }
            self.samples.push(sample);
            // Two hops at once: they share a transform.
            if self.dropped + self.samples.len() == self.hops * HOP + FRAME + HOP {
                self.hop_twice(&mut heard);
            }
        }
    }

    /// The end of a sound that was listened to.
    pub fn finish(&mut self, heard: impl FnMut(Heard)) {
        let silence = [0.0; AFTER];
        let mut heard = heard;
        (0..self.rate.per_base()).for_each(|_| self.listen(&silence, &mut heard));
    }

    /// Forgets everything that was heard.
    pub fn reset(&mut self) {
        self.front.reset();
        self.pilots.reset();
        self.samples.clear();
        (self.dropped, self.hops, self.best) = (0, 0, 0.0);
        self.agreements.fill(0.0);
        self.told = [None; 4];
    }

    /// The greatest agreement of pilots since this was asked last, in deviations of chance: what its extreme values are fitted to.
    pub fn take_best(&mut self) -> f32 {
        std::mem::take(&mut self.best)
    }

    fn hop_twice(&mut self, heard: &mut impl FnMut(Heard)) {
        let from = self.hops * HOP - self.dropped;
        let [one, other] =
            self.spectrum.pair(&self.samples[from..from + FRAME], &self.samples[from + HOP..from + HOP + FRAME]);
        for carriers in [one, other] {
            let agreement = self.pilots.take(&carriers);
            self.hops += 1;
            self.best = self.best.max(agreement);
            self.agreements.rotate_left(1);
            self.agreements[2 * ASIDE] = agreement;
            let middle = self.agreements[ASIDE];
            if middle >= THRESHOLD && self.is_summit(middle) {
                self.read(middle).into_iter().for_each(&mut *heard);
            }
        }
    }

    fn is_summit(&self, middle: f32) -> bool {
        self.agreements[..ASIDE].iter().all(|before| *before <= middle)
            && self.agreements[ASIDE + 1..].iter().all(|after| *after < middle)
    }

    /// Reads at the place that is the middle of the agreements.
    fn read(&mut self, pilots: f32) -> Option<Heard> {
        let hop = self.hops as i64 - (1 + ASIDE + SPAN) as i64;
        let from = hop * HOP as i64;
        self.copy_body(from);
        let payload = self.reader.read(&self.body)?;
        let late = self.reader.quality(payload).late.round() as i64;
        self.copy_body(from + late);
        self.reader.look(&self.body);
        let quality = self.reader.quality(payload);
        let begin = (from + late) as f64 + f64::from(quality.late) - FADE as f64 / 2.0;
        let is_told =
            self.told.iter().flatten().any(|(other, at)| *other == payload && (at - begin as i64).abs() < SAME);
        if is_told {
            return None;
        }
        self.told.rotate_right(1);
        self.told[0] = Some((payload, begin as i64));
        let position = (begin * self.rate.per_base() as f64).round() as i64 - self.front.delay() as i64;
        Some(Heard {
            payload,
            position,
            pilots,
            score: quality.score,
            level_dbfs: decibels(quality.power),
            snr_db: (decibels(quality.power) - decibels(quality.noise)).clamp(-40.0, 40.0),
        })
    }

    /// What is not there any more, or not yet, is silence.
    fn copy_body(&mut self, from: i64) {
        let first = from - self.dropped as i64;
        for (at, sample) in (first..).zip(&mut self.body) {
            *sample = usize::try_from(at).ok().and_then(|at| self.samples.get(at)).copied().unwrap_or(0.0);
        }
    }
}

fn decibels(power: f32) -> f32 {
    10.0 * power.max(1e-20).log10()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::marker::{LEVEL, encode};

    fn payload(n: u32) -> Payload {
        Payload { run: n.wrapping_mul(0x9e37_79b9), venue: "350102001003-07".parse().expect("a venue"), sequence: 3 }
    }

    /// About white and normal, of deviation 1.
    fn noise(seed: u32) -> impl Iterator<Item = f32> {
        let mut state = seed;
        std::iter::repeat_with(move || {
            let mut unit = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / 16_777_216.0 - 0.5
            };
            (unit() + unit() + unit() + unit()) * 3_f32.sqrt()
        })
    }

    fn scene(n: u32, rate: Rate, at: usize, gain: f32, noise_level: f32) -> Vec<f32> {
        let mut sound: Vec<f32> =
            noise(n + 1).take(3 * rate.hz() as usize).map(|sample| noise_level * sample).collect();
        let marker = encode(payload(n), rate);
        sound[at..].iter_mut().zip(marker).for_each(|(sound, marker)| *sound += gain * marker);
        sound
    }

    #[test]
    fn place_level_and_noise_are_measured() {
        for rate in Rate::ALL {
            let mut detector = Detector::new(rate);
            // White noise up to half the rate: of it the band holds 2984 Hz.
            let in_band = |snr_db: f32| LEVEL * 10_f32.powf(-snr_db / 20.0) * (rate.hz() as f32 / 2.0 / 2_984.4).sqrt();
            for (n, (gain_db, snr_db)) in [(0.0, 0.0), (-20.0, 3.0), (6.0, -2.0), (-46.0, 6.0)].into_iter().enumerate()
            {
                let gain = 10_f32.powf(gain_db / 20.0);
                let at = rate.hz() as usize / 4 + 137 * n;
                let sound = scene(n as u32, rate, at, gain, gain * in_band(snr_db));
                let [heard] = detector.detect(&sound)[..] else { panic!("{rate}, {snr_db} dB: one marker") };
                assert_eq!(heard.payload, payload(n as u32));
                let late_ms = (heard.position - at as i64) as f32 * 1_000.0 / rate.hz() as f32;
                assert!(late_ms.abs() <= 0.5, "{rate}, {snr_db} dB: {late_ms} ms");
                assert!((heard.level_dbfs - (gain_db - 20.0)).abs() < 0.7, "{rate}, {snr_db} dB: {heard:?}");
                assert!((heard.snr_db - snr_db).abs() < 1.0, "{rate}, {snr_db} dB: {heard:?}");
                assert!(heard.pilots >= THRESHOLD && (0.1..1.0).contains(&heard.score), "{heard:?}");
            }
        }
    }

    #[test]
    fn without_noise_nothing_is_missing_from_the_score() {
        let [heard] = Detector::new(Rate::Hz8000).detect(&scene(1, Rate::Hz8000, 3_000, 1.0, 0.0))[..] else {
            panic!("one marker")
        };
        assert!(heard.score > 0.94 && heard.pilots > 38.0 && heard.snr_db > 12.0, "{heard:?}");
        assert!((heard.level_dbfs + 20.0).abs() < 0.3, "{heard:?}");
    }

    #[test]
    fn a_marker_without_end_of_sound_around_it_is_found_in_pieces_as_in_one() {
        let sound: Vec<f32> =
            (0..6).flat_map(|n| scene(n, Rate::Hz16000, 5_000 + 777 * n as usize, 1.0, 0.05)).collect();
        let mut detector = Detector::new(Rate::Hz16000);
        let at_once = detector.detect(&sound);
        assert_eq!(
            at_once.iter().map(|heard| heard.payload).collect::<Vec<_>>(),
            (0..6).map(payload).collect::<Vec<_>>()
        );
        for (n, heard) in at_once.iter().enumerate() {
            let at = (n * 48_000 + 5_000 + 777 * n) as i64;
            assert!((heard.position - at).abs() <= 8, "{n}: {heard:?}, not {at}");
        }
        detector.reset();
        let mut in_pieces = Vec::new();
        sound.chunks(331).for_each(|piece| detector.listen(piece, |heard| in_pieces.push(heard)));
        detector.finish(|heard| in_pieces.push(heard));
        assert_eq!(in_pieces, at_once);
    }

    #[test]
    fn an_echo_is_told_apart_and_a_reflection_is_not_told_twice() {
        for (later, count) in [(0, 1), (160, 1), (400, 1), (600, 2), (4_000, 2)] {
            let mut sound = scene(2, Rate::Hz8000, 500, 1.0, 0.01);
            let marker = encode(payload(2), Rate::Hz8000);
            sound[500 + later..].iter_mut().zip(marker).for_each(|(sound, marker)| *sound += marker);
            let heard = Detector::new(Rate::Hz8000).detect(&sound);
            assert_eq!(heard.len(), count, "{later} samples later: {heard:?}");
        }
    }

    #[test]
    fn nothing_of_one_recording_is_left_for_the_next() {
        let sound = scene(3, Rate::Hz8000, 2_000, 1.0, 0.02);
        let (first, second) = sound.split_at(12_000);
        let mut fresh = Detector::new(Rate::Hz8000);
        let alone = (fresh.detect(second), fresh.take_best());
        let mut used = Detector::new(Rate::Hz8000);
        used.listen(first, |_| ());
        assert_eq!((used.detect(second), used.take_best()), alone);
    }

    #[test]
    fn its_memory_does_not_grow() {
        let mut detector = Detector::new(Rate::Hz16000);
        let size = |detector: &Detector| (detector.samples.capacity(), detector.body.capacity());
        let before = size(&detector);
        for n in 0..5 {
            let sound = scene(n, Rate::Hz16000, 4_000, 1.0, 0.1);
            assert_eq!(detector.detect(&sound).len(), 1);
            (0..4).for_each(|_| detector.listen(&sound, |_| ()));
            assert_eq!(size(&detector), before);
        }
    }

    #[test]
    fn silence_and_what_is_no_number_hold_nothing() {
        let mut detector = Detector::new(Rate::Hz8000);
        assert_eq!(detector.detect(&[]), []);
        for value in [0.0, 1.0, f32::NAN, f32::INFINITY, f32::MIN_POSITIVE] {
            assert_eq!(detector.detect(&vec![value; 40_000]), [], "{value}");
        }
        assert_eq!(detector.detect(&scene(1, Rate::Hz8000, 3_000, 1.0, 0.0)).len(), 1, "and it still hears afterwards");
    }

    #[test]
    fn backwards_or_at_another_speed_it_is_no_marker() {
        let mut backwards = scene(1, Rate::Hz8000, 3_000, 1.0, 0.01);
        backwards.reverse();
        assert_eq!(Detector::new(Rate::Hz8000).detect(&backwards), []);
        let twice_as_fast = scene(1, Rate::Hz16000, 3_000, 1.0, 0.01);
        assert_eq!(Detector::new(Rate::Hz8000).detect(&twice_as_fast), []);
    }
}
