//! How soon an order reaches the last agent of the province while two hundred subscribers listen and never read.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::bench::row::{Row, Target};
use crate::scene::Scene;
use crate::wait;

const STUCK: usize = 200;
/// Each listens to so many agents, and to what is said to all.
const LISTENS: usize = 16;
/// Meanwhile their sockets fill.
const FILLS: Duration = Duration::from_secs(30);
/// The fleet's log is written in pieces.
const LOGGED_WITHIN: Duration = Duration::from_secs(60);
const REACHED_S: f64 = 2.0;
const TIMEOUT: Duration = Duration::from_secs(10);

/// `log` is the fleet's.
pub(crate) fn measure(scene: &mut Scene, log: &Path) -> Result<Row> {
    let topics = topics(&scene.client().json("/api/v1/agents?limit=500")?);
    ensure!(!topics.is_empty(), "nobody listens");
    let mut stuck = Vec::with_capacity(STUCK);
    for number in 0..STUCK {
        let mine = topics.iter().cycle().skip(number * LISTENS).take(LISTENS).map(String::as_str);
        stuck.push(subscriber(scene.ports.mqtt, number, &mine.chain(["avow/1/all/35"]).collect::<Vec<_>>())?);
    }
    wait::observe(FILLS, || scene.still_runs())?;
    let from = std::fs::metadata(log).context("failed to look at the fleet's log")?.len();
    let answer = scene.client().post("/api/v1/roll-calls", &json!({ "depth": "present", "places": ["35"] }))?;
    ensure!(answer.status == 202, "POST roll-calls: status {}", answer.status);
    let call: Value = serde_json::from_slice(&answer.body)?;
    let expected = call["expected"].as_u64().context("a sum is missing")?;
    let given_ms = call["given_ms"].as_u64().context("a time is missing")?;
    let last_ms = wait::until("what all agents heard", LOGGED_WITHIN, || {
        scene.still_runs()?;
        let heard = heard(log, from, &call["id"])?;
        Ok((heard.len() as u64 >= expected).then(|| heard.into_iter().max().unwrap_or_default()))
    })?;
    drop(stuck);
    let reached_s = last_ms.saturating_sub(given_ms) as f64 / 1_000.0;
    let note =
        format!("{expected} agents, by the clock of the machine on which they run; {STUCK} subscribers read nothing");
    let row = Row::new("order to the last agent, from the click", reached_s, "s", Target::AtMost(REACHED_S));
    Ok(row.note(note))
}

/// When each agent told that it had the call.
fn heard(log: &Path, from: u64, call: &Value) -> Result<Vec<u64>> {
    let mut file = File::open(log).context("failed to open the fleet's log")?;
    file.seek(SeekFrom::Start(from))?;
    let mut times = Vec::new();
    for line in BufReader::new(file).lines() {
        let line = line?;
        // The first and the last line may be halves.
        if line.contains("\"called\":{")
            && let Ok(line) = serde_json::from_str::<Value>(&line)
            && line["called"]["call"] == *call
        {
            times.extend(line["called"]["at"]["at_ms"].as_u64());
        }
    }
    Ok(times)
}

/// Where the agents listen: `avow/1/down/35/01/02/001/<agent>`.
fn topics(agents: &Value) -> Vec<String> {
    let topic = |item: &Value| {
        let (place, id) = (item["place"].as_str()?, item["id"].as_str()?);
        let steps = [0..2, 2..4, 4..6, 6..9, 9..12].into_iter().map_while(|step| place.get(step));
        Some(format!("avow/1/down/{}/{id}", steps.collect::<Vec<_>>().join("/")))
    };
    agents["items"].as_array().into_iter().flatten().filter_map(topic).take(STUCK * LISTENS).collect()
}

/// Subscribes by MQTT 3.1.1 (OASIS, 2014: 3.1, 3.8) and never reads again.
fn subscriber(broker: SocketAddr, number: usize, topics: &[&str]) -> Result<TcpStream> {
    let mut stream = TcpStream::connect_timeout(&broker, TIMEOUT).context("failed to connect to the broker")?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream
        .write_all(&packet(0x10, &[string("MQTT"), vec![4, 2, 0, 0], string(&format!("stuck-{number}"))].concat()))?;
    let mut answer = [0; 4];
    stream.read_exact(&mut answer)?;
    ensure!(answer == [0x20, 2, 0, 0], "the broker refused: {answer:?}");
    let filters: Vec<u8> = topics.iter().flat_map(|topic| [string(topic), vec![1]].concat()).collect();
    stream.write_all(&packet(0x82, &[vec![0, 1], filters].concat()))?;
    Ok(stream)
}

fn string(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX).to_be_bytes();
    [&length, text.as_bytes()].concat()
}

/// A packet with its length (2.2.3).
fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    let mut left = body.len();
    loop {
        let low = u8::try_from(left % 128).unwrap_or_default();
        left /= 128;
        bytes.push(if left > 0 { low | 0x80 } else { low });
        if left == 0 {
            break;
        }
    }
    [bytes, body.to_vec()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_follow_the_code_and_packets_say_how_long_they_are() {
        let agents = json!({ "items": [{ "place": "350102001", "id": "ab" }, { "place": "35", "id": "cd" }] });
        assert_eq!(topics(&agents), ["avow/1/down/35/01/02/001/ab", "avow/1/down/35/cd"]);
        assert_eq!(packet(0x82, &[7; 200])[..4], [0x82, 0xc8, 1, 7]);
        assert_eq!(string("ab"), [0, 2, b'a', b'b']);
    }

    #[test]
    fn of_a_log_that_call_counts_alone() {
        let file = std::env::temp_dir().join(format!("avow-stuck-{}.jsonl", std::process::id()));
        let line = |call: u64, at_ms: u64| format!("{{\"called\":{{\"call\":{call},\"at\":{{\"at_ms\":{at_ms}}}}}}}\n");
        std::fs::write(&file, format!("{}{}{}{{\"called\":{{", line(7, 1), line(7, 5), line(8, 9))).unwrap();
        let heard = heard(&file, line(7, 1).len() as u64, &json!(7));
        std::fs::remove_file(&file).unwrap();
        assert_eq!(heard.unwrap(), [5]);
    }
}
