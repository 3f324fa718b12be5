//! The registry: what people at HQ know of venues and places. Pure; its rows are persisted by `registry::store`.

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::id::VenueId;
use avow_shared::place::PlaceCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the registry says of a venue, or (parent and exclusion alone) of a place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// As people call it.
    pub name: Option<Box<str>>,
    /// The unit that uses it.
    pub unit: Option<Box<str>>,
    /// Whom to call.
    pub contact: Option<Box<str>>,
    /// Their number.
    pub telephone: Option<Box<str>>,
    /// The place that it counts in, other than its code says.
    pub parent: Option<PlaceCode>,
    /// Why it is left out.
    pub exclusion: Option<Arc<str>>,
    /// Whether it sends too.
    pub two_way: Option<bool>,
}

/// All entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registry {
    /// By venue.
    pub venues: BTreeMap<VenueId, Arc<Entry>>,
    /// By place.
    pub places: BTreeMap<PlaceCode, Arc<Entry>>,
}

/// One line of an import that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineError {
    /// The line of the file, the heading being line 1.
    pub line: u32,
    /// What is wrong and what was expected.
    pub message: String,
}

/// What an import did or would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportReport {
    /// Whether it was only tried.
    pub dry_run: bool,
    /// How the file was written: `utf-8` or `gb18030`.
    pub encoding: String,
    /// Rows below the heading.
    pub rows: u32,
    /// Entries that are new.
    pub added: u32,
    /// Entries that are changed.
    pub changed: u32,
    /// Entries that stay as they are.
    pub unchanged: u32,
    /// Why nothing was taken, when not empty.
    pub errors: Vec<LineError>,
}

/// The rows of a file, read and checked one by one.
#[derive(Clone, Debug, Default)]
pub struct Rows {}
