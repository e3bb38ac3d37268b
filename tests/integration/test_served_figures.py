"""Conditions over figures published beside an object, of the record itself and of records reached from it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from tests.factories.records import SYSTEM, build_firm, cover, customer
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk
from zhike.platform.objects.logic.catalogue import side_table
from zhike.platform.objects.types import RecordQuery, SideColumn
from zhike.platform.records import api as records

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return build_firm()


@pytest.fixture
def parties(firm, tmp_path):
    """Three customers with total assets of 100, 900 and none at all, by name."""
    found = {name: customer(name) for name in ("张三丰", "李四海", "王五")}
    rows = [f"{found['张三丰'].id},100.00,quiet", f"{found['李四海'].id},900.00,active"]
    path = tmp_path / "served.csv"
    path.write_text("\n".join(["id,total_asset,activity", *rows]) + "\n")
    columns = [
        SideColumn("total_asset", {"zh": "总资产", "en": "Total assets"}, "money", "indicator"),
        SideColumn("activity", {"zh": "活跃度", "en": "Activity"}, "text", "tag"),
    ]
    bulk.prepare("party", business_date=date(2026, 3, 17), columns=columns, csv=path)
    bulk.publish("party", business_date=date(2026, 3, 17))
    return found


def more(field, amount, op=">"):
    return {"op": op, "left": field, "right": {"value": amount, "type": "decimal"}}


OVER_500 = more({"field": "party.total_asset"}, "500")
THROUGH = {"aggregate": "exists", "over": "coverages", "where": OVER_500}
LARGEST = {"aggregate": "max", "over": "coverages", "value": {"field": "party.total_asset"}}


def covered(condition, principal):
    """The customers of the coverages that meet a condition."""
    query = RecordQuery("coverage", condition=condition, columns=("party",))
    rows = objects.page(query, principal=principal).rows
    assert objects.count(query, principal=principal, exact=True).count == len(rows)
    assert sum(n for _group, n, _sums in objects.summarize(query, principal=principal)) == len(rows)
    return sorted(row.values["party"]["display"] for row in rows)


def listed(condition, principal, **more_of_it):
    query = RecordQuery("party", condition=condition, **more_of_it)
    return [row.display for row in objects.page(query, principal=principal).rows]


def test_a_figure_over_a_reference(parties, firm):
    for principal in (SYSTEM, firm.manager):
        assert covered(OVER_500, principal) == ["李*海"]
        assert covered(more({"field": "party.total_asset"}, "500", "<="), principal) == ["张*丰"]
        assert covered({"op": "is_empty", "left": {"field": "party.total_asset"}}, principal) == ["王*"]
        active = {"op": "=", "left": {"field": "party.activity"}, "right": {"value": "active", "type": "text"}}
        assert covered({"or": [active, more({"field": "party.total_asset"}, "100", "=")]}, principal) == [
            "张*丰",
            "李*海",
        ]
    assert covered(OVER_500, firm.other_manager) == []


def test_a_figure_over_a_relation_beside_one_of_the_record_itself(parties, firm):
    own = more({"field": "total_asset"}, "50")
    for condition, found in (
        (THROUGH, ["李*海"]),
        ({"and": [own, THROUGH]}, ["李*海"]),
        ({"and": [own, {"not": THROUGH}]}, ["张*丰"]),
        (more(LARGEST, "100", "="), ["张*丰"]),
    ):
        assert listed(condition, firm.manager, sort=(("total_asset", "desc"),)) == found
        assert listed(condition, firm.manager, sort=(("id", "asc"),), columns=("name",)) == found
    sums = objects.summarize(RecordQuery("party", condition=THROUGH), principal=firm.manager, sums=["total_asset"])
    assert sums == [(None, 1, [Decimal("900.00")])]
    (row,) = objects.summary_by_coverage(RecordQuery("party", condition=THROUGH), principal=firm.branch_head)
    assert (row[0], row[2]) == ("E1001", 1)


def test_a_customer_is_counted_once_with_whoever_serves_and_not_with_who_developed_it(firm):
    served, other = customer("张三丰"), customer("李四光")
    cover(served, "E1001", date(2025, 3, 3))  # a second service that holds
    found = {"party": str(served.uid), "employee_no": "E1002", "kind": "development", "valid_from": "2024-01-02"}
    objects.create("coverage", found, principal=SYSTEM)
    cover(other, "E1002", date(2099, 1, 1))

    rows = objects.summary_by_coverage(RecordQuery("party"), principal=SYSTEM)

    assert [(number, count) for number, _name, count, _sums in rows] == [("E1001", 2)]


def test_a_customer_whom_nobody_serves_today_is_summed_apart(firm):
    served, ended, developed, coming = (customer(name, manager="") for name in ("甲", "乙", "丙", "丁"))
    cover(served, "E1001")
    found = {"party": str(ended.uid), "employee_no": "E1001", "valid_from": "2025-01-01", "valid_to": "2025-06-01"}
    objects.create("coverage", found, principal=SYSTEM)
    found = {"party": str(developed.uid), "employee_no": "E1002", "kind": "development", "valid_from": "2024-01-02"}
    objects.create("coverage", found, principal=SYSTEM)
    cover(coming, "E1002", date(2099, 1, 1))

    rows = objects.summary_by_coverage(RecordQuery("party"), principal=SYSTEM)
    assert [(number, name, count) for number, name, count, _sums in rows][-1] == ("", "", 3)
    assert [number for number, *_figures in rows] == ["E1001", ""]


def test_erasing_a_customer_takes_the_figures_along(parties, firm):
    side = side_table("party")
    records.erase("party", parties["李四海"].uid, reason="客户要求删除", principal=SYSTEM)
    with connection.cursor() as cursor:
        cursor.execute(f'select id from "{side.table}" order by id')
        assert cursor.fetchall() == [(parties["张三丰"].id,)]
