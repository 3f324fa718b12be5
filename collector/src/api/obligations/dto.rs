//! The shapes of obligations and joint tests.

use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::obligations::{
    Cell, CellState, Changed, Conclusion, Confirmation, End, JointTest, Marks, Period, Rules, Said, Sheet, TestKind,
    Waiting,
};

/// Who owes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum OfWhom {
    /// Counties.
    #[default]
    County,
    /// Rooms.
    Venue,
}

/// What is owed by rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObligationRules {
    /// A county owes a joint test once in so many months: 1, 2, 3, 4, 6 or 12; null for never.
    #[schema(required)]
    pub county_months: Option<u8>,
    /// A room likewise.
    #[schema(required)]
    pub venue_months: Option<u8>,
    /// Nothing is overdue that was over before this month (`2026-01`); null: nothing that is over is.
    #[schema(required)]
    pub since: Option<String>,
}

impl ObligationRules {
    pub(in crate::api) fn of(rules: &Rules) -> Self {
        let since = rules.since.map(|month| month.to_string());
        Self { county_months: rules.county, venue_months: rules.venue, since }
    }
}

/// A time in which one test is owed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoardPeriod {
    /// Its first month: `2026-11`.
    pub first: String,
    /// How many months it has.
    pub months: u8,
    /// Its first moment.
    pub from_ms: UnixMs,
    /// The first moment after it.
    pub to_ms: UnixMs,
}

impl BoardPeriod {
    pub(in crate::api) fn of(period: &Period) -> Self {
        let Period { first, months, from_ms, to_ms } = *period;
        Self { first: first.to_string(), months, from_ms, to_ms }
    }
}

/// How many stand how in a period; together all that owe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoardSums {
    /// The period is over, and there was no test that counts.
    pub overdue: u32,
    /// The period is on, and there was none yet.
    pub owed: u32,
    /// There was one.
    pub done: u32,
    /// The period is to come.
    pub ahead: u32,
    /// Left out, with a reason.
    pub excused: u32,
    /// The rules ask for none.
    pub free: u32,
}

impl BoardSums {
    pub(in crate::api) fn enter(&mut self, state: CellState) {
        let sum = match state {
            CellState::Overdue => &mut self.overdue,
            CellState::Owed => &mut self.owed,
            CellState::Done => &mut self.done,
            CellState::Ahead => &mut self.ahead,
            CellState::Excused => &mut self.excused,
            CellState::Free => &mut self.free,
        };
        *sum += 1;
    }
}

/// How many joint tests wait for the word of a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TestsWaiting {
    /// They do not count yet.
    pub confirmation: usize,
    /// They count as they were confirmed, and a correction does not yet.
    pub correction: usize,
}

impl TestsWaiting {
    pub(in crate::api) fn of<'a>(tests: impl Iterator<Item = &'a JointTest>) -> Self {
        let mut all = Self::default();
        for waits in tests.filter_map(JointTest::waits_for) {
            match waits {
                Waiting::Confirmation => all.confirmation += 1,
                Waiting::Correction => all.correction += 1,
            }
        }
        all
    }
}

/// What became of one period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoardCell {
    /// What became of it.
    pub state: CellState,
    /// The newest test that counts, else the newest that waits for the other end's word.
    #[schema(required)]
    pub test: Option<u64>,
    /// When that was.
    #[schema(required)]
    pub at_ms: Option<UnixMs>,
    /// How many count.
    pub count: u32,
    /// Whether a test waits for the other end's word, and none counts.
    pub half: bool,
    /// Whether a correction of one that counts waits for the word of an end; `count` counts it as it was.
    #[serde(default)]
    pub correcting: bool,
}

impl BoardCell {
    pub(in crate::api) fn of(cell: &Cell) -> Self {
        let Cell { state, test, at_ms, count, half, correcting } = *cell;
        Self { state, test, at_ms, count, half, correcting }
    }
}

/// All periods of one who owes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoardRow {
    /// The code of the county or room.
    pub subject: String,
    /// As people call it.
    pub name: String,
    /// Where a room is; null for a county.
    #[schema(required)]
    pub place: Option<String>,
    /// Why it is left out.
    #[schema(required)]
    pub excused: Option<String>,
    /// 网络域 that a form of it is filled in with; null: none is registered, or the rooms of a county have several.
    #[schema(required)]
    pub network: Option<String>,
    /// By period.
    pub cells: Vec<BoardCell>,
}

/// What a city's counties or rooms owe together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoardCity {
    /// The code of the city; of what lies in none, that of the province.
    pub place: String,
    /// As people call it.
    pub name: String,
    /// How many owe in it.
    pub owing: usize,
    /// By period.
    pub sums: Vec<BoardSums>,
}

/// The board of a year, one page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoardAnswer {
    /// The collector's clock.
    pub now_ms: UnixMs,
    /// Who owes.
    pub of: OfWhom,
    /// The year.
    pub year: u16,
    /// Once in so many months; null: never.
    #[schema(required)]
    pub every: Option<u8>,
    /// Nothing is overdue that was over before this month; null: nothing that is over is.
    #[schema(required)]
    pub since: Option<String>,
    /// The periods of the year; none when nothing is owed.
    pub periods: Vec<BoardPeriod>,
    /// By period: all that owe in the place, whatever is searched.
    pub sums: Vec<BoardSums>,
    /// The same of every city with somebody in the place who owes, by code; together they are `sums` and `owing`.
    pub cities: Vec<BoardCity>,
    /// Joint tests of whoever lies in the place that wait for somebody's word, of whatever year.
    #[serde(default)]
    pub waiting: TestsWaiting,
    /// How many owe in the place.
    pub owing: usize,
    /// How many of them fit the question.
    pub total: usize,
    /// By code.
    pub items: Vec<BoardRow>,
}

/// Who was at an end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConfirmation {
    /// Their name, 1 to 64 characters.
    pub person: String,
    /// Their number.
    #[serde(default)]
    pub telephone: Option<String>,
}

/// Who was at which end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndConfirmation {
    /// `near`: ours; `far`: theirs.
    pub end: End,
    /// Their name, 1 to 64 characters; not the person at the other end.
    pub person: String,
    /// Their number.
    #[serde(default)]
    pub telephone: Option<String>,
}

/// Who withdraws a test, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWithdrawal {
    /// Their name, 1 to 64 characters.
    pub person: String,
    /// Why, 1 to 500 characters.
    pub reason: String,
}

/// What the form asks of a joint test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestSheet {
    /// 系统, at most 64 characters.
    #[serde(default)]
    pub system: String,
    /// 网络, at most 64 characters.
    #[serde(default)]
    pub network: String,
    /// 入会时间.
    #[serde(default)]
    pub joined_ms: Option<UnixMs>,
    /// What was found; what is not said was not tested.
    #[serde(default)]
    pub marks: Marks,
    /// 问题, at most 500 characters; to be said unless the conclusion is `normal`.
    #[serde(default)]
    pub problem: String,
    /// 处理, at most 500 characters; to be said when the conclusion is `fixed`.
    #[serde(default)]
    pub handling: String,
    /// 结论: `normal` when no point is or was abnormal, `fixed` when none still is.
    pub conclusion: Conclusion,
}

impl TestSheet {
    fn of(sheet: &Sheet) -> Self {
        let Sheet { system, network, joined_ms, marks, problem, handling, conclusion } = sheet;
        let [system, network, problem, handling] = [system, network, problem, handling].map(ToString::to_string);
        Self { system, network, joined_ms: *joined_ms, marks: *marks, problem, handling, conclusion: *conclusion }
    }
}

/// A joint test that is to be kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewJointTest {
    /// The county (350102) or venue (350102001-01) that was tested.
    pub subject: String,
    /// Why.
    pub kind: TestKind,
    /// When; now when not said.
    #[serde(default)]
    pub at_ms: Option<UnixMs>,
    /// What there is to say, at most 500 characters.
    #[serde(default)]
    pub note: Option<String>,
    /// Who was at our end, when they confirm it now.
    #[serde(default)]
    pub near: Option<NewConfirmation>,
    /// Who was at theirs, when they confirm it now.
    #[serde(default)]
    pub far: Option<NewConfirmation>,
    /// What the form asks; without `network` that of the register is taken.
    #[serde(default)]
    pub sheet: Option<TestSheet>,
    /// The run of two venues that went well and proposes it: the form is made of the run, and `near`, `far`, `at_ms` and `sheet` are not
    /// said. It counts once persons at both ends have confirmed it, as any other.
    #[serde(default)]
    pub run: Option<u64>,
}

/// What is said of a joint test from now on. What is left out stays as it was said last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestCorrecting {
    /// Who says so, 1 to 64 characters.
    pub person: String,
    /// Why, at most 500 characters; to be said when both ends have confirmed what stands there.
    #[serde(default)]
    pub reason: Option<String>,
    /// The end at which that person was, when they confirm it with the change.
    #[serde(default)]
    pub end: Option<End>,
    /// Their number.
    #[serde(default)]
    pub telephone: Option<String>,
    /// Why the test was made.
    #[serde(default)]
    pub kind: Option<TestKind>,
    /// When it was made.
    #[serde(default)]
    pub at_ms: Option<UnixMs>,
    /// What there is to say, at most 500 characters.
    #[serde(default)]
    pub note: Option<String>,
    /// What the form asks, whole.
    #[serde(default)]
    pub sheet: Option<TestSheet>,
}

/// Who changed what is said of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangedBy {
    /// Their name.
    pub person: String,
    /// Why; may be empty when nothing was confirmed.
    pub reason: String,
    /// When.
    pub at_ms: UnixMs,
}

impl ChangedBy {
    fn of(by: &Changed) -> Self {
        Self { person: by.person.to_string(), reason: by.reason.to_string(), at_ms: by.at_ms }
    }
}

/// An edition of what is said of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TestEdition {
    /// Which, from 1.
    pub edition: usize,
    /// Why the test was made.
    pub kind: TestKind,
    /// When.
    pub at_ms: UnixMs,
    /// What there is to say.
    pub note: String,
    /// What the form asks.
    #[schema(required)]
    pub sheet: Option<TestSheet>,
    /// Who at our end confirmed this edition.
    #[schema(required)]
    pub near: Option<ConfirmedBy>,
    /// Who at theirs.
    #[schema(required)]
    pub far: Option<ConfirmedBy>,
    /// Who wrote it; null: it is the first.
    #[schema(required)]
    pub changed: Option<ChangedBy>,
    /// Until when it stood there; null: of a correction, which is not in force yet.
    #[schema(required)]
    pub until_ms: Option<UnixMs>,
}

impl TestEdition {
    fn of(
        edition: usize,
        said: &Said,
        ends: [&Option<Confirmation>; 2],
        by: Option<&Changed>,
        until_ms: Option<UnixMs>,
    ) -> Self {
        let [near, far] = ends.map(|who| who.as_ref().map(ConfirmedBy::of));
        Self {
            edition,
            kind: said.kind,
            at_ms: said.at_ms,
            note: said.note.to_string(),
            sheet: said.sheet.as_ref().map(TestSheet::of),
            near,
            far,
            changed: by.map(ChangedBy::of),
            until_ms,
        }
    }
}

/// Who confirmed an end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfirmedBy {
    /// Their name.
    pub person: String,
    /// Their number.
    #[schema(required)]
    pub telephone: Option<String>,
    /// When they said so.
    pub at_ms: UnixMs,
    /// Whether they said it themselves, on the page that a one-time link opens; else somebody at HQ wrote it down.
    #[serde(default)]
    pub by_link: bool,
}

impl ConfirmedBy {
    fn of(who: &Confirmation) -> Self {
        let telephone = who.telephone.as_deref().map(str::to_owned);
        Self { person: who.person.to_string(), telephone, at_ms: who.at_ms, by_link: who.by_link }
    }
}

/// Why a test does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WithdrawnBy {
    /// Who says so.
    pub person: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at_ms: UnixMs,
}

/// A joint test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JointTestItem {
    /// Its number.
    pub id: u64,
    /// The county or venue that was tested.
    pub subject: String,
    /// As people call it.
    pub name: String,
    /// Why it was made.
    pub kind: TestKind,
    /// When.
    pub at_ms: UnixMs,
    /// What there is to say.
    pub note: String,
    /// Who was at our end.
    #[schema(required)]
    pub near: Option<ConfirmedBy>,
    /// Who was at theirs.
    #[schema(required)]
    pub far: Option<ConfirmedBy>,
    /// Why it does not count any more.
    #[schema(required)]
    pub withdrawn: Option<WithdrawnBy>,
    /// Whether it counts.
    pub counts: bool,
    /// Whose word it waits for; null: nobody's.
    #[serde(default)]
    #[schema(required)]
    pub waits_for: Option<Waiting>,
    /// What the form asks; null of a test that was only noted.
    #[schema(required)]
    pub sheet: Option<TestSheet>,
    /// Which edition this is, from 1: what both ends confirmed and was corrected is an earlier one.
    pub edition: usize,
    /// Who changed it last; null: nobody has.
    #[schema(required)]
    pub changed: Option<ChangedBy>,
    /// What takes its place once both ends have confirmed that too; until then this counts. A confirmation is of the correction.
    #[schema(required)]
    pub correction: Option<TestEdition>,
    /// Earlier editions, the oldest first, at most 16.
    pub earlier: Vec<TestEdition>,
    /// The run of two venues that proposed it.
    #[schema(required)]
    pub run: Option<u64>,
}

impl JointTestItem {
    pub(in crate::api) fn of(id: u64, test: &JointTest, name: String) -> Self {
        let by = |who: &Option<Confirmation>| who.as_ref().map(ConfirmedBy::of);
        let edition = test.earlier.len() + 1;
        let correction = test.correction.as_ref();
        let earlier = (1..).zip(&test.earlier).map(|(nth, of)| {
            TestEdition::of(nth, &of.said, [&of.near, &of.far], of.changed.as_ref(), Some(of.until_ms))
        });
        let withdrawn = test.withdrawn.as_ref().map(|by| WithdrawnBy {
            person: by.person.to_string(),
            reason: by.reason.to_string(),
            at_ms: by.at_ms,
        });
        Self {
            id,
            subject: test.subject.to_string(),
            name,
            kind: test.kind,
            at_ms: test.at_ms,
            note: test.note.to_string(),
            near: by(&test.near),
            far: by(&test.far),
            withdrawn,
            counts: test.counts(),
            waits_for: test.waits_for(),
            sheet: test.sheet.as_ref().map(TestSheet::of),
            edition,
            changed: test.changed.as_ref().map(ChangedBy::of),
            correction: correction
                .map(|of| TestEdition::of(edition + 1, &of.said, [&of.near, &of.far], Some(&of.by), None)),
            earlier: earlier.collect(),
            run: test.run,
        }
    }
}

/// Joint tests, one page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JointTestList {
    /// The collector's clock.
    pub now_ms: UnixMs,
    /// How many fit the question.
    pub total: usize,
    /// The newest first.
    pub items: Vec<JointTestItem>,
    /// Of all that fit but for `waiting`: how many wait for somebody's word.
    #[serde(default)]
    pub waiting: TestsWaiting,
}
