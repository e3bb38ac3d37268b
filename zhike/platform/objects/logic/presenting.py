"""Rows as their viewer may see them: masks, refused fields, references shown by their display."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg import sql
from sqlglot import exp

from zhike.platform.fields.types import Wire
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic import paths
from zhike.platform.objects.logic.conditions import Where, any_id, outside_walls
from zhike.platform.objects.logic.field_rights import field_rules
from zhike.platform.objects.logic.statements import ALIAS, Statement, fetch, kept, records_from, selected
from zhike.platform.objects.types import FieldType, ObjectType, Record
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

#: What stands between the fields that a record is called by.
_BETWEEN = " · "


def present(
    owner: ObjectType, fields: Sequence[FieldType], rows: Sequence[Mapping[str, Any]], principal: Principal
) -> list[Record]:
    """Return the rows as records for `principal`."""
    rules = _rules(owner, fields, principal)
    refused = tuple(field.key for field in fields if rules[field.key] == "refused")
    shown_fields = [field for field in fields if field.key not in refused]
    # Rows that were read one by one tell where they belong; that costs no second look where a field shows a unit.
    units = [row["unit_id"] for row in rows if row.get("unit_id")]
    references = _references(shown_fields, rows, principal, units)
    return [
        Record(
            uid=row["uid"],
            id=row["id"],
            revision=row["revision"],
            refused=refused,
            display=display_of(owner, row, rules, principal.language),
            created_at=row["created_at"],
            updated_at=row["updated_at"],
            updated_by=row["updated_by"],
            from_source=bool(row["source_key"]),
            source_key=row["source_key"] or "",
            unit=references["unit"].get(row["unit_id"]) if row.get("unit_id") else None,
            owner=row.get("owner") or "",
            security_level=row.get("security_level") or 0,
            values={field.key: _value(field, row, rules[field.key], references) for field in shown_fields},
        )
        for row in rows
    ]


def _rules(owner: ObjectType, fields: Sequence[FieldType], principal: Principal) -> dict[str, str]:
    """How the viewer sees the columns of a list; what an expression says is made of what they see in clear."""
    own = (field.key for field in fields if not field.steps and field.formula is None)
    rules = field_rules(owner, [*own, *owner.display], principal)
    rules |= {field.key: paths.rule(owner, field, principal) for field in fields if field.steps}
    return rules | {field.key: "clear" for field in fields if field.formula is not None}


def display_of(owner: ObjectType, row: Mapping[str, Any], rules: Mapping[str, str], language: str) -> str:
    """Return what a record is called: its display fields under their masks, else its source key, else its number.

    A display field that the viewer is refused ("refused") is not said.
    """
    fields = [owner.fields[key] for key in owner.display if rules[key] != "refused" and row.get(f"f:{key}")]
    if not fields and any(rules[key] == "refused" for key in owner.display):
        return f"#{row['id']}"  # a source key may be the very number that is refused
    if fields:
        return _BETWEEN.join(in_words(field, shown(field, row, rules[field.key]), language) for field in fields)
    return str(row.get("source_key") or f"#{row['id']}")


def in_words(field: FieldType, wire: Wire, language: str) -> str:
    """Return a presented value as people say it: a choice by its label."""
    return str(field.values.excel(wire, language).value)


def displays(target: str, ids: Iterable[int], principal: Principal) -> dict[int, dict[str, str]]:
    """Return {uid, display, object} of records by id, for showing references; one query for all.

    Records that an information wall keeps from `principal` are left out.
    """
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    pointer = catalogues.pointers().get(target)
    if pointer is not None:
        place = sql.SQL("select id, uid, {} from {} where id = any(%s)")
        found = _run(place.format(sql.Identifier(pointer.display), sql.Identifier(pointer.table)), wanted)
        return {record_id: _pointed({"uid": uid}, target, display) for record_id, uid, display in found}
    owner = catalogues.object_type(target)
    rules = field_rules(owner, owner.display, principal)
    read = kept(("displays", target, principal.shape), lambda: _displays_read(owner, principal))
    scope = permissions.scope(principal, "read", owner.key)
    rows = fetch(read.sql, {**read.values, **scope.params, "wanted": wanted}, read.names)
    return {row["id"]: _pointed(row, target, display_of(owner, row, rules, principal.language)) for row in rows}


def _displays_read(owner: ObjectType, principal: Principal) -> Statement:
    """The SQL that reads what references show; its text depends on roles, not on people."""
    where = Where(catalogues.catalogue())
    where.add(exp.column("id", table=ALIAS).eq(any_id(exp.Placeholder(this="wanted"))))
    where.parts += outside_walls(where, owner, ALIAS, principal)
    return Statement.of(records_from(exp.select(*selected(owner, ())), owner, where), where.values)


def _pointed(row: Mapping[str, Any], target: str, display: str) -> dict[str, str]:
    return {"uid": str(row["uid"]), "display": display, "object": target}


def _run(statement: sql.Composable, ids: list[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [ids])
        return list(cursor.fetchall())


def _references(
    fields: Sequence[FieldType], rows: Sequence[Mapping[str, Any]], principal: Principal, units: Sequence[int]
) -> dict[str, dict[int, dict[str, str]]]:
    wanted: dict[str, set[int]] = {"unit": set(units)} if units else {}
    for field in fields:
        if field.values.pointer is not None:
            ids = (row[f"f:{field.key}"] for row in rows if row[f"f:{field.key}"])
            wanted.setdefault(field.target, set()).update(ids)
    return {target: displays(target, ids, principal) for target, ids in wanted.items()}


def shown(field: FieldType, row: Mapping[str, Any], rule: str) -> Wire:
    """Return what a viewer under `rule` ("clear", "masked") sees of a field of a row, as plain JSON."""
    cells = [row[f"f:{field.key}"]]
    if field.stored:
        cells += [row[f"f:{field.key}{suffix}"] for suffix in field.values.shown]
    return field.values.present(cells, masked=bool(field.mask) and rule != "clear")


def _value(
    field: FieldType, row: Mapping[str, Any], rule: str, references: Mapping[str, dict[int, dict[str, str]]]
) -> Wire:
    stored = row[f"f:{field.key}"]
    if field.values.pointer is not None and stored is not None:
        return references[field.target].get(stored)
    return shown(field, row, rule)
