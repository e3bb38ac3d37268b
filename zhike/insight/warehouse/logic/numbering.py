"""What is told of a file's rows, by the lines that they take in it: rejected rows and lines that could not be split.

They lie on disk on the way: a file of which every row is bad takes no memory.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.insight.warehouse.logic import file_lines, tables
from zhike.insight.warehouse.logic.file_lines import Several
from zhike.insight.warehouse.logic.receiving import Received
from zhike.insight.warehouse.port import Session
from zhike.platform.exchange import files

#: Why a line that could not be split is rejected.
BROKEN = "broken_line"
_SHOWN, _AT_ONCE = 200, 50_000
_LINES = pa.schema([("line", pa.int64()), ("count", pa.int64()), ("text", pa.string())])
_SHIFTS = pa.schema([("row", pa.int64()), ("more", pa.int64())])


@dataclass(frozen=True, slots=True)
class Numbered:
    """Whether lines of the file could not be split."""

    broken: bool


def number(session: Session, received: Received, folder: Path, shown: Callable[[str], str]) -> Numbered:
    """Keep `told(place, line, row, reason, text)`: the rows of `rejected` and the broken lines, in the file's order.

    `row` is their number in the relation; a broken line has none, but the `text` as it is `shown`.
    """
    rows = trees.sql("select line as row, min(reason) as reason, null as text from rejected group by line")
    if received.text is None:
        found = trees.sql("select row as line, row, reason, text from _rows", rows=rows)
        _keep(session, found)
        return Numbered(False)
    broken = folder / "broken.parquet"
    count = _write(broken, _LINES, _broken(session, received.text, folder, shown))
    lines = _shifted(session, received, folder, rows)
    unsplit = trees.sql(
        "select line, null as row, _because as reason, text from _broken",
        because=trees.value(f"{BROKEN}:"),
        broken=tables.reading([str(broken)]),
    )
    _keep(session, trees.union_all([lines, unsplit]))
    return Numbered(count > 0)


def _shifted(session: Session, received: Received, folder: Path, rows: Tree) -> Tree:
    """The rows with the lines on which they stand."""
    assert received.text is not None
    path = folder / "shifts.parquet"
    found = file_lines.shifts(
        received.above,
        # Of one column, an empty line is a row without a value.
        file_lines.empty_lines(received.text) if len(received.headers) > 1 else (),
        _several(folder / "broken.parquet", "line"),
        _several(_of_several_lines(session, received, folder), "row"),
    )
    if not _write(path, _SHIFTS, found):
        return trees.sql("select row as line, row, reason, text from _rows", rows=rows)
    return trees.sql(
        "select r.row + coalesce(s.more, 0) as line, r.row, r.reason, r.text from _rows r"
        " asof left join _shifts s on r.row - _above >= s.row",
        rows=rows,
        shifts=tables.reading([str(path)]),
        above=trees.value(received.above),
    )


def _keep(session: Session, found: Tree) -> None:
    session.keep("told", trees.sql("select row_number() over (order by line) as place, * from _found", found=found))


def _broken(session: Session, file: Path, folder: Path, shown: Callable[[str], str]) -> Iterator[tuple[int, int, str]]:
    """The lines that could not be split: the first and the number of those that each takes, and what stands there.

    The engine says at which byte each begins, empty lines above it included.
    """
    errors = trees.sql(
        "select line_byte_position - 1 as at, any_value(csv_line) as text from reject_errors group by 1 order by 1"
    )
    session.spool(errors, folder / "errors.parquet")

    def texts() -> Iterator[tuple[int, str]]:
        for at, text in _read(folder / "errors.parquet", ("at", "text")):
            plain = text.lstrip("\r\n")
            yield at + len(text) - len(plain), plain.rstrip("\r\n")

    places, plain = itertools.tee(texts())
    for line, (_at, text) in zip(file_lines.lines_at(file, (at for at, _text in places)), plain, strict=True):
        yield line, file_lines.lines_in(text), shown(text)[:_SHOWN]


def _of_several_lines(session: Session, received: Received, folder: Path) -> Path:
    """Write the rows with line ends inside their values, and how many lines they take."""
    ends = trees.sql("0")
    for title in received.headers:
        more = (
            "_ends + coalesce(2 * length(_column) - length(replace(_column, chr(10), ''))"
            " - length(replace(_column, chr(13), '')) - (length(_column)"
            " - length(replace(_column, concat(chr(13), chr(10)), ''))) // 2, 0)"
        )
        ends = trees.sql(more, ends=ends, column=trees.column(title))
    counted = trees.sql(
        "select _line - _above as row, _ends + 1 as count from _rows",
        line=trees.column(files.LINE),
        above=trees.value(received.above),
        ends=ends,
        rows=received.relation,
    )
    path = folder / "several.parquet"
    session.spool(trees.sql("select row, count from _counted where count > 1 order by row", counted=counted), path)
    return path


def _several(path: Path, first: str) -> Iterator[Several]:
    for place, count in _read(path, (first, "count")):
        yield Several(place, count)


def _read(path: Path, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_AT_ONCE, columns=list(columns)):
            yield from zip(*(batch.column(name).to_pylist() for name in columns), strict=True)


def _write(path: Path, schema: pa.Schema, rows: Iterable[tuple[object, ...]]) -> int:
    """Write rows as Parquet, some at a time; return how many there are."""
    count, coming = 0, iter(rows)
    with pq.ParquetWriter(path, schema) as writer:
        while some := list(itertools.islice(coming, _AT_ONCE)):
            columns = [
                pa.array(values, kind) for values, kind in zip(zip(*some, strict=True), schema.types, strict=True)
            ]
            writer.write_table(pa.table(columns, schema=schema))
            count += len(some)
    return count
