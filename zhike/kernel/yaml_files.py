"""YAML without surprises, and the line of everything in it.

YAML 1.2: dates stay text, only true and false are booleans, `on`, `no` and 12:30 are words; a key is what is written,
01 no less than true. A key that stands twice is a fault, which hides no other: the first counts. Parsing a file takes
milliseconds, so what was read is kept beside the hash of its bytes: in the process, and in the folder that `keep_in`
names, for the next command.
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
from ruamel.yaml.comments import CommentedMap, CommentedSeq, TaggedScalar
from ruamel.yaml.composer import Composer
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.tag import Tag

from zhike.kernel import yaml_faults
from zhike.kernel.definition_parts import Labels, Place

#: Raised whenever what a tree holds or how it is kept changes, so that older copies are not read.
_FORM = "4"
#: More values than any definition has; references to anchors can make billions of a few lines.
_LARGEST = 100_000


class BrokenYaml(Exception):
    """A file that is no YAML: `line` (from 1), and what is `said` of it."""

    def __init__(self, line: int, said: Labels) -> None:
        super().__init__(said.en)
        self.line, self.said = line, said

    @property
    def problem(self) -> str:
        """The sentence in English."""
        return self.said.en


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
        said = Labels(f"第 {error.start} 字节不是 UTF-8 编码", f"byte {error.start} is not UTF-8")
        raise BrokenYaml(line, said) from error
    try:
        reader = _reader()
        tree = reader.load(text)
        doubled = tuple(sorted(set(reader.constructor.doubled)))
        lines: dict[Place, int] = {}
        return YamlFile(_plain(tree, (), lines), lines, doubled)
    except MarkedYAMLError as error:
        raise BrokenYaml(*yaml_faults.explained(error, text)) from error
    except ReaderError as error:
        said = Labels("含有文件中不允许的字符（如 NUL）", "holds a sign that no text may hold (NUL or such)")
        raise BrokenYaml(text[: error.position].count("\n") + 1, said) from error
    except RecursionError as error:
        raise BrokenYaml(1, Labels("嵌套过深", "is nested too deeply")) from error
    except (_Tagged, LookupError, TypeError, AttributeError) as error:
        raise BrokenYaml(*yaml_faults.merged_or_tagged(text)) from error
    except (YAMLError, ValueError) as error:
        said = Labels(f"含有无法读取的值：{error}", f"holds a value that cannot be read: {error}")
        raise BrokenYaml(1, said) from error


class _Tagged(Exception):
    """A value with a tag of its own (!)."""


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


class _Composer(Composer):
    """Keys stay as they are written: the code 01 of a code list is neither 1 nor true True."""

    def compose_mapping_node(self, anchor: Any) -> Any:
        node = super().compose_mapping_node(anchor)
        for key, _value in node.value:
            if isinstance(key, ScalarNode) and key.style is None and str(key.ctag) in _NO_TEXTS:
                key.ctag = Tag(suffix="tag:yaml.org,2002:str")
        return node


_NO_TEXTS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("int", "float", "bool", "null", "timestamp"))


def _reader() -> YAML:
    reader = YAML(typ="rt")
    reader.Constructor, reader.Composer = _Constructor, _Composer
    return reader


def _plain(node: object, place: Place, lines: dict[Place, int]) -> object:
    if len(lines) > _LARGEST:
        raise BrokenYaml(1, Labels(f"超过 {_LARGEST:,} 个值", f"holds more than {_LARGEST:,} values"))
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
    if isinstance(node, TaggedScalar):
        raise _Tagged
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
