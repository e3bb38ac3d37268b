"""Conditions as definitions write them: checked before anything is compiled from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from zhike.expressions import api as expressions
from zhike.expressions.errors import ExpressionInvalid
from zhike.expressions.types import Schema, Type
from zhike.kernel.definition_parts import Labels, Place
from zhike.kernel.definitions import Finding


def condition_faults(text: str, schema: Schema, parameters: Mapping[str, Type], place: Place) -> Iterator[Finding]:
    """Find what is wrong with a condition: its words, and that it is not true or false."""
    try:
        found = expressions.type_of(expressions.parse(text, schema, parameters))
    except ExpressionInvalid as error:
        yield from error.in_definition(place)
        return
    if found not in (Type.BOOLEAN, Type.NULL):
        said = Labels(
            f"结果是 {found.value}；条件的结果只能是“是”或“否”", f"it gives {found.value}; a condition is true or false"
        )
        yield Finding("expression.type", said, place)
