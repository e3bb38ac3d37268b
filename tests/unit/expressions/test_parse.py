"""Reading, printing and storing expressions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.unit.expressions.schemas import CUSTOMER, PARAMETERS
from zhike.expressions import api as ex
from zhike.expressions.types import Schema, Type


@pytest.mark.parametrize(
    ("text", "zh", "keys"),
    [
        ("总资产>=300000", "总资产 >= 300000", "total_asset >= 300000"),
        ("`Total asset` > 1.50", "总资产 > 1.50", "total_asset > 1.50"),
        ("总资产 >= 1万", "总资产 >= 10000", "total_asset >= 10000"),
        (
            "总资产>=-1.50 千万 and age<3千",
            "总资产 >= -15000000 and 年龄 < 3000",
            "total_asset >= -15000000 and age < 3000",
        ),
        ("总资产 in (0.5亿, 1.00005万)", "总资产 in (50000000, 10000.5)", "total_asset in (50000000, 10000.5)"),
        (
            "「出生 日期」 = date '2026-03-17'",
            "「出生 日期」 = date '2026-03-17'",
            "born = date '2026-03-17'",
        ),
        ("not (age = 1 or age = 2) and nick = 'a''b'", "not (年龄 = 1 or 年龄 = 2) and 昵称 = 'a''b'", None),
        ("not nick is empty", "昵称 is not empty", "nick is not empty"),
        ("age not in (1,2)", "年龄 not in (1, 2)", "age not in (1, 2)"),
        ("age - (1 - 2) * -(3)", "年龄 - (1 - 2) * -(3)", "age - (1 - 2) * -(3)"),
        (
            "sum(订单.金额 where 状态='won')",
            "sum(订单.金额 where 状态 = 'won')",
            "sum(orders.amount where status = 'won')",
        ),
        ("sum(amount * 2 over orders)", "sum(金额 * 2 over 订单)", "sum(amount * 2 over orders)"),
        ("owner = :me or owner in :my_units", "归属人 = :me or 归属人 in :my_units", None),
        ("'vip' in tags and branch.name != ''", "'vip' in 标签 and 营业部.名称 != ''", None),
        ("phone is empty", "phone is empty", "phone is empty"),  # two fields bear the label
    ],
)
def test_text_and_json_give_the_expression_back(text: str, zh: str, keys: str | None) -> None:
    expression = ex.parse(text, CUSTOMER, PARAMETERS)
    assert ex.to_text(expression, CUSTOMER) == zh
    assert keys is None or ex.to_text(expression, CUSTOMER, None) == keys
    assert ex.parse(zh, CUSTOMER, PARAMETERS) == expression
    assert ex.from_json(ex.to_json(expression), CUSTOMER, PARAMETERS) == expression


def test_the_stored_form_is_what_the_builder_edits() -> None:
    text = "total_asset >= 300000.0 and born not between date '1970-01-01' and :today and exists(orders where status in ('won'))"
    assert ex.to_json(ex.parse(text, CUSTOMER, PARAMETERS)) == {
        "and": [
            {"op": ">=", "left": {"field": "total_asset"}, "right": {"value": "300000.0", "type": "decimal"}},
            {
                "op": "not_between",
                "left": {"field": "born"},
                "right": [{"value": "1970-01-01", "type": "date"}, {"param": "today"}],
            },
            {
                "aggregate": "exists",
                "over": "orders",
                "where": {
                    "op": "in",
                    "left": {"field": "status"},
                    "right": [{"value": "won", "type": "text"}],
                },
            },
        ]
    }


def test_a_renamed_label_changes_no_stored_expression() -> None:
    stored = ex.to_json(ex.parse("总资产 > 1", CUSTOMER))
    field = CUSTOMER.fields["total_asset"]
    renamed = Schema("customer", {}, {"total_asset": type(field)(field.key, field.type, {"zh": "资产总额"})})
    assert ex.to_text(ex.from_json(stored, renamed), renamed) == "资产总额 > 1"


def test_raw_json_values_are_short_for_literals() -> None:
    short = {"op": "in", "left": {"field": "age"}, "right": [1, {"value": "2", "type": "integer"}, None]}
    assert ex.from_json(short, CUSTOMER) == ex.parse("age in (1, 2, null)", CUSTOMER)


def test_literals_have_their_types() -> None:
    assert ex.parse("-5", CUSTOMER) == ex.Literal(-5, Type.INTEGER)
    assert ex.parse("1.50", CUSTOMER) == ex.Literal(Decimal("1.5"), Type.DECIMAL)
    assert ex.parse("date '0001-01-01'", CUSTOMER) == ex.Literal(date(1, 1, 1), Type.DATE)


@pytest.mark.parametrize(
    ("text", "type"),
    [
        ("age + 1", Type.INTEGER),
        ("age / 2", Type.DECIMAL),
        ("born - born", Type.DURATION),
        ("born + 7", Type.DATE),
        ("if(true, age, total_asset)", Type.DECIMAL),
        ("avg(orders.amount)", Type.DECIMAL),
        ("count(orders)", Type.INTEGER),
    ],
)
def test_check_answers_the_type(text: str, type: Type) -> None:
    assert ex.check(ex.parse(text, CUSTOMER), CUSTOMER) is type
