"""Rows that may not be loaded: found, explained, kept as a file to download."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.insight.warehouse.logic import tables
from zhike.insight.warehouse.logic.columns import reason_text
from zhike.insight.warehouse.logic.receiving import Received
from zhike.insight.warehouse.port import Session
from zhike.insight.warehouse.types import RejectedRow, Source
from zhike.kernel import clock
from zhike.kernel.trading_days import trading_calendar

#: How the reason codes of rows begin that were received, but became no record.
NO_RECORD = "record."
_SHOWN_VALUE = 200
#: The title over a line that could not be split into columns.
_UNSPLIT = "原文"
_WORD = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ\d]+")
_HEAD = ["行号", "原因代码", "原因", "Reason"]


def collect(session: Session, source: Source, typed: Tree, days: Sequence[date]) -> None:
    """Keep as `rejected(line, reason)` every row of `typed` that may not be loaded.

    `days` are the first and the last day of the file, where its name or its sender says them.
    """
    found = [trees.sql("select _line as line, _reason as reason from _typed where _reason is not null", typed=typed)]
    if source.grain == "fact" and days:
        first, last = map(trees.value, days)
        outside = trees.sql("business_date not between _first and _last", first=first, last=last)
        found.append(_rejected("wrong_date:", typed, outside))
    if source.grain == "fact" and not source.future:
        later = trees.sql("business_date > _today", today=trees.value(clock.today()))
        found.append(_rejected(f"future_date:{source.date}", typed, later))
    if source.grain == "fact" and source.dated_by_column:
        found += _undated(session, source, typed)
    found += _duplicates(session, source, typed)
    for column in source.columns:
        if column.reference and tables.exists(column.reference[0]):
            found.append(_unknown(session, column.key, column.reference, typed))
    session.keep("rejected", trees.union_all(found))


def _rejected(reason: str, typed: Tree, broken: Tree) -> Tree:
    return trees.sql(
        "select _line as line, _because as reason from _typed t where _reason is null and _broken",
        because=trees.value(reason),
        typed=typed,
        broken=broken,
    )


def _undated(session: Session, source: Source, typed: Tree) -> Iterator[Tree]:
    """A row without a day belongs to none; one of a day on which the market is closed only where the source has such."""
    column = source.date
    yield _rejected(f"missing_value:{column}", typed, trees.sql("business_date is null"))
    if source.days == "calendar":
        return
    calendar = trading_calendar()
    found = session.rows(
        trees.sql("select distinct business_date from _typed where business_date is not null", typed=typed)
    )
    closed = [trees.value(day) for (day,) in found if not calendar.is_trading_day(day)]
    if closed:
        yield _rejected(f"not_a_trading_day:{column}", typed, trees.sql("business_date in (_days)", days=closed))


def _duplicates(session: Session, source: Source, typed: Tree) -> Iterator[Tree]:
    keys = [trees.name(key) for key in source.keys]
    total, distinct = session.row(
        trees.sql(
            "select count(*), count(distinct hash(_keys)) from _typed where _reason is null", keys=keys, typed=typed
        )
    )
    if total != distinct:
        yield trees.sql(
            "select _line as line, _because as reason from _typed where _reason is null"
            " qualify row_number() over (partition by _keys order by _line) > 1",
            because=trees.value(f"duplicate_key:{source.keys[0]}"),
            typed=typed,
            keys=keys,
        )


def _unknown(session: Session, key: str, reference: tuple[str, str], typed: Tree) -> Tree:
    known, column = session.table(reference[0]), trees.name(key)
    broken = trees.sql(
        "t._column is not null and not exists (select 1 from _known k where k._target = t._column)",
        known=known,
        column=column,
        target=trees.name(reference[1]),
    )
    return _rejected(f"unknown_reference:{key}", typed, broken)


def broken_lines(session: Session) -> list[tuple[int, str]]:
    """Return the lines DuckDB could not split into columns, with their text."""
    return session.rows(trees.sql("select line, any_value(csv_line) from reject_errors group by line order by line"))


def explained(
    session: Session, source: Source, received: Received, broken: Sequence[tuple[int, str]]
) -> Iterator[RejectedRow]:
    """Yield the rejected rows, broken lines first; numbers of certificates are in none of their values."""
    certified = any(column.certificate for column in source.columns)
    for line, text in broken:
        unsplit = _without_numbers(text) if certified else text
        yield RejectedRow(line, *reason_text(source, "broken_line:"), {_UNSPLIT: unsplit[:_SHOWN_VALUE]})
    for line, reason, values in as_received(session, source, received, broken):
        yield RejectedRow(line, *reason_text(source, reason), values)


def _without_numbers(text: str) -> str:
    """Return a line in which each word with a digit is stars: which of them is a certificate's only its columns say.

    Separators, quotes and words stay, which say why the line could not be split.
    """
    return _WORD.sub(lambda word: "*" * len(word[0]) if re.search(r"\d", word[0]) else word[0], text)


def as_received(
    session: Session, source: Source, received: Received, broken: Sequence[tuple[int, str]]
) -> Iterator[tuple[int, str, Mapping[str, str]]]:
    """Yield the line, the reason and the values of each row of the table `rejected`, as the file has them."""
    if not session.row(trees.sql("select count(*) from rejected"))[0]:
        return
    hidden = {column.header for column in source.columns if column.certificate}
    headers = [title for title in received.headers if title not in hidden]
    rows = trees.sql(
        "select j.line, j.reason, r._inside, _values from _rows r join"
        " (select line, min(reason) as reason from rejected group by line) j on r._line = j.line order by j.line",
        values=[trees.cast(trees.column(title, "r"), "varchar") for title in headers],
        rows=_with_line_ends(session, received),
    )
    numbers = [line for line, _text in broken]
    for line, reason, inside, *values in session.stream(rows):
        shown = {title: (value or "")[:_SHOWN_VALUE] for title, value in zip(headers, values, strict=True)}
        yield _moved(line + int(inside), numbers), reason, shown


def _with_line_ends(session: Session, received: Received) -> Tree:
    """The rows with `_inside`: how many line ends stand inside quotes above each, which its number does not count."""
    columns = [trees.column(title) for title in received.headers]
    anywhere = trees.any_of(trees.sql("contains(_column, chr(10))", column=column) for column in columns)
    rows = received.relation
    if not received.text or not session.rows(
        trees.sql("select 1 from _rows where _any limit 1", rows=rows, any=anywhere)
    ):
        return trees.sql("select *, 0 as _inside from _rows", rows=rows)
    ends = trees.sql("0")
    for column in columns:
        more = "_ends + coalesce(length(_column) - length(replace(_column, chr(10), '')), 0)"
        ends = trees.sql(more, ends=ends, column=column)
    return trees.sql(
        "select *, coalesce(sum(_ends) over (order by _line rows between unbounded preceding and 1 preceding), 0)"
        " as _inside from _rows",
        ends=ends,
        rows=rows,
    )


def _moved(line: int, broken: Sequence[int]) -> int:
    """Rows are numbered without the broken lines before them; the file's own numbers are what people look for."""
    for number in broken:
        if number <= line:
            line += 1
    return line


def as_csv(rows: Iterable[RejectedRow]) -> bytes:
    """Return rejected rows as CSV under one header (UTF-8 with a mark, so that Excel reads the Chinese).

    A line that could not be split stands in a column of its own, the last one.
    """
    stream = io.StringIO()
    writer = csv.writer(stream)
    told = list(rows)
    titles = list(dict.fromkeys(title for row in told for title in row.values if title != _UNSPLIT))
    if any(_UNSPLIT in row.values for row in told):
        titles.append(_UNSPLIT)
    writer.writerow([*_HEAD, *titles])
    for row in told:
        cells = [str(row.values.get(title) or "") for title in titles]
        writer.writerow([row.line, row.reason_code, row.reason, row.reason_en, *(_harmless(cell) for cell in cells)])
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def _harmless(cell: str) -> str:
    return "'" + cell if cell.startswith(("=", "+", "-", "@", "\t", "\r")) and not cell[1:2].isdigit() else cell


def masked(row: RejectedRow, source: Source | None) -> RejectedRow:
    """Return the row with what names a person cut to its first character; a broken line is one such value."""
    plain = {column.title for column in source.columns if not column.personal} if source else set()
    shown = {k: v if k in plain or not v else f"{str(v)[:1]}***" for k, v in row.values.items()}
    return replace(row, values=shown)


def from_csv(content: bytes, limit: int) -> list[RejectedRow]:
    """Return the first rejected rows of a stored file."""
    lines = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    titles = next(lines)[len(_HEAD) :]
    found: list[RejectedRow] = []
    for line, code, reason, reason_en, *cells in itertools.islice(lines, limit):
        values = dict(zip(titles, cells, strict=True))
        unsplit = values.pop(_UNSPLIT, "")
        found.append(RejectedRow(int(line), code, reason, reason_en, {_UNSPLIT: unsplit} if unsplit else values))
    return found
