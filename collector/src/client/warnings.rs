//! `warnings` and `frequent`: what will go wrong, and what goes wrong often.

use super::Session;
use super::args::{FrequentAction, WarningAction};
use super::call::{Failure, escape};
use super::meetings::{moment, written};
use super::table::table;
use super::words::Words;
use crate::api::MOST_ROWS;
use crate::api::rectify::dto::RectifyAnswer;
use crate::api::warnings::dto::{
    FrequentItem, FrequentList, KeptFrequentRule, NewFrequentRule, RectifyWarning, WarningItem, WarningList,
};

impl Session {
    pub(super) async fn warnings(&self, action: Option<WarningAction>) -> Result<bool, Failure> {
        match action.unwrap_or(WarningAction::List { place: None }) {
            WarningAction::List { place } => {
                let list: WarningList = self.server.get(&listed("warnings", place.as_deref())).await?;
                self.tell(&list, || warnings(self.words, &list))?;
            }
            WarningAction::Rectify { venue, probe, value, unit, due, advice, person } => {
                let due_ms = due.as_deref().map(moment).transpose()?;
                let of = RectifyWarning { venue, probe, value, unit, due_ms, advice, person };
                let body = serde_json::to_vec(&of).unwrap_or_default();
                let matter: RectifyAnswer = self.server.post("warnings/rectify", "application/json", body).await?;
                self.tell(&matter, || super::rectify::one(self.words, &matter))?;
            }
        }
        Ok(true)
    }

    pub(super) async fn frequent(&self, action: Option<FrequentAction>) -> Result<bool, Failure> {
        match action.unwrap_or(FrequentAction::List { place: None }) {
            FrequentAction::List { place } => {
                let list: FrequentList = self.server.get(&listed("frequent", place.as_deref())).await?;
                self.tell(&list, || frequent(self.words, &list))?;
            }
            FrequentAction::Changes => return self.rule_changes("frequent").await,
            FrequentAction::Rule { faults, days, failed_tests, person } => {
                let mut kept: KeptFrequentRule = self.server.get("frequent/rule").await?;
                if let Some(person) = person {
                    let new = NewFrequentRule {
                        faults: faults.unwrap_or(kept.faults),
                        days: days.unwrap_or(kept.days),
                        failed_tests: failed_tests.unwrap_or(kept.failed_tests),
                        person,
                    };
                    let body = serde_json::to_vec(&new).unwrap_or_default();
                    kept = self.server.put("frequent/rule", "application/json", body).await?;
                }
                self.tell(&kept, || rule(self.words, &kept))?;
            }
        }
        Ok(true)
    }
}

fn listed(of: &str, place: Option<&str>) -> String {
    let place = place.map(|place| format!("&place={}", escape(place))).unwrap_or_default();
    format!("{of}?limit={MOST_ROWS}{place}")
}

fn warnings(words: Words, list: &WarningList) -> String {
    if list.items.is_empty() {
        return words.say("没有预警", "nothing drifts towards its limit").to_owned();
    }
    let heading = ["会场", "名称", "检测项", "指标", "现值", "限值", "每日变化", "预计越限"];
    let english = ["venue", "name", "probe", "value", "now", "limit", "a day", "reached"];
    let row = |item: &WarningItem| {
        let WarningItem { venue, name, probe, value, unit, .. } = item;
        let [venue, name, probe, value] = [venue, name, probe, value].map(Clone::clone);
        let number = |number: f64| format!("{number:.2} {unit}");
        let (now, limit, a_day) = (number(item.now), number(item.limit), number(item.slope_per_day));
        vec![venue, name, probe, value, now, limit, a_day, written(item.crosses_ms)]
    };
    let rows: Vec<_> = list.items.iter().map(row).collect();
    let text = table(if words == Words::Chinese { &heading } else { &english }, &rows);
    match list.left_out {
        0 => text,
        more => format!("{text}\n{} {more}", words.say("越限更晚而未列出的：", "arrive later and are not listed:")),
    }
}

fn frequent(words: Words, list: &FrequentList) -> String {
    if list.items.is_empty() {
        return words.say("没有高频会场", "no venue fails often").to_owned();
    }
    let heading = ["会场", "名称", "故障", "联调异常", "最近"];
    let english = ["venue", "name", "faults", "failed joint tests", "last"];
    let row = |item: &FrequentItem| {
        let last = item.last_ms.map_or_else(|| "—".to_owned(), written);
        vec![item.venue.clone(), item.name.clone(), item.faults.to_string(), item.failed_tests.to_string(), last]
    };
    let rows: Vec<_> = list.items.iter().map(row).collect();
    table(if words == Words::Chinese { &heading } else { &english }, &rows)
}

fn rule(words: Words, kept: &KeptFrequentRule) -> String {
    let heading = ["故障", "天数", "联调异常", "修改人", "修改时间"];
    let english = ["faults", "days", "failed joint tests", "changed by", "changed"];
    let by = kept.changed_by.clone().unwrap_or_else(|| "—".to_owned());
    let at = kept.changed_ms.map_or_else(|| "—".to_owned(), written);
    let row = vec![kept.faults.to_string(), kept.days.to_string(), kept.failed_tests.to_string(), by, at];
    table(if words == Words::Chinese { &heading } else { &english }, &[row])
}
