"""File names with a date in them: "counter_trade_{business_date:%Y%m%d}.csv"."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime

from zhike.insight.warehouse.errors import DateDiffers, NoBusinessDate
from zhike.insight.warehouse.types import FROM_NAME, Source
from zhike.kernel import clock

_PLACE = re.compile(r"\{(business_date|month):([^}]+)\}")
_WIDTHS = {"%Y": r"\d{4}", "%m": r"\d{2}", "%d": r"\d{2}", "%y": r"\d{2}"}


@dataclass(frozen=True, slots=True)
class FileDates:
    """The days a file may hold: one, or those of a month (`month` is "2026-02")."""

    first: date | None
    last: date | None
    month: str = ""


def matches(source: Source, name: str) -> FileDates | None:
    """Return the dates in a file name that fits one of the source's patterns, None when it fits neither."""
    for pattern in filter(None, (source.file, source.history)):
        found = _match(pattern, name)
        if found is not None:
            return found
    return None


def example(source: Source, day: date) -> str:
    """Return what a file of the source for `day` is called."""
    return _PLACE.sub(lambda place: day.strftime(place[2]), source.file)


def takes_any(pattern: str) -> bool:
    """Return whether a pattern with a star names nothing but a date and an ending, so that files of any source fit it."""
    rest = _PLACE.sub("", pattern)
    stem = rest.rpartition(".")[0] if "." in rest else rest
    return "*" in rest and not any(sign.isalnum() for sign in stem)


def check_given(source: Source, name: str, given: date | None) -> None:
    """Raise DateDiffers when the file's name holds another day than the one given."""
    found = matches(source, name)
    if found is not None and found.last is not None and given is not None and not found.first <= given <= found.last:  # type: ignore[operator]
        raise DateDiffers(file=name, named=found.last, given=given)


def dates_of(source: Source, name: str, given: date | None) -> FileDates:
    """Return the days of a file: from its name, else as given. Raises NoBusinessDate where one is needed."""
    found = matches(source, name)
    if found is not None and found.first is not None:
        return found
    if given is not None:
        return FileDates(given, given)
    if source.date == FROM_NAME or (source.grain == "fact" and not source.dated_by_column):
        raise NoBusinessDate(file=name, example=example(source, clock.today()))
    return FileDates(None, None)


def _match(pattern: str, name: str) -> FileDates | None:
    place = _PLACE.search(pattern)
    found = _fit(_pieces(pattern, place), name)
    if found is None or place is None:
        return None if found is None else FileDates(None, None)
    try:
        day = datetime.strptime(found, place[2]).date()
    except ValueError:
        return None
    if place[1] == "business_date":
        return FileDates(day, day)
    last = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return FileDates(day.replace(day=1), last, f"{day:%Y-%m}")


def _pieces(pattern: str, place: re.Match[str] | None) -> list[str]:
    """Return what stands between the stars of a pattern as regular expressions; the date is their group `day`."""
    if place is None:
        return re.escape(pattern).split(r"\*")
    shape = re.escape(place[2]).replace(r"\*", "[*]")
    for directive, digits in _WIDTHS.items():
        shape = shape.replace(re.escape(directive), digits)
    text = re.escape(pattern[: place.start()]) + f"(?P<day>{shape})" + re.escape(pattern[place.end() :])
    return text.split(r"\*")


def _fit(pieces: list[str], name: str) -> str | None:
    """Return the date in a name, "" where the pieces have none, None where the name does not fit.

    Each piece has one length, so the last place where the last one fits is as good as any, then that of the one before:
    nothing is tried twice, however many stars a pattern has.
    """
    first, *others = pieces
    if not others:
        found = re.fullmatch(first, name)
        return None if found is None else _day_in(found)
    found = re.match(first, name)
    if found is None:
        return None
    day, start, end = _day_in(found), found.end(), len(name)
    for piece in (others.pop() + r"\Z", *reversed(others)):
        found = re.compile(f"(?s:.*)(?P<piece>{piece})").match(name, start, end)
        if found is None:
            return None
        day, end = day or _day_in(found), found.start("piece")
    return day


def _day_in(found: re.Match[str]) -> str:
    return found.groupdict().get("day") or ""
