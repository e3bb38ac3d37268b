"""Whatever stands in a definition by mistake is said in words of ours, with a stable code, and hides nothing else."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from zhike.kernel import definition_reading, definition_wording, definitions, yaml_files
from zhike.kernel.definition_parts import Place

KINDS = {kind.name: kind for kind in definitions.kinds()}
#: What people and programs put where something else belongs.
WRONG = (
    None, True, -1, 0, 10**30, 1.5, float("inf"), float("nan"), "", "-", "x" * 3000, "不", "{", "a.b", [], ["x", {}, 1],
    {}, {"x": 1}, [[]], [{"key": "x"}], {"zh": 1}, {"key": 1, "type": "x", "use": "x", "check": 1},
)  # fmt: skip
NAMES = ("missing_key", "wrong_type", "unknown_value", "malformed", "unknown_key", "empty")
CODES = {f"definition.{name}" for name in NAMES}
CHINESE = re.compile("[\u4e00-\u9fff]")


def bodies(name: str) -> list[dict[str, object]]:
    """The shipped definitions of a kind."""
    paths = sorted([*Path("packs").rglob("*.yaml"), *Path("examples").rglob("*.yaml")])
    read = [yaml_files.read(path).body for path in paths if path.name != "pack.yaml"]
    return [body for body in read if isinstance(body, dict) and body.get("kind") == name]


def places(node: object, here: Place = ()) -> Iterator[Place]:
    if here and here != ("kind",):
        yield here
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from places(value, (*here, key))


def put(body: dict[str, object], place: Place, value: object) -> dict[str, object]:
    made = copy.deepcopy(body)
    node: object = made
    for part in place[:-1]:
        node = node[part]
    node[place[-1]] = value
    return made


@pytest.mark.parametrize("name", sorted(KINDS))
def test_no_fault_is_said_in_pydantics_words(name, monkeypatch):
    seen = set()
    real = definition_wording.fault
    monkeypatch.setattr(definition_wording, "fault", lambda found, *rest: seen.add(found["type"]) or real(found, *rest))
    codes = set()
    largest = max(bodies(name), key=lambda body: len({shape(place) for place in places(body)}))
    for place in {shape(place): place for place in places(largest)}.values():
        for wrong in WRONG:
            reading = definition_reading.read(put(largest, place, wrong), KINDS[name])
            codes |= {finding.code for finding in reading.findings}
            assert not any("Input should" in finding.message for finding in reading.findings)
            assert [finding for finding in reading.findings if not CHINESE.search(finding.said.zh)] == []
    assert {one for one in seen if not definition_wording.is_worded(one)} == set()
    assert codes <= CODES and "definition.wrong_type" in codes


def shape(place: Place) -> Place:
    """A place with every item of a list alike."""
    return tuple(0 if isinstance(part, int) else part for part in place)


@pytest.mark.parametrize(
    ("expected", "zh", "en"),
    [
        ("True", "`all` 只能是 true，实为 false", "`all` can only be true; it is false"),
        ("'a', 'True' or False", "`all` 只能是 'a'、'True'、false 之一，实为 false", "`all` is one of: 'a', 'True' or false; it is false"),
    ],
)  # fmt: skip
def test_what_may_stand_is_listed_as_definitions_write_it(expected, zh, en):
    found = {"type": "literal_error", "loc": ("all",), "msg": "", "input": False, "ctx": {"expected": expected}}
    said = definition_wording.fault(found, ("all",)).said
    assert (said.zh, said.en) == (zh, en)
