//! Comma-separated values (RFC 4180), read with line numbers, and cells that a spreadsheet would take for formulas.

use std::borrow::Cow;

/// A record and the line that it begins on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) line: u32,
    pub(crate) cells: Vec<String>,
}

/// A quotation that is never closed, or text behind a closed one; with its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadQuote(pub(crate) u32);

/// Reads all records; empty lines are passed over. Line ends may be CR LF, LF or CR.
pub(crate) fn read(text: &str) -> impl Iterator<Item = Result<Record, BadQuote>> + '_ {
    let mut reader = Reader { rest: text.chars().peekable(), line: 1 };
    std::iter::from_fn(move || {
        loop {
            reader.rest.peek()?;
            let record = reader.record();
            let is_empty = record.as_ref().is_ok_and(|record| record.cells.iter().all(String::is_empty));
            if !is_empty {
                return Some(record);
            }
        }
    })
}

struct Reader<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    line: u32,
}

impl Reader<'_> {
    fn record(&mut self) -> Result<Record, BadQuote> {
        let line = self.line;
        let mut cells = Vec::new();
        loop {
            let cell = if self.rest.next_if_eq(&'"').is_some() { self.quoted() } else { Ok(self.plain()) };
            match cell {
                Ok(cell) => cells.push(cell),
                Err(bad) => {
                    self.skip_line();
                    return Err(bad);
                }
            }
            if self.rest.next_if_eq(&',').is_none() {
                self.end_of_line();
                return Ok(Record { line, cells });
            }
        }
    }

    fn plain(&mut self) -> String {
        std::iter::from_fn(|| self.rest.next_if(|c| !matches!(c, ',' | '\r' | '\n'))).collect()
    }

    fn quoted(&mut self) -> Result<String, BadQuote> {
        let opened = BadQuote(self.line);
        let mut cell = String::new();
        while let Some(c) = self.rest.next() {
            if c == '"' && self.rest.next_if_eq(&'"').is_none() {
                let closed = matches!(self.rest.peek(), None | Some(',' | '\r' | '\n'));
                return if closed { Ok(cell) } else { Err(opened) };
            }
            self.line += u32::from(c == '\n');
            cell.push(c);
        }
        Err(opened)
    }

    fn skip_line(&mut self) {
        while self.rest.next_if(|c| !matches!(c, '\r' | '\n')).is_some() {}
        self.end_of_line();
    }

    fn end_of_line(&mut self) {
        let carriage = self.rest.next_if_eq(&'\r').is_some();
        let feed = self.rest.next_if_eq(&'\n').is_some();
        self.line += u32::from(carriage || feed);
    }
}

/// A spreadsheet takes a cell that begins so for a formula; those in Chinese also with the wide forms of the same signs.
fn is_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
}

/// With an apostrophe before what looks like a formula.
pub(crate) fn guard(cell: &str) -> Cow<'_, str> {
    if is_formula(cell) { format!("'{cell}").into() } else { cell.into() }
}

/// One cell as written: guarded, in quotes where needed.
pub(crate) fn write(cell: &str) -> String {
    let guarded = guard(cell);
    if guarded.contains([',', '"', '\r', '\n']) || guarded.starts_with(' ') || guarded.ends_with(' ') {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded.into_owned()
    }
}

/// The reverse of the apostrophe that [`write`] puts.
pub(crate) fn unguard(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|_| is_formula(cell)).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(u32, &[&str])]) {
        let found: Vec<_> = read(text).map(|r| r.map(|r| (r.line, r.cells))).collect::<Result<_, _>>().expect("reads");
        let expected: Vec<_> =
            expected.iter().map(|(line, cells)| (*line, cells.iter().map(ToString::to_string).collect())).collect();
        assert_eq!(found, expected as Vec<(u32, Vec<String>)>);
    }

    #[test]
    fn records_are_read_as_rfc_4180_writes_them() {
        check("a,b\r\nc,d\r\n", &[(1, &["a", "b"]), (2, &["c", "d"])]);
        check("a,\n\n,b", &[(1, &["a", ""]), (3, &["", "b"])]);
        check("\"a,\"\"1\"\"\nx\",b\rc", &[(1, &["a,\"1\"\nx", "b"]), (3, &["c"])]);
        check("", &[]);
    }

    #[test]
    fn a_quotation_without_end_is_named_by_its_line() {
        let found: Vec<_> = read("a\n\"b\"x\nc\n\"d").map(|r| r.map(|r| r.line)).collect();
        assert_eq!(found, [Ok(1), Err(BadQuote(2)), Ok(3), Err(BadQuote(4))]);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(cells in prop::collection::vec("[a='+@\\-\",\\n 会]{0,6}", 1..5)) {
            prop_assume!(cells.iter().any(|cell| !cell.is_empty()));
            let line = cells.iter().map(|cell| write(cell)).collect::<Vec<_>>().join(",");
            let found = read(&line).next().expect("a record").expect("well quoted");
            prop_assert_eq!(found.cells.iter().map(|cell| unguard(cell).to_owned()).collect::<Vec<_>>(), cells);
        }

        #[test]
        fn nothing_panics(text in ".{0,60}") {
            let _ = read(&text).count();
        }
    }
}
