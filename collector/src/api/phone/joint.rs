//! The phone page on which the person at an end of a joint test reads its form and confirms it.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;

use super::filling::Sent;
use super::page::{escaped, field, page};
use super::{Wrong, told};
use crate::api::obligations::name;
use crate::api::{Shared, line};
use crate::client::Words;
use crate::command::{Command, Refusal};
use crate::document::value::{Precision, Value};
use crate::links::Link;
use crate::obligations::{Conclusion, Confirmation, End, JointTest, Mark, Said, TestKind};

/// What a link asks somebody to confirm.
pub(super) struct Confirming {
    id: u64,
    test: Arc<JointTest>,
    end: End,
    name: String,
}

/// The test, as long as this end may confirm it.
pub(super) fn found(shared: &Shared, id: u64, end: End) -> Result<Confirming, Wrong> {
    let test = shared.books.obligations.load().get(id).cloned().ok_or(Wrong::Withdrawn)?;
    if test.withdrawn.is_some() {
        return Err(Wrong::Withdrawn);
    }
    if !test.waits_for_end(end) {
        return Err(Wrong::Confirmed);
    }
    let name = name(&shared.view.load(), test.subject);
    Ok(Confirming { id, test, end, name })
}

/// What is to be confirmed, and who does it.
pub(super) fn show(words: Words, confirming: &Confirming) -> Response {
    told(StatusCode::OK, &form(words, confirming, None, &Sent::new()))
}

/// Takes what was sent.
pub(super) async fn answer(
    shared: &Shared,
    words: Words,
    link: &Link,
    confirming: &Confirming,
    sent: &Sent,
) -> Response {
    let again = |of: &Confirming, status: StatusCode, wrong: &str| told(status, &form(words, of, Some(wrong), sent));
    let changed = words.say(
        "记录在您打开本页后有改动，请重新核对后再确认。",
        "The record was changed after you opened this page. Check it again before you confirm.",
    );
    let said = confirming.test.newest();
    if sent.get("of").map(String::as_str) != Some(print(&said).as_str()) {
        return again(confirming, StatusCode::CONFLICT, changed);
    }
    let of = |name: &str| line(name, sent.get(name).map_or("", String::as_str), 1, 64).ok();
    let (Some("yes"), Some(person), Some(telephone)) =
        (sent.get("true").map(String::as_str), of("person"), of("telephone"))
    else {
        let wrong =
            words.say("请勾选“情况属实”，并填写姓名和电话。", "Tick that it is true, and fill in name and telephone.");
        return again(confirming, StatusCode::UNPROCESSABLE_ENTITY, wrong);
    };
    let who = Confirmation { person, telephone: Some(telephone), at_ms: shared.now_ms(), by_link: true };
    let (id, said) = (link.id(), Box::new(said));
    match shared.answer(|reply| Command::ConfirmByLink { id, said, who, reply }).await {
        Some(Ok(())) => told(StatusCode::OK, &thanks(words, confirming)),
        Some(Err(Refusal::NotFound(_))) => Wrong::Withdrawn.told(words),
        Some(Err(Refusal::Conflict(_) | Refusal::Wrong(_))) => match found(shared, confirming.id, confirming.end) {
            Err(wrong) => wrong.told(words),
            Ok(now) if now.test.newest() != confirming.test.newest() => again(&now, StatusCode::CONFLICT, changed),
            Ok(now) => again(
                &now,
                StatusCode::CONFLICT,
                words.say(
                    "两端应由不同的人确认；同名的请填写不同的电话。",
                    "Two persons confirm the two ends; of one name they have different telephones.",
                ),
            ),
        },
        Some(Err(Refusal::Failed(_))) | None => Wrong::Failed.told(words),
    }
}

/// By which it is seen that what is confirmed is what was shown.
fn print(said: &Said) -> String {
    let bytes = postcard::to_allocvec(said).unwrap_or_default();
    avow_shared::hash::ContentHash::of(&bytes).to_string().chars().take(16).collect()
}

const fn title(words: Words) -> &'static str {
    words.say("联调确认", "Joint test")
}

/// The points of the form, in the order of [`Marks::all`](crate::obligations::Marks::all).
const POINTS: [(&str, &str); 10] = [
    ("本端→对端图像", "picture, ours to theirs"),
    ("本端→对端声音", "sound, ours to theirs"),
    ("对端→本端图像", "picture, theirs to ours"),
    ("对端→本端声音", "sound, theirs to ours"),
    ("本端发送辅流", "second stream, sent by us"),
    ("本端接收辅流", "second stream, received by us"),
    ("预置位", "presets"),
    ("发言席", "speaker's seat"),
    ("本端备份系统", "our backup system"),
    ("对端备份系统", "their backup system"),
];

const fn mark(words: Words, mark: Mark) -> Option<&'static str> {
    match mark {
        Mark::Untested => None,
        Mark::None => Some(words.say("无", "none")),
        Mark::Normal => Some(words.say("正常", "normal")),
        Mark::Fixed => Some(words.say("整改后正常", "put right")),
        Mark::Abnormal => Some(words.say("异常", "abnormal")),
    }
}

fn about(words: Words, confirming: &Confirming) -> String {
    let Said { kind, at_ms, note, sheet } = confirming.test.newest();
    let kind = match kind {
        TestKind::Monthly => words.say("月度联调", "monthly"),
        TestKind::Yearly => words.say("年度联调", "yearly"),
        TestKind::Meeting => words.say("会前联调", "before a meeting"),
        TestKind::Retest => words.say("整改复测", "retest"),
    };
    let end = match confirming.end {
        End::Near => words.say("本端（省级）", "ours, which called"),
        End::Far => words.say("对端（被联调方）", "theirs, which was called"),
    };
    let mut lines = vec![
        (words.say("联调对象", "Tested"), confirming.name.clone()),
        (words.say("类别", "Kind"), kind.to_owned()),
        (words.say("联调时间", "When"), Value::At { ms: at_ms, to: Precision::Minute }.to_string()),
        (words.say("确认的一端", "Your end"), end.to_owned()),
    ];
    if let Some(sheet) = sheet {
        let conclusion = match sheet.conclusion {
            Conclusion::Normal => words.say("正常", "normal"),
            Conclusion::Fixed => words.say("整改后正常", "put right"),
            Conclusion::Abnormal => words.say("异常", "abnormal"),
        };
        let tested = POINTS.iter().zip(sheet.marks.all());
        let tested =
            tested.filter_map(|((zh, en), found)| Some(format!("{} {}", words.say(zh, en), mark(words, found)?)));
        let tested: Vec<String> = tested.collect();
        lines.extend([
            (words.say("会议系统", "System"), sheet.system.to_string()),
            (words.say("网络", "Network"), sheet.network.to_string()),
            (words.say("测试项目", "Tested points"), tested.join(words.say("；", "; "))),
            (words.say("问题", "Problem"), sheet.problem.to_string()),
            (words.say("处理", "Handling"), sheet.handling.to_string()),
            (words.say("结论", "Conclusion"), conclusion.to_owned()),
        ]);
    }
    lines.push((words.say("说明", "Note"), note.to_string()));
    let lines = lines.iter().filter(|(_, text)| !text.is_empty());
    lines
        .map(|(what, text)| format!("<p><span class=\"k\">{what}{}</span>{}</p>", words.say("：", ": "), escaped(text)))
        .collect()
}

fn form(words: Words, confirming: &Confirming, wrong: Option<&str>, sent: &Sent) -> String {
    let wrong = wrong.map(|wrong| format!("<p class=\"w\" role=\"alert\">{}</p>", escaped(wrong))).unwrap_or_default();
    let of = |name: &str| sent.get(name).map_or("", String::as_str);
    let fields = [
        field("person", "text", words.say("姓名（必填）", "Name (required)"), of("person"), 64, " required"),
        field("telephone", "tel", words.say("电话（必填）", "Telephone (required)"), of("telephone"), 64, " required"),
    ]
    .concat();
    let yes = words.say("以上情况属实", "What stands above is true");
    let once = words.say(
        "与实际不符的，请不要确认，电话告知值班室更正。每个链接只能提交一次。",
        "If something is not as it was, do not confirm: call the duty office. Each link can be sent once.",
    );
    let (send, print) = (words.say("确认", "Confirm"), print(&confirming.test.newest()));
    let body = format!(
        "{}{wrong}<form method=\"post\" action=\"\"><input type=\"hidden\" name=\"of\" value=\"{print}\">\
         <label><input type=\"checkbox\" name=\"true\" value=\"yes\" required> {yes}</label>{fields}\
         <p class=\"k\">{once}</p><button type=\"submit\">{send}</button></form>",
        about(words, confirming)
    );
    page(words, title(words), &body)
}

fn thanks(words: Words, confirming: &Confirming) -> String {
    let text = words.say("✓ 已确认，可以关闭本页。", "✓ It is confirmed. You can close this page.");
    page(words, title(words), &format!("{}<p role=\"status\"><strong>{text}</strong></p>", about(words, confirming)))
}
