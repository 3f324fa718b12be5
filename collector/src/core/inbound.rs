//! Calls to us in the core: on disk before anybody is asked, changed there with every step, and the way of their orders to the boxes.

use std::collections::BTreeSet;

use avow_shared::id::AgentId;
use avow_shared::order::{Order, OrderNumber, Scope, Task};
use avow_shared::time::UnixMs;
use avow_shared::wire::Report;

use super::Core;
use crate::clock::now_ms;
use crate::command::Refusal;
use crate::fact::Stored;
use crate::hand::Hand;
use crate::inbound::{Asked, Begun, Boxes, Desk, Event, Inbound, NotTaken, Reach, Room, Say, old, steps_of};
use crate::store::{Batch, Error, Store};

const PREFIX: &[u8] = b"inbound/";
const END: &[u8] = b"inbound0";
/// Between two looks at what is due.
pub(super) const LOOK_EVERY_MS: u64 = 250;

/// What the core itself knows of calls to us.
#[derive(Debug, Default)]
pub(super) struct Clerk {
    /// When it was looked last what is due.
    pub(super) looked_ms: UnixMs,
    /// When this program began.
    pub(super) started_ms: UnixMs,
    /// Calls whose newest state the disk did not take.
    unsaved: BTreeSet<OrderNumber>,
}

/// The boxes as the hand reaches them, at one moment.
struct Reached<'a> {
    hand: &'a Hand,
    now: UnixMs,
}

impl Boxes for Reached<'_> {
    fn reach(&self, agent: AgentId) -> Reach {
        match self.hand.boot_nonce(agent) {
            None => Reach::Away,
            Some(_) if self.hand.is_old(agent) => Reach::Old,
            Some(nonce) => Reach::Here(nonce),
        }
    }

    fn number(&self) -> OrderNumber {
        self.hand.number(self.now)
    }
}

/// Reads all back; one that cannot be read is passed over and told.
pub(super) fn load(store: &Store) -> Result<Desk, Error> {
    let mut desk = Desk::default();
    for pair in store.range(PREFIX, END) {
        let (_, value) = pair?;
        match old::read(&value) {
            Some(inbound) => desk.hold(inbound),
            None => tracing::error!("a call to us in the database cannot be read and is passed over"),
        }
    }
    Ok(desk)
}

fn key(id: OrderNumber) -> Vec<u8> {
    [PREFIX, &id.to_be_bytes()].concat()
}

fn put(inbound: &Inbound, batch: &mut Batch) {
    let value = postcard::to_allocvec(inbound).unwrap_or_default();
    batch.put(&key(inbound.id), &[&[old::VERSION], value.as_slice()].concat());
}

impl From<NotTaken> for Refusal {
    fn from(why: NotTaken) -> Self {
        match why {
            NotTaken::NoCall | NotTaken::NoStep => Self::NotFound(why.to_string()),
            NotTaken::Over | NotTaken::Answered | NotTaken::OtherRoom | NotTaken::TooMany => {
                Self::Conflict(why.to_string())
            }
        }
    }
}

impl Core {
    /// A call comes in; its number, and whether it is new.
    pub(super) fn begin_inbound(&mut self, asked: Asked, now: UnixMs) -> Result<(OrderNumber, bool), Refusal> {
        self.show_news(now);
        let room = self.room(&asked)?;
        let hand = std::sync::Arc::clone(&self.hand);
        let boxes = Reached { hand: &hand, now };
        let mut next = Desk::clone(&self.books.inbound.load());
        match next.begin(asked, room, &boxes, now)? {
            Begun::Known(id) => Ok((id, false)),
            Begun::New(id) => {
                self.commit_first(next, now)?;
                Ok((id, true))
            }
        }
    }

    /// A person's word about a call.
    pub(super) fn change_inbound(&mut self, id: OrderNumber, event: Event, now: UnixMs) -> Result<(), Refusal> {
        let hand = std::sync::Arc::clone(&self.hand);
        let mut next = Desk::clone(&self.books.inbound.load());
        next.word(id, event, &Reached { hand: &hand, now }, now)?;
        self.commit_first(next, now)
    }

    /// A room, and what of it can be checked.
    fn room(&self, asked: &Asked) -> Result<Room, Refusal> {
        let view = self.view.load();
        let venue = view.venue(asked.venue).filter(|venue| venue.entry.is_some() || venue.described.is_some());
        let venue = venue.ok_or_else(|| Refusal::NotFound(format!("there is no venue {}", asked.venue)))?;
        let paths: Vec<_> = venue.backups().map(|(path, _)| path.clone()).collect();
        let described = venue.described.as_ref().and_then(|described| described.read());
        let steps = described.map(|described| steps_of(&described, &paths)).unwrap_or_default();
        let unit = venue.unit().map(|unit| unit.as_str().into()).unwrap_or_default();
        Ok(Room { name: venue.name().as_str().into(), unit, agent: venue.link.map(|link| link.agent), steps })
    }

    /// What a person says, and the beginning, are on disk before they are in force and before anybody is asked.
    fn commit_first(&mut self, mut next: Desk, now: UnixMs) -> Result<(), Refusal> {
        let says = self.due(&mut next, now);
        self.write_inbound(&next).map_err(|error| Refusal::Failed(error.to_string()))?;
        self.books.inbound.store(std::sync::Arc::new(next));
        self.say(says);
        Ok(())
    }

    /// What checks found is stored: it counts for the runs whose orders it names.
    pub(super) fn hear_checks(&mut self, stored: &Stored) {
        let checks = stored.reports.iter().filter_map(|numbered| match &numbered.report {
            Report::Checked(checked) => Some(checked),
            _ => None,
        });
        let checks: Vec<_> = checks.collect();
        if checks.is_empty() || self.books.inbound.load().open() == 0 {
            return;
        }
        // Numbers of orders are of this moment also while an old journal is read.
        let now = now_ms();
        self.change_desk(now, |desk, boxes| {
            for checked in checks {
                desk.checked(stored.agent, checked, boxes, stored.received_ms);
            }
        });
    }

    /// An accepted agent said hello.
    pub(super) fn inbound_hello(&mut self, agent: AgentId, now: UnixMs) {
        if self.books.inbound.load().open() == 0 {
            return;
        }
        let Some(known) = self.agents.get(agent).cloned() else { return };
        self.change_desk(now, |desk, boxes| desk.hello(agent, &known.venues, boxes, now));
    }

    /// What is due by the clock, and what could not be written before.
    pub(super) fn inbound_round(&mut self, now: UnixMs) {
        if self.books.inbound.load().open() > 0 || !self.clerk.unsaved.is_empty() {
            self.change_desk(now, |_, _| {});
        }
    }

    /// What a machine found is shown at once, also when the disk does not take it just now: the person at the post has three
    /// minutes, and what is not written is found again in the journal or asked for again.
    fn change_desk(&mut self, now: UnixMs, change: impl FnOnce(&mut Desk, &Reached<'_>)) {
        let hand = std::sync::Arc::clone(&self.hand);
        let mut next = Desk::clone(&self.books.inbound.load());
        change(&mut next, &Reached { hand: &hand, now });
        let says = self.due(&mut next, now);
        if let Err(error) = self.write_inbound(&next) {
            if self.clerk.unsaved.is_empty() {
                tracing::error!(%error, "what became of a call to us cannot be written yet");
            }
            let (changed, _) = next.since(&self.books.inbound.load());
            self.clerk.unsaved.extend(changed.iter().map(|inbound| inbound.id));
        }
        self.books.inbound.store(std::sync::Arc::new(next));
        self.say(says);
    }

    fn due(&self, next: &mut Desk, now: UnixMs) -> Vec<Say> {
        // Before the way out is there nothing can be said, and nobody is away.
        if self.clerk.started_ms == 0 {
            return Vec::new();
        }
        next.turn(&Reached { hand: &self.hand, now }, now, self.clerk.started_ms)
    }

    /// Writes what is new since what readers see, and what was left.
    fn write_inbound(&mut self, next: &Desk) -> Result<(), Error> {
        let before = self.books.inbound.load_full();
        let (changed, gone) = next.since(&before);
        if changed.is_empty() && gone.is_empty() && self.clerk.unsaved.is_empty() {
            return Ok(());
        }
        let mut batch = Batch::new();
        gone.iter().for_each(|id| batch.remove(&key(*id)));
        let left = self.clerk.unsaved.iter().filter_map(|id| next.get(*id));
        changed.into_iter().chain(left).for_each(|inbound| put(inbound, &mut batch));
        self.store.commit(batch)?;
        self.clerk.unsaved.clear();
        Ok(())
    }

    fn say(&self, says: Vec<Say>) {
        for Say { agent, number, given_ms, expires_ms, check } in says {
            let scope = Scope::Agents(vec![agent]);
            let order = Order { number, given_ms, expires_ms, scope, task: Task::Check(check) };
            // What does not leave now is said again in some seconds.
            let _ = self.hand.say(agent, &order);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbound::{By, How, Kind};

    struct Nobody;

    impl Boxes for Nobody {
        fn reach(&self, _: AgentId) -> Reach {
            Reach::Away
        }

        fn number(&self) -> OrderNumber {
            7
        }
    }

    #[test]
    fn what_is_written_is_read_back_and_garbage_is_passed_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), crate::store::Use::SMALL).expect("opens");
        assert!(load(&store).expect("loads").is_empty());
        let mut desk = Desk::default();
        let asked = Asked {
            venue: "3501-01".parse().expect("a venue"),
            caller: "应急管理部".into(),
            kind: Kind::Emergency,
            basis: "来电".into(),
            operator: "张三".into(),
            key: Some("a-1".into()),
            deadline_ms: 180_000,
            confirmed: true,
        };
        let now = 1_790_000_000_000;
        assert_eq!(desk.begin(asked, Room::default(), &Nobody, now), Ok(Begun::New(7)));
        let by = By::Person { name: "李四".into(), how: How::Telephone };
        desk.word(7, Event::Answered(by), &Nobody, now + 1).expect("is taken");
        let mut batch = Batch::new();
        put(desk.get(7).expect("kept"), &mut batch);
        batch.put(&key(8), b"\x01garbage");
        batch.put(&key(9), b"\x09from a later version");
        store.commit(batch).expect("writes");
        assert_eq!(load(&store).expect("loads"), desk);
    }
}
