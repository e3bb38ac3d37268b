"""Runs of background work, for those who may see them."""

from __future__ import annotations

import uuid

from zhike.kernel import jobs
from zhike.kernel.models import Run
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


def cancel(uid: uuid.UUID, *, principal: Principal) -> None:
    """Ask a run to stop; raises NotFound."""
    permissions.require(principal, "run.cancel")
    jobs.request_cancel(uid)
