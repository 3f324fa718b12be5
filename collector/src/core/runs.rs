//! Runs of two venues in the core: on disk before they begin, so that an HQ that starts again knows of them, and changed there with
//! every answer.

use avow_shared::order::OrderNumber;
use avow_shared::time::UnixMs;
use avow_shared::wire::Report;

use super::Core;
use crate::command::Refusal;
use crate::fact::Stored;
use crate::hand::{End, Hand, Heard, NotSent, Run, Wanted};
use crate::store::{Batch, Error, Store};

const PREFIX: &[u8] = b"run/";
const END: &[u8] = b"run0";
/// The version of a record; version 1 had no roll call at its end.
const VERSION: u8 = 2;

/// Reads all runs back; one that cannot be read is passed over, and those beyond the bound are removed.
pub(super) fn load(store: &Store, hand: &Hand) -> Result<(), Error> {
    let mut forgotten = Batch::new();
    for pair in store.range(PREFIX, END) {
        let (key, value) = pair?;
        let number = key.get(PREFIX.len()..).and_then(|number| number.try_into().ok()).map(u64::from_be_bytes);
        match (number, read(&value)) {
            (Some(number), Some(run)) => {
                hand.resume(number, run).into_iter().for_each(|old| forgotten.remove(&self::key(old)));
            }
            _ => tracing::error!("a run of two venues in the database cannot be read and is passed over"),
        }
    }
    store.commit(forgotten)
}

fn read(value: &[u8]) -> Option<Run> {
    match value.split_first()? {
        (&VERSION, rest) => postcard::from_bytes(rest).ok(),
        (1, rest) => postcard::from_bytes(&[rest, &[0]].concat()).ok(),
        _ => None,
    }
}

fn key(number: OrderNumber) -> Vec<u8> {
    [PREFIX, &number.to_be_bytes()].concat()
}

fn put(number: OrderNumber, run: &Run) -> Batch {
    let mut batch = Batch::new();
    batch.put(&key(number), &[&[VERSION], postcard::to_allocvec(run).unwrap_or_default().as_slice()].concat());
    batch
}

impl Core {
    /// Writes a run down and begins it; its number, or why nothing was sent.
    pub(super) fn begin_run(
        &self,
        ends: [End; 2],
        why: Wanted,
        now: UnixMs,
    ) -> Result<Result<OrderNumber, NotSent>, Refusal> {
        let (number, run) = match self.hand.prepare(ends, why, now) {
            Ok(prepared) => prepared,
            Err(why) => return Ok(Err(why)),
        };
        self.store.commit(put(number, &run)).map_err(|error| Refusal::Failed(error.to_string()))?;
        let begun = self.hand.begin(number, run);
        let gone = match begun {
            Ok(forgotten) => forgotten,
            Err(_) => Some(number),
        };
        if let Some(gone) = gone {
            let mut batch = Batch::new();
            batch.remove(&key(gone));
            self.note(batch);
        }
        Ok(begun.map(|_| number))
    }

    /// What agents answered to orders is stored: who waits for it hears, the runs of two keep it, and echoes are measured.
    pub(super) fn hear_answers(&self, stored: &Stored) {
        for numbered in &stored.reports {
            let Report::Answer(answer) = &numbered.report else { continue };
            let Heard { run, echo_ms } = self.hand.answered(stored.agent, answer, stored.received_ms);
            if let Some(run) = run {
                self.note(put(answer.order, &run));
            }
            echo_ms.into_iter().for_each(|took_ms| self.counters.pulse.answered.took(took_ms));
        }
    }

    /// Runs whose time is up were not interrupted, whenever this program stops.
    pub(super) fn runs_over(&self, now: UnixMs) {
        self.hand.over(now).into_iter().for_each(|(number, run)| self.note(put(number, &run)));
    }

    /// What is lost here makes a run look less complete than it was.
    fn note(&self, batch: Batch) {
        if let Err(error) = self.store.commit(batch) {
            tracing::error!(%error, "could not note what became of a run of two venues");
        }
    }
}

#[cfg(test)]
mod tests {
    use avow_shared::id::AgentId;
    use avow_shared::wire::Signer;
    use tokio::sync::mpsc;

    use super::*;
    use crate::hand::Fate;

    const NOW: u64 = 1_790_000_000_000;

    fn end(n: u8) -> End {
        End { venue: format!("3501{n:02}-01").parse().expect("a venue"), agent: AgentId([n; 16]), answer: None }
    }

    #[test]
    fn a_run_that_is_written_down_is_known_to_the_next_process_and_what_is_garbage_is_passed_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), crate::store::Use::SMALL).expect("opens");
        let hand = || Hand::new(Signer::from_seed(&[3; 32]));
        let first = hand();
        let (outbox, _sent) = mpsc::channel(4);
        first.connect(outbox);
        (1..=2).for_each(|n| first.hello(AgentId([n; 16]), end(n).venue.place, [n; 16], true, NOW));
        let (number, run) = first.prepare([end(1), end(2)], Wanted::Call(7), NOW).expect("both are there");
        store.commit(put(number, &run)).expect("writes");
        let mut garbage = Batch::new();
        garbage.put(&key(7), b"\x01garbage");
        garbage.put(b"run/x", b"");
        // As version 1 wrote it, which knew of no roll call.
        let mut old = run.clone();
        old.call = None;
        let old = postcard::to_allocvec(&old).expect("encodes");
        garbage.put(&key(3), &[&[1], &old[..old.len() - 1]].concat());
        store.commit(garbage).expect("writes");

        let second = hand();
        load(&store, &second).expect("reads");
        assert_eq!(second.runs(None), [number, 3]);
        assert_eq!(second.run(3).map(|run| (run.given_ms, run.call)), Some((NOW, None)));
        assert_eq!(second.runs_of_call(7).len(), 1);
        let again = second.run(number).expect("known");
        assert_eq!((again.fate, again.ends, again.given_ms), (Fate::Interrupted, run.ends, NOW));
    }
}
