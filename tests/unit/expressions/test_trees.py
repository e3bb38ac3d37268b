"""Statements with places: what fills them stays what it is, whatever it says, and is printed for each engine."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhike.expressions import api as expressions
from zhike.expressions import trees
from zhike.expressions.trees import column, name, sql, value
from zhike.expressions.types import Field, Schema, Type

SIGNS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=30)


def printed(tree):
    return trees.printed(tree, "duckdb")


class Rows:
    """Names are columns of `d`."""

    def column(self, path):
        return trees.column(path[-1], "d")


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (sql("select _key from _rows r", key=name("account id"), rows=trees.kept("t")), 'SELECT "account id" FROM "t" AS r'),
        (sql("select d._key from d", key=name('a"b')), 'SELECT d."a""b" FROM d'),
        (sql("select _columns from t", columns=[column("a"), column("b", "t")]), 'SELECT "a", "t"."b" FROM t'),
        (sql("select 1 as x, _none from t", none=[]), "SELECT 1 AS x FROM t"),
        (sql("select * from t order by _order desc", order=[name("a"), name("b")]), 'SELECT * FROM t ORDER BY "a" DESC, "b" DESC'),
        (sql("select * from t order by _order", order=[trees.descending(column("a")), name("b")]), 'SELECT * FROM t ORDER BY "a" DESC, "b"'),
        (sql("a = 1 and _more", more=sql("b or c")), "a = 1 AND (b OR c)"),
        (sql("x in (_all)", all=[value("it's"), value(3)]), "x IN ('it''s', 3)"),
        (sql("select * from _rows", rows=sql("select 1")), "SELECT * FROM (SELECT 1)"),
        (trees.all_of([]), "TRUE"),
        (trees.any_of([]), "FALSE"),
        (trees.all_of([sql("a or b"), sql("c")]), "(a OR b) AND c"),
        (value(date(2026, 3, 17)), "CAST('2026-03-17' AS DATE)"),
        (value(Decimal("-0.0012")), "-0.0012"),
        (value(None), "NULL"),
        (trees.joined([column("a"), column("b")], "\n"), "\"a\" || '\n' || \"b\""),
    ],
)  # fmt: skip
def test_places_are_filled(tree, text):
    assert printed(tree) == text


def test_what_has_no_place_is_said():
    with pytest.raises(ValueError, match="more"):
        sql("select * from _rows", rows=trees.kept("t"), more=value(1))


def test_a_place_within_what_fills_another_is_not_filled():
    assert printed(sql("select _a, _b", a=column("_b"), b=value(1))) == 'SELECT "_b", 1'


@settings(max_examples=200, deadline=None)
@given(SIGNS, st.integers(-(10**17), 10**17), st.decimals(places=4, min_value=-(10**9), max_value=10**9))
def test_values_come_back_as_they_were(text, number, exact):
    tree = sql("select _t, _n, _d", t=value(text), n=value(number), d=value(exact))
    (row,) = duckdb.execute(printed(tree)).fetchall()
    assert (row[0], row[1], Decimal(row[2])) == (text, number, exact)


@settings(max_examples=100, deadline=None)
@given(SIGNS.filter(str.strip))
def test_names_are_names_whatever_they_say(key):
    duckdb.sql(f"create or replace temp table t as select 1 as {printed(name(key))}")
    assert duckdb.execute(printed(sql("select _key from t", key=column(key)))).fetchall() == [(1,)]


def test_a_formula_is_compiled_for_the_engine_that_runs_it():
    schema = Schema("rows", {"zh": "行"}, {"day": Field("day", Type.DATE), "n": Field("n", Type.INTEGER)})
    parsed = expressions.parse("days_between(day, :today) > 3 and n = 1", schema, {"today": Type.DATE})
    tree = sql("select 1 from t d where _formula", formula=trees.formula(parsed, Rows(), {"today": date(2026, 3, 17)}))
    copied = sql("select * from _rows", rows=tree)
    assert "DATEDIFF" in trees.printed(copied, "spark") and "DATEDIFF" not in printed(copied)
    assert ":today" not in printed(copied) and "$" not in printed(copied)


def test_what_engines_write_differently_stands_in_one_table():
    tree = sql("select replaced_by(a, 'x', ''), distinct_in_all(b) from t group by c")
    assert printed(tree) == (
        "SELECT REGEXP_REPLACE(a, 'x', '', 'g'), LENGTH(LIST_DISTINCT(FLATTEN(ARRAY_AGG(b)))) FROM t GROUP BY c"
    )
    assert trees.printed(tree, "spark") == (
        "SELECT REGEXP_REPLACE(a, 'x', ''), SIZE(ARRAY_DISTINCT(FLATTEN(COLLECT_LIST(b)))) FROM t GROUP BY c"
    )


def test_a_statement_is_put_into_words_once_for_each_engine(monkeypatch):
    made = []
    monkeypatch.setattr(trees, "printed", lambda tree, dialect: made.append(dialect) or tree.sql(dialect))
    statement = trees.Statement(sql("select _a from t", a=column("x")))
    assert [statement.text(dialect) for dialect in ("duckdb", "spark", "duckdb")] == [
        'SELECT "x" FROM t',
        "SELECT `x` FROM t",
        'SELECT "x" FROM t',
    ]
    assert made == ["duckdb", "spark"]
