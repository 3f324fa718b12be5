//! A service behind two ways: what a matrix's output shows is the way that it takes. When the way changes, the service is
//! away for a known time; over a third way it never comes. It answers HTTP: 200 while it is there, 503 while it is not.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::matrix::Matrix;

/// How long the service is away.
#[derive(Clone, Copy, Debug)]
pub struct Takes {
    /// The way that is used every day.
    pub main: u16,
    /// From the change to another way until it works over that; none: it never does.
    pub there: Option<Duration>,
    /// From the change back until it works again; none: it never does.
    pub back: Option<Duration>,
}

/// Serves on a free port what output 1 of `matrix` decides.
///
/// # Panics
/// When there is no free port.
pub async fn service(matrix: Matrix, takes: Takes) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let (watch, ready) = tokio::sync::watch::channel(true);
    tokio::spawn(async move {
        let mut way = matrix.shows(1);
        let mut until = Some(Instant::now());
        loop {
            let now = matrix.shows(1);
            if now != way {
                way = now;
                let takes = if way == takes.main { takes.back } else { takes.there };
                until = takes.map(|takes| Instant::now() + takes);
            }
            watch.send_replace(until.is_some_and(|until| Instant::now() >= until));
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, *ready.borrow()));
        }
    });
    address
}

async fn answer(mut stream: TcpStream, is_there: bool) -> io::Result<()> {
    let mut asked = [0; 1_024];
    let _heard = stream.read(&mut asked).await?;
    let status = if is_there { "200 OK" } else { "503 Service Unavailable" };
    let said = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(said.as_bytes()).await?;
    stream.shutdown().await
}
