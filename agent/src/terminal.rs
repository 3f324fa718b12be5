//! How wide a terminal is. The one file that asks it.

use std::io::IsTerminal as _;
use std::os::fd::AsRawFd as _;

/// A terminal that does not say how wide it is, a serial line for instance.
const USUAL: usize = 80;

/// The columns of the terminal that standard output goes to; none when it goes elsewhere, where nothing is too wide.
#[must_use]
pub fn columns() -> Option<usize> {
    let stdout = std::io::stdout();
    if !stdout.is_terminal() {
        return None;
    }
    let exported = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let sensible = |columns: &usize| (20..=1_000).contains(columns);
    Some(said(stdout.as_raw_fd()).filter(sensible).or(exported.filter(sensible)).unwrap_or(USUAL))
}

#[expect(unsafe_code, reason = "nix wraps no ioctl that reads a window's size; TIOCGWINSZ only fills the structure")]
fn said(terminal: std::os::fd::RawFd) -> Option<usize> {
    let mut size = nix::libc::winsize { ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0 };
    // SAFETY: TIOCGWINSZ writes one `winsize` to where the third argument points, which lives until the call ends.
    let result = unsafe { nix::libc::ioctl(terminal, nix::libc::TIOCGWINSZ, &raw mut size) };
    (result == 0).then_some(size.ws_col.into())
}
