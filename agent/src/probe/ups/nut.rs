//! A UPS through a server of Network UPS Tools: one connection, one question.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::ErrorKind;
use std::time::Duration;

use avow_shared::outcome::Verdict;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};

use super::status::{Feed, Status};
use super::{Address, Asked};
use crate::nut::{Answer, Bad, Question, variable};
use crate::probe::Found;

type Entries = BTreeMap<String, String>;

/// Why there is no list.
enum Ended {
    Bad(Bad),
    /// Nothing, or the beginning of something.
    Silent {
        is_begun: bool,
    },
    Closed,
}

pub(super) async fn ask(address: &Address, ups: &str, within: Duration) -> Asked {
    let mut transcript = String::new();
    let status = talk(address, ups, within, &mut transcript).await;
    Asked { status, transcript }
}

async fn talk(address: &Address, ups: &str, within: Duration, transcript: &mut String) -> Result<Status, Box<Found>> {
    let fails = |finding, why: String| Err(Box::new(Found::new(Verdict::fail(finding), format!("{address} {why}"))));
    let mut stream = match timeout(within, TcpStream::connect(address.pair())).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) if error.kind() == ErrorKind::ConnectionRefused => {
            return fails("ups.down", "拒绝连接：请启动 NUT 服务（upsd），并让它监听此地址".to_owned());
        }
        Ok(Err(error)) => return fails("ups.down", format!("连接失败：{error}")),
        Err(_) => return fails("ups.down", format!("{} ms 内未能连接", within.as_millis())),
    };
    let ended = match listed(&mut stream, &Question::Variables(ups.to_owned()), within, transcript).await {
        Ok(entries) => return Ok(status(&entries)),
        Err(ended) => ended,
    };
    match ended {
        Ended::Bad(Bad::Refused(word)) => match word.as_str() {
            "UNKNOWN-UPS" => {
                let names = listed(&mut stream, &Question::Names, within, transcript).await.unwrap_or_default();
                let names = names.into_keys().take(8).collect::<Vec<_>>().join("、");
                Err(Box::new(Found::missing(format!("{address} 没有名为 {ups} 的 UPS；有：{names}"))))
            }
            "DATA-STALE" => fails("ups.disconnected", "收不到 UPS 的数据：请检查它到该主机的通信线".to_owned()),
            "DRIVER-NOT-CONNECTED" => {
                fails("ups.disconnected", "没有连上 UPS 的驱动：请检查通信线并重启驱动".to_owned())
            }
            "ACCESS-DENIED" => fails("ups.auth-refused", "不许本机询问：请在 upsd 的配置中放行".to_owned()),
            other => fails("ups.wrong-answer", format!("拒绝了询问（{other}）")),
        },
        Ended::Bad(Bad::Nonsense(line)) => fails("ups.wrong-answer", format!("应答不符（{line}）：请检查地址和端口")),
        Ended::Silent { is_begun: true } => fails("ups.wrong-answer", "应答不完整".to_owned()),
        Ended::Silent { is_begun: false } => fails("ups.no-answer", format!("{} ms 内无应答", within.as_millis())),
        Ended::Closed => fails("ups.no-answer", "断开了连接：请检查 upsd 的连接数限制".to_owned()),
    }
}

async fn listed(
    stream: &mut TcpStream,
    question: &Question,
    within: Duration,
    transcript: &mut String,
) -> Result<Entries, Ended> {
    let until = Instant::now() + within;
    // Writing to a string does not fail.
    let _ = write!(transcript, "→ {}", question.line());
    stream.write_all(question.line().as_bytes()).await.map_err(|_| Ended::Closed)?;
    let mut answer = Answer::to(question);
    let mut buffer = [0; 2_048];
    loop {
        let Ok(read) = timeout_at(until, stream.read(&mut buffer)).await else {
            return Err(Ended::Silent { is_begun: answer.is_begun() });
        };
        let read = read.ok().filter(|read| *read > 0).ok_or(Ended::Closed)?;
        if transcript.len() < 8 * 1_024 {
            let _ = write!(transcript, "{}", String::from_utf8_lossy(&buffer[..read]));
        }
        match answer.take(&buffer[..read]) {
            Ok(Some(entries)) => return Ok(entries),
            Ok(None) if Instant::now() < until => {}
            Ok(None) => return Err(Ended::Silent { is_begun: true }),
            Err(bad) => return Err(Ended::Bad(bad)),
        }
    }
}

/// What the variables come to.
pub(super) fn status(entries: &Entries) -> Status {
    let text = |name: &str| entries.get(name).cloned().filter(|text| !text.is_empty());
    let number = |name: &str| text(name)?.parse::<f64>().ok().filter(|number| number.is_finite());
    let either = |names: [&str; 2]| names.into_iter().find_map(text);
    let words: Vec<&str> = entries.get(variable::STATUS).map_or(vec![], |words| words.split_whitespace().collect());
    let says = |word: &str| words.contains(&word);
    let feeds = [("OFF", Feed::Nothing), ("BYPASS", Feed::Bypass), ("OB", Feed::Battery), ("OL", Feed::Mains)];
    let mut alarms: Vec<String> = text(variable::ALARM).into_iter().collect();
    if says("ALARM") && alarms.is_empty() {
        alarms.push("告警".to_owned());
    }
    let is_tested = text(variable::TEST).is_some_and(|result| result.to_lowercase().contains("in progress"));
    Status {
        feeds: feeds.iter().find(|(word, _)| says(word)).map(|(_, feed)| *feed),
        is_low: says("LB"),
        is_worn: says("RB"),
        is_overloaded: says("OVER"),
        is_going: says("FSD"),
        is_testing: says("CAL") || is_tested,
        alarms,
        charge: number(variable::CHARGE),
        runtime_s: number(variable::RUNTIME),
        load: number(variable::LOAD),
        input_voltage: number(variable::INPUT_VOLTAGE),
        battery_voltage: number(variable::BATTERY_VOLTAGE),
        battery_temperature: variable::TEMPERATURE.into_iter().find_map(number),
        make: either(variable::MAKE),
        model: either(variable::MODEL),
        serial: either(variable::SERIAL),
        firmware: text(variable::FIRMWARE),
    }
}
