"""The ledgers of a campaign that has ended are counted once, and what is kept is what they say, whatever happens since."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.records import SYSTEM
from tests.integration.engagement.test_campaign_life import again, by_number, run_all
from zhike.engagement.campaigns import api as campaigns
from zhike.engagement.campaigns import blocks, screens, standing
from zhike.engagement.campaigns.logic import counting
from zhike.engagement.campaigns.models import Campaign, KeptCounts, Member
from zhike.engagement.channels import api as channels
from zhike.engagement.channels.logic import dispatch
from zhike.engagement.channels.models import Delivery
from zhike.kernel import clock
from zhike.kernel.event_delivery import deliver_all
from zhike.kernel.providers import BlockSettings
from zhike.platform.records import api as records
from zhike.platform.work import api as work
from zhike.platform.work import origins
from zhike.platform.work.logic import following
from zhike.platform.work.models import WorkItem


@pytest.fixture
def sent(desk, mailbox):
    """A running campaign whose messages have been sent, with open work."""
    campaign, _seen = desk.launch("service_checkup")
    run_all()
    channels.dispatch(mailbox.settings)
    return again(campaign)


@pytest.fixture
def leaving(desk, mailbox):
    """A running campaign of which one message is leaving, with the claim of its dispatcher, and the rest is sent."""
    campaign, _seen = desk.launch("service_checkup")
    run_all()
    [row] = dispatch._claim(1)
    dispatch._mark_sending(row)
    channels.dispatch(mailbox.settings)
    return again(campaign), row


def ended(campaign):
    """The campaign finished, with whatever work is open."""
    Campaign.objects.filter(pk=campaign.id).update(state="finished", finished_at=clock.now())
    return again(campaign)


def stopped(campaign):
    return campaigns.stop(campaign.uid, revision=again(campaign).revision, principal=SYSTEM)


def look(campaign):
    """What the list shows, which is what the ledgers say, and the statements that were asked for it."""
    with CaptureQueriesContext(connection) as asked:
        [row] = screens.list_out([campaign], SYSTEM)
    people, tasks = counting._people([campaign])[campaign.id], counting._work([campaign])[campaign.id]
    assert {key: row["counts"][key] for key in people} == people
    assert row["work"] == tasks
    assert sum(people.values()) == 2 * people["chosen"], "everybody is somewhere"
    return row, [found["sql"] for found in asked]


def counted_whole(statements):
    """Which ledgers were counted, and not only what may still change in them."""
    return {
        table
        for sql in statements
        for table, part in (
            ("campaigns_member", ""),
            ("channels_delivery", "'unknown'"),
            ("work_workitem", "'open'"),
        )
        if f'FROM "{table}"' in sql and "GROUP BY" in sql and (not part or part not in sql)
    }


ALL = {"campaigns_member", "channels_delivery", "work_workitem"}


@pytest.mark.parametrize("end", [ended, stopped])
def test_an_ended_campaign_is_counted_once(sent, end):
    campaign = end(sent)
    first, asked = look(campaign)
    assert counted_whole(asked) == ALL
    second, asked = look(campaign)
    assert (counted_whole(asked), second) == (set(), first)
    assert (second["counts"]["chosen"], second["counts"]["sent"], second["counts"]["refused"]) == (12, 8, 4)


@pytest.mark.parametrize("act", [None, campaigns.pause])
def test_one_that_may_go_on_is_counted_at_every_look(sent, act):
    if act:
        act(sent.uid, revision=sent.revision, principal=SYSTEM)
    for _look in range(2):
        assert counted_whole(look(again(sent))[1]) == ALL
    assert not KeptCounts.objects.filter(campaign_id=sent.id).exists()


def test_a_message_that_is_leaving_as_its_campaign_stops_is_waited_for(leaving):
    campaign, row = leaving
    campaign = stopped(campaign)
    for _look in range(2):
        found, asked = look(campaign)
        assert (found["counts"]["waiting"], "channels_delivery" in counted_whole(asked)) == (1, True)
    dispatch._settle(row, "sent", "")
    assert (look(campaign)[0]["counts"]["sent"], counted_whole(look(campaign)[1])) == (8, set())


@pytest.mark.parametrize("outcome", ["sent", "failed"])
def test_late_news_of_a_message_of_unknown_outcome_is_counted(leaving, outcome):
    campaign, row = leaving
    Delivery.objects.filter(pk=row.pk).update(lease_until=clock.now() - timedelta(seconds=1))
    dispatch.recover()
    campaign = ended(campaign)
    assert (look(campaign)[0]["counts"]["unknown"], counted_whole(look(campaign)[1])) == (1, set())
    assert dispatch._settle(row, outcome, "") == outcome
    found, asked = look(campaign)
    assert (found["counts"]["unknown"], found["counts"][outcome]) == (0, 8 if outcome == "sent" else 1)
    assert "channels_delivery" in counted_whole(asked) and counted_whole(look(campaign)[1]) == set()


def test_a_message_of_unknown_outcome_that_waits_again_is_counted_until_it_has_ended(leaving):
    campaign, row = leaving
    Delivery.objects.filter(pk=row.pk).update(lease_until=clock.now() - timedelta(seconds=1))
    dispatch.recover()
    campaign = ended(campaign)
    assert look(campaign)[0]["counts"]["unknown"] == 1
    assert dispatch._try_later(row, "450 busy") == "later"
    for _look in range(2):
        assert look(campaign)[0]["counts"]["waiting"] == 1
    for state in ("unknown", "sent"):
        Delivery.objects.filter(pk=row.pk).update(state=state)
        assert look(campaign)[0]["counts"][state] == (1 if state == "unknown" else 8)


def test_work_that_ends_after_its_campaign_is_counted(sent):
    campaign = ended(sent)
    items = list(WorkItem.objects.filter(origin_uid=campaign.uid, state="open").order_by("pk"))
    before = look(campaign)[0]["work"]
    assert before == {"open": len(items), "done": 0} and len(items) >= 3
    work.complete(items[0].uid, result="declined", note="已联系", revision=items[0].revision, principal=SYSTEM)
    assert look(campaign)[0]["work"] == {"open": len(items) - 1, "done": 1}
    following.forget_record("party", items[1].record_id)
    assert look(campaign)[0]["work"] == {"open": len(items) - 2, "done": 1}
    following.move_to("party", items[2].record_id, items[0].record_id)
    assert look(campaign)[0]["work"] == {"open": len(items) - 3, "done": 1}
    assert counted_whole(look(campaign)[1]) == set()
    origins.cancel_open(origin_uid=campaign.uid)
    assert look(campaign)[0]["work"] == {"open": 0, "done": 1}


def test_a_campaign_that_failed_for_some_is_kept_as_it_is(sent):
    refused = Member.objects.filter(campaign_id=sent.id, state="refused")
    Member.objects.filter(pk=refused[0].pk).update(state="failed", error="不可用")
    campaign = ended(sent)
    assert [look(campaign)[0]["counts"]["failed"] for _look in range(2)] == [1, 1]


def test_the_brief_of_home_counts_only_unknown_outcomes(sent):
    before = standing.unknown(standing.campaigns(principal=SYSTEM), principal=SYSTEM)
    Delivery.objects.filter(pk=Delivery.objects.filter(origin_uid=sent.uid)[0].pk).update(state="unknown")
    with CaptureQueriesContext(connection) as asked:
        found = blocks._brief(SYSTEM, None, {})
    assert counted_whole([one["sql"] for one in asked]) == set()
    assert f"{before + 1} 条消息结果未知待处理" in str(found.data)
    assert standing.unknown([sent], principal=SYSTEM) == 1


def test_a_person_who_is_erased_stays_counted(sent):
    campaign = ended(sent)
    before = look(campaign)[0]
    records.erase("party", by_number()["000000001"].uid, reason="客户申请删除个人信息", principal=SYSTEM)
    deliver_all()
    after = look(campaign)[0]
    assert after["counts"] == before["counts"]
    assert after["work"]["open"] < before["work"]["open"]


def test_the_home_counts_all_campaigns_and_leaves_rounding_to_what_draws(sent, monkeypatch):
    monkeypatch.setattr(blocks, "_SHOWN", 0)
    (found,) = [
        figure for figure in blocks._figures(SYSTEM, None, BlockSettings()).data["figures"] if figure["key"] == "sent"
    ]
    launched = counting._people(list(Campaign.objects.exclude(launched_at=None))).values()
    left, chosen, control = (sum(people[key] for people in launched) for key in ("sent", "chosen", "control"))
    assert found["value"] == left >= counting._people([sent])[sent.id]["sent"] > 0
    assert float(found["compare"][0]["value"]) == pytest.approx(100 * left / (chosen - control), abs=1e-6)
    assert blocks._share(909, 1673) == "54.333533", "drawn as 54.33 %, not as 54.30 %"
