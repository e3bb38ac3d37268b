"""Python, PostgreSQL and DuckDB give the same answer to any expression over any rows."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

import duckdb
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.depth import examples
from tests.property.expression_cases import (
    CUSTOMER,
    PARAMETERS,
    SCALARS,
    TableBinding,
    customers,
    expressions,
    parameters,
    tables,
)
from zhike.expressions import api as ex
from zhike.expressions.types import Type

AGREE = settings(
    max_examples=examples(300), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    url = os.environ.get("ZHIKE_TEST_DATABASE_URL") or request.getfixturevalue("database_url")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        yield connection


class Engines:
    """Puts the same question to both databases."""

    def __init__(self, postgres: psycopg.Connection, duck: duckdb.DuckDBPyConnection) -> None:
        self._postgres = postgres
        self._duck = duck

    def ask(
        self,
        dialect: ex.DialectName,
        ask: list[ex.Expression],
        where: ex.Expression,
        rows: list[dict],
        given: Mapping,
    ) -> list[tuple]:
        """Return (id, is the filter true, answers…) per row; the filter is also used as one."""
        with_tables, values = tables(rows, dialect)
        columns = []
        names: set[str] = set()
        for number, expression in enumerate([*ask, where]):
            fragment = ex.compile_sql(expression, dialect, TableBinding("customer"), prefix=f"x{number}")
            columns.append(ex.sql_text(fragment.tree, dialect))
            values |= fragment.values
            names |= fragment.parameters
        condition = columns[-1]
        text = (
            f"{with_tables}, kept as (select id as kept_id from customer where {condition}) "
            f"select id, kept_id is not null, {', '.join(columns[:-1])} from customer "
            "left join kept on kept_id = id order by id"
        )
        values |= {name: given[name] for name in names}
        run = self._postgres.execute if dialect == "postgres" else self._duck.execute
        return run(text, values).fetchall()


@pytest.fixture(scope="session")
def engines(postgres: psycopg.Connection, duck: duckdb.DuckDBPyConnection) -> Engines:
    return Engines(postgres, duck)


def _seen(value: object) -> tuple[str, object]:
    kind = "number" if isinstance(value, int | Decimal) and not isinstance(value, bool) else type(value).__name__
    return kind, value


@AGREE
@given(
    asked=st.tuples(*[expressions(type) for type in SCALARS]),
    where=expressions(Type.BOOLEAN),
    rows=st.lists(customers, min_size=1, max_size=3),
    bound=parameters,
)
def test_three_back_ends_agree(engines: Engines, asked, where, rows, bound) -> None:
    checked = [ex.parse(ex.to_text(one, CUSTOMER, None), CUSTOMER, PARAMETERS) for one in (*asked, where)]
    answers = [ex.compile_python(one) for one in checked]
    expected = [
        (number, answers[-1](row, bound) is True, *[answer(row, bound) for answer in answers[:-1]])
        for number, row in enumerate(rows)
    ]
    for dialect in ("postgres", "duckdb"):
        found = engines.ask(dialect, checked[:-1], checked[-1], rows, bound)
        for want, got in zip(expected, found, strict=True):
            for place, (python, sql) in enumerate(zip(want, got, strict=True)):
                text = ex.to_text(checked[place - 2], CUSTOMER, None)
                assert _seen(python) == _seen(sql), f"{dialect}: {text}"


@AGREE
@given(one=st.sampled_from(SCALARS).flatmap(expressions))
def test_text_and_json_round_trip(one: ex.Expression) -> None:
    assert ex.parse(ex.to_text(one, CUSTOMER), CUSTOMER, PARAMETERS) == one
    assert ex.from_json(ex.to_json(one), CUSTOMER, PARAMETERS) == one
    assert ex.check(one, CUSTOMER, PARAMETERS) is ex.type_of(one)


EDGES = [
    # Rounding twice would give 0.0000000001.
    ("500000 / 10000000000000000.0000000001", Decimal(0)),
    ("1 / 3", Decimal("0.3333333333")),
    ("-1 / 2000000000.0 / 10", Decimal("-0.0000000001")),
    ("1 / 0", None),
    ("7 % -3", 1),
    ("-7.5 % 2", Decimal("-1.5")),
    ("round(2.5)", Decimal(3)),
    ("round(-2.345, 2)", Decimal("-2.35")),
    ("999999999999999999 + 1", None),
    ("-999999999999999999 - 1", None),
    ("999999999999999999.9 + 999999999999999999.9", None),
    ("999999999999999999 * 3 % 7", None),
    ("floor(999999999999999999)", 999999999999999999),
    ("ceil(999999999999999998.1)", 999999999999999999),
    ("ceil(999999999999999999.1)", None),
    ("round(999999999999999999.5)", None),
    ("999999999999999999.9999999999 / 0.0000000001", None),
    ("99999999.9999999999 / 0.0000000001", Decimal(999999999999999999)),
    ("999999999999999999 * 999999999999999999 is empty", True),
    ("900000000.5 * 900000000.5", Decimal("810000000900000000.25")),
    ("1000000000.5 * 1000000000.5", None),
    ("abs(-999999999999999999)", 999999999999999999),
    ("lower('ÉẞA')", "Éẞa"),
    ("upper('éßa')", "éßA"),
    ("trim('\u3000 a\t')", "a"),
    ("'\U0001f600' > '\uffff'", True),
    ("length('\U0001f600e\u0301')", 3),
    ("to_text(1.50)", "1.5"),
    ("to_text(-0.0)", "0"),
    ("to_text(date '0007-01-02')", "0007-01-02"),
    ("to_integer('1.0')", None),
    ("to_decimal('+1.50')", Decimal("1.5")),
    ("make_date(1900, 2, 29)", None),
    ("make_date(2000, 2, 29)", date(2000, 2, 29)),
    ("date '0001-01-01' - 1", None),
    ("date '9999-12-31' + 1", None),
    ("date '1969-12-31' - date '1600-03-01'", 135079),
    ("null in (1, 2)", None),
    ("1 in (1, null)", True),
    ("2 not in (1, null)", None),
    ("false and null", False),
    ("true or null", True),
    ("'' is empty", True),
    ("'' = null", None),
    ("contains(concat(null, 'a'), concat(null, 'b'))", None),
    ("concat('a', null)", None),
    ("least(2, null, 1.5)", Decimal("1.5")),
    ("sum(orders.amount)", None),
    ("count(orders)", 0),
]


def test_the_edges_are_as_published(engines: Engines) -> None:
    row = {**dict.fromkeys(CUSTOMER.fields), "branch": None, "orders": []}
    asked = [ex.parse(text, CUSTOMER) for text, _ in EDGES]
    always = ex.parse("true", CUSTOMER)
    answers = {
        "python": [ex.compile_python(one)(row, {}) for one in asked],
        "postgres": engines.ask("postgres", asked, always, [row], {})[0][2:],
        "duckdb": engines.ask("duckdb", asked, always, [row], {})[0][2:],
    }
    for back_end, found in answers.items():
        for (text, expected), answer in zip(EDGES, found, strict=True):
            assert _seen(answer) == _seen(expected), f"{back_end}: {text}"
