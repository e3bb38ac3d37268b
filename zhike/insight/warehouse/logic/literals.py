"""Values and names as they stand in SQL: whatever a definition or a file says is quoted, never pasted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date


def text(value: object) -> str:
    """Return a text as a literal."""
    return "'" + str(value).replace("'", "''") + "'"


def texts(values: Iterable[object]) -> str:
    """Return a list of texts for `in`; one that matches nothing when there are none."""
    return f"({', '.join(map(text, values)) or 'null'})"


def name(value: str) -> str:
    """Return a name of a column or header."""
    return '"' + value.replace('"', '""') + '"'


def names(values: Iterable[str]) -> str:
    """Return several names with commas between them."""
    return ", ".join(map(name, values))


def day(value: date) -> str:
    """Return a day as a literal."""
    return f"date '{value.isoformat()}'"
