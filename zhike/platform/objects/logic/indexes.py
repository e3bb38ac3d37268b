"""The indexes of fields: what a definition asks for and what the tables of its records have.

They are told apart by their columns, never by their names: PostgreSQL named those of earlier homes, and it shortens names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from django.db import connection

from zhike.platform.fields import api as fields
from zhike.platform.objects.definitions import FieldPart

Kind = Literal["unique", "index"]
#: The longest name that PostgreSQL does not shorten.
NAME_LENGTH = 63


class Index(NamedTuple):
    """An index over one column of a table."""

    name: str
    kind: Kind


def wanted(field: FieldPart) -> Kind | None:
    """Return which index a field is to have on its own column."""
    if field.unique:
        return "unique"
    return "index" if field.index or fields.value_type(field.type).indexed else None


def name(column: str, kind: Kind) -> str:
    """Return what a new index is called; columns begin with their number, so no two names are alike."""
    return f"{column[: NAME_LENGTH - len(kind) - 1]}_{kind}"


def by_column(tables: Iterable[str]) -> Mapping[tuple[str, str], list[Index]]:
    """Return the indexes that tables have over one column each, by table and column."""
    found: dict[tuple[str, str], list[Index]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select t.relname, a.attname, c.relname, i.indisunique from pg_index i"
            " join pg_class t on t.oid = i.indrelid join pg_class c on c.oid = i.indexrelid"
            " join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]"
            " where t.relname = any(%s) and pg_table_is_visible(t.oid) and i.indnkeyatts = 1 and not i.indisprimary"
            " order by c.relname",
            [[table[:NAME_LENGTH] for table in tables]],
        )
        for table, column, index, unique in cursor.fetchall():
            found.setdefault((table, column), []).append(Index(index, "unique" if unique else "index"))
    return found


def of_column(known: Mapping[tuple[str, str], list[Index]], table: str, column: str) -> list[Index]:
    """Return the indexes over a column, whose name earlier homes may know longer than PostgreSQL does."""
    return known.get((table[:NAME_LENGTH], column[:NAME_LENGTH]), [])
