//! The one place that reads HQ's wall clock; everything else is given the time.

use std::time::{SystemTime, UNIX_EPOCH};

use avow_shared::time::UnixMs;

/// Milliseconds since 1970, 0 before that.
#[must_use]
pub fn now_ms() -> UnixMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
