//! Tells systemd, when there is one, that the agent is ready and alive. The one file that speaks sd-notify.

use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};

use sd_notify::NotifyState;
use tokio::time::{Interval, MissedTickBehavior};

/// The agent serves.
pub fn ready() {
    notify(NotifyState::Ready);
}

/// The agent stops.
pub fn stopping() {
    notify(NotifyState::Stopping);
}

/// The agent's loop turns.
pub fn alive() {
    notify(NotifyState::Watchdog);
}

/// When [`alive`] should be said, four times within the time that systemd allows; none when it does not ask. systemd
/// recommends half (sd_watchdog_enabled(3)): a busy box that is late by as much again is not killed for it.
#[must_use]
pub fn watchdog() -> Option<Interval> {
    sd_notify::watchdog_enabled().map(|allowed| {
        let mut interval = tokio::time::interval(allowed / 4);
        // Who was late is alive once, not as often as he was late.
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        interval
    })
}

fn notify(state: NotifyState<'_>) {
    if let Err(error) = tell(state) {
        tracing::warn!(%error, "the service manager cannot be told");
    }
}

fn tell(state: NotifyState<'_>) -> io::Result<()> {
    let socket = std::env::var_os("NOTIFY_SOCKET").unwrap_or_default();
    match socket.as_bytes().strip_prefix(b"@") {
        // A socket without a file (unix(7), abstract), which sd-notify 0.5 takes for a path.
        Some(name) => {
            let message = format!("{state}\n");
            let address = SocketAddr::from_abstract_name(name)?;
            UnixDatagram::unbound()?.send_to_addr(message.as_bytes(), &address).map(drop)
        }
        None => sd_notify::notify(&[state]),
    }
}
