//! A test of a room's loop, loudspeaker → air → microphone: what each strength plays, and what is made of what was heard.

use super::channel::{Channel, Known};
use super::decay::t20;
use super::howl::{Howl, howl};
use super::hum::{Hum, hum};
use super::level::{Level, power};
use super::marker::{Detector, LEVEL, Payload, Rate, encode};
use super::spectrum::Spectrum;
use super::sweep::{FROM_HZ, sweep, to_hz};
use super::{decibels, marker};

/// How much a test does to the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// A marker near the room's own noise, for every day.
    Whisper,
    /// A marker as loud as speech, for a roll call.
    Short,
    /// A marker and a sweep, for commissioning.
    Full,
}

impl Strength {
    /// The word in configuration and files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Whisper => "whisper",
            Self::Short => "short",
            Self::Full => "full",
        }
    }

    const fn rate(self) -> Rate {
        if matches!(self, Self::Full) { Rate::Hz48000 } else { Rate::Hz16000 }
    }

    /// Samples a second of what is played and recorded.
    #[must_use]
    pub const fn rate_hz(self) -> u32 {
        self.rate().hz()
    }
}

/// The band of a marker, Hz.
const BAND_HZ: (f64, f64) = (343.75, 3_328.125);
/// Between marker and sweep, seconds.
const GAP_S: f64 = 0.25;
/// What is looked at begins so long before the sound, seconds: a place is known to half a millisecond, and a filter rings.
const LEAD_S: f64 = 0.1;
/// And ends so long after it, seconds: a marker's, a sweep's.
const AFTER_S: (f64, f64) = (0.7, 1.4);
/// A device that has just been opened clicks: so much of the quiet is not looked at, seconds.
const OPENING_S: f64 = 0.1;
/// Octaves (IEC 61260-1), Hz.
const OCTAVES: [f64; 7] = [125.0, 250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0];
/// The thirds of octaves that a marker fills, Hz.
const THIRDS: [f64; 9] = [400.0, 500.0, 630.0, 800.0, 1_000.0, 1_250.0, 1_600.0, 2_000.0, 2_500.0];
/// More of a marker near its peak than this was clipped.
const CROWDED: f64 = 0.01;
/// Points of the drawn waveform at most.
const POINTS: usize = 400;

/// What is played.
#[derive(Clone, Debug)]
pub struct Signal {
    /// Mono samples.
    pub samples: Vec<f32>,
    strength: Strength,
    payload: Payload,
    level_dbfs: f64,
    marker: usize,
}

impl Signal {
    /// A test whose marker and sweep have this effective value, dB of full scale (samples that are all 1 being 0 dB).
    #[must_use]
    pub fn new(strength: Strength, payload: Payload, level_dbfs: f64) -> Self {
        let rate = strength.rate();
        let effective = 10_f64.powf(level_dbfs / 20.0) as f32;
        let mut samples = encode(payload, rate);
        samples.iter_mut().for_each(|sample| *sample *= effective / LEVEL);
        let marker = samples.len();
        if strength == Strength::Full {
            samples.resize(marker + (GAP_S * f64::from(rate.hz())) as usize, 0.0);
            samples.extend(sweep(rate.hz()).iter().map(|sample| sample * effective * std::f32::consts::SQRT_2));
        }
        Self { samples, strength, payload, level_dbfs, marker }
    }

    /// Plays it at another effective value.
    pub fn play_at(&mut self, level_dbfs: f64) {
        let gain = 10_f64.powf((level_dbfs - self.level_dbfs) / 20.0) as f32;
        self.samples.iter_mut().for_each(|sample| *sample *= gain);
        self.level_dbfs = level_dbfs;
    }

    const fn rate_hz(&self) -> u32 {
        self.strength.rate_hz()
    }

    const fn count(&self, seconds: f64) -> usize {
        (seconds * self.rate_hz() as f64) as usize
    }
}

/// What was heard of one's own marker, and what it says of the path.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// Where the marker begins, seconds since the recording did.
    pub at_s: f64,
    /// The marker's effective value, dB of full scale, within its band and without the noise.
    pub level_dbfs: f64,
    /// What was heard against what was played, dB.
    pub gain_db: f64,
    /// Against the room's noise before it, within the marker's band, dB.
    pub snr_db: f64,
    /// The share of the test's samples on flat tops.
    pub clipped: f64,
    /// How well the marker's cells agree with what was sent: 1 perfectly, 0 by chance.
    pub quality: f64,
    /// 1 when the path keeps the sound's direction, −1 when it turns it round; none when unclear.
    pub polarity: Option<f64>,
    /// Reverberation, seconds; none when noise is in the way.
    pub t20_s: Option<f64>,
    /// Total harmonic distortion and noise of the sweep, a ratio of amplitudes; none without a sweep.
    pub thd_n: Option<f64>,
    /// The frequency response against 1 kHz: Hz and dB, octaves of a sweep, thirds of a marker.
    pub response: Vec<(f64, f64)>,
    /// The waveform of what was heard of the marker: the greatest absolute value in each of at most 400 pieces, and their step in ms.
    pub waveform: (f64, Vec<f32>),
}

/// What a test came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// The room's own noise before the test.
    pub noise: Level,
    /// Everything after it.
    pub all: Level,
    /// Hum of the mains in the noise.
    pub hum: Option<Hum>,
    /// A howl that the test set off.
    pub howl: Option<Howl>,
    /// Our own marker of this run.
    pub path: Option<Path>,
    /// Markers of others: which venue's sound it was.
    pub others: Vec<Payload>,
}

/// The effective value of the noise within a marker's band, dB of full scale.
#[must_use]
pub fn noise_in_band(noise: &[f32], rate: u32) -> f64 {
    let skipped = ((OPENING_S * f64::from(rate)) as usize).min(noise.len());
    decibels(Spectrum::of(&noise[skipped..], rate, window(rate)).band(BAND_HZ.0, BAND_HZ.1))
}

/// 64 ms or a little more.
const fn window(rate: u32) -> usize {
    (rate as usize * 8 / 125).next_power_of_two()
}

/// Analyses a recording whose first `quiet` samples hold nothing but the room.
#[must_use]
pub fn analyse(signal: &Signal, heard: &[f32], quiet: usize) -> Heard {
    let (noise, rest) = heard.split_at(quiet.min(heard.len()));
    let noise = &noise[signal.count(OPENING_S).min(noise.len())..];
    let markers = Detector::new(signal.strength.rate()).detect(heard);
    let ours = markers.iter().filter(|one| one.payload == signal.payload);
    let ours = ours.max_by(|one, other| one.level_dbfs.total_cmp(&other.level_dbfs));
    let other = |one: &&marker::Heard| one.payload.venue != signal.payload.venue;
    let mut others: Vec<Payload> = Vec::new();
    for one in markers.iter().filter(other) {
        if !others.contains(&one.payload) {
            others.push(one.payload);
        }
    }
    let end = ours.map_or(heard.len(), |one| place(one.position) + signal.samples.len() + signal.count(LEAD_S));
    Heard {
        noise: Level::of(noise),
        all: Level::of(rest),
        hum: hum(noise, signal.rate_hz()),
        howl: howl(noise, &heard[end.min(heard.len())..], signal.rate_hz()),
        path: ours.map(|one| path(signal, heard, noise, one)),
        others,
    }
}

fn place(position: i64) -> usize {
    usize::try_from(position).unwrap_or(0)
}

fn path(signal: &Signal, heard: &[f32], noise: &[f32], found: &marker::Heard) -> Path {
    let rate = signal.rate_hz();
    let at = place(found.position);
    let piece = |from: usize, to: usize| &heard[from.min(heard.len())..to.min(heard.len())];
    let sounding = piece(at, at + signal.samples.len());
    let of_marker = &sounding[..signal.marker.min(sounding.len())];
    let in_band = |samples: &[f32]| Spectrum::of(samples, rate, window(rate)).band(BAND_HZ.0, BAND_HZ.1);
    let quiet = in_band(noise);
    let own = (in_band(of_marker) - quiet).max(1e-16);
    let begins = at.saturating_sub(signal.count(LEAD_S));
    let is_full = signal.strength == Strength::Full;
    let channel = if is_full {
        let before = signal.marker + signal.count(GAP_S);
        let ends = at + signal.samples.len() + signal.count(AFTER_S.1);
        let known =
            Known { samples: &signal.samples[before..], rate, band_hz: (FROM_HZ, to_hz(rate)), least_power: 1e-6 };
        Channel::of(&known, piece(begins + before, ends))
    } else {
        let known = Known { samples: &signal.samples, rate, band_hz: BAND_HZ, least_power: 0.003 };
        Channel::of(&known, piece(begins, at + signal.marker + signal.count(AFTER_S.0)))
    };
    let gains = if is_full { channel.response(&OCTAVES, 1.0) } else { channel.response(&THIRDS, 1.0 / 3.0) };
    let middle = gains.iter().find(|(hz, _)| *hz == 1_000.0).map_or(0.0, |(_, db)| *db);
    let t20_s = t20(&channel);
    Path {
        at_s: at as f64 / f64::from(rate),
        level_dbfs: decibels(own),
        gain_db: decibels(own) - signal.level_dbfs,
        snr_db: decibels(own) - decibels(quiet).max(-120.0),
        clipped: Level::of(sounding).clipped.max(crowded(of_marker)),
        quality: f64::from(found.score),
        polarity: channel.polarity().map(f64::from),
        t20_s,
        thd_n: is_full.then(|| channel.distortion()),
        response: gains.into_iter().map(|(hz, db)| (hz, db - middle)).collect(),
        waveform: waveform(of_marker, rate),
    }
}

/// The share of a marker's samples near its greatest, when those are too many: a marker is noise, and has few; tops that were cut off
/// upstream are no longer flat after a converter's filters, but still crowd there. Of a normal distribution 0.1 % are above 0.8
/// of a peak of four deviations.
fn crowded(samples: &[f32]) -> f64 {
    let peak = samples.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    let near = samples.iter().filter(|sample| sample.abs() > 0.8 * peak).count() as f64 / samples.len().max(1) as f64;
    if near > CROWDED { near } else { 0.0 }
}

fn waveform(samples: &[f32], rate: u32) -> (f64, Vec<f32>) {
    let step = samples.len().div_ceil(POINTS).max(1);
    let greatest = |piece: &[f32]| piece.iter().fold(0.0_f32, |most, sample| most.max(sample.abs()));
    (1_000.0 * step as f64 / f64::from(rate), samples.chunks(step).map(greatest).collect())
}

/// The level at which a whisper is played: so much above the room's noise where the microphone is, as far as the path's gain is
/// known, and never louder than `most_dbfs`.
#[must_use]
pub fn whisper_level(noise: &[f32], rate: u32, above_db: f64, gain_db: Option<f64>, most_dbfs: f64) -> f64 {
    match gain_db {
        Some(gain_db) if power(noise) > 0.0 => {
            (noise_in_band(noise, rate) + above_db - gain_db).clamp((most_dbfs - 30.0).max(-70.0), most_dbfs)
        }
        _ => most_dbfs,
    }
}

#[cfg(test)]
mod tests;
