"""On the golden day, over HTTP: employees + nobody's = branch = its row in the region = head office, and every link's list.

In the data: a joint account (1003), one in HKD (2005), customers whom nobody serves (9, 12), two numbers of one person (1, 11).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tests.factories.records import SYSTEM, cover, customer, give_work
from zhike.kernel import actions, providers
from zhike.kernel.ids import uuid7
from zhike.kernel.providers import Block, BlockData
from zhike.platform.objects import api as objects
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization import api as organization
from zhike.platform.organization.models import User
from zhike.platform.permissions import api as permissions
from zhike.platform.work import api as work
from zhike.platform.work.types import Candidate, GiveWork, NewWork, WorkQuery

pytestmark = pytest.mark.django_db

#: 3,500,000 + 120,000 + 600,000 of the joint account, once + 50,000 and 100,000 HKD at 0.92; and 90,000 of 1,646,500 are nobody's.
B001, B002, FIRM = Decimal("4362000.00"), Decimal("1646500.00"), Decimal("6008500.00")
NOBODYS = Decimal("90000.00")
POSTS = {
    "E00100": ("branch_head", "B001"),
    "E00200": ("branch_head", "B002"),
    "R0001": ("region_head", "R01"),
    "H0001": ("head_office", "HQ"),
}


@pytest.fixture
def desks(people) -> SimpleNamespace:
    """Browsers of who heads two branches, their region and the firm."""
    found = {}
    for number, (role, unit) in POSTS.items():
        organization.add_user(employee_no=number, name="某人", role=role, unit=unit)
        client = Client(headers={"host": "localhost"})
        client.force_login(User.objects.get(employee_no=number))
        found[number] = client
    return SimpleNamespace(
        branch=found["E00100"], other_branch=found["E00200"], region=found["R0001"], office=found["H0001"]
    )


ROLES = {"branch": "branch_head", "other_branch": "branch_head", "region": "region_head", "office": "head_office"}


def desk(desks, who, unit=""):
    """The blocks of somebody's desk, for a unit below."""
    answer = getattr(desks, who).get(f"/api/v1/pages/home_{ROLES[who]}", {"unit": unit} if unit else {})
    assert answer.status_code == 200, answer.content
    return answer.json()


def team(desks, who, unit=""):
    """The table of a desk: its block, rows with what is left over by key, and total."""
    blocks = desk(desks, who, unit)["blocks"]
    found = blocks["per_manager" if "branch" in who else "per_unit"]["data"]
    rows = {row["key"]: row for row in (*found["rows"], *found["rest"])}
    figures = blocks["book_figures"]["data"]["figures"]
    return SimpleNamespace(rows=rows, total=found["total"], columns=found["columns"], figures=figures)


def amount(value):
    return Decimal(str(value or 0))


def require_sums(found):
    """Every column that has a total is the sum of all rows, to the cent; the total is the branch's own figure."""
    added_up = [one["key"] for one in found.columns if one["format"] not in ("text", "diverge", "percent")]
    assert {"count", "total_asset", "asset_change_1d", "net_inflow_30d", "open", "overdue", "done"} <= set(added_up)
    for key in added_up:
        rows = sum((amount(row["cells"].get(key)) for row in found.rows.values()), Decimal(0))
        assert rows == amount(found.total[key]), key
    shares = [amount(row["cells"].get("asset_share")) for row in found.rows.values()]
    assert round(sum(shares), 4) == amount(found.total["asset_share"]) == 100, "in per cent, all of them are all"
    own = {one["key"]: one["value"] for one in found.figures}
    assert amount(own["total_asset"]) == amount(found.total["total_asset"])
    assert own["count"] == found.total["count"]


def listed(client, link):
    """How many rows the list of an address has, asked as the browser asks for it."""
    address = urlsplit(link)
    said = {key: values[0] for key, values in parse_qs(address.query, keep_blank_values=True).items()}
    if address.path == "/work":
        asked = {key: said[key] for key in ("assignee", "overdue", "unit") if key in said}
        asked |= {"whose": "nobody"} if "nobody" in said else {}
        asked |= {"state": "done"} if said.get("view") == "done" else {}
        asked |= {"below": "false"} if said.get("below") == "0" else {}
        return client.get("/api/v1/work", asked).json()["counts"]["shown"]
    assert address.path == "/records/party"
    body = {"refinement": said["tab"], "exact": True}
    if "unit" in said:
        body["unit"] = {"code": said["unit"], "below": said.get("below") != "0"}
    if "served" in said:
        body["served_by"] = said["served"]
    answer = client.post("/api/v1/objects/party/count", json.dumps(body), content_type="application/json")
    assert answer.status_code == 200, answer.content
    return answer.json()["count"]


def require_links(client, found, named):
    """Each number that leads somewhere leads to so many rows; those that have to are among them."""
    links = {(key, cell): link for key, row in found.rows.items() for cell, link in row["links"].items()}
    for (key, cell), link in links.items():
        assert listed(client, link) == found.rows[key]["cells"][cell], link
    assert named <= set(links)


def total_asset(row):
    return amount(row["cells"]["total_asset"])


def give(assignee, *, unit, candidates=()):
    """Give somebody of a unit a piece of work about nobody."""
    item = NewWork(subject="核对资料", assignee=assignee, candidates=candidates, unit=unit)
    given = GiveWork(
        kind="task", origin_kind="t", origin_uid=uuid7(), origin_title="测试", results="task", items=(item,)
    )
    actions.run("work.give", given, asker=SYSTEM)


@pytest.fixture
def grown(people) -> Iterator[SimpleNamespace]:
    """More than the files say: somebody served by two, in no unit, directly in the region; work of several people."""
    two = customer("双人", branch="B001", manager="E00101")
    cover(two, "E00201")
    objects.create("party", {"name": "无处"}, principal=SYSTEM)
    customer("直属", branch="R01", manager="")
    units = {code: organization.unit_by_code(code).id for code in ("B001", "B002", "R01")}
    organization.add_user(employee_no="E00109", name="何静", role="account_manager", unit="B001")
    for assignee, unit in (
        ("E00109", "B001"),
        ("E00109", "B001"),
        ("E00101", "B001"),
        ("E00201", "B002"),
        ("E00201", "R01"),
    ):
        give(assignee, unit=units[unit])
    give("", unit=units["B001"], candidates=(Candidate(kind="group", unit=units["B001"]),))
    give_work(objects.page(RecordQuery("party", limit=1), principal=SYSTEM).rows[0].id, "E00101", units["B001"])
    yield SimpleNamespace(units=units)


def test_employees_and_nobodys_are_the_branch_to_the_cent(desks):
    for who, book in (("branch", B001), ("other_branch", B002)):
        found = team(desks, who)
        require_sums(found)
        assert amount(found.total["total_asset"]) == book and found.total["name"] == "合计"
        require_links(getattr(desks, who), found, set())
    assert (
        total_asset(found.rows["unserved"]) == NOBODYS and found.rows["unserved"]["cells"]["name"] == "未分配客户经理"
    )
    assert found.rows["unserved"]["cells"]["count"] == 2
    assert total_asset(found.rows["E00201"]) == B002 - NOBODYS


def test_branches_are_the_region_and_regions_the_firm(desks):
    region, office = team(desks, "region"), team(desks, "office")
    for found in (region, office):
        require_sums(found)
        assert amount(found.total["total_asset"]) == FIRM
    assert {key: total_asset(row) for key, row in region.rows.items()} == {"B001": B001, "B002": B002}
    # Somebody who only uses the app is in no unit.
    assert {key: total_asset(row) for key, row in office.rows.items()} == {"R01": FIRM, "none": 0}
    assert office.rows["R01"]["path"] == "/?unit=R01"
    everything = team(desks, "branch").total, team(desks, "other_branch").total
    for key in ("count", "total_asset", "asset_change_1d", "net_inflow_30d"):
        together = sum(amount(total[key]) for total in everything)
        assert together == amount(region.total[key]) == amount(office.rows["R01"]["cells"][key]), key
        assert together + amount(office.rows["none"]["cells"][key]) == amount(office.total[key]), key


def test_head_office_goes_down_to_the_employees_and_reads_the_same(desks, grown):
    page = desk(desks, "office", "R01")
    assert [step["code"] for step in page["trail"]] == ["HQ", "R01"]
    below = team(desks, "office", "R01")
    require_sums(below)
    assert below.total["count"] == team(desks, "region").total["count"]
    for unit, who in (("B001", "branch"), ("B002", "other_branch")):
        seen, own = team(desks, "office", unit), team(desks, who)
        require_sums(seen)
        assert {key: row["cells"] for key, row in seen.rows.items()} == {
            key: row["cells"] for key, row in own.rows.items()
        }
        assert seen.total == own.total
        of_region = {"name": "", "asset_share": ""}
        assert below.rows[unit]["cells"] | of_region == seen.total | of_region


def test_every_number_leads_to_the_list_of_exactly_these(desks, grown):
    expected = {
        ("branch", ""): {("E00101", "count"), ("E00101", "open"), ("E00109", "open"), ("nobody", "open")},
        ("other_branch", ""): {("E00201", "count"), ("unserved", "count"), ("E00201", "open")},
        ("region", ""): {("B001", "count"), ("B001", "open"), ("own", "count"), ("own", "open")},
        ("office", ""): {("R01", "count"), ("R01", "open"), ("none", "count")},
        ("office", "R01"): {("B002", "count"), ("own", "count"), ("own", "open")},
        ("office", "B001"): {("E00101", "count"), ("E00101", "open"), ("E00101", "overdue"), ("E00109", "open")},
    }
    for (who, unit), named in expected.items():
        found = team(desks, who, unit)
        require_sums(found)
        require_links(getattr(desks, who), found, named)


def finish(assignee, unit):
    """Give somebody work, done at once."""
    give(assignee, unit=unit)
    staff = permissions.principal_of_user(User.objects.get(employee_no=assignee).pk)
    [item], _more = work.todo(WorkQuery(assignee=assignee, newest=True, limit=1), principal=staff)
    work.complete(item.uid, result="done", note="", revision=item.revision, principal=staff)


def test_work_done_leads_to_the_list_of_exactly_this(desks, grown):
    finish("E00101", grown.units["B001"])
    finish("E00109", grown.units["B001"])
    finish("E00109", grown.units["B001"])
    # Asked for elsewhere by who looks: it is in their list of what is done, so it counts.
    other = permissions.principal_of_user(User.objects.get(employee_no="E00100").pk)
    asked = work.create("task", subject="请协助", assignee="E00109", principal=other)
    done = permissions.principal_of_user(User.objects.get(employee_no="E00109").pk)
    work.complete(asked.uid, result="done", note="", revision=asked.revision, principal=done)
    for who, unit, row, count in (
        ("branch", "", "E00109", 3),
        ("office", "B001", "E00101", 1),
        ("region", "", "B001", 4),
        ("office", "", "R01", 4),
    ):
        found = team(desks, who, unit)
        require_sums(found)
        assert found.rows[row]["cells"]["done"] == count
        require_links(getattr(desks, who), found, {(row, "done")})


def test_the_sentence_and_the_list_of_a_unit_speak_of_its_own_work(desks, grown):
    office = desk(desks, "office")["blocks"]
    below = desk(desks, "office", "B001")["blocks"]
    branch = desk(desks, "branch")["blocks"]
    assert "共 7 件待办" in office["work_brief"]["data"]["sentence"]
    assert "共 5 件待办" in below["work_brief"]["data"]["sentence"]
    assert below["work_brief"]["data"]["first"] == branch["work_brief"]["data"]["first"]
    assert (office["due_work"]["data"]["path"], below["due_work"]["data"]["path"]) == ("/work", "/work?unit=B001")
    counts = desks.office.get("/api/v1/work", {"unit": "B001"}).json()["counts"]
    assert (counts["open"], counts["shown"]) == (5, 5)


def _nothing(*_asked):
    return BlockData("work", {"items": [], "total": 0, "path": "/work", "create": None}, empty=True)


def test_what_a_unit_does_not_narrow_says_that_it_tells_of_everything(desks, monkeypatch):
    whole = Block("due_work", "待办", "To-do", _nothing, by="nothing")
    monkeypatch.setitem(providers.blocks, "due_work", whole)
    said = {unit: desk(desks, "office", unit)["blocks"] for unit in ("", "B001")}
    assert [key for key, block in said["B001"].items() if block.get("whole")] == ["due_work"]
    assert not any(block.get("whole") for block in said[""].values())


def test_whoever_has_open_work_keeps_a_row_without_a_customer(desks, grown):
    row = team(desks, "branch").rows["E00109"]
    assert (row["cells"]["name"], row["cells"]["count"], row["cells"]["open"]) == ("何静", 0, 2)
    assert row["path"] == "/work?assignee=E00109"


def test_a_customer_of_two_is_with_both_and_once_in_the_total(desks, people):
    before = team(desks, "branch")
    two = customer(
        "双人",
        branch="B001",
        manager="E00101",
    )
    cover(two, "E00201", date(2024, 5, 6))
    found = team(desks, "branch")
    require_sums(found)
    assert found.total["count"] == before.total["count"] + 1
    assert found.rows["E00101"]["cells"]["count"] == before.rows["E00101"]["cells"]["count"] + 1
    assert (found.rows["E00201"]["cells"]["count"], found.rows["several"]["cells"]["count"]) == (1, -1)


def test_what_belongs_to_no_unit_is_head_offices_alone(desks, grown):
    office, region = team(desks, "office"), team(desks, "region")
    assert office.rows["none"]["cells"]["count"] == 2 and "none" not in region.rows, "made here, and a user of the app"
    assert office.total["count"] == region.total["count"] + 2
    assert region.rows["own"]["cells"]["count"] == 1


@pytest.mark.parametrize(("who", "unit"), [("branch", "B002"), ("branch", "R01"), ("region", "HQ"), ("office", "NONE")])
def test_nobody_looks_at_a_unit_in_which_they_hold_no_post(desks, who, unit):
    answer = getattr(desks, who).get(f"/api/v1/pages/home_{ROLES[who]}", {"unit": unit})
    assert answer.status_code == 404
    body = json.dumps({"unit": {"code": "B002"}, "exact": True})
    own = desks.branch.post("/api/v1/objects/party/count", body, content_type="application/json").json()
    assert own["count"] == 0


def test_a_list_of_who_is_served_asks_for_the_right_to_know_it(desks):
    """Whoever may not read who serves whom cannot find it out by narrowing a list."""
    client = desks.branch
    body = json.dumps({"served_by": "E00101"})
    for path in ("employee", "coverage"):
        answer = client.post(f"/api/v1/objects/{path}/count", body, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (422, "object.unknown_field")
