//! The STAMP reflector (RFC 8762, stateless mode): agents measure their line against it, both ways.

use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use avow_shared::stamp::{NtpTime, Reply, Request, UNSYNCHRONISED};
use tokio::net::UdpSocket;

/// Longer than any request with extensions that a sender in use sends.
const LONGEST: usize = 1_500;
/// What a packet has on this machine's own lines, where the system is not asked: the sender starts with it.
const FULL_TTL: u8 = 255;

/// Answers requests for as long as the program runs. A reply is never longer than its request, so that nobody can use the
/// reflector to multiply traffic towards a third.
pub async fn reflect(socket: UdpSocket) {
    let mut buffer = [0; LONGEST];
    loop {
        match socket.recv_from(&mut buffer).await {
            Ok((length, from)) => answer(&socket, &buffer[..length], from).await,
            // An unreachable sender shows up here; the next packet may be fine.
            Err(error) => tracing::debug!(%error, "STAMP"),
        }
    }
}

async fn answer(socket: &UdpSocket, packet: &[u8], from: SocketAddr) {
    let received = now();
    let Some(request) = Request::decode(packet) else { return };
    let sequence = request.sequence;
    let reply = Reply { sequence, sent: now(), error_estimate: UNSYNCHRONISED, received, request, ttl: FULL_TTL };
    // Padding comes back as it went, so that both ways carry packets of one size (RFC 8762, 4.3).
    let mut bytes = packet.to_vec();
    let encoded = reply.encode();
    bytes[..encoded.len()].copy_from_slice(&encoded);
    if let Err(error) = socket.send_to(&bytes, from).await {
        tracing::debug!(%error, %from, "STAMP");
    }
}

fn now() -> NtpTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    NtpTime::from_unix_ns(since.as_nanos())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_comes_back_with_both_times_and_nothing_else_is_answered() {
        let reflector = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let address = reflector.local_addr().expect("bound");
        tokio::spawn(reflect(reflector));
        let sender = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        sender.send_to(b"short", address).await.expect("sent");
        let request = Request { sequence: 7, sent: now(), error_estimate: UNSYNCHRONISED };
        let padded = [&request.encode()[..], &[9; 20]].concat();
        sender.send_to(&padded, address).await.expect("sent");
        let mut buffer = [0; 200];
        let (length, _) = sender.recv_from(&mut buffer).await.expect("answered");
        let reply = Reply::decode(&buffer[..length]).expect("a reply");
        assert_eq!((length, reply.request, reply.sequence), (padded.len(), request, 7));
        assert!(reply.received >= request.sent && reply.sent >= reply.received);
        assert_eq!(buffer[44..64], [9; 20]);
    }
}
