"""What is wrong with lookups: only definitions of both objects together can tell."""

from __future__ import annotations

from collections.abc import Iterator

from zhike.expressions import api as expressions
from zhike.expressions.errors import ExpressionInvalid
from zhike.kernel.definition_checks import each, unknown
from zhike.kernel.definition_parts import Place
from zhike.kernel.definitions import Finding, Snapshot
from zhike.platform.fields import api as fields
from zhike.platform.fields.errors import BadValue
from zhike.platform.objects.definitions import FieldPart, Lookup, ObjectDefinition, Shape
from zhike.platform.objects.logic import lookups
from zhike.platform.objects.logic.catalogue import provisional
from zhike.platform.objects.types import FieldType, ObjectType

#: What says how a column is kept; a lookup has none.
_OF_COLUMNS = ("required", "unique", "index", "personal", "searchable", "default", "stamp")


def check_lookups(found: Shape, whole: ObjectDefinition, everything: Snapshot) -> Iterator[Finding]:
    """Yield what is wrong with the fields of `found` that are looked up, and with layouts that want to edit them."""
    looked_up = [
        (field, field.lookup, ("fields", number))
        for number, field in enumerate(found.fields)
        if field.lookup is not None
    ]
    return each(
        *(_check(field, lookup, place, whole, everything) for field, lookup, place in looked_up),
        _check_uses(found, {field.key for field in whole.fields if field.lookup}),
    )


def _check_uses(found: Shape, looked_up: set[str]) -> Iterator[Finding]:
    for place, key in found.layout_fields():
        if place[0] == "form" and key in looked_up:
            yield Finding("lookup.not_editable", f"'{key}' is looked up; a form cannot change it", place)
    if not isinstance(found, ObjectDefinition):
        return
    called: list[tuple[Place, str | None]] = [(("display",), found.display)]
    called += [(("display_with", number), key) for number, key in enumerate(found.display_with)]
    for where, name in called:
        if name in looked_up:
            yield Finding("lookup.not_stored", f"'{name}' is looked up; a record is called by a stored field", where)


def _check(
    field: FieldPart, lookup: Lookup, place: Place, whole: ObjectDefinition, everything: Snapshot
) -> Iterator[Finding]:
    for name in _OF_COLUMNS:
        if getattr(field, name, None):
            yield Finding("lookup.no_column", f"'{field.key}' is looked up; it has no `{name}`", (*place, name))
    relations = {relation.key: relation.object for relation in whole.relations}
    if lookup.relation not in relations:
        yield unknown("relation", lookup.relation, relations, (*place, "lookup", "relation"), "object.unknown_relation")
        return
    target = provisional(everything).get(relations[lookup.relation])
    if target is not None:
        yield from _check_target(field, lookup, (*place, "lookup"), target)


def _check_target(field: FieldPart, lookup: Lookup, place: Place, target: ObjectType) -> Iterator[Finding]:
    stored = {key: one for key, one in target.fields.items() if one.stored}
    for name in ("field", "newest"):
        key = getattr(lookup, name)
        if key not in stored:
            yield unknown(f"stored field of {target.key}", key, stored, (*place, name), "object.unknown_field")
    if lookup.field in stored:
        yield from _check_shown(field, stored[lookup.field], place)
    if lookup.newest in stored and not stored[lookup.newest].values.sortable:
        said = f"'{lookup.newest}' has no order; the newest record cannot be told by it"
        yield Finding("object.unsortable", said, (*place, "newest"))
    for name in ("otherwise", "prefer"):
        value = getattr(lookup, name)
        try:
            fields.value_type(field.type)(field).parse(value)  # type: ignore[arg-type]
        except BadValue as error:
            said = f"'{field.key}' cannot be '{value}'; it is {error.expected}"
            yield Finding(error.code, said, (*place, name))
    if lookup.where:
        try:
            expressions.parse(lookup.where, lookups.schema_of(target), lookups.PARAMS)
        except ExpressionInvalid as error:
            yield from error.in_definition((*place, "where"))


def _check_shown(field: FieldPart, shown: FieldType, place: Place) -> Iterator[Finding]:
    if shown.type != field.type:
        said = f"'{field.key}' is a {field.type}, but '{shown.key}' is a {shown.type}"
        yield Finding("lookup.other_type", said, (*place, "field"))
    elif shown.values.companions or shown.values.pointer:
        said = f"'{shown.key}' is a {shown.type}, which cannot be looked up"
        yield Finding("lookup.other_type", said, (*place, "field"))
    if shown.mask and getattr(field, "mask", None) != shown.mask:
        said = f"'{shown.key}' is masked as {shown.mask}; '{field.key}' would show it"
        yield Finding("lookup.unmasked", said, (*place, "field"))
    missing = [
        option.key for option in shown.options if option.key not in [o.key for o in getattr(field, "options", ())]
    ]
    if missing and shown.type == field.type:
        said = f"'{field.key}' lacks the options {', '.join(missing)} of '{shown.key}'"
        yield Finding("lookup.missing_option", said, (*place, "field"))
