//! A reference: what a camera showed at a preset, and where it said it stood, as a document with a version. Pure.
//!
//! Its bytes are `"AVOWREF"`, the version of the form, SHA-256 of the rest, and postcard. Forms that were ever written stay
//! readable; what does not fit its hash is damaged and never believed.

use avow_shared::camera::Position;
use avow_shared::hash::ContentHash;
use avow_shared::id::{ProbeId, VenueId};
use avow_shared::outcome::MAX_EVIDENCE_BYTES;
use avow_shared::time::WallTime;
use avow_shared::venue::Limit;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::raster::Raster;

const MAGIC: &[u8; 7] = b"AVOWREF";
const FORM: u8 = 1;
const HEAD: usize = MAGIC.len() + 1 + 32;

/// The longest document, bytes: a raster, a JPEG and a little more.
pub const MOST_BYTES: usize = super::raster::WIDTH * super::raster::HEIGHT + MAX_EVIDENCE_BYTES + 4_096;

/// A reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The venue.
    pub venue: VenueId,
    /// Its camera probe.
    pub probe: ProbeId,
    /// The preset, 0 to 127.
    pub preset: u8,
    /// 1 for the first that was ever learnt, and one more each time.
    pub version: u32,
    /// When, by the agent's clock.
    pub taken_at: WallTime,
    /// Where the camera said it stood; none of a camera that does not say.
    pub position: Option<Position>,
    /// What it showed; none where no picture source belongs to the camera.
    pub picture: Option<Picture>,
    /// The limits that held then.
    pub limits: Vec<Limit>,
}

/// What a camera showed.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// To compare with.
    pub raster: Raster,
    /// To look at, at most 256 KiB.
    pub jpeg: Bytes,
}

/// Why bytes are no reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoReference {
    /// Something else.
    #[error("it is no reference")]
    Foreign,
    /// A newer program wrote it.
    #[error("a newer program wrote it (form {0})")]
    Newer(u8),
    /// A part is missing or altered.
    #[error("it is damaged")]
    Damaged,
}

/// As it is stored. New forms get a type of their own.
#[derive(Serialize, Deserialize)]
struct Stored<'a> {
    venue: VenueId,
    probe: ProbeId,
    preset: u8,
    version: u32,
    taken_at: WallTime,
    position: Option<Position>,
    limits: Vec<Limit>,
    #[serde(borrow)]
    picture: Option<StoredPicture<'a>>,
}

#[derive(Serialize, Deserialize)]
struct StoredPicture<'a> {
    noise: f32,
    luma: &'a [u8],
    jpeg: &'a [u8],
}

impl Reference {
    /// Its bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let picture = |picture: &'_ Picture| picture.raster.noise();
        let stored = Stored {
            venue: self.venue,
            probe: self.probe.clone(),
            preset: self.preset,
            version: self.version,
            taken_at: self.taken_at,
            position: self.position,
            limits: self.limits.clone(),
            picture: self.picture.as_ref().map(|kept| StoredPicture {
                noise: picture(kept),
                luma: kept.raster.luma(),
                jpeg: &kept.jpeg,
            }),
        };
        // Encoding into memory fails for no type of this file: every length is known.
        let body = postcard::to_allocvec(&stored).unwrap_or_default();
        [&MAGIC[..], &[FORM], &ContentHash::of(&body).0, &body].concat()
    }

    /// Reads them.
    ///
    /// # Errors
    /// When they are something else, newer than this program, or damaged.
    pub fn decode(bytes: &[u8]) -> Result<Self, NoReference> {
        let (magic, rest) = bytes.split_at_checked(MAGIC.len()).ok_or(NoReference::Foreign)?;
        if magic != MAGIC {
            return Err(NoReference::Foreign);
        }
        match rest.first() {
            Some(&FORM) => {}
            Some(form) if *form > FORM => return Err(NoReference::Newer(*form)),
            _ => return Err(NoReference::Damaged),
        }
        let (hash, body) = rest[1..].split_at_checked(HEAD - MAGIC.len() - 1).ok_or(NoReference::Damaged)?;
        if bytes.len() > MOST_BYTES || ContentHash::of(body).0 != hash {
            return Err(NoReference::Damaged);
        }
        let (stored, rest): (Stored<'_>, _) = postcard::take_from_bytes(body).map_err(|_| NoReference::Damaged)?;
        if rest.is_empty() { stored.checked().ok_or(NoReference::Damaged) } else { Err(NoReference::Damaged) }
    }
}

impl Stored<'_> {
    fn checked(self) -> Option<Reference> {
        let picture = match self.picture {
            None => None,
            Some(kept) => {
                let raster = Raster::new(kept.luma.to_vec(), kept.noise)?;
                Some(Picture { raster, jpeg: Bytes::copy_from_slice(kept.jpeg) })
            }
        };
        let Self { venue, probe, preset, version, taken_at, position, limits, .. } = self;
        Some(Reference { venue, probe, preset, version, taken_at, position, picture, limits })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use avow_shared::hash::to_hex;
    use avow_shared::time::ClockQuality;
    use avow_shared::venue::Side;
    use proptest::prelude::*;

    use super::*;
    use crate::probe::preset::raster::{HEIGHT, WIDTH};

    /// The same in each version of the program: the golden file does not repeat it.
    fn luma() -> Vec<u8> {
        (0..WIDTH * HEIGHT).map(|n| ((n * 7 + n / WIDTH * 13) % 251) as u8).collect()
    }

    fn limit(value: &str, side: Side, good: f64, tolerable: f64) -> Limit {
        Limit { value: value.parse().expect("a value"), side, good, tolerable: Some(tolerable) }
    }

    pub(in crate::probe::preset) fn sample(preset: u8, version: u32) -> Reference {
        Reference {
            venue: "350102001-01".parse().expect("a venue"),
            probe: "camera-front".parse().expect("a probe"),
            preset,
            version,
            taken_at: WallTime { at_ms: 1_795_000_000_000, quality: ClockQuality::Synced { error_ms: 12 } },
            position: Some(Position { pan: -300, tilt: 30, zoom: 3_000 }),
            picture: Some(Picture {
                raster: Raster::new(luma(), 0.75).expect("a raster"),
                jpeg: Bytes::from_static(b"\xff\xd8 no real one \xff\xd9"),
            }),
            limits: vec![
                limit("brightness_ratio", Side::AtLeast, 0.4, 0.15),
                limit("shift_px", Side::AtMost, 12.0, 64.0),
            ],
        }
    }

    fn blind() -> Reference {
        Reference { picture: None, limits: Vec::new(), ..sample(1, 1) }
    }

    fn golden(name: &str) -> Vec<u8> {
        let path = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).expect("the golden file is in the repository");
        let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
        digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect()
    }

    /// The bytes as the first release wrote them, with the luma that follows from a formula left out at `at`.
    #[test]
    fn references_of_the_first_form_are_read_and_written() {
        let whole = golden("reference-v1-blind.hex");
        assert_eq!(to_hex(&blind().encode()), to_hex(&whole));
        assert_eq!(Reference::decode(&whole), Ok(blind()));
        let (head, tail) = (golden("reference-v1-head.hex"), golden("reference-v1-tail.hex"));
        let whole = [head, luma(), tail].concat();
        assert!(sample(3, 7).encode() == whole, "{}", to_hex(&sample(3, 7).encode()[..400]));
        assert_eq!(Reference::decode(&whole), Ok(sample(3, 7)));
    }

    #[test]
    fn what_is_cut_altered_longer_newer_or_foreign_is_said() {
        let whole = sample(3, 7).encode();
        assert!(whole.len() <= MOST_BYTES);
        for cut in (0..HEAD + 200).chain([whole.len() - 1]) {
            assert!(Reference::decode(&whole[..cut]).is_err(), "{cut}");
        }
        for at in [8, 39, 40, 41, 60, 5_000, whole.len() - 1] {
            let mut altered = whole.clone();
            altered[at] ^= 0x10;
            assert_eq!(Reference::decode(&altered), Err(NoReference::Damaged), "{at}");
        }
        assert_eq!(Reference::decode(&[whole.clone(), vec![0]].concat()), Err(NoReference::Damaged));
        let mut newer = whole.clone();
        newer[7] = 2;
        assert_eq!(Reference::decode(&newer), Err(NoReference::Newer(2)));
        assert_eq!(Reference::decode(b"\xff\xd8\xff\xe0 a picture"), Err(NoReference::Foreign));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_are_no_reference_and_no_crash(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(Reference::decode(&bytes).is_err());
            let hashed = [&MAGIC[..], &[FORM], &ContentHash::of(&bytes).0, &bytes].concat();
            let _ = Reference::decode(&hashed);
        }
    }
}
