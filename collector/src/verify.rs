//! Signature workers: bytes in, verified messages out. One spool's messages stay in order, because a key always goes to
//! the same worker; many are checked together, which halves the cost.

use std::sync::Arc;
use std::thread;

use avow_shared::id::AgentId;
use avow_shared::time::UnixMs;
use avow_shared::wire::{self, Frame, Hello, Kind, PublicKey, Up, UpBody};
use bytes::Bytes;
use tokio::sync::mpsc;

use crate::broker::{Inbound, Line};
use crate::counters::{Counters, add, one};
use crate::keyring::Keyring;

/// How many messages wait for a worker; a broker's hook waits when it is full.
const QUEUE: usize = 2_048;
/// How many signatures are checked together.
const TOGETHER: usize = 128;

/// A message that its agent signed.
#[derive(Debug)]
pub struct Verified {
    /// Who signed it.
    pub key: PublicKey,
    /// Its id.
    pub agent: AgentId,
    /// HQ's time when it came.
    pub received_ms: UnixMs,
    /// The bytes as received.
    pub bytes: Bytes,
    /// What it says.
    pub up: Up,
    /// The connection that it came on, where the broker knows.
    pub line: Option<Arc<Line>>,
}

/// The entrance for brokers.
#[derive(Clone)]
pub struct Gate {
    workers: Arc<[mpsc::Sender<Inbound>]>,
    counters: Arc<Counters>,
}

impl Gate {
    /// Takes a message, waiting for room, and says whether it is reports that HQ will answer when they are on its disk. Topics of others and
    /// bytes that are no frame are counted and passed over.
    pub async fn take(&self, topic: &str, payload: Bytes, received_ms: UnixMs, line: Option<&Arc<Line>>) -> bool {
        one(&self.counters.messages_received);
        add(&self.counters.bytes_received, payload.len() as u64);
        if !topic.starts_with("avow/1/up/") {
            one(&self.counters.messages_foreign_topic);
            return false;
        }
        let Ok(frame) = Frame::parse(&payload) else {
            one(&self.counters.messages_not_a_frame);
            return false;
        };
        let (worker, is_reports) = (usize::from(frame.key.0[0]) % self.workers.len(), frame.kind == Kind::Reports);
        // A worker only ends with the program.
        self.workers[worker].send(Inbound { payload, received_ms, line: line.cloned() }).await.is_ok() && is_reports
    }
}

/// Starts `count` workers that send what they believe to `out`.
///
/// # Panics
/// When the system gives no thread.
#[must_use]
pub fn start(count: usize, keyring: &Keyring, out: &mpsc::Sender<Vec<Verified>>, counters: &Arc<Counters>) -> Gate {
    let worker = |n: usize| {
        let (entrance, queue) = mpsc::channel(QUEUE);
        let worker = Worker { keyring: keyring.clone(), counters: Arc::clone(counters) };
        let out = out.clone();
        let thread = thread::Builder::new().name(format!("verify-{n}"));
        thread.spawn(move || worker.run(queue, &out)).expect("a thread at start");
        entrance
    };
    Gate { workers: (0..count.max(1)).map(worker).collect(), counters: Arc::clone(counters) }
}

struct Worker {
    keyring: Keyring,
    counters: Arc<Counters>,
}

impl Worker {
    fn run(&self, mut queue: mpsc::Receiver<Inbound>, out: &mpsc::Sender<Vec<Verified>>) {
        let mut messages = Vec::with_capacity(TOGETHER);
        while queue.blocking_recv_many(&mut messages, TOGETHER) > 0 {
            let verified = self.verify(std::mem::take(&mut messages));
            if !verified.is_empty() && out.blocking_send(verified).is_err() {
                break;
            }
        }
    }

    fn verify(&self, messages: Vec<Inbound>) -> Vec<Verified> {
        let known: Vec<_> = messages.iter().map(|message| self.with_key(&message.payload)).collect();
        let frames: Vec<_> = known.iter().flatten().copied().collect();
        let mut good = wire::verify_all(&frames).into_iter();
        let mut verified = Vec::with_capacity(messages.len());
        for (message, known) in messages.iter().zip(&known) {
            let Some((frame, key)) = known else { continue };
            if !good.next().unwrap_or(false) {
                one(&self.counters.messages_bad_signature);
                continue;
            }
            match wire::decode_up(frame.kind, frame.unverified_payload()) {
                Ok(up) => verified.push(Verified {
                    key: *key,
                    agent: frame.key,
                    received_ms: message.received_ms,
                    bytes: message.payload.clone(),
                    up,
                    line: message.line.clone(),
                }),
                Err(_) => one(&self.counters.messages_malformed),
            }
        }
        verified
    }

    /// The frame with the key that must have signed it: for a hello the one inside, else one that said hello before.
    fn with_key<'a>(&self, bytes: &'a Bytes) -> Option<(Frame<'a>, PublicKey)> {
        let frame = Frame::parse(bytes).ok()?;
        let key = match frame.kind {
            Kind::Hello => hello_inside(&frame).and_then(|hello| PublicKey::from_bytes(&hello.key).ok()),
            Kind::Reports => self.keyring.key(frame.key),
            Kind::Welcome | Kind::Ack | Kind::Order | Kind::Steer | Kind::Document => None,
        };
        let key = key.filter(|key| key.id() == frame.key);
        if key.is_none() {
            one(&self.counters.messages_unknown_key);
        }
        key.map(|key| (frame, key))
    }
}

fn hello_inside(frame: &Frame<'_>) -> Option<Hello> {
    match wire::decode_up(Kind::Hello, frame.unverified_payload()) {
        Ok(Up { body: Ok(UpBody::Hello(hello)), .. }) => Some(hello),
        _ => None,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use avow_shared::id::SpoolId;
    use avow_shared::time::WallTime;
    use avow_shared::wire::{Header, Signer};

    pub(crate) fn hello(signer: &Signer, claimed: &Signer) -> Vec<u8> {
        let header = Header {
            venue: "350102-01".parse().expect("a venue"),
            spool: SpoolId([1; 16]),
            first: 1,
            last: 0,
            produced: 0,
            held_from: 1,
            dropped: vec![],
            void: vec![],
            sent_at: WallTime::default(),
        };
        let hello = Hello {
            key: claimed.public().bytes(),
            boot_nonce: [2; 16],
            software: "1".into(),
            venues: vec![],
            reads: vec![1],
        };
        wire::encode_hello(signer, header, &hello)
    }

    fn worker() -> Worker {
        Worker { keyring: Keyring::default(), counters: Arc::default() }
    }

    fn inbound(bytes: Vec<u8>) -> Inbound {
        Inbound { payload: bytes.into(), received_ms: 1, line: None }
    }

    #[test]
    fn a_hello_is_believed_with_the_key_inside_it() {
        let me = Signer::from_seed(&[1; 32]);
        let verified = worker().verify(vec![inbound(hello(&me, &me))]);
        assert_eq!(verified.iter().map(|v| v.agent).collect::<Vec<_>>(), [me.id()]);
    }

    #[test]
    fn a_hello_with_the_key_of_another_is_not() {
        let (me, other) = (Signer::from_seed(&[1; 32]), Signer::from_seed(&[2; 32]));
        let worker = worker();
        assert!(worker.verify(vec![inbound(hello(&me, &other))]).is_empty());
        assert_eq!(worker.counters.messages_unknown_key.load(std::sync::atomic::Ordering::Relaxed), 1);
    }

    #[test]
    fn reports_of_a_key_that_never_said_hello_are_passed_over() {
        let me = Signer::from_seed(&[1; 32]);
        let frame = me.seal(Kind::Reports, &[0; 30]);
        let worker = worker();
        assert!(worker.verify(vec![inbound(frame.clone())]).is_empty());
        worker.keyring.add(me.public());
        assert!(worker.verify(vec![inbound(frame)]).is_empty(), "signed, but no header");
        assert_eq!(worker.counters.messages_malformed.load(std::sync::atomic::Ordering::Relaxed), 1);
    }
}
