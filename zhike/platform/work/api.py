"""Work items: one table and one to-do list for campaigns, moments, processes and cases."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet

from zhike.kernel import clock, cursors, database, definitions, events
from zhike.kernel.errors import StaleRevision
from zhike.kernel.ids import uuid7
from zhike.platform.audit import api as audit
from zhike.platform.objects import bulk
from zhike.platform.organization import api as organization
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions import parts
from zhike.platform.permissions.types import Principal
from zhike.platform.work.errors import AlreadyDone, UnknownResult
from zhike.platform.work.models import WorkItem
from zhike.platform.work.types import NewWork, ResultCode, ResultSet, Work, WorkCounts

__all__ = [
    "cancel_open",
    "complete",
    "counts",
    "follow_coverage",
    "create_many",
    "forget_party",
    "get",
    "of_origin",
    "of_party",
    "parties_with_open_work",
    "per_assignee",
    "summaries_of_origins",
    "summary_of_origin",
    "todo",
]
_PAGE = 50
_BATCH = 5_000


def create_many(
    items: Iterable[NewWork],
    *,
    origin_kind: str,
    origin_uid: uuid.UUID,
    origin_title: str,
    kind: str,
    result_set: str,
    step: str = "",
) -> int:
    """Create work that does not exist yet for its origin, step and party; return how many are new.

    Runs in the caller's transaction; running it twice creates nothing twice.
    """
    now = clock.now()
    rows = [
        WorkItem(
            uid=uuid7(),
            origin_kind=origin_kind,
            origin_uid=origin_uid,
            origin_title=origin_title,
            step=step,
            party_id=item.party_id,
            assignee=item.assignee,
            unit_id=item.unit_id,
            kind=kind,
            subject=item.subject,
            script=item.script,
            result_set=result_set,
            due_at=item.due_at,
            created_at=now,
        )
        for item in items
    ]
    before = WorkItem.objects.filter(origin_uid=origin_uid, step=step).count()
    WorkItem.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    return WorkItem.objects.filter(origin_uid=origin_uid, step=step).count() - before


def todo(
    *, principal: Principal, state: str = "open", after: str = "", limit: int = _PAGE
) -> tuple[list[Work], str | None]:
    """Return a page of the principal's to-do list and the cursor of the next one; most urgent first.

    Someone who may read the work of their units (a branch head) sees that, too.
    """
    rows = _within(principal, "work.read").filter(state=state)
    listed = f"work {state}"
    field, forward = ("done_at", False) if state == "done" else ("due_at", True)
    if after:
        instant, pk = cursors.unseal(listed, after)
        beyond = "gt" if forward else "lt"
        moment = datetime.fromisoformat(str(instant))
        rows = rows.filter(Q(**{f"{field}__{beyond}": moment}) | Q(**{field: moment, f"id__{beyond}": pk}))
    order = (field, "id") if forward else (f"-{field}", "-id")
    found = list(rows.order_by(*order)[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    more = cursors.seal(listed, [getattr(last, field).isoformat(), last.pk]) if last else None
    return [_as_work(row) for row in found[:limit]], more


def counts(*, principal: Principal) -> WorkCounts:
    """Return how much is open, overdue, due today and done on the principal's list."""
    mine = _within(principal, "work.read")
    now = clock.now()
    tomorrow = clock.at(clock.today() + timedelta(days=1))
    is_open = Q(state=WorkItem.State.OPEN)
    found = mine.aggregate(
        open=Count("id", filter=is_open),
        overdue=Count("id", filter=is_open & Q(due_at__lt=now)),
        due_today=Count("id", filter=is_open & Q(due_at__gte=now, due_at__lt=tomorrow)),
        done=Count("id", filter=Q(state=WorkItem.State.DONE)),
    )
    return WorkCounts(**found)


def per_assignee(*, principal: Principal) -> dict[str, WorkCounts]:
    """Return the same counts by employee number, of everybody whose work the principal may read."""
    now = clock.now()
    is_open = Q(state=WorkItem.State.OPEN)
    rows = (
        _within(principal, "work.read")
        .values("assignee")
        .annotate(
            open=Count("id", filter=is_open),
            overdue=Count("id", filter=is_open & Q(due_at__lt=now)),
            done=Count("id", filter=Q(state=WorkItem.State.DONE)),
        )
    )
    return {row["assignee"]: WorkCounts(row["open"], row["overdue"], 0, row["done"]) for row in rows}


def get(uid: uuid.UUID, *, principal: Principal) -> Work:
    """Return one work item of the principal's list. Raises NotFound."""
    return _as_work(_one(uid, principal, "work.read"))


def complete(uid: uuid.UUID, *, result: str, note: str, revision: int, principal: Principal) -> Work:
    """Finish a work item with a result code. Raises NotFound, StaleRevision, AlreadyDone, UnknownResult."""
    with database.writing():
        row = _one(uid, principal, "work.complete", lock=True)
        if row.state != WorkItem.State.OPEN:
            raise AlreadyDone(by=organization.user_names([row.done_by]).get(row.done_by, row.done_by) or "—")
        if row.revision != revision:
            raise StaleRevision(given=revision, current=row.revision)
        known = [result.key for result in _results(row.result_set)]
        if result not in known:
            raise UnknownResult(result=result, has=known)
        row.state, row.result, row.note = WorkItem.State.DONE, result, note.strip()
        row.done_by, row.done_at, row.revision = principal.employee_no, clock.now(), row.revision + 1
        row.save()
        events.publish("work.completed", "work_item", row.pk, {"origin": str(row.origin_uid), "result": result})
        audit.note(operation="complete", subject="work_item", subject_id=row.pk, details={"result": result})
    return _as_work(row)


def follow_coverage(party_ids: Sequence[int]) -> int:
    """Give the open work about parties to their serving employee where the assignee serves them no longer.

    In the caller's transaction, journalled per item; returns how many moved. Work stays where it is when nobody serves.
    """
    moved = 0
    for start in range(0, len(party_ids), _BATCH):
        batch = party_ids[start : start + _BATCH]
        serving = bulk.serving_employees(batch)
        is_open = WorkItem.objects.select_for_update().filter(party_id__in=batch, state=WorkItem.State.OPEN)
        for row in is_open.order_by("pk"):
            if row.assignee not in serving.get(row.party_id or 0, [row.assignee]):
                _reassign(row, serving[row.party_id or 0][0])
                moved += 1
    return moved


def parties_with_open_work() -> list[int]:
    """Return the parties about whom somebody has open work."""
    rows = WorkItem.objects.filter(state=WorkItem.State.OPEN, party_id__isnull=False)
    found = rows.order_by("party_id").distinct().values_list("party_id", flat=True)
    return [party_id for party_id in found if party_id is not None]


def _reassign(row: WorkItem, to: str) -> None:
    before, row.assignee, row.revision = row.assignee, to, row.revision + 1
    row.save(update_fields=["assignee", "revision"])
    audit.note(operation="reassign", subject="work_item", subject_id=row.pk, details={"assignee": [before, to]})
    events.publish("work.reassigned", "work_item", row.pk)


def forget_party(party_id: int) -> None:
    """Cancel the open work about an erased party and blank the notes of all of it, in the caller's transaction."""
    rows = WorkItem.objects.filter(party_id=party_id)
    for row in rows.filter(state=WorkItem.State.OPEN):
        audit.note(operation="cancel", subject="work_item", subject_id=row.pk)
    rows.exclude(note="").update(note="", revision=F("revision") + 1)
    rows.filter(state=WorkItem.State.OPEN).update(state=WorkItem.State.CANCELLED, revision=F("revision") + 1)


def cancel_open(*, origin_uid: uuid.UUID) -> int:
    """Cancel the open work of an origin in the caller's transaction; return how many items there were."""
    rows = WorkItem.objects.filter(origin_uid=origin_uid, state=WorkItem.State.OPEN)
    return rows.update(state=WorkItem.State.CANCELLED, revision=F("revision") + 1)


def of_party(party_id: int, *, principal: Principal, limit: int = 20) -> list[Work]:
    """Return the newest work about a party that the caller has already been allowed to see."""
    permissions.require(principal, "work.read")
    return [_as_work(row) for row in WorkItem.objects.filter(party_id=party_id).order_by("-created_at")[:limit]]


def of_origin(origin_uid: uuid.UUID, *, party_ids: Sequence[int] | None = None) -> dict[int, tuple[str, str]]:
    """Return (state, result) of the work of an origin by party id, of the given parties if any are given."""
    rows = WorkItem.objects.filter(origin_uid=origin_uid)
    if party_ids is not None:
        rows = rows.filter(party_id__in=list(party_ids))
    found = rows.values_list("party_id", "state", "result")
    return {party_id: (state, result) for party_id, state, result in found if party_id is not None}


def summary_of_origin(origin_uid: uuid.UUID) -> dict[tuple[str, str], int]:
    """Return how many work items of an origin there are by (state, result)."""
    return summaries_of_origins([origin_uid])[origin_uid]


def summaries_of_origins(origin_uids: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[tuple[str, str], int]]:
    """Return the same by origin, of several at once."""
    found: dict[uuid.UUID, dict[tuple[str, str], int]] = {uid: {} for uid in origin_uids}
    rows = WorkItem.objects.filter(origin_uid__in=origin_uids).values("origin_uid", "state", "result")
    for row in rows.annotate(n=Count("id")):
        found[row["origin_uid"]][row["state"], row["result"]] = row["n"]
    return found


def _within(principal: Principal, operation: str) -> QuerySet[WorkItem]:
    return WorkItem.objects.filter(parts.within(principal, operation, mine="assignee"))


def _one(uid: uuid.UUID, principal: Principal, operation: str, *, lock: bool = False) -> WorkItem:
    return parts.one(_within(principal, operation), uid, kind="work_item", lock=lock)


def _results(key: str) -> tuple[ResultCode, ...]:
    found: ResultSet | None = definitions.all_of(ResultSet).get(key)
    return found.results if found else ()


def _as_work(row: WorkItem) -> Work:
    return Work(
        uid=row.uid,
        kind=row.kind,
        subject=row.subject,
        script=row.script,
        party_id=row.party_id,
        assignee=row.assignee,
        due_at=row.due_at,
        state=row.state,
        result=row.result,
        note=row.note,
        done_at=row.done_at,
        revision=row.revision,
        origin_kind=row.origin_kind,
        origin_uid=row.origin_uid,
        origin_title=row.origin_title,
        results=_results(row.result_set),
        unit_id=row.unit_id,
    )
