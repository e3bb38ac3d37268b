"""The file of rejected rows: written and read in a stream, so that a file of which every row is bad takes no memory.

CSV under one head (UTF-8 with a mark, so that Excel reads the Chinese): the line, why in both languages, the values as the
file has them. Numbers of certificates are left out. A line that could not be split stands in a column of its own.
"""

from __future__ import annotations

import csv
import itertools
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.insight.warehouse.logic.columns import reason_text
from zhike.insight.warehouse.logic.receiving import Received
from zhike.insight.warehouse.port import Session
from zhike.insight.warehouse.types import RejectedRow, Source

#: How the reason codes of rows begin that were received, but became no record.
NO_RECORD = "record."
_SHOWN_VALUE = 200
#: So many rows are told of at once: their values stay in memory.
_AT_ONCE = 200_000
#: The title over a line that could not be split into columns.
_UNSPLIT = "原文"
_WORD = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ\d]+")
_HEAD = ["行号", "原因代码", "原因", "Reason"]
_MARK = "\ufeff"
#: What a spreadsheet would take for a formula.
_NUMBER = r"[+-][0-9][0-9.,]*%?"
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def write(session: Session, source: Source, received: Received, file: Path) -> None:
    """Write the lines that could not be split, which `keep_broken` kept, and the rows of `rejected`, with their reasons."""
    broken = bool(received.text and session.row(trees.sql("select count(*) from broken"))[0])
    rows = _Rows(session, source, received, broken)
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow([_MARK + _HEAD[0], *_HEAD[1:], *rows.titles, *([_UNSPLIT] if broken else [])])
        for row in _broken(session, source) if broken else ():
            writer.writerow([*_told(row), *("" for _title in rows.titles), _harmless(str(row.values[_UNSPLIT]))])
    with file.open("ab") as whole:
        for part in rows.parts():
            session.export(rows.written(part), file.with_suffix(".part"), head=False)
            with file.with_suffix(".part").open("rb") as written:
                shutil.copyfileobj(written, whole)


def keep_broken(session: Session) -> int:
    """Keep the lines that the engine could not split into columns as `broken(line, text, at, n)`; return how many.

    Rows are numbered without the broken lines before them: the n-th of them comes before the row numbered `at`.
    """
    session.keep(
        "broken",
        trees.sql(
            "select line, text, line - row_number() over (order by line) + 1 as at, row_number() over (order by line) as n"
            " from (select line, any_value(csv_line) as text from reject_errors group by line) lines"
        ),
    )
    return int(session.row(trees.sql("select count(*) from broken"))[0])


def _broken(session: Session, source: Source) -> Iterator[RejectedRow]:
    certified = any(column.certificate for column in source.columns)
    code, zh, en = reason_text(source, "broken_line:")
    for line, text in session.stream(trees.sql("select line, text from broken order by line")):
        unsplit = without_numbers(text) if certified else text
        yield RejectedRow(line, code, zh, en, {_UNSPLIT: unsplit[:_SHOWN_VALUE]})


def without_numbers(text: str) -> str:
    """Return a line in which each word with a digit is stars: which of them is a certificate's only its columns say.

    Separators, quotes and words stay, which say why the line could not be split.
    """
    return _WORD.sub(lambda word: "*" * len(word[0]) if re.search(r"\d", word[0]) else word[0], text)


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows of a file one after the other: their lines as `_line` counts them, and what stands above the first.

    `inside` are the line ends inside quotes above it.
    """

    rows: Tree
    first: int
    last: int
    inside: int


class _Rows:
    """The rows of the session's table `rejected` as the file has them, so many at a time."""

    def __init__(self, session: Session, source: Source, received: Received, broken: bool) -> None:
        self._session, self._source, self._received, self._broken = session, source, received, broken
        hidden = {column.header for column in source.columns if column.certificate}
        found = session.rows(trees.sql("select distinct reason from rejected"))
        self._reasons = [reason for (reason,) in found]
        self.titles = [title for title in received.headers if title not in hidden] if found else []

    def parts(self) -> Iterator[_Part]:
        """Yield the file in parts: in one, where few rows are told of."""
        session, rows = self._session, self._received.relation
        first, last, count = session.row(trees.sql("select min(line), max(line), count(*) from rejected"))
        if not count:
            return
        if count <= _AT_ONCE:
            yield _Part(rows, 0, last, 0)
            return
        with session.scratch("rows.parquet") as spooled:
            rows = session.spool(rows, spooled)
            inside = self._ends(rows, 0, first - 1)
            for begin in range(first, last + 1, _AT_ONCE):
                yield _Part(rows, begin, begin + _AT_ONCE - 1, inside)
                inside += self._ends(rows, begin, begin + _AT_ONCE - 1)

    def written(self, part: _Part) -> Tree:
        """The lines of the file of rejected rows about a part."""
        told = [(trees.value(reason), reason_text(self._source, reason)) for reason in self._reasons]
        code, zh, en = (
            trees.cases([(reason, trees.value(said[number])) for reason, said in told], of=trees.sql("j.reason"))
            for number in range(3)
        )
        return trees.sql(
            "select j.told, _code as code, _zh as zh, _en as en, _cells from _rows r join _told j on r._line = j.line"
            " order by j.told",
            code=code,
            zh=zh,
            en=en,
            cells=[
                *(_cell(title) for title in self.titles),
                *([trees.sql("null as unsplit")] if self._broken else []),
            ],
            rows=self._of(part),
            told=self._numbered(part),
        )

    def values(self, part: _Part) -> Iterator[tuple[int, str, Mapping[str, str]]]:
        """Yield the line, the reason and the values of each row of a part."""
        rows = trees.sql(
            "select j.told, j.reason, _values from _rows r join _told j on r._line = j.line order by j.told",
            values=[trees.cast(trees.column(title, "r"), "varchar") for title in self.titles],
            rows=self._of(part),
            told=self._numbered(part),
        )
        for told, reason, *values in self._session.stream(rows):
            shown = {title: (value or "")[:_SHOWN_VALUE] for title, value in zip(self.titles, values, strict=True)}
            yield int(told), reason, shown

    def _of(self, part: _Part) -> Tree:
        between = "select * from _rows where _line between _first and _last"
        return trees.sql(between, rows=part.rows, first=trees.value(part.first), last=trees.value(part.last))

    def _numbered(self, part: _Part) -> Tree:
        """The rejected rows of a part: line, reason and `told`, the number that an editor gives the line.

        Line ends inside quotes above it count there, and lines that could not be split do.
        """
        rows = trees.sql(
            "select line, min(reason) as reason, line + _inside as told from rejected where line between _first and _last"
            " group by line",
            inside=trees.value(part.inside),
            first=trees.value(part.first),
            last=trees.value(part.last),
        )
        if self._ends(part.rows, part.first, part.last):
            rows = trees.sql(
                "select j.line, j.reason, j.told + coalesce(e.inside, 0) as told from _rows j left join"
                " (select _line as line, sum(_ends) over (order by _line rows between unbounded preceding and 1 preceding)"
                " as inside from _of) e on e.line = j.line",
                rows=rows,
                ends=self._line_ends(),
                of=self._of(part),
            )
        if not self._broken:
            return rows
        return trees.sql(
            "select line, reason, told + n as told from (select line, reason, coalesce(max(n) over"
            " (order by told, is_row rows between unbounded preceding and current row), 0) as n, told from"
            " (select line, reason, told, 0 as n, 1 as is_row from _rows j"
            " union all select null, null, at, n, 0 from broken) both_kinds) counted where line is not null",
            rows=rows,
        )

    def _ends(self, rows: Tree, first: int, last: int) -> int:
        """How many line ends stand inside quotes in some rows."""
        if not self._received.text:
            return 0
        (found,) = self._session.row(
            trees.sql(
                "select coalesce(sum(_ends), 0) from _rows where _line between _first and _last",
                ends=self._line_ends(),
                rows=rows,
                first=trees.value(first),
                last=trees.value(last),
            )
        )
        return int(found)

    def _line_ends(self) -> Tree:
        ends = trees.sql("0")
        for title in self._received.headers:
            more = "_ends + coalesce(length(_column) - length(replace(_column, chr(10), '')), 0)"
            ends = trees.sql(more, ends=ends, column=trees.column(title))
        return ends


def _cell(title: str) -> Tree:
    """A value as it stands in the file, cut, with a sign before what a spreadsheet would take for a formula."""
    value = trees.sql(
        "left(_value, _most)", value=trees.cast(trees.column(title, "r"), "varchar"), most=trees.value(_SHOWN_VALUE)
    )
    return trees.sql(
        "case when left(_value, 1) in (_formulas) and not regexp_full_match(_value, _number)"
        " then concat(_before, _value) else _value end",
        value=value,
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
    """Write the rows of a kept file that stay, and others after them; return how many there are."""
    titles = list(
        dict.fromkeys([*(_titles_of(before) if before else ()), *(title for row in add for title in row.values)])
    )
    titles.sort(key=lambda title: title == _UNSPLIT)  # what could not be split stands last
    kept: Iterable[RejectedRow] = filter(keep, read(before)) if before else ()
    count = 0
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow([_MARK + _HEAD[0], *_HEAD[1:], *titles])
        for row in itertools.chain(kept, add):
            writer.writerow([*_told(row), *(_written(row.values.get(title)) for title in titles)])
            count += 1
    return count


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
    rows = _Rows(session, source, received, bool(received.text and keep_broken(session)))
    for part in rows.parts():
        yield from rows.values(part)
