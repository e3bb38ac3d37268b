"""The decision table: which state each kind of measure is in, and the sentences that follow from it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from zhike.engagement.campaigns import sentences
from zhike.engagement.campaigns.logic import comparing
from zhike.engagement.campaigns.logic.amounts import Group
from zhike.engagement.campaigns.logic.comparing import Named, Stage
from zhike.engagement.campaigns.types import Counts, Effect

CONVERSION = Named("conversion", {"zh": "转化率", "en": "Conversion"}, "percent", "%")
AMOUNT = Named("inflow", {"zh": "户均", "en": "Each"}, "money", "元")
LAST, EARLY, BROKEN = Stage(True, True), Stage(False, True), Stage(True, False)
EVEN = comparing.balance(0.1, (900, 100), (0, 0), (0, 0))


def share(met, people, stage=LAST, primary=True):
    return comparing.share(CONVERSION, met, people, stage, primary=primary)


def said(measure, days=30, of=30, balance=EVEN, language="zh"):
    return sentences.conclusion(Effect(date(2026, 3, 17), of, days, (measure,), {}, (), balance), language)


def test_a_share_on_the_end_day_and_before_it():
    judged, early = share((54, 1), (900, 100)), share((54, 1), (900, 100), EARLY)
    assert [str(v) for v in (judged.difference, judged.low, judged.high)] == ["5.0", "0.994", "7.2796"]
    assert [str(v) for v in (early.difference, early.low, early.high)] == ["5.0", "-1.4187", "9.6922"]
    assert (judged.state, judged.significant, early.state, early.significant) == ("judged", True, "judged", False)
    assert said(judged) == "有效：转化率 6.0% 对 1.0%，高 5.0 个百分点（区间 1.0–7.3）。"
    assert said(early, days=12) == (
        "没有看出差别：差在 −1.4 到 +9.7 个百分点之间都有可能。进行中，第 12/30 天；提前下结论的门槛更高。"
    )


@pytest.mark.parametrize("met", [(30, 1), (0, 0), (2, 2)])
def test_below_the_floor_there_are_counts_and_no_difference(met):
    found = share(met, (900, 100))
    assert (found.state, found.difference, found.low, found.high, found.p) == ("few", None, None, None, None)
    assert not found.significant


def test_sentence_a_in_both_languages():
    assert said(share((30, 1), (900, 100))) == (
        "没有结论：共 31 人转化，对照组预计至少 5 人转化（现约 3 人）时才能比较。"
    )
    assert said(share((0, 0), (900, 100)), days=12).startswith(
        "暂无结论：目前 0 人转化，对照组预计至少 5 人转化时才能比较。"
    )
    assert said(share((30, 1), (900, 100)), language="en") == (
        "No conclusion: 31 converted in all; it takes 5 expected of the control group (now about 3)"
        " before the groups are compared."
    )
    assert "每组至少要 30 人" in said(share((12, 4), (40, 20)))
    assert "干预组预计至少 5 人转化（现约 3 人）" in said(share((1, 30), (100, 900)))


def test_what_the_conclusion_says_of_the_primary_measure_no_row_says_again():
    assert sentences.note(share((0, 0), (900, 100)), "zh") is None
    assert sentences.note(share((0, 0), (900, 100), primary=False), "zh") == "人数太少，暂不比较"


def test_a_control_group_of_another_size_than_planned_explains_itself():
    def split(chosen, control):
        return sentences.split(Counts(chosen=chosen, control=control), 10).zh

    assert split(77, 10) == "对照组占 13.0%（设定 10%；共 77 户，逐户随机留出，户数越少偏差越大）"
    assert split(1_000, 100) == "对照组占 10.0%"


def test_two_people_in_control_give_no_verdict():
    found = share((270, 0), (900, 2))
    assert (found.state, found.low) == ("few", None), "it was [27.0, 33.0] once"


def test_no_difference_is_not_no_effect_and_harm_is_said():
    assert said(share((180, 20), (9000, 1000))) == "没有看出差别：差在 −1.0 到 +0.9 个百分点之间都有可能。"
    assert said(share((10, 60), (900, 900))).startswith("反效果：转化率 1.1% 对 6.7%，低 5.6 个百分点（区间 −")


def test_groups_that_are_not_as_planned_stop_the_verdict():
    broken = comparing.balance(0.1, (4400, 600), (0, 0), (0, 0))
    assert (broken.holds, broken.sizes_hold) == (False, False)
    found = share((300, 10), (4400, 600), BROKEN)
    assert (found.state, found.significant, found.low is not None) == ("halted", False, True)
    assert said(found, balance=broken) == "两组人数与计划不符（600 对应有 500），先查分组，暂不下结论。"


def test_losses_that_differ_stop_it_too_and_other_campaigns_only_warn():
    lost = comparing.balance(0.1, (18_000, 2_000), (360, 10), (0, 0))
    assert (lost.sizes_hold, lost.losses_differ, lost.holds) == (True, True, False)
    assert said(share((300, 10), (17_640, 1_990), BROKEN), balance=lost).startswith("两组失去的人不一样多")
    warned = comparing.balance(0.1, (18_000, 2_000), (0, 0), (100, 200))
    assert (warned.reached_differ, warned.holds) == (True, True)


def test_only_the_primary_measure_is_ever_judged():
    found = share((90, 0), (900, 100), primary=False)
    assert (found.state, found.significant) == ("shown", False)
    assert found.low is not None and found.low > 0


def amount(stage, primary=True, movers=400):
    random = np.random.default_rng(3)
    values = random.lognormal(8, 1.7, movers)
    half = movers // 2
    return comparing.amount(
        AMOUNT, Group(1000, values[:half] + 40_000), Group(1000, values[half:]), stage, seed=1, primary=primary
    )


def test_amounts_are_compared_on_the_end_day_only():
    early = amount(EARLY)
    assert (early.state, early.difference, early.low, early.treated is not None) == ("early", None, None, True)
    found = amount(LAST)
    assert (found.state, found.significant) == ("judged", True)
    assert found.capped is not None and found.capped.rank == 20
    note = sentences.note(found, "zh")
    assert note is not None and note.startswith("单户按 ±") and note.endswith("%，不作结论")
    assert (amount(LAST, primary=False).state, amount(BROKEN).state) == ("shown", "halted")
    assert amount(LAST, movers=30).state == "few"


def test_a_group_of_nobody():
    for people in ((0, 0), (10, 0), (1, 1)):
        found = share((0, 0), people)
        assert (found.state, found.difference) == ("few", None)
    assert (
        comparing.amount(AMOUNT, Group(0, np.array([])), Group(5, np.array([])), LAST, seed=1, primary=True).treated
        is None
    )
