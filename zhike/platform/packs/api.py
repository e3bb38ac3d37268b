"""Packs: check them, see what they would change, apply them. Applying twice changes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from zhike.kernel import database, definition_changes, waiting_changes
from zhike.kernel.definition_changes import Edit, Plan
from zhike.kernel.definition_checks import may_hold
from zhike.kernel.definition_errors import DefinitionsBroken, Fault
from zhike.kernel.definition_files import FileFinding, WrittenDefinition
from zhike.kernel.definition_parts import Labels
from zhike.kernel.definitions import Finding
from zhike.kernel.models import StoredDefinition
from zhike.platform.audit import api as audit
from zhike.platform.packs.errors import PackBroken
from zhike.platform.packs.logic.reading import read_packs
from zhike.platform.packs.types import PackContent, ReadPacks

__all__ = ["apply", "apply_later", "check", "missing", "outdated", "plan", "unapplied"]

#: What the history of definitions says of a change by packs.
_REASON = "pack apply"


def check(folders: Sequence[Path]) -> list[FileFinding]:
    """Return every fault of the packs below `folders`, with file and line."""
    read = read_packs(folders)
    edits = _edits(read)
    given = {(edit.kind, edit.key) for edit in edits}
    # What an unreadable file may define is judged when it can be read; its older words are not what is asked about.
    faults = [
        fault
        for fault in definition_changes.check(edits, read.unread)
        if (fault.kind, fault.key) in given or not any(may_hold(text, fault.key) for text in read.unread)
    ]
    return [*read.findings, *_taken_over(read), *_faults(read.content, faults)]


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

    def applied() -> Plan:
        with database.writing():
            done = definition_changes.change(edits, reason=_REASON, consent=yes)
            if done.edits:
                details = {"changes": [f"{change.action} {change.kind} {change.key}" for change in done.changes]}
                audit.note(operation="apply_packs", subject="pack", details=details)
        return done

    with _files_named(content):
        return definition_changes.once_tables_are_free(applied)


def apply_later(folders: Sequence[Path], *, yes: bool = False) -> uuid.UUID:
    """Have the packs applied by a run once the tables of the change are free; return its uid. Raises PackBroken."""
    _content, edits = _read(folders)
    with database.writing():
        run = waiting_changes.hand_over(edits, reason=_REASON, consent=yes)
        audit.note(operation="apply_packs", subject="pack", details={"run": str(run)})
    return run


def missing(folders: Sequence[Path]) -> list[str]:
    """Return the names of packs below `folders` of which the installation has nothing."""
    found = [file.parent.name for folder in folders for file in sorted(folder.glob("*/pack.yaml"))]
    known = set(StoredDefinition.objects.values_list("pack", flat=True).distinct())
    return [name for name in found if name not in known]


def outdated(folders: Sequence[Path]) -> list[str]:
    """Return the names of packs that the installation has otherwise than they stand below `folders`."""
    known = set(StoredDefinition.objects.values_list("pack", flat=True).distinct())
    return sorted(set(unapplied(folders)) & known)


def unapplied(folders: Sequence[Path]) -> list[str]:
    """Return the names of packs below `folders` that the installation does not have, or has otherwise."""
    return sorted({edit.pack for edit in definition_changes.differing(_edits(read_packs(folders)))})


def _read(folders: Sequence[Path]) -> tuple[Sequence[PackContent], list[Edit]]:
    read = read_packs(folders)
    if read.findings or _taken_over(read):
        _refuse(check(folders))
    return read.content, _edits(read)


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


def _edits(read: ReadPacks) -> list[Edit]:
    """The packs' definitions, and the end of those that their packs no longer hold.

    One that stands in a file which cannot be read has not gone.
    """
    edits = [
        Edit(one.kind, one.key, one.body, "pack", found.pack.name)
        for found in read.content
        for one in found.definitions
    ]
    held = {(edit.kind, edit.key) for edit in edits}
    names = [found.pack.name for found in read.content]
    gone = StoredDefinition.objects.filter(layer="pack", pack__in=names).order_by("kind", "key")
    return edits + [
        Edit(row.kind, row.key, None, "pack", row.pack)
        for row in gone
        if (row.kind, row.key) not in held and not any(may_hold(text, row.key) for text in read.unread)
    ]


def _taken_over(read: ReadPacks) -> list[FileFinding]:
    """Definitions that the installation has from a pack which is not here and which theirs does not replace."""
    names = {found.pack.name for found in read.content}
    rows = StoredDefinition.objects.filter(layer="pack").exclude(pack__in=names)
    owners = {(kind, key): pack for kind, key, pack in rows.values_list("kind", "key", "pack")}
    return [
        one.at(Finding("pack.taken_over", _belongs(one, owner), ("key",)))
        for found in read.content
        for one in found.definitions
        if (owner := owners.get((one.kind, one.key)))
        and owner not in found.pack.replaces
        and not any(may_hold(text, owner) for text in read.unread)
    ]


def _belongs(one: WrittenDefinition, owner: str) -> Labels:
    return Labels(
        f"{one.kind}“{one.key}”属于应用包“{owner}”；请换一个键名，或在 pack.yaml 的 `replaces` 中写明该包",
        f"{one.kind} '{one.key}' belongs to the pack '{owner}';"
        " give it a key of its own, or name that pack under `replaces` in pack.yaml",
    )


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
    return FileFinding(f"{kind} {key}", 1, finding.code, finding.said)
