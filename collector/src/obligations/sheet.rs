//! What the form of a joint test (联调记录表) asks of it: every direction of picture and sound, the aux stream, presets, the seat of who
//! speaks, the backup of both ends, and what came of it.

use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What was found of one point of the form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = TestMark)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    /// 未测.
    #[default]
    Untested,
    /// 正常.
    Normal,
    /// 整改后正常: wrong at first, and put right during the test.
    Fixed,
    /// 异常.
    Abnormal,
    /// 无: the room has none.
    None,
}

impl Mark {
    /// As it is written.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Untested => "未测",
            Self::Normal => "正常",
            Self::Fixed => "整改后正常",
            Self::Abnormal => "异常",
            Self::None => "无",
        }
    }
}

/// 结论.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[schema(as = TestConclusion)]
#[serde(rename_all = "lowercase")]
pub enum Conclusion {
    /// 正常.
    Normal,
    /// 整改后正常.
    Fixed,
    /// 异常.
    Abnormal,
}

impl Conclusion {
    /// All of them, the best first.
    pub const ALL: [Self; 3] = [Self::Normal, Self::Fixed, Self::Abnormal];

    /// As it is written.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Normal => "正常",
            Self::Fixed => "整改后正常",
            Self::Abnormal => "异常",
        }
    }
}

/// The points of the form. What is not said was not tested.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = TestMarks)]
#[serde(default, deny_unknown_fields)]
pub struct Marks {
    /// 本端→对端图像.
    pub picture_out: Mark,
    /// 本端→对端声音.
    pub sound_out: Mark,
    /// 对端→本端图像.
    pub picture_in: Mark,
    /// 对端→本端声音.
    pub sound_in: Mark,
    /// 辅流, sent by us.
    pub aux_out: Mark,
    /// 辅流, received by us.
    pub aux_in: Mark,
    /// 预置位.
    pub presets: Mark,
    /// 发言席.
    pub speaker: Mark,
    /// 备份系统 of our end.
    pub backup_near: Mark,
    /// 备份系统 of theirs.
    pub backup_far: Mark,
}

impl Marks {
    /// All of them, in the order of the form.
    #[must_use]
    pub const fn all(&self) -> [Mark; 10] {
        let Self { picture_out, sound_out, picture_in, sound_in, aux_out, aux_in, presets, speaker, .. } = *self;
        let Self { backup_near, backup_far, .. } = *self;
        [picture_out, sound_out, picture_in, sound_in, aux_out, aux_in, presets, speaker, backup_near, backup_far]
    }

    fn has(&self, mark: Mark) -> bool {
        self.all().contains(&mark)
    }
}

/// What was filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// 系统; may be empty.
    pub system: Box<str>,
    /// 网络; may be empty.
    pub network: Box<str>,
    /// 入会时间.
    pub joined_ms: Option<UnixMs>,
    /// What was found.
    pub marks: Marks,
    /// 问题; may be empty when all is well.
    pub problem: Box<str>,
    /// 处理.
    pub handling: Box<str>,
    /// 结论.
    pub conclusion: Conclusion,
}

impl Sheet {
    /// Whether what it concludes is what it found; else what was expected.
    ///
    /// # Errors
    /// What was expected.
    pub fn agrees(&self) -> Result<(), &'static str> {
        let (abnormal, fixed) = (self.marks.has(Mark::Abnormal), self.marks.has(Mark::Fixed));
        match self.conclusion {
            Conclusion::Normal if abnormal || fixed => {
                Err("sheet.conclusion: with a point that is or was abnormal, fixed or abnormal is expected")
            }
            Conclusion::Normal if !self.marks.has(Mark::Normal) => {
                Err("sheet.marks: at least one point that was tested is expected")
            }
            Conclusion::Fixed if abnormal => {
                Err("sheet.conclusion: with a point that is abnormal, abnormal is expected")
            }
            Conclusion::Fixed | Conclusion::Abnormal if self.problem.is_empty() => {
                Err("sheet.problem: what was wrong is expected")
            }
            Conclusion::Fixed if self.handling.is_empty() => Err("sheet.handling: how it was put right is expected"),
            Conclusion::Normal | Conclusion::Fixed | Conclusion::Abnormal => Ok(()),
        }
    }
}
