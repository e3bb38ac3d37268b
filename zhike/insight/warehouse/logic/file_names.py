"""File names with a date in them: "counter_trade_{business_date:%Y%m%d}.csv"."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from zhike.insight.warehouse.errors import DateDiffers, NoBusinessDate
from zhike.insight.warehouse.types import FROM_NAME, Source
from zhike.kernel import clock

_PLACE = re.compile(r"\{(business_date|month):([^}]+)\}")
_DAY = re.compile(r"(?<!\d)(20\d{2})-?(\d{2})-?(\d{2})(?!\d)", re.ASCII)
#: How files end that are read; an Excel file of the old kind is told how to save it.
_ENDINGS = (".csv", ".txt", ".xlsx", ".xls", ".parquet", ".json", ".jsonl", ".ndjson")
_WIDTHS = {"%Y": r"\d{4}", "%m": r"\d{2}", "%d": r"\d{2}", "%y": r"\d{2}"}


@dataclass(frozen=True, slots=True)
class FileDates:
    """The days a file may hold: one, or those of a month (`month` is "2026-02")."""

    first: date | None
    last: date | None
    month: str = ""


def matches(source: Source, name: str) -> FileDates | None:
    """Return the dates in a file name that fits one of the source's patterns, None when it fits neither.

    What the file is its content says, and people and systems write the same name in capitals: so the name may end as any
    file that is read does, and its letters may be large or small.
    """
    dates, _letter = _fitting(source, name)
    return dates


def owner_of(sources: Iterable[Source], name: str) -> tuple[Source, FileDates] | None:
    """Return whose file a name is, and its dates: the source's that writes it so, else the only one's that it fits.

    None where it fits none; and where it fits several, which nobody can tell apart.
    """
    found = [(letter, source, dates) for source in sources for dates, letter in [_fitting(source, name)] if dates]
    to_the_letter = [(source, dates) for letter, source, dates in found if letter]
    if to_the_letter:
        return to_the_letter[0]
    return (found[0][1], found[0][2]) if len(found) == 1 else None


def _fitting(source: Source, name: str) -> tuple[FileDates | None, bool]:
    """The dates in a name, and whether it is written as the source writes it."""
    patterns = [pattern for pattern in (source.file, source.history) if pattern]
    for pattern in patterns:
        if (found := _match(pattern, name)) is not None:
            return found, True
    stem, ending = _parted(name)
    if ending.lower() in _ENDINGS:
        for pattern in patterns:
            own = _parted(pattern)
            if (found := _match(own[0] if own[1].lower() in _ENDINGS else pattern, stem, re.IGNORECASE)) is not None:
                return found, False
    return None, False


def _parted(name: str) -> tuple[str, str]:
    """A name and its ending."""
    stem, dot, ending = name.rpartition(".")
    return (stem, dot + ending) if dot else (name, "")


def example(source: Source, day: date) -> str:
    """Return what a file of the source for `day` is called."""
    return _PLACE.sub(lambda place: day.strftime(place[2]), source.file)


def day_in(name: str) -> date | None:
    """Return the day that a name holds as systems write it, whatever else it says; None where there is none."""
    for found in _DAY.finditer(name):
        with suppress(ValueError):
            return date(*map(int, found.groups()))
    return None


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


def _match(pattern: str, name: str, how: re.RegexFlag = re.NOFLAG) -> FileDates | None:
    place = _PLACE.search(pattern)
    found = _fit(_pieces(pattern, place), name, how)
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


def _fit(pieces: list[str], name: str, how: re.RegexFlag) -> str | None:
    """Return the date in a name, "" where the pieces have none, None where the name does not fit.

    Each piece has one length, so the last place where the last one fits is as good as any, then that of the one before:
    nothing is tried twice, however many stars a pattern has.
    """
    first, *others = pieces
    if not others:
        found = re.fullmatch(first, name, how)
        return None if found is None else _day_in(found)
    found = re.match(first, name, how)
    if found is None:
        return None
    day, start, end = _day_in(found), found.end(), len(name)
    for piece in (others.pop() + r"\Z", *reversed(others)):
        found = re.compile(f"(?s:.*)(?P<piece>{piece})", how).match(name, start, end)
        if found is None:
            return None
        day, end = day or _day_in(found), found.start("piece")
    return day


def _day_in(found: re.Match[str]) -> str:
    return found.groupdict().get("day") or ""
