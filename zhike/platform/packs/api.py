"""Packs: check them, see what they would change, apply them. Applying twice changes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from zhike.kernel import database, definitions
from zhike.kernel.definitions import Body, Change, Snapshot
from zhike.kernel.models import Definition, DefinitionVersion
from zhike.platform.audit import api as audit
from zhike.platform.packs.errors import DestructivePlan, PackBroken
from zhike.platform.packs.logic.reading import line_of, read_packs
from zhike.platform.packs.types import PackDefinition, PackFinding, PackPlan

__all__ = ["apply", "check", "plan"]


def check(folders: Sequence[Path]) -> list[PackFinding]:
    """Return every fault of the packs below `folders`, with file and line."""
    found, findings = read_packs(folders)
    if findings:
        return findings
    everything = _snapshot(found)
    kinds = {kind.name: kind for kind in definitions.kinds()}
    return _rekeyed(found) + [
        PackFinding(str(item.path), line_of(item.path, finding.where), finding.code, finding.message)
        for item in found
        for finding in kinds[item.kind].check(item.body, everything)
    ]


def _rekeyed(found: Sequence[PackDefinition]) -> list[PackFinding]:
    """Definitions whose uuid the installation knows under another key: keys are frozen at birth, labels change."""
    known = {str(row.uuid): (row.kind, row.key) for row in Definition.objects.all()}
    return [
        PackFinding(
            str(item.path),
            line_of(item.path, "key"),
            "pack.key_frozen",
            f"uuid {item.uuid} is {' '.join(known[item.uuid])} in this installation and keeps that key;"
            " change its labels, or give the new definition a uuid of its own",
        )
        for item in found
        if known.get(item.uuid, (item.kind, item.key)) != (item.kind, item.key)
    ]


def plan(folders: Sequence[Path]) -> PackPlan:
    """Return what applying the packs would change. Raises PackBroken with every finding."""
    findings = check(folders)
    if findings:
        raise PackBroken(
            count=len(findings),
            findings=[{"code": f.code, "message": f.message, "path": f.path, "line": f.line} for f in findings],
        )
    found, _none = read_packs(folders)
    return PackPlan(tuple(_changes(found)))


def apply(folders: Sequence[Path], *, yes: bool = False) -> PackPlan:
    """Apply the packs and return what was changed; an installation that already agrees is left alone.

    Raises PackBroken, and DestructivePlan unless `yes` consents to removals. One transaction: all or nothing.
    """
    planned = plan(folders)
    if planned.destructive and not yes:
        names = [f"{change.action} {change.kind} {change.key}" for change in planned.destructive]
        raise DestructivePlan(count=len(names), changes=names)
    if not planned.changes:
        return planned
    found = {(item.kind, item.key): item for item in read_packs(folders)[0]}
    with database.writing():
        for change in planned.changes:
            _store(change, found.get((change.kind, change.key)))
        versions = DefinitionVersion.objects.select_for_update()
        current = versions.first() or DefinitionVersion(version=0)
        current.version += 1
        current.save()
        definitions.forget()
        for kind in definitions.kinds():
            of_kind = [change for change in planned.changes if change.kind == kind.name]
            if of_kind:
                kind.applied(of_kind)
        current.version += 1
        current.save()
        definitions.forget()
        details = {"changes": [f"{c.action} {c.kind} {c.key}" for c in planned.changes]}
        audit.note(operation="apply_packs", subject="pack", details=details)
    return planned


def _changes(found: Sequence[PackDefinition]) -> list[Change]:
    everything = _snapshot(found)
    kinds = {kind.name: kind for kind in definitions.kinds()}
    stored = {(row.kind, row.key): row for row in Definition.objects.all()}
    changes = []
    for item in found:
        row = stored.pop((item.kind, item.key), None)
        if row is None or row.digest != _digest(item.body):
            action = "create" if row is None else "update"
            changes.append(Change(item.kind, item.key, action, row.body if row else None, item.body))
    packs = {item.pack for item in found}
    changes += [
        Change(kind, key, "remove", row.body, None, destructive=True)
        for (kind, key), row in stored.items()
        if row.pack in packs and kind in kinds
    ]
    return [kinds[change.kind].classify(change, everything) for change in changes]


def _store(change: Change, item: PackDefinition | None) -> None:
    if item is None:
        Definition.objects.filter(kind=change.kind, key=change.key).delete()
        return
    values = {"uuid": item.uuid, "pack": item.pack, "body": dict(item.body), "digest": _digest(item.body)}
    Definition.objects.update_or_create(kind=item.kind, key=item.key, defaults=values)


def _digest(body: Body) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()


def _snapshot(found: Sequence[PackDefinition]) -> Snapshot:
    bodies: dict[str, dict[str, Body]] = {}
    for row in Definition.objects.all():
        bodies.setdefault(row.kind, {})[row.key] = row.body
    for item in found:
        bodies.setdefault(item.kind, {})[item.key] = item.body
    return Snapshot(-1, bodies)
