"""Whether two groups are of the sizes that were planned, and lose their people alike: what any comparison rests on."""

from __future__ import annotations

from math import erfc, sqrt

from scipy.special import bdtr

from zhike.engagement.campaigns.logic import shares

#: Less likely sizes than that are no accident.
LEVEL = 0.001
#: Losses of the two groups are compared with so many standard errors: p = 0.001, two-sided.
LOSSES = 3.29
#: Where fewer are expected, the χ² distribution is only an approximation.
_EXACT_BELOW = 100


def p_of_sizes(treated: int, control: int, share: float) -> float:
    """Return how likely sizes at least as far from the plan are, where each person is in control with `share` (0 to 1).

    Pearson's χ² with one degree of freedom; the exact binomial tails, doubled, where the smaller expected size is under 100.
    """
    n = treated + control
    if not n or share in (0.0, 1.0):
        return 1.0
    planned = n * share
    if min(planned, n - planned) < _EXACT_BELOW:
        below, above = float(bdtr(control, n, share)), 1.0 - float(bdtr(control - 1, n, share)) if control else 1.0
        return min(1.0, 2.0 * min(below, above))
    return erfc(sqrt(chi_square(treated, control, share) / 2))


def chi_square(treated: int, control: int, share: float) -> float:
    """Return Pearson's χ² of the two sizes against the planned share of the control group."""
    n = float(treated + control)
    return (control - n * share) ** 2 / (n * share) + (treated - n * (1 - share)) ** 2 / (n * (1 - share))


def differ(few_treated: int, treated: int, few_control: int, control: int) -> bool:
    """Return whether the groups have too different shares of people lost, or reached by others: no accident."""
    if not treated or not control:
        return False
    found = shares.compare(few_treated, treated, few_control, control, LOSSES)
    return found.low > 0 or found.high < 0
