"""What is wrong is said all at once, with place and remedy."""

from __future__ import annotations

import pytest

from tests.unit.expressions.schemas import CUSTOMER, PARAMETERS
from zhike.expressions import api as ex
from zhike.expressions.errors import SENTENCES, ExpressionInvalid
from zhike.expressions.types import Field, Schema, Type


def _refused(text: str) -> ExpressionInvalid:
    with pytest.raises(ExpressionInvalid) as refused:
        ex.parse(text, CUSTOMER, PARAMETERS)
    return refused.value


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ("age = ", "syntax", 6),
        ("age = 1 2", "syntax", 8),
        ("nick = 'a", "unclosed_quote", 7),
        ("age = $", "syntax", 6),
        ("aum > 1", "unknown_field", 0),
        ("branch.x = 'a'", "unknown_field", 0),
        ("desk.name = 'a'", "unknown_relation", 0),
        ("branch = 'a'", "relation_as_value", 0),
        ("orders.amount > 1", "many_relation", 0),
        ("sum(branch.name) > 1", "not_many", 0),
        ("电话 = 'a'", "ambiguous_name", 0),
        ("owner = :you", "unknown_parameter", 8),
        ("sqrt(age) > 1", "unknown_function", 0),
        ("exists(orders where status = 'open')", "unknown_option", 29),
        ("'old' in tags", "unknown_option", 0),
        ("round(1.5, 1, 2) = 1", "argument_count", 0),
        ("length(age) = 1", "argument_type", 7),
        ("round(1.5, age) = 1", "argument_literal", 11),
        ("sum(orders.status) = 1", "aggregate_value", 0),
        ("sum(orders) = 1", "aggregate_value", 0),
        ("age > 'a'", "operand_type", 4),
        ("tags = tags", "operand_type", 5),
        ("true < false", "operand_type", 5),
        ("age and true", "condition_type", 0),
        ("if(true, 1, 'a') is empty", "mixed_types", 0),
        ("age in ()", "empty_list", 4),
        ("nick in nick", "list_operand", 8),
        ("age = 1234567890123456789", "number_too_wide", 6),
        ("age = 1.12345678901", "number_too_wide", 6),
        ("born = date '2026-02-30'", "bad_date", 7),
        ("nick = 'a\0'", "bad_text", 7),
    ],
)
def test_each_fault_has_its_code_and_position(text: str, code: str, at: int) -> None:
    error = _refused(text)
    assert [(finding.code, finding.at) for finding in error.found] == [(code, at)]
    assert error.findings[0]["code"] == f"expression.{code}"
    assert error.findings[0]["position"] == at


@pytest.mark.parametrize(
    ("value", "type", "said"),
    [
        ("1.5", "integer", "不是整数：1.5"),
        ("１２", "integer", "不是整数：１２"),
        ("abc", "decimal", "不是数值：abc"),
        ("NaN", "decimal", "不是数值：NaN"),
        ("1" * 19, "integer", "数值最多 18 位整数和 10 位小数"),
    ],
)
def test_a_number_is_refused_for_what_is_wrong_with_it(value: str, type: str, said: str) -> None:
    stored = {"op": ">=", "left": {"field": "age"}, "right": {"value": value, "type": type}}
    with pytest.raises(ExpressionInvalid) as refused:
        ex.condition_from_json(stored, CUSTOMER, {})
    assert refused.value.found[0].message() == said


def test_an_option_that_there_is_not_is_told_by_what_its_field_is_called() -> None:
    assert _refused("exists(orders where status = 'open')").found[0].message().startswith("“状态”没有选项“open”")


def test_all_faults_are_found_at_once_and_say_what_exists() -> None:
    error = _refused("aum > 1 and branch.nmae = 'a' and owner = :you")
    assert [finding.code for finding in error.found] == [
        "unknown_field",
        "unknown_field",
        "unknown_parameter",
    ]
    assert "Field 'aum' is not on 'customer'. It has: total_asset (Total asset), age" in error.message("en")
    assert "没有字段“aum”。可用：total_asset (总资产), age (年龄)" in error.message("zh")
    assert "没有字段“nmae”。可用：name (名称)" in error.message("zh")
    assert "It has: :me, :my_units, :today" in error.message("en")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("age >", "此处应为一个值，实为“结尾”"),
        ("age > 1 age", "此处应为结尾，实为“age”"),
        ("age + 1", "此处应为条件，实为 整数"),
        ("nick > 1", "“>”不能用于 文本、整数"),
    ],
)
def test_a_fault_is_said_in_one_language(text: str, said: str) -> None:
    error = _refused(f"({text}) and true" if said.startswith("此处应为条件") else text)
    assert [finding.message("zh") for finding in error.found] == [said]


def test_a_fault_in_json_has_its_path_and_labels_are_no_keys() -> None:
    data = {"and": [{"op": "=", "left": {"field": "总资产"}, "right": 1}, {"op": "~", "left": 1}]}
    with pytest.raises(ExpressionInvalid) as refused:
        ex.from_json(data, CUSTOMER)
    assert [(f.code, f.at) for f in refused.value.found] == [("malformed", "$.and[1].op")]
    with pytest.raises(ExpressionInvalid) as refused:
        ex.from_json(data["and"][0], CUSTOMER)
    assert [(f.code, f.at) for f in refused.value.found] == [("unknown_field", "$.left")]


def test_a_field_whose_type_changed_is_found() -> None:
    stored = ex.parse("age > 1", CUSTOMER)
    changed = Schema("customer", {}, {"age": Field("age", Type.TEXT)})
    with pytest.raises(ExpressionInvalid) as refused:
        ex.check(stored, changed)
    assert [finding.code for finding in refused.value.found] == ["stale_type"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("age = 1 and " * 400 + "true", "too_long"),
        ("(" * 65 + "true" + ")" * 65, "too_deep"),
        ("abs(" * 70 + "1" + ")" * 70 + " = 1", "too_deep"),
        ("-" * 70 + "age = 1", "too_deep"),
        ("not " * 70 + "true", "too_deep"),
        ("age in (" + "1," * 600 + "1)", "too_many_nodes"),
    ],
)
def test_limits(text: str, code: str) -> None:
    assert [finding.code for finding in _refused(text).found] == [code]


@pytest.mark.parametrize(
    ("value", "type"),
    [
        (True, "text"),
        (False, "integer"),
        (True, "null"),
        ("true", "boolean"),
        (1, "boolean"),
        (1, "text"),
        ("x", "null"),
        ("x", "integer"),
        (1.5, "decimal"),
        (["x"], "text"),
        (None, "nothing"),
        (True, "list"),
    ],
)
def test_a_value_that_is_not_of_its_type_is_refused(value: object, type: str) -> None:
    with pytest.raises(ExpressionInvalid) as refused:
        ex.value_from_json({"value": value, "type": type}, CUSTOMER)
    assert [finding.code for finding in refused.value.found] == [
        "bad_integer" if (value, type) == ("x", "integer") else "malformed"
    ]


def test_a_value_of_its_type_and_none_of_any_type_are_taken() -> None:
    for value, type in (
        (True, "boolean"),
        ("1.5", "decimal"),
        (1, "integer"),
        ("1", "integer"),
        ("2026-01-01", "date"),
    ):
        assert ex.type_of(ex.value_from_json({"value": value, "type": type}, CUSTOMER)) == type
        empty = ex.from_json({"value": None, "type": type}, CUSTOMER)
        assert empty == ex.from_json({"value": None}, CUSTOMER) == ex.from_json(None, CUSTOMER)


def test_deep_json_is_refused_before_it_is_read() -> None:
    data: object = True
    for _ in range(2_000):
        data = {"not": data}
    with pytest.raises(ExpressionInvalid) as refused:
        ex.from_json(data, CUSTOMER)
    assert [finding.code for finding in refused.value.found] == ["too_deep"]


def test_every_sentence_exists_in_both_languages() -> None:
    assert all(zh and en for zh, en in SENTENCES.values())
