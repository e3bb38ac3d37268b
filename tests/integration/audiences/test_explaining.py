"""An explanation agrees with the count, for everybody."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tests.factories.records import customer
from tests.integration.audiences.day import ask, money
from zhike.insight.audiences import api
from zhike.insight.audiences.errors import PartyNotCounted
from zhike.kernel.errors import NotFound
from zhike.platform.records import api as records

_LEAVES = [
    money("total_asset", ">=", "300000"),
    money("total_asset", "between", "0.00", "299999.99"),
    money("net_inflow_30d", "<", "0"),
    money("net_inflow_30d", "!=", "0.00"),
    money("total_asset", "in", "45000", "1000"),
    ask("trades_30d", ">", 0, kind="integer"),
    ask("trades_30d", "not_in", 0, 3, kind="integer"),
    ask("last_trade_date", "<", "2026-03-10", kind="date"),
    ask("last_trade_date", "is_empty"),
    ask("value_tier", "in", "diamond", "gold"),
    ask("value_tier", "!=", "basic"),
    ask("activity", "not_in", "active"),
    ask("risk_level", "is_not_empty"),
    ask("risk_level", ">=", "C3"),
    {"op": ">", "left": {"op": "/", "left": {"field": "net_inflow_30d"}, "right": {"field": "total_asset"}},
     "right": {"value": "0.05", "type": "decimal"}},
]  # fmt: skip


def _tree(numbers: random.Random, depth: int) -> dict[str, object]:
    kind = numbers.choice(["leaf", "and", "or", "not"]) if depth else "leaf"
    if kind == "leaf":
        return numbers.choice(_LEAVES)
    if kind == "not":
        return {"not": _tree(numbers, depth - 1)}
    return {kind: [_tree(numbers, depth - 1) for _ in range(numbers.randrange(1, 4))]}


def _nodes(tree):
    yield tree
    for child in tree.get("children", ()):
        yield from _nodes(child)


@pytest.mark.parametrize("seed", range(3))
def test_explanations_agree_with_membership_and_node_counts(parties, firm, seed):
    numbers = random.Random(seed)
    for _round in range(12):
        condition = _tree(numbers, 4)
        preview = api.preview(condition, nodes=True, principal=firm.operator)
        told = [api.explain(condition, party=party.uid, principal=firm.operator) for party in parties.values()]

        assert sum(found.member for found in told) == preview.count, condition
        for node in preview.nodes:
            holds = [n["result"] is True for found in told for n in _nodes(found.tree) if n["path"] == node.path]
            assert len(holds) == 12 and sum(holds) == node.count, (condition, node)


def test_the_tree_tells_the_actual_values(parties, firm):
    condition = {"and": [money("total_asset", ">=", "300000"), {"not": ask("risk_level", "in", "C5")},
                         ask("last_trade_date", ">=", "2026-01-01", kind="date")]}  # fmt: skip

    found = api.explain(condition, party=parties["d"].uid, principal=firm.operator)

    assert found.member is False
    assert found.tree == {
        "path": "", "kind": "and", "result": False, "children": [
            {"path": "and.0", "kind": "condition", "result": False, "field": "total_asset", "actual": "299999.99"},
            {"path": "and.1", "kind": "not", "result": True, "children": [
                {"path": "and.1.not.0", "kind": "condition", "result": False, "field": "risk_level", "actual": "C3"}]},
            {"path": "and.2", "kind": "condition", "result": None, "field": "last_trade_date", "actual": None},
        ],
    }  # fmt: skip


def test_a_unit_is_shown_by_its_name(parties, firm):
    condition = ask("branch", "is_not_empty")
    tree = api.explain(condition, party=parties["a"].uid, principal=firm.operator).tree
    assert tree["actual"]["display"] == "世纪大道营业部"


def test_a_party_outside_the_scope_is_not_explained(parties, firm):
    condition = money("total_asset", ">=", "300000")

    assert api.explain(condition, party=parties["a"].uid, principal=firm.manager).member is True
    with pytest.raises(NotFound):
        api.explain(condition, party=parties["g"].uid, principal=firm.manager)


def test_a_party_newer_than_the_data_is_said_to_be(parties, firm):
    new = customer("新来")
    with pytest.raises(PartyNotCounted):
        api.explain(ask("risk_level", "=", "C3"), party=new.uid, principal=firm.operator)


def test_the_look_up_is_journalled(parties, firm):
    api.explain(ask("risk_level", "=", "C5"), party=parties["a"].uid, principal=firm.operator)
    seen = records.access("party", parties["a"].uid, principal=replace(firm.operator))
    assert seen[0].operation == "view"
