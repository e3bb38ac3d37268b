"""A unit means one thing wherever a condition is answered: in lists (PostgreSQL), audiences (DuckDB) and explanations (Python).

Each back end is asked as the product asks it, with its own bindings; what is right is worked out by hand.
"""

from __future__ import annotations

import hypothesis
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.depth import examples
from tests.factories.records import SYSTEM, build_firm, customer
from tests.integration.audiences import day
from zhike.expressions.errors import ExpressionInvalid
from zhike.insight.audiences.logic import counting
from zhike.insight.audiences.logic.conditions import compiled
from zhike.insight.audiences.logic.explaining import explained
from zhike.insight.serving.logic.published import published, terms
from zhike.platform.objects import api as objects
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization import api as organization
from zhike.platform.organization.types import UnitRow

pytestmark = pytest.mark.django_db

#: "7" is the code of a unit and may be the id of another: a text is a code, whatever it looks like.
CODES = ("B1", "B2", "R1", "7")
LEAVES = st.recursive(
    st.tuples(st.sampled_from(["=", "!=", "in", "not_in", "is_empty"]), st.lists(st.sampled_from([("code", code) for code in CODES] + [("id", code) for code in CODES] + [("null", "")]), min_size=1, max_size=3)),
    lambda inner: st.one_of(st.tuples(st.just("not"), inner), st.tuples(st.sampled_from(["and", "or"]), st.tuples(inner, inner))),
    max_leaves=4,
)  # fmt: skip


@pytest.fixture
def parties():
    """Customers of three units and of none, published; the code of each one's unit by id."""
    build_firm()
    organization.upsert_units([UnitRow("7", "七号营业部", "branch", "R1")])
    made = {
        key: customer(f"客户{key}", branch=branch) for key, branch in zip("abcd", ("B1", "B2", "7", "B1"), strict=True)
    }
    objects.update("party", made["d"].uid, {"branch": None}, revision=made["d"].revision, principal=SYSTEM)
    values = dict.fromkeys(made, (None,) * 9)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(day, "PARTIES", values)
        day.publish(made)
    return {made["a"].id: "B1", made["b"].id: "B2", made["c"].id: "7", made["d"].id: None}  # fmt: skip


def written(tree, ids):
    """The condition as it is sent."""
    if tree[0] == "not":
        return {"not": written(tree[1], ids)}
    if tree[0] in ("and", "or"):
        return {tree[0]: [written(one, ids) for one in tree[1]]}
    op, given = tree
    left = {"field": "branch"}
    if op == "is_empty":
        return {"op": op, "left": left}
    literal = {"code": lambda code: {"value": code, "type": "text"}, "id": lambda code: {"value": ids[code], "type": "integer"}, "null": lambda _code: {"value": None}}  # fmt: skip
    items = [literal[kind](code) for kind, code in given]
    return {"op": op, "left": left, "right": items if op in ("in", "not_in") else items[0]}


def answer(tree, code):
    """Whether the condition is true of a party of that unit; None where that is not known."""
    if tree[0] == "not":
        found = answer(tree[1], code)
        return None if found is None else not found
    if tree[0] in ("and", "or"):
        found = [answer(one, code) for one in tree[1]]
        decisive = tree[0] == "or"
        return decisive if decisive in found else None if None in found else not decisive
    op, given = tree
    if op == "is_empty":
        return code is None
    asked = given if op in ("in", "not_in") else given[:1]
    if code is None:
        return None
    same = any(kind != "null" and other == code for kind, other in asked)
    found = True if same else None if any(kind == "null" for kind, _ in asked) else False
    return found if op in ("=", "in") or found is None else not found


def test_lists_audiences_and_explanations_agree(parties):
    ids = {code: organization.unit_by_code(code).id for code in CODES}
    table = published()
    known = terms(table)

    @settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @hypothesis.given(LEAVES)
    def agree(tree):
        condition = written(tree, ids)
        expected = {id for id, code in parties.items() if answer(tree, code) is True}
        rows = objects.page(RecordQuery("party", condition=condition), principal=SYSTEM).rows
        assert {row.id for row in rows} == expected, ("PostgreSQL", condition)
        found = compiled(condition, known, SYSTEM)
        assert set(counting.members(table, found, None)) == expected, ("DuckDB", condition)
        for id, code in parties.items():
            row = counting.row(table, id, ["branch"])
            assert explained(found.root, row, known, SYSTEM)["result"] is answer(tree, code), (
                "Python",
                condition,
                code,
            )

    agree()


def test_a_code_that_no_unit_has_is_refused_by_each(parties):
    condition = {"op": "=", "left": {"field": "branch"}, "right": {"value": "B0001", "type": "text"}}
    asks = (
        lambda: objects.page(RecordQuery("party", condition=condition), principal=SYSTEM),
        lambda: objects.count(RecordQuery("coverage", condition={"op": "in", "left": {"field": "party.branch"}, "right": [condition["right"]]}), principal=SYSTEM),
        lambda: objects.count(RecordQuery("party", condition={"aggregate": "exists", "over": "coverages", "where": {"op": "=", "left": {"field": "party.branch"}, "right": condition["right"]}}), principal=SYSTEM),
        lambda: compiled(condition, terms(published()), SYSTEM),
    )  # fmt: skip
    for ask in asks:
        with pytest.raises(ExpressionInvalid) as refused:
            ask()
        [found] = refused.value.found
        assert (found.code, found.facts["name"], found.facts["has"]) == ("unknown_option", "B0001", "7, B1, B2, HQ, R1")
