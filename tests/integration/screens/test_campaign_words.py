"""What the campaign pages say: the goal in words, faults and states in the reader's language, when figures begin."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.records import SYSTEM
from tests.integration.engagement.conftest import desk
from zhike.engagement.campaigns import api as campaigns
from zhike.engagement.campaigns import screens, standing
from zhike.engagement.campaigns.errors import BadPlan, WrongState
from zhike.engagement.campaigns.types import CampaignPlan
from zhike.server import pages

__all__ = ["desk"]


def draft(desk, goal="net_inflow >= 10000 and trade_count > 2", days=20):
    """Make a draft with a goal."""
    plan = CampaignPlan(name="甲", audience=desk.audience.uid, template="service_checkup", goal=goal, goal_days=days)
    return campaigns.create(plan, principal=SYSTEM)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "触达后 20 个交易日内净流入 ≥ 10,000 元，且成交笔数 > 2 笔"),
        ("en", "Net inflow ≥ CNY 10,000 and Trades > 2 within 20 trading days after reach"),
    ],
)
def test_the_goal_is_said_in_words_with_its_expression(desk, language, said):
    goal = screens.campaign_out(draft(desk), replace(SYSTEM, language=language))["goal"]
    assert goal["sentence"] == said
    assert goal["expression"] == "net_inflow >= 10000 and trade_count > 2"


@pytest.mark.parametrize(
    ("language", "text", "example"),
    [
        ("zh", "净流入 >= 10000 and 成交笔数 > 2", "净流入 >= 10000"),
        ("en", "`Net inflow` >= 10000 and Trades > 2", "`Net inflow` >= 10000"),
    ],
)
def test_a_goal_is_written_with_labels_and_kept_by_keys(desk, language, text, example):
    goal = screens.campaign_out(draft(desk, goal=text), replace(SYSTEM, language=language))["goal"]
    assert (goal["text"], goal["expression"]) == (text, "net_inflow >= 10000 and trade_count > 2")
    assert screens.options_out([], language)["goals"]["examples"][0]["expression"] == example


def test_a_goal_takes_numbers_as_people_write_them(desk):
    goal = screens.campaign_out(draft(desk, goal="净流入 >= 1万 and 成交笔数 > 0.5千"), SYSTEM)["goal"]
    assert goal["expression"] == "net_inflow >= 10000 and trade_count > 500"


def test_a_list_costs_the_same_number_of_queries_however_long(desk):
    def queries():
        with CaptureQueriesContext(connection) as found:
            screens.list_out(standing.campaigns(principal=SYSTEM), SYSTEM)
        return len(found)

    draft(desk)
    few = queries()
    for _times in range(5):
        draft(desk)
    assert queries() == few


def test_a_goal_over_a_measure_that_is_gone_stays_as_written(desk):
    campaign = replace(draft(desk), goal="shoe_size > 3")
    assert screens.campaign_out(campaign, SYSTEM)["goal"]["sentence"] == "shoe_size > 3"


def test_every_fault_of_a_plan_is_said_in_both_languages(desk):
    plan = CampaignPlan(
        name=" ", audience=desk.audience.uid, template="nothing", goal="shoe_size", goal_days=0, result_set="none"
    )
    with pytest.raises(BadPlan) as bad:
        campaigns.create(plan, principal=SYSTEM)
    for finding in bad.value.findings:
        assert not finding["message"].isascii(), finding
        assert finding["message_en"][0].isascii() and finding["message_en"] != finding["message"], finding


def test_a_refused_act_names_state_and_acts_in_words(desk):
    with pytest.raises(WrongState) as wrong:
        campaigns.launch(draft(desk).uid, revision=1, principal=SYSTEM)
    assert wrong.value.message("zh") == "活动处于“草稿”状态，不能启动。现在可以：修改、删除、确认人数"
    assert wrong.value.message("en") == (
        "The campaign is a draft; it is not possible to launch it. Possible now: edit, delete, confirm"
    )


def test_a_campaign_that_was_never_launched_says_what_its_effect_waits_for(desk):
    planned = draft(desk)
    for language, said in (("zh", "活动还是草稿"), ("en", "Still a draft")):
        reader = replace(SYSTEM, language=language)
        effect = screens.effect_out(planned, standing.effect(planned.uid, principal=reader), reader)
        assert effect["sentence"].startswith(said)
        assert (effect["counts"], effect["checks"], effect["measures"]) == (None, [], [])
    [row] = screens.list_out([planned], SYSTEM)
    assert row["counts"] is None
    board = pages.answer("home_operator", None, SYSTEM, block="campaign_board")["blocks"]["campaign_board"]
    cells = next(one["cells"] for one in board["data"]["rows"] if one["key"] == str(planned.uid))
    assert {cells[key] for key in ("chosen", "control", "sent", "refused", "waiting", "unknown", "failed")} == {None}


def test_before_the_first_figures_the_page_knows_their_day(desk):
    from zhike.kernel import clock
    from zhike.kernel.trading_days import trading_calendar

    campaign, _seen = desk.launch("service_checkup")
    campaigns.advance()
    campaign = standing.get(campaign.uid, principal=SYSTEM)
    effect = screens.effect_out(campaign, standing.effect(campaign.uid, principal=SYSTEM), SYSTEM)
    assert effect["measures"] == []
    assert effect["first_day"] == trading_calendar().add(clock.today(), 1)
