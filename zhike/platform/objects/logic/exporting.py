"""A list as an Excel file: masked like the screen, limited, with the exporter's employee number in it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from zhike.kernel import clock
from zhike.platform.objects.types import FieldType, Record
from zhike.platform.permissions.types import Principal

LIMIT = 10_000
#: What a spreadsheet would take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBERS = ("integer", "decimal", "money", "percent")


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
        sheet.append([_cell(field, record.values.get(field.key), language) for field in fields])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _cell(field: FieldType, value: object, language: str) -> object:
    if value is None:
        return None
    if isinstance(value, dict):
        value = value.get("display") or f"{value.get('amount')} {value.get('currency')}"
    labels = {option.key: option.labels[language] for option in field.options}
    if isinstance(value, list):
        value = "、".join(labels.get(item, str(item)) for item in value)
    text = labels.get(str(value), value)
    if isinstance(text, str) and field.type in _NUMBERS:
        return _number(text)
    if isinstance(text, str) and text[:1] in _FORMULA:
        return "'" + text
    return text


def _number(text: str) -> object:
    """A number that a spreadsheet can add up; an amount with its currency stays text."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return text
