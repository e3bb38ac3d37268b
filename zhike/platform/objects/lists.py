"""What a list shows and what it was asked for, for the rooms above that describe it or write it to a file."""

from __future__ import annotations

from zhike.expressions.api import Expression
from zhike.kernel.definition_parts import Labels
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic import listing, orders
from zhike.platform.objects.logic import nameless as without_names
from zhike.platform.objects.types import Order, RecordQuery
from zhike.platform.permissions.types import Principal

__all__ = ["columns", "default_sort", "nameless", "nameless_text", "require_order"]


def columns(object: str, *, principal: Principal) -> list[str]:
    """Return the columns of the object's list, without those not published yet or not in use where the viewer is."""
    return listing.listed_columns(catalogues.object_type(object), principal)


def default_sort(object: str, *, principal: Principal) -> Order:
    """Return the list's own order, newest first where it has none or one that the viewer may not ask for."""
    return orders.default_sort(catalogues.object_type(object), principal)


def require_order(query: RecordQuery, *, principal: Principal) -> None:
    """Raise UnknownField, Refused, Unsortable or TooManyOrders where a list cannot be ordered as asked."""
    orders.orders_of(query, catalogues.object_type(query.object), principal)


def nameless(query: RecordQuery, *, principal: Principal) -> Expression | None:
    """Return a query's checked condition without the names and numbers of people; None where it has none."""
    return without_names.condition(catalogues.catalogue(), query, principal)


def nameless_text(query: RecordQuery, *, principal: Principal) -> Labels | None:
    """Return the same as a sentence; None where there is none."""
    return without_names.told(catalogues.catalogue(), query, principal)
