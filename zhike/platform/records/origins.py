"""Which file keeps a record: rooms that load records register how one is found, pages of records ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from zhike.platform.organization.types import FileActor

__all__ = ["Find", "of", "register"]

#: The object and the source key of a record in, its file with the day of the newest one out.
Find: TypeAlias = Callable[[str, str], FileActor | None]
_finds: list[Find] = []


def register(find: Find) -> None:
    """Have `find` asked for the file of records; called when the application starts."""
    _finds.append(find)


def of(object: str, source_key: str) -> FileActor | None:
    """Return the file that keeps a record, where a room knows it."""
    found = (find(object, source_key) for find in _finds if source_key)
    return next((file for file in found if file), None)
