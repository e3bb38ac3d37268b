"""The party's own fields in the warehouse: choices, dates, units and numbers, never a name or a number of a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from zhike.expressions.types import Field, Type
from zhike.insight.indicators.types import Term
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.types import Session
from zhike.kernel.definitions import Snapshot
from zhike.kernel.errors import ZhikeError
from zhike.platform.fields.api import ValueType
from zhike.platform.objects import bulk, catalogue
from zhike.platform.objects.types import FieldType
from zhike.platform.organization import api as organization

PARTY = "mart.party"


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


def store(connection: Session, business_date: date) -> int:
    """Copy the live parties and their fields into the warehouse as of `business_date`; return how many there are."""
    fields = exported()
    owner = catalogue.object_with_role("party")
    units = organization.all_units()
    connection.register(
        "unit_codes",
        pa.table(
            {
                "unit_id": pa.array([unit.id for unit in units], pa.int64()),
                "unit_code": pa.array([u.code for u in units], pa.string()),
            }
        ),
    )
    columns = {"id": "bigint", "uid": "varchar", "source_key": "varchar"} | {f.key: f.values.warehouse for f in fields}
    shape = ", ".join(f"'{key}': '{kind}'" for key, kind in columns.items())
    with TemporaryDirectory(prefix="party-") as folder:
        path = Path(folder) / "party.csv"
        bulk.export(owner.key, fields=[field.key for field in fields], into=path)
        selected, joins = [], []
        for number, field in enumerate(fields):
            if field.values.pointer:
                selected.append(f'u{number}.unit_code as "{field.key}"')
                joins.append(f' left join unit_codes u{number} on u{number}.unit_id = p."{field.key}"')
            else:
                selected.append(f'p."{field.key}"')
        source = (
            f"read_csv('{path}', header = true, auto_detect = false, delim = ',', quote = '\"', columns = {{{shape}}})"
        )
        select = f"select p.id, p.uid, {', '.join(selected)} from {source} p{''.join(joins)}"
        return warehouse.replace(connection, PARTY, business_date.isoformat(), select, sorted_by=("id",))
