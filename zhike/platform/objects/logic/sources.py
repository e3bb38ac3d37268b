"""Where the columns of one statement come from: the record, the records that it points at, expressions over it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from sqlglot import exp

from zhike.expressions.types import Type
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic.computing import shortened
from zhike.platform.objects.logic.conditions import Where, asked_sql, readable
from zhike.platform.objects.logic.lookups import column_of
from zhike.platform.objects.logic.statements import ALIAS, field_sql, records_from, selected
from zhike.platform.objects.types import FieldType, ObjectType
from zhike.platform.permissions.types import Principal


def shape_of(fields: Iterable[FieldType]) -> Hashable:
    """Return what the text of a statement depends on of the columns that it reads."""
    return tuple((field.key, field.formula) if field.formula else field.key for field in fields)


def is_own(field: FieldType) -> bool:
    """Whether a column is the record's own or one of the figures beside it."""
    return not field.steps and field.formula is None


class Sources:
    """The columns of one statement as SQL, and the joins that they need: one for each path of references.

    A record that is deleted, or that `principal` may not read, gives no value.
    """

    def __init__(self, where: Where, owner: ObjectType, principal: Principal) -> None:
        self._where = where
        self._owner = owner
        self._principal = principal
        self._reached: dict[tuple[str, ...], tuple[ObjectType, str]] = {(): (owner, ALIAS)}
        self._beside: dict[str, str] = {}
        self._joins: list[tuple[exp.Expr, exp.Expr]] = []
        self._computed: dict[str, exp.Expr] = {}

    def value(self, field: FieldType) -> exp.Expr:
        """Return the SQL of a column."""
        if field.formula is not None:
            if field.key not in self._computed:
                found = asked_sql(self._where, self._owner, ALIAS, field.formula, self._principal)
                self._computed[field.key] = shortened(found) if field.values.expression is Type.TEXT else found
            return self._computed[field.key].copy()
        if not field.steps:
            return field_sql(field)
        held, alias = self._reach(field.steps)
        side = "" if field.stored or field.lookup else self._figures(held, alias)
        if side is None:
            return exp.null()
        return column_of(field, alias, side)

    def known(self, field: FieldType, found: exp.Expr) -> None:
        """Take the value of an expression from where the statement has worked it out."""
        self._computed[field.key] = found

    def beside(self, field: FieldType, suffix: str) -> exp.Expr:
        """Return the SQL of a column that stands beside the one with a stored field's value."""
        return exp.column(f"{field.column}{suffix}", table=self._reach(field.steps)[1], quoted=True)

    def selected(self, fields: Iterable[FieldType]) -> list[exp.Expr]:
        """Return what every reader of records needs of them, with the given columns."""
        wanted = {field.key: field for field in fields}
        chosen = selected(self._owner, [field for field in wanted.values() if is_own(field)])
        for field in wanted.values():
            if not is_own(field):
                chosen.append(exp.alias_(self.value(field), f"f:{field.key}", quoted=True))
                for suffix in field.values.shown if field.stored else ():
                    chosen.append(exp.alias_(self.beside(field, suffix), f"f:{field.key}{suffix}", quoted=True))
        return chosen

    def records_from(self, select: exp.Select) -> exp.Select:
        """Return a statement that reads from the records and from what its columns need, all of which are known by now."""
        statement = records_from(select, self._owner, self._where)
        for table, on in self._joins:
            statement = statement.join(table, on=on, join_type="left")
        return statement

    def _reach(self, steps: tuple[str, ...]) -> tuple[ObjectType, str]:
        if steps not in self._reached:
            held, above = self._reach(steps[:-1])
            reference = held.fields[steps[-1]]
            target, alias = self._where.objects[reference.target], self._where.alias("to")
            on = exp.and_(
                exp.column("id", table=alias).eq(exp.column(reference.column, table=above, quoted=True)),
                exp.column("deleted_at", table=alias).is_(exp.null()),
                *readable(self._where, target, alias, self._principal),
            )
            self._joins.append((exp.alias_(exp.to_table(target.table, quoted=True), alias, table=True), on))
            self._reached[steps] = (target, alias)
        return self._reached[steps]

    def _figures(self, held: ObjectType, alias: str) -> str | None:
        """How the figures beside a record that is pointed at are known; None where none are published."""
        if alias not in self._beside:
            table = catalogues.side_table(held.key)
            if table is None:
                return None
            self._beside[alias] = side = f"{alias}_side"
            on = exp.column("id", table=side).eq(exp.column("id", table=alias))
            self._joins.append((exp.alias_(exp.to_table(table.table, quoted=True), side, table=True), on))
        return self._beside[alias]
