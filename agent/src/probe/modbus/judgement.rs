//! From what was read to a verdict, its line and its values. Pure.

use avow_shared::facts::Facts;
use avow_shared::outcome::Verdict;
use avow_shared::value::Value;

use super::register::Register;
use crate::modbus::driver::hex;
use crate::probe::Found;
use crate::probe::problem::{Problem, line, verdict};

/// What one register came to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Read {
    /// Its number, as it came.
    Number(f64),
    /// Why there is none.
    Left(Trouble),
}

/// Why there is no number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    Silent,
    Nonsense(Vec<u8>),
    Closed,
    Exception(u8),
    NoNumber,
}

/// The verdict on all that was asked; registers that were not asked any more are missing at the end of `outcomes`.
pub(super) fn judged(registers: &[Register], outcomes: &[Read]) -> Found {
    let (mut problems, mut values) = (Vec::new(), Vec::new());
    let mut told = Vec::new();
    for (register, outcome) in registers.iter().zip(outcomes) {
        let reading = &register.reading;
        match outcome {
            Read::Number(number) => {
                let (value, wrong) = reading.of(*number);
                told.push(format!("{} {}{}", reading.says, value.number, value.unit.symbol()));
                values.push(value);
                problems.extend(wrong.map(|wrong| {
                    let finding = if wrong.is_state { "modbus.state" } else { "modbus.value" };
                    Problem { grade: wrong.grade, finding, words: wrong.words }
                }));
            }
            Read::Left(trouble) => problems.push(problem(&reading.says, trouble)),
        }
    }
    let left = registers.len().saturating_sub(outcomes.len());
    if left > 0 {
        problems.push(Problem::degrades("modbus.no-answer", format!("其余 {left} 项未再询问")));
    }
    summed_up(&problems, &told, values)
}

/// What the basic objects say (V1.1b3, section 6.21): maker, product code, version.
pub(super) fn facts(objects: &[(u8, Vec<u8>)]) -> Facts {
    let said = |wanted| {
        let object = objects.iter().find(|(number, _)| *number == wanted);
        object.map(|(_, text)| String::from_utf8_lossy(text).into()).unwrap_or_default()
    };
    Facts { make: said(0), model: said(1), firmware: said(2), ..Facts::default() }
}

fn summed_up(problems: &[Problem], told: &[String], values: Vec<Value>) -> Found {
    let verdict = verdict(problems);
    let told = if verdict == Verdict::Pass { told.join("，") } else { String::new() };
    Found::new(verdict, line(problems, &[told])).with_values(values)
}

fn problem(says: &str, trouble: &Trouble) -> Problem {
    let (finding, why) = match trouble {
        Trouble::Silent => ("modbus.no-answer", "无应答".to_owned()),
        Trouble::Closed => ("modbus.no-answer", "未答即断开了连接".to_owned()),
        Trouble::Nonsense(heard) => {
            ("modbus.wrong-answer", format!("应答不符（{}）", hex(&heard[..heard.len().min(16)])))
        }
        Trouble::NoNumber => ("modbus.wrong-answer", "不是数".to_owned()),
        // A gateway speaks for a unit that is silent (V1.1b3, section 7).
        Trouble::Exception(10) => ("modbus.no-answer", "网关无通路（异常 10）".to_owned()),
        Trouble::Exception(11) => ("modbus.no-answer", "网关后的设备无应答（异常 11）".to_owned()),
        Trouble::Exception(code) => ("modbus.exception", format!("{}（异常 {code}）", exception(*code))),
    };
    Problem::fails(finding, format!("{says} {why}"))
}

/// V1.1b3, section 7.
const fn exception(code: u8) -> &'static str {
    match code {
        1 => "设备不支持此功能",
        2 => "设备没有此地址",
        3 => "设备不接受此数量",
        4 => "设备故障",
        5 => "设备尚在处理",
        6 => "设备忙",
        8 => "设备存储校验错误",
        _ => "设备拒绝",
    }
}
