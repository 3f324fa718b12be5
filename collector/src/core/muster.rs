//! Roll calls in the core: written down before anybody is asked, asked, asked again, and written down when they are over.

use std::sync::Arc;

use avow_shared::id::{AgentId, VenueId};
use avow_shared::order::{Order, OrderNumber, Scope, Task};
use avow_shared::place::PlaceCode;
use avow_shared::roll_call::{Call as Wanted, MAX_CALLED};
use avow_shared::time::UnixMs;
use avow_shared::topic;

use super::{Core, Storing, kept};
use crate::command::{CallWord, Refusal};
use crate::forget::{self, MOST_CALLS};
use crate::hand::Hand;
use crate::roll_call::{
    Ask, Asked, Call, Calls, Head, Heads, LATE_MS, MOST_HELD, MOST_OPEN, Nonce, NotTaken, Note, Notes, Reached, Whom,
    old, spare,
};
use crate::store::{Batch, Error, Store};

/// Whole calls.
const RECORD: &[u8] = b"roll-call/";
/// What lists tell of them: a start reads no record of a call that is over.
const HEAD: &[u8] = b"roll-call-head/";
const HEAD_END: &[u8] = b"roll-call-head0";
/// What people wrote about them.
const NOTE: &[u8] = b"roll-call-note/";
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
    Ok([&[old::VERSION], packed.as_slice()].concat())
}

fn read(value: &[u8]) -> Option<Call> {
    let (version, packed) = value.split_first()?;
    old::call(*version, &zstd::bulk::decompress(packed, MAX_RECORD).ok()?)
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
        match value.split_first().and_then(|(version, plain)| old::head(*version, plain)) {
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
        // A snapshot may hold a call as open that was over before the next one: what is on disk of it is newer.
        let held: Vec<OrderNumber> = self.province.calls().iter().map(|call| call.id).collect();
        for head in heads.iter().filter(|head| head.ended_ms.is_none() || held.contains(&head.id)) {
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
    ) -> Result<Arc<Call>, Refusal> {
        if !self.province.calls().has_room() {
            return Err(Refusal::Conflict(format!(
                "{MOST_OPEN} roll calls ask already, or {MOST_HELD} are open; end one of them first"
            )));
        }
        let id = self.hand.number(asked.given_ms);
        self.show_news(asked.given_ms);
        let (entries, forecast) = self.called(&asked, id)?;
        let call = Call::new(id, asked, entries).with_forecast(forecast);
        let mut batch = Batch::new();
        also(id, &mut batch);
        self.put_record(&call, batch)?;
        let call = Arc::new(call);
        self.province.change_calls(|calls| calls.hold(Arc::clone(&call)));
        self.publish_call(&call);
        Ok(call)
    }

    /// A person's word about a call.
    pub(super) fn change_call(&mut self, id: OrderNumber, word: CallWord) -> Result<(), Refusal> {
        self.person(id, Batch::new(), |call| match word {
            CallWord::Said(whom, said) => call.say(&whom, said),
            CallWord::Closed(closed) => call.close(closed),
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

    /// What a person says is on disk before it is in force, and with it what is in `batch`. A call that is over may lie on disk alone.
    pub(super) fn person(
        &mut self,
        id: OrderNumber,
        batch: Batch,
        change: impl FnOnce(&mut Call) -> Result<(), NotTaken>,
    ) -> Result<(), Refusal> {
        let mut call = Arc::unwrap_or_clone(self.read_call(id)?);
        change(&mut call).map_err(|error| match error {
            NotTaken::NoCall | NotTaken::NotCalled => Refusal::NotFound(error.to_string()),
            NotTaken::Answered | NotTaken::Nothing | NotTaken::Full => Refusal::Conflict(error.to_string()),
            NotTaken::NoReason => Refusal::Wrong(error.to_string()),
        })?;
        self.put_record(&call, batch)?;
        if self.province.calls().get(id).is_some() {
            self.province.change_calls(|calls| calls.hold(Arc::new(call)));
        }
        Ok(())
    }

    /// What is due by the clock.
    pub(super) fn call_round(&mut self, now: UnixMs) {
        if self.province.calls().open() == 0 {
            return;
        }
        self.prove(now);
        let mut calls = Calls::clone(self.province.calls());
        // What everybody has answered is in the journal: the record is written when persons cannot speak any more.
        if calls.complete_due() {
            self.province.change_calls(|known| *known = calls);
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
            let order = order(call, number, Scope::Agents(vec![*agent]), Named::only(venues));
            // Who cannot be asked now is asked when he is due again.
            let _ = self.hand.call(*agent, &order);
        }
    }

    /// A place is one publish for all that lie in it; whoever is named, or lies elsewhere by code, gets one of his own.
    fn publish_call(&self, call: &Call) {
        let view = self.view.load();
        let is_called = |venue: VenueId| call.entry(&Whom::Room(venue)).is_some_and(|entry| !entry.is_settled());
        let mut reached: Vec<Scope> = Vec::new();
        let places = &call.asked.places;
        // Boxes judge by code: what lies in another place by code alone is reached with that.
        let is_reached_too = |place: PlaceCode| places.iter().any(|other| *other != place && place.is_within(*other));
        for place in places.iter().filter(|place| !is_reached_too(**place)) {
            let called = call.entries.iter().filter(|entry| !entry.is_settled()).filter_map(|entry| entry.venue());
            let idle = view.venues().filter(|venue| venue.link.is_some() && !is_called(venue.id)).map(|venue| venue.id);
            let Some(spared) = spare(*place, &call.asked.except.places, called, idle) else { continue };
            let scope = Scope::Places { within: vec![*place], except: spared.places };
            let whom = Named { venues: vec![], spared: spared.venues };
            self.hand.publish(topic::subtree(*place), &order(call, call.id, scope.clone(), whom));
            reached.push(scope);
        }
        let is_reached = |venue: VenueId, agent: AgentId| {
            reached.iter().any(|scope| scope.means(agent, venue.place)) && !self.hand.is_old(agent)
        };
        let mut named: Vec<(AgentId, VenueId)> = call
            .entries
            .iter()
            .filter(|entry| !entry.is_settled())
            .filter_map(|entry| Some((entry.agent?, entry.venue()?)))
            .filter(|(agent, venue)| !is_reached(*venue, *agent))
            .collect();
        named.sort_unstable();
        for of_agent in named.chunk_by(|one, other| one.0 == other.0) {
            let venues: Vec<VenueId> = of_agent.iter().map(|(_, venue)| *venue).collect();
            let agent = of_agent[0].0;
            let _ = self.hand.call(agent, &order(call, call.id, Scope::Agents(vec![agent]), Named::only(&venues)));
        }
    }

    pub(super) fn put_record(&self, call: &Call, mut batch: Batch) -> Result<(), Refusal> {
        let failed = |error: Error| Refusal::Failed(error.to_string());
        let head = Head::of(call);
        batch.put(&key(RECORD, call.id), &value(call)?);
        let plain = postcard::to_allocvec(&head).map_err(|error| Refusal::Failed(error.to_string()))?;
        batch.put(&key(HEAD, call.id), &[&[old::HEAD_VERSION], plain.as_slice()].concat());
        let mut heads = Heads::clone(&self.books.roll_calls.load());
        heads.put(Arc::new(head));
        let gone = forget::forget_calls(&mut heads, &self.documents.now(), MOST_CALLS);
        let forgotten: Vec<OrderNumber> = gone.iter().map(|gone| gone.id).collect();
        for id in &forgotten {
            [RECORD, HEAD, NOTE].into_iter().for_each(|prefix| batch.remove(&key(prefix, *id)));
        }
        let chronicle = self.chronicle_call(call, &mut batch);
        self.store.commit(batch).map_err(failed)?;
        self.tell_gone("roll call", &gone);
        chronicle.into_iter().for_each(|next| self.books.chronicle.store(Arc::new(next)));
        self.books.roll_calls.store(Arc::new(heads));
        if !forgotten.is_empty() {
            let mut notes = Notes::clone(&self.books.notes.load());
            notes.retain(|id, _| !forgotten.contains(id));
            self.books.notes.store(Arc::new(notes));
        }
        Ok(())
    }
}

/// Who is meant of those that an order reaches.
struct Named {
    /// These; none: all.
    venues: Vec<VenueId>,
    /// But not these.
    spared: Vec<VenueId>,
}

impl Named {
    fn only(venues: &[VenueId]) -> Self {
        // More venues than an order can name are all that the agent serves.
        let venues = if venues.len() > MAX_CALLED { Vec::new() } else { venues.to_vec() };
        Self { venues, spared: Vec::new() }
    }
}

fn order(call: &Call, number: OrderNumber, scope: Scope, Named { venues, spared }: Named) -> Order {
    let Asked { depth, confirmed, given_ms, until_ms, .. } = call.asked;
    let task = Task::Call(Wanted { call: call.id, depth, venues, spared, until_ms, confirmed });
    Order { number, given_ms, expires_ms: until_ms + LATE_MS, scope, task }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roll_call::{FellBack, Proof};

    const VERSIONS: [(u8, &str); 3] = [
        (1, include_str!("../../tests/golden/roll-call-v1.hex")),
        (2, include_str!("../../tests/golden/roll-call-v2.hex")),
        (3, include_str!("../../tests/golden/roll-call-v3.hex")),
    ];
    const HEADS: [(u8, &str); 3] = [
        (1, include_str!("../../tests/golden/roll-call-head-v1.hex")),
        (2, include_str!("../../tests/golden/roll-call-head-v2.hex")),
        (2, include_str!("../../tests/golden/roll-call-head-v2-ended.hex")),
    ];

    fn bytes(digits: &str) -> Vec<u8> {
        let digits: Vec<u8> = digits.bytes().filter(u8::is_ascii_hexdigit).collect();
        let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).expect("digits"), 16).expect("digits");
        digits.chunks(2).map(byte).collect()
    }

    /// What those versions wrote, byte for byte, is a call with everything that they knew, and is written anew in this version.
    #[test]
    fn a_record_of_an_earlier_version_is_read_and_written_again_in_this_one() {
        for ((version, record), (of_version, of_head)) in VERSIONS.into_iter().zip(HEADS) {
            let (old, old_head) = (bytes(record), bytes(of_head));
            assert_eq!((old[0], old_head[0]), (version, of_version));
            let call = read(&old).expect("it is read");
            let again = value(&call).expect("is written");
            assert_eq!((again[0], read(&again).as_ref()), (old::VERSION, Some(&call)));
            // The sums in the head were counted then; they are what is counted now, but for what is counted since.
            let head = old::head(old_head[0], &old_head[1..]).expect("it is read");
            let mut now = Head::of(&call);
            now.tally.untested = 0;
            assert_eq!(head, now, "version {version}");
        }
    }

    #[test]
    fn a_call_of_version_1_has_what_was_found_and_said_then() {
        let call = read(&bytes(VERSIONS[0].1)).expect("it is read");
        let tally = call.tally(call.asked.until_ms);
        assert_eq!((tally.expected, tally.on_time, tally.silent, tally.excused, tally.faulty), (4, 2, 1, 1, 1));
        let person = call.entries[2].person().expect("somebody telephoned");
        assert_eq!((&*person.person, &*person.telephone, call.entries[1].asked), ("王五", "", 1));
        assert_eq!((&*call.asked.title, call.forecast.as_ref()), ("早点名", None));
    }

    #[test]
    fn of_a_call_of_version_3_that_was_broken_off_nobody_knows_who_did_it_and_who_had_not_answered_is_not_counted() {
        let call = read(&bytes(VERSIONS[2].1)).expect("it is read");
        let closed = call.closed.as_ref().expect("a person ended it");
        assert_eq!((&*closed.by, closed.at_ms, call.is_broken_off()), ("", call.asked.given_ms + 50_000, true));
        let tally = call.tally(call.asked.until_ms + 1);
        assert_eq!((tally.uncounted, tally.waiting, tally.heard, tally.silent), (1, 0, 0, 0));
    }

    #[test]
    fn of_a_proof_of_version_2_it_is_known_since_when_as_far_as_that_was_written_down() {
        let call = read(&bytes(VERSIONS[1].1)).expect("it is read");
        let given_ms = call.asked.given_ms;
        let since = |at_ms: Option<UnixMs>| at_ms.map(|at_ms| at_ms - given_ms);
        let proofs: Vec<_> = call
            .entries
            .iter()
            .filter_map(|entry| entry.proving.as_ref())
            .map(|one| (&one.proof, since(one.at_ms)))
            .collect();
        assert!(matches!(proofs[0], (Proof::Ended { .. }, Some(40_000))), "{proofs:?}");
        assert!(matches!(proofs[1], (Proof::HqRefused { .. }, None)), "{proofs:?}");
        assert!(matches!(proofs[2], (Proof::Running { .. }, None)), "{proofs:?}");
        assert!(matches!(proofs[3], (Proof::FellBack(FellBack::InMeeting), None)), "{proofs:?}");
        assert!(matches!(proofs[4], (Proof::Planned | Proof::Spare, Some(0))), "{proofs:?}");
        assert!(matches!(proofs[5], (Proof::FellBack(FellBack::Unable), Some(0))), "{proofs:?}");
    }

    #[test]
    fn a_record_of_a_later_version_or_one_that_is_cut_is_passed_over() {
        let good = bytes(VERSIONS[1].1);
        assert_eq!(read(&[&[old::VERSION + 1], &good[1..]].concat()), None);
        assert_eq!(read(&good[..good.len() - 1]), None);
        assert_eq!(read(&[]), None);
    }
}
