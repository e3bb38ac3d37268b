"""Master records into PostgreSQL: parties with the most trusted value of each field, then the feeds of kind `master`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import cast

from zhike.expressions import api as expressions
from zhike.expressions.types import Binding, Schema, Type
from zhike.insight.identity.logic import definitions, telling
from zhike.insight.identity.logic.definitions import ORG_UNIT
from zhike.insight.identity.logic.numbering import LINK
from zhike.insight.identity.logic.telling import Sent
from zhike.insight.identity.models import Feed
from zhike.insight.identity.types import Fed, Identity, IdentitySystem, Master, MasterColumn
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse import datasets, received
from zhike.insight.warehouse.api import literal, name
from zhike.insight.warehouse.types import Session, Source
from zhike.kernel import clock
from zhike.kernel.definitions import Snapshot
from zhike.platform.exchange import api as exchange
from zhike.platform.exchange.types import LoadColumn, LoadCounts, LoadEnding
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk, catalogue
from zhike.platform.organization import api as organization
from zhike.platform.organization.types import UnitRow
from zhike.platform.permissions import api as permissions

_BATCH = 20_000
#: What a feed of org units has to say about each.
UNIT_FIELDS = ("code", "name", "kind", "parent")


def feed_parties(connection: Session, definition: Identity, snapshot: Snapshot | None) -> Fed:
    """Upsert the parties; return what became of the rows (none, when nothing changed)."""
    systems = [system for system in definition.systems if warehouse.state(system.dataset)]
    inputs = _inputs([system.dataset for system in systems], _said(definition) + _made_of(definition.object))
    if not systems or _unchanged(f"identity:{definition.key}", inputs):
        return Fed()
    fields = list(dict.fromkeys(field for system in systems for field in system.fields))
    parts = []
    for rank, system in enumerate(systems):
        source = datasets.source_of(system.dataset, snapshot=snapshot)
        assert source is not None
        if received.plain_master(connection, source, into=f"plain_{rank}"):
            parts.append(_party_rows(system, source, rank, fields))
    survivors = "".join(f", min_by({name(field)}, place) as {name(field)}" for field in fields)
    select = (
        f"select id, min_by(source_key, place) as source_key{survivors} from"
        f" (select *, row_number() over (order by rank, source_key) as place from ({' union all by name '.join(parts)}))"
        " group by id order by id"
    )
    rows = _stream(connection, select)
    counts = exchange.load(
        definition.object,
        columns=[LoadColumn(field) for field in fields],
        rows=rows,
        by_id=True,
        details={"inputs": inputs["tables"]},
    )
    for rank in range(len(systems)):
        connection.execute(f"drop table if exists plain_{rank}")
    sent = {system.system: _sent_of(system, snapshot) for system in systems}
    telling.tell(connection, definition.object, definition.object, counts, sent)
    _remember(f"identity:{definition.key}", inputs, counts)
    return _fed(counts)


def _said(definition: Identity | Master) -> str:
    """What a definition says about the records that it makes."""
    return definition.model_dump_json(exclude={"uuid": True, "labels": True})


def _made_of(object: str) -> str:
    """What the object says about its records, extensions and all: which rows become records, and what they hold."""
    if object == ORG_UNIT:
        return ""
    return catalogue.describe(object).definition.model_dump_json(include={"fields": True, "rules": True})


def _party_rows(system: IdentitySystem, source: Source, rank: int, fields: Sequence[str]) -> str:
    schema = datasets.dataset_schema(source)
    columns = "".join(
        f", {_compiled(schema, system.fields[field]) if field in system.fields else 'null'} as {name(field)}"
        for field in fields
    )
    return (
        f"select l.party_id as id, {rank} as rank, {literal(system.system + ':')} || l.source_key as source_key{columns}"
        f" from plain_{rank} d join link l on l.system = {literal(system.system)}"
        f" and l.source_key = cast(d.{name(system.key)} as varchar)"
    )


def _sent_of(system: IdentitySystem, snapshot: Snapshot | None) -> Sent:
    source = datasets.source_of(system.dataset, snapshot=snapshot)
    assert source is not None
    schema = datasets.dataset_schema(source)
    shown = telling.shown_texts(source, schema, system.fields)
    key = f"cast(d.{name(system.key)} as varchar)"
    rows = (
        f"select {literal(system.system + ':')} || {key} as key, 1 as place, {key} as k0{_texts(schema, shown)}"
        f" from {warehouse.relation(system.dataset)} d"
    )
    return Sent(source, (system.key,), tuple(shown), rows)


def _texts(schema: Schema, texts: Mapping[str, str]) -> str:
    """The SQL of values that may stand in a sentence, as columns w0, w1 …"""
    return "".join(f", cast({_compiled(schema, text)} as varchar) as w{n}" for n, text in enumerate(texts.values()))


def _compiled(schema: Schema, text: str) -> str:
    expression = expressions.parse(text, schema)
    binding = cast(Binding, datasets.ColumnBinding("d"))
    sql = warehouse.inline(expressions.compile_sql(expression, "duckdb", binding))
    # DuckDB hands moments to Python only with pytz; PostgreSQL reads their text.
    return f"cast({sql} as varchar)" if expressions.type_of(expression) is Type.DATETIME else sql


def feed_master(connection: Session, master: Master, snapshot: Snapshot | None, business_date: date | None) -> Fed:
    """Upsert the records of one feed; return what became of its rows (none, when nothing changed)."""
    source = datasets.source_of(master.dataset, snapshot=snapshot)
    if source is None or not warehouse.state(master.dataset):
        return Fed()
    named = [master.dataset, *(lookup.dataset for lookup in master.lookups)]
    said = _said(master) + _made_of(master.object) + source.currency
    inputs = _inputs(named, said + (str(business_date) if master.days else ""))
    if _unchanged(f"master:{master.key}", inputs):
        return Fed()
    if master.object == ORG_UNIT:
        counts, beside = _feed_units(connection, master, definitions.master_schema(master, snapshot)), _Beside()
    else:
        counts, beside = _feed_records(connection, master, snapshot, business_date, inputs)
    _remember(f"master:{master.key}", inputs, counts)
    return _fed(counts) + Fed(
        read=len(beside.doubled) + beside.left_out, rejected=len(beside.doubled), left_out=beside.left_out
    )


@dataclass(slots=True)
class _Beside:
    """Rows of a feed that are not sent: keys of those with another's source key, and how many are about nobody known."""

    doubled: list[str] = field(default_factory=list)
    left_out: int = 0


def _fed(counts: LoadCounts) -> Fed:
    return Fed(counts.read, counts.created, counts.updated, counts.unchanged, counts.rejected, ended=counts.ended)


def _feed_units(connection: Session, master: Master, schema: Schema) -> LoadCounts:
    values = {column.field: _compiled(schema, column.text) for column in master.columns}
    select = ", ".join(values[field] for field in UNIT_FIELDS)
    rows = connection.execute(f"select {select} from {warehouse.relation(master.dataset)} d").fetchall()
    by_code = {row[0]: row for row in rows}

    def depth(code: str | None) -> int:
        return 0 if code not in by_code else 1 + depth(by_code[code][3])

    ordered = sorted(rows, key=lambda row: (depth(row[0]), row[0]))
    before = {unit.code: unit for unit in organization.all_units()}
    sent = organization.upsert_units([UnitRow(*row) for row in ordered])
    changed = [unit.code for unit in organization.all_units() if before.get(unit.code) != unit]
    created = sum(code not in before for code in changed)
    return LoadCounts(read=sent, created=created, updated=len(changed) - created)


def _feed_records(
    connection: Session,
    master: Master,
    snapshot: Snapshot | None,
    business_date: date | None,
    inputs: dict[str, object],
) -> tuple[LoadCounts, _Beside]:
    source = datasets.source_of(master.dataset, snapshot=snapshot)
    assert source is not None
    schema = definitions.master_schema(master, snapshot)
    selected, joins, columns = [], [], []
    for number, column in enumerate(master.columns):
        columns.append(LoadColumn(column.field, by="id" if column.system else "source_key"))
        if column.system:
            identity = definitions.identity_of_column(master, column, snapshot)
            joins.append(
                f" left join {warehouse.relation(LINK)} l{number} on l{number}.identity = {literal(identity.key)}"
                f" and l{number}.system = {literal(column.system)}"
                f" and l{number}.source_key = cast({_compiled(schema, column.text)} as varchar)"
            )
            selected.append(f"l{number}.party_id")
        else:
            selected.append(_with_currency(master, column, _sent(master, column, schema), schema, snapshot))
    conditions = [f"({_compiled(schema, master.where)})"] if master.where else []
    first = business_date - timedelta(days=master.days) if master.days and business_date else None
    if first:
        conditions.append(f"d.business_date > {literal(first)}::date")
    parties = [f"l{number}.party_id is not null" for number, column in enumerate(master.columns) if column.system]
    known, where = " and ".join(parties) or "true", " and ".join(conditions) or "true"
    relation = _with_lookups(master, warehouse.relation(master.dataset, first=first), snapshot)
    key = _compiled(schema, master.source_key)
    newest = ["d.business_date desc"] if source.grain == "fact" else []
    order = ["known desc", *newest, *(f"d.{name(column)}" for column in source.keys)]
    values = "".join(f", {value} as v{n}" for n, value in enumerate(selected))
    place = f"row_number() over (partition by {key} order by {', '.join(order)}) as place"
    rows = f"from {relation} d{''.join(joins)} where {where}"
    listed = ", ".join(f"v{n}" for n in range(len(selected)))
    select = (
        f"select null, key, {listed}, known, place from (select {key} as key, {known} as known{values}, {place} {rows})"
    )
    beside = _Beside()
    ends = master.ends
    counts = exchange.load(
        master.object,
        columns=columns,
        rows=_first_of_each(_stream(connection, select), beside),
        by_id=False,
        ends=LoadEnding(ends.field, ends.keys, business_date or clock.today()) if ends else None,
        details={"inputs": inputs["tables"]},
    )
    # A record may come from facts of several days, of which the newest counts; in a whole state it stands once.
    if source.grain != "master":
        beside.doubled.clear()
    found = f"select {key} as key, {known} as known, {place}"
    _tell(connection, master, counts, beside, (source, schema), (found, rows))
    return counts, beside


def _tell(
    connection: Session,
    master: Master,
    counts: LoadCounts,
    beside: _Beside,
    of: tuple[Source, Schema],
    asked: tuple[str, str],
) -> None:
    """Let the loads of the dataset tell which rows became no records: `asked` is what their keys are selected by."""
    source, schema = of
    found, rows = asked
    told_by = source.keys if source.grain == "master" else (*source.keys, "business_date")
    told = "".join(f", cast(d.{name(column)} as varchar) as k{n}" for n, column in enumerate(told_by))
    shown = telling.shown_texts(
        source, schema, {c.field: c.text for c in master.columns if not c.system and not c.parts}
    )
    select = f"select * from ({found}{told}{_texts(schema, shown)} {rows}) where known"
    sent = Sent(source, told_by, tuple(shown), select)
    telling.tell(connection, master.key, master.object, counts, {"": sent}, beside.doubled)


def _first_of_each(rows: Iterator[Sequence[object]], beside: _Beside) -> Iterator[Sequence[object]]:
    """Yield the first row of each source key that is about somebody known; what is with the others goes to `beside`.

    Rows without a key are all yielded: the load says of each that it has none.
    """
    for *row, known, place in rows:
        if not known:
            beside.left_out += 1
        elif place == 1 or row[1] is None:
            yield row
        else:
            beside.doubled.append(str(row[1]))


def _sent(master: Master, column: MasterColumn, schema: Schema) -> str:
    """Return the SQL of what the load takes for a field."""
    values = catalogue.describe(master.object).fields[column.field].values
    if column.parts:
        return values.joined_sql({part: _compiled(schema, text) for part, text in column.parts.items()})
    return values.sent_sql(_compiled(schema, column.text))


def _with_currency(master: Master, column: MasterColumn, value: str, schema: Schema, snapshot: Snapshot | None) -> str:
    """Return the SQL of a column; an amount goes with its currency: what the feed says, the row, or else the source."""
    source = datasets.source_of(master.dataset, snapshot=snapshot)
    if source is None or not catalogue.describe(master.object).fields[column.field].values.currency:
        return value
    currencies = datasets.currencies_in(source, column.text, schema)
    if column.currency or currencies:
        currency = _compiled(schema, column.currency or currencies[0])
    else:
        currency = literal(source.currency)
    return f"{{'amount': {value}, 'currency': {currency}}}"


def _with_lookups(master: Master, relation: str, snapshot: Snapshot | None) -> str:
    for lookup in master.lookups:
        other = datasets.source_of(lookup.dataset, snapshot=snapshot)
        assert other is not None
        where = f" where {_compiled(datasets.dataset_schema(other), lookup.where)}" if lookup.where else ""
        columns = ", ".join(f"d.{name(key)}" for key in dict.fromkeys((lookup.by, *lookup.columns)))
        taken = ", ".join(f"y.{name(key)}" for key in lookup.columns if key != lookup.by)
        relation = (
            f"(select x.*, {taken} from {relation} x left join"
            f" (select {columns} from {warehouse.relation(lookup.dataset)} d{where})"
            f" y on y.{name(lookup.by)} = x.{name(lookup.by)})"
        )
    return relation


def _stream(connection: Session, select: str) -> Iterator[Sequence[object]]:
    result = connection.execute(select)
    while rows := result.fetchmany(_BATCH):
        yield from rows


def forget_merged(object: str, merges: Sequence[tuple[int, int]]) -> None:
    """Mark parties deleted whose ids now redirect to others; what people have said of them goes along."""
    if not merges:
        return
    system = permissions.system_principal("identity")
    bulk.refer_to(object, dict(merges))
    for record in objects.records_by_id(object, [old for old, _new in merges], principal=system).values():
        objects.delete(object, record.uid, revision=record.revision, principal=system)


def _inputs(named: Sequence[str], definition: str) -> dict[str, object]:
    tables = {dataset: warehouse.table_version(dataset) for dataset in (*named, "identity.link")}
    return {"tables": tables, "definition": hashlib.sha256(definition.encode()).hexdigest()[:16]}


def _unchanged(key: str, inputs: dict[str, object]) -> bool:
    """Whether a feed would do again what it did last. A row that broke a rule may keep it today: rules ask the day and
    other records, so a feed that left one out never counts as unchanged.
    """
    row = Feed.objects.filter(key=key).first()
    return row is not None and row.inputs == inputs and not row.rejected


def _remember(key: str, inputs: dict[str, object], counts: LoadCounts) -> None:
    told = {"inputs": inputs, "fed_at": clock.now(), "rows": counts.read, "rejected": counts.rejected}
    Feed.objects.update_or_create(key=key, defaults=told)
