//! What a managed device's answers come to: verdicts, values, words.
use super::interview::{Open, Port, Seen, State};
use super::ports::{Counters, Increase, Since};
use super::*;
use crate::snmp::driver::Error;
use crate::snmp::session::{Failure, Refusal};

fn parse(keys: &str) -> Result<Setup, BadSetup> {
    Setup::parse(format!("address = '10.0.0.1'\n{keys}").parse().expect("a table"))
}

fn setup(keys: &str) -> Setup {
    parse(keys).unwrap_or_else(|wrong| panic!("{keys}: {wrong}"))
}

#[test]
fn what_is_wrong_in_the_configuration_is_named() {
    for (keys, named) in [
        ("version = '1'", "version"),
        ("version = '3'", "user"),
        ("user = 'avow'", "version"),
        ("version = '3'\nuser = 'avow'\nprivacy_password_file = 'x'", "auth_password_file"),
        ("version = '3'\nuser = 'avow'\nauth = 'md5'", "auth"),
        ("version = '3'\nuser = 'avow'\ncommunity_file = 'x'", "community_file"),
        ("interfaces = [0]", "interfaces[0]"),
        ("interfaces = ['']", "interfaces[0]"),
        ("timeout_ms = 1", "timeout_ms"),
        ("values = [{ oid = 'sysDescr', name = 'x' }]", "values[0].oid"),
        ("values = [{ oid = '1.3.6.1', name = 'uptime' }]", "values[0].name"),
        ("colour = 1", "colour"),
    ] {
        let wrong = parse(keys).expect_err(keys).to_string();
        assert!(wrong.contains(named), "{keys}: {wrong}");
    }
    let read = setup("interfaces = ['Gi0/1', 3]");
    assert_eq!(read.interfaces, [Interface::Named("Gi0/1".into()), Interface::Index(3)]);
    assert_eq!((read.device_key().as_str(), read.limits().len()), ("snmp 10.0.0.1:161", 2));
}

fn port(called: &str, state: Option<State>) -> Port {
    Port { called: called.into(), state }
}

fn up(index: u32) -> State {
    State { index, is_off: false, operation: 1, mbit: Some(1_000), counters: Counters::default() }
}

fn seen(ports: Vec<Port>) -> Seen {
    Seen { ticks: 8_640_000 + 360_000, name: Some("sw1".into()), ports, ..Seen::default() }
}

#[track_caller]
fn check(keys: &str, seen: &Seen, since: &Since, verdict: &Verdict, said: &str) -> Found {
    let found = judgement::judged(&setup(keys), seen, since);
    assert_eq!((&found.verdict, found.detail.contains(said)), (verdict, true), "{said}: {}", found.detail);
    found
}

#[test]
fn a_port_that_is_down_missing_or_slow_has_its_finding() {
    let keys = "interfaces = ['a']\nspeed_at_least = 1000";
    for (state, verdict, said) in [
        (Some(up(1)), Verdict::Pass, "已运行 1 天 1 小时，a 1000M；sw1"),
        (Some(State { operation: 2, ..up(1) }), Verdict::fail("snmp.port-down"), "端口 a 断开"),
        (Some(State { operation: 7, ..up(1) }), Verdict::fail("snmp.port-down"), "端口 a 断开"),
        (Some(State { operation: 6, ..up(1) }), Verdict::fail("snmp.port-missing"), "模块不在"),
        (Some(State { operation: 4, mbit: None, ..up(1) }), Verdict::Pass, "a 接通"),
        (Some(State { operation: 2, is_off: true, ..up(1) }), Verdict::Pass, "a 已停用"),
        (Some(State { mbit: Some(100), ..up(1) }), Verdict::degraded("snmp.port-speed"), "为 100M，应不低于 1000M"),
        (None, Verdict::fail("snmp.port-missing"), "没有端口 a"),
    ] {
        check(keys, &seen(vec![port("a", state)]), &Since::First, &verdict, said);
    }
}

#[test]
fn increases_are_judged_by_the_worst_port() {
    let two = || seen(vec![port("a", Some(up(1))), port("b", Some(up(2)))]);
    let grown = |errors, discards| Since::Grown {
        over: Duration::from_secs(300),
        ports: [
            (1, Increase { errors: 0, discards: 0, bits_per_s: [Some(5e6), None] }),
            (2, Increase { errors, discards, bits_per_s: [Some(7e6), None] }),
        ]
        .into(),
    };
    let keys = "interfaces = ['a', 'b']";
    let found = check(keys, &two(), &grown(5, 300), &Verdict::Pass, "a 1000M，b 1000M");
    let number = |name: &str| found.values.iter().find(|value| value.name.as_str() == name).map(|value| value.number);
    assert_eq!([number("port_errors"), number("port_discards")], [Some(1.0), Some(60.0)]);
    assert_eq!([number("port_in"), number("port_out"), number("ports_up")], [Some(7e6), None, Some(2.0)]);
    check(keys, &two(), &grown(10, 0), &Verdict::degraded("snmp.port-errors"), "端口 b 每分钟错包 2 个");
    check(keys, &two(), &grown(0, 305), &Verdict::degraded("snmp.port-discards"), "端口 b 每分钟丢弃 61 个");
    let keys = "interfaces = ['a', 'b']\nerrors_at_most = 100";
    check(keys, &two(), &grown(10, 0), &Verdict::Pass, "sw1");
    check(keys, &two(), &Since::Restarted, &Verdict::degraded("snmp.restarted"), "上次查看后重启过");
}

#[test]
fn readings_have_limits_and_states() {
    let keys = "values = [{ oid = '1.3.6.1.4.1.9.1', name = 'temp', unit = 'celsius', scale = 0.1, at_most = 60, fail_above = 80, says = '功放温度' },\n\
        { oid = '1.3.6.1.4.1.9.2', name = 'protect', right = [0], says = '保护状态' }]";
    for (readings, verdict, said) in [
        (vec![Some(455.0), Some(0.0)], Verdict::Pass, "sw1"),
        (vec![Some(705.0), Some(0.0)], Verdict::degraded("snmp.value"), "功放温度 70.5°C"),
        (vec![Some(805.0), Some(0.0)], Verdict::fail("snmp.value"), "功放温度 80.5°C"),
        (vec![Some(705.0), Some(2.0)], Verdict::fail("snmp.state"), "保护状态 2，功放温度 70.5°C"),
        (vec![None, Some(0.0)], Verdict::degraded("snmp.no-object"), "设备没有 功放温度（1.3.6.1.4.1.9.1）"),
    ] {
        check(keys, &Seen { readings, ..seen(vec![]) }, &Since::First, &verdict, said);
    }
}

#[test]
fn what_was_left_open_is_told() {
    for (open, verdict, said) in [
        (Open::Silent, Verdict::degraded("snmp.no-answer"), "a 无应答"),
        (Open::Nonsense, Verdict::degraded("snmp.wrong-answer"), "a 的应答不符"),
        (Open::Refused, Verdict::degraded("snmp.auth-refused"), "a 不许读取"),
    ] {
        let seen = Seen { open: vec![("a".into(), open)], ..seen(vec![]) };
        check("", &seen, &Since::First, &verdict, said);
    }
}

#[test]
fn a_device_that_says_nothing_is_told_with_what_to_do_and_without_the_community() {
    let plain = "community_file = 'secret'";
    let user = "version = '3'\nuser = 'avow'\nauth_password_file = 'a'";
    let secret = "version = '3'\nuser = 'avow'\nauth_password_file = 'a'\nprivacy_password_file = 'p'";
    let refused = |refusal| Error::Device(Failure::Refused(refusal));
    let silent = |is_there| Error::Device(Failure::NoAnswer { is_there });
    let nonsense = || Error::Device(Failure::WrongAnswer { heard: b"\x30community".to_vec() });
    for (keys, error, finding, said) in [
        (plain, silent(false), "snmp.no-answer", "3000 ms 内无应答：请检查地址、供电、团体名"),
        (user, silent(false), "snmp.no-answer", "请检查地址、供电和设备"),
        (user, silent(true), "snmp.no-answer", "不再应答"),
        (secret, silent(true), "snmp.auth-refused", "加密口令不对，或算法不是"),
        (plain, Error::Refused, "snmp.no-answer", "没有 SNMP 服务"),
        (plain, nonsense(), "snmp.wrong-answer", "应答不符（10 字节）"),
        (user, nonsense(), "snmp.wrong-answer", "应答不符（0community）"),
        (user, refused(Refusal::UnknownUser), "snmp.auth-refused", "没有这个用户"),
        (user, refused(Refusal::WrongPassword), "snmp.auth-refused", "认证口令不对"),
        (user, refused(Refusal::WrongSecret), "snmp.auth-refused", "加密口令不对"),
        (user, refused(Refusal::Time), "snmp.auth-refused", "时钟窗口不符"),
        (user, Error::Device(Failure::NotProven), "snmp.auth-refused", "未通过认证"),
        (plain, Error::Device(Failure::Status(16)), "snmp.auth-refused", "不许读取"),
    ] {
        let found = judgement::stopped(&setup(keys).reach, "snmp", &error);
        assert_eq!(found.verdict, Verdict::fail(finding), "{}", found.detail);
        assert!(found.detail.starts_with("10.0.0.1:161 ") && found.detail.contains(said), "{said}: {}", found.detail);
    }
}
