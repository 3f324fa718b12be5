//! The one place where this program waits: for a condition, never for a time to pass.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::interrupt::{self, Interrupted};

/// How often a condition is looked at: short against everything that is waited for, cheap enough for two cores.
const STEP: Duration = Duration::from_millis(25);

/// Looks until `look` finds something, and gives it back. An error of `look` ends the wait at once, so does an
/// interruption. `what` completes the sentence '… did not come within 5 s'.
pub(crate) fn until<T>(what: &str, within: Duration, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let deadline = Instant::now() + within;
    loop {
        if interrupt::asked() {
            bail!(Interrupted);
        }
        if let Some(found) = look()? {
            return Ok(found);
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            bail!("{what} did not come within {} s", within.as_secs_f32());
        }
        thread::park_timeout(STEP.min(left));
    }
}

/// Observes for the whole of `span`; `still_well` may end it early with an error. For windows of measurement.
pub(crate) fn observe(span: Duration, mut still_well: impl FnMut() -> Result<()>) -> Result<Duration> {
    let start = Instant::now();
    until("the end of the window", span + STEP * 4, || {
        still_well()?;
        Ok((start.elapsed() >= span).then(|| start.elapsed()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_that_comes_true_is_given_back() {
        let mut looks = 0;
        let found = until("three looks", Duration::from_secs(5), || {
            looks += 1;
            Ok((looks == 3).then_some("found"))
        });
        assert_eq!(found.unwrap(), "found");
    }

    #[test]
    fn what_never_comes_is_named_with_its_limit() {
        let error = until::<()>("the moon", Duration::from_millis(30), || Ok(None)).unwrap_err();
        assert_eq!(error.to_string(), "the moon did not come within 0.03 s");
    }
}
