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

/// A crystal without care drifts by one part in so many at most: 200 ppm.
pub const DRIFT: u64 = 5_000;
/// What HQ says later takes off a drift once in so long.
const LOWER_EVERY_MS: u64 = 60_000;

impl HqTime {
    /// HQ's time at a moment of the own monotonic clock.
    #[must_use]
    pub const fn at(self, mono_ms: u64) -> UnixMs {
        self.hq_ms.saturating_add(mono_ms.saturating_sub(self.at_mono_ms))
    }

    /// The same with what HQ has signed since: it is at least so late there. That it is earlier than it seems is believed as far as the own
    /// crystal may have drifted, and no further: what somebody holds back on its way makes nobody's clock stand still. So a connection
    /// that lasts for weeks does not end in orders that are taken for late.
    #[must_use]
    pub fn heard(self, issued_ms: UnixMs, mono_ms: u64) -> Self {
        let past_ms = mono_ms.saturating_sub(self.at_mono_ms);
        let (own_ms, drift_ms) = (self.at(mono_ms), past_ms / DRIFT);
        let is_later = issued_ms > own_ms;
        if !is_later && past_ms < LOWER_EVERY_MS {
            return self;
        }
        let error_ms = self.error_ms.saturating_add(u32::try_from(drift_ms).unwrap_or(u32::MAX));
        Self { hq_ms: issued_ms.max(own_ms.saturating_sub(drift_ms)), at_mono_ms: mono_ms, error_ms }
    }
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
        Some(hq) => WallTime { at_ms: hq.at(mono_ms), quality: ClockQuality::Synced { error_ms: hq.error_ms } },
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
    fn hqs_time_follows_what_it_signs_and_goes_back_no_further_than_a_crystal_drifts() {
        const DAY_MS: u64 = 86_400_000;
        let hq = HqTime { hq_ms: EARLIEST_MS, at_mono_ms: 1_000, error_ms: 20 };
        assert_eq!(hq.at(6_000), EARLIEST_MS + 5_000);
        assert_eq!(hq.heard(EARLIEST_MS + 4_900, 6_000), hq, "an ack was a moment on its way");
        // An own clock that is slow.
        assert_eq!(hq.heard(EARLIEST_MS + 9_000, 6_000).at(7_000), EARLIEST_MS + 10_000);
        // One that is fast by 50 ppm, for thirty days with an ack a minute: 130 s, and none of it is left.
        let mut known = hq;
        for minute in 1..=30 * 1_440_u64 {
            known = known.heard(EARLIEST_MS + minute * 60_000, 1_000 + minute * 60_003);
        }
        let (true_ms, mono_ms) = (EARLIEST_MS + 30 * DAY_MS, 1_000 + 30 * DAY_MS + 30 * 1_440 * 3);
        assert!(known.at(mono_ms).abs_diff(true_ms) <= 1, "{}", known.at(mono_ms) - true_ms);
        assert!(u64::from(known.error_ms) >= 30 * DAY_MS / DRIFT, "nothing has become more certain");
        // An ack that was held back for two hours.
        assert_eq!(hq.heard(EARLIEST_MS + 1, 7_201_000).at(7_201_000), EARLIEST_MS + 7_200_000 - 1_440);
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
