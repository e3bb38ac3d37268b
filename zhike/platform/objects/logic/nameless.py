"""A condition that is kept or told to others: without the names and numbers of people that it asks for."""

from __future__ import annotations

from dataclasses import replace

from zhike.expressions import api as expressions
from zhike.expressions.api import Aggregate, Expression, Literal, Logic, Not
from zhike.expressions.types import Type
from zhike.kernel.definition_parts import Labels
from zhike.platform.objects.logic import asking
from zhike.platform.objects.logic.catalogue import Catalogue, expression_schema
from zhike.platform.objects.types import ObjectType, RecordQuery
from zhike.platform.permissions.types import Principal

_LEFT_OUT = "…"


def condition(objects: Catalogue, query: RecordQuery, principal: Principal) -> Expression | None:
    """Return a query's checked condition, each text that a person is looked for by left out; None where it has none.

    What was written down about a person who is erased would stay for ever. Raises what `asking.condition` raises.
    """
    if query.condition is None:
        return None
    owner = objects[query.object]
    return _nameless(objects, owner, asking.condition(objects, owner, query.condition, principal))


def told(objects: Catalogue, query: RecordQuery, principal: Principal) -> Labels | None:
    """Return the same as a sentence; None where there is none."""
    found = condition(objects, query, principal)
    schema = expression_schema(objects, query.object)
    if found is None:
        return None
    return Labels(expressions.to_text(found, schema, "zh"), expressions.to_text(found, schema, "en"))


def _nameless(objects: Catalogue, owner: ObjectType, node: Expression) -> Expression:
    if isinstance(node, Aggregate):
        inside = asking.end_of(objects, owner, node.over)
        return expressions.with_children(node, lambda child: _nameless(objects, inside, child))
    if isinstance(node, Logic | Not):
        return expressions.with_children(node, lambda child: _nameless(objects, owner, child))
    fields = [asked.fields[key] for asked, key in asking.asked(objects, owner, node) if key in asked.fields]
    return _without_texts(node) if any(field.personal and not field.options for field in fields) else node


def _without_texts(node: Expression) -> Expression:
    if isinstance(node, Literal) and node.type is Type.TEXT:
        return replace(node, value=_LEFT_OUT)
    return expressions.with_children(node, _without_texts)
