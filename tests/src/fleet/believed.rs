//! The order that one of a fleet has believed, for the others: a box has a processor of its own to check HQ's signature with, a
//! fleet has HQ's, and 18 762 checks of the same bytes are a second of it. What is believed is the same bytes under the same key.

use std::sync::{Arc, Mutex, PoisonError};

use avow_shared::order::Order;
use avow_shared::wire::PublicKey;
use bytes::Bytes;

/// The newest order that was believed; lists and single boxes have their own, a place's is the one that many hear.
#[derive(Debug, Default)]
pub struct Believed(Mutex<Option<(PublicKey, Bytes, Arc<Order>)>>);

impl Believed {
    /// The order in these bytes, when somebody with the same key of HQ has believed them.
    #[must_use]
    pub fn find(&self, hq: PublicKey, bytes: &Bytes) -> Option<Arc<Order>> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = last.as_ref().filter(|(key, known, _)| *key == hq && known == bytes);
        known.map(|(_, _, order)| Arc::clone(order))
    }

    /// Somebody believed these bytes.
    pub fn keep(&self, hq: PublicKey, bytes: Bytes, order: &Order) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((hq, bytes, Arc::new(order.clone())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use avow_shared::order::{Scope, Task};
    use avow_shared::wire::Signer;

    #[test]
    fn only_the_same_bytes_under_the_same_key_are_believed() {
        let hq = Signer::from_seed(&[1; 32]);
        let scope = Scope::Places { within: vec!["35".parse().expect("a place")], except: vec![] };
        let order = Order { number: 1, given_ms: 1, expires_ms: 2, scope, task: Task::RollCall };
        let bytes = Bytes::from(order.seal(&hq));
        let believed = Believed::default();
        assert!(believed.find(hq.public(), &bytes).is_none());
        believed.keep(hq.public(), bytes.clone(), &order);
        assert_eq!(believed.find(hq.public(), &bytes).as_deref(), Some(&order));
        assert!(believed.find(Signer::from_seed(&[2; 32]).public(), &bytes).is_none());
        let mut other = bytes.to_vec();
        *other.last_mut().expect("a signature") ^= 1;
        assert!(believed.find(hq.public(), &other.into()).is_none());
    }
}
