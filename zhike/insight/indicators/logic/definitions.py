"""Reading the kinds `measure` and `indicator`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from zhike.expressions import api as expressions
from zhike.expressions.types import Field, Schema, Type
from zhike.insight.indicators.errors import CyclicFormula, UnknownMeasure
from zhike.insight.indicators.logic import party_fields
from zhike.insight.indicators.types import Indicator, Measure, Window
from zhike.kernel import definitions
from zhike.kernel.definitions import Snapshot
from zhike.platform.objects import api as objects

AGGREGATES = ("sum", "count", "avg", "min", "max")
#: Type of a definition → (type in expressions, type in the warehouse)
VALUE_TYPES: Mapping[str, tuple[Type, str]] = {
    "money": (Type.DECIMAL, "decimal(20, 2)"),
    "decimal": (Type.DECIMAL, "decimal(20, 4)"),
    "percent": (Type.DECIMAL, "decimal(18, 4)"),
    "integer": (Type.INTEGER, "bigint"),
    "date": (Type.DATE, "date"),
}
PARAMETERS = {"business_date": Type.DATE}


def measures(snapshot: Snapshot | None = None) -> Mapping[str, Measure]:
    """Return every measure by key."""
    if snapshot is not None:
        return _measures(snapshot)
    return definitions.derive("indicators.measures", _measures)


def measure(key: str) -> Measure:
    """Return one measure; raises UnknownMeasure that says which exist."""
    found = measures()
    if key not in found:
        raise UnknownMeasure(measure=key, has=sorted(found))
    return found[key]


def indicators(snapshot: Snapshot | None = None) -> Mapping[str, Indicator]:
    """Return every indicator by key, those a formula needs before the formula. Raises CyclicFormula."""
    if snapshot is not None:
        return _indicators(snapshot)
    return definitions.derive("indicators.indicators", _indicators)


def parse_measure(body: Mapping[str, Any]) -> Measure:
    """Return a measure definition as a value; raises KeyError."""
    aggregate = body["aggregate"]
    return Measure(
        key=body["key"],
        labels=body["labels"],
        dataset=body["dataset"],
        aggregate=aggregate,
        value=str(body.get("value", "")),
        where=str(body.get("where", "")),
        type=body["type"],
        unit=body.get("unit", ""),
        format=body.get("format", "count"),
        goal=bool(body.get("goal", False)),
        across=body.get("across", aggregate if aggregate in ("min", "max") else "sum"),
    )


def parse_indicator(body: Mapping[str, Any]) -> Indicator:
    """Return an indicator definition as a value; raises KeyError."""
    window = body.get("window", {})
    compare = body.get("compare")
    return Indicator(
        compare=(compare["of"], compare["with"], compare["as"]) if compare else None,
        key=body["key"],
        labels=body["labels"],
        type=body["type"],
        unit=body.get("unit", ""),
        format=body.get("format", "count"),
        measure=body.get("measure", ""),
        formula=str(body.get("formula", "")),
        window=Window(int(window.get("trading_days", 0)), window.get("day")),
        hidden=bool(body.get("hidden", False)),
        owner=body.get("owner", ""),
        description=body.get("description", {}),
    )


def schema(snapshot: Snapshot | None = None) -> Schema:
    """Return what formulas and tag levels may name: party fields and indicators."""
    fields = {term.key: party_fields.as_field(term) for term in party_fields.terms()}
    for found in indicators(snapshot).values() if snapshot is None else _parsed(snapshot).values():
        fields[found.key] = Field(found.key, VALUE_TYPES[found.type][0], dict(found.labels))
    return Schema("party_wide", {"zh": "客户宽表", "en": "Party"}, fields)


def checking_schema(everything: Snapshot) -> Schema:
    """Return the same of definitions that are only being checked: their objects may have no tables yet."""
    fields = {}
    for owner in objects.provisional(everything).values():
        for entry in owner.fields.values() if owner.role == "party" else ():
            if entry.values.analytical:
                options = tuple(option.key for option in entry.options)
                kind = party_fields.expression_type(entry.values)
                fields[entry.key] = Field(entry.key, kind, dict(entry.labels), options)
    for found in _parsed(everything).values():
        if found.type in VALUE_TYPES:
            fields[found.key] = Field(found.key, VALUE_TYPES[found.type][0], dict(found.labels))
    return Schema("party_wide", {"zh": "客户宽表", "en": "Party"}, fields)


def _measures(snapshot: Snapshot) -> Mapping[str, Measure]:
    return {key: parse_measure(cast(Any, body)) for key, body in snapshot.of("measure").items()}


def _parsed(snapshot: Snapshot) -> dict[str, Indicator]:
    return {key: parse_indicator(cast(Any, body)) for key, body in snapshot.of("indicator").items()}


def _indicators(snapshot: Snapshot) -> Mapping[str, Indicator]:
    found = _parsed(snapshot)
    ordered: dict[str, Indicator] = {key: item for key, item in found.items() if item.measure}
    waiting = {key: _needs(item, snapshot) & set(found) for key, item in found.items() if not item.measure}
    while waiting:
        ready = [key for key, needed in waiting.items() if needed <= set(ordered)]
        if not ready:
            raise CyclicFormula(keys=sorted(waiting))
        for key in sorted(ready):
            ordered[key] = found[key]
            del waiting[key]
    return ordered


def _needs(item: Indicator, snapshot: Snapshot) -> set[str]:
    if item.compare:
        return set(item.compare[:2])
    tree = expressions.parse(item.formula, schema(snapshot), PARAMETERS)
    return {node.parts[-1] for node, _depth in expressions.walk(tree) if isinstance(node, expressions.Path)}
