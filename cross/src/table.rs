//! Tables for a terminal, aligned by what the eye sees: a Chinese character is two columns wide.

/// Which side of its column a cell leans on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lean {
    Left,
    Right,
}

/// Lines without a trailing newline each; columns are two spaces apart. Rows may be shorter than the head.
pub(crate) fn lines(head: &[(&str, Lean)], rows: &[Vec<String>]) -> Vec<String> {
    let titles: Vec<String> = head.iter().map(|(title, _)| (*title).to_owned()).collect();
    let all: Vec<&Vec<String>> = std::iter::once(&titles).chain(rows).collect();
    let widths: Vec<usize> = (0..head.len())
        .map(|at| all.iter().filter_map(|row| row.get(at)).map(|cell| width(cell)).max().unwrap_or(0))
        .collect();
    all.iter().map(|row| line(row, head, &widths)).collect()
}

/// Terminal columns that `text` takes.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(|letter| if is_wide(letter) { 2 } else { 1 }).sum()
}

/// `text` filled with spaces up to `columns`.
pub(crate) fn pad(text: &str, columns: usize, lean: Lean) -> String {
    let space = " ".repeat(columns.saturating_sub(width(text)));
    match lean {
        Lean::Left => format!("{text}{space}"),
        Lean::Right => format!("{space}{text}"),
    }
}

/// A frame of box-drawing characters around `content`.
pub(crate) fn framed(content: &[String]) -> String {
    let columns = content.iter().map(|line| width(line)).max().unwrap_or(0);
    let bar = "─".repeat(columns + 4);
    let body: String = content.iter().map(|line| format!("│  {}  │\n", pad(line, columns, Lean::Left))).collect();
    format!("┌{bar}┐\n{body}└{bar}┘")
}

fn line(row: &[String], head: &[(&str, Lean)], widths: &[usize]) -> String {
    let cells: Vec<String> =
        row.iter().zip(head).zip(widths).map(|((cell, (_, lean)), columns)| pad(cell, *columns, *lean)).collect();
    cells.join("  ").trim_end().to_owned()
}

/// East Asian Wide and Fullwidth (Unicode annex 11), the blocks that Chinese text uses.
fn is_wide(letter: char) -> bool {
    matches!(u32::from(letter),
        0x1100..=0x115F | 0x2E80..=0x303E | 0x3041..=0x33FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xA000..=0xA4CF
        | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x1F300..=0x1F64F
        | 0x20000..=0x3FFFD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_counts_columns_not_characters() {
        for (text, expected) in
            [("", 0), ("abc", 3), ("会场", 4), ("会场 12", 7), ("（一）", 6), ("≤ 5 s", 5), ("𠮷", 2)]
        {
            assert_eq!(width(text), expected, "{text}");
        }
    }

    #[test]
    fn chinese_and_english_rows_share_their_columns() {
        let rows = [["鼓东街道", "7"], ["Gulou", "1200"]].map(|row| row.map(str::to_owned).to_vec());
        let lines = lines(&[("地点 place", Lean::Left), ("venues", Lean::Right)], &rows);
        assert_eq!(lines, ["地点 place  venues", "鼓东街道         7", "Gulou         1200"]);
    }

    #[test]
    fn a_short_row_ends_early() {
        let lines = lines(&[("a", Lean::Left), ("b", Lean::Left)], &[vec!["alone".to_owned()]]);
        assert_eq!(lines, ["a      b", "alone"]);
    }

    #[test]
    fn a_frame_is_as_wide_as_its_widest_line() {
        let frame = framed(&["会场".to_owned(), "ab".to_owned()]);
        assert_eq!(frame, "┌────────┐\n│  会场  │\n│  ab    │\n└────────┘");
    }
}
