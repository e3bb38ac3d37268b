"""Every function by exact values, in Python; tests/property holds SQL to the same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.unit.expressions.schemas import CUSTOMER, PARAMETERS
from zhike.expressions import api as ex
from zhike.expressions.functions import FUNCTIONS, MAX_FUNCTIONS

ROW = {
    "total_asset": Decimal("300000.00"),
    "age": 40,
    "nick": "知客",
    "born": date(1965, 5, 1),
    "tags": ["vip"],
    "owner": "u1",
    "branch": {"name": "上海"},
    "orders": [
        {"amount": Decimal("1.00"), "status": "won"},
        {"amount": Decimal("2.00"), "status": "won"},
        {"amount": None, "status": "lost"},
    ],
}

CASES = [
    ("if(age > 30, 'a', 'b')", "a"),
    ("if(null, 'a', 'b')", "b"),
    ("coalesce(null, 2)", 2),
    ("abs(-1.5)", Decimal("1.5")),
    ("round(2.5)", Decimal(3)),
    ("round(-1.005, 2)", Decimal("-1.01")),
    ("floor(-1.5)", -2),
    ("ceil(1.1)", 2),
    ("least(3, null, 2)", 2),
    ("greatest('a', 'b')", "b"),
    ("length(nick)", 2),
    ("lower('AÉ')", "aÉ"),
    ("upper('aé')", "Aé"),
    ("trim('\u3000a ')", "a"),
    ("substring('abcd', 2, 2)", "bc"),
    ("concat(nick, '-', 'x')", "知客-x"),
    ("concat(nick, null)", None),
    ("contains(nick, '客')", True),
    ("contains(tags, 'vip')", True),
    ("starts_with(nick, '知')", True),
    ("to_integer('-12')", -12),
    ("to_integer(' 12')", None),
    ("to_decimal('1.25')", Decimal("1.25")),
    ("to_text(1.50)", "1.5"),
    ("make_date(2024, 2, 29)", date(2024, 2, 29)),
    ("make_date(2023, 2, 29)", None),
    ("year(born)", 1965),
    ("month(born)", 5),
    ("day(born)", 1),
    ("days_between(born, date '1965-05-08')", 7),
    ("add_days(born, -1)", date(1965, 4, 30)),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_function(text: str, expected: object) -> None:
    answer = ex.compile_python(ex.parse(text, CUSTOMER, PARAMETERS))(ROW, {})
    assert (type(answer), answer) == (type(expected), expected)


def test_every_function_is_tried_and_there_are_at_most_25() -> None:
    assert {text.partition("(")[0] for text, _ in CASES} == set(FUNCTIONS)
    assert len(FUNCTIONS) <= MAX_FUNCTIONS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("exists(orders where status = 'won')", True),
        ("count(orders)", 3),
        ("count(orders.amount)", 2),
        ("sum(orders.amount where status = 'won')", Decimal(3)),
        ("avg(orders.amount)", Decimal("1.5")),
        ("max(orders.amount)", Decimal(2)),
        ("min(orders.amount where status = 'lost')", None),
        ("sum(amount * 2 over orders)", Decimal(6)),
    ],
)
def test_aggregate(text: str, expected: object) -> None:
    assert ex.compile_python(ex.parse(text, CUSTOMER))(ROW, {}) == expected


def test_parameters_and_relations() -> None:
    mine = ex.compile_python(
        ex.parse("owner = :me and owner in :my_units and branch.name = '上海'", CUSTOMER, PARAMETERS)
    )
    assert mine(ROW, {"me": "u1", "my_units": ["u1"]}) is True
    assert mine(ROW, {"me": "u2", "my_units": ["u1"]}) is False
    assert mine({**ROW, "branch": None}, {"me": "u1", "my_units": ["u1"]}) is None
