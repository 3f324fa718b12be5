//! Names of things: checked once at the edge, then believed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use smol_str::SmolStr;

use crate::hash::{from_hex, to_hex};
use crate::place::PlaceCode;

/// Why a text is not a name of the wanted kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is no {what}: {expected}")]
pub struct BadName {
    /// What it should have been, in the words of the model.
    pub what: &'static str,
    /// The form that is expected.
    pub expected: &'static str,
    /// The beginning of what was given.
    pub text: String,
}

fn bad(what: &'static str, expected: &'static str, text: &str) -> BadName {
    BadName { what, expected, text: text.chars().take(80).collect() }
}

/// A room of a unit: `<place>-<nn>`, e.g. `350102001-01`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "VenueForm", into = "VenueForm")]
pub struct VenueId {
    /// The division that the room stands in.
    pub place: PlaceCode,
    /// 1..=99, unique within the place.
    pub room: u8,
}

impl VenueId {
    /// The `room`th venue of `place`.
    ///
    /// # Errors
    /// When `room` is not 1..=99.
    pub fn new(place: PlaceCode, room: u8) -> Result<Self, BadName> {
        if (1..=99).contains(&room) {
            Ok(Self { place, room })
        } else {
            Err(bad("venue", "a room is 1 to 99", &room.to_string()))
        }
    }
}

impl FromStr for VenueId {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let wrong = || bad("venue", "expected <division code>-<two digits>, e.g. 350102001-01", text);
        let (place, room) = text.split_once('-').ok_or_else(wrong)?;
        if room.len() != 2 || !room.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        let place = place.parse().map_err(|_| wrong())?;
        Self::new(place, room.parse().map_err(|_| wrong())?).map_err(|_| wrong())
    }
}

impl fmt::Display for VenueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:02}", self.place, self.room)
    }
}

impl fmt::Debug for VenueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Text where a person reads, two numbers on the wire.
struct VenueForm(VenueId);

impl From<VenueId> for VenueForm {
    fn from(id: VenueId) -> Self {
        Self(id)
    }
}

impl TryFrom<VenueForm> for VenueId {
    type Error = BadName;

    fn try_from(form: VenueForm) -> Result<Self, BadName> {
        Self::new(form.0.place, form.0.room)
    }
}

impl Serialize for VenueForm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(&self.0)
        } else {
            (self.0.place, self.0.room).serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for VenueForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            String::deserialize(deserializer)?.parse().map(Self).map_err(de::Error::custom)
        } else {
            let (place, room) = Deserialize::deserialize(deserializer)?;
            VenueId::new(place, room).map(Self).map_err(de::Error::custom)
        }
    }
}

/// A name that a person gives: 1 to 64 of `a-z 0-9 . _ -`, beginning with a letter or digit.
fn check_slug(what: &'static str, text: &str) -> Result<(), BadName> {
    let first = text.bytes().next();
    let fits = (1..=64).contains(&text.len())
        && first.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-'));
    if fits {
        Ok(())
    } else {
        Err(bad(what, "expected 1 to 64 of a-z 0-9 . _ - beginning with a letter or digit", text))
    }
}

macro_rules! slug {
    ($name:ident, $what:literal, $doc:literal) => {
        #[doc = $doc]
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "SmolStr", into = "SmolStr")]
        pub struct $name(SmolStr);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadName;

            fn from_str(text: &str) -> Result<Self, BadName> {
                check_slug($what, text).map(|()| Self(text.into()))
            }
        }

        impl TryFrom<SmolStr> for $name {
            type Error = BadName;

            fn try_from(text: SmolStr) -> Result<Self, BadName> {
                check_slug($what, &text).map(|()| Self(text))
            }
        }

        impl From<$name> for SmolStr {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

slug!(DeviceId, "device", "A device within its venue, e.g. `camera-front`.");
slug!(ChainId, "chain", "A chain within its venue, e.g. `sound-main`.");
slug!(StageId, "stage", "A stage, unique within its venue: a device or a line, e.g. `extranet`.");
slug!(ProbeId, "probe", "A probe within its venue, e.g. `line-extranet`.");
slug!(
    FindingCode,
    "finding",
    "What is wrong, as a stable code: `picture.black`, `line.loss`. The key to limits, texts and knowledge."
);
slug!(UnitId, "unit", "A unit in HQ's register of participants, e.g. `350102-office`.");
slug!(ValueName, "value", "What was measured, e.g. `rtt_avg`.");

macro_rules! bytes_id {
    ($name:ident, $len:literal, $what:literal, $doc:literal) => {
        #[doc = $doc]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl FromStr for $name {
            type Err = BadName;

            fn from_str(text: &str) -> Result<Self, BadName> {
                from_hex(text)
                    .map(Self)
                    .ok_or_else(|| bad($what, concat!("expected ", $len, " bytes in hexadecimal"), text))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&to_hex(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() { serializer.collect_str(self) } else { self.0.serialize(serializer) }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
                } else {
                    <[u8; $len]>::deserialize(deserializer).map(Self)
                }
            }
        }
    };
}

bytes_id!(AgentId, 16, "agent", "An agent: the first 16 bytes of SHA-256 over its Ed25519 public key (RFC 8032).");
bytes_id!(SpoolId, 16, "spool", "A spool: random, made together with it; report numbers belong to it, not to the box.");

impl AgentId {
    /// The identity of the agent that holds the public key `key`.
    #[must_use]
    pub fn of_key(key: &[u8; 32]) -> Self {
        let mut id = [0; 16];
        id.copy_from_slice(&crate::hash::ContentHash::of(key).0[..16]);
        Self(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_venue_reads_as_it_is_written() {
        let id: VenueId = "350102001-01".parse().expect("a venue");
        assert_eq!((id.to_string().as_str(), id.room), ("350102001-01", 1));
        let bytes = postcard::to_allocvec(&id).expect("encodes");
        assert_eq!(postcard::from_bytes::<VenueId>(&bytes).expect("decodes"), id);
        assert_eq!(serde_json::to_string(&id).expect("json"), "\"350102001-01\"");
    }

    #[test]
    fn a_venue_without_place_or_room_is_refused() {
        for text in ["350102001", "350102001-1", "350102001-00", "350102001-001", "x-01", "-01", "350102001-0a"] {
            assert!(text.parse::<VenueId>().is_err(), "{text}");
        }
    }

    #[test]
    fn names_are_lower_case_and_bounded() {
        assert!("camera-front.1_a".parse::<DeviceId>().is_ok());
        for text in ["", "Camera", "-x", "a b", "摄像机", &"a".repeat(65)] {
            assert!(text.parse::<DeviceId>().is_err(), "{text}");
        }
        let too_long = postcard::to_allocvec(&"a".repeat(65)).expect("encodes");
        assert!(postcard::from_bytes::<ProbeId>(&too_long).is_err(), "the wire is checked too");
    }
}
