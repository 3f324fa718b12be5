//! What switching tests owe: put back before anything else uses the device, as soon as the interlock allows.
//!
//! A test that is interrupted by a meeting's beginning puts back at once: that takes a second, and nobody has got used to what is
//! shown. After a restart it is otherwise. Who began a meeting meanwhile saw what was shown, and either chose something
//! else, which is left alone, or meant it: then it would be the putting back that disturbs. So it waits for the meeting's
//! end, and HQ hears that it waits. The list of what may disturb binds tests, not the putting back of what was changed.

use avow_shared::interlock::Origin;
use avow_shared::outcome::Verdict;

use super::{Agent, Code, Decision, Effect, For, Run, What, against, decide};
use crate::clock::Now;
use crate::config::Exercise;
use crate::probe::switch::owed::Owed;
use crate::probe::switch::{NOT_RESTORED, drill};
use crate::words::Language;

/// A device that could not be set right may be starting, as the box did.
const AGAIN_AFTER_MS: u64 = 60_000;

/// A sink that has to be set right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Debt {
    /// The switch probe that can.
    at: usize,
    /// It is tried at this moment, monotonic milliseconds.
    next_ms: u64,
    /// HQ was told that it waits for the interlock.
    told: bool,
}

impl Agent {
    /// Takes in what an earlier life left on sinks. Comes back: what no probe of the configuration can put back, which is
    /// told once and to be forgotten.
    pub fn switched_begin(&mut self, owed: Vec<Owed>, now: Now) -> Vec<Owed> {
        let mut lost = Vec::new();
        for owed in owed {
            let puts_back = |exercise: &Exercise| exercise.work.switches().is_some_and(|setup| setup.owes(&owed));
            let at = self.config.exercises.iter().position(puts_back);
            let Owed { device, sink, before, told } = &owed;
            let shown = format!("切换测试被中断，输出 {sink} 可能停在 {told}（原为 {before}）");
            match at {
                Some(at) => {
                    let text = format!("{}：{shown}，即将恢复", self.switch_name(at));
                    self.happened(Code::SwitchInterrupted, &text, now);
                    self.debts.push(Debt { at, next_ms: now.mono_ms, told: false });
                }
                None => {
                    let text = format!("{device}：{shown}，配置中已无此探测项，请人工切回");
                    self.happened(Code::SwitchNotRestored, &text, now);
                    lost.push(owed);
                }
            }
        }
        lost
    }

    /// Puts back what is owed and may be.
    pub(super) fn put_back_due(&mut self, now: Now, effects: &mut Vec<Effect>) {
        for debt in 0..self.debts.len() {
            let Debt { at, next_ms, told } = self.debts[debt];
            if next_ms > now.mono_ms {
                continue;
            }
            let exercise = &self.config.exercises[at];
            let facts = self.facts(exercise, now).for_repair();
            match decide(&exercise.work, Origin::Schedule, &facts) {
                Decision::Go { .. } if self.schedule.try_start(at) => {
                    self.debts[debt].next_ms = u64::MAX;
                    self.start(Run::new(at, What::PutBack, For::Schedule), now, effects);
                }
                Decision::Go { .. } => {}
                Decision::Ask { wanted, .. } | Decision::No { wanted, .. } if !told => {
                    self.debts[debt].told = true;
                    let why = against(wanted, &facts).map_or("", |against| against.words(Language::Chinese));
                    let text = format!("{}：{why}，待允许后恢复", self.switch_name(at));
                    self.happened(Code::SwitchWaiting, &text, now);
                }
                Decision::Ask { .. } | Decision::No { .. } => {}
            }
        }
    }

    /// What a run of a switch probe means for what is owed.
    pub(super) fn switch_ended(&mut self, at: usize, verdict: &Verdict, now: Now) {
        if self.config.exercises[at].work.switches().is_none() {
            return;
        }
        let is_owed = match verdict {
            Verdict::Fail { finding } => [NOT_RESTORED, drill::NOT_RESTORED].contains(&finding.as_str()),
            Verdict::Pass | Verdict::Degraded { .. } => false,
            // Nothing is known, and what was owed still is.
            Verdict::Unknown { .. } => self.debts.iter().any(|debt| debt.at == at),
        };
        self.debts.retain(|debt| debt.at != at);
        if is_owed {
            self.debts.push(Debt { at, next_ms: now.mono_ms + AGAIN_AFTER_MS, told: false });
        }
    }

    /// Whether a device has a sink that must be set right first.
    pub(super) fn is_owed(&self, at: usize) -> bool {
        let device = |at: usize| &self.config.exercises[at].device_key;
        self.debts.iter().any(|debt| debt.at == at || device(debt.at).is_some() && device(debt.at) == device(at))
    }

    /// When something that is owed is tried again, monotonic milliseconds; what waits for the interlock has no moment.
    pub(super) fn debts_wake_ms(&self, now: Now) -> u64 {
        let next = self.debts.iter().map(|debt| debt.next_ms).filter(|next_ms| *next_ms > now.mono_ms);
        next.min().unwrap_or(u64::MAX)
    }

    fn switch_name(&self, at: usize) -> String {
        let exercise = &self.config.exercises[at];
        format!("{} {}", exercise.venue_title, exercise.title)
    }
}
