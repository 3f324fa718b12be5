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

    /// What a person would read off the device's plate: all but the settings, in the order of [`Part::ALL`].
    #[must_use]
    pub const fn plate(&self) -> [&SmolStr; 5] {
        [&self.make, &self.model, &self.serial, &self.firmware, &self.mac]
    }

    /// With a setting; the name is a literal of the program.
    ///
    /// # Panics
    /// When `name` is no name of a value.
    #[must_use]
    #[track_caller]
    pub fn with(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        self.settings.push(Setting { name: name.parse().expect("a literal name"), value: value.as_ref().into() });
        self
    }

    /// Within its bounds: texts without space around them and cut at their bound, settings sorted, of two with one name
    /// the first, and no more than there may be.
    #[must_use]
    pub fn tidied(self) -> Self {
        let Self { make, model, serial, firmware, mac, mut settings } = self;
        for setting in &mut settings {
            setting.value = tidy(&setting.value);
        }
        settings.sort_by(|one, other| one.name.cmp(&other.name));
        settings.dedup_by(|one, other| one.name == other.name);
        settings.truncate(MAX_SETTINGS);
        let [make, model, serial, firmware, mac] = [make, model, serial, firmware, mac].map(|text| tidy(&text));
        Self { make, model, serial, firmware, mac, settings }
    }

    /// The value of a setting.
    #[must_use]
    pub fn setting(&self, name: &ValueName) -> Option<&SmolStr> {
        self.settings.iter().find(|setting| setting.name == *name).map(|setting| &setting.value)
    }
}

fn tidy(text: &str) -> SmolStr {
    let plain: String = text.chars().filter(|letter| !letter.is_control()).collect();
    plain.trim().chars().take(MAX_TEXT_CHARS).collect::<String>().trim_end().into()
}

/// A part of a device's plate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Maker.
    Make,
    /// Model.
    Model,
    /// Serial number.
    Serial,
    /// Firmware version.
    Firmware,
    /// Hardware address.
    Mac,
}

impl Part {
    /// In the order in which a plate is read.
    pub const ALL: [Self; 5] = [Self::Make, Self::Model, Self::Serial, Self::Firmware, Self::Mac];

    /// The word in API and log.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Make => "make",
            Self::Model => "model",
            Self::Serial => "serial",
            Self::Firmware => "firmware",
            Self::Mac => "mac",
        }
    }
}

/// A part that reads otherwise than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Which.
    pub part: Part,
    /// Before; empty when the device is new.
    pub was: SmolStr,
    /// Now.
    pub is: SmolStr,
}

/// What became of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// It said for the first time who it is.
    Seen,
    /// It is another one: another serial number, hardware address, maker or model.
    Replaced,
    /// It is the same one and runs another firmware.
    FirmwareChanged,
}

impl What {
    /// The event's code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Seen => "device.seen",
            Self::Replaced => "device.replaced",
            Self::FirmwareChanged => "device.firmware-changed",
        }
    }
}

/// A change of a device that somebody should hear of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What became of it.
    pub what: What,
    /// What reads otherwise, in the order of [`Part::ALL`].
    pub differences: Vec<Difference>,
}

/// The facts that hold after `read`, and what changed by it. The agent asks when a probe read something, HQ when a report
/// tells of it.
///
/// What a reply leaves out is no change: it stays as it was known. Capital and small letters are the same, because one
/// device says them differently over two protocols.
#[must_use]
pub fn update(held: Option<&Facts>, read: &Facts) -> (Facts, Option<Change>) {
    let nothing = Facts::default();
    let held = held.unwrap_or(&nothing);
    let is_known = held.plate().iter().any(|text| !text.is_empty());
    let differs = |was: &SmolStr, is: &SmolStr| !is.is_empty() && (!is_known || differ(was, is));
    let differences: Vec<Difference> = Part::ALL
        .into_iter()
        .zip(held.plate().into_iter().zip(read.plate()))
        .filter(|(_, (was, is))| differs(was, is))
        .map(|(part, (was, is))| Difference { part, was: was.clone(), is: is.clone() })
        .collect();
    let what = match &differences[..] {
        [] => None,
        _ if !is_known => Some(What::Seen),
        [only] if only.part == Part::Firmware => Some(What::FirmwareChanged),
        _ => Some(What::Replaced),
    };
    // Of a device that is gone nothing holds for the one in its place.
    let facts = if what == Some(What::Replaced) { read.clone() } else { joined(held, read) };
    (facts, what.map(|what| Change { what, differences }))
}

fn differ(was: &SmolStr, is: &SmolStr) -> bool {
    !was.is_empty() && !is.is_empty() && !was.eq_ignore_ascii_case(is)
}

/// What was read, and of the rest what was known.
fn joined(held: &Facts, read: &Facts) -> Facts {
    let text = |held: &SmolStr, read: &SmolStr| if read.is_empty() { held.clone() } else { read.clone() };
    let known = held.settings.iter().filter(|setting| read.setting(&setting.name).is_none());
    Facts {
        make: text(&held.make, &read.make),
        model: text(&held.model, &read.model),
        serial: text(&held.serial, &read.serial),
        firmware: text(&held.firmware, &read.firmware),
        mac: text(&held.mac, &read.mac),
        settings: read.settings.iter().chain(known).cloned().collect(),
    }
    .tidied()
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
    fn whatever_a_device_says_is_brought_within_the_bounds() {
        let said = Facts {
            make: "  Sony\0 \r\n".into(),
            serial: "长".repeat(300).into(),
            settings: (0..40).map(|n| setting(&format!("s{:02}", 39 - n), " on ")).collect(),
            ..Facts::default()
        };
        let tidy = Facts { settings: [said.settings.clone(), said.settings.clone()].concat(), ..said }.tidied();
        assert!(tidy.is_bounded());
        assert_eq!((tidy.make.as_str(), tidy.settings[0].value.as_str()), ("Sony", "on"));
        assert_eq!((tidy.settings[0].name.as_str(), tidy.settings.len()), ("s00", MAX_SETTINGS));
    }

    /// Make, model, serial, firmware, mac in one line; `-` for what is not said.
    fn plate(line: &str) -> Facts {
        let mut words = line.split(' ').map(|word| SmolStr::from(if word == "-" { "" } else { word }));
        let mut next = || words.next().unwrap_or_default();
        Facts { make: next(), model: next(), serial: next(), firmware: next(), mac: next(), settings: vec![] }
    }

    #[track_caller]
    fn check(held: Option<&str>, read: &str, holds: &str, what: Option<What>, differences: &[(Part, &str, &str)]) {
        let held = held.map(plate);
        let (facts, change) = update(held.as_ref(), &plate(read));
        assert_eq!(facts, plate(holds));
        assert_eq!(change.as_ref().map(|change| change.what), what);
        let found: Vec<_> = change.iter().flat_map(|change| &change.differences).collect();
        let found: Vec<_> = found.iter().map(|d| (d.part, d.was.as_str(), d.is.as_str())).collect();
        assert_eq!(found, differences);
    }

    #[test]
    fn a_change_of_firmware_alone_leaves_the_device_the_same() {
        let (old, new) = ("Sony D70 123 1.05 aa", "Sony D70 123 1.06 aa");
        check(Some(old), new, new, Some(What::FirmwareChanged), &[(Part::Firmware, "1.05", "1.06")]);
        check(Some(old), "- - - 1.06 -", new, Some(What::FirmwareChanged), &[(Part::Firmware, "1.05", "1.06")]);
    }

    #[test]
    fn another_serial_number_address_maker_or_model_is_another_device() {
        let old = "Sony D70 123 1.05 aa";
        for (new, part, was, is) in [
            ("Sony D70 124 1.05 aa", Part::Serial, "123", "124"),
            ("Sony D70 123 1.05 bb", Part::Mac, "aa", "bb"),
            ("Canon D70 123 1.05 aa", Part::Make, "Sony", "Canon"),
            ("Sony D80 123 1.05 aa", Part::Model, "D70", "D80"),
        ] {
            check(Some(old), new, new, Some(What::Replaced), &[(part, was, is)]);
        }
        let both = [(Part::Serial, "123", "124"), (Part::Firmware, "1.05", "2.0")];
        check(Some(old), "- - 124 2.0 -", "- - 124 2.0 -", Some(What::Replaced), &both);
    }

    #[test]
    fn what_a_reply_leaves_out_or_says_first_now_is_no_change() {
        let full = "Sony D70 123 1.05 aa";
        for read in ["Sony - - - -", "- - - - -", "Sony D70 - 1.05 aa", "SONY d70 123 1.05 AA"] {
            let holds = if read.starts_with("SONY") { read } else { full };
            check(Some(full), read, holds, None, &[]);
        }
        check(Some("Sony D70 - - -"), full, full, None, &[]);
    }

    #[test]
    fn who_says_first_who_it_is_is_seen() {
        let seen = [(Part::Make, "", "Sony"), (Part::Firmware, "", "1.05")];
        check(None, "Sony - - 1.05 -", "Sony - - 1.05 -", Some(What::Seen), &seen);
        check(Some("- - - - -"), "Sony - - 1.05 -", "Sony - - 1.05 -", Some(What::Seen), &seen);
        check(None, "- - - - -", "- - - - -", None, &[]);
    }

    #[test]
    fn settings_are_kept_until_they_read_otherwise_or_the_device_is_another() {
        let held = Facts { settings: vec![setting("gain", "3"), setting("mute", "on")], ..plate("Sony - 1 - -") };
        let read = Facts { settings: vec![setting("mute", "off"), setting("ntp", "x")], ..plate("- - - - -") };
        let values =
            |facts: &Facts| facts.settings.iter().map(|s| format!("{}={}", s.name, s.value)).collect::<Vec<_>>();
        let (facts, change) = update(Some(&held), &read);
        assert_eq!((values(&facts).join(" "), change), ("gain=3 mute=off ntp=x".to_owned(), None));
        let (facts, _) = update(Some(&held), &Facts { serial: "2".into(), ..read });
        assert_eq!(values(&facts).join(" "), "mute=off ntp=x");
    }

    #[test]
    fn a_device_that_says_nothing_has_no_facts() {
        assert!(Facts::default().is_empty());
        assert!(!Facts { mac: "00:11:22:aa:bb:cc".into(), ..Facts::default() }.is_empty());
        assert!(!Facts { settings: vec![setting("mute", "")], ..Facts::default() }.is_empty());
    }
}
