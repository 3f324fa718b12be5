//! The contract on the wire: signed, versioned frames and what they carry.
//!
//! A frame is `"AV"`, version, kind, suite, key id (16 bytes), payload, signature (64 bytes); the Ed25519 signature covers
//! everything before it, as sent. The payload is postcard. Nothing here is believed before [`Frame::verify`].
//!
//! Versions 2 and 3 are version 1 with more kinds of reports, version 4 with one more order. A frame is written in the lowest version that has what is in it, so
//! that an older HQ reads all but those; what only a newer one reads is not sent to it ([`Report::version`]), and neither is it to an older agent
//! ([`Task::version`](crate::order::Task::version)).

mod document;
mod down;
mod frame;
mod up;

pub use document::{MAX_SEAL_BYTES, SignedSeal};
pub use down::{Ack, MAX_SKEW_MS, MAX_STEER_AGE_MS, Standing, Steer, Welcome};
pub use frame::{
    CALLS_SINCE, Error, FACTS_SINCE, Frame, KEY_ID_LEN, Kind, MAX_FRAME_BYTES, MEETINGS_SINCE, PublicKey, READS,
    SIGNS_SINCE, Signer, VERSION, verify_all,
};
pub use up::{
    Event, Header, Hello, MAX_BODY_BYTES, MAX_REPORTS, Numbered, Report, Up, UpBody, decode_up, encode_hello,
    encode_reports,
};

/// Decodes a payload and insists that nothing is left over.
///
/// # Errors
/// When the bytes are not exactly one `T`.
fn exactly<'a, T: serde::Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Error> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        _ => Err(Error::Malformed),
    }
}

fn encoded<T: serde::Serialize>(value: &T) -> Vec<u8> {
    // Encoding into memory fails for no type of this crate: every length is known.
    postcard::to_allocvec(value).unwrap_or_default()
}
