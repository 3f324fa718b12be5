//! What a device is asked, in which order, and what it said. It judges nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use avow_shared::sort;

use super::ports::Counters;
use super::{Interface, Setup};
use crate::snmp::driver::{Driver, Error};
use crate::snmp::oid::Oid;
use crate::snmp::pdu::Datum;
use crate::snmp::session::Failure;

/// After this nothing more is asked, however slowly a device answers.
pub(super) const ENOUGH: Duration = Duration::from_secs(40);
/// After so many questions without an answer the rest is not asked.
const PATIENCE: u8 = 2;
/// Values that one question asks for: what fits into the smallest answer (RFC 3417, section 3.2: 484 bytes).
const AT_ONCE: usize = 12;

/// `system` (RFC 3418).
const SYSTEM: [u32; 7] = [1, 3, 6, 1, 2, 1, 1];
/// `ifEntry` (RFC 2863).
const IF_ENTRY: [u32; 9] = [1, 3, 6, 1, 2, 1, 2, 2, 1];
/// `ifXEntry` (RFC 2863).
const IF_X_ENTRY: [u32; 10] = [1, 3, 6, 1, 2, 1, 31, 1, 1, 1];
/// `entPhysicalEntry` (RFC 6933).
const ENTITY: [u32; 11] = [1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1];
/// `entPhysicalClass`: a chassis, a stack.
const WHOLE: [u64; 2] = [3, 11];

fn system(what: u32) -> Oid {
    Oid::new(&SYSTEM).with(&[what, 0])
}

fn if_entry(column: u32) -> Oid {
    Oid::new(&IF_ENTRY).with(&[column])
}

fn if_x_entry(column: u32) -> Oid {
    Oid::new(&IF_X_ENTRY).with(&[column])
}

/// What a device said of itself.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) ticks: u32,
    pub(super) description: Option<String>,
    pub(super) name: Option<String>,
    pub(super) identity: Identity,
    pub(super) ports: Vec<Port>,
    /// The numbers that were asked for, in their order; none where the device has no such thing, or no number.
    pub(super) readings: Vec<Option<f64>>,
    /// What was left open, and how.
    pub(super) open: Vec<(String, Open)>,
}

/// What stands on its name plate (ENTITY-MIB).
#[derive(Debug, Default)]
pub(super) struct Identity {
    pub(super) firmware: Option<String>,
    pub(super) software: Option<String>,
    pub(super) serial: Option<String>,
    pub(super) make: Option<String>,
    pub(super) model: Option<String>,
}

/// A port that was asked for.
#[derive(Debug)]
pub(super) struct Port {
    /// As the configuration calls it.
    pub(super) called: String,
    /// None: the device has no such port.
    pub(super) state: Option<State>,
}

/// How a port is.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) index: u32,
    /// Switched off by hand (`ifAdminStatus`).
    pub(super) is_off: bool,
    /// `ifOperStatus`.
    pub(super) operation: u64,
    /// Megabits a second, when it says.
    pub(super) mbit: Option<u64>,
    pub(super) counters: Counters,
}

/// How a question was left open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Open {
    Silent,
    Nonsense,
    Refused,
}

impl Seen {
    pub(super) fn counters(&self) -> BTreeMap<u32, Counters> {
        let states = self.ports.iter().filter_map(|port| port.state.as_ref());
        sort::map(states.map(|state| (state.index, state.counters)))
    }
}

struct Interview<'a> {
    driver: &'a mut Driver,
    seen: Seen,
    patience: u8,
}

/// Asks how long it runs, which everything that speaks SNMP says; then everything else, which it may leave open.
pub(super) async fn ask_all(setup: &Setup, driver: &mut Driver) -> Result<Seen, Error> {
    let first = driver.get(&[system(3), system(1), system(5)]).await?;
    let ticks = first.first().and_then(Datum::whole).and_then(|ticks| u32::try_from(ticks).ok()).unwrap_or(0);
    let text = |at: usize| first.get(at).and_then(Datum::text);
    let seen = Seen { ticks, description: text(1), name: text(2), ..Seen::default() };
    let mut interview = Interview { driver, seen, patience: PATIENCE };
    interview.ask_identity().await;
    interview.ask_ports(setup).await;
    interview.ask_readings(setup).await;
    Ok(interview.seen)
}

impl Interview<'_> {
    /// The name plate of the chassis; few devices have one, so that nothing is made of it when it is missing.
    async fn ask_identity(&mut self) {
        let class = Oid::new(&ENTITY).with(&[5]);
        let Ok(rows) = self.driver.walk(&class, 40, ENOUGH).await else { return };
        let is_whole = |datum: &Datum| datum.whole().is_some_and(|class| WHOLE.contains(&class));
        let Some((row, _)) = rows.iter().find(|(_, datum)| is_whole(datum)) else { return };
        let names: Vec<Oid> =
            [9, 10, 11, 12, 13].iter().map(|column| Oid::new(&ENTITY).with(&[*column]).with(row)).collect();
        let Ok(data) = self.driver.get(&names).await else { return };
        let mut texts = data.iter().map(Datum::text);
        let mut next = || texts.next().flatten();
        self.seen.identity =
            Identity { firmware: next(), software: next(), serial: next(), make: next(), model: next() };
    }

    async fn ask_ports(&mut self, setup: &Setup) {
        let names = self.names(setup).await;
        for interface in &setup.interfaces {
            let (called, index) = match interface {
                Interface::Index(index) => (format!("#{index}"), Some(*index)),
                Interface::Named(name) => (name.clone(), names.get(name).copied()),
            };
            let state = match index {
                None => None,
                Some(index) => match self.ask_port(&called, index).await {
                    Ok(state) => state,
                    // Left open, and told as such.
                    Err(Left) => continue,
                },
            };
            let is_unasked = state.is_none() && index.is_none() && names.is_empty();
            if !is_unasked {
                self.seen.ports.push(Port { called, state });
            }
        }
    }

    /// All names of ports with their numbers, as far as a name is wanted; the first table that has it counts.
    async fn names(&mut self, setup: &Setup) -> BTreeMap<String, u32> {
        let wanted: Vec<&str> = setup
            .interfaces
            .iter()
            .filter_map(|interface| match interface {
                Interface::Named(name) => Some(name.as_str()),
                Interface::Index(_) => None,
            })
            .collect();
        let mut names = BTreeMap::new();
        for table in [if_x_entry(1), if_entry(2), if_x_entry(18)] {
            if wanted.iter().all(|name| names.contains_key(*name)) {
                break;
            }
            let Ok(rows) = self.walk("端口名称", &table).await else { continue };
            for (row, datum) in rows {
                if let ([index], Some(name)) = (row.as_slice(), datum.text()) {
                    names.entry(name).or_insert(*index);
                }
            }
        }
        names
    }

    async fn ask_port(&mut self, called: &str, index: u32) -> Result<Option<State>, Left> {
        let of = |column: u32| if_entry(column).with(&[index]);
        let wide = |column: u32| if_x_entry(column).with(&[index]);
        let names = [of(7), of(8), of(5), of(14), of(20), of(13), of(19), wide(15), wide(6), wide(10)];
        let data = self.get(called, &names).await?;
        let whole = |at: usize| data.get(at).and_then(Datum::whole);
        let narrow = |at: usize| whole(at).and_then(|number| u32::try_from(number).ok());
        let Some(operation) = whole(1) else { return Ok(None) };
        let slow = whole(2).map(|bits| bits / 1_000_000);
        Ok(Some(State {
            index,
            is_off: whole(0) == Some(2),
            operation,
            mbit: whole(7).filter(|mbit| *mbit > 0).or(slow).filter(|mbit| *mbit > 0),
            counters: Counters {
                errors: [narrow(3), narrow(4)],
                discards: [narrow(5), narrow(6)],
                octets: [whole(8), whole(9)],
            },
        }))
    }

    async fn ask_readings(&mut self, setup: &Setup) {
        for some in setup.readings.chunks(AT_ONCE) {
            let names: Vec<Oid> = some.iter().map(|(name, _)| name.clone()).collect();
            let called: Vec<&str> = some.iter().map(|(_, reading)| reading.says.as_str()).collect();
            match self.get(&called.join("、"), &names).await {
                Ok(data) => self.seen.readings.extend(data.iter().map(Datum::number)),
                // The order must stay: nothing is read any more.
                Err(Left) => return,
            }
        }
    }

    async fn get(&mut self, called: &str, names: &[Oid]) -> Result<Vec<Datum>, Left> {
        if self.is_over() {
            return Err(self.leave(called, Open::Silent));
        }
        let answer = self.driver.get(names).await;
        answer.map_err(|error| self.fail(called, &error))
    }

    async fn walk(&mut self, called: &str, root: &Oid) -> Result<Vec<(Vec<u32>, Datum)>, Left> {
        if self.is_over() {
            return Err(self.leave(called, Open::Silent));
        }
        let answer = self.driver.walk(root, usize::MAX, ENOUGH).await;
        answer.map_err(|error| self.fail(called, &error))
    }

    fn is_over(&self) -> bool {
        self.patience == 0 || self.driver.elapsed() >= ENOUGH
    }

    fn fail(&mut self, called: &str, error: &Error) -> Left {
        self.patience -= 1;
        let open = match error {
            Error::Device(Failure::NoAnswer { .. }) => Open::Silent,
            Error::Device(Failure::WrongAnswer { .. } | Failure::NotProven) => Open::Nonsense,
            Error::Device(Failure::Refused(_) | Failure::Status(_)) => Open::Refused,
            Error::Refused | Error::Network(_) => {
                self.patience = 0;
                Open::Silent
            }
        };
        self.leave(called, open)
    }

    fn leave(&mut self, called: &str, open: Open) -> Left {
        self.seen.open.push((called.to_owned(), open));
        Left
    }
}

/// A question was left open; that is noted.
struct Left;
