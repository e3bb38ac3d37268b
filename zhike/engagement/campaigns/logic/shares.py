"""Two shares compared: of those treated and of the control group who met the goal (Agresti and Caffo 2000).

Everything follows from four counts: `met` of `n` people, treated and control.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, sqrt

#: Below so many expected in the smaller group nothing is said: there the interval is wrong too often (worst case 5.6 %
#: of campaigns without an effect from here on, up to 40 % without a floor). It looks at pooled counts only: a floor on one
#: group's own result would leave only errors of one direction.
FLOOR = 5
#: No group of fewer people is compared.
LEAST_GROUP = 30
#: Looks before the end take the wide interval, the look on the end day pays for them (Haybittle 1971; Peto and others
#: 1976): together 4.8 to 5.2 % of campaigns without an effect, whereas daily looks at 1.96 find one in 28 %.
BEFORE_THE_END, ON_THE_END_DAY = 3.50, 1.98
#: Standard errors at which a difference is seen with 80 % power: Φ⁻¹(0.975) + Φ⁻¹(0.8).
_SEEN = 2.801585


@dataclass(frozen=True, slots=True)
class Compared:
    """Treated minus control, as shares of one: the difference, its interval, its standard error, and p (two-sided)."""

    difference: float
    low: float
    high: float
    error: float
    p: float


def expected(met: int, treated: int, control: int) -> float:
    """Return how many people the smaller group should have of those who met the goal, or of those who did not if fewer.

    `met` counts both groups together, of `treated` and `control` people; nobody at all gives 0.
    """
    n = treated + control
    return min(met, n - met) * min(treated, control) / n if n else 0.0


def enough(met: int, treated: int, control: int) -> bool:
    """Return whether there are enough people to compare shares: `met` of both groups together."""
    return expected(met, treated, control) >= FLOOR and min(treated, control) >= LEAST_GROUP


def compare(met_treated: int, treated: int, met_control: int, control: int, z: float) -> Compared:
    """Return the Agresti–Caffo interval of the difference of two shares, `z` standard errors to each side.

    The American Statistician 54 (2000): one success and one failure added to each group. Not cut to [−1, 1]; p is of the
    same error, so it never contradicts the interval. Raises ZeroDivisionError for an empty group.
    """
    a, b = (met_treated + 1) / (treated + 2), (met_control + 1) / (control + 2)
    error = sqrt(a * (1 - a) / (treated + 2) + b * (1 - b) / (control + 2))
    return Compared(
        difference=met_treated / treated - met_control / control,
        low=a - b - z * error,
        high=a - b + z * error,
        error=error,
        p=erfc(abs(a - b) / error / sqrt(2)),
    )


def smallest_seen(rate: float, treated: int, control: int) -> float:
    """Return the smallest difference of shares that is found in four of five campaigns, where `rate` meet the goal anyway.

    As a share of one; the usual normal formula for two independent shares, 5 % two-sided.
    """
    return _SEEN * sqrt(rate * (1 - rate) * (1 / treated + 1 / control))
