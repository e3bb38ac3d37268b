"""The interval of two shares against the figures of statsmodels, its floor, and what a plan can see."""

from __future__ import annotations

import pytest

from zhike.engagement.campaigns.logic import shares

NORMAL = 1.959964
#: x of n treated, x of n control → low, high, expected (statsmodels 0.15.0, confint_proportions_2indep, agresti-caffo).
REFERENCE = (
    (54, 900, 1, 100, 0.010258, 0.072478, 5.5),
    (90, 1800, 4, 200, 0.002055, 0.049438, 9.4),
    (180, 9000, 20, 1000, -0.010183, 0.008480, 20),
    (45000, 900000, 4800, 100000, 0.000593, 0.003391, 4980),
    (9, 900, 0, 100, -0.019023, 0.021588, 0.9),
    (0, 900, 0, 100, -0.027939, 0.010549, 0),
    (270, 900, 0, 2, -0.374955, 0.475841, 0.5986),
    (2, 2, 0, 2, -0.100114, 1.100114, 1),
)


@pytest.mark.parametrize(("x_t", "n_t", "x_c", "n_c", "low", "high", "expected"), REFERENCE)
def test_the_interval_is_that_of_agresti_and_caffo(x_t, n_t, x_c, n_c, low, high, expected):
    found = shares.compare(x_t, n_t, x_c, n_c, NORMAL)
    assert (round(found.low, 6), round(found.high, 6)) == (low, high)
    assert found.difference == pytest.approx(x_t / n_t - x_c / n_c)
    assert shares.expected(x_t + x_c, n_t, n_c) == pytest.approx(expected, abs=0.0005)
    assert (found.p < 0.05) == (found.low > 0 or found.high < 0), "p never contradicts the interval"


@pytest.mark.parametrize(
    ("z", "low", "high"),
    [(shares.BEFORE_THE_END, -0.014187, 0.096922), (shares.ON_THE_END_DAY, 0.009940, 0.072796)],
)
def test_looks_before_the_end_are_wider_than_the_last(z, low, high):
    found = shares.compare(54, 900, 1, 100, z)
    assert (round(found.low, 6), round(found.high, 6)) == (low, high)


@pytest.mark.parametrize(
    ("met", "treated", "control", "enough"),
    [
        (50, 900, 100, True),  # 5.0 expected
        (49, 900, 100, False),
        (270, 900, 2, False),
        (9, 31, 29, False),  # a group of 29
        (10, 30, 30, True),
        (0, 9000, 1000, False),  # nobody met it
        (10000, 9000, 1000, False),  # everybody did
        (0, 0, 0, False),
        (0, 10, 0, False),
    ],
)
def test_the_floor_looks_at_both_groups_together(met, treated, control, enough):
    assert shares.enough(met, treated, control) is enough


def test_counts_beyond_64_bits_when_multiplied():
    found = shares.compare(4 * 10**9, 9 * 10**10, 4 * 10**8, 10**10, NORMAL)
    assert found.low < found.difference < found.high


@pytest.mark.parametrize(("control", "seen"), [(2_000, 0.009245), (10_000, 0.005547)])
def test_the_smallest_difference_that_is_seen(control, seen):
    assert shares.smallest_seen(0.02, 20_000 - control, control) == pytest.approx(seen, abs=5e-7)


@pytest.mark.parametrize(
    ("percent", "control", "people"),
    [(1, 10, 5_000), (2, 10, 2_500), (5, 10, 1_000), (30, 10, 300), (1, 50, 1_000), (10, 50, 100), (30, 50, 60)],
)
def test_so_many_people_are_needed_before_anything_is_judged(percent, control, people):
    held = people * control // 100
    assert shares.enough(people * percent // 100, people - held, held)
    fewer = people - 100 // control * 2
    held = fewer * control // 100
    assert not shares.enough(int(fewer * percent / 100), fewer - held, held)
