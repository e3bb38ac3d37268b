"""Whether groups are of the planned sizes and lose people alike."""

from __future__ import annotations

import pytest

from zhike.engagement.campaigns.logic import ratios


@pytest.mark.parametrize(
    ("treated", "control", "square", "p"),
    [(4400, 600, 22.222222, 2.428e-6), (89700, 10300, 10.0, 0.001565)],
)
def test_sizes_against_the_plan(treated, control, square, p):
    assert round(ratios.chi_square(treated, control, 0.1), 6) == square
    assert ratios.p_of_sizes(treated, control, 0.1) == pytest.approx(p, rel=5e-4)


def test_few_people_are_counted_exactly():
    # Of 10 fair coins none shows heads once in 1,024; doubled for the other side.
    assert ratios.p_of_sizes(10, 0, 0.5) == pytest.approx(2 / 1024)
    assert ratios.p_of_sizes(0, 10, 0.5) == pytest.approx(2 / 1024)
    assert ratios.p_of_sizes(5, 5, 0.5) == 1.0
    assert ratios.p_of_sizes(9, 3, 0.25) > 0.5


def test_without_a_control_group_there_is_nothing_to_check():
    assert ratios.p_of_sizes(10, 0, 0.0) == ratios.p_of_sizes(0, 0, 0.1) == 1.0


@pytest.mark.parametrize(
    ("few_treated", "few_control", "differ"), [(180, 20, False), (360, 20, True), (0, 60, True), (0, 0, False)]
)
def test_losses_of_the_two_groups(few_treated, few_control, differ):
    assert ratios.differ(few_treated, 18_000, few_control, 2_000) is differ


def test_nobody_loses_nobody():
    assert not ratios.differ(0, 0, 0, 0)
