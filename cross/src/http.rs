//! A client for GET and POST over HTTP/1.1 that keeps its connection: just enough to ask and to measure the collector.
//! No TLS, no redirects, no compression.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// The collector's slowest honest answer is far below this.
const TIMEOUT: Duration = Duration::from_secs(10);
/// No answer of the interface comes near it; a broken length must not eat the memory.
const MAX_BODY: usize = 256 << 20;
const MAX_LINE: u64 = 64 << 10;

/// One connection, opened when first needed and again after a failure.
#[derive(Debug)]
pub(crate) struct Client {
    address: SocketAddr,
    stream: Option<BufReader<TcpStream>>,
}

/// Status and body; headers are read for their framing only.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    keep: bool,
}

impl Client {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, stream: None }
    }

    /// `path` starts with `/` and is percent-encoded already.
    pub(crate) fn get(&mut self, path: &str) -> Result<Response> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nAccept: application/json\r\n\r\n", self.address);
        // A connection that was kept may have been closed meanwhile: then a new one gets its chance.
        if let Some(stream) = self.stream.take()
            && let Ok(response) = self.ask(stream, &request)
        {
            return Ok(response);
        }
        self.ask(connect(self.address)?, &request)
    }

    /// Sends JSON, once: what was perhaps done is not asked for again.
    pub(crate) fn post(&mut self, path: &str, body: &Value) -> Result<Response> {
        let (address, body) = (self.address, body.to_string());
        let head = format!("POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json");
        let request = format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        let stream = if let Some(stream) = self.stream.take() { stream } else { connect(address)? };
        self.ask(stream, &request)
    }

    fn ask(&mut self, mut stream: BufReader<TcpStream>, request: &str) -> Result<Response> {
        let what = || request.split(" HTTP/").next().unwrap_or_default().to_owned();
        let response = exchange(&mut stream, request).with_context(what)?;
        if response.keep {
            self.stream = Some(stream);
        }
        Ok(response)
    }

    /// The body of a 200 as JSON; any other status is an error.
    pub(crate) fn json(&mut self, path: &str) -> Result<Value> {
        let Response { status, body, .. } = self.get(path)?;
        ensure!(status == 200, "GET {path}: status {status}: {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).with_context(|| format!("GET {path}: not JSON"))
    }
}

fn connect(address: SocketAddr) -> Result<BufReader<TcpStream>> {
    let stream =
        TcpStream::connect_timeout(&address, TIMEOUT).with_context(|| format!("failed to connect to {address}"))?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    stream.set_nodelay(true)?;
    Ok(BufReader::new(stream))
}

fn exchange(stream: &mut BufReader<TcpStream>, request: &str) -> Result<Response> {
    stream.get_mut().write_all(request.as_bytes())?;
    read(stream)
}

/// Reads one answer (RFC 9112): with a length, in chunks, or up to the end of the connection.
fn read(input: &mut impl BufRead) -> Result<Response> {
    let first = line(input)?;
    let status = first.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)).and_then(|code| code.parse().ok());
    let Some(status) = status else { bail!("not an HTTP answer: '{first}'") };
    let (mut length, mut chunked, mut keep) = (None, false, first.starts_with("HTTP/1.1"));
    loop {
        let header = line(input)?;
        if header.is_empty() {
            break;
        }
        let Some((name, value)) = header.split_once(':') else { bail!("not a header: '{header}'") };
        match (name.to_ascii_lowercase().as_str(), value.trim()) {
            ("content-length", value) => {
                length = Some(value.parse().with_context(|| format!("content-length '{value}'"))?)
            }
            ("transfer-encoding", value) => chunked = value.eq_ignore_ascii_case("chunked"),
            ("connection", value) if value.eq_ignore_ascii_case("close") => keep = false,
            _ => {}
        }
    }
    let mut body = Vec::new();
    match (chunked, length) {
        _ if status == 204 || status == 304 => {}
        (true, _) => chunks(input, &mut body)?,
        (false, Some(length)) => take(input, length, &mut body)?,
        (false, None) => {
            keep = false;
            input.take(MAX_BODY as u64).read_to_end(&mut body)?;
        }
    }
    Ok(Response { status, body, keep })
}

fn chunks(input: &mut impl BufRead, body: &mut Vec<u8>) -> Result<()> {
    loop {
        let head = line(input)?;
        let digits = head.split(';').next().unwrap_or_default().trim();
        let length = usize::from_str_radix(digits, 16).with_context(|| format!("length of a chunk '{head}'"))?;
        if length == 0 {
            while !line(input)?.is_empty() {}
            return Ok(());
        }
        take(input, length, body)?;
        ensure!(line(input)?.is_empty(), "a chunk is longer than it says");
    }
}

fn take(input: &mut impl BufRead, length: usize, body: &mut Vec<u8>) -> Result<()> {
    ensure!(length <= MAX_BODY - body.len().min(MAX_BODY), "a body of more than {MAX_BODY} bytes");
    let before = body.len();
    input.take(length as u64).read_to_end(body)?;
    ensure!(body.len() - before == length, "the answer was cut off after {} bytes", body.len());
    Ok(())
}

fn line(input: &mut impl BufRead) -> Result<String> {
    let mut bytes = Vec::new();
    input.take(MAX_LINE).read_until(b'\n', &mut bytes)?;
    ensure!(bytes.ends_with(b"\n"), "the answer was cut off in a line");
    let text = String::from_utf8(bytes).context("a line is not UTF-8")?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_framing_is_read() {
        check("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloREST", 200, "hello", true, "REST");
        check("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nConnection: close\r\n\r\n", 404, "", false, "");
        check(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\nREST",
            200,
            "hello world",
            true,
            "REST",
        );
        check(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n",
            200,
            "0123456789",
            true,
            "",
        );
        check("HTTP/1.1 200 OK\r\n\r\nto the end", 200, "to the end", false, "");
        check("HTTP/1.1 204 No Content\r\n\r\nREST", 204, "", true, "REST");
    }

    #[test]
    fn every_cut_of_an_answer_is_an_error() {
        for whole in [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        ] {
            for end in 0..whole.len() {
                assert!(read(&mut &whole.as_bytes()[..end]).is_err(), "{:?}", &whole[..end]);
            }
        }
    }

    #[test]
    fn what_is_not_http_is_refused() {
        for text in [
            "",
            "hello\r\n\r\n",
            "HTTP/1.1 abc\r\n\r\n",
            "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        ] {
            assert!(read(&mut text.as_bytes()).is_err(), "{text:?}");
        }
    }

    #[track_caller]
    fn check(text: &str, status: u16, body: &str, keep: bool, rest: &str) {
        let mut input = text.as_bytes();
        let expected = Response { status, body: body.as_bytes().to_vec(), keep };
        assert_eq!(read(&mut input).unwrap(), expected, "{text}");
        assert_eq!(input, rest.as_bytes(), "what follows {text}");
    }
}
