//! `inbound`: a call to us. Starts the clock, shows how the checks go, says when the room can answer.

mod words;

use std::time::Duration;

use super::Words;
use super::args::InboundCall;
use super::call::{Failure, Server};
use super::table::table;
use super::watch;
use super::watch::watched;
use crate::api::inbound::{
    InboundAnswer, InboundItem, InboundList, InboundState, InboundStep, InboundStepState, InboundWord, NewInbound,
};
use crate::inbound::Kind;
use crate::roll_call::Mode;
pub(crate) use words::{need, problem, remedy, state, way, what};

/// Between two looks at a call.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Starts a call and waits until the room can answer, it is over, or the time is up; progress goes to standard error.
pub(super) async fn call(server: &Server, words: Words, args: &InboundCall) -> Result<InboundAnswer, Failure> {
    let new = NewInbound {
        venue: args.venue.clone().unwrap_or_default(),
        caller: args.caller.clone(),
        kind: match args.kind.as_str() {
            "before-meeting" => Kind::BeforeMeeting,
            "spot-check" => Kind::SpotCheck,
            "emergency" => Kind::Emergency,
            _ => Kind::Duty,
        },
        basis: args.basis.clone(),
        operator: args.operator.clone(),
        deadline_s: args.deadline,
        confirmed: !args.quiet,
        key: args.key.clone(),
    };
    let body = serde_json::to_vec(&new).unwrap_or_default();
    let answer: InboundAnswer = server.post("inbound", "application/json", body).await?;
    let id = answer.call.id;
    let goes_on = words.goes_on(
        &match words {
            Words::Chinese => format!("已停止查看，对上点名 {id} 继续计时、检查。"),
            Words::English => format!("no longer watching: the clock and the checks of call {id} go on."),
        },
        server.base(),
        &[
            (words.say("查看：", "look again: "), format!("inbound show {id}")),
            (words.say("结束：", "close it:   "), format!("inbound close {id}")),
        ],
    );
    watched(ended(server, words, answer), goes_on).await
}

async fn ended(server: &Server, words: Words, mut answer: InboundAnswer) -> Result<InboundAnswer, Failure> {
    let path = format!("inbound/{}", answer.call.id);
    let mut told: Vec<InboundStepState> = Vec::new();
    loop {
        watch::show(&progress(words, &answer, &mut told));
        let is_over = answer.call.state != InboundState::Open || answer.now_ms >= answer.call.until_ms;
        if answer.call.ready.is_some() || is_over {
            watch::show(&format!("\r{:60}\r", ""));
            return Ok(answer);
        }
        tokio::time::sleep(LOOK_EVERY).await;
        answer = server.watch(&path).await?;
    }
}

/// Each step when it changes, on a line of its own, and the clock in the last line.
fn progress(words: Words, answer: &InboundAnswer, told: &mut Vec<InboundStepState>) -> String {
    let mut text = String::new();
    for (at, step) in answer.steps.iter().enumerate() {
        if told.get(at) != Some(&step.state) && step.state != InboundStepState::Waiting {
            text += &format!("\r{}\n", line(words, step));
            let faults = answer.faults.iter().filter(|fault| fault.step == step.step);
            faults.for_each(|fault| text += &format!("        → {}\n", remedy(words, answer, fault)));
        }
    }
    *told = answer.steps.iter().map(|step| step.state).collect();
    text + &format!("\r{} {} ", words.say("剩余", "left"), clock(answer.call.left_ms))
}

fn line(words: Words, step: &InboundStep) -> String {
    let after = step.ended_ms.or(step.began_ms).map_or_else(String::new, seconds);
    let row = [
        after,
        format!("{} {}", words::sign(step.state), state(words, step.state)),
        what(words, step),
        step.name.clone(),
        problem(words, step),
    ];
    row.join("  ").trim_end().to_owned()
}

/// Rounded as in the report.
fn seconds(ms: u64) -> String {
    let tenths = (ms + 50) / 100;
    format!("{}.{} s", tenths / 10, tenths % 10)
}

fn clock(ms: u64) -> String {
    let left_s = ms.div_ceil(1_000);
    format!("{}:{:02}", left_s / 60, left_s % 60)
}

/// Whether the room could answer in time.
pub(super) fn is_ready(answer: &InboundAnswer) -> bool {
    let call = &answer.call;
    let deadline_ms = call.until_ms.saturating_sub(call.received_ms);
    call.ready.is_some() && call.first_ready_ms.is_some_and(|after_ms| after_ms <= deadline_ms)
}

/// A call for a person: whether it can answer, its steps, and what to do.
pub(super) fn show(words: Words, answer: &InboundAnswer) -> String {
    let call = &answer.call;
    let ready = match (call.ready, call.first_ready_ms) {
        (Some(one), Some(after_ms)) => {
            format!("{}  {}  {}", words.say("●可应答", "READY TO ANSWER"), way(words, one), seconds(after_ms))
        }
        _ => words.say("■尚不可应答", "not ready to answer").to_owned(),
    };
    let mut text = format!(
        "{ready}\n{} {}  {} {}  {} → {}  {}\n",
        words.say("编号", "call"),
        call.id,
        words.say("剩余", "left"),
        clock(call.left_ms),
        call.caller,
        call.name,
        words::ended(words, call.state),
    );
    if let Some(reply) = &call.answer {
        let who = [words::mode(words, reply.how), reply.person.as_str(), &seconds(reply.after_ms)].join(" ");
        text += &format!("{} {who}\n", words.say("应答", "answered"));
    }
    if let (Some(person), Some(why)) = (&call.dropped_by, &call.dropped_why) {
        text += &format!("{} {person} {why}\n", words.say("撤销", "dropped"));
    }
    // What a step had come to before stands above what it came to last.
    let all = answer.steps.iter().flat_map(|step| {
        let earlier = step.earlier.iter().map(|then| step.as_it_was(then));
        earlier.chain([step.clone()])
    });
    let row = |step: InboundStep| {
        let took = step.took_ms.map_or_else(|| "—".to_owned(), seconds);
        let state = format!("{}{}", words::sign(step.state), state(words, step.state));
        vec![step.step.to_string(), what(words, &step), step.name.clone(), state, took, problem(words, &step)]
    };
    let rows: Vec<Vec<String>> = all.map(row).collect();
    let heading = ["步骤", "检查项", "探测项", "结果", "用时", "说明"];
    let english = ["step", "check", "probe", "result", "took", "note"];
    text += &table(if words == Words::Chinese { &heading } else { &english }, &rows);
    if !answer.unchecked.is_empty() {
        let needs: Vec<&str> = answer.unchecked.iter().map(|one| need(words, *one)).collect();
        text += &match words {
            Words::Chinese => format!("本会场无检查手段：{}\n", needs.join("、")),
            Words::English => format!("this room has no check for: {}\n", needs.join(", ")),
        };
    }
    for fault in &answer.faults {
        text += &format!("{}：{}\n", need(words, fault.need), remedy(words, answer, fault));
    }
    text
}

/// Calls for a person.
pub(super) fn list(words: Words, list: &InboundList) -> String {
    let row = |call: &InboundItem| {
        let ready = call.first_ready_ms.map_or_else(|| "—".to_owned(), seconds);
        let reply = call.answer.as_ref();
        let who = reply.map_or_else(
            || "—".to_owned(),
            |reply| format!("{} {}", words::mode(words, reply.how), reply.person).trim().to_owned(),
        );
        let after = reply.map_or_else(|| "—".to_owned(), |reply| seconds(reply.after_ms));
        let state = words::ended(words, call.state).to_owned();
        vec![call.id.to_string(), call.venue.clone(), call.name.clone(), call.caller.clone(), state, ready, who, after]
    };
    let rows: Vec<Vec<String>> = list.items.iter().map(row).collect();
    let heading = ["编号", "会场", "名称", "发起单位", "结果", "可应答", "应答人", "应答用时"];
    let english = ["call", "venue", "name", "caller", "result", "ready after", "answered by", "answered after"];
    table(if words == Words::Chinese { &heading } else { &english }, &rows)
}

/// Somebody answered, in the way that was said.
pub(super) fn answered(person: String, how: &str) -> InboundWord {
    let how = match how {
        "backup" => Mode::Backup,
        "telephone" => Mode::Telephone,
        _ => Mode::Person,
    };
    InboundWord::Answered { how, person }
}

#[cfg(test)]
mod tests;
