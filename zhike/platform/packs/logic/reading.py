"""Reading pack folders: what a pack says of itself, and its definitions, in the order in which packs need each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from zhike.kernel import definition_files, definition_reading
from zhike.kernel.definition_checks import UnreadText
from zhike.kernel.definition_files import FileFinding, WrittenDefinition, file_finding
from zhike.kernel.definition_parts import Labels
from zhike.kernel.yaml_files import YamlFile
from zhike.platform.packs.types import Pack, PackContent, ReadPacks

#: A pack, its folder and its pack.yaml, None when that cannot be read.
_Found = tuple[Pack, Path, YamlFile | None]


def read_packs(folders: Sequence[Path]) -> ReadPacks:
    """Return the packs below `folders` with their definitions, a required pack before the ones that require it."""
    packs: dict[str, _Found] = {}
    findings: list[FileFinding] = []
    unread: list[UnreadText] = []
    for folder in folders:
        manifests = sorted(folder.glob("*/pack.yaml")) or sorted(folder.glob("pack.yaml"))
        if not manifests:
            findings.append(FileFinding(str(folder), 1, "pack.none", "there is no pack.yaml here or one folder below"))
        for path in manifests:
            _manifest(path, packs, findings, unread)
    ordered = [packs[name] for name in _ordered(packs, findings)]
    paths = {path: pack for pack, folder, _file in ordered for path in _definitions(folder)}
    files = definition_files.read(paths)
    by_pack: dict[str, list[WrittenDefinition]] = {pack.name: [] for pack, _folder, _file in ordered}
    for definition in files.written:
        by_pack[paths[definition.path].name].append(definition)
    content = tuple(PackContent(pack, tuple(by_pack[pack.name])) for pack, _folder, _file in ordered)
    return ReadPacks(content, (*findings, *files.findings), (*unread, *files.unread))


def _definitions(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*.yaml")) if path.name != "pack.yaml"]


def _manifest(path: Path, packs: dict[str, _Found], findings: list[FileFinding], unread: list[UnreadText]) -> None:
    file, body, faults = definition_files.read_mapping(path)
    findings += faults
    pack, broken = definition_reading.read_part(Pack, body) if file else (None, ())
    findings += [file_finding(path, file, "pack.malformed", fault.message, fault.where) for fault in broken]
    if pack is None:
        unread.append(definition_files.unread_text(path))
        # Its definitions are looked at all the same, under the name that its folder has or that it says.
        name = str(body.get("name") or path.parent.name)
        pack = Pack.model_construct(name=name, version="", requires=(), replaces=(), labels=Labels(name, name))
    if pack.name in packs:
        message = f"pack '{pack.name}' is also in {packs[pack.name][1]}"
        findings.append(file_finding(path, file, "pack.doubled", message, ("name",)))
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
            findings.append(file_finding(folder / "pack.yaml", file, "pack.circle", circle, ("requires",)))
            return
        for number, required in enumerate(pack.requires):
            if required in packs:
                visit(required, (*trail, name))
            else:
                message = f"requires '{required}'; there are: {', '.join(sorted(packs))}"
                findings.append(file_finding(folder / "pack.yaml", file, "pack.missing", message, ("requires", number)))
        if name not in ordered:
            ordered.append(name)

    for name in sorted(packs):
        visit(name, ())
    return ordered
