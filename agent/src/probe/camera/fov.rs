//! How wide a camera looks, by what it says of its zoom. Pure.

use crate::camera::reach::Port;
use crate::probe::preset::judge::Width;

/// The zoom position and by how much it magnifies. The wide end, and 3B4B at twelve times, are from the Sony EVI-D70 Technical
/// Manual, p. 54 (its translation of an EVI-D30's range); 4000 at eighteen times is the end of that lens (p. 59). In between the
/// curve of Sony's zoom blocks is followed as the Ceiling DocCam II manual, p. 40, prints it. Other lenses differ: for degrees that
/// are to be exact within a tenth, `fov_degrees` belongs to a preset that is near the wide end.
const CURVE: [(u16, f64); 10] = [
    (0x0000, 1.0),
    (0x1781, 2.0),
    (0x213b, 3.0),
    (0x2752, 4.0),
    (0x2bb3, 5.0),
    (0x2f03, 6.0),
    (0x3364, 8.0),
    (0x362c, 10.0),
    (0x3b4b, 12.0),
    (0x4000, 18.0),
];

/// The EVI-D70's at the wide end, degrees from left to right (p. 54).
const WIDE: f64 = 48.0;

/// What is known of a camera's lens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lens {
    /// It is the one that the numbers above are of.
    Known,
    /// Its zoom counts as the curve's does, and how far that holds nobody says.
    Alike,
    /// Its zoom is a part of its whole range (ONVIF), of which nobody says by how much it magnifies.
    Parts,
}

impl Lens {
    /// Of a camera at `port` that calls itself so.
    pub(super) fn of(port: &Port, model: &str) -> Self {
        match port {
            Port::Onvif(_) => Self::Parts,
            Port::Visca(_) | Port::Pelco(..) if model == "EVI-D70" => Self::Known,
            Port::Visca(_) | Port::Pelco(..) => Self::Alike,
        }
    }
}

/// How wide it looks from left to right; none when nothing is known of it. `configured` is how wide it looks at the wide end.
pub(super) fn width(configured: Option<f64>, zoom: Option<u16>, lens: Lens) -> Option<Width> {
    let narrowed = |wide: f64, zoom| {
        let half = wide.to_radians() / 2.0;
        2.0 * (half.tan() / magnification(zoom)).atan().to_degrees()
    };
    let about = |degrees| Some(Width { degrees, is_about: true });
    match (configured, zoom, lens) {
        (Some(degrees), Some(0), _) => Some(Width { degrees, is_about: false }),
        (Some(wide), Some(zoom), Lens::Known) => Some(Width { degrees: narrowed(wide, zoom), is_about: false }),
        (Some(wide), Some(zoom), Lens::Alike) => about(narrowed(wide, zoom)),
        // Whoever wrote it knows that the preset is near the wide end.
        (Some(wide), None, Lens::Alike | Lens::Known) => about(wide),
        (None, Some(zoom), Lens::Known) => about(narrowed(WIDE, zoom)),
        (_, _, Lens::Parts) | (None, ..) => None,
    }
}

/// Beyond the end of the lens a digital zoom goes on, of which nothing is known here.
fn magnification(zoom: u16) -> f64 {
    let above = CURVE.iter().position(|(position, _)| *position >= zoom).unwrap_or(CURVE.len() - 1).max(1);
    let ((from, low), (to, high)) = (CURVE[above - 1], CURVE[above]);
    let part = f64::from(zoom.saturating_sub(from)) / f64::from(to - from);
    low + (high - low) * part.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(configured: Option<f64>, zoom: Option<u16>, lens: Lens, expected: Option<(f64, bool)>) {
        match (width(configured, zoom, lens), expected) {
            (Some(found), Some((degrees, is_about))) => {
                assert!((found.degrees - degrees).abs() < 0.05 && found.is_about == is_about, "{found:?}");
            }
            (found, expected) => assert_eq!(found.map(|found| (found.degrees, found.is_about)), expected),
        }
    }

    #[test]
    fn the_zoom_narrows_what_is_seen() {
        check(Some(60.0), Some(0), Lens::Known, Some((60.0, false)));
        check(Some(60.0), Some(0x1781), Lens::Known, Some((32.20, false)));
        check(Some(60.0), None, Lens::Known, Some((60.0, true)));
        check(None, Some(0), Lens::Known, Some((48.0, true)));
        // The EVI-D30 ends at 4.4°, where the EVI-D70 says 3B4B.
        check(None, Some(0x3b4b), Lens::Known, Some((4.25, true)));
        check(None, Some(0x4000), Lens::Known, Some((2.83, true)));
        check(None, Some(0x7ac0), Lens::Known, Some((2.83, true)));
        check(None, None, Lens::Known, None);
    }

    #[test]
    fn a_lens_of_which_nothing_is_known_has_no_degrees_or_says_about() {
        check(None, Some(0), Lens::Alike, None);
        check(Some(60.0), Some(0), Lens::Alike, Some((60.0, false)));
        check(Some(60.0), Some(0x1781), Lens::Alike, Some((32.20, true)));
        check(Some(60.0), None, Lens::Alike, Some((60.0, true)));
    }

    #[test]
    fn a_part_of_a_range_says_how_wide_it_looks_at_the_wide_end_alone() {
        check(Some(60.0), Some(0), Lens::Parts, Some((60.0, false)));
        check(Some(60.0), Some(5_000), Lens::Parts, None);
        check(None, Some(0), Lens::Parts, None);
        check(Some(60.0), None, Lens::Parts, None);
    }

    #[test]
    fn a_lens_is_known_by_the_port_and_the_model() {
        let lens = |port: &str, model: &str| Lens::of(&port.parse().expect("a port"), model);
        assert_eq!(lens("/dev/ttyS0", "EVI-D70"), Lens::Known);
        assert_eq!(lens("visca-udp://10.0.0.1", "EVI-HD7V"), Lens::Alike);
        assert_eq!(lens("/dev/ttyS0", ""), Lens::Alike);
        assert_eq!(lens("onvif://10.0.0.1", "EVI-D70"), Lens::Parts);
    }

    #[test]
    fn more_zoom_never_means_more_width() {
        let all = (0..=0x4000).step_by(64).filter_map(|zoom| width(None, Some(zoom), Lens::Known));
        let all: Vec<f64> = all.map(|width| width.degrees).collect();
        assert!(all.len() == 257 && all.windows(2).all(|pair| pair[1] < pair[0]));
    }
}
