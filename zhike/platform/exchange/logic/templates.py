"""Files to fill in: the heads, a row of examples, and nothing that a spreadsheet could change."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

_TEXT = "@"
_ROWS, _WIDTH = 2_000, 18


def as_workbook(heads: Sequence[str], example: Sequence[str], title: str) -> bytes:
    """Return a workbook whose columns are texts, so that zeros and long numbers stay as they are typed."""
    book = Workbook()
    sheet = book.active
    sheet.title = title[:31]
    for column, (head, value) in enumerate(zip(heads, example, strict=True), start=1):
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].width = max(_WIDTH, 2 * len(head) + 2)
        sheet.column_dimensions[letter].number_format = _TEXT
        for row in range(1, _ROWS + 1):
            sheet.cell(row, column).number_format = _TEXT
        top = sheet.cell(1, column, head)
        top.font, top.alignment = Font(bold=True), Alignment(wrap_text=True)
        sheet.cell(2, column, value or None)
    sheet.freeze_panes = "A2"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def as_text(heads: Sequence[str], example: Sequence[str]) -> bytes:
    """Return the same as CSV in UTF-8, with the mark by which Excel knows it."""
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows((heads, example))
    return b"\xef\xbb\xbf" + stream.getvalue().encode()
