"""Records counted and summed by groups, and by who serves them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from zhike.kernel import clock
from zhike.platform.fields.api import plain
from zhike.platform.objects.errors import MixedCurrencies
from zhike.platform.objects.logic import asking
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic.conditions import Where, outside_walls
from zhike.platform.objects.logic.questions import narrowed
from zhike.platform.objects.logic.statements import ALIAS, field_sql, records_from, rows_of
from zhike.platform.objects.types import UNREADABLE, FieldType, ObjectType, RecordQuery
from zhike.platform.permissions.types import Principal

#: What of a coverage says whether it is a service that holds.
SERVING = ("kind", "valid_from", "valid_to")
#: What stands for ids of records that an information wall keeps from the viewer; no record has it.
_BEHIND_A_WALL = -1


def summary(
    query: RecordQuery, principal: Principal, sums: Sequence[str], group_by: str | None, by_currency: bool
) -> list[tuple[Any, int, list[Any]]]:
    """Return (group value, number of records, sums) for the query's records in the principal's scope.

    With `by_currency` a group has a row for each currency its amounts are in, and their sums are (total, currency).
    Without it all amounts are in the currency of their field, else MixedCurrencies is raised. Raises NotSummable, NotGroupable, and Refused for a field that the principal may not ask about: its groups would say what its
    mask hides.
    """
    owner = catalogues.object_type(query.object)
    where = narrowed(query, principal, owner)
    summed = asking.summable(owner, sums, principal)
    totals = [exp.Sum(this=field_sql(field)) for field in summed]
    group = _group(where, asking.groupable(owner, group_by, principal), principal) if group_by else None
    currencies = {n: column for n, field in enumerate(summed) if (column := _currency(field))} if by_currency else {}
    if not by_currency:
        _refuse_mixed(owner, summed, where)
    select = records_from(
        exp.select(group or exp.null(), exp.Count(this=exp.Star()), *totals, *currencies.values()), owner, where
    )
    grouped = [exp.Literal.number(1)] if group else []
    select = select.group_by(*grouped, *(currency.copy() for currency in currencies.values()))
    pointing = group_by is not None and owner.fields[group_by].values.pointer is not None
    found = []
    for value, count, *rest in rows_of(select, where.values):
        amounts: list[Any] = rest[: len(summed)]
        for place, currency in zip(currencies, rest[len(summed) :], strict=True):
            amounts[place] = (amounts[place], currency)
        walled = value == _BEHIND_A_WALL and pointing
        found.append((UNREADABLE if walled else value, count, amounts))
    return found


def _group(where: Where, field: FieldType, principal: Principal) -> exp.Expr:
    """The SQL by which records are grouped; what points at records behind a wall is one group."""
    value, target = field_sql(field), where.objects.get(field.target)
    walls = outside_walls(where, target, "pointed", principal) if target else []
    if target is None or not walls:
        return value
    source = exp.alias_(exp.to_table(target.table, quoted=True), "pointed", table=True)
    seen = exp.Exists(this=exp.select("1").from_(source).where(exp.column("id", table="pointed").eq(value), *walls))
    behind = exp.Literal.number(_BEHIND_A_WALL)
    return exp.Case().when(exp.or_(value.copy().is_(exp.null()), seen), value.copy()).else_(behind)


def _currency(field: FieldType) -> exp.Column | None:
    """The column that says in which currency a field's amount is; a figure has that of its definition."""
    if not field.stored or not field.values.currency:
        return None
    return exp.column(f"{field.column}{field.values.shown[0]}", table=ALIAS, quoted=True)


def _refuse_mixed(owner: ObjectType, summed: Sequence[FieldType], where: Where) -> None:
    """Raise MixedCurrencies where one of the records narrowed to has an amount that is not in its field's currency."""
    for field in summed:
        currency = _currency(field)
        if currency is not None:
            amounts = exp.not_(exp.column(field.column, table=ALIAS, quoted=True).is_(exp.null()))
            select = records_from(exp.select(currency), owner, where).where(amounts).distinct()
            found = {row[0] or field.values.currency for row in rows_of(select, where.values)}
            if found - {field.values.currency}:
                raise MixedCurrencies(
                    object=owner.key,
                    field=field.key,
                    currencies=", ".join(sorted(found)),
                    currency=field.values.currency,
                )


def coverage_summary(
    query: RecordQuery, principal: Principal, sums: Sequence[str]
) -> list[tuple[str, str, int, list[Any]]]:
    """Return (employee number, name, records, sums) by the employee who serves the record today.

    Those that nobody serves, as far as the principal sees who does, are last, under no number.
    Raises Refused for what the principal may not ask about, also of the coverage and of the employee.
    """
    owner, coverage = catalogues.object_with_role("party"), catalogues.object_with_role("coverage")
    employee = catalogues.object_with_role("employee")
    where = narrowed(query, principal, owner)
    summed = asking.summable(owner, sums, principal)
    asking.require(coverage, ("party", "employee", "employee_no", *SERVING), principal)
    asking.require(employee, ("name",), principal)
    served = _served(coverage, where, principal)
    number, name = exp.column("number", table="c"), _column(employee, "name", "e")
    _refuse_mixed(owner, summed, where)
    totals = [exp.Sum(this=field_sql(field)) for field in summed]
    chosen = [number, exp.Max(this=name), exp.Count(this=exp.Star()), *totals]
    select = records_from(exp.select(*chosen), owner, where)
    of_record = exp.column("party", table="c").eq(exp.column("id", table=ALIAS))
    select = select.join(served, on=of_record, join_type="left")
    select = select.join(
        exp.alias_(exp.to_table(employee.table, quoted=True), "e", table=True),
        on=exp.and_(
            exp.column("id", table="e").eq(exp.column("employee", table="c")),
            *outside_walls(where, employee, "e", principal),
        ),
        join_type="left",
    )
    order = exp.Ordered(this=totals[0].copy() if totals else number.copy(), desc=bool(totals), nulls_first=False)
    select = select.group_by(number.copy()).order_by(exp.Ordered(this=number.copy().is_(exp.null())), order)
    rows = rows_of(select, where.values)
    return [(row[0] or "", row[1] or "", row[2], [plain(value) for value in row[3:]]) for row in rows]


def served_by(employee_no: str, principal: Principal) -> int:
    """Return how many live parties of the principal's scope an employee serves today."""
    owner, coverage = catalogues.object_with_role("party"), catalogues.object_with_role("coverage")
    where = narrowed(RecordQuery(owner.key), principal, owner)
    served = _served(coverage, where, principal)
    theirs = exp.column("number", table="c").eq(where.bind(employee_no))
    select = records_from(exp.select(exp.Count(this=exp.Star())), owner, where)
    select = select.join(served, on=exp.and_(exp.column("party", table="c").eq(exp.column("id", table=ALIAS)), theirs))
    [row] = rows_of(select, where.values)
    return int(row[0])


def _served(coverage: ObjectType, where: Where, principal: Principal) -> exp.Subquery:
    """Who serves whom today: each party once for an employee, however many services of theirs hold."""
    today, alias = where.bind(clock.today()), "s"
    valid_to = _column(coverage, "valid_to", alias)
    select = exp.select(
        _column(coverage, "party", alias).as_("party"),
        _column(coverage, "employee_no", alias).as_("number"),
        exp.Max(this=_column(coverage, "employee", alias)).as_("employee"),
    ).from_(exp.alias_(exp.to_table(coverage.table, quoted=True), alias, table=True))
    today_only = select.where(
        exp.column("deleted_at", table=alias).is_(exp.null()),
        _column(coverage, "kind", alias).eq(exp.Literal.string("service")),
        _column(coverage, "valid_from", alias) <= today,
        exp.or_(valid_to.is_(exp.null()), valid_to.copy() > today.copy()),
        *outside_walls(where, coverage, alias, principal),
    )
    return today_only.group_by(exp.Literal.number(1), exp.Literal.number(2)).subquery("c")


def _column(of: ObjectType, key: str, alias: str) -> exp.Column:
    return exp.column(of.fields[key].column, table=alias, quoted=True)
