"""Reads one document in its three forms, with readers that know nothing of who wrote them, and prints what they found as JSON:
all numbers of each form as a reader sees them, and what a clerk would stumble over."""

import datetime
import json
import re
import sys
from collections import Counter
from pathlib import Path

import docx
import openpyxl
from lxml import html

NUMBER = re.compile(r"\d+(?:\.\d+)?")


def shown(cell):
    """A cell as a spreadsheet shows it."""
    value, form = cell.value, cell.number_format
    if isinstance(value, datetime.datetime):
        value = (value + datetime.timedelta(microseconds=500)).replace(microsecond=0)
        if "年" in form:
            return f"{value.year}年{value.month}月{value.day}日" + (value.strftime("%H:%M:%S") if "ss" in form else "")
        return value.strftime({"hh:mm:ss": "%H:%M:%S", "yyyy\\-mm\\-dd": "%Y-%m-%d"}.get(form, "%Y-%m-%d %H:%M:%S"))
    if isinstance(value, (int, float)):
        digits = len(form.rstrip("%").partition(".")[2])
        return f"{value * 100:.{digits}f}%" if form.endswith("%") else f"{value:.{digits}f}"
    return "" if value is None else str(value)


def counted(texts):
    return Counter(number for text in texts for number in NUMBER.findall(text))


folder = Path(sys.argv[1])
page = html.parse(str(folder / "roll-call.html")).getroot()
main = page.find(".//main")
of_page = counted(main.itertext())

text = docx.Document(str(folder / "roll-call.docx"))
paragraphs = [paragraph.text for paragraph in text.paragraphs]
tables = [[[cell.text for cell in row.findall(".//{*}t")] for row in table._tbl.tr_lst] for table in text.tables]
of_text = counted(paragraphs) + counted(cell or "" for table in tables for row in table for cell in row)

book = openpyxl.load_workbook(str(folder / "roll-call.xlsx"))
of_book = Counter()
formulas = 0
for sheet in book.worksheets:
    for row in sheet.iter_rows():
        formulas += sum(cell.data_type == "f" for cell in row)
        of_book += counted(shown(cell) for cell in row)

detail = book["应答明细"]
print(
    json.dumps(
        {
            "page": sum(of_page.values()),
            "text_lacks": dict((of_page - of_text).most_common(5)),
            "text_has_more": dict((of_text - of_page).most_common(5)),
            "book_lacks": dict((of_page - of_book).most_common(5)),
            "book_has_more": dict((of_book - of_page).most_common(5)),
            "formulas": formulas,
            "headings": [p.text for p in text.paragraphs if p.style.name in ("heading 1", "Heading 1", "Annex")],
            "pages": [
                [s.page_width.mm, s.page_height.mm, s.top_margin.mm, s.left_margin.mm] for s in text.sections
            ],
            "sheets": book.sheetnames,
            "detail": {
                "rows": detail.max_row,
                "frozen": detail.freeze_panes,
                "filter": detail.auto_filter.ref,
                "types": [cell.data_type for cell in detail[2]],
                "printed_titles": detail.print_title_rows,
            },
            "rows": [len(rows) for rows in tables],
        }
    )
)
