//! What a meter's registers and exceptions come to: verdicts, values, words.
use super::*;

fn parse(keys: &str) -> Result<Setup, BadSetup> {
    Setup::parse(format!("address = '10.0.0.1'\n{keys}").parse().expect("a table"))
}

fn register(keys: &str) -> Register {
    let setup = parse(&format!("registers = [{{ {keys} }}]")).unwrap_or_else(|wrong| panic!("{keys}: {wrong}"));
    setup.registers[0].clone()
}

#[test]
fn what_is_wrong_in_the_configuration_is_named() {
    for (keys, named) in [
        ("", "registers"),
        ("baud = 9600\nregisters = [{ at = 0, name = 'x' }]", "baud"),
        ("rs485 = true\nregisters = [{ at = 0, name = 'x' }]", "rs485"),
        ("unit = 256\nregisters = [{ at = 0, name = 'x' }]", "unit"),
        ("registers = [{ name = 'x' }]", "registers[0].at"),
        ("registers = [{ at = 0 }]", "registers[0].name"),
        ("registers = [{ at = 65535, name = 'x', as = 'u32' }]", "registers[0].at"),
        ("registers = [{ at = 0, name = 'x', as = 'f64' }]", "registers[0].as"),
        ("registers = [{ at = 0, name = 'x', table = 'coil', as = 'u16' }]", "registers[0].as"),
        ("registers = [{ at = 0, name = 'x' }, { at = 1, name = 'x' }]", "registers[1].name"),
    ] {
        let wrong = parse(keys).expect_err(keys).to_string();
        assert!(wrong.contains(named), "{keys}: {wrong}");
    }
    let serial = Setup::parse(
        "address = '/dev/ttyUSB0'\nparity = 'even'\nregisters = [{ at = 0, name = 'x', at_most = 3 }]"
            .parse()
            .expect("toml"),
    )
    .expect("a setup");
    assert_eq!((serial.device_key().as_str(), serial.limits().len()), ("/dev/ttyUSB0", 1));
}

#[test]
fn bytes_make_numbers_of_every_form() {
    for (keys, bytes, number) in [
        ("as = 'u16'", &[0xff, 0xfe][..], Some(65_534.0)),
        ("as = 'i16'", &[0xff, 0xfe], Some(-2.0)),
        ("as = 'u32'", &[0, 1, 0, 2], Some(65_538.0)),
        ("as = 'u32', words = 'low-first'", &[0, 2, 0, 1], Some(65_538.0)),
        ("as = 'i32'", &[0xff, 0xff, 0xff, 0xff], Some(-1.0)),
        ("as = 'f32'", &[0x43, 0x66, 0, 0], Some(230.0)),
        ("as = 'f32', words = 'low-first'", &[0, 0, 0x43, 0x66], Some(230.0)),
        ("as = 'f32'", &[0x7f, 0xc0, 0, 0], None),
        ("table = 'coil'", &[0x01], Some(1.0)),
        ("table = 'discrete'", &[0xfe], Some(0.0)),
        ("as = 'u32'", &[0, 1], None),
    ] {
        assert_eq!(register(&format!("at = 3, name = 'x', {keys}")).number(bytes), number, "{keys} {bytes:?}");
    }
}

#[test]
fn what_was_read_is_judged() {
    let two = [
        register("at = 0, name = 'volts', scale = 0.1, unit = 'volt', at_least = 200, fail_below = 180, says = '电压'"),
        register("at = 0, name = 'breaker', table = 'coil', right = [1], says = '空开'"),
    ];
    let number = Outcome::Number;
    let left = |trouble| Outcome::Left(trouble);
    for (outcomes, verdict, said) in [
        (vec![number(2_203.0), number(1.0)], Verdict::Pass, "电压 220.3V，空开 1"),
        (vec![number(1_900.0), number(1.0)], Verdict::degraded("modbus.value"), "电压 190V"),
        (vec![number(1_700.0), number(1.0)], Verdict::fail("modbus.value"), "电压 170V"),
        (vec![number(2_203.0), number(0.0)], Verdict::fail("modbus.state"), "空开 0"),
        (vec![left(Trouble::Silent)], Verdict::fail("modbus.no-answer"), "电压 无应答，其余 1 项未再询问"),
        (vec![left(Trouble::Exception(2)), number(1.0)], Verdict::fail("modbus.exception"), "设备没有此地址（异常 2）"),
        (vec![left(Trouble::Exception(11)), number(1.0)], Verdict::fail("modbus.no-answer"), "网关后的设备无应答"),
        (vec![left(Trouble::Nonsense(vec![1, 255])), number(1.0)], Verdict::fail("modbus.wrong-answer"), "（01 ff）"),
        (vec![number(2_203.0), left(Trouble::NoNumber)], Verdict::fail("modbus.wrong-answer"), "空开 不是数"),
    ] {
        let found = judgement::judged(&two, &outcomes);
        assert_eq!((&found.verdict, found.detail.contains(said)), (&verdict, true), "{said}: {}", found.detail);
    }
}
