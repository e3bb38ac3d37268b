"""A list as an Excel file: masked like the screen, limited, with the exporter's employee number in it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from zhike.kernel import clock
from zhike.platform.fields.types import Cell, Wire
from zhike.platform.objects.types import FieldType, Record
from zhike.platform.permissions.types import Principal

LIMIT = 10_000
#: What a spreadsheet would take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def workbook(fields: Sequence[FieldType], records: Iterable[Record], principal: Principal, title: str) -> bytes:
    """Return the records as .xlsx: a watermark line, a head line, one line a record."""
    language = principal.language
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    stamp = clock.local(clock.now()).strftime("%Y-%m-%d %H:%M")
    mark = WriteOnlyCell(
        sheet, value=f"知客 · {principal.employee_no or principal.name} · {stamp} · 内部资料，禁止外传"
    )
    mark.font = Font(color="616C7E", italic=True)
    sheet.oddFooter.center.text = f"{principal.employee_no or principal.name} {stamp}"
    sheet.append([mark])
    sheet.append([field.labels[language] + (f" {field.unit}" if field.unit else "") for field in fields])
    for record in records:
        cells = []
        for field in fields:
            found = _cell(field, record.values.get(field.key), language)
            cells.append(WriteOnlyCell(sheet, value=found.value))
            cells[-1].number_format = found.number_format
        sheet.append(cells)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _cell(field: FieldType, value: Wire, language: str) -> Cell:
    """What a field's type makes of a value; a text that a spreadsheet would calculate is one that it cannot."""
    found = field.values.excel(value, language) if value is not None else Cell(None)
    text = found.value
    return Cell("'" + text) if isinstance(text, str) and text[:1] in _FORMULA else found
