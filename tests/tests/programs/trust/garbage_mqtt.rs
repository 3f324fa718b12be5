//! Garbage on MQTT: nothing changes, everything is counted.

use std::collections::BTreeMap;
use std::time::Duration;

use avow_shared::topic;
use avow_shared::wire::{Header, Kind, MAX_FRAME_BYTES, READS, Report, Signer, Standing};
use avow_tests::rig::{
    Collector, CollectorPlan, Ends, Folder, Mosquitto, MqttClient, Puppet, Random, ends_of, wait_until,
};

use super::collector;
use super::state::{State, counters, growth};

const VENUE: &str = "350102001-01";
const SOON: Duration = Duration::from_secs(30);
/// Pieces of each sort.
const EACH: usize = 25;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_on_every_topic_changes_nothing_and_is_counted_by_the_broker_inside() {
    let folder = Folder::new();
    let collector = collector(&folder, true).await;
    garbage(&collector).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_on_every_topic_changes_nothing_and_is_counted_over_mosquitto() {
    let folder = Folder::new();
    let broker = Mosquitto::start(&folder).await;
    let inside = CollectorPlan::inside(folder.file("data"));
    let plan = CollectorPlan { broker: Some(broker.address()), ..inside };
    garbage(&Collector::start(&folder, &plan).await).await;
}

async fn garbage(collector: &Collector) {
    let mut random = Random::printed("garbage over MQTT");
    let (http, hq) = (collector.api(), Puppet::hq_key(&collector.api()).await);
    let mut puppet = Puppet::connect(collector.mqtt, VENUE, hq, &mut random).await;
    assert_eq!(puppet.hello().await.standing, Standing::Accepted);
    puppet.describe().await;
    puppet.report(2).await;
    puppet.acked_upto(3).await;
    let (before, counted) = (State::of(&http).await, counters(&http).await);

    let heaps = heaps(&puppet, &mut random);
    let pieces: usize = heaps.iter().map(|(_, heap)| heap.len()).sum();
    let mut topics = vec![topic::up(puppet.venue.place, puppet.id())];
    topics.extend(["avow/1/up/x", "avow/1/up/35", "avow/1/up/", "avow/1/up/99/99/x/y/z"].map(str::to_owned));
    for (at, piece) in heaps.iter().flat_map(|(_, heap)| heap).enumerate() {
        throw(collector, &topics[at % topics.len()], piece).await;
    }
    for topic in ["avow/1/down/35/01/02/001/x", "avow/1/all/35", "avow/2/up/35", "a/b", "$SYS/broker/load", "长/😀"]
    {
        throw(collector, topic, &random.bytes(64)).await;
    }
    for packet in broken_packets(&mut random) {
        // The broker hangs up on it; that is its answer.
        let mut thrower = MqttClient::connect(collector.mqtt, "breaker").await.expect("the broker still listens");
        let _ = thrower.raw(&packet).await;
    }

    let all_counted = async || {
        let now = counters(&http).await;
        let parts = ["not_a_frame", "unknown_key", "bad_signature", "malformed"];
        let sum: f64 = parts.iter().map(|part| growth(&counted, &now, part)).sum();
        (sum >= pieces as f64).then_some(now)
    };
    let now = wait_until(&format!("a count of all {pieces} pieces"), SOON, all_counted).await;
    for (counter, heap) in &heaps {
        assert!(growth(&counted, &now, counter) >= heap.len() as f64, "{counter}");
    }
    assert_eq!(State::of(&http).await, before);
    // And who was there before is heard as before.
    puppet.report(1).await;
    puppet.acked_upto(4).await;
}

/// Each on a connection of its own: brokers may hang up on who sends nonsense.
async fn throw(collector: &Collector, topic: &str, piece: &[u8]) {
    let mut thrower = MqttClient::connect(collector.mqtt, "thrower").await.expect("the broker still listens");
    // A refusal by the broker is as good as being passed over.
    let _ = tokio::time::timeout(SOON, thrower.publish_and_wait(topic, piece)).await.expect("the broker answers");
}

/// Garbage by the counter that must show it.
fn heaps(puppet: &Puppet, random: &mut Random) -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let real = puppet.sealed(&[puppet.outcome(1_000)]);
    let stranger = Signer::from_seed(&random.key());
    let mut times =
        |make: &dyn Fn(&mut Random) -> Vec<u8>| -> Vec<Vec<u8>> { (0..EACH).map(|_| make(random)).collect() };
    let noise = times(&|random| bytes(random, 4_000));
    let cut = times(&|random| real[..random.below(80)].to_vec());
    let foreign = times(&|random| [&real[..2], &[unread_version(random)], &real[3..]].concat());
    let flipped = times(&|random| flipped(&real, random));
    let shortened = times(&|random| real[..real.len() - 1 - random.below(20)].to_vec());
    let unknown = times(&|random| stranger.seal(Kind::Reports, &bytes(random, 300)));
    // Too short for a header, in a good hand.
    let malformed = times(&|random| puppet.signer.seal(Kind::Reports, &bytes(random, 12)));
    let huge = vec![vec![b'A'; MAX_FRAME_BYTES], [&b"AV"[..], &vec![1; MAX_FRAME_BYTES - 1]].concat()];
    let not_frames = [noise, cut, foreign, huge].concat();
    let bad = [flipped, shortened].concat();
    vec![("not_a_frame", not_frames), ("bad_signature", bad), ("unknown_key", unknown), ("malformed", malformed)]
}

fn bytes(random: &mut Random, longest: usize) -> Vec<u8> {
    let length = random.below(longest);
    random.bytes(length)
}

/// A version that nothing reads yet: with one that is read, only the signature is wrong.
fn unread_version(random: &mut Random) -> u8 {
    let newest = *READS.last().expect("something is read");
    newest + 1 + random.number().to_le_bytes()[0] % (u8::MAX - newest)
}

/// One bit behind the head is another one.
fn flipped(real: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = real.to_vec();
    let at = 21 + random.below(bytes.len() - 21);
    bytes[at] ^= 1 << random.below(8);
    bytes
}

/// Packets that break the rules of MQTT itself.
fn broken_packets(random: &mut Random) -> Vec<Vec<u8>> {
    let mut packets = vec![
        // PUBLISH to wildcards, to an empty topic, with a length that never comes, with five bytes of length.
        vec![0x30, 4, 0, 2, b'#', b'/'],
        vec![0x30, 5, 0, 3, b'a', b'/', b'+'],
        vec![0x30, 2, 0, 0],
        vec![0x30, 0xff, 0xff, 0xff, 0x7f],
        vec![0x30, 0xff, 0xff, 0xff, 0xff, 0xff],
        // PUBLISH with QoS 3, a second CONNECT, a packet of type 0, SUBSCRIBE without filters.
        vec![0x36, 5, 0, 1, b'a', 0, 1],
        vec![0x10, 14, 0, 4, b'M', b'Q', b'T', b'T', 4, 2, 0, 60, 0, 2, b'x', b'y'],
        vec![0x00, 0],
        vec![0x82, 2, 0, 1],
    ];
    packets.extend((0..EACH).map(|_| bytes(random, 200)));
    packets
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_body_that_cannot_be_read_ends_as_refused_and_nothing_else_changes() {
    let (folder, mut random) = (Folder::new(), Random::printed("signed nonsense"));
    let collector = collector(&folder, true).await;
    let (http, hq) = (collector.api(), Puppet::hq_key(&collector.api()).await);
    let mut puppet = Puppet::connect(collector.mqtt, VENUE, hq, &mut random).await;
    puppet.hello().await;
    puppet.describe().await;
    puppet.report(1).await;
    puppet.acked_upto(2).await;
    let bodies = [noise_body(&mut random), claimed_bomb(), real_bomb(), of_another_venue(&puppet)];
    for body in &bodies {
        puppet.header.produced += 1;
        let bytes = signed(&puppet, body);
        puppet.send(&bytes).await.expect("the broker takes it");
    }
    puppet.acked_upto(6).await;
    puppet.report(1).await;
    puppet.acked_upto(7).await;
    let ends = ends_of(&http, &puppet.id().to_string()).await.expect("an account");
    assert_eq!(ends, Ends { produced: 7, stored: 3, refused: 4, ..Ends::default() });
    assert!(growth(&BTreeMap::new(), &counters(&http).await, "reports_refused") >= 4.0);
    let venue = http.json(&format!("/api/v1/venues/{VENUE}")).await;
    assert_eq!(venue["outcomes"][0]["values"][0]["number"], 7.0, "{venue}");
}

/// The puppet's newest number with this body, well signed.
fn signed(puppet: &Puppet, packed: &[u8]) -> Vec<u8> {
    let number = puppet.header.produced;
    let header = Header { first: number, last: number, ..puppet.header.clone() };
    puppet.signer.seal(Kind::Reports, &[postcard(&header), packed.to_vec()].concat())
}

fn postcard(value: &impl serde::Serialize) -> Vec<u8> {
    ::postcard::to_allocvec(value).expect("encodes into memory")
}

/// Plain, and no list of reports.
fn noise_body(random: &mut Random) -> Vec<u8> {
    postcard(&(0u8, random.bytes(100)))
}

/// Claims to unpack to 4 GiB.
fn claimed_bomb() -> Vec<u8> {
    postcard(&(1u8, u32::MAX, vec![0u8; 50]))
}

/// Claims 1 MiB and unpacks to 5: one letter, then matches of it without end (LZ4 block format).
fn real_bomb() -> Vec<u8> {
    let block = [vec![0x1f, b'a', 1, 0], vec![0xff; 20_000], vec![0]].concat();
    postcard(&(1u8, 1u32 << 20, block))
}

/// Well formed, about a venue that the agent does not serve.
fn of_another_venue(puppet: &Puppet) -> Vec<u8> {
    let mut numbered = puppet.outcome(puppet.header.produced + 1);
    if let Report::Outcome(outcome) = &mut numbered.report {
        outcome.venue = "350102002-01".parse().expect("a venue");
    }
    postcard(&(0u8, postcard(&vec![numbered])))
}
