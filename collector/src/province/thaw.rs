//! The state at one moment, to be written elsewhere and read again: taking it costs references, not copies of venues.

pub(super) mod old;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use avow_shared::id::{AgentId, FindingCode, ProbeId, VenueId};
use avow_shared::mouth_to_ear::Part;
use avow_shared::outcome::{Evidence, Verdict};
use avow_shared::time::{UnixMs, WallTime};
use avow_shared::venue::Domain;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::canaries::Canary;
use super::crossings::Crossings;
use super::events::{Events, Packed};
use super::venue::{Described, Link, Newest, Order, Schema, Venue};
use super::{Agent, Change, Changes, County, Province, Standing};
use crate::fact::Arrival;
use crate::roll_call::{Call, Calls};

/// The state after a batch, without the registry, which is persisted on its own.
#[derive(Clone, Debug, Default)]
pub struct Frozen {
    /// The last batch that is in it: replay begins after it.
    pub arrival: Arrival,
    pub(super) now_ms: UnixMs,
    pub(super) revision: u64,
    pub(super) next_rank: u64,
    pub(super) next_change: u64,
    pub(super) agents: HashMap<AgentId, Agent>,
    pub(super) changes: Arc<Changes>,
    pub(super) events: Arc<Events>,
    pub(super) crossings: Arc<Crossings>,
    pub(super) calls: Arc<Calls>,
    pub(super) counties: Vec<Arc<County>>,
}

/// What stands before the venues.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) arrival: Arrival,
    now_ms: UnixMs,
    revision: u64,
    next_rank: u64,
    next_change: u64,
    agents: Vec<(AgentId, Agent)>,
    changes: Vec<Change>,
    pub(crate) venues: u64,
}

/// A venue as written.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    id: VenueId,
    described: Option<DescribedRecord>,
    link: Option<Link>,
    probes: Vec<NewestRecord>,
    standing: Standing,
    finding: Option<FindingCode>,
    why: Option<SmolStr>,
    since_ms: Option<UnixMs>,
    plates: Option<Arc<[u8]>>,
    references: Option<Arc<[u8]>>,
    terms: Option<Arc<[u8]>>,
    canary: Option<Canary>,
}

#[derive(Debug, Serialize, Deserialize)]
struct DescribedRecord {
    agent: AgentId,
    order: Order,
    received_ms: UnixMs,
    software: SmolStr,
    whole: Arc<[u8]>,
    /// None: it was kept by a version that did not keep it.
    domain: Option<Domain>,
}

#[derive(Debug, Serialize, Deserialize)]
struct NewestRecord {
    probe: ProbeId,
    order: Order,
    at: WallTime,
    received_ms: UnixMs,
    verdict: Verdict,
    detail: SmolStr,
    schema: Schema,
    numbers: Box<[f64]>,
    evidence: Box<[Evidence]>,
    passed_ms: UnixMs,
    proof: Option<Box<NewestRecord>>,
}

impl Province {
    /// The state now.
    #[must_use]
    pub fn freeze(&self) -> Frozen {
        Frozen {
            arrival: self.arrival,
            now_ms: self.now_ms,
            revision: self.revision,
            next_rank: self.next_rank,
            next_change: self.next_change,
            agents: self.agents.clone(),
            changes: Arc::clone(&self.changes),
            events: Arc::clone(&self.events),
            crossings: Arc::clone(&self.crossings),
            calls: Arc::clone(&self.calls),
            counties: self.counties.clone(),
        }
    }

    /// Takes a state that was read again; to be called on an empty province. Everything is counted anew.
    pub(crate) fn thaw(&mut self, head: Head, venues: impl Iterator<Item = Record>) {
        (self.arrival, self.now_ms, self.revision) = (head.arrival, head.now_ms, head.revision);
        (self.next_rank, self.next_change) = (head.next_rank, head.next_change);
        self.agents = head.agents.into_iter().collect();
        let changes: Vec<_> = head.changes.into_iter().map(Arc::new).collect();
        let mut row = Changes::default();
        changes.iter().cloned().for_each(|change| row.push(change));
        self.changes = Arc::new(row);
        for record in venues {
            self.thaw_venue(record);
        }
        for change in changes {
            self.edit(change.venue, |venue| venue.changed = Some(change));
        }
        self.recount_agents();
        self.news = true;
    }

    /// Takes what agents told, as it was kept.
    pub(crate) fn thaw_events(&mut self, all: impl IntoIterator<Item = (AgentId, Packed)>) {
        let events = Arc::make_mut(&mut self.events);
        all.into_iter().for_each(|(agent, packed)| events.put(agent, packed));
    }

    /// Takes roll calls that were read again.
    pub(crate) fn thaw_calls(&mut self, calls: Vec<Call>) {
        calls.into_iter().for_each(|call| self.change_calls(|calls| calls.hold(Arc::new(call))));
    }

    /// Takes what venues told of runs of two.
    pub(crate) fn thaw_crossings(&mut self, parts: &[Part]) {
        let crossings = Arc::make_mut(&mut self.crossings);
        for part in parts {
            crossings.take(part);
        }
    }

    fn thaw_venue(&mut self, record: Record) {
        let described = record.described.and_then(|described| self.thaw_description(described));
        let probes: Vec<_> = record.probes.into_iter().map(|probe| Arc::new(self.thaw_newest(probe))).collect();
        let counted = self.edit(record.id, |venue| {
            venue.described = described;
            venue.link = record.link.map(|link| Link { connected: false, ..link });
            venue.probes = probes;
            (venue.plates, venue.references, venue.terms) = (record.plates, record.references, record.terms);
            venue.canary = record.canary;
            (venue.finding, venue.why, venue.since_ms) = (record.finding, record.why, record.since_ms);
            (venue.at, std::mem::replace(&mut venue.standing, record.standing))
        });
        let Some((at, was)) = counted else { return };
        self.count(at, was, record.standing);
        self.refresh_search(record.id);
        self.find_backups(record.id);
        self.weigh(record.id);
        // The registry may have changed since: exclusions and names are judged anew, classes by time are not.
        self.rejudge_outside(record.id);
    }

    /// A venue whose registration or exclusion changed while it was frozen.
    fn rejudge_outside(&mut self, id: VenueId) {
        let tree = Arc::clone(&self.tree);
        let outside = self.edit(id, |venue| {
            let excluded = venue.entry.as_ref().is_some_and(|entry| entry.exclusion.is_some());
            let excluded = excluded || tree.exclusion(venue.at).is_some();
            excluded || venue.standing == Standing::Excluded || venue.class().is_none()
        });
        if outside == Some(true) {
            self.update(id, |_| false);
        }
    }

    fn thaw_description(&mut self, record: DescribedRecord) -> Option<Arc<Described>> {
        let whole: avow_shared::venue::Venue = postcard::from_bytes(&record.whole).ok()?;
        let DescribedRecord { agent, order, received_ms, software, whole: bytes, domain } = record;
        Some(Arc::new(Described {
            agent,
            order,
            received_ms,
            name: whole.name,
            unit: whole.unit,
            two_way: whole.two_way,
            software,
            probes: self.interner.probes(whole.probes),
            whole: bytes,
            domain,
        }))
    }

    fn thaw_newest(&mut self, record: NewestRecord) -> Newest {
        Newest {
            probe: record.probe,
            order: record.order,
            at: record.at,
            received_ms: record.received_ms,
            verdict: record.verdict,
            detail: record.detail,
            schema: self.interner.same(record.schema),
            numbers: record.numbers,
            evidence: record.evidence,
            passed_ms: record.passed_ms,
            proof: record.proof.map(|proof| Arc::new(self.thaw_newest(*proof))),
        }
    }
}

impl Frozen {
    pub(crate) fn head(&self) -> Head {
        Head {
            arrival: self.arrival,
            now_ms: self.now_ms,
            revision: self.revision,
            next_rank: self.next_rank,
            next_change: self.next_change,
            agents: self.agents.iter().map(|(id, agent)| (*id, agent.clone())).collect(),
            changes: self.all_changes(),
            venues: self.counties.iter().map(|county| county.venues.len() as u64).sum(),
        }
    }

    /// What agents told, of one agent each.
    pub(crate) fn events(&self) -> impl Iterator<Item = (AgentId, Packed)> + '_ {
        self.events.all()
    }

    /// The roll calls that are open; those that are over have a record.
    pub(crate) fn calls(&self) -> Vec<&Call> {
        self.calls.iter().map(AsRef::as_ref).filter(|call| call.is_open()).collect()
    }

    /// What venues told of runs of two.
    pub(crate) fn crossings(&self) -> Vec<&Part> {
        self.crossings.all().collect()
    }

    /// The rows and each venue's last one, the oldest first.
    fn all_changes(&self) -> Vec<Change> {
        let last = self.counties.iter().flat_map(|county| &county.venues).filter_map(|venue| venue.changed.as_ref());
        let all: BTreeMap<u64, &Arc<Change>> =
            self.changes.newest().chain(last).map(|change| (change.seq, change)).collect();
        all.into_values().map(|change| Change::clone(change)).collect()
    }

    pub(crate) fn records(&self) -> impl Iterator<Item = Record> + '_ {
        self.counties.iter().flat_map(|county| &county.venues).map(|venue| record(venue))
    }
}

fn record(venue: &Venue) -> Record {
    let described = venue.described.as_deref().map(|d| DescribedRecord {
        agent: d.agent,
        order: d.order,
        received_ms: d.received_ms,
        software: d.software.clone(),
        whole: Arc::clone(&d.whole),
        domain: d.domain,
    });
    Record {
        id: venue.id,
        described,
        link: venue.link,
        probes: venue.probes.iter().map(|newest| newest_record(newest)).collect(),
        standing: venue.standing,
        finding: venue.finding.clone(),
        why: venue.why.clone(),
        since_ms: venue.since_ms,
        plates: venue.plates.clone(),
        references: venue.references.clone(),
        terms: venue.terms.clone(),
        canary: venue.canary,
    }
}

fn newest_record(newest: &Newest) -> NewestRecord {
    NewestRecord {
        probe: newest.probe.clone(),
        order: newest.order,
        at: newest.at,
        received_ms: newest.received_ms,
        verdict: newest.verdict.clone(),
        detail: newest.detail.clone(),
        schema: Arc::clone(&newest.schema),
        numbers: newest.numbers.clone(),
        evidence: newest.evidence.clone(),
        passed_ms: newest.passed_ms,
        proof: newest.proof.as_deref().map(|proof| Box::new(newest_record(proof))),
    }
}
