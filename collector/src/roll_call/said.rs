//! What persons say about somebody who is called: that he has answered, that he need not, and that what was said before was a slip.
//! Everything stays as it was said; what was said last counts, and of an answer the time at which it was said first.

use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Entry, Mode, NotTaken};

/// So many things are said about one entry; more are refused.
pub const MOST_SAID: usize = 16;

/// Where a person's answer was recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    /// By an operator at HQ, who saw, heard or telephoned.
    #[default]
    Hq,
    /// By the person in the room, on a phone page that a one-time link opened.
    Page,
}

/// A person's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByHand {
    /// When it was recorded.
    pub at_ms: UnixMs,
    /// How: never [`Mode::Auto`].
    pub mode: Mode,
    /// Who answered.
    pub person: Box<str>,
    /// The number that he can be called under; may be empty.
    pub telephone: Box<str>,
    /// Where it was recorded.
    pub via: Via,
    /// Who recorded it; on a phone page whoever made the link.
    pub operator: Box<str>,
    /// Whether HQ saw him; none when nobody said.
    pub picture: Option<bool>,
    /// Whether HQ heard him.
    pub sound: Option<bool>,
    /// What else was said.
    pub note: Box<str>,
}

/// Who says for which reason that somebody need not answer, or that what was said before does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grounds {
    /// When it was said.
    pub at_ms: UnixMs,
    /// Why.
    pub reason: Box<str>,
    /// Who says it; empty: the registers.
    pub operator: Box<str>,
}

/// One thing that was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Said {
    /// Somebody has answered.
    Answered(ByHand),
    /// Nobody has, whatever was said before.
    Unanswered(Grounds),
    /// It need not answer.
    Excused(Grounds),
    /// It has to, whatever was said before.
    Unexcused(Grounds),
}

impl Said {
    /// When.
    #[must_use]
    pub const fn at_ms(&self) -> UnixMs {
        match self {
            Self::Answered(word) => word.at_ms,
            Self::Unanswered(grounds) | Self::Excused(grounds) | Self::Unexcused(grounds) => grounds.at_ms,
        }
    }

    /// Whether it comes from a phone page, which only who has not answered can use, and only while a call is open.
    #[must_use]
    pub const fn is_of_page(&self) -> bool {
        matches!(self, Self::Answered(ByHand { via: Via::Page, .. }))
    }
}

impl Entry {
    /// A person's answer, as it was said last; none when nobody has answered.
    #[must_use]
    pub fn person(&self) -> Option<&ByHand> {
        let words = self.said.iter().rev();
        let mut answers = words.filter(|said| matches!(said, Said::Answered(_) | Said::Unanswered(_)));
        match answers.next()? {
            Said::Answered(word) => Some(word),
            _ => None,
        }
    }

    /// When a person answered: a correction does not move that, but what was taken back is gone.
    #[must_use]
    pub fn person_ms(&self) -> Option<UnixMs> {
        self.said.iter().fold(None, |first, said| match said {
            Said::Answered(word) => first.or(Some(word.at_ms)),
            Said::Unanswered(_) => None,
            Said::Excused(_) | Said::Unexcused(_) => first,
        })
    }

    /// Why it need not answer; none when it has to.
    #[must_use]
    pub fn excused(&self) -> Option<&Grounds> {
        let words = self.said.iter().rev();
        let mut excuses = words.filter(|said| matches!(said, Said::Excused(_) | Said::Unexcused(_)));
        match excuses.next()? {
            Said::Excused(grounds) => Some(grounds),
            _ => None,
        }
    }

    /// Something is said. The same as what counts already is no news.
    ///
    /// # Errors
    /// Why it was not taken.
    pub(super) fn say(&mut self, said: Said) -> Result<bool, NotTaken> {
        let is_known = match &said {
            Said::Answered(_) if said.is_of_page() && self.person().is_some() => return Err(NotTaken::Answered),
            Said::Answered(word) => {
                self.person().is_some_and(|known| *known == ByHand { at_ms: known.at_ms, ..word.clone() })
            }
            Said::Excused(grounds) => {
                self.excused().is_some_and(|known| *known == Grounds { at_ms: known.at_ms, ..grounds.clone() })
            }
            Said::Unanswered(_) if self.person().is_none() => return Err(NotTaken::Nothing),
            Said::Unexcused(_) if self.excused().is_none() => return Err(NotTaken::Nothing),
            Said::Unanswered(_) | Said::Unexcused(_) => false,
        };
        if is_known {
            return Ok(false);
        }
        if self.said.len() >= MOST_SAID {
            return Err(NotTaken::Full);
        }
        self.said.push(said);
        Ok(true)
    }
}
