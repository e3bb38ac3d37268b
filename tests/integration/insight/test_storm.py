"""A storm of publications while people read: every answer is of one day, and none is an error."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from threading import Event, Thread

from django.db import connection
from django.test import Client

from tests.depth import examples
from tests.factories import lake
from zhike.expressions import trees
from zhike.insight.serving.logic import served_files, wide_row
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.logic import stages
from zhike.platform.objects.logic import retired_tables
from zhike.platform.organization import api as organization
from zhike.platform.organization.models import User

#: Each publication shows a day on which everybody owns as much as that day's number says.
EVERYBODY = {"op": ">=", "left": {"field": "total_asset"}, "right": {"value": "0", "type": "decimal"}}
READERS = 8


def publish(first, number, people):
    """Show the day after so many days, on which everybody has `number`."""
    day = first + timedelta(days=number)
    with warehouse.session() as session:
        select = trees.sql(
            f"select * replace (date '{day}' as business_date, {number}::decimal(28, 10) as total_asset) from _last"
            f" where business_date = date '{first}'",
            last=session.table(served_files.DATASET, first=first, last=first),
        )
        session.write(served_files.DATASET, day.isoformat(), select, sorted_by=("party_id",))
    wide_row.prepare(day, None)
    stages.publish(day)
    retired_tables.drop()


def day_of(first, number):
    return str(first + timedelta(days=int(number)))


def ask(client, path, body):
    answer = client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


def wrong(client, first, people):
    """What two questions at this instant answered that is of two days, or an error."""
    found = []
    status, page = ask(client, "/objects/party/query", {"columns": ["total_asset"], "limit": 50})
    seen = {row["values"]["total_asset"] for row in page.get("rows", ())}
    if status != 200 or {day_of(first, float(one or 0)) for one in seen} != {str(page["as_of"]["warehouse"])}:
        found.append(("list", status, sorted(map(str, seen)), page.get("as_of", page)))
    status, counted = ask(client, "/audiences/preview", {"condition": EVERYBODY})
    if status != 200 or day_of(first, float(counted["total"]["value"]) / people) != counted["business_date"]:
        found.append(("audience", status, counted))
    return found


def test_no_answer_is_of_two_days_and_none_is_an_error(golden_day, monkeypatch):
    """`make prove`: 20 publications and more, 4,000 requests and more; here a few of both."""
    publications, asked = max(4, examples(1) // 2), examples(100)
    monkeypatch.setattr(retired_tables, "_GRACE", "1 second")
    operator, _password = organization.add_user(employee_no="E90001", name="运营", role="operator", unit="HQ")
    user = User.objects.get(pk=operator.id)
    people = lake.asked("select count(*) from _rows", rows=served_files.DATASET, day=golden_day)[0][0]
    publish(golden_day, 1, people)
    faults, done, over = [], Counter(), Event()

    def read(name):
        client = Client(raise_request_exception=False)
        client.force_login(user)
        try:
            while not over.is_set() or done[name] < asked // READERS // 2:
                faults.extend(wrong(client, golden_day, people))
                done[name] += 1
        except Exception as error:
            faults.append(repr(error))
        finally:
            connection.close()

    readers = [Thread(target=read, args=(number,)) for number in range(READERS)]
    for thread in readers:
        thread.start()
    for number in range(2, 2 + publications):
        publish(golden_day, number, people)
    over.set()
    for thread in readers:
        thread.join()
    assert faults == []
    assert sum(done.values()) * 2 >= asked - READERS * 2
