//! What a power supply says of itself comes to: verdicts, values, words.
use std::collections::BTreeMap;

use super::status::{Feed, Status};
use super::*;

fn parse(keys: &str) -> Result<Setup, BadSetup> {
    Setup::parse(keys.parse().expect("a table"))
}

#[test]
fn what_is_wrong_in_the_configuration_is_named() {
    for (keys, named) in [
        ("address = '10.0.0.1'", "nut://host/name"),
        ("address = 'nut://10.0.0.1'", "nut://host/name"),
        ("address = 'nut://10.0.0.1/a b'", "nut://host/name"),
        ("address = 'nut://10.0.0.1:0/hall'", "address"),
        ("address = 'snmp://'", "address"),
        ("address = 'nut://10.0.0.1/hall'\ncommunity_file = 'x'", "community_file"),
        ("address = 'snmp://10.0.0.1'\nversion = '3'", "user"),
        ("address = 'snmp://10.0.0.1'\nlimits = { colour = { good = 1 } }", "colour"),
        ("address = 'snmp://10.0.0.1'\nlimits = { charge = { good = 1, tolerable = 2 } }", "limits.charge"),
    ] {
        let wrong = parse(keys).expect_err(keys).to_string();
        assert!(wrong.contains(named), "{keys}: {wrong}");
    }
    let setup = parse("address = 'nut://[fe80::1]:99/hall'").expect("a setup");
    assert_eq!((setup.device_key().as_str(), setup.limits().len()), ("nut [fe80::1]:99 hall", RULES.len()));
}

/// What NUT's variables come to; the status first.
fn variables(status: &str, more: &[(&str, &str)]) -> Status {
    let all = [("ups.status", status), ("ups.mfr", "APC"), ("ups.model", "APC 700"), ("ups.serial", "S1")];
    let all = all.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    nut::status(&all.collect::<BTreeMap<_, _>>())
}

#[track_caller]
fn check(status: &Status, verdict: &Verdict, said: &str) {
    let found = judgement::judged(&RULES, status, None);
    assert_eq!((&found.verdict, found.detail.contains(said)), (verdict, true), "{said}: {}", found.detail);
}

#[test]
fn every_state_has_its_finding() {
    for (status, more, verdict, said) in [
        ("OL", &[][..], Verdict::Pass, "市电供电；APC 700 序列号 S1"),
        ("OL CHRG BOOST", &[], Verdict::Pass, "市电供电"),
        ("OB DISCHRG", &[("battery.runtime", "1500")], Verdict::degraded("ups.on-battery"), "电池供电，约剩 25 分钟"),
        ("OB LB", &[], Verdict::fail("ups.low-battery"), "电池将尽，电池供电"),
        ("OL LB CHRG", &[], Verdict::degraded("ups.low-battery"), "电池未充足"),
        ("FSD OB LB", &[], Verdict::fail("ups.low-battery"), "即将关机"),
        ("OL RB", &[], Verdict::degraded("ups.replace-battery"), "电池应更换"),
        ("OL OVER", &[], Verdict::fail("ups.overload"), "过载"),
        ("OL BYPASS", &[], Verdict::degraded("ups.bypass"), "旁路供电"),
        ("OFF", &[], Verdict::fail("ups.off"), "没有输出"),
        ("OB CAL", &[], Verdict::Pass, "电池自检"),
        ("OL ALARM", &[("ups.alarm", "Fan failure!")], Verdict::degraded("ups.fault"), "Fan failure!"),
        ("OL ALARM", &[], Verdict::degraded("ups.fault"), "告警"),
        ("OL", &[("battery.charge", "49")], Verdict::degraded("ups.charge"), "电量 49%，应不低于 50%"),
        ("OL", &[("battery.runtime", "590")], Verdict::degraded("ups.runtime"), "续航分钟 9.83，应不低于 10"),
        ("OL", &[("battery.runtime", "170")], Verdict::fail("ups.runtime"), "续航"),
        ("OL", &[("ups.load", "81")], Verdict::degraded("ups.load"), "负载 81%"),
        ("OL", &[("input.voltage", "186")], Verdict::degraded("ups.input-voltage"), "应不低于 187V"),
        ("OL", &[("input.voltage", "250.5")], Verdict::degraded("ups.input-voltage"), "应不超过 242V"),
        // The mains are away: their voltage is no second problem.
        ("OB", &[("input.voltage", "0.0")], Verdict::degraded("ups.on-battery"), "电池供电；电池供电，市电 0 V"),
        ("OL", &[("ups.temperature", "51")], Verdict::fail("ups.battery-temperature"), "电池温度 51°C"),
        ("OL", &[("battery.charge", "nan"), ("ups.load", "")], Verdict::Pass, "市电供电；"),
    ] {
        check(&variables(status, more), &verdict, said);
    }
    let found = judgement::judged(&RULES, &variables("WAIT", &[]), None);
    assert!(matches!(found.verdict, Verdict::Unknown { .. }), "{}", found.detail);
    check(&Status { feeds: None, ..variables("RB", &[]) }, &Verdict::degraded("ups.replace-battery"), "未知");
}

#[test]
fn values_say_how_it_is_and_when_it_was_proven() {
    let more = [("battery.charge", "100"), ("battery.runtime", "3600"), ("ups.load", "20"), ("input.voltage", "221.5")];
    let status = variables("OL", &more);
    let found = judgement::judged(&RULES, &status, Some(Duration::from_secs(3 * 86_400)));
    let values: Vec<_> = found.values.iter().map(|value| (value.name.as_str(), value.number)).collect();
    let expected = [
        ("on_battery", 0.0),
        ("charge", 100.0),
        ("runtime", 60.0),
        ("ups_load", 20.0),
        ("input_voltage", 221.5),
        ("battery_proven", 72.0),
    ];
    assert_eq!(values, expected);
    assert!(
        found.detail.contains("电量 100%，续航 60 分钟，负载 20%，市电 221.5 V，3 天前经电池供电并恢复"),
        "{}",
        found.detail
    );
    assert_eq!(status.feeds, Some(Feed::Mains));
}
