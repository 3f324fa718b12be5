//! The Modbus probe against pymodbus over TCP and over a serial line, and against a simulated meter that misbehaves.

use std::process::Command;
use std::time::Duration;

use avow_agent::port::Tokio;
use avow_agent::probe::modbus::examine_at;
use avow_agent::probe::{Found, Work, run};
use avow_shared::outcome::Verdict;
use avow_tests::rig::{Folder, Process, check, free_loopback, python_peer, wait_until};
use avow_tests::sim::modbus::{Faults, Meter, Questions};
use futures_util::future::join_all;
use tokio::net::TcpListener;

use crate::site;

const SOON: Duration = Duration::from_secs(30);

/// Unit 7 of pymodbus: registers of every form, and bits.
const SERVER: &str = r#"
import asyncio, sys
from pymodbus import ModbusDeviceIdentification
from pymodbus.framer import FramerType
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

def block(kind, *values):
    return SimData(0, values=list(values), datatype=kind)

words = block(DataType.REGISTERS, 2203, 0xfffe, 0x0001, 0x0002, 0x4366, 0x0000, 0x0000, 0x4366)
inputs = block(DataType.REGISTERS, 501)
bits = block(DataType.BITS, True, False, True, *[False] * 13)
identity = ModbusDeviceIdentification(info_name={"VendorName": "Avow", "ProductCode": "PM-3", "MajorMinorRevision": "V2.11"})
device = SimDevice(7, simdata=([bits], [bits], [words], [inputs]))

async def main():
    how, where = sys.argv[1:]
    if how == "tcp":
        server = ModbusTcpServer(device, identity=identity, address=("127.0.0.1", 0))
    else:
        server = ModbusSerialServer(device, identity=identity, framer=FramerType.RTU, port=where, baudrate=9600)
    await server.serve_forever(background=True)
    if how == "tcp":
        where = server.transport.sockets[0].getsockname()[1]
    print("ready", where, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"#;

async fn pymodbus(folder: &Folder, how: &str, place: &str) -> (Process, String) {
    std::fs::write(folder.file("server.py"), SERVER).expect("writes");
    let mut command = Command::new(python_peer("python"));
    command.arg(folder.file("server.py")).args([how, place]);
    let mut process = Process::start(folder, "pymodbus", &command);
    let place = process.line("ready", SOON).await;
    (process, place)
}

/// What is read of the server, and what comes of it.
async fn ask(folder: &Folder, at: &str) {
    let register = |keys: &str| format!("{at}\nunit = 7\nregisters = [{{ name = 'x', says = '读数', {keys} }}]");
    for (keys, number) in [
        ("at = 0, scale = 0.1, unit = 'volt'", 220.3),
        ("at = 1", 65_534.0),
        ("at = 1, as = 'i16'", -2.0),
        ("at = 2, as = 'u32'", 65_538.0),
        ("at = 2, as = 'i32', words = 'low-first'", 131_073.0),
        ("at = 4, as = 'f32'", 230.0),
        ("at = 6, as = 'f32', words = 'low-first'", 230.0),
        ("at = 0, table = 'input', scale = 0.1", 50.1),
        ("at = 0, table = 'coil'", 1.0),
        ("at = 1, table = 'discrete'", 0.0),
    ] {
        let told = check(folder, "modbus", &register(keys));
        told.is(0, None, "读数");
        assert_eq!(told.number("x"), Some(number), "{keys}");
    }
    let keys = format!("{}\n", register("at = 0"));
    let work = Work::parse("modbus", keys.parse().expect("a table")).expect("a meter");
    let facts = run(&work, &site::context()).await.facts.expect("a plate");
    let plate = [&facts.make, &facts.model, &facts.firmware].map(|text| text.as_str());
    assert_eq!(plate, ["Avow", "PM-3", "V2.11"]);
    for (keys, code, finding, said) in [
        ("at = 0, at_most = 2000, fail_above = 2300", 0, "modbus.value", "读数 2203"),
        ("at = 0, table = 'coil', right = [0]", 1, "modbus.state", "读数 1"),
        ("at = 500", 1, "modbus.exception", "设备没有此地址（异常 2）"),
    ] {
        check(folder, "modbus", &register(keys)).is(code, Some(finding), said);
    }
}

#[tokio::test]
async fn pymodbus_is_read_over_tcp() {
    let folder = Folder::new();
    let (_process, port) = pymodbus(&folder, "tcp", "0").await;
    ask(&folder, &format!("address = '127.0.0.1:{port}'")).await;
    let down = format!("address = '{}'\nregisters = [{{ at = 0, name = 'x' }}]", free_loopback());
    check(&folder, "modbus", &down).is(1, Some("modbus.down"), "拒绝连接");
    let gone = "address = '/dev/no-such-port'\nregisters = [{ at = 0, name = 'x' }]";
    check(&folder, "modbus", gone).is(2, None, "打不开串口 /dev/no-such-port");
}

#[tokio::test]
async fn pymodbus_is_read_over_a_serial_line() {
    let folder = Folder::new();
    let ends = [folder.file("ours"), folder.file("theirs")];
    let mut command = Command::new("socat");
    command.args(ends.each_ref().map(|end| format!("pty,raw,echo=0,link={}", end.display())));
    let mut socat = Process::start(&folder, "socat", &command);
    wait_until("socat (apt-get install socat)", SOON, async || {
        assert!(socat.exit_status().is_none(), "socat ended at once: {}", socat.errors());
        ends.iter().all(|end| end.exists()).then_some(())
    })
    .await;
    let (_process, _) = pymodbus(&folder, "rtu", &ends[1].display().to_string()).await;
    ask(&folder, &format!("address = '{}'", ends[0].display())).await;
}

fn meter(is_serial: bool, faults: Faults) -> Meter {
    Meter { unit: 1, registers: vec![11, 22], is_serial, identity: None, faults }
}

const TWO: &str = "registers = [{ at = 0, name = 'one', says = '一号' }, { at = 1, name = 'two', says = '二号' }]";

fn work(address: &str) -> Work {
    Work::parse("modbus", format!("address = '{address}'\n{TWO}").parse().expect("a table")).expect("a meter")
}

/// Over connections: the meter takes a new one when the old one is given up.
async fn over_tcp(faults: Faults) -> Found {
    let meter = meter(false, faults);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound").to_string();
    let served = tokio::spawn(async move {
        let mut heard = 0;
        while let Ok((stream, _)) = listener.accept().await {
            // Whoever hangs up has heard enough.
            let _ = meter.serve(stream, &mut heard).await;
        }
    });
    let found = run(&work(&address), &site::context()).await;
    served.abort();
    found
}

/// Over a pipe in paused time, as on a serial line or within one connection.
async fn over_pipe(is_serial: bool, faults: Faults) -> Found {
    let Work::Modbus(setup) = work(if is_serial { "/dev/ttyUSB9" } else { "192.0.2.1" }) else { panic!("a meter") };
    let (ours, theirs) = tokio::io::duplex(512);
    let meter = meter(is_serial, faults);
    let served = tokio::spawn(async move { meter.serve(theirs, &mut 0).await });
    let found = examine_at(&setup, Tokio(ours)).await;
    served.abort();
    found
}

fn numbers(found: &Found) -> Vec<f64> {
    found.values.iter().map(|value| value.number).collect()
}

#[track_caller]
fn told(found: &Found, faults: &Faults, verdict: &Verdict, said: &str, read: &[f64]) {
    assert_eq!((&found.verdict, numbers(found).as_slice()), (verdict, read), "{faults:?}: {}", found.detail);
    assert!(found.detail.contains(said), "{faults:?}: {}", found.detail);
    assert_eq!(found.exhibits.is_empty(), *verdict == Verdict::Pass, "the bytes are the evidence");
}

#[tokio::test]
async fn every_misbehaviour_of_a_connection_has_its_finding_and_the_next_question_is_unharmed() {
    let nonsense = Verdict::fail("modbus.wrong-answer");
    let well = Faults::default;
    let cases = [
        (well(), Verdict::Pass, "一号 11，二号 22", &[11.0, 22.0][..]),
        (Faults { cut: Some(9), ..well() }, nonsense.clone(), "一号 应答不符", &[22.0]),
        (Faults { broken: true, ..well() }, nonsense.clone(), "一号 应答不符", &[22.0]),
        (Faults { noise: b"HTTP/1.1 400 Bad Request\r\n".to_vec(), ..well() }, nonsense, "（48 54 54 50", &[22.0]),
        (Faults { closes: true, ..well() }, Verdict::fail("modbus.no-answer"), "一号 未答即断开了连接", &[22.0]),
    ];
    let found = join_all(cases.iter().map(|(faults, ..)| over_tcp(faults.clone()))).await;
    for (found, (faults, verdict, said, read)) in found.iter().zip(&cases) {
        told(found, faults, verdict, said, read);
    }
}

/// Times are those of the probe: a second for an answer, two tries.
#[tokio::test(start_paused = true)]
async fn a_late_answer_over_tcp_is_known_by_its_number() {
    let nonsense = Verdict::fail("modbus.wrong-answer");
    let silent = Verdict::fail("modbus.no-answer");
    let well = Faults::default;
    for (faults, verdict, said, read) in [
        (well(), Verdict::Pass, "一号 11，二号 22", &[11.0, 22.0][..]),
        (Faults { ignores: 1, ..well() }, Verdict::Pass, "二号 22", &[11.0, 22.0]),
        // It comes in the second try, which is answered itself.
        (Faults { late_ms: 1_500, ..well() }, Verdict::Pass, "一号 11，二号 22", &[11.0, 22.0]),
        // Both tries are over when it comes, and it answers neither of the next.
        (Faults { late_ms: 2_500, ..well() }, silent.clone(), "一号 无应答", &[22.0]),
        (Faults { ignores: 2, ..well() }, silent.clone(), "一号 无应答", &[22.0]),
        (Faults { ignores: 99, ..well() }, silent.clone(), "一号 无应答，二号 无应答", &[]),
        (Faults { wrong_number: true, ..well() }, nonsense.clone(), "一号 应答不符", &[]),
        (Faults { wrong_unit: true, ..well() }, nonsense, "一号 应答不符", &[]),
        (Faults { exception: Some(4), ..well() }, Verdict::fail("modbus.exception"), "设备故障（异常 4）", &[]),
        (Faults { exception: Some(11), ..well() }, silent, "网关后的设备无应答", &[]),
    ] {
        let found = over_pipe(false, faults.clone()).await;
        told(&found, &faults, &verdict, said, read);
    }
}

#[tokio::test(start_paused = true)]
async fn every_misbehaviour_on_a_serial_line_has_its_finding_and_the_next_question_is_unharmed() {
    let nonsense = Verdict::fail("modbus.wrong-answer");
    let silent = Verdict::fail("modbus.no-answer");
    let well = Faults::default;
    for (faults, verdict, said, read) in [
        (well(), Verdict::Pass, "一号 11，二号 22", &[11.0, 22.0][..]),
        (Faults { noise: vec![0xff, 0x01, 0x03], ..well() }, Verdict::Pass, "二号 22", &[11.0, 22.0]),
        // A serial line carries no numbers: the line is waited to be silent, then asked again.
        (Faults { late_ms: 1_500, ..well() }, Verdict::Pass, "一号 11，二号 22", &[11.0, 22.0]),
        (Faults { broken: true, ..well() }, Verdict::Pass, "一号 11，二号 22", &[11.0, 22.0]),
        (Faults { cut: Some(4), ..well() }, Verdict::Pass, "一号 11，二号 22", &[11.0, 22.0]),
        (Faults { ignores: 2, ..well() }, silent.clone(), "一号 无应答", &[22.0]),
        (Faults { ignores: 99, ..well() }, silent, "二号 无应答", &[]),
        (Faults { wrong_unit: true, ..well() }, nonsense, "一号 应答不符（00 03 02 00 0b", &[]),
        (Faults { exception: Some(2), ..well() }, Verdict::fail("modbus.exception"), "设备没有此地址（异常 2）", &[]),
        // Of another unit, and of this one: an answer that may be his is asked for again.
        (Faults { other_master: Some(2), ..well() }, Verdict::Pass, "线路上另有控制设备", &[11.0, 22.0]),
        (Faults { other_master: Some(1), ..well() }, Verdict::Pass, "线路上另有控制设备", &[11.0, 22.0]),
    ] {
        let found = over_pipe(true, faults.clone()).await;
        told(&found, &faults, &verdict, said, read);
    }
}

/// Runs of one agent, and how often it asked the meter who it is.
async fn asked_who(
    is_serial: bool,
    identity: Option<[&'static str; 3]>,
    faults: Faults,
    runs: usize,
) -> (Vec<Found>, u32) {
    let Work::Modbus(setup) = work(if is_serial { "/dev/ttyUSB9" } else { "192.0.2.1" }) else { panic!("a meter") };
    let (mut all, mut asked) = (Vec::new(), 0);
    for _ in 0..runs {
        let (ours, theirs) = tokio::io::duplex(512);
        let meter = Meter { identity, ..meter(is_serial, faults.clone()) };
        let served = tokio::spawn(async move {
            let mut questions = Questions::default();
            // Whoever hangs up has heard enough.
            let _ = meter.serve_counting(theirs, &mut questions).await;
            questions.who
        });
        all.push(examine_at(&setup, Tokio(ours)).await);
        asked += served.await.expect("served");
    }
    (all, asked)
}

#[tokio::test(start_paused = true)]
async fn who_a_meter_is_is_asked_with_every_run_and_of_one_that_refuses_once() {
    let well = Faults::default;
    for is_serial in [false, true] {
        let (found, asked) = asked_who(is_serial, Some(["Avow", "PM-3", "V2.11"]), well(), 2).await;
        for found in &found {
            let facts = found.facts.as_ref().expect("a plate");
            let plate = [&facts.make, &facts.model, &facts.firmware].map(|text| text.as_str());
            assert_eq!((&found.verdict, plate), (&Verdict::Pass, ["Avow", "PM-3", "V2.11"]));
        }
        assert_eq!(asked, 6, "an object a frame, twice");
        // Exception 1, as most meters say.
        let (found, asked) = asked_who(is_serial, None, well(), 3).await;
        assert!(found.iter().all(|found| found.verdict == Verdict::Pass && found.facts.is_none()), "{found:?}");
        assert_eq!(asked, 1, "a refusal holds");
        let (found, asked) = asked_who(is_serial, None, Faults { ignores_who: true, ..well() }, 5).await;
        assert!(found.iter().all(|found| found.verdict == Verdict::Pass), "silence is no fault: {found:?}");
        assert_eq!(asked, 3, "one that is silent is asked some times");
        let (found, asked) =
            asked_who(is_serial, Some(["a", "b", "c"]), Faults { exception: Some(4), ..well() }, 2).await;
        assert_eq!(asked, 0, "who gives no number is not asked for a name: {found:?}");
    }
}
