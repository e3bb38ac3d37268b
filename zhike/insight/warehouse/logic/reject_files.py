"""The file of rejected rows: written and read in a stream, so that a file of which every row is bad takes no memory.

CSV under one head (UTF-8 with a mark, so that Excel reads the Chinese): the line, why in both languages, the values as the
file has them. Numbers of certificates are left out. A line that could not be split stands in a column of its own.
"""

from __future__ import annotations

import csv
import heapq
import itertools
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.insight.warehouse.logic import numbering
from zhike.insight.warehouse.logic.columns import reason_text
from zhike.insight.warehouse.logic.receiving import Received
from zhike.insight.warehouse.port import Session
from zhike.insight.warehouse.types import RejectedRow, Source
from zhike.platform.exchange import files

#: How the reason codes of rows begin that were received, but became no record.
NO_RECORD = "record."
_SHOWN_VALUE = 200
#: So many rows are told of at once: their values stay in memory.
_AT_ONCE = 200_000
#: The title over a line that could not be split into columns.
_UNSPLIT = "原文"
_WORD = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ\d]+")
_BROKEN = f"{numbering.BROKEN}:"
_HEAD = ["行号", "原因代码", "原因", "Reason"]
_MARK = "\ufeff"
#: What a spreadsheet would take for a formula.
_NUMBER = r"[+-][0-9][0-9.,]*%?"
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def write(session: Session, source: Source, received: Received, file: Path) -> None:
    """Write the rows of `rejected` and the lines that could not be split, by their lines in the file, with the reasons."""
    with told_rows(session, source, received) as rows:
        with file.open("w", encoding="utf-8", newline="") as target:
            unsplit = [_UNSPLIT] if rows.broken else []
            csv.writer(target).writerow([_MARK + _HEAD[0], *_HEAD[1:], *rows.titles, *unsplit])
        with file.open("ab") as whole:
            for part in rows.parts():
                session.export(rows.written(part), file.with_suffix(".part"), head=False)
                with file.with_suffix(".part").open("rb") as written:
                    shutil.copyfileobj(written, whole)


def count_broken(session: Session) -> int:
    """Return how many lines of a text, which was read before, the engine could not split into columns."""
    return int(session.row(trees.sql("select count(distinct line_byte_position) from reject_errors"))[0])


def without_numbers(text: str) -> str:
    """Return a line in which each word with a digit is stars: which of them is a certificate's only its columns say.

    Separators, quotes and words stay, which say why the line could not be split.
    """
    return _WORD.sub(lambda word: "*" * len(word[0]) if re.search(r"\d", word[0]) else word[0], text)


@contextmanager
def told_rows(session: Session, source: Source, received: Received) -> Iterator[_Rows]:
    """Give the rows of the table `rejected` and the broken lines of a text, for the length of the block."""
    with session.scratch("told") as folder:
        folder.mkdir()
        yield _Rows(session, source, received, folder)


@dataclass(frozen=True, slots=True)
class _Part:
    """What is told at once: from the place `first` to the place `last` among all that is told."""

    first: int
    last: int


class _Rows:
    """The rows of the session's table `rejected` as the file has them, and its broken lines; so many at a time."""

    def __init__(self, session: Session, source: Source, received: Received, folder: Path) -> None:
        self._session, self._source = session, source
        hidden = {column.header for column in source.columns if column.certificate}
        found = session.rows(trees.sql("select distinct reason from rejected"))
        self._reasons = [reason for (reason,) in found]
        self.titles = [title for title in received.headers if title not in hidden] if found else []
        certified = any(column.certificate for column in source.columns)
        lines = numbering.number(session, received, folder, without_numbers if certified else str)
        self.broken = lines.broken
        self._count = session.row(trees.sql("select count(*) from told"))[0]
        self._rows = received.relation
        if self._count > _AT_ONCE:
            self._rows = session.spool(self._rows, folder / "rows.parquet")

    def parts(self) -> Iterator[_Part]:
        """Yield what is told in parts: in one, where it is little."""
        for first in range(1, self._count + 1, _AT_ONCE):
            yield _Part(first, first + _AT_ONCE - 1)

    def written(self, part: _Part) -> Tree:
        """The lines of the file of rejected rows about a part."""
        told = [(trees.value(reason), reason_text(self._source, reason)) for reason in (*self._reasons, _BROKEN)]
        code, zh, en = (
            trees.cases([(reason, trees.value(said[number])) for reason, said in told], of=trees.sql("j.reason"))
            for number in range(3)
        )
        cells = [_harmless_cell(trees.cast(trees.column(title, "r"), "varchar")) for title in self.titles]
        if self.broken:
            cells.append(_harmless_cell(trees.sql("j.text")))
        return trees.sql(
            "select j.line, _code as code, _zh as zh, _en as en, _cells from _told j left join _rows r on r._line = j.row"
            " order by j.place",
            code=code,
            zh=zh,
            en=en,
            cells=cells,
            **self._of(part),
        )

    def values(self, part: _Part) -> Iterator[tuple[int, str, Mapping[str, str]]]:
        """Yield the line, the reason and the values of each row of a part; broken lines are none."""
        rows = trees.sql(
            "select j.line, j.reason, _values from _rows r join _told j on r._line = j.row order by j.place",
            values=[trees.cast(trees.column(title, "r"), "varchar") for title in self.titles],
            **self._of(part),
        )
        for line, reason, *values in self._session.stream(rows):
            shown = {title: (value or "")[:_SHOWN_VALUE] for title, value in zip(self.titles, values, strict=True)}
            yield int(line), reason, shown

    def _of(self, part: _Part) -> dict[str, Tree]:
        """What is told of a part, and the rows of the file among which it is found."""
        of = {"first": trees.value(part.first), "last": trees.value(part.last)}
        told = trees.sql("select * from told where place between _first and _last", **of)
        first, last = self._session.row(trees.sql("select min(row), max(row) from _told", told=told))
        between = trees.sql(
            "select * from _rows where _line between _first and _last",
            rows=self._rows,
            line=trees.column(files.LINE),
            first=trees.value(first or 0),
            last=trees.value(last or 0),
        )
        return {"told": told, "rows": between, "line": trees.name(files.LINE)}


def _harmless_cell(value: Tree) -> Tree:
    """A value as it stands in the file, cut, with a sign before what a spreadsheet would take for a formula."""
    return trees.sql(
        "case when left(_value, 1) in (_formulas) and not regexp_full_match(_value, _number)"
        " then concat(_before, _value) else _value end",
        value=trees.sql("left(_value, _most)", value=value, most=trees.value(_SHOWN_VALUE)),
        formulas=[trees.value(sign) for sign in _FORMULAS],
        number=trees.value(_NUMBER),
        before=trees.value("'"),
    )


def _harmless(cell: str) -> str:
    return "'" + cell if cell.startswith(_FORMULAS) and not re.fullmatch(_NUMBER, cell) else cell


def _told(row: RejectedRow) -> list[object]:
    return [row.line, row.reason_code, row.reason, row.reason_en]


def read(file: Path, limit: int | None = None) -> Iterator[RejectedRow]:
    """Yield the rejected rows of a kept file, the first `limit`."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        found = csv.reader(lines)
        titles = next(found)[len(_HEAD) :]
        for line, code, reason, reason_en, *cells in itertools.islice(found, limit):
            values = dict(zip(titles, cells, strict=True))
            unsplit = values.pop(_UNSPLIT, "")
            yield RejectedRow(int(line), code, reason, reason_en, {_UNSPLIT: unsplit} if unsplit else values)


def rewrite(before: Path | None, file: Path, *, keep: Callable[[RejectedRow], bool], add: Sequence[RejectedRow]) -> int:
    """Write the rows of a kept file that stay and others among them, by their lines; return how many there are."""
    titles = list(
        dict.fromkeys([*(_titles_of(before) if before else ()), *(title for row in add for title in row.values)])
    )
    titles.sort(key=lambda title: title == _UNSPLIT)  # what could not be split stands last
    kept: Iterable[RejectedRow] = filter(keep, read(before)) if before else ()
    count = 0
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow([_MARK + _HEAD[0], *_HEAD[1:], *titles])
        for row in heapq.merge(kept, sorted(add, key=_line), key=_line):
            writer.writerow([*_told(row), *(_written(row.values.get(title)) for title in titles)])
            count += 1
    return count


def _line(row: RejectedRow) -> int:
    return row.line


def _titles_of(file: Path) -> list[str]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return next(csv.reader(lines))[len(_HEAD) :]


def _written(value: object) -> str:
    return _harmless(str(value or ""))


def masked(row: RejectedRow, source: Source | None) -> RejectedRow:
    """Return the row with what names a person cut to its first character; a broken line is one such value."""
    plain = {column.title for column in source.columns if not column.personal} if source else set()
    shown = {k: v if k in plain or not v else f"{str(v)[:1]}***" for k, v in row.values.items()}
    return replace(row, values=shown)


def values_of(session: Session, source: Source, received: Received) -> Iterator[tuple[int, str, Mapping[str, str]]]:
    """Yield the line, the reason and the values of each row of the table `rejected`, as the file has them."""
    with told_rows(session, source, received) as rows:
        for part in rows.parts():
            yield from rows.values(part)
