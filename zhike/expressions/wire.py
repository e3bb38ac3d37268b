"""The stored form as types: what `json_form` reads and writes, for the HTTP interface and its clients."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import ConfigDict, PlainValidator, with_config
from typing_extensions import TypeAliasType, TypedDict

from zhike.expressions.json_form import json_tree

_closed = with_config(ConfigDict(extra="forbid"))
_Scalar = str | int | bool | None


@_closed
class ValueForm(TypedDict):
    """A value written out; decimals, dates and instants as text."""

    value: _Scalar
    type: NotRequired[Literal["text", "integer", "decimal", "date", "datetime", "boolean", "null"]]


@_closed
class FieldForm(TypedDict):
    """A field, reached over to-one relations by dots."""

    field: str


@_closed
class ParamForm(TypedDict):
    """A value bound when the expression is used."""

    param: str


AndForm = TypedDict("AndForm", {"and": "list[StoredExpression]"})
OrForm = TypedDict("OrForm", {"or": "list[StoredExpression]"})
NotForm = TypedDict("NotForm", {"not": "StoredExpression"})
for _form in (AndForm, OrForm, NotForm):
    _closed(_form)


@_closed
class NegateForm(TypedDict):
    """Unary minus."""

    negate: StoredExpression


@_closed
class BinaryForm(TypedDict):
    """A comparison of two values, or arithmetic with them."""

    op: Literal["=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%"]
    left: StoredExpression
    right: StoredExpression


@_closed
class InForm(TypedDict):
    """Membership in values written out, or in one list."""

    op: Literal["in", "not_in"]
    left: StoredExpression
    right: list[StoredExpression] | StoredExpression


@_closed
class BetweenForm(TypedDict):
    """A value from a lowest to a highest one."""

    op: Literal["between", "not_between"]
    left: StoredExpression
    right: list[StoredExpression]


@_closed
class EmptyForm(TypedDict):
    """Null, the empty text or the empty list."""

    op: Literal["is_empty", "is_not_empty"]
    left: StoredExpression


@_closed
class CallForm(TypedDict):
    """A function of the language."""

    call: str
    args: list[StoredExpression]


@_closed
class AggregateForm(TypedDict):
    """What the records of a to-many relation amount to."""

    aggregate: Literal["exists", "count", "sum", "min", "max", "avg"]
    over: str
    value: NotRequired[StoredExpression]
    where: NotRequired[StoredExpression]


StoredExpression = TypeAliasType(
    "StoredExpression",
    "ValueForm | FieldForm | ParamForm | AndForm | OrForm | NotForm | NegateForm | BinaryForm | InForm | BetweenForm"
    " | EmptyForm | CallForm | AggregateForm",
)


def _readable(given: object) -> object:
    json_tree(given)
    return given


#: A condition that somebody sends. `json_form` alone judges it, so that every fault has its place and its sentence
#: in both languages (ExpressionInvalid); the types above tell clients what it takes.
Condition = Annotated[StoredExpression, PlainValidator(_readable, json_schema_input_type=StoredExpression)]
