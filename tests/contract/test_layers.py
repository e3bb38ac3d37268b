"""The house stays as it is drawn: every room is in a contract, and rooms are entered by their front door."""

from __future__ import annotations

import ast
import importlib
import inspect
import tomllib
from pathlib import Path

ROOT = Path("zhike")
FLOORS = ("platform", "insight", "engagement")
DOORS = {"api", "types", "errors"}
#: A room that does more than one thing for others has a door for each.
MORE_DOORS = {
    "fields": {"search_tokens"},
    "objects": {"bulk", "catalogue", "faults", "guards", "lists", "sets", "single", "statements"},
    "records": {"figures", "origins", "shares", "wire"},
    "exchange": {"exports", "file_types", "files", "mappings"},
    "organization": {"people", "places", "roster"},
    "permissions": {"explaining", "parts"},
    "warehouse": {"datasets", "port", "received"},
    "channels": {"sets"},
    "campaigns": {"standing"},
    "work": {"origins"},
}
#: Who speaks HTTP, or is spoken to by it.
HTTP = ("ninja", "django.http", "django.views", "django.urls", "django.shortcuts", "allauth")
#: A door with more functions than this hides a concept.
MOST_FUNCTIONS = 20


def _takes(path):
    """Every module that a file imports from, wherever it does so."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_other_rooms_are_entered_by_their_doors_only():
    offences = []
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            room = path.relative_to(ROOT / floor).parts[0]
            for module in _takes(path):
                parts = module.split(".")
                if (
                    parts[0] != "zhike"
                    or len(parts) < 4
                    or parts[1] not in FLOORS
                    or (parts[1], parts[2]) == (floor, room)
                ):
                    continue
                if parts[3] not in DOORS | MORE_DOORS.get(parts[2], set()):
                    offences.append(f"{path}: {module}")
    assert offences == []


def test_a_door_names_what_it_has_and_is_not_wide():
    for floor in FLOORS:
        for path in sorted((ROOT / floor).glob("*/*.py")):
            if path.stem != "api" and path.stem not in MORE_DOORS.get(path.parent.name, set()):
                continue
            module = importlib.import_module(".".join(path.with_suffix("").parts))
            made = [
                name
                for name, found in vars(module).items()
                if inspect.isfunction(found) and found.__module__ == module.__name__
            ]
            assert {name for name in made if not name.startswith("_")} <= set(module.__all__), path
            assert all(hasattr(module, name) for name in module.__all__), path
            assert len(module.__all__) <= MOST_FUNCTIONS, path


def test_logic_sees_no_http():
    offences = [
        f"{path}: {module}"
        for path in sorted(ROOT.rglob("*.py"))
        if "logic" in path.parts
        for module in _takes(path)
        if module.startswith(HTTP)
    ]
    assert offences == []


def test_types_see_no_django():
    assert [str(p) for p in sorted(ROOT.rglob("types.py")) if "django" in p.read_text(encoding="utf-8")] == []


def test_files_stay_small():
    assert [str(p) for p in sorted(ROOT.rglob("*.py")) if len(p.read_text(encoding="utf-8").splitlines()) > 600] == []


def test_types_are_strict_everywhere_and_few_places_are_excused():
    settings = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert settings["strict"] is True
    assert set(settings) == {"python_version", "strict", "plugins", "overrides"}
    assert [set(override) for override in settings["overrides"]] == [{"module", "ignore_missing_imports"}]
    assert not any(module.startswith("zhike") for override in settings["overrides"] for module in override["module"])
    assert sum(path.read_text(encoding="utf-8").count("type: ignore") for path in ROOT.rglob("*.py")) <= 25
