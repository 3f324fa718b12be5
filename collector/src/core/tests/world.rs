//! The core with boxes and without threads: what a box says is taken at once, what HQ says lies on its way. The time is an argument.

use std::sync::Arc;

use avow_shared::id::{SpoolId, VenueId};
use avow_shared::interlock::Disturbance;
use avow_shared::order::{Order, Task};
use avow_shared::outcome::{Outcome, Verdict};
use avow_shared::time::{ClockQuality, UnixMs, WallTime};
use avow_shared::venue::{Description, Domain, Limit, Probe, Side, Venue};
use avow_shared::wire::{
    Frame, Header, Hello, Numbered, PublicKey, READS, Report, Signer, decode_up, encode_hello, encode_reports,
};
use tokio::sync::mpsc;

use crate::broker::Outgoing;
use crate::command::Inspect;
use crate::core::{Core, Start, boot};
use crate::documents::Documents;
use crate::evidence::EvidenceStore;
use crate::history::{History, Limits};
use crate::inspection::Ordered;
use crate::keeper::Keeper;
use crate::verify::Verified;

/// See the module.
pub(super) struct World {
    pub(super) core: Core,
    pub(super) now: UnixMs,
    outgoing: mpsc::Receiver<Outgoing>,
    /// What was said and nobody asked for yet.
    said: Vec<Order>,
    hq: PublicKey,
    _folder: tempfile::TempDir,
}

/// A box with one room.
pub(super) struct OneBox {
    pub(super) venue: VenueId,
    signer: Signer,
    told: u64,
}

/// A probe with a limit of this value.
pub(super) fn probe(id: &str, kind: &str, value: &str) -> Probe {
    let limit = Limit { value: value.parse().expect("a value"), side: Side::AtMost, good: 30.0, tolerable: None };
    Probe {
        id: id.parse().expect("a probe"),
        name: id.into(),
        kind: kind.into(),
        interval_s: 60,
        required: true,
        disturbance: Disturbance::Line,
        covers: vec![],
        limits: vec![limit],
    }
}

impl World {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let hq = Signer::from_seed(&[9; 32]);
        let history = Arc::new(History::open(&folder.path().join("history"), Limits::default()).expect("opens"));
        let evidence = Arc::new(EvidenceStore::open(&folder.path().join("evidence"), 1 << 20).expect("opens"));
        let start = Start {
            data: folder.path().to_owned(),
            hq: hq.clone(),
            keyring: crate::keyring::Keyring::default(),
            counters: Arc::default(),
            rules: crate::province::Rules::default(),
            prover: crate::core::Prover::default(),
            accept_new: true,
            presence_known: true,
            keeper: Keeper::new(folder.path(), history, evidence),
            documents: Arc::new(Documents::open_for(folder.path(), hq.clone(), 10).expect("opens")),
        };
        let mut core = boot(start).expect("boots");
        let (outbox, outgoing) = mpsc::channel(1_024);
        core.connect(outbox, Arc::default());
        Self { core, now: crate::clock::now_ms(), outgoing, said: Vec::new(), hq: hq.public(), _folder: folder }
    }

    pub(super) fn import(&mut self, rows: &str) {
        let rows = crate::registry::Rows::read(format!("会场编码,名称,上级\n{rows}").as_bytes());
        let report = self.core.import(rows, false).expect("is taken");
        assert!(report.errors.is_empty(), "{report:?}");
        self.core.show_news(self.now);
    }

    pub(super) fn shares(&mut self, rooms: [&OneBox; 2]) {
        let [one, other] = rooms.map(|of| of.venue);
        let rows = format!("单位编码,单位名称,类别,会场,共用设备\nju,应急局,member,{one} {other},{one}+{other}\n");
        let report = self.core.replace_units(crate::units::Rows::read(rows.as_bytes()), false).expect("is taken");
        assert!(report.errors.is_empty(), "{report:?}");
    }

    /// A box that has said hello and described its room.
    pub(super) fn stand(&mut self, seed: u8, venue: &str, probes: Vec<Probe>) -> OneBox {
        let venue: VenueId = venue.parse().expect("a venue");
        let mut it = OneBox { venue, signer: Signer::from_seed(&[seed; 32]), told: 0 };
        let hello = Hello {
            key: it.signer.public().bytes(),
            boot_nonce: [seed; 16],
            software: "0".into(),
            venues: vec![venue],
            reads: READS.to_vec(),
        };
        let bytes = encode_hello(&it.signer, self.header(&it), &hello);
        self.take(&it, bytes);
        let described = Venue {
            id: venue,
            name: "会场".into(),
            unit: "".into(),
            two_way: true,
            devices: vec![],
            chains: vec![],
            probes,
        };
        let (place, domain) = (venue.place, Domain::GovernmentExtranet);
        let description = Description { place, domain, software: "0".into(), venues: vec![described] };
        self.tell(&mut it, Report::Description(description));
        it
    }

    /// Begins an inspection; its number.
    pub(super) fn inspects(&mut self, ordered: Ordered) -> u64 {
        let (reply, mut answer) = tokio::sync::oneshot::channel();
        self.core.inspect(Inspect::Begin { ordered: Box::new(ordered), reply }, self.now);
        answer.try_recv().expect("answers").expect("begins")
    }

    pub(super) fn tell(&mut self, of: &mut OneBox, report: Report) {
        of.told += 1;
        let numbered = Numbered { number: of.told, report };
        let bytes = encode_reports(&of.signer, self.header(of), &[numbered]);
        self.take(of, bytes);
    }

    /// Its newest outcome is of just now.
    pub(super) fn outcome(&mut self, of: &mut OneBox, probe: &str, verdict: Verdict) {
        let outcome = Outcome {
            venue: of.venue,
            probe: probe.parse().expect("a probe"),
            at: self.clock(),
            took_ms: 1,
            verdict,
            detail: "".into(),
            values: vec![],
            evidence: vec![],
        };
        self.tell(of, Report::Outcome(outcome));
    }

    pub(super) const fn clock(&self) -> WallTime {
        WallTime { at_ms: self.now, quality: ClockQuality::Synced { error_ms: 1 } }
    }

    fn header(&self, of: &OneBox) -> Header {
        Header {
            venue: of.venue,
            spool: SpoolId([1; 16]),
            first: 1,
            last: 0,
            produced: of.told,
            held_from: of.told.max(1),
            dropped: vec![],
            void: vec![],
            sent_at: self.clock(),
        }
    }

    fn take(&mut self, of: &OneBox, bytes: Vec<u8>) {
        let frame = Frame::parse(&bytes).expect("a frame");
        let up = decode_up(frame.kind, frame.unverified_payload()).expect("an envelope");
        let key = of.signer.public();
        let message = Verified { key, agent: key.id(), received_ms: self.now, bytes: bytes.into(), up, line: None };
        self.core.take(vec![message], self.now);
    }

    /// Some time passes, and the core looks at what is due.
    pub(super) fn pass(&mut self, ms: u64) {
        self.now += ms;
        self.core.round(self.now);
    }

    /// What HQ has told this box since this was asked last.
    pub(super) fn orders(&mut self, to: &OneBox) -> Vec<Task> {
        while let Ok(Outgoing { payload, .. }) = self.outgoing.try_recv() {
            self.said.extend(Order::open(&payload, &self.hq));
        }
        let (agent, place) = (to.signer.public().id(), to.venue.place);
        let (own, others) =
            std::mem::take(&mut self.said).into_iter().partition(|order| order.scope.means(agent, place));
        self.said = others;
        let own: Vec<Order> = own;
        own.into_iter().map(|order| order.task).collect()
    }

    /// The probes that HQ has told a box to inspect since this was asked last, order by order.
    pub(super) fn inspected(&mut self, of: &OneBox) -> Vec<Vec<String>> {
        let probes = |task: Task| match task {
            Task::Inspect { probes, .. } => Some(probes.iter().map(ToString::to_string).collect()),
            _ => None,
        };
        self.orders(of).into_iter().filter_map(probes).collect()
    }
}
