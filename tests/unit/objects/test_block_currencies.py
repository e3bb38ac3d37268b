"""Amounts of related records: one unit for a column of one currency, a currency beside each where there are several."""

from __future__ import annotations

from zhike.kernel.block_data import column
from zhike.platform.records.blocks import _cell_of, _is_mixed, _spelled

AMOUNT = column("amount", {"zh": "金额", "en": "Amount"}, "money", unit="CNY")
YUAN = {"amount": "1234567.50", "currency": "CNY"}
DOLLARS = {"amount": "-20000", "currency": "USD"}


def test_amounts_of_the_house_stand_under_one_unit():
    values = (YUAN, None, "12.00")
    assert not _is_mixed(values)
    assert [_cell_of(value, spelled=False) for value in values] == ["1234567.50", None, "12.00"]


def test_each_amount_says_its_currency_where_there_are_others():
    values = (YUAN, DOLLARS, None)
    assert _is_mixed(values)
    shown = _spelled(AMOUNT)
    assert (shown["format"], shown["unit"], shown["align"]) == ("text", None, "right")
    assert [_cell_of(value, spelled=True) for value in values] == ["1,234,567.50 CNY", "-20,000 USD", None]
