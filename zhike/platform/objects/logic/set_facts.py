"""What is true of each record of a set, as SQL: questions stay in the database, whatever the size of the set."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from zhike.expressions import api as expressions
from zhike.kernel.written import Written, listed, name, written
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic.catalogue import SIDE
from zhike.platform.objects.logic.conditions import Where, current
from zhike.platform.objects.logic.lookups import column_of, newest
from zhike.platform.objects.logic.statements import ALIAS, dated
from zhike.platform.objects.types import FieldType, ObjectType

#: What a statement calls the set that it is about, its records and the figures beside them.
_GIVEN = Written("given")
_HELD = Written("held")
_ALIAS, _SIDE = Written(ALIAS), Written(SIDE)
#: What a record that has no such field says.
NULL = Written("null")


@dataclass(frozen=True, slots=True)
class Rows:
    """A statement over records, with the values of its placeholders; it stands in brackets where a table stands."""

    sql: Written
    values: Mapping[str, Any] = field(default_factory=dict)


class Sight:
    """One record of a set, as conditions about it are written in SQL."""

    def __init__(self, owner: ObjectType, ids: Rows) -> None:
        self._owner = owner
        self._ids = ids
        self._joins: dict[str, Written] = {}
        self._where = Where(catalogues.catalogue())
        self._where.values.update(ids.values)

    def field(self, key: str) -> Written:
        """Return the SQL of a field's value in clear; a figure that is not published is null, and so is what is gone."""
        found = self._owner.fields.get(key)
        if found is None:
            return NULL
        if found.lookup is not None:
            return self._looked_up(found)
        if not found.stored:
            self._beside()
        return _text(column_of(found, ALIAS, SIDE))

    def says(self, expression: expressions.Expression) -> Written:
        """Return the SQL of an expression over the record."""
        tree = self._where.compile(expression, self._owner, ALIAS)
        if any(column.table == SIDE for column in tree.find_all(exp.Column)):
            self._beside()
        return written("({asked})", asked=_text(tree))

    def usable(self, key: str) -> Written:
        """Return the SQL of whether the type of a field takes its text as it stands; loads keep what their source says."""
        unchanged = self._owner.fields[key].values.unchanged_sql(self.field(key)).replace("%", "%%")
        return Written(f"({unchanged})")

    def served(self) -> Written:
        """Return the SQL of whether an employee serves the party today."""
        coverage = catalogues.object_with_role("coverage")
        self._joins["serving"] = written(
            "left join (select distinct {party} as party from {coverage} {held} where {held}.deleted_at is null"
            " and {current}) serving on serving.party = {alias}.id",
            party=_text(exp.column(coverage.fields["party"].column, table=_HELD, quoted=True)),
            coverage=Written(coverage.table),
            held=_HELD,
            current=_text(current(self._where, coverage, _HELD)),
            alias=_ALIAS,
        )
        return Written("(serving.party is not null)")

    def rows(self, columns: Mapping[str, Written]) -> Rows:
        """Return the statement that gives, for each id of the set, `id`, whether it is `live`, and these columns."""
        wanted = [written("{asked} as {key}", asked=asked, key=name(key)) for key, asked in columns.items()]
        sql = written(
            "with {given} as ({ids}) select {wanted} from {given} left join {records} {alias}"
            " on {alias}.id = {given}.id and {alias}.deleted_at is null {joins}",
            given=_GIVEN,
            ids=self._ids.sql,
            wanted=listed([written("{given}.id, {alias}.id is not null as live", given=_GIVEN, alias=_ALIAS), *wanted]),
            records=Written(self._owner.table),
            alias=_ALIAS,
            joins=listed(self._joins.values(), " "),
        )
        return Rows(sql, dated(sql, self._where.values))

    def _beside(self) -> None:
        table = catalogues.side_table(self._owner.key)
        if table is not None:
            self._joins[SIDE] = written(
                "left join {table} {side} on {side}.id = {alias}.id", table=name(table.table), side=_SIDE, alias=_ALIAS
            )

    def _looked_up(self, found: FieldType) -> Written:
        join, value = newest(found, ALIAS, exp.select("id").from_(_GIVEN))
        if join is not None:
            self._joins[found.key] = _text(join)
        return _text(value)


def positional(rows: Rows) -> tuple[str, list[Any]]:
    """Return a statement whose placeholders stand for values in order, for those who join it to others of that kind."""
    values: list[Any] = []

    def place(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0]
        values.append(rows.values[found[1]])
        return "%s"

    return re.sub(r"%%|%\((\w+)\)s", place, rows.sql), values


def facts(owner: ObjectType, ids: Rows, columns: Mapping[str, Callable[[Sight], Written]]) -> Rows:
    """Return, for each id of a set, `id`, whether it is a `live` record, and what each of `columns` asks of it."""
    sight = Sight(owner, ids)
    return sight.rows({name: ask(sight) for name, ask in columns.items()})


def _text(tree: exp.Expr) -> Written:
    return Written(tree.sql(dialect="postgres"))
