"""What an expression is known to give without its names being looked up: the values written out in it."""

from __future__ import annotations

from collections.abc import Iterator

from zhike.expressions.ast import Call, Expression, Literal, Path, Value
from zhike.expressions.functions import FUNCTIONS
from zhike.expressions.types import Schema


def results(node: Expression, schema: Schema) -> Iterator[Value]:
    """Yield values that a checked expression may give: those written out as a result, all options of a bare field.

    A field inside a call says nothing: `if(sex = 'unknown', 'none', sex)` never gives the option that it replaces.
    """
    match node:
        case Path(parts=(key,)) if key in schema.fields:
            yield from schema.fields[key].options
        case _:
            yield from _written_out(node)


def _written_out(node: Expression) -> Iterator[Value]:
    match node:
        case Literal() if node.value is not None:
            yield node.value
        case Call() if FUNCTIONS[node.function].returns is None and not FUNCTIONS[node.function].fits:
            for argument in node.args[FUNCTIONS[node.function].common_from :]:
                yield from _written_out(argument)
