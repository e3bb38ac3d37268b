"""A night: the files that are due for a business day, as they came, beside what is usual, and the steps of its stage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median, quantiles

from zhike.insight.warehouse.logic import changes, loading, quality, sources, stages, step_times
from zhike.insight.warehouse.models import Load, StagedDay
from zhike.insight.warehouse.night_types import Night, NightFile, NightStep
from zhike.insight.warehouse.types import LoadResult, Source
from zhike.kernel import clock, jobs
from zhike.kernel.definition_parts import Labels
from zhike.kernel.models import Run
from zhike.kernel.trading_days import office_hours, trading_calendar

#: What is usual is told by at most so many days before, and by none before there are this few.
_COMPARED, _FEWEST = 20, 5
#: So many trading days back a day that was left out is still computed by itself.
_BACK = 20
#: So far back lie the days that are compared: a year for a source that comes once a month.
_PAST = timedelta(days=400)
_PUBLISHING = Labels("校验与发布", "Checks and publication")


@dataclass(frozen=True, slots=True)
class _Counted:
    """What is read of each load."""

    id: int
    first: date
    last: date
    state: str
    rows: int


def current() -> date:
    """Return the business day whose files come in tonight: the last trading day that has closed."""
    here, calendar = clock.local(clock.now()), trading_calendar()
    closed = calendar.is_trading_day(here.date()) and here.time() >= office_hours()[1]
    return here.date() if closed else calendar.add(here.date(), -1)


def deadline(day: date) -> datetime:
    """Return when a day's figures should be there: when the next trading day opens."""
    opens = office_hours()[0]
    return clock.at(trading_calendar().add(day, 1), opens.hour, opens.minute)


def of(day: date) -> Night:
    """Return the night of a business day."""
    staged = StagedDay.objects.filter(business_date=day).first()
    over = staged is not None or clock.now() >= deadline(day)
    return Night(
        day=day,
        deadline=deadline(day),
        published=stages.publication(),
        computed_at=staged.staged_at if staged else None,
        files=_files(day, over),
        steps=_steps(day, computed=staged is not None),
        missing=tuple(stages.missing_files(day)) if trading_calendar().is_trading_day(day) else (),
        by_itself=day in uncomputed(),
        late=changes.since(staged).count() if staged else 0,
    )


def uncomputed() -> list[date]:
    """Return the last days that were not computed, oldest first: they are computed by themselves once they are complete.

    A day whose files came late is among them though a later one is published. Of days before the first that was ever
    computed nobody asks; where none was, the newest is the one.
    """
    newest = current()
    days = trading_calendar().last(newest, _BACK)
    first = StagedDay.objects.order_by("business_date").values_list("business_date", flat=True).first()
    if first is None:
        return [newest]
    computed = set(StagedDay.objects.filter(business_date__in=days).values_list("business_date", flat=True))
    return [day for day in days if day > first and day not in computed]


def waits(day: date) -> bool:
    """Whether a file of the day waits for a person."""
    return Load.objects.filter(state=Load.State.WAITING, first_date__lte=day, business_date__gte=day).exists()


def _files(day: date, over: bool) -> tuple[NightFile, ...]:
    known = sorted(
        sources.all_sources().values(), key=lambda source: (_due(source, day) or clock.at(date.max), source.key)
    )
    loads = _loads(day)
    shown = {source.key: _shown(loads.get(source.key, ()), day) for source in known}
    rows = Load.objects.in_bulk([one.id for one in shown.values() if one])
    return tuple(
        _file(source, day, over, rows[one.id] if (one := shown[source.key]) else None, loads.get(source.key, ()))
        for source in known
    )


def _loads(day: date) -> Mapping[str, list[_Counted]]:
    """The loads up to a day that say of which days they are, by source, the newest first."""
    found: dict[str, list[_Counted]] = defaultdict(list)
    rows = Load.objects.filter(first_date__lte=day, business_date__gte=day - _PAST).order_by("-id")
    for pk, source, first, last, state, count in rows.values_list(
        "id", "source", "first_date", "business_date", "state", "rows_loaded"
    ):
        if first and last:
            found[source].append(_Counted(pk, first, last, state, count))
    return found


def _shown(loads: Iterable[_Counted], day: date) -> _Counted | None:
    """The load that says how the source's file of a day stands: the last one where something has to be done about it,
    also where it was to correct what was loaded before; else what was loaded.

    What was taken back was: that something else was put there again is a load of its own.
    """
    of_day = [one for one in loads if one.first <= day <= one.last and one.state != Load.State.RESTORED]
    if of_day and of_day[0].state in (Load.State.RUNNING, Load.State.WAITING, Load.State.FAILED):
        return of_day[0]
    return next((one for one in of_day if one.state == Load.State.DONE), of_day[0] if of_day else None)


def _file(source: Source, day: date, over: bool, row: Load | None, loads: Sequence[_Counted]) -> NightFile:
    before = _rows_by_day(loads, day)
    past = list(before.values())
    usual = len(past) >= _FEWEST
    low, *_rest, high = quantiles(past, n=20, method="inclusive") if usual else (0.0, 0.0)
    due = _due(source, day)
    newest = max((one.last for one in loads if one.state == Load.State.DONE), default=None)
    return NightFile(
        source=source,
        state=str(row.state) if row else _absent(source, day, due, over, newest),
        due_at=due,
        load=loading.as_result(row) if row else None,
        rows=_rows_of(loading.as_result(row)) if row else None,
        before=past[0] if past else _rows_earlier(loads, day, row),
        usual=median(past) if usual else None,
        band=(low, high) if usual else None,
        newest=newest,
    )


def _rows_by_day(loads: Iterable[_Counted], day: date) -> Mapping[date, int]:
    """The rows of the files of one day each before a day, the newest day first."""
    found: dict[date, int] = {}
    for one in loads:
        if one.state == Load.State.DONE and one.first == one.last and one.last < day and one.rows:
            found.setdefault(one.last, one.rows)
    return {of: found[of] for of in sorted(found, reverse=True)[:_COMPARED]}


def _rows_earlier(loads: Iterable[_Counted], day: date, row: Load | None) -> int | None:
    """The rows of a file of the same day that was loaded before, where there is none of a day before."""
    earlier = (one for one in loads if row and one.id < row.pk and one.state == Load.State.DONE and one.rows)
    return next((one.rows for one in earlier if one.first <= day <= one.last), None)


def _rows_of(load: LoadResult) -> int:
    """The rows of a file that count; of one that changed nothing yet those that it holds."""
    return load.rows_loaded if load.state == Load.State.DONE else load.rows_read - load.rows_rejected


def _due(source: Source, day: date) -> datetime | None:
    return source.due.moment(day) if source.due and source.trading_days.is_trading_day(day) else None


def _absent(source: Source, day: date, due: datetime | None, over: bool, newest: date | None) -> str:
    """How a file stands that has not come."""
    if due is None:
        return "unplanned"
    if clock.now() < due:
        return "expected"
    if not over:
        return "late"
    within = source.checks.fresh_within if source.checks else None
    fresh = within and newest is not None and newest >= quality.fresh_from(source, day, within)
    return "kept" if fresh else "missing"


def _steps(day: date, *, computed: bool) -> tuple[NightStep, ...]:
    times, usual = step_times.of(day), step_times.usual(day)
    running = Run.objects.in_bulk([row.run for row in times.values()], field_name="uid")
    named = [(step.key, Labels(step.labels["zh"], step.labels["en"])) for step in stages.steps()]
    found = []
    for key, labels in [*named, (step_times.PUBLISHING, _PUBLISHING)]:
        row = times.get(key)
        state = "done" if computed else "waiting"  # days of before this was kept have no times
        if row is not None:
            going = jobs.under_way(running.get(row.run))
            state = "done" if row.finished_at else "running" if going else "stopped"
        found.append(
            NightStep(
                key, labels, state, row.started_at if row else None, row.finished_at if row else None, usual.get(key)
            )
        )
    return tuple(found)
