//! As much of HTTP/1.1 as a small camera has: a request with a length, a response, one after the other on a connection.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::Camera;

/// More is not read of a request.
const LONGEST: usize = 256 * 1024;

/// A request.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: String,
    /// With its query.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its text.
    pub body: String,
    /// How it was addressed.
    pub host: String,
}

impl Request {
    /// A field of its head.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A response.
#[derive(Clone, Debug)]
pub struct Response {
    /// Its status.
    pub status: u16,
    /// What its body is.
    pub content_type: String,
    /// `WWW-Authenticate` fields.
    pub challenges: Vec<String>,
    /// Its body.
    pub body: Vec<u8>,
    /// Before the first byte.
    pub slow: Duration,
    /// The connection ends in the middle of the body.
    pub hangs_up: bool,
}

impl Response {
    /// One that is right in its form.
    #[must_use]
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let (slow, challenges) = (Duration::ZERO, Vec::new());
        Self { status, content_type: content_type.to_owned(), challenges, body: body.into(), slow, hangs_up: false }
    }
}

/// Serves until the listener fails; prints what the camera did.
///
/// # Errors
/// When no connection can be taken any more.
pub async fn serve(listener: TcpListener, camera: Camera) -> io::Result<()> {
    let camera = Arc::new(Mutex::new(camera));
    loop {
        let (stream, _) = listener.accept().await?;
        let camera = Arc::clone(&camera);
        tokio::spawn(async move {
            // A client that goes is no fault of the camera.
            let _ = talk(stream, &camera).await;
        });
    }
}

async fn talk(mut stream: TcpStream, camera: &Mutex<Camera>) -> io::Result<()> {
    let mut unread = Vec::new();
    while let Some(request) = next(&mut stream, &mut unread).await? {
        let response = {
            let mut camera = camera.lock().map_err(|_| io::Error::other("the camera is broken"))?;
            let response = camera.answer(&request);
            for line in camera.did() {
                println!("did {line}");
            }
            response
        };
        tokio::time::sleep(response.slow).await;
        let mut head = format!(
            "HTTP/1.1 {} X\r\nContent-Type: {}\r\nContent-Length: {}\r\n",
            response.status,
            response.content_type,
            response.body.len()
        );
        for challenge in &response.challenges {
            head.push_str(&format!("WWW-Authenticate: {challenge}\r\n"));
        }
        stream.write_all(format!("{head}\r\n").as_bytes()).await?;
        if response.hangs_up {
            return stream.write_all(&response.body[..response.body.len() / 2]).await;
        }
        stream.write_all(&response.body).await?;
        stream.flush().await?;
    }
    Ok(())
}

async fn next(stream: &mut TcpStream, unread: &mut Vec<u8>) -> io::Result<Option<Request>> {
    let too_long = || io::Error::other("a request without end");
    let head = loop {
        if let Some(at) = unread.windows(4).position(|four| four == b"\r\n\r\n") {
            break String::from_utf8_lossy(&unread.drain(..at + 4).collect::<Vec<u8>>()).into_owned();
        }
        if unread.len() > LONGEST {
            return Err(too_long());
        }
        if stream.read_buf(unread).await? == 0 {
            return Ok(None);
        }
    };
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().split_whitespace();
    let (method, path) = (first.next().unwrap_or_default().to_owned(), first.next().unwrap_or_default().to_owned());
    let field =
        |line: &str| line.split_once(':').map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
    let mut request = Request { method, path, headers: lines.filter_map(field).collect(), ..Request::default() };
    request.host = request.header("host").unwrap_or_default().to_owned();
    let length: usize = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    if length > LONGEST {
        return Err(too_long());
    }
    while unread.len() < length {
        if stream.read_buf(unread).await? == 0 {
            return Ok(None);
        }
    }
    request.body = String::from_utf8_lossy(&unread.drain(..length).collect::<Vec<u8>>()).into_owned();
    Ok(Some(request))
}
