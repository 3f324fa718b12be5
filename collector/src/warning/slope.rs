//! Whether a value drifts: the median of all slopes (Theil and Sen) and how sure the direction is (Mann and Kendall). Pure.
//!
//! Both look at pairs alone, so that a day on which everything went wrong, a third of them even, does not bend the line.

/// More points are not looked at: every pair counts.
pub const MOST_POINTS: usize = 128;

/// A line through points, and how sure its direction is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trend {
    /// How much the value grows in one unit of time.
    pub slope: f64,
    /// What the line says at time 0.
    pub intercept: f64,
    /// Kendall's tau: the share of pairs that rise less that of those that fall, −1 to 1.
    pub tau: f64,
    /// How many standard deviations the sum of their signs is away from none (Mann and Kendall, with ties).
    pub z: f64,
}

impl Trend {
    /// What the line says at a time.
    #[must_use]
    pub fn at(&self, time: f64) -> f64 {
        self.slope.mul_add(time, self.intercept)
    }

    /// When the line reaches a value; none when it never does.
    #[must_use]
    pub fn reaches(&self, value: f64) -> Option<f64> {
        Some((value - self.intercept) / self.slope).filter(|time| time.is_finite())
    }
}

/// The trend of points (time, value); none of fewer than three at different times, and of more than [`MOST_POINTS`].
#[must_use]
pub fn trend(points: &[(f64, f64)]) -> Option<Trend> {
    if points.len() < 3 || points.len() > MOST_POINTS || points.iter().any(|(t, v)| !t.is_finite() || !v.is_finite()) {
        return None;
    }
    let (mut slopes, mut sum, mut pairs) = (Vec::with_capacity(points.len() * (points.len() - 1) / 2), 0_i32, 0_u32);
    for (nth, (t, v)) in points.iter().enumerate() {
        for (later, w) in &points[nth + 1..] {
            let (dt, dv) = (later - t, w - v);
            if dt == 0.0 {
                continue;
            }
            slopes.push(dv / dt);
            pairs += 1;
            sum += if dv == 0.0 {
                0
            } else if (dv > 0.0) == (dt > 0.0) {
                1
            } else {
                -1
            };
        }
    }
    let slope = median(&mut slopes)?;
    let mut rests: Vec<f64> = points.iter().map(|(t, v)| slope.mul_add(-t, *v)).collect();
    let intercept = median(&mut rests)?;
    let variance = variance(points);
    // One step nearer to none: the sum moves in steps, and the distribution that it is compared with does not.
    let z = if variance > 0.0 { f64::from(sum - sum.signum()) / variance.sqrt() } else { 0.0 };
    Some(Trend { slope, intercept, tau: f64::from(sum) / f64::from(pairs), z })
}

/// Of the sum of signs when nothing drifts; values that occur several times make it less.
fn variance(points: &[(f64, f64)]) -> f64 {
    let term = |n: usize| {
        // Exact: there are at most 128 points.
        let n = u32::try_from(n).map_or(0.0, f64::from);
        n * (n - 1.0) * 2.0_f64.mul_add(n, 5.0)
    };
    let mut values: Vec<f64> = points.iter().map(|(_, value)| *value).collect();
    values.sort_by(f64::total_cmp);
    let ties: f64 = values.chunk_by(|a, b| a == b).map(|tied| term(tied.len())).sum();
    (term(points.len()) - ties) / 18.0
}

/// The one in the middle, or the mean of the two.
pub(super) fn median(values: &mut [f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    Some(if values.len() % 2 == 1 { values[half] } else { f64::midpoint(values[half - 1], values[half]) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same, said as it is defined and not as it is computed.
    fn by_hand(points: &[(f64, f64)]) -> (f64, i32) {
        let mut slopes = Vec::new();
        let mut sum = 0;
        for i in 0..points.len() {
            for j in 0..points.len() {
                if points[i].0 < points[j].0 {
                    slopes.push((points[j].1 - points[i].1) / (points[j].0 - points[i].0));
                    sum += (points[j].1 > points[i].1) as i32 - (points[j].1 < points[i].1) as i32;
                }
            }
        }
        slopes.sort_by(f64::total_cmp);
        let half = slopes.len() / 2;
        (if slopes.len() % 2 == 1 { slopes[half] } else { (slopes[half - 1] + slopes[half]) / 2.0 }, sum)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn it_is_the_median_of_all_slopes_and_the_sum_of_all_signs(values in prop::collection::vec(-50_i32..50, 3..40)) {
            let points: Vec<(f64, f64)> = (0..).zip(values).map(|(t, v)| (f64::from(t), f64::from(v))).collect();
            let (slope, sum) = by_hand(&points);
            let found = trend(&points).expect("a trend");
            prop_assert!((found.slope - slope).abs() < 1e-9);
            let pairs = points.len() * (points.len() - 1) / 2;
            prop_assert!((found.tau * pairs as f64 - f64::from(sum)).abs() < 1e-6);
            prop_assert!(found.z == 0.0 || (found.z > 0.0) == (sum > 0));
        }

        #[test]
        fn a_fifth_of_wild_values_does_not_bend_a_line(slope in -3_i32..4, wild in prop::collection::vec((0_usize..40, -900.0..900.0), 0..8)) {
            let mut points: Vec<(f64, f64)> = (0..40).map(|t| (f64::from(t), f64::from(slope * t + 7))).collect();
            wild.into_iter().for_each(|(at, value)| points[at].1 = value);
            let found = trend(&points).expect("a trend");
            prop_assert!((found.slope - f64::from(slope)).abs() < 0.5, "{found:?}");
        }
    }

    #[test]
    fn a_line_is_sure_and_says_when_it_arrives_and_what_stands_still_does_neither() {
        let line: Vec<(f64, f64)> = (0..28).map(|day| (f64::from(day), 2.0 * f64::from(day) + 10.0)).collect();
        let rising = trend(&line).expect("a trend");
        assert_eq!((rising.slope, rising.at(0.0), rising.tau), (2.0, 10.0, 1.0));
        assert_eq!(rising.reaches(100.0), Some(45.0));
        assert!(rising.z > 7.0);
        let still = trend(&[(0.0, 5.0), (1.0, 5.0), (2.0, 5.0)]).expect("a trend");
        assert_eq!((still.slope, still.tau, still.z, still.reaches(9.0)), (0.0, 0.0, 0.0, None));
        assert_eq!(trend(&[(0.0, 1.0), (1.0, 2.0)]), None);
        assert_eq!(trend(&[(0.0, 1.0), (0.0, 2.0), (0.0, 3.0)]), None);
        assert_eq!(trend(&[(0.0, f64::NAN), (1.0, 2.0), (2.0, 3.0)]), None);
    }
}
