"""Reading pack folders: what a pack says of itself, and its definitions, in the order in which packs need each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from zhike.kernel import definition_files, definition_reading
from zhike.kernel.definition_checks import UnreadText
from zhike.kernel.definition_files import FileFinding, WrittenDefinition, file_finding
from zhike.kernel.definition_parts import Finding, Labels
from zhike.kernel.yaml_files import YamlFile
from zhike.platform.packs.types import Pack, PackContent, ReadPacks

_MANIFEST = "pack.yaml"
_NO_PACK = Labels("此处及下一层文件夹都没有 pack.yaml", "there is no pack.yaml here or one folder below")
_NO_MANIFEST = Labels(
    "文件夹里有定义却没有 pack.yaml，不会被读取", "holds definitions and no pack.yaml; nobody reads them"
)
#: A pack, its folder and its pack.yaml, None when that cannot be read.
_Found = tuple[Pack, Path, YamlFile | None]


def read_packs(folders: Sequence[Path]) -> ReadPacks:
    """Return the packs below `folders` with their definitions, a required pack before the ones that require it."""
    packs: dict[str, _Found] = {}
    findings: list[FileFinding] = []
    unread: list[UnreadText] = []
    for folder in folders:
        manifests = sorted(folder.glob("pack.yaml")) or sorted(folder.glob("*/pack.yaml"))
        if not manifests:
            findings.append(FileFinding(str(folder), 1, "pack.none", _NO_PACK))
        for path in manifests:
            _manifest(path, packs, findings, unread)
            findings += definition_files.strays(path.parent, _MANIFEST)
        findings += _packs_without_manifest(folder, manifests)
    ordered = [packs[name] for name in _ordered(packs, findings)]
    paths = {path: pack for pack, folder, _file in ordered for path in definition_files.below(folder, _MANIFEST)}
    files = definition_files.read(paths)
    by_pack: dict[str, list[WrittenDefinition]] = {pack.name: [] for pack, _folder, _file in ordered}
    for definition in files.written:
        by_pack[paths[definition.path].name].append(definition)
    content = tuple(PackContent(pack, tuple(by_pack[pack.name])) for pack, _folder, _file in ordered)
    return ReadPacks(content, (*findings, *files.findings), (*unread, *files.unread))


def _packs_without_manifest(folder: Path, manifests: Sequence[Path]) -> list[FileFinding]:
    """Say which folders beside packs hold definitions that nobody reads."""
    packs = {path.parent for path in manifests}
    if folder in packs:
        return []
    beside = (path for path in sorted(folder.glob("*/")) if path not in packs and not path.name.startswith("."))
    return [
        FileFinding(str(path), 1, "pack.no_manifest", _NO_MANIFEST)
        for path in beside
        if packs and definition_files.below(path, _MANIFEST)
    ]


def _manifest(path: Path, packs: dict[str, _Found], findings: list[FileFinding], unread: list[UnreadText]) -> None:
    file, body, faults = definition_files.read_mapping(path)
    findings += faults
    pack, broken = definition_reading.read_part(Pack, body) if file else (None, ())
    findings += [file_finding(path, file, replace(fault, code="pack.malformed")) for fault in broken]
    if pack is None:
        unread.append(definition_files.unread_text(path))
        # Its definitions are looked at all the same, under the name that its folder has or that it says.
        name = str(body.get("name") or path.parent.name)
        pack = Pack.model_construct(name=name, version="", requires=(), replaces=(), labels=Labels(name, name))
    if pack.name in packs:
        other = packs[pack.name][1]
        said = Labels(f"应用包“{pack.name}”在 {other} 中也有", f"pack '{pack.name}' is also in {other}")
        findings.append(file_finding(path, file, Finding("pack.doubled", said, ("name",))))
        return
    packs[pack.name] = (pack, path.parent, file)


def _ordered(packs: Mapping[str, _Found], findings: list[FileFinding]) -> list[str]:
    ordered: list[str] = []

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if name in ordered:
            return
        pack, folder, file = packs[name]
        if name in trail:
            circle = " → ".join((*trail[trail.index(name) :], name))
            said = Labels(f"应用包相互依赖：{circle}", f"packs require each other: {circle}")
            findings.append(file_finding(folder / _MANIFEST, file, Finding("pack.circle", said, ("requires",))))
            return
        for number, required in enumerate(pack.requires):
            if required in packs:
                visit(required, (*trail, name))
            else:
                said = Labels(
                    f"依赖“{required}”，但现有：{'、'.join(sorted(packs))}",
                    f"requires '{required}'; there are: {', '.join(sorted(packs))}",
                )
                missing = Finding("pack.missing", said, ("requires", number))
                findings.append(file_finding(folder / _MANIFEST, file, missing))
        if name not in ordered:
            ordered.append(name)

    for name in sorted(packs):
        visit(name, ())
    return ordered
