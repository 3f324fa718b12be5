//! Venues as earlier versions of the snapshot wrote them: only read, each turned into the next.

use std::sync::Arc;

use avow_shared::id::{AgentId, FindingCode, VenueId};
use avow_shared::time::UnixMs;
use serde::Deserialize;
use smol_str::SmolStr;

use super::super::Standing;
use super::super::canaries::Canary;
use super::super::venue::{Link, Order};
use super::{DescribedRecord, NewestRecord, Record};

/// A description as versions 1 to 5 wrote it: without the network of its box.
#[derive(Debug, Deserialize)]
struct Described5 {
    agent: AgentId,
    order: Order,
    received_ms: UnixMs,
    software: SmolStr,
    whole: Arc<[u8]>,
}

impl From<Described5> for DescribedRecord {
    fn from(old: Described5) -> Self {
        let Described5 { agent, order, received_ms, software, whole } = old;
        Self { agent, order, received_ms, software, whole, domain: None }
    }
}

/// A venue as versions 4 and 5 wrote it.
#[derive(Debug, Deserialize)]
pub(crate) struct Record5 {
    id: VenueId,
    described: Option<Described5>,
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

impl From<Record5> for Record {
    fn from(old: Record5) -> Self {
        let Record5 {
            id,
            described,
            link,
            probes,
            standing,
            finding,
            why,
            since_ms,
            plates,
            references,
            terms,
            canary,
        } = old;
        let described = described.map(DescribedRecord::from);
        Self { id, described, link, probes, standing, finding, why, since_ms, plates, references, terms, canary }
    }
}

/// A venue as version 3 wrote it.
#[derive(Debug, Deserialize)]
pub(crate) struct Record3 {
    id: VenueId,
    described: Option<Described5>,
    link: Option<Link>,
    probes: Vec<NewestRecord>,
    standing: Standing,
    finding: Option<FindingCode>,
    why: Option<SmolStr>,
    since_ms: Option<UnixMs>,
    plates: Option<Arc<[u8]>>,
    references: Option<Arc<[u8]>>,
}

impl From<Record3> for Record {
    fn from(old: Record3) -> Self {
        let Record3 { id, described, link, probes, standing, finding, why, since_ms, plates, references } = old;
        Record5 {
            id,
            described,
            link,
            probes,
            standing,
            finding,
            why,
            since_ms,
            plates,
            references,
            terms: None,
            canary: None,
        }
        .into()
    }
}

/// A venue as version 2 wrote it.
#[derive(Debug, Deserialize)]
pub(crate) struct Record2 {
    id: VenueId,
    described: Option<Described5>,
    link: Option<Link>,
    probes: Vec<NewestRecord>,
    standing: Standing,
    finding: Option<FindingCode>,
    why: Option<SmolStr>,
    since_ms: Option<UnixMs>,
    plates: Option<Arc<[u8]>>,
}

impl From<Record2> for Record {
    fn from(old: Record2) -> Self {
        let Record2 { id, described, link, probes, standing, finding, why, since_ms, plates } = old;
        Record3 { id, described, link, probes, standing, finding, why, since_ms, plates, references: None }.into()
    }
}

/// A venue as version 1 wrote it.
#[derive(Debug, Deserialize)]
pub(crate) struct Record1 {
    id: VenueId,
    described: Option<Described5>,
    link: Option<Link>,
    probes: Vec<NewestRecord>,
    standing: Standing,
    finding: Option<FindingCode>,
    why: Option<SmolStr>,
    since_ms: Option<UnixMs>,
}

impl From<Record1> for Record {
    fn from(old: Record1) -> Self {
        let Record1 { id, described, link, probes, standing, finding, why, since_ms } = old;
        Record2 { id, described, link, probes, standing, finding, why, since_ms, plates: None }.into()
    }
}
