"""How large an expression may be, so that no text makes a server or a database work without end.

How much work what a person asks may make is in `work`: few characters may ask for much.
"""

from __future__ import annotations

from zhike.expressions.ast import Expression, Literal, walk
from zhike.expressions.errors import ExpressionInvalid, Finding

MAX_CHARACTERS = 4_000
MAX_DEPTH = 32
MAX_NODES = 500


def refuse_deep(depth: int, at: int | str | None) -> None:
    """Raise ExpressionInvalid when nesting passes the limit; readers call this before they recurse."""
    if depth > MAX_DEPTH:
        raise ExpressionInvalid([Finding("too_deep", at, {"limit": MAX_DEPTH})])


def refuse_long(length: int, at: int | str | None = 0) -> None:
    """Raise ExpressionInvalid when there are too many characters."""
    if length > MAX_CHARACTERS:
        raise ExpressionInvalid([Finding("too_long", at, {"limit": MAX_CHARACTERS})])


def refuse_large(*asked: Expression) -> None:
    """Raise ExpressionInvalid when trees together have too many nodes or characters of text, or one too many levels."""
    characters = 0
    every = (found for expression in asked for found in walk(expression))
    for count, (node, depth) in enumerate(every, start=1):
        if isinstance(node, Literal) and isinstance(node.value, str):
            characters += len(node.value)
            refuse_long(characters, node.at)
        if count > MAX_NODES:
            raise ExpressionInvalid([Finding("too_many_nodes", node.at, {"limit": MAX_NODES})])
        refuse_deep(depth, node.at)
