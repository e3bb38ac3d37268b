"""Whose work is whose: who sees it, who may take it, and what somebody may do with it now."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping

from django.db.models import Q, QuerySet

from zhike.kernel import clock
from zhike.kernel.errors import ZhikeError
from zhike.platform.organization import api as organization
from zhike.platform.permissions import parts
from zhike.platform.permissions.types import Principal
from zhike.platform.work.errors import (
    AlreadyCancelled,
    AlreadyDone,
    AlreadyPaused,
    ClockRests,
    NotHeld,
    NotPaused,
)
from zhike.platform.work.logic import naming
from zhike.platform.work.models import WorkItem
from zhike.platform.work.types import Act, Candidate

OPEN = WorkItem.State.OPEN
#: What is true of work where the clock cannot be turned one way and can be the other.
_CLOCK: Mapping[Act, type[ZhikeError]] = {"pause": AlreadyPaused, "resume": NotPaused}


def taken_as(principal: Principal) -> list[str]:
    """Return everything that `principal` is as a candidate, as work writes it: itself, its roles, its units."""
    if not principal.me:
        return []
    found = [Candidate(kind="person", key=principal.me)]
    for post in principal.posts:
        found += [Candidate(kind="role", key=post.role, unit=post.unit), Candidate(kind="group", unit=post.unit)]
    return list(dict.fromkeys(one.held_as for one in found))


def free(principal: Principal) -> Q:
    """Return the condition of work that nobody has yet and `principal` may take; nobody takes what they asked for."""
    takeable = Q(state=OPEN, assignee="", candidates__overlap=taken_as(principal))
    return takeable & ~Q(asked_by=principal.me) if principal.me else takeable


def ways(principal: Principal, operation: str, *, asked: bool = True) -> list[Q]:
    """Return the conditions by which `principal` may do an operation on work, each with an index of its own.

    One has it, has delegated it, may take it; one reads what one `asked` for, too, which is no work of one's own; or a
    unit's. Raises Refused.
    """
    own = [Q(assignee=principal.me), Q(delegated_by=principal.me), free(principal)]
    if operation == "work.read" and asked:
        own.append(Q(asked_by=principal.me))
    return parts.ways(principal, operation, mine=own, known=bool(principal.me))


def within(principal: Principal, operation: str) -> QuerySet[WorkItem]:
    """Return the work on which `principal` may do an operation. Raises Refused."""
    return WorkItem.objects.filter(parts.any_of(ways(principal, operation)))


def one(uid: uuid.UUID, principal: Principal, operation: str = "work.read", *, lock: bool = False) -> WorkItem:
    """Return one piece of it, locked for change if asked. Raises NotFound, Refused."""
    return parts.one(within(principal, operation), uid, kind="work_item", lock=lock)


def holds(row: WorkItem, principal: Principal) -> bool:
    """Return whether `principal` has the work, or may take it."""
    if row.assignee:
        return row.assignee == principal.me
    return not _asked(row, principal) and not set(row.candidates).isdisjoint(taken_as(principal))


def may(row: WorkItem, principal: Principal) -> tuple[Act, ...]:
    """Return what `principal`, who reads it, may do with a piece of work now."""
    if row.state == WorkItem.State.CANCELLED:
        return ()
    return (*_acts(row, principal), "comment") if row.state == OPEN else ("comment",)


def require(row: WorkItem, principal: Principal, act: Act) -> None:
    """Raise why `principal` may not do an act on work that it reaches: what became of the work, or NotHeld."""
    can = may(row, principal)
    if act in can:
        return
    if row.state == WorkItem.State.CANCELLED:
        raise AlreadyCancelled()
    if act in _CLOCK and "complete" in can:
        raise _CLOCK[act]() if _CLOCK.keys() & can else ClockRests()
    if row.state != OPEN:
        raise AlreadyDone(by=organization.user_names([row.done_by]).get(row.done_by, row.done_by) or "—")
    raise NotHeld()


def _acts(row: WorkItem, principal: Principal) -> Iterator[Act]:
    kind = naming.kind(row.kind)
    has, own = row.assignee != "" and row.assignee == principal.me, holds(row, principal)
    gave = row.delegated_by != "" and row.delegated_by == principal.me
    finishes = parts.reaches(principal, "work.complete", mine=own or gave, unit=row.unit_id)
    if finishes and own and not has:
        yield "claim"
    if finishes and (gave or (has and (row.delegated_by or row.candidates))):
        yield "release"
    if finishes and has and not row.delegated_by:
        yield "delegate"
    decides = kind is not None and kind.held_only
    chooses = not (decides and _asked(row, principal))  # nobody chooses who decides about what they asked for
    if chooses and parts.reaches(principal, "work.reassign", mine=False, unit=row.unit_id):
        yield "reassign"
    if finishes and not (decides and (_asked(row, principal) or not own)):
        yield "complete"
        if kind and kind.pausable and own:
            if row.paused_at is not None:
                yield "resume"
            elif row.due_at is not None and row.due_at > clock.now():
                yield "pause"


def _asked(row: WorkItem, principal: Principal) -> bool:
    return row.asked_by != "" and row.asked_by == principal.me
