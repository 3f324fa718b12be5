//! The program begins anew in its own process with a new configuration: nothing of the old one can leak into what follows,
//! and who watches the process sees the same one.

use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

use nix::sys::signal::{SigSet, Signal};

use crate::config::Config;
use crate::identity::State;

/// Whether a new start would find what it needs. What is wrong is logged.
pub(super) fn is_good(old: &Config) -> bool {
    let new = match Config::load(&old.file) {
        Ok(new) => new,
        Err(error) => {
            tracing::error!(%error, "the new configuration is wrong; the old one goes on");
            return false;
        }
    };
    // The present state folder is in use by us; another one must be usable.
    let opened = if is_same(&new.state, &old.state) {
        Ok(())
    } else {
        State::open(&new.state).and_then(|state| state.signer()).map(|_| ())
    };
    if let Err(error) = opened {
        tracing::error!(%error, "the new configuration's state folder cannot be used; the old one goes on");
        return false;
    }
    let folder = new.socket.parent().filter(|folder| !folder.as_os_str().is_empty());
    if new.socket != old.socket && folder.is_some_and(|folder| !folder.is_dir()) {
        tracing::error!(socket = %new.socket.display(), "the new socket's folder is missing; the old configuration goes on");
        return false;
    }
    true
}

fn is_same(new: &std::path::Path, old: &std::path::Path) -> bool {
    new == old || new.canonicalize().ok().zip(old.canonicalize().ok()).is_some_and(|(new, old)| new == old)
}

/// Begins anew with the same arguments; comes back only when that is impossible.
pub(super) fn begin() -> anyhow::Error {
    // Until the new start listens for it a second SIGHUP would end the process: it waits instead.
    if let Err(error) = hang_up().thread_block() {
        return anyhow::Error::from(error).context("hold SIGHUP back");
    }
    let mut arguments = std::env::args_os();
    let mut command = Command::new(program());
    if let Some(name) = arguments.next() {
        command.arg0(name);
    }
    anyhow::Error::from(command.args(arguments).exec()).context("begin anew")
}

/// Lets come what [`begin`] held back.
pub(super) fn take_hang_ups() {
    if let Err(error) = hang_up().thread_unblock() {
        tracing::warn!(%error, "SIGHUP is held back");
    }
}

fn hang_up() -> SigSet {
    let mut set = SigSet::empty();
    set.add(Signal::SIGHUP);
    set
}

/// The program's file, or, when that was replaced or removed, what runs now.
fn program() -> PathBuf {
    std::env::current_exe().ok().filter(|path| path.exists()).unwrap_or_else(|| "/proc/self/exe".into())
}
