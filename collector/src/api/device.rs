//! The devices of a venue: as described, as they say themselves, how they do, and what became of them.

use std::collections::BTreeSet;

use avow_shared::facts::{Facts, Part};
use avow_shared::id::{DeviceId, StageId};
use avow_shared::outcome::Verdict;
use avow_shared::venue::{Device as Declared, Probe, Venue as DeclaredVenue};

use super::dto::{Device, DeviceChange, DeviceDifference, DeviceFacts, DeviceSetting, DeviceState};
use super::venue::is_stale;
use crate::province::{Plate, Venue, View, when};

/// The described devices, then those that no description names but a probe has read.
pub(super) fn devices(view: &View, venue: &Venue, declared: &DeclaredVenue, now_ms: u64) -> Vec<Device> {
    let plates = venue.plates();
    let of = |id: &DeviceId| {
        let mut of: Vec<&Plate> = plates.iter().filter(|plate| plate.device == *id).collect();
        of.sort_by_key(|plate| std::cmp::Reverse((plate.seen_ms, plate.order)));
        of
    };
    let complete = |id: &DeviceId, device: Device| {
        let plates = of(id);
        Device {
            state: state(view, venue, declared, id, &plates, now_ms),
            facts: facts(&plates),
            changes: changes(&plates),
            ..device
        }
    };
    let described = declared.devices.iter().map(|device| complete(&device.id, described(device)));
    let is_described = |id: &DeviceId| declared.devices.iter().any(|device| device.id == *id);
    let others: BTreeSet<&DeviceId> = plates.iter().map(|plate| &plate.device).filter(|id| !is_described(id)).collect();
    let others = others.into_iter().map(|id| complete(id, undescribed(declared, id, &of(id))));
    described.chain(others).collect()
}

fn known(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn described(device: &Declared) -> Device {
    Device {
        id: device.id.to_string(),
        name: device.name.to_string(),
        kind: device.kind.to_string(),
        make: known(&device.make),
        model: known(&device.model),
        serial: known(&device.serial),
        firmware: known(&device.firmware),
        address: known(&device.address),
        backup_for: device.backup_for.as_ref().map(ToString::to_string),
        state: None,
        facts: None,
        changes: vec![],
    }
}

/// It has the name and kind of the probe that read it.
fn undescribed(declared: &DeclaredVenue, id: &DeviceId, plates: &[&Plate]) -> Device {
    let probe = plates.first().and_then(|plate| declared.probes.iter().find(|probe| probe.id == plate.probe));
    Device {
        id: id.to_string(),
        name: probe.map_or_else(|| id.to_string(), |probe| probe.name.to_string()),
        kind: probe.map_or_else(String::new, |probe| probe.kind.to_string()),
        make: None,
        model: None,
        serial: None,
        firmware: None,
        address: None,
        backup_for: None,
        state: None,
        facts: None,
        changes: vec![],
    }
}

/// The newest reading; where that is silent, an older one of another probe.
fn facts(plates: &[&Plate]) -> Option<DeviceFacts> {
    let newest = plates.first()?;
    let read = |part: fn(&Facts) -> &str| {
        plates.iter().map(|plate| part(&plate.facts)).find(|text| !text.is_empty()).map(str::to_owned)
    };
    let mut settings: Vec<DeviceSetting> = Vec::new();
    for setting in plates.iter().flat_map(|plate| &plate.facts.settings) {
        if settings.iter().all(|held| held.name != setting.name.as_str()) {
            settings.push(DeviceSetting { name: setting.name.to_string(), value: setting.value.to_string() });
        }
    }
    settings.sort_by(|one, other| one.name.cmp(&other.name));
    Some(DeviceFacts {
        make: read(|facts| &facts.make),
        model: read(|facts| &facts.model),
        serial: read(|facts| &facts.serial),
        firmware: read(|facts| &facts.firmware),
        mac: read(|facts| &facts.mac),
        settings,
        seen_ms: newest.seen_ms,
        probe: newest.probe.to_string(),
    })
}

fn changes(plates: &[&Plate]) -> Vec<DeviceChange> {
    let one = |plate: &Plate| {
        let probe = plate.probe.to_string();
        plate
            .changes
            .iter()
            .map(move |happened| DeviceChange {
                at_ms: happened.at_ms,
                code: happened.change.what.code().to_owned(),
                probe: probe.clone(),
                differences: happened.change.differences.iter().map(difference).collect(),
            })
            .collect::<Vec<_>>()
    };
    let mut changes: Vec<DeviceChange> = plates.iter().flat_map(|plate| one(plate)).collect();
    changes.reverse();
    changes.sort_by_key(|change| std::cmp::Reverse(change.at_ms));
    changes
}

fn difference(difference: &avow_shared::facts::Difference) -> DeviceDifference {
    let part: Part = difference.part;
    DeviceDifference { part: part.word().to_owned(), was: known(&difference.was), is: difference.is.to_string() }
}

/// The worst newest outcome of the probes that are about the device alone: those that read it, and those whose stages are
/// all its own. A probe through half of the chain accuses no single device; that is what blame is for.
fn state(
    view: &View,
    venue: &Venue,
    declared: &DeclaredVenue,
    id: &DeviceId,
    plates: &[&Plate],
    now_ms: u64,
) -> Option<DeviceState> {
    let about = declared
        .probes
        .iter()
        .filter(|probe| plates.iter().any(|plate| plate.probe == probe.id) || covers_only(declared, probe, id));
    let held = about.filter_map(|probe| Some((probe, venue.newest(&probe.id)?)));
    let rank = |verdict: &Verdict| match verdict {
        Verdict::Fail { .. } => 3,
        Verdict::Degraded { .. } => 2,
        Verdict::Pass => 1,
        Verdict::Unknown { .. } => 0,
    };
    let (probe, newest) = held.max_by_key(|(_, newest)| rank(&newest.verdict))?;
    Some(DeviceState {
        probe: probe.id.to_string(),
        verdict: newest.verdict.word().to_owned(),
        finding: newest.verdict.finding().map(ToString::to_string),
        at_ms: when(newest.at, newest.received_ms),
        stale: is_stale(view, probe, newest, now_ms),
    })
}

fn covers_only(declared: &DeclaredVenue, probe: &Probe, id: &DeviceId) -> bool {
    let stages = || declared.chains.iter().flat_map(|chain| &chain.stages);
    let is_its = |covered: &StageId| stages().any(|stage| stage.id == *covered && stage.device.as_ref() == Some(id));
    !probe.covers.is_empty() && probe.covers.iter().all(is_its)
}
