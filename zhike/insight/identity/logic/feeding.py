"""Master records into PostgreSQL: parties with the most trusted value of each field, then the feeds of kind `master`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from zhike.expressions import api as expressions
from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.expressions.types import Schema, Type
from zhike.insight.identity.logic import definitions, origins, telling
from zhike.insight.identity.logic.definitions import ORG_UNIT
from zhike.insight.identity.logic.numbering import LINK
from zhike.insight.identity.logic.telling import Sent
from zhike.insight.identity.models import Feed
from zhike.insight.identity.types import Fed, Identity, IdentitySystem, Master, MasterColumn
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse import datasets, received
from zhike.insight.warehouse.port import Session
from zhike.insight.warehouse.types import Source
from zhike.kernel import clock
from zhike.kernel.definitions import Snapshot
from zhike.platform.exchange import api as exchange
from zhike.platform.exchange.types import LoadColumn, LoadCounts, LoadEnding
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk, catalogue
from zhike.platform.organization import api as organization
from zhike.platform.organization.types import FileActor, UnitRow
from zhike.platform.permissions import api as permissions

#: What a feed of org units has to say about each.
UNIT_FIELDS = ("code", "name", "kind", "parent")


def feed_parties(session: Session, definition: Identity, snapshot: Snapshot | None) -> Fed:
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
        if received.plain_master(session, source, into=f"plain_{rank}"):
            parts.append(_party_rows(system, source, rank, fields))
    counts = exchange.load(
        definition.object,
        columns=[LoadColumn(field) for field in fields],
        rows=session.stream(_survivors(parts, fields)),
        by_id=True,
        files=_files({system.system: system.dataset for system in systems}, snapshot),
        details={"inputs": inputs["tables"]},
    )
    for rank in range(len(systems)):
        session.drop(f"plain_{rank}")
    sent = {system.system: _sent_of(session, system, snapshot) for system in systems}
    telling.tell(session, definition.object, definition.object, counts, sent)
    _remember(f"identity:{definition.key}", inputs, counts)
    return _fed(counts)


def _files(datasets_of: Mapping[str, str], snapshot: Snapshot | None) -> dict[str, FileActor]:
    """The newest files of datasets: by their names the journal tells what they changed."""
    found = {key: origins.file_of(dataset, snapshot) for key, dataset in datasets_of.items()}
    return {key: file for key, file in found.items() if file is not None}


def _survivors(parts: Sequence[Tree], fields: Sequence[str]) -> Tree:
    """The parties of the rows of several systems, each with the most trusted value of each field."""
    best = "min_by(_field, place)"
    survivors = [trees.named(trees.sql(best, field=trees.column(field)), field) for field in fields]
    return trees.sql(
        "select id, min_by(source_key, place) as source_key, _survivors from"
        " (select p.*, row_number() over (order by p.rank, p.source_key) as place from _parts p) placed"
        " group by id order by id",
        survivors=survivors,
        parts=trees.union_all(parts),
    )


def _said(definition: Identity | Master) -> str:
    """What a definition says about the records that it makes."""
    return definition.model_dump_json(exclude={"uuid": True, "labels": True})


def _made_of(object: str) -> str:
    """What the object says about its records, extensions and all: which rows become records, and what they hold."""
    if object == ORG_UNIT:
        return ""
    return catalogue.describe(object).definition.model_dump_json(include={"fields": True, "rules": True})


def _party_rows(system: IdentitySystem, source: Source, rank: int, fields: Sequence[str]) -> Tree:
    schema = datasets.dataset_schema(source)
    values = [
        trees.named(compiled(schema, system.fields[key]) if key in system.fields else trees.value(None), key)
        for key in fields
    ]
    return trees.sql(
        "select l.party_id as id, _rank as rank, _prefix || l.source_key as source_key, _values from _plain d"
        " join link l on l.system = _system and l.source_key = cast(d._key as varchar)",
        rank=trees.value(rank),
        prefix=trees.value(f"{system.system}:"),
        values=values,
        plain=trees.kept(f"plain_{rank}"),
        system=trees.value(system.system),
        key=trees.name(system.key),
    )


def _sent_of(session: Session, system: IdentitySystem, snapshot: Snapshot | None) -> Sent:
    source = datasets.source_of(system.dataset, snapshot=snapshot)
    assert source is not None
    schema = datasets.dataset_schema(source)
    shown = telling.shown_texts(source, schema, system.fields)
    rows = trees.sql(
        "select _prefix || cast(d._key as varchar) as key, 1 as place, cast(d._key as varchar) as k0, _texts from _rows d",
        prefix=trees.value(f"{system.system}:"),
        key=trees.name(system.key),
        texts=_texts(schema, shown),
        rows=session.table(system.dataset),
    )
    return Sent(source, (system.key,), tuple(shown), rows)


def _texts(schema: Schema, texts: Mapping[str, str]) -> list[Tree]:
    """Values that may stand in a sentence, as columns w0, w1 …"""
    return [
        trees.named(trees.cast(compiled(schema, text), "varchar"), f"w{n}") for n, text in enumerate(texts.values())
    ]


def ending(master: Master, day: date) -> LoadEnding | None:
    """Return how what a feed names no longer ends on a day, where it does."""
    ends = master.ends
    return LoadEnding(ends.field, ends.keys, day, ends.start or "") if ends else None


def compiled(schema: Schema, text: str) -> Tree:
    """Return an expression over a dataset, whose rows are `d`."""
    expression = expressions.parse(text, schema)
    value = trees.formula(expression, datasets.ColumnBinding("d"))
    # DuckDB hands moments to Python only with pytz; PostgreSQL reads their text.
    return trees.cast(value, "varchar") if expressions.type_of(expression) is Type.DATETIME else value


def feed_master(session: Session, master: Master, snapshot: Snapshot | None, business_date: date | None) -> Fed:
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
        counts, beside = _feed_units(session, master, definitions.master_schema(master, snapshot)), _Beside()
    else:
        counts, beside = _feed_records(session, master, snapshot, business_date, inputs)
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


def _feed_units(session: Session, master: Master, schema: Schema) -> LoadCounts:
    values = {column.field: compiled(schema, column.text) for column in master.columns}
    rows = session.rows(
        trees.sql(
            "select _values from _rows d",
            values=[values[field] for field in UNIT_FIELDS],
            rows=session.table(master.dataset),
        )
    )
    before = {unit.code: unit for unit in organization.all_units()}
    sent = organization.upsert_units([UnitRow(*row) for row in rows])
    changed = [unit.code for unit in organization.all_units() if before.get(unit.code) != unit]
    created = sum(code not in before for code in changed)
    return LoadCounts(read=sent, created=created, updated=len(changed) - created)


def _feed_records(
    session: Session,
    master: Master,
    snapshot: Snapshot | None,
    business_date: date | None,
    inputs: dict[str, object],
) -> tuple[LoadCounts, _Beside]:
    source = datasets.source_of(master.dataset, snapshot=snapshot)
    assert source is not None
    schema = definitions.master_schema(master, snapshot)
    found = asked(session, master, (source, schema), snapshot, business_date)
    columns = [LoadColumn(column.field, by="id" if column.system else "source_key") for column in master.columns]
    select = trees.sql(
        "select null as id, s.key, _values, s.known, s.place from _sent s",
        values=[trees.column(f"v{number}", "s") for number in range(len(columns))],
        sent=found.with_columns(found.values),
    )
    beside = _Beside()
    counts = exchange.load(
        master.object,
        columns=columns,
        rows=_first_of_each(session.stream(select), beside),
        by_id=False,
        ends=ending(master, business_date or clock.today()),
        files=_files({"": master.dataset}, snapshot),
        details={"inputs": inputs["tables"]},
    )
    # A record may come from facts of several days, of which the newest counts; in a whole state it stands once.
    if source.grain != "master":
        beside.doubled.clear()
    _tell(session, master, counts, beside, (source, schema), found)
    return counts, beside


@dataclass(frozen=True, slots=True)
class Asked:
    """The rows `d` of a feed, each with its key, its place and whether it is about somebody known; what is sent of each."""

    rows: Tree
    values: list[Tree]

    def with_columns(self, columns: Sequence[Tree]) -> Tree:
        """Return the rows with these columns beside."""
        return trees.with_columns(self.rows, columns)


def asked(
    session: Session,
    master: Master,
    of: tuple[Source, Schema],
    snapshot: Snapshot | None,
    business_date: date | None,
) -> Asked:
    """Return what a feed asks of its dataset, as the session has it."""
    source, schema = of
    first = business_date - timedelta(days=master.days) if master.days and business_date else None
    conditions = [compiled(schema, master.where)] if master.where else []
    if first:
        conditions.append(trees.sql("d.business_date > _first", first=trees.value(first)))
    parties = {n: trees.name(f"l{n}") for n, column in enumerate(master.columns) if column.system}
    rows = trees.sql(
        "select _key as key, _known as known,"
        " row_number() over (partition by _key order by _known desc, _newest, _order) as place"
        " from _rows d where _where",
        key=compiled(schema, master.source_key),
        known=trees.all_of(trees.sql("_party.party_id is not null", party=party) for party in parties.values()),
        newest=[trees.descending(trees.column("business_date", "d"))] if source.grain == "fact" else [],
        order=[trees.column(column, "d") for column in source.keys],
        rows=_with_lookups(session, master, session.table(master.dataset, first=first), snapshot),
        where=trees.all_of(conditions),
    )
    values = []
    for number, column in enumerate(master.columns):
        if number in parties:
            rows = _with_party(session, rows, master, number, schema, snapshot)
            value: Tree = trees.column("party_id", f"l{number}")
        else:
            value = _with_currency(master, column, _sent(master, column, schema), schema, snapshot)
        values.append(trees.named(value, f"v{number}"))
    return Asked(rows, values)


def _with_party(
    session: Session, rows: Tree, master: Master, number: int, schema: Schema, snapshot: Snapshot | None
) -> Tree:
    """The rows with the party that one of their columns names, where it is known."""
    column = master.columns[number]
    same = trees.sql(
        "_l.identity = _identity and _l.system = _system and _l.source_key = cast(_key as varchar)",
        l=trees.name(f"l{number}"),
        identity=trees.value(definitions.identity_of_column(master, column, snapshot).key),
        system=trees.value(column.system),
        key=compiled(schema, column.text),
    )
    return trees.left_join(rows, session.table(LINK), f"l{number}", same)


def _tell(
    session: Session,
    master: Master,
    counts: LoadCounts,
    beside: _Beside,
    of: tuple[Source, Schema],
    asked: Asked,
) -> None:
    """Let the loads of the dataset tell which rows became no records."""
    source, schema = of
    told_by = source.keys if source.grain == "master" else (*source.keys, "business_date")
    told = [trees.named(trees.cast(trees.column(column, "d"), "varchar"), f"k{n}") for n, column in enumerate(told_by)]
    shown = telling.shown_texts(
        source, schema, {c.field: c.text for c in master.columns if not c.system and not c.parts}
    )
    rows = asked.with_columns([*told, *_texts(schema, shown)])
    sent = Sent(source, told_by, tuple(shown), trees.sql("select * from _rows where known", rows=rows))
    telling.tell(session, master.key, master.object, counts, {"": sent}, beside.doubled)


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


def _sent(master: Master, column: MasterColumn, schema: Schema) -> Tree:
    """Return what the load takes for a field."""
    values = catalogue.describe(master.object).fields[column.field].values
    if column.parts:
        return values.joined_tree({part: compiled(schema, text) for part, text in column.parts.items()})
    return values.sent_tree(compiled(schema, column.text))


def _with_currency(
    master: Master, column: MasterColumn, value: Tree, schema: Schema, snapshot: Snapshot | None
) -> Tree:
    """Return a column; an amount goes with its currency: what the feed says, the row, or else the source."""
    source = datasets.source_of(master.dataset, snapshot=snapshot)
    if source is None or not catalogue.describe(master.object).fields[column.field].values.currency:
        return value
    currencies = datasets.currencies_in(source, column.text, schema)
    if column.currency or currencies:
        currency = compiled(schema, column.currency or currencies[0])
    else:
        currency = trees.value(source.currency)
    return trees.record({"amount": value, "currency": currency})


def _with_lookups(session: Session, master: Master, rows: Tree, snapshot: Snapshot | None) -> Tree:
    for lookup in master.lookups:
        other = datasets.source_of(lookup.dataset, snapshot=snapshot)
        assert other is not None
        where = compiled(datasets.dataset_schema(other), lookup.where) if lookup.where else trees.value(True)
        columns = [trees.column(key, "d") for key in dict.fromkeys((lookup.by, *lookup.columns))]
        rows = trees.sql(
            "select x.*, _taken from _rows x left join (select _columns from _other d where _where) y on y._by = x._by",
            taken=[trees.column(key, "y") for key in lookup.columns if key != lookup.by],
            rows=rows,
            columns=columns,
            other=session.table(lookup.dataset),
            where=where,
            by=trees.name(lookup.by),
        )
    return rows


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
