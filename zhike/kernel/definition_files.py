"""Definitions in files: one a file, every fault with its file and line. Packs and load definitions are read here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from zhike.kernel import definition_checks, yaml_files
from zhike.kernel.definition_parts import Definition, Place
from zhike.kernel.definitions import Body, Finding, Snapshot
from zhike.kernel.yaml_files import BrokenYaml, YamlFile


@dataclass(frozen=True, slots=True)
class FileFinding:
    """A fault with its place: file and line (from 1)."""

    path: str
    line: int
    code: str
    message: str

    def as_dict(self) -> dict[str, object]:
        """Return the finding as errors carry it."""
        return {"code": self.code, "message": self.message, "path": self.path, "line": self.line}


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
        return file_finding(self.path, self.file, finding.code, finding.message, finding.where)


def file_finding(path: Path, file: YamlFile | None, code: str, message: str, where: Place = ()) -> FileFinding:
    """Return a finding about a place in a file."""
    return FileFinding(str(path), file.line(where) if file else 1, code, message)


def read_mapping(path: Path) -> tuple[YamlFile | None, Mapping[str, object], list[FileFinding]]:
    """Return a file that holds one mapping, or why it does not."""
    try:
        file = yaml_files.read(path)
    except (BrokenYaml, OSError) as error:
        line, problem = (error.line, error.problem) if isinstance(error, BrokenYaml) else (1, str(error))
        return None, {}, [FileFinding(str(path), line, "definition.unreadable", problem)]
    if not isinstance(file.body, dict):
        return file, {}, [FileFinding(str(path), 1, "definition.unreadable", "a definition file holds one mapping")]
    return file, file.body, []


def read(paths: Iterable[Path]) -> tuple[list[WrittenDefinition], list[FileFinding]]:
    """Return the definitions that the files hold, and what keeps a file from being one."""
    found: list[WrittenDefinition] = []
    findings: list[FileFinding] = []
    seen: dict[tuple[str, str], Path] = {}
    for path in paths:
        file, body, faults = read_mapping(path)
        if file is None or faults:
            findings += faults
            continue
        kind, unknown = definition_checks.kind_of(body)
        if kind is None:
            findings += [file_finding(path, file, fault.code, fault.message, fault.where) for fault in unknown]
            continue
        key = str(body.get("key", ""))
        first = seen.setdefault((kind.name, key), path)
        if first is not path:
            message = f"{kind.name} '{key}' is also defined in {first}"
            findings.append(file_finding(path, file, "definition.doubled", message, ("key",)))
            continue
        found.append(WrittenDefinition(path, file, kind.name, key, body))
    return found, findings


def parsed(written: Sequence[WrittenDefinition]) -> tuple[list[Definition], list[FileFinding]]:
    """Return the definitions as values, and every place that does not fit its model."""
    found: list[Definition] = []
    findings: list[FileFinding] = []
    for one in written:
        kind, _known = definition_checks.kind_of(one.body)
        assert kind is not None  # `read` left the others out
        definition, faults = definition_checks.parsed(one.body, kind)
        findings += [one.at(fault) for fault in faults]
        if definition is not None:
            found.append(definition)
    return found, findings


def beside(written: Sequence[WrittenDefinition], installed: Snapshot) -> tuple[Snapshot, list[FileFinding]]:
    """Return the installation's definitions with those of files over them, and every fault of the latter."""
    found, findings = parsed(written)
    values = {name: dict(of_kind) for name, of_kind in installed.written.items()}
    for definition in found:
        values.setdefault(definition.kind, {})[definition.key] = definition
    joined = Snapshot(installed.version, values)
    by_name = {(one.kind, one.key): one for one in written}
    absent = {(one.kind, one.key) for one in written} - {(one.kind, one.key) for one in found}
    findings += [
        by_name[definition.kind, definition.key].at(finding)
        for definition, finding in definition_checks.check(joined, found, absent)
    ]
    return joined, findings
