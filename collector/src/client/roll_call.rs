//! `roll-call`: calls the roll, shows how the answers come in, and says who has not answered.

use std::collections::{BTreeMap, HashSet};
use std::io::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use super::args::RollCall;
use super::call::{Failure, Server};
use super::proofs;
use super::table::table;
use super::watch::watched;
use super::words::Words;
use super::{groups, records::kind, watch};
use crate::api::roll_call::{
    NewRollCall, RollCallAnswer, RollCallDepth, RollCallEntry, RollCallForecast, RollCallItem,
};
use crate::roll_call::{Fault, Mode, Standing};

/// Between two looks at a call.
/// So long whom a call means is waited for before it begins.
const FORECAST_WITHIN: std::time::Duration = std::time::Duration::from_secs(2);

const LOOK_EVERY: Duration = Duration::from_millis(300);
/// So many of those that did not answer are listed for a person; `--json` has all.
const MOST_LISTED: usize = 50;
const BAR: usize = 30;

/// A call that is over, or whose time is up.
pub(super) struct Done {
    answer: RollCallAnswer,
    entries: BTreeMap<String, RollCallEntry>,
}

/// Calls, and waits until all have answered or the time is up; progress goes to standard error.
pub(super) async fn run(server: &Server, words: Words, args: &RollCall) -> Result<Done, Failure> {
    let (venues, places): (Vec<_>, Vec<_>) = args.whom.iter().cloned().partition(|code| code.contains('-'));
    let new = NewRollCall {
        title: args.title.clone(),
        depth: match args.depth.as_str() {
            "proven" => RollCallDepth::Proven,
            "ready" => RollCallDepth::Ready,
            _ => RollCallDepth::Present,
        },
        places,
        except: args.except.clone(),
        levels: args.levels.clone(),
        venues,
        units: args.units.clone(),
        group: groups::number(server, args.group.as_deref()).await?,
        meeting: args.meeting,
        kind: args.kind.as_deref().and_then(kind),
        deadline_s: args.deadline,
        confirmed: args.yes,
        operator: args.operator.clone(),
        basis: args.basis.clone(),
        system: args.system.clone(),
    };
    let body = serde_json::to_vec(&new).unwrap_or_default();
    // Whom it means is said before it begins; what cannot be told now shows in the call.
    let forecast = server.post::<RollCallForecast>("roll-calls/forecast", "application/json", body.clone());
    // A call never waits for it: HQ may be busy.
    if let Ok(Ok(RollCallForecast { meant, .. })) = tokio::time::timeout(FORECAST_WITHIN, forecast).await {
        watch::show(&format!("{}\n", proofs::meant(words, &meant)));
    }
    let item: RollCallItem = server.post("roll-calls", "application/json", body).await?;
    if let Some(forecast) = &item.forecast {
        watch::show(&format!("{}\n", proofs::forecast(words, forecast)));
    }
    let id = item.id;
    // Whatever becomes of this program, the call goes on and is found by its number.
    let _ = writeln!(std::io::stderr(), "{} {id}", words.say("点名编号", "roll call"));
    let goes_on = words.goes_on(
        &match words {
            Words::Chinese => format!("已停止查看，点名 {id} 继续进行。"),
            Words::English => format!("no longer watching: roll call {id} goes on."),
        },
        server.base(),
        &[
            (words.say("查看：", "look again: "), format!("roll-call show {id}")),
            (
                words.say("取消点名：", "cancel it:  "),
                format!("roll-call cancel {id} --by {}", words.say("姓名", "NAME")),
            ),
        ],
    );
    watched(ended(server, words, id), goes_on).await?;
    read(server, id).await
}

/// Waits until all have answered or the time is up.
async fn ended(server: &Server, words: Words, id: u64) -> Result<(), Failure> {
    let path = format!("roll-calls/{id}");
    let mut answer: RollCallAnswer = server.watch(&path).await?;
    loop {
        watch::show(&format!("\r{}", progress(words, &answer)));
        // One that is complete waits for persons: whoever typed this waits for boxes and for the time.
        let is_over =
            answer.call.complete_ms.or(answer.call.ended_ms).is_some() || answer.now_ms > answer.call.until_ms;
        let is_answered = answer.call.tally.waiting + answer.call.tally.heard + answer.call.tally.silent == 0;
        // One that proves goes on after the last answer.
        if is_over || is_answered && answer.call.forecast.is_none() {
            watch::show(&format!("\r{:78}\r", ""));
            return Ok(());
        }
        if !answer.more {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        answer = server.watch(&format!("{path}?since={}&epoch={}", answer.revision, answer.epoch_ms)).await?;
    }
}

/// How everybody stands now, from the beginning: who changes while the pages come, comes again.
pub(super) async fn read(server: &Server, id: u64) -> Result<Done, Failure> {
    let path = format!("roll-calls/{id}");
    let mut answer: RollCallAnswer = server.get(&path).await?;
    let mut entries = BTreeMap::new();
    loop {
        entries.extend(std::mem::take(&mut answer.entries).into_iter().map(|entry| (code(&entry).to_owned(), entry)));
        if !answer.more {
            return Ok(Done { answer, entries });
        }
        answer = server.get(&format!("{path}?since={}&epoch={}", answer.revision, answer.epoch_ms)).await?;
    }
}

fn progress(words: Words, answer: &RollCallAnswer) -> String {
    let call = &answer.call;
    let settled = call.tally.expected - call.tally.waiting - call.tally.heard - call.tally.silent;
    let full = if call.tally.expected == 0 { BAR } else { settled as usize * BAR / call.tally.expected as usize };
    let left_s = call.until_ms.saturating_sub(answer.now_ms).div_ceil(1_000);
    let bar = format!("{}{}", "█".repeat(full), "░".repeat(BAR - full));
    let (said, heard, left) = match words {
        Words::Chinese => ("应答", "已受理", "剩余"),
        Words::English => ("answered", "heard", "left"),
    };
    format!(
        "{bar} {said} {settled}/{}  {heard} {}  {left} {}:{:02} ",
        call.tally.expected,
        call.tally.heard,
        left_s / 60,
        left_s % 60
    )
}

impl Done {
    /// Whether everybody who has to answer did, in time.
    pub(super) fn is_complete(&self) -> bool {
        let call = &self.answer.call;
        call.tally.on_time + call.tally.excused + call.tally.in_meeting == call.tally.expected
    }

    /// Alone on standard output: `expected`, `answered`, `last_answer_ms` since the call, and `answers`, one for each venue.
    pub(super) fn json(&self) -> Value {
        let call = &self.answer.call;
        let answered = self.entries.values().filter(|entry| entry.answered_ms.is_some());
        json!({
            "id": call.id,
            "expected": call.tally.expected,
            // By units, as what is expected: of one that has several rooms one answer counts.
            "answered": answered.clone().map(|entry| entry.unit_id.as_deref().unwrap_or(code(entry))).collect::<HashSet<_>>().len(),
            "last_answer_ms": answered.filter_map(|entry| entry.answered_ms).max(),
            "call": call,
            "answers": self.entries.values().collect::<Vec<_>>(),
        })
    }
}

/// A call as a person reads it: sums, cities, and who has not answered.
pub(super) fn show(words: Words, done: &Done) -> String {
    let call = &done.answer.call;
    let rate = |rate: Option<f64>| rate.map_or_else(|| "—".to_owned(), |rate| format!("{:.1}%", rate * 100.0));
    let last = done.entries.values().filter_map(|entry| entry.answered_ms).max();
    let last = last.map_or_else(|| "—".to_owned(), |last| format!("{:.1} s", last as f64 / 1_000.0));
    let mut text = match words {
        Words::Chinese => format!(
            "应点 {}  按时应答 {}  声画异常或备用 {}  超时 {}  未应答 {}  会议中 {}  免点 {}  异常 {}  应答率 {}  最后应答 {last}\n",
            call.tally.expected,
            call.tally.whole,
            call.tally.on_time - call.tally.whole,
            call.tally.late,
            unanswered(call),
            call.tally.in_meeting,
            call.tally.excused,
            call.tally.faulty,
            rate(call.rate)
        ),
        Words::English => format!(
            "expected {}  on time {}  impaired or by backup {}  late {}  no answer {}  in a meeting {}  excused {}  faulty {}  rate {}  last answer {last}\n",
            call.tally.expected,
            call.tally.whole,
            call.tally.on_time - call.tally.whole,
            call.tally.late,
            unanswered(call),
            call.tally.in_meeting,
            call.tally.excused,
            call.tally.faulty,
            rate(call.rate)
        ),
    };
    let cities: Vec<Vec<String>> = done
        .answer
        .cities
        .iter()
        .map(|city| {
            let numbers = [city.tally.expected, city.tally.whole, city.tally.faulty].map(|number| number.to_string());
            let [expected, whole, faulty] = numbers;
            vec![city.place.clone(), city.name.clone(), expected, whole, faulty, rate(city.rate)]
        })
        .collect();
    if call.forecast.is_some() {
        let (proven, fell_back) = (call.tally.proven, call.tally.fell_back);
        text += &match words {
            Words::Chinese => format!("实证通过 {proven}  退为就绪 {fell_back}\n"),
            Words::English => format!("proven {proven}  ready only {fell_back}\n"),
        };
    }
    text += &asides(words, call);
    let heading = ["编码", "地区", "应点", "按时", "异常", "应答率"];
    let english = ["code", "place", "expected", "on time", "faulty", "rate"];
    text += &table(if words == Words::Chinese { &heading } else { &english }, &cities);
    let is_owing = |entry: &&RollCallEntry| {
        matches!(entry.standing, Standing::Silent | Standing::Waiting | Standing::Heard | Standing::Late)
            || entry.fault.is_some()
    };
    let rows: Vec<Vec<String>> =
        done.entries.values().filter(is_owing).take(MOST_LISTED).map(|entry| row(words, entry)).collect();
    let more = done.entries.values().filter(is_owing).count() - rows.len();
    if !rows.is_empty() {
        let heading = ["会场", "名称", "结果", "方式", "原因或异常", "用时"];
        let english = ["venue", "name", "result", "mode", "reason or fault", "after"];
        text += "\n";
        text += &table(if words == Words::Chinese { &heading } else { &english }, &rows);
    }
    if more > 0 {
        text += &match words {
            Words::Chinese => format!("另有 {more} 个未列出，加 --json 可看全部\n"),
            Words::English => format!("{more} more are not listed; --json has all\n"),
        };
    }
    text
}

/// What is told of a call in a line of its own where there is something to tell.
fn asides(words: Words, call: &RollCallItem) -> String {
    let mut text = String::new();
    if !call.system.is_empty() {
        text += &format!("{}{}\n", words.say("会议系统：", "over: "), call.system);
    }
    if let Some(closed) = &call.closed {
        let by = if closed.by.is_empty() { "—" } else { &closed.by };
        let reason = if closed.reason.is_empty() { "—" } else { &closed.reason };
        let uncounted = call.tally.uncounted;
        text += &match (words, call.cancelled) {
            (Words::Chinese, true) => format!("提前结束：{by}，原因：{reason}；未计 {uncounted}\n"),
            (Words::Chinese, false) => format!("由 {by} 结束\n"),
            (Words::English, true) => format!("broken off by {by}: {reason}; not counted {uncounted}\n"),
            (Words::English, false) => format!("ended by {by}\n"),
        };
    }
    let (untested, afterwards) = (call.tally.untested, call.tally.excused_afterwards);
    if untested > 0 {
        text += &match words {
            Words::Chinese => format!("应答但未实测 {untested}（线路、图像或声音未测，也未经人工确认）\n"),
            Words::English => {
                format!("answered untested {untested} (line, picture or sound neither tested nor confirmed)\n")
            }
        };
    }
    if afterwards > 0 {
        text += &match words {
            Words::Chinese => format!("事后免点 {afterwards}（仍按原结果计算）\n"),
            Words::English => format!("excused afterwards {afterwards} (counted as they stood)\n"),
        };
    }
    text
}

/// The venue, or of a unit without one the unit.
fn code(entry: &RollCallEntry) -> &str {
    entry.venue.as_deref().or(entry.unit_id.as_deref()).unwrap_or_default()
}

const fn unanswered(call: &RollCallItem) -> u32 {
    call.tally.silent + call.tally.waiting + call.tally.heard
}

fn row(words: Words, entry: &RollCallEntry) -> Vec<String> {
    let standing = match entry.standing {
        Standing::Silent => words.say("■未应答", "no answer"),
        Standing::Waiting => words.say("○待应答", "waiting"),
        Standing::Heard => words.say("◐已受理", "heard"),
        Standing::Uncounted => words.say("◇未计", "not counted"),
        Standing::Late => words.say("▲超时应答", "late"),
        Standing::InMeeting => words.say("◇会议中", "in a meeting"),
        Standing::Excused => words.say("◇免点", "excused"),
        Standing::OnTime => words.say("●按时应答", "on time"),
    };
    let mode = match entry.mode {
        Some(Mode::Auto) => words.say("自动", "box"),
        Some(Mode::Person) => words.say("人工", "person"),
        Some(Mode::Telephone) => words.say("电话", "telephone"),
        Some(Mode::Backup) => words.say("备用", "backup"),
        None => "—",
    };
    let reason = match (entry.reason.as_deref(), entry.fault) {
        (Some("no-room"), _) => words.say("没有会场，须由人员应答", "no room: a person has to answer"),
        (Some("no-box"), _) => words.say("没有测试终端", "nobody serves it"),
        (Some("away"), _) => words.say("测试终端离线", "its box is not connected"),
        (Some("no-answer"), _) => words.say("在线但无应答", "connected, no answer"),
        (Some(_), _) => words.say("检测未完成", "still looking"),
        (None, Some(Fault::NoSound)) => words.say("有图无声", "no sound"),
        (None, Some(Fault::NoPicture)) => words.say("有声无图", "no picture"),
        (None, Some(Fault::Neither)) => words.say("图声均异常", "neither picture nor sound"),
        (None, Some(Fault::Other)) => words.say("线路或摄像机异常", "a line or a camera"),
        (None, None) => "",
    };
    let findings: Vec<String> = entry
        .aspects
        .iter()
        .filter_map(|aspect| aspect.finding.as_deref())
        .map(|code| super::findings::named(words, code))
        .collect();
    let reason = if findings.is_empty() {
        reason.to_owned()
    } else {
        format!("{reason} {}", findings.join(words.say("；", "; ")))
    };
    let after = entry.answered_ms.map_or_else(|| "—".to_owned(), |ms| format!("{:.1} s", ms as f64 / 1_000.0));
    vec![
        code(entry).to_owned(),
        entry.name.clone(),
        standing.to_owned(),
        mode.to_owned(),
        reason.trim().to_owned(),
        after,
    ]
}
