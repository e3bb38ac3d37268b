"""The party's own fields in the warehouse: choices, dates, units and numbers, never a name or a number of a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.expressions.types import Field, Type
from zhike.insight.indicators.types import Term
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.port import Session
from zhike.kernel.definitions import Snapshot
from zhike.kernel.errors import ZhikeError
from zhike.platform.exchange import api as exchange
from zhike.platform.fields.api import ValueType
from zhike.platform.objects import catalogue
from zhike.platform.objects.types import FieldType
from zhike.platform.organization import api as organization

PARTY = "mart.party"
_DAY = timedelta(days=1)


def exported() -> list[FieldType]:
    """Return the fields of the party object that the warehouse may hold."""
    try:
        owner = catalogue.object_with_role("party")
    except ZhikeError:
        return []
    return [field for field in owner.fields.values() if field.kind == "field" and field.values.analytical]


def terms() -> list[Term]:
    """Return the party fields as vocabulary. A unit is named by its code."""
    units = tuple((unit.code, {"zh": unit.name, "en": unit.name}) for unit in organization.all_units())
    return [
        Term(
            key=field.key,
            labels=field.labels,
            type=expression_type(field.values),
            group="field",
            unit=field.unit,
            options=units if field.values.pointer else tuple((o.key, o.labels) for o in field.options),
            served=field.type,
        )
        for field in exported()
    ]


def expression_type(values: ValueType) -> Type:
    """Return the type of a field's values in expressions over the wide row: a unit is named by its code."""
    return Type.TEXT if values.pointer else values.expression or Type.TEXT


def as_field(term: Term) -> Field:
    """Return a term as a name in expressions."""
    return Field(term.key, term.type, dict(term.labels), tuple(key for key, _labels in term.options))


def defined_party(everything: Snapshot) -> str:
    """Return the key of the object that plays the party in definitions that are only being checked, "" without one."""
    return next((key for key, found in catalogue.provisional(everything).items() if found.role == "party"), "")


def keys_taken(everything: Snapshot) -> Collection[str]:
    """Return the keys of all fields of the party in definitions that are only being checked, exported or not."""
    owner = catalogue.provisional(everything).get(defined_party(everything))
    return owner.fields if owner else ()


def defined(everything: Snapshot) -> Mapping[str, Field]:
    """Return the party's fields as names in expressions, of definitions that are only being checked."""
    return everything.derive("indicators.party_fields", _defined)


def _defined(everything: Snapshot) -> Mapping[str, Field]:
    owner = catalogue.provisional(everything).get(defined_party(everything))
    return {
        field.key: Field(
            field.key,
            expression_type(field.values),
            dict(field.labels),
            tuple(option.key for option in field.options),
        )
        for field in (owner.fields.values() if owner else ())
        if field.values.analytical
    }


def store(session: Session, business_date: date) -> str:
    """Keep who is a customer now, with their fields, as of `business_date`; return what was done.

    A day before the one that is shown keeps what was stored on it: it is computed again with its own customers.
    """
    if _is_past(business_date) and warehouse.newest_day(PARTY, before=business_date + _DAY) == business_date:
        session.add_columns(PARTY, {field.key: trees.nothing(stored_as(field)) for field in exported()})
        return f"{PARTY} {business_date}: kept as it was"
    with session.scratch("party.csv") as file:
        rows = session.write(PARTY, business_date.isoformat(), _live(session, file), sorted_by=("id",))
    return f"{PARTY} {business_date}: {rows} parties"


def _is_past(business_date: date) -> bool:
    shown = warehouse.business_date()
    return shown is not None and business_date < shown


def stored_as(field: FieldType) -> str:
    """Return the type that a field has in the warehouse: a unit stands there by its code."""
    return "varchar" if field.values.pointer else field.values.warehouse


def _live(session: Session, file: Path) -> Tree:
    """Export the live parties into `file`; return the query over it, units by their codes."""
    fields = exported()
    exchange.export(catalogue.object_with_role("party").key, fields=[field.key for field in fields], into=file)
    units = organization.all_units()
    ids, codes = pa.array([unit.id for unit in units], pa.int64()), pa.array([unit.code for unit in units], pa.string())
    session.give("unit_codes", pa.table({"unit_id": ids, "unit_code": codes}))
    columns = {"id": "bigint", "uid": "varchar", "source_key": "varchar"} | {f.key: f.values.warehouse for f in fields}
    selected = []
    for number, field in enumerate(fields):
        found = trees.column("unit_code", f"u{number}") if field.values.pointer else trees.column(field.key, "p")
        selected.append(trees.named(found, field.key))
    select = trees.sql("select p.id, p.uid, _fields from _file p", fields=selected, file=session.csv(file, columns))
    for number, field in enumerate(fields):
        if field.values.pointer:
            alias = f"u{number}"
            same = trees.sql("_unit.unit_id = p._key", unit=trees.name(alias), key=trees.name(field.key))
            select = trees.left_join(select, trees.kept("unit_codes"), alias, same)
    return select
