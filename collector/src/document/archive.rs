//! Documents that were signed off: never changed again, named by the hash of their seal, which holds the hashes of all their forms. A
//! correction is a new edition that names the one before it. Here is what a seal says and when one may be made; [`folder`] keeps them.

pub mod folder;

use std::collections::BTreeMap;
use std::io;

use avow_shared::hash::ContentHash;
use avow_shared::time::UnixMs;
use avow_shared::wire::{PublicKey, SignedSeal, Signer};
use serde::{Deserialize, Serialize};

use super::{Document, docx, html, xlsx};
pub use folder::{Archive, Room};

/// The format of a seal; a newer one is not believed.
const FORMAT: u8 = 1;
const ZSTD_LEVEL: i32 = 3;
/// The document itself is not larger than this when it is read again: 32 000 rows of 100 values of 80 bytes.
const MOST_DOCUMENT: usize = 256 << 20;

/// A form in which a document is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// What it says, as JSON packed by zstd: from it all other forms were made.
    Facts,
    /// HTML, packed by zstd.
    Html,
    /// XLSX.
    Xlsx,
    /// DOCX.
    Docx,
}

/// What was signed off: the content of a seal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    format: u8,
    /// What it is of, e.g. `roll-call/1790000000000`: all editions are of the same.
    pub subject: String,
    /// As the document is called.
    pub title: String,
    /// [`Document::facts`].
    pub facts: ContentHash,
    /// Who signed off.
    pub by: String,
    /// When.
    pub at_ms: UnixMs,
    /// From 1.
    pub edition: u32,
    /// Which document this one takes the place of.
    pub corrects: Option<Correction>,
    /// All forms that are kept.
    pub forms: BTreeMap<Form, Piece>,
}

/// Why there is a new edition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// The name of the edition before.
    pub of: ContentHash,
    /// What was wrong in it.
    pub reason: String,
}

/// What is kept of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Piece {
    /// Of the bytes as they are kept.
    pub hash: ContentHash,
    /// How many.
    pub bytes: u64,
    /// Of the bytes as they are handed out, by which somebody elsewhere knows his file.
    pub file: ContentHash,
}

/// A seal and the bytes of all its forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// What was signed off.
    pub seal: Seal,
    /// The seal signed by HQ's key, see [`SignedSeal`].
    pub signed: Vec<u8>,
    /// The forms as they are kept.
    pub forms: BTreeMap<Form, Vec<u8>>,
}

/// Why nothing was sealed, kept or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A sign-off without a name, or a correction without a reason.
    #[error("sign off: {0} is missing")]
    Missing(&'static str),
    /// A correction of what was never signed off.
    #[error("correct a document: nothing was signed off yet")]
    Nothing,
    /// The document is the one that it is to correct.
    #[error("correct {0}: the new document says the same")]
    Same(ContentHash),
    /// A document has one correction at most: the newest edition is the one to correct.
    #[error("correct {of}: {by} corrects it already")]
    Corrected {
        /// Which was to be corrected.
        of: ContentHash,
        /// Which corrects it.
        by: ContentHash,
    },
    /// No such document.
    #[error("find the document {0}")]
    Unknown(ContentHash),
    /// What is kept is not what was signed off.
    #[error("read the document {name}: {file} is not as it was signed off")]
    Changed {
        /// Its name.
        name: ContentHash,
        /// Which file.
        file: &'static str,
    },
    /// No room for one more.
    #[error(
        "keep a document: the archive has its {0} documents, as many as it may hold, and keeps all of them; let it hold more \
         ('documents' in the settings of serve) and start again, then sign"
    )]
    Full(usize),
    /// The disk.
    #[error("keep documents: {0}")]
    Io(#[from] io::Error),
}

impl Form {
    /// All.
    pub const ALL: [Self; 4] = [Self::Facts, Self::Html, Self::Xlsx, Self::Docx];

    /// The name of its file.
    #[must_use]
    pub const fn file(self) -> &'static str {
        match self {
            Self::Facts => "document.json.zst",
            Self::Html => "document.html.zst",
            Self::Xlsx => "document.xlsx",
            Self::Docx => "document.docx",
        }
    }

    /// As it is handed out.
    ///
    /// # Errors
    /// What its writer says.
    pub fn write(self, document: &Document) -> io::Result<Vec<u8>> {
        match self {
            Self::Facts => Ok(serde_json::to_vec(document)?),
            Self::Html => Ok(html::write(document).into_bytes()),
            Self::Xlsx => xlsx::write(document),
            Self::Docx => docx::write(document),
        }
    }

    /// As it is kept.
    fn packed(self, file: Vec<u8>) -> io::Result<Vec<u8>> {
        match self {
            Self::Facts | Self::Html => zstd::bulk::compress(&file, ZSTD_LEVEL),
            Self::Xlsx | Self::Docx => Ok(file),
        }
    }

    /// The form as it is handed out; none when what is kept cannot be unpacked.
    #[must_use]
    pub fn unpacked(self, kept: Vec<u8>) -> Option<Vec<u8>> {
        match self {
            Self::Facts | Self::Html => zstd::bulk::decompress(&kept, MOST_DOCUMENT).ok(),
            Self::Xlsx | Self::Docx => Some(kept),
        }
    }
}

impl Seal {
    /// The bytes that are hashed, and kept as `seal.json`.
    ///
    /// # Errors
    /// Never: what it holds can be written.
    pub fn bytes(&self) -> io::Result<Vec<u8>> {
        Ok(serde_json::to_vec(self)?)
    }

    /// The seal in `bytes`, when they are the ones that `name` names and this program knows their format.
    #[must_use]
    pub fn read(name: ContentHash, bytes: &[u8]) -> Option<Self> {
        let seal: Self = serde_json::from_slice(bytes).ok()?;
        (ContentHash::of(bytes) == name && seal.format == FORMAT).then_some(seal)
    }
}

impl Sealed {
    /// The first edition of `document` about `subject`, signed off by `by`.
    ///
    /// # Errors
    /// [`Error::Missing`], or what its writers say.
    pub fn first(document: &Document, subject: &str, by: &str, at_ms: UnixMs, hq: &Signer) -> Result<Self, Error> {
        Self::new(document, subject, (by, at_ms), 1, None, hq)
    }

    /// The edition of `document` that takes the place of `of`, which is called `name`.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Same`], or what its writers say.
    pub fn correction(
        document: &Document,
        by: &str,
        at_ms: UnixMs,
        (name, of): (ContentHash, &Seal),
        reason: &str,
        hq: &Signer,
    ) -> Result<Self, Error> {
        if reason.trim().is_empty() {
            return Err(Error::Missing("the reason"));
        }
        if document.facts() == of.facts {
            return Err(Error::Same(name));
        }
        let correction = Correction { of: name, reason: reason.trim().to_owned() };
        Self::new(document, &of.subject, (by, at_ms), of.edition.saturating_add(1), Some(correction), hq)
    }

    fn new(
        document: &Document,
        subject: &str,
        (by, at_ms): (&str, UnixMs),
        edition: u32,
        corrects: Option<Correction>,
        hq: &Signer,
    ) -> Result<Self, Error> {
        if by.trim().is_empty() {
            return Err(Error::Missing("the name"));
        }
        let (mut forms, mut pieces) = (BTreeMap::new(), BTreeMap::new());
        for form in Form::ALL {
            let file = form.write(document)?;
            let of_file = ContentHash::of(&file);
            let kept = form.packed(file)?;
            let piece = Piece { hash: ContentHash::of(&kept), bytes: kept.len() as u64, file: of_file };
            pieces.insert(form, piece);
            forms.insert(form, kept);
        }
        let seal = Seal {
            format: FORMAT,
            subject: subject.to_owned(),
            title: document.title.lines().collect(),
            facts: document.facts(),
            by: by.trim().to_owned(),
            at_ms,
            edition,
            corrects,
            forms: pieces,
        };
        let signed = SignedSeal::sign(hq, &seal.bytes()?);
        Ok(Self { seal, signed, forms })
    }
}

/// What a file that somebody has in hand turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The seal that names it.
    pub seal: Seal,
    /// Its name.
    pub name: ContentHash,
    /// In which form it is.
    pub form: Form,
    /// Who signed the seal; whether that is HQ, a person compares.
    pub key: PublicKey,
}

/// Why a file is not what was signed off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Disproof {
    /// The signature.
    #[error("the seal: {0}")]
    Signature(#[from] avow_shared::wire::Error),
    /// Signed, but no seal that this program knows.
    #[error("the seal is of a format that this program does not know")]
    Format,
    /// The seal names no such file.
    #[error("the file is not the one that was signed off: it was changed, or the seal is of another document")]
    Other,
}

/// Checks a file as it was handed out against its signed seal; needs no server.
///
/// # Errors
/// [`Disproof`].
pub fn prove(file: &[u8], signed: &[u8]) -> Result<Proof, Disproof> {
    let SignedSeal { key, seal: bytes } = SignedSeal::open(signed)?;
    let name = ContentHash::of(&bytes);
    let seal = Seal::read(name, &bytes).ok_or(Disproof::Format)?;
    let hash = ContentHash::of(file);
    let form = seal.forms.iter().find(|(_, piece)| piece.file == hash).map(|(form, _)| *form);
    form.map(|form| Proof { seal, name, form, key }).ok_or(Disproof::Other)
}

#[cfg(test)]
mod tests;
