//! From HQ to agent: the welcome, the ack and the hand at a camera's wheel. Orders are in `order`.

use serde::{Deserialize, Serialize};

use super::{Error, Kind, PublicKey, Signer, encoded, exactly};
use crate::account::MAX_ACK_RANGES;
use crate::camera::{MAX_LEASE_MS, Motion};
use crate::id::{AgentId, ProbeId, SpoolId, VenueId};
use crate::order::{MAX_SCOPE, Order, Scope, Task};
use crate::ranges::Range;
use crate::time::UnixMs;
use crate::venue::MAX_PARTS;
use crate::wire::Frame;

/// How much older than the newest an ack may be to be looked at: brokers deliver in order, so only a replay is older.
pub const MAX_SKEW_MS: u64 = 60_000;

/// A hand that steered so long ago is not felt any more, as far as the agent's clock can tell.
pub const MAX_STEER_AGE_MS: u64 = 2_000;

/// How HQ stands to an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Its reports are stored.
    Accepted,
    /// A person at HQ has to accept the key first.
    Pending,
    /// A person at HQ refused the key.
    Refused,
    /// Another key serves one of its venues.
    Conflict,
}

/// HQ's answer to a hello.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The agent that said hello.
    pub to: AgentId,
    /// Its boot nonce, so that nobody can replay an old time.
    pub boot_nonce: [u8; 16],
    /// HQ's time.
    pub hq_ms: UnixMs,
    /// How HQ stands to it.
    pub standing: Standing,
    /// The versions of the envelope that HQ reads; the agent writes none newer.
    pub reads: Vec<u8>,
    /// The most reports that may be on their way unacknowledged.
    pub window: u32,
    /// The end of its numbers, as far as HQ knows.
    pub ack: Ack,
}

/// Which numbers of a spool have an end: they need not be sent any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ack {
    /// Whose spool it is.
    pub to: AgentId,
    /// The spool.
    pub spool: SpoolId,
    /// HQ's time; an agent passes over acks that are older than one that it has seen.
    pub issued_ms: UnixMs,
    /// Every number of `1..=upto` has an end.
    pub upto: u64,
    /// So have these, all above `upto`; at most sixteen.
    pub more: Vec<Range>,
}

/// A camera is to move, for at most [`MAX_LEASE_MS`] from now, or to stop.
///
/// For HQ: publish it at QoS 0, not retained, to [`topic::down`](crate::topic::down) of the one agent, every 100 to 200 ms
/// while the button is held, and once with [`Motion::STILL`] when it is released. Nothing is stored on either side and
/// nothing is answered: what is lost is made up for by the next, and after the last the lease runs out. An agent
/// passes over what is not for its present start, not newer than what it had for this camera, or too old. What the
/// interlock forbids does not move; an event `camera.not-steered` says so once in a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Steer {
    /// Who is meant.
    pub to: AgentId,
    /// The boot nonce of its last hello: a recorded message is nothing to the next start.
    pub boot_nonce: [u8; 16],
    /// `max(last + 1, HQ's milliseconds)`, so it grows even when HQ begins anew.
    pub sequence: u64,
    /// HQ's time.
    pub hq_ms: UnixMs,
    /// The camera's venue.
    pub venue: VenueId,
    /// The camera's probe.
    pub probe: ProbeId,
    /// How it is to move; still is stop.
    pub motion: Motion,
    /// For how long, when nothing more is heard, 1 to [`MAX_LEASE_MS`] milliseconds.
    pub lease_ms: u16,
    /// Whether the person at HQ confirmed that it may disturb what is going on in the room.
    pub confirmed: bool,
}

fn open<'a, T: Deserialize<'a>>(bytes: &'a [u8], kind: Kind, hq: &PublicKey) -> Result<T, Error> {
    let frame = Frame::parse(bytes)?;
    let payload = frame.verify(hq)?;
    if frame.kind == kind { exactly(payload) } else { Err(Error::UnknownKind) }
}

impl Welcome {
    /// Signed by HQ, whose public key travels inside: an agent without a pinned key has no other way to learn it.
    #[must_use]
    pub fn seal(&self, hq: &Signer) -> Vec<u8> {
        hq.seal(Kind::Welcome, &encoded(&(hq.public().bytes(), self)))
    }

    /// Believed only from HQ's key.
    ///
    /// # Errors
    /// When it is not a welcome signed by `hq`.
    pub fn open(bytes: &[u8], hq: &PublicKey) -> Result<Self, Error> {
        let (_, welcome): ([u8; 32], Self) = open(bytes, Kind::Welcome, hq)?;
        if welcome.ack.is_bounded() { Ok(welcome) } else { Err(Error::Malformed) }
    }

    /// The key that a welcome claims to be signed with: only for who has none pinned and may trust at first use.
    ///
    /// # Errors
    /// When it is no welcome, or not signed with the key inside.
    pub fn first_use_key(bytes: &[u8]) -> Result<PublicKey, Error> {
        let (key, _): ([u8; 32], Self) = exactly(Frame::parse(bytes)?.unverified_payload())?;
        let key = PublicKey::from_bytes(&key)?;
        Self::open(bytes, &key).map(|_| key)
    }
}

impl Ack {
    /// Signed by HQ.
    #[must_use]
    pub fn seal(&self, hq: &Signer) -> Vec<u8> {
        hq.seal(Kind::Ack, &encoded(self))
    }

    /// Believed only from HQ's key.
    ///
    /// # Errors
    /// When it is not an ack signed by `hq`.
    pub fn open(bytes: &[u8], hq: &PublicKey) -> Result<Self, Error> {
        let ack: Self = open(bytes, Kind::Ack, hq)?;
        if ack.is_bounded() { Ok(ack) } else { Err(Error::Malformed) }
    }

    fn is_bounded(&self) -> bool {
        self.more.len() <= MAX_ACK_RANGES
            && self.more.iter().all(|range| range.first > self.upto && range.first <= range.last)
    }
}

impl Order {
    /// Signed by HQ.
    #[must_use]
    pub fn seal(&self, hq: &Signer) -> Vec<u8> {
        hq.seal_in(self.task.version(), Kind::Order, &encoded(self))
    }

    /// Believed only from HQ's key.
    ///
    /// # Errors
    /// When it is not an order signed by `hq`.
    pub fn open(bytes: &[u8], hq: &PublicKey) -> Result<Self, Error> {
        let order: Self = open(bytes, Kind::Order, hq)?;
        let bounded = match &order.scope {
            Scope::Places { within, except } => within.len() <= MAX_SCOPE && except.len() <= MAX_SCOPE,
            Scope::Agents(agents) => agents.len() <= MAX_SCOPE,
        };
        let sensible = match &order.task {
            Task::Camera { command, .. } => command.is_bounded(),
            Task::MouthToEar { venues: [one, other], .. } => one != other,
            Task::Meetings(list) => list.is_bounded(),
            Task::Call(call) => call.is_bounded(),
            Task::Inspect { probes, .. } => probes.len() <= MAX_PARTS,
            Task::Assurance(list) => list.is_bounded(),
            Task::RollCall | Task::Probe { .. } => true,
        };
        if bounded && sensible { Ok(order) } else { Err(Error::Malformed) }
    }
}

impl Steer {
    /// Signed by HQ.
    #[must_use]
    pub fn seal(&self, hq: &Signer) -> Vec<u8> {
        hq.seal(Kind::Steer, &encoded(self))
    }

    /// Believed only from HQ's key. Whether it is meant for this start, newer and young enough, is judged by the agent.
    ///
    /// # Errors
    /// When it is not such a message signed by `hq`, or beyond its bounds.
    pub fn open(bytes: &[u8], hq: &PublicKey) -> Result<Self, Error> {
        let steer: Self = open(bytes, Kind::Steer, hq)?;
        let is_bounded = (1..=MAX_LEASE_MS).contains(&steer.lease_ms) && steer.motion.is_bounded();
        if is_bounded { Ok(steer) } else { Err(Error::Malformed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::camera::Command;

    fn steer() -> Steer {
        Steer {
            to: AgentId([1; 16]),
            boot_nonce: [9; 16],
            sequence: 7,
            hq_ms: 5,
            venue: "350102001-01".parse().expect("a venue"),
            probe: "camera".parse().expect("a probe"),
            motion: Motion { pan: -100, zoom: 100, ..Motion::STILL },
            lease_ms: MAX_LEASE_MS,
            confirmed: false,
        }
    }

    #[test]
    fn a_hand_at_the_wheel_is_bounded() {
        let hq = Signer::from_seed(&[3; 32]);
        let opened = |steer: Steer| Steer::open(&steer.seal(&hq), &hq.public());
        assert_eq!(opened(steer()), Ok(steer()));
        for lease_ms in [0, MAX_LEASE_MS + 1, u16::MAX] {
            assert_eq!(opened(Steer { lease_ms, ..steer() }), Err(Error::Malformed), "{lease_ms} ms");
        }
        for motion in [Motion { tilt: 101, ..Motion::STILL }, Motion { focus: -101, ..Motion::STILL }] {
            assert_eq!(opened(Steer { motion, ..steer() }), Err(Error::Malformed), "{motion:?}");
        }
        let other = Signer::from_seed(&[4; 32]);
        assert_eq!(Steer::open(&steer().seal(&other), &hq.public()), Err(Error::Signature));
    }

    #[test]
    fn an_order_for_a_preset_that_no_camera_has_is_malformed() {
        let hq = Signer::from_seed(&[3; 32]);
        let order = |command| Order {
            number: 1,
            given_ms: 1,
            expires_ms: 2,
            scope: Scope::Agents(vec![AgentId([1; 16])]),
            task: Task::Camera { venue: steer().venue, probe: steer().probe, command, confirmed: true },
        };
        let opened = |command| Order::open(&order(command).seal(&hq), &hq.public());
        assert_eq!(opened(Command::Recall(127)), Ok(order(Command::Recall(127))));
        for command in [Command::Recall(128), Command::Store(200), Command::Clear(255)] {
            assert_eq!(opened(command), Err(Error::Malformed));
        }
    }

    #[test]
    fn a_welcome_tells_its_key_and_is_believed_only_with_it() {
        let hq = Signer::from_seed(&[3; 32]);
        let ack = Ack { to: AgentId([1; 16]), spool: SpoolId([2; 16]), issued_ms: 5, upto: 0, more: vec![] };
        let welcome = Welcome {
            to: AgentId([1; 16]),
            boot_nonce: [9; 16],
            hq_ms: 5,
            standing: Standing::Accepted,
            reads: vec![1],
            window: 100,
            ack,
        };
        let bytes = welcome.seal(&hq);
        assert_eq!(Welcome::first_use_key(&bytes), Ok(hq.public()));
        assert_eq!(Welcome::open(&bytes, &hq.public()), Ok(welcome.clone()));
        let other = Signer::from_seed(&[4; 32]);
        assert_eq!(Welcome::open(&bytes, &other.public()), Err(Error::Signature));
        let forged = other.seal(Kind::Welcome, &encoded(&(hq.public().bytes(), &welcome)));
        assert_eq!(Welcome::first_use_key(&forged), Err(Error::Signature));
    }
}
