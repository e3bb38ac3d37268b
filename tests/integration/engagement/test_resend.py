"""A message that did not arrive is sent again by a person, once, and only if the gate allows it again."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import psycopg
import pytest
from django.db import connection, transaction

from tests.environment import SERVER
from tests.factories.records import SYSTEM, consent
from tests.factories.waiting import until_it_waits
from tests.integration.engagement.test_campaign_life import again, by_number, run_all
from zhike.engagement.campaigns import api as campaigns
from zhike.engagement.campaigns import standing
from zhike.engagement.campaigns.errors import NotNow, WrongState
from zhike.engagement.channels import api as channels
from zhike.engagement.channels.errors import NotResendable
from zhike.engagement.channels.models import Delivery
from zhike.engagement.compliance.models import CapReservation, Decision
from zhike.kernel import clock, database
from zhike.platform.audit import api as audit
from zhike.platform.objects import api as objects

REASON = "客户说没有收到"


@pytest.fixture
def sent(desk, mailbox):
    """A running campaign whose messages were sent, and one of those they were sent to."""
    campaign, _seen = desk.launch("service_checkup")
    run_all()
    channels.dispatch(mailbox.settings)
    return campaign, by_number()["000000001"]


@pytest.fixture
def failed(sent):
    """The same, but the message to this one was rejected, and has given its place of the cap back."""
    Delivery.objects.filter(pk=_delivery(sent).pk).update(state="failed", sent_at=None, error="550 no such mailbox")
    CapReservation.objects.filter(decision_id=_delivery(sent).decision_id).delete()
    return sent


def resend(failed):
    return campaigns.resend(failed[0].uid, failed[1].uid, reason=REASON, principal=SYSTEM)


def decisions(failed):
    rows = Decision.objects.filter(origin_uid=failed[0].uid, party_id=failed[1].id, channel="email")
    return [(row.occurrence, row.allowed) for row in rows.order_by("occurrence")]


def row_of(failed):
    rows, _more, _count = standing.members(failed[0].uid, principal=SYSTEM)
    return next(row for row in rows if row.party_id == failed[1].id)


def test_a_failed_message_is_sent_again_for_a_decision_of_its_own(failed, mailbox):
    assert row_of(failed).resendable and not any(
        row.resendable for row in standing.members(failed[0].uid, state="sent", principal=SYSTEM)[0]
    )
    assert resend(failed).allowed
    assert decisions(failed) == [(1, True), (2, True)]
    delivery = Delivery.objects.get(origin_uid=failed[0].uid, party_id=failed[1].id)
    newest = Decision.objects.get(origin_uid=failed[0].uid, party_id=failed[1].id, channel="email", occurrence=2)
    assert (delivery.state, delivery.error, delivery.decision_id) == ("waiting", "", newest.pk)
    places = CapReservation.objects.filter(party_id=failed[1].id, channel="email")
    assert [place.decision_id for place in places] == [newest.pk], "what arrived nowhere takes no place of the cap"
    entry = audit.history(subject="delivery", subject_id=delivery.pk)[0]
    assert (entry.operation, entry.reason) == ("resend", REASON)

    channels.dispatch(mailbox.settings)
    assert (
        standing.counts(failed[0], principal=SYSTEM).sent,
        standing.counts(failed[0], principal=SYSTEM).refused,
    ) == (8, 4)
    assert sorted(mailbox.messages.values()) == [1] * 7 + [2]
    with pytest.raises(NotResendable):
        resend(failed)


def test_consent_withdrawn_since_is_refused_with_its_reason(failed, mailbox):
    said = consent(failed[1], "email", "withdrawn", since=clock.today())

    verdict = resend(failed)

    objects.delete("consent", said.uid, revision=said.revision, principal=SYSTEM)
    assert [found.code for found in verdict.reasons] == ["consent_withdrawn"]
    assert decisions(failed) == [(1, True), (2, False)]
    channels.dispatch(mailbox.settings)
    assert (
        standing.counts(failed[0], principal=SYSTEM).failed,
        standing.counts(failed[0], principal=SYSTEM).refused,
        sum(mailbox.messages.values()),
    ) == (
        1,
        4,
        8,
    )
    assert [found["code"] for found in row_of(failed).reasons] == ["consent_withdrawn", "failed"]
    assert [entry.operation for entry in audit.history(subject="delivery", subject_id=_delivery(failed).pk)] == [
        "resend_refused"
    ]
    assert resend(failed).allowed, "consent was given again"


def test_an_unknown_outcome_keeps_its_place_of_the_cap(sent):
    Delivery.objects.filter(pk=_delivery(sent).pk).update(state="unknown")
    assert resend(sent).allowed
    Delivery.objects.filter(pk=_delivery(sent).pk).update(state="unknown")
    assert [found.code for found in resend(sent).reasons] == ["frequency_cap"]


def test_nothing_is_resent_in_quiet_hours_or_of_a_campaign_that_does_not_run(failed):
    evening = timedelta(hours=12)
    database.set_clock_offset(database.read_clock_offset() + evening)
    with pytest.raises(NotNow):
        resend(failed)
    database.set_clock_offset(database.read_clock_offset() - evening)
    for act in (campaigns.pause, campaigns.stop):
        act(failed[0].uid, revision=again(failed[0]).revision, principal=SYSTEM)
        assert not row_of(failed).resendable
        with pytest.raises(WrongState):
            resend(failed)
    assert (decisions(failed), _delivery(failed).state) == ([(1, True)], "failed")


def test_two_people_who_press_at_once_send_one_message(failed, mailbox):
    refused = []

    def other() -> None:
        try:
            resend(failed)
        except NotResendable as error:
            refused.append(error.facts["state"])
        finally:
            connection.close()

    with psycopg.connect(SERVER.database_url(connection.settings_dict["NAME"]), autocommit=True) as watcher:
        with transaction.atomic():
            assert resend(failed).allowed
            second = Thread(target=other)
            second.start()
            until_it_waits(second, watcher)
        second.join()
    assert refused == ["waiting"]
    assert decisions(failed) == [(1, True), (2, True)]
    channels.dispatch(mailbox.settings)
    assert sorted(mailbox.messages.values()) == [1] * 7 + [2]


def _delivery(failed) -> Delivery:
    return Delivery.objects.get(origin_uid=failed[0].uid, party_id=failed[1].id)
