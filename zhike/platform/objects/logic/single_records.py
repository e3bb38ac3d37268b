"""One record in somebody's scope: read, locked, just inserted, held against its rules."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlglot import exp

from zhike.kernel import database
from zhike.kernel.errors import NotFound
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic.conditions import Where, compiled_rules, narrow_to_scope
from zhike.platform.objects.logic.field_rights import field_rules
from zhike.platform.objects.logic.lookups import chosen
from zhike.platform.objects.logic.statements import (
    ALIAS,
    Statement,
    belonging,
    fetch,
    kept,
    records_from,
    rows,
    selected,
)
from zhike.platform.objects.types import ObjectType
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

#: The name of the record that a statement inserts and reads at once.
FRESH = "fresh"


def row_by_uid(
    owner: ObjectType,
    uid: uuid.UUID,
    principal: Principal,
    operation: str,
    *,
    lock: bool = False,
    deleted: bool = False,
) -> dict[str, Any]:
    """Return all columns of one record in the principal's scope, of a deleted one only if `deleted`.

    Raises NotFound when it is not in it.
    """
    return _single(owner, "uid", uid, principal, operation, lock, deleted)


def id_by_uid(owner: ObjectType, uid: uuid.UUID, principal: Principal) -> int:
    """Return the inner id of a record that the principal may read; raises NotFound outside its scope."""

    def read() -> Statement:
        where = Where(catalogues.catalogue())
        where.add(exp.column("uid", table=ALIAS).eq(exp.Placeholder(this="key")))
        where.add(exp.column("deleted_at", table=ALIAS).is_(exp.null()))
        narrow_to_scope(where, owner, ALIAS, principal, "read")
        return Statement.of(records_from(exp.select(exp.column("id", table=ALIAS)), owner, where), where.values)

    statement = kept(("id", owner.key, principal.shape), read)
    params = permissions.scope(principal, "read", owner.key).params
    asked = {**statement.values, **params, "key": uid}
    found = database.once(("id", owner.key, uid, principal), lambda: rows(statement.sql, asked))
    if not found:
        raise NotFound(kind=owner.key, id=str(uid))
    return int(found[0][0])


def row_by_id(owner: ObjectType, record_id: int, principal: Principal, operation: str) -> dict[str, Any]:
    """Return all columns of the record with this inner id, as `row_by_uid` does."""
    return _single(owner, "id", record_id, principal, operation, False, False)


def broken_rules(owner: ObjectType, record_id: int, principal: Principal) -> list[str]:
    """Return the keys of the rules that a record breaks, in their order."""
    read = kept(("broken", owner.key), lambda: _rules_statement(owner))
    params = permissions.scope(principal, "read", owner.key).params
    [row] = fetch(read.sql, {**read.values, **params, "id": record_id}, read.names)
    return [key for key in owner.rules if row[key]]


def _rules_statement(owner: ObjectType) -> Statement:
    """Return the SQL that says of each rule whether the record `id` breaks it."""
    where = Where(catalogues.catalogue())
    broken = zip(owner.rules, compiled_rules(where, owner, ALIAS), strict=True)
    where.add(exp.column("id", table=ALIAS).eq(exp.Placeholder(this="id")))
    columns = [exp.alias_(rule, key, quoted=True) for key, rule in broken]
    return Statement.of(records_from(exp.select(*columns), owner, where), where.values)


def looked_up_ids(
    owner: ObjectType, record_id: int, target: ObjectType, through: str, principal: Principal
) -> list[int]:
    """Return the ids of the records of `target` that the principal's fields of a record are looked up in today."""
    rules = field_rules(owner, owner.fields, principal)
    seen = [field for key, field in owner.fields.items() if field.lookup and rules[key] != "refused"]
    shape = ("chosen", owner.key, target.key, through, tuple(field.key for field in seen))
    read = kept(shape, lambda: Statement.of(exp.select(*chosen(seen, target, through)), {}))
    if not read.names:
        return []
    return [one for one in rows(read.sql, {"id": record_id})[0] if one is not None]


def in_scope(owner: ObjectType, record_id: int, principal: Principal, operation: str) -> bool:
    """Return whether the record is among those on which the principal may do `operation`."""
    try:
        row_by_id(owner, record_id, principal, operation)
    except NotFound:
        return False
    return True


def inserted_row(
    owner: ObjectType, insert: str, beside: str, given: Mapping[str, object], principal: Principal
) -> dict[str, Any]:
    """Run `insert` (… returning *) and return the new record as `row_by_id` would, in one statement.

    `beside` is SQL of the same statement that reads the new record from `FRESH`. Raises NotFound when the record is not
    in the principal's creating scope; the caller's transaction then undoes it.
    """
    read = kept(
        ("inserted", owner.key, principal.shape),
        lambda: _single_statement(owner, "", principal, "create", False, False),
    )
    scope = permissions.scope(principal, "create", owner.key)
    statement = f"with {FRESH} as ({insert}), beside as ({beside}) {read.sql}"
    found = fetch(statement, {**read.values, **scope.params, **given}, read.names)
    if not found:
        raise NotFound(kind=owner.key, id="")
    return found[0]


def _single(
    owner: ObjectType, key: str, value: object, principal: Principal, operation: str, lock: bool, deleted: bool
) -> dict[str, Any]:
    read = kept(
        ("single", owner.key, key, principal.shape, operation, lock, deleted),
        lambda: _single_statement(owner, key, principal, operation, lock, deleted),
    )
    scope = permissions.scope(principal, operation, owner.key)
    asked = {**read.values, **scope.params, "key": value}
    question = ("single", owner.key, key, value, operation, lock, deleted, principal)
    found = database.once(question, lambda: fetch(read.sql, asked, read.names))
    if not found:
        raise NotFound(kind=owner.key, id=str(value))
    return dict(found[0])


def _single_statement(
    owner: ObjectType, key: str, principal: Principal, operation: str, lock: bool, deleted: bool
) -> Statement:
    """Return the SQL that reads one record in a scope; the text depends on roles, not on people.

    The record is the one whose column `key` has the value `key`, or without a column the one being inserted.
    """
    where = Where(catalogues.catalogue())
    if key:
        where.add(exp.column(key, table=ALIAS).eq(exp.Placeholder(this="key")))
    if not deleted:
        where.add(exp.column("deleted_at", table=ALIAS).is_(exp.null()))
    narrow_to_scope(where, owner, ALIAS, principal, operation)
    select = records_from(
        exp.select(*selected(owner, [*owner.fields.values()]), *belonging()),
        owner,
        where,
        source="" if key else FRESH,
    )
    if lock:
        select = select.lock()
        select.args["locks"][0].set("expressions", [exp.to_table(ALIAS)])
    return Statement.of(select, where.values)
