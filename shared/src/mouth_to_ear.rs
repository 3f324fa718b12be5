//! Mouth to ear, camera to screen: what two venues heard and saw of each other in one run, and what follows from both together.
//!
//! Each venue listens for [`LISTEN_MS`] from the moment that it takes the order, and sounds its marker once: the first after
//! [`SPEAKS_AFTER_MS`]`[0]`, the second after `[1]`. No clock has to agree for that. A venue also hears its own marker where it leaves
//! the room ([`Part::spoke_us`]), so that no time depends on how long a player needs to begin.
//!
//! Pure. Not here: how anything is played, heard or seen (the agent), and who asked for it (the collector).

use serde::{Deserialize, Serialize};

use crate::id::{ProbeId, VenueId};
use crate::order::OrderNumber;
use crate::time::{ClockQuality, WallTime};

/// How long a venue listens and looks, milliseconds from the moment that it took the order.
pub const LISTEN_MS: u32 = 20_000;
/// When the first and the second venue sound their marker, milliseconds from that moment.
pub const SPEAKS_AFTER_MS: [u32; 2] = [4_000, 11_500];
/// The most signals that one part tells of, of each sort.
pub const MAX_SIGNALS: usize = 8;
/// Set in the sequence of a signal whose venue also shows something: who hears it knows that there is something to be seen.
pub const SHOWS: u16 = 0x100;

/// What one of the two venues did, heard and saw. Times are microseconds since [`Part::began`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The order that began the run.
    pub order: OrderNumber,
    /// The venue that tells.
    pub venue: VenueId,
    /// The venue at the other end.
    pub other: VenueId,
    /// Which of its probes did it.
    pub probe: ProbeId,
    /// What its clock said when it began to listen.
    pub began: WallTime,
    /// When its own marker left the room; none when it did not, or nobody heard it there.
    pub spoke_us: Option<i64>,
    /// What came from the other end, at most [`MAX_SIGNALS`], in the order of their times. Its own marker among them is echo.
    pub heard: Vec<Signal>,
    /// The codes that were seen in what came from the other end, at most [`MAX_SIGNALS`].
    pub seen: Vec<Signal>,
    /// Sound against picture of what came from the other end.
    pub lip_sync: Option<LipSync>,
    /// How the picture ran; none when nobody looked.
    pub picture: Option<Running>,
    /// Whether it has something to show; what was not shown for all that is missed at the other end.
    pub shows: bool,
}

/// A marker that was heard, or a code that was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// Whose it is.
    pub venue: VenueId,
    /// Of which run: the lower half of the order's number.
    pub run: u32,
    /// In which order its venue speaks in that run, 0 or 1, and [`SHOWS`].
    pub sequence: u16,
    /// When it began to be heard or seen.
    pub at_us: i64,
    /// How loud, tenths of a decibel of full scale; of a code its contrast, thousandths.
    pub level: i16,
    /// Against what else is heard, tenths of a decibel; of a code 0.
    pub snr: i16,
}

impl Signal {
    /// Whether its venue speaks first.
    #[must_use]
    pub const fn is_first(&self) -> bool {
        self.sequence & !SHOWS == 0
    }

    /// Whether its venue has something to show.
    #[must_use]
    pub const fn shows(&self) -> bool {
        self.sequence & SHOWS != 0
    }
}

/// Sound against picture, measured at one marker and the flash that left with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LipSync {
    /// Microseconds; positive when the sound is early (ITU-R BT.1359-1), the sound's travel through the room taken out.
    pub early_us: i32,
    /// How far that may be wrong, microseconds.
    pub error_us: u32,
}

/// How a picture ran, by the numbers of frames in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// Frames that came.
    pub frames: u32,
    /// Frames that were sent between the first and the last and did not come.
    pub missing: u32,
    /// Frames that came more than once.
    pub repeated: u32,
    /// The longest time without a new frame, milliseconds.
    pub longest_still_ms: u32,
    /// New frames a second, thousandths.
    pub rate: u32,
}

impl Part {
    /// Whether it keeps the bounds that it is documented with.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        let listed = |signals: &[Signal]| signals.len() <= MAX_SIGNALS;
        listed(&self.heard) && listed(&self.seen) && self.venue != self.other
    }

    /// The lower half of the order's number, which the run's signals carry.
    #[must_use]
    pub const fn run(&self) -> u32 {
        (self.order & 0xffff_ffff) as u32
    }

    /// The other venue's marker of this run.
    fn heard_other(&self) -> Option<&Signal> {
        self.heard.iter().find(|signal| signal.venue == self.other && signal.run == self.run())
    }
}

/// What one end heard of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// The other end, in this run.
    Right,
    /// Somebody, but not the other end in this run: lines are patched crosswise, or it is an older sound.
    Other(VenueId),
    /// Only its own sound, which came back.
    Itself,
    /// Nobody.
    Nobody,
}

/// One direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// Who was heard.
    pub heard: Whom,
    /// Whose code was seen; none when nobody looked, or the other end had nothing to show and nobody else was seen.
    pub seen: Option<Whom>,
    /// Mouth to ear, microseconds, by the clocks of both boxes.
    pub delay: Option<Delay>,
    /// How loud the other end was heard, tenths of a decibel of full scale.
    pub level: Option<i16>,
    /// Against what else was heard, tenths of a decibel.
    pub snr: Option<i16>,
    /// How much of the speaker's sound came back to him, tenths of a decibel against what he hears of the other end, or of full
    /// scale when he hears nothing of it; none when nothing came back.
    pub echo: Option<i16>,
    /// Sound against picture where they arrived.
    pub lip_sync: Option<LipSync>,
    /// How the picture ran where it arrived; none when nobody was to be seen.
    pub picture: Option<Running>,
}

/// A time from one box to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delay {
    /// Microseconds.
    pub us: i64,
    /// How far the two clocks may be apart, milliseconds; none when one of them is not disciplined, and the delay says little.
    pub error_ms: Option<u32>,
}

/// Both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// From the first to the second, and back.
    pub ways: [Way; 2],
    /// There and back, microseconds: the sum of both delays, in which no clock counts.
    pub round_trip_us: Option<i64>,
}

/// Joins what both ends told. A part that is missing is a way that nobody heard at its end.
#[must_use]
pub fn join(first: Option<&Part>, second: Option<&Part>) -> Crossing {
    let ways = [way(first, second), way(second, first)];
    let round_trip_us = match [ways[0].delay, ways[1].delay] {
        [Some(there), Some(back)] => Some(there.us + back.us),
        _ => None,
    };
    Crossing { ways, round_trip_us }
}

/// From one venue to the other.
fn way(from: Option<&Part>, to: Option<&Part>) -> Way {
    let arrived = to.and_then(Part::heard_other);
    let shows = from.is_some_and(|part| part.shows) || arrived.is_some_and(|signal| signal.shows());
    let seen = to.filter(|part| part.picture.is_some()).map(|part| whom(part, &part.seen));
    let seen = seen.filter(|whom| shows || *whom != Whom::Nobody);
    Way {
        heard: to.map_or(Whom::Nobody, |part| whom(part, &part.heard)),
        seen,
        delay: from.zip(to).zip(arrived).and_then(|((from, to), arrived)| delay(from, to, arrived)),
        level: arrived.map(|signal| signal.level),
        snr: arrived.map(|signal| signal.snr),
        echo: from.and_then(echo),
        lip_sync: to.and_then(|part| part.lip_sync),
        picture: to.and_then(|part| part.picture).filter(|_| seen.is_some()),
    }
}

fn whom(part: &Part, signals: &[Signal]) -> Whom {
    let is_right = |signal: &&Signal| signal.venue == part.other && signal.run == part.run();
    let is_strange = |signal: &&Signal| signal.venue != part.venue;
    if signals.iter().any(|signal| is_right(&signal)) {
        return Whom::Right;
    }
    match signals.iter().find(is_strange) {
        Some(signal) => Whom::Other(signal.venue),
        None if signals.is_empty() => Whom::Nobody,
        None => Whom::Itself,
    }
}

fn delay(from: &Part, to: &Part, arrived: &Signal) -> Option<Delay> {
    let apart_us = (i64::try_from(to.began.at_ms).ok()? - i64::try_from(from.began.at_ms).ok()?).checked_mul(1_000)?;
    let us = apart_us.checked_add(arrived.at_us)?.checked_sub(from.spoke_us?)?;
    let error_ms = match [from.began.quality, to.began.quality] {
        [ClockQuality::Synced { error_ms: one }, ClockQuality::Synced { error_ms: other }] => one.checked_add(other),
        _ => None,
    };
    Some(Delay { us, error_ms })
}

/// What of its own sound a venue heard come back, after it left.
fn echo(part: &Part) -> Option<i16> {
    let own = |signal: &&Signal| signal.venue == part.venue && signal.run == part.run();
    let back = part.heard.iter().filter(own).map(|signal| signal.level).max()?;
    Some(part.heard_other().map_or(back, |other| back.saturating_sub(other.level)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: OrderNumber = 0x1_0000_0007;

    fn venue(text: &str) -> VenueId {
        text.parse().expect("a venue")
    }

    fn signal(whose: &str, at_us: i64, level: i16) -> Signal {
        Signal { venue: venue(whose), run: 7, sequence: 0, at_us, level, snr: 120 }
    }

    /// A box whose clock is `ahead_ms` ahead; it began to listen `began_ms` after the other, in truth.
    fn part(me: &str, other: &str, began_ms: u64, ahead_ms: i64) -> Part {
        let at_ms = (1_000_000 + began_ms).checked_add_signed(ahead_ms).expect("a time");
        Part {
            order: ORDER,
            venue: venue(me),
            other: venue(other),
            probe: "mouth".parse().expect("a probe"),
            began: WallTime { at_ms, quality: ClockQuality::Synced { error_ms: 3 } },
            spoke_us: None,
            heard: vec![],
            seen: vec![],
            lip_sync: None,
            picture: None,
            shows: false,
        }
    }

    /// The first speaks at 4 s and is heard 80 ms later, the second at 11.5 s and is heard 120 ms later; the second began 250 ms after
    /// the first.
    fn both(ahead_ms: i64) -> [Part; 2] {
        let mut first = part("350102-01", "350103-01", 0, 0);
        let mut second = part("350103-01", "350102-01", 250, ahead_ms);
        first.spoke_us = Some(4_000_000);
        second.heard = vec![signal("350102-01", 4_080_000 - 250_000, -300)];
        second.spoke_us = Some(11_500_000);
        first.heard = vec![signal("350103-01", 250_000 + 11_500_000 + 120_000, -200)];
        [first, second]
    }

    #[test]
    fn each_way_has_its_delay_and_both_together_need_no_clock() {
        let [first, second] = both(0);
        let crossing = join(Some(&first), Some(&second));
        let delays = crossing.ways.map(|way| way.delay.expect("heard"));
        assert_eq!(delays.map(|delay| delay.us), [80_000, 120_000]);
        assert_eq!(delays.map(|delay| delay.error_ms), [Some(6); 2]);
        assert_eq!(
            crossing.ways.map(|way| (way.heard, way.level)),
            [(Whom::Right, Some(-300)), (Whom::Right, Some(-200))]
        );

        let [first, second] = both(1_500);
        let crossing = join(Some(&first), Some(&second));
        assert_eq!(crossing.ways.map(|way| way.delay.expect("heard").us), [1_580_000, -1_380_000], "a clock is wrong");
        assert_eq!(crossing.round_trip_us, Some(200_000), "and does not count");
    }

    #[test]
    fn a_clock_that_nobody_disciplines_leaves_no_error_to_state() {
        let [first, mut second] = both(0);
        second.began.quality = ClockQuality::Free;
        let crossing = join(Some(&first), Some(&second));
        assert!(crossing.ways.iter().all(|way| way.delay.expect("heard").error_ms.is_none()), "{crossing:?}");
    }

    #[test]
    fn who_is_heard_is_told() {
        let check = |heard: Vec<Signal>, expected: Whom| {
            let [first, mut second] = both(0);
            second.heard = heard;
            assert_eq!(join(Some(&first), Some(&second)).ways[0].heard, expected);
        };
        check(vec![], Whom::Nobody);
        check(vec![signal("350103-01", 1, 0)], Whom::Itself);
        check(vec![signal("350104-01", 1, 0)], Whom::Other(venue("350104-01")));
        check(vec![signal("350104-01", 1, 0), signal("350102-01", 2, 0)], Whom::Right);
        check(vec![Signal { run: 6, ..signal("350102-01", 1, 0) }], Whom::Other(venue("350102-01")));
    }

    #[test]
    fn an_end_that_tells_nothing_is_heard_by_nobody_at_its_end() {
        let [first, _] = both(0);
        let crossing = join(Some(&first), None);
        assert_eq!(crossing.ways.map(|way| way.heard), [Whom::Nobody, Whom::Right]);
        assert_eq!((crossing.ways[1].delay, crossing.round_trip_us), (None, None), "nobody knows when it spoke");
        assert_eq!(join(None, None).ways.map(|way| way.heard), [Whom::Nobody; 2]);
    }

    #[test]
    fn what_comes_back_is_set_against_what_the_other_end_sends() {
        let [mut first, second] = both(0);
        first.heard.insert(0, signal("350102-01", 4_200_000, -500));
        let crossing = join(Some(&first), Some(&second));
        assert_eq!(crossing.ways.map(|way| way.echo), [Some(-300), None]);
        first.heard.pop();
        assert_eq!(join(Some(&first), None).ways[0].echo, Some(-500));
    }

    #[test]
    fn a_picture_is_judged_only_where_somebody_looked() {
        let [mut first, mut second] = both(0);
        first.shows = true;
        assert_eq!(join(Some(&first), Some(&second)).ways[0].seen, None);
        second.picture = Some(Running { frames: 1, missing: 0, repeated: 0, longest_still_ms: 0, rate: 25_000 });
        assert_eq!(join(Some(&first), Some(&second)).ways[0].seen, Some(Whom::Nobody));
        second.seen = vec![signal("350102-01", 1, 900)];
        assert_eq!(join(Some(&first), Some(&second)).ways[0].seen, Some(Whom::Right));
    }

    #[test]
    fn who_has_nothing_to_show_is_not_missed_and_who_is_seen_in_his_place_is_named() {
        let [mut first, mut second] = both(0);
        second.picture = Some(Running { frames: 0, missing: 0, repeated: 0, longest_still_ms: 20_000, rate: 0 });
        let seen = |first: Option<&Part>, second: &Part| {
            let way = join(first, Some(second)).ways[0];
            (way.seen, way.picture.is_some())
        };
        assert_eq!(seen(Some(&first), &second), (None, false));
        assert_eq!(seen(None, &second), (None, false), "nobody knows");
        for (whose, whom) in
            [("350104-01", Whom::Other(venue("350104-01"))), ("350103-01", Whom::Itself), ("350102-01", Whom::Right)]
        {
            second.seen = vec![signal(whose, 1, 900)];
            assert_eq!(seen(Some(&first), &second), (Some(whom), true));
        }
        second.seen.clear();
        first.shows = true;
        assert_eq!(seen(Some(&first), &second), (Some(Whom::Nobody), true), "its own word");
        second.heard[0].sequence |= SHOWS;
        assert_eq!(seen(None, &second), (Some(Whom::Nobody), true), "or its marker's");
        assert!(second.heard[0].is_first());
    }

    #[test]
    fn times_from_nowhere_break_nothing() {
        let [mut first, second] = both(0);
        first.spoke_us = Some(i64::MIN);
        first.began.at_ms = u64::MAX;
        assert_eq!(join(Some(&first), Some(&second)).ways[0].delay, None);
    }
}
