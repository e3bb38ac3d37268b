"""Conditions as sentences in both languages."""

from __future__ import annotations

import pytest

from tests.unit.expressions.schemas import CUSTOMER, PARAMETERS
from zhike.expressions import api as ex
from zhike.expressions.functions import FUNCTIONS
from zhike.expressions.wording import _FUNCTIONS

PARAMS = {"today": {"zh": "业务日", "en": "the business date"}}


def _words(text: str) -> tuple[str, str]:
    found = ex.parse(text, CUSTOMER, PARAMETERS)
    named = lambda path, value, lang: {"won": {"zh": "成交", "en": "Won"}}.get(value, {}).get(lang)
    return tuple(ex.in_words(found, CUSTOMER, lang, named, PARAMS) for lang in ("zh", "en"))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("born < :today - 30", "出生 日期 早于 业务日前 30 天", "born is before 30 days before the business date"),
        ("born >= :today + age", "出生 日期 不早于 （业务日 + 年龄）", "born is on or after (the business date + age)"),
        ("5 < age", "5 小于 年龄", "5 is less than age"),
        ("total_asset / age * 2 != -1", "（（总资产 ÷ 年龄） × 2） 不等于 −1", "((Total asset ÷ age) × 2) is not −1"),
        ("age not in (1, 2)", "年龄 不属于 1、2", "age is none of 1, 2"),
        ("age between 1 and :today - born", "年龄 介于 1 至 （业务日 − 出生 日期）", "age is from 1 to (the business date − born)"),
        ("nick is not empty", "昵称 有值", "nick has a value"),
        ("'vip' not in tags", "标签 不含 “vip”", "tags does not have “vip”"),
        ("not (age = 1 or nick = null)", "不是：（年龄 等于 1，或昵称 等于 无值）", "not: (age is 1 or nick is no value)"),
        ("age = 1 and (age = 2 or age = 3)", "年龄 等于 1，且（年龄 等于 2，或年龄 等于 3）", "age is 1 and (age is 2 or age is 3)"),
        ("branch.name = '上海'", "营业部的名称 等于 “上海”", "branch’s Name is “上海”"),
        ("exists(orders where status = 'won')", "有 订单（其中 状态 等于 成交）", "there is orders (where status is Won)"),
        ("count(orders) > 3", "订单 的个数 大于 3", "number of orders is more than 3"),
        ("sum(orders.amount where amount > 0) >= 100.50", "订单（其中 金额 大于 0） 的 金额 合计 不小于 100.50",
         "total Amount of orders (where Amount is more than 0) is at least 100.50"),
        ("starts_with(nick, 'a')", "开头是（昵称、“a”）", "starts with(nick, “a”)"),
    ],
)  # fmt: skip
def test_a_condition_reads_as_a_sentence(text: str, zh: str, en: str) -> None:
    assert _words(text) == (zh, en)


def _conditions(depth: int) -> list[str]:
    """All conditions of `and`, `or`, `not` over three tests, so deep."""
    atoms = ["age = 1", "nick = 'a'", "age > 2"]
    if depth == 0:
        return atoms
    inside = _conditions(depth - 1)
    joined = [f"({left}) {op} ({right})" for op in ("and", "or") for left in inside for right in atoms]
    return [*inside, *(f"not ({one})" for one in inside), *joined]


def test_no_two_conditions_read_the_same() -> None:
    read: dict[tuple[str, str], object] = {}
    for text in dict.fromkeys(_conditions(3)):
        found = ex.parse(text, CUSTOMER, PARAMETERS)
        assert read.setdefault(_words(text), found) == found, text
    assert len(read) > 500


def test_every_function_has_a_name_in_both_languages() -> None:
    assert {name for name, names in _FUNCTIONS.items() if names["zh"] and names["en"]} == set(FUNCTIONS)
