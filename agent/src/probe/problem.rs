//! Things that are not as they should be, the verdict that they give together, and the line that tells them.

use avow_shared::outcome::Verdict;
use avow_shared::sort;
use avow_shared::venue::Grade;

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub grade: Grade,
    /// What it is called.
    pub finding: &'static str,
    /// For a person (Chinese).
    pub words: String,
}

impl Problem {
    /// It does not work.
    #[must_use]
    pub fn fails(finding: &'static str, words: impl Into<String>) -> Self {
        Self { grade: Grade::Fail, finding, words: words.into() }
    }

    /// It works, but not well.
    #[must_use]
    pub fn degrades(finding: &'static str, words: impl Into<String>) -> Self {
        Self { grade: Grade::Degraded, finding, words: words.into() }
    }
}

/// The worst of them; of equals, the first.
#[must_use]
pub fn verdict(problems: &[Problem]) -> Verdict {
    match problems.iter().rev().max_by_key(|problem| problem.grade) {
        None => Verdict::Pass,
        Some(Problem { grade: Grade::Fail, finding, .. }) => Verdict::fail(finding),
        Some(Problem { finding, .. }) => Verdict::degraded(finding),
    }
}

/// The problems, the worst first, then the rest of what is to be said; empty parts are left out.
#[must_use]
pub fn line(problems: &[Problem], more: &[String]) -> String {
    let mut sorted: Vec<&Problem> = problems.iter().collect();
    sort::short_by_key(&mut sorted, |problem| std::cmp::Reverse(problem.grade));
    let words = sorted.iter().map(|problem| problem.words.as_str()).collect::<Vec<_>>().join("，");
    let parts = std::iter::once(&words).chain(more).filter(|part| !part.is_empty());
    parts.cloned().collect::<Vec<_>>().join("；")
}
