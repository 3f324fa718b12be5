//! The loops around a camera: at a line (as slow as a real one, when that is asked for), behind a TCP port, behind a UDP port.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::net::{TcpListener, UdpSocket};
use tokio::time::Instant;

use super::numbered::{Numbers, Taken, reply};
use super::{Caller, Camera};

/// Lets `camera` live at one end of a line until the line ends.
///
/// # Errors
/// When the line breaks.
pub async fn serve(mut line: impl AsyncRead + AsyncWrite + Unpin, camera: &mut Camera) -> io::Result<()> {
    let begun = Instant::now();
    let mut buffer = [0; 64];
    loop {
        while let Some(spoken) = camera.poll_output(begun.elapsed()) {
            line.write_all(&[spoken.noise, spoken.frame].concat()).await?;
        }
        tokio::select! {
            read = line.read(&mut buffer) => match read? {
                0 => return Ok(()),
                count => camera.handle_bytes(&buffer[..count], Caller::default(), begun.elapsed()),
            },
            () = tokio::time::sleep_until(due(camera, begun)) => {}
        }
    }
}

/// Start bit, eight bits, stop bit.
const BITS_A_BYTE: u32 = 10;

/// A line on which each byte takes its time in each direction, at `baud` bits a second; pseudo terminals know no baud. What
/// comes together arrives together, with its last byte and on the next full millisecond.
pub fn slowed(line: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, baud: u32) -> DuplexStream {
    let (near, far) = tokio::io::duplex(64);
    tokio::spawn(async move {
        let (mut read, mut write) = tokio::io::split(line);
        let (mut far_read, mut far_write) = tokio::io::split(far);
        // A line whose ends are gone carries nothing.
        tokio::select! {
            _ = carry(&mut read, &mut far_write, baud) => {}
            _ = carry(&mut far_read, &mut write, baud) => {}
        }
    });
    near
}

async fn carry(from: &mut (impl AsyncRead + Unpin), to: &mut (impl AsyncWrite + Unpin), baud: u32) -> io::Result<()> {
    let mut buffer = [0; 64];
    let mut free = Instant::now();
    loop {
        let count = from.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        let bits = BITS_A_BYTE * u32::try_from(count).unwrap_or(u32::MAX);
        free = free.max(Instant::now()) + Duration::from_secs(1) * bits / baud;
        tokio::time::sleep_until(free).await;
        to.write_all(&buffer[..count]).await?;
    }
}

/// Serves one controller after the other at a TCP port, as small cameras do.
///
/// # Errors
/// When the port breaks; not when a connection does.
pub async fn serve_tcp(listener: TcpListener, camera: &mut Camera) -> io::Result<()> {
    loop {
        let (line, _) = listener.accept().await?;
        // A controller that goes away in the middle is none of the camera's business.
        let _ = serve(line, camera).await;
    }
}

/// Serves a UDP port: numbered datagrams, and bare frames to those who send such.
///
/// # Errors
/// When the port breaks.
pub async fn serve_udp(socket: UdpSocket, camera: &mut Camera) -> io::Result<()> {
    let begun = Instant::now();
    let mut numbers = Numbers::new(camera.faults().no_reset);
    let mut callers = Callers::default();
    let mut buffer = [0; 64];
    loop {
        while let Some(spoken) = camera.poll_output(begun.elapsed()) {
            let Some((to, is_numbered)) = callers.get(spoken.to.who) else { continue };
            if !spoken.noise.is_empty() {
                let _ = socket.send_to(&spoken.noise, to).await;
            }
            let bytes = if is_numbered { reply(spoken.to.number, &spoken.frame) } else { spoken.frame };
            // Nobody there any more: the datagram is lost, as on any network.
            let _ = socket.send_to(&bytes, to).await;
        }
        tokio::select! {
            heard = socket.recv_from(&mut buffer) => {
                // An error is about an earlier datagram that nobody took.
                let Ok((count, from)) = heard else { continue };
                let datagram = &buffer[..count];
                let is_numbered = datagram.first().is_some_and(|byte| byte & 0x80 == 0);
                let who = callers.number(from, is_numbered);
                let now = begun.elapsed();
                if !camera.hears() {
                    continue;
                }
                if !is_numbered {
                    camera.handle_frame(datagram, Caller { who, number: 0 }, now);
                    continue;
                }
                match numbers.take(who, datagram) {
                    Taken::Frame(number, frame) => camera.handle_frame(&frame, Caller { who, number }, now),
                    Taken::Reply(bytes) => drop(socket.send_to(&bytes, from).await),
                    Taken::Ignored => {}
                }
            },
            () = tokio::time::sleep_until(due(camera, begun)) => {}
        }
    }
}

/// The controllers that it has heard, each with a number; the oldest is forgotten.
#[derive(Default)]
struct Callers {
    known: VecDeque<(u64, SocketAddr, bool)>,
    next: u64,
}

impl Callers {
    fn number(&mut self, from: SocketAddr, is_numbered: bool) -> u64 {
        let known = self.known.iter().find(|(_, address, numbered)| (*address, *numbered) == (from, is_numbered));
        if let Some((who, ..)) = known {
            return *who;
        }
        if self.known.len() == 16 {
            self.known.pop_front();
        }
        self.next += 1;
        self.known.push_back((self.next, from, is_numbered));
        self.next
    }

    fn get(&self, who: u64) -> Option<(SocketAddr, bool)> {
        self.known.iter().find(|(number, ..)| *number == who).map(|(_, address, numbered)| (*address, *numbered))
    }
}

fn due(camera: &Camera, begun: Instant) -> Instant {
    camera.poll_timeout().map_or_else(|| Instant::now() + Duration::from_secs(3600), |at| begun + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When `count` bytes are through.
    async fn through(line: &mut (impl AsyncRead + Unpin), count: usize, begun: Instant) -> Duration {
        line.read_exact(&mut vec![0; count]).await.expect("they come");
        begun.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn each_byte_takes_its_time_in_each_direction() {
        let (mut box_end, line) = tokio::io::duplex(64);
        let mut camera_end = slowed(line, 9_600);
        let begun = Instant::now();
        box_end.write_all(&[0; 9]).await.expect("writes");
        camera_end.write_all(&[0; 11]).await.expect("writes");
        let there = through(&mut camera_end, 9, begun).await;
        let back = through(&mut box_end, 11, begun).await;
        // 90 and 110 bits, side by side.
        assert_eq!((there.as_millis(), back.as_millis()), (10, 12));
        box_end.write_all(&[0; 5]).await.expect("writes");
        tokio::task::yield_now().await;
        box_end.write_all(&[0; 5]).await.expect("writes");
        let second = through(&mut camera_end, 10, begun).await - back;
        assert!((10..=12).contains(&second.as_millis()), "one after the other: {second:?}");
    }
}
