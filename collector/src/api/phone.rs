//! `/p/<token>`: the page that a one-time link opens, for a person in a room with a phone and nothing else. No scripts, no cookies, nothing
//! from elsewhere: whoever has the address may answer, once. An address is nowhere written, and the page does not hold it.

mod filling;
mod joint;
mod page;
mod whose;

use std::net::SocketAddr;
use std::sync::{Arc, PoisonError};

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Extension, Form, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use self::page::{Said, Shown};
use super::{Shared, guard, line};
use crate::client::Words;
use crate::command::{Command, Refusal};
use crate::links::{Link, LinkState, Purpose, Token};
use crate::roll_call::{ByHand, Mode, Via, Whom};

/// A page may show its own style and send its form back; nothing else.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// The longest form.
const MAX_BODY: usize = 64 << 10;

/// The pages, with what every request of them passes.
pub(super) fn pages(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    Router::new()
        .route("/p/{token}", get(show).post(answer))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(Arc::clone(shared), guard::host))
        .layer(from_fn(guard::timely))
}

/// Who asks; nobody knows in a test without a socket.
type Peer = Option<Extension<ConnectInfo<SocketAddr>>>;

async fn show(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    peer: Peer,
    headers: HeaderMap,
) -> Response {
    let words = words(&headers);
    let link = match found(&shared, &token, &peer, &headers) {
        Ok(link) => link,
        Err(wrong) => return wrong.told(words),
    };
    let shown = match link.purpose {
        Purpose::Inspection { run, venue } => {
            filling::found(&shared, run, venue).await.map(|filling| filling::show(words, &filling))
        }
        Purpose::JointTest { test, end } => {
            joint::found(&shared, test, end).map(|confirming| joint::show(words, &confirming))
        }
        Purpose::RollCall { .. } | Purpose::RollCallUnit { .. } => called(&shared, &link)
            .map(|()| told(StatusCode::OK, &page::form(words, &shown(&shared, &link), None, &Said::default()))),
    };
    shown.unwrap_or_else(|wrong| wrong.told(words))
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    peer: Peer,
    headers: HeaderMap,
    form: Result<Form<filling::Sent>, axum::extract::rejection::FormRejection>,
) -> Response {
    let words = words(&headers);
    // The address is secret, so no other site can send this form; that it tries is reason enough to refuse.
    if headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site") {
        return Wrong::Elsewhere.told(words);
    }
    let link = match found(&shared, &token, &peer, &headers) {
        Ok(link) => link,
        Err(wrong) => return wrong.told(words),
    };
    let Ok(Form(sent)) = form else { return Wrong::Elsewhere.told(words) };
    match link.purpose {
        Purpose::RollCall { .. } | Purpose::RollCallUnit { .. } => match called(&shared, &link) {
            Ok(()) => answer_call(&shared, words, &link, &sent).await,
            Err(wrong) => wrong.told(words),
        },
        Purpose::JointTest { test, end } => match joint::found(&shared, test, end) {
            Ok(confirming) => joint::answer(&shared, words, &link, &confirming, &sent).await,
            Err(wrong) => wrong.told(words),
        },
        Purpose::Inspection { run, venue } => match filling::found(&shared, run, venue).await {
            Ok(filling) => filling::answer(&shared, words, &link, &filling, &sent).await,
            Err(wrong) => wrong.told(words),
        },
    }
}

async fn answer_call(shared: &Shared, words: Words, link: &Link, sent: &filling::Sent) -> Response {
    let of = |name: &str| sent.get(name).cloned().unwrap_or_default();
    let said = Said { state: of("state"), person: of("person"), telephone: of("telephone"), note: of("note") };
    let Some(word) = word(&said, shared.now_ms()) else {
        return told(
            StatusCode::UNPROCESSABLE_ENTITY,
            &page::form(words, &shown(shared, link), Some(page::incomplete(words)), &said),
        );
    };
    let id = link.id();
    match shared.answer(|reply| Command::AnswerByLink { id, word, reply }).await {
        Some(Ok(())) => told(StatusCode::OK, &page::thanks(words, &shown(shared, link))),
        Some(Err(Refusal::NotFound(_))) => Wrong::Over.told(words),
        Some(Err(Refusal::Conflict(_) | Refusal::Wrong(_))) => Wrong::Answered.told(words),
        Some(Err(Refusal::Failed(_))) | None => Wrong::Failed.told(words),
    }
}

/// Why there is no form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    Unknown,
    TooOften,
    Used,
    Revoked,
    Expired,
    Over,
    Answered,
    HandedIn,
    Confirmed,
    Withdrawn,
    Gone,
    Elsewhere,
    Failed,
}

impl Wrong {
    fn told(self, words: Words) -> Response {
        let (status, text) = match self {
            Self::Unknown => (
                StatusCode::NOT_FOUND,
                words.say(
                    "链接无效。请检查是否完整，或联系值班室重新获取。",
                    "This link is not valid. Check that it is complete, or ask the duty office for a new one.",
                ),
            ),
            Self::TooOften => (
                StatusCode::TOO_MANY_REQUESTS,
                words.say("尝试次数过多，请一分钟后再试。", "Too many attempts. Try again in a minute."),
            ),
            Self::Used => (
                StatusCode::GONE,
                words.say(
                    "本链接已使用，内容已登记，无需重复操作。",
                    "This link has been used and what was sent is recorded. Nothing more is needed.",
                ),
            ),
            Self::Revoked => (
                StatusCode::GONE,
                words.say("本链接已作废，请使用最新的链接。", "This link was taken back. Use the newest one."),
            ),
            Self::Expired => (
                StatusCode::GONE,
                words.say("本链接已过期，请联系值班室。", "This link has expired. Ask the duty office."),
            ),
            Self::Over => (
                StatusCode::GONE,
                words.say("本次点名已结束，不再接受应答。", "This roll call is over; no answers are taken any more."),
            ),
            Self::Answered => (
                StatusCode::CONFLICT,
                words.say(
                    "本会场已有人工应答，无需重复操作。",
                    "A person has answered for this room already. Nothing more is needed.",
                ),
            ),
            Self::HandedIn => (
                StatusCode::CONFLICT,
                words.say(
                    "本会场的巡检记录已上报，无需重复填报。",
                    "The record of this room is handed in already. Nothing more is needed.",
                ),
            ),
            Self::Confirmed => (
                StatusCode::CONFLICT,
                words.say("这一端已确认过，无需重复确认。", "This end is confirmed already. Nothing more is needed."),
            ),
            Self::Withdrawn => (
                StatusCode::GONE,
                words.say(
                    "这次联调的记录已撤销或不再保存，无需确认。",
                    "The record of this joint test was withdrawn or is not kept any more. Nothing is needed.",
                ),
            ),
            Self::Gone => (
                StatusCode::GONE,
                words.say("本次巡检已不再保存，无需填报。", "This inspection is not kept any more. Nothing is needed."),
            ),
            Self::Elsewhere => (
                StatusCode::FORBIDDEN,
                words.say("请从链接打开的页面提交。", "Send the form from the page that the link opens."),
            ),
            Self::Failed => (
                StatusCode::SERVICE_UNAVAILABLE,
                words.say(
                    "系统暂时无法登记，请稍后再试或电话联系值班室。",
                    "It cannot be recorded just now. Try again, or call the duty office.",
                ),
            ),
        };
        told(status, &page::message(words, text))
    }
}

/// The link of a token that can be used now.
fn found(shared: &Shared, token: &str, peer: &Peer, headers: &HeaderMap) -> Result<Arc<Link>, Wrong> {
    let now = shared.now_ms();
    let from = whose::address(peer.as_ref().map(|Extension(ConnectInfo(peer))| peer.ip()), headers, &shared.proxy);
    // Numbers alone: who panicked while he held it left nothing half done.
    let guesses = || shared.guesses.lock().unwrap_or_else(PoisonError::into_inner);
    if !guesses().allows(from, now) {
        return Err(Wrong::TooOften);
    }
    let link = token.parse::<Token>().ok().and_then(|token| shared.books.links.load().find(token).cloned());
    let Some(link) = link else {
        guesses().wrong(from, now);
        return Err(Wrong::Unknown);
    };
    match link.state(now) {
        LinkState::Open => Ok(link),
        LinkState::Used => Err(Wrong::Used),
        LinkState::Revoked => Err(Wrong::Revoked),
        LinkState::Expired => Err(Wrong::Expired),
    }
}

/// Whether a roll call is open and waits for a person for whom the link is.
fn called(shared: &Shared, link: &Link) -> Result<(), Wrong> {
    let view = shared.view.load();
    let (call, whom) = link.purpose.called().ok_or(Wrong::Over)?;
    let call = view.calls.get(call).filter(|call| call.is_open()).ok_or(Wrong::Over)?;
    let entry = call.entry(&whom).ok_or(Wrong::Over)?;
    if entry.person().is_some() { Err(Wrong::Answered) } else { Ok(()) }
}

fn shown(shared: &Shared, link: &Link) -> Shown {
    let (view, called) = (shared.view.load(), link.purpose.called());
    let call = called.as_ref().and_then(|(call, _)| view.calls.get(*call));
    let entry = call.zip(called.as_ref()).and_then(|(call, (_, whom))| call.entry(whom));
    let venue = match &called {
        Some((_, Whom::Room(id))) => view.venue(*id).map_or_else(|| id.to_string(), |known| known.name().to_string()),
        Some((_, Whom::Unit(_))) | None => String::new(),
    };
    Shown {
        title: call.map(|call| call.asked.title.to_string()).unwrap_or_default(),
        venue,
        unit: entry.map(|entry| entry.unit.to_string()).unwrap_or_default(),
        until_ms: call.map_or(link.until_ms, |call| call.asked.until_ms),
    }
}

/// What a person said; none when it is not complete.
fn word(said: &Said, at_ms: u64) -> Option<ByHand> {
    let (mode, picture, sound) = match said.state.as_str() {
        "both" => (Mode::Person, Some(true), Some(true)),
        "no-sound" => (Mode::Person, Some(true), Some(false)),
        "no-picture" => (Mode::Person, Some(false), Some(true)),
        "backup" => (Mode::Backup, None, None),
        _ => return None,
    };
    Some(ByHand {
        at_ms,
        mode,
        person: line("person", &said.person, 1, 64).ok()?,
        telephone: line("telephone", &said.telephone, 1, 64).ok()?,
        via: Via::Page,
        // The core puts in who made the link.
        operator: Box::default(),
        picture,
        sound,
        note: line("note", &said.note, 0, 200).ok()?,
    })
}

/// Chinese, but for a browser that asks for English first.
fn words(headers: &HeaderMap) -> Words {
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if wanted.trim_start().to_ascii_lowercase().starts_with("en") { Words::English } else { Words::Chinese }
}

fn told(status: StatusCode, page: &str) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, POLICY)];
    (status, headers, page.to_owned()).into_response()
}
