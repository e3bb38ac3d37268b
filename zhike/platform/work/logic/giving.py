"""Giving work: many pieces of one origin at once, or one question to whoever decides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from zhike.kernel import actions, clock, database, events, timers
from zhike.kernel.actions import Action
from zhike.kernel.definition_parts import Labels, kept
from zhike.kernel.ids import uuid7
from zhike.platform.audit import api as audit
from zhike.platform.organization import people
from zhike.platform.permissions.types import Principal
from zhike.platform.work.errors import NobodyToAsk
from zhike.platform.work.logic import deadlines, naming, proposals
from zhike.platform.work.models import WorkItem
from zhike.platform.work.types import AskWork, Candidate, GiveWork, NewWork, WorkKind

#: What is without a deadline comes last.
NEVER = datetime(9999, 12, 31, tzinfo=UTC)


def give(work: GiveWork, _asker: object = None) -> Mapping[str, object]:
    """Give work that does not exist yet for its origin, step, record and occurrence; answer how many pieces are new.

    Runs in the caller's transaction; running it twice gives nothing twice. Raises UnknownKind, NoResults.
    """
    kind = naming.kind_of_new(work.kind)
    rows = [_row(work, kind, item) for item in work.items]
    with database.writing():
        known = WorkItem.objects.filter(origin_uid=work.origin_uid, step=work.step)
        before = known.count()
        WorkItem.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
        new = known.count() - before
        due = {str(row.uid): row.due_at for row in rows if row.due_at is not None}
        if new < len(rows):  # those that were there keep their own clocks
            made = {str(uid) for uid in known.filter(uid__in=list(due)).values_list("uid", flat=True)}
            due = {uid: at for uid, at in due.items() if uid in made}
        timers.set_timers(deadlines.DUE, due, counting=kind.counting)
    return {"given": new}


def ask(question: AskWork, asker: Principal) -> Mapping[str, object]:
    """Ask whoever holds a role in the asker's unit, or nearest above it; answer which piece of work that is.

    Raises NobodyToAsk, UnknownKind, NoResults; Invalid where the action asked for would not take its parameters.
    """
    role, unit = _decider(question, asker)
    kind = naming.kind_of_new(question.kind)
    item = NewWork(
        record=question.record,
        subject=question.subject,
        script=question.reason,
        candidates=(Candidate(kind="role", key=role, unit=unit),),
        unit=unit,
    )
    uid = uuid7()
    work = GiveWork(
        kind=kind.key,
        origin_kind="work",
        origin_uid=uid,
        origin_title="",
        object=question.object,
        asked_by=asker.employee_no,
        act=question.act,
        items=(item,),
    )
    row = _row(work, kind, item)
    row.uid = uid
    row.proposed = proposals.sealed(question.proposed)
    with database.writing():
        row.save(force_insert=True)
        if row.due_at is not None:
            timers.set_timer(deadlines.DUE, str(uid), row.due_at, counting=kind.counting)
        details = {"action": question.act.action} if question.act else {}
        audit.note(operation="ask", subject="work_item", subject_id=row.pk, details=details)
        events.publish("work.asked", "work_item", row.pk)
    return {"work": str(uid)}


def _decider(question: AskWork, asker: Principal) -> tuple[str, int]:
    """The first of the roles that somebody but the asker holds near, and the unit where."""
    for role in question.roles if asker.unit else ():
        unit = people.nearest_unit(role, asker.unit or 0, but=asker.employee_no)
        if unit is not None:
            return role, unit
    raise NobodyToAsk(role=[naming.role_words(role)[asker.language] for role in question.roles])


def _right_to_what_is_asked(question: AskWork) -> str:
    """Nobody asks for what they may not do themselves."""
    if question.act is None:
        return "work.create"
    wanted = actions.named(question.act.action)
    return wanted.operation(actions.checked(question.act.action, question.act.params))


GIVE = Action("work.give", Labels("派发待办", "Give work"), GiveWork, lambda _work: "work.create", give)
ASK = Action("work.ask", Labels("提交审批", "Ask for approval"), AskWork, _right_to_what_is_asked, ask)


def _row(work: GiveWork, kind: WorkKind, item: NewWork) -> WorkItem:
    due_at = item.due_at or naming.deadline(kind)
    (subject, subject_en), (script, script_en) = kept(item.subject), kept(item.script)
    title, title_en = kept(work.origin_title)
    return WorkItem(
        uid=uuid7(),
        kind=kind.key,
        origin_kind=work.origin_kind,
        origin_uid=work.origin_uid,
        origin_title=title,
        origin_title_en=title_en,
        step=work.step,
        occurrence=work.occurrence,
        object=work.object if item.record is not None else "",
        record_id=item.record,
        assignee=item.assignee,
        candidates=[candidate.held_as for candidate in item.candidates],
        asked_by=work.asked_by,
        unit_id=item.unit,
        subject=subject,
        subject_en=subject_en,
        script=script,
        script_en=script_en,
        result_set=naming.results_of_new(kind, work.results),
        act=work.act.model_dump(mode="json") if work.act else None,
        due_at=due_at,
        urgent_at=due_at or NEVER,
        created_at=clock.now(),
    )
