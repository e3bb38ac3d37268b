"""Counts with exact values over the hand-made dozen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from pyroaring import BitMap

from tests.factories.records import SYSTEM, holding
from tests.integration.audiences.day import DAY, ask, money
from zhike.expressions.errors import ExpressionInvalid
from zhike.insight.audiences import api
from zhike.insight.audiences.logic import counting
from zhike.insight.audiences.logic.conditions import compiled
from zhike.insight.serving.errors import NothingToCount
from zhike.insight.serving.logic.published import published, terms
from zhike.kernel.errors import Refused, SignInRequired
from zhike.platform.organization import api as organization

RICH = money("total_asset", ">=", "300000.00")
OUTFLOW = money("net_inflow_30d", "<", "0")
GOLD = ask("value_tier", "in", "gold", "platinum")


MEMBERS = [
    (RICH, "abcghi"),
    (money("total_asset", ">", "299999.995"), "abcghi"),
    (money("total_asset", "between", "1000", "310000.0"), "cdijl"),
    (money("total_asset", "not_between", "1000", "310000.0"), "abfgh"),
    (money("total_asset", "=", "1200000.5"), "b"),
    (money("total_asset", "in", "0", "45000"), "fj"),
    (ask("total_asset", "is_empty"), "ek"),
    (ask("trades_30d", ">=", 6, kind="integer"), "agj"),
    (ask("last_trade_date", ">=", "2026-03-10", kind="date"), "aghj"),
    ({"op": ">=", "left": {"field": "last_trade_date"},
      "right": {"call": "add_days", "args": [{"param": "business_date"}, -7]}}, "aghj"),
    (GOLD, "bchi"),
    (ask("value_tier", "not_in", "gold", "platinum"), "adfgjl"),
    (ask("activity", "is_not_empty"), "abcdfghjk"),
    (ask("risk_level", "in", "C4", "C5"), "abgh"),
    ({"not": ask("risk_level", "in", "C4", "C5")}, "cdefjkl"),
    ({"and": [RICH, OUTFLOW]}, "bg"),
    ({"or": [GOLD, OUTFLOW]}, "bcghij"),
    ({"not": {"or": [GOLD, OUTFLOW]}}, "afl"),
    ({"and": [RICH, {"or": [OUTFLOW, {"not": ask("activity", "=", "active")}]}, {"not": {"or": [ask("risk_level", "=", "C5")]}}]}, "bch"),
]  # fmt: skip


def _in(condition, parties, principal):
    audience = api.create(name="试", condition=condition, principal=principal)
    members = api.members_now(audience.uid, principal=principal).parties
    return "".join(sorted(key for key, party in parties.items() if party.id in members))


def test_members(parties, firm):
    for condition, members in MEMBERS:
        assert _in(condition, parties, firm.operator) == members, condition
        assert api.preview(condition, principal=firm.operator).count == len(members), condition


def test_a_unit_is_asked_for_by_the_keys_of_the_vocabulary(parties, firm):
    groups = {group.key: group for group in api.vocabulary(principal=firm.operator).groups}
    branch = next(item for item in groups["field"].items if item.key == "branch")
    key = next(option.key for option in branch.options if option.labels["zh"] == "陆家嘴营业部")

    assert branch.type == "choice"
    assert _in(ask("branch", "in", key), parties, firm.operator) == "ghijkl"
    assert key == "B2"


def test_a_unit_is_asked_for_by_its_code(parties, firm):
    by_key = _in(ask("branch", "in", "B2"), parties, firm.operator)
    assert (by_key, _in(ask("branch", "=", "B2"), parties, firm.operator)) == ("ghijkl", "ghijkl")
    assert _in(ask("branch", "!=", "B2"), parties, firm.operator) == "abcdef"
    by_id = organization.unit_by_code("B2").id
    assert _in(ask("branch", "=", by_id, kind="integer"), parties, firm.operator) == "ghijkl"


def test_a_code_that_no_unit_has_is_told_with_those_there_are(parties, firm):
    for condition in (ask("branch", "=", "B9"), {"not": ask("branch", "in", "B1", "B9")}):
        with pytest.raises(ExpressionInvalid) as refused:
            api.preview(condition, principal=firm.operator)
        [found] = refused.value.found
        assert (found.code, found.facts["name"], found.facts["has"]) == ("unknown_option", "B9", "B1, B2, HQ, R1")


def test_a_preview_counts_every_node_and_the_assets(parties, firm):
    condition = {"and": [RICH, {"not": {"or": [OUTFLOW, ask("risk_level", "is_empty")]}}]}

    found = api.preview(condition, nodes=True, principal=firm.operator)

    assert {node.path: node.count for node in found.nodes} == {
        "": 3, "and.0": 6, "and.1": 5, "and.1.not.0": 4, "and.1.not.0.or.0": 3, "and.1.not.0.or.1": 1,
    }  # fmt: skip
    assert (found.count, found.visible_total, found.business_date) == (3, 12, DAY)
    assert found.total.value == Decimal("6800000.00")
    alone = api.preview(condition, principal=firm.operator)
    assert (alone.count, alone.total.value, alone.nodes) == (found.count, found.total.value, ())


def test_negated_words_are_one_node_and_negated_groups_two(parties, firm):
    def paths(condition):
        return [(n.path, n.count) for n in api.preview(condition, nodes=True, principal=firm.operator).nodes]

    assert paths(ask("value_tier", "not_in", "gold")) == [("", 7)]
    assert sorted(paths({"not": ask("value_tier", "in", "gold")})) == [("", 7), ("not.0", 3)]


def test_each_viewer_counts_within_their_scope(parties, firm):
    def answer(principal):
        found = api.preview(RICH, nodes=True, principal=principal)
        rows = api.sample(RICH, principal=principal).rows
        return found.count, found.visible_total, found.total.value, len(rows)

    assert answer(firm.manager) == (3, 4, Decimal("7500000.50"), 3)
    assert answer(firm.other_manager) == (3, 4, Decimal("8810000.00"), 3)
    assert answer(firm.branch_head) == (3, 6, Decimal("7500000.50"), 3)
    assert answer(firm.operator) == (6, 12, Decimal("16310000.50"), 6)
    assert api.vocabulary(principal=firm.manager).visible_total == 4
    with pytest.raises(SignInRequired):
        api.preview(RICH, principal=firm.signed_out)


def test_a_sample_is_masked_and_the_same_for_a_seed(parties, firm):
    first = api.sample(RICH, seed=7, principal=firm.operator)

    assert first == api.sample(RICH, seed=7, principal=firm.operator)
    shown = {row.uid: row for row in first.rows}[parties["b"].uid]
    assert shown.display == "客*B"
    assert shown.values == {"total_asset": "1200000.50", "value_tier": "platinum", "risk_level": "C4"}


def test_an_unknown_field_is_answered_with_what_exists(parties, firm):
    with pytest.raises(ExpressionInvalid) as refused:
        api.preview({"and": [RICH, ask("assets", "=", "1")]}, principal=firm.operator)

    (finding,) = refused.value.findings
    assert (finding["code"], finding["path"]) == ("expression.unknown_field", "$.and[1].left")
    assert "total_asset" in finding["message"] and "value_tier" in finding["message"]


def test_personal_fields_are_no_conditions(parties, firm):
    for personal in ("name", "mobile", "email", "certificate_number", "customer_no", "remark"):
        with pytest.raises(ExpressionInvalid):
            api.preview(ask(personal, "=", "x"), principal=firm.operator)


def test_a_value_is_no_condition(parties, firm):
    with pytest.raises(ExpressionInvalid) as refused:
        api.preview({"field": "total_asset"}, principal=firm.operator)
    assert refused.value.findings[0]["code"] == "expression.condition_type"


def test_questions_at_the_same_time_do_not_disturb_each_other(parties, firm):
    table = published()
    asked = compiled({"and": [RICH, OUTFLOW]}, terms(table), SYSTEM)
    scopes = [BitMap(party.id for key, party in parties.items() if key <= last) for last in "abcdefghijkl"]

    def count(scope):
        return [counting.tally(table, asked, scope, nodes=nodes).count for nodes in (True, False)] + [
            len(counting.members(table, asked, scope))
        ]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(count, scopes * 10))

    assert answers == [[0] * 3, *[[1] * 3] * 5, *[[2] * 3] * 6] * 10


def test_a_viewer_without_the_right_is_refused(parties, firm):
    with pytest.raises(Refused):
        api.preview(RICH, principal=holding(firm.manager, "account_manager"))


def test_nothing_is_counted_before_the_first_publication(firm):
    with pytest.raises(NothingToCount):
        api.preview(RICH, principal=firm.operator)
