//! Finding a venue by what a person remembers of it: name, pinyin, initials, code, several words at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use pinyin::ToPinyinMulti;

/// The most spellings of one name that are kept: most characters with several readings matter in none of them.
const MOST_SPELLINGS: usize = 6;
/// The longest name that is spelt out, in characters.
const MOST_CHARS: usize = 40;
/// What stands between two texts, so that a word never matches across them.
const BETWEEN: char = '\u{1}';

/// What searches of a venue, or a unit, look through: of its name and its place also pinyin and initials.
#[must_use]
pub fn text(code: &str, name: &str, unit: &str, place: &str) -> Arc<str> {
    let mut text = [code, name, unit, place].join(&BETWEEN.to_string()).to_lowercase();
    let mut spelt = BTreeSet::new();
    for part in std::iter::once(name).chain(place.split(' ')) {
        spelt.extend(spellings(part));
    }
    for spelling in spelt {
        text.push(BETWEEN);
        text.push_str(&spelling);
    }
    text.into()
}

/// What searches of somebody look through who is no venue: a unit without a room.
#[must_use]
pub fn spelt(code: &str, name: &str) -> Arc<str> {
    text(code, name, "", "")
}

/// The words of a query.
#[must_use]
pub fn words(query: &str) -> Vec<String> {
    query.to_lowercase().split_whitespace().take(8).map(ToOwned::to_owned).collect()
}

/// Whether every word is found.
#[must_use]
pub fn matches(text: &str, words: &[String]) -> bool {
    words.iter().all(|word| text.contains(word.as_str()))
}

/// Full pinyin and initials: the usual readings, and each other reading of one character beside the usual ones of the
/// rest (厦门 is `xiamen`, though 厦 alone is `sha`).
fn spellings(name: &str) -> Vec<String> {
    let readings: Vec<Vec<String>> = name.chars().take(MOST_CHARS).map(readings).collect();
    if readings.iter().all(|of_char| of_char.is_empty()) {
        return Vec::new();
    }
    let usual: Vec<&str> = readings.iter().map(|r| r.first().map_or("", String::as_str)).collect();
    let mut all = vec![usual.concat(), initials(&usual)];
    for (at, others) in readings.iter().enumerate() {
        for other in others.iter().skip(1) {
            if all.len() >= 2 * MOST_SPELLINGS {
                return all;
            }
            let mut spelt = usual.clone();
            spelt[at] = other;
            all.extend([spelt.concat(), initials(&spelt)]);
        }
    }
    all
}

fn initials(syllables: &[&str]) -> String {
    syllables.iter().filter_map(|syllable| syllable.chars().next()).collect()
}

/// The readings of a character without tones, the usual one first; a letter or digit reads as itself.
fn readings(of: char) -> Vec<String> {
    if of.is_ascii_alphanumeric() {
        return vec![of.to_ascii_lowercase().to_string()];
    }
    let Some(multi) = of.to_pinyin_multi() else { return Vec::new() };
    let mut all: Vec<String> = Vec::new();
    for reading in multi {
        let plain = reading.plain().replace('ü', "v");
        if !all.contains(&plain) {
            all.push(plain);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(query: &str, expected: bool) {
        let text = text("350203001-01", "厦港街道指挥大厅", "应急管理局", "厦门市 思明区 厦港街道");
        assert_eq!(matches(&text, &words(query)), expected, "{query} in {text}");
    }

    #[test]
    fn a_venue_is_found_by_anything_that_names_it() {
        for query in
            ["厦门", "指挥大厅", "xiamen", "xms", "simingqu", "SMQ", "350203", "-01", "xiamen zhihui", "应急 思明"]
        {
            check(query, true);
        }
    }

    #[test]
    fn every_word_must_be_found() {
        for query in ["泉州", "xiamen quanzhou", "厅应急", "350204"] {
            check(query, false);
        }
        check("", true);
    }
}
