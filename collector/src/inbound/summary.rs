//! 3 分钟达标率: how the calls of a period went. Pure.

use avow_shared::time::UnixMs;

use super::{By, End, How, Inbound, Way};

/// The sums of a period. `dropped` and `open` calls count in no rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Calls that came.
    pub count: u64,
    /// Still going on.
    pub open: u64,
    /// 撤销: no calls at all.
    pub dropped: u64,
    /// Of those that ended: the room could answer in time.
    pub ready_in_time: u64,
    /// Among them those over the backup.
    pub ready_by_backup: u64,
    /// Answered in time, in whatever way.
    pub answered_in_time: u64,
    /// 备用方式应答: among them those over the backup.
    pub answered_by_backup: u64,
    /// 超时应答.
    pub answered_late: u64,
    /// 未应答.
    pub missed: u64,
    /// Among the answers those that no person gave.
    pub automatic: u64,
    /// From the call until the room could answer, the middle; none when none ever could.
    pub median_ready_ms: Option<u64>,
    /// From the call until it was answered, the middle.
    pub median_answer_ms: Option<u64>,
}

impl Summary {
    /// The calls that count: over, and not dropped.
    #[must_use]
    pub const fn counted(&self) -> u64 {
        self.answered_in_time + self.answered_late + self.missed
    }

    /// The share that was answered in time; none of none.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a thousand calls at most")]
    pub fn rate(&self) -> Option<f64> {
        (self.counted() > 0).then(|| self.answered_in_time as f64 / self.counted() as f64)
    }

    /// The share that was ready in time; none of none.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a thousand calls at most")]
    pub fn ready_rate(&self) -> Option<f64> {
        (self.counted() > 0).then(|| self.ready_in_time as f64 / self.counted() as f64)
    }
}

/// The sums of `calls`.
#[must_use]
pub fn summary<'a>(calls: impl Iterator<Item = &'a Inbound>) -> Summary {
    let mut sums = Summary::default();
    let (mut ready, mut answered) = (Vec::new(), Vec::new());
    for Inbound { call, .. } in calls {
        sums.count += 1;
        match &call.end {
            None => {
                sums.open += 1;
                continue;
            }
            Some((_, End::Dropped { .. })) => {
                sums.dropped += 1;
                continue;
            }
            Some((_, End::OnTime)) => sums.answered_in_time += 1,
            Some((_, End::Late)) => sums.answered_late += 1,
            Some((_, End::Missed)) => sums.missed += 1,
        }
        let since = |at_ms: UnixMs| at_ms.saturating_sub(call.received_ms);
        if let Some((at_ms, way)) = call.first_ready {
            ready.push(since(at_ms));
            let in_time = at_ms <= call.until_ms;
            sums.ready_in_time += u64::from(in_time);
            sums.ready_by_backup += u64::from(in_time && way == Way::Backup);
        }
        if let Some(answer) = &call.answer {
            answered.push(since(answer.at_ms));
            sums.automatic += u64::from(answer.by == By::Automatic);
            let is_backup = matches!(answer.by, By::Person { how: How::Backup, .. });
            sums.answered_by_backup += u64::from(is_backup && answer.at_ms <= call.until_ms);
        }
    }
    sums.median_ready_ms = median(ready);
    sums.median_answer_ms = median(answered);
    sums
}

/// The middle; of an even number the later of the two.
fn median(mut all: Vec<u64>) -> Option<u64> {
    all.sort_unstable();
    all.get(all.len() / 2).copied()
}
