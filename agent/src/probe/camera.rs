//! The camera probe: a camera, on a serial line or a network, answers, is on, and comes to its preset position.
//!
//! Without the interlock's grant it is asked only, never moved. It comes to the camera's desk like everybody else.

mod judgement;

use avow_shared::camera::Command;
pub use avow_shared::camera::Position;
use avow_shared::outcome::Verdict;
use serde::{Deserialize, Deserializer, de};

use super::{BadSetup, Exhibit, Found, within};
use crate::camera::desk::{Camera, Desk, Lane};
use crate::camera::reach::Reach;
use crate::camera::words::{Answer, Question, Trouble};
use crate::visca::port::{Port, Transport};
use judgement::{Seen, told};

/// The keys of a camera probe.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// The serial port, e.g. `/dev/ttyUSB0`, or the host: `visca-udp://…`, `visca-tcp://…`, `visca-raw-udp://…`.
    #[serde(deserialize_with = "port")]
    pub port: Port,
    /// Bits a second of a serial port: 9600 unless the camera's switches say 38400.
    pub baud: Option<u32>,
    /// The camera's number in its chain, 1 to 7.
    #[serde(default = "first")]
    pub address: u8,
    /// The preset that is recalled, 0 to 127, when something may move; none: the camera is only asked.
    pub preset: Option<u8>,
    /// Where the preset lies.
    pub expect: Option<Position>,
    /// Steps of pan, tilt or zoom that may be missing from `expect`.
    #[serde(default = "tolerance")]
    pub tolerance: u16,
}

fn port<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Port, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(|expected| de::Error::custom(format!("port: {expected}")))
}

const USUAL_BAUD: u32 = 9600;

const fn first() -> u8 {
    1
}

const fn tolerance() -> u16 {
    16
}

impl Setup {
    pub(super) fn check(&self) -> Result<(), BadSetup> {
        within("address", self.address.into(), 1, 7)?;
        within("preset", self.preset.unwrap_or(0).into(), 0, 127)?;
        within("baud", self.baud.unwrap_or(USUAL_BAUD).into(), 1200, 115_200)?;
        match (&self.port, self.baud, self.address) {
            (Port::Network(..), Some(baud), _) => {
                Err(BadSetup::value("baud", "nothing, a network has no speed of a line", baud))
            }
            // BRC-X400 Command List p. 13: the address is locked to 1.
            (Port::Network(Transport::Numbered, _), _, address @ 2..) => {
                Err(BadSetup::value("address", "1, the only one of visca-udp://", address))
            }
            _ if self.expect.is_some() && self.preset.is_none() => {
                Err(BadSetup::value("preset", "the preset that 'expect' describes", "nothing"))
            }
            _ => Ok(()),
        }
    }

    /// How the camera is reached.
    #[must_use]
    pub fn reach(&self) -> Reach {
        Reach::Visca { port: self.port.clone(), baud: self.baud.unwrap_or(USUAL_BAUD) }
    }

    /// Its number in a chain, 1 where there is none.
    #[must_use]
    pub const fn seat(&self) -> u8 {
        self.address
    }
}

/// Asks the camera at `desk`, and moves it to its preset when it may.
pub async fn run(setup: &Setup, desk: &Desk, may_move: bool) -> Found {
    let camera = desk.camera(setup.seat(), Lane::Probe);
    let preset = setup.preset.filter(|_| may_move);
    let seen = examine(&camera, preset).await;
    judged(setup, &camera, seen, preset).await
}

/// Carries out one command of a person and says where the camera stands then.
pub async fn command(setup: &Setup, desk: &Desk, command: Command) -> Found {
    let camera = desk.camera(setup.seat(), Lane::Person);
    // Only the preset that 'expect' describes can be judged.
    let preset = setup.preset.filter(|preset| command == Command::Recall(*preset));
    let seen = obey(&camera, command).await;
    judged(setup, &camera, seen, preset).await
}

async fn judged(setup: &Setup, camera: &Camera, seen: Result<Seen, Trouble>, preset: Option<u8>) -> Found {
    let found = told(seen, preset, setup);
    let proof =
        if found.verdict == Verdict::Pass { None } else { Some(Exhibit::transcript(&camera.transcript().await)) };
    found.with_exhibit(proof)
}

/// What a steering that the camera did not take means.
#[must_use]
pub fn not_steered(setup: &Setup, trouble: Trouble) -> Found {
    told(Err(trouble), None, setup)
}

/// Asks who and where the camera is, in between has it go to `preset`.
async fn examine(camera: &Camera, preset: Option<u8>) -> Result<Seen, Trouble> {
    // A camera that does not say who it is is still a camera.
    let identity = optional(camera.ask(Question::Identity).await)?;
    let is_on = is_on(camera).await?;
    if !is_on {
        return Ok(Seen { identity, is_on, position: None });
    }
    if let Some(preset) = preset {
        camera.command(Command::Recall(preset)).await?;
    }
    Ok(Seen { identity, is_on, position: optional(camera.ask(Question::Position).await)? })
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
        _ if !is_on => Ok(Seen { identity, is_on, position: None }),
        Some(trouble) => Err(trouble),
        None => Ok(Seen { identity, is_on, position: optional(camera.ask(Question::Position).await)? }),
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
