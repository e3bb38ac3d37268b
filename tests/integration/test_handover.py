"""After a handover open work is where the customer is; what was done stays with who did it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from ruamel.yaml import YAML

from tests.factories.records import SYSTEM, build_firm, cover, customer, give_work
from zhike.kernel import clock, definition_changes, event_delivery
from zhike.kernel.definition_changes import Edit
from zhike.kernel.models import Event
from zhike.kernel.written import Written
from zhike.platform.audit import api as audit
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk, catalogue, sets
from zhike.platform.objects.sets import Rows
from zhike.platform.objects.types import Parent, RecordQuery
from zhike.platform.records import api as records
from zhike.platform.work import api as work
from zhike.platform.work.logic import following
from zhike.platform.work.models import WorkItem

PARTIES = RecordQuery("party")
pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return build_firm()


@pytest.fixture
def party(firm):
    """A customer of E1001 with one open and one finished piece of work."""
    found = customer("张三丰")
    for _times in range(2):
        give_work(found.id, "E1001")
    done = work.todo(principal=firm.manager)[0][0]
    work.complete(done.uid, result=done.results[0].key, note="", revision=1, principal=firm.manager)
    return found


def assignees(party):
    """Who has the work once the events are delivered."""
    event_delivery.deliver_all()
    return dict(WorkItem.objects.filter(record_id=party.id).order_by("state").values_list("state", "assignee"))


def end_coverage(party):
    condition = {"op": "=", "left": {"field": "employee_no"}, "right": {"value": "E1001", "type": "text"}}
    rows = objects.page(RecordQuery("coverage", condition=condition), principal=SYSTEM).rows
    row = next(row for row in rows if row.values["party"]["uid"] == str(party.uid))
    objects.update(
        "coverage", row.uid, {"valid_to": clock.today().isoformat()}, revision=row.revision, principal=SYSTEM
    )


@pytest.mark.parametrize("order", ["end first", "begin first"])
def test_open_work_moves_with_a_line_in_the_journal(firm, party, order):
    steps = [lambda: end_coverage(party), lambda: cover(party, "E1002", clock.today())]
    for step in steps if order == "end first" else steps[::-1]:
        assert assignees(party) == {"done": "E1001", "open": "E1001"}
        step()

    assert assignees(party) == {"done": "E1001", "open": "E1002"}
    moved = WorkItem.objects.get(record_id=party.id, state="open")
    assert (moved.revision, moved.pk in {row.subject_id for row in Event.objects.filter(name="work.reassigned")}) == (
        2,
        True,
    )
    line = audit.history(subject="work_item", subject_id=moved.pk)[0]
    assert (line.operation, line.changes) == ("reassign", {"assignee": ["E1001", "E1002"]})
    assert [item.uid for item in work.todo(principal=firm.other_manager)[0]] == [moved.uid]
    assert work.todo(principal=firm.manager)[0] == []


def test_open_work_moves_when_a_service_is_deleted(party):
    cover(party, "E1002", clock.today())
    condition = {"op": "=", "left": {"field": "employee_no"}, "right": {"value": "E1001", "type": "text"}}
    row = objects.page(RecordQuery("coverage", condition=condition), principal=SYSTEM).rows[0]

    objects.delete("coverage", row.uid, revision=row.revision, principal=SYSTEM)

    assert assignees(party) == {"done": "E1001", "open": "E1002"}


def test_work_stays_while_the_assignee_still_serves_or_nobody_does(party):
    cover(party, "E1002", clock.today())
    assert assignees(party)["open"] == "E1001"


def test_work_stays_when_nobody_serves_yet(party):
    end_coverage(party)
    cover(party, "E1002", clock.today() + timedelta(days=1))

    assert assignees(party)["open"] == "E1001"


def test_work_about_somebody_else_stays(party):
    other = customer("李四海")
    give_work(other.id, "E1001")
    end_coverage(party)
    cover(party, "E1002", clock.today())

    assert assignees(other) == {"open": "E1001"}


def test_a_deleted_service_concerns_nobody_but_its_customer(party, monkeypatch):
    asked = []
    monkeypatch.setattr(following, "follow_coverage", lambda parties=None: asked.append(parties) or 0)
    event_delivery.deliver_all()
    asked.clear()
    row = objects.page(RecordQuery("coverage"), principal=SYSTEM).rows[0]
    objects.delete("coverage", row.uid, revision=row.revision, principal=SYSTEM)
    event_delivery.deliver_all()
    assert asked == [[party.id]]


def test_after_a_load_only_work_that_moves_is_locked(firm, party, monkeypatch):
    """All open work is looked at, a part at a time; what stays where it is can be done meanwhile."""
    for name in ("李四海", "王五"):
        give_work(customer(name).id, "E1001")
    end_coverage(party)
    cover(party, "E1002", clock.today())
    monkeypatch.setattr(following, "_BATCH", 2)
    with CaptureQueriesContext(connection) as found:
        assert following.follow_coverage() == 1
    [moved] = WorkItem.objects.filter(assignee="E1002").values_list("pk", flat=True)
    locking = [query["sql"] for query in found if query["sql"].endswith("FOR UPDATE")]
    assert [sql.split(" IN (")[-1].split(")")[0] for sql in locking] == [str(moved)]
    assert WorkItem.objects.filter(state="open").count() == 3


def test_work_about_a_merged_customer_is_about_the_one_that_stays_and_goes_to_its_manager(firm, party):
    """What a campaign asked for about both is asked for once."""
    kept = customer("张三丰（合并后）", branch="B2", manager="E1002")
    twice = give_work(party.id, "E1001")
    WorkItem.objects.filter(origin_uid=give_work(kept.id, "E1002")).update(origin_uid=twice)
    bulk.refer_to("party", {party.id: kept.id})
    row = records.get("party", party.uid, principal=SYSTEM)
    objects.delete("party", party.uid, revision=row.revision, principal=SYSTEM)
    end_coverage(kept)
    event_delivery.deliver_all()

    assert list(WorkItem.objects.filter(record_id=party.id).values_list("state", "origin_uid")) == [
        ("cancelled", twice)
    ]
    found = WorkItem.objects.filter(record_id=kept.id).order_by("state", "pk").values_list("state", "assignee")
    assert list(found) == [("done", "E1001"), ("open", "E1002"), ("open", "E1002")]


def test_who_serves_is_what_the_definition_of_the_coverage_says(firm):
    served, developed = customer("张三丰"), customer("李四海", manager="E1002")
    both = [served.id, developed.id]
    assert bulk.serving_employees(both) == {served.id: ["E1001"], developed.id: ["E1002"]}
    body = YAML(typ="safe").load(Path("packs/securities/objects/coverage.yaml"))
    [serving] = body["refinements"]
    serving["condition"] = serving["condition"].replace("'service'", "'development'")
    definition_changes.change([Edit.of(body)], reason="test")

    assert bulk.serving_employees(both) == {}
    row = objects.page(RecordQuery("coverage", of=Parent("party", developed.uid)), principal=SYSTEM).rows[0]
    objects.update("coverage", row.uid, {"kind": "development"}, revision=1, principal=SYSTEM)
    assert bulk.serving_employees(both) == {developed.id: ["E1002"]}
    assert objects.served_by("E1002", principal=SYSTEM) == 1
    named = {number: count for number, _name, count, _sums in objects.summary_by_coverage(PARTIES, principal=SYSTEM)}
    assert named == {"E1002": 1, "": 1}
    asked = sets.facts(
        "party",
        Rows(Written(f"select id from {catalogue.describe('party').table}")),
        {"served": lambda sight: sight.served()},
    )
    with connection.cursor() as cursor:
        cursor.execute(asked.sql, asked.values)
        assert {row[0]: row[-1] for row in cursor.fetchall()} == {served.id: False, developed.id: True}
