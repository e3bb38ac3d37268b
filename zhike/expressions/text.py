"""From a tree to its one readable text; parsing that text gives the same tree."""

from __future__ import annotations

import re
from collections.abc import Mapping

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
)
from zhike.expressions.literals import written
from zhike.expressions.parse import IDENTIFIER, KEYWORDS
from zhike.expressions.types import Field, Relation, Schema, Type

_OR, _AND, _NOT, _CONDITION, _SUM, _PRODUCT, _SIGNED, _PRIMARY = range(8)
_SIMPLE = re.compile(IDENTIFIER)


def to_text(expression: Expression, schema: Schema, lang: str | None = "zh") -> str:
    """Return the expression with labels in `lang` ("zh" or "en"), or with keys when `lang` is None."""
    return _Printer(lang).show(expression, schema, _OR)


class _Printer:
    def __init__(self, lang: str | None) -> None:
        self._lang = lang

    def show(self, node: Expression, schema: Schema, at_least: int) -> str:
        """Return the text of `node`, in parentheses when it binds more loosely than `at_least`."""
        text, binding = self._text(node, schema)
        return text if binding >= at_least else f"({text})"

    def _text(self, node: Expression, schema: Schema) -> tuple[str, int]:
        match node:
            case Literal():
                return _literal(node), _PRIMARY
            case Param():
                return f":{node.name}", _PRIMARY
            case Path():
                return self._path(node.parts, schema), _PRIMARY
            case Negate():
                # "-5" is a literal, "-(5)" the negation of one.
                operand = self.show(node.operand, schema, _SIGNED)
                bare = isinstance(node.operand, Literal)
                return (f"-({operand})" if bare else f"-{operand}"), _SIGNED
            case Binary():
                own = _SUM if node.operator in "+-" else _PRODUCT
                left, right = self.show(node.left, schema, own), self.show(node.right, schema, own + 1)
                return f"{left} {node.operator} {right}", own
            case Logic():
                own = _OR if node.operator == "or" else _AND
                operands = (self.show(operand, schema, own + 1) for operand in node.operands)
                return f" {node.operator} ".join(operands), own
            case Not(operand=In() | Between() | IsEmpty() as inside):
                return self._condition(inside, schema, "not "), _CONDITION
            case Not():
                return f"not {self.show(node.operand, schema, _NOT)}", _NOT
            case Call():
                return f"{node.function}({self._listed(node.args, schema)})", _PRIMARY
            case Aggregate():
                return self._aggregate(node, schema), _PRIMARY
        return self._condition(node, schema, ""), _CONDITION

    def _condition(self, node: Compare | In | Between | IsEmpty, schema: Schema, opposite: str) -> str:
        if isinstance(node, Compare):
            left, right = self.show(node.left, schema, _SUM), self.show(node.right, schema, _SUM)
            return f"{left} {node.operator} {right}"
        operand = self.show(node.operand, schema, _SUM)
        if isinstance(node, IsEmpty):
            return f"{operand} is {opposite}empty"
        if isinstance(node, Between):
            low, high = self.show(node.low, schema, _SUM), self.show(node.high, schema, _SUM)
            return f"{operand} {opposite}between {low} and {high}"
        if node.listed:
            return f"{operand} {opposite}in {self.show(node.items[0], schema, _PRIMARY)}"
        return f"{operand} {opposite}in ({self._listed(node.items, schema)})"

    def _listed(self, nodes: tuple[Expression, ...], schema: Schema) -> str:
        return ", ".join(self.show(node, schema, _OR) for node in nodes)

    def _aggregate(self, node: Aggregate, schema: Schema) -> str:
        relations, target = self._relations(node.over, schema)
        over = ".".join(relations)
        if isinstance(node.value, Path):
            inside = f"{over}.{self._path(node.value.parts, target)}"
        elif node.value is None:
            inside = over
        else:
            inside = f"{self.show(node.value, target, _OR)} over {over}"
        where = f" where {self.show(node.where, target, _OR)}" if node.where is not None else ""
        return f"{node.function}({inside}{where})"

    def _path(self, parts: tuple[str, ...], schema: Schema) -> str:
        relations, target = self._relations(parts[:-1], schema)
        return ".".join([*relations, self._name(parts[-1], target.fields)])

    def _relations(self, keys: tuple[str, ...], schema: Schema) -> tuple[list[str], Schema]:
        shown = []
        for key in keys:
            shown.append(self._name(key, schema.relations))
            schema = schema.relations[key].target()
        return shown, schema

    def _name(self, key: str, named: Mapping[str, Field] | Mapping[str, Relation]) -> str:
        label = named[key].labels.get(self._lang, "") if self._lang else ""
        if not label or "`" in label or not _means(label, key, named):
            label = key
        plain = _SIMPLE.fullmatch(label) and label.lower() not in KEYWORDS
        if plain:
            return label
        return f"「{label}」" if self._lang == "zh" and "」" not in label else f"`{label}`"


def _means(label: str, key: str, named: Mapping[str, Field] | Mapping[str, Relation]) -> bool:
    return [found for found, item in named.items() if found == label or label in item.labels.values()] == [key]


def _literal(node: Literal) -> str:
    if node.type is Type.NULL:
        return "null"
    if node.type is Type.BOOLEAN:
        return "true" if node.value else "false"
    text = written(node.value)
    if node.type is Type.TEXT:
        return "'" + text.replace("'", "''") + "'"
    return f"{node.type} '{text}'" if node.type in (Type.DATE, Type.DATETIME) else text
