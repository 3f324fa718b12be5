//! What happened to every message, as numbers that only grow: shown by `/metrics`, never decided upon.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

macro_rules! counters {
    ($($name:ident: $doc:literal,)+) => {
        /// The counters, shared by all tasks.
        #[derive(Debug, Default)]
        pub struct Counters {
            $(#[doc = $doc] pub $name: AtomicU64,)+
            /// Of canaries, and of the core.
            pub pulse: Pulse,
        }

        impl Counters {
            /// Name, help and value of each, in a fixed order.
            #[must_use]
            pub fn list(&self) -> Vec<(&'static str, &'static str, u64)> {
                vec![$((stringify!($name), $doc, self.$name.load(Relaxed)),)+]
            }
        }
    };
}

counters! {
    messages_received: "MQTT messages taken from the broker",
    bytes_received: "Bytes of payload in them",
    messages_foreign_topic: "Messages on topics that no agent uses",
    messages_not_a_frame: "Messages that are no frame, or of an unknown version or kind",
    messages_unknown_key: "Frames signed with a key that never said hello",
    messages_bad_signature: "Frames whose signature is wrong",
    messages_malformed: "Frames with a good signature and an unreadable header",
    messages_not_accepted: "Reports of agents that are not accepted",
    messages_discarded: "Messages passed over while the journal could not be written",
    hellos: "Hellos of agents",
    hellos_over_bound: "Hellos of new keys beyond the bound of agents that wait or are in conflict",
    envelopes_stored: "Envelopes with at least one new number in the journal",
    envelopes_redelivered: "Envelopes without a new number",
    reports_stored: "Reports in the journal",
    reports_refused: "Reports that came signed but could not be believed",
    acks_sent: "Acks handed to the broker",
    acks_dropped: "Acks that found no room in the outbox; the agent asks again",
    journal_commits: "Group commits of the journal",
    journal_errors: "Group commits that failed",
    journal_bytes: "Bytes of envelopes written to the journal",
    messages_undelivered: "Messages for a client of the broker inside whose queue was full, or dropped while another broker was away",
    accepts_failed: "Connections that the broker inside could not accept",
    clients_refused: "Connections refused by the broker inside: no CONNECT, another version, no room",
    clients_connected: "Connects at the broker inside",
    clients_disconnected: "Disconnects at the broker inside",
    subscriptions_denied: "Subscriptions that no agent needs, denied by the broker inside",
    records_forgotten: "Records of roll calls and inspections that went because there were too many",
    records_lost: "Those of them that nobody had signed off",
    canaries_unanswered: "Orders behind a canary that its connected agent did not answer within a minute",
}

/// How long canaries took both ways, and the last round of the core.
#[derive(Debug, Default)]
pub struct Pulse {
    /// From planting to being seen.
    pub seen: Times,
    /// From the order behind it to its answer at HQ.
    pub answered: Times,
    /// When the core went round last, its clock; 0 before its first round.
    pub beat_ms: AtomicU64,
}

/// Times in classes that only grow: a histogram of Prometheus.
#[derive(Debug, Default)]
pub struct Times {
    classes: [AtomicU64; PULSE_S.len() + 1],
    sum_ms: AtomicU64,
}

/// The bounds of the classes, seconds; the last class has none.
pub const PULSE_S: [f64; 10] = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 600.0];

/// How many lie within each bound of [`PULSE_S`], then all; and the sum of their seconds.
pub type Histogram = ([u64; PULSE_S.len() + 1], f64);

impl Times {
    /// One more of so long.
    pub fn took(&self, took_ms: u64) {
        let at = PULSE_S.iter().position(|bound| took_ms as f64 <= bound * 1_000.0).unwrap_or(PULSE_S.len());
        one(&self.classes[at]);
        add(&self.sum_ms, took_ms);
    }

    /// As they stand.
    #[must_use]
    pub fn read(&self) -> Histogram {
        let mut sums = [0; PULSE_S.len() + 1];
        let mut all = 0;
        for (sum, class) in sums.iter_mut().zip(&self.classes) {
            all += class.load(Relaxed);
            *sum = all;
        }
        (sums, self.sum_ms.load(Relaxed) as f64 / 1_000.0)
    }
}

/// One more.
pub fn one(counter: &AtomicU64) {
    counter.fetch_add(1, Relaxed);
}

/// `n` more.
pub fn add(counter: &AtomicU64, n: u64) {
    counter.fetch_add(n, Relaxed);
}
