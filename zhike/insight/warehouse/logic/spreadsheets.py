"""Excel files as CSV: what spreadsheets do to numbers and headers is found here, not in the data a year later."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path

from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from zhike.expressions.types import Type
from zhike.insight.warehouse.errors import FileUnreadable
from zhike.insight.warehouse.types import Source, SourceColumn
from zhike.kernel import workbooks


def as_csv(path: Path, source: Source, into: Path, name: str) -> Path:
    """Write the first sheet as UTF-8 CSV and return it. Raises FileUnreadable with every finding.

    A cell formatted with zeros ("000000") gets its leading zeros back. A number in a text column that is a key has
    lost what stood before it; a certificate stored as a number has lost digits: both are refused with the remedy.
    """
    sheet = _first_sheet(path, name)
    findings = _header_findings(sheet)
    rows = sheet.iter_rows()
    header = [str(cell.value or "").strip() for cell in next(rows, ())]
    by_header = {column.header: column for column in source.columns if column.header}
    with into.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for row in rows:
            cells = [
                _text(cell, by_header.get(title), source, findings) for cell, title in zip(row, header, strict=False)
            ]
            if any(cells):
                writer.writerow(cells)
    if findings:
        shown = list({(f["code"], f["column"]): f for f in findings}.values())
        raise FileUnreadable(
            file=name,
            findings=shown,
            reason="；".join(str(f["message"]) for f in shown),
            reason_en="; ".join(str(f["message_en"]) for f in shown),
        )
    return into


def _first_sheet(path: Path, name: str) -> Worksheet:
    try:
        with path.open("rb") as file:
            return workbooks.first_sheet(file)
    except workbooks.NoWorkbook as error:
        reason, reason_en = "不是 Excel 工作簿", "it is no Excel workbook"
        finding = {"code": "load.not_a_spreadsheet", "message": reason, "message_en": reason_en}
        raise FileUnreadable(file=name, reason=reason, reason_en=reason_en, findings=[finding]) from error


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
