//! The sums of a run: of all its venues, of each city and of each county. Every venue counts in exactly one conclusion, every item in
//! exactly one state.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::record::{Conclusion, ItemResult, ItemState, Measure, Record};
use super::review::ReviewState;

/// How many venues came to what. `venues` is the sum of `open`, `untested`, `abnormal`, `unfilled`,
/// `incomplete`, `fixed`, `normal`; `items` of its six.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
// A roll call has a `Tally` of its own in the same description.
#[schema(as = InspectionTally)]
pub struct Tally {
    /// 应检: without those that are excused.
    pub venues: u32,
    /// 免检.
    pub excused: u32,
    /// 检测中.
    pub open: u32,
    /// 未检.
    pub untested: u32,
    /// 异常.
    pub abnormal: u32,
    /// 待填报: nothing is abnormal, and persons have not looked at everything yet.
    pub unfilled: u32,
    /// 部分检测: nothing is abnormal, and of something that the venue's state rests on nothing can be said.
    pub incomplete: u32,
    /// 整改后正常.
    pub fixed: u32,
    /// 正常.
    pub normal: u32,
    /// Of those that are tested, 待填报 and 部分检测 among them: at least one item is 劣化.
    pub degraded: u32,
    /// Of the same: at least one item is 未检 or 无法判定.
    pub partial: u32,
    /// Automatic items in all.
    pub items: u32,
    /// Not tested yet.
    pub items_open: u32,
    /// 未检.
    pub items_untested: u32,
    /// 正常.
    pub items_normal: u32,
    /// 劣化.
    pub items_degraded: u32,
    /// 异常.
    pub items_abnormal: u32,
    /// 无法判定.
    pub items_unknown: u32,
    /// Manual items that persons have looked at, of `venues × the run's manual items`.
    pub filled: u32,
    /// Records in 填报.
    pub filling: u32,
    /// In 审核.
    pub reviewing: u32,
    /// In 退回.
    pub returned: u32,
    /// In 上报: the province has accepted them.
    pub submitted: u32,
}

impl Tally {
    /// Counts one venue more.
    fn add(&mut self, record: &Record, by: Measure<'_>) {
        let conclusion = record.conclusion(by);
        if conclusion == Conclusion::Excused {
            self.excused += 1;
            return;
        }
        self.venues += 1;
        *match conclusion {
            Conclusion::Open | Conclusion::Excused => &mut self.open,
            Conclusion::Untested => &mut self.untested,
            Conclusion::Abnormal => &mut self.abnormal,
            Conclusion::Unfilled => &mut self.unfilled,
            Conclusion::Incomplete => &mut self.incomplete,
            Conclusion::Fixed => &mut self.fixed,
            Conclusion::Normal => &mut self.normal,
        } += 1;
        let is_tested = !matches!(conclusion, Conclusion::Open | Conclusion::Untested);
        self.degraded += u32::from(is_tested && record.results().any(|result| result == ItemResult::Degraded));
        self.partial += u32::from(is_tested && record.is_partial());
        for item in &record.items {
            self.items += 1;
            *match &item.state {
                ItemState::Open => &mut self.items_open,
                ItemState::Untested(_) => &mut self.items_untested,
                ItemState::Found(found) => match found.result {
                    ItemResult::Normal => &mut self.items_normal,
                    ItemResult::Degraded => &mut self.items_degraded,
                    ItemResult::Abnormal => &mut self.items_abnormal,
                    ItemResult::Unknown | ItemResult::Inapplicable => &mut self.items_unknown,
                },
            } += 1;
        }
        self.filled += u32::try_from(record.manual.len()).unwrap_or(u32::MAX);
        *match record.review.state {
            ReviewState::Filling => &mut self.filling,
            ReviewState::Reviewing => &mut self.reviewing,
            ReviewState::Returned => &mut self.returned,
            ReviewState::Submitted => &mut self.submitted,
        } += 1;
    }

    /// Counts a venue otherwise that was counted as `before` alone.
    pub fn recount(&mut self, before: &Self, after: &Self) {
        let fields = [
            (&mut self.venues, before.venues, after.venues),
            (&mut self.excused, before.excused, after.excused),
            (&mut self.open, before.open, after.open),
            (&mut self.untested, before.untested, after.untested),
            (&mut self.abnormal, before.abnormal, after.abnormal),
            (&mut self.unfilled, before.unfilled, after.unfilled),
            (&mut self.incomplete, before.incomplete, after.incomplete),
            (&mut self.fixed, before.fixed, after.fixed),
            (&mut self.normal, before.normal, after.normal),
            (&mut self.degraded, before.degraded, after.degraded),
            (&mut self.partial, before.partial, after.partial),
            (&mut self.items, before.items, after.items),
            (&mut self.items_open, before.items_open, after.items_open),
            (&mut self.items_untested, before.items_untested, after.items_untested),
            (&mut self.items_normal, before.items_normal, after.items_normal),
            (&mut self.items_degraded, before.items_degraded, after.items_degraded),
            (&mut self.items_abnormal, before.items_abnormal, after.items_abnormal),
            (&mut self.items_unknown, before.items_unknown, after.items_unknown),
            (&mut self.filled, before.filled, after.filled),
            (&mut self.filling, before.filling, after.filling),
            (&mut self.reviewing, before.reviewing, after.reviewing),
            (&mut self.returned, before.returned, after.returned),
            (&mut self.submitted, before.submitted, after.submitted),
        ];
        for (sum, before, after) in fields {
            *sum = (*sum + after).saturating_sub(before);
        }
    }

    /// Of one venue alone.
    #[must_use]
    pub fn of(record: &Record, by: Measure<'_>) -> Self {
        let mut one = Self::default();
        one.add(record, by);
        one
    }

    /// 实检: of everything that a venue's state rests on something can be said, and persons have looked at what is theirs; or something is
    /// abnormal.
    #[must_use]
    pub const fn tested(&self) -> u32 {
        self.abnormal + self.fixed + self.normal
    }

    /// 完好率: (正常 + 整改后正常) ÷ 实检, 0 to 1; none while nothing is tested.
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        (self.tested() > 0).then(|| f64::from(self.normal + self.fixed) / f64::from(self.tested()))
    }

    /// 一次完好率: 正常 ÷ 实检: without those that were put right within the run.
    #[must_use]
    pub fn first_rate(&self) -> Option<f64> {
        (self.tested() > 0).then(|| f64::from(self.normal) / f64::from(self.tested()))
    }

    /// 实检率: 实检 ÷ 应检.
    #[must_use]
    pub fn coverage(&self) -> Option<f64> {
        (self.venues > 0).then(|| f64::from(self.tested()) / f64::from(self.venues))
    }
}
