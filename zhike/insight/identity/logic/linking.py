"""What identity linked, for those who look into it."""

from __future__ import annotations

from zhike.expressions import trees
from zhike.insight.identity.logic import definitions
from zhike.insight.identity.logic.numbering import LINK, REDIRECT
from zhike.insight.identity.types import IdentityState, Link
from zhike.insight.warehouse import api as warehouse


def states() -> list[IdentityState]:
    """Return every definition with the records and parties that it links."""
    counted: dict[str, tuple[int, int]] = {}
    if warehouse.state(LINK):
        with warehouse.session() as session:
            counting = "select identity, count(*), count(distinct party_id) from _links group by 1"
            rows = session.rows(trees.sql(counting, links=session.table(LINK)))
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


def survivors(object: str) -> dict[int, int]:
    """Return the ids that redirect to others, over all definitions that make records of an object."""
    if not warehouse.state(REDIRECT):
        return {}
    own = {found.key for found in definitions.identities() if found.object == object}
    with warehouse.session() as session:
        rows = session.rows(
            trees.sql("select identity, old_id, new_id from _redirect", redirect=session.table(REDIRECT))
        )
    return {old: new for identity, old, new in rows if identity in own}


def links(identity: str, record: str, limit: int) -> list[Link]:
    """Return links of one definition, those of one record's party alone where a record is named."""
    definitions.identity(identity)
    if not warehouse.state(LINK):
        return []
    with warehouse.session() as session:
        links, own = session.table(LINK), trees.value(identity)
        of = []
        if record:
            system, _colon, source_key = record.partition(":")
            of.append(
                trees.sql(
                    "party_id in (select party_id from _links where identity = _own and system = _system"
                    " and source_key = _key)",
                    links=links,
                    own=own,
                    system=trees.value(system),
                    key=trees.value(source_key),
                )
            )
        rows = session.rows(
            trees.sql(
                "select identity, system, source_key, party_id from _links where identity = _own and _of"
                " order by party_id, system, source_key limit _most",
                links=links,
                own=own,
                of=trees.all_of(of),
                most=trees.value(limit),
            )
        )
    return [Link(*row) for row in rows]
