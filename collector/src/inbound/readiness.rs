//! Whether a room can answer, and if not, why and what is the shortest way out.

use avow_shared::id::FindingCode;
use avow_shared::outcome::Verdict;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Call, Need, Progress, StepNo, Unasked, What};

/// In which way a room can answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// With what is used every day.
    Main,
    /// 备用方式应答: something stands in for what does not work.
    Backup,
}

/// The shortest way out of a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Use what this step found to work.
    UseBackup(StepNo),
    /// What the book of findings says of this.
    Finding(FindingCode),
    /// Nothing at the room can be asked until this is put right.
    Box(Unasked),
    /// Nobody can tell from here: somebody looks, or is called, and says how it is.
    Look,
}

/// A step that keeps the room from answering as it does every day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which.
    pub step: StepNo,
    /// What is missing for it.
    pub need: Need,
    /// What to do, the shortest first.
    pub remedy: Remedy,
}

/// How a room stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readiness {
    /// Whether it can answer, and how.
    pub ready: Option<Way>,
    /// What is needed and not yet known.
    pub open: Vec<Need>,
    /// What is needed and the room has no check for: nobody here knows of it, ready or not.
    pub unchecked: Vec<Need>,
    /// What is wrong: first what a backup helps against, then what is found, then what keeps the box from being asked, then what nobody can tell.
    pub faults: Vec<Fault>,
}

/// How it is with a step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Works,
    Not,
    NotYet,
}

fn known(progress: &Progress) -> Known {
    match progress {
        Progress::Waiting | Progress::Running { .. } => Known::NotYet,
        // What works with a limit of quality exceeded is heard and seen: it answers.
        Progress::Checked { verdict: Verdict::Pass | Verdict::Degraded { .. }, .. } => Known::Works,
        Progress::Said { works: true, .. } => Known::Works,
        Progress::Unasked { .. } | Progress::Checked { .. } | Progress::Said { .. } => Known::Not,
    }
}

impl Call {
    /// Whether the room can answer now: all that it needs works, or something that works stands in for it. What the room
    /// has no check for is nothing that it waits for; but a room of which neither the line nor the picture is known, and one
    /// without any check, is never ready by itself: nobody knows whether it would be seen at all.
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        let mut readiness = Readiness::default();
        let (mut way, mut is_seen) = (Some(Way::Main), false);
        for need in Need::ALL {
            let of_need = || (0..).zip(&self.steps).filter(move |(_, (step, _))| step.what == What::Main(need));
            let all: Vec<(StepNo, Known)> = of_need().map(|(no, (_, progress))| (no, known(progress))).collect();
            if all.is_empty() {
                readiness.unchecked.push(need);
            } else {
                is_seen |= matches!(need, Need::Line | Need::Picture);
            }
            let is = |wanted: Known| all.iter().any(|(_, known)| *known == wanted);
            let backup = self.backup_of(need);
            if is(Known::NotYet) {
                readiness.open.push(need);
            }
            if is(Known::Not) || is(Known::NotYet) {
                way = way.and(backup.map(|_| Way::Backup));
            }
            let bad = all.iter().filter(|(_, known)| *known == Known::Not);
            readiness.faults.extend(bad.map(|(no, _)| Fault { step: *no, need, remedy: self.remedy(*no, backup) }));
        }
        readiness.faults.sort_by_key(|fault| match fault.remedy {
            Remedy::UseBackup(_) => 0,
            Remedy::Finding(_) => 1,
            Remedy::Box(_) => 2,
            Remedy::Look => 3,
        });
        readiness.ready = way.filter(|_| is_seen);
        readiness
    }

    /// The first step that found something to work that stands in.
    fn backup_of(&self, need: Need) -> Option<StepNo> {
        let stands_in = (0..)
            .zip(&self.steps)
            .find(|(_, (step, progress))| step.what == What::Backup(Some(need)) && known(progress) == Known::Works);
        stands_in.map(|(no, _)| no)
    }

    fn remedy(&self, no: StepNo, backup: Option<StepNo>) -> Remedy {
        let known = match self.steps.get(usize::from(no)) {
            Some((_, Progress::Checked { verdict, .. })) => verdict.finding().cloned().map(Remedy::Finding),
            Some((_, Progress::Unasked { why, .. })) => Some(Remedy::Box(*why)),
            _ => None,
        };
        backup.map(Remedy::UseBackup).or(known).unwrap_or(Remedy::Look)
    }
}
