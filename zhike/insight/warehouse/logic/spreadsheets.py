"""Excel files as CSV: what spreadsheets do to numbers and headers is found here, not in the data a year later."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from openpyxl.cell.cell import Cell
from openpyxl.cell.read_only import EMPTY_CELL
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from zhike.expressions.types import Type
from zhike.insight.warehouse.errors import FileUnreadable
from zhike.insight.warehouse.types import Source, SourceColumn
from zhike.kernel import workbooks

#: Of an unpacked workbook and of its sheet, which stands in memory as a whole. Own figures: a worker has a few gigabytes,
#: and a source of more than a million rows by hand is none.
_MOST_MEGABYTES = 300
_MOST_CELLS = 20_000_000
#: So many cells cost nothing even where hardly any of them is there.
_FEW_CELLS = 1_000_000


def as_csv(path: Path, source: Source, into: Path, name: str) -> Path:
    """Write the first sheet that is not hidden as UTF-8 CSV and return it. Raises FileUnreadable with every finding.

    A cell formatted with zeros ("000000") gets its leading zeros back. A number in a text column that is a key has
    lost what stood before it; a certificate stored as a number has lost digits; a formula may stand there without what
    it came to: all are refused with the remedy.
    """
    sheet = _first_sheet(path, name)
    findings = _header_findings(sheet)
    with path.open("rb") as book, into.open("w", encoding="utf-8", newline="") as file:
        rows = itertools.zip_longest(sheet.iter_rows(), workbooks.formula_rows(book, sheet.title), fillvalue=())
        first, formulas = next(rows, ((), ()))
        header = [str(workbooks.unstored(*pair) or pair[0].value or "").strip() for pair in _pairs(first, formulas)]
        by_header = {column.header: column for column in source.columns if column.header}
        writer = csv.writer(file)
        writer.writerow(header)
        for row, formulas in rows:
            findings += _no_results(row, formulas, header, by_header)
            cells = [
                _text(cell, by_header.get(title), source, findings) for cell, title in zip(row, header, strict=False)
            ]
            if any(cells):
                writer.writerow(cells)
    if findings:
        raise _unreadable(name, list({(f["code"], f["column"]): f for f in findings}.values()))
    return into


def _unreadable(name: str, findings: list[dict[str, object]]) -> FileUnreadable:
    return FileUnreadable(
        file=name,
        findings=findings,
        reason="；".join(str(found["message"]) for found in findings),
        reason_en="; ".join(str(found["message_en"]) for found in findings),
    )


def _first_sheet(path: Path, name: str) -> Worksheet:
    """Return the sheet with all its cells. Raises FileUnreadable where they would not fit into memory."""
    try:
        with path.open("rb") as file:
            size = workbooks.unpacked(file)
            if size > _MOST_MEGABYTES << 20:
                raise _unreadable(name, [_large(f"超过 {_MOST_MEGABYTES} MB", f"more than {_MOST_MEGABYTES} MB")])
            sheet = workbooks.first_sheet(file)
    except workbooks.NoWorkbook as error:
        found = _finding("load.not_a_spreadsheet", "", "不是 Excel 工作簿", "it is no Excel workbook")
        raise _unreadable(name, [found]) from error
    cells = sheet.max_row * sheet.max_column
    if cells > _MOST_CELLS or (cells > _FEW_CELLS and cells > size):  # less than a byte each: nearly all are not there
        area = f"A1:{get_column_letter(sheet.max_column)}{sheet.max_row}"
        raise _unreadable(name, [_large(f"是 {area}，共 {cells} 格", f"{area}, {cells} cells")])
    return sheet


def _large(zh: str, en: str) -> dict[str, object]:
    return _finding(
        "load.large_workbook",
        "",
        f"工作簿{zh}，过大；请删去多余的行列，或另存为 CSV",
        f"the workbook is too large ({en}); remove rows and columns that are empty, or save it as CSV",
    )


def _pairs(row: workbooks.Cells, formulas: workbooks.Cells) -> Iterator[tuple[Cell, Cell]]:
    """The cells of a row, each beside itself as a formula; the formulas may end earlier, where nothing stands."""
    return itertools.zip_longest(row, formulas[: len(row)], fillvalue=EMPTY_CELL)


def _no_results(
    row: workbooks.Cells, formulas: workbooks.Cells, header: Sequence[str], known: Mapping[str, SourceColumn]
) -> list[dict[str, object]]:
    """Find the cells of known columns that are formulas without what they came to."""
    return [
        _finding(
            "load.formula_without_result",
            title,
            f"“{title}”第 {formula.row} 行是公式，Excel 未保存公式结果；请另存为值后重新导出",
            f"'{title}' row {formula.row} is a formula whose result is not stored; export its value",
        )
        for title, (cell, formula) in zip(header, _pairs(row, formulas), strict=False)
        if title in known and workbooks.unstored(cell, formula)
    ]


def _header_findings(sheet: Worksheet) -> list[dict[str, object]]:
    merged = [str(found) for found in sheet.merged_cells.ranges if found.min_row <= 2]
    return [
        _finding(
            "load.merged_header",
            area,
            f"表头 {area} 是合并单元格，请拆分为一行一列一个列名",
            f"header cells {area} are merged; give every column one name in one row",
        )
        for area in merged
    ]


def _text(cell: Cell, column: SourceColumn | None, source: Source, findings: list[dict[str, object]]) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, date):
        return _moment(value, column, source)
    if isinstance(value, bool) or not isinstance(value, int | float):  # texts, and times of no day
        return str(value)
    if column is not None and column.value_type.given is Type.TEXT:
        return _number_as_text(cell, float(value), column, source, findings)
    return workbooks.digits(value).replace(".", source.decimal)


def _moment(value: date, column: SourceColumn | None, source: Source) -> str:
    """A day or moment that the spreadsheet knows as such, as the column's texts are written."""
    if column is not None:
        grammar = source.grammar(column)
        if column.value_type.given is Type.DATE:
            return value.strftime(grammar.date)
        if column.value_type.given is Type.DATETIME:
            return value.strftime(grammar.datetime)
    return value.strftime("%Y-%m-%d %H:%M:%S" if isinstance(value, datetime) else "%Y-%m-%d")


def _number_as_text(
    cell: Cell, value: float, column: SourceColumn, source: Source, findings: list[dict[str, object]]
) -> str:
    digits = workbooks.digits(value)
    if column.certificate or len(digits) > workbooks.EXACT_DIGITS:
        findings.append(
            _finding(
                "load.scientific_notation",
                column.title,
                f"“{column.title}”第 {cell.row} 行被 Excel 存为数字（{value:.4E}），号码已失真；请把该列设为文本后重新导出",
                f"'{column.title}' row {cell.row} is a number ({value:.4E}); digits are lost; export the column as text",
            )
        )
    elif workbooks.shows_zeros(cell):
        return workbooks.with_zeros(cell, digits)
    elif column.key in source.keys or column.reference or column.required:
        findings.append(
            _finding(
                "load.leading_zeros",
                column.title,
                f"“{column.title}”第 {cell.row} 行是数字 {digits}，开头的 0 可能已丢失；请把该列设为文本后重新导出",
                f"'{column.title}' row {cell.row} is the number {digits}; leading zeros may be lost; export it as text",
            )
        )
    return digits


def _finding(code: str, column: str, message: str, message_en: str) -> dict[str, object]:
    return {"code": code, "column": column, "message": message, "message_en": message_en}
