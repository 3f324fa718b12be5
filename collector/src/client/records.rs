//! `roll-call list|show|report|sign|cancel|link`: the calls that were called, and their records.

use super::args::{RollCallAction, ScheduleAction};
use super::call::{Failure, escape};
use super::file::Of;
use super::table::table;
use super::words::Words;
use super::{JSON, Session, meetings, roll_call};
use crate::api::documents::DocumentItem;
use crate::api::links::{MadeLink, NewLink};
use crate::api::roll_call::record::NewSignOff;
use crate::api::roll_call::{EndRollCall, RollCallItem, RollCallList};
use crate::roll_call::Kind;

/// A kind by its word.
pub(super) fn kind(word: &str) -> Option<Kind> {
    [Kind::Duty, Kind::BeforeMeeting, Kind::SpotCheck, Kind::Emergency].into_iter().find(|kind| kind.word() == word)
}

impl Session {
    pub(super) async fn calls(&self, action: RollCallAction) -> Result<bool, Failure> {
        match action {
            RollCallAction::List { limit } => {
                let list: RollCallList = self.server.get(&format!("roll-calls?limit={limit}")).await?;
                self.tell(&list, || list_text(self.words, &list))?;
                Ok(true)
            }
            RollCallAction::Show { id } => {
                let done = roll_call::read(&self.server, id).await?;
                self.tell(&done.json(), || roll_call::show(self.words, &done))?;
                Ok(done.is_complete())
            }
            RollCallAction::Report { id, saved } => {
                let of = Of {
                    report: format!("roll-calls/{id}/report"),
                    editions: Some(format!("roll-calls/{id}/editions")),
                    stem: format!("roll-call-{id}"),
                };
                self.save_document(of, &saved).await
            }
            RollCallAction::Cancel { id, by, reason } => {
                let body = serde_json::to_vec(&EndRollCall { by, reason }).unwrap_or_default();
                self.server.post_response(&format!("roll-calls/{id}/end"), JSON, body.into()).await?;
                self.tell(&serde_json::json!({ "cancelled": id }), || {
                    self.words.say("已提前结束", "ended").to_owned()
                })?;
                Ok(true)
            }
            RollCallAction::Sign { id, by, notice, reason } => {
                let new = NewSignOff { by, notice, kind: None, reason };
                let body = serde_json::to_vec(&new).unwrap_or_default();
                let item: DocumentItem = self.server.post(&format!("roll-calls/{id}/sign"), JSON, body).await?;
                self.tell(&item, || signed(self.words, &item))?;
                Ok(true)
            }
            RollCallAction::Verify(verify) => self.verify(verify).await,
            RollCallAction::Link { id, venue, by } => {
                let body = serde_json::to_vec(&NewLink { by }).unwrap_or_default();
                let path = format!("roll-calls/{id}/venues/{}/link", escape(&venue));
                let made: MadeLink = self.server.post(&path, JSON, body).await?;
                self.tell(&made, || format!("{}{}", self.server.base(), made.path))?;
                Ok(true)
            }
            RollCallAction::Schedules { action } => self.schedules(action.unwrap_or(ScheduleAction::List)).await,
        }
    }
}

pub(super) fn signed(words: Words, item: &DocumentItem) -> String {
    match words {
        Words::Chinese => format!("已签发 第 {} 版  {}  {}", item.edition, item.by, item.name),
        Words::English => format!("signed off  edition {}  {}  {}", item.edition, item.by, item.name),
    }
}

fn list_text(words: Words, list: &RollCallList) -> String {
    if list.items.is_empty() {
        return words.say("没有点名记录", "no roll calls").to_owned();
    }
    let row = |item: &RollCallItem| {
        let kind = match item.kind {
            Kind::Duty => words.say("值班点名", "duty"),
            Kind::BeforeMeeting => words.say("会前点名", "before a meeting"),
            Kind::SpotCheck => words.say("抽查", "spot check"),
            Kind::Emergency => words.say("应急连线", "emergency"),
        };
        let state = match (item.edition, item.ended_ms) {
            (0, None) => words.say("进行中", "open").to_owned(),
            (0, Some(_)) => words.say("未签发", "not signed").to_owned(),
            (edition, _) => match words {
                Words::Chinese => format!("已签发 第 {edition} 版"),
                Words::English => format!("signed, edition {edition}"),
            },
        };
        let rate = item.rate.map_or_else(|| "—".to_owned(), |rate| format!("{:.1}%", rate * 100.0));
        let by =
            item.schedule.as_ref().map_or_else(|| item.operator.clone(), |schedule| format!("⏱ {}", schedule.name));
        vec![
            item.id.to_string(),
            meetings::written(item.given_ms),
            kind.to_owned(),
            item.title.clone(),
            by,
            item.tally.expected.to_string(),
            rate,
            state,
        ]
    };
    let rows: Vec<_> = list.items.iter().map(row).collect();
    let heading = ["编号", "时间", "类别", "名称", "发起", "应点", "应答率", "记录"];
    let english = ["number", "time", "kind", "title", "by", "expected", "rate", "record"];
    table(if words == Words::Chinese { &heading } else { &english }, &rows)
}
