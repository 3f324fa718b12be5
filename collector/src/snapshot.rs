//! The snapshot: the frozen province in one file, so that a start need not read the whole journal again.
//!
//! `"AVOWSNAP"`, version, SHA-256 of the rest, then a zstd stream of postcard records, each behind its length: the head,
//! the accounts of all spools, how many agents told events and those of each, what was told of runs of two, the roll calls of the last minutes, then the venues. A file that is cut, changed or
//! of an unknown version is refused as a whole. Version 2 has what devices say of themselves, version 3 the references of
//! presets and the events, version 4 the terms of backup paths, the canaries, the runs of two and the roll calls, version 5 since when each proof in those stands so,
//! version 6 the network of each box;
//! older ones are still read.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use avow_shared::id::AgentId;
use avow_shared::mouth_to_ear::Part;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::fact::Arrival;
use crate::ledger::Line;
use crate::province::{Frozen, Head, PackedEvents, Province, Record, Record1, Record2, Record3, Record5};
use crate::roll_call::{Call, old};
use crate::sealed::{CHECK_LEN, Hashing, replace};

const MAGIC: &[u8; 8] = b"AVOWSNAP";
const VERSION: u8 = 6;
/// Fast; the file is small beside the journal.
const ZSTD_LEVEL: i32 = 1;
/// The longest record: a head with all agents.
const MAX_RECORD: usize = 64 << 20;

/// Why a snapshot cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system said no.
    #[error("use the snapshot {path}: {cause}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        cause: io::Error,
    },
    /// Not a snapshot of this version, cut, or changed.
    #[error("read the snapshot {path}: {what}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: &'static str,
    },
}

/// Writes `frozen` and the accounts of the same moment; when this returns `Ok`, it is on disk and the one before is gone.
///
/// # Errors
/// [`Error::Io`]; the snapshot before is still there then.
pub fn write(path: &Path, frozen: &Frozen, accounts: &[Line]) -> Result<(), Error> {
    let written = replace(path, |file| {
        file.write_all(MAGIC)?;
        file.write_all(&[VERSION])?;
        file.write_all(&[0; CHECK_LEN])?;
        let mut packed = zstd::stream::Encoder::new(Hashing::new(&mut *file), ZSTD_LEVEL)?;
        put(&mut packed, &frozen.head())?;
        put(&mut packed, &accounts)?;
        put(&mut packed, &(frozen.events().count() as u64))?;
        frozen.events().try_for_each(|told| put(&mut packed, &told))?;
        put(&mut packed, &frozen.crossings())?;
        // Of each a record of its own: as many as may be open are longer than a record may be.
        let calls = frozen.calls();
        put(&mut packed, &(calls.len() as u64))?;
        calls.iter().try_for_each(|call| put(&mut packed, call))?;
        frozen.records().try_for_each(|record| put(&mut packed, &record))?;
        let (_, check) = packed.finish()?.finish();
        file.seek(SeekFrom::Start(MAGIC.len() as u64 + 1))?;
        file.write_all(&check)
    });
    written.map_err(|cause| Error::Io { path: path.to_owned(), cause })
}

/// Reads a snapshot into an empty province; `Ok(None)` when there is none.
///
/// # Errors
/// [`Error`]; the province is untouched then, except by a file that is whole and yet senseless.
pub fn read(path: &Path, province: &mut Province) -> Result<Option<(Arrival, Vec<Line>)>, Error> {
    let io_error = |cause| Error::Io { path: path.to_owned(), cause };
    let damaged = |what| Error::Damaged { path: path.to_owned(), what };
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(io_error)?,
    };
    let version = check(&mut file).map_err(io_error)?.map_err(damaged)?;
    file.seek(SeekFrom::Start((MAGIC.len() + 1 + CHECK_LEN) as u64)).map_err(io_error)?;
    let mut packed = zstd::stream::Decoder::new(file).map_err(io_error)?;
    let head: Head = get(&mut packed).map_err(io_error)?;
    let (arrival, venues) = (head.arrival, head.venues);
    let accounts: Vec<Line> = get(&mut packed).map_err(io_error)?;
    let told: u64 = if version < 3 { 0 } else { get(&mut packed).map_err(io_error)? };
    let events = (0..told).map(|_| get::<(AgentId, PackedEvents)>(&mut packed)).collect::<io::Result<Vec<_>>>();
    let events = events.map_err(io_error)?;
    let parts: Vec<Part> = if version < 4 { Vec::new() } else { get(&mut packed).map_err(io_error)? };
    let calls: Vec<Call> = match version {
        1..=3 => Vec::new(),
        4 | 5 => {
            let plain = record(&mut packed).map_err(io_error)?;
            let calls = if version == 4 { old::calls_of_snapshot_4(&plain) } else { old::calls_of_snapshot_5(&plain) };
            calls.ok_or_else(|| damaged("its roll calls are of no version that is known"))?
        }
        _ => {
            let open: u64 = get(&mut packed).map_err(io_error)?;
            (0..open).map(|_| get::<Call>(&mut packed)).collect::<io::Result<_>>().map_err(io_error)?
        }
    };
    let of_venue = |packed: &mut _| match version {
        1 => get::<Record1>(packed).map(Record::from),
        2 => get::<Record2>(packed).map(Record::from),
        3 => get::<Record3>(packed).map(Record::from),
        4 | 5 => get::<Record5>(packed).map(Record::from),
        _ => get::<Record>(packed),
    };
    let records = (0..venues).map(|_| of_venue(&mut packed)).collect::<io::Result<Vec<_>>>();
    province.thaw_events(events);
    province.thaw_crossings(&parts);
    province.thaw_calls(calls);
    province.thaw(head, records.map_err(io_error)?.into_iter());
    Ok(Some((arrival, accounts)))
}

/// The version of a file that is whole, or what is wrong with it.
fn check(file: &mut File) -> io::Result<Result<u8, &'static str>> {
    let mut start = [0; MAGIC.len() + 1 + CHECK_LEN];
    if let Err(error) = file.read_exact(&mut start) {
        let cut = error.kind() == io::ErrorKind::UnexpectedEof;
        return if cut { Ok(Err("it is cut")) } else { Err(error) };
    }
    let (magic, rest) = start.split_at(MAGIC.len());
    if magic != MAGIC {
        return Ok(Err("it is no snapshot of Avow"));
    }
    if !(1..=VERSION).contains(&rest[0]) {
        return Ok(Err("it is of another version"));
    }
    let mut all = Hashing::new(BufReader::new(file));
    io::copy(&mut all, &mut io::sink())?;
    Ok(if all.finish().1 == rest[1..] { Ok(rest[0]) } else { Err("it was changed or cut") })
}

fn put<T: Serialize>(to: &mut impl Write, value: &T) -> io::Result<()> {
    let bytes = postcard::to_allocvec(value).map_err(io::Error::other)?;
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(&bytes)
}

fn get<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<T> {
    postcard::from_bytes(&record(from)?).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

fn record(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length) as usize;
    if length > MAX_RECORD {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a record is longer than any record"));
    }
    let mut bytes = vec![0; length];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use avow_shared::divisions::Divisions;

    use super::*;
    use crate::province::Rules;

    const OLDER: [(u8, &str); 2] =
        [(2, include_str!("../tests/golden/snapshot-v2.hex")), (3, include_str!("../tests/golden/snapshot-v3.hex"))];

    fn golden(digits: &str) -> Vec<u8> {
        let digits: Vec<u8> = digits.bytes().filter(u8::is_ascii_hexdigit).collect();
        let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).expect("digits"), 16).expect("digits");
        digits.chunks(2).map(byte).collect()
    }

    /// Reads a file of these bytes; the province holds what was in it.
    fn read_bytes(bytes: &[u8]) -> Result<Province, Error> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), bytes).expect("writes");
        let mut province = Province::new(Divisions::fujian(), Arc::default(), Rules::default());
        read(file.path(), &mut province).map(|read| assert!(read.is_some_and(|(arrival, _)| arrival > 0)))?;
        Ok(province)
    }

    /// A venue with a camera that was read, and one preset learnt: of that, version 2 kept nothing, and version 3 has what
    /// version 2 kept.
    #[test]
    fn a_snapshot_of_an_older_version_is_read_and_written_again_in_this_one() {
        for (version, digits) in OLDER {
            let mut old = read_bytes(&golden(digits)).expect("it is read");
            let file = tempfile::NamedTempFile::new().expect("a file");
            write(file.path(), &old.freeze(), &[]).expect("writes");
            let written = std::fs::read(file.path()).expect("reads");
            assert_eq!((golden(digits)[MAGIC.len()], written[MAGIC.len()]), (version, VERSION));
            let mut new = read_bytes(&written).expect("it reads what it writes");
            for province in [&mut old, &mut new] {
                let view = province.publish();
                let venue = view.venue("350102001-01".parse().expect("a venue")).expect("the venue");
                assert_eq!((venue.name().as_str(), venue.probes.len()), ("鼓东街道会场", 2));
                let plates = venue.plates();
                assert_eq!((plates[0].probe.as_str(), plates[0].facts.model.as_str()), ("front", "EVI-D70"));
                assert_eq!(venue.references().len(), usize::from(version == 3));
            }
        }
    }

    /// That venue with the preset learnt and an event told; of runs of two, version 3 kept nothing.
    #[test]
    fn a_snapshot_of_version_3_is_read_and_runs_of_two_are_kept_in_this_one() {
        let mut province = read_bytes(&golden(OLDER[1].1)).expect("version 3 is read");
        assert_eq!(golden(OLDER[1].1)[MAGIC.len()], 3);
        let view = province.publish();
        let venue = view.venue("350102001-01".parse().expect("a venue")).expect("the venue");
        assert_eq!(venue.references().iter().map(|learnt| learnt.preset).collect::<Vec<_>>(), [3]);
        assert_eq!(view.events.of(venue.link.expect("linked").agent).len(), 1);
        assert_eq!(view.crossings.numbers(None).count(), 0);

        let part = Part {
            order: 7,
            venue: venue.id,
            other: "350103-01".parse().expect("a venue"),
            probe: "mouth-to-ear".parse().expect("a probe"),
            began: avow_shared::time::WallTime::default(),
            spoke_us: Some(4_000_000),
            heard: vec![],
            seen: vec![],
            lip_sync: None,
            picture: None,
            shows: false,
        };
        province.thaw_crossings(std::slice::from_ref(&part));
        let file = tempfile::NamedTempFile::new().expect("a file");
        write(file.path(), &province.freeze(), &[]).expect("writes");
        let mut again = read_bytes(&std::fs::read(file.path()).expect("reads")).expect("it reads what it writes");
        assert_eq!(again.publish().crossings.part(7, part.venue), Some(&part));
        assert_eq!(again.publish().venues().count(), view.venues().count());
    }

    /// With the venue and the call that it was made with, in the two forms of a call that version 4 was written with, and in that of version 5.
    #[test]
    fn a_snapshot_of_versions_4_and_5_has_its_roll_calls_in_all_their_forms() {
        let files = [
            (4, include_str!("../tests/golden/snapshot-v4-calls-v1.hex"), "早点名"),
            (4, include_str!("../tests/golden/snapshot-v4.hex"), "实证点名"),
            (5, include_str!("../tests/golden/snapshot-v5.hex"), "实证点名"),
        ];
        for (version, digits, title) in files {
            assert_eq!(golden(digits)[MAGIC.len()], version);
            let mut province = read_bytes(&golden(digits)).expect("it is read");
            let view = province.publish();
            let titles: Vec<&str> = view.calls.iter().map(|call| &*call.asked.title).collect();
            assert_eq!((titles, view.venues().count() > 0), (vec![title], true));
            let file = tempfile::NamedTempFile::new().expect("a file");
            write(file.path(), &province.freeze(), &[]).expect("writes");
            let mut again = read_bytes(&std::fs::read(file.path()).expect("reads")).expect("it reads what it writes");
            assert_eq!(again.publish().calls, view.calls);
        }
    }

    /// Versions 4 and 5 have the same venues; whose network is not known until its box tells it again.
    #[test]
    fn a_snapshot_of_version_5_has_its_venues_without_a_network_and_this_one_keeps_it() {
        let digits = include_str!("../tests/golden/snapshot-v5.hex");
        assert_eq!(golden(digits)[MAGIC.len()], 5);
        let mut province = read_bytes(&golden(digits)).expect("version 5 is read");
        let view = province.publish();
        let described: Vec<_> = view.venues().filter_map(|venue| venue.described.clone()).collect();
        assert!(!described.is_empty() && described.iter().all(|described| described.domain.is_none()));
        assert_eq!(view.calls.iter().count(), 1);

        let mut province = Province::new(Divisions::fujian(), Arc::default(), Rules::default());
        province.fold(&crate::province::tests::described(avow_shared::venue::Domain::CommandNetwork));
        let file = tempfile::NamedTempFile::new().expect("a file");
        write(file.path(), &province.freeze(), &[]).expect("writes");
        let mut again = read_bytes(&std::fs::read(file.path()).expect("reads")).expect("it reads what it writes");
        let networks: Vec<_> =
            again.publish().venues().map(|venue| venue.described.as_ref().and_then(|d| d.domain)).collect();
        assert_eq!(networks, [Some(avow_shared::venue::Domain::CommandNetwork)]);
    }

    #[test]
    fn a_snapshot_of_a_later_version_or_a_changed_one_is_refused() {
        let mut later = golden(OLDER[1].1);
        later[MAGIC.len()] = VERSION + 1;
        let mut changed = golden(OLDER[1].1);
        *changed.last_mut().expect("bytes") ^= 1;
        for bytes in [later, changed, golden(OLDER[1].1)[..200].to_vec()] {
            assert!(matches!(read_bytes(&bytes), Err(Error::Damaged { .. })), "{} bytes", bytes.len());
        }
    }
}
