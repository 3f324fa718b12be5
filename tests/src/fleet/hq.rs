//! A headquarters of one page over any broker: it welcomes whoever says hello, keeps accounts, and signs acks. It stores
//! nothing; for tests of agents and of the fleet without a collector.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use avow_agent::jitter::Dice;
use avow_shared::account::{Account, Totals};
use avow_shared::id::{AgentId, SpoolId};
use avow_shared::meeting::MeetingList;
use avow_shared::order::{Order, Scope, Task};
use avow_shared::place::PlaceCode;
use avow_shared::topic;
use avow_shared::wire::{
    Ack, Frame, Header, Kind, MEETINGS_SINCE, Numbered, PublicKey, READS, Signer, Standing, Up, UpBody, Welcome,
    decode_up,
};
use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS};
use tokio::task::JoinHandle;

/// What an HQ knows.
#[derive(Debug, Default)]
pub struct Books {
    keys: HashMap<AgentId, (PublicKey, PlaceCode)>,
    accounts: HashMap<(AgentId, SpoolId), Account>,
    changed: HashMap<(AgentId, SpoolId), ()>,
    /// Reports that came, also those that came twice.
    pub received: u64,
    /// Envelopes that came.
    pub envelopes: u64,
    /// The newest report of each number, when they are kept.
    pub reports: HashMap<(SpoolId, u64), Numbered>,
    issued_ms: u64,
}

/// A running HQ. Dropping it stops it.
#[derive(Debug)]
pub struct Hq {
    /// Its books.
    pub books: Arc<Mutex<Books>>,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Hq {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// How an HQ behaves.
#[derive(Clone, Copy, Debug)]
pub struct Manners {
    /// How it stands to everybody.
    pub standing: Standing,
    /// Unacknowledged reports that it allows.
    pub window: u32,
    /// Whether it keeps the reports themselves.
    pub keeps: bool,
}

impl Default for Manners {
    fn default() -> Self {
        Self { standing: Standing::Accepted, window: 2_000, keeps: false }
    }
}

impl Hq {
    /// Connects to the broker at `host:port` and serves.
    #[must_use]
    pub fn start(port: u16, key: Signer, manners: Manners) -> Self {
        let books = Arc::new(Mutex::new(Books { issued_ms: now_ms(), ..Books::default() }));
        let mut options =
            MqttOptions::new(format!("hq-{}", Dice::seeded(&now_ms().to_be_bytes()).roll()), "127.0.0.1", port);
        options.set_max_packet_size(1_200_000, 1_200_000).set_inflight(1_000);
        let (client, mut events) = AsyncClient::new(options, 50_000);
        let reader = {
            let (books, key, client) = (Arc::clone(&books), key.clone(), client.clone());
            tokio::spawn(async move {
                loop {
                    match events.poll().await {
                        Ok(Event::Incoming(Packet::ConnAck(_))) => {
                            drop(client.try_subscribe(topic::ALL_UP, QoS::AtLeastOnce))
                        }
                        Ok(Event::Incoming(Packet::Publish(publish))) => {
                            let answers = lock(&books).take(&publish.payload, &key, manners);
                            for (topic, bytes) in answers {
                                drop(client.try_publish(topic, QoS::AtLeastOnce, false, bytes));
                            }
                        }
                        Ok(_) => {}
                        Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                    }
                }
            })
        };
        let acker = {
            let books = Arc::clone(&books);
            tokio::spawn(async move {
                let mut tick = tokio::time::interval(Duration::from_millis(250));
                loop {
                    tick.tick().await;
                    let acks = lock(&books).acks(&key);
                    for (topic, bytes) in acks {
                        drop(client.publish(topic, QoS::AtLeastOnce, false, bytes).await);
                    }
                }
            })
        };
        Self { books, tasks: vec![reader, acker] }
    }

    /// The sums of all accounts.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for account in lock(&self.books).accounts.values() {
            totals += account.totals();
        }
        totals
    }

    /// Forgets everything, as one that was restored from an empty backup.
    pub fn forget(&self) {
        let mut books = lock(&self.books);
        books.accounts.clear();
        books.reports.clear();
    }
}

fn lock(books: &Mutex<Books>) -> std::sync::MutexGuard<'_, Books> {
    books.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn now_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(0))
}

impl Books {
    fn take(&mut self, bytes: &[u8], hq: &Signer, manners: Manners) -> Vec<(String, Vec<u8>)> {
        let Ok(frame) = Frame::parse(bytes) else { return Vec::new() };
        let Ok(up) = decode_up(frame.kind, frame.unverified_payload()) else { return Vec::new() };
        if frame.kind == Kind::Hello {
            return up
                .body
                .ok()
                .and_then(|body| self.welcome(&frame, &up.header, body, hq, manners))
                .unwrap_or_default();
        }
        self.store(&frame, up, manners);
        Vec::new()
    }

    fn store(&mut self, frame: &Frame<'_>, up: Up, manners: Manners) -> Option<()> {
        let (key, _) = self.keys.get(&frame.key)?;
        frame.verify(key).ok()?;
        self.envelopes += 1;
        let account = self.declare(frame.key, &up.header);
        if let Ok(body) = &up.body {
            account.store(&body.numbers());
        }
        if let Ok(UpBody::Reports(reports)) = up.body {
            self.received += reports.len() as u64;
            if manners.keeps {
                let spool = up.header.spool;
                self.reports.extend(reports.into_iter().map(|report| ((spool, report.number), report)));
            }
        }
        None
    }

    fn declare(&mut self, agent: AgentId, header: &Header) -> &mut Account {
        let key = (agent, header.spool);
        self.changed.insert(key, ());
        let account = self.accounts.entry(key).or_default();
        account.declare(header.produced, &header.dropped, &header.void);
        account
    }

    fn welcome(
        &mut self,
        frame: &Frame<'_>,
        header: &Header,
        body: UpBody,
        hq: &Signer,
        manners: Manners,
    ) -> Option<Vec<(String, Vec<u8>)>> {
        let UpBody::Hello(hello) = body else { return None };
        let key = PublicKey::from_bytes(&hello.key).ok().filter(|key| key.id() == frame.key)?;
        frame.verify(&key).ok()?;
        self.keys.insert(frame.key, (key, header.venue.place));
        self.declare(frame.key, header);
        let ack = self.ack(frame.key, header.spool);
        let welcome = Welcome {
            to: frame.key,
            boot_nonce: hello.boot_nonce,
            hq_ms: now_ms(),
            standing: manners.standing,
            reads: READS.to_vec(),
            window: manners.window,
            ack,
        };
        let to = topic::down(header.venue.place, frame.key);
        let mut answers = vec![(to.clone(), welcome.seal(hq))];
        // No meeting is known of: what may disturb by schedule waits for that word.
        if hello.reads.contains(&MEETINGS_SINCE) {
            let (given_ms, scope) = (now_ms(), Scope::Agents(vec![frame.key]));
            let task = Task::Meetings(MeetingList { as_of_ms: given_ms, windows: Vec::new() });
            let order = Order { number: given_ms, given_ms, expires_ms: given_ms + 60_000, scope, task };
            answers.push((to, order.seal(hq)));
        }
        Some(answers)
    }

    fn ack(&mut self, to: AgentId, spool: SpoolId) -> Ack {
        self.issued_ms = self.issued_ms.max(now_ms());
        let (upto, more) = self.accounts.get(&(to, spool)).map(Account::ack).unwrap_or_default();
        Ack { to, spool, issued_ms: self.issued_ms, upto, more }
    }

    fn acks(&mut self, hq: &Signer) -> Vec<(String, Vec<u8>)> {
        let changed: Vec<_> = self.changed.drain().map(|(key, ())| key).collect();
        let ack = |(agent, spool): (AgentId, SpoolId)| {
            let place = self.keys.get(&agent)?.1;
            Some((topic::down(place, agent), self.ack(agent, spool).seal(hq)))
        };
        changed.into_iter().filter_map(ack).collect()
    }
}
