//! Watching what goes on at the server: who breaks it off (Ctrl-C, a terminal that is closed) ends the watching alone.

use std::future::Future;
use std::io::{IsTerminal, Write};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use super::call::Failure;

/// As often a line of progress changes: what moves is seen to move, and can be read.
const TELL_EVERY: Duration = Duration::from_millis(250);
/// To the beginning of the line, which is emptied (ECMA-48, EL): the next one may be shorter.
const ANEW: &str = "\r\x1b[K";

/// What `work` comes to. When the person breaks it off before, [`Failure::Left`] with `goes_on`: what goes on, and how one looks at it
/// again or cancels it.
pub(super) async fn watched<T>(work: impl Future<Output = Result<T, Failure>>, goes_on: String) -> Result<T, Failure> {
    until(work, broken_off(), goes_on).await
}

/// When the person breaks it off, the terminal is closed, or the system stops. Where that cannot be told it never is, and what was ignored when the
/// program began stays so: `nohup` outlives its terminal.
async fn broken_off() {
    let ignored = ignored_in(&std::fs::read_to_string("/proc/self/status").unwrap_or_default());
    let told = |kind: SignalKind| async move {
        let told = (!ignores(ignored, kind)).then(|| signal(kind).ok()).flatten();
        match told {
            Some(mut told) => drop(told.recv().await),
            None => std::future::pending().await,
        }
    };
    let (typed, closed, stopped) = (SignalKind::interrupt(), SignalKind::hangup(), SignalKind::terminate());
    tokio::select! {
        () = told(typed) => {}
        () = told(closed) => {}
        () = told(stopped) => {}
    }
}

/// The signals that a process ignores, a bit each (proc(5), `SigIgn`).
fn ignored_in(status: &str) -> u64 {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

fn ignores(mask: u64, kind: SignalKind) -> bool {
    u32::try_from(kind.as_raw_value() - 1).is_ok_and(|bit| mask >> bit & 1 == 1)
}

async fn until<T>(
    work: impl Future<Output = Result<T, Failure>>,
    left: impl Future<Output = ()>,
    goes_on: String,
) -> Result<T, Failure> {
    tokio::select! {
        biased;
        done = work => done,
        () = left => {
            if shows() {
                // The line of progress stays; what is said begins on its own.
                let _ = writeln!(std::io::stderr());
            }
            Err(Failure::Left(goes_on))
        }
    }
}

/// What `work` comes to; meanwhile `line` says on the terminal's last line how far it is, and in the end the line is empty again.
pub(super) async fn telling<T>(work: impl Future<Output = T>, line: impl Fn() -> String) -> T {
    let mut work = std::pin::pin!(work);
    while shows() {
        tokio::select! {
            biased;
            done = &mut work => {
                show(ANEW);
                return done;
            }
            () = tokio::time::sleep(TELL_EVERY) => show(&format!("{ANEW}{}", line())),
        }
    }
    work.await
}

/// Whether progress is shown: to a person at a terminal, never in a log.
pub(super) fn shows() -> bool {
    std::io::stderr().is_terminal()
}

/// Writes a piece of progress. A terminal that is gone is no reason to break off.
pub(super) fn show(text: &str) {
    if shows() {
        let _ = write!(std::io::stderr(), "{text}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_ignored_before_stays_so() {
        let mask = ignored_in(
            "Name:\tavow-collector\nSigBlk:\t0000000000000002\nSigIgn:\t0000000000001001\nSigCgt:\t0000000000004002\n",
        );
        let of = [SignalKind::hangup(), SignalKind::interrupt(), SignalKind::pipe(), SignalKind::terminate()];
        assert_eq!(of.map(|kind| ignores(mask, kind)), [true, false, true, false]);
        assert_eq!(ignored_in(""), 0);
    }

    #[tokio::test]
    async fn who_breaks_it_off_is_told_that_it_goes_on_and_what_is_done_is_done() {
        let never = std::future::pending::<Result<(), Failure>>();
        let told = until(never, std::future::ready(()), "it goes on".to_owned()).await;
        assert!(matches!(told, Err(Failure::Left(said)) if said == "it goes on"));
        let done = until(std::future::ready(Ok(7)), std::future::ready(()), String::new()).await;
        assert!(matches!(done, Ok(7)));
        let failed = Err::<(), _>(Failure::Unreachable("gone".to_owned()));
        let failed = until(std::future::ready(failed), std::future::pending(), String::new()).await;
        assert!(matches!(failed, Err(Failure::Unreachable(_))));
    }
}
