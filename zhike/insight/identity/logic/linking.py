"""What identity linked, for those who look into it."""

from __future__ import annotations

from zhike.insight.identity.logic import definitions
from zhike.insight.identity.logic.numbering import LINK
from zhike.insight.identity.types import IdentityState, Link
from zhike.insight.warehouse import api as warehouse


def states() -> list[IdentityState]:
    """Return every definition with the records and parties that it links."""
    counted: dict[str, tuple[int, int]] = {}
    if warehouse.state(LINK):
        with warehouse.session() as connection:
            rows = connection.execute(
                f"select identity, count(*), count(distinct party_id) from {warehouse.relation(LINK)} group by 1"
            ).fetchall()
        counted = {key: (records, parties) for key, records, parties in rows}
    return [
        IdentityState(
            key=found.key,
            labels=found.labels,
            object=found.object,
            systems=tuple(system.system for system in found.systems),
            records=counted.get(found.key, (0, 0))[0],
            parties=counted.get(found.key, (0, 0))[1],
        )
        for found in definitions.identities()
    ]


def links(identity: str, record: str, limit: int) -> list[Link]:
    """Return links of one definition, those of one record's party alone where a record is named."""
    definitions.identity(identity)
    if not warehouse.state(LINK):
        return []
    relation = warehouse.relation(LINK)
    where, values = "identity = ?", [identity]
    if record:
        system, _colon, source_key = record.partition(":")
        where += (
            f" and party_id in (select party_id from {relation} where identity = ? and system = ? and source_key = ?)"
        )
        values += [identity, system, source_key]
    with warehouse.session() as connection:
        rows = connection.execute(
            f"select identity, system, source_key, party_id from {relation} where {where}"
            f" order by party_id, system, source_key limit {int(limit)}",
            values,
        ).fetchall()
    return [Link(*row) for row in rows]
