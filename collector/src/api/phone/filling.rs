//! The phone page by which a village hands in its record of an inspection (填报): its manual items, each with how it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::id::VenueId;
use avow_shared::time::UnixMs;
use axum::http::StatusCode;
use axum::response::Response;

use super::page::{escaped, field, page};
use super::{Wrong, told};
use crate::api::inspection::run_of_venue;
use crate::api::{Shared, line};
use crate::client::Words;
use crate::command::{Command, Refusal};
use crate::inspection::{Filled, ItemResult, ManualItem, OfRecord, Remark, Run};
use crate::links::Link;

/// What was sent, by the names of the form's fields.
pub(super) type Sent = BTreeMap<String, String>;

/// The record that a link opens.
pub(super) struct Filling {
    run: Arc<Run>,
    venue: VenueId,
    name: String,
}

/// The record, as long as it may be filled in.
pub(super) async fn found(shared: &Shared, run: u64, venue: VenueId) -> Result<Filling, Wrong> {
    let run = run_of_venue(shared, run, venue).await.map_err(|problem| match problem.status {
        StatusCode::NOT_FOUND => Wrong::Gone,
        _ => Wrong::Failed,
    })?;
    let record = run.at(venue).map(|at| &run.records[at]).ok_or(Wrong::Gone)?;
    if !record.can_be_handed_in() {
        return Err(Wrong::HandedIn);
    }
    let view = shared.view.load();
    let name = view.venue(venue).map_or_else(|| venue.to_string(), |known| known.name().to_string());
    Ok(Filling { run, venue, name })
}

/// The form, empty but for what was filled in before.
pub(super) fn show(words: Words, filling: &Filling) -> Response {
    told(StatusCode::OK, &form(words, filling, None, &filling.before()))
}

/// Takes what was sent.
pub(super) async fn answer(shared: &Shared, words: Words, link: &Link, filling: &Filling, sent: &Sent) -> Response {
    let Some(word) = filling.word(sent, shared.now_ms()) else {
        let wrong = words.say(
            "请逐项选择结果，并填写姓名和电话。",
            "Choose a result for each item, and fill in name and telephone.",
        );
        return told(StatusCode::UNPROCESSABLE_ENTITY, &form(words, filling, Some(wrong), sent));
    };
    let id = link.id();
    match shared.answer(|reply| Command::HandInByLink { id, word, reply }).await {
        Some(Ok(())) => told(StatusCode::OK, &thanks(words, filling)),
        Some(Err(Refusal::NotFound(_))) => Wrong::Gone.told(words),
        Some(Err(Refusal::Conflict(_) | Refusal::Wrong(_))) => Wrong::HandedIn.told(words),
        Some(Err(Refusal::Failed(_))) | None => Wrong::Failed.told(words),
    }
}

/// What a person may choose, in the order of the form.
const RESULTS: [(&str, ItemResult); 4] = [
    ("normal", ItemResult::Normal),
    ("degraded", ItemResult::Degraded),
    ("abnormal", ItemResult::Abnormal),
    ("inapplicable", ItemResult::Inapplicable),
];

impl Filling {
    fn items(&self) -> &[ManualItem] {
        &self.run.ordered.work.manual
    }

    fn before(&self) -> Sent {
        let record = self.run.at(self.venue).map(|at| &self.run.records[at]);
        let mut sent = Sent::new();
        for filled in record.iter().flat_map(|record| &record.manual) {
            if let Some((word, _)) = RESULTS.iter().find(|(_, result)| *result == filled.result) {
                sent.insert(format!("r{}", filled.item), (*word).to_owned());
            }
            sent.insert(format!("n{}", filled.item), filled.note.to_string());
        }
        sent
    }

    /// What a person said of every item; none when it is not complete.
    fn word(&self, sent: &Sent, at_ms: UnixMs) -> Option<OfRecord> {
        let said = |name: &str, least: usize, most: usize| {
            line(name, sent.get(name).map_or("", String::as_str), least, most).ok()
        };
        let (person, telephone) = (said("person", 1, 64)?, said("telephone", 1, 64)?);
        let one = |at: usize| {
            let chosen = sent.get(&format!("r{at}"))?;
            let (_, result) = RESULTS.iter().find(|(word, _)| word == chosen)?;
            Some(Filled {
                item: u8::try_from(at).ok()?,
                result: *result,
                value: Box::default(),
                note: said(&format!("n{at}"), 0, 200)?,
                person: person.clone(),
                telephone: telephone.clone(),
                at_ms,
            })
        };
        let filled = (0..self.items().len()).map(one).collect::<Option<Vec<_>>>()?;
        let text = said("remark", 0, 200)?;
        let remark = (!text.is_empty()).then(|| Remark { text, person: person.clone(), at_ms });
        Some(OfRecord::HandIn { filled, remark, person })
    }
}

const fn title(words: Words) -> &'static str {
    words.say("巡检填报", "Inspection")
}

fn about(words: Words, filling: &Filling) -> String {
    let lines = [
        (words.say("巡检", "Inspection"), filling.run.ordered.title.to_string()),
        (words.say("会场", "Room"), filling.name.clone()),
    ];
    let one = |(what, text): &(&str, String)| {
        format!("<p><span class=\"k\">{what}{}</span>{}</p>", words.say("：", ": "), escaped(text))
    };
    lines.iter().map(one).collect()
}

fn form(words: Words, filling: &Filling, wrong: Option<&str>, sent: &Sent) -> String {
    let wrong = wrong.map(|wrong| format!("<p class=\"w\" role=\"alert\">{}</p>", escaped(wrong))).unwrap_or_default();
    let of = |name: &str| sent.get(name).map_or("", String::as_str);
    let names = [
        words.say("正常", "Sound"),
        words.say("劣化", "Degraded"),
        words.say("异常", "Faulty"),
        words.say("不适用", "Not applicable"),
    ];
    let item = |(at, item): (usize, &ManualItem)| {
        let chosen = of(&format!("r{at}"));
        let choice = |((value, _), name): (&(&str, ItemResult), &&str)| {
            let checked = if *value == chosen { " checked" } else { "" };
            format!("<label><input type=\"radio\" name=\"r{at}\" value=\"{value}\" required{checked}> {name}</label>")
        };
        let choices: String = RESULTS.iter().zip(&names).map(choice).collect();
        let note = field(&format!("n{at}"), "text", words.say("说明", "Remarks"), of(&format!("n{at}")), 200, "");
        let (title, standard) = (escaped(&item.title), escaped(&item.standard));
        format!("<fieldset><legend>{title}</legend><p class=\"k\">{standard}</p>{choices}{note}</fieldset>")
    };
    let items: String = filling.items().iter().enumerate().map(item).collect();
    let fields = [
        field("remark", "text", words.say("处理情况", "What was done"), of("remark"), 200, ""),
        field("person", "text", words.say("姓名（必填）", "Name (required)"), of("person"), 64, " required"),
        field("telephone", "tel", words.say("电话（必填）", "Telephone (required)"), of("telephone"), 64, " required"),
    ]
    .concat();
    let send = words.say("提交并上报", "Hand in");
    let once = words.say("每个链接只能提交一次。", "Each link can be sent once.");
    let body = format!(
        "{}{wrong}<form method=\"post\" action=\"\">{items}{fields}<p class=\"k\">{once}</p><button type=\"submit\">{send}</button></form>",
        about(words, filling)
    );
    page(words, title(words), &body)
}

fn thanks(words: Words, filling: &Filling) -> String {
    let text = words.say("✓ 已提交并上报，可以关闭本页。", "✓ The record is handed in. You can close this page.");
    page(words, title(words), &format!("{}<p role=\"status\"><strong>{text}</strong></p>", about(words, filling)))
}
