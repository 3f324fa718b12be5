//! `rectify`: what is to be put right, and how far it is.

use super::Session;
use super::args::{RectifyAction, RectifyFilter, RectifyStep};
use super::call::{Failure, escape};
use super::file::Of;
use super::meetings::{moment, written};
use super::table::table;
use super::words::Words;
use crate::api::MOST_ROWS;
use crate::api::rectify::dto::{
    NewRectify, NewRectifyStep, RectifyAnswer, RectifyItem, RectifyList, Source, SourceKind, StepKind,
};

impl Session {
    pub(super) async fn rectify(&self, action: Option<RectifyAction>) -> Result<bool, Failure> {
        let answer: RectifyAnswer = match action {
            None => return self.list_matters(&RectifyFilter::default(), true).await,
            Some(RectifyAction::List(filter)) => return self.list_matters(&filter, false).await,
            Some(RectifyAction::Export { saved, filter }) => {
                let report = format!("rectifications/export?{}", question(&filter)).trim_end_matches('?').to_owned();
                let of = Of { report, editions: None, stem: "rectifications".to_owned() };
                return self.save_document(of, &saved).await;
            }
            Some(RectifyAction::Show { id }) => self.server.get(&format!("rectifications/{id}")).await?,
            Some(RectifyAction::Open { subject, problem, advice, unit, due, person }) => {
                let due_ms = moment(&due)?;
                let (advice, item, origin, note) = (Some(advice), None, None, None);
                let new = NewRectify { subject, item, problem, advice, unit, due_ms, person, origin, note };
                let body = serde_json::to_vec(&new).unwrap_or_default();
                self.server.post("rectifications", "application/json", body).await?
            }
            Some(RectifyAction::Fix(step)) => self.step(step, StepKind::Fixed, None).await?,
            Some(RectifyAction::Close(step)) => self.step(step, StepKind::Closed, None).await?,
            Some(RectifyAction::Reopen(step)) => self.step(step, StepKind::Reopened, None).await?,
            Some(RectifyAction::Retest { step, failed, joint_test }) => {
                let proof = joint_test.map(|id| Source { kind: SourceKind::JointTest, id: Some(id) });
                self.step(step, StepKind::Retested, Some((!failed, proof))).await?
            }
        };
        self.tell(&answer, || one(self.words, &answer))?;
        Ok(true)
    }

    async fn step(
        &self,
        said: RectifyStep,
        step: StepKind,
        test: Option<(bool, Option<Source>)>,
    ) -> Result<RectifyAnswer, Failure> {
        let RectifyStep { id, person, note } = said;
        let new = NewRectifyStep {
            step,
            person,
            note: Some(note),
            advice: None,
            unit: None,
            due_ms: None,
            passed: test.map(|(passed, _)| passed),
            proof: test.and_then(|(_, proof)| proof),
            tested_ms: None,
        };
        let body = serde_json::to_vec(&new).unwrap_or_default();
        self.server.post(&format!("rectifications/{id}/steps"), "application/json", body).await
    }

    /// Page after page; what changes meanwhile may be missed or told twice, which is harmless for people.
    async fn list_matters(&self, filter: &RectifyFilter, only_open: bool) -> Result<bool, Failure> {
        let path = |offset: usize| format!("rectifications?{}&limit={MOST_ROWS}&offset={offset}", question(filter));
        let mut all: RectifyList = self.server.get(&path(0)).await?;
        while all.items.len() < all.total {
            let next: RectifyList = self.server.get(&path(all.items.len())).await?;
            if next.items.is_empty() {
                break;
            }
            all.items.extend(next.items);
        }
        if only_open {
            all.items.retain(|item| item.state != crate::rectify::State::Closed);
            all.total = all.items.len();
        }
        self.tell(&all, || list(self.words, &all))?;
        Ok(true)
    }
}

fn question(filter: &RectifyFilter) -> String {
    let RectifyFilter { state, overdue, place, unit } = filter;
    let asked = [("state", state), ("place", place), ("unit", unit)];
    let asked = asked.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", escape(value.as_deref()?))));
    asked.chain(overdue.then(|| "overdue=true".to_owned())).collect::<Vec<_>>().join("&")
}

fn state(words: Words, item: &RectifyItem) -> String {
    let state = match words {
        Words::Chinese => item.state.chinese(),
        Words::English => match item.state {
            crate::rectify::State::Open => "open",
            crate::rectify::State::Fixed => "to be re-tested",
            crate::rectify::State::Passed => "to be closed",
            crate::rectify::State::Closed => "closed",
        },
    };
    if item.overdue { format!("{state}{}", words.say("（逾期）", " (overdue)")) } else { state.to_owned() }
}

fn list(words: Words, list: &RectifyList) -> String {
    if list.items.is_empty() {
        return words.say("没有整改事项", "nothing is to be put right").to_owned();
    }
    let heading = ["编号", "会场", "名称", "问题", "责任单位", "期限", "状态"];
    let english = ["number", "venue", "name", "problem", "unit", "due", "state"];
    let row = |item: &RectifyItem| {
        let RectifyItem { id, subject, name, problem, unit, due_ms, .. } = item;
        let texts = [subject, name, problem, unit].map(Clone::clone);
        let [subject, name, problem, unit] = texts;
        vec![id.to_string(), subject, name, problem, unit, written(*due_ms), state(words, item)]
    };
    let rows: Vec<_> = list.items.iter().map(row).collect();
    table(if words == Words::Chinese { &heading } else { &english }, &rows)
}

const fn step(words: Words, kind: StepKind) -> &'static str {
    match kind {
        StepKind::Opened => words.say("立项", "opened"),
        StepKind::Changed => words.say("变更", "changed"),
        StepKind::Fixed => words.say("整改完成", "put right"),
        StepKind::Retested => words.say("复测", "tested again"),
        StepKind::Closed => words.say("销号", "closed"),
        StepKind::Reopened => words.say("重新打开", "reopened"),
    }
}

pub(super) fn one(words: Words, answer: &RectifyAnswer) -> String {
    let head = RectifyList {
        now_ms: answer.now_ms,
        sums: crate::api::rectify::dto::RectifySums::default(),
        units: Vec::new(),
        total: 1,
        items: vec![answer.item.clone()],
    };
    let row = |entry: &crate::api::rectify::dto::RectifyStep| {
        let passed =
            entry.passed.map(|passed| if passed { words.say("通过", "passed") } else { words.say("不通过", "failed") });
        let said = format!(
            "{}{}",
            step(words, entry.step),
            passed.map(|said| format!("{}{said}", words.say("：", ": "))).unwrap_or_default()
        );
        vec![written(entry.at_ms), entry.person.clone(), said, entry.note.clone()]
    };
    let rows: Vec<_> = answer.history.iter().map(row).collect();
    let heading = ["时间", "人员", "步骤", "说明"];
    let english = ["when", "who", "what", "note"];
    let history = table(if words == Words::Chinese { &heading } else { &english }, &rows);
    format!("{}\n{history}", list(words, &head))
}
