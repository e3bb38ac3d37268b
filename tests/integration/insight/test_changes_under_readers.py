"""Fields are added and widened while people read and a night runs: no error, and nothing half done."""

from __future__ import annotations

import json
from collections import Counter
from threading import Event, Thread

import pytest
from django.db import connection
from django.test import Client
from psycopg import sql

from tests.depth import examples
from tests.integration.insight.conftest import run_stage
from zhike.kernel import definition_changes, jobs, waiting_changes
from zhike.kernel.definition_changes import Edit
from zhike.kernel.definition_errors import TablesInUse
from zhike.kernel.models import Run
from zhike.platform.objects import catalogue
from zhike.platform.objects.models import PhysicalObject
from zhike.platform.organization import api as organization
from zhike.platform.organization.models import User

READERS = 8
PROVING = examples(1) > 1
RECORDS = 2_000_000 if PROVING else 2_000
#: How long a reader looks at a page, in seconds: a machine of two cores that is asked by eight without a pause does nothing else.
THINKING = 1.0 if PROVING else 0.0
#: What may be answered. At the size of a broker a question may be stopped after its ten seconds, in words.
ALLOWED = {200: "", 422: "too_costly"} if PROVING else {200: ""}
PAGE = {"columns": ["name", "total_asset", "risk_level"], "limit": 50}
COUNTED = {"condition": {"op": "=", "left": {"field": "risk_level"}, "right": {"value": "C3", "type": "text"}}}


def extended(digits):
    """An extension with a name and a share of so many digits."""
    return {
        "kind": "extension",
        "key": "noted",
        "of": "party",
        "labels": {"zh": "备注", "en": "Noted"},
        "fields": [
            {"key": "noted_as", "type": "text", "searchable": "name", "labels": {"zh": "备注名", "en": "Noted as"}},
            {"key": "share", "type": "percent", "digits": digits, "labels": {"zh": "占比", "en": "Share"}},
        ],
    }


@pytest.fixture
def many(golden_day):
    """The golden day with as many records again as a large broker has customers."""
    table = PhysicalObject.objects.get(key="party").table
    with connection.cursor() as cursor:
        cursor.execute(
            "select column_name from information_schema.columns where table_name = %s and column_name <> 'id'", [table]
        )
        columns = [row[0] for row in cursor.fetchall()]
        made = {"uid": "gen_random_uuid()"}
        made |= {one: "'many ' || n" for one in columns if one == "source_key" or one.endswith("_customer_no")}
        values = sql.SQL(", ").join(sql.SQL(made[one]) if one in made else sql.Identifier("t", one) for one in columns)
        cursor.execute("set session_replication_role = replica")
        cursor.execute(
            sql.SQL("insert into {} ({}) select {} from (select * from {} limit 1) t, generate_series(1, {}) n").format(
                sql.Identifier(table),
                sql.SQL(", ").join(map(sql.Identifier, columns)),
                values,
                sql.Identifier(table),
                sql.Literal(RECORDS),
            )
        )
        cursor.execute("reset session_replication_role")
        cursor.execute(sql.SQL("analyze {}").format(sql.Identifier(table)))
    return golden_day


def changed(body):
    """Make a change as the command does: at once, or by a run that is taken up until the tables are free."""
    try:
        definition_changes.change([Edit.of(body)], reason="加字段")
    except TablesInUse:
        run = Run.objects.get(uid=waiting_changes.hand_over([Edit.of(body)], reason="加字段", consent=False))
        while run.state == Run.State.WAITING:
            jobs.execute(run=str(run.uid))
            run.refresh_from_db()
        assert run.state == Run.State.DONE, run.error


def test_fields_are_added_and_widened_while_people_read_and_a_night_runs(many):
    operator, _password = organization.add_user(employee_no="E90001", name="运营", role="operator", unit="HQ")
    user = User.objects.get(pk=operator.id)
    faults, done, over = [], Counter(), Event()

    def read(name):
        client = Client(raise_request_exception=False)
        client.force_login(user)
        try:
            while not over.is_set() or not done[name]:
                answered = 0
                for path, body in (("/objects/party/query", PAGE), ("/objects/party/count", COUNTED)):
                    answer = client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")
                    if ALLOWED.get(answer.status_code) != answer.json().get("code", ""):
                        faults.append((path, answer.status_code, answer.content.decode()))
                    answered += answer.status_code == 200
                done[name] += answered == 2
                over.wait(THINKING)
        except Exception as error:
            faults.append(repr(error))
        finally:
            connection.close()

    def night():
        try:
            run_stage(many)
        except Exception as error:
            faults.append(repr(error))
        finally:
            connection.close()

    threads = [Thread(target=read, args=(number,)) for number in range(READERS)] + [Thread(target=night)]
    for thread in threads:
        thread.start()
    try:
        changed(extended(6))
        changed(extended(12))
        threads[-1].join()
        changed(extended(14))
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert faults == []
    fields = catalogue.describe("party").fields
    assert {"noted_as", "share"} <= set(fields)
    assert [found.revision for found in definition_changes.history("extension", "noted")] == [3, 2, 1]
    assert all(done[number] for number in range(READERS))
