"""The difference of two means with its Welch interval (Welch 1947, unequal variances; Satterthwaite's degrees)."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from scipy.special import stdtrit


@dataclass(frozen=True, slots=True)
class Sample:
    """A group as its number of people, sum and sum of squares."""

    n: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        """The mean of the group."""
        return self.total / self.n

    @property
    def variance(self) -> float:
        """The unbiased variance of the group."""
        return max(self.squares - self.total**2 / self.n, 0.0) / (self.n - 1)


def interval(treated: Sample, control: Sample, confidence: float = 0.95) -> tuple[float, float, float] | None:
    """Return (difference, low, high) of the means; None when a group has fewer than two people."""
    if treated.n < 2 or control.n < 2:
        return None
    difference = treated.mean - control.mean
    a, b = treated.variance / treated.n, control.variance / control.n
    error = sqrt(a + b)
    if error == 0:
        return difference, difference, difference
    degrees = (a + b) ** 2 / (a**2 / (treated.n - 1) + b**2 / (control.n - 1))
    reach = float(stdtrit(degrees, 0.5 + confidence / 2)) * error
    return difference, difference - reach, difference + reach
