"""Who is in somebody's scope, as a bitmap: kept as long as no row that it follows from changes, so a handover holds at once."""

from __future__ import annotations

from collections.abc import Mapping

from pyroaring import BitMap

from zhike.kernel import definitions
from zhike.platform.objects.logic import table_changes
from zhike.platform.objects.logic.kept_answers import named, watched
from zhike.platform.objects.logic.known_records import scope_statement
from zhike.platform.objects.logic.statements import Kept, Statement, dated, rows
from zhike.platform.objects.types import ObjectType
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

#: Bitmaps that are kept; one of 2,000,000 records has up to 250 kB.
_KEPT = 100


def bitmap(owner: ObjectType, principal: Principal, operation: str) -> BitMap | None:
    """Return the ids in the principal's scope, or None when the scope is everything."""
    read = scope_statement(owner, principal, operation)
    if not read.sql:
        return None
    params = permissions.scope(principal, operation, owner.key).params
    values = dated(read.sql, {**read.values, **params})
    shape = (owner.key, operation, named(read, values))
    tables = watched(read)
    if tables is None:
        return _read(read, values)
    kept: Kept[BitMap] = definitions.derive("objects.scopes", lambda _all: Kept(_KEPT))
    state = table_changes.state_of(tables)
    found = kept.get((*shape, state))
    if found is None:
        found = _read(read, values)
        # Outside a block that reads one state a row may have changed between the two statements.
        if table_changes.state_of(tables) == state:
            kept.put((*shape, state), found)
    return BitMap(found)


def _read(read: Statement, values: Mapping[str, object]) -> BitMap:
    return BitMap([row[0] for row in rows(read.sql, values)])
