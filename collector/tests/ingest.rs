//! The contract on the wire, seen from an agent: the same tests over the broker inside and over a real Mosquitto.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use avow_collector::broker::Setup as Broker;
use avow_collector::command::Accounting;
use avow_collector::evidence::EvidenceStore;
use avow_collector::history::{History, Limits};
use avow_collector::hub::{self, Hub, Prover, Setup};
use avow_collector::province::{Class, Rules};
use avow_shared::id::{SpoolId, VenueId};
use avow_shared::outcome::{Outcome, Verdict};
use avow_shared::ranges::Range;
use avow_shared::time::{ClockQuality, WallTime};
use avow_shared::topic;
use avow_shared::value::{Unit, Value};
use avow_shared::venue::{Description, Domain, Venue};
use avow_shared::wire::{self, Ack, Header, Hello, Kind, Numbered, PublicKey, Report, Signer, Standing, Welcome};
use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, QoS};
use tempfile::TempDir;

#[path = "ingest/proven.rs"]
mod proven;

const PATIENCE: Duration = Duration::from_secs(20);

struct Mosquitto {
    child: Child,
    port: u16,
    _dir: TempDir,
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn mosquitto() -> Mosquitto {
    mosquitto_at(TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port())
}

fn mosquitto_at(port: u16) -> Mosquitto {
    let dir = tempfile::tempdir().expect("a folder");
    let settings = dir.path().join("mosquitto.conf");
    std::fs::write(&settings, format!("listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 100000\n"))
        .expect("written");
    let program =
        if std::path::Path::new("/usr/sbin/mosquitto").exists() { "/usr/sbin/mosquitto" } else { "mosquitto" };
    let child = Command::new(program)
        .arg("-c")
        .arg(&settings)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("mosquitto: apt install mosquitto");
    Mosquitto { child, port, _dir: dir }
}

fn ears(broker: Option<&Mosquitto>) -> hub::Ears {
    let broker = match broker {
        None => Broker::Embedded(vec!["127.0.0.1:0".parse().expect("an address")]),
        Some(mosquitto) => Broker::External { host: "127.0.0.1".to_owned(), port: mosquitto.port },
    };
    hub::listen(broker).expect("listens")
}

fn setup(data: &TempDir) -> Setup {
    let history = History::open(&data.path().join("history"), Limits::default()).expect("a folder");
    let evidence = EvidenceStore::open(&data.path().join("evidence"), 1 << 20).expect("a folder");
    Setup {
        data: data.path().to_owned(),
        accept_new: true,
        rules: Rules::default(),
        prover: Prover::default(),
        history: Arc::new(history),
        evidence: Arc::new(evidence),
        documents: 1_000,
    }
}

async fn start(data: &TempDir, broker: Option<&Mosquitto>) -> Hub {
    let lock = hub::lock(data.path()).expect("nobody else is here");
    hub::start(setup(data), ears(broker), lock).expect("starts")
}

/// An agent without any cleverness: it says exactly what a test wants.
struct Agent {
    signer: Signer,
    client: AsyncClient,
    events: EventLoop,
    spool: SpoolId,
    hq: PublicKey,
    venue: VenueId,
    reads: Vec<u8>,
}

impl Agent {
    async fn connect(address: &str, seed: u8, hq: PublicKey) -> Self {
        Self::connect_at(address, seed, hq, venue()).await
    }

    async fn connect_at(address: &str, seed: u8, hq: PublicKey, venue: VenueId) -> Self {
        let (host, port) = address.rsplit_once(':').expect("host and port");
        let signer = Signer::from_seed(&[seed; 32]);
        let mut options = MqttOptions::new(signer.id().to_string(), host, port.parse().expect("a port"));
        options.set_max_packet_size(2_000_000, 2_000_000);
        let (client, events) = AsyncClient::new(options, 64);
        let mut agent = Self { signer, client, events, spool: SpoolId([seed; 16]), hq, venue, reads: vec![1] };
        let mine = topic::subscriptions(venue.place, agent.signer.id()).into_iter().next().expect("its own topic");
        agent.client.subscribe(mine, QoS::AtLeastOnce).await.expect("queued");
        agent.until(|packet| matches!(packet, Packet::SubAck(_)).then_some(())).await;
        agent
    }

    async fn until<T>(&mut self, mut wanted: impl FnMut(Packet) -> Option<T>) -> T {
        let wait = async {
            loop {
                if let Ok(Event::Incoming(packet)) = self.events.poll().await
                    && let Some(found) = wanted(packet)
                {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.expect("an answer in time")
    }

    fn header(&self, produced: u64) -> Header {
        Header {
            venue: self.venue,
            spool: self.spool,
            first: 1,
            last: 0,
            produced,
            held_from: 1,
            dropped: vec![],
            void: vec![],
            sent_at: WallTime { at_ms: 5, quality: ClockQuality::Free },
        }
    }

    async fn send(&self, bytes: Vec<u8>) {
        let up = topic::up(self.venue.place, self.signer.id());
        self.client.publish(up, QoS::AtLeastOnce, false, bytes).await.expect("queued");
    }

    async fn hello(&mut self) -> Welcome {
        let hello = Hello {
            key: self.signer.public().bytes(),
            boot_nonce: [3; 16],
            software: "test".into(),
            venues: vec![self.venue],
            reads: self.reads.clone(),
        };
        self.send(wire::encode_hello(&self.signer, self.header(0), &hello)).await;
        let hq = self.hq;
        self.until(|packet| match packet {
            Packet::Publish(message) => Welcome::open(&message.payload, &hq).ok(),
            _ => None,
        })
        .await
    }

    async fn report(&self, numbers: std::ops::RangeInclusive<u64>, produced: u64) {
        let reports: Vec<_> = numbers.map(outcome).collect();
        self.send(wire::encode_reports(&self.signer, self.header(produced), &reports)).await;
    }

    async fn acked(&mut self, upto: u64) -> Ack {
        let hq = self.hq;
        self.until(|packet| match packet {
            Packet::Publish(message) => Ack::open(&message.payload, &hq).ok().filter(|ack| ack.upto >= upto),
            _ => None,
        })
        .await
    }
}

fn venue() -> VenueId {
    "350102001-01".parse().expect("a venue")
}

fn outcome(number: u64) -> Numbered {
    let report = Report::Outcome(Outcome {
        venue: venue(),
        probe: "line".parse().expect("a probe"),
        at: WallTime { at_ms: number, quality: ClockQuality::Free },
        took_ms: 1,
        verdict: Verdict::Pass,
        detail: "".into(),
        values: vec![Value::new("rtt_avg", Unit::Millisecond, number as f64)],
        evidence: vec![],
    });
    Numbered { number, report }
}

fn accounting(hub: &Hub) -> Accounting {
    hub.books.accounting()
}

fn start_runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// Each promise over both brokers.
fn over_both<F: Future<Output = ()>>(test: impl Fn(Option<Mosquitto>, TempDir) -> F) {
    start_runtime().block_on(test(None, tempfile::tempdir().expect("a folder")));
    start_runtime().block_on(test(Some(mosquitto()), tempfile::tempdir().expect("a folder")));
}

async fn connected(hub: &Hub) {
    until(|| hub.broker.is_connected()).await;
}

async fn until(mut holds: impl FnMut() -> bool) {
    let wait = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("it comes");
}

fn class(hub: &Hub) -> Option<Class> {
    hub.view.load().class(venue())
}

/// The agent's first report: its venue, without any probes.
fn description() -> Numbered {
    let served = Venue {
        id: venue(),
        name: "会议室".into(),
        unit: "应急管理局".into(),
        two_way: true,
        devices: vec![],
        chains: vec![],
        probes: vec![],
    };
    let description = Description {
        place: venue().place,
        domain: Domain::GovernmentExtranet,
        software: "test".into(),
        venues: vec![served],
    };
    Numbered { number: 1, report: Report::Description(description) }
}

#[test]
fn reports_are_acknowledged_once_they_are_stored_and_only_once() {
    over_both(async |mosquitto, data| {
        let hub = start(&data, mosquitto.as_ref()).await;
        connected(&hub).await;
        let mut agent = Agent::connect(&hub.broker.address, 1, hub.hq).await;
        let welcome = agent.hello().await;
        assert_eq!((welcome.standing, welcome.boot_nonce), (Standing::Accepted, [3; 16]));
        agent.report(1..=5, 9).await;
        agent.report(4..=9, 9).await;
        let ack = agent.acked(9).await;
        assert_eq!((ack.upto, ack.more), (9, vec![]));
        let sums = accounting(&hub).total;
        assert_eq!((sums.produced, sums.stored, sums.missing, sums.duplicates), (9, 9, 0, 0));
        hub.stop().await;
    });
}

#[test]
fn what_was_acknowledged_is_there_after_a_restart() {
    over_both(async |mosquitto, data| {
        let hub = start(&data, mosquitto.as_ref()).await;
        connected(&hub).await;
        let mut agent = Agent::connect(&hub.broker.address, 1, hub.hq).await;
        agent.hello().await;
        agent.report(1..=3, 3).await;
        agent.acked(3).await;
        hub.stop().await;

        let hub = start(&data, mosquitto.as_ref()).await;
        connected(&hub).await;
        let sums = accounting(&hub).total;
        assert_eq!((sums.produced, sums.stored, sums.duplicates), (3, 3, 0));
        let mut agent = Agent::connect(&hub.broker.address, 1, hub.hq).await;
        assert_eq!(agent.hello().await.ack.upto, 3, "the welcome tells what HQ holds");
        hub.stop().await;
    });
}

#[test]
fn gaps_are_told_and_what_cannot_be_believed_ends_as_refused() {
    over_both(async |mosquitto, data| {
        let hub = start(&data, mosquitto.as_ref()).await;
        connected(&hub).await;
        let mut agent = Agent::connect(&hub.broker.address, 1, hub.hq).await;
        agent.hello().await;
        agent.report(3..=4, 8).await;
        let ack = agent.acked(0).await;
        assert_eq!((ack.upto, ack.more), (0, vec![Range { first: 3, last: 4 }]));

        // A readable header whose body is not what it says.
        let header = Header { first: 1, last: 2, ..agent.header(8) };
        let mut payload = postcard::to_allocvec(&header).expect("encodes");
        payload.extend([0, 2, 0xff, 0xff]);
        agent.send(agent.signer.seal(Kind::Reports, &payload)).await;
        // Another venue's outcome.
        let mut foreign = outcome(5);
        if let Report::Outcome(outcome) = &mut foreign.report {
            outcome.venue = "350103-01".parse().expect("a venue");
        }
        agent.send(wire::encode_reports(&agent.signer, agent.header(8), &[foreign])).await;
        let ack = agent.acked(5).await;
        assert_eq!(ack.upto, 5);
        let sums = accounting(&hub).total;
        assert_eq!((sums.produced, sums.stored, sums.refused, sums.missing), (8, 2, 3, 3));
        hub.stop().await;
    });
}

#[test]
fn a_pending_agent_is_told_so_and_nothing_of_it_is_stored() {
    over_both(async |mosquitto, data| {
        let setup = Setup { accept_new: false, ..setup(&data) };
        let lock = hub::lock(data.path()).expect("nobody else is here");
        let hub = hub::start(setup, ears(mosquitto.as_ref()), lock).expect("starts");
        connected(&hub).await;
        let mut agent = Agent::connect(&hub.broker.address, 1, hub.hq).await;
        assert_eq!(agent.hello().await.standing, Standing::Pending);
        agent.report(1..=3, 3).await;
        assert_eq!(agent.hello().await.standing, Standing::Pending);
        assert_eq!(accounting(&hub).total.stored, 0);
        hub.stop().await;
    });
}

/// The broker goes; HQ is deaf for longer than venues may be silent. Then it comes back, and the agent does not.
#[test]
fn no_venue_is_silent_because_hq_cannot_hear() {
    let data = tempfile::tempdir().expect("a folder");
    let mosquitto = mosquitto();
    start_runtime().block_on(async {
        let rules = Rules { silent_after_ms: 2_000, ..Rules::default() };
        let lock = hub::lock(data.path()).expect("nobody else is here");
        let hub = hub::start(Setup { rules, ..setup(&data) }, ears(Some(&mosquitto)), lock).expect("starts");
        connected(&hub).await;
        let mut agent = Agent::connect(&hub.broker.address, 1, hub.hq).await;
        agent.hello().await;
        agent.send(wire::encode_reports(&agent.signer, agent.header(1), &[description()])).await;
        agent.acked(1).await;
        until(|| class(&hub) == Some(Class::Unknown)).await;

        let port = mosquitto.port;
        drop((mosquitto, agent));
        until(|| !hub.broker.is_connected()).await;
        let deaf = Instant::now();
        until(|| {
            assert_ne!(class(&hub), Some(Class::Silent));
            deaf.elapsed() > Duration::from_secs(4)
        })
        .await;
        let _again = mosquitto_at(port);
        connected(&hub).await;
        until(|| class(&hub) == Some(Class::Silent)).await;
        hub.stop().await;
    });
}

#[test]
fn a_second_collector_on_the_same_folder_is_refused() {
    let data = tempfile::tempdir().expect("a folder");
    start_runtime().block_on(async {
        let hub = start(&data, None).await;
        assert!(matches!(hub::lock(data.path()), Err(hub::Error::InUse(_))));
        hub.stop().await;
    });
}
