//! Peers that others have written: where they are, and ports for those that cannot choose one.

use std::net::{SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::time::Duration;

use super::free_loopback;

/// A program of the Python environment that `cargo x test` makes, in `$AVOW_TOOLS/peers/bin`.
///
/// # Panics
/// When it is not there: says what to type.
#[must_use]
pub fn python_peer(name: &str) -> PathBuf {
    let tools = std::env::var_os("AVOW_TOOLS").map(PathBuf::from).unwrap_or_default();
    let program = tools.join("peers/bin").join(name);
    assert!(
        program.is_file(),
        "{} is needed: cargo x test needs, or python3 -m venv DIR/peers, DIR/peers/bin/pip install \
         snmpsim==1.2.2 pysmi==2.0.0 pymodbus==3.16.1 pyserial==3.5 visca_over_ip==0.5.2 onvif-zeep==0.2.12 pesq==0.0.4 pystoi==0.4.1 openpyxl==3.1.5 \
         python-docx==1.2.0, then \
         AVOW_TOOLS=DIR",
        program.display()
    );
    program
}

/// A free port for datagrams on a loopback address that no other process of this machine uses.
///
/// # Panics
/// When no port is free.
#[must_use]
pub fn free_udp_loopback() -> SocketAddr {
    let socket = UdpSocket::bind((free_loopback().ip(), 0)).expect("a free port");
    socket.local_addr().expect("a bound socket has an address")
}

/// Whether anything comes back to this datagram within a moment.
#[must_use]
pub fn answers(peer: SocketAddr, question: &[u8]) -> bool {
    let Ok(socket) = UdpSocket::bind("127.0.0.1:0") else { return false };
    let waits = socket.set_read_timeout(Some(Duration::from_millis(100)));
    waits.is_ok() && socket.send_to(question, peer).is_ok() && socket.recv(&mut [0; 2_048]).is_ok()
}
