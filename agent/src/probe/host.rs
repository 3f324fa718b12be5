//! The box itself: disk, memory, temperature, load, clock, flash wear. It only reads.

pub mod clock;
mod readings;

use std::time::Duration;

use avow_shared::outcome::Verdict;
use avow_shared::time::ClockQuality;
use avow_shared::value::Value;
use serde::Deserialize;

use super::limits::{Overrides, Rule, judge};
use super::measures::{CLOCK_ERROR, DISK_FREE, FLASH_DAY, LOAD, MEMORY_FREE, TEMPERATURE};
use super::{BadSetup, Context, Found};
use readings::Readings;
pub use readings::flash_bytes;

/// The keys of a host probe.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// Changes to the limits of `disk_free`, `memory_free` (bytes), `temperature` (°C), `load` (per core), `clock_error`
    /// (ms), `flash_day` (bytes a day).
    #[serde(default)]
    pub limits: Overrides,
}

const MB: f64 = 1_000_000.0;

/// Clock: GB/T 28181 wants less than a second. Flash: 20 MB a day let a cheap card live for years. The rest is practice.
const RULES: &[Rule] = &[
    Rule::at_least(DISK_FREE, 200.0 * MB, Some(50.0 * MB), "host.disk"),
    Rule::at_least(MEMORY_FREE, 48.0 * MB, Some(16.0 * MB), "host.memory"),
    Rule::at_most(TEMPERATURE, 75.0, Some(90.0), "host.temperature"),
    Rule::at_most(LOAD, 4.0, None, "host.load"),
    Rule::at_most(CLOCK_ERROR, 1000.0, None, "host.clock"),
    Rule::at_most(FLASH_DAY, 20.0 * MB, None, "host.flash"),
];

const DAY: Duration = Duration::from_secs(24 * 3600);

impl Setup {
    pub(super) fn check(&self) -> Result<(), BadSetup> {
        self.limits.check(RULES)
    }

    pub(super) fn rules(&self) -> Vec<Rule> {
        self.limits.apply(RULES)
    }
}

pub(super) fn run(setup: &Setup, context: &Context) -> Found {
    judged(setup, context, &Readings::take(&context.state_dir))
}

fn judged(setup: &Setup, context: &Context, readings: &Readings) -> Found {
    let values = values(context, readings);
    let verdict = match judge(&setup.rules(), &values) {
        Verdict::Pass if context.clock == ClockQuality::Unset => Verdict::degraded("host.clock"),
        verdict => verdict,
    };
    Found::new(verdict, detail(context, readings)).with_values(values)
}

fn values(context: &Context, readings: &Readings) -> Vec<Value> {
    let clock_error = match context.clock {
        ClockQuality::Synced { error_ms } => Some(f64::from(error_ms)),
        ClockQuality::Unset | ClockQuality::Free => None,
    };
    let known = [
        (DISK_FREE, readings.disk_free),
        (MEMORY_FREE, readings.memory_free),
        (TEMPERATURE, readings.temperature),
        (LOAD, readings.load),
        (CLOCK_ERROR, clock_error),
        (FLASH_DAY, Some(flash_day(context.flash_bytes, context.uptime))),
    ];
    known.into_iter().filter_map(|(measure, number)| Some(measure.of(number?))).collect()
}

/// Bytes a day: the average since the start, or what was written so far on the first day.
fn flash_day(bytes: u64, uptime: Duration) -> f64 {
    bytes as f64 * DAY.as_secs_f64() / uptime.max(DAY).as_secs_f64()
}

fn detail(context: &Context, readings: &Readings) -> String {
    let megabytes = |name: &str, bytes: Option<f64>| bytes.map(|bytes| format!("{name} {:.0} MB", bytes / MB));
    let clock = match context.clock {
        ClockQuality::Unset => "时钟未校准".to_owned(),
        ClockQuality::Free => "时钟无人校时".to_owned(),
        ClockQuality::Synced { error_ms } => format!("时钟误差 {error_ms} ms"),
    };
    let parts = [
        megabytes("磁盘余", readings.disk_free),
        megabytes("内存余", readings.memory_free),
        readings.temperature.map(|celsius| format!("温度 {celsius:.0} °C")),
        Some(clock),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("，")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(clock: ClockQuality) -> Context {
        Context {
            may_move: false,
            state_dir: std::env::temp_dir(),
            clock,
            flash_bytes: 0,
            uptime: Duration::from_secs(60),
            wall: avow_shared::time::WallTime::default(),
            desk: None,
        }
    }

    fn healthy() -> Readings {
        Readings {
            disk_free: Some(900.0 * MB),
            memory_free: Some(300.0 * MB),
            temperature: Some(48.0),
            load: Some(0.2),
        }
    }

    #[track_caller]
    fn check(readings: &Readings, clock: ClockQuality, flash_bytes: u64, expected: &Verdict) {
        let context = Context { flash_bytes, ..context(clock) };
        assert_eq!(&judged(&Setup::default(), &context, readings).verdict, expected);
    }

    #[test]
    fn every_shortage_has_its_finding() {
        const SYNCED: ClockQuality = ClockQuality::Synced { error_ms: 5 };
        check(&healthy(), SYNCED, 0, &Verdict::Pass);
        check(&healthy(), ClockQuality::Free, 0, &Verdict::Pass);
        check(&healthy(), ClockQuality::Unset, 0, &Verdict::degraded("host.clock"));
        check(&healthy(), ClockQuality::Synced { error_ms: 1500 }, 0, &Verdict::degraded("host.clock"));
        check(&healthy(), SYNCED, 21_000_000, &Verdict::degraded("host.flash"));
        check(&Readings { disk_free: Some(60.0 * MB), ..healthy() }, SYNCED, 0, &Verdict::degraded("host.disk"));
        check(&Readings { disk_free: Some(1.0 * MB), ..healthy() }, SYNCED, 0, &Verdict::fail("host.disk"));
        check(&Readings { memory_free: Some(1.0 * MB), ..healthy() }, SYNCED, 0, &Verdict::fail("host.memory"));
        check(&Readings { temperature: Some(91.0), ..healthy() }, SYNCED, 0, &Verdict::fail("host.temperature"));
        check(&Readings { temperature: None, ..healthy() }, SYNCED, 0, &Verdict::Pass);
    }

    #[test]
    fn flash_wear_is_a_days_average_and_never_extrapolated_on_the_first_day() {
        assert_eq!(flash_day(1000, Duration::from_secs(60)), 1000.0);
        assert_eq!(flash_day(1000, DAY * 4), 250.0);
    }

    #[test]
    fn this_box_is_read() {
        let found = run(&Setup::default(), &context(ClockQuality::Free));
        let has = |name: &str| found.values.iter().any(|value| value.name.as_str() == name);
        assert!(has("disk_free") && has("memory_free") && has("load") && has("flash_day"), "{found:?}");
        assert!(found.detail.contains("磁盘余"), "{}", found.detail);
    }
}
