//! The registry: what people at HQ know of venues and places. Imports are planned here as pure values, persisted by
//! [`save`], and only then in force.

pub(crate) mod csv;
mod export;
mod persist;
mod plan;
mod rows;
pub(crate) mod sheet;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::id::VenueId;
use avow_shared::place::PlaceCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) use csv::guard;
pub use export::{export, export_rows};
pub use persist::{load, save};
pub use plan::{Plan, plan};
pub use rows::Rows;
pub use sheet::{MAX_BYTES, MAX_ROWS};

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
    /// 网络域: the network that its conferences run over.
    pub network: Option<Box<str>>,
}

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A place: parent and exclusion of all that lies in it.
    Place(PlaceCode),
    /// A venue.
    Venue(VenueId),
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Place(place) => place.fmt(f),
            Self::Venue(venue) => venue.fmt(f),
        }
    }
}

impl Registry {
    /// What it says of `key`.
    #[must_use]
    pub fn get(&self, key: Key) -> Option<&Arc<Entry>> {
        match key {
            Key::Place(place) => self.places.get(&place),
            Key::Venue(venue) => self.venues.get(&venue),
        }
    }

    /// Whether it says nothing of anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.venues.is_empty() && self.places.is_empty()
    }

    /// Says `entry` of `key`.
    pub fn set(&mut self, key: Key, entry: Arc<Entry>) {
        match key {
            Key::Place(place) => self.places.insert(place, entry),
            Key::Venue(venue) => self.venues.insert(venue, entry),
        };
    }
}

/// All entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registry {
    /// By venue.
    pub venues: BTreeMap<VenueId, Arc<Entry>>,
    /// By place.
    pub places: BTreeMap<PlaceCode, Arc<Entry>>,
}

/// Something to say of a line, in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) en: String,
    pub(crate) zh: String,
}

pub(crate) fn said(en: impl Into<String>, zh: impl Into<String>) -> Said {
    Said { en: en.into(), zh: zh.into() }
}

/// One line of an import that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineError {
    /// The line of the file, the heading being line 1.
    pub line: u32,
    /// What is wrong and what was expected, in English.
    pub message: String,
    /// The same in Chinese.
    pub message_zh: String,
}

/// One line of an import of which something was not taken, although the rest was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineNote {
    /// The line of the file, the heading being line 1.
    pub line: u32,
    /// What was not taken, and why, in English.
    pub message: String,
    /// The same in Chinese.
    pub message_zh: String,
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
    /// What was passed over in lines that were taken.
    pub notes: Vec<LineNote>,
}
