//! One document in its three forms.

use super::*;

/// What a name may be that somebody wrote to do harm.
const FORMULA: &str = "=HYPERLINK(\"http://x\",\"点我\")";
const MARKUP: &str = "<script>alert(1)</script>&amp;";

fn column(title: &str, kind: Kind) -> Column {
    Column::new(title, kind)
}

/// A document with one of everything.
fn document() -> Document {
    let at = Value::At { ms: 1_795_737_598_999, to: Precision::Second };
    let row = |name: &str| {
        vec![
            Value::text(name),
            Value::text("350102-01"),
            Value::number(-12.345, 2),
            Value::Share { part: 18_761, whole: 18_762 },
            Value::Seconds { ms: 180_001 },
            at.clone(),
        ]
    };
    let columns = vec![
        column("单位", Kind::Text),
        column("会场", Kind::Word),
        column("电平", Kind::Number).in_unit("dB"),
        column("按时率", Kind::Percent),
        column("用时", Kind::Duration).in_unit("秒"),
        column("时间", Kind::Time),
    ];
    let names = [FORMULA, MARKUP, "+1", "-1", "@x", "\t=1", "\r=2", "＝3", "'=4", "a\u{0}\u{b}b"];
    let small = Table::new(
        "小表",
        Page::Portrait,
        columns[..2].to_vec(),
        [row("鼓楼区"), row("=1+1")].map(|row| row[..2].to_vec()),
    );
    let wide = Table::new("大表", Page::Landscape, columns, names.map(row));
    let figure = Figure { label: "应点".to_owned(), value: Value::count(18_762), unit: "个".to_owned() };
    Document {
        title: format!("福建省\n{MARKUP}"),
        heads: vec![Head { label: "时间".to_owned(), says: Prose::default().value(at.clone()) }],
        sections: vec![
            Section::new(Level::First, MARKUP)
                .with(Block::Paragraph(Prose::of(FORMULA).value(Value::count(7)).text("个。")))
                .with(Block::Figures(vec![figure; 5]))
                .with(Block::Note(Prose::of("说明3。"))),
            Section::new(Level::Second, "表").with(Block::Table(small)),
            Section::new(Level::Annex, "附").with(Block::Table(wide)),
        ],
        signatures: vec![Signature { role: "编制".to_owned(), name: Some(FORMULA.to_owned()), at_ms: Some(0) }],
        generated_at_ms: 1_795_737_600_000,
    }
}

/// All runs of digits, ordered: what a reader would compare.
fn numbers(text: &str) -> Vec<String> {
    let mut numbers: Vec<String> =
        text.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).map(str::to_owned).collect();
    numbers.sort();
    numbers
}

/// The text between tags.
fn text_of(markup: &str) -> String {
    markup.split('<').filter_map(|piece| piece.split_once('>')).map(|(_, text)| format!("{text} ")).collect()
}

#[test]
fn the_same_facts_have_the_same_hash_on_another_day_and_other_facts_have_another() {
    let (first, mut later, mut other) = (document(), document(), document());
    later.generated_at_ms += 86_400_000;
    other.signatures[0].name = None;
    assert_eq!(first.facts(), later.facts());
    assert_ne!(first.facts(), other.facts());
    assert_ne!(html::write(&first), html::write(&later));
}

#[test]
fn a_table_has_a_bound_and_each_row_as_many_values_as_there_are_columns() {
    let columns = vec![column("甲", Kind::Number), column("乙", Kind::Number)];
    let rows = (0..MOST_ROWS + 2).map(|at| vec![Value::count(at); at % 4]);
    let table = Table::new("", Page::Portrait, columns, rows);
    assert_eq!((table.rows.len(), table.left_out), (MOST_ROWS, 2));
    assert!(table.rows.iter().all(|row| row.len() == 2));
    assert_eq!(table.rows[1], [Value::count(1), Value::Absent]);
    assert_eq!(table.remark(), Some(Prose::of("另有").value(Value::count(2)).text("行未列出。")));
}

#[test]
fn the_same_document_is_the_same_bytes() {
    for _ in 0..2 {
        assert_eq!(xlsx::write(&document()).expect("writes"), xlsx::write(&document()).expect("writes"));
        assert_eq!(docx::write(&document()).expect("writes"), docx::write(&document()).expect("writes"));
    }
    // No file says when it was written, only when its facts were put together.
    for bytes in [xlsx::write(&document()), docx::write(&document())] {
        let core = &package::unpacked(&bytes.expect("writes"))["docProps/core.xml"];
        assert_eq!(core.matches(">2026-11-27T00:00:00Z<").count(), 2, "{core}");
    }
}

#[test]
fn all_forms_hold_the_same_numbers() {
    check_forms(&document());
    let page = html::write(&document());
    assert!(numbers(&text_of(page.split_once("<main>").expect("a main part").1)).len() > 100);
}

/// The three forms of a document hold the same numbers, and a spreadsheet holds them as numbers. For every kind of report, by its own tests.
#[track_caller]
pub(super) fn check_forms(document: &Document) {
    let page = html::write(document);
    let page = page.split_once("<main>").expect("a main part").1;
    let parts = package::unpacked(&docx::write(document).expect("writes"));
    assert_eq!(numbers(&text_of(page)), numbers(&text_of(&parts["word/document.xml"])), "HTML and DOCX differ");

    let parts = package::unpacked(&xlsx::write(document).expect("writes"));
    let sheets = parts.iter().filter(|(name, _)| name.starts_with("xl/worksheets/sheet"));
    let cells = sheets.flat_map(|(_, sheet)| sheet.split("<c ").skip(1));
    let number = |cell: &str| {
        let (attributes, rest) = cell.split_once('>')?;
        let value = rest.strip_prefix("<v>").and_then(|rest| rest.split('<').next());
        (!attributes.contains("t=\"s\"")).then(|| value?.parse::<f64>().ok()).flatten()
    };
    let mut found: Vec<f64> = cells.filter_map(number).collect();
    let outlined = outline::parts(document);
    let values = outlined.iter().flat_map(|part| match part {
        outline::Part::Figures(figures) => figures.iter().map(|figure| &figure.value).collect(),
        outline::Part::Table(_, table) => table.rows.iter().flatten().collect(),
        _ => Vec::new(),
    });
    let (numbers, texts): (Vec<_>, Vec<_>) = values.partition(|value| value.in_sheet().is_some());
    let mut expected: Vec<f64> = numbers.into_iter().filter_map(|value| Some(value.in_sheet()?.number)).collect();
    found.sort_by(f64::total_cmp);
    expected.sort_by(f64::total_cmp);
    assert_eq!(found, expected, "HTML and XLSX differ");
    let strings = parts.get("xl/sharedStrings.xml").map_or("", String::as_str);
    for value in texts {
        let (mut text, mut buffer) = (String::new(), String::new());
        text::escape_value(&mut text, value, &mut buffer);
        // Quotation marks are escaped by one of them alone.
        let text = text.replace("&quot;", "\"").replace("&#39;", "'");
        assert!(strings.contains(&text), "XLSX lacks {text}");
    }
    assert!(parts.values().all(|part| !part.contains("<f>")), "a formula");
}

#[test]
fn a_table_without_rows_says_so_in_every_form() {
    let table = Table::new("空表", Page::Portrait, vec![column("名", Kind::Text)], []);
    let sections = vec![Section::new(Level::First, "一").with(Block::Table(table))];
    let document = Document { sections, ..document() };
    check_forms(&document);
    let [text, book] =
        [docx::write(&document), xlsx::write(&document)].map(|bytes| package::unpacked(&bytes.expect("writes")));
    assert!(html::write(&document).contains("<p class=\"note\">无。</p>"));
    assert!(
        text["word/document.xml"].contains("<w:t>无。</w:t>") && book["xl/sharedStrings.xml"].contains("<t>无。</t>")
    );
}

#[test]
fn no_page_holds_the_signatures_alone() {
    let body = |blocks: Vec<Block>| {
        let sections = vec![Section { blocks, ..Section::new(Level::First, "一") }];
        let text = docx::write(&Document { sections, ..document() }).expect("writes");
        package::unpacked(&text).remove("word/document.xml").expect("a body")
    };
    let kept = body(vec![Block::Paragraph(Prose::of("前。")), Block::Paragraph(Prose::of("末。"))]);
    let of = |text: &str| kept.split("<w:p>").find(|paragraph| paragraph.contains(text)).expect("a paragraph");
    assert!(of("末。").contains("<w:keepNext/>") && !of("前。").contains("<w:keepNext/>"), "{kept}");
    let rows = ["甲", "乙"].map(|name| vec![Value::text(name), Value::text("否")]);
    let columns = vec![column("名", Kind::Text), column("是", Kind::Word)];
    let kept = body(vec![Block::Table(Table::new("表", Page::Portrait, columns, rows))]);
    let of = |text: &str| kept.split("<w:tr>").find(|row| row.contains(text)).expect("a row");
    assert_eq!(
        ["甲", "乙"].map(|name| of(name).split("</w:tr>").next().unwrap_or_default().matches("<w:keepNext/>").count()),
        [0, 2]
    );
}

#[test]
fn nothing_that_somebody_wrote_is_markup_or_runs() {
    let page = html::write(&document());
    assert!(!page.contains("<script"));
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;"));
    let parts = package::unpacked(&docx::write(&document()).expect("writes"));
    assert!(!parts["word/document.xml"].contains("<script"));
    assert!(parts.values().all(|part| part.chars().all(|c| c >= ' ' || c == '\n')));
}

#[test]
fn a_spreadsheet_holds_numbers_as_numbers_and_no_formula_also_when_it_comes_back_from_a_csv_file() {
    let parts = package::unpacked(&xlsx::write(&document()).expect("writes"));
    let sheets: Vec<_> = parts.iter().filter(|(name, _)| name.starts_with("xl/worksheets/sheet")).collect();
    assert_eq!(sheets.len(), 2);
    assert!(sheets.iter().all(|(_, sheet)| !sheet.contains("<f>") && !sheet.contains("<f ")));
    for number in ["<v>-12.35</v>", "<v>0.999</v>", "<v>180.1</v>"] {
        assert_eq!(parts["xl/worksheets/sheet2.xml"].matches(number).count(), 10, "{number}");
    }
    let strings = &parts["xl/sharedStrings.xml"];
    let begins = |text: &str| {
        strings.contains(&format!("<t>{text}")) || strings.contains(&format!("<t xml:space=\"preserve\">{text}"))
    };
    for text in ["'=HYPERLINK(", "'+1", "'-1", "'@x", "'=1", "'=2", "'＝3", "''=4", "a  b"] {
        assert!(begins(text), "{text}");
    }
    for sign in ["=", "+", "-", "@", "\t", "\r", "＝"] {
        assert!(!begins(sign), "{sign}");
    }
}

#[test]
fn a_heading_stands_on_every_page_of_a_table() {
    let parts = package::unpacked(&docx::write(&document()).expect("writes"));
    assert_eq!(parts["word/document.xml"].matches("<w:tblHeader/>").count(), 2);
    let parts = package::unpacked(&xlsx::write(&document()).expect("writes"));
    assert!(parts["xl/workbook.xml"].contains("_xlnm.Print_Titles"));
    let sheet = &parts["xl/worksheets/sheet2.xml"];
    for expected in ["state=\"frozen\"", "<autoFilter ref=\"A1:F11\"", "orientation=\"landscape\""] {
        assert!(sheet.contains(expected), "{expected}");
    }
    assert!(html::write(&document()).contains("thead { display: table-header-group; }"));
}

#[test]
fn a_wide_table_turns_its_page_and_the_text_before_it_does_not() {
    let parts = package::unpacked(&docx::write(&document()).expect("writes"));
    let body = &parts["word/document.xml"];
    let (upright, turned) = body.split_once("</w:sectPr>").expect("two sections");
    assert!(upright.contains("w:w=\"11906\" w:h=\"16838\"") && !upright.contains("landscape"));
    assert!(turned.contains("w:orient=\"landscape\"") && turned.contains("附表"));
}

#[test]
fn an_empty_document_is_one_too() {
    let empty = Document {
        title: String::new(),
        heads: Vec::new(),
        sections: vec![Section::new(Level::First, "").with(Block::Table(Table::new(
            "",
            Page::Landscape,
            Vec::new(),
            [],
        )))],
        signatures: Vec::new(),
        generated_at_ms: u64::MAX,
    };
    assert!(html::write(&empty).contains("9999-12-31"));
    assert!(xlsx::write(&empty).is_ok() && docx::write(&empty).is_ok());
}
