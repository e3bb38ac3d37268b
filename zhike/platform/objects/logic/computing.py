"""Columns that a query makes of the record: expressions, typed and asked for as conditions are."""

from __future__ import annotations

import re
from collections.abc import Sequence

from zhike.expressions import api as expressions
from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.expressions.types import Type
from zhike.platform.fields import api as fields
from zhike.platform.objects.errors import BadColumnKey
from zhike.platform.objects.logic import asking
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.types import Computed, FieldType, ObjectType, RecordQuery
from zhike.platform.permissions.types import Principal

#: As which type of field a value of an expression is shown.
_SHOWN = {
    Type.TEXT: "text",
    Type.INTEGER: "integer",
    Type.DECIMAL: "decimal",
    Type.BOOLEAN: "boolean",
    Type.DATE: "date",
    Type.DATETIME: "datetime",
    Type.DURATION: "duration",
}
#: An own figure, set by no rule: a cell shows some forty characters and its hint a paragraph. What texts are put together
#: of may be a thousand times as long; a page of 200 rows and 50 columns stays within five million characters.
MAX_TEXT = 500
#: It is worked out once, however often it is looked at.
_SHORT = (
    "(select case when length(v.made) > _most then left(v.made, _kept) || '…' else v.made end"
    " from (select _made as made offset 0) as v)"
)
#: It names a column of the statement.
_KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")


def columns(
    query: RecordQuery,
    owner: ObjectType,
    principal: Principal,
    condition: expressions.Expression | None,
    first: int,
) -> tuple[dict[str, FieldType], Sequence[object]]:
    """Return the computed columns of a query by key, and the values written in them, whose slots begin at `first`.

    Raises BadColumnKey, and what a condition would: ExpressionInvalid, also where all of them and the query's
    `condition` are too large or too much work together, and Refused for what the principal may not ask about.
    """
    given = [column for column in query.columns if isinstance(column, Computed)]
    known = catalogues.catalogue()
    asked = [condition] if condition is not None else []
    values: list[object] = []
    found: dict[str, FieldType] = {}
    for column in given:
        if column.key in owner.fields or column.key in found or not _KEY.fullmatch(column.key) or column.key == "id":
            raise BadColumnKey(key=column.key)
        asked.append(asking.condition(known, owner, column.expression, principal, expressions.value_from_json))
        expressions.refuse_large(*asked)
        expressions.refuse_costly(*asked)
        formula, written = expressions.shape_of(asked[-1], first + len(values))
        values.extend(written)
        found[column.key] = FieldType(
            key=column.key,
            labels={"zh": column.key, "en": column.key},
            values=fields.bound(_SHOWN[expressions.type_of(formula)]),
            column="",
            kind="expression",
            formula=formula,
        )
    return found, values


def shortened(made: Tree) -> Tree:
    """Return the SQL of a text of at most MAX_TEXT characters: a longer one ends with "…"."""
    return trees.sql(_SHORT, made=made, most=trees.value(MAX_TEXT), kept=trees.value(MAX_TEXT - 1))
