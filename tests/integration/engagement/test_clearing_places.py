"""Places of a frequency cap go once they can count for no cap any more, and what the gate says stays what it was."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import transaction

from tests.factories.records import build_firm, customer
from zhike.engagement.compliance import api as compliance
from zhike.engagement.compliance.logic.checks import Gate
from zhike.engagement.compliance.models import CapReservation, Decision
from zhike.engagement.compliance.types import Touch
from zhike.kernel import clock, definitions, housekeeping, jobs
from zhike.kernel.trading_days import trading_calendar

pytestmark = pytest.mark.django_db
LONGEST = 7


def touch(number):
    return Touch("campaign", uuid.UUID(int=number), "reach", "email", "marketing")


@pytest.fixture
def contacted(monkeypatch):
    """A customer who was contacted as many days ago as asked, and what is left of these places after a night."""
    monkeypatch.setattr(housekeeping, "BATCH", 2)
    gate = definitions.all_of(Gate)["default"]
    assert max(days for check in gate.checks for days in check.days_counted()) == LONGEST
    ten = clock.at(trading_calendar().add(clock.today(), 0), 10)
    with clock.travel(ten):
        build_firm()
        party = customer("客户甲", email="a@example.com", status="normal").id

        def contact(*days_ago):
            for number, days in enumerate(days_ago):
                decided = Decision.objects.create(
                    uid=uuid.UUID(int=number),
                    origin_kind="campaign",
                    origin_uid=uuid.UUID(int=number),
                    step="reach",
                    party_id=party,
                    channel="email",
                    allowed=True,
                    decided_at=ten - timedelta(days=days),
                )
                CapReservation.objects.create(decision=decided, party_id=party, channel="email", at=decided.decided_at)
            return party

        yield contact


def left():
    run = jobs.run_now(housekeeping.KIND, "x")
    days = [(clock.now() - at).days for at in CapReservation.objects.order_by("pk").values_list("at", flat=True)]
    return run.result["contacts"], days


def judged(party):
    with transaction.atomic():
        [verdict] = compliance.judge(touch(99), [party])
    return [reason.code for reason in verdict.reasons]


def test_a_place_stays_as_long_as_a_cap_may_count_it_however_short_the_configured_time_is(contacted, settings):
    settings.KEPT_CONTACT_DAYS = 1
    party = contacted(90, 60, LONGEST + 1, LONGEST - 1, 5, 3, 2)
    before = judged(party)
    assert "frequency_cap" in before
    assert left() == (3, [LONGEST - 1, 5, 3, 2])
    assert (judged(party), Decision.objects.filter(party_id=party).count()) == (before, 7)


def test_a_place_stays_for_the_configured_time(contacted, settings):
    settings.KEPT_CONTACT_DAYS = 80
    contacted(81, 79, 2)
    assert left() == (1, [79, 2])


def test_where_there_is_no_gate_nothing_goes(contacted, settings, monkeypatch):
    contacted(900)
    monkeypatch.setattr(definitions, "all_of", lambda _type: {})
    assert left() == (0, [900])
