//! A message of v3 with the user-based security model (RFC 3412, section 6; RFC 3414, section 2.4): bytes and proofs.

use std::fmt;

use super::ber::{self, Malformed, OCTETS, Reader, SEQUENCE};
use super::crypto::{Key, Proof, Way, aes_cfb};
use super::pdu::Pdu;

/// What we take, bytes (RFC 3412: at least 484).
const MAX_MESSAGE: i64 = 65_507;
/// The user-based security model.
const USM: i64 = 3;
const AUTH: u8 = 1;
const PRIV: u8 = 2;
const REPORTABLE: u8 = 4;

/// Who asks; passwords are never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// As the device knows him.
    pub name: String,
    /// How messages are proven, and the password for it; none: not at all.
    pub auth: Option<(Proof, String)>,
    /// The password that messages are made secret with; only with `auth`.
    pub privacy: Option<String>,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What a user's passwords are at one engine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    /// For proofs.
    pub auth: Option<(Proof, Key)>,
    /// For secrecy.
    pub privacy: Option<Key>,
}

impl Keys {
    /// Of a user at an engine. Takes some milliseconds.
    #[must_use]
    pub fn of(user: &User, engine: &[u8]) -> Self {
        let auth = user.auth.as_ref().map(|(proof, password)| (*proof, proof.key(password, engine)));
        let privacy = user.auth.as_ref().zip(user.privacy.as_ref());
        let privacy = privacy.map(|((proof, _), password)| proof.key(password, engine));
        Self { auth, privacy }
    }
}

/// Where a message belongs: engine and its time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// The engine's id, 5 to 32 bytes; empty while it is not known.
    pub engine: Vec<u8>,
    /// How often it has started.
    pub boots: u32,
    /// Seconds since then.
    pub time: u32,
}

/// A message that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Ties it to ours.
    pub id: i32,
    /// Who says it, and when.
    pub stamp: Stamp,
    /// The proof is right.
    pub is_proven: bool,
    /// It came secret.
    pub is_secret: bool,
    /// What it says.
    pub pdu: Pdu,
}

/// Why a message is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// No such message.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Its proof is wrong, or we have no key for one.
    #[error("the proof of the message is wrong")]
    Proof,
    /// It is secret and no sense comes out.
    #[error("the message cannot be decrypted")]
    Secret,
}

/// A question as it travels: proven and secret as far as there are keys. `salt` is never used twice with a key.
#[must_use]
pub fn encode(id: i32, stamp: &Stamp, user: &str, keys: &Keys, salt: u64, pdu: &Pdu) -> Vec<u8> {
    let octets = |bytes: &[u8]| ber::element(OCTETS, &[bytes]);
    let scoped = ber::element(SEQUENCE, &[&octets(&stamp.engine), &octets(&[]), &pdu.encode()]);
    let salt = salt.to_be_bytes();
    let secret = keys.privacy.as_ref().and_then(|key| aes_cfb(key, iv(stamp, salt), Way::Encrypt, &scoped));
    let privacy = octets(if secret.is_some() { &salt } else { &[] });
    let data = secret.as_ref().map_or(scoped, |secret| octets(secret));
    let room = keys.auth.as_ref().map_or(0, |(proof, _)| proof.length());
    let flags = REPORTABLE | if room > 0 { AUTH } else { 0 } | if secret.is_some() { PRIV } else { 0 };
    let header = [ber::integer(id.into()), ber::integer(MAX_MESSAGE), octets(&[flags]), ber::integer(USM)].concat();
    let header = ber::element(SEQUENCE, &[&header]);
    let [boots, time] = [stamp.boots, stamp.time].map(|number| ber::integer(number.into()));
    let security =
        [octets(&stamp.engine), boots, time, octets(user.as_bytes()), octets(&vec![0; room]), privacy.clone()];
    let security = octets(&ber::element(SEQUENCE, &[&security.concat()]));
    let mut bytes = ber::element(SEQUENCE, &[&ber::integer(3), &header, &security, &data]);
    if let Some((proof, key)) = &keys.auth {
        let end = bytes.len() - data.len() - privacy.len();
        let proof = proof.of(key, &bytes);
        bytes[end - room..end].copy_from_slice(&proof);
    }
    bytes
}

fn iv(stamp: &Stamp, salt: [u8; 8]) -> [u8; 16] {
    let mut iv = [0; 16];
    iv[..4].copy_from_slice(&stamp.boots.to_be_bytes());
    iv[4..8].copy_from_slice(&stamp.time.to_be_bytes());
    iv[8..].copy_from_slice(&salt);
    iv
}

/// What came, when its proof is right.
///
/// # Errors
/// When it is not to be believed.
pub fn decode(bytes: &[u8], keys: &Keys) -> Result<Heard, Bad> {
    let mut message = Reader::new(bytes).expect(SEQUENCE)?;
    let version = message.int32()?;
    let mut header = message.expect(SEQUENCE)?;
    let (id, _size) = (header.int32()?, header.int32()?);
    let &[flags] = header.octets()? else { return Err(Malformed.into()) };
    if version != 3 || i64::from(header.int32()?) != USM {
        return Err(Malformed.into());
    }
    let mut security = message.expect(OCTETS)?.expect(SEQUENCE)?;
    let engine = security.octets()?.to_vec();
    let mut count = || u32::try_from(security.int32()?).map_err(|_| Malformed);
    let stamp = Stamp { engine, boots: count()?, time: count()? };
    security.octets()?;
    let proof = security.expect(OCTETS)?;
    let salt = security.octets()?;
    let is_proven = flags & AUTH != 0;
    if is_proven {
        prove(bytes, proof, keys)?;
    }
    let is_secret = flags & PRIV != 0;
    let pdu = if is_secret {
        let key = keys.privacy.as_ref().ok_or(Bad::Secret)?;
        let salt = salt.try_into().map_err(|_| Malformed)?;
        let secret = message.octets()?;
        let plain = aes_cfb(key, iv(&stamp, salt), Way::Decrypt, secret).ok_or(Bad::Secret)?;
        scoped(Reader::new(&plain)).map_err(|_| Bad::Secret)?
    } else {
        scoped(message)?
    };
    Ok(Heard { id, stamp, is_proven, is_secret, pdu })
}

/// The proof is over the message with zeros where it stands (RFC 3414, section 6.3.2).
fn prove(bytes: &[u8], said: Reader<'_>, keys: &Keys) -> Result<(), Bad> {
    let (proof, key) = keys.auth.as_ref().ok_or(Bad::Proof)?;
    let at = said.position();
    let mut blank = bytes.to_vec();
    let room = blank.get_mut(at..at + said.rest().len()).ok_or(Malformed)?;
    room.fill(0);
    let wanted = proof.of(key, &blank);
    // A guess of an answer is worth nothing without the next one, so the time that comparing takes tells nothing of use.
    if wanted == said.rest() { Ok(()) } else { Err(Bad::Proof) }
}

fn scoped(mut reader: Reader<'_>) -> Result<Pdu, Malformed> {
    let mut scoped = reader.expect(SEQUENCE)?;
    scoped.octets()?;
    scoped.octets()?;
    Pdu::decode(&mut scoped)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::snmp::oid::Oid;
    use crate::snmp::pdu::Kind;

    fn user(auth: bool, privacy: bool) -> User {
        User {
            name: "avow".into(),
            auth: auth.then(|| (Proof::Sha1, "maplesyrup".into())),
            privacy: privacy.then(|| "maplesyrup2".into()),
        }
    }

    fn stamp() -> Stamp {
        Stamp { engine: vec![0x80, 0, 0, 9, 1, 2, 3], boots: 7, time: 70_000 }
    }

    fn question() -> Pdu {
        Pdu::question(Kind::Get, 99, 0, &[Oid::new(&[1, 3, 6, 1, 2, 1, 1, 3, 0])])
    }

    /// Written down by hand after RFC 3412, section 6, and RFC 3414, section 4: how an engine is discovered.
    #[test]
    fn a_discovery_is_made_of_these_bytes() {
        let pdu = Pdu::question(Kind::Get, 2, 0, &[]);
        #[rustfmt::skip]
        let expected = [
            0x30, 0x39, 0x02, 0x01, 0x03,
            0x30, 0x0f, 0x02, 0x02, 0x00, 0x81, 0x02, 0x03, 0x00, 0xff, 0xe3, 0x04, 0x01, 0x04, 0x02, 0x01, 0x03,
            0x04, 0x10, 0x30, 0x0e, 0x04, 0x00, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00, 0x04, 0x00, 0x04, 0x00, 0x04, 0x00,
            0x30, 0x11, 0x04, 0x00, 0x04, 0x00,
            0xa0, 0x0b, 0x02, 0x01, 0x02, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00, 0x30, 0x00,
        ];
        let bytes = encode(129, &Stamp::default(), "", &Keys::default(), 0, &pdu);
        assert_eq!(bytes[..], expected);
        let heard = decode(&expected, &Keys::default()).expect("a message");
        assert_eq!((heard.id, heard.is_proven, heard.pdu), (129, false, pdu));
    }

    #[test]
    fn what_is_proven_and_secret_comes_back_and_no_cut_of_it_does() {
        for (auth, privacy) in [(false, false), (true, false), (true, true)] {
            let keys = Keys::of(&user(auth, privacy), &stamp().engine);
            let bytes = encode(5, &stamp(), "avow", &keys, 42, &question());
            let heard = decode(&bytes, &keys).expect("ours");
            assert_eq!((heard.is_proven, heard.is_secret, &heard.pdu), (auth, privacy, &question()));
            assert_eq!((heard.id, heard.stamp), (5, stamp()));
            let shows = bytes.windows(8).any(|part| part == [0x2b, 6, 1, 2, 1, 1, 3, 0]);
            assert_eq!(shows, !privacy, "what is asked is seen when it is not secret");
            for cut in 0..bytes.len() {
                assert!(decode(&bytes[..cut], &keys).is_err(), "{cut}");
            }
        }
    }

    #[test]
    fn another_password_and_a_changed_byte_are_noticed() {
        let keys = Keys::of(&user(true, true), &stamp().engine);
        let bytes = encode(5, &stamp(), "avow", &keys, 42, &question());
        let other = User { auth: Some((Proof::Sha1, "otherpassword".into())), ..user(true, true) };
        assert_eq!(decode(&bytes, &Keys::of(&other, &stamp().engine)), Err(Bad::Proof));
        assert_eq!(decode(&bytes, &Keys::default()), Err(Bad::Proof));
        let private = User { privacy: Some("otherpassword".into()), ..user(true, true) };
        assert_eq!(decode(&bytes, &Keys::of(&private, &stamp().engine)), Err(Bad::Secret));
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 0x01;
            let heard = decode(&changed, &keys);
            // A message that says of itself that it is not proven is not believed either; the session sees to that.
            assert!(heard.as_ref().map_or(true, |heard| !heard.is_proven), "{at}: {heard:?}");
        }
    }

    #[test]
    fn passwords_are_not_shown() {
        assert!(!format!("{:?}", user(true, true)).contains("maple"));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_break_nothing(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode(&bytes, &Keys::default());
        }

        #[test]
        fn one_wrong_byte_breaks_nothing(at in 0_usize..200, byte in any::<u8>()) {
            let mut bytes = encode(5, &stamp(), "avow", &Keys::default(), 42, &question());
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = decode(&bytes, &Keys::default());
        }
    }
}
