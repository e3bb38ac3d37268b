"""What stands in the XML of a sheet, cell by cell, as arrays: whole rows at a time, without an object for each cell.

Nearly every program writes cells in one way, which is found by looking at all signs of a piece at once. A piece that is
written in another way (prefixes, comments, rich text) goes through a parser, which says the same of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.platform.exchange.logic.workbook_parts import NoWorkbook

Numbers = npt.NDArray[np.int64]
#: What a cell holds: nothing, a number, the number of a shared text, a text, a truth, an error, a day as ISO writes it.
NOTHING, NUMBER, SHARED, TEXT, TRUTH, FAULT, DAY = range(7)
_HOLDS = {
    b"": NUMBER,
    b"n": NUMBER,
    b"s": SHARED,
    b"str": TEXT,
    b"inlineStr": TEXT,
    b"b": TRUTH,
    b"e": FAULT,
    b"d": DAY,
}

_ROW, _CELL, _VALUE, _FORMULA, _INLINE, _TEXT, _END = range(1, 8)
_TAGS = {
    _ROW: ("ro",),
    _CELL: ("c ",),
    _VALUE: ("v>", "v ", "v/"),
    _FORMULA: ("f>", "f ", "f/"),
    _INLINE: ("is",),
    _TEXT: ("t>", "t ", "t/"),
    _END: ("/c", "/v", "/f", "/i", "/t", "/r"),
}
_KINDS = np.zeros(1 << 16, np.uint8)
for _kind, _starts in _TAGS.items():
    for _start in _starts:
        _KINDS[int.from_bytes(_start.encode(), "big")] = _kind
_LESS, _GREATER, _QUOTE, _SLASH, _BLANK, _EQUALS = b'<>"/ ='
_BEYOND = 16
#: How many digits the number of a row or of a style has at most.
_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Tokens:
    """The cells of some rows, in the order of the file.

    `lines` are the numbers of the rows, `row` says for each cell which of them it is in, `column` counts from 1, `holds`
    says what `text` is; `formula` marks cells that were computed.
    """

    lines: Numbers
    row: Numbers
    column: Numbers
    style: Numbers
    holds: npt.NDArray[np.uint8]
    formula: npt.NDArray[np.bool_]
    text: Any


def tokens(piece: bytes, root: bytes, after: int) -> Tokens:
    """Return the cells of whole rows that stand below the row `after`; `root` is the start of the sheet's document.

    Raises NoWorkbook.
    """
    found = _at_once(piece)
    return _parsed(piece, root, after) if found is None else found


def _at_once(piece: bytes) -> Tokens | None:
    """Return the cells of a piece that is written as most are; None of one that is not."""
    signs = np.frombuffer(piece + bytes(_BEYOND), np.uint8)
    tags = _tags(signs)
    if tags is None:
        return None
    starts, ends, kinds = tags
    cells, rows = np.flatnonzero(kinds == _CELL), np.flatnonzero(kinds == _ROW)
    quotes = np.append(np.flatnonzero(signs == _QUOTE), np.full(_BEYOND, len(signs) + _BEYOND))
    named = _attributes(signs, quotes, starts[cells], ends[cells])
    lines = _attributes(signs, quotes, starts[rows], ends[rows])[b"r"]
    if not len(rows) or not (named[b"r"][1] > 0).all() or not (lines[1] > 0).all():
        return None  # who does not say where a cell is counts from the one before
    found = _values(signs, starts, ends, kinds, cells)
    if found is None:
        return None
    begins, stops, formula = found
    place = np.searchsorted(cells, rows)
    if place[0] != 0:
        return None
    within = np.repeat(np.arange(len(rows)), np.diff(np.append(place, len(cells))))
    style = _number(signs, *named[b"s"])
    column = _columns(signs, named[b"r"][0])
    holds = _held(signs, *named[b"t"])
    holds[(begins == stops) & (holds != TEXT)] = NOTHING
    return Tokens(_number(signs, *lines), within, column, style, holds, formula, _between(piece, begins, stops))


def _tags(signs: npt.NDArray[np.uint8]) -> tuple[Numbers, Numbers, npt.NDArray[np.uint8]] | None:
    """Where each tag starts and ends, and what it is; None where signs or tags stand that only a parser tells apart."""
    starts, ends = np.flatnonzero(signs == _LESS), np.flatnonzero(signs == _GREATER)
    if len(starts) != len(ends) or not (starts < ends).all() or not (ends[:-1] < starts[1:]).all():
        return None
    kinds = _KINDS[(signs[starts + 1].astype(np.uint16) << 8) | signs[starts + 2]]
    if not kinds.all():
        return None
    last = np.full(_BEYOND, len(signs) - _BEYOND)
    return np.append(starts, last), np.append(ends, last), np.append(kinds, np.zeros(_BEYOND, np.uint8))


def _values(
    signs: npt.NDArray[np.uint8], starts: Numbers, ends: Numbers, kinds: npt.NDArray[np.uint8], cells: Numbers
) -> tuple[Numbers, Numbers, npt.NDArray[np.bool_]] | None:
    """Where the text of each cell begins and stops, and whether it has a formula; None where more stands in a cell."""
    open_cell = signs[ends[cells] - 1] != _SLASH
    at = cells + 1
    formula = open_cell & (kinds[at] == _FORMULA)
    at = at + np.where(formula, np.where(signs[ends[at] - 1] == _SLASH, 1, 2), 0)
    inline = open_cell & (kinds[at] == _INLINE)
    at = at + inline
    filled = open_cell & np.where(inline, kinds[at] == _TEXT, kinds[at] == _VALUE)
    known = (kinds == _VALUE) | (kinds == _TEXT)
    if known.sum() != filled.sum() or (kinds == _FORMULA).sum() != formula.sum():
        return None
    empty = ~filled | (signs[ends[at] - 1] == _SLASH)
    if not (empty | (signs[starts[at + 1] + 2] == signs[starts[at] + 1])).all():
        return None
    closing = ends[cells]
    return np.where(empty, closing, ends[at] + 1), np.where(empty, closing, starts[at + 1]), formula


def _attributes(
    signs: npt.NDArray[np.uint8], quotes: Numbers, starts: Numbers, ends: Numbers
) -> dict[bytes, tuple[Numbers, Numbers]]:
    """Where the values of the attributes r, s and t of some tags begin and stop, in whatever order they stand."""
    found = {name: (np.zeros(len(starts), np.int64), np.zeros(len(starts), np.int64)) for name in (b"r", b"s", b"t")}
    first = np.searchsorted(quotes, starts)
    while True:
        opening = quotes[np.minimum(first, len(quotes) - 1)]
        inside = opening < ends
        if not inside.any():
            return found
        opening = np.where(inside, opening, 3)
        closing = quotes[np.minimum(first + 1, len(quotes) - 1)]
        single = inside & (signs[opening - 3] == _BLANK) & (signs[opening - 1] == _EQUALS)
        name = signs[opening - 2]
        for key, (begins, stops) in found.items():
            here = single & (name == key[0])
            begins[here], stops[here] = opening[here] + 1, closing[here]
        first = first + 2


def _columns(signs: npt.NDArray[np.uint8], begins: Numbers) -> Numbers:
    """The number of the column of places such as AB12."""
    letters = [signs[begins + place].astype(np.int64) - 64 for place in range(3)]
    column, more = letters[0], np.ones(len(begins), np.bool_)
    for letter in letters[1:]:
        more = more & (letter > 0)
        column = np.where(more, column * 26 + letter, column)
    return column


def _number(signs: npt.NDArray[np.uint8], begins: Numbers, stops: Numbers) -> Numbers:
    """The number of digits between two places; 0 where there are none."""
    found = np.zeros(len(begins), np.int64)
    for place in range(min(int((stops - begins).max(initial=0)), _MOST_DIGITS)):
        found = np.where(begins + place < stops, found * 10 + (signs[begins + place] - np.int64(48)), found)
    return found


def _held(signs: npt.NDArray[np.uint8], begins: Numbers, stops: Numbers) -> npt.NDArray[np.uint8]:
    length, first = stops - begins, signs[begins]
    holds = np.full(len(begins), NUMBER, np.uint8)
    for name, kind in _HOLDS.items():
        if name:
            holds[(length == len(name)) & (first == name[0])] = kind
    return holds


def _between(piece: bytes, begins: Numbers, stops: Numbers) -> Any:
    """The texts between places of a piece: it is taken as a row of texts of which every second one is a value."""
    places = np.empty(2 * len(begins) + 1, np.int32)
    places[0:-1:2], places[1::2], places[-1] = begins, stops, len(piece)
    whole = pa.BinaryArray.from_buffers(pa.binary(), 2 * len(begins), [None, pa.py_buffer(places), pa.py_buffer(piece)])
    return whole.take(pa.array(np.arange(0, 2 * len(begins), 2, dtype=np.int32)))


def _parsed(piece: bytes, root: bytes, after: int) -> Tokens:
    reader = _Reader(after)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    name = re.match(rb"<([\w.:-]+)", root)
    try:
        parser.Parse(root + piece + b"</" + (name[1] if name else b"") + b">", True)
        return reader.tokens()
    except (expat.ExpatError, ValueError, OverflowError) as error:
        raise NoWorkbook() from error


class _Reader:
    """Collects the cells of a piece as a parser reads them; who does not say where a cell is counts from the one before."""

    def __init__(self, after: int) -> None:
        self._lines: list[int] = []
        self._cells: list[tuple[int, int, int, int, bool]] = []
        self._texts: list[bytes] = []
        self._line, self._column = after, 0
        self._cell: tuple[int, int] | None = None
        self._holds = NUMBER
        self._said: list[str] = []
        self._formula = self._has = False
        self._path: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(" ")[2]
        self._path.append(name)
        if name == "row":
            self._line = int(attributes.get("r", self._line + 1))
            self._lines.append(self._line)
            self._column = 0
        elif name == "c":
            letters = attributes.get("r", "").rstrip("0123456789")
            self._column = _column_of(letters) if letters else self._column + 1
            self._cell = (self._column, int(attributes.get("s", 0)))
            self._holds = _HOLDS.get(attributes.get("t", "").encode(), NUMBER)
            self._said, self._formula, self._has = [], False, False
        elif name == "f":
            self._formula = True
        elif name == "v":
            self._has = True

    def text(self, text: str) -> None:
        if self._path[-1] == "v" or (self._path[-1] == "t" and "rPh" not in self._path):
            self._said.append(text)

    def end(self, name: str) -> None:
        self._path.pop()
        if name.rpartition(" ")[2] != "c" or self._cell is None:
            return
        column, style = self._cell
        said = "".join(self._said)
        holds = self._holds if said or self._holds == TEXT else NOTHING
        self._cells.append((len(self._lines) - 1, column, style, holds, self._formula))
        # The texts of the other way are escaped, and are undone later.
        self._texts.append(said.replace("&", "&amp;").encode())
        self._cell = None

    def tokens(self) -> Tokens:
        row, column, style, holds, formula = np.array(self._cells, np.int64).reshape(-1, 5).T
        return Tokens(
            np.array(self._lines, np.int64),
            row,
            column,
            style,
            holds.astype(np.uint8),
            formula.astype(np.bool_),
            pa.array(self._texts, pa.binary()),
        )


def _column_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
