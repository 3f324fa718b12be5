//! Findings in the words of the console: one book for both, read where the console's own files lie.

use super::words::Words;

const CHINESE: &str = include_str!("../../web/src/words/findings_zh.ts");
const ENGLISH: &str = include_str!("../../web/src/words/findings_en.ts");

/// The words for `code`, and the code, by which people search; a code without words is told bare.
pub(crate) fn named(words: Words, code: &str) -> String {
    match cause(words.say(CHINESE, ENGLISH), code) {
        Some(cause) if words == Words::Chinese => format!("{cause}（{code}）"),
        Some(cause) => format!("{cause} ({code})"),
        None => code.to_owned(),
    }
}

/// The words for `code` alone, for documents, which people read who search for nothing; a code without words is told bare.
pub(crate) fn told(words: Words, code: &str) -> String {
    cause(words.say(CHINESE, ENGLISH), code).unwrap_or(code).to_owned()
}

/// A text that was kept with what [`named`] says in Chinese, as [`told`] says it.
pub(crate) fn without_codes(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut pieces = text.split('（');
    kept.extend(pieces.next());
    for piece in pieces {
        match piece.split_once('）') {
            Some((code, behind)) if cause(CHINESE, code).is_some() => kept.push_str(behind),
            _ => {
                kept.push('（');
                kept.push_str(piece);
            }
        }
    }
    kept
}

/// What to do next about `code`; none for a code without words.
pub(crate) fn next(words: Words, code: &str) -> Option<&'static str> {
    entry(words.say(CHINESE, ENGLISH), code, "next")
}

fn cause(book: &'static str, code: &str) -> Option<&'static str> {
    entry(book, code, "cause")
}

/// `"line.loss": { cause: "…", next: "…" }`, on one line or several: so the console's formatter leaves them.
fn entry(book: &'static str, code: &str, what: &str) -> Option<&'static str> {
    let (_, entry) = book.split_once(&format!("\n  \"{code}\": {{"))?;
    let (_, text) = entry.split_once(&format!("{what}: \""))?;
    text.split_once('"').map(|(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every code of a book, as it stands at the beginning of a line.
    fn codes(book: &str) -> Vec<&str> {
        let code = |line: &'_ str| -> Option<usize> { line.strip_prefix("  \"")?.find("\": {") };
        book.lines().filter_map(|line| Some(&line[3..3 + code(line)?])).collect()
    }

    #[test]
    fn every_finding_of_the_console_has_its_words_on_the_command_line() {
        let all = codes(CHINESE);
        assert!(all.len() > 40 && all.contains(&"line.loss"), "{all:?}");
        assert_eq!(all, codes(ENGLISH));
        for code in all {
            let (chinese, english) = (named(Words::Chinese, code), named(Words::English, code));
            assert!(chinese.ends_with(&format!("（{code}）")), "{chinese}");
            assert!(english.ends_with(&format!(" ({code})")), "{english}");
            assert!(
                !chinese.contains(['{', '\\', '\n']) && !english.contains(['{', '\\', '\n']),
                "{chinese} {english}"
            );
        }
    }

    #[test]
    fn a_document_tells_causes_without_their_codes_and_leaves_other_brackets() {
        let named = named(Words::Chinese, "line.loss");
        let told = told(Words::Chinese, "line.loss");
        assert!(!told.contains('（') && named == format!("{told}（line.loss）"));
        assert_eq!(
            without_codes(&format!("主线：{named}；（备线）好（x.y）")),
            format!("主线：{told}；（备线）好（x.y）")
        );
        assert_eq!(without_codes("（未完"), "（未完");
    }

    #[test]
    fn every_finding_says_what_to_do_next() {
        for code in codes(CHINESE) {
            let next = [Words::Chinese, Words::English].map(|words| next(words, code).unwrap_or_default());
            assert!(next.iter().all(|text| !text.is_empty() && !text.contains(['{', '\\', '\n'])), "{code}: {next:?}");
        }
        assert_eq!(next(Words::Chinese, "moon.eclipse"), None);
    }

    #[test]
    fn the_words_are_those_of_the_code_and_an_unknown_code_is_told_as_it_is() {
        assert_eq!(named(Words::Chinese, "line.loss"), "线路丢包超限（line.loss）");
        assert_eq!(named(Words::English, "line.down"), "Line is down (line.down)");
        assert_eq!(named(Words::Chinese, "moon.eclipse"), "moon.eclipse");
    }
}
