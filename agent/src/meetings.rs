//! HQ's meetings as far as the agent knows them: what it was told, by which clock that is read, and what it means for a room. Pure.
//!
//! Windows are read by HQ's clock: the windows are HQ's, and a box's own clock may be hours off. In a life that HQ has not welcomed
//! yet the own clock must do, set right by what it said when the list came.

use avow_shared::id::VenueId;
use avow_shared::interlock;
use avow_shared::meeting::{MeetingList, Moment, Window};
use avow_shared::time::{ClockQuality, WallTime};
use serde::{Deserialize, Serialize};

use crate::clock::{DRIFT, HqTime, Now};

/// How far a clock with a battery may be off after a restart, beside what was known of it.
const FREE_ERROR_MS: u64 = 60_000;
/// A list that comes from so far ahead of HQ's own time was told by a clock that has been set back since.
const AHEAD_MS: u64 = 60_000;

/// What outlives a restart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The newest list.
    pub list: MeetingList,
    /// The own clock when it came.
    pub received: WallTime,
    /// The venues in which a meeting is on, as far as that was told.
    pub on: Vec<VenueId>,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Meetings {
    kept: Option<Kept>,
    hq: Option<HqTime>,
}

impl Meetings {
    /// With what an earlier life was told.
    #[must_use]
    pub const fn resume(kept: Option<Kept>) -> Self {
        Self { kept, hq: None }
    }

    /// What is to be remembered.
    #[must_use]
    pub const fn kept(&self) -> Option<&Kept> {
        self.kept.as_ref()
    }

    /// HQ's time is known.
    pub const fn time(&mut self, hq: HqTime) {
        self.hq = Some(hq);
    }

    /// HQ is one that tells of no meetings: what it told before its change is nothing to it any more. Says whether it had told.
    pub fn forget(&mut self) -> bool {
        self.kept.take().is_some()
    }

    /// Takes a list; says whether it is newer than what was known.
    pub fn take(&mut self, list: MeetingList, now: Now) -> bool {
        let newest = self.kept.as_ref().map_or(0, |kept| kept.list.as_of_ms);
        let is_ahead =
            self.hq.is_some() && self.moment(now).is_some_and(|at| newest > at.at_ms + at.error_ms + AHEAD_MS);
        let is_newer = list.as_of_ms > newest || is_ahead;
        if is_newer {
            let on = self.kept.take().map(|kept| kept.on).unwrap_or_default();
            self.kept = Some(Kept { list, received: now.wall, on });
        }
        is_newer
    }

    /// HQ's time, as far as anything tells it; none when nothing does.
    #[must_use]
    pub fn moment(&self, now: Now) -> Option<Moment> {
        if let Some(hq) = self.hq {
            let past_ms = now.mono_ms.saturating_sub(hq.at_mono_ms);
            let error_ms = u64::from(hq.error_ms).saturating_add(past_ms / DRIFT);
            return Some(Moment { at_ms: hq.at(now.mono_ms), error_ms });
        }
        let error_ms = match now.wall.quality {
            ClockQuality::Unset => return None,
            ClockQuality::Free => FREE_ERROR_MS,
            ClockQuality::Synced { error_ms } => error_ms.into(),
        };
        let at_ms = match &self.kept {
            None => now.wall.at_ms,
            // A clock that says less than then was set meanwhile, and nobody knows by how much.
            Some(Kept { list, received, .. }) => {
                list.as_of_ms.saturating_add(now.wall.at_ms.checked_sub(received.at_ms)?)
            }
        };
        Some(Moment { at_ms, error_ms })
    }

    /// Whether a meeting is on in a venue, and what that word is worth. What an old list says of now still speaks for a meeting.
    #[must_use]
    pub fn word(&self, venue: VenueId, now: Now) -> (bool, interlock::Meetings) {
        match (&self.kept, self.moment(now)) {
            (_, None) => (false, interlock::Meetings::Missing),
            (None, Some(_)) => (false, interlock::Meetings::Never),
            (Some(kept), Some(at)) => {
                let is_on = kept.list.windows.iter().any(|window| window.is_of(venue) && window.covers(at));
                let is_known = kept.list.is_fresh(at);
                (is_on, if is_known { interlock::Meetings::Known } else { interlock::Meetings::Missing })
            }
        }
    }

    /// The window of a venue that is on, or begins next.
    #[must_use]
    pub fn next(&self, venue: VenueId, now: Now) -> Option<Window> {
        self.kept.as_ref()?.list.next(venue, self.moment(now)?)
    }

    /// The same of each of these venues that has one: from, to, and whether it is on.
    #[must_use]
    pub fn ahead(&self, venues: &[VenueId], now: Now) -> Vec<(VenueId, u64, u64, bool)> {
        let next = |venue: &VenueId| {
            let window = self.next(*venue, now)?;
            Some((*venue, window.from_ms, window.to_ms, self.word(*venue, now).0))
        };
        venues.iter().filter_map(next).collect()
    }

    /// How old the list is; none when there is none, or nobody can tell.
    #[must_use]
    pub fn age_ms(&self, now: Now) -> Option<u64> {
        Some(self.moment(now)?.at_ms.saturating_sub(self.kept.as_ref()?.list.as_of_ms))
    }

    /// The venues in which a meeting has begun or ended since this was asked; what it says is to be remembered.
    pub fn turned(&mut self, venues: &[VenueId], now: Now) -> Vec<(VenueId, bool)> {
        if self.kept.is_none() || self.moment(now).is_none() {
            return Vec::new();
        }
        let is_on: Vec<(VenueId, bool)> = venues.iter().map(|venue| (*venue, self.word(*venue, now).0)).collect();
        let Some(kept) = &mut self.kept else { return Vec::new() };
        let turned: Vec<(VenueId, bool)> =
            is_on.iter().copied().filter(|(venue, is_on)| kept.on.contains(venue) != *is_on).collect();
        if !turned.is_empty() {
            kept.on = is_on.into_iter().filter_map(|(venue, is_on)| is_on.then_some(venue)).collect();
        }
        turned
    }

    /// When a window begins or ends next, monotonic milliseconds.
    #[must_use]
    pub fn wake_ms(&self, now: Now) -> u64 {
        let (Some(kept), Some(at)) = (&self.kept, self.moment(now)) else { return u64::MAX };
        let edges =
            kept.list.windows.iter().flat_map(|window| {
                [window.from_ms.saturating_sub(at.error_ms), window.to_ms.saturating_add(at.error_ms)]
            });
        let next = edges.filter(|edge| *edge > at.at_ms).min();
        next.map_or(u64::MAX, |edge| now.mono_ms.saturating_add(edge - at.at_ms))
    }
}

#[cfg(test)]
mod tests {
    use avow_shared::interlock::Meetings as Word;
    use avow_shared::time::EARLIEST_MS;

    use super::*;

    const HOUR_MS: u64 = 3_600_000;
    const T: u64 = EARLIEST_MS + 100 * HOUR_MS;

    fn venue() -> VenueId {
        "350102001-01".parse().expect("a venue")
    }

    fn now(mono_ms: u64, at_ms: u64, quality: ClockQuality) -> Now {
        Now { mono_ms, wall: WallTime { at_ms, quality } }
    }

    fn list(as_of_ms: u64, windows: &[(u64, u64)]) -> MeetingList {
        let window = |(from_ms, to_ms): &(u64, u64)| Window { venue: None, from_ms: *from_ms, to_ms: *to_ms };
        MeetingList { as_of_ms, windows: windows.iter().map(window).collect() }
    }

    fn welcomed(hq_ms: u64) -> Meetings {
        let mut meetings = Meetings::default();
        meetings.time(HqTime { hq_ms, at_mono_ms: 0, error_ms: 20 });
        meetings
    }

    #[test]
    fn a_window_is_read_by_hqs_clock_however_wrong_the_own_one_is() {
        let mut meetings = welcomed(T);
        let own = T - 5 * HOUR_MS;
        assert!(meetings.take(list(T, &[(T + HOUR_MS, T + 2 * HOUR_MS)]), now(0, own, ClockQuality::Free)));
        let word = |after_ms| meetings.word(venue(), now(after_ms, own + after_ms, ClockQuality::Free));
        assert_eq!(word(HOUR_MS - 1_000), (false, Word::Known));
        assert_eq!(word(HOUR_MS - 500), (true, Word::Known), "20 ms, and 720 ms for an hour of drift");
        assert_eq!(word(2 * HOUR_MS + 500), (true, Word::Known));
        assert_eq!(word(2 * HOUR_MS + 2_000), (false, Word::Known));
    }

    #[test]
    fn a_list_holds_for_a_day_and_what_it_says_of_a_meeting_for_longer() {
        let mut meetings = welcomed(T);
        meetings.take(list(T, &[(T + 30 * HOUR_MS, T + 31 * HOUR_MS)]), now(0, T, ClockQuality::Free));
        let word = |hours| meetings.word(venue(), now(hours * HOUR_MS, 0, ClockQuality::Free));
        assert_eq!(
            [word(23), word(25), word(30)],
            [(false, Word::Known), (false, Word::Missing), (true, Word::Missing)]
        );
    }

    #[test]
    fn after_a_restart_the_own_clock_is_set_right_by_what_it_said_when_the_list_came() {
        let mut before = welcomed(T);
        let own = T - 5 * HOUR_MS;
        before.take(list(T, &[(T + HOUR_MS, T + 2 * HOUR_MS)]), now(0, own, ClockQuality::Free));
        let after = Meetings::resume(before.kept().cloned());
        let word = |own_ms, quality| after.word(venue(), now(7, own_ms, quality));
        assert_eq!(word(own + HOUR_MS / 2, ClockQuality::Free), (false, Word::Known));
        assert_eq!(word(own + HOUR_MS, ClockQuality::Free), (true, Word::Known));
        assert_eq!(word(own + 25 * HOUR_MS, ClockQuality::Free), (false, Word::Missing), "older than a day");
        assert_eq!(word(60_000, ClockQuality::Unset), (false, Word::Missing), "no clock tells how old");
        assert_eq!(word(own - 1, ClockQuality::Free), (false, Word::Missing), "the clock was set back");
    }

    #[test]
    fn who_was_never_told_knows_of_none_and_without_a_clock_of_nothing() {
        let meetings = Meetings::default();
        assert_eq!(meetings.word(venue(), now(0, T, ClockQuality::Free)), (false, Word::Never));
        assert_eq!(meetings.word(venue(), now(0, 0, ClockQuality::Unset)), (false, Word::Missing));
    }

    #[test]
    fn only_a_newer_list_counts_until_hqs_clock_was_set_back() {
        let mut meetings = welcomed(T);
        let at = now(0, T, ClockQuality::Free);
        assert!(meetings.take(list(T + 5, &[]), at) && !meetings.take(list(T + 5, &[(1, 2)]), at));
        assert!(!meetings.take(list(T, &[]), at) && meetings.take(list(T + 30 * HOUR_MS, &[]), at));
        assert!(meetings.take(list(T + 6, &[]), at), "what came from tomorrow does not bar what comes today");
    }

    #[test]
    fn a_beginning_and_an_end_are_told_once_also_over_a_restart() {
        let mut meetings = welcomed(T);
        let windows = [(T + HOUR_MS, T + 2 * HOUR_MS)];
        let at = |mono_ms| now(mono_ms, T + mono_ms, ClockQuality::Free);
        meetings.take(list(T, &windows), at(0));
        let turned = |meetings: &mut Meetings, mono_ms| meetings.turned(&[venue()], at(mono_ms));
        assert_eq!(turned(&mut meetings, 1), []);
        assert_eq!(turned(&mut meetings, HOUR_MS), [(venue(), true)]);
        assert_eq!(turned(&mut meetings, HOUR_MS + 1), []);
        let mut again = Meetings::resume(meetings.kept().cloned());
        assert_eq!(turned(&mut again, HOUR_MS + 2), []);
        assert_eq!(turned(&mut again, 2 * HOUR_MS + 2 * FREE_ERROR_MS), [(venue(), false)]);
        meetings.take(list(T + 1, &[]), at(HOUR_MS + 3));
        assert_eq!(turned(&mut meetings, HOUR_MS + 3), [(venue(), false)], "it was taken from the list");
    }

    #[test]
    fn it_wakes_for_the_next_edge_and_the_word_has_turned_then() {
        let mut meetings = welcomed(T);
        meetings.take(list(T, &[(T + HOUR_MS, T + 2 * HOUR_MS)]), now(0, T, ClockQuality::Free));
        let at = |mono_ms| now(mono_ms, 0, ClockQuality::Free);
        let mut mono_ms = 0;
        for is_on in [true, false] {
            // The error grows on the way to the edge: perhaps it looks a few times.
            let looks = (0..4).find(|_| {
                mono_ms = meetings.wake_ms(at(mono_ms));
                meetings.word(venue(), at(mono_ms)).0 == is_on
            });
            assert!(looks.is_some());
        }
        assert!(mono_ms.abs_diff(2 * HOUR_MS) < 3_000, "{mono_ms}");
        assert_eq!(meetings.wake_ms(at(mono_ms)), u64::MAX);
    }
}
