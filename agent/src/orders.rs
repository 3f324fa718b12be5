//! Orders from HQ, taken once: who is meant, whether it is late, and whether it was seen. Pure.

use avow_shared::id::AgentId;
use avow_shared::order::{Answer, AnswerResult, Gate, Order, PassedOver, Task};
use avow_shared::place::PlaceCode;
use avow_shared::time::WallTime;
use smol_str::SmolStr;

/// Takes orders for one agent.
#[derive(Clone, Debug)]
pub struct Orders {
    me: AgentId,
    place: PlaceCode,
    gate: Gate,
}

impl Orders {
    /// With what was remembered of earlier orders.
    #[must_use]
    pub const fn new(me: AgentId, place: PlaceCode, gate: Gate) -> Self {
        Self { me, place, gate }
    }

    /// What is to be remembered.
    #[must_use]
    pub const fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Takes an order once.
    ///
    /// # Errors
    /// Why it is passed over.
    pub fn take(&mut self, order: &Order, now: WallTime) -> Result<Task, PassedOver> {
        self.gate.take(order, self.me, self.place, now.at_ms, now.quality)?;
        Ok(order.task.clone())
    }
}

/// An answer.
#[must_use]
pub fn answer(order: u64, result: AnswerResult, detail: impl Into<SmolStr>) -> Answer {
    Answer { order, result, detail: detail.into() }
}
