//! The web probe: a page or interface answers with the expected status, in time, with the expected text.
//!
//! Certificates are checked against the system's roots, or against `ca` alone when it is given.

use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use avow_shared::outcome::Verdict;
use avow_shared::time::ClockQuality;
use reqwest::{Certificate, Client, Response, Url, redirect};
use serde::{Deserialize, Deserializer, de};

use super::limits::{Overrides, Rule, judge};
use super::measures::{FIRST_BYTE, STATUS};
use super::{BadSetup, Found, within};
use crate::profile::talk::innermost;

/// No more of a page is read.
const MAX_BODY: usize = 256 * 1024;
const MAX_REDIRECTS: usize = 5;

/// The keys of a web probe; its `Debug` form keeps passwords out of logs.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// `http://…` or `https://…`.
    #[serde(deserialize_with = "url")]
    pub url: Url,
    /// The status codes that are right; 200 when nothing is said.
    #[serde(default = "ok")]
    pub status: Vec<u16>,
    /// A text that the first 256 KiB must contain.
    pub text: Option<String>,
    /// For the whole, milliseconds, 100 to 60 000.
    #[serde(default = "ten_thousand")]
    pub timeout_ms: u64,
    /// A file of PEM certificates to trust instead of the system's.
    pub ca: Option<PathBuf>,
    /// Changes to the limit of `first_byte` (ms).
    #[serde(default)]
    pub limits: Overrides,
}

fn url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Url, D::Error> {
    // The text may hold a password: it is not repeated.
    let wrong = |error| de::Error::custom(format!("url: expected http://… or https://…: {error}"));
    Url::parse(&String::deserialize(deserializer)?).map_err(wrong)
}

fn ok() -> Vec<u16> {
    vec![200]
}

const fn ten_thousand() -> u64 {
    10_000
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup").field("host", &self.host()).finish_non_exhaustive()
    }
}

const RULES: &[Rule] = &[Rule::at_most(FIRST_BYTE, 2000.0, Some(8000.0), "http.slow")];

impl Setup {
    pub(super) fn check(&self) -> Result<(), BadSetup> {
        within("timeout_ms", self.timeout_ms, 100, 60_000)?;
        if !matches!(self.url.scheme(), "http" | "https") {
            return Err(BadSetup::value("url", "http:// or https://", self.url.scheme()));
        }
        match self.status.iter().find(|status| !(100..600).contains(*status)) {
            Some(status) => Err(BadSetup::value("status", "codes of 100 to 599", status)),
            None if self.status.is_empty() => Err(BadSetup::value("status", "at least one code", "[]")),
            None => self.limits.check(RULES),
        }
    }

    pub(super) fn rules(&self) -> Vec<Rule> {
        self.limits.apply(RULES)
    }

    pub(super) const fn longest(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// Host and port, without a password.
    fn host(&self) -> String {
        let port = self.url.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}{port}", self.url.host_str().unwrap_or_default())
    }
}

/// What a server said.
struct Page {
    status: u16,
    first_byte: Duration,
    body: Vec<u8>,
}

pub(super) async fn run(setup: &Setup, clock: ClockQuality) -> Found {
    let client = match client(setup).await {
        Ok(client) => client,
        Err(what) => return Found::missing(what),
    };
    match fetch(&client, setup).await {
        Ok(page) => judged(setup, &page),
        Err(error) => failed(setup, &error, clock),
    }
}

async fn client(setup: &Setup) -> Result<Client, String> {
    install_provider();
    let builder = Client::builder()
        .timeout(setup.longest())
        .redirect(redirect::Policy::limited(MAX_REDIRECTS))
        .no_proxy()
        .user_agent(concat!("avow/", env!("CARGO_PKG_VERSION")));
    let builder = match (&setup.ca, setup.url.scheme()) {
        (Some(path), _) => builder.tls_certs_only(read_ca(path).await?),
        // A box without any root certificates can still read plain pages.
        (None, "http") => builder.tls_certs_only([]),
        (None, _) => builder,
    };
    builder.build().map_err(|error| {
        format!("没有可用的根证书（{}）：请执行 apt install ca-certificates，或配置 ca", innermost(&error))
    })
}

/// reqwest is built without a provider of cryptography; ring is the one that the whole agent uses.
pub(crate) fn install_provider() {
    // An error says that it is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

async fn read_ca(path: &PathBuf) -> Result<Vec<Certificate>, String> {
    let unusable = |why: String| format!("证书文件 {} 不可用：{why}", path.display());
    let pem = tokio::fs::read(path).await.map_err(|error| unusable(error.to_string()))?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) => Err(unusable("其中没有证书".to_owned())),
        Err(error) => Err(unusable(error.to_string())),
    }
}

async fn fetch(client: &Client, setup: &Setup) -> Result<Page, reqwest::Error> {
    let begun = Instant::now();
    let mut response = client.get(setup.url.clone()).send().await?;
    let (status, first_byte) = (response.status().as_u16(), begun.elapsed());
    let body = if setup.text.is_some() { read_body(&mut response).await? } else { Vec::new() };
    Ok(Page { status, first_byte, body })
}

async fn read_body(response: &mut Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = MAX_BODY - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() == MAX_BODY {
            break;
        }
    }
    Ok(body)
}

fn judged(setup: &Setup, page: &Page) -> Found {
    let ms = page.first_byte.as_secs_f64() * 1000.0;
    let values = vec![STATUS.of(page.status.into()), FIRST_BYTE.of(ms)];
    let text = setup.text.as_deref().unwrap_or_default();
    let (verdict, detail) = if !setup.status.contains(&page.status) {
        let wanted: Vec<_> = setup.status.iter().map(u16::to_string).collect();
        (Verdict::fail("http.status"), format!("状态码 {}，应为 {}", page.status, wanted.join("/")))
    } else if !contains(&page.body, text.as_bytes()) {
        (Verdict::fail("http.text"), format!("状态码 {}，页面中没有“{text}”", page.status))
    } else {
        (judge(&setup.rules(), &values), format!("状态码 {}，首字节 {ms:.0} ms", page.status))
    };
    Found::new(verdict, detail).with_values(values)
}

fn contains(body: &[u8], text: &[u8]) -> bool {
    text.is_empty() || body.windows(text.len()).any(|window| window == text)
}

fn failed(setup: &Setup, error: &reqwest::Error, clock: ClockQuality) -> Found {
    let (host, cause) = (setup.host(), innermost(error));
    let is_certificate = cause.contains("certificate");
    if is_certificate && clock == ClockQuality::Unset {
        // A box without battery starts in 1970, when no certificate was valid yet.
        return Found::missing(format!("时钟未校准，无法判断 {host} 的证书：请先校时"));
    }
    let why = if error.is_redirect() {
        format!("重定向超过 {MAX_REDIRECTS} 次")
    } else if error.is_timeout() {
        format!("{} ms 内没有应答", setup.timeout_ms)
    } else if is_certificate {
        format!("证书不可信：{cause}")
    } else if error.is_connect() {
        format!("连接失败：{cause}")
    } else {
        cause
    };
    Found::new(Verdict::fail("http.down"), format!("{host} {why}"))
}

#[cfg(test)]
mod tests;
