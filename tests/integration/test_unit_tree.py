"""The tree of units as a file says it: in any order, whole, and never with a unit above itself."""

from __future__ import annotations

import pytest

from tests.factories.records import build_firm
from zhike.platform.organization import api as organization
from zhike.platform.organization.errors import UnitCircle, UnknownUnit
from zhike.platform.organization.types import UnitRow

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def firm():
    """HQ above R1 above the branches B1 and B2."""
    return build_firm()


def paths():
    return {unit.code: unit.path for unit in organization.all_units()}


@pytest.mark.parametrize(
    ("rows", "circle"),
    [
        ([UnitRow("R8", "甲分公司", "region", "R9"), UnitRow("R9", "乙分公司", "region", "R8")], {"R8", "R9"}),
        ([UnitRow("B7", "自身营业部", "branch", "B7")], {"B7"}),
        ([UnitRow("R1", "上海分公司", "region", "B1")], {"R1", "B1"}),
    ],
)
def test_a_circle_is_said_and_changes_nothing(rows, circle):
    before = paths()

    with pytest.raises(UnitCircle) as refused:
        organization.upsert_units([UnitRow("B6", "新营业部", "branch", "R1"), *rows])

    around = refused.value.facts["units"].split(" → ")
    assert (set(around), around[0]) == (circle, around[-1])
    above = {row.code: row.parent for row in rows} | {"B1": "R1"}
    assert all(above[below] == unit for below, unit in zip(around, around[1:], strict=False))
    assert paths() == before


def test_children_may_come_before_their_parents():
    organization.upsert_units(
        [UnitRow("B9", "朝阳营业部", "branch", "R9"), UnitRow("R9", "北京分公司", "region", "HQ")]
    )

    assert paths()["B9"] == "HQ/R9/B9/"


def test_a_unit_that_moves_takes_along_what_is_below_it():
    organization.upsert_units([UnitRow("R0", "华东区", "region", "HQ"), UnitRow("R1", "上海分公司", "region", "R0")])

    assert (paths()["R1"], paths()["B1"]) == ("HQ/R0/R1/", "HQ/R0/R1/B1/")


def test_a_parent_that_there_is_not_is_said():
    with pytest.raises(UnknownUnit):
        organization.upsert_units([UnitRow("B9", "朝阳营业部", "branch", "R9")])
    assert "B9" not in paths()
