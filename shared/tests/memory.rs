//! The bound of memory that the decoder states, measured with a counting allocator: alone in its process.

#[expect(dead_code, reason = "each test file uses its part of the samples")]
mod sample;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use avow_shared::facts::{Facts, Setting};
use avow_shared::wire::{self, Frame, Kind, MAX_BODY_BYTES, Numbered, Report, UpBody};

/// Counts what is held, to prove the bound that the decoder states.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

#[expect(unsafe_code, reason = "an allocator can only be counted by being one")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Relaxed) + layout.size();
        MOST.fetch_max(held, Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// What `decode_up` states: the body and at most 32 times as much.
const BOUND: usize = 33 * MAX_BODY_BYTES;

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
fn no_message_takes_more_memory_than_the_stated_bound() {
    // The densest bodies: empty strings and lists, lengths that lie, and a bomb that unpacks to the bound.
    let dense = wire::encode_reports(&sample::agent(), sample::header(0, 0), &sample::reports());
    let lying: Vec<u8> = [0xff, 0xff, 0xff, 0xff, 0x0f].repeat(200_000);
    let zeros = vec![0; MAX_BODY_BYTES];
    let ones = vec![1; MAX_BODY_BYTES];
    let bodies: Vec<Vec<u8>> = vec![
        dense,
        signed(&packed_plain(&lying)),
        signed(&packed_plain(&zeros)),
        signed(&packed_lz4(MAX_BODY_BYTES as u32, &lz4_flex::block::compress(&zeros))),
        signed(&packed_lz4(MAX_BODY_BYTES as u32, &lz4_flex::block::compress(&ones))),
        signed(&packed_lz4(u32::MAX, &lz4_flex::block::compress(&zeros))),
        signed(&packed_lz4(10, &lz4_flex::block::compress(&zeros))),
        signed(&packed_plain(&many_small(&sample::reports()[0].report))),
        signed(&packed_plain(&many_small(&small_facts(0)))),
        signed(&packed_plain(&many_small(&small_facts(20_000)))),
    ];
    for (at, bytes) in bodies.iter().enumerate() {
        let before = HELD.load(Relaxed);
        MOST.store(before, Relaxed);
        drop(std::hint::black_box(read(bytes)));
        let taken = MOST.load(Relaxed) - before;
        assert!(taken <= BOUND, "body {at} took {taken} bytes");
    }
}

/// Facts that say nothing, with so many settings of the shortest form.
fn small_facts(settings: usize) -> Report {
    let Some(Report::Facts(mut said)) = sample::reports_2().pop().map(|numbered| numbered.report) else {
        panic!("the last of the samples are facts")
    };
    let setting = Setting { name: "a".parse().expect("a name"), value: "".into() };
    said.facts = Facts { settings: vec![setting; settings], ..Facts::default() };
    (said.probe, said.device) = ("p".parse().expect("a probe"), "d".parse().expect("a device"));
    Report::Facts(said)
}

/// As many of one report as fit into a body.
fn many_small(report: &Report) -> Vec<u8> {
    let one = postcard::to_allocvec(&Numbered { number: 1, report: report.clone() }).expect("encodes");
    let count = MAX_BODY_BYTES / one.len() - 1;
    let mut body = postcard::to_allocvec(&count).expect("encodes");
    for _ in 0..count {
        body.extend_from_slice(&one);
    }
    body
}
