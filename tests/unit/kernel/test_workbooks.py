"""Workbooks that people send: what cells say, and what is none."""

from __future__ import annotations

import io
import tracemalloc
from datetime import date, datetime, time
from zipfile import ZipFile

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

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
    return [cell for _line, row in workbooks.visible_sheets(io.BytesIO(content))[0].rows() for cell in row]


def test_a_cell_says_what_people_type():
    values = ("甲", 317, 3.5, 1e17, date(2026, 11, 1), datetime(2026, 11, 1, 9, 30), time(9, 30), True, None, "00317")
    assert said(written(*values)) == [
        *("甲", "317", "3.5", "1.0000E+17", "2026-11-01", "2026-11-01 09:30:00", "09:30:00", "True", "", "00317")
    ]
    assert said(written(317, 1234567, number_format="00000")) == ["00317", "1234567"]


def test_a_number_of_a_day_is_that_day():
    assert workbooks.day_of(46327) == date(2026, 11, 1)
    assert workbooks.day_of(44865, CALENDAR_MAC_1904) == date(2026, 11, 1)


def with_parts(content, **parts):
    """The workbook with other content in some of its sheets, by their names in the archive."""
    whole, stream = ZipFile(io.BytesIO(content)), io.BytesIO()
    with ZipFile(stream, "w") as archive:
        for name in whole.namelist():
            archive.writestr(name, parts.get(name.rpartition("/")[2].partition(".")[0], whole.read(name)))
    return stream


def test_a_formula_without_its_result_says_itself_and_an_empty_result_nothing():
    kept = (
        '<c r="A1" t="str"><f>IF(1,"","")</f><v></v></c><c r="B1"><f>1+1</f><v>2</v></c>'
        '<c r="C1"><f>1+1</f></c><c r="D1"><f t="array" ref="D1">SUM(1)</f></c>'
    )
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<sheetData><row r="1">{kept}</row></sheetData></worksheet>'
    )
    (found,) = workbooks.visible_sheets(with_parts(written("甲"), sheet1=sheet))
    assert list(found.rows()) == [(1, ["", "2", "=1+1", "=SUM(1)"])]


def test_rows_that_are_not_there_cost_nothing():
    book, stream = Workbook(), io.BytesIO()
    book.active["A1"], book.active["B1048576"] = "甲", "乙"
    book.save(stream)
    tracemalloc.start()
    (sheet,) = workbooks.visible_sheets(stream)
    rows, (_now, most) = list(sheet.rows()), tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rows == [(1, ["甲"]), (1_048_576, ["", "乙"])]
    assert most < 5 << 20


def test_what_stands_far_to_the_right_is_told_and_a_format_there_is_not():
    book, stream = Workbook(), io.BytesIO()
    book.active["A1"] = "甲"
    book.active["XFD1"].number_format = "000"
    book.active["GS2"] = "乙"
    book.save(stream)
    (sheet,) = workbooks.visible_sheets(stream)
    rows = sheet.rows()
    assert next(rows)[0] == 1
    with pytest.raises(workbooks.WideSheet) as wide:
        next(rows)
    assert (wide.value.line, wide.value.column) == (2, "GS")


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"])
@pytest.mark.parametrize("damage", [b"<", b"", b"<a>"])
def test_a_damaged_workbook_is_none(part, damage):
    whole, stream = ZipFile(io.BytesIO(written("甲"))), io.BytesIO()
    with ZipFile(stream, "w") as archive:
        for name in whole.namelist():
            archive.writestr(name, damage if name == part else whole.read(name))
    assert workbooks.is_workbook(stream)
    with pytest.raises(workbooks.NoWorkbook):
        [list(sheet.rows()) for sheet in workbooks.visible_sheets(stream)]


def test_what_is_no_archive_of_a_workbook_is_none():
    stream = io.BytesIO()
    with ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "x")
    for content in (stream.getvalue(), b"PK\x03\x04damaged", b"", "工号,姓名".encode()):
        file = io.BytesIO(content)
        assert not workbooks.is_workbook(file) and file.tell() == 0
