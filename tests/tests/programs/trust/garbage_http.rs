//! Garbage on every input of the API: nothing changes, nobody falls over, every answer is one that was agreed.

use std::collections::BTreeMap;

use avow_shared::wire::Standing;
use avow_tests::rig::{Folder, Http, Puppet, Random};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::collector;
use super::state::{State, counters, growth};

const VENUE: &str = "350102001-01";
/// Requests with garbage for each method of each path.
const EACH: usize = 4;
/// Shorter bodies are always read.
const LONG_BODY: usize = 4_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_on_every_input_of_the_api_changes_nothing_and_is_counted() {
    let (folder, mut random) = (Folder::new(), Random::printed("garbage over HTTP"));
    let collector = collector(&folder, true).await;
    let (http, hq) = (collector.api(), Puppet::hq_key(&collector.api()).await);
    let mut puppet = Puppet::connect(collector.mqtt, VENUE, hq, &mut random).await;
    assert_eq!(puppet.hello().await.standing, Standing::Accepted);
    puppet.describe().await;
    puppet.report(2).await;
    puppet.acked_upto(3).await;
    let (before, counted) = (State::of(&http).await, counters(&http).await);

    let paths = paths(&http).await;
    assert!(paths.len() >= 10, "the document names {paths:?}");
    let mut refused = 0;
    for (path, methods) in &paths {
        refused += throw_at(&http, path, methods, &mut random).await;
    }
    for request in torn_requests(&mut random) {
        torn(collector.http, &request, true).await;
    }
    assert_eq!(State::of(&http).await, before);
    assert!(refused > 0);
    let grown = growth(&counted, &counters(&http).await, "http_refused");
    assert!(grown >= f64::from(refused), "{refused} requests were refused, {grown} counted");
    puppet.report(1).await;
    puppet.acked_upto(4).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_another_site_reads_and_changes_nothing() {
    let folder = Folder::new();
    let collector = collector(&folder, true).await;
    let before = State::of(&collector.api()).await;
    let csv = "venue,name\n350102001-01,x\n";
    let import = format!("/api/v1/registry/import?dry_run=false HTTP/1.1\r\nContent-Length: {}\r\n", csv.len());
    for (request, status) in [
        // Its name was made to point to this machine.
        ("GET /api/v1/agents HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".to_owned(), 421),
        // What a form can send without asking first.
        (format!("POST {import}Host: localhost\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n{csv}"), 415),
        (format!("POST {import}Host: evil.example\r\nAvow-Request: 1\r\nConnection: close\r\n\r\n{csv}"), 421),
    ] {
        let answer = torn(collector.http, request.as_bytes(), false).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request}\n{answer}");
    }
    assert_eq!(State::of(&collector.api()).await, before);
}

/// Every path of the document with the methods that it has there.
async fn paths(http: &Http) -> BTreeMap<String, Vec<String>> {
    let document = http.json("/api/v1/openapi.json").await;
    let methods = |item: &Value| item.as_object().into_iter().flatten().map(|(name, _)| name.to_uppercase()).collect();
    let paths = document["paths"].as_object().expect("paths").iter();
    paths.map(|(path, item)| (full(path), methods(item))).collect()
}

fn full(path: &str) -> String {
    if path.starts_with("/api/") || path == "/metrics" { path.to_owned() } else { format!("/api/v1{path}") }
}

/// How many requests were answered with an error of the one who asks; any other error is a failure of the test.
async fn throw_at(http: &Http, path: &str, methods: &[String], random: &mut Random) -> u32 {
    let mut refused = 0;
    for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"] {
        let is_stream = method == "GET" && path.ends_with("/events");
        for _ in 0..EACH {
            let (target, body) = (filled(path, random), body(random));
            // A good stream never ends: only the wrong scopes are asked for, and those are refused.
            let target = if is_stream { format!("{}?scope=nowhere", path) } else { target };
            let is_long = body.len() > LONG_BODY;
            let wanted = Method::from_bytes(method.as_bytes()).expect("a method");
            let kind = *random.one_of(&["application/json", "text/csv", "application/octet-stream", "image/gif"]);
            let answer = http.request(wanted, &target).header("content-type", kind).body(body).send().await;
            let answer = match answer {
                Ok(answer) => answer,
                // Who refuses a long body without reading it may hang up before the answer has arrived.
                Err(_) if is_long => continue,
                Err(error) => panic!("{method} {target}: {error:?}"),
            };
            let status = answer.status();
            assert!(!status.is_server_error(), "{method} {target}: {status}");
            if methods.iter().all(|known| known != method) && !matches!(method, "HEAD" | "OPTIONS") {
                assert!(status.is_client_error(), "{method} {target}: {status}");
            }
            if status.is_client_error() {
                refused += 1;
                problem(method, &target, status, answer).await;
            }
        }
    }
    refused
}

/// Errors are problem details (RFC 9457).
async fn problem(method: &str, target: &str, status: StatusCode, answer: reqwest::Response) {
    let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
    assert!(kind.starts_with("application/problem+json"), "{method} {target}: {status} as '{kind}'");
    let text = answer.text().await.unwrap_or_default();
    if method != "HEAD" {
        let said: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{method} {target}: {text}"));
        assert_eq!(said["status"], status.as_u16(), "{method} {target}: {said}");
    }
}

/// The path with garbage for its parameters, and a query of it.
fn filled(path: &str, random: &mut Random) -> String {
    let mut target = String::new();
    for part in path.split_inclusive('}') {
        match part.split_once('{') {
            Some((fixed, _)) => target.extend([fixed, &word(random)]),
            None => target.push_str(part),
        }
    }
    let names = [
        "place",
        "class",
        "q",
        "sort",
        "order",
        "offset",
        "limit",
        "depth",
        "probe",
        "from_ms",
        "to_ms",
        "resolution",
        "state",
        "dry_run",
        "scope",
        "venue",
    ];
    let pairs: Vec<_> = (0..random.below(6)).map(|_| format!("{}={}", random.one_of(&names), word(random))).collect();
    if pairs.is_empty() { target } else { format!("{target}?{}", pairs.join("&")) }
}

fn word(random: &mut Random) -> String {
    let known = [
        "-1",
        "99999999999999999999",
        "NaN",
        "true",
        "%00",
        "..%2f..%2fetc%2fpasswd",
        "%e9%bc%93",
        "%ff%fe",
        "350102",
        "35",
        "350102001-99",
        "0",
        "1e9",
        "silent,fail,none",
        "'%20OR%201=1--",
        "null",
        "[]",
    ];
    match random.below(3) {
        0 => random.bytes(1 + random.clone().below(40)).iter().map(|byte| format!("{byte:02x}")).collect(),
        _ => (*random.one_of(&known)).to_owned(),
    }
}

fn body(random: &mut Random) -> Vec<u8> {
    let known: [&[u8]; 9] = [
        b"",
        b"{",
        b"null",
        b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
        b"{\"action\":\"accept\",\"action\":\"refuse\"}",
        b"{\"action\":\"explode\"}",
        "venue,name\n350102001-01,\"不闭合\n".as_bytes(),
        b"a;b;c\n1;2;3\n",
        b"venue,name,unit,contact,telephone,parent,excluded,two_way\nnowhere,x,,,,,,\n",
    ];
    match random.below(3) {
        0 => {
            let length = random.below(100_000);
            random.bytes(length)
        }
        _ => random.one_of(&known).to_vec(),
    }
}

/// Requests that no client sends: heads too large, lines that are none, lengths that lie.
fn torn_requests(random: &mut Random) -> Vec<Vec<u8>> {
    let long = "x".repeat(200_000);
    let many: String = (0..2_000).map(|n| format!("X-{n}: {n}\r\n")).collect();
    let mut requests = vec![
        format!("GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nAvow-Request: 1\r\nX-Long: {long}\r\n\r\n").into_bytes(),
        format!("GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nAvow-Request: 1\r\n{many}\r\n").into_bytes(),
        format!("GET /{long} HTTP/1.1\r\nHost: localhost\r\nAvow-Request: 1\r\n\r\n").into_bytes(),
        b"GET / HTTP/9.9\r\n\r\n".to_vec(),
        b"POST /api/v1/registry/import HTTP/1.1\r\nHost: localhost\r\nAvow-Request: 1\r\nContent-Length: 99999999999999\r\n\r\nx".to_vec(),
        b"POST /api/v1/restore HTTP/1.1\r\nHost: localhost\r\nAvow-Request: 1\r\nContent-Length: -1\r\n\r\n".to_vec(),
        b"POST /api/v1/restore HTTP/1.1\r\nHost: localhost\r\nAvow-Request: 1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".to_vec(),
        b"PUT /api/v1/evidence/00 HTTP/1.1\r\nHost: localhost\r\nAvow-Request: 1\r\nContent-Range: bytes 9-1/x\r\nContent-Length: 1\r\n\r\nx"
            .to_vec(),
    ];
    requests.extend((0..20).map(|_| {
        let length = random.below(3_000);
        random.bytes(length)
    }));
    requests
}

/// Sends it, perhaps says that nothing more comes, and reads whatever is said to it.
async fn torn(address: std::net::SocketAddr, request: &[u8], is_all: bool) -> String {
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("it still listens");
    // It may hang up in the middle; what matters is that it still listens afterwards.
    let _ = stream.write_all(request).await;
    if is_all {
        let _ = stream.shutdown().await;
    }
    let mut answer = Vec::new();
    let reading = stream.read_to_end(&mut answer);
    let ended = tokio::time::timeout(std::time::Duration::from_secs(40), reading).await;
    assert!(ended.is_ok(), "a request without an end is kept for ever");
    let first = String::from_utf8_lossy(&answer).into_owned();
    assert!(!first.starts_with("HTTP/1.1 5"), "{first}");
    first
}
