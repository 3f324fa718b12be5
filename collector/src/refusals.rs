//! What the server says no with, in Chinese. Modules refuse in English, a sentence each; here stands what people read at three in
//! the morning. One table for the console, the command line and whoever else asks: an answer carries both languages. A sentence
//! without an entry fails the tests below.

mod calls;
mod care;
mod common;
mod fields;

/// English and Chinese. In English `{}` stands for whatever is named, `{field}` for the name of a field, which becomes the word that
/// its form shows, and `{said}` for another sentence; in Chinese `{1}` is the first of them. What is listed first is tried first.
type Sentences = &'static [(&'static str, &'static str)];

/// No sentence of ours is longer, with all that it may name; what is longer was made by whoever asked.
const MOST_BYTES: usize = 1_000;
const TABLES: [Sentences; 3] = [calls::SENTENCES, care::SENTENCES, common::SENTENCES];

/// `english` in Chinese; none when there are no words for it. `of` is the part of the API that was asked, such as `roll-calls`: its
/// forms have words of their own for some fields.
pub(crate) fn chinese(english: &str, of: &str) -> Option<String> {
    if english.len() > MOST_BYTES {
        return None;
    }
    let told = |(pattern, chinese): &(&'static str, &'static str)| Some(filled(chinese, &named(pattern, english)?, of));
    let whole = TABLES.into_iter().flatten().find_map(told);
    // What begins with something that is named would take the name of a field for it.
    whole.or_else(|| of_fields(english, of)).or_else(|| common::OPEN.iter().find_map(told))
}

/// `deadline_s: what is expected`: the word of the form, and what is expected.
fn of_fields(english: &str, of: &str) -> Option<String> {
    let (names, what) = english.split_once(": ")?;
    let words: Option<Vec<&str>> = names.split(", ").map(|name| fields::word(name, of)).collect();
    let mut words = words?;
    words.dedup();
    Some(format!("{}：{}", words.join("、"), chinese(what, of)?))
}

/// What stands where the pattern has its slots; none when the text is another sentence.
fn named<'a>(pattern: &'static str, text: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
    let (begin, mut pattern) = pattern.split_at(pattern.find('{').unwrap_or(pattern.len()));
    let mut text = text.strip_prefix(begin)?;
    let mut found = Vec::new();
    while let Some((kind, behind)) = pattern.strip_prefix('{').and_then(|slot| slot.split_once('}')) {
        let (between, rest) = behind.split_at(behind.find('{').unwrap_or(behind.len()));
        let is_last = rest.is_empty();
        let (value, left) = if is_last { (text.strip_suffix(between)?, "") } else { text.split_once(between)? };
        found.push((kind, value));
        (pattern, text) = (rest, left);
    }
    text.is_empty().then_some(found)
}

fn filled(chinese: &str, named: &[(&str, &str)], of: &str) -> String {
    let mut told = String::with_capacity(chinese.len());
    let mut rest = chinese;
    while let Some((before, at, behind)) = slot(rest) {
        told.push_str(before);
        let (kind, value) = named.get(at).copied().unwrap_or_default();
        match kind {
            "field" => told.push_str(fields::word(value, of).unwrap_or(value)),
            "said" => told.push_str(&self::chinese(value, of).unwrap_or_else(|| value.to_owned())),
            _ => told.push_str(value),
        }
        rest = behind;
    }
    told + rest
}

/// What stands before the next slot of a Chinese sentence, which it is, and what stands behind it.
fn slot(chinese: &str) -> Option<(&str, usize, &str)> {
    let (before, slot) = chinese.split_once('{')?;
    let (number, behind) = slot.split_once('}')?;
    Some((before, number.parse::<usize>().ok()?.checked_sub(1)?, behind))
}

#[cfg(test)]
mod tests;
