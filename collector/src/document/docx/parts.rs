//! The parts of a DOCX that are the same in every document, and those that only name it (ECMA-376 part 1, 11.3; part 2, 8 and 10).

use crate::document::text::escape;
use crate::document::value::Precision;
use crate::document::{Document, Value};

const UTC8_MS: u64 = 8 * 3_600_000;

pub(super) const STYLES: &str = include_str!("styles.xml");
pub(super) const FONTS: &str = include_str!("fontTable.xml");
pub(super) const SETTINGS: &str = include_str!("settings.xml");

pub(super) const CONTENT_TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/word/settings.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml"/><Override PartName="/word/fontTable.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.fontTable+xml"/><Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/><Override PartName="/word/footer2.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>"#;

pub(super) const RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>"#;

pub(super) const DOCUMENT_RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/settings" Target="settings.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/fontTable" Target="fontTable.xml"/><Relationship Id="rId4" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer" Target="footer1.xml"/><Relationship Id="rId5" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer" Target="footer2.xml"/></Relationships>"#;

/// The number of a page between dashes, one character from the outer edge (GB/T 9704-2012, 7.5): odd pages right, even ones left.
pub(super) fn footer(odd: bool) -> String {
    let place =
        if odd { r#"<w:jc w:val="right"/></w:pPr>"#.to_owned() } else { r#"<w:jc w:val="left"/></w:pPr>"#.to_owned() };
    let indent = if odd { r#"<w:ind w:right="280"/>"# } else { r#"<w:ind w:left="280"/>"# };
    let text = |text: &str| format!(r#"<w:r><w:t xml:space="preserve">{text}</w:t></w:r>"#);
    let field = |kind: &str| format!(r#"<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>"#);
    let number = format!(
        r#"{}<w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>{}<w:r><w:t>1</w:t></w:r>{}"#,
        field("begin"),
        field("separate"),
        field("end")
    );
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:ftr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p><w:pPr><w:pStyle w:val="Footer"/>{indent}{place}{}{number}{}</w:p></w:ftr>"#,
        text("— "),
        text(" —")
    )
}

/// What the document is called and when it was made.
pub(super) fn core(document: &Document) -> String {
    let mut title = String::new();
    escape(&mut title, &document.title);
    // In UTC: what values write is UTC+8.
    let made = Value::At { ms: document.generated_at_ms.saturating_sub(UTC8_MS), to: Precision::Second };
    let made = made.to_string().replace(' ', "T");
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{title}</dc:title><dc:identifier>{}</dc:identifier><dcterms:created xsi:type="dcterms:W3CDTF">{made}Z</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">{made}Z</dcterms:modified><dc:language>zh-CN</dc:language></cp:coreProperties>"#,
        document.facts()
    )
}
