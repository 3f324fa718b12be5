//! Each reading of each chip, and each mistake in the keys.

use avow_shared::outcome::{Verdict, Why};
use avow_shared::time::{ClockQuality, EARLIEST_MS, WallTime};
use embedded_hal::i2c::ErrorKind;
use embedded_hal_mock::eh1::i2c::{Mock, Transaction};

use super::*;
use crate::probe::Work;

const LIGHT: &str = "chip='bh1750'\nbus='/dev/i2c-1'";
const AIR: &str = "chip='sht3x'\nbus='/dev/i2c-1'";
const CLOCK: &str = "chip='ds3231'\nbus='/dev/i2c-1'";
const RADIO: &str = "chip='ina219'\nbus='/dev/i2c-1'\nshunt_ohms=0.1\ncells=2";
/// 12:00 in China, some day.
const NOON_MS: u64 = EARLIEST_MS + 100 * 86_400_000 + 4 * 3_600_000;

fn setup(keys: &str) -> Result<Setup, String> {
    match Work::parse("sensor", keys.parse().expect("a table")).map_err(|error| error.to_string())? {
        Work::Sensor(setup) => Ok(*setup),
        other => panic!("{other:?}"),
    }
}

fn context(at_ms: u64, clock: ClockQuality) -> Context {
    let (state_dir, uptime) = (std::env::temp_dir(), Duration::from_secs(60));
    Context { may_move: false, state_dir, flash_bytes: 0, uptime, desk: None, wall: WallTime { at_ms, quality: clock } }
}

#[track_caller]
fn judged(keys: &str, reading: Reading, expected: &Verdict, words: &str) -> Found {
    let found = judgement::judged(&setup(keys).expect("keys"), &context(NOON_MS, ClockQuality::Free), reading);
    assert_eq!(&found.verdict, expected, "{}", found.detail);
    assert!(found.detail.contains(words), "'{words}' in {}", found.detail);
    found
}

#[test]
fn a_rostrum_wants_its_light() {
    judged(LIGHT, Reading::Lux(400.0), &Verdict::Pass, "400 lx");
    judged(LIGHT, Reading::Lux(399.0), &Verdict::degraded("sensor.dark"), "399 lx，应 ≥400");
    judged(LIGHT, Reading::Lux(199.0), &Verdict::fail("sensor.dark"), "199 lx");
    let desk = format!("{LIGHT}\nlimits={{ illuminance={{ good=600, tolerable=300 }} }}");
    judged(&desk, Reading::Lux(599.0), &Verdict::degraded("sensor.dark"), "应 ≥600");
}

#[test]
fn a_dark_hall_at_night_is_no_finding() {
    let dark = Reading::Lux(3.0);
    let by_day = setup(&format!("{LIGHT}\nhours=['08:00-18:00']")).expect("keys");
    let at = |at_ms, clock| judgement::judged(&by_day, &context(at_ms, clock), dark);
    assert_eq!(at(NOON_MS, ClockQuality::Free).verdict, Verdict::fail("sensor.dark"));
    let night = at(NOON_MS + 12 * 3_600_000, ClockQuality::Free);
    assert_eq!((night.verdict.clone(), night.values.len()), (Verdict::Pass, 1), "{}", night.detail);
    assert!(night.detail.contains("不在考核时段"), "{}", night.detail);
    let unset = at(5_000, ClockQuality::Unset);
    assert!(matches!(unset.verdict, Verdict::Unknown { why: Why::Missing { .. } }) && unset.values.len() == 1);
}

#[test]
fn air_has_a_limit_on_either_side() {
    let air = |celsius, humidity| Reading::Air(sht3x::Air { celsius, humidity });
    judged(AIR, air(23.0, 45.0), &Verdict::Pass, "23.0 °C，湿度 45 %");
    judged(AIR, air(31.0, 45.0), &Verdict::degraded("sensor.hot"), "应 ≤30");
    judged(AIR, air(41.0, 45.0), &Verdict::fail("sensor.hot"), "41.0");
    judged(AIR, air(9.0, 45.0), &Verdict::degraded("sensor.cold"), "应 ≥10");
    judged(AIR, air(23.0, 81.0), &Verdict::degraded("sensor.humid"), "应 ≤80");
    judged(AIR, air(23.0, 14.0), &Verdict::degraded("sensor.dry"), "应 ≥15");
}

#[test]
fn a_cradle_is_judged_by_what_should_lie_in_it() {
    let (full, any) = (format!("{RADIO}\nwanted='full'"), format!("{RADIO}\nwanted='any'"));
    let cradle = |state| Reading::Cradle { supply: Supply { amperes: 0.61, volts: 7.6 }, state };
    let (empty, slow) = (Verdict::fail("sensor.cradle-empty"), Verdict::degraded("sensor.not-full"));
    let stopped = Verdict::degraded("sensor.charge-stopped");
    for (keys, state, expected) in [
        (RADIO, State::Empty, &empty),
        (RADIO, State::Charging, &Verdict::Pass),
        (RADIO, State::Full, &Verdict::Pass),
        (RADIO, State::Stopped, &stopped),
        (&full, State::Empty, &empty),
        (&full, State::Charging, &slow),
        (&full, State::Full, &Verdict::Pass),
        (&any, State::Empty, &Verdict::Pass),
        (&any, State::Stopped, &stopped),
    ] {
        judged(keys, cradle(state), expected, "610 mA，7.60 V");
    }
    let by_day = setup(&format!("{RADIO}\nhours=['08:00-18:00']")).expect("keys");
    let night = context(NOON_MS + 12 * 3_600_000, ClockQuality::Free);
    let at_night = |state| judgement::judged(&by_day, &night, cradle(state)).verdict;
    assert_eq!((at_night(State::Empty), at_night(State::Stopped)), (Verdict::Pass, stopped));
}

#[test]
fn a_clock_is_compared_with_one_that_is_believed() {
    let noon_s = i64::try_from(NOON_MS / 1_000).expect("fits");
    let at = |ahead_s| Reading::Clock(ds3231::Reading { unix_s: noon_s + ahead_s, stopped: false });
    judged(CLOCK, at(10), &Verdict::Pass, "相差 10 s");
    judged(CLOCK, at(-11), &Verdict::degraded("sensor.clock"), "相差 11 s，应 ≤10");
    judged(CLOCK, at(8 * 3_600 + 1), &Verdict::degraded("sensor.clock"), "北京时间");
    let flat = Reading::Clock(ds3231::Reading { unix_s: 0, stopped: true });
    judged(CLOCK, flat, &Verdict::degraded("sensor.clock-battery"), "电池");
    let unset = context(5_000, ClockQuality::Unset);
    let found = judgement::judged(&setup(CLOCK).expect("keys"), &unset, at(0));
    assert!(matches!(found.verdict, Verdict::Unknown { .. }), "{}", found.detail);
    assert_eq!(
        judgement::judged(&setup(CLOCK).expect("keys"), &unset, flat).verdict,
        Verdict::degraded("sensor.clock-battery")
    );
}

#[test]
fn every_chip_is_asked_at_its_address_and_remembers_its_cradle() {
    for (keys, address) in [(LIGHT, 0x23), (AIR, 0x44), (CLOCK, 0x68), (RADIO, 0x40)] {
        assert_eq!(setup(keys).expect("keys").address(), address);
        assert_eq!(setup(&format!("{keys}\naddress=0x5c")).expect("keys").address(), 0x5c);
    }
    let radio = setup(RADIO).expect("keys");
    let look = |shunt: u16| {
        let mut mock = Mock::new(&[
            Transaction::write_read(0x40, vec![2], ((7_600u16 / 4) << 3 | 2).to_be_bytes().to_vec()),
            Transaction::write_read(0x40, vec![1], shunt.to_be_bytes().to_vec()),
        ]);
        // A clone, as every run makes one.
        let reading = radio.clone().read(&mut mock);
        mock.done();
        match reading {
            Ok(Reading::Cradle { state, .. }) => state,
            other => panic!("{other:?}"),
        }
    };
    let seen = [look(6_000), look(0), look(0)];
    assert_eq!(seen, [State::Charging, State::Charging, State::Stopped]);
}

#[test]
fn what_a_chip_does_wrong_is_told_with_what_to_do() {
    let radio = setup(RADIO).expect("keys");
    for (bad, part) in [
        (Bad::Bus(Trouble::NoBus("/dev/i2c-1".to_owned())), "modprobe i2c-dev"),
        (Bad::Checksum, "校验错误"),
        (Bad::NotReady, "断电再上电"),
        (Bad::Absurd(0xffff), "0xffff"),
        (Bad::OtherChip(0x399f), "0x40 处不是 INA219"),
    ] {
        assert!(radio.words(&bad).contains(part), "{}", radio.words(&bad));
    }
    let mut mock = Mock::new(&[Transaction::write(0x23, vec![0x20]).with_error(ErrorKind::Other)]);
    assert_eq!(setup(LIGHT).expect("keys").begin(&mut mock), Err(Bad::Bus(ErrorKind::Other)));
    mock.done();
}

#[tokio::test]
async fn a_missing_bus_is_unknown_and_says_what_to_do() {
    let setup = setup("chip='bh1750'\nbus='/nowhere/i2c-1'").expect("keys");
    let found = run(&setup, &context(NOON_MS, ClockQuality::Free)).await;
    assert!(matches!(found.verdict, Verdict::Unknown { .. }) && found.detail.contains("modprobe i2c-dev"), "{found:?}");
}

#[test]
fn a_wrong_key_is_named_with_what_is_expected() {
    for (keys, parts) in [
        ("bus='/dev/i2c-1'", ["chip", "missing"]),
        ("chip='bmp280'\nbus='/dev/i2c-1'", ["chip", "sht3x"]),
        ("chip='bh1750'\nbus='1'", ["bus", "/dev/i2c-1"]),
        ("chip='bh1750'\nbus='/dev/i2c-1'\naddress=3", ["address", "8 to 119"]),
        ("chip='bh1750'\nbus='/dev/i2c-1'\ncells=2", ["cells", "ina219"]),
        ("chip='bh1750'\nbus='/dev/i2c-1'\nwanted='full'", ["wanted", "ina219"]),
        ("chip='ina226'\nbus='/dev/i2c-1'\ncells=2", ["shunt_ohms", "0.1"]),
        ("chip='ina226'\nbus='/dev/i2c-1'\nshunt_ohms=0.1", ["cells", "e.g. 2"]),
        ("chip='ina226'\nbus='/dev/i2c-1'\nshunt_ohms=0\ncells=2", ["shunt_ohms", "above 0"]),
        ("chip='ina226'\nbus='/dev/i2c-1'\nshunt_ohms=0.1\ncells=2\nfull_volts=4.1", ["full_volts", "5.6 to 8.8"]),
        ("chip='bh1750'\nbus='/dev/i2c-1'\nhours=['8-18']", ["hours", "22:00-07:00"]),
        ("chip='bh1750'\nbus='/dev/i2c-1'\nlimits={ humidity_high={ good=1 } }", ["limits", "illuminance"]),
    ] {
        let said = setup(keys).expect_err("wrong");
        assert!(parts.iter().all(|part| said.contains(part)), "{parts:?} in {said}");
    }
}
