//! `status`: what the running agent says of itself, or what its files say when none runs.

use std::fmt::Write as _;

use avow_shared::id::VenueId;
use avow_shared::meeting::OLD_AFTER_MS;
use avow_shared::time::ClockQuality;
use avow_shared::wire::Standing;

use super::{Ended, Failed, Place, advice, unexpected};
use crate::agent::{Disbelieved, ProbeStatus, Reply, Request, Status};
use crate::check::verdict;
use crate::config::{Config, full_name, month_to_minute};
use crate::identity::{self, State};
use crate::meetings::Meetings;
use crate::spool::disk::Disk;
use crate::spool::keeper::{Counts, Keeper, Limits};
use crate::words::Language;

pub(super) fn status(place: &Place) -> Ended {
    let status = match place.ask(&Request::Status {})? {
        Some(Reply::Status(status)) => *status,
        Some(other) => return Err(unexpected(&other, place.language)),
        None => from_files(place)?,
    };
    if place.json {
        println!("{}", serde_json::to_string_pretty(&status).map_err(|error| Failed::Trouble(error.to_string()))?);
    } else {
        print!("{}", text(&status, place.language));
    }
    Ok(0)
}

fn from_files(place: &Place) -> Result<Status, Failed> {
    let config = place.config_without_agent()?;
    let trouble = |error| advice::state(&error, Some(&place.socket(Some(&config))), place.language);
    let state = State::existing(&config.state).map_err(trouble)?;
    let id = state
        .as_ref()
        .filter(|state| state.has_key())
        .map(State::signer)
        .transpose()
        .map_err(trouble)?
        .map(|signer| signer.id().to_string());
    let (now, meetings) = (super::clock().now(), Meetings::resume(identity::meetings(&config.state)));
    let probe = |exercise| ProbeStatus { probe: full_name(exercise), name: exercise.title.clone(), verdict: None };
    Ok(Status {
        running: false,
        agent: id.unwrap_or_default(),
        software: env!("CARGO_PKG_VERSION").into(),
        venues: config.venues(),
        broker: format!("{}:{}", config.broker.host, config.broker.port),
        connected: false,
        standing: None,
        disbelieved: None,
        last_ack_age_ms: None,
        clock: now.wall,
        meeting: state.as_ref().is_some_and(State::meeting),
        list_age_ms: meetings.age_ms(now),
        hq_meetings: meetings.ahead(&config.venues(), now),
        calls: Vec::new(),
        devices: state.map(|state| state.plates()).unwrap_or_default(),
        spool: counts(&config),
        probes: config.exercises.iter().map(probe).collect(),
    })
}

fn counts(config: &Config) -> Counts {
    match Disk::look(&config.state.join("spool"), Limits::BOX.disk_bytes as u64) {
        Ok(opened) => Keeper::new(&opened, Limits::BOX, 0).counts(),
        Err(error) => Counts { trouble: error.to_string(), ..Counts::default() },
    }
}

fn text(status: &Status, language: Language) -> String {
    let say = |chinese: &'static str, english: &'static str| language.pick(chinese, english);
    let mut lines = vec![
        (say("代理", "agent"), format!("{} ({})", name(&status.agent), running(status, language))),
        (say("中心", "HQ"), format!("{} {}", status.broker, hq(status, language))),
        (say("最近确认", "last ack"), age(status.last_ack_age_ms, language)),
        (say("时钟", "clock"), clock(status, language).to_owned()),
        (say("会议", "meeting"), say_bool(status.meeting, language).to_owned()),
        (say("会议表", "meeting list"), meeting_list(status, language)),
        (say("终端", "terminals"), terminals(status, language)),
        (say("编号", "produced"), status.spool.produced.to_string()),
        (say("待确认", "held"), status.spool.held.to_string()),
        (say("已丢弃", "dropped"), status.spool.dropped.to_string()),
        (say("作废", "void"), status.spool.void.to_string()),
        (say("缓存", "spool"), format!("{} KiB", status.spool.bytes / 1024)),
    ];
    lines.splice(2..2, status.disbelieved.as_ref().map_or_else(Vec::new, |why| disbelieved(why, language)));
    if !status.spool.trouble.is_empty() {
        lines.push((say("磁盘", "disk"), advice::spool(&status.spool.trouble, language)));
    }
    for probe in &status.probes {
        let verdict = probe.verdict.as_ref().map_or("-", |found| verdict(found, language));
        lines.push((say("探测项", "probe"), format!("{} {} {verdict}", probe.probe, probe.name)));
    }
    for said in &status.devices {
        let plate: Vec<&str> =
            said.facts.plate().into_iter().map(|part| part.as_str()).filter(|part| !part.is_empty()).collect();
        lines.push((say("设备", "device"), format!("{}/{} {}", said.venue, said.device, plate.join(" "))));
    }
    let mut text = String::new();
    for (head, value) in lines {
        let columns: usize = head.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
        // Writing into a text fails for nothing.
        let _ = writeln!(text, "{head}{}{value}", " ".repeat(12usize.saturating_sub(columns)));
    }
    text
}

fn meeting_list(status: &Status, language: Language) -> String {
    let Some(age_ms) = status.list_age_ms else {
        return language
            .pick("中心未下发，或时钟未校准", "HQ never told of meetings, or the clock is not set")
            .to_owned();
    };
    let age = format!("{} {}", age_ms / 60_000, language.pick("分钟前", "min ago"));
    let old = if age_ms > OLD_AFTER_MS { language.pick("（已过期）", " (old)") } else { "" };
    let one = |(venue, from_ms, to_ms, is_on): &(VenueId, u64, u64, bool)| {
        let when =
            if *is_on { language.pick("会议中", "a meeting is on") } else { language.pick("下一次", "next") };
        let venue = if status.venues.len() == 1 { String::new() } else { format!("{venue} ") };
        format!("{venue}{when} {}–{}", month_to_minute(*from_ms), month_to_minute(*to_ms))
    };
    let ahead: Vec<String> = status.hq_meetings.iter().map(one).collect();
    let ahead = if ahead.is_empty() { language.pick("无会议", "no meeting").to_owned() } else { ahead.join("; ") };
    format!("{age}{old}{}{ahead}", language.pick("，", ", "))
}

fn terminals(status: &Status, language: Language) -> String {
    if !status.running {
        return "-".to_owned();
    }
    if status.calls.is_empty() {
        return language.pick("未配置查询", "none is asked").to_owned();
    }
    let one = |(venue, in_call): &(VenueId, Option<bool>)| {
        let word = match in_call {
            Some(true) => language.pick("通话中", "in a call"),
            Some(false) => language.pick("未通话", "in no call"),
            None => language.pick("未应答", "silent"),
        };
        if status.calls.len() == 1 { word.to_owned() } else { format!("{venue} {word}") }
    };
    status.calls.iter().map(one).collect::<Vec<_>>().join(language.pick("；", "; "))
}

/// Who answers in HQ's place, and what to do.
fn disbelieved(why: &Disbelieved, language: Language) -> Vec<(&'static str, String)> {
    let say = |chinese: &'static str, english: &'static str| language.pick(chinese, english);
    let mut lines = match why {
        Disbelieved::OtherKey { trusted, found, .. } => {
            vec![(say("信任的公钥", "trusted key"), trusted.clone()), (say("答复的公钥", "found key"), found.clone())]
        }
        Disbelieved::Other { why } => vec![(say("原因", "why"), why.clone())],
    };
    lines.push((say("处理", "what to do"), advice::disbelieved(why, language)));
    lines
}

/// It has none before its first run.
const fn name(agent: &str) -> &str {
    if agent.is_empty() { "-" } else { agent }
}

const fn running(status: &Status, language: Language) -> &'static str {
    if status.running {
        language.pick("运行中", "running")
    } else {
        language.pick("未运行，启动：systemctl start avow-agent", "does not run, start it: systemctl start avow-agent")
    }
}

const fn say_bool(yes: bool, language: Language) -> &'static str {
    if yes { language.pick("是", "yes") } else { language.pick("否", "no") }
}

const fn hq(status: &Status, language: Language) -> &'static str {
    match (status.running, status.connected, status.standing) {
        (false, ..) => "-",
        (_, true, None) if status.disbelieved.is_some() => {
            language.pick("已连通，但答复不可信", "reached, but the answer is not believed")
        }
        (_, false, _) => language.pick("未连通", "not reached"),
        (_, true, None) => language.pick("已连通，中心尚未答复", "reached, no welcome yet"),
        (_, true, Some(Standing::Accepted)) => language.pick("已连通，已接纳", "reached, accepted"),
        (_, true, Some(Standing::Pending)) => language.pick("已连通，等待中心接纳", "reached, waits to be accepted"),
        (_, true, Some(Standing::Refused)) => language.pick("已连通，被中心拒绝", "reached, refused by HQ"),
        (_, true, Some(Standing::Conflict)) => {
            language.pick("已连通，会场已有另一代理", "reached, another agent serves a venue")
        }
    }
}

fn age(ms: Option<u64>, language: Language) -> String {
    ms.map_or_else(|| "-".to_owned(), |ms| format!("{:.1} {}", ms as f64 / 1_000.0, language.pick("秒前", "s ago")))
}

fn clock(status: &Status, language: Language) -> String {
    match status.clock.quality {
        ClockQuality::Unset => language.pick("未设置", "unset").to_owned(),
        ClockQuality::Free => language.pick("已设置，未同步", "set, not disciplined").to_owned(),
        ClockQuality::Synced { error_ms } => format!("{} ±{error_ms} ms", language.pick("已同步", "synced")),
    }
}
