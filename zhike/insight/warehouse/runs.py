"""Runs of background work, for those who may see them."""

from __future__ import annotations

import uuid

from zhike.insight.warehouse.errors import NothingPublished
from zhike.insight.warehouse.models import Load, StagedDay
from zhike.kernel import database, jobs
from zhike.kernel.models import Run
from zhike.platform.audit import api as audit
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

_SHOWN = 100
_OPEN = ("waiting", "running")


def newest(*, kind: str = "", principal: Principal) -> list[dict[str, object]]:
    """Return the newest runs, of one kind if given."""
    permissions.require(principal, "run.read")
    rows = Run.objects.order_by("-id")
    if kind:
        rows = rows.filter(kind=kind)
    return [
        {
            "uid": run.uid,
            "kind": run.kind,
            "title": run.title,
            "state": run.state,
            "error": run.error,
            "progress": {"done": run.done, "total": run.total, "step": run.step},
            "log": run.log[-20:],
            "findings": (run.result or {}).get("findings", []),
            "load": (run.result or (run.error or {}).get("facts") or {}).get("load"),
            "created_at": run.created_at,
            "started_at": run.started_at,
            "finished_at": run.finished_at,
            "cancellable": run.state in _OPEN and permissions.allowed(principal, "run.cancel"),
        }
        for run in rows[:_SHOWN]
    ]


def pending(*, principal: Principal) -> dict[str, object]:
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
