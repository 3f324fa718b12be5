//! One connection: packets in, packets out, and an end for whoever is silent, stuck or wrong.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::FutureExt;
use rumqttc::mqttbytes::v4::{
    ConnAck, Connect, ConnectReturnCode, Packet, PingResp, PubAck, Publish, SubAck, Subscribe, SubscribeReasonCode,
    UnsubAck, Unsubscribe,
};
use rumqttc::mqttbytes::{Error, QoS};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use super::Counter;
use crate::clock::now_ms;
use crate::counters::one;

/// Who connects says so at once.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// A CONNECT of an agent is a tenth of this.
const LONGEST_CONNECT: usize = 4 << 10;
const LONGEST_ID: usize = 256;
/// The longest packet: a frame, and a topic.
const LONGEST: usize = avow_shared::wire::MAX_FRAME_BYTES + 1_024;
/// Who takes none of what waits for it for so long is cut off.
const STUCK_AFTER: Duration = Duration::from_secs(20);
/// How often it is seen to that nobody is stuck.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// Who asks for no keep-alive is cut off after so long a silence all the same: a lost line shows in no other way.
const LONGEST_SILENCE: Duration = Duration::from_secs(1_800);
/// Packets that wait for a client; what comes beyond is lost, and asked for again by the agent.
pub(super) const QUEUE: usize = 64;
/// A PUBACK of a report waits so long for company: HQ's signed ack comes sooner (its pace lets none wait longer than eight seconds), and both
/// go out in one write and wake the box once. Who may wait for it alone (nobody's signature came on the line, no reports) has it at once.
const LINGER: Duration = Duration::from_secs(10);
/// So many wait for it, half of what an agent has on its way.
const MOST_OWED: u32 = 8;
/// When so much waits to be written, nothing more is taken for or from the client.
const MOST_UNWRITTEN: usize = 64 << 10;
/// What is read at once. An idle connection holds no more.
const READ: usize = 2 << 10;

/// Serves one connection to its end.
pub(super) async fn serve(stream: impl AsyncRead + AsyncWrite, counter: Arc<Counter>) {
    let mut line = Line::new(stream);
    let Ok(Ok(first)) = timeout(CONNECT_WITHIN, line.first()).await else {
        one(&counter.wiring.counters.clients_refused);
        return;
    };
    let (queue, packets) = mpsc::channel(QUEUE);
    let entered = match may_enter(&first) {
        Ok(()) => counter.enter(queue).ok_or(ConnectReturnCode::ServiceUnavailable),
        Err(code) => Err(code),
    };
    let code = entered.as_ref().map_or_else(|code| *code, |_| ConnectReturnCode::Success);
    if ConnAck::new(code, false).write(&mut line.unwritten).is_err() {
        return;
    }
    let Ok(entered) = entered else {
        one(&counter.wiring.counters.clients_refused);
        // Who is turned away hears it if it still listens.
        let _ = timeout(CONNECT_WITHIN, line.flush()).await;
        return;
    };
    let silence = silence(first.keep_alive);
    let talk = Talk { line, entered: &entered, counter: &counter, silence, owed: 0, pay_by: Instant::now() };
    if AssertUnwindSafe(talk.run(packets)).catch_unwind().await.is_err() {
        tracing::error!(client = first.client_id, "a connection ended with a panic");
    }
    counter.leave(&entered).await;
}

/// Why a client is refused, if so (MQTT 3.1.1, 3.2.2.3).
fn may_enter(connect: &Connect) -> Result<(), ConnectReturnCode> {
    let is_nameless_session = connect.client_id.is_empty() && !connect.clean_session;
    if is_nameless_session || connect.client_id.len() > LONGEST_ID {
        return Err(ConnectReturnCode::BadClientId);
    }
    Ok(())
}

/// One and a half times what was promised (MQTT 3.1.1, 3.1.2-24).
fn silence(keep_alive_s: u16) -> Duration {
    match keep_alive_s {
        0 => LONGEST_SILENCE,
        seconds => Duration::from_millis(u64::from(seconds) * 1_500),
    }
}

/// Why a connection ends: the other side closed it, went silent, took nothing, or does not speak MQTT.
struct End;

impl From<std::io::Error> for End {
    fn from(_: std::io::Error) -> Self {
        Self
    }
}

impl From<Error> for End {
    fn from(_: Error) -> Self {
        Self
    }
}

struct Line<S> {
    reader: ReadHalf<S>,
    writer: WriteHalf<S>,
    unread: BytesMut,
    unwritten: BytesMut,
}

impl<S: AsyncRead + AsyncWrite> Line<S> {
    fn new(stream: S) -> Self {
        let (reader, writer) = tokio::io::split(stream);
        Self { reader, writer, unread: BytesMut::new(), unwritten: BytesMut::new() }
    }

    async fn first(&mut self) -> Result<Connect, End> {
        loop {
            if let Some(refusal) = other_version(&self.unread) {
                self.unwritten.extend_from_slice(refusal);
                self.flush().await?;
                return Err(End);
            }
            match next(&mut self.unread, LONGEST_CONNECT) {
                Ok(Some(Packet::Connect(connect))) => return Ok(connect),
                Ok(Some(_)) => return Err(End),
                Ok(None) => read(&mut self.reader, &mut self.unread).await?,
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn flush(&mut self) -> Result<(), End> {
        Ok(self.writer.write_all_buf(&mut self.unwritten).await?)
    }
}

/// What to answer to a CONNECT of another version, each in the form that its own version reads: 'unacceptable protocol
/// version' (MQTT 3.1.1, 3.2.2.3; MQTT 5, 3.2.2.2). The rest of such a packet is laid out differently and is not read.
fn other_version(unread: &[u8]) -> Option<&'static [u8]> {
    const NAMES: [&[u8]; 2] = [b"\x00\x04MQTT", b"\x00\x06MQIsdp"];
    let length = unread.iter().skip(1).take(4).position(|byte| byte & 0x80 == 0)? + 1;
    let rest = unread.get(1 + length..).filter(|_| unread[0] == 0x10)?;
    let name = NAMES.iter().find(|name| rest.starts_with(name))?;
    match rest.get(name.len())? {
        4 => None,
        5 => Some(b"\x20\x03\x00\x84\x00"),
        _ => Some(b"\x20\x02\x00\x01"),
    }
}

/// The next whole packet in `unread`.
fn next(unread: &mut BytesMut, longest: usize) -> Result<Option<Packet>, Error> {
    match Packet::read(unread, longest) {
        Ok(packet) => Ok(Some(packet)),
        Err(Error::InsufficientBytes(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads more, at least one byte; may be dropped while it waits.
async fn read(reader: &mut (impl AsyncRead + Unpin), unread: &mut BytesMut) -> Result<(), End> {
    unread.reserve(READ);
    if reader.read_buf(unread).await? == 0 { Err(End) } else { Ok(()) }
}

/// A client that was let in.
struct Talk<'a, S> {
    line: Line<S>,
    entered: &'a Arc<super::super::Line>,
    counter: &'a Counter,
    silence: Duration,
    /// PUBACKs that wait for company; when there are any, nothing else is unwritten.
    owed: u32,
    /// Until when they do.
    pay_by: Instant,
}

impl<S: AsyncRead + AsyncWrite> Talk<'_, S> {
    async fn run(mut self, mut packets: mpsc::Receiver<Bytes>) -> End {
        let (mut heard, mut moved) = (Instant::now(), Instant::now());
        let mut alarm = std::pin::pin!(sleep_until(heard));
        loop {
            let is_owing = self.owed > 0;
            let Line { reader, writer, unread, unwritten } = &mut self.line;
            let has_room = unwritten.len() < MOST_UNWRITTEN;
            let done = tokio::select! {
                got = read(reader, unread), if has_room => {
                    // What is answered now waits from now on.
                    let obeyed = if got.is_ok() { self.obey().await } else { got };
                    heard = Instant::now();
                    if self.owed > 0 && self.pay_by < alarm.deadline() {
                        alarm.as_mut().reset(self.pay_by);
                    } else if is_owing && self.owed == 0 {
                        moved = heard;
                    }
                    obeyed
                }
                packet = packets.recv(), if has_room => match packet {
                    Some(packet) => {
                        if unwritten.is_empty() || is_owing {
                            moved = Instant::now();
                        }
                        self.owed = 0;
                        unwritten.extend_from_slice(&packet);
                        Ok(())
                    }
                    None => Err(End),
                },
                written = writer.write_buf(unwritten), if !unwritten.is_empty() && !is_owing => {
                    moved = Instant::now();
                    written.map(|_| ()).map_err(End::from)
                }
                () = &mut alarm => {
                    if is_owing && self.pay_by <= Instant::now() {
                        self.owed = 0;
                        moved = Instant::now();
                    }
                    let stuck = (!unwritten.is_empty() && self.owed == 0).then_some(moved + STUCK_AFTER);
                    let due = stuck.unwrap_or(heard + self.silence).min(heard + self.silence);
                    let look = if self.owed > 0 { self.pay_by } else { Instant::now() + LOOK_EVERY };
                    alarm.as_mut().reset(due.min(look));
                    if due <= Instant::now() { Err(End) } else { Ok(()) }
                }
            };
            if done.is_err() {
                return End;
            }
            if self.line.unwritten.is_empty() && self.line.unwritten.capacity() > READ {
                self.line.unwritten = BytesMut::new();
            }
        }
    }

    /// Does what the packets in `unread` say.
    async fn obey(&mut self) -> Result<(), End> {
        while let Some(packet) = next(&mut self.line.unread, LONGEST)? {
            match packet {
                Packet::Publish(publish) => self.take(publish).await?,
                Packet::Subscribe(subscribe) => self.subscribe(subscribe)?,
                Packet::Unsubscribe(unsubscribe) => self.unsubscribe(unsubscribe)?,
                Packet::PingReq => {
                    self.owed = 0;
                    PingResp.write(&mut self.line.unwritten)?;
                }
                // A client that was sent QoS 0 alone has nothing to acknowledge; it does no harm.
                Packet::PubAck(_) => {}
                _ => return Err(End),
            }
        }
        if self.line.unread.is_empty() && self.line.unread.capacity() > 2 * READ {
            self.line.unread = BytesMut::new();
        }
        Ok(())
    }

    async fn take(&mut self, publish: Publish) -> Result<(), End> {
        let Publish { qos, pkid, topic, payload, .. } = publish;
        if qos == QoS::ExactlyOnce {
            return Err(End);
        }
        // A small message must not hold on to what was read with it.
        let payload = if payload.len() < READ { Bytes::copy_from_slice(&payload) } else { payload };
        let is_reports = self.counter.wiring.gate.take(&topic, payload, now_ms(), Some(self.entered)).await;
        if qos == QoS::AtLeastOnce {
            self.owe(is_reports && self.entered.is_proven());
            PubAck::new(pkid).write(&mut self.line.unwritten)?;
        }
        Ok(())
    }

    /// Reckons what becomes of a PUBACK that is about to be written.
    fn owe(&mut self, may_wait: bool) {
        let waits = may_wait && (self.line.unwritten.is_empty() || self.owed > 0) && self.owed + 1 < MOST_OWED;
        if waits && self.owed == 0 {
            self.pay_by = Instant::now() + LINGER;
        }
        self.owed = if waits { self.owed + 1 } else { 0 };
    }

    fn subscribe(&mut self, subscribe: Subscribe) -> Result<(), End> {
        let answer = |topic: &str| match self.counter.subscribe(self.entered.no, topic) {
            true => SubscribeReasonCode::Success(QoS::AtMostOnce),
            false => SubscribeReasonCode::Failure,
        };
        let answers = subscribe.filters.iter().map(|filter| answer(&filter.path)).collect();
        self.owed = 0;
        SubAck::new(subscribe.pkid, answers).write(&mut self.line.unwritten)?;
        Ok(())
    }

    fn unsubscribe(&mut self, unsubscribe: Unsubscribe) -> Result<(), End> {
        let mut switch = self.counter.switch();
        unsubscribe.topics.iter().for_each(|topic| switch.unsubscribe(self.entered.no, topic));
        drop(switch);
        self.owed = 0;
        UnsubAck::new(unsubscribe.pkid).write(&mut self.line.unwritten)?;
        Ok(())
    }
}
