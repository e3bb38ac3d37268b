"""Campaigns on the golden day: exact refusals, a cap that is a reservation, workers killed around the commit."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from dataclasses import asdict, replace
from datetime import date

import pytest
from django.conf import settings

from tests.factories import campaigns as heavy
from tests.factories.records import SYSTEM, consent
from zhike.engagement.campaigns import api as campaigns
from zhike.engagement.campaigns import screens, standing
from zhike.engagement.campaigns.errors import BadPlan, CampaignChanged, WrongState
from zhike.engagement.campaigns.models import Member
from zhike.engagement.campaigns.types import CampaignPlan
from zhike.engagement.channels import api as channels
from zhike.engagement.compliance.models import Decision
from zhike.insight.audiences import api as audiences
from zhike.kernel import clock
from zhike.kernel.errors import NotFound, StaleRevision
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk
from zhike.platform.permissions.types import Post, Principal
from zhike.platform.work import api as work
from zhike.platform.work import origins
from zhike.platform.work.errors import AlreadyDone

#: Worked out by hand from tests/golden/inputs.yaml: consent, status, level and test date of each of the twelve parties.
REFUSED = {
    "service_checkup": {
        "000000004": ["no_consent"],
        "000000008": ["consent_withdrawn"],
        "000000012": ["party_status", "no_consent"],
        None: ["no_consent", "missing_variable"],
    },
    "equity_fund_introduction": {
        "000000003": ["above_level"],
        "000000004": ["no_consent", "above_level"],
        "000000005": ["above_level"],
        "000000006": ["assessment_expired", "above_level"],
        "000000007": ["above_level"],
        "000000008": ["consent_withdrawn"],
        "000000009": ["above_level"],
        "000000012": ["party_status", "no_consent", "assessment_expired", "above_level"],
        None: ["no_consent", "missing_variable", "not_assessed"],
    },
}


def run_all() -> None:
    while campaigns.advance():
        pass


def accounted(campaign) -> dict[str, int]:
    found = asdict(standing.counts(campaign, principal=SYSTEM))
    assert found["chosen"] == sum(n for key, n in found.items() if key != "chosen")
    return {key: n for key, n in found.items() if n}


@pytest.mark.parametrize("template", sorted(REFUSED))
def test_every_refusal_of_the_golden_day(desk, template):
    campaign, seen = desk.launch(template)
    run_all()

    rows = Decision.objects.filter(origin_uid=campaign.uid, channel="email", allowed=False)
    numbers = bulk.facts("party", [row.party_id for row in rows], ["customer_no"])
    found = {numbers[row.party_id]["customer_no"]: [r["code"] for r in row.reasons] for row in rows}
    assert found == REFUSED[template]
    assert (seen.count, seen.covered, seen.reachable) == (12, 9, 12 - len(found))
    assert accounted(campaign) == {"chosen": 12, "refused": len(found), "waiting": 12 - len(found)}


def test_messages_leave_once_and_managers_get_work_due_on_the_trading_calendar(desk, mailbox):
    campaign, seen = desk.launch("service_checkup")
    run_all()
    channels.dispatch(mailbox.settings)

    assert sum(mailbox.messages.values()) == len(mailbox.messages)
    found = accounted(campaign)
    assert found["sent"] == len(channels.parties(campaign.uid, ["sent"]))
    tasks = given(campaign)
    assert len(tasks) == seen.followed == 7
    assert [(code, n) for code, _labels, n in seen.work_refusals] == [("no_consent", 1), ("consent_withdrawn", 1)]
    items = [item for item in work.todo(principal=SYSTEM)[0] if item.origin_uid == campaign.uid]
    assert {item.due_at.date() for item in items} == {date(2026, 3, 23)}


def given(campaign):
    """The work about everybody who was chosen: (state, result) by party."""
    chosen = Member.objects.filter(campaign_id=campaign.id).values_list("party_id", flat=True)
    return origins.of_origin(campaign.uid, records=list(chosen))


def test_work_says_when_the_gate_closes_after_it_was_given(desk):
    campaign, _seen = desk.launch("service_checkup")
    run_all()
    item = next(item for item in work.todo(principal=SYSTEM)[0] if item.origin_uid == campaign.uid)

    def told():
        return [notice.zh for notice in origins.notices(work.get(item.uid, principal=SYSTEM), principal=SYSTEM)]

    assert told() == []
    stranger = Principal(kind="staff", name="唐若谷", employee_no="E1002", posts=(Post("account_manager"),))
    with pytest.raises(NotFound):
        work.get(item.uid, principal=stranger)

    party = objects.records_by_id("party", [item.record_id], principal=SYSTEM)[item.record_id]
    frozen = objects.update("party", party.uid, {"complaint_open": True}, revision=party.revision, principal=SYSTEM)

    found = told()
    objects.update("party", party.uid, {"complaint_open": False}, revision=frozen.revision, principal=SYSTEM)
    assert found == ["现在不宜联系：投诉处理中，营销冻结"]

    said = consent(party, "phone", "withdrawn", since=clock.today())
    found = told()
    objects.delete("consent", said.uid, revision=said.revision, principal=SYSTEM)
    assert found == ["现在不宜联系：已撤回电话营销授权"]
    assert told() == []


def test_the_third_message_in_a_week_is_refused_by_the_cap(desk):
    first, _seen = desk.launch("service_checkup")
    second, _seen = desk.launch("service_checkup")
    third, _seen = desk.launch("service_checkup")
    run_all()

    assert accounted(first) == accounted(second) == {"chosen": 12, "refused": 4, "waiting": 8}
    assert accounted(third) == {"chosen": 12, "refused": 12}


def test_confirming_what_was_not_seen_is_refused_and_changes_nothing(desk):
    plan = CampaignPlan(
        name="甲", audience=desk.audience.uid, template="service_checkup", goal="net_inflow > 0", goal_days=5
    )
    made = campaigns.create(plan, principal=SYSTEM)
    with pytest.raises(CampaignChanged) as changed:
        heavy.confirm(made.uid, revision=1, count=11, business_date=desk.day, principal=SYSTEM)
    assert changed.value.facts["count"] == 12
    again = standing.get(made.uid, principal=SYSTEM)
    assert (again.state, again.revision, standing.counts(again, principal=SYSTEM).chosen) == ("draft", 1, 0)
    with pytest.raises(WrongState):
        campaigns.launch(made.uid, revision=1, principal=SYSTEM)
    with pytest.raises(StaleRevision):
        campaigns.change(made.uid, plan, revision=9, principal=SYSTEM)


def test_a_bad_plan_lists_every_fault(desk):
    plan = CampaignPlan(name=" ", audience=desk.audience.uid, template="nothing", goal="shoe_size > 3", goal_days=0)
    with pytest.raises(BadPlan) as bad:
        campaigns.create(plan, principal=SYSTEM)
    assert {finding["field"] for finding in bad.value.findings} == {"name", "template", "goal.expression", "goal.days"}


def test_a_script_says_no_word_that_no_text_may(desk):
    plan = CampaignPlan(
        name="体检", audience=desk.audience.uid, template="service_checkup", goal="trade_count >= 1", goal_days=5
    )
    with pytest.raises(BadPlan) as bad:
        campaigns.create(replace(plan, script="您好，保本高收益，稳赚"), principal=SYSTEM)

    assert [(found["code"], found["field"]) for found in bad.value.findings] == [
        ("campaign.forbidden_word", "script")
    ] * 2
    assert "文案含禁用语“保本”" in bad.value.findings[0]["message"]
    campaigns.create(replace(plan, script="您好，本次为您做账户体检"), principal=SYSTEM)


def test_control_is_left_alone(desk, mailbox):
    campaign, _seen = desk.launch("service_checkup", control=50)
    run_all()
    channels.dispatch(mailbox.settings)
    found = accounted(campaign)
    assert 0 < found["control"] < 12
    touched = set(Decision.objects.filter(origin_uid=campaign.uid).values_list("party_id", flat=True))
    assert len(touched) == 12 - found["control"]


KILLER = """
    import os, django
    django.setup()
    from zhike.engagement.campaigns.logic import running
    from zhike.engagement.channels import api as channels
    from zhike.platform.work.models import WorkItem
    def die(*a, **k): os._exit(9)
    point = {point!r}
    if point == "before insert":
        channels.enqueue = die
    elif point == "before work":
        WorkItem.objects.bulk_create = die
    elif point == "after commit":
        running._finish_if_done = die
    running.advance()
"""


@pytest.mark.parametrize(("point", "decided"), [("before insert", 0), ("before work", 0), ("after commit", 12)])
def test_a_worker_killed_around_the_commit_decides_about_nobody_twice(desk, mailbox, point, decided):
    campaign, _seen = desk.launch("service_checkup")
    script = textwrap.dedent(KILLER.format(point=point))
    environment = {**os.environ, "ZHIKE_HOME": str(settings.HOME), "PYTHONPATH": "."}
    killed = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=60)
    assert killed.returncode == 9, killed.stderr
    assert Decision.objects.filter(origin_uid=campaign.uid, channel="email").count() == decided
    accounted(campaign)

    run_all()
    channels.dispatch(mailbox.settings)

    assert accounted(campaign) == {"chosen": 12, "refused": 4, "sent": 8}
    assert sorted(mailbox.messages.values()) == [1] * 8
    assert len(given(campaign)) == 7


def test_stop_means_stop(desk, mailbox):
    campaign, _seen = desk.launch("service_checkup")
    run_all()
    channels.dispatch(mailbox.settings, limit=3)
    items = [item for item in work.todo(principal=SYSTEM)[0] if item.origin_uid == campaign.uid]
    work.complete(items[0].uid, result="interested", note="", revision=1, principal=SYSTEM)
    said = screens.campaign_out(standing.get(campaign.uid, principal=SYSTEM), SYSTEM)
    assert (said["counts"]["waiting"], said["counts"]["sent"], said["work"]) == (5, 3, {"open": 6, "done": 1}), (
        "what the page says that stopping does"
    )
    stopped = campaigns.stop(
        campaign.uid, revision=standing.get(campaign.uid, principal=SYSTEM).revision, principal=SYSTEM
    )
    tasks = given(campaign)
    assert sorted(state for state, _result in tasks.values()) == ["cancelled"] * 6 + ["done"]
    with pytest.raises(AlreadyDone):
        work.complete(items[1].uid, result="interested", note="", revision=2, principal=SYSTEM)
    run_all()
    channels.dispatch(mailbox.settings)
    assert stopped.state == "stopped"
    assert accounted(campaign) == {"chosen": 12, "refused": 4, "sent": 3, "stopped": 5}
    assert sum(mailbox.messages.values()) == 3
    assert audiences.snapshot_members(stopped.snapshot_uid)
