"""From a query of somebody to the conditions of one statement, under one scope."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from zhike.platform.objects.errors import UnknownField
from zhike.platform.objects.logic import asking, single_records
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic.conditions import Where, narrow_to_query, narrow_to_scope
from zhike.platform.objects.logic.searching import narrow_to_text
from zhike.platform.objects.logic.statements import ALIAS
from zhike.platform.objects.types import ObjectType, RecordQuery, pointing_at
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal


def narrowed(query: RecordQuery, principal: Principal, owner: ObjectType, operation: str = "read") -> Where:
    """Return what a query asks for, of what `principal` may read and do `operation` on."""
    where = Where(catalogues.catalogue())
    narrow_to_query(where, owner, ALIAS, _with_parent(query, principal, owner), principal)
    if query.uids is not None:
        chosen = exp.Any(this=exp.paren(where.bind(list(query.uids))))
        where.add(exp.column("uid", table=ALIAS).eq(chosen))
    if query.text.strip():
        narrow_to_text(where, owner, query.text, principal)
    narrow_to_scope(where, owner, ALIAS, principal, "read")
    if operation != "read":
        narrow_to_scope(where, owner, ALIAS, principal, operation)
    return where


def _with_parent(query: RecordQuery, principal: Principal, owner: ObjectType) -> RecordQuery:
    """The query with the record that its rows point at as a part of its condition.

    Raises UnknownField where the field points at no record, NotFound outside the principal's scope.
    """
    if query.of is None:
        return query
    known = catalogues.catalogue()
    field = asking.field_of(owner, query.of.through, principal)
    if field.target not in known:
        pointing = (one.key for one in owner.fields.values() if one.target in known)
        has = sorted(key for key in pointing if not permissions.limited(principal, owner.key, key))
        raise UnknownField(object=owner.key, field=field.key, has=has)
    parent = single_records.row_by_uid(known[field.target], query.of.uid, principal, "read")["id"]
    points = pointing_at(field.key, parent)
    return replace(query, of=None, condition={"and": [query.condition, points]} if query.condition else points)
