//! How wide a camera looks, by what it says of its zoom. Pure.

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

/// How wide it looks, degrees from left to right; none when nothing is known of it.
pub(super) fn degrees(configured: Option<f64>, zoom: Option<u16>) -> Option<f64> {
    match (configured, zoom) {
        (None, None) => None,
        (Some(fov), None) => Some(fov),
        (fov, Some(zoom)) => {
            let half = fov.unwrap_or(WIDE).to_radians() / 2.0;
            Some(2.0 * (half.tan() / magnification(zoom)).atan().to_degrees())
        }
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
    fn check(configured: Option<f64>, zoom: Option<u16>, expected: Option<f64>) {
        match (degrees(configured, zoom), expected) {
            (Some(found), Some(expected)) => assert!((found - expected).abs() < 0.05, "{found}"),
            (found, expected) => assert_eq!(found, expected),
        }
    }

    #[test]
    fn the_zoom_narrows_what_is_seen() {
        check(None, None, None);
        check(Some(60.0), None, Some(60.0));
        check(None, Some(0), Some(48.0));
        check(Some(60.0), Some(0), Some(60.0));
        // The EVI-D30 ends at 4.4°, where the EVI-D70 says 3B4B.
        check(None, Some(0x3b4b), Some(4.25));
        check(None, Some(0x4000), Some(2.83));
        check(None, Some(0x7ac0), Some(2.83));
        check(Some(60.0), Some(0x1781), Some(32.20));
    }

    #[test]
    fn more_zoom_never_means_more_width() {
        let all: Vec<f64> = (0..=0x4000).step_by(64).filter_map(|zoom| degrees(None, Some(zoom))).collect();
        assert!(all.windows(2).all(|pair| pair[1] < pair[0]));
    }
}
