"""One bad message, person or campaign hurts only itself."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from django.db import connection

from tests.factories.records import SYSTEM, build_firm, customer
from tests.integration.engagement.test_dispatch import ORIGIN
from zhike.engagement.campaigns import api as campaigns
from zhike.engagement.campaigns import screens, standing
from zhike.engagement.campaigns.logic import running
from zhike.engagement.campaigns.models import Campaign, Member
from zhike.engagement.channels import api as channels
from zhike.engagement.channels.logic import away, content, dispatch, smtp
from zhike.engagement.channels.models import Delivery
from zhike.kernel.calendar import OutsideCalendar
from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import BadCursor
from zhike.platform.exchange import api as exchange
from zhike.platform.objects import bulk, catalogue


def enqueue(*parties, template="service_checkup"):
    channels.enqueue(
        [(Delivery.objects.count() + n, party.id) for n, party in enumerate(parties, 1)],
        origin_kind="campaign",
        origin_uid=ORIGIN,
        channel="email",
        template=template,
    )


def states():
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def errors():
    return [error for error in Delivery.objects.order_by("pk").values_list("error", flat=True) if error]


@pytest.mark.django_db
def test_an_address_that_no_server_takes_is_a_missing_value(mailbox):
    build_firm()
    odd, fine = customer("客户甲", email="a@example.com"), customer("客户乙", email="b@example.com")
    keep("email", odd.id, "张三@例子.中国")  # as a system of before kept it: no load and no desk takes it
    enqueue(odd, fine)

    channels.dispatch(mailbox.settings)
    assert (states(), errors()) == (["failed", "sent"], ["缺少资料：可用的邮箱"])
    assert channels.states(ORIGIN, party_ids=[odd.id])[odd.id].error.en == "not known: usable email address"
    [missing] = content.messages(content.template("service_checkup"), [odd.id])[odd.id].missing
    assert missing.zh == "可用的邮箱"


def keep(key, record_id, value):
    party = catalogue.describe("party")
    with connection.cursor() as cursor:
        cursor.execute(
            f'update "{party.table}" set "{party.fields[key].column}" = %s where id = %s', [value, record_id]
        )


def columns(*keys):
    from zhike.platform.exchange.types import LoadColumn

    return [LoadColumn(key) for key in keys]


@pytest.mark.django_db
def test_a_name_with_a_line_break_is_one_line(mailbox):
    build_firm()
    broken, fine = customer("客户甲", email="a@example.com"), customer("客户乙", email="b@example.com")
    exchange.load("party", columns=columns("name"), rows=[(broken.id, None, "甲\r\nBcc: x@example.com")], by_id=True)
    enqueue(broken, fine)

    channels.dispatch(mailbox.settings)
    assert states() == ["sent", "sent"]
    message = content.messages(content.template("service_checkup"), [broken.id])[broken.id]
    assert "\n" not in message.subject
    assert "甲 Bcc: x@example.com" in message.text


@pytest.mark.django_db
def test_a_template_that_is_gone_fails_its_messages_only(mailbox):
    build_firm()
    one, other = customer("客户甲", email="a@example.com"), customer("客户乙", email="b@example.com")
    enqueue(one, template="gone")
    enqueue(other)

    channels.dispatch(mailbox.settings)
    assert states() == ["failed", "sent"]
    assert "gone" in errors()[0]


@pytest.mark.django_db
@pytest.mark.parametrize(("where", "state"), [("before", "failed"), ("after", "unknown")])
def test_what_nobody_expected_is_put_down_to_the_message(mailbox, monkeypatch, where, state):
    build_firm()
    enqueue(customer("客户甲", email="a@example.com"), customer("客户乙", email="b@example.com"))
    send = smtp.Mailbox.send

    def once(self, message, recipient, before_data):
        if recipient.startswith("a@"):
            if where == "after":
                before_data()
            raise RuntimeError("意外")
        return send(self, message, recipient, before_data)

    monkeypatch.setattr(smtp.Mailbox, "send", once)
    channels.dispatch(mailbox.settings)
    assert (states(), errors()) == ([state, "sent"], ["RuntimeError: 意外"])


@pytest.mark.django_db
def test_a_worker_that_ends_gives_back_what_has_not_begun_to_leave(mailbox):
    build_firm()
    enqueue(*(customer(f"客户{n}", email=f"c{n}@example.com") for n in range(4)))
    asked = []

    def stopping():
        asked.append(True)
        return len(asked) > 2

    assert channels.dispatch(mailbox.settings, stopping=stopping).sent == 2
    assert states() == ["sent", "sent", "waiting", "waiting"]
    assert set(Delivery.objects.filter(state="waiting").values_list("attempts", "lease_until")) == {(0, None)}
    assert dispatch.dispatch(mailbox.settings).sent == 2


def odd_data():
    raise RuntimeError("资料有误")


def divide_by_nothing():
    with connection.cursor() as cursor:
        cursor.execute("select 1 / 0")


def failing_for(monkeypatch, *names, how=odd_data):
    """The gate raises about these people, or about everybody."""
    decide = running.compliance.decide
    numbers = bulk.facts("party", list(Member.objects.values_list("party_id", flat=True)), ["customer_no"])
    bad = {party_id for party_id, facts in numbers.items() if facts["customer_no"] in names}

    def raises(touch, party_ids, **given):
        if not names or bad & set(party_ids):
            how()
        return decide(touch, party_ids, **given)

    monkeypatch.setattr(running.compliance, "decide", raises)
    return bad


def counted(campaign):
    return {key: n for key, n in asdict(standing.counts(campaign, principal=SYSTEM)).items() if n}


def test_one_person_who_cannot_be_taken_through_the_gate_fails_alone(desk, monkeypatch):
    campaign, _seen = desk.launch("service_checkup")
    [bad] = failing_for(monkeypatch, "000000005")
    while campaigns.advance():
        pass

    assert counted(campaign) == {"chosen": 12, "refused": 4, "waiting": 7, "failed": 1}
    failed = Member.objects.get(campaign__uid=campaign.uid, state="failed")
    assert (failed.party_id, failed.error) == (bad, "RuntimeError: 资料有误")
    assert standing.get(campaign.uid, principal=SYSTEM).state == "running"


def test_a_campaign_that_cannot_go_on_is_paused_with_its_reason_and_the_next_one_runs(desk, monkeypatch):
    first, _seen = desk.launch("service_checkup")
    template = channels.template("service_checkup")
    Campaign.objects.filter(uid=first.uid).update(template="gone")
    second, _seen = desk.launch("service_checkup")
    while campaigns.advance():
        pass

    stuck = standing.get(first.uid, principal=SYSTEM)
    assert (stuck.state, Member.objects.filter(campaign__uid=first.uid, state="waiting").count()) == ("paused", 12)
    entry = standing.timeline(stuck, principal=SYSTEM)[0]
    assert (entry.operation, "gone" in entry.reason) == ("pause", True)
    assert counted(second) == {"chosen": 12, "refused": 4, "waiting": 8}

    Campaign.objects.filter(uid=first.uid).update(template=template.key)
    campaigns.resume(first.uid, revision=stuck.revision, principal=SYSTEM)
    while campaigns.advance():
        pass
    assert counted(first) == {"chosen": 12, "refused": 4, "waiting": 8}


def test_what_the_database_says_of_one_persons_data_hurts_that_person_only(desk, monkeypatch):
    first, _seen = desk.launch("service_checkup")
    second, _seen = desk.launch("service_checkup")
    failing_for(monkeypatch, "000000005", how=divide_by_nothing)
    while campaigns.advance():
        pass

    assert Member.objects.filter(state="failed", error__contains="division by zero").count() == 2
    assert [counted(one)["waiting"] for one in (first, second)] == [7, 7]
    assert [standing.get(one.uid, principal=SYSTEM).state for one in (first, second)] == ["running"] * 2


def test_a_goal_beyond_the_calendar_is_not_launched_and_holds_nothing_up(desk):
    first, _seen = desk.launch("service_checkup")
    second, _seen = desk.launch("service_checkup")
    Campaign.objects.filter(uid=first.uid).update(goal_days=10_000)  # as one of before, that nobody asked
    while campaigns.advance():
        pass
    found = [standing.get(one.uid, principal=SYSTEM) for one in (first, second)]
    assert [(one.state, counted(one)["waiting"]) for one in found] == [("running", 8)] * 2

    Campaign.objects.filter(uid=second.uid).update(state="confirmed", goal_days=10_000)
    with pytest.raises(OutsideCalendar):
        campaigns.launch(second.uid, revision=found[1].revision, principal=SYSTEM)
    assert standing.get(second.uid, principal=SYSTEM).state == "confirmed"


def test_what_the_database_says_of_one_message_hurts_that_message_only(desk, mailbox, monkeypatch):
    desk.launch("service_checkup")
    while campaigns.advance():
        pass
    bad = Delivery.objects.filter(state="waiting").order_by("pk").values_list("party_id", flat=True)[0]
    filled = content.messages

    def raises(template, party_ids):
        if bad in party_ids:
            divide_by_nothing()
        return filled(template, party_ids)

    monkeypatch.setattr(content, "messages", raises)
    done = dispatch.dispatch(mailbox.settings)
    assert (done.sent, done.failed) == (7, 1)
    assert "division by zero" in Delivery.objects.get(party_id=bad, state="failed").error


def unreadable():
    raise BadCursor()


def test_why_a_person_or_a_message_failed_is_read_in_both_languages(desk, mailbox, monkeypatch):
    campaign, _seen = desk.launch("service_checkup")
    [bad] = failing_for(monkeypatch, "000000005", how=unreadable)
    while campaigns.advance():
        pass
    monkeypatch.setattr(smtp.Mailbox, "send", lambda *_given: unreadable())
    channels.dispatch(mailbox.settings)

    rows, _more, _count = standing.members(campaign.uid, state="failed", principal=SYSTEM)
    told = [reason["labels"] for row in rows for reason in row.reasons]
    assert (channels.counts(campaign.uid), told) == ({"failed": 7}, [{"zh": BadCursor.zh, "en": BadCursor.en}] * 8)
    Member.objects.filter(party_id=bad).update(error_en="")  # as one of before
    rows, _more, _count = standing.members(campaign.uid, state="failed", principal=SYSTEM)
    assert [row.reasons[0]["labels"] for row in rows if row.party_id == bad] == [
        {"zh": BadCursor.zh, "en": BadCursor.zh}
    ]


def test_a_server_that_is_away_and_why_a_campaign_was_paused_are_read_in_both_languages(desk, mailbox):
    campaign, _seen = desk.launch("service_checkup")
    away.put_aside("email", Labels("邮件服务器的证书未通过验证", "the certificate was not accepted"))
    shown = screens.campaign_out(standing.get(campaign.uid, principal=SYSTEM), SYSTEM)
    away.resume("email")
    assert shown["channel_away"]["error"] == {
        "zh": "邮件服务器的证书未通过验证",
        "en": "the certificate was not accepted",
    }
    assert {event["reason"] for event in shown["timeline"]} == {None}

    Campaign.objects.filter(uid=campaign.uid).update(template="gone")
    while campaigns.advance():
        pass
    Campaign.objects.filter(uid=campaign.uid).update(template="service_checkup")
    shown = screens.campaign_out(standing.get(campaign.uid, principal=SYSTEM), SYSTEM)
    reason = shown["timeline"][0]["reason"]
    assert (shown["state"], reason["zh"][:11], reason["en"][:27]) == (
        "paused",
        "没有模板“gone”。",
        "There is no template 'gone'",
    )
