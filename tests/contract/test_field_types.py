"""Nothing outside the field types asks what a type is called: a new type changes nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from zhike.platform.fields import api as fields

TYPES = frozenset(fields.value_types())
#: Names that hold the type of a field, a column, a figure.
_ASKED = {"type", "field_type", "value_type", "served"}
#: Types whose names mean nothing else, so that a table keyed by them is one of types.
_TELLING = {"money", "decimal", "percent", "integer", "boolean", "multi_choice", "long_text", "identity_number"}
#: The expression language has types of its own; the field types know theirs.
_OWN = ("zhike/platform/fields/", "zhike/expressions/")
WEB = Path("web/src")


def _words(node: ast.AST) -> list[str]:
    """The texts that a constant, a tuple, a list, a set or a call of frozenset holds."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.Call) and node.args and getattr(node.func, "id", "") in ("frozenset", "set", "tuple"):
        return _words(node.args[0])
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return [word for item in node.elts for word in _words(item)]
    return []


def _asks_for_type(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in _ASKED
    if isinstance(node, ast.Name):
        return node.id in _ASKED
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Constant) and node.slice.value in _ASKED
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        return bool(node.args) and isinstance(node.args[0], ast.Constant) and node.args[0].value in _ASKED
    return False


def _comparisons(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            words = {word for side in sides for word in _words(side)}
            if words & TYPES and any(_asks_for_type(side) for side in sides):
                yield node.lineno
        elif isinstance(node, ast.Dict):
            keys = {word for key in node.keys if key is not None for word in _words(key)}
            if len(keys & TYPES) > 1 and keys & _TELLING and keys <= TYPES | {"tag"}:
                yield node.lineno
        elif isinstance(node, ast.Tuple | ast.List | ast.Set):
            words = set(_words(node))
            if len(words) > 1 and words & _TELLING and words <= TYPES:
                yield node.lineno
        elif isinstance(node, ast.MatchValue) and set(_words(node.value)) & _TELLING:
            yield node.lineno


def _python() -> Iterator[str]:
    for path in sorted(Path("zhike").rglob("*.py")):
        if not path.as_posix().startswith(_OWN):
            for line in _comparisons(ast.parse(path.read_text(encoding="utf-8"))):
                yield f"{path}:{line}"


def test_the_search_finds_what_it_is_for():
    text = """
if field.type == "money": pass
if found["type"] in ("reference", "unit"): pass
if body.get("type") != "date": pass
TABLE = {"money": 1, "text": 2}
NUMBERS = ("integer", "decimal")
match field.type:
    case "money": pass
"""
    assert sorted(set(_comparisons(ast.parse(text)))) == [2, 3, 4, 5, 6, 8]
    assert not list(_comparisons(ast.parse('if principal.kind == "user" and key in ("email", "phone"): pass')))


def test_python_asks_no_type_for_its_name():
    assert list(_python()) == []


#: What a web source compares, switches over and keys by: types, formats and ways of asking have the same names.
_NAMES = "|".join(sorted(TYPES | {kind.web for kind in fields.value_types().values()} | {"tag"}))
_WEB_QUESTIONS = (
    re.compile(rf"\.(?:type|web)\s*[!=]==?\s*'(?:{_NAMES})'"),
    re.compile(rf"\btype\s*[!=]==?\s*'(?:{_NAMES})'"),
    re.compile(rf"\bcase '(?:{'|'.join(sorted(_TELLING))})'"),
    re.compile(rf"\b(?:{'|'.join(sorted(_TELLING - {'percent'}))}):\s*['\[{{]"),
    re.compile(rf"\[[^\]]*'(?:{'|'.join(sorted(_TELLING))})',[^\]]*'(?:{_NAMES})'[^\]]*\]\.includes"),
    re.compile(r"/[^/\n]*(?:变动|净流入|change\||tier\||inflow)[^/\n]*/\.?[gimsuy]*(?:\.test|;)"),
)


def _web() -> Iterator[str]:
    for path in sorted(WEB.rglob("*.ts*")):
        name = path.as_posix()
        if not name.startswith(("web/src/kit/fields/", "web/src/api/generated/")) and ".test." not in name:
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if any(question.search(line) for question in _WEB_QUESTIONS):
                    yield f"{name}:{number}: {line.strip()}"


def test_the_web_search_finds_what_it_is_for():
    for line in (
        "  if (field.type === 'money') return 1;",
        "    case 'multi_choice':",
        "  integer: ['>=', '<='],",
        "const isRight = (field) => ['money', 'percent', 'integer'].includes(field.type);",
        "const CHANGES = /inflow|change|growth|净流入|变动/;",
    ):
        assert any(question.search(line) for question in _WEB_QUESTIONS), line


def test_the_browser_asks_no_type_for_its_name():
    assert list(_web()) == []


def test_every_way_to_show_and_edit_a_value_is_a_module_of_its_name():
    modules = {path.stem for path in (WEB / "kit/fields/kinds").glob("*.tsx")}
    assert modules == {kind.web for kind in fields.value_types().values()}
