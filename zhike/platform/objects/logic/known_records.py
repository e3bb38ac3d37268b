"""Records whose ids are known: those in a scope, and fields of them as their viewer or an engine wants them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlglot import exp

from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic.conditions import Where, any_id, current, narrow_to_scope
from zhike.platform.objects.logic.statements import (
    ALIAS,
    Statement,
    fetch,
    field_sql,
    kept,
    records_from,
    rows,
    rows_of,
    selected,
)
from zhike.platform.objects.types import FieldType, ObjectType
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

_BATCH = 5_000


def scope_statement(owner: ObjectType, principal: Principal, operation: str) -> Statement:
    """Return the statement of the ids in the principal's scope; it has no text when the scope is everything."""
    return kept(("scope", owner.key, principal.shape, operation), lambda: _scope(owner, principal, operation))


def _scope(owner: ObjectType, principal: Principal, operation: str) -> Statement:
    where = Where(catalogues.catalogue())
    narrow_to_scope(where, owner, ALIAS, principal, operation)
    if not where.parts:
        return Statement("", {}, ())
    where.add(exp.column("deleted_at", table=ALIAS).is_(exp.null()))
    return Statement.of(records_from(exp.select(exp.column("id", table=ALIAS)), owner, where), where.values)


def reached_ids(owner: ObjectType, ids: Sequence[int], principal: Principal, operations: Sequence[str]) -> list[int]:
    """Return those of `ids` on whose live records the principal may do all of the operations by grants of its own."""
    shape = ("reached", owner.key, principal.shape, tuple(operations))
    read = kept(shape, lambda: _reached(owner, principal, operations))
    params = permissions.scope(principal, "read", owner.key).params
    return [row[0] for row in rows(read.sql, {**read.values, **params, "wanted": list(ids)})]


def _reached(owner: ObjectType, principal: Principal, operations: Sequence[str]) -> Statement:
    where = _wanted()
    where.add(exp.column("deleted_at", table=ALIAS).is_(exp.null()))
    for operation in operations:
        narrow_to_scope(where, owner, ALIAS, principal, operation, shared=False)
    return Statement.of(records_from(exp.select(exp.column("id", table=ALIAS)), owner, where), where.values)


def visible_rows(
    owner: ObjectType, ids: Sequence[int], principal: Principal, columns: Sequence[FieldType]
) -> list[dict[str, Any]]:
    """Return the given columns of those of `ids` that are in the principal's reading scope."""
    if not ids:
        return []
    shape = ("visible", owner.key, tuple(field.key for field in columns), principal.shape)
    read = kept(shape, lambda: _visible(owner, principal, columns))
    scope = permissions.scope(principal, "read", owner.key)
    return fetch(read.sql, {**read.values, **scope.params, "wanted": list(ids)}, read.names)


def _visible(owner: ObjectType, principal: Principal, columns: Sequence[FieldType]) -> Statement:
    """The SQL that reads columns of some records in a scope; its text depends on roles, not on people."""
    where = _wanted()
    where.add(exp.column("deleted_at", table=ALIAS).is_(exp.null()))
    narrow_to_scope(where, owner, ALIAS, principal, "read")
    return Statement.of(records_from(exp.select(*selected(owner, columns)), owner, where), where.values)


def without_source(owner: ObjectType, keys: Sequence[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield id and fields, in clear, of the live records that no source has named, a batch at a time."""
    last = 0
    while found := _without_source(owner, last):
        yield from clear_rows(owner, found, keys, deleted=False).items()
        last = found[-1]


def _without_source(owner: ObjectType, after: int) -> list[int]:
    id_, source = exp.column("id", table=ALIAS), exp.column("source_key", table=ALIAS)
    where = Where(catalogues.catalogue())
    where.add(source.is_(exp.null()))
    where.add(exp.column("deleted_at", table=ALIAS).is_(exp.null()))
    where.add(exp.column("erased_at", table=ALIAS).is_(exp.null()))
    where.add(id_ > where.bind(after))
    select = records_from(exp.select(id_), owner, where).order_by(id_.copy()).limit(_BATCH)
    return [row[0] for row in rows_of(select, where.values)]


def clear_rows(
    owner: ObjectType, ids: Sequence[int], keys: Sequence[str], *, deleted: bool
) -> dict[int, dict[str, Any]]:
    """Return fields of live records, or of `deleted` ones as well, by id, in clear; an unpublished figure is None."""
    if not ids:
        return {}
    fields = [owner.fields[key] for key in keys if key in owner.fields]
    shape = ("clear", owner.key, tuple(field.key for field in fields), deleted)
    read = kept(shape, lambda: _clear(owner, fields, deleted))
    nothing: dict[str, Any] = dict.fromkeys(keys)
    return {
        row["id"]: nothing | {field.key: field.values.clear(row[f"f:{field.key}"]) for field in fields}
        for row in fetch(read.sql, {**read.values, "wanted": list(ids)}, read.names)
    }


def _clear(owner: ObjectType, fields: Sequence[FieldType], deleted: bool) -> Statement:
    where = _wanted()
    if not deleted:
        where.add(exp.column("deleted_at", table=ALIAS).is_(exp.null()))
    return Statement.of(records_from(exp.select(*selected(owner, fields)), owner, where), where.values)


def _wanted() -> Where:
    """The condition of records whose ids are the parameter `wanted`."""
    where = Where(catalogues.catalogue())
    where.add(exp.column("id", table=ALIAS).eq(any_id(exp.Placeholder(this="wanted"))))
    return where


def related_rows(
    owner: ObjectType, through: str, parent_ids: Sequence[int], keys: Sequence[str], *, today: bool = False
) -> list[dict[str, Any]]:
    """Return fields of the live records whose reference `through` points at one of `parent_ids`, in clear.

    With `today` they are those that hold today, by the definition of their object.
    """
    if not parent_ids:
        return []
    fields = [catalogues.field_of(owner, key) for key in {through: None, **dict.fromkeys(keys)}]
    shape = ("related", owner.key, through, tuple(field.key for field in fields), today)
    read = kept(shape, lambda: _related(owner, through, fields, today))
    found = fetch(read.sql, {**read.values, "parents": list(parent_ids)}, read.names)
    return [
        {"id": row["id"], **{field.key: field.values.clear(row[f"f:{field.key}"]) for field in fields}} for row in found
    ]


def _related(owner: ObjectType, through: str, fields: Sequence[FieldType], today: bool) -> Statement:
    """The SQL that reads the records that point at one of the `parents`."""
    where = Where(catalogues.catalogue())
    where.add(field_sql(catalogues.field_of(owner, through)).eq(any_id(exp.Placeholder(this="parents"))))
    where.add(exp.column("deleted_at", table=ALIAS).is_(exp.null()))
    if today:
        where.add(current(where, owner, ALIAS))
    select = records_from(exp.select(*selected(owner, fields)), owner, where).order_by(exp.column("id", table=ALIAS))
    return Statement.of(select, where.values)
