//! What is measured, in Chinese: the console's own words (`collector/web/src/words/values.ts`), so that a document and the screen name it
//! alike.

use std::collections::HashMap;
use std::sync::LazyLock;

const WORDS: &str = include_str!("../../web/src/words/values.ts");

static NAMES: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| names(WORDS));

/// What people call a value; its own name when nobody has one for it.
#[must_use]
pub fn name_of(value: &str) -> &str {
    NAMES.get(value).copied().unwrap_or(value)
}

/// The Chinese of each line `  name: ["中文", "English"],` of the first of the lists.
fn names(words: &'static str) -> HashMap<&'static str, &'static str> {
    let list = words.split_once("export const values = {").and_then(|(_, rest)| rest.split_once("} as const"));
    let named = |line: &'static str| {
        line.split_once(": [\"").and_then(|(name, rest)| Some((name.trim(), rest.split('"').next()?)))
    };
    list.map_or_else(HashMap::new, |(list, _)| list.lines().filter_map(named).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_measured_has_the_name_that_the_console_gives_it() {
        assert_eq!(
            [name_of("rtt_avg"), name_of("loss"), name_of("never_heard")],
            ["平均往返时延", "丢包率", "never_heard"]
        );
        let entries = WORDS.split("} as const").next().expect("a list").matches(": [").count();
        assert_eq!(NAMES.len(), entries, "each line is read");
    }
}
