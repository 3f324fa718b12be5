//! `restore --data`: a backup taken into a data folder on which no collector runs.

use std::path::Path;

use super::call::Failure;
use super::words::Words;
use crate::api::dto::{Restored, RestoredSection};
use crate::{archive, backup, hub};

pub(super) fn restore(file: &Path, data: &Path, words: Words) -> Result<Restored, Failure> {
    let _lock = hub::lock(data).map_err(|error| match error {
        hub::Error::Data { path, cause } => Failure::File { path, source: cause },
        other => Failure::Impossible(other.to_string()),
    })?;
    if archive::is_used(data) {
        return Err(Failure::Impossible(words.in_use(data)));
    }
    let sections = archive::restore(file, data).map_err(|error| match error {
        backup::Error::Io(source) => Failure::File { path: file.to_owned(), source },
        other => Failure::Impossible(format!("{}: {other}", file.display())),
    })?;
    let sections = sections.into_iter().map(|(name, bytes)| RestoredSection { name, bytes }).collect();
    Ok(Restored { restored: true, sections })
}
