//! Inspection runs on disk: a head, its labels, and the records in parts, so that a person's word about one venue writes one part.

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::id::VenueId;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::before;
use crate::document::archive::Archive;
use crate::forget::{Gone, MOST_RUN_RECORDS, MOST_RUNS, first_to_go, of_runs};
use crate::inspection::{Head, Label, PART_RECORDS, Record, Run};
use crate::store::{Batch, Error, Store};

/// What is known of every run, by its number.
pub(super) type Heads = BTreeMap<u64, Arc<Head>>;

pub(super) const HEAD: &[u8] = b"inspect-head/";
const HEAD_END: &[u8] = b"inspect-head0";
const LABELS: &[u8] = b"inspect-label/";
const PART: &[u8] = b"inspect-part/";
/// The version of everything that never changed its form.
pub(super) const FIRST: u8 = 1;
/// The version of a head: since 2 its sums have 待填报, since 3 it says by which group its scope is, since 4 its sums have 部分检测.
const OF_HEAD: u8 = 4;
/// Fast: a run of the whole province is some 30 MB before.
const ZSTD_LEVEL: i32 = 1;
/// The longest value that is read back.
const MAX_VALUE: usize = 64 << 20;

pub(super) fn key(prefix: &[u8], id: u64) -> Vec<u8> {
    [prefix, &id.to_be_bytes()].concat()
}

fn part_key(id: u64, part: u32) -> Vec<u8> {
    [PART, &id.to_be_bytes(), &part.to_be_bytes()].concat()
}

pub(super) fn pack<T: Serialize + ?Sized>(version: u8, value: &T) -> Vec<u8> {
    let plain = postcard::to_allocvec(value).unwrap_or_default();
    let packed = zstd::bulk::compress(&plain, ZSTD_LEVEL).unwrap_or_default();
    [&[version], packed.as_slice()].concat()
}

/// A value of this version; none when it is of another, or damaged.
pub(super) fn unpack<T: DeserializeOwned>(version: u8, value: &[u8]) -> Option<T> {
    let packed = value.strip_prefix(&[version])?;
    postcard::from_bytes(&zstd::bulk::decompress(packed, MAX_VALUE).ok()?).ok()
}

/// The heads of all runs; one that cannot be read is passed over and told. Beside them those that are over whose sums are of an earlier version,
/// to be made anew from their records.
pub(super) fn heads(store: &Store) -> Result<(Heads, Vec<u64>), Error> {
    let (mut heads, mut old) = (Heads::new(), Vec::new());
    for pair in store.range(HEAD, HEAD_END) {
        let value = pair?.1;
        let head = match unpack::<Head>(OF_HEAD, &value) {
            None => {
                let head = before::head(&value).map(|head| recounted(store, head)).transpose()?;
                old.extend(head.as_ref().filter(|head| !head.is_open()).map(|head| head.id));
                head
            }
            head => head,
        };
        match head {
            Some(head) => drop(heads.insert(head.id, Arc::new(head))),
            None => tracing::error!("the head of an inspection run cannot be read and is passed over"),
        }
    }
    Ok((heads, old))
}

/// A head of an earlier version: of a run that is open, which is read whole anyway, with the sums of today; else with those of then.
fn recounted(store: &Store, head: Head) -> Result<Head, Error> {
    let run = if head.is_open() { read(store, &head)? } else { None };
    Ok(run.map_or(head, |run| Head::of(&run)))
}

/// Puts the head of a run alone.
pub(super) fn put_head(batch: &mut Batch, head: &Head) {
    batch.put(&key(HEAD, head.id), &pack(OF_HEAD, head));
}

/// Puts into a batch what of a run is newer than the revision `written`; 0: everything.
pub(super) fn put(batch: &mut Batch, run: &Run, head: &Head, written: u64) {
    if written == 0 {
        batch.put(&key(LABELS, run.id), &pack(FIRST, &run.labels));
    }
    for (part, records) in (0..).zip(run.records.chunks(PART_RECORDS)) {
        if written == 0 || records.iter().any(|record| record.revision > written) {
            batch.put(&part_key(run.id, part), &pack(FIRST, records));
        }
    }
    put_head(batch, head);
}

/// Puts one part and the head of a run that is over.
pub(super) fn put_part(batch: &mut Batch, head: &Head, part: u32, records: &[Record]) {
    batch.put(&part_key(head.id, part), &pack(FIRST, records));
    put_head(batch, head);
}

/// The labels of a run.
pub(super) fn labels(store: &Store, id: u64) -> Result<Option<Arc<[Label]>>, Error> {
    Ok(store.get(&key(LABELS, id))?.and_then(|value| unpack(FIRST, &value)))
}

/// One part of a run.
pub(super) fn part(store: &Store, id: u64, part: u32) -> Result<Vec<Record>, Error> {
    Ok(store.get(&part_key(id, part))?.and_then(|value| unpack(FIRST, &value)).unwrap_or_default())
}

/// A run with the record of one venue alone; none when that is not in it or cannot be read.
pub(super) fn alone(store: &Store, head: &Head, venue: VenueId) -> Result<Option<Run>, Error> {
    let Some(nth) = head.part_of(venue) else { return Ok(None) };
    let record = part(store, head.id, nth)?.into_iter().find(|record| record.venue == venue);
    let labels = labels(store, head.id)?;
    let Head { id, ordered, state, log, .. } = head.clone();
    let whole = |(labels, record): (Arc<[Label]>, Record)| {
        let revision = head.revision.max(record.revision);
        Run { id, ordered, state, labels, records: vec![Arc::new(record)], revision, log }
    };
    Ok(labels.zip(record).map(whole))
}

/// A whole run; none when it is not there or cannot be read.
pub(in crate::core) fn read(store: &Store, head: &Head) -> Result<Option<Run>, Error> {
    let Some(labels) = labels(store, head.id)? else { return Ok(None) };
    let mut records = Vec::with_capacity(head.records as usize);
    for at in 0..head.records.div_ceil(PART_RECORDS as u32) {
        records.extend(part(store, head.id, at)?.into_iter().map(Arc::new));
    }
    if records.len() != head.records as usize {
        return Ok(None);
    }
    // Parts are written alone: what of them is newer than the head is known by its own revision.
    let newest = records.iter().map(|record: &Arc<Record>| record.revision).max().unwrap_or(0);
    let Head { id, ordered, state, log, .. } = head.clone();
    Ok(Some(Run { id, ordered, state, labels, records, revision: head.revision.max(newest), log }))
}

/// Removes runs that are over while there are too many with this one; which.
pub(super) fn forget(batch: &mut Batch, heads: &Heads, new: &Head, archive: &Archive) -> Vec<Gone> {
    let mut left: Vec<&Head> = heads.values().map(AsRef::as_ref).filter(|head| head.id != new.id).collect();
    let mut forgotten = Vec::new();
    loop {
        let records = left.iter().map(|head| u64::from(head.records)).sum::<u64>() + u64::from(new.records);
        let (too_many, too_large) = (left.len() >= MOST_RUNS, records > MOST_RUN_RECORDS);
        if !too_many && !too_large {
            return forgotten;
        }
        let kept = of_runs(left.iter().copied(), archive, too_large);
        let Some(gone) = first_to_go(&kept) else { return forgotten };
        let Some(at) = left.iter().position(|head| head.id == gone.id) else { return forgotten };
        let head = left.remove(at);
        batch.remove(&key(HEAD, head.id));
        batch.remove(&key(LABELS, head.id));
        (0..head.records.div_ceil(PART_RECORDS as u32)).for_each(|part| batch.remove(&part_key(head.id, part)));
        forgotten.push(gone);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forget::Loss;
    use crate::inspection::fixture::head;

    #[test]
    fn the_oldest_run_of_the_fullest_plan_goes_where_none_is_signed_and_no_open_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let (archive, _) = Archive::open(folder.path()).expect("opens");
        let mut heads: Heads = (2..=MOST_RUNS as u64).map(|id| (id, Arc::new(head(id, Some(2), true)))).collect();
        heads.insert(1, Arc::new(head(1, Some(1), true)));
        heads.insert(0, Arc::new(head(0, Some(2), false)));
        let of = |heads: &Heads, new: &Head| forget(&mut Batch::new(), heads, new, &archive);
        let new = head(5_000, Some(2), false);
        let unsigned = |id| Gone { id, loss: Loss::Unsigned };
        assert_eq!(of(&heads, &new), [unsigned(2), unsigned(3)], "{}", heads.len());
        let known = heads[&7].as_ref().clone();
        heads.remove(&0);
        assert_eq!(of(&heads, &known), [], "what is written again takes no place of another");
        // Two hundred and fourteen of the province are more than there is room for.
        let large = |id: u64| Arc::new(Head { records: 18_762, ..head(id, Some(1), true) });
        let heads: Heads = (1..214).map(|id| (id, large(id))).chain([(0, Arc::new(head(0, Some(2), true)))]).collect();
        assert_eq!(of(&heads, &large(300)), [unsigned(1)]);
    }
}
