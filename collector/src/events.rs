//! What changed, for many listeners: one look at the state four times a second, shared by all; each listener compares it
//! with what it told last. A listener that does not keep up loses events and is told so; it never delays another.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use avow_shared::id::VenueId;
use avow_shared::place::Level;
use avow_shared::time::UnixMs;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast};

use crate::api::dto::{Change, DeltaEvent, HelloEvent, InboundEvent, InboundNews, ResyncEvent};
use crate::books::Books;
use crate::clock::now_ms;
use crate::inbound::Desk;
use crate::province::{Counts, View};

/// At most four events a second.
pub const EVERY: Duration = Duration::from_millis(250);
/// How many looks a listener may be behind: four seconds.
const BUFFER: usize = 16;
/// The most listeners.
const MOST_STREAMS: usize = 512;
/// When more venues than these have news, only the one that was asked for is named.
const FEW: usize = 500;
/// The most changes in one event.
const MOST_CHANGES: usize = 50;

/// What a listener hears.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// First.
    Hello(HelloEvent),
    /// What changed.
    Delta(DeltaEvent),
    /// What became of calls to us.
    Inbound(InboundEvent),
    /// Events were lost: fetch again.
    Resync(ResyncEvent),
}

/// What a listener wants to hear.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// The index of the place.
    pub scope: u32,
    /// A venue whose news is always told.
    pub venue: Option<VenueId>,
    /// The revision that it heard last, on another connection.
    pub last_revision: Option<u64>,
}

/// What all listeners are shown.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The state.
    pub view: Arc<View>,
    /// The calls to us.
    pub desk: Arc<Desk>,
    /// The collector's clock: the state may be older, when nothing has happened.
    pub now_ms: UnixMs,
}

/// The source of events; clones are the same.
#[derive(Clone, Debug)]
pub struct Hub {
    sender: broadcast::Sender<Shown>,
    streams: Arc<Semaphore>,
}

impl Default for Hub {
    fn default() -> Self {
        Self { sender: broadcast::channel(BUFFER).0, streams: Arc::new(Semaphore::new(MOST_STREAMS)) }
    }
}

impl Hub {
    /// Shows a state to all listeners.
    pub fn show(&self, shown: Shown) {
        // Nobody listening is no error.
        let _ = self.sender.send(shown);
    }

    /// Looks at the state four times a second, as long as the program runs.
    pub async fn run(self, view: Arc<ArcSwap<View>>, books: Arc<Books>) {
        let mut every = tokio::time::interval(EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let shown = || Shown { view: view.load_full(), desk: books.inbound.load_full(), now_ms: now_ms() };
        let mut before = shown();
        self.show(before.clone());
        loop {
            every.tick().await;
            let now = shown();
            if now.view.revision != before.view.revision || !Arc::ptr_eq(&now.desk, &before.desk) {
                before = now.clone();
                self.show(now);
            }
        }
    }

    /// How many listen.
    #[must_use]
    pub fn listeners(&self) -> usize {
        MOST_STREAMS - self.streams.available_permits()
    }

    /// A listener that has seen this much; none when there are too many.
    #[must_use]
    pub fn subscribe(&self, seen: Shown, wish: Wish) -> Option<Subscription> {
        let permit = Arc::clone(&self.streams).try_acquire_owned().ok()?;
        let receiver = self.sender.subscribe();
        let Shown { view, desk, .. } = seen;
        Some(Subscription { receiver, wish, told: None, queue: first(&view, &wish), view, desk, _permit: permit })
    }
}

/// What is said at once: hello, and after a lost connection what was missed, or that too much was.
fn first(view: &View, wish: &Wish) -> Vec<Message> {
    let hello = Message::Hello(HelloEvent { revision: view.revision, now_ms: view.now_ms });
    let missed = wish.last_revision.filter(|last| *last != view.revision).map(|last| {
        let known = (last < view.revision).then(|| view.touched_since(last)).flatten();
        known.map_or(Message::Resync(ResyncEvent { revision: view.revision }), |touched| {
            let changes = view.newest_changes(wish.scope, MOST_CHANGES);
            let changes = changes.into_iter().map(|change| Change::of(change, &view.tree)).collect();
            let counts = counts(view, wish.scope).map(|(at, counts)| (code(view, at), counts)).collect();
            Message::Delta(delta(view, counts, changes, named(view, wish, touched)))
        })
    });
    // Taken from the end.
    missed.into_iter().chain([hello]).collect()
}

/// One listener.
#[derive(Debug)]
pub struct Subscription {
    receiver: broadcast::Receiver<Shown>,
    wish: Wish,
    view: Arc<View>,
    desk: Arc<Desk>,
    told: Option<HashMap<u32, Counts>>,
    queue: Vec<Message>,
    _permit: OwnedSemaphorePermit,
}

impl Subscription {
    /// The next message; none when the program stops.
    pub async fn next(&mut self) -> Option<Message> {
        loop {
            if let Some(message) = self.queue.pop() {
                return Some(message);
            }
            match self.receiver.recv().await {
                Ok(Shown { view, desk, now_ms }) => {
                    let delta = self.compare(view).map(Message::Delta);
                    // Taken from the end: who waits for a room that can answer hears that first.
                    self.queue.extend(delta);
                    let news = self.called(desk, now_ms).map(Message::Inbound);
                    self.queue.extend(news);
                }
                Err(broadcast::error::RecvError::Lagged(_)) => return Some(self.resync()),
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }

    /// The listener fetches everything again; what it is told next counts from the newest state.
    fn resync(&mut self) -> Message {
        while let Ok(Shown { view, desk, .. }) = self.receiver.try_recv() {
            (self.view, self.desk) = (view, desk);
        }
        self.told = None;
        Message::Resync(ResyncEvent { revision: self.view.revision })
    }

    /// The calls to us that have changed; none when none has.
    fn called(&mut self, desk: Arc<Desk>, now_ms: UnixMs) -> Option<InboundEvent> {
        if Arc::ptr_eq(&desk, &self.desk) {
            return None;
        }
        let before = std::mem::replace(&mut self.desk, Arc::clone(&desk));
        let (changed, gone) = desk.since(&before);
        let news = changed.into_iter().map(|call| InboundNews { id: call.id, revision: call.revision });
        let calls: Vec<InboundNews> = news.collect();
        let open = desk.open();
        (!(calls.is_empty() && gone.is_empty())).then_some(InboundEvent { now_ms, open, calls })
    }

    /// What `view` has that was not told yet; none when that is nothing.
    fn compare(&mut self, view: Arc<View>) -> Option<DeltaEvent> {
        if view.revision <= self.view.revision {
            return None;
        }
        let Wish { scope, .. } = self.wish;
        let before = std::mem::replace(&mut self.view, Arc::clone(&view));
        let told = self.told.get_or_insert_with(|| counts(&before, scope).collect());
        let now: HashMap<u32, Counts> = counts(&view, scope).collect();
        let changed = now.iter().filter(|(at, counts)| told.get(at) != Some(counts));
        let changed: BTreeMap<String, Counts> = changed.map(|(at, counts)| (code(&view, *at), *counts)).collect();
        *told = now;
        let changes = view.changes_since(scope, before.changes.last_seq(), MOST_CHANGES);
        let changes: Vec<Change> = changes.into_iter().map(|change| Change::of(change, &view.tree)).collect();
        let Some(touched) = view.touched_since(before.revision) else {
            self.queue.push(Message::Resync(ResyncEvent { revision: view.revision }));
            return None;
        };
        let venues = named(&view, &self.wish, touched);
        let news = !(changed.is_empty() && changes.is_empty() && venues.is_empty());
        news.then(|| delta(&view, changed, changes, venues))
    }
}

fn delta(view: &View, counts: BTreeMap<String, Counts>, changes: Vec<Change>, venues: Vec<String>) -> DeltaEvent {
    DeltaEvent { revision: view.revision, now_ms: view.now_ms, counts, changes, venues }
}

fn code(view: &View, at: u32) -> String {
    view.tree.place(at).code.to_string()
}

/// The sums of the scope, of its children, and below a county of their children too.
fn counts(view: &View, scope: u32) -> impl Iterator<Item = (u32, Counts)> + '_ {
    let deep = view.tree.place(scope).code.level() == Level::County;
    let children = view.tree.children(scope).iter().copied();
    let grandchildren = children.clone().filter(move |_| deep).flat_map(|at| view.tree.children(at).iter().copied());
    std::iter::once(scope).chain(children).chain(grandchildren).map(|at| (at, view.counts(at)))
}

/// The venue that was asked for, and the others in scope when they are few.
fn named(view: &View, wish: &Wish, mut touched: Vec<VenueId>) -> Vec<String> {
    let within = |id: &VenueId| view.venue(*id).is_some_and(|venue| view.tree.is_within(venue.at, wish.scope));
    let asked = wish.venue.filter(|id| touched.binary_search(id).is_ok());
    touched.retain(within);
    if touched.len() > FEW {
        touched.clear();
    }
    if let Some(at) = asked.and_then(|id| touched.binary_search(&id).err().map(|at| (at, id))) {
        touched.insert(at.0, at.1);
    }
    touched.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests;
