//! A UPS through its own management card: UPS-MIB (RFC 1628), else APC's PowerNet-MIB, which old cards speak alone.

use std::time::Duration;

use avow_shared::outcome::Verdict;

use super::Asked;
use super::status::{Feed, Status};
use crate::probe::Found;
use crate::probe::snmp::{Reach, stopped};
use crate::snmp::driver::{Driver, Error};
use crate::snmp::oid::Oid;
use crate::snmp::pdu::Datum;
use crate::snmp::session::Failure;

/// The most that are asked of one card, its alarms in several.
pub(super) const QUESTIONS: u32 = 9;
/// Alarms are not asked for longer.
const ENOUGH: Duration = Duration::from_secs(10);
/// More alarms at once than a line has room for.
const MOST_ALARMS: usize = 20;

/// `upsObjects` (RFC 1628).
const UPS: [u32; 9] = [1, 3, 6, 1, 2, 1, 33, 1, 0];
/// `ups` of PowerNet-MIB.
const APC: [u32; 11] = [1, 3, 6, 1, 4, 1, 318, 1, 1, 1, 0];

fn ups(of: &[u32]) -> Oid {
    Oid::new(&UPS[..8]).with(of)
}

fn apc(of: &[u32]) -> Oid {
    Oid::new(&APC[..10]).with(of).with(&[0])
}

pub(super) async fn ask(reach: &Reach) -> Asked {
    let mut driver = match reach.open().await {
        Ok(driver) => driver,
        Err(why) => return Asked { status: Err(Box::new(Found::missing(why))), transcript: String::new() },
    };
    let status = match asked(&mut driver).await {
        Ok(Some(status)) => Ok(status),
        Ok(None) => {
            let why = format!("{} 没有 UPS 的数据（RFC 1628、PowerNet）：请检查地址和团体名的视图", reach.address);
            Err(Box::new(Found::new(Verdict::fail("ups.wrong-answer"), why)))
        }
        Err(error) => Err(Box::new(stopped(reach, "ups", &error))),
    };
    Asked { status, transcript: driver.transcript().to_owned() }
}

async fn asked(driver: &mut Driver) -> Result<Option<Status>, Error> {
    // Output source; battery: status, minutes, charge, voltage, temperature; alarms.
    let state = [[4, 1], [2, 1], [2, 3], [2, 4], [2, 5], [2, 7], [6, 1]].map(|[group, what]| ups(&[group, what, 0]));
    let state = or_nothing(driver.get(&state).await)?;
    if state.first().and_then(Datum::whole).is_some() {
        let lines = (1..=3).flat_map(|line| [ups(&[4, 4, 1, 5, line]), ups(&[3, 3, 1, 3, line])]);
        // Maker, model, firmware.
        let more: Vec<Oid> = (1..=3).map(|what| ups(&[1, what, 0])).chain(lines).collect();
        let more = or_nothing(driver.get(&more).await)?;
        let count = state.get(6).and_then(Datum::whole).unwrap_or(0);
        let alarms = if count > 0 { driver.walk(&ups(&[6, 2, 1, 2]), MOST_ALARMS, ENOUGH).await? } else { Vec::new() };
        return Ok(Some(standard(&state, &more, &alarms)));
    }
    // Output status; battery: status, capacity, temperature, runtime, replace, voltage; input voltage; load.
    let state = [[4, 1, 1], [2, 1, 1], [2, 2, 1], [2, 2, 2], [2, 2, 3], [2, 2, 4], [2, 2, 8], [3, 2, 1], [4, 2, 3]];
    let state = or_nothing(driver.get(&state.map(|of| apc(&of))).await)?;
    if state.first().and_then(Datum::whole).is_none() {
        return Ok(None);
    }
    // Model, firmware, serial number.
    let who = or_nothing(driver.get(&[[1, 1, 1], [1, 2, 1], [1, 2, 3]].map(|of| apc(&of))).await)?;
    Ok(Some(powernet(&state, &who)))
}

/// A card that gives an error instead of saying that it has none of these has none of these.
fn or_nothing(answer: Result<Vec<Datum>, Error>) -> Result<Vec<Datum>, Error> {
    match answer {
        Err(Error::Device(Failure::Status(status))) if status != 6 && status != 16 => Ok(Vec::new()),
        other => other,
    }
}

/// RFC 1628: what it says by numbers.
fn standard(state: &[Datum], more: &[Datum], alarms: &[(Vec<u32>, Datum)]) -> Status {
    let whole = |at: usize| state.get(at).and_then(Datum::whole);
    let number = |at: usize| state.get(at).and_then(Datum::number);
    let text = |at: usize| more.get(at).and_then(Datum::text);
    // Three lines, each with load and input voltage; a line that is not there says nothing.
    let line = |first: usize| (0..3).filter_map(move |line| more.get(first + 2 * line)?.number());
    let mut status = Status {
        feeds: match whole(0) {
            Some(2) => Some(Feed::Nothing),
            Some(3 | 6 | 7) => Some(Feed::Mains),
            Some(4) => Some(Feed::Bypass),
            Some(5) => Some(Feed::Battery),
            _ => None,
        },
        is_low: matches!(whole(1), Some(3 | 4)),
        charge: number(3),
        runtime_s: number(2).map(|minutes| minutes * 60.0),
        load: line(3).reduce(f64::max),
        input_voltage: line(4).reduce(f64::min),
        battery_voltage: number(4).map(|tenths| tenths / 10.0),
        battery_temperature: number(5),
        make: text(0),
        model: text(1),
        firmware: text(2),
        ..Status::default()
    };
    // A card that cannot reckon says 0; while the mains are there, nobody means it.
    if status.feeds == Some(Feed::Mains) && status.runtime_s == Some(0.0) {
        status.runtime_s = None;
    }
    let well_known = ups(&[6, 3]);
    for (_, datum) in alarms {
        let which = match datum {
            Datum::Name(name) => name.below(&well_known).and_then(<[u32]>::first).copied().unwrap_or(0),
            _ => 0,
        };
        alarm(&mut status, which);
    }
    status
}

/// `upsWellKnownAlarms` (RFC 1628, section 4); what is said by the state already is not said again.
fn alarm(status: &mut Status, which: u32) {
    let words = match which {
        1 => return status.is_worn = true,
        3 | 4 => return status.is_low = true,
        8 => return status.is_overloaded = true,
        22 | 23 => return status.is_going = true,
        24 => return status.is_testing = true,
        2 | 9 | 11 | 12 | 14 | 15 => return,
        5 => "电池温度异常",
        6 => "市电异常",
        7 => "输出异常",
        10 => "旁路异常",
        13 => "充电器故障",
        16 => "风扇故障",
        17 => "熔断器故障",
        18 => "一般故障",
        19 => "自检未通过",
        20 => "管理卡与 UPS 断开",
        21 => "等待市电",
        _ => "厂家告警",
    };
    if !status.alarms.iter().any(|alarm| alarm == words) {
        status.alarms.push(words.to_owned());
    }
}

/// PowerNet-MIB: `upsBasicOutputStatus` and the rest.
fn powernet(state: &[Datum], who: &[Datum]) -> Status {
    let whole = |at: usize| state.get(at).and_then(Datum::whole);
    let number = |at: usize| state.get(at).and_then(Datum::number);
    let text = |at: usize| who.get(at).and_then(Datum::text);
    let output = whole(0);
    Status {
        feeds: match output {
            Some(2 | 4 | 12..=14) => Some(Feed::Mains),
            Some(3 | 15) => Some(Feed::Battery),
            Some(6 | 9 | 10 | 16) => Some(Feed::Bypass),
            Some(5 | 7 | 8 | 11) => Some(Feed::Nothing),
            _ => None,
        },
        is_low: whole(1) == Some(3),
        is_worn: whole(1) == Some(4) || whole(5) == Some(2),
        is_testing: output == Some(15),
        alarms: (output == Some(10)).then(|| "硬件故障".to_owned()).into_iter().collect(),
        charge: number(2),
        battery_temperature: number(3),
        // Hundredths of a second.
        runtime_s: number(4).map(|ticks| ticks / 100.0),
        battery_voltage: number(6),
        input_voltage: number(7),
        load: number(8),
        make: Some("APC".to_owned()),
        model: text(0),
        firmware: text(1),
        serial: text(2),
        ..Status::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integers(of: &[i64]) -> Vec<Datum> {
        of.iter().map(|number| Datum::Integer(*number)).collect()
    }

    fn texts(of: &[&str]) -> Vec<Datum> {
        of.iter().map(|text| Datum::Octets(text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn the_standard_is_read() {
        let more = [
            texts(&["Delta", "RT-3K", "2.1"]),
            integers(&[31, 229, 44, 227]),
            vec![Datum::Absent(1), Datum::Absent(1)],
        ];
        let on = |state: &[i64], alarms: &[u32]| {
            let alarms: Vec<_> = alarms.iter().map(|which| (vec![1], Datum::Name(ups(&[6, 3, *which])))).collect();
            standard(&integers(state), &more.concat(), &alarms)
        };
        let status = on(&[3, 2, 42, 100, 545, 25, 0], &[]);
        assert_eq!((status.feeds, status.is_low, status.runtime_s), (Some(Feed::Mains), false, Some(2_520.0)));
        assert_eq!((status.load, status.input_voltage, status.battery_voltage), (Some(44.0), Some(227.0), Some(54.5)));
        assert_eq!((status.make.as_deref(), status.model.as_deref()), (Some("Delta"), Some("RT-3K")));
        let status = on(&[5, 3, 4, 9, 470, 25, 3], &[2, 3, 16]);
        assert_eq!(
            (status.feeds, status.is_low, status.alarms),
            (Some(Feed::Battery), true, vec!["风扇故障".to_owned()])
        );
        let status = on(&[4, 2, 42, 100, 545, 25, 2], &[1, 8, 24, 99, 99]);
        assert_eq!((status.feeds, status.is_worn, status.is_overloaded), (Some(Feed::Bypass), true, true));
        assert_eq!((status.is_testing, status.alarms.len()), (true, 1));
        assert_eq!((on(&[3, 2, 0], &[]).runtime_s, on(&[5, 2, 0], &[]).runtime_s), (None, Some(0.0)));
        assert_eq!((on(&[2, 2], &[]).feeds, on(&[1, 2], &[]).feeds), (Some(Feed::Nothing), None));
    }

    #[test]
    fn what_apc_says_is_read() {
        let who = texts(&["Smart-UPS 1500", "UPS 09.3", "AS1234"]);
        let on = |output, battery, replace| {
            let mut state = integers(&[output, battery, 100, 24, 0, replace, 27, 221, 30]);
            state[4] = Datum::Ticks(360_000);
            powernet(&state, &who)
        };
        let status = on(2, 2, 1);
        assert_eq!((status.feeds, status.runtime_s, status.load), (Some(Feed::Mains), Some(3_600.0), Some(30.0)));
        assert_eq!((status.serial.as_deref(), status.is_worn), (Some("AS1234"), false));
        for (output, feeds) in
            [(3, Feed::Battery), (4, Feed::Mains), (6, Feed::Bypass), (7, Feed::Nothing), (12, Feed::Mains)]
        {
            assert_eq!(on(output, 2, 1).feeds, Some(feeds), "{output}");
        }
        assert_eq!((on(3, 3, 2).is_low, on(2, 2, 2).is_worn, on(2, 4, 1).is_worn), (true, true, true));
        assert_eq!((on(15, 2, 1).is_testing, on(10, 2, 1).alarms.len(), on(1, 1, 1).feeds), (true, 1, None));
    }
}
