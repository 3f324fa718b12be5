//! The archive of documents that were signed off.

use super::*;
use crate::document::{Block, Level, Prose, Section};

fn document(says: &str) -> Document {
    Document {
        title: "视频点名\n情况报告".to_owned(),
        heads: Vec::new(),
        sections: vec![Section::new(Level::First, "概况").with(Block::Paragraph(Prose::of(says)))],
        signatures: Vec::new(),
        generated_at_ms: 1_795_737_600_000,
    }
}

fn hq() -> Signer {
    Signer::from_seed(&[9; 32])
}

fn first(document: &Document, by: &str) -> Result<Sealed, Error> {
    Sealed::first(document, "roll-call/7", by, 7, &hq())
}

fn opened(folder: &std::path::Path) -> Archive {
    let (archive, unread) = Archive::open(folder).expect("opens");
    assert_eq!(unread, Vec::<std::path::PathBuf>::new());
    archive
}

#[test]
fn what_was_signed_off_is_read_again_in_every_form() {
    let folder = tempfile::tempdir().expect("a folder");
    let document = document("应点3个。");
    let sealed = first(&document, "王五").expect("seals");
    let name = opened(folder.path()).keep(&sealed).expect("keeps");
    let archive = opened(folder.path());
    assert_eq!(archive.list(), [(name, &sealed.seal)]);
    assert_eq!((sealed.seal.edition, sealed.seal.title.as_str()), (1, "视频点名情况报告"));
    let read = |form| archive.read(name, form).expect("reads");
    assert_eq!(read(Form::Html), html::write(&document).into_bytes());
    assert_eq!(read(Form::Xlsx), xlsx::write(&document).expect("writes"));
    assert_eq!(read(Form::Docx), docx::write(&document).expect("writes"));
    assert_eq!(serde_json::from_slice::<Document>(&read(Form::Facts)).expect("facts"), document);
}

#[test]
fn a_correction_names_what_it_corrects_and_leaves_it_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut archive = opened(folder.path());
    let sealed = first(&document("应点3个。"), "王五").expect("seals");
    let name = archive.keep(&sealed).expect("keeps");
    let correct =
        |says: &str, reason: &str| Sealed::correction(&document(says), "王五", 8, (name, &sealed.seal), reason, &hq());
    assert!(matches!(correct("应点3个。", "数字有误"), Err(Error::Same(of)) if of == name));
    assert!(matches!(correct("应点4个。", " "), Err(Error::Missing(_))));
    let second = correct("应点4个。", "数字有误").expect("seals");
    let corrected = archive.keep(&second).expect("keeps");
    assert_eq!(second.seal.corrects, Some(Correction { of: name, reason: "数字有误".to_owned() }));
    assert_eq!((second.seal.edition, archive.corrected_by(name)), (2, Some(corrected)));
    assert_eq!(archive.list().iter().map(|(name, _)| *name).collect::<Vec<_>>(), [corrected, name]);
    assert!(archive.read(name, Form::Docx).is_ok());
    let rival = correct("应点5个。", "数字有误").expect("seals");
    assert!(matches!(archive.keep(&rival), Err(Error::Corrected { of, by }) if (of, by) == (name, corrected)));
    for archive in [archive, opened(folder.path())] {
        let editions: Vec<_> = archive.editions("roll-call/7").map(|(name, seal)| (name, seal.edition)).collect();
        assert_eq!(editions, [(corrected, 2), (name, 1)]);
        assert_eq!(archive.editions("roll-call/8").count(), 0);
    }
}

#[test]
fn a_file_is_proven_by_its_signed_seal_alone_and_any_change_of_either_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let sealed = first(&document("应点3个。"), "王五").expect("seals");
    let name = opened(folder.path()).keep(&sealed).expect("keeps");
    let archive = opened(folder.path());
    let (signed, bytes) = archive.signed(name).expect("is signed");
    assert_eq!((signed.key, &bytes), (hq().public(), &sealed.signed));
    for form in Form::ALL {
        let file = archive.read(name, form).expect("reads");
        let proof = prove(&file, &bytes).expect("is proven");
        assert_eq!((proof.name, proof.form, proof.key, &proof.seal), (name, form, hq().public(), &sealed.seal));
        let mut changed = file;
        changed[20] ^= 1;
        assert_eq!(prove(&changed, &bytes), Err(Disproof::Other));
    }
    let file = archive.read(name, Form::Docx).expect("reads");
    let mut changed = bytes.clone();
    changed[100] ^= 1;
    assert!(matches!(prove(&file, &changed), Err(Disproof::Signature(_))));
    let foreign = SignedSeal::sign(&hq(), b"{}");
    assert_eq!(prove(&file, &foreign), Err(Disproof::Format));
    // What lies under another document's name is not handed out.
    let path = folder.path().join(name.to_string()).join("seal.signed");
    std::fs::remove_file(&path).expect("was there");
    assert!(matches!(archive.signed(name), Err(Error::Changed { .. })));
    std::fs::write(&path, foreign).expect("writes");
    assert!(matches!(archive.signed(name), Err(Error::Changed { .. })));
}

#[test]
fn what_somebody_changed_is_not_handed_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let sealed = first(&document("应点3个。"), "王五").expect("seals");
    let name = opened(folder.path()).keep(&sealed).expect("keeps");
    let path = folder.path().join(name.to_string());
    let write = |file: &str, bytes: &[u8]| {
        std::fs::remove_file(path.join(file)).expect("was there");
        std::fs::write(path.join(file), bytes).expect("writes");
    };
    let mut bytes = sealed.forms[&Form::Docx].clone();
    bytes[100] ^= 1;
    write(Form::Docx.file(), &bytes);
    std::fs::remove_file(path.join(Form::Html.file())).expect("was there");
    let archive = opened(folder.path());
    for form in [Form::Docx, Form::Html] {
        assert!(matches!(archive.read(name, form), Err(Error::Changed { file, .. }) if file == form.file()));
    }
    assert!(archive.read(name, Form::Xlsx).is_ok());
    // A seal that says something else is none.
    let forged = Seal { by: "赵六".to_owned(), ..sealed.seal };
    write("seal.json", &forged.bytes().expect("bytes"));
    let (archive, unread) = Archive::open(folder.path()).expect("opens");
    assert_eq!((archive.list().len(), unread), (0, vec![path]));
}

#[test]
fn the_same_is_kept_once_what_is_half_written_goes_and_what_is_full_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let sealed = first(&document("应点3个。"), "王五").expect("seals");
    let name = opened(folder.path()).keep(&sealed).expect("keeps");
    std::fs::create_dir(folder.path().join(format!("part-{name}"))).expect("makes");
    let mut archive = opened(folder.path()).bounded(1);
    assert_eq!(std::fs::read_dir(folder.path()).expect("lists").count(), 1);
    assert_eq!(archive.keep(&sealed).expect("is there"), name);
    let other = first(&document("应点4个。"), "王五").expect("seals");
    assert!(matches!(archive.keep(&other), Err(Error::Full(1))));
    assert!(matches!(first(&document(""), " "), Err(Error::Missing(_))));
    assert!(matches!(archive.seal(ContentHash([0; 32])), Err(Error::Unknown(_))));
}
