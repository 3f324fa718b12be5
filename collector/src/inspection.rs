//! Inspection and joint test (巡检联调): what a run tests, whom it asks when, and its record. Pure: what happened and the time go in; whom
//! to ask and what is over come out. Who writes it down and sends it is `core/inspect.rs`.

mod ask;
mod compare;
mod days;
mod follow;
mod forecast;
mod head;
mod label;
mod lately;
mod order;
mod pass;
mod plan;
mod record;
mod review;
mod run;
mod tally;
mod template;
mod turns;
mod word;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use compare::{Compared, Difference, compare};
pub use days::{DayKind, MOST_DAYS, OfficialDays, Year, weekday};
pub use follow::Around;
pub use forecast::{Forecast, forecast, usual_ms};
pub use head::{Head, PART_RECORDS, Runs};
pub use label::items;
pub use lately::ReadLately;
pub use order::{Kind, MAX_LINE_CHARS, MAX_NOTE_CHARS, MOST_MANUAL, ManualItem, Ordered, Probes, Quiet, Spread, Work};
pub use pass::{Lies, Pass};
pub use plan::{
    Due, LONGEST_LEAD_MIN, MOST_PLANS, Missed, NoPlan, NotBegun, Plan, PlanChange, Plans, RoomsOf, Unquiet, Unread,
    When,
};
pub use record::{
    Asking, Conclusion, Filled, Found, Item, ItemResult, ItemState, Label, MOST_EARLIER, Measure, Record, Remark,
    Untested,
};
pub use review::{Act, MOST_STEPS, NoStep, Review, ReviewState, Step};
pub use run::{Again, Deed, Ended, Line, MOST_LINES, Run, State, Sums};
pub use tally::Tally;
pub use template::{A_DAY_MIN, HALF_A_DAY_MIN, MOST_TEMPLATES, Template, title_of};
pub use turns::{PER_DAY, turns};
pub use word::{No, OfRecord, OfRun};

/// Whether an item speaks against its venue's chains.
fn is_bad(state: &ItemState) -> bool {
    matches!(state, ItemState::Found(found) if matches!(found.result, ItemResult::Abnormal | ItemResult::Degraded))
}

/// So many venues of four counties in turn, to be asked.
#[cfg(test)]
pub(crate) fn run_for_tests(venues: u8) -> Run {
    tests::run_of(venues, Spread::default())
}
