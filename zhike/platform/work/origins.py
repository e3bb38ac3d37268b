"""What work comes from: rooms that give work say what should be known before it is done, and ask what became of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

from django.db.models import Count, F, QuerySet

from zhike.kernel.definition_parts import Labels
from zhike.platform.permissions.types import Principal
from zhike.platform.work.logic import deadlines
from zhike.platform.work.models import WorkItem
from zhike.platform.work.types import Work

__all__ = [
    "cancel_open",
    "notices",
    "of_origin",
    "records_of",
    "register_notices",
    "summaries_of_origins",
    "summary_of_origin",
]

#: What should be known before work is done: a contact that the send gate would refuse now.
Notices = Callable[[Work], Sequence[Labels]]
_notices: dict[str, Notices] = {}


def register_notices(origin_kind: str, find: Notices) -> None:
    """Have `find` asked what to know about open work of an origin; called when the application starts."""
    _notices[origin_kind] = find


def notices(work: Work, *, principal: Principal) -> Sequence[Labels]:
    """Return what the principal, who reads a piece of work, should know before it is done."""
    find = _notices.get(work.origin_kind)
    return find(work) if find and work.state == WorkItem.State.OPEN and principal.kind != "anonymous" else ()


def cancel_open(*, origin_uid: uuid.UUID) -> int:
    """Cancel the open work of an origin in the caller's transaction; return how many items there were."""
    rows = WorkItem.objects.filter(origin_uid=origin_uid, state=WorkItem.State.OPEN)
    deadlines.end(rows)
    return rows.update(state=WorkItem.State.CANCELLED, act=None, revision=F("revision") + 1)


def of_origin(origin_uid: uuid.UUID, *, records: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Return (state, result) of the work of an origin about the given records, by record id."""
    rows = WorkItem.objects.filter(origin_uid=origin_uid, record_id__in=list(records))
    found = rows.values_list("record_id", "state", "result")
    return {record_id: (state, result) for record_id, state, result in found if record_id is not None}


def records_of(origin_uid: uuid.UUID, states: Sequence[str], result: str = "") -> QuerySet[WorkItem, int | None]:
    """Return the ids of the records that work of an origin in some states, with a result if one is named, is about.

    A subquery: as many as an origin may have.
    """
    rows = WorkItem.objects.filter(origin_uid=origin_uid, state__in=states)
    return (rows.filter(result=result) if result else rows).values_list("record_id", flat=True)


def summary_of_origin(origin_uid: uuid.UUID) -> dict[tuple[str, str], int]:
    """Return how many work items of an origin there are by (state, result)."""
    return summaries_of_origins([origin_uid])[origin_uid]


def summaries_of_origins(
    origin_uids: Sequence[uuid.UUID], states: Sequence[str] = ()
) -> dict[uuid.UUID, dict[tuple[str, str], int]]:
    """Return the same by origin, of several at once; with `states` only of those in one of them."""
    found: dict[uuid.UUID, dict[tuple[str, str], int]] = {uid: {} for uid in origin_uids}
    rows = WorkItem.objects.filter(origin_uid__in=origin_uids)
    if states:
        rows = rows.filter(state__in=states)
    for row in rows.values("origin_uid", "state", "result").annotate(n=Count("*")):  # by the index alone
        found[row["origin_uid"]][row["state"], row["result"]] = row["n"]
    return found
