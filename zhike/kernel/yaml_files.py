"""YAML without surprises, and the line of everything in it.

YAML 1.2: dates stay text, only true and false are booleans, `on`, `no` and 12:30 are words. A key that stands twice is a
fault, which hides no other: the first counts. Parsing a file takes milliseconds, so what was read is kept beside the hash of its bytes: in the process, and in
the folder that `keep_in` names, for the next command.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from zhike.kernel.definition_parts import Place

#: Raised whenever what a tree holds or how it is kept changes, so that older copies are not read.
_FORM = "3"
#: More values than any definition has; references to anchors can make billions of a few lines.
_LARGEST = 100_000


class BrokenYaml(Exception):
    """A file that is no YAML: `line` (from 1) and what the reader says."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line, self.problem = line, problem


@dataclass(frozen=True, slots=True)
class YamlFile:
    """What a file holds, in plain values, the line of each place in it, and (line, key) of keys that come again."""

    body: object
    lines: Mapping[Place, int]
    doubled: tuple[tuple[int, str], ...] = ()

    def line(self, place: Place) -> int:
        """Return the line of the nearest thing that stands at `place` or around it.

        Parts of a place that are not in the file are passed over: a missing key has the line of what lacks it.
        """
        found: Place = ()
        for part in place:
            if (*found, part) in self.lines:
                found = (*found, part)
        return self.lines.get(found, 1)


_kept: dict[str, YamlFile] = {}
_folder: Path | None = None


def keep_in(folder: Path | None) -> None:
    """Keep parsed files in `folder` from now on (None: in this process only)."""
    global _folder
    _folder = folder


def forget() -> None:
    """Drop what this process keeps; what lies in the folder stays."""
    _kept.clear()


def read(path: Path) -> YamlFile:
    """Return what a YAML file holds. Raises BrokenYaml with the line."""
    raw = path.read_bytes()
    digest = hashlib.sha256(raw).hexdigest()
    if digest not in _kept:
        _kept[digest] = _remembered(digest) or _parsed(raw, digest)
    return _kept[digest]


def parse(raw: bytes) -> YamlFile:
    """Return what a YAML text holds. Raises BrokenYaml with the line."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BrokenYaml(line, f"byte {error.start} is not UTF-8") from error
    try:
        reader = _reader()
        tree = reader.load(text)
        doubled = tuple(sorted(set(reader.constructor.doubled)))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BrokenYaml(mark.line + 1 if mark else 1, _sentence(error)) from error
    except YAMLError as error:
        raise BrokenYaml(1, str(error)) from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise BrokenYaml(1, f"holds a value that cannot be read: {error}") from error
    except RecursionError as error:
        raise BrokenYaml(1, "is nested too deeply") from error
    lines: dict[Place, int] = {}
    try:
        return YamlFile(_plain(tree, (), lines), lines, doubled)
    except RecursionError as error:
        raise BrokenYaml(1, "is nested too deeply") from error
    except (LookupError, TypeError, AttributeError) as error:
        raise BrokenYaml(1, "tags (!) and merge keys (<<) are not taken: write the values out") from error


class _Constructor(RoundTripConstructor):
    """Days stay text: whoever wants a day says what is wrong with 2026-13-01, and where. Keys that come again are kept."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.doubled: list[tuple[int, str]] = []

    def check_mapping_key(self, node: Any, key_node: Any, mapping: Any, key: Any, value: Any) -> bool:
        if key not in mapping:
            return True
        self.doubled.append((key_node.start_mark.line + 1, str(key)))
        return False


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", RoundTripConstructor.construct_yaml_str)


def _reader() -> YAML:
    reader = YAML(typ="rt")
    reader.Constructor = _Constructor
    return reader


def _sentence(error: MarkedYAMLError) -> str:
    """What the reader says, without its advice on itself."""
    return str(error.problem or error.context or error).splitlines()[0].strip()


def _plain(node: object, place: Place, lines: dict[Place, int]) -> object:
    if len(lines) > _LARGEST:
        raise BrokenYaml(1, f"holds more than {_LARGEST:,} values")
    if isinstance(node, CommentedMap):
        found = {}
        for key, value in node.items():
            name = str(_scalar(key))
            lines[(*place, name)] = node.lc.key(key)[0] + 1
            found[name] = _plain(value, (*place, name), lines)
        return found
    if isinstance(node, CommentedSeq):
        for number in range(len(node)):
            lines[(*place, number)] = node.lc.item(number)[0] + 1
        return [_plain(value, (*place, number), lines) for number, value in enumerate(node)]
    return _scalar(node)


def _scalar(node: object) -> object:
    if isinstance(node, datetime.date):
        return node.isoformat()
    if node is None or isinstance(node, bool):
        return node
    for plain in (int, float, str):
        if isinstance(node, plain):
            return plain(node)
    return str(node)


def _parsed(raw: bytes, digest: str) -> YamlFile:
    found = parse(raw)
    if _folder is not None:
        _remember(_folder / _FORM / f"{digest}.json", found)
    return found


def _remembered(digest: str) -> YamlFile | None:
    if _folder is None:
        return None
    try:
        body, lines, doubled = json.loads((_folder / _FORM / f"{digest}.json").read_bytes())
        return YamlFile(
            body, {tuple(place): line for place, line in lines}, tuple((line, key) for line, key in doubled)
        )
    except (OSError, ValueError, TypeError):
        return None


def _remember(target: Path, found: YamlFile) -> None:
    """A copy that cannot be written is only a slower next time."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps([found.body, list(found.lines.items()), found.doubled]), encoding="utf-8")
        draft.replace(target)
    except (OSError, TypeError):
        return
