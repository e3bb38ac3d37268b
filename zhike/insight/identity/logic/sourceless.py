"""Records that people made themselves: they are matched like those of a system until a source names them.

They come last in the order of trust. What their fields say of a match key is what a system fills the field with: that
of the first system whose column is both matched and, as it is, the value of a field.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.insight.identity.types import Identity
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse import datasets
from zhike.insight.warehouse.port import Session
from zhike.kernel import folding
from zhike.kernel.definitions import Snapshot
from zhike.kernel.encryption import keyring
from zhike.platform.objects import bulk

#: The system of these records, which no definition can name; the key of each is its inner id.
SYSTEM = ""
_GIVEN = "sourceless"


def matched_fields(definition: Identity) -> Mapping[str, str]:
    """Return the field of the object that holds the values of a match key, by key, where one does."""
    found: dict[str, str] = {}
    for system in definition.systems:
        by_column = {formula.strip(): field for field, formula in reversed(list(system.fields.items()))}
        for key, column in system.match.items():
            if column in by_column:
                found.setdefault(key, by_column[column])
    return found


def rows(session: Session, definition: Identity, snapshot: Snapshot | None, linked: str) -> Tree | None:
    """Return rows `(source_key, one column for each match key)` of the records that no source has; None without fields.

    Values are as the columns of a system have them: those of a hashed one are hashes. Records in `linked`, the dataset of
    links, are a source's already.
    """
    fields = matched_fields(definition)
    if not fields:
        return None
    hashed = hashed_keys(definition, snapshot)
    columns: dict[str, list[str | None]] = {name: [] for name in ("source_key", *(key.key for key in definition.keys))}
    for record_id, values in bulk.without_source(definition.object, list(dict.fromkeys(fields.values()))):
        columns["source_key"].append(str(record_id))
        for key in definition.keys:
            value = values.get(fields.get(key.key, ""))
            columns[key.key].append(_as_column(value, key.key in hashed))
    session.give(_GIVEN, pa.table({name: pa.array(found, pa.string()) for name, found in columns.items()}))
    given = trees.sql("select * from _given", given=trees.kept(_GIVEN))
    if not warehouse.state(linked):
        return given
    return trees.sql(
        "select g.* from _given g where cast(g.source_key as bigint) not in"
        " (select party_id from _links where identity = _own)",
        given=given,
        links=session.table(linked),
        own=trees.value(definition.key),
    )


def hashed_keys(definition: Identity, snapshot: Snapshot | None) -> set[str]:
    """Return the match keys of which the warehouse has hashes only."""
    found = set()
    for system in definition.systems:
        source = datasets.source_of(system.dataset, snapshot=snapshot)
        found |= {key for key, column in system.match.items() if source and source.column(column).certificate}
    return found


def _as_column(value: object, hashed: bool) -> str | None:
    if value is None or value == "":
        return None
    return keyring().digest(folding.certificate(str(value))) if hashed else str(value)
