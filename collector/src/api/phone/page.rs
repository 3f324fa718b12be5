//! The words and the markup of the phone page: pure. Plain enough for the browser of a phone that is ten years old.

use avow_shared::time::UnixMs;

use crate::calendar::{DAY_MS, UTC8_MS};
use crate::client::Words;
use crate::document::text::escape;

const STYLE: &str = "body{margin:0;padding:16px;font:18px/1.5 sans-serif;color:#111;background:#fff;max-width:32em}\
    h1{font-size:24px;margin:0 0 8px}p{margin:0 0 12px}.k{color:#444}\
    fieldset{border:1px solid #666;border-radius:6px;margin:0 0 16px;padding:8px 12px}\
    label{display:block;padding:10px 0}input[type=radio]{width:22px;height:22px;margin:0 6px 0 0;vertical-align:-4px}\
    input[type=text],input[type=tel]{display:block;width:100%;box-sizing:border-box;\
    font-size:18px;padding:10px;border:1px solid #666;border-radius:6px}:focus{outline:3px solid #0b5cad;outline-offset:2px}\
    button{display:block;width:100%;font-size:20px;padding:14px;border:0;border-radius:6px;color:#fff;background:#0b5cad}\
    .w{border:2px solid #b00020;border-radius:6px;padding:8px 12px}";

/// What is called, and whom it is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shown {
    /// What people call the roll call; may be empty.
    pub(super) title: String,
    /// The room.
    pub(super) venue: String,
    /// The unit that it answers for; may be empty.
    pub(super) unit: String,
    /// Until when an answer is on time.
    pub(super) until_ms: UnixMs,
}

/// What was sent, to be shown again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// `both`, `no-sound`, `no-picture` or `backup`.
    pub(super) state: String,
    /// Who answers.
    pub(super) person: String,
    /// His number.
    pub(super) telephone: String,
    /// What else.
    pub(super) note: String,
}

pub(super) fn escaped(text: &str) -> String {
    let mut into = String::with_capacity(text.len());
    escape(&mut into, text);
    into
}

const fn title(words: Words) -> &'static str {
    words.say("视频点名应答", "Roll call")
}

/// The frame of every page.
pub(super) fn page(words: Words, title: &str, body: &str) -> String {
    let language = words.say("zh-CN", "en");
    format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
         <title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1>{body}</body></html>\n"
    )
}

fn about(words: Words, shown: &Shown) -> String {
    let seconds = (shown.until_ms + UTC8_MS) % DAY_MS / 1_000;
    let time = format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let lines = [
        (words.say("点名", "Roll call"), shown.title.as_str()),
        (words.say("会场", "Room"), &shown.venue),
        (words.say("单位", "Unit"), &shown.unit),
        (words.say("应答截止", "Answer before"), &time),
    ];
    let lines = lines.iter().filter(|(_, text)| !text.is_empty());
    lines
        .map(|(what, text)| format!("<p><span class=\"k\">{what}{}</span>{}</p>", words.say("：", ": "), escaped(text)))
        .collect()
}

/// What is wrong with a form that is not complete.
pub(super) const fn incomplete(words: Words) -> &'static str {
    words.say("请选择会场情况，并填写姓名和电话。", "Choose how the room is, and fill in name and telephone.")
}

/// A field for a line of text.
pub(super) fn field(name: &str, kind: &str, label: &str, value: &str, most: usize, required: &str) -> String {
    let value = escaped(value);
    format!(
        "<label>{label}<input type=\"{kind}\" name=\"{name}\" value=\"{value}\" maxlength=\"{most}\" autocomplete=\"off\"{required}></label>"
    )
}

/// The form, with what is wrong and what was sent when it comes back.
pub(super) fn form(words: Words, shown: &Shown, wrong: Option<&str>, said: &Said) -> String {
    let wrong = wrong.map(|wrong| format!("<p class=\"w\" role=\"alert\">{}</p>", escaped(wrong))).unwrap_or_default();
    let choices = [
        ("both", words.say("图像、声音均正常", "Picture and sound are fine")),
        ("no-sound", words.say("有图像，无声音", "Picture, but no sound")),
        ("no-picture", words.say("有声音，无图像", "Sound, but no picture")),
        ("backup", words.say("改用备用方式应答", "Answering over the backup system")),
    ];
    let choice = |(value, text): &(&str, &str)| {
        let checked = if said.state == *value { " checked" } else { "" };
        format!("<label><input type=\"radio\" name=\"state\" value=\"{value}\" required{checked}> {text}</label>")
    };
    let choices: String = choices.iter().map(choice).collect();
    let fields = [
        field("person", "text", words.say("姓名（必填）", "Name (required)"), &said.person, 64, " required"),
        field("telephone", "tel", words.say("电话（必填）", "Telephone (required)"), &said.telephone, 64, " required"),
        field("note", "text", words.say("说明", "Remarks"), &said.note, 200, ""),
    ]
    .concat();
    let (legend, send) = (words.say("会场情况", "How the room is"), words.say("应答", "Answer"));
    let once = words.say("每个链接只能提交一次。", "Each link can be sent once.");
    let body = format!(
        "{}{wrong}<form method=\"post\" action=\"\"><fieldset><legend>{legend}</legend>{choices}</fieldset>{fields}\
         <p class=\"k\">{once}</p><button type=\"submit\">{send}</button></form>",
        about(words, shown)
    );
    page(words, title(words), &body)
}

/// It is recorded.
pub(super) fn thanks(words: Words, shown: &Shown) -> String {
    let text = words.say("✓ 应答已登记，可以关闭本页。", "✓ The answer is recorded. You can close this page.");
    page(words, title(words), &format!("{}<p role=\"status\"><strong>{text}</strong></p>", about(words, shown)))
}

/// A page that says one thing.
pub(super) fn message(words: Words, text: &str) -> String {
    page(words, words.say("视频会议保障", "Avow"), &format!("<p class=\"w\" role=\"alert\">{}</p>", escaped(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_people_wrote_is_markup_and_no_page_has_a_script() {
        let evil = "<script>alert(1)</script>\"'&";
        let shown = Shown { title: evil.into(), venue: evil.into(), unit: evil.into(), until_ms: 0 };
        let said = Said { state: "both".into(), person: evil.into(), telephone: evil.into(), note: evil.into() };
        for words in [Words::Chinese, Words::English] {
            for page in [form(words, &shown, Some(evil), &said), thanks(words, &shown), message(words, evil)] {
                assert!(!page.contains("<script") && !page.contains("onclick"), "{page}");
                assert!(page.contains("&lt;script&gt;"), "{page}");
            }
        }
    }

    #[test]
    fn a_form_comes_back_with_what_was_sent_and_time_is_that_of_china() {
        let shown = Shown {
            title: "早点名".into(),
            venue: "指挥大厅".into(),
            unit: String::new(),
            until_ms: 1_795_759_201_000,
        };
        let said =
            Said { state: "no-sound".into(), person: "王五".into(), telephone: "1".into(), note: String::new() };
        let page = form(Words::Chinese, &shown, Some(incomplete(Words::Chinese)), &said);
        assert!(page.contains("value=\"no-sound\" required checked") && page.contains("value=\"王五\""), "{page}");
        assert!(page.contains("14:00:01") && !page.contains("单位："), "{page}");
        assert_eq!(page.matches(" checked").count(), 1);
    }
}
