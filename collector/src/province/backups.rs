//! The backup paths of a venue, how they stand, and their sums. What a path is and when it is proven says
//! [`avow_shared::backup`]; here it is kept up to date by report and by time.

use std::sync::Arc;

use avow_shared::backup::{Kind, Path, Seen, Standing, State, Terms, UPS_PROVEN, paths};
use avow_shared::id::{AgentId, ProbeId, VenueId};
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};

use super::fold::when;
use super::venue::{Newest, Order, Venue};
use super::{Interner, Province};

/// The terms that an agent told of a venue. A snapshot holds it: another form needs another version of that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Told {
    agent: AgentId,
    order: Order,
    terms: Terms,
}

/// The backup paths of a venue.
#[derive(Clone, Debug, Default)]
pub(super) struct Backups {
    paths: Arc<[Path]>,
    standings: Box<[Standing]>,
    /// What the sums hold of it, kind and state of each path; nothing when the venue counts in no class.
    counted: Box<[(Kind, State)]>,
    /// When a path may become overdue by time alone; may be earlier than needed, never later.
    due_ms: UnixMs,
}

/// What a look at the paths changes around a venue.
pub(super) struct Weighed {
    was: Box<[(Kind, State)]>,
    is: Box<[(Kind, State)]>,
    /// When to look again, before and now, if that is sooner now.
    due: Option<(UnixMs, UnixMs)>,
    at: u32,
}

impl Weighed {
    /// Whether readers want to know.
    pub(super) fn is_news(&self) -> bool {
        self.was != self.is
    }
}

/// The sums of one kind of backup at a place and everything below it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KindCounts {
    /// Paths by state, in the order of [`State::ALL`].
    states: [u32; State::ALL.len()],
    /// Venues that have such a path.
    pub venues: u32,
}

/// The sums of all kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BackupCounts {
    kinds: [KindCounts; Kind::ALL.len()],
    /// Venues that have any backup path.
    pub venues: u32,
}

impl KindCounts {
    /// How many paths are in this state.
    #[must_use]
    pub const fn in_state(&self, state: State) -> u32 {
        self.states[state as usize]
    }

    /// How many paths there are.
    #[must_use]
    pub fn paths(&self) -> u32 {
        self.states.iter().sum()
    }
}

impl BackupCounts {
    /// The sums of one kind.
    #[must_use]
    pub const fn of(&self, kind: Kind) -> &KindCounts {
        &self.kinds[kind as usize]
    }

    /// What is left of these sums without those of a part.
    #[must_use]
    pub fn without(mut self, part: &Self) -> Self {
        for (all, one) in self.kinds.iter_mut().zip(&part.kinds) {
            all.venues -= one.venues;
            all.states.iter_mut().zip(one.states).for_each(|(all, one)| *all -= one);
        }
        self.venues -= part.venues;
        self
    }

    fn change(&mut self, paths: &[(Kind, State)], by: impl Fn(&mut u32)) {
        for (kind, state) in paths {
            by(&mut self.kinds[*kind as usize].states[*state as usize]);
        }
        for kind in Kind::ALL.into_iter().filter(|kind| paths.iter().any(|(held, _)| held == kind)) {
            by(&mut self.kinds[kind as usize].venues);
        }
        if !paths.is_empty() {
            by(&mut self.venues);
        }
    }
}

impl Venue {
    /// Its backup paths and how they stand.
    pub fn backups(&self) -> impl Iterator<Item = (&Path, &Standing)> {
        self.backups.iter().flat_map(|held| held.paths.iter().zip(&held.standings))
    }

    /// The most urgent state of its backup paths; none when it has no path.
    #[must_use]
    pub fn backup_state(&self) -> Option<State> {
        self.backups().map(|(_, standing)| standing.state).min()
    }

    /// When all of its backup paths were proven; none when one never was, or when it has none.
    #[must_use]
    pub fn backups_proven_ms(&self) -> Option<UnixMs> {
        self.backups().map(|(_, standing)| standing.proven_ms.unwrap_or(0)).min().filter(|ms| *ms > 0)
    }

    /// Takes terms that are newer than those held, by number and never by arrival; says whether they are.
    pub(super) fn take_terms(&mut self, terms: &Terms, agent: AgentId, order: Order) -> bool {
        let is_newer = self.told_terms().is_none_or(|held| held.order < order);
        if is_newer {
            let told = Told { agent, order, terms: terms.clone() };
            // Encoding into memory fails for none: every length is known.
            self.terms = Some(postcard::to_allocvec(&told).unwrap_or_default().into());
        }
        is_newer
    }

    fn told_terms(&self) -> Option<Told> {
        self.terms.as_deref().and_then(|packed| postcard::from_bytes(packed).ok())
    }

    /// Finds the paths anew: the description or its terms have changed. Terms of another agent than described it are
    /// passed over.
    pub(super) fn find_backups(&mut self, interner: &mut Interner) {
        let described = self.described.as_deref();
        let told = self.told_terms().filter(|told| described.is_some_and(|d| d.agent == told.agent));
        let declared = described.and_then(super::Described::read);
        let paths = declared.map(|declared| paths(&declared, told.as_ref().map(|told| &told.terms)));
        let paths = paths.filter(|paths| !paths.is_empty());
        if paths.is_none() && self.backups.is_none() {
            return;
        }
        let held = self.backups.get_or_insert_default();
        held.paths = interner.paths(paths.unwrap_or_default());
        held.standings = Box::default();
    }

    /// Nothing of it is in the sums any more: they were begun anew.
    pub(super) fn uncount_backups(&mut self) {
        if let Some(held) = &mut self.backups {
            held.counted = Box::default();
        }
    }

    /// Looks how the paths stand now; without a time nothing is overdue.
    pub(super) fn weigh(&mut self, now_ms: Option<UnixMs>) -> Option<Weighed> {
        let mut held = self.backups.take()?;
        let before = |at: usize| held.standings.get(at).and_then(|standing| standing.proven_ms);
        let standing = |(at, path): (usize, &Path)| path.standing(|probe| self.seen(probe, path, before(at)), now_ms);
        held.standings = held.paths.iter().enumerate().map(standing).collect();
        let counts = self.class().is_some();
        let states = held.paths.iter().zip(&held.standings).filter(|_| counts);
        let is: Box<[_]> = states.map(|(path, standing)| (path.kind, standing.state)).collect();
        let was = std::mem::replace(&mut held.counted, is.clone());
        // What is over already changes nothing by time: a path that fails may be overdue as well.
        let is_ahead = |due_ms: &UnixMs| now_ms.is_none_or(|now_ms| now_ms <= *due_ms);
        let due_ms = held.standings.iter().filter_map(|standing| standing.due_ms).filter(is_ahead).min();
        let due_ms = due_ms.map_or(UnixMs::MAX, |due_ms| due_ms.saturating_add(1));
        let is_sooner = held.due_ms == 0 || due_ms < held.due_ms;
        let due = (is_sooner && due_ms < UnixMs::MAX).then_some((held.due_ms, due_ms));
        if let Some((_, due_ms)) = due {
            held.due_ms = due_ms;
        }
        self.backups = Some(held);
        Some(Weighed { was, is, due, at: self.at })
    }

    fn seen(&self, probe: &ProbeId, path: &Path, before_ms: Option<UnixMs>) -> Seen {
        let Some(newest) = self.newest(probe) else { return Seen::default() };
        let fails = matches!(newest.verdict, avow_shared::outcome::Verdict::Fail { .. });
        // A supply that does not answer just now has come back from its battery all the same.
        let passed_ms = match path.kind {
            Kind::Ups => loaded_ms(newest).max(before_ms.unwrap_or(0)),
            _ => newest.passed_ms,
        };
        Seen { passed_ms, fails }
    }
}

/// When a power supply came back from its battery; 0 when its probe does not say so.
fn loaded_ms(newest: &Newest) -> UnixMs {
    let values = newest.schema.iter().zip(newest.numbers.iter());
    let hours = values.filter(|((name, _), _)| name.as_str() == UPS_PROVEN).map(|(_, hours)| *hours).next();
    let hours = hours.filter(|hours| hours.is_finite() && *hours >= 0.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast holds at the greatest number")]
    let ago = |hours: f64| (hours * 3_600_000.0) as u64;
    hours.map_or(0, |hours| when(newest.at, newest.received_ms).saturating_sub(ago(hours)))
}

impl Province {
    /// The terms of a venue's backup paths.
    pub(super) fn find_backups(&mut self, id: VenueId) {
        let mut interner = std::mem::take(&mut self.interner);
        self.edit(id, |venue| venue.find_backups(&mut interner));
        self.interner = interner;
    }

    /// Counts what a look at the paths of a venue changed, all the way up.
    pub(super) fn weighed(&mut self, id: VenueId, weighed: &Weighed) {
        if let Some((old_ms, new_ms)) = weighed.due {
            self.backups_due.remove(&(old_ms, id));
            self.backups_due.insert((new_ms, id));
        }
        if !weighed.is_news() {
            return;
        }
        let tree = Arc::clone(&self.tree);
        for place in tree.path(weighed.at) {
            let counts = self.backup_tally.edit(place);
            counts.change(&weighed.was, |number| *number -= 1);
            counts.change(&weighed.is, |number| *number += 1);
        }
    }

    /// Looks again at one venue's paths and at nothing else of it.
    pub(super) fn weigh(&mut self, id: VenueId) {
        let now_ms = self.listening_ms.map(|_| self.now_ms);
        let Some(weighed) = self.edit(id, |venue| venue.weigh(now_ms)).flatten() else { return };
        self.weighed(id, &weighed);
        if weighed.is_news() {
            self.touch(id);
        }
    }

    /// From now on time counts: every path is looked at once, at `next_ms`.
    pub(super) fn backups_go_live(&mut self, next_ms: UnixMs) {
        self.backups_due.clear();
        let with = |venue: &&Arc<Venue>| venue.backups.is_some();
        let ids: Vec<VenueId> =
            self.counties.iter().flat_map(|c| &c.venues).filter(with).map(|venue| venue.id).collect();
        for id in ids {
            self.backups_due.insert((next_ms, id));
            self.edit(id, |venue| venue.backups_due_at(next_ms));
        }
    }

    /// Paths become overdue by time alone.
    pub(super) fn backups_tick(&mut self) {
        while let Some((due_ms, id)) = self.backups_due.first().copied().filter(|(due_ms, _)| *due_ms <= self.now_ms) {
            self.backups_due.remove(&(due_ms, id));
            self.edit(id, |venue| venue.backups_due_at(0));
            self.weigh(id);
        }
    }
}

impl Venue {
    /// 0: it waits for nothing.
    fn backups_due_at(&mut self, due_ms: UnixMs) {
        if let Some(held) = &mut self.backups {
            held.due_ms = due_ms;
        }
    }
}
