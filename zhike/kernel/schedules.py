"""Runs that begin by themselves: each hour, or at a time of each day, working day or trading day.

A room registers a schedule; its row is the truth. Who finds it due moves the row on in the transaction that submits the
run, so that any number of workers begin it once, and what an outage missed is begun once, after it. While its last run
is not over the next one waits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from zhike.kernel import clock, context, jobs
from zhike.kernel.definition_parts import Labels
from zhike.kernel.isolation import fault_of, told
from zhike.kernel.models import Run, ScheduleRow
from zhike.kernel.open_time import Counting, open_time
from zhike.kernel.pumps import Pump, Stopping, never
from zhike.kernel.queues import Backlog

#: When a schedule whose next day no calendar knows is looked at again.
AGAIN = timedelta(minutes=10)
#: The next day that counts is looked for this far ahead: no calendar has a longer holiday.
_DAYS = 60


@dataclass(frozen=True, slots=True)
class When:
    """At `minute` of `hour` (Shanghai) of each day that counts; without an hour, of each hour of such a day."""

    minute: int
    hour: int | None = None
    days: Counting = "natural"

    def after(self, instant: datetime) -> datetime:
        """Return the first such moment after an instant. Raises Unavailable, OutsideCalendar where days are unknown."""
        time, first = open_time(self.days), clock.local(instant).date()
        for ahead in range(_DAYS):
            day = first + timedelta(days=ahead)
            moments = [clock.at(day, hour, self.minute) for hour in self._hours() if time.counts(day)]
            found = next((moment for moment in moments if moment > instant), None)
            if found is not None:
                return found
        raise LookupError(f"no {self.days} day within {_DAYS} days of {first}")

    def _hours(self) -> Sequence[int]:
        return range(24) if self.hour is None else (self.hour,)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A run that begins by itself: the kind of job, its title (the labels) and its parameters."""

    key: str
    labels: Labels
    kind: str
    when: When
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a schedule stands: when it is due next, and the last run that it began; `error` is why it could not."""

    schedule: Schedule
    due_at: datetime | None
    last_at: datetime | None
    last_run: UUID | None
    last_state: str | None
    error: str


_schedules: dict[str, Schedule] = {}


def register(schedule: Schedule) -> None:
    """Have a schedule kept; called by the owning room when the application starts."""
    _schedules[schedule.key] = schedule


def begin(_stopping: Stopping = never) -> int:
    """Submit the runs that are due; return how many schedules were looked at."""
    _know()
    with transaction.atomic():
        now = clock.now()
        known = [key for key, schedule in _schedules.items() if not _unknown(schedule)]
        due = ScheduleRow.objects.select_for_update(skip_locked=True).filter(key__in=known, due_at__lte=now)
        rows = [row for row in due.order_by("due_at", "key") if not _runs(row)]
        for row in rows:
            _begin(row, now)
    return len(rows)


def _backlog() -> Backlog:
    """The schedules that are due and have not begun: not those whose last run goes on."""
    due = ScheduleRow.objects.filter(key__in=_schedules, due_at__lte=clock.now())
    waiting = [row.due_at for row in due if row.due_at and not _runs(row)]
    return Backlog(len(waiting), min(waiting, default=None))


PUMP = Pump("schedules", Labels("定时任务", "Schedules"), begin, backlog=_backlog)


def standing() -> list[Standing]:
    """Return how every schedule stands, what is due first before the rest."""
    rows = {row.key: row for row in ScheduleRow.objects.filter(key__in=_schedules)}
    begun = Run.objects.filter(uid__in=[row.last_run for row in rows.values()])
    states: dict[UUID | None, str] = dict(begun.values_list("uid", "state"))
    found = [
        Standing(
            schedule, row.due_at, row.last_at, row.last_run, states.get(row.last_run), _unknown(schedule) or row.error
        )
        if (row := rows.get(key)) is not None
        else Standing(schedule, None, None, None, None, _unknown(schedule))
        for key, schedule in sorted(_schedules.items())
    ]
    return sorted(found, key=lambda one: (one.due_at is None, one.due_at or clock.now()))


def _know() -> None:
    """Give new schedules, and those whose rule is another now, the moment when they are due next."""
    known = dict(ScheduleRow.objects.values_list("key", "rule"))
    for key, schedule in _schedules.items():
        rule = str(schedule.when)
        if known.get(key) == rule:
            continue
        values = {"rule": rule, **_next(schedule, clock.now())}
        if key not in known:
            ScheduleRow.objects.bulk_create([ScheduleRow(key=key, **values)], ignore_conflicts=True)
        else:
            ScheduleRow.objects.filter(key=key).exclude(rule=rule).update(**values)


def _next(schedule: Schedule, now: datetime) -> dict[str, object]:
    """When a schedule is due after now; where no calendar knows, when to look again, and why."""
    found: list[datetime] = []
    error = fault_of(lambda: found.append(schedule.when.after(now)))
    return {"due_at": found[0], "error": ""} if error is None else {"due_at": now + AGAIN, "error": told(error)}


def _unknown(schedule: Schedule) -> str:
    """Why a schedule can begin nothing: nobody does jobs of its kind. It keeps none of the others from beginning."""
    there = jobs.kinds()
    if schedule.kind in there:
        return ""
    has = ", ".join(sorted(there))
    return f"没有任务类型“{schedule.kind}”，现有：{has} (there is no kind of job '{schedule.kind}')"


def _runs(row: ScheduleRow) -> bool:
    return row.last_run is not None and jobs.under_way(Run.objects.filter(uid=row.last_run).first())


def _begin(row: ScheduleRow, now: datetime) -> None:
    """Submit the run of a row that is due, and move the row on; one whose day no calendar knew is only looked at again."""
    schedule = _schedules[row.key]
    values = _next(schedule, now)
    if not row.error:
        with context.acting(actor="system:schedule"):
            values |= {"last_at": now, "last_run": jobs.submit(schedule.kind, schedule.labels, schedule.params)}
    ScheduleRow.objects.filter(pk=row.pk).update(**values)
