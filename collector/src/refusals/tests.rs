//! Every sentence that a module refuses with has its words in Chinese: the sources are read, and whatever in them is a sentence.

use std::path::{Path, PathBuf};

use super::*;

/// Whose sentences never answer a request: logs and metrics, the command line, files and brokers; pages and registers that say
/// both languages where they say it.
const ELSEWHERE: [&str; 26] = [
    "addresses.rs",
    "agents.rs",
    "api/phone",
    "broker",
    "cli",
    "client",
    "core/boot.rs",
    "counters.rs",
    "crossing.rs",
    "events",
    "history",
    "hq_key.rs",
    "hub.rs",
    "journal.rs",
    "keeper.rs",
    "main.rs",
    "metrics.rs",
    "refusals",
    "registry",
    "serve.rs",
    "settings.rs",
    "snapshot.rs",
    "stamp.rs",
    "store.rs",
    "trouble.rs",
    "units",
];
/// What is shared with boxes and is told of what was asked.
const SHARED: [&str; 3] = ["id.rs", "place.rs", "hash.rs"];
/// Around these no sentence is a refusal.
const OTHER_HEADS: [&str; 16] = [
    "tell_gone",
    "assert",
    "tracing",
    "expect",
    "utoipa",
    "schema",
    "openapi",
    "serde",
    "say",
    "context",
    "panic",
    "slug",
    "bytes_id",
    "concat",
    "custom",
    "write_str",
];
/// Sentences that say no to nobody.
const NOT_SAID: [&str; 5] = ["default-src", "<!doctype", "avow ", "probe {}", "person {}"];

/// A string in a source, and what stands before each bracket that it is in.
struct Literal {
    text: String,
    heads: Vec<String>,
}

/// The strings of a source, without those of its tests.
fn literals(source: &str) -> Vec<Literal> {
    let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut found = Vec::new();
    let mut heads: Vec<String> = Vec::new();
    let (mut rest, mut word) = (source, String::new());
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '/' if rest.starts_with('/') => rest = rest.split_once('\n').map_or("", |(_, behind)| behind),
            // A character, not a lifetime.
            '\'' if rest.starts_with('\\') => rest = rest[2..].split_once('\'').map_or("", |(_, behind)| behind),
            '\'' if rest.chars().nth(1) == Some('\'') => rest = rest.split_once('\'').map_or("", |(_, behind)| behind),
            '"' => {
                let (text, behind) = string(rest);
                found.push(Literal { text, heads: heads.clone() });
                rest = behind;
            }
            '(' | '[' | '{' => heads.push(std::mem::take(&mut word)),
            ')' | ']' | '}' => drop(heads.pop()),
            _ => {}
        }
        match c {
            c if c.is_alphanumeric() || "_:!#.".contains(c) => word.push(c),
            _ => word.clear(),
        }
    }
    found
}

/// A string behind its quotation mark, and what stands behind it.
fn string(source: &str) -> (String, &str) {
    let mut text = String::new();
    let mut chars = source.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (text, &source[at + 1..]),
            '\\' => match chars.next().map(|(_, c)| c) {
                Some('\n') => {
                    let left = chars.as_str().trim_start();
                    let (more, behind) = string(left);
                    return (text + &more, behind);
                }
                Some(c) => text.push(c),
                None => {}
            },
            c => text.push(c),
        }
    }
    (text, "")
}

fn is_word(word: &str) -> bool {
    word.len() > 1 && word.bytes().all(|b| b.is_ascii_lowercase())
}

/// At least two words of English in a row, or one and what is named.
fn is_sentence(text: &str) -> bool {
    let words: Vec<&str> = text.split(' ').map(|word| word.trim_matches([',', ';', ':', '\'', '"'])).collect();
    words.windows(2).any(|pair| is_word(pair[0]) && (is_word(pair[1]) || pair[1].starts_with('{')))
}

/// As somebody might hear it: a value in each place for one, and the name of a field before a colon.
fn sample(text: &str) -> String {
    let mut told = String::new();
    let mut rest = text;
    while let Some((before, _, behind)) = rest.split_once('{').and_then(|(before, slot)| {
        let (name, behind) = slot.split_once('}')?;
        Some((before, name, behind))
    }) {
        told.push_str(before);
        told.push_str(if told.is_empty() && behind.starts_with(": ") { "note" } else { "7" });
        rest = behind;
    }
    told + rest
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the sources are here") {
        let path = entry.expect("an entry").path();
        let is_test = path.file_stem().is_some_and(|stem| stem == "tests");
        match path.extension() {
            _ if is_test => {}
            Some(_) => found.push(path),
            None => found.extend(sources(&path)),
        }
    }
    found
}

/// Each string of those modules that answer requests, with the file that it stands in.
fn said() -> Vec<(String, Literal)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = sources(&root.join("src"));
    let shared = SHARED.iter().map(|name| root.join("../shared/src").join(name));
    let mut all = Vec::new();
    for path in own.into_iter().chain(shared) {
        let name = path.strip_prefix(root.join("src")).unwrap_or(&path).to_string_lossy().into_owned();
        let is_document = name.starts_with("document") && name != "document/archive.rs";
        if is_document || ELSEWHERE.iter().any(|begin| name.starts_with(begin)) {
            continue;
        }
        let source = std::fs::read_to_string(&path).expect("reads");
        all.extend(literals(&source).into_iter().map(|literal| (name.clone(), literal)));
    }
    all
}

fn is_refusal(literal: &Literal) -> bool {
    let is_other = literal.heads.iter().any(|head| OTHER_HEADS.iter().any(|other| head.contains(other)));
    // `venue: {error}`: what is said there has its own words.
    let is_passed_on = literal
        .text
        .split_once(": {")
        .is_some_and(|(field, slot)| !field.contains(' ') && slot.find('}') == Some(slot.len() - 1));
    is_sentence(&literal.text)
        && !is_passed_on
        && !is_other
        && !NOT_SAID.iter().any(|begin| literal.text.starts_with(begin))
}

fn is_chinese(text: &str) -> bool {
    let words: Vec<&str> = text.split(' ').collect();
    let is_english = words.windows(2).any(|pair| is_word(pair[0]) && is_word(pair[1]));
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) && !is_english
}

#[test]
fn every_refusal_has_words_in_chinese() {
    let all = said();
    let sentences: Vec<_> = all.iter().filter(|(_, literal)| is_refusal(literal)).collect();
    assert!(sentences.len() > 250, "the sources are read: {}", sentences.len());
    let untold: Vec<String> = sentences
        .iter()
        .map(|(file, literal)| (file, &literal.text, sample(&literal.text)))
        .filter(|(_, _, sample)| !chinese(sample, "").is_some_and(|told| is_chinese(&told)))
        .map(|(file, text, sample)| format!("{file}: {text} → {:?}", chinese(&sample, "")))
        .collect();
    assert!(untold.is_empty(), "no words in collector/src/refusals for\n{}", untold.join("\n"));
}

#[test]
fn every_field_that_is_checked_has_the_word_of_its_form() {
    let all = said();
    let is_name = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b"_.".contains(&b));
    let fields = all.iter().filter(|(file, literal)| {
        let checks = literal.heads.last().is_some_and(|head| head.ends_with("line") || head == "text");
        file.starts_with("api") && checks && is_name(&literal.text)
    });
    let fields: Vec<_> = fields.collect();
    assert!(fields.len() > 50, "{}", fields.len());
    for (file, literal) in fields {
        assert!(fields::word(&literal.text, "").is_some(), "{file}: no word for {}", literal.text);
    }
}

#[test]
fn every_entry_is_of_a_sentence_that_somebody_says() {
    let all = said();
    let said: Vec<String> = all.iter().map(|(_, literal)| sample(&literal.text)).collect();
    // What axum, serde and parts of sentences say stands in no source of ours.
    let ours = calls::SENTENCES.iter().chain(care::SENTENCES);
    for (english, _) in ours {
        let is_said = said.iter().any(|text| {
            let behind_field = text.split_once(": ").map_or("", |(_, behind)| behind);
            [text, behind_field].iter().any(|text| named(english, text).is_some())
        });
        assert!(is_said || english.starts_with("there is no "), "{english}");
    }
}

#[test]
fn what_is_named_is_told_and_fields_have_the_words_of_their_form() {
    for (of, english, told) in [
        ("roll-calls", "deadline_s: 10 to 3600 seconds are expected", "时限：应为 10 至 3600 秒"),
        ("inbound", "operator: 0 to 64 characters on one line are expected", "接报人：应不超过 64 个字，不换行"),
        ("roll-calls", "operator: 0 to 64 characters on one line are expected", "点名员：应不超过 64 个字，不换行"),
        ("inspections", "there is no inspection plan 7", "没有这个巡检计划：7"),
        (
            "roll-calls",
            "venues: '35-1' is no venue: expected <division code>-<two digits>, e.g. 350102001-01",
            "会场：“35-1”不是会场编码：应写成 350102001-01",
        ),
        ("groups", "there is a group 'this: x is over' already", "已有名为“this: x is over”的分组"),
        ("inspections", "work.window_min: 5 to 43200 minutes are expected", "最长时间：应为 5 至 43200 分钟"),
        (
            "roll-calls",
            "Failed to deserialize the JSON body into the target type: missing field `depth` at line 1 column 2",
            "内容有误：缺少 深度",
        ),
        (
            "roll-calls",
            "Failed to deserialize the JSON body into the target type: deadline_s: invalid type: string \"a\", expected u32 at line 1 column 9",
            "内容有误：时限：值的类型不对：string \"a\"",
        ),
        (
            "venues",
            "class: expected silent, fail, stale, unknown, degraded or pass, found 'red'",
            "状态：应为 silent、fail、stale、unknown、degraded 或 pass，收到“red”",
        ),
    ] {
        assert_eq!(chinese(english, of).as_deref(), Some(told), "{english}");
    }
    assert_eq!(chinese("no such word", "roll-calls"), None);
}

#[test]
fn a_sentence_of_the_sources_is_found_whatever_stands_around_it() {
    let source = r##"
        // "not this one"
        fn a<'a>(x: &'a str) -> char { '"' }
        #[error("there is \
                 none {0}")]
        tracing::error!("for the log alone");
        Problem::bad(format!("{name}: what is \"expected\""))
    "##;
    let found: Vec<String> =
        literals(source).iter().filter(|one| is_refusal(one)).map(|one| sample(&one.text)).collect();
    assert_eq!(found, ["there is none 7", "note: what is \"expected\""]);
}
