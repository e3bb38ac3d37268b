"""A campaign's life on the golden day: looked at, tried, held, let go, resent, finished — and by whom."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import timedelta
from email.policy import default
from types import SimpleNamespace

import pytest

from tests.factories.records import SYSTEM
from zhike.engagement.campaigns import api as campaigns
from zhike.engagement.campaigns import routes, screens, standing
from zhike.engagement.campaigns.errors import WrongState
from zhike.engagement.campaigns.models import Campaign, Member
from zhike.engagement.campaigns.types import CampaignPlan, PutOff
from zhike.engagement.channels import api as channels
from zhike.engagement.channels.errors import NoAddress, NotResendable
from zhike.engagement.channels.models import Delivery
from zhike.engagement.compliance.models import CapReservation, Decision
from zhike.kernel import clock, database
from zhike.kernel import standing as background
from zhike.kernel.errors import NotFound, Refused, StaleRevision
from zhike.kernel.trading_days import trading_calendar
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk
from zhike.platform.objects.types import RecordQuery
from zhike.platform.permissions.types import Post, Principal

BRANCH_HEAD = Principal(kind="staff", name="许知行", employee_no="E2001", posts=(Post("branch_head"),))


def run_all() -> None:
    while campaigns.advance():
        pass


def again(campaign):
    return standing.get(campaign.uid, principal=SYSTEM)


def by_number():
    rows = objects.page(RecordQuery("party", columns=("customer_no",)), principal=SYSTEM).rows
    found = bulk.facts("party", [row.id for row in rows], ["customer_no"])
    return {found[row.id]["customer_no"]: row for row in rows}


@pytest.fixture
def draft(desk):
    plan = CampaignPlan(
        name="甲", audience=desk.audience.uid, template="service_checkup", goal="net_inflow > 0", goal_days=5
    )
    return campaigns.create(plan, principal=SYSTEM)


def test_the_preview_is_masked(draft):
    party = by_number()["000000001"]
    clear = bulk.facts("party", [party.id], ["name", "email"])[party.id]

    shown, message = campaigns.preview(draft.uid, party=party.uid, principal=SYSTEM)

    assert shown == {"uid": str(party.uid), "display": party.display}
    assert message.subject == f"{party.display}，邀您做一次账户服务体检"
    assert party.display != clear["name"] and clear["name"] not in message.subject + message.text
    assert "*" in message.address and message.address != clear["email"]
    assert message.missing == ()


def test_the_highest_level_counts_whether_product_or_message(desk):
    rows = objects.page(RecordQuery("product", columns=("risk_level",)), principal=SYSTEM).rows
    by_level = {row.values["risk_level"]: row.uid for row in rows}
    plan = CampaignPlan(
        name="甲", audience=desk.audience.uid, template="service_checkup", goal="net_inflow > 0", goal_days=5
    )

    def level(template, product):
        made = campaigns.create(replace(plan, template=template, product=by_level.get(product)), principal=SYSTEM)
        return made.product_level

    assert level("service_checkup", None) == ""
    assert level("service_checkup", "R1") == "R1"
    assert level("equity_fund_introduction", None) == "R4"
    assert level("equity_fund_introduction", "R1") == "R4"


def test_a_draft_is_put_away_and_nothing_else_is(draft, desk):
    with pytest.raises(Refused):
        campaigns.delete(draft.uid, revision=1, principal=BRANCH_HEAD)
    with pytest.raises(StaleRevision):
        campaigns.delete(draft.uid, revision=7, principal=SYSTEM)
    campaigns.delete(draft.uid, revision=1, principal=SYSTEM)
    assert draft.uid not in {found.uid for found in standing.campaigns(principal=SYSTEM)}
    for act in (standing.get, campaigns.estimate):
        with pytest.raises(NotFound):
            act(draft.uid, principal=SYSTEM)
    launched, _seen = desk.launch("service_checkup")
    with pytest.raises(WrongState):
        campaigns.delete(launched.uid, revision=launched.revision, principal=SYSTEM)


def test_the_preview_says_what_has_no_value(draft):
    _shown, message = campaigns.preview(draft.uid, party=by_number()[None].uid, principal=SYSTEM)

    assert [name.zh for name in message.missing] == ["邮箱"]


def test_a_test_mail_goes_to_the_given_address_once_and_is_counted_nowhere(draft, mailbox):
    seen = []
    keep = mailbox.handle_DATA

    async def handle_DATA(server, session, envelope):  # type: ignore[no-untyped-def]
        seen.append((envelope.rcpt_tos, email.message_from_bytes(envelope.content, policy=default)))
        return await keep(server, session, envelope)

    mailbox.handle_DATA = handle_DATA
    before = Delivery.objects.count(), Decision.objects.count()
    shown, message = campaigns.preview(draft.uid, party=None, principal=SYSTEM)

    to = campaigns.send_test(draft.uid, to="me@zhike.example", settings=mailbox.settings, principal=SYSTEM)

    assert to == "me@zhike.example"
    [(recipients, mail)] = seen
    assert (recipients, mail["To"], mail["Subject"]) == (["me@zhike.example"], to, f"[测试] {message.subject}")
    assert shown["display"] in mail.get_content()
    assert (Delivery.objects.count(), Decision.objects.count(), CapReservation.objects.count()) == (*before, 0)
    assert standing.counts(again(draft), principal=SYSTEM).chosen == 0
    assert [entry.operation for entry in standing.timeline(draft, principal=SYSTEM)] == ["test_mail", "create"]


def test_the_screen_sends_a_test_mail_to_oneself(draft, mailbox, settings):
    settings.SMTP = mailbox.settings
    operator = replace(SYSTEM, employee_no="E90001")

    answer = routes.test_mail(SimpleNamespace(principal=operator), draft.uid)

    assert answer == {"sent_to": "E90001@zhike.example"}
    assert [key.split("-")[0] for key in mailbox.messages] == ["test"], "no decision of the gate stands behind it"


def test_a_test_mail_needs_an_address(draft, mailbox):
    with pytest.raises(NoAddress):
        campaigns.send_test(draft.uid, to="", settings=mailbox.settings, principal=SYSTEM)
    assert not mailbox.messages


def test_the_estimate_is_what_then_happens(desk):
    campaign, seen = desk.launch("equity_fund_introduction")
    run_all()

    found = standing.counts(again(campaign), principal=SYSTEM)
    assert (found.chosen, found.control, found.waiting) == (seen.count, seen.control, seen.reachable)
    assert found.refused == sum(n for _code, _labels, n in seen.refusals) == 9
    refused = Decision.objects.filter(origin_uid=campaign.uid, channel="email", allowed=False)
    first = [row.reasons[0]["code"] for row in refused]
    assert {code: n for code, _labels, n in seen.refusals} == {code: first.count(code) for code in first}
    words = {code: labels["zh"] for code, labels, _n in seen.refusals}
    assert (words["assessment_expired"], words["above_level"]) == ("风险测评已过期", "产品风险高于可推荐等级")


def test_the_estimate_leaves_the_control_group_out_of_reach_and_refusals(desk):
    campaign, seen = desk.launch("service_checkup", control=50)
    run_all()

    found = standing.counts(again(campaign), principal=SYSTEM)
    assert 0 < seen.control < seen.count == 12
    assert (found.control, found.waiting) == (seen.control, seen.reachable)
    assert found.refused == sum(n for _code, _labels, n in seen.refusals) == 12 - seen.control - seen.reachable


def test_in_quiet_hours_everybody_waits_and_the_campaign_says_until_when(desk):
    database.set_clock_offset(database.read_clock_offset() + timedelta(hours=12))  # 21:30 in Shanghai
    campaign, _seen = desk.launch("service_checkup")
    campaigns.advance()

    found = standing.counts(again(campaign), principal=SYSTEM)
    assert (found.waiting, found.refused, found.sent) == (8, 4, 0)
    eight = clock.at(desk.morning.date() + timedelta(days=1), 8)
    assert standing.put_off(again(campaign), principal=SYSTEM) == PutOff(8, eight)
    assert screens.campaign_out(again(campaign), SYSTEM)["put_off"] == {"count": 8, "until": eight}
    checks = {found["key"]: found for found in routes.effect(SimpleNamespace(principal=SYSTEM), campaign.uid)["checks"]}
    assert [checks[key]["ok"] for key in ("accounted", "unknown", "quiet")] == [True, None, None]
    assert checks["quiet"]["text"] == f"8 条消息因免打扰时段等到 {clock.local(eight):%m-%d} 08:00 发送"


def test_pause_holds_what_waits_and_resume_lets_it_go(desk, mailbox):
    campaign, _seen = desk.launch("service_checkup")
    run_all()
    channels.dispatch(mailbox.settings, limit=3)

    paused = campaigns.pause(campaign.uid, revision=again(campaign).revision, principal=SYSTEM)
    channels.dispatch(mailbox.settings)
    assert (paused.state, campaigns.possible_acts(paused)) == ("paused", ["resume", "stop"])
    assert (
        standing.counts(paused, principal=SYSTEM).sent,
        standing.counts(paused, principal=SYSTEM).waiting,
        len(mailbox.messages),
    ) == (3, 5, 3)

    resumed = campaigns.resume(campaign.uid, revision=paused.revision, principal=SYSTEM)
    channels.dispatch(mailbox.settings)
    assert (
        resumed.state,
        standing.counts(resumed, principal=SYSTEM).sent,
        standing.counts(resumed, principal=SYSTEM).waiting,
    ) == ("running", 8, 0)
    assert sorted(mailbox.messages.values()) == [1] * 8


def test_a_campaign_paused_before_its_people_went_through_the_gate_decides_about_nobody(desk):
    campaign, _seen = desk.launch("service_checkup")
    campaigns.pause(campaign.uid, revision=campaign.revision, principal=SYSTEM)
    run_all()

    assert not Decision.objects.filter(origin_uid=campaign.uid).exists()
    assert standing.counts(campaign, principal=SYSTEM).waiting == 12


def test_a_campaign_finishes_once_its_goal_days_are_over(desk, mailbox):
    campaign, _seen = desk.launch("service_checkup")
    run_all()
    channels.dispatch(mailbox.settings)
    last = trading_calendar().add(campaign.reach_date, campaign.goal_days)

    def stand_at(day):
        database.set_clock_offset(database.read_clock_offset() + clock.at(day, 10) - clock.now())
        campaigns.advance()
        return again(campaign)

    assert stand_at(last).state == "running"
    finished = stand_at(last + timedelta(days=1))
    assert (finished.state, campaigns.possible_acts(finished)) == ("finished", [])
    assert clock.local(finished.finished_at).date() == last + timedelta(days=1)
    with pytest.raises(WrongState):
        campaigns.stop(campaign.uid, revision=finished.revision, principal=SYSTEM)


def test_only_a_message_of_unknown_outcome_is_resent(desk, mailbox):
    campaign, _seen = desk.launch("service_checkup")
    run_all()
    channels.dispatch(mailbox.settings)
    party, other = by_number()["000000001"], by_number()["000000002"]
    Delivery.objects.filter(origin_uid=campaign.uid, party_id=party.id).update(state="unknown", sent_at=None)

    with pytest.raises(NotResendable):
        campaigns.resend(campaign.uid, other.uid, reason="再试一次", principal=SYSTEM)
    with pytest.raises(NotFound):
        campaigns.resend(campaign.uid, by_number()["000000004"].uid, reason="再试一次", principal=SYSTEM)
    campaigns.resend(campaign.uid, party.uid, reason="客户说没有收到", principal=SYSTEM)
    assert (
        standing.counts(campaign, principal=SYSTEM).unknown,
        standing.counts(campaign, principal=SYSTEM).waiting,
    ) == (0, 1)

    channels.dispatch(mailbox.settings)
    assert standing.counts(campaign, principal=SYSTEM).sent == 8
    assert sorted(mailbox.messages.values()) == [1] * 7 + [2]


def test_who_may_not_launch_is_refused_and_nothing_changes(desk, draft):
    running, _seen = desk.launch("service_checkup")
    before = again(draft).updated_at, again(running).updated_at
    acts = [
        lambda: campaigns.confirm(draft.uid, revision=1, count=12, business_date=desk.day, principal=BRANCH_HEAD),
        lambda: campaigns.launch(draft.uid, revision=1, principal=BRANCH_HEAD),
        lambda: campaigns.pause(running.uid, revision=running.revision, principal=BRANCH_HEAD),
        lambda: campaigns.stop(running.uid, revision=running.revision, principal=BRANCH_HEAD),
        lambda: campaigns.resend(running.uid, by_number()["000000001"].uid, reason="再试一次", principal=BRANCH_HEAD),
    ]
    for act in acts:
        with pytest.raises(Refused):
            act()
    assert (again(draft).state, again(running).state) == ("draft", "running")
    assert (again(draft).updated_at, again(running).updated_at) == before


def test_the_page_of_background_work_counts_whom_the_gate_is_to_be_asked_about(desk):
    """The people of running campaigns, since the launch; not those of a paused one, nor who waits for a later hour."""

    def backlog():
        [line] = [line for line in background.lines() if line.key == "campaigns"]
        return line.backlog.waiting, line.backlog.oldest_at

    assert backlog() == (0, None)
    campaign, _seen = desk.launch("service_checkup")
    mine = Campaign.objects.filter(uid=campaign.uid)
    launched = mine.get().launched_at
    assert backlog() == (12, launched)
    mine.update(state="paused")
    assert backlog() == (0, None)
    mine.update(state="running")
    later = clock.now() + timedelta(hours=3)
    first = Member.objects.filter(campaign__uid=campaign.uid, state="waiting").first()
    Member.objects.filter(pk=first.pk).update(next_at=later)
    assert backlog() == (11, launched)
    while campaigns.advance():
        pass
    assert backlog() == (0, None)
    with clock.travel(later):
        assert backlog() == (1, later)
