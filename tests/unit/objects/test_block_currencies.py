"""Amounts of related records: one unit for a column of one currency, a currency beside each where there are several."""

from __future__ import annotations

from zhike.kernel.block_data import column
from zhike.platform.objects.blocks import _cell_of, _unambiguous

AMOUNT = column("amount", {"zh": "金额", "en": "Amount"}, "money", unit="CNY")
YUAN = {"amount": "1234567.50", "currency": "CNY"}
DOLLARS = {"amount": "-20000", "currency": "USD"}


def test_amounts_of_the_house_stand_under_one_unit():
    shown = _unambiguous(AMOUNT, [YUAN, None, "12.00"])
    assert shown == AMOUNT
    assert [_cell_of(shown, value) for value in (YUAN, None, "12.00")] == ["1234567.50", None, "12.00"]


def test_each_amount_says_its_currency_where_there_are_others():
    shown = _unambiguous(AMOUNT, [YUAN, DOLLARS, None])
    assert (shown["format"], shown["unit"], shown["align"]) == ("text", None, "right")
    assert [_cell_of(shown, value) for value in (YUAN, DOLLARS, None)] == ["1,234,567.50 CNY", "-20,000 USD", None]
