//! The documents that were signed off at HQ: the archive, and HQ's key that signs what goes into it. One signs at a time; readers hold the
//! archive as it was and wait for nobody. What blocks here blocks on files: ask from a thread that may.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use avow_shared::hash::ContentHash;
use avow_shared::time::UnixMs;
use avow_shared::wire::{PublicKey, Signer};

use crate::document::Document;
use crate::document::archive::folder::MOST;
use crate::document::archive::{Archive, Error, Form, Sealed};

/// The folder of the archive in the data folder.
pub const FOLDER: &str = "documents";

/// The archive and the key.
pub struct Documents {
    archive: ArcSwap<Archive>,
    /// Held by who signs; what it guards is the step from one archive to the next.
    writing: Mutex<()>,
    hq: Signer,
}

/// What a look at a document on disk came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Who signed it; none when the signature is gone or wrong.
    pub key: Option<PublicKey>,
    /// Whether that is HQ's key of today.
    pub own_key: bool,
    /// Files that are not as they were signed off.
    pub changed: Vec<&'static str>,
}

impl Documents {
    /// Opens the archive in the data folder.
    ///
    /// # Errors
    /// When the folder cannot be made or read.
    pub fn open(data: &Path, hq: Signer) -> Result<Self, Error> {
        Self::open_for(data, hq, MOST)
    }

    /// The same with room for so many.
    ///
    /// # Errors
    /// As for [`Self::open`].
    pub fn open_for(data: &Path, hq: Signer, most: usize) -> Result<Self, Error> {
        let (archive, unread) = Archive::open(&data.join(FOLDER))?;
        let archive = archive.bounded(most);
        for path in unread {
            tracing::error!(path = %path.display(), "a document in the archive cannot be read as one that was signed off");
        }
        Ok(Self { archive: ArcSwap::from_pointee(archive), writing: Mutex::new(()), hq })
    }

    /// The archive at this moment.
    #[must_use]
    pub fn now(&self) -> Arc<Archive> {
        self.archive.load_full()
    }

    /// Signs `document` about `subject` off: its first edition, or with a reason the one that takes the place of the newest. On disk when
    /// this returns `Ok`.
    ///
    /// # Errors
    /// [`Error`]; [`Error::Missing`] for a correction without a reason, [`Error::Nothing`] for a reason without anything to correct.
    pub fn sign(
        &self,
        document: &Document,
        subject: &str,
        (by, at_ms): (&str, UnixMs),
        reason: Option<&str>,
    ) -> Result<ContentHash, Error> {
        // Nothing is left half done by who panicked here: an archive is replaced as a whole.
        let _alone = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = Archive::clone(&self.now());
        let newest = next.editions(subject).next().map(|(name, seal)| (name, seal.clone()));
        let sealed = match (&newest, reason) {
            (None, None) => Sealed::first(document, subject, by, at_ms, &self.hq)?,
            (Some((name, seal)), reason) => {
                Sealed::correction(document, by, at_ms, (*name, seal), reason.unwrap_or_default(), &self.hq)?
            }
            (None, Some(_)) => return Err(Error::Nothing),
        };
        let name = next.keep(&sealed)?;
        self.archive.store(Arc::new(next));
        Ok(name)
    }

    /// Looks at all files of a document.
    ///
    /// # Errors
    /// [`Error::Unknown`], or the disk.
    pub fn check(&self, name: ContentHash) -> Result<Checked, Error> {
        let archive = self.now();
        let mut changed = Vec::new();
        for form in Form::ALL {
            match archive.read(name, form) {
                Ok(_) => {}
                Err(Error::Changed { file, .. }) => changed.push(file),
                Err(error) => return Err(error),
            }
        }
        let key = match archive.signed(name) {
            Ok((signed, _)) => Some(signed.key),
            Err(Error::Changed { file, .. }) => {
                changed.push(file);
                None
            }
            Err(error) => return Err(error),
        };
        Ok(Checked { key, own_key: key == Some(self.hq.public()), changed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Block, Level, Prose, Section};

    fn document(says: &str) -> Document {
        Document {
            title: "情况报告".to_owned(),
            heads: Vec::new(),
            sections: vec![Section::new(Level::First, "概况").with(Block::Paragraph(Prose::of(says)))],
            signatures: Vec::new(),
            generated_at_ms: 1,
        }
    }

    #[test]
    fn an_archive_tells_that_it_fills_and_one_that_is_full_keeps_all_and_says_what_to_do() {
        use crate::document::archive::Room;
        let folder = tempfile::tempdir().expect("a folder");
        let open = |most| Documents::open_for(folder.path(), Signer::from_seed(&[9; 32]), most).expect("opens");
        let documents = open(10);
        let sign = |documents: &Documents, n: usize| {
            documents.sign(&document("一"), &format!("roll-call/{n}"), ("王五", 5), None)
        };
        assert_eq!(documents.now().room(), (0, 10, Room::Enough));
        let mut rooms = Vec::new();
        for n in 1..=10 {
            sign(&documents, n).expect("is signed");
            rooms.push(documents.now().room().2);
        }
        assert_eq!(rooms[7..], [Room::Enough, Room::Filling, Room::Full]);
        let full = sign(&documents, 11).expect_err("is full").to_string();
        assert!(full.contains("10 documents") && full.contains("'documents' in the settings"), "{full}");
        assert_eq!(documents.now().room().0, 10, "none made room");
        let larger = open(20);
        assert_eq!(larger.now().room(), (10, 20, Room::Enough));
        sign(&larger, 11).expect("is signed");
    }

    #[test]
    fn what_is_signed_stays_and_a_correction_needs_a_reason_and_something_to_correct() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = || Documents::open(folder.path(), Signer::from_seed(&[9; 32])).expect("opens");
        let documents = open();
        let sign = |says: &str, reason| documents.sign(&document(says), "roll-call/7", ("王五", 5), reason);
        assert!(matches!(sign("一", Some("数字有误")), Err(Error::Nothing)));
        let first = sign("一", None).expect("is signed");
        assert!(matches!(sign("二", None), Err(Error::Missing(_))), "never two first ones");
        assert!(matches!(sign("一", Some("数字有误")), Err(Error::Same(of)) if of == first));
        let second = sign("二", Some("数字有误")).expect("is corrected");
        for documents in [&documents, &open()] {
            let archive = documents.now();
            assert_eq!(archive.editions("roll-call/7").map(|(name, _)| name).collect::<Vec<_>>(), [second, first]);
            let key = Some(Signer::from_seed(&[9; 32]).public());
            assert_eq!(documents.check(first).expect("is there"), Checked { key, own_key: true, changed: vec![] });
        }
        let path = folder.path().join(FOLDER).join(first.to_string()).join("document.docx");
        std::fs::remove_file(path).expect("was there");
        assert_eq!(documents.check(first).expect("is there").changed, ["document.docx"]);
        let other = Documents::open(folder.path(), Signer::from_seed(&[8; 32])).expect("opens");
        assert!(!other.check(second).expect("is there").own_key, "HQ has another key since");
    }
}
