//! Text from outside as a document may hold it: names, reasons and notes that people or devices wrote.

use std::borrow::Cow;
use std::fmt::Write;

use avow_shared::place::{Level, PlaceCode};

use crate::scope::Except;

/// A text is cut here, with an ellipsis: nobody reads more in a cell, and spreadsheets take 32 767 at most.
pub const MOST_CHARS: usize = 2_000;

/// What of `text` is written, in every form: control characters are spaces (XML 1.0 has no way to say most of them), marks that
/// turn the direction of writing are gone (they make a text look like another), and it has neither space around it nor an end of line.
#[must_use]
pub fn plain(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if text.len() <= MOST_CHARS && !text.contains(is_foreign) {
        return Cow::Borrowed(text);
    }
    let mut kept: String = text.chars().filter_map(kept).collect();
    if let Some((cut, _)) = kept.char_indices().nth(MOST_CHARS) {
        kept.truncate(cut);
        kept.push('…');
    }
    Cow::Owned(kept.trim().to_owned())
}

fn is_foreign(c: char) -> bool {
    kept(c) != Some(c)
}

fn kept(c: char) -> Option<char> {
    match c {
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => None,
        '\u{fffe}' | '\u{ffff}' => None,
        c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => Some(' '),
        c => Some(c),
    }
}

/// The name of a room with its place before it, where the name does not tell it apart from others: 视频会议室 is in every county. `place` is
/// empty where it is not known or says nothing.
#[must_use]
pub fn placed(place: &str, name: &str) -> String {
    let own = place.split(' ').next_back().unwrap_or_default();
    let stem = own.trim_end_matches(['省', '市', '县', '区', '乡', '镇']);
    let stem = if stem.chars().count() < 2 { own } else { stem };
    if own.is_empty() || name.contains(stem) || name.starts_with(['省', '市', '县', '区']) {
        return name.to_owned();
    }
    format!("{}{name}", place.replace(' ', ""))
}

/// Writes what [`plain`] keeps of `text` for HTML and XML, within elements and quoted attributes.
pub fn escape(into: &mut String, text: &str) {
    let text = plain(text);
    let mut rest = &*text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        into.push_str(&rest[..at]);
        into.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        });
        rest = &rest[at + 1..];
    }
    into.push_str(rest);
}

/// [`escape`] of what `value` writes, with `buffer` for what lies between.
pub fn escape_value(into: &mut String, value: &super::Value, buffer: &mut String) {
    buffer.clear();
    // A string takes everything.
    let _ = write!(buffer, "{value}");
    escape(into, buffer);
}

/// What of the places of a scope is not meant: which levels are, and which places are not; nothing when all is.
pub fn but_for(except: &Except, name: impl Fn(PlaceCode) -> String) -> String {
    let levels: Vec<&str> = except.levels.iter().map(|level| of_level(*level)).collect();
    let levels = if levels.is_empty() { String::new() } else { format!("（{}会场）", levels.join("、")) };
    let places: Vec<String> = except.places.iter().map(|place| name(*place)).collect();
    let places = if places.is_empty() { String::new() } else { format!("（不含{}）", places.join("、")) };
    format!("{levels}{places}")
}

/// A level as it stands in a document.
pub const fn of_level(level: Level) -> &'static str {
    match level {
        Level::Province => "省",
        Level::City => "市",
        Level::County => "县",
        Level::Township => "乡镇",
        Level::Village => "村",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_cannot_be_written_is_not() {
        for (text, expected) in [
            ("鼓楼区", "鼓楼区"),
            ("\t=1+1\r\n", "=1+1"),
            ("a\u{0}b\u{7f}c\u{85}d", "a b c d"),
            ("甲\u{202e}乙\u{2066}丙\u{feff}", "甲乙丙"),
            ("\u{1}\u{2}", ""),
            ("a\nb", "a b"),
        ] {
            assert_eq!(plain(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_text_without_end_is_cut() {
        let long = plain(&"会".repeat(MOST_CHARS + 1)).into_owned();
        assert_eq!(long.chars().count(), MOST_CHARS + 1);
        assert!(long.ends_with('…'));
        assert_eq!(plain(&"会".repeat(MOST_CHARS)), "会".repeat(MOST_CHARS));
    }

    #[test]
    fn a_room_that_is_named_like_many_has_its_place_before_it() {
        for (place, name, expected) in [
            ("福州市 鼓楼区", "视频会议室", "福州市鼓楼区视频会议室"),
            ("福州市 鼓楼区", "鼓楼区应急局会议室", "鼓楼区应急局会议室"),
            ("福州市 鼓楼区", "鼓楼应急局会议室", "鼓楼应急局会议室"),
            ("福建省", "省应急管理厅指挥大厅", "省应急管理厅指挥大厅"),
            ("", "视频会议室", "视频会议室"),
        ] {
            assert_eq!(placed(place, name), expected);
        }
    }

    #[test]
    fn markup_is_text() {
        let mut into = String::new();
        escape(&mut into, "<script>\"a\" & 'b'</script>");
        assert_eq!(into, "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;");
    }

    fn is_legal(c: char) -> bool {
        c >= ' ' && !matches!(c, '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')
    }

    proptest! {
        #[test]
        fn what_is_plain_stays_so_and_is_legal_in_xml(text in "\\PC{0,40}|.{0,40}") {
            let once = plain(&text).into_owned();
            prop_assert_eq!(plain(&once), once.as_str());
            prop_assert!(once.chars().all(is_legal));
        }
    }
}
