//! Decoding: round trips, cuts, arbitrary bytes.

#[expect(dead_code, reason = "each test file uses its part of the samples")]
mod sample;

use avow_shared::order::Order;
use avow_shared::wire::{self, Ack, Frame, Kind, Numbered, SignedSeal, Steer, UpBody, Welcome};
use proptest::prelude::*;

fn read(bytes: &[u8]) -> Option<UpBody> {
    let frame = Frame::parse(bytes).ok()?;
    let payload = frame.verify(&sample::agent().public()).ok()?;
    wire::decode_up(frame.kind, payload).ok()?.body.ok()
}

/// A payload behind a believable header and a valid signature: the worst that a holder of a key can send.
fn signed(tail: &[u8]) -> Vec<u8> {
    let header = postcard::to_allocvec(&sample::header(17, 999)).expect("encodes");
    sample::agent().seal(Kind::Reports, &[header.as_slice(), tail].concat())
}

fn packed_plain(body: &[u8]) -> Vec<u8> {
    let mut tail = vec![0];
    tail.extend(postcard::to_allocvec(body).expect("encodes"));
    tail
}

fn packed_lz4(length: u32, block: &[u8]) -> Vec<u8> {
    let mut tail = vec![1];
    tail.extend(postcard::to_allocvec(&(length, block)).expect("encodes"));
    tail
}

#[test]
fn every_cut_of_a_signed_payload_is_refused_without_a_panic() {
    let whole = wire::encode_reports(&sample::agent(), sample::header(0, 0), &sample::reports());
    let payload = Frame::parse(&whole).expect("a frame").unverified_payload();
    assert!(read(&whole).is_some());
    let newer = wire::encode_reports(&sample::agent(), sample::header(0, 0), &sample::reports_2());
    let newer = Frame::parse(&newer).expect("a frame").unverified_payload();
    for end in 0..newer.len() {
        assert_eq!(read(&sample::agent().seal(Kind::Reports, &newer[..end])), None, "cut at {end}");
    }
    for end in 0..payload.len() {
        assert_eq!(read(&sample::agent().seal(Kind::Reports, &payload[..end])), None, "cut at {end}");
    }
}

proptest! {
    #[test]
    fn what_is_sent_is_read(reports in prop::collection::vec(sample::any_outcome(), 1..30), first in 1u64..900) {
        let reports: Vec<_> = reports.into_iter().zip(first..).map(|(report, number)| Numbered { number, report }).collect();
        let header = avow_shared::wire::Header { produced: 2_000, ..sample::header(0, 0) };
        let bytes = wire::encode_reports(&sample::agent(), header, &reports);
        prop_assert_eq!(read(&bytes), Some(UpBody::Reports(reports)));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let hq = sample::agent().public();
        let _ = (read(&bytes), Ack::open(&bytes, &hq), Welcome::open(&bytes, &hq), Order::open(&bytes, &hq));
        let _ = (Steer::open(&bytes, &hq), SignedSeal::open(&bytes));
    }

    #[test]
    fn arbitrary_signed_payloads_never_panic(payload in prop::collection::vec(any::<u8>(), 0..600), kind in 0usize..7) {
        let kind = [Kind::Hello, Kind::Reports, Kind::Welcome, Kind::Ack, Kind::Order, Kind::Steer, Kind::Document][kind];
        let bytes = sample::agent().seal(kind, &payload);
        let hq = sample::agent().public();
        let _ = (read(&bytes), Ack::open(&bytes, &hq), Welcome::open(&bytes, &hq), Order::open(&bytes, &hq));
        let _ = (Steer::open(&bytes, &hq), SignedSeal::open(&bytes));
        let _ = read(&signed(&packed_plain(&payload)));
        let _ = read(&signed(&packed_lz4(500, &payload)));
    }

    #[test]
    fn one_changed_byte_is_never_believed(at in any::<prop::sample::Index>(), flip in 1u8..) {
        let mut bytes = wire::encode_reports(&sample::agent(), sample::header(0, 0), &sample::reports());
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        prop_assert_eq!(read(&bytes), None);
    }
}
