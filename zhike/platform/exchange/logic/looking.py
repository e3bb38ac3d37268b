"""What a file is by its content, and which of its columns are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal
from zipfile import BadZipFile, ZipFile

from zhike.platform.exchange.file_types import Declared, FileFinding, Looked, SeenRow, Wanted
from zhike.platform.exchange.logic import delimited, encodings, heads, sheets, workbook_parts
from zhike.platform.exchange.logic.heads import Heads, Remembered, refusal
from zhike.platform.exchange.logic.workbook_parts import Book, LargeWorkbook, NoWorkbook, Sheet

Kind = Literal["workbook", "text", "json", "parquet"]
ROWS = 24
_ARCHIVE, _PARQUET, _OLD_EXCEL = b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0"
_JSON = (".json", ".jsonl", ".ndjson")
#: A workbook with more sheets than this is no table; the rest are not looked at.
_MOST_SHEETS = 20


class Unreadable(ValueError):
    """A file of which nothing can be read; `finding` says why."""

    def __init__(self, finding: FileFinding) -> None:
        """Take what is wrong."""
        super().__init__(finding.message_en)
        self.finding = finding


def kind_of(path: Path, name: str) -> Kind:
    """Return what a file is by its content; JSON and delimited text look alike, so there its name counts."""
    with path.open("rb") as file:
        start = file.read(4)
    if start == _PARQUET or name.lower().endswith(".parquet"):
        return "parquet"
    if start == _ARCHIVE and (_is_workbook(path) or name.lower().endswith(".xlsx")):
        return "workbook"
    return "json" if name.lower().endswith(_JSON) else "text"


def look(path: Path, wanted: Sequence[Wanted], declared: Declared, remembered: Remembered, name: str) -> Looked:
    """Return what a workbook or a text is, with its first rows. Raises Unreadable."""
    with path.open("rb") as file:
        if file.read(4) == _OLD_EXCEL:
            zh = "这是旧版（.xls）或加了密码的 Excel 文件，请另存为不加密码的 .xlsx"
            en = "this is an Excel file of the old kind (.xls) or with a password; save it as .xlsx without one"
            raise Unreadable(refusal("load.old_workbook", zh, en))
    if kind_of(path, name) == "workbook":
        return _workbook(path, wanted, declared, remembered)
    return _text(path, wanted, declared, remembered)


def broken(error: NoWorkbook | LargeWorkbook) -> Unreadable:
    """Return why a workbook cannot be read."""
    if isinstance(error, LargeWorkbook):
        zh = "工作簿过大，请删去多余的工作表，或另存为 CSV"
        return Unreadable(refusal("load.large_workbook", zh, "the workbook is too large; save the sheet as CSV"))
    return Unreadable(
        refusal("load.not_a_spreadsheet", "不是 Excel 工作簿，或已损坏", "it is no Excel workbook, or a damaged one")
    )


def sheet_of(book: Book, title: str) -> Sheet:
    """Return the sheet of a title."""
    return next(sheet for sheet in book.sheets if sheet.title == title)


def _is_workbook(path: Path) -> bool:
    try:
        with ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (BadZipFile, NotImplementedError):
        return False


def _workbook(path: Path, wanted: Sequence[Wanted], declared: Declared, remembered: Remembered) -> Looked:
    found: list[tuple[Sheet, list[SeenRow], Heads]] = []
    try:
        with workbook_parts.opened(path) as book:
            for sheet in book.sheets[:_MOST_SHEETS]:
                rows = [SeenRow(line, line, tuple(cells)) for line, cells in sheets.top(book, sheet, ROWS)]
                if rows:
                    found.append((sheet, rows, heads.find(rows, wanted, remembered, declared.head_row)))
    except (NoWorkbook, LargeWorkbook) as error:
        raise broken(error) from error
    if not found:
        raise Unreadable(
            refusal("load.no_header", "工作簿里没有内容，没有表头", "the workbook is empty and has no header")
        )
    sheet, rows, head = max(found, key=lambda one: one[2].score)
    notes = _about_workbook(sheet, len(found), declared)
    return _looked("workbook", rows, head, wanted, declared, notes, sheet=sheet.title)


def _about_workbook(sheet: Sheet, count: int, declared: Declared) -> list[FileFinding]:
    if count > 1:
        zh, en = (
            f"工作簿有 {count} 个工作表，读取的是“{sheet.title}”",
            f"there are {count} sheets; '{sheet.title}' was read",
        )
        return [FileFinding("load.sheet", zh, en)]
    if declared.suffix in (".csv", ".txt"):
        zh, en = (
            f"这是 Excel 工作簿，已读取工作表“{sheet.title}”",
            f"this is an Excel workbook; sheet '{sheet.title}' was read",
        )
        return [FileFinding("load.workbook", zh, en)]
    return []


def _text(path: Path, wanted: Sequence[Wanted], declared: Declared, remembered: Remembered) -> Looked:
    try:
        encoding = encodings.encoding_of(path, declared.encoding)
    except encodings.NoText as error:
        raise Unreadable(error.finding) from error
    delimiter, rows, head = delimited.top(path, encoding, declared, wanted, remembered, ROWS)
    notes = encodings.changed(encoding, declared.encoding) + delimited.changed(delimiter, declared.delimiter)
    return _looked("text", rows, head, wanted, declared, notes, encoding=encoding, delimiter=delimiter)


def _looked(
    kind: Literal["workbook", "text"],
    rows: Sequence[SeenRow],
    head: Heads,
    wanted: Sequence[Wanted],
    declared: Declared,
    notes: Sequence[FileFinding],
    **of_kind: str,
) -> Looked:
    findings = (*notes, *heads.notes(head, declared.head_row), *heads.faults(head, wanted))
    return Looked(kind, head.titles, head.read_as, head.first, head.last, tuple(rows), findings, **of_kind)
