//! The record of a run (巡检记录): one entry a venue, with what boxes measured and what persons looked at side by side.

use avow_shared::hash::ContentHash;
use avow_shared::id::{AgentId, FindingCode, ProbeId, ValueName, VenueId};
use avow_shared::order::OrderNumber;
use avow_shared::place::PlaceCode;
use avow_shared::time::UnixMs;
use avow_shared::value::Unit;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use utoipa::ToSchema;

use super::review::Review;
use crate::roll_call::Nonce;

/// So many earlier attempts of one item are kept beside the newest; the oldest goes.
pub const MOST_EARLIER: usize = 8;

/// What an item came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ItemResult {
    /// 正常.
    Normal,
    /// 劣化: it works, but a limit of quality is exceeded.
    Degraded,
    /// 异常.
    Abnormal,
    /// 无法判定: it was tested, and nothing can be said.
    Unknown,
    /// 不适用; only a person says so.
    Inapplicable,
}

/// Why an item was not tested (未检).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Untested {
    /// Nobody serves the venue.
    NoBox,
    /// Its box was not connected.
    Away,
    /// The interlock refused as long as the run lasted: a meeting, people, or what may not be heard or move.
    Interlocked,
    /// Its box said that it cannot.
    Refused,
    /// It was asked and nothing came.
    NoAnswer,
    /// Its turn did not come before the time was up.
    NoTime,
    /// A person ended the run before.
    Cancelled,
    /// 封网: HQ did not order it while nothing might be changed there.
    Frozen,
    /// Its time was up in quiet hours, in which nobody is asked.
    Quiet,
}

/// How probes of the same make are called, once for all venues of a run.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Label {
    /// The probe.
    pub probe: ProbeId,
    /// 项目: as people call it.
    pub name: SmolStr,
    /// `line`, `camera`, `picture` …
    pub kind: SmolStr,
    /// Whether the venue's state rests on it.
    pub required: bool,
    /// 标准: each value that is judged, with its limits as written: `≤30`.
    pub limits: Box<[(ValueName, SmolStr)]>,
}

/// What a box measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// When the test ended: by the box's clock where that can be, else when HQ heard.
    pub at_ms: UnixMs,
    /// What it came to: never [`ItemResult::Inapplicable`].
    pub result: ItemResult,
    /// What was found.
    pub finding: Option<FindingCode>,
    /// 实测: the number, its unit, and which of the label's limits judges it.
    pub measured: Option<(f64, Unit, u8)>,
    /// One line for a person; empty where everything is normal.
    pub detail: Box<str>,
    /// What proves it.
    pub evidence: Option<Box<ContentHash>>,
}

/// How an item stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ItemState {
    /// Not tested yet.
    Open,
    /// Tested.
    Found(Box<Found>),
    /// 未检.
    Untested(Untested),
}

impl ItemState {
    /// 未检 or 无法判定.
    fn says_nothing(&self) -> bool {
        match self {
            Self::Open => false,
            Self::Untested(_) => true,
            Self::Found(found) => found.result == ItemResult::Unknown,
        }
    }
}

/// One probe of a venue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Which of the run's labels.
    pub label: u32,
    /// How it stands.
    pub state: ItemState,
    /// Earlier attempts, the oldest first; at most [`MOST_EARLIER`].
    pub earlier: Vec<Found>,
}

/// What a person looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filled {
    /// Which of the run's manual items.
    pub item: u8,
    /// What it came to.
    pub result: ItemResult,
    /// 实测, in his words; may be empty.
    pub value: Box<str>,
    /// What else there is to say; may be empty.
    pub note: Box<str>,
    /// 巡检人.
    pub person: Box<str>,
    /// His telephone number; may be empty.
    pub telephone: Box<str>,
    /// When he said so.
    pub at_ms: UnixMs,
}

/// 处理: what was done about what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// What was done, or is advised.
    pub text: Box<str>,
    /// Who says so.
    pub person: Box<str>,
    /// When.
    pub at_ms: UnixMs,
}

/// 结论.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Conclusion {
    /// 检测中: something is not tested yet.
    Open,
    /// 未检.
    Untested,
    /// 异常.
    Abnormal,
    /// 待填报: nothing is abnormal, and a person has still to look at something.
    Unfilled,
    /// 部分检测: nothing is abnormal and persons have looked at everything, and something that the venue's state rests on was not tested, or
    /// nothing can be said of it.
    Incomplete,
    /// 整改后正常: an earlier attempt was abnormal, and nothing is now.
    Fixed,
    /// 正常.
    Normal,
    /// 免检, with the registry's reason.
    Excused,
}

/// By what the records of a run are judged.
#[derive(Clone, Copy, Debug)]
pub struct Measure<'a> {
    /// Its probes.
    pub labels: &'a [Label],
    /// How many manual items it has.
    pub manual: usize,
}

/// Where the asking of a venue stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asking {
    /// It is asked when its turn comes, not before this time.
    Waits {
        /// Not before.
        from_ms: UnixMs,
        /// Why what is open was not tested at the last try.
        why: Option<Untested>,
    },
    /// An order is out.
    Out {
        /// Its number.
        order: OrderNumber,
        /// When it was given.
        since_ms: UnixMs,
        /// The start of the box that got it.
        nonce: Nonce,
    },
    /// The box has done what it could; its reports may still be on their way.
    Answered {
        /// When HQ heard.
        at_ms: UnixMs,
        /// Why some were not tested, if they were not.
        why: Untested,
    },
}

/// A venue in a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The venue.
    pub venue: VenueId,
    /// Its name when the run began.
    pub name: Box<str>,
    /// The unit that uses it; may be empty.
    pub unit: Box<str>,
    /// The place below the province in which it counts; the province for rooms of its own.
    pub city: PlaceCode,
    /// The county in which it counts; `city` for rooms above counties.
    pub county: PlaceCode,
    /// The box that serves it.
    pub agent: Option<AgentId>,
    /// 免检: the registry leaves it out.
    pub excused: Option<Box<str>>,
    /// What boxes test (自动).
    pub items: Vec<Item>,
    /// What persons have looked at (人工), by item; the newest word of each.
    pub manual: Vec<Filled>,
    /// Words that were replaced, the oldest first.
    pub manual_before: Vec<Filled>,
    /// 处理.
    pub remark: Option<Remark>,
    /// The stages that explain what failed, as people call them; none while nothing failed, empty when nothing explains it.
    pub blamed: Option<Box<str>>,
    /// 填报, 审核, 退回, 上报.
    pub review: Review,
    /// Tests count that ended after this: the begin of the run, or of the last re-test.
    pub since_ms: UnixMs,
    /// When the first result came.
    pub first_ms: Option<UnixMs>,
    /// When the last one came.
    pub last_ms: Option<UnixMs>,
    /// How often its box was asked.
    pub asked: u16,
    /// Where the asking stands.
    pub asking: Asking,
    /// The run's revision at its last change.
    pub revision: u64,
}

impl Record {
    /// Whether it lies where the venue stands and may be filled in there.
    #[must_use]
    pub fn can_be_handed_in(&self) -> bool {
        self.excused.is_none() && self.review.is_editable() && self.review.level == self.review.home
    }

    /// Whether nothing is left to be tested.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.excused.is_some() || self.items.iter().all(|item| item.state != ItemState::Open)
    }

    /// The newest results, of boxes and persons.
    pub fn results(&self) -> impl Iterator<Item = ItemResult> {
        let found = self.items.iter().filter_map(|item| match &item.state {
            ItemState::Found(found) => Some(found.result),
            ItemState::Open | ItemState::Untested(_) => None,
        });
        found.chain(self.manual.iter().map(|filled| filled.result))
    }

    /// Whether a person has still to look at something; `asked`: how many manual items the run has.
    #[must_use]
    pub const fn is_unfilled(&self, asked: usize) -> bool {
        self.manual.len() < asked
    }

    /// Whether of a test that the venue's state rests on, or of what a person looked at, nothing can be said. A probe of which the run
    /// knows nothing more is one of those.
    fn is_incomplete(&self, labels: &[Label]) -> bool {
        let is_required = |item: &&Item| labels.get(item.label as usize).is_none_or(|label| label.required);
        self.items.iter().filter(is_required).any(|item| item.state.says_nothing()) || self.has_unsaid_word()
    }

    /// Whether some item, also one that the venue's state does not rest on, was not tested, or nothing can be said of it.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.items.iter().any(|item| item.state.says_nothing()) || self.has_unsaid_word()
    }

    fn has_unsaid_word(&self) -> bool {
        self.manual.iter().any(|filled| filled.result == ItemResult::Unknown)
    }

    /// 结论.
    #[must_use]
    pub fn conclusion(&self, by: Measure<'_>) -> Conclusion {
        if self.excused.is_some() {
            return Conclusion::Excused;
        }
        if !self.is_settled() {
            return Conclusion::Open;
        }
        let says = |result| matches!(result, ItemResult::Normal | ItemResult::Degraded | ItemResult::Abnormal);
        if self.results().any(|result| result == ItemResult::Abnormal) {
            Conclusion::Abnormal
        } else if self.is_unfilled(by.manual) && (self.items.is_empty() || self.results().any(says)) {
            Conclusion::Unfilled
        } else if !self.results().any(says) {
            Conclusion::Untested
        } else if self.is_incomplete(by.labels) {
            Conclusion::Incomplete
        } else if self.was_abnormal() {
            Conclusion::Fixed
        } else {
            Conclusion::Normal
        }
    }

    /// Whether an earlier attempt was abnormal.
    #[must_use]
    pub fn was_abnormal(&self) -> bool {
        self.items.iter().flat_map(|item| &item.earlier).any(|found| found.result == ItemResult::Abnormal)
            || self.manual_before.iter().any(|filled| filled.result == ItemResult::Abnormal)
    }

    /// 未检原因: the first reason in the order of [`Untested`]; none when every item was tested.
    #[must_use]
    pub fn untested(&self) -> Option<Untested> {
        let why = |item: &Item| match item.state {
            ItemState::Untested(why) => Some(why),
            ItemState::Open | ItemState::Found(_) => None,
        };
        self.items.iter().filter_map(why).min()
    }

    /// The word of a person about a manual item.
    #[must_use]
    pub fn filled(&self, item: usize) -> Option<&Filled> {
        self.manual.iter().find(|filled| usize::from(filled.item) == item)
    }
}
