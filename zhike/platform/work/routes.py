"""Work over HTTP."""

from __future__ import annotations

import uuid
from typing import Any

from ninja import Router, Schema

from zhike.kernel import clock
from zhike.platform.objects import api as objects
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization import api as organization
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.api import SignedInRequest
from zhike.platform.permissions.types import Principal
from zhike.platform.work import api
from zhike.platform.work.types import Work

router = Router(tags=["work"])
_ORIGIN_PATHS = {"campaign": "/campaigns/{uid}"}


class CompletionIn(Schema):
    """How a work item ended."""

    result: str
    note: str = ""
    revision: int


@router.get("/work")
def todo(request: SignedInRequest, state: str = "open", cursor: str = "") -> Any:
    """The caller's to-do list."""
    found, more = api.todo(principal=request.principal, state=state, after=cursor)
    totals = api.counts(principal=request.principal)
    return {
        "items": present(found, request.principal),
        "next_cursor": more,
        "counts": {"open": totals.open, "overdue": totals.overdue, "due_today": totals.due_today, "done": totals.done},
    }


@router.get("/work/{uid}")
def get(request: SignedInRequest, uid: uuid.UUID) -> Any:
    """One work item."""
    return present([api.get(uid, principal=request.principal)], request.principal)[0]


@router.post("/work/{uid}/complete")
def complete(request: SignedInRequest, uid: uuid.UUID, body: CompletionIn) -> Any:
    """A work item done."""
    done = api.complete(uid, result=body.result, note=body.note, revision=body.revision, principal=request.principal)
    return present([done], request.principal)[0]


def _origin_path(item: Work, principal: Principal) -> str:
    """Where the origin is shown; nowhere for somebody who may not see it."""
    path = _ORIGIN_PATHS.get(item.origin_kind, "").format(uid=item.origin_uid)
    return path if permissions.allowed(principal, f"{item.origin_kind}.read") else ""


def _names(numbers: set[str], principal: Principal) -> dict[str, str]:
    """The names of employees as users, or as records for those who never sign in."""
    names = organization.user_names(numbers)
    missing, employee = sorted(numbers - set(names)), objects.object_with_role("employee").key
    if missing and permissions.allowed(principal, f"{employee}.read"):
        wanted = [{"value": number, "type": "text"} for number in missing]
        condition = {"op": "in", "left": {"field": "employee_no"}, "right": wanted}
        query = RecordQuery(employee, condition=condition, columns=("employee_no",), limit=200)
        found = objects.page(query, principal=principal).rows
        names |= {str(row.values["employee_no"]): row.display for row in found}
    return names


def present(items: list[Work], principal: Principal) -> list[dict[str, object]]:
    """Return work items as screens show them; a party the viewer may no longer see has no name."""
    role = objects.object_with_role("party").key
    parties = objects.records_by_id(role, [i.party_id for i in items if i.party_id], principal=principal)
    names = _names({item.assignee for item in items}, principal)
    now = clock.now()
    return [
        {
            "uid": item.uid,
            "kind": item.kind,
            "kind_labels": {"zh": "营销跟进", "en": "Campaign follow-up"},
            "subject": item.subject,
            "script": item.script,
            "due_at": item.due_at,
            "state": item.state,
            "party": _party(item, parties),
            "overdue": item.state == "open" and item.due_at < now,
            "left_minutes": int((item.due_at - now).total_seconds() // 60),
            "assignee": {"uid": item.assignee, "name": names.get(item.assignee, item.assignee)},
            "origin": {
                "kind": item.origin_kind,
                "uid": item.origin_uid,
                "title": item.origin_title,
                "path": _origin_path(item, principal),
            },
            "results": [{"key": code.key, "labels": code.labels, "positive": code.positive} for code in item.results],
            "result": item.result or None,
            "note": item.note,
            "done_at": item.done_at,
            "revision": item.revision,
        }
        for item in items
    ]


def _party(item: Work, parties: dict[int, Any]) -> dict[str, object] | None:
    record = parties.get(item.party_id or 0)
    return {"uid": record.uid, "display": record.display} if record else None
