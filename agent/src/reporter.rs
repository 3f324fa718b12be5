//! The reporting half of an agent as one pure value: reports go in, signed envelopes come out, acks come back. A real
//! agent and each of a simulated fleet run exactly this.

use avow_shared::id::{AgentId, VenueId};
use avow_shared::order::Order;
use avow_shared::place::PlaceCode;
use avow_shared::ranges::RangeSet;
use avow_shared::topic;
use avow_shared::wire::{
    Frame, Header, Hello, Kind, Numbered, PublicKey, READS, Report, Signer, Standing, Steer, VERSION, encode_hello,
    encode_reports,
};
use bytes::Bytes;
use smol_str::SmolStr;

use crate::clock::{HqTime, Now};
use crate::mqtt::LineEvent;
use crate::spool::Opened;
use crate::spool::keeper::{Counts, Done, Job, Keeper, Limits};
use crate::uplink::{Believed, Pin, Refused, Say, Uplink};

/// Who reports.
#[derive(Clone)]
pub struct Identity {
    /// Signs everything that is sent.
    pub signer: Signer,
    /// Where the agent stands.
    pub place: PlaceCode,
    /// What it serves, at least one.
    pub venues: Vec<VenueId>,
    /// The program's version.
    pub software: SmolStr,
    /// Random, made at start.
    pub boot_nonce: [u8; 16],
}

/// What happened.
#[derive(Debug)]
pub enum Event {
    /// On the line to the broker.
    Line(LineEvent),
    /// In the spool.
    Spooled(Done),
    /// Time passed.
    Tick,
}

/// What is to be done; none of it is waited for.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Subscribe to topics.
    Subscribe(Vec<String>),
    /// Publish bytes.
    Publish {
        /// Where.
        topic: SmolStr,
        /// What.
        bytes: Vec<u8>,
    },
    /// Work for the spool.
    Spool(Job),
    /// Something for the rest of the agent.
    Told(Told),
}

/// What the rest of an agent hears.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// HQ's time.
    Time(HqTime),
    /// HQ's key, to be remembered.
    Pinned(PublicKey),
    /// How HQ stands to the agent; none when the line went down.
    Standing(Option<Standing>),
    /// An order, signed by HQ; who is meant and whether it is fresh is not judged yet.
    Order(Order),
    /// A hand at a camera's wheel, signed by HQ and meant for this start; whether it is fresh is not judged yet.
    Steer(Steer),
    /// These numbers have an end at HQ now.
    Ended(RangeSet),
    /// The spool was damaged; another one was begun.
    BegunAnew,
    /// HQ knows less than it did: what it learnt only once, it has to be told again.
    Restored,
}

/// Whoever does not ask for the news does not need them.
const MAX_NEWS: usize = 4_096;

/// See the module.
pub struct Reporter {
    me: Identity,
    topic: SmolStr,
    uplink: Uplink,
    keeper: Keeper,
    standing: Option<Standing>,
    disbelieved: Option<Refused>,
    last_trouble: String,
    news: Vec<u64>,
    /// HQ's time; none before the first welcome of this start.
    hq: Option<HqTime>,
}

impl Reporter {
    /// Begins with what the spool held.
    #[must_use]
    pub fn new(me: Identity, pin: Pin, opened: &Opened, limits: Limits, now: Now) -> Self {
        let keeper = Keeper::new(opened, limits, now.mono_ms);
        let mut uplink = Uplink::new(me.signer.id(), me.boot_nonce, pin);
        uplink.flights().offer_backlog(keeper.ledger().held());
        let topic = topic::up(me.place, me.signer.id()).into();
        Self {
            me,
            topic,
            uplink,
            keeper,
            standing: None,
            disbelieved: None,
            last_trouble: String::new(),
            news: vec![],
            hq: None,
        }
    }

    /// The agent's name.
    #[must_use]
    pub const fn id(&self) -> AgentId {
        self.me.signer.id()
    }

    /// The talk with HQ, to look at.
    #[must_use]
    pub const fn uplink(&self) -> &Uplink {
        &self.uplink
    }

    /// The numbers, to look at.
    #[must_use]
    pub const fn keeper(&self) -> &Keeper {
        &self.keeper
    }

    /// Why an answer of HQ on this connection was not believed, when none that could be came after it.
    #[must_use]
    pub const fn disbelieved(&self) -> Option<Refused> {
        self.disbelieved
    }

    /// HQ's time, as far as HQ has said it since the start.
    #[must_use]
    pub const fn hq_time(&self) -> Option<HqTime> {
        self.hq
    }

    /// How the spool does.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.keeper.counts()
    }

    /// Takes a report; an urgent one is on disk at once. It is sent after the next [`Reporter::apply`].
    pub fn produce(&mut self, report: Report, is_urgent: bool, now: Now) {
        self.keeper.produce(report, is_urgent, now.mono_ms);
        self.offer();
    }

    /// The reports that got a number since the last call; none of them is sent before the next effects are done.
    pub fn take_news(&mut self) -> Vec<(u64, &Report)> {
        let news = std::mem::take(&mut self.news);
        news.into_iter().filter_map(|number| Some((number, self.keeper.get(number)?.0))).collect()
    }

    /// Takes in what happened, and says what is to be done.
    pub fn apply(&mut self, event: Event, now: Now) -> Vec<Effect> {
        let mut effects = Vec::new();
        match event {
            Event::Line(LineEvent::Up) => {
                self.disbelieved = None;
                self.uplink.up(now.mono_ms);
                effects.push(Effect::Subscribe(topic::subscriptions(self.me.place, self.id())));
            }
            Event::Line(LineEvent::Down(why)) => {
                tracing::debug!(agent = %self.id(), why, "the line is down");
                self.uplink.down();
            }
            Event::Line(LineEvent::Taken) => self.uplink.taken(),
            Event::Line(LineEvent::Received(bytes)) => self.receive(&bytes, now, &mut effects),
            Event::Spooled(done) => self.spooled(done, now, &mut effects),
            Event::Tick => {}
        }
        self.settle(now, &mut effects);
        effects
    }

    /// When [`Event::Tick`] is due, monotonic milliseconds.
    #[must_use]
    pub fn wake_ms(&self) -> u64 {
        self.uplink.wake_ms().min(self.keeper.wake_ms())
    }

    /// From now on nothing is produced; what is held is written and sent as far as possible.
    pub fn stop(&mut self) {
        self.keeper.stop();
    }

    /// Whether HQ has everything.
    #[must_use]
    pub fn is_drained(&self) -> bool {
        self.keeper.ledger().held().is_empty()
    }

    fn settle(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.offer();
        while let Some(say) = self.poll(now) {
            match self.seal(&say, now) {
                Some(bytes) => effects.push(Effect::Publish { topic: self.topic.clone(), bytes }),
                None => self.uplink.taken(),
            }
        }
        if let Some(job) = self.keeper.poll_job(now.mono_ms) {
            self.uplink.flights().retain(self.keeper.ledger().held());
            effects.push(Effect::Spool(job));
        }
        if self.uplink.standing() != self.standing {
            self.standing = self.uplink.standing();
            effects.push(Effect::Told(Told::Standing(self.standing)));
        }
    }

    fn offer(&mut self) {
        for number in self.keeper.take_numbered() {
            if let Some((report, _)) = self.keeper.get(number) {
                self.uplink.flights().offer(number, report);
            }
            if self.news.len() < MAX_NEWS {
                self.news.push(number);
            }
        }
    }

    fn poll(&mut self, now: Now) -> Option<Say> {
        let keeper = &mut self.keeper;
        self.uplink.poll(now.mono_ms, |number| {
            let size = keeper.get(number).map(|(_, size)| size);
            if size.is_none() {
                keeper.want(number);
            }
            size
        })
    }

    /// None when there was nothing that HQ reads.
    fn seal(&mut self, say: &Say, now: Now) -> Option<Vec<u8>> {
        match say {
            Say::Hello => Some(encode_hello(&self.me.signer, self.header(now), &self.hello())),
            Say::Reports(numbers) => {
                let report = |number: &u64| Some((*number, self.keeper.get(*number)?.0.clone()));
                let numbered = |(number, report)| Numbered { number, report };
                let reports: Vec<Numbered> = numbers.iter().filter_map(report).map(numbered).collect();
                let reports = self.readable(reports, now);
                reports.iter().for_each(|report| self.keeper.sent(report.number));
                (!reports.is_empty()).then(|| encode_reports(&self.me.signer, self.header(now), &reports))
            }
        }
    }

    /// Without what HQ does not read: that was made for a newer HQ which is gone, and nobody will ever take it.
    fn readable(&mut self, reports: Vec<Numbered>, now: Now) -> Vec<Numbered> {
        let newest = self.uplink.hq_reads().unwrap_or(VERSION);
        let mut readable = Vec::with_capacity(reports.len());
        let mut foreign = RangeSet::new();
        for Numbered { number, report } in reports {
            match report.readable_in(newest) {
                Some(report) => readable.push(Numbered { number, report }),
                None => drop(foreign.insert(number)),
            }
        }
        if !foreign.is_empty() {
            tracing::warn!(agent = %self.id(), count = foreign.count(), "HQ does not read these reports: given up");
            self.keeper.give_up(&foreign, now.mono_ms);
            self.uplink.ended(&foreign);
        }
        readable
    }

    fn header(&self, now: Now) -> Header {
        let venue = self.me.venues.first().copied();
        let venue = venue.unwrap_or(VenueId { place: self.me.place, room: 1 });
        self.keeper.ledger().header(venue, now.wall)
    }

    fn hello(&self) -> Hello {
        Hello {
            key: self.me.signer.public().bytes(),
            boot_nonce: self.me.boot_nonce,
            software: self.me.software.clone(),
            venues: self.me.venues.clone(),
            reads: READS.to_vec(),
        }
    }

    fn receive(&mut self, bytes: &Bytes, now: Now, effects: &mut Vec<Effect>) {
        match self.believe(bytes, now, effects) {
            Ok(()) => self.disbelieved = None,
            Err(refused) => {
                tracing::warn!(agent = %self.id(), %refused, "passed over a message");
                // A whole welcome says the most, and what is only late or meant for another says nothing about HQ.
                let says_nothing = matches!(refused, Refused::Stale | Refused::NotForMe);
                if matches!(refused, Refused::OtherKey(_)) || self.disbelieved.is_none() && !says_nothing {
                    self.disbelieved = Some(refused);
                }
            }
        }
    }

    fn believe(&mut self, bytes: &Bytes, now: Now, effects: &mut Vec<Effect>) -> Result<(), Refused> {
        let spool = self.keeper.ledger().spool();
        let believed = match Frame::parse(bytes)?.kind {
            Kind::Welcome => self.uplink.welcome(bytes, spool, now.mono_ms)?,
            Kind::Ack => self.uplink.ack(bytes, spool, now.mono_ms)?,
            Kind::Order => {
                let order = Order::open(bytes, &self.uplink.hq().ok_or(Refused::NoKey)?)?;
                effects.push(Effect::Told(Told::Order(order)));
                return Ok(());
            }
            Kind::Steer => {
                effects.push(Effect::Told(Told::Steer(self.uplink.steer(bytes)?)));
                return Ok(());
            }
            Kind::Hello | Kind::Reports | Kind::Document => {
                return Err(Refused::Wire(avow_shared::wire::Error::UnknownKind));
            }
        };
        self.take_in(believed, now, effects);
        Ok(())
    }

    fn take_in(&mut self, believed: Believed, now: Now, effects: &mut Vec<Effect>) {
        if let Some((hq_ms, error_ms)) = believed.time {
            let time = HqTime { hq_ms: hq_ms + u64::from(error_ms), at_mono_ms: now.mono_ms, error_ms };
            self.hq = Some(time);
            effects.push(Effect::Told(Told::Time(time)));
        } else if let (Some(known), Some(ack)) = (self.hq, &believed.ack) {
            let time = known.heard(ack.issued_ms, now.mono_ms);
            if time != known {
                self.hq = Some(time);
                effects.push(Effect::Told(Told::Time(time)));
            }
        }
        effects.extend(believed.pinned.map(|key| Effect::Told(Told::Pinned(key))));
        if let Some(ack) = believed.ack {
            if self.keeper.begin_anew_if_behind(ack.upto, &ack.more, now.mono_ms) {
                return self.begun_anew(effects);
            }
            let acked = self.keeper.ack(ack.upto, &ack.more, now.mono_ms);
            self.uplink.ended(&acked.ended);
            self.uplink.flights().offer_backlog(&acked.again);
            if !acked.ended.is_empty() {
                effects.push(Effect::Told(Told::Ended(acked.ended)));
            }
            if acked.fell_back {
                effects.push(Effect::Told(Told::Restored));
            }
        }
    }

    fn begun_anew(&mut self, effects: &mut Vec<Effect>) {
        self.uplink.flights().clear();
        let held = self.keeper.ledger().held().clone();
        self.uplink.flights().offer_backlog(&held);
        effects.push(Effect::Told(Told::BegunAnew));
    }

    fn spooled(&mut self, done: Done, now: Now, effects: &mut Vec<Effect>) {
        if self.keeper.done(done, now.mono_ms) {
            self.begun_anew(effects);
        }
        let trouble = self.keeper.counts().trouble;
        if trouble != self.last_trouble {
            tracing::warn!(agent = %self.id(), trouble, "the spool");
            self.last_trouble = trouble;
        }
    }
}
