//! A network camera that speaks ONVIF over HTTP, written from the specifications (ONVIF Core, Media and PTZ; RFC 7616;
//! OASIS UsernameToken Profile) and from nothing else: it shares no code with the agent.
//!
//! [`Camera`] answers a request with a response; [`serve`] is the loop around it. What it reads of a request it looks up
//! as text, so that clients of any kind may ask.

mod answers;
mod http;
mod proof;

pub use http::{Request, Response, serve};

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::camera::Position;

/// What a camera wants of who asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wants {
    /// HTTP Digest with MD5.
    #[default]
    Digest,
    /// HTTP Digest with SHA-256, and with MD5 for those who know no better.
    DigestSha256,
    /// WS-Security UsernameToken with a digest, at most five minutes old by its own clock.
    Token,
    /// The password in readable letters, which nobody should send.
    Basic,
    /// Nothing.
    Nothing,
}

/// What it does wrong; nothing by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Its clock is ahead by so many seconds; negative: behind.
    pub clock_s: i64,
    /// Its clock stands where a box without a battery starts.
    pub clock_1970: bool,
    /// It does not say its time to strangers.
    pub clock_locked: bool,
    /// Every nonce is stale after so many answers; 0: never.
    pub stale_after: u32,
    /// Every nonce is stale at once.
    pub always_stale: bool,
    /// It answers this request (a name, like `GetProfiles`) with a fault.
    pub fault_at: String,
    /// It answers this request not at all.
    pub silent_at: String,
    /// It answers this request with the first half of its answer.
    pub half_at: String,
    /// It ends the connection in the middle of this answer.
    pub hangs_up_at: String,
    /// It answers this request without end.
    pub huge_at: String,
    /// It answers this request with a page for people.
    pub page_at: String,
    /// It answers this request with the answer to another.
    pub wrong_at: String,
    /// It sends a document type with entities that grow.
    pub bomb_at: String,
    /// It answers after so many milliseconds.
    pub slow_ms: u64,
    /// Its head does not move, and it has no such service.
    pub no_ptz: bool,
    /// It does not know where its head stands.
    pub no_position: bool,
    /// It has no still pictures.
    pub no_snapshot: bool,
    /// It has no streams.
    pub no_stream: bool,
    /// It has no profiles.
    pub no_profiles: bool,
    /// Its still picture is a page for people.
    pub snapshot_page: bool,
    /// Its still picture is longer than a piece of evidence likes to be.
    pub snapshot_large: bool,
    /// Its still picture is cut.
    pub snapshot_cut: bool,
    /// Its still picture is whole, and cannot be decoded.
    pub snapshot_garbage: bool,
    /// It calls everything text.
    pub wrong_type: bool,
    /// Its services are at an address that is not its own.
    pub foreign_addresses: bool,
    /// It answers with `GetServices` alone.
    pub no_capabilities: bool,
    /// Its head stops half way.
    pub stuck: bool,
    /// Somebody has set this otherwise: `resolution`, `rate_kbps` or `ntp`.
    pub set_otherwise: String,
}

impl Faults {
    /// Sets one field by its name: `no_ptz=true`, `silent_at=GetProfiles`.
    ///
    /// # Errors
    /// What was expected instead.
    pub fn set(&mut self, text: &str) -> Result<(), String> {
        let (name, value) = text.split_once('=').ok_or_else(|| format!("'{text}': expected NAME=VALUE"))?;
        let flags = [
            ("clock_1970", &mut self.clock_1970),
            ("clock_locked", &mut self.clock_locked),
            ("always_stale", &mut self.always_stale),
            ("no_ptz", &mut self.no_ptz),
            ("no_position", &mut self.no_position),
            ("no_snapshot", &mut self.no_snapshot),
            ("no_stream", &mut self.no_stream),
            ("no_profiles", &mut self.no_profiles),
            ("snapshot_page", &mut self.snapshot_page),
            ("snapshot_large", &mut self.snapshot_large),
            ("snapshot_cut", &mut self.snapshot_cut),
            ("snapshot_garbage", &mut self.snapshot_garbage),
            ("wrong_type", &mut self.wrong_type),
            ("foreign_addresses", &mut self.foreign_addresses),
            ("no_capabilities", &mut self.no_capabilities),
            ("stuck", &mut self.stuck),
        ];
        if let Some((_, flag)) = flags.into_iter().find(|(known, _)| *known == name) {
            *flag = value.parse().map_err(|_| format!("{name}: expected true or false, found '{value}'"))?;
            return Ok(());
        }
        let names = [
            ("fault_at", &mut self.fault_at),
            ("silent_at", &mut self.silent_at),
            ("half_at", &mut self.half_at),
            ("hangs_up_at", &mut self.hangs_up_at),
            ("huge_at", &mut self.huge_at),
            ("page_at", &mut self.page_at),
            ("wrong_at", &mut self.wrong_at),
            ("bomb_at", &mut self.bomb_at),
            ("set_otherwise", &mut self.set_otherwise),
        ];
        if let Some((_, field)) = names.into_iter().find(|(known, _)| *known == name) {
            value.clone_into(field);
            return Ok(());
        }
        let wrong = |_| format!("{name}: expected a number, found '{value}'");
        match name {
            "clock_s" => self.clock_s = value.parse().map_err(wrong)?,
            "stale_after" => self.stale_after = value.parse().map_err(wrong)?,
            "slow_ms" => self.slow_ms = value.parse().map_err(wrong)?,
            _ => return Err(format!("{name}: no such fault")),
        }
        Ok(())
    }
}

/// How long its head takes to any place.
const TRAVEL: Duration = Duration::from_millis(700);

/// Pan, tilt, zoom.
type Place = (f64, f64, f64);

/// A camera.
#[derive(Debug)]
pub struct Camera {
    faults: Faults,
    wants: Wants,
    user: String,
    password: String,
    place: Place,
    going: Option<(Place, Instant)>,
    presets: Vec<(String, String, Place)>,
    nonces: u32,
    answers: u32,
    /// Proofs that were wrong: real cameras lock who brings too many.
    wrong_proofs: u32,
    did: Vec<String>,
    /// Where its head stands, for whoever draws what it sees.
    watcher: Option<Arc<Mutex<Position>>>,
}

impl Camera {
    /// A camera with presets 1 to 3.
    #[must_use]
    pub fn new(faults: Faults, wants: Wants, user: &str, password: &str) -> Self {
        let preset = |n: u32| {
            let part = f64::from(n) / 10.0;
            (format!("Preset{n}"), format!("预置位{n}"), (part, -part, part))
        };
        Self {
            faults,
            wants,
            user: user.to_owned(),
            password: password.to_owned(),
            place: (0.0, 0.0, 0.0),
            going: None,
            presets: [1, 2, 3].map(preset).to_vec(),
            nonces: 0,
            answers: 0,
            wrong_proofs: 0,
            did: Vec::new(),
            watcher: None,
        }
    }

    /// Tells `watcher` where its head comes to rest, in a thousandth of its half range, its zoom in ten thousandths.
    #[must_use]
    pub fn watched(mut self, watcher: Arc<Mutex<Position>>) -> Self {
        self.watcher = Some(watcher);
        self
    }

    /// What it did since it was last asked, a line each, like `GotoPreset Preset1` and `wrong proof`.
    pub fn did(&mut self) -> Vec<String> {
        std::mem::take(&mut self.did)
    }

    /// What it answers to a request.
    pub fn answer(&mut self, request: &Request) -> Response {
        let name = if request.method == "GET" { "snapshot".to_owned() } else { called(&request.body) };
        if let Some(refusal) = self.refuse(request, &name) {
            return refusal;
        }
        let response = if request.method == "GET" { self.picture(request) } else { self.soap(&name, request) };
        self.spoilt(&name, response)
    }

    fn spoilt(&self, name: &str, mut response: Response) -> Response {
        let faults = &self.faults;
        response.slow = Duration::from_millis(faults.slow_ms);
        if faults.silent_at == name {
            response.slow = Duration::from_secs(3_600);
        }
        if faults.half_at == name {
            response.body.truncate(response.body.len() / 2);
        }
        if faults.hangs_up_at == name {
            response.hangs_up = true;
        }
        if faults.huge_at == name {
            response.body.extend_from_slice(&[b' '; 1024].repeat(8 * 1024));
        }
        if faults.wrong_type {
            response.content_type = "text/plain".to_owned();
        }
        response
    }

    /// Its own time, milliseconds since 1970.
    fn clock_ms(&self) -> i64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_millis());
        let now = i64::try_from(now).unwrap_or(0);
        let since = if self.faults.clock_1970 { now % 86_400_000 } else { now };
        since + self.faults.clock_s * 1_000
    }

    fn arrive(&mut self) {
        if let Some((place, since)) = self.going
            && since.elapsed() >= TRAVEL
        {
            let half = |from: f64, to: f64| (from + to) / 2.0;
            let from = self.place;
            self.place = match self.faults.stuck {
                true => (half(from.0, place.0), half(from.1, place.1), half(from.2, place.2)),
                false => place,
            };
            self.going = None;
            if let Some(watcher) = &self.watcher {
                let (pan, tilt, zoom) = self.place;
                let seen = Position {
                    pan: (pan * 1_000.0) as i16,
                    tilt: (tilt * 100.0) as i16,
                    zoom: (zoom * 10_000.0) as u16,
                };
                *watcher.lock().unwrap_or_else(PoisonError::into_inner) = seen;
            }
        }
    }

    fn go(&mut self, place: Place) {
        self.arrive();
        let within = |number: f64| number.clamp(-1.0, 1.0);
        self.going = Some(((within(place.0), within(place.1), place.2.clamp(0.0, 1.0)), Instant::now()));
    }
}

/// The name of the first element in the body, without its prefix.
fn called(body: &str) -> String {
    let inside = body.find("Body").and_then(|at| body[at..].find('<').map(|from| &body[at + from + 1..]));
    let name = inside.and_then(|inside| inside.split([' ', '>', '/', '\n']).next()).unwrap_or_default();
    name.rsplit(':').next().unwrap_or_default().to_owned()
}

/// The text of the first element of a name, whatever its prefix, with the five references resolved.
fn element(body: &str, name: &str) -> Option<String> {
    let mut rest = body;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let (tag, behind) = rest.split_once('>')?;
        let tag = tag.split_whitespace().next().unwrap_or_default();
        if tag.rsplit(':').next() == Some(name) && !tag.starts_with('/') {
            let text = behind.split('<').next()?.trim();
            let references = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
            return Some(references.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to)));
        }
    }
    None
}

/// An attribute of the first element of a name.
fn attribute(body: &str, name: &str, attribute: &str) -> Option<f64> {
    let mut rest = body;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let (tag, _) = rest.split_once('>')?;
        let first = tag.split_whitespace().next().unwrap_or_default().trim_end_matches('/');
        if first.rsplit(':').next() == Some(name) {
            let value = tag.split_once(&format!(" {attribute}=\""))?.1;
            return value.split('"').next()?.parse().ok();
        }
    }
    None
}
