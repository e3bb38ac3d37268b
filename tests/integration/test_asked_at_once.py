"""What is counted or looked for before it is written holds for those, too, who ask at the same instant."""

from __future__ import annotations

from contextvars import copy_context
from datetime import timedelta
from threading import Thread

import psycopg
import pytest
from django.db import connection, transaction

from tests.factories.records import build_firm, customer
from tests.factories.waiting import until_it_waits
from zhike.kernel import clock, context
from zhike.kernel.models import Event
from zhike.platform.audit.models import Entry
from zhike.platform.objects import api as objects
from zhike.platform.objects.errors import FindSeries
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization.models import User
from zhike.platform.records import api as records
from zhike.platform.records import shares
from zhike.platform.records.errors import UnmaskSeries
from zhike.platform.records.models import Share

NUMBERS = ("13800001234", "13911112222", "13700003333")


@pytest.fixture
def firm(own_database):
    return build_firm()


@pytest.fixture
def at_once(own_database):
    """Do two things of one person at the same instant; return what each answered, or the error that it met.

    The second begins while the first has not committed, and waits for it, if it is to.
    """

    def answer(act, answers):
        try:
            answers.append(act())
        except (FindSeries, UnmaskSeries) as error:
            answers.append(error.code)

    def both(first, second, actor):
        answers, others = [], []

        def other():
            try:
                answer(second, others)
            finally:
                connection.close()

        with context.acting(actor=actor), psycopg.connect(own_database, autocommit=True) as watcher:
            with transaction.atomic():
                answer(first, answers)
                thread = Thread(target=copy_context().run, args=(other,))
                thread.start()
                until_it_waits(thread, watcher)
            thread.join()
        return [*answers, *others]

    return both


def operations(*names):
    return sorted(Entry.objects.filter(operation__in=names).values_list("operation", flat=True))


def test_a_series_of_whole_numbers_is_not_passed_by_two_at_the_same_instant(firm, at_once, settings):
    settings.FIND_SERIES = 2

    def ask(number):
        return objects.page(RecordQuery("party", text=number), principal=firm.operator).rows

    with context.acting(actor="user:E3001"):
        ask(NUMBERS[0])
    answers = at_once(lambda: ask(NUMBERS[1]), lambda: ask(NUMBERS[2]), "user:E3001")
    assert answers == [[], "record.find_series"]
    assert operations("find_by_number", "find_by_number_stopped") == [
        "find_by_number",
        "find_by_number",
        "find_by_number_stopped",
    ]
    assert Event.objects.filter(name="user.find_stopped").count() == 1


def test_a_series_of_unmaskings_is_not_passed_by_two_at_the_same_instant(firm, at_once, settings):
    settings.UNMASK_SERIES = 2
    parties = [customer(f"客户{n}", mobile=number) for n, number in enumerate(NUMBERS)]

    def look(party):
        return records.unmask("party", party.uid, "mobile", reason="回访核对", principal=firm.manager)

    with context.acting(actor="user:E1001"):
        look(parties[0])
    answers = at_once(lambda: look(parties[1]), lambda: look(parties[2]), "user:E1001")
    assert answers == [NUMBERS[1], "record.unmask_series"]
    assert operations("unmask", "unmask_stopped") == ["unmask", "unmask", "unmask_stopped"]


def test_one_record_shared_twice_at_the_same_instant_is_shared_once(firm, at_once):
    party = customer("张三丰")
    colleague = User.objects.get(employee_no="E1002").uid
    today = clock.today()

    def share(days):
        given = shares.share(
            "party", party.uid, user=colleague, until=today + timedelta(days=days), principal=firm.manager
        )
        return given.until

    answers = at_once(lambda: share(7), lambda: share(9), "user:E1001")
    assert answers == [today + timedelta(days=7), today + timedelta(days=9)]
    assert list(Share.objects.values_list("until", flat=True)) == [today + timedelta(days=9)]
