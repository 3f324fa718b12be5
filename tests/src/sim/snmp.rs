//! A device that speaks SNMP v2c from a list of values. It reads and writes with the agent's codec, which real agents and managers
//! test; what it decides is its own.

use std::net::SocketAddr;
use std::time::Duration;

use avow_agent::snmp::oid::Oid;
use avow_agent::snmp::pdu::{Datum, Kind, Pdu, community_message, read_community_message};
use tokio::net::UdpSocket;

/// What it does wrong; nothing by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// It takes no notice of so many questions.
    pub ignores: u32,
    /// The answer to the first question that it notices comes so late, milliseconds …
    pub late_ms: u64,
    /// … or to one of the next, counted from 0.
    pub late_at: u32,
    /// Its answers carry another id.
    pub wrong_id: bool,
    /// Its answers are about other names.
    pub wrong_names: bool,
    /// It answers with what it was asked.
    pub echoes: bool,
    /// It answers with this, and not with an answer.
    pub garbage: Option<Vec<u8>>,
    /// Its answers end after so many bytes.
    pub cut: Option<usize>,
    /// Its answers come from another port.
    pub elsewhere: bool,
    /// It says this before each answer.
    pub noise: Vec<u8>,
    /// It gives this error to all that it is asked.
    pub status: i32,
}

/// A device: names in their order, and their values.
#[derive(Clone, Debug)]
pub struct Device {
    /// What opens it.
    pub community: String,
    /// What it knows.
    pub values: Vec<(Oid, Datum)>,
    /// What it does wrong.
    pub faults: Faults,
}

/// A column of the table of ports: its number, and what stands in it for a port.
type Column = (u32, fn(u32) -> Datum);

impl Device {
    /// A switch of sixty ports, `eth1` to `eth60`, which has been up for a day.
    #[must_use]
    pub fn switch(faults: Faults) -> Self {
        let name = |text: &str| text.parse::<Oid>().expect("a literal name");
        let text = |text: &str| Datum::Octets(text.as_bytes().to_vec());
        let mut values = vec![
            (name("1.3.6.1.2.1.1.1.0"), text("Avow switch")),
            (name("1.3.6.1.2.1.1.3.0"), Datum::Ticks(8_640_000)),
            (name("1.3.6.1.2.1.1.5.0"), text("sw-sim")),
        ];
        let columns: [Column; 5] = [
            (2, |port| Datum::Octets(format!("eth{port}").into_bytes())),
            (5, |_| Datum::Gauge32(100_000_000)),
            (7, |_| Datum::Integer(1)),
            (8, |_| Datum::Integer(1)),
            (14, |_| Datum::Counter32(0)),
        ];
        let table = name("1.3.6.1.2.1.2.2.1");
        for (column, datum) in columns {
            values.extend((1..=60).map(|port| (table.with(&[column, port]), datum(port))));
        }
        Self { community: "secret-word".to_owned(), values, faults }
    }

    fn answer(&self, asked: &Pdu) -> Pdu {
        let get = |name: &Oid| {
            let known = self.values.iter().find(|(known, _)| known == name);
            known.map_or(Datum::Absent(0), |(_, datum)| datum.clone())
        };
        let bindings = match asked.kind {
            Kind::Bulk => {
                let from = asked.bindings.first().map(|(name, _)| name.clone());
                let behind = self.values.iter().filter(|(name, _)| from.as_ref().is_some_and(|from| name > from));
                let mut rows: Vec<_> = behind.take(usize::try_from(asked.index).unwrap_or(0)).cloned().collect();
                if rows.is_empty() {
                    rows.extend(from.map(|name| (name, Datum::Absent(2))));
                }
                rows
            }
            _ => asked.bindings.iter().map(|(name, _)| (name.clone(), get(name))).collect(),
        };
        Pdu { kind: Kind::Response, id: asked.id, status: self.faults.status, index: 0, bindings }
    }

    fn said(&self, question: &[u8], asked: &Pdu) -> Vec<u8> {
        let faults = &self.faults;
        let mut pdu = self.answer(asked);
        if faults.wrong_id {
            pdu.id = asked.id.wrapping_add(1).max(1);
        }
        if faults.wrong_names {
            pdu.bindings.iter_mut().for_each(|(name, _)| *name = name.with(&[9]));
        }
        let mut bytes = match &faults.garbage {
            Some(garbage) => garbage.clone(),
            None if faults.echoes => question.to_vec(),
            None => community_message(&self.community, &pdu),
        };
        bytes.truncate(faults.cut.unwrap_or(usize::MAX));
        bytes
    }
}

/// Serves `device` on a port of its own.
///
/// # Panics
/// When there is no port.
pub async fn serve(device: Device) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
    let other = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
    let address = socket.local_addr().expect("bound");
    tokio::spawn(async move {
        let mut buffer = [0; 2_048];
        let mut heard = 0;
        while let Ok((count, from)) = socket.recv_from(&mut buffer).await {
            let Ok(asked) = read_community_message(&buffer[..count]) else { continue };
            let said = device.said(&buffer[..count], &asked);
            heard += 1;
            if heard <= device.faults.ignores {
                continue;
            }
            if heard == device.faults.ignores + 1 + device.faults.late_at {
                tokio::time::sleep(Duration::from_millis(device.faults.late_ms)).await;
            }
            let from_here = if device.faults.elsewhere { &other } else { &socket };
            if !device.faults.noise.is_empty() {
                // Who has gone hears nothing.
                let _ = socket.send_to(&device.faults.noise, from).await;
            }
            let _ = from_here.send_to(&said, from).await;
        }
    });
    address
}
