//! What a camera can be asked, and how its answers are read.

use super::command::{Aim, Dial, Digits, Exposure, FocusMode, Speed, WhiteBalance};

/// A question: answered at once, without ACK and without a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inquiry {
    /// `CAM_VersionInq`.
    Version,
    /// `CAM_PowerInq`.
    Power,
    /// `Pan-tiltPosInq`.
    PanTilt,
    /// `Pan-tiltMaxSpeedInq`.
    MaxSpeed,
    /// `CAM_ZoomPosInq`.
    Zoom,
    /// `CAM_FocusPosInq`.
    Focus,
    /// `CAM_FocusModeInq`.
    FocusMode,
    /// `CAM_AEModeInq`.
    Exposure,
    /// `CAM_IrisPosInq`, `CAM_ShutterPosInq` and so on.
    Dial(Dial),
    /// `CAM_BackLightModeInq`.
    Backlight,
    /// `CAM_WBModeInq`.
    WhiteBalance,
    /// `CAM_MemoryInq`: the preset that was used last.
    Preset,
}

/// Who made a camera and what it is, from `CAM_VersionInq`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// Vendor number; Sony uses 0001, 0010 and 0020.
    pub vendor: u16,
    /// Model number of the vendor.
    pub model: u16,
    /// Revision of the ROM.
    pub rom: u16,
    /// How many commands it takes at once, usually 2.
    pub sockets: u8,
}

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Data {
    /// Who it is.
    Version(Version),
    /// On, or in standby.
    Power(bool),
    /// Where the head points.
    PanTilt(Aim),
    /// How fast it can turn.
    MaxSpeed(Speed),
    /// Where the zoom stands.
    Zoom(u16),
    /// Where the focus stands.
    Focus(u16),
    /// How the focus is kept.
    FocusMode(FocusMode),
    /// How the exposure is found.
    Exposure(Exposure),
    /// Where a dial stands.
    Dial(u16),
    /// Whether light from behind is allowed for.
    Backlight(bool),
    /// What white is.
    WhiteBalance(WhiteBalance),
    /// The preset that was used last.
    Preset(u8),
}

impl Inquiry {
    /// The frame between header and terminator.
    pub(super) const fn body(self) -> [u8; 3] {
        match self {
            Self::Version => [0x09, 0x00, 0x02],
            Self::Power => [0x09, 0x04, 0x00],
            Self::PanTilt => [0x09, 0x06, 0x12],
            Self::MaxSpeed => [0x09, 0x06, 0x11],
            Self::Zoom => [0x09, 0x04, 0x47],
            Self::Focus => [0x09, 0x04, 0x48],
            Self::FocusMode => [0x09, 0x04, 0x38],
            Self::Exposure => [0x09, 0x04, 0x39],
            Self::Dial(dial) => [0x09, 0x04, 0x40 | dial.code()],
            Self::Backlight => [0x09, 0x04, 0x33],
            Self::WhiteBalance => [0x09, 0x04, 0x35],
            Self::Preset => [0x09, 0x04, 0x3f],
        }
    }

    /// Reads what stands between `z0 50` and the terminator as the answer to this; none when it cannot be that.
    pub(super) fn read(self, data: &[u8]) -> Option<Data> {
        match self {
            Self::Version => version(data).map(Data::Version),
            Self::PanTilt => aim(data).map(Data::PanTilt),
            Self::MaxSpeed => match *data {
                [pan, tilt] => Speed::new(pan, tilt).map(Data::MaxSpeed),
                _ => None,
            },
            Self::Zoom => number(data).map(Data::Zoom),
            Self::Focus => number(data).map(Data::Focus),
            Self::Dial(_) => number(data).map(Data::Dial),
            Self::Power => on_off(data).map(Data::Power),
            Self::Backlight => on_off(data).map(Data::Backlight),
            Self::FocusMode => mode(data).map(|code| Data::FocusMode(FocusMode::of(code))),
            Self::Exposure => mode(data).map(|code| Data::Exposure(Exposure::of(code))),
            Self::WhiteBalance => mode(data).map(|code| Data::WhiteBalance(WhiteBalance::of(code))),
            Self::Preset => mode(data).map(Data::Preset),
        }
    }
}

const fn version(data: &[u8]) -> Option<Version> {
    let [v1, v2, m1, m2, r1, r2, sockets] = *data else { return None };
    let (vendor, model) = (u16::from_be_bytes([v1, v2]), u16::from_be_bytes([m1, m2]));
    Some(Version { vendor, model, rom: u16::from_be_bytes([r1, r2]), sockets })
}

fn aim(data: &[u8]) -> Option<Aim> {
    let (pan, tilt) = data.split_at_checked(data.len().checked_sub(4)?)?;
    let tilt = number(tilt)?.cast_signed();
    match *pan {
        [top @ 0..=0x0f, ref low @ ..] if low.len() == 4 => {
            // 20 bits, two's complement.
            let pan = i32::from(top) << 16 | i32::from(number(low)?);
            Some(Aim { pan: pan << 12 >> 12, tilt, digits: Digits::Five })
        }
        _ => Some(Aim { pan: number(pan)?.cast_signed().into(), tilt, digits: Digits::Four }),
    }
}

/// Four hexadecimal digits, one a byte.
fn number(digits: &[u8]) -> Option<u16> {
    let sum = |sum: u16, digit: &u8| (*digit < 0x10).then(|| sum << 4 | u16::from(*digit));
    if digits.len() == 4 { digits.iter().try_fold(0, sum) } else { None }
}

const fn on_off(data: &[u8]) -> Option<bool> {
    match *data {
        [0x02] => Some(true),
        [0x03] => Some(false),
        _ => None,
    }
}

const fn mode(data: &[u8]) -> Option<u8> {
    match *data {
        [code @ 0..=0x7f] => Some(code),
        _ => None,
    }
}
