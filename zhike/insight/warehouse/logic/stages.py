"""The nightly stage: registered steps in order for each day that needs it, then one publication."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.db import connection
from django.db.models import Max

from zhike.insight.warehouse.errors import DayMissing, NotATradingDay, NothingPublished
from zhike.insight.warehouse.logic import changes, engine, months, sources, step_times, tables
from zhike.insight.warehouse.models import Load, Publication, StagedDay
from zhike.insight.warehouse.port import Session
from zhike.insight.warehouse.types import PublicationInfo, ReceivedFile, Source, StageResult, StageStep
from zhike.kernel import clock, database, events
from zhike.kernel.definition_parts import Labels
from zhike.kernel.jobs import RunHandle
from zhike.kernel.trading_days import trading_calendar

_steps: dict[str, StageStep] = {}
_KEPT_PUBLICATIONS = 10


def register_step(step: StageStep) -> None:
    """Let a room's step take part in the stage."""
    _steps[step.key] = step


def steps() -> list[StageStep]:
    """Return the steps in the order in which they run."""
    return sorted(_steps.values(), key=lambda step: step.order)


def run(business_date: date, handle: RunHandle) -> StageResult:
    """Compute the days that need it up to `business_date` and publish; see `api.stage_run`."""
    require(business_date)
    days = [*changes.stale(business_date), business_date]
    restated = tuple(would_restate(business_date))
    if restated:
        handle.say(f"重新跑批，此前的结果将被替换：{'、'.join(map(str, restated))}")
    total = len(days) * len(steps()) + 1
    done = 0
    for day in days:
        counted = changes.number()
        step_times.begin(day, last=day == business_date)
        for step in steps():
            handle.progress(Labels(f"{day} {step.labels['zh']}", f"{day} {step.labels['en']}"), done, total)
            with step_times.timed(day, step.key, handle):
                step.run(day, handle)
            done += 1
        StagedDay.objects.update_or_create(business_date=day, defaults={"last_load": counted, "staged_at": clock.now()})
    handle.progress(Labels("合并月份", "Merging months"), done, total)
    with step_times.timed(business_date, step_times.PUBLISHING, handle):
        _compact_closed_months(business_date)
        shown = _shown_after(business_date)
        if shown == business_date:
            for step in steps():
                step.prepare(business_date, handle)
        published = publish(shown)
    return StageResult(tuple(days), published, restated)


def _shown_after(computed: date) -> date:
    """The day that screens show once a day is computed: the newest there is, whichever was computed last."""
    before = publication()
    return max(computed, before.business_date) if before else computed


def files_about(datasets: Sequence[str], first: date, last: date, after: int) -> list[ReceivedFile]:
    """Return the loads of facts of some days; see `api.files_about`."""
    counted = StagedDay.objects.aggregate(last=Max("last_load"))["last"] or 0
    rows = Load.objects.filter(
        state=Load.State.DONE,
        change__gt=after,
        dataset__in=datasets,
        first_date__lte=last,
        business_date__gte=first,
        rows_loaded__gt=0,
    )
    found = rows.order_by("change").values_list("change", "file", "first_date", "business_date")
    return [
        ReceivedFile(change, file, begins, ends, change <= counted)
        for change, file, begins, ends in found
        if change is not None and begins and ends
    ]


def missing_files(business_date: date) -> list[Source]:
    """Return the sources without whose file the day is not computed, and whose file has not come."""
    found = []
    for source in sources.all_sources().values():
        # Where its own calendar does not know the day, its file is waited for: better than figures without it.
        if source.grain != "fact" or not source.expected or source.trading_days.open_on(business_date) is False:
            continue
        loads = Load.objects.filter(dataset=source.dataset, state=Load.State.DONE)
        if not loads.filter(first_date__lte=business_date, business_date__gte=business_date).exists():
            found.append(source)
    return sorted(found, key=lambda source: source.dataset)


def trading_day(day: date) -> date:
    """Return the day; raises NotATradingDay, OutsideCalendar."""
    calendar = trading_calendar()
    if not calendar.is_trading_day(day):
        raise NotATradingDay(day=str(day), before=str(calendar.near(day, -1) or "–"))
    return day


def require(business_date: date) -> None:
    """Raise NotATradingDay, or DayMissing, where a day cannot be computed."""
    missing = missing_files(trading_day(business_date))
    if missing:
        raise DayMissing(
            day=str(business_date),
            datasets=[source.dataset for source in missing],
            names="、".join(source.labels.zh for source in missing),
            names_en=", ".join(source.labels.en for source in missing),
            latest=str(_latest_received() or "–"),
        )


def would_restate(business_date: date) -> list[date]:
    """Return the computed days that computing a day would compute again, oldest first."""
    days = [*changes.stale(business_date), business_date]
    return sorted(StagedDay.objects.filter(business_date__in=days).values_list("business_date", flat=True))


def _latest_received() -> date | None:
    datasets = [s.dataset for s in sources.all_sources().values() if s.grain == "fact" and s.expected]
    loads = Load.objects.filter(dataset__in=datasets, state=Load.State.DONE)
    latest: date | None = loads.aggregate(last=Max("business_date"))["last"]
    return latest


def _compact_closed_months(business_date: date) -> None:
    month = f"{business_date:%Y-%m}"
    with engine.over_tables() as opened:
        session = Session(opened)
        for source in sources.all_sources().values():
            if source.grain != "fact":
                continue
            closed = {part[:7] for part in tables.parts_of(source.dataset) if len(part) > 7 and part[:7] < month}
            for found in sorted(closed):
                months.compact(session, source.dataset, found, source.order)


def publish(business_date: date) -> PublicationInfo:
    """Make the current versions of all tables what readers see, as of `business_date`, and all that was prepared for it."""
    with database.writing():
        for step in steps():
            step.publish(business_date)
        row = Publication.objects.create(
            business_date=business_date, versions=tables.versions(), published_at=clock.now()
        )
        old = Publication.objects.order_by("-id").values_list("id", flat=True)[_kept_publications() :]
        Publication.objects.filter(id__in=list(old)).delete()
        events.publish("warehouse.published", "publication", row.pk, {"business_date": business_date.isoformat()})
    return _as_type(row)


def _kept_publications() -> int:
    """How many publications stay readable; the files of older ones are vacuumed. At least the newest."""
    return max(1, int(getattr(settings, "WAREHOUSE_KEPT_PUBLICATIONS", _KEPT_PUBLICATIONS)))


def publication() -> PublicationInfo | None:
    """Return the newest publication, or None. Every question to the warehouse asks this first, so it is plain SQL."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, business_date, versions, published_at from warehouse_publication order by id desc limit 1"
        )
        row = cursor.fetchone()
    return PublicationInfo(row[0], row[1], json.loads(row[2]), row[3]) if row else None


def published() -> PublicationInfo:
    """Return the newest publication; raises NothingPublished."""
    found = publication()
    if found is None:
        raise NothingPublished()
    return found


def _as_type(row: Publication) -> PublicationInfo:
    return PublicationInfo(row.pk, row.business_date, row.versions, row.published_at)
