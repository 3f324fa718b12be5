//! A client of MQTT 3.1.1 (OASIS, 2014) of a page: for tests that must send what no proper client sends.
//!
//! It acknowledges what it is told to, keeps no session and never reconnects.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A packet from the broker, as far as tests look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet {
    /// The answer to a connect (3.2): 0 means accepted.
    ConnAck(u8),
    /// A message (3.3).
    Publish {
        /// Where it was published.
        topic: String,
        /// Its bytes.
        payload: Vec<u8>,
        /// To be acknowledged, for QoS 1.
        id: Option<u16>,
    },
    /// The broker has a message of QoS 1 (3.4).
    PubAck(u16),
    /// The answer to a subscription (3.9): one code a filter, 0x80 is a refusal.
    SubAck(Vec<u8>),
    /// Anything else, by its first byte.
    Other(u8),
}

/// A connection.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    next_id: u16,
}

impl Client {
    /// Connects with a clean session as `id`.
    ///
    /// # Errors
    /// When the broker is not there or refuses.
    pub async fn connect(address: SocketAddr, id: &str) -> io::Result<Self> {
        let mut client = Self { stream: TcpStream::connect(address).await?, next_id: 0 };
        client.stream.set_nodelay(true)?;
        client.raw(&packet(0x10, &[&string("MQTT"), &[4, 2, 0, 60], &string(id)])).await?;
        match client.next().await? {
            Packet::ConnAck(0) => Ok(client),
            other => Err(io::Error::other(format!("refused: {other:?}"))),
        }
    }

    /// Subscribes at QoS 1 and does not wait for the answer.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn subscribe(&mut self, filters: &[&str]) -> io::Result<()> {
        let id = self.id().to_be_bytes();
        let filters: Vec<u8> = filters.iter().flat_map(|filter| [string(filter), vec![1]].concat()).collect();
        self.raw(&packet(0x82, &[&id, &filters])).await
    }

    /// Publishes at QoS 1 and does not wait for the answer.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn publish(&mut self, topic: &str, payload: &[u8]) -> io::Result<u16> {
        let id = self.id();
        self.raw(&packet(0x32, &[&string(topic), &id.to_be_bytes(), payload])).await?;
        Ok(id)
    }

    /// Publishes at QoS 1 and waits until the broker has it; what else comes meanwhile is passed over.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn publish_and_wait(&mut self, topic: &str, payload: &[u8]) -> io::Result<()> {
        let id = self.publish(topic, payload).await?;
        while self.next().await? != Packet::PubAck(id) {}
        Ok(())
    }

    /// Sends these bytes, whatever they are.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// The next packet; a message of QoS 1 is acknowledged before it is handed out.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn next(&mut self) -> io::Result<Packet> {
        let first = self.stream.read_u8().await?;
        let mut body = vec![0; self.length().await?];
        self.stream.read_exact(&mut body).await?;
        let packet = parse(first, &body).ok_or_else(|| io::Error::other("not a packet of MQTT"))?;
        if let Packet::Publish { id: Some(id), .. } = packet {
            self.raw(&self::packet(0x40, &[&id.to_be_bytes()])).await?;
        }
        Ok(packet)
    }

    /// The next message.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn message(&mut self) -> io::Result<(String, Vec<u8>)> {
        loop {
            if let Packet::Publish { topic, payload, .. } = self.next().await? {
                return Ok((topic, payload));
            }
        }
    }

    /// The connection itself, to be tortured.
    #[must_use]
    pub fn into_stream(self) -> TcpStream {
        self.stream
    }

    const fn id(&mut self) -> u16 {
        self.next_id = self.next_id % 60_000 + 1;
        self.next_id
    }

    /// Remaining length (2.2.3): seven bits a byte, lowest first.
    async fn length(&mut self) -> io::Result<usize> {
        let mut length = 0;
        for shift in [0, 7, 14, 21] {
            let byte = self.stream.read_u8().await?;
            length |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(length);
            }
        }
        Err(io::Error::other("a length of more than four bytes"))
    }
}

fn parse(first: u8, body: &[u8]) -> Option<Packet> {
    match first >> 4 {
        2 => Some(Packet::ConnAck(*body.get(1)?)),
        3 => publish(first, body),
        4 => Some(Packet::PubAck(u16::from_be_bytes(body.get(..2)?.try_into().ok()?))),
        9 => Some(Packet::SubAck(body.get(2..)?.to_vec())),
        _ => Some(Packet::Other(first)),
    }
}

fn publish(first: u8, body: &[u8]) -> Option<Packet> {
    let length = usize::from(u16::from_be_bytes(body.get(..2)?.try_into().ok()?));
    let topic = String::from_utf8(body.get(2..2 + length)?.to_vec()).ok()?;
    let rest = body.get(2 + length..)?;
    let qos = first >> 1 & 3;
    let (id, payload) = if qos == 0 { (None, rest) } else { (Some(rest.get(..2)?), rest.get(2..)?) };
    let id = id.and_then(|bytes| bytes.try_into().ok()).map(u16::from_be_bytes);
    Some(Packet::Publish { topic, payload: payload.to_vec(), id })
}

fn packet(first: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let mut bytes = vec![first];
    let mut length = body.len();
    loop {
        let low = (length & 0x7f).to_le_bytes()[0];
        length >>= 7;
        bytes.push(if length == 0 { low } else { low | 0x80 });
        if length == 0 {
            break;
        }
    }
    bytes.extend(body);
    bytes
}

/// A text with its length before it (1.5.3).
fn string(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).expect("a topic of a test is short").to_be_bytes();
    [&length[..], text.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rig::{Folder, Mosquitto};

    #[test]
    fn lengths_are_written_as_the_standard_shows() {
        // MQTT 3.1.1, table 2.4.
        for (length, bytes) in [(127, vec![0x7f]), (128, vec![0x80, 0x01]), (16_384, vec![0x80, 0x80, 0x01])] {
            assert_eq!(packet(0x30, &[&vec![0; length]])[1..=bytes.len()], bytes);
        }
    }

    #[tokio::test]
    async fn it_speaks_with_a_real_broker() {
        let folder = Folder::new();
        let broker = Mosquitto::start(&folder).await;
        let mut reader = Client::connect(broker.address(), "reader").await.expect("connects");
        reader.subscribe(&["a/#", "b"]).await.expect("sent");
        assert_eq!(reader.next().await.expect("answered"), Packet::SubAck(vec![1, 1]));
        let mut writer = Client::connect(broker.address(), "writer").await.expect("connects");
        let long = vec![7; 70_000];
        writer.publish_and_wait("a/1", &long).await.expect("taken");
        assert_eq!(reader.message().await.expect("comes"), ("a/1".to_owned(), long));
    }
}
