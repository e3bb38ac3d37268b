"""Excel workbooks that people send: told by their content, their sheets, and what a cell says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import IO
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import WINDOWS_EPOCH, from_excel
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

_START = b"PK\x03\x04"
_ZEROS = re.compile(r"^0+$")
#: How many digits of a number Excel keeps.
EXACT_DIGITS = 15
#: More columns than a table by hand has; what stands further to the right strayed there.
MOST_COLUMNS = 200
#: Of Excel; a damaged workbook may speak of more.
_MOST_ROWS = 1_048_576
#: Cells that are looked at, most of them empty, and what a row costs beside them: a few seconds.
_MOST_CELLS, _CELLS_A_ROW = 5_000_000, 50
_VISIBLE = "visible"
#: The day from which workbooks count days, unless they say that they count from 1904.
EPOCH: datetime = WINDOWS_EPOCH

Cells = Sequence[Cell]


class NoWorkbook(ValueError):
    """What is no Excel workbook, or a damaged one."""


class LargeSheet(ValueError):
    """A sheet of more cells, most of them empty, than are looked at."""


class WideSheet(ValueError):
    """A row with something in a column far to the right."""

    def __init__(self, line: int, column: str) -> None:
        """Take the number of the row and the letters of the column."""
        super().__init__(line, column)
        self.line, self.column = line, column


def is_workbook(file: IO[bytes]) -> bool:
    """Return whether a file is an Excel workbook, whatever it is called; its position is its beginning then."""
    file.seek(0)
    start = file.read(len(_START))
    file.seek(0)
    if start != _START:
        return False
    try:
        with ZipFile(file) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (BadZipFile, NotImplementedError):
        return False
    finally:
        file.seek(0)


def unpacked(file: IO[bytes]) -> int:
    """Return how many bytes a workbook has once it is unpacked, without unpacking it. Raises NoWorkbook."""
    try:
        with ZipFile(file) as archive:
            return sum(part.file_size for part in archive.infolist())
    except (BadZipFile, NotImplementedError) as error:
        raise NoWorkbook() from error
    finally:
        file.seek(0)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that is read as its rows are asked for; `epoch` is the day from which its workbook counts days."""

    title: str
    epoch: datetime
    values: ReadOnlyWorksheet
    formulas: ReadOnlyWorksheet

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the number of each row in which anything stands, and what its cells say; of a formula whose result was
        not stored the formula. Raises NoWorkbook, LargeSheet, WideSheet."""
        for line, row, formulas in _together(self.values, self.formulas):
            beyond = next((at for at, cell in enumerate(row[MOST_COLUMNS:]) if cell.value is not None), None)
            if beyond is not None:
                raise WideSheet(line, get_column_letter(MOST_COLUMNS + beyond + 1))
            said = [unstored(cell, formula) or text(cell) for cell, formula in zip(row, formulas, strict=False)]
            if any(map(str.strip, said)):
                yield line, said


def visible_sheets(file: IO[bytes]) -> list[Sheet]:
    """Return the sheets that are not hidden. Raises NoWorkbook."""
    try:
        books = [load_workbook(file, read_only=True, data_only=results) for results in (True, False)]
        pairs = zip(*(book.worksheets for book in books), strict=True)
        epoch = books[0].epoch
        return [Sheet(one.title, epoch, one, other) for one, other in pairs if one.sheet_state == _VISIBLE]
    except Exception as error:
        raise NoWorkbook() from error


def _together(values: ReadOnlyWorksheet, formulas: ReadOnlyWorksheet) -> Iterator[tuple[int, Cells, Cells]]:
    """Yield the number and the cells of each row that has some, as its values and as its formulas.

    What a sheet says about its size is not believed. Raises NoWorkbook, LargeSheet.
    """
    room = _MOST_CELLS
    values.reset_dimensions()
    formulas.reset_dimensions()
    try:
        for line, (row, same) in enumerate(zip(values.iter_rows(), formulas.iter_rows(), strict=True), start=1):
            if line > _MOST_ROWS:
                raise NoWorkbook()
            if row:
                room -= len(row) + _CELLS_A_ROW
                if room < 0:
                    raise LargeSheet()
                yield line, row, same
    except LargeSheet:
        raise
    except Exception as error:
        raise NoWorkbook() from error


def unstored(cell: Cell, formula: Cell) -> str:
    """Return the formula of a cell whose result was not stored, as libraries write workbooks; "" of any other.

    A result that is an empty text is stored: the type of the cell says so.
    """
    if cell.value is not None or cell.data_type == "str" or formula.data_type != "f":
        return ""
    return str(getattr(formula.value, "text", formula.value))


def text(cell: Cell) -> str:
    """Return what a cell says as people type it: days as 2026-03-01, zeros in front that its format shows.

    A number of more digits than Excel keeps is told as Excel shows it, 1.2346E+17: nobody takes it for its digits.
    """
    value = cell.value
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d" if value.time() == time() else "%Y-%m-%d %H:%M:%S")
    if isinstance(value, int | float) and not isinstance(value, bool):
        found = digits(value)
        return f"{value:.4E}" if len(found) > EXACT_DIGITS else with_zeros(cell, found)
    return "" if value is None else str(value)


def digits(value: int | float) -> str:
    """Return a number as it is typed: whole ones without a point."""
    return str(int(value)) if float(value).is_integer() else repr(value)


def shows_zeros(cell: Cell) -> bool:
    """Return whether the format of a cell is zeros only, "000000": as many digits are shown."""
    return bool(_ZEROS.match(str(cell.number_format)))


def with_zeros(cell: Cell, found: str) -> str:
    """Return the digits of a cell with the zeros in front that its format shows."""
    return found.zfill(len(str(cell.number_format))) if shows_zeros(cell) else found


def day_of(number: int, epoch: datetime = EPOCH) -> date:
    """Return the day that Excel keeps as a number: 46327 is 2026-11-01. The number has five digits."""
    found: datetime = from_excel(number, epoch)
    return found.date()
