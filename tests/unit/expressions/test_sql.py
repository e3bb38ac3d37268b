"""The shape of the SQL: values bound, never written into it."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

import pytest
from sqlglot import exp

from tests.unit.expressions.schemas import CUSTOMER, PARAMETERS, Tables
from zhike.expressions import api as ex
from zhike.expressions import functions
from zhike.expressions.dialects import DIALECTS
from zhike.expressions.errors import ExpressionInvalid
from zhike.expressions.functions import FUNCTIONS


def _sql(text: str, dialect: ex.DialectName, prefix: str = "x") -> tuple[str, dict[str, object], frozenset[str]]:
    fragment = ex.compile_sql(ex.parse(text, CUSTOMER, PARAMETERS), dialect, Tables(), prefix=prefix)
    return ex.sql_text(fragment.tree, dialect), dict(fragment.values), fragment.parameters


def test_values_are_bound_and_parameters_bear_their_names() -> None:
    assert _sql("nick = 'x''; drop table c' and owner = :me", "postgres") == (
        "(c.nick = CAST(%(x__1)s AS TEXT)) AND (c.owner = %(me)s)",
        {"x__1": "x'; drop table c"},
        frozenset({"me"}),
    )
    assert _sql("nick = 'a'", "duckdb", prefix="y") == (
        "c.nick = CAST($y__1 AS TEXT)",
        {"y__1": "a"},
        frozenset(),
    )


def test_a_list_is_one_array() -> None:
    assert _sql("owner in :my_units", "postgres")[0] == "c.owner = ANY(%(my_units)s)"
    duck = _sql("nick in :my_units", "duckdb")[0]
    assert "ARRAY_CONTAINS(CAST($my_units AS TEXT[]), c.nick)" in duck


def test_equality_keeps_the_index_and_order_is_by_code_point() -> None:
    assert "COLLATE" not in _sql("nick = 'a'", "postgres")[0]
    assert _sql("nick < 'a'", "postgres")[0] == 'c.nick COLLATE "C" < CAST(%(x__1)s AS TEXT)'


def test_no_percent_sign_is_left_for_psycopg_to_stumble_over() -> None:
    assert "%" not in _sql("age % age = age", "postgres")[0]


def test_an_aggregate_is_a_correlated_subquery() -> None:
    assert _sql("exists(orders where status = 'won')", "postgres")[0] == (
        'EXISTS(SELECT 1 AS "value" FROM orders AS o '
        "WHERE (o.customer_id = c.id) AND (o.status = CAST(%(x__1)s AS TEXT)))"
    )


@pytest.mark.parametrize("dialect", ["postgres", "duckdb"])
def test_no_literal_of_the_user_is_written_into_the_sql(dialect: ex.DialectName) -> None:
    text = "substring(nick, 777, 778) = 'secret' and round(total_asset, 7) between 77123.5 and 88123 and age in (99123)"
    fragment = ex.compile_sql(ex.parse(text, CUSTOMER), dialect, Tables())
    written = {literal.this for literal in fragment.tree.find_all(exp.Literal)}
    assert not written & {"777", "778", "secret", "7", "77123.5", "88123", "99123"}
    assert len(fragment.values) == 7


def test_nesting_does_not_double_the_sql() -> None:
    text = "year(make_date(" * 12 + "1" + ", 1, 1))" * 12 + " = 1"
    assert len(_sql(text, "postgres")[0]) < 12_000


def test_a_parameter_may_not_pose_as_a_literal() -> None:
    with pytest.raises(ValueError, match="prefix"):
        ex.compile_sql(ex.Param("x__1"), "postgres", Tables())


def test_a_function_without_the_back_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    only_python = replace(functions.FUNCTIONS["lower"], sql={})
    monkeypatch.setitem(functions.FUNCTIONS, "lower", only_python)  # type: ignore[arg-type]
    with pytest.raises(ExpressionInvalid) as refused:
        _sql("lower(nick) = 'a'", "duckdb")
    assert [finding.code for finding in refused.value.found] == ["no_back_end"]


def test_no_form_for_duckdb_has_it_write_an_argument_twice():
    """DuckDB writes out what stands in NULLIF twice: nested six deep, a condition of 500 characters took 15 s and 750 MB."""
    forms = [template for function in FUNCTIONS.values() for template in (function.sql["duckdb"],)]
    forms += [form for form in dataclasses.astuple(DIALECTS["duckdb"]) if isinstance(form, str)]
    assert [form for form in forms if "NULLIF" in form.upper()] == []
    twice = [form for form in forms if form.count("_a") > 1 or form.count("_b") > 2]
    assert twice == []
