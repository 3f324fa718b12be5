//! What is known of one venue, small and shared: the registry's entry, the description, the newest outcome of each probe.

use std::sync::Arc;

use avow_shared::id::{AgentId, FindingCode, ProbeId, ValueName, VenueId};
use avow_shared::outcome::{Evidence, Verdict};
use avow_shared::time::{ClockQuality, UnixMs, WallTime};
use avow_shared::value::Unit;
use avow_shared::venue::{Domain, MAX_PARTS, Probe, Venue as Declared};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::backups::Backups;
use super::canaries::Canary;
use super::changes::Change;
use super::counts::{Class, Standing};
use super::judge::Judgement;
use crate::registry::Entry;

/// Which report is newer: spools in the order in which HQ first saw them, numbers within a spool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Order {
    /// The rank of the spool.
    pub spool: u64,
    /// The report's number in it.
    pub number: u64,
}

/// The names and units of an outcome's values; one for all outcomes that look alike.
pub type Schema = Arc<[(ValueName, Unit)]>;

/// The newest outcome of a probe.
#[derive(Clone, Debug, PartialEq)]
pub struct Newest {
    /// Which probe.
    pub probe: ProbeId,
    /// Its place among the reports.
    pub order: Order,
    /// When it ended, by the agent's clock.
    pub at: WallTime,
    /// When HQ got it.
    pub received_ms: UnixMs,
    /// The judgement.
    pub verdict: Verdict,
    /// One line for a person.
    pub detail: SmolStr,
    /// What the numbers are.
    pub schema: Schema,
    /// The numbers.
    pub numbers: Box<[f64]>,
    /// What proves it.
    pub evidence: Box<[Evidence]>,
    /// When the probe last passed; 0 for never.
    pub passed_ms: UnixMs,
    /// The newest outcome with evidence, when this one has none.
    pub proof: Option<Arc<Newest>>,
}

impl Newest {
    /// Itself when it has evidence, else the newest that has.
    #[must_use]
    pub fn proven(self: &Arc<Self>) -> Option<&Arc<Self>> {
        if self.evidence.is_empty() { self.proof.as_ref() } else { Some(self) }
    }
}

/// The newest description of a venue.
#[derive(Clone, Debug)]
pub struct Described {
    /// Who described it.
    pub agent: AgentId,
    /// The description's place among the reports.
    pub order: Order,
    /// When HQ got it: a probe that never ran counts from here.
    pub received_ms: UnixMs,
    /// As people call it.
    pub name: SmolStr,
    /// The unit that uses it.
    pub unit: SmolStr,
    /// Whether it sends too.
    pub two_way: bool,
    /// The agent's program version.
    pub software: SmolStr,
    /// How it is tested; one list for all venues that are tested alike.
    pub probes: Arc<[Probe]>,
    /// The whole as described, postcard: read when a person looks.
    pub whole: Arc<[u8]>,
    /// The network that its box is connected to; none: it has not told since HQ keeps it.
    pub domain: Option<Domain>,
}

impl Described {
    /// Devices, chains and probes as described.
    #[must_use]
    pub fn read(&self) -> Option<Declared> {
        postcard::from_bytes(&self.whole).ok()
    }

    /// The declaration of a probe.
    #[must_use]
    pub fn probe(&self, id: &ProbeId) -> Option<&Probe> {
        self.probes.iter().find(|probe| probe.id == *id)
    }
}

/// The agent behind a venue.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// Its key.
    pub agent: AgentId,
    /// When HQ last got something that it signed.
    pub last_ms: UnixMs,
    /// Whether a connection of it is up.
    pub connected: bool,
    /// Its clock, as of the newest batch.
    pub clock: ClockQuality,
}

/// What a judgement changes around a venue.
pub(super) struct Settled {
    /// The class before.
    pub(super) was: Option<Class>,
    /// Whether readers want to know.
    pub(super) is_news: bool,
    /// The place that it counts in.
    pub(super) at: u32,
    /// Where it counted.
    pub(super) counted: Standing,
    /// Where it counts now.
    pub(super) standing: Standing,
    /// When to look again, before and now, if that is sooner now.
    pub(super) due: Option<(UnixMs, UnixMs)>,
}

/// All that is known of one venue.
#[derive(Clone, Debug)]
pub struct Venue {
    /// `<place>-<nn>`.
    pub id: VenueId,
    /// The index of the place that it counts in.
    pub at: u32,
    /// What the registry says of it.
    pub entry: Option<Arc<Entry>>,
    /// What its agent says of it.
    pub described: Option<Arc<Described>>,
    /// Its agent.
    pub link: Option<Link>,
    /// The newest outcomes, sorted by probe.
    pub probes: Vec<Arc<Newest>>,
    /// Who its devices said they are, packed.
    pub(super) plates: Option<Arc<[u8]>>,
    /// What the presets of its cameras are to show, packed.
    pub(super) references: Option<Arc<[u8]>>,
    /// What its agent told of its backup paths, packed.
    pub(super) terms: Option<Arc<[u8]>>,
    /// Its backup paths; none when it never had any.
    pub(super) backups: Option<Box<Backups>>,
    /// The newest canary of its agent, when this is the agent's first venue.
    pub canary: Option<Canary>,
    /// Where it counts.
    pub standing: Standing,
    /// What is wrong, in classes that have a finding.
    pub finding: Option<FindingCode>,
    /// Why nothing can be said, or which probe is stale.
    pub why: Option<SmolStr>,
    /// Since when it has its class.
    pub since_ms: Option<UnixMs>,
    /// Its last change from one class to another.
    pub changed: Option<Arc<Change>>,
    /// When its class may change by time alone.
    pub due_ms: UnixMs,
    /// What a search looks through: names, pinyin, initials, codes, in lower case.
    pub search: Arc<str>,
}

impl Venue {
    pub(super) fn new(id: VenueId, at: u32) -> Self {
        Self {
            id,
            at,
            entry: None,
            described: None,
            link: None,
            probes: Vec::new(),
            plates: None,
            references: None,
            terms: None,
            backups: None,
            canary: None,
            standing: Standing::Hidden,
            finding: None,
            why: None,
            since_ms: None,
            changed: None,
            due_ms: UnixMs::MAX,
            search: Arc::default(),
        }
    }

    /// Its name: the registry's, else its agent's, else its code.
    #[must_use]
    pub fn name(&self) -> SmolStr {
        let registered = self.entry.as_ref().and_then(|entry| entry.name.as_deref()).map(SmolStr::new);
        registered
            .or_else(|| self.described.as_ref().map(|d| d.name.clone()).filter(|name| !name.is_empty()))
            .unwrap_or_else(|| smol_str::format_smolstr!("{}", self.id))
    }

    /// The unit that uses it: the registry's, else its agent's.
    #[must_use]
    pub fn unit(&self) -> Option<SmolStr> {
        let registered = self.entry.as_ref().and_then(|entry| entry.unit.as_deref()).map(SmolStr::new);
        registered.or_else(|| self.described.as_ref().map(|d| d.unit.clone()).filter(|unit| !unit.is_empty()))
    }

    /// Whether it sends too: as registered, else as described.
    #[must_use]
    pub fn two_way(&self) -> bool {
        let registered = self.entry.as_ref().and_then(|entry| entry.two_way);
        registered.or_else(|| self.described.as_ref().map(|d| d.two_way)).unwrap_or(false)
    }

    /// 网络域, as registered.
    #[must_use]
    pub fn network(&self) -> Option<&str> {
        self.entry.as_ref().and_then(|entry| entry.network.as_deref())
    }

    /// Its class, when it counts in one.
    #[must_use]
    pub fn class(&self) -> Option<Class> {
        self.standing.class()
    }

    /// Whether it is described with a probe of this kind.
    #[must_use]
    pub fn has_kind(&self, kind: &str) -> bool {
        self.described.as_ref().is_some_and(|d| d.probes.iter().any(|probe| probe.kind.as_str() == kind))
    }

    /// Takes a judgement; says what that changes around it.
    pub(super) fn settle(&mut self, was: Option<Class>, is_news: bool, judged: Judgement, now_ms: UnixMs) -> Settled {
        let class = judged.standing.class();
        if was != class {
            self.since_ms = class.map(|_| now_ms);
        }
        let due = (judged.due_ms < self.due_ms).then_some((self.due_ms, judged.due_ms));
        self.due_ms = self.due_ms.min(judged.due_ms);
        (self.finding, self.why) = (judged.finding, judged.why);
        let counted = std::mem::replace(&mut self.standing, judged.standing);
        Settled { was, is_news, at: self.at, counted, standing: judged.standing, due }
    }

    /// The newest outcome of a probe.
    #[must_use]
    pub fn newest(&self, probe: &ProbeId) -> Option<&Arc<Newest>> {
        self.probes.binary_search_by(|held| held.probe.cmp(probe)).ok().map(|at| &self.probes[at])
    }

    /// Keeps `new` when it is newer than what is held, by number and never by arrival; says whether it is.
    pub(super) fn take(&mut self, new: Newest) -> bool {
        match self.probes.binary_search_by(|held| held.probe.cmp(&new.probe)) {
            Ok(at) if self.probes[at].order < new.order => {
                let proof = if new.evidence.is_empty() { self.probes[at].proven().cloned() } else { None };
                let passed_ms = new.passed_ms.max(self.probes[at].passed_ms);
                self.probes[at] = Arc::new(Newest { proof, passed_ms, ..new });
                true
            }
            Ok(at) => {
                self.remember(at, new);
                false
            }
            Err(at) => {
                self.probes.insert(at, Arc::new(new));
                self.bound();
                true
            }
        }
    }

    /// An older outcome that comes late may still hold the newest evidence, or the last pass.
    fn remember(&mut self, at: usize, late: Newest) {
        if late.passed_ms > self.probes[at].passed_ms {
            Arc::make_mut(&mut self.probes[at]).passed_ms = late.passed_ms;
        }
        let held = &self.probes[at];
        let is_newest = held.proven().is_none_or(|proof| proof.order < late.order);
        if is_newest && !late.evidence.is_empty() && late.order < held.order {
            Arc::make_mut(&mut self.probes[at]).proof = Some(Arc::new(late));
        }
    }

    /// At most [`MAX_PARTS`] outcomes: of those that no description names, the oldest goes.
    fn bound(&mut self) {
        if self.probes.len() <= MAX_PARTS {
            return;
        }
        let declared = |held: &Newest| self.described.as_ref().is_some_and(|d| d.probe(&held.probe).is_some());
        let foreign = (0..self.probes.len()).filter(|at| !declared(&self.probes[*at]));
        if let Some(at) = foreign.min_by_key(|at| self.probes[*at].order) {
            self.probes.remove(at);
        }
    }

    /// Takes a newer description; outcomes older than it of probes that it does not name are forgotten.
    pub(super) fn describe(&mut self, new: Arc<Described>) {
        self.probes.retain(|held| held.order > new.order || new.probe(&held.probe).is_some());
        self.retain_plates(|probe, order| order > new.order || new.probe(probe).is_some());
        self.retain_references(new.agent);
        self.described = Some(new);
    }
}
