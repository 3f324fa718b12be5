//! What a probe found: verdict, values, evidence. A broken room is a value here, never an error.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::hash::ContentHash;
use crate::id::{FindingCode, ProbeId, VenueId};
use crate::interlock::Disturbance;
use crate::time::WallTime;
use crate::value::Value;

/// The judgement of a probe. `Unknown` counts neither as success nor as failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Everything covered works within its limits.
    Pass,
    /// It works, but a limit of quality is exceeded.
    Degraded {
        /// What was found.
        finding: FindingCode,
    },
    /// It does not work.
    Fail {
        /// What was found.
        finding: FindingCode,
    },
    /// Nothing can be said.
    Unknown {
        /// Why not.
        why: Why,
    },
}

impl Verdict {
    /// `Degraded` with a literal finding.
    ///
    /// # Panics
    /// When `finding` is no finding code; findings are literals of the program.
    #[must_use]
    #[track_caller]
    pub fn degraded(finding: &'static str) -> Self {
        Self::Degraded { finding: finding.parse().expect("a literal finding") }
    }

    /// `Fail` with a literal finding.
    ///
    /// # Panics
    /// When `finding` is no finding code; findings are literals of the program.
    #[must_use]
    #[track_caller]
    pub fn fail(finding: &'static str) -> Self {
        Self::Fail { finding: finding.parse().expect("a literal finding") }
    }

    /// The finding of a degraded or failed probe.
    #[must_use]
    pub const fn finding(&self) -> Option<&FindingCode> {
        match self {
            Self::Degraded { finding } | Self::Fail { finding } => Some(finding),
            Self::Pass | Self::Unknown { .. } => None,
        }
    }

    /// The word in API and log: `pass`, `degraded`, `fail`, `unknown`.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Degraded { .. } => "degraded",
            Self::Fail { .. } => "fail",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// Whether its text keeps its bound.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        match self {
            Self::Unknown { why: Why::Missing { what: text } | Why::Behind { cause: text } } => fits(text),
            _ => true,
        }
    }

    /// Whether an operator must hear of the change from `self` to `next` at once.
    #[must_use]
    pub fn changes_to(&self, next: &Self) -> bool {
        self.word() != next.word() || self.finding() != next.finding()
    }
}

/// Why nothing can be said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// The interlock refused: a test never disturbs a meeting.
    Interlocked {
        /// How much the probe would have disturbed.
        wanted: Disturbance,
        /// How much was allowed at that moment.
        allowed: Disturbance,
    },
    /// The probe ran into its deadline.
    Deadline,
    /// The probe panicked; the agent lives on.
    Panicked,
    /// What the probe needs is not there (a program, a right, a port); the text says what and what to do.
    Missing {
        /// At most 200 characters.
        what: SmolStr,
    },
    /// A person declined the question whether the room may be disturbed.
    Declined,
    /// Another fault upstream hides the answer.
    Behind {
        /// The blamed cause, in words.
        cause: SmolStr,
    },
}

impl Why {
    /// The word in API and log.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Interlocked { .. } => "interlocked",
            Self::Deadline => "deadline",
            Self::Panicked => "panicked",
            Self::Missing { .. } => "missing",
            Self::Declined => "declined",
            Self::Behind { .. } => "behind",
        }
    }
}

/// What an evidence is; the content type of its transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EvidenceKind {
    /// A still picture, `image/jpeg`.
    Picture,
    /// A transcript of bytes or text, `text/plain; charset=utf-8`.
    Transcript,
    /// Lines to be drawn, `application/json`: `{"curves":[{"name":"response","x_unit":"Hz","y_unit":"dB","x":[…],"y":[…]}]}`.
    Curves,
}

impl EvidenceKind {
    /// The media type (RFC 6838) it is served with.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Picture => "image/jpeg",
            Self::Transcript => "text/plain; charset=utf-8",
            Self::Curves => "application/json",
        }
    }
}

/// A piece of evidence by content: the bytes travel apart, over HTTP(S), once the report that names them is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What it is.
    pub kind: EvidenceKind,
    /// SHA-256 of its bytes.
    pub hash: ContentHash,
    /// Its length in bytes, at most [`MAX_EVIDENCE_BYTES`].
    pub size: u32,
}

/// The longest piece of evidence.
pub const MAX_EVIDENCE_BYTES: usize = 256 * 1024;

/// The result of one run of a probe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The venue that was tested.
    pub venue: VenueId,
    /// Which of its probes ran.
    pub probe: ProbeId,
    /// When it ended, by the agent's clock.
    pub at: WallTime,
    /// How long it ran, milliseconds.
    pub took_ms: u32,
    /// The judgement.
    pub verdict: Verdict,
    /// One line for a person, what was seen (`收到 0/20 个应答`); at most 200 characters, may be empty.
    pub detail: SmolStr,
    /// What was measured, at most [`MAX_VALUES`].
    pub values: Vec<Value>,
    /// What proves it, at most [`MAX_EVIDENCE`].
    pub evidence: Vec<Evidence>,
}

/// The most values that one outcome carries.
pub const MAX_VALUES: usize = 64;
/// The most pieces of evidence that one outcome names.
pub const MAX_EVIDENCE: usize = 4;
/// The longest line for a person, in characters.
pub const MAX_DETAIL_CHARS: usize = 200;

impl Outcome {
    /// Whether it keeps the bounds that it is documented with.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        let lists_fit = self.values.len() <= MAX_VALUES && self.evidence.len() <= MAX_EVIDENCE;
        lists_fit && fits(&self.detail) && self.verdict.is_bounded()
    }
}

fn fits(text: &str) -> bool {
    text.chars().count() <= MAX_DETAIL_CHARS
}
