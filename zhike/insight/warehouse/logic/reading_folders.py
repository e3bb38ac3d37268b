"""Definitions of a folder that is not an applied pack: an example, a migration, a trial of a new source."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

from zhike.insight.warehouse.errors import DefinitionsBroken
from zhike.kernel import definitions, yaml_files
from zhike.kernel.definitions import Body, Snapshot


def read(folder: Path) -> Snapshot:
    """Return the definitions below `folder` joined with the installation's. Raises DefinitionsBroken."""
    installed = definitions.snapshot()
    bodies: dict[str, dict[str, Body]] = {}
    paths: dict[tuple[str, str], Path] = {}
    findings: list[dict[str, object]] = []
    for path in sorted(path for path in folder.rglob("*.yaml") if path.name != "pack.yaml"):
        body = yaml_files.read(path)
        if not isinstance(body, dict) or "kind" not in body or "key" not in body:
            findings.append({"code": "pack.unreadable", "message": "needs `kind` and `key`", "path": str(path)})
            continue
        bodies.setdefault(body["kind"], {})[body["key"]] = body
        paths[body["kind"], body["key"]] = path
    if not bodies and not findings:
        findings.append({"code": "pack.empty", "message": "there are no definitions", "path": str(folder)})
    everything = {kind: {**installed.of(kind), **bodies.get(kind, {})} for kind in {*installed.bodies, *bodies}}
    checked = Snapshot(installed.version, MappingProxyType({k: MappingProxyType(v) for k, v in everything.items()}))
    kinds = {kind.name: kind for kind in definitions.kinds()}
    for (kind, key), path in paths.items():
        if kind not in kinds:
            findings.append({"code": "pack.unknown_kind", "message": f"there is no kind '{kind}'", "path": str(path)})
            continue
        for found in kinds[kind].check(bodies[kind][key], checked):
            findings.append({"code": found.code, "message": found.message, "path": str(path)})
    if findings:
        raise DefinitionsBroken(folder=str(folder), count=len(findings), findings=findings)
    own = {kind: MappingProxyType(found) for kind, found in bodies.items()}
    objects = {"object": installed.of("object")}
    return Snapshot(-1, MappingProxyType({**objects, **own}))
