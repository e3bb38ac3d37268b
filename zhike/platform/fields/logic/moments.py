"""Days and moments in text, by a format: one grammar, in Python and in the analytical engine.

A field of the format has exactly its digits (%m is "03", %-m is "3"): what is read is written the same again.
"""

from __future__ import annotations

import functools
import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.platform.fields.errors import BadGrammar
from zhike.platform.fields.types import Grammar

_YEAR = "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
#: Directive → (part of a moment, regular expression)
_DIRECTIVES = {
    "%Y": ("year", _YEAR),
    "%y": ("short", "[0-9]{2}"),
    "%m": ("month", "(?:0[1-9]|1[0-2])"),
    "%-m": ("month", "(?:[1-9]|1[0-2])"),
    "%d": ("day", "(?:0[1-9]|[12][0-9]|3[01])"),
    "%-d": ("day", "(?:[1-9]|[12][0-9]|3[01])"),
    "%H": ("hour", "(?:[01][0-9]|2[0-3])"),
    "%-H": ("hour", "(?:1?[0-9]|2[0-3])"),
    "%M": ("minute", "[0-5][0-9]"),
    "%S": ("second", "[0-5][0-9]"),
}
_LETTERS = {"year": "YYYY", "short": "YY", "month": "MM", "day": "DD", "hour": "HH", "minute": "MM", "second": "SS"}
_PIECE = re.compile(r"%-?[A-Za-z%]|[^%]+|%")
#: Before the year 1000 a moment has no zone worth the name.
_LATE_YEAR = "[1-9][0-9]{3}"


def check(format: str, *, day_only: bool) -> None:
    """Raise BadGrammar for a format that no day (or moment) can be read by."""
    names = []
    for piece in _PIECE.findall(format):
        if piece.startswith("%"):
            if piece not in _DIRECTIVES:
                known = " ".join(_DIRECTIVES)
                raise BadGrammar(
                    f"日期格式由 {known} 组成，没有“{piece}”",
                    f"a date format is made of {known}; '{piece}' is none of them",
                )
            names.append(_DIRECTIVES[piece][0])
    year = names.count("year") + names.count("short") == 1
    if len(set(names)) != len(names) or not year or not {"month", "day"} <= set(names):
        raise BadGrammar(
            f"“{format}”要有年、月、日各一个，如 %Y-%m-%d 或 %Y%m%d",
            f"'{format}' needs one year, one month and one day, such as %Y-%m-%d or %Y%m%d",
        )
    if day_only and {"hour", "minute", "second"} & set(names):
        raise BadGrammar(f"“{format}”用于日期，却含有时刻", f"'{format}' is for a day and has an hour in it")


def readable(format: str) -> str:
    """Return a format as people write it: "%Y%m%d" is YYYYMMDD."""
    pieces = _PIECE.findall(format)
    return "".join(_LETTERS[_DIRECTIVES[p][0]] if p in _DIRECTIVES else p for p in pieces)


@functools.lru_cache(maxsize=200)
def _pattern(format: str, named: bool, late: bool) -> str:
    found = []
    for piece in _PIECE.findall(format):
        if piece in _DIRECTIVES:
            name, expression = _DIRECTIVES[piece]
            if late and expression is _YEAR:
                expression = _LATE_YEAR
            found.append(f"(?P<{name}>{expression})" if named else expression)
        else:
            found.append("".join(f"[{c}]" if not c.isalnum() and c not in "^\\[]" else re.escape(c) for c in piece))
    return "".join(found)


def _read(text: str, format: str, *, late: bool) -> datetime | None:
    found = re.fullmatch(_pattern(format, True, late), text)
    if found is None:
        return None
    parts = {name: int(value) for name, value in found.groupdict().items()}
    short = parts.pop("short", None)
    if short is not None:
        parts["year"] = short + (2000 if short < 69 else 1900)
    try:
        return datetime(
            parts["year"],
            parts["month"],
            parts["day"],
            parts.get("hour", 0),
            parts.get("minute", 0),
            parts.get("second", 0),
        )
    except ValueError:
        return None


def read_day(text: str, grammar: Grammar) -> date | None:
    """Return the day that a text is by the grammar, None where it is none."""
    found = _read(text, grammar.date, late=False)
    return None if found is None else found.date()


def read_moment(text: str, grammar: Grammar) -> datetime | None:
    """Return the moment (UTC) of a wall time of the grammar's zone; an hour the clocks left out is none."""
    found = _read(text, grammar.datetime, late=True)
    if found is None:
        return None
    zone = ZoneInfo(grammar.zone)
    try:
        # Of an hour that the clocks went through twice the later one counts, here as in the engine.
        moment = found.replace(tzinfo=zone, fold=1).astimezone(UTC)
        return moment if moment.astimezone(zone).replace(tzinfo=None) == found else None
    except OverflowError:
        return None


def day_tree(text: Tree, grammar: Grammar) -> Tree:
    """Return what `read_day` does of a text in the analytical engine."""
    return trees.cast(_moment(text, grammar.date, late=False), "date")


def moment_tree(text: Tree, grammar: Grammar) -> Tree:
    """Return what `read_moment` does of a text in the analytical engine."""
    return trees.sql(
        "case when timezone(_zone, timezone(_zone, _wall)) = _wall then timezone(_zone, _wall) end",
        wall=_moment(text, grammar.datetime, late=True),
        zone=trees.value(grammar.zone),
    )


def _moment(text: Tree, format: str, *, late: bool) -> Tree:
    return trees.sql(
        "case when regexp_full_match(_text, _pattern) then try_strptime(_text, _format) end",
        text=text,
        pattern=trees.value(_pattern(format, False, late)),
        format=trees.value(format.replace("%-", "%")),
    )


def day_text(value: date, grammar: Grammar) -> str:
    """Return a day as the grammar writes it."""
    return _text(datetime(value.year, value.month, value.day), grammar.date)


def moment_text(value: datetime, grammar: Grammar) -> str:
    """Return a moment as the wall time that the grammar writes."""
    return _text(value.astimezone(ZoneInfo(grammar.zone)).replace(tzinfo=None), grammar.datetime)


def _text(wall: datetime, format: str) -> str:
    numbers = {"%Y": f"{wall.year:04}", "%y": f"{wall.year % 100:02}", "%-m": str(wall.month), "%-d": str(wall.day)}
    numbers |= {"%m": f"{wall.month:02}", "%d": f"{wall.day:02}", "%-H": str(wall.hour), "%H": f"{wall.hour:02}"}
    numbers |= {"%M": f"{wall.minute:02}", "%S": f"{wall.second:02}"}
    return "".join(numbers.get(piece, piece) for piece in _PIECE.findall(format))
