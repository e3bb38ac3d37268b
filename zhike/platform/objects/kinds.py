"""The kinds `object` and `extension`: what only other definitions can tell about them, and their tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from zhike.expressions import api as expressions
from zhike.expressions.errors import ExpressionInvalid
from zhike.kernel.definition_checks import each, unknown
from zhike.kernel.definition_parts import Place
from zhike.kernel.definitions import Finding, Kind, Snapshot
from zhike.platform.fields import api as fields
from zhike.platform.objects.definitions import ExtensionDefinition, FieldPart, ObjectDefinition, Shape
from zhike.platform.objects.logic import lookup_checks, schema_changes
from zhike.platform.objects.logic.catalogue import defined, expression_schema, provisional
from zhike.platform.objects.types import PARAMS

#: Kinds whose definitions may become columns beside the records, so that lists may name them.
_SERVED = ("indicator", "tag")


def check_object(found: ObjectDefinition, everything: Snapshot) -> Iterator[Finding]:
    """Find what is wrong with an object type."""
    whole = defined(everything).get(found.key, found)
    return each(
        _check_role(found, everything),
        _check_display(found, whole),
        _check_through(found, whole),
        _check_shape(found, whole, everything),
        _check_conditions(found, whole, everything),
    )


def _check_role(found: ObjectDefinition, everything: Snapshot) -> Iterator[Finding]:
    roles = sorted(key for key, other in defined(everything).items() if found.role and other.role == found.role)
    if len(roles) > 1:
        yield Finding("object.doubled_role", f"role '{found.role}' is claimed by {', '.join(roles)}", ("role",))


def _check_display(found: ObjectDefinition, whole: ObjectDefinition) -> Iterator[Finding]:
    keys = whole.field_keys()
    if found.display and found.display not in keys:
        yield _no_field(found.display, keys, ("display",))
    for number, key in enumerate(found.display_with):
        if key not in keys:
            yield _no_field(key, keys, ("display_with", number))
    pointing = {field.key for field in whole.fields if fields.value_type(field.type).pointer is not None}
    for number, key in enumerate(found.display_with):
        if key in pointing:
            said = f"'{key}' points at another record; a record is called by its own words"
            yield Finding("object.display_points", said, ("display_with", number))


def check_extension(found: ExtensionDefinition, everything: Snapshot) -> Iterator[Finding]:
    """Yield what is wrong with an extension: beside what an object may have, what the object or another one has."""
    base, whole = everything.written.get("object", {}).get(found.of), defined(everything).get(found.of)
    if isinstance(base, ObjectDefinition) and whole is not None:
        yield from each(
            _check_taken(found, base, everything),
            _check_shape(found, whole, everything),
            _check_conditions(found, whole, everything),
        )


def _check_taken(found: ExtensionDefinition, base: ObjectDefinition, everything: Snapshot) -> Iterator[Finding]:
    others = [one for one in everything.written.get("extension", {}).values() if isinstance(one, ExtensionDefinition)]
    beside: list[ObjectDefinition | ExtensionDefinition] = [base]
    beside += [one for one in others if one.of == found.of and one.key != found.key]
    for name in ("fields", "relations", "refinements", "rules"):
        taken = {item.key: other for other in beside for item in getattr(other, name)}
        for number, item in enumerate(getattr(found, name)):
            if item.key in taken:
                owner = f"{taken[item.key].kind} '{taken[item.key].key}'"
                yield Finding("extension.taken", f"'{item.key}' is already in the {owner}", (name, number, "key"))
    for name in ("list", "detail", "form", "page"):
        doubled = [one.key for one in beside[1:] if getattr(one, name) and getattr(found, name)]
        if doubled:
            yield Finding("extension.taken", f"extension '{doubled[0]}' has a {name} for '{found.of}', too", (name,))


def _check_shape(
    found: ObjectDefinition | ExtensionDefinition, whole: ObjectDefinition, everything: Snapshot
) -> Iterator[Finding]:
    return each(
        *(_check_once(name, found) for name in ("fields", "relations", "refinements", "rules")),
        _check_layout(found, whole),
        lookup_checks.check_lookups(found, whole, everything),
        _check_list(found, whole, everything),
        _check_relations(found, whole, everything),
        _check_field_roles(found, whole),
    )


def _check_relations(found: Shape, whole: ObjectDefinition, everything: Snapshot) -> Iterator[Finding]:
    for number, relation in enumerate(found.relations):
        other = defined(everything).get(relation.object)
        if other is not None and not _points(other.fields, relation.through, whole.key):
            pointing = [field.key for field in other.fields if getattr(field, "target", "") == whole.key]
            place: Place = ("relations", number, "through")
            yield unknown(
                f"reference of '{other.key}' to '{whole.key}' called", relation.through, pointing, place, _UNKNOWN
            )


def _check_field_roles(found: Shape, whole: ObjectDefinition) -> Iterator[Finding]:
    by_role: dict[str, str] = {}
    for field in whole.fields:
        if field.role and by_role.setdefault(field.role, field.key) != field.key:
            number = next((n for n, own in enumerate(found.fields) if own.key == field.key), -1)
            if number >= 0:
                message = f"field role '{field.role}' is claimed by {by_role[field.role]} and {field.key}"
                yield Finding("object.doubled_role", message, ("fields", number, "role"))


_UNKNOWN = "object.unknown_field"


def _check_once(name: str, found: Shape) -> Iterator[Finding]:
    keys = [item.key for item in getattr(found, name)]
    for number, key in enumerate(keys):
        if key in keys[:number]:
            yield Finding("object.doubled_key", f"'{key}' is in `{name}` twice", (name, number, "key"))


def _check_through(found: ObjectDefinition, whole: ObjectDefinition) -> Iterator[Finding]:
    pointing = [field.key for field in whole.fields if getattr(field, "target", "")]
    if found.access and found.access.through not in pointing:
        yield unknown("reference", found.access.through, pointing, ("access", "through"), _UNKNOWN)


def _points(found: Iterable[FieldPart], key: str, target: str) -> bool:
    return any(field.key == key and getattr(field, "target", "") == target for field in found)


def _check_layout(found: Shape, whole: ObjectDefinition) -> Iterator[Finding]:
    keys = whole.field_keys()
    for place, key in found.layout_fields():
        if key not in keys:
            yield _no_field(key, keys, place)


def _check_list(found: Shape, whole: ObjectDefinition, everything: Snapshot) -> Iterator[Finding]:
    if found.list is None:
        return
    keys = whole.field_keys()
    listed = [*keys, *(key for kind in _SERVED for key in everything.named(kind))]
    for number, key in enumerate(found.list.columns):
        if key not in listed:
            yield unknown("field, indicator or tag", key, listed, ("list", "columns", number), _UNKNOWN)
    sort = found.list.sort
    if sort and sort.field not in listed:
        yield unknown("field, indicator or tag", sort.field, listed, ("list", "sort", "field"), _UNKNOWN)
    for field in whole.fields:
        if sort and field.key == sort.field and not fields.value_type(field.type).sortable:
            message = f"a list is not sorted by '{field.key}': its type has no order"
            yield Finding("object.unsortable", message, ("list", "sort", "field"))
    tabs = ["all", *(refinement.key for refinement in whole.refinements)]
    for number, tab in enumerate(found.list.tabs):
        if tab not in tabs:
            yield unknown("refinement", tab, tabs, ("list", "tabs", number), "object.unknown_refinement")


def _check_conditions(
    found: ObjectDefinition | ExtensionDefinition, whole: ObjectDefinition, everything: Snapshot
) -> Iterator[Finding]:
    schema = expression_schema(provisional(everything), whole.key)
    for name, items in (("refinements", found.refinements), ("rules", found.rules)):
        for number, item in enumerate(items):
            try:
                expressions.parse(item.condition, schema, PARAMS)
            except ExpressionInvalid as error:
                yield from error.in_definition((name, number, "condition"))


def _no_field(key: str, keys: Collection[str], place: Place) -> Finding:
    return unknown("field", key, keys, place, _UNKNOWN)


OBJECT = Kind(
    ObjectDefinition, order=10, check=check_object, classify=schema_changes.classify, applied=schema_changes.apply
)
EXTENSION = Kind(
    ExtensionDefinition,
    order=11,
    check=check_extension,
    classify=schema_changes.classify,
    applied=schema_changes.apply,
    extends="object",
    extend=lambda extension, base: extension.widen(base),
)
