//! `GET /obligations`, `GET|PUT /obligations/rules`, `GET|POST /joint-tests` and what becomes of one: who owes joint tests.

pub mod dto;
pub(super) mod kept;
pub(super) mod month;

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::place::{Level, PlaceCode};
use avow_shared::time::UnixMs;
use axum::Json;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

use self::dto::{
    BoardAnswer, BoardCell, BoardCity, BoardPeriod, BoardRow, BoardSums, JointTestItem, JointTestList, ObligationRules,
    OfWhom, TestsWaiting,
};
use super::Shared;
use super::form::{self, Form, Name};
use super::page::Page;
use super::places::find;
use super::problem::{Problem, ProblemDetails};
use crate::calendar::Month;
use crate::command::Command;
use crate::document::Document;
use crate::document::joint_tests::{Row as FormRow, form_of_joint_tests};
use crate::obligations::{self, Board, CellState, Change, JointTest, Obligations, Owes, Row, Rules, Subject, Waiting};
use crate::province::{View, matches, words};

/// Without a wish, the province.
const ROOT: &str = "35";
/// The longest search.
const MAX_QUERY_CHARS: usize = 100;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// `county` or `venue`.
    of: OfWhom,
    /// The year, as China counts it; this one when not said.
    year: Option<u16>,
    /// Only who lies at or below this place.
    place: Option<String>,
    /// Only who has a period in this state: `overdue`, `owed`, `done`, `ahead`, `excused`, `free`.
    state: Option<CellState>,
    /// Words that all must be found in name or code; of venues also in pinyin and initials.
    q: Option<String>,
    /// How many to pass over.
    offset: Option<usize>,
    /// How many to give, at most 500; 100 when not said.
    limit: Option<usize>,
}

/// Who owes joint tests in a year, by period: one page, and the sums of all that lie in the place.
#[utoipa::path(get, path = "/obligations", tag = "obligations", params(Asked),
    responses((status = 200, body = BoardAnswer), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn get_board(
    State(shared): State<Arc<Shared>>,
    Query(asked): Query<Asked>,
) -> Result<Json<BoardAnswer>, Problem> {
    let (view, obligations) = (shared.view.load_full(), shared.books.obligations.load_full());
    let page = Page::new(asked.offset, asked.limit)?;
    let now_ms = shared.now_ms();
    let year = asked.year.unwrap_or_else(|| Month::of(now_ms).year());
    if Month::new(year, 1).is_none() {
        return Err(Problem::bad("year: 1970 to 9999 is expected"));
    }
    let query = asked.q.as_deref().unwrap_or_default();
    if query.chars().count() > MAX_QUERY_CHARS {
        return Err(Problem::bad(format!("q: at most {MAX_QUERY_CHARS} characters are expected")));
    }
    let scope = find(&view, asked.place.as_deref().unwrap_or(ROOT))?;
    let (owing, every) = match asked.of {
        OfWhom::County => (counties(&view, scope), obligations.rules.county),
        OfWhom::Venue => (venues(&view, scope), obligations.rules.venue),
    };
    let board = obligations::board((&obligations.rules, every), year, owing, obligations.iter(), now_ms);
    let (sums, cities) = sums(&view, &board);
    let words = words(query);
    let in_state = |row: &&Row| asked.state.is_none_or(|state| row.cells.iter().any(|cell| cell.state == state));
    let fits = |row: &&Row| words.is_empty() || matches(&searched(&view, row.owes.subject), &words);
    let found: Vec<&Row> = board.rows.iter().filter(in_state).filter(fits).collect();
    Ok(Json(BoardAnswer {
        now_ms,
        of: asked.of,
        year,
        every,
        since: obligations.rules.since.map(|month| month.to_string()),
        periods: board.periods.iter().map(BoardPeriod::of).collect(),
        sums,
        cities,
        waiting: waiting(&view, &obligations, scope),
        owing: board.rows.len(),
        total: found.len(),
        items: page.of(&found).map(|row| item(&view, row)).collect(),
    }))
}

/// What of the tests of a place waits for somebody's word.
fn waiting(view: &View, obligations: &Obligations, scope: u32) -> TestsWaiting {
    TestsWaiting::of(obligations.iter().map(|(_, test)| &**test).filter(|test| lies(view, test, scope)))
}

/// Whether whoever was tested lies in a place.
fn lies(view: &View, test: &JointTest, scope: u32) -> bool {
    let place = match test.subject {
        Subject::County(place) => place,
        Subject::Venue(venue) => venue.place,
    };
    view.tree.nearest(place).is_some_and(|at| view.tree.is_within(at, scope))
}

fn counties(view: &View, scope: u32) -> Vec<Owes> {
    let tree = &view.tree;
    let county = |at: &u32| tree.place(*at).code.level() == Level::County && tree.is_within(*at, scope);
    let all = (0..u32::try_from(tree.len()).unwrap_or(u32::MAX)).filter(county);
    all.map(|at| Owes { subject: Subject::County(tree.place(at).code), excused: tree.exclusion(at).map(Arc::clone) })
        .collect()
}

fn venues(view: &View, scope: u32) -> Vec<Owes> {
    let rooms = crate::units::rooms(view).filter(|room| view.tree.is_within(room.at, scope));
    rooms.map(|room| Owes { subject: Subject::Venue(room.id), excused: room.exclusion }).collect()
}

/// All together, and by city.
fn sums(view: &View, board: &Board) -> (Vec<BoardSums>, Vec<BoardCity>) {
    let none = vec![BoardSums::default(); board.periods.len()];
    let (mut all, mut cities) = (none.clone(), BTreeMap::<PlaceCode, (usize, Vec<BoardSums>)>::new());
    for row in &board.rows {
        let (owing, of_city) = cities.entry(city(view, row.owes.subject)).or_insert_with(|| (0, none.clone()));
        *owing += 1;
        for ((cell, sums), of_city) in row.cells.iter().zip(&mut all).zip(of_city) {
            sums.enter(cell.state);
            of_city.enter(cell.state);
        }
    }
    let told = |(place, (owing, sums)): (PlaceCode, (usize, Vec<BoardSums>))| BoardCity {
        place: place.to_string(),
        name: view.tree.index(place).map_or_else(String::new, |at| view.tree.place(at).name.to_string()),
        owing,
        sums,
    };
    (all, cities.into_iter().map(told).collect())
}

/// The city in which somebody counts, by the tree in force; what lies in none counts in the province.
fn city(view: &View, subject: Subject) -> PlaceCode {
    let at = match subject {
        Subject::County(place) => view.tree.index(place),
        Subject::Venue(venue) => view.venue(venue).map(|known| known.at).or_else(|| view.tree.nearest(venue.place)),
    };
    let at = at.unwrap_or_default();
    // A path goes from the place up to the province: the last but one is the city.
    let path: Vec<u32> = view.tree.path(at).collect();
    view.tree.place(path.iter().rev().nth(1).or(path.last()).copied().unwrap_or(at)).code
}

/// 网络域 of a room as registered; of a county that which all of its own rooms have that are registered with one.
fn network(view: &View, subject: Subject) -> Option<&str> {
    match subject {
        Subject::Venue(venue) => view.venue(venue)?.network(),
        Subject::County(place) => {
            let mut known = view.venues_at(place).filter_map(|venue| venue.network());
            let first = known.next()?;
            known.all(|other| other == first).then_some(first)
        }
    }
}

fn searched(view: &View, subject: Subject) -> Arc<str> {
    match subject {
        Subject::County(place) => format!("{place}\n{}", name(view, subject)).to_lowercase().into(),
        Subject::Venue(venue) => view.venue(venue).map(|known| Arc::clone(&known.search)).unwrap_or_default(),
    }
}

pub(super) fn name(view: &View, subject: Subject) -> String {
    match subject {
        Subject::County(place) => view.tree.index(place).map_or_else(String::new, |at| view.tree.full_name(at)),
        Subject::Venue(venue) => view.venue(venue).map_or_else(|| venue.to_string(), |known| known.name().to_string()),
    }
}

fn item(view: &View, row: &Row) -> BoardRow {
    let place = match row.owes.subject {
        Subject::County(_) => None,
        Subject::Venue(venue) => view.tree.nearest(venue.place).map(|at| view.tree.full_name(at)),
    };
    BoardRow {
        subject: row.owes.subject.to_string(),
        name: name(view, row.owes.subject),
        place,
        excused: row.owes.excused.as_deref().map(str::to_owned),
        network: network(view, row.owes.subject).map(str::to_owned),
        cells: row.cells.iter().map(BoardCell::of).collect(),
    }
}

/// What is owed by rule.
#[utoipa::path(get, path = "/obligations/rules", tag = "obligations", responses((status = 200, body = ObligationRules)))]
pub(super) async fn get_rules(State(shared): State<Arc<Shared>>) -> Json<ObligationRules> {
    Json(ObligationRules::of(&shared.books.obligations.load().rules))
}

/// Has something else owed by rule.
#[utoipa::path(put, path = "/obligations/rules", tag = "obligations", request_body = ObligationRules,
    responses((status = 200, body = ObligationRules), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn put_rules(
    State(shared): State<Arc<Shared>>,
    Json(wanted): Json<ObligationRules>,
) -> Result<Json<ObligationRules>, Problem> {
    let since = wanted.since.as_deref().filter(|text| !text.is_empty()).map(str::parse::<Month>).transpose();
    let since = since.map_err(|error| Problem::bad(format!("since: {error}")))?;
    let rules = Rules { county: wanted.county_months, venue: wanted.venue_months, since };
    let change = Change::Rules(rules);
    shared.ask(|reply| Command::Oblige { change, reply }).await?;
    Ok(Json(ObligationRules::of(&rules)))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// Only of this county (with its own rooms) or venue.
    subject: Option<String>,
    /// Only of whoever lies in this place, by the tree.
    place: Option<String>,
    /// Only those of this time and later.
    from_ms: Option<UnixMs>,
    /// Only those before this time.
    to_ms: Option<UnixMs>,
    /// Only those that wait for a person's word: `confirmation`, they do not count yet; `correction`, a correction does not.
    #[param(inline)]
    waiting: Option<Waiting>,
    /// How many to pass over.
    offset: Option<usize>,
    /// How many to give, at most 500; 100 when not said.
    limit: Option<usize>,
    /// Of the form alone: `html`, `xlsx` or `docx`; a workbook when not said.
    #[param(inline)]
    form: Option<Form>,
}

/// Joint tests, the newest first, one page; also those that were withdrawn.
#[utoipa::path(get, path = "/joint-tests", tag = "obligations", params(Wanted),
    responses((status = 200, body = JointTestList), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn list_tests(
    State(shared): State<Arc<Shared>>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<JointTestList>, Problem> {
    let (view, obligations) = (shared.view.load_full(), shared.books.obligations.load_full());
    let page = Page::new(wanted.offset, wanted.limit)?;
    let mut found = found(&view, &obligations, &wanted)?;
    let waiting = TestsWaiting::of(found.iter().map(|(_, test)| &***test));
    found.retain(|(_, test)| wanted.waiting.is_none_or(|waits| test.waits_for() == Some(waits)));
    let items = page.of(&found).map(|(id, test)| JointTestItem::of(*id, test, name(&view, test.subject))).collect();
    Ok(Json(JointTestList { now_ms: shared.now_ms(), total: found.len(), items, waiting }))
}

/// Those that fit the question, the newest first.
fn found<'a>(
    view: &View,
    obligations: &'a Obligations,
    wanted: &Wanted,
) -> Result<Vec<(u64, &'a Arc<JointTest>)>, Problem> {
    let (of, scope) = asked(view, wanted)?;
    let is_of = |test: &JointTest| {
        of.is_none_or(|of| test.subject == of || test.subject.county().map(Subject::County) == Some(of))
    };
    let time = wanted.from_ms.unwrap_or(0)..wanted.to_ms.unwrap_or(UnixMs::MAX);
    let is_in = |test: &JointTest| scope.is_none_or(|scope| lies(view, test, scope));
    let fits = |test: &JointTest| time.contains(&test.at_ms) && is_of(test) && is_in(test);
    let mut found: Vec<_> = obligations.iter().filter(|(_, test)| fits(test)).collect();
    found.sort_unstable_by_key(|(id, test)| std::cmp::Reverse((test.at_ms, *id)));
    Ok(found)
}

/// Whom a question means, and where.
fn asked(view: &View, wanted: &Wanted) -> Result<(Option<Subject>, Option<u32>), Problem> {
    let of = wanted.subject.as_deref().map(|text| subject(view, text)).transpose()?;
    let scope = wanted.place.as_deref().map(|place| super::places::find(view, place)).transpose()?;
    Ok((of, scope))
}

/// The form of joint tests (联调记录表) as a document, of all that fit.
#[utoipa::path(get, path = "/joint-tests/report", tag = "obligations", params(Wanted),
    responses((status = 200, description = "the file", content_type = "application/octet-stream"),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn report(
    State(shared): State<Arc<Shared>>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    // What is wrong in the question is said before anything is made; the sheet itself may be long.
    asked(&shared.view.load(), &wanted)?;
    let file = Name { ascii: "joint-tests".to_owned(), chinese: "联调记录表".to_owned() };
    form::file(wanted.form.unwrap_or(Form::Xlsx), file, move || {
        sheet_of(&shared, &wanted).map_err(|problem| problem.detail)
    })
    .await
}

/// The form of all that fit the question.
fn sheet_of(shared: &Shared, wanted: &Wanted) -> Result<Document, Problem> {
    let (view, obligations, now_ms) = (shared.view.load_full(), shared.books.obligations.load_full(), shared.now_ms());
    let row = |(id, test): (u64, &Arc<JointTest>)| {
        let place = match test.subject {
            Subject::County(_) => None,
            Subject::Venue(venue) => view.tree.nearest(venue.place).map(|at| view.tree.full_name(at)),
        };
        let (name, place) = (name(&view, test.subject), place.unwrap_or_default());
        FormRow { id, name, place, test: Arc::clone(test) }
    };
    let rows: Vec<FormRow> = found(&view, &obligations, wanted)?.into_iter().map(row).collect();
    Ok(form_of_joint_tests(&rows, (wanted.from_ms, wanted.to_ms), now_ms))
}

fn subject(view: &View, text: &str) -> Result<Subject, Problem> {
    let wrong = || Problem::bad("subject: a county such as 350102 or a venue such as 350102001-01 is expected");
    if text.contains('-') {
        let venue: avow_shared::id::VenueId = text.parse().map_err(|_| wrong())?;
        let is_known = view.tree.index(venue.place).is_some();
        let subject = is_known.then_some(Subject::Venue(venue));
        return subject
            .ok_or_else(|| Problem::not_found(format!("the place of {venue} is not in the table of divisions")));
    }
    let place: PlaceCode = text.parse().map_err(|_| wrong())?;
    if place.level() != Level::County {
        return Err(wrong());
    }
    find(view, text).map(|_| Subject::County(place))
}
