"""The end of the nightly stage: one wide row per live party, kept in the warehouse; of the shown day beside the records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import pyarrow as pa

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.expressions.types import Type
from zhike.insight.indicators import api as indicators
from zhike.insight.serving.logic import served_files
from zhike.insight.serving.logic.columns import party, wide_columns
from zhike.insight.serving.logic.served_files import DATASET
from zhike.insight.serving.types import FIELD, INDICATOR, TAG, WideColumn
from zhike.insight.tags import api as tags
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.port import Session
from zhike.insight.warehouse.types import StageStep
from zhike.kernel.datasets import Column, Dataset, Scope
from zhike.kernel.definition_parts import Labels
from zhike.kernel.jobs import RunHandle
from zhike.platform.objects import bulk
from zhike.platform.organization import api as organization

#: Where the rooms below leave a day: who was a customer then, by `id`, and by `party_id` one column per definition.
SOURCES = {FIELD: indicators.PARTY, INDICATOR: indicators.INDICATOR, TAG: tags.TAG}
_ALIASES = {FIELD: "f", INDICATOR: "i", TAG: "t"}
#: Wide enough for what any two indicators are compared and divided by.
_DECIMAL = "decimal(28, 10)"


def declared() -> Iterator[Dataset]:
    """Yield the table of wide rows: fields, indicators and tags of a party on a day."""
    columns = [Column("party_id", "bigint"), Column("business_date", "date")]
    columns += [
        Column(column.key, column.values.warehouse, labels=Labels(column.labels["zh"], column.labels["en"]))
        for column in wide_columns().values()
    ]
    title = Labels("主体宽表", "Wide rows of parties")
    yield Dataset(
        DATASET, title, "serving", "party", ("party_id",), tuple(columns), dated=True, scope=Scope("party_id")
    )


def build(business_date: date, handle: RunHandle) -> None:
    """Write the wide rows of `business_date` from what the rooms below left of that day; doing it again gives the same."""
    columns = wide_columns()
    with warehouse.session() as session:
        select = _select(session, business_date, columns)
        rows = session.write(DATASET, business_date.isoformat(), select, sorted_by=("party_id",))
    handle.say(f"{DATASET} {business_date}: {rows} parties, {len(columns)} columns")


def prepare(business_date: date, handle: RunHandle) -> None:
    """Make the file that audiences read of the day that is to be shown, and store its indicators and tags beside the records."""
    served_files.make(business_date)
    with warehouse.session() as session:
        rows = _day(session, DATASET, business_date)
        there = session.columns(rows) if rows is not None else {}
        bulk.drop_replaced()
        served = [column for column in wide_columns().values() if column.kind != FIELD and column.key in there]
        if rows is not None and served:
            _prepare(session, rows, business_date, served)


def publish(business_date: date) -> None:
    """Show what was prepared."""
    bulk.publish(party().key, business_date=business_date)


def _sql_type(column: WideColumn) -> str:
    return _DECIMAL if column.expression_type is Type.DECIMAL else column.values.warehouse


def _select(session: Session, business_date: date, columns: Mapping[str, WideColumn]) -> Tree:
    parties = _day(session, SOURCES[FIELD], business_date)
    assert parties is not None
    found = {kind: _day(session, dataset, business_date) for kind, dataset in SOURCES.items()}
    present = {kind: session.columns(rows) if rows is not None else {} for kind, rows in found.items()}
    units = organization.all_units()
    ids, codes = [unit.id for unit in units], [unit.code for unit in units]
    session.give("units_by_code", pa.table({"id": pa.array(ids, pa.int64()), "code": pa.array(codes, pa.string())}))
    select = trees.sql(
        "select f.id as party_id, _day as business_date, _columns from _fields f",
        day=trees.value(business_date),
        columns=[trees.named(_value(column, present), column.key) for column in columns.values()],
        fields=parties,
    )
    for kind, rows in found.items():
        if rows is not None and kind != FIELD:
            same = trees.sql("_kind.party_id = f.id", kind=trees.name(_ALIASES[kind]))
            select = trees.left_join(select, rows, _ALIASES[kind], same)
    return select


def _day(session: Session, dataset: str, business_date: date) -> Tree | None:
    """Return a dataset's rows of one day, None when it was never written."""
    if not warehouse.state(dataset):
        return None
    rows = session.table(dataset, first=business_date, last=business_date)
    if "business_date" not in session.columns(rows):
        return rows
    return trees.sql("select * from _rows where business_date = _day", rows=rows, day=trees.value(business_date))


def _value(column: WideColumn, present: Mapping[str, Mapping[str, str]]) -> Tree:
    wanted = _sql_type(column)
    found = present[column.kind].get(column.key, "")
    if not found:
        return trees.nothing(wanted)
    stored = trees.column(column.key, _ALIASES[column.kind])
    if column.kind == FIELD and column.values.pointer:
        return trees.sql("(select u.id from units_by_code u where u.code = _stored)", stored=stored)
    exact = found.startswith("DECIMAL") and wanted.startswith("decimal")
    return stored if exact else trees.cast(stored, wanted)


def _prepare(session: Session, rows: Tree, business_date: date, columns: list[WideColumn]) -> None:
    listed = [trees.column(column.key) for column in columns]
    sorted_by = [item.key for item in indicators.indicators() if item.sorted]
    with session.scratch("served.csv") as file:
        session.export(
            trees.sql("select party_id as id, _columns from _rows order by party_id", columns=listed, rows=rows), file
        )
        bulk.prepare(
            party().key,
            business_date=business_date,
            columns=[column.as_side_column() for column in columns],
            csv=file,
            indexed=sorted_by,
        )


WIDE = StageStep("wide", 40, {"zh": "宽表", "en": "Wide rows"}, build, prepare, publish)
