"""Definitions of a folder that files are loaded by: an applied pack, or a folder that is none (a trial of a new source)."""

from __future__ import annotations

from pathlib import Path

from zhike.insight.warehouse.errors import DefinitionsBroken, PackNotApplied
from zhike.kernel import definition_files, definitions
from zhike.kernel.definition_files import FileFinding
from zhike.kernel.definition_parts import Labels
from zhike.kernel.definitions import Snapshot
from zhike.platform.packs import api as packs


def read(folder: Path) -> Snapshot:
    """Return the definitions below `folder` with the installation's objects.

    Those of a pack are the ones in force, its own or the installation's over them: what nobody applied does not load
    anything. Raises DefinitionsBroken, PackNotApplied.
    """
    installed = definitions.snapshot()
    paths = definition_files.below(folder, "pack.yaml")
    files = definition_files.read(paths)
    joined, findings = definition_files.beside(files, installed)
    if not paths:
        said = Labels("没有定义文件（*.yaml）", "there are no definitions (*.yaml)")
        findings.append(FileFinding(str(folder), 1, "pack.empty", said))
    findings += definition_files.strays(folder)
    if findings:
        found = [finding.as_dict() for finding in findings]
        raise DefinitionsBroken(folder=str(folder), count=len(found), findings=found)
    own = {(one.kind, one.key) for one in files.written}
    if any(folder.rglob("pack.yaml")):
        if names := packs.unapplied([folder]):
            raise PackNotApplied(packs=names, folder=str(folder))
        joined = installed
    return Snapshot(
        -1,
        {
            name: {
                key: found for key, found in of_kind.items() if (name, key) in own or name in ("object", "extension")
            }
            for name, of_kind in joined.written.items()
        },
    )
