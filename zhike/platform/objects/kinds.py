"""The kinds `object` and `extension`: what only other definitions can tell about them, and their tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from zhike.expressions.types import Schema
from zhike.kernel.definition_checks import each, guessed, meant, unknown
from zhike.kernel.definition_parts import Place
from zhike.kernel.definitions import Finding, Kind, Snapshot
from zhike.platform.fields import api as fields
from zhike.platform.objects.definitions import ExtensionDefinition, ObjectDefinition, RelationPart, Shape
from zhike.platform.objects.logic import lookup_checks, schema_changes
from zhike.platform.objects.logic.catalogue import defined, expression_schema, provisional
from zhike.platform.objects.logic.written_conditions import condition_faults
from zhike.platform.objects.types import PARAMS
from zhike.platform.permissions.types import Refinement

#: Kinds whose definitions may become columns beside the records, so that lists may name them.
_SERVED = ("indicator", "tag")
#: Where an object has conditions over its records.
_CONDITIONS = ("refinements", "rules")


def check_object(found: ObjectDefinition, everything: Snapshot) -> Iterator[Finding]:
    """Find what is wrong with an object type."""
    whole = defined(everything).get(found.key, found)
    return each(
        _check_role(found, everything),
        _check_display(found, whole),
        _check_through(found, whole),
        _check_shape(found, whole, everything),
        *(_check_conditions(name, found, whole, everything) for name in _CONDITIONS),
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
            *(_check_taken(name, found, base, everything) for name in ("fields", "relations", *_CONDITIONS)),
            *(_check_layout_taken(name, found, everything) for name in ("list", "detail", "form", "page")),
            _check_shape(found, whole, everything),
            *(_check_conditions(name, found, whole, everything) for name in _CONDITIONS),
        )


def _others(found: ExtensionDefinition, everything: Snapshot) -> list[ExtensionDefinition]:
    """The other extensions of the same object."""
    every = [one for one in everything.written.get("extension", {}).values() if isinstance(one, ExtensionDefinition)]
    return [one for one in every if one.of == found.of and one.key != found.key]


def _check_taken(
    name: str, found: ExtensionDefinition, base: ObjectDefinition, everything: Snapshot
) -> Iterator[Finding]:
    beside: list[ObjectDefinition | ExtensionDefinition] = [base, *_others(found, everything)]
    taken = {item.key: other for other in beside for item in getattr(other, name)}
    for number, item in enumerate(getattr(found, name)):
        if item.key in taken:
            owner = f"{taken[item.key].kind} '{taken[item.key].key}'"
            yield Finding("extension.taken", f"'{item.key}' is already in the {owner}", (name, number, "key"))


def _check_layout_taken(name: str, found: ExtensionDefinition, everything: Snapshot) -> Iterator[Finding]:
    doubled = [one.key for one in _others(found, everything) if getattr(one, name) and getattr(found, name)]
    if doubled:
        yield Finding("extension.taken", f"extension '{doubled[0]}' has a {name} for '{found.of}', too", (name,))


def _check_shape(
    found: ObjectDefinition | ExtensionDefinition, whole: ObjectDefinition, everything: Snapshot
) -> Iterator[Finding]:
    return each(
        *(_check_once(name, found) for name in ("fields", "relations", "refinements", "rules")),
        _check_layout(found, whole),
        lookup_checks.check_lookups(found, whole, everything),
        _check_columns(found, whole, everything),
        _check_sort(found, whole, everything),
        _check_tabs(found, whole),
        _check_relations(found, whole, everything),
        _check_field_roles(found, whole),
    )


def _check_relations(found: Shape, whole: ObjectDefinition, everything: Snapshot) -> Iterator[Finding]:
    placed = [(relation, ("relations", number)) for number, relation in enumerate(found.relations)]
    yield from each(*(_check_relation(relation, place, whole, everything) for relation, place in placed))


def _check_relation(
    relation: RelationPart, place: Place, whole: ObjectDefinition, everything: Snapshot
) -> Iterator[Finding]:
    other = meant(relation.object, defined(everything))
    if other is None:
        return
    pointing = [field.key for field in other.fields if getattr(field, "target", "") == whole.key]
    if relation.through not in pointing:
        what = f"reference of '{other.key}' to '{whole.key}' called"
        found = unknown(what, relation.through, pointing, (*place, "through"), _UNKNOWN)
        yield from [found] if relation.object == other.key else guessed(relation.object, [found])


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


def _check_layout(found: Shape, whole: ObjectDefinition) -> Iterator[Finding]:
    keys = whole.field_keys()
    for place, key in found.layout_fields():
        if key not in keys:
            yield _no_field(key, keys, place)


def _listed(whole: ObjectDefinition, everything: Snapshot) -> list[str]:
    """What a list of the object may name."""
    return [*whole.field_keys(), *(key for kind in _SERVED for key in everything.named(kind))]


def _check_columns(found: Shape, whole: ObjectDefinition, everything: Snapshot) -> Iterator[Finding]:
    for number, key in enumerate(found.list.columns if found.list else ()):
        if key not in (known := _listed(whole, everything)):
            yield unknown("field, indicator or tag", key, known, ("list", "columns", number), _UNKNOWN)


def _check_sort(found: Shape, whole: ObjectDefinition, everything: Snapshot) -> Iterator[Finding]:
    sort = found.list.sort if found.list else None
    if sort is None:
        return
    if sort.field not in (known := _listed(whole, everything)):
        yield unknown("field, indicator or tag", sort.field, known, ("list", "sort", "field"), _UNKNOWN)
    for field in whole.fields:
        if field.key == sort.field and not fields.value_type(field.type).sortable:
            message = f"a list is not sorted by '{field.key}': its type has no order"
            yield Finding("object.unsortable", message, ("list", "sort", "field"))


def _check_tabs(found: Shape, whole: ObjectDefinition) -> Iterator[Finding]:
    tabs = ["all", *(refinement.key for refinement in whole.refinements)]
    for number, tab in enumerate(found.list.tabs if found.list else ()):
        if tab not in tabs:
            yield unknown("refinement", tab, tabs, ("list", "tabs", number), "object.unknown_refinement")


def _check_conditions(
    name: str, found: ObjectDefinition | ExtensionDefinition, whole: ObjectDefinition, everything: Snapshot
) -> Iterator[Finding]:
    schema = expression_schema(provisional(everything), whole.key)
    items: tuple[Refinement, ...] = getattr(found, name)
    yield from each(*(_condition(item, (name, number), schema) for number, item in enumerate(items)))


def _condition(item: Refinement, place: Place, schema: Schema) -> Iterator[Finding]:
    yield from condition_faults(item.condition, schema, PARAMS, (*place, "condition"))


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
