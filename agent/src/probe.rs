//! Probes: what is tested and how. A probe never errs: what it finds, and that it could not look, are both values.

use avow_shared::outcome::{EvidenceKind, Verdict};
use avow_shared::value::Value;
use bytes::Bytes;
use smol_str::SmolStr;

/// What one run of a probe found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The judgement.
    pub verdict: Verdict,
    /// One line for a person (Chinese), at most 200 characters.
    pub detail: SmolStr,
    /// What was measured.
    pub values: Vec<Value>,
    /// What proves it.
    pub exhibits: Vec<Exhibit>,
}

/// A piece of evidence with its bytes, at most 256 KiB.
#[derive(Clone, Debug)]
pub struct Exhibit {
    /// What it is.
    pub kind: EvidenceKind,
    /// Its bytes.
    pub bytes: Bytes,
}
