//! Tables for a terminal: columns line up although a Chinese character takes two cells.

/// How many cells `text` takes: two for East Asian wide characters (Unicode TR 11, the ranges that occur here).
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

fn is_wide(c: char) -> bool {
    matches!(u32::from(c), 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff
        | 0xfe30..=0xfe4f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x20000..=0x3fffd)
}

/// Rows with a heading; columns that begin with a digit in every row are aligned to the right.
pub(super) fn table(heading: &[&str], rows: &[Vec<String>]) -> String {
    let widths: Vec<usize> = (0..heading.len())
        .map(|at| rows.iter().map(|row| width(&row[at])).chain([width(heading[at])]).max().unwrap_or(0))
        .collect();
    let is_number = |text: &String| text.is_empty() || text.bytes().all(|b| b.is_ascii_digit());
    let right: Vec<bool> =
        (0..heading.len()).map(|at| !rows.is_empty() && rows.iter().all(|r| is_number(&r[at]))).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let cells: Vec<String> = cells.zip(widths.iter().zip(&right)).map(|(cell, (w, r))| pad(cell, *w, *r)).collect();
        cells.join("  ").trim_end().to_owned() + "\n"
    };
    let mut text = line(&mut heading.iter().copied());
    for row in rows {
        text.push_str(&line(&mut row.iter().map(String::as_str)));
    }
    text
}

fn pad(cell: &str, to: usize, right: bool) -> String {
    let space = " ".repeat(to.saturating_sub(width(cell)));
    if right { space + cell } else { cell.to_owned() + &space }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_under_chinese_headings() {
        let rows = vec![vec!["鼓楼区".to_owned(), "7".to_owned()], vec!["ab".to_owned(), "12".to_owned()]];
        let text = table(&["地区", "会场"], &rows);
        assert_eq!(text, "地区    会场\n鼓楼区     7\nab        12\n");
    }

    #[test]
    fn a_chinese_character_takes_two_cells() {
        assert_eq!((width("abc"), width("会场"), width("（●）"), width("")), (3, 4, 5, 0));
    }
}
