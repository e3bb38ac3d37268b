"""Columns that a query makes of the record: expressions, typed and asked for as conditions are."""

from __future__ import annotations

import re
from collections.abc import Sequence

from zhike.expressions import api as expressions
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
#: It names a column of the statement.
_KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")


def columns(
    query: RecordQuery, owner: ObjectType, principal: Principal, first: int
) -> tuple[dict[str, FieldType], Sequence[object]]:
    """Return the computed columns of a query by key, and the values written in them, whose slots begin at `first`.

    Raises BadColumnKey, and what a condition would: ExpressionInvalid, also where all of them together are too much
    work, and Refused for what the principal may not ask about.
    """
    given = [column for column in query.columns if isinstance(column, Computed)]
    known = catalogues.catalogue()
    read: list[expressions.Expression] = []
    values: list[object] = []
    found: dict[str, FieldType] = {}
    for column in given:
        if column.key in owner.fields or column.key in found or not _KEY.fullmatch(column.key) or column.key == "id":
            raise BadColumnKey(key=column.key)
        read.append(asking.condition(known, owner, column.expression, principal, expressions.value_from_json))
        expressions.refuse_costly(*read)
        formula, written = expressions.shape_of(read[-1], first + len(values))
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
