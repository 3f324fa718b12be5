//! What people write about a call beside its answers: why it was called, and the remarks that are told to all (通报意见). A draft until
//! the record is signed off; then what was signed counts, and it lies in the archive of documents.

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::order::OrderNumber;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest notice, in characters.
pub const MAX_NOTICE_CHARS: usize = 1_000;

/// Why a roll is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = RollCallKind)]
pub enum Kind {
    /// 值班点名.
    Duty,
    /// 会前点名.
    BeforeMeeting,
    /// 抽查.
    #[default]
    SpotCheck,
    /// 应急连线.
    Emergency,
}

impl Kind {
    /// As the API and the command line write it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Duty => "duty",
            Self::BeforeMeeting => "before-meeting",
            Self::SpotCheck => "spot-check",
            Self::Emergency => "emergency",
        }
    }
}

/// What was written about a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Why it was called, in the place of what was said at its beginning.
    pub kind: Kind,
    /// 通报意见; lines end with `\n`.
    pub notice: Box<str>,
    /// Who wrote it.
    pub by: Box<str>,
    /// When.
    pub at_ms: UnixMs,
}

/// The notes of all calls that have one.
pub type Notes = BTreeMap<OrderNumber, Arc<Note>>;
