//! Relays that take the power from a device for a while: when one may, and how often. Pure; `switch` does it.
//!
//! Neither a person nor a schedule passes what stands here: never during a meeting or a call, never when it is not known
//! whether there is one, and never more often than so many times in any 24 hours that have really passed.
//!
//! What has really passed is known from a disciplined clock on both ends, or from the time that the agent itself lived
//! through. A clock that jumps, or a box that was off, gives no new day.

use std::collections::BTreeMap;

use avow_shared::interlock::{Disturbance, Facts, Origin, Permit, permit};
use avow_shared::outcome::Verdict;
use avow_shared::time::{ClockQuality, WallTime};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::clock::Now;
use crate::words::Language;

pub mod switch;

/// What a day is.
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
/// How much of its life an agent may forget in a crash, as long as it matters.
const REMEMBER_EVERY_MS: u64 = 60 * 60 * 1_000;

/// What binds one relay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `venue/relay`: under this its cycles are remembered.
    pub name: SmolStr,
    /// So many times in 24 hours.
    pub at_most_a_day: u8,
    /// When it acts by itself; none: only when a person says so.
    pub after: Option<After>,
}

/// When a relay acts by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    /// The exercise that has to fail.
    pub exercise: usize,
    /// For so long, in every single run.
    pub failing_ms: u64,
}

/// Who wants a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// A person on site.
    Person,
    /// Its probe has failed for long enough.
    Itself,
}

/// Why a relay does not switch; no confirmation passes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// A meeting or call is on, it is not known whether one is, or quiet hours keep it from acting by itself.
    Room {
        /// What the facts of the moment allow.
        allowed: Disturbance,
    },
    /// The clock was never set: nobody can tell whether a meeting should be on.
    Clock,
    /// It was switched as often as it may.
    Spent {
        /// So often in 24 hours.
        at_most_a_day: u8,
    },
    /// It is being switched.
    Running,
}

impl Refusal {
    /// In words.
    #[must_use]
    pub fn words(self, language: Language) -> String {
        let fixed = |chinese, english| language.pick(chinese, english).to_owned();
        match (self, language) {
            (Self::Room { allowed: Disturbance::None | Disturbance::Line }, _) => fixed(
                "现在有会议或无法确定是否在会：断电不可强行执行，会后再试",
                "a meeting is on, or nobody can tell: power is not cut whoever asks, try after it",
            ),
            (Self::Room { .. }, _) => fixed(
                "现在是静默时段或会场有人，不自动断电",
                "quiet hours, or people in the room: it does not act by itself",
            ),
            (Self::Clock, _) => fixed(
                "本机时钟未校准，无法确定是否在会：先校时（等待连通中心，或 timedatectl）",
                "the clock was never set, so nobody can tell of a meeting: set it first (reach HQ, or timedatectl)",
            ),
            (Self::Spent { at_most_a_day }, Language::Chinese) => {
                format!("24 小时内已断电 {at_most_a_day} 次，到达上限：请到现场检查设备，或修改 at_most_a_day")
            }
            (Self::Spent { at_most_a_day }, Language::English) => {
                format!(
                    "cycled {at_most_a_day} times in 24 hours, as often as it may: see the device on site, or change at_most_a_day"
                )
            }
            (Self::Running, _) => fixed("正在断电重启中", "it is being cycled now"),
        }
    }
}

/// One time that power was cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cycle {
    /// When, by the clock of then.
    pub at: WallTime,
    /// When, by the life of the agent.
    pub lived_ms: u64,
    /// Who wanted it.
    pub by: By,
    /// Whether power came back as it should.
    pub over: bool,
    /// Whether HQ is told.
    pub told: bool,
}

/// What outlives a restart; written before a relay moves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// The time that agents have lived on this state folder, as far as it was written down.
    lived_ms: u64,
    /// When an earlier ledger was lost, by that life: for a day from then nothing is left.
    lost: Option<u64>,
    /// By relay, oldest first; those that no longer count are gone.
    cycles: BTreeMap<SmolStr, Vec<Cycle>>,
}

impl Ledger {
    /// One that was lost: nobody knows how often anything was switched today.
    #[must_use]
    pub fn spent() -> Self {
        Self { lost: Some(0), ..Self::default() }
    }
}

/// What is known of one relay while the agent runs.
#[derive(Clone, Copy, Debug, Default)]
struct Watch {
    failing_since_ms: Option<u64>,
    running: bool,
    refused: Option<Refusal>,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Relays {
    rules: Vec<Rule>,
    watches: Vec<Watch>,
    ledger: Ledger,
    /// The monotonic time of the beginning, and what was lived before.
    began_ms: u64,
    lived_before_ms: u64,
}

impl Relays {
    /// Begins with what an earlier life left.
    #[must_use]
    pub fn new(rules: Vec<Rule>, ledger: Ledger, now: Now) -> Self {
        let (watches, lived_before_ms) = (vec![Watch::default(); rules.len()], ledger.lived_ms);
        Self { rules, watches, ledger, began_ms: now.mono_ms, lived_before_ms }
    }

    /// Notes what an exercise found. Only a failure that is the whole story counts: whoever cannot tell has not failed.
    pub fn found(&mut self, exercise: usize, verdict: &Verdict, now: Now) {
        for (rule, watch) in self.rules.iter().zip(&mut self.watches) {
            if rule.after.is_some_and(|after| after.exercise == exercise) {
                if matches!(verdict, Verdict::Fail { .. }) {
                    watch.failing_since_ms.get_or_insert(now.mono_ms);
                } else {
                    (watch.failing_since_ms, watch.refused) = (None, None);
                }
            }
        }
    }

    /// The relays whose `exercise` has failed for long enough.
    #[must_use]
    pub fn due(&self, exercise: usize, now: Now) -> Vec<usize> {
        let is_due = |at: &usize| {
            let since = self.watches[*at].failing_since_ms;
            let long = |after: After| since.is_some_and(|since| now.mono_ms.saturating_sub(since) >= after.failing_ms);
            self.rules[*at].after.is_some_and(|after| after.exercise == exercise && long(after))
        };
        (0..self.rules.len()).filter(is_due).collect()
    }

    /// Begins a cycle: what comes back must be written down before anything moves. `told` says that HQ hears of it now and
    /// not only from the next start.
    ///
    /// # Errors
    /// Why it must not be.
    pub fn begin(&mut self, at: usize, by: By, told: bool, facts: &Facts, now: Now) -> Result<Ledger, Refusal> {
        self.may(at, by, facts, now)?;
        self.forget_what_no_longer_counts(now);
        let cycle = Cycle { at: now.wall, lived_ms: self.lived_ms(now), by, over: false, told };
        self.ledger.cycles.entry(self.rules[at].name.clone()).or_default().push(cycle);
        // The device starts, and has to fail anew.
        self.watches[at] = Watch { running: true, ..Watch::default() };
        Ok(self.remembered(now))
    }

    /// Whether a relay may switch now.
    fn may(&self, at: usize, by: By, facts: &Facts, now: Now) -> Result<(), Refusal> {
        if self.watches[at].running {
            return Err(Refusal::Running);
        }
        // Both are asked as a schedule is, which nobody's word overrides. By itself it must also not be heard: a device
        // that starts may make a noise.
        let wanted = match by {
            By::Person => Disturbance::Picture,
            By::Itself => Disturbance::Sound,
        };
        match permit(wanted, Origin::Schedule, &Facts { occupied: facts.occupied, ..facts.for_person() }) {
            Permit::Granted => {}
            Permit::Overridden { allowed } | Permit::Ask { allowed } | Permit::Refused { allowed } => {
                return Err(Refusal::Room { allowed });
            }
        }
        if now.wall.quality == ClockQuality::Unset {
            return Err(Refusal::Clock);
        }
        let at_most_a_day = self.rules[at].at_most_a_day;
        if self.left(at, now) == 0 { Err(Refusal::Spent { at_most_a_day }) } else { Ok(()) }
    }

    /// A refusal that nobody waits for is news once.
    pub fn is_news(&mut self, at: usize, refusal: Refusal) -> bool {
        self.watches[at].refused.replace(refusal) != Some(refusal)
    }

    /// How often it may still switch now.
    #[must_use]
    pub fn left(&self, at: usize, now: Now) -> u8 {
        if self.ledger.lost.is_some_and(|lost| self.lived_ms(now).saturating_sub(lost) < DAY_MS) {
            return 0;
        }
        let cycles = self.ledger.cycles.get(&self.rules[at].name).map_or(&[][..], Vec::as_slice);
        let count = cycles.iter().filter(|cycle| self.counts(cycle, now)).count();
        self.rules[at].at_most_a_day.saturating_sub(u8::try_from(count).unwrap_or(u8::MAX))
    }

    /// A cycle is over, with power back or not.
    pub fn ended(&mut self, at: usize, power_is_back: bool, now: Now) -> Ledger {
        self.watches[at].running = false;
        if let Some(cycle) = self.ledger.cycles.get_mut(&self.rules[at].name).and_then(|cycles| cycles.last_mut()) {
            cycle.over = power_is_back;
        }
        self.remembered(now)
    }

    /// Power was given back at a start; whether it was missing since a cycle that nobody ended.
    pub fn restored(&mut self, at: usize) -> bool {
        let cycles = self.ledger.cycles.get_mut(&self.rules[at].name);
        cycles.into_iter().flatten().fold(false, |was, cycle| was | !std::mem::replace(&mut cycle.over, true))
    }

    /// What HQ was never told, in the order of relays, and is taken as told now.
    pub fn untold(&mut self) -> Vec<(usize, Cycle)> {
        let mut untold = Vec::new();
        for (at, rule) in self.rules.iter().enumerate() {
            for cycle in self.ledger.cycles.get_mut(&rule.name).into_iter().flatten() {
                if !std::mem::replace(&mut cycle.told, true) {
                    untold.push((at, cycle.clone()));
                }
            }
        }
        untold
    }

    /// What is to be written down now and then, as long as a cycle counts; none when that is not due.
    pub fn remember_if_due(&mut self, now: Now) -> Option<Ledger> {
        let is_due = self.lived_ms(now).saturating_sub(self.ledger.lived_ms) >= REMEMBER_EVERY_MS;
        let matters =
            self.ledger.lost.is_some() || self.ledger.cycles.values().flatten().any(|cycle| self.counts(cycle, now));
        (is_due && matters).then(|| self.remembered(now))
    }

    /// What is to be written down now.
    pub fn remembered(&mut self, now: Now) -> Ledger {
        self.ledger.lived_ms = self.lived_ms(now);
        self.ledger.clone()
    }

    const fn lived_ms(&self, now: Now) -> u64 {
        self.lived_before_ms.saturating_add(now.mono_ms.saturating_sub(self.began_ms))
    }

    fn counts(&self, cycle: &Cycle, now: Now) -> bool {
        let lived = self.lived_ms(now).saturating_sub(cycle.lived_ms) >= DAY_MS;
        let told = match (cycle.at.quality, now.wall.quality) {
            (ClockQuality::Synced { error_ms: then }, ClockQuality::Synced { error_ms: here }) => {
                let error = u64::from(then) + u64::from(here);
                now.wall.at_ms.saturating_sub(cycle.at.at_ms) >= DAY_MS.saturating_add(error)
            }
            _ => false,
        };
        !lived && !told
    }

    fn forget_what_no_longer_counts(&mut self, now: Now) {
        let mut cycles = std::mem::take(&mut self.ledger.cycles);
        for of_one in cycles.values_mut() {
            of_one.retain(|cycle| !cycle.told || self.counts(cycle, now));
        }
        cycles.retain(|_, of_one| !of_one.is_empty());
        // Who may switch again has lived through that day.
        self.ledger.lost = None;
        self.ledger.cycles = cycles;
    }
}

#[cfg(test)]
mod tests;
