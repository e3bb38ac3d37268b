"""The customer file names another manager: the old service ends, lists and open work go to the new one."""

from __future__ import annotations

from datetime import date

import pytest

from tests.factories import golden
from tests.factories.records import SYSTEM, give_work
from zhike.insight.identity import api as identity
from zhike.insight.warehouse import received
from zhike.kernel import event_delivery
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk
from zhike.platform.objects.types import RecordQuery
from zhike.platform.work.models import WorkItem

OUYANG = "000000002"
CHEN, ZHOU = "E00101", "E00100"


def _night(folder, day: date, managers) -> None:
    golden.write_customers(folder, day, managers)
    assert {found.state for found in received.load_folder(folder)} == {"done"}
    identity.run(business_date=day)


def _services(party_id: int) -> list[tuple[str, date, date | None]]:
    rows = bulk.related("coverage", "party", [party_id], ["employee_no", "valid_from", "valid_to"])
    return [(row["employee_no"], row["valid_from"], row["valid_to"]) for row in rows]


@pytest.fixture(scope="module")
def party(golden_day):
    condition = {"op": "=", "left": {"field": "customer_no"}, "right": {"value": OUYANG, "type": "text"}}
    return objects.page(RecordQuery("party", condition=condition), principal=SYSTEM).rows[0]


def _assignees(party_id):
    event_delivery.deliver_all()
    return list(WorkItem.objects.filter(record_id=party_id).values_list("assignee", flat=True))


def test_a_manager_changes_goes_and_comes_back(party, tmp_path):
    opened = date(2018, 3, 1)
    give_work(party.id, CHEN)
    others = {row: _services(row) for row in bulk.serving_employees(range(1, 40)) if row != party.id}
    assert _services(party.id) == [(CHEN, opened, None)]

    _night(tmp_path / "1", date(2026, 3, 18), {OUYANG: (ZHOU, date(2026, 3, 18))})
    changed = [(CHEN, opened, date(2026, 3, 18)), (ZHOU, date(2026, 3, 18), None)]
    assert _services(party.id) == changed
    assert bulk.serving_employees([party.id]) == {party.id: [ZHOU]}
    assert _assignees(party.id) == [ZHOU]

    _night(tmp_path / "2", date(2026, 3, 19), {OUYANG: ("", "")})
    assert _services(party.id)[1] == (ZHOU, date(2026, 3, 18), date(2026, 3, 19))
    assert bulk.serving_employees([party.id]) == {}
    assert _assignees(party.id) == [ZHOU]

    _night(tmp_path / "3", date(2026, 3, 20), {OUYANG: (CHEN, date(2026, 3, 20))})
    assert _services(party.id)[2] == (CHEN, date(2026, 3, 20), None)
    assert _assignees(party.id) == [CHEN]
    assert {row: _services(row) for row in others} == others


def test_an_end_set_by_a_person_stays(party, tmp_path):
    rows = objects.page(RecordQuery("coverage", limit=200), principal=SYSTEM).rows
    mine = next(r for r in rows if r.values["party"]["uid"] == str(party.uid) and not r.values["valid_to"])
    objects.update("coverage", mine.uid, {"valid_to": "2026-12-31"}, revision=mine.revision, principal=SYSTEM)

    _night(tmp_path, date(2026, 3, 23), {OUYANG: (ZHOU, date(2026, 3, 23))})

    assert date(2026, 12, 31) in [end for _employee, _start, end in _services(party.id)]
