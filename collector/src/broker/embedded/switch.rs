//! Who is connected, and who listens where. Pure; no step looks at more clients than it concerns.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc;

/// More than all venues of a province twice: after a short cut all come again before their old connections fall silent.
pub(super) const MOST_CLIENTS: usize = 40_000;
/// More than an agent has: its own topic and those of the places that it lies in.
const MOST_TOPICS: usize = 16;
/// Longer than any topic of the contract.
const LONGEST_TOPIC: usize = 256;

/// A connection; never used twice.
pub(super) use super::super::LineNo as No;
/// Packets on their way to a client. Dropping it ends the connection.
pub(super) type Queue = mpsc::Sender<Bytes>;

struct Client {
    queue: Queue,
    topics: Vec<Arc<str>>,
}

/// The connections.
#[derive(Default)]
pub(super) struct Switch {
    next: No,
    clients: HashMap<No, Client>,
    topics: HashMap<Arc<str>, BTreeSet<No>>,
}

impl Switch {
    /// A client came; none when there is no room.
    pub(super) fn connect(&mut self, queue: Queue) -> Option<No> {
        if self.clients.len() >= MOST_CLIENTS {
            return None;
        }
        self.next += 1;
        self.clients.insert(self.next, Client { queue, topics: Vec::new() });
        Some(self.next)
    }

    /// A connection ended.
    pub(super) fn disconnect(&mut self, no: No) {
        let Some(client) = self.clients.remove(&no) else { return };
        for topic in &client.topics {
            self.stop_listening(no, topic);
        }
    }

    /// Says whether it listens there now.
    pub(super) fn subscribe(&mut self, no: No, topic: &str) -> bool {
        let Some(client) = self.clients.get_mut(&no) else { return false };
        if client.topics.iter().any(|own| **own == *topic) {
            return true;
        }
        if client.topics.len() >= MOST_TOPICS || topic.len() > LONGEST_TOPIC {
            return false;
        }
        let shared = self.topics.get_key_value(topic).map(|(name, _)| Arc::clone(name));
        let topic = shared.unwrap_or_else(|| topic.into());
        client.topics.push(Arc::clone(&topic));
        self.topics.entry(topic).or_default().insert(no);
        true
    }

    pub(super) fn unsubscribe(&mut self, no: No, topic: &str) {
        let Some(client) = self.clients.get_mut(&no) else { return };
        if let Some(at) = client.topics.iter().position(|own| **own == *topic) {
            client.topics.swap_remove(at);
            self.stop_listening(no, topic);
        }
    }

    fn stop_listening(&mut self, no: No, topic: &str) {
        let Some(listeners) = self.topics.get_mut(topic) else { return };
        listeners.remove(&no);
        if listeners.is_empty() {
            self.topics.remove(topic);
        }
    }

    /// The queues of all who listen to `topic`.
    pub(super) fn listeners(&self, topic: &str) -> impl Iterator<Item = &Queue> {
        let listeners = self.topics.get(topic).into_iter().flatten();
        listeners.filter_map(|no| self.clients.get(no)).map(|client| &client.queue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue() -> Queue {
        mpsc::channel(1).0
    }

    fn heard(switch: &Switch, topic: &str) -> usize {
        switch.listeners(topic).count()
    }

    #[test]
    fn who_listens_is_reached_until_it_goes() {
        let mut switch = Switch::default();
        let (a, b) = (switch.connect(queue()).expect("room"), switch.connect(queue()).expect("room"));
        assert!(switch.subscribe(a, "x") && switch.subscribe(a, "x") && switch.subscribe(b, "x"));
        assert!(switch.subscribe(a, "y"));
        assert_eq!((heard(&switch, "x"), heard(&switch, "y"), heard(&switch, "z")), (2, 1, 0));
        switch.unsubscribe(a, "x");
        assert_eq!((heard(&switch, "x"), heard(&switch, "y")), (1, 1));
        switch.disconnect(a);
        assert_eq!((heard(&switch, "x"), heard(&switch, "y")), (1, 0));
        switch.disconnect(b);
        assert!(switch.topics.is_empty() && switch.clients.is_empty(), "nothing is left behind");
    }

    #[test]
    fn clients_and_topics_are_bounded() {
        let mut switch = Switch::default();
        let first = switch.connect(queue()).expect("room");
        let taken = (0..).take_while(|n| switch.subscribe(first, &format!("t/{n}"))).count();
        assert_eq!(taken, MOST_TOPICS);
        let second = switch.connect(queue()).expect("room");
        assert!(!switch.subscribe(second, &"t".repeat(LONGEST_TOPIC + 1)));
        let more = (0..).take_while(|_| switch.connect(queue()).is_some()).count();
        assert_eq!(more, MOST_CLIENTS - 2);
        switch.disconnect(first);
        assert!(switch.connect(queue()).is_some(), "who goes makes room");
    }
}
