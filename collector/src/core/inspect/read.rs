//! Runs that are over, read beside the core: whole ones one after the other, because each is some 36 MiB, and single records past them.

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread;

use avow_shared::id::VenueId;

use super::super::Core;
use super::disk;
use super::words::{failed, lost};
use crate::books::Books;
use crate::command::{Refusal, Reply};
use crate::inspection::{Run, Runs};
use crate::store::Store;

/// So many may wait for one reader; who comes then is told to try again.
const MOST_WAITING: usize = 256;

/// Told whether it is its turn; else it says that too many wait.
type Job = Box<dyn FnOnce(bool) + Send>;

/// Those who read. Each ends with the core.
#[derive(Debug, Default)]
pub(super) struct Readers {
    whole: Reader,
    records: Reader,
}

/// A thread that does one thing after the other, from the first on.
#[derive(Debug, Default)]
struct Reader(Option<SyncSender<Job>>);

impl Reader {
    fn take(&mut self, job: Job) {
        let begun = self.0.get_or_insert_with(|| {
            let (jobs, waiting) = sync_channel::<Job>(MOST_WAITING);
            let work = move || waiting.iter().for_each(|job| job(true));
            if let Err(error) = thread::Builder::new().name("inspection".to_owned()).spawn(work) {
                tracing::error!(%error, "no thread to read inspection runs");
            }
            jobs
        });
        match begun.try_send(job) {
            Ok(()) => {}
            Err(TrySendError::Full(job)) => job(false),
            Err(TrySendError::Disconnected(job)) => {
                // The next one tries to begin the thread anew.
                self.0 = None;
                job(false);
            }
        }
    }
}

fn too_many<T>() -> Result<T, Refusal> {
    Err(Refusal::Conflict(format!("more than {MOST_WAITING} wait for inspection runs that are over; try again")))
}

impl Core {
    /// Answers with the whole record of a run.
    pub(super) fn read_inspection(&mut self, id: u64, reply: Reply<Arc<Run>>) {
        if let Some(run) = self.inspecting.runs.open.get(&id) {
            return drop(reply.send(Ok(Arc::clone(run))));
        }
        let (store, books) = (self.store.clone(), Arc::clone(&self.books));
        // Whoever asked may have gone.
        let read = move |is_turn| drop(reply.send(if is_turn { whole(&store, &books, id) } else { too_many() }));
        self.inspecting.readers.whole.take(Box::new(read));
    }

    /// Answers with a run in which the record of this venue is, and perhaps nothing else.
    pub(super) fn read_record(&mut self, id: u64, venue: VenueId, reply: Reply<Arc<Run>>) {
        let head = match (self.inspecting.runs.open.get(&id), self.inspection_head(id)) {
            (Some(run), _) => return drop(reply.send(Ok(Arc::clone(run)))),
            (None, Err(refusal)) => return drop(reply.send(Err(refusal))),
            (None, Ok(head)) => head,
        };
        let store = self.store.clone();
        let read = move |is_turn| {
            let no_such = || Refusal::from(crate::inspection::No::NotInIt);
            let read = || disk::alone(&store, &head, venue).map_err(|error| failed(&error));
            let found = if is_turn { read() } else { too_many() };
            let _ = reply.send(found.and_then(|run| run.map(Arc::new).ok_or_else(no_such)));
        };
        self.inspecting.readers.records.take(Box::new(read));
    }
}

/// A whole run that is over; of many who wait for the same one the first reads it.
fn whole(store: &Store, books: &Books, id: u64) -> Result<Arc<Run>, Refusal> {
    let held = |runs: &Runs| -> Result<Option<Arc<Run>>, Refusal> {
        let head = runs.heads.get(&id).ok_or_else(|| lost(id))?;
        Ok(runs.open.get(&id).cloned().or_else(|| books.read_lately.get(id, head.revision)))
    };
    if let Some(run) = held(&books.inspections.load())? {
        return Ok(run);
    }
    // Before the head is looked at: what changes behind it is in what is kept.
    books.read_lately.begin(id);
    let runs = books.inspections.load_full();
    let read = runs.heads.get(&id).map_or(Ok(None), |head| disk::read(store, head));
    match read {
        Ok(Some(run)) => Ok(books.read_lately.end(run)),
        Ok(None) => {
            books.read_lately.forget(id);
            Err(lost(id))
        }
        Err(error) => {
            books.read_lately.forget(id);
            Err(failed(&error))
        }
    }
}
