//! One at a time of what takes long and fills the disk: a backup that is made and fetched, a backup that is taken in. How far it has come,
//! and that it ends when nobody waits for it any more.

use std::io::{self, ErrorKind, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use avow_shared::time::UnixMs;
use tokio::sync::oneshot;

/// Where one may be under way. Its clones are one.
#[derive(Clone, Debug, Default)]
pub struct Place(Arc<Mutex<Taken>>);

#[derive(Debug, Default)]
struct Taken {
    turns: u64,
    now: Option<Far>,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Far {
    /// When it began.
    pub since_ms: UnixMs,
    /// What is done just now.
    pub step: Step,
    /// Bytes of this step that are done.
    pub bytes: u64,
    /// About so many there will be: never fewer than are done.
    pub about_bytes: u64,
}

/// What is done of a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Its file is written.
    Writing,
    /// Whoever asked fetches it.
    Sending,
}

impl Place {
    /// Takes the place; none when somebody has it.
    #[must_use]
    pub fn take(&self, now: UnixMs) -> Option<Turn> {
        let mut taken = self.lock();
        if taken.now.is_some() {
            return None;
        }
        taken.turns += 1;
        taken.now = Some(Far { since_ms: now, step: Step::Writing, bytes: 0, about_bytes: 0 });
        Some(Turn { place: self.clone(), no: taken.turns })
    }

    /// How far it is that has the place.
    #[must_use]
    pub fn now(&self) -> Option<Far> {
        self.lock().now
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever holds it has the place; it is free when this is dropped, so what is to be gone by then is dropped before.
#[derive(Debug)]
pub struct Turn {
    place: Place,
    no: u64,
}

impl Turn {
    /// Which it is since the start: no other turn of this place has the number.
    #[must_use]
    pub const fn no(&self) -> u64 {
        self.no
    }

    /// So many bytes were done.
    pub fn passed(&self, bytes: usize) {
        self.change(|far| {
            far.bytes += bytes as u64;
            far.about_bytes = far.about_bytes.max(far.bytes);
        });
    }

    /// So many are about to come.
    pub fn expects(&self, more: u64) {
        self.change(|far| far.about_bytes = far.bytes + more);
    }

    /// The file is whole, of this length, and leaves.
    pub fn sends(&self, length: u64) {
        self.change(|far| (far.step, far.bytes, far.about_bytes) = (Step::Sending, 0, length));
    }

    fn change(&self, change: impl FnOnce(&mut Far)) {
        if let Some(far) = &mut self.place.lock().now {
            change(far);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.place.lock().now = None;
    }
}

/// Tells how many bytes passed, and lets nothing pass any more when `goes_on` says no: with [`ErrorKind::BrokenPipe`], since whoever was to
/// have it has gone.
#[derive(Debug)]
pub struct Metered<T, F> {
    inner: T,
    goes_on: F,
}

impl<T, F: FnMut(usize) -> bool> Metered<T, F> {
    /// Around `inner`; `goes_on` is given the bytes of each piece.
    pub const fn new(inner: T, goes_on: F) -> Self {
        Self { inner, goes_on }
    }

    /// The stream within.
    pub fn into_inner(self) -> T {
        self.inner
    }

    fn passes(&mut self, bytes: usize) -> io::Result<usize> {
        if (self.goes_on)(bytes) { Ok(bytes) } else { Err(ErrorKind::BrokenPipe.into()) }
    }
}

impl<T: Write, F: FnMut(usize) -> bool> Write for Metered<T, F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.passes(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<T: Read, F: FnMut(usize) -> bool> Read for Metered<T, F> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        self.passes(read)
    }
}

/// Does `work` on a thread that it may block; `work` can ask whether anybody still waits for it, which ends when this future is dropped.
///
/// # Errors
/// When it panicked.
pub async fn while_wanted<T: Send + 'static>(
    work: impl FnOnce(&dyn Fn() -> bool) -> T + Send + 'static,
) -> Result<T, oneshot::error::RecvError> {
    let (reply, answer) = oneshot::channel();
    tokio::task::spawn_blocking(move || {
        let done = work(&|| !reply.is_closed());
        // Nobody may wait any more.
        drop(reply.send(done));
    });
    answer.await
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn there_is_one_at_a_time_and_the_place_is_free_when_its_turn_is_dropped() {
        let place = Place::default();
        assert_eq!(place.now(), None);
        let turn = place.take(7).expect("is free");
        assert!(place.take(8).is_none() && place.clone().take(8).is_none());
        let no = turn.no();
        drop(turn);
        let next = place.take(9).expect("is free again");
        assert!(next.no() != no && place.now().is_some_and(|far| far.since_ms == 9));
    }

    #[test]
    fn what_is_done_is_never_more_than_what_there_is_about() {
        let (place, far) = (Place::default(), |step, bytes, about_bytes| Far { since_ms: 7, step, bytes, about_bytes });
        let turn = place.take(7).expect("is free");
        turn.expects(100);
        turn.passed(60);
        assert_eq!(place.now(), Some(far(Step::Writing, 60, 100)));
        turn.passed(60);
        assert_eq!(place.now(), Some(far(Step::Writing, 120, 120)), "the guess was too low");
        turn.expects(30);
        assert_eq!(place.now(), Some(far(Step::Writing, 120, 150)));
        turn.sends(130);
        turn.passed(10);
        assert_eq!(place.now(), Some(far(Step::Sending, 10, 130)));
    }

    #[test]
    fn nothing_passes_once_nobody_wants_it() {
        let mut left = 2;
        let mut goes_on = |bytes| {
            left -= 1;
            assert_eq!(bytes, 3);
            left > 0
        };
        let mut to = Metered::new(Vec::new(), &mut goes_on);
        assert!(to.write_all(b"abc").is_ok());
        assert_eq!(to.write_all(b"abc").map_err(|error| error.kind()), Err(ErrorKind::BrokenPipe));
        let mut from = Metered::new(&b"abc"[..], |_| false);
        assert_eq!(from.read(&mut [0; 3]).map_err(|error| error.kind()), Err(ErrorKind::BrokenPipe));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn work_hears_that_nobody_waits_any_more() {
        assert_eq!(while_wanted(|wanted| wanted()).await, Ok(true));
        let (begun, begins) = oneshot::channel();
        let (ended, ends) = oneshot::channel();
        let working = tokio::spawn(while_wanted(move |wanted| {
            begun.send(()).expect("is heard");
            let until = Instant::now() + Duration::from_secs(20);
            while wanted() && Instant::now() < until {
                std::hint::spin_loop();
            }
            ended.send(wanted()).expect("is heard");
        }));
        begins.await.expect("it begins");
        working.abort();
        assert_eq!(ends.await, Ok(false));
    }
}
