//! What terminals say of calls, and how long their word holds. Pure.

use avow_shared::id::VenueId;

use crate::config::Exercise;

/// What a venue's terminals say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// Whether there is one that is asked.
    pub has_terminal: bool,
    /// Whether one is in a call; none when none says so and one is silent, or there is none.
    pub in_call: Option<bool>,
}

/// A terminal's newest word is enough for something that is heard or moves when it is no older than this.
pub const FRESH_MS: u64 = 5_000;

/// While something is heard or moves, a terminal is asked again so long after it was asked last: with the time that its answer
/// takes, and a moment until there is room for the question, it is asked at least every 5 s.
const ASKED_EVERY_MS: u64 = 4_000;

/// Added to two intervals, as for a required probe at HQ: for so long a word holds.
const GRACE_MS: u64 = 60_000;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Calls {
    terminals: Vec<Terminal>,
}

#[derive(Clone, Debug)]
struct Terminal {
    exercise: usize,
    venue: VenueId,
    holds_ms: u64,
    /// What came of the last run, and when.
    heard: Option<(Option<bool>, u64)>,
    /// When it was asked last for the sake of something that disturbs.
    asked_ms: Option<u64>,
}

impl Calls {
    /// Of the exercises that ask a terminal; nothing was heard yet.
    #[must_use]
    pub fn of(exercises: &[Exercise]) -> Self {
        let terminal = |(at, exercise): (usize, &Exercise)| Terminal {
            exercise: at,
            venue: exercise.name.venue,
            holds_ms: u64::try_from(exercise.interval.as_millis()).unwrap_or(u64::MAX / 4) * 2 + GRACE_MS,
            heard: None,
            asked_ms: None,
        };
        let asks = exercises.iter().enumerate().filter(|(_, exercise)| exercise.work.tells_of_calls());
        Self { terminals: asks.map(terminal).collect() }
    }

    /// An exercise has ended with this word. Says whether a call of its terminal began or ended by that.
    pub fn heard(&mut self, exercise: usize, in_call: Option<bool>, now_ms: u64) -> Option<bool> {
        let terminal = self.terminals.iter_mut().find(|terminal| terminal.exercise == exercise)?;
        let before = terminal.heard.and_then(|(word, _)| word);
        terminal.heard = Some((in_call, now_ms));
        match (before, in_call) {
            (Some(true), Some(false)) => Some(false),
            (None | Some(false), Some(true)) => Some(true),
            _ => None,
        }
    }

    /// The word that holds in a venue: one call is enough, one silence leaves it open.
    #[must_use]
    pub fn word(&self, venue: VenueId, now_ms: u64) -> Word {
        let words: Vec<Option<bool>> = self.of_venue(venue).map(|terminal| terminal.holds(now_ms)).collect();
        let in_call = if words.contains(&Some(true)) {
            Some(true)
        } else if words.is_empty() || words.contains(&None) {
            None
        } else {
            Some(false)
        };
        Word { has_terminal: !words.is_empty(), in_call }
    }

    /// Those exercises whose terminals in a venue were last heard before `since_ms`.
    pub fn unheard_since(&self, venue: VenueId, since_ms: u64) -> impl Iterator<Item = usize> {
        let is_old = move |terminal: &&Terminal| terminal.heard.is_none_or(|(_, at)| at < since_ms);
        self.of_venue(venue).filter(is_old).map(|terminal| terminal.exercise)
    }

    /// It was asked, for the sake of something that is heard or moves.
    pub fn asked(&mut self, exercise: usize, now_ms: u64) {
        let terminal = self.terminals.iter_mut().find(|terminal| terminal.exercise == exercise);
        terminal.into_iter().for_each(|terminal| terminal.asked_ms = Some(now_ms));
    }

    /// The exercises that ask a venue's terminals while something is heard there or moves, with the moment at which each is due.
    pub fn due(&self, venue: VenueId) -> impl Iterator<Item = (usize, u64)> {
        self.of_venue(venue).map(|terminal| {
            let heard_ms = terminal.heard.map(|(_, at_ms)| at_ms);
            (terminal.exercise, terminal.asked_ms.max(heard_ms).map_or(0, |at_ms| at_ms + ASKED_EVERY_MS))
        })
    }

    fn of_venue(&self, venue: VenueId) -> impl Iterator<Item = &Terminal> {
        self.terminals.iter().filter(move |terminal| terminal.venue == venue)
    }
}

impl Terminal {
    fn holds(&self, now_ms: u64) -> Option<bool> {
        let (word, at) = self.heard?;
        word.filter(|_| now_ms.saturating_sub(at) <= self.holds_ms)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Config;

    /// Two terminals in one venue, none in the other.
    fn calls() -> (Calls, VenueId, VenueId) {
        let terminal = |id: &str| {
            format!(
                "[[venue.probe]]\nid='{id}'\nname='{id}'\nkind='device'\nprofile='codec-http'\naddress='{id}'\ninterval_s=30\n"
            )
        };
        let text = format!(
            "[agent]\nplace='350102001'\n[hq]\nbroker='mqtt://127.0.0.1:1883'\nhttp='http://127.0.0.1:1'\n\
             [[venue]]\nid='350102001-01'\nname='a'\n{}{}\n[[venue]]\nid='350102001-02'\nname='b'\n\
             [[venue.probe]]\nid='host'\nname='host'\nkind='host'\n",
            terminal("main"),
            terminal("spare")
        );
        let config = Config::parse(&text, Path::new("agent.toml")).expect("good");
        let [one, other] = ["350102001-01", "350102001-02"].map(|id| id.parse().expect("a venue"));
        (Calls::of(&config.exercises), one, other)
    }

    #[test]
    fn one_call_is_enough_and_one_silence_leaves_it_open() {
        let (mut calls, venue, other) = calls();
        let word = |calls: &Calls| calls.word(venue, 1_000).in_call;
        assert_eq!(calls.word(other, 0), Word { has_terminal: false, in_call: None });
        assert_eq!(calls.word(venue, 0), Word { has_terminal: true, in_call: None });
        calls.heard(0, Some(false), 1_000);
        assert_eq!(word(&calls), None, "the spare one has said nothing");
        calls.heard(1, Some(false), 1_000);
        assert_eq!(word(&calls), Some(false));
        calls.heard(1, None, 1_000);
        assert_eq!(word(&calls), None);
        calls.heard(0, Some(true), 1_000);
        assert_eq!(word(&calls), Some(true));
    }

    #[test]
    fn a_word_holds_for_two_intervals_and_a_minute() {
        let (mut calls, venue, _) = calls();
        calls.heard(0, Some(true), 0);
        assert_eq!(calls.word(venue, 120_000).in_call, Some(true));
        assert_eq!(calls.word(venue, 120_001).in_call, None);
    }

    #[test]
    fn beginnings_and_ends_are_told_once() {
        let (mut calls, ..) = calls();
        let told: Vec<_> = [Some(false), Some(true), Some(true), None, Some(true), Some(false)]
            .into_iter()
            .map(|word| calls.heard(0, word, 0))
            .collect();
        assert_eq!(told, [None, Some(true), None, None, Some(true), Some(false)]);
        assert_eq!(calls.heard(9, Some(true), 0), None, "no terminal");
    }

    #[test]
    fn who_was_not_heard_lately_is_named() {
        let (mut calls, venue, other) = calls();
        calls.heard(0, None, 1_000);
        let unheard = |calls: &Calls, since| calls.unheard_since(venue, since).collect::<Vec<_>>();
        assert_eq!(unheard(&calls, 1_000), [1]);
        assert_eq!(unheard(&calls, 1_001), [0, 1]);
        assert_eq!(calls.unheard_since(other, 1_001).count(), 0);
    }
}
