//! What the agent knows of its devices: who they said they are, how they are set, and how they were accepted.

use avow_shared::wire::Report;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Agent, Code, Effect, Memory, Reply};
use crate::baseline::{Baseline, Drift};
use crate::clock::Now;
use crate::config::{Config, Exercise, full_name};
use crate::plates::{Plates, line};
use crate::probe::Found;

/// The baseline and how the devices stand to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Accepted {
    /// The baseline.
    pub baseline: Baseline,
    /// What reads otherwise than accepted, as read last.
    pub drifts: Vec<Drift>,
    /// How many settings were learnt anew just now.
    pub learnt: usize,
}

impl Agent {
    /// A probe read something off a device: what it says of itself is remembered, a change is told, a drift is found.
    pub(super) fn read(&mut self, at: usize, found: Found, now: Now, effects: &mut Vec<Effect>) -> Found {
        let exercise = &self.config.exercises[at];
        let Some(facts) = &found.facts else { return found };
        let taken = self.plates.take(exercise, facts, now.wall);
        if taken.is_new {
            effects.push(Effect::Remember(Memory::Plates(self.plates.all().cloned().collect())));
        }
        let found = self.baseline.judge(&full_name(exercise), found);
        if let Some(change) = &taken.change {
            let text = line(&device_title(&self.config, exercise), change);
            self.happened(change.what.into(), &text, now);
        }
        found
    }

    /// Tells HQ what it is to hear of devices, when it is one that reads that. Says whether there was something.
    pub(super) fn tell_plates(&mut self, now: Now) -> bool {
        let is_heard = self.reporter.uplink().hq_reads() >= Some(avow_shared::wire::FACTS_SINCE);
        if !is_heard || self.stopping {
            return false;
        }
        let said = self.plates.tell(now.mono_ms);
        let has_news = !said.is_empty();
        said.into_iter().for_each(|said| self.reporter.produce(Report::Facts(said), false, now));
        has_news
    }

    /// Tells HQ once what binds the backup paths, when it is one that reads that. Says whether there was something.
    pub(super) fn tell_terms(&mut self, now: Now) -> bool {
        let is_heard = self.reporter.uplink().hq_reads() >= Some(avow_shared::wire::SIGNS_SINCE);
        if !is_heard || self.stopping || self.told_terms {
            return false;
        }
        self.told_terms = true;
        let terms = self.config.terms.clone();
        let has_news = !terms.is_empty();
        terms.into_iter().for_each(|terms| self.reporter.produce(Report::Terms(terms), true, now));
        has_news
    }

    /// Accepts how devices are set now; the names are those of probes, `venue/probe`.
    pub(super) fn learn(&mut self, probes: &[SmolStr], now: Now, effects: &mut Vec<Effect>) -> Reply {
        let is_meant = |exercise: &&Exercise| probes.contains(&full_name(exercise));
        let read = self.config.exercises.iter().filter(is_meant);
        let read: Vec<_> =
            read.filter_map(|exercise| Some((full_name(exercise), self.plates.of(&exercise.name)?))).collect();
        let learnt = self.baseline.learn(read, now.wall);
        if learnt > 0 {
            effects.push(Effect::Remember(Memory::Baseline(self.baseline.clone())));
            let version = self.baseline.newest().map_or(0, |newest| newest.version);
            self.happened(Code::BaselineLearnt, &format!("设置基线第 {version} 版，更新 {learnt} 项"), now);
        }
        self.accepted(learnt)
    }

    /// The baseline, and what differs from it.
    pub(super) fn accepted(&self, learnt: usize) -> Reply {
        let drifts = drifts(&self.baseline, &self.plates);
        Reply::Baseline(Box::new(Accepted { baseline: self.baseline.clone(), drifts, learnt }))
    }
}

/// What the devices said last that differs from how they were accepted.
#[must_use]
pub fn drifts(baseline: &Baseline, plates: &Plates) -> Vec<Drift> {
    let of = |said: &avow_shared::facts::DeviceFacts| {
        baseline.drifts(&smol_str::format_smolstr!("{}/{}", said.venue, said.probe), &said.facts)
    };
    plates.all().flat_map(of).collect()
}

/// As people call the device of an exercise; with its venue where the agent serves several.
fn device_title(config: &Config, exercise: &Exercise) -> String {
    let venues = &config.description.venues;
    let venue = venues.iter().find(|venue| venue.id == exercise.name.venue);
    let devices = venue.into_iter().flat_map(|venue| &venue.devices);
    let named = devices.into_iter().find(|device| Some(device.id.as_str()) == exercise.device.as_deref());
    let title = named.map_or(&exercise.title, |device| &device.name);
    if venues.len() > 1 { format!("{} {title}", exercise.venue_title) } else { title.to_string() }
}
