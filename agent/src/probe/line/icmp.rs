//! ICMP echo (RFC 792, RFC 4443): packets, and the socket that the system allows.
//!
//! An unprivileged datagram socket first (`net.ipv4.ping_group_range`), then a raw one (`CAP_NET_RAW`).

use std::io;
use std::net::SocketAddr;

use socket2::{Protocol, Type};
use tokio::net::UdpSocket;

use super::packets::{Echo, exchange};
use super::{Setup, Trial, socket};

const TOKEN: usize = 16;
const HEADER: usize = 8;
/// As `ping` sends: 56 bytes of payload.
const PAYLOAD: usize = 56;

/// The packets of one run, told from every other run's by a random token in the payload.
struct Ping {
    v4: bool,
    /// A raw IPv4 socket delivers the IP header too.
    with_ip_header: bool,
    token: [u8; TOKEN],
}

impl Ping {
    const fn types(&self) -> (u8, u8) {
        if self.v4 { (8, 0) } else { (128, 129) }
    }
}

impl Echo for Ping {
    fn request(&mut self, sequence: u32) -> Vec<u8> {
        let mut packet = vec![0; HEADER + PAYLOAD];
        packet[0] = self.types().0;
        packet[4..6].copy_from_slice(&self.token[..2]);
        packet[6..8].copy_from_slice(&(sequence as u16).to_be_bytes());
        packet[HEADER..HEADER + TOKEN].copy_from_slice(&self.token);
        packet[HEADER + TOKEN..HEADER + TOKEN + 4].copy_from_slice(&sequence.to_be_bytes());
        if self.v4 {
            // The kernel writes the checksum of ICMPv6, and of datagram sockets.
            let sum = checksum(&packet);
            packet[2..4].copy_from_slice(&sum.to_be_bytes());
        }
        packet
    }

    fn answered(&self, bytes: &[u8]) -> Option<(u32, f64)> {
        let header = if self.with_ip_header { usize::from(bytes.first()? & 0x0f) * 4 } else { 0 };
        let packet = bytes.get(header..)?;
        let body = packet.get(HEADER..HEADER + TOKEN + 4)?;
        let ours = packet[0] == self.types().1 && packet[1] == 0 && body[..TOKEN] == self.token;
        let sequence = u32::from_be_bytes(body[TOKEN..].try_into().ok()?);
        ours.then_some((sequence, 0.0))
    }
}

/// The internet checksum (RFC 1071) of an even number of bytes.
fn checksum(bytes: &[u8]) -> u16 {
    let words = bytes.chunks_exact(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]])));
    let sum: u32 = words.sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    !((folded & 0xffff) + (folded >> 16)) as u16
}

pub(super) async fn run(setup: &Setup, to: SocketAddr) -> Trial {
    let mut token = [0; TOKEN];
    if getrandom::fill(&mut token).is_err() {
        return Trial::Missing("系统没有可用的随机数".to_owned());
    }
    match open(setup, to) {
        Ok((socket, raw)) => {
            let mut ping = Ping { v4: to.is_ipv4(), with_ip_header: raw && to.is_ipv4(), token };
            exchange(setup, &socket, &mut ping).await
        }
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Trial::Missing(
            "没有发送 ping 的权限：请设置 sysctl net.ipv4.ping_group_range=\"0 2147483647\"，或给服务 CAP_NET_RAW"
                .to_owned(),
        ),
        Err(error) => socket::meaning(setup, &error),
    }
}

fn open(setup: &Setup, to: SocketAddr) -> io::Result<(UdpSocket, bool)> {
    let protocol = if to.is_ipv4() { Protocol::ICMPV4 } else { Protocol::ICMPV6 };
    match socket::datagrams(setup, to, Type::DGRAM, protocol) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            socket::datagrams(setup, to, Type::RAW, protocol).map(|socket| (socket, true))
        }
        other => other.map(|socket| (socket, false)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ping(v4: bool, with_ip_header: bool, token: u8) -> Ping {
        Ping { v4, with_ip_header, token: [token; TOKEN] }
    }

    fn echoed(mut packet: Vec<u8>, kind: u8) -> Vec<u8> {
        packet[0] = kind;
        packet
    }

    #[test]
    fn the_checksum_of_a_packet_with_its_checksum_is_zero() {
        let packet = ping(true, false, 0xab).request(70_000);
        assert_eq!((packet[0], packet.len(), checksum(&packet)), (8, 64, 0));
    }

    #[test]
    fn a_reply_answers_its_own_packet() {
        let mut v4 = ping(true, false, 1);
        let reply = echoed(v4.request(70_000), 0);
        assert_eq!(v4.answered(&reply), Some((70_000, 0.0)));
        let mut v6 = ping(false, false, 1);
        let reply = echoed(v6.request(3), 129);
        assert_eq!(v6.answered(&reply), Some((3, 0.0)));
        let mut raw = ping(true, true, 1);
        let with_header = [vec![0x46; 24], echoed(raw.request(3), 0)].concat();
        assert_eq!(raw.answered(&with_header), Some((3, 0.0)));
    }

    #[test]
    fn a_reply_of_an_earlier_run_answers_nothing() {
        let mut earlier = ping(true, false, 1);
        assert_eq!(ping(true, false, 2).answered(&echoed(earlier.request(0), 0)), None);
    }

    #[test]
    fn our_own_request_and_every_cut_answer_nothing() {
        let mut v4 = ping(true, false, 1);
        let request = v4.request(0);
        assert_eq!(v4.answered(&request), None, "the loopback delivers requests too");
        let reply = echoed(request, 0);
        for cut in 0..HEADER + TOKEN + 4 {
            assert_eq!(v4.answered(&reply[..cut]), None);
        }
    }
}
