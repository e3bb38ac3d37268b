"""The journal of one record in the words of its fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from zhike.platform.audit import api as audit
from zhike.platform.objects.logic.field_rights import field_rules
from zhike.platform.objects.models import PhysicalField
from zhike.platform.objects.types import ObjectType
from zhike.platform.organization import api as organization
from zhike.platform.permissions.types import Principal


@dataclass(frozen=True, slots=True)
class RecordHistory:
    """One line: who did what when; `changes` are (field key, old, new) as the viewer may see them."""

    at: datetime
    employee_no: str
    name: str
    operation: str
    changes: tuple[tuple[str, object, object], ...]
    reason: str
    details: Mapping[str, object]


def record_history(
    owner: ObjectType, record_id: int, principal: Principal, operations: Sequence[str] | None = None
) -> list[RecordHistory]:
    """Return the lines about a record, newest first; views are left out unless asked for."""
    wanted = operations or ("create", "update", "delete", "unmask")
    entries = audit.history(subject=owner.key, subject_id=record_id, operations=wanted)
    columns = dict(PhysicalField.objects.filter(object__key=owner.key).values_list("column", "key"))
    names = organization.actor_names(entry.actor for entry in entries)
    return [
        RecordHistory(
            at=entry.at,
            employee_no=entry.actor.partition(":")[2],
            name=names[entry.actor],
            operation="delete" if "deleted_at" in entry.changes else entry.operation,
            changes=_changes(owner, entry.changes, columns, principal)
            if entry.operation in ("create", "update")
            else (),
            reason=entry.reason,
            details=entry.changes if entry.operation not in ("create", "update") else {},
        )
        for entry in entries
    ]


def _changes(
    owner: ObjectType, changes: Mapping[str, object], columns: Mapping[str, str], principal: Principal
) -> tuple[tuple[str, object, object], ...]:
    found = []
    rules = field_rules(owner, owner.fields, principal)
    for column, pair in changes.items():
        field = owner.fields.get(columns.get(column, ""))
        if field is None or not isinstance(pair, list):
            continue
        if rules[field.key] != "refused":
            old, new = (field.values.present((value,), masked=rules[field.key] != "clear") for value in pair)
            found.append((field.key, old, new))
    return tuple(found)
