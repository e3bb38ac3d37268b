"""Where a source asks what a type of values is called, in Python: comparisons, memberships, matches and tables by name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

#: What holds the name of a type, of its web kind, of how it is asked for or drawn.
ASKED = frozenset({"type", "field_type", "value_type", "served", "web", "asked", "format"})
LOOKUPS = frozenset({"get", "index", "count", "pop", "setdefault"})
#: Names that mean nothing else, whatever the name that is compared with them.
TELLING = frozenset(
    {"money", "decimal", "percent", "integer", "boolean", "multi_choice", "long_text", "identity_number"}
)


@dataclass(frozen=True, slots=True)
class Search:
    """The names of types that are looked for."""

    names: frozenset[str]

    def lines(self, text: str) -> list[int]:
        """Return the lines of a source that ask a type for its name."""
        return sorted({line for node in ast.walk(ast.parse(text)) for line in self._of(node)})

    def _of(self, node: ast.AST) -> Iterator[int]:
        if isinstance(node, ast.Compare):
            yield from self._compared([node.left, *node.comparators], node.ops, node.lineno)
        elif isinstance(node, ast.Match):
            yield from self._matched(node)
        elif isinstance(node, ast.Dict):
            yield from self._listed([key for key in node.keys if key is not None], node.lineno)
        elif isinstance(node, ast.Tuple | ast.List | ast.Set):
            yield from self._listed(node.elts, node.lineno)
        elif isinstance(node, ast.Subscript | ast.Call) and _looked_up(_key(node)):
            yield node.lineno

    def _compared(self, sides: list[ast.expr], ops: list[ast.cmpop], line: int) -> Iterator[int]:
        words = {word for side in sides for word in _words(side)}
        member = any(isinstance(op, ast.In | ast.NotIn) for op in ops) and _looked_up(sides[0])
        if member or words & TELLING or (words & self.names and any(_asks(side) for side in sides)):
            yield line

    def _matched(self, node: ast.Match) -> Iterator[int]:
        for case in node.cases:
            for pattern in ast.walk(case.pattern):
                words = set(_words(pattern.value)) if isinstance(pattern, ast.MatchValue) else set()
                if words & TELLING or (words & self.names and _asks(node.subject)):
                    yield pattern.lineno if isinstance(pattern, ast.MatchValue) else node.lineno

    def _listed(self, items: list[ast.expr], line: int) -> Iterator[int]:
        words = {word for item in items for word in _words(item)}
        if len(words) > 1 and words & TELLING and words <= self.names:
            yield line


def _words(node: ast.AST) -> list[str]:
    """Return the texts that a constant, a tuple, a list, a set or a call of frozenset holds."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.Call) and node.args and getattr(node.func, "id", "") in ("frozenset", "set", "tuple"):
        return _words(node.args[0])
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return [word for item in node.elts for word in _words(item)]
    return []


def _method(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def _key(node: ast.Subscript | ast.Call) -> ast.AST | None:
    """Return what is looked up by `table[…]` and `table.get(…)`."""
    if isinstance(node, ast.Subscript):
        return node.slice
    return node.args[0] if _method(node) in LOOKUPS and node.args else None


def _looked_up(node: ast.AST | None) -> bool:
    """Whether what is looked up in a table or a collection of any name is the name of a type."""
    if isinstance(node, ast.Attribute):
        return node.attr in ASKED
    return isinstance(node, ast.Name) and node.id in ("field_type", "value_type", "web")


def _asks(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in ASKED
    if isinstance(node, ast.Name):
        return node.id in ASKED
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Constant) and node.slice.value in ASKED
    if isinstance(node, ast.Call):
        return _method(node) == "get" and isinstance(node.args[0], ast.Constant) and node.args[0].value in ASKED
    return isinstance(node, ast.NamedExpr) and (_asks(node.target) or _asks(node.value))
