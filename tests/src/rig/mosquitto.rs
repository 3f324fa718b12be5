//! A real broker beside our own: Mosquitto, with the memory of a mayfly.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::Command;
use std::time::Duration;

use tokio::net::TcpStream;

use super::{Folder, Process, wait_until};

/// A running Mosquitto. Nothing outlives it: no sessions, no queues.
#[derive(Debug)]
pub struct Mosquitto {
    process: Process,
    address: SocketAddr,
}

impl Mosquitto {
    /// Starts one on an address of its own.
    ///
    /// # Panics
    /// When it is not installed or does not start.
    pub async fn start(folder: &Folder) -> Self {
        Self::start_at(folder, free_loopback()).await
    }

    /// SIGKILL, and a new one on the same address that has forgotten everything.
    pub async fn forget_everything(&mut self, folder: &Folder) {
        self.process.kill();
        *self = Self::start_at(folder, self.address).await;
    }

    /// SIGKILL; [`Mosquitto::forget_everything`] starts it again.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    async fn start_at(folder: &Folder, address: SocketAddr) -> Self {
        let path = folder.file("mosquitto.conf");
        std::fs::write(&path, configuration(address)).expect("a configuration can be written");
        let mut command = Command::new("mosquitto");
        command.arg("-c").arg(&path).env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        let mut process = Process::start(folder, "mosquitto", &command);
        wait_until("mosquitto (apt-get install mosquitto)", Duration::from_secs(10), async || {
            assert!(process.exit_status().is_none(), "mosquitto ended at once: {}", process.errors());
            TcpStream::connect(address).await.ok()
        })
        .await;
        Self { process, address }
    }
}

/// Queues as short as by default: who rests on them loses.
fn configuration(address: SocketAddr) -> String {
    format!(
        "listener {} {}\nallow_anonymous true\nuser root\npersistence false\nmax_queued_messages 1000\n\
         max_inflight_messages 200\nmax_packet_size 1200000\nset_tcp_nodelay true\nlog_dest stderr\n",
        address.port(),
        address.ip()
    )
}

/// A free port on a loopback address that no other process of this machine uses: the address is made from our own id,
/// the port is one that nobody has there. For programs that cannot be given port 0.
///
/// # Panics
/// When no port is free.
#[must_use]
pub fn free_loopback() -> SocketAddr {
    let [_, high, middle, low] = std::process::id().to_be_bytes();
    let address = Ipv4Addr::new(127, 64 + (high & 63), middle, low.max(1));
    let listener = TcpListener::bind((address, 0)).expect("a free port");
    listener.local_addr().expect("a bound listener has an address")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_starts_forgets_and_listens_where_it_did() {
        let folder = Folder::new();
        let mut broker = Mosquitto::start(&folder).await;
        let address = broker.address();
        assert!(address.ip().is_loopback());
        broker.forget_everything(&folder).await;
        assert_eq!(broker.address(), address);
        TcpStream::connect(address).await.expect("listens again");
        broker.kill();
        assert!(TcpStream::connect(address).await.is_err(), "gone");
    }
}
