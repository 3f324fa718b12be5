//! Orders from HQ, taken once: who is meant, whether it is late, and whether it was seen. Pure.

use avow_shared::id::AgentId;
use avow_shared::order::{Answer, AnswerResult, Gate, Order, PassedOver, Task};
use avow_shared::place::PlaceCode;
use avow_shared::time::{ClockQuality, WallTime};
use smol_str::SmolStr;

use crate::clock::{HqTime, Now};

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

    /// Takes an order once. `hq` is HQ's time, as far as it is known.
    ///
    /// # Errors
    /// Why it is passed over.
    pub fn take(&mut self, order: &Order, hq: Option<HqTime>, now: Now) -> Result<Task, PassedOver> {
        let now = judged_by(hq, now);
        self.gate.take(order, self.me, self.place, now.at_ms, now.quality)?;
        Ok(order.task.clone())
    }
}

/// By which time an order is late. When it expires HQ said by its own clock, so by that: a box whose clock nobody sets may be hours off, and
/// HQ may be a minute off all others. A clock that is disciplined counts as well, whichever is kinder: HQ may have set its own back since it
/// said what time it is there. One that nobody disciplines does not: a box two hours behind would do now what was wanted two hours ago.
fn judged_by(hq: Option<HqTime>, now: Now) -> WallTime {
    let Some(hq) = hq else { return now.wall };
    let by_hq_ms = hq.at(now.mono_ms);
    let at_ms = match now.wall.quality {
        ClockQuality::Synced { .. } => by_hq_ms.min(now.wall.at_ms),
        ClockQuality::Free | ClockQuality::Unset => by_hq_ms,
    };
    WallTime { at_ms, quality: ClockQuality::Synced { error_ms: hq.error_ms } }
}

/// An answer.
#[must_use]
pub fn answer(order: u64, result: AnswerResult, detail: impl Into<SmolStr>) -> Answer {
    Answer { order, result, detail: detail.into() }
}
