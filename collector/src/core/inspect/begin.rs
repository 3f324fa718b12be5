//! A run begins: who is in it, which probes they have, and everything on disk before anybody is asked.

use std::collections::HashMap;

use avow_shared::time::UnixMs;

use super::super::Core;
use crate::command::Refusal;
use crate::inspection::{Asking, Label, NotBegun, Ordered, Record, Review, Run, items};
use crate::province::{Tree, Venue};
use crate::store::Batch;
use crate::units::{self, Scoped};

/// A run of two venues is ordered by itself.
const OF_TWO: &str = "mouth-to-ear";

impl From<NotBegun> for Refusal {
    fn from(why: NotBegun) -> Self {
        match &why {
            NotBegun::Off | NotBegun::Untold | NotBegun::Full => Self::Conflict(why.to_string()),
            NotBegun::Nobody
            | NotBegun::NoPlace(_)
            | NotBegun::NoVenue(_)
            | NotBegun::NoUnit(_)
            | NotBegun::NoGroup(_) => Self::NotFound(why.to_string()),
            NotBegun::Disk(_) => Self::Failed(why.to_string()),
        }
    }
}

impl Core {
    /// Begins a run; its number.
    pub(super) fn begin_inspection(&mut self, ordered: Ordered) -> Result<u64, NotBegun> {
        self.begin_with(ordered, Batch::new())
    }

    /// Begins a run; `batch` is written with it, both or neither.
    pub(super) fn begin_with(&mut self, ordered: Ordered, batch: Batch) -> Result<u64, NotBegun> {
        if !self.inspecting.runs.has_room(self.hand.as_ref(), ordered.given_ms) {
            return Err(NotBegun::Full);
        }
        self.show_news(ordered.given_ms);
        let (labels, records) = self.inspected(&ordered)?;
        if records.is_empty() {
            return Err(NotBegun::Nobody);
        }
        let id = self.inspecting.runs.next_id(ordered.given_ms);
        let run = Run::new(id, ordered, labels, records);
        self.put_inspection(run, batch).map_err(|error| NotBegun::Disk(error.to_string().into()))?;
        Ok(id)
    }

    /// Every room of the scope, also those that the registry leaves out, which are excused.
    fn inspected(&self, ordered: &Ordered) -> Result<(Vec<Label>, Vec<Record>), NotBegun> {
        let (view, register) = (self.view.load(), self.books.units.load());
        let scope = &ordered.work.scope;
        if let Some(place) = scope.places.iter().find(|place| view.tree.index(**place).is_none()) {
            return Err(NotBegun::NoPlace(*place));
        }
        if let Some(id) = scope.venues.iter().find(|id| view.venue(**id).is_none()) {
            return Err(NotBegun::NoVenue(*id));
        }
        if let Some(id) = scope.units.iter().find(|id| register.get(id).is_none()) {
            return Err(NotBegun::NoUnit(id.clone()));
        }
        let scoped = Scoped::of(scope, &register, &view.tree);
        let mut labels = HashMap::new();
        let mut records = Vec::new();
        for room in units::rooms(&view) {
            let unit = register.of(room.id).and_then(|id| Some((id, register.get(id)?)));
            let Some(venue) = view.venue(room.id).filter(|_| scoped.has(&room)) else { continue };
            let name = unit.map(|(_, unit)| unit.name.clone());
            let mut record = record(&view.tree, venue, name, ordered.given_ms);
            record.excused = room.exclusion.as_deref().map(Into::into);
            if record.excused.is_none() {
                let probes = &ordered.work.probes;
                let wanted = |id: &_, kind: &str| kind != OF_TWO && probes.has(id, kind);
                record.items =
                    venue.described.as_ref().map(|d| items(&d.probes, wanted, &mut labels)).unwrap_or_default();
            }
            records.push(record);
        }
        let mut sorted: Vec<(Label, u32)> = labels.into_iter().collect();
        sorted.sort_unstable_by_key(|(_, at)| *at);
        Ok((sorted.into_iter().map(|(label, _)| label).collect(), records))
    }
}

fn record(tree: &Tree, venue: &Venue, unit: Option<Box<str>>, given_ms: UnixMs) -> Record {
    Record {
        venue: venue.id,
        name: venue.name().as_str().into(),
        unit: unit.unwrap_or_else(|| venue.unit().unwrap_or_default().as_str().into()),
        city: tree.below_province(venue.at, 1),
        county: tree.below_province(venue.at, 2),
        agent: venue.link.map(|link| link.agent),
        excused: None,
        items: Vec::new(),
        manual: Vec::new(),
        manual_before: Vec::new(),
        remark: None,
        blamed: None,
        review: Review::new(venue.id.place.level()),
        since_ms: given_ms,
        first_ms: None,
        last_ms: None,
        asked: 0,
        asking: Asking::Waits { from_ms: given_ms, why: None },
        revision: 1,
    }
}
