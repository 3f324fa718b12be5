//! How far the box's clock may be believed, as the kernel's own discipline says (`adjtimex(2)`): it knows of chrony, ntpd
//! and systemd-timesyncd alike.

use std::time::{SystemTime, UNIX_EPOCH};

use avow_shared::time::{ClockQuality, EARLIEST_MS, UnixMs};
use nix::libc;

/// What the kernel's discipline says.
#[derive(Clone, Copy, Debug)]
struct Discipline {
    synchronised: bool,
    /// `long`, which has 32 bits on small ARM boxes.
    max_error_us: libc::c_long,
}

/// The quality of the wall clock now.
#[must_use]
pub fn quality() -> ClockQuality {
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as UnixMs);
    judged(now_ms, discipline())
}

fn judged(now_ms: UnixMs, discipline: Option<Discipline>) -> ClockQuality {
    match discipline {
        _ if now_ms < EARLIEST_MS => ClockQuality::Unset,
        Some(Discipline { synchronised: true, max_error_us }) => {
            ClockQuality::Synced { error_ms: u32::try_from(max_error_us.max(0) / 1000).unwrap_or(u32::MAX) }
        }
        _ => ClockQuality::Free,
    }
}

#[expect(unsafe_code, reason = "no crate of the workspace wraps adjtimex(2); modes = 0 only reads")]
fn discipline() -> Option<Discipline> {
    // SAFETY: timex is a plain C struct for which all zeros are valid, and the kernel writes only into it.
    let (state, timex) = unsafe {
        let mut timex: libc::timex = std::mem::zeroed();
        (libc::adjtimex(&raw mut timex), timex)
    };
    let synchronised = state != libc::TIME_ERROR && timex.status & libc::STA_UNSYNC == 0;
    (state >= 0).then_some(Discipline { synchronised, max_error_us: timex.maxerror })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_of_1970_is_unset_whatever_the_kernel_claims() {
        let disciplined = Some(Discipline { synchronised: true, max_error_us: 1000 });
        assert_eq!(judged(5000, disciplined), ClockQuality::Unset);
        assert_eq!(judged(EARLIEST_MS, disciplined), ClockQuality::Synced { error_ms: 1 });
    }

    #[test]
    fn an_undisciplined_clock_runs_free() {
        let drifting = Some(Discipline { synchronised: false, max_error_us: 16_000_000 });
        assert_eq!(judged(EARLIEST_MS, drifting), ClockQuality::Free);
        assert_eq!(judged(EARLIEST_MS, None), ClockQuality::Free);
    }

    #[test]
    fn the_kernel_answers() {
        assert!(discipline().is_some_and(|found| found.max_error_us >= 0));
    }
}
