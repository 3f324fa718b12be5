//! `GET|POST /groups`, `PUT|DELETE /groups/{id}`: scopes with a name.

use std::sync::Arc;

use avow_shared::place::Level;
use avow_shared::time::UnixMs;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::problem::{Problem, ProblemDetails};
use super::roll_call::RollCallNamed;
use super::{Shared, line};
use crate::command::Command;
use crate::groups::{Change, Group, MAX_NAME_CHARS, MAX_NOTE_CHARS};
use crate::scope::Scope;

/// A group that is to be saved.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    /// What people call it, 1 to 64 characters; no other is called so.
    pub name: String,
    /// What there is to say, at most 200 characters.
    #[serde(default)]
    pub note: String,
    /// Everything under these division codes, at most 64 …
    #[serde(default)]
    pub places: Vec<String>,
    /// … but not under these, at most 64; and
    #[serde(default)]
    pub except: Vec<String>,
    /// of them the rooms of these levels alone (`province`, `city`, `county`, `township`, `village`; all when none is named), and
    #[serde(default)]
    pub levels: Vec<String>,
    /// these venues, at most 1000, and
    #[serde(default)]
    pub venues: Vec<String>,
    /// the rooms of these units, at most 1000.
    #[serde(default)]
    pub units: Vec<String>,
    /// Who saves it, at most 64 characters.
    #[serde(default)]
    pub by: String,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GroupItem {
    /// Its number.
    pub id: u64,
    /// What people call it.
    pub name: String,
    /// What there is to say.
    pub note: String,
    /// Everything under these …
    pub places: Vec<String>,
    /// … but not under these; and
    pub except: Vec<String>,
    /// of them the rooms of these levels alone, of all when none is named; and
    #[serde(default)]
    pub levels: Vec<String>,
    /// these, and
    pub venues: Vec<String>,
    /// the rooms of these.
    pub units: Vec<String>,
    /// When it was last changed.
    pub changed_ms: UnixMs,
    /// By whom.
    pub changed_by: String,
    /// The inspection plans that follow it, by name: without it they begin nothing.
    #[serde(default)]
    pub plans: Vec<RollCallNamed>,
}

/// All groups, at most 500.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GroupList {
    /// The collector's clock.
    pub now_ms: UnixMs,
    /// By name.
    pub items: Vec<GroupItem>,
}

/// All groups.
#[utoipa::path(get, path = "/groups", tag = "roll calls", responses((status = 200, body = GroupList)))]
pub(super) async fn list_groups(State(shared): State<Arc<Shared>>) -> Json<GroupList> {
    let groups = shared.books.groups.load_full();
    let mut items: Vec<GroupItem> = groups.iter().map(|(id, group)| item(&shared, id, group)).collect();
    items.sort_by(|one, other| one.name.cmp(&other.name));
    Json(GroupList { now_ms: shared.now_ms(), items })
}

/// Saves a group. 409: another is called so, or there are 500.
#[utoipa::path(post, path = "/groups", tag = "roll calls", request_body = NewGroup,
    responses((status = 200, body = GroupItem),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn add_group(
    State(shared): State<Arc<Shared>>,
    Json(new): Json<NewGroup>,
) -> Result<Json<GroupItem>, Problem> {
    put(&shared, None, &new).await
}

/// Puts a group in the place of what it was.
#[utoipa::path(put, path = "/groups/{id}", tag = "roll calls", request_body = NewGroup, params(("id" = u64, Path,)),
    responses((status = 200, body = GroupItem),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn change_group(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Json(new): Json<NewGroup>,
) -> Result<Json<GroupItem>, Problem> {
    put(&shared, Some(number(&id)?), &new).await
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Removing {
    /// Whether somebody knows of the plans that follow it and will begin nothing any more.
    #[serde(default)]
    confirmed: bool,
}

/// Forgets a group. 409: a schedule calls it, or plans follow it and that was not confirmed.
#[utoipa::path(delete, path = "/groups/{id}", tag = "roll calls", params(("id" = u64, Path,), Removing),
    responses((status = 204), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn remove_group(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(Removing { confirmed }): Query<Removing>,
) -> Result<StatusCode, Problem> {
    let id = number(&id)?;
    let following = followers(&shared, id);
    if !confirmed && !following.is_empty() {
        let names: Vec<&str> = following.iter().map(|plan| plan.name.as_str()).collect();
        let detail = format!("plans follow this group and would begin nothing without it: {}", names.join("、"));
        return Err(Problem::new(StatusCode::CONFLICT, detail));
    }
    let change = Change::Remove(id);
    shared.ask(|reply| Command::Group { change, reply }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The plans that follow a group, by name.
fn followers(shared: &Shared, group: u64) -> Vec<RollCallNamed> {
    let plans = shared.books.plans.load();
    let following = plans.following(group).map(|(id, plan)| RollCallNamed { id, name: plan.title.to_string() });
    let mut following: Vec<RollCallNamed> = following.collect();
    following.sort_by(|one, other| one.name.cmp(&other.name));
    following
}

async fn put(shared: &Shared, id: Option<u64>, new: &NewGroup) -> Result<Json<GroupItem>, Problem> {
    let group = Group {
        name: line("name", &new.name, 1, MAX_NAME_CHARS)?,
        note: line("note", &new.note, 0, MAX_NOTE_CHARS)?,
        scope: Scope::read(&new.places, (&new.except, &new.levels), &new.venues, &new.units, &shared.view.load().tree)
            .map_err(Problem::bad)?,
        changed_ms: shared.now_ms(),
        changed_by: line("by", &new.by, 0, MAX_NAME_CHARS)?,
    };
    let (kept, change) = (group.clone(), Change::Put(id, group));
    let id = shared.ask(|reply| Command::Group { change, reply }).await?;
    Ok(Json(item(shared, id.unwrap_or_default(), &kept)))
}

fn number(id: &str) -> Result<u64, Problem> {
    id.parse().map_err(|_| Problem::bad(format!("'{id}': the number of a group is expected")))
}

fn item(shared: &Shared, id: u64, group: &Group) -> GroupItem {
    let Scope { places, except, venues, units } = &group.scope;
    GroupItem {
        id,
        name: group.name.to_string(),
        note: group.note.to_string(),
        places: texts(places),
        except: texts(&except.places),
        levels: words(&except.levels),
        venues: texts(venues),
        units: texts(units),
        changed_ms: group.changed_ms,
        changed_by: group.changed_by.to_string(),
        plans: followers(shared, id),
    }
}

/// Levels by their words.
pub(super) fn words(levels: &[Level]) -> Vec<String> {
    levels.iter().map(|level| level.word().to_owned()).collect()
}

/// Codes as people write them.
pub(super) fn texts<T: ToString>(codes: &[T]) -> Vec<String> {
    codes.iter().map(ToString::to_string).collect()
}
