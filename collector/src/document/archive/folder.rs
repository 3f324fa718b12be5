//! The folder of signed-off documents: `<hash>/{seal.json, seal.signed, document.…}`, whole or not there, written once.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use std::sync::Arc;

use avow_shared::hash::ContentHash;
use avow_shared::wire::SignedSeal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Error, Form, Seal, Sealed};
use crate::sealed::replace;

/// More are refused unless the settings say otherwise: nothing here is ever deleted, and a start reads every seal.
pub const MOST: usize = 20_000;
/// From so many of a hundred on it is told that it fills.
const FILLING_PERCENT: usize = 90;
const SEAL: &str = "seal.json";
const SIGNED: &str = "seal.signed";
/// What was being written when the power went.
const PART: &str = "part-";

/// How much room there is for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ArchiveRoom)]
pub enum Room {
    /// Enough.
    Enough,
    /// Less than a tenth.
    Filling,
    /// None: nothing is signed off any more.
    Full,
}

/// All documents that were signed off.
#[derive(Clone, Debug)]
pub struct Archive {
    folder: PathBuf,
    seals: BTreeMap<ContentHash, Arc<Seal>>,
    /// The editions of each subject, the newest last.
    editions: BTreeMap<String, Vec<ContentHash>>,
    most: usize,
}

impl Archive {
    /// The archive in `folder`, which is made when it is not there. What cannot be read as a seal stays where it is and is in no list;
    /// its name is in the answer.
    ///
    /// # Errors
    /// When the folder cannot be made or read.
    pub fn open(folder: &Path) -> Result<(Self, Vec<PathBuf>), Error> {
        fs::create_dir_all(folder)?;
        let (mut seals, mut unread) = (BTreeMap::<_, Arc<Seal>>::new(), Vec::new());
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name.starts_with(PART) {
                fs::remove_dir_all(&path)?;
                continue;
            }
            let seal =
                name.parse().ok().and_then(|name| Some((name, Seal::read(name, &fs::read(path.join(SEAL)).ok()?)?)));
            match seal {
                Some((name, seal)) => drop(seals.insert(name, Arc::new(seal))),
                None => unread.push(path),
            }
        }
        let mut editions = BTreeMap::<String, Vec<ContentHash>>::new();
        for (name, seal) in &seals {
            editions.entry(seal.subject.clone()).or_default().push(*name);
        }
        let number = |name: &ContentHash| seals.get(name).map(|seal| seal.edition);
        editions.values_mut().for_each(|names| names.sort_by_key(number));
        Ok((Self { folder: folder.to_owned(), seals, editions, most: MOST }, unread))
    }

    /// Keeps a document; says its name. When this returns `Ok` it is on the disk whole.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::Unknown`] or [`Error::Corrected`] of what it corrects, or the disk.
    pub fn keep(&mut self, sealed: &Sealed) -> Result<ContentHash, Error> {
        let bytes = sealed.seal.bytes()?;
        let name = ContentHash::of(&bytes);
        if self.seals.contains_key(&name) {
            return Ok(name);
        }
        if self.seals.len() >= self.most {
            return Err(Error::Full(self.seals.len()));
        }
        if let Some(correction) = &sealed.seal.corrects {
            let of = correction.of;
            self.seal(of)?;
            if let Some(by) = self.corrected_by(of) {
                return Err(Error::Corrected { of, by });
            }
        }
        let part = self.folder.join(format!("{PART}{name}"));
        self.write(&part, &bytes, sealed).and_then(|()| fs::rename(&part, self.folder.join(name.to_string())))?;
        File::open(&self.folder)?.sync_all()?;
        self.seals.insert(name, Arc::new(sealed.seal.clone()));
        self.editions.entry(sealed.seal.subject.clone()).or_default().push(name);
        Ok(name)
    }

    fn write(&self, part: &Path, seal: &[u8], sealed: &Sealed) -> io::Result<()> {
        // From an attempt that failed.
        if part.exists() {
            fs::remove_dir_all(part)?;
        }
        fs::create_dir(part)?;
        let forms = sealed.forms.iter().map(|(form, bytes)| (form.file(), bytes.as_slice()));
        for (file, bytes) in forms.chain([(SIGNED, sealed.signed.as_slice()), (SEAL, seal)]) {
            let path = part.join(file);
            replace(&path, |file| file.write_all(bytes))?;
            // Against a slip of the hand; the hash tells of everything else.
            let mut permissions = fs::metadata(&path)?.permissions();
            permissions.set_readonly(true);
            fs::set_permissions(&path, permissions)?;
        }
        Ok(())
    }

    /// All seals, the newest first; of those of one moment the later edition.
    #[must_use]
    pub fn list(&self) -> Vec<(ContentHash, &Seal)> {
        let mut list: Vec<_> = self.seals.iter().map(|(name, seal)| (*name, seal.as_ref())).collect();
        list.sort_by_key(|(name, seal)| (std::cmp::Reverse((seal.at_ms, seal.edition)), *name));
        list
    }

    /// What was signed off under `name`.
    ///
    /// # Errors
    /// [`Error::Unknown`].
    pub fn seal(&self, name: ContentHash) -> Result<&Seal, Error> {
        self.seals.get(&name).map(AsRef::as_ref).ok_or(Error::Unknown(name))
    }

    /// The editions about a subject, the newest first.
    pub fn editions(&self, subject: &str) -> impl Iterator<Item = (ContentHash, &Seal)> {
        let names = self.editions.get(subject).into_iter().flatten().rev();
        names.filter_map(|name| Some((*name, self.seals.get(name)?.as_ref())))
    }

    /// The signed seal of the document `name`, for whoever wants to check a file of it elsewhere.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Changed`], or the disk.
    pub fn signed(&self, name: ContentHash) -> Result<(SignedSeal, Vec<u8>), Error> {
        let changed = || Error::Changed { name, file: SIGNED };
        self.seal(name)?;
        let bytes = match fs::read(self.folder.join(name.to_string()).join(SIGNED)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(changed()),
            bytes => bytes?,
        };
        let signed = SignedSeal::open(&bytes).map_err(|_| changed())?;
        if ContentHash::of(&signed.seal) == name { Ok((signed, bytes)) } else { Err(changed()) }
    }

    /// The edition that takes the place of `name`.
    #[must_use]
    pub fn corrected_by(&self, name: ContentHash) -> Option<ContentHash> {
        let corrects = |seal: &Arc<Seal>| seal.corrects.as_ref().is_some_and(|correction| correction.of == name);
        self.seals.iter().find(|(_, seal)| corrects(seal)).map(|(by, _)| *by)
    }

    /// A form of the document `name`, as it is handed out, checked against its seal.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Changed`], or the disk.
    pub fn read(&self, name: ContentHash, form: Form) -> Result<Vec<u8>, Error> {
        let changed = || Error::Changed { name, file: form.file() };
        let piece = self.seal(name)?.forms.get(&form).ok_or_else(changed)?;
        let kept = match fs::read(self.folder.join(name.to_string()).join(form.file())) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(changed()),
            kept => kept?,
        };
        if ContentHash::of(&kept) != piece.hash {
            return Err(changed());
        }
        form.unpacked(kept).ok_or_else(changed)
    }

    /// Whether nothing was ever signed off.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seals.is_empty()
    }

    /// How many there are, how many there may be, and what that means.
    #[must_use]
    pub fn room(&self) -> (usize, usize, Room) {
        let (kept, most) = (self.seals.len(), self.most);
        let room = if kept >= most {
            Room::Full
        } else if kept * 100 >= most * FILLING_PERCENT {
            Room::Filling
        } else {
            Room::Enough
        };
        (kept, most, room)
    }

    /// With room for so many.
    #[must_use]
    pub const fn bounded(mut self, most: usize) -> Self {
        self.most = most;
        self
    }
}
