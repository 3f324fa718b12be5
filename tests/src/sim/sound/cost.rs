//! What the analysis of a room's sound costs on this machine: time of one core, and whether its memory grows.

use avow_agent::sound::marker::Payload;
use avow_agent::sound::room::{Signal, Strength, analyse};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use super::Random;
use crate::sim::growth::steady_kib;

/// What was measured.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Cost {
    /// Three seconds at 16 kHz with a whisper in them, milliseconds of a core.
    pub whisper_ms: f64,
    /// A whole test with a sweep at 48 kHz, milliseconds of a core.
    pub sweep_ms: f64,
    /// The same without what the marker in front of the sweep costs: a marker is looked for in all of it.
    pub sweep_seconds: f64,
    /// By how much the resident memory of the process grew in a quarter of the whispers after the hundredth, KiB; see [`steady_kib`].
    pub grown_kib: i64,
    /// How many whispers those were.
    pub runs: u32,
}

/// Measures, with so many whispers for the memory.
///
/// # Panics
/// When the kernel does not tell, or a marker is not found.
#[must_use]
pub fn cost(runs: u32) -> Cost {
    let whisper = recording(Strength::Whisper, 1.0, 0.06);
    let full = recording(Strength::Full, 1.0, 1.6);
    let once = |(signal, heard, quiet): &(Signal, Vec<f32>, usize)| {
        assert!(analyse(signal, heard, *quiet).path.is_some(), "the marker is found");
    };
    (0..100).for_each(|_| once(&whisper));
    let before_ms = cpu_ms();
    let mut counted = 0;
    let grown = steady_kib(runs, |_| {
        once(&whisper);
        counted += 1;
    });
    let whisper_ms = (cpu_ms() - before_ms) / f64::from(counted);
    let grown_kib = grown.expect("the kernel tells");
    once(&full);
    let before_ms = cpu_ms();
    (0..20).for_each(|_| once(&full));
    let sweep_ms = (cpu_ms() - before_ms) / 20.0;
    Cost { whisper_ms, sweep_ms, sweep_seconds: full.1.len() as f64 / 48_000.0, grown_kib, runs }
}

/// A test in a room with some noise: so much of quiet before it and after it, seconds.
fn recording(strength: Strength, before_s: f64, after_s: f64) -> (Signal, Vec<f32>, usize) {
    let venue = "350102001-01".parse().expect("a venue");
    let signal = Signal::new(strength, Payload { run: 1, venue, sequence: 0 }, -40.0);
    let rate = f64::from(strength.rate_hz());
    let quiet = (before_s * rate) as usize;
    let count = quiet + signal.samples.len() + (after_s * rate) as usize;
    let mut random = Random::new(1);
    let sample = |n: usize| n.checked_sub(quiet).and_then(|n| signal.samples.get(n)).copied().unwrap_or(0.0);
    let heard = (0..count).map(|n| 0.5 * sample(n) + 0.001 * random.normal()).collect();
    (signal, heard, quiet)
}

fn cpu_ms() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("the kernel tells");
    usage.user_time().num_microseconds() as f64 / 1e3 + usage.system_time().num_microseconds() as f64 / 1e3
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_measures_something() {
        let cost = super::cost(2);
        assert!(cost.whisper_ms > 0.0 && cost.sweep_ms > cost.whisper_ms && cost.runs == 2, "{cost:?}");
    }
}
