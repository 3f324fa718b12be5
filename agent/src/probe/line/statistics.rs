//! What a series of round trips says. Pure.

/// The figures of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Statistics {
    /// How many came back.
    pub(super) received: usize,
    /// Per cent that did not.
    pub(super) loss: f64,
    /// Milliseconds; 0 when nothing came back. So are the following.
    pub(super) average: f64,
    pub(super) p95: f64,
    pub(super) max: f64,
    /// 99th percentile of the absolute difference of two packets that follow each other (IPDV, RFC 3393).
    pub(super) jitter_p99: f64,
}

impl Statistics {
    pub(super) fn of(times: &[Option<f64>]) -> Self {
        let mut received: Vec<f64> = times.iter().flatten().copied().collect();
        let mut variation: Vec<f64> = times.windows(2).filter_map(|pair| Some((pair[1]? - pair[0]?).abs())).collect();
        let lost = times.len() - received.len();
        let average = received.iter().sum::<f64>() / received.len().max(1) as f64;
        Self {
            received: received.len(),
            loss: 100.0 * lost as f64 / times.len().max(1) as f64,
            average,
            p95: percentile(&mut received, 95),
            max: percentile(&mut received, 100),
            jitter_p99: percentile(&mut variation, 99),
        }
    }
}

/// The nearest-rank percentile (of 20 the 19th is the 95th), 0 of nothing.
fn percentile(numbers: &mut [f64], per_cent: usize) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let rank = (numbers.len() * per_cent).div_ceil(100);
    rank.checked_sub(1).map_or(0.0, |at| numbers[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_percentiles_are_nearest_rank() {
        let times: Vec<_> = (1..=20).map(|ms| Some(f64::from(ms))).collect();
        let found = Statistics::of(&times);
        assert_eq!((found.average, found.p95, found.max, found.jitter_p99), (10.5, 19.0, 20.0, 1.0));
    }

    #[test]
    fn a_lost_packet_makes_loss_and_no_jitter() {
        let found = Statistics::of(&[Some(10.0), None, Some(50.0), Some(40.0)]);
        assert_eq!((found.received, found.loss, found.jitter_p99), (3, 25.0, 10.0));
    }

    #[test]
    fn nothing_is_all_lost() {
        let found = Statistics::of(&[None, None]);
        assert_eq!((found.received, found.loss, found.average, found.jitter_p99), (0, 100.0, 0.0, 0.0));
    }
}
