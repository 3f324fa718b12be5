//! `joint-tests`: joint tests and their form.

use super::Session;
use super::args::JointTestAction;
use super::call::{Failure, escape};
use super::meetings::written;
use super::table::table;
use super::words::Words;
use crate::api::MOST_ROWS;
use crate::api::obligations::dto::{JointTestItem, JointTestList, NewConfirmation, NewJointTest};
use crate::obligations::TestKind;

impl Session {
    pub(super) async fn joint_tests(&self, action: Option<JointTestAction>) -> Result<bool, Failure> {
        let question = |subject: Option<&str>| subject.map(|subject| format!("subject={}", escape(subject)));
        match action.unwrap_or(JointTestAction::List { subject: None }) {
            JointTestAction::List { subject } => {
                let of = question(subject.as_deref()).map(|of| format!("&{of}")).unwrap_or_default();
                let list: JointTestList = self.server.get(&format!("joint-tests?limit={MOST_ROWS}{of}")).await?;
                self.tell(&list, || text(self.words, &list.items))?;
            }
            JointTestAction::Add { subject, kind, near, far, note } => {
                let by = |person: Option<String>| person.map(|person| NewConfirmation { person, telephone: None });
                let (near, far, kind) = (by(near), by(far), read_kind(&kind));
                let new = NewJointTest { subject, kind, at_ms: None, note: Some(note), near, far };
                let body = serde_json::to_vec(&new).unwrap_or_default();
                let item: JointTestItem = self.server.post("joint-tests", "application/json", body).await?;
                self.tell(&item, || text(self.words, std::slice::from_ref(&item)))?;
            }
            JointTestAction::Export { file, form, subject } => {
                let of = question(subject.as_deref()).map(|of| format!("?{of}")).unwrap_or_default();
                return self.save_document(&format!("joint-tests/report{of}"), form.as_deref(), &file).await;
            }
        }
        Ok(true)
    }
}

/// The command line takes no other words.
fn read_kind(word: &str) -> TestKind {
    match word {
        "yearly" => TestKind::Yearly,
        "meeting" => TestKind::Meeting,
        "retest" => TestKind::Retest,
        _ => TestKind::Monthly,
    }
}

fn text(words: Words, items: &[JointTestItem]) -> String {
    if items.is_empty() {
        return words.say("没有联调记录", "no joint tests").to_owned();
    }
    let heading = ["编号", "县或会场", "名称", "类别", "时间", "本端", "对端", "计入"];
    let english = ["number", "subject", "name", "kind", "when", "our end", "their end", "counts"];
    let row = |item: &JointTestItem| {
        let kind = match item.kind {
            TestKind::Monthly => words.say("月度", "monthly"),
            TestKind::Yearly => words.say("年度", "yearly"),
            TestKind::Meeting => words.say("会前", "meeting"),
            TestKind::Retest => words.say("复测", "retest"),
        };
        let counts = match (&item.withdrawn, item.counts) {
            (Some(_), _) => words.say("已撤销", "withdrawn"),
            (None, true) => words.say("是", "yes"),
            (None, false) => words.say("待确认", "not yet"),
        };
        let [near, far] = [&item.near, &item.far].map(|who| who.as_ref().map_or("—", |who| &who.person));
        let texts = [item.subject.as_str(), item.name.as_str(), kind, near, far, counts].map(str::to_owned);
        let [subject, name, kind, near, far, counts] = texts;
        vec![item.id.to_string(), subject, name, kind, written(item.at_ms), near, far, counts]
    };
    let rows: Vec<_> = items.iter().map(row).collect();
    table(if words == Words::Chinese { &heading } else { &english }, &rows)
}
