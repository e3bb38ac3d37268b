"""A message that has certainly reached nobody takes no place of a frequency cap: others may reach the same people."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories.records import SYSTEM
from tests.integration.engagement.test_campaign_life import again, run_all
from zhike.engagement.campaigns import api as campaigns
from zhike.engagement.channels import api as channels
from zhike.engagement.channels.logic import dispatch
from zhike.engagement.channels.models import Delivery
from zhike.engagement.compliance.models import CapReservation
from zhike.kernel import clock

REACHED, CAP = 8, 2


def places() -> int:
    return CapReservation.objects.filter(channel="email").count()


@pytest.fixture
def launched(desk):
    """How to launch a campaign whose messages wait; the cap lets each person be reached by two in seven days."""

    def launch():
        campaign, seen = desk.launch("service_checkup")
        run_all()
        assert seen.reachable == REACHED
        assert channels.counts(campaign.uid) == {"waiting": REACHED}
        return campaign

    return launch


def stop(campaign) -> None:
    campaigns.stop(campaign.uid, revision=again(campaign).revision, principal=SYSTEM)


def test_who_was_to_be_reached_by_a_campaign_that_is_stopped_may_be_reached_by_others(launched, mailbox):
    for _twice in range(CAP):
        stop(launched())
        assert places() == 0
    third = launched()
    assert channels.dispatch(mailbox.settings).sent == REACHED
    assert (places(), channels.counts(third.uid)) == (REACHED, {"sent": REACHED})
    stop(third)
    assert places() == REACHED, "what was sent keeps its place"


def test_what_the_server_refused_takes_no_place(launched, mailbox):
    mailbox.rcpt_answer = "550 5.1.1 no such user"
    for _twice in range(CAP):
        failed = launched()
        assert channels.dispatch(mailbox.settings).failed == REACHED
        assert (channels.counts(failed.uid), places()) == ({"failed": REACHED}, 0)
    launched()


def test_what_waited_longer_than_the_firms_patience_takes_no_place(launched, mailbox):
    campaign = launched()
    Delivery.objects.update(tried_since=clock.now() - timedelta(hours=25))
    mailbox.rcpt_answer = "450 busy"
    channels.dispatch(mailbox.settings | {"busy_after": 50})
    assert (channels.counts(campaign.uid), places()) == ({"failed": REACHED}, 0)


def test_what_waited_too_long_for_a_server_that_is_away_takes_no_place(launched):
    campaign = launched()
    with clock.travel(clock.now() + timedelta(hours=25)):
        dispatch._give_up(timedelta(hours=24))
    assert (channels.counts(campaign.uid), places()) == ({"failed": REACHED}, 0)


def test_what_was_leaving_when_it_was_stopped_gives_its_place_back_once_it_did_not_leave(launched, mailbox):
    campaign = launched()
    [row] = dispatch._claim(1)
    dispatch._mark_sending(row)
    stop(campaign)
    assert places() == 1
    dispatch._try_later(row, "450 busy")
    assert (channels.counts(campaign.uid), places()) == ({"stopped": REACHED}, 0)


def test_what_nobody_knows_the_outcome_of_keeps_its_place(launched, mailbox, desk):
    mailbox.data_answer = "who knows"
    for _twice in range(CAP):
        unknown = launched()
        assert channels.dispatch(mailbox.settings).unknown == REACHED
        stop(unknown)
    assert places() == REACHED * CAP
    _third, seen = desk.launch("service_checkup")
    assert seen.reachable == 0
    run_all()
    assert channels.counts(_third.uid) == {}
