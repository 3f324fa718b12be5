//! Runs of two venues, word for word as the contract names them.

use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::crossing::Limits;

/// Two venues that are to hear and see each other.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MouthToEarOrder {
    /// Speaks first.
    pub first: String,
    /// Speaks second.
    pub second: String,
    /// The person knows that it is heard in both rooms for two seconds each. Without it both are asked, and refuse.
    #[serde(default)]
    pub confirmed: bool,
}

/// The newest runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MouthToEarList {
    /// The collector's clock.
    pub now_ms: UnixMs,
    /// What values are judged by.
    pub limits: MouthToEarLimits,
    /// The newest first.
    pub items: Vec<MouthToEarRun>,
}

/// Good and tolerable up to these.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MouthToEarLimits {
    /// Mouth to ear (ITU-T G.114).
    pub delay_ms: [f64; 2],
    /// Sound early (ITU-R BT.1359-1).
    pub early_ms: [f64; 2],
    /// Sound late, as positive numbers.
    pub late_ms: [f64; 2],
    /// The longest time without a new frame.
    pub still_ms: [f64; 2],
    /// Echo, dB against the other end.
    pub echo_db: [f64; 2],
}

/// A run of two venues.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MouthToEarRun {
    /// The order's number.
    pub number: u64,
    /// When it was ordered.
    pub at_ms: UnixMs,
    /// Whether something may still come; it is over by then.
    #[schema(required)]
    pub until_ms: Option<UnixMs>,
    /// `pass`, `degraded`, `fail`, `unknown`: of both ways together.
    #[schema(value_type = crate::api::dto::VerdictName)]
    pub verdict: String,
    /// The venues in the order in which they speak.
    pub ends: [MouthToEarEnd; 2],
    /// From the first to the second, and back.
    pub ways: [MouthToEarWay; 2],
    /// There and back; no clock counts in it.
    #[schema(required)]
    pub round_trip_ms: Option<f64>,
    /// HQ stopped before it was over, and of an end nothing came since: why is not known.
    pub interrupted: bool,
    /// Whether it went so well that it may propose a joint test of either end (`POST /joint-tests` with `run`).
    pub proposes: bool,
    /// The joint tests that it proposed and nobody withdrew.
    pub joint_tests: Vec<MouthToEarProposal>,
}

/// A joint test that a run of two venues proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MouthToEarProposal {
    /// Its number.
    pub id: u64,
    /// The venue of which it is.
    pub subject: String,
    /// Whether persons at both ends have confirmed it.
    pub counts: bool,
}

/// A venue that takes part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MouthToEarEnd {
    /// Its id.
    pub venue: String,
    /// As people call it.
    pub name: String,
    /// What its box answered: `done`, `interlocked`, `impossible`; none when nothing came, or it is not known any more.
    #[schema(required)]
    pub answer: Option<String>,
    /// Its line for a person.
    #[schema(required)]
    pub detail: Option<String>,
    /// Whether it told what it heard.
    pub told: bool,
}

/// What arrived at one end of the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MouthToEarWay {
    /// Who spoke.
    pub from: String,
    /// Who listened.
    pub to: String,
    /// `right`, `other`, `itself`, `nobody`; none when the listener told nothing.
    #[schema(required)]
    pub heard: Option<String>,
    /// Who, when it was another.
    #[schema(required)]
    pub heard_venue: Option<String>,
    /// The same of the picture; none when nobody looked, or the speaker had nothing to show.
    #[schema(required)]
    pub seen: Option<String>,
    /// Whose picture, when it was another's.
    #[schema(required)]
    pub seen_venue: Option<String>,
    /// Mouth to ear by both clocks.
    #[schema(required)]
    pub delay_ms: Option<f64>,
    /// How far the clocks may be apart; none when one is not disciplined, and half of the round trip counts instead.
    #[schema(required)]
    pub delay_error_ms: Option<u32>,
    /// What is judged.
    #[schema(required)]
    pub judged_delay_ms: Option<f64>,
    /// How loud, dB of full scale.
    #[schema(required)]
    pub level_db: Option<f64>,
    /// Against what else was heard, dB.
    #[schema(required)]
    pub snr_db: Option<f64>,
    /// The speaker's own sound that came back to him, dB against what he hears of the other end.
    #[schema(required)]
    pub echo_db: Option<f64>,
    /// Sound early (+) or late (−) against the picture.
    #[schema(required)]
    pub lip_sync_ms: Option<f64>,
    /// How far that may be wrong.
    #[schema(required)]
    pub lip_sync_error_ms: Option<f64>,
    /// How the picture ran.
    #[schema(required)]
    pub picture: Option<MouthToEarPicture>,
    /// What is wrong, the worst first.
    pub findings: Vec<MouthToEarFinding>,
}

/// How a picture ran, by the numbers of frames in it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MouthToEarPicture {
    /// Frames that came.
    pub frames: u32,
    /// Frames that did not come.
    pub missing: u32,
    /// Frames that came more than once.
    pub repeated: u32,
    /// The longest time without a new one.
    pub longest_still_ms: u32,
    /// New frames a second.
    pub fps: f64,
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MouthToEarFinding {
    /// `across.silent`, `across.other-venue`, `across.lip-sync` …
    pub code: String,
    /// `degraded` or `fail`.
    #[schema(value_type = crate::api::dto::VerdictName)]
    pub verdict: String,
}

impl From<Limits> for MouthToEarLimits {
    fn from(limits: Limits) -> Self {
        let Limits { delay_ms, early_ms, late_ms, still_ms, echo_db } = limits;
        Self { delay_ms, early_ms, late_ms, still_ms, echo_db }
    }
}
