"""Rows as their viewer may see them: masks, refused fields, references shown by their display."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg import sql

from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic import values
from zhike.platform.objects.types import FieldType, ObjectType, Record
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal


def present(
    owner: ObjectType, fields: Sequence[FieldType], rows: Sequence[Mapping[str, Any]], principal: Principal
) -> list[Record]:
    """Return the rows as records for `principal`."""
    rules = {field.key: permissions.field_rule(principal, owner.key, field.key) for field in fields}
    refused = tuple(key for key, rule in rules.items() if rule == "refused")
    shown_fields = [field for field in fields if field.key not in refused]
    references = _references(shown_fields, rows, principal)
    display_rule = permissions.field_rule(principal, owner.key, owner.display) if owner.display else "masked"
    return [
        Record(
            uid=row["uid"],
            id=row["id"],
            revision=row["revision"],
            refused=refused,
            display=display_of(owner, row, display_rule),
            created_at=row["created_at"],
            updated_at=row["updated_at"],
            updated_by=row["updated_by"],
            from_source=bool(row["source_key"]),
            values={field.key: _value(field, row, rules[field.key], references) for field in shown_fields},
        )
        for row in rows
    ]


def display_of(owner: ObjectType, row: Mapping[str, Any], rule: str) -> str:
    """Return what a record is called: its display field under its mask, else its source key, else its number."""
    field = owner.fields.get(owner.display)
    if field is not None and row.get(f"f:{field.key}"):
        return str(values.shown(field, row[f"f:{field.key}"], rule))
    return str(row.get("source_key") or f"#{row['id']}")


def displays(target: str, ids: Iterable[int], principal: Principal) -> dict[int, dict[str, str]]:
    """Return {uid, display, object} of records by id, for showing references; one query for all."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    if target == "unit":
        return _run("select id, uid, name, true from organization_unit where id = any(%s)", wanted, "unit")[0]
    owner = catalogues.object_type(target)
    field = owner.fields.get(owner.display)
    column = sql.Identifier(field.column) if field else sql.SQL("null")
    statement = sql.SQL(
        "select id, uid, coalesce({0}::text, source_key, '#' || id), {0} is not null from {1} where id = any(%s)"
    )
    found, named = _run(statement.format(column, sql.Identifier(owner.table)), wanted, target)
    if field:
        rule = permissions.field_rule(principal, target, field.key)
        for record_id in named:
            found[record_id]["display"] = str(values.shown(field, found[record_id]["display"], rule))
    return found


def _run(statement: Any, ids: list[int], target: str) -> tuple[dict[int, dict[str, str]], list[int]]:
    """Return the displays by id, and the ids of those whose display is the display field's value."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [ids])
        rows = cursor.fetchall()
    found = {row[0]: {"uid": str(row[1]), "display": row[2], "object": target} for row in rows}
    return found, [row[0] for row in rows if row[3]]


def _references(
    fields: Sequence[FieldType], rows: Sequence[Mapping[str, Any]], principal: Principal
) -> dict[str, dict[int, dict[str, str]]]:
    wanted: dict[str, set[int]] = {}
    for field in fields:
        if field.type in ("reference", "unit"):
            target = field.target or "unit"
            wanted.setdefault(target, set()).update(row[f"f:{field.key}"] for row in rows if row[f"f:{field.key}"])
    return {target: displays(target, ids, principal) for target, ids in wanted.items()}


def _value(field: FieldType, row: Mapping[str, Any], rule: str, references: Mapping[str, Any]) -> object:
    stored = row[f"f:{field.key}"]
    if field.type in ("reference", "unit") and stored is not None:
        return references[field.target or "unit"].get(stored)
    if field.type == "money" and field.kind == "field" and stored is not None:
        return {"amount": values.plain(stored), "currency": row[f"c:{field.key}"]}
    return values.shown(field, stored, rule)
