"""Ending a piece of work: its result, its form, and what was asked for with it."""

from __future__ import annotations

from collections.abc import Mapping

from zhike.kernel import actions, clock, events
from zhike.kernel.errors import Invalid, StaleRevision
from zhike.platform.audit import api as audit
from zhike.platform.fields.api import ValueType
from zhike.platform.fields.errors import BadValue
from zhike.platform.objects.types import FieldDefinition
from zhike.platform.organization import people
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal
from zhike.platform.work.errors import NoSuchColleague, UnknownResult
from zhike.platform.work.logic import deadlines, naming, rights
from zhike.platform.work.models import WorkItem
from zhike.platform.work.types import Asked, WorkKind


def finish(
    row: WorkItem, *, result: str, note: str, form: Mapping[str, object], revision: int, principal: Principal
) -> None:
    """End locked work with a result, in the caller's transaction, and do what was asked for with it if it acts."""
    rights.require(row, principal, "complete")
    if row.revision != revision:
        raise StaleRevision(given=revision, current=row.revision)
    codes = {code.key: code for code in naming.results(row.result_set)}
    if result not in codes:
        raise UnknownResult(result=result, has=list(codes))
    kind = naming.kind(row.kind)
    faults = [] if note.strip() or not codes[result].reason else [_fault("note", "请写明原因", "Say why")]
    row.form, wrong = _filled(kind, form)
    if faults + wrong:
        raise Invalid(findings=faults + wrong)
    row.state, row.result, row.note = WorkItem.State.DONE, result, note.strip()
    row.assignee = row.assignee or principal.me
    row.done_by, row.done_at, row.revision = principal.me, clock.now(), row.revision + 1
    if row.act and kind and result in kind.acts:
        row.outcome = dict(_do(row))
    row.act = None  # it may name people, and nothing asks for it any more
    row.save()
    deadlines.end(WorkItem.objects.filter(pk=row.pk))
    events.publish("work.completed", "work_item", row.pk, {"origin": str(row.origin_uid), "result": result})
    audit.note(operation="complete", subject="work_item", subject_id=row.pk, details={"result": result})


def _do(row: WorkItem) -> Mapping[str, object]:
    """Do what was asked for, with the rights that the asker has now, once."""
    found = people.user_id(row.asked_by)
    if found is None:
        raise NoSuchColleague(employee_no=row.asked_by)
    asker = permissions.principal_of_user(found)
    asked = Asked.model_validate(row.act)
    return actions.run(asked.action, asked.params, asker=asker, once=f"work:{row.uid}")


def _filled(kind: WorkKind | None, form: Mapping[str, object]) -> tuple[dict[str, object], list[dict[str, object]]]:
    """The form as it is kept, and what is wrong with it."""
    known = {field.key: field for field in kind.form} if kind else {}
    kept: dict[str, object] = {}
    faults = [
        _fault(f"form.{key}", f"没有“{key}”这一项", f"There is no entry '{key}'") for key in form if key not in known
    ]
    for key, field in known.items():
        values = field.values()
        try:
            filled = values.parse(form.get(key))
        except BadValue as error:
            faults.append(_wrong(field, f"应为{error.expected_zh}", f"should be {error.expected}"))
            continue
        if filled is not None and values.written and (wrong := values.written.fault(str(filled), form)):
            faults.append(_wrong(field, wrong.zh, wrong.en))
        elif filled is not None:
            kept[key] = _as_read(values, filled)
        elif field.required:
            faults.append(_wrong(field, "必填", "is required"))
    return kept, faults


def _as_read(values: ValueType, filled: object) -> object:
    """What was filled in, as the fields of records are read."""
    stored = values.store(filled)
    return values.present([stored[suffix] for suffix in ("", *values.shown)])


def _wrong(field: FieldDefinition, zh: str, en: str) -> dict[str, object]:
    return _fault(f"form.{field.key}", f"{field.labels.zh}：{zh}", f"{field.labels.en} {en}")


def _fault(field: str, zh: str, en: str) -> dict[str, object]:
    return {"code": "work.form", "field": field, "message": zh, "message_en": en}
