"""A sheet of a workbook as a stream: its first rows to look at, all of them as a file of columns."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from openpyxl.utils.cell import range_boundaries

from zhike.platform.exchange.file_types import FileFinding, Wanted
from zhike.platform.exchange.logic.heads import is_sum
from zhike.platform.exchange.logic.shared_texts import texts_of
from zhike.platform.exchange.logic.sheet_columns import LINE, Columns
from zhike.platform.exchange.logic.sheet_tokens import SHARED, Tokens, tokens
from zhike.platform.exchange.logic.workbook_parts import (
    Book,
    LargeWorkbook,
    NoWorkbook,
    Sheet,
    refuse_entities,
)

#: So much of a sheet is looked at in one go, and so long may a row be.
_CHUNK, _LONGEST_ROW = 1 << 20, 48 << 20
#: So many rows are written at once.
_GROUP = 60_000
#: So many sums may stand below all rows.
_MOST_SUMS = 3
#: So many rows are looked at for heads, most of them empty perhaps.
_LOOKED_AT = 300
#: Of Excel; a damaged workbook may speak of more. Further to the right than this nobody looks for a column.
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 2_000
#: Merged cells are of interest where heads may stand.
_HEADS, _MOST_MERGED, _LONGEST_TAG = 40, 1_000, 200
_ROOT = re.compile(rb"<(?:[\w.-]+:)?worksheet\b[^>]*>")
_DATA = re.compile(rb"<((?:[\w.-]+:)?)sheetData\b[^>]*?(/?)>")
_MERGED = re.compile(rb"<(?:[\w.-]+:)?mergeCell\s+ref=\"([A-Z]+\d+:[A-Z]+\d+)\"")


@dataclass(frozen=True, slots=True)
class Area:
    """Merged cells, rows and columns counted from 1."""

    first_column: int
    first_row: int
    last_column: int
    last_row: int


@dataclass(slots=True)
class Pieces:
    """The rows of a sheet as they are unpacked; `merged` is known once all were taken."""

    book: Book
    sheet: Sheet
    merged: list[Area] = field(default_factory=list)

    def __iter__(self) -> Iterator[Tokens]:
        """Yield the cells of some whole rows at a time. Raises NoWorkbook, LargeWorkbook."""
        with self.book.part(self.sheet.part) as stream:
            start = stream.read(_CHUNK)
            refuse_entities(start)
            root, data = _ROOT.search(start), _DATA.search(start)
            if root is None or data is None:
                raise NoWorkbook()
            rest, after = start[data.end() :], 0
            if data[2]:
                return self._look_below(rest, stream)
            row, end = b"</" + data[1] + b"row>", b"</" + data[1] + b"sheetData>"
            while True:
                done = rest.rfind(end)
                cut = done if done >= 0 else rest.rfind(row) + len(row)
                if done >= 0 or cut >= len(row):
                    piece, rest = rest[:cut], rest[cut:]
                    if piece.strip():
                        found = tokens(piece, root[0], after)
                        after = int(found.lines[-1]) if len(found.lines) else after
                        if after > _MOST_ROWS:
                            raise NoWorkbook()
                        yield found
                if done >= 0:
                    return self._look_below(rest, stream)
                more = stream.read(_CHUNK)
                if not more:
                    raise NoWorkbook()
                rest += more
                if len(rest) > _LONGEST_ROW:
                    raise LargeWorkbook()

    def _look_below(self, rest: bytes, stream: Any) -> None:
        """Find the merged cells, which stand below all rows."""
        while rest and len(self.merged) < _MOST_MERGED:
            for area in _MERGED.findall(rest):
                found = Area(*range_boundaries(area.decode()))
                if found.first_row <= _HEADS:
                    self.merged.append(found)
            more = stream.read(_CHUNK)
            rest = rest[max(rest.rfind(b"<"), len(rest) - _LONGEST_TAG) :] + more if more else b""


def top(book: Book, sheet: Sheet, rows: int) -> list[tuple[int, list[str]]]:
    """Return the first rows in which anything stands: their numbers, and what their cells say. Raises NoWorkbook, LargeWorkbook."""
    found: list[tuple[int, list[str]]] = []
    for piece in Pieces(book, sheet):
        some = _first(piece, _LOOKED_AT)
        names = [str(place) for place in range(min(int(some.column.max(initial=1)), _MOST_COLUMNS))]
        texts = texts_of(book, _texts_in(some))
        table = Columns(book, texts, [None] * len(names), names).table(some)
        lines = table[LINE].to_pylist()
        cells = [table[name].to_pylist() for name in names]
        found += [
            (line, [str(cell or "") for cell in row]) for line, row in zip(lines, zip(*cells, strict=True), strict=True)
        ]
        if len(found) >= rows:
            break
    return found[:rows]


def _texts_in(piece: Tokens) -> int:
    """How many shared texts have to be read for the cells of a piece."""
    try:
        numbers = pc.cast(piece.text.filter(pa.array(piece.holds == SHARED)).cast(pa.string()), pa.int64())
    except pa.ArrowInvalid as error:
        raise NoWorkbook() from error
    return 1 + (pc.max(numbers).as_py() or 0)


def _first(piece: Tokens, rows: int) -> Tokens:
    """The cells of the first rows of a piece."""
    some = piece.row < rows
    return Tokens(
        piece.lines[:rows],
        piece.row[some],
        piece.column[some],
        piece.style[some],
        piece.holds[some],
        piece.formula[some],
        piece.text.filter(pa.array(some)),
    )


@dataclass(frozen=True, slots=True)
class Written:
    """What was read of a sheet: how many rows, sums at the end left out, what is wrong with cells.

    `unnamed` are the places of columns that are not read though something stands in them, `merged` the merged cells at
    the top.
    """

    rows: int
    sums: int
    findings: tuple[FileFinding, ...]
    unnamed: frozenset[int]
    merged: tuple[Area, ...]


def write(
    book: Book, sheet: Sheet, names: Sequence[str], wanted: Sequence[Wanted | None], *, after: int, into: Path
) -> Written:
    """Write the rows below the row `after` as a Parquet file of texts and their numbers. Raises NoWorkbook, LargeWorkbook.

    `names` and `wanted` say for each column of the sheet what it is called ("" when it is not read) and read as.
    """
    columns = Columns(book, texts_of(book), wanted, names)
    pieces = Pieces(book, sheet)
    read = [name for name in names if name]
    keys = [read.index(name) for name, one in zip(names, wanted, strict=True) if one is not None and one.key]
    schema = pa.schema([(LINE, pa.int64()), *((name, pa.string()) for name in read)])
    rows = sums = 0
    with pq.ParquetWriter(into, schema, compression="lz4", use_dictionary=False, write_statistics=False) as writer:
        waiting: list[Any] = [schema.empty_table()]
        for piece in itertools.chain(pieces, (None,)):
            if piece is not None:
                waiting.append(columns.table(piece, after).cast(schema))
            if piece is None or sum(map(len, waiting)) >= _GROUP:
                table = pa.concat_tables(waiting)
                kept = len(table) - _MOST_SUMS if piece is not None else _above_sums(table, keys)
                sums = len(table) - kept
                waiting = [table.slice(kept)]
                writer.write_table(table.slice(0, kept))
                rows += kept
    return Written(rows, sums, tuple(columns.found.values()), columns.filled, tuple(pieces.merged))


def _above_sums(table: Any, keys: Sequence[int]) -> int:
    """How many rows stand above the sums at the end."""
    kept = len(table)
    while kept and len(table) - kept < _MOST_SUMS:
        _line, *cells = table.slice(kept - 1, 1).to_pylist()[0].values()
        if not is_sum(cells, keys):
            break
        kept -= 1
    return kept
