"""Means of heavy-tailed amounts against the figures of scipy: cap, Welch's interval, limits by drawing groups anew."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from zhike.engagement.campaigns.logic import amounts
from zhike.engagement.campaigns.logic.amounts import Group

TREATED = Group(40, np.array([1200.0, -300, 5000, 250000]))
CONTROL = Group(20, np.array([800.0, -150, 40]))


def welch_interval(treated, control):
    difference, error, degrees = amounts.welch(treated, control)
    reach = amounts.t_limit(degrees) * error
    return [round(value, 6) for value in (difference, difference - reach, difference + reach)]


@pytest.mark.parametrize(
    ("rank", "cap", "wanted"),
    [
        (None, None, [6363.0, -6274.066853, 19000.066853]),
        (2, 5000, [238.0, -127.292062, 603.292062]),
        (3, 1200, [48.0, -83.878116, 179.878116]),
    ],
)
def test_welch_with_and_without_a_cap(rank, cap, wanted):
    groups = (TREATED, CONTROL)
    if rank is not None:
        found, *groups = amounts.capped(TREATED, CONTROL, rank)
        assert found == cap
    assert welch_interval(*groups) == wanted


def test_large_amounts_that_differ_little_keep_their_spread():
    found = welch_interval(Group(3, 1e9 + np.array([1.0, 2, 3])), Group(3, 1e9 + np.array([0.0, 1, 5])))
    assert found == [0.0, -5.740656, 5.740656]


@pytest.mark.parametrize(("degrees", "limit"), [(19, 2.093024), (49, 2.009575), (99, 1.984217)])
def test_the_limit_of_students_t(degrees, limit):
    assert round(amounts.t_limit(degrees), 6) == limit


def test_all_assignments_of_ten_people():
    # Values 0 × 6, 5, −2, 9, 40; control is positions 0, 6 and 8 (scipy.stats.permutation_test over all 120).
    values = np.array([5.0, -2, 9, 40])
    every = [np.array([at - 6 for at in three if at >= 6], int) for three in combinations(range(10), 3)]
    drawn = amounts.statistics(values, every, 7, 3)
    (found,) = amounts.statistics(values, [np.array([0, 2])], 7, 3)
    assert (len(drawn), round(found, 6)) == (120, 0.120382)
    assert (np.mean(drawn <= found + 1e-9), np.mean(drawn >= found - 1e-9)) == (0.35, 0.70)


def test_a_draw_without_spread_is_nothing_or_everything():
    everybody = np.array([3.0, 3.0, 3.0, 3.0])
    assert list(amounts.statistics(everybody, [np.array([0, 1])], 2, 2)) == [0.0]
    assert list(amounts.statistics(everybody[:2], [np.array([0, 1]), np.array([], int)], 2, 2)) == [-np.inf, np.inf]


@pytest.mark.parametrize(
    ("movers", "treated", "control", "rank"),
    [(200, 3600, 400, 100), (200, 400, 3600, 100), (40, 20, 20, 20), (20_000, 90_000, 10_000, 200), (67, 70, 30, 34)],
)
def test_the_cap_leaves_ten_of_the_smaller_group_or_one_in_a_hundred_above_it(movers, treated, control, rank):
    assert amounts.cap_rank(movers, treated, control) == rank


@pytest.mark.parametrize(
    ("movers", "treated", "control", "enough"),
    [(200, 3600, 400, True), (199, 3600, 400, False), (58, 31, 29, False), (0, 500, 500, False), (0, 0, 0, False)],
)
def test_the_floor_of_amounts(movers, treated, control, enough):
    assert amounts.enough(movers, treated, control) is enough


def world(shift=0.0):
    random = np.random.default_rng(7)
    values = random.lognormal(8, 1.7, 400)
    return Group(1000, values[:200] + shift), Group(1000, values[200:])


def test_the_same_data_give_the_same_answer_and_the_interval_is_not_mirrored():
    first, again = (amounts.compare(*world(), seed=5) for _time in range(2))
    assert first == again
    assert first.low < 0 < first.high and first.p > 0.05
    _cap, *groups = amounts.capped(*world(), first.rank)
    drawn = amounts.redrawn(np.concatenate([group.values for group in groups]), 1000, 1000, 5)
    assert (len(drawn), first.lower, first.upper) == (1999, drawn[49], drawn[1949])
    reach = first.difference - first.low, first.high - first.difference
    assert reach == pytest.approx((first.upper * first.error, -first.lower * first.error))


def test_a_large_shift_is_seen_and_one_enormous_amount_changes_nothing_of_it():
    treated, control = world(40_000)
    found = amounts.compare(treated, control, seed=5)
    assert found.low > 0 and found.p == pytest.approx(2 / 2000)
    enormous = Group(1000, np.append(treated.values[:-1], 1e9))
    with_it = amounts.compare(enormous, control, seed=5)
    assert with_it.cap == pytest.approx(found.cap, rel=0.05)
    assert with_it.difference == pytest.approx(found.difference, rel=0.05)


def test_ties_at_the_cap_are_clipped_and_equal_amounts_are_no_difference():
    ten = np.full(100, 10.0)
    found = amounts.compare(Group(500, ten), Group(500, ten), seed=1)
    assert (found.cap, found.difference) == (10.0, 0.0)
    assert found.low <= 0 <= found.high


def test_with_very_many_movers_the_t_quantile_is_the_limit(monkeypatch):
    monkeypatch.setattr(amounts, "MANY", 300)
    treated, control = world()
    found = amounts.compare(treated, control, seed=5)
    _cap, *groups = amounts.capped(treated, control, amounts.cap_rank(400, 1000, 1000))
    degrees = min(amounts.welch(*groups)[2], 199)
    assert (found.lower, found.upper) == (-amounts.t_limit(degrees), amounts.t_limit(degrees))
