//! `GET /venues`: search, filter, sort and page over all venues, fast enough without an index: one pass over the state.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

use avow_shared::backup::{Kind, State};
use axum::Json;
use axum::extract::{Query, State as Extract};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Shared;
use super::dto::{Counts, VenueList, VenueRow};
use super::page::Page;
use super::places::find;
use super::problem::{Problem, ProblemDetails};
use crate::province::{Class, Standing, Venue, View, matches, words};

/// The longest search.
const MAX_QUERY_CHARS: usize = 100;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter {
    /// Only venues at or below this place.
    place: Option<String>,
    /// Only these classes, with commas between; also `never` and `excluded`.
    class: Option<String>,
    /// Words that all must be found in names, pinyin, initials or code.
    q: Option<String>,
    /// Only venues with a backup path in one of these states, with commas between: `failing`, `overdue`, `never`,
    /// `unexercised`, `proven`; also `none` for those without one.
    backup: Option<String>,
    /// Only backup paths of this kind count for `backup`: `line`, `terminal`, `microphone`, `platform`, `ups`, `other`.
    backup_kind: Option<String>,
    /// `severity` (the default), `name`, `code`, `since`, `last` or `proven`.
    sort: Option<String>,
    /// `asc` (the default) or `desc`.
    order: Option<String>,
    /// How many to pass over.
    offset: Option<usize>,
    /// How many to give, at most 500; 100 when not said.
    limit: Option<usize>,
}

/// Venues by place, class and search; sorted, one page.
#[utoipa::path(get, path = "/venues", tag = "venues", params(Filter),
    responses((status = 200, body = VenueList), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn list_venues(
    Extract(shared): Extract<Arc<Shared>>,
    Query(filter): Query<Filter>,
) -> Result<Json<VenueList>, Problem> {
    let view = shared.view.load_full();
    list(&view, &filter, shared.now_ms()).map(Json)
}

fn list(view: &View, filter: &Filter, now_ms: u64) -> Result<VenueList, Problem> {
    let classes = filter.class.as_deref().filter(|text| !text.is_empty()).map(wanted_classes).transpose()?;
    let (sort, page) = (sorting(filter)?, Page::new(filter.offset, filter.limit)?);
    let query = filter.q.as_deref().unwrap_or_default();
    if query.chars().count() > MAX_QUERY_CHARS {
        return Err(Problem::bad(format!("q: at most {MAX_QUERY_CHARS} characters are expected")));
    }
    let words = words(query);
    let backup = Backed::of(filter)?;
    let scope = filter.place.as_deref().map(|code| find(view, code)).transpose()?;
    let mut counts = Counts::default();
    let mut found: Vec<&Arc<Venue>> = Vec::new();
    // An agent of several rooms is one agent, as in the sums of a place.
    let mut connected = HashSet::new();
    let within = |venue: &&Arc<Venue>| scope.is_none_or(|scope| view.tree.is_within(venue.at, scope));
    for venue in view.venues().filter(within).filter(|venue| matches(&venue.search, &words)) {
        counts.enter(venue.standing);
        connected.extend(venue.link.filter(|link| link.connected).map(|link| link.agent));
        if shown(venue.standing, classes.as_deref()) && backup.fits(venue) {
            found.push(venue);
        }
    }
    counts.agents = u32::try_from(connected.len()).unwrap_or(u32::MAX);
    sort.apply(&mut found);
    let items = page.of(&found).map(|venue| row(view, venue)).collect();
    Ok(VenueList { now_ms, revision: view.revision, total: found.len(), counts, items })
}

/// Without a wish, all that count in a class or were never heard of; the excluded only when asked for.
fn shown(standing: Standing, wanted: Option<&[Standing]>) -> bool {
    wanted.map_or(!matches!(standing, Standing::Excluded | Standing::Hidden), |wanted| wanted.contains(&standing))
}

fn wanted_classes(text: &str) -> Result<Vec<Standing>, Problem> {
    let one = |word: &str| match word {
        "never" => Ok(Standing::Never),
        "excluded" => Ok(Standing::Excluded),
        word => word.parse::<Class>().map(Standing::Class).map_err(|what| Problem::bad(format!("class: {what}"))),
    };
    text.split(',').map(one).collect()
}

/// What is wanted of a venue's backup paths.
struct Backed {
    kind: Option<Kind>,
    /// The states of which one is wanted, none: that there is no path; without a wish, whatever.
    states: Option<Vec<Option<State>>>,
}

impl Backed {
    fn of(filter: &Filter) -> Result<Self, Problem> {
        let said = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let state = |word: &str| {
            let found = State::ALL.into_iter().find(|state| state.word() == word);
            let none = (word == "none").then_some(None);
            found.map(Some).or(none).ok_or_else(|| {
                let expected = "expected failing, overdue, never, unexercised, proven or none";
                Problem::bad(format!("backup: {expected}, found '{word}'"))
            })
        };
        let kind = |word: String| {
            Kind::ALL.into_iter().find(|kind| kind.word() == word).ok_or_else(|| {
                let expected = "expected line, terminal, microphone, platform, ups or other";
                Problem::bad(format!("backup_kind: {expected}, found '{word}'"))
            })
        };
        let states = said(&filter.backup).map(|text| text.split(',').map(state).collect()).transpose()?;
        Ok(Self { kind: said(&filter.backup_kind).map(kind).transpose()?, states })
    }

    fn fits(&self, venue: &Venue) -> bool {
        let mut of_kind = venue.backups().filter(|(path, _)| self.kind.is_none_or(|kind| path.kind == kind)).peekable();
        match &self.states {
            None => self.kind.is_none() || of_kind.peek().is_some(),
            Some(wanted) if of_kind.peek().is_none() => wanted.contains(&None),
            Some(wanted) => of_kind.any(|(_, standing)| wanted.contains(&Some(standing.state))),
        }
    }
}

#[derive(Clone, Copy)]
enum By {
    Severity,
    Name,
    Code,
    Since,
    Last,
    Proven,
}

#[derive(Clone, Copy)]
struct Sorting {
    by: By,
    descending: bool,
}

fn sorting(filter: &Filter) -> Result<Sorting, Problem> {
    let by = match filter.sort.as_deref().unwrap_or("severity") {
        "severity" => By::Severity,
        "name" => By::Name,
        "code" => By::Code,
        "since" => By::Since,
        "last" => By::Last,
        "proven" => By::Proven,
        other => {
            let expected = "expected severity, name, code, since, last or proven";
            return Err(Problem::bad(format!("sort: {expected}, found '{other}'")));
        }
    };
    match filter.order.as_deref().unwrap_or("asc") {
        "asc" => Ok(Sorting { by, descending: false }),
        "desc" => Ok(Sorting { by, descending: true }),
        other => Err(Problem::bad(format!("order: expected asc or desc, found '{other}'"))),
    }
}

impl Sorting {
    fn apply(self, venues: &mut [&Arc<Venue>]) {
        match self.by {
            By::Severity => venues.sort_by_cached_key(|v| (rank(v.standing), std::cmp::Reverse(v.since_ms), v.id)),
            By::Name => venues.sort_by_cached_key(|v| (v.name(), v.id)),
            By::Code => venues.sort_unstable_by_key(|v| v.id),
            By::Since => venues.sort_by(|a, b| later(a.since_ms, b.since_ms).then(a.id.cmp(&b.id))),
            // What was never seen to work is the oldest of all.
            By::Proven => {
                let proven = |v: &Venue| v.backup_state().map(|_| v.backups_proven_ms().unwrap_or(0));
                venues.sort_by_cached_key(|v| (proven(v).unwrap_or(u64::MAX), v.id));
            }
            By::Last => {
                let last = |v: &Venue| v.link.map(|link| link.last_ms);
                venues.sort_by(|a, b| later(last(a), last(b)).then(a.id.cmp(&b.id)));
            }
        }
        if self.descending {
            venues.reverse();
        }
    }
}

/// What has no time comes last.
fn later(a: Option<u64>, b: Option<u64>) -> Ordering {
    a.unwrap_or(u64::MAX).cmp(&b.unwrap_or(u64::MAX))
}

/// The most urgent first, then those never heard of, then the excluded.
fn rank(standing: Standing) -> u8 {
    match standing {
        Standing::Class(class) => class as u8,
        Standing::Never => 10,
        Standing::Excluded => 11,
        Standing::Hidden => 12,
    }
}

/// A venue as a row.
pub(super) fn row(view: &View, venue: &Venue) -> VenueRow {
    let entry = venue.entry.as_deref();
    let place = view.tree.place(venue.at);
    let text = |text: Option<&str>| text.map(ToOwned::to_owned);
    VenueRow {
        id: venue.id.to_string(),
        name: venue.name().to_string(),
        unit: venue.unit().map(Into::into),
        place: place.code.to_string(),
        place_name: view.tree.full_name(venue.at),
        level: place.code.level(),
        class: venue.class(),
        finding: venue.finding.as_ref().map(ToString::to_string),
        why: why(view, venue),
        since_ms: venue.since_ms,
        last_ms: venue.link.map(|link| link.last_ms),
        two_way: venue.two_way(),
        network: text(venue.network()),
        contact: entry.and_then(|entry| text(entry.contact.as_deref())),
        telephone: entry.and_then(|entry| text(entry.telephone.as_deref())),
        connected: venue.link.is_some_and(|link| link.connected),
        backups: u32::try_from(venue.backups().count()).unwrap_or(u32::MAX),
        backup_state: venue.backup_state().map(|state| state.word().to_owned()),
        backup_proven_ms: venue.backups_proven_ms(),
    }
}

fn why(view: &View, venue: &Venue) -> Option<String> {
    if venue.standing != Standing::Excluded {
        return venue.why.as_ref().map(ToString::to_string);
    }
    let own = venue.entry.as_ref().and_then(|entry| entry.exclusion.as_ref());
    own.or_else(|| view.tree.exclusion(venue.at)).map(ToString::to_string)
}

#[cfg(test)]
mod tests {
    use avow_shared::divisions::Divisions;
    use avow_shared::id::AgentId;

    use super::*;
    use crate::fact::AgentState;
    use crate::province::{Province, Rules};
    use crate::registry::{Key, Registry};

    #[test]
    fn an_agent_of_two_rooms_is_one_agent_in_the_list_as_in_the_sums_of_its_place() {
        let mut province = Province::new(Divisions::fujian(), Arc::default(), Rules::default());
        province.go_live(1);
        for (seed, venues) in [(1, &["350102001-01", "350102001-02"][..]), (2, &["350103-01"])] {
            let venues: Vec<_> = venues.iter().map(|venue| venue.parse().expect("a venue")).collect();
            let id = AgentId([seed; 16]);
            let mut registry = Registry::clone(province.registry());
            venues.iter().for_each(|venue| registry.set(Key::Venue(*venue), Arc::default()));
            province.apply_registry(Arc::new(registry));
            province.agent_state(id, AgentState::Accepted, &venues);
            province.connection(id, true);
            province.heard(id, 2);
        }
        let view = province.publish();
        for (place, expected) in [("35", 2), ("350102", 1), ("350103", 1), ("350104", 0)] {
            let filter = Filter { place: Some(place.to_owned()), ..Filter::default() };
            let listed = list(&view, &filter, 3).expect("a list").counts;
            let summed = view.counts(find(&view, place).expect("a place"));
            assert_eq!((listed.agents, summed.agents), (expected, expected), "{place}");
        }
    }
}
