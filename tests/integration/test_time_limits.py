"""A question of a person that works too long is stopped and says so; jobs and whoever writes take their time."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test import Client, override_settings

from tests.factories.records import build_firm, customer
from tests.integration.audiences import day
from zhike.expressions import trees
from zhike.insight.audiences.logic import counting
from zhike.insight.serving.logic import published
from zhike.insight.warehouse import api as warehouse
from zhike.kernel import database, time_limits
from zhike.kernel.errors import TooCostly
from zhike.platform.objects.logic import listing
from zhike.platform.organization.models import User
from zhike.platform.records import blocks

#: Rows by the billion: no engine counts them within the limit of these tests, and a test without a limit fails in the end.
LONG = "select sum(hash(a.i * b.i)) from range(40000) a(i), range(25000) b(i)"


def briefly():
    """Questions of the block are stopped soon; what is to be answered has the time of a busy machine."""
    return override_settings(QUESTION_SECONDS=0.5)


@pytest.fixture(autouse=True)
def patient(settings):
    settings.QUESTION_SECONDS = 60


@pytest.fixture
def firm(own_database):
    return build_firm()


def asked(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def signed_in(number, language="zh"):
    client = Client(headers={"accept-language": language})
    client.force_login(
        User.objects.get(employee_no=number), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def post(client, path, body):
    answer = client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


def slow(*_given, **_named):
    asked("select 1 from pg_sleep(60)")


def test_a_statement_of_a_reading_block_is_stopped_and_the_connection_goes_on(firm):
    with briefly(), pytest.raises(TooCostly) as stopped:
        database.read_as_one(slow)
    assert (stopped.value.code, stopped.value.status) == ("too_costly", 422)
    assert asked("select 1") == 1
    assert asked("show statement_timeout") == "0"
    assert database.read_as_one(lambda: asked("select 2")) == 2


def test_who_writes_and_what_runs_beside_take_their_time(firm):
    with briefly():
        with database.writing():
            assert asked("select 3 from pg_sleep(0.6)") == 3
        assert asked("select 4 from pg_sleep(0.6)") == 4
    with warehouse.session() as found, found.limited():
        assert found.rows(trees.sql("select count(*) from range(10)")) == [(10,)]


def test_a_list_that_is_stopped_says_so_in_both_languages_and_the_next_one_answers(firm, monkeypatch):
    customer("张三丰")
    with briefly(), monkeypatch.context() as patched:
        patched.setattr(listing, "present", slow)
        found = {lang: post(signed_in("E3001", lang), "/objects/party/query", {}) for lang in ("zh", "en")}
    for status, body in found.values():
        assert (status, body["code"], body["facts"]) == (422, "too_costly", {"seconds": 0}), body
    assert "太费时" in found["zh"][1]["message"] and "too long" in found["en"][1]["message"]
    status, body = post(signed_in("E3001"), "/objects/party/query", {})
    assert (status, len(body["rows"])) == (200, 1)


def test_a_block_that_is_stopped_leaves_the_rest_of_the_page(firm, monkeypatch):
    uid = customer("张三丰").uid
    monkeypatch.setattr(blocks.api, "history", slow)
    with override_settings(QUESTION_SECONDS=3):
        answer = signed_in("E3001").get(f"/api/v1/pages/customer?record={uid}")
    found = answer.json()["blocks"]
    assert answer.status_code == 200
    assert found["party_history"]["error"]["code"] == "too_costly"
    assert found["party_identity"]["state"] == found["party_coverages"]["state"] == "ok"


def test_a_question_to_the_warehouse_is_stopped_and_the_next_one_answers(firm):
    for session in (warehouse.session, lambda: warehouse.session(lookup=True)):
        with briefly(), pytest.raises(TooCostly), time_limits.limited(), session() as found:
            found.rows(trees.sql(LONG))
        with time_limits.limited(), session() as found:
            assert found.rows(trees.sql("select 42")) == [(42,)]


def test_an_audience_that_is_stopped_says_so_and_the_next_one_answers(firm, monkeypatch):
    day.build()
    client, body = signed_in("E3001"), {"condition": day.money("total_asset", ">=", "300000")}
    with briefly(), monkeypatch.context() as patched:
        patched.setattr(counting, "_total", lambda _table: trees.sql(f"({LONG})"))
        # Of another condition: what was put into words once is kept with its own.
        status, said = post(client, "/audiences/preview", {"condition": day.money("total_asset", ">=", "299999")})
    assert (status, said["code"]) == (422, "too_costly"), said
    status, found = post(client, "/audiences/preview", body)
    assert (status, found["count"]) == (200, 6)
    table = published.published()
    with time_limits.unlimited(), table.session() as session:
        assert session.rows(trees.sql("select count(*) from wide")) == [(12,)]


def test_the_limit_never_rings_after_its_block():
    """A block that has ended cannot stop what its engine is at by then."""
    rung = []
    with time_limits.limited(), time_limits.stopping(lambda: rung.append(True)):
        pass
    watch = time_limits._Watch(lambda: rung.append(True))
    assert watch.ended() is False
    watch.ring()
    assert rung == []
