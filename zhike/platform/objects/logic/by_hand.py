"""What people have to say, and write as its form is, where a source may do without: it gives what it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from zhike.platform.objects import faults
from zhike.platform.objects.logic.field_rights import field_rule
from zhike.platform.objects.types import Fault, FieldType, ObjectType
from zhike.platform.permissions.types import Principal


def is_needed(field: FieldType, principal: Principal) -> bool:
    """Return whether a record that `principal` writes cannot be without the field."""
    return field.required or (field.required_by_hand and principal.kind != "system")


def unwritten(
    owner: ObjectType, parsed: Mapping[str, object], stored: Mapping[str, Any], principal: Principal
) -> Iterator[Fault]:
    """Yield what is wrong with how people wrote values of a fixed form; `stored` is the record before, if there is one.

    A value that stays while its kind changes is held against the new kind by who sees it; others write it anew, or
    they would learn what it is by changing kinds.
    """
    for field in owner.fields.values():
        written = field.values.written
        if written is None or not field.stored or principal.kind == "system":
            continue
        kind = owner.fields[written.by] if written.by else None
        if parsed.get(field.key) is not None:
            yield from _of_value(field, kind, str(parsed[field.key]), parsed, stored)
        elif kind is not None and field.key not in parsed and kind.key in parsed:
            yield from _of_kept(owner, field, kind, parsed, stored, principal)


def _of_value(
    field: FieldType, kind: FieldType | None, value: str, parsed: Mapping[str, object], stored: Mapping[str, Any]
) -> Iterator[Fault]:
    written = field.values.written
    assert written is not None
    beside: dict[str, object] = {}
    if kind is not None:
        beside[kind.key] = parsed[kind.key] if kind.key in parsed else stored.get(f"f:{kind.key}")
        if beside[kind.key] is None:
            yield faults.unsaid_kind(kind, field)
            return
    wrong = written.fault(value, beside)
    if wrong is not None:
        yield faults.unwritten(field, wrong)


def _of_kept(
    owner: ObjectType,
    field: FieldType,
    kind: FieldType,
    parsed: Mapping[str, object],
    stored: Mapping[str, Any],
    principal: Principal,
) -> Iterator[Fault]:
    kept = field.values.clear(stored.get(f"f:{field.key}"))
    if not kept or parsed[kind.key] == stored.get(f"f:{kind.key}"):
        return
    if field_rule(owner, field.key, principal) == "clear" or not field.mask:
        yield from _of_value(field, kind, str(kept), parsed, stored)
    else:
        yield faults.write_anew(field, kind)
