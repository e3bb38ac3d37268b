"""Hours or weeks lie between the gate's yes and the moment a message leaves: it is asked again, about a batch at once."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.factories.records import SYSTEM, consent
from tests.integration.engagement.test_campaign_life import again, by_number, run_all
from zhike.engagement.campaigns import api as campaigns
from zhike.engagement.campaigns import standing
from zhike.engagement.campaigns.logic import assigned
from zhike.engagement.campaigns.types import PutOff
from zhike.engagement.channels import api as channels
from zhike.engagement.channels.errors import NotResendable
from zhike.engagement.channels.logic import asking, content, dispatch
from zhike.engagement.channels.models import Delivery
from zhike.engagement.compliance import api as compliance
from zhike.engagement.compliance.models import CapReservation, Decision
from zhike.kernel import clock, database, definitions
from zhike.kernel.models import Event
from zhike.platform.objects import api as objects


@pytest.fixture
def allowed(desk):
    """A campaign of which the gate allowed eight messages; none has left."""
    campaign, _seen = desk.launch("service_checkup")
    run_all()
    return campaign


def counted(campaign):
    return {key: n for key, n in asdict(standing.counts(campaign, principal=SYSTEM)).items() if n}


def later(**given):
    database.set_clock_offset(database.read_clock_offset() + timedelta(**given))


def decisions(campaign, party_id):
    rows = Decision.objects.filter(origin_uid=campaign.uid, party_id=party_id, channel="email").order_by("occurrence")
    return [(row.occurrence, row.allowed, row.leaving, [reason["code"] for reason in row.reasons]) for row in rows]


def test_who_withdrew_consent_meanwhile_gets_no_message_and_is_counted_as_refused(allowed, mailbox):
    party = by_number()["000000001"]
    later(days=14)
    said = consent(party, "email", "withdrawn", since=clock.today())
    before = {code: n for code, _labels, n in compliance.refusals(origin_uid=allowed.uid, channel="email")}

    done = channels.dispatch(mailbox.settings)

    objects.delete("consent", said.uid, revision=said.revision, principal=SYSTEM)
    assert (done.sent, done.refused, len(mailbox.messages)) == (7, 1, 7)
    assert counted(allowed) == {"chosen": 12, "refused": 5, "sent": 7}
    assert decisions(allowed, party.id) == [(1, True, False, []), (2, False, True, ["consent_withdrawn"])]
    after = {code: n for code, _labels, n in compliance.refusals(origin_uid=allowed.uid, channel="email")}
    assert after == before | {"consent_withdrawn": before.get("consent_withdrawn", 0) + 1}
    assert sum(after.values()) == 5
    rows, _more, count = standing.members(allowed.uid, state="refused", reason="consent_withdrawn", principal=SYSTEM)
    [row] = [row for row in rows if row.party_id == party.id]
    assert (count, row.state, row.resendable) == (after["consent_withdrawn"], "refused", False)
    assert [reason["code"] for reason in row.reasons] == ["consent_withdrawn"]
    assert standing.members(allowed.uid, state="refused", principal=SYSTEM)[2] == 5
    assert sum(assigned.people(again(allowed)).everybody["refused"].to_pylist()) == 5, "its effect says so, too"
    assert not CapReservation.objects.filter(party_id=party.id, channel="email").exists(), (
        "its place of the cap is given back"
    )
    told = Event.objects.filter(subject="delivery", name="delivery.refused").values_list("subject_id", "payload")
    message = Delivery.objects.get(origin_uid=allowed.uid, party_id=party.id)
    assert list(told) == [(message.pk, {"origin": str(allowed.uid), "party": party.id})]
    with pytest.raises(NotResendable, match="refused by compliance"), transaction.atomic():
        channels.undelivered(allowed.uid, party.id)


def test_in_quiet_hours_nothing_leaves_and_in_the_morning_everything_does(allowed, desk, mailbox):
    later(hours=11, minutes=29)  # 20:59 in Shanghai, the last minute
    assert channels.dispatch(mailbox.settings, limit=1).sent == 1
    later(minutes=1)
    done = channels.dispatch(mailbox.settings)
    assert (done.sent, done.later, done.failed, done.refused) == (0, 7, 0, 0)
    morning = clock.at(desk.morning.date() + timedelta(days=1), 8)
    waiting = Delivery.objects.filter(origin_uid=allowed.uid, state="waiting")
    assert set(waiting.values_list("not_before", "attempts", "lease_until")) == {(morning, 0, None)}
    assert counted(allowed) == {"chosen": 12, "refused": 4, "waiting": 7, "sent": 1}
    assert standing.put_off(again(allowed), principal=SYSTEM) == PutOff(7, morning), "its page says so"
    with clock.travel(morning):
        assert standing.put_off(again(allowed), principal=SYSTEM) is None
        assert channels.dispatch(mailbox.settings).sent == 7


def test_what_waits_for_the_server_or_a_person_does_not_wait_for_the_gate(allowed, mailbox):
    mailbox.data_answer = "450 busy"
    assert channels.dispatch(mailbox.settings, limit=1).later == 1
    assert Delivery.objects.filter(origin_uid=allowed.uid, not_before__gt=clock.now()).count() == 1
    assert standing.put_off(again(allowed), principal=SYSTEM) is None
    mailbox.data_answer = "250 kept"
    later(hours=12)
    channels.dispatch(mailbox.settings)
    assert standing.put_off(again(allowed), principal=SYSTEM) is not None
    campaigns.pause(allowed.uid, revision=again(allowed).revision, principal=SYSTEM)
    assert standing.put_off(again(allowed), principal=SYSTEM) is None


def test_a_text_that_was_changed_after_the_gates_yes_does_not_leave(allowed, mailbox, monkeypatch):
    found = content.template("service_checkup")
    monkeypatch.setattr(content, "template", lambda _key: found.model_copy(update={"body": found.body + "！"}))
    assert channels.dispatch(mailbox.settings).refused == 8
    assert (counted(allowed), len(mailbox.messages)) == ({"chosen": 12, "refused": 12}, 0)
    codes = {code: n for code, _labels, n in compliance.refusals(origin_uid=allowed.uid, channel="email")}
    assert codes["content_changed"] == 8


def test_a_message_that_has_the_last_place_of_a_cap_leaves(allowed, desk, mailbox):
    second, _seen = desk.launch("service_checkup")
    run_all()
    assert (
        CapReservation.objects.filter(channel="email").count() == 16
    )  # two of two in seven days, all taken by those who wait
    assert channels.dispatch(mailbox.settings).sent == 16
    assert (counted(allowed)["sent"], counted(second)["sent"]) == (8, 8)


def test_a_contact_counts_from_when_it_leaves(allowed, desk, mailbox):
    later(days=21)
    with clock.travel(clock.now()):
        assert channels.dispatch(mailbox.settings).sent == 8
        assert set(CapReservation.objects.filter(channel="email").values_list("at", flat=True)) == {clock.now()}


def test_places_that_others_took_meanwhile_count(allowed, desk, mailbox):
    later(days=21)
    for _n in range(2):
        desk.launch("service_checkup")
    run_all()
    done = channels.dispatch(mailbox.settings)
    assert (done.sent, done.refused) == (16, 8)
    assert counted(allowed) == {"chosen": 12, "refused": 12}


def test_as_many_queries_for_many_as_for_one(allowed):
    def asked(count):
        rows = dispatch._claim(count)
        filled = dispatch._filled(rows)
        with definitions.pinned(), CaptureQueriesContext(connection) as queries:
            assert len(asking.ask(rows, filled).leave) == count
        # The installation's clock is read once a second, whoever asks.
        return sum("clocksetting" not in query["sql"] for query in queries)

    asked(1)  # what is kept of definitions is read once
    assert asked(1) == asked(6)


def test_what_was_stopped_meanwhile_is_no_refusal(allowed, mailbox):
    party = by_number()["000000001"]
    rows = dispatch._claim(8)
    said = consent(party, "email", "withdrawn", since=clock.today())
    channels.stop(allowed.uid)
    answers = asking.ask(rows, dispatch._filled(rows))
    objects.delete("consent", said.uid, revision=said.revision, principal=SYSTEM)
    assert (answers.leave, answers.refused, answers.lost) == ([], 0, rows)
    assert decisions(allowed, party.id) == [(1, True, False, [])]
    assert counted(allowed) == {"chosen": 12, "refused": 4, "stopped": 8}


def test_what_has_not_begun_to_leave_when_the_claim_runs_out_is_asked_about_anew(allowed, mailbox, monkeypatch):
    send, asked = dispatch._send, []

    def slow(row, *given):
        asked.append(row.pk)
        later(seconds=45)
        return send(row, *given)

    monkeypatch.setattr(dispatch, "_send", slow)
    done = channels.dispatch(mailbox.settings)
    assert (done.sent, done.later) == (2, 6)  # after 45 and 90 seconds of two minutes
    assert len(asked) == 3, "the server is not asked about those for whom no time is left"
    assert set(Delivery.objects.filter(state="waiting").values_list("attempts", "lease_until")) == {(0, None)}
    monkeypatch.undo()
    assert channels.dispatch(mailbox.settings).sent == 6


@pytest.mark.parametrize("everybody", [False, True])
def test_one_about_whom_the_gate_cannot_be_asked_fails_alone_and_a_broken_gate_fails_nobody(
    allowed, mailbox, monkeypatch, everybody
):
    ask = compliance.ask_again
    bad = Delivery.objects.filter(state="waiting").order_by("pk")[0].decision_id

    def raises(leaving):
        if everybody or bad in {one.decision_id for one in leaving}:
            raise RuntimeError("资料有误")
        return ask(leaving)

    monkeypatch.setattr(compliance, "ask_again", raises)
    if everybody:
        with pytest.raises(RuntimeError):
            channels.dispatch(mailbox.settings)
        assert (counted(allowed), len(mailbox.messages)) == ({"chosen": 12, "refused": 4, "waiting": 8}, 0)
        return
    channels.dispatch(mailbox.settings)
    assert counted(allowed) == {"chosen": 12, "refused": 4, "failed": 1, "sent": 7}
    assert Delivery.objects.get(state="failed").error == "RuntimeError: 资料有误"
