"""Fields that only viewers of certain org units may know of: rooms above say which, rights stay here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from zhike.platform.permissions.types import Principal

#: Resource → field → ids of the units of which a viewer must have one. Without any unit nobody sees the field.
FieldLimits = Callable[[str], Mapping[str, frozenset[int]]]
_limits: list[FieldLimits] = []


def register(find: FieldLimits) -> None:
    """Let a room limit fields of a resource; called when the application starts."""
    _limits.append(find)


def limited(principal: Principal, resource: str, field: str) -> bool:
    """Return whether `principal` may not know of a field, because it is in use in none of its units."""
    return field in hidden(principal, resource)


def hidden(principal: Principal, resource: str) -> set[str]:
    """Return the fields of a resource that `principal` may not know of."""
    return {
        field
        for find in _limits
        for field, units in find(resource).items()
        if not (units and (principal.kind == "system" or units & set(principal.units)))
    }
