//! Subscribers that never read: they may lose their own messages, nobody else's may come late.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use avow_shared::topic;
use avow_tests::rig::{
    Collector, CollectorPlan, Fleet, FleetPlan, Folder, Http, Mosquitto, MqttClient, Puppet, Random, wait_until,
};
use tokio::net::TcpStream;

const STUCK: usize = 200;
const VENUES: u32 = 50;
/// Not one of the fleet's.
const VENUE: &str = "350982500206-09";
/// How much later than without them anything may be.
const LATER: Duration = Duration::from_secs(2);
const ROUNDS: usize = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_stuck_subscribers_delay_nobody_at_the_broker_inside() {
    let folder = Folder::new();
    let collector = Collector::start(&folder, &CollectorPlan::inside(folder.file("data"))).await;
    nobody_is_delayed(&folder, &collector).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_stuck_subscribers_delay_nobody_at_mosquitto() {
    let folder = Folder::new();
    let broker = Mosquitto::start(&folder).await;
    let inside = CollectorPlan::inside(folder.file("data"));
    let plan = CollectorPlan { broker: Some(broker.address()), ..inside };
    nobody_is_delayed(&folder, &Collector::start(&folder, &plan).await).await;
}

async fn nobody_is_delayed(folder: &Folder, collector: &Collector) {
    let mut random = Random::printed("stuck subscribers");
    let http = collector.api();
    let mut plan = FleetPlan::new(VENUES, collector.mqtt, random.number() >> 16);
    plan.report_every = "0.1";
    let _fleet = Fleet::start(folder, &plan).await;
    let hq = Puppet::hq_key(&http).await;
    let mut puppet = Puppet::connect(collector.mqtt, VENUE, hq, &mut random).await;
    puppet.hello().await;
    puppet.describe().await;
    puppet.acked_upto(1).await;
    let before = worst(&mut puppet, &http).await;

    let topics = topics(&http).await;
    let mut stuck = Vec::new();
    for number in 0..STUCK {
        stuck.push(subscriber(collector.mqtt, number, &topics).await);
    }
    wait_until("subscribers with full sockets", Duration::from_secs(90), async || {
        let waiting = waiting(collector.mqtt.port(), &stuck);
        (waiting >= STUCK * 9 / 10).then_some(())
    })
    .await;
    let during = worst(&mut puppet, &http).await;
    println!("from report to ack and screen at most: {before:?} without, {during:?} with {STUCK} stuck subscribers");
    assert!(during < before + LATER, "{during:?} instead of {before:?}");
}

/// The longest time from a report of the puppet to its ack, and from an outcome of the fleet to HQ.
async fn worst(puppet: &mut Puppet, http: &Http) -> Duration {
    let mut worst = Duration::ZERO;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        puppet.report(1).await;
        puppet.acked_upto(puppet.header.produced).await;
        worst = worst.max(start.elapsed()).max(oldest_on_the_way(http).await);
    }
    worst
}

/// How long the newest outcomes of the fleet took to HQ.
async fn oldest_on_the_way(http: &Http) -> Duration {
    let list = http.json("/api/v1/venues?limit=500&sort=code").await;
    let venues = list["items"].as_array().expect("a list of venues").iter().filter_map(|item| item["id"].as_str());
    let mut longest = 0;
    for venue in venues.filter(|venue| *venue != VENUE).take(VENUES as usize) {
        let venue = http.json(&format!("/api/v1/venues/{venue}")).await;
        let took = |outcome: &serde_json::Value| {
            Some(outcome["received_ms"].as_u64()?.saturating_sub(outcome["at_ms"].as_u64()?))
        };
        let newest = venue["outcomes"].as_array().into_iter().flatten().filter_map(took).min();
        longest = longest.max(newest.unwrap_or(0));
    }
    Duration::from_millis(longest)
}

/// Where the fleet's agents listen.
async fn topics(http: &Http) -> Vec<String> {
    let agents = http.agents("").await;
    let topic = |item: &serde_json::Value| {
        Some(topic::down(item["place"].as_str()?.parse().ok()?, item["id"].as_str()?.parse().ok()?))
    };
    agents.iter().filter_map(topic).collect()
}

/// Listens to sixteen agents, with the smallest of buffers, and never reads again.
async fn subscriber(broker: SocketAddr, number: usize, topics: &[String]) -> TcpStream {
    let mut client = MqttClient::connect(broker, &format!("stuck-{number}")).await.expect("the broker lets it in");
    let mine: Vec<&str> = topics.iter().cycle().skip(number).step_by(3).take(16).map(String::as_str).collect();
    client.subscribe(&mine).await.expect("subscribes");
    let stream = client.into_stream();
    socket2::SockRef::from(&stream).set_recv_buffer_size(1).expect("the buffer can be small");
    stream
}

/// How many of `stuck` have bytes waiting in the broker's socket (proc(5), `tx_queue`).
fn waiting(broker_port: u16, stuck: &[TcpStream]) -> usize {
    let table = std::fs::read_to_string("/proc/net/tcp").expect("proc is mounted");
    let ports: Vec<u16> = stuck.iter().filter_map(|stream| Some(stream.local_addr().ok()?.port())).collect();
    let is_waiting = |line: &&str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let port = |at: usize| u16::from_str_radix(fields.get(at)?.rsplit(':').next()?, 16).ok();
        let queued = fields.get(4).is_some_and(|queues| !queues.starts_with("00000000:"));
        port(1) == Some(broker_port) && port(2).is_some_and(|port| ports.contains(&port)) && queued
    };
    table.lines().filter(is_waiting).count()
}
