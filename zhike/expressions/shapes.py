"""What is left of an expression without the values written in it: those of one shape are one text of SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from zhike.expressions.ast import Expression, Literal, Slot, with_children
from zhike.expressions.sql import bound


def shape_of(expression: Expression, first: int = 0) -> tuple[Expression, tuple[object, ...]]:
    """Return a checked expression with a slot for each value written in it, and the values as SQL binds them.

    Slots are numbered from `first` on: shapes that fill one list of values have numbers of their own.

    Two expressions of one shape differ in those values alone, so what SQL is made of the shape serves both. An empty
    value is part of the shape: SQL says it in words of its own.
    """
    values: list[object] = []

    def emptied(node: Expression) -> Expression:
        if not isinstance(node, Literal):
            return with_children(node, emptied)
        if node.value is None:
            return node
        values.append(bound(node.value))
        return replace(node, value=Slot(first + len(values) - 1))

    return emptied(expression), tuple(values)


def filled(values: Mapping[str, object], given: Sequence[object]) -> dict[str, object]:
    """Return the values of a compiled shape, each slot with what was given for it."""
    return {name: given[value.number] if isinstance(value, Slot) else value for name, value in values.items()}
