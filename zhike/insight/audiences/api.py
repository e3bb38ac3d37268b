"""Audiences: conditions over parties, counted in their viewer's scope, explained, frozen."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

from pyroaring import BitMap

from zhike.insight.audiences import models
from zhike.insight.audiences.errors import PartyNotCounted
from zhike.insight.audiences.logic import counting, listing, storing
from zhike.insight.audiences.logic.conditions import compiled, hidden
from zhike.insight.audiences.logic.explaining import explained, shown
from zhike.insight.audiences.logic.sentences import in_words
from zhike.insight.audiences.logic.vocabulary import groups
from zhike.insight.audiences.types import (
    Audience,
    Basis,
    Condition,
    Explanation,
    Members,
    NodeCount,
    Preview,
    Sample,
    SampleRow,
    Snapshot,
    Total,
    Vocabulary,
)
from zhike.insight.serving.api import Published, published, telling, terms
from zhike.insight.serving.api import party as party_object
from zhike.insight.serving.api import total as total_key
from zhike.kernel import clock, database, definitions
from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import NotFound
from zhike.kernel.ids import uuid7
from zhike.platform.audit import api as audit
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal
from zhike.platform.records import api as records

__all__ = [
    "audience",
    "audiences",
    "basis_now",
    "count_now",
    "create",
    "delete",
    "explain",
    "members_now",
    "preview",
    "sample",
    "snapshot_members",
    "snapshots",
    "take_snapshot",
    "update",
    "vocabulary",
    "words",
]
_SAMPLE = 8


def vocabulary(*, principal: Principal) -> Vocabulary:
    """Return what conditions may ask about, and how many parties the principal sees. Raises NothingToCount."""
    with _reading(principal):
        table = published()
        total = counting.visible_total(table, _scope(principal))
        return Vocabulary(table.business_date, groups(terms(table), principal), total)


def preview(condition: Condition, *, nodes: bool = False, unknown: bool = False, principal: Principal) -> Preview:
    """Count a condition in the principal's scope, with `nodes` each of its parts too, with `unknown` who lacks values.

    Raises ExpressionInvalid with every fault and what exists instead, NothingToCount.
    """
    started = time.perf_counter()
    with _reading(principal):
        table = published()
        found = compiled(condition, terms(table), principal)
        counted = counting.tally(table, found, _scope(principal), nodes=nodes, unknown=unknown)
        total = _total(counted.total, table, principal)
    return Preview(
        count=counted.count,
        visible_total=counted.visible_total,
        total=total,
        business_date=table.business_date,
        elapsed_ms=round((time.perf_counter() - started) * 1000),
        nodes=tuple(NodeCount(path, count, counted.unknown.get(path)) for path, count in counted.nodes.items()),
    )


def words(condition: Condition, *, principal: Principal) -> Labels:
    """Return what a condition reads like, in both languages. Raises ExpressionInvalid, NothingToCount."""
    with _reading(principal):
        known = terms(published())
        return in_words(compiled(condition, known, principal), known)


def _total(value: Decimal | None, table: Published, principal: Principal) -> Total | None:
    """The sum under what its indicator is called; none where no indicator is the total, or one that is hidden."""
    known = terms(table)
    summed = known.columns.get(total_key())
    if summed is None or hidden(summed.key, known, principal):
        return None
    return Total(summed.key, summed.labels, value)


def sample(condition: Condition, *, seed: int = 0, principal: Principal) -> Sample:
    """Return some parties that meet a condition, masked as the principal sees them; a seed chooses the same ones.

    Raises ExpressionInvalid, NothingToCount.
    """
    with _reading(principal):
        table = published()
        known = terms(table)
        keys = [key for key in telling() if key in known.columns and not hidden(key, known, principal)]
        found = compiled(condition, known, principal)
        rows = counting.sample(table, found, _scope(principal), columns=keys, seed=seed, limit=_SAMPLE)
        records = objects.records_by_id(party_object().key, [row["party_id"] for row in rows], principal=principal)
        return Sample(
            tuple(
                SampleRow(record.uid, record.display, {k: shown(known.columns[k], row[k], principal) for k in keys})
                for row in rows
                if (record := records.get(row["party_id"]))
            ),
            table.business_date,
        )


def explain(condition: Condition, *, party: uuid.UUID, principal: Principal) -> Explanation:
    """Say why a party is in or out, condition by condition, with its own values; the look-up is journalled.

    Raises NotFound for a party outside the principal's scope, PartyNotCounted, ExpressionInvalid, NothingToCount.
    """
    permissions.require(principal, "audience.read")
    with database.writing():
        table = published()
        known = terms(table)
        found = compiled(condition, known, principal)
        record = records.get(party_object().key, party, principal=principal)
        row = counting.row(table, record.id, sorted(found.fields))
        if row is None:
            raise PartyNotCounted(kind=party_object().key, id=str(party), business_date=table.business_date)
        tree = explained(found.root, row, known, principal)
        return Explanation(tree["result"] is True, table.business_date, tree)


def audiences(*, principal: Principal) -> list[Audience]:
    """Return the audiences that the principal may read, the last changed first, each with its count in the principal's scope."""
    return listing.presented(listing.stored(principal), principal)


def audience(uid: uuid.UUID, *, principal: Principal) -> Audience:
    """Return one audience. Raises NotFound."""
    return _presented(uid, principal)


def create(*, name: str, condition: Condition, description: str = "", principal: Principal) -> Audience:
    """Store a condition under a name. Raises Invalid without a proper name, ExpressionInvalid, NothingToCount."""
    permissions.require(principal, "audience.create")
    with database.writing():
        found = compiled(condition, terms(published()), principal)
        now = clock.now()
        row = models.Audience.objects.create(
            uid=uuid7(),
            name=storing.checked_name(name),
            description=description.strip(),
            condition=storing.stored_form(found),
            owner=principal.employee_no,
            owner_name=principal.name,
            unit_id=principal.unit,
            created_at=now,
            updated_at=now,
        )
        audit.note(operation="create", subject="audience", subject_id=row.pk, details={"condition": row.condition})
        return _presented(row.uid, principal)


def update(
    uid: uuid.UUID,
    *,
    revision: int,
    name: str | None = None,
    description: str | None = None,
    condition: Condition | None = None,
    principal: Principal,
) -> Audience:
    """Change what is given; snapshots stay as they were taken. Raises NotFound, StaleRevision, Invalid."""
    with database.writing():
        row = storing.locked(uid, revision, principal, "audience.update")
        before = {"name": row.name, "description": row.description, "condition": row.condition}
        if name is not None:
            row.name = storing.checked_name(name)
        if description is not None:
            row.description = description.strip()
        if condition is not None:
            row.condition = storing.stored_form(compiled(condition, terms(published()), principal))
        row.updated_at = clock.now()
        row.save()
        changes = {key: [old, getattr(row, key)] for key, old in before.items() if old != getattr(row, key)}
        audit.note(operation="update", subject="audience", subject_id=row.pk, details=changes)
        return _presented(uid, principal)


def delete(uid: uuid.UUID, *, revision: int, principal: Principal) -> None:
    """Mark an audience deleted; its snapshots stay. Raises NotFound, StaleRevision."""
    with database.writing():
        row = storing.locked(uid, revision, principal, "audience.delete")
        row.deleted_at = row.updated_at = clock.now()
        row.save()
        audit.note(operation="delete", subject="audience", subject_id=row.pk)


def take_snapshot(uid: uuid.UUID, *, members: Members | None = None, principal: Principal) -> Snapshot:
    """Freeze the members that the principal sees on the published business date, or those that it has found just now.

    Raises NotFound, NothingToCount.
    """
    with database.writing():
        row = storing.one(uid, principal, "audience.update")
        found = members or _found(row, principal)
        taken = models.Snapshot.objects.create(
            uid=uuid7(),
            audience=row,
            business_date=found.basis.business_date,
            condition=found.condition,
            count=len(found.parties),
            members=found.parties.serialize(),
            taken_at=clock.now(),
            taken_by=principal.name,
        )
        details = {"snapshot": str(taken.uid), "count": taken.count, "business_date": taken.business_date}
        audit.note(operation="take_snapshot", subject="audience", subject_id=row.pk, details=details)
        return storing.as_snapshot(taken)


def snapshots(uid: uuid.UUID, *, principal: Principal) -> list[Snapshot]:
    """Return the snapshots of an audience, newest first. Raises NotFound."""
    row = storing.one(uid, principal, "audience.read")
    found = models.Snapshot.objects.filter(audience=row).defer("members").order_by("-id")
    return [storing.as_snapshot(row) for row in found]


def snapshot_members(uid: uuid.UUID) -> BitMap:
    """Return the inner ids that a snapshot froze, for engines. Raises NotFound."""
    row = models.Snapshot.objects.filter(uid=uid).only("members").first()
    if row is None:
        raise NotFound(kind="snapshot", id=str(uid))
    return BitMap.deserialize(bytes(row.members))


def count_now(uid: uuid.UUID, *, principal: Principal) -> tuple[int, date]:
    """Return how many parties of the audience the principal sees, and the business date. Raises NotFound."""
    with _reading(principal):
        row, table = storing.one(uid, principal, "audience.read"), published()
        found = compiled(row.condition, terms(table), principal)
        return counting.counts(table, [found], _scope(principal))[0], table.business_date


def members_now(uid: uuid.UUID, *, principal: Principal) -> Members:
    """Return the audience's members that the principal sees. Raises NotFound, NothingToCount."""
    with _reading(principal):
        return _found(storing.one(uid, principal, "audience.read"), principal)


def basis_now(uid: uuid.UUID, *, principal: Principal) -> Basis:
    """Return what the members of the audience would follow from now. Raises NotFound, NothingToCount."""
    with _reading(principal):
        return storing.basis(storing.one(uid, principal, "audience.read"), published())


@contextmanager
def _reading(principal: Principal) -> Iterator[None]:
    """Require the right to read audiences, and let the block act on one snapshot of the definitions."""
    with definitions.pinned():
        permissions.require(principal, "audience.read")
        yield


def _presented(uid: uuid.UUID, principal: Principal) -> Audience:
    return listing.presented([listing.stored_one(uid, principal)], principal)[0]


def _scope(principal: Principal) -> BitMap | None:
    return bulk.scope(party_object().key, principal=principal)


def _found(row: models.Audience, principal: Principal) -> Members:
    table = published()
    return Members(_members(table, row.condition, principal), storing.basis(row, table), row.condition)


def _members(table: Published, condition: Condition, principal: Principal) -> BitMap:
    return counting.members(table, compiled(condition, terms(table), principal), _scope(principal))
