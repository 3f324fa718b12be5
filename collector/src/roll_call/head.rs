//! What is known of every roll call that was recorded without reading its record.

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::order::OrderNumber;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};

use super::{Asked, Call, Closed, Forecast, Tally};

/// A roll call in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// Its number.
    pub id: OrderNumber,
    /// What was ordered.
    pub asked: Asked,
    /// How many could be proven when it began; none when that is not asked for.
    pub forecast: Option<Forecast>,
    /// When everybody had answered.
    pub complete_ms: Option<UnixMs>,
    /// When it was over; none while it is open.
    pub ended_ms: Option<UnixMs>,
    /// The person who ended it.
    pub closed: Option<Closed>,
    /// The sums when it was written down.
    pub tally: Tally,
}

impl Head {
    /// Of a call as it is now.
    #[must_use]
    pub fn of(call: &Call) -> Self {
        Self::with(call, call.tally(call.ended_ms.unwrap_or(call.asked.given_ms)))
    }

    /// The same with sums that are known.
    #[must_use]
    pub fn with(call: &Call, tally: Tally) -> Self {
        let Call { id, asked, forecast, complete_ms, ended_ms, closed, .. } = call;
        let (asked, forecast, closed) = (asked.clone(), forecast.clone(), closed.clone());
        Self { id: *id, asked, forecast, complete_ms: *complete_ms, ended_ms: *ended_ms, closed, tally }
    }

    /// Whether a person ended it before everybody could answer in time.
    #[must_use]
    pub fn is_broken_off(&self) -> bool {
        self.closed.as_ref().is_some_and(|closed| closed.broke_off(self.asked.until_ms, self.complete_ms))
    }
}

/// The heads of all recorded calls.
#[derive(Clone, Debug, Default)]
pub struct Heads(BTreeMap<OrderNumber, Arc<Head>>);

impl Heads {
    /// Puts one in, in the place of what was known of the same call.
    pub fn put(&mut self, head: Arc<Head>) {
        self.0.insert(head.id, head);
    }

    /// Takes one out.
    pub fn remove(&mut self, id: OrderNumber) {
        self.0.remove(&id);
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, id: OrderNumber) -> Option<&Arc<Head>> {
        self.0.get(&id)
    }

    /// Whether this one is kept.
    #[must_use]
    pub fn has(&self, id: OrderNumber) -> bool {
        self.0.contains_key(&id)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All, the newest first.
    pub fn newest(&self) -> impl Iterator<Item = &Arc<Head>> {
        self.0.values().rev()
    }
}

impl FromIterator<Arc<Head>> for Heads {
    fn from_iter<T: IntoIterator<Item = Arc<Head>>>(heads: T) -> Self {
        Self(heads.into_iter().map(|head| (head.id, head)).collect())
    }
}
