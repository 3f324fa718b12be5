//! `joint-tests`: joint tests and their form.

use super::Session;
use super::args::{JointTestAction, TestForm};
use super::call::{Failure, escape};
use super::file::Of;
use super::meetings::{moment, written};
use super::records::signed;
use super::table::table;
use super::words::Words;
use crate::api::MOST_ROWS;
use crate::api::documents::DocumentItem;
use crate::api::links::{MadeLink, NewLink};
use crate::api::obligations::dto::{
    EndConfirmation, JointTestItem, JointTestList, NewConfirmation, NewJointTest, NewWithdrawal, TestCorrecting,
    TestEdition, TestSheet,
};
use crate::api::sealing::NewSeal;
use crate::obligations::{Conclusion, End, Mark, Marks, TestKind};

impl Session {
    pub(super) async fn joint_tests(&self, action: Option<JointTestAction>) -> Result<bool, Failure> {
        let question = |subject: Option<&str>| subject.map(|subject| format!("subject={}", escape(subject)));
        match action.unwrap_or(JointTestAction::List { subject: None, waiting: None }) {
            JointTestAction::List { subject, waiting } => {
                let of = question(subject.as_deref()).map(|of| format!("&{of}")).unwrap_or_default();
                let of = of + &waiting.map(|waits| format!("&waiting={waits}")).unwrap_or_default();
                let list: JointTestList = self.server.get(&format!("joint-tests?limit={MOST_ROWS}{of}")).await?;
                self.tell(&list, || text(self.words, &list.items))?;
            }
            JointTestAction::Add { subject, kind, near, far, near_phone, far_phone, note, sheet } => {
                let by = |person: Option<String>, telephone| person.map(|person| NewConfirmation { person, telephone });
                let (near, far, kind) = (by(near, near_phone), by(far, far_phone), read_kind(&kind));
                let new = NewJointTest {
                    subject,
                    kind,
                    at_ms: None,
                    note: Some(note),
                    near,
                    far,
                    sheet: read_sheet(*sheet)?,
                    run: None,
                };
                self.changed("joint-tests", &new).await?;
            }
            JointTestAction::Propose { run, subject, kind } => {
                let kind = read_kind(&kind);
                let (at_ms, note, near, far, sheet) = (None, None, None, None, None);
                let new = NewJointTest { subject, kind, at_ms, note, near, far, sheet, run: Some(run) };
                self.changed("joint-tests", &new).await?;
            }
            JointTestAction::Confirm { id, end, by, phone } => {
                let said = EndConfirmation { end: read_end(&end), person: by, telephone: phone };
                self.changed(&format!("joint-tests/{id}/confirm"), &said).await?;
            }
            JointTestAction::Link { id, end, by } => {
                let body = serde_json::to_vec(&NewLink { by }).unwrap_or_default();
                let made: MadeLink =
                    self.server.post(&format!("joint-tests/{id}/{end}/link"), "application/json", body).await?;
                self.tell(&made, || format!("{}{}", self.server.base(), made.path))?;
            }
            JointTestAction::Correct { id, by, reason, end, phone, kind, at, note, sheet } => {
                let said = TestCorrecting {
                    person: by,
                    reason,
                    end: end.as_deref().map(read_end),
                    telephone: phone,
                    kind: kind.as_deref().map(read_kind),
                    at_ms: at.as_deref().map(moment).transpose()?,
                    note,
                    sheet: read_sheet(*sheet)?,
                };
                self.changed(&format!("joint-tests/{id}/correct"), &said).await?;
            }
            JointTestAction::Withdraw { id, by, reason } => {
                let said = NewWithdrawal { person: by, reason };
                self.changed(&format!("joint-tests/{id}/withdraw"), &said).await?;
            }
            JointTestAction::Sign { month, by, reason } => {
                let body = serde_json::to_vec(&NewSeal { by, reason }).unwrap_or_default();
                let path = format!("joint-tests/months/{}/sign", escape(&month));
                let item: DocumentItem = self.server.post(&path, "application/json", body).await?;
                self.tell(&item, || signed(self.words, &item))?;
            }
            JointTestAction::Export { saved, month: Some(month), .. } => {
                let path = format!("joint-tests/months/{}", escape(&month));
                let (report, editions) = (format!("{path}/report"), Some(format!("{path}/editions")));
                return self.save_document(Of { report, editions, stem: format!("joint-tests-{month}") }, &saved).await;
            }
            JointTestAction::Export { saved, subject, month: None } => {
                let of = question(subject.as_deref()).map(|of| format!("?{of}")).unwrap_or_default();
                let of =
                    Of { report: format!("joint-tests/report{of}"), editions: None, stem: "joint-tests".to_owned() };
                return self.save_document(of, &saved).await;
            }
        }
        Ok(true)
    }

    /// Sends a change of a joint test and tells what became of it.
    async fn changed(&self, path: &str, said: &impl serde::Serialize) -> Result<(), Failure> {
        let body = serde_json::to_vec(said).unwrap_or_default();
        let item: JointTestItem = self.server.post(path, "application/json", body).await?;
        self.tell(&item, || text(self.words, std::slice::from_ref(&item)))
    }
}

/// The command line takes no other words.
fn read_end(word: &str) -> End {
    if word == "far" { End::Far } else { End::Near }
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

/// A point of the form and what was found of it.
pub(crate) fn mark(text: &str) -> Result<(String, Mark), String> {
    let wrong = || format!("'{text}': a point and what was found, such as sound-in=normal, is expected");
    let (point, found) = text.split_once('=').ok_or_else(wrong)?;
    let found = match found {
        "untested" => Mark::Untested,
        "normal" => Mark::Normal,
        "fixed" => Mark::Fixed,
        "abnormal" => Mark::Abnormal,
        "none" => Mark::None,
        _ => return Err(wrong()),
    };
    place(&mut Marks::default(), point).ok_or_else(wrong)?;
    Ok((point.to_owned(), found))
}

fn place<'a>(marks: &'a mut Marks, point: &str) -> Option<&'a mut Mark> {
    Some(match point {
        "picture-out" => &mut marks.picture_out,
        "sound-out" => &mut marks.sound_out,
        "picture-in" => &mut marks.picture_in,
        "sound-in" => &mut marks.sound_in,
        "aux-out" => &mut marks.aux_out,
        "aux-in" => &mut marks.aux_in,
        "presets" => &mut marks.presets,
        "speaker" => &mut marks.speaker,
        "backup-near" => &mut marks.backup_near,
        "backup-far" => &mut marks.backup_far,
        _ => return None,
    })
}

fn read_sheet(form: TestForm) -> Result<Option<TestSheet>, Failure> {
    let TestForm { conclusion, marks: said, system, network, joined, problem, handling } = form;
    let Some(conclusion) = conclusion else { return Ok(None) };
    let conclusion = match conclusion.as_str() {
        "abnormal" => Conclusion::Abnormal,
        "fixed" => Conclusion::Fixed,
        _ => Conclusion::Normal,
    };
    let mut marks = Marks::default();
    for (point, found) in said {
        place(&mut marks, &point).into_iter().for_each(|mark| *mark = found);
    }
    let joined_ms = joined.as_deref().map(moment).transpose()?;
    Ok(Some(TestSheet { system, network, joined_ms, marks, problem, handling, conclusion }))
}

/// Whose word a correction waits for.
fn pending(words: Words, correction: &TestEdition) -> String {
    let ends = [(&correction.near, words.say("本端", "our end")), (&correction.far, words.say("对端", "their end"))];
    let waits: Vec<&str> = ends.into_iter().filter(|(who, _)| who.is_none()).map(|(_, end)| end).collect();
    match words {
        Words::Chinese => format!("（第 {} 版待{}确认）", correction.edition, waits.join("、")),
        Words::English => format!("(edition {} waits for {})", correction.edition, waits.join(" and ")),
    }
}

fn text(words: Words, items: &[JointTestItem]) -> String {
    if items.is_empty() {
        return words.say("没有联调记录", "no joint tests").to_owned();
    }
    let heading = ["编号", "县或会场", "名称", "类别", "时间", "本端", "对端", "计入", "结论", "版次"];
    let english =
        ["number", "subject", "name", "kind", "when", "our end", "their end", "counts", "conclusion", "edition"];
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
        let conclusion = match item.sheet.as_ref().map(|sheet| sheet.conclusion) {
            None => "—",
            Some(Conclusion::Normal) => words.say("正常", "normal"),
            Some(Conclusion::Fixed) => words.say("整改后正常", "put right"),
            Some(Conclusion::Abnormal) => words.say("异常", "abnormal"),
        };
        let [near, far] = [&item.near, &item.far].map(|who| who.as_ref().map_or("—", |who| &who.person));
        let texts = [item.subject.as_str(), item.name.as_str(), kind, near, far, counts].map(str::to_owned);
        let [subject, name, kind, near, far, counts] = texts;
        let edition = match &item.correction {
            None => item.edition.to_string(),
            Some(correction) => format!("{} {}", item.edition, pending(words, correction)),
        };
        let conclusion = conclusion.to_owned();
        vec![item.id.to_string(), subject, name, kind, written(item.at_ms), near, far, counts, conclusion, edition]
    };
    let rows: Vec<_> = items.iter().map(row).collect();
    table(if words == Words::Chinese { &heading } else { &english }, &rows)
}
