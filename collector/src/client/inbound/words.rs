//! A call to us in words, for the command line and the report.

use crate::api::inbound::{InboundAnswer, InboundFault, InboundRemedy, InboundState, InboundStep, InboundStepState};
use crate::client::{Words, findings};
use crate::inbound::{Need, Unasked, Way};
use crate::roll_call::Mode;

pub(crate) const fn need(words: Words, need: Need) -> &'static str {
    match need {
        Need::Line => words.say("线路", "line"),
        Need::Preset => words.say("摄像机预置位", "camera preset"),
        Need::Microphone => words.say("话筒", "microphone"),
        Need::Picture => words.say("画面", "picture"),
    }
}

/// What a step looks at.
pub(crate) fn what(words: Words, step: &InboundStep) -> String {
    match (step.need, step.backup) {
        (None, _) => words.say("备份系统", "backup").to_owned(),
        (Some(one), false) => need(words, one).to_owned(),
        (Some(one), true) => format!("{}{}", words.say("备用", "backup "), need(words, one)),
    }
}

pub(crate) const fn way(words: Words, way: Way) -> &'static str {
    match way {
        Way::Main => words.say("主用方式", "main"),
        Way::Backup => words.say("备用方式", "backup"),
    }
}

pub(crate) const fn state(words: Words, state: InboundStepState) -> &'static str {
    match state {
        InboundStepState::Waiting => words.say("等待", "waiting"),
        InboundStepState::Running => words.say("检查中", "running"),
        InboundStepState::Pass => words.say("正常", "pass"),
        InboundStepState::Degraded => words.say("劣化", "degraded"),
        InboundStepState::Fail => words.say("故障", "fail"),
        InboundStepState::Unknown => words.say("无法判定", "unknown"),
        InboundStepState::Unasked => words.say("未能检查", "not asked"),
        InboundStepState::Works => words.say("人工确认正常", "a person: works"),
        InboundStepState::Broken => words.say("人工确认异常", "a person: does not"),
    }
}

/// The sign before a state: colour and words are never the only one.
pub(crate) const fn sign(state: InboundStepState) -> &'static str {
    match state {
        InboundStepState::Waiting => "○",
        InboundStepState::Running => "◐",
        InboundStepState::Pass | InboundStepState::Works => "●",
        InboundStepState::Degraded => "▲",
        InboundStepState::Fail | InboundStepState::Broken => "■",
        InboundStepState::Unknown | InboundStepState::Unasked => "◆",
    }
}

pub(crate) const fn mode(words: Words, mode: Mode) -> &'static str {
    match mode {
        Mode::Auto => words.say("自动", "automatic"),
        Mode::Person => words.say("人工", "person"),
        Mode::Telephone => words.say("电话", "telephone"),
        Mode::Backup => words.say("备用", "backup"),
    }
}

pub(crate) const fn ended(words: Words, state: InboundState) -> &'static str {
    match state {
        InboundState::Open => words.say("◐进行中", "open"),
        InboundState::OnTime => words.say("●按时应答", "on time"),
        InboundState::Late => words.say("▲超时应答", "late"),
        InboundState::Missed => words.say("■未应答", "missed"),
        InboundState::Dropped => words.say("◇撤销", "dropped"),
    }
}

const fn unasked(words: Words, why: Unasked) -> &'static str {
    match why {
        Unasked::NoBox => words.say("会场没有测试终端", "no box serves the room"),
        Unasked::Away => words.say("测试终端离线", "the box is not connected"),
        Unasked::Old => words.say("测试终端程序版本过旧", "the box's program is too old"),
    }
}

/// What is the matter with a step, and who says so; empty when nothing is.
pub(crate) fn problem(words: Words, step: &InboundStep) -> String {
    if let Some(person) = &step.person {
        return person.clone();
    }
    if let Some(why) = step.unasked {
        return unasked(words, why).to_owned();
    }
    if let Some(finding) = &step.finding {
        return findings::named(words, finding);
    }
    if let Some(detail) = &step.detail {
        return detail.clone();
    }
    let text = match step.why.as_deref() {
        None => "",
        Some("interlocked") => words.say(
            "会议中、静默时段或会议情况不明，联锁不允许检查",
            "the interlock does not allow it: a meeting, quiet hours, or nobody can tell",
        ),
        Some("deadline") => words.say("检查超时", "the check took too long"),
        Some(_) => words.say("检查未能完成", "the check did not end"),
    };
    text.to_owned()
}

/// The shortest way out of a fault.
pub(crate) fn remedy(words: Words, answer: &InboundAnswer, fault: &InboundFault) -> String {
    match fault.remedy {
        InboundRemedy::UseBackup => {
            let backup = answer.steps.iter().find(|step| Some(step.step) == fault.backup);
            let name = backup.map_or("", |step| step.name.as_str());
            match words {
                Words::Chinese => format!("改用备用：{name}"),
                Words::English => format!("use the backup: {name}"),
            }
        }
        InboundRemedy::Finding => {
            let next = fault.finding.as_deref().and_then(|code| findings::next(words, code));
            next.unwrap_or_else(|| look(words)).to_owned()
        }
        InboundRemedy::Box => match fault.unasked {
            Some(Unasked::Old) => {
                words.say("升级测试终端；先请会场人工确认", "update the box; have somebody on site look")
            }
            Some(Unasked::NoBox) => words.say("请会场人工确认", "have somebody on site look"),
            Some(Unasked::Away) | None => words.say(
                "请会场查测试终端电源与网线；先人工确认",
                "have the box's power and cable checked; have somebody look",
            ),
        }
        .to_owned(),
        InboundRemedy::Look => look(words).to_owned(),
    }
}

const fn look(words: Words) -> &'static str {
    words.say("电话请会场人员查看并确认", "call somebody on site, who looks and says how it is")
}
