//! What HQ signed off, for whoever has a document of it in hand: no message, never on a broker. It is a frame like every other, so that
//! one signature and one way of checking it serve all.

use serde::{Deserialize, Serialize};

use super::{CALLS_SINCE, Error, Kind, PublicKey, Signer, encoded, exactly};
use crate::wire::Frame;

/// The longest seal.
pub const MAX_SEAL_BYTES: usize = 64 << 10;

/// A seal with the key that signed it inside: it can be checked by itself, and then says whose it is. Whether that is HQ's key, a
/// person compares with the key that HQ shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedSeal {
    /// Who signed.
    pub key: PublicKey,
    /// What was signed: the bytes of a seal, which names the hashes of a document's forms.
    pub seal: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    key: [u8; 32],
    seal: Vec<u8>,
}

impl SignedSeal {
    /// Signs the bytes of a seal, at most [`MAX_SEAL_BYTES`]: a longer one is not opened again.
    #[must_use]
    pub fn sign(hq: &Signer, seal: &[u8]) -> Vec<u8> {
        let payload = Payload { key: hq.public().bytes(), seal: seal.to_vec() };
        hq.seal_in(CALLS_SINCE, Kind::Document, &encoded(&payload))
    }

    /// Believed when it is signed with the key inside.
    ///
    /// # Errors
    /// When it is no such thing, was changed or is too long.
    pub fn open(bytes: &[u8]) -> Result<Self, Error> {
        let frame = Frame::parse(bytes)?;
        if frame.kind != Kind::Document {
            return Err(Error::UnknownKind);
        }
        let claimed: Payload = exactly(frame.unverified_payload())?;
        let key = PublicKey::from_bytes(&claimed.key)?;
        frame.verify(&key)?;
        if frame.key != key.id() || claimed.seal.len() > MAX_SEAL_BYTES {
            return Err(Error::Malformed);
        }
        Ok(Self { key, seal: claimed.seal })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_says_who_signed_it_and_not_one_byte_can_be_changed() {
        let hq = Signer::from_seed(&[3; 32]);
        let bytes = SignedSeal::sign(&hq, b"{}");
        assert_eq!(SignedSeal::open(&bytes), Ok(SignedSeal { key: hq.public(), seal: b"{}".to_vec() }));
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(SignedSeal::open(&changed).is_err(), "byte {at} is covered");
        }
        // Somebody else's signature under HQ's key, and a message of HQ's, are none.
        let other = Signer::from_seed(&[4; 32]);
        let payload = encoded(&Payload { key: hq.public().bytes(), seal: b"{}".to_vec() });
        assert_eq!(SignedSeal::open(&other.seal(Kind::Document, &payload)), Err(Error::Signature));
        assert_eq!(SignedSeal::open(&hq.seal(Kind::Ack, &payload)), Err(Error::UnknownKind));
        let long = SignedSeal::sign(&hq, &vec![b' '; MAX_SEAL_BYTES + 1]);
        assert_eq!(SignedSeal::open(&long), Err(Error::Malformed));
    }
}
