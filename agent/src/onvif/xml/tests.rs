//! Documents: as they may be, cut at every byte, and anything else.

use proptest::prelude::*;

use super::*;

const DOCUMENT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- a > b -->
<e:Envelope xmlns:e="urn:e" xmlns="urn:all">
  <Body a='1 &amp; 2' e:b="&#x4e2d;&#25991;"><x:In xmlns:x="urn:x" xmlns=""><y/></x:In>
    <y>a &lt; b <![CDATA[<c> & d]]> e</y>
    <x:late/>
  </Body >
</e:Envelope>
"#;

#[test]
fn names_belong_to_the_namespaces_in_force_where_they_stand() {
    let root = read(DOCUMENT).expect("a document");
    assert!(root.is("urn:e", "Envelope"), "{root:?}");
    let body = &root.children[0];
    assert!(body.is("urn:all", "Body"), "{body:?}");
    assert_eq!((body.attribute("a"), body.attribute("b"), body.attribute("c")), (Some("1 & 2"), Some("中文"), None));
    let [inside, y, late] = &body.children[..] else { panic!("{body:?}") };
    assert!(inside.is("urn:x", "In") && inside.children[0].is("", "y"), "{inside:?}");
    assert!(y.is("urn:all", "y") && late.is("", "late"), "a declaration ends with its element: {y:?} {late:?}");
    assert_eq!(y.text(), "a < b <c> & d e");
}

#[test]
fn a_document_cut_anywhere_is_cut() {
    let whole = DOCUMENT.trim_end();
    for cut in (0..whole.len()).filter(|cut| whole.is_char_boundary(*cut)) {
        assert_eq!(read(&whole[..cut]), Err(Bad::Cut), "cut at {cut}");
    }
    assert!(read(whole).is_ok());
}

#[track_caller]
fn refused(text: &str, why: Bad) {
    assert_eq!(read(text), Err(why), "{text}");
}

#[test]
fn what_is_no_xml_is_refused_where_it_goes_wrong() {
    refused("HTTP 404", Bad::Form(0));
    refused("<a></b>", Bad::Form(3));
    refused("<a b=c/>", Bad::Form(5));
    refused("<a b='<'/>", Bad::Form(6));
    refused("<a b='1'c='2'/>", Bad::Form(8));
    refused("<a>&nbsp;</a>", Bad::Form(3));
    refused("<a>1&#x110000;</a>", Bad::Form(4));
    refused("<a>&#+65;</a>", Bad::Form(3));
    refused("<a>b & c</a>", Bad::Form(5));
    refused("< a/>", Bad::Form(1));
    refused("<a/ >", Bad::Form(2));
}

#[test]
fn nothing_that_is_sent_can_grow() {
    let bomb = r#"<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;</a>"#;
    refused(bomb, Bad::DocumentType(0));
    refused(r#"<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>"#, Bad::DocumentType(21));
    refused(&"<a>".repeat(1_000), Bad::TooLarge);
    refused(&format!("<a>{}</a>", "<b/>".repeat(60_000)), Bad::TooLarge);
    refused(&" ".repeat(LONGEST + 1), Bad::TooLarge);
    let deepest = format!("{}{}", "<a>".repeat(48), "</a>".repeat(48));
    assert!(read(&deepest).is_ok());
}

#[test]
fn what_devices_send_around_a_document_does_no_harm() {
    for text in ["\u{feff}<a/>", "\r\n<a/>\0\0\0", "<a/><a/>", "<?xml version='1.0'?><a/><!-- -->"] {
        assert_eq!(read(text).map(|root| root.name), Ok("a"), "{text:?}");
    }
}

proptest! {
    #[test]
    fn any_text_comes_back_as_it_was_written(text in "[^\\x00-\\x1f]*") {
        let document = format!("<a b=\"{0}\"><c>{0}</c></a>", escaped(&text));
        let root = read(&document).expect("a document");
        prop_assert_eq!(root.attribute("b"), Some(text.as_str()));
        prop_assert_eq!(root.children[0].text(), text.trim());
    }

    #[test]
    fn arbitrary_texts_never_panic(text in ".*") {
        let _ = read(&text);
    }

    #[test]
    fn arbitrary_pieces_of_xml_never_panic(pieces in prop::collection::vec(prop::sample::select(vec![
        "<", ">", "/", "a", ":", "=", "\"", "'", "&", ";", "#", "x", "9", "!", "--", "[CDATA[", "]]>", "?", " ", "xmlns", "中",
    ]), 0..40)) {
        let _ = read(&pieces.concat());
    }

    #[test]
    fn a_document_with_one_byte_changed_never_panics(at in 0..DOCUMENT.len(), byte in any::<u8>()) {
        let mut bytes = DOCUMENT.as_bytes().to_vec();
        bytes[at] = byte;
        let _ = read(&String::from_utf8_lossy(&bytes));
    }
}
