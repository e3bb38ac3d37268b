"""The gate asked by several at once, and asked again: a cap is never overdrawn, nobody is decided about twice."""

from __future__ import annotations

import uuid
from threading import Thread

import psycopg
import pytest
from django.db import connection, transaction

from tests.factories.records import build_firm, customer
from tests.factories.waiting import until_it_waits
from zhike.engagement.compliance import api as compliance
from zhike.engagement.compliance.logic import gate
from zhike.engagement.compliance.models import CapReservation, Decision
from zhike.engagement.compliance.types import Touch
from zhike.kernel import clock
from zhike.kernel.trading_days import trading_calendar


def touch(number: int) -> Touch:
    return Touch("campaign", uuid.UUID(int=number), "reach", "email", "marketing")


@pytest.fixture
def party(own_database):
    """A customer to whom one more message may go this week; it is ten in the morning."""
    with clock.travel(clock.at(trading_calendar().add(clock.today(), 0), 10)):
        build_firm()
        made = customer("客户甲", email="a@example.com", status="normal")
        with transaction.atomic():
            [first] = compliance.decide(touch(1), [made.id])
        assert first.allowed, first.reasons
        yield made.id


def test_two_origins_never_take_the_last_place_of_a_cap_together(party, own_database):
    answers = []

    def other() -> None:
        try:
            with transaction.atomic():
                answers.extend(compliance.decide(touch(3), [party]))
        finally:
            connection.close()

    with psycopg.connect(own_database, autocommit=True) as watcher:
        with transaction.atomic():
            [ours] = compliance.decide(touch(2), [party])
            second = Thread(target=other)
            second.start()
            until_it_waits(second, watcher)
        second.join()
    assert ours.allowed
    assert [reason.code for answer in answers for reason in answer.reasons] == ["frequency_cap"]
    assert CapReservation.objects.filter(party_id=party).count() == 2


def test_a_party_is_decided_about_once(party):
    with transaction.atomic():
        assert compliance.decide(touch(1), [party]) == []
    assert Decision.objects.filter(party_id=party).count() == 1


def test_parties_whose_numbers_need_more_than_32_bits_are_locked_too(party, own_database):
    far = 2**31
    with transaction.atomic():
        gate._lock([far + 5, 2**40 + 3, far + 2**33 + 5])
        with psycopg.connect(own_database) as watcher:
            held = "select objid from pg_locks where locktype = 'advisory' and classid = %s and granted order by 1"
            assert watcher.execute(held, [gate._LOCK_CLASS]).fetchall() == [(3,), (5,)]
