"""Rows as their viewer may see them: masks, refused fields, references shown by their display."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg import sql

from zhike.platform.fields.types import Wire
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic.field_rights import field_rule, field_rules
from zhike.platform.objects.types import FieldType, ObjectType, Record
from zhike.platform.permissions.types import Principal


def present(
    owner: ObjectType, fields: Sequence[FieldType], rows: Sequence[Mapping[str, Any]], principal: Principal
) -> list[Record]:
    """Return the rows as records for `principal`."""
    rules = field_rules(owner, [*(field.key for field in fields), owner.display], principal)
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
            display=display_of(owner, row, rules[owner.display], principal.language),
            created_at=row["created_at"],
            updated_at=row["updated_at"],
            updated_by=row["updated_by"],
            from_source=bool(row["source_key"]),
            unit=references["unit"].get(row["unit_id"]) if row.get("unit_id") else None,
            owner=row.get("owner") or "",
            security_level=row.get("security_level") or 0,
            values={field.key: _value(field, row, rules[field.key], references) for field in shown_fields},
        )
        for row in rows
    ]


def display_of(owner: ObjectType, row: Mapping[str, Any], rule: str, language: str) -> str:
    """Return what a record is called: its display field under its mask, else its source key, else its number.

    A display field that the viewer is refused ("refused") is not said.
    """
    field = owner.fields.get(owner.display)
    if field is not None and rule != "refused" and row.get(f"f:{field.key}"):
        return in_words(field, shown(field, row, rule), language)
    return str(row.get("source_key") or f"#{row['id']}")


def in_words(field: FieldType, wire: Wire, language: str) -> str:
    """Return a presented value as people say it: a choice by its label."""
    return str(field.values.excel(wire, language).value)


def displays(target: str, ids: Iterable[int], principal: Principal) -> dict[int, dict[str, str]]:
    """Return {uid, display, object} of records by id, for showing references; one query for all."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    pointer = catalogues.pointers().get(target)
    if pointer is not None:
        place = sql.SQL("select id, uid, {}, true from {} where id = any(%s)")
        return _run(place.format(sql.Identifier(pointer.display), sql.Identifier(pointer.table)), wanted, target)[0]
    owner = catalogues.object_type(target)
    field = owner.fields.get(owner.display)
    rule = field_rule(owner, field.key, principal) if field else ""
    column = sql.Identifier(field.column) if field and rule != "refused" else sql.SQL("null")
    statement = sql.SQL(
        "select id, uid, coalesce({0}::text, source_key, '#' || id), {0} is not null from {1} where id = any(%s)"
    )
    found, named = _run(statement.format(column, sql.Identifier(owner.table)), wanted, target)
    if field:
        for record_id in named:
            said = field.values.present((found[record_id]["display"],), masked=rule != "clear")
            found[record_id]["display"] = in_words(field, said, principal.language)
    return found


def _run(statement: Any, ids: list[int], target: str) -> tuple[dict[int, dict[str, str]], list[int]]:
    """Return the displays by id, and the ids of those whose display is the display field's value."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [ids])
        rows = cursor.fetchall()
    found = {row[0]: {"uid": str(row[1]), "display": row[2], "object": target} for row in rows}
    return found, [row[0] for row in rows if row[3]]


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
