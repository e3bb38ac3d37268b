"""What is usual of a source: the rows of its files of one day each, on the days before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import median, quantiles

from django.db.models import F

from zhike.insight.warehouse.logic import written
from zhike.insight.warehouse.models import Load

#: What is usual is told by at most so many days before, and by none before there are this few.
COMPARED, FEWEST = 20, 5


@dataclass(frozen=True, slots=True)
class Counted:
    """What is read of a load to count it: the days it is of, and its rows."""

    id: int
    first: date
    last: date
    state: str
    rows: int


@dataclass(frozen=True, slots=True)
class Usual:
    """The rows of the last days, the newest first; their `median` and the `band` of their 5 to 95 %, of enough days."""

    rows: tuple[int, ...]

    @property
    def median(self) -> float | None:
        """What a file usually holds."""
        return median(self.rows) if len(self.rows) >= FEWEST else None

    @property
    def band(self) -> tuple[float, float] | None:
        """From where to where nearly all of them lie."""
        if len(self.rows) < FEWEST:
            return None
        low, *_rest, high = quantiles(self.rows, n=20, method="inclusive")
        return low, high


def of(loads: Iterable[Counted], before: date) -> Usual:
    """Return what is usual before a day, by loads of one source, those of a day with the newest first."""
    found: dict[date, int] = {}
    for one in loads:
        if one.state == Load.State.DONE and one.first == one.last and one.last < before and one.rows:
            found.setdefault(one.last, one.rows)
    return Usual(tuple(found[day] for day in sorted(found, reverse=True)[:COMPARED]))


def of_source(source: str, before: date) -> Usual:
    """Return the same for one source, by what is kept of its loads."""
    rows = written.loads(source=source).filter(rows_loaded__gt=0, business_date__lt=before)
    newest = rows.filter(first_date=F("business_date")).order_by("-business_date", "-id")
    found = newest.values_list("id", "business_date", "rows_loaded")
    # A file of a day that came twice takes the place of none of the days before.
    counted = (Counted(id, day, day, Load.State.DONE, count) for id, day, count in found[: 2 * COMPARED] if day)
    return of(counted, before)
