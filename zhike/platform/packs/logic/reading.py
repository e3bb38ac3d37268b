"""Reading pack folders: what a pack says of itself, and its definitions, in the order in which packs need each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from zhike.kernel import definition_files
from zhike.kernel.definition_files import FileFinding, WrittenDefinition, file_finding
from zhike.kernel.yaml_files import YamlFile
from zhike.platform.packs.types import Pack, PackContent


def read_packs(folders: Sequence[Path]) -> tuple[list[PackContent], list[FileFinding]]:
    """Return the packs below `folders` with their definitions, a required pack before the ones that require it."""
    packs: dict[str, tuple[Pack, Path, YamlFile]] = {}
    findings: list[FileFinding] = []
    for folder in folders:
        manifests = sorted(folder.glob("*/pack.yaml")) or sorted(folder.glob("pack.yaml"))
        if not manifests:
            findings.append(FileFinding(str(folder), 1, "pack.none", "there is no pack.yaml here or one folder below"))
        for path in manifests:
            _manifest(path, packs, findings)
    ordered = [packs[name] for name in _ordered(packs, findings)]
    paths = {path: pack for pack, folder, _file in ordered for path in _definitions(folder)}
    written, faults = definition_files.read(paths)
    by_pack: dict[str, list[WrittenDefinition]] = {pack.name: [] for pack, _folder, _file in ordered}
    for definition in written:
        by_pack[paths[definition.path].name].append(definition)
    content = [PackContent(pack, tuple(by_pack[pack.name])) for pack, _folder, _file in ordered]
    return content, [*findings, *faults]


def _definitions(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*.yaml")) if path.name != "pack.yaml"]


def _manifest(path: Path, packs: dict[str, tuple[Pack, Path, YamlFile]], findings: list[FileFinding]) -> None:
    file, body, faults = definition_files.read_mapping(path)
    findings += faults
    if file is None or faults:
        return
    try:
        pack = Pack.model_validate(body)
    except ValidationError as error:
        findings += [
            file_finding(
                path, file, "pack.malformed", f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}", fault["loc"]
            )
            for fault in error.errors(include_url=False)
        ]
        return
    if pack.name in packs:
        message = f"pack '{pack.name}' is also in {packs[pack.name][1]}"
        findings.append(file_finding(path, file, "pack.doubled", message, ("name",)))
        return
    packs[pack.name] = (pack, path.parent, file)


def _ordered(packs: Mapping[str, tuple[Pack, Path, YamlFile]], findings: list[FileFinding]) -> list[str]:
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
