"""Single records in somebody's scope, for the rooms above that show them or act on them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic import known_records, permitted, same_values, single_records, whole_numbers, writing
from zhike.platform.objects.logic.presenting import present
from zhike.platform.objects.types import FieldType, Record
from zhike.platform.permissions.types import Principal

__all__ = ["count_question", "having", "is_number", "presented", "propose", "proposed", "reached", "row"]


def row(
    object: str,
    uid: uuid.UUID,
    operation: str,
    *,
    principal: Principal,
    lock: bool = False,
    deleted: bool = False,
) -> dict[str, Any]:
    """Return all columns of a record on which the principal may do `operation`, of a deleted one only if `deleted`.

    Raises NotFound when there is none.
    """
    owner = catalogues.object_type(object)
    return single_records.row_by_uid(owner, uid, principal, operation, lock=lock, deleted=deleted)


def presented(object: str, row: Mapping[str, Any], *, principal: Principal) -> Record:
    """Return what `row` gave as the principal may see it, with what it may do with the record."""
    return permitted.record(catalogues.object_type(object), row, principal)


def propose(object: str, uid: uuid.UUID, given: Mapping[str, object], *, principal: Principal) -> int:
    """Return the inner id of a record for which values of fields that a source keeps are proposed.

    Raises Invalid with every finding where they could not stand there, Refused, NotFound.
    """
    owner = catalogues.object_type(object)
    row = single_records.row_by_uid(owner, uid, principal, "read")
    writing.check_proposal(owner, row, given, principal)
    return int(row["id"])


def proposed(
    object: str, record_id: int, given: Mapping[str, object], *, principal: Principal
) -> tuple[Record, Record]:
    """Return a record as it is and as it would be with the given values, both as the principal may see it.

    Raises NotFound outside its scope.
    """
    owner = catalogues.object_type(object)
    row = single_records.row_by_id(owner, record_id, principal, "read")
    fields = list(owner.fields.values())
    now, then = (present(owner, fields, [one], principal)[0] for one in (row, writing.as_proposed(owner, row, given)))
    return now, then


def reached(object: str, ids: Sequence[int], operations: Sequence[str], *, principal: Principal) -> list[int]:
    """Return those of `ids` on whose live records the principal may do all of the operations by grants of its own."""
    return known_records.reached_ids(catalogues.object_type(object), ids, principal, operations)


def is_number(field: FieldType) -> bool:
    """Return whether records are found by a whole number of the field."""
    return same_values.is_asked_by(field)


def having(object: str, key: str, text: str, *, most: int) -> Sequence[int]:
    """Return the ids of at most `most` live records of the whole firm that have a number in a field.

    For engines; whoever tells a person of them counts it by `count_question`.
    """
    owner = catalogues.object_type(object)
    return same_values.ids(owner, owner.fields[key], text, most)


def count_question(object: str, question: str, found: Sequence[int], key: str, *, principal: Principal) -> None:
    """Note who asked for whole numbers and at which records they were found in a field; raises FindSeries in a series."""
    owner = catalogues.object_type(object)
    whole_numbers.count(owner, question, {record_id: [key] for record_id in found}, principal)
