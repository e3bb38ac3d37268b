"""SQL that the program wrote: one statement put together of others, and of names; what people say reaches it as values only.

A part that is no `Written` is refused, so no text of a person or a file can become part of a statement.
"""

from __future__ import annotations

from collections.abc import Iterable
from string import Formatter

__all__ = ["Written", "listed", "name", "placeholder", "written"]
_PIECES = Formatter()


class Written(str):
    """SQL of the program's own, with placeholders for values."""

    __slots__ = ()


def written(text: str, /, **parts: Written) -> Written:
    """Return a statement with its parts in their `{places}`: `written("select id from {table}", table=name("party"))`.

    Raise TypeError for a part that is not `Written`, KeyError for one that is missing.
    """
    for key, part in parts.items():
        if not isinstance(part, Written):
            raise TypeError(f"{key} is no SQL of the program's own: {part!r:.60}")
    return Written(_PIECES.vformat(text, (), parts))


def name(text: str) -> Written:
    """Return the name of a table or a column, whatever signs it has."""
    return Written('"' + text.replace('"', '""').replace("%", "%%") + '"')


def placeholder(key: str) -> Written:
    """Return the place of a value in a statement that takes its values by name."""
    return Written(f"%({key})s")


def listed(parts: Iterable[Written], between: str = ", ") -> Written:
    """Return several pieces as one, with a sign between them."""
    found = list(parts)
    for part in found:
        if not isinstance(part, Written):
            raise TypeError(f"no SQL of the program's own: {part!r:.60}")
    return Written(between.join(found))
