//! The only place that reads a clock. Decisions are made on monotonic time; wall time is only written down.

use std::time::{SystemTime, UNIX_EPOCH};

use avow_shared::time::{ClockQuality, EARLIEST_MS, UnixMs, WallTime};
use serde::{Deserialize, Serialize};

/// A moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds since the clock was made; never jumps.
    pub mono_ms: u64,
    /// What to write down.
    pub wall: WallTime,
}

/// HQ's time at a moment of the own monotonic clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HqTime {
    /// HQ's time.
    pub hq_ms: UnixMs,
    /// The own monotonic time of that.
    pub at_mono_ms: u64,
    /// Half of the round trip.
    pub error_ms: u32,
}

/// How long the box has been up since which start, also while no program of ours ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uptime {
    /// The kernel's name of the start.
    pub boot: Box<str>,
    /// Milliseconds since.
    pub ms: u64,
}

impl Uptime {
    /// As the kernel says (proc(5)); none where it does not.
    #[must_use]
    pub fn read() -> Option<Self> {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        let text = std::fs::read_to_string("/proc/uptime").ok()?;
        let seconds: f64 = text.split_whitespace().next()?.parse().ok()?;
        let ms = std::time::Duration::try_from_secs_f64(seconds).ok().map(millis)?;
        Some(Self { boot: boot.trim().into(), ms })
    }
}

/// The clock of a process.
#[derive(Clone, Debug)]
pub struct Clock {
    start: tokio::time::Instant,
    hq: Option<HqTime>,
    own: ClockQuality,
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock {
    /// Begins at zero.
    #[must_use]
    pub fn new() -> Self {
        Self { start: tokio::time::Instant::now(), hq: None, own: ClockQuality::Free }
    }

    /// The moment.
    #[must_use]
    pub fn now(&self) -> Now {
        let mono_ms = millis(self.start.elapsed());
        let own_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, millis);
        Now { mono_ms, wall: wall(own_ms, self.own, mono_ms, self.hq) }
    }

    /// The instant of a monotonic time, to sleep until.
    #[must_use]
    pub fn instant(&self, mono_ms: u64) -> tokio::time::Instant {
        // Far beyond any life of a process, and still far from where instants overflow.
        const FAR_MS: u64 = 1_000 * 60 * 60 * 24 * 365;
        self.start + std::time::Duration::from_millis(mono_ms.min(FAR_MS * 20))
    }

    /// How far the own clock may be believed once it is set, as the system says.
    pub const fn set_quality(&mut self, own: ClockQuality) {
        self.own = own;
    }

    /// Takes over HQ's time; it counts only as long as the own clock is unset.
    pub const fn set(&mut self, hq: HqTime) {
        self.hq = Some(hq);
    }
}

/// What the system's clock says, microseconds since 1970: the clock by which sound cards and cameras stamp. It may be wrong, and is
/// only set against stamps of the same box.
#[must_use]
pub fn stamp_us() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn wall(own_ms: UnixMs, own: ClockQuality, mono_ms: u64, hq: Option<HqTime>) -> WallTime {
    match hq {
        _ if own_ms >= EARLIEST_MS && own != ClockQuality::Unset => WallTime { at_ms: own_ms, quality: own },
        Some(HqTime { hq_ms, at_mono_ms, error_ms }) => WallTime {
            at_ms: hq_ms.saturating_add(mono_ms.saturating_sub(at_mono_ms)),
            quality: ClockQuality::Synced { error_ms },
        },
        None => WallTime { at_ms: own_ms, quality: ClockQuality::Unset },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_says_how_long_it_is_up() {
        let (first, second) = (Uptime::read().expect("a kernel"), Uptime::read().expect("a kernel"));
        assert!(first.boot == second.boot && first.boot.len() == 36 && 0 < first.ms && first.ms <= second.ms);
    }

    #[test]
    fn a_box_of_1970_believes_hq_until_its_own_clock_is_set() {
        let hq = HqTime { hq_ms: EARLIEST_MS + 5_000, at_mono_ms: 1_000, error_ms: 20 };
        let free = ClockQuality::Free;
        assert_eq!(wall(60_000, free, 2_000, None), WallTime { at_ms: 60_000, quality: ClockQuality::Unset });
        let synced = ClockQuality::Synced { error_ms: 20 };
        assert_eq!(wall(60_000, free, 2_000, Some(hq)), WallTime { at_ms: EARLIEST_MS + 6_000, quality: synced });
        let own = EARLIEST_MS + 9;
        assert_eq!(wall(own, free, 2_000, Some(hq)), WallTime { at_ms: own, quality: free });
        let disciplined = ClockQuality::Synced { error_ms: 3 };
        assert_eq!(wall(own, disciplined, 2_000, Some(hq)), WallTime { at_ms: own, quality: disciplined });
    }
}
