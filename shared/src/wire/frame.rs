//! Frames: who signed which bytes.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::id::AgentId;

/// The version that everything is written in but reports and orders that need a newer one.
pub const VERSION: u8 = 1;
/// The versions that this program reads.
pub const READS: [u8; 4] = [1, 2, 3, 4];
/// The version that has reports of what devices say of themselves.
pub const FACTS_SINCE: u8 = 2;
/// The version that has reports of signals that were heard and seen, evidence that is a curve, and the terms of backup paths.
pub const SIGNS_SINCE: u8 = 3;
/// The version that has HQ's meetings: who does not read it is not told of them.
pub const MEETINGS_SINCE: u8 = 4;
/// The first that has roll calls in phases.
pub const CALLS_SINCE: u8 = 4;
/// The longest frame that is looked at; a body is at most 1 MiB before compression, and random bytes do not compress.
pub const MAX_FRAME_BYTES: usize = 1_100_000;
/// The length of a key id.
pub const KEY_ID_LEN: usize = 16;

const MAGIC: [u8; 2] = *b"AV";
/// Ed25519 (RFC 8032) over the bytes as sent.
const SUITE_ED25519: u8 = 1;
const HEAD_LEN: usize = 5 + KEY_ID_LEN;
const SIGNATURE_LEN: usize = 64;

/// What a frame carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Agent to HQ on every connect: here I am, with this key.
    Hello = 1,
    /// Agent to HQ: numbered reports.
    Reports = 2,
    /// HQ to agent: the answer to a hello.
    Welcome = 3,
    /// HQ to agent: these numbers have an end.
    Ack = 4,
    /// HQ to agents: an order.
    Order = 5,
    /// HQ to one agent: steer a camera now, or never.
    Steer = 6,
    /// What HQ signed off; never sent.
    Document = 7,
}

impl Kind {
    const ALL: [Self; 7] =
        [Self::Hello, Self::Reports, Self::Welcome, Self::Ack, Self::Order, Self::Steer, Self::Document];
}

/// Why bytes are no frame, or a frame is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not the beginning or the length of a frame.
    #[error("not a frame of Avow")]
    NotAFrame,
    /// A version that this program does not read.
    #[error("written in version {0}, which this program does not read")]
    Version(u8),
    /// A kind or suite that this program does not know.
    #[error("of an unknown kind or suite")]
    UnknownKind,
    /// The signature is not that of the key.
    #[error("signature is wrong")]
    Signature,
    /// Not a usable public key.
    #[error("not a usable Ed25519 key")]
    WeakKey,
    /// Signed, but the payload is not what the kind says, or exceeds its bounds.
    #[error("payload is malformed")]
    Malformed,
}

/// A private key that signs frames.
#[derive(Clone)]
pub struct Signer {
    key: SigningKey,
    id: AgentId,
}

impl Signer {
    /// The key made from 32 secret random bytes.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let key = SigningKey::from_bytes(seed);
        let id = AgentId::of_key(key.verifying_key().as_bytes());
        Self { key, id }
    }

    /// The identity that goes with the key.
    #[must_use]
    pub const fn id(&self) -> AgentId {
        self.id
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.key.verifying_key())
    }

    /// The signature over `bytes` that are no frame (an upload's name, say); prefix them with what they mean.
    #[must_use]
    pub fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.key.sign(bytes).to_bytes()
    }

    /// Frames and signs a payload that every version has.
    #[must_use]
    pub fn seal(&self, kind: Kind, payload: &[u8]) -> Vec<u8> {
        self.seal_in(VERSION, kind, payload)
    }

    /// Frames and signs a payload in a version.
    #[must_use]
    pub(super) fn seal_in(&self, version: u8, kind: Kind, payload: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEAD_LEN + payload.len() + SIGNATURE_LEN);
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&[version, kind as u8, SUITE_ED25519]);
        bytes.extend_from_slice(&self.id.0);
        bytes.extend_from_slice(payload);
        let signature = self.key.sign(&bytes).to_bytes();
        bytes.extend_from_slice(&signature);
        bytes
    }
}

/// A checked public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Checks 32 bytes.
    ///
    /// # Errors
    /// When they are no point of the curve, or one of small order that would accept any message.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, Error> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| Error::WeakKey)?;
        if key.is_weak() { Err(Error::WeakKey) } else { Ok(Self(key)) }
    }

    /// Its 32 bytes.
    #[must_use]
    pub fn bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The identity that goes with it.
    #[must_use]
    pub fn id(&self) -> AgentId {
        AgentId::of_key(self.0.as_bytes())
    }

    /// Whether `signature` is this key's over `bytes` that are no frame.
    ///
    /// # Errors
    /// [`Error::Signature`].
    pub fn verify(&self, bytes: &[u8], signature: &[u8; 64]) -> Result<(), Error> {
        self.0.verify_strict(bytes, &Signature::from_bytes(signature)).map_err(|_| Error::Signature)
    }
}

/// Bytes that have the outer form of a frame. Not yet believed.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// What it claims to carry.
    pub kind: Kind,
    /// The key it claims to be signed with.
    pub key: AgentId,
    payload: &'a [u8],
    signed: &'a [u8],
    signature: [u8; 64],
}

impl<'a> Frame<'a> {
    /// Reads the outer form.
    ///
    /// # Errors
    /// When it is too long, too short, foreign, or of an unknown version or kind.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let fits = (HEAD_LEN + SIGNATURE_LEN..=MAX_FRAME_BYTES).contains(&bytes.len()) && bytes[..2] == MAGIC;
        if !fits {
            return Err(Error::NotAFrame);
        }
        if !READS.contains(&bytes[2]) {
            return Err(Error::Version(bytes[2]));
        }
        let kind = Kind::ALL
            .into_iter()
            .find(|kind| *kind as u8 == bytes[3] && bytes[4] == SUITE_ED25519)
            .ok_or(Error::UnknownKind)?;
        let (signed, tail) = bytes.split_at(bytes.len() - SIGNATURE_LEN);
        let mut key = [0; KEY_ID_LEN];
        key.copy_from_slice(&bytes[5..HEAD_LEN]);
        let mut signature = [0; SIGNATURE_LEN];
        signature.copy_from_slice(tail);
        Ok(Self { kind, key: AgentId(key), payload: &signed[HEAD_LEN..], signed, signature })
    }

    /// Checks the signature and hands out the payload.
    ///
    /// # Errors
    /// [`Error::Signature`] when the key is another one or the bytes were changed.
    pub fn verify(&self, key: &PublicKey) -> Result<&'a [u8], Error> {
        key.verify(self.signed, &self.signature).map(|()| self.payload)
    }

    /// The payload of a frame whose signature was checked by [`verify_all`], or whose key stands inside (a hello).
    #[must_use]
    pub const fn unverified_payload(&self) -> &'a [u8] {
        self.payload
    }
}

/// Checks many signatures together, which costs about half of one by one; wrong ones are found by halving.
///
/// The answer has one entry a frame. A batch is a little more lenient than a single check in cases that only the holder
/// of a key can produce; keys of small order are not let in, so nobody else gains by it.
#[must_use]
pub fn verify_all(frames: &[(Frame<'_>, PublicKey)]) -> Vec<bool> {
    let mut good = vec![true; frames.len()];
    halve(frames, &mut good);
    good
}

fn halve(frames: &[(Frame<'_>, PublicKey)], good: &mut [bool]) {
    if let [(frame, key)] = frames {
        good[0] = frame.verify(key).is_ok();
        return;
    }
    let messages: Vec<&[u8]> = frames.iter().map(|(frame, _)| frame.signed).collect();
    let signatures: Vec<_> = frames.iter().map(|(frame, _)| Signature::from_bytes(&frame.signature)).collect();
    let keys: Vec<_> = frames.iter().map(|(_, key)| key.0).collect();
    if frames.is_empty() || ed25519_dalek::verify_batch(&messages, &signatures, &keys).is_ok() {
        return;
    }
    let middle = frames.len() / 2;
    let (left, right) = good.split_at_mut(middle);
    halve(&frames[..middle], left);
    halve(&frames[middle..], right);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(seed: u8) -> Signer {
        Signer::from_seed(&[seed; 32])
    }

    #[test]
    fn a_frame_is_believed_only_with_its_key_and_unchanged() {
        let bytes = signer(1).seal(Kind::Ack, b"payload");
        let frame = Frame::parse(&bytes).expect("a frame");
        assert_eq!(frame.verify(&signer(1).public()), Ok(&b"payload"[..]));
        assert_eq!(frame.verify(&signer(2).public()), Err(Error::Signature));
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let believed =
                Frame::parse(&changed).and_then(|frame| frame.verify(&signer(1).public()).map(<[u8]>::to_vec));
            assert!(believed.is_err(), "byte {at} is covered");
        }
    }

    #[test]
    fn every_cut_and_every_foreign_version_is_refused() {
        let bytes = signer(1).seal(Kind::Hello, &[0; 40]);
        for end in 0..bytes.len() {
            let believed =
                Frame::parse(&bytes[..end]).and_then(|frame| frame.verify(&signer(1).public()).map(<[u8]>::to_vec));
            assert!(believed.is_err(), "cut at {end}");
        }
        let mut newer = bytes.clone();
        newer[2] = READS[READS.len() - 1] + 1;
        assert!(matches!(Frame::parse(&newer), Err(Error::Version(version)) if version == newer[2]));
        assert!(matches!(Frame::parse(&vec![b'A'; MAX_FRAME_BYTES + 1]), Err(Error::NotAFrame)));
    }

    #[test]
    fn a_wrong_signature_in_a_batch_is_found_and_the_others_stand() {
        let sealed: Vec<_> = (0..37u8).map(|n| signer(n).seal(Kind::Reports, &[n; 50])).collect();
        let wrong = [0, 7, 8, 36];
        let frames: Vec<_> = (0..37u8)
            .map(|n| {
                let key = if wrong.contains(&n) { signer(n + 100) } else { signer(n) };
                (Frame::parse(&sealed[usize::from(n)]).expect("a frame"), key.public())
            })
            .collect();
        let good = verify_all(&frames);
        for n in 0..37u8 {
            assert_eq!(good[usize::from(n)], !wrong.contains(&n), "frame {n}");
        }
        assert_eq!(verify_all(&[]), Vec::<bool>::new());
    }

    #[test]
    fn a_key_of_small_order_is_refused() {
        assert_eq!(PublicKey::from_bytes(&[0; 32]), Err(Error::WeakKey));
        let mut one = [0; 32];
        one[0] = 1;
        assert_eq!(PublicKey::from_bytes(&one), Err(Error::WeakKey));
    }
}
