"""Work is of any kind and from anywhere: its room knows neither the name of a kind nor that of an origin."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import yaml

ROOMS = (Path("zhike/platform/work"), Path("web/src/rooms/work"))
KINDS = {yaml.safe_load(path.read_text(encoding="utf-8"))["key"] for path in Path("packs").glob("*/work_kinds/*.yaml")}
#: What gives work; each has its own room, or will.
ORIGINS = re.compile(r"campaign|moment|journey|quote|case_|ticket", re.I)


def _sources():
    for room in ROOMS:
        for path in sorted(room.rglob("*")):
            if path.suffix in (".py", ".ts", ".tsx") and "migrations" not in path.parts:
                yield path, path.read_text(encoding="utf-8")


def test_packs_bring_several_kinds():
    assert {"approval", "task", "follow_up"} <= KINDS


def test_the_room_of_work_names_no_origin():
    assert [str(path) for path, text in _sources() if ORIGINS.search(text)] == []


def test_nothing_is_compared_with_the_name_of_a_kind():
    found = []
    for path, text in _sources():
        if path.suffix == ".py":
            for node in ast.walk(ast.parse(text)):
                compared = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
                compared += [case.pattern for case in node.cases] if isinstance(node, ast.Match) else []
                inside = [leaf for part in compared for leaf in ast.walk(part) if isinstance(leaf, ast.Constant)]
                found += [f"{path}:{leaf.lineno}" for leaf in inside if leaf.value in KINDS]
        else:
            named = re.compile(
                rf"""(===|!==|case)\s*['"]({"|".join(KINDS)})['"]|['"]({"|".join(KINDS)})['"]\s*(===|!==)"""
            )
            found += [f"{path}: {match[0]}" for match in named.finditer(text)]
    assert found == []
