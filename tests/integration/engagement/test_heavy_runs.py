"""Estimate, confirmation and effect are runs: stored, shown, done twice without harm, taken up after a worker died."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from dataclasses import asdict

import pytest
from django.conf import settings
from django.db import DataError

from tests.factories import campaigns as heavy
from tests.factories.records import SYSTEM
from zhike.engagement.campaigns import api as campaigns
from zhike.engagement.campaigns import standing
from zhike.engagement.campaigns.errors import CampaignChanged, EmptyAudience, NothingObserved, WrongState
from zhike.engagement.campaigns.logic import confirming as confirmations
from zhike.engagement.campaigns.logic import effects, runs
from zhike.engagement.campaigns.models import Campaign, Member
from zhike.engagement.campaigns.types import CampaignPlan
from zhike.insight.audiences import api as audiences
from zhike.insight.warehouse.logic import stages
from zhike.kernel import event_delivery, jobs
from zhike.kernel.models import Run

NOBODY = {"op": "<", "left": {"field": "total_asset"}, "right": {"value": "-1", "type": "decimal"}}


@pytest.fixture
def plan(desk):
    return CampaignPlan(
        name="甲", audience=desk.audience.uid, template="service_checkup", goal="net_inflow > 0", goal_days=5
    )


@pytest.fixture
def draft(plan):
    return campaigns.create(plan, principal=SYSTEM)


def again(campaign):
    return standing.get(campaign.uid, principal=SYSTEM)


def confirming(campaign, desk, count=12):
    return campaigns.confirm(campaign.uid, revision=1, count=count, business_date=desk.day, principal=SYSTEM)


def test_an_estimate_is_stored_until_what_it_was_made_of_changes(draft, plan, desk):
    assert standing.estimate(draft.uid, principal=SYSTEM).result is None
    run = campaigns.estimate(draft.uid, principal=SYSTEM)
    assert campaigns.estimate(draft.uid, principal=SYSTEM) == run, "one at a time"
    waiting = standing.estimate(draft.uid, principal=SYSTEM)
    assert (waiting.run.uid, waiting.run.state, waiting.run.under_way, waiting.result) == (run, "waiting", True, None)
    assert asdict(jobs.title_of(Run.objects.get(uid=run))) == {"zh": "触达试算 甲", "en": "Estimate 甲"}

    heavy.do(run)
    assert asdict(jobs.step_of(Run.objects.get(uid=run))) == {"zh": "客群与合规拦截", "en": "Audience and compliance"}
    found = standing.estimate(draft.uid, principal=SYSTEM)
    assert (found.result.count, found.current, found.run) == (12, True, None)
    # Of the twelve the holders of accounts 2005 and 1010 had an inflow in the five trading days up to the day.
    outlook = found.result.outlook
    assert (outlook.rate, outlook.days, outlook.judged, outlook.better) == (2 / 12, 5, False, None)

    seen = audiences.audience(desk.audience.uid, principal=SYSTEM)
    seen = audiences.update(seen.uid, revision=seen.revision, name="换个名字", principal=SYSTEM)
    assert standing.estimate(draft.uid, principal=SYSTEM).current, "a name chooses nobody"
    audiences.update(seen.uid, revision=seen.revision, condition=NOBODY, principal=SYSTEM)
    found = standing.estimate(draft.uid, principal=SYSTEM)
    assert (found.result.count, found.current) == (12, False)
    assert heavy.estimate(draft.uid, principal=SYSTEM).count == 0
    campaigns.change(draft.uid, plan, revision=1, principal=SYSTEM)
    assert not standing.estimate(draft.uid, principal=SYSTEM).current
    heavy.estimate(draft.uid, principal=SYSTEM)
    stages.publish(desk.day)
    assert not standing.estimate(draft.uid, principal=SYSTEM).current


def test_what_is_being_confirmed_is_locked_and_confirmed_once(draft, plan, desk):
    run = confirming(draft, desk)
    campaign = again(draft)
    assert (campaign.state, campaigns.possible_acts(campaign)) == ("confirming", [])
    for act in (
        lambda: confirming(draft, desk),
        lambda: campaigns.change(draft.uid, plan, revision=1, principal=SYSTEM),
        lambda: campaigns.delete(draft.uid, revision=1, principal=SYSTEM),
    ):
        with pytest.raises(WrongState):
            act()
    assert campaigns.settle() == 0, "somebody will do it"
    heavy.do(run)
    confirmed = again(draft)
    assert (confirmed.state, confirmed.revision, standing.counts(confirmed, principal=SYSTEM).chosen) == (
        "confirmed",
        2,
        12,
    )
    assert standing.confirmation(confirmed, principal=SYSTEM) is None

    Run.objects.filter(uid=run).update(state=Run.State.RUNNING)
    jobs.execute(run=str(run))
    assert (again(draft).revision, again(draft).snapshot_uid) == (2, confirmed.snapshot_uid)
    assert [entry.operation for entry in standing.timeline(confirmed, principal=SYSTEM)] == ["confirm", "create"]


def test_what_cannot_be_confirmed_is_a_draft_again_and_says_why(draft, desk):
    with pytest.raises(CampaignChanged):
        heavy.do(confirming(draft, desk, count=11))
    found = standing.confirmation(again(draft), principal=SYSTEM)
    assert (found.state, found.under_way, found.error["code"]) == ("failed", False, "campaign.changed")
    assert found.error["message_en"].startswith("The audience changed: you saw 11")
    entry = standing.timeline(draft, principal=SYSTEM)[0]
    assert (entry.operation, entry.reason) == ("confirm_failed", found.error["message"])

    row = audiences.audience(desk.audience.uid, principal=SYSTEM)
    audiences.update(row.uid, revision=row.revision, condition=NOBODY, principal=SYSTEM)
    with pytest.raises(EmptyAudience):
        heavy.do(confirming(draft, desk, count=0))
    assert (again(draft).state, again(draft).snapshot_uid, Member.objects.filter(campaign_id=draft.id).count()) == (
        "draft",
        None,
        0,
    )


def test_a_confirmation_that_nobody_does_any_more_is_put_back(draft, desk):
    run = confirming(draft, desk)
    jobs.request_cancel(run)
    jobs.execute(run=str(run))
    assert again(draft).state == "confirming"
    assert (campaigns.settle(), again(draft).state) == (1, "draft")
    confirming(draft, desk)
    assert campaigns.settle() == 0


def test_one_that_cannot_be_put_back_hurts_only_itself(draft, plan, desk, monkeypatch):
    other = campaigns.create(plan, principal=SYSTEM)
    for one in (draft, other):
        run = confirming(one, desk)
        jobs.request_cancel(run)
        jobs.execute(run=str(run))
    put_back = confirmations.put_back

    def refuse(uid, run, reason):
        if uid == draft.uid:
            raise DataError("a value too long")
        put_back(uid, run, reason)

    monkeypatch.setattr(confirmations, "put_back", refuse)
    assert (campaigns.settle(), again(draft).state, again(other).state) == (1, "confirming", "draft")
    monkeypatch.undo()
    assert (campaigns.settle(), again(draft).state) == (1, "draft")


KILLER = """
    import os, django
    django.setup()
    from zhike.engagement.campaigns.logic import running
    from zhike.kernel import jobs
    running.freeze = lambda campaign: os._exit(9)
    jobs.execute(run={run!r})
"""


def test_a_confirmation_whose_worker_died_is_taken_up_again(draft, desk):
    run = confirming(draft, desk)
    environment = {**os.environ, "ZHIKE_HOME": str(settings.HOME), "PYTHONPATH": "."}
    script = textwrap.dedent(KILLER.format(run=str(run)))
    killed = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=60)
    assert killed.returncode == 9, killed.stderr
    assert (again(draft).state, Member.objects.filter(campaign_id=draft.id).count(), campaigns.settle()) == (
        "confirming",
        0,
        0,
    )

    heavy.do(run)
    assert (again(draft).state, standing.counts(again(draft), principal=SYSTEM).chosen) == ("confirmed", 12)


def test_the_effect_is_computed_once_for_a_publication_and_never_by_a_reader(desk, monkeypatch):
    event_delivery.deliver_all()
    campaign, _seen = desk.launch("service_checkup")
    with pytest.raises(NothingObserved):
        campaigns.measure(campaign.uid, principal=SYSTEM)
    Campaign.objects.filter(pk=campaign.id).update(reach_date="2026-03-10")
    compute = effects.compute
    monkeypatch.setattr(effects, "compute", None)
    found = standing.effect(campaign.uid, principal=SYSTEM)
    assert (found.result.measures, found.result.observed_days, found.current, found.run) == ((), 5, False, None)

    monkeypatch.setattr(effects, "compute", compute)
    Campaign.objects.filter(pk=campaign.id).update(goal_days=9)
    started = Run.objects.filter(kind=runs.EFFECT)
    assert started.count() == 0, "a reader starts nothing"
    stages.publish(desk.day)
    stages.publish(desk.day)
    event_delivery.deliver_all()
    assert started.count() == 1, "one run for all that is new"
    heavy.do(started.get().uid)
    monkeypatch.setattr(effects, "compute", None)
    found = standing.effect(campaign.uid, principal=SYSTEM)
    assert (found.current, [measure.key for measure in found.result.measures]) == (True, ["conversion", "net_inflow"])

    stages.publish(desk.day)
    assert not standing.effect(campaign.uid, principal=SYSTEM).current
    event_delivery.deliver_all()
    assert started.count() == 2
