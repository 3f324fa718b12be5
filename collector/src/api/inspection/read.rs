//! From a run to what is told of it as a whole.

use std::collections::BTreeMap;

use super::super::Shared;
use super::super::groups::words;

use super::dto::{
    InspectionAnswer, InspectionBlame, InspectionForecast, InspectionGroup, InspectionItem, InspectionLine,
    InspectionPlace, InspectionState, InspectionUntested, InspectionWork, ProbeMode, QuietHours,
};
use super::report::subject;
use crate::document::archive::Archive;
use crate::inspection::{Again, Head, Probes, Record, Run, State, Sums, Untested, Work, forecast};
use crate::province::View;

/// So many venues stand for all with the same explanation.
const SAMPLE: usize = 5;

/// A run in a list, with what of it was signed off.
pub(super) fn item(head: &Head, archive: &Archive) -> InspectionItem {
    let ordered = &head.ordered;
    let newest = archive.editions(&subject(head.id)).next().map(|(_, seal)| seal);
    let (paused, ended) = match &head.state {
        State::Running => (None, None),
        State::Paused { since_ms, person } => (Some((*since_ms, person.to_string())), None),
        State::Ended { at_ms, how } => (None, Some((*at_ms, *how))),
    };
    InspectionItem {
        id: head.id,
        title: ordered.title.to_string(),
        plan: ordered.plan,
        meeting: ordered.meeting,
        operator: ordered.operator.to_string(),
        basis: ordered.basis.to_string(),
        by_calendar: ordered.by_calendar,
        work: work(&ordered.work),
        group: ordered.group.as_ref().map(|group| InspectionGroup { id: group.id, name: group.name.to_string() }),
        given_ms: ordered.given_ms,
        until_ms: ordered.until_ms,
        state: state(head),
        paused_ms: paused.as_ref().map(|(since_ms, _)| *since_ms),
        paused_by: paused.map(|(_, person)| person),
        ended_ms: ended.map(|(at_ms, _)| at_ms),
        ended: ended.map(|(_, how)| how),
        revision: head.revision,
        tally: head.all,
        rate: head.all.rate(),
        first_rate: head.all.first_rate(),
        coverage: head.all.coverage(),
        edition: newest.map_or(0, |seal| seal.edition),
        signed_by: newest.map(|seal| seal.by.clone()),
        signed_ms: newest.map(|seal| seal.at_ms),
    }
}

/// How a run stands.
pub(super) const fn state(head: &Head) -> InspectionState {
    match &head.state {
        State::Running => InspectionState::Running,
        State::Paused { .. } => InspectionState::Paused,
        State::Ended { .. } => InspectionState::Ended,
    }
}

/// What is to be done, as it is told and taken.
pub(super) fn work(work: &Work) -> InspectionWork {
    let (probe_mode, probe_list) = match &work.probes {
        Probes::All => (ProbeMode::All, Vec::new()),
        Probes::Kinds(kinds) => (ProbeMode::Kinds, kinds.iter().map(ToString::to_string).collect()),
        Probes::Ids(ids) => (ProbeMode::Ids, ids.iter().map(ToString::to_string).collect()),
        Probes::Nothing => (ProbeMode::None, Vec::new()),
    };
    let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let scope = &work.scope;
    InspectionWork {
        kind: work.kind,
        places: scope.places.iter().map(ToString::to_string).collect(),
        except: scope.except.places.iter().map(ToString::to_string).collect(),
        levels: words(&scope.except.levels),
        venues: scope.venues.iter().map(ToString::to_string).collect(),
        units: scope.units.iter().map(ToString::to_string).collect(),
        probe_mode,
        probe_list,
        manual: work.manual.clone(),
        confirmed: work.confirmed,
        spread: work.spread,
        quiet: work.quiet.map(|quiet| QuietHours { from: time(quiet.from), to: time(quiet.to) }),
        window_min: work.window_min,
    }
}

/// A run as a whole. Takes some milliseconds for the whole province.
pub(super) fn answer(shared: &Shared, run: &Run, head: &Head) -> InspectionAnswer {
    let (now_ms, view) = (shared.now_ms(), shared.view.load_full());
    InspectionAnswer {
        now_ms,
        epoch_ms: shared.started_ms,
        run: item(head, &shared.documents.now()),
        cities: places(&view, &head.cities),
        counties: places(&view, &head.counties),
        blamed: blamed(run),
        untested: untested(run),
        retried: u32::try_from(run.to_retry(Again::Both)).unwrap_or(u32::MAX),
        unfinished: run.unfinished(),
        previous: shared.books.inspections.load().previous(run.id),
        forecast: forecast(run, now_ms, |record| is_there(&view, record)).map(told),
        log: run.log.iter().map(line).collect(),
    }
}

fn line(line: &crate::inspection::Line) -> InspectionLine {
    InspectionLine { at_ms: line.at_ms, person: line.person.to_string(), deed: line.deed }
}

fn told(forecast: crate::inspection::Forecast) -> InspectionForecast {
    InspectionForecast {
        end_ms: forecast.end_ms,
        remaining: forecast.remaining,
        asked_now: forecast.out,
        waiting_away: forecast.away,
        mean_ms: forecast.mean_ms,
        measured: forecast.measured,
        quiet: forecast.quiet,
    }
}

/// Whether the box of a venue is connected.
pub(super) fn is_there(view: &View, record: &Record) -> bool {
    view.venue(record.venue).and_then(|venue| venue.link).is_some_and(|link| link.connected)
}

fn places(view: &View, sums: &Sums) -> Vec<InspectionPlace> {
    let place = |(code, tally): (&avow_shared::place::PlaceCode, &crate::inspection::Tally)| {
        let at = view.tree.index(*code);
        let mut path: Vec<u32> = at.map(|at| view.tree.path(at).collect()).unwrap_or_default();
        path.reverse();
        let city = path.get(1).or(path.first()).map(|at| view.tree.place(*at).code.to_string());
        InspectionPlace {
            place: code.to_string(),
            name: at.map(|at| view.tree.place(at).name.to_string()).unwrap_or_default(),
            city: city.unwrap_or_default(),
            tally: *tally,
            rate: tally.rate(),
            coverage: tally.coverage(),
        }
    };
    sums.iter().map(place).collect()
}

fn blamed(run: &Run) -> Vec<InspectionBlame> {
    let mut groups: BTreeMap<&str, InspectionBlame> = BTreeMap::new();
    for record in &run.records {
        let Some(stages) = record.blamed.as_deref() else { continue };
        let none = || InspectionBlame { stages: stages.to_owned(), venues: 0, sample: Vec::new() };
        let group = groups.entry(stages).or_insert_with(none);
        group.venues += 1;
        if group.sample.len() < SAMPLE {
            group.sample.push(record.venue.to_string());
        }
    }
    let mut groups: Vec<InspectionBlame> = groups.into_values().collect();
    groups.sort_by(|one, other| other.venues.cmp(&one.venues).then_with(|| one.stages.cmp(&other.stages)));
    groups
}

fn untested(run: &Run) -> Vec<InspectionUntested> {
    let mut sums: BTreeMap<Untested, u32> = BTreeMap::new();
    for why in run.records.iter().filter_map(|record| record.untested()) {
        *sums.entry(why).or_default() += 1;
    }
    sums.into_iter().map(|(reason, venues)| InspectionUntested { reason, venues }).collect()
}
