"""Work that follows the party it is about: to whoever serves it after a handover, and away when it is erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from zhike.platform.audit import api as audit
from zhike.platform.objects import bulk, catalogue
from zhike.platform.work.logic import deadlines, handing, naming
from zhike.platform.work.models import WorkItem

_BATCH = 5_000
#: What people gave to each other says in their own words whom it is about.
BY_HAND, FORGOTTEN = "work", "—"


def follow_coverage(party_ids: Sequence[int] | None = None) -> int:
    """Give the open work about parties, or about all of them, to their serving employee where whoever has it serves them
    no longer.

    In the caller's transaction, journalled per item; returns how many moved. Work stays where it is when nobody serves,
    and so does work of kinds that do not follow the service. Only what moves is locked.
    """
    rows = _following() if party_ids is None else _following().filter(record_id__in=party_ids)
    moved, last = 0, 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:_BATCH]):
        last = batch[-1].pk
        serving = bulk.serving_employees([row.record_id for row in batch if row.record_id is not None])
        strayed = [row.pk for row in batch if _strayed(row, serving)]
        for row in _following().filter(pk__in=strayed).select_for_update().order_by("pk"):
            if _strayed(row, serving):  # nobody gave it on meanwhile
                row.delegated_by = ""
                handing.give_to(row, serving[row.record_id or 0][0], "reassign")
                moved += 1
    return moved


def _strayed(row: WorkItem, serving: Mapping[int, Sequence[str]]) -> bool:
    """Whether whoever has some work, or lent it, serves its party no longer while somebody does."""
    has = row.delegated_by or row.assignee
    return has not in serving.get(row.record_id or 0, [has])


def let_go(employee_no: str) -> int:
    """Put back the open work of somebody who has left: to who lent it, or to those who may take it; return how much moved.

    In the caller's transaction, journalled per item. What was given to that person alone stays, for a head to reassign.
    """
    moved = 0
    rows = WorkItem.objects.filter(state=WorkItem.State.OPEN, assignee=employee_no).select_for_update()
    for row in rows.exclude(Q(delegated_by="") & Q(candidates=[])).order_by("pk"):
        to, row.delegated_by = row.delegated_by, ""
        handing.give_to(row, to, "release")
        moved += 1
    return moved


def move_to(object: str, old: int, new: int) -> None:
    """Let work about a record be about the one it was merged into, in the caller's transaction.

    What an origin gave about both is there once: the open one about the merged record is cancelled.
    """
    once = {name: OuterRef(name) for name in ("origin_kind", "origin_uid", "step", "occurrence")}
    twice = Exists(WorkItem.objects.filter(object=object, record_id=new, **once))
    rows = WorkItem.objects.filter(object=object, record_id=old)
    _cancel(rows.filter(twice, state=WorkItem.State.OPEN))
    rows.exclude(twice).update(record_id=new, revision=F("revision") + 1)
    follow_coverage([new])


def _cancel(rows: QuerySet[WorkItem]) -> None:
    deadlines.end(rows)
    for pk in rows.values_list("pk", flat=True):
        audit.note(operation="cancel", subject="work_item", subject_id=pk)
    rows.update(state=WorkItem.State.CANCELLED, act=None, revision=F("revision") + 1)


def forget_record(object: str, record_id: int) -> None:
    """Cancel the open work about an erased record and blank what was written with all of it, in the caller's transaction."""
    rows = WorkItem.objects.filter(object=object, record_id=record_id)
    _cancel(rows.filter(state=WorkItem.State.OPEN))
    written = rows.exclude(Q(note="") & Q(form={}) & Q(script="", script_en="") & Q(paused_why="", proposed=""))
    written.update(note="", form={}, script="", script_en="", paused_why="", proposed="", revision=F("revision") + 1)
    rows.filter(origin_kind=BY_HAND).update(subject=FORGOTTEN, subject_en="")
    for row in rows.filter(comments__isnull=False).distinct():
        row.comments.update(text="")


def _following() -> QuerySet[WorkItem]:
    kinds = [key for key, kind in naming.kinds().items() if kind.follows_service]
    party = catalogue.object_with_role("party").key
    rows = WorkItem.objects.filter(state=WorkItem.State.OPEN, object=party, kind__in=kinds)
    return rows.exclude(assignee="")
