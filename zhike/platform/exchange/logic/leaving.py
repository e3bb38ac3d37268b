"""Records leaving for the warehouse."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.db import connection
from sqlglot import exp

from zhike.platform.objects import catalogue
from zhike.platform.objects.statements import ALIAS, Where, dated, joined, records_from
from zhike.platform.objects.types import ObjectType


def copy_out(owner: ObjectType, keys: Sequence[str], into: Path) -> int:
    """Write id, uid and the given fields of all live records as CSV with a header; return the rows."""
    where = Where(catalogue.known())
    where.add(exp.column("deleted_at", table=ALIAS).is_(exp.null()))
    select = records_from(
        exp.select(*(exp.column(name, table=ALIAS) for name in ("id", "uid", "source_key"))), owner, where
    )
    for field in (catalogue.field_of(owner.key, key) for key in keys):
        if field.lookup is None:
            column: exp.Expr = exp.column(f"{field.column}{field.values.leaving}", table=ALIAS, quoted=True)
        else:
            select, column = joined(select, field, ALIAS)
        select = select.select(exp.alias_(column, field.key, quoted=True))
    select = select.order_by(exp.column("id", table=ALIAS))
    statement = f"copy ({select.sql(dialect='postgres')}) to stdout (format csv, header)"
    with connection.cursor() as cursor, into.open("wb") as file:
        with cursor.copy(statement, dated(statement, {})) as stream:
            for chunk in stream:
                file.write(chunk)
        return int(cursor.rowcount)
