//! What a marker says, as 99 bits: version 4, run 32, venue 47, sequence 16. The highest bit travels first.

use avow_shared::id::VenueId;
use avow_shared::order::OrderNumber;
use avow_shared::place::{Level, PlaceCode};

/// The version of the payload that this program writes and reads.
const VERSION: u128 = 1;
/// How many bits a payload has.
pub(super) const BITS: usize = 99;
const VENUE_BITS: u32 = 47;
const ROOMS: u64 = 99;

/// What a marker says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Payload {
    /// The run that it belongs to, see [`run_of`].
    pub run: u32,
    /// The venue that it is played in.
    pub venue: VenueId,
    /// Which of the venue's markers in this run.
    pub sequence: u16,
}

/// The run that an order begins, as a marker carries it: its number's lower half. Orders are numbered by milliseconds, so
/// another order with the same lower half is 49.7 days away, and no sound lasts as long.
#[must_use]
pub const fn run_of(order: OrderNumber) -> u32 {
    (order & 0xffff_ffff) as u32
}

impl Payload {
    /// As bits; the unused ones above are zero.
    pub fn packed(self) -> u128 {
        let head = VERSION << 32 | u128::from(self.run);
        (head << VENUE_BITS | u128::from(venue_number(self.venue))) << 16 | u128::from(self.sequence)
    }

    /// The reverse of [`Payload::packed`]; none of another version and of what is no venue.
    pub fn from_packed(packed: u128) -> Option<Self> {
        let field = |from: u32, bits: u32| (packed >> from) & ((1 << bits) - 1);
        let is_known = packed >> (16 + VENUE_BITS + 32) == VERSION;
        let venue = venue_of(u64::try_from(field(16, VENUE_BITS)).ok()?)?;
        let run = u32::try_from(field(16 + VENUE_BITS, 32)).ok()?;
        let sequence = u16::try_from(field(0, 16)).ok()?;
        is_known.then_some(Self { run, venue, sequence })
    }
}

/// All venues in a row: the rooms of provinces, of cities, and so on; 99 099 099 999 900 of them, less than 2^47.
fn venue_number(venue: VenueId) -> u64 {
    let level = venue.place.level();
    let aligned = venue.place.packed() / 8;
    let place = before(level) + aligned / unit(level);
    place * ROOMS + u64::from(venue.room) - 1
}

fn venue_of(number: u64) -> Option<VenueId> {
    let place = number / ROOMS;
    let room = u8::try_from(number % ROOMS + 1).ok()?;
    let level = Level::ALL.into_iter().find(|level| place < before(*level) + count(*level))?;
    let aligned = (place - before(level)) * unit(level);
    VenueId::new(PlaceCode::from_packed(aligned * 8 + level as u64)?, room).ok()
}

/// How many codes a level has.
const fn count(level: Level) -> u64 {
    10_u64.pow(level.digits() as u32)
}

/// The step from one code of a level to the next, when all are filled up to twelve digits.
const fn unit(level: Level) -> u64 {
    10_u64.pow(12 - level.digits() as u32)
}

/// How many codes the higher levels have together.
fn before(level: Level) -> u64 {
    Level::ALL.into_iter().take_while(|other| *other < level).map(count).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn venue(text: &str) -> VenueId {
        text.parse().expect("a venue of the test")
    }

    #[test]
    fn every_extreme_comes_back() {
        let codes =
            ["00", "99", "0000", "9999", "000000", "999999", "000000000", "999999999", "000000000000", "999999999999"];
        for code in codes {
            for room in ["01", "99"] {
                for (run, sequence) in [(0, 0), (u32::MAX, u16::MAX), (0, u16::MAX), (u32::MAX, 0)] {
                    let payload = Payload { run, venue: venue(&format!("{code}-{room}")), sequence };
                    assert!(payload.packed() >> BITS == 0, "{payload:?}");
                    assert_eq!(Payload::from_packed(payload.packed()), Some(payload));
                }
            }
        }
    }

    #[test]
    fn neighbours_in_the_row_of_venues_are_neighbours() {
        let numbers = ["00-01", "00-02", "99-99", "0000-01", "9999-99", "000000-01", "999999999-99", "000000000000-01"]
            .map(|text| venue_number(venue(text)));
        assert_eq!(numbers, [0, 1, 9_899, 9_900, 999_899, 999_900, 99_099_999_899, 99_099_999_900]);
    }

    #[test]
    fn another_version_and_what_is_no_venue_are_refused() {
        let packed = Payload { run: 7, venue: venue("350102001-01"), sequence: 3 }.packed();
        for bit in BITS - 4..BITS {
            assert_eq!(Payload::from_packed(packed ^ 1 << bit), None, "version bit {bit}");
        }
        assert_eq!(Payload::from_packed(packed | 1 << BITS), None, "a bit above");
        let last = venue_number(venue("999999999999-99"));
        assert!(venue_of(last).is_some());
        assert_eq!(venue_of(last + 1), None);
        assert_eq!(venue_of((1 << 47) - 1), None);
    }

    #[test]
    fn a_run_is_the_lower_half_of_an_orders_number() {
        assert_eq!(run_of(1_795_000_000_000), 1_795_000_000_000_u64 as u32);
    }
}
