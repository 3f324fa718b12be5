//! The agent's relays: what makes them act, who is told.

use avow_shared::outcome::Verdict;

use super::{Agent, Code, Effect, Memory, Reply};
use crate::bus::Trouble;
use crate::clock::Now;
use crate::config::{self, Config, Relay};
use crate::relay::switch::Failed;
use crate::relay::{By, Cycle, Ledger, Relays, Rule};

/// What binds the relays of a configuration.
#[must_use]
pub fn rules(config: &Config) -> Vec<Rule> {
    config.relays.iter().map(|relay| relay.rule.clone()).collect()
}

impl Agent {
    /// Takes in what an earlier life left, after all power was given back at this start; `given` says by relay how that
    /// went. What comes back is to be remembered.
    pub fn relays_begin(&mut self, ledger: Ledger, given: &[Result<(), Trouble>], now: Now) -> Ledger {
        self.relays = Relays::new(rules(&self.config), ledger, now);
        for (at, Cycle { at: when, .. }) in self.relays.untold() {
            let text = format!("{}：代理未运行时现场人员要求断电重启", self.relay_name(at));
            self.happened_at(when, Code::RelayCycled, &text, now);
        }
        for (at, given) in given.iter().enumerate() {
            let name = self.relay_name(at);
            match given {
                Ok(()) if self.relays.restored(at) => {
                    self.happened(Code::RelayRestored, &format!("{name}：上次断电被中断，启动时已恢复供电"), now);
                }
                Ok(()) => {}
                Err(trouble) => {
                    self.happened(Code::RelayFailed, &format!("{name}：启动时无法确认供电：{trouble}"), now)
                }
            }
        }
        self.relays.remembered(now)
    }

    /// An exercise has found something: perhaps for long enough.
    pub(super) fn relays_hear(&mut self, exercise: usize, verdict: &Verdict, now: Now, effects: &mut Vec<Effect>) {
        self.relays.found(exercise, verdict, now);
        for at in self.relays.due(exercise, now) {
            let facts = self.room_facts(self.config.relays[at].venue, now);
            match self.relays.begin(at, By::Itself, true, &facts, now) {
                Ok(ledger) => {
                    let minutes = self.relay(at).rule.after.map_or(0, |after| after.failing_ms / 60_000);
                    let why = format!("{} 连续故障 {minutes} 分钟以上", self.config.exercises[exercise].title);
                    self.cycle(at, &why, ledger, now, effects);
                }
                Err(refusal) if self.relays.is_news(at, refusal) => {
                    let why = refusal.words(crate::words::Language::Chinese);
                    self.happened(Code::RelayRefused, &format!("{}：未自动断电：{why}", self.relay_name(at)), now);
                }
                Err(_) => {}
            }
        }
        if let Some(ledger) = self.relays.remember_if_due(now) {
            effects.push(Effect::Remember(Memory::Relays(ledger)));
        }
    }

    /// A person wants a cycle; he hears when it is over.
    pub(super) fn relay_wanted(
        &mut self,
        caller: u64,
        name: &str,
        now: Now,
        effects: &mut Vec<Effect>,
    ) -> Option<Reply> {
        let Some(at) = config::relay(&self.config.relays, name) else {
            return Some(Reply::Wrong { why: format!("没有继电器 '{name}' / there is no relay '{name}'") });
        };
        if self.stopping {
            return Some(Reply::Busy {});
        }
        let facts = self.room_facts(self.config.relays[at].venue, now);
        match self.relays.begin(at, By::Person, true, &facts, now) {
            Ok(ledger) => {
                self.relay_callers.insert(at, caller);
                self.cycle(at, "现场人员要求", ledger, now, effects);
                None
            }
            Err(why) => Some(Reply::Refused { why }),
        }
    }

    fn cycle(&mut self, at: usize, why: &str, ledger: Ledger, now: Now, effects: &mut Vec<Effect>) {
        let (name, off, left) = (self.relay_name(at), self.relay(at).wiring.off.as_secs(), self.relays.left(at, now));
        let text = format!("{name}：{why}，断电 {off} 秒；24 小时内还可 {left} 次");
        tracing::warn!(relay = %self.relay(at).rule.name, %text, "power is cut");
        self.happened(Code::RelayCycled, &text, now);
        effects.push(Effect::Cycle { relay: at, ledger });
    }

    pub(super) fn cycled(&mut self, at: usize, ended: Result<(), Failed>, now: Now, effects: &mut Vec<Effect>) {
        let ledger = self.relays.ended(at, !matches!(ended, Err(Failed::NotBack(_))), now);
        effects.push(Effect::Remember(Memory::Relays(ledger)));
        let name = self.relay_name(at);
        match &ended {
            Ok(()) => self.happened(Code::RelayRestored, &format!("{name}：已恢复供电"), now),
            Err(failed) => self.happened(Code::RelayFailed, &format!("{name}：{failed}"), now),
        }
        if let Some(caller) = self.relay_callers.remove(&at) {
            let failed = ended.err().map(|failed| failed.to_string());
            effects.push(Effect::Reply { caller, reply: Reply::Cycled { failed, left: self.relays.left(at, now) } });
        }
    }

    fn relay(&self, at: usize) -> &Relay {
        &self.config.relays[at]
    }

    fn relay_name(&self, at: usize) -> String {
        let relay = self.relay(at);
        format!("{} {}", relay.venue_title, relay.title)
    }
}
