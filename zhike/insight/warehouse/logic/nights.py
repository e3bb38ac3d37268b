"""A night: the files that are due for a business day, as they came, beside what is usual, and the steps of its stage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Min, Q, QuerySet

from zhike.insight.warehouse.logic import changes, loading, quality, sources, stages, step_times, usual
from zhike.insight.warehouse.logic.usual import Counted
from zhike.insight.warehouse.models import Load, StagedDay
from zhike.insight.warehouse.night_types import Night, NightFile, NightStep
from zhike.insight.warehouse.types import LoadResult, Source
from zhike.kernel import clock, jobs
from zhike.kernel.definition_parts import Labels
from zhike.kernel.models import Run
from zhike.kernel.trading_days import office_hours, trading_calendar

#: So many trading days back a day that was left out is still computed by itself.
_BACK = 20
#: So far back lie the days that are compared: a year for a source that comes once a month.
_PAST = timedelta(days=400)
_PUBLISHING = Labels("校验与发布", "Checks and publication")


def current() -> date:
    """Return the business day whose files come in tonight: the last trading day that has closed."""
    return of_instant(clock.now())


def of_instant(instant: datetime) -> date:
    """Return the business day whose night it is: the last trading day that has closed.

    Outside the calendar it is the day next to it: its last one, or its first.
    """
    here, calendar = clock.local(instant), trading_calendar()
    days = calendar.known(here.date(), 2)
    if days and days[-1] == here.date() and here.time() < office_hours()[1]:
        days.pop()
    return days[-1] if days else calendar.add(calendar.begins, 0)


def deadline(day: date) -> datetime | None:
    """Return when a day's figures should be there: when the next trading day opens; None where the calendar ends."""
    opens, following = office_hours()[0], trading_calendar().near(day, 1)
    return clock.at(following, opens.hour, opens.minute) if following else None


def lacks(day: date) -> int | None:
    """Return the year whose days the calendar lacks to tell what comes after a day, or before one still to come."""
    if trading_calendar().near(day, 1) is None:
        return day.year + 1
    return day.year - 1 if day > clock.today() and trading_calendar().near(day, -1) is None else None


def of(day: date) -> Night:
    """Return the night of a business day."""
    staged, due = StagedDay.objects.filter(business_date=day).first(), deadline(day)
    over = staged is not None or (due is not None and clock.now() >= due)
    return Night(
        day=day,
        deadline=due,
        lacks=lacks(day),
        published=stages.publication(),
        computed_at=staged.staged_at if staged else None,
        files=_files(day, over),
        steps=_steps(day, computed=staged is not None),
        missing=tuple(stages.missing_files(day)) if trading_calendar().is_trading_day(day) else (),
        by_itself=day in uncomputed(),
        late=changes.since(staged).count() if staged else 0,
        elsewhere=_elsewhere(day).count(),
        others=_others(day),
    )


def uncomputed() -> list[date]:
    """Return the last days that were not computed, oldest first: they are computed by themselves once they are complete.

    A day whose files came late is among them though a later one is published. Of days before the first that was ever
    computed nobody asks; where none was, the newest is the one.
    """
    newest = current()
    if newest > clock.today():
        return []  # the calendar begins with it
    days = trading_calendar().known(newest, _BACK)
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
        sources.all_sources().values(), key=lambda source: (_agreed(source, day) or clock.at(date.max), source.key)
    )
    loads, begun = _loads(day), _begun()
    first = min(begun.values(), default=None)
    shown = {source.key: _shown(loads.get(source.key, ()), day) for source in known}
    rows = Load.objects.in_bulk([one.id for one in shown.values() if one])
    found = []
    for source in known:
        one, since = shown[source.key], begun.get(source.key, first)
        found.append(_file(source, day, over, rows[one.id] if one else None, loads.get(source.key, ()), since))
    return tuple(found)


def _begun() -> Mapping[str, datetime]:
    """When the first file of each source came."""
    return dict(Load.objects.order_by().values_list("source").annotate(first=Min("started_at")))


def _loads(day: date) -> Mapping[str, list[Counted]]:
    """The loads up to a day by source, the newest first: by the days that they say, else by the night they came in."""
    found: dict[str, list[Counted]] = defaultdict(list)
    since = day - _PAST
    said = Q(first_date__lte=day, business_date__gte=since)
    came = Q(first_date=None, started_at__gte=clock.at(since, 0))
    rows = Load.objects.filter(said | came).order_by("-id")
    for pk, source, first, last, state, count, started in rows.values_list(
        "id", "source", "first_date", "business_date", "state", "rows_loaded", "started_at"
    ):
        night = first or of_instant(started)
        if night <= day:
            found[source].append(Counted(pk, night, last or night, state, count))
    return found


def _elsewhere(day: date) -> QuerySet[Load]:
    """The files that came in the night of a day and are of other days only."""
    closes, following = office_hours()[1], trading_calendar().near(day, 1)
    came = Load.objects.filter(started_at__gte=clock.at(day, closes.hour, closes.minute), first_date__isnull=False)
    if following:
        came = came.filter(started_at__lt=clock.at(following, closes.hour, closes.minute))
    return came.exclude(first_date__lte=day, business_date__gte=day).exclude(state=Load.State.RESTORED)


def _others(day: date) -> tuple[NightFile, ...]:
    """Of those the files about which something has to be done: they failed or wait, and none that came later took their
    place."""
    known = sources.all_sources()
    rows = [*_elsewhere(day).filter(state__in=(Load.State.FAILED, Load.State.WAITING), source__in=known).order_by("id")]
    since = Load.objects.filter(id__gt=rows[0].pk, first_date__isnull=False) if rows else Load.objects.none()
    later = [(one.source, one.pk, _span(one)) for one in since.only("source", "first_date", "business_date")]

    def replaced(row: Load) -> bool:
        first, last = _span(row)
        return any(
            source == row.source and pk > row.pk and begin <= last and end >= first
            for source, pk, (begin, end) in later
        )

    return tuple(_other(known[row.source], row) for row in rows if row.state != Load.State.FAILED or not replaced(row))


def _span(row: Load) -> tuple[date, date]:
    """The days of a load that says some."""
    assert row.first_date and row.business_date
    return row.first_date, row.business_date


def _other(source: Source, row: Load) -> NightFile:
    load = loading.as_result(row)
    return NightFile(
        source=source,
        state=str(row.state),
        due_at=None,
        load=load,
        rows=_rows_of(load),
        before=None,
        usual=None,
        band=None,
        newest=None,
        first=row.first_date,
        last=row.business_date,
    )


def _shown(loads: Iterable[Counted], day: date) -> Counted | None:
    """The load that says how the source's file of a day stands: the last one where something has to be done about it,
    also where it was to correct what was loaded before; else what was loaded.

    What was taken back was: that something else was put there again is a load of its own.
    """
    of_day = [one for one in loads if one.first <= day <= one.last and one.state != Load.State.RESTORED]
    if of_day and of_day[0].state in (Load.State.RUNNING, Load.State.WAITING, Load.State.FAILED):
        return of_day[0]
    return next((one for one in of_day if one.state == Load.State.DONE), of_day[0] if of_day else None)


def _file(
    source: Source, day: date, over: bool, row: Load | None, loads: Sequence[Counted], since: datetime | None
) -> NightFile:
    before = usual.of(loads, day)
    agreed = _agreed(source, day)
    # What was agreed for a moment before the first file ever came was owed by nobody.
    due = agreed if agreed and (since is None or agreed > since) else None
    newest = max((one.last for one in loads if one.state == Load.State.DONE), default=None)
    return NightFile(
        source=source,
        state=str(row.state) if row else _absent(source, day, due, over, newest, begun=since is not None),
        due_at=due,
        load=loading.as_result(row) if row else None,
        rows=_rows_of(loading.as_result(row)) if row else None,
        before=before.rows[0] if before.rows else _rows_earlier(loads, day, row),
        usual=before.median,
        band=before.band,
        newest=newest,
        first=row.first_date if row else None,
        last=row.business_date if row else None,
    )


def _rows_earlier(loads: Iterable[Counted], day: date, row: Load | None) -> int | None:
    """The rows of a file of the same day that was loaded before, where there is none of a day before."""
    earlier = (one for one in loads if row and one.id < row.pk and one.state == Load.State.DONE and one.rows)
    return next((one.rows for one in earlier if one.first <= day <= one.last), None)


def _rows_of(load: LoadResult) -> int:
    """The rows of a file that count; of one that changed nothing yet those that it holds."""
    return load.rows_loaded if load.state == Load.State.DONE else load.rows_read - load.rows_rejected


def _agreed(source: Source, day: date) -> datetime | None:
    return source.due.moment(day) if source.due and source.trading_days.open_on(day) is not False else None


def _absent(source: Source, day: date, due: datetime | None, over: bool, newest: date | None, *, begun: bool) -> str:
    """How a file stands that has not come."""
    if due is None:
        return "unplanned"
    if not begun or clock.now() < due:
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
