//! What a camera can be told to do.

use super::nibbles;

/// A command: taken with an ACK, ended with a completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// `CAM_Power`: on, or standby.
    Power(bool),
    /// `Pan-tiltDrive`: turn until told otherwise; `Still` twice is stop.
    Drive(Pan, Tilt, Speed),
    /// `Pan-tiltDrive AbsolutePosition`.
    Absolute(Aim, Speed),
    /// `Pan-tiltDrive RelativePosition`.
    Relative(Aim, Speed),
    /// `Pan-tiltDrive Home`.
    Home,
    /// `Pan-tiltDrive Reset`: find the end stops again.
    Reset,
    /// `CAM_Zoom`.
    Zoom(Zoom),
    /// `CAM_Focus`.
    Focus(Focus),
    /// `CAM_AE`.
    Exposure(Exposure),
    /// `CAM_Iris`, `CAM_Shutter` and what else is set as by a dial.
    Turn(Dial, Step),
    /// `CAM_BackLight`.
    Backlight(bool),
    /// `CAM_WB`.
    WhiteBalance(WhiteBalance),
    /// `CAM_WB One Push Trigger`, in the mode `OnePush`.
    WhiteBalanceOnce,
    /// `CAM_Memory Set` of preset 0 to 127 (many cameras have 6 or 16).
    Store(u8),
    /// `CAM_Memory Recall`.
    Recall(u8),
    /// `CAM_Memory Reset`.
    Forget(u8),
}

/// Left and right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pan {
    /// To the left.
    Left,
    /// To the right.
    Right,
    /// Not at all.
    Still,
}

/// Up and down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tilt {
    /// Up.
    Up,
    /// Down.
    Down,
    /// Not at all.
    Still,
}

/// How fast a head turns, 1 (slow) to 24; the fastest tilt of many cameras is 20 or 23.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speed {
    pan: u8,
    tilt: u8,
}

impl Speed {
    /// None unless both are 1 to 24.
    #[must_use]
    pub const fn new(pan: u8, tilt: u8) -> Option<Self> {
        if pan >= 1 && pan <= 0x18 && tilt >= 1 && tilt <= 0x18 { Some(Self { pan, tilt }) } else { None }
    }

    /// Of pan and tilt.
    #[must_use]
    pub const fn each(self) -> (u8, u8) {
        (self.pan, self.tilt)
    }
}

/// Where a head points, or by how much it turns, in the camera's steps; right and up are positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aim {
    /// Left and right; 16 or 20 bits.
    pub pan: i32,
    /// Down and up.
    pub tilt: i16,
    /// How this camera writes it.
    pub digits: Digits,
}

/// How many digits a pan has; a camera's answer tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digits {
    /// EVI, SRG and most others.
    Four,
    /// BRC: one speed for both axes.
    Five,
}

/// How fast a lens travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace(Option<u8>);

impl Pace {
    /// The camera's usual one.
    pub const STANDARD: Self = Self(None);

    /// None unless `level` is 0 (slow) to 7.
    #[must_use]
    pub const fn new(level: u8) -> Option<Self> {
        if level <= 7 { Some(Self(Some(level))) } else { None }
    }
}

/// What the zoom does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zoom {
    /// It stops.
    Stop,
    /// It goes nearer until told to stop.
    Tele(Pace),
    /// It goes wider until told to stop.
    Wide(Pace),
    /// It goes to a position, 0 wide, 0x4000 usually full tele.
    To(u16),
}

/// What the focus does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// It stops.
    Stop,
    /// It goes farther until told to stop; in manual mode.
    Far(Pace),
    /// It goes nearer until told to stop; in manual mode.
    Near(Pace),
    /// It goes to a position; in manual mode.
    To(u16),
    /// It works by itself, or does not.
    Mode(FocusMode),
    /// It works by itself once.
    Once,
    /// It goes to infinity.
    Infinity,
}

/// How a focus is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FocusMode {
    /// `02`.
    Auto,
    /// `03`.
    Manual,
    /// What only this maker knows, e.g. `04`.
    Other(u8),
}

/// How an exposure is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposure {
    /// `00`.
    FullAuto,
    /// `03`.
    Manual,
    /// `0A`.
    ShutterPriority,
    /// `0B`.
    IrisPriority,
    /// `0D`.
    Bright,
    /// What only this maker knows.
    Other(u8),
}

/// What white is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhiteBalance {
    /// `00`.
    Auto,
    /// `01`, 3200 K.
    Indoor,
    /// `02`, 5800 K.
    Outdoor,
    /// `03`: as found by the last trigger.
    OnePush,
    /// `05`: by the gains of red and blue.
    Manual,
    /// What only this maker knows.
    Other(u8),
}

macro_rules! modes {
    ($($mode:ident { $($name:ident = $code:literal),* })*) => {
        $(impl $mode {
            pub(super) const fn code(self) -> u8 {
                match self {
                    $(Self::$name => $code,)*
                    Self::Other(code) => code & 0x7f,
                }
            }

            pub(super) const fn of(code: u8) -> Self {
                match code {
                    $($code => Self::$name,)*
                    code => Self::Other(code),
                }
            }
        })*
    };
}

modes! {
    FocusMode { Auto = 0x02, Manual = 0x03 }
    Exposure { FullAuto = 0x00, Manual = 0x03, ShutterPriority = 0x0a, IrisPriority = 0x0b, Bright = 0x0d }
    WhiteBalance { Auto = 0x00, Indoor = 0x01, Outdoor = 0x02, OnePush = 0x03, Manual = 0x05 }
}

/// What is set step by step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dial {
    /// `CAM_RGain`.
    RedGain,
    /// `CAM_BGain`.
    BlueGain,
    /// `CAM_Shutter`.
    Shutter,
    /// `CAM_Iris`.
    Iris,
    /// `CAM_Gain`.
    Gain,
    /// `CAM_Bright`.
    Bright,
}

impl Dial {
    /// Of a step; a direct setting and the inquiry have 0x40 more.
    pub(super) const fn code(self) -> u8 {
        match self {
            Self::RedGain => 0x03,
            Self::BlueGain => 0x04,
            Self::Shutter => 0x0a,
            Self::Iris => 0x0b,
            Self::Gain => 0x0c,
            Self::Bright => 0x0d,
        }
    }
}

/// How a dial is turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// To where it was in the factory.
    Reset,
    /// One up.
    Up,
    /// One down.
    Down,
    /// To a position.
    To(u8),
}

impl Command {
    /// The frame between header and terminator.
    pub(super) fn body(self) -> Vec<u8> {
        match self {
            Self::Power(on) => camera(&[0x00, on_off(on)]),
            Self::Drive(pan, tilt, speed) => drive(pan, tilt, speed),
            Self::Absolute(aim, speed) => go(0x02, aim, speed),
            Self::Relative(aim, speed) => go(0x03, aim, speed),
            Self::Home => vec![0x01, 0x06, 0x04],
            Self::Reset => vec![0x01, 0x06, 0x05],
            Self::Zoom(zoom) => zoom.body(),
            Self::Focus(focus) => focus.body(),
            Self::Exposure(mode) => camera(&[0x39, mode.code()]),
            Self::Turn(dial, step) => turn(dial, step),
            Self::Backlight(on) => camera(&[0x33, on_off(on)]),
            Self::WhiteBalance(mode) => camera(&[0x35, mode.code()]),
            Self::WhiteBalanceOnce => camera(&[0x10, 0x05]),
            Self::Forget(preset) => camera(&[0x3f, 0x00, preset & 0x7f]),
            Self::Store(preset) => camera(&[0x3f, 0x01, preset & 0x7f]),
            Self::Recall(preset) => camera(&[0x3f, 0x02, preset & 0x7f]),
        }
    }
}

impl Zoom {
    fn body(self) -> Vec<u8> {
        match self {
            Self::Stop => camera(&[0x07, 0x00]),
            Self::Tele(pace) => camera(&[0x07, travel(0x02, pace)]),
            Self::Wide(pace) => camera(&[0x07, travel(0x03, pace)]),
            Self::To(position) => direct(0x47, position),
        }
    }
}

impl Focus {
    fn body(self) -> Vec<u8> {
        match self {
            Self::Stop => camera(&[0x08, 0x00]),
            Self::Far(pace) => camera(&[0x08, travel(0x02, pace)]),
            Self::Near(pace) => camera(&[0x08, travel(0x03, pace)]),
            Self::To(position) => direct(0x48, position),
            Self::Mode(mode) => camera(&[0x38, mode.code()]),
            Self::Once => camera(&[0x18, 0x01]),
            Self::Infinity => camera(&[0x18, 0x02]),
        }
    }
}

fn camera(rest: &[u8]) -> Vec<u8> {
    [&[0x01, 0x04], rest].concat()
}

fn direct(code: u8, position: u16) -> Vec<u8> {
    camera(&[&[code][..], &nibbles(position)].concat())
}

const fn on_off(on: bool) -> u8 {
    if on { 0x02 } else { 0x03 }
}

/// The direction alone, or it as a digit before the level.
const fn travel(direction: u8, pace: Pace) -> u8 {
    match pace.0 {
        None => direction,
        Some(level) => direction << 4 | level,
    }
}

fn turn(dial: Dial, step: Step) -> Vec<u8> {
    match step {
        Step::Reset => camera(&[dial.code(), 0x00]),
        Step::Up => camera(&[dial.code(), 0x02]),
        Step::Down => camera(&[dial.code(), 0x03]),
        Step::To(position) => direct(0x40 | dial.code(), position.into()),
    }
}

fn drive(pan: Pan, tilt: Tilt, speed: Speed) -> Vec<u8> {
    let pan = match pan {
        Pan::Left => 0x01,
        Pan::Right => 0x02,
        Pan::Still => 0x03,
    };
    let tilt = match tilt {
        Tilt::Up => 0x01,
        Tilt::Down => 0x02,
        Tilt::Still => 0x03,
    };
    vec![0x01, 0x06, 0x01, speed.pan, speed.tilt, pan, tilt]
}

fn go(how: u8, aim: Aim, speed: Speed) -> Vec<u8> {
    let [_, top, high, low] = aim.pan.to_be_bytes();
    let pan = nibbles(u16::from_be_bytes([high, low]));
    let tilt = nibbles(aim.tilt.cast_unsigned());
    match aim.digits {
        Digits::Four => [&[0x01, 0x06, how, speed.pan, speed.tilt][..], &pan, &tilt].concat(),
        Digits::Five => [&[0x01, 0x06, how, speed.pan, 0x00, top & 0x0f][..], &pan, &tilt].concat(),
    }
}
