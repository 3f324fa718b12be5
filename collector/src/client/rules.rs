//! `assurance rules`, `assurance changes` and `frequent changes`: what is asked by rule, and who changed that when.

use super::Session;
use super::args::LevelWish;
use super::assurance::read_level;
use super::call::Failure;
use super::meetings::written;
use super::table::table;
use super::words::Words;
use crate::api::assurance::dto::{AssuranceRules, NewAssuranceRules};
use crate::api::roll_call::RollCallDepth;
use crate::api::warnings::dto::{RuleChange, RuleChanges};

impl Session {
    /// Shows what each level asks for, once what is wished is changed.
    pub(super) async fn level_rules(&self, level: Option<&str>, wish: LevelWish) -> Result<bool, Failure> {
        let mut rules: AssuranceRules = self.server.get("assurance/rules").await?;
        if let (Some(level), Some(person)) = (level.map(read_level), wish.person) {
            for rule in rules.levels.iter_mut().filter(|rule| rule.level == level) {
                rule.check_every_s = wish.check_every_s.unwrap_or(rule.check_every_s);
                rule.roll_calls_a_day = wish.roll_calls.unwrap_or(rule.roll_calls_a_day);
                rule.extra_staff = wish.extra_staff.unwrap_or(rule.extra_staff);
                rule.depth = match wish.depth.as_deref() {
                    Some("present") => RollCallDepth::Present,
                    Some("ready") => RollCallDepth::Ready,
                    // The command line takes no other words.
                    _ => rule.depth,
                };
            }
            let wanted = NewAssuranceRules { levels: rules.levels, person };
            let body = serde_json::to_vec(&wanted).unwrap_or_default();
            rules = self.server.put("assurance/rules", "application/json", body).await?;
        }
        self.tell(&rules, || levels(self.words, &rules))?;
        Ok(true)
    }

    /// Who changed rules of a kind when.
    pub(super) async fn rule_changes(&self, kind: &str) -> Result<bool, Failure> {
        let list: RuleChanges = self.server.get(&format!("rules/changes?kind={kind}&limit=500")).await?;
        self.tell(&list, || changes(self.words, &list))?;
        Ok(true)
    }
}

fn levels(words: Words, rules: &AssuranceRules) -> String {
    let heading = ["级别", "检查频次", "每日点名", "点名深度", "增派人员"];
    let english = ["level", "checked", "roll calls a day", "depth", "extra staff"];
    let row = |rule: &crate::api::assurance::dto::LevelRule| {
        let every = match rule.check_every_s {
            0 => words.say("持续", "continuously").to_owned(),
            seconds => format!("{seconds} s"),
        };
        let depth = match rule.depth {
            RollCallDepth::Present => words.say("在线", "present"),
            RollCallDepth::Ready => words.say("就绪", "ready"),
            RollCallDepth::Proven => words.say("实证", "proven"),
        };
        let [calls, staff] = [rule.roll_calls_a_day, rule.extra_staff].map(|n| n.to_string());
        vec![rule.level.roman().to_owned(), every, calls, depth.to_owned(), staff]
    };
    let rows: Vec<_> = rules.levels.iter().map(row).collect();
    table(if words == Words::Chinese { &heading } else { &english }, &rows)
}

fn changes(words: Words, list: &RuleChanges) -> String {
    if list.items.is_empty() {
        return words.say("没有修改记录", "nobody has changed it").to_owned();
    }
    let heading = ["时间", "修改人", "修改内容"];
    let english = ["when", "who", "what"];
    let row = |change: &RuleChange| {
        let parts = change.parts.iter().map(|part| format!("{} {}→{}", named(words, &part.name), part.was, part.is));
        let parts: Vec<String> = parts.collect();
        vec![written(change.at_ms), change.person.clone(), parts.join("；")]
    };
    let rows: Vec<_> = list.items.iter().map(row).collect();
    table(if words == Words::Chinese { &heading } else { &english }, &rows)
}

/// A part of a rule, as people call it.
fn named(words: Words, name: &str) -> String {
    let (level, part) = name.split_once('.').map_or((None, name), |(level, part)| (Some(read_level(level)), part));
    let part = match part {
        "faults" => words.say("故障次数", "faults"),
        "days" => words.say("统计天数", "days"),
        "failed_tests" => words.say("联调异常次数", "failed joint tests"),
        "check_every_s" => words.say("检查间隔（秒）", "checked every (s)"),
        "roll_calls_a_day" => words.say("每日点名", "roll calls a day"),
        "depth" => words.say("点名深度", "depth"),
        "extra_staff" => words.say("增派人员", "extra staff"),
        other => other,
    };
    level.map_or_else(|| part.to_owned(), |level| format!("{}{} {part}", level.roman(), words.say("级", "")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::warnings::dto::RuleChangePart;
    use crate::rulings::Kind;

    #[test]
    fn a_change_is_told_with_what_it_said_before_and_by_whom() {
        let part =
            |name: &str, was: &str, is: &str| RuleChangePart { name: name.into(), was: was.into(), is: is.into() };
        let parts = vec![part("ii.depth", "present", "ready"), part("faults", "3", "5")];
        let change = RuleChange { at_ms: 1_790_000_000_000, person: "王五".into(), kind: Kind::Levels, parts };
        let list = RuleChanges { now_ms: 0, total: 1, items: vec![change] };
        let told = changes(Words::Chinese, &list);
        assert!(told.contains("王五") && told.contains("Ⅱ级 点名深度 present→ready；故障次数 3→5"), "{told}");
        assert!(changes(Words::English, &list).contains("Ⅱ depth present→ready；faults 3→5"));
        assert!(changes(Words::English, &RuleChanges { items: Vec::new(), ..list }).contains("nobody"));
    }
}
