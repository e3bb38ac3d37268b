"""The door of the expression language: read, check, print, store, compile."""

from __future__ import annotations

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
    Value,
    children,
    walk,
    with_children,
)
from zhike.expressions.check import check, resolve
from zhike.expressions.errors import ExpressionInvalid, Finding
from zhike.expressions.json_form import Json, json_tree, to_json
from zhike.expressions.limits import refuse_large
from zhike.expressions.named_records import refuse_unknown, with_ids
from zhike.expressions.parse import parse_tree
from zhike.expressions.python import compile_python
from zhike.expressions.results import results
from zhike.expressions.shapes import filled, shape_of
from zhike.expressions.sql import DialectName, compile_sql, sql_text, written_in
from zhike.expressions.text import to_text
from zhike.expressions.type_rules import type_of
from zhike.expressions.types import Schema, Type
from zhike.expressions.wording import in_words
from zhike.expressions.work import refuse_costly

__all__ = [
    "Aggregate",
    "Between",
    "Binary",
    "Call",
    "Compare",
    "DialectName",
    "Expression",
    "In",
    "IsEmpty",
    "Json",
    "Literal",
    "Logic",
    "Negate",
    "Not",
    "Param",
    "Path",
    "Value",
    "check",
    "compile_python",
    "compile_sql",
    "condition_from_json",
    "filled",
    "from_json",
    "in_words",
    "parse",
    "refuse_costly",
    "refuse_large",
    "refuse_unknown",
    "results",
    "shape_of",
    "sql_text",
    "to_json",
    "to_text",
    "type_of",
    "value_from_json",
    "children",
    "walk",
    "with_children",
    "with_ids",
    "written_in",
]

_NO_PARAMETERS: Mapping[str, Type] = {}


def parse(text: str, schema: Schema, params: Mapping[str, Type] = _NO_PARAMETERS) -> Expression:
    """Return the checked expression that `text` writes, with keys or labels of `schema` for names.

    `params` are the parameters that may be used and their types. Raise ExpressionInvalid with every
    finding and its position.
    """
    return resolve(parse_tree(text), schema, params, keys_only=False)


def from_json(data: object, schema: Schema, params: Mapping[str, Type] = _NO_PARAMETERS) -> Expression:
    """Return the checked expression of a stored form; raise ExpressionInvalid with JSON paths."""
    return resolve(json_tree(data), schema, params, keys_only=True)


def condition_from_json(data: object, schema: Schema, params: Mapping[str, Type] = _NO_PARAMETERS) -> Expression:
    """Return what `from_json` does, of a form that is true or false, for somebody who asks it.

    Raise ExpressionInvalid for any other value, and for more work than a question of a person may make.
    """
    found = from_json(data, schema, params)
    if type_of(found) is not Type.BOOLEAN:
        raise ExpressionInvalid([Finding("condition_type", "$", {"found": type_of(found).value})])
    refuse_costly(found)
    return found


def value_from_json(data: object, schema: Schema, params: Mapping[str, Type] = _NO_PARAMETERS) -> Expression:
    """Return what `from_json` does, of a form that is a value people read, for somebody who asks it.

    Raise ExpressionInvalid for records, lists and nothing. How much it is among others `refuse_large` and `refuse_costly` tell.
    """
    found = from_json(data, schema, params)
    if type_of(found) in (Type.RECORD, Type.LIST, Type.NULL):
        raise ExpressionInvalid([Finding("value_type", "$", {"found": type_of(found).value})])
    return found
