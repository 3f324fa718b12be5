//! The shell: speaks to one camera over HTTP, within bounds of time and size, and keeps what was said for a person to read.
//!
//! Requests go to the configured host alone, whatever addresses the camera gives: behind an address translation it gives
//! ones that lead elsewhere, and no proof of a password goes where nobody sent it.

use std::error::Error as _;
use std::fmt::Display;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, WWW_AUTHENTICATE};
use reqwest::{Response, Url, redirect};

use super::call::{self, Call};
use super::door::{Door, Locked, Visit};
use super::hash::hex;
use super::moment::Moment;
use super::reply::Services;
use super::soap::{self, Fault, Kind, Service, Unanswered, tidy};
use super::token::Credentials;
use super::xml::{self, Element};
use crate::ffmpeg::redact;
use crate::port::Transcript;
use crate::visca::port::Host;

/// Where the device service is (ONVIF Core Specification, 'Service overview').
const DEVICE: &str = "/onvif/device_service";
/// The port of HTTP.
pub const PORT: u16 = 80;
/// A still picture of 12 megapixels stays below.
pub const MOST_PICTURE: usize = 4 * 1024 * 1024;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Nobody knows the name of the host.
    #[error("look up {name}: {source}")]
    Name {
        /// The name.
        name: String,
        /// What the system says.
        source: io::Error,
    },
    /// There is no way to it.
    #[error("connect: {0}")]
    Unreached(String),
    /// Nothing listens at the port.
    #[error("connect: refused")]
    Refused,
    /// It did not answer in time.
    #[error("no answer")]
    Silent,
    /// It ended the connection in the middle.
    #[error("the connection ended: {0}")]
    HungUp(String),
    /// It does not let us in.
    #[error("not let in: {0:?}")]
    Locked(Locked),
    /// It says why not.
    #[error("{}", .0.words)]
    Fault(Fault),
    /// A status of HTTP that is none of SOAP's.
    #[error("HTTP {0}")]
    Status(u16),
    /// More than is read.
    #[error("an answer without end")]
    TooLong,
    /// This box lacks something; in words for people.
    #[error("{0}")]
    Here(String),
    /// It has no preset of this number.
    #[error("there is no preset {0}")]
    NoPreset(u8),
    /// It is no answer to what was asked.
    #[error("{0}")]
    WrongAnswer(String),
}

/// Reads an answer; false when it lacks what it must hold.
type Take<'a> = &'a mut (dyn FnMut(&Element<'_>) -> bool + Send);

/// A conversation with one camera; several requests may be under way at once.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    host: Host,
    timeout: Duration,
    began: Instant,
    /// The box's time when it began, milliseconds since 1970.
    began_ms: i64,
    /// Held for moments only, never while something is waited for.
    learnt: Mutex<Learnt>,
}

/// What was learnt of the camera so far.
#[derive(Debug)]
struct Learnt {
    door: Door,
    services: Option<Services>,
    transcript: Transcript,
}

/// What a camera said to one request.
struct Heard {
    status: u16,
    content_type: String,
    challenges: Vec<String>,
    body: Vec<u8>,
}

impl Client {
    /// Nothing is sent yet. `now_ms` is the box's time, milliseconds since 1970; each answer may take `timeout`.
    ///
    /// # Errors
    /// When the system gives no HTTP client.
    pub fn new(host: Host, who: Option<Credentials>, now_ms: i64, timeout: Duration) -> Result<Self, String> {
        crate::probe::http::install_provider();
        let builder = reqwest::Client::builder()
            .timeout(timeout)
            // Shorter, so that nobody there is told from somebody who says nothing.
            .connect_timeout(timeout * 4 / 5)
            .redirect(redirect::Policy::none())
            .no_proxy()
            // Many cameras end a connection that rests without a word, just when it is used again.
            .pool_max_idle_per_host(0)
            // Plain HTTP needs no roots.
            .tls_certs_only([])
            .user_agent(concat!("avow/", env!("CARGO_PKG_VERSION")));
        let http = builder.build().map_err(|error| error.to_string())?;
        let learnt = Learnt { door: Door::new(who), services: None, transcript: Transcript::default() };
        Ok(Self { http, host, timeout, began: Instant::now(), began_ms: now_ms, learnt: Mutex::new(learnt) })
    }

    /// What was said, as text for a person, without what proves a password.
    #[must_use]
    pub fn transcript(&self) -> String {
        self.learnt().transcript.text().to_owned()
    }

    /// The box's time.
    #[must_use]
    pub fn now(&self) -> Moment {
        Moment(self.began_ms).plus(i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX))
    }

    /// Asks for the camera's clock, which tokens are written in, and says how far it is ahead of ours and by how much that may
    /// be wrong, milliseconds. A camera tells whole seconds, so that the middle of its second is taken.
    ///
    /// # Errors
    /// When it does not say.
    pub async fn read_clock(&self) -> Result<(i64, i64), Failure> {
        let sent = self.now();
        let told = self.call(&call::date_and_time()).await?;
        let took_ms = self.now().0 - sent.0;
        let ahead_ms = told.0.saturating_sub(sent.plus(took_ms / 2).0).saturating_add(500);
        self.learnt().door.set_clock(ahead_ms);
        Ok((ahead_ms, 500 + took_ms / 2))
    }

    /// One request, and its answer.
    ///
    /// # Errors
    /// What came instead.
    pub async fn call<A: Send>(&self, call: &Call<A>) -> Result<A, Failure> {
        let mut answer = None;
        let mut take = |inside: &Element<'_>| {
            answer = (call.read)(inside);
            answer.is_some()
        };
        Box::pin(self.ask(call.service, call.name, &call.inside, &mut take)).await?;
        answer.ok_or_else(|| Failure::WrongAnswer(call.name.to_owned()))
    }

    /// The conversation, the same for every answer; `take` says whether it is one.
    async fn ask(&self, service: Service, name: &str, inside: &str, take: Take<'_>) -> Result<(), Failure> {
        let path = self.path(service).await?;
        let mut visit = Visit::default();
        loop {
            let nonce = random()?;
            let security = self.learnt().door.security_header(&mut visit, &nonce, self.now());
            let body = soap::envelope(service, name, inside, security.as_deref());
            let what = format!("{name}{}", if security.is_some() { " (UsernameToken)" } else { "" });
            let post = (soap::content_type(service, name), body);
            let heard = self.exchange(Some(post), &path, &what, xml::LONGEST).await?;
            let text = String::from_utf8_lossy(&heard.body);
            let answer = soap::read(&text, service, name, |inside| take(inside).then_some(()));
            let is_refused = match &answer {
                Err(Unanswered::Fault(fault)) => fault.kind == Kind::NotAuthorized || heard.status == 401,
                Err(_) => heard.status == 401,
                Ok(_) => false,
            };
            if !is_refused {
                return answer.map_err(|unanswered| heard.failure(unanswered));
            }
            self.learnt().door.refused(&mut visit, &heard.challenges, true).map_err(Failure::Locked)?;
            if self.learnt().door.wants_clock() {
                // Until it is known the camera is taken to agree with us; what it says here is told elsewhere.
                self.learnt().door.set_clock(0);
                let _ = Box::pin(self.read_clock()).await;
            }
        }
    }

    /// Fetches a still picture, at most 4 MiB, from the address that the camera gave.
    ///
    /// # Errors
    /// What came instead.
    pub async fn fetch(&self, address: &str) -> Result<Vec<u8>, Failure> {
        let path = self.path_of(address)?;
        let mut visit = Visit::default();
        loop {
            let heard = self.exchange(None, &path, "", MOST_PICTURE).await?;
            match heard.status {
                200 => return Ok(heard.body),
                401 => self.learnt().door.refused(&mut visit, &heard.challenges, false).map_err(Failure::Locked)?,
                status => return Err(Failure::Status(status)),
            }
        }
    }

    fn learnt(&self) -> MutexGuard<'_, Learnt> {
        // A panic while it was held leaves nothing half done.
        self.learnt.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where a service is; the camera is asked for it once.
    async fn path(&self, service: Service) -> Result<String, Failure> {
        if service == Service::Device {
            return Ok(DEVICE.to_owned());
        }
        let services = self.services().await?;
        let address = if service == Service::Media { services.media } else { services.ptz };
        match address {
            Some(address) => self.path_of(&address),
            None => Err(Failure::Fault(Fault { kind: Kind::Unsupported, words: String::new() })),
        }
    }

    /// Where the services are.
    ///
    /// # Errors
    /// When the camera does not say.
    pub async fn services(&self) -> Result<Services, Failure> {
        let known = self.learnt().services.clone();
        if let Some(services) = known {
            return Ok(services);
        }
        let services = match Box::pin(self.call(&call::capabilities())).await {
            Err(Failure::Fault(_) | Failure::WrongAnswer(_)) => Box::pin(self.call(&call::services())).await?,
            answer => answer?,
        };
        self.learnt().services = Some(services.clone());
        Ok(services)
    }

    /// What of an address of the camera's is asked at the configured host.
    fn path_of(&self, address: &str) -> Result<String, Failure> {
        let bad = |_| Failure::WrongAnswer(tidy(&without_secrets(address), 80));
        let url = Url::parse(&self.base()).and_then(|base| base.join(address)).map_err(bad)?;
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        Ok(format!("{}{query}", url.path()))
    }

    fn base(&self) -> String {
        format!("http://{}", self.host)
    }

    /// Posts what has a type and a body, or gets what is there.
    async fn exchange(
        &self,
        post: Option<(String, String)>,
        path: &str,
        what: &str,
        most: usize,
    ) -> Result<Heard, Failure> {
        self.look_up().await?;
        let url = format!("{}{path}", self.base());
        let (method, mut request) = match post {
            Some((kind, body)) => ("POST", self.http.post(url).header(CONTENT_TYPE, kind).body(body)),
            None => ("GET", self.http.get(url)),
        };
        let cnonce = hex(&random()?);
        let proof = self.learnt().door.authorization(method, path, &cnonce);
        let how = if proof.is_some() { " (Digest)" } else { "" };
        self.note('→', format_args!("{method} {} {what}{how}", without_secrets(path)));
        if let Some(proof) = proof {
            request = request.header(AUTHORIZATION, proof);
        }
        let heard = match request.send().await {
            Ok(response) => read(response, most).await,
            Err(error) => Err(failure(&error)),
        };
        match &heard {
            Ok(heard) => {
                let told = heard.told();
                self.note('←', told);
            }
            Err(failure) => self.note('←', failure),
        }
        heard
    }

    /// So that an unknown name is told from a host that is not there.
    async fn look_up(&self) -> Result<(), Failure> {
        let failed = |source| Failure::Name { name: self.host.name().to_owned(), source };
        let look_up = tokio::net::lookup_host((self.host.name(), self.host.port()));
        match tokio::time::timeout(self.timeout, look_up).await {
            Ok(found) => found.map(drop).map_err(failed),
            Err(_) => Err(failed(io::ErrorKind::TimedOut.into())),
        }
    }

    fn note(&self, direction: char, text: impl Display) {
        let text = text.to_string();
        self.learnt().transcript.note(self.began.elapsed(), direction, &text);
    }
}

impl Heard {
    fn told(&self) -> String {
        let text = String::from_utf8_lossy(&self.body[..self.body.len().min(4_096)]);
        // Declarations of namespaces say nothing to a person.
        let inside = text.find("Body>").map_or(&*text, |at| &text[at + "Body>".len()..]);
        let words =
            if self.content_type.starts_with("image/") { String::new() } else { tidy(&without_secrets(inside), 240) };
        format!("{} {} {} B {words}", self.status, tidy(&self.content_type, 40), self.body.len())
    }

    fn failure(&self, unanswered: Unanswered) -> Failure {
        match unanswered {
            Unanswered::Fault(fault) => Failure::Fault(fault),
            _ if !(200..300).contains(&self.status) => Failure::Status(self.status),
            Unanswered::Xml(bad) => Failure::WrongAnswer(bad.to_string()),
            Unanswered::Other => Failure::WrongAnswer(tidy(&self.told(), 80)),
        }
    }
}

async fn read(mut response: Response, most: usize) -> Result<Heard, Failure> {
    let texts = |headers: &HeaderMap, name| {
        let values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        values.collect::<Vec<_>>()
    };
    let mut heard = Heard {
        status: response.status().as_u16(),
        content_type: texts(response.headers(), CONTENT_TYPE).pop().unwrap_or_default(),
        challenges: texts(response.headers(), WWW_AUTHENTICATE),
        body: Vec::new(),
    };
    while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))? {
        heard.body.extend_from_slice(&chunk);
        if heard.body.len() > most {
            return Err(Failure::TooLong);
        }
    }
    Ok(heard)
}

fn failure(error: &reqwest::Error) -> Failure {
    let causes =
        || std::iter::successors(error.source(), |cause: &&(dyn std::error::Error + 'static)| (*cause).source());
    let kinds = || causes().filter_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
    let words = || causes().last().map_or_else(|| "HTTP".to_owned(), ToString::to_string);
    if error.is_timeout() {
        if error.is_connect() { Failure::Unreached("连接无回应".to_owned()) } else { Failure::Silent }
    } else if kinds().any(|kind| kind == io::ErrorKind::ConnectionRefused) {
        Failure::Refused
    } else if error.is_connect() {
        Failure::Unreached(words())
    } else {
        Failure::HungUp(words())
    }
}

/// Some makers write user and password into an address, before its host or behind its `?`.
#[must_use]
pub fn without_secrets(text: &str) -> String {
    let text = redact(text);
    let mut clean = String::new();
    for word in text.split_inclusive([' ', '\n', '<', '"', '\'']) {
        // `<?xml … ?>` is no address.
        let Some((address, query)) = word.split_once('?').filter(|(address, _)| !address.is_empty()) else {
            clean.push_str(word);
            continue;
        };
        let end = query.chars().next_back().filter(|end| " \n<\"'".contains(*end));
        clean.extend([address, "?…"]);
        clean.extend(end);
    }
    clean
}

fn random() -> Result<[u8; 16], Failure> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Failure::Here(error.to_string()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> Client {
        let host = Host::read("192.168.1.64", PORT).expect("a host");
        Client::new(host, None, 0, Duration::from_secs(1)).expect("a client")
    }

    /// Addresses behind a translation, of another port, relative, and of somebody else.
    #[test]
    fn only_the_path_of_an_address_is_asked_at_the_configured_host() {
        for (address, path) in [
            ("http://192.168.1.64/onvif/Media", "/onvif/Media"),
            ("http://10.9.9.9:8899/onvif/ptz_service?a=1&b=2", "/onvif/ptz_service?a=1&b=2"),
            ("https://user:secret@evil.example/x", "/x"),
            ("/cgi-bin/snapshot.cgi", "/cgi-bin/snapshot.cgi"),
            ("http://h", "/"),
            ("http://h/中 a", "/%E4%B8%AD%20a"),
        ] {
            assert_eq!(client().path_of(address).ok().as_deref(), Some(path), "{address}");
        }
        assert!(client().path_of("http://[::1").is_err());
    }

    #[test]
    fn an_address_is_shown_without_what_may_be_a_password() {
        for (text, shown) in [
            ("<Uri>rtsp://admin:p@ss@h/1?user=a&pwd=b</Uri> <?xml ?>", "<Uri>rtsp://***@h/1?…</Uri> <?xml ?>"),
            ("/snap.cgi?loginuse=admin&loginpas=secret?x GetX", "/snap.cgi?… GetX"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(without_secrets(text), shown);
        }
    }
}
