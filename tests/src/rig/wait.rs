//! The one way in which a test waits.

use std::panic::Location;
use std::time::{Duration, Instant};

/// Between two looks: short against every deadline, long against the cost of a look.
const PAUSE: Duration = Duration::from_millis(20);

/// Looks again and again until `look` finds something, at most for `within`.
///
/// This polls a condition and is bounded; it never stands for 'long enough'. A test that must wait for something that it
/// cannot see lacks something to look at.
///
/// # Panics
/// When nothing was found in time: with `what`, and where it was waited for.
#[track_caller]
pub fn wait_until<T>(
    what: &str,
    within: Duration,
    mut look: impl AsyncFnMut() -> Option<T>,
) -> impl Future<Output = T> {
    let (what, place, start) = (what.to_owned(), Location::caller(), Instant::now());
    async move {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            assert!(start.elapsed() < within, "{place}: waited {within:?} in vain for {what}");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_hands_out_what_was_found() {
        let mut looks = 0;
        let found = wait_until("the third look", Duration::from_secs(5), async || {
            looks += 1;
            (looks == 3).then_some("there")
        });
        assert_eq!(found.await, "there");
    }

    #[tokio::test]
    #[should_panic(expected = "in vain for a miracle")]
    async fn it_gives_up_in_time() {
        wait_until::<()>("a miracle", Duration::from_millis(50), async || None).await;
    }
}
