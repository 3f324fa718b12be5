//! What changed lately, in two bounded rows: that a venue has become worse is never pushed out by others that came back or
//! were judged for the first time. When a province connects again, those are thousands within seconds.

use std::collections::VecDeque;
use std::sync::Arc;

use avow_shared::id::{FindingCode, VenueId};
use avow_shared::place::PlaceCode;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::counts::Class;

/// The most changes that are kept in a row; beside them each venue keeps its last one.
pub const MOST_CHANGES: usize = 1_000;
/// For so long a change to the worse goes before newer ones that are none, milliseconds. The console keeps to the same.
const URGENT_MS: u64 = 60_000;

/// A venue that went from one class to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Counts up by one.
    pub seq: u64,
    /// Which venue.
    pub venue: VenueId,
    /// Its name.
    pub name: SmolStr,
    /// The place that it counts in.
    pub place: PlaceCode,
    /// The class before; none for a venue that is new.
    pub from: Option<Class>,
    /// The class after.
    pub to: Class,
    /// What is wrong.
    pub finding: Option<FindingCode>,
    /// When, by HQ's clock.
    pub at_ms: UnixMs,
}

impl Change {
    /// Whether the venue is worse off than before; of one that is new, nothing was known before.
    #[must_use]
    pub fn is_worse(&self) -> bool {
        self.to < self.from.unwrap_or(Class::Unknown)
    }
}

/// The newest changes.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    all: VecDeque<Arc<Change>>,
    worse: VecDeque<Arc<Change>>,
}

impl Changes {
    /// One more, newer than all before.
    pub(super) fn push(&mut self, change: Arc<Change>) {
        if change.is_worse() {
            push(&mut self.worse, Arc::clone(&change));
        }
        push(&mut self.all, change);
    }

    /// The newest first. Older than the oldest of the whole row are only those to the worse.
    pub fn newest(&self) -> impl Iterator<Item = &Arc<Change>> {
        let oldest = self.all.front().map_or(u64::MAX, |change| change.seq);
        self.all.iter().rev().chain(self.worse.iter().rev().filter(move |change| change.seq < oldest))
    }

    /// The number of the newest; 0 when there is none.
    #[must_use]
    pub fn last_seq(&self) -> u64 {
        self.all.back().map_or(0, |change| change.seq)
    }

    /// Every change newer than this one is still in the row.
    pub(super) fn whole_from(&self) -> u64 {
        self.all.front().map_or(u64::MAX, |change| change.seq)
    }
}

fn push(row: &mut VecDeque<Arc<Change>>, change: Arc<Change>) {
    if row.len() == MOST_CHANGES {
        row.pop_front();
    }
    row.push_back(change);
}

/// At most `most` of `newest_first`, in that order. When not all find room, fresh changes to the worse go first.
#[must_use]
pub fn most_urgent<'a>(newest_first: Vec<&'a Change>, most: usize, now_ms: UnixMs) -> Vec<&'a Change> {
    if newest_first.len() <= most {
        return newest_first;
    }
    let is_urgent = |change: &Change| change.is_worse() && change.at_ms.saturating_add(URGENT_MS) >= now_ms;
    let urgent = newest_first.iter().filter(|change| is_urgent(change)).count().min(most);
    let (mut urgent_left, mut others_left) = (urgent, most - urgent);
    let has_room = |change: &&'a Change| {
        let left = if is_urgent(change) { &mut urgent_left } else { &mut others_left };
        let has_room = *left > 0;
        *left = left.saturating_sub(1);
        has_room
    };
    newest_first.into_iter().filter(has_room).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: UnixMs = 1_790_000_000_000;

    fn change(seq: u64, from: Option<Class>, to: Class) -> Arc<Change> {
        let place: PlaceCode = "350102001".parse().expect("a place");
        let venue = VenueId::new(place, 1).expect("a room");
        Arc::new(Change { seq, venue, name: "".into(), place, from, to, finding: None, at_ms: NOW_MS })
    }

    /// What a venue that reports for the first time does: two changes that nobody is called for.
    fn flood(changes: &mut Changes, from_seq: u64, venues: u64) {
        for seq in (from_seq..).step_by(2).take(usize::try_from(venues).expect("fits")) {
            changes.push(change(seq, None, Class::Unknown));
            changes.push(change(seq + 1, Some(Class::Unknown), Class::Pass));
        }
    }

    fn seqs(changes: Vec<&Change>) -> Vec<u64> {
        changes.into_iter().map(|change| change.seq).collect()
    }

    #[test]
    fn worse_is_what_is_more_urgent_than_before() {
        let worse = |from, to| change(1, from, to).is_worse();
        assert!(worse(Some(Class::Pass), Class::Degraded) && worse(Some(Class::Fail), Class::Silent));
        assert!(worse(None, Class::Fail) && worse(Some(Class::Unknown), Class::Stale));
        assert!(!worse(None, Class::Unknown) && !worse(None, Class::Pass) && !worse(None, Class::Degraded));
        assert!(!worse(Some(Class::Fail), Class::Pass) && !worse(Some(Class::Silent), Class::Fail));
    }

    #[test]
    fn a_flood_pushes_no_fault_out_of_the_row_and_a_minute_later_the_newest_are_the_newest() {
        let mut changes = Changes::default();
        changes.push(change(1, Some(Class::Pass), Class::Fail));
        flood(&mut changes, 2, 18_762);
        let newest: Vec<&Change> = changes.newest().map(|change| &**change).collect();
        assert_eq!(newest.len(), MOST_CHANGES + 1);
        assert!(newest.is_sorted_by(|a, b| a.seq > b.seq), "each once, the newest first");
        let told = |now_ms| seqs(most_urgent(newest.clone(), 3, now_ms));
        assert_eq!(told(NOW_MS + URGENT_MS), [37_525, 37_524, 1]);
        assert_eq!(told(NOW_MS + URGENT_MS + 1), [37_525, 37_524, 37_523]);
    }

    #[test]
    fn of_many_faults_the_newest_are_told() {
        let many: Vec<Arc<Change>> = (1..=9).map(|seq| change(seq, Some(Class::Pass), Class::Fail)).collect();
        let newest_first: Vec<&Change> = many.iter().rev().map(|change| &**change).collect();
        assert_eq!(seqs(most_urgent(newest_first.clone(), 2, NOW_MS)), [9, 8]);
        assert_eq!(seqs(most_urgent(newest_first, 9, NOW_MS)).len(), 9);
    }
}
