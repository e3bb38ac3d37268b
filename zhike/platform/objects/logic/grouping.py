"""The records of a whole list in groups of one column, each with its count and sums, whatever page is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlglot import exp

from zhike.kernel import clock
from zhike.platform.fields.types import Wire
from zhike.platform.objects.errors import NotGroupable, NotSummable, TooManyColumns
from zhike.platform.objects.logic import asking
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic.conditions import Where
from zhike.platform.objects.logic.listing import MAX_COLUMNS
from zhike.platform.objects.logic.presenting import displays
from zhike.platform.objects.logic.questions import Question, asked
from zhike.platform.objects.logic.sources import Sources, shape_of
from zhike.platform.objects.logic.summing import unwalled
from zhike.platform.objects.types import FieldType, Group, Groups, RecordQuery, Sums
from zhike.platform.permissions.types import Principal

#: An own figure, set by no rule: more heads than anybody reads; the others are one group, whose numbers are true.
MAX_GROUPS = 200
#: What is told of each field that is summed up.
_FIGURES = ("sum", "currency", "filled")


def groups(query: RecordQuery, principal: Principal, by: str, sums: Sequence[str]) -> Groups:
    """Return the groups of the query's records by one column, the largest first.

    Raises NotGroupable, NotSummable, TooManyColumns, and Refused for what the principal may not ask about.
    """
    if len(sums) > MAX_COLUMNS:
        raise TooManyColumns(most=MAX_COLUMNS, given=len(sums))
    owner = catalogues.object_type(query.object)
    question = asked(query, principal, owner)
    column = _fitting(question, by, can_group, NotGroupable)
    summed = [_fitting(question, key, lambda field: field.values.adds_up, NotSummable) for key in dict.fromkeys(sums)]
    about = ("groups", shape_of([column]), shape_of(summed))
    statement = question.statement(about, lambda where: _statement(where, question, column, summed))
    found: dict[int, tuple[object, Group]] = {}
    more = 0
    for place, value, count, last, *rest in question.rows(statement):
        more = max(more, last - MAX_GROUPS)
        _value, group = found.setdefault(place, (value, _none(summed)))
        found[place] = (value, _with(group, int(count), _amounts(summed, rest), _missing(summed, int(count), rest)))
    others = found.pop(MAX_GROUPS + 1, None)
    side = catalogues.side_table(owner.key)
    shown = _presented(column, [found[place] for place in sorted(found)], principal)
    return Groups(
        groups=shown,
        others=others[1] if others else None,
        more=more,
        total=_total([*shown, *([others[1]] if others else [])], summed),
        records_at=clock.now(),
        warehouse_date=side.business_date if side else None,
    )


def can_group(field: FieldType) -> bool:
    """Return whether a column says which records have the same value: one that lies in a single, readable column."""
    return field.values.expression is not None and not (field.stored and field.values.shown)


def _fitting(
    question: Question, key: str, fits: Callable[[FieldType], bool], error: type[NotGroupable | NotSummable]
) -> FieldType:
    found = question.askable(key)
    if not fits(found):
        owner, principal = question.owner, question.principal
        known = (field for field in owner.fields.values() if fits(field))
        has = sorted(field.key for field in known if asking.may_ask(owner, field.key, principal))
        raise error(object=owner.key, field=key, has=has)
    return found


def _statement(where: Where, question: Question, by: FieldType, summed: Sequence[FieldType]) -> exp.Select:
    """Place, value, count, last place, then a sum, its currency and how many values it has for each field.

    A group has one row for each currency.
    The largest groups have places of their own, the others the one behind them.
    """
    parts = _parts(where, question, by, summed)
    names = [f"{name}{number}" for number in range(len(summed)) for name in _FIGURES]
    total = exp.Window(this=exp.Sum(this=exp.column("n")), partition_by=[exp.column("value")])
    totalled = exp.select("*", exp.alias_(total, "whole")).from_(parts.subquery("parts"))
    largest = [
        exp.Ordered(this=exp.column("whole"), desc=True, nulls_first=False),
        exp.Ordered(this=exp.column("value"), nulls_first=False),
    ]
    rank = exp.Window(this=exp.Anonymous(this="dense_rank"), order=exp.Order(expressions=largest))
    placed = exp.select("*", exp.alias_(rank, "rank")).from_(totalled.subquery("totalled")).subquery("placed")
    most = exp.Literal.number(MAX_GROUPS)
    place = exp.func("least", exp.column("rank"), exp.Literal.number(MAX_GROUPS + 1))
    own = exp.Case().when(exp.column("rank") <= most, exp.column("value"))
    counted = [exp.Sum(this=exp.column("n")), exp.Max(this=exp.column("rank"))]
    currencies = [exp.column(name) for name in names if name.startswith("currency")]
    chosen = [exp.column(name) if name.startswith("currency") else exp.Sum(this=exp.column(name)) for name in names]
    return exp.select(place, own, *counted, *chosen).from_(placed).group_by(place.copy(), own.copy(), *currencies)


def _parts(where: Where, question: Question, by: FieldType, summed: Sequence[FieldType]) -> exp.Select:
    """Count, sums and how many values these have, for each value of the column and each currency."""
    sources = Sources(where, question.owner, question.principal)
    value = unwalled(where, sources.value(by), by, question.principal, exp.null())
    chosen = [exp.alias_(value, "value"), exp.alias_(exp.Count(this=exp.Star()), "n")]
    grouped: list[exp.Expr] = [exp.Literal.number(1)]
    for number, field in enumerate(summed):
        chosen.append(exp.alias_(exp.Sum(this=sources.value(field)), f"sum{number}"))
        chosen.append(exp.alias_(_currency(sources, field), f"currency{number}"))
        chosen.append(exp.alias_(exp.Count(this=sources.value(field)), f"filled{number}"))
        grouped += [exp.Literal.number(len(chosen) - 1)] if field.stored and field.values.currency else []
    return sources.records_from(exp.select(*chosen)).group_by(*grouped)


def _currency(sources: Sources, field: FieldType) -> exp.Expr:
    """In which currency an amount is; a figure has that of its definition, and what is no amount none."""
    if field.stored and field.values.currency:
        return sources.beside(field, field.values.shown[0])
    return exp.cast(exp.Literal.string(field.values.currency), "text")


def _amounts(summed: Sequence[FieldType], rest: Sequence[Any]) -> Iterable[tuple[str, str, Decimal | int]]:
    for number, field in enumerate(summed):
        amount, currency, _filled = rest[len(_FIGURES) * number :][: len(_FIGURES)]
        if amount is not None:
            yield field.key, currency or field.values.currency, amount


def _missing(summed: Sequence[FieldType], count: int, rest: Sequence[Any]) -> Mapping[str, int]:
    filled = rest[len(_FIGURES) - 1 :: len(_FIGURES)]
    return {field.key: count - int(of_it) for field, of_it in zip(summed, filled, strict=True)}


def _none(summed: Sequence[FieldType]) -> Group:
    """A group that nothing was put into."""
    return Group(None, 0, {field.key: {} for field in summed}, {field.key: 0 for field in summed})


def _with(
    group: Group, count: int, amounts: Iterable[tuple[str, str, Decimal | int]], missing: Mapping[str, int]
) -> Group:
    """A group with more records, what they sum up to, and how many of them say nothing of it."""
    sums = {key: dict(by_currency) for key, by_currency in group.sums.items()}
    for key, currency, amount in amounts:
        sums[key][currency] = sums[key].get(currency, 0) + amount
    without = {key: number + missing[key] for key, number in group.missing.items()}
    return Group(group.value, group.count + count, sums, without)


def _total(every: Sequence[Group], summed: Sequence[FieldType]) -> Group:
    total = _none(summed)
    for group in every:
        total = _with(total, group.count, _flat(group.sums), group.missing)
    return total


def _flat(sums: Sums) -> Iterable[tuple[str, str, Decimal | int]]:
    for key, by_currency in sums.items():
        for currency, amount in by_currency.items():
            yield key, currency, amount


def _presented(by: FieldType, found: Sequence[tuple[object, Group]], principal: Principal) -> list[Group]:
    """The groups under their values as a list shows them."""
    shown: list[Wire] = [by.values.present([value]) for value, _group in found]
    if by.values.pointer is not None:
        ids = [value if isinstance(value, int) else 0 for value, _group in found]
        known = displays(by.target, [one for one in ids if one], principal)
        shown = [known.get(one) for one in ids]
    return [replace(group, value=value) for value, (_value, group) in zip(shown, found, strict=True)]
