//! Ctrl-C, SIGTERM and SIGHUP as one flag that every wait looks at. Nothing is torn down in the handler itself.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};

static ASKED: AtomicBool = AtomicBool::new(false);

/// The person, or a failed step beside this one, asked to stop.
#[derive(Debug)]
pub(crate) struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("interrupted")
    }
}

impl std::error::Error for Interrupted {}

/// Takes the signals over. Children have groups of their own, so a terminal's Ctrl-C reaches this program alone.
pub(crate) fn listen() -> Result<()> {
    ctrlc::set_handler(ask).context("failed to listen for Ctrl-C")
}

/// Makes every wait of this program end with [`Interrupted`].
pub(crate) fn ask() {
    ASKED.store(true, Ordering::SeqCst);
}

/// Whether somebody asked.
pub(crate) fn asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}

/// Takes the request as heard, so that what follows can wait again and a second Ctrl-C counts anew.
pub(crate) fn take() -> bool {
    ASKED.swap(false, Ordering::SeqCst)
}
