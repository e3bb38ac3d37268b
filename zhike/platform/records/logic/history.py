"""The journal of one record in the words of its fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from zhike.platform.audit import api as audit
from zhike.platform.audit.types import JournalEntry
from zhike.platform.fields.types import Wire
from zhike.platform.objects import api as objects
from zhike.platform.objects import catalogue
from zhike.platform.objects.types import FieldType, ObjectType
from zhike.platform.organization import api as organization
from zhike.platform.permissions.types import Principal
from zhike.platform.records.logic import sharing

Change = tuple[str, Wire, Wire]
_CHANGING = ("create", "update")
#: Reads that say nothing but that somebody looked: of a day they are told together.
_GATHERED = ("view",)


@dataclass(frozen=True, slots=True)
class Recipient:
    """With whom a record was shared, a "user" or a "unit" by number or code, and through which day."""

    kind: str
    key: str
    name: str
    until: date


@dataclass(frozen=True, slots=True)
class RecordHistory:
    """One line: who did what when; `changes` are (field key, old, new) as the viewer may see them.

    The line of a share, or of its end, says with whom it is (`shared`).
    A line that stands for several of a day says how often (`times`) and when the first of them was (`since`).
    """

    at: datetime
    employee_no: str
    name: str
    operation: str
    changes: tuple[Change, ...]
    reason: str
    details: Mapping[str, object]
    times: int = 1
    since: datetime | None = None
    shared: Recipient | None = None


def record_history(
    owner: ObjectType, row: Mapping[str, object], principal: Principal, operations: Sequence[str] | None = None
) -> list[RecordHistory]:
    """Return the lines about the record `row`, newest first; views are left out unless asked for."""
    wanted = operations or (*_CHANGING, "delete", "unmask")
    record_id = row["id"]
    assert isinstance(record_id, int)
    gathered = [operation for operation in _GATHERED if operation in wanted]
    entries = audit.history(subject=owner.key, subject_id=record_id, operations=wanted, gathered=gathered)
    names = organization.actor_names((entry.actor for entry in entries), principal.language)
    told = _Told(owner, row, principal)
    called = _called(entries)
    found = [
        RecordHistory(
            at=entry.at,
            employee_no="" if entry.actor.startswith("file:") else entry.actor.partition(":")[2],
            name=names[entry.actor],
            operation="delete" if "deleted_at" in entry.changes else entry.operation,
            changes=told.changes(entry) if entry.operation in _CHANGING else (),
            reason=entry.reason,
            details=entry.changes if entry.operation not in _CHANGING else {},
            times=entry.times,
            since=entry.since,
            shared=_recipient(entry, called),
        )
        for entry in entries
    ]
    return _with_displays(owner, found, principal)


def _called(entries: Iterable[JournalEntry]) -> dict[tuple[object, object], str]:
    """Return what the journal's recipients are called now, by kind and key: users as its actors are, by their names."""
    found = {(entry.changes["kind"], entry.changes["to"]) for entry in entries if entry.operation in sharing.OPERATIONS}
    names = organization.user_names(str(key) for kind, key in found if kind == "user")
    called: dict[tuple[object, object], str] = {("user", key): name for key, name in names.items()}
    if any(kind == "unit" for kind, _key in found):
        called |= {("unit", unit.code): unit.name for unit in organization.all_units()}
    return called


def _recipient(entry: JournalEntry, called: Mapping[tuple[object, object], str]) -> Recipient | None:
    if entry.operation not in sharing.OPERATIONS:
        return None
    kind, key = str(entry.changes["kind"]), str(entry.changes["to"])
    return Recipient(kind, key, called.get((kind, key), ""), date.fromisoformat(str(entry.changes["until"])))


class _Told:
    """What changed, line by line from the newest back: a value in several columns is told as a whole.

    What a line does not say of the columns beside is as it was before the next change.
    """

    def __init__(self, owner: ObjectType, row: Mapping[str, object], principal: Principal) -> None:
        rules = catalogue.field_rules(owner.key, principal=principal)
        self._fields = [(field, rules[key]) for key, field in owner.fields.items() if field.stored]
        self._beside = {
            f"{field.column}{suffix}": row.get(f"f:{field.key}{suffix}")
            for field, _rule in self._fields
            for suffix in ("", *field.values.shown)
        }

    def changes(self, entry: JournalEntry) -> tuple[Change, ...]:
        """Return the fields that a line changed, without those that the viewer is refused."""
        found = (self._change(field, rule, entry.changes) for field, rule in self._fields)
        return tuple(change for change in found if change is not None)

    def _change(self, field: FieldType, rule: str, changes: Mapping[str, object]) -> Change | None:
        columns = [f"{field.column}{suffix}" for suffix in ("", *field.values.shown)]
        if not any(isinstance(changes.get(column), list) for column in columns):
            return None
        old, new = [], []
        for column in columns:
            pair = changes.get(column)
            was, became = pair if isinstance(pair, list) else (self._beside[column], self._beside[column])
            self._beside[column] = was
            old.append(was)
            new.append(became)
        if rule == "refused":
            return None
        hidden = rule != "clear"
        return field.key, field.values.present(old, masked=hidden), field.values.present(new, masked=hidden)


def _with_displays(owner: ObjectType, entries: Sequence[RecordHistory], principal: Principal) -> list[RecordHistory]:
    """Return the lines with what references pointed at by its display instead of its inner id."""
    ids: dict[str, set[int]] = {}
    for field, value in _values(owner, entries):
        if field.values.pointer is not None and isinstance(value, int):
            ids.setdefault(field.target, set()).add(value)
    shown = {target: objects.displays(target, found, principal=principal) for target, found in ids.items()}

    def said(key: str, value: Wire) -> Wire:
        field = owner.fields[key]
        if field.values.pointer is None or not isinstance(value, int):
            return value
        return shown[field.target].get(value)

    return [
        replace(entry, changes=tuple((key, said(key, old), said(key, new)) for key, old, new in entry.changes))
        for entry in entries
    ]


def _values(owner: ObjectType, entries: Iterable[RecordHistory]) -> Iterable[tuple[FieldType, Wire]]:
    for entry in entries:
        for key, old, new in entry.changes:
            yield owner.fields[key], old
            yield owner.fields[key], new
