"""Workbooks that people send: what cells say, and what is none."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from zipfile import ZipFile

import pytest
from openpyxl import Workbook

from zhike.kernel import workbooks


def written(*values, number_format="General"):
    book = Workbook()
    book.active.append(values)
    for cell in book.active[1]:
        if number_format != "General":
            cell.number_format = number_format
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def said(content):
    return [workbooks.text(cell) for row in workbooks.first_sheet(io.BytesIO(content)).iter_rows() for cell in row]


def test_a_cell_says_what_people_type():
    values = ("甲", 317, 3.5, 1e17, date(2026, 11, 1), datetime(2026, 11, 1, 9, 30), time(9, 30), True, None, "00317")
    assert said(written(*values)) == [
        *("甲", "317", "3.5", "1.0000E+17", "2026-11-01", "2026-11-01 09:30:00", "09:30:00", "True", "", "00317")
    ]
    assert said(written(317, 1234567, number_format="00000")) == ["00317", "1234567"]


def test_a_number_of_a_day_is_that_day():
    assert workbooks.day_of(46327) == date(2026, 11, 1)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"])
@pytest.mark.parametrize("damage", [b"<", b"", b"<a>"])
def test_a_damaged_workbook_is_none(part, damage):
    whole, stream = ZipFile(io.BytesIO(written("甲"))), io.BytesIO()
    with ZipFile(stream, "w") as archive:
        for name in whole.namelist():
            archive.writestr(name, damage if name == part else whole.read(name))
    assert workbooks.is_workbook(stream)
    with pytest.raises(workbooks.NoWorkbook):
        workbooks.first_sheet(stream)


def test_what_is_no_archive_of_a_workbook_is_none():
    stream = io.BytesIO()
    with ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "x")
    for content in (stream.getvalue(), b"PK\x03\x04damaged", b"", "工号,姓名".encode()):
        file = io.BytesIO(content)
        assert not workbooks.is_workbook(file) and file.tell() == 0
