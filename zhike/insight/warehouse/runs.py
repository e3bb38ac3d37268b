"""Runs of background work, for those who may see them."""

from __future__ import annotations

import uuid
from datetime import date

from django.db.models import QuerySet

from zhike.insight.warehouse.errors import NotRepeatable
from zhike.insight.warehouse.logic import changes, stages
from zhike.insight.warehouse.models import Load
from zhike.insight.warehouse.schemas import NextDayOut, PendingOut, RunOut, run_out
from zhike.kernel import database, jobs
from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import NotFound
from zhike.kernel.models import Run
from zhike.kernel.trading_days import trading_calendar
from zhike.kernel.wire import labels
from zhike.platform.audit import api as audit
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions import parts
from zhike.platform.permissions.types import Principal

#: The kinds of runs: what a night does by itself, and before the market opens; a day computed; files loaded.
NIGHT, STAGE_LATE = "night", "stage_late"
STAGE = "stage"
LOAD_FILE, LOAD_FOLDER = "load_file", "load_folder"
_SHOWN = 100
_CAME_TO_NOTHING = (Run.State.FAILED, Run.State.CANCELLED, Run.State.INTERRUPTED)


def newest(*, kind: str = "", principal: Principal) -> list[RunOut]:
    """Return the newest runs, of one kind if given."""
    rows = _within(principal, "run.read").order_by("-id")
    if kind:
        rows = rows.filter(kind=kind)
    return [
        run_out(
            run,
            cancellable=_may("run.cancel", run, principal),
            repeatable=_is_repeatable(run) and _may("run.repeat", run, principal),
        )
        for run in rows[:_SHOWN]
    ]


def pending(*, principal: Principal) -> PendingOut:
    """Return how many loads no computed day has taken into account, the newest such day, and what is there of the next."""
    permissions.require(principal, "run.read")
    loads, day = changes.late()
    return {"loads": loads, "business_date": day, "next": _next_day(day) if day else None}


def _next_day(published: date) -> NextDayOut | None:
    """The next trading day, when files of it, or of later ones, have come."""
    came = Load.objects.filter(state=Load.State.DONE, business_date__gt=published)
    day = trading_calendar().near(published, 1)
    if day is None or not came.exists():
        return None
    missing = stages.missing_files(day)
    files = came.filter(first_date__lte=day, business_date__gte=day).values("source").distinct().count()
    return {"business_date": day, "files": files, "missing": [labels(source.labels) for source in missing]}


def stage_params(day: date) -> dict[str, object]:
    """Return what the computing of a day is asked for with."""
    return {"business_date": day.isoformat()}


def stage_title(day: date) -> Labels:
    """Return what the computing of a day is called."""
    return Labels(f"日终跑批 {day}", f"Nightly run {day}")


def cancel(uid: uuid.UUID, *, principal: Principal) -> None:
    """Ask a run to stop; raises NotFound."""
    if not _within(principal, "run.cancel").filter(uid=uid).exists():
        raise NotFound(kind="run", id=str(uid))
    jobs.request_cancel(uid)


def repeat(uid: uuid.UUID, *, principal: Principal) -> uuid.UUID:
    """Queue what a run that came to nothing was about once more; audited. Returns the new run.

    Raises NotFound, NotRepeatable.
    """
    with database.writing():
        run = parts.one(_within(principal, "run.repeat"), uid, kind="run", lock=True)
        if not _is_repeatable(run):
            raise NotRepeatable(title=jobs.title_of(run)[principal.language])
        audit.note(operation="repeat", subject="run", subject_id=run.pk)
        return jobs.submit(run.kind, jobs.title_of(run), run.params)


def _is_repeatable(run: Run) -> bool:
    """Whether a run came to nothing and there is a handler, which may be called twice: a fault of a pump has none."""
    return run.state in _CAME_TO_NOTHING and run.kind in jobs.kinds()


def _within(principal: Principal, operation: str) -> QuerySet[Run]:
    return Run.objects.filter(parts.within(principal, operation, mine="actor", me=principal.actor))


def _may(operation: str, run: Run, principal: Principal) -> bool:
    mine = principal.me if run.actor == principal.actor else ""
    return parts.reaches(principal, operation, mine=mine, unit=None)
