"""Reading pack folders: one definition a file, every fault with its file and line."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from zhike.kernel import definitions, yaml_files
from zhike.platform.packs.types import PackDefinition, PackFinding

_NAMESPACE = uuid.UUID("2d5c1f0e-98a1-4a53-8f0e-6f3c5b1d7e22")


def read_packs(folders: Sequence[Path]) -> tuple[list[PackDefinition], list[PackFinding]]:
    """Return the definitions of the packs below `folders`, in the order in which packs require each other."""
    found: list[PackDefinition] = []
    findings: list[PackFinding] = []
    packs = {}
    for folder in folders:
        for file in sorted(folder.glob("*/pack.yaml")) or sorted(folder.glob("pack.yaml")):
            body, fault = _load(file)
            findings += fault
            packs[str(body.get("name", file.parent.name))] = (file.parent, body)
    for name in _ordered(packs, findings):
        for path in sorted(packs[name][0].rglob("*.yaml")):
            if path.name != "pack.yaml":
                _read_definition(name, path, found, findings)
    return found, findings + _doubled(found)


def line_of(path: Path, where: str) -> int:
    """Return the line (from 1) of the last part of `where` ("fields.branch") in a definition file."""
    wanted = where.rsplit(".", 1)[-1].split("[")[0]
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if wanted and (
            f"key: {wanted}," in line or f"key: {wanted}}}" in line or line.strip().startswith(f"{wanted}:")
        ):
            return number
    return 1


def _read_definition(pack: str, path: Path, found: list[PackDefinition], findings: list[PackFinding]) -> None:
    body, fault = _load(path)
    findings += fault
    if fault:
        return
    kind, key = str(body.get("kind", "")), str(body.get("key", ""))
    known = [kind.name for kind in definitions.kinds()]
    if kind not in known:
        findings.append(
            PackFinding(str(path), 1, "pack.unknown_kind", f"there is no kind '{kind}'; there are: {', '.join(known)}")
        )
    elif not key:
        findings.append(PackFinding(str(path), 1, "pack.no_key", "a definition needs a `key`"))
    elif not isinstance(body.get("labels"), dict):
        findings.append(_untranslated(path, body.get("labels")))
    elif faults := [_untranslated(path, labels) for labels in _labels(body) if not _translated(labels)]:
        findings += faults
    else:
        identity = str(body.get("uuid") or uuid.uuid5(_NAMESPACE, f"{kind}/{key}"))
        found.append(PackDefinition(pack, path, kind, key, identity, body))


def _labels(part: object) -> Iterator[object]:
    """Every `labels` of a definition, at any depth."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "labels":
                yield value
            else:
                yield from _labels(value)
    elif isinstance(part, list):
        for value in part:
            yield from _labels(value)


def _translated(labels: object) -> bool:
    """Whether there is a text for each language and nothing else: a comma without quotes makes a key of what follows."""
    return isinstance(labels, dict) and set(labels) == {"zh", "en"} and None not in labels.values()


def _untranslated(path: Path, labels: object) -> PackFinding:
    message = f"`labels` needs zh and en and nothing else; it is {labels}"
    return PackFinding(str(path), line_of(path, "labels"), "pack.untranslated", message)


def _load(path: Path) -> tuple[dict[str, object], list[PackFinding]]:
    try:
        body = yaml_files.read(path)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = str(getattr(error, "problem", None) or error)
        return {}, [PackFinding(str(path), mark.line + 1 if mark else 1, "pack.unreadable", problem)]
    if not isinstance(body, dict):
        return {}, [PackFinding(str(path), 1, "pack.unreadable", "a definition file holds one mapping")]
    return body, []


def _ordered(packs: dict[str, tuple[Path, dict[str, object]]], findings: list[PackFinding]) -> list[str]:
    ordered: list[str] = []

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if name in ordered or name in trail:
            return
        for required in packs[name][1].get("requires", []):  # type: ignore[attr-defined]
            if required in packs:
                visit(required, (*trail, name))
            else:
                path = packs[name][0] / "pack.yaml"
                findings.append(
                    PackFinding(
                        str(path),
                        line_of(path, "requires"),
                        "pack.missing",
                        f"requires '{required}'; there are: {', '.join(sorted(packs))}",
                    )
                )
        ordered.append(name)

    for name in sorted(packs):
        visit(name, ())
    return ordered


def _doubled(found: Sequence[PackDefinition]) -> list[PackFinding]:
    seen: dict[tuple[str, str], PackDefinition] = {}
    findings = []
    for definition in found:
        first = seen.setdefault((definition.kind, definition.key), definition)
        if first is not definition:
            message = f"{definition.kind} '{definition.key}' is also defined in {first.path}"
            findings.append(PackFinding(str(definition.path), 1, "pack.doubled", message))
    return findings
