//! Reading the journal back. At a start the picture needs what came after the snapshot, and nobody waits for more: the
//! history, which may be minutes behind, gets the rest from a thread of its own while agents are heard again.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use avow_shared::wire::{self, Frame, Header, UpBody};

use super::take::stored;
use crate::evidence::EvidenceStore;
use crate::fact::{Arrival, Stored};
use crate::history::History;
use crate::journal::{Entry, Reader};
use crate::store::Error;

/// Batches that are handed over together.
const TOGETHER: usize = 256;

/// An entry as it was when it came, with its header; none when it cannot be read.
pub(super) fn read_back(arrival: Arrival, entry: &Entry) -> Option<(Header, Stored)> {
    let read = || {
        let frame = Frame::parse(&entry.frame).ok()?;
        let up = wire::decode_up(frame.kind, frame.unverified_payload()).ok()?;
        let reports = match up.body {
            Ok(UpBody::Reports(reports)) => reports,
            _ => vec![],
        };
        let accepted = entry.head.accepted.iter().copied().collect();
        let reports = super::take::keep(reports, &accepted);
        Some((up.header.clone(), stored(arrival, frame.key, up.header, &entry.head, reports)))
    };
    let read = read();
    if read.is_none() {
        tracing::error!(arrival, "an envelope in the journal cannot be read and is passed over");
    }
    read
}

/// The thread that reads for the history. Dropping it ends it and waits.
pub(super) struct Past {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Past {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A panic there was logged by the panic hook.
            let _ = thread.join();
        }
    }
}

impl Past {
    /// Brings the history what the journal holds after what it has, up to the batch `upto`. Without a thread, or when the
    /// journal cannot be read, the journal stays, and the next start tries again.
    pub(super) fn bring(journal: Reader, upto: Arrival, history: Arc<History>, evidence: Arc<EvidenceStore>) -> Self {
        let stop = Arc::<AtomicBool>::default();
        let after = history.resume_after();
        history.behind(after);
        let stopped = Arc::clone(&stop);
        let work = move || {
            match read(&journal, after, upto, &stopped, &history, &evidence) {
                Ok(true) => history.caught_up(),
                Ok(false) => {}
                Err(error) => tracing::error!(%error, "the journal cannot be read for the history; it stays on disk"),
            };
        };
        let thread = thread::Builder::new().name("past".to_owned()).spawn(work);
        let thread = thread.inspect_err(|error| tracing::error!(%error, "no thread to read for the history")).ok();
        Self { stop, thread }
    }
}

/// Says whether all of it was brought.
fn read(
    journal: &Reader,
    after: Arrival,
    upto: Arrival,
    stop: &AtomicBool,
    history: &History,
    evidence: &EvidenceStore,
) -> Result<bool, Error> {
    let mut batches = Vec::with_capacity(TOGETHER);
    let mut is_heard = true;
    journal.read(after, |arrival, entry| {
        if arrival > upto || !is_heard || stop.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        if let Some((_, stored)) = entry.and_then(|entry| read_back(arrival, &entry)) {
            evidence.note(&stored);
            batches.push(stored);
        }
        if batches.len() == TOGETHER {
            is_heard = history.past(std::mem::replace(&mut batches, Vec::with_capacity(TOGETHER)));
        }
        ControlFlow::Continue(())
    })?;
    Ok(is_heard && history.past(batches) && !stop.load(Ordering::Relaxed))
}
