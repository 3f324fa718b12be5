//! `POST /meetings`, `GET /meetings`, `DELETE /meetings/{id}`: when the venues must not be disturbed.

use std::sync::Arc;

use avow_shared::id::VenueId;
use avow_shared::place::PlaceCode;
use avow_shared::time::UnixMs;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::problem::{Problem, ProblemDetails};
use crate::command::Command;
use crate::meetings::{LONGEST_MS, MAX_TITLE_CHARS, MOST_VENUES, Meeting, Whom};
use crate::province::Tree;

/// A meeting that is to be kept: either `venues` or `place`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMeeting {
    /// What people call it, 1 to 128 characters.
    pub title: String,
    /// When it begins.
    pub from_ms: UnixMs,
    /// When it ends.
    pub to_ms: UnixMs,
    /// The venues that take part, at most 1 000.
    #[serde(default)]
    pub venues: Vec<String>,
    /// The division under which all venues take part.
    #[serde(default)]
    pub place: Option<String>,
}

/// A meeting that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MeetingItem {
    /// Its number.
    pub id: u64,
    /// What people call it.
    pub title: String,
    /// When it begins.
    pub from_ms: UnixMs,
    /// When it ends.
    pub to_ms: UnixMs,
    /// From then on nothing disturbs its venues: half an hour before it begins.
    pub covers_from_ms: UnixMs,
    /// Until then: a quarter of an hour after it ends.
    pub covers_to_ms: UnixMs,
    /// The venues that take part, when it names them.
    pub venues: Vec<String>,
    /// Else the division under which all take part.
    #[schema(required)]
    pub place: Option<String>,
    /// As people call that; none of one that HQ's table does not have.
    #[schema(required)]
    pub place_name: Option<String>,
}

/// All meetings, of the last seven days and to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MeetingItems {
    /// The collector's clock.
    pub now_ms: UnixMs,
    /// The one that begins first first.
    pub items: Vec<MeetingItem>,
}

/// Keeps a meeting; the agents of its venues are told within seconds, and disturb nothing while it is on, half an hour before and a
/// quarter of an hour after.
#[utoipa::path(post, path = "/meetings", tag = "meetings", request_body = NewMeeting,
    responses((status = 200, body = MeetingItem), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn add_meeting(
    State(shared): State<Arc<Shared>>,
    Json(new): Json<NewMeeting>,
) -> Result<Json<MeetingItem>, Problem> {
    let meeting = checked(&new)?;
    let kept = meeting.clone();
    let id = shared.ask(|reply| Command::AddMeeting { meeting, reply }).await?;
    Ok(Json(item(&shared.view.load().tree, id, &kept)))
}

/// Forgets a meeting.
#[utoipa::path(delete, path = "/meetings/{id}", tag = "meetings", params(("id" = u64, Path,)),
    responses((status = 204), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn remove_meeting(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = id.parse().map_err(|_| Problem::bad(format!("'{id}': the number of a meeting is expected")))?;
    shared.ask(|reply| Command::RemoveMeeting { id, reply }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// All meetings, of the last seven days and to come.
#[utoipa::path(get, path = "/meetings", tag = "meetings", responses((status = 200, body = MeetingItems)))]
pub(super) async fn list_meetings(State(shared): State<Arc<Shared>>) -> Json<MeetingItems> {
    let (meetings, view) = (shared.books.meetings.load_full(), shared.view.load_full());
    let mut items: Vec<MeetingItem> = meetings.iter().map(|(id, meeting)| item(&view.tree, id, meeting)).collect();
    items.sort_by_key(|item| (item.from_ms, item.id));
    Json(MeetingItems { now_ms: shared.now_ms(), items })
}

fn checked(new: &NewMeeting) -> Result<Meeting, Problem> {
    let title = new.title.trim();
    if !(1..=MAX_TITLE_CHARS).contains(&title.chars().count()) || title.contains(char::is_control) {
        return Err(Problem::bad(format!("title: 1 to {MAX_TITLE_CHARS} characters on one line are expected")));
    }
    if new.from_ms >= new.to_ms || new.to_ms - new.from_ms > LONGEST_MS {
        return Err(Problem::bad("from_ms, to_ms: a beginning before an end at most 31 days later is expected"));
    }
    let whom = match (&new.place, new.venues.len()) {
        (Some(place), 0) => {
            Whom::Place(place.parse::<PlaceCode>().map_err(|error| Problem::bad(format!("place: {error}")))?)
        }
        (None, 1..=MOST_VENUES) => {
            let venues = new.venues.iter().map(|venue| venue.parse::<VenueId>());
            Whom::Venues(venues.collect::<Result<_, _>>().map_err(|error| Problem::bad(format!("venues: {error}")))?)
        }
        _ => return Err(Problem::bad(format!("either a place or 1 to {MOST_VENUES} venues are expected"))),
    };
    Ok(Meeting { title: title.into(), from_ms: new.from_ms, to_ms: new.to_ms, whom })
}

fn item(tree: &Tree, id: u64, meeting: &Meeting) -> MeetingItem {
    let (covers_from_ms, covers_to_ms) = meeting.covers();
    let (venues, place) = match &meeting.whom {
        Whom::Venues(venues) => (venues.iter().map(ToString::to_string).collect(), None),
        Whom::Place(place) => (Vec::new(), Some(*place)),
    };
    let place_name = place.and_then(|place| tree.index(place)).map(|at| tree.full_name(at));
    let place = place.map(|place| place.to_string());
    let (title, from_ms, to_ms) = (meeting.title.to_string(), meeting.from_ms, meeting.to_ms);
    MeetingItem { id, title, from_ms, to_ms, covers_from_ms, covers_to_ms, venues, place, place_name }
}
