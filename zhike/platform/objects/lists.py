"""What a list shows and what it was asked for, for the rooms above that describe it or write it to a file."""

from __future__ import annotations

from zhike.expressions.api import Expression
from zhike.kernel.definition_parts import Labels
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic import listing, orders, paths, questions
from zhike.platform.objects.logic import nameless as without_names
from zhike.platform.objects.types import FieldType, Order, RecordQuery
from zhike.platform.permissions.types import Principal

__all__ = [
    "beyond",
    "seen",
    "columns",
    "default_sort",
    "fields",
    "nameless",
    "nameless_text",
    "places",
    "require_order",
]


def columns(object: str, *, principal: Principal) -> list[str]:
    """Return the columns of the object's list, without those not published yet or not in use where the viewer is."""
    return listing.listed_columns(catalogues.object_type(object), principal)


def default_sort(object: str, *, principal: Principal) -> Order:
    """Return the list's own order, newest first where it has none or one that the viewer may not ask for."""
    return orders.default_sort(catalogues.object_type(object), principal)


def places(object: str, *, principal: Principal) -> list[str]:
    """Return by which places a list of the object may be narrowed for `principal`: "unit", "served_by"."""
    return questions.places_of(catalogues.object_type(object), principal)


def beyond(object: str, *, principal: Principal) -> dict[str, list[FieldType]]:
    """Return by reference the fields of what it points at that a list of the object may show, called by their paths."""
    return paths.beyond(catalogues.object_type(object), principal)


def seen(object: str, field: FieldType, *, principal: Principal) -> tuple[str, bool]:
    """Return how `principal` sees a column of the object's list, "clear", "masked" or "refused", and whether it may be asked about."""
    owner = catalogues.object_type(object)
    return paths.rule(owner, field, principal), paths.may_ask(owner, field, principal)


def fields(query: RecordQuery, *, principal: Principal) -> list[FieldType]:
    """Return the columns of a list that is asked for: those that the query names, else those that the list shows.

    One of a record that is pointed at is called by its path, a computed one by its key. Raises what a page raises.
    """
    return listing.fields_of(questions.asked(query, principal, catalogues.object_type(query.object)), query)


def require_order(query: RecordQuery, *, principal: Principal) -> None:
    """Raise UnknownField, Refused, Unsortable or TooManyOrders where a list cannot be ordered as asked."""
    orders.orders_of(questions.asked(query, principal, catalogues.object_type(query.object)), query)


def nameless(query: RecordQuery, *, principal: Principal) -> Expression | None:
    """Return a query's checked condition without the names and numbers of people; None where it has none."""
    return without_names.condition(catalogues.catalogue(), query, principal)


def nameless_text(query: RecordQuery, *, principal: Principal) -> Labels | None:
    """Return the same as a sentence; None where there is none."""
    return without_names.told(catalogues.catalogue(), query, principal)
