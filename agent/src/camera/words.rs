//! What is asked of a camera and what it says, in words that all protocols share. Pure.

use std::io;
use std::sync::Arc;

use avow_shared::camera::{Command, Motion, Position};
use smol_str::SmolStr;

use crate::onvif::client;
use crate::serial;
use crate::visca::port::Unreached;
use crate::visca::session::Failure;

/// One thing for a camera to do or to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// Once, with an end. [`Command::Ask`] is for people: who asks a camera says what.
    Do(Command),
    /// Begin, change or end a motion that goes on. What is still of the named axes is stopped; the others are left alone.
    /// It is done when the camera has taken it, and never repeated by itself.
    Steer(Motion, Axes),
    /// Say something.
    Ask(Question),
}

/// What of a camera moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Axes {
    /// Pan and tilt.
    pub head: bool,
    /// The zoom.
    pub zoom: bool,
    /// The focus.
    pub focus: bool,
}

impl Axes {
    /// All of them.
    pub const ALL: Self = Self { head: true, zoom: true, focus: true };

    /// Those that `motion` moves.
    #[must_use]
    pub const fn moved_by(motion: Motion) -> Self {
        Self { head: motion.pan != 0 || motion.tilt != 0, zoom: motion.zoom != 0, focus: motion.focus != 0 }
    }

    /// Those on which two motions differ.
    #[must_use]
    pub const fn between(one: Motion, other: Motion) -> Self {
        Self {
            head: one.pan != other.pan || one.tilt != other.tilt,
            zoom: one.zoom != other.zoom,
            focus: one.focus != other.focus,
        }
    }

    /// Those of either.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { head: self.head || other.head, zoom: self.zoom || other.zoom, focus: self.focus || other.focus }
    }

    /// Whether none is named.
    #[must_use]
    pub const fn is_none(self) -> bool {
        !self.head && !self.zoom && !self.focus
    }
}

/// What a camera can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Who are you?
    Identity,
    /// Are you on?
    Power,
    /// Where do you look?
    Position,
    /// Does somebody else steer you? What the line has told so far: nothing is said for it.
    Company,
    /// How are you set?
    Settings,
    /// How do you keep your focus?
    FocusMode,
    /// Where does your focus stand?
    Focus,
    /// How do you find the exposure?
    Exposure,
    /// What do you take for white?
    White,
}

/// What a camera says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is done, or taken when it has no end.
    Done,
    /// Who it is.
    Identity(Identity),
    /// On, or in standby.
    Power(bool),
    /// Where it looks.
    Position(Position),
    /// Another controller was heard at the line.
    Company(bool),
    /// How it is set, by the names of settings.
    Settings(Vec<(&'static str, SmolStr)>),
    /// How something of it is kept, in the word of the command that says so; a mode of its maker's in hexadecimal.
    Mode(SmolStr),
    /// Where the focus stands, in its own steps.
    Focus(u16),
}

/// Who a camera is; what it does not say is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The maker.
    pub make: SmolStr,
    /// The model.
    pub model: SmolStr,
    /// The serial number.
    pub serial: SmolStr,
    /// The software in it.
    pub firmware: SmolStr,
    /// The numbers of a VISCA camera, which `make`, `model` and `firmware` are read from.
    pub numbers: Option<Numbers>,
}

/// `CAM_VersionInq`: numbers for maker, model and ROM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// The maker's.
    pub vendor: u16,
    /// The maker's number of the model.
    pub model: u16,
    /// The revision of the ROM.
    pub rom: u16,
}

/// Why a camera did not do or say it. Several who waited hear the same.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Trouble {
    /// The protocol, or this camera, has no such thing (Pelco has no position).
    #[error("the camera has no such thing")]
    Cannot,
    /// What the camera said instead, or that it said nothing.
    #[error(transparent)]
    Camera(#[from] Failure),
    /// The box's own serial port.
    #[error("{0}")]
    Serial(Arc<serial::Error>),
    /// A host that is not reached.
    #[error("{0}")]
    Network(Arc<Unreached>),
    /// The line broke (an adapter was unplugged, a network went).
    #[error("the line broke: {0}")]
    Broke(Arc<io::Error>),
    /// The line ended: the camera hung up.
    #[error("the line ended")]
    Closed,
    /// What a camera that speaks ONVIF did instead.
    #[error("{0}")]
    Onvif(Arc<client::Failure>),
    /// The desk is closed (the agent stops), or too much waits there.
    #[error("too much waits for the camera")]
    Full,
}

impl Trouble {
    /// Whether the camera answered, and said no: 'I do not know this' and 'not now'.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Cannot | Self::Camera(Failure::Syntax | Failure::NotExecutable) => true,
            Self::Onvif(failure) => matches!(**failure, client::Failure::Fault(_) | client::Failure::NoPreset(_)),
            _ => false,
        }
    }
}

impl From<client::Failure> for Trouble {
    fn from(failure: client::Failure) -> Self {
        Self::Onvif(Arc::new(failure))
    }
}
