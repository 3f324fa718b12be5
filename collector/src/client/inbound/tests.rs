//! What a person reads of a call to us.

use super::*;
use crate::api::inbound::{InboundBox, InboundFault, InboundRemedy, InboundReply};
use crate::inbound::{Need, Unasked, Way};

fn step(no: u8, need: Need, state: InboundStepState) -> InboundStep {
    InboundStep {
        step: no,
        need: Some(need),
        backup: no > 1,
        probe: format!("p{no}"),
        name: format!("第{no}路"),
        state,
        began_ms: Some(0),
        ended_ms: Some(2_150),
        took_ms: Some(2_150),
        about_ms: 3_000,
        finding: None,
        why: None,
        detail: None,
        unasked: None,
        person: None,
        earlier: Vec::new(),
    }
}

fn answer() -> InboundAnswer {
    let failed = InboundStep { finding: Some("line.down".to_owned()), ..step(0, Need::Line, InboundStepState::Fail) };
    let refused =
        InboundStep { why: Some("interlocked".to_owned()), ..step(1, Need::Microphone, InboundStepState::Unknown) };
    let fault = |step, need, remedy, backup| InboundFault {
        step,
        need,
        remedy,
        backup,
        finding: (step == 0).then(|| "line.down".to_owned()),
        unasked: None,
    };
    InboundAnswer {
        now_ms: 1_790_000_005_000,
        call: InboundItem {
            id: 7,
            revision: 3,
            venue: "35-01".to_owned(),
            name: "省厅".to_owned(),
            unit: String::new(),
            caller: "应急管理部".to_owned(),
            kind: Kind::Duty,
            basis: String::new(),
            operator: String::new(),
            confirmed: true,
            received_ms: 1_790_000_000_000,
            until_ms: 1_790_000_180_000,
            left_ms: 174_100,
            overdue: false,
            state: InboundState::Open,
            ended_ms: None,
            edition: 0,
            signed_by: None,
            ready: Some(Way::Backup),
            first_ready_ms: Some(2_150),
            first_ready: Some(Way::Backup),
            answer: Some(InboundReply {
                how: Mode::Telephone,
                person: "王五".to_owned(),
                after_ms: 60_000,
                ready: None,
            }),
            dropped_by: None,
            dropped_why: None,
        },
        reach: InboundBox::Connected,
        steps: vec![failed, refused, step(2, Need::Line, InboundStepState::Pass)],
        open: vec![],
        unchecked: vec![Need::Preset, Need::Picture],
        faults: vec![
            fault(0, Need::Line, InboundRemedy::UseBackup, Some(2)),
            fault(1, Need::Microphone, InboundRemedy::Look, None),
        ],
    }
}

#[test]
fn a_call_says_first_whether_it_can_be_answered_and_last_what_to_do() {
    let said = show(Words::Chinese, &answer());
    assert!(said.starts_with("●可应答  备用方式  2.2 s\n"), "{said}");
    for part in
        ["剩余 2:55", "应急管理部 → 省厅", "应答 电话 王五 60.0 s", "■故障", "线路中断（line.down）", "备用线路"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(said.contains("联锁不允许检查"), "{said}");
    assert!(said.contains("无检查手段：摄像机预置位、画面"), "{said}");
    assert!(said.ends_with("线路：改用备用：第2路\n话筒：电话请会场人员查看并确认\n"), "{said}");
    let english = show(Words::English, &answer());
    assert!(english.starts_with("READY TO ANSWER  backup  2.2 s\n"), "{english}");
    assert!(english.contains("Line is down (line.down)"), "{english}");
}

#[test]
fn the_code_says_whether_the_room_could_answer_in_time() {
    let at = |ready, first_ready_ms| {
        let mut answer = answer();
        (answer.call.ready, answer.call.first_ready_ms) = (ready, first_ready_ms);
        is_ready(&answer)
    };
    assert!(at(Some(Way::Main), Some(180_000)));
    assert!(!at(Some(Way::Main), Some(180_001)), "too late");
    assert!(!at(None, Some(2_000)), "not any more");
    assert!(!at(None, None));
}

#[test]
fn every_remedy_and_problem_has_words_in_both_languages() {
    let answer = answer();
    for one in [Words::Chinese, Words::English] {
        for why in [Unasked::NoBox, Unasked::Away, Unasked::Old] {
            let fault = InboundFault { remedy: InboundRemedy::Box, unasked: Some(why), ..answer.faults[0].clone() };
            assert!(!remedy(one, &answer, &fault).is_empty());
            let step = InboundStep { unasked: Some(why), ..answer.steps[2].clone() };
            assert!(!problem(one, &step).is_empty());
        }
        let finding = InboundFault { remedy: InboundRemedy::Finding, ..answer.faults[0].clone() };
        assert!(remedy(one, &answer, &finding).len() > 10);
        for why in ["interlocked", "deadline", "panicked"] {
            let step = InboundStep { why: Some(why.to_owned()), ..answer.steps[2].clone() };
            assert!(!problem(one, &step).is_empty());
        }
    }
    let list_of = InboundList { now_ms: 0, total: 1, items: vec![answer.call] };
    assert!(list(Words::Chinese, &list_of).contains("电话 王五"));
}
