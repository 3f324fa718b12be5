//! The talk with HQ as a pure value: when to say hello, what to believe, which numbers to send, and when to send again.
//!
//! It holds numbers, never reports or sockets. A PUBACK means nothing here: only what HQ signed ends a number.

use avow_shared::hash::to_hex;
use avow_shared::id::{AgentId, SpoolId};
use avow_shared::ranges::RangeSet;
use avow_shared::time::UnixMs;
use avow_shared::wire::{Ack, PublicKey, READS, Standing, Steer, VERSION, Welcome};

use crate::jitter::{BackOff, Dice};

pub mod flights;

use flights::Flights;

/// Something signed is sent at least so often.
const SPEAK_EVERY_MS: u64 = 55_000;
/// An agent that waits for a person asks again so often.
const PENDING_EVERY_MS: u64 = 30_000;
/// Reports are on their way and HQ says nothing for so long: it may have forgotten us, so say who we are.
const DEAF_AFTER_MS: u64 = 60_000;
/// How many messages may lie in the line's own queue.
const CREDITS: u32 = 16;
/// A window that makes no sense is taken as this.
const MIN_WINDOW: u32 = 2;

/// Which key is believed to be HQ's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pin {
    /// This one, configured or pinned before.
    Key(PublicKey),
    /// The first that welcomes us: only towards a broker on this machine.
    FirstUse,
}

/// Where the talk stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Down,
    Greeting { next_hello_ms: u64 },
    Open { standing: Standing, next_hello_ms: u64 },
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Say {
    /// Introduce the agent.
    Hello,
    /// Send the reports with these numbers, ascending.
    Reports(Vec<u64>),
}

/// What came from HQ and is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Believed {
    /// What HQ says of the numbers; none when it is not about the spool in use.
    pub ack: Option<Ack>,
    /// HQ's time and half of the round trip, after a hello.
    pub time: Option<(UnixMs, u32)>,
    /// A key that was pinned just now.
    pub pinned: Option<PublicKey>,
}

/// Why something from HQ is passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not signed by HQ, or malformed.
    #[error("believe it: {0}")]
    Wire(#[from] avow_shared::wire::Error),
    /// A welcome that is signed with another key than the one that is believed to be HQ's.
    #[error("believe it: it is signed with {}, which is not HQ's key here", to_hex(.0))]
    OtherKey([u8; 32]),
    /// Meant for another agent.
    #[error("believe it: another agent is meant")]
    NotForMe,
    /// Older than one that was seen, or an answer to an earlier start.
    #[error("believe it: it is older than what is known")]
    Stale,
    /// No key of HQ is known yet.
    #[error("believe it: HQ's key is not known yet")]
    NoKey,
}

/// The talk with HQ.
#[derive(Clone, Debug)]
pub struct Uplink {
    me: AgentId,
    nonce: [u8; 16],
    pin: Pin,
    line: Line,
    issued_ms: UnixMs,
    hq_reads: Option<u8>,
    window: u32,
    credits: u32,
    spoke_ms: u64,
    heard_ms: u64,
    last_ack_ms: Option<u64>,
    /// When the hello was said that is not answered yet.
    asked_ms: Option<u64>,
    hello: BackOff,
    flights: Flights,
}

impl Uplink {
    /// Not connected. `nonce` is random, made at start.
    #[must_use]
    pub fn new(me: AgentId, nonce: [u8; 16], pin: Pin) -> Self {
        let hello = BackOff::new(Dice::seeded(&[&me.0[..], &nonce[..]].concat()), 2_000, 30_000);
        Self {
            me,
            nonce,
            pin,
            line: Line::Down,
            issued_ms: 0,
            hq_reads: None,
            window: MIN_WINDOW,
            credits: 0,
            spoke_ms: 0,
            heard_ms: 0,
            last_ack_ms: None,
            asked_ms: None,
            hello,
            flights: Flights::default(),
        }
    }

    /// The key that is believed, when there is one.
    #[must_use]
    pub const fn hq(&self) -> Option<PublicKey> {
        match self.pin {
            Pin::Key(key) => Some(key),
            Pin::FirstUse => None,
        }
    }

    /// The random number of this start.
    #[must_use]
    pub const fn nonce(&self) -> [u8; 16] {
        self.nonce
    }

    /// How HQ stands to the agent, when it has said so on this connection.
    #[must_use]
    pub const fn standing(&self) -> Option<Standing> {
        match self.line {
            Line::Open { standing, .. } => Some(standing),
            Line::Down | Line::Greeting { .. } => None,
        }
    }

    /// The newest version of the envelope that both sides have, as HQ said last since the start; none before it did.
    #[must_use]
    pub const fn hq_reads(&self) -> Option<u8> {
        self.hq_reads
    }

    /// Whether there is a connection to the broker.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.line != Line::Down
    }

    /// When the last ack was believed, by the monotonic clock.
    #[must_use]
    pub const fn last_ack_ms(&self) -> Option<u64> {
        self.last_ack_ms
    }

    /// Whether nothing waits for HQ.
    #[must_use]
    pub const fn is_drained(&self) -> bool {
        self.flights.is_empty()
    }

    /// What is to be sent, and how.
    pub const fn flights(&mut self) -> &mut Flights {
        &mut self.flights
    }

    /// There is a connection: hello at once.
    pub fn up(&mut self, now_ms: u64) {
        self.hello.reset();
        self.credits = CREDITS;
        self.line = Line::Greeting { next_hello_ms: now_ms };
        self.asked_ms = Some(now_ms);
    }

    /// The connection is gone: what was on its way is unsent again.
    pub fn down(&mut self) {
        self.line = Line::Down;
        self.asked_ms = None;
        self.flights.recall_all();
    }

    /// The line took a message off its queue.
    pub const fn taken(&mut self) {
        if self.credits < CREDITS {
            self.credits += 1;
        }
    }

    /// What to say now. `size` gives the length of a report that is in memory.
    pub fn poll(&mut self, now_ms: u64, size: impl FnMut(u64) -> Option<usize>) -> Option<Say> {
        self.flights.recall_overdue(now_ms);
        if self.credits == 0 {
            return None;
        }
        let (due_ms, accepted) = match self.line {
            Line::Down => return None,
            Line::Greeting { next_hello_ms, .. } => (next_hello_ms, false),
            Line::Open { standing, next_hello_ms } => (next_hello_ms, standing == Standing::Accepted),
        };
        if accepted && !self.flights.is_empty() && self.heard_ms + DEAF_AFTER_MS <= now_ms {
            self.heard_ms = now_ms;
            return Some(self.say_hello(now_ms));
        }
        if accepted {
            let numbers = self.flights.pick(self.window as usize, now_ms, size);
            if !numbers.is_empty() {
                return Some(self.speak(now_ms, Say::Reports(numbers)));
            }
        }
        let is_silent = accepted && self.spoke_ms + SPEAK_EVERY_MS <= now_ms;
        (is_silent || due_ms <= now_ms).then(|| self.say_hello(now_ms))
    }

    /// When [`Uplink::poll`] should be asked again, if nothing else happens.
    #[must_use]
    pub fn wake_ms(&self) -> u64 {
        if self.credits == 0 {
            return u64::MAX;
        }
        let due = match self.line {
            Line::Down => return u64::MAX,
            Line::Greeting { next_hello_ms, .. } => next_hello_ms,
            Line::Open { standing: Standing::Accepted, next_hello_ms } => {
                next_hello_ms.min(self.spoke_ms + SPEAK_EVERY_MS)
            }
            Line::Open { next_hello_ms, .. } => next_hello_ms,
        };
        due.min(self.flights.overdue_ms())
    }

    /// Takes in a welcome.
    ///
    /// # Errors
    /// Why it is passed over; nothing has changed then.
    pub fn welcome(&mut self, bytes: &[u8], spool: SpoolId, now_ms: u64) -> Result<Believed, Refused> {
        let (key, pinned) = match self.pin {
            Pin::Key(key) => (key, None),
            Pin::FirstUse => Welcome::first_use_key(bytes).map(|key| (key, Some(key)))?,
        };
        let welcome = Welcome::open(bytes, &key).map_err(|error| disbelieved(bytes, error))?;
        if welcome.to != self.me {
            return Err(Refused::NotForMe);
        }
        if welcome.boot_nonce != self.nonce {
            return Err(Refused::Stale);
        }
        self.pin = Pin::Key(key);
        // Also on a line that is open: an HQ whose clock was set back is deaf to us until it has welcomed us anew.
        let round_trip_ms = self.asked_ms.take().map(|asked_ms| now_ms.saturating_sub(asked_ms));
        self.open(&welcome, now_ms);
        let time = round_trip_ms.map(|ms| (welcome.hq_ms, u32::try_from(ms / 2).unwrap_or(u32::MAX)));
        Ok(Believed { ack: self.about(welcome.ack, spool, now_ms), time, pinned })
    }

    /// Takes in an ack.
    ///
    /// # Errors
    /// Why it is passed over; nothing has changed then.
    pub fn ack(&mut self, bytes: &[u8], spool: SpoolId, now_ms: u64) -> Result<Believed, Refused> {
        let ack = Ack::open(bytes, &self.hq().ok_or(Refused::NoKey)?)?;
        if ack.to != self.me {
            return Err(Refused::NotForMe);
        }
        if ack.issued_ms < self.issued_ms {
            return Err(Refused::Stale);
        }
        self.issued_ms = ack.issued_ms;
        Ok(Believed { ack: self.about(ack, spool, now_ms), time: None, pinned: None })
    }

    /// Takes in a hand at a camera's wheel.
    ///
    /// # Errors
    /// Why it is passed over.
    pub fn steer(&self, bytes: &[u8]) -> Result<Steer, Refused> {
        let steer = Steer::open(bytes, &self.hq().ok_or(Refused::NoKey)?)?;
        if steer.to != self.me {
            return Err(Refused::NotForMe);
        }
        if steer.boot_nonce == self.nonce { Ok(steer) } else { Err(Refused::Stale) }
    }

    /// A welcome that echoes this start's nonce is fresh, however the clock of a restored HQ may have jumped.
    fn open(&mut self, welcome: &Welcome, now_ms: u64) {
        self.issued_ms = welcome.ack.issued_ms;
        self.window = welcome.window.max(MIN_WINDOW);
        self.hq_reads = READS.into_iter().filter(|version| welcome.reads.contains(version)).max();
        let reads_us = welcome.reads.contains(&VERSION);
        let standing = if reads_us { welcome.standing } else { Standing::Refused };
        if self.line == Line::Down {
            return;
        }
        let next_hello_ms = match standing {
            Standing::Accepted => u64::MAX,
            Standing::Pending | Standing::Refused | Standing::Conflict => now_ms + PENDING_EVERY_MS,
        };
        self.line = Line::Open { standing, next_hello_ms };
    }

    fn about(&mut self, ack: Ack, spool: SpoolId, now_ms: u64) -> Option<Ack> {
        self.last_ack_ms = Some(now_ms);
        self.heard_ms = now_ms;
        (ack.spool == spool && ack.to == self.me).then_some(ack)
    }

    const fn speak(&mut self, now_ms: u64, say: Say) -> Say {
        self.spoke_ms = now_ms;
        self.credits -= 1;
        say
    }

    fn say_hello(&mut self, now_ms: u64) -> Say {
        self.line = match self.line {
            Line::Greeting { .. } | Line::Down => {
                Line::Greeting { next_hello_ms: now_ms + self.hello.next_half_ms().max(1) }
            }
            Line::Open { standing: Standing::Accepted, next_hello_ms } => {
                Line::Open { standing: Standing::Accepted, next_hello_ms }
            }
            Line::Open { standing, .. } => Line::Open { standing, next_hello_ms: now_ms + PENDING_EVERY_MS },
        };
        self.asked_ms = Some(now_ms);
        self.speak(now_ms, Say::Hello)
    }

    /// Applies an ack to what is on its way.
    pub fn ended(&mut self, ended: &RangeSet) {
        self.flights.ended(ended);
    }
}

/// Whether it is a whole welcome, only of somebody else.
fn disbelieved(bytes: &[u8], error: avow_shared::wire::Error) -> Refused {
    match (error, Welcome::first_use_key(bytes)) {
        (avow_shared::wire::Error::Signature, Ok(key)) => Refused::OtherKey(key.bytes()),
        (error, _) => Refused::Wire(error),
    }
}

#[cfg(test)]
mod tests;
