//! `restore --data`: a backup taken into a data folder on which no collector runs.

use std::path::Path;

use super::call::Failure;
use super::words::Words;
use crate::api::dto::{Restored, RestoredSection};
use crate::archive::Reading;
use crate::{archive, backup, hub};

/// For as long as `goes_on` says so; what was written by then is of no use, and is taken back.
pub(super) fn restore(
    file: &Path,
    data: &Path,
    words: Words,
    mut goes_on: impl FnMut(Reading, usize) -> bool,
) -> Result<Restored, Failure> {
    let _lock = hub::lock(data).map_err(|error| match error {
        hub::Error::Data { path, cause } => Failure::File { path, source: cause },
        other => Failure::Impossible(other.to_string()),
    })?;
    if archive::is_used(data) {
        return Err(Failure::Impossible(words.in_use(data)));
    }
    let mut fills = false;
    let restored = archive::restore_while(file, data, |reading, bytes| {
        fills |= reading == Reading::Fill;
        goes_on(reading, bytes)
    });
    if restored.is_err() && fills {
        archive::take_back(data);
    }
    let sections = restored.map_err(|error| match error {
        backup::Error::Io(source) => Failure::File { path: file.to_owned(), source },
        other => Failure::Impossible(format!("{}: {other}", file.display())),
    })?;
    let sections = sections.into_iter().map(|(name, bytes)| RestoredSection { name, bytes }).collect();
    Ok(Restored { restored: true, sections })
}
