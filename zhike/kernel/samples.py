"""How background work stood in the last hour: each minute workers write down what waits and what they moved.

One of them counts for all, the others add what they moved themselves. A day later it is cleared.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise

from django.db import connection, transaction
from django.db.models import F

from zhike.kernel import clock, isolation, jobs, standing
from zhike.kernel.models import Run, Sample
from zhike.kernel.queues import QUEUES
from zhike.kernel.standing import HOUR, Line

EVERY, STEP = timedelta(minutes=1), timedelta(minutes=5)
STEPS = HOUR // STEP
#: After a pause longer than this nothing is known of what came and left meanwhile.
GAP = timedelta(minutes=3)
#: The lock of whoever counts; any number that nothing else in this database uses.
_COUNTING = 7_303
_log = logging.getLogger("zhike.samples")


@dataclass(frozen=True, slots=True)
class Step:
    """Five minutes of a queue or pump: the most that waited, and how many a second came and left; None is not known."""

    until: datetime
    waiting: int | None
    came: float | None
    left: float | None


def take(moved: Mapping[str, int]) -> None:
    """Write down how every queue and pump stands in this minute, and what one's own pumps moved since the last time."""
    at = clock.now().replace(second=0, microsecond=0)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [_COUNTING])
        if not Sample.objects.filter(at=at).exists():
            _count(at)
        for key, number in moved.items():
            Sample.objects.filter(key=key, at=at, passed=None).update(left=F("left") + number)


def steps() -> dict[str, tuple[Step, ...]]:
    """Return the last hour of each queue and pump in steps of five minutes, the oldest first."""
    now = clock.now()
    rows: dict[str, list[Sample]] = {}
    for row in Sample.objects.filter(at__gt=now - HOUR - GAP).order_by("key", "at"):
        rows.setdefault(row.key, []).append(row)
    ends = [now - STEP * number for number in reversed(range(STEPS))]
    return {key: tuple(_step(found, until) for until in ends) for key, found in rows.items()}


def catch_up(line: Line, latest: Step | None) -> timedelta | None:
    """Return how long what waits takes, as fast as it has shrunk in the last minutes; None where that is not known, or
    it does not shrink."""
    if latest is None or latest.left is None or latest.came is None:
        return None
    shrinks = latest.left - latest.came
    return timedelta(seconds=line.backlog.waiting / shrinks) if shrinks > 0 else None


def _count(at: datetime) -> None:
    before = {row.key: row for row in Sample.objects.filter(at__gte=at - GAP).order_by("at")}
    for key, count in standing.counting():
        fault = isolation.fault_of(partial(_write, count, before.get(key), at))
        if fault is not None:
            _log.error("what waits could not be counted", exc_info=fault, extra={"key": key})


def _write(count: Callable[[], Line], before: Sample | None, at: datetime) -> None:
    """A row: what left is told by the place in an order, by finished runs, or by the workers, which add it.

    Where somebody was put back in the order, to be told again, nothing has left and that much more has come.
    """
    line = count()
    passed = line.backlog.passed
    left: int | None = 0
    if passed is not None:
        left = max(passed - before.passed, 0) if before and before.passed is not None else None
    elif line.key in QUEUES:
        since = before.at if before else at
        left = Run.objects.filter(kind__in=jobs.kinds(line.queue), finished_at__gte=since, finished_at__lt=at).count()
    Sample.objects.create(key=line.key, at=at, waiting=line.backlog.waiting, passed=passed, left=left)


def _step(rows: Sequence[Sample], until: datetime) -> Step:
    """What the samples say that lie in the five minutes before an instant."""
    waiting = [row.waiting for row in rows if until - STEP < row.at <= until]
    pairs = [(one, other) for one, other in pairwise(rows) if until - STEP < other.at <= until]
    known = [(one, other) for one, other in pairs if other.at - one.at <= GAP and other.left is not None]
    seconds = sum((other.at - one.at).total_seconds() for one, other in known)
    left = sum(other.left or 0 for _one, other in known)
    grown = sum(other.waiting - one.waiting for one, other in known)
    rates = (max(left + grown, 0) / seconds, left / seconds) if seconds else (None, None)
    return Step(until, max(waiting, default=None), *rates)
