//! In which order the parts of a document stand and under which numbers: the same in every form.

use super::{Block, Document, Figure, Level, Page, Prose, Section, Signature, Table};

/// A part of a document, in the order of reading.
#[derive(Clone, Debug, PartialEq)]
pub enum Part<'a> {
    /// With its number.
    Heading(Level, String),
    /// A paragraph.
    Paragraph(&'a Prose),
    /// The numbers that are read first.
    Figures(&'a [Figure]),
    /// A table, and its caption with its number.
    Table(String, &'a Table),
    /// Small print.
    Note(&'a Prose),
    /// Who answers for it. Behind the text and before what is annexed, as GB/T 9704-2012, 7.3.5 and 7.3.6, has it.
    Signatures(&'a [Signature]),
}

/// All parts.
#[must_use]
pub fn parts(document: &Document) -> Vec<Part<'_>> {
    let annexes = document.sections.iter().filter(|section| section.level == Level::Annex).count();
    let mut numbers = Numbers { annexes, ..Numbers::default() };
    let (text, annexed): (Vec<_>, Vec<_>) = document.sections.iter().partition(|section| section.level != Level::Annex);
    let mut parts = Vec::new();
    text.into_iter().for_each(|section| numbers.section(section, &mut parts));
    parts.push(Part::Signatures(&document.signatures));
    annexed.into_iter().for_each(|section| numbers.section(section, &mut parts));
    parts
}

/// Parts that lie on pages of the same kind, in the order of reading. A heading lies as what it stands above, a note as what it stands under, and so do
/// the signatures: on a page of their own they would sign nothing.
#[must_use]
pub fn spreads<'p, 'a>(parts: &'p [Part<'a>]) -> Vec<(Page, &'p [Part<'a>])> {
    let pages = pages(parts);
    let mut spreads = Vec::new();
    let mut begin = 0;
    for run in pages.chunk_by(PartialEq::eq) {
        let end = begin + run.len();
        spreads.extend(run.first().map(|page| (*page, &parts[begin..end])));
        begin = end;
    }
    spreads
}

fn pages(parts: &[Part<'_>]) -> Vec<Page> {
    let mut pages: Vec<Page> =
        parts.iter().map(|part| if let Part::Table(_, table) = part { table.page } else { Page::Portrait }).collect();
    for at in 1..parts.len() {
        if matches!(parts[at], Part::Note(_) | Part::Signatures(_)) {
            pages[at] = pages[at - 1];
        }
    }
    for at in (1..parts.len()).rev() {
        if matches!(parts[at - 1], Part::Heading(..)) {
            pages[at - 1] = pages[at];
        }
    }
    pages
}

#[derive(Default)]
struct Numbers {
    levels: [usize; 4],
    tables: usize,
    annex: usize,
    annexes: usize,
}

impl Numbers {
    fn section<'a>(&mut self, section: &'a Section, parts: &mut Vec<Part<'a>>) {
        parts.push(Part::Heading(section.level, self.heading(section)));
        for block in &section.blocks {
            parts.push(match block {
                Block::Paragraph(prose) => Part::Paragraph(prose),
                Block::Figures(figures) => Part::Figures(figures),
                Block::Note(prose) => Part::Note(prose),
                Block::Table(table) => {
                    self.tables += 1;
                    Part::Table(format!("表{}　{}", self.tables, table.caption), table)
                }
            });
        }
    }

    fn heading(&mut self, section: &Section) -> String {
        let depth = match section.level {
            Level::First => 0,
            Level::Second => 1,
            Level::Third => 2,
            Level::Fourth => 3,
            Level::Annex => {
                self.annex += 1;
                let number = if self.annexes > 1 { self.annex.to_string() } else { String::new() };
                return format!("附表{number}　{}", section.heading);
            }
        };
        self.levels[depth] += 1;
        self.levels[depth + 1..].fill(0);
        let number = self.levels[depth];
        let heading = &section.heading;
        match depth {
            0 => format!("{}、{heading}", chinese(number)),
            1 => format!("（{}）{heading}", chinese(number)),
            2 => format!("{number}. {heading}"),
            _ => format!("（{number}）{heading}"),
        }
    }
}

/// 一 to 九十九; digits beyond.
fn chinese(number: usize) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    match (number / 10, number % 10) {
        (0, ones) => DIGITS[ones].to_owned(),
        (1, ones) => format!("十{}", DIGITS[ones]),
        (tens @ 2..=9, ones) => format!("{}十{}", DIGITS[tens], DIGITS[ones]),
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_counted_in_chinese() {
        for (number, expected) in [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (99, "九十九"), (100, "100")]
        {
            assert_eq!(chinese(number), expected);
        }
    }

    #[test]
    fn a_heading_turns_with_its_table_and_a_note_with_the_one_above_it() {
        let (prose, wide) = (Prose::default(), Table::new("", Page::Landscape, Vec::new(), []));
        let heading = || Part::Heading(Level::First, String::new());
        let parts = [
            heading(),
            Part::Note(&prose),
            Part::Paragraph(&prose),
            heading(),
            heading(),
            Part::Table(String::new(), &wide),
            Part::Note(&prose),
            Part::Paragraph(&prose),
        ];
        let found: Vec<_> = spreads(&parts).into_iter().map(|(page, parts)| (page, parts.len())).collect();
        assert_eq!(found, [(Page::Portrait, 3), (Page::Landscape, 4), (Page::Portrait, 1)]);
        let signed = [Part::Table(String::new(), &wide), Part::Note(&prose), Part::Signatures(&[])];
        let found: Vec<_> = spreads(&signed).into_iter().map(|(page, parts)| (page, parts.len())).collect();
        assert_eq!(found, [(Page::Landscape, 3)]);
        assert_eq!(spreads(&[]), []);
    }

    #[test]
    fn headings_are_numbered_anew_under_each_of_the_level_above_and_annexes_stand_last() {
        let levels = [
            (Level::First, "甲", "一、甲"),
            (Level::Second, "乙", "（一）乙"),
            (Level::Third, "丙", "1. 丙"),
            (Level::Fourth, "丁", "（1）丁"),
            (Level::Second, "戊", "（二）戊"),
            (Level::Third, "己", "1. 己"),
            (Level::First, "庚", "二、庚"),
            (Level::Second, "辛", "（一）辛"),
        ];
        let annex = Section::new(Level::Annex, "明细");
        let text = levels.iter().map(|(level, heading, _)| Section::new(*level, *heading));
        let document = Document {
            title: String::new(),
            heads: Vec::new(),
            sections: std::iter::once(annex).chain(text).collect(),
            signatures: Vec::new(),
            generated_at_ms: 0,
        };
        let found: Vec<_> = parts(&document)
            .into_iter()
            .map(|part| match part {
                Part::Heading(_, heading) => heading,
                other => format!("{other:?}"),
            })
            .collect();
        let expected = levels.iter().map(|(.., expected)| *expected).chain(["Signatures([])", "附表　明细"]);
        assert_eq!(found, expected.collect::<Vec<_>>());
    }
}
