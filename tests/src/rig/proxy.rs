//! The line between agents and HQ: a TCP proxy that can be cut, hung, slowed and pointed somewhere else.
//!
//! It also gives a program that restarts on another port a lasting address.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How the line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Everything passes.
    Open,
    /// Open connections are reset, new ones closed at once.
    Cut,
    /// Connections stay and nothing passes: what a dead satellite link looks like.
    Hung,
    /// Everything passes at this pace, per connection and direction.
    Slow {
        /// Bytes a second, at least 1.
        bytes_per_s: u32,
    },
}

#[derive(Debug)]
struct Shared {
    line: watch::Sender<Line>,
    target: watch::Sender<SocketAddr>,
    accepted: AtomicU64,
    carried: AtomicU64,
}

/// A proxy on a port of its own; ends when the value is dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    listener: tokio::task::JoinHandle<()>,
}

impl Proxy {
    /// An open line to `target`.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let (line, target) = (watch::channel(Line::Open).0, watch::channel(target).0);
        let shared = Arc::new(Shared { line, target, accepted: AtomicU64::new(0), carried: AtomicU64::new(0) });
        let listener = tokio::spawn(listen(listener, Arc::clone(&shared)));
        Self { address, shared, listener }
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes the line, also for the connections that there are.
    pub fn set(&self, line: Line) {
        self.shared.line.send_replace(line);
    }

    /// New connections go to `target`.
    pub fn point_to(&self, target: SocketAddr) {
        self.shared.target.send_replace(target);
    }

    /// How many connections it has taken.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.shared.accepted.load(Ordering::Relaxed)
    }

    /// How many bytes it has carried, both ways.
    #[must_use]
    pub fn carried(&self) -> u64 {
        self.shared.carried.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.set(Line::Cut);
        self.listener.abort();
    }
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let Ok((near, _)) = listener.accept().await else { continue };
        shared.accepted.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(connection(near, Arc::clone(&shared)));
    }
}

/// Ends with the first of: either side closes, either side fails, the line is cut.
async fn connection(near: TcpStream, shared: Arc<Shared>) {
    let mut line = shared.line.subscribe();
    if *line.borrow() == Line::Cut {
        return;
    }
    let target = *shared.target.borrow();
    let Ok(far) = TcpStream::connect(target).await else { return };
    let (near_in, near_out) = near.into_split();
    let (far_in, far_out) = far.into_split();
    tokio::select! {
        _ = carry(near_in, far_out, &shared) => {}
        _ = carry(far_in, near_out, &shared) => {}
        _ = line.wait_for(|line| *line == Line::Cut) => {}
    }
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, shared: &Shared) -> io::Result<()> {
    let mut line = shared.line.subscribe();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        let now = line.wait_for(|line| *line != Line::Hung).await.map(|line| *line).unwrap_or(Line::Cut);
        if let Line::Slow { bytes_per_s } = now {
            tokio::time::sleep(Duration::from_secs_f64(length as f64 / f64::from(bytes_per_s.max(1)))).await;
        }
        to.write_all(&buffer[..length]).await?;
        shared.carried.fetch_add(length as u64, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::rig::wait_until;

    const SOON: Duration = Duration::from_secs(10);

    /// Sends back what it gets, each byte raised by `plus`.
    async fn echo(plus: u8) -> SocketAddr {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    while let Ok(byte) = stream.read_u8().await {
                        stream.write_u8(byte + plus).await.expect("the other side listens");
                    }
                });
            }
        });
        address
    }

    async fn asked(stream: &mut TcpStream) -> io::Result<u8> {
        stream.write_u8(1).await?;
        stream.read_u8().await
    }

    #[tokio::test]
    async fn a_cut_ends_connections_and_a_restored_line_takes_new_ones() {
        let proxy = Proxy::to(echo(1).await).await;
        let mut first = TcpStream::connect(proxy.address()).await.expect("connects");
        assert_eq!(asked(&mut first).await.expect("answers"), 2);
        proxy.set(Line::Cut);
        wait_until("the end of the first", SOON, async || asked(&mut first).await.err()).await;
        let mut second = TcpStream::connect(proxy.address()).await.expect("the proxy itself is there");
        assert!(asked(&mut second).await.is_err(), "closed at once");
        proxy.set(Line::Open);
        proxy.point_to(echo(5).await);
        let mut third = TcpStream::connect(proxy.address()).await.expect("connects");
        assert_eq!(asked(&mut third).await.expect("answers"), 6, "by the new target");
        assert_eq!((proxy.accepted(), proxy.carried()), (3, 4));
    }

    #[tokio::test]
    async fn a_hung_line_keeps_the_bytes_until_it_is_open_again() {
        let proxy = Proxy::to(echo(1).await).await;
        let mut stream = TcpStream::connect(proxy.address()).await.expect("connects");
        assert_eq!(asked(&mut stream).await.expect("answers"), 2);
        proxy.set(Line::Hung);
        let silent = tokio::time::timeout(Duration::from_millis(200), asked(&mut stream)).await;
        assert!(silent.is_err(), "nothing passes, nothing ends");
        proxy.set(Line::Open);
        assert_eq!(stream.read_u8().await.expect("answers"), 2);
    }

    #[tokio::test]
    async fn a_slow_line_takes_its_time() {
        let proxy = Proxy::to(echo(1).await).await;
        proxy.set(Line::Slow { bytes_per_s: 10 });
        let mut stream = TcpStream::connect(proxy.address()).await.expect("connects");
        let start = Instant::now();
        assert_eq!(asked(&mut stream).await.expect("answers"), 2);
        assert!(start.elapsed() >= Duration::from_millis(190), "a tenth of a second each way");
    }
}
