//! The STAMP reflector (RFC 8762, unauthenticated, stateless): agents measure their line to HQ against it.
//!
//! It answers each packet with one of the same length, so it amplifies nothing; and it answers at most so many a second, so
//! that a flood costs a bounded share of the machine.

use std::io::{self, IoSliceMut};
use std::net::SocketAddr;
use std::os::fd::AsRawFd;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use avow_shared::stamp::{NtpTime, PACKET_LEN, Reply, Request, UNSYNCHRONISED};
use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, setsockopt, sockopt};
use tokio::io::Interest;
use tokio::net::UdpSocket;
use tokio::time::Instant;

/// The most answers a second: 18 762 agents with twenty packets a minute send 6 254.
const MOST_A_SECOND: u32 = 20_000;
/// Longer packets (RFC 8972 extensions) are answered with this length at most.
const MAX_PACKET: usize = 1_500;
/// The time to live that a sender starts with (RFC 8762, 4.2.1).
const FULL_TTL: u8 = 255;

/// Answers requests for as long as the program runs. An answer is exactly as long as its request, so that both ways carry
/// packets of one size (RFC 8762, 4.3) and nobody can use the reflector to multiply traffic towards a third.
pub async fn reflect(socket: UdpSocket) {
    // Without these the time to live is told as full, which RFC 8762 leaves open (4.3).
    let told = match socket.local_addr() {
        Ok(address) if address.is_ipv6() => setsockopt(&socket, sockopt::Ipv6RecvHopLimit, &true),
        _ => setsockopt(&socket, sockopt::Ipv4RecvTtl, &true),
    };
    if let Err(error) = told {
        tracing::warn!(%error, "the system does not tell the time to live of packets");
    }
    Reflector { socket, rate: Rate { since: Instant::now(), answers: 0 } }.run().await;
}

struct Reflector {
    socket: UdpSocket,
    rate: Rate,
}

impl Reflector {
    async fn run(mut self) {
        let mut buffer = [0; MAX_PACKET];
        loop {
            match self.receive(&mut buffer).await {
                Ok(packet) => self.answer(&mut buffer, packet).await,
                Err(error) => {
                    // An ICMP error of an earlier answer, or no memory: the next packet may do.
                    tracing::debug!(%error, "a packet was lost");
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }
        }
    }

    async fn receive(&self, buffer: &mut [u8]) -> io::Result<Packet> {
        let mut receive = || receive_now(self.socket.as_raw_fd(), buffer);
        loop {
            self.socket.readable().await?;
            match self.socket.try_io(Interest::READABLE, &mut receive) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                received => return received,
            }
        }
    }

    async fn answer(&mut self, buffer: &mut [u8; MAX_PACKET], packet: Packet) {
        let Some(request) = Request::decode(&buffer[..packet.length]) else { return };
        if !self.rate.allows(Instant::now()) {
            return;
        }
        let reply = Reply {
            sequence: request.sequence,
            received: packet.received,
            error_estimate: UNSYNCHRONISED,
            request,
            ttl: packet.ttl,
            sent: now(),
        };
        // Padding goes back as it came.
        buffer[..PACKET_LEN].copy_from_slice(&reply.encode());
        // A sender that cannot be reached learns nothing; that is what it measures.
        if let Err(error) = self.socket.send_to(&buffer[..packet.length], packet.from).await {
            tracing::debug!(%error, from = %packet.from, "a sender cannot be reached");
        }
    }
}

/// A packet in the buffer.
struct Packet {
    length: usize,
    from: SocketAddr,
    ttl: u8,
    received: NtpTime,
}

fn receive_now(socket: std::os::fd::RawFd, buffer: &mut [u8]) -> io::Result<Packet> {
    let mut slices = [IoSliceMut::new(buffer)];
    let mut control = nix::cmsg_space!(i32, i32);
    let message = recvmsg::<SockaddrStorage>(socket, &mut slices, Some(&mut control), MsgFlags::MSG_DONTWAIT)?;
    let received = now();
    let ttl = message.cmsgs()?.find_map(|control| match control {
        ControlMessageOwned::Ipv4Ttl(ttl) | ControlMessageOwned::Ipv6HopLimit(ttl) => u8::try_from(ttl).ok(),
        _ => None,
    });
    let from = message.address.and_then(address_of).ok_or(io::ErrorKind::InvalidData)?;
    Ok(Packet { length: message.bytes, from, ttl: ttl.unwrap_or(FULL_TTL), received })
}

fn address_of(address: SockaddrStorage) -> Option<SocketAddr> {
    let v4 = address.as_sockaddr_in().map(|v4| SocketAddr::V4((*v4).into()));
    v4.or_else(|| address.as_sockaddr_in6().map(|v6| SocketAddr::V6((*v6).into())))
}

fn now() -> NtpTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    NtpTime::from_unix_ns(since.as_nanos())
}

/// Answers in the current second.
struct Rate {
    since: Instant,
    answers: u32,
}

impl Rate {
    fn allows(&mut self, now: Instant) -> bool {
        if now.duration_since(self.since) >= Duration::from_secs(1) {
            *self = Self { since: now, answers: 0 };
        }
        self.answers += 1;
        self.answers <= MOST_A_SECOND
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_comes_back_with_times_ttl_and_length_and_nothing_else_is_answered() {
        let reflector = UdpSocket::bind("127.0.0.1:0").await.expect("binds");
        let address = reflector.local_addr().expect("bound");
        tokio::spawn(reflect(reflector));
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("binds");
        socket.connect(address).await.expect("connects");
        socket.set_ttl(77).expect("sets");
        let request = Request { sequence: 9, sent: now(), error_estimate: 1 };
        let packet = [request.encode().as_slice(), &[0xee; 16]].concat();
        socket.send(&[0; 43]).await.expect("sends");
        socket.send(&packet).await.expect("sends");
        let mut buffer = [0; 100];
        let length = socket.recv(&mut buffer).await.expect("answers");
        let reply = Reply::decode(&buffer[..length]).expect("a reply");
        assert_eq!((length, reply.sequence, reply.request), (60, 9, request));
        assert_eq!(buffer[PACKET_LEN..length], [0xee; 16]);
        assert!(reply.received >= request.sent && reply.sent >= reply.received);
        assert!(reply.ttl == 77 || reply.ttl == FULL_TTL, "the first packets may come before the option is set");
    }

    #[test]
    fn more_than_the_rate_is_not_answered() {
        let start = Instant::now();
        let mut rate = Rate { since: start, answers: 0 };
        let allowed = (0..2 * MOST_A_SECOND).filter(|_| rate.allows(start)).count();
        assert_eq!(allowed, MOST_A_SECOND as usize);
        assert!(rate.allows(start + Duration::from_secs(1)));
    }
}
