//! Roll calls both ways, groups, schedules, links, meetings and units.

use super::Sentences;

pub(super) const SENTENCES: Sentences = &[
    // Whom.
    (
        "one scope is expected: a group, or a meeting, or places, venues and units",
        "点名范围：分组、会议或地区、会场、单位，三者选其一",
    ),
    ("one scope is expected: a group, or places, venues and units", "点名范围：分组或地区、会场、单位，两者选其一"),
    ("one of place, units and venues is expected", "地区、单位、会场：应只写其中一种"),
    (
        "places, except, venues, units: a scope of at most {} places, {} venues and {} units is expected",
        "范围：应至少选一项，且不超过 {1} 个地区、{2} 个会场、{3} 个单位",
    ),
    ("levels: they say which rooms of places are meant; no place is named", "级别：只用于筛选地区内的会场，请先选地区"),
    (
        "village, township, county, city or province is expected",
        "应为 province（省）、city（市）、county（县）、township（乡镇）或 village（村）",
    ),
    ("there is nobody in this scope who could be called", "这个范围内没有可点名的会场或单位"),
    ("there is no place {}", "没有这个地区：{1}"),
    ("there is no venue in this scope that could be inspected", "这个范围内没有可巡检的会场"),
    ("there is no venue {}", "没有这个会场：{1}"),
    ("there is no unit {}", "没有这个单位：{1}"),
    ("there is no group '{}'", "没有这个分组：{1}"),
    ("there is no group {}", "没有这个分组：{1}"),
    ("there is no meeting {}", "没有这场会议：{1}"),
    // Roll calls.
    ("there is no roll call {}", "没有这次点名：{1}"),
    ("there is no open roll call with this number", "没有这个编号的点名，或点名已结束"),
    (
        "{} roll calls ask already, or {} are open; end one of them first",
        "正在呼叫的点名已达 {1} 次，或未结束的已达 {2} 次：请先结束其中一次",
    ),
    ("'{}': the number of a roll call is expected", "“{1}”不是点名编号"),
    (
        "mode: person, telephone or backup is expected: a box answers for itself",
        "应答方式：应为人工、电话或备用；自动应答由会场主机上报",
    ),
    ("one of mode, excuse and unanswered is expected", "应登记应答、免点、撤回三者之一"),
    ("this venue or unit is not called in this roll call", "这个会场或单位不在本次点名范围内"),
    ("a person has answered for it already; exactly one answer counts", "已登记过人工应答，不能重复登记"),
    ("a person has answered for it already", "已登记过人工应答，不需要链接"),
    ("nobody has said what is taken back", "没有可撤回的登记"),
    ("{} things were said about it, and no more are taken", "登记次数已满（{1} 次），不能再登记"),
    ("reason: it is expected, because not everybody has answered", "原因：尚有会场未应答，提前结束须写明原因"),
    ("this roll call is over", "这次点名已结束"),
    ("this roll call is still open: answers may come", "这次点名尚未结束，还可能有应答，不能签发"),
    ("this record was signed off; sign a correction with its reason", "记录已签发：请签发更正版并写明更正原因"),
    ("at most {} characters of text are expected", "应不超过 {1} 个字"),
    // Groups and schedules.
    ("'{}': the number of a group is expected", "“{1}”不是分组编号"),
    ("there is a group '{}' already", "已有名为“{1}”的分组"),
    ("there are {} groups already, as many as are kept", "分组已达上限（{1} 个）：请先删除不用的"),
    (
        "plans follow this group and would begin nothing without it: {}",
        "有巡检联调计划跟随这个分组，删除后它们到时不再开始：{1}",
    ),
    ("a schedule calls this group; change that first", "定时点名正在使用这个分组：请先修改该定时点名"),
    ("there is no schedule {}", "没有这个定时点名：{1}"),
    ("there is no such schedule any more", "这个定时点名已不存在"),
    ("'{}': the number of a schedule is expected", "“{1}”不是定时点名编号"),
    ("schedule {} is ordered by a response: adjust or end that", "定时点名 {1} 由重保响应安排：请调整或终止该响应"),
    ("there is a schedule '{}' already", "已有名为“{1}”的定时点名"),
    ("there are {} schedules already, as many as are kept", "定时点名已达上限（{1} 个）：请先删除不用的"),
    ("'{}': a time such as {} is expected", "“{1}”不是时刻，应写成 {2}"),
    (
        "days: weekdays of 1 to 7, days of the month of 1 to 31, a working day of 1 to 15, or a month and day are expected",
        "日期：应为星期 1 至 7、每月 1 至 31 日、第 1 至 15 个工作日，或某月某日",
    ),
    (
        "times: 1 to 24 times of the day, or every 1, 2, 3, 4, 6, 8 or 12 hours from before that many hours are expected",
        "时刻：应为每天 1 至 24 个时刻，或每隔 1、2、3、4、6、8、12 小时，且首次早于该间隔",
    ),
    // We are called.
    ("there is no call {}", "没有这次对上点名：{1}"),
    ("'{}': the number of a call is expected", "“{1}”不是对上点名编号"),
    ("there is no such call", "没有这次对上点名"),
    ("the call is over", "这次对上点名已结束"),
    ("the call has no such step", "这次对上点名没有这个步骤"),
    ("the call was answered already", "这次对上点名已登记过应答"),
    ("this key belongs to a call of another room", "这个编号已用于另一个会场的对上点名"),
    ("{} calls are open already; close one of them first", "进行中的对上点名已达上限（{1} 次）：请先结束其中一次"),
    ("this call is still open: close it first", "这次对上点名尚未结束：请先结束再签发"),
    ("person: nobody is expected, when a terminal picked up by itself", "应答人：终端自动应答时不填"),
    // One-time links and what they open.
    ("'{}': the number of an inspection run is expected", "“{1}”不是巡检编号"),
    (
        "there is nothing to fill in: the run has no manual items, the venue is excused, or its record lies with a higher level",
        "没有可填报的内容：本次巡检没有人工检查项、该会场免检，或记录已上报",
    ),
    ("id: 16 hexadecimal digits are expected", "编号：应为 16 位十六进制数字"),
    ("there is no such link", "没有这个链接"),
    ("there is no link {}", "没有这个链接：{1}"),
    ("this link cannot be used any more", "这个链接已失效"),
    ("there are {} links already, as many as are kept", "链接已达上限（{1} 个）：请稍后再试"),
    ("another link has this name; try again", "链接生成重复，请再试一次"),
    ("this link is for something else", "这个链接不能用于此事"),
    // Meetings.
    ("'{}': the number of a meeting is expected", "“{1}”不是会议编号"),
    (
        "from_ms, to_ms: a beginning before an end at most 31 days later is expected",
        "开始时间、结束时间：结束应晚于开始，且相隔不超过 31 天",
    ),
    ("either a place or 1 to {} venues are expected", "参会范围：应为一个地区，或 1 至 {1} 个会场"),
    ("there are {} meetings already, as many as are kept", "会议已达上限（{1} 场）：请先删除已过的"),
    // Places and the register.
    ("place {} is not in the table of divisions", "区划表中没有这个地区：{1}"),
    ("the place of {} is not in the table of divisions", "区划表中没有会场 {1} 所在的地区"),
];
