"""Packs: check them, see what they would change, apply them. Applying twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from zhike.kernel import database, definition_changes, definition_files
from zhike.kernel.definition_changes import Edit, Plan
from zhike.kernel.definition_errors import DefinitionsBroken, Fault
from zhike.kernel.definition_files import FileFinding
from zhike.kernel.definitions import Finding
from zhike.kernel.models import StoredDefinition
from zhike.platform.audit import api as audit
from zhike.platform.packs.errors import PackBroken
from zhike.platform.packs.logic.reading import read_packs
from zhike.platform.packs.types import PackContent

__all__ = ["apply", "check", "missing", "plan"]


def check(folders: Sequence[Path]) -> list[FileFinding]:
    """Return every fault of the packs below `folders`, with file and line."""
    content, findings = read_packs(folders)
    if findings:
        # What names a definition that cannot be read is not to blame: only what each file says by itself is looked at.
        written = [one for found in content for one in found.definitions]
        return [*findings, *definition_files.parsed(written)[1]]
    return _faults(content, definition_changes.check(_edits(content)))


def plan(folders: Sequence[Path]) -> Plan:
    """Return what applying the packs would change. Raises PackBroken with every finding."""
    content, edits = _read(folders)
    with _files_named(content):
        return definition_changes.plan(edits)


def apply(folders: Sequence[Path], *, yes: bool = False) -> Plan:
    """Apply the packs and return what was changed; an installation that already agrees is left alone.

    Raises PackBroken, DestructiveChange unless `yes` consents to removals, and DefinitionInUse. One transaction: all or
    nothing. Definitions of the installation's own stay before those of packs.
    """
    content, edits = _read(folders)
    with _files_named(content), database.writing():
        done = definition_changes.change(edits, reason="pack apply", consent=yes)
        if done.edits:
            details = {"changes": [f"{change.action} {change.kind} {change.key}" for change in done.changes]}
            audit.note(operation="apply_packs", subject="pack", details=details)
    return done


def missing(folders: Sequence[Path]) -> list[str]:
    """Return the names of packs below `folders` of which the installation has nothing."""
    found = [file.parent.name for folder in folders for file in sorted(folder.glob("*/pack.yaml"))]
    known = set(StoredDefinition.objects.values_list("pack", flat=True).distinct())
    return [name for name in found if name not in known]


def _read(folders: Sequence[Path]) -> tuple[list[PackContent], list[Edit]]:
    content, findings = read_packs(folders)
    _refuse(findings)
    return content, _edits(content)


@contextmanager
def _files_named(content: Sequence[PackContent]) -> Iterator[None]:
    """Let faults of definitions name the files and lines they stand in."""
    try:
        yield
    except DefinitionsBroken as error:
        _refuse(_faults(content, error.faults))
        raise


def _refuse(findings: Sequence[FileFinding]) -> None:
    if findings:
        raise PackBroken(count=len(findings), findings=[finding.as_dict() for finding in findings])


def _edits(content: Sequence[PackContent]) -> list[Edit]:
    """The packs' definitions, and the end of those that their packs no longer hold."""
    edits = [
        Edit(one.kind, one.key, one.body, "pack", found.pack.name) for found in content for one in found.definitions
    ]
    held = {(edit.kind, edit.key) for edit in edits}
    names = [found.pack.name for found in content]
    gone = StoredDefinition.objects.filter(layer="pack", pack__in=names).order_by("kind", "key")
    return edits + [Edit(row.kind, row.key, None, "pack", row.pack) for row in gone if (row.kind, row.key) not in held]


def _faults(content: Sequence[PackContent], faults: Iterable[Fault]) -> list[FileFinding]:
    """The faults with the files they are in; one of a definition that no file holds has that of its kind and key."""
    files = {(one.kind, one.key): one for found in content for one in found.definitions}
    return [
        files[fault.kind, fault.key].at(fault.finding)
        if (fault.kind, fault.key) in files
        else _elsewhere(fault.kind, fault.key, fault.finding)
        for fault in faults
    ]


def _elsewhere(kind: str, key: str, finding: Finding) -> FileFinding:
    return FileFinding(f"{kind} {key}", 1, finding.code, finding.message)
