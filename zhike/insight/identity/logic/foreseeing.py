"""What a received file would do to parties and master records, before it is loaded: the feeds' own rows, compared only."""

from __future__ import annotations

from collections.abc import Iterator

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.insight.identity.logic import definitions, feeding
from zhike.insight.identity.logic.numbering import LINK
from zhike.insight.identity.types import Identity, IdentitySystem, Master
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse import datasets
from zhike.insight.warehouse.port import Session
from zhike.insight.warehouse.types import Difference, Effect
from zhike.kernel import clock
from zhike.kernel.definition_parts import Labels
from zhike.platform.exchange import api as exchange
from zhike.platform.exchange.types import LoadColumn, LoadEffect
from zhike.platform.objects import catalogue
from zhike.platform.organization import api as organization

_UNITS = Labels("机构", "Org units")
#: Codes of new units that are told.
_EXAMPLES = 5


def effects(session: Session, difference: Difference) -> Iterator[Effect]:
    """Yield what the rows that differ would do to the records that are fed from their dataset."""
    if not warehouse.state(LINK):
        return
    dataset = difference.source.dataset
    for identity in definitions.identities(None):
        for rank, system in enumerate(identity.systems):
            if system.dataset == dataset:
                parties = _of_parties(session, identity, rank, difference)
                yield from _told(difference, parties, joined=bool(identity.rules))
    for master in definitions.masters(None):
        if master.dataset != dataset:
            continue
        if master.object == definitions.ORG_UNIT:
            yield from _of_units(session, master, difference)
        else:
            yield from _told(difference, _of_master(session, master, difference))


def _told(difference: Difference, found: list[LoadEffect], *, joined: bool = False) -> Iterator[Effect]:
    """The effects on records; where those of several systems are `joined`, a row that is new may be of one that is there."""
    for one in found:
        called = catalogue.describe(one.object).labels
        yield Effect(
            one.kind,
            Labels(called["zh"], called["en"]),
            one.count,
            one.of,
            *_allowed(difference, one.kind),
            at_most=joined and one.kind == "create",
            object=one.object,
            units=one.units,
            records=one.records,
            records_of=one.records_of,
            keys=one.keys,
        )


def _allowed(difference: Difference, kind: str) -> tuple[float, float | None]:
    source = difference.source
    return warehouse.allowed_effects(source, kind), warehouse.allowed_of_few(source, kind)


def _of_units(session: Session, master: Master, difference: Difference) -> Iterator[Effect]:
    """What the rows would do to the org units, which of them they name no longer: by unit."""
    schema = definitions.master_schema(master, None)
    texts = {column.field: feeding.compiled(schema, column.text) for column in master.columns}
    values = [texts[field] for field in feeding.UNIT_FIELDS]
    after, before = (
        {row[0]: row for row in session.rows(trees.sql("select _values from _rows d", values=values, rows=rows))}
        for rows in (difference.after, difference.before)
    )
    units = {unit.code: unit for unit in organization.all_units()}
    # The path is the codes from the root down: the one before its own is the parent's.
    said = {
        unit.code: (unit.code, unit.name, unit.kind, ([None, *unit.path.split("/")])[-3]) for unit in units.values()
    }
    found = {
        "create": [code for code in after if code not in units],
        "change": [code for code, row in after.items() if code in units and row != said[code]],
        "leave": [code for code in before if code in units and code not in after],
    }
    for kind, touched in found.items():
        if touched:
            of_unit: dict[int | None, int] = {units[code].id: 1 for code in touched if code in units}
            keys = tuple(touched) if kind == "create" else ()
            yield Effect(
                kind,
                _UNITS,
                len(touched),
                len(units),
                *_allowed(difference, kind),
                units=of_unit,
                keys=keys[:_EXAMPLES],
            )


def _of_parties(session: Session, identity: Identity, rank: int, difference: Difference) -> list[LoadEffect]:
    """What the rows of one system would do to the parties that no more trusted system knows."""
    system = identity.systems[rank]
    schema = datasets.dataset_schema(difference.source)
    fields = list(system.fields)
    values = [trees.named(feeding.compiled(schema, system.fields[field]), field) for field in fields]
    rows = trees.sql(
        "select l.party_id as id, _key as source_key, _values from _plain d left join _link l"
        " on l.source_key = cast(d._name as varchar) where _most_trusted",
        key=_key(system),
        values=values,
        plain=difference.plain,
        link=_links(session, identity, [system]),
        name=trees.name(system.key),
        most_trusted=_known_to_none(session, identity, identity.systems[:rank]),
    )
    gone = trees.sql(
        "select l.party_id, _key from _before d join _link l on l.source_key = cast(d._name as varchar)"
        " where d._name not in (select _name from _after) and _nobody_else",
        key=_key(system),
        before=difference.before,
        link=_links(session, identity, [system]),
        name=trees.name(system.key),
        after=difference.after,
        nobody_else=_known_to_none(session, identity, [one for one in identity.systems if one is not system]),
    )
    columns = [LoadColumn(field) for field in fields]
    return exchange.effects(
        identity.object, columns=columns, rows=session.rows(rows), gone=session.rows(gone), by_id=True
    )


def _key(system: IdentitySystem) -> Tree:
    prefix, name = trees.value(f"{system.system}:"), trees.name(system.key)
    return trees.sql("_prefix || cast(d._name as varchar)", prefix=prefix, name=name)


def _links(session: Session, identity: Identity, systems: list[IdentitySystem] | tuple[IdentitySystem, ...]) -> Tree:
    return trees.sql(
        "select party_id, source_key from _links where identity = _identity and system in (_systems)",
        links=session.table(LINK),
        identity=trees.value(identity.key),
        systems=[trees.value(one.system) for one in systems],
    )


def _known_to_none(
    session: Session, identity: Identity, systems: list[IdentitySystem] | tuple[IdentitySystem, ...]
) -> Tree:
    """The condition that no record of these systems is the party's `l`."""
    if not systems:
        return trees.value(True)
    return trees.sql(
        "(l.party_id is null or l.party_id not in (select party_id from _links))",
        links=_links(session, identity, systems),
    )


def _of_master(session: Session, master: Master, difference: Difference) -> list[LoadEffect]:
    """What the rows of a feed would do, and which records they name no longer."""
    source = difference.source
    schema = definitions.master_schema(master, None)
    columns = [LoadColumn(column.field, by="id" if column.system else "source_key") for column in master.columns]
    today = clock.today()
    with session.instead(master.dataset, difference.after):
        asked = feeding.asked(session, master, (source, schema), None, today)
        rows = session.rows(
            trees.sql(
                "select null, s.key, _values from _sent s where s.known and s.place = 1",
                values=[trees.column(f"v{number}", "s") for number in range(len(columns))],
                sent=asked.with_columns(asked.values),
            )
        )
        named = trees.sql("select key from _rows", rows=asked.rows)
    with session.instead(master.dataset, difference.before):
        before = feeding.asked(session, master, (source, schema), None, today).rows
    gone = trees.sql(
        "select null, key from _before where key not in (select key from _named)", before=before, named=named
    )
    return exchange.effects(
        master.object,
        columns=columns,
        rows=rows,
        gone=session.rows(gone),
        ends=feeding.ending(master, today),
    )
