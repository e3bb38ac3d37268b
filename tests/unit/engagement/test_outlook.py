"""What a planned campaign could find out, and what is proposed where that is too little."""

from __future__ import annotations

import pytest

from zhike.engagement.campaigns import sentences
from zhike.engagement.campaigns.logic.planning import seen


def test_a_campaign_that_sees_enough_is_left_as_it_is():
    found = seen(met=1_000, people=20_000, control_percent=10, days=20)
    assert (found.expected, found.judged, found.better) == (100.0, True, None)
    # 2.801585 · √(0.05 · 0.95 · (1/18000 + 1/2000))
    assert found.seen == pytest.approx(0.0143915, abs=5e-7)


def test_a_larger_control_group_is_proposed_where_half_the_rate_is_not_seen():
    # At 1 % and 20,000 people: 0.657 points with 10 %, 0.493 with 20 %.
    found = seen(met=200, people=20_000, control_percent=10, days=20)
    assert (found.judged, found.better) == (True, 20)
    assert (found.seen, found.better_seen) == pytest.approx((0.0065702, 0.0049277), abs=5e-7)


def test_a_campaign_that_is_never_judged_says_so_and_what_would_do():
    found = seen(met=20, people=1_000, control_percent=10, days=20)
    assert (found.expected, found.judged, found.seen, found.better) == (2.0, False, None, 50)
    said = sentences.outlook(found, "zh")
    assert "这样分组永远不会有结论" in said and "建议对照组 50%" in said


@pytest.mark.parametrize(("met", "people"), [(3, 1_000), (0, 1_000), (1_000, 1_000), (10, 40)])
def test_too_few_people_for_any_control_group(met, people):
    found = seen(met=met, people=people, control_percent=10, days=20)
    assert (found.judged, found.better, found.better_seen) == (False, None, None)
    assert "nothing is ever concluded" in sentences.outlook(found, "en")
    assert "or accept that nothing is concluded" in sentences.outlook(found, "en")
    said = sentences.outlook(found, "zh")
    assert said.endswith("可以扩大客群、换一个目标，或接受没有结论。") and " %" not in said
