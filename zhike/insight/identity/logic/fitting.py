"""Whether what an expression gives fits the field that gets it: its type, and the options of a choice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from zhike.expressions import api as expressions
from zhike.expressions.types import Schema, Type
from zhike.kernel.definition_checks import unknown
from zhike.kernel.definition_parts import Labels, Place
from zhike.kernel.definitions import Finding
from zhike.platform.objects.types import FieldType

_NUMBERS = frozenset({Type.INTEGER, Type.DECIMAL, Type.DURATION})
#: What a field takes, by the type of its values; one that is absent takes what is written as text.
_TAKES = {
    Type.INTEGER: _NUMBERS - {Type.DECIMAL},
    Type.DURATION: _NUMBERS - {Type.DECIMAL},
    Type.DECIMAL: _NUMBERS,
    Type.BOOLEAN: frozenset({Type.BOOLEAN}),
    Type.DATE: frozenset({Type.DATE}),
    Type.DATETIME: frozenset({Type.DATE, Type.DATETIME}),
}
_TEXTS = frozenset({Type.TEXT, Type.INTEGER})


def misfits(
    expression: expressions.Expression,
    schema: Schema,
    field: FieldType,
    place: Place,
    *,
    narrowed: Collection[str] = (),
) -> Iterator[Finding]:
    """Yield why a field cannot take what a checked expression gives.

    Columns in `narrowed` do not give all options that they have: a condition leaves some of them out.
    """
    found = expressions.type_of(expression)
    if found is Type.NULL:
        return
    options = [option.key for option in field.options]
    if found not in _takes(field, options):
        said = Labels(
            f"结果是 {found.value}；“{field.key}”的类型是 {field.type}",
            f"it gives {found.value}; '{field.key}' is {field.type}",
        )
        yield Finding("expression.type", said, place)
    elif (
        options
        and field.values.expression is not Type.LIST
        and not (isinstance(expression, expressions.Path) and expression.parts[-1] in narrowed)
    ):
        yield from _unlisted(field, options, expressions.results(expression, schema), place)


def _unlisted(field: FieldType, options: Collection[str], values: Iterable[object], place: Place) -> Iterator[Finding]:
    strange = tuple(dict.fromkeys(str(value) for value in values if str(value) not in options))
    if len(strange) == 1:
        yield unknown(
            Labels(f"“{field.key}”的选项", f"option of '{field.key}'"),
            strange[0],
            options,
            place,
            "object.unknown_option",
        )
    elif strange:
        said = Labels(
            f"结果中有不是“{field.key}”选项的值：{'、'.join(strange)}；现有：{'、'.join(options)}",
            f"it gives what are no options of '{field.key}': {', '.join(strange)}; there are: {', '.join(options)}",
        )
        yield Finding("object.unknown_option", said, place, strange)


def _takes(field: FieldType, options: Collection[str]) -> Collection[Type]:
    if options and not any(option.isdigit() for option in options):
        return (Type.TEXT,)
    kind = field.values.expression
    return _TAKES.get(kind) or (_TEXTS if field.values.of_digits else (Type.TEXT,)) if kind else _TEXTS
