"""A record's life over HTTP: made, read, changed, deleted, and who is said to have done it."""

from __future__ import annotations

import pytest

from tests.contract.test_pages import client_of
from tests.factories.records import build_firm, customer
from zhike.kernel import clock

pytestmark = pytest.mark.django_db
PATH = "/api/v1/objects/interaction/records"


@pytest.fixture
def firm():
    return build_firm()


def send(client, verb, path, **body):
    return getattr(client, verb)(path, body, content_type="application/json")


def test_a_records_life(firm):
    party, manager, head = customer("张三丰"), client_of(firm.manager), client_of(firm.branch_head)
    values = {"party": str(party.uid), "channel": "phone", "subject": "回访", "at": clock.now().isoformat()}

    made = send(manager, "post", PATH, values=values)
    assert made.status_code == 201
    found = made.json()
    assert (found["revision"], found["values"]["employee_no"]) == (1, "E1001")
    assert (found["updated_by"], found["permitted"]) == (firm.manager.name, ["update", "delete"])

    seen = head.get(f"{PATH}/{found['uid']}").json()
    assert (seen["updated_by"], seen["permitted"]) == (firm.manager.name, ["update"])

    changed = send(head, "patch", f"{PATH}/{found['uid']}", values={"subject": "再访"}, revision=1).json()
    assert (changed["revision"], changed["values"]["subject"], changed["updated_by"]) == (
        2,
        "再访",
        firm.branch_head.name,
    )

    stale = send(manager, "patch", f"{PATH}/{found['uid']}", values={"subject": "三访"}, revision=1)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_revision")
    assert head.delete(f"{PATH}/{found['uid']}?revision=2").status_code == 404
    assert manager.delete(f"{PATH}/{found['uid']}?revision=2").status_code == 204
    assert manager.get(f"{PATH}/{found['uid']}").status_code == 404


def test_what_is_wrong_is_listed_and_nothing_is_made(firm):
    answer = send(client_of(firm.manager), "post", PATH, values={"channel": "smoke", "colour": "red"})

    found = answer.json()
    assert answer.status_code == 422
    assert {finding["field"] for finding in found["findings"]} == {"channel", "colour", "party", "subject", "at"}
