//! What people write, checked where it comes in.

use super::problem::Problem;

/// The longest search.
const MAX_QUERY_CHARS: usize = 100;

/// `least` to `most` characters on one line, without blanks around them.
pub(super) fn text(what: &str, text: &str, least: usize, most: usize) -> Result<Box<str>, Problem> {
    let text = text.trim();
    if !(least..=most).contains(&text.chars().count()) || text.contains(char::is_control) {
        return Err(Problem::bad(format!("{what}: {least} to {most} characters on one line are expected")));
    }
    Ok(text.into())
}

/// The words of a search.
pub(super) fn query(q: Option<&str>) -> Result<Vec<String>, Problem> {
    let query = q.unwrap_or_default();
    if query.chars().count() > MAX_QUERY_CHARS {
        return Err(Problem::bad(format!("q: at most {MAX_QUERY_CHARS} characters are expected")));
    }
    Ok(crate::province::words(query))
}
