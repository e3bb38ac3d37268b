"""SQL over the records of one object: what is selected, from where, and how it is run."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connection
from sqlglot import exp

from zhike.kernel import clock, definitions
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic.catalogue import SIDE
from zhike.platform.objects.logic.conditions import Where, uses_side_table
from zhike.platform.objects.logic.lookups import column_of
from zhike.platform.objects.types import FieldType, ObjectType

T = TypeVar("T")
#: What every statement calls the record that it is about.
ALIAS = "t"


#: Statements that are kept of one version of the definitions. All screens together ask in some hundred shapes; what people
#: put together themselves has no end, so those that were asked last stay. A text has up to 10 kB.
_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL that is kept, with the literals it binds, the names of what it selects and the tables it reads."""

    sql: str
    values: Mapping[str, object]
    names: Sequence[str]
    tables: Sequence[str] = ()

    @classmethod
    def of(cls, select: exp.Select, values: Mapping[str, object]) -> Statement:
        """Return a statement as text."""
        tables = tuple(sorted({table.name for table in select.find_all(exp.Table)}))
        return cls(select.sql(dialect="postgres"), values, names_of(select), tables)


class Kept(Generic[T]):
    """What is kept by its shape, no more than `limit`: what was asked for last. For one version of the definitions."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._found: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._found)

    def get(self, shape: Hashable) -> T | None:
        """Return what is kept of a shape."""
        with self._lock:
            found = self._found.get(shape)
            if found is not None:
                self._found.move_to_end(shape)
            return found

    def put(self, shape: Hashable, value: T) -> None:
        """Keep a value; what was not asked for longest goes."""
        with self._lock:
            self._found[shape] = value
            while len(self._found) > self.limit:
                self._found.popitem(last=False)


def kept(shape: Hashable, build: Callable[[], Statement]) -> Statement:
    """Return the statement that `build` makes, made once for a shape as long as the definitions hold.

    The shape has everything that the text depends on; of whoever asks that is `Principal.shape`.
    """
    statements: Kept[Statement] = definitions.derive("objects.statements", lambda _all: Kept(_KEPT))
    found = statements.get(shape)
    if found is None:
        found = build()
        statements.put(shape, found)
    return found


def selected(owner: ObjectType, fields: Iterable[FieldType]) -> list[exp.Expr]:
    """Return what every reader of records needs of them, with the given fields."""
    system = ["id", "uid", "source_key", "revision", "created_at", "updated_at", "updated_by"]
    chosen: list[exp.Expr] = [exp.column(name, table=ALIAS) for name in system]
    wanted = {field.key: field for field in fields}
    for key in owner.display:
        wanted.setdefault(key, owner.fields[key])
    for field in wanted.values():
        chosen.append(exp.alias_(field_sql(field), f"f:{field.key}", quoted=True))
        for suffix in field.values.shown if field.stored else ():
            beside = exp.column(f"{field.column}{suffix}", table=ALIAS, quoted=True)
            chosen.append(exp.alias_(beside, f"f:{field.key}{suffix}", quoted=True))
    return chosen


def belonging() -> list[exp.Expr]:
    """What a single record tells of itself beyond its fields: its org unit, its owner, its level."""
    return [exp.column(name, table=ALIAS) for name in ("unit_id", "owner", "security_level")]


def field_sql(field: FieldType) -> exp.Expr:
    """Return the SQL of a field of the statement's record."""
    return column_of(field, ALIAS, SIDE)


def records_from(select: exp.Select, owner: ObjectType, where: Where, *, source: str = "") -> exp.Select:
    """Return a statement that reads from the records, with the figures beside them where it names one."""
    statement = select.from_(exp.alias_(exp.to_table(source or owner.table, quoted=True), ALIAS, table=True))
    names_side = uses_side_table(owner, [*where.parts, *select.expressions])
    if names_side:
        table = catalogues.side_table(owner.key)
        if table is not None:
            statement = statement.join(
                exp.alias_(exp.to_table(table.table, quoted=True), SIDE, table=True),
                on=exp.column("id", table=SIDE).eq(exp.column("id", table=ALIAS)),
                join_type="left",
            )
    return statement.where(*where.parts) if where.parts else statement


def rows_of(select: exp.Expr, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a statement."""
    return rows(select.sql(dialect="postgres"), values)


def rows(sql: str, values: Mapping[str, Any], *, explain: bool = False) -> list[tuple[Any, ...]]:
    """Return the rows of SQL, or of the plan that the database has for it."""
    with connection.cursor() as cursor:
        cursor.execute(f"explain (format json) {sql}" if explain else sql, dated(sql, values))
        return cursor.fetchall()  # type: ignore[no-any-return]


def names_of(select: exp.Select) -> list[str]:
    """Return the names of what a statement selects."""
    return [column.alias_or_name for column in select.expressions]


def fetch(sql: str, values: Mapping[str, Any], names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows of SQL by `names`."""
    with connection.cursor() as cursor:
        cursor.execute(sql, dated(sql, values))
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def dated(sql: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the values of a statement; what looks something up asks for the day."""
    return {"today": clock.today(), **values} if "%(today)s" in sql else values
