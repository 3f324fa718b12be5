//! Runs of sound and picture with HQ as simulated venues tell of them: most are heard both ways, some at one end alone, some are in no call
//! with HQ. What becomes of a run follows from its number and its venues, so that both ends tell of the same run. Pure.

use std::sync::LazyLock;

use avow_agent::jitter::Dice;
use avow_agent::probe::Work;
use avow_shared::id::{ProbeId, VenueId};
use avow_shared::mouth_to_ear::{LISTEN_MS, Part, SPEAKS_AFTER_MS, Signal};
use avow_shared::place::Level;
use avow_shared::time::WallTime;
use avow_shared::venue::Probe;

/// A run takes so long in a box: it listens, and then looks into what it heard.
pub(super) const TAKES_MS: u64 = LISTEN_MS as u64 + 1_000;

static WORK: LazyLock<Work> = LazyLock::new(|| {
    let setup = "play = 'alsa:out'\nreference = 'alsa:out'\nlisten = 'alsa:in'";
    Work::parse("mouth-to-ear", setup.parse().expect("a literal table")).expect("a literal setup")
});

fn id() -> ProbeId {
    "across".parse().expect("a literal probe")
}

/// Whether a venue can take part: above the townships all, of those a half, of the villages a tenth.
pub(super) fn takes_part(venue: VenueId, seed: u64) -> bool {
    let of_hundred = match venue.place.level() {
        Level::Province | Level::City | Level::County => 100,
        Level::Township => 50,
        Level::Village => 10,
    };
    Dice::seeded(format!("{seed} {venue} takes part").as_bytes()).upto(99) < of_hundred
}

/// The probe that takes part; it runs by order alone.
pub(super) fn probe() -> Probe {
    Probe {
        id: id(),
        name: "双会场互测".into(),
        kind: "mouth-to-ear".into(),
        interval_s: 0,
        required: false,
        disturbance: WORK.disturbance(),
        covers: vec![],
        limits: WORK.limits(),
    }
}

/// How sound crosses between a venue and whoever calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Crosses {
    Whole,
    /// Its microphone is mute: it hears and is not heard.
    Mute,
    /// It is in no call with the other end.
    Nowhere,
}

fn crosses(venue: VenueId, seed: u64) -> Crosses {
    match Dice::seeded(format!("{seed} {venue} crosses").as_bytes()).upto(99) {
        0..=9 => Crosses::Nowhere,
        10..=17 => Crosses::Mute,
        _ => Crosses::Whole,
    }
}

/// What the venue at `place` tells of a run whose order it took at `began`. The first of the two calls the second.
pub(super) fn part(seed: u64, order: u64, venues: [VenueId; 2], place: usize, began: WallTime) -> Part {
    let place = place.min(1);
    let (me, other) = (venues[place], venues[1 - place]);
    let is_heard = match crosses(venues[1], seed) {
        Crosses::Whole => true,
        Crosses::Mute => place == 1,
        Crosses::Nowhere => false,
    };
    let signal = || {
        let mut dice = Dice::seeded(format!("{order} {other} {me}").as_bytes());
        // Mouth to ear: a line, two terminals and what a conference server adds.
        let delay_us = 60_000 + below(&mut dice, 150_000);
        Signal {
            venue: other,
            run: (order & 0xffff_ffff) as u32,
            sequence: if place == 0 { 1 } else { 0 },
            at_us: spoke_us(order, other, 1 - place) + delay_us,
            level: -240 + i16::try_from(dice.upto(60)).unwrap_or(0),
            snr: 90 + i16::try_from(dice.upto(50)).unwrap_or(0),
        }
    };
    Part {
        order,
        venue: me,
        other,
        probe: id(),
        began,
        spoke_us: Some(spoke_us(order, me, place)),
        heard: if is_heard { vec![signal()] } else { vec![] },
        seen: vec![],
        lip_sync: None,
        picture: None,
        shows: false,
    }
}

/// When a venue's marker leaves its room: its player needs a moment.
fn spoke_us(order: u64, venue: VenueId, place: usize) -> i64 {
    let mut dice = Dice::seeded(format!("{order} {venue} speaks").as_bytes());
    i64::from(SPEAKS_AFTER_MS[place]) * 1_000 + 80_000 + below(&mut dice, 120_000)
}

fn below(dice: &mut Dice, most: u64) -> i64 {
    i64::try_from(dice.upto(most)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use avow_shared::mouth_to_ear::{Whom, join};

    use super::*;

    const HQ: &str = "35-01";

    fn venue(n: u16) -> VenueId {
        format!("350102{n:03}-01").parse().expect("a venue")
    }

    #[test]
    fn both_ends_tell_of_one_run_and_every_way_of_crossing_occurs() {
        let hq = HQ.parse().expect("a venue");
        let mut seen = Vec::new();
        for n in 1..200 {
            let venues = [hq, venue(n)];
            let parts = [0, 1].map(|place| part(7, 0x1_0000_0009, venues, place, WallTime::default()));
            assert!(parts.iter().all(Part::is_bounded));
            let crossing = join(Some(&parts[0]), Some(&parts[1]));
            let expected = match crosses(venues[1], 7) {
                Crosses::Whole => [Whom::Right, Whom::Right],
                Crosses::Mute => [Whom::Right, Whom::Nobody],
                Crosses::Nowhere => [Whom::Nobody, Whom::Nobody],
            };
            assert_eq!(crossing.ways.map(|way| way.heard), expected, "{n}");
            if let Some(us) = crossing.round_trip_us {
                assert!((120_000..=420_000).contains(&us), "{us}");
            }
            seen.push(crosses(venues[1], 7));
        }
        for one in [Crosses::Whole, Crosses::Mute, Crosses::Nowhere] {
            assert!(seen.contains(&one), "{one:?}");
        }
    }

    #[test]
    fn all_above_the_townships_take_part_and_of_the_rest_some() {
        assert!(takes_part(HQ.parse().expect("a venue"), 1));
        let some = (1..200).filter(|n| takes_part(venue(*n), 1)).count();
        assert!((60..140).contains(&some), "{some}");
    }
}
