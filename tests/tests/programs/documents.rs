//! The report of a roll call of the whole province: made in time, and read by programs that others wrote.

use std::process::Command;
use std::time::{Duration, Instant};

use avow_collector::document::roll_call::report_of_roll_call;
use avow_collector::document::{Document, docx, html, xlsx};
use avow_tests::rig::python_peer;
use serde_json::{Value, json};

mod province;

/// For the province in all three forms; the design has 10 s on a core of its own, and tests have company.
const BOUND: Duration = Duration::from_secs(if cfg!(debug_assertions) { 300 } else { 30 });
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/programs/documents/readers.py");

fn report(most: usize) -> Document {
    report_of_roll_call(&province::record(most), province::MADE_MS).expect("a report")
}

/// What the readers say of a report of so many places.
fn told(most: usize) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let document = report(most);
    let write = |form: &str, bytes: &[u8]| {
        std::fs::write(folder.path().join(format!("roll-call.{form}")), bytes).expect("written");
    };
    write("html", html::write(&document).as_bytes());
    write("xlsx", &xlsx::write(&document).expect("a workbook"));
    write("docx", &docx::write(&document).expect("a text"));
    // Nothing that lies about is imported in place of what is installed.
    let output = Command::new(python_peer("python")).arg("-I").arg(SCRIPT).arg(folder.path()).output();
    let output = output.expect("Python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("json")
}

#[test]
fn a_report_of_the_whole_province_is_made_in_all_three_forms_in_time() {
    let record = province::record(usize::MAX);
    assert_eq!(record.rows.len(), 18_762);
    let start = Instant::now();
    let document = report_of_roll_call(&record, province::MADE_MS).expect("a report");
    let sizes = [
        html::write(&document).len(),
        xlsx::write(&document).expect("a workbook").len(),
        docx::write(&document).expect("a text").len(),
    ];
    let took = start.elapsed();
    println!("{took:?}, {sizes:?} bytes");
    assert!(took < BOUND, "{took:?}");
}

#[test]
fn others_read_the_same_numbers_in_all_three_forms_and_find_the_form_that_was_asked_for() {
    // Fuzhou and its counties: enough for each kind of ending, and for a list of problems that is cut.
    let told = told(2_600);
    for difference in ["text_lacks", "text_has_more", "book_lacks", "book_has_more"] {
        assert_eq!(told[difference], json!({}), "{difference}: {told}");
    }
    assert!(told["page"].as_u64().is_some_and(|numbers| numbers > 20_000), "{told}");
    assert_eq!(told["formulas"], 0);
    let headings = [
        "一、概况",
        "二、结果总览",
        "三、分市县情况",
        "四、未按时应答原因",
        "五、问题清单",
        "六、通报意见",
        "附表　应答明细",
    ];
    assert_eq!(told["headings"], json!(headings));
    let near = |found: &Value, expected: [f64; 4]| {
        let found: Vec<f64> = found.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
        found.len() == 4 && found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 0.1)
    };
    assert!(near(&told["pages"][0], [210.0, 297.0, 37.0, 28.0]), "{told}");
    assert!(near(&told["pages"][1], [297.0, 210.0, 28.0, 37.0]), "{told}");
    let detail = json!({
        "rows": 2_601,
        "frozen": "A2",
        "filter": "A1:P2601",
        "types": ["n", "s", "s", "s", "s", "s", "s", "s", "n", "n", "d", "n", "s", "n", "s", "s"],
        "printed_titles": "$1:$1",
    });
    assert_eq!(told["detail"], detail);
    // In the text the table goes on as another one after 300 rows; each has its heading.
    let pieces = [[301; 8].as_slice(), &[201]].concat();
    let rows = told["rows"].as_array().expect("a list");
    assert_eq!(json!(rows[rows.len().saturating_sub(pieces.len())..]), json!(pieces));
}
