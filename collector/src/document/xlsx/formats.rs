//! How cells look, and how a value becomes one.

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Worksheet, XlsxError};

use crate::document::{Kind, Value};
use crate::registry::guard;

const BODY: &str = "仿宋";
const HEADING: &str = "黑体";

/// The formats of a book; those of values by the kind of their column.
pub(super) struct Formats {
    pub(super) title: Format,
    pub(super) heading: Format,
    pub(super) text: Format,
    pub(super) paragraph: Format,
    pub(super) caption: Format,
    pub(super) note: Format,
    pub(super) head: Format,
    pub(super) label: Format,
    pub(super) figure: Format,
}

impl Formats {
    pub(super) fn new() -> Self {
        let text =
            Format::new().set_font_name(BODY).set_font_size(12).set_text_wrap().set_align(FormatAlign::VerticalCenter);
        let heading = text.clone().set_font_name(HEADING);
        let boxed = |format: &Format| format.clone().set_border(FormatBorder::Thin).set_align(FormatAlign::Center);
        Self {
            title: heading.clone().set_font_name("方正小标宋简体").set_font_size(18).set_align(FormatAlign::Center),
            caption: heading.clone().set_font_size(11).set_align(FormatAlign::Center),
            paragraph: text.clone().set_align(FormatAlign::Left).set_indent(2),
            note: text.clone().set_font_size(10),
            head: boxed(&heading).set_font_size(11).set_background_color("#F2F2F2"),
            label: boxed(&text).set_font_size(10),
            figure: boxed(&text).set_font_size(16).set_bold(),
            heading: heading.set_align(FormatAlign::Bottom),
            text,
        }
    }
}

/// How the values of a column look: one format for what is text there, and one for each way in which a number is written.
pub(super) struct Cells {
    text: Format,
    numbers: Vec<(&'static str, Format)>,
}

impl Cells {
    /// Within a table.
    pub(super) fn of(kind: Kind) -> Self {
        let align = match kind {
            Kind::Text => FormatAlign::Left,
            Kind::Word | Kind::Time => FormatAlign::Center,
            Kind::Number | Kind::Percent | Kind::Duration => FormatAlign::Right,
        };
        let text = Format::new().set_font_name(BODY).set_font_size(11).set_border(FormatBorder::Thin).set_text_wrap();
        Self::like(text.set_align(FormatAlign::VerticalCenter).set_align(align))
    }

    /// Like `text`, whatever stands in it.
    pub(super) const fn like(text: Format) -> Self {
        Self { text, numbers: Vec::new() }
    }

    /// Writes one value.
    pub(super) fn write(
        &mut self,
        sheet: &mut Worksheet,
        row: u32,
        column: u16,
        value: &Value,
    ) -> Result<(), XlsxError> {
        let Some(number) = value.in_sheet() else {
            sheet.write_string_with_format(row, column, guard(&value.to_string()), &self.text)?;
            return Ok(());
        };
        let at = self.numbers.iter().position(|(format, _)| *format == number.format).unwrap_or_else(|| {
            self.numbers.push((number.format, self.text.clone().set_num_format(number.format)));
            self.numbers.len() - 1
        });
        if let Some((_, format)) = self.numbers.get(at) {
            sheet.write_number_with_format(row, column, number.number, format)?;
        }
        Ok(())
    }
}
