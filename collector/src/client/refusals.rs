//! What the server says no with, in Chinese: the sentences that people meet who fill in forms. Any other is told as it came.

use std::borrow::Cow;

const TOLD: [(&str, &str); 18] = [
    ("deadline_s: 10 to 3600 seconds are expected", "时限：应为 10 至 3600 秒"),
    (
        "it could not be written down, and so it was not taken: the disk of the server refuses",
        "没有写入：数据盘无法写入。请通知管理员；点名请改用电话",
    ),
    ("due_ms: a time to come, at most two years from now, is expected", "整改期限：应在今后两年之内"),
    ("note: a reason is expected", "说明：应写明原因"),
    ("this month is not over: tests may come", "本月尚未结束，还可能有联调，不能签发"),
    (
        "sheet.conclusion: with a point that is or was abnormal, fixed or abnormal is expected",
        "结论：有异常或整改过的项目，应为“整改后正常”或“异常”",
    ),
    ("sheet.conclusion: with a point that is abnormal, abnormal is expected", "结论：有异常的项目，应为“异常”"),
    ("sheet.problem: what was wrong is expected", "问题：应写明有何异常"),
    ("sheet.handling: how it was put right is expected", "处理：应写明如何整改"),
    ("sheet.marks: at least one point that was tested is expected", "结论“正常”：至少应有一个测过的项目"),
    ("sheet.joined_ms: a time that is over is expected", "入会时间：应早于现在"),
    (
        "reason: both ends have confirmed what stands there; why it is changed is expected",
        "更正原因：两端都已确认，应写明为何更正",
    ),
    ("nothing of this joint test is changed", "联调表没有改动"),
    ("this end is confirmed already", "这一端已确认过"),
    ("this joint test was withdrawn", "这次联调已撤销"),
    ("this run is not over or did not go well: it proposes no joint test", "这次互测未结束或不正常，不能据以提出联调"),
    ("this run has proposed a joint test of that venue already", "这次互测已为该会场提出过联调"),
    ("at_ms: a time that is over, at most three years ago, is expected", "联调时间：应在过去三年之内"),
];

/// What begins with these names something; what is named stays.
const NAMING: [(&str, &str); 6] = [
    ("there is no place ", "没有这个地区："),
    ("there is no venue ", "没有这个会场："),
    ("there is no group ", "没有这个分组："),
    ("there is no roll call ", "没有这次点名："),
    ("there is no inspection plan ", "没有这个巡检计划："),
    ("there is no unit ", "没有这个单位："),
];

/// `detail` in Chinese, where there are words for it.
pub(super) fn chinese(detail: &str) -> Cow<'_, str> {
    if let Some((_, chinese)) = TOLD.iter().find(|(english, _)| *english == detail) {
        return Cow::Borrowed(chinese);
    }
    let named = |(english, chinese): &(&str, &str)| Some(format!("{chinese}{}", detail.strip_prefix(english)?));
    NAMING.iter().find_map(named).map_or(Cow::Borrowed(detail), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the sentences are written.
    const SOURCES: [&str; 13] = [
        include_str!("../rectify.rs"),
        include_str!("../obligations.rs"),
        include_str!("../obligations/correct.rs"),
        include_str!("../obligations/sheet.rs"),
        include_str!("../api/mouth_to_ear.rs"),
        include_str!("../api/obligations/month.rs"),
        include_str!("../api/roll_call.rs"),
        include_str!("../api/problem.rs"),
        include_str!("../api/groups.rs"),
        include_str!("../core/roll.rs"),
        include_str!("../core/muster.rs"),
        include_str!("../api/inspection/plans.rs"),
        include_str!("../api/units.rs"),
    ];

    #[test]
    fn every_sentence_is_one_that_the_server_says() {
        for (english, told) in TOLD {
            assert!(SOURCES.iter().any(|source| source.contains(&format!("\"{english}\""))), "{english}");
            assert_eq!(chinese(english), told);
        }
        for (english, told) in NAMING {
            assert!(SOURCES.iter().any(|source| source.contains(&format!("\"{english}{{"))), "{english}");
            assert_eq!(chinese(&format!("{english}3599")), format!("{told}3599"));
        }
        assert_eq!(chinese("something else"), "something else");
    }
}
