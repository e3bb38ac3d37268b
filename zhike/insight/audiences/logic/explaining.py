"""Why a party is in or out: the tree with each node's answer and the party's own values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from zhike.expressions import api as expressions
from zhike.expressions.types import Type
from zhike.insight.audiences.logic.conditions import CONDITION, Node, answerable, first_field, parameters
from zhike.insight.serving.api import Terms, WideColumn, party
from zhike.platform.fields.api import mask
from zhike.platform.objects import api as objects
from zhike.platform.objects import catalogue
from zhike.platform.permissions.types import Principal


def explained(node: Node, row: Mapping[str, Any], terms: Terms, principal: Principal) -> dict[str, object]:
    """Return the node and everything below it, answered for one party."""
    answer = expressions.compile_python(answerable(node.expression, terms))(row, parameters(terms))
    found: dict[str, object] = {"path": node.path, "kind": node.kind, "result": answer}
    if node.kind != CONDITION:
        return found | {"children": [explained(child, row, terms, principal) for child in node.children]}
    field = first_field(node.expression)
    if field:
        found |= {"field": field, "actual": shown(terms.columns[field], row[field], principal)}
    return found


def shown(column: WideColumn, value: object, principal: Principal) -> object:
    """Return a value of the wide row as its viewer may see it, as plain JSON; a unit as {uid, display}."""
    if value is None:
        return None
    if column.expression_type is Type.RECORD:
        number = int(str(value))
        return objects.displays("unit", [number], principal=principal).get(number)
    plain = _plain(value)
    if column.mask and catalogue.field_rule(party().key, column.key, principal=principal) != "clear":
        return mask(column.mask, plain)
    return plain


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else value
