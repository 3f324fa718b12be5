//! The camera probe: a camera, on a serial line or a network, answers, is on, and comes to its preset position.
//!
//! Without the interlock's grant it is asked only, never moved. It comes to the camera's desk like everybody else.

mod away;
mod fov;
mod judgement;
mod learn;
mod proof;

use std::time::Duration;

use std::path::PathBuf;

use avow_shared::camera::Command;
pub use avow_shared::camera::Position;
use avow_shared::outcome::Verdict;
use serde::{Deserialize, Deserializer, de};
use smol_str::SmolStr;

use super::limits::{Overrides, Rule};
use super::preset::judge::RULES;
use super::{BadSetup, COMPANY, Context, Exhibit, Found, picture, within};
use crate::camera::desk::{Camera, Desk, Lane};
use crate::camera::onvif::Access;
use crate::camera::reach::{Port, Reach};
use crate::camera::words::{Answer, Question, Trouble};
use crate::config::ProbeName;
use crate::pelco::Dialect;
use crate::serial::Wiring;
use crate::visca::port::{self, Transport};
use away::Away;
use judgement::{Seen, switched_off, told};
pub use judgement::{lacks, spoken};

/// The keys of a camera probe.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// The serial port, e.g. `/dev/ttyUSB0`, or the host: `visca-udp://…`, `visca-tcp://…`, `visca-raw-udp://…`,
    /// `onvif://…`; `pelco-d:/dev/ttyUSB1`, `pelco-p:/dev/ttyUSB1`.
    #[serde(deserialize_with = "port")]
    pub port: Port,
    /// Bits a second of a serial port: 9600 unless the camera's switches say 38400; for Pelco 2400, or 4800 or 9600.
    pub baud: Option<u32>,
    /// The serial port turns a line of two wires (RS-485) round; not where the adapter does by itself.
    #[serde(default)]
    pub rs485: bool,
    /// The camera's number in its chain, 1 to 7; a Pelco-D receiver's 1 to 255, a Pelco-P receiver's 1 to 32.
    #[serde(default = "first")]
    pub address: u8,
    /// The preset that is recalled, 0 to 127, when something may move; none: the camera is only asked.
    pub preset: Option<u8>,
    /// Where the preset lies.
    pub expect: Option<Position>,
    /// Steps of pan, tilt or zoom that may be missing from `expect` or from a reference.
    #[serde(default = "tolerance")]
    pub tolerance: u16,
    /// ONVIF: the user, when one is wanted.
    pub user: Option<String>,
    /// ONVIF: a file with his password in its first line.
    pub password_file: Option<PathBuf>,
    /// ONVIF: token or name of the media profile; none: the first.
    pub profile: Option<String>,
    /// The presets that are proven against their references, one after the other, at most [`MOST_PRESETS`].
    #[serde(default)]
    pub presets: Vec<u8>,
    /// What the camera shows: the id of a picture probe of the same venue, or a source of its own as such a probe has it.
    pub picture: Option<String>,
    /// Where the camera is sent afterwards: a preset, or `"before"`.
    #[serde(default)]
    pub return_to: Option<ReturnTo>,
    /// How wide the camera looks, degrees from left to right; of a camera that says its zoom, at the wide end.
    pub fov_degrees: Option<f64>,
    /// Seconds that focus and exposure get at a preset before the picture is taken, 0 to 30.
    #[serde(default = "settle")]
    pub settle_s: u64,
    /// Seconds until a covered or strange view is looked at again, 0 to 60: somebody may have walked by.
    #[serde(default = "again")]
    pub again_s: u64,
    /// Changes to the limits of `shift_px`, `blocked_percent`, `sharpness_ratio`, `brightness_low`, `brightness_high`.
    #[serde(default)]
    pub limits: Overrides,
    /// Whose references they are and where its picture comes from, once the venue is read.
    #[serde(skip)]
    pub proof: Option<Proof>,
}

/// The most presets of one probe.
pub const MOST_PRESETS: usize = 8;

/// Where a camera is sent after its proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnTo {
    /// To a preset.
    Preset(u8),
    /// To where it stood before.
    Before,
}

impl<'de> Deserialize<'de> for ReturnTo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match toml::Value::deserialize(deserializer)? {
            toml::Value::String(text) if text == "before" => Ok(Self::Before),
            toml::Value::Integer(preset @ 0..=127) => Ok(Self::Preset(u8::try_from(preset).unwrap_or_default())),
            other => {
                Err(de::Error::custom(format!("return_to: expected a preset 0 to 127 or 'before', found {other}")))
            }
        }
    }
}

/// What the proof of presets needs of the whole configuration.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Whose references they are.
    pub whose: ProbeName,
    /// How the camera's picture is looked at; none: no picture belongs to it.
    pub picture: Option<Box<picture::Setup>>,
}

fn port<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Port, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(|expected| de::Error::custom(format!("port: {expected}")))
}

const USUAL_BAUD: u32 = 9600;
/// As most receivers are delivered.
const PELCO_BAUD: u32 = 2400;

const fn first() -> u8 {
    1
}

const fn tolerance() -> u16 {
    16
}

const fn settle() -> u64 {
    2
}

const fn again() -> u64 {
    5
}

impl Setup {
    pub(super) fn check(&self) -> Result<(), BadSetup> {
        let (highest, first_preset) = match &self.port {
            Port::Visca(_) => (7, 0),
            Port::Onvif(_) => (1, 0),
            Port::Pelco(Dialect::D, _) => (255, 1),
            Port::Pelco(Dialect::P, _) => (32, 1),
        };
        within("address", self.address.into(), 1, highest)?;
        within("preset", self.preset.unwrap_or(first_preset).into(), first_preset.into(), 127)?;
        within("baud", self.baud.unwrap_or(USUAL_BAUD).into(), 1200, 115_200)?;
        let is_network = matches!(&self.port, Port::Onvif(_) | Port::Visca(port::Port::Network(..)));
        match (&self.port, self.baud, self.address) {
            (_, Some(baud), _) if is_network => {
                Err(BadSetup::value("baud", "nothing, a network has no speed of a line", baud))
            }
            (port, ..) if self.rs485 && !matches!(port, Port::Visca(port::Port::Serial(_))) => Err(BadSetup::value(
                "rs485",
                "nothing, only VISCA on a serial port has it (Pelco asks by itself)",
                port,
            )),
            // BRC-X400 Command List p. 13: the address is locked to 1.
            (Port::Visca(port::Port::Network(Transport::Numbered, _)), _, address @ 2..) => {
                Err(BadSetup::value("address", "1, the only one of visca-udp://", address))
            }
            (Port::Pelco(..), ..) if self.expect.is_some() => {
                Err(BadSetup::value("expect", "nothing, Pelco tells no position", "a position"))
            }
            _ if self.expect.is_some() && self.preset.is_none() => {
                Err(BadSetup::value("preset", "the preset that 'expect' describes", "nothing"))
            }
            _ => self.check_access().and_then(|()| self.check_proof()),
        }
    }

    fn check_access(&self) -> Result<(), BadSetup> {
        let (user, file) = (self.user.is_some(), self.password_file.is_some());
        let keys = [("user", user), ("password_file", file), ("profile", self.profile.is_some())];
        match keys.iter().find(|(_, is_there)| *is_there) {
            Some((key, _)) if !matches!(self.port, Port::Onvif(_)) => {
                Err(BadSetup::value(*key, "nothing, only onvif:// has it", self.port.to_string()))
            }
            _ if file && !user => Err(BadSetup::value("user", "whose password 'password_file' holds", "nothing")),
            _ => Ok(()),
        }
    }

    fn check_proof(&self) -> Result<(), BadSetup> {
        within("presets", self.presets.len() as u64, 0, MOST_PRESETS as u64)?;
        within("settle_s", self.settle_s, 0, 30)?;
        within("again_s", self.again_s, 0, 60)?;
        self.limits.check(RULES)?;
        let is_twice = |at: usize| self.presets[..at].contains(&self.presets[at]);
        match self.fov_degrees {
            _ if self.presets.iter().any(|preset| *preset > 127) => {
                Err(BadSetup::value("presets", "presets 0 to 127", format!("{:?}", self.presets)))
            }
            _ if (0..self.presets.len()).any(is_twice) => {
                Err(BadSetup::value("presets", "each preset once", format!("{:?}", self.presets)))
            }
            Some(fov) if !(1.0..=170.0).contains(&fov) => Err(BadSetup::value("fov_degrees", "1 to 170", fov)),
            _ => Ok(()),
        }
    }

    /// The presets that are compared with what was learnt: those of `presets`, and `preset` where a picture belongs to the
    /// camera and nothing was written of where it lies.
    #[must_use]
    pub fn proven(&self) -> Vec<u8> {
        let own = self.preset.filter(|preset| !self.presets.contains(preset));
        let is_proven = !self.presets.is_empty() || self.picture.is_some();
        own.into_iter().chain(self.presets.iter().copied()).filter(|_| is_proven).collect()
    }

    /// Whether it moves the camera when it may.
    #[must_use]
    pub const fn moves(&self) -> bool {
        self.preset.is_some() || !self.presets.is_empty()
    }

    /// Longer than the worst camera takes.
    pub(super) fn longest(&self) -> Duration {
        let looks = Duration::from_secs(40 + self.settle_s + self.again_s + 2 * SHOT_S);
        Duration::from_secs(90) + looks * u32::try_from(self.proven().len()).unwrap_or(u32::MAX)
    }

    /// The limits of what is measured beside the reference.
    pub(super) fn rules(&self) -> Vec<Rule> {
        if self.proven().is_empty() || self.picture.is_none() { Vec::new() } else { self.limits.apply(RULES) }
    }

    /// Takes in what stands elsewhere in the venue's configuration: whose presets they are, and what `picture` names.
    ///
    /// # Errors
    /// When `picture` is neither a picture probe of the venue nor a source.
    pub fn resolve(
        &mut self,
        whose: ProbeName,
        of_venue: impl Fn(&str) -> Option<picture::Setup>,
    ) -> Result<(), BadSetup> {
        let named = |text: &String| match of_venue(text) {
            Some(setup) => Ok(Box::new(setup)),
            None if text.contains(':') => {
                let source = text.parse().map_err(|_| BadSetup::value("picture", PICTURE, "***"))?;
                Ok(Box::new(picture::Setup::of(source)))
            }
            None => Err(BadSetup::value("picture", PICTURE, text)),
        };
        let picture = self.picture.as_ref().map(named).transpose()?;
        self.proof = Some(Proof { whose, picture });
        Ok(())
    }

    /// How the camera is reached.
    #[must_use]
    pub fn reach(&self) -> Reach {
        match &self.port {
            Port::Visca(port) => Reach::Visca {
                port: port.clone(),
                baud: self.baud.unwrap_or(USUAL_BAUD),
                wiring: Wiring::of(self.rs485),
            },
            Port::Onvif(host) => Reach::Onvif(Access {
                host: host.clone(),
                user: self.user.clone(),
                password_file: self.password_file.clone(),
                profile: self.profile.clone(),
            }),
            Port::Pelco(dialect, path) => {
                Reach::Pelco { dialect: *dialect, path: path.clone(), baud: self.baud.unwrap_or(PELCO_BAUD) }
            }
        }
    }

    /// What two probes must not use at once: a line, or one camera of a recorder that has several.
    pub(super) fn device_key(&self) -> String {
        match &self.profile {
            Some(profile) => format!("{} {profile}", self.port),
            None => self.port.to_string(),
        }
    }

    /// Its number in a chain, 1 where there is none.
    #[must_use]
    pub const fn seat(&self) -> u8 {
        self.address
    }
}

/// What `picture` may be.
const PICTURE: &str = "the id of a picture probe of this venue, or a source like rtsp://host/path or v4l2:/dev/video0";
/// For one picture, seconds.
const SHOT_S: u64 = 20;

/// Asks the camera at `desk`, and moves it to its presets when it may.
pub async fn run(setup: &Setup, desk: &Desk, context: &Context) -> Found {
    let camera = desk.camera(setup.seat(), Lane::Probe);
    if let Some(proof) = setup.proof.as_ref().filter(|_| context.may_move && !setup.proven().is_empty()) {
        return Box::pin(proof::run(setup, proof, &camera, context)).await;
    }
    let preset = setup.preset.filter(|_| context.may_move);
    let seen = examine(setup, &camera, preset).await;
    judged(setup, &camera, seen, preset).await
}

/// Carries out one command of a person and says where the camera stands then.
pub async fn command(setup: &Setup, desk: &Desk, command: Command) -> Found {
    let camera = desk.camera(setup.seat(), Lane::Person);
    // Only the preset that 'expect' describes can be judged.
    let preset = setup.preset.filter(|preset| command == Command::Recall(*preset));
    match obey(&camera, command).await {
        Err(Trouble::Cannot) => Found::missing(&lacks(setup, &spoken(command))[0]),
        Ok(seen) if command == Command::Power(false) && !matches!(setup.port, Port::Pelco(..)) => switched_off(&seen),
        seen => judged(setup, &camera, seen, preset).await,
    }
}

/// Takes what the camera shows at `preset` for what it is to show from now on.
pub async fn learn(setup: &Setup, desk: &Desk, preset: u8, context: &Context) -> Found {
    let camera = desk.camera(setup.seat(), Lane::Person);
    match &setup.proof {
        Some(proof) => learn::run(setup, proof, &camera, preset, context).await,
        None => Found::missing("摄像机不属于任何会场的配置"),
    }
}

async fn judged(setup: &Setup, camera: &Camera, seen: Result<Seen, Trouble>, preset: Option<u8>) -> Found {
    let is_serial = matches!(setup.port, Port::Visca(port::Port::Serial(_)));
    let seen = match seen {
        // Whether a receiver answers is known only after it was told something.
        Ok(seen) if matches!(setup.port, Port::Pelco(..)) => {
            let identity = optional(camera.ask(Question::Identity).await);
            identity.map(|identity| Seen { identity, ..seen })
        }
        seen => seen,
    };
    let found = told(seen, preset, setup);
    let has_company = is_serial && matches!(camera.ask(Question::Company).await, Ok(Answer::Company(true)));
    let found = if has_company { found.with_remark(COMPANY) } else { found };
    let proof =
        if found.verdict == Verdict::Pass { None } else { Some(Exhibit::transcript(&camera.transcript().await)) };
    found.with_exhibit(proof)
}

/// What a steering that the camera did not take means.
#[must_use]
pub fn not_steered(setup: &Setup, trouble: Trouble) -> Found {
    match trouble {
        // Heads and lenses turn over all protocols, the focus does not.
        Trouble::Cannot => Found::missing(&lacks(setup, "focus")[0]),
        trouble => told(Err(trouble), None, setup),
    }
}

/// Asks who and where the camera is, in between has it go to `preset`.
async fn examine(setup: &Setup, camera: &Camera, preset: Option<u8>) -> Result<Seen, Trouble> {
    // A camera that does not say who it is is still a camera.
    let identity = optional(camera.ask(Question::Identity).await)?;
    let is_on = is_on(camera).await?;
    if !is_on {
        return Ok(Seen { identity, is_on, ..Seen::default() });
    }
    let settings = optional(camera.ask(Question::Settings).await)?;
    if let Some(preset) = preset {
        let before = match optional(camera.ask(Question::Position).await)? {
            Some(Answer::Position(position)) => Some(position),
            _ => None,
        };
        let away = Away::from(setup, camera, before);
        let gone = camera.command(Command::Recall(preset)).await;
        away.forget();
        gone?;
    }
    let position = optional(camera.ask(Question::Position).await)?;
    Ok(Seen { identity, is_on, position, settings, sight: Sight::ask(camera).await })
}

/// The command first: whoever waits for it shall not wait for our questions.
async fn obey(camera: &Camera, command: Command) -> Result<Seen, Trouble> {
    let done = match command {
        Command::Ask | Command::Wheel => Ok(()),
        command => camera.command(command).await,
    };
    let refused = match done {
        Err(trouble) if trouble.is_refusal() => Some(trouble),
        done => done.map(|()| None)?,
    };
    let identity = optional(camera.ask(Question::Identity).await)?;
    let is_on = is_on(camera).await?;
    match refused {
        _ if !is_on => Ok(Seen { identity, is_on, ..Seen::default() }),
        Some(trouble) => Err(trouble),
        None => {
            let position = optional(camera.ask(Question::Position).await)?;
            let sight = if command == Command::Ask { Sight::ask_all(camera).await } else { Sight::default() };
            // Whoever waits for a command does not wait for how the camera is set.
            Ok(Seen { identity, is_on, position, settings: None, sight })
        }
    }
}

/// How the camera sees, as far as it says so: many know none of these questions, and that is no fault of theirs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Sight {
    focus_mode: Option<SmolStr>,
    exposure: Option<SmolStr>,
    white: Option<SmolStr>,
    focus: Option<u16>,
}

impl Sight {
    /// How it is set.
    async fn ask(camera: &Camera) -> Self {
        let mut sight = Self::default();
        let modes = [
            (Question::FocusMode, &mut sight.focus_mode),
            (Question::Exposure, &mut sight.exposure),
            (Question::White, &mut sight.white),
        ];
        for (question, mode) in modes {
            match camera.ask(question).await {
                Ok(Answer::Mode(word)) => *mode = Some(word),
                Err(trouble) if !trouble.is_refusal() => break,
                _ => {}
            }
        }
        sight
    }

    /// And where its focus stands.
    async fn ask_all(camera: &Camera) -> Self {
        let sight = Self::ask(camera).await;
        match camera.ask(Question::Focus).await {
            Ok(Answer::Focus(steps)) => Self { focus: Some(steps), ..sight },
            _ => sight,
        }
    }
}

async fn is_on(camera: &Camera) -> Result<bool, Trouble> {
    Ok(!matches!(optional(camera.ask(Question::Power).await)?, Some(Answer::Power(false))))
}

/// 'I do not know this question' and 'not now' are no faults of a camera that is asked.
fn optional(answer: Result<Answer, Trouble>) -> Result<Option<Answer>, Trouble> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(trouble) if trouble.is_refusal() => Ok(None),
        Err(trouble) => Err(trouble),
    }
}
