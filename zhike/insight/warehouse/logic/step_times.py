"""How long the steps of the stage take: kept of each computed day, so that a night can be seen beside the usual ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from statistics import median

from zhike.insight.warehouse.logic.usual import COMPARED
from zhike.insight.warehouse.models import StepTime
from zhike.kernel import clock
from zhike.kernel.jobs import RunHandle

#: What comes after the steps: merging months, preparing what readers see, the publication.
PUBLISHING = "publish"


def begin(day: date, *, last: bool) -> None:
    """Forget the times of a day that is computed again; of one that is not the `last` its publication stays."""
    times = StepTime.objects.filter(business_date=day)
    (times if last else times.exclude(step=PUBLISHING)).delete()


@contextmanager
def timed(day: date, step: str, handle: RunHandle) -> Iterator[None]:
    """Keep when a step begins and when it has been done."""
    row = StepTime.objects.update_or_create(
        business_date=day,
        step=step,
        defaults={"run": handle.uid, "started_at": clock.now(), "finished_at": None},
    )[0]
    yield
    row.finished_at = clock.now()
    row.save()


def of(day: date) -> Mapping[str, StepTime]:
    """Return the steps of a day that have begun."""
    return {row.step: row for row in StepTime.objects.filter(business_date=day)}


def usual(before: date) -> Mapping[str, float]:
    """Return by step the median of its seconds on the days before."""
    past = StepTime.objects.filter(business_date__lt=before)
    days = past.order_by("-business_date").values_list("business_date", flat=True).distinct()[:COMPARED]
    seconds: dict[str, list[float]] = defaultdict(list)
    for row in past.filter(business_date__in=list(days)):
        if row.finished_at is not None:
            seconds[row.step].append((row.finished_at - row.started_at).total_seconds())
    return {step: median(found) for step, found in seconds.items()}
