//! The line probe: loss, round trip and jitter by ICMP echo, TCP connections or STAMP (RFC 8762). 100 % loss is a result.

mod icmp;
mod packets;
mod socket;
mod statistics;
mod tcp;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use avow_shared::outcome::Verdict;
use avow_shared::stamp;
use avow_shared::value::Value;
use serde::Deserialize;

use super::limits::{Overrides, Rule, judge};
use super::measures::{CONNECT_MAX, CONNECT_MS, JITTER_P99, LOSS, Measure, RTT_AVG, RTT_MAX, RTT_P95};
use super::{BadSetup, Found, within};
use statistics::Statistics;

/// How a line is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// ICMP echo (RFC 792, RFC 4443).
    #[default]
    Ping,
    /// The time to open a TCP connection.
    Tcp,
    /// STAMP packets to a reflector (RFC 8762).
    Stamp,
}

/// The keys of a line probe.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// Address or name of the other end.
    pub to: String,
    /// `ping` (default), `tcp`, `stamp`.
    #[serde(default)]
    pub method: Method,
    /// TCP port (needed), or UDP port of the STAMP reflector (862).
    pub port: Option<u16>,
    /// How many packets, 1 to 1000; 20, for TCP 4.
    pub count: Option<u32>,
    /// Milliseconds between two of them, 1 to 10 000.
    #[serde(default = "fifty")]
    pub gap_ms: u64,
    /// Milliseconds after which one counts as lost, 10 to 10 000.
    #[serde(default = "thousand")]
    pub timeout_ms: u64,
    /// The box's own address to send from.
    pub source_address: Option<IpAddr>,
    /// The network interface to send through.
    pub interface: Option<String>,
    /// Changes to the limits of `loss` (%), `rtt_avg`, `jitter_p99`, for TCP `connect_ms` (ms).
    #[serde(default)]
    pub limits: Overrides,
}

const fn fifty() -> u64 {
    50
}

const fn thousand() -> u64 {
    1000
}

/// Microsoft Teams network guide (loss, jitter), Y.1541 class 0; a satellite line sets its own.
const PACKET_RULES: &[Rule] = &[
    Rule::at_most(LOSS, 1.0, Some(10.0), "line.loss"),
    Rule::at_most(RTT_AVG, 100.0, Some(300.0), "line.delay"),
    Rule::at_most(JITTER_P99, 30.0, Some(50.0), "line.jitter"),
];
const TCP_RULES: &[Rule] =
    &[Rule::at_most(LOSS, 1.0, Some(50.0), "line.loss"), Rule::at_most(CONNECT_MS, 100.0, Some(1000.0), "line.delay")];

impl Setup {
    pub(super) fn check(&self) -> Result<(), BadSetup> {
        within("count", self.count().into(), 1, 1000)?;
        within("gap_ms", self.gap_ms, 1, 10_000)?;
        within("timeout_ms", self.timeout_ms, 10, 10_000)?;
        if self.to.is_empty() || self.to.contains(['/', ' ', '@']) {
            return Err(BadSetup::value("to", "an address or a name, without scheme and port", &self.to));
        }
        match (self.method, self.port) {
            (Method::Tcp, None) => Err(BadSetup::value("port", "a port number for method = \"tcp\"", "nothing")),
            (Method::Ping, Some(port)) => Err(BadSetup::value("port", "no port for method = \"ping\"", port)),
            _ => self.limits.check(self.defaults()),
        }
    }

    pub(super) fn rules(&self) -> Vec<Rule> {
        self.limits.apply(self.defaults())
    }

    const fn defaults(&self) -> &'static [Rule] {
        match self.method {
            Method::Tcp => TCP_RULES,
            Method::Ping | Method::Stamp => PACKET_RULES,
        }
    }

    fn count(&self) -> u32 {
        self.count.unwrap_or(if self.method == Method::Tcp { 4 } else { 20 })
    }

    pub(super) fn longest(&self) -> Duration {
        let each = if self.method == Method::Tcp { self.gap_ms + self.timeout_ms } else { self.gap_ms };
        Duration::from_millis(each * u64::from(self.count()) + self.timeout_ms)
    }

    fn gap(&self) -> Duration {
        Duration::from_millis(self.gap_ms)
    }

    fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }
}

/// What became of every packet or connection.
#[derive(Debug)]
enum Trial {
    /// Milliseconds of each in the order of sending; none: lost.
    Measured(Vec<Option<f64>>),
    /// The system or the other end says no: refused, unreachable.
    Down(String),
    /// The box cannot measure; the text says what to do.
    Missing(String),
}

pub(super) async fn run(setup: &Setup) -> Found {
    let to = match resolve(setup).await {
        Ok(to) => to,
        Err(why) => return Found::new(Verdict::fail("line.down"), format!("无法解析 {}：{why}", setup.to)),
    };
    let trial = match setup.method {
        Method::Ping => icmp::run(setup, to).await,
        Method::Stamp => packets::run_stamp(setup, to).await,
        Method::Tcp => tcp::run(setup, to).await,
    };
    match trial {
        Trial::Measured(times) => judged(setup, &times),
        Trial::Down(why) => Found::new(Verdict::fail("line.down"), format!("{} 不通：{why}", setup.to)),
        Trial::Missing(what) => Found::missing(what),
    }
}

async fn resolve(setup: &Setup) -> Result<SocketAddr, String> {
    let port = setup.port.unwrap_or(if setup.method == Method::Stamp { stamp::PORT } else { 0 });
    let fits = |to: &SocketAddr| setup.source_address.is_none_or(|from| from.is_ipv4() == to.is_ipv4());
    let mut found = tokio::net::lookup_host((setup.to.as_str(), port)).await.map_err(|error| error.to_string())?;
    found.find(fits).ok_or_else(|| "没有与 source_address 同族的地址".to_owned())
}

fn judged(setup: &Setup, times: &[Option<f64>]) -> Found {
    let statistics = Statistics::of(times);
    let values = values(setup.method, &statistics);
    let (sent, got) = (times.len(), statistics.received);
    if got == 0 {
        return Found::new(Verdict::fail("line.no-reply"), format!("收到 0/{sent} 个应答")).with_values(values);
    }
    let detail = match setup.method {
        Method::Tcp => format!("连接成功 {got}/{sent}，平均 {:.1} ms", statistics.average),
        _ => format!(
            "收到 {got}/{sent}，往返 {:.1} ms（p95 {:.1}），抖动 {:.1} ms",
            statistics.average, statistics.p95, statistics.jitter_p99
        ),
    };
    Found::new(judge(&setup.rules(), &values), detail).with_values(values)
}

fn values(method: Method, statistics: &Statistics) -> Vec<Value> {
    let mut values = vec![LOSS.of(statistics.loss)];
    let times: &[(Measure, f64)] = match method {
        _ if statistics.received == 0 => &[],
        Method::Tcp => &[(CONNECT_MS, statistics.average), (CONNECT_MAX, statistics.max)],
        _ => &[
            (RTT_AVG, statistics.average),
            (RTT_P95, statistics.p95),
            (RTT_MAX, statistics.max),
            (JITTER_P99, statistics.jitter_p99),
        ],
    };
    values.extend(times.iter().map(|(measure, ms)| measure.of(*ms)));
    values
}

#[cfg(test)]
mod tests;
