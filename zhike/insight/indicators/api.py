"""Indicators: numbers and dates per party and day, defined in packs, computed from facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import pyarrow as pa

from zhike.expressions.api import Expression
from zhike.expressions.trees import Tree
from zhike.expressions.types import Field, Schema, Type
from zhike.insight.indicators.logic import computing, definitions, party_fields, windows
from zhike.insight.indicators.types import Indicator, Measure, Outcomes, Term
from zhike.insight.warehouse import api as warehouse
from zhike.kernel.definitions import Snapshot

__all__ = [
    "INDICATOR",
    "PARTY",
    "checking_schema",
    "compute",
    "effect_measure",
    "goal_schema",
    "indicators",
    "measures",
    "over_wide",
    "party_terms",
    "vocabulary",
    "wide_schema",
    "window_curve",
    "window_measures",
    "window_outcomes",
]

INDICATOR = computing.INDICATOR
PARTY = party_fields.PARTY


def compute(business_date: date) -> tuple[str, int]:
    """Compute every indicator of every party of `business_date`; return what became of who is one, and how many there are.

    A day before the one that is shown is computed with the parties that were stored on it.
    """
    with warehouse.session() as session:
        return computing.compute(session, business_date)


def indicators() -> list[Indicator]:
    """Return the indicators people see, in the order of their definitions."""
    return [item for item in definitions.indicators().values() if not item.hidden]


def measures() -> Mapping[str, Measure]:
    """Return every measure by key."""
    return definitions.measures()


def effect_measure() -> Measure | None:
    """Return the measure that every campaign's effect tells, if one does."""
    return next((found for found in measures().values() if found.effect), None)


def vocabulary() -> list[Term]:
    """Return the indicators as words of conditions."""
    return [
        Term(
            key=item.key,
            labels=item.labels,
            type=item.value_type.expression or Type.DECIMAL,
            group="indicator",
            unit=item.unit or "",
            description=item.description or {},
            served=item.type,
            format=item.format,
        )
        for item in indicators()
    ]


def party_terms() -> list[Term]:
    """Return the party fields that conditions may use."""
    return party_fields.terms()


def wide_schema() -> Schema:
    """Return what conditions over party fields and indicators may name."""
    return definitions.schema()


def checking_schema(everything: Snapshot) -> Schema:
    """Return what conditions may name in definitions that are only being checked."""
    return definitions.checking_schema(everything)


def over_wide(text: str, *, schema: Schema, business_date: date) -> Tree:
    """Return an expression over the wide row as a part of a statement over rows `w`; `:business_date` may be used."""
    return computing.over_wide(text, schema, {"business_date": business_date})


def goal_schema() -> Schema:
    """Return what a goal may name: measures, each over the trading days after a party was reached."""
    fields = {
        key: Field(key, found.value_type.expression or Type.DECIMAL, dict(found.labels))
        for key, found in definitions.measures().items()
        if found.goal
    }
    return Schema("goal", {"zh": "目标", "en": "Goal"}, fields)


def window_measures(
    members: pa.Table, *, days: int, measures: Sequence[str], goal: Expression | None = None
) -> pa.Table:
    """Return party_id, grp, met and one column per measure for each member; 0 where nothing happened.

    `members` has party_id (int64), start_date (date32) and grp (string). The window is the `days` trading days after
    start_date and the days between them on which the market is closed; the start day itself is not counted, and days
    after the published business date have not happened yet. Of nothing there is no average, no least and no most: null.
    `met` says whether the goal, a condition over these measures, holds; of nothing known it does not, and
    without a goal nobody meets it.
    Raises UnknownMeasure, NoCurve, NothingPublished.
    """
    return windows.per_party(members, days, measures, goal)


def window_outcomes(
    members: pa.Table, *, days: int, measures: Sequence[str], goal: Expression, told: str | None
) -> Outcomes:
    """Return the same counted over each group and unit, and of the measure `told` the values that are not 0.

    `members` also has unit (int64, or null). Only those with such a value are held one by one. Raises as
    `window_measures`.
    """
    return windows.outcomes(members, days, measures, goal, told)


def window_curve(members: pa.Table, *, days: int, measure: str) -> list[tuple[str, int, int, Decimal | float]]:
    """Return (grp, day index, parties, sum) of a measure cumulated per party, day 0 being the start.

    A day index holds only the members for whom that day is published; what happened while the market was closed counts
    on the trading day after. Raises UnknownMeasure, NoCurve, NothingPublished.
    """
    return windows.curve(members, days, measure)
