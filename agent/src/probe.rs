//! Probes: what is tested and how. A probe never errs: what it finds, and that it could not look, are both values.
//!
//! Not here: deadlines, the panic guard and the interlock; they belong to who runs a probe. A probe that is dropped in the
//! middle ends its children and releases its port.

pub mod camera;
pub mod device;
pub mod display;
pub mod host;
pub mod hours;
pub mod http;
pub mod input;
pub mod limits;
pub mod line;
pub mod listen;
pub mod measures;
pub mod memory;
pub mod modbus;
pub mod mouth_to_ear;
mod onvif;
pub mod picture;
pub mod preset;
pub mod problem;
pub mod sensor;
pub mod snmp;
pub mod sound;
pub mod surveillance;
pub mod switch;
pub mod ups;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use avow_shared::facts::Facts;
use avow_shared::interlock::Disturbance;
use avow_shared::mouth_to_ear::Part;
use avow_shared::outcome::{EvidenceKind, MAX_DETAIL_CHARS, MAX_EVIDENCE_BYTES, Verdict, Why};
use avow_shared::roll_call::Aspect;
use avow_shared::time::WallTime;
use avow_shared::value::Value;
use avow_shared::venue::Limit;
use bytes::Bytes;
use serde::Deserialize;
use smol_str::SmolStr;

use crate::camera::desk::Desk;
use crate::sound::room::Strength;

/// What one run of a probe found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The judgement.
    pub verdict: Verdict,
    /// One line for a person (Chinese), at most 200 characters.
    pub detail: SmolStr,
    /// What was measured.
    pub values: Vec<Value>,
    /// What proves it.
    pub exhibits: Vec<Exhibit>,
    /// What the device said of itself; none when it said nothing.
    pub facts: Option<Box<Facts>>,
    /// What a preset is to show from now on, when that was learnt.
    pub learnt: Option<Box<preset::reference::Reference>>,
    /// Whether a terminal is in a call; none when none said so.
    pub in_call: Option<bool>,
    /// What HQ is to hear of this half of a run of two venues.
    pub part: Option<Box<Part>>,
}

/// A line at which somebody else speaks too: everything may work, and now and then something does not.
const COMPANY: &str = "线路上另有控制设备（不应有两个主站）：请停用其一";

/// What to do about a serial port that cannot turn a line of two wires round.
fn no_rs485(path: impl fmt::Display, error: &std::io::Error) -> String {
    format!("串口 {path} 自己不会切换 RS-485 收发方向（{error}）：转换器自动换向时请去掉 rs485 = true")
}

impl Found {
    /// A verdict and its line; what is longer than 200 characters is cut.
    #[must_use]
    pub fn new(verdict: Verdict, detail: impl AsRef<str>) -> Self {
        let detail = cut(detail.as_ref());
        Self {
            verdict,
            detail,
            values: Vec::new(),
            exhibits: Vec::new(),
            facts: None,
            learnt: None,
            in_call: None,
            part: None,
        }
    }

    /// Nothing can be said because something is not there; `what` says what, and what to do.
    #[must_use]
    pub fn missing(what: impl AsRef<str>) -> Self {
        let what = cut(what.as_ref());
        Self::new(Verdict::Unknown { why: Why::Missing { what: what.clone() } }, what)
    }

    /// With a remark that changes no verdict.
    #[must_use]
    fn with_remark(mut self, remark: &str) -> Self {
        self.detail = cut(&format!("{}；{remark}", self.detail));
        self
    }

    /// With what was measured.
    #[must_use]
    pub fn with_values(mut self, values: Vec<Value>) -> Self {
        self.values = values;
        self
    }

    /// With what the device said of itself, brought within its bounds; empty ones are none. What a device did not say stays
    /// empty: never a guess, never a word like `unknown`.
    #[must_use]
    pub fn with_facts(mut self, facts: Facts) -> Self {
        self.facts = Some(facts.tidied()).filter(|facts| !facts.is_empty()).map(Box::new);
        self
    }

    /// With a piece of evidence; an empty or oversized one is left out.
    #[must_use]
    pub fn with_exhibit(mut self, exhibit: Option<Exhibit>) -> Self {
        self.exhibits.extend(exhibit.filter(|e| !e.bytes.is_empty() && e.bytes.len() <= MAX_EVIDENCE_BYTES));
        self
    }
}

/// At most as many characters as an outcome's line may have.
fn cut(text: &str) -> SmolStr {
    match text.char_indices().nth(MAX_DETAIL_CHARS) {
        None => text.into(),
        Some((end, _)) => text[..end].into(),
    }
}

/// A piece of evidence with its bytes, at most 256 KiB.
#[derive(Clone, Debug)]
pub struct Exhibit {
    /// What it is.
    pub kind: EvidenceKind,
    /// Its bytes.
    pub bytes: Bytes,
}

impl Exhibit {
    /// Text: a transcript of bytes, the last words of a program.
    #[must_use]
    pub fn transcript(text: &str) -> Self {
        Self { kind: EvidenceKind::Transcript, bytes: Bytes::copy_from_slice(text.as_bytes()) }
    }

    /// Curves, JSON.
    #[must_use]
    pub fn curves(json: String) -> Self {
        Self { kind: EvidenceKind::Curves, bytes: json.into() }
    }

    /// A JPEG.
    #[must_use]
    pub fn picture(jpeg: Vec<u8>) -> Self {
        Self { kind: EvidenceKind::Picture, bytes: jpeg.into() }
    }
}

/// What a probe is told about the moment and the box.
#[derive(Clone, Debug)]
pub struct Context {
    /// The interlock granted all that the probe does to the room; without it a camera is asked, and not moved nor looked
    /// through.
    pub may_move: bool,
    /// Where the agent keeps its state: the file system that must not fill up.
    pub state_dir: PathBuf,
    /// Bytes that this process had written to flash at `uptime`.
    pub flash_bytes: u64,
    /// How long this process runs.
    pub uptime: Duration,
    /// The box's clock when it begins, and how far it may be believed.
    pub wall: WallTime,
    /// The desk of the camera that the probe is about; without one the probe opens the line for itself.
    pub desk: Option<Desk>,
}

/// What one probe does, checked.
#[derive(Clone, Debug)]
pub enum Work {
    /// A line: loss, delay, jitter.
    Line(line::Setup),
    /// A web page or interface.
    Http(http::Setup),
    /// A camera's control.
    Camera(camera::Setup),
    /// A projector's or screen's control.
    Display(display::Setup),
    /// A camera's or capture card's picture.
    Picture(picture::Setup),
    /// A room's loop of loudspeaker, air and microphone.
    Sound(Box<sound::Setup>),
    /// What a source brings, listened to in silence.
    Listen(listen::Setup),
    /// The box itself.
    Host(host::Setup),
    /// A surveillance camera.
    Surveillance(Box<surveillance::Setup>),
    /// A device that a text profile describes.
    Device(Box<device::Setup>),
    /// A switch, an amplifier: what speaks SNMP.
    Snmp(Box<snmp::Setup>),
    /// An uninterruptible power supply.
    Ups(Box<ups::Setup>),
    /// What speaks Modbus.
    Modbus(Box<modbus::Setup>),
    /// A matrix or wall that is made to switch.
    Switch(Box<switch::Setup>),
    /// A main way that is taken away, and how long the backup takes.
    Drill(Box<switch::drill::Setup>),
    /// A sensor on an I²C bus.
    Sensor(Box<sensor::Setup>),
    /// A contact on a GPIO line.
    Input(input::Setup),
    /// This venue's half of a run of two.
    MouthToEar(Box<mouth_to_ear::Setup>),
}

/// Every kind, as an error lists them.
pub const KINDS: &str = "'line', 'http', 'camera', 'surveillance', 'display', 'device', 'switch', 'drill', 'snmp', 'ups', 'modbus', 'picture', 'sound', 'listen', 'sensor', 'input', 'mouth-to-ear', 'host'";

/// Why a table describes no probe.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSetup {
    /// No such kind.
    #[error("kind: expected one of {KINDS}, found '{0}'")]
    Kind(String),
    /// An unknown, missing or mistyped key; the words name it.
    #[error("{0}")]
    Form(String),
    /// A key with something wrong about it.
    #[error(transparent)]
    Key(#[from] crate::config::Wrong),
    /// A key with a value that makes no sense.
    #[error("{key}: expected {expected}, found '{found}'")]
    Value {
        /// The key.
        key: String,
        /// What it should be.
        expected: String,
        /// What it is.
        found: String,
    },
}

impl BadSetup {
    fn value(key: impl Into<String>, expected: impl Into<String>, found: impl ToString) -> Self {
        Self::Value { key: key.into(), expected: expected.into(), found: found.to_string() }
    }
}

/// `number` within `from..=to`, or the words that say so.
fn within(key: &str, number: u64, from: u64, to: u64) -> Result<(), BadSetup> {
    if (from..=to).contains(&number) { Ok(()) } else { Err(BadSetup::value(key, format!("{from} to {to}"), number)) }
}

impl Work {
    /// A desk for the camera that this is about, none when it is about none.
    #[must_use]
    pub fn desk(&self) -> Option<Desk> {
        match self {
            Self::Camera(setup) => Some(setup.reach().desk()),
            _ => None,
        }
    }

    /// Reads the keys of one probe of `kind`; the keys that all kinds share are taken out before.
    ///
    /// # Errors
    /// The first thing that is wrong, in words that name the key and what was expected.
    pub fn parse(kind: &str, table: toml::Table) -> Result<Self, BadSetup> {
        let work = match kind {
            "line" => Self::Line(read(table)?),
            "http" => Self::Http(read(table)?),
            "camera" => Self::Camera(read(table)?),
            "surveillance" => Self::Surveillance(Box::new(read(table)?)),
            "display" => Self::Display(read(table)?),
            "picture" => Self::Picture(read(table)?),
            "sound" => Self::Sound(Box::new(read(table)?)),
            "listen" => Self::Listen(read(table)?),
            "host" => Self::Host(read(table)?),
            "device" => Self::Device(Box::new(read(table)?)),
            "snmp" => Self::Snmp(Box::new(snmp::Setup::parse(table)?)),
            "ups" => Self::Ups(Box::new(ups::Setup::parse(table)?)),
            "modbus" => Self::Modbus(Box::new(modbus::Setup::parse(table)?)),
            "switch" => Self::Switch(Box::new(read(table)?)),
            "drill" => Self::Drill(Box::new(read(table)?)),
            "sensor" => Self::Sensor(Box::new(read(table)?)),
            "input" => Self::Input(read(table)?),
            "mouth-to-ear" => Self::MouthToEar(Box::new(mouth_to_ear::Setup::parse(table)?)),
            other => return Err(BadSetup::Kind(other.chars().take(40).collect())),
        };
        work.check().map(|()| work)
    }

    /// Checks what the form cannot say: ranges, and keys that need each other.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), BadSetup> {
        match self {
            Self::Line(setup) => setup.check(),
            Self::Http(setup) => setup.check(),
            Self::Camera(setup) => setup.check(),
            Self::Surveillance(setup) => setup.check(),
            Self::Display(setup) => setup.check(),
            Self::Picture(setup) => setup.check(),
            Self::Sound(setup) => setup.check(),
            Self::Listen(setup) => setup.check(),
            Self::Host(setup) => setup.check(),
            Self::Device(setup) => setup.check(),
            // Checked as it is read.
            Self::Snmp(_) | Self::Ups(_) | Self::Modbus(_) | Self::MouthToEar(_) => Ok(()),
            Self::Switch(setup) => setup.check(),
            Self::Drill(setup) => setup.check(),
            Self::Sensor(setup) => setup.check(),
            Self::Input(setup) => setup.check(),
        }
    }

    /// Whether it is about a device that may say who it is and how it is set.
    #[must_use]
    pub const fn reads_facts(&self) -> bool {
        let is_about_none =
            matches!(self, Self::Line(_) | Self::Http(_) | Self::Picture(_) | Self::Host(_) | Self::MouthToEar(_));
        !is_about_none && !matches!(self, Self::Switch(_) | Self::Drill(_) | Self::Sound(_) | Self::Listen(_))
    }

    /// What it switches and must put back, if it does.
    #[must_use]
    pub fn switches(&self) -> Option<&switch::Setup> {
        match self {
            Self::Switch(setup) => Some(setup),
            Self::Drill(setup) => Some(&setup.switch),
            _ => None,
        }
    }

    /// What of a venue it looks at for a roll call; none when a roll call does without it, as without a sweep that lasts and is loud.
    #[must_use]
    pub fn aspect(&self) -> Option<Aspect> {
        match self {
            Self::Line(_) => Some(Aspect::Line),
            Self::Camera(_) | Self::Surveillance(_) => Some(Aspect::Camera),
            Self::Picture(_) => Some(Aspect::Picture),
            Self::Listen(_) => Some(Aspect::Sound),
            Self::Sound(setup) => (setup.strength != Strength::Full).then_some(Aspect::Sound),
            _ => None,
        }
    }

    /// Whether it asks a terminal if it is in a call.
    #[must_use]
    pub fn tells_of_calls(&self) -> bool {
        matches!(self, Self::Device(setup) if setup.tells_of_calls())
    }

    /// The word in configuration and reports.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Line(_) => "line",
            Self::Http(_) => "http",
            Self::Camera(_) => "camera",
            Self::Surveillance(_) => "surveillance",
            Self::Display(_) => "display",
            Self::Picture(_) => "picture",
            Self::Sound(_) => "sound",
            Self::Listen(_) => "listen",
            Self::Host(_) => "host",
            Self::Device(_) => "device",
            Self::Snmp(_) => "snmp",
            Self::Ups(_) => "ups",
            Self::Modbus(_) => "modbus",
            Self::Switch(_) => "switch",
            Self::Drill(_) => "drill",
            Self::Sensor(_) => "sensor",
            Self::Input(_) => "input",
            Self::MouthToEar(_) => mouth_to_ear::KIND,
        }
    }

    /// Whether it runs more often when assurance is heightened: what only listens or asks over a line, and whispers.
    #[must_use]
    pub fn is_hurried(&self) -> bool {
        match self {
            Self::Sound(setup) => setup.strength == Strength::Whisper,
            other => other.disturbance() <= Disturbance::Line,
        }
    }

    /// Whether it does not run while nothing may be changed (封网): a sweep that lasts and is loud, and what switches or takes a way away.
    #[must_use]
    pub fn is_frozen_out(&self) -> bool {
        match self {
            Self::Sound(setup) => setup.strength == Strength::Full,
            other => matches!(other, Self::Switch(_) | Self::Drill(_)),
        }
    }

    /// The most that it does to the room.
    #[must_use]
    pub const fn disturbance(&self) -> Disturbance {
        match self {
            Self::Line(_) | Self::Http(_) | Self::Display(_) => Disturbance::Line,
            // What people see in the room changes before their eyes: as much as a camera that turns, and off by default.
            Self::Switch(_) | Self::Drill(_) => Disturbance::Motion,
            Self::MouthToEar(_) => Disturbance::Sound,
            Self::Camera(setup) if setup.moves() => Disturbance::Motion,
            Self::Camera(_) | Self::Host(_) | Self::Device(_) | Self::Sensor(_) | Self::Input(_) => Disturbance::None,
            Self::Snmp(_) | Self::Ups(_) | Self::Modbus(_) | Self::Listen(_) => Disturbance::None,
            Self::Sound(_) => Disturbance::Sound,
            Self::Picture(setup) if setup.only_watches() => Disturbance::None,
            Self::Surveillance(setup) if !setup.snapshot => Disturbance::Line,
            Self::Picture(_) | Self::Surveillance(_) => Disturbance::Picture,
        }
    }

    /// What it does to the room when [`Context::may_move`] is false: what the interlock must at least allow.
    #[must_use]
    pub const fn least_disturbance(&self) -> Disturbance {
        match self {
            Self::Camera(_) => Disturbance::None,
            Self::Surveillance(_) => Disturbance::Line,
            _ => self.disturbance(),
        }
    }

    /// What two probes must not use at once: a serial port, a camera's address, a video input, a display that serves one
    /// controller.
    #[must_use]
    pub fn device_key(&self) -> Option<String> {
        match self {
            Self::Camera(setup) => Some(setup.device_key()),
            Self::Display(setup) => Some(setup.device_key()),
            Self::Picture(setup) => setup.device_key(),
            Self::Device(setup) => Some(setup.device_key()),
            Self::Snmp(setup) => Some(setup.device_key()),
            Self::Ups(setup) => Some(setup.device_key()),
            Self::Modbus(setup) => Some(setup.device_key()),
            Self::Switch(setup) => Some(setup.device_key()),
            Self::Drill(setup) => Some(setup.switch.device_key()),
            Self::Sensor(setup) => Some(setup.device_key()),
            Self::Input(setup) => Some(setup.device_key()),
            Self::Sound(setup) => Some(setup.device_key()),
            // One more who listens disturbs nobody.
            Self::Line(_) | Self::Http(_) | Self::Host(_) | Self::Surveillance(_) | Self::Listen(_) => None,
            Self::MouthToEar(setup) => Some(setup.device_key()),
        }
    }

    /// Seconds between two scheduled runs when the configuration says nothing.
    #[must_use]
    pub const fn default_interval_s(&self) -> u32 {
        match self {
            Self::Line(_) | Self::Http(_) | Self::Ups(_) | Self::Input(_) => 60,
            Self::Host(_) | Self::Device(_) | Self::Snmp(_) | Self::Modbus(_) | Self::Sensor(_) => 300,
            Self::Camera(_) | Self::Surveillance(_) | Self::Display(_) | Self::Picture(_) => 600,
            Self::Listen(_) => 120,
            Self::Switch(_) | Self::Sound(_) | Self::MouthToEar(_) => 86_400,
            Self::Drill(_) => 30 * 86_400,
        }
    }

    /// After this a run is given up when the configuration says nothing: longer than it takes in the worst case.
    #[must_use]
    pub fn default_deadline(&self) -> Duration {
        match self {
            Self::Line(setup) => setup.longest() + Duration::from_secs(10),
            Self::Http(setup) => setup.longest() + Duration::from_secs(5),
            Self::Camera(setup) => setup.longest(),
            Self::Surveillance(setup) => setup.longest() + Duration::from_secs(5),
            Self::Display(setup) => setup.longest() + Duration::from_secs(5),
            Self::Picture(setup) => setup.longest() + Duration::from_secs(5),
            Self::Sound(setup) => setup.longest() + Duration::from_secs(15),
            Self::Listen(setup) => setup.longest() + Duration::from_secs(5),
            Self::Host(_) | Self::Sensor(_) => Duration::from_secs(10),
            Self::Input(setup) => setup.longest() + Duration::from_secs(5),
            Self::MouthToEar(setup) => setup.longest(),
            Self::Device(setup) => setup.longest() + Duration::from_secs(5),
            Self::Snmp(setup) => setup.longest() + Duration::from_secs(5),
            Self::Ups(setup) => setup.longest() + Duration::from_secs(5),
            Self::Modbus(setup) => setup.longest() + Duration::from_secs(5),
            Self::Switch(setup) => setup.longest() + Duration::from_secs(5),
            Self::Drill(setup) => setup.longest() + Duration::from_secs(5),
        }
    }

    /// A run must not be given up earlier.
    #[must_use]
    pub fn least_deadline(&self) -> Duration {
        match self {
            Self::Switch(setup) => setup.longest(),
            Self::Drill(setup) => setup.longest(),
            _ => Duration::ZERO,
        }
    }

    /// The limits that its values are judged by, as declared to HQ.
    #[must_use]
    pub fn limits(&self) -> Vec<Limit> {
        let rules = match self {
            Self::Line(setup) => setup.rules(),
            Self::Http(setup) => setup.rules(),
            Self::Camera(setup) => setup.rules(),
            Self::Switch(_) | Self::Input(_) => Vec::new(),
            Self::Drill(setup) => setup.rules(),
            Self::Sensor(setup) => setup.rules(),
            Self::Surveillance(setup) => setup.rules(),
            Self::Display(setup) => setup.rules(),
            Self::Picture(setup) => setup.rules(),
            Self::Sound(setup) => setup.rules(),
            Self::Listen(setup) => setup.rules(),
            Self::Host(setup) => setup.rules(),
            Self::Device(setup) => return setup.limits(),
            Self::Snmp(setup) => return setup.limits(),
            Self::Ups(setup) => return setup.limits(),
            Self::Modbus(setup) => return setup.limits(),
            Self::MouthToEar(setup) => return setup.limits(),
        };
        rules.iter().map(limits::Rule::limit).collect()
    }
}

fn read<T: for<'de> Deserialize<'de>>(table: toml::Table) -> Result<T, BadSetup> {
    table.try_into().map_err(|error: toml::de::Error| form(&error.to_string()))
}

/// The error of a table has no source text: it says what is wrong in one line, and at which key in another, which has said
/// so itself where it was read by hand.
fn form(text: &str) -> BadSetup {
    let text = text.trim().replace('\n', " ");
    match text.strip_suffix('`').and_then(|text| text.rsplit_once(" in `")) {
        Some((problem, key)) => {
            let problem = problem.strip_prefix(&format!("{key}: ")).unwrap_or(problem).to_owned();
            BadSetup::Key(crate::config::Wrong { path: key.to_owned(), problem })
        }
        None => BadSetup::Form(text),
    }
}

/// Runs one probe to its end.
pub async fn run(work: &Work, context: &Context) -> Found {
    match work {
        Work::Line(setup) => Box::pin(line::run(setup)).await,
        Work::Http(setup) => Box::pin(http::run(setup, context.wall.quality)).await,
        Work::Camera(setup) => Box::pin(at_desk(setup, context)).await,
        Work::Surveillance(setup) => Box::pin(surveillance::run(setup, context)).await,
        Work::Display(setup) => Box::pin(display::run(setup)).await,
        Work::Picture(setup) => Box::pin(picture::run(setup, context)).await,
        Work::Sound(setup) => Box::pin(sound::run(setup, context)).await,
        Work::Listen(setup) => Box::pin(listen::run(setup)).await,
        Work::Host(setup) => host::run(setup, context),
        Work::Device(setup) => Box::pin(device::run(setup)).await,
        Work::Snmp(setup) => Box::pin(snmp::run(setup)).await,
        Work::Ups(setup) => Box::pin(ups::run(setup, context)).await,
        Work::Modbus(setup) => Box::pin(modbus::run(setup)).await,
        Work::Switch(setup) => Box::pin(switch::run(setup, &context.state_dir)).await,
        Work::Drill(setup) => Box::pin(switch::drill::run(setup, &context.state_dir)).await,
        Work::Sensor(setup) => Box::pin(sensor::run(setup, context)).await,
        Work::Input(setup) => Box::pin(input::run(setup, context)).await,
        Work::MouthToEar(_) => mouth_to_ear::alone(),
    }
}

async fn at_desk(setup: &camera::Setup, context: &Context) -> Found {
    let desk = context.desk.clone().unwrap_or_else(|| setup.reach().desk());
    let found = camera::run(setup, &desk, context).await;
    if context.desk.is_none() {
        desk.close().await;
    }
    found
}

#[cfg(test)]
mod tests;
