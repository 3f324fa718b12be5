//! A small client of the collector's API.

use std::net::SocketAddr;
use std::sync::Once;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;

/// No answer takes longer, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks one collector.
#[derive(Clone, Debug)]
pub struct Http {
    client: Client,
    base: String,
}

impl Http {
    /// The API at `address`.
    ///
    /// # Panics
    /// When no client can be made at all.
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            // Another test of this process may have been first.
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        // Every request has a connection of its own, so that none suffers from what another one left behind.
        // Says that a program asks and no page of another site.
        let own = HeaderMap::from_iter([(HeaderName::from_static("avow-request"), HeaderValue::from_static("1"))]);
        let builder = Client::builder().timeout(PATIENCE).no_proxy().pool_max_idle_per_host(0).default_headers(own);
        let client = builder.build().expect("an HTTP client can be made");
        Self { client, base: format!("http://{address}") }
    }

    /// A request that is not sent yet.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// The JSON at `path`, or nothing when nobody answers or the answer is an error.
    pub async fn try_json(&self, path: &str) -> Option<Value> {
        let answer = self.request(Method::GET, path).send().await.ok()?;
        if answer.status().is_success() { answer.json().await.ok() } else { None }
    }

    /// The JSON at `path`.
    ///
    /// # Panics
    /// When there is none.
    pub async fn json(&self, path: &str) -> Value {
        let (status, body) = self.bytes(Method::GET, path, Vec::new()).await;
        assert!(status.is_success(), "GET {path}: {status} {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).unwrap_or_else(|error| panic!("GET {path} is no JSON: {error}"))
    }

    /// All keys that HQ has seen and that the query asks for, e.g. `state=pending`, page after page.
    ///
    /// # Panics
    /// When a page is none.
    pub async fn agents(&self, query: &str) -> Vec<Value> {
        let mut all = Vec::new();
        loop {
            let page = self.json(&format!("/api/v1/agents?limit=500&offset={}&{query}", all.len())).await;
            let items = page["items"].as_array().expect("a list of agents");
            all.extend(items.iter().cloned());
            if items.is_empty() || page["total"] == all.len() {
                return all;
            }
        }
    }

    /// The text at `path`.
    ///
    /// # Panics
    /// When there is none.
    pub async fn text(&self, path: &str) -> String {
        let (status, body) = self.bytes(Method::GET, path, Vec::new()).await;
        assert!(status.is_success(), "GET {path}: {status}");
        String::from_utf8(body).unwrap_or_else(|error| panic!("GET {path} is no text: {error}"))
    }

    /// Sends `body` and gives back status and body.
    ///
    /// # Panics
    /// When nobody answers.
    pub async fn bytes(&self, method: Method, path: &str, body: Vec<u8>) -> (StatusCode, Vec<u8>) {
        let said = |error: reqwest::Error| panic!("{path}: {error:?}");
        let answer = self.request(method.clone(), path).body(body).send().await.unwrap_or_else(said);
        let status = answer.status();
        let bytes = answer.bytes().await.unwrap_or_else(|error| panic!("{method} {path}: {error:?}"));
        (status, bytes.to_vec())
    }

    /// Hands a register (CSV) in; gives back status and answer.
    ///
    /// # Panics
    /// When nobody answers.
    pub async fn import(&self, register: &str) -> (StatusCode, String) {
        let request = self.request(Method::POST, "/api/v1/registry/import");
        let request = request.header("content-type", "text/csv").body(register.to_owned());
        let answer = request.send().await.unwrap_or_else(|error| panic!("import: {error:?}"));
        (answer.status(), answer.text().await.unwrap_or_default())
    }

    /// Sends `body` as JSON and expects success.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.request(Method::POST, path).json(body).send().await;
        let answer = answer.unwrap_or_else(|error| panic!("POST {path}: {error:?}"));
        let status = answer.status();
        let text = answer.text().await.unwrap_or_default();
        assert!(status.is_success(), "POST {path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }
}
