//! HQ tells of its meetings: what that means for the rooms, and how it is told on.

use avow_shared::id::VenueId;
use avow_shared::interlock::Meetings as Word;
use avow_shared::meeting::MeetingList;
use avow_shared::order::Order;
use avow_shared::outcome::{Verdict, Why};
use avow_shared::wire::MEETINGS_SINCE;

use super::{Agent, Code, Effect, Memory};
use crate::clock::Now;

impl Agent {
    /// HQ's list, whenever it comes: it passes no gate, and only a newer one counts.
    pub(super) fn hear_meetings(&mut self, order: &Order, list: &MeetingList, now: Now, effects: &mut Vec<Effect>) {
        let is_meant = order.scope.means(self.reporter.id(), self.config.place());
        let waited = self.waits_for_word(now);
        if is_meant && self.meetings.take(list.clone(), now) {
            tracing::info!(windows = list.windows.len(), "HQ told of its meetings");
            effects.push(Effect::Remember(Memory::Meetings(self.meetings.kept().cloned())));
            let waits = self.waits_for_word(now);
            waited.into_iter().filter(|at| !waits.contains(at)).for_each(|at| self.schedule.again(at, now.mono_ms));
        }
    }

    /// What was refused last and of whose rooms HQ's word is missing: it may have been that alone, and a day is long to wait.
    fn waits_for_word(&self, now: Now) -> Vec<usize> {
        let is_unknown = |venue| self.meetings.word(venue, now).1 != Word::Known;
        let is_refused =
            |at: &usize| matches!(&self.last[*at], Some(Verdict::Unknown { why: Why::Interlocked { .. } }));
        let is_it = |at: &usize| is_refused(at) && is_unknown(self.config.exercises[*at].name.venue);
        (0..self.last.len()).filter(is_it).collect()
    }

    /// An older HQ tells of no meetings: a list that its newer self left would only grow old.
    pub(super) fn forget_meetings_of_a_newer_hq(&mut self, effects: &mut Vec<Effect>) {
        let tells = self.reporter.uplink().hq_reads().is_none_or(|newest| newest >= MEETINGS_SINCE);
        if !tells && self.meetings.forget() {
            effects.push(Effect::Remember(Memory::Meetings(None)));
        }
    }

    /// Tells, once, that a meeting of HQ's has begun or ended. One that begins stops what a person steers.
    pub(super) fn meetings_turned(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let turned = self.meetings.turned(&self.config.venues(), now);
        for (venue, is_on) in &turned {
            let (code, what) = if *is_on {
                (Code::MeetingBegan, "会议时段开始")
            } else {
                (Code::MeetingEnded, "会议时段结束")
            };
            self.happened(code, &format!("{}：{what}（中心安排）", self.venue_title(*venue)), now);
        }
        if turned.iter().any(|(_, is_on)| *is_on) {
            effects.push(Effect::Halt);
        }
        if !turned.is_empty() {
            effects.push(Effect::Remember(Memory::Meetings(self.meetings.kept().cloned())));
        }
    }

    fn venue_title(&self, venue: VenueId) -> String {
        let found = self.config.description.venues.iter().find(|one| one.id == venue);
        found.map(|venue| venue.name.to_string()).unwrap_or_default()
    }
}
