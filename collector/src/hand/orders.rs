//! Orders that wait for their answer: numbered, said again when their agent comes back, forgotten when nobody waits. Pure.

use std::collections::{BTreeMap, HashMap};

use avow_shared::camera::Command;
use avow_shared::id::AgentId;
use avow_shared::order::{Answer, Order, OrderNumber, Scope, Task};
use avow_shared::time::UnixMs;
use tokio::sync::oneshot;

use super::pace::Pace;

/// An order that the agent has not begun by then is not begun any more: the person has looked elsewhere.
pub const BEGIN_WITHIN_MS: u64 = 6_000;
/// So long its answer is waited for: a camera may turn for ten seconds to a preset.
const ANSWER_WITHIN_MS: u64 = 18_000;
/// So long the answer to a `Learn`: the camera turns, focus and exposure get up to half a minute to settle, and its picture is
/// looked at twice, each within 20 s.
pub const LONGEST_ANSWER_MS: u64 = 90_000;
/// One order each so long and agent …
const EVERY_MS: u64 = 200;
/// … and so many at once.
const BURST: u64 = 5;

/// So long the answer to a command is waited for.
#[must_use]
pub const fn answer_within_ms(command: Command) -> u64 {
    match command {
        Command::Learn(_) => LONGEST_ANSWER_MS,
        _ => ANSWER_WITHIN_MS,
    }
}

#[derive(Debug)]
struct Open {
    agent: AgentId,
    expires_ms: UnixMs,
    forget_ms: UnixMs,
    frame: Vec<u8>,
    reply: oneshot::Sender<Answer>,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Orders {
    last: OrderNumber,
    open: BTreeMap<OrderNumber, Open>,
    paces: HashMap<AgentId, Pace>,
}

impl Orders {
    /// A new order for `agent` and the way of its answer, which is waited for so long; none when it comes too soon.
    pub(super) fn give(
        &mut self,
        agent: AgentId,
        task: Task,
        within_ms: u64,
        now: UnixMs,
    ) -> Option<(Order, oneshot::Receiver<Answer>)> {
        self.open.retain(|_, open| open.forget_ms > now);
        if !self.paces.entry(agent).or_default().take(EVERY_MS, BURST, now) {
            return None;
        }
        let order = self.numbered(&[agent], task, now);
        let (reply, answer) = oneshot::channel();
        let open = Open { agent, expires_ms: order.expires_ms, forget_ms: now + within_ms, frame: Vec::new(), reply };
        self.open.insert(order.number, open);
        Some((order, answer))
    }

    /// The next number: it grows even when the clock is set back.
    pub(super) fn number(&mut self, now: UnixMs) -> OrderNumber {
        self.last = (self.last + 1).max(now);
        self.last
    }

    /// The next order to `agents`.
    pub(super) fn numbered(&mut self, agents: &[AgentId], task: Task, now: UnixMs) -> Order {
        let number = self.number(now);
        let scope = Scope::Agents(agents.to_vec());
        Order { number, given_ms: now, expires_ms: now + BEGIN_WITHIN_MS, scope, task }
    }

    /// The order as it is sent.
    pub(super) fn sealed(&mut self, number: OrderNumber, frame: &[u8]) {
        if let Some(open) = self.open.get_mut(&number) {
            frame.clone_into(&mut open.frame);
        }
    }

    /// What is to be said again to `agent`, oldest first: what it may still begin.
    pub(super) fn again(&self, agent: AgentId, now: UnixMs) -> Vec<Vec<u8>> {
        let is_due = |open: &&Open| open.agent == agent && open.expires_ms > now;
        self.open.values().filter(is_due).map(|open| open.frame.clone()).collect()
    }

    /// The answer of `agent`; that of another one to the same order means nothing.
    pub(super) fn answered(&mut self, agent: AgentId, answer: &Answer) {
        if self.open.get(&answer.order).is_some_and(|open| open.agent == agent)
            && let Some(open) = self.open.remove(&answer.order)
        {
            // Who asked may be gone.
            let _ = open.reply.send(answer.clone());
        }
    }
}
