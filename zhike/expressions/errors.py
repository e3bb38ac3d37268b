"""What can be wrong with an expression, each with a stable code, a place and what exists instead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from zhike.kernel import definition_parts
from zhike.kernel.definition_parts import Labels, Place
from zhike.kernel.errors import Invalid

SENTENCES: Mapping[str, tuple[str, str]] = {
    "syntax": ("此处应为{expected}，实为“{found}”", "Expected {expected} here, found '{found}'"),
    "unclosed_quote": ("引号没有闭合", "A quote is not closed"),
    "malformed": ("JSON 结构有误：应为{expected}", "Malformed JSON: expected {expected}"),
    "too_long": ("合计超过 {limit} 个字符", "Longer than {limit} characters in all"),
    "too_deep": ("嵌套超过 {limit} 层", "Nested deeper than {limit} levels"),
    "too_many_nodes": ("合计超过 {limit} 个节点", "More than {limit} nodes in all"),
    "too_costly": (
        "这样查太费时（工作量 {work}，上限 {limit}），最费的是：{parts}。请减少这些部分",
        "This takes too long (work {work}, limit {limit}). Dearest: {parts}. Ask for less of these",
    ),
    "unknown_field": (
        "“{schema}”没有字段“{name}”。可用：{has}",
        "Field '{name}' is not on '{schema}'. It has: {has}",
    ),
    "unknown_relation": (
        "“{schema}”没有关联“{name}”。可用：{has}",
        "Relation '{name}' is not on '{schema}'. It has: {has}",
    ),
    "relation_as_value": (
        "“{name}”是关联，请指明其字段。可用：{has}",
        "'{name}' is a relation; name one of its fields. It has: {has}",
    ),
    "many_relation": (
        "“{name}”对应多条记录，请用 exists、count、sum、min、max 或 avg",
        "'{name}' leads to many records; use exists, count, sum, min, max or avg",
    ),
    "not_many": (
        "“{name}”不是一对多关联，不能汇总。可用：{has}",
        "'{name}' does not lead to many records. To-many relations here: {has}",
    ),
    "ambiguous_name": ("“{name}”有歧义，可能是：{has}", "'{name}' could be: {has}"),
    "unknown_parameter": ("没有参数“:{name}”。可用：{has}", "There is no parameter ':{name}'. It has: {has}"),
    "unknown_function": ("没有函数“{name}”。可用：{has}", "There is no function '{name}'. It has: {has}"),
    "unknown_option": (
        "“{label}”没有选项“{name}”。可用：{has}",
        "'{label}' has no option '{name}'. It has: {has}",
    ),
    "argument_count": (
        "函数 {function} 的参数个数应为 {expected}，实为 {found}",
        "{function} takes {expected} arguments, not {found}",
    ),
    "argument_type": (
        "函数 {function} 的第 {position} 个参数应为 {expected}，实为 {found}",
        "Argument {position} of {function} must be {expected}, not {found}",
    ),
    "argument_literal": (
        "函数 {function} 的第 {position} 个参数应为 {low} 至 {high} 的整数常量",
        "Argument {position} of {function} must be a whole number from {low} to {high}, written out",
    ),
    "aggregate_value": (
        "{function} 需要一个数值、文本或日期字段，实为 {found}",
        "{function} cannot be taken over {found}",
    ),
    "operand_type": ("“{operator}”不能用于 {found}", "'{operator}' does not work on {found}"),
    "value_type": (
        "此处应为文本、数字、日期或是非，实为 {found}",
        "A text, a number, a date or yes or no is needed here, not {found}",
    ),
    "condition_type": ("此处应为条件，实为 {found}", "A condition is needed here, not {found}"),
    "other_target": (
        "“{left}”指向{left_target}，“{right}”指向{right_target}，两者不能比较",
        "'{left}' points at {left_target} and '{right}' at {right_target}; they are never the same",
    ),
    "words_of_record": (
        "“{operator}”只能把引用字段与写明的编号、参数或同类引用字段比较，实为 {found}",
        "'{operator}' compares a field that points at a record with a key written out, a parameter or another such field, not {found}",
    ),
    "mixed_types": ("各值类型不一致：{found}", "The values have different types: {found}"),
    "empty_list": ("in 至少需要一个值", "'in' needs at least one value"),
    "list_operand": (
        "in 右侧应为值、列表字段或列表参数",
        "The right side of 'in' must be values, a list field or a list parameter",
    ),
    "number_too_wide": (
        "数值最多 18 位整数和 10 位小数",
        "A number has at most 18 digits before and 10 after the point",
    ),
    "bad_integer": ("不是整数：{found}", "Not a whole number: {found}"),
    "bad_number": ("不是数值：{found}", "Not a number: {found}"),
    "bad_date": ("不是有效日期：{found}", "Not a date (1–9999): {found}"),
    "bad_text": ("文本含有不允许的字符", "The text holds a character that cannot be stored"),
    "stale_type": (
        "“{name}”的类型已由 {stored} 变为 {found}",
        "'{name}' was {stored} when this was saved and is now {found}",
    ),
    "no_back_end": ("函数 {name} 不能用于 {back_end}", "{name} cannot be used in {back_end}"),
}


_ABOUT_TYPES = frozenset(
    [
        "operand_type",
        "words_of_record",
        "condition_type",
        "value_type",
        "mixed_types",
        "argument_type",
        "aggregate_value",
        "stale_type",
    ]
)
#: Faults that blame the expression for a name that nothing has.
_ABOUT_NAMES = frozenset(["unknown_field", "unknown_relation", "unknown_option", "not_many"])
_TYPES_ZH = {
    "text": "文本",
    "integer": "整数",
    "decimal": "小数",
    "boolean": "是否",
    "date": "日期",
    "datetime": "时间",
    "duration": "时长",
    "record": "记录",
    "list": "列表",
    "null": "空值",
    "a value": "一个值",
}
_HOPED_ZH = {
    "the end": "结尾",
    "a value": "一个值",
    "a name": "名称",
    "a relation": "关联",
    "'in' or 'between'": "in 或 between",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: `at` is the position in the text (from 0) or the path in the JSON.

    A fact that reads differently in a language has a second one: "has_en" stands for "has" in English.
    """

    code: str
    at: int | str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)

    def message(self, lang: str = "zh") -> str:
        """Return the sentence in `lang` ("zh" or "en")."""
        said = {key: self._word(key, value) if lang == "zh" else value for key, value in self.facts.items()}
        said |= {key.removesuffix(f"_{lang}"): value for key, value in self.facts.items() if key.endswith(f"_{lang}")}
        return SENTENCES[self.code][0 if lang == "zh" else 1].format(**said)

    def _word(self, key: str, value: object) -> object:
        """A fact in Chinese: names of types, and what the parser hoped for; what somebody typed stays."""
        if self.code in _ABOUT_TYPES and key in ("expected", "found", "stored"):
            return "、".join(_TYPES_ZH.get(part, part) for part in re.split(r", |/", str(value)))
        return _HOPED_ZH.get(str(value), value) if self.code == "syntax" else value

    def as_dict(self) -> dict[str, object]:
        """Return the fault as the kernel's errors carry it."""
        place = "position" if isinstance(self.at, int) else "path"
        return {
            "code": f"expression.{self.code}",
            "message": self.message("zh"),
            "message_en": self.message("en"),
            place: self.at,
            "facts": dict(self.facts),
        }


class ExpressionInvalid(Invalid):
    """The expression cannot be understood or does not fit its schema; every finding is listed."""

    code = "expression.invalid"
    zh = "表达式有 {count} 处需要修改：{summary_zh}"
    en = "{count} things in the expression need a correction: {summary_en}"

    def __init__(self, found: Sequence[Finding]) -> None:
        self.found = tuple(found)
        super().__init__(
            findings=[finding.as_dict() for finding in found],
            summary_zh="；".join(finding.message("zh") for finding in found),
            summary_en="; ".join(finding.message("en") for finding in found),
        )

    def in_definition(self, where: Place, code: str = "") -> Iterator[definition_parts.Finding]:
        """Yield the faults as those of a definition that holds the expression at `where`."""
        for finding in self.found:
            said = Labels(finding.message("zh"), finding.message("en"))
            named = str(finding.facts["name"]).split(".") if finding.code in _ABOUT_NAMES else ()
            yield definition_parts.Finding(code or self.code, said, where, tuple(named))
