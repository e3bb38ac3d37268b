"""A record's life over HTTP: made, read, changed, deleted, and who is said to have done it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.test_pages import client_of
from tests.factories.records import build_firm, customer, signed_in
from zhike.kernel import clock
from zhike.platform.organization import api as organization
from zhike.platform.packs import api as packs
from zhike.platform.permissions import api as permissions

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


def test_an_object_and_the_places_its_fields_point_at_are_told_to_whoever_needs_them(firm, tmp_path):
    manager, head, operator = (client_of(who) for who in (firm.manager, firm.branch_head, firm.operator))
    assert [client.get("/api/v1/meta/objects/party").status_code for client in (manager, head)] == [200, 200]
    assert manager.get("/api/v1/meta/objects/nothing").status_code == 404

    places = "/api/v1/meta/places"
    assert [found["key"] for found in operator.get(f"{places}/unit?q=B1").json()] == ["B1"]
    refused = manager.get(f"{places}/user?q=E1")
    assert (refused.status_code, refused.json()["code"]) == (403, "refused")
    assert [found["key"] for found in operator.get(f"{places}/user?q=E1002").json()] == ["E1002"]
    assert operator.get(f"{places}/nothing").status_code == 404

    (tmp_path / "pack.yaml").write_text("name: care\nversion: 1.0.0\nrequires: [core]\nlabels: {zh: 顾, en: Care}\n")
    (tmp_path / "care.yaml").write_text(
        "kind: object\nkey: care\nlabels: {zh: 关照, en: Care}\nfields:\n"
        "  - {key: adviser, type: user, labels: {zh: 顾问, en: Adviser}}\n"
    )
    (tmp_path / "role.yaml").write_text(
        "kind: role\nkey: minder\nlabels: {zh: 看护, en: Minder}\ngrants:\n  - {on: care, operations: [read, create]}\n"
    )
    packs.apply([Path("packs"), tmp_path])
    staff, _password = organization.add_user(employee_no="E7001", name="柳叶", role="minder", unit="B1")
    minder = client_of(permissions.principal_of_user(staff.id))
    assert [found["key"] for found in minder.get(f"{places}/user?q=E7").json()] == ["E7001"]
    assert [found["key"] for found in minder.get(f"{places}/unit").json()] == ["B1"]  # what one's own unit is called
    assert manager.get(f"{places}/user").status_code == 403
    assert minder.get("/api/v1/meta/objects/care").status_code == 200
    refused = manager.get("/api/v1/meta/objects/care")
    assert (refused.status_code, refused.json()["code"]) == (403, "refused")


def test_an_object_says_by_which_places_its_viewer_may_narrow_its_list(firm):
    """Exactly those that a list then takes: a link with any other one is told as such instead of failing."""
    asked = {"unit": {"unit": {"code": "HQ"}}, "served_by": {"served_by": "E1001"}}
    seen = set()
    others = signed_in({"E4001": "compliance", "E4002": "operator"})
    for client in (client_of(firm.manager), client_of(firm.branch_head), *others.values()):
        for entry in client.get("/api/v1/meta/objects").json():
            places = client.get(f"/api/v1/meta/objects/{entry['key']}").json()["list"]["places"]
            query = f"/api/v1/objects/{entry['key']}/query"
            taken = [place for place, body in asked.items() if send(client, "post", query, **body).status_code == 200]
            assert places == taken, entry["key"]
            seen.add(tuple(places))
    assert {(), ("unit",), ("unit", "served_by")} <= seen
