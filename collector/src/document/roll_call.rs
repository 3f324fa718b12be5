//! The report of a roll call (视频点名), made of its record: what was asked, who answered how, and the rates of PRACTICE's kind,
//! 按时率 = 按时应答 ÷ (应点 − 免点). Here is the record; the roll call itself is elsewhere and is mapped into it.

mod sections;
mod tally;

use avow_shared::time::UnixMs;

use super::value::Precision;
use super::{Document, Head, Prose, Signature, Value};

/// What happened in one roll call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// 编号.
    pub id: String,
    /// Who called whom.
    pub direction: Direction,
    /// 类别.
    pub category: Category,
    /// 发起单位.
    pub caller: String,
    /// 依据: the order or notice behind it.
    pub basis: Option<String>,
    /// 范围: who was called.
    pub scope: String,
    /// 会议系统.
    pub system: Option<String>,
    /// How much was asked.
    pub depth: Depth,
    /// When the task was received (对上) or given (对下).
    pub received_at_ms: UnixMs,
    /// Seconds within which an answer is in time.
    pub deadline_s: u32,
    /// 应点: registered units, of which each has one row.
    pub expected: u32,
    /// 免点, among them.
    pub excused: u32,
    /// In the order in which they are listed.
    pub rows: Vec<Row>,
    /// 通报意见; empty for none.
    pub notice: String,
    /// 点名员.
    pub operator: Option<String>,
    /// 确认人.
    pub confirmed_by: Option<String>,
}

/// Who called whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// 对上: we were called.
    Inbound,
    /// 对下: we called.
    Outbound,
}

/// Why it was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// 值班点名.
    Duty,
    /// 会前点名.
    BeforeMeeting,
    /// 抽查.
    SpotCheck,
    /// 应急连线.
    Emergency,
}

/// How much was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Alive, with a line.
    Present,
    /// Also camera, picture and a quick sound.
    Ready,
    /// Also a still, and mouth to ear with HQ.
    Proven,
}

/// One unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// 单位.
    pub unit: String,
    /// The venue that was called or that answered; none when it is not known.
    pub venue: Option<String>,
    /// 设区市; empty for a unit of the province itself.
    pub city: String,
    /// 县（市、区）; empty for a unit of a city itself.
    pub county: String,
    /// How it ended.
    pub result: Result,
    /// In which way it was answered; none without an answer.
    pub mode: Option<Mode>,
    /// When the call was heard.
    pub heard_at_ms: Option<UnixMs>,
    /// When the room was ready.
    pub ready_at_ms: Option<UnixMs>,
    /// When the answer counted.
    pub answered_at_ms: Option<UnixMs>,
    /// From the call to the answer.
    pub elapsed_ms: Option<u64>,
    /// Who answered. Not shown when a box answered by itself.
    pub person: Option<String>,
    /// Whether its picture came.
    pub video: Option<bool>,
    /// Whether its sound came.
    pub audio: Option<bool>,
    /// Why it ended so, or why it is excused.
    pub reason: Option<String>,
    /// How often it was asked again.
    pub retries: u32,
    /// The stage of its chain that is to blame.
    pub blamed: Option<String>,
}

/// How the call of a unit ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Result {
    /// 按时应答.
    OnTime,
    /// 超时应答.
    Late,
    /// 未应答.
    #[default]
    Silent,
    /// 有图无声.
    NoSound,
    /// 有声无图.
    NoPicture,
    /// 备用方式应答.
    Backup,
    /// 请假/免点.
    Excused,
}

/// In which way a unit answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// 自动: the box, and nobody.
    Automatic,
    /// 人工: a person, at the box or on a page.
    Person,
    /// 备用: over the backup system.
    Backup,
    /// 电话: by telephone.
    Telephone,
}

/// A record whose figures disagree: no report is made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Disagrees {
    /// Each unit that was expected has one row.
    #[error("{told} units were expected, and {rows} have a row")]
    Expected {
        /// What the record says.
        told: u32,
        /// Rows that are there.
        rows: usize,
    },
    /// Each unit that is excused has a row that says so.
    #[error("{told} units are excused, and {rows} rows say so")]
    Excused {
        /// What the record says.
        told: u32,
        /// Rows that say so.
        rows: usize,
    },
}

impl Result {
    /// All, in the order in which they are listed.
    pub const ALL: [Self; 7] =
        [Self::OnTime, Self::Late, Self::Silent, Self::NoSound, Self::NoPicture, Self::Backup, Self::Excused];

    /// 点名结果.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::OnTime => "按时应答",
            Self::Late => "超时应答",
            Self::Silent => "未应答",
            Self::NoSound => "有图无声",
            Self::NoPicture => "有声无图",
            Self::Backup => "备用方式应答",
            Self::Excused => "请假/免点",
        }
    }

    /// Whether it is listed among what has to be put right.
    #[must_use]
    pub const fn is_problem(self) -> bool {
        !matches!(self, Self::OnTime | Self::Excused)
    }
}

impl Mode {
    /// All, in the order in which they are listed.
    pub const ALL: [Self; 4] = [Self::Automatic, Self::Person, Self::Backup, Self::Telephone];

    /// 应答方式.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Automatic => "自动",
            Self::Person => "人工",
            Self::Backup => "备用",
            Self::Telephone => "电话",
        }
    }
}

impl Category {
    const fn word(self) -> &'static str {
        match self {
            Self::Duty => "值班点名",
            Self::BeforeMeeting => "会前点名",
            Self::SpotCheck => "抽查",
            Self::Emergency => "应急连线",
        }
    }
}

impl Depth {
    const fn word(self) -> &'static str {
        match self {
            Self::Present => "在线（终端与线路）",
            Self::Ready => "就绪（线路、摄像机、画面、声音）",
            Self::Proven => "实证（留存画面并双向音视频测试）",
        }
    }
}

impl Row {
    /// Who answered; of a box nobody, whatever name stands in the record.
    #[must_use]
    pub fn who(&self) -> Option<&str> {
        match self.mode {
            Some(Mode::Person | Mode::Backup | Mode::Telephone) => self.person.as_deref(),
            Some(Mode::Automatic) | None => None,
        }
    }
}

/// The report of `record`, made at `generated_at_ms`.
///
/// # Errors
/// When its figures disagree with its rows.
pub fn report_of_roll_call(record: &Record, generated_at_ms: UnixMs) -> std::result::Result<Document, Disagrees> {
    let tally = tally::Tally::of(record.rows.iter());
    let rows = record.rows.len();
    if usize::try_from(record.expected) != Ok(rows) {
        return Err(Disagrees::Expected { told: record.expected, rows });
    }
    let excused = tally.of_result(Result::Excused);
    if u64::from(record.excused) != excused {
        return Err(Disagrees::Excused { told: record.excused, rows: usize::try_from(excused).unwrap_or(usize::MAX) });
    }
    let title = match record.direction {
        Direction::Inbound => "视频点名应答情况报告".to_owned(),
        Direction::Outbound => format!("{}\n视频点名情况报告", record.caller),
    };
    let signed =
        |role: &str, name: &Option<String>| Signature { role: role.to_owned(), name: name.clone(), at_ms: None };
    Ok(Document {
        title,
        heads: heads(record),
        sections: sections::all(record, &tally),
        signatures: vec![signed("编制", &record.operator), signed("审核", &None), signed("批准", &record.confirmed_by)],
        generated_at_ms,
    })
}

fn heads(record: &Record) -> Vec<Head> {
    let direction = match record.direction {
        Direction::Inbound => "对上",
        Direction::Outbound => "对下",
    };
    let people = [("点名员", &record.operator), ("确认人", &record.confirmed_by)];
    let people = people.iter().filter_map(|(role, name)| name.as_ref().map(|name| format!("{role}{name}")));
    let people = people.collect::<Vec<_>>().join("，");
    let head = |label: &str, says: Prose| Head { label: label.to_owned(), says };
    let given = |label: &str, text: &str| (!text.is_empty()).then(|| head(label, Prose::of(text)));
    let time = Value::At { ms: record.received_at_ms, to: Precision::SecondInWords };
    [
        given("编号", &record.id),
        Some(head("时间", Prose::default().value(time))),
        given("类别", &format!("{}（{direction}）", record.category.word())),
        given("发起单位", &record.caller),
        given("范围", &record.scope),
        given("会议系统", record.system.as_deref().unwrap_or_default()),
        given("依据", record.basis.as_deref().unwrap_or_default()),
        given("人员", &people),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests;
