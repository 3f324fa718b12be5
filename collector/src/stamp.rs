//! The STAMP reflector (RFC 8762, unauthenticated, stateless): agents measure their line to HQ against it.
//!
//! Anybody may send, and may forge who he is. So an answer is never longer than its request: nobody multiplies traffic
//! towards a third. Requests from a reflector's port are not answered: two reflectors never talk to each other without
//! end. And at most so many are answered a second: a flood costs a bounded share of the machine.
//!
//! It deliberately does not pad what is shorter than a test packet (RFC 8762, 4.6, for TWAMP Light): that would multiply.

use std::io::{self, IoSliceMut};
use std::net::SocketAddr;
use std::os::fd::AsRawFd;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use avow_shared::stamp::{NtpTime, PACKET_LEN, PORT, Reply, Request, UNSYNCHRONISED};
use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, setsockopt, sockopt};
use tokio::io::Interest;
use tokio::net::UdpSocket;
use tokio::time::Instant;

/// The most answers a second: 18 762 agents with twenty packets a minute send 6 254.
const MOST_A_SECOND: u32 = 20_000;
/// Longer packets (RFC 8972 extensions) are answered with this length at most.
const MAX_PACKET: usize = 1_500;
/// What stands for a time to live that the system does not tell. RFC 8762 (4.3.1) knows only a copy of what came; RFC 5357
/// (4.2), whose packets these are, demands 255 then.
const UNTOLD_TTL: u8 = 255;

/// Answers requests for as long as the program runs. An answer is as long as its request, so that both ways carry packets
/// of one size (RFC 8762, 4.3).
pub async fn reflect(socket: UdpSocket) {
    if let Err(error) = ask_for_ttl(&socket) {
        tracing::warn!(%error, "the system does not tell the time to live of packets");
    }
    Reflector::new(socket).run().await;
}

/// A socket of IPv6 may also receive over IPv4, whose packets have their own option.
fn ask_for_ttl(socket: &UdpSocket) -> io::Result<()> {
    if socket.local_addr()?.is_ipv6() {
        setsockopt(socket, sockopt::Ipv6RecvHopLimit, &true)?;
    }
    Ok(setsockopt(socket, sockopt::Ipv4RecvTtl, &true)?)
}

struct Reflector {
    socket: UdpSocket,
    own_port: u16,
    rate: Rate,
}

impl Reflector {
    fn new(socket: UdpSocket) -> Self {
        let own_port = socket.local_addr().map_or(PORT, |address| address.port());
        Self { socket, own_port, rate: Rate { since: Instant::now(), answers: 0 } }
    }

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
        if is_reflector(packet.from.port(), self.own_port) || !self.rate.allows(Instant::now()) {
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

/// A sender has a port of its own; who sends from a reflector's is one, or somebody has forged its address.
const fn is_reflector(port: u16, own_port: u16) -> bool {
    port == PORT || port == own_port
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
    Ok(Packet { length: message.bytes, from, ttl: ttl.unwrap_or(UNTOLD_TTL), received })
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
    use socket2::SockRef;

    use super::*;

    const REQUEST: Request = Request { sequence: 9, sent: NtpTime(1 << 40), error_estimate: 1 };

    async fn bound(address: &str) -> (UdpSocket, SocketAddr) {
        let socket = UdpSocket::bind(address).await.expect("binds");
        let address = socket.local_addr().expect("bound");
        (socket, address)
    }

    /// A sender towards a reflector that runs at `address`.
    async fn sender_to(address: &str) -> UdpSocket {
        let (reflector, there) = bound(address).await;
        tokio::spawn(reflect(reflector));
        let (socket, _) = bound("127.0.0.1:0").await;
        socket.connect(there).await.expect("connects");
        socket
    }

    async fn answer(socket: &UdpSocket) -> Vec<u8> {
        let mut buffer = vec![0; 65_536];
        let length = socket.recv(&mut buffer).await.expect("answers");
        buffer.truncate(length);
        buffer
    }

    async fn ttl_told(socket: &UdpSocket) -> u8 {
        socket.send(&REQUEST.encode()).await.expect("sends");
        Reply::decode(&answer(socket).await).expect("a reply").ttl
    }

    #[tokio::test]
    async fn an_answer_carries_the_request_and_both_times() {
        let socket = sender_to("127.0.0.1:0").await;
        let request = Request { sent: now(), ..REQUEST };
        socket.send(&request.encode()).await.expect("sends");
        let reply = Reply::decode(&answer(&socket).await).expect("a reply");
        assert_eq!((reply.sequence, reply.request), (9, request));
        assert!(reply.received >= request.sent && reply.sent >= reply.received);
    }

    #[tokio::test]
    async fn the_time_to_live_is_what_came() {
        let socket = sender_to("127.0.0.1:0").await;
        for ttl in [42, 1, 255] {
            socket.set_ttl(u32::from(ttl)).expect("sets");
            assert_eq!(ttl_told(&socket).await, ttl);
        }
    }

    #[tokio::test]
    async fn the_hop_limit_is_what_came_and_ipv4_may_come_to_a_socket_of_ipv6() {
        if !std::path::Path::new("/proc/net/if_inet6").exists() {
            return;
        }
        let (reflector, there) = bound("[::]:0").await;
        tokio::spawn(reflect(reflector));
        let (six, _) = bound("[::1]:0").await;
        six.connect(("::1", there.port())).await.expect("connects");
        SockRef::from(&six).set_unicast_hops_v6(42).expect("sets");
        assert_eq!(ttl_told(&six).await, 42);
        let (four, _) = bound("127.0.0.1:0").await;
        four.connect(("127.0.0.1", there.port())).await.expect("connects");
        four.set_ttl(43).expect("sets");
        assert_eq!(ttl_told(&four).await, 43);
    }

    #[tokio::test]
    async fn a_time_to_live_that_the_system_does_not_tell_is_255() {
        let (reflector, there) = bound("127.0.0.1:0").await;
        tokio::spawn(Reflector::new(reflector).run());
        let (socket, _) = bound("127.0.0.1:0").await;
        socket.connect(there).await.expect("connects");
        socket.set_ttl(42).expect("sets");
        assert_eq!(ttl_told(&socket).await, UNTOLD_TTL);
    }

    #[tokio::test]
    async fn an_answer_is_as_long_as_its_request_and_never_longer() {
        let socket = sender_to("127.0.0.1:0").await;
        let request = |length: usize| [REQUEST.encode().as_slice(), &vec![0xee; length]].concat()[..length].to_vec();
        for length in [0, 1, 14, PACKET_LEN - 1] {
            socket.send(&request(length)).await.expect("sends");
        }
        // Answers come in the order of the requests: the first belongs to the first that may be answered.
        for length in [PACKET_LEN, PACKET_LEN + 1, 60, MAX_PACKET, MAX_PACKET + 1, 65_507] {
            socket.send(&request(length)).await.expect("sends");
            let answer = answer(&socket).await;
            assert_eq!(answer.len(), length.min(MAX_PACKET), "{length}");
            assert!(answer[PACKET_LEN..].iter().all(|byte| *byte == 0xee), "padding goes back as it came");
        }
    }

    #[tokio::test]
    async fn two_reflectors_do_not_talk_to_each_other() {
        let (reflector, there) = bound("127.0.0.1:0").await;
        tokio::spawn(reflect(reflector));
        let (other, _) = bound(&format!("127.0.0.2:{}", there.port())).await;
        other.send_to(&REQUEST.encode(), there).await.expect("sends");
        let (socket, _) = bound("127.0.0.1:0").await;
        socket.connect(there).await.expect("connects");
        ttl_told(&socket).await;
        // Answers come in the order of the requests: one to the other reflector would be there by now.
        let other = other.into_std().expect("a socket");
        assert!(other.recv(&mut [0; PACKET_LEN]).is_err());
        assert!(is_reflector(PORT, 8620) && is_reflector(8620, 8620) && !is_reflector(40_000, 8620));
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
