"""Definitions in files: one a file, every fault with its file and line. Packs and load definitions are read here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from zhike.kernel import definition_checks, definition_reading, yaml_files
from zhike.kernel.definition_checks import Reading, UnreadText
from zhike.kernel.definition_parts import Labels
from zhike.kernel.definitions import Body, Finding, Snapshot
from zhike.kernel.yaml_files import BrokenYaml, YamlFile

_STRAY = Labels(
    "不会被读取：定义文件以 .yaml 结尾；请改名，不用的副本请删去",
    "is not read: a definition file ends in .yaml; rename it, or delete a copy that is of no use",
)
_MANIFEST_BELOW = Labels("pack.yaml 只能放在应用包的最外层文件夹", "stands below the folder of a pack and is not read")
_FOLDER = Labels("这是文件夹，请写出其中的文件", "it is a folder; name the files in it")
_ONE_MAPPING = Labels(
    "一个定义文件只写一个定义（`键: 值`，不是列表，也不能为空）",
    "a definition file holds one mapping, no list and not nothing",
)


@dataclass(frozen=True, slots=True)
class FileFinding:
    """A fault with its place: file and line (from 1)."""

    path: str
    line: int
    code: str
    said: Labels

    @property
    def message(self) -> str:
        """The sentence in English."""
        return self.said.en

    def as_dict(self) -> dict[str, object]:
        """Return the finding as errors carry it."""
        said = {"message": self.said.zh, "message_en": self.said.en}
        return {"code": self.code, **said, "path": self.path, "line": self.line}


@dataclass(frozen=True, slots=True)
class WrittenDefinition:
    """A definition as a file holds it."""

    path: Path
    file: YamlFile
    kind: str
    key: str
    body: Body

    def at(self, finding: Finding) -> FileFinding:
        """Return a finding about this definition with its file and line."""
        return file_finding(self.path, self.file, finding)


@dataclass(frozen=True, slots=True)
class ReadFiles:
    """The definitions that files hold, what keeps a file from being one, and the texts of those that are none."""

    written: tuple[WrittenDefinition, ...]
    findings: tuple[FileFinding, ...]
    unread: tuple[UnreadText, ...]


def file_finding(path: Path, file: YamlFile | None, finding: Finding) -> FileFinding:
    """Return a finding about a place in a file with its line."""
    return FileFinding(str(path), file.line(finding.where) if file else 1, finding.code, finding.said)


def read_mapping(path: Path) -> tuple[YamlFile | None, Mapping[str, object], list[FileFinding]]:
    """Return a file that holds one mapping, without a file or mapping when it does not, and what is wrong with it."""
    if not path.is_file():
        said = _FOLDER if path.is_dir() else Labels("没有这个文件", "there is no such file")
        return None, {}, [FileFinding(str(path), 1, "definition.no_file", said)]
    try:
        file = yaml_files.read(path)
    except (BrokenYaml, OSError) as error:
        line, said = (error.line, error.said) if isinstance(error, BrokenYaml) else (1, Labels(str(error), str(error)))
        return None, {}, [FileFinding(str(path), line, "definition.unreadable", said)]
    if not isinstance(file.body, dict):
        return None, {}, [FileFinding(str(path), 1, "definition.unreadable", _ONE_MAPPING)]
    doubled = [
        FileFinding(
            str(path), line, "definition.doubled_key", Labels(f"`{key}` 写了两次", f"`{key}` stands here twice")
        )
        for line, key in file.doubled
    ]
    return file, file.body, doubled


def below(folder: Path, manifest: str = "") -> list[Path]:
    """Return the definition files below a folder, in order; the one called `manifest` is none."""
    return [path for path in sorted(folder.rglob("*.yaml")) if path.name != manifest or not manifest]


def strays(folder: Path, manifest: str = "") -> list[FileFinding]:
    """Say which files below a folder nobody reads although they may be meant as definitions.

    Files of tools (.git, .gitignore) and texts about the folder (.md) are left alone, and so is a program beside it.
    """
    found = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if not path.is_file() or any(part.startswith(".") for part in inside.parts):
            continue
        if path.name == manifest and path.parent != folder:
            found.append(FileFinding(str(path), 1, "definition.stray", _MANIFEST_BELOW))
        elif _looks_like_one(path.name):
            found.append(FileFinding(str(path), 1, "definition.stray", _STRAY))
    return found


def _looks_like_one(name: str) -> bool:
    """Whether a file that is not read has a name that definitions have elsewhere, or that a copy of one has."""
    return re.search(r"\.(ya?ml|json)(?!\w)", name, re.IGNORECASE) is not None and not name.endswith(".yaml")


def unread_text(path: Path) -> UnreadText:
    """Return the text of a file that could not be read as a definition; None when there is not even that."""
    try:
        return path.read_bytes().decode("utf-8", errors="replace")
    except OSError:
        return None


def read(paths: Iterable[Path]) -> ReadFiles:
    """Return the definitions that the files hold, and what keeps a file from being one."""
    found: list[WrittenDefinition] = []
    findings: list[FileFinding] = []
    unread: list[UnreadText] = []
    seen: dict[tuple[str, str], Path] = {}
    for path in paths:
        file, body, faults = read_mapping(path)
        findings += faults
        if file is None:
            unread.append(unread_text(path))
            continue
        kind, unknown = definition_checks.kind_of(body)
        if kind is None:
            findings += [file_finding(path, file, fault) for fault in unknown]
            unread.append(unread_text(path))
            continue
        # One that has no key goes by its file, so that its faults are told apart from those of others.
        key = body.get("key")
        one = WrittenDefinition(path, file, kind.name, key if isinstance(key, str) and key else str(path), body)
        first = seen.setdefault((kind.name, one.key), path)
        if first is path:
            found.append(one)
            continue
        said = Labels(
            f"{kind.name}“{one.key}”在 {first} 中也有定义", f"{kind.name} '{one.key}' is also defined in {first}"
        )
        findings.append(one.at(Finding("definition.doubled", said, ("key",))))
        findings += [one.at(fault) for fault in definition_reading.read(body, kind).findings]
        unread.append(unread_text(path))
    return ReadFiles(tuple(found), tuple(findings), tuple(unread))


def beside(files: ReadFiles, installed: Snapshot) -> tuple[Snapshot, list[FileFinding]]:
    """Return the installation's definitions with those of files over them, and every fault of the latter."""
    readings = {(one.kind, one.key): _reading(one) for one in files.written}
    values = {name: dict(of_kind) for name, of_kind in installed.written.items()}
    for (kind, key), reading in readings.items():
        values.setdefault(kind, {}).pop(key, None)
        if reading.value is not None:
            values[kind][reading.value.key] = reading.value
    joined = Snapshot(installed.version, values)
    by_name = {(one.kind, one.key): one for one in files.written}
    findings = [by_name[name].at(finding) for name, reading in readings.items() for finding in reading.findings]
    checked = definition_checks.check(joined, readings, files.unread)
    return joined, [*files.findings, *findings, *(by_name[name].at(finding) for name, finding in checked)]


def _reading(one: WrittenDefinition) -> Reading:
    kind, _known = definition_checks.kind_of(one.body)
    assert kind is not None  # `read` left the others out
    return definition_reading.read(one.body, kind)
