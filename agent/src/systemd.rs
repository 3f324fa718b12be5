//! Tells systemd, when there is one, that the agent is ready and alive. The one file that speaks sd-notify.

use std::time::Duration;

use sd_notify::NotifyState;

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

/// How often [`alive`] should be said: twice within the time that systemd allows; none when it does not ask.
#[must_use]
pub fn watchdog() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|allowed| allowed / 2)
}

fn notify(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::debug!(%error, "tell systemd");
    }
}
