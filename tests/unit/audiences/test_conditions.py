"""Paths, one-word negations, formulas and the SQL that conditions become."""

from __future__ import annotations

from datetime import date

import pytest

from zhike.expressions import trees
from zhike.expressions.types import Field, Schema, Type
from zhike.insight.audiences.logic.conditions import compiled
from zhike.insight.serving.logic.published import Terms
from zhike.platform.permissions.api import system_principal

#: Who may ask about what is said by definitions, which are read from there.
pytestmark = pytest.mark.django_db
SYSTEM = system_principal("test")
FIELDS = {"asset": Type.DECIMAL, "trades": Type.INTEGER, "level": Type.TEXT, "day": Type.DATE, "branch": Type.RECORD}


@pytest.fixture
def terms():
    fields = {key: Field(key, type_, {"zh": key}) for key, type_ in FIELDS.items()}
    return Terms(date(2026, 3, 17), {}, Schema("party", {"zh": "客户"}, fields), {"B1": 12, "13": 7})


def _ask(field, op, value, kind="text"):
    return {"op": op, "left": {"field": field}, "right": {"value": value, "type": kind}}


RICH = _ask("asset", ">=", "300000.00", "decimal")
BUSY = _ask("trades", ">", 3, "integer")
LEVELS = {"op": "not_in", "left": {"field": "level"}, "right": ["C1", "C2"]}


def test_paths_are_those_of_the_json(terms):
    root = compiled({"and": [RICH, {"not": {"or": [BUSY, LEVELS]}}, {"and": [RICH]}]}, terms, SYSTEM).root

    assert [(node.path, node.kind) for node in root.walk()] == [
        ("", "and"), ("and.0", "condition"), ("and.1", "not"), ("and.1.not.0", "or"),
        ("and.1.not.0.or.0", "condition"), ("and.1.not.0.or.1", "condition"), ("and.2.and.0", "condition"),
    ]  # fmt: skip


def test_every_node_follows_from_the_single_conditions(terms):
    found = compiled({"and": [RICH, {"not": {"or": [BUSY, LEVELS]}}]}, terms, SYSTEM)

    assert found.groups == {"g0": "c1 or c2", "g1": "not g0", "g2": "c0 and g1"}
    assert found.names == {
        "": "g2", "and.0": "c0", "and.1": "g1", "and.1.not.0": "g0", "and.1.not.0.or.0": "c1", "and.1.not.0.or.1": "c2",
    }  # fmt: skip
    assert len(found.leaves) == 3
    assert found.fields == {"asset", "trades", "level"}


@pytest.mark.parametrize("depth", [3, 28])
def test_however_deep_groups_are_each_part_is_named_once_where_it_stands(terms, depth):
    """Written out to the single conditions, groups in one another name each of these as often as they are deep."""
    condition = RICH
    for level in range(depth):
        condition = {("or", "and")[level % 2]: [condition, BUSY, LEVELS]}
    found = compiled(condition, terms, SYSTEM)

    assert (len(found.groups), len(found.leaves)) == (depth, 2 * depth + 1)
    words = [word for text in found.groups.values() for word in text.split() if word not in ("and", "or")]
    assert sorted([*words, found.names[""]]) == sorted(found.names.values())


@pytest.mark.parametrize(
    ("condition", "sql"),
    [
        (RICH, '"asset" >= 300000'),
        (_ask("asset", "<", "-0.50", "decimal"), '"asset" < -0.5'),
        (_ask("trades", "=", "2.5", "decimal"), '"trades" = 2.5'),
        (_ask("level", "=", "a'; drop table wide --"), "\"level\" = CAST('a''; drop table wide --' AS TEXT)"),
        (_ask("branch", "=", 12, "integer"), '"branch" = 12'),
        (_ask("branch", "!=", "B1"), '"branch" <> 12'),
        (_ask("branch", "=", "13"), '"branch" = 7'),
        (
            {"op": "<", "left": {"field": "day"}, "right": {"param": "business_date"}},
            "\"day\" < CAST(CAST('2026-03-17' AS DATE) AS DATE)",
        ),
    ],
)
def test_values_are_written_so_that_columns_keep_their_width(terms, condition, sql):
    assert trees.printed(compiled(condition, terms, SYSTEM).where, "duckdb") == sql


def test_a_condition_is_compiled_once(terms):
    assert compiled(RICH, terms, SYSTEM) is compiled(dict(RICH), terms, SYSTEM)
