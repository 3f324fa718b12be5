//! `assurance`: responses by level and place, and approvals of changes while nothing may be changed.

use super::Session;
use super::args::AssuranceAction;
use super::call::Failure;
use super::meetings::{moment, written};
use super::table::table;
use super::words::Words;
use crate::api::assurance::dto::{
    ApprovalItem, AssuranceAnswer, Ending, NewApproval, NewResponse, ResponseItem, ResponseState,
};
use crate::assurance::Level;

impl Session {
    pub(super) async fn assurance(&self, action: Option<AssuranceAction>) -> Result<bool, Failure> {
        let item: ResponseItem = match action {
            None | Some(AssuranceAction::List) => {
                let answer: AssuranceAnswer = self.server.get("assurance").await?;
                self.tell(&answer, || all(self.words, &answer))?;
                return Ok(true);
            }
            Some(AssuranceAction::Approve { subject, what, until, person }) => {
                let new = NewApproval { subject, what, person, reason: None, until_ms: moment(&until)? };
                let body = serde_json::to_vec(&new).unwrap_or_default();
                let given: ApprovalItem = self.server.post("assurance/approvals", "application/json", body).await?;
                self.tell(&given, || approvals(self.words, std::slice::from_ref(&given)))?;
                return Ok(true);
            }
            Some(AssuranceAction::End { id, person, note }) => {
                let body = serde_json::to_vec(&Ending { person, note: Some(note) }).unwrap_or_default();
                self.server.post(&format!("assurance/{id}/end"), "application/json", body).await?
            }
            Some(AssuranceAction::Start {
                title,
                level,
                places,
                authority,
                document,
                hazard,
                to,
                freeze,
                approver,
                person,
            }) => {
                let new = NewResponse {
                    title,
                    hazard: Some(hazard),
                    level: read_level(&level),
                    authority,
                    document: Some(document),
                    places,
                    from_ms: None,
                    to_ms: to.as_deref().map(moment).transpose()?,
                    freeze,
                    approver,
                    person,
                    note: None,
                };
                let body = serde_json::to_vec(&new).unwrap_or_default();
                self.server.post("assurance", "application/json", body).await?
            }
        };
        self.tell(&item, || responses(self.words, std::slice::from_ref(&item)))?;
        Ok(true)
    }
}

/// The command line takes no other words.
fn read_level(word: &str) -> Level {
    match word {
        "i" => Level::I,
        "ii" => Level::Ii,
        "iii" => Level::Iii,
        _ => Level::Iv,
    }
}

fn all(words: Words, answer: &AssuranceAnswer) -> String {
    if answer.responses.is_empty() && answer.approvals.is_empty() {
        return words.say("没有应急响应", "assurance is as usual").to_owned();
    }
    let mut text = responses(words, &answer.responses);
    if !answer.approvals.is_empty() {
        text.push('\n');
        text.push_str(&approvals(words, &answer.approvals));
    }
    text
}

fn responses(words: Words, items: &[ResponseItem]) -> String {
    let heading = ["编号", "级别", "名称", "范围", "状态", "开始", "结束", "封网", "检查频次"];
    let english = ["number", "level", "title", "places", "state", "from", "to", "freeze", "checked"];
    let row = |item: &ResponseItem| {
        let state = match item.state {
            ResponseState::On => words.say("生效中", "in force"),
            ResponseState::Ahead => words.say("待生效", "to come"),
            ResponseState::Ended => words.say("已终止", "over"),
        };
        let freeze = if item.freeze { words.say("是", "yes") } else { words.say("否", "no") };
        let every = match item.check_every_s {
            0 => words.say("持续", "continuously").to_owned(),
            seconds => format!("{} s", seconds),
        };
        let over = item.ended_ms.or(item.to_ms).map_or_else(|| "—".to_owned(), written);
        let names = item.names.join(" ");
        let texts = [item.level.roman(), &item.title, &names, state].map(str::to_owned);
        let [level, title, places, state] = texts;
        vec![item.id.to_string(), level, title, places, state, written(item.from_ms), over, freeze.to_owned(), every]
    };
    let rows: Vec<_> = items.iter().map(row).collect();
    table(if words == Words::Chinese { &heading } else { &english }, &rows)
}

fn approvals(words: Words, items: &[ApprovalItem]) -> String {
    let heading = ["编号", "会场或地区", "事项", "批准人", "有效至", "有效"];
    let english = ["number", "where", "what", "approved by", "until", "in force"];
    let row = |item: &ApprovalItem| {
        let on = if item.on { words.say("是", "yes") } else { words.say("否", "no") };
        let ApprovalItem { name, what, person, .. } = item;
        let [name, what, person] = [name, what, person].map(Clone::clone);
        vec![item.id.to_string(), name, what, person, written(item.until_ms), on.to_owned()]
    };
    let rows: Vec<_> = items.iter().map(row).collect();
    table(if words == Words::Chinese { &heading } else { &english }, &rows)
}
