"""The parts of an Excel workbook: which sheets it has, what its formats say, and from which day it counts.

Nothing is believed about sizes, and a part that defines entities is refused: no honest program writes such a one.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

#: Own figures. A million rows of eight columns are a sheet of 400 MB; what is unpacked is passed through, never kept.
_MOST_SHEET, _MOST_TEXTS, _MOST_SMALL = 2 << 30, 1 << 30, 16 << 20
_ZEROS = re.compile(r"0+")
#: Days and times in Chinese that Excel numbers without writing them out.
_CHINESE_DAYS = frozenset((*range(27, 37), *range(50, 59)))
_VISIBLE = "visible"


class NoWorkbook(ValueError):
    """What is no Excel workbook, or a damaged one."""


class LargeWorkbook(ValueError):
    """A workbook of which a part is larger, unpacked, than is read."""


@dataclass(frozen=True, slots=True)
class Format:
    """What the format of a cell says: a day or time, a duration, or how many digits are shown at least."""

    moment: bool = False
    duration: bool = False
    digits: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook that people see, and the part of the archive that holds it."""

    title: str
    part: str


@dataclass(frozen=True, slots=True)
class Book:
    """An open workbook: the sheets that are not hidden, the formats of cells by number, the day from which it counts."""

    archive: ZipFile
    sheets: tuple[Sheet, ...]
    formats: tuple[Format, ...]
    epoch: datetime
    texts: str | None

    def size(self, sheet: Sheet) -> int:
        """Return how many bytes a sheet has once it is unpacked."""
        return self.archive.getinfo(sheet.part).file_size

    @contextmanager
    def part(self, name: str) -> Iterator[IO[bytes]]:
        """Open a part for reading. Raises NoWorkbook, LargeWorkbook, also while it is read."""
        with _part(self.archive, name, _MOST_TEXTS if name == self.texts else _MOST_SHEET) as stream:
            yield stream


@contextmanager
def opened(path: Path) -> Iterator[Book]:
    """Open a workbook for the length of the block. Raises NoWorkbook, LargeWorkbook."""
    try:
        archive = ZipFile(path)
    except (BadZipFile, NotImplementedError, OSError) as error:
        raise NoWorkbook() from error
    with archive:
        yield _book(archive)


def _book(archive: ZipFile) -> Book:
    main = next((name for kind, name, _id in _related(archive, "") if kind == "officeDocument"), "xl/workbook.xml")
    workbook = _tree(archive, main)
    parts = {id: (kind, name) for kind, name, id in _related(archive, main)}
    by_kind = dict(parts.values())
    sheets = []
    for sheet in _all(workbook, "sheet"):
        id = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
        kind, part = parts.get(id, ("", ""))
        if kind == "worksheet" and sheet.get("state", _VISIBLE) == _VISIBLE:
            sheets.append(Sheet(sheet.get("name", ""), part))
    said = next(_all(workbook, "workbookPr"), None)
    mac = said is not None and said.get("date1904", "") in ("1", "true")
    styles = by_kind.get("styles")
    formats = tuple(_formats(_tree(archive, styles))) if styles else ()
    return Book(archive, tuple(sheets), formats, MAC_EPOCH if mac else WINDOWS_EPOCH, by_kind.get("sharedStrings"))


def _related(archive: ZipFile, part: str) -> Iterator[tuple[str, str, str]]:
    """Yield the kind, the name and the id of each part that a part names."""
    folder, name = posixpath.split(part)
    listed = posixpath.join(folder, "_rels", f"{name}.rels")
    if listed not in archive.namelist():
        return
    for found in _all(_tree(archive, listed), "Relationship"):
        target = found.get("Target", "")
        whole = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        yield found.get("Type", "").rpartition("/")[2], whole, found.get("Id", "")


def _formats(styles: ElementTree.Element) -> Iterator[Format]:
    own = {found.get("numFmtId", ""): found.get("formatCode", "") for found in _all(styles, "numFmt")}
    cells = next(_all(styles, "cellXfs"), None)
    for cell in cells if cells is not None else ():
        number = cell.get("numFmtId", "0")
        code = own.get(number) or BUILTIN_FORMATS.get(int(number) if number.isdecimal() else 0, "")
        chinese = number not in own and number.isdecimal() and int(number) in _CHINESE_DAYS
        yield Format(
            moment=chinese or bool(is_date_format(code)),
            duration=bool(is_timedelta_format(code)),
            digits=len(code) if _ZEROS.fullmatch(code) else 0,
        )


def _tree(archive: ZipFile, name: str) -> ElementTree.Element:
    with _part(archive, name, _MOST_SMALL) as stream:
        content = stream.read()
    try:
        refuse_entities(content)
        return ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise NoWorkbook() from error


def refuse_entities(content: bytes) -> None:
    """Raise NoWorkbook where the beginning of a part declares a document type: entities are declared in it."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise NoWorkbook()


@contextmanager
def _part(archive: ZipFile, name: str, most: int) -> Iterator[IO[bytes]]:
    """Open a part, of which no more is unpacked than it says, and it may say no more than `most`."""
    try:
        if archive.getinfo(name).file_size > most:
            raise LargeWorkbook()
        with archive.open(name) as stream:
            yield stream
    except (KeyError, BadZipFile, ZlibError, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise NoWorkbook() from error


def _all(tree: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    """Yield the elements of a name, in whatever namespace: there are two kinds of workbooks."""
    return (found for found in tree.iter() if str(found.tag).rpartition("}")[2] == name)
