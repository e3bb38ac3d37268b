"""Who serves a party today, as lists are narrowed by it and sums are made by it."""

from __future__ import annotations

from sqlglot import exp

from zhike.platform.objects.errors import UnknownField
from zhike.platform.objects.logic import asking
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic.conditions import Where, current, current_text, fields_of, outside_walls
from zhike.platform.objects.logic.statements import ALIAS
from zhike.platform.objects.types import ObjectType
from zhike.platform.permissions.types import Principal

#: The placeholder of the employee's number.
NUMBER = "served_by"


def require(owner: ObjectType, principal: Principal) -> None:
    """Raise Refused unless the principal may ask who serves whom, UnknownField for records that nobody serves."""
    if owner.key != catalogues.object_with_role("party").key:
        raise UnknownField(object=owner.key, field=NUMBER, has=[])
    coverage = catalogues.object_with_role("coverage")
    asking.require(coverage, ("party", "employee", "employee_no", *_read_today(coverage)), principal)


def narrow(where: Where, principal: Principal, *, nobody: bool) -> None:
    """Narrow the statement to the records that the employee of the bound number serves today, or `nobody` does."""
    coverage, alias = catalogues.object_with_role("coverage"), where.alias("s")
    conditions = [
        column(coverage, "party", alias).eq(exp.column("id", table=ALIAS)),
        *today(coverage, alias, where, principal),
    ]
    if not nobody:
        conditions.append(column(coverage, "employee_no", alias).eq(exp.Placeholder(this=NUMBER)))
    served = exp.Exists(this=exp.select("1").from_(table(coverage, alias)).where(*conditions))
    where.add(exp.not_(served) if nobody else served)


def today(coverage: ObjectType, alias: str, where: Where, principal: Principal) -> list[exp.Expr]:
    """Return that a coverage holds today and may be seen."""
    return [
        exp.column("deleted_at", table=alias).is_(exp.null()),
        current(where, coverage, alias),
        *outside_walls(where, coverage, alias, principal),
    ]


def table(of: ObjectType, alias: str) -> exp.Expr:
    """Return the table of an object under a name."""
    return exp.alias_(exp.to_table(of.table, quoted=True), alias, table=True)


def column(of: ObjectType, key: str, alias: str) -> exp.Column:
    """Return a field's column of the object known as `alias`."""
    return exp.column(of.fields[key].column, table=alias, quoted=True)


def _read_today(coverage: ObjectType) -> list[str]:
    """The fields that say which coverages hold today."""
    return fields_of(catalogues.catalogue(), coverage, current_text(coverage))
