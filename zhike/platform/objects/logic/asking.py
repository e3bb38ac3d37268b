"""What a principal may ask about: no condition, order, group or sum tells what a mask hides or what a role is refused.

What the installation defines itself (refinements, scopes, rules) is not asked by a principal and comes by here never.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from zhike.expressions import api as expressions
from zhike.expressions.api import Aggregate, Compare, Expression, In, Path
from zhike.expressions.errors import ExpressionInvalid
from zhike.expressions.types import Relation, Schema, Type
from zhike.expressions.wire import StoredExpression
from zhike.kernel.errors import Refused
from zhike.platform.objects.errors import NotGroupable, NotSummable, UnknownField
from zhike.platform.objects.logic.catalogue import UNIT, Catalogue, expression_schema, units_by_code
from zhike.platform.objects.logic.field_rights import field_rule
from zhike.platform.objects.logic.pointed_records import called_by
from zhike.platform.objects.types import PARAMS, FieldType, ObjectType
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

#: A field of an object that a condition asks about; "" where it only asks whether there is a record.
Asked = tuple[ObjectType, str]
#: What is taken of a stored expression: a condition, a value.
Reader = Callable[[object, Schema, Mapping[str, Type]], Expression]


def may_ask(owner: ObjectType, key: str, principal: Principal) -> bool:
    """Return whether `principal` may narrow, order, group and sum by a field: whether it sees the field in clear.

    The system may ask about all that is in use anywhere.
    """
    rule = field_rule(owner, key, principal)
    if principal.kind == "system" or rule != "masked":
        return rule != "refused"
    field = owner.fields.get(key)
    return field is None or not field.mask


def require(owner: ObjectType, keys: Iterable[str], principal: Principal) -> None:
    """Raise Refused unless `principal` may read the object and ask about each of its fields `keys`."""
    if not permissions.allowed(principal, f"{owner.key}.read"):
        raise Refused(operation=f"{owner.key}.read")
    for key in keys:
        if not may_ask(owner, key, principal):
            raise Refused(operation=f"{owner.key}.{key}")


def may_ask_all(objects: Catalogue, owner: ObjectType, node: Expression, principal: Principal) -> bool:
    """Return whether `principal` may ask about all that a checked expression over `owner` names, as `require` does."""
    return all(
        permissions.allowed(principal, f"{held.key}.read") and (not key or may_ask(held, key, principal))
        for held, key in asked(objects, owner, node)
    )


def field_of(owner: ObjectType, key: str, principal: Principal) -> FieldType:
    """Return a field; raises UnknownField that says which there are, without those nobody may know of there."""
    if key not in owner.fields:
        known = (name for name in owner.fields if not permissions.limited(principal, owner.key, name))
        raise UnknownField(object=owner.key, field=key, has=sorted(known))
    return owner.fields[key]


def askable(owner: ObjectType, keys: Sequence[str], principal: Principal) -> list[FieldType]:
    """Return fields that `principal` may ask about; raises UnknownField, Refused."""
    found = [field_of(owner, key, principal) for key in keys]
    require(owner, keys, principal)
    return found


def summable(owner: ObjectType, keys: Sequence[str], principal: Principal) -> list[FieldType]:
    """Return fields that `principal` may sum; raises UnknownField, Refused, and NotSummable that says which add up."""
    found = askable(owner, keys, principal)
    for field in found:
        if not field.values.adds_up:
            has = _known(owner, principal, lambda one: one.values.adds_up)
            raise NotSummable(object=owner.key, field=field.key, has=has)
    return found


def groupable(owner: ObjectType, key: str, principal: Principal) -> FieldType:
    """Return the field by which `principal` may group; raises UnknownField, Refused, and NotGroupable."""
    [found] = askable(owner, [key], principal)
    if found.values.expression is None:
        has = _known(owner, principal, lambda one: one.values.expression is not None)
        raise NotGroupable(object=owner.key, field=key, has=has)
    return found


def _known(owner: ObjectType, principal: Principal, fits: Callable[[FieldType], bool]) -> list[str]:
    return sorted(key for key, field in owner.fields.items() if fits(field) and may_ask(owner, key, principal))


def condition(
    objects: Catalogue,
    owner: ObjectType,
    given: StoredExpression,
    principal: Principal,
    read: Reader = expressions.condition_from_json,
) -> Expression:
    """Return the checked condition of a query over `owner`, or what else `read` takes of it.

    Raises ExpressionInvalid with every fault, none of which names what `principal` may not know of, Refused where the
    condition asks about what it may not ask about, over however many references and relations, and ExpressionInvalid
    for a code that no org unit has.
    """
    found = checked(given, expression_schema(objects, owner.key), PARAMS, principal, read)
    for held, key in asked(objects, owner, found):
        require(held, [key] if key else [], principal)
    expressions.refuse_unknown(found, lambda steps: _keys_at(objects, owner, steps))
    return found


def _keys_at(objects: Catalogue, owner: ObjectType, steps: Sequence[str]) -> Collection[str] | None:
    """The codes of the org units, where the field at the end of the steps points at one; None where it does not."""
    field = end_of(objects, owner, steps[:-1]).fields[steps[-1]]
    return units_by_code() if field.target == UNIT else None


def checked(
    given: object,
    schema: Schema,
    params: Mapping[str, Type],
    principal: Principal,
    read: Reader = expressions.condition_from_json,
) -> Expression:
    """Return a condition over a schema whose keys are those of objects, or what else `read` takes of it.

    Raises ExpressionInvalid with every fault; what it lists are the fields that `principal` may know of.
    """
    try:
        return read(given, schema, params)
    except ExpressionInvalid:
        # Checked again for its words only: they list what there is.
        read(given, _known_schema(schema, principal), params)
        raise


def _known_schema(schema: Schema, principal: Principal) -> Schema:
    fields = {key: field for key, field in schema.fields.items() if not permissions.limited(principal, schema.key, key)}
    relations = {key: _known_relation(relation, principal) for key, relation in schema.relations.items()}
    return replace(schema, fields=fields, relations=relations)


def _known_relation(relation: Relation, principal: Principal) -> Relation:
    return replace(relation, target=lambda: _known_schema(relation.target(), principal))


def asked(objects: Catalogue, owner: ObjectType, node: Expression) -> Iterator[Asked]:
    """Yield all that a condition asks about; what it sums up belongs to the object at the end of the relation."""
    if isinstance(node, Path):
        yield from reached(objects, owner, node.parts)
        return
    inside = owner
    if isinstance(node, Aggregate):
        inside = yield from _through(objects, owner, node.over)
    for child in expressions.children(node):
        yield from asked(objects, inside, child)
    if isinstance(node, Compare | In):
        yield from _called(objects, inside, node)


def reached(objects: Catalogue, owner: ObjectType, parts: Sequence[str]) -> Iterator[Asked]:
    """Yield all that a field asks about which lies over references: the last of `parts`, of the object at their end."""
    held = yield from _through(objects, owner, parts[:-1])
    yield held, parts[-1]


def _called(objects: Catalogue, owner: ObjectType, node: Compare | In) -> Iterator[Asked]:
    """Yield what a comparison of references with words asks about: the keys by which the records are known."""
    sides = list(expressions.children(node))
    if all(expressions.type_of(side) is not Type.TEXT for side in sides):
        return
    for side in sides:
        if isinstance(side, Path) and side.type is Type.RECORD:
            held = yield from _through(objects, owner, side.parts[:-1])
            target = objects.get(held.fields[side.parts[-1]].target)
            if target is not None:
                yield target, ""
                yield from ((target, field.key) for field in called_by(target))


def end_of(objects: Catalogue, owner: ObjectType, steps: Sequence[str]) -> ObjectType:
    """Return the object at the end of references and relations of a checked condition."""
    walk = _through(objects, owner, steps)
    while True:
        try:
            next(walk)
        except StopIteration as end:
            found: ObjectType = end.value
            return found


def _through(objects: Catalogue, owner: ObjectType, steps: Sequence[str]) -> Generator[Asked, None, ObjectType]:
    """Yield each step over a reference or a relation as a question of its own; return the object at the end.

    Conditions are checked, so every step is one. A relation asks about the reference that makes it.
    """
    for step in steps:
        relation = owner.relations.get(step)
        if relation is not None:
            owner = objects[relation.object]
            yield owner, relation.through
        else:
            yield owner, step
            owner = objects[owner.fields[step].target]
            yield owner, ""
    return owner
