"""Rights on parts of the product that are no objects: rooms register them here, and narrow their rows by what is granted."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from zhike.kernel.errors import NotFound
from zhike.platform.permissions import api
from zhike.platform.permissions.logic import resources
from zhike.platform.permissions.logic.grants import grants_of
from zhike.platform.permissions.logic.operations import HOME
from zhike.platform.permissions.logic.resources import Resource
from zhike.platform.permissions.types import Principal, units_of_posts

Row = TypeVar("Row", bound=Model)

__all__ = ["HOME", "Resource", "any_of", "one", "reaches", "register", "registered", "ways", "within", "word_for"]
register = resources.register
registered = resources.registered
word_for = resources.word_for


def within(
    principal: Principal, operation: str, *, mine: str | Q = "owner", units: str = "unit_id", me: str | None = None
) -> Q:
    """Return which rows of a part of the product `principal` may do `operation` ("campaign.read") on.

    `mine` and `units` are the columns of a row's person and unit, or `mine` is the condition under which a row is the
    principal's; the person is called as conditions call it (by the employee number) unless `me` says how. Raises Refused
    where the principal holds the operation on nothing, SignInRequired when nobody is signed in.
    """
    own = mine if isinstance(mine, Q) else Q(**{mine: principal.me if me is None else me})
    return any_of(ways(principal, operation, mine=(own,), units=units, known=bool(principal.me if me is None else me)))


def any_of(conditions: Sequence[Q]) -> Q:
    """Return the condition that one or more of some conditions are met; an empty one is met by every row."""
    found = Q(pk__in=[])
    for condition in conditions:
        if not condition:
            return Q()
        found |= condition
    return found


def ways(
    principal: Principal, operation: str, *, mine: Sequence[Q], units: str = "unit_id", known: bool = True
) -> list[Q]:
    """Return the same as conditions of which a row meets one or more: each may have an index of its own.

    One alone that is empty is met by every row. What nobody made or was given is not that of somebody who is not `known`.
    """
    api.require(principal, operation)
    if principal.kind == "system":
        return [Q()]
    found: list[Q] = []
    for where, held in _narrowings(principal, operation):
        if where == "all":
            return [Q()]
        if where != "mine":
            found.append(Q(**{f"{units}__in": held}))
        elif known:
            found += mine
    return found


def one(rows: QuerySet[Row], uid: uuid.UUID, *, kind: str, lock: bool = False) -> Row:
    """Return the row with that uid among the `rows` that somebody reaches, locked for change if asked; raises NotFound."""
    found = (rows.select_for_update() if lock else rows).filter(uid=uid).first()
    if found is None:
        raise NotFound(kind=kind, id=str(uid))
    return found


def reaches(principal: Principal, operation: str, *, mine: str | bool, unit: int | None) -> bool:
    """Return whether `principal` may do `operation` on a row of that person and unit: what `within` says, of one.

    `mine` is the row's person, or whether the row is the principal's.
    """
    own = bool(mine) and (mine is True or mine == principal.me)
    return principal.kind == "system" or any(
        where == "all" or (own if where == "mine" else unit in held)
        for where, held in _narrowings(principal, operation)
    )


def _narrowings(principal: Principal, operation: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """How the grants of an operation are narrowed, each with the units of the posts that give it."""
    resource, _, name = operation.partition(".")
    for role, grant in grants_of(principal, name, resource):
        yield grant.where, units_of_posts(post for post in principal.posts if post.role == role)
