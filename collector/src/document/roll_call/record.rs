//! The record of a roll call, as plain values and their words.

use avow_shared::time::UnixMs;

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
    /// What was thought beforehand to be proven; none when that was not asked for.
    pub forecast: Option<Forecast>,
    /// When the task was received (对上) or given (对下).
    pub received_at_ms: UnixMs,
    /// Seconds within which an answer is in time.
    pub deadline_s: u32,
    /// A person ended it; none: its time was up.
    pub closed: Option<Closed>,
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

/// A person ended the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// When.
    pub at_ms: UnixMs,
    /// Who, where that is known.
    pub by: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// 提前结束: before everybody could answer in time.
    pub broke_off: bool,
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

/// What a call was thought to prove before its time was up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// So many units.
    pub fits: u32,
    /// So many at the same time.
    pub slots: u32,
    /// Seconds that each takes at most.
    pub run_s: u32,
    /// Why none.
    pub why: Option<String>,
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
    /// Whether who answered did so on a phone page.
    pub via_page: bool,
    /// 事后登记: that a person answered was recorded after the end.
    pub afterwards: bool,
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
    /// Why it ended so, or why it is excused; the same words where it is the same.
    pub reason: Option<String>,
    /// What is told of this one alone.
    pub remark: Option<String>,
    /// Something is wrong there, whether it answered or was in a meeting.
    pub is_faulty: bool,
    /// 未实测: it answered a call that tests, and line, picture or sound was neither tested nor seen or heard.
    pub is_untested: bool,
    /// 事后免点: excused after the deadline or the end; it is counted as it stood.
    pub is_excused_afterwards: bool,
    /// How often it was asked again.
    pub retries: u32,
    /// The stage of its chain that is to blame.
    pub blamed: Option<String>,
    /// Heard and seen over a run with HQ.
    pub is_proven: bool,
    /// What came of the proof, in words; none when it was not asked for.
    pub proof: Option<String>,
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
    /// 图声均异常.
    Neither,
    /// 备用方式应答.
    Backup,
    /// 请假/免点.
    Excused,
    /// 未计: had not answered when the call was broken off.
    Uncounted,
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

impl Result {
    /// All, in the order in which they are listed.
    pub const ALL: [Self; 9] = [
        Self::OnTime,
        Self::Late,
        Self::Silent,
        Self::NoSound,
        Self::NoPicture,
        Self::Neither,
        Self::Backup,
        Self::Excused,
        Self::Uncounted,
    ];

    /// 点名结果.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::OnTime => "按时应答",
            Self::Late => "超时应答",
            Self::Silent => "未应答",
            Self::NoSound => "有图无声",
            Self::NoPicture => "有声无图",
            Self::Neither => "图声均异常",
            Self::Backup => "备用方式应答",
            Self::Excused => "请假/免点",
            Self::Uncounted => "未计",
        }
    }

    /// Whether it is listed among what has to be put right.
    #[must_use]
    pub const fn is_problem(self) -> bool {
        !matches!(self, Self::OnTime | Self::Excused | Self::Uncounted)
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
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Duty => "值班点名",
            Self::BeforeMeeting => "会前点名",
            Self::SpotCheck => "抽查",
            Self::Emergency => "应急连线",
        }
    }
}

impl Depth {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Present => "在线（终端与线路）",
            Self::Ready => "就绪（线路、摄像机、画面、声音）",
            Self::Proven => "实证（留存画面并双向音视频测试）",
        }
    }
}

impl Row {
    /// 应答方式, with the mark of a phone page.
    #[must_use]
    pub fn way(&self) -> Option<String> {
        let mark = match (self.via_page, self.afterwards) {
            (true, _) => "（手机页面）",
            (false, true) => "（事后登记）",
            (false, false) => "",
        };
        self.mode.map(|mode| format!("{}{mark}", mode.word()))
    }

    /// 应答但有异常: it answered, in time or not or in a meeting, and something is wrong there all the same.
    #[must_use]
    pub const fn is_impaired(&self) -> bool {
        match self.result {
            Result::NoSound | Result::NoPicture | Result::Neither => true,
            Result::OnTime | Result::Late | Result::Backup | Result::Excused => self.is_faulty,
            Result::Silent | Result::Uncounted => false,
        }
    }

    /// 原因, with what is told of this one alone.
    #[must_use]
    pub fn why(&self) -> Option<String> {
        let parts: Vec<&str> = [&self.reason, &self.remark].into_iter().filter_map(Option::as_deref).collect();
        (!parts.is_empty()).then(|| parts.join("；"))
    }

    /// Who answered; of a box nobody, whatever name stands in the record.
    #[must_use]
    pub fn who(&self) -> Option<&str> {
        match self.mode {
            Some(Mode::Person | Mode::Backup | Mode::Telephone) => self.person.as_deref(),
            Some(Mode::Automatic) | None => None,
        }
    }
}
