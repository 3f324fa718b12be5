//! The one file that speaks zip: the package of an office document (ECMA-376 part 2), the same bytes for the same parts.

use std::io::{self, Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// A package that is being filled.
pub(super) struct Package(ZipWriter<Cursor<Vec<u8>>>);

impl Package {
    /// With nothing in it.
    pub(super) fn new() -> Self {
        Self(ZipWriter::new(Cursor::default()))
    }

    /// Adds a part; what `write` writes is packed as it comes.
    pub(super) fn part(&mut self, name: &str, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        // Without a time of its own, each part is of 1980.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default());
        self.0.start_file(name, options)?;
        write(&mut self.0)
    }

    /// The file.
    pub(super) fn finish(self) -> io::Result<Vec<u8>> {
        Ok(self.0.finish()?.into_inner())
    }
}

/// Every part of a package, as text.
#[cfg(test)]
pub(super) fn unpacked(bytes: &[u8]) -> std::collections::BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a package");
    let mut parts = std::collections::BTreeMap::new();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).expect("a part");
        let name = part.name().expect("a name").into_owned();
        assert_eq!(part.last_modified(), Some(DateTime::default()), "{name}");
        let mut text = String::new();
        io::Read::read_to_string(&mut part, &mut text).expect("text");
        parts.insert(name, text);
    }
    parts
}
