"""Runs of background work, for those who may see them."""

from __future__ import annotations

import uuid

from zhike.insight.warehouse.errors import NothingPublished
from zhike.insight.warehouse.models import Load, StagedDay
from zhike.insight.warehouse.schemas import PendingOut, RunOut, run_out
from zhike.kernel import database, jobs
from zhike.kernel.models import Run
from zhike.platform.audit import api as audit
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

_SHOWN = 100


def newest(*, kind: str = "", principal: Principal) -> list[RunOut]:
    """Return the newest runs, of one kind if given."""
    permissions.require(principal, "run.read")
    rows = Run.objects.order_by("-id")
    if kind:
        rows = rows.filter(kind=kind)
    may_cancel = permissions.allowed(principal, "run.cancel")
    return [run_out(run, may_cancel=may_cancel) for run in rows[:_SHOWN]]


def pending(*, principal: Principal) -> PendingOut:
    """Return how many loads no published day has taken into account yet, and the newest such day."""
    permissions.require(principal, "run.read")
    staged = StagedDay.objects.order_by("-business_date").first()
    if staged is None:
        return {"loads": 0, "business_date": None}
    fresh = Load.objects.filter(state=Load.State.DONE, rows_loaded__gt=0, business_date__lte=staged.business_date)
    return {"loads": fresh.filter(pk__gt=staged.last_load).count(), "business_date": staged.business_date}


def stage(*, principal: Principal) -> uuid.UUID:
    """Queue the stage of the newest published day again, so that late files count; audited. Returns the run."""
    permissions.require(principal, "run.create")
    day = pending(principal=principal)["business_date"]
    if day is None:
        raise NothingPublished()
    with database.writing():
        audit.note(operation="stage", subject="run", details={"business_date": str(day)})
        return jobs.submit("stage", f"夜间加工 {day}", {"business_date": str(day)})


def cancel(uid: uuid.UUID, *, principal: Principal) -> None:
    """Ask a run to stop; raises NotFound."""
    permissions.require(principal, "run.cancel")
    jobs.request_cancel(uid)
