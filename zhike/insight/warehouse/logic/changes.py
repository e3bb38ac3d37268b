"""What changed after a day was computed: loads in the order in which what they do was done.

A load is written down when its file comes, and may wait hours for a person or for the writer. What it does has a number of
its own, given while one is the only writer; a day that is computed takes the next one. What has a later number than a day
is not among its figures.
"""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.db.models import Q, QuerySet

from zhike.insight.warehouse.logic import sources
from zhike.insight.warehouse.models import Load, StagedDay


def number() -> int:
    """Return the number of what is done now; whoever asks is the only writer."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval(pg_get_serial_sequence('warehouse_load', 'id'))")
        return int(cursor.fetchone()[0])


def done() -> QuerySet[Load]:
    """Return the loads that changed something."""
    return Load.objects.filter(Q(state=Load.State.DONE, rows_loaded__gt=0) | Q(state=Load.State.RESTORED))


def since(staged: StagedDay) -> QuerySet[Load]:
    """Return the loads that changed something a day's figures are made of, after it was computed."""
    return done().filter(change__gt=staged.last_load, first_date__lte=staged.business_date)


def late() -> tuple[int, date | None]:
    """Return how many loads no computed day has taken into account yet, and the newest such day."""
    staged = StagedDay.objects.order_by("-business_date").first()
    return (since(staged).count(), staged.business_date) if staged else (0, None)


def stale(before: date) -> list[date]:
    """Return the computed days before a day whose facts, or those of days before them, changed since, oldest first.

    Read once, the newest change first: a day is stale when one after it reaches back to it.
    """
    facts = [source.dataset for source in sources.all_sources().values() if source.grain == "fact"]
    changed = done().filter(dataset__in=facts, change__isnull=False, first_date__lt=before).order_by("-change")
    found = (
        (number or 0, first or date.max) for number, first in changed.values_list("change", "first_date").iterator()
    )
    days = StagedDay.objects.filter(business_date__lt=before).order_by("-last_load")
    stale: list[date] = []
    reaches = date.max
    next_one = next(found, None)
    for day, last in days.values_list("business_date", "last_load"):
        while next_one is not None and next_one[0] > last:
            reaches = min(reaches, next_one[1])
            next_one = next(found, None)
        if reaches <= day:
            stale.append(day)
    return sorted(stale)
