//! What is asked for twice under one key is done once: a second click, a retry after an answer that was lost or took too long. The header is that of
//! the draft 'The Idempotency-Key HTTP Header Field' of the IETF (httpapi working group).

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use avow_shared::hash::ContentHash;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::watch;

use super::MAX_BODY;
use super::guard::UNHURRIED;
use super::problem::Problem;

const KEY: &str = "idempotency-key";
const MAX_KEY: usize = 64;
/// So many are remembered, so long, and none over a start of HQ.
const MOST: usize = 1_000;
const REMEMBERED: Duration = Duration::from_secs(24 * 3_600);
/// What is done under a key answers with what was begun: some kilobytes.
const MAX_ANSWER: usize = 1 << 20;

/// An answer that can be given again.
#[derive(Clone, Debug)]
struct Answer {
    status: StatusCode,
    media_type: Option<HeaderValue>,
    body: Bytes,
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.body).into_response();
        match self.media_type {
            Some(media_type) => response.headers_mut().insert(header::CONTENT_TYPE, media_type),
            None => response.headers_mut().remove(header::CONTENT_TYPE),
        };
        response
    }
}

/// Where an answer comes; none as long as it has not.
type Coming = watch::Receiver<Option<Answer>>;

#[derive(Debug)]
struct Known {
    /// Address and key.
    asked: String,
    /// What was sent: another who numbers his requests 1, 2, 3 is not given this one's answer.
    sent: ContentHash,
    since: Instant,
    coming: Coming,
}

/// What becomes of a request with a key.
enum Turn {
    /// It is done, and its answer put here.
    Does(watch::Sender<Option<Answer>>),
    /// It is done already, or being done: its answer comes there.
    Waits(Coming),
    /// The key was used for something else.
    Taken,
}

/// What was asked for lately under a key, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Once(Mutex<VecDeque<Known>>);

impl Once {
    fn begin(&self, asked: &str, sent: ContentHash, now: Instant) -> Turn {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|one| now.saturating_duration_since(one.since) < REMEMBERED);
        match known.iter().find(|one| one.asked == asked) {
            Some(one) if one.sent == sent => return Turn::Waits(one.coming.clone()),
            Some(_) => return Turn::Taken,
            None => {}
        }
        if known.len() >= MOST {
            // What is under way goes last: whoever waits for it would have it done twice.
            let done = known.iter().position(|one| one.coming.borrow().is_some());
            known.remove(done.unwrap_or_default());
        }
        let (sender, coming) = watch::channel(None);
        known.push_back(Known { asked: asked.to_owned(), sent, since: now, coming });
        Turn::Does(sender)
    }

    /// Nothing was begun: who puts right what was wrong asks under the same key.
    fn forget(&self, asked: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|one| one.asked != asked);
    }
}

/// Whether what is asked for may be kept: a link is told to whoever makes it and to nobody else, and a file may be of any length.
fn is_kept(path: &str) -> bool {
    !UNHURRIED.contains(&path) && !path.ends_with("/link") && !path.ends_with("/links")
}

/// Does what is asked for under a key once, and to its end though nobody waits any more; gives whoever asks again the same answer.
pub(super) async fn once(State(once): State<Arc<Once>>, request: Request, next: Next) -> Response {
    let is_meant = request.method() == Method::POST && is_kept(request.uri().path());
    let Some(key) = request.headers().get(KEY).filter(|_| is_meant) else {
        return next.run(request).await;
    };
    let Some(key) = key.to_str().ok().filter(|key| (1..=MAX_KEY).contains(&key.len())) else {
        return Problem::bad(format!("Idempotency-Key: 1 to {MAX_KEY} characters of ASCII are expected"))
            .into_response();
    };
    let asked = format!("{} {key}", request.uri());
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is too long").into_response();
    };
    let mut coming = match once.begin(&asked, ContentHash::of(&body), Instant::now()) {
        Turn::Taken => {
            let detail = "Idempotency-Key: this key was used for something else; a new one is expected";
            return Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail).into_response();
        }
        Turn::Waits(coming) => coming,
        Turn::Does(sender) => {
            let (coming, once, asked) = (sender.subscribe(), Arc::clone(&once), asked.clone());
            let request = Request::from_parts(parts, Body::from(body));
            tokio::spawn(async move {
                let answer = kept(next.run(request).await).await;
                if !answer.status.is_success() {
                    once.forget(&asked);
                }
                sender.send_replace(Some(answer));
            });
            coming
        }
    };
    match coming.wait_for(Option::is_some).await.map(|answer| answer.clone()) {
        Ok(Some(answer)) => answer.into_response(),
        // It panicked, and with it its sender went.
        _ => {
            once.forget(&asked);
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "it failed").into_response()
        }
    }
}

async fn kept(response: Response) -> Answer {
    let (parts, body) = response.into_parts();
    let media_type = parts.headers.get(header::CONTENT_TYPE).cloned();
    match to_bytes(Body::new(body), MAX_ANSWER).await {
        Ok(body) => Answer { status: parts.status, media_type, body },
        Err(_) => Answer { status: StatusCode::INTERNAL_SERVER_ERROR, media_type: None, body: Bytes::new() },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use axum::Router;
    use axum::middleware::from_fn_with_state;
    use axum::routing::post;
    use tokio::sync::Semaphore;
    use tower::ServiceExt as _;

    use super::*;

    /// Counts what is done, waits until it may, and says no while `refuses`.
    struct Work {
        done: AtomicU64,
        may: Semaphore,
        refuses: AtomicU64,
    }

    fn router(work: &Arc<Work>) -> Router {
        let doing = |State(work): State<Arc<Work>>| async move {
            let _permit = work.may.acquire().await;
            if work.refuses.load(Ordering::Relaxed) > 0 {
                return (StatusCode::CONFLICT, "no".to_owned());
            }
            (StatusCode::ACCEPTED, (work.done.fetch_add(1, Ordering::Relaxed) + 1).to_string())
        };
        let panics = || async {
            if Arc::strong_count(&Arc::new(())) > 0 {
                panic!("on purpose");
            }
            StatusCode::OK
        };
        let routes = Router::new().route("/a", post(doing)).route("/b", post(doing)).route("/c/link", post(doing));
        let routes = routes.route("/panics", post(panics));
        routes.with_state(Arc::clone(work)).layer(from_fn_with_state(Arc::new(Once::default()), once))
    }

    fn asked(path: &str, key: Option<&str>) -> Request {
        let mut request = Request::post(path);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        request.body(Body::empty()).expect("a request")
    }

    async fn said(router: &Router, path: &str, key: Option<&str>) -> (StatusCode, String) {
        let response = router.clone().oneshot(asked(path, key)).await.expect("an answer");
        let status = response.status();
        let body = to_bytes(response.into_body(), MAX_ANSWER).await.expect("its text");
        (status, String::from_utf8(body.to_vec()).expect("text"))
    }

    fn work() -> Arc<Work> {
        Arc::new(Work { done: AtomicU64::new(0), may: Semaphore::new(1), refuses: AtomicU64::new(0) })
    }

    #[tokio::test]
    async fn what_is_asked_for_twice_under_one_key_is_done_once() {
        let work = work();
        let router = router(&work);
        for (path, key, expected) in [
            ("/a", Some("k"), "1"),
            ("/a", Some("k"), "1"),
            ("/b", Some("k"), "2"),
            ("/a", Some("other"), "3"),
            ("/a", None, "4"),
            ("/a", None, "5"),
            ("/a", Some("k"), "1"),
            ("/c/link", Some("k"), "6"),
            ("/c/link", Some("k"), "7"),
        ] {
            assert_eq!(said(&router, path, key).await, (StatusCode::ACCEPTED, expected.to_owned()), "{path} {key:?}");
        }
        assert_eq!(said(&router, "/a", Some(&"k".repeat(65))).await.0, StatusCode::BAD_REQUEST);
    }

    #[tokio::test]
    async fn two_at_once_wait_for_one_answer_and_it_comes_though_the_first_has_gone() {
        let work = work();
        let router = router(&work);
        let held = work.may.acquire().await.expect("open");
        let first = tokio::spawn(router.clone().oneshot(asked("/a", Some("k"))));
        let second = tokio::spawn({
            let router = router.clone();
            async move { said(&router, "/a", Some("k")).await }
        });
        // This runtime has one thread and takes turns: after some of them the first works, and the second waits for it.
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        first.abort();
        drop(held);
        assert_eq!(second.await.expect("an answer"), (StatusCode::ACCEPTED, "1".to_owned()));
        assert_eq!(said(&router, "/a", Some("k")).await.1, "1");
    }

    #[tokio::test]
    async fn nobody_is_given_the_answer_of_another_who_uses_the_same_key_for_something_else() {
        let (work, sent) = (work(), |body: &'static str| {
            Request::post("/a").header("Idempotency-Key", "1").body(Body::from(body)).expect("a request")
        });
        let router = router(&work);
        for (body, expected) in [("{}", 202), ("{\"places\":[\"35\"]}", 422), ("{}", 202)] {
            let response = router.clone().oneshot(sent(body)).await.expect("an answer");
            assert_eq!(response.status(), expected, "{body}");
        }
        assert_eq!(work.done.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn what_failed_may_be_asked_for_again() {
        let router = router(&work());
        for _ in 0..2 {
            assert_eq!(said(&router, "/panics", Some("k")).await.0, StatusCode::INTERNAL_SERVER_ERROR);
        }
    }

    #[tokio::test]
    async fn what_was_refused_may_be_asked_for_again() {
        let work = work();
        let router = router(&work);
        work.refuses.store(1, Ordering::Relaxed);
        assert_eq!(said(&router, "/a", Some("k")).await.0, StatusCode::CONFLICT);
        work.refuses.store(0, Ordering::Relaxed);
        assert_eq!(said(&router, "/a", Some("k")).await.1, "1");
    }

    #[test]
    fn the_newest_keys_are_remembered_for_a_day_and_what_is_under_way_before_them() {
        let (once, now, sent) = (Once::default(), Instant::now(), ContentHash::of(b""));
        let mut senders = Vec::new();
        for n in 0..MOST {
            let Turn::Does(sender) = once.begin(&n.to_string(), sent, now) else { panic!("new") };
            if n == 7 {
                sender.send_replace(Some(Answer { status: StatusCode::OK, media_type: None, body: Bytes::new() }));
            }
            senders.push(sender);
        }
        assert!(matches!(once.begin("new", sent, now), Turn::Does(_)));
        assert!(matches!(once.begin("0", sent, now), Turn::Waits(_)), "it is under way");
        assert!(matches!(once.begin("7", sent, now), Turn::Does(_)), "it was done, and has gone");
        assert!(matches!(once.begin("9", sent, now + REMEMBERED), Turn::Does(_)), "a day is over");
    }
}
