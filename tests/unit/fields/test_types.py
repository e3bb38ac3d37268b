"""Each field type: what it takes, refuses, stores, shows and exports."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import get_args
from uuid import UUID

import pytest
from pydantic import ValidationError

from zhike.kernel.definition_parts import Labels
from zhike.platform.fields import api as fields
from zhike.platform.fields.errors import BadGrammar, BadValue, UnknownType
from zhike.platform.fields.types import Amount, Cell, Format, Grammar, Mask, Option

UID = "01890a5d-ac96-774b-bcce-b302099a8057"
OPTIONS = (Option("a", Labels("甲", "A"), "done"), Option("b", Labels("乙", "B")))


def refused(code, act, *args):
    with pytest.raises(BadValue) as error:
        act(*args)
    assert error.value.code == code


def test_there_are_twenty_types_and_an_unknown_one_is_told_them():
    assert sorted(fields.value_types()) == [
        *("address", "boolean", "choice", "date", "datetime", "decimal", "duration", "email", "identity_number"),
        *("integer", "long_text", "money", "multi_choice", "percent", "phone", "reference", "text", "unit", "url"),
        "user",
    ]
    with pytest.raises(UnknownType) as error:
        fields.value_type("colour")
    assert error.value.facts["has"][:2] == ["address", "boolean"]


@pytest.mark.parametrize("key", sorted(fields.value_types()))
def test_every_type_has_its_words_and_takes_nothing_as_nothing(key):
    found = fields.value_type(key)
    assert found.labels.zh and found.labels.en and found.expected.zh and found.expected.en
    bound = fields.bound(key, options=OPTIONS)
    assert bound.parse(None) is None
    assert bound.format in get_args(Format)
    assert set(bound.telling) <= set(bound.columns) and set(bound.wiped) <= set(bound.columns)
    assert set(bound.store(None).values()) == {None} and set(bound.store(None)) == set(bound.columns)


@pytest.mark.parametrize(
    ("type", "given", "held"),
    [
        ("text", " 甲 ", "甲"),
        ("text", "  ", None),
        ("long_text", "a\nb", "a\nb"),
        ("long_text", "", None),
        ("phone", "１３８ 0000 1234", "13800001234"),
        ("email", "a.b+c@example.com", "a.b+c@example.com"),
        ("url", "https://example.com/a?b=1", "https://example.com/a?b=1"),
        ("choice", "b", "b"),
        ("multi_choice", ["b", "a"], ["b", "a"]),
        ("integer", "1,234", 1234),
        ("integer", -5, -5),
        ("duration", 30, 30),
        ("decimal", "1,234.5", Decimal("1234.5")),
        ("percent", 12.5, Decimal("12.5")),
        ("money", "13.75", Amount(Decimal("13.75"), "CNY")),
        ("money", {"amount": "13.75", "currency": "HKD"}, Amount(Decimal("13.75"), "HKD")),
        ("boolean", False, False),
        ("date", "2026-03-17", date(2026, 3, 17)),
        ("datetime", "2026-03-17T02:42:00Z", datetime(2026, 3, 17, 2, 42, tzinfo=UTC)),
        ("reference", {"uid": UID}, UUID(UID)),
        ("unit", UID, UUID(UID)),
        ("user", UID, UUID(UID)),
        ("address", "浙江省\n\n\n 文三路 1 号 \n", "浙江省\n\n\n文三路 1 号\n"),
        ("address", "文三路 1 号", "\n\n\n文三路 1 号\n"),
    ],
)
def test_what_comes_from_a_form_is_held_as_its_type(type, given, held):
    assert fields.bound(type, options=OPTIONS).parse(given) == held


@pytest.mark.parametrize(
    ("type", "given", "code"),
    [
        ("text", 7, "value.not_text"),
        ("text", "x" * 201, "value.too_long"),
        ("text", "a\x00b", "value.bad_character"),
        ("phone", "1234", "value.not_phone"),
        ("email", "a@b", "value.not_email"),
        ("email", "张三@例子.中国", "value.not_email"),
        ("email", "one@example.com;two@example.com", "value.not_email"),
        ("email", "dot.@example.com", "value.not_email"),
        ("url", "javascript:alert(1)", "value.not_url"),
        ("choice", "c", "value.not_an_option"),
        ("multi_choice", ["a", "c"], "value.not_an_option"),
        ("multi_choice", "a", "value.not_a_list"),
        ("integer", "1.5", "value.not_integer"),
        ("integer", True, "value.not_integer"),
        ("integer", "13,75", "value.not_integer"),
        ("decimal", "13,75", "value.not_number"),
        ("decimal", "1e3", "value.not_number"),
        ("decimal", "0.00001", "value.too_many_digits"),
        ("money", "12.505", "value.too_many_digits"),
        ("money", {"amount": "1", "currency": "yuan"}, "value.not_currency"),
        ("money", {"currency": "CNY"}, "value.not_number"),
        ("boolean", "true", "value.not_boolean"),
        ("date", "1990-13-01", "value.not_date"),
        ("datetime", "2026-03-17T02:42:00", "value.no_zone"),
        ("datetime", "yesterday", "value.not_instant"),
        ("datetime", "9999-12-31T23:59:59-10:00", "value.not_instant"),
        ("datetime", "0001-01-01T00:00:00+10:00", "value.not_instant"),
        ("datetime", "9999-12-31T23:59:59Z", "value.not_instant"),
        ("reference", "7", "value.not_a_uid"),
        ("address", "浙江省\n文三路", "value.not_address"),
        ("address", "浙江省\n\n\n\n\n", "value.not_address"),
        ("address", "\n\n\n文三路\n31", "value.not_postcode"),
        ("duration", "1 day", "value.not_integer"),
        ("duration", -1, "value.too_short"),
    ],
)
def test_what_does_not_fit_is_refused(type, given, code):
    refused(code, fields.bound(type, options=OPTIONS).parse, given)


@pytest.mark.parametrize(
    ("decimal", "grouping", "text", "amount"),
    [(".", ",", "1,375.00", "1375.00"), (",", ".", "13,75", "13.75"), (",", ".", "1.234,56", "1234.56")],
)
def test_an_amount_is_read_as_its_feed_writes_it(decimal, grouping, text, amount):
    grammar = Grammar(decimal, grouping)
    assert fields.bound("decimal", digits=18, scale=2).read(text, grammar) == Decimal(amount)


@pytest.mark.parametrize("text", ["13,75", "1.234,56", "12.505", "1,23,456.00", " 1", "+1", "007", ".5", "5."])
def test_an_amount_written_otherwise_is_refused(text):
    with pytest.raises(BadValue):
        fields.bound("decimal", digits=18, scale=2).read(text, Grammar())


def test_money_keeps_its_currency_wherever_it_goes():
    money = fields.bound("money", currency="CZK")
    assert money.store(money.parse("8.10")) == {"": Decimal("8.10"), "_currency": "CZK"}
    assert money.store(Decimal("8.10")) == {"": Decimal("8.10"), "_currency": "CZK"}
    assert money.present((Decimal("8.10"), "HKD")) == {"amount": "8.10", "currency": "HKD"}
    assert money.excel({"amount": "8.10", "currency": "HKD"}, "zh") == Cell(Decimal("8.10"), '#,##0.00" HKD"')
    assert money.excel("8.10", "zh") == Cell(Decimal("8.10"), '#,##0.00" CZK"')


def test_an_identity_number_is_compared_by_its_hash_and_shown_masked():
    number = fields.bound("identity_number", mask="certificate")
    stored = number.store("310101199001011234")
    assert set(stored) == {"", "_digest", "_tail"} and "310101" not in str(stored[""])
    assert number.compared("310101199001011234") == {"_digest": stored["_digest"]}
    assert number.present((stored[""],), masked=True) == "310***********1234"
    assert number.present((stored[""],)) == "310101199001011234"
    assert number.expression is None


def test_a_cell_is_a_number_a_day_or_words():
    assert fields.bound("choice", options=OPTIONS).excel("a", "zh") == Cell("甲")
    assert fields.bound("multi_choice", options=OPTIONS).excel(["a", "b"], "en") == Cell("A、B")
    assert fields.bound("date").excel("2026-03-17", "zh") == Cell(date(2026, 3, 17), "yyyy-mm-dd")
    assert fields.bound("date", mask="birthday").excel("1974-**-**", "zh") == Cell("1974-**-**")
    assert fields.bound("datetime").excel("2026-03-17T02:42:00Z", "zh").value == datetime(2026, 3, 17, 10, 42)
    assert fields.bound("percent").excel("12.5", "zh") == Cell(Decimal("12.5"), '0.00"%"')
    assert fields.bound("duration", span="minute").excel(30, "zh") == Cell(Decimal(30), '0" 分钟"')
    assert fields.bound("duration", span="minute").excel(30, "en") == Cell(Decimal(30), '0" min"')
    assert fields.bound("boolean").excel(True, "zh") == Cell("是")
    assert fields.bound("address").excel("浙江省\n杭州市\n\n文三路 1 号\n", "zh") == Cell("浙江省 杭州市 文三路 1 号")
    assert fields.bound("reference").excel({"uid": UID, "display": "张*", "object": "party"}, "zh") == Cell("张*")


@pytest.mark.parametrize(
    ("type", "given"),
    [
        ("choice", {}),
        ("choice", {"options": []}),
        ("choice", {"options": [{"key": "a", "labels": {"zh": "甲", "en": "A"}, "colour": "red"}]}),
        ("decimal", {"digits": 3, "scale": 4}),
        ("choice", {"options": [{"key": "a", "labels": {"zh": "甲", "en": "A"}}] * 2}),
        ("integer", {"default": "abc"}),
        ("integer", {"currency": "CNY"}),
        ("text", {"mask": "faces"}),
        ("boolean", {"mask": "name"}),
        ("money", {"currency": "yuan"}),
        ("reference", {}),
        ("duration", {"span": "month"}),
        ("text", {"format": "money"}),
    ],
)
def test_settings_that_a_type_does_not_have_are_faults(type, given):
    with pytest.raises(ValidationError):
        fields.value_type(type).settings_model.model_validate(given)


def test_every_mask_that_may_be_named_masks():
    assert {kind: fields.mask(kind, "310101199001011234") for kind in get_args(Mask)}.keys() == set(get_args(Mask))
    assert all(fields.mask(kind, "310101199001011234") != "310101199001011234" for kind in get_args(Mask))


@pytest.mark.parametrize("format", ["YYYYMMDD", "%Y-%m", "%Y%m%d%d", "%Q%m%d", "%Y-%m-%d %H"])
def test_a_date_format_that_reads_no_day_is_refused(format):
    with pytest.raises(BadGrammar):
        fields.check_format(format, day_only=True)


def test_a_grammar_has_two_different_signs():
    fields.check_numbers(Grammar(",", "."))
    for grammar in (Grammar(",", ","), Grammar("·", ","), Grammar(".", "_")):
        with pytest.raises(BadGrammar):
            fields.check_numbers(grammar)
    assert fields.bound("date").expects(Grammar(date="%Y%m%d")).zh == "日期（应为 YYYYMMDD）"


@pytest.mark.parametrize(
    ("type", "format", "adds_up"),
    [
        ("integer", None, True),
        ("integer", "change", True),
        ("integer", "number", False),  # a code
        ("decimal", None, True),
        ("decimal", "percent", False),
        ("percent", None, False),
        ("percent", "change", False),
        ("money", "change", True),
        ("duration", None, True),
        ("text", None, False),
    ],
)
def test_amounts_and_counts_add_up_shares_and_codes_do_not(type, format, adds_up):
    assert fields.bound(type, **({"format": format} if format else {})).adds_up is adds_up
