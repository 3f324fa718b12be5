//! What a run or a plan is to do, checked once at the edge.

use avow_shared::id::ProbeId;

use super::super::problem::Problem;
use super::dto::{InspectionWork, ProbeMode};
use super::line;
use crate::inspection::{MAX_LINE_CHARS, MOST_MANUAL, ManualItem, Probes, Quiet, Work};
use crate::province::Tree;
use crate::scope::Scope;

const MOST_PROBES: usize = 64;
const MOST_AT_ONCE: u16 = 5_000;
const WINDOW_MIN: std::ops::RangeInclusive<u32> = 5..=43_200;

/// What is to be done, checked.
pub(super) fn read_work(work: &InspectionWork, tree: &Tree) -> Result<Work, Problem> {
    let scope = Scope::read(&work.places, (&work.except, &work.levels), &work.venues, &work.units, tree)
        .map_err(Problem::bad)?;
    read_work_of(work, scope)
}

/// The same for whom a saved group names.
pub(super) fn read_followed(work: &InspectionWork) -> Result<Work, Problem> {
    let names_nobody =
        [&work.places, &work.except, &work.levels, &work.venues, &work.units].iter().all(|list| list.is_empty());
    if !names_nobody {
        return Err(Problem::bad("group: either a group or places, venues and units are expected"));
    }
    read_work_of(work, Scope::default())
}

fn read_work_of(work: &InspectionWork, scope: Scope) -> Result<Work, Problem> {
    if !WINDOW_MIN.contains(&work.window_min) {
        return Err(Problem::bad("window_min: 5 to 43200 minutes are expected"));
    }
    let at_once = 1..=MOST_AT_ONCE;
    if !at_once.contains(&work.spread.at_once) || !at_once.contains(&work.spread.per_county) {
        return Err(Problem::bad(format!("spread: 1 to {MOST_AT_ONCE} venues at once are expected")));
    }
    let quiet =
        work.quiet.as_ref().map(|hours| Ok::<_, Problem>(Quiet { from: minute(&hours.from)?, to: minute(&hours.to)? }));
    let quiet = quiet.transpose()?;
    if quiet.is_some_and(|quiet| quiet.from == quiet.to) {
        return Err(Problem::bad("quiet: hours that leave some of the day are expected"));
    }
    Ok(Work {
        kind: work.kind,
        scope,
        probes: probes(work)?,
        manual: manual(work)?,
        confirmed: work.confirmed,
        spread: work.spread,
        quiet,
        window_min: work.window_min,
    })
}

fn probes(work: &InspectionWork) -> Result<Probes, Problem> {
    let list = &work.probe_list;
    if list.len() > MOST_PROBES {
        return Err(Problem::bad(format!("probe_list: at most {MOST_PROBES} are expected")));
    }
    let ids = list.iter().map(|id| id.parse::<ProbeId>()).collect::<Result<Vec<_>, _>>();
    let ids = ids.map_err(|error| Problem::bad(format!("probe_list: {error}")))?;
    match work.probe_mode {
        ProbeMode::All => Ok(Probes::All),
        ProbeMode::None => Ok(Probes::Nothing),
        ProbeMode::Kinds | ProbeMode::Ids if list.is_empty() => {
            Err(Problem::bad("probe_list: at least one kind or probe is expected"))
        }
        ProbeMode::Kinds => Ok(Probes::Kinds(list.iter().map(Into::into).collect())),
        ProbeMode::Ids => Ok(Probes::Ids(ids)),
    }
}

fn manual(work: &InspectionWork) -> Result<Vec<ManualItem>, Problem> {
    if work.manual.len() > MOST_MANUAL {
        return Err(Problem::bad(format!("manual: at most {MOST_MANUAL} items are expected")));
    }
    let mut keys = std::collections::HashSet::new();
    for item in &work.manual {
        let is_key = item.key.parse::<ProbeId>().is_ok() && keys.insert(item.key.as_str());
        if !is_key || item.title.trim().is_empty() {
            return Err(Problem::bad(format!("manual: '{}': a key of its own and a title are expected", item.key)));
        }
        line("manual", &item.title, MAX_LINE_CHARS)?;
        line("manual", &item.standard, MAX_LINE_CHARS)?;
    }
    Ok(work.manual.clone())
}

fn minute(text: &str) -> Result<u16, Problem> {
    let read =
        text.split_once(':').and_then(|(hour, minute)| Some((hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?)));
    let read = read.filter(|(hour, minute)| text.len() == 5 && *hour < 24 && *minute < 60);
    read.map(|(hour, minute)| hour * 60 + minute)
        .ok_or_else(|| Problem::bad(format!("'{text}': a time such as 22:00 is expected")))
}
