"""Handing work on: taking it, putting it back, giving it to somebody else for a while or for good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from zhike.kernel import events
from zhike.platform.audit import api as audit
from zhike.platform.organization import api as organization
from zhike.platform.organization import people
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal
from zhike.platform.work.errors import AlreadyTaken, NoSuchColleague
from zhike.platform.work.logic import naming, rights, seeing
from zhike.platform.work.models import WorkItem
from zhike.platform.work.types import Act, Remark

_TOLD: tuple[Act, ...] = ("claim", "release", "delegate", "reassign", "pause", "resume")


def claim(row: WorkItem, principal: Principal) -> None:
    """Take work that nobody has; who has it keeps it. Raises AlreadyTaken, AlreadyDone, NotHeld."""
    if row.state == rights.OPEN and row.assignee and row.assignee == principal.me:
        return
    if row.state == rights.OPEN and row.assignee and row.assignee != principal.me:
        raise AlreadyTaken(by=organization.user_names([row.assignee]).get(row.assignee, row.assignee))
    rights.require(row, principal, "claim")
    give_to(row, principal.me, "claim")


def release(row: WorkItem, principal: Principal) -> None:
    """Put work back: delegated work to who delegated it, taken work to those who may take it. Raises NotHeld."""
    rights.require(row, principal, "release")
    to, row.delegated_by = row.delegated_by, ""
    give_to(row, to, "release")


def delegate(row: WorkItem, to: str, principal: Principal) -> None:
    """Let a colleague do one's work; it stays in one's list, and one can take it back.

    Raises NoSuchColleague, NotHeld, CannotSee.
    """
    rights.require(row, principal, "delegate")
    _require_other(row, to, principal)
    seeing.let_see(row, to, principal)
    row.delegated_by = principal.me
    give_to(row, to, "delegate")


def reassign(row: WorkItem, to: str, principal: Principal) -> None:
    """Give work to somebody else for good; who has it, and not only for a while, keeps it.

    Raises NoSuchColleague, NotHeld, CannotSee.
    """
    rights.require(row, principal, "reassign")
    if row.assignee and row.assignee == to and not row.delegated_by:
        return
    _require_other(row, to, principal)
    seeing.let_see(row, to, principal)
    row.delegated_by = ""
    give_to(row, to, "reassign")


def give_to(row: WorkItem, to: str, operation: str, details: Mapping[str, object] | None = None) -> None:
    """Write down whose work it is now, in the caller's transaction, journalled."""
    before, row.assignee, row.revision = row.assignee, to, row.revision + 1
    row.save(update_fields=["assignee", "delegated_by", "revision"])
    told = {"assignee": [before, to], **(details or {})}
    audit.note(operation=operation, subject="work_item", subject_id=row.pk, details=told)
    events.publish("work.reassigned", "work_item", row.pk)


def told(row: WorkItem) -> list[Remark]:
    """Return through whose hands work went, and when its clock rested, oldest first, each with its reason."""
    entries = audit.history(subject="work_item", subject_id=row.pk, operations=_TOLD)
    return [
        Remark(
            by=entry.actor.removeprefix("user:") if entry.actor.startswith("user:") else "",
            at=entry.at,
            text=entry.reason,
            act=cast(Act, entry.operation),
            to=str(cast("list[str]", entry.changes.get("assignee", ["", ""]))[1]),
        )
        for entry in reversed(entries)
    ]


def require_able(to: str, principal: Principal) -> None:
    """Raise NoSuchColleague unless somebody (employee number) does work, in the principal's units."""
    found = people.user_id(to)
    if found is None or not _does_work(found, to, principal):
        raise NoSuchColleague(employee_no=to)


def _require_other(row: WorkItem, to: str, principal: Principal) -> None:
    """The same, and another person than has the work; what only its candidates finish goes to one of them."""
    kind, found = naming.kind(row.kind), people.user_id(to)
    if to == row.assignee or found is None:
        raise NoSuchColleague(employee_no=to)
    if kind and kind.held_only:
        taken_as = rights.taken_as(permissions.principal_of_user(found))
        if to == row.asked_by or (row.candidates and set(row.candidates).isdisjoint(taken_as)):
            raise NoSuchColleague(employee_no=to)
    require_able(to, principal)


def _does_work(user: int, number: str, principal: Principal) -> bool:
    near = principal.kind == "system" or number == principal.me or people.colleagues(principal.units, among=(user,))
    return bool(near) and permissions.allowed(permissions.principal_of_user(user), "work.complete")
