"""Which business objects there are, what conditions over them may name, and how somebody sees their fields."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from zhike.expressions import api as expressions
from zhike.expressions.types import Schema, Type
from zhike.kernel.definitions import Snapshot
from zhike.platform.fields.types import Pointer
from zhike.platform.objects.logic import asking, field_rights, pointed_records
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.types import FieldType, ObjectType
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

__all__ = [
    "by_ids",
    "checked_condition",
    "describe",
    "field_for",
    "field_of",
    "field_rule",
    "field_rules",
    "known",
    "may_ask",
    "may_ask_all",
    "names_of",
    "object_types",
    "object_with_role",
    "pointed_at",
    "pointers",
    "provisional",
    "schema",
    "served_on",
    "targets_of",
]


def object_types(principal: Principal) -> list[ObjectType]:
    """Return the object types that `principal` may read."""
    found = catalogues.catalogue().values()
    return [owner for owner in found if permissions.allowed(principal, f"{owner.key}.read")]


def describe(object: str) -> ObjectType:
    """Return an object type: its fields, relations, refinements and layouts. Raises UnknownObject."""
    return catalogues.object_type(object)


def known() -> Mapping[str, ObjectType]:
    """Return all object types by key, for engines: whoever asks may not read some of them."""
    return catalogues.catalogue()


def object_with_role(role: str) -> ObjectType:
    """Return the object type that plays a declared role ("party"). Raises UnknownObject."""
    return catalogues.object_with_role(role)


def provisional(everything: Snapshot) -> Mapping[str, ObjectType]:
    """Return the object types of definitions that may have no tables yet: for checking what names their fields."""
    return catalogues.provisional(everything)


def schema(object: str, everything: Snapshot | None = None) -> Schema:
    """Return what conditions over the object may name; of `everything`, definitions that may have no tables yet, where
    given.
    """
    if everything is not None:
        return catalogues.expression_schema(catalogues.provisional(everything), object)
    return catalogues.expression_schema(catalogues.catalogue(), catalogues.object_type(object).key)


def names_of(everything: Snapshot, object: str) -> Mapping[str, Sequence[str]]:
    """Return what a definition may name of an object of `everything`: its fields with the figures beside them
    ("field"), its refinements ("refinement"), the page that shows a record ("page"); nothing of an unknown object.
    """
    found = catalogues.defined(everything).get(object)
    if found is None:
        return {}
    figures = catalogues.figures_beside(found, everything)
    return {
        "field": [*found.field_keys(), *figures],
        "refinement": [item.key for item in found.refinements],
        "page": [found.page] if found.page else [],
    }


def targets_of(everything: Snapshot, object: str) -> Mapping[str, str]:
    """Return the references of an object of `everything`, each with the object that it points at."""
    found = catalogues.defined(everything).get(object)
    targets = {field.key: getattr(field, "target", "") for field in found.fields} if found else {}
    return {key: target for key, target in targets.items() if target}


def may_ask(object: str, field: str, *, principal: Principal) -> bool:
    """Return whether `principal` may narrow, order, group and sum by a field: not where it is masked or refused."""
    return asking.may_ask(catalogues.object_type(object), field, principal)


def may_ask_all(object: str, expression: expressions.Expression, *, principal: Principal) -> bool:
    """Return whether `principal` sees in clear all that a checked expression over the object names."""
    return asking.may_ask_all(catalogues.catalogue(), catalogues.object_type(object), expression, principal)


def field_rule(object: str, field: str, *, principal: Principal) -> str:
    """Return how `principal` sees a field: "clear", "masked" (its mask applies) or "refused"."""
    return field_rights.field_rule(catalogues.object_type(object), field, principal)


def field_rules(object: str, *, principal: Principal) -> Mapping[str, str]:
    """Return how `principal` sees each field of an object, as `field_rule` does of one."""
    owner = catalogues.object_type(object)
    return field_rights.field_rules(owner, owner.fields, principal)


def checked_condition(
    given: object, schema: Schema, params: Mapping[str, Type], *, principal: Principal
) -> expressions.Expression:
    """Return a checked condition over a schema whose keys are those of objects.

    Raises ExpressionInvalid with every fault, none of which names a field that `principal` may not know of.
    """
    return asking.checked(given, schema, params, principal)


def by_ids(object: str, expression: expressions.Expression) -> expressions.Expression:
    """Return a checked expression over the object's own fields as Python answers it, of rows that hold inner ids.

    Words that records and org units go by become their ids as of now.
    """

    def ids(path: Sequence[str], words: Collection[str]) -> Mapping[str, Collection[int]]:
        known, owner = catalogues.catalogue(), catalogues.object_type(object)
        field = asking.end_of(known, owner, path[:-1]).fields[path[-1]]
        return pointed_records.ids_called(known, field, words)

    return expressions.with_ids(expression, ids)


def served_on(object: str) -> date | None:
    """Return the business date of the figures published beside the object; None before there are any."""
    side = catalogues.side_table(object)
    return side.business_date if side else None


def field_of(object: str, key: str) -> FieldType:
    """Return a field of an object, for engines. Raises UnknownField that says which exist."""
    return catalogues.field_of(catalogues.object_type(object), key)


def field_for(object: str, key: str, *, principal: Principal) -> FieldType:
    """Return a field of an object. Raises UnknownField, as if it did not exist where `principal` may not know of it."""
    return asking.field_of(catalogues.object_type(object), key, principal)


def pointers() -> Mapping[str, Pointer]:
    """Return the places that are no objects and that fields point at, by name: org units, users."""
    return catalogues.pointers()


def pointed_at(field: FieldType) -> Pointer:
    """Return the rows that a field points at: of an object or of another place."""
    return catalogues.pointed_at(field)
