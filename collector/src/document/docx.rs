//! A document as DOCX (WordprocessingML, ECMA-376 part 1, 17) in the form of GB/T 9704-2012, for WPS and Word.

mod body;
mod parts;

use std::io::{self, Write};

use super::Document;
use super::package::Package;

/// The file: the same bytes for the same document.
///
/// # Errors
/// When it becomes larger than a package may be (4 GB a part).
pub fn write(document: &Document) -> io::Result<Vec<u8>> {
    let mut package = Package::new();
    let same = [
        ("[Content_Types].xml", parts::CONTENT_TYPES),
        ("_rels/.rels", parts::RELATIONS),
        ("word/_rels/document.xml.rels", parts::DOCUMENT_RELATIONS),
        ("word/styles.xml", parts::STYLES),
        ("word/settings.xml", parts::SETTINGS),
        ("word/fontTable.xml", parts::FONTS),
        ("word/footer1.xml", &parts::footer(true)),
        ("word/footer2.xml", &parts::footer(false)),
        ("docProps/core.xml", &parts::core(document)),
    ];
    for (name, text) in same {
        package.part(name, |part| part.write_all(text.as_bytes()))?;
    }
    package.part("word/document.xml", |part: &mut dyn Write| body::write(document, part))?;
    package.finish()
}
