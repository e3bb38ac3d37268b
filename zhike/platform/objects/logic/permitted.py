"""One record with what its viewer may do with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from zhike.kernel import database, definitions
from zhike.platform.objects.logic import single_records, writing
from zhike.platform.objects.logic.presenting import present
from zhike.platform.objects.types import ObjectType, Record
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal


def record(owner: ObjectType, row: Mapping[str, Any], principal: Principal) -> Record:
    """Return a row with all its fields as a record for `principal`."""
    return database.once(("record", owner.key, row["id"], principal), lambda: _record(owner, row, principal))


def _record(owner: ObjectType, row: Mapping[str, Any], principal: Principal) -> Record:
    fields = list(owner.fields.values())
    record = present(owner, fields, [row], principal)[0]
    scoped = definitions.derive(f"objects.scoped:{owner.key}:{principal.shape}", lambda _all: _scoped(owner, principal))
    permitted = [
        operation
        for operation, as_read in scoped.items()
        if (as_read or single_records.in_scope(owner, row["id"], principal, operation))
        and (operation != "delete" or writing.deletable(row, principal))
    ]
    return replace(record, permitted=tuple(permitted))


def _scoped(owner: ObjectType, principal: Principal) -> dict[str, bool]:
    """The operations that the principal's roles hold on some records, and whether on all it reads."""
    reads = permissions.scope(principal, "read", owner.key)
    return {
        operation: permissions.scope(principal, operation, owner.key) == reads
        for operation in ("update", "delete", "unmask", "share", "access_log")
        if permissions.allowed(principal, f"{owner.key}.{operation}")
    }
