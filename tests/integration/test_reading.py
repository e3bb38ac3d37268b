"""A reading block sees one state of the database; it begins again where its state is too old for what it does."""

from __future__ import annotations

import json
from contextlib import suppress
from contextvars import copy_context
from threading import Event, Thread

import psycopg
import pytest
from django.db import connection
from django.test import Client

from tests.factories.records import build_firm
from tests.factories.waiting import until_it_waits
from zhike.kernel import database, definitions
from zhike.kernel.errors import Contended
from zhike.kernel.models import ClockSetting
from zhike.platform.organization.models import User

#: Whether the turn "counting" is free, and is taken now.
TAKEN = "select pg_try_advisory_lock(hashtextextended('counting', 0))"


@pytest.fixture
def firm(own_database):
    return build_firm()


def names():
    return sorted(User.objects.values_list("name", flat=True))


def test_rows_and_definitions_are_of_one_instant(firm, own_database):
    """Whatever others commit while a block reads, it sees what was there when it began; the next one sees it all."""
    with psycopg.connect(own_database, autocommit=True) as other:

        def read():
            before = names(), definitions.version()
            other.execute("insert into kernel_definitionversion (version) values (999999)")
            other.execute("update organization_user set name = '改名' where employee_no = 'E1001'")
            assert (names(), definitions.version()) == before
            return before

        before = database.read_as_one(read)
    assert "改名" not in before[0] and "改名" in names()
    assert database.read_as_one(lambda: definitions.snapshot().version) == 999_999


def test_the_definitions_are_those_of_its_own_instant_whatever_was_read_before(firm, own_database):
    with definitions.pinned(), psycopg.connect(own_database, autocommit=True) as other:
        old = definitions.snapshot().version
        other.execute("insert into kernel_definitionversion (version) values (999999)")
        assert database.read_as_one(lambda: definitions.snapshot().version) == 999_999
        assert definitions.snapshot().version == old


def test_a_block_inside_another_acts_on_that_ones_definitions(firm, own_database):
    """Whatever is published meanwhile: a request that has begun to act on definitions goes on with the same."""
    with definitions.pinned(), psycopg.connect(own_database, autocommit=True) as other:
        old = definitions.snapshot().version
        other.execute("insert into kernel_definitionversion (version) values (999999)")
        with definitions.pinned():
            assert definitions.snapshot().version == old
        with database.writing():
            assert definitions.snapshot().version == old
    assert definitions.snapshot().version == 999_999


def test_what_is_written_over_something_newer_is_begun_again(firm, own_database):
    tries = []
    with psycopg.connect(own_database, autocommit=True) as other:

        def read():
            seen = names()
            if not tries:
                other.execute("update organization_user set name = '改名' where employee_no = 'E1001'")
            tries.append(seen)
            User.objects.filter(employee_no="E1001").update(language="en")

        database.read_as_one(read)
    assert ["改名" in seen for seen in tries] == [False, True]
    assert User.objects.get(employee_no="E1001").language == "en"


def test_who_meets_newer_rows_again_and_again_is_told_to_come_back(firm, own_database):
    with psycopg.connect(own_database, autocommit=True) as other:

        def read():
            names()
            other.execute("update organization_user set name = name || '改' where employee_no = 'E1001'")
            User.objects.filter(employee_no="E1001").update(language="en")

        with pytest.raises(Contended):
            database.read_as_one(read)
    assert User.objects.get(employee_no="E1001").name == "林晓岚改改改改改"


def test_a_turn_is_waited_for_before_anything_is_read(firm, own_database):
    """Of two who count before they write, the second sees what the first has written."""
    counts, first_has_read, others_wait = [], Event(), Event()

    def count():
        database.in_turn("counting")
        counts.append(ClockSetting.objects.count())
        if not first_has_read.is_set():
            first_has_read.set()
            others_wait.wait(30)
        ClockSetting.objects.create(offset="1 day")

    def other():
        try:
            database.read_as_one(count)
        finally:
            connection.close()

    threads = [Thread(target=copy_context().run, args=(other,)) for _ in range(2)]
    with psycopg.connect(own_database, autocommit=True) as watcher:
        threads[0].start()
        assert first_has_read.wait(30)
        threads[1].start()
        until_it_waits(threads[1], watcher)
        others_wait.set()
        for thread in threads:
            thread.join()
        held = watcher.execute("select count(*) from pg_locks where locktype = 'advisory'").fetchone()
    assert (counts, held) == ([0, 1], (0,))


def fail():
    raise LookupError


def test_what_parts_of_an_answer_ask_alike_is_asked_once_of_each_state(firm, own_database):
    """Outside of a reading block it is asked each time, and a block that begins again asks its new state."""
    asked = []

    def ask():
        asked.append(names())
        return asked[-1]

    assert database.once("names", ask) == database.once("names", ask) == names()
    assert len(asked) == 2
    asked.clear()
    with psycopg.connect(own_database, autocommit=True) as other:

        def read():
            twice = database.once("names", ask), database.once("names", ask)
            if len(asked) == 1:
                other.execute("update organization_user set name = '改名' where employee_no = 'E1001'")
            User.objects.filter(employee_no="E1001").update(language="en")
            return twice

        first, second = database.read_as_one(read)
    assert first is second and "改名" in first
    assert ["改名" in seen for seen in asked] == [False, True]


@pytest.mark.parametrize("ends", [names, fail])
def test_a_turn_is_given_back_with_the_block(firm, own_database, ends):
    """The connection goes on to other requests: who waits for the turn does not wait for them."""

    def read():
        database.in_turn("counting")
        ends()

    with suppress(LookupError):
        database.read_as_one(read)
    with psycopg.connect(own_database, autocommit=True) as other:
        assert other.execute(TAKEN).fetchone() == (True,)


def test_after_a_block_a_turn_is_waited_for_where_one_is(firm, own_database):
    """The thread goes on to requests that write: there is nothing to begin again in them."""
    database.read_as_one(names)
    with database.writing(), psycopg.connect(own_database, autocommit=True) as other:
        database.in_turn("counting")
        assert other.execute(TAKEN).fetchone() == (False,)


def test_after_a_block_the_connection_reads_what_is_newest_again(firm, own_database):
    database.read_as_one(names)
    with psycopg.connect(own_database, autocommit=True) as other, database.writing():
        names()
        other.execute("update organization_user set name = '改名' where employee_no = 'E1001'")
        assert "改名" in names()


def test_a_series_of_whole_numbers_is_kept_by_a_route_that_reads(firm, settings):
    settings.FIND_SERIES = 1
    client = Client()
    client.force_login(User.objects.get(employee_no="E3001"))

    def ask(number):
        body = json.dumps({"q": number})
        return client.post("/api/v1/objects/party/query", body, content_type="application/json").status_code

    assert [ask("13800001234"), ask("13800001234"), ask("13911112222")] == [200, 200, 429]
