"""From a checked tree to a sentence that people read in Chinese or English; it is not read back (see text.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from zhike.expressions.ast import (
    Aggregate,
    Between,
    Binary,
    Call,
    Compare,
    Expression,
    In,
    IsEmpty,
    Literal,
    Logic,
    Negate,
    Not,
    Param,
    Path,
    Value,
)
from zhike.expressions.literals import written
from zhike.expressions.type_rules import type_of
from zhike.expressions.types import Schema, Type

Labels = Mapping[str, str]
#: What a value of a field of the schema is called in a language; None where it has no name.
NameOfValue = Callable[[Path, Value, str], str | None]


def in_words(
    expression: Expression, schema: Schema, lang: str, values: NameOfValue, params: Mapping[str, Labels]
) -> str:
    """Return a checked expression as a sentence in `lang` ("zh" or "en").

    `values` names options and records, `params` the parameters; what has no name stays as its key.
    """
    return _Speaker(schema, lang, values, params).say(expression)


#: Tests that have words of their own for their opposite.
_WITH_OPPOSITE = (In, Between, IsEmpty)


@dataclass(frozen=True)
class _Speaker:
    schema: Schema
    lang: str
    values: NameOfValue
    params: Mapping[str, Labels]

    def say(self, node: Expression, *, within: bool = False) -> str:
        """Return the words of a node, in parentheses where they are part of a longer sentence and could be torn apart."""
        text = self._words(node)
        torn = isinstance(node, Logic | Binary) and not self._is_shifted_day(node)
        torn = torn or (isinstance(node, Not) and not isinstance(node.operand, _WITH_OPPOSITE))
        return self._in_parentheses(text) if within and torn else text

    def _words(self, node: Expression) -> str:
        match node:
            case Literal():
                return self._literal(node)
            case Param():
                return self.params.get(node.name, {}).get(self.lang) or f":{node.name}"
            case Path():
                return self._path(node)
            case Negate():
                return f"−{self.say(node.operand, within=True)}"
            case Binary():
                return self._arithmetic(node)
            case Logic():
                operands = (self.say(self._test(operand), within=True) for operand in node.operands)
                return self._phrase(node.operator).join(operands)
            case Not(operand=In() | Between() | IsEmpty() as inside):
                return self._test_words(inside, "not_")
            case Not():
                return self._phrase("not").format(self.say(self._test(node.operand), within=True))
            case Call():
                return self._call(node)
            case Aggregate():
                return self._aggregate(node)
        return self._test_words(node, "")

    def _test(self, node: Expression) -> Expression:
        """A yes-or-no field that stands as a condition is asked whether it is yes."""
        return Compare("=", node, Literal(True, Type.BOOLEAN)) if isinstance(node, Path) else node

    def _test_words(self, node: Compare | In | Between | IsEmpty, opposite: str) -> str:
        if isinstance(node, Compare):
            left, right = node.left, node.right
            days = "day" if Type.DATE in (type_of(left), type_of(right)) else ""
            key = f"{node.operator}{days}" if node.operator not in ("=", "!=") else node.operator
            return self._phrase(key).format(self._beside(left, right), self._beside(right, left))
        subject = self.say(node.operand, within=True)
        if isinstance(node, IsEmpty):
            return self._phrase(f"{opposite}empty").format(subject)
        if isinstance(node, Between):
            limits = (self._beside(limit, node.operand) for limit in (node.low, node.high))
            return self._phrase(f"{opposite}between").format(subject, *limits)
        if node.listed:
            asked = self._beside(node.operand, node.items[0])
            return self._phrase(f"{opposite}listed").format(asked, self.say(node.items[0], within=True))
        items = self._phrase("list").join(self._beside(item, node.operand) for item in node.items)
        return self._phrase(f"{opposite}in").format(subject, items)

    def _beside(self, node: Expression, other: Expression) -> str:
        """The words of one side of a test; a value is called as the field on the other side calls it."""
        if isinstance(node, Literal) and isinstance(other, Path):
            name = self.values(other, node.value, self.lang)
            if name:
                return name
        return self.say(node, within=True)

    def _literal(self, node: Literal) -> str:
        if node.type is Type.NULL:
            return self._phrase("null")
        if node.type is Type.BOOLEAN:
            return self._phrase("yes" if node.value else "no")
        text = written(node.value)
        if node.type is Type.TEXT:
            return self._phrase("text").format(text)
        return text.removesuffix(".0").replace("-", "−") if node.type in (Type.INTEGER, Type.DECIMAL) else text

    def _path(self, node: Path) -> str:
        schema, names = self.schema, []
        for key in node.parts[:-1]:
            names.append(schema.relations[key].labels.get(self.lang) or key)
            schema = schema.relations[key].target()
        last = schema.fields[node.parts[-1]]
        return self._phrase("of").join([*names, last.labels.get(self.lang) or last.key])

    def _is_shifted_day(self, node: Expression) -> bool:
        shifted = isinstance(node, Binary) and node.operator in "+-" and type_of(node) is Type.DATE
        return shifted and isinstance(node, Binary) and isinstance(node.right, Literal)

    def _arithmetic(self, node: Binary) -> str:
        left, right = self.say(node.left, within=True), self.say(node.right, within=True)
        if self._is_shifted_day(node):
            return self._phrase(f"days{node.operator}").format(left, right)
        return f"{left} {_SIGNS.get(node.operator, node.operator)} {right}"

    def _call(self, node: Call) -> str:
        arguments = self._phrase("list").join(self.say(argument) for argument in node.args)
        name = _FUNCTIONS.get(node.function, {}).get(self.lang) or node.function
        return f"{name}{self._in_parentheses(arguments)}"

    def _aggregate(self, node: Aggregate) -> str:
        target, names = self.schema, []
        for key in node.over:
            names.append(target.relations[key].labels.get(self.lang) or key)
            target = target.relations[key].target()
        inside = replace(self, schema=target)
        over = self._phrase("of").join(names)
        if node.where is not None:
            over = self._phrase("where").format(over, inside.say(inside._test(node.where)))
        value = inside.say(node.value, within=True) if node.value is not None else ""
        return self._phrase(node.function).format(over, value)

    def _in_parentheses(self, text: str) -> str:
        return self._phrase("parentheses").format(text)

    def _phrase(self, key: str) -> str:
        return _PHRASES[key][0 if self.lang == "zh" else 1]


_SIGNS = {"-": "−", "*": "×", "/": "÷", "%": "mod"}
_PHRASES: Mapping[str, tuple[str, str]] = {
    "and": ("，且", " and "),
    "or": ("，或", " or "),
    "not": ("不是：{0}", "not: {0}"),
    "parentheses": ("（{0}）", "({0})"),
    "list": ("、", ", "),
    "of": ("的", "’s "),
    "text": ("“{0}”", "“{0}”"),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
    "null": ("无值", "no value"),
    "=": ("{0} 等于 {1}", "{0} is {1}"),
    "!=": ("{0} 不等于 {1}", "{0} is not {1}"),
    "<": ("{0} 小于 {1}", "{0} is less than {1}"),
    "<=": ("{0} 不大于 {1}", "{0} is at most {1}"),
    ">": ("{0} 大于 {1}", "{0} is more than {1}"),
    ">=": ("{0} 不小于 {1}", "{0} is at least {1}"),
    "<day": ("{0} 早于 {1}", "{0} is before {1}"),
    "<=day": ("{0} 不晚于 {1}", "{0} is on or before {1}"),
    ">day": ("{0} 晚于 {1}", "{0} is after {1}"),
    ">=day": ("{0} 不早于 {1}", "{0} is on or after {1}"),
    "days-": ("{0}前 {1} 天", "{1} days before {0}"),
    "days+": ("{0}后 {1} 天", "{1} days after {0}"),
    "empty": ("{0} 没有值", "{0} has no value"),
    "not_empty": ("{0} 有值", "{0} has a value"),
    "between": ("{0} 介于 {1} 至 {2}", "{0} is from {1} to {2}"),
    "not_between": ("{0} 不在 {1} 至 {2} 之间", "{0} is not from {1} to {2}"),
    "in": ("{0} 属于 {1}", "{0} is one of {1}"),
    "not_in": ("{0} 不属于 {1}", "{0} is none of {1}"),
    "listed": ("{1} 含 {0}", "{1} has {0}"),
    "not_listed": ("{1} 不含 {0}", "{1} does not have {0}"),
    "where": ("{0}（其中 {1}）", "{0} (where {1})"),
    "exists": ("有 {0}", "there is {0}"),
    "count": ("{0} 的个数", "number of {0}"),
    "sum": ("{0} 的 {1} 合计", "total {1} of {0}"),
    "min": ("{0} 的最小 {1}", "lowest {1} of {0}"),
    "max": ("{0} 的最大 {1}", "highest {1} of {0}"),
    "avg": ("{0} 的平均 {1}", "average {1} of {0}"),
}
_FUNCTIONS: Mapping[str, Labels] = {
    "if": {"zh": "按条件取值", "en": "choice"},
    "coalesce": {"zh": "第一个有值的", "en": "first with a value"},
    "abs": {"zh": "绝对值", "en": "absolute value"},
    "round": {"zh": "四舍五入", "en": "rounded"},
    "floor": {"zh": "向下取整", "en": "rounded down"},
    "ceil": {"zh": "向上取整", "en": "rounded up"},
    "least": {"zh": "最小的", "en": "least of"},
    "greatest": {"zh": "最大的", "en": "greatest of"},
    "length": {"zh": "字数", "en": "length"},
    "lower": {"zh": "小写", "en": "small letters"},
    "upper": {"zh": "大写", "en": "capital letters"},
    "trim": {"zh": "去空格", "en": "trimmed"},
    "substring": {"zh": "截取", "en": "part of"},
    "concat": {"zh": "连接", "en": "joined"},
    "contains": {"zh": "包含", "en": "contains"},
    "starts_with": {"zh": "开头是", "en": "starts with"},
    "to_integer": {"zh": "转为整数", "en": "as a whole number"},
    "to_decimal": {"zh": "转为小数", "en": "as a number"},
    "to_text": {"zh": "转为文本", "en": "as text"},
    "make_date": {"zh": "年月日", "en": "day of"},
    "year": {"zh": "年份", "en": "year"},
    "month": {"zh": "月份", "en": "month"},
    "day": {"zh": "日", "en": "day"},
    "days_between": {"zh": "相隔天数", "en": "days between"},
    "add_days": {"zh": "加天数", "en": "days added"},
}
