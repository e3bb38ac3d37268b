"""In which currencies the amounts of a dataset are: what an expression over its columns says of it."""

from __future__ import annotations

from collections.abc import Iterator

from zhike.expressions import api as expressions
from zhike.expressions.errors import ExpressionInvalid
from zhike.expressions.types import Schema
from zhike.insight.warehouse.types import Source


def currencies_in(source: Source, text: str, schema: Schema) -> list[str]:
    """Return the columns that say the currency of the amounts an expression names; none where the source says it."""
    if not text:
        return []
    try:
        found = expressions.walk(expressions.parse(text, schema))
    except ExpressionInvalid:
        return []
    of = {column.key: column.currency for column in source.columns if column.currency}
    named = [node.parts[-1] for node, _depth in found if isinstance(node, expressions.Path)]
    return list(dict.fromkeys(of[key] for key in named if key in of))


def only_value(condition: str, column: str, schema: Schema) -> str:
    """Return the one text that a column has in all rows that meet a condition, "" where it does not say so."""
    if not condition:
        return ""
    try:
        parsed = expressions.parse(condition, schema)
    except ExpressionInvalid:
        return ""
    for part in _all_of(parsed):
        if isinstance(part, expressions.Compare) and part.operator == "=":
            for one, other in ((part.left, part.right), (part.right, part.left)):
                named = isinstance(one, expressions.Path) and one.parts[-1] == column
                if named and isinstance(other, expressions.Literal):
                    return str(other.value)
    return ""


def _all_of(condition: expressions.Expression) -> Iterator[expressions.Expression]:
    """What holds of every row that meets a condition."""
    if isinstance(condition, expressions.Logic) and condition.operator == "and":
        for part in condition.operands:
            yield from _all_of(part)
    else:
        yield condition
