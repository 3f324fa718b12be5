//! What a camera can be told, by whomever and over whichever protocol: the words that agent, HQ and the engineer's command
//! line share. Pure; what a protocol makes of them, and what it cannot do, is the agent's matter.

use serde::{Deserialize, Serialize};

use crate::id::{ProbeId, VenueId};
use crate::interlock::Disturbance;
use crate::outcome::Evidence;
use crate::time::WallTime;

/// The longest lease of a motion in milliseconds: so long a camera goes on when nobody says anything more.
pub const MAX_LEASE_MS: u16 = 400;
/// The highest number of a preset; many cameras have 6, 16 or 100 of them.
pub const MAX_PRESET: u8 = 127;

/// Where a camera looks, in its own steps; right, up and tele are positive. What the steps are is the camera's (VISCA) or
/// ten thousandths of its whole range (ONVIF): a position means something for the camera that said it, and for no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// Left and right; cameras with long heads count to 20 bits.
    pub pan: i32,
    /// Down and up.
    pub tilt: i16,
    /// 0 is wide.
    pub zoom: u16,
}

impl Position {
    /// The greatest distance on any axis, steps.
    #[must_use]
    pub fn distance(self, other: Self) -> u32 {
        let pan = self.pan.abs_diff(other.pan);
        let tilt = i32::from(self.tilt).abs_diff(other.tilt.into());
        pan.max(tilt).max(self.zoom.abs_diff(other.zoom).into())
    }
}

/// What a preset is to show, as learnt on the agent: position and picture, with a version. The document itself stays there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// The venue.
    pub venue: VenueId,
    /// Its camera probe.
    pub probe: ProbeId,
    /// The preset, at most [`MAX_PRESET`].
    pub preset: u8,
    /// 1 for the first, and one more for each that was learnt since.
    pub version: u32,
    /// When it was learnt, by the agent's clock.
    pub taken_at: WallTime,
    /// Where the camera said it stood; none of a camera that does not say.
    pub position: Option<Position>,
    /// What it showed; none where no picture source belongs to the camera.
    pub picture: Option<Evidence>,
}

impl Reference {
    /// Whether it keeps its bounds.
    #[must_use]
    pub const fn is_bounded(&self) -> bool {
        self.preset <= MAX_PRESET && self.version > 0
    }
}

/// Something that is done once and has an end. New ones go to the end: the wire numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// To the home position.
    Home,
    /// To a preset, at most [`MAX_PRESET`].
    Recall(u8),
    /// Keep the position as a preset.
    Store(u8),
    /// Forget a preset.
    Clear(u8),
    /// To a position.
    Go(Position),
    /// By so many steps; right and up are positive.
    Turn {
        /// Left and right.
        pan: i32,
        /// Down and up.
        tilt: i16,
    },
    /// Stop whatever moves.
    Stop,
    /// How the focus is kept.
    Focus(Focus),
    /// The exposure works by itself.
    AutoExposure,
    /// The white balance works by itself.
    AutoWhite,
    /// On, or standby.
    Power(bool),
    /// Say who and where it is; nothing changes.
    Ask,
    /// Go to a preset, take a picture, and keep both as what the preset is to show from now on.
    Learn(u8),
    /// May somebody take the wheel? Asked as for a motion, answered like [`Self::Ask`]; nothing moves.
    Wheel,
    /// How the exposure is found.
    Exposure(Exposure),
    /// What is taken for white.
    White(White),
}

/// How an exposure is found. New ones go to the end: the wire numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exposure {
    /// By itself.
    Auto,
    /// Iris, shutter and gain stay as they are set.
    Manual,
    /// The shutter stays as it is set.
    Shutter,
    /// The iris stays as it is set.
    Iris,
    /// A brightness that is set.
    Bright,
}

/// What is taken for white. New ones go to the end: the wire numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum White {
    /// By itself.
    Auto,
    /// Lamps, some 3200 K.
    Indoor,
    /// Daylight, some 5800 K.
    Outdoor,
    /// What the camera looks at now.
    OnePush,
    /// Gains of red and blue that are set.
    Manual,
}

/// How a focus is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Focus {
    /// By itself.
    Auto,
    /// As it stands.
    Manual,
    /// By itself once, then as it stands.
    Once,
}

impl Command {
    /// What it does to the room. What is seen in a meeting (a turn, another focus) counts as a motion. A question and a stop
    /// disturb nobody, nor does a position that is stored or forgotten: that changes what a later recall does, and that
    /// one is asked about.
    #[must_use]
    pub const fn disturbance(self) -> Disturbance {
        match self {
            Self::Home | Self::Recall(_) | Self::Learn(_) | Self::Go(_) | Self::Turn { .. } | Self::Wheel => {
                Disturbance::Motion
            }
            Self::Focus(_) | Self::AutoExposure | Self::AutoWhite | Self::Power(_) => Disturbance::Motion,
            Self::Exposure(_) | Self::White(_) => Disturbance::Motion,
            Self::Store(_) | Self::Clear(_) | Self::Stop | Self::Ask => Disturbance::None,
        }
    }

    /// Whether it changes nothing that was not to end anyway.
    #[must_use]
    pub const fn is_harmless(self) -> bool {
        matches!(self, Self::Stop | Self::Ask | Self::Wheel)
    }

    /// Whether it changes what the camera is set to, and not only where it looks: refused while nothing may be changed (封网).
    #[must_use]
    pub const fn changes_settings(self) -> bool {
        match self {
            Self::Store(_) | Self::Clear(_) | Self::Learn(_) => true,
            Self::AutoExposure | Self::AutoWhite | Self::Exposure(_) | Self::White(_) => true,
            Self::Home | Self::Recall(_) | Self::Go(_) | Self::Turn { .. } | Self::Stop | Self::Focus(_) => false,
            Self::Power(_) | Self::Ask | Self::Wheel => false,
        }
    }

    /// Whether its numbers are such as a camera may have.
    #[must_use]
    pub const fn is_bounded(self) -> bool {
        match self {
            Self::Recall(preset) | Self::Store(preset) | Self::Clear(preset) | Self::Learn(preset) => {
                preset <= MAX_PRESET
            }
            _ => true,
        }
    }
}

/// A motion that goes on until told otherwise, in hundredths of the camera's greatest speed, -100 to 100; 0 is still.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Motion {
    /// Right is positive.
    #[serde(default)]
    pub pan: i8,
    /// Up is positive.
    #[serde(default)]
    pub tilt: i8,
    /// Tele is positive.
    #[serde(default)]
    pub zoom: i8,
    /// Far is positive.
    #[serde(default)]
    pub focus: i8,
}

impl Motion {
    /// Nothing moves: a stop.
    pub const STILL: Self = Self { pan: 0, tilt: 0, zoom: 0, focus: 0 };

    /// Whether nothing moves.
    #[must_use]
    pub fn is_still(self) -> bool {
        self == Self::STILL
    }

    /// Whether every speed is -100 to 100.
    #[must_use]
    pub fn is_bounded(self) -> bool {
        [self.pan, self.tilt, self.zoom, self.focus].iter().all(|speed| (-100..=100).contains(speed))
    }
}
