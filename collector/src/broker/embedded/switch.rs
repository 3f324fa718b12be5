//! Who is connected, and who listens where. Pure; no step looks at more clients than it concerns.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc;

/// More than all venues of a province.
pub(super) const MOST_CLIENTS: usize = 30_000;
/// More than an agent has: its own topic and those of the places that it lies in.
const MOST_TOPICS: usize = 16;
/// Longer than any topic of the contract.
const LONGEST_TOPIC: usize = 256;

/// A connection; never used twice.
pub(super) type No = u64;
/// Packets on their way to a client. Dropping it ends the connection.
pub(super) type Queue = mpsc::Sender<Bytes>;

struct Client {
    id: Arc<str>,
    queue: Queue,
    topics: Vec<Arc<str>>,
}

/// The connections.
#[derive(Default)]
pub(super) struct Switch {
    next: No,
    by_id: HashMap<Arc<str>, No>,
    clients: HashMap<No, Client>,
    topics: HashMap<Arc<str>, BTreeSet<No>>,
}

impl Switch {
    /// A client came; who has the same id goes (MQTT 3.1.1, 3.1.4-2). One without an id gets one. None when there is no
    /// room.
    pub(super) fn connect(&mut self, id: &str, queue: Queue) -> Option<No> {
        let id = if id.is_empty() { format!("?{}", self.next) } else { id.to_owned() };
        let id = id.as_str();
        let same = self.by_id.get(id).copied();
        if same.is_none() && self.clients.len() >= MOST_CLIENTS {
            return None;
        }
        if let Some(same) = same {
            self.disconnect(same);
        }
        self.next += 1;
        let id: Arc<str> = id.into();
        self.by_id.insert(Arc::clone(&id), self.next);
        self.clients.insert(self.next, Client { id, queue, topics: Vec::new() });
        Some(self.next)
    }

    /// A connection ended; answers with the client's id, or nothing when another had taken its place.
    pub(super) fn disconnect(&mut self, no: No) -> Option<Arc<str>> {
        let client = self.clients.remove(&no)?;
        for topic in &client.topics {
            self.stop_listening(no, topic);
        }
        self.by_id.remove(&client.id);
        Some(client.id)
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
        let (a, b) = (switch.connect("a", queue()).expect("room"), switch.connect("b", queue()).expect("room"));
        assert!(switch.subscribe(a, "x") && switch.subscribe(a, "x") && switch.subscribe(b, "x"));
        assert!(switch.subscribe(a, "y"));
        assert_eq!((heard(&switch, "x"), heard(&switch, "y"), heard(&switch, "z")), (2, 1, 0));
        switch.unsubscribe(a, "x");
        assert_eq!((heard(&switch, "x"), heard(&switch, "y")), (1, 1));
        assert_eq!(switch.disconnect(a).as_deref(), Some("a"));
        assert_eq!((heard(&switch, "x"), heard(&switch, "y")), (1, 0));
        switch.disconnect(b);
        assert!(switch.topics.is_empty() && switch.by_id.is_empty(), "nothing is left behind");
    }

    #[test]
    fn a_client_with_the_same_id_takes_the_place() {
        let mut switch = Switch::default();
        let (queue_of_first, mut packets) = mpsc::channel(1);
        let first = switch.connect("a", queue_of_first).expect("room");
        switch.subscribe(first, "x");
        let second = switch.connect("a", queue()).expect("room");
        assert_eq!(packets.try_recv(), Err(mpsc::error::TryRecvError::Disconnected), "the first is sent away");
        assert_eq!(heard(&switch, "x"), 0, "no session is kept");
        assert_eq!(switch.disconnect(first), None, "the late end of the first changes nothing");
        assert!(switch.subscribe(second, "x"));
    }

    #[test]
    fn clients_and_topics_are_bounded() {
        let mut switch = Switch::default();
        let first = switch.connect("first", queue()).expect("room");
        let taken = (0..).take_while(|n| switch.subscribe(first, &format!("t/{n}"))).count();
        assert_eq!(taken, MOST_TOPICS);
        let second = switch.connect("second", queue()).expect("room");
        assert!(!switch.subscribe(second, &"t".repeat(LONGEST_TOPIC + 1)));
        let more = (0..).take_while(|n| switch.connect(&format!("{n}"), queue()).is_some()).count();
        assert_eq!(more, MOST_CLIENTS - 2);
        assert!(switch.connect("first", queue()).is_some(), "who comes again finds its place");
    }
}
