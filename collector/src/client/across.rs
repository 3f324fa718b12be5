//! `mouth-to-ear`: has two venues hear and see each other, waits, and says what came of it.

use std::io::{BufRead, IsTerminal, Write};
use std::time::Duration;

use super::call::{Failure, Server};
use super::findings;
use super::table::table;
use super::watch;
use super::watch::watched;
use super::words::Words;
use crate::api::mouth_to_ear::{MouthToEarEnd, MouthToEarOrder, MouthToEarRun, MouthToEarWay};

/// Between two looks at a run.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Begins a run and waits for its end; progress goes to standard error.
pub(super) async fn run(server: &Server, words: Words, order: MouthToEarOrder) -> Result<MouthToEarRun, Failure> {
    let confirmed = order.confirmed || agreed(words, &order)?;
    let body = serde_json::to_vec(&MouthToEarOrder { confirmed, ..order }).unwrap_or_default();
    let run: MouthToEarRun = server.post("mouth-to-ear", "application/json", body).await?;
    let goes_on = match words {
        Words::Chinese => format!("已停止查看，互测 {} 会自行结束，结果见控制台。", run.number),
        Words::English => format!("no longer watching: run {} ends by itself, and the console shows it.", run.number),
    };
    watched(ended(server, words, run), goes_on).await
}

async fn ended(server: &Server, words: Words, mut run: MouthToEarRun) -> Result<MouthToEarRun, Failure> {
    let began = tokio::time::Instant::now();
    while run.until_ms.is_some() {
        watch::show(&format!("\r{} {} s ", words.say("测试中", "testing"), began.elapsed().as_secs()));
        tokio::time::sleep(LOOK_EVERY).await;
        run = server.get(&format!("mouth-to-ear/{}", run.number)).await?;
    }
    watch::show(&format!("\r{:20}\r", ""));
    Ok(run)
}

/// Who sits at a terminal is asked; nobody else is.
fn agreed(words: Words, order: &MouthToEarOrder) -> Result<bool, Failure> {
    let MouthToEarOrder { first, second, .. } = order;
    let what = match words {
        Words::Chinese => format!("{first} 与 {second} 将各播放约 2 秒的编码噪声，会场内人员能听到。"),
        Words::English => {
            format!("{first} and {second} will each play coded noise for some 2 s, heard by whoever is there.")
        }
    };
    let refused = |why: &str| Failure::Usage(format!("{what}{why}"));
    if !std::io::stdin().is_terminal() {
        return Err(refused(words.say("确认请加 --yes", " Agree with --yes")));
    }
    // Who has closed standard error is asked in vain, and plays nothing.
    let _ = write!(std::io::stderr(), "{what}{}", words.say("继续？[y/N] ", " Go on? [y/N] "));
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    if read.is_ok() && matches!(line.trim(), "y" | "Y" | "yes" | "是") {
        return Ok(true);
    }
    Err(refused(words.say("未确认，没有播放", " Not agreed, nothing was played")))
}

/// A run as a person reads it.
pub(super) fn show(words: Words, run: &MouthToEarRun) -> String {
    let [first, second] = &run.ends;
    let state = match run.verdict.as_str() {
        "pass" => words.say("●正常", "pass"),
        "degraded" => words.say("▲劣化", "degraded"),
        "fail" => words.say("■故障", "fail"),
        _ => words.say("◆无法判定", "unknown"),
    };
    let there_and_back = number(run.round_trip_ms, "ms");
    let mut text = format!(
        "{} {} ⇄ {} {}  {state}  {} {there_and_back}\n",
        first.venue,
        first.name,
        second.venue,
        second.name,
        words.say("往返", "round trip")
    );
    if run.interrupted {
        text.push_str(
            words.say(
                "指挥中心在互测期间中断，结果不全\n",
                "HQ stopped while it was on: what is missing is not known\n",
            ),
        );
    }
    run.ends.iter().filter_map(|end| silence(words, end)).for_each(|line| text.push_str(&line));
    let heading = ["方向", "听到", "看到", "延时", "音量", "信噪比", "回声", "唇音同步", "问题"];
    let english = ["way", "heard", "seen", "delay", "level", "snr", "echo", "lip sync", "problem"];
    let rows: Vec<_> = run.ways.iter().map(|way| row(words, way)).collect();
    text += &table(if words == Words::Chinese { &heading } else { &english }, &rows);
    if run.proposes && run.joint_tests.is_empty() {
        let words = words.say("互测正常，可提出联调待两端确认", "all is well: it may propose a joint test");
        text += &format!("{words}：avow-collector joint-tests propose {} {}\n", run.number, second.venue);
    }
    text
}

/// Why an end told nothing.
fn silence(words: Words, end: &MouthToEarEnd) -> Option<String> {
    if end.told {
        return None;
    }
    let why = match end.answer.as_deref() {
        Some("interlocked") => words.say("会议联锁，未测试", "the interlock refused"),
        Some("impossible") => words.say("不能测试", "it could not"),
        _ => words.say("没有应答", "no answer"),
    };
    let detail = end.detail.as_deref().map(|detail| format!("：{detail}")).unwrap_or_default();
    Some(format!("{} {}  {why}{detail}\n", end.venue, end.name))
}

fn row(words: Words, way: &MouthToEarWay) -> Vec<String> {
    let delay = match (way.delay_ms, way.delay_error_ms) {
        (Some(delay), Some(error)) => format!("{delay} ms ±{error}"),
        (Some(_), None) => {
            format!("{} {}", number(way.judged_delay_ms, "ms"), words.say("（往返之半）", "(half of both)"))
        }
        (None, _) => "—".to_owned(),
    };
    let sync = match (way.lip_sync_ms, way.lip_sync_error_ms) {
        (Some(sync), Some(error)) => format!("{sync:+} ms ±{error}"),
        _ => "—".to_owned(),
    };
    let problems: Vec<_> = way.findings.iter().map(|found| findings::named(words, &found.code)).collect();
    vec![
        format!("{} → {}", way.from, way.to),
        whom(words, way.heard.as_deref(), way.heard_venue.as_deref()),
        whom(words, way.seen.as_deref(), way.seen_venue.as_deref()),
        delay,
        number(way.level_db, "dB"),
        number(way.snr_db, "dB"),
        number(way.echo_db, "dB"),
        sync,
        problems.join(words.say("；", "; ")),
    ]
}

fn whom(words: Words, whom: Option<&str>, venue: Option<&str>) -> String {
    match whom {
        Some("right") => words.say("对方", "the other end").to_owned(),
        Some("itself") => words.say("只有自己", "only itself").to_owned(),
        Some("nobody") => words.say("无", "nobody").to_owned(),
        Some(_) => format!("{} {}", words.say("别处", "somebody else"), venue.unwrap_or_default()),
        None => "—".to_owned(),
    }
}

fn number(number: Option<f64>, unit: &str) -> String {
    number.map_or_else(|| "—".to_owned(), |number| format!("{number} {unit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> MouthToEarRun {
        let end = |venue: &str, name: &str, answer: Option<&str>, told| serde_json::json!({ "venue": venue, "name": name, "answer": answer, "detail": null, "told": told });
        let way = |from: &str, to: &str| {
            serde_json::json!({ "from": from, "to": to, "heard": null, "heard_venue": null, "seen": null, "seen_venue": null,
                "delay_ms": null, "delay_error_ms": null, "judged_delay_ms": null, "level_db": null, "snr_db": null, "echo_db": null,
                "lip_sync_ms": null, "lip_sync_error_ms": null, "picture": null, "findings": [] })
        };
        serde_json::from_value(serde_json::json!({ "number": 7, "at_ms": 7, "until_ms": null, "verdict": "unknown",
            "ends": [end("350102-01", "鼓楼", Some("done"), true), end("350103-01", "台江", Some("interlocked"), false)],
            "ways": [way("350102-01", "350103-01"), way("350103-01", "350102-01")], "round_trip_ms": null, "interrupted": false,
            "proposes": false, "joint_tests": [] }))
        .expect("a run")
    }

    #[test]
    fn what_is_missing_is_a_dash_and_says_why() {
        let text = show(Words::Chinese, &run());
        assert!(
            text.starts_with("350102-01 鼓楼 ⇄ 350103-01 台江  ◆无法判定  往返 —\n350103-01 台江  会议联锁，未测试\n"),
            "{text}"
        );
        assert_eq!(text.lines().count(), 5, "{text}");
        assert!(show(Words::English, &run()).contains("the interlock refused"));
        let interrupted = show(Words::English, &MouthToEarRun { interrupted: true, ..run() });
        assert!(interrupted.contains("HQ stopped while it was on"), "{interrupted}");
    }

    #[test]
    fn a_way_shows_who_was_heard_how_late_and_what_is_wrong() {
        let mut run = run();
        let way = &mut run.ways[0];
        (way.heard, way.heard_venue) = (Some("other".to_owned()), Some("350104-01".to_owned()));
        (way.delay_ms, way.judged_delay_ms, way.lip_sync_ms, way.lip_sync_error_ms) =
            (Some(412.5), Some(300.0), Some(-190.0), Some(20.0));
        let finding = crate::api::mouth_to_ear::MouthToEarFinding {
            code: "across.other-venue".to_owned(),
            verdict: "fail".to_owned(),
        };
        way.findings.push(finding);
        let text = show(Words::Chinese, &run);
        for part in ["别处 350104-01", "300 ms （往返之半）", "-190 ms ±20", "across.other-venue"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        run.ways[0].delay_error_ms = Some(6);
        assert!(show(Words::English, &run).contains("412.5 ms ±6"));
    }
}
