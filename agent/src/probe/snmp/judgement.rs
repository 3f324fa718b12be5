//! From what a device said to a verdict, its line and its values. Pure.

use avow_shared::facts::Facts;
use avow_shared::outcome::Verdict;
use avow_shared::value::Value;
use avow_shared::venue::Grade;

use super::interview::{Open, Port, Seen, State};
use super::ports::{Increase, Since};
use super::{Reach, Setup};
use crate::probe::Found;
use crate::probe::measures::{PORT_DISCARDS, PORT_ERRORS, PORT_IN, PORT_OUT, PORT_SPEED, PORTS_DOWN, PORTS_UP, UPTIME};
use crate::probe::problem::{Problem, line, verdict};
use crate::profile::bytes::shown;
use crate::snmp::driver::Error;
use crate::snmp::session::{Failure, Refusal};

/// The most of what was heard that a line for a person shows.
const MOST_SHOWN: usize = 40;
/// The most of a description that it shows, characters.
const MOST_DESCRIBED: usize = 60;

/// The words for a device that said nothing of itself; `kind` is the first part of the finding.
pub(in crate::probe) fn stopped(reach: &Reach, kind: &'static str, error: &Error) -> Found {
    let (address, waited) = (&reach.address, reach.patience().as_millis());
    let is_user = matches!(reach.access, super::Access::User { .. });
    let is_secret = matches!(reach.access, super::Access::User { privacy: Some(_), .. });
    let (problem, why) = match error {
        Error::Refused => ("no-answer", "没有 SNMP 服务：请在设备上启用 SNMP".to_owned()),
        Error::Network(error) => ("no-answer", format!("网络不通：{error}")),
        Error::Device(failure) => match failure {
            // It has just said who it is: Net-SNMP, for one, says nothing of what it cannot decrypt.
            Failure::NoAnswer { is_there: true } if is_secret => {
                ("auth-refused", "认得出设备而问不到：加密口令不对，或算法不是 AES-128".to_owned())
            }
            Failure::NoAnswer { is_there: true } => {
                ("no-answer", format!("{waited} ms 内不再应答：请检查设备的 SNMP 服务"))
            }
            Failure::NoAnswer { is_there: false } if is_user => {
                ("no-answer", format!("{waited} ms 内无应答：请检查地址、供电和设备允许的管理主机"))
            }
            Failure::NoAnswer { is_there: false } => {
                ("no-answer", format!("{waited} ms 内无应答：请检查地址、供电、团体名和设备允许的管理主机"))
            }
            Failure::WrongAnswer { heard } => {
                // A device that sends back what it hears would show the community.
                let holds_secret = matches!(reach.access, super::Access::Community(Some(_)));
                let heard = &heard[..heard.len().min(MOST_SHOWN)];
                let heard = if holds_secret { format!("{} 字节", heard.len()) } else { shown(heard) };
                ("wrong-answer", format!("应答不符（{heard}）：请检查地址和端口"))
            }
            Failure::NotProven => ("auth-refused", "应答未通过认证：请核对认证口令和算法".to_owned()),
            Failure::Refused(refusal) => ("auth-refused", refused(*refusal).to_owned()),
            Failure::Status(status @ (6 | 16)) => {
                ("auth-refused", format!("不许读取（错误 {status}）：请放宽设备的视图"))
            }
            Failure::Status(status) => ("wrong-answer", format!("应答错误 {status}")),
        },
    };
    let finding = match (kind, problem) {
        ("ups", "no-answer") => "ups.no-answer",
        ("ups", "auth-refused") => "ups.auth-refused",
        ("ups", _) => "ups.wrong-answer",
        (_, "no-answer") => "snmp.no-answer",
        (_, "auth-refused") => "snmp.auth-refused",
        (_, _) => "snmp.wrong-answer",
    };
    Found::new(Verdict::fail(finding), format!("{address} {why}"))
}

const fn refused(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::UnknownUser => "没有这个用户：请核对 user",
        Refusal::WrongPassword => "认证口令不对：请核对 auth 和 auth_password_file",
        Refusal::WrongSecret => "加密口令不对：请核对 privacy_password_file，算法应为 AES-128",
        Refusal::Level => "不许以此安全级别询问：请核对设备是否要求认证和加密",
        Refusal::Time => "时钟窗口不符：设备的引擎时间不稳定，请重启设备的 SNMP 服务",
        Refusal::Other => "拒绝了询问",
    }
}

/// The verdict on a device that answered.
pub(super) fn judged(setup: &Setup, seen: &Seen, since: &Since) -> Found {
    let mut problems: Vec<Problem> = seen.ports.iter().filter_map(|port| standing(setup, port)).collect();
    let mut values = vec![UPTIME.of(f64::from(seen.ticks) / 100.0)];
    if *since == Since::Restarted {
        problems.push(Problem::degrades("snmp.restarted", "上次查看后重启过"));
    }
    values.extend(of_ports(seen));
    grown(setup, seen, since, &mut problems, &mut values);
    read(setup, seen, &mut problems, &mut values);
    problems.extend(left_open(seen));
    let detail = line(&problems, &[state(seen), who(seen)]);
    Found::new(verdict(&problems), detail).with_values(values).with_facts(facts(seen))
}

/// What stands on its plate (ENTITY-MIB). `sysDescr` is no model: it holds versions and times of many makers' own order.
fn facts(seen: &Seen) -> Facts {
    let identity = &seen.identity;
    let said = |text: Option<&String>| text.map(Into::into).unwrap_or_default();
    Facts {
        make: said(identity.make.as_ref()),
        model: said(identity.model.as_ref()),
        serial: said(identity.serial.as_ref()),
        firmware: said(identity.software.as_ref().or(identity.firmware.as_ref())),
        ..Facts::default()
    }
}

/// A port that is switched off by hand is no fault; one whose state nobody knows is none either.
fn standing(setup: &Setup, port: &Port) -> Option<Problem> {
    let called = &port.called;
    let Some(state) = &port.state else {
        return Some(Problem::fails("snmp.port-missing", format!("没有端口 {called}")));
    };
    if state.is_off {
        return None;
    }
    // ifOperStatus (RFC 2863).
    match state.operation {
        1 | 4 => {}
        6 => return Some(Problem::fails("snmp.port-missing", format!("端口 {called} 的模块不在"))),
        _ => return Some(Problem::fails("snmp.port-down", format!("端口 {called} 断开"))),
    }
    let wanted = setup.speed_at_least.map(u64::from)?;
    let mbit = state.mbit.filter(|mbit| *mbit < wanted)?;
    Some(Problem::degrades("snmp.port-speed", format!("端口 {called} 为 {mbit}M，应不低于 {wanted}M")))
}

fn is_up(state: &State) -> bool {
    !state.is_off && matches!(state.operation, 1 | 4)
}

fn of_ports(seen: &Seen) -> Vec<Value> {
    if seen.ports.is_empty() {
        return Vec::new();
    }
    let states = || seen.ports.iter().filter_map(|port| port.state.as_ref());
    let (up, off) = (states().filter(|state| is_up(state)).count(), states().filter(|state| state.is_off).count());
    #[expect(clippy::cast_precision_loss, reason = "ports are few, speeds have few digits")]
    let mut values = vec![PORTS_UP.of(up as f64), PORTS_DOWN.of((seen.ports.len() - up - off) as f64)];
    let slowest = states().filter(|state| is_up(state)).filter_map(|state| state.mbit).min();
    #[expect(clippy::cast_precision_loss, reason = "ports are few, speeds have few digits")]
    values.extend(slowest.map(|mbit| PORT_SPEED.of(mbit as f64 * 1e6)));
    values
}

/// The port with the largest increase of each kind is told, since one bad cable is one bad port.
fn grown(setup: &Setup, seen: &Seen, since: &Since, problems: &mut Vec<Problem>, values: &mut Vec<Value>) {
    let Since::Grown { over, ports } = since else { return };
    let called = |index: u32| {
        let port = seen.ports.iter().find(|port| port.state.as_ref().is_some_and(|state| state.index == index));
        port.map_or("", |port| port.called.as_str())
    };
    let errors = |increase: &Increase| increase.errors;
    let discards = |increase: &Increase| increase.discards;
    let worst = |of: &dyn Fn(&Increase) -> u32| {
        ports.iter().map(|(index, increase)| (*index, of(increase))).max_by_key(|(_, packets)| *packets)
    };
    let kinds = [(PORT_ERRORS, worst(&errors), "错包"), (PORT_DISCARDS, worst(&discards), "丢弃")];
    for ((measure, worst, name), rule) in kinds.into_iter().zip(&setup.rules) {
        let Some((index, most)) = worst else { continue };
        let value = measure.of(Since::per_minute(most, *over));
        if rule.limit().judge(value.number) > Grade::Good {
            let words = format!("端口 {} 每分钟{name} {} 个", called(index), value.number);
            problems.push(Problem::degrades(rule.finding, words));
        }
        values.push(value);
    }
    for (way, measure) in [PORT_IN, PORT_OUT].into_iter().enumerate() {
        let busiest = ports.values().filter_map(|increase| increase.bits_per_s[way]).reduce(f64::max);
        values.extend(busiest.map(|bits| measure.of(bits)));
    }
}

fn read(setup: &Setup, seen: &Seen, problems: &mut Vec<Problem>, values: &mut Vec<Value>) {
    for ((oid, reading), number) in setup.readings.iter().zip(&seen.readings) {
        let Some(number) = number else {
            let words = format!("设备没有 {}（{oid}），或它不是数", reading.says);
            problems.push(Problem::degrades("snmp.no-object", words));
            continue;
        };
        let (value, wrong) = reading.of(*number);
        values.push(value);
        problems.extend(wrong.map(|wrong| {
            let finding = if wrong.is_state { "snmp.state" } else { "snmp.value" };
            Problem { grade: wrong.grade, finding, words: wrong.words }
        }));
    }
}

/// What is there and does not say how it is cannot be called well.
fn left_open(seen: &Seen) -> Option<Problem> {
    let names: Vec<&str> = seen.open.iter().map(|(name, _)| name.as_str()).collect();
    let names = names.join("、");
    let any = |wanted| seen.open.iter().any(|(_, open)| *open == wanted);
    if names.is_empty() {
        None
    } else if any(Open::Nonsense) {
        Some(Problem::degrades("snmp.wrong-answer", format!("{names} 的应答不符")))
    } else if any(Open::Refused) {
        Some(Problem::degrades("snmp.auth-refused", format!("{names} 不许读取")))
    } else {
        Some(Problem::degrades("snmp.no-answer", format!("{names} 无应答")))
    }
}

fn state(seen: &Seen) -> String {
    let seconds = seen.ticks / 100;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let ran = match (days, hours) {
        (0, 0) => format!("已运行 {minutes} 分钟"),
        (0, _) => format!("已运行 {hours} 小时 {minutes} 分钟"),
        _ => format!("已运行 {days} 天 {hours} 小时"),
    };
    let ports = seen.ports.iter().filter_map(|port| {
        let state = port.state.as_ref()?;
        let speed = || state.mbit.map_or_else(|| "接通".to_owned(), |mbit| format!("{mbit}M"));
        let how = if state.is_off { "已停用".to_owned() } else { speed() };
        (state.is_off || is_up(state)).then(|| format!("{} {how}", port.called))
    });
    std::iter::once(ran).chain(ports.take(4)).collect::<Vec<_>>().join("，")
}

/// Name, maker, model, serial number and firmware as far as it says.
fn who(seen: &Seen) -> String {
    let identity = &seen.identity;
    let described = seen.description.as_ref().filter(|_| identity.model.is_none());
    let described = described.map(|text| text.chars().take(MOST_DESCRIBED).collect::<String>());
    let version = identity.software.as_ref().or(identity.firmware.as_ref());
    let parts = [
        seen.name.clone(),
        identity.make.clone(),
        identity.model.clone(),
        described,
        identity.serial.as_ref().map(|serial| format!("序列号 {serial}")),
        version.map(|version| format!("软件 {version}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
