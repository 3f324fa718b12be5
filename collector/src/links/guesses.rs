//! How often somebody may be wrong about a token: pure. Nobody guesses 128 bits; whoever tries is to cost nothing.

use std::net::IpAddr;

use avow_shared::time::UnixMs;

/// So many wrong ones a minute from one address; then it is not listened to until that minute is over.
const MOST_WRONG: u32 = 20;
const WINDOW_MS: u64 = 60_000;
/// Addresses are told apart by so much; those that fall together share their fate.
const BUCKETS: usize = 256;

/// Wrong ones of the last minute.
#[derive(Clone, Debug)]
pub struct Guesses {
    buckets: Vec<(UnixMs, u32)>,
    wrong: u64,
    refused: u64,
}

impl Default for Guesses {
    fn default() -> Self {
        Self { buckets: vec![(0, 0); BUCKETS], wrong: 0, refused: 0 }
    }
}

impl Guesses {
    /// Whether this address is listened to.
    #[must_use]
    pub fn allows(&mut self, from: IpAddr, now: UnixMs) -> bool {
        let (since_ms, wrong) = self.buckets[bucket(from)];
        let may = now.abs_diff(since_ms) >= WINDOW_MS || wrong < MOST_WRONG;
        self.refused += u64::from(!may);
        may
    }

    /// How many were wrong since the start.
    #[must_use]
    pub const fn all_wrong(&self) -> u64 {
        self.wrong
    }

    /// How many were not listened to since the start.
    #[must_use]
    pub const fn all_refused(&self) -> u64 {
        self.refused
    }

    /// It was wrong.
    pub fn wrong(&mut self, from: IpAddr, now: UnixMs) {
        let (since_ms, wrong) = &mut self.buckets[bucket(from)];
        if now.abs_diff(*since_ms) >= WINDOW_MS {
            (*since_ms, *wrong) = (now, 0);
        }
        *wrong = wrong.saturating_add(1);
        self.wrong += 1;
    }
}

/// Of a v6 address the network counts: a host has all of it to itself.
fn bucket(from: IpAddr) -> usize {
    let octets = match from {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or_else(|| v6.octets()[..8].to_vec(), |v4| v4.octets().to_vec()),
    };
    // FNV-1a, 32 bits.
    let hash = octets.iter().fold(0x811c_9dc5u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    hash as usize % BUCKETS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_wrong_too_often_is_not_listened_to_for_the_rest_of_the_minute() {
        let mut guesses = Guesses::default();
        let (one, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        for n in 0..MOST_WRONG {
            assert!(guesses.allows(one, 1_000_000), "{n}");
            guesses.wrong(one, 1_000_000);
        }
        assert!(!guesses.allows(one, 1_000_000) && !guesses.allows(one, 1_059_999));
        assert!(guesses.allows(other, 1_000_000), "others are");
        assert!(guesses.allows(one, 1_060_000));
        guesses.wrong(one, 1_060_000);
        assert!(guesses.allows(one, 1_060_000), "and begins anew");
    }

    #[test]
    fn a_host_with_many_v6_addresses_is_one() {
        let mut guesses = Guesses::default();
        let address = |last: u16| IpAddr::from([0x2001, 0xdb8, 1, 2, 0, 0, 0, last]);
        (0..20).for_each(|n| guesses.wrong(address(n), 1_000_000));
        assert!(!guesses.allows(address(99), 1_000_000));
        let mapped: IpAddr = "::ffff:10.0.0.1".parse().expect("an address");
        assert_eq!(bucket(mapped), bucket(IpAddr::from([10, 0, 0, 1])));
    }
}
