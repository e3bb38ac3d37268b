"""Rows that may not be loaded: found, explained, kept as a file to download."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

import duckdb

from zhike.insight.warehouse.logic import literals, tables
from zhike.insight.warehouse.logic.columns import reason_text
from zhike.insight.warehouse.logic.receiving import Received
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


def collect(connection: duckdb.DuckDBPyConnection, source: Source, typed: str, days: Sequence[date]) -> None:
    """Fill the temporary table `rejected(line, reason)` with every row of `typed` that may not be loaded.

    `days` are the first and the last day of the file, where its name or its sender says them.
    """
    connection.execute("create or replace temp table rejected (line bigint, reason varchar)")
    connection.execute(f"insert into rejected select _line, _reason from {typed} where _reason is not null")
    if source.grain == "fact" and days:
        listed = " and ".join(map(literals.day, days))
        _reject(connection, "wrong_date:", f"from {typed} where _reason is null and business_date not between {listed}")
    if source.grain == "fact" and not source.future:
        today = literals.day(clock.today())
        _reject(
            connection, f"future_date:{source.date}", f"from {typed} where _reason is null and business_date > {today}"
        )
    if source.grain == "fact" and source.dated_by_column:
        _undated(connection, source, typed)
    _duplicates(connection, source, typed)
    for column in source.columns:
        if column.reference:
            _unknown(connection, column.key, column.reference, typed)


def _reject(connection: duckdb.DuckDBPyConnection, reason: str, rows: str) -> None:
    connection.execute(f"insert into rejected select _line, {literals.text(reason)} {rows}")


def _undated(connection: duckdb.DuckDBPyConnection, source: Source, typed: str) -> None:
    """A row without a day belongs to none; one of a day on which the market is closed only where the source has such."""
    column = source.date
    _reject(connection, f"missing_value:{column}", f"from {typed} where _reason is null and business_date is null")
    if source.days == "calendar":
        return
    calendar = trading_calendar()
    found = connection.execute(f"select distinct business_date from {typed} where business_date is not null").fetchall()
    closed = [literals.day(row[0]) for row in found if not calendar.is_trading_day(row[0])]
    if closed:
        rows = f"from {typed} where _reason is null and business_date in ({', '.join(closed)})"
        _reject(connection, f"not_a_trading_day:{column}", rows)


def _duplicates(connection: duckdb.DuckDBPyConnection, source: Source, typed: str) -> None:
    keys = literals.names(source.keys)
    total, distinct = connection.execute(
        f"select count(*), count(distinct hash({keys})) from {typed} where _reason is null"
    ).fetchone() or (0, 0)
    if total == distinct:
        return
    last = f"qualify row_number() over (partition by {keys} order by _line) > 1"
    _reject(connection, f"duplicate_key:{source.keys[0]}", f"from {typed} where _reason is null {last}")


def _unknown(connection: duckdb.DuckDBPyConnection, key: str, reference: tuple[str, str], typed: str) -> None:
    known = tables.relation(reference[0])
    if known is None:
        return
    column, target = literals.name(key), literals.name(reference[1])
    rows = f"from {typed} t where _reason is null and {column} is not null"
    exists = f"select 1 from {known} k where k.{target} = t.{column}"
    _reject(connection, f"unknown_reference:{key}", f"{rows} and not exists ({exists})")


def broken_lines(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, str]]:
    """Return the lines DuckDB could not split into columns, with their text."""
    return connection.execute(
        "select line, any_value(csv_line) from reject_errors group by line order by line"
    ).fetchall()


def explained(
    connection: duckdb.DuckDBPyConnection, source: Source, received: Received, broken: Sequence[tuple[int, str]]
) -> Iterator[RejectedRow]:
    """Yield the rejected rows, broken lines first; numbers of certificates are in none of their values."""
    certified = any(column.certificate for column in source.columns)
    for line, text in broken:
        unsplit = _without_numbers(text) if certified else text
        yield RejectedRow(line, *reason_text(source, "broken_line:"), {_UNSPLIT: unsplit[:_SHOWN_VALUE]})
    for line, reason, values in as_received(connection, source, received, broken):
        yield RejectedRow(line, *reason_text(source, reason), values)


def _without_numbers(text: str) -> str:
    """Return a line in which each word with a digit is stars: which of them is a certificate's only its columns say.

    Separators, quotes and words stay, which say why the line could not be split.
    """
    return _WORD.sub(lambda word: "*" * len(word[0]) if re.search(r"\d", word[0]) else word[0], text)


def as_received(
    connection: duckdb.DuckDBPyConnection, source: Source, received: Received, broken: Sequence[tuple[int, str]]
) -> Iterator[tuple[int, str, Mapping[str, str]]]:
    """Yield the line, the reason and the values of each row of the temporary table `rejected`, as the file has them."""
    if not (connection.execute("select count(*) from rejected").fetchone() or (0,))[0]:
        return
    hidden = {column.header for column in source.columns if column.certificate}
    headers = [title for title in received.headers if title not in hidden]
    listed = "".join(f", cast(r.{literals.name(title)} as varchar)" for title in headers)
    rows = connection.execute(
        f"select j.line, j.reason, r._inside{listed} from {_with_line_ends(connection, received)} r join"
        " (select line, min(reason) as reason from rejected group by line) j on r._line = j.line order by j.line"
    )
    numbers = [line for line, _text in broken]
    while found := rows.fetchmany(1000):
        for row in found:
            values = {title: (value or "")[:_SHOWN_VALUE] for title, value in zip(headers, row[3:], strict=True)}
            yield _moved(row[0] + int(row[2]), numbers), row[1], values


def _with_line_ends(connection: duckdb.DuckDBPyConnection, received: Received) -> str:
    """The rows with `_inside`: how many line ends stand inside quotes above each, which its number does not count."""
    columns = [literals.name(title) for title in received.headers]
    anywhere = " or ".join(f"contains({column}, chr(10))" for column in columns)
    if (
        not received.text
        or connection.execute(f"select 1 from {received.relation} where {anywhere} limit 1").fetchone() is None
    ):
        return f"(select *, 0 as _inside from {received.relation})"
    ends = " + ".join(f"coalesce(length({c}) - length(replace({c}, chr(10), '')), 0)" for c in columns)
    above = "over (order by _line rows between unbounded preceding and 1 preceding)"
    return f"(select *, coalesce(sum({ends}) {above}, 0) as _inside from {received.relation})"


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
