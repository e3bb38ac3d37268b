"""Excel workbooks that people send: told by their content, the first sheet, and what a cell says."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import IO
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils.datetime import from_excel
from openpyxl.worksheet.worksheet import Worksheet

_START = b"PK\x03\x04"
_ZEROS = re.compile(r"^0+$")
#: How many digits of a number Excel keeps.
EXACT_DIGITS = 15


class NoWorkbook(ValueError):
    """What is no Excel workbook, or a damaged one."""


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


def first_sheet(file: IO[bytes]) -> Worksheet:
    """Return the first sheet, of formulas what they came to. Raises NoWorkbook."""
    try:
        return load_workbook(file, data_only=True).worksheets[0]
    except Exception as error:  # of a damaged one the parsers below raise whatever they stumble over
        raise NoWorkbook() from error


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


def day_of(number: int) -> date:
    """Return the day that Excel keeps as a number: 46327 is 2026-11-01. The number has five digits."""
    found: datetime = from_excel(number)
    return found.date()
