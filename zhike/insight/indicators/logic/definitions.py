"""The measures and indicators of the installation, and what formulas may name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta

from zhike.expressions import api as expressions
from zhike.expressions.errors import ExpressionInvalid
from zhike.expressions.types import Field, Schema, Type
from zhike.insight.indicators.errors import CyclicFormula, UnknownMeasure
from zhike.insight.indicators.logic import party_fields
from zhike.insight.indicators.types import Indicator, Measure, Window
from zhike.kernel import definitions
from zhike.kernel.calendar import TradingCalendar
from zhike.kernel.definitions import Snapshot

PARAMETERS = {"business_date": Type.DATE}


def measures() -> Mapping[str, Measure]:
    """Return every measure by key."""
    found: Mapping[str, Measure] = definitions.all_of(Measure)
    return found


def measure(key: str) -> Measure:
    """Return one measure; raises UnknownMeasure that says which exist."""
    found = measures()
    if key not in found:
        raise UnknownMeasure(measure=key, has=sorted(found))
    return found[key]


def indicators() -> Mapping[str, Indicator]:
    """Return every indicator by key, those a formula needs before the formula. Raises CyclicFormula."""
    return definitions.derive("indicators.indicators", ordered)


def days_of(window: Window, business_date: date, calendar: TradingCalendar) -> tuple[date | None, date]:
    """Return the first and the last day of a window; without a first one it is open."""
    if window.day is not None:
        day = calendar.near(business_date, window.day) if window.day else business_date
        # Of a day before the calendar nothing was ever received: the window holds no day.
        return (day, day) if day else (business_date + timedelta(days=1), business_date)
    if window.trading_days is not None:
        return calendar.known(business_date, window.trading_days)[0], business_date
    if window.days is not None:
        return business_date - timedelta(days=window.days - 1), business_date
    if window.period is not None:
        months = {"month": 1, "quarter": 3, "year": 12}[window.period]
        month = business_date.month - (business_date.month - 1) % months
        return business_date.replace(month=month, day=1), business_date
    return None, business_date


def schema() -> Schema:
    """Return what formulas and tag levels may name: party fields and indicators."""
    return _wide({term.key: party_fields.as_field(term) for term in party_fields.terms()}, indicators().values())


def checking_schema(everything: Snapshot) -> Schema:
    """Return the same of definitions that are only being checked: their objects may have no tables yet."""
    return everything.derive("indicators.checking_schema", _checking_schema)


def _checking_schema(everything: Snapshot) -> Schema:
    return _wide(party_fields.defined(everything), everything.of(Indicator).values())


def _wide(fields: Mapping[str, Field], found: Iterable[Indicator]) -> Schema:
    figures = {
        item.key: Field(item.key, item.value_type.expression or Type.DECIMAL, dict(item.labels)) for item in found
    }
    return Schema("party_wide", {"zh": "主体", "en": "Party"}, {**fields, **figures})


def ordered(snapshot: Snapshot) -> Mapping[str, Indicator]:
    """Return indicators by key, those a formula needs before the formula. Raises CyclicFormula."""
    return snapshot.derive("indicators.ordered", _ordered)


def _ordered(snapshot: Snapshot) -> Mapping[str, Indicator]:
    found = snapshot.of(Indicator)
    order, circle = _in_order({key: needs(item, snapshot) & set(found) for key, item in found.items()})
    if circle:
        raise CyclicFormula(keys=circle)
    return {key: found[key] for key in order}


def circle(snapshot: Snapshot) -> list[str]:
    """Return the indicators that need each other in a circle, or such a one; a formula with a fault needs nothing."""
    return snapshot.derive("indicators.circle", _circle)


def _circle(snapshot: Snapshot) -> list[str]:
    found = snapshot.of(Indicator)
    needed: dict[str, set[str]] = {}
    for key, item in found.items():
        try:
            needed[key] = needs(item, snapshot) & set(found)
        except ExpressionInvalid:  # said where the formula is
            needed[key] = set()
    return _in_order(needed)[1]


def _in_order(needed: Mapping[str, Collection[str]]) -> tuple[list[str], list[str]]:
    """The names, what each needs before it; and those for which there is no such order."""
    done: list[str] = [key for key, wanted in needed.items() if not wanted]
    waiting = {key: set(wanted) for key, wanted in needed.items() if wanted}
    while ready := sorted(key for key, wanted in waiting.items() if wanted <= set(done)):
        done += ready
        for key in ready:
            del waiting[key]
    return done, sorted(waiting)


def needs(item: Indicator, snapshot: Snapshot) -> set[str]:
    """Return the names that a comparison or formula uses: indicators and party fields."""
    if item.compare:
        return {item.compare.of, item.compare.with_}
    if item.formula is None:
        return set()
    tree = expressions.parse(item.formula, checking_schema(snapshot), PARAMETERS)
    return {node.parts[-1] for node, _depth in expressions.walk(tree) if isinstance(node, expressions.Path)}
