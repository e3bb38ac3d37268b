"""A file of users as rows by title: an Excel workbook or text as Excel saves it, told by its content."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any

from openpyxl.utils import get_column_letter

from zhike.kernel import workbooks
from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import ZhikeError
from zhike.platform.fields import api as fields
from zhike.platform.fields.errors import BadValue
from zhike.platform.fields.types import Grammar

#: What each column may be called.
TITLES: Mapping[str, tuple[str, str]] = {
    "employee_no": ("工号", "employee_no"),
    "name": ("姓名", "name"),
    "role": ("角色", "role"),
    "unit": ("机构", "unit"),
    "valid_from": ("开始日期", "valid_from"),
    "valid_to": ("截止日期", "valid_to"),
}
_KEYS = {title: key for key, titles in TITLES.items() for title in titles}
_NEEDED = ("employee_no", "name", "role", "unit")
_MOST_LINES = 1_000
#: Of a file, and of what is packed in a workbook: so much is parsed within a few seconds.
_MOST_MEGABYTES = 10
#: What is read of a file: one byte more than it may have shows that it is too large.
READ_BYTES = (_MOST_MEGABYTES << 20) + 1
#: A title of the whole table, a date, a note may stand above the heads.
_HEADS_WITHIN = 10
_LONGEST_SHOWN, _MOST_SHOWN = 40, 10
_SEPARATORS = (",", ";", "\t")
#: Files of Excel before 2007, and workbooks with a password.
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_DAYS = tuple(
    Grammar(date=f"%Y{year}{month}{after}{day}{end}")
    for (year, after, end), month, day in itertools.product(
        (("-", "-", ""), ("/", "/", ""), (".", ".", ""), ("年", "月", "日")), ("%-m", "%m"), ("%-d", "%d")
    )
) + (Grammar(date="%Y%m%d"),)
_MIDNIGHT = re.compile(r" 0?0:00(:00)?$")
_DAY = fields.bound("date")
#: Days from 1954 to 2119 as Excel counts them.
_COUNTED = re.compile("[2-7][0-9]{4}")
#: What stands in no text: this is a picture or an archive.
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")

#: A row with its line in the file.
Row = tuple[int, Sequence[str]]


class NoUsersFile(ZhikeError):
    """A table that is none of users; `found` is the row that comes nearest to one of titles."""

    code = "user.file"
    status = 422
    zh = "第 {line} 行是“{found}”，没有列“{missing}”。须有一行列名，含：{columns}"
    en = "Line {line} is '{found}' and has no column {missing_en}. One line must have the titles {columns_en}"


class EmptyFile(ZhikeError):
    """A file in which nothing stands."""

    code = "user.file_empty"
    status = 422
    zh = "文件是空的。须有一行列名，含：{columns}"
    en = "The file is empty. One line must have the titles {columns_en}"


class UnreadableFile(ZhikeError):
    """A file that is no table."""

    code = "user.file_unreadable"
    status = 422
    zh = "文件须为 Excel 工作簿（.xlsx），或以逗号、分号、制表符分隔的文本（UTF-8、UTF-16 或 GB18030）"
    en = "The file must be an Excel workbook (.xlsx) or text with commas, semicolons or tabs (UTF-8, UTF-16 or GB18030)"


class OldWorkbook(ZhikeError):
    """A workbook that is not read: of an Excel before 2007, or with a password."""

    code = "user.file_old"
    status = 422
    zh = "这是旧版（.xls）或加了密码的 Excel 文件，请另存为不加密码的 .xlsx"
    en = "This is an Excel file of the old kind (.xls) or with a password; save it as .xlsx without one"


class LongFile(ZhikeError):
    """A file with more lines than one file may have."""

    code = "user.file_long"
    status = 422
    zh = "文件超过 {most} 行，请分成几个文件"
    en = "The file has more than {most} lines; please make several of it"


class LargeFile(ZhikeError):
    """A file of more bytes, unpacked, or of more cells, most of them empty, than any list of users has."""

    code = "user.file_large"
    status = 422
    zh = "文件过大（解压后最多 {most} MB，空白格也计入），请只保留人员名单"
    en = "The file is too large ({most} MB when unpacked, with the cells that are empty); keep nothing but the list of users"


class WideFile(ZhikeError):
    """A workbook with something far to the right of every table."""

    code = "user.file_wide"
    status = 422
    zh = "第 {line} 行 {column} 列有内容，最多读取 {most} 列，请删去"
    en = "Something stands in column {column} of line {line}; {most} columns are read, please remove it"


class TwiceColumn(ZhikeError):
    """A column that stands twice: one of the two would be lost."""

    code = "user.file_twice"
    status = 422
    zh = "列“{column}”出现了两次，请只留一列"
    en = "Column {column_en} stands twice; keep one of the two"


class BrokenLine(ZhikeError):
    """A line that is no CSV."""

    code = "user.file_line"
    status = 422
    zh = "第 {line} 行不是 CSV：引号没有成对，或内容过长"
    en = "Line {line} is no CSV: a quote is not closed, or a cell is too long"


class UnknownDays(ZhikeError):
    """A column of days that nothing reads: left out, a post would hold from or until another day than was meant."""

    code = "user.file_column"
    status = 422
    zh = "列“{column}”里是日期，但没有这一列。岗位的任期写在：{has}；请改列名或删去此列"
    en = (
        "Column '{column}' holds days, and there is no such column. Terms of posts are in {has_en}; rename or remove it"
    )


@dataclass(frozen=True, slots=True)
class Table:
    """The rows below the heads by what their columns are, what nothing reads (titles of columns, other sheets), and the
    day from which the file counts days."""

    rows: Sequence[tuple[int, Mapping[str, str]]]
    ignored: Sequence[Labels]
    epoch: datetime


@dataclass(frozen=True, slots=True)
class _Found:
    """The filled rows of a file, read as they are asked for, and its other sheets."""

    rows: Iterator[Row]
    others: Sequence[str] = ()
    epoch: datetime = workbooks.EPOCH


def table(content: bytes) -> Table:
    """Return what a file holds.

    Raises UnreadableFile, OldWorkbook, EmptyFile, NoUsersFile, LongFile, LargeFile, WideFile, BrokenLine, TwiceColumn,
    UnknownDays.
    """
    found = _found(content)
    filled = ((line, [cell.strip() for cell in row]) for line, row in found.rows if any(map(str.strip, row)))
    rows = list(itertools.islice(filled, _HEADS_WITHIN + _MOST_LINES + 1))  # nobody reads on where there are too many
    place = next((place for place, row in enumerate(rows[:_HEADS_WITHIN]) if not _missing(row[1])), None)
    if place is None:
        raise _no_heads(rows)
    heads, below = rows[place][1], rows[place + 1 :]
    if len(below) > _MOST_LINES:
        raise LongFile(most=_MOST_LINES)
    keys = [_key(title) for title in heads]
    twice = [key for key, times in Counter(filter(None, keys)).items() if times > 1]
    if twice:
        raise TwiceColumn(**_titles("column", twice[:1]))
    ignored = [Labels(title, title) for title in _ignored(heads, [row for _line, row in below])]
    ignored += [Labels(f"工作表“{title}”", f"sheet '{title}'") for title in found.others]
    named = [(line, {key: cell for key, cell in zip(keys, row, strict=False) if key}) for line, row in below]
    return Table(named, ignored, found.epoch)


def _ignored(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the titles of filled columns that nothing reads, the letter of one without. Raises UnknownDays."""
    columns = itertools.zip_longest(heads, *rows, fillvalue="")
    found = []
    for number, (title, *cells) in enumerate(columns, start=1):
        if _key(title) or not any((title, *cells)):
            continue
        found.append(title or get_column_letter(number))
        if any(map(written_day, cells)):
            raise UnknownDays(column=found[-1], **_titles("has", ("valid_from", "valid_to")))
    return found


def day(text: str, epoch: datetime) -> date | None:
    """Return the day that a cell says, as people and Excel write it; None where it says none."""
    if _COUNTED.fullmatch(text):  # a day in a column that is not formatted as one
        return workbooks.day_of(int(text), epoch)
    return written_day(text)


def written_day(text: str) -> date | None:
    """Return the day that a text is; None where it is none."""
    text = _MIDNIGHT.sub("", text)
    for grammar in _DAYS if text[:4].isdecimal() else ():
        try:
            found = _DAY.read(text, grammar)
        except BadValue:
            continue
        return found if isinstance(found, date) else None
    return None


def _found(content: bytes) -> _Found:
    if len(content) >= READ_BYTES:
        raise LargeFile(most=_MOST_MEGABYTES)
    if workbooks.is_workbook(io.BytesIO(content)):
        return _of_workbook(io.BytesIO(content))
    if content.startswith(_OLD_EXCEL):
        raise OldWorkbook()
    return _Found(_of_text(_decoded(content)))


def _of_workbook(file: IO[bytes]) -> _Found:
    """The first sheet that people see in which anything stands, and the titles of the others."""
    if workbooks.unpacked(file) >= READ_BYTES:
        raise LargeFile(most=_MOST_MEGABYTES)
    try:
        sheets = [sheet for sheet in workbooks.visible_sheets(file) if _is_filled(sheet)]
    except workbooks.NoWorkbook as error:
        raise UnreadableFile() from error
    except workbooks.LargeSheet as error:
        raise LargeFile(most=_MOST_MEGABYTES) from error
    if not sheets:
        return _Found(iter(()))
    return _Found(_of_sheet(sheets[0]), [sheet.title for sheet in sheets[1:]], sheets[0].epoch)


def _is_filled(sheet: workbooks.Sheet) -> bool:
    try:
        return any(sheet.rows())
    except workbooks.WideSheet:
        return True


def _of_sheet(sheet: workbooks.Sheet) -> Iterator[Row]:
    try:
        yield from sheet.rows()
    except workbooks.NoWorkbook as error:
        raise UnreadableFile() from error
    except workbooks.LargeSheet as error:
        raise LargeFile(most=_MOST_MEGABYTES) from error
    except workbooks.WideSheet as error:
        raise WideFile(line=error.line, column=error.column, most=workbooks.MOST_COLUMNS) from error


def _of_text(text: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:  # an unclosed quote would swallow the lines that follow
        raise BrokenLine(line=reader.line_num) from error


def _separator(text: str) -> str:
    """What separates the titles that are needed; a comma where nothing does."""
    for line in text.splitlines()[:_HEADS_WITHIN]:
        for sign in _SEPARATORS:
            if not _missing(cell.strip().strip('"') for cell in line.split(sign)):
                return sign
    return _SEPARATORS[0]


def _decoded(content: bytes) -> str:
    encodings = ("utf-16",) if content.startswith(_UTF_16) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile()


def _key(title: str) -> str:
    return _KEYS.get(title.strip().lower(), "")


def _missing(row: Iterable[str]) -> list[str]:
    found = {_key(title) for title in row}
    return [key for key in _NEEDED if key not in found]


def _titles(fact: str, keys: Iterable[str]) -> dict[str, Any]:
    """The titles of columns as facts of a sentence in either language."""
    zh, en = zip(*(TITLES[key] for key in keys), strict=True)
    return {fact: list(zh), f"{fact}_en": list(en)}


def _no_heads(rows: Sequence[Row]) -> ZhikeError:
    """What is wrong with a table without heads, by the row that comes nearest to them, or else the first."""
    columns = _titles("columns", _NEEDED)
    if not rows:
        return EmptyFile(**columns)
    if any(_UNSEEN.search(cell) for _line, cells in rows for cell in cells):
        return UnreadableFile()
    line, row = min(rows[:_HEADS_WITHIN], key=lambda one: len(_missing(one[1])))
    shown = [" ".join(cell.split())[:_LONGEST_SHOWN] for cell in row if cell][:_MOST_SHOWN]
    return NoUsersFile(line=line, found=shown, **_titles("missing", _missing(row)), **columns)
