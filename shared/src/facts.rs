//! What a device says of itself: who made it, which one it is, what it runs, how it is set. Read off the device by a probe,
//! beside the description that a person wrote.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::id::{DeviceId, ProbeId, ValueName, VenueId};
use crate::time::WallTime;

/// The longest text of a fact or a setting, in characters.
pub const MAX_TEXT_CHARS: usize = 128;
/// The most settings of one device.
pub const MAX_SETTINGS: usize = 32;

/// How a device is set in one respect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// A stable name: `mute`, `gain_db`, `ntp` …
    pub name: ValueName,
    /// As the device says it; at most [`MAX_TEXT_CHARS`].
    pub value: SmolStr,
}

/// What a device says of itself; a text is empty when it does not say that.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Maker.
    pub make: SmolStr,
    /// Model.
    pub model: SmolStr,
    /// Serial number.
    pub serial: SmolStr,
    /// Firmware version.
    pub firmware: SmolStr,
    /// Hardware address, `00:11:22:aa:bb:cc`.
    pub mac: SmolStr,
    /// How it is set, sorted by name, each name once; at most [`MAX_SETTINGS`].
    pub settings: Vec<Setting>,
}

/// The facts of one device; a numbered report at start, on change and once a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceFacts {
    /// The venue it stands in.
    pub venue: VenueId,
    /// The probe that read them.
    pub probe: ProbeId,
    /// The device that the probe is about, else the probe's own id.
    pub device: DeviceId,
    /// What it says.
    pub facts: Facts,
    /// When it said so, by the agent's clock.
    pub seen_at: WallTime,
}

impl Facts {
    /// Whether the device said nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.plate().iter().all(|text| text.is_empty()) && self.settings.is_empty()
    }

    /// Whether they keep their bounds.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        let fits = |text: &SmolStr| text.chars().count() <= MAX_TEXT_CHARS;
        self.plate().into_iter().all(fits)
            && self.settings.len() <= MAX_SETTINGS
            && self.settings.iter().all(|setting| fits(&setting.value))
            && self.settings.windows(2).all(|pair| pair[0].name < pair[1].name)
    }

    /// What a person would read off the device's plate: all but the settings.
    #[must_use]
    pub const fn plate(&self) -> [&SmolStr; 5] {
        [&self.make, &self.model, &self.serial, &self.firmware, &self.mac]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(name: &str, value: &str) -> Setting {
        Setting { name: name.parse().expect("a name"), value: value.into() }
    }

    #[test]
    fn facts_have_bounds() {
        let good = Facts { settings: vec![setting("gain", "3"), setting("mute", "on")], ..Facts::default() };
        assert!(good.is_bounded());
        let many = (0..33).map(|n| setting(&format!("s{n:02}"), "")).collect();
        let long: SmolStr = "长".repeat(MAX_TEXT_CHARS + 1).into();
        for bad in [
            Facts { make: long.clone(), ..Facts::default() },
            Facts { mac: long.clone(), ..Facts::default() },
            Facts { settings: vec![setting("mute", &long)], ..Facts::default() },
            Facts { settings: many, ..Facts::default() },
            Facts { settings: vec![setting("mute", "on"), setting("mute", "off")], ..Facts::default() },
            Facts { settings: vec![setting("mute", "on"), setting("gain", "3")], ..Facts::default() },
        ] {
            assert!(!bad.is_bounded(), "{bad:?}");
        }
    }

    #[test]
    fn a_device_that_says_nothing_has_no_facts() {
        assert!(Facts::default().is_empty());
        assert!(!Facts { mac: "00:11:22:aa:bb:cc".into(), ..Facts::default() }.is_empty());
        assert!(!Facts { settings: vec![setting("mute", "")], ..Facts::default() }.is_empty());
    }
}
