//! A person's hand at the cameras of the venues: orders that are answered, and steering that is not.
//!
//! What is wanted goes to the broker at once, past the core: a click must not wait for a flush of the journal. The core
//! tells who can be reached and what was answered. Nothing of it outlives the process, since an order is open for seconds; but runs
//! of two, which the core writes down before they begin.

mod echoes;
mod orders;
mod pace;
mod runs;
mod wheel;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use avow_shared::camera::{Command, Motion};
use avow_shared::id::{AgentId, ProbeId, VenueId};
use avow_shared::order::{Answer, Order, OrderNumber, Task};
use avow_shared::place::PlaceCode;
use avow_shared::time::UnixMs;
use avow_shared::topic;
use avow_shared::wire::{Signer, Steer};
use tokio::sync::{mpsc, oneshot};

use crate::broker::Outgoing;
use echoes::Echoes;
use orders::Orders;
use runs::Runs;
use wheel::Wheels;

pub use orders::{BEGIN_WITHIN_MS, LONGEST_ANSWER_MS, answer_within_ms};
pub use runs::{End, Fate, RUN_WITHIN_MS, Run};

/// A camera of a venue.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Camera {
    /// Whose agent has it.
    pub agent: AgentId,
    /// Where it stands.
    pub venue: VenueId,
    /// The probe that knows it.
    pub probe: ProbeId,
}

/// Who wants a run of two venues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A person.
    Person {
        /// Whether he confirmed that it is heard in both rooms.
        confirmed: bool,
    },
    /// A roll call, for which somebody agreed that it is heard; it overrides nothing.
    Call(OrderNumber),
}

/// Why nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    /// The agent is not connected, or has not said hello since this program started.
    #[error("the venue's agent is not connected: nothing was sent")]
    Away,
    /// More than a person's hand does.
    #[error("too fast: nothing was sent; a camera takes ten motions and an agent five commands a second")]
    TooFast,
    /// One of the two venues takes part in another run.
    #[error("one of the two venues takes part in another run just now: nothing was sent; try again in half a minute")]
    Busy,
    /// The way out is full or not there yet.
    #[error("the broker takes no messages just now: nothing was sent")]
    NoWayOut,
}

/// What an answer meant to those who keep something of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// The run of two that is changed by it.
    pub run: Option<Run>,
    /// How long the echo took whose answer it is.
    pub echo_ms: Option<u64>,
}

/// How an agent is reached.
#[derive(Clone, Copy, Debug)]
struct Reach {
    place: PlaceCode,
    boot_nonce: [u8; 16],
    /// It reads roll calls in phases.
    reads_calls: bool,
}

#[derive(Default)]
struct State {
    outbox: Option<mpsc::Sender<Outgoing>>,
    reach: HashMap<AgentId, Reach>,
    orders: Orders,
    runs: Runs,
    echoes: Echoes,
    wheels: Wheels,
}

/// See the module. Shared by the core and everybody who asks.
pub struct Hand {
    hq: Signer,
    state: Mutex<State>,
}

impl Hand {
    /// Signs with HQ's key; reaches nobody yet.
    #[must_use]
    pub fn new(hq: Signer) -> Self {
        Self { hq, state: Mutex::default() }
    }

    /// The way out to the broker.
    pub fn connect(&self, outbox: mpsc::Sender<Outgoing>) {
        self.state().outbox = Some(outbox);
    }

    /// An accepted agent said hello and was welcomed: it is reached so from now on, and hears its open orders again.
    pub fn hello(&self, agent: AgentId, place: PlaceCode, boot_nonce: [u8; 16], reads_calls: bool, now: UnixMs) {
        let mut state = self.state();
        state.reach.insert(agent, Reach { place, boot_nonce, reads_calls });
        let mut again = state.orders.again(agent, now);
        again.extend(state.runs.again(agent, now));
        for payload in again {
            // An order that finds no room now is said again with the next hello, or expires.
            let _ = state.send(topic::down(place, agent), payload);
        }
    }

    /// An agent is not connected any more, or not accepted.
    pub fn gone(&self, agent: AgentId) {
        let mut state = self.state();
        state.reach.remove(&agent);
        state.echoes.gone(agent);
    }

    /// What an agent did with an order, once that is stored.
    pub fn answered(&self, agent: AgentId, answer: &Answer, now: UnixMs) -> Heard {
        let mut state = self.state();
        state.orders.answered(agent, answer);
        Heard { run: state.runs.answered(agent, answer), echo_ms: state.echoes.answered(answer.order, agent, now) }
    }

    /// Has an agent answer an order that changes nothing; how long it takes comes with [`Self::answered`].
    ///
    /// # Errors
    /// Why nothing was sent.
    pub fn echo(&self, agent: AgentId, now: UnixMs) -> Result<(), NotSent> {
        let mut state = self.state();
        let place = state.reach.get(&agent).ok_or(NotSent::Away)?.place;
        let order = state.orders.numbered(&[agent], Task::RollCall, now);
        state.send(topic::down(place, agent), order.seal(&self.hq))?;
        state.echoes.sent(order.number, agent, now);
        Ok(())
    }

    /// How many echoes were waited for in vain since this was asked last.
    pub fn late_echoes(&self, now: UnixMs) -> usize {
        self.state().echoes.late(now)
    }

    /// A run of two venues, with its number: nothing is sent yet.
    ///
    /// # Errors
    /// Why it cannot begin.
    pub fn prepare(&self, ends: [End; 2], why: Wanted, now: UnixMs) -> Result<(OrderNumber, Run), NotSent> {
        let mut state = self.state();
        let agents = ends.each_ref().map(|end| end.agent);
        if agents.iter().any(|agent| !state.reach.contains_key(agent)) {
            return Err(NotSent::Away);
        }
        if state.runs.is_busy(&ends, now) {
            return Err(NotSent::Busy);
        }
        let venues = ends.each_ref().map(|end| end.venue);
        let (task, call) = match why {
            Wanted::Person { confirmed } => (Task::MouthToEar { venues, confirmed }, None),
            Wanted::Call(call) => (Task::Prove { call, venues }, Some(call)),
        };
        let order = state.orders.numbered(&agents, task, now);
        Ok((order.number, Run::new(ends, call, now, order.seal(&self.hq))))
    }

    /// Whether an agent that is reached could begin a run now, and reads that a roll call wants it.
    pub fn is_free(&self, end: &End, now: UnixMs) -> bool {
        let state = self.state();
        let reads = state.reach.get(&end.agent).is_some_and(|reach| reach.reads_calls);
        reads && !state.runs.is_busy(std::slice::from_ref(end), now)
    }

    /// The runs that HQ began for a roll call.
    pub fn runs_of_call(&self, call: OrderNumber) -> Vec<(OrderNumber, Run)> {
        self.state().runs.of_call(call)
    }

    /// Has two venues take part in a run that is prepared. What they answer is kept with it. Comes back the number of an old run that
    /// is forgotten for it.
    ///
    /// # Errors
    /// Why nothing was sent.
    pub fn begin(&self, number: OrderNumber, run: Run) -> Result<Option<OrderNumber>, NotSent> {
        let mut state = self.state();
        for end in &run.ends {
            let place = state.reach.get(&end.agent).ok_or(NotSent::Away)?.place;
            state.send(topic::down(place, end.agent), run.frame().to_vec())?;
        }
        Ok(state.runs.begin(number, run))
    }

    /// Takes in a run that an earlier process began; comes back as with [`Self::begin`].
    pub fn resume(&self, number: OrderNumber, run: Run) -> Option<OrderNumber> {
        self.state().runs.resume(number, run)
    }

    /// The runs whose time is up since this was asked last.
    pub fn over(&self, now: UnixMs) -> Vec<(OrderNumber, Run)> {
        self.state().runs.over(now)
    }

    /// Tells an agent something that it does not answer.
    ///
    /// # Errors
    /// Why nothing was sent.
    pub fn tell(&self, agent: AgentId, task: Task, now: UnixMs) -> Result<(), NotSent> {
        let mut state = self.state();
        let place = state.reach.get(&agent).ok_or(NotSent::Away)?.place;
        let payload = state.orders.numbered(&[agent], task, now).seal(&self.hq);
        state.send(topic::down(place, agent), payload)
    }

    /// A number for an order that somebody else makes.
    pub fn number(&self, now: UnixMs) -> OrderNumber {
        self.state().orders.number(now)
    }

    /// Gives one agent an order that somebody else made.
    ///
    /// # Errors
    /// Why nothing was sent.
    pub fn give(&self, agent: AgentId, order: &Order) -> Result<(), NotSent> {
        let state = self.state();
        let place = state.reach.get(&agent).ok_or(NotSent::Away)?.place;
        state.send(topic::down(place, agent), order.seal(&self.hq))
    }

    /// Calls the roll of one agent; one that knows no phases is asked whether it is there.
    ///
    /// # Errors
    /// Why nothing was sent.
    pub fn call(&self, agent: AgentId, order: &Order) -> Result<(), NotSent> {
        let state = self.state();
        let Reach { place, reads_calls, .. } = *state.reach.get(&agent).ok_or(NotSent::Away)?;
        let payload = if reads_calls {
            order.seal(&self.hq)
        } else {
            Order { task: Task::RollCall, ..order.clone() }.seal(&self.hq)
        };
        state.send(topic::down(place, agent), payload)
    }

    /// Says an order that somebody else has made to one agent.
    ///
    /// # Errors
    /// Why nothing was sent.
    pub fn say(&self, agent: AgentId, order: &Order) -> Result<(), NotSent> {
        let state = self.state();
        let place = state.reach.get(&agent).ok_or(NotSent::Away)?.place;
        state.send(topic::down(place, agent), order.seal(&self.hq))
    }

    /// Has everybody hear an order who listens on a topic. Who cannot be reached just now is asked by name later.
    pub fn publish(&self, topic: String, order: &Order) {
        let _ = self.state().send(topic, order.seal(&self.hq));
    }

    /// Whether an agent is reached and knows no phases of a roll call.
    pub fn is_old(&self, agent: AgentId) -> bool {
        self.state().reach.get(&agent).is_some_and(|reach| !reach.reads_calls)
    }

    /// All of them: they hear nothing of meetings, of heightened assurance or of a freeze.
    pub fn old(&self) -> HashSet<AgentId> {
        self.state().reach.iter().filter(|(_, reach)| !reach.reads_calls).map(|(agent, _)| *agent).collect()
    }

    /// The start of an agent that is reached.
    pub fn boot_nonce(&self, agent: AgentId) -> Option<[u8; 16]> {
        self.state().reach.get(&agent).map(|reach| reach.boot_nonce)
    }

    /// A run that HQ began; none when it is long ago.
    pub fn run(&self, number: OrderNumber) -> Option<Run> {
        self.state().runs.get(number).cloned()
    }

    /// The numbers of the runs that HQ began, the newest first.
    pub fn runs(&self, venue: Option<VenueId>) -> Vec<OrderNumber> {
        self.state().runs.numbers(venue)
    }

    /// Orders a command; the answer comes within [`answer_within_ms`] or never.
    ///
    /// # Errors
    /// Why nothing was sent.
    pub fn order(
        &self,
        camera: &Camera,
        command: Command,
        confirmed: bool,
        now: UnixMs,
    ) -> Result<oneshot::Receiver<Answer>, NotSent> {
        let mut state = self.state();
        let reach = *state.reach.get(&camera.agent).ok_or(NotSent::Away)?;
        let (venue, probe) = (camera.venue, camera.probe.clone());
        let task = Task::Camera { venue, probe, command, confirmed };
        let within_ms = answer_within_ms(command);
        let (order, answer) = state.orders.give(camera.agent, task, within_ms, now).ok_or(NotSent::TooFast)?;
        let (number, payload) = (order.number, order.seal(&self.hq));
        state.orders.sealed(number, &payload);
        state.send(topic::down(reach.place, camera.agent), payload)?;
        Ok(answer)
    }

    /// Has a camera move for `lease_ms`, or stop. Nothing comes back.
    ///
    /// # Errors
    /// Why nothing was sent.
    pub fn steer(
        &self,
        camera: &Camera,
        motion: Motion,
        lease_ms: u16,
        confirmed: bool,
        now: UnixMs,
    ) -> Result<(), NotSent> {
        let mut state = self.state();
        let Reach { place, boot_nonce, .. } = *state.reach.get(&camera.agent).ok_or(NotSent::Away)?;
        let sequence = state.wheels.turn(camera, motion, now).ok_or(NotSent::TooFast)?;
        let (to, venue, probe) = (camera.agent, camera.venue, camera.probe.clone());
        let steer = Steer { to, boot_nonce, sequence, hq_ms: now, venue, probe, motion, lease_ms, confirmed };
        state.send(topic::down(place, to), steer.seal(&self.hq))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Its entries are whole between any two of its methods.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn send(&self, topic: String, payload: Vec<u8>) -> Result<(), NotSent> {
        let outbox = self.outbox.as_ref().ok_or(NotSent::NoWayOut)?;
        outbox.try_send(Outgoing { topic, payload }).map_err(|_| NotSent::NoWayOut)
    }
}
