//! A document of the office (a report of a roll call, an inspection, a month): one model, from which HTML, XLSX and DOCX are written.
//!
//! Here is what a document says. How a number is written is in [`value`], in which order and under which numbers its parts stand in
//! [`outline`], so that the three forms cannot differ. It knows nothing of the API, and keeps nothing: that is [`archive`].

pub mod archive;
pub mod assurance;
pub mod docx;
pub mod html;
pub mod inspection;
pub mod joint_tests;
pub mod layout;
pub mod measured;
pub mod outline;
mod package;
pub mod rectify;
pub mod roll_call;
pub mod text;
pub mod value;
pub mod xlsx;

use avow_shared::hash::ContentHash;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};

use crate::sealed::Hashing;
use value::Precision;
pub use value::Value;

/// More rows are left out and counted: Word takes no table with more than 32 767.
pub const MOST_ROWS: usize = 32_000;

/// All that a document says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// One line, or two with a line feed between.
    pub title: String,
    /// Under the title: 文号, 时间, 范围, 依据, 人员.
    pub heads: Vec<Head>,
    /// In the order of reading.
    pub sections: Vec<Section>,
    /// 编制, 审核, 批准.
    pub signatures: Vec<Signature>,
    /// When it was made of its facts.
    pub generated_at_ms: UnixMs,
}

/// A line under the title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// What it is.
    pub label: String,
    /// What it says.
    pub says: Prose,
}

/// A heading and what stands under it, up to the next heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// How deep it stands.
    pub level: Level,
    /// Without its number: the outline gives that.
    pub heading: String,
    /// In the order of reading.
    pub blocks: Vec<Block>,
}

/// The levels of GB/T 9704-2012, 7.3.3, and what is added behind the signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Level {
    /// 一、
    First,
    /// （一）
    Second,
    /// 1.
    Third,
    /// （1）
    Fourth,
    /// 附表, on a page of its own.
    Annex,
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Block {
    /// A paragraph.
    Paragraph(Prose),
    /// The few numbers that are read first.
    Figures(Vec<Figure>),
    /// A table.
    Table(Table),
    /// What must be known to read the numbers above, in small print.
    Note(Prose),
}

/// Text with values in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prose(pub Vec<Span>);

/// A piece of prose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Span {
    /// As it stands.
    Text(String),
    /// Written as values are.
    Value(Value),
}

/// A number that is read first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// What it counts.
    pub label: String,
    /// The number.
    pub value: Value,
    /// Behind the number: 个, 秒; empty when the value has its own.
    pub unit: String,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Above it, without its number.
    pub caption: String,
    /// From left to right.
    pub columns: Vec<Column>,
    /// As many values each as there are columns.
    pub rows: Vec<Vec<Value>>,
    /// How the page lies.
    pub page: Page,
    /// Rows beyond [`MOST_ROWS`].
    pub left_out: u64,
}

/// How the page of a table lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Page {
    /// 竖排: with the text around it.
    Portrait,
    /// 横排: on pages of its own.
    Landscape,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Without its unit.
    pub title: String,
    /// Behind the title, in brackets; empty for none.
    pub unit: String,
    /// What stands in it.
    pub kind: Kind,
}

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Text of any length, from the left.
    Text,
    /// A word of a few characters, in the middle.
    Word,
    /// Counts and other numbers, from the right.
    Number,
    /// Shares, from the right.
    Percent,
    /// Durations, from the right.
    Duration,
    /// Times, in the middle.
    Time,
}

/// Who answers for the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// 编制, 审核 or 批准.
    pub role: String,
    /// None leaves room for a pen.
    pub name: Option<String>,
    /// When he signed.
    pub at_ms: Option<UnixMs>,
}

impl Document {
    /// The hash of all that it says, but for when it was generated: the same facts have the same hash on another day.
    #[must_use]
    pub fn facts(&self) -> ContentHash {
        let facts = (&self.title, &self.heads, &self.sections, &self.signatures);
        let mut hashing = Hashing::new(std::io::sink());
        // A sink takes everything, and no key of a map is anything but text: this does not fail.
        let _ = serde_json::to_writer(&mut hashing, &facts);
        ContentHash(hashing.so_far())
    }

    /// With the name of who approves it, and when, where there was room for a pen.
    #[must_use]
    pub fn approved(mut self, by: &str, at_ms: UnixMs) -> Self {
        for signature in self.signatures.iter_mut().filter(|signature| signature.role == "批准") {
            (signature.name, signature.at_ms) = (Some(by.to_owned()), Some(at_ms));
        }
        self
    }

    /// What stands under the signatures: when it was made, and the hash of its facts.
    #[must_use]
    pub fn foot(&self) -> [String; 2] {
        let made = Value::At { ms: self.generated_at_ms, to: Precision::Second };
        [format!("生成时间：{made}（北京时间）"), format!("内容校验（SHA-256）：{}", self.facts())]
    }
}

impl Figure {
    /// What stands behind the number; behind nothing there is no unit.
    #[must_use]
    pub fn unit(&self) -> &str {
        if self.value == Value::Absent { "" } else { &self.unit }
    }
}

impl Signature {
    /// As it is written; with room for a pen where no name is.
    #[must_use]
    pub fn line(&self) -> String {
        let name = self.name.as_deref().unwrap_or("＿＿＿＿＿");
        match self.at_ms {
            None => format!("{}：{name}", self.role),
            Some(ms) => format!("{}：{name}　{}", self.role, Value::At { ms, to: Precision::DayInWords }),
        }
    }
}

impl Section {
    /// A section with nothing under it yet.
    #[must_use]
    pub fn new(level: Level, heading: impl Into<String>) -> Self {
        Self { level, heading: heading.into(), blocks: Vec::new() }
    }

    /// With a block behind those that are there.
    #[must_use]
    pub fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }
}

impl Prose {
    /// Text alone.
    #[must_use]
    pub fn of(text: impl Into<String>) -> Self {
        Self::default().text(text)
    }

    /// With text behind it.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.0.push(Span::Text(text.into()));
        self
    }

    /// With a value behind it.
    #[must_use]
    pub fn value(mut self, value: Value) -> Self {
        self.0.push(Span::Value(value));
        self
    }
}

impl Table {
    /// A table with these rows, of which those beyond [`MOST_ROWS`] are counted and left out. A row with another number of values than
    /// there are columns is cut or filled up with [`Value::Absent`].
    #[must_use]
    pub fn new(
        caption: impl Into<String>,
        page: Page,
        columns: Vec<Column>,
        rows: impl IntoIterator<Item = Vec<Value>>,
    ) -> Self {
        let mut rows = rows.into_iter();
        let fitted = |mut row: Vec<Value>| {
            row.resize(columns.len(), Value::Absent);
            row
        };
        let taken: Vec<_> = rows.by_ref().take(MOST_ROWS).map(fitted).collect();
        let left_out = rows.fold(0, |count, _| count + 1);
        Self { caption: caption.into(), columns, rows: taken, page, left_out }
    }

    /// What is said under it when there are no rows, or when some were left out.
    #[must_use]
    pub fn remark(&self) -> Option<Prose> {
        if self.rows.is_empty() {
            return Some(Prose::of("无。"));
        }
        let count = Value::count(self.left_out);
        (self.left_out > 0).then(|| Prose::of("另有").value(count).text("行未列出。"))
    }
}

impl Column {
    /// A column without a unit.
    #[must_use]
    pub fn new(title: impl Into<String>, kind: Kind) -> Self {
        Self { title: title.into(), unit: String::new(), kind }
    }

    /// With its unit.
    #[must_use]
    pub fn in_unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = unit.into();
        self
    }

    /// What stands above it: the title, and the unit in brackets.
    #[must_use]
    pub fn heading(&self) -> String {
        if self.unit.is_empty() { self.title.clone() } else { format!("{}（{}）", self.title, self.unit) }
    }
}

#[cfg(test)]
mod tests;
