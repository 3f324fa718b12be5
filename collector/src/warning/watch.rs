//! Looks through the history for drifts and faults: some rooms a minute, so that a province is looked at about twice a day and nobody
//! waits for it.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use avow_shared::time::UnixMs;

use super::{FAULTS_MS, MOST_OF_ROOM, MOST_WARNINGS, Room, SPAN_MS, Warning, Warnings, drift, faults};
use crate::books::Books;
use crate::clock::now_ms;
use crate::history::{Question, Reader, Resolution};
use crate::province::{Venue, View};

/// Between two slices.
const EVERY: Duration = Duration::from_secs(60);
/// Rooms of a slice: a province of 18 762 takes ten hours, and some two percent of a core.
const ROOMS: usize = 30;

/// Looks until it is dropped.
pub async fn watch(view: Arc<ArcSwap<View>>, books: Arc<Books>, reader: Reader) {
    let mut every = tokio::time::interval(EVERY);
    let mut next = 0;
    loop {
        every.tick().await;
        let (view, books, reader) = (view.load_full(), Arc::clone(&books), reader.clone());
        let looked = tokio::task::spawn_blocking(move || slice(&view, &books, &reader, (next, now_ms()))).await;
        next = looked.unwrap_or(0);
    }
}

/// Looks at some rooms from `from` on at `now`; where to go on.
pub(crate) fn slice(view: &View, books: &Books, reader: &Reader, (from, now): (usize, UnixMs)) -> usize {
    let rooms: Vec<&Arc<Venue>> = view.venues().skip(from).take(ROOMS).collect();
    let mut all = Warnings::clone(&books.warnings.load());
    for venue in &rooms {
        let Some(room) = look(venue, reader, now) else { continue };
        all.since_ms = [all.since_ms, room.since_ms].into_iter().flatten().min();
        if room.warnings.is_empty() && room.faults.is_empty() && room.left_out == 0 {
            all.rooms.remove(&venue.id);
        } else {
            all.rooms.insert(venue.id, Arc::new(room));
        }
    }
    all.bound(MOST_WARNINGS);
    let is_last = rooms.len() < ROOMS;
    if is_last {
        all.complete_ms = Some(now);
        // Rooms that are gone are not warned of for ever.
        all.rooms.retain(|venue, _| view.venue(*venue).is_some());
    }
    books.warnings.store(Arc::new(all));
    if is_last { 0 } else { from + ROOMS }
}

/// What the history says of a room; none when it cannot be read just now.
fn look(venue: &Venue, reader: &Reader, now: UnixMs) -> Option<Room> {
    let mut room = Room::default();
    let mut hours = Vec::new();
    let probes = venue.described.as_ref().map(|described| Arc::clone(&described.probes));
    for probe in probes.iter().flat_map(|probes| probes.iter()) {
        let question = Question {
            venue: venue.id,
            probe: probe.id.clone(),
            from_ms: now.saturating_sub(FAULTS_MS),
            to_ms: now,
            resolution: Resolution::Hour,
        };
        let answer = match reader.answer(&question) {
            Ok(answer) => answer,
            Err(error) => {
                tracing::warn!(%error, venue = %venue.id, "the history cannot be read for early warning");
                return None;
            }
        };
        room.since_ms = [room.since_ms, answer.verdicts.first().map(|(at_ms, _)| *at_ms)].into_iter().flatten().min();
        if probe.required {
            hours.extend(answer.verdicts.iter().map(|(at_ms, verdict)| (*at_ms, *verdict == "fail")));
        }
        for limit in &probe.limits {
            let Some(series) = answer.series.iter().find(|series| series.name == limit.value) else { continue };
            let since = now.saturating_sub(SPAN_MS);
            let at = series.points.partition_point(|(at_ms, _)| *at_ms < since);
            let found = drift(&series.points[at..], limit, now);
            let Some(found) = found.filter(|_| room.warnings.len() < MOST_OF_ROOM) else { continue };
            room.warnings.push(Warning {
                venue: venue.id,
                probe: probe.id.clone(),
                value: limit.value.clone(),
                unit: series.unit,
                limit: (found.bound, limit.side),
                fails: found.fails,
                now: found.now,
                per_day: found.per_day,
                crosses_ms: found.crosses_ms(now),
                tau: found.tau,
                points: found.points,
            });
        }
    }
    room.faults = faults(hours);
    Some(room)
}
