"""What the work interface takes and gives."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, cast

from typing_extensions import TypedDict

from zhike.expressions.wire import StoredExpression
from zhike.kernel import clock
from zhike.kernel.wire import Labels, Party, RequestBody, labels
from zhike.platform.objects import api as objects
from zhike.platform.objects import catalogue
from zhike.platform.objects.types import Record, RecordQuery
from zhike.platform.organization import api as organization
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal
from zhike.platform.work.types import Work, WorkCounts

WorkState = Literal["open", "done", "cancelled"]
_ORIGIN_PATHS = {"campaign": "/campaigns/{uid}"}


class CompletionIn(RequestBody):
    """How a work item ended."""

    result: str
    note: str = ""
    revision: int


class AssigneeOut(TypedDict):
    """Whose work it is, by employee number."""

    uid: str
    name: str


class OriginOut(TypedDict):
    """What the work came from; no path for somebody who may not see it."""

    kind: str
    uid: uuid.UUID
    title: str
    path: str


class ResultOut(TypedDict):
    """One way in which the work can end."""

    key: str
    labels: Labels
    positive: bool


class WorkOut(TypedDict):
    """One piece of work."""

    uid: uuid.UUID
    kind: str
    kind_labels: Labels
    subject: str
    script: str
    due_at: datetime
    state: WorkState
    party: Party | None
    overdue: bool
    left_minutes: int
    assignee: AssigneeOut
    origin: OriginOut
    results: list[ResultOut]
    result: str | None
    note: str
    done_at: datetime | None
    revision: int


class WorkCountsOut(TypedDict):
    """How much work a list holds by state."""

    open: int
    overdue: int
    due_today: int
    done: int


class WorkPageOut(TypedDict):
    """A page of a to-do list."""

    items: list[WorkOut]
    next_cursor: str | None
    counts: WorkCountsOut


class WorkData(TypedDict):
    """What the block kind `work` shows: some items, and how many there are."""

    items: list[WorkOut]
    total: int


def page_out(items: Sequence[Work], more: str | None, totals: WorkCounts, principal: Principal) -> WorkPageOut:
    """Return a page of a to-do list as the interface gives it."""
    return {
        "items": present(items, principal),
        "next_cursor": more,
        "counts": {"open": totals.open, "overdue": totals.overdue, "due_today": totals.due_today, "done": totals.done},
    }


def _origin_path(item: Work, principal: Principal) -> str:
    """Where the origin is shown; nowhere for somebody who may not see it."""
    path = _ORIGIN_PATHS.get(item.origin_kind, "").format(uid=item.origin_uid)
    return path if permissions.allowed(principal, f"{item.origin_kind}.read") else ""


def _names(numbers: set[str], principal: Principal) -> dict[str, str]:
    """The names of employees as users, or as records for those who never sign in."""
    names = organization.user_names(numbers)
    missing, employee = sorted(numbers - set(names)), catalogue.object_with_role("employee").key
    readable = permissions.allowed(principal, f"{employee}.read")
    if missing and readable and catalogue.may_ask(employee, "employee_no", principal=principal):
        wanted: list[StoredExpression] = [{"value": number, "type": "text"} for number in missing]
        condition: StoredExpression = {"op": "in", "left": {"field": "employee_no"}, "right": wanted}
        query = RecordQuery(employee, condition=condition, columns=("employee_no",), limit=200)
        found = objects.page(query, principal=principal).rows
        names |= {str(row.values["employee_no"]): row.display for row in found}
    return names


def present(items: Sequence[Work], principal: Principal) -> list[WorkOut]:
    """Return work items as screens show them; a party the viewer may no longer see has no name."""
    role = catalogue.object_with_role("party").key
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
            "state": cast(WorkState, item.state),
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
            "results": [
                {"key": code.key, "labels": labels(code.labels), "positive": code.positive} for code in item.results
            ],
            "result": item.result or None,
            "note": item.note,
            "done_at": item.done_at,
            "revision": item.revision,
        }
        for item in items
    ]


def _party(item: Work, parties: dict[int, Record]) -> Party | None:
    record = parties.get(item.party_id or 0)
    return {"uid": record.uid, "display": record.display} if record else None
