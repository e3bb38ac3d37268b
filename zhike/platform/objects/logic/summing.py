"""Records counted and summed by groups, and by who serves them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from sqlglot import exp

from zhike.platform.fields.api import plain
from zhike.platform.objects.errors import MixedCurrencies
from zhike.platform.objects.logic import asking
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic import served_by as who
from zhike.platform.objects.logic.conditions import Where, outside_walls
from zhike.platform.objects.logic.questions import Question, asked
from zhike.platform.objects.logic.statements import ALIAS, field_sql, records_from
from zhike.platform.objects.types import UNREADABLE, FieldType, ObjectType, RecordQuery
from zhike.platform.permissions.types import Principal

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
    question = asked(query, principal, owner)
    summed = asking.summable(owner, sums, principal)
    by = asking.groupable(owner, group_by, principal) if group_by else None
    currencies = {n: column for n, field in enumerate(summed) if (column := _currency(field))} if by_currency else {}
    if not by_currency:
        _refuse_mixed(question, summed)

    def select(where: Where) -> exp.Select:
        totals = [exp.Sum(this=field_sql(field)) for field in summed]
        behind = exp.Literal.number(_BEHIND_A_WALL)
        group = unwalled(where, field_sql(by), by, principal, behind) if by else exp.null()
        chosen = [group, exp.Count(this=exp.Star()), *totals, *currencies.values()]
        grouped = [exp.Literal.number(1)] if by else []
        found = records_from(exp.select(*chosen), owner, where)
        return found.group_by(*grouped, *(currency.copy() for currency in currencies.values()))

    pointing = by is not None and by.values.pointer is not None
    found = []
    about = ("summary", tuple(sums), group_by, by_currency)
    for value, count, *rest in question.kept_rows(question.statement(about, select)):
        amounts: list[Any] = rest[: len(summed)]
        for place, currency in zip(currencies, rest[len(summed) :], strict=True):
            amounts[place] = (amounts[place], currency)
        walled = value == _BEHIND_A_WALL and pointing
        found.append((UNREADABLE if walled else value, count, amounts))
    return found


def unwalled(where: Where, value: exp.Expr, field: FieldType, principal: Principal, behind: exp.Expr) -> exp.Expr:
    """Return the SQL by which records are grouped: the field's value, but `behind` of what points behind a wall."""
    target = where.objects.get(field.target)
    walls = outside_walls(where, target, "pointed", principal) if target else []
    if target is None or not walls:
        return value
    source = exp.alias_(exp.to_table(target.table, quoted=True), "pointed", table=True)
    seen = exp.Exists(this=exp.select("1").from_(source).where(exp.column("id", table="pointed").eq(value), *walls))
    return exp.Case().when(exp.or_(value.copy().is_(exp.null()), seen), value.copy()).else_(behind)


def _currency(field: FieldType) -> exp.Column | None:
    """The column that says in which currency a field's amount is; a figure has that of its definition."""
    if not field.stored or not field.values.currency:
        return None
    return exp.column(f"{field.column}{field.values.shown[0]}", table=ALIAS, quoted=True)


def _refuse_mixed(question: Question, summed: Sequence[FieldType]) -> None:
    """Raise MixedCurrencies where one of the records asked for has an amount that is not in its field's currency."""
    for field in summed:
        if _currency(field) is not None:
            statement = question.statement(("currencies", field.key), partial(_currencies, question.owner, field))
            found = {row[0] or field.values.currency for row in question.rows(statement)}
            if found - {field.values.currency}:
                raise MixedCurrencies(
                    object=question.owner.key,
                    field=field.key,
                    currencies=", ".join(sorted(found)),
                    currency=field.values.currency,
                )


def _currencies(owner: ObjectType, field: FieldType, where: Where) -> exp.Select:
    """The currencies of the amounts that there are."""
    amounts = exp.not_(exp.column(field.column, table=ALIAS, quoted=True).is_(exp.null()))
    return records_from(exp.select(_currency(field) or exp.null()), owner, where).where(amounts).distinct()


def coverage_summary(
    query: RecordQuery, principal: Principal, sums: Sequence[str]
) -> list[tuple[str | None, str, int, list[Any]]]:
    """Return (employee number, name, records, sums) by the employee who serves the record today.

    Those that nobody serves, as far as the principal sees who does, come after them, under no number. What several serve
    is counted with each; what that is too much is last, less than nothing, under None: all rows together are the query's
    records, each once, by the one statement that reads them.
    Raises Refused for what the principal may not ask about, also of the coverage and of the employee.
    """
    owner, coverage = catalogues.object_with_role("party"), catalogues.object_with_role("coverage")
    employee = catalogues.object_with_role("employee")
    question = asked(query, principal, owner)
    summed = asking.summable(owner, sums, principal)
    who.require(owner, principal)
    asking.require(employee, ("name",), principal)
    _refuse_mixed(question, summed)
    by_employee = partial(_by_employee, owner, coverage, employee, summed, principal)
    rows = question.rows(question.statement(("coverage", tuple(sums)), by_employee))
    end = 4 + len(summed)
    found: list[tuple[str | None, str, int, list[Any]]] = [
        (row[0] or "", row[1] or "", row[2], [plain(value) for value in row[4:end]]) for row in rows
    ]
    again = sum(row[3] for row in rows)
    if again:
        found.append((None, "", -again, [_less(row[place] for row in rows) for place in range(end, end + len(summed))]))
    return found


def _less(amounts: Iterable[Any]) -> Any:
    """What is taken off for amounts that were summed up before."""
    known = [amount for amount in amounts if amount is not None]
    if not known:
        return None
    total = sum(known[1:], known[0])
    return plain((total - total) - total)  # -0.00 is no amount


def _by_employee(
    owner: ObjectType,
    coverage: ObjectType,
    employee: ObjectType,
    summed: Sequence[FieldType],
    principal: Principal,
    where: Where,
) -> exp.Select:
    """Number, name, records, those that another number has, too, then the sums of both, by who serves them."""
    alias = "s"
    number, of_employee = who.column(coverage, "employee_no", alias), who.column(coverage, "employee", alias)
    figures = [exp.alias_(exp.Max(this=field_sql(field)), f"figure{place}") for place, field in enumerate(summed)]
    own = exp.column("id", table=ALIAS)
    nth = exp.Window(this=exp.RowNumber(), partition_by=[own], order=exp.Order(expressions=[number.copy()]))
    each = exp.select(number.as_("number"), exp.Max(this=of_employee).as_("employee"), nth.as_("nth"), *figures)
    # From each record to who serves it: services of all records are a hundred times those of a branch.
    served = exp.and_(
        who.column(coverage, "party", alias).eq(exp.column("id", table=ALIAS)),
        *who.today(coverage, alias, where, principal),
    )
    each = records_from(each, owner, where).join(who.table(coverage, alias), on=served, join_type="left")
    each = each.group_by(exp.column("id", table=ALIAS), number.copy())
    number = exp.column("number", table="c")
    totals = [exp.Sum(this=exp.column(f"figure{place}", table="c")) for place in range(len(summed))]
    every, again = exp.Count(this=exp.Star()), exp.Where(this=exp.column("nth", table="c") > 1)
    counted = [every, *(exp.Filter(this=one.copy(), expression=again.copy()) for one in (every, *totals))]
    name = exp.Max(this=who.column(employee, "name", "e"))
    select = exp.select(number, name, *counted[:2], *totals, *counted[2:])
    select = select.from_(each.subquery("c")).join(
        who.table(employee, "e"),
        on=exp.and_(
            exp.column("id", table="e").eq(exp.column("employee", table="c")),
            *outside_walls(where, employee, "e", principal),
        ),
        join_type="left",
    )
    order = exp.Ordered(this=totals[0].copy() if totals else number.copy(), desc=bool(totals), nulls_first=False)
    return select.group_by(number.copy()).order_by(exp.Ordered(this=number.copy().is_(exp.null())), order)


def served_by(employee_no: str, principal: Principal) -> int:
    """Return how many live parties of the principal's scope an employee serves today."""
    owner, coverage = catalogues.object_with_role("party"), catalogues.object_with_role("coverage")
    question = asked(RecordQuery(owner.key), principal, owner)

    def select(where: Where) -> exp.Select:
        served = _served(coverage, where, principal)
        theirs = exp.column("number", table="c").eq(exp.Placeholder(this="employee_no"))
        of_record = exp.column("party", table="c").eq(exp.column("id", table=ALIAS))
        counted = records_from(exp.select(exp.Count(this=exp.Star())), owner, where)
        return counted.join(served, on=exp.and_(of_record, theirs))

    [row] = question.rows(question.statement("served by", select), employee_no=employee_no)
    return int(row[0])


def _served(coverage: ObjectType, where: Where, principal: Principal) -> exp.Subquery:
    """Who serves whom today: each party once for an employee, however many services of theirs hold."""
    alias = "s"
    select = exp.select(
        who.column(coverage, "party", alias).as_("party"), who.column(coverage, "employee_no", alias).as_("number")
    )
    today = who.today(coverage, alias, where, principal)
    return select.from_(who.table(coverage, alias)).where(*today).distinct().subquery("c")
