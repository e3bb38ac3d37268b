"""From stored JSON to a checked tree and to SQL, kept as long as the definitions and the publication hold."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sqlglot import exp

from zhike.expressions import api as expressions
from zhike.expressions import trees
from zhike.expressions.api import Between, Expression, In, IsEmpty, Logic, Not, Path
from zhike.expressions.trees import Statement, Tree
from zhike.expressions.types import SqlFragment, Type
from zhike.insight.serving.api import Terms
from zhike.insight.warehouse import datasets
from zhike.kernel.errors import Refused
from zhike.platform.objects import catalogue
from zhike.platform.permissions.types import Principal

AND, OR, NOT, CONDITION = "and", "or", "not", "condition"
#: A condition may speak of the day it is asked about: `last_trade_date < :business_date - 30`.
_PARAMETERS = {"business_date": Type.DATE}
#: Compiled conditions that are kept; one of the largest has 2 MB.
_KEPT = 200
_STEP = re.compile(r"\.(and|or)\[(\d+)\]|\.(not)\b")
_COLUMNS = datasets.ColumnBinding()
_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.In, exp.Between)


@dataclass(frozen=True, slots=True)
class Node:
    """A group or a condition of a tree; `path` is its place in the JSON as screens name it ("and.0.not.0")."""

    path: str
    kind: str
    expression: Expression
    children: tuple[Node, ...] = ()

    def walk(self) -> Iterator[Node]:
        """Yield the node and everything below it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Compiled:
    """A condition ready to be asked: `where` is its tree.

    For counting every node in one pass `leaves` are the single conditions, which a query names c0, c1, …, and `groups`
    say by name how each group follows from what is directly in it: written out to the leaves, deep ones would repeat
    everything below them. `names` says per path what a node is called.
    """

    root: Node
    fields: frozenset[str]
    where: Tree
    leaves: tuple[Tree, ...]
    groups: Mapping[str, str]
    names: Mapping[str, str]
    _asked: dict[Hashable, Statement] = field(default_factory=dict, repr=False, compare=False)

    def asked(self, shape: Hashable, build: Callable[[], Tree]) -> Statement:
        """Return a question about the condition, put into words once for its shape."""
        if shape not in self._asked:
            self._asked[shape] = Statement(build())
        return self._asked[shape]

    @property
    def expression(self) -> Expression:
        """The checked expression."""
        return self.root.expression


def compiled(condition: object, terms: Terms, principal: Principal) -> Compiled:
    """Return the condition checked and compiled.

    Raises ExpressionInvalid with every fault, none of which names a field its viewer may not know of, and Refused when
    it asks about a field that its viewer does not see in clear.
    """
    key = json.dumps(condition, sort_keys=True, ensure_ascii=False, default=str)
    found: Compiled | None = terms.compiled.get(key)
    if found is None:
        found = _compile(condition, terms, principal)
        if len(terms.compiled) >= _KEPT:
            terms.compiled.clear()
        terms.compiled[key] = found
    for key in sorted(found.fields):
        if hidden(key, terms, principal):
            raise Refused(operation=f"{terms.schema.key}.{key}")
    return found


def hidden(field: str, terms: Terms, principal: Principal) -> bool:
    """Return whether `principal` may not even ask about the field, because it is masked or refused."""
    return not catalogue.may_ask(terms.schema.key, field, principal=principal)


def first_field(expression: Expression) -> str:
    """Return the field that a single condition is about, "" when it names none."""
    return next(_fields(expression), "")


def _fields(expression: Expression) -> Iterator[str]:
    return (node.parts[-1] for node, _depth in expressions.walk(expression) if isinstance(node, Path))


def parameters(terms: Terms) -> Mapping[str, object]:
    """Return the values of the parameters that conditions may use."""
    return {"business_date": terms.business_date}


def _compile(condition: object, terms: Terms, principal: Principal) -> Compiled:
    expression = catalogue.checked_condition(condition, terms.schema, _PARAMETERS, principal=principal)
    expressions.refuse_unknown(expression, lambda _steps: terms.units)
    root = _node(expression)
    leaves: list[Tree] = []
    groups: dict[str, str] = {}
    names: dict[str, str] = {}
    _name(root, terms, leaves, groups, names)
    return Compiled(
        root=root,
        fields=frozenset(_fields(expression)),
        where=_tree(expression, terms),
        leaves=tuple(leaves),
        groups=groups,
        names=names,
    )


def _node(expression: Expression) -> Node:
    path = _path(expression.at)
    if isinstance(expression, Logic):
        return Node(path, expression.operator, expression, tuple(_node(operand) for operand in expression.operands))
    if isinstance(expression, Not) and not _written_as_one(expression):
        return Node(path, NOT, expression, (_node(expression.operand),))
    return Node(path, CONDITION, expression)


def _written_as_one(expression: Not) -> bool:
    """Return whether a negation is one word in the JSON: not_in, not_between, is_not_empty."""
    inner = expression.operand
    return isinstance(inner, In | Between | IsEmpty) and inner.at == expression.at


def _path(at: int | str | None) -> str:
    steps = (f"{step[1]}.{step[2]}" if step[1] else "not.0" for step in _STEP.finditer(str(at)))
    return ".".join(steps)


def _name(node: Node, terms: Terms, leaves: list[Tree], groups: dict[str, str], names: dict[str, str]) -> str:
    """Name a node, and before it everything below; groups stand behind those in them."""
    if node.kind == CONDITION:
        leaves.append(_tree(node.expression, terms))
        name = f"c{len(leaves) - 1}"
    else:
        parts = [_name(child, terms, leaves, groups, names) for child in node.children]
        name = f"g{len(groups)}"
        groups[name] = f"not {parts[0]}" if node.kind == NOT else f" {node.kind} ".join(parts)
    names[node.path] = name
    return name


def answerable(expression: Expression, terms: Terms) -> Expression:
    """Return an expression as the wide rows answer it, in SQL and in Python: they hold the ids of org units, not their codes."""
    units = terms.units
    return expressions.with_ids(
        expression, lambda _path, codes: {code: [units[code]] for code in codes if code in units}
    )


def _tree(expression: Expression, terms: Terms) -> Tree:
    fragment = _with_plain_numbers(expressions.compile_sql(answerable(expression, terms), "duckdb", _COLUMNS))
    values = {**fragment.values, **parameters(terms)}
    return expressions.written_in(fragment.tree, {key: trees.value(found) for key, found in values.items()})


def _with_plain_numbers(fragment: SqlFragment) -> SqlFragment:
    """Return the fragment with decimals compared as plain numbers.

    The language casts each decimal to its widest type; a comparison is as exact without that and up to ten times as
    fast, because the column then keeps its own type.
    """
    tree, values = fragment.tree.copy(), dict(fragment.values)
    for place in list(tree.find_all(exp.Placeholder)):
        value, parent = values.get(place.name), place.parent
        if isinstance(value, Decimal) and isinstance(parent, exp.Cast) and isinstance(parent.parent, _COMPARISONS):
            values[place.name] = _shortest(value)
            parent.replace(place.copy())
    return replace(fragment, tree=tree, values=values)


def _shortest(value: Decimal) -> int | Decimal:
    return int(value) if value == value.to_integral_value() else Decimal(format(value.normalize(), "f"))
