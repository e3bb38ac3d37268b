"""The end of the nightly stage: one wide row per live party, kept in the warehouse; of the shown day beside the records."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from zhike.expressions.types import Type
from zhike.insight.audiences.logic import served_files
from zhike.insight.audiences.logic.columns import FIELD, INDICATOR, TAG, WideColumn, party, wide_columns
from zhike.insight.audiences.logic.served_files import DATASET
from zhike.insight.indicators import api as indicators
from zhike.insight.tags import api as tags
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.types import StageStep
from zhike.kernel.jobs import RunHandle
from zhike.platform.objects import bulk
from zhike.platform.organization import api as organization

#: Where the rooms below leave a day: who was a customer then, by `id`, and by `party_id` one column per definition.
SOURCES = {FIELD: indicators.PARTY, INDICATOR: indicators.INDICATOR, TAG: tags.TAG}
#: Wide enough for what any two indicators are compared and divided by.
_DECIMAL = "decimal(28, 10)"


def build(business_date: date, handle: RunHandle) -> None:
    """Write the wide rows of `business_date` from what the rooms below left of that day; doing it again gives the same."""
    columns = wide_columns()
    with warehouse.session() as connection:
        select = _select(connection, business_date, columns)
        rows = warehouse.replace(connection, DATASET, business_date.isoformat(), select, sorted_by=("party_id",))
    handle.say(f"{DATASET} {business_date}: {rows} parties, {len(columns)} columns")


def prepare(business_date: date, handle: RunHandle) -> None:
    """Make the file that audiences read of the day that is to be shown, and store its indicators and tags beside the records."""
    served_files.make(business_date)
    with tempfile.TemporaryDirectory(prefix="zhike-served-") as folder, warehouse.session() as connection:
        relation = _day(connection, DATASET, business_date)
        there = _types(connection, relation)
        bulk.drop_replaced()
        served = [column for column in wide_columns().values() if column.kind != FIELD and column.key in there]
        if served:
            _prepare(connection, relation, business_date, served, Path(folder) / "served.csv")


def publish(business_date: date) -> None:
    """Show what was prepared."""
    bulk.publish(party().key, business_date=business_date)


def _sql_type(column: WideColumn) -> str:
    return _DECIMAL if column.expression_type is Type.DECIMAL else column.values.warehouse


def _select(connection: Any, business_date: date, columns: Mapping[str, WideColumn]) -> str:
    found = {kind: _day(connection, dataset, business_date) for kind, dataset in SOURCES.items()}
    present = {kind: _types(connection, relation) if relation else {} for kind, relation in found.items()}
    joins = [
        f"left join {relation} as {kind} on {kind}.party_id = {FIELD}.id"
        for kind, relation in found.items()
        if relation and kind != FIELD
    ]
    units = organization.all_units()
    ids, codes = [unit.id for unit in units], [unit.code for unit in units]
    connection.register(
        "units_by_code", pa.table({"id": pa.array(ids, pa.int64()), "code": pa.array(codes, pa.string())})
    )
    selected = [f"{FIELD}.id as party_id, date '{business_date}' as business_date"]
    selected += [f"{_value(column, present)} as {_name(column.key)}" for column in columns.values()]
    return f"select {', '.join(selected)} from {found[FIELD]} as {FIELD} {' '.join(joins)}"


def _day(connection: Any, dataset: str, business_date: date) -> str:
    """Return the FROM item of a dataset's rows of one day, "" when it has none."""
    if not warehouse.state(dataset):
        return ""
    relation = warehouse.relation(dataset, first=business_date, last=business_date)
    if "business_date" in _types(connection, relation):
        relation = f"(select * from {relation} where business_date = date '{business_date}')"
    return relation


def _types(connection: Any, relation: str) -> Mapping[str, str]:
    return {row[0]: row[1] for row in connection.execute(f"describe select * from {relation}").fetchall()}


def _value(column: WideColumn, present: Mapping[str, Mapping[str, str]]) -> str:
    wanted = _sql_type(column)
    found = present[column.kind].get(column.key, "")
    if not found:
        return f"cast(null as {wanted})"
    reference = f"{column.kind}.{_name(column.key)}"
    if column.kind == FIELD and column.values.pointer:
        return f"(select id from units_by_code u where u.code = {reference})"
    exact = found.startswith("DECIMAL") and wanted.startswith("decimal")
    return reference if exact else f"cast({reference} as {wanted})"


def _prepare(connection: Any, relation: str, business_date: date, columns: list[WideColumn], csv: Path) -> None:
    listed = ", ".join(_name(column.key) for column in columns)
    connection.execute(
        f"copy (select party_id as id, {listed} from {relation} d order by party_id)"
        f" to {_text(str(csv))} (format csv, header true)"
    )
    sorted_by = [item.key for item in indicators.indicators() if item.sorted]
    bulk.prepare(
        party().key,
        business_date=business_date,
        columns=[column.as_side_column() for column in columns],
        csv=csv,
        indexed=sorted_by,
    )


def _name(key: str) -> str:
    return '"' + key.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


WIDE = StageStep("wide", 40, {"zh": "宽表", "en": "Wide rows"}, build, prepare, publish)
