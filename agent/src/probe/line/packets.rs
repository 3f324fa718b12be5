//! Numbered packets and their replies over a datagram socket: the loop that ping and STAMP share.
//!
//! Times are monotonic. A reply counts only for the very packet that it answers, and only within its timeout.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use avow_shared::stamp::{NtpTime, Reply, Request, UNSYNCHRONISED};
use socket2::{Protocol, Type};
use tokio::net::UdpSocket;
use tokio::time::timeout_at;

use super::{Setup, Trial, socket};

/// How packets are made and recognised.
pub(super) trait Echo {
    /// The packet number `sequence`.
    fn request(&mut self, sequence: u32) -> Vec<u8>;
    /// The number of the packet that `bytes` answers, and the milliseconds that the other end itself took.
    fn answered(&self, bytes: &[u8]) -> Option<(u32, f64)>;
}

/// Sends all packets and collects the replies; milliseconds of each.
pub(super) async fn exchange(setup: &Setup, socket: &UdpSocket, echo: &mut impl Echo) -> Trial {
    let mut series = Series { sent: Vec::new(), times: Vec::new(), timeout: setup.timeout() };
    let start = tokio::time::Instant::now();
    for sequence in 0..setup.count() {
        series.sent.push(Instant::now());
        series.times.push(None);
        if let Err(error) = send(socket, &echo.request(sequence)).await {
            return socket::meaning(setup, &error);
        }
        let last = sequence + 1 == setup.count();
        let until = start + setup.gap() * (sequence + 1) + if last { setup.timeout() } else { Duration::ZERO };
        if let Err(error) = series.collect(socket, echo, until, last).await {
            return socket::meaning(setup, &error);
        }
    }
    Trial::Measured(series.times)
}

/// An error queued by an earlier packet (ICMP port unreachable) is not this packet's: it is left to the receiving side.
async fn send(socket: &UdpSocket, packet: &[u8]) -> io::Result<()> {
    match socket.send(packet).await {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => socket.send(packet).await.map(|_| ()),
        other => other.map(|_| ()),
    }
}

struct Series {
    sent: Vec<Instant>,
    times: Vec<Option<f64>>,
    timeout: Duration,
}

impl Series {
    async fn collect(
        &mut self,
        socket: &UdpSocket,
        echo: &impl Echo,
        until: tokio::time::Instant,
        last: bool,
    ) -> io::Result<()> {
        let mut buffer = [0; 2048];
        while !(last && self.times.iter().all(Option::is_some)) {
            match timeout_at(until, socket.recv(&mut buffer)).await {
                Err(_) => return Ok(()),
                Ok(Err(error)) => return Err(error),
                Ok(Ok(length)) => self.note(echo.answered(&buffer[..length])),
            }
        }
        Ok(())
    }

    fn note(&mut self, answered: Option<(u32, f64)>) {
        let Some((sequence, own_ms)) = answered else { return };
        let at = sequence as usize;
        let (Some(sent), Some(time)) = (self.sent.get(at), self.times.get_mut(at)) else { return };
        let elapsed = sent.elapsed();
        if time.is_none() && elapsed <= self.timeout {
            *time = Some((elapsed.as_secs_f64() * 1000.0 - own_ms).max(0.0));
        }
    }
}

/// STAMP: the sender's time stamp in the echo must be the one that went out with that number.
#[derive(Default)]
pub(super) struct Stamp {
    sent: Vec<NtpTime>,
}

impl Echo for Stamp {
    fn request(&mut self, sequence: u32) -> Vec<u8> {
        let ns = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        // A clock that is set back must not repeat a stamp.
        let sent = NtpTime::from_unix_ns(ns + u128::from(sequence));
        self.sent.push(sent);
        Request { sequence, sent, error_estimate: UNSYNCHRONISED }.encode().to_vec()
    }

    fn answered(&self, bytes: &[u8]) -> Option<(u32, f64)> {
        let reply = Reply::decode(bytes)?;
        let Request { sequence, sent, .. } = reply.request;
        let ours = self.sent.get(sequence as usize) == Some(&sent);
        ours.then(|| (sequence, reply.sent.ms_since(reply.received).max(0.0)))
    }
}

pub(super) async fn run_stamp(setup: &Setup, to: SocketAddr) -> Trial {
    match socket::datagrams(setup, to, Type::DGRAM, Protocol::UDP) {
        Ok(socket) => exchange(setup, &socket, &mut Stamp::default()).await,
        Err(error) => socket::meaning(setup, &error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_reply_of_an_earlier_run_answers_nothing() {
        let (mut earlier, mut now) = (Stamp::default(), Stamp::default());
        let old = Request::decode(&earlier.request(0)).expect("a request");
        let new = Request::decode(&now.request(0)).expect("a request");
        let reply = |request: Request| {
            let time = NtpTime(0);
            Reply { sequence: 0, sent: time, error_estimate: 1, received: time, request, ttl: 255 }.encode()
        };
        assert_ne!(old.sent, new.sent);
        assert_eq!(now.answered(&reply(old)), None);
        assert_eq!(now.answered(&reply(new)), Some((0, 0.0)));
    }

    #[test]
    fn a_second_or_late_reply_changes_nothing() {
        let now = Instant::now();
        let mut series = Series { sent: vec![now], times: vec![None], timeout: Duration::from_secs(60) };
        series.note(Some((0, 0.0)));
        let first = series.times[0];
        series.note(Some((0, 0.0)));
        series.note(Some((7, 0.0)));
        assert!(first.is_some() && series.times == [first]);

        let mut late = Series { sent: vec![now], times: vec![None], timeout: Duration::ZERO };
        late.note(Some((0, 0.0)));
        assert_eq!(late.times, [None]);
    }
}
