//! `GET /events`: what changed, as it changes.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use avow_shared::id::VenueId;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::Shared;
use super::places::find;
use super::problem::{Problem, ProblemDetails};
use crate::events::{Message, Shown, Subscription, Wish};

const HEARTBEAT: Duration = Duration::from_secs(10);

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Scope {
    /// The place whose sums, and those of what lies directly below, are told.
    scope: String,
    /// A venue whose news is told by name, however much happens elsewhere.
    #[param(value_type = Option<String>)]
    venue: Option<VenueId>,
}

/// Server-sent events `hello`, `delta`, `inbound` (calls to us that changed, of any place) and `resync`, at most four of each a second; `id`
/// is the revision, `Last-Event-ID` is understood. What became of calls to us while nobody listened is not told: after `hello` and `resync`
/// they are to be asked for.
#[utoipa::path(get, path = "/events", tag = "places", params(Scope),
    responses((status = 200, body = super::dto::DeltaEvent, content_type = "text/event-stream"),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn events(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<Scope>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let view = shared.view.load_full();
    let scope = find(&view, &query.scope)?;
    let last_id = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    let wish = Wish { scope, venue: query.venue, last_revision: last_id };
    let full = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too many streams are open; close one");
    let seen = Shown { view, desk: shared.books.inbound.load_full(), now_ms: shared.now_ms() };
    let subscription = shared.hub.subscribe(seen, wish).ok_or_else(full)?;
    let stream = futures_util::stream::unfold(subscription, |mut subscription: Subscription| async {
        let message = subscription.next().await?;
        Some((Ok(event(&message)), subscription))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("")))
}

fn event(message: &Message) -> Event {
    match message {
        Message::Hello(hello) => named("hello", hello.revision, hello),
        Message::Delta(delta) => named("delta", delta.revision, delta),
        // Without an id: it has no revision of the state, and what a listener heard last stays what it was.
        Message::Inbound(news) => plain("inbound", news),
        Message::Resync(resync) => named("resync", resync.revision, resync),
    }
}

fn named(name: &str, revision: u64, data: &impl Serialize) -> Event {
    plain(name, data).id(revision.to_string())
}

fn plain(name: &str, data: &impl Serialize) -> Event {
    Event::default().event(name).data(serde_json::to_string(data).unwrap_or_default())
}
