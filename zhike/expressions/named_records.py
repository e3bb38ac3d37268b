"""Words for what a field points at: a text is the key that people know it by (the code of an org unit), a whole number its id.

One rule in every back end. PostgreSQL looks keys up as it answers (`Binding.named`); where rows hold ids and nothing can be
looked up, in Python and in the wide rows, words become ids before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TypeGuard

from zhike.expressions.ast import Aggregate, Compare, Expression, In, Literal, Not, Path, children, with_children
from zhike.expressions.errors import ExpressionInvalid, Finding
from zhike.expressions.types import Type

#: An id that nothing has: what points nowhere stays unknown, all else is not it.
_NOTHING = 0
_TOLD = 20

#: From a field, as the steps that lead to it, and the words it is compared with to the ids of what goes by each.
Ids = Callable[[tuple[str, ...], Collection[str]], Mapping[str, Collection[int]]]


def words(expression: Expression, over: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Literal]]:
    """Yield each word written for what a field points at, with the steps to the field: relations, references, its key."""
    if isinstance(expression, Compare | In):
        for path, word in _compared(expression):
            yield (*over, *path.parts), word
    inside = (*over, *expression.over) if isinstance(expression, Aggregate) else over
    for child in children(expression):
        yield from words(child, inside)


def refuse_unknown(expression: Expression, known: Callable[[tuple[str, ...]], Collection[str] | None]) -> None:
    """Raise ExpressionInvalid for each word that is none of the keys `known` of what its field points at.

    `known` is None where they are too many to be told: those of records, which are nobody's to guess.
    """
    found = []
    for steps, word in words(expression):
        keys = known(steps)
        if keys is not None and word.value not in keys:
            has = ", ".join([*sorted(keys)[:_TOLD], *(["…"] if len(keys) > _TOLD else [])])
            facts = {"field": steps[-1], "label": steps[-1], "name": word.value, "has": has}
            found.append(Finding("unknown_option", word.at, facts))
    if found:
        raise ExpressionInvalid(found)


def with_ids(expression: Expression, ids: Ids) -> Expression:
    """Return a checked expression in which ids stand for words, so that it is about what rows hold.

    What related records are asked stays as it is: rows that hold them hold their keys.
    """
    if isinstance(expression, Aggregate):
        return expression
    if isinstance(expression, Compare | In):
        found = list(_compared(expression))
        return _by_id(expression, found[0][0], ids) if found else expression
    return with_children(expression, lambda child: with_ids(child, ids))


def _by_id(node: Compare | In, path: Path, ids: Ids) -> Expression:
    written = [item for item in (node.items if isinstance(node, In) else (node.left, node.right)) if item != path]
    found = ids(path.parts, [str(item.value) for item in written if _is_word(item)])
    items: list[Expression] = []
    for item in written:
        if _is_word(item):
            known = sorted(found.get(str(item.value), ())) or [_NOTHING]
            items += [Literal(one, Type.INTEGER, at=item.at) for one in known]
        else:
            items.append(item)
    if isinstance(node, Compare) and len(items) == 1:
        return Compare(node.operator, path, items[0], at=node.at)
    either = In(path, tuple(items), at=node.at)
    return Not(either, at=node.at) if isinstance(node, Compare) and node.operator == "!=" else either


def _compared(node: Compare | In) -> Iterator[tuple[Path, Literal]]:
    sides = (node.operand, *node.items) if isinstance(node, In) else (node.left, node.right)
    record = next((side for side in sides if isinstance(side, Path) and side.type is Type.RECORD), None)
    if record is not None:
        yield from ((record, side) for side in sides if _is_word(side))


def _is_word(node: Expression) -> TypeGuard[Literal]:
    return isinstance(node, Literal) and node.type is Type.TEXT
