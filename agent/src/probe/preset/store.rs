//! References in a folder of the agent's state: one file each, written whole, bounded in number and size.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::config::ProbeName;
use crate::whole;

use super::reference::{MOST_BYTES, NoReference, Reference};

/// Versions of a preset that are kept: the one that counts, and those before it.
const VERSIONS: usize = 3;
/// References at most, of all cameras; with the largest pictures they take 60 MB.
const MOST: usize = 128;
const ENDING: &str = "ref";
/// A file beside a reference of which HQ was not told yet.
const UNTOLD: &str = "untold";

/// Why there is no reference.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The disk.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file holds none.
    #[error("{path}: {why}")]
    Bad {
        /// The file.
        path: PathBuf,
        /// Why.
        why: NoReference,
    },
    /// There are as many presets as there can be.
    #[error("{path}: {MOST} references are kept, no more")]
    Full {
        /// The folder.
        path: PathBuf,
    },
}

/// The folder of references.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

/// A reference's name, which is that of its file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    whose: ProbeName,
    preset: u8,
    version: u32,
}

impl Store {
    /// The one of a state folder; it is made when something is learnt.
    #[must_use]
    pub fn of(state: &Path) -> Self {
        Self { folder: state.join("references") }
    }

    /// The newest reference of a preset; none when nothing was learnt.
    ///
    /// # Errors
    /// When it cannot be read or is damaged. An older one is not taken instead: it may show something else.
    pub fn newest(&self, whose: &ProbeName, preset: u8) -> Result<Option<Reference>, Error> {
        match self.of_preset(whose, preset)?.pop() {
            Some(name) => self.read(&name).map(Some),
            None => Ok(None),
        }
    }

    /// Keeps a reference under the next version, which it gets, and lets old ones go.
    ///
    /// # Errors
    /// When the disk does not take it, or too many are kept.
    pub fn keep(&self, mut reference: Reference) -> Result<Reference, Error> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| Error::Io { path, source }
        };
        std::fs::create_dir_all(&self.folder).map_err(io(&self.folder))?;
        let whose = ProbeName { venue: reference.venue, probe: reference.probe.clone() };
        let before = self.of_preset(&whose, reference.preset)?;
        self.make_room(&before)?;
        reference.version = before.last().map_or(1, |name| name.version.saturating_add(1));
        let name = Name { whose, preset: reference.preset, version: reference.version };
        let path = self.path(&name);
        // First: what is kept but not marked would never be told.
        whole::write(&path.with_extension(UNTOLD), b"", 0o600).map_err(io(&path))?;
        if let Err(source) = whole::write(&path, &reference.encode(), 0o600) {
            remove(&path.with_extension(UNTOLD));
            return Err(Error::Io { path, source });
        }
        for old in before.iter().rev().skip(VERSIONS - 1) {
            self.forget(old);
        }
        Ok(reference)
    }

    /// References that HQ was not told of yet, each preset's newest; what cannot be read is logged and left.
    #[must_use]
    pub fn untold(&self) -> Vec<Reference> {
        let read = |name: &Name| match self.read(name) {
            Ok(reference) => Some(reference),
            Err(error) => {
                tracing::warn!(%error, "a reference that HQ was not told of");
                None
            }
        };
        let untold = |name: &Name| self.path(name).with_extension(UNTOLD).exists();
        self.newest_of_all().iter().filter(|name| untold(name)).filter_map(read).collect()
    }

    /// Every preset's newest reference that can be read.
    #[must_use]
    pub fn all(&self) -> Vec<Reference> {
        self.newest_of_all().iter().filter_map(|name| self.read(name).ok()).collect()
    }

    /// HQ will hear of it.
    pub fn told(&self, whose: &ProbeName, preset: u8, version: u32) {
        remove(&self.path(&Name { whose: whose.clone(), preset, version }).with_extension(UNTOLD));
    }

    /// Somebody wants a reference to be learnt of this probe at its next run.
    ///
    /// # Errors
    /// When the disk does not take the wish.
    pub fn want(&self, whose: &ProbeName) -> io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        whole::write(&self.wish(whose), b"", 0o600)
    }

    /// Whether somebody does.
    #[must_use]
    pub fn is_wanted(&self, whose: &ProbeName) -> bool {
        self.wish(whose).exists()
    }

    /// It was learnt.
    pub fn granted(&self, whose: &ProbeName) {
        remove(&self.wish(whose));
    }

    fn wish(&self, whose: &ProbeName) -> PathBuf {
        self.folder.join(format!("{}+{}.wanted", whose.venue, whose.probe))
    }

    fn newest_of_all(&self) -> Vec<Name> {
        let names = self.names().unwrap_or_default();
        let is_newest = |at: &usize| {
            names.get(at + 1).is_none_or(|next| next.whose != names[*at].whose || next.preset != names[*at].preset)
        };
        (0..names.len()).filter(is_newest).map(|at| names[at].clone()).collect()
    }

    fn of_preset(&self, whose: &ProbeName, preset: u8) -> Result<Vec<Name>, Error> {
        let names = self.names().map_err(|source| Error::Io { path: self.folder.clone(), source })?;
        Ok(names.into_iter().filter(|name| name.whose == *whose && name.preset == preset).collect())
    }

    /// All names, by camera, preset and version; what has another name is nobody's.
    fn names(&self) -> io::Result<Vec<Name>> {
        let entries = match std::fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let name = |entry: io::Result<std::fs::DirEntry>| Name::parse(entry.ok()?.file_name().to_str()?);
        let mut names: Vec<Name> = entries.filter_map(name).collect();
        names.sort();
        Ok(names)
    }

    /// When the folder is full, superseded versions go, the oldest first. What counts is never given up for another.
    fn make_room(&self, own: &[Name]) -> Result<(), Error> {
        let names = self.names().map_err(|source| Error::Io { path: self.folder.clone(), source })?;
        let newest = self.newest_of_all();
        let mut superseded: Vec<&Name> = names.iter().filter(|name| !newest.contains(name)).collect();
        superseded.sort_by_key(|name| name.version);
        let mut count = names.len();
        for name in superseded {
            if count < MOST {
                return Ok(());
            }
            self.forget(name);
            count -= 1;
        }
        let replaces = usize::from(!own.is_empty());
        if count < MOST + replaces { Ok(()) } else { Err(Error::Full { path: self.folder.clone() }) }
    }

    fn read(&self, name: &Name) -> Result<Reference, Error> {
        let path = self.path(name);
        let mut bytes = Vec::new();
        let read = File::open(&path).and_then(|file| file.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes));
        if let Err(source) = read {
            return Err(Error::Io { path, source });
        }
        let reference = match Reference::decode(&bytes) {
            Ok(reference) => reference,
            Err(why) => return Err(Error::Bad { path, why }),
        };
        let is_its = reference.venue == name.whose.venue
            && reference.probe == name.whose.probe
            && (reference.preset, reference.version) == (name.preset, name.version);
        if is_its { Ok(reference) } else { Err(Error::Bad { path, why: NoReference::Foreign }) }
    }

    fn forget(&self, name: &Name) {
        let path = self.path(name);
        remove(&path.with_extension(UNTOLD));
        remove(&path);
    }

    fn path(&self, name: &Name) -> PathBuf {
        self.folder.join(name.file())
    }
}

impl Name {
    fn file(&self) -> String {
        let Self { whose: ProbeName { venue, probe }, preset, version } = self;
        format!("{venue}+{probe}+{preset}+{version}.{ENDING}")
    }

    fn parse(file: &str) -> Option<Self> {
        let mut parts = file.strip_suffix(ENDING)?.strip_suffix('.')?.split('+');
        let whose = ProbeName { venue: parts.next()?.parse().ok()?, probe: parts.next()?.parse().ok()? };
        let name = Self { whose, preset: parts.next()?.parse().ok()?, version: parts.next()?.parse().ok()? };
        parts.next().is_none().then_some(name).filter(|name| name.file() == file)
    }
}

fn remove(path: &Path) {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(%error, path = %path.display(), "remove a reference");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::reference::tests::sample;
    use super::*;

    fn whose() -> ProbeName {
        "350102001-01/camera-front".parse().expect("a name")
    }

    fn files(folder: &Path) -> usize {
        std::fs::read_dir(folder.join("references")).map_or(0, Iterator::count)
    }

    #[test]
    fn versions_count_up_and_old_ones_go() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::of(dir.path());
        assert!(store.newest(&whose(), 3).expect("reads").is_none());
        for version in 1..=6 {
            assert_eq!(store.keep(sample(3, 0)).expect("keeps").version, version);
        }
        assert_eq!(store.newest(&whose(), 3).expect("reads"), Some(sample(3, 6)));
        assert!(store.newest(&whose(), 2).expect("reads").is_none());
        assert_eq!(files(dir.path()), VERSIONS * 2, "each with its mark");
        assert_eq!(store.untold(), [sample(3, 6)]);
        store.told(&whose(), 3, 6);
        assert!(store.untold().is_empty() && store.all() == [sample(3, 6)], "older versions are no news");
    }

    #[test]
    fn a_damaged_file_is_said_and_replaced_by_the_next_version() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::of(dir.path());
        store.keep(sample(3, 0)).expect("keeps");
        store.keep(sample(3, 0)).expect("keeps");
        let path = dir.path().join("references/350102001-01+camera-front+3+2.ref");
        for damage in [&b""[..], b"AVOWREF\x01", &[0; 600_000]] {
            std::fs::write(&path, damage).expect("writes");
            assert!(matches!(store.newest(&whose(), 3), Err(Error::Bad { .. })), "no older one instead");
        }
        std::fs::write(&path, sample(3, 1).encode()).expect("writes");
        assert!(store.newest(&whose(), 3).is_err(), "another one under its name");
        assert!(store.untold().is_empty(), "nothing that cannot be read is told");
        assert_eq!(store.keep(sample(3, 0)).expect("keeps").version, 3);
        assert_eq!(store.newest(&whose(), 3).expect("reads"), Some(sample(3, 3)));
    }

    #[test]
    fn the_number_is_bounded_and_what_counts_is_not_given_up() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::of(dir.path());
        std::fs::create_dir_all(&store.folder).expect("a folder");
        let small =
            |preset: u8, version: u32| super::super::reference::Reference { picture: None, ..sample(preset, version) };
        for preset in 0..MOST as u8 - 1 {
            store.keep(small(preset, 0)).expect("keeps");
        }
        store.keep(small(1, 0)).expect("a second version of one fills the folder");
        store.keep(small(127, 0)).expect("the superseded version makes room");
        assert_eq!(store.names().expect("names").len(), MOST);
        assert!(store.newest(&whose(), 1).expect("reads").is_some_and(|one| one.version == 2));
        let mut other = small(5, 0);
        other.probe = "camera-back".parse().expect("a probe");
        assert!(matches!(store.keep(other), Err(Error::Full { .. })));
        assert_eq!(store.keep(small(5, 0)).expect("its own preset is learnt anew").version, 2);
    }

    #[test]
    fn a_disk_that_does_not_take_it_leaves_the_old_one() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::of(dir.path());
        store.keep(sample(3, 0)).expect("keeps");
        let second = store.folder.join("350102001-01+camera-front+3+2.ref");
        std::fs::create_dir(whole::part(&second)).expect("something in the way");
        assert!(matches!(store.keep(sample(3, 0)), Err(Error::Io { .. })));
        assert_eq!(store.newest(&whose(), 3).expect("reads"), Some(sample(3, 1)));
        assert!(!second.exists());
    }

    #[test]
    fn a_wish_stays_until_it_is_granted_and_is_no_reference() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::of(dir.path());
        assert!(!store.is_wanted(&whose()));
        store.want(&whose()).expect("keeps");
        assert!(store.is_wanted(&whose()) && store.all().is_empty() && store.untold().is_empty());
        store.granted(&whose());
        assert!(!store.is_wanted(&whose()));
    }

    #[test]
    fn a_name_is_read_as_it_is_written() {
        let name = Name { whose: whose(), preset: 3, version: 12 };
        assert_eq!(name.file(), "350102001-01+camera-front+3+12.ref");
        assert_eq!(Name::parse(&name.file()), Some(name));
        for other in ["x.ref", "350102001-01+camera-front+3+12.part", "350102001-01+camera-front+03+12.ref", ".ref"] {
            assert!(Name::parse(other).is_none(), "{other}");
        }
    }
}
