//! `assurance`: responses by level and place, and approvals of changes while nothing may be changed.

use super::Session;
use super::args::AssuranceAction;
use super::call::{Failure, escape};
use super::file::Of;
use super::meetings::{moment, written};
use super::records::signed;
use super::table::table;
use super::words::Words;
use crate::api::assurance::dto::{
    ApprovalItem, AssuranceAnswer, AssuranceStaff, Ending, NewApproval, NewAssuranceStaff, NewResponse, ResponseItem,
    ResponseState, StaffItem,
};
use crate::api::documents::DocumentItem;
use crate::api::sealing::NewSeal;
use crate::assurance::Level;

impl Session {
    pub(super) async fn assurance(&self, action: Option<AssuranceAction>) -> Result<bool, Failure> {
        let item: ResponseItem = match action {
            None | Some(AssuranceAction::List) => {
                let answer: AssuranceAnswer = self.server.get("assurance").await?;
                self.tell(&answer, || all(self.words, &answer))?;
                return Ok(true);
            }
            Some(AssuranceAction::Rules { level, wish }) => return self.level_rules(level.as_deref(), wish).await,
            Some(AssuranceAction::Changes) => return self.rule_changes("levels").await,
            Some(AssuranceAction::Revoke { id, person }) => {
                let body = serde_json::to_vec(&Ending { person, note: None }).unwrap_or_default();
                let path = format!("assurance/approvals/{id}/revoke");
                let taken: ApprovalItem = self.server.post(&path, "application/json", body).await?;
                self.tell(&taken, || approvals(self.words, std::slice::from_ref(&taken)))?;
                return Ok(true);
            }
            Some(AssuranceAction::Approve { subject, what, until, person, reason }) => {
                let new = NewApproval { subject, what, person, reason, until_ms: moment(&until)? };
                let body = serde_json::to_vec(&new).unwrap_or_default();
                let given: ApprovalItem = self.server.post("assurance/approvals", "application/json", body).await?;
                self.tell(&given, || approvals(self.words, std::slice::from_ref(&given)))?;
                return Ok(true);
            }
            Some(AssuranceAction::Staff { level, staff, person }) => {
                let mut all: AssuranceStaff = self.server.get("assurance/staff").await?;
                if let (Some(level), Some(person)) = (level, person) {
                    let level = read_level(&level);
                    for of in all.levels.iter_mut().filter(|of| of.level == level) {
                        of.staff = staff.iter().map(|said| on_duty(said)).collect();
                    }
                    let wanted = NewAssuranceStaff { levels: all.levels, person };
                    let body = serde_json::to_vec(&wanted).unwrap_or_default();
                    all = self.server.put("assurance/staff", "application/json", body).await?;
                }
                self.tell(&all, || called_in(self.words, &all))?;
                return Ok(true);
            }
            Some(AssuranceAction::Report { id, day, saved }) => {
                let stem =
                    day.as_ref().map_or_else(|| format!("assurance-{id}"), |day| format!("assurance-{id}-{day}"));
                let day = day.map(|day| format!("?day={}", escape(&day))).unwrap_or_default();
                let path = format!("assurance/{id}/report");
                let (report, editions) = (format!("{path}{day}"), Some(format!("{path}/editions{day}")));
                return self.save_document(Of { report, editions, stem }, &saved).await;
            }
            Some(AssuranceAction::Sign { id, day, by, reason }) => {
                let day = day.map(|day| format!("?day={}", escape(&day))).unwrap_or_default();
                let body = serde_json::to_vec(&NewSeal { by, reason }).unwrap_or_default();
                let path = format!("assurance/{id}/report/sign{day}");
                let item: DocumentItem = self.server.post(&path, "application/json", body).await?;
                self.tell(&item, || signed(self.words, &item))?;
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
                staff,
                person,
            }) => {
                let staff: Vec<StaffItem> = staff.iter().map(|said| on_duty(said)).collect();
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
                    staff: Some(staff).filter(|staff| !staff.is_empty()),
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

/// A person as the command line writes one: name, telephone, post.
fn on_duty(said: &str) -> StaffItem {
    let mut parts = said.splitn(3, [',', '，']).map(|part| part.trim().to_owned());
    let mut next = || parts.next().unwrap_or_default();
    StaffItem { name: next(), telephone: next(), post: next() }
}

fn called_in(words: Words, all: &AssuranceStaff) -> String {
    let heading = ["级别", "姓名", "电话", "岗位"];
    let english = ["level", "name", "telephone", "post"];
    let row = |level: Level, StaffItem { name, telephone, post }: &StaffItem| {
        vec![level.roman().to_owned(), name.clone(), telephone.clone(), post.clone()]
    };
    let rows: Vec<_> = all.levels.iter().flat_map(|of| of.staff.iter().map(|one| row(of.level, one))).collect();
    if rows.is_empty() {
        return words.say("没有登记值守人员", "nobody is called in").to_owned();
    }
    table(if words == Words::Chinese { &heading } else { &english }, &rows)
}

/// The command line takes no other words.
pub(super) fn read_level(word: &str) -> Level {
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
    let heading = ["编号", "级别", "名称", "范围", "状态", "开始", "结束", "封网", "检查频次", "下次点名", "值守"];
    let english =
        ["number", "level", "title", "places", "state", "from", "to", "freeze", "checked", "next roll call", "on duty"];
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
        let next = item.roll_calls.as_ref().and_then(|calls| calls.next_ms).map_or_else(|| "—".to_owned(), written);
        let staff: Vec<&str> = item.staff.iter().map(|one| one.name.as_str()).collect();
        let (from, freeze, staff) = (written(item.from_ms), freeze.to_owned(), staff.join(" "));
        vec![item.id.to_string(), level, title, places, state, from, over, freeze, every, next, staff]
    };
    let rows: Vec<_> = items.iter().map(row).collect();
    let mut text = table(if words == Words::Chinese { &heading } else { &english }, &rows);
    for item in items.iter().filter(|item| item.untold > 0) {
        let says =
            words.say("个会场的终端版本较旧，收不到封网", "venues have older boxes, which hear nothing of the freeze");
        text.push_str(&format!("\n{} {}: {} {says}", item.id, item.title, item.untold));
    }
    text
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
