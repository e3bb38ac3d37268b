"""Single records that somebody lets others see: the room that keeps records says which, rights stay here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from zhike.platform.organization.types import Staff

#: A user with the posts that hold today → by object, the inner ids of the records that are shared with it.
FindShares = Callable[[Staff], Mapping[str, tuple[int, ...]]]
_finders: list[FindShares] = []


def register(find: FindShares) -> None:
    """Let a room say what is shared; called when the application starts."""
    _finders.append(find)


def of(staff: Staff) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Return the records that are shared with a user today, by object."""
    found = {resource: ids for find in _finders for resource, ids in find(staff).items()}
    return tuple(sorted(found.items()))
