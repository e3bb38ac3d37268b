"""The Welch interval against figures worked out by hand."""

from __future__ import annotations

import pytest

from zhike.engagement.campaigns.logic.welch import Sample, interval


def sample_of(values):
    return Sample(len(values), sum(values), sum(value * value for value in values))


def test_a_textbook_case():
    # Means 5 and 3, variances 10/3 and 2, four people each: error sqrt(10/12 + 1/2) = 1.1547, 5.65 degrees, t 2.4845.
    found = interval(sample_of([3.0, 4.0, 6.0, 7.0]), sample_of([2.0, 2.0, 3.0, 5.0]))
    assert found is not None
    assert found == pytest.approx((2.0, -0.8688, 4.8688), abs=1e-3)


def test_too_few_people_give_no_interval():
    assert interval(sample_of([1.0]), sample_of([1.0, 2.0])) is None


def test_no_spread_is_a_point():
    assert interval(sample_of([1.0, 1.0]), sample_of([0.0, 0.0])) == (1.0, 1.0, 1.0)
