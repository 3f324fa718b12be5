//! Counters of ports and what became of them between two looks. Pure.

use avow_shared::sort;
use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

/// What counts at one port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// `ifInErrors`, `ifOutErrors`: 32 bits.
    pub errors: [Option<u32>; 2],
    /// `ifInDiscards`, `ifOutDiscards`: 32 bits.
    pub discards: [Option<u32>; 2],
    /// `ifHCInOctets`, `ifHCOutOctets`: 64 bits. Those of 32 bits wrap within half a minute and say nothing.
    pub octets: [Option<u64>; 2],
}

/// What was seen in one run.
#[derive(Clone, Debug)]
pub struct Look {
    /// When.
    pub at: Instant,
    /// `sysUpTime`, hundredths of a second; wraps after 497 days.
    pub ticks: u32,
    /// The counters by `ifIndex`.
    pub ports: BTreeMap<u32, Counters>,
}

/// The increase at one port.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Increase {
    /// Packets with errors, both ways together.
    pub errors: u32,
    /// Packets that were thrown away, both ways together.
    pub discards: u32,
    /// Bits a second in and out.
    pub bits_per_s: [Option<f64>; 2],
}

/// What can be said of the time since the last look.
#[derive(Clone, Debug, PartialEq)]
pub enum Since {
    /// There was none.
    First,
    /// The device has restarted: its counters began anew.
    Restarted,
    /// So much has come.
    Grown {
        /// In this time.
        over: Duration,
        /// By `ifIndex`.
        ports: BTreeMap<u32, Increase>,
    },
}

impl Since {
    /// A number of packets as a rate a minute: of a short time nothing is made larger than it is.
    #[must_use]
    pub fn per_minute(packets: u32, over: Duration) -> f64 {
        f64::from(packets) / (over.as_secs_f64() / 60.0).max(1.0)
    }
}

/// What has come between two looks.
#[must_use]
pub fn since(before: Option<&Look>, now: &Look) -> Since {
    let Some(before) = before else { return Since::First };
    let over = now.at.saturating_duration_since(before.at);
    if has_restarted(before.ticks, now.ticks, over) {
        return Since::Restarted;
    }
    let both = |index: &u32, counters: &Counters| Some((*index, increase(before.ports.get(index)?, counters, over)));
    Since::Grown { over, ports: sort::map(now.ports.iter().filter_map(|(index, counters)| both(index, counters))) }
}

/// A clock that goes backwards has restarted, unless it had come to its end by now.
fn has_restarted(before: u32, now: u32, over: Duration) -> bool {
    let due = u128::from(before) + over.as_millis() / 10;
    // Its clock may run a little slower than ours.
    now < before && due + due / 1_000 < 1 << 32
}

fn increase(before: &Counters, now: &Counters, over: Duration) -> Increase {
    let sum = |before: [Option<u32>; 2], now: [Option<u32>; 2]| {
        let pairs = before.into_iter().zip(now).filter_map(|(before, now)| before.zip(now));
        pairs.map(|(before, now)| grown(before, now)).fold(0, u32::saturating_add)
    };
    let bits = std::array::from_fn(|way| {
        let grown = now.octets[way]?.wrapping_sub(before.octets[way]?);
        let seconds = over.as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a rate has fewer digits")]
        (grown < 1 << 63 && seconds >= 1.0).then(|| grown as f64 * 8.0 / seconds)
    });
    let (errors, discards) = (sum(before.errors, now.errors), sum(before.discards, now.discards));
    Increase { errors, discards, bits_per_s: bits }
}

/// Through the wrap at 2^32. What would have grown by more than half of that was set back by hand.
const fn grown(before: u32, now: u32) -> u32 {
    let grown = now.wrapping_sub(before);
    if grown < 1 << 31 { grown } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(at: Instant, ticks: u32, errors: u32, octets: u64) -> Look {
        let counters =
            Counters { errors: [Some(errors), None], discards: [Some(1), Some(2)], octets: [Some(octets), None] };
        Look { at, ticks, ports: [(3, counters)].into() }
    }

    #[track_caller]
    fn check(before: (u32, u32, u64), now: (u32, u32, u64), expected: Option<(u32, f64)>) {
        let start = Instant::now();
        let before = look(start, before.0, before.1, before.2);
        let now = look(start + Duration::from_secs(100), now.0, now.1, now.2);
        match (since(Some(&before), &now), expected) {
            (Since::Restarted, None) => {}
            (Since::Grown { over, ports }, Some((errors, bits))) => {
                assert_eq!((ports[&3].errors, ports[&3].bits_per_s), (errors, [Some(bits), None]));
                assert_eq!((ports[&3].discards, over), (0, Duration::from_secs(100)));
            }
            (since, _) => panic!("{since:?}"),
        }
    }

    #[test]
    fn counters_grow_wrap_and_are_set_back() {
        check((100, 5, 0), (10_100, 12, 1_000), Some((7, 80.0)));
        check((100, u32::MAX - 1, u64::MAX - 499), (10_100, 3, 500), Some((5, 80.0)));
        check((100, 1_000, 0), (10_100, 0, 0), Some((0, 0.0)));
    }

    #[test]
    fn a_restart_is_told_from_the_end_of_the_clock() {
        check((500_000, 5, 0), (2_000, 6, 0), None);
        // 497 days are over within these 100 s, in two clocks that do not run alike.
        check((u32::MAX - 4_999, 5, 0), (5_000, 6, 0), Some((1, 0.0)));
        check((u32::MAX - 10_010, 5, 0), (0, 6, 0), Some((1, 0.0)));
        // A restart when the end was still days away.
        check((u32::MAX - 9_000_000, 5, 0), (100, 6, 0), None);
    }

    #[test]
    fn nothing_is_said_of_what_was_not_seen_before() {
        let now = look(Instant::now(), 1, 1, 1);
        assert_eq!(since(None, &now), Since::First);
        let other = Look { ports: [(4, Counters::default())].into(), ..now.clone() };
        assert_eq!(since(Some(&other), &now), Since::Grown { over: Duration::ZERO, ports: BTreeMap::new() });
    }

    #[test]
    fn a_short_time_makes_no_large_rate() {
        assert_eq!(Since::per_minute(3, Duration::from_secs(1)), 3.0);
        assert_eq!(Since::per_minute(30, Duration::from_secs(600)), 3.0);
    }
}
