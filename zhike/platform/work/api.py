"""Work: one list for whatever people have to do, about any record, from any origin.

Other rooms give work by the actions `work.give` and `work.ask`; people take it, hand it on and finish it here.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from zhike.kernel import clock, context, database, isolation
from zhike.kernel.errors import Invalid, StaleRevision, ZhikeError
from zhike.kernel.ids import uuid7
from zhike.platform.audit import api as audit
from zhike.platform.objects import api as objects
from zhike.platform.organization import people
from zhike.platform.organization.types import Colleague, InUnit
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal
from zhike.platform.work.errors import NotReassigned
from zhike.platform.work.logic import deadlines, finishing, giving, handing, listing, naming, rights, seeing
from zhike.platform.work.models import Comment, WorkItem
from zhike.platform.work.types import GiveWork, NewWork, Remark, Work, WorkCounts, WorkKind, WorkQuery

__all__ = [
    "claim",
    "colleagues",
    "comment",
    "comments",
    "complete",
    "counts",
    "create",
    "delegate",
    "get",
    "kinds",
    "of_record",
    "open_of",
    "pause",
    "per_assignee",
    "per_unit",
    "reassign",
    "reassign_each",
    "release",
    "resume",
    "todo",
]
_log = logging.getLogger("zhike.work")
kinds = naming.kinds


def todo(query: WorkQuery | None = None, *, principal: Principal) -> tuple[list[Work], str | None]:
    """Return a page of the work that the principal may read and the cursor of the next one; most urgent first.

    That is their own, what they may take, what they asked others for; whoever heads units sees theirs, too.
    """
    rows, more = listing.page(query or WorkQuery(), principal)
    return [_as_work(row, principal) for row in rows], more


def counts(query: WorkQuery | None = None, *, principal: Principal) -> WorkCounts:
    """Return how much is open, overdue, due today, done and free to take of what the principal may read, and how much a
    list asks for.
    """
    return listing.counts(query or WorkQuery(), principal)


def per_assignee(unit: InUnit | None = None, *, principal: Principal) -> dict[str, WorkCounts]:
    """Return the same by employee number, of everybody whose work (of a unit) the principal may read; of nobody yet under ""."""
    return listing.per_assignee(unit, principal)


def per_unit(unit: InUnit | None = None, *, principal: Principal) -> dict[int | None, WorkCounts]:
    """Return the same by the inner id of the unit to which work belongs; of no unit under None."""
    return listing.per_unit(unit, principal)


def open_of(assignee: str, *, principal: Principal) -> int:
    """Return how much open work of what the principal may read somebody has, by employee number. Raises Refused."""
    return rights.within(principal, "work.read").filter(assignee=assignee, state=WorkItem.State.OPEN).count()


def get(uid: uuid.UUID, *, principal: Principal) -> Work:
    """Return one work item that the principal may read. Raises NotFound."""
    return _as_work(rights.one(uid, principal), principal)


def of_record(object: str, record_id: int, *, principal: Principal, limit: int = 20) -> list[Work]:
    """Return the newest work that the principal may read about a record (inner id) that they have been found to see.

    Raises Refused.
    """
    rows = rights.within(principal, "work.read").filter(object=object, record_id=record_id)
    return [_as_work(row, principal) for row in rows.order_by("-created_at")[:limit]]


def create(
    kind: str,
    *,
    subject: str,
    script: str = "",
    assignee: str = "",
    about: tuple[str, uuid.UUID] | None = None,
    due_at: datetime | None = None,
    principal: Principal,
) -> Work:
    """Give one piece of work to a colleague, or to oneself, about a record (object, uid) or none.

    Raises Refused, NotFound, UnknownKind, NoResults, NoSuchColleague, CannotSee, Invalid without a subject or late at once.
    """
    permissions.require(principal, "work.create")
    wanted = naming.kind_of_new(kind, by_hand=True)
    if findings := _faults_of_new(wanted, subject, due_at):
        raise Invalid(findings=findings)
    object, record = about or ("", None)
    record_id = objects.ids(object, [record], principal=principal)[record] if record is not None else None
    to = assignee or principal.me
    handing.require_able(to, principal)
    uid = uuid7()
    item = NewWork(
        record=record_id,
        subject=subject.strip(),
        script=script.strip(),
        assignee=to,
        unit=principal.unit,
        due_at=due_at,
    )
    with database.writing():
        work = GiveWork(
            kind=kind,
            origin_kind="work",
            origin_uid=uid,
            origin_title="",
            object=object,
            asked_by=principal.me,
            items=(item,),
        )
        giving.give(work)
        row = WorkItem.objects.get(origin_uid=uid)
        seeing.let_see(row, to, principal)
        audit.note(operation="create", subject="work_item", subject_id=row.pk)
    return _as_work(row, principal)


def _faults_of_new(kind: WorkKind, subject: str, due_at: datetime | None) -> list[dict[str, object]]:
    """What is wrong with work that somebody gives."""
    found: list[dict[str, object]] = []
    if not subject.strip():
        said = {"code": "work.no_subject", "message": "请填写事项", "message_en": "Say what is to be done"}
        found.append({**said, "field": "subject"})
    if due_at is not None and (fault := deadlines.fault_of(kind, due_at)):
        found.append({**fault, "field": "due_at"})
    return found


def complete(
    uid: uuid.UUID,
    *,
    result: str,
    note: str,
    revision: int,
    form: Mapping[str, object] | None = None,
    principal: Principal,
) -> Work:
    """Finish a work item with a result code and what its kind's form asks for; what was asked for with it is done.

    Raises NotFound, StaleRevision, AlreadyDone, NotHeld, UnknownResult, Invalid, and what the action raises.
    """

    def act(row: WorkItem) -> None:
        finishing.finish(row, result=result, note=note, form=form or {}, revision=revision, principal=principal)

    return _acted(uid, principal, act, "work.complete")


def claim(uid: uuid.UUID, *, principal: Principal) -> Work:
    """Take work that nobody has. Raises NotFound, AlreadyTaken, AlreadyDone, NotHeld."""
    return _acted(uid, principal, lambda row: handing.claim(row, principal))


def release(uid: uuid.UUID, *, principal: Principal) -> Work:
    """Put work back where it came from. Raises NotFound, AlreadyDone, NotHeld."""
    return _acted(uid, principal, lambda row: handing.release(row, principal))


def delegate(uid: uuid.UUID, *, to: str, principal: Principal) -> Work:
    """Let a colleague (employee number) do one's work. Raises NotFound, AlreadyDone, NotHeld, NoSuchColleague."""
    return _acted(uid, principal, lambda row: handing.delegate(row, to, principal))


def reassign(uid: uuid.UUID, *, to: str, reason: str, revision: int | None = None, principal: Principal) -> Work:
    """Give work to somebody else for good, where it is at `revision` if one is given.

    Raises NotFound, AlreadyDone, NotHeld, NoSuchColleague, CannotSee, StaleRevision.
    """

    def give(row: WorkItem) -> None:
        if revision is not None and row.revision != revision:
            raise StaleRevision(given=revision, current=row.revision)
        handing.reassign(row, to, principal)

    with context.acting(reason=reason):
        return _acted(uid, principal, give, "work.reassign")


def reassign_each(
    uids: Sequence[uuid.UUID], *, to: str, reason: str, principal: Principal
) -> dict[uuid.UUID, ZhikeError | None]:
    """Give each of several pieces of work to somebody else for good; return by uid why one was not given, None if it was.

    Each is given by itself, so that what cannot be given hurts nothing else. What they have already is given: this may be
    run twice. Raises Refused.
    """
    permissions.require(principal, "work.reassign")
    return {uid: _not_reassigned(uid, to, reason, principal) for uid in dict.fromkeys(uids)}


def _not_reassigned(uid: uuid.UUID, to: str, reason: str, principal: Principal) -> ZhikeError | None:
    error = isolation.fault_of(lambda: reassign(uid, to=to, reason=reason, principal=principal))
    if error is None or isinstance(error, ZhikeError):
        return error
    _log.error("work not reassigned", exc_info=error, extra={"work": str(uid)})
    return NotReassigned()


def pause(uid: uuid.UUID, *, reason: str, principal: Principal) -> Work:
    """Let the clock of work rest. Raises NotFound, AlreadyDone, NotHeld, ClockRests."""
    return _clock(uid, "pause", reason, principal)


def resume(uid: uuid.UUID, *, principal: Principal) -> Work:
    """Let the clock of work go on with what it had left. Raises NotFound, AlreadyDone, NotHeld, ClockRests."""
    return _clock(uid, "resume", "", principal)


def comment(uid: uuid.UUID, text: str, *, principal: Principal) -> list[Remark]:
    """Say something about work that one may read; return everything that was said.

    Raises NotFound, Invalid, AlreadyDone about cancelled work.
    """
    said = text.strip()
    if not said:
        empty = {"code": "work.no_text", "message": "请填写讨论内容", "message_en": "Say something"}
        raise Invalid(findings=[{**empty, "field": "text"}])

    def say(row: WorkItem) -> None:
        rights.require(row, principal, "comment")
        Comment.objects.create(uid=uuid7(), item=row, by=principal.me or principal.name, at=clock.now(), text=said)
        audit.note(operation="comment", subject="work_item", subject_id=row.pk)

    _acted(uid, principal, say)
    return comments(uid, principal=principal)


def comments(uid: uuid.UUID, *, principal: Principal) -> list[Remark]:
    """Return what was said about work that one may read, and through whose hands it went, in order. Raises NotFound."""
    row = rights.one(uid, principal)
    said = [Remark(one.by, one.at, one.text) for one in row.comments.order_by("id")]
    return sorted([*said, *handing.told(row)], key=lambda remark: remark.at)


def colleagues(text: str = "", *, principal: Principal) -> list[Colleague]:
    """Return the colleagues in the principal's units to whom work can be given, by name or number. Raises Refused."""
    permissions.require(principal, "work.read")
    return [one for one in people.colleagues(principal.units, text=text) if one.employee_no != principal.me]


def _clock(uid: uuid.UUID, act: str, reason: str, principal: Principal) -> Work:
    def turn(row: WorkItem) -> None:
        rights.require(row, principal, "pause" if act == "pause" else "resume")
        if act == "pause":
            deadlines.pause(row, principal.me or principal.name, reason.strip())
        else:
            deadlines.resume(row)
        row.revision += 1
        row.save()
        audit.note(operation=act, subject="work_item", subject_id=row.pk)

    with context.acting(reason=reason):
        return _acted(uid, principal, turn, "work.complete")


def _acted(uid: uuid.UUID, principal: Principal, act: Callable[[WorkItem], None], operation: str = "work.read") -> Work:
    """Do an act on locked work that the principal reaches, in one transaction; return the work after it."""
    with database.writing():
        # What one may do is found again under the lock: somebody may have been faster.
        found = rights.one(uid, principal, operation)
        row = WorkItem.objects.select_for_update().get(pk=found.pk)
        act(row)
    return _as_work(row, principal)


def _as_work(row: WorkItem, principal: Principal) -> Work:
    """What its viewer reads of a row, in their language where a room composed it."""
    english = principal.language == "en"
    return Work(
        uid=row.uid,
        kind=row.kind,
        subject=(english and row.subject_en) or row.subject,
        script=(english and row.script_en) or row.script,
        object=row.object,
        record_id=row.record_id,
        assignee=row.assignee,
        candidates=tuple(row.candidates),
        delegated_by=row.delegated_by,
        asked_by=row.asked_by,
        due_at=row.due_at,
        paused_at=row.paused_at,
        paused_by=row.paused_by,
        paused_why=row.paused_why,
        state=row.state,
        result=row.result,
        note=row.note,
        form=row.form,
        proposed=row.proposed,
        outcome=row.outcome if row.asked_by == principal.me else {},
        done_by=row.done_by,
        done_at=row.done_at,
        created_at=row.created_at,
        revision=row.revision,
        origin_kind=row.origin_kind,
        origin_uid=row.origin_uid,
        origin_title=(english and row.origin_title_en) or row.origin_title,
        results=naming.results(row.result_set),
        may=rights.may(row, principal),
        unit_id=row.unit_id,
    )
