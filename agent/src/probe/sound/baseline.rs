//! What a room's loop is like when all is well: learnt from its first three runs without a finding, one file a probe and strength in
//! the state folder. A person who changed the room on purpose has it learnt again.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use avow_shared::outcome::Verdict;

use super::judgement::Measured;
use crate::config::ProbeName;
use crate::sound::room::{self, Strength};
use crate::whole;

/// So many runs make a baseline.
const RUNS: f64 = 3.0;
/// A level or a band may stray by this, dB.
const STRAYS_DB: f64 = 6.0;
/// The reverberation may change by this factor, and by so many seconds.
const RINGS: (f64, f64) = (1.5, 0.15);
/// The delay may stray by this, seconds; a sound server's own queue moves by tens of milliseconds.
const LATE_S: f64 = 0.08;

/// The means of what was learnt: how many runs, and by name a number (`gain`, `t20`, `delay`, `polarity`, `1000` for a band).
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Baseline {
    runs: f64,
    means: Vec<(String, f64)>,
}

/// Lets what was learnt of a probe go.
pub fn forget(state: &Path, name: &ProbeName) {
    for strength in [Strength::Whisper, Strength::Short, Strength::Full] {
        let file = file(state, name, strength);
        if let Err(error) = fs::remove_file(&file)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, file = %file.display(), "the room's baseline stays");
        }
    }
}

fn file(state: &Path, name: &ProbeName, strength: Strength) -> PathBuf {
    state.join("sound").join(format!("{}_{}_{}", name.venue, name.probe, strength.word()))
}

impl Baseline {
    /// What is known of a probe; nothing when there is no file or it is none of ours.
    pub(super) fn read(state: &Path, name: &ProbeName, strength: Strength) -> Self {
        fs::read_to_string(file(state, name, strength)).ok().and_then(|text| Self::parse(&text)).unwrap_or_default()
    }

    fn parse(text: &str) -> Option<Self> {
        let numbers = text.lines().map(|line| {
            let (name, number) = line.split_once(' ')?;
            Some((name.to_owned(), number.parse().ok().filter(|number: &f64| number.is_finite())?))
        });
        let mut means: Vec<(String, f64)> = numbers.collect::<Option<_>>()?;
        let (name, runs) = means.first().cloned()?;
        means.remove(0);
        (name == "runs" && (1.0..=RUNS).contains(&runs)).then_some(Self { runs, means })
    }

    fn written(&self) -> String {
        let mut text = format!("runs {}\n", self.runs);
        for (name, number) in &self.means {
            // Writing into memory never fails.
            let _ = writeln!(text, "{name} {number:.4}");
        }
        text
    }

    fn is_whole(&self) -> bool {
        self.runs >= RUNS
    }

    fn mean(&self, name: &str) -> Option<f64> {
        self.means.iter().find(|(known, _)| known == name).map(|(_, mean)| *mean)
    }

    /// What the path does to the level, dB, as soon as it was seen once.
    pub(super) fn gain_db(&self) -> Option<f64> {
        self.mean("gain")
    }

    /// The bands of the response, once it is whole.
    pub(super) fn response(&self) -> Vec<(f64, f64)> {
        let bands = self.means.iter().filter(|_| self.is_whole());
        bands.filter_map(|(name, db)| Some((name.parse().ok()?, *db))).collect()
    }

    /// Counts a run in, when it passed and more are wanted, and keeps that.
    pub(super) fn learn(&self, run: &Measured, verdict: &Verdict, state: &Path, name: &ProbeName, strength: Strength) {
        let Some(path) = &run.heard.path else { return };
        if self.is_whole() || *verdict != Verdict::Pass || !state.is_dir() {
            return;
        }
        let next = self.with(&numbers(path, run.delay_s));
        let file = file(state, name, strength);
        let made = file.parent().map_or(Ok(()), fs::create_dir_all);
        if let Err(error) = made.and_then(|()| whole::write(&file, next.written().as_bytes(), 0o644)) {
            tracing::warn!(%error, file = %file.display(), "what the room is like is not kept");
        }
    }

    fn with(&self, run: &[(String, f64)]) -> Self {
        let mean = |(name, number): &(String, f64)| {
            let before = self.mean(name).unwrap_or(*number);
            (name.clone(), (before * self.runs + number) / (self.runs + 1.0))
        };
        Self { runs: self.runs + 1.0, means: run.iter().map(mean).collect() }
    }

    /// What is otherwise than it was, in words.
    pub(super) fn drifts(&self, path: &room::Path, delay_s: Option<f64>) -> Vec<String> {
        let mut told = Vec::new();
        if !self.is_whole() {
            return told;
        }
        let side = |by: f64| if by < 0.0 { "低" } else { "高" };
        for (name, now) in numbers(path, delay_s) {
            let Some(mean) = self.mean(&name) else { continue };
            let by = now - mean;
            match name.as_str() {
                "gain" if by.abs() > STRAYS_DB => told.push(format!("电平{} {:.0} dB", side(by), by.abs())),
                "t20" if by.abs() > RINGS.1 && (now > mean * RINGS.0 || now < mean / RINGS.0) => {
                    told.push(format!("混响 {mean:.2} s 变为 {now:.2} s"));
                }
                "delay" if by.abs() > LATE_S => {
                    told.push(format!("延时 {:.0} ms 变为 {:.0} ms", mean * 1e3, now * 1e3));
                }
                "polarity" if by.abs() > 1.0 => told.push("极性反转".to_owned()),
                band if band.parse::<f64>().is_ok() && by < -STRAYS_DB => {
                    told.push(format!("{band} Hz 低 {:.0} dB", -by))
                }
                _ => {}
            }
        }
        told
    }
}

fn numbers(path: &room::Path, delay_s: Option<f64>) -> Vec<(String, f64)> {
    let named = [("gain", Some(path.gain_db)), ("t20", path.t20_s), ("delay", delay_s), ("polarity", path.polarity)];
    let named = named.into_iter().filter_map(|(name, number)| Some((name.to_owned(), number?)));
    named.chain(path.response.iter().map(|(hz, db)| (format!("{hz}"), *db))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::sound::tests::{measured, path};

    fn name() -> ProbeName {
        ProbeName { venue: "350102001-01".parse().expect("a venue"), probe: "room".parse().expect("a probe") }
    }

    #[test]
    fn three_runs_that_pass_make_it_and_others_do_not_count() {
        let dir = tempfile::tempdir().expect("a folder");
        let read = || Baseline::read(dir.path(), &name(), Strength::Short);
        let run = |gain_db: f64, verdict: &Verdict| {
            let run = measured(room::Path { gain_db, ..path() });
            read().learn(&run, verdict, dir.path(), &name(), Strength::Short);
        };
        run(-9.0, &Verdict::degraded("sound.hum"));
        assert_eq!(read(), Baseline::default());
        [-5.0, -6.0].into_iter().for_each(|gain| run(gain, &Verdict::Pass));
        assert!(!read().is_whole() && read().gain_db() == Some(-5.5) && read().response().is_empty());
        assert!(read().drifts(&room::Path { gain_db: -40.0, ..path() }, None).is_empty(), "not yet");
        [-7.0, -60.0].into_iter().for_each(|gain| run(gain, &Verdict::Pass));
        assert_eq!((read().is_whole(), read().gain_db()), (true, Some(-6.0)), "the fourth does not count");
        assert_eq!(read().response(), path().response);
        forget(dir.path(), &name());
        assert_eq!(read(), Baseline::default());
    }

    #[test]
    fn a_level_a_band_a_room_a_delay_or_a_turn_that_strays_is_told() {
        let known = (0..3).fold(Baseline::default(), |known, _| known.with(&numbers(&path(), Some(0.05))));
        let told = |path: room::Path, delay: f64| known.drifts(&path, Some(delay)).join("，");
        assert_eq!(told(path(), 0.1), "");
        assert_eq!(told(room::Path { gain_db: path().gain_db - 7.0, ..path() }, 0.05), "电平低 7 dB");
        assert_eq!(told(room::Path { gain_db: path().gain_db + 5.0, ..path() }, 0.05), "");
        assert_eq!(told(room::Path { t20_s: Some(0.9), ..path() }, 0.05), "混响 0.50 s 变为 0.90 s");
        assert_eq!(told(room::Path { t20_s: Some(0.6), ..path() }, 0.05), "");
        assert_eq!(told(room::Path { t20_s: None, polarity: Some(-1.0), ..path() }, 0.05), "极性反转");
        assert_eq!(told(path(), 0.2), "延时 50 ms 变为 200 ms");
        let response = vec![(500.0, -9.0), (1_000.0, 0.0), (2_000.0, -2.0)];
        assert_eq!(told(room::Path { response, ..path() }, 0.05), "500 Hz 低 8 dB");
    }

    #[test]
    fn what_is_no_baseline_is_none() {
        for text in ["", "x", "runs 0\n", "runs 9\ngain 1\n", "runs 3\ngain NaN\n", "gain 1\n"] {
            assert_eq!(Baseline::parse(text), None, "{text}");
        }
    }
}
