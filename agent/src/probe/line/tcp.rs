//! The time to open a TCP connection, again and again; each is closed at once.

use std::io;
use std::net::SocketAddr;
use std::time::Instant;

use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

use super::{Setup, Trial, socket};

pub(super) async fn run(setup: &Setup, to: SocketAddr) -> Trial {
    let mut times = Vec::new();
    let mut refused = None;
    for sequence in 0..setup.count() {
        if sequence > 0 {
            sleep(setup.gap()).await;
        }
        let begun = Instant::now();
        times.push(match timeout(setup.timeout(), connect(setup, to)).await {
            Ok(Ok(_stream)) => Some(begun.elapsed().as_secs_f64() * 1000.0),
            Ok(Err(error)) => match socket::meaning(setup, &error) {
                Trial::Down(why) => {
                    refused = Some(why);
                    None
                }
                missing => return missing,
            },
            Err(_) => None,
        });
    }
    match refused {
        Some(why) if times.iter().all(Option::is_none) => Trial::Down(why),
        _ => Trial::Measured(times),
    }
}

async fn connect(setup: &Setup, to: SocketAddr) -> io::Result<TcpStream> {
    let socket = if to.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if let Some(interface) = &setup.interface {
        socket.bind_device(Some(interface.as_bytes()))?;
    }
    if let Some(from) = setup.source_address {
        socket.bind(SocketAddr::new(from, 0))?;
    }
    socket.connect(to).await
}
