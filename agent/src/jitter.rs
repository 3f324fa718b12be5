//! Numbers that differ from box to box, so that thousands of them do not act at the same moment. Not for secrets.

use avow_shared::hash::ContentHash;

/// A small generator (splitmix64, Steele et al. 2014): the same seed gives the same sequence.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Seeded by any bytes, an agent's key id for instance.
    #[must_use]
    pub fn seeded(by: &[u8]) -> Self {
        let mut seed = [0; 8];
        seed.copy_from_slice(&ContentHash::of(by).0[..8]);
        Self(u64::from_be_bytes(seed))
    }

    /// The next number, all 64 bits.
    pub const fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number of `0..=most`.
    pub const fn upto(&mut self, most: u64) -> u64 {
        if most == u64::MAX { self.roll() } else { self.roll() % (most + 1) }
    }

    /// A number of `0.0..1.0`.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit exactly")]
    pub fn share(&mut self) -> f64 {
        (self.roll() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// A delay that doubles from `first_ms` to `most_ms`, drawn anew each time from zero up to it ('full jitter').
#[derive(Clone, Debug)]
pub struct BackOff {
    dice: Dice,
    first_ms: u64,
    most_ms: u64,
    tries: u32,
}

impl BackOff {
    /// Not yet tried.
    #[must_use]
    pub const fn new(dice: Dice, first_ms: u64, most_ms: u64) -> Self {
        Self { dice, first_ms, most_ms, tries: 0 }
    }

    /// The delay before the next try, milliseconds.
    pub fn next_ms(&mut self) -> u64 {
        let most = self.ceiling_ms();
        self.dice.upto(most)
    }

    /// As [`BackOff::next_ms`], but at least half of the ceiling: for questions that should not come twice at once.
    pub fn next_half_ms(&mut self) -> u64 {
        let most = self.ceiling_ms();
        most / 2 + self.dice.upto(most / 2)
    }

    /// Begins anew, after a success that lasted.
    pub const fn reset(&mut self) {
        self.tries = 0;
    }

    fn ceiling_ms(&mut self) -> u64 {
        let most = self.first_ms.saturating_mul(1 << self.tries.min(20)).min(self.most_ms);
        self.tries = self.tries.saturating_add(1);
        most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_doubles_to_its_bound_and_begins_anew() {
        let mut back_off = BackOff::new(Dice::seeded(b"x"), 1_000, 60_000);
        for ceiling in [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000] {
            assert!(back_off.next_ms() <= ceiling);
        }
        back_off.reset();
        assert!(back_off.next_ms() <= 1_000);
        let half = back_off.next_half_ms();
        assert!((1_000..=2_000).contains(&half));
    }

    #[test]
    fn boxes_spread_evenly() {
        let mut tenths = [0; 10];
        for agent in 0..10_000u32 {
            let share = Dice::seeded(&agent.to_be_bytes()).share();
            tenths[usize::from((share * 10.0) as u8)] += 1;
        }
        assert!(tenths.iter().all(|n| (800..1_200).contains(n)), "{tenths:?}");
    }
}
