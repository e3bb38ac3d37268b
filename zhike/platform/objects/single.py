"""Single records in somebody's scope, for the rooms above that show them or act on them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic import known_records, permitted, single_records
from zhike.platform.objects.types import Record
from zhike.platform.permissions.types import Principal

__all__ = ["presented", "reached", "row"]


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


def reached(object: str, ids: Sequence[int], operations: Sequence[str], *, principal: Principal) -> list[int]:
    """Return those of `ids` on whose live records the principal may do all of the operations by grants of its own."""
    return known_records.reached_ids(catalogues.object_type(object), ids, principal, operations)
