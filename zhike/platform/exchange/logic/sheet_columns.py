"""The cells of a sheet as columns of text, as people type it, and what a spreadsheet did to numbers on the way.

A number in a column of text may have lost the zeros before it, and the digits beyond the fifteenth: the column says
whether that is a fault. A format of zeros ("000000") gives the zeros back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from openpyxl.utils.datetime import from_excel

from zhike.platform.exchange.file_types import FileFinding, Wanted
from zhike.platform.exchange.logic import sheet_tokens
from zhike.platform.exchange.logic.shared_texts import unescaped
from zhike.platform.exchange.logic.sheet_tokens import Numbers, Tokens
from zhike.platform.exchange.logic.workbook_parts import Book, Format, NoWorkbook

#: How many digits of a number Excel keeps.
EXACT_DIGITS = 15
#: Numbers that say themselves: no exponent, no zeros that mean nothing, and few enough digits.
_PLAIN = r"^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{0,13}[1-9])?$"
_LONGEST_PLAIN = EXACT_DIGITS + 1
_MOST_KEPT = 50_000
_BEYOND = 65_535
#: No head is called so: blanks around heads are taken away.
LINE = " line"


class Columns:
    """Makes tables of some columns of a sheet; `found` collects what is wrong with cells, the first of each kind."""

    def __init__(self, book: Book, texts: Any, wanted: Sequence[Wanted | None], names: Sequence[str]) -> None:
        """Take what stands in each column: what it is read as, or None; and what it is called, or "" when it is not read."""
        self.found: dict[tuple[str, str], FileFinding] = {}
        self._texts = texts
        self._epoch = book.epoch
        self._wanted = wanted
        self._names = names
        self._formats = book.formats or (Format(),)
        self._moment = np.array([one.moment for one in self._formats])
        self._digits = np.array([one.digits for one in self._formats])
        self._kept: dict[tuple[str, bool, str], str] = {}
        self._filled: set[int] = set()

    @property
    def filled(self) -> frozenset[int]:
        """The places of columns that are not read, though something stands in them."""
        return frozenset(self._filled)

    def table(self, tokens: Tokens, after: int = 0) -> Any:
        """Return the rows below the row `after` in which anything stands, with their numbers."""
        below = tokens.lines > after
        style = np.where(tokens.style < len(self._formats), tokens.style, 0)
        order = np.argsort(np.minimum(tokens.column, _BEYOND).astype(np.uint16), kind="stable")
        bounds = np.searchsorted(np.minimum(tokens.column, _BEYOND)[order], np.arange(1, len(self._names) + 2))
        made = {LINE: pa.array(tokens.lines)}
        any_filled = np.zeros(len(tokens.lines), np.bool_)
        for place, name in enumerate(self._names):
            cells = order[bounds[place] : bounds[place + 1]]
            cells = cells[below[tokens.row[cells]] & ((tokens.holds[cells] > 0) | tokens.formula[cells])]
            if not name:
                if len(cells):
                    self._filled.add(place)
                continue
            column = self._column(self._wanted[place], _Cells(tokens, cells, style[cells]))
            made[name] = _by_row(column, tokens.row[cells], len(tokens.lines))
            any_filled |= np.asarray(made[name].is_valid().to_numpy(zero_copy_only=False))
        table = pa.table(made)
        kept = below & any_filled
        return table if kept.all() else table.filter(pa.array(kept))

    def _column(self, wanted: Wanted | None, cells: _Cells) -> Any:
        if not len(cells.holds):
            return pa.array([], pa.string())
        ways: dict[int, Callable[[Wanted | None, _Cells], Any]] = {
            sheet_tokens.NOTHING: self._without_result,
            sheet_tokens.NUMBER: self._numbers,
            sheet_tokens.SHARED: self._shared,
            sheet_tokens.TEXT: lambda _wanted, some: _written(some.text),
            sheet_tokens.TRUTH: lambda _wanted, some: _truths(some.text),
            sheet_tokens.FAULT: lambda _wanted, some: some.text.cast(pa.string()),
            sheet_tokens.DAY: lambda wanted, some: self._moments(wanted, some.text, iso=True),
        }
        return _each(cells.holds, {kind: _Way(way, wanted, cells) for kind, way in ways.items()})

    def _without_result(self, wanted: Wanted | None, cells: _Cells) -> Any:
        if wanted is not None:
            line = cells.line(0)
            self._tell(
                "load.formula_without_result",
                wanted,
                f"“{wanted.title}”第 {line} 行是公式，Excel 未保存公式结果；请另存为值后重新导出",
                f"'{wanted.title}' row {line} is a formula whose result is not stored; export its value",
            )
        return pa.nulls(len(cells.holds), pa.string())

    def _shared(self, _wanted: Wanted | None, cells: _Cells) -> Any:
        try:
            return _no_blanks(self._texts.take(pc.cast(cells.text.cast(pa.string()), pa.int32())))
        except pa.ArrowInvalid as error:  # a number that no text has, or none at all
            raise NoWorkbook() from error
        except IndexError as error:
            raise NoWorkbook() from error

    def _numbers(self, wanted: Wanted | None, cells: _Cells) -> Any:
        moment = self._moment[cells.style].astype(np.int64)
        return _each(moment, {0: _Way(self._plain, wanted, cells), 1: _Way(self._counted, wanted, cells)})

    def _counted(self, wanted: Wanted | None, cells: _Cells) -> Any:
        """Days and times that are kept as numbers."""
        lasting = np.array([one.duration for one in self._formats])[cells.style].astype(np.int64)
        return _each(
            lasting,
            {
                0: lambda some: self._moments(wanted, cells.some(some).text),
                1: lambda some: self._moments(wanted, cells.some(some).text, lasting=True),
            },
        )

    def _moments(self, wanted: Wanted | None, text: Any, *, lasting: bool = False, iso: bool = False) -> Any:
        shape = wanted.written if wanted is not None and wanted.kind in ("date", "datetime") else ""

        def said(number: str) -> str:
            key = (number, lasting, shape)
            if key not in self._kept:
                if len(self._kept) > _MOST_KEPT:
                    self._kept.clear()
                self._kept[key] = _moment(number, self._epoch, shape, lasting=lasting, iso=iso)
            return self._kept[key]

        return _by_value(text.cast(pa.string()), said)

    def _plain(self, wanted: Wanted | None, cells: _Cells) -> Any:
        digits = _digits(cells.text)
        if wanted is None or wanted.kind == "text":
            return self._as_text(wanted, cells, digits)
        if wanted.decimal != ".":
            return pc.replace_substring(digits, ".", wanted.decimal)
        return digits

    def _as_text(self, wanted: Wanted | None, cells: _Cells, digits: Any) -> Any:
        long = pc.utf8_length(digits).to_numpy(zero_copy_only=False) > EXACT_DIGITS
        damaged = np.ones(len(long), np.bool_) if wanted is not None and wanted.exact else long
        shown = self._digits[cells.style]
        if wanted is not None:
            self._tell_damage(wanted, cells, damaged, digits)
            self._tell_zeros(wanted, cells, ~damaged & (shown == 0), digits)
        for width in np.unique(shown[shown > 0]):
            padded = pc.utf8_lpad(digits, width=int(width), padding="0")
            digits = pc.if_else(pa.array((shown == width) & ~long), padded, digits)
        if long.any() and wanted is None:  # as Excel shows it: nobody takes it for its digits
            return _by_value(digits, lambda number: f"{float(number):.4E}" if len(number) > EXACT_DIGITS else number)
        return digits

    def _tell_damage(self, wanted: Wanted, cells: _Cells, damaged: npt.NDArray[np.bool_], digits: Any) -> None:
        if not damaged.any():
            return
        first = int(damaged.argmax())
        line, shown = cells.line(first), f"{float(digits[first].as_py()):.4E}"
        self._tell(
            "load.scientific_notation",
            wanted,
            f"“{wanted.title}”第 {line} 行被 Excel 存为数字（{shown}），号码已失真；请把该列设为文本后重新导出",
            f"'{wanted.title}' row {line} is a number ({shown}); digits are lost; export the column as text",
        )

    def _tell_zeros(self, wanted: Wanted, cells: _Cells, bare: npt.NDArray[np.bool_], digits: Any) -> None:
        if not wanted.whole or not bare.any():
            return
        first = int(bare.argmax())
        line, shown = cells.line(first), digits[first].as_py()
        self._tell(
            "load.leading_zeros",
            wanted,
            f"“{wanted.title}”第 {line} 行是数字 {shown}，开头的 0 可能已丢失；请把该列设为文本后重新导出",
            f"'{wanted.title}' row {line} is the number {shown}; leading zeros may be lost; export it as text",
        )

    def _tell(self, code: str, wanted: Wanted, zh: str, en: str) -> None:
        self.found.setdefault((code, wanted.title), FileFinding(code, zh, en, wanted.title, refuses=True))


class _Cells:
    """Some cells of one column: what each holds, its style, its text."""

    def __init__(self, tokens: Tokens, cells: Numbers, style: Numbers) -> None:
        self._tokens, self._cells = tokens, cells
        self.style = style
        self.holds = tokens.holds[cells].astype(np.int64)

    @property
    def text(self) -> Any:
        return self._tokens.text.take(pa.array(self._cells))

    def some(self, places: Numbers) -> _Cells:
        return (
            self if len(places) == len(self._cells) else _Cells(self._tokens, self._cells[places], self.style[places])
        )

    def line(self, place: int) -> int:
        return int(self._tokens.lines[self._tokens.row[self._cells[place]]])


@dataclass(frozen=True, slots=True)
class _Way:
    """Makes the values of some cells of a column in one way."""

    make: Callable[[Wanted | None, _Cells], Any]
    wanted: Wanted | None
    cells: _Cells

    def __call__(self, some: Numbers) -> Any:
        return self.make(self.wanted, self.cells.some(some))


def _each(kinds: Numbers, ways: dict[int, Callable[[Numbers], Any]]) -> Any:
    """Make the values of each kind in its own way and put them together again in their order."""
    present = np.unique(kinds)
    if len(present) == 1:
        return ways[int(present[0])](np.arange(len(kinds)))
    places = [np.flatnonzero(kinds == kind) for kind in present]
    made = [_whole(ways[int(kind)](some)) for kind, some in zip(present, places, strict=True)]
    back = np.empty(len(kinds), np.int64)
    back[np.concatenate(places)] = np.arange(len(kinds))
    return pa.concat_arrays(made).take(pa.array(back))


def _whole(values: Any) -> Any:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _by_row(values: Any, rows: Numbers, count: int) -> Any:
    """Put values into the rows they stand in; null where there is none."""
    if len(values) == count and bool((rows == np.arange(count)).all()):
        return values
    places = np.full(count, -1, np.int64)
    places[rows] = np.arange(len(rows))
    return _whole(values).take(pa.array(places, mask=places < 0))


def _by_value(values: Any, said: Callable[[str], str]) -> Any:
    """Say each different value once."""
    coded = pc.dictionary_encode(_whole(values))
    return _no_blanks(pa.array([said(one) for one in coded.dictionary.to_pylist()], pa.string()).take(coded.indices))


def _no_blanks(values: Any) -> Any:
    empty = pc.equal(values, "")
    return pc.if_else(empty, pa.scalar(None, pa.string()), values) if pc.any(empty).as_py() else values


def _written(text: Any) -> Any:
    text = _utf8(text)
    marked = pc.match_substring_regex(text, "&|_x")
    return _by_value(text, unescaped) if pc.any(marked).as_py() else _no_blanks(text)


def _utf8(text: Any) -> Any:
    try:
        return text.cast(pa.string())
    except pa.ArrowInvalid as error:
        raise NoWorkbook() from error


def _truths(text: Any) -> Any:
    return _by_value(_utf8(text), lambda one: str(one in ("1", "true")))


def _digits(text: Any) -> Any:
    """Numbers as they are typed; what is written with an exponent or in full length is looked at one by one."""
    text = _utf8(text)
    short = pc.less_equal(pc.binary_length(text), _LONGEST_PLAIN)
    plain = pc.and_(short, pc.match_substring_regex(text, _PLAIN))
    if pc.all(plain).as_py():
        return text
    odd = pc.invert(plain)
    return _no_blanks(pc.replace_with_mask(_whole(text), odd, pc.fill_null(_by_value(text.filter(odd), _typed), "")))


def _typed(number: str) -> str:
    try:
        return typed(float(number)) if number.strip() else ""
    except (ValueError, OverflowError):
        return number.strip()


def typed(value: int | float) -> str:
    """Return a number as it is typed: whole ones without a point."""
    return str(int(value)) if float(value).is_integer() else repr(value)


def _moment(number: str, epoch: datetime, shape: str, *, lasting: bool, iso: bool) -> str:
    try:
        if iso:
            value: object = datetime.fromisoformat(number.rstrip("Z"))
        else:
            value = from_excel(float(number), epoch, lasting)
    except (ValueError, OverflowError, TypeError):
        return number
    if isinstance(value, time | timedelta) or not isinstance(value, date):
        return str(value)
    if shape:
        return value.strftime(shape)
    whole = isinstance(value, datetime) and value.time() != time()
    return value.strftime("%Y-%m-%d %H:%M:%S" if whole else "%Y-%m-%d")
