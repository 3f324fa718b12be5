//! Roll calls in the core: written down before anybody is asked, asked, asked again, and written down when they are over.

use std::sync::Arc;

use avow_shared::id::{AgentId, UnitId, VenueId};
use avow_shared::order::{Order, OrderNumber, Scope, Task};
use avow_shared::place::PlaceCode;
use avow_shared::roll_call::{Call as Wanted, MAX_CALLED};
use avow_shared::time::UnixMs;
use avow_shared::topic;

use super::{Core, Storing, kept};
use crate::command::{CallWord, Refusal};
use crate::hand::Hand;
use crate::province::{Tree, Venue};
use crate::roll_call::{
    Ask, Asked, Before, Call, Calls, Entry, Excuse, Head, Heads, LATE_MS, MOST_OPEN, Nonce, NotTaken, Note, Notes,
    Reached,
};
use crate::store::{Batch, Error, Store};
use crate::units::{self, Who};

/// Whole calls.
const RECORD: &[u8] = b"roll-call/";
/// What lists tell of them: a start reads no record of a call that is over.
const HEAD: &[u8] = b"roll-call-head/";
const HEAD_END: &[u8] = b"roll-call-head0";
/// What people wrote about them.
const NOTE: &[u8] = b"roll-call-note/";
/// The version of a record: in the second units, kinds and origins came in.
const VERSION: u8 = 2;
/// So many records are kept; the oldest goes.
const MOST_RECORDS: usize = 1_000;
/// Fast: a call of the whole province is some 2 MB before.
const ZSTD_LEVEL: i32 = 1;
/// The longest record that is read back.
const MAX_RECORD: usize = 64 << 20;
/// So many agents are asked by name in one go, twice a second: a thousand signatures take a twentieth of that.
const ASK_AT_ONCE: usize = 1_000;
/// Between two looks at whom to ask again.
pub(super) const ASK_EVERY_MS: u64 = 500;

impl Reached for Hand {
    fn nonce(&self, agent: AgentId) -> Option<Nonce> {
        self.boot_nonce(agent)
    }
}

fn key(prefix: &[u8], id: OrderNumber) -> Vec<u8> {
    [prefix, &id.to_be_bytes()].concat()
}

fn value(call: &Call) -> Result<Vec<u8>, Refusal> {
    let failed = |error: &dyn std::fmt::Display| Refusal::Failed(error.to_string());
    let plain = postcard::to_allocvec(call).map_err(|error| failed(&error))?;
    let packed = zstd::bulk::compress(&plain, ZSTD_LEVEL).map_err(|error| failed(&error))?;
    Ok([&[VERSION], packed.as_slice()].concat())
}

fn read(value: &[u8]) -> Option<Call> {
    let packed = value.strip_prefix(&[VERSION])?;
    postcard::from_bytes(&zstd::bulk::decompress(packed, MAX_RECORD).ok()?).ok()
}

/// The record of one call; none when there is none, or it cannot be read.
pub(super) fn record(store: &Store, id: OrderNumber) -> Result<Option<Call>, Error> {
    Ok(store.get(&key(RECORD, id))?.and_then(|value| read(&value)))
}

/// The heads of all records, the oldest first.
fn heads(store: &Store) -> Result<Vec<Arc<Head>>, Error> {
    let mut heads = Vec::new();
    for pair in store.range(HEAD, HEAD_END) {
        let (_, value) = pair?;
        match value.strip_prefix(&[VERSION]).and_then(|rest| postcard::from_bytes::<Head>(rest).ok()) {
            Some(head) => heads.push(Arc::new(head)),
            None => tracing::error!("the head of a roll call cannot be read and is passed over"),
        }
    }
    Ok(heads)
}

/// What people wrote about calls.
pub(super) fn notes(store: &Store) -> Result<Notes, Error> {
    kept::load(store, NOTE)
}

impl Core {
    /// Reads the calls back that were open, and the heads of all; to be called after the snapshot and before the journal.
    pub(super) fn resume_calls(&mut self) -> Result<(), Error> {
        let heads = heads(&self.store)?;
        for head in heads.iter().filter(|head| head.ended_ms.is_none()) {
            match record(&self.store, head.id)? {
                Some(call) => self.province.change_calls(|calls| calls.hold(Arc::new(call))),
                None => tracing::error!(call = head.id, "an open roll call cannot be read"),
            }
        }
        self.books.roll_calls.store(Arc::new(heads.into_iter().collect()));
        Ok(())
    }

    /// Calls the roll; `also` is written down with it, by its number: both or neither.
    pub(super) fn begin_call(
        &mut self,
        asked: Asked,
        also: impl FnOnce(OrderNumber, &mut Batch),
    ) -> Result<OrderNumber, Refusal> {
        if self.province.calls().open() >= MOST_OPEN {
            return Err(Refusal::Conflict(format!("{MOST_OPEN} roll calls are open already; end one of them first")));
        }
        let entries = self.expected(&asked)?;
        if entries.is_empty() {
            return Err(Refusal::NotFound("there is no venue in this scope that could be called".to_owned()));
        }
        let id = self.hand.number(asked.given_ms);
        let call = Call::new(id, asked, entries);
        let mut batch = Batch::new();
        also(id, &mut batch);
        self.put_record(&call, batch)?;
        let call = Arc::new(call);
        self.province.change_calls(|calls| calls.hold(Arc::clone(&call)));
        self.publish_call(&call);
        Ok(id)
    }

    /// A person's word about a call.
    pub(super) fn change_call(&mut self, id: OrderNumber, word: CallWord, now: UnixMs) -> Result<(), Refusal> {
        self.person(id, Batch::new(), |calls| match word {
            CallWord::Answered(venue, word) => calls.by_hand(id, venue, word),
            CallWord::Excused(venue, why) => calls.excuse(id, venue, why),
            CallWord::Cancelled => calls.cancel(id, now).then_some(()).ok_or(NotTaken::NoCall),
        })
    }

    /// The record of a call, from memory or from disk.
    pub(super) fn read_call(&self, id: OrderNumber) -> Result<Arc<Call>, Refusal> {
        if let Some(call) = self.province.calls().get(id) {
            return Ok(Arc::clone(call));
        }
        let call = record(&self.store, id).map_err(|error| Refusal::Failed(error.to_string()))?;
        call.map(Arc::new).ok_or_else(|| Refusal::NotFound(format!("there is no roll call {id}")))
    }

    /// Writes a note about a call that is kept.
    pub(super) fn note_call(&mut self, id: OrderNumber, note: Note) -> Result<(), Refusal> {
        if !self.books.roll_calls.load().has(id) {
            return Err(Refusal::NotFound(format!("there is no roll call {id}")));
        }
        let mut batch = Batch::new();
        kept::put(&mut batch, NOTE, id, &note);
        self.store.commit(batch).map_err(|error| Refusal::Failed(error.to_string()))?;
        let mut notes = Notes::clone(&self.books.notes.load());
        notes.insert(id, Arc::new(note));
        self.books.notes.store(Arc::new(notes));
        Ok(())
    }

    /// What a person says is on disk before it is in force, and with it what is in `batch`.
    pub(super) fn person(
        &mut self,
        id: OrderNumber,
        batch: Batch,
        change: impl FnOnce(&mut Calls) -> Result<(), NotTaken>,
    ) -> Result<(), Refusal> {
        let mut calls = Calls::clone(self.province.calls());
        change(&mut calls).map_err(|error| match error {
            NotTaken::NoCall | NotTaken::NotCalled => Refusal::NotFound(error.to_string()),
            NotTaken::Answered => Refusal::Conflict(error.to_string()),
        })?;
        if let Some(call) = calls.get(id) {
            self.put_record(call, batch)?;
        }
        self.province.change_calls(|known| *known = calls);
        Ok(())
    }

    /// What is due by the clock.
    pub(super) fn call_round(&mut self, now: UnixMs) {
        if self.province.calls().open() == 0 {
            return;
        }
        self.end_calls(now);
        let mut calls = Calls::clone(self.province.calls());
        let turned = calls.turn_due(now);
        let asks = calls.ask_due(now, self.hand.as_ref(), ASK_AT_ONCE);
        if turned || !asks.is_empty() {
            self.province.change_calls(|known| *known = calls);
        }
        self.ask(&asks, now);
    }

    /// Ends are on disk before they are in force, as what a person says; what could not be written ends in the next round.
    fn end_calls(&mut self, now: UnixMs) {
        let mut calls = Calls::clone(self.province.calls());
        let ended = calls.end_due(now);
        if ended.is_empty() || self.storing != Storing::Yes {
            return;
        }
        match ended.iter().try_for_each(|call| self.put_record(call, Batch::new())) {
            Ok(()) => self.province.change_calls(|known| *known = calls),
            Err(error) => tracing::error!(%error, "the end of a roll call cannot be written yet"),
        }
    }

    /// An accepted agent said hello.
    pub(super) fn call_hello(&mut self, agent: AgentId, nonce: Nonce, now: UnixMs) {
        if self.province.calls().open() == 0 {
            return;
        }
        let Some(known) = self.agents.get(agent).cloned() else { return };
        let asks = self.province.change_calls(|calls| calls.hello(agent, &known.venues, nonce, now));
        self.ask(&asks, now);
    }

    fn ask(&self, asks: &[Ask], now: UnixMs) {
        for Ask { call, agent, venues, anew } in asks {
            let number = if *anew { self.hand.number(now) } else { call.id };
            let order = order(call, number, Scope::Agents(vec![*agent]), venues);
            // Who cannot be asked now is asked when he is due again.
            let _ = self.hand.call(*agent, &order);
        }
    }

    /// A place is one publish for all that lie in it; whoever is named, or lies elsewhere by code, gets one of his own.
    fn publish_call(&self, call: &Call) {
        let Asked { places, except, .. } = &call.asked;
        for place in places {
            let scope = Scope::Places { within: vec![*place], except: except.clone() };
            self.hand.publish(topic::subtree(*place), &order(call, call.id, scope, &[]));
        }
        let is_reached = |entry: &Entry| {
            let place = entry.venue.place;
            places.iter().any(|prefix| place.is_within(*prefix))
                && !except.iter().any(|prefix| place.is_within(*prefix))
        };
        let mut named: Vec<(AgentId, VenueId)> = call
            .entries
            .iter()
            .filter(|entry| !is_reached(entry) || entry.agent.is_some_and(|agent| self.hand.is_old(agent)))
            .filter_map(|entry| Some((entry.agent?, entry.venue)))
            .collect();
        named.sort_unstable();
        for of_agent in named.chunk_by(|one, other| one.0 == other.0) {
            let venues: Vec<VenueId> = of_agent.iter().map(|(_, venue)| *venue).collect();
            let agent = of_agent[0].0;
            let _ = self.hand.call(agent, &order(call, call.id, Scope::Agents(vec![agent]), &venues));
        }
    }

    /// Who is called: every unit of the scope with its rooms; those that are left out with a reason are excused by it.
    fn expected(&self, asked: &Asked) -> Result<Vec<Entry>, Refusal> {
        let (view, register) = (self.view.load(), self.books.units.load());
        let mut scopes = Vec::new();
        for place in &asked.places {
            view.tree.index(*place).ok_or_else(|| Refusal::NotFound(format!("there is no place {place}")))?;
            scopes.push(units::Scope::Place(*place));
        }
        for id in &asked.venues {
            view.venue(*id).ok_or_else(|| Refusal::NotFound(format!("there is no venue {id}")))?;
        }
        if !asked.venues.is_empty() {
            scopes.push(units::Scope::Venues(asked.venues.clone()));
        }
        for id in &asked.units {
            register.get(id).ok_or_else(|| Refusal::NotFound(format!("there is no unit {id}")))?;
        }
        if !asked.units.is_empty() {
            scopes.push(units::Scope::Units(asked.units.clone()));
        }
        let nonce = |venue: &Venue| venue.link.and_then(|link| self.hand.boot_nonce(link.agent));
        let is_named = |id: VenueId| asked.venues.contains(&id);
        let is_excepted = |id: VenueId| asked.except.iter().any(|prefix| id.place.is_within(*prefix));
        let mut entries = Vec::new();
        for scope in scopes {
            for expected in units::expected(&scope, &register, &view.tree, units::rooms(&view)) {
                let unit = match &expected.unit {
                    Who::Unit(id) => register.get(id).map(|unit| (id.clone(), unit.name.clone())),
                    Who::Venue(_) => None,
                };
                let excuse = expected.excused.map(|reason| Excuse {
                    at_ms: asked.given_ms,
                    reason: reason.as_ref().into(),
                    operator: Box::default(),
                });
                // Who is named, or whose unit is, is meant wherever it lies.
                let is_of_unit = matches!(scope, units::Scope::Units(_));
                let rooms = expected.venues.into_iter().filter(|id| is_of_unit || is_named(*id) || !is_excepted(*id));
                let venues = rooms.filter_map(|id| view.venue(id));
                entries.extend(venues.map(|venue| {
                    entry(venue, city(&view.tree, venue), unit.clone()).begun(nonce(venue)).excused(excuse.clone())
                }));
            }
        }
        Ok(entries)
    }

    fn put_record(&self, call: &Call, mut batch: Batch) -> Result<(), Refusal> {
        let failed = |error: Error| Refusal::Failed(error.to_string());
        let head = Head::of(call);
        batch.put(&key(RECORD, call.id), &value(call)?);
        let plain = postcard::to_allocvec(&head).map_err(|error| Refusal::Failed(error.to_string()))?;
        batch.put(&key(HEAD, call.id), &[&[VERSION], plain.as_slice()].concat());
        let mut heads = Heads::clone(&self.books.roll_calls.load());
        heads.put(Arc::new(head));
        let mut forgotten = Vec::new();
        while heads.len() > MOST_RECORDS {
            let Some(oldest) = heads.pop_oldest() else { break };
            batch.remove(&key(RECORD, oldest));
            batch.remove(&key(HEAD, oldest));
            batch.remove(&key(NOTE, oldest));
            forgotten.push(oldest);
        }
        self.store.commit(batch).map_err(failed)?;
        self.books.roll_calls.store(Arc::new(heads));
        if !forgotten.is_empty() {
            let mut notes = Notes::clone(&self.books.notes.load());
            notes.retain(|id, _| !forgotten.contains(id));
            self.books.notes.store(Arc::new(notes));
        }
        Ok(())
    }
}

/// The place below the province in which a venue counts; the province itself for a room of its own.
fn city(tree: &Tree, venue: &Venue) -> PlaceCode {
    // A path goes from the place up to the province: the last but one is the city.
    let path: Vec<u32> = tree.path(venue.at).collect();
    tree.place(path.iter().rev().nth(1).copied().unwrap_or(venue.at)).code
}

fn entry(venue: &Venue, city: PlaceCode, unit: Option<(UnitId, Box<str>)>) -> Entry {
    let before = Before {
        class: venue.class(),
        heard_ms: venue.link.map(|link| link.last_ms),
        connected: venue.link.is_some_and(|link| link.connected),
    };
    let (id, name) = match unit {
        Some((id, name)) => (Some(id), name),
        None => (None, venue.unit().unwrap_or_else(|| venue.name()).as_str().into()),
    };
    Entry::new(venue.id, city, name, id, venue.link.map(|link| link.agent), before)
}

fn order(call: &Call, number: OrderNumber, scope: Scope, venues: &[VenueId]) -> Order {
    let Asked { depth, confirmed, given_ms, until_ms, .. } = call.asked;
    // More venues than an order can name are all that the agent serves.
    let venues = if venues.len() > MAX_CALLED { Vec::new() } else { venues.to_vec() };
    let task = Task::Call(Wanted { call: call.id, depth, venues, until_ms, confirmed });
    Order { number, given_ms, expires_ms: until_ms + LATE_MS, scope, task }
}
