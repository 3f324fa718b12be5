//! Chance that can be repeated: every random test prints its seed, and `AVOW_SEED` sets it.

use std::hash::{BuildHasher, RandomState};

/// A small generator (SplitMix64, Steele and others, OOPSLA 2014); nothing secret comes from it.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A generator of a new seed, or of the one in `AVOW_SEED`; prints it for `test`.
    ///
    /// # Panics
    /// When `AVOW_SEED` is no number.
    #[must_use]
    pub fn printed(test: &str) -> Self {
        let seed = match std::env::var("AVOW_SEED") {
            Ok(text) => text.parse().expect("AVOW_SEED is a number"),
            Err(_) => RandomState::new().hash_one(test) >> 16,
        };
        println!("{test}: AVOW_SEED={seed}");
        Self(seed)
    }

    /// The generator of this seed.
    #[must_use]
    pub const fn from_seed(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number of `0..end`, nearly even; 0 when `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.number() % (end.max(1) as u64)).unwrap_or(0)
    }

    /// `length` bytes.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.number().to_le_bytes()[0]).collect()
    }

    /// Thirty-two bytes, for a key.
    pub fn key(&mut self) -> [u8; 32] {
        std::array::from_fn(|_| self.number().to_le_bytes()[0])
    }

    /// One of `list`, which is not empty.
    ///
    /// # Panics
    /// When it is empty.
    pub fn one_of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// `list` in another order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.below(at + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_order() {
        let order = |seed| {
            let mut list: Vec<u8> = (0..20).collect();
            Random::from_seed(seed).shuffle(&mut list);
            list
        };
        assert_eq!(order(7), order(7));
        assert_ne!(order(7), order(8));
        let mut sorted = order(7);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..20).collect::<Vec<_>>(), "nothing is lost");
    }
}
