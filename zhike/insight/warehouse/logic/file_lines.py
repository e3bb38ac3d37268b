"""On which line of a text each of its rows stands, as an editor counts: with values of several lines, empty lines and
lines that could not be split.

The engine numbers the rows that it could split, and says at which byte a broken line begins. What shifts the rows
against the lines of the file is found in one walk, by those three alone: nothing is read as text a second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

_CHUNK = 8 << 20
_LF, _CR = 10, 13


@dataclass(frozen=True, slots=True)
class Several:
    """Something that takes `count` lines: from a `first` line, or, of a row, the row of that number."""

    first: int
    count: int


def lines_in(text: str) -> int:
    """Return how many lines a text takes."""
    return 1 + text.count("\n") + text.count("\r") - text.count("\r\n")


def lines_at(path: Path, places: Iterable[int]) -> Iterator[int]:
    """Yield the number of the line in which each of some bytes stands; they come in order."""
    pieces = _pieces(path)
    above, starts = 0, np.zeros(1, np.int64)
    for place in places:
        while place >= starts[-1] and (piece := next(pieces, None)) is not None:
            above += len(starts) - 1
            starts = piece.starts
        yield above + int(np.searchsorted(starts, place, "right"))


def empty_lines(path: Path) -> Iterator[Several]:
    """Yield the lines in which nothing stands at all, those that follow each other together."""
    above = 0
    for piece in _pieces(path):
        empty = np.flatnonzero(piece.empty)
        ends = np.flatnonzero(np.diff(empty, append=-2) != 1)
        first = 0
        for end in ends.tolist():
            yield Several(above + int(empty[first]) + 1, end - first + 1)
            first = end + 1
        above += len(piece.empty)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Whole lines of a file: where each begins, and the one after the last; and which of them are empty."""

    starts: npt.NDArray[np.int64]
    empty: npt.NDArray[np.bool_]


def _pieces(path: Path) -> Iterator[_Piece]:
    """Yield the lines of a file, however they end."""
    base, rest = 0, b""
    with path.open("rb") as file:
        while True:
            more = file.read(_CHUNK)
            held = rest + more
            signs = np.frombuffer(held, np.uint8)
            ends = _ends(signs, last=not more)
            whole = int(ends[-1]) if len(ends) else 0
            if whole:
                starts = np.concatenate((np.zeros(1, np.int64), ends))
                first = signs[starts[:-1]]
                yield _Piece(starts + base, (first == _LF) | (first == _CR))
            base, rest = base + whole, held[whole:]
            if not more:
                return


def _ends(signs: npt.NDArray[np.uint8], *, last: bool) -> npt.NDArray[np.int64]:
    """Where the line ends of some bytes are over; one that may be cut in two is left for the next."""
    returns = np.flatnonzero(signs == _CR)
    if len(returns):
        after = np.append(signs, 0)[returns + 1]
        kept = after != _LF
        if not last and returns[-1] == len(signs) - 1:
            kept[-1] = False
        returns = returns[kept]
    ends = np.sort(np.concatenate((np.flatnonzero(signs == _LF), returns))) + 1
    return np.append(ends, len(signs)) if last and len(signs) and (not len(ends) or ends[-1] < len(signs)) else ends


def shifts(
    above: int, empty: Iterable[Several], broken: Iterable[Several], rows: Iterable[Several]
) -> Iterator[tuple[int, int]]:
    """Yield from which row on how many lines more stand above than rows and the `above` lines of the heads.

    `empty` and `broken` are lines of the file, `rows` those rows that take several lines by their number, all in order.
    An empty line inside a value is the row's, one inside a broken line is that one's.
    """
    line, row = above + 1, 1
    coming = [_Coming(empty), _Coming(broken), _Coming(rows)]
    while True:
        for lines in coming[:2]:
            lines.skip(line)
        # Where two begin at the same place, no row can stand on an empty line, nor on one that could not be split.
        found = min(
            (_Next(one.first - (row if kind == 2 else line), kind) for kind, one in _known(coming)),
            default=None,
            key=lambda one: (one.between, one.kind),
        )
        if line - above != row and (found is None or found.between or found.kind == 2):
            yield row, line - above - row  # a row stands here: after it comes what comes next, or it is that itself
        if found is None:
            return
        line, row = line + found.between, row + found.between
        line += coming[found.kind].take()
        row += found.kind == 2


@dataclass(frozen=True, slots=True)
class _Next:
    """What comes next: after so many rows of one line each, one of the three kinds."""

    between: int
    kind: int


def _known(coming: Sequence[_Coming]) -> Iterator[tuple[int, Several]]:
    for kind, one in enumerate(coming):
        if one.next is not None:
            yield kind, one.next


class _Coming:
    """Things in their order, the next of them in sight."""

    def __init__(self, found: Iterable[Several]) -> None:
        self._found = iter(found)
        self.next = next(self._found, None)

    def take(self) -> int:
        """Go on to the next one; return how many lines this one takes."""
        assert self.next is not None
        count, self.next = self.next.count, next(self._found, None)
        return count

    def skip(self, line: int) -> None:
        """Leave out what lies before a line."""
        while self.next is not None and self.next.first < line:
            rest = self.next.first + self.next.count - line
            if rest > 0:
                self.next = Several(line, rest)
                return
            self.next = next(self._found, None)
