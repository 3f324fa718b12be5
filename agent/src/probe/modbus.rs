//! The Modbus probe: registers and bits of a meter, a power distribution or an air conditioner, as the configuration describes
//! them. It only reads.

mod judgement;
mod register;

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use avow_shared::facts::Facts;
use avow_shared::outcome::Verdict;
use avow_shared::venue::Limit;
use embedded_io_async::{Read, Write};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::display::Address;
use super::{BadSetup, COMPANY, Exhibit, Found, no_rs485};
use crate::config::Fields;
use crate::modbus::codec::{Framing, Objects, Question};
use crate::modbus::driver::{Driver, Error};
use crate::modbus::session::{Failure, Session};
use crate::port::{Tokio, TokioTimer};
use crate::profile::reading;
use crate::serial::{self, Parity, Serial, Wiring};
use judgement::{Read as Outcome, Trouble};
use register::Register;

/// Where devices listen ('Messaging on TCP/IP', section 4.3.2).
const PORT: u16 = 502;
/// To open a connection.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// After this nothing more is asked, however slowly a device answers.
const ENOUGH: Duration = Duration::from_secs(40);
/// A question that noise has broken is asked once more.
const TRIES: u32 = 2;
/// After so many questions without an answer the rest is not asked.
const PATIENCE: u8 = 2;
/// Who a unit is, it need not say. One that refuses is not asked again, nor one that was so often silent or not understood.
const MOST_IN_VAIN: u8 = 3;
/// Frames for the three basic objects: each has one to itself at the worst.
const MOST_FRAMES: usize = 3;

/// A Modbus probe.
#[derive(Clone, Debug)]
pub struct Setup {
    place: Place,
    unit: u8,
    timeout: Duration,
    registers: Vec<Register>,
    /// How often the unit was asked in vain who it is, while this program runs.
    in_vain: Arc<AtomicU8>,
}

/// Where a device is.
#[derive(Clone, Debug)]
enum Place {
    Serial { path: PathBuf, baud: u32, parity: Parity, wiring: Wiring },
    Network(Address),
}

impl Setup {
    /// Reads the keys of a Modbus probe.
    pub(super) fn parse(table: toml::Table) -> Result<Self, BadSetup> {
        let mut table = Fields::new(String::new(), table);
        let text = table.text("address")?;
        let place =
            if text.starts_with('/') {
                let parities = [("none", Parity::None), ("even", Parity::Even), ("odd", Parity::Odd)];
                Place::Serial {
                    path: text.as_str().into(),
                    baud: table.whole("baud", 1_200..=921_600, 9_600)?,
                    parity: table.word("parity", &parities, Parity::None)?,
                    wiring: Wiring::of(table.boolean("rs485", false)?),
                }
            } else {
                Place::Network(Address::parse(&text, PORT).map_err(|problem| {
                    table.wrong("address", format!("{problem} (or a serial port like /dev/ttyUSB0)"))
                })?)
            };
        let unit = table.whole("unit", 0..=255, 1)?;
        let timeout_ms = table.whole("timeout_ms", 50..=10_000, 1_000)?;
        let registers = table.tables("registers")?.into_iter().map(Register::take).collect::<Result<Vec<_>, _>>()?;
        if registers.is_empty() {
            return Err(table.wrong("registers", "expected at least one, found none").into());
        }
        reading::distinct(&table, "registers", registers.iter().map(|register| &register.reading), &[])?;
        table.finish()?;
        let timeout = Duration::from_millis(timeout_ms.into());
        Ok(Self { place, unit: u8::try_from(unit).unwrap_or(u8::MAX), timeout, registers, in_vain: Arc::default() })
    }

    pub(super) fn limits(&self) -> Vec<Limit> {
        self.registers.iter().filter_map(|register| register.reading.limit.clone()).collect()
    }

    /// Longer than all questions take: the last may wait for silence before each try, and so may
    /// that for who it is.
    pub(super) fn longest(&self) -> Duration {
        CONNECT_WITHIN * 2 + ENOUGH + self.timeout * (3 * TRIES + 3)
    }

    pub(super) fn device_key(&self) -> String {
        match &self.place {
            Place::Serial { path, .. } => path.display().to_string(),
            Place::Network(address) => format!("modbus {address}"),
        }
    }

    fn session(&self, framing: Framing) -> Session {
        let mut number = [0; 2];
        // Without randomness it begins with 0, which is as good on a connection of its own.
        let _ = getrandom::fill(&mut number);
        Session::new(framing, self.timeout, u16::from_le_bytes(number))
    }
}

/// What a run has come to.
#[derive(Default)]
struct Talk {
    outcomes: Vec<Outcome>,
    facts: Facts,
    transcript: String,
    has_company: bool,
}

pub(super) async fn run(setup: &Setup) -> Found {
    let begun = Instant::now();
    let mut talk = Talk::default();
    let mut patience = PATIENCE;
    let mut connections = 0;
    while talk.outcomes.len() < setup.registers.len() && patience > 0 && begun.elapsed() < ENOUGH {
        connections += 1;
        match &setup.place {
            Place::Serial { path, baud, parity, wiring } => match Serial::open_with(path, *baud, *parity, *wiring) {
                Ok(port) => ask(setup, Framing::Rtu, port, &mut talk, &mut patience, begun).await,
                Err(serial::Error::Taken { path }) => return Found::missing(format!("串口 {path} 正被其他程序使用")),
                Err(serial::Error::NoRs485 { path, source }) => return Found::missing(no_rs485(path, &source)),
                Err(serial::Error::Open { path, source }) => {
                    return Found::missing(format!("打不开串口 {path}（{source}）：请检查串口线和转换器"));
                }
            },
            Place::Network(address) => match connect(address).await {
                Ok(stream) => ask(setup, Framing::Tcp, Tokio(stream), &mut talk, &mut patience, begun).await,
                Err(why) if connections == 1 => {
                    return Found::new(Verdict::fail("modbus.down"), format!("{address} {why}"));
                }
                Err(_) => break,
            },
        }
    }
    found(setup, &talk)
}

/// The probe over one opened line, which is not opened again: generic, so that it is tested over a pipe.
pub async fn examine_at<P: Read + Write>(setup: &Setup, port: P) -> Found {
    let framing = match setup.place {
        Place::Serial { .. } => Framing::Rtu,
        Place::Network(_) => Framing::Tcp,
    };
    let (mut talk, mut patience) = (Talk::default(), PATIENCE);
    ask(setup, framing, port, &mut talk, &mut patience, Instant::now()).await;
    found(setup, &talk)
}

fn found(setup: &Setup, talk: &Talk) -> Found {
    let found = judgement::judged(&setup.registers, &talk.outcomes);
    let found = if talk.has_company { found.with_remark(COMPANY) } else { found };
    let proof = (found.verdict != Verdict::Pass).then(|| Exhibit::transcript(&talk.transcript));
    found.with_facts(talk.facts.clone()).with_exhibit(proof)
}

async fn connect(address: &Address) -> Result<TcpStream, String> {
    match timeout(CONNECT_WITHIN, TcpStream::connect(address.pair())).await {
        Ok(Ok(stream)) => {
            // A socket that refuses this works all the same.
            let _ = stream.set_nodelay(true);
            Ok(stream)
        }
        Ok(Err(error)) if error.kind() == ErrorKind::ConnectionRefused => {
            Err("拒绝连接：请启用设备的 Modbus TCP，核对端口".to_owned())
        }
        Ok(Err(error)) => Err(format!("连接失败：{error}")),
        Err(_) => Err(format!("{} s 内未能连接：请检查供电、网线和地址", CONNECT_WITHIN.as_secs())),
    }
}

/// Asks for what was not asked yet, until the connection is of no more use.
async fn ask<P: Read + Write>(
    setup: &Setup,
    framing: Framing,
    port: P,
    talk: &mut Talk,
    patience: &mut u8,
    begun: Instant,
) {
    let mut driver = Driver::new(port, TokioTimer::default(), setup.session(framing));
    let mut is_usable = true;
    while is_usable && *patience > 0 && begun.elapsed() < ENOUGH {
        let Some(register) = setup.registers.get(talk.outcomes.len()) else { break };
        let (outcome, usable) = read(&mut driver, register, setup.unit, framing).await;
        is_usable = usable;
        let is_silent = matches!(outcome, Outcome::Left(Trouble::Silent | Trouble::Nonsense(_) | Trouble::Closed));
        *patience -= u8::from(is_silent);
        talk.outcomes.push(outcome);
    }
    // The numbers come first, and whoever gives none is not asked for a name.
    let is_read = talk.outcomes.len() == setup.registers.len();
    if is_usable && is_read && matches!(talk.outcomes.last(), Some(Outcome::Number(_))) && begun.elapsed() < ENOUGH {
        talk.facts = identify(&mut driver, setup).await;
    }
    talk.transcript.push_str(driver.transcript());
    talk.has_company |= driver.has_company();
}

/// Who the unit says that it is; what it does not say is no fault of it.
async fn identify<P: Read + Write>(driver: &mut Driver<P, TokioTimer>, setup: &Setup) -> Facts {
    let (mut objects, mut from) = (Vec::new(), 0);
    for _ in 0..MOST_FRAMES {
        let in_vain = setup.in_vain.load(Ordering::Relaxed);
        if in_vain >= MOST_IN_VAIN {
            break;
        }
        let answer = driver.read(Question::Identify { unit: setup.unit, from }).await;
        let (in_vain, read) = match answer {
            Ok(bytes) => (0, Objects::read(&bytes)),
            Err(Error::Device(Failure::Exception(_))) => (MOST_IN_VAIN, None),
            Err(_) => (in_vain + 1, None),
        };
        setup.in_vain.store(in_vain, Ordering::Relaxed);
        let Some(read) = read else { break };
        objects.extend(read.objects);
        match read.next {
            Some(next) if next > from => from = next,
            _ => break,
        }
    }
    judgement::facts(&objects)
}

/// One register, and whether the connection may be used for the next: half a frame over TCP stands in the way of all others.
async fn read<P: Read + Write>(
    driver: &mut Driver<P, TokioTimer>,
    register: &Register,
    unit: u8,
    framing: Framing,
) -> (Outcome, bool) {
    let mut trouble = Trouble::Silent;
    for _ in 0..TRIES {
        trouble = match driver.read(register.request(unit)).await {
            Ok(bytes) => {
                return (register.number(&bytes).map_or(Outcome::Left(Trouble::NoNumber), Outcome::Number), true);
            }
            Err(Error::Device(Failure::Exception(code))) => return (Outcome::Left(Trouble::Exception(code)), true),
            Err(Error::Device(Failure::NoAnswer)) => Trouble::Silent,
            Err(Error::Device(Failure::WrongAnswer { heard })) => Trouble::Nonsense(heard),
            Err(Error::Port(_) | Error::Closed) => return (Outcome::Left(Trouble::Closed), false),
        };
        if framing == Framing::Tcp && matches!(trouble, Trouble::Nonsense(_)) {
            return (Outcome::Left(trouble), false);
        }
    }
    (Outcome::Left(trouble), true)
}

#[cfg(test)]
mod tests;
