//! What is looked at when a room is called, and in which order: what is needed and soon known first, what cannot go on at the
//! same time one after the other.

use avow_shared::backup::{Kind, Path};
use avow_shared::id::ProbeId;
use avow_shared::venue::{Probe, Venue};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Progress, StepNo};

/// So many checks go on at once: an agent runs no more media programs.
pub const MOST_AT_ONCE: usize = 6;
/// What is needed comes so many times sooner than what is good to know.
const NEEDED_FIRST: u64 = 4;

/// Without which a room cannot answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// The line to the caller's system.
    Line,
    /// The camera at its preset.
    Preset,
    /// The microphone.
    Microphone,
    /// The picture.
    Picture,
}

impl Need {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Line, Self::Preset, Self::Microphone, Self::Picture];
}

/// What a step looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// What is used every day.
    Main(Need),
    /// What stands in for that; none: for something that an answer does not need.
    Backup(Option<Need>),
}

/// What only one step at a time may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lane {
    /// Nothing: it goes with all others.
    Free,
    /// The cameras and what they show: a picture that is looked at while a camera turns says nothing.
    Sight,
    /// The sound in the room: two signals at once spoil each other.
    Sound,
}

/// A check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What it looks at.
    pub what: What,
    /// By which probe of the room.
    pub probe: ProbeId,
    /// What it needs for itself.
    pub lane: Lane,
    /// How long it usually takes.
    pub about_ms: u64,
    /// Whether it waits until all steps of [`Need::Preset`] have ended: what a camera shows before is not what will be seen.
    pub after_preset: bool,
}

/// The steps of a room as its agent describes it, with its backup paths. A probe that says nothing of what a call needs is
/// left out.
#[must_use]
pub fn steps_of(venue: &Venue, paths: &[Path]) -> Vec<Step> {
    let main = venue.probes.iter().filter(|probe| !is_of(paths, probe)).filter_map(main_step);
    let backup = venue.probes.iter().filter_map(|probe| backup_step(paths, probe));
    main.chain(backup).collect()
}

/// Whether a probe is about a backup path alone.
fn is_of(paths: &[Path], probe: &Probe) -> bool {
    paths.iter().any(|path| path.accusers.contains(&probe.id))
}

fn main_step(probe: &Probe) -> Option<Step> {
    let need = match probe.kind.as_str() {
        "line" | "tcp" | "stamp" => Need::Line,
        "camera" => Need::Preset,
        "sound" | "listen" => Need::Microphone,
        "picture" => Need::Picture,
        _ => return None,
    };
    Some(step(What::Main(need), probe))
}

fn backup_step(paths: &[Path], probe: &Probe) -> Option<Step> {
    // A drill takes the main way away, and a run of two needs another room: neither is for a room that is to answer now.
    if matches!(probe.kind.as_str(), "drill" | "switch" | "mouth-to-ear") {
        return None;
    }
    let path = paths.iter().find(|path| path.accusers.contains(&probe.id))?;
    let stands_for = match path.kind {
        Kind::Line | Kind::Terminal | Kind::Platform => Some(Need::Line),
        Kind::Microphone => Some(Need::Microphone),
        Kind::Ups | Kind::Other => None,
    };
    Some(step(What::Backup(stands_for), probe))
}

fn step(what: What, probe: &Probe) -> Step {
    let (lane, about_ms) = match probe.kind.as_str() {
        "camera" => (Lane::Sight, 12_000),
        "picture" => (Lane::Sight, 6_000),
        "sound" => (Lane::Sound, 8_000),
        "listen" => (Lane::Sound, 4_000),
        "line" | "tcp" | "stamp" => (Lane::Free, 3_000),
        _ => (Lane::Free, 10_000),
    };
    Step { what, probe: probe.id.clone(), lane, about_ms, after_preset: matches!(what, What::Main(Need::Picture)) }
}

/// The steps that can begin now, in the order in which they are to begin.
pub(super) fn runnable(steps: &[(Step, Progress)]) -> Vec<StepNo> {
    let is_running = |progress: &Progress| matches!(progress, Progress::Running { .. });
    let is_open = |progress: &Progress| matches!(progress, Progress::Waiting | Progress::Running { .. });
    let preset_open = steps.iter().any(|(step, progress)| step.what == What::Main(Need::Preset) && is_open(progress));
    let mut running: Vec<Lane> =
        steps.iter().filter(|(_, progress)| is_running(progress)).map(|(step, _)| step.lane).collect();
    let mut waiting: Vec<(StepNo, &Step)> = (0..)
        .zip(steps)
        .filter(|(_, (_, progress))| *progress == Progress::Waiting)
        .map(|(no, (step, _))| (no, step))
        .collect();
    waiting.sort_by_key(|(no, step)| (rank(step, steps), *no));
    let mut begun = Vec::new();
    for (no, step) in waiting {
        let is_taken = step.lane != Lane::Free && running.contains(&step.lane);
        if running.len() < MOST_AT_ONCE && !is_taken && !(step.after_preset && preset_open) {
            running.push(step.lane);
            begun.push(no);
        }
    }
    begun
}

/// The smaller the sooner: by time for each thing that is learnt (Smith's rule), where what is needed weighs more, and what
/// others wait for counts with the first of them.
fn rank(step: &Step, steps: &[(Step, Progress)]) -> u64 {
    let own = |step: &Step| {
        let weight = if matches!(step.what, What::Main(_)) { NEEDED_FIRST } else { 1 };
        (step.about_ms, weight)
    };
    let (mut time, mut weight) = own(step);
    if step.what == What::Main(Need::Preset)
        && let Some((behind, _)) = steps.iter().find(|(other, _)| other.after_preset)
    {
        let (behind_ms, behind_weight) = own(behind);
        (time, weight) = (time.saturating_add(behind_ms), weight + behind_weight);
    }
    time.saturating_mul(1_000) / weight
}
