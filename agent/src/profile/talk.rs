//! Carries a profile out over whatever reaches the device, and keeps the bytes both ways for a person to read.

use std::error::Error as _;
use std::fmt;
use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::UdpSocket;
use tokio::time::{Instant, sleep, timeout};

use super::bytes::{escaped, shown};
use super::framing::{Cut, Framing, LONGEST};
use super::judge::Reply;
use super::telnet::Telnet;
use super::{Profile, Step};
use crate::words::Language;

/// What a login needs and no profile holds; its `Debug` form keeps it out of logs.
#[derive(Clone, Default)]
pub struct Secrets {
    /// For `${user}`.
    pub user: String,
    /// For `${password}`.
    pub password: String,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}

/// A stream in both directions.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// What reaches a device.
pub enum Wire {
    /// A serial port or a TCP connection.
    Stream(Box<dyn Stream>),
    /// A TCP connection with Telnet's options refused.
    Telnet(Box<dyn Stream>, Telnet),
    /// Datagrams to the one peer that the socket is connected to.
    Udp(UdpSocket),
    /// An address in front of paths.
    Http {
        /// Who asks.
        client: reqwest::Client,
        /// The address in front of paths.
        base: String,
        /// For basic authentication (RFC 7617), when there is a user.
        secrets: Secrets,
    },
}

/// Why there was no talk to the end.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The line went.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A web server that no connection leads to, in the words of the deepest cause.
    #[error("{0}")]
    Unreached(String),
    /// A web server that lets nobody in so: the status, 401 or 403.
    #[error("HTTP {0}")]
    Denied(u16),
    /// A web server that answers with another status than 200, or with nonsense.
    #[error("{0}")]
    Http(String),
    /// The device did not say what a login waits for.
    #[error("waited in vain for '{0}'")]
    Login(String),
}

/// What went over the wire, line by line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript(Vec<Told>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Told {
    /// Bytes one way or the other.
    Bytes(String),
    /// Nothing came for so long.
    Nothing(Duration),
}

impl Transcript {
    /// More is not kept.
    const MOST_LINES: usize = 400;

    fn note(&mut self, arrow: &str, text: impl fmt::Display) {
        self.push(Told::Bytes(format!("{arrow} {text}")));
    }

    fn push(&mut self, told: Told) {
        if self.0.len() < Self::MOST_LINES {
            self.0.push(told);
        }
    }

    /// As a text, a line for each time something was sent or came, or was waited for in vain.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let line = |told: &Told| match told {
            Told::Bytes(text) => format!("{text}\n"),
            Told::Nothing(waited) => {
                let seconds = waited.as_secs_f64();
                match language {
                    Language::Chinese => format!("← 无应答（{seconds} s）\n"),
                    Language::English => format!("← no answer ({seconds} s)\n"),
                }
            }
        };
        self.0.iter().map(line).collect()
    }
}

/// Says what is said first, then asks every request; what came before the line broke is in `replies`.
///
/// # Errors
/// When the line breaks, or the login fails.
pub async fn talk(
    profile: &Profile,
    secrets: &Secrets,
    wire: &mut Wire,
    transcript: &mut Transcript,
    replies: &mut Vec<Reply>,
) -> Result<(), Broken> {
    let mut line = Line::begin(profile, secrets, wire, transcript).await?;
    for (at, request) in profile.requests.iter().enumerate() {
        let framing = request.framing.as_ref().unwrap_or(&profile.framing);
        let is_last = at + 1 == profile.requests.len();
        replies.push(line.ask(&request.send, framing, is_last).await?);
    }
    Ok(())
}

/// A device that was greeted and logged in to.
pub struct Line<'a> {
    profile: &'a Profile,
    wire: &'a mut Wire,
    transcript: &'a mut Transcript,
    unread: Vec<u8>,
    was_spoken_to: bool,
}

impl<'a> Line<'a> {
    /// Says what is said first.
    ///
    /// # Errors
    /// When the line breaks, or the login fails.
    pub async fn begin(
        profile: &'a Profile,
        secrets: &Secrets,
        wire: &'a mut Wire,
        transcript: &'a mut Transcript,
    ) -> Result<Self, Broken> {
        let mut unread = Vec::new();
        wire.settle(profile, transcript).await?;
        for step in &profile.login {
            login(step, profile, secrets, wire, &mut unread, transcript).await?;
        }
        Ok(Self { profile, wire, transcript, unread, was_spoken_to: !profile.login.is_empty() })
    }

    /// One question and its reply; after the last one nobody waits for a late answer.
    ///
    /// # Errors
    /// When the line breaks.
    pub async fn ask(&mut self, send: &[u8], framing: &Framing, is_last: bool) -> Result<Reply, Broken> {
        let Self { profile, wire, transcript, unread, was_spoken_to } = self;
        if std::mem::replace(was_spoken_to, true) {
            sleep(profile.gap).await;
        }
        // What came late, or without being asked, is no answer to this.
        wire.forget(unread, transcript).await?;
        transcript.note("→", shown(send));
        wire.send(send).await?;
        let reply = wire.reply(send, framing, profile.patience, unread, transcript).await?;
        if reply == Reply::Silent && unread.is_empty() {
            transcript.push(Told::Nothing(profile.patience));
        }
        if reply == Reply::Silent && !is_last {
            // Its answer may be late; it must not answer the next question.
            wire.reply(&[], framing, profile.patience, unread, transcript).await?;
        }
        Ok(reply)
    }
}

async fn login(
    step: &Step,
    profile: &Profile,
    secrets: &Secrets,
    wire: &mut Wire,
    unread: &mut Vec<u8>,
    transcript: &mut Transcript,
) -> Result<(), Broken> {
    if let Some(wait) = &step.wait {
        let framing = Framing::End(wait.as_bytes().to_vec());
        match wire.reply(&[], &framing, profile.patience, unread, transcript).await? {
            Reply::Got(_) => {}
            Reply::Silent | Reply::TooLong => {
                if unread.is_empty() {
                    transcript.push(Told::Nothing(profile.patience));
                }
                return Err(Broken::Login(wait.clone()));
            }
        }
    }
    let Some(send) = &step.send else { return Ok(()) };
    // The transcript shows what the profile says, never what the password is.
    transcript.note("→", send);
    let plain = escaped(send).unwrap_or_default();
    let plain =
        String::from_utf8_lossy(&plain).replace("${user}", &secrets.user).replace("${password}", &secrets.password);
    Ok(wire.send(plain.as_bytes()).await?)
}

impl Wire {
    async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Stream(stream) => stream.write_all(bytes).await?,
            Self::Telnet(stream, _) => stream.write_all(&Telnet::put(bytes)).await?,
            Self::Udp(socket) => drop(socket.send(bytes).await?),
            Self::Http { .. } => {}
        }
        match self {
            Self::Stream(stream) | Self::Telnet(stream, _) => stream.flush().await,
            Self::Udp(_) | Self::Http { .. } => Ok(()),
        }
    }

    /// Reads a greeting to its end: until nothing came for a while, at most as long as for a reply more.
    async fn settle(&mut self, profile: &Profile, transcript: &mut Transcript) -> io::Result<()> {
        let mut greeting = Vec::new();
        let until = Instant::now() + profile.settle + profile.patience;
        while !profile.settle.is_zero() && greeting.len() < LONGEST {
            let quiet = (Instant::now() + profile.settle).min(until);
            match tokio::time::timeout_at(quiet, self.more()).await {
                Ok(more) => greeting.extend(more?),
                Err(_) => break,
            }
        }
        if !greeting.is_empty() {
            transcript.note("←", shown(&greeting));
        }
        Ok(())
    }

    /// Everything that lies there unasked.
    async fn forget(&mut self, unread: &mut Vec<u8>, transcript: &mut Transcript) -> io::Result<()> {
        while !matches!(self, Self::Http { .. }) {
            match timeout(Duration::ZERO, self.more()).await {
                Ok(more) => unread.extend(more?),
                Err(_) => break,
            }
            if unread.len() > LONGEST {
                break;
            }
        }
        if !unread.is_empty() {
            transcript.note("←?", shown(unread));
            unread.clear();
        }
        Ok(())
    }

    async fn reply(
        &mut self,
        request: &[u8],
        framing: &Framing,
        patience: Duration,
        unread: &mut Vec<u8>,
        transcript: &mut Transcript,
    ) -> Result<Reply, Broken> {
        if let Self::Http { client, base, secrets } = self {
            if request.is_empty() {
                return Ok(Reply::Silent);
            }
            let get = client.get(url(base, request));
            let get =
                if secrets.user.is_empty() { get } else { get.basic_auth(&secrets.user, Some(&secrets.password)) };
            return fetch(get, patience, transcript).await;
        }
        let until = Instant::now() + patience;
        loop {
            let cut = framing.cut(unread, false);
            match cut {
                Cut::Reply(reply) => {
                    transcript.note("←", shown(&reply));
                    return Ok(Reply::Got(reply));
                }
                Cut::TooLong => return Ok(Reply::TooLong),
                Cut::More => {}
            }
            let quiet = match framing {
                Framing::Idle(quiet) if !unread.is_empty() => Instant::now() + *quiet,
                Framing::Whole if !unread.is_empty() => Instant::now(),
                _ => until,
            };
            match tokio::time::timeout_at(quiet.min(until), self.more()).await {
                Ok(more) => unread.extend(more?),
                Err(_) => match framing.cut(unread, true) {
                    Cut::Reply(reply) => {
                        transcript.note("←", shown(&reply));
                        return Ok(Reply::Got(reply));
                    }
                    Cut::More | Cut::TooLong => {
                        if !unread.is_empty() {
                            transcript.note("←", format_args!("{} …", shown(unread)));
                        }
                        return Ok(Reply::Silent);
                    }
                },
            }
        }
    }

    /// The next bytes; may be dropped while it waits.
    async fn more(&mut self) -> io::Result<Vec<u8>> {
        let mut buffer = [0; 2_048];
        let read = match self {
            Self::Stream(stream) | Self::Telnet(stream, _) => stream.read(&mut buffer).await?,
            Self::Udp(socket) => {
                let read = socket.recv(&mut buffer).await?;
                return Ok(buffer[..read].to_vec());
            }
            Self::Http { .. } => return Ok(Vec::new()),
        };
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match self {
            Self::Telnet(stream, telnet) => {
                let (text, answer) = telnet.take(&buffer[..read]);
                stream.write_all(&answer).await?;
                Ok(text)
            }
            _ => Ok(buffer[..read].to_vec()),
        }
    }
}

fn url(base: &str, path: &[u8]) -> String {
    format!("{base}/{}", String::from_utf8_lossy(path).trim().trim_start_matches('/'))
}

/// The deepest cause, which is the one that says something; it never holds the URL.
pub(crate) fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = match error.source() {
        Some(cause) => cause,
        None => return error.to_string().replace('\n', " "),
    };
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

async fn fetch(get: reqwest::RequestBuilder, patience: Duration, transcript: &mut Transcript) -> Result<Reply, Broken> {
    let said = |error: reqwest::Error| {
        let cause = innermost(&error);
        if error.is_connect() { Broken::Unreached(cause) } else { Broken::Http(cause) }
    };
    let get = async {
        let mut response = get.send().await.map_err(said)?;
        match response.status().as_u16() {
            200 => {}
            status @ (401 | 403) => return Err(Broken::Denied(status)),
            status => return Err(Broken::Http(format!("HTTP {status}"))),
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(said)? {
            body.extend_from_slice(&chunk);
            if body.len() > LONGEST {
                return Ok(Reply::TooLong);
            }
        }
        Ok(Reply::Got(body))
    };
    let reply = timeout(patience, get).await.unwrap_or(Ok(Reply::Silent))?;
    if let Reply::Got(body) = &reply {
        transcript.note("←", shown(body));
    }
    Ok(reply)
}
