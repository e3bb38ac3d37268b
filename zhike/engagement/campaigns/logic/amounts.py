"""Two means of amounts per person compared, whose tails are heavy: cap, Welch's statistic, limits by drawing groups anew.

A group is its number of people and the values of its movers, those with a value that is not 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from zhike.engagement.campaigns.logic.shares import LEAST_GROUP

Values = NDArray[np.float64]

#: Below so many movers expected in the smaller group nothing is said.
FLOOR = 20
#: With more movers than that the t quantile is as good as drawing, and drawing takes its time (5 s here).
MANY = 200_000
#: Groups drawn anew; of the sorted statistics these two, counted from zero, leave out 2.5 % on each side.
DRAWS, _LOWER, _UPPER = 1_999, 49, 1_949
#: The cap leaves so many movers above it as the smaller group has ten of them, at least one in a hundred.
_ABOVE_THE_CAP, _ONE_IN = 10, 100
#: A statistic this near to its limit is the limit: equal amounts in another order differ by rounding.
_SAME = 1e-9
#: A spread so small beside its squares is rounding.
_NOTHING = 1e-13


@dataclass(frozen=True, slots=True)
class Group:
    """The people of a group, and the values (in one unit, any order) of those of them whose value is not 0."""

    n: int
    values: Values

    @property
    def mean(self) -> float:
        """The mean over everybody of the group, zeros included."""
        return float(self.values.sum()) / self.n

    @property
    def variance(self) -> float:
        """The unbiased variance over everybody, in two passes: sums of squares lose all digits of large amounts."""
        mean = self.mean
        spread = float(((self.values - mean) ** 2).sum()) + (self.n - len(self.values)) * mean**2
        return spread / (self.n - 1)


@dataclass(frozen=True, slots=True)
class Compared:
    """Treated minus control of capped amounts per person, its interval and what that was made of.

    `lower` and `upper` are the limits of the statistic, in standard errors; `rank` says which amount the cap is.
    """

    treated: float
    control: float
    difference: float
    low: float
    high: float
    error: float
    lower: float
    upper: float
    p: float
    cap: float
    rank: int


def expected(movers: int, treated: int, control: int) -> float:
    """Return how many of the movers of both groups the smaller one should have; 0 of nobody."""
    n = treated + control
    return movers * min(treated, control) / n if n else 0.0


def enough(movers: int, treated: int, control: int) -> bool:
    """Return whether there are enough movers and people to compare amounts."""
    return expected(movers, treated, control) >= FLOOR and min(treated, control) >= LEAST_GROUP


def cap_rank(movers: int, treated: int, control: int) -> int:
    """Return the place, counted from the largest, of the amount that is the cap: ⌈max(10 / s, 0.01 · movers)⌉.

    s is the smaller group's share of all people. The rule is fixed before the start and looks at both groups together.
    """
    smaller = min(treated, control)
    return max(-(-_ABOVE_THE_CAP * (treated + control) // smaller), -(-movers // _ONE_IN))


def capped(treated: Group, control: Group, rank: int) -> tuple[float, Group, Group]:
    """Return the cap, the `rank`-th largest absolute amount of both groups, and the groups with amounts clipped to it."""
    sizes = np.abs(np.concatenate([treated.values, control.values]))
    assert rank <= len(sizes), "enough movers imply a cap among them"
    cap = float(np.partition(sizes, len(sizes) - rank)[len(sizes) - rank])
    first, second = (Group(one.n, np.clip(one.values, -cap, cap)) for one in (treated, control))
    return cap, first, second


def welch(treated: Group, control: Group) -> tuple[float, float, float]:
    """Return (difference of the means, its standard error, degrees of freedom) of groups of unequal variances.

    Welch (Biometrika 34, 1947), with Satterthwaite's degrees; those of no spread at all are 1. Groups have two people
    at least.
    """
    a, b = treated.variance / treated.n, control.variance / control.n
    spread = a**2 / (treated.n - 1) + b**2 / (control.n - 1)
    return treated.mean - control.mean, float(np.sqrt(a + b)), (a + b) ** 2 / spread if spread else 1.0


def t_limit(degrees: float) -> float:
    """Return the quantile of Student's t that 2.5 % lie above."""
    return float(stdtrit(degrees, 0.975))


def statistics(values: Values, chosen: Iterable[NDArray[np.intp]], treated: int, control: int) -> Values:
    """Return Welch's t for each of `chosen`: the places of those movers' values that are in the control group.

    The rest of the groups' people have 0. Without any spread the statistic is 0, or infinite where the means differ.
    Squares are of distances from the mean over everybody, so nothing is lost of large amounts either.
    """
    middle = float(values.sum()) / (treated + control)
    distances = values - middle
    squares = distances**2
    of_control = np.array([(len(one), distances[one].sum(), squares[one].sum()) for one in chosen]).T
    of_all = np.array([len(values), distances.sum(), squares.sum()])[:, None]
    mean_c, spread_c = _moments(of_control, control, middle)
    mean_t, spread_t = _moments(of_all - of_control, treated, middle)
    difference, error = mean_t - mean_c, np.sqrt(spread_t / treated + spread_c / control)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = difference / error
    return np.where(error == 0, np.where(np.abs(difference) <= _SAME, 0.0, np.copysign(np.inf, difference)), found)


def _moments(found: Values, n: int, middle: float) -> tuple[Values, Values]:
    """The mean, as a distance from `middle`, and the variance of groups of `n`, of their movers' counts, sums and squares."""
    movers, total, squares = found
    mean = (total - (n - movers) * middle) / n
    whole = squares + (n - movers) * middle**2
    spread = whole - n * mean**2
    return mean, np.where(spread <= _NOTHING * whole, 0.0, spread) / (n - 1)


def redrawn(values: Values, treated: int, control: int, seed: int) -> Values:
    """Return the sorted statistics of groups drawn anew from the same people and values, the same for the same seed.

    Each draw takes as many people into the control group as it has, whoever they are: Janssen (Statistics & Probability
    Letters 36, 1997); Chung and Romano (Annals of Statistics 41, 2013).
    """
    random = np.random.default_rng(seed)
    movers = len(values)
    drawn = random.hypergeometric(movers, treated + control - movers, control, DRAWS)
    chosen = (random.choice(movers, int(n), replace=False, shuffle=False) for n in drawn)
    return np.sort(statistics(values, chosen, treated, control))


def compare(treated: Group, control: Group, seed: int) -> Compared:
    """Return the comparison of capped amounts; there have to be `enough` movers.

    The interval is not symmetric: the statistic is above what drawing anew gives in at most 2.5 % of cases without an
    effect, and below it in as many. p is twice the smaller tail of the draws, the groups as they are among them
    (Phipson and Smyth 2010).
    """
    movers = len(treated.values) + len(control.values)
    rank = cap_rank(movers, treated.n, control.n)
    cap, first, second = capped(treated, control, rank)
    difference, error, degrees = welch(first, second)
    if movers > MANY:
        degrees = min(degrees, expected(movers, treated.n, control.n) - 1)
        upper = t_limit(degrees)
        lower, p = -upper, 2.0 * float(stdtr(degrees, -abs(difference / error)))
    else:
        drawn = redrawn(np.concatenate([first.values, second.values]), treated.n, control.n, seed)
        lower, upper, p = float(drawn[_LOWER]), float(drawn[_UPPER]), _tail(drawn, difference / error)
    return Compared(
        treated=first.mean,
        control=second.mean,
        difference=difference,
        low=_end(difference, upper, error),
        high=_end(difference, lower, error),
        error=error,
        lower=lower,
        upper=upper,
        p=p,
        cap=cap,
        rank=rank,
    )


def _end(difference: float, limit: float, error: float) -> float:
    end = difference - limit * error
    return 0.0 if abs(end) <= _SAME * error else end


def _tail(drawn: Values, found: float) -> float:
    smaller = min(int((drawn <= found + _SAME).sum()), int((drawn >= found - _SAME).sum()))
    return min(1.0, 2.0 * (1 + smaller) / (len(drawn) + 1))
