"""Nobody waits for a campaign longer than it is written: its audience is found, and others are published, without its lock."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection

from tests.environment import SERVER
from tests.factories import campaigns as heavy
from tests.factories.records import SYSTEM
from tests.factories.waiting import waiting_for_nobody
from zhike.engagement.campaigns import api as campaigns
from zhike.engagement.campaigns import standing
from zhike.engagement.campaigns.errors import CampaignChanged
from zhike.engagement.campaigns.logic import confirming, runs
from zhike.engagement.campaigns.models import Campaign, CampaignRun, Member
from zhike.engagement.campaigns.types import CampaignPlan
from zhike.insight.audiences import api as audiences
from zhike.insight.warehouse.logic import stages
from zhike.kernel import event_delivery
from zhike.kernel.definition_parts import Labels
from zhike.kernel.models import Run


@pytest.fixture
def draft(desk):
    plan = CampaignPlan(
        name="甲", audience=desk.audience.uid, template="service_checkup", goal="net_inflow > 0", goal_days=5
    )
    return campaigns.create(plan, principal=SYSTEM)


@pytest.fixture
def other_session():
    with psycopg.connect(SERVER.database_url(connection.settings_dict["NAME"])) as other:
        yield other


def again(campaign):
    return standing.get(campaign.uid, principal=SYSTEM)


def confirm(campaign, desk, count=12):
    return campaigns.confirm(campaign.uid, revision=1, count=count, business_date=desk.day, principal=SYSTEM)


def while_its_audience_is_found(monkeypatch, act):
    find = audiences.members_now

    def found(*asked, **how):
        members = find(*asked, **how)
        act()
        return members

    monkeypatch.setattr(audiences, "members_now", found)


def snapshots(desk):
    return len(audiences.snapshots(desk.audience.uid, principal=SYSTEM))


def test_a_campaign_is_not_locked_while_its_audience_is_found(draft, desk, other_session, monkeypatch):
    locked = []

    def lock():
        other_session.execute("select from campaigns_campaign where id = %s for update nowait", [draft.id])
        other_session.rollback()
        locked.append(draft.id)

    while_its_audience_is_found(monkeypatch, lock)
    heavy.do(confirm(draft, desk))
    assert locked == [draft.id]
    confirmed = again(draft)
    assert (confirmed.state, standing.counts(confirmed, principal=SYSTEM).chosen, snapshots(desk)) == (
        "confirmed",
        12,
        1,
    )
    assert set(audiences.snapshot_members(confirmed.snapshot_uid)) == set(
        Member.objects.filter(campaign_id=confirmed.id).values_list("party_id", flat=True)
    )


def test_a_campaign_that_was_put_back_meanwhile_stays_a_draft(draft, desk, monkeypatch):
    run = confirm(draft, desk)
    cancelled = Labels("任务已取消", "The run was cancelled")
    while_its_audience_is_found(monkeypatch, lambda: confirming.put_back(draft.uid, run, cancelled))
    heavy.do(run)
    found = again(draft)
    assert (found.state, found.snapshot_uid, Member.objects.filter(campaign_id=found.id).count(), snapshots(desk)) == (
        "draft",
        None,
        0,
        0,
    )


def test_an_audience_that_is_not_what_was_seen_is_not_frozen(draft, desk):
    with pytest.raises(CampaignChanged):
        heavy.do(confirm(draft, desk, count=11))
    assert (again(draft).state, snapshots(desk)) == ("draft", 0)


def test_a_publication_waits_for_no_campaign_whose_effect_is_complete(desk, other_session):
    event_delivery.deliver_all()
    complete, _seen = desk.launch("service_checkup")
    observed, _seen = desk.launch("service_checkup")
    Campaign.objects.filter(pk__in=[complete.id, observed.id]).update(reach_date="2026-03-10")
    CampaignRun.objects.create(
        campaign_id=complete.id, kind=runs.EFFECT, run=complete.uid, result={"observed_days": complete.goal_days}
    )
    stages.publish(desk.day)
    other_session.execute("select from campaigns_campaign where id = %s for update", [complete.id])
    with waiting_for_nobody():
        event_delivery.deliver_all()
    other_session.rollback()
    begun = Run.objects.filter(kind=runs.EFFECT).values_list("params__campaign", flat=True)
    assert list(begun) == [str(observed.uid)]
