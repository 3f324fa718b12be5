//! The province: a pure fold over what the journal stored, who is connected, and the time. No clock, no lock, no file.
//!
//! Work per report is that of one venue and its way up the tree. Readers get a [`View`]; what they hold is never changed,
//! the fold copies the few pieces that it touches.

mod agent;
mod backups;
mod breakdown;
mod canaries;
mod changes;
mod counts;
mod crossings;
mod events;
mod extent;
mod fault_level;
mod fold;
mod intern;
mod judge;
mod plates;
mod references;
mod search;
mod thaw;
mod tree;
mod upstream;
mod venue;
mod view;

#[cfg(test)]
pub(crate) mod tests;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use avow_shared::divisions::Divisions;
use avow_shared::id::{AgentId, VenueId};
use avow_shared::time::UnixMs;

pub use agent::Agent;
pub use backups::{BackupCounts, KindCounts};
pub use breakdown::{Breakdown, OfLevel, OfNetwork};
pub use canaries::{Canary, Sums as Canaries};
pub use changes::{Change, Changes, MOST_CHANGES, most_urgent};
pub use counts::{Class, Counts, Standing, Tally};
pub use crossings::{Crossings, MOST_RUNS};
pub(crate) use events::Packed as PackedEvents;
pub use events::{Events, MOST_EVENTS, Told};
pub use extent::Extent;
pub use fault_level::FaultLevel;
pub use fold::{by_age, clock_words, when};
pub use judge::Rules;
pub(crate) use judge::stale_after_ms;
pub use plates::{Happened, Plate};
pub use references::{Learnt, MOST_REFERENCES};
pub use search::{matches, spelt, text as search_text, words};
pub use thaw::Frozen;
pub(crate) use thaw::old::{Record1, Record2, Record3, Record5};
pub(crate) use thaw::{Head, Record};
pub use tree::Tree;
#[cfg(test)]
pub(crate) use tree::tree_for_tests;
pub use upstream::upstream;
pub use venue::{Described, Link, Newest, Order, Schema, Venue};
pub use view::{County, TOUCHED_KEPT, Touched, View};

use crate::fact::Arrival;
use crate::registry::Registry;
use crate::roll_call::Calls;
pub(crate) use intern::Interner;
use judge::Moment;
use view::Pieces;

/// Publishings a second at most: revisions begin at the time in tenths of a second, so that they never run backwards
/// across a restart.
const MS_PER_REVISION: u64 = 100;

/// Between two publishings, longer lists of venues with news are tidied.
const MOST_TOUCHED: usize = 1 << 16;

/// The state of the whole province.
#[derive(Debug)]
pub struct Province {
    rules: Rules,
    tree: Arc<Tree>,
    registry: Arc<Registry>,
    pieces: Pieces,
    counties: Vec<Arc<County>>,
    tally: Tally<Counts>,
    backup_tally: Tally<BackupCounts>,
    agents: HashMap<AgentId, Agent>,
    interner: Interner,
    next_rank: u64,
    /// When to look at a venue again; may be earlier than needed, never later.
    due: BTreeSet<(UnixMs, VenueId)>,
    /// The same of backup paths, which say nothing of a venue's class.
    backups_due: BTreeSet<(UnixMs, VenueId)>,
    arrival: Arrival,
    now_ms: UnixMs,
    listening_ms: Option<UnixMs>,
    /// Whether anything can come: while the line to the broker is down, time does not count.
    hears: bool,
    changes: Arc<Changes>,
    events: Arc<Events>,
    crossings: Arc<Crossings>,
    calls: Arc<Calls>,
    next_change: u64,
    revision: u64,
    news: bool,
    touched: Vec<VenueId>,
    /// Canaries that readers have not seen yet.
    planted: Vec<VenueId>,
    recent: VecDeque<Arc<Touched>>,
}

impl Province {
    /// An empty province over `divisions` with the entries of `registry`.
    #[must_use]
    pub fn new(divisions: Divisions, registry: Arc<Registry>, rules: Rules) -> Self {
        let tree = Arc::new(Tree::new(divisions, &registry));
        let codes: BTreeSet<_> = tree.divisions().list().iter().map(|d| tree::piece_of(d.code)).collect();
        let pieces: HashMap<_, _> = (0..).zip(codes).map(|(at, code)| (code, at)).collect();
        let mut province = Self {
            rules,
            tally: Tally::new(tree.len()),
            backup_tally: Tally::new(tree.len()),
            counties: vec![Arc::default(); pieces.len()],
            pieces: Arc::new(pieces),
            tree,
            registry: Arc::default(),
            agents: HashMap::new(),
            interner: Interner::default(),
            next_rank: 1,
            due: BTreeSet::new(),
            backups_due: BTreeSet::new(),
            arrival: 0,
            now_ms: 0,
            listening_ms: None,
            hears: true,
            changes: Arc::default(),
            events: Arc::default(),
            crossings: Arc::default(),
            calls: Arc::default(),
            next_change: 1,
            revision: 0,
            news: true,
            touched: Vec::new(),
            planted: Vec::new(),
            recent: VecDeque::new(),
        };
        province.apply_registry(registry);
        province
    }

    /// The last batch that was folded; older ones are passed over.
    #[must_use]
    pub fn arrival(&self) -> Arrival {
        self.arrival
    }

    /// The registry in force.
    #[must_use]
    pub fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    /// The tree in force.
    #[must_use]
    pub fn tree(&self) -> &Arc<Tree> {
        &self.tree
    }

    /// What is kept of an agent.
    #[must_use]
    pub fn agent(&self, id: AgentId) -> Option<&Agent> {
        self.agents.get(&id)
    }

    /// When something was last heard of anybody; 0 for never.
    #[must_use]
    pub fn newest_ms(&self) -> UnixMs {
        self.agents.values().filter_map(|agent| agent.last_ms).max().unwrap_or(0)
    }

    /// The replay is over: from now on time counts and changes are told. Nobody is silent or stale for what came while
    /// HQ was not listening; who was silent before stays so until heard of.
    pub fn go_live(&mut self, now_ms: UnixMs) {
        self.now_ms = now_ms;
        self.revision = self.revision.max(now_ms / MS_PER_REVISION);
        self.listening_ms = Some(now_ms);
        self.due.clear();
        let next = now_ms + self.rules.silent_after_ms.min(self.rules.stale_grace_ms) + 1;
        let waiting = |venue: &&Arc<Venue>| venue.class().is_some_and(|class| class != Class::Silent);
        let ids: Vec<VenueId> =
            self.counties.iter().flat_map(|c| &c.venues).filter(waiting).map(|venue| venue.id).collect();
        for id in ids {
            self.due.insert((next, id));
            self.edit(id, |venue| venue.due_ms = next);
        }
        self.backups_go_live(next);
        self.news = true;
    }

    /// HQ hears the broker, or does not. As at a start, nobody is late for what came while it did not.
    pub fn hears(&mut self, hears: bool, now_ms: UnixMs) {
        if hears && !self.hears {
            self.go_live(now_ms);
        }
        self.hears = hears;
    }

    /// Time passes: venues become silent or stale, as long as HQ hears them.
    pub fn tick(&mut self, now_ms: UnixMs) {
        if !self.hears {
            return;
        }
        self.now_ms = self.now_ms.max(now_ms);
        while let Some((due_ms, id)) = self.due.first().copied().filter(|(due_ms, _)| *due_ms <= self.now_ms) {
            self.due.remove(&(due_ms, id));
            self.update(id, |venue| {
                if venue.due_ms == due_ms {
                    venue.due_ms = UnixMs::MAX;
                }
                false
            });
        }
        self.backups_tick();
    }

    /// The state for readers; the same revision when nothing happened.
    pub fn publish(&mut self) -> Arc<View> {
        if self.news {
            self.revision += 1;
            self.news = false;
            self.touched.sort_unstable();
            self.touched.dedup();
            if self.recent.len() == TOUCHED_KEPT {
                self.recent.pop_front();
            }
            let venues = std::mem::take(&mut self.touched).into_boxed_slice();
            self.recent.push_back(Arc::new(Touched { revision: self.revision, venues }));
        }
        Arc::new(View {
            revision: self.revision,
            now_ms: self.now_ms,
            tree: Arc::clone(&self.tree),
            registry: Arc::clone(&self.registry),
            rules: self.rules,
            changes: Arc::clone(&self.changes),
            events: Arc::clone(&self.events),
            crossings: Arc::clone(&self.crossings),
            calls: Arc::clone(&self.calls),
            tally: self.tally.clone(),
            backup_tally: self.backup_tally.clone(),
            counties: self.counties.clone(),
            pieces: Arc::clone(&self.pieces),
            touched: self.recent.clone(),
        })
    }

    /// The roll calls of the last minutes.
    #[must_use]
    pub fn calls(&self) -> &Arc<Calls> {
        &self.calls
    }

    /// What venues told of runs of two.
    #[must_use]
    pub fn crossings(&self) -> &Crossings {
        &self.crossings
    }

    /// Changes the roll calls; `change` comes with what readers are to see.
    pub fn change_calls<T>(&mut self, change: impl FnOnce(&mut Calls) -> T) -> T {
        self.news = true;
        change(Arc::make_mut(&mut self.calls))
    }

    /// Whether a publishing would show something new.
    #[must_use]
    pub fn has_news(&self) -> bool {
        self.news
    }

    /// The entries of an import are in force; everything is counted anew.
    pub fn apply_registry(&mut self, registry: Arc<Registry>) {
        self.tree = Arc::new(Tree::new(self.tree.divisions().clone(), &registry));
        let gone = self.registry.venues.keys().filter(|id| !registry.venues.contains_key(*id));
        let mut ids: BTreeSet<VenueId> = gone.copied().chain(registry.venues.keys().copied()).collect();
        ids.extend(self.counties.iter().flat_map(|c| &c.venues).map(|venue| venue.id));
        self.registry = registry;
        self.tally = Tally::new(self.tree.len());
        self.backup_tally = Tally::new(self.tree.len());
        for id in ids {
            self.enrol(id);
        }
        self.recount_agents();
        self.news = true;
    }

    /// Puts what the registry says into a venue and counts it in an empty tally.
    fn enrol(&mut self, id: VenueId) {
        let entry = self.registry.venues.get(&id).cloned();
        let parent = entry.as_ref().and_then(|entry| entry.parent);
        let Some(at) = self.tree.nearest(parent.unwrap_or(id.place)) else { return };
        let was = self.edit(id, |venue| {
            let was = std::mem::take(&mut venue.standing);
            venue.uncount_backups();
            (venue.entry, venue.at) = (entry, at);
            was
        });
        self.refresh_search(id);
        if let Some(was) = was {
            self.update_from(id, Some(was.class()), |_| true);
        }
    }

    fn refresh_search(&mut self, id: VenueId) {
        let tree = Arc::clone(&self.tree);
        self.edit(id, |venue| {
            let (name, unit) = (venue.name(), venue.unit().unwrap_or_default());
            venue.search = search::text(&id.to_string(), &name, &unit, &tree.full_name(venue.at));
        });
    }

    /// Changes one venue without judging it anew; none when its place is unknown at every level.
    fn held(&self, id: VenueId) -> Option<&Venue> {
        let piece = id.place.ancestry().find_map(|code| self.pieces.get(&tree::piece_of(code)))?;
        let venues = &self.counties[*piece as usize].venues;
        venues.binary_search_by_key(&id, |venue| venue.id).ok().map(|at| &*venues[at])
    }

    fn edit<R>(&mut self, id: VenueId, change: impl FnOnce(&mut Venue) -> R) -> Option<R> {
        let piece = id.place.ancestry().find_map(|code| self.pieces.get(&tree::piece_of(code)))?;
        let county = Arc::make_mut(&mut self.counties[*piece as usize]);
        let at = match county.venues.binary_search_by_key(&id, |venue| venue.id) {
            Ok(at) => at,
            Err(at) => {
                let place = self.tree.nearest(id.place)?;
                county.venues.insert(at, Arc::new(Venue::new(id, place)));
                at
            }
        };
        Some(change(Arc::make_mut(&mut county.venues[at])))
    }

    /// Changes one venue, judges it anew and counts the difference all the way up. The change says whether it is news.
    fn update(&mut self, id: VenueId, change: impl FnOnce(&mut Venue) -> bool) {
        self.update_from(id, None, change);
    }

    /// As [`Province::update`], for a venue that had another class than its standing now says.
    fn update_from(&mut self, id: VenueId, was: Option<Option<Class>>, change: impl FnOnce(&mut Venue) -> bool) {
        let (tree, rules, now_ms) = (Arc::clone(&self.tree), self.rules, self.now_ms);
        let moment = Moment { now_ms, listening_ms: self.listening_ms };
        let live_ms = self.listening_ms.map(|_| now_ms);
        let settled = self.edit(id, |venue| {
            let was = was.unwrap_or_else(|| venue.class());
            let is_news = change(venue);
            let judged = judge::judge(venue, &tree, &rules, moment);
            (venue.settle(was, is_news, judged, now_ms), venue.weigh(live_ms))
        });
        let Some((settled, weighed)) = settled else { return };
        weighed.iter().for_each(|weighed| self.weighed(id, weighed));
        self.count(settled.at, settled.counted, settled.standing);
        if let Some((old_ms, new_ms)) = settled.due {
            self.due.remove(&(old_ms, id));
            self.due.insert((new_ms, id));
        }
        if settled.is_news || settled.counted != settled.standing || weighed.is_some_and(|weighed| weighed.is_news()) {
            self.touch(id);
        }
        let class = settled.standing.class();
        if let Some(to) = class.filter(|_| settled.was != class && self.listening_ms.is_some()) {
            self.tell(id, settled.was, to);
        }
    }

    /// Readers want to know; while old reports are read again, there are none.
    fn touch(&mut self, id: VenueId) {
        self.news = true;
        if self.listening_ms.is_some() {
            self.touched.push(id);
        }
        if self.touched.len() > MOST_TOUCHED {
            self.touched.sort_unstable();
            self.touched.dedup();
        }
    }

    fn count(&mut self, at: u32, from: Standing, to: Standing) {
        if from == to {
            return;
        }
        let tree = Arc::clone(&self.tree);
        for place in tree.path(at) {
            let counts = self.tally.edit(place);
            counts.leave(from);
            counts.enter(to);
        }
    }

    fn tell(&mut self, id: VenueId, from: Option<Class>, to: Class) {
        let told = self.edit(id, |venue| (venue.name(), venue.at, venue.finding.clone()));
        let Some((name, at, finding)) = told else { return };
        let place = self.tree.place(at).code;
        let seq = self.next_change;
        let change = Arc::new(Change { seq, venue: id, name, place, from, to, finding, at_ms: self.now_ms });
        self.next_change += 1;
        self.edit(id, |venue| venue.changed = Some(Arc::clone(&change)));
        Arc::make_mut(&mut self.changes).push(change);
    }
}
