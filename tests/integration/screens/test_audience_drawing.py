"""An audience keeps its groups as they were drawn, also those of one condition."""

from __future__ import annotations

import pytest

from tests.factories.records import SYSTEM
from zhike.insight.audiences import api as audiences

RICH = {"op": ">=", "left": {"field": "total_asset"}, "right": {"value": "100000.0", "type": "decimal"}}
ACTIVE = {"op": ">", "left": {"field": "trades_30d"}, "right": {"value": 0, "type": "integer"}}


@pytest.mark.parametrize(
    "drawn",
    [
        RICH,
        {"and": [RICH, {"or": [ACTIVE]}]},
        {"and": [{"or": [RICH, ACTIVE]}]},
        {"or": [RICH]},
        {"and": [RICH, {"not": {"or": [{"or": [ACTIVE]}]}}]},
        {"and": [RICH, {"not": ACTIVE}]},
        {"and": [{"or": [{"and": [RICH, {"or": [ACTIVE]}]}]}]},
    ],
)
def test_a_saved_drawing_comes_back(people, drawn):
    made = audiences.create(name="画法", condition=drawn, principal=SYSTEM)
    again = audiences.audience(made.uid, principal=SYSTEM)
    assert again.condition == drawn
    meaning = audiences.preview(again.condition, principal=SYSTEM)
    assert audiences.count_now(made.uid, principal=SYSTEM)[0] == meaning.count


def test_the_only_member_of_a_group_is_counted_at_its_place(people):
    counted = audiences.preview({"and": [RICH, {"or": [ACTIVE]}]}, nodes=True, principal=SYSTEM)
    assert {node.path for node in counted.nodes} == {"", "and.0", "and.1.or.0"}
