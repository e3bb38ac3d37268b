"""A list as an Excel file: masked like the screen, limited, with the exporter's employee number in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import IO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from zhike.expressions import api as expressions
from zhike.kernel import clock
from zhike.platform.audit import api as audit
from zhike.platform.fields.types import Cell, Wire
from zhike.platform.objects import api as objects
from zhike.platform.objects import lists
from zhike.platform.objects.types import FieldType, ObjectType, Record, RecordQuery
from zhike.platform.permissions.types import Principal

LIMIT = 10_000
#: What a spreadsheet would take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rows(query: RecordQuery, principal: Principal) -> Iterator[Record]:
    """Yield the records of a list page by page, as the principal sees them."""
    cursor = ""
    while True:
        found = objects.page(replace(query, cursor=cursor, limit=200), principal=principal, operation="export")
        yield from found.rows
        if not found.next_cursor:
            return
        cursor = found.next_cursor


def note(owner: ObjectType, query: RecordQuery, count: int, columns: Sequence[str], principal: Principal) -> None:
    """Write down what was exported, in the caller's transaction."""
    condition = lists.nameless(query, principal=principal)
    details = {
        "rows": count,
        "columns": list(columns),
        "refinement": query.refinement,
        "condition": None if condition is None else expressions.to_json(condition),
        "text": bool(query.text),
        **({"of": {query.of.through: str(query.of.uid)}} if query.of else {}),
        **({"chosen": len(query.uids)} if query.uids is not None else {}),
        **({"unit": [query.unit.code, query.unit.below]} if query.unit else {}),
        **({"served_by": query.served_by} if query.served_by is not None else {}),
    }
    audit.note(operation="export", subject=owner.key, details=details)


def write(
    stream: IO[bytes], fields: Sequence[FieldType], records: Iterable[Record], principal: Principal, title: str
) -> None:
    """Write the records as .xlsx: a watermark line, a head line, one line a record."""
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
    book.save(stream)


def _cell(field: FieldType, value: Wire, language: str) -> Cell:
    """What a field's type makes of a value; a text that a spreadsheet would calculate is one that it cannot."""
    found = field.values.excel(value, language) if value is not None else Cell(None)
    text = found.value
    return Cell("'" + text) if isinstance(text, str) and text[:1] in _FORMULA else found
