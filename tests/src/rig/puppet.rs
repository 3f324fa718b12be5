//! An agent on strings: says exactly what the test wants, signed with its own key, and nothing by itself.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use avow_shared::hash::from_hex;
use avow_shared::id::{AgentId, SpoolId, VenueId};
use avow_shared::interlock::Disturbance;
use avow_shared::outcome::{Outcome, Verdict};
use avow_shared::time::{ClockQuality, WallTime};
use avow_shared::value::{Unit, Value};
use avow_shared::venue::{Description, Domain, Probe, Venue};
use avow_shared::wire::{self, Ack, Header, Hello, Numbered, PublicKey, Report, Signer, Welcome};
use avow_shared::{ranges::Range, topic};

use super::{Http, MqttClient, Random};

/// The longest time that an answer of HQ may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A key, a venue, a spool and a connection.
pub struct Puppet {
    /// Signs for it.
    pub signer: Signer,
    /// The venue that it claims to serve.
    pub venue: VenueId,
    /// What its next message says of its numbers.
    pub header: Header,
    /// Its connection.
    pub mqtt: MqttClient,
    nonce: [u8; 16],
    hq: PublicKey,
}

impl std::fmt::Debug for Puppet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "puppet {} of {}", self.id(), self.venue)
    }
}

impl Puppet {
    /// Connects a new key for `venue`; has said nothing yet.
    ///
    /// # Panics
    /// When the broker does not let it in.
    pub async fn connect(mqtt: SocketAddr, venue: &str, hq: PublicKey, random: &mut Random) -> Self {
        let signer = Signer::from_seed(&random.key());
        let venue: VenueId = venue.parse().expect("a venue");
        let (mut spool, mut nonce) = ([0; 16], [0; 16]);
        spool.copy_from_slice(&random.bytes(16));
        nonce.copy_from_slice(&random.bytes(16));
        let header = empty_header(venue, SpoolId(spool));
        let mqtt = listening(mqtt, venue, signer.id()).await;
        Self { signer, venue, header, mqtt, nonce, hq }
    }

    /// Connects again, perhaps elsewhere; says nothing by itself.
    ///
    /// # Panics
    /// When the broker does not let it in.
    pub async fn reconnect(&mut self, mqtt: SocketAddr) {
        self.mqtt = listening(mqtt, self.venue, self.id()).await;
    }

    /// HQ's public key, as its API tells.
    ///
    /// # Panics
    /// When it tells none.
    pub async fn hq_key(http: &Http) -> PublicKey {
        let health = http.json("/api/v1/health").await;
        let bytes = health["hq_key"].as_str().and_then(from_hex).expect("HQ's public key in hexadecimal");
        PublicKey::from_bytes(&bytes).expect("a usable key")
    }

    /// Its identity.
    #[must_use]
    pub const fn id(&self) -> AgentId {
        self.signer.id()
    }

    /// Says hello and waits for the welcome.
    ///
    /// # Panics
    /// When there is none.
    pub async fn hello(&mut self) -> Welcome {
        self.say_hello().await;
        let (hq, nonce) = (self.hq, self.nonce);
        self.heard("welcome", |bytes| Welcome::open(bytes, &hq).ok().filter(|it| it.boot_nonce == nonce)).await
    }

    /// Says hello and does not wait.
    ///
    /// # Panics
    /// When the connection is gone.
    pub async fn say_hello(&mut self) {
        let hello = Hello {
            key: self.signer.public().bytes(),
            boot_nonce: self.nonce,
            software: "puppet".into(),
            venues: vec![self.venue],
            reads: wire::READS.to_vec(),
        };
        let bytes = wire::encode_hello(&self.signer, self.header.clone(), &hello);
        self.send(&bytes).await.expect("the broker takes a hello");
    }

    /// Produces `count` outcomes with the next numbers and sends them in one message.
    ///
    /// # Panics
    /// When the connection is gone.
    pub async fn report(&mut self, count: u64) {
        let first = self.header.produced + 1;
        let reports: Vec<Numbered> = (first..first + count).map(|number| self.outcome(number)).collect();
        self.header.produced += count;
        let bytes = self.sealed(&reports);
        self.send(&bytes).await.expect("the broker takes reports");
    }

    /// Sends the description of its venue, one required probe named `line`, as its next number.
    ///
    /// # Panics
    /// When the connection is gone.
    pub async fn describe(&mut self) {
        self.header.produced += 1;
        let report = Report::Description(description(self.venue));
        let bytes = self.sealed(&[Numbered { number: self.header.produced, report }]);
        self.send(&bytes).await.expect("the broker takes a description");
    }

    /// A frame of these reports.
    #[must_use]
    pub fn sealed(&self, reports: &[Numbered]) -> Vec<u8> {
        wire::encode_reports(&self.signer, self.header.clone(), reports)
    }

    /// Forgets every report: it holds nothing that it could send again.
    pub const fn keep_nothing(&mut self) {
        self.header.held_from = self.header.produced + 1;
    }

    /// Waits until HQ acknowledges everything up to `number`.
    ///
    /// # Panics
    /// When it does not in time.
    pub async fn acked_upto(&mut self, number: u64) -> Ack {
        let hq = self.hq;
        self.heard("ack", |bytes| Ack::open(bytes, &hq).ok().filter(|ack| ack.upto >= number)).await
    }

    /// The outcome of number `number`: its value is the number.
    #[must_use]
    pub fn outcome(&self, number: u64) -> Numbered {
        let outcome = Outcome {
            venue: self.venue,
            probe: "line".parse().expect("a probe"),
            at: now(),
            took_ms: 1,
            verdict: Verdict::Pass,
            detail: "".into(),
            values: vec![Value::new("rtt_avg", Unit::Millisecond, number as f64)],
            evidence: vec![],
        };
        Numbered { number, report: Report::Outcome(outcome) }
    }

    /// Publishes bytes where it should.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let topic = topic::up(self.venue.place, self.id());
        self.mqtt.publish(&topic, bytes).await.map(|_| ())
    }

    async fn heard<T>(&mut self, what: &str, wanted: impl Fn(&[u8]) -> Option<T>) -> T {
        let listen = async {
            loop {
                let (_, bytes) = self.mqtt.message().await.expect("the broker keeps the connection");
                if let Some(found) = wanted(&bytes) {
                    return found;
                }
            }
        };
        let heard = tokio::time::timeout(PATIENCE, listen).await;
        heard.unwrap_or_else(|_| panic!("no {what} for {} within {PATIENCE:?}", self.venue))
    }
}

/// A connection that listens where this agent listens.
async fn listening(mqtt: SocketAddr, venue: VenueId, agent: AgentId) -> MqttClient {
    let mut client = MqttClient::connect(mqtt, &agent.to_string()).await.expect("the broker lets it in");
    client.subscribe(&[&topic::down(venue.place, agent)]).await.expect("subscribes");
    client
}

fn description(id: VenueId) -> Description {
    let probe = Probe {
        id: "line".parse().expect("a probe"),
        name: "线路".into(),
        kind: "line".into(),
        interval_s: 600,
        required: true,
        disturbance: Disturbance::Line,
        covers: vec![],
        limits: vec![],
    };
    let (name, unit) = ("试验会场".into(), "试验单位".into());
    let (devices, chains, probes) = (vec![], vec![], vec![probe]);
    let venue = Venue { id, name, unit, two_way: true, devices, chains, probes };
    let domain = Domain::GovernmentExtranet;
    Description { place: id.place, domain, software: "puppet".into(), venues: vec![venue] }
}

fn empty_header(venue: VenueId, spool: SpoolId) -> Header {
    let (dropped, void): (Vec<Range>, Vec<Range>) = (vec![], vec![]);
    Header { venue, spool, first: 1, last: 0, produced: 0, held_from: 1, dropped, void, sent_at: now() }
}

fn now() -> WallTime {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    WallTime { at_ms: u64::try_from(since.as_millis()).unwrap_or(0), quality: ClockQuality::Free }
}
