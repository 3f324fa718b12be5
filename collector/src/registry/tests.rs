//! Imports by table.

use super::*;
use avow_shared::divisions::Divisions;

const HEAD: &str = "会场编码,名称,单位,联系人,电话,上级,排除原因,双向,网络域\n";

fn import(registry: &Registry, bytes: &[u8]) -> (Plan, Registry) {
    let plan = plan(registry, &Divisions::fujian(), Rows::read(bytes), false);
    let next = plan.applied(registry);
    (plan, next)
}

#[track_caller]
fn check_error(text: &str, line: u32, part: &str) {
    let (plan, next) = import(&Registry::default(), text.as_bytes());
    let named = plan.report.errors.iter().any(|error| error.line == line && error.message.contains(part));
    assert!(named, "{:?}", plan.report.errors);
    plan.report.errors.iter().for_each(|error| check_languages(&error.message, &error.message_zh));
    assert_eq!((next, plan.changes.len(), plan.report.added), (Registry::default(), 0, 0), "nothing is taken");
}

/// Both languages say something, and the Chinese is Chinese.
#[track_caller]
fn check_languages(en: &str, zh: &str) {
    let is_chinese = zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    let english = ["expected", " is ", " the ", " has ", "line "].into_iter().find(|word| zh.contains(word));
    assert!(!en.is_empty() && is_chinese && english.is_none(), "'{en}' and '{zh}'");
}

fn venue(text: &str) -> VenueId {
    text.parse().expect("a venue of the test")
}

#[test]
fn a_file_is_taken_in_either_encoding_and_twice_is_once() {
    let text = format!("{HEAD}350102001-01,指挥大厅,\"应急,局\",王五,'+86 591,,,是\r\n350128,,,,,35,,\r\n");
    let gb = encoding_rs::GB18030.encode(&text).0.into_owned();
    let bom = [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat();
    for (bytes, encoding) in [(text.as_bytes(), "utf-8"), (&bom, "utf-8"), (&gb, "gb18030")] {
        let (plan, next) = import(&Registry::default(), bytes);
        assert_eq!((plan.report.encoding.as_str(), plan.report.rows, plan.report.added), (encoding, 2, 2));
        let entry = &next.venues[&venue("350102001-01")];
        assert_eq!((entry.name.as_deref(), entry.unit.as_deref()), (Some("指挥大厅"), Some("应急,局")));
        assert_eq!((entry.telephone.as_deref(), entry.two_way), (Some("+86 591"), Some(true)));
        let (again, same) = import(&next, bytes);
        assert_eq!((again.report.unchanged, again.report.added, again.report.changed), (2, 0, 0));
        assert_eq!(same, next);
    }
}

#[test]
fn an_absent_column_keeps_and_an_empty_cell_clears() {
    let (_, first) = import(&Registry::default(), format!("{HEAD}350102001-01,厅,局,王,1,,停用,否\n").as_bytes());
    let (plan, next) = import(&first, "venue,contact\n350102001-01,\n".as_bytes());
    let entry = &next.venues[&venue("350102001-01")];
    assert_eq!((entry.name.as_deref(), entry.contact.as_deref(), plan.report.changed), (Some("厅"), None, 1));
    let (_, with) = import(&next, "venue,network\n350102001-01,应急指挥信息网\n".as_bytes());
    let (_, kept) = import(&with, "venue,name\n350102001-01,大厅\n".as_bytes());
    assert_eq!(
        kept.venues[&venue("350102001-01")].network.as_deref(),
        Some("应急指挥信息网"),
        "no column says nothing"
    );
}

#[test]
fn what_is_wrong_is_named_by_its_line() {
    check_error("", 1, "heading");
    check_error("会场编码,颜色\n", 1, "颜色");
    check_error("venue,会场编码\n", 1, "twice");
    check_error("name\n厅\n", 1, "会场编码");
    check_error(&format!("{HEAD}350102001-01\n350102001-1\n"), 3, "neither a venue");
    check_error(&format!("{HEAD}350102001-01\n\n350102001-01\n"), 4, "already on line 2");
    check_error(&format!("{HEAD}110000001-01\n"), 2, "not in the table");
    check_error(&format!("{HEAD}350102001-01,,,,,11,,\n"), 2, "11 is not in the table");
    check_error(&format!("{HEAD}350102001-01,,,,,x,,\n"), 2, "上级");
    check_error(&format!("{HEAD}350102001-01,,,,,,,或许\n"), 2, "双向");
    check_error(&format!("{HEAD}350102,,局,,,,,\n"), 2, "is a place");
    check_error(&format!("{HEAD}3501,,,,,350102,,\n"), 2, "higher level");
    check_error(&format!("{HEAD}350102001-01,\"a\"b\n"), 2, "quotation");
    check_error(&format!("{HEAD}350102001-01,{}\n", "长".repeat(129)), 2, "129");
    check_error(&format!("{HEAD}350102001-01,a,b,c,d,,,,,x\n"), 2, "10 cells");
    check_error(&format!("{HEAD}350102001-01,,,,,,,,{}\n", "长".repeat(65)), 2, "64 characters");
    check_error(&format!("{HEAD}350102,,,,,,,,互联网\n"), 2, "is a place");
    check_error(&format!("{HEAD}{}", "x\n".repeat(300)), 0, "100 more");
}

#[test]
fn bytes_of_no_encoding_are_refused() {
    let (plan, _) = import(&Registry::default(), b"\xff\xff\xff");
    assert_eq!(plan.report.errors[0].message, "the file is neither UTF-8 nor GB18030");
}

#[test]
fn too_many_rows_are_refused() {
    let (plan, next) =
        import(&Registry::default(), format!("venue\n{}", "350102001-01\n".repeat(MAX_ROWS + 1)).as_bytes());
    assert!(!plan.report.errors.is_empty() && next == Registry::default());
}

#[test]
fn what_is_exported_imports_as_no_change_and_carries_no_formula() {
    let text = format!("{HEAD}350102001-01,=1+1,\"局,\"\"甲\"\"\",@王,+86,3501,-停用,否\n350128,平潭,,,,35,并入,\n");
    let (_, registry) = import(&Registry::default(), text.as_bytes());
    let file = export(&registry, &Divisions::fujian());
    assert!(file.starts_with('\u{feff}'));
    let formula = |cell: &str| cell.trim_start_matches('"').starts_with(['=', '+', '-', '@']);
    assert!(!file.lines().flat_map(|line| line.split(',')).any(formula), "{file}");
    let (plan, _) = import(&registry, file.as_bytes());
    assert_eq!((plan.report.unchanged, plan.report.changed, plan.report.errors.len()), (2, 0, 0));
}

#[test]
fn what_is_exported_is_the_same_for_a_program() {
    let text = format!("{HEAD}350102001-01,=1+1,\"局,\"\"甲\"\"\",,+86,3501,-停用,否,政务外网\n350128,,,,,35,,\n");
    let (_, registry) = import(&Registry::default(), text.as_bytes());
    let rows = export_rows(&export(&registry, &Divisions::fujian())).expect("an export");
    let place = serde_json::json!({
        "venue": "350128", "name": "平潭县", "unit": null, "contact": null, "telephone": null, "parent": "35",
        "exclusion": null, "two_way": null, "network": null
    });
    let venue = serde_json::json!({
        "venue": "350102001-01", "name": "=1+1", "unit": "局,\"甲\"", "contact": null, "telephone": "+86",
        "parent": "3501", "exclusion": "-停用", "two_way": false, "network": "政务外网"
    });
    assert_eq!(rows, [place, venue]);
    assert_eq!(export_rows("<html>"), None);
}

#[test]
fn a_place_with_another_name_than_the_table_has_is_told() {
    let text = format!("{HEAD}350102001-01,厅,,,,,,\n350128,岚县,,,,35,,\n3501,福州市,,,,,,\n350102,,,,,,,\n");
    let (plan, next) = import(&Registry::default(), text.as_bytes());
    let said: Vec<_> = plan.report.notes.iter().map(|note| (note.line, note.message.as_str())).collect();
    assert_eq!(said, [(3, "350128 is called 平潭县 in the table of divisions: the name 岚县 is not taken")]);
    plan.report.notes.iter().for_each(|note| check_languages(&note.message, &note.message_zh));
    assert_eq!((plan.report.errors.len(), plan.report.added), (0, 4), "the rest of the line is taken");
    assert_eq!(next.places[&"350128".parse().expect("a place")].name, None);
}

#[test]
fn what_is_saved_is_loaded() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = crate::store::Store::open(folder.path(), crate::store::Use::SMALL).expect("opens");
    let text = format!("{HEAD}350102001-01,厅,局,王,1,,停用,否,互联网\n350128,平潭,,,,35,,\n");
    let (plan, next) = import(&Registry::default(), text.as_bytes());
    save(&store, b"registry/", &plan).expect("saves");
    assert_eq!(load(&store, b"registry/").expect("loads"), next);
}
