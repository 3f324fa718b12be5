//! Whether people are in a room, as a probe that looks for them says. Pure.
//!
//! Such a probe is one that the agent has anyway: a contact or a motion sensor at an input, whose `normal` level means that nobody is
//! there, or any other that passes when the room is empty. One that says nothing leaves the room occupied.

use avow_shared::id::VenueId;
use avow_shared::outcome::Verdict;

use crate::config::Exercise;
use crate::probe::{Found, Work};

/// Added to two intervals, as for a terminal's word.
const GRACE_MS: u64 = 60_000;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Occupancy {
    sensors: Vec<Sensor>,
}

#[derive(Clone, Debug)]
struct Sensor {
    exercise: usize,
    venue: VenueId,
    holds_ms: u64,
    /// When it said last that nobody is there, and nothing else since.
    empty_ms: Option<u64>,
}

impl Occupancy {
    /// Of the exercises that look for people; nothing was heard yet.
    #[must_use]
    pub fn of(exercises: &[Exercise]) -> Self {
        let sensor = |(at, exercise): (usize, &Exercise)| Sensor {
            exercise: at,
            venue: exercise.name.venue,
            holds_ms: u64::try_from(exercise.interval.as_millis()).unwrap_or(u64::MAX / 4) * 2 + GRACE_MS,
            empty_ms: None,
        };
        let look = exercises.iter().enumerate().filter(|(_, exercise)| exercise.tells_of_people);
        Self { sensors: look.map(sensor).collect() }
    }

    /// An exercise has ended with this; none when it found nothing.
    pub fn heard(&mut self, at: usize, exercise: &Exercise, found: Option<&Found>, now_ms: u64) {
        if let Some(sensor) = self.sensors.iter_mut().find(|sensor| sensor.exercise == at) {
            sensor.empty_ms = found.is_some_and(|found| is_empty(&exercise.work, found)).then_some(now_ms);
        }
    }

    /// Whether anybody could tell that nobody is in the venue.
    #[must_use]
    pub fn looks(&self, venue: VenueId) -> bool {
        self.sensors.iter().any(|sensor| sensor.venue == venue)
    }

    /// Whether somebody is in the venue, or may be.
    #[must_use]
    pub fn is_occupied(&self, venue: VenueId, now_ms: u64) -> bool {
        let says_empty =
            |sensor: &Sensor| sensor.empty_ms.is_some_and(|at_ms| now_ms.saturating_sub(at_ms) <= sensor.holds_ms);
        self.sensors.iter().any(|sensor| sensor.venue == venue && !says_empty(sensor))
    }
}

/// The level of an input counts, not its verdict: beside its hours it passes however it stands.
fn is_empty(work: &Work, found: &Found) -> bool {
    match work {
        Work::Input(setup) => setup.is_normal(found) == Some(true),
        _ => found.verdict == Verdict::Pass,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Config;

    fn config() -> Config {
        let text = "[agent]\nplace='350102001'\n[hq]\nbroker='mqtt://127.0.0.1:1883'\nhttp='http://127.0.0.1:1'\n\
             [interlock]\noccupancy=['350102001-01/pir','350102001-01/air']\n[[venue]]\nid='350102001-01'\nname='a'\n\
             [[venue.probe]]\nid='pir'\nname='人体'\nkind='input'\nline='gpio:3'\nnormal='low'\ninterval_s=10\n\
             hours=['09:00-18:00']\n\
             [[venue.probe]]\nid='air'\nname='空气'\nkind='host'\ninterval_s=30\n\
             [[venue]]\nid='350102001-02'\nname='b'\n[[venue.probe]]\nid='host'\nname='host'\nkind='host'\n";
        Config::parse(text, Path::new("agent.toml")).expect("good")
    }

    fn level(number: f64) -> Found {
        Found::new(Verdict::Pass, "").with_values(vec![crate::probe::measures::INPUT_LEVEL.of(number)])
    }

    #[test]
    fn a_room_is_empty_when_all_that_look_say_so_and_for_as_long_as_their_word_holds() {
        let config = config();
        let [venue, other] = ["350102001-01", "350102001-02"].map(|id| id.parse().expect("a venue"));
        let mut occupancy = Occupancy::of(&config.exercises);
        let mut hear = |at: usize, found: Option<Found>, now_ms| {
            occupancy.heard(at, &config.exercises[at], found.as_ref(), now_ms);
            occupancy.is_occupied(venue, now_ms)
        };
        assert!(hear(0, Some(level(0.0)), 0), "the other has said nothing");
        assert!(!hear(1, Some(Found::new(Verdict::Pass, "")), 0));
        assert!(hear(0, Some(level(1.0)), 1), "its verdict passes beside its hours, and somebody is there");
        assert!(!hear(0, Some(level(0.0)), 2));
        assert!(hear(0, Some(Found::missing("")), 3), "silent");
        assert!(!hear(0, Some(level(0.0)), 4) && hear(0, None, 5));
        assert!(!hear(0, Some(level(0.0)), 6) && !hear(1, Some(Found::new(Verdict::Pass, "")), 80_006));
        assert!(occupancy.is_occupied(venue, 80_007), "an old word");
        assert!(!occupancy.is_occupied(other, 0), "nobody looks there");
        assert!(occupancy.looks(venue) && !occupancy.looks(other));
    }
}
