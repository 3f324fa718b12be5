//! A camera's wheel: `POST /venues/{id}/cameras/{probe}/command` and `…/steer`. Open to whoever reaches the API, which is
//! loopback alone while there are no accounts.

use std::sync::Arc;
use std::time::Duration;

use avow_shared::camera::{Command, MAX_LEASE_MS, MAX_PRESET, Motion};
use avow_shared::id::{BadName, ProbeId};
use avow_shared::order::{Answer, AnswerResult, INTERLOCKED};
use avow_shared::time::UnixMs;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::assurance::thawed;
use super::problem::{Problem, ProblemDetails};
use super::{Shared, venue};
use crate::fact::AgentState;
use crate::hand::{Camera, NotSent, answer_within_ms};

/// The kind of probe that can be commanded.
pub(super) const KIND: &str = "camera";

/// What a camera is to do once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum CameraCommand {
    /// To the home position.
    Home,
    /// To a preset, 0 to 127.
    Recall(u8),
    /// Keep the position as a preset.
    Store(u8),
    /// Forget a preset.
    Clear(u8),
    /// To a preset; position and picture there are what the preset is to show from now on. Answered within 90 s.
    Learn(u8),
    /// Stop whatever moves.
    Stop,
    /// Say who and where it is.
    Ask,
    /// May somebody take the wheel? Judged like a motion, answered like `ask`; nothing moves.
    Wheel,
    /// On, or standby.
    Power(bool),
}

impl From<CameraCommand> for Command {
    fn from(command: CameraCommand) -> Self {
        match command {
            CameraCommand::Home => Self::Home,
            CameraCommand::Recall(preset) => Self::Recall(preset),
            CameraCommand::Store(preset) => Self::Store(preset),
            CameraCommand::Clear(preset) => Self::Clear(preset),
            CameraCommand::Learn(preset) => Self::Learn(preset),
            CameraCommand::Stop => Self::Stop,
            CameraCommand::Ask => Self::Ask,
            CameraCommand::Wheel => Self::Wheel,
            CameraCommand::Power(on) => Self::Power(on),
        }
    }
}

/// A command, and whether the person saw what will happen in the room and wants it all the same.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CameraOrder {
    /// What the camera is to do.
    command: CameraCommand,
    /// Do it although the interlock objects; that is logged. False when not said.
    #[serde(default)]
    confirmed: bool,
}

/// How the venue's agent answered a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct CameraAnswer {
    /// HQ's time.
    now_ms: UnixMs,
    /// What became of it.
    result: CameraResult,
    /// The agent's line for a person: where the camera looks, or why not.
    #[schema(required)]
    detail: Option<String>,
}

/// What became of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum CameraResult {
    /// The camera did it.
    Done,
    /// The interlock objects: the same may be asked again, confirmed.
    Interlocked,
    /// The camera or its line could not.
    Impossible,
}

/// A camera is to move for a moment, or to stop; to be said again while the button is held.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CameraSteer {
    /// How it is to move; nothing is stop.
    motion: CameraMotion,
    /// For how long when nothing more is heard, 1 to 400 ms.
    #[schema(minimum = 1, maximum = 400)]
    lease_ms: u16,
    /// Although the interlock objects; that is logged. False when not said.
    #[serde(default)]
    confirmed: bool,
}

/// Hundredths of the camera's greatest speed, -100 to 100; 0 is still.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CameraMotion {
    /// Right is positive.
    #[serde(default)]
    #[schema(minimum = -100, maximum = 100)]
    pan: i8,
    /// Up is positive.
    #[serde(default)]
    #[schema(minimum = -100, maximum = 100)]
    tilt: i8,
    /// Tele is positive.
    #[serde(default)]
    #[schema(minimum = -100, maximum = 100)]
    zoom: i8,
    /// Far is positive.
    #[serde(default)]
    #[schema(minimum = -100, maximum = 100)]
    focus: i8,
}

/// Has a camera do something once, and says what the venue's agent answered. 409: the agent is not connected; 403: HQ has
/// not accepted its key; 429: too fast; 504: it was sent, and no answer came in time.
#[utoipa::path(post, path = "/venues/{id}/cameras/{probe}/command", tag = "cameras",
    params(("id" = String, Path,), ("probe" = String, Path,)), request_body = CameraOrder,
    responses((status = 200, body = CameraAnswer),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 504, body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn command(
    State(shared): State<Arc<Shared>>,
    Path((id, probe)): Path<(String, String)>,
    Json(order): Json<CameraOrder>,
) -> Result<Json<CameraAnswer>, Problem> {
    let command = Command::from(order.command);
    if !command.is_bounded() {
        return Err(Problem::bad(format!("expected a preset of 0 to {MAX_PRESET}")));
    }
    let camera = find(&shared, &id, &probe)?;
    if command.changes_settings() {
        thawed(&shared, camera.venue)?;
    }
    let answer = shared.hand.order(&camera, command, order.confirmed, shared.now_ms())?;
    let unanswered = |()| {
        let detail =
            "the command was sent, and the venue's agent did not answer in time: whether it was done is not known";
        Problem::new(StatusCode::GATEWAY_TIMEOUT, detail)
    };
    let within = Duration::from_millis(answer_within_ms(command));
    let answer = tokio::time::timeout(within, answer).await;
    let answer = answer.map_err(|_| ()).and_then(|answer| answer.map_err(|_| ())).map_err(unanswered)?;
    Ok(Json(CameraAnswer::of(&answer, shared.now_ms())))
}

/// Has a camera move for a moment, or stop. It is not answered by the agent: what the interlock forbids does not move (ask
/// with the command `wheel` before). 409, 403 and 429 as for commands.
#[utoipa::path(post, path = "/venues/{id}/cameras/{probe}/steer", tag = "cameras",
    params(("id" = String, Path,), ("probe" = String, Path,)), request_body = CameraSteer,
    responses((status = 204, description = "Sent."),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn steer(
    State(shared): State<Arc<Shared>>,
    Path((id, probe)): Path<(String, String)>,
    Json(steer): Json<CameraSteer>,
) -> Result<StatusCode, Problem> {
    let CameraMotion { pan, tilt, zoom, focus } = steer.motion;
    let motion = Motion { pan, tilt, zoom, focus };
    if !motion.is_bounded() || !(1..=MAX_LEASE_MS).contains(&steer.lease_ms) {
        let detail = format!("expected speeds of -100 to 100 and a lease of 1 to {MAX_LEASE_MS} ms");
        return Err(Problem::bad(detail));
    }
    let camera = find(&shared, &id, &probe)?;
    shared.hand.steer(&camera, motion, steer.lease_ms, steer.confirmed, shared.now_ms())?;
    Ok(StatusCode::NO_CONTENT)
}

/// The camera behind a probe of a venue whose agent HQ accepted.
fn find(shared: &Shared, id: &str, probe: &str) -> Result<Camera, Problem> {
    let view = shared.view.load_full();
    let venue = venue::find(&view, id)?;
    let probe: ProbeId = probe.parse().map_err(|error: BadName| Problem::bad(error.to_string()))?;
    let declared = venue.described.as_ref().and_then(|described| described.probe(&probe));
    if declared.is_none_or(|declared| declared.kind.as_str() != KIND) {
        return Err(Problem::not_found(format!("venue {id} has no camera probe {probe}")));
    }
    let away = || Problem::from(NotSent::Away);
    let agent = venue.link.ok_or_else(away)?.agent;
    match shared.books.agents.read().get(&agent).map(|seen| seen.agent.state) {
        Some(AgentState::Accepted) => Ok(Camera { agent, venue: venue.id, probe }),
        Some(_) => Err(Problem::new(StatusCode::FORBIDDEN, "HQ has not accepted the key of the venue's agent")),
        None => Err(away()),
    }
}

/// Why the interlock refused, when it did.
pub(super) fn refused(answer: &Answer) -> Option<&str> {
    answer.detail.strip_prefix(INTERLOCKED).map(|why| why.trim_start_matches('：'))
}

impl CameraAnswer {
    fn of(answer: &Answer, now_ms: UnixMs) -> Self {
        let (result, detail) = match (answer.result, refused(answer)) {
            (AnswerResult::Done, _) => (CameraResult::Done, answer.detail.as_str()),
            (AnswerResult::Impossible, Some(why)) => (CameraResult::Interlocked, why),
            (AnswerResult::Impossible, None) => (CameraResult::Impossible, answer.detail.as_str()),
        };
        Self { now_ms, result, detail: (!detail.is_empty()).then(|| detail.to_owned()) }
    }
}

impl From<NotSent> for Problem {
    fn from(not_sent: NotSent) -> Self {
        let status = match not_sent {
            NotSent::Away | NotSent::Busy => StatusCode::CONFLICT,
            NotSent::TooFast => StatusCode::TOO_MANY_REQUESTS,
            NotSent::NoWayOut => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self::new(status, not_sent.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_the_interlock_is_told_from_a_fault_of_the_camera() {
        use AnswerResult::{Done, Impossible};
        for (result, line, expected, detail) in [
            (Done, "pan 3", CameraResult::Done, Some("pan 3")),
            (Impossible, "会议联锁：现在有会议", CameraResult::Interlocked, Some("现在有会议")),
            (Impossible, "会议联锁", CameraResult::Interlocked, None),
            (Impossible, "没有应答", CameraResult::Impossible, Some("没有应答")),
        ] {
            let answer = CameraAnswer::of(&Answer { order: 1, result, detail: line.into() }, 5);
            assert_eq!((answer.result, answer.detail.as_deref()), (expected, detail), "{line}");
        }
    }

    #[test]
    fn commands_are_read_in_the_words_of_the_contract() {
        for (text, command) in [
            (r#"{"command":"home"}"#, Command::Home),
            (r#"{"command":{"recall":3},"confirmed":true}"#, Command::Recall(3)),
            (r#"{"command":{"power":false}}"#, Command::Power(false)),
            (r#"{"command":{"learn":127},"confirmed":true}"#, Command::Learn(127)),
        ] {
            let order: CameraOrder = serde_json::from_str(text).expect("an order");
            assert_eq!((Command::from(order.command), order.confirmed), (command, text.contains("true")), "{text}");
        }
        for text in [r#"{"command":"dance"}"#, r#"{"command":"home","how":1}"#, r#"{"command":{"recall":300}}"#] {
            assert!(serde_json::from_str::<CameraOrder>(text).is_err(), "{text}");
        }
    }
}
