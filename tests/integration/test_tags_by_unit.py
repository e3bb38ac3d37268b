"""Who may know of a tag that is live in some units follows the tree of units, in every process."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.factories.records import UNITS, build_firm
from zhike.insight.tags.types import Tag
from zhike.kernel import definition_changes, definitions
from zhike.kernel.definition_changes import Edit
from zhike.platform.organization import api as organization
from zhike.platform.organization.types import UnitRow
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Post

pytestmark = pytest.mark.django_db
TAG = "activity"


@pytest.fixture
def firm():
    """The firm, with a tag that is live in the region R1 only."""
    found = build_firm()
    organization.upsert_units([UnitRow("R2", "北京分公司", "region", "HQ")])
    body = definitions.all_of(Tag)[TAG].model_dump(mode="json", by_alias=True, exclude_unset=True)
    stages = [{"state": "draft"}, {"state": "live", "units": ["R1"]}]
    definition_changes.change([Edit.of(body | {"lifecycle": stages})], reason="test")
    return found


def knows(principal, unit):
    """Whether a viewer with a post in the unit may know of the tag."""
    found = organization.unit_by_code(unit).id
    post = Post("account_manager", found, organization.subtrees([found])[found])
    return permissions.field_rule(replace(principal, posts=(post,)), "party", TAG) != "refused"


def test_a_new_branch_is_in_or_out_at_once(firm):
    assert (knows(firm.manager, "B1"), knows(firm.manager, "R2")) == (True, False)

    organization.upsert_units(
        [UnitRow("B8", "徐家汇营业部", "branch", "R1"), UnitRow("B9", "朝阳营业部", "branch", "R2")]
    )

    assert (knows(firm.manager, "B8"), knows(firm.manager, "B9")) == (True, False)


def test_a_branch_that_moves_to_another_region_is_out_at_once(firm):
    assert knows(firm.other_manager, "B2")

    organization.upsert_units([UnitRow("B2", "陆家嘴营业部", "branch", "R2")])

    assert (knows(firm.other_manager, "B2"), knows(firm.manager, "B1")) == (False, True)


def test_units_that_stay_where_they_are_make_no_new_version(firm):
    before = definitions.version()

    organization.upsert_units([*UNITS, UnitRow("B1", "世纪大道证券营业部", "branch", "R1")])

    assert definitions.version() == before
