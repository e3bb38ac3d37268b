"""The homes on the golden day: every figure with its comparison, and a next step where there is nothing yet."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.factories import golden
from tests.factories.records import SYSTEM
from zhike.insight.warehouse.models import Load
from zhike.kernel import actions
from zhike.kernel.ids import uuid7
from zhike.platform.objects import api as objects
from zhike.platform.organization import api as organization
from zhike.platform.permissions.types import Post
from zhike.platform.work import api as work
from zhike.platform.work.types import Candidate, GiveWork, NewWork
from zhike.server import pages

MANAGER, BRANCH_CODE = "E00101", "B001"


def shown(people, role, language="zh"):
    """Return the blocks of a role's home."""
    return pages.answer(f"home_{role.removeprefix('account_')}", None, replace(people[role], language=language))[
        "blocks"
    ]


def book(chosen):
    """Return the golden indicators of the customers that `chosen` picks from the inputs."""
    return [golden.expected()["indicators"][f"counter:{row[0]}"] for row in golden.inputs()["customers"] if chosen(row)]


def total(rows, key):
    """Return the sum of an indicator."""
    return sum((Decimal(str(row[key])) for row in rows), Decimal(0))


def before_30_days(rows):
    """Return the assets of 30 days ago that the golden growth rates lead back to; no rate means there were none."""
    rates = [(Decimal(row["total_asset"]), row["asset_growth_30d"]) for row in rows]
    return sum((amount / (1 + Decimal(rate) / 100) for amount, rate in rates if rate is not None), Decimal(0))


def test_the_managers_book_compares_every_figure(people):
    rows = book(lambda row: row[-1] == MANAGER)
    assets, inflow, count = shown(people, "account_manager")["book_figures"]["data"]["figures"]

    assert Decimal(assets["value"]) == total(rows, "total_asset")
    day, month = assets["compare"]
    assert Decimal(day["value"]) == total(rows, "asset_change_1d")
    then = before_30_days(rows)
    assert Decimal(month["value"]) == round((total(rows, "total_asset") - then) / then * 100, 2)
    assert month["unit"] == "%"

    assert Decimal(inflow["value"]) == total(rows, "net_inflow_30d")
    today, market = inflow["compare"]
    assert Decimal(today["value"]) == total(rows, "net_inflow_1d")
    assert Decimal(market["value"]) == total(rows, "total_asset") - then - total(rows, "net_inflow_30d")

    assert count["value"] == len(rows)
    assert sum(part["value"] for part in count["compare"]) == len(rows)


def test_movers_split_the_change_into_flow_and_market(people):
    for row in shown(people, "account_manager")["movers"]["data"]["rows"]:
        cells = row["cells"]
        assert Decimal(cells["market"]) == Decimal(cells["asset_change_1d"]) - Decimal(cells["net_inflow_1d"])
        assert cells["bar"] == cells["asset_change_1d"]


def test_the_branch_heads_managers_add_up_to_the_branch(people):
    blocks = shown(people, "branch_head")
    table, figures = blocks["per_manager"]["data"], blocks["book_figures"]["data"]["figures"]

    row = next(row["cells"] for row in table["rows"] if row["key"] == MANAGER)
    rows = book(lambda row: row[-1] == MANAGER and row[7] == BRANCH_CODE)
    assert Decimal(row["net_inflow_30d"]) == total(rows, "net_inflow_30d")
    assert Decimal(row["asset_change_30d"]) == total(rows, "total_asset") - before_30_days(rows)
    assert (row["open"], row["overdue"], row["done"]) == (0, 0, 0)

    assert table["total"]["total_asset"] == figures[0]["value"]
    assert table["total"]["count"] == figures[2]["value"]


@pytest.mark.parametrize(("language", "called"), [("zh", "未分配客户经理"), ("en", "No account manager")])
def test_customers_without_a_manager_are_a_row_of_their_own_after_all_managers(people, language, called):
    other = organization.unit_by_code("B002").id
    head = replace(people["branch_head"], posts=(Post("branch_head", unit=other, units=(other,)),))
    table = shown({"branch_head": head}, "branch_head", language)["per_manager"]["data"]
    unserved = book(lambda row: not row[-1] and row[7] == "B002")
    assert len(unserved) == 2

    assert [row["key"] for row in table["rows"]] == ["E00201"], "nobody is no manager"
    (last,) = table["rest"]
    assert (last["cells"]["name"], last["cells"]["count"]) == (called, 2)
    assert Decimal(last["cells"]["total_asset"] or 0) == total(unserved, "total_asset")
    assert set(last["cells"]) & {"open", "overdue", "done"} == set(), "no work is theirs"
    assert sum(row["cells"]["count"] for row in (*table["rows"], last)) == table["total"]["count"]


@pytest.mark.django_db
def test_all_work_of_the_branch_is_in_the_total_whoever_has_it(people):
    head, unit = people["branch_head"], organization.unit_by_code(BRANCH_CODE).id
    group = (Candidate(kind="group", unit=unit),)
    for assignee, candidates in ((MANAGER, ()), (head.me, ()), ("", group)):
        item = NewWork(record=None, subject="核对资料", assignee=assignee, candidates=candidates, unit=unit)
        given = GiveWork(
            kind="task",
            origin_kind="test",
            origin_uid=uuid7(),
            origin_title="测试",
            object="party",
            results="task",
            items=(item,),
        )
        assert actions.run("work.give", given, asker=SYSTEM) == {"given": 1}
    table = shown(people, "branch_head")["per_manager"]["data"]

    assert next(row["cells"]["open"] for row in table["rows"] if row["key"] == MANAGER) == 1
    assert next(row["cells"]["open"] for row in table["rows"] if row["key"] == head.me) == 1, "who serves nobody, too"
    nobody = table["rest"][-1]["cells"]
    assert (nobody["name"], nobody["open"]) == ("待领取", 1)
    assert table["total"]["open"] == 3 == work.counts(principal=head).open


@pytest.mark.parametrize(
    ("role", "block", "paths"),
    [
        ("account_manager", "due_work", ["/records/party"]),
        ("branch_head", "due_work", ["/records/party"]),
        ("operator", "campaign_board", ["/audiences/new", "/campaigns/new"]),
    ],
)
def test_an_empty_block_names_the_next_step(people, role, block, paths):
    found = shown(people, role)[block]
    assert found["state"] == "empty"
    assert set(found["empty"]["title"]) == {"zh", "en"}
    assert [act["path"] for act in found["empty"]["actions"]] == paths


def test_the_operator_sees_the_newest_loads_beside_the_day_before(people, golden_day):
    rows = shown(people, "operator", "en")["last_load"]["data"]["rows"]
    assert rows
    assert {row["cells"]["business_date"] for row in rows} == {golden_day.isoformat()}
    assets = next(row["cells"] for row in rows if row["cells"]["file"].startswith("counter_daily_asset"))
    assert assets["source"] == "Counter daily assets"
    assert assets["before"] == assets["rows_loaded"]


def test_a_load_that_left_rows_behind_is_not_simply_done(people):
    file = "counter_daily_asset"
    newest = Load.objects.filter(file__startswith=file).order_by("-id").first()
    Load.objects.filter(pk=newest.pk).update(rows_rejected=3)
    rows = [row["cells"] for row in shown(people, "operator")["last_load"]["data"]["rows"]]
    assert {(row["file"].startswith(file), row["state"]) for row in rows} == {(True, "partly"), (False, "done")}


def test_who_is_in_no_tier_is_counted_as_such_so_that_the_tiers_add_up(people):
    """The last test of the file: the customer it makes stays."""
    branch = str(organization.unit_by_code(BRANCH_CODE).uid)
    objects.create("party", {"name": "未入层", "branch": branch}, principal=SYSTEM)
    count = shown(people, "branch_head")["book_figures"]["data"]["figures"][-1]
    assert (count["compare"][-1]["labels"], count["compare"][-1]["value"]) == (
        {"zh": "无价值分层", "en": "No value tier"},
        1,
    )
    assert sum(part["value"] for part in count["compare"]) == count["value"]
